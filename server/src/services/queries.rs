//! Queries: run in the background, kept in the store with their results sealed, shown from there.

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
use contract::finding::Finding;
use contract::ports;
use contract::query::{
    Ask, History, HistoryFilter, Purpose, QueryLimits, QueryState, QueryView, Row, RunForm, Workspace,
};
use contract::team::{Actor, Role};
use redshift::text::TextLimits;
use store::{ConnectionRow, DatasetRow, QueryRow, Queued, new_id};

use super::audit::{self, Deed};
use super::checks::code;
use super::limits::Limit;
use super::{SECOND, Shared, datasets, log_failure, now, place, store_fault, to_json};
use run::LEASE;
use statement::Question;

pub use live::Live;
pub(crate) use pages::{SEALED_FIELD, open as open_page, shapes};
pub(crate) use run::{Ended, Enough, Job, perform};
pub use turn::FairUse;

/// An answer this young answers the next look too: a reload, a second tab, the browser's own poll.
const FRESH: i64 = 60 * SECOND;
/// So many of one person's queries may wait.
const MOST_WAITING: i64 = 20;
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

    /// The newest answer to this very question, if it may stand for a new one.
    async fn newest(&self, actor: &Actor, dataset: &DatasetRow, asked: &Question) -> ports::Answer<Option<QueryRow>> {
        let purpose = asked.purpose.as_str();
        let newest =
            self.shared.store.query_newest(&actor.team_id, &actor.member_id, &dataset.id, purpose, &asked.shown);
        newest.await.map_err(store_fault)
    }

    async fn start(&self, actor: &Actor, dataset: DatasetRow, asked: Question) -> ports::Answer<QueryRow> {
        let connection = place::connection(&self.shared, actor, &dataset.connection_id).await?;
        let new = Asked { dataset_id: Some(&dataset.id), purpose: asked.purpose, statement: &asked.shown, typed: "" };
        let row = begin(&self.shared, actor, &connection, new).await?.alone()?;
        let named = format!("{}.{}", dataset.schema_name, dataset.name);
        let deed = Deed { action: Action::CredentialUsed, target: &dataset.id, named: &named };
        used(&self.shared, actor, &connection, deed).await;
        let job = Job {
            row: row.clone(),
            connection,
            sql: asked.sql,
            values: asked.values,
            limits: TextLimits { rows: asked.rows, bytes: self.shared.query_limits.bytes },
            deadline: Duration::from_secs(u64::from(self.shared.query_limits.seconds)),
            table: Some((dataset.schema_name.clone(), dataset.name.clone())),
            on_behalf_of: actor.email.clone(),
            is_guarded: false,
        };
        let shared = Arc::clone(&self.shared);
        tokio::spawn(async move {
            let (purpose, query) = (asked.purpose, job.row.clone());
            let ended = run_and_keep(&shared, job).await;
            if purpose == Purpose::Preview && ended.outcome.is_ok() {
                learn_columns(&shared, &query, &dataset.id).await;
            }
        });
        Ok(row)
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

/// What a new query is.
#[derive(Clone, Copy)]
pub(crate) struct Asked<'a> {
    pub dataset_id: Option<&'a str>,
    pub purpose: Purpose,
    pub statement: &'a str,
    /// All that stood in the editor, where that is more.
    pub typed: &'a str,
}

/// Writes down a query that is about to wait for its turn.
pub(crate) async fn begin(
    shared: &Shared,
    actor: &Actor,
    connection: &ConnectionRow,
    asked: Asked<'_>,
) -> ports::Answer<Begun> {
    let queued_at = now();
    let row = QueryRow {
        id: new_id(),
        team_id: actor.team_id.clone(),
        member_id: actor.member_id.clone(),
        connection_id: connection.id.clone(),
        dataset_id: asked.dataset_id.map(str::to_owned),
        purpose: asked.purpose.as_str().to_owned(),
        statement: asked.statement.to_owned(),
        typed: asked.typed.to_owned(),
        state: code(&QueryState::Waiting),
        queued_at,
        alive_until: queued_at + LEASE,
        ..QueryRow::default()
    };
    // Two files of one result are two, and so are two looks.
    let is_alone = asked.purpose != Purpose::Sql;
    match shared.store.query_enqueue(&row, MOST_WAITING, is_alone).await.map_err(store_fault)? {
        Queued::Now => Ok(Begun::New(Box::new(row))),
        Queued::Twin(id) => Ok(Begun::Twin(id)),
        Queued::Full => Err(Fault::QueueFull { limit: MOST_WAITING as u32 }),
    }
}

/// A query that is to run, or the one that runs in its place.
pub(crate) enum Begun {
    New(Box<QueryRow>),
    Twin(String),
}

