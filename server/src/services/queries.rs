//! Queries: run in the background, kept in the store with their results sealed, shown from there.

mod asking;
mod begin;
mod fresh;
mod history;
mod job;
mod kept;
mod live;
mod pages;
mod rights;
mod run;
mod spot;
mod statement;
mod turn;
mod typed;
mod view;
mod workspace;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use contract::audit::Action;
use contract::bidi::{is_mark, turns_text};
use contract::fault::Fault;
use contract::ports;
use contract::query::{Ask, History, HistoryFilter, QueryLimits, QueryView, QueueEntry, Row, RunForm, Workspace};
use contract::team::{Actor, Role};
use store::QueryRow;

use super::audit::{self, Deed};
use super::limits::Limit;
use super::{Shared, store_fault};

pub(crate) use begin::{Asked, begin, row, used};
pub(crate) use job::{Cancel, Ended, Enough, Job};
pub(crate) use kept::from_snapshot;
pub use live::Live;
pub(crate) use pages::{SEALED_FIELD, kept_columns, open as open_page, shapes};
pub(crate) use run::{heed, named, perform};
pub use turn::FairUse;
pub(crate) use view::columns;

/// Rows of a result that come with its page.
const SHOWN_ROWS: u32 = 100;
/// Rows that are fetched at once.
const MOST_ROWS: u32 = 10_000;
const NAME: usize = 120;

pub(crate) struct Queries {
    shared: Arc<Shared>,
    /// So many texts of one person are refused and kept, and no more: the store is not theirs to fill.
    refusals: Limit<String>,
}

impl Queries {
    pub fn new(shared: Arc<Shared>) -> Self {
        Self { shared, refusals: Limit::new(60, Duration::from_secs(60)) }
    }

    async fn own(&self, actor: &Actor, id: &str) -> ports::Answer<QueryRow> {
        query(&self.shared, actor, id).await
    }
}

/// A query that the actor may see.
pub(crate) async fn query(shared: &Shared, actor: &Actor, id: &str) -> ports::Answer<QueryRow> {
    let row = shared.store.query_fetch(&actor.team_id, &actor.member_id, id).await.map_err(store_fault)?;
    row.ok_or(Fault::NotFound)
}

async fn run_and_keep(shared: &Arc<Shared>, job: Job) -> Ended {
    let (row, keeper) = (job.row.clone(), Arc::clone(shared));
    let ended = perform(shared, job, |batches| async move {
        pages::keep(&keeper, &row, batches).await;
        Ok(Enough(false))
    });
    ended.await
}

#[async_trait]
impl ports::Queries for Queries {
    async fn run(&self, actor: &Actor, form: RunForm) -> ports::Answer<String> {
        typed::run(self, actor, form).await
    }

    async fn run_again(&self, actor: &Actor, id: &str) -> ports::Answer<()> {
        typed::again(&self.shared, actor, id).await
    }

    async fn show(&self, actor: &Actor, id: &str, first: u64) -> ports::Answer<QueryView> {
        let row = self.own(actor, id).await?;
        view::of(&self.shared, actor, row, first).await
    }

    async fn rows(&self, actor: &Actor, id: &str, run: i64, first: u64, count: u32) -> ports::Answer<Vec<Row>> {
        let row = self.own(actor, id).await?;
        // Rows of one run are not shown among those of another.
        if row.queued_at != run {
            return Err(Fault::RowsGone);
        }
        let rows = pages::rows(&self.shared, &row, first, count.min(MOST_ROWS)).await?;
        Ok(view::short(rows))
    }

    async fn cancel(&self, actor: &Actor, id: &str) -> ports::Answer<()> {
        let is_admin = actor.role == Role::Admin;
        let store = &self.shared.store;
        let asked = store.query_cancel(&actor.team_id, &actor.member_id, is_admin, id).await.map_err(store_fault)?;
        if asked {
            self.shared.live.cancel(id);
            audit::done(&self.shared, actor, Deed { action: Action::QueryCancelled, target: id, named: "" }).await;
            return Ok(());
        }
        // One that has ended meanwhile needs no end; one that is not theirs to see is not there.
        self.own(actor, id).await.map(|_| ())
    }

    async fn history(&self, actor: &Actor, filter: HistoryFilter) -> ports::Answer<History> {
        history::page(&self.shared, actor, filter).await
    }

    async fn rename(&self, actor: &Actor, id: &str, name: &str) -> ports::Answer<()> {
        // In a list that others read, a name must not pass for another.
        let is_hidden = |c: char| c.is_control() || turns_text(c) || is_mark(c);
        let name: String = name.trim().chars().filter(|c| !is_hidden(*c)).take(NAME).collect();
        let renamed = self.shared.store.query_rename(&actor.team_id, &actor.member_id, id, &name).await;
        if renamed.map_err(store_fault)? { Ok(()) } else { Err(Fault::NotFound) }
    }

    async fn share(&self, actor: &Actor, id: &str, is_shared: bool) -> ports::Answer<()> {
        let shared = self.shared.store.query_share(&actor.team_id, &actor.member_id, id, is_shared).await;
        if !shared.map_err(store_fault)? {
            return Err(Fault::NotFound);
        }
        let named = if is_shared { "with the team" } else { "with nobody any more" };
        audit::done(&self.shared, actor, Deed { action: Action::QueryShared, target: id, named }).await;
        Ok(())
    }

    async fn workspace(&self, actor: &Actor, query_id: &str) -> ports::Answer<Workspace> {
        workspace::facts(&self.shared, actor, query_id).await
    }

    async fn queue(&self, actor: &Actor) -> ports::Answer<Vec<QueueEntry>> {
        workspace::queue(&self.shared, actor).await
    }

    async fn completions(&self, actor: &Actor, connection_id: &str) -> ports::Answer<String> {
        workspace::completions(&self.shared, actor, connection_id).await
    }

    async fn ask(&self, actor: &Actor, dataset_id: &str, ask: Ask) -> ports::Answer<QueryView> {
        let row = asking::newest_or_new(&self.shared, actor, dataset_id, &ask).await?;
        let snapshot_instead = asking::instead(&self.shared, actor, &row, &ask).await?;
        Ok(QueryView { snapshot_instead, ..view::of(&self.shared, actor, row, 0).await? })
    }

    async fn ask_again(&self, actor: &Actor, dataset_id: &str, ask: Ask) -> ports::Answer<()> {
        asking::anew(&self.shared, actor, dataset_id, &ask).await
    }

    async fn ask_snapshot(&self, actor: &Actor, dataset_id: &str, ask: Ask) -> ports::Answer<()> {
        asking::snapshot(&self.shared, actor, dataset_id, &ask).await
    }
}

/// What typed statements may take, unless the operator says otherwise.
pub const DEFAULT_LIMITS: QueryLimits = QueryLimits { rows: 100_000, bytes: 64 * 1024 * 1024, seconds: 60 };
