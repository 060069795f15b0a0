//! A password that Redshift takes, for the read-only user that somebody is about to make.

/// 24 characters with upper case, lower case and digits, none of `' " \ / @` or
/// space, and nothing that a URL would need escaped.
pub(super) fn suggest_password() -> String {
    const LETTERS: &[u8; 56] = b"ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz2345678";
    loop {
        let password: String = (0..24).map(|_| char::from(LETTERS[rand::random_range(0..LETTERS.len())])).collect();
        let has = |test: fn(&char) -> bool| password.chars().any(|c| test(&c));
        if has(char::is_ascii_uppercase) && has(char::is_ascii_lowercase) && has(char::is_ascii_digit) {
            return password;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suggested_passwords_meet_the_rules_and_differ() {
        let first = suggest_password();
        for _ in 0..200 {
            let password = suggest_password();
            assert!((8..=64).contains(&password.len()));
            assert!(!password.contains(['\'', '"', '\\', '/', '@', ' ']));
            assert_ne!(password, first);
        }
    }
}
