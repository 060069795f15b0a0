//! Names of columns are those of what may be read, where the connection leads now.

use store::{CatalogColumnsRow, CatalogObjectRow, ConnectionRow};

use super::{both, draft, team};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn columns_are_kept_of_what_may_be_read_where_the_connection_leads() {
    for (engine, opened) in both().await {
        let store = opened.store.clone();
        let (team_id, member_id) = team(&store).await;
        let row = draft(&team_id, &member_id);
        store.draft_put(&row).await.unwrap();
        let object = |name: &str, is_readable| CatalogObjectRow {
            schema_name: "a".into(),
            name: name.into(),
            kind: "table".into(),
            is_readable,
            dataset_id: None,
        };
        let objects = [object("open", 1), object("closed", 0), object("plain", 1)];
        assert!(store.catalog_replace(&row.id, "p", &[], &objects, false, 2).await.unwrap());
        let columns = |object: &str, names: &str| CatalogColumnsRow {
            schema_name: "a".into(),
            object_name: object.into(),
            names: names.into(),
        };
        let kept = async |limit| store.catalog_columns(&row.id, limit).await.unwrap();
        let first =
            [columns("open", "[1]"), columns("closed", "[2]"), columns("elsewhere", "[3]"), columns("plain", "[4]")];
        store.catalog_columns_replace(&row.id, "p", &first).await.unwrap();
        assert_eq!(kept(9).await, [columns("open", "[1]"), columns("plain", "[4]")], "{engine}");
        assert_eq!(kept(1).await.len(), 1, "{engine}");
        let twice = [columns("open", "[5]"), columns("open", "[6]")];
        store.catalog_columns_replace(&row.id, "p", &twice).await.unwrap();
        assert_eq!(kept(9).await, [columns("open", "[6]")], "{engine}");
        store.draft_put(&ConnectionRow { purpose: "q".into(), ..row.clone() }).await.unwrap();
        store.catalog_columns_replace(&row.id, "p", &first).await.unwrap();
        assert!(kept(9).await.iter().all(|row| row.names != "[1]"), "{engine}: read where it led before");
    }
}
