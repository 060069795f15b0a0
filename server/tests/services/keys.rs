//! Master keys: everything is sealed anew, counted and opened; a run can be ended anywhere; nothing in use is retired.

use std::path::PathBuf;
use std::time::Duration;

use server::services::keys::{self, KeyUse, KeysError};
use store::{ConnectionRow, InvitationRow, NewTeam, SealedKind, Store, new_id};
use vault::{Binding, KeyRing, RingError, file};

/// A store of a data folder with sealed values of each kind, and the ring of its key file.
struct Sealed {
    folder: PathBuf,
    store: Store,
    ring: KeyRing,
}

impl Drop for Sealed {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

impl Sealed {
    async fn new(count: usize) -> Self {
        let folder = std::env::temp_dir().join(format!("flitch-keys-{}", new_id()));
        std::fs::create_dir_all(&folder).unwrap();
        let store = Store::open_sqlite(&folder.join("s.sqlite")).await.unwrap();
        let ring = KeyRing::open_or_create(&folder.join("master.keys")).unwrap();
        let sealed = Self { folder, store, ring };
        let new = NewTeam { team_id: "t", team_name: "T", member_id: "m", email: "m@m.example", password_hash: "h" };
        sealed.store.team_insert_first(&new, 1).await.unwrap();
        for number in 0..count {
            sealed.connection(&format!("c{number:04}")).await;
        }
        sealed.store.draft_save("t", "m", "c0000", 1).await.unwrap();
        sealed
    }

    fn path(&self) -> PathBuf {
        self.folder.join("master.keys")
    }

    fn secret_of(id: &str) -> String {
        format!("Secret-of-{id}")
    }

    async fn connection(&self, id: &str) {
        let place = Binding { team: "t", record: id, field: "password", purpose: "p" };
        let secret = self.ring.seal(&place, Self::secret_of(id).as_bytes());
        let row = ConnectionRow {
            id: id.into(),
            team_id: "t".into(),
            author_id: "m".into(),
            secret: Some(secret),
            purpose: "p".into(),
            method: "string".into(),
            ..ConnectionRow::default()
        };
        assert!(self.store.draft_put(&row).await.unwrap());
    }

    async fn invitation(&self) {
        let place = Binding { team: "t", record: "i", field: "invitation", purpose: "member" };
        let row = InvitationRow {
            id: "i".into(),
            team_id: "t".into(),
            role: "member".into(),
            code_hash: "h".into(),
            code: self.ring.seal(&place, b"code"),
            created_by: None,
            created_at: 1,
            expires_at: i64::MAX,
        };
        self.store.invitation_insert(&row).await.unwrap();
    }

    /// Every secret opens with this ring, and is what it was.
    async fn is_whole(&self, ring: &KeyRing) -> usize {
        let rows = self.store.sealed_list(SealedKind::Connection, "", 10_000).await.unwrap();
        for row in &rows {
            let place = Binding { team: "t", record: &row.id, field: "password", purpose: "p" };
            assert_eq!(&*ring.open_bytes(&place, &row.sealed).unwrap(), Self::secret_of(&row.id).as_bytes());
        }
        rows.len()
    }

