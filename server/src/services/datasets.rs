//! Datasets, and the catalog they are picked from.

mod picker;
mod reading;

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use async_trait::async_trait;
use contract::audit::Action;
use contract::catalog::{ObjectKind, Picker, PickerFilter};
use contract::dataset::{DatasetSummary, DatasetView, Picks};
use contract::fault::Fault;
use contract::object_name::ObjectName;
use contract::ports;
use contract::refresh::Schedule;
use contract::team::Actor;
use store::{DatasetRow, NewDataset, RefreshRow};

use super::audit::{self, Deed};
use super::{DAY, Shared, now, place, refreshes, snapshots, store_fault};
use picker::wanted;

pub(crate) use reading::{catalog_rows, learn_columns};

pub(crate) struct Datasets {
    shared: Arc<Shared>,
}

impl Datasets {
    pub fn new(shared: Arc<Shared>) -> Self {
        Self { shared }
    }
}

/// What a refused form has of names at most: without scripts they stand in the page's address.
const PICKED_AT_MOST: usize = 4_000;

/// The schedule of what is added. Where there can be none, what was ticked goes back with it.
fn scheduled(shared: &Shared, picks: &Picks) -> Result<Schedule, Fault> {
    refreshes::schedule(shared, &picks.schedule).map_err(|fault| match fault {
        Fault::Schedule { fault, typed, .. } => {
            let mut room = PICKED_AT_MOST;
            let fits = |name: &&String| {
                let rest = room.checked_sub(name.len());
                room = rest.unwrap_or(room);
                rest.is_some()
            };
            let picked = picks.picked.iter().filter(fits).cloned().collect();
            Fault::Schedule { fault, typed, picked }
        }
        fault => fault,
    })
}

#[async_trait]
impl ports::Datasets for Datasets {
    async fn picker(&self, actor: &Actor, connection_id: &str, filter: PickerFilter) -> ports::Answer<Picker> {
        let row = place::connection(&self.shared, actor, connection_id).await?;
        picker::page(&self.shared, row, &filter).await
    }

    async fn catalog_read(&self, actor: &Actor, connection_id: &str, schema: &str) -> ports::Answer<()> {
        let row = place::connection(&self.shared, actor, connection_id).await?;
        let (id, name) = (row.id.clone(), row.name.clone());
        if reading::begin(&self.shared, row, &actor.member_id, schema).await? {
            let deed = Deed { action: Action::CredentialUsed, target: &id, named: &name };
            audit::done(&self.shared, actor, deed).await;
        }
        Ok(())
    }

    async fn add(&self, actor: &Actor, picks: Picks) -> ports::Answer<u32> {
        let row = place::connection(&self.shared, actor, &picks.connection_id).await?;
        let store = &self.shared.store;
        let names = picks.picked.iter().filter_map(|name| name.parse().ok());
        let mut picked: BTreeSet<_> = names.map(|ObjectName { schema, name }| (schema, name)).collect();
        if !picks.whole_schema.is_empty() {
            let wanted = wanted(&picks.search, &picks.kind, &picks.whole_schema);
            picked.extend(store.catalog_readable(&row.id, &wanted).await.map_err(store_fault)?);
        }
        if picked.is_empty() {
            return Err(Fault::NothingPicked);
        }
        let picked: Vec<_> = picked.into_iter().collect();
        // Before anything is added: a schedule that cannot be is the form's to correct.
        let schedule = picks.is_refreshed.then(|| scheduled(&self.shared, &picks)).transpose()?;
        let is_own = |dataset: &DatasetRow| dataset.connection_id == row.id;
        let before = match schedule {
            Some(_) => store.dataset_list(&actor.team_id).await.map_err(store_fault)?,
            None => Vec::new(),
        };
        let before: HashSet<_> = before.into_iter().filter(is_own).map(|dataset| dataset.id).collect();
        let place = NewDataset { team_id: &actor.team_id, connection_id: &row.id, member_id: &actor.member_id };
        let added = store.dataset_insert(place, &picked, now()).await.map_err(store_fault)?;
        if let Some(schedule) = schedule {
            let mut datasets = store.dataset_list(&actor.team_id).await.map_err(store_fault)?;
            // What was a dataset already keeps what somebody set for it.
            datasets.retain(|dataset| {
                let name = (dataset.schema_name.clone(), dataset.name.clone());
                is_own(dataset) && picked.contains(&name) && !before.contains(&dataset.id)
            });
            refreshes::keep_all(&self.shared, actor, (&row.id, &row.name), &datasets, &schedule).await?;
        }
        tracing::info!(connection.id = row.id, added, "datasets were added");
        if added > 0 {
            let named = format!("{}: {added}", row.name);
            let deed = Deed { action: Action::DatasetsAdded, target: &row.id, named: &named };
            audit::done(&self.shared, actor, deed).await;
        }
        Ok(u32::try_from(added).unwrap_or(u32::MAX))
    }

