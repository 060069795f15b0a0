//! Statements: what the guard refuses, what the protocol and the transaction hold without it, and both together.

use std::sync::Arc;

use libtest_mimic::Trial;
use redshift::guard;
use redshift::{Error, Limits, Session, sql};
use testkit::cases::Case;
use testkit::postgres::Database;
use testkit::trial::each;

use crate::way::{open, tls};

const FILES: [&str; 4] = ["sql", "sql_more", "sql_allowed", "sql_controls"];

pub fn trials() -> Vec<Trial> {
    let mut trials = Vec::new();
    for file in FILES {
        trials.extend(each(file, "L1", |_| true, |case| async move { guard_alone(&case) }));
        trials.extend(each(file, "L2", |case| case.text("engine").is_some(), engine_alone));
        trials.extend(each(file, "L3", |_| true, everything));
    }
    trials.extend(each("identifiers", "L3", |case| case.text("part").is_none(), identifier));
    trials
}

fn guard_alone(case: &Case) {
    let answer = guard::approve(&case.input("sql"));
    match (case.expect(), &answer) {
        ("DENY", Err(refused)) => {
            let said = refused.to_string();
            assert!(!said.is_empty() && said.len() < 400, "{said}");
            if let Some(part) = case.text("says") {
                assert!(said.contains(part), "`{part}` should be named: {said}");
            }
        }
        // A limit's work, or the engine's: nothing is wrong with the text.
        ("ALLOW" | "BOUND" | "DENY_OR_DB", Ok(approved)) => assert_eq!(approved.sql(), case.input("sql")),
        ("EITHER", _) => {}
        (expect, answer) => panic!("{expect} expected, got {answer:?}"),
    }
}

/// The tables and the sequence that no statement may touch, and a reader who may only read.
pub struct Canary {
    database: Database,
    reader: String,
    before: Vec<Vec<Option<String>>>,
}

const READER_PASSWORD: &str = "Reader-Secret-1";

impl Canary {
    pub async fn new() -> Self {
        let database = Database::fresh().await;
        database
            .run(
                "create table canary (x int); insert into canary values (1), (2); create sequence s1;
                 create table t (a int, x text); insert into t values (1, 'one'), (2, 'two');
                 create table t_kw (\"delete\" int, \"update\" int); create schema evil;
                 create function writes() returns int language sql as 'insert into canary values (8) returning x';
                 create view v_write as select writes();
                 create procedure p_write() language sql as 'delete from canary'",
            )
            .await;
        let reader = database.user("flitch_readonly", READER_PASSWORD).await;
        database.run(&format!("grant select on all tables in schema public to {reader}")).await;
        let mut canary = Self { database, reader, before: Vec::new() };
        canary.before = canary.state().await;
        canary
    }

    pub async fn superuser(&self) -> Session {
        open(self.database.port, &tls(&self.database.ca_pem), "flitch", "flitch", &self.database.name).await.unwrap()
    }

    async fn reader(&self) -> Session {
        let tls = tls(&self.database.ca_pem);
        open(self.database.port, &tls, &self.reader, READER_PASSWORD, &self.database.name).await.unwrap()
    }

    /// Everything that a statement could have changed.
    async fn state(&self) -> Vec<Vec<Option<String>>> {
        let state = "select (select string_agg(x::text, ',' order by x) from canary),
                            (select last_value::text || is_called from s1),
                            (select string_agg(relname, ',' order by relname) from pg_class
                             where relnamespace = 'public'::regnamespace),
                            (select string_agg(nspname, ',') from pg_namespace where nspname in ('public', 'evil')),
                            (select string_agg(slot_name, ',') from pg_replication_slots),
                            (select count(*)::text from pg_db_role_setting)";
        self.superuser().await.read(state, Limits::PREVIEW).await.unwrap().rows
    }

    pub async fn assert_unharmed(&self) {
        assert_eq!(self.state().await, self.before);
        assert!(!std::path::Path::new("/tmp/pwn").exists());
    }
}

/// Without the guard, as a superuser who owns everything: one statement, read-only, rolled back.
async fn engine_alone(case: Arc<Case>) {
    let canary = Canary::new().await;
    let session = canary.superuser().await;
    let outcome = session.read(&case.input("sql"), Limits::PREVIEW).await;
    let said = match &outcome {
        Ok(_) => "ok",
        Err(Error::Server(said)) => said.sqlstate.as_str(),
        Err(Error::Wire { .. }) => "wire",
        Err(Error::TransactionEnded) => "transaction ended",
        Err(other) => panic!("{other}"),
    };
    assert_eq!(Some(said), case.text("engine"), "{outcome:?}");
    // What was set inside is gone with the transaction.
    let left =
        session.read("select current_setting('transaction_read_only'), current_setting('search_path')", Limits::VALUE);
    if let Ok(left) = left.await {
        assert_eq!((left.text(0, 0), left.text(0, 1)), (Some("on"), Some("\"$user\", public")));
    }
    canary.assert_unharmed().await;
}

/// As the product runs it: through the guard, as a reader.
async fn everything(case: Arc<Case>) {
    let approved = match (guard::approve(&case.input("sql")), case.expect()) {
        (Ok(approved), _) => approved,
        // Nothing is sent.
        (Err(_), "DENY" | "EITHER") => return,
        (Err(refused), _) => panic!("{refused}"),
    };
    let canary = Canary::new().await;
    let outcome = canary.reader().await.read_approved(&approved, Limits::PREVIEW).await;
    match (case.expect(), &outcome) {
        ("EITHER", _) | ("ALLOW", Ok(_)) => {}
        // PostgreSQL does not know these; that they were sent is what counts.
        ("ALLOW", Err(Error::Server(said))) if case.text("only") == Some("redshift") => {
            assert!(["42", "0A"].iter().any(|class| said.sqlstate.starts_with(class)), "{said}");
        }
        ("BOUND", Ok(rows)) => assert!(rows.cut.is_some()),
        ("BOUND", Err(Error::Wire { .. } | Error::TimedOut { .. })) => {}
        ("DENY_OR_DB", Err(Error::Server(said))) => assert_eq!(said.sqlstate, "25006"),
        (expect, outcome) => panic!("{expect} expected, got {outcome:?}"),
    }
    canary.assert_unharmed().await;
}

/// Input of a field where a name or a value belongs: it is that name or that value, whatever is in it.
async fn identifier(case: Arc<Case>) {
    let canary = Canary::new().await;
    let session = canary.reader().await;
    let input = case.input("input");
    let quoted = sql::quote_ident(&input).unwrap();
    let (statement, values, expected): (String, Vec<&str>, _) = match case.text("field").unwrap() {
        "table" => (sql::select_first("public", &input, 1).unwrap(), vec![], Err("42P01")),
        "schema" => (sql::select_first(&input, "canary", 1).unwrap(), vec![], Err("42P01")),
        "column" => (format!("select {quoted} from public.canary"), vec![], Err("42703")),
        "sort" => (format!("select x from public.canary order by {quoted}"), vec![], Err("42703")),
        "filter value" => ("select x from public.t where x = $1".to_owned(), vec![&input], Ok(0)),
        field => panic!("no test for {field}"),
    };
    let outcome = session.read_bound(&statement, &values, Limits::PREVIEW).await;
    match (&outcome, expected) {
        (Ok(rows), Ok(count)) => assert_eq!(rows.rows.len(), count),
        (Err(Error::Server(said)), Err(sqlstate)) => assert_eq!(said.sqlstate, sqlstate),
        _ => panic!("{outcome:?}"),
    }
    canary.assert_unharmed().await;
}
