//! Things of a team, written straight into its store.

use contract::team::Actor;
use store::{
    CatalogObjectRow, CatalogSchemaRow, Claim, Claimed, ConnectionRow, NewDataset, NewRefresh, RunRef, SnapshotRow,
    Store, new_id,
};

/// A draft of a connection; its host, database and user have this name too.
pub fn connection(author: &Actor, name: &str) -> ConnectionRow {
    let mark = name.split(' ').next().unwrap_or(name);
    ConnectionRow {
        id: new_id(),
        team_id: author.team_id.clone(),
        author_id: author.member_id.clone(),
        name: name.to_owned(),
        is_draft: 1,
        host: format!("{mark}.example"),
        port: 5439,
        database_name: mark.to_owned(),
        user_name: mark.to_owned(),
        secret: Some(vec![1]),
        method: "string".into(),
        purpose: "p".into(),
        ..ConnectionRow::default()
    }
}

/// The id of a connection's only dataset: a table `orders` in this schema.
pub async fn dataset(store: &Store, actor: &Actor, connection_id: &str, schema: &str) -> String {
    let usable = CatalogSchemaRow {
        name: schema.to_owned(),
        is_usable: 1,
        is_unlisted: 0,
        match_count: 0,
        schema_count: 0,
        total_count: 0,
    };
    let object = CatalogObjectRow {
        schema_name: schema.to_owned(),
        name: "orders".into(),
        kind: "table".into(),
        is_readable: 1,
        dataset_id: None,
    };
    assert!(store.catalog_replace(connection_id, "p", &[usable], &[object], false, 2).await.unwrap());
    let place = NewDataset { team_id: &actor.team_id, connection_id, member_id: &actor.member_id };
    assert_eq!(store.dataset_insert(place, &[(schema.to_owned(), "orders".into())], 3).await.unwrap(), 1);
    store.dataset_list(&actor.team_id).await.unwrap().remove(0).id
}

/// The id of a run under way of a dataset that has a snapshot already.
pub async fn refresh(store: &Store, actor: &Actor, connection_id: &str, dataset_id: &str) -> String {
    let (team_id, member_id) = (actor.team_id.as_str(), actor.member_id.as_str());
    let schedule = r#"{"every":1,"unit":"days","at":180,"weekday":0,"zone":"UTC"}"#;
    let new = NewRefresh { team_id, dataset_id, member_id, schedule, next_at: Some(i64::MAX / 2), now: 4 };
    assert!(store.refresh_set(new).await.unwrap());
    let (first, fence) = begun(store).await;
    let snapshot = SnapshotRow {
        id: new_id(),
        team_id: team_id.to_owned(),
        dataset_id: dataset_id.to_owned(),
        connection_id: connection_id.to_owned(),
        purpose: "p".into(),
        object_key: format!("{team_id}/{dataset_id}/{first}.parquet"),
        columns: "[]".into(),
        known_columns: "[]".into(),
        row_count: 1,
        byte_count: 1,
        taken_at: 5,
    };
    let run = RunRef { dataset_id, run_id: &first, fence };
    assert!(store.refresh_done(run, &snapshot, store::RunCost::default(), 6).await.unwrap());
    let wish = store::Wish { by: &actor.email, since: None, now: 7 };
    assert_eq!(store.refresh_ask(team_id, dataset_id, wish).await.unwrap(), store::AskedRun::Asked);
    begun(store).await.0
}

/// Claims what is due: the id of the run, and its token.
async fn begun(store: &Store) -> (String, i64) {
    let due = store.refresh_due(8, i64::MAX / 2, 1, 1).await.unwrap().remove(0);
    let run_id = new_id();
    let next_at = Some(i64::MAX / 2);
    let claim =
        Claim { run_id: &run_id, due: &due, cause: "person", now: 8, next_at, per_connection: 1, is_on_budget: false };
    match store.refresh_claim(claim).await.unwrap() {
        Claimed::Yes { fence, .. } => (run_id, fence),
        other => panic!("{other:?}"),
    }
}
