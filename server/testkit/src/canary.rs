//! A secret that must be found nowhere, and the search for it in every form it could take.

/// Every character in it means something to some encoding.
pub const SECRET: &str = "Zq7!cAnArY@/:#?%&+=~";

/// The forms of the secret that are in these bytes.
pub fn leaks(bytes: &[u8]) -> Vec<String> {
    let secret = SECRET.as_bytes();
    let mut forms: Vec<(String, Vec<u8>)> = Vec::new();
    for piece in secret.windows(6) {
        forms.push((format!("raw {}", String::from_utf8_lossy(piece)), piece.to_vec()));
    }
    let hex = |upper: bool| secret.iter().map(move |b| if upper { format!("{b:02X}") } else { format!("{b:02x}") });
    let percent: String = hex(true).map(|pair| format!("%{pair}")).collect();
    forms.push(("percent".into(), percent.into_bytes()));
    for upper in [true, false] {
        forms.push(("hex".into(), hex(upper).collect::<String>().into_bytes()));
    }
    // The middle of each alignment, where no neighbour has a part.
    for shift in 0..3 {
        let padded = [vec![0; shift], secret.to_vec()].concat();
        let whole = base64(&padded);
        forms.push((format!("base64 shifted by {shift}"), whole.as_bytes()[4..whole.len() - 4].to_vec()));
    }
    let has = |form: &[u8]| bytes.windows(form.len()).any(|window| window == form);
    forms.into_iter().filter(|(_, form)| has(form)).map(|(name, _)| name).collect()
}

fn base64(bytes: &[u8]) -> String {
    const SIGNS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let bits = chunk.iter().fold(0_u32, |bits, b| bits << 8 | u32::from(*b)) << (8 * (3 - chunk.len()));
        for place in 0..=chunk.len() {
            text.push(char::from(SIGNS[(bits >> (18 - 6 * place) & 63) as usize]));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_form_is_found() {
        assert_eq!(base64(b"Zq7!c"), "WnE3IWM");
        assert!(leaks(b"nothing here, not even Zq7!c").is_empty());
        assert!(!leaks(b"user:Zq7!cA").is_empty());
        for shift in ["", "x", "xy"] {
            assert!(!leaks(base64(format!("{shift}{SECRET}").as_bytes()).as_bytes()).is_empty(), "{shift}");
        }
        let hex: String = SECRET.bytes().map(|b| format!("{b:02x}")).collect();
        assert!(!leaks(hex.as_bytes()).is_empty());
    }
}
