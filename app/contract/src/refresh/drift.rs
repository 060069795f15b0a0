//! What became of the columns between two snapshots.

use serde::{Deserialize, Serialize};

/// How the columns differ from those of the snapshot before.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Drift {
    pub added: Vec<String>,
    pub removed: Vec<String>,
    /// Name, type before, type now.
    pub retyped: Vec<(String, String, String)>,
}

impl Drift {
    pub fn is_empty(&self) -> bool {
        self.added.is_empty() && self.removed.is_empty() && self.retyped.is_empty()
    }

    /// From names and types, each in order.
    pub fn between(old: &[(String, String)], new: &[(String, String)]) -> Self {
        let kind = |of: &[(String, String)], name: &str| {
            of.iter().find(|(known, _)| known == name).map(|(_, kind)| kind.clone())
        };
        let missing = |from: &[(String, String)], of: &[(String, String)]| -> Vec<String> {
            of.iter().filter(|(name, _)| kind(from, name).is_none()).map(|(name, _)| name.clone()).collect()
        };
        let retyped = new.iter().filter_map(|(name, now)| {
            let before = kind(old, name).filter(|before| before != now)?;
            Some((name.clone(), before, now.clone()))
        });
        Self { added: missing(old, new), removed: missing(new, old), retyped: retyped.collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_that_came_went_or_changed_are_told() {
        let columns = |text: &str| -> Vec<(String, String)> {
            text.split(' ').map(|one| one.split_once(':').unwrap()).map(|(a, b)| (a.into(), b.into())).collect()
        };
        let drift = Drift::between(
            &columns("id:integer name:varchar(10) old:date"),
            &columns("name:varchar(20) id:integer new:real"),
        );
        let retyped = vec![("name".to_owned(), "varchar(10)".to_owned(), "varchar(20)".to_owned())];
        assert_eq!(drift, Drift { added: vec!["new".into()], removed: vec!["old".into()], retyped });
        assert!(Drift::between(&columns("a:b c:d"), &columns("c:d a:b")).is_empty(), "their order is no change");
    }
}
