//! The store on both engines: the same tables, the same answers.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop there")]

mod audit;
mod columns;
mod credential;
mod members;
mod queries;
mod sealed;

use std::path::PathBuf;

use store::{
    CatalogObjectRow, CatalogSchemaRow, CheckRow, ConnectionRow, NewDataset, NewTeam, ObjectFilter, QueryEnd, QueryRow,
    SchemaPage, StageRow, Store, StoreError, new_id,
};
use testkit::postgres::Database;

struct Opened {
    store: Store,
    folder: Option<PathBuf>,
    database: Option<Database>,
}

impl Drop for Opened {
    fn drop(&mut self) {
        if let Some(folder) = &self.folder {
            let _ = std::fs::remove_dir_all(folder);
        }
    }
}

async fn both() -> [(&'static str, Opened); 2] {
    let folder = std::env::temp_dir().join(format!("flitch-store-{}", new_id()));
    std::fs::create_dir_all(&folder).unwrap();
    let sqlite = Store::open_sqlite(&folder.join("s.sqlite")).await.unwrap();
    let database = Database::fresh().await;
    // Without TLS: how long a connection takes that reads the machine's authorities first is not what is tested here.
    let postgres = Store::open_postgres(&format!("{}?sslmode=disable", database.url)).await.unwrap();
    [
        ("sqlite", Opened { store: sqlite, folder: Some(folder), database: None }),
        ("postgres", Opened { store: postgres, folder: None, database: Some(database) }),
    ]
}

async fn team(store: &Store) -> (String, String) {
    let (team_id, member_id) = (new_id(), new_id());
    let new = NewTeam {
        team_id: &team_id,
        team_name: "Acme",
        member_id: &member_id,
        email: "ann@acme.example",
        password_hash: "hash",
    };
    store.team_insert_first(&new, 1).await.unwrap();
    (team_id, member_id)
}

fn draft(team_id: &str, member_id: &str) -> ConnectionRow {
    ConnectionRow {
        id: new_id(),
        team_id: team_id.into(),
        author_id: member_id.into(),
        name: "Sales".into(),
        is_draft: 1,
        host: "db.example".into(),
        port: 5439,
        database_name: "dev".into(),
        user_name: "ann".into(),
        tls_mode: "verify-full".into(),
        secret: Some(vec![0, 1, 255]),
        state: "live".into(),
        purpose: "p".into(),
        created_at: 1,
        updated_at: 1,
        ..ConnectionRow::default()
    }
}

/// A NUL is in no name; Postgres refuses it and SQLite finds nothing.
#[tokio::test]
async fn a_text_that_is_none_finds_nothing() {
    for (engine, opened) in both().await {
        let found = opened.store.connection_fetch("t", "m", "a\0b").await;
        assert!(matches!(found, Ok(None) | Err(StoreError::NotText)), "{engine}: {found:?}");
    }
}

#[tokio::test]
async fn one_team_is_made_first_and_no_second() {
    for (engine, opened) in both().await {
        let store = &opened.store;
        assert_eq!(store.team_count().await.unwrap(), 0, "{engine}");
        let (_, member_id) = team(store).await;
        let new = NewTeam { team_id: "t", team_name: "B", member_id: "m", email: "b@b.example", password_hash: "h" };
        let second = store.team_insert_first(&new, 2).await;
        assert!(matches!(second, Err(StoreError::Exists)), "{engine}: {second:?}");
        assert_eq!(store.team_count().await.unwrap(), 1, "{engine}");

        store.session_insert("digest", &member_id, 100).await.unwrap();
        let found = store.session_member("digest", 50, 50, 100).await.unwrap().unwrap().member;
        assert_eq!((found.email.as_str(), found.role.as_str()), ("ann@acme.example", "admin"), "{engine}");
        assert!(store.session_member("digest", 100, 50, 100).await.unwrap().is_none(), "{engine}: too old");
        assert!(store.session_member("digest", 50, 100, 100).await.unwrap().is_none(), "{engine}: idle too long");
        store.session_touch("digest", 150, 200).await.unwrap();
        assert!(store.session_member("digest", 50, 150, 200).await.unwrap().is_some(), "{engine}: in use");
        assert!(store.session_member("digest", 50, 50, 199).await.unwrap().is_none(), "{engine}: seen later than now");
        assert!(store.session_member("digest", 50, 50, 99).await.unwrap().is_none(), "{engine}: begun later than now");
        assert_eq!(store.session_purge(100, 0).await.unwrap(), 1, "{engine}");
    }
}

#[tokio::test]
async fn a_draft_becomes_a_connection_of_its_team() {
    for (engine, opened) in both().await {
        let store = &opened.store;
        let (team_id, member_id) = team(store).await;
        let row = draft(&team_id, &member_id);
        assert!(store.draft_put(&row).await.unwrap(), "{engine}");
        let kept = store.connection_fetch(&team_id, &member_id, &row.id).await.unwrap().unwrap();
        assert_eq!(kept, row, "{engine}");
        assert!(store.connection_fetch(&team_id, "other", &row.id).await.unwrap().is_none(), "{engine}");
        assert!(store.connection_list(&team_id).await.unwrap().is_empty(), "{engine}: a draft is not listed");
        assert!(!store.draft_save(&team_id, "other", &row.id, 2).await.unwrap(), "{engine}");
        assert!(store.draft_save(&team_id, &member_id, &row.id, 2).await.unwrap(), "{engine}");
        assert!(!store.draft_put(&row).await.unwrap(), "{engine}: no longer a draft");
        assert!(store.connection_fetch(&team_id, "other", &row.id).await.unwrap().is_some(), "{engine}");
        assert!(store.connection_fetch("other", &member_id, &row.id).await.unwrap().is_none(), "{engine}");

        let check = CheckRow {
            id: new_id(),
            connection_id: row.id.clone(),
            outcome: "running".into(),
            purpose: "p".into(),
            target: "{}".into(),
            started_at: 5,
            duration_us: None,
            alive_until: 50,
        };
        let stage = StageRow { stage: "tcp".into(), state: "waiting".into(), findings: "[]".into(), duration_us: None };
        store.check_insert(&team_id, &check, std::slice::from_ref(&stage)).await.unwrap();
        assert_eq!(store.check_running_count(&team_id, 40).await.unwrap(), 1, "{engine}");
        let ended = StageRow { state: "passed".into(), duration_us: Some(7), ..stage };
        store.check_stage_update(&check.id, &ended).await.unwrap();
        store.check_finish(&check.id, "passed", 9).await.unwrap();
        assert_eq!(store.check_stages(&check.id).await.unwrap(), [ended], "{engine}");
        let listed = store.connection_list(&team_id).await.unwrap();
        assert_eq!(listed[0].check_outcome.as_deref(), Some("passed"), "{engine}");
        assert!(store.check_fetch("other", &row.id, &check.id).await.unwrap().is_none(), "{engine}");

        let old = draft(&team_id, &member_id);
        store.draft_put(&old).await.unwrap();
        assert_eq!(store.draft_purge(100).await.unwrap(), 1, "{engine}: the draft and not the connection");
    }
}

fn object(schema: &str, name: &str, is_readable: bool) -> CatalogObjectRow {
    CatalogObjectRow {
        schema_name: schema.into(),
        name: name.into(),
        kind: if name.starts_with("v_") { "view" } else { "table" }.into(),
        is_readable: i64::from(is_readable),
        dataset_id: None,
    }
}

#[tokio::test]
async fn the_catalog_is_searched_and_picked_from() {
    for (engine, opened) in both().await {
        let store = &opened.store;
        let (team_id, member_id) = team(store).await;
        let row = draft(&team_id, &member_id);
        store.draft_put(&row).await.unwrap();
        store.draft_save(&team_id, &member_id, &row.id, 2).await.unwrap();
        let schema = |name: &str| CatalogSchemaRow {
            name: name.into(),
            is_usable: 1,
            is_unlisted: 0,
            match_count: 0,
            schema_count: 0,
            total_count: 0,
        };
        let objects = [
            object("a", "Sales_2026", true),
            object("a", "sales%", true),
            object("b", "v_sales", true),
            object("b", "shut", false),
        ];
        let schemas = [schema("a"), schema("b"), schema("c")];
        for (purpose, now, is_shown) in
            [("p", 8, true), ("p", 9, true), ("p", 9, false), ("p", 7, false), ("q", 10, false)]
        {
            let shown = store.catalog_replace(&row.id, purpose, &schemas, &objects, false, now).await.unwrap();
            assert_eq!(shown, is_shown, "{engine}: {purpose} at {now}");
        }
        let find = |search: &str, kind: &str, schema: &str| {
            let filter = ObjectFilter { search: search.into(), kind: kind.into(), schema: schema.into() };
            let (store, id) = (store.clone(), row.id.clone());
            async move {
                let found = store.catalog_objects(&id, &filter, 10, 0).await.unwrap();
                let holding = SchemaPage { with_empty: false, ..SchemaPage::ALL };
                let schemas = store.catalog_schemas(&id, &filter, holding).await.unwrap();
                assert_eq!(schemas.iter().map(|each| each.match_count as usize).sum::<usize>(), found.len());
                assert!(schemas.iter().all(|each| each.total_count as usize == found.len()));
                assert_eq!(store.catalog_size(&id).await.unwrap(), 4);
                found.into_iter().map(|object| object.name).collect::<Vec<_>>()
            }
        };
        assert_eq!(find("SALES", "", "").await, ["Sales_2026", "sales%", "v_sales"], "{engine}");
        assert_eq!(find("s%", "", "").await, ["sales%"], "{engine}: a wildcard means itself");
        assert_eq!(find("s_2", "", "").await, ["Sales_2026"], "{engine}");
        assert_eq!(find("", "view", "").await, ["v_sales"], "{engine}");
        assert_eq!(find("", "", "b").await, ["shut", "v_sales"], "{engine}");
        assert_eq!(find("b.v", "", "").await, ["v_sales"], "{engine}: with the schema in front");
        let everything = ObjectFilter::default();
        let schemas = store.catalog_schemas(&row.id, &everything, SchemaPage::ALL).await.unwrap();
        assert_eq!(schemas.iter().map(|schema| schema.match_count).collect::<Vec<_>>(), [2, 2, 0], "{engine}");
        let second = SchemaPage { limit: 1, offset: 1, ..SchemaPage::ALL };
        let schemas = store.catalog_schemas(&row.id, &everything, second).await.unwrap();
        let told = |rows: &[CatalogSchemaRow]| -> Vec<_> {
            rows.iter().map(|row| (row.name.clone(), row.schema_count, row.total_count)).collect()
        };
        assert_eq!(told(&schemas), [("b".to_owned(), 3, 4)], "{engine}: one of all of them");
        let between = SchemaPage { first: "b", last: "b", ..SchemaPage::ALL };
        assert_eq!(told(&store.catalog_schemas(&row.id, &everything, between).await.unwrap()), told(&schemas));

        let all = store.catalog_objects(&row.id, &ObjectFilter::default(), 10, 0).await.unwrap();
        let names = |rows: &[CatalogObjectRow]| -> Vec<_> {
            rows.iter().map(|object| (object.schema_name.clone(), object.name.clone())).collect()
        };
        let ids = names(&all);
        let place = NewDataset { team_id: &team_id, connection_id: &row.id, member_id: &member_id };
        assert_eq!(store.dataset_insert(place, &ids, 10).await.unwrap(), 3, "{engine}: the unreadable one is left");
        assert_eq!(store.dataset_insert(place, &ids, 11).await.unwrap(), 0, "{engine}");
        let foreign = NewDataset { team_id: "other", ..place };
        assert_eq!(store.dataset_insert(foreign, &ids, 12).await.unwrap(), 0, "{engine}");
        let edited = draft(&team_id, &member_id);
        store.draft_put(&edited).await.unwrap();
        assert!(store.catalog_replace(&edited.id, "p", &[schema("a")], &objects, false, 9).await.unwrap());
        let old = store.catalog_objects(&edited.id, &ObjectFilter::default(), 10, 0).await.unwrap();
        let old = names(&old);
        store.draft_put(&ConnectionRow { purpose: "q".into(), ..edited.clone() }).await.unwrap();
        store.draft_save(&team_id, &member_id, &edited.id, 12).await.unwrap();
        let elsewhere = NewDataset { connection_id: &edited.id, ..place };
        assert_eq!(store.dataset_insert(elsewhere, &old, 13).await.unwrap(), 0, "{engine}: another target's list");

        let dataset = &store.dataset_list(&team_id).await.unwrap()[0];

        let query = QueryRow {
            id: new_id(),
            team_id: team_id.clone(),
            member_id: member_id.clone(),
            connection_id: dataset.connection_id.clone(),
            dataset_id: Some(dataset.id.clone()),
            purpose: "preview".into(),
            state: "running".into(),
            statement: "select 1".into(),
            queued_at: 20,
            alive_until: 99,
            ..QueryRow::default()
        };
        store.query_insert(&query).await.unwrap();
        store.query_finish(query.run(), QueryEnd { state: "done", ..END }).await.unwrap();
        store.query_finish(query.run(), QueryEnd { state: "failed", finding: "late", ..END }).await.unwrap();
        let asked = ("preview", "select 1");
        let newest_at = |member: String, not_after: i64| {
            let (store, team_id, dataset_id) = (store.clone(), team_id.clone(), dataset.id.clone());
            async move { store.query_newest(&team_id, &member, &dataset_id, asked, not_after).await.unwrap() }
        };
        let newest = |member: String| newest_at(member, 20);
        assert!(newest_at(member_id.clone(), 19).await.is_none(), "{engine}: the clock was put back");
        let kept = newest(member_id.clone()).await.unwrap();
        assert_eq!((kept.state.as_str(), kept.finding.as_str()), ("done", ""), "{engine}");
        assert!(newest("other".into()).await.is_none(), "{engine}");
        // A look whose rows are gone answers no other, and is still there for who has it open.
        let look = QueryRow { id: new_id(), statement: "select 2".into(), ..query.clone() };
        store.query_insert(&look).await.unwrap();
        store.result_append(look.run(), &[queries::page(&look, 0)]).await.unwrap();
        store.query_finish(look.run(), QueryEnd { state: "done", row_count: 10, ..END }).await.unwrap();
        let again = async || {
            let asked = ("preview", "select 2");
            store.query_newest(&team_id, &member_id, &dataset.id, asked, 20).await.unwrap().is_some()
        };
        assert!(again().await, "{engine}");
        assert_eq!(store.query_purge(21, 20, 0).await.unwrap(), 1, "{engine}: its rows");
        assert!(!again().await && newest(member_id.clone()).await.is_some(), "{engine}: that had none");
        assert!(store.query_fetch(&team_id, &member_id, &look.id).await.unwrap().is_some(), "{engine}");
        assert_eq!(store.query_purge(21, 21, 0).await.unwrap(), 2, "{engine}");
        assert!(!store.dataset_delete("other", &dataset.id).await.unwrap(), "{engine}");
        assert!(store.dataset_delete(&team_id, &dataset.id).await.unwrap(), "{engine}");
    }
}

const END: QueryEnd<'static> = QueryEnd {
    state: "done",
    duration_us: 5,
    row_count: 0,
    byte_count: 0,
    cut: "",
    finding: "",
    notices: "",
    kept_read_only: "",
};

/// Table and column names of a migration folder, in order. Types may differ by engine, names may not.
fn shape(folder: &str) -> Vec<String> {
    let mut shape = Vec::new();
    for file in
        std::fs::read_dir(format!("{}/migrations/{folder}", std::env::var("CARGO_MANIFEST_DIR").unwrap())).unwrap()
    {
        let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
        let lines = text.lines().map(|line| line.replace(" bytea", " blob"));
        shape.extend(lines.filter(|line| !line.trim_start().starts_with("--")));
    }
    shape
}

#[test]
fn both_migration_folders_say_the_same() {
    assert_eq!(shape("sqlite"), shape("postgres"));
}
