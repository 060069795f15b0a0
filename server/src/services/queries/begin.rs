//! A query is written down before it waits for its turn.

use contract::fault::Fault;
use contract::ports;
use contract::query::{Purpose, QueryState};
use contract::team::Actor;
use store::{ConnectionRow, QueryRow, Queued, new_id};

use super::super::audit::{self, Deed};
use super::super::checks::code;
use super::super::{Shared, now, store_fault};
use super::run::LEASE;

/// So many of one person's queries may wait.
const MOST_WAITING: i64 = 20;

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
    let row = row(actor, &connection.id, asked, &QueryState::Waiting, LEASE);
    // Two files of one result are two, and so are two looks.
    let is_alone = asked.purpose != Purpose::Sql;
    match shared.store.query_enqueue(&row, MOST_WAITING, is_alone).await.map_err(store_fault)? {
        Queued::Now => Ok(Begun::New(Box::new(row))),
        Queued::Twin(id) => Ok(Begun::Twin(id)),
        Queued::Full => Err(Fault::QueueFull { limit: MOST_WAITING as u32 }),
    }
}

/// Puts a query that has ended back into the queue. False where it has not ended.
pub(super) async fn begin_again(shared: &Shared, row: &QueryRow) -> ports::Answer<bool> {
    match shared.store.query_restart(row, MOST_WAITING).await.map_err(store_fault)? {
        Queued::Now => Ok(true),
        Queued::Twin(_) => Ok(false),
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

/// The row of a new query. It counts as alive for so long, unless it is renewed.
pub(crate) fn row(actor: &Actor, connection_id: &str, asked: Asked<'_>, state: &QueryState, lease: i64) -> QueryRow {
    let queued_at = now();
    QueryRow {
        id: new_id(),
        team_id: actor.team_id.clone(),
        member_id: actor.member_id.clone(),
        connection_id: connection_id.to_owned(),
        dataset_id: asked.dataset_id.map(str::to_owned),
        purpose: asked.purpose.as_str().to_owned(),
        statement: asked.statement.to_owned(),
        typed: asked.typed.to_owned(),
        state: code(state),
        queued_at,
        alive_until: queued_at + lease,
        ..QueryRow::default()
    }
}