    async fn remove(&self, actor: &Actor, id: &str) -> ports::Answer<()> {
        let row = dataset(&self.shared, actor, id).await?;
        if !self.shared.store.dataset_delete(&actor.team_id, id).await.map_err(store_fault)? {
            return Err(Fault::NotFound);
        }
        snapshots::sweep_now(&self.shared).await;
        let named = format!("{}.{}", row.schema_name, row.name);
        audit::done(&self.shared, actor, Deed { action: Action::DatasetRemoved, target: id, named: &named }).await;
        Ok(())
    }

    async fn list(&self, actor: &Actor) -> ports::Answer<Vec<DatasetSummary>> {
        let store = &self.shared.store;
        let rows = store.dataset_list(&actor.team_id).await.map_err(store_fault)?;
        let refreshes = store.refresh_list(&actor.team_id).await.map_err(store_fault)?;
        let now = self.shared.clock.now();
        let uses = store.source_uses(&actor.team_id, now.div_euclid(DAY)).await.map_err(store_fault)?;
        let uses: HashMap<_, _> = uses.into_iter().map(|(id, asked, budget)| (id, (asked, budget))).collect();
        let standing = |row: &RefreshRow| {
            let used = uses.get(&row.connection_id).copied().unwrap_or_default();
            refreshes::view::standing(row, used, (self.shared.refresh_limits.least_minutes, now))
        };
        let standings: HashMap<_, _> = refreshes.iter().map(|row| (row.dataset_id.as_str(), standing(row))).collect();
        let with_standing = |row: DatasetRow| {
            let standing = standings.get(row.id.as_str()).copied();
            DatasetSummary { standing, ..summary(row) }
        };
        Ok(rows.into_iter().map(with_standing).collect())
    }

    async fn show(&self, actor: &Actor, id: &str) -> ports::Answer<DatasetView> {
        let row = dataset(&self.shared, actor, id).await?;
        let connection = place::connection(&self.shared, actor, &row.connection_id).await?;
        let target = place::target_as_minted(&self.shared, &connection).await?;
        Ok(DatasetView {
            columns: serde_json::from_str(&row.known_columns).unwrap_or_default(),
            summary: summary(row),
            egress: self.shared.egress.clone(),
            is_serverless: target.is_serverless(),
            connection_name: connection.name,
            user: target.user.clone(),
            target,
        })
    }
}

pub(crate) async fn dataset(shared: &Shared, actor: &Actor, id: &str) -> Result<DatasetRow, Fault> {
    shared.store.dataset_fetch(&actor.team_id, id).await.map_err(store_fault)?.ok_or(Fault::NotFound)
}

fn summary(row: DatasetRow) -> DatasetSummary {
    DatasetSummary {
        id: row.id,
        connection_id: row.connection_id,
        schema: row.schema_name,
        name: row.name,
        kind: ObjectKind::from_code(&row.kind).unwrap_or(ObjectKind::Table),
        standing: None,
    }
}
