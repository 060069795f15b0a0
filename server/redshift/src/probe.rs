//! What the user may do: which tables it can read, and whether it could write.

use std::time::Duration;

use crate::catalog::is_true;
use crate::error::Error;
use crate::rows::Limits;
use crate::session::Session;

/// A table whose rights are known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableRights {
    pub schema: String,
    pub table: String,
    pub is_readable: bool,
    pub is_writable: bool,
}

/// Privilege functions cost about a millisecond each on the leader, so they get a deadline of their own and stand
/// apart from the listing, which must not wait for them.
const RIGHTS: &str = "
    select n.nspname, c.relname,
           has_table_privilege(c.oid, 'select'),
           has_table_privilege(c.oid, 'insert'),
           has_table_privilege(c.oid, 'update'),
           has_table_privilege(c.oid, 'delete')
    from pg_catalog.pg_class c
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'v', 'm', 'p', 'f')
      and substring(c.relname from 1 for 8) <> 'mv_tbl__'
      and substring(n.nspname from 1 for 3) <> 'pg_'
      and n.nspname not in ('information_schema', 'catalog_history')
    order by n.nspname, c.relname";

/// The rights on every local table and view.
pub async fn rights(session: &Session, limits: Limits, deadline: Duration) -> Result<Vec<TableRights>, Error> {
    let rows = session.ask_within(RIGHTS, 6, limits, deadline).await?;
    let table = |row: usize| {
        Some(TableRights {
            schema: rows.text(row, 0)?.to_owned(),
            table: rows.text(row, 1)?.to_owned(),
            is_readable: is_true(rows.text(row, 2)),
            is_writable: (3..6).any(|column| is_true(rows.text(row, column))),
        })
    };
    Ok((0..rows.rows.len()).filter_map(table).collect())
}
