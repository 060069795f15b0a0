//! `SHOW DATABASES`, `SCHEMAS`, `TABLES` and `COLUMNS`, which are statements of their own in Redshift. AWS's drivers
//! prepare them, with the names as parameters.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, RecordBatch, StringArray};
use datafusion::arrow::datatypes::{DataType, Field, Schema};
use datafusion::scalar::ScalarValue;

use super::{EngineSession, Refusal};
use crate::lexer::tokens;

/// How `SHOW` of this cluster behaves.
#[derive(Clone, Copy)]
pub(crate) struct ShowLimits {
    /// More rows are an error.
    pub most: usize,
    /// The columns that newer servers added are there.
    pub is_wide: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum What {
    Databases,
    Schemas,
    Tables,
    Columns,
}

/// What a `SHOW` asks for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Asked {
    what: What,
    database: String,
    /// Database, schema, table, as far as given; `None` for a parameter that has no value yet.
    names: Option<Vec<String>>,
    like: Option<String>,
    limit: Option<String>,
}

impl Asked {
    /// `None` for a SHOW that is a setting.
    pub fn read(sql: &str, values: &[ScalarValue], database: &str) -> Option<Self> {
        let tokens = tokens(sql);
        let what = match tokens.get(1)?.to_lowercase().as_str() {
            "databases" => What::Databases,
            "schemas" => What::Schemas,
            "tables" => What::Tables,
            "columns" => What::Columns,
            _ => return None,
        };
        let mut asked = Self { what, database: database.to_owned(), names: Some(vec![]), like: None, limit: None };
        let mut rest = tokens.get(2..)?.iter().copied();
        while let Some(token) = rest.next() {
            match token.to_lowercase().as_str() {
                "from" | "database" | "schema" | "table" | "." | ";" => {}
                "like" => asked.like = value(rest.by_ref(), values),
                "limit" => asked.limit = rest.next().map(str::to_owned),
                _ => {
                    let name = value([token].into_iter().chain(rest.by_ref()), values);
                    asked.names = asked.names.zip(name).map(|(mut names, name)| {
                        names.push(name);
                        names
                    });
                }
            }
        }
        Some(asked)
    }

    pub fn answer(&self, session: &EngineSession, limits: ShowLimits) -> Result<RecordBatch, Refusal> {
        let limit = match self.limit.as_deref().map(str::parse) {
            None => None,
            Some(Ok(limit)) if limit <= limits.most => Some(limit),
            Some(_) => return Err(Refusal::new("22023", format!("LIMIT must be between 0 and {}", limits.most))),
        };
        let mut rows = match &self.names {
            None => Vec::new(),
            Some(names) => self.rows(session, names)?,
        };
        if let Some(pattern) = &self.like {
            let place = self.what as usize;
            rows.retain(|row| is_like(&row[place], pattern));
        }
        if limit.is_none() && rows.len() > limits.most {
            let said = format!("The result has more than {} rows. Use LIMIT or LIKE.", limits.most);
            return Err(Refusal::new("54000", said));
        }
        rows.truncate(limit.unwrap_or(usize::MAX));
        let mut columns: Vec<&str> = self.columns().to_vec();
        columns.extend(match self.what {
            What::Tables if limits.is_wide => {
                ["owner", "last_altered_time", "last_modified_time", "dist_style", "table_subtype"].as_slice()
            }
            What::Columns if limits.is_wide => {
                ["sort_key_type", "sort_key", "dist_key", "encoding", "collation"].as_slice()
            }
            _ => &[],
        });
        let cell = |row: &Vec<String>, at: usize| row.get(at).cloned().unwrap_or_default();
        let cells: Vec<Vec<String>> =
            (0..columns.len()).map(|at| rows.iter().map(|row| cell(row, at)).collect()).collect();
        let texts = cells.iter().map(|column| column.iter().map(String::as_str).collect::<Vec<_>>());
        table(&columns.iter().copied().zip(texts).collect::<Vec<_>>())
    }

