//! Things of a team, written straight into its store.

use contract::team::Actor;
use store::{CatalogObjectRow, CatalogSchemaRow, ConnectionRow, NewDataset, Store, new_id};

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
