//! Looking after the master keys: what is sealed with which, and sealing everything with the active one. Each record
//! is opened to be counted, so that a run that says it went well has read all of them.

use std::collections::HashMap;

use contract::audit::Action;
use store::{SealedKind, SealedRow, Store, StoreError};
use thiserror::Error;
use vault::{Binding, KeyId, KeyRing};

use super::{members, operator, place, queries, refreshes};

/// Records that are read at once.
const PAGE: i64 = 100;

/// A value that a running server wrote anew meanwhile is looked at again, this often.
const PASSES: usize = 10;

#[derive(Debug, Error)]
pub enum KeysError {
    #[error("nothing is sealed here: is this the data folder, and the database, of the installation that you mean?")]
    NothingSealed,
    #[error("{0} records are sealed with this key; run `flitch key rotate` first")]
    InUse(usize),
    #[error("the store failed")]
    Store(#[from] StoreError),
}

/// What is sealed with one key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyUse {
    pub id: KeyId,
    pub is_active: bool,
    /// It stands in the key file.
    pub is_known: bool,
    pub records: usize,
}

/// What a rotation came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rotated {
    /// Sealed with the active key by this run; by a dry run, those that would be.
    pub resealed: usize,
    /// Sealed with it before, and opened.
    pub already: usize,
    /// Cannot be opened: what and which, never with what in it.
    pub unreadable: Vec<(SealedKind, String)>,
}

fn binding(kind: SealedKind, row: &SealedRow) -> Binding<'_> {
    let field = match kind {
        SealedKind::Connection => place::SEALED_FIELD,
        SealedKind::Query => queries::SEALED_FIELD,
        SealedKind::Invitation => members::SEALED_FIELD,
        SealedKind::Trigger => refreshes::SEALED_FIELD,
    };
    Binding { team: &row.team_id, record: &row.id, field, purpose: &row.purpose }
}

/// Calls `each` for everything that is sealed.
async fn walk(
    store: &Store,
    mut each: impl AsyncFnMut(SealedKind, SealedRow) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    for kind in SealedKind::ALL {
        let mut after = String::new();
        loop {
            let rows = store.sealed_list(kind, &after, PAGE).await?;
            let Some(last) = rows.last() else { break };
            after.clone_from(&last.id);
            for row in rows {
                each(kind, row).await?;
            }
        }
    }
    Ok(())
}

/// Something needs a key to be opened.
pub async fn is_anything_sealed(store: &Store) -> Result<bool, StoreError> {
    for kind in SealedKind::ALL {
        if !store.sealed_list(kind, "", 1).await?.is_empty() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The keys of the file, and those that only records name.
pub async fn status(store: &Store, ring: &KeyRing) -> Result<Vec<KeyUse>, StoreError> {
    let mut counts: HashMap<KeyId, usize> = HashMap::new();
    walk(store, async |_, row| {
        if let Some(id) = KeyRing::sealed_with(&row.sealed) {
            *counts.entry(id).or_default() += 1;
        }
        Ok(())
    })
    .await?;
    let known = ring.ids();
    let mut uses: Vec<_> = known
        .iter()
        .enumerate()
        .map(|(at, id)| KeyUse {
            id: *id,
            is_active: at == 0,
            is_known: true,
            records: counts.remove(id).unwrap_or_default(),
        })
        .collect();
    uses.extend(counts.into_iter().map(|(id, records)| KeyUse { id, is_active: false, is_known: false, records }));
    Ok(uses)
}

/// Seals everything with the active key. It can be ended anywhere and run again: each record is replaced in one step,
/// by a value that was opened before it was written.
pub async fn rotate(store: &Store, ring: &KeyRing, is_dry: bool) -> Result<Rotated, KeysError> {
    let mut rotated = Rotated::default();
    for pass in 0..PASSES {
        let (mut changed_meanwhile, mut already, mut unreadable) = (0, 0, Vec::new());
        let active = ring.ids().first().copied();
        walk(store, async |kind, row| {
            let binding = binding(kind, &row);
            let Ok(plain) = ring.open_bytes(&binding, &row.sealed) else {
                unreadable.push((kind, row.id.clone()));
                return Ok(());
            };
            if KeyRing::sealed_with(&row.sealed) == active {
                already += 1;
                return Ok(());
            }
            let fresh = ring.seal(&binding, &plain);
            if !ring.open_bytes(&binding, &fresh).is_ok_and(|opened| *opened == *plain) {
                unreadable.push((kind, row.id.clone()));
            } else if is_dry || store.sealed_replace(kind, &row.id, &row.sealed, &fresh).await? {
                rotated.resealed += 1;
            } else {
                changed_meanwhile += 1;
            }
            Ok(())
        })
        .await?;
        if pass == 0 {
            rotated.already = already;
        }
        rotated.unreadable = unreadable;
        if changed_meanwhile == 0 {
            break;
        }
    }
    if rotated.resealed + rotated.already + rotated.unreadable.len() == 0 {
        return Err(KeysError::NothingSealed);
    }
    if !is_dry {
        record(store, Action::KeysRotated, &format!("{} records", rotated.resealed)).await?;
    }
    Ok(rotated)
}

/// Refuses a key that something is sealed with; and any key where nothing is sealed with the active one, for then this
/// is not the store that the keys belong to.
pub async fn unused(store: &Store, ring: &KeyRing, id: KeyId) -> Result<(), KeysError> {
    let uses = status(store, ring).await?;
    if uses.iter().all(|known| known.records == 0) {
        return Err(KeysError::NothingSealed);
    }
    match uses.iter().find(|known| known.id == id).map_or(0, |known| known.records) {
        0 => Ok(()),
        records => Err(KeysError::InUse(records)),
    }
}

/// One entry in each team's log: all of them are concerned. No key is named in a place that people read.
pub async fn record(store: &Store, action: Action, named: &str) -> Result<(), StoreError> {
    for team_id in store.team_ids().await? {
        operator::record(store, &team_id, action, "", named).await?;
    }
    Ok(())
}
