//! Queries on both engines: turns that are claimed once, results of what runs, the history, what is removed when.

use store::{QueryEnd, QueryFilter, QueryRow, Queued, ResultPageRow, SealedKind, Store, new_id, result_page_id};

use super::{END, both, draft, team};

/// A team with a connection.
async fn connected(store: &Store) -> (String, String, String) {
    let (team_id, member_id) = team(store).await;
    let row = draft(&team_id, &member_id);
    store.draft_put(&row).await.unwrap();
    store.draft_save(&team_id, &member_id, &row.id, 2).await.unwrap();
    (team_id, member_id, row.id)
}

fn query((team_id, member_id, connection_id): &(String, String, String), state: &str, statement: &str) -> QueryRow {
    QueryRow {
        id: new_id(),
        team_id: team_id.clone(),
        member_id: member_id.clone(),
        connection_id: connection_id.clone(),
        purpose: "sql".into(),
        statement: statement.into(),
        state: state.into(),
        queued_at: 10,
        alive_until: 100,
        ..QueryRow::default()
    }
}

pub fn page(query: &QueryRow, first_row: i64) -> ResultPageRow {
    ResultPageRow { id: result_page_id(query.run(), first_row), first_row, row_count: 10, sealed: vec![1, 2, 3] }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_that_claim_at_once_as_many_get_a_turn_as_there_is_room_for() {
    for (engine, opened) in both().await {
        let store = opened.store.clone();
        let place = connected(&store).await;
        let mut claims = Vec::new();
        for number in 0..12 {
            let row = query(&place, "waiting", &format!("select {number}"));
            store.query_insert(&row).await.unwrap();
            let (store, team_id) = (store.clone(), place.0.clone());
            claims.push(tokio::spawn(async move {
                let has_room =
                    |live: &Vec<store::LiveQuery>| live.iter().filter(|query| query.state == "running").count() < 3;
                store.query_claim(&team_id, row.run(), 20, 100, has_room).await.unwrap()
            }));
        }
        let mut turns = 0;
        for claim in claims {
            turns += usize::from(claim.await.unwrap());
        }
        assert_eq!(turns, 3, "{engine}");
        assert_eq!(store.query_queue(&place.0, 50).await.unwrap().len(), 12, "{engine}");
        assert!(store.query_queue(&place.0, 100).await.unwrap().is_empty(), "{engine}: leases that ran out");
        assert!(store.query_queue("other", 50).await.unwrap().is_empty(), "{engine}");
    }
}

#[tokio::test]
async fn rows_are_kept_of_what_runs_and_go_with_what_failed() {
    for (engine, opened) in both().await {
        let store = &opened.store;
        let place = connected(store).await;
        let (good, bad) = (query(&place, "running", "select 1"), query(&place, "running", "select 2"));
        for row in [&good, &bad] {
            store.query_insert(row).await.unwrap();
            assert!(store.result_append(row.run(), &[page(row, 0), page(row, 10)]).await.unwrap(), "{engine}");
        }
        let rows = store.result_pages(good.run(), 5, 12, 9).await.unwrap();
        assert_eq!(rows.iter().map(|page| page.first_row).collect::<Vec<_>>(), [0, 10], "{engine}");
        assert!(store.result_pages(good.run(), 20, 30, 9).await.unwrap().is_empty(), "{engine}");
        assert!(store.query_finish(good.run(), QueryEnd { row_count: 20, ..END }).await.unwrap());
        assert!(!store.result_append(good.run(), &[page(&good, 20)]).await.unwrap(), "{engine}: it has ended");
        assert!(store.query_finish(bad.run(), QueryEnd { state: "failed", finding: "f", ..END }).await.unwrap());
        assert!(store.result_is_kept(&good.id).await.unwrap() && !store.result_is_kept(&bad.id).await.unwrap());
        // What ended well and came to nothing after all.
        store.query_spoil(&good.id, "spoilt").await.unwrap();
        let spoilt = store.query_fetch(&place.0, &place.1, &good.id).await.unwrap().unwrap();
        assert_eq!((spoilt.state.as_str(), spoilt.finding.as_str()), ("failed", "spoilt"), "{engine}");
        // Whoever asked for the end in the last moment gets it.
        let late = query(&place, "waiting", "select 3");
        store.query_insert(&late).await.unwrap();
        assert!(!store.query_cancel(&place.0, "other", false, &late.id).await.unwrap(), "{engine}");
        assert!(store.query_cancel(&place.0, "admin", true, &late.id).await.unwrap(), "{engine}");
        assert!(!store.query_cancel("other", &place.1, true, &late.id).await.unwrap(), "{engine}");
        assert!(!store.query_finish(late.run(), END).await.unwrap(), "{engine}");
        let heard = store.query_renew(late.run(), 200, 1, 2).await.unwrap().unwrap();
        assert_eq!((heard.state.as_str(), heard.cancelled_by.as_str()), ("cancelling", "admin"), "{engine}");
        assert_eq!(store.sealed_list(SealedKind::Query, "", 10).await.unwrap().len(), 2, "{engine}");
    }
}

#[tokio::test]
async fn the_history_is_searched_and_ends() {
    for (engine, opened) in both().await {
        let store = &opened.store;
        let place = connected(store).await;
        let (team_id, member_id) = (&place.0, &place.1);
        let texts = ["select 'A_b'", "select 'Axb'", "select '50%'"];
        for (queued_at, text) in (11..).zip(texts) {
            let row = QueryRow { queued_at, ..query(&place, "running", text) };
            store.query_insert(&row).await.unwrap();
            store.result_append(row.run(), &[page(&row, 0)]).await.unwrap();
            store.query_finish(row.run(), END).await.unwrap();
        }
        let found = async |search: &str, is_named: bool| {
            let filter = QueryFilter { search: search.into(), is_named, ..QueryFilter::default() };
            let rows = store.query_list(team_id, member_id, &filter, 10).await.unwrap();
            rows.into_iter().map(|row| row.statement).collect::<Vec<_>>()
        };
        assert_eq!(found("", false).await, ["select '50%'", "select 'Axb'", "select 'A_b'"], "{engine}: newest first");
        assert_eq!(found("a_b", false).await, ["select 'A_b'"], "{engine}");
        assert_eq!(found("0%", false).await, ["select '50%'"], "{engine}");
        let first = store.query_list(team_id, member_id, &QueryFilter::default(), 10).await.unwrap().remove(2);
        assert!(store.query_rename(team_id, member_id, &first.id, "Kept").await.unwrap());
        assert!(!store.query_rename(team_id, "other", &first.id, "Stolen").await.unwrap(), "{engine}");
        assert_eq!(found("kept", true).await, ["select 'A_b'"], "{engine}");
        assert_eq!(
            store.result_trim(member_id, 1).await.unwrap(),
            1,
            "{engine}: not the newest, and not what has a name"
        );
        store.query_purge(20, 20, 20).await.unwrap();
        assert_eq!(found("", false).await, ["select 'A_b'"], "{engine}: what has a name stays");
        assert!(store.sealed_list(SealedKind::Query, "", 10).await.unwrap().is_empty(), "{engine}");
    }
}

#[tokio::test]
async fn what_is_run_again_keeps_its_name_and_hears_no_earlier_run() {
    for (engine, opened) in both().await {
        let store = &opened.store;
        let place = connected(store).await;
        let (team_id, member_id) = (&place.0, &place.1);
        let first = query(&place, "running", "select 1");
        store.query_insert(&first).await.unwrap();
        store.query_insert(&QueryRow { queued_at: 11, ..query(&place, "done", "select 2") }).await.unwrap();
        store.query_rename(team_id, member_id, &first.id, "Mine").await.unwrap();
        store.result_append(first.run(), &[page(&first, 0)]).await.unwrap();
        let again = QueryRow { state: "waiting".into(), queued_at: 20, alive_until: 200, ..first.clone() };
        let twin = Queued::Twin(first.id.clone());
        assert_eq!(store.query_restart(&again, 5).await.unwrap(), twin, "{engine}: it runs");
        store.query_finish(first.run(), QueryEnd { row_count: 10, finding: "f", ..END }).await.unwrap();
        let others = QueryRow { member_id: "other".into(), ..again.clone() };
        assert_eq!(store.query_restart(&others, 5).await.unwrap(), twin, "{engine}: not theirs");
        assert_eq!(store.query_restart(&again, 0).await.unwrap(), Queued::Full, "{engine}");
        assert!(store.result_is_kept(&first.id).await.unwrap(), "{engine}: what was refused changed nothing");
        assert_eq!(store.query_restart(&again, 5).await.unwrap(), Queued::Now, "{engine}");
        let listed = store.query_list(team_id, member_id, &QueryFilter::default(), 9).await.unwrap();
        let seen = &listed[0];
        assert_eq!((seen.name.as_str(), seen.state.as_str(), seen.row_count), ("Mine", "waiting", 0), "{engine}");
        assert!(seen.finding.is_empty() && !store.result_is_kept(&first.id).await.unwrap(), "{engine}");
        let before = Some((seen.queued_at, seen.id.clone()));
        let older = QueryFilter { before, ..QueryFilter::default() };
        let older = store.query_list(team_id, member_id, &older, 9).await.unwrap();
        assert_eq!(older.iter().map(|row| row.statement.as_str()).collect::<Vec<_>>(), ["select 2"], "{engine}");
        // Whoever still works on the first run.
        assert!(!store.query_claim(team_id, first.run(), 21, 300, |_| true).await.unwrap(), "{engine}");
        assert!(store.query_claim(team_id, again.run(), 21, 300, |_| true).await.unwrap(), "{engine}");
        assert!(!store.result_append(first.run(), &[page(&first, 10)]).await.unwrap(), "{engine}");
        assert!(!store.query_finish(first.run(), END).await.unwrap(), "{engine}");
        assert_eq!(store.query_renew(first.run(), 900, 1, 1).await.unwrap(), None, "{engine}");
        assert!(store.result_append(again.run(), &[page(&again, 0)]).await.unwrap(), "{engine}");
        assert!(store.result_pages(first.run(), 0, 9, 9).await.unwrap().is_empty(), "{engine}");
        assert_eq!(store.result_pages(again.run(), 0, 9, 9).await.unwrap().len(), 1, "{engine}");
        // One whose server went away in the middle.
        let third = QueryRow { queued_at: 400, alive_until: 500, ..again };
        assert_eq!(store.query_restart(&third, 5).await.unwrap(), Queued::Now, "{engine}");
        let backwards = QueryRow { queued_at: 399, ..third };
        store.query_cancel(team_id, member_id, false, &first.id).await.unwrap();
        assert_eq!(store.query_restart(&backwards, 5).await.unwrap(), twin, "{engine}: a clock that goes back");
    }
}