    async fn status(&self) -> Vec<(usize, bool, bool)> {
        let uses = keys::status(&self.store, &self.ring).await.unwrap();
        uses.iter().map(|KeyUse { records, is_active, is_known, .. }| (*records, *is_active, *is_known)).collect()
    }
}

#[tokio::test]
async fn a_key_is_added_rotated_to_and_the_old_one_retired() {
    let sealed = Sealed::new(3).await;
    sealed.invitation().await;
    let first = sealed.ring.ids()[0];
    assert_eq!(sealed.status().await, [(4, true, true)]);
    file::add(&sealed.path()).unwrap();
    assert_eq!(sealed.status().await, [(0, true, true), (4, false, true)]);
    assert!(matches!(keys::unused(&sealed.store, &sealed.ring, first).await, Err(KeysError::InUse(4))));

    let dry = keys::rotate(&sealed.store, &sealed.ring, true).await.unwrap();
    assert_eq!((dry.resealed, dry.already, dry.unreadable.len()), (4, 0, 0));
    assert_eq!(sealed.status().await, [(0, true, true), (4, false, true)], "a dry run changes nothing");
    let run = keys::rotate(&sealed.store, &sealed.ring, false).await.unwrap();
    assert_eq!((run.resealed, run.already, run.unreadable.len()), (4, 0, 0));
    let again = keys::rotate(&sealed.store, &sealed.ring, false).await.unwrap();
    assert_eq!((again.resealed, again.already), (0, 4), "all of them opened once more");
    keys::unused(&sealed.store, &sealed.ring, first).await.unwrap();
    file::retire(&sealed.path(), first).unwrap();
    assert_eq!(sealed.status().await, [(4, true, true)]);
    assert_eq!(sealed.is_whole(&KeyRing::open(&sealed.path()).unwrap()).await, 3);
}

#[tokio::test]
async fn a_run_over_nothing_is_an_error() {
    let sealed = Sealed::new(0).await;
    let first = sealed.ring.ids()[0];
    file::add(&sealed.path()).unwrap();
    let retiring = keys::unused(&sealed.store, &sealed.ring, first).await;
    assert!(matches!(retiring, Err(KeysError::NothingSealed)), "another store may need it");
    assert!(matches!(keys::rotate(&sealed.store, &sealed.ring, false).await, Err(KeysError::NothingSealed)));
    assert!(matches!(keys::rotate(&sealed.store, &sealed.ring, true).await, Err(KeysError::NothingSealed)));
}

/// O-SEC-11 and a key that is gone: what cannot be opened is said, and holds up nothing else.
#[tokio::test]
async fn o_sec_11_what_cannot_be_opened_is_counted_and_left_as_it_is() {
    let sealed = Sealed::new(3).await;
    let rows = sealed.store.sealed_list(SealedKind::Connection, "", 10).await.unwrap();
    let mut flipped = rows[1].sealed.clone();
    *flipped.last_mut().unwrap() ^= 1;
    assert!(sealed.store.sealed_replace(SealedKind::Connection, "c0001", &rows[1].sealed, &flipped).await.unwrap());
    file::add(&sealed.path()).unwrap();
    let run = keys::rotate(&sealed.store, &sealed.ring, false).await.unwrap();
    assert_eq!((run.resealed, run.unreadable), (2, vec![(SealedKind::Connection, "c0001".to_owned())]));
    let left = sealed.store.sealed_list(SealedKind::Connection, "", 10).await.unwrap();
    assert_eq!(left[1].sealed, flipped);
    // In a ring without the old key, the record names one that the file does not hold.
    let lost = KeyRing::ephemeral();
    assert!(
        keys::status(&sealed.store, &lost).await.unwrap().iter().any(|known| !known.is_known && known.records == 2)
    );
}

/// Ended at any moment, as by a kill: nothing is lost, and the next run ends what was begun.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rotation_that_is_ended_anywhere_can_be_run_again() {
    let sealed = Sealed::new(120).await;
    let mut was_cut_short = 0;
    for moment in 0..12 {
        file::add(&sealed.path()).unwrap();
        let run = keys::rotate(&sealed.store, &sealed.ring, false);
        was_cut_short += usize::from(tokio::time::timeout(Duration::from_millis(moment * 3), run).await.is_err());
        assert_eq!(sealed.is_whole(&KeyRing::open(&sealed.path()).unwrap()).await, 120);
    }
    assert!(was_cut_short > 0, "at least one was ended on its way");
    let run = keys::rotate(&sealed.store, &sealed.ring, false).await.unwrap();
    assert_eq!((run.resealed + run.already, run.unreadable.len()), (120, 0));
    for old in sealed.ring.ids().into_iter().skip(1) {
        keys::unused(&sealed.store, &sealed.ring, old).await.unwrap();
        file::retire(&sealed.path(), old).unwrap();
    }
    assert_eq!(sealed.is_whole(&KeyRing::open(&sealed.path()).unwrap()).await, 120);
}

/// A server that runs beside it writes new values all the while.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_running_server_writes_meanwhile_is_sealed_with_the_new_key_too() {
    let sealed = Sealed::new(60).await;
    let server = KeyRing::open(&sealed.path()).unwrap();
    file::add(&sealed.path()).unwrap();
    let writing = async {
        for number in 0..60 {
            let id = format!("c{number:04}");
            let place = Binding { team: "t", record: &id, field: "password", purpose: "p" };
            let old = sealed.store.sealed_list(SealedKind::Connection, "", 1000).await.unwrap();
            let old = old.into_iter().find(|row| row.id == id).unwrap().sealed;
            let fresh = server.seal(&place, Sealed::secret_of(&id).as_bytes());
            let _ = sealed.store.sealed_replace(SealedKind::Connection, &id, &old, &fresh).await.unwrap();
        }
    };
    let (run, ()) = tokio::join!(keys::rotate(&sealed.store, &sealed.ring, false), writing);
    assert!(run.unwrap().unreadable.is_empty());
    keys::rotate(&sealed.store, &sealed.ring, false).await.unwrap();
    assert_eq!(sealed.status().await, [(60, true, true), (0, false, true)]);
    assert_eq!(sealed.is_whole(&sealed.ring).await, 60);
}

#[test]
fn two_commands_do_not_change_the_key_file_at_once() {
    let folder = std::env::temp_dir().join(format!("flitch-keys-{}", new_id()));
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join("master.keys");
    KeyRing::open_or_create(&path).unwrap();
    let threads: Vec<_> = (0..8)
        .map(|_| {
            let path = path.clone();
            std::thread::spawn(move || file::add(&path))
        })
        .collect();
    let added: Vec<_> = threads.into_iter().map(|thread| thread.join().unwrap()).collect();
    let made = added.iter().filter(|added| added.is_ok()).count();
    assert!(added.iter().all(|added| matches!(added, Ok(_) | Err(RingError::Locked))));
    assert_eq!(KeyRing::open(&path).unwrap().ids().len(), made + 1, "none was lost");
    std::fs::remove_dir_all(folder).unwrap();
}
