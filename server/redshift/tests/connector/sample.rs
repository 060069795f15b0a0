//! Against the sample cluster: Redshift's ways of signing in, its own types, its catalog.

use std::time::{Duration, Instant};

use redshift::catalog::ObjectKind;
use redshift::stream::AuthRequest;
use redshift::{EndedBy, Error, Limits, SystemDialer, catalog, identify, sql, types};
use sample_cluster::{Cluster, Options, Quirks};

use crate::way::{means, open, tls};

async fn cluster(quirks: Quirks) -> Cluster {
    Cluster::start(Options { sales: 2_000, quirks, ..Options::default() }).await.unwrap()
}

#[tokio::test]
async fn all_three_ways_of_signing_in_work() {
    let cluster = cluster(Quirks::default()).await;
    let (port, tls) = (cluster.address().port(), tls(cluster.ca_pem()));
    for (user, password, way) in [
        ("flitch_readonly", "Sample-Reader-1", AuthRequest::Md5),
        ("reader_sha256", "Sample-Reader-2", AuthRequest::Sha256),
        ("reader_clear", "Sample-Reader-3", AuthRequest::ClearText),
    ] {
        let session = open(port, &tls, user, password, "dev").await.unwrap();
        assert_eq!(session.auth(), Some(way), "{user}");
        let identity = identify::identify(&session).await.unwrap();
        assert!(identity.is_redshift && identity.version == "1.0.77467");
        session.close().await;
        let wrong = open(port, &tls, user, "wrong", "dev").await;
        assert!(matches!(&wrong, Err(Error::Server(said)) if said.sqlstate == "28000"), "{user}");
    }
}

#[tokio::test]
async fn types_that_postgres_lacks_come_as_text_with_their_names() {
    let cluster = cluster(Quirks::default()).await;
    let tls = tls(cluster.ca_pem());
    let session = open(cluster.address().port(), &tls, "flitch_readonly", "Sample-Reader-1", "dev").await.unwrap();
    let select = "select * from public.event_details where eventid = 2";
    let read = session.read(select, Limits::PREVIEW).await.unwrap();
    let row: Vec<_> = read.rows[0].iter().map(|cell| cell.as_deref().unwrap_or("NULL")).collect();
    assert_eq!(row[1], r#"{"doors":"18:30","acts":["The Long Way Home"],"seated":false}"#);
    assert_eq!(row[2], "00001eef00019919");
    assert_eq!(row[3], "18:30:00+00");
    assert_eq!(row[4], "123.4567890024");
    assert_eq!(row[6], "2026-01-01 01:00:00.000001+00");
    let names: Vec<_> = read.columns.iter().map(|column| types::type_name(column.oid, column.type_modifier)).collect();
    assert_eq!(names, ["integer", "super", "varbyte", "timetz", "numeric(38,10)", "double precision", "timestamptz"]);
}

#[tokio::test]
async fn the_catalog_shows_each_kind() {
    let cluster = cluster(Quirks::default()).await;
    let tls = tls(cluster.ca_pem());
    let session = open(cluster.address().port(), &tls, "flitch_readonly", "Sample-Reader-1", "dev").await.unwrap();
    let catalog = catalog::read(&session, true, Limits::CATALOG).await.unwrap();
    let kind = |schema: &str, name: &str| {
        let schema = catalog.schemas.iter().find(|known| known.name == schema)?;
        Some(schema.objects.iter().find(|object| object.name == name)?.kind)
    };
    assert_eq!(kind("public", "sales"), Some(ObjectKind::Table));
    assert_eq!(kind("reporting", "sales_by_event"), Some(ObjectKind::View));
    assert_eq!(kind("reporting", "top_sellers"), Some(ObjectKind::LateBindingView));
    assert_eq!(kind("reporting", "daily_revenue"), Some(ObjectKind::MaterializedView));
    assert_eq!(kind("spectrum", "clicks"), Some(ObjectKind::ExternalTable));
    assert_eq!(kind("reporting", "mv_tbl__daily_revenue__0"), None, "what a view keeps its rows in is hidden");
    let closed = catalog.schemas.iter().find(|schema| schema.name == "finance").unwrap();
    assert!(!closed.is_usable);
    let columns = catalog::columns(&session, true).await.unwrap();
    let first = |object: &str| columns.iter().find(|known| known.object == object).map(|known| known.names[0].as_str());
    assert_eq!(first("sales"), Some("salesid"));
    assert!(first("top_sellers").is_some(), "of a late-binding view too");
}

#[tokio::test]
async fn a_cold_external_table_is_refused_in_its_own_words() {
    let cluster = cluster(Quirks { has_cold_external_tables: true, ..Quirks::default() }).await;
    let tls = tls(cluster.ca_pem());
    let session = open(cluster.address().port(), &tls, "flitch_readonly", "Sample-Reader-1", "dev").await.unwrap();
    let refused = session.read(&sql::select_first("spectrum", "clicks", 1).unwrap(), Limits::VALUE).await;
    assert!(matches!(&refused, Err(Error::Server(said)) if said.message.contains("incorporate")), "{refused:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_long_statement_is_cancelled_over_the_wire() {
    let cluster = cluster(Quirks::default()).await;
    let tls = tls(cluster.ca_pem());
    let session = open(cluster.address().port(), &tls, "flitch_readonly", "Sample-Reader-1", "dev").await.unwrap();
    let canceller = session.canceller().unwrap();
    let long = "select a.salesid from sales a cross join sales b cross join sales c";
    let started = Instant::now();
    let limits = Limits { rows: usize::MAX, bytes: usize::MAX, cell_bytes: 100 };
    let cancel = async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        canceller.cancel(&SystemDialer, &means().deadlines).await.unwrap();
    };
    let (outcome, ()) = tokio::join!(session.read(long, limits), cancel);
    assert!(matches!(&outcome, Err(Error::Ended { by: EndedBy::Cancel, .. })), "{:?}", outcome.err());
    assert!(started.elapsed() < Duration::from_secs(5));
    assert!(session.read("select 1", Limits::VALUE).await.is_ok(), "the session goes on");
}
