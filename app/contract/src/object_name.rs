//! What a table or view is called: its schema and its name.

use std::fmt;
use std::str::FromStr;

/// As text both parts stand in double quotes with a dot between, whatever is in them: `"sales"."orders"`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ObjectName {
    pub schema: String,
    pub name: String,
}

impl ObjectName {
    pub fn new(schema: impl Into<String>, name: impl Into<String>) -> Self {
        Self { schema: schema.into(), name: name.into() }
    }
}

impl fmt::Display for ObjectName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let quoted = |part: &str| part.replace('"', "\"\"");
        write!(f, "\"{}\".\"{}\"", quoted(&self.schema), quoted(&self.name))
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotAName;

impl FromStr for ObjectName {
    type Err = NotAName;

    fn from_str(text: &str) -> Result<Self, NotAName> {
        let (schema, rest) = unquote(text).ok_or(NotAName)?;
        let (name, rest) = rest.strip_prefix('.').and_then(unquote).ok_or(NotAName)?;
        let is_whole = rest.is_empty() && !schema.is_empty() && !name.is_empty();
        is_whole.then_some(Self { schema, name }).ok_or(NotAName)
    }
}

/// A quoted name at the start, and what follows it.
fn unquote(text: &str) -> Option<(String, &str)> {
    let text = text.strip_prefix('"')?;
    let mut name = String::new();
    let mut rest = text;
    loop {
        let (part, after) = rest.split_once('"')?;
        name.push_str(part);
        match after.strip_prefix('"') {
            Some(after) => {
                name.push('"');
                rest = after;
            }
            None => return Some((name, after)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_survive_being_written() {
        for (schema, name) in
            [("sales", "orders"), ("a.b", "c\"d"), ("\"", "\"\""), ("Zoë", "naïve table"), ("x", "\".\"")]
        {
            let told = ObjectName::new(schema, name);
            assert_eq!(told.to_string().parse(), Ok(told));
        }
    }

    #[test]
    fn anything_else_is_no_name() {
        for text in
            ["", "sales.orders", "\"sales\"", "\"sales\".", "\"sales\".\"\"", "\"a\".\"b", "\"a\".\"b\"x", "\"\".\"b\""]
        {
            assert_eq!(text.parse::<ObjectName>(), Err(NotAName), "{text}");
        }
    }
}
