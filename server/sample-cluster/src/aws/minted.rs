//! Minted users: who asked, for whom, and until when they sign in.

use std::sync::Mutex;
use std::time::SystemTime;

use super::locked;
use crate::users::User;

/// One mint.
#[derive(Clone, Debug)]
pub struct Mint {
    pub operation: String,
    /// The identity that asked.
    pub caller: String,
    pub cluster: String,
    /// As it signs in, with its prefix.
    pub user: String,
    pub database: String,
    pub expires_at: SystemTime,
    /// How often somebody signed in with it.
    pub sign_ins: usize,
    password: String,
}

/// Every mint there was.
#[derive(Default)]
pub struct Ledger(Mutex<Vec<Mint>>);

/// What somebody who signs in with a minted name is.
pub(crate) enum Presented {
    Right(User),
    Wrong,
    /// The name is not one that was minted with this password, or not any more.
    Expired,
    /// It was minted for a user that the database does not have.
    NoSuchUser,
}

impl Ledger {
    pub(super) fn add(&self, mint: Mint) {
        locked(&self.0).push(mint);
    }

    pub fn mints(&self) -> Vec<Mint> {
        locked(&self.0).clone()
    }

    /// For a person: a line each, without passwords.
    pub fn lines(&self) -> String {
        let line = |mint: &Mint| {
            let Mint { operation, caller, cluster, user, database, sign_ins, .. } = mint;
            format!("{operation} {cluster}/{database} as {user} by {caller}, signed in {sign_ins} times\n")
        };
        locked(&self.0).iter().map(line).collect()
    }

    pub(crate) fn is_minted(user: &str) -> bool {
        ["IAM:", "IAMA:", "IAMR:"].iter().any(|prefix| user.starts_with(prefix))
    }

    pub(crate) fn present(&self, name: &str, password: &str) -> Presented {
        let mut mints = locked(&self.0);
        let Some(mint) = mints.iter_mut().rfind(|mint| mint.user == name && mint.password == password) else {
            return Presented::Wrong;
        };
        if mint.expires_at <= SystemTime::now() {
            return Presented::Expired;
        }
        mint.sign_ins += 1;
        // Users for identities are made on the fly; here they all read as the sample's reader does.
        if mint.operation != "GetClusterCredentials" {
            return User::find("flitch_readonly").map_or(Presented::NoSuchUser, Presented::Right);
        }
        let plain = name.split_once(':').map_or(name, |(_, plain)| plain);
        User::find(plain).map_or(Presented::NoSuchUser, Presented::Right)
    }
}

impl Mint {
    /// `password` where a test wants it to be a certain one.
    pub(super) fn new(
        operation: &str,
        caller: &str,
        place: (&str, &str),
        user: String,
        expires_at: SystemTime,
        password: Option<String>,
    ) -> Self {
        let (cluster, database) = (place.0.to_owned(), place.1.to_owned());
        Self {
            operation: operation.to_owned(),
            caller: caller.to_owned(),
            cluster,
            user,
            database,
            expires_at,
            sign_ins: 0,
            password: password.unwrap_or_else(fresh),
        }
    }

    pub(super) fn password(&self) -> &str {
        &self.password
    }
}

/// As AWS's: long, with characters that a URL would need escaped.
fn fresh() -> String {
    const SIGNS: &[u8; 64] = b"ABCDEFGHIJKLMNOPabcdefghijklmnop0123456789+/=+/=+/=+/=+/=+/=+/=+";
    let bytes: [u8; 48] = rand::random();
    bytes.iter().map(|byte| char::from(SIGNS[usize::from(byte % 64)])).collect()
}
