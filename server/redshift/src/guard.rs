//! The statement guard: says whether a text is one statement that only reads.
//!
//! It is one of several layers. The server refuses a second statement (extended protocol) and writes (`BEGIN READ
//! ONLY`), and the grants of the user decide in the end; but some things a read-only transaction lets through: a
//! `set_config`, a `pg_terminate_backend`, an UNLOAD. So a text passes here only when every node of its syntax tree
//! is known to read. What the parser cannot read is refused too, and says so.
//!
//! Where a string or a comment ends depends on the server: Redshift escapes with backslashes, PostgreSQL does not,
//! and both nest comments where other engines do not. The text is read each of those ways, and has to be the same
//! harmless statement in all of them (compare CVE-2026-17351).

mod functions;
mod reading;
mod show;
mod tree;

use thiserror::Error;

use reading::Reading;

/// The longest statement, in bytes.
pub const MAX_BYTES: usize = 64 * 1024;

/// The parser and the walk recurse with the depth of the text, which its length bounds. Only touched pages of a stack
/// cost memory.
const STACK: usize = 256 * 1024 * 1024;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Query,
    Explain,
    Show,
}

/// A statement that passed, exactly as it was written. Only the guard makes one.
#[derive(Clone, Debug)]
pub struct Approved {
    sql: String,
    kind: Kind,
}

impl Approved {
    pub fn sql(&self) -> &str {
        &self.sql
    }

    pub fn kind(&self) -> Kind {
        self.kind
    }
}

/// Why a text did not pass, naming the part.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Refused {
    #[error("there is no statement")]
    Empty,
    #[error("the statement has {bytes} bytes, more than {MAX_BYTES}")]
    TooLong { bytes: usize },
    #[error("the statement has a control character (U+{code:04X})")]
    ControlCharacter { code: u32 },
    #[error("there are {count} statements, and one can run at a time")]
    ManyStatements { count: usize },
    #[error("{word} is not a statement that reads")]
    NotReading { word: String },
    #[error("{clause} would change something or hold a lock")]
    Clause { clause: &'static str },
    #[error("the function {name} may do more than read")]
    Function { name: String },
    #[error("where a string or a comment ends is not clear: double the quotes and leave out backslashes before them")]
    Ambiguous,
    #[error("this is not understood: {what}")]
    NotUnderstood { what: String },
}

/// Reads the text every way a server might, and passes it when all of them are one statement that only reads.
pub fn approve(sql: &str) -> Result<Approved, Refused> {
    // What some editors put in front of a text.
    let sql = sql.strip_prefix('\u{feff}').unwrap_or(sql);
    if sql.len() > MAX_BYTES {
        return Err(Refused::TooLong { bytes: sql.len() });
    }
    let is_strange = |c: &char| c.is_control() && !matches!(c, '\t' | '\n' | '\r' | '\u{c}');
    if let Some(c) = sql.chars().find(is_strange) {
        return Err(Refused::ControlCharacter { code: u32::from(c) });
    }
    let text = reading::plain_spaces(sql);
    let kind = std::thread::scope(|scope| {
        let judge = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, || judge(&text));
        let not_judged = || Refused::NotUnderstood { what: "the server could not look at it".to_owned() };
        judge.map_err(|_| not_judged())?.join().unwrap_or_else(|_| Err(not_judged()))
    })?;
    Ok(Approved { sql: sql.to_owned(), kind })
}

fn judge(text: &str) -> Result<Kind, Refused> {
    let mut agreed = None;
    let mut unread = None;
    for reading in Reading::ALL {
        match reading.tokens(text) {
            // A string that a backslash keeps open in one reading and not in another is clear to nobody.
            Err(_) if text.contains('\\') => return Err(Refused::Ambiguous),
            // A comment without an end in this reading: a server that reads so refuses it too.
            Err(what) => unread = Some(what),
            Ok(tokens) => {
                let kind = reading.statement(tokens);
                match (&agreed, kind) {
                    (None, kind) => agreed = Some(kind),
                    (Some(before), kind) if *before == kind => {}
                    // What one reading refuses for a reason of its own says more than that they differ.
                    (Some(Err(_)), Ok(_)) => {}
                    (Some(Ok(_)), Err(refused @ (Refused::NotReading { .. } | Refused::Function { .. }))) => {
                        return Err(refused);
                    }
                    _ => return Err(Refused::Ambiguous),
                }
            }
        }
    }
    match (agreed, unread) {
        (Some(kind), _) => kind,
        (None, Some(what)) => Err(Refused::NotUnderstood { what }),
        (None, None) => Err(Refused::Empty),
    }
}
