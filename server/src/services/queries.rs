//! Queries: run in the background, kept sealed in the store, shown from there.

use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use contract::audit::Action;
use contract::finding::Finding;
use contract::ports;
use contract::query::{Column, ColumnShape, Cut, QueryState, QueryView, ResultSet};
use contract::team::Actor;
use redshift::deadlines::milliseconds;
use redshift::types::{Shape, shape, type_name};
use redshift::{Limits, rows, sql};
use store::{ConnectionRow, DatasetRow, QueryRow, new_id};
use tokio::sync::Notify;
use vault::Binding;

use super::audit::{self, Deed};
use super::checks::{code, parse};
use super::findings::finding;
use super::{SECOND, Shared, datasets, entry, log_failure, now, place, store_fault, to_json};
use crate::metrics;

/// A preview this young answers the next look too: a reload, a second tab, the browser's own poll.
const FRESH: i64 = 60 * SECOND;
/// A running query is renewed each second; one that was not for this long was interrupted.
const LEASE: i64 = 5 * SECOND;

/// Minting, looking up, dialling, encrypting, signing in, cancelling and closing, each at its longest.
const ALL_ELSE: Duration = Duration::from_secs(45);

const RENEW: Duration = Duration::from_secs(1);

pub(crate) struct Queries {
    shared: Arc<Shared>,
}

impl Queries {
    pub fn new(shared: Arc<Shared>) -> Self {
        Self { shared }
    }

    async fn start(&self, actor: &Actor, dataset: DatasetRow) -> ports::Answer<QueryRow> {
        let connection = place::connection(&self.shared, actor, &dataset.connection_id).await?;
        let statement = sql::select_first(&dataset.schema_name, &dataset.name, Limits::PREVIEW.rows + 1);
        let started_at = now();
        let row = QueryRow {
            id: new_id(),
            team_id: actor.team_id.clone(),
            member_id: actor.member_id.clone(),
            dataset_id: dataset.id.clone(),
            state: code(&QueryState::Running),
            statement: statement.unwrap_or_default(),
            started_at,
            duration_us: None,
            alive_until: started_at + LEASE,
            result: None,
            finding: String::new(),
        };
        self.shared.store.query_insert(&row).await.map_err(store_fault)?;
        let named = format!("{}.{}", dataset.schema_name, dataset.name);
        let deed = Deed { action: Action::CredentialUsed, target: &dataset.id, named: &named };
        // Through a connection that rests or was cut off nothing is read.
        match connection.state.as_str() {
            "paused" | "disconnected" => audit::refused(&self.shared, actor, deed).await,
            _ => audit::done(&self.shared, actor, deed).await,
        }
        tokio::spawn(run(Arc::clone(&self.shared), connection, dataset, row.clone()));
        Ok(row)
    }

    fn view(&self, row: &QueryRow) -> QueryView {
        let state = match parse::<QueryState>(&row.state) {
            Some(state) if state.is_running() && row.alive_until < now() => QueryState::Interrupted,
            Some(state) => state,
            None => QueryState::Interrupted,
        };
        QueryView {
            id: row.id.clone(),
            state,
            started_at: row.started_at,
            duration_us: row.duration_us.and_then(|us| u64::try_from(us).ok()),
            sql: row.statement.clone(),
            result: row.result.as_deref().and_then(|sealed| self.unseal(row, sealed)),
            finding: serde_json::from_str(&row.finding).ok(),
        }
    }

    fn unseal(&self, row: &QueryRow, sealed: &[u8]) -> Option<ResultSet> {
        let json = self.shared.ring.open_bytes(&binding(row), sealed).ok()?;
        serde_json::from_slice(&json).ok()
    }
}

pub(super) const SEALED_FIELD: &str = "result";

fn binding(row: &QueryRow) -> Binding<'_> {
    Binding { team: &row.team_id, record: &row.id, field: SEALED_FIELD, purpose: &row.member_id }
}

#[async_trait]
impl ports::Queries for Queries {
    async fn preview(&self, actor: &Actor, dataset_id: &str) -> ports::Answer<QueryView> {
        let dataset = datasets::dataset(&self.shared, actor, dataset_id).await?;
        let newest = self.shared.store.query_newest(&actor.team_id, &actor.member_id, dataset_id).await;
        let newest = newest.map_err(store_fault)?.filter(|row| row.started_at > now() - FRESH);
        match newest {
            Some(row) => Ok(self.view(&row)),
            None => Ok(self.view(&self.start(actor, dataset).await?)),
        }
    }

