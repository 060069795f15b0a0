//! The SQL cases through the workspace's own way in: a query is run as a person runs it, by the owner of everything,
//! so that what holds is Flitch's doing and not the grants'.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use contract::query::{QueryState, QueryView, RunForm};
use libtest_mimic::Trial;
use testkit::cases::Case;
use testkit::postgres::Database;
use testkit::trial::each;

use crate::world::{Names, Plan, World, form};

const FILES: [&str; 4] = ["sql", "sql_more", "sql_allowed", "sql_controls"];

pub fn trials() -> Vec<Trial> {
    FILES.into_iter().flat_map(|file| each(file, "L4", |_| true, workspace)).collect()
}

/// What no statement may touch.
const CANARY: &str = "
    create table canary (x int); insert into canary values (1), (2); create sequence s1;
    create table t (a int, x text); insert into t values (1, 'one'), (2, 'two');
    create table t_kw (\"delete\" int, \"update\" int); create schema evil;
    create function writes() returns int language sql as 'insert into canary values (8) returning x';
    create view v_write as select writes();
    create procedure p_write() language sql as 'delete from canary'";

const STATE: &str = "select (select string_agg(x::text, ',' order by x) from canary) || ' '
    || (select last_value::text || is_called from s1) || ' '
    || (select string_agg(relname, ',' order by relname) from pg_class where relnamespace = 'public'::regnamespace) || ' '
    || (select count(*)::text from pg_db_role_setting)";

async fn workspace(case: Arc<Case>) {
    let database = Database::fresh().await;
    database.run(CANARY).await;
    let before = database.ask(STATE).await;
    let at = SocketAddr::from(([127, 0, 0, 1], database.port));
    let names = Arc::new(Names(vec![("localhost", Ok(at))]));
    let plan = Plan { names, extra_ca_pem: Some(database.ca_pem.clone()), ..Plan::default() };
    let world = World::new(plan).await;
    let string = format!("postgresql://flitch:flitch@localhost:{}/{}", database.port, database.name);
    let draft = world.backend.connections.draft(&world.actor, form(string), false).await.unwrap();
    let connection_id = world.backend.connections.save(&world.actor, &draft.id).await.unwrap();
    let sql = case.input("sql");
    let asked = RunForm { connection_id, sql: sql.clone(), selection: String::new() };
    let view = match world.backend.queries.run(&world.actor, asked).await {
        Ok(id) => ended(&world, &id).await,
        // What no text column holds is refused before it is a query.
        Err(fault) => {
            assert!(matches!(case.expect(), "DENY" | "EITHER"), "{fault:?}");
            return;
        }
    };
    let code = view.finding.as_ref().map(contract::finding::Finding::code);
    match (case.expect(), view.state, code) {
        ("DENY", QueryState::Failed, Some("statement_refused")) | ("EITHER", ..) => {}
        ("ALLOW" | "BOUND", QueryState::Done, None) => {}
        // That it was sent is what counts: PostgreSQL does not know it, or it is endless.
        ("ALLOW" | "BOUND" | "DENY_OR_DB", QueryState::Failed, Some(code)) => assert_ne!(code, "statement_refused"),
        (expect, state, code) => panic!("{expect} expected, got {state:?} {code:?}"),
    }
    assert_eq!(database.ask(STATE).await, before);
    assert!(!std::path::Path::new("/tmp/pwn").exists());
}

async fn ended(world: &World, id: &str) -> QueryView {
    loop {
        let view = world.backend.queries.show(&world.actor, id, 0).await.unwrap();
        if !view.state.is_running() {
            return view;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}
