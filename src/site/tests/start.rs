//! Starting, and what is in the way of it.

use contract::team::Role;
use server::services::{self, OpenError};
use vault::file;

use super::{founder, settings};

/// It could open nothing of what there is, and others nothing of what it would seal.
#[tokio::test]
async fn a_server_without_the_keys_of_what_is_sealed_does_not_start() {
    let folder = std::env::temp_dir().join(format!("flitch-start-{}", store::new_id()));
    let settings = settings(&folder, &[]);
    let keys = folder.join("master.keys");
    let opened = services::open(&settings).await.unwrap();
    let backend = services::backend(opened.shared.clone());
    let token = backend.team.found(founder(&opened.shared), "test").await.unwrap();
    let actor = backend.sessions.actor(&token.0).await.unwrap().unwrap();
    drop(opened);
    // Nothing is sealed yet.
    std::fs::remove_file(&keys).unwrap();
    let opened = services::open(&settings).await.unwrap();
    let backend = services::backend(opened.shared.clone());
    backend.members.invite(&actor, Role::Member).await.unwrap();
    drop(opened);
    let aside = folder.join("aside");
    std::fs::rename(&keys, &aside).unwrap();
    let refused = services::open(&settings).await.err();
    assert!(matches!(&refused, Some(OpenError::KeysMissing(path)) if *path == keys), "{refused:?}");
    assert!(!keys.exists());
    std::fs::rename(&aside, &keys).unwrap();
    drop(services::open(&settings).await.unwrap());
    // They are lost for good, and the operator says so.
    assert!(file::create(&keys).is_err());
    std::fs::remove_file(&keys).unwrap();
    file::create(&keys).unwrap();
    drop(services::open(&settings).await.unwrap());
    std::fs::remove_dir_all(folder).unwrap();
}
