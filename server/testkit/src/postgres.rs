//! A database of a test's own in the PostgreSQL that `scripts/with-postgres` started.

use std::sync::atomic::{AtomicU32, Ordering};

use tokio_postgres::NoTls;

static NEXT: AtomicU32 = AtomicU32::new(0);

pub struct Database {
    pub name: String,
    pub host: String,
    pub port: u16,
    /// The certificate of the server, which is its own authority.
    pub ca_pem: String,
    /// Signs in as the owner of everything.
    pub url: String,
}

impl Database {
    pub async fn fresh() -> Self {
        let server = std::env::var("FLITCH_TEST_POSTGRES")
            .expect("FLITCH_TEST_POSTGRES is not set: run tests with `make test` or through scripts/with-postgres");
        let ca = std::env::var("FLITCH_TEST_POSTGRES_CA").expect("FLITCH_TEST_POSTGRES_CA is not set");
        let name = format!("test_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        run(&server, &format!("create database {name}")).await;
        let (address, _) = server.rsplit_once('/').expect("a database in the URL");
        let (_, place) = address.rsplit_once('@').expect("a user in the URL");
        let (host, port) = place.split_once(':').expect("a port in the URL");
        Self {
            url: format!("{address}/{name}"),
            host: host.to_owned(),
            port: port.parse().unwrap(),
            ca_pem: std::fs::read_to_string(ca).unwrap(),
            name,
        }
    }

    /// Runs statements as the owner.
    pub async fn run(&self, sql: &str) {
        run(&self.url, sql).await;
    }

    /// Asks for one text, as the owner.
    pub async fn ask(&self, sql: &str) -> String {
        let (client, connection) = tokio_postgres::connect(&self.url, NoTls).await.unwrap();
        let driver = tokio::spawn(connection);
        let answer = client.query_one(sql, &[]).await.unwrap().get(0);
        drop(client);
        driver.await.unwrap().unwrap();
        answer
    }

    /// Makes a user that can sign in, named after the database so that tests do not meet.
    pub async fn user(&self, role: &str, password: &str) -> String {
        let name = format!("{role}_{}", self.name);
        self.run(&format!("create role {name} login password '{password}'")).await;
        name
    }
}

async fn run(url: &str, sql: &str) {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
    let driver = tokio::spawn(connection);
    client.batch_execute(sql).await.unwrap();
    drop(client);
    driver.await.unwrap().unwrap();
}
