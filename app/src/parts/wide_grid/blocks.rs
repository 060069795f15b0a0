//! Rows fetched in blocks as they come into sight, and let go when there are many.

use std::collections::{BTreeMap, BTreeSet};

use contract::query::Row;
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::api::queries::ShowRows;
use crate::parts::load::ask;

const BLOCK: usize = 200;
/// Blocks that are kept: 10,000 rows.
const KEPT: usize = 50;

/// Rows that one call brings at most, as the server has it too.
const AT_ONCE: usize = 10_000;

#[derive(Default)]
struct Held {
    /// The query's id, and which run of it.
    query: (String, i64),
    total: usize,
    blocks: BTreeMap<usize, Vec<Row>>,
    on_the_way: BTreeSet<usize>,
}

#[derive(Clone, Copy)]
pub struct Blocks {
    held: StoredValue<Held>,
    /// Changes when a block arrives.
    version: RwSignal<u32>,
    /// Rows in sight did not come: the query was run again since, or the server does not answer.
    pub is_short: RwSignal<bool>,
}

impl Blocks {
    /// With the rows that came with the page, where they begin a block.
    pub fn new(query: (String, i64), first: usize, rows: Vec<Row>, total: usize) -> Self {
        let mut held = Held { query, total, ..Held::default() };
        // A part of a block is no block; it is fetched whole when it is in sight.
        if first.is_multiple_of(BLOCK) && (rows.len() >= BLOCK || first + rows.len() >= total) {
            held.blocks.insert(first / BLOCK, rows);
        }
        Self { held: StoredValue::new(held), version: RwSignal::new(0), is_short: RwSignal::new(false) }
    }

    /// Fetches what is missing of these rows.
    pub fn want(self, from: usize, to: usize) {
        for block in from / BLOCK..to.div_ceil(BLOCK) {
            let is_new = self.held.try_update_value(|held| {
                let is_there = held.blocks.contains_key(&block) || block * BLOCK >= held.total;
                !is_there && held.on_the_way.insert(block)
            });
            if is_new == Some(true) {
                spawn_local(self.fetch(block, (from + to) / 2 / BLOCK));
            }
        }
    }

    async fn fetch(self, block: usize, near: usize) {
        let Some((id, run)) = self.held.try_with_value(|held| held.query.clone()) else { return };
        let first = (block * BLOCK) as u64;
        let rows = ask(ShowRows { id, run, first, count: BLOCK as u32 }).await;
        // Nobody waits where the grid is gone by now.
        let _ = self.is_short.try_set(rows.is_err());
        let arrived = self.held.try_update_value(|held| {
            held.on_the_way.remove(&block);
            let Ok(rows) = rows else { return false };
            held.blocks.insert(block, rows);
            while held.blocks.len() > KEPT {
                // What is farthest from sight goes.
                let far = held.blocks.keys().copied().max_by_key(|known| known.abs_diff(near));
                let Some(far) = far else { break };
                held.blocks.remove(&far);
            }
            true
        });
        if arrived == Some(true) {
            self.version.update(|version| *version = version.wrapping_add(1));
        }
    }

    /// So many rows from this one on, those that are not here fetched. `None` where that failed.
    pub async fn all(self, first: usize, count: usize) -> Option<Vec<Row>> {
        let here: Vec<Row> = (first..first + count).map_while(|row| self.row(row)).collect();
        if here.len() == count {
            return Some(here);
        }
        let (id, run) = self.held.try_with_value(|held| held.query.clone())?;
        let mut rows = Vec::with_capacity(count);
        while rows.len() < count {
            let left = (count - rows.len()).min(AT_ONCE) as u32;
            let question = ShowRows { id: id.clone(), run, first: (first + rows.len()) as u64, count: left };
            let fetched = ask(question).await.ok().filter(|fetched| !fetched.is_empty())?;
            rows.extend(fetched);
        }
        Some(rows)
    }

    /// A row, if it is here.
    pub fn row(self, row: usize) -> Option<Row> {
        self.held.try_with_value(|held| held.blocks.get(&(row / BLOCK))?.get(row % BLOCK).cloned()).flatten()
    }

    /// Looks again when more arrives.
    pub fn track(self) {
        self.version.track();
    }

    /// The same, and looked up again when more arrives.
    pub fn tracked(self, row: usize) -> Option<Row> {
        self.version.track();
        self.row(row)
    }
}
