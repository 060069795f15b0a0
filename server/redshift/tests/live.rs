//! The questions that only a real cluster answers. Run by hand, against one that may be tried:
//!
//! `LIVE_REDSHIFT_URL=postgresql://user:password@host:5439/dev cargo test -p redshift --test live -- --ignored --nocapture`
//!
//! It prints answers rather than asserting them: what is found goes into this package's README. It writes nothing;
//! the statements that would are sent in read-only transactions, to learn how they are refused.

#![expect(clippy::unwrap_used, reason = "a script for a person, who reads where it stopped")]

use std::sync::Arc;
use std::time::Duration;

use redshift::{
    Deadlines, Endpoint, Error, Limits, Login, Means, Policy, Session, SystemDialer, SystemResolver, TlsMode,
    TlsPolicy, catalog, identify,
};
use secrecy::SecretString;
use tokio_postgres::config::Host;

struct Live {
    means: Means,
    endpoint: Endpoint,
    tls: TlsPolicy,
    login: Login,
}

impl Live {
    fn from_environment() -> Self {
        let url = std::env::var("LIVE_REDSHIFT_URL").expect("LIVE_REDSHIFT_URL names the cluster");
        let config: tokio_postgres::Config = url.parse().unwrap();
        let Some(Host::Tcp(host)) = config.get_hosts().first() else { panic!("a host name, please") };
        let password = String::from_utf8(config.get_password().unwrap().to_vec()).unwrap();
        Self {
            means: Means {
                policy: Policy { allowed_networks: vec!["0.0.0.0/0".parse().unwrap()], ..Policy::default() },
                resolver: Arc::new(SystemResolver),
                dialer: Arc::new(SystemDialer),
                deadlines: Deadlines::default().waking_up(),
            },
            endpoint: Endpoint { host: host.clone(), port: config.get_ports().first().copied().unwrap_or(5439) },
            tls: TlsPolicy { mode: TlsMode::VerifyFull, server_name: host.clone(), ca_pem: None, extra_ca_pem: None },
            login: Login {
                user: config.get_user().unwrap().to_owned(),
                password: SecretString::from(password),
                database: config.get_dbname().unwrap_or("dev").to_owned(),
            },
        }
    }

    async fn open(&self) -> Session {
        Session::open(&self.means, &self.endpoint, &self.tls, &self.login).await.unwrap()
    }
}

fn told(outcome: &Result<redshift::Rows, Error>) -> String {
    match outcome {
        Ok(rows) => format!("{:?} as {:?}", rows.rows.first(), rows.columns),
        Err(Error::Server(said)) => format!("{} {} {:?}", said.sqlstate, said.message, said.detail),
        Err(error) => format!("{error:?}"),
    }
}

#[tokio::test]
#[ignore = "needs LIVE_REDSHIFT_URL"]
async fn ten_questions() {
    let live = Live::from_environment();
    let session = live.open().await;
    println!("2. asked for the password by {:?}; {:?}", session.auth(), identify::identify(&session).await);
    for (number, question) in [
        (1, "select 1::numeric(8,2), json_parse('{}'), 'a'::varbyte"),
        (3, "create temp table flitch_probe (x int)"),
        (3, "select * from svv_tables t join pg_class c on c.relname = t.table_name, stv_slices limit 1"),
        (3, "show tables from schema pg_catalog"),
        (4, "show default_transaction_read_only"),
        (4, "set readonly = 1"),
        (4, "show transaction_read_only"),
        (6, "select interval '1 year 2 months', timetz '18:30+02', st_point(1, 2), hll_create_sketch(1)"),
        (6, "select oid, typname, typtype, typelem from pg_type where oid in (4000, 6551, 2935, 3000)"),
        (10, "set extra_float_digits = 2"),
        (10, "show timezone"),
    ] {
        println!("{number}. {question}\n   {}", told(&session.read(question, Limits::PREVIEW).await));
    }
    let wrong = Login { database: "no_such_database".into(), ..live.login.clone() };
    let refused = Session::open(&live.means, &live.endpoint, &live.tls, &wrong).await;
    println!("3. a missing database: {:?}", refused.err());
    let slow = "select count(*) from stv_blocklist a cross join stv_blocklist b cross join stv_blocklist c";
    let outcome = session.read_within(slow, Limits::VALUE, Duration::from_secs(3)).await;
    println!("5. statement_timeout: {}", told(&outcome));
    let session = live.open().await;
    let canceller = session.canceller().unwrap();
    let cancel = async {
        tokio::time::sleep(Duration::from_secs(2)).await;
        canceller.cancel(&*live.means.dialer, &live.means.deadlines).await
    };
    let (outcome, sent) = tokio::join!(session.read(slow, Limits::VALUE), cancel);
    println!("5. cancel over TLS ({sent:?}): {}", told(&outcome));
    let listed = catalog::read(&live.open().await, true, Limits::CATALOG).await.unwrap();
    println!(
        "the catalog: {} schemas, {} objects, missing {:?}",
        listed.schemas.len(),
        listed.object_count(),
        listed.missing
    );
    let late: Vec<_> = listed.schemas.iter().flat_map(|schema| &schema.objects).take(20).collect();
    println!("kinds: {late:?}");
}
