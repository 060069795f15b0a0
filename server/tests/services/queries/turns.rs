//! Fair use, on a real source: how many run, who waits, and what is the same query.

use std::collections::BTreeSet;
use std::time::Duration;

use contract::fault::Fault;
use contract::query::{QueryState, RunForm};
use contract::team::Actor;

use super::{Connected, LONG};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_run_at_once_and_the_fourth_waits_for_one_of_them() {
    let team = Connected::new().await;
    let queries = &team.world.backend.queries;
    let mut running = Vec::new();
    for number in 0..3 {
        let id = team.run(&format!("{LONG} -- {number}")).await;
        team.until(&id, |view| view.state == QueryState::Running).await;
        running.push(id);
    }
    let waiting = team.run("select 'my turn'").await;
    let view = team.until(&waiting, |view| view.state == QueryState::Waiting).await;
    assert_eq!(view.ahead, 0);
    let queue = queries.queue(&team.world.actor).await.unwrap();
    assert_eq!(queue.len(), 4);
    assert!(queue.iter().all(|entry| entry.is_own && entry.can_cancel));
    // Each has its turn before its statement is at the source.
    while team.running().await < 3 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!((team.running().await, team.show(&waiting).await.state), (3, QueryState::Waiting));
    queries.cancel(&team.world.actor, &running[1]).await.unwrap();
    assert_eq!(team.ended(&waiting).await.state, QueryState::Done);
    // One that waits is cancelled at once.
    team.run(&format!("{LONG} -- again")).await;
    let second = team.run("select 2").await;
    team.until(&second, |view| view.state == QueryState::Waiting).await;
    queries.cancel(&team.world.actor, &second).await.unwrap();
    let view = team.ended(&second).await;
    assert_eq!(view.finding.as_ref().map(contract::finding::Finding::code), Some("cancelled"));
    for entry in queries.queue(&team.world.actor).await.unwrap() {
        queries.cancel(&team.world.actor, &entry.id).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_text_of_one_person_is_one_query_and_a_queue_has_an_end() {
    let team = Connected::new().await;
    let first = team.run(LONG).await;
    assert_eq!(team.run(LONG).await, first, "a second press of Run");
    let bob = team.world.member("bob@acme.example").await;
    let bobs = team.run_as(&bob, LONG).await;
    assert_ne!(bobs, first, "another person's is another's");
    let mut taken = 0;
    for number in 0..40 {
        let form = RunForm {
            connection_id: team.connection.clone(),
            sql: format!("{LONG} -- {number}"),
            selection: String::new(),
        };
        match team.world.backend.queries.run(&team.world.actor, form).await {
            Ok(_) => taken += 1,
            Err(fault) => assert_eq!(fault, Fault::QueueFull { limit: 20 }),
        }
    }
    // Of the three turns one is another person's; how soon theirs are given is nobody's promise.
    assert!((19..=21).contains(&taken), "{taken}");
    let queue = loop {
        let queue = team.world.backend.queries.queue(&team.world.actor).await.unwrap();
        match queue.iter().filter(|entry| entry.state == QueryState::Running).count() {
            3 => break queue,
            fewer => assert!(fewer < 3, "{fewer} at once"),
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    };
    // Those that wait first, so that none of them gets a turn.
    for entry in queue.iter().rev() {
        team.world.backend.queries.cancel(&team.world.actor, &entry.id).await.unwrap();
    }
    team.ended(&first).await;
}

/// A double click, a script: what comes at the same moment is counted as if it came one after the other.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_at_once_as_many_wait_as_may_and_the_same_is_one() {
    let team = Connected::new().await;
    let bob = team.world.member("bob@acme.example").await;
    let queries = &team.world.backend.queries;
    for number in 0..3 {
        let id = team.run_as(&bob, &format!("{LONG} -- bob {number}")).await;
        queries_running(&team, &bob, &id).await;
    }
    let form = |sql: String, selection: &str| RunForm {
        connection_id: team.connection.clone(),
        sql,
        selection: selection.to_owned(),
    };
    let all_at_once = async |forms: Vec<RunForm>| {
        let runs = forms.into_iter().map(|form| queries.run(&team.world.actor, form));
        futures_util::future::join_all(runs).await
    };
    let twins = all_at_once((0..10).map(|_| form("select 'one'".into(), "")).collect()).await;
    let ids: BTreeSet<String> = twins.into_iter().map(Result::unwrap).collect();
    assert_eq!(ids.len(), 1, "{ids:?}");
    // The same selection of another text is another query: its page shows that text.
    let parts = (0..4).map(|n| form(format!("select 'one'; select {}", n % 2), "select 'one'")).collect();
    let ids: BTreeSet<String> = all_at_once(parts).await.into_iter().map(Result::unwrap).collect();
    assert_eq!(ids.len(), 2, "{ids:?}");
    let many = all_at_once((0..40).map(|n| form(format!("select {n}"), "")).collect()).await;
    let (taken, refused): (Vec<_>, Vec<_>) = many.into_iter().partition(Result::is_ok);
    assert_eq!(taken.len(), 17, "three wait already");
    assert!(refused.iter().all(|refused| *refused == Err(Fault::QueueFull { limit: 20 })), "{refused:?}");
    for entry in queries.queue(&bob).await.unwrap().iter().filter(|entry| entry.is_own) {
        queries.cancel(&bob, &entry.id).await.unwrap();
    }
}

async fn queries_running(team: &Connected, actor: &Actor, id: &str) {
    while team.world.backend.queries.show(actor, id, 0).await.unwrap().state != QueryState::Running {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}
