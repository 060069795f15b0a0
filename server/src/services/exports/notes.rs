//! Where a file is not the result to the letter, in sentences for its page.

use super::super::encode::Notes;

pub(super) fn told(notes: &Notes) -> Vec<String> {
    let mut told = Vec::new();
    let mut tell = |count: u64, what: &str| {
        if count > 0 {
            told.push(format!("{count} {what}"));
        }
    };
    tell(
        notes.formulas_disarmed,
        "texts could have run as a formula in a spreadsheet; each got an apostrophe in front of it.",
    );
    tell(notes.kept_as_text, "numbers or times that Excel cannot hold exactly are text in the workbook.");
    tell(notes.cells_cut, "texts were longer than a cell of a workbook, and were cut.");
    tell(notes.columns_cut, "columns had no place in the workbook, and are missing.");
    if notes.is_rows_cut {
        told.push(format!("The workbook is full: it has the first {} rows, and there are more.", notes.rows));
    }
    told
}
