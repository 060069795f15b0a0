//! Names in SQL that Flitch shows for copying. What it sends is quoted by the connector.

/// A name as a person would write it: bare when that is safe, quoted otherwise. For SQL that is shown.
pub fn display_ident(name: &str) -> String {
    let starts_well = name.starts_with(|c: char| c.is_ascii_lowercase() || c == '_');
    let is_plain = name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    if starts_well && is_plain && !RESERVED.split(' ').any(|word| word == name) {
        name.to_owned()
    } else {
        format!("\"{}\"", name.replace('"', "\"\""))
    }
}

/// Redshift's reserved words (Reserved words, in its developer guide).
const RESERVED: &str = "\
    aes128 aes256 all allowoverwrite analyse analyze and any array as asc authorization az64 backup between \
    binary blanksasnull both bytedict bzip2 case cast check collate column connect constraint create \
    credentials cross current_date current_time current_timestamp current_user current_user_id default \
    deferrable deflate defrag delta delta32k desc disable distinct do else emptyasnull enable encode encrypt \
    encryption end except explicit false for foreign freeze from full globaldict256 globaldict64k grant group \
    gzip having identity ignore ilike in initially inner intersect interval into is isnull join language \
    leading left like limit localtime localtimestamp lun luns lzo lzop minus mostly13 mostly16 mostly32 \
    mostly8 natural new not notnull null nulls off offline offset oid old on only open or order outer \
    overlaps parallel partition percent permissions pivot placing primary raw readratio recover references \
    rejectlog resort respect restore right select session_user similar snapshot some sysdate system table tag \
    tdes text255 text32k then timestamp to top trailing true truncatecolumns union unique unnest unpivot user \
    using verbose wallet when where with without";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shown_names_are_bare_when_they_can_be() {
        assert_eq!(display_ident("sales"), "sales");
        assert_eq!(display_ident("Sales"), "\"Sales\"");
        assert_eq!(display_ident("user"), "\"user\"");
        assert_eq!(display_ident("a\"b"), "\"a\"\"b\"");
        assert_eq!(display_ident("1st"), "\"1st\"");
    }
}
