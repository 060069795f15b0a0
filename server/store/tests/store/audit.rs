//! The audit log's chain.

use store::{AuditFilter, Chain, NewAudit};

use crate::{both, team};

#[tokio::test]
async fn a_changed_or_missing_entry_breaks_the_chain() {
    for (engine, opened) in both().await {
        let store = &opened.store;
        let (team_id, member_id) = team(store).await;
        let new = |action, named| NewAudit {
            team_id: &team_id,
            member_id: &member_id,
            who: "ann@acme.example",
            action,
            target: "t-1",
            named,
            outcome: "done",
        };
        for (action, named) in [("signed_in", ""), ("connection_saved", "Sales_1"), ("connection_saved", "Sales 2")] {
            store.audit_append(&new(action, named), 5).await.unwrap();
        }
        assert_eq!(store.audit_verify(&team_id).await.unwrap(), Chain::Whole { rows: 3 }, "{engine}");
        let list = |search: &str, action: &str, before| {
            let filter = AuditFilter { action: action.into(), search: search.into(), before };
            let (store, team_id) = (store.clone(), team_id.clone());
            async move {
                let rows = store.audit_list(&team_id, &filter, 10).await.unwrap();
                rows.into_iter().map(|row| row.seq).collect::<Vec<_>>()
            }
        };
        assert_eq!(list("", "", 0).await, [3, 2, 1], "{engine}");
        assert_eq!(list("s_1", "", 0).await, [2], "{engine}: a wildcard means itself");
        assert_eq!(list("ANN@", "connection_saved", 3).await, [2], "{engine}");
        assert_eq!(store.audit_list("other", &AuditFilter::default(), 10).await.unwrap(), [], "{engine}");

        if let Some(database) = &opened.database {
            for (change, undo, seq) in [
                (
                    "update audit set who = 'bob' where seq = 2",
                    "update audit set who = 'ann@acme.example' where seq = 2",
                    2,
                ),
                ("update audit set seq = 4 where seq = 3", "update audit set seq = 3 where seq = 4", 3),
                ("update team set audit_seq = 2", "update team set audit_seq = 3", 2),
            ] {
                database.run(change).await;
                assert_eq!(store.audit_verify(&team_id).await.unwrap(), Chain::Broken { seq }, "{change}");
                database.run(undo).await;
            }
            assert_eq!(store.audit_verify(&team_id).await.unwrap(), Chain::Whole { rows: 3 });
            database.run("delete from audit where seq = 3").await;
            assert_eq!(store.audit_verify(&team_id).await.unwrap(), Chain::Broken { seq: 3 });
        }
    }
}

#[tokio::test]
async fn many_at_once_make_one_chain() {
    for (engine, opened) in both().await {
        let (team_id, _) = team(&opened.store).await;
        let mut tasks = tokio::task::JoinSet::new();
        for number in 0..20 {
            let (store, team_id) = (opened.store.clone(), team_id.clone());
            tasks.spawn(async move {
                let named = number.to_string();
                let new = NewAudit {
                    team_id: &team_id,
                    member_id: "",
                    who: "operator",
                    action: "signed_in",
                    target: "",
                    named: &named,
                    outcome: "done",
                };
                store.audit_append(&new, number).await.unwrap();
            });
        }
        while let Some(ended) = tasks.join_next().await {
            ended.unwrap();
        }
        assert_eq!(opened.store.audit_verify(&team_id).await.unwrap(), Chain::Whole { rows: 20 }, "{engine}");
    }
}
