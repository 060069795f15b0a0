//! Redshift's ways, each switched on in the sample cluster.

use std::time::{Duration, Instant};

use redshift::catalog::{ObjectKind, Part};
use redshift::server_error::ServerErrorKind;
use redshift::{
    Deadlines, EndedBy, Endpoint, Error, Limits, Login, Means, Phase, Session, SystemDialer, catalog, identify,
};
use sample_cluster::{Cluster, Options, Quirks, Trouble, Waking};
use secrecy::SecretString;

use crate::way;

struct Met {
    cluster: Cluster,
    means: Means,
}

impl Met {
    async fn new(quirks: Quirks) -> Self {
        let cluster = Cluster::start(Options { sales: 2_000, quirks, ..Options::default() }).await.unwrap();
        Self { cluster, means: way::means() }
    }

    async fn open(&self, user: &str, password: &str) -> Result<Session, Error> {
        let endpoint = Endpoint { host: "127.0.0.1".into(), port: self.cluster.address().port() };
        let login = Login { user: user.into(), password: SecretString::from(password), database: "dev".into() };
        Session::open(&self.means, &endpoint, &way::tls(self.cluster.ca_pem()), &login).await
    }

    async fn reader(&self) -> Session {
        self.open("flitch_readonly", "Sample-Reader-1").await.unwrap()
    }
}

fn kind<T: std::fmt::Debug>(outcome: Result<T, Error>) -> ServerErrorKind {
    match outcome {
        Err(Error::Server(said)) => said.kind(),
        outcome => panic!("{outcome:?}"),
    }
}

const SALES: &str = "select * from public.sales limit 10";

fn trouble(trouble: Trouble) -> Quirks {
    Quirks { trouble, ..Quirks::default() }
}

#[tokio::test]
async fn it_is_known_by_its_version_with_a_nul_at_the_end() {
    let met = Met::new(Quirks { hides_version: true, has_nul_in_version: true, ..Quirks::default() }).await;
    let identity = identify::identify(&met.reader().await).await.unwrap();
    assert!(identity.is_redshift && identity.version == "1.0.77467", "{identity:?}");
    let met = Met::new(Quirks { is_redshift: false, ..Quirks::default() }).await;
    assert!(!identify::identify(&met.reader().await).await.unwrap().is_redshift);
}

#[tokio::test]
async fn notices_of_its_own_severity_and_types_without_a_binary_form_disturb_nothing() {
    let met = Met::new(Quirks { sends_info: true, closes_on_binary: true, ..Quirks::default() }).await;
    let read = met.reader().await.read("select * from public.event_details limit 3", Limits::PREVIEW).await.unwrap();
    assert_eq!(read.rows.len(), 3);
}

#[tokio::test]
async fn show_is_read_by_name_and_past_its_limit_the_view_is() {
    for quirks in [Quirks { has_wide_show: false, ..Quirks::default() }, Quirks { show_limit: 0, ..Quirks::default() }]
    {
        let met = Met::new(quirks).await;
        let tables = catalog::external_tables(&met.reader().await, "spectrum", Limits::CATALOG).await.unwrap();
        assert!(tables.iter().any(|table| table.name == "clicks" && table.kind == ObjectKind::ExternalTable));
    }
}

#[tokio::test]
async fn slow_views_cost_their_own_part_of_the_catalog_and_no_more() {
    let mut met = Met::new(Quirks { svv_delay: Duration::from_secs(120), ..Quirks::default() }).await;
    met.means.deadlines.view = Duration::from_millis(300);
    let started = Instant::now();
    let catalog = catalog::read(&met.reader().await, true, Limits::CATALOG).await.unwrap();
    assert!(started.elapsed() < Duration::from_secs(4));
    assert_eq!(catalog.missing, [Part::MaterializedViews, Part::ExternalSchemas]);
    let reporting = catalog.schemas.iter().find(|schema| schema.name == "reporting").unwrap();
    let view = reporting.objects.iter().find(|object| object.name == "daily_revenue").unwrap();
    assert_eq!(view.kind, ObjectKind::View, "its kind is not known, it is there all the same");
}

