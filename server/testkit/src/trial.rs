//! A case as a test of its own, for a test binary that brings its own `main`.

use std::sync::Arc;

use libtest_mimic::Trial;

use crate::cases::{Case, load};

/// One test per case of a file that `layer` applies to.
pub fn each<F, W>(file: &str, layer: &'static str, applies: impl Fn(&Case) -> bool, run: F) -> Vec<Trial>
where
    F: Fn(Arc<Case>) -> W + Copy + Send + 'static,
    W: Future<Output = ()>,
{
    let cases = load(file).into_iter().filter(|case| applies(case));
    let trial = |case: Case| {
        let name = format!("{}::{}", layer.to_lowercase(), case.slug());
        Trial::test(name, move || {
            let case = Arc::new(case);
            let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
            runtime.block_on(run(Arc::clone(&case)));
            runtime.shutdown_background();
            case.passed(layer);
            Ok(())
        })
    };
    cases.map(trial).collect()
}
