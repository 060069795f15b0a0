//! Against a real PostgreSQL: values equal to what psql prints, read-only that holds even for a superuser, time-outs.

use std::process::Command;
use std::time::{Duration, Instant};

use redshift::{EndedBy, Error, Limits, Session, catalog, identify, probe, sql, types};
use testkit::postgres::{Database, TYPES};

use crate::way::{open, tls};

async fn session(database: &Database) -> Session {
    open(database.port, &tls(&database.ca_pem), "flitch", "flitch", &database.name).await.unwrap()
}

#[tokio::test]
async fn values_equal_what_psql_prints() {
    let database = Database::fresh().await;
    database.run(TYPES).await;
    let session = session(&database).await;
    let read = session.read(&sql::select_first("public", "types", 101).unwrap(), Limits::PREVIEW).await.unwrap();

    // Unit and record separators cannot be in the data, and NULL gets a mark that is not.
    let printed = Command::new("psql")
        .args([&database.url, "-AtX", "-F", "\x1f", "-R", "\x1e", "-P", "null=<NULL>", "-c"])
        .arg("select * from types")
        .output()
        .unwrap();
    let printed = String::from_utf8(printed.stdout).unwrap();
    let expected: Vec<Vec<Option<String>>> = printed
        .trim_end_matches('\n')
        .split('\x1e')
        .map(|row| row.split('\x1f').map(|cell| (cell != "<NULL>").then(|| cell.to_owned())).collect())
        .collect();
    assert_eq!(read.rows, expected);
    assert_eq!(read.rows.len(), 3);

    let names: Vec<String> =
        read.columns.iter().map(|column| types::type_name(column.oid, column.type_modifier)).collect();
    assert_eq!(names[3], "numeric(38,10)");
    assert_eq!(names[7], "char(6)");
    assert_eq!(names[8], "varchar(64)");
    assert_eq!(names[11], "timetz");
}

#[tokio::test]
async fn not_even_a_superuser_writes() {
    let database = Database::fresh().await;
    database.run("create table canary (x int); insert into canary values (1); create sequence s1").await;
    let session = session(&database).await;
    session.prove_read_only().await.unwrap();
    for write in [
        "insert into canary values (2)",
        "update canary set x = 2",
        "delete from canary",
        "create table pwn (x int)",
        "select * into pwn from canary",
        "with d as (delete from canary returning *) select * from d",
        "select nextval('s1')",
        "truncate canary",
        "select 1; commit; drop table canary",
        "commit; create table pwn (x int)",
    ] {
        let refused = session.read(write, Limits::PREVIEW).await;
        assert!(matches!(refused, Err(Error::Server(_))), "{write}: {refused:?}");
    }
    let left = session.read("select x, to_regclass('pwn') from canary", Limits::PREVIEW).await.unwrap();
    assert_eq!(left.rows, [[Some("1".to_owned()), None]]);
    // A transaction of its own for each: after a failure the next statement works.
    assert!(session.read("select 1", Limits::VALUE).await.is_ok());
}

#[tokio::test]
async fn our_limits_end_a_statement() {
    let database = Database::fresh().await;
    let session = session(&database).await;
    let started = Instant::now();
    let slow = session.read_within("select pg_sleep(30)", Limits::VALUE, Duration::from_millis(400)).await;
    assert!(matches!(slow, Err(Error::Ended { by: EndedBy::TimeOut, after_ms: 400.. })), "{slow:?}");
    assert!(started.elapsed() < Duration::from_secs(2));
    // Gone on the server too, which is asked there.
    let running = "select count(*) from pg_stat_activity where query like '%pg_sleep(30)%' and state = 'active'
                   and pid <> pg_backend_pid()";
    let running = session.read(running, Limits::VALUE).await.unwrap();
    assert_eq!(running.text(0, 0), Some("0"));

    let by_others = self::session(&database).await;
    let end =
        "select pg_cancel_backend(pid) from pg_stat_activity where query like '%pg_sleep(31)%' and state = 'active'
               and pid <> pg_backend_pid()";
    let (ended, ()) = tokio::join!(by_others.read("select pg_sleep(31)", Limits::VALUE), async {
        while session.read(end, Limits::VALUE).await.unwrap().rows.is_empty() {}
    });
    assert!(matches!(ended, Err(Error::Ended { by: EndedBy::Administrator, .. })), "{ended:?}");

    let session = self::session(&database).await;
    let endless = session.read("select generate_series(1, 10000000000)", Limits::PREVIEW).await.unwrap();
    assert_eq!((endless.rows.len(), endless.cut), (100, Some(redshift::rows::Cut::Rows)));
    let wide = session.read("select repeat('x', 300000000)", Limits::PREVIEW).await;
    assert!(matches!(wide, Err(Error::Wire { .. })), "a message over the cap: {wide:?}");
}

#[tokio::test]
async fn names_are_names_whatever_is_in_them() {
    let database = Database::fresh().await;
    database.run(r#"create schema "we""ird; --"; create table "we""ird; --"."ta ble'\" (x int)"#).await;
    let session = session(&database).await;
    let catalog = catalog::read(&session, false, Limits::CATALOG).await.unwrap();
    let schema = catalog.schemas.iter().find(|schema| schema.name == "we\"ird; --").unwrap();
    let columns = catalog::columns(&session, false).await.unwrap();
    assert_eq!((columns.len(), columns[0].names.as_slice()), (1, ["x".to_owned()].as_slice()));
    assert_eq!((&columns[0].schema, &columns[0].object), (&schema.name, &schema.objects[0].name));
    let select = sql::select_first(&schema.name, &schema.objects[0].name, 1).unwrap();
    assert!(session.read(&select, Limits::VALUE).await.is_ok());
    let missing = sql::select_first("public", "canary\"; DROP TABLE canary; --", 1).unwrap();
    let missing = session.read(&missing, Limits::VALUE).await;
    assert!(matches!(&missing, Err(Error::Server(said)) if said.sqlstate == "42P01"), "{missing:?}");
}

#[tokio::test]
async fn it_is_known_for_what_it_is() {
    let database = Database::fresh().await;
    let reader = database.user("reader", "Reader-Secret-1").await;
    database.run(&format!("create table t (x int); create table closed (x int); grant select on t to {reader}")).await;
    let admin = session(&database).await;
    let identity = identify::identify(&admin).await.unwrap();
    assert!(!identity.is_redshift && identity.is_superuser && identity.version.starts_with("PostgreSQL"));

    let tls = tls(&database.ca_pem);
    let session = open(database.port, &tls, &reader, "Reader-Secret-1", &database.name).await.unwrap();
    assert!(!identify::identify(&session).await.unwrap().is_superuser);
    let rights = probe::rights(&session, Limits::CATALOG, Duration::from_secs(5)).await.unwrap();
    let of = |table: &str| rights.iter().find(|rights| rights.table == table).unwrap();
    assert!(of("t").is_readable && !of("t").is_writable && !of("closed").is_readable);
}
