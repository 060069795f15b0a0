//! Queries: run in the background, kept in the store with their results sealed, shown from there.

mod asking;
mod begin;
mod history;
mod live;
mod pages;
mod rights;
mod run;
mod statement;
mod turn;
mod view;
mod workspace;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use contract::audit::Action;
use contract::fault::Fault;
use contract::ports;
use contract::query::{
    Ask, History, HistoryFilter, Purpose, QueryLimits, QueryView, QueueEntry, Row, RunForm, Workspace,
};
use contract::team::{Actor, Role};
use redshift::text::TextLimits;
use store::QueryRow;

use super::audit::{self, Deed};
use super::limits::Limit;
use super::{Shared, log_failure, place, store_fault};

pub(crate) use begin::{Asked, Begun, begin, row, used};
pub use live::Live;
pub(crate) use pages::{SEALED_FIELD, open as open_page, shapes};
pub(crate) use run::{Ended, Enough, Job, perform};
pub use turn::FairUse;

/// The results of so many statements of one person are kept.
const KEPT_RESULTS: i64 = 20;
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
        let connection = place::connection(&self.shared, actor, &form.connection_id).await?;
        let text = if form.selection.trim().is_empty() { &form.sql } else { &form.selection };
        // A line break is one sign, however the form was sent.
        let text = text.replace("\r\n", "\n");
        let typed = if form.selection.trim().is_empty() { String::new() } else { statement::kept(&form.sql) };
        let asked = Asked { dataset_id: None, purpose: Purpose::Sql, statement: &text, typed: &typed };
        let approved = match redshift::guard::approve(&text) {
            Ok(approved) => approved,
            Err(refused) => {
                self.refusals.take(&actor.member_id)?;
                return statement::keep_refused(&self.shared, actor, &connection, asked, refused).await;
            }
        };
        let row = match begin(&self.shared, actor, &connection, asked).await? {
            Begun::New(row) => *row,
            Begun::Twin(id) => return Ok(id),
        };
        let deed = Deed { action: Action::QueryRun, target: &row.id, named: &connection.name };
        used(&self.shared, actor, &connection, deed).await;
        let limits = self.shared.query_limits;
        let id = row.id.clone();
        let job = Job {
            row,
            connection,
            sql: approved.sql().to_owned(),
            values: Vec::new(),
            limits: TextLimits { rows: u64::from(limits.rows), bytes: limits.bytes },
            deadline: Duration::from_secs(u64::from(limits.seconds)),
            table: None,
            on_behalf_of: actor.email.clone(),
            is_guarded: true,
        };
        let shared = Arc::clone(&self.shared);
        tokio::spawn(async move {
            let member_id = job.row.member_id.clone();
            run_and_keep(&shared, job).await;
            if let Err(error) = shared.store.result_trim(&member_id, KEPT_RESULTS).await {
                log_failure("older results could not be removed", &error);
            }
        });
        Ok(id)
    }

    async fn show(&self, actor: &Actor, id: &str, first: u64) -> ports::Answer<QueryView> {
        let row = self.own(actor, id).await?;
        view::of(&self.shared, actor, row, first).await
    }

    async fn rows(&self, actor: &Actor, id: &str, first: u64, count: u32) -> ports::Answer<Vec<Row>> {
        let row = self.own(actor, id).await?;
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
        let name: String = name.trim().chars().filter(|c| !c.is_control()).take(NAME).collect();
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
        view::of(&self.shared, actor, row, 0).await
    }

    async fn ask_again(&self, actor: &Actor, dataset_id: &str, ask: Ask) -> ports::Answer<()> {
        asking::anew(&self.shared, actor, dataset_id, &ask).await
    }
}

/// What typed statements may take, unless the operator says otherwise.
pub const DEFAULT_LIMITS: QueryLimits = QueryLimits { rows: 100_000, bytes: 64 * 1024 * 1024, seconds: 60 };
