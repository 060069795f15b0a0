//! Secrets by the catalogue's ids: a canary goes through everything that can be done with one, and is found nowhere.

use std::time::Duration;

use contract::connection::ConnectionForm;
use contract::dataset::Picks;
use contract::fault::Fault;
use contract::members::{AcceptForm, PasswordForm};
use contract::query::{Ask, QueryState};
use contract::secret::Secret;
use contract::team::{SignInForm, WelcomeForm};
use sample_cluster::Quirks;
use sample_cluster::cluster::SAMPLE_HOST;
use store::SealedKind;
use testkit::canary;
use testkit::logs::Logs;

use crate::iam::Sample;
use crate::world::{World, files, form};

/// A form by the sample's user whose password is the canary, typed in its own field.
fn canary_form(change: impl FnOnce(&mut ConnectionForm)) -> ConnectionForm {
    let mut form = form(format!("postgresql://canary@{SAMPLE_HOST}:5439/dev"));
    form.password = Secret::new(canary::SECRET);
    change(&mut form);
    form
}

/// Saved, tested, failed, lent, replaced, edited, disconnected, deleted; then logs at the finest level, the database's
/// files and all that pages got are searched.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn o_sec_01_02_09_a_canary_is_in_no_log_no_file_and_no_answer() {
    let logs = Logs::keep();
    let sample = Sample::new(Quirks::default()).await;
    let world = World::new(sample.plan()).await;
    let (backend, ann) = (&world.backend, &world.actor);
    let mut told = Vec::new();
    let mut tell = |answer: &dyn erased::Told| told.push(answer.json());

    let view = world.check(canary_form(|form| form.is_credential = true)).await;
    assert!(view.outcome.is_good(), "{:?}", view.stages);
    tell(&view);
    backend.connections.save(ann, &view.connection_id).await.unwrap();
    tell(&backend.credential.show(ann).await.unwrap());
    let by_team = ConnectionForm { method: "team".into(), ..ConnectionForm::default() };
    let draft = backend.connections.draft(ann, by_team, true).await.unwrap().id;
    tell(&world.check_again(&draft).await);
    backend.connections.save(ann, &draft).await.unwrap();
    let picks = Picks { connection_id: draft.clone(), whole_schema: "public".into(), ..Picks::default() };
    backend.datasets.add(ann, picks).await.unwrap();
    let dataset = backend.datasets.list(ann).await.unwrap()[0].id.clone();
    loop {
        let preview = backend.queries.ask(ann, &dataset, Ask::rows()).await.unwrap();
        if !preview.state.is_running() {
            assert_eq!(preview.state, QueryState::Done);
            tell(&preview);
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    // A replacement that fails, with the canary as the wrong password of another user.
    let replacement = backend.credential.edit(ann).await.unwrap();
    let wrong = canary_form(|form| {
        form.connection_string = Secret::new(format!("postgresql://writer@{SAMPLE_HOST}:5439/dev"));
        form.draft = replacement.clone();
    });
    backend.connections.draft(ann, wrong, true).await.unwrap();
    tell(&world.check_again(&replacement).await);
    backend.credential.rotation_start(ann, &replacement).await.unwrap();
    while backend.credential.rotation(ann, &replacement).await.unwrap().outcome.is_running() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    tell(&backend.credential.rotation(ann, &replacement).await.unwrap());
    tell(&backend.connections.draft_show(ann, &replacement).await.unwrap());
    // One of its own, edited and disconnected.
    let own = world.check(canary_form(|form| form.name = "Own".into())).await.connection_id;
    backend.connections.save(ann, &own).await.unwrap();
    let edit = backend.connection_life.edit(ann, &own).await.unwrap();
    tell(&backend.connections.draft_show(ann, &edit).await.unwrap());
    backend.connection_life.disconnect(ann, &own, "Own").await.unwrap();
    let shown = backend.credential.show(ann).await.unwrap().credential.unwrap();
    backend.credential.remove(ann, &shown.name).await.unwrap();
    tell(&backend.connections.list(ann).await.unwrap());
    tell(&backend.audit.csv(ann, Default::default()).await.unwrap());

    assert_eq!(canary::leaks(told.join("\n").as_bytes()), Vec::<String>::new(), "answers");
    assert_eq!(canary::leaks(&logs.bytes()), Vec::<String>::new(), "logs");
    world.shared.store.close().await;
    for file in files(&world.folder) {
        assert_eq!(canary::leaks(&std::fs::read(&file).unwrap()), Vec::<String>::new(), "{}", file.display());
    }
}

/// Anything that travels to a page.
mod erased {
    pub trait Told {
        fn json(&self) -> String;
    }

    impl<T: serde::Serialize> Told for T {
        fn json(&self) -> String {
            serde_json::to_string(self).unwrap()
        }
    }
}

/// Every type that holds a secret, or text that may hold one, as `{:?}` prints it.
#[test]
fn o_sec_03_no_debug_print_shows_a_secret() {
    let secret = || Secret::new(canary::SECRET);
    let string = || Secret::new(format!("postgresql://a:{}@h.example/d", canary::SECRET));
    let form = ConnectionForm {
        connection_string: string(),
        password: secret(),
        pasted: string(),
        endpoint: string().expose().to_owned(),
        cluster: string().expose().to_owned(),
        ..ConnectionForm::default()
    };
    let parsed = contract::connection_string::ConnectionString::parse(
        "postgresql://a:Zq7%21cAnArY%40%2F%3A%23%3F%25%26%2B%3D~@h.example/d",
        contract::connection_string::Rules::default(),
    );
    let login = redshift::Login { user: "a".into(), password: canary::SECRET.to_owned().into(), database: "d".into() };
    let minted = redshift::iam::Minted {
        user: "a".into(),
        password: canary::SECRET.to_owned().into(),
        expires_at: std::time::SystemTime::now(),
    };
    let prints = [
        format!("{:?}", secret()),
        format!("{form:?}"),
        format!("{:?}", form.iam()),
        format!("{:?}", WelcomeForm { password: secret(), setup_code: secret(), ..WelcomeForm::default() }),
        format!("{:?}", SignInForm { email: "a".into(), password: secret() }),
        format!("{:?}", AcceptForm { code: secret(), email: "a".into(), password: secret() }),
        format!("{:?}", PasswordForm { current: secret(), new: secret() }),
        format!("{parsed:?}"),
        format!("{login:?}"),
        format!("{minted:?}"),
    ];
    assert_eq!(parsed.unwrap().password.unwrap().expose(), canary::SECRET, "the canary was in it");
    for print in prints {
        assert_eq!(canary::leaks(print.as_bytes()), Vec::<String>::new(), "{print}");
    }
}

/// Runs itself once more, to end in a panic with secrets on the stack and the longest backtrace there is.
#[test]
fn o_sec_05_a_panic_prints_no_secret() {
    const SIGN: &str = "FLITCH_TEST_PANICS";
    if std::env::var_os(SIGN).is_some() {
        let form = canary_form(|_| {});
        let understood = contract::connection_string::ConnectionString::parse(
            form.connection_string.expose(),
            contract::connection_string::Rules::default(),
        );
        panic!("with {form:?} and {understood:?} in hand");
    }
    let own = std::env::current_exe().unwrap();
    let name = "secrets::o_sec_05_a_panic_prints_no_secret";
    let mut again = std::process::Command::new(own);
    again.args([name, "--exact", "--nocapture"]).env(SIGN, "1").env("RUST_BACKTRACE", "full");
    let output = again.output().unwrap();
    let printed = [output.stdout, output.stderr].concat();
    let text = String::from_utf8_lossy(&printed);
    assert!(!output.status.success() && text.contains("in hand") && text.contains("stack backtrace"), "{text}");
    assert_eq!(canary::leaks(&printed), Vec::<String>::new());
}

/// The sealed bytes of one connection, put into another row, or into the same after it was aimed elsewhere.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn o_cred_03_04_a_secret_does_not_travel() {
    let sample = Sample::new(Quirks::default()).await;
    let world = World::new(sample.plan()).await;
    let (backend, ann) = (&world.backend, &world.actor);
    let id = world.check(canary_form(|_| {})).await.connection_id;
    backend.connections.save(ann, &id).await.unwrap();
    // Tested again with another host in the body: only what was stored is tested, and the secret is asked for.
    let elsewhere = ConnectionForm { draft: id.clone(), ..form("postgresql://canary@evil.example:5439/dev") };
    let aimed = backend.connections.draft(ann, elsewhere, true).await.unwrap();
    assert!(matches!(aimed.fault, Some(Fault::ConnectionString { .. })) && aimed.id != id);
    assert_eq!(backend.connections.show(ann, &id).await.unwrap().target.host, SAMPLE_HOST);

    // A second connection to the same place, with the first one's sealed bytes.
    let other = world.check(form(format!("postgresql://canary:wrong@{SAMPLE_HOST}:5439/dev"))).await.connection_id;
    backend.connections.save(ann, &other).await.unwrap();
    let sealed = world.shared.store.sealed_list(SealedKind::Connection, "", 100).await.unwrap();
    let of = |id: &str| sealed.iter().find(|row| row.id == id).unwrap().sealed.clone();
    let store = &world.shared.store;
    assert!(store.sealed_replace(SealedKind::Connection, &other, &of(&other), &of(&id)).await.unwrap());
    let view = world.check_again(&other).await;
    assert!(crate::world::codes(&view).contains(&"secret_unreadable"), "{:?}", view.stages);
    assert!(world.check_again(&id).await.outcome.is_good(), "others are fine");
}
