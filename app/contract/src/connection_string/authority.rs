//! The URL, JDBC and bare-endpoint spellings: who, where, which database.

use super::options::{Options, valid_name};
use super::{Part, Parts, StringFault};

/// `user:password@host:port/database?key=value&…`
pub(super) fn read_url(rest: &str, options: &mut Options) -> Result<Parts, StringFault> {
    let rest = refuse_fragment(rest)?;
    let (place, query) = split_once_or(rest, '?');
    let parts = read_place(place, true)?;
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (key, value) = split_once_or(pair, '=');
        options.take(&decode(key, Part::Options)?, &decode(value, Part::Options)?)?;
    }
    Ok(parts)
}

/// `host:port/database;Key=value;…`, or with `?` and `&`. Values after `;` are raw.
pub(super) fn read_jdbc(rest: &str, options: &mut Options) -> Result<Parts, StringFault> {
    let Some(semicolon) = rest.find(';') else {
        return read_url(rest, options);
    };
    if rest.find('?').is_some_and(|question| question < semicolon) {
        return read_url(rest, options);
    }
    let (place, pairs) = rest.split_at(semicolon);
    let parts = read_place(place, true)?;
    for pair in pairs.split(';').filter(|pair| !pair.is_empty()) {
        let (key, value) = split_once_or(pair, '=');
        options.take(key.trim(), value)?;
    }
    Ok(parts)
}

/// `host:port/database`, as the console shows it.
pub(super) fn read_endpoint(text: &str) -> Result<Parts, StringFault> {
    if text.contains("://") || text.contains('@') || text.contains('?') {
        return Err(StringFault::Scheme);
    }
    if text.starts_with(['/', '\\']) {
        return Err(StringFault::Socket);
    }
    read_place(text, false)
}

fn read_place(place: &str, has_user_info: bool) -> Result<Parts, StringFault> {
    // The last `@` ends the user info, so that a raw `@` in a password does not turn half of it into a host name.
    // A raw `/` before it would: `u:p/ss@host` reads as the host `u`. Such a string is refused as a whole.
    let (authority, path) = split_once_or(place, '/');
    if path.contains('@') {
        return Err(StringFault::EncodePassword);
    }
    let (user_info, address) = match authority.rsplit_once('@') {
        Some((user_info, address)) if has_user_info => (Some(user_info), address),
        Some(_) => return Err(StringFault::Scheme),
        None => (None, authority),
    };
    let (host, port) = read_address(address)?;
    let mut parts = Parts { host: Some(host), port, ..Parts::default() };
    if let Some(user_info) = user_info {
        let (user, password) = split_once_or(user_info, ':');
        parts.user = some_name(decode(user, Part::User)?, Part::User)?;
        parts.password = Some(decode(password, Part::Password)?).filter(|password| !password.is_empty());
    }
    parts.database = some_name(decode(path, Part::Database)?, Part::Database)?;
    Ok(parts)
}

/// `host`, `host:port` or `[v6]:port`.
fn read_address(address: &str) -> Result<(String, Option<u16>), StringFault> {
    if address.contains(',') {
        return Err(StringFault::ManyHosts);
    }
    let (host, port) = if let Some(inner) = address.strip_prefix('[') {
        let (host, after) = inner.split_once(']').ok_or(StringFault::Invalid { part: Part::Host })?;
        match after.strip_prefix(':') {
            Some(port) => (host, Some(port)),
            None if after.is_empty() => (host, None),
            None => return Err(StringFault::Invalid { part: Part::Host }),
        }
    } else {
        match address.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (address, None),
        }
    };
    let port = port.map(read_port).transpose()?;
    Ok((read_host(host)?, port))
}

pub(super) fn read_port(text: &str) -> Result<u16, StringFault> {
    if text.is_empty() || text.len() > 5 || !text.bytes().all(|b| b.is_ascii_digit()) {
        return Err(StringFault::Port);
    }
    match text.parse::<u16>() {
        Ok(0) | Err(_) => Err(StringFault::Port),
        Ok(port) => Ok(port),
    }
}

/// A host name or an IP address. The name is lower-cased and loses its last dot; other alphabets are refused,
/// because a name that only looks like another one has to be seen in its ASCII form.
pub(super) fn read_host(text: &str) -> Result<String, StringFault> {
    if text.is_empty() {
        return Err(StringFault::Missing { part: Part::Host });
    }
    if text.contains(',') {
        return Err(StringFault::ManyHosts);
    }
    if text.starts_with(['/', '@']) || text.to_ascii_lowercase().starts_with("%2f") {
        return Err(StringFault::Socket);
    }
    if text.contains(':') {
        return match text.parse::<std::net::Ipv6Addr>() {
            Ok(address) => Ok(address.to_string()),
            Err(_) => Err(StringFault::Invalid { part: Part::Host }),
        };
    }
    let host = text.strip_suffix('.').unwrap_or(text).to_ascii_lowercase();
    let is_label = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
    };
    if host.len() <= 253 && host.split('.').all(is_label) {
        Ok(host)
    } else {
        Err(StringFault::Invalid { part: Part::Host })
    }
}

pub(super) fn some_name(name: String, part: Part) -> Result<Option<String>, StringFault> {
    if name.is_empty() { Ok(None) } else { valid_name(name, part).map(Some) }
}

/// Percent-decodes once. What comes out must be text without control characters.
fn decode(text: &str, part: Part) -> Result<String, StringFault> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let digit = |byte: Option<u8>| byte.and_then(|b| char::from(b).to_digit(16));
        match (digit(rest.next()), digit(rest.next())) {
            (Some(high), Some(low)) => bytes.push((high * 16 + low) as u8),
            _ => return Err(StringFault::PercentEncoding { part }),
        }
    }
    let text = String::from_utf8(bytes).map_err(|_| StringFault::PercentEncoding { part })?;
    if text.chars().any(char::is_control) {
        return Err(StringFault::ControlCharacter);
    }
    Ok(text)
}

fn refuse_fragment(rest: &str) -> Result<&str, StringFault> {
    // A raw `#` is nearly always one in a password; a URL of this kind has no use for a fragment.
    if rest.contains('#') { Err(StringFault::EncodePassword) } else { Ok(rest) }
}

fn split_once_or(text: &str, separator: char) -> (&str, &str) {
    text.split_once(separator).unwrap_or((text, ""))
}
