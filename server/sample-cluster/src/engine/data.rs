//! The tables: columns with their Redshift types, filled by the generator.

use std::collections::HashMap;
use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, RecordBatch};
use datafusion::arrow::datatypes::{DataType, Field, Schema, TimeUnit};
use datafusion::datasource::MemTable;
use datafusion::error::DataFusionError;

use super::tickit::Tickit;

/// A column's type as the wire will name it.
#[derive(Clone, Copy)]
pub(super) enum Type {
    Int,
    SmallInt,
    BigInt,
    Bool,
    Varchar(i32),
    Char(i32),
    Numeric(u8, i8),
    Date,
    Timestamp,
    TimestampTz,
    TimeTz,
    Super,
    Varbyte,
    Double,
}

/// The key under which a field keeps the OID that its Arrow type does not tell.
pub(crate) const OID: &str = "redshift.oid";
pub(crate) const MODIFIER: &str = "redshift.modifier";

pub(super) fn field(name: &str, kind: Type) -> Field {
    let (arrow, oid, modifier) = match kind {
        Type::Int => (DataType::Int32, 23, -1),
        Type::SmallInt => (DataType::Int16, 21, -1),
        Type::BigInt => (DataType::Int64, 20, -1),
        Type::Bool => (DataType::Boolean, 16, -1),
        Type::Double => (DataType::Float64, 701, -1),
        Type::Varchar(length) => (DataType::Utf8, 1043, length + 4),
        Type::Char(length) => (DataType::Utf8, 1042, length + 4),
        Type::Numeric(precision, scale) => {
            (DataType::Decimal128(precision, scale), 1700, ((i32::from(precision) << 16) | i32::from(scale)) + 4)
        }
        Type::Date => (DataType::Date32, 1082, -1),
        Type::Timestamp => (DataType::Timestamp(TimeUnit::Microsecond, None), 1114, -1),
        Type::TimestampTz => (DataType::Timestamp(TimeUnit::Microsecond, Some("+00:00".into())), 1184, -1),
        Type::TimeTz => (DataType::Utf8, 1266, -1),
        Type::Super => (DataType::Utf8, 4000, -1),
        Type::Varbyte => (DataType::Utf8, 6551, -1),
    };
    let metadata = [(OID, oid.to_string()), (MODIFIER, modifier.to_string())];
    Field::new(name, arrow, true).with_metadata(HashMap::from(metadata.map(|(key, value)| (key.to_owned(), value))))
}

pub(super) struct Table {
    fields: Vec<Field>,
    columns: Vec<ArrayRef>,
}

impl Table {
    pub fn new() -> Self {
        Self { fields: Vec::new(), columns: Vec::new() }
    }

    pub fn column(mut self, name: &str, kind: Type, values: ArrayRef) -> Self {
        self.fields.push(field(name, kind));
        self.columns.push(values);
        self
    }

    pub fn build(self) -> Result<Arc<MemTable>, DataFusionError> {
        let schema = Arc::new(Schema::new(self.fields));
        let batch = RecordBatch::try_new(Arc::clone(&schema), self.columns)?;
        // Slices, so that a first row leaves before the last one is looked at.
        let slices = (0..batch.num_rows()).step_by(8192);
        let batches = slices.map(|at| batch.slice(at, (batch.num_rows() - at).min(8192))).collect();
        Ok(Arc::new(MemTable::try_new(schema, vec![batches])?))
    }
}

type Named = (&'static str, &'static str, Arc<MemTable>);

/// Every table with rows of its own.
pub(super) fn tables(sales: usize) -> Result<Vec<Named>, DataFusionError> {
    let tickit = Tickit::new(sales);
    Ok(vec![
        ("public", "users", tickit.users()?),
        ("public", "venue", tickit.venue()?),
        ("public", "category", tickit.category()?),
        ("public", "date", tickit.date()?),
        ("public", "event", tickit.event()?),
        ("public", "event_details", tickit.event_details()?),
        ("public", "listing", tickit.listing()?),
        ("public", "sales", tickit.sales()?),
        ("public", "payroll", tickit.payroll()?),
        ("finance", "ledger", tickit.ledger()?),
        ("spectrum", "clicks", tickit.clicks()?),
    ])
}
