//! Names of kinds.

use contract::catalog::ObjectKind;

pub fn kind(kind: ObjectKind) -> &'static str {
    match kind {
        ObjectKind::Table => "Table",
        ObjectKind::View => "View",
        ObjectKind::LateBindingView => "Late-binding view",
        ObjectKind::MaterializedView => "Materialized view",
        ObjectKind::ExternalTable => "External table",
        ObjectKind::SharedTable => "Datashare table",
    }
}
