//! `SHOW`: a word, names and a pattern, without anything that could run.

use sqlparser::tokenizer::{Token, TokenWithSpan};

use super::reading::is_word;
use super::{Kind, Refused};

/// `None` for a statement that is not SHOW. There is no expression in any form of SHOW, so names, strings, numbers,
/// dots and `=` are all that may stand in it.
pub(super) fn judge(tokens: &[TokenWithSpan]) -> Option<Result<Kind, Refused>> {
    let (first, rest) = tokens.split_first()?;
    if !is_word(first, "show") {
        return None;
    }
    let strange = rest.iter().find(|token| {
        !matches!(
            token.token,
            Token::Word(_)
                | Token::SingleQuotedString(_)
                | Token::Number(..)
                | Token::Period
                | Token::Eq
                | Token::Comma
        )
    });
    Some(match strange {
        None if rest.is_empty() => Err(Refused::NotUnderstood { what: "SHOW what?".to_owned() }),
        None => Ok(Kind::Show),
        Some(token) => Err(Refused::NotUnderstood { what: format!("{} in SHOW", token.token) }),
    })
}
