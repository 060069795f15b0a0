//! Columns of what the catalog lists, for whoever writes SQL. Two questions, each on its own: what one of them does not
//! tell is missing, and nothing else. Those of external tables are known once a table was read.

use crate::error::Error;
use crate::rows::Limits;
use crate::session::Session;

/// The names of one object's columns, in their order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Columns {
    pub schema: String,
    pub object: String,
    pub names: Vec<String>,
}

/// Tens of thousands of tables have more columns than anybody completes.
const LIMITS: Limits = Limits { rows: 200_000, bytes: 16 * 1024 * 1024, ..Limits::PREVIEW };

const COLUMNS: &str = "
    select n.nspname, c.relname, a.attname
    from pg_catalog.pg_attribute a
    join pg_catalog.pg_class c on c.oid = a.attrelid
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where a.attnum > 0
      and not a.attisdropped
      and c.relkind in ('r', 'v', 'm', 'p', 'f')
      and substring(c.relname from 1 for 8) <> 'mv_tbl__'
      and substring(n.nspname from 1 for 3) <> 'pg_'
      and n.nspname not in ('information_schema', 'catalog_history')
    order by n.nspname, c.relname, a.attnum";

/// A function of the leader's (PG_GET_LATE_BINDING_VIEW_COLS in Redshift's manual). One broken view fails it.
const LATE_BINDING: &str = "
    select view_schema, view_name, col_name
    from pg_get_late_binding_view_cols() cols(view_schema name, view_name name, col_name name, col_type varchar, col_num int)
    order by view_schema, view_name, col_num";

pub async fn read(session: &Session, is_redshift: bool) -> Result<Vec<Columns>, Error> {
    let mut columns = Vec::new();
    for question in [Some(COLUMNS), is_redshift.then_some(LATE_BINDING)].into_iter().flatten() {
        match session.ask_within(question, 3, LIMITS, session.deadlines().view).await {
            Ok(rows) => {
                for row in 0..rows.rows.len() {
                    if let (Some(schema), Some(object), Some(name)) =
                        (rows.text(row, 0), rows.text(row, 1), rows.text(row, 2))
                    {
                        add(&mut columns, schema, object, name);
                    }
                }
            }
            Err(error) if error.is_of_connection() => return Err(error),
            Err(_) => {}
        }
    }
    Ok(columns)
}

/// They come object by object.
fn add(columns: &mut Vec<Columns>, schema: &str, object: &str, name: &str) {
    match columns.last_mut() {
        Some(last) if last.schema == schema && last.object == object => last.names.push(name.to_owned()),
        _ => columns.push(Columns { schema: schema.into(), object: object.into(), names: vec![name.into()] }),
    }
}
