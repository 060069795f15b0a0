//! What a file says of itself answers a question without reading it: how many rows, the least and greatest of a column.
//! After a filter DataFusion only estimates that, and yet calls some of it exact: a column that can have one value only
//! has one different value there, also where no row is left
//! (`distinct_count_for_singleton_domain` in datafusion-physical-plan 55).

use std::sync::Arc;

use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::TreeNode;
use datafusion::error::Result;
use datafusion::physical_optimizer::PhysicalOptimizerRule;
use datafusion::physical_optimizer::optimizer::PhysicalOptimizer;
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::filter::FilterExec;

type Rule = Arc<dyn PhysicalOptimizerRule + Send + Sync>;

/// DataFusion's own rules, of which the one that answers from statistics leaves alone what is filtered.
pub fn rules() -> Vec<Rule> {
    let careful = |rule: Rule| -> Rule {
        if rule.name() == "aggregate_statistics" { Arc::new(OfWholeFiles(rule)) } else { rule }
    };
    PhysicalOptimizer::new().rules.into_iter().map(careful).collect()
}

#[derive(Debug)]
struct OfWholeFiles(Rule);

impl PhysicalOptimizerRule for OfWholeFiles {
    fn optimize(&self, plan: Arc<dyn ExecutionPlan>, config: &ConfigOptions) -> Result<Arc<dyn ExecutionPlan>> {
        if plan.exists(|part| Ok(part.downcast_ref::<FilterExec>().is_some()))? {
            return Ok(plan);
        }
        self.0.optimize(plan, config)
    }

    fn name(&self) -> &str {
        self.0.name()
    }

    fn schema_check(&self) -> bool {
        self.0.schema_check()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rule_that_answers_from_statistics_is_among_them() {
        let rules = rules();
        assert!(rules.iter().any(|rule| format!("{rule:?}").starts_with("OfWholeFiles")), "{rules:?}");
    }
}
