use proptest::prelude::*;

use super::*;

fn read(text: &str) -> Result<ConnectionString, StringFault> {
    ConnectionString::parse(text, Rules::default())
}

fn summary(text: &str) -> String {
    let read = read(text).unwrap_or_else(|fault| panic!("{text}: {fault:?}"));
    format!(
        "{}:{} {} {} {} {}",
        read.host,
        read.port,
        read.user.as_deref().unwrap_or("-"),
        read.password.as_ref().map_or("-", |password| password.expose()),
        read.database.as_deref().unwrap_or("-"),
        read.tls.as_str(),
    )
}

#[test]
fn every_spelling_reads_the_same() {
    let same = "db.example:5440 ann p@ss dev verify-full";
    for text in [
        "postgresql://ann:p%40ss@db.example:5440/dev",
        "postgres://ann:p%40ss@DB.example.:5440/dev?sslmode=verify-full",
        "redshift://ann:p%40ss@db.example:5440/dev?sslmode=require",
        "redshift+psycopg2://ann:p%40ss@db.example:5440/dev",
        "  POSTGRESQL://ann:p@ss@db.example:5440/dev  ",
        "jdbc:redshift://db.example:5440/dev;UID=ann;PWD=p@ss",
        "jdbc:redshift://db.example:5440/dev?user=ann&password=p%40ss",
        "jdbc:postgresql://db.example:5440/dev?ssl=true&user=ann&password=p%40ss",
        "host=db.example port=5440 user=ann password=p@ss dbname=dev",
        "host = db.example port='5440' user='ann' password='p@ss' dbname=dev connect_timeout=3",
    ] {
        assert_eq!(summary(text), same, "{text}");
    }
}

#[test]
fn an_endpoint_leaves_the_rest_open() {
    assert_eq!(
        summary("c.abc.us-east-1.redshift.amazonaws.com:5439/dev"),
        "c.abc.us-east-1.redshift.amazonaws.com:5439 - - dev verify-full"
    );
    assert_eq!(summary("jdbc:redshift://db.example:5439/dev"), "db.example:5439 - - dev verify-full");
    let bare = read("db.example").expect("a bare host");
    assert_eq!(bare.notices, [Notice::DefaultPort]);
    assert_eq!(bare.target(), Err(StringFault::Missing { part: Part::User }));
}

#[test]
fn what_looks_like_a_second_answer_is_refused() {
    let url = |tail: &str| format!("postgresql://u:p@good.example:5439/dev?{tail}");
    let refused = |option| Err(StringFault::OptionRefused { option });
    assert_eq!(read(&url("host=127.0.0.1")), refused(RefusedOption::Host));
    assert_eq!(read(&url("hostaddr=169.254.169.254")), refused(RefusedOption::HostAddr));
    assert_eq!(read(&url("port=22")), refused(RefusedOption::Port));
    assert_eq!(read(&url("options=-c%20statement_timeout%3D0")), refused(RefusedOption::Options));
    assert_eq!(read(&url("SSLROOTCERT=/etc/passwd")), refused(RefusedOption::SslRootCert));
    assert_eq!(read(&url("dance=yes")), Err(StringFault::OptionUnknown));
    assert_eq!(read(&url("sslmode=require&sslmode=disable")), Err(StringFault::GivenTwice { part: Part::Options }));
    assert_eq!(read(&url("password=other&user=admin")), Err(StringFault::GivenTwice { part: Part::User }));
    assert_eq!(read("host=a.example host=b.example user=u"), Err(StringFault::GivenTwice { part: Part::Host }));
    assert_eq!(read("postgresql://u:p@a.example,127.0.0.1:5439/dev"), Err(StringFault::ManyHosts));
    assert_eq!(read("postgresql://u:p@a.example:5439,[::1]:22/dev"), Err(StringFault::ManyHosts));
}

