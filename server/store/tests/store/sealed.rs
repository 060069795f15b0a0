//! What is sealed, on both engines: listed in pages, replaced in one step.

use store::{SealedKind, new_id};

use crate::{both, draft, team};

#[tokio::test]
async fn sealed_values_are_listed_and_replaced_one_by_one() {
    for (engine, opened) in both().await {
        let store = &opened.store;
        let (team_id, ann) = team(store).await;
        let mut ids: Vec<String> = (0..5).map(|_| new_id()).collect();
        for id in &ids {
            let row = store::ConnectionRow { id: id.clone(), ..draft(&team_id, &ann) };
            assert!(store.draft_put(&row).await.unwrap());
        }
        let bare = store::ConnectionRow { secret: None, ..draft(&team_id, &ann) };
        assert!(store.draft_put(&bare).await.unwrap());
        ids.sort();
        let first = store.sealed_list(SealedKind::Connection, "", 3).await.unwrap();
        let second = store.sealed_list(SealedKind::Connection, &first[2].id, 3).await.unwrap();
        let listed: Vec<_> = first.iter().chain(&second).map(|row| row.id.clone()).collect();
        assert_eq!(listed, ids, "{engine}");
        let row = &first[0];
        assert_eq!(
            (row.team_id.as_str(), row.purpose.as_str(), row.sealed.as_slice()),
            (&*team_id, "p", &[0, 1, 255][..])
        );
        assert!(store.sealed_replace(SealedKind::Connection, &row.id, &row.sealed, &[9]).await.unwrap(), "{engine}");
        assert!(!store.sealed_replace(SealedKind::Connection, &row.id, &row.sealed, &[8]).await.unwrap(), "{engine}");
        for kind in [SealedKind::Query, SealedKind::Invitation] {
            assert!(store.sealed_list(kind, "", 3).await.unwrap().is_empty(), "{engine}");
        }
    }
}
