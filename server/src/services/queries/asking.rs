//! Asking a dataset: its rows, what its columns hold, a question of the explorer's.

use std::sync::Arc;
use std::time::Duration;

use contract::audit::Action;
use contract::fault::Fault;
use contract::ports;
use contract::query::{Ask, Purpose, QueryState, ServedFrom};
use contract::team::Actor;
use redshift::text::TextLimits;
use store::{DatasetRow, QueryRow, ServedRow};

use super::super::audit::Deed;
use super::super::checks::code;
use super::super::{SECOND, Shared, datasets, log_failure, now, place, store_fault, to_json};
use super::job::Job;
use super::statement::{self, Kept, Question};
use super::{Asked, begin, fresh, kept, run_and_keep, shapes, used, view};

/// How far the clocks of two servers may be apart. What was asked later than that was asked before a clock was put back,
/// and nobody knows how old it is.
const APART: i64 = 60 * SECOND;

/// The newest answer to this very question if it is fresh, else a new query.
pub(super) async fn newest_or_new(
    shared: &Arc<Shared>,
    actor: &Actor,
    dataset_id: &str,
    ask: &Ask,
) -> ports::Answer<QueryRow> {
    let dataset = datasets::dataset(shared, actor, dataset_id).await?;
    if let Some(served) = kept::served(shared, &dataset, &actor.team_id).await? {
        return from_snapshot_or_source(shared, actor, dataset, ask, served).await;
    }
    match statement::of(&dataset, ask) {
        // Of what columns it is asked, the first rows tell.
        Err(Fault::ColumnsUnknown) => {
            let rows = fresh_or_new(shared, actor, dataset, statement::of_rows).await?;
            if rows.state == code(&QueryState::Done) {
                learn_columns(shared, &rows, dataset_id).await;
                let dataset = datasets::dataset(shared, actor, dataset_id).await?;
                return fresh_or_new(shared, actor, dataset, |dataset| statement::of(dataset, ask)).await;
            }
            Ok(rows)
        }
        asked => fresh_or_new(shared, actor, dataset, |_| asked).await,
    }
}

/// From what is served, unless somebody asked the source a moment ago or it alone can answer.
async fn from_snapshot_or_source(
    shared: &Arc<Shared>,
    actor: &Actor,
    dataset: DatasetRow,
    ask: &Ask,
    served: ServedRow,
) -> ports::Answer<QueryRow> {
    let asked = statement::of(&dataset, ask)?;
    let newest = newest(shared, actor, &dataset, &asked).await?;
    if let Some(row) = newest.filter(|row| fresh::serves(row, Some(&served), now())) {
        return Ok(row);
    }
    match statement::kept(served, ask)? {
        Some(kept) => kept::start(shared, actor, &dataset, &asked, kept).await,
        None => {
            let started = start(shared, actor, dataset, asked).await?;
            super::query(shared, actor, &started.id).await
        }
    }
}

async fn fresh_or_new(
    shared: &Arc<Shared>,
    actor: &Actor,
    dataset: DatasetRow,
    ask: impl FnOnce(&DatasetRow) -> ports::Answer<Question> + Send,
) -> ports::Answer<QueryRow> {
    let asked = ask(&dataset)?;
    match newest(shared, actor, &dataset, &asked).await?.filter(|row| fresh::serves(row, None, now())) {
        Some(row) => Ok(row),
        None => {
            let started = start(shared, actor, dataset, asked).await?;
            super::query(shared, actor, &started.id).await
        }
    }
}

/// Asks the source, unless it is being asked this very question.
pub(super) async fn anew(shared: &Arc<Shared>, actor: &Actor, dataset_id: &str, ask: &Ask) -> ports::Answer<()> {
    let dataset = datasets::dataset(shared, actor, dataset_id).await?;
    let asked = statement::of(&dataset, ask)?;
    let newest = newest(shared, actor, &dataset, &asked).await?;
    if !newest.is_some_and(|row| fresh::is_live(&row) && view::state(&row).is_running()) {
        start(shared, actor, dataset, asked).await?;
    }
    Ok(())
}

/// Asks the snapshot, where there is one that can answer.
pub(super) async fn snapshot(shared: &Arc<Shared>, actor: &Actor, dataset_id: &str, ask: &Ask) -> ports::Answer<()> {
    let dataset = datasets::dataset(shared, actor, dataset_id).await?;
    let asked = statement::of(&dataset, ask)?;
    if let Some(kept) = able(shared, actor, &dataset, ask).await? {
        kept::start(shared, actor, &dataset, &asked, kept).await?;
    }
    Ok(())
}

/// The snapshot that could have answered what the source was asked.
pub(super) async fn instead(
    shared: &Arc<Shared>,
    actor: &Actor,
    row: &QueryRow,
    ask: &Ask,
) -> ports::Answer<Option<ServedFrom>> {
    let Some(dataset_id) = row.dataset_id.as_deref().filter(|_| fresh::is_live(row)) else { return Ok(None) };
    let dataset = datasets::dataset(shared, actor, dataset_id).await?;
    let able = able(shared, actor, &dataset, ask).await?;
    Ok(able.map(|kept| view::served_from(shared, kept.snapshot.taken_at)))
}

/// What is served, if it can answer this.
async fn able(shared: &Shared, actor: &Actor, dataset: &DatasetRow, ask: &Ask) -> ports::Answer<Option<Kept>> {
    match kept::served(shared, dataset, &actor.team_id).await? {
        Some(served) => statement::kept(served, ask),
        None => Ok(None),
    }
}

async fn newest(
    shared: &Shared,
    actor: &Actor,
    dataset: &DatasetRow,
    asked: &Question,
) -> ports::Answer<Option<QueryRow>> {
    let (team, member, purpose) = (&actor.team_id, &actor.member_id, asked.purpose.as_str());
    let not_after = now() + APART;
    shared.store.query_newest(team, member, &dataset.id, (purpose, &asked.shown), not_after).await.map_err(store_fault)
}

async fn start(shared: &Arc<Shared>, actor: &Actor, dataset: DatasetRow, asked: Question) -> ports::Answer<QueryRow> {
    let connection = place::connection(shared, actor, &dataset.connection_id).await?;
    let new = Asked { dataset_id: Some(&dataset.id), purpose: asked.purpose, statement: &asked.shown, typed: "" };
    let row = begin(shared, actor, &connection, new).await?.alone()?;
    let named = format!("{}.{}", dataset.schema_name, dataset.name);
    let deed = Deed { action: Action::CredentialUsed, target: &dataset.id, named: &named };
    used(shared, actor, &connection, deed).await;
    let job = Job {
        row: row.clone(),
        connection,
        sql: asked.sql,
        values: asked.values,
        limits: TextLimits { rows: asked.rows, bytes: shared.query_limits.bytes },
        deadline: Duration::from_secs(u64::from(shared.query_limits.seconds)),
        table: Some((dataset.schema_name.clone(), dataset.name.clone())),
        on_behalf_of: actor.email.clone(),
        is_guarded: false,
    };
    let shared = Arc::clone(shared);
    tokio::spawn(async move {
        let query = job.row.clone();
        let ended = run_and_keep(&shared, job).await;
        // What is served has columns of its own.
        let is_served = kept::served(&shared, &dataset, &query.team_id).await.is_ok_and(|served| served.is_some());
        if asked.purpose == Purpose::Preview && ended.outcome.is_ok() && !is_served {
            learn_columns(&shared, &query, &dataset.id).await;
        }
    });
    Ok(row)
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
