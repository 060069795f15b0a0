//! One way to read a text: where strings and comments end, and what stands between.

use std::any::TypeId;

use sqlparser::dialect::{Dialect, RedshiftSqlDialect};
use sqlparser::keywords::Keyword;
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::{Token, TokenWithSpan, Tokenizer, Word};

use super::{Kind, Refused, show, tree};

/// How deep parentheses may nest.
const DEPTH: usize = 50;

/// Operators make a tree as deep as their chain is long, and a tree is walked and dropped level by level.
const OPERATORS: usize = 10_000;

#[derive(Clone, Copy, Debug)]
pub(super) struct Reading {
    /// A backslash in an ordinary string escapes what follows: Redshift, and PostgreSQL by an old setting.
    has_backslash_escapes: bool,
    has_nested_comments: bool,
}

impl Reading {
    pub const ALL: [Self; 4] = [
        Self { has_backslash_escapes: true, has_nested_comments: true },
        Self { has_backslash_escapes: false, has_nested_comments: true },
        Self { has_backslash_escapes: true, has_nested_comments: false },
        Self { has_backslash_escapes: false, has_nested_comments: false },
    ];

    /// The tokens without white space and comments; the error is for people.
    pub fn tokens(&self, text: &str) -> Result<Vec<TokenWithSpan>, String> {
        let mut tokens = Vec::new();
        Tokenizer::new(self, text).tokenize_with_location_into_buf(&mut tokens).map_err(|error| error.message)?;
        tokens.retain(|token| !matches!(token.token, Token::Whitespace(_)));
        Ok(tokens)
    }

    /// The kind of the one statement that the tokens make.
    pub fn statement(&self, mut tokens: Vec<TokenWithSpan>) -> Result<Kind, Refused> {
        strange(&tokens).map_or(Ok(()), |what| Err(Refused::NotUnderstood { what: what.to_owned() }))?;
        let statements = tokens.split(|token| token.token == Token::SemiColon).filter(|part| !part.is_empty());
        match statements.count() {
            0 => return Err(Refused::Empty),
            1 => {}
            count => return Err(Refused::ManyStatements { count }),
        }
        tokens.retain(|token| token.token != Token::SemiColon);
        if let Some(answer) = show::judge(&tokens) {
            return answer;
        }
        refuse_other_verbs(&tokens)?;
        drop_approximate(&mut tokens);
        let mut parser = Parser::new(self).with_recursion_limit(DEPTH).with_tokens_with_locations(tokens);
        let statement = parser.parse_statement().map_err(not_understood)?;
        parser.expect_token(&Token::EOF).map_err(not_understood)?;
        tree::walk(&statement)
    }
}

/// A verb that is not one of reading gets its name in the refusal, whether or not the rest can be parsed.
fn refuse_other_verbs(tokens: &[TokenWithSpan]) -> Result<(), Refused> {
    let first = tokens.iter().map(|token| &token.token).find(|token| **token != Token::LParen);
    match first {
        Some(Token::Word(word)) if word.quote_style.is_none() => match word.keyword {
            Keyword::SELECT | Keyword::WITH | Keyword::VALUES | Keyword::EXPLAIN => Ok(()),
            _ => Err(verb(&word.value)),
        },
        Some(token) => Err(Refused::NotUnderstood { what: cut(&format!("it starts with {token}")) }),
        None => Err(Refused::Empty),
    }
}

/// First words of what does more than read, in Redshift's and PostgreSQL's manuals. Any other is more likely a slip.
const VERBS: &str = "ABORT ALTER ANALYSE ANALYZE ATTACH BEGIN CALL CANCEL CHECKPOINT CLOSE CLUSTER COMMENT COMMIT COPY \
                     CREATE DEALLOCATE DECLARE DELETE DETACH DISCARD DO DROP END EXECUTE EXPORT FETCH GRANT IMPORT INSERT \
                     LISTEN LOAD LOCK MERGE MOVE NOTIFY PREPARE REASSIGN REFRESH REINDEX RELEASE REPLACE RESET REVOKE \
                     ROLLBACK SAVEPOINT SECURITY SET START TRUNCATE UNLISTEN UNLOAD UPDATE UPSERT USE VACUUM";

