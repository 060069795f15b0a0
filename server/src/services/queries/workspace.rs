//! What the workspace shows around a query: connections, what is on its way, names to complete.

use std::collections::BTreeMap;

use contract::connection::ConnectionSummary;
use contract::fault::Fault;
use contract::ports;
use contract::query::{Column, Purpose, QueryState, QueueEntry, Workspace, WorkspaceConnection};
use contract::team::{Actor, Role};
use serde::Serialize;
use store::{LiveQuery, ObjectFilter};

use super::super::checks::parse;
use super::super::{Shared, connections, now, place, store_fault, to_json};
use super::rights;

/// More tables than these are found by typing a schema's name by heart.
const COMPLETED: i64 = 20_000;

pub(super) async fn facts(shared: &Shared, actor: &Actor, query_id: &str) -> ports::Answer<Workspace> {
    let mut workspace = Workspace { limits: shared.query_limits, ..Workspace::default() };
    if !query_id.is_empty() {
        let row = super::query(shared, actor, query_id).await?;
        workspace.typed = row.whole_text().to_owned();
        workspace.connection_id = row.connection_id;
    }
    for row in shared.store.connection_list(&actor.team_id).await.map_err(store_fault)? {
        let ConnectionSummary { id, name, target, .. } = connections::summary(row);
        workspace.connections.push(WorkspaceConnection {
            can_user_write: rights::can_user_write(shared, &actor.team_id, &id).await?,
            is_serverless: target.is_serverless(),
            id,
            name,
        });
    }
    Ok(workspace)
}

pub(super) async fn queue(shared: &Shared, actor: &Actor) -> ports::Answer<Vec<QueueEntry>> {
    let store = &shared.store;
    let live = store.query_queue(&actor.team_id, now()).await.map_err(store_fault)?;
    if live.is_empty() {
        return Ok(Vec::new());
    }
    let connections = store.connection_list(&actor.team_id).await.map_err(store_fault)?;
    let members = store.member_list(&actor.team_id).await.map_err(store_fault)?;
    let entry = |query: LiveQuery| {
        let author = members.iter().find(|member| member.id == query.member_id);
        let connection = connections.iter().find(|connection| connection.id == query.connection_id);
        let is_own = query.member_id == actor.member_id;
        QueueEntry {
            author: author.map(|member| member.email.clone()).unwrap_or_default(),
            connection_name: connection.map(|connection| connection.name.clone()).unwrap_or_default(),
            purpose: parse(&query.purpose).unwrap_or(Purpose::Sql),
            state: parse(&query.state).unwrap_or(QueryState::Running),
            queued_at: query.queued_at,
            sql: if is_own && query.purpose == Purpose::Sql.as_str() { query.beginning } else { String::new() },
            is_own,
            can_cancel: is_own || actor.role == Role::Admin,
            id: query.id,
        }
    };
    Ok(live.into_iter().map(entry).collect())
}

/// What of columns the editor loads at most; a warehouse may have a million.
const COLUMNS_BYTES: usize = 1024 * 1024;

/// As the editor takes it: schemas, in them tables, in them columns.
#[derive(Default, Serialize)]
struct Names {
    schemas: BTreeMap<String, BTreeMap<String, Vec<String>>>,
}

pub(super) async fn completions(shared: &Shared, actor: &Actor, connection_id: &str) -> Result<String, Fault> {
    let row = place::connection(shared, actor, connection_id).await?;
    let store = &shared.store;
    let mut names = Names::default();
    let objects = store.catalog_objects(&row.id, &ObjectFilter::default(), COMPLETED, 0).await.map_err(store_fault)?;
    for object in objects.into_iter().filter(|object| object.is_readable == 1) {
        names.schemas.entry(object.schema_name).or_default().insert(object.name, Vec::new());
    }
    let mut room = COLUMNS_BYTES;
    for known in store.catalog_columns(&row.id, COMPLETED).await.map_err(store_fault)? {
        let Some(left) = room.checked_sub(known.names.len()) else { break };
        room = left;
        let columns = serde_json::from_str(&known.names).unwrap_or_default();
        names.schemas.entry(known.schema_name).or_default().insert(known.object_name, columns);
    }
    for dataset in store.dataset_list(&actor.team_id).await.map_err(store_fault)? {
        if dataset.connection_id == row.id {
            let columns: Vec<Column> = serde_json::from_str(&dataset.known_columns).unwrap_or_default();
            // These were read with its rows; where they were not yet, the catalog may know them.
            if !columns.is_empty() {
                let columns = columns.into_iter().map(|column| column.name).collect();
                names.schemas.entry(dataset.schema_name).or_default().insert(dataset.name, columns);
            }
        }
    }
    Ok(to_json(&names))
}
