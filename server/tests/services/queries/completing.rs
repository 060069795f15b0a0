//! What the editor completes from.

use std::time::Duration;

use super::Connected;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tables_come_with_their_columns_once_the_catalog_was_read() {
    let team = Connected::new().await;
    team.database
        .run(r#"create table orders (id int, gone int, "the ""total""" numeric); alter table orders drop column gone"#)
        .await;
    let backend = &team.world.backend;
    let names = async || -> serde_json::Value {
        let names = backend.queries.completions(&team.world.actor, &team.connection).await.unwrap();
        serde_json::from_str(&names).unwrap()
    };
    assert_eq!(names().await["schemas"], serde_json::json!({}), "nothing was asked of the source for it");
    backend.datasets.catalog_read(&team.world.actor, &team.connection, "").await.unwrap();
    let wanted = serde_json::json!({ "orders": ["id", "the \"total\""] });
    let mut known = names().await;
    for _ in 0..1_000 {
        if known["schemas"]["public"] == wanted {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
        known = names().await;
    }
    assert_eq!(known["schemas"]["public"], wanted);
}
