//! From a question to the statement that asks it.

use contract::audit::Action;
use contract::explore::{Dialect, Kind, profile};
use contract::fault::Fault;
use contract::finding::{Finding, Refusal};
use contract::object_name::ObjectName;
use contract::ports;
use contract::query::{Ask, Column, Purpose, QueryState};
use contract::team::Actor;
use redshift::guard::Refused;
use redshift::{Limits, sql};
use store::{ConnectionRow, DatasetRow, QueryRow, ServedRow};

use super::super::audit::{self, Deed};
use super::super::{Shared, store_fault, to_json};
use super::pages::snapshot_columns;
use super::spot::spot;
use super::{Asked, begin};

/// What is sent, and what is shown of it.
pub(super) struct Question {
    pub purpose: Purpose,
    pub shown: String,
    pub sql: String,
    pub values: Vec<String>,
    pub rows: u64,
}

/// The same question to a snapshot.
pub(super) struct Kept {
    pub snapshot: ServedRow,
    pub sql: String,
    pub values: Vec<String>,
    pub is_in_order: bool,
}

/// The question as the dataset's snapshot is asked it. None where only the source can answer it.
pub(super) fn kept(snapshot: ServedRow, ask: &Ask) -> ports::Answer<Option<Kept>> {
    let Some(columns) = snapshot_columns(&snapshot.columns) else { return Ok(None) };
    let table = ObjectName { schema: "public".to_owned(), name: cache::TABLE.to_owned() };
    if ask.source_alone(&columns).is_some() {
        return Ok(None);
    }
    let asked = match ask {
        // The snapshot lacks the column: the source says so, if it does too.
        Ask::Preview { sort, .. } if !sort.is_empty() && columns.iter().all(|column| column.name != *sort) => None,
        Ask::Preview { sort, is_descending, page } => {
            let page = page_of(&columns, sort, *is_descending, *page);
            let ties: Vec<&str> = page.ties.iter().map(String::as_str).collect();
            let sql = sql::select_page(&table.schema, &table.name, page.as_sql(&ties));
            sql.map(|sql| (sql, Vec::new(), sort.is_empty()))
        }
        Ask::Explore(explore) => {
            let asked = explore.compile(&table, &columns, Dialect::DataFusion);
            let asked = asked.map_err(|fault| Fault::Explore { fault })?;
            Some((asked.sql, asked.values, false))
        }
        Ask::Profile => {
            let sql = profile::statement(&table, &columns, profile::DEFAULT_ROWS, Dialect::DataFusion);
            // Read twice, and both times the same first rows.
            sql.map(|sql| (sql, Vec::new(), true))
        }
    };
    Ok(asked.map(|(sql, values, is_in_order)| Kept { snapshot, sql, values, is_in_order }))
}

/// A page of rows, as it is asked for in any dialect.
struct PageOf<'a> {
    order: Option<(&'a str, bool)>,
    ties: Vec<String>,
    offset: usize,
}

impl<'a> PageOf<'a> {
    fn as_sql<'b>(&self, ties: &'b [&'b str]) -> sql::Page<'b>
    where
        'a: 'b,
    {
        // One more than is shown, to know whether there are more.
        sql::Page { order: self.order, ties, rows: Limits::PREVIEW.rows + 1, offset: self.offset }
    }
}

fn page_of<'a>(known: &[Column], sort: &'a str, is_descending: bool, page: u32) -> PageOf<'a> {
    let ties = known.iter().filter(|column| Kind::of(column).is_groupable()).map(|column| column.name.clone());
    PageOf {
        order: (!sort.is_empty()).then_some((sort, is_descending)),
        ties: ties.take(TIES).collect(),
        offset: page.max(1).saturating_sub(1).min(MOST_PAGES) as usize * Limits::PREVIEW.rows,
    }
}

pub(super) fn of(dataset: &DatasetRow, ask: &Ask) -> ports::Answer<Question> {
    match ask {
        Ask::Preview { sort, is_descending, page } => {
            let rows = Limits::PREVIEW.rows as u64;
            let known = known_columns(dataset).unwrap_or_default();
            let page = page_of(&known, sort, *is_descending, *page);
            let ties: Vec<&str> = page.ties.iter().map(String::as_str).collect();
            let sql =
                sql::select_page(&dataset.schema_name, &dataset.name, page.as_sql(&ties)).ok_or(Fault::NotFound)?;
            Ok(Question { purpose: Purpose::Preview, shown: sql.clone(), sql, values: Vec::new(), rows })
        }
        Ask::Explore(explore) => {
            let table = ObjectName { schema: dataset.schema_name.clone(), name: dataset.name.clone() };
            let asked = explore.compile(&table, &known_columns(dataset)?, Dialect::Redshift);
            let asked = asked.map_err(|fault| Fault::Explore { fault })?;
            let shown = asked.shown().to_owned();
            let rows = u64::from(explore.limit);
            Ok(Question { purpose: Purpose::Explore, shown, sql: asked.sql, values: asked.values, rows })
        }
        Ask::Profile => {
            let table = ObjectName { schema: dataset.schema_name.clone(), name: dataset.name.clone() };
            let sql = profile::statement(&table, &known_columns(dataset)?, profile::DEFAULT_ROWS, Dialect::Redshift);
            let sql = sql.ok_or(Fault::ColumnsUnknown)?;
            Ok(Question { purpose: Purpose::Profile, shown: sql.clone(), sql, values: Vec::new(), rows: u64::MAX })
        }
    }
}