#[tokio::test]
async fn what_only_superusers_may_see_is_not_needed() {
    let met = Met::new(Quirks::default()).await;
    let denied = met.reader().await.read("select * from svv_table_info", Limits::VALUE).await;
    assert!(matches!(kind(denied), ServerErrorKind::TableDenied(_)));
    let session = met.reader().await;
    assert!(catalog::read(&session, true, Limits::CATALOG).await.unwrap().missing.is_empty());
    let absent = session.read("select * from pg_catalog.pg_range", Limits::VALUE).await;
    assert_eq!(kind(absent), ServerErrorKind::RelationGone);
    assert!(session.read(SALES, Limits::PREVIEW).await.is_ok(), "a failed statement leaves no failed transaction");
}

#[tokio::test]
async fn reads_that_a_read_only_transaction_refuses_are_told_apart_from_writes() {
    let met = Met::new(Quirks { has_cold_external_tables: true, ..Quirks::default() }).await;
    let cold = met.reader().await.read("select * from spectrum.clicks limit 1", Limits::VALUE).await;
    assert_eq!(kind(cold), ServerErrorKind::ReadRefused);
    let met = Met::new(Quirks { has_stale_views: true, ..Quirks::default() }).await;
    let stale = met.reader().await.read("select * from reporting.daily_revenue limit 1", Limits::VALUE).await;
    assert_eq!(kind(stale), ServerErrorKind::ReadOnly);
    let met = Met::new(Quirks { has_shared_tables: true, ..Quirks::default() }).await;
    let shared = met.reader().await.read("select * from spectrum.clicks limit 1", Limits::VALUE).await;
    assert!(shared.is_ok(), "a read-only transaction is no write to a datashare");
}

