//! A third party's client can use the sample: psql signs in, reads, and sees errors in Redshift's words.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop there")]

use std::process::Command;

use sample_cluster::{Cluster, Options, Quirks};

struct Psql {
    cluster: Cluster,
    ca: std::path::PathBuf,
}

impl Psql {
    async fn start(quirks: Quirks) -> Self {
        let cluster = Cluster::start(Options { sales: 1_000, quirks, ..Options::default() }).await.unwrap();
        let ca = std::env::temp_dir().join(format!("flitch-sample-ca-{}.pem", cluster.address().port()));
        std::fs::write(&ca, cluster.ca_pem()).unwrap();
        Self { cluster, ca }
    }

    /// Standard output and standard error of psql running these commands.
    async fn run(&self, user: &str, password: &str, commands: &[&str]) -> (String, String) {
        let place = format!(
            "host=127.0.0.1 port={} user={user} dbname=dev sslmode=verify-full sslrootcert={}",
            self.cluster.address().port(),
            self.ca.display()
        );
        let commands: Vec<String> = commands.iter().map(|command| (*command).to_owned()).collect();
        let password = password.to_owned();
        tokio::task::spawn_blocking(move || {
            let mut psql = Command::new("psql");
            psql.args([&place, "-AtX"]).env("PGPASSWORD", password);
            for command in &commands {
                psql.args(["-c", command]);
            }
            let output = psql.output().unwrap();
            (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap())
        })
        .await
        .unwrap()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn psql_reads() {
    let psql = Psql::start(Quirks::default()).await;
    let (out, err) = psql
        .run(
            "flitch_readonly",
            "Sample-Reader-1",
            &[
                "\\timing on",
                "select count(*) from sales",
                "select catid, catname from category order by catid limit 2",
                "select current_database(), count(*) from reporting.daily_revenue",
                "select 'left', count(distinct catgroup) from category where catgroup = 'Nobody'",
                "begin read only; show transaction_read_only; rollback",
                "select attname from pg_attribute a join pg_class c on c.oid = a.attrelid where relname = 'category' and attnum = 3",
                "select column_name || ' ' || data_type from svv_columns where table_name = 'clicks' and ordinal_position = 2",
                "select col_name from pg_get_late_binding_view_cols() cols(view_schema name, view_name name, col_name name, col_type varchar, col_num int) where col_num = 4",
                "show columns from table dev.public.event_details",
            ],
        )
        .await;
    assert_eq!(err, "");
    for line in [
        "Timing is on.",
        "1000",
        "1|MLB",
        "2|NHL",
        "dev|365",
        "left|0",
        "on",
        "catname",
        "page character varying(256)",
        "revenue",
        "dev|public|event_details|details|2||YES|super|0|0|0||||||",
    ] {
        assert!(out.lines().any(|each| each == line), "{line} in {out}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn psql_sees_errors_in_redshifts_words() {
    let psql = Psql::start(Quirks::default()).await;
    for (command, words) in [
        ("selec 1", "syntax error at or near \"SELEC\""),
        ("select * from payroll", "permission denied for relation payroll"),
        ("select * from finance.ledger", "permission denied for schema finance"),
        ("select * from nope", "relation \"nope\" does not exist"),
        ("begin read only; create table t (x int)", "transaction is read-only"),
        ("savepoint s", "syntax error at or near \"SAVEPOINT\""),
        ("discard all", "syntax error at or near \"DISCARD\""),
        ("copy sales to stdout", "syntax error at or near \"COPY\""),
        ("show standard_conforming_strings", "unrecognized configuration parameter"),
        (
            "set statement_timeout to 50; select sum(a.salesid * b.salesid + c.salesid) from sales a, sales b, sales c",
            "cancelled on user's request",
        ),
    ] {
        let (_, err) = psql.run("flitch_readonly", "Sample-Reader-1", &[command]).await;
        assert!(err.contains(words), "{command}: {err}");
    }
    let (_, err) = psql.run("flitch_readonly", "wrong", &["select 1"]).await;
    assert!(err.contains("password authentication failed"), "{err}");
}
