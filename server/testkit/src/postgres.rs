//! A database of a test's own in the PostgreSQL that `scripts/with-postgres` started.

use tokio_postgres::NoTls;

/// Every type that PostgreSQL and Redshift share, with the values at their edges.
pub const TYPES: &str = r#"
    create table types (
      small smallint, whole integer, big bigint, exact numeric(38,10), single real, double double precision,
      truth boolean, fixed char(6), text_value varchar(64), day date, moment time, moment_zone timetz,
      stamp timestamp(6), stamp_zone timestamptz, span interval
    );
    insert into types values
      (-32768, -2147483648, -9223372036854775808, -9999999999999999999999999999.9999999999, 'NaN', 'Infinity',
       true, 'ab', E'Grüße 日本 \t\x01, "end"', '0044-03-15 BC', '23:59:59.999999', '00:00:00+14',
       '0001-01-01 00:00:00.000001', '9999-12-31 23:59:59.999999+00', '1 year 2 mons -3 days 04:05:06.789'),
      (32767, 2147483647, 9223372036854775807, 0.0000000001, '-Infinity', 1e-307,
       false, '', '', '9999-12-31', '00:00:00', '23:59:59-12', '9999-12-31 23:59:59', '2026-11-23 15:04:05+02',
       '00:00:00'),
      (0, 0, 0, 0, 0.1, 0.1, null, null, null, null, null, null, null, null, null);
"#;

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
        let name = format!("test_{:016x}", rand::random::<u64>());
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

    pub async fn hold(&self, table: &str) -> Held {
        let (client, connection) = tokio_postgres::connect(&self.url, NoTls).await.unwrap();
        let driver = tokio::spawn(connection);
        client.batch_execute(&format!("begin; lock table {table} in access exclusive mode")).await.unwrap();
        Held { client, driver }
    }

    /// Makes a user that can sign in, named after the database so that tests do not meet.
    pub async fn user(&self, role: &str, password: &str) -> String {
        let name = format!("{role}_{}", self.name);
        self.run(&format!("create role {name} login password '{password}'")).await;
        name
    }
}

/// Keeps everybody from reading a table, until it is let go.
pub struct Held {
    client: tokio_postgres::Client,
    driver: tokio::task::JoinHandle<Result<(), tokio_postgres::Error>>,
}

impl Held {
    /// In the transaction that holds it.
    pub async fn run(&self, sql: &str) {
        self.client.batch_execute(sql).await.unwrap();
    }

    pub async fn let_go(self) {
        self.client.batch_execute("rollback").await.unwrap();
        drop(self.client);
        self.driver.await.unwrap().unwrap();
    }
}

async fn run(url: &str, sql: &str) {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
    let driver = tokio::spawn(connection);
    client.batch_execute(sql).await.unwrap();
    drop(client);
    driver.await.unwrap().unwrap();
}
