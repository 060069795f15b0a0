//! Columns in the catalogs: `pg_attribute`, `svv_columns`, and the function that tells those of late-binding views.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, BooleanArray, Int16Array, Int32Array, Int64Array, StringArray};
use datafusion::arrow::datatypes::Field;
use datafusion::catalog::{TableFunctionArgs, TableFunctionImpl, TableProvider};
use datafusion::datasource::MemTable;
use datafusion::error::DataFusionError;

use super::catalog::Object;
use super::data::{MODIFIER, OID, Table, Type};

/// One column of one object.
#[derive(Clone, Debug)]
pub(crate) struct Column {
    pub object: Object,
    pub name: String,
    pub place: i16,
    pub oid: i64,
    pub modifier: i32,
}

impl Column {
    pub fn new(object: &Object, place: usize, field: &Field) -> Self {
        let said = |key: &str| field.metadata().get(key).and_then(|text| text.parse::<i64>().ok());
        Self {
            object: object.clone(),
            name: field.name().clone(),
            place: place as i16 + 1,
            oid: said(OID).unwrap_or(1043),
            modifier: said(MODIFIER).map_or(-1, |modifier| modifier as i32),
        }
    }

    /// The type as `format_type` spells it.
    pub fn type_name(&self) -> String {
        let packed = self.modifier - 4;
        match self.oid {
            16 => "boolean".into(),
            20 => "bigint".into(),
            21 => "smallint".into(),
            23 => "integer".into(),
            701 => "double precision".into(),
            1042 => format!("character({packed})"),
            1082 => "date".into(),
            1114 => "timestamp without time zone".into(),
            1184 => "timestamp with time zone".into(),
            1266 => "time with time zone".into(),
            1700 if packed >= 0 => format!("numeric({},{})", packed >> 16, packed & 0xffff),
            4000 => "super".into(),
            6551 => "binary varying".into(),
            _ if packed > 0 => format!("character varying({packed})"),
            _ => "character varying".into(),
        }
    }

    fn is_late(&self) -> bool {
        self.object.kind == 'v' && self.object.columns == 0
    }
}

fn text(values: impl Iterator<Item = String>) -> ArrayRef {
    Arc::new(StringArray::from_iter_values(values))
}

/// Late-binding views and external tables have no row here.
pub(super) fn pg_attribute(columns: &[Column]) -> Result<Arc<MemTable>, DataFusionError> {
    let shown: Vec<&Column> = columns.iter().filter(|column| !column.is_late() && column.object.kind != 'x').collect();
    let numbers = |values: Vec<i64>| Arc::new(Int64Array::from(values)) as ArrayRef;
    Table::new()
        .column("attrelid", Type::BigInt, numbers(shown.iter().map(|column| column.object.oid).collect()))
        .column("attname", Type::Varchar(128), text(shown.iter().map(|column| column.name.clone())))
        .column("atttypid", Type::BigInt, numbers(shown.iter().map(|column| column.oid).collect()))
        .column(
            "attnum",
            Type::SmallInt,
            Arc::new(Int16Array::from_iter_values(shown.iter().map(|column| column.place))),
        )
        .column(
            "atttypmod",
            Type::Int,
            Arc::new(Int32Array::from_iter_values(shown.iter().map(|column| column.modifier))),
        )
        .column("attisdropped", Type::Bool, Arc::new(BooleanArray::from(vec![false; shown.len()])))
        .build()
}

/// Everything, late-binding views and external tables too.
pub(super) fn svv_columns(columns: &[Column]) -> Result<Arc<MemTable>, DataFusionError> {
    let places = columns.iter().map(|column| i32::from(column.place));
    Table::new()
        .column("table_schema", Type::Varchar(128), text(columns.iter().map(|column| column.object.schema.to_owned())))
        .column("table_name", Type::Varchar(128), text(columns.iter().map(|column| column.object.name.to_owned())))
        .column("column_name", Type::Varchar(128), text(columns.iter().map(|column| column.name.clone())))
        .column("ordinal_position", Type::Int, Arc::new(Int32Array::from_iter_values(places)))
        .column("data_type", Type::Varchar(128), text(columns.iter().map(Column::type_name)))
        .build()
}

/// `pg_get_late_binding_view_cols()`, a function in the place of a table.
#[derive(Debug)]
pub(super) struct LateBindingColumns(pub Arc<MemTable>);

impl LateBindingColumns {
    pub fn new(columns: &[Column]) -> Result<Self, DataFusionError> {
        let late: Vec<&Column> = columns.iter().filter(|column| column.is_late()).collect();
        let places = late.iter().map(|column| i32::from(column.place));
        let table = Table::new()
            .column("view_schema", Type::Varchar(128), text(late.iter().map(|column| column.object.schema.to_owned())))
            .column("view_name", Type::Varchar(128), text(late.iter().map(|column| column.object.name.to_owned())))
            .column("col_name", Type::Varchar(128), text(late.iter().map(|column| column.name.clone())))
            .column("col_type", Type::Varchar(128), text(late.iter().map(|column| column.type_name())))
            .column("col_num", Type::Int, Arc::new(Int32Array::from_iter_values(places)))
            .build()?;
        Ok(Self(table))
    }
}

impl TableFunctionImpl for LateBindingColumns {
    fn call_with_args(&self, _: TableFunctionArgs<'_, '_>) -> Result<Arc<dyn TableProvider>, DataFusionError> {
        Ok(Arc::clone(&self.0) as Arc<dyn TableProvider>)
    }
}
