//! What is asked of datasets without SQL.

use std::collections::BTreeSet;
use std::time::Duration;

use contract::explore::profile::{self, Plot};
use contract::query::{Ask, Column, ColumnShape, Purpose, QueryView};

use super::Connected;

impl Connected {
    /// Asks until there is an answer, as a page does.
    pub async fn asked(&self, dataset: &str, ask: &Ask) -> QueryView {
        for _ in 0..1_000 {
            let view = self.world.backend.queries.ask(&self.world.actor, dataset, ask.clone()).await.unwrap();
            if !view.state.is_running() {
                return view;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("no answer to {ask:?}");
    }

    /// Asks until the answer is of this purpose: what is asked first may be something else.
    async fn asked_for(&self, dataset: &str, ask: &Ask, purpose: Purpose) -> QueryView {
        for _ in 0..1_000 {
            let view = self.asked(dataset, ask).await;
            if view.purpose == purpose || view.finding.is_some() {
                return view;
            }
        }
        panic!("no answer to {ask:?}");
    }
}

/// A source may put what is equal into another order for each page.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pages_of_what_is_sorted_by_equal_values_hold_each_row_once() {
    let team = Connected::new().await;
    team.database
        .run(
            "create table sales (id int, kind text, note int);
             insert into sales select n, 'same', 0 from generate_series(1, 350) as n",
        )
        .await;
    let dataset = team.dataset().await;
    let page = |page| Ask::Preview { sort: "kind".into(), is_descending: false, page };
    // The first look learns the columns.
    team.asked(&dataset, &Ask::Preview { sort: String::new(), is_descending: false, page: 1 }).await;
    let mut seen = BTreeSet::new();
    for number in 1..=4 {
        let view = team.asked(&dataset, &page(number)).await;
        for row in view.result.unwrap_or_else(|| panic!("{:?}", view.finding)).rows {
            assert!(seen.insert(row[0].clone()), "{row:?} is on two pages");
        }
        // PostgreSQL writes what changed to another place, and reads it in another order.
        team.database.run("update sales set note = note + 1 where id % 3 = 0").await;
    }
    assert_eq!(seen.len(), 350);
}

/// A link to its columns, or to a question, works before anybody has looked at the rows.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_needs_columns_asks_for_the_first_rows_by_itself() {
    let team = Connected::new().await;
    team.database.run("create table sales (id int, kind text); insert into sales values (1, 'a'), (2, 'b')").await;
    let dataset = team.dataset().await;
    let view = team.asked_for(&dataset, &Ask::Profile, Purpose::Profile).await;
    assert!(view.purpose == Purpose::Profile && view.row_count > 1, "{:?}", view.finding);
    // Where the rows cannot be read, it is said.
    let other = Connected::new().await;
    other.database.run("create table gone (id int)").await;
    let gone = other.dataset().await;
    other.database.run("drop table gone").await;
    let view = other.asked(&gone, &Ask::Profile).await;
    assert_eq!(view.finding.as_ref().map(contract::finding::Finding::code), Some("table_gone"));
}

/// PostgreSQL's NUMERIC without a precision holds what no floating-point number can.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn columns_of_numbers_without_bounds_are_told() {
    let team = Connected::new().await;
    let fill = "create table sales (amount numeric);
                insert into sales values (1), (2.5), (4), ('NaN'), ('Infinity'), ('-Infinity'), (1e200), (1e301), (null)";
    team.database.run(fill).await;
    let dataset = team.dataset().await;
    let view = team.asked_for(&dataset, &Ask::Profile, Purpose::Profile).await;
    let rows = view.result.unwrap_or_else(|| panic!("{:?}", view.finding)).rows;
    let column = Column {
        name: "amount".into(),
        type_name: "numeric".into(),
        shape: ColumnShape::Number,
        ends_in_blanks: false,
    };
    let told = profile::read(&[column], &rows).columns.remove(0);
    assert_eq!((told.nulls, told.distinct, told.max.as_deref()), (1, Some(8), Some("NaN")));
    let Some(Plot::Histogram { counts, .. }) = told.plot else { panic!("{told:?}") };
    assert_eq!((counts[0], counts[profile::BARS - 1]), (3, 1), "those that have a place");
}