#[test]
fn clear_text_and_odd_hosts_are_refused() {
    for mode in ["disable", "allow", "prefer", "DISABLE"] {
        assert_eq!(read(&format!("postgresql://u:p@h/d?sslmode={mode}")), Err(StringFault::TlsModeWeak), "{mode}");
    }
    let plain = ConnectionString::parse("postgresql://u:p@h/d?sslmode=disable", Rules { is_plain_allowed: true });
    assert_eq!(plain.map(|read| read.tls), Ok(TlsMode::Disable));
    for (text, fault) in [
        ("postgresql://u:p@%2Fvar%2Frun/dev", StringFault::Socket),
        ("host=/var/run/postgresql user=u dbname=dev", StringFault::Socket),
        ("postgresql:///dev?user=u", StringFault::Missing { part: Part::Host }),
        ("postgresql://u:p@/dev", StringFault::Missing { part: Part::Host }),
        ("postgresql://u:p@ho st/dev", StringFault::Invalid { part: Part::Host }),
        ("postgresql://u:p@gооd.example/dev", StringFault::Invalid { part: Part::Host }),
        ("postgresql://u:p@h:0/dev", StringFault::Port),
        ("postgresql://u:p@h:65536/dev", StringFault::Port),
        ("postgresql://u:p@h:/dev", StringFault::Port),
        ("mysql://u:p@h/dev", StringFault::Scheme),
        ("file:///etc/passwd", StringFault::Scheme),
        ("http://169.254.169.254/latest", StringFault::Scheme),
        ("u:p@h:5439/dev", StringFault::Scheme),
        ("jdbc:redshift:iam://c:us-east-1/dev", StringFault::IamString),
        ("", StringFault::Empty),
        ("postgresql://u:p@h/d\0", StringFault::ControlCharacter),
        ("postgresql://u:p%00@h/d", StringFault::ControlCharacter),
        ("postgresql://u:p%4@h/d", StringFault::PercentEncoding { part: Part::Password }),
    ] {
        assert_eq!(read(text), Err(fault), "{text}");
    }
}

#[test]
fn a_raw_character_in_a_password_never_becomes_a_host() {
    assert_eq!(summary("postgresql://u:p@ss@host.example:5439/dev"), "host.example:5439 u p@ss dev verify-full");
    assert_eq!(read("postgresql://u:p/ss@host.example:5439/dev"), Err(StringFault::EncodePassword));
    assert_eq!(read("postgresql://u:p#ss@host.example:5439/dev"), Err(StringFault::EncodePassword));
    assert_eq!(read("postgresql://u:p?ss@host.example:5439/dev").map(|read| read.host), Err(StringFault::Port));
}

#[test]
fn require_stays_strict_on_aws_names() {
    let aws = "c.abc.us-east-1.redshift.amazonaws.com";
    assert_eq!(tls_of_require(aws, true), TlsMode::VerifyFull);
    assert_eq!(tls_of_require("db.example", false), TlsMode::VerifyFull);
    assert_eq!(tls_of_require("db.example", true), TlsMode::Unverified);
}

fn percent_encode(text: &str) -> String {
    text.bytes().map(|b| format!("%{b:02X}")).collect()
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused_without_a_panic(text in "\\PC{0,200}") {
        let _ = read(&text);
        let _ = read(&format!("postgresql://{text}"));
        let _ = read(&format!("jdbc:redshift://{text}"));
        let _ = read(&format!("host={text}"));
    }

    #[test]
    fn parts_survive_a_round_trip(
        user in "[^\\p{C}]{1,20}", password in "[^\\p{C}]{1,40}", database in "[^\\p{C}]{1,20}", port in 1u16..,
    ) {
        let text = format!("postgresql://{}:{}@db.example:{port}/{}",
            percent_encode(&user), percent_encode(&password), percent_encode(&database));
        let read = read(&text).expect("a well-formed string");
        prop_assert_eq!(read.user, Some(user));
        prop_assert_eq!(read.password, Some(Secret::new(password)));
        prop_assert_eq!(read.database, Some(database));
        prop_assert_eq!(read.port, port);
    }

    #[test]
    fn a_fault_never_quotes_the_string(secret in "[A-Za-z0-9@/:?#%&]{12,40}") {
        if let Err(fault) = read(&format!("postgresql://{secret}")) {
            let debug = format!("{fault:?} {fault}");
            for start in 0..secret.len() - 8 {
                prop_assert!(!debug.contains(&secret[start..start + 8]));
            }
        }
    }
}