fn verb(word: &str) -> Refused {
    let word = cut(&word.to_uppercase());
    match VERBS.split_whitespace().any(|verb| verb == word) {
        true => Refused::NotReading { word },
        false => Refused::NotUnderstood { what: format!("it starts with {word}") },
    }
}

/// `APPROXIMATE COUNT(DISTINCT …)` and `APPROXIMATE PERCENTILE_DISC(…)` are Redshift's; the parser reads them
/// without the word, which changes how exact they are and nothing else.
fn drop_approximate(tokens: &mut Vec<TokenWithSpan>) {
    let mut at = 0;
    while at + 2 < tokens.len() {
        let is_marked = is_word(&tokens[at], "approximate")
            && (is_word(&tokens[at + 1], "count") || is_word(&tokens[at + 1], "percentile_disc"))
            && tokens[at + 2].token == Token::LParen;
        if is_marked {
            tokens.remove(at);
        }
        at += 1;
    }
}

/// What the tokenizer may read otherwise than the server, or at too great a cost.
fn strange(tokens: &[TokenWithSpan]) -> Option<&'static str> {
    let mut operators = 0;
    for (at, token) in tokens.iter().enumerate() {
        match &token.token {
            // `$1$` is a parameter and a stray sign to PostgreSQL.
            Token::DollarQuotedString(quoted) if starts_with_digit(quoted.tag.as_deref()) => {
                return Some("a dollar quote whose tag starts with a digit");
            }
            // `U&"\0070"` is another name than it seems.
            Token::Ampersand if at > 0 && is_word(&tokens[at - 1], "u") && is_quoted(tokens.get(at + 1)) => {
                return Some("a name in Unicode escapes");
            }
            // `$é$` quotes to PostgreSQL and not to the tokenizer; nothing else has a `$` in front but numbers.
            Token::Placeholder(name) if !is_parameter(name) => return Some("a dollar sign that starts no string"),
            // PostgreSQL ends an operator before `--` and `/*`; the tokenizer would take the half of one.
            Token::HashMinus
            | Token::QuestionMarkDash
            | Token::QuestionMarkDashVerticalBar
            | Token::AtDashAt
            | Token::PGSquareRoot
            | Token::PGCubeRoot
            | Token::CustomBinaryOperator(_) => return Some("an operator of PostgreSQL's own"),
            // A string goes on after a line's end, and after E'…' with escapes that not every reading has.
            Token::EscapedStringLiteral(_) if tokens.get(at + 1).is_some_and(is_string) => {
                return Some("an E'…' string that goes on in another");
            }
            // A temporary table's name to Redshift, an operator to PostgreSQL: no function either way.
            Token::Word(word) if is_hash(word) && is_left_parenthesis(tokens.get(at + 1)) => {
                return Some("a # before a function");
            }
            Token::Word(word) if word.value.contains(NO_SPACE) => {
                return Some("a space that is not an ordinary one; type it anew");
            }
            Token::Word(_) | Token::Number(..) | Token::SingleQuotedString(_) | Token::Comma => {}
            Token::LParen | Token::RParen => {}
            _ => operators += 1,
        }
    }
    (operators > OPERATORS).then_some("more than 10,000 operators")
}

fn is_parameter(name: &str) -> bool {
    name.strip_prefix('$').is_none_or(|digits| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()))
}

fn is_string(token: &TokenWithSpan) -> bool {
    matches!(token.token, Token::SingleQuotedString(_) | Token::EscapedStringLiteral(_))
}

fn is_hash(word: &Word) -> bool {
    word.quote_style.is_none() && word.value.starts_with('#')
}

fn is_left_parenthesis(token: Option<&TokenWithSpan>) -> bool {
    token.is_some_and(|token| token.token == Token::LParen)
}

fn starts_with_digit(tag: Option<&str>) -> bool {
    tag.is_some_and(|tag| tag.starts_with(|c: char| c.is_ascii_digit()))
}