#[tokio::test]
async fn errors_of_compute_nodes_are_read_by_their_code_and_two_are_tried_again() {
    let compute = |code, message, times| trouble(Trouble::Compute { code, message, times });
    for (code, message) in [(1023, "1023"), (1018, "1018")] {
        let once = Met::new(compute(code, message, 1)).await;
        assert_eq!(once.reader().await.read(SALES, Limits::PREVIEW).await.unwrap().rows.len(), 10, "{code}");
    }
    for (code, message, expected) in [
        (1023, "1023", ServerErrorKind::Conflict),
        (1018, "1018", ServerErrorKind::RelationGone),
        (1016, "Disk Full", ServerErrorKind::DiskFull),
        (1020, "abort query", ServerErrorKind::Other),
        (15_001, "Spectrum Scan Error", ServerErrorKind::ExternalRead),
        (15_005, "S3Query Exception Connection failed, retries exceeded.", ServerErrorKind::ExternalRead),
        (1207, "Invalid digit, Value 'p', Pos 0, Type: Long", ServerErrorKind::Other),
    ] {
        let met = Met::new(compute(code, message, 2)).await;
        let session = met.reader().await;
        let outcome = session.read(SALES, Limits::PREVIEW).await;
        if code == 1020 {
            assert!(matches!(outcome, Err(Error::Ended { by: EndedBy::Administrator, .. })), "{outcome:?}");
            continue;
        }
        if let Err(Error::Server(said)) = &outcome {
            assert_eq!(said.block().unwrap().code, Some(code));
        }
        assert_eq!(kind(outcome), expected, "{code}");
        // Only what asks for another try got one.
        let is_again = matches!(code, 1018 | 1023);
        assert_eq!(session.read(SALES, Limits::PREVIEW).await.is_ok(), is_again, "{code}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_ended_a_statement_is_told() {
    let ended = |outcome: Result<redshift::Rows, Error>| match outcome {
        Err(Error::Ended { by, after_ms }) => (by, after_ms),
        outcome => panic!("{outcome:?}"),
    };
    let met = Met::new(trouble(Trouble::Rule { name: "no_scans", after: Duration::from_millis(200) })).await;
    let (by, after_ms) = ended(met.reader().await.read(SALES, Limits::PREVIEW).await);
    assert_eq!(by, EndedBy::WorkloadRule { rule: "no_scans".into() });
    assert!((200..2_000).contains(&after_ms), "{after_ms}");

    let met = Met::new(trouble(Trouble::Slow(Duration::from_secs(60)))).await;
    let session = met.reader().await;
    let (by, after_ms) = ended(session.read_within(SALES, Limits::PREVIEW, Duration::from_millis(300)).await);
    assert_eq!(by, EndedBy::TimeOut);
    assert!((250..3_000).contains(&after_ms), "{after_ms}");

    let canceller = session.canceller().unwrap();
    let asked = async {
        tokio::time::sleep(Duration::from_millis(200)).await;
        canceller.cancel(&SystemDialer, &met.means.deadlines).await.unwrap();
    };
    let (outcome, ()) = tokio::join!(session.read(SALES, Limits::PREVIEW), asked);
    assert_eq!(ended(outcome).0, EndedBy::Cancel);

    // By another session, which may end the statement or all of it.
    for (end, goes_on) in [("pg_cancel_backend", true), ("pg_terminate_backend", false)] {
        let session = met.reader().await;
        let pid = session.read("select pg_backend_pid()", Limits::VALUE).await.unwrap();
        let end = format!("select {end}({})", pid.text(0, 0).unwrap());
        let admin = met.open("admin", "Sample-Admin-1").await.unwrap();
        let by_admin = async {
            tokio::time::sleep(Duration::from_millis(200)).await;
            admin.read(&end, Limits::VALUE).await.unwrap();
        };
        let (outcome, ()) = tokio::join!(session.read(SALES, Limits::PREVIEW), by_admin);
        assert_eq!(ended(outcome).0, EndedBy::Administrator);
        assert_eq!(session.read("select 1", Limits::VALUE).await.is_ok(), goes_on, "{end}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cluster_that_heeds_neither_time_out_nor_cancel_is_ended_by_statement() {
    let quirks =
        Quirks { ignores_cancel: true, ignores_timeout: true, ..trouble(Trouble::Slow(Duration::from_secs(60))) };
    let met = Met::new(quirks).await;
    let session = met.reader().await;
    let outcome = session.read_within(SALES, Limits::PREVIEW, Duration::from_millis(200)).await;
    assert!(matches!(outcome, Err(Error::Ended { by: EndedBy::TimeOut, .. })), "{outcome:?}");
    drop(session);
    let gone = async {
        while met.cluster.session_count() > 0 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(5), gone).await.expect("nothing is left at the cluster");
}

#[tokio::test]
async fn a_connection_cut_between_rows_gives_no_rows() {
    let met = Met::new(trouble(Trouble::Cut { after_rows: 4 })).await;
    let outcome = met.reader().await.read(SALES, Limits::PREVIEW).await;
    assert!(matches!(outcome, Err(Error::Lost { phase: Phase::Statement })), "{outcome:?}");
}

#[tokio::test]
async fn a_workgroup_that_wakes_up_is_waited_for() {
    let waking = |waking| Quirks { waking, ..Quirks::default() };
    for quirks in [
        waking(Waking { drops: 3, blocks: Duration::ZERO }),
        waking(Waking { drops: 0, blocks: Duration::from_millis(1_500) }),
        waking(Waking { drops: 2, blocks: Duration::from_millis(1_500) }),
    ] {
        let mut met = Met::new(quirks.clone()).await;
        let usual = Deadlines { wake: Duration::from_secs(4), sign_in: Duration::from_secs(1), ..met.means.deadlines };
        met.means.deadlines = usual.waking_up();
        assert!(met.open("flitch_readonly", "Sample-Reader-1").await.is_ok(), "{quirks:?}");
        let wrong = Instant::now();
        assert!(matches!(met.open("flitch_readonly", "wrong").await, Err(Error::Server(_))));
        assert!(wrong.elapsed() < Duration::from_secs(1), "what the server refuses is not tried again");
    }
    // A provisioned cluster gets no second try.
    let met = Met::new(waking(Waking { drops: 1, blocks: Duration::ZERO })).await;
    assert!(matches!(met.open("flitch_readonly", "Sample-Reader-1").await, Err(Error::Lost { .. })));
}
