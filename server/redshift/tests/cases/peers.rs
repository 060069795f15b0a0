//! The hostile servers: what the connector makes of each, and that nothing is left behind.

use std::sync::Arc;
use std::time::{Duration, Instant};

use libtest_mimic::Trial;
use redshift::stream::WireFault;
use redshift::tls::CertificateFault;
use redshift::{Deadlines, Endpoint, Error, Limits, Login, Means, Phase, Rows, Session, TlsMode, TlsPolicy};
use sample_cluster::cert::{Authority, Validity};
use secrecy::SecretString;
use testkit::canary;
use testkit::cases::Case;
use testkit::hostile::{Heard, Hostile, Plan, forms};
use testkit::logs::Logs;
use testkit::trial::each;
use testkit::vitals::Vitals;

use crate::way;

pub fn trials() -> Vec<Trial> {
    each(
        "peers",
        "L2",
        |_| true,
        |case| async move {
            for id in forms(case.id()) {
                behaviour(&case, &id).await;
            }
        },
    )
}

/// A peer and a way to it that trusts the authority behind its certificate, unless that is the point.
pub struct Meeting {
    pub peer: Hostile,
    pub tls: TlsPolicy,
}

impl Meeting {
    pub async fn new(id: &str, mode: TlsMode) -> Self {
        let trusted = Authority::new("Trusted").unwrap();
        let signer = if id == "O-PEER-05" { &Authority::new("Self").unwrap() } else { &trusted };
        let name = if id == "O-PEER-06" { "other.example" } else { "127.0.0.1" };
        let validity = if id == "O-PEER-07" { Validity::Over } else { Validity::Now };
        let identity = signer.identity(&[name.to_owned()], validity).unwrap();
        let peer = Hostile::start(Plan { id: id.to_owned(), identity: Some(identity), honest: None }).await;
        let tls = TlsPolicy { mode, ..way::tls(trusted.pem()) };
        Self { peer, tls }
    }

    pub async fn read(&self) -> Result<Rows, Error> {
        let means = Means {
            deadlines: Deadlines { statement: Duration::from_secs(2), ..Deadlines::default() },
            ..way::means()
        };
        let endpoint = Endpoint { host: "127.0.0.1".into(), port: self.peer.address.port() };
        let login = Login { user: "u".into(), password: SecretString::from(canary::SECRET), database: "dev".into() };
        let session = Session::open(&means, &endpoint, &self.tls, &login).await?;
        let rows = session.read("select x from t", Limits::PREVIEW).await;
        session.close().await;
        rows
    }
}

async fn behaviour(case: &Arc<Case>, id: &str) {
    let logs = Logs::keep();
    let meeting = Meeting::new(id, TlsMode::VerifyFull).await;
    let vitals = Vitals::now();
    let started = Instant::now();
    let outcome = meeting.read().await;
    let took = started.elapsed();
    expect(id, &outcome, &meeting.peer.heard());
    let limit = match id {
        // The deadline of TLS, and that of the statement with what ending it takes.
        "O-PEER-01" | "O-PEER-16" | "O-PEER-22" | "O-PEER-23" => Duration::from_secs(9),
        _ => Duration::from_secs(2),
    };
    assert!(took < limit, "{id} took {took:?}");
    modes(id).await;
    drop(meeting);
    vitals.assert_settled().await;
    let said = match &outcome {
        Ok(rows) => format!("{:?}", rows.columns),
        Err(error) => format!("{error:?} {error}"),
    };
    for artefact in [said.as_bytes(), &logs.bytes()] {
        assert_eq!(canary::leaks(artefact), Vec::<String>::new(), "{}", case.id());
    }
    // The library traces each time that it is woken, which is as often as the machine is fast.
    let kept = String::from_utf8_lossy(&logs.bytes()).into_owned();
    let grown: usize = kept.lines().filter(|line| !line.contains("TRACE tokio_postgres")).map(str::len).sum();
    assert!(grown < 64 * 1024, "the log grew to {grown} bytes");
    assert!(!said.contains('\u{1b}') && said.len() < 20_000, "{said}");
}

