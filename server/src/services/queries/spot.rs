//! Where in what was typed the server found a mistake.

use contract::finding::Spot;

/// `position` is the server's own count, in characters from 1, within `sent`; `sql` is the end of that, and what stands
/// in `typed`, all of it or a part. `None` where a part stands there more than once.
pub(super) fn spot(position: u32, sent: &str, sql: &str, typed: &str) -> Option<Spot> {
    let before = sent.strip_suffix(sql)?.chars().count();
    let within = (position as usize).checked_sub(before + 1)?;
    let mut places = typed.match_indices(sql);
    let (Some((start, _)), None) = (places.next(), places.next()) else { return None };
    let at = typed[..start].chars().count() + within;
    let line = 1 + typed.chars().take(at).filter(|c| *c == '\n').count();
    Some(Spot { at: u32::try_from(at).ok()?, line: u32::try_from(line).ok()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_in_what_was_sent_is_one_in_what_was_typed() {
        let sent = "/* flitch sql 1 */ select ü,\n  nope";
        let place = |position, sql, typed| spot(position, sent, sql, typed).map(|spot| (spot.at, spot.line));
        let sql = "select ü,\n  nope";
        assert_eq!(place(32, sql, sql), Some((12, 2)));
        assert_eq!(place(32, sql, "select 1;\nselect ü,\n  nope"), Some((22, 3)), "a selection");
        assert_eq!(place(32, sql, "select ü,\n  nope\nselect ü,\n  nope"), None, "which of the two");
        assert_eq!(place(3, sql, sql), None, "in our own comment");
        assert_eq!(place(32, "select 1", sql), None);
    }
}
