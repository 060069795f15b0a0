//! A query's row as pages show it.

use contract::fault::Fault;
use contract::finding::{Finding, Refusal};
use contract::query::{
    Column, ColumnShape, Cut, KeptReadOnly, Purpose, QueryState, QueryView, ResultSet, Row, ServedFrom,
};
use contract::team::{Actor, Role};
use redshift::Limits;
use redshift::stream::RowShape;
use redshift::types::{Shape, shape, type_name};
use store::QueryRow;

use super::super::checks::parse;
use super::super::{Shared, now, place, store_fault};
use super::{SHOWN_ROWS, pages, rights, turn};

/// A longer cell is cut on the page; files have it whole.
const CELL: usize = 32 * 1024;

pub(super) fn state(row: &QueryRow) -> QueryState {
    match parse::<QueryState>(&row.state) {
        Some(state) if state.is_running() && row.alive_until < now() => QueryState::Interrupted,
        Some(state) => state,
        None => QueryState::Interrupted,
    }
}

/// A file that is made of what is kept: it ends with its download, and not otherwise.
fn is_download(row: &QueryRow) -> bool {
    row.purpose == Purpose::Export.as_str() && row.state == "running" && row.started_at.is_none()
}

pub(super) fn purpose(row: &QueryRow) -> Purpose {
    parse(&row.purpose).unwrap_or(Purpose::Sql)
}

pub(super) async fn of(shared: &Shared, actor: &Actor, row: QueryRow, first: u64) -> Result<QueryView, Fault> {
    let state = state(&row);
    let is_own = row.member_id == actor.member_id;
    let ahead = match state {
        QueryState::Waiting => {
            turn::ahead(&shared.store.query_queue(&row.team_id, now()).await.map_err(store_fault)?, &row.id)
        }
        _ => 0,
    };
    let duration = row.duration_us.unwrap_or_else(|| now() - row.started_at.unwrap_or(row.queued_at));
    let kept: Option<KeptReadOnly> = serde_json::from_str(&row.kept_read_only).ok();
    let finding: Option<Finding> = serde_json::from_str(&row.finding).ok();
    let can_user_write = match kept {
        Some(_) => rights::can_user_write(shared, &row.team_id, &row.connection_id).await?,
        None => None,
    };
    let can_run_again = is_own && !state.is_running() && purpose(&row) == Purpose::Sql;
    Ok(QueryView {
        result: result(shared, &row, state, first).await?,
        state,
        purpose: purpose(&row),
        queued_at: row.queued_at,
        duration_us: u64::try_from(duration).unwrap_or(0),
        ahead,
        row_count: u64::try_from(row.row_count).unwrap_or(0),
        byte_count: u64::try_from(row.byte_count).unwrap_or(0),
        is_own,
        can_cancel: (is_own || actor.role == Role::Admin) && !is_download(&row),
        is_shared: row.is_shared == 1,
        wrong_at: match &finding {
            Some(
                Finding::ServerSaid { at: Some(spot), .. }
                | Finding::StatementRefused { reason: Refusal::NotUnderstood { at: Some(spot), .. } },
            ) => Some(spot.at),
            _ => None,
        },
        finding,
        notices: serde_json::from_str(&row.notices).unwrap_or_default(),
        kept_read_only: kept.map(|kept| KeptReadOnly { can_user_write, ..kept }),
        wakes: can_run_again && wakes(shared, actor, &row.connection_id).await?,
        was_sent: row.started_at.is_some(),
        snapshot: (row.taken_at > 0).then(|| served_from(shared, row.taken_at)),
        snapshot_instead: None,
        typed: row.whole_text().to_owned(),
        id: row.id,
        sql: row.statement,
        connection_id: row.connection_id,
        connection_name: row.connection_name,
        dataset_id: row.dataset_id,
        name: row.name,
        author: row.author,
    })
}

async fn wakes(shared: &Shared, actor: &Actor, connection_id: &str) -> Result<bool, Fault> {
    let connection = shared.store.connection_fetch(&actor.team_id, &actor.member_id, connection_id).await;
    Ok(connection.map_err(store_fault)?.is_some_and(|connection| place::target(&connection).is_serverless()))
}

pub(super) fn served_from(shared: &Shared, taken_at: i64) -> ServedFrom {
    ServedFrom { taken_at, age_us: u64::try_from(shared.clock.now() - taken_at).unwrap_or(0) }
}

/// What there is of the result; while it runs, that is how far it came.
async fn result(shared: &Shared, row: &QueryRow, state: QueryState, first: u64) -> Result<Option<ResultSet>, Fault> {
    let has_rows = matches!(state, QueryState::Done | QueryState::Running);
    let Some(shapes) = pages::shapes(&row.result_columns).filter(|_| has_rows) else { return Ok(None) };
    let rows = pages::rows(shared, row, first, SHOWN_ROWS).await?;
    let total = u64::try_from(row.row_count).unwrap_or(0);
    let is_gone = rows.is_empty() && total > 0 && !shared.store.result_is_kept(&row.id).await.map_err(store_fault)?;
    if is_gone {
        return Ok(None);
    }
    let limits = shared.query_limits;
    let cut = match row.cut.as_str() {
        "rows" if purpose(row) == Purpose::Sql => Some(Cut::Rows { limit: limits.rows }),
        "rows" => Some(Cut::Rows { limit: Limits::PREVIEW.rows as u32 }),
        "bytes" => Some(Cut::Bytes { limit: limits.bytes }),
        _ => None,
    };
    Ok(Some(ResultSet { run: row.queued_at, columns: columns(&shapes), first, rows: short(rows), total, cut }))
}

pub(crate) fn columns(shapes: &[RowShape]) -> Vec<Column> {
    let column = |column: &RowShape| Column {
        name: column.name.clone(),
        type_name: type_name(column.oid, column.type_modifier),
        shape: match shape(column.oid) {
            Shape::Text => ColumnShape::Text,
            Shape::Number => ColumnShape::Number,
            Shape::Boolean => ColumnShape::Boolean,
            Shape::Time => ColumnShape::Time,
            Shape::Json => ColumnShape::Json,
            Shape::Binary => ColumnShape::Binary,
        },
        ends_in_blanks: false,
    };
    shapes.iter().map(column).collect()
}

/// Long cells cut, each with a mark at its end.
pub(super) fn short(mut rows: Vec<Row>) -> Vec<Row> {
    for cell in rows.iter_mut().flatten().flatten() {
        if cell.len() > CELL {
            cell.truncate(cell.floor_char_boundary(CELL));
            cell.push('…');
        }
    }
    rows
}
