//! What can come between a statement and its rows: the ways of a real cluster that `Quirks` switch on.

use std::sync::atomic::Ordering;
use std::time::Duration;

use super::session::Session;
use super::statement::Transaction;
use crate::engine::{EXTERNAL_SCHEMA, Refusal};
use crate::quirks::Trouble;

/// The tables that a statement names, as schema and name.
pub(crate) type Touched = Vec<(String, String)>;

fn is_persons((schema, _): &(String, String)) -> bool {
    schema != "pg_catalog" && schema != "information_schema"
}

impl Session<'_> {
    /// Refuses what a cluster with these quirks refuses before it starts.
    pub(super) fn refuse(&self, touched: &Touched) -> Result<(), Refusal> {
        let quirks = &self.shared.quirks;
        let transaction = self.state.transaction;
        for (schema, table) in touched {
            if table == "svv_external_tables" && quirks.hides_external_tables.load(Ordering::Relaxed) {
                return Err(Refusal::new("XX000", "Access denied to the external catalog"));
            }
            if schema == EXTERNAL_SCHEMA {
                if quirks.has_shared_tables && transaction == Transaction::ReadWrite {
                    let said = "Datashare writes are not authorized by producer or associated by consumer";
                    return Err(Refusal::new("XX000", said));
                }
                let is_cold = quirks.has_cold_external_tables && transaction == Transaction::ReadOnly;
                if is_cold && !self.engine.is_warm(table) {
                    let said = format!(
                        "Failed to incorporate external table \"{schema}\".\"{table}\" into local catalog. \
                         Error=transaction is read-only"
                    );
                    return Err(Refusal::new("25006", said));
                }
                self.engine.warm(table);
            }
            let is_materialized = self.engine.objects().iter().any(|object| {
                object.is_materialized && object.schema == schema.as_str() && object.name == table.as_str()
            });
            if is_materialized && quirks.has_stale_views && transaction == Transaction::ReadOnly {
                return Err(Refusal::new("XX000", "transaction is read-only"));
            }
        }
        match &quirks.trouble {
            Trouble::Compute { code, message, times } if touched.iter().any(is_persons) => {
                let before = self.shared.troubled.fetch_add(1, Ordering::Relaxed);
                if before < *times { Err(compute_error(*code, message)) } else { Ok(()) }
            }
            _ => Ok(()),
        }
    }

    /// How long a statement waits before its first row.
    pub(super) fn delay(&self, touched: &Touched) -> Duration {
        let quirks = &self.shared.quirks;
        if touched.iter().any(|(_, table)| table.starts_with("svv_")) {
            return quirks.svv_delay;
        }
        match quirks.trouble {
            Trouble::Slow(delay) if touched.iter().any(is_persons) => delay,
            Trouble::Rule { after, .. } | Trouble::Limit { after } if touched.iter().any(is_persons) => after,
            _ => Duration::ZERO,
        }
    }

    /// What ends a statement of a person's after its delay, if a rule or a limit does.
    pub(super) fn rule(&self, touched: &Touched) -> Option<Refusal> {
        let said = match &self.shared.quirks.trouble {
            Trouble::Rule { name, .. } => {
                let number = query_number();
                format!("Query ({number}) cancelled by WLM abort action of Query Monitoring Rule \"{name}\".")
            }
            Trouble::Limit { .. } => "canceling statement due to statement timeout".to_owned(),
            _ => return None,
        };
        touched.iter().any(is_persons).then(|| Refusal::new("57014", said))
    }

    /// After how many rows the connection is cut.
    pub(super) fn cut(&self, touched: &Touched) -> Option<usize> {
        match self.shared.quirks.trouble {
            Trouble::Cut { after_rows } if touched.iter().any(is_persons) => Some(after_rows),
            _ => None,
        }
    }
}

pub(super) fn query_number() -> u32 {
    rand::random_range(1_000_000..9_999_999)
}

/// The shape that errors of compute nodes share: a short message, and a block of lines in the detail.
fn compute_error(code: u32, message: &str) -> Refusal {
    let rule = "  -----------------------------------------------";
    let detail = format!(
        "\n{rule}\n  error:  {message}\n  code:      {code}\n  context:   sample\n  query:     {}\n  \
         location:  sample.cpp:1\n  process:   padbmaster [pid=1]\n{rule}\n",
        query_number()
    );
    Refusal { detail: Some(detail), ..Refusal::new("XX000", message) }
}
