//! Rows as text, batch by batch, against a real PostgreSQL.

use std::sync::Arc;
use std::time::Duration;

use redshift::rows::Cut;
use redshift::stream::WireFault;
use redshift::text::{Progress, TextBatch, TextLimits, TextSink};
use redshift::{Error, Session};
use testkit::postgres::Database;

use crate::way::{open, tls};

async fn session(database: &Database) -> Session {
    open(database.port, &tls(&database.ca_pem), "flitch", "flitch", &database.name).await.unwrap()
}

const ALL: TextLimits = TextLimits { rows: u64::MAX, bytes: u64::MAX };

/// What came, and how it ended. A hang is a failure of its own, long before the statement's own limit.
async fn read(session: &Session, sql: &str, limits: TextLimits) -> (Result<u64, Error>, Vec<TextBatch>, Arc<Progress>) {
    let (sink, mut batches, progress) = TextSink::new(limits, 1);
    let take = async {
        let mut taken = Vec::new();
        while let Some(batch) = batches.recv().await {
            taken.push(batch);
        }
        taken
    };
    let drain = session.drain(sql, Box::new(sink), Duration::from_secs(60));
    let both = async { tokio::join!(drain, take) };
    let (outcome, taken) = tokio::time::timeout(Duration::from_secs(20), both).await.expect("it hangs");
    (outcome, taken, progress)
}

fn texts(batches: &[TextBatch]) -> Vec<Vec<Option<String>>> {
    let cell = |cell: &[u8]| String::from_utf8(cell.to_vec()).unwrap();
    let row = |batch: &TextBatch, row: usize| {
        (0..batch.columns().len()).map(|column| batch.cell(row, column).map(cell)).collect()
    };
    batches.iter().flat_map(|batch| (0..batch.rows()).map(|at| row(batch, at)).collect::<Vec<_>>()).collect()
}

/// A few rows more than a batch holds are all in one read of the socket, and nothing comes after them: whoever waited
/// for more from the server would wait for ever.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_batch_that_fills_up_in_the_middle_of_what_was_read_holds_nothing_back() {
    let database = Database::fresh().await;
    for count in [0, 1, 63, 64, 65, 100, 128, 129, 2111, 2112, 2113, 10_000] {
        let sql = format!("select n, null, '' from generate_series(1, {count}) as n");
        let (outcome, taken, progress) = read(&session(&database).await, &sql, ALL).await;
        assert_eq!(outcome.unwrap(), count, "{count}");
        let rows = texts(&taken);
        assert_eq!(rows.len() as u64, count);
        assert_eq!(rows.last(), (count > 0).then(|| vec![Some(count.to_string()), None, Some(String::new())]).as_ref());
        assert!(taken[0].columns().len() == 3 && progress.rows() == count && progress.cut().is_none(), "{count}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_limit_ends_it_with_all_that_came_before() {
    let database = Database::fresh().await;
    let limits = TextLimits { rows: 100, ..ALL };
    // A row more: the statement ends by itself.
    let (outcome, taken, progress) = read(&session(&database).await, "select generate_series(1, 101)", limits).await;
    assert_eq!(outcome.unwrap(), 100);
    assert_eq!((texts(&taken).len(), progress.cut()), (100, Some(Cut::Rows)));
    let (outcome, taken, progress) = read(&session(&database).await, "select generate_series(1, 100)", limits).await;
    assert_eq!((outcome.unwrap(), texts(&taken).len(), progress.cut()), (100, 100, None), "as many as there may be");
    // Without end: the connection ends.
    let endless = "select generate_series(1, 10000000000), repeat('x', 100)";
    let (outcome, taken, progress) = read(&session(&database).await, endless, limits).await;
    assert!(matches!(outcome, Err(Error::Wire { fault: WireFault::OverLimit, .. })), "{outcome:?}");
    assert_eq!((texts(&taken).len(), progress.cut()), (100, Some(Cut::Rows)));
    let limits = TextLimits { bytes: 1_000_000, ..ALL };
    let (_, taken, progress) = read(&session(&database).await, endless, limits).await;
    let bytes: usize = taken.iter().map(TextBatch::size).sum();
    assert!((1_000_000..1_000_200).contains(&bytes) && progress.cut() == Some(Cut::Bytes), "{bytes}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn values_travel_beside_the_statement() {
    let database = Database::fresh().await;
    let session = session(&database).await;
    let (sink, mut batches, _) = TextSink::new(ALL, 1);
    let sql = "select $1 || '!', cast($2 as bigint) + 1";
    let drain = session.drain_bound(sql, &["'; drop table x; --", "41"], Box::new(sink), Duration::from_secs(5));
    let (outcome, batch) = tokio::join!(drain, batches.recv());
    outcome.unwrap();
    assert_eq!(texts(&[batch.unwrap()]), [[Some("'; drop table x; --!".to_owned()), Some("42".to_owned())]]);
}
