//! The catalogs, as far as a listing reads them: what there is, and how `pg_class` and its kin describe it.

use std::ops::ControlFlow;
use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, Int16Array, Int64Array, StringArray};
use datafusion::datasource::MemTable;
use datafusion::error::DataFusionError;
use datafusion::sql::parser::Statement;
use datafusion::sql::sqlparser::ast::{Ident, ObjectName, ObjectNamePart, visit_relations_mut};

use super::data::{Table, Type};

#[derive(Clone, Debug)]
pub(crate) struct Object {
    pub oid: i64,
    pub schema: &'static str,
    pub name: &'static str,
    /// `pg_class.relkind`; `x` for an external table, which has no row there.
    pub kind: char,
    /// Columns in `pg_attribute`: none for a late-binding view.
    pub columns: i16,
    pub is_materialized: bool,
}

pub(super) const SCHEMAS: [&str; 4] = ["finance", "public", "reporting", "spectrum"];

pub(super) const VIEWS: [(&str, &str, &str); 3] = [
    (
        "reporting",
        "sales_by_event",
        "select e.eventname, count(*) as sales, sum(s.pricepaid) as revenue
         from public.sales s join public.event e on e.eventid = s.eventid group by e.eventname",
    ),
    (
        "reporting",
        "top_sellers",
        "select u.userid, u.firstname, u.lastname, sum(s.pricepaid) as revenue
         from public.sales s join public.users u on u.userid = s.sellerid group by u.userid, u.firstname, u.lastname",
    ),
    (
        "reporting",
        "daily_revenue",
        "select d.caldate, sum(s.pricepaid) as revenue, sum(s.qtysold) as tickets
         from public.sales s join public.date d on d.dateid = s.dateid group by d.caldate",
    ),
];

/// The first OID of a user's object.
const FIRST_OID: i64 = 100_000;

pub(super) fn objects() -> Vec<Object> {
    let listed: [(&str, &str, char, i16, bool); 15] = [
        ("finance", "ledger", 'r', 2, false),
        ("public", "category", 'r', 4, false),
        ("public", "date", 'r', 7, false),
        ("public", "event", 'r', 6, false),
        ("public", "event_details", 'r', 7, false),
        ("public", "listing", 'r', 7, false),
        ("public", "payroll", 'r', 2, false),
        ("public", "sales", 'r', 10, false),
        ("public", "users", 'r', 9, false),
        ("public", "venue", 'r', 5, false),
        ("reporting", "daily_revenue", 'v', 3, true),
        // What a materialized view keeps its rows in; a listing hides it.
        ("reporting", "mv_tbl__daily_revenue__0", 'r', 3, false),
        ("reporting", "sales_by_event", 'v', 3, false),
        ("reporting", "top_sellers", 'v', 0, false),
        ("spectrum", "clicks", 'x', 2, false),
    ];
    let object = |(at, (schema, name, kind, columns, is_materialized)): (
        usize,
        (&'static str, &'static str, char, i16, bool),
    )| { Object { oid: FIRST_OID + at as i64, schema, name, kind, columns, is_materialized } };
    listed.into_iter().enumerate().map(object).collect()
}

pub(super) fn schema_oid(name: &str) -> i64 {
    match SCHEMAS.iter().position(|schema| *schema == name) {
        Some(at) => 2_200 + at as i64,
        None => 11,
    }
}

pub(super) fn schema_of(oid: i64) -> Option<&'static str> {
    SCHEMAS.into_iter().find(|schema| schema_oid(schema) == oid)
}

const PG_TABLES: [&str; 10] = [
    "pg_attribute",
    "svv_columns",
    "pg_namespace",
    "pg_class",
    "svv_external_schemas",
    "svv_mv_info",
    "svv_external_tables",
    "svv_table_info",
    "svv_tables",
    "pg_database",
];

/// The schema of a table named without one: catalogs are found before `public`.
pub(super) fn home_of(table: &str) -> &'static str {
    if PG_TABLES.contains(&table) { "pg_catalog" } else { "public" }
}

/// Writes the schema in front of catalog tables that were named without one.
pub(super) fn qualify(mut statement: Statement) -> Statement {
    if let Statement::Statement(inner) = &mut statement {
        let _ = visit_relations_mut(inner.as_mut(), |name: &mut ObjectName| {
            if let [ObjectNamePart::Identifier(table)] = name.0.as_slice()
                && home_of(&table.value.to_lowercase()) == "pg_catalog"
            {
                name.0.insert(0, ObjectNamePart::Identifier(Ident::new("pg_catalog")));
            }
            ControlFlow::<()>::Continue(())
        });
    }
    statement
}

