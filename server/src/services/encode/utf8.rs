//! Text that is none: replaced, as a preview shows it.

/// Replaces what is not UTF-8 behind `start`, in one pass for a whole batch instead of one for each cell.
///
/// That is the same: what separates cells is ASCII, which no broken sequence can swallow.
pub(super) fn repair(out: &mut Vec<u8>, start: usize) {
    let Some(fresh) = out.get(start..) else { return };
    if str::from_utf8(fresh).is_err() {
        let repaired = String::from_utf8_lossy(fresh).into_owned();
        out.truncate(start);
        out.extend_from_slice(repaired.as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::repair;

    #[test]
    fn only_what_is_broken_is_replaced() {
        // The first three bytes of a sequence of four, a separator, and a byte that no sequence has.
        let mut out = b"\xff|\xf0\x9f\x98,\xfe\xc3\xa9".to_vec();
        repair(&mut out, 1);
        assert_eq!(out, b"\xff|\xef\xbf\xbd,\xef\xbf\xbd\xc3\xa9");
    }
}
