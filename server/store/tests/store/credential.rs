//! The team credential on both engines: one for each team, lent where both lead to the same place, replaced only after a
//! dry run of exactly that.

use store::{
    CatalogObjectRow, CatalogSchemaRow, ConnectionRow, NewDataset, NewTeam, RotationRow, Store, StoreError, new_id,
};

use crate::{both, draft, team};

struct Lent {
    team_id: String,
    ann: String,
    credential: String,
    /// A saved connection that leans on it, and its dataset.
    connection: String,
    dataset: String,
}

async fn lent(store: &Store) -> Lent {
    let (team_id, ann) = team(store).await;
    let credential = ConnectionRow { is_credential: 1, ..draft(&team_id, &ann) };
    let leaning = ConnectionRow { secret: None, credential_id: credential.id.clone(), ..draft(&team_id, &ann) };
    for row in [&credential, &leaning] {
        assert!(store.draft_put(row).await.unwrap());
        assert!(store.draft_save(&team_id, &ann, &row.id, 2).await.unwrap());
    }
    let schema = CatalogSchemaRow {
        name: "a".into(),
        is_usable: 1,
        is_unlisted: 0,
        match_count: 0,
        schema_count: 0,
        total_count: 0,
    };
    let object = |name: &str| CatalogObjectRow {
        schema_name: "a".into(),
        name: name.into(),
        kind: "table".into(),
        is_readable: 1,
        dataset_id: None,
    };
    let objects = [object("one"), object("two")];
    assert!(store.catalog_replace(&leaning.id, "p", &[schema], &objects, false, 3).await.unwrap());
    let place = NewDataset { team_id: &team_id, connection_id: &leaning.id, member_id: &ann };
    store.dataset_insert(place, &[("a".into(), "one".into())], 4).await.unwrap();
    let dataset = store.dataset_list(&team_id).await.unwrap().remove(0).id;
    Lent { team_id, ann, credential: credential.id, connection: leaning.id, dataset }
}

impl Lent {
    fn replacement(&self, purpose: &str) -> ConnectionRow {
        ConnectionRow {
            is_credential: 1,
            replaces_id: self.credential.clone(),
            purpose: purpose.into(),
            user_name: "eve".into(),
            updated_at: 5,
            ..draft(&self.team_id, &self.ann)
        }
    }

    async fn tried(&self, store: &Store, draft: &ConnectionRow, outcome: &str) {
        let row = RotationRow {
            id: new_id(),
            draft_id: draft.id.clone(),
            draft_updated_at: draft.updated_at,
            credential_id: self.credential.clone(),
            credential_updated_at: self.fetch(store, &self.credential).await.updated_at,
            outcome: outcome.into(),
            finding: String::new(),
            started_at: 6,
            alive_until: 6,
        };
        store.rotation_insert(&self.team_id, &row, &[&self.dataset]).await.unwrap();
    }

    async fn fetch(&self, store: &Store, id: &str) -> ConnectionRow {
        store.connection_fetch(&self.team_id, &self.ann, id).await.unwrap().unwrap()
    }
}

#[tokio::test]
async fn a_secret_is_lent_only_where_both_lead_to_the_same_place() {
    for (engine, opened) in both().await {
        let store = &opened.store;
        let lent = lent(store).await;
        let row = lent.fetch(store, &lent.connection).await;
        assert_eq!((row.secret, row.lent_secret), (None, Some(vec![0, 1, 255])), "{engine}");
        assert_eq!(store.credential_id(&lent.team_id).await.unwrap().as_ref(), Some(&lent.credential), "{engine}");
        assert_eq!(store.credential_id("other").await.unwrap(), None, "{engine}");
        assert_eq!(store.connection_list(&lent.team_id).await.unwrap().len(), 1, "{engine}: it is no connection");

        // A row that was made to lead elsewhere, and one of another team that names the credential.
        let aimed = ConnectionRow {
            secret: None,
            credential_id: lent.credential.clone(),
            purpose: "elsewhere".into(),
            ..draft(&lent.team_id, &lent.ann)
        };
        assert!(store.draft_put(&aimed).await.unwrap());
        assert_eq!(lent.fetch(store, &aimed.id).await.lent_secret, None, "{engine}");
        assert!(!store.draft_save(&lent.team_id, &lent.ann, &aimed.id, 9).await.unwrap(), "{engine}");
        let (team_id, bob) = (new_id(), new_id());
        let new =
            NewTeam { team_id: &team_id, team_name: "B", member_id: &bob, email: "b@b.example", password_hash: "h" };
        store.team_insert(&new, 2).await.unwrap();
        let foreign = ConnectionRow { secret: None, credential_id: lent.credential.clone(), ..draft(&team_id, &bob) };
        assert!(store.draft_put(&foreign).await.unwrap());
        let row = store.connection_fetch(&team_id, &bob, &foreign.id).await.unwrap().unwrap();
        assert_eq!(row.lent_secret, None, "{engine}");

        let second = ConnectionRow { is_credential: 1, ..draft(&lent.team_id, &lent.ann) };
        assert!(store.draft_put(&second).await.unwrap());
        let saved = store.draft_save(&lent.team_id, &lent.ann, &second.id, 9).await;
        assert!(matches!(saved, Err(StoreError::Exists)), "{engine}: {saved:?}");
    }
}

