//! Results as files: the same values as psql's, the whole of them or none, and no statement without a reader.

use std::process::Command;
use std::time::{Duration, Instant};

use contract::fault::Fault;
use contract::query::{FileFormat, HistoryFilter, Purpose, QueryLimits, QueryState, RunForm};
use sample_cluster::Quirks;
use server::services::{DEFAULT_LIMITS, ExportLimits};
use testkit::postgres::TYPES;

use super::{Connected, LONG};
use crate::findings::{READER, sample_named, url};
use crate::world::{EXPORTS, Plan, form};

async fn file(team: &Connected, id: &str, format: FileFormat) -> Result<Vec<u8>, Fault> {
    let mut export = team.world.backend.exports.export(&team.world.actor, id, format).await?;
    let mut bytes = Vec::new();
    while let Some(piece) = export.chunks.next().await {
        bytes.extend(piece?);
    }
    Ok(bytes)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_csv_holds_what_psql_writes() {
    // Capped, so that one is from what is kept and the other from the source.
    let limits = QueryLimits { rows: 3, ..DEFAULT_LIMITS };
    let team = Connected::with(Plan { query_limits: limits, ..Plan::default() }).await;
    team.database.run(TYPES).await;
    for sql in ["select * from types", "select * from types union all select * from types"] {
        let psql = Command::new("psql")
            .args([&team.database.url, "-qX", "-c", "set extra_float_digits to 2", "-c"])
            .arg(format!("copy ({sql}) to stdout (format csv, header)"))
            .output()
            .unwrap();
        let view = team.rows(sql).await;
        assert_eq!(view.result.as_ref().unwrap().total, 3, "{:?}", view.finding);
        let csv = String::from_utf8(file(&team, &view.id, FileFormat::Csv).await.unwrap()).unwrap();
        // Text that begins or ends with blanks is quoted here and not there; it is the same text.
        let csv = csv.replace("\r\n", "\n").replace("\"ab    \"", "ab    ").replace("\"      \"", "      ");
        assert_eq!(csv, String::from_utf8(psql.stdout).unwrap());
    }
    let exports = team.world.backend.queries.history(&team.world.actor, HistoryFilter::default()).await.unwrap();
    let rows: Vec<u64> =
        exports.entries.iter().filter(|entry| entry.purpose == Purpose::Export).map(|entry| entry.row_count).collect();
    assert_eq!(rows, [6, 3], "each file is a line of the history");
    let log = contract::audit::AuditQuery { action: "result_exported".into(), ..Default::default() };
    assert_eq!(team.world.backend.audit.page(&team.world.actor, log).await.unwrap().entries.len(), 2);
}

/// SUPER, VARBYTE and TIMETZ, which only Redshift has or writes so.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn redshifts_own_types_are_what_psql_writes() {
    let (cluster, world) = sample_named(Quirks::default()).await;
    let draft = form(url(READER, cluster.address(), "dev"));
    let draft = world.backend.connections.draft(&world.actor, draft, false).await.unwrap();
    let connection_id = world.backend.connections.save(&world.actor, &draft.id).await.unwrap();
    let sql = "select details, poster, doors, price_index from public.event_details order by eventid limit 200";
    let ca = world.folder.join("sample-ca.pem");
    std::fs::write(&ca, cluster.ca_pem()).unwrap();
    let place = format!(
        "host=localhost hostaddr=127.0.0.1 port={} user=flitch_readonly dbname=dev sslmode=verify-full sslrootcert={}",
        cluster.address().port(),
        ca.display()
    );
    let psql = tokio::task::spawn_blocking(move || {
        let fields = ["-AtX", "-F", "\x1f", "-R", "\x1e", "-P", "null=<NULL>", "-c", sql];
        Command::new("psql").arg(&place).args(fields).env("PGPASSWORD", "Sample-Reader-1").output().unwrap()
    });
    let printed = String::from_utf8(psql.await.unwrap().stdout).unwrap();
    let printed: Vec<Vec<Option<String>>> = printed
        .trim_end_matches('\n')
        .split('\x1e')
        .map(|row| row.split('\x1f').map(|cell| (cell != "<NULL>").then(|| cell.to_owned())).collect())
        .collect();
    let asked = RunForm { connection_id, sql: sql.into(), selection: String::new() };
    let id = world.backend.queries.run(&world.actor, asked).await.unwrap();
    while world.backend.queries.show(&world.actor, &id, 0).await.unwrap().state.is_running() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let run = world.backend.queries.show(&world.actor, &id, 0).await.unwrap().queued_at;
    let rows = world.backend.queries.rows(&world.actor, &id, run, 0, 1_000).await.unwrap();
    assert!(rows.len() > 20, "{}", rows.len());
    assert!(rows == printed, "{:?} {:?}", rows.first(), printed.first());
    let mut export = world.backend.exports.export(&world.actor, &id, FileFormat::Parquet).await.unwrap();
    let mut bytes = Vec::new();
    while let Some(piece) = export.chunks.next().await {
        bytes.extend(piece.unwrap());
    }
    let reader = parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder::try_new(bytes::Bytes::from(bytes));
    let types: Vec<String> =
        reader.unwrap().schema().fields().iter().map(|field| field.data_type().to_string()).collect();
    assert_eq!(types, ["Utf8", "Binary", "Utf8", "Decimal128(38, 10)"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_format_holds_the_rows() {
    let team = Connected::new().await;
    let sql = "select n, n::numeric(38,10) / 3 as exact, 'row ' || n as said, date '2026-01-01' + n as day,
                      case when n % 2 = 0 then n end as half
               from generate_series(1, 5000) as n";
    let view = team.rows(sql).await;
    let lines = String::from_utf8(file(&team, &view.id, FileFormat::Ndjson).await.unwrap()).unwrap();
    assert_eq!(lines.lines().count(), 5_000);
    let third = r#"{"n":1,"exact":0.33333333333333333333,"said":"row 1","day":"2026-01-02","half":null}"#;
    assert_eq!(lines.lines().next().unwrap(), third);

    let bytes = bytes::Bytes::from(file(&team, &view.id, FileFormat::Parquet).await.unwrap());
    let reader = parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder::try_new(bytes).unwrap();
    let types: Vec<String> = reader.schema().fields().iter().map(|field| field.data_type().to_string()).collect();
    assert_eq!(types, ["Int32", "Utf8", "Utf8", "Date32", "Int32"], "numeric without precision is text, exact");
    let rows: usize = reader.build().unwrap().map(|batch| batch.unwrap().num_rows()).sum();
    assert_eq!(rows, 5_000);

    let xlsx = file(&team, &view.id, FileFormat::Xlsx).await.unwrap();
    let mut book: calamine::Xlsx<_> = calamine::open_workbook_from_rs(std::io::Cursor::new(xlsx)).unwrap();
    use calamine::Reader;
    let sheet = book.worksheet_range_at(0).unwrap().unwrap();
    assert_eq!((sheet.height(), sheet.width()), (5_001, 5));
    assert_eq!(sheet.get_value((1, 2)), Some(&calamine::Data::String("row 1".into())));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_part_never_looks_like_the_whole() {
    let limits = QueryLimits { rows: 10, ..DEFAULT_LIMITS };
    let team = Connected::with(Plan { query_limits: limits, ..Plan::default() }).await;
    // Fine for the first ten rows, and not for the file's.
    let view = team.rows("select 1000 / (5000 - n) as x from generate_series(1, 6000) as n").await;
    for format in FileFormat::ALL {
        assert_eq!(file(&team, &view.id, format).await.err(), Some(Fault::ExportFailed), "{format:?}");
    }
    let history = team.world.backend.queries.history(&team.world.actor, HistoryFilter::default()).await.unwrap();
    assert!(history.entries.iter().take(4).all(|entry| entry.code == "server_said"), "{history:?}");
    // What failed has no result to take along, and what is not there has none either.
    let failed = team.rows("select 1 / 0").await;
    assert_eq!(file(&team, &failed.id, FileFormat::Csv).await.err(), Some(Fault::RowsGone));
    assert_eq!(file(&team, "nope", FileFormat::Csv).await.err(), Some(Fault::NotFound));
}

/// Whoever closes the tab ends the statement, also one that has brought nothing yet.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reader_who_leaves_ends_the_statement() {
    let limits = QueryLimits { rows: 10, ..DEFAULT_LIMITS };
    let team = Connected::with(Plan { query_limits: limits, ..Plan::default() }).await;
    let endless = team.rows("select generate_series(1, 10000000000) as n, repeat('x', 100)").await;
    team.database.run("create view grown as select n::bigint as count from generate_series(1, 20) as n").await;
    let grown = team.rows("select * from grown").await;
    team.database.run(&format!("create or replace view grown as {LONG}")).await;
    for (view, has_rows) in [(endless, true), (grown, false)] {
        let mut export = team.world.backend.exports.export(&team.world.actor, &view.id, FileFormat::Csv).await.unwrap();
        if has_rows {
            assert!(!export.chunks.next().await.unwrap().unwrap().is_empty());
        }
        while team.running().await == 0 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        drop(export);
        let left = Instant::now();
        while team.running().await > 0 {
            assert!(left.elapsed() < Duration::from_secs(5), "it still runs");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        assert_eq!(outcome(&team).await, (QueryState::Failed, "file_left".to_owned()), "nobody cancelled it");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reader_who_takes_nothing_ends_the_statement() {
    let query_limits = QueryLimits { rows: 10, ..DEFAULT_LIMITS };
    let export_limits = ExportLimits { patience: Duration::from_millis(200), ..EXPORTS };
    let team = Connected::with(Plan { query_limits, export_limits, ..Plan::default() }).await;
    let endless = team.rows("select generate_series(1, 10000000000) as n, repeat('x', 100)").await;
    let mut export = team.world.backend.exports.export(&team.world.actor, &endless.id, FileFormat::Csv).await.unwrap();
    assert_eq!(outcome(&team).await, (QueryState::Failed, "file_left".to_owned()), "nobody cancelled it");
    while team.running().await > 0 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let mut last = None;
    while let Some(piece) = export.chunks.next().await {
        last = Some(piece.map(|_| ()));
    }
    assert_eq!(last, Some(Err(Fault::ExportFailed)));
}

/// A wish for the end that comes when all rows are on their way already, and is not heard before they are here.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_was_cancelled_in_the_last_moment_has_no_end() {
    let limits = QueryLimits { rows: 10, ..DEFAULT_LIMITS };
    let team = Connected::with(Plan { query_limits: limits, ..Plan::default() }).await;
    team.database.run("create table few as select n from generate_series(1, 20) as n").await;
    let few = team.rows("select * from few").await;
    let held = team.database.hold("few").await;
    let mut export = team.world.backend.exports.export(&team.world.actor, &few.id, FileFormat::Csv).await.unwrap();
    while team.running().await == 0 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let (store, actor) = (&team.world.shared.store, &team.world.actor);
    assert!(store.query_cancel(&actor.team_id, &actor.member_id, false, &export.query_id).await.unwrap());
    held.let_go().await;
    let mut last = None;
    while let Some(piece) = export.chunks.next().await {
        last = Some(piece.map(|_| ()));
    }
    assert_eq!(last, Some(Err(Fault::ExportFailed)));
    assert_eq!(outcome(&team).await, (QueryState::Failed, "cancelled".to_owned()));
}

/// Also where the rows come from what is kept: the file has no end, and the history says so.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_nobody_takes_is_no_file() {
    let team = Connected::new().await;
    let view = team.rows("select n, md5(n::text) from generate_series(1, 60000) as n").await;
    assert_eq!(view.row_count, 60_000);
    let mut export = team.world.backend.exports.export(&team.world.actor, &view.id, FileFormat::Csv).await.unwrap();
    assert!(!export.chunks.next().await.unwrap().unwrap().is_empty());
    drop(export);
    let listed = async || {
        let listed = team.world.backend.queries.history(&team.world.actor, HistoryFilter::default()).await.unwrap();
        listed.entries.into_iter().find(|entry| entry.purpose == Purpose::Export).unwrap()
    };
    while listed().await.state == QueryState::Running {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let entry = listed().await;
    assert_eq!((entry.state, entry.code.as_str()), (QueryState::Failed, "file_left"));

    // Run again while a file is made of it: what came until then is cut off, never filled up with other rows.
    let mut export = team.world.backend.exports.export(&team.world.actor, &view.id, FileFormat::Csv).await.unwrap();
    assert!(!export.chunks.next().await.unwrap().unwrap().is_empty());
    team.world.backend.queries.run_again(&team.world.actor, &view.id).await.unwrap();
    let mut last = None;
    while let Some(piece) = export.chunks.next().await {
        last = Some(piece.map(|_| ()));
    }
    assert_eq!(last, Some(Err(Fault::ExportFailed)));
    while listed().await.state == QueryState::Running {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(listed().await.code, "rows_replaced");
}

/// How the newest file came out, once it has.
async fn outcome(team: &Connected) -> (QueryState, String) {
    loop {
        let listed = team.world.backend.queries.history(&team.world.actor, HistoryFilter::default()).await.unwrap();
        let file = listed.entries.into_iter().find(|entry| entry.purpose == Purpose::Export).unwrap();
        if !file.state.is_running() {
            return (file.state, file.code);
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_from_the_source_ends_at_the_operators_limits() {
    let query_limits = QueryLimits { rows: 10, ..DEFAULT_LIMITS };
    let with = async |export_limits| Connected::with(Plan { query_limits, export_limits, ..Plan::default() }).await;
    let team = with(ExportLimits { bytes: 1_000_000, ..EXPORTS }).await;
    // By a few rows, and by many.
    for rows in [1_100, 5_000] {
        let large = team.rows(&format!("select n, repeat('x', 1000) from generate_series(1, {rows}) as n")).await;
        for format in FileFormat::ALL {
            assert_eq!(file(&team, &large.id, format).await, Err(Fault::ExportFailed), "no part looks like the whole");
            assert_eq!(outcome(&team).await, (QueryState::Failed, "file_too_large".to_owned()), "{rows} {format:?}");
        }
    }

    let team = with(ExportLimits { seconds: 2, patience: Duration::from_secs(8), ..EXPORTS }).await;
    team.database.run("create view grown as select n::bigint as count from generate_series(1, 20) as n").await;
    let slow = team.rows("select * from grown").await;
    team.database.run(&format!("create or replace view grown as {LONG}")).await;
    assert_eq!(file(&team, &slow.id, FileFormat::Csv).await, Err(Fault::ExportFailed));
    assert_eq!(outcome(&team).await, (QueryState::Failed, "file_too_slow".to_owned()));
    // Whoever takes it slowly hears the same: the server's word of its end waits behind rows that nobody takes.
    let endless = team.rows("select generate_series(1, 10000000000) as n, repeat('x', 1000)").await;
    let mut export = team.world.backend.exports.export(&team.world.actor, &endless.id, FileFormat::Csv).await.unwrap();
    assert!(export.chunks.next().await.unwrap().is_ok());
    assert_eq!(outcome(&team).await, (QueryState::Failed, "file_too_slow".to_owned()));
}

/// All of a workbook is written at its end, where a reader may stop to take it as anywhere: of one from what is kept, and
/// of one from the source.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_workbook_is_taken_in_time() {
    let export_limits = ExportLimits { seconds: 8, patience: Duration::from_secs(600), ..EXPORTS };
    for rows in [DEFAULT_LIMITS.rows, 10] {
        let query_limits = QueryLimits { rows, ..DEFAULT_LIMITS };
        let team = Connected::with(Plan { query_limits, export_limits, ..Plan::default() }).await;
        let view = team.rows("select md5(n::text) from generate_series(1, 30000) as n").await;
        let export = team.world.backend.exports.export(&team.world.actor, &view.id, FileFormat::Xlsx).await;
        let mut export = export.unwrap();
        assert!(export.chunks.next().await.unwrap().is_ok(), "its end has begun");
        loop {
            match outcome(&team).await {
                // One from the source is written down as soon as all of its rows have come.
                (QueryState::Done, _) => tokio::time::sleep(Duration::from_millis(10)).await,
                ended => break assert_eq!(ended, (QueryState::Failed, "file_too_slow".to_owned())),
            }
        }
        let mut is_cut_off = false;
        while let Some(piece) = export.chunks.next().await {
            is_cut_off = piece.is_err();
        }
        assert!(is_cut_off);
    }
}