    async fn preview_again(&self, actor: &Actor, dataset_id: &str) -> ports::Answer<()> {
        let dataset = datasets::dataset(&self.shared, actor, dataset_id).await?;
        let newest = self.shared.store.query_newest(&actor.team_id, &actor.member_id, dataset_id).await;
        let is_running = newest.map_err(store_fault)?.is_some_and(|row| self.view(&row).state.is_running());
        if !is_running {
            self.start(actor, dataset).await?;
        }
        Ok(())
    }

    async fn preview_cancel(&self, actor: &Actor, dataset_id: &str) -> ports::Answer<()> {
        datasets::dataset(&self.shared, actor, dataset_id).await?;
        self.shared.store.query_cancel(&actor.team_id, &actor.member_id, dataset_id).await.map_err(store_fault)
    }
}

async fn run(shared: Arc<Shared>, connection: ConnectionRow, dataset: DatasetRow, row: QueryRow) {
    let started = Instant::now();
    // The connector's phases have deadlines of their own; this one is for all of them together, and for what none of
    // them counts.
    let deadlines = place::patient(shared.means.clone(), &place::target(&connection)).deadlines;
    let wait = if deadlines.is_waking { deadlines.wake } else { Duration::ZERO };
    let limit = wait + deadlines.statement + ALL_ELSE;
    let cancel = Notify::new();
    let renew = async {
        loop {
            tokio::time::sleep(RENEW).await;
            if let Ok(true) = shared.store.query_renew(&row.id, now() + LEASE).await {
                cancel.notify_one();
            }
        }
    };
    let work = read(&shared, &connection, &dataset, &row, &cancel);
    let outcome = tokio::select! {
        outcome = tokio::time::timeout(limit, work) => outcome,
        () = renew => return,
    };
    let outcome = outcome.unwrap_or(Err(Finding::GivenUp { after_ms: milliseconds(limit) }));
    let duration = started.elapsed();
    let (state, result, finding) = match outcome {
        Ok(result) => (QueryState::Done, Some(shared.ring.seal(&binding(&row), to_json(&result).as_bytes())), None),
        Err(finding) => (QueryState::Failed, None, Some(finding)),
    };
    tracing::info!(
        query.id = row.id,
        duration_ms = duration.as_millis() as u64,
        finding = finding.as_ref().map_or("", Finding::code),
        "query ended"
    );
    metrics::query_ended(finding.as_ref().map_or("", Finding::code), duration);
    let finding = finding.as_ref().map(to_json).unwrap_or_default();
    let saved = shared
        .store
        .query_finish(&row.id, &code(&state), result.as_deref(), &finding, duration.as_micros() as i64)
        .await;
    if let Err(error) = saved {
        log_failure("a query's result could not be kept", &error);
    }
}

async fn read(
    shared: &Shared,
    connection: &ConnectionRow,
    dataset: &DatasetRow,
    row: &QueryRow,
    cancel: &Notify,
) -> Result<ResultSet, Finding> {
    let started = Instant::now();
    let (session, target) = tokio::select! {
        opened = entry::open(shared, connection, &row.member_id) => opened?,
        () = cancel.notified() => {
            return Err(Finding::Cancelled { after_ms: milliseconds(started.elapsed()) });
        }
    };
    let table = Some((dataset.schema_name.as_str(), dataset.name.as_str()));
    let explain = |error: redshift::Error| finding(&error, &target, table);
    let canceller = session.canceller();
    // Asked again with each renewal, until the statement has ended.
    let heed = async {
        loop {
            cancel.notified().await;
            if let Some(canceller) = &canceller {
                let _ = canceller.cancel(&*shared.means.dialer, &shared.means.deadlines).await;
            }
        }
    };
    let read = tokio::select! {
        read = session.read(&row.statement, Limits::PREVIEW) => read.map_err(explain),
        () = heed => return Err(Finding::Cancelled { after_ms: 0 }),
    };
    session.close().await;
    read.map(result_set)
}

fn result_set(read: redshift::Rows) -> ResultSet {
    let columns = read.columns.iter().map(|column| Column {
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
    });
    ResultSet {
        columns: columns.collect(),
        rows: read.rows,
        cut: read.cut.map(|cut| match cut {
            rows::Cut::Rows => Cut::Rows { limit: Limits::PREVIEW.rows as u32 },
            rows::Cut::Bytes => Cut::Bytes { limit: Limits::PREVIEW.bytes as u64 },
        }),
    }
}