#[tokio::test]
async fn a_replacement_follows_a_good_dry_run_of_exactly_it() {
    for (engine, opened) in both().await {
        let store = &opened.store;
        let lent = lent(store).await;
        let new = lent.replacement("q");
        assert!(store.draft_put(&new).await.unwrap());
        let replace = async |draft: &ConnectionRow| store.credential_replace(draft, Some(&[7]), 8).await.unwrap();
        assert!(!replace(&new).await, "{engine}: not tried");
        lent.tried(store, &new, "good").await;
        lent.tried(store, &new, "breaks").await;
        assert!(!replace(&new).await, "{engine}: the newest run counts");
        lent.tried(store, &new, "good").await;
        let edited = ConnectionRow { updated_at: 6, ..new.clone() };
        assert!(store.draft_put(&edited).await.unwrap());
        assert!(!replace(&edited).await, "{engine}: edited since");
        assert!(!replace(&new).await, "{engine}: the draft is another by now");
        lent.tried(store, &edited, "good").await;
        let place = NewDataset { team_id: &lent.team_id, connection_id: &lent.connection, member_id: &lent.ann };
        assert_eq!(store.dataset_insert(place, &[("a".into(), "two".into())], 7).await.unwrap(), 1);
        assert!(!replace(&edited).await, "{engine}: a dataset was not tried");
        let added = store.dataset_list(&lent.team_id).await.unwrap().into_iter().find(|d| d.id != lent.dataset);
        store.dataset_delete(&lent.team_id, &added.unwrap().id).await.unwrap();
        let row = lent.fetch(store, &lent.connection).await;
        assert_eq!((row.user_name.as_str(), row.catalog_read_at.is_some()), ("ann", true), "{engine}: unchanged");

        assert!(replace(&edited).await, "{engine}");
        let row = lent.fetch(store, &lent.connection).await;
        assert_eq!((row.user_name.as_str(), row.purpose.as_str()), ("eve", "q"), "{engine}: it follows");
        assert_eq!((row.lent_secret, row.catalog_read_at), (Some(vec![7]), None), "{engine}: another list");
        assert!(store.connection_fetch(&lent.team_id, &lent.ann, &edited.id).await.unwrap().is_none(), "{engine}");
        assert_eq!(store.dataset_list(&lent.team_id).await.unwrap().len(), 1, "{engine}");

        // A list that was being read while the connection was cut off does not come back.
        let schema = CatalogSchemaRow {
            name: "a".into(),
            is_usable: 1,
            is_unlisted: 0,
            match_count: 0,
            schema_count: 0,
            total_count: 0,
        };
        assert!(store.connection_disconnect(&lent.team_id, &lent.connection, "x", 9).await.unwrap(), "{engine}");
        assert!(!store.connection_disconnect(&lent.team_id, &lent.connection, "y", 9).await.unwrap(), "{engine}: once");
        assert!(!store.catalog_replace(&lent.connection, "q", &[schema], &[], false, 90).await.unwrap(), "{engine}");

        assert!(!store.credential_remove("other", &lent.credential, "x", 9).await.unwrap(), "{engine}");
        assert!(store.credential_remove(&lent.team_id, &lent.credential, "x", 9).await.unwrap(), "{engine}");
        let row = lent.fetch(store, &lent.connection).await;
        assert_eq!((row.state.as_str(), row.credential_id.as_str()), ("disconnected", ""), "{engine}");
        assert_eq!((row.secret, row.lent_secret), (None, None), "{engine}");
    }
}
