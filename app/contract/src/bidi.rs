//! Signs that turn the direction of the text after them (Unicode Standard Annex 9): what stands there reads otherwise than
//! it is.

/// Embeddings, overrides and isolates.
pub fn turns_text(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// The marks, which are a part of many honest texts and of no name.
pub fn is_mark(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}')
}
