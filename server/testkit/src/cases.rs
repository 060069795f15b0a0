//! Cases from data files: each line of `cases/*.jsonl` is one input with its id, and each id is one test.
//!
//! A test that ran to its end says so in the folder of `FLITCH_CASES`, and `scripts/cases` counts there what ran at
//! which layer and fails when an id of a file did not run.

use std::io::Write;
use std::path::PathBuf;

use serde_json::Value;

pub struct Case(Value);

impl Case {
    pub fn id(&self) -> &str {
        self.text("id").expect("every case has an id")
    }

    /// `o_sql_04`, for the name of a test.
    pub fn slug(&self) -> String {
        self.id().to_lowercase().replace('-', "_")
    }

    pub fn text(&self, key: &str) -> Option<&str> {
        self.0.get(key)?.as_str()
    }

    pub fn expect(&self) -> &str {
        self.text("expect").unwrap_or_default()
    }

    /// The input: as it stands, or built from parts that repeat.
    pub fn input(&self, key: &str) -> String {
        if let Some(text) = self.text(key) {
            return text.to_owned();
        }
        let parts = self.0.get("repeat").and_then(Value::as_array).expect("an input, or how to build it");
        let part = |part: &Value| {
            let count = part[1].as_u64().expect("how often");
            part[0].as_str().expect("what").repeat(usize::try_from(count).unwrap())
        };
        parts.iter().map(part).collect()
    }

    /// The case ran at this layer, and passed.
    pub fn passed(&self, layer: &str) {
        let Some(folder) = std::env::var_os("FLITCH_CASES") else { return };
        let line = format!("{} {layer}\n", self.id());
        let path = PathBuf::from(folder).join(std::process::id().to_string());
        let file = std::fs::OpenOptions::new().create(true).append(true).open(path);
        file.and_then(|mut file| file.write_all(line.as_bytes())).expect("the folder of FLITCH_CASES can be written");
    }
}

/// The cases of one file, `sql` for `cases/sql.jsonl`.
pub fn load(name: &str) -> Vec<Case> {
    // Found from where the test runs, not from where it was compiled: checkouts may share a target folder.
    let package = PathBuf::from(std::env::var("CARGO_MANIFEST_DIR").expect("tests run under cargo"));
    let root = package.ancestors().find(|folder| folder.join("server/testkit/cases").is_dir()).expect("the checkout");
    let path = root.join("server/testkit/cases").join(format!("{name}.jsonl"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let read = |line: &str| Case(serde_json::from_str(line).unwrap_or_else(|error| panic!("{line}: {error}")));
    text.lines().filter(|line| !line.is_empty()).map(read).collect()
}
