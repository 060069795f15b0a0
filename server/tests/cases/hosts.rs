//! Hosts that must not be reached, in each way they can be given.

use std::net::SocketAddr;
use std::sync::Arc;

use contract::check::{CheckView, Stage};
use contract::connection::ConnectionForm;
use contract::connection_string::Rules;
use contract::secret::Secret;
use libtest_mimic::Trial;
use redshift::Policy;
use testkit::cases::Case;
use testkit::trial::each;

use crate::spies::Spy;
use crate::world::{Plan, World, form};

pub fn trials() -> Vec<Trial> {
    each(
        "hosts",
        "L3",
        |_| true,
        |case| async move {
            let strict = Policy::default();
            let listed = Policy { allowed_networks: vec!["10.0.0.0/8".parse().unwrap()], ..Policy::default() };
            let everything = ["0.0.0.0/0", "::/0"].map(|network| network.parse().unwrap()).to_vec();
            let wide = Policy { allowed_networks: everything, ..Policy::default() };
            let is_private = matches!(case.id(), "O-HOST-06" | "O-HOST-07" | "O-HOST-08" | "O-HOST-11");
            for way in [Way::InString, Way::Fields, Way::Answer] {
                assert_reached(&case, way, strict.clone(), false).await;
                assert_reached(&case, way, listed.clone(), case.id() == "O-HOST-06").await;
                // Whatever is listed, loopback, link-local and metadata stay closed.
                assert_reached(&case, way, wide.clone(), is_private).await;
            }
        },
    )
}

#[derive(Clone, Copy, Debug)]
enum Way {
    InString,
    /// An endpoint in the string's place, and user and password in fields of their own.
    Fields,
    /// As what a harmless name resolves to.
    Answer,
}

async fn assert_reached(case: &Arc<Case>, way: Way, policy: Policy, is_reached: bool) {
    let host = case.text("host").unwrap();
    let address = match host {
        "localhost" => "127.0.0.1:5439".to_owned(),
        host => format!("{host}:5439"),
    };
    let spy = Spy::answering(&[&[address.as_str()]]);
    let plan = Plan {
        policy,
        names: Arc::new(spy.clone()),
        dialer: Arc::new(spy.clone()),
        rules: Rules::default(),
        ..Plan::default()
    };
    let world = World::new(plan).await;
    let given = match way {
        Way::InString => form(format!("postgresql://u:p@{host}:5439/dev")),
        Way::Answer => form("postgresql://u:p@db.example:5439/dev"),
        Way::Fields => ConnectionForm {
            connection_string: Secret::new(format!("{host}:5439/dev")),
            user: "u".into(),
            password: Secret::new("p"),
            ..ConnectionForm::default()
        },
    };
    let saved = world.backend.connections.draft(&world.actor, given, true).await.unwrap();
    assert_eq!(saved.fault, None, "{way:?}");
    let view = world.check_again(&saved.id).await;
    let expected: Vec<SocketAddr> = if is_reached { vec![address.parse().unwrap()] } else { vec![] };
    assert_eq!(spy.dialled(), expected, "{way:?}");
    assert_eq!(code(&view), if is_reached { "address_allowed" } else { "address_forbidden" }, "{way:?}");
}

fn code(view: &CheckView) -> &'static str {
    view.stages.iter().find(|stage| stage.stage == Stage::Address).unwrap().findings[0].code()
}
