//! `SHOW SCHEMAS`, `SHOW TABLES` and `SHOW COLUMNS`, which are statements of their own in Redshift.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, RecordBatch, StringArray};
use datafusion::arrow::datatypes::{DataType, Field, Schema};

use super::{EngineSession, Refusal};

/// How `SHOW` of this cluster behaves.
#[derive(Clone, Copy)]
pub(crate) struct ShowLimits {
    /// More rows are an error.
    pub most: usize,
    /// The columns that newer servers added are there.
    pub is_wide: bool,
}

/// Answers `SHOW TABLES FROM SCHEMA [db.]schema`; `None` for a SHOW that is a setting.
pub(crate) fn show(
    session: &EngineSession,
    database: &str,
    words: &[String],
    sql: &str,
    limits: ShowLimits,
) -> Option<Result<RecordBatch, Refusal>> {
    let limit = limit(words, limits.most);
    match words.get(1).map(String::as_str) {
        Some("schemas") => Some(schemas(session, database)),
        Some("tables") => {
            let schema = last_name(sql)?;
            Some(limit.and_then(|limit| tables(session, database, &schema, limit, limits)))
        }
        Some("columns") => {
            let names = names_after(sql, "table ")?;
            let [.., schema, table] = names.as_slice() else { return None };
            Some(columns(session, database, schema, table))
        }
        _ => None,
    }
}

fn columns(session: &EngineSession, database: &str, schema: &str, table: &str) -> Result<RecordBatch, Refusal> {
    let of = |object: &super::Object| object.schema == schema && object.name == table;
    if !session.objects().iter().any(of) {
        return Err(Refusal::new("42P01", format!("relation \"{schema}.{table}\" does not exist")));
    }
    if !session.user().may_read(schema, table) {
        return Err(Refusal::new("42501", format!("permission denied for relation {table}")));
    }
    let shown: Vec<_> = session.columns().iter().filter(|column| of(&column.object)).collect();
    let places: Vec<String> = shown.iter().map(|column| column.place.to_string()).collect();
    let types: Vec<String> = shown.iter().map(|column| column.type_name()).collect();
    let count = shown.len();
    self::table(&[
        ("database_name", vec![database; count]),
        ("schema_name", vec![schema; count]),
        ("table_name", vec![table; count]),
        ("column_name", shown.iter().map(|column| column.name.as_str()).collect()),
        ("ordinal_position", places.iter().map(String::as_str).collect()),
        ("data_type", types.iter().map(String::as_str).collect()),
    ])
}

/// `LIMIT n` at the end, which may be 0 to the most that SHOW gives.
fn limit(words: &[String], most: usize) -> Result<Option<usize>, Refusal> {
    match words {
        [.., word, count] if word == "limit" => match count.parse() {
            Ok(count) if count <= most => Ok(Some(count)),
            _ => Err(Refusal::new("22023", format!("LIMIT must be between 0 and {most}"))),
        },
        _ => Ok(None),
    }
}

/// The last part of the name after `FROM SCHEMA`.
fn last_name(sql: &str) -> Option<String> {
    names_after(sql, "schema ")?.pop()
}

/// The parts of the name after a word, unquoted.
fn names_after(sql: &str, word: &str) -> Option<Vec<String>> {
    let lower = sql.to_lowercase();
    let after = &sql[lower.find(word)? + word.len()..];
    let mut parts = vec![String::new()];
    let mut is_quoted = false;
    let mut chars = after.trim_start().chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if is_quoted && chars.peek() == Some(&'"') => {
                chars.next();
                parts.last_mut()?.push('"');
            }
            '"' => is_quoted = !is_quoted,
            '.' if !is_quoted => parts.push(String::new()),
            c if (c.is_whitespace() || c == ';') && !is_quoted => break,
            c => parts.last_mut()?.push(c),
        }
    }
    parts.iter().all(|part| !part.is_empty()).then_some(parts)
}

fn schemas(session: &EngineSession, database: &str) -> Result<RecordBatch, Refusal> {
    let names: Vec<&str> =
        super::catalog::SCHEMAS.into_iter().filter(|schema| session.user().may_use(schema)).collect();
    let kinds = names.iter().map(|name| if *name == super::EXTERNAL_SCHEMA { "external" } else { "local" }).collect();
    table(&[("database_name", vec![database; names.len()]), ("schema_name", names), ("schema_type", kinds)])
}

fn tables(
    session: &EngineSession,
    database: &str,
    schema: &str,
    limit: Option<usize>,
    limits: ShowLimits,
) -> Result<RecordBatch, Refusal> {
    if !super::catalog::SCHEMAS.contains(&schema) {
        return Err(Refusal::new("3F000", format!("schema \"{schema}\" does not exist")));
    }
    if !session.user().may_use(schema) {
        return Err(Refusal::new("42501", format!("permission denied for schema {schema}")));
    }
    let mut shown: Vec<_> = session
        .objects()
        .iter()
        .filter(|object| object.schema == schema && session.user().may_read(schema, object.name))
        .collect();
    if limit.is_none() && shown.len() > limits.most {
        let said = format!("The result has more than {} rows. Use LIMIT or LIKE.", limits.most);
        return Err(Refusal::new("54000", said));
    }
    shown.truncate(limit.unwrap_or(usize::MAX));
    let kinds = shown.iter().map(|object| match object.kind {
        'x' => "EXTERNAL TABLE",
        'v' => "VIEW",
        _ => "TABLE",
    });
    let count = shown.len();
    let mut columns = vec![
        ("database_name", vec![database; count]),
        ("schema_name", vec![schema; count]),
        ("table_name", shown.iter().map(|object| object.name).collect()),
        ("table_type", kinds.collect()),
        ("table_acl", vec![""; count]),
        ("remarks", vec![""; count]),
    ];
    if limits.is_wide {
        let added = ["owner", "last_altered_time", "last_modified_time", "dist_style", "table_subtype"];
        columns.splice(0..0, added.map(|name| (name, vec![""; count])));
    }
    table(&columns)
}

/// A result of text columns.
pub(crate) fn table(columns: &[(&str, Vec<&str>)]) -> Result<RecordBatch, Refusal> {
    let fields: Vec<Field> = columns.iter().map(|(name, _)| Field::new(*name, DataType::Utf8, true)).collect();
    let arrays = columns.iter().map(|(_, values)| Arc::new(StringArray::from(values.clone())) as ArrayRef);
    RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays.collect())
        .map_err(|error| Refusal::new("XX000", error.to_string()))
}
