//! Results as files: from what is kept where that is all of it, from the source otherwise, and never all in memory.

mod notes;
mod pieces;
mod source;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use contract::audit::Action;
use contract::fault::Fault;
use contract::ports;
use contract::query::{FileFormat, Purpose, QueryState};
use contract::team::Actor;
use redshift::text::TextLimits;
use store::{DatasetRow, QueryRow};

use super::audit::{self, Deed};
use super::checks::code;
use super::queries::{self, Job};
use super::{SECOND, Shared, datasets, place, store_fault};
use pieces::{Making, Pieces};

/// A file that is being made says so each few seconds; one that did not for this long was left by a process that is gone.
const LEASE: i64 = 60 * SECOND;
const RENEW: Duration = Duration::from_secs(10);

pub(crate) struct Exports {
    shared: Arc<Shared>,
}

impl Exports {
    pub fn new(shared: Arc<Shared>) -> Self {
        Self { shared }
    }

    /// The row that tells of a file. Without a turn it is not in the queue: it asks nothing of the source.
    async fn without_turn(&self, actor: &Actor, of: &QueryRow, statement: &str) -> ports::Answer<QueryRow> {
        let asked = queries::Asked { dataset_id: None, purpose: Purpose::Export, statement, typed: "" };
        let mut export = queries::row(actor, &of.connection_id, asked, &QueryState::Running, LEASE);
        (export.snapshot_id, export.taken_at) = (of.snapshot_id.clone(), of.taken_at);
        self.shared.store.query_insert(&export).await.map_err(store_fault)?;
        Ok(export)
    }

    /// All rows of the snapshot that the page was of.
    async fn ask_snapshot(&self, actor: &Actor, row: &QueryRow, format: FileFormat) -> ports::Answer<Pieces> {
        let shared = &self.shared;
        let dataset = datasets::dataset(shared, actor, row.dataset_id.as_deref().ok_or(Fault::RowsGone)?).await?;
        let snapshot = shared.store.snapshot_fetch(&actor.team_id, &row.snapshot_id).await.map_err(store_fault)?;
        let snapshot = snapshot.ok_or(Fault::RowsGone)?;
        let (making, pieces) = Making::begin(shared, format)?;
        let export = self.without_turn(actor, row, &whole(&dataset, &row.statement)).await?;
        let sql = whole_of_snapshot(&dataset, &row.statement);
        tokio::spawn(source::from_snapshot(Arc::clone(shared), snapshot, sql, export, making));
        Ok(pieces)
    }

    /// Runs the statement again, without the caps of a page.
    async fn ask_source(&self, actor: &Actor, row: &QueryRow, format: FileFormat) -> ports::Answer<Pieces> {
        let shared = &self.shared;
        let connection = place::connection(shared, actor, &row.connection_id).await?;
        let statement = match &row.dataset_id {
            Some(id) if row.purpose == Purpose::Preview.as_str() => {
                whole(&datasets::dataset(shared, actor, id).await?, &row.statement)
            }
            _ => row.statement.clone(),
        };
        // Also a statement of our own is shown as text, and comes back here as any text does.
        let approved = redshift::guard::approve(&statement).map_err(|_| Fault::RowsGone)?;
        let (making, mut pieces) = Making::begin(shared, format)?;
        let asked = queries::Asked { dataset_id: None, purpose: Purpose::Export, statement: &statement, typed: "" };
        let new = queries::begin(shared, actor, &connection, asked).await?.alone()?;
        // Known before anybody can hang up, so that a wish for its end is not lost.
        shared.live.enter(&new.id);
        pieces.come_from(&new.id);
        let deed = Deed { action: Action::CredentialUsed, target: &new.id, named: &connection.name };
        queries::used(shared, actor, &connection, deed).await;
        let job = Job {
            row: new,
            connection,
            sql: approved.sql().to_owned(),
            values: Vec::new(),
            limits: TextLimits { rows: u64::MAX, bytes: shared.export_limits.bytes },
            deadline: Duration::from_secs(u64::from(shared.export_limits.seconds)),
            table: None,
            on_behalf_of: actor.email.clone(),
            is_guarded: true,
        };
        tokio::spawn(source::from_cluster(Arc::clone(shared), job, making));
        Ok(pieces)
    }
}

/// What a preview's statement is sorted by, as the snapshot is asked.
fn whole_of_snapshot(dataset: &DatasetRow, page: &str) -> String {
    let whole = whole(dataset, page);
    let all = redshift::sql::select_all(&dataset.schema_name, &dataset.name).unwrap_or_default();
    format!("select * from {}{}", cache::TABLE, whole.strip_prefix(&all).unwrap_or_default())
}

/// The statement of a preview's page, for all rows: what it is sorted by stays.
fn whole(dataset: &DatasetRow, page: &str) -> String {
    let end = page.rfind(" limit ").unwrap_or(page.len());
    let all = redshift::sql::select_all(&dataset.schema_name, &dataset.name);
    // A name may hold anything, so the beginning is made anew, and has to be what the page began with.
    match all {
        Some(all) if page[..end].starts_with(&all) => page[..end].to_owned(),
        Some(all) => all,
        None => page.to_owned(),
    }
}

/// A page after the first is not all there is, also where nothing comes after it.
fn is_later_page(row: &QueryRow) -> bool {
    let page = row.statement.rsplit_once(" limit ").map(|(_, page)| page);
    row.purpose == Purpose::Preview.as_str() && page.is_some_and(|page| page.contains(" offset "))
}