impl Begun {
    /// Of what has no twin.
    pub fn alone(self) -> ports::Answer<QueryRow> {
        match self {
            Self::New(row) => Ok(*row),
            Self::Twin(_) => Err(Fault::BadRequest),
        }
    }
}

/// Writes down that the connection's credential is used. Through one that rests or was cut off nothing is read.
pub(crate) async fn used(shared: &Shared, actor: &Actor, connection: &ConnectionRow, deed: Deed<'_>) {
    match connection.state.as_str() {
        "paused" | "disconnected" => audit::refused(shared, actor, deed).await,
        _ => audit::done(shared, actor, deed).await,
    }
}

async fn run_and_keep(shared: &Arc<Shared>, job: Job) -> Ended {
    let (row, keeper) = (job.row.clone(), Arc::clone(shared));
    let ended = perform(shared, job, |batches| async move {
        pages::keep(&keeper, &row, batches).await;
        Ok(Enough(false))
    });
    ended.await
}

/// What a preview told of its columns serves the explorer.
async fn learn_columns(shared: &Shared, query: &QueryRow, dataset_id: &str) {
    let row = shared.store.query_fetch(&query.team_id, &query.member_id, &query.id).await.ok().flatten();
    let Some(shapes) = row.and_then(|row| shapes(&row.result_columns)) else { return };
    let columns = to_json(&view::columns(&shapes));
    if let Err(error) = shared.store.dataset_columns(dataset_id, &columns).await {
        log_failure("a dataset's columns could not be kept", &error);
    }
}

#[async_trait]
impl ports::Queries for Queries {
    async fn run(&self, actor: &Actor, form: RunForm) -> ports::Answer<String> {
        let connection = place::connection(&self.shared, actor, &form.connection_id).await?;
        let text = if form.selection.trim().is_empty() { &form.sql } else { &form.selection };
        // A line break is one sign, however the form was sent.
        let text = text.replace("\r\n", "\n");
        let row = QueryRow {
            id: new_id(),
            team_id: actor.team_id.clone(),
            member_id: actor.member_id.clone(),
            connection_id: connection.id.clone(),
            purpose: Purpose::Sql.as_str().to_owned(),
            statement: text.clone(),
            typed: if form.selection.trim().is_empty() { String::new() } else { statement::kept(&form.sql) },
            ..QueryRow::default()
        };
        let approved = match redshift::guard::approve(&text) {
            Ok(approved) => approved,
            Err(refused) => {
                self.refusals.take(&actor.member_id)?;
                return statement::keep_refused(&self.shared, actor, row, refused).await;
            }
        };
        let asked = Asked { dataset_id: None, purpose: Purpose::Sql, statement: &text, typed: &row.typed };
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

    async fn workspace(&self, actor: &Actor) -> ports::Answer<Workspace> {
        workspace::facts(&self.shared, actor).await
    }

    async fn completions(&self, actor: &Actor, connection_id: &str) -> ports::Answer<String> {
        workspace::completions(&self.shared, actor, connection_id).await
    }

    async fn ask(&self, actor: &Actor, dataset_id: &str, ask: Ask) -> ports::Answer<QueryView> {
        let dataset = datasets::dataset(&self.shared, actor, dataset_id).await?;
        let asked = statement::of(&dataset, &ask)?;
        let newest = self.newest(actor, &dataset, &asked).await?.filter(|row| row.queued_at > now() - FRESH);
        let row = match newest {
            Some(row) => row,
            None => {
                let started = self.start(actor, dataset, asked).await?;
                self.own(actor, &started.id).await?
            }
        };
        view::of(&self.shared, actor, row, 0).await
    }

    async fn ask_again(&self, actor: &Actor, dataset_id: &str, ask: Ask) -> ports::Answer<()> {
        let dataset = datasets::dataset(&self.shared, actor, dataset_id).await?;
        let asked = statement::of(&dataset, &ask)?;
        let newest = self.newest(actor, &dataset, &asked).await?;
        if !newest.is_some_and(|row| view::state(&row).is_running()) {
            self.start(actor, dataset, asked).await?;
        }
        Ok(())
    }
}

/// What typed statements may take, unless the operator says otherwise.
pub const DEFAULT_LIMITS: QueryLimits = QueryLimits { rows: 100_000, bytes: 64 * 1024 * 1024, seconds: 60 };

/// Nothing ran, and that is how it ended.
fn failed(row: QueryRow, finding: &Finding) -> QueryRow {
    QueryRow { state: code(&QueryState::Failed), finding: to_json(finding), duration_us: Some(0), ..row }
}