fn expect(id: &str, outcome: &Result<Rows, Error>, heard: &Heard) {
    use WireFault::*;
    let wire = |expected: WireFault| matches!(outcome, Err(Error::Wire { fault, .. }) if *fault == expected);
    let is_met = match id {
        "O-PEER-01" => matches!(outcome, Err(Error::TimedOut { phase: Phase::Tls, .. })) && heard.startups == 0,
        "O-PEER-02" | "O-PEER-08" => matches!(outcome, Err(Error::TlsRefused)) && heard.startups == 0,
        "O-PEER-03" | "O-PEER-04" => matches!(outcome, Err(Error::TlsFailed)) && heard.startups == 0,
        "O-PEER-05" => {
            matches!(outcome, Err(Error::Certificate(CertificateFault::Untrusted { .. }))) && heard.startups == 0
        }
        "O-PEER-06" => {
            let names = vec!["other.example".to_owned()];
            matches!(outcome, Err(Error::Certificate(CertificateFault::WrongName { names: told })) if *told == names)
                && heard.startups == 0
        }
        "O-PEER-07" => {
            matches!(outcome, Err(Error::Certificate(CertificateFault::Expired { since })) if since.len() == 10)
                && heard.startups == 0
        }
        "O-PEER-09" => outcome.is_ok() && heard.passwords.len() == 1,
        "O-PEER-10" => wire(SignInMalformed) && heard.passwords.is_empty(),
        "O-PEER-11" => wire(Unexpected) && heard.passwords.is_empty(),
        "O-PEER-12" => wire(Unexpected) && heard.statements.is_empty(),
        "O-PEER-13" => wire(SignInMalformed),
        "O-PEER-14a" | "O-PEER-14b" | "O-PEER-14c" => wire(Length),
        "O-PEER-15" => wire(TooLarge),
        "O-PEER-16" => {
            matches!(outcome, Ok(rows) if rows.cut.is_some() && rows.rows.len() <= Limits::PREVIEW.rows)
                && heard.cancels > 0
        }
        "O-PEER-17a" | "O-PEER-17b" | "O-PEER-18" => wire(Malformed),
        "O-PEER-19" => matches!(outcome, Ok(rows) if rows.columns[0].oid == 999_999),
        "O-PEER-20" | "O-PEER-21" => wire(StartupTooLarge),
        "O-PEER-22" => wire(TooManyNotices),
        "O-PEER-23" => matches!(outcome, Err(Error::TimedOut { phase: Phase::Statement, .. })) && heard.cancels > 0,
        "O-PEER-24a" | "O-PEER-24b" | "O-PEER-24c" | "O-PEER-25a" | "O-PEER-25b" => wire(Unexpected),
        "O-PEER-26a" => {
            matches!(outcome, Ok(rows) if rows.columns[0].name == "x\u{fffd}\u{fffd}" && rows.text(0, 0) == Some("\u{fffd}\u{fffd}"))
        }
        "O-PEER-26b" => matches!(outcome, Err(Error::Server(said)) if said.message == "\u{fffd}\u{fffd}"),
        "O-PEER-27" => wire(TooManyColumns { count: 30_000 }),
        "O-PEER-28" => {
            let selects = heard.statements.iter().filter(|text| text.contains("select x")).count();
            matches!(outcome, Err(Error::Server(_))) && selects == 1
        }
        "O-PEER-29a" => matches!(outcome, Ok(rows) if rows.text(0, 0).is_some_and(|cell| cell.contains("<script>"))),
        "O-PEER-29b" => matches!(outcome, Err(Error::Server(said)) if said.message.contains("<script>")),
        _ => false,
    };
    let shown: String = format!("{outcome:?}").chars().take(500).collect();
    assert!(is_met, "{id}: {shown}, heard {heard:?}");
    // The password itself left only where it was asked for after TLS.
    if id != "O-PEER-09" {
        assert!(heard.passwords.iter().all(|sent| canary::leaks(sent).is_empty()), "{id}");
    }
}

/// The other ways of verifying, where they make a difference.
async fn modes(id: &str) {
    let under = |mode| async move {
        let meeting = Meeting::new(id, mode).await;
        (meeting.read().await, meeting.peer.heard())
    };
    match id {
        "O-PEER-05" => {
            let (outcome, heard) = under(TlsMode::VerifyCa).await;
            assert!(matches!(outcome, Err(Error::Certificate(_))) && heard.startups == 0);
            assert!(under(TlsMode::Unverified).await.0.is_ok());
        }
        "O-PEER-06" => assert!(under(TlsMode::VerifyCa).await.0.is_ok()),
        "O-PEER-07" => assert!(under(TlsMode::VerifyCa).await.0.is_err()),
        "O-PEER-09" => {
            let (outcome, heard) = under(TlsMode::Unverified).await;
            assert!(matches!(outcome, Err(Error::PasswordWithheld)), "{outcome:?}");
            assert!(heard.passwords.is_empty());
        }
        _ => {}
    }
}
