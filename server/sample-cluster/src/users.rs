//! Who may sign in, how, and what they may do.

/// How the server asks for the password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuthMethod {
    Md5,
    ClearText,
    /// Redshift's own digest, authentication request 13.
    Sha256,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rank {
    Superuser,
    /// May also create and write in `public`.
    Writer,
    Reader,
    /// May use `public` and read nothing in it.
    LockedOut,
    Stranger,
}

#[derive(Clone, Copy, Debug)]
pub struct User {
    pub name: &'static str,
    pub password: &'static str,
    pub auth: AuthMethod,
    pub rank: Rank,
}

const fn user(name: &'static str, password: &'static str, auth: AuthMethod, rank: Rank) -> User {
    User { name, password, auth, rank }
}

pub const USERS: [User; 8] = [
    user("flitch_readonly", "Sample-Reader-1", AuthMethod::Md5, Rank::Reader),
    user("reader_sha256", "Sample-Reader-2", AuthMethod::Sha256, Rank::Reader),
    user("reader_clear", "Sample-Reader-3", AuthMethod::ClearText, Rank::Reader),
    user("writer", "Sample-Writer-1", AuthMethod::Md5, Rank::Writer),
    user("admin", "Sample-Admin-1", AuthMethod::Md5, Rank::Superuser),
    user("locked_out", "Sample-Locked-1", AuthMethod::Md5, Rank::LockedOut),
    // A password in which every character means something to some encoding.
    user("canary", "Zq7!cAnArY@/:#?%&+=~", AuthMethod::Md5, Rank::Reader),
    user("stranger", "Sample-Stranger-1", AuthMethod::Md5, Rank::Stranger),
];

/// The schema a reader may not use, and the table it may not read.
pub const CLOSED_SCHEMA: &str = "finance";
pub const CLOSED_TABLE: &str = "payroll";

impl User {
    pub fn find(name: &str) -> Option<Self> {
        USERS.into_iter().find(|user| user.name == name)
    }

    pub fn may_use(self, schema: &str) -> bool {
        match self.rank {
            _ if is_system(schema) => true,
            Rank::Superuser => true,
            Rank::Writer | Rank::Reader => schema != CLOSED_SCHEMA,
            Rank::LockedOut => schema == "public",
            Rank::Stranger => false,
        }
    }

    pub fn may_create(self, schema: &str) -> bool {
        self.rank == Rank::Superuser || (self.rank == Rank::Writer && schema == "public")
    }

    pub fn may_read(self, schema: &str, table: &str) -> bool {
        match self.rank {
            Rank::Superuser => true,
            // By AWS: superusers only, unless granted.
            _ if table == "svv_table_info" => false,
            _ if is_system(schema) => true,
            Rank::Writer | Rank::Reader => self.may_use(schema) && table != CLOSED_TABLE,
            Rank::LockedOut | Rank::Stranger => false,
        }
    }

    pub fn may_write(self, schema: &str) -> bool {
        self.may_create(schema)
    }
}

fn is_system(schema: &str) -> bool {
    matches!(schema, "pg_catalog" | "information_schema")
}
