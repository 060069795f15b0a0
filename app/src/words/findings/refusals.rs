//! Why the guard let a statement not through. Nothing of it was sent.

use contract::finding::Refusal;

use super::Hint;
use crate::words::numbers;

pub(super) fn refused(reason: &Refusal) -> Hint {
    match reason {
        Refusal::Empty => Hint::plain("There is no statement to run.").step("Write a SELECT, and run it."),
        Refusal::TooLong { bytes } => {
            Hint::plain(format!("The statement has {}; 64 KiB are the most.", numbers::count(*bytes, "byte", "bytes")))
                .step("Leave out what is not needed; long lists of values fit better into a table.")
        }
        Refusal::ControlCharacter { code } => {
            Hint::plain(format!("There is a control character in the text (U+{code:04X}). Nothing was sent."))
                .step("It often comes with a copy from a document. Delete it and write the place again.")
        }
        Refusal::ManyStatements { count } => {
            Hint::plain(format!("There are {count} statements. One runs at a time; nothing was sent."))
                .step("Mark the one to run and press Run selection, or take the others out.")
        }
        Refusal::NotReading { word } => {
            Hint::plain(format!("{word} does more than read. Flitch only reads; nothing was sent."))
                .step("Write a SELECT, WITH, EXPLAIN or SHOW. To change data, use the cluster's own tools.")
        }
        Refusal::Clause { clause } => {
            Hint::plain(format!("{clause} would change something or hold a lock. Nothing was sent."))
                .step("Take that clause out; the rest may be fine.")
        }
        Refusal::Function { name } => {
            Hint::plain(format!("The function {name} may do more than read. Nothing was sent."))
                .step("Work out the same without it. The list of refused functions is part of Flitch's guard.")
        }
        Refusal::Ambiguous => Hint::plain(
            "Where a string or a comment ends is not the same for every server that speaks this language. \
             Nothing was sent.",
        )
        .step("Write a quote in a string as '', and leave out backslashes before quotes."),
        Refusal::NotUnderstood { what, at } => {
            let place = at.map_or_else(|| "the statement".to_owned(), |spot| format!("line {}", spot.line));
            Hint::plain(format!("Flitch could not read {place}, and sends nothing that it cannot: {what}."))
                .step("Check the spelling near that place: what runs here is a SELECT, WITH, VALUES, EXPLAIN or SHOW.")
                .step("If Redshift takes it all the same, write it in a plainer way.")
        }
    }
}
