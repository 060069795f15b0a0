//! Functions that depend on who is asking, and Redshift's own words about itself.

use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, BooleanArray, Int64Array, StringArray};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::DataType;
use datafusion::error::DataFusionError;
use datafusion::logical_expr::{ColumnarValue, Volatility, create_udf};
use datafusion::prelude::SessionContext;
use datafusion::scalar::ScalarValue;

use super::catalog::{Object, schema_of};
use crate::backends::Backends;
use crate::quirks::Quirks;
use crate::users::User;

/// The version that the sample claims to be.
pub(crate) const REDSHIFT_VERSION: &str = "1.0.77467";

pub(super) fn register(
    context: &SessionContext,
    user: User,
    database: &str,
    quirks: &Quirks,
    objects: Arc<Vec<Object>>,
) {
    let mut version = if quirks.is_redshift {
        format!(
            "PostgreSQL 8.0.2 on i686-pc-linux-gnu, compiled by GCC gcc (GCC) 3.4.2 20041017 \
             (Red Hat 3.4.2-6.fc3), Redshift {REDSHIFT_VERSION}"
        )
    } else {
        "PostgreSQL 15.18 on x86_64-pc-linux-gnu, compiled by gcc".to_owned()
    };
    if quirks.has_nul_in_version {
        version.push('\0');
    }
    for (name, value) in [
        ("version", version),
        ("current_database", database.to_owned()),
        ("current_user", user.name.to_owned()),
        ("user", user.name.to_owned()),
        ("session_user", user.name.to_owned()),
        ("current_schema", "public".to_owned()),
    ] {
        constant(context, name, value);
    }
    catalog_functions(context, Arc::clone(&objects));
    privilege(context, "has_schema_privilege", move |oid, right| {
        let schema = schema_of(oid);
        schema.map(|schema| if right == "create" { user.may_create(schema) } else { user.may_use(schema) })
    });
    privilege(context, "has_table_privilege", move |oid, right| {
        let object = objects.iter().find(|object| object.oid == oid)?;
        Some(match right {
            "select" => user.may_read(object.schema, object.name),
            _ => user.may_write(object.schema) && object.kind == 'r',
        })
    });
}

/// The functions that know of other sessions.
pub(super) fn register_backends(context: &SessionContext, pid: i32, backends: &Arc<Backends>) {
    let own = move |_: &[ColumnarValue]| Ok(ColumnarValue::Scalar(ScalarValue::Int32(Some(pid))));
    context.register_udf(create_udf("pg_backend_pid", vec![], DataType::Int32, Volatility::Stable, Arc::new(own)));
    for (name, is_final) in [("pg_cancel_backend", false), ("pg_terminate_backend", true)] {
        let backends = Arc::clone(backends);
        let end = move |arguments: &[ColumnarValue]| {
            let pid = match arguments {
                [ColumnarValue::Scalar(ScalarValue::Int64(Some(pid)))] => i32::try_from(*pid).unwrap_or_default(),
                _ => return Err(DataFusionError::Plan("Invalid function call: a process id expected".into())),
            };
            Ok(ColumnarValue::Scalar(ScalarValue::Int32(Some(i32::from(backends.cancel_by_pid(pid, is_final))))))
        };
        let types = vec![DataType::Int64];
        context.register_udf(create_udf(name, types, DataType::Int32, Volatility::Volatile, Arc::new(end)));
    }
}

fn constant(context: &SessionContext, name: &str, value: String) {
    let answer = move |_: &[ColumnarValue]| Ok(ColumnarValue::Scalar(ScalarValue::Utf8(Some(value.clone()))));
    context.register_udf(create_udf(name, vec![], DataType::Utf8, Volatility::Stable, Arc::new(answer)));
}

/// What psql's `\l`, `\dn`, `\dt` and `\dv` call.
fn catalog_functions(context: &SessionContext, objects: Arc<Vec<Object>>) {
    let text_of = |context: &SessionContext, name: &str, kind: DataType, text: &'static str| {
        let answer = move |_: &[ColumnarValue]| Ok(ColumnarValue::Scalar(ScalarValue::Utf8(Some(text.to_owned()))));
        context.register_udf(create_udf(name, vec![kind], DataType::Utf8, Volatility::Stable, Arc::new(answer)));
    };
    text_of(context, "pg_get_userbyid", DataType::Int64, "admin");
    text_of(context, "pg_encoding_to_char", DataType::Int64, "UTF8");
    let same = |arguments: &[ColumnarValue]| Ok(arguments[0].clone());
    let types = vec![DataType::Utf8, DataType::Utf8];
    context.register_udf(create_udf("array_to_string", types, DataType::Utf8, Volatility::Stable, Arc::new(same)));
    let visible = move |arguments: &[ColumnarValue]| {
        let [oids] = arguments else { return Err(DataFusionError::Plan("Invalid function call".into())) };
        let oids = cast(&oids.to_array(1)?, &DataType::Int64)?;
        let oids = oids.as_any().downcast_ref::<Int64Array>();
        let is_visible = |oid: i64| objects.iter().any(|object| object.oid == oid && object.schema == "public");
        let answers = oids.map(|oids| oids.iter().map(|oid| oid.map(is_visible)).collect::<BooleanArray>());
        let answers = answers.ok_or_else(|| DataFusionError::Internal("cast gave another type".into()))?;
        Ok(ColumnarValue::Array(Arc::new(answers) as ArrayRef))
    };
    let types = vec![DataType::Int64];
    let visible = create_udf("pg_table_is_visible", types, DataType::Boolean, Volatility::Stable, Arc::new(visible));
    context.register_udf(visible);
}

/// `has_…_privilege(oid, 'right')`.
fn privilege(context: &SessionContext, name: &str, rule: impl Fn(i64, &str) -> Option<bool> + Send + Sync + 'static) {
    let answer = move |arguments: &[ColumnarValue]| -> Result<ColumnarValue, DataFusionError> {
        let arrays = ColumnarValue::values_to_arrays(arguments)?;
        let [oids, rights] = arrays.as_slice() else {
            return Err(DataFusionError::Plan("Invalid function call: two arguments expected".into()));
        };
        let oids = cast(oids, &DataType::Int64)?;
        let rights = cast(rights, &DataType::Utf8)?;
        let (Some(oids), Some(rights)) =
            (oids.as_any().downcast_ref::<Int64Array>(), rights.as_any().downcast_ref::<StringArray>())
        else {
            return Err(DataFusionError::Internal("cast gave another type".into()));
        };
        let answers = (0..oids.len()).map(|row| rule(oids.value(row), &rights.value(row).to_lowercase()));
        Ok(ColumnarValue::Array(Arc::new(BooleanArray::from_iter(answers)) as ArrayRef))
    };
    let types = vec![DataType::Int64, DataType::Utf8];
    context.register_udf(create_udf(name, types, DataType::Boolean, Volatility::Stable, Arc::new(answer)));
}