fn is_quoted(token: Option<&TokenWithSpan>) -> bool {
    token.is_some_and(|token| matches!(&token.token, Token::Word(word) if word.quote_style.is_some()))
}

pub(super) fn is_word(token: &TokenWithSpan, name: &str) -> bool {
    matches!(&token.token, Token::Word(word) if word.quote_style.is_none() && word.value.eq_ignore_ascii_case(name))
}

fn not_understood(error: ParserError) -> Refused {
    let what = match error {
        // The parser's own names of things mean nothing to whoever wrote the text.
        ParserError::ParserError(what) if what.contains("parser for token") => {
            "it has an operator that is not known".into()
        }
        ParserError::TokenizerError(what) | ParserError::ParserError(what) => what,
        ParserError::RecursionLimitExceeded => format!("it nests deeper than {DEPTH} levels"),
    };
    Refused::NotUnderstood { what: cut(&what) }
}

fn cut(text: &str) -> String {
    crate::clean::clean(text.as_bytes(), 200)
}

/// Stands for a Unicode space. To the tokenizer it is a letter of a name, as those spaces are to the server, and none
/// of a dollar quote's tag, so that two different spaces make no two tags the same.
const NO_SPACE: char = '\u{e000}';

/// White space as the server's scanner has it. The tokenizer ends comments at a line feed only, and takes every
/// Unicode space for one, where the server takes those for letters.
pub(super) fn plain_spaces(text: &str) -> String {
    let plain = |c: char| match c {
        '\r' | '\u{c}' => '\n',
        c if c.is_whitespace() && !c.is_ascii() => NO_SPACE,
        c => c,
    };
    text.chars().map(plain).collect()
}

/// Redshift's grammar with the parts that PostgreSQL adds to reading. Without `[name]` as a quoted identifier, which
/// would hide what stands in it.
impl Dialect for Reading {
    fn dialect(&self) -> TypeId {
        TypeId::of::<RedshiftSqlDialect>()
    }
    fn supports_string_literal_backslash_escape(&self) -> bool {
        self.has_backslash_escapes
    }
    fn supports_nested_comments(&self) -> bool {
        self.has_nested_comments
    }
    fn is_identifier_start(&self, c: char) -> bool {
        c.is_ascii_alphabetic() || c == '_' || c == '#' || !c.is_ascii()
    }
    fn is_identifier_part(&self, c: char) -> bool {
        // `a#b` is an operation to PostgreSQL.
        c.is_ascii_alphanumeric() || c == '_' || c == '$' || !c.is_ascii()
    }
    fn is_delimited_identifier_start(&self, c: char) -> bool {
        c == '"'
    }
    fn convert_type_before_value(&self) -> bool {
        true
    }
    fn supports_connect_by(&self) -> bool {
        true
    }
    fn supports_top_before_distinct(&self) -> bool {
        true
    }
    fn supports_partiql(&self) -> bool {
        true
    }
    fn supports_string_escape_constant(&self) -> bool {
        true
    }
    fn supports_unicode_string_literal(&self) -> bool {
        true
    }
    fn supports_geometric_types(&self) -> bool {
        true
    }
    fn supports_bitwise_shift_operators(&self) -> bool {
        true
    }
    fn supports_array_typedef_with_brackets(&self) -> bool {
        true
    }
    fn allow_extract_single_quotes(&self) -> bool {
        true
    }
    fn allow_extract_custom(&self) -> bool {
        true
    }
    fn supports_select_wildcard_exclude(&self) -> bool {
        true
    }
    fn supports_select_wildcard_with_alias(&self) -> bool {
        true
    }
    fn supports_select_exclude(&self) -> bool {
        true
    }
    fn supports_string_literal_concatenation_with_newline(&self) -> bool {
        true
    }
    fn supports_window_function_null_treatment_arg(&self) -> bool {
        true
    }
    fn supports_filter_during_aggregation(&self) -> bool {
        true
    }
    fn supports_group_by_expr(&self) -> bool {
        true
    }
    fn supports_interval_options(&self) -> bool {
        true
    }
    fn supports_explain_with_utility_options(&self) -> bool {
        true
    }
}