#[async_trait]
impl ports::Exports for Exports {
    async fn export(&self, actor: &Actor, id: &str, format: FileFormat) -> ports::Answer<ports::Export> {
        let shared = &self.shared;
        let row = queries::query(shared, actor, id).await?;
        if row.state != code(&QueryState::Done) {
            return Err(Fault::RowsGone);
        }
        let is_all_there = row.cut.is_empty()
            && !is_later_page(&row)
            && row.purpose != Purpose::Export.as_str()
            && (row.row_count == 0 || shared.store.result_is_kept(&row.id).await.map_err(store_fault)?);
        let named = format!("{}, {}", row.connection_name, format.as_str());
        // When what the file holds was read: with the question, or anew.
        let mut of = row.clone();
        let pieces = if is_all_there {
            let (making, pieces) = Making::begin(shared, format)?;
            let export = self.without_turn(actor, &row, &row.statement).await?;
            tokio::spawn(source::from_store(Arc::clone(shared), row.clone(), export, making));
            pieces
        } else if !row.snapshot_id.is_empty() && row.purpose == Purpose::Preview.as_str() {
            self.ask_snapshot(actor, &row, format).await?
        } else if !row.snapshot_id.is_empty() && row.cut.is_empty() {
            // Whoever saw an answer from the snapshot does not mean to ask the source.
            return Err(Fault::RowsGone);
        } else {
            (of.snapshot_id, of.queued_at) = (String::new(), shared.clock.now());
            self.ask_source(actor, &row, format).await?
        };
        audit::done(shared, actor, Deed { action: Action::ResultExported, target: id, named: &named }).await;
        // Somebody may have removed the dataset meanwhile: the file has the connection's name then.
        let dataset = match &row.dataset_id {
            Some(id) => shared.store.dataset_fetch(&actor.team_id, id).await.map_err(store_fault)?,
            None => None,
        };
        let dataset = dataset.map(|dataset| format!("{}.{}", dataset.schema_name, dataset.name));
        Ok(ports::Export {
            name: file_name(&of, dataset.as_deref(), format),
            format,
            query_id: pieces.query_id().to_owned(),
            chunks: Box::new(pieces),
        })
    }
}

/// After the query; or the dataset or else the connection that it was asked of, and the day, or when the snapshot was
/// taken that it came from. Letters of any alphabet.
fn file_name(row: &QueryRow, dataset: Option<&str>, format: FileFormat) -> String {
    let plain = |text: &str| -> String {
        let letter = |c: char| if c.is_alphanumeric() || "-_.".contains(c) { c } else { ' ' };
        let text: String = text.chars().take(60).map(letter).collect();
        text.split_whitespace().collect::<Vec<_>>().join("-").trim_matches(['-', '.']).to_owned()
    };
    let moment = |at: i64| time::OffsetDateTime::from_unix_timestamp(at / SECOND).ok();
    let of = match row.snapshot_id.is_empty() {
        true => moment(row.queued_at).map(|day| format!("-{}", day.date())),
        false => {
            moment(row.taken_at).map(|at| format!("-snapshot-{}-{:02}{:02}-UTC", at.date(), at.hour(), at.minute()))
        }
    };
    let of = of.unwrap_or_default();
    // A name that somebody gave says nothing of the rows' age.
    let aged = |name: String| if row.snapshot_id.is_empty() || name.is_empty() { name } else { name + &of };
    let names = [aged(plain(&row.name)), plain(dataset.unwrap_or(&row.connection_name)) + &of];
    let name = names.into_iter().find(|name| !name.is_empty()).unwrap_or_default();
    format!("{name}.{}", format.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_has_a_plain_name_and_a_pages_statement_loses_its_page() {
        let row = QueryRow {
            name: " Übersicht: ../etc/passwd ".into(),
            queued_at: 1_795_446_240_000_000,
            ..QueryRow::default()
        };
        assert_eq!(file_name(&row, None, FileFormat::Csv), "Übersicht-..-etc-passwd.csv");
        let row = QueryRow { name: "\"\r\n".into(), connection_name: "sales / dev".into(), ..row };
        assert_eq!(file_name(&row, None, FileFormat::Xlsx), "sales-dev-2026-11-23.xlsx");
        assert_eq!(file_name(&row, Some("public.odd \"sales"), FileFormat::Csv), "public.odd-sales-2026-11-23.csv");
        let row = QueryRow { snapshot_id: "one".into(), taken_at: row.queued_at - 60 * SECOND, ..row };
        let name = file_name(&row, Some("public.sales"), FileFormat::Parquet);
        assert_eq!(name, "public.sales-snapshot-2026-11-23-1503-UTC.parquet");
        let row = QueryRow { name: "north".into(), ..row };
        assert_eq!(file_name(&row, None, FileFormat::Csv), "north-snapshot-2026-11-23-1503-UTC.csv");
        let dataset = DatasetRow {
            id: String::new(),
            connection_id: String::new(),
            schema_name: "s".into(),
            name: "a limit 1".into(),
            kind: String::new(),
            known_columns: String::new(),
        };
        assert_eq!(whole(&dataset, "select * from \"s\".\"a limit 1\" limit 101"), "select * from \"s\".\"a limit 1\"");
        let sorted = "select * from \"s\".\"a limit 1\" order by \"x\" desc limit 101 offset 100";
        assert_eq!(whole(&dataset, sorted), "select * from \"s\".\"a limit 1\" order by \"x\" desc");
        let later = |statement: &str, purpose: &str| {
            is_later_page(&QueryRow { statement: statement.into(), purpose: purpose.into(), ..QueryRow::default() })
        };
        assert!(later(sorted, "preview") && !later(sorted, "sql"));
        assert!(!later("select * from \"s\".\" offset \" limit 101", "preview"));
    }
}