    fn columns(&self) -> &'static [&'static str] {
        match self.what {
            What::Databases => &["database_name", "database_owner", "database_type", "database_acl", "parameters"],
            What::Schemas => &[
                "database_name",
                "schema_name",
                "schema_owner",
                "schema_type",
                "schema_acl",
                "source_database",
                "schema_option",
            ],
            What::Tables => &["database_name", "schema_name", "table_name", "table_type", "table_acl", "remarks"],
            What::Columns => &[
                "database_name",
                "schema_name",
                "table_name",
                "column_name",
                "ordinal_position",
                "column_default",
                "is_nullable",
                "data_type",
                "character_maximum_length",
                "numeric_precision",
                "numeric_scale",
                "remarks",
            ],
        }
    }

    /// The rows, in the order of the columns; those at the end may be left out.
    fn rows(&self, session: &EngineSession, names: &[String]) -> Result<Vec<Vec<String>>, Refusal> {
        let text = |cells: &[&str]| cells.iter().map(|cell| (*cell).to_owned()).collect::<Vec<_>>();
        let user = session.user();
        match (self.what, names) {
            (What::Databases, _) => Ok(super::DATABASES.iter().map(|name| text(&[name, "100", "local"])).collect()),
            (What::Schemas, _) => {
                let usable = super::catalog::SCHEMAS.into_iter().filter(|schema| user.may_use(schema));
                let kind = |schema: &str| if schema == super::EXTERNAL_SCHEMA { "external" } else { "local" };
                Ok(usable.map(|schema| text(&[&self.database, schema, "100", kind(schema)])).collect())
            }
            (What::Tables, [.., schema]) => {
                self.check_schema(session, schema)?;
                let shown = session.objects().iter().filter(|object| object.schema == schema.as_str());
                let shown = shown.filter(|object| user.may_read(schema, object.name));
                let kind = |kind| match kind {
                    'x' => "EXTERNAL TABLE",
                    'v' => "VIEW",
                    _ => "TABLE",
                };
                Ok(shown.map(|object| text(&[&self.database, schema, object.name, kind(object.kind)])).collect())
            }
            (What::Columns, [.., schema, table]) => {
                let of = |object: &super::Object| object.schema == schema.as_str() && object.name == table.as_str();
                if !session.objects().iter().any(of) {
                    return Err(Refusal::new("42P01", format!("relation \"{schema}.{table}\" does not exist")));
                }
                if !user.may_read(schema, table) {
                    return Err(Refusal::new("42501", format!("permission denied for relation {table}")));
                }
                let shown = session.columns().iter().filter(|column| of(&column.object));
                let row = |column: &super::Column| {
                    let place = column.place.to_string();
                    let name = column.type_name();
                    text(&[&self.database, schema, table, &column.name, &place, "", "YES", &name, "0", "0", "0", ""])
                };
                Ok(shown.map(row).collect())
            }
            _ => Err(Refusal::new("42601", "syntax error at end of input")),
        }
    }

    fn check_schema(&self, session: &EngineSession, schema: &str) -> Result<(), Refusal> {
        if !super::catalog::SCHEMAS.contains(&schema) {
            return Err(Refusal::new("3F000", format!("schema \"{schema}\" does not exist")));
        }
        if !session.user().may_use(schema) {
            return Err(Refusal::new("42501", format!("permission denied for schema {schema}")));
        }
        Ok(())
    }
}

/// A name or a string: as it stands, quoted, or a parameter's value.
fn value<'a>(mut tokens: impl Iterator<Item = &'a str>, values: &[ScalarValue]) -> Option<String> {
    let token = tokens.next()?;
    if token == "$" {
        let number: usize = tokens.next()?.parse().ok()?;
        return match values.get(number.checked_sub(1)?)? {
            ScalarValue::Utf8(value) => value.clone(),
            _ => None,
        };
    }
    for quote in ['"', '\''] {
        if let Some(inner) = token.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote)) {
            return Some(inner.replace(&format!("{quote}{quote}"), &quote.to_string()));
        }
    }
    Some(token.to_lowercase())
}

/// SQL's LIKE: `%`, `_`, and a backslash before either.
fn is_like(text: &str, pattern: &str) -> bool {
    let mut pattern = pattern.chars();
    match pattern.next() {
        None => text.is_empty(),
        Some('%') => {
            let rest = pattern.as_str();
            text.char_indices().any(|(at, _)| is_like(&text[at..], rest)) || is_like("", rest)
        }
        Some(c) => {
            let (c, is_any) = match c {
                '\\' => (pattern.next().unwrap_or('\\'), false),
                c => (c, c == '_'),
            };
            let mut rest = text.chars();
            rest.next().is_some_and(|first| (is_any || first == c) && is_like(rest.as_str(), pattern.as_str()))
        }
    }
}

/// A result of text columns.
pub(crate) fn table(columns: &[(&str, Vec<&str>)]) -> Result<RecordBatch, Refusal> {
    let fields: Vec<Field> = columns.iter().map(|(name, _)| Field::new(*name, DataType::Utf8, true)).collect();
    let arrays = columns.iter().map(|(_, values)| Arc::new(StringArray::from(values.clone())) as ArrayRef);
    RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays.collect())
        .map_err(|error| Refusal::new("XX000", error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(sql: &str, values: &[&str]) -> Option<Vec<String>> {
        let values: Vec<ScalarValue> = values.iter().map(|value| ScalarValue::Utf8(Some((*value).into()))).collect();
        Asked::read(sql, &values, "dev").unwrap().names
    }

    #[test]
    fn names_are_read_plain_quoted_and_as_parameters() {
        let expected = Some(vec!["dev".to_owned(), "Pub\"lic".to_owned()]);
        assert_eq!(names("SHOW TABLES FROM SCHEMA DEV.\"Pub\"\"lic\" LIMIT 10;", &[]), expected);
        assert_eq!(names("show tables from schema $1.$2 like $3", &["dev", "Pub\"lic", "x%"]), expected);
        assert_eq!(names("show tables from schema $1.$2", &[]), None);
        let asked = Asked::read("show columns from table a.b.c like 'x''%' limit 5", &[], "dev").unwrap();
        assert_eq!((asked.like.as_deref(), asked.limit.as_deref()), (Some("x'%"), Some("5")));
        assert_eq!(Asked::read("show search_path", &[], "dev"), None);
    }

    #[test]
    fn patterns_match_as_in_sql() {
        for (text, pattern, is) in [
            ("sales", "s%", true),
            ("sales", "%es", true),
            ("sales", "s_les", true),
            ("sales", "sale", false),
            ("s_x", "s\\_x", true),
            ("sax", "s\\_x", false),
            ("", "%", true),
        ] {
            assert_eq!(is_like(text, pattern), is, "{text} {pattern}");
        }
    }
}
