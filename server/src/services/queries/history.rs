//! What was run: one's own, and what others shared.

use contract::fault::Fault;
use contract::finding::Finding;
use contract::query::{History, HistoryEntry, HistoryFilter};
use contract::team::Actor;
use store::{QueryFilter, QueryRow};

use super::super::{Shared, store_fault};
use super::view;

const PAGE: usize = 50;
/// Of a text, as many characters as a line of the list shows.
const BEGINNING: usize = 300;

pub(super) async fn page(shared: &Shared, actor: &Actor, filter: HistoryFilter) -> Result<History, Fault> {
    let wanted = QueryFilter {
        search: filter.search.trim().chars().take(200).collect::<String>().to_lowercase(),
        connection_id: filter.connection_id,
        is_named: filter.of == "named",
        is_others: filter.of == "shared",
        before: cursor(&filter.before),
    };
    let listed = shared.store.query_list(&actor.team_id, &actor.member_id, &wanted, PAGE as i64 + 1);
    let mut rows = listed.await.map_err(store_fault)?;
    let has_more = rows.len() > PAGE;
    rows.truncate(PAGE);
    Ok(History { entries: rows.into_iter().map(entry).collect(), has_more })
}

/// Where a page of it begins, as [`HistoryEntry::cursor`] writes it. Anything else is the beginning.
fn cursor(before: &str) -> Option<(i64, String)> {
    let (queued_at, id) = before.split_once('-')?;
    Some((queued_at.parse().ok()?, id.to_owned()))
}

fn entry(row: QueryRow) -> HistoryEntry {
    let finding: Option<Finding> = serde_json::from_str(&row.finding).ok();
    HistoryEntry {
        state: view::state(&row),
        purpose: view::purpose(&row),
        sql: row.statement.chars().take(BEGINNING).collect(),
        queued_at: row.queued_at,
        duration_us: row.duration_us.and_then(|us| u64::try_from(us).ok()),
        row_count: u64::try_from(row.row_count).unwrap_or(0),
        code: finding.map_or_else(String::new, |finding| finding.code().to_owned()),
        is_shared: row.is_shared == 1,
        id: row.id,
        name: row.name,
        author: row.author,
        connection_name: row.connection_name,
    }
}
