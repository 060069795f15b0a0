//! Connection strings: read alone (L1), and posted to the form, kept and tested (L3).

use std::sync::Arc;

use contract::check::Stage;
use contract::connection::TlsMode;
use contract::connection_string::{ConnectionString, Rules, StringFault};
use contract::fault::Fault;
use libtest_mimic::Trial;
use redshift::Policy;
use testkit::cases::Case;
use testkit::trial::each;

use crate::spies::{PUBLIC, Spy};
use crate::world::{Plan, World, form};

pub fn trials() -> Vec<Trial> {
    let mut trials = each("connections", "L1", |_| true, |case| async move { alone(&case) });
    trials.extend(each("connections", "L3", |_| true, posted));
    trials
}

fn alone(case: &Case) {
    let text = case.input("in");
    let read = ConnectionString::parse(&text, Rules::default());
    let whole = read.as_ref().map_err(StringFault::clone).and_then(ConnectionString::target);
    match case.id() {
        // Read as far as it goes; the missing parts are asked for.
        "O-CONN-31" => {
            let read = read.unwrap();
            assert_eq!((read.host.as_str(), read.port, read.database.as_deref()), ("good.example", 5439, Some("dev")));
            assert!(whole.is_err());
        }
        // The port is right in form; the policy refuses it, without a look-up.
        "O-CONN-36" => {
            assert_eq!(read.unwrap().port, 22);
            assert!(!Policy::default().allows_port(22));
        }
        "O-CONN-14" => assert_eq!(whole.unwrap().tls, TlsMode::VerifyCa),
        "O-CONN-28" => match read {
            Ok(read) => {
                assert!(read.host.starts_with("your-cluster.") && read.password.unwrap().expose() == "p@ss");
            }
            Err(fault) => assert_eq!(fault, StringFault::EncodePassword),
        },
        "O-CONN-29" => assert_eq!(read.unwrap().password.unwrap().expose(), "p@ss/w:rd"),
        "O-CONN-12" | "O-CONN-13" => assert_eq!(whole.unwrap().tls, TlsMode::VerifyFull),
        _ => match case.expect() {
            "ALLOW" => assert!(whole.is_ok(), "{whole:?}"),
            "REJECT" => assert_says_nothing(&whole.unwrap_err(), &text),
            expect => panic!("no test for {expect}"),
        },
    }
}

/// The fault names a part; no piece of the string is in it.
fn assert_says_nothing(fault: &StringFault, text: &str) {
    let told = format!("{fault:?} {fault} {}", serde_json::to_string(fault).unwrap());
    for value in ["169.254", "127.0.0.1", "/etc/", "good.example", "good.abc", "u:p", "p@ss"] {
        assert!(!text.contains(value) || !told.contains(value), "{value} is in {told}");
    }
}

async fn posted(case: Arc<Case>) {
    let spy = Spy::answering(&[&[PUBLIC]]);
    let plan = Plan {
        policy: Policy::default(),
        names: Arc::new(spy.clone()),
        dialer: Arc::new(spy.clone()),
        rules: Rules::default(),
        ..Plan::default()
    };
    let world = World::new(plan).await;
    let connections = &world.backend.connections;
    let saved = connections.draft(&world.actor, form(case.input("in")), true).await.unwrap();
    let is_allowed = matches!(case.expect(), "ALLOW" | "POLICY") && case.id() != "O-CONN-31";
    if is_allowed || case.id() == "O-CONN-36" || (case.id() == "O-CONN-28" && saved.fault.is_none()) {
        assert_eq!(saved.fault, None);
        let view = world.check_again(&saved.id).await;
        let address = view.stages.iter().find(|stage| stage.stage == Stage::Address).unwrap();
        let code = address.findings[0].code();
        if case.id() == "O-CONN-36" {
            assert_eq!(code, "port_forbidden");
        } else {
            assert_eq!(code, "address_allowed");
            // One look-up, of a host that is no part of the password, and one dial to what it gave.
            assert_eq!(spy.dialled(), [PUBLIC.parse().unwrap()]);
            let looked_up = spy.looked_up();
            assert!(looked_up.len() == 1 && !looked_up[0].contains("ss@"), "{looked_up:?}");
            return;
        }
    } else {
        assert!(matches!(saved.fault, Some(Fault::ConnectionString { .. })), "{:?}", saved.fault);
        // A test of it is refused with the same fault.
        assert!(world.backend.checks.start(&world.actor, &saved.id).await.is_err());
    }
    assert_eq!((spy.looked_up(), spy.dialled()), (vec![], vec![]), "nothing was asked of anybody");
}
