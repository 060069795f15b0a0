//! libpq's keyword spelling: `host=… port=… user='it''s'`.

use super::authority::{read_host, read_port, some_name};
use super::options::Options;
use super::{Part, Parts, StringFault};

/// A first word followed by an equals sign, before anything an endpoint would have.
pub(super) fn looks_like(text: &str) -> bool {
    text.split_once('=').is_some_and(|(key, _)| {
        let key = key.trim_end();
        !key.is_empty() && key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
    })
}

pub(super) fn read(text: &str, options: &mut Options) -> Result<Parts, StringFault> {
    let mut parts = Parts::default();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let (key, after) = rest.split_once('=').ok_or(StringFault::Invalid { part: Part::Options })?;
        let (value, after) = read_value(after.trim_start())?;
        match key.trim().to_ascii_lowercase().as_str() {
            "host" => set(&mut parts.host, read_host(&value)?, Part::Host)?,
            "port" => set(&mut parts.port, read_port(&value)?, Part::Host)?,
            "user" => set_some(&mut parts.user, some_name(value, Part::User)?, Part::User)?,
            "password" => set(&mut parts.password, value, Part::Password)?,
            "dbname" => set_some(&mut parts.database, some_name(value, Part::Database)?, Part::Database)?,
            key => options.take(key, &value)?,
        }
        rest = after.trim_start();
    }
    Ok(parts)
}

/// A bare word, or text in single quotes; a backslash takes the next character as it is.
fn read_value(text: &str) -> Result<(String, &str), StringFault> {
    let is_quoted = text.starts_with('\'');
    let body = if is_quoted { &text[1..] } else { text };
    let mut value = String::new();
    let mut chars = body.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some((_, escaped)) => value.push(escaped),
                None => {
                    return Err(StringFault::Invalid { part: Part::Options });
                }
            },
            '\'' if is_quoted => return Ok((value, &body[at + 1..])),
            c if c.is_whitespace() && !is_quoted => return Ok((value, &body[at..])),
            c => value.push(c),
        }
    }
    if is_quoted { Err(StringFault::Invalid { part: Part::Options }) } else { Ok((value, "")) }
}

fn set<T>(slot: &mut Option<T>, value: T, part: Part) -> Result<(), StringFault> {
    match slot.replace(value) {
        None => Ok(()),
        Some(_) => Err(StringFault::GivenTwice { part }),
    }
}

fn set_some<T>(slot: &mut Option<T>, value: Option<T>, part: Part) -> Result<(), StringFault> {
    match value {
        Some(value) => set(slot, value, part),
        None => Ok(()),
    }
}
