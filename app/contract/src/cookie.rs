//! The session cookie. The `__Host-` prefix makes a browser refuse one that is not Secure, is for another path, or
//! was set for a whole domain.

pub const NAME: &str = "__Host-flitch";

/// `Set-Cookie` for a fresh session.
pub fn set(token: &str) -> String {
    format!("{NAME}={token}; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=604800")
}

/// `Set-Cookie` that removes it.
pub fn clear() -> String {
    format!("{NAME}=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0")
}

/// The token in a `Cookie` header.
pub fn read(header: &str) -> Option<&str> {
    header.split(';').find_map(|pair| pair.trim().strip_prefix(NAME)?.strip_prefix('='))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_its_own_among_others() {
        assert_eq!(read("a=b; __Host-flitch=tok; c=d"), Some("tok"));
        assert_eq!(read("__Host-flitchy=tok"), None);
        assert_eq!(read("x=__Host-flitch=tok"), None);
    }
}
