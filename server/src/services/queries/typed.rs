//! Typed statements: run, and run again in their place.

use std::sync::Arc;
use std::time::Duration;

use contract::audit::Action;
use contract::fault::Fault;
use contract::ports;
use contract::query::{Purpose, QueryState, RunForm};
use contract::team::Actor;
use redshift::guard::{self, Approved};
use redshift::text::TextLimits;
use store::{ConnectionRow, QueryRow};

use super::super::audit::Deed;
use super::super::checks::code;
use super::super::{Shared, log_failure, now, place};
use super::begin::{self, Begun};
use super::job::Job;
use super::run::LEASE;
use super::{Asked, Queries, run_and_keep, statement, used};

/// The results of so many statements of one person are kept.
const KEPT_RESULTS: i64 = 20;

/// Runs what the editor's form sent. Answers the query's id, also where the guard refused it.
pub(super) async fn run(queries: &Queries, actor: &Actor, form: RunForm) -> ports::Answer<String> {
    let shared = &queries.shared;
    let connection = place::connection(shared, actor, &form.connection_id).await?;
    let text = if form.selection.trim().is_empty() { &form.sql } else { &form.selection };
    // A line break is one sign, however the form was sent.
    let text = text.replace("\r\n", "\n");
    let typed = if form.selection.trim().is_empty() { String::new() } else { statement::kept_text(&form.sql) };
    let asked = Asked { dataset_id: None, purpose: Purpose::Sql, statement: &text, typed: &typed };
    let approved = match guard::approve(&text) {
        Ok(approved) => approved,
        Err(refused) => {
            queries.refusals.take(&actor.member_id)?;
            return statement::keep_refused(shared, actor, &connection, asked, refused).await;
        }
    };
    match begin::begin(shared, actor, &connection, asked).await? {
        Begun::New(row) => {
            let id = row.id.clone();
            start(shared, actor, connection, *row, &approved).await;
            Ok(id)
        }
        Begun::Twin(id) => Ok(id),
    }
}

/// Runs one's own query once more: it keeps its address, its name and who sees it, and what it read before is gone. One
/// that is on its way stays on it.
pub(super) async fn again(shared: &Arc<Shared>, actor: &Actor, id: &str) -> ports::Answer<()> {
    let row = super::query(shared, actor, id).await?;
    if row.member_id != actor.member_id || row.purpose != Purpose::Sql.as_str() {
        return Err(Fault::NotFound);
    }
    let connection = place::connection(shared, actor, &row.connection_id).await?;
    // What was refused is still refused, with the reason that its page says already.
    let Ok(approved) = guard::approve(&row.statement) else { return Ok(()) };
    let queued_at = now();
    let row = QueryRow { state: code(&QueryState::Waiting), queued_at, alive_until: queued_at + LEASE, ..row };
    if begin::begin_again(shared, &row).await? {
        start(shared, actor, connection, row, &approved).await;
    }
    Ok(())
}

async fn start(shared: &Arc<Shared>, actor: &Actor, connection: ConnectionRow, row: QueryRow, approved: &Approved) {
    let deed = Deed { action: Action::QueryRun, target: &row.id, named: &connection.name };
    used(shared, actor, &connection, deed).await;
    let limits = shared.query_limits;
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
    let shared = Arc::clone(shared);
    tokio::spawn(async move {
        let member_id = job.row.member_id.clone();
        run_and_keep(&shared, job).await;
        if let Err(error) = shared.store.result_trim(&member_id, KEPT_RESULTS).await {
            log_failure("older results could not be removed", &error);
        }
    });
}