/// The statement for a dataset's first rows.
pub(super) fn of_rows(dataset: &DatasetRow) -> ports::Answer<Question> {
    of(dataset, &Ask::rows())
}

/// What the newest preview told of the dataset's columns.
fn known_columns(dataset: &DatasetRow) -> Result<Vec<Column>, Fault> {
    serde_json::from_str(&dataset.known_columns).map_err(|_| Fault::ColumnsUnknown)
}

/// Columns that order what a sorted column leaves equal: a table's first ones hold its key more often than not, and
/// sorting by all of a wide one costs the source more than it gives.
const TIES: usize = 8;

/// Beyond it a source is asked to skip more rows than anybody looks through.
const MOST_PAGES: u32 = 10_000;

/// Keeps a text that the guard refused, with the reason: what was typed is not lost.
pub(super) async fn keep_refused(
    shared: &Shared,
    actor: &Actor,
    connection: &ConnectionRow,
    asked: Asked<'_>,
    refused: Refused,
) -> ports::Answer<String> {
    let statement = kept_text(asked.statement);
    let row = begin::row(actor, &connection.id, Asked { statement: &statement, ..asked }, &QueryState::Failed, 0);
    let finding = to_json(&Finding::StatementRefused { reason: reason(refused, &row.statement, row.whole_text()) });
    let row = QueryRow { finding, duration_us: Some(0), ..row };
    shared.store.query_insert(&row).await.map_err(store_fault)?;
    let deed = Deed { action: Action::QueryRun, target: &row.id, named: "refused by the guard" };
    audit::refused(shared, actor, deed).await;
    Ok(row.id)
}

/// A text as it is kept: no longer than what could run, and without what no text column takes.
pub(super) fn kept_text(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\0', "");
    text[..text.floor_char_boundary(redshift::guard::MAX_BYTES)].to_owned()
}

/// What the parser said, and where: it ends in ` at Line: 2, Column: 7`.
fn placed(what: &str) -> (&str, Option<(usize, usize)>) {
    let place = what.rsplit_once(" at Line: ").and_then(|(said, place)| {
        let (line, column) = place.split_once(", Column: ")?;
        Some((said, (line.parse().ok()?, column.parse().ok()?)))
    });
    place.map_or((what, None), |(said, place)| (said, Some(place)))
}

/// A line and a column, both from 1, as characters from 1.
fn position(text: &str, line: usize, column: usize) -> Option<u32> {
    let lines = text.split_inclusive('\n').take(line.checked_sub(1)?);
    let before: usize = lines.map(|line| line.chars().count()).sum();
    u32::try_from(before + column).ok()
}

fn reason(refused: Refused, text: &str, typed: &str) -> Refusal {
    let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    match refused {
        Refused::Empty => Refusal::Empty,
        Refused::TooLong { bytes } => Refusal::TooLong { bytes: number(bytes) },
        Refused::ControlCharacter { code } => Refusal::ControlCharacter { code },
        Refused::ManyStatements { count } => Refusal::ManyStatements { count: number(count) },
        Refused::NotReading { word } => Refusal::NotReading { word },
        Refused::Clause { clause } => Refusal::Clause { clause: clause.to_owned() },
        Refused::Function { name } => Refusal::Function { name },
        Refused::Ambiguous => Refusal::Ambiguous,
        Refused::NotUnderstood { what } => {
            let (what, place) = placed(&what);
            let position = place.and_then(|(line, column)| position(text, line, column));
            let at = position.and_then(|position| spot(position, text, text, typed));
            Refusal::NotUnderstood { what: what.to_owned(), at }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_found_where_it_was_typed() {
        let at = |sql: &str, typed: &str| {
            let Err(refused) = redshift::guard::approve(sql) else { panic!("{sql} was let through") };
            match reason(refused, sql, typed) {
                Refusal::NotUnderstood { what, at } => (what, at.map(|spot| (spot.at, spot.line))),
                other => panic!("{other:?}"),
            }
        };
        let sql = "select 'ü',\n  a b c from t";
        let (what, place) = at(sql, sql);
        assert_eq!((what.contains("Line"), place), (false, Some((18, 2))), "{what}");
        assert_eq!(at(sql, &format!("select 1;\n{sql}")).1, Some((28, 3)), "a selection");
        assert_eq!(at("selec 1", "selec 1"), ("it starts with SELEC".to_owned(), None));
    }
}
