//! The DETAIL block of errors from Redshift's compute nodes.
//!
//! They all come as XX000 with a short message, and say in a block of `name: value` lines what they are. The code in
//! it tells them apart; the query's number is what AWS support asks for.

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Block {
    pub code: Option<u32>,
    pub error: Option<String>,
    pub context: Option<String>,
    pub query: Option<u64>,
}

/// Reads the block; `None` for a detail that is none.
pub(super) fn read(detail: &str) -> Option<Block> {
    let mut block = Block::default();
    for line in detail.lines() {
        let Some((name, value)) = line.trim().split_once(':') else { continue };
        let value = value.trim();
        match name {
            "code" => block.code = value.parse().ok(),
            "error" => block.error = some(value),
            "context" => block.context = some(value),
            "query" => block.query = value.parse().ok(),
            _ => {}
        }
    }
    block.code.is_some().then_some(block)
}

fn some(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_is_read_by_name_and_nothing_else_is_one() {
        let detail = "\n  -----------------------------------------------\n  error:  Spectrum Scan Error\n  \
                      code:      15001\n  context:   Access Denied: s3://b/k\n  query:     4777555\n  \
                      location:  dory_util.cpp:945\n  process:   fetchtask_thread [pid=1234]\n  \
                      -----------------------------------------------\n";
        let block = read(detail).unwrap();
        assert_eq!((block.code, block.query), (Some(15001), Some(4_777_555)));
        assert_eq!(block.context.as_deref(), Some("Access Denied: s3://b/k"));
        assert_eq!(read("Key (x)=(1) already exists."), None);
        assert_eq!(read("code: none"), None);
    }
}
