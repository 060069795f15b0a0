//! Column names for formats in which a name may stand only once.

use std::collections::{HashMap, HashSet};

use redshift::stream::RowShape;

/// The names in their order; a second `id` is `id (2)`. No name that a column has by itself is given to another.
pub(super) fn unique(columns: &[RowShape]) -> Vec<String> {
    let own: HashSet<&str> = columns.iter().map(|column| column.name.as_str()).collect();
    let mut counts: HashMap<&str, u32> = HashMap::new();
    let mut names = Vec::with_capacity(columns.len());
    for column in columns {
        let count = counts.entry(&column.name).or_insert(0);
        *count += 1;
        let mut name = column.name.clone();
        while *count > 1 {
            name = format!("{} ({count})", column.name);
            if !own.contains(name.as_str()) {
                break;
            }
            *count += 1;
        }
        names.push(name);
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(names: &[&str]) -> Vec<String> {
        let column = |name: &&str| RowShape { name: (*name).to_owned(), oid: 25, type_modifier: -1 };
        unique(&names.iter().map(column).collect::<Vec<_>>())
    }

    #[test]
    fn a_name_stands_once() {
        assert_eq!(named(&["a", "b", "A"]), ["a", "b", "A"]);
        assert_eq!(named(&["a", "a", "a", ""]), ["a", "a (2)", "a (3)", ""]);
        assert_eq!(named(&["a", "a", "a (2)", "a (2)", "a"]), ["a", "a (3)", "a (2)", "a (2) (2)", "a (4)"]);
        assert!(named(&[]).is_empty());
    }
}