pub(super) fn pg_tables(objects: &[Object]) -> Result<Vec<(&'static str, Arc<MemTable>)>, DataFusionError> {
    let text = |values: Vec<&str>| Arc::new(StringArray::from(values)) as ArrayRef;
    let numbers = |values: Vec<i64>| Arc::new(Int64Array::from(values)) as ArrayRef;
    let schemas: Vec<&str> = if objects.is_empty() {
        vec!["pg_catalog", "public"]
    } else {
        ["information_schema", "pg_catalog"].into_iter().chain(SCHEMAS).collect()
    };
    let in_class: Vec<&Object> = objects.iter().filter(|object| object.kind != 'x').collect();
    let outside: Vec<&Object> = objects.iter().filter(|object| object.kind == 'x').collect();
    let materialized: Vec<&Object> = objects.iter().filter(|object| object.is_materialized).collect();
    let external: Vec<&str> = if objects.is_empty() { vec![] } else { vec![super::EXTERNAL_SCHEMA] };
    let kinds: Vec<String> = in_class.iter().map(|object| object.kind.to_string()).collect();
    let types = |object: &&Object| {
        if object.kind == 'v' { "VIEW" } else { "BASE TABLE" }
    };
    Ok(vec![
        (
            "pg_namespace",
            Table::new()
                .column("oid", Type::BigInt, numbers(schemas.iter().map(|schema| schema_oid(schema)).collect()))
                .column("nspowner", Type::BigInt, numbers(vec![100; schemas.len()]))
                .column("nspname", Type::Varchar(128), text(schemas))
                .build()?,
        ),
        (
            "pg_class",
            Table::new()
                .column("oid", Type::BigInt, numbers(in_class.iter().map(|object| object.oid).collect()))
                .column("relname", Type::Varchar(128), text(in_class.iter().map(|object| object.name).collect()))
                .column(
                    "relnamespace",
                    Type::BigInt,
                    numbers(in_class.iter().map(|object| schema_oid(object.schema)).collect()),
                )
                .column("relowner", Type::BigInt, numbers(vec![100; in_class.len()]))
                .column("relkind", Type::Char(1), text(kinds.iter().map(String::as_str).collect()))
                .column(
                    "relnatts",
                    Type::SmallInt,
                    Arc::new(Int16Array::from_iter_values(in_class.iter().map(|object| object.columns))),
                )
                .build()?,
        ),
        (
            "svv_mv_info",
            Table::new()
                .column(
                    "schema_name",
                    Type::Varchar(128),
                    text(materialized.iter().map(|object| object.schema).collect()),
                )
                .column("name", Type::Varchar(128), text(materialized.iter().map(|object| object.name).collect()))
                .build()?,
        ),
        (
            "svv_external_schemas",
            Table::new()
                .column("schemaname", Type::Varchar(128), text(external.clone()))
                .column(
                    "eskind",
                    Type::Int,
                    Arc::new(datafusion::arrow::array::Int32Array::from_iter_values(external.iter().map(|_| 1))),
                )
                .build()?,
        ),
        (
            "svv_external_tables",
            Table::new()
                .column("schemaname", Type::Varchar(128), text(outside.iter().map(|object| object.schema).collect()))
                .column("tablename", Type::Varchar(128), text(outside.iter().map(|object| object.name).collect()))
                .column("tabletype", Type::Varchar(128), text(vec!["EXTERNAL TABLE"; outside.len()]))
                .build()?,
        ),
        (
            "svv_table_info",
            Table::new()
                .column("schema", Type::Varchar(128), text(in_class.iter().map(|object| object.schema).collect()))
                .column("table", Type::Varchar(128), text(in_class.iter().map(|object| object.name).collect()))
                .build()?,
        ),
        (
            "svv_tables",
            Table::new()
                .column("table_schema", Type::Varchar(128), text(in_class.iter().map(|object| object.schema).collect()))
                .column("table_name", Type::Varchar(128), text(in_class.iter().map(|object| object.name).collect()))
                .column("table_type", Type::Varchar(128), text(in_class.iter().map(types).collect()))
                .build()?,
        ),
        ("pg_database", pg_database()?),
    ])
}

fn pg_database() -> Result<Arc<MemTable>, DataFusionError> {
    let count = super::DATABASES.len();
    let text = |value: &str| Arc::new(StringArray::from(vec![value; count])) as ArrayRef;
    let number = |value: i64| Arc::new(Int64Array::from(vec![value; count])) as ArrayRef;
    Table::new()
        .column("datname", Type::Varchar(128), Arc::new(StringArray::from(super::DATABASES.to_vec())))
        .column("datdba", Type::BigInt, number(100))
        .column("encoding", Type::BigInt, number(6))
        .column("datcollate", Type::Varchar(128), text("C"))
        .column("datctype", Type::Varchar(128), text("C"))
        .column("datacl", Type::Varchar(128), Arc::new(StringArray::from(vec![None::<&str>; count])))
        .build()
}
