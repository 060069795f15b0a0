//! One message: a tag, a length that counts itself, a body. And a reader of bodies that cannot run past their end.

use bytes::{Buf, Bytes, BytesMut};

use super::WireFault;

pub(super) struct Frame {
    pub tag: u8,
    pub body: Bytes,
}

/// Takes one whole message off the front, if it is there. `cap` bounds the body; it is held against the header, so
/// that an oversized message is refused before a byte of it is kept.
pub(super) fn take(inbox: &mut BytesMut, cap: usize) -> Result<Option<Frame>, WireFault> {
    let Some(header) = inbox.first_chunk::<5>() else {
        return Ok(None);
    };
    let [tag, length @ ..] = *header;
    let length = i32::from_be_bytes(length);
    let body_length = usize::try_from(length).ok().and_then(|length| length.checked_sub(4)).ok_or(WireFault::Length)?;
    if body_length > cap {
        return Err(WireFault::TooLarge);
    }
    if inbox.len() < 5 + body_length {
        return Ok(None);
    }
    inbox.advance(5);
    Ok(Some(Frame { tag, body: inbox.split_to(body_length).freeze() }))
}

/// Writes a message whose body is at hand.
pub(super) fn put(out: &mut BytesMut, tag: u8, body: &[u8]) {
    // Bodies are bounded far below i32::MAX by the caps and by the driver's own statements.
    let length = i32::try_from(body.len() + 4).unwrap_or(i32::MAX);
    out.extend_from_slice(&[tag]);
    out.extend_from_slice(&length.to_be_bytes());
    out.extend_from_slice(body);
}

/// Reads a body piece by piece.
pub(super) struct Body<'a>(pub &'a [u8]);

impl<'a> Body<'a> {
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn bytes(&mut self, count: usize) -> Result<&'a [u8], WireFault> {
        let (taken, rest) = self.0.split_at_checked(count).ok_or(WireFault::Malformed)?;
        self.0 = rest;
        Ok(taken)
    }

    pub fn u8(&mut self) -> Result<u8, WireFault> {
        Ok(self.bytes(1)?.first().copied().unwrap_or_default())
    }

    pub fn u16(&mut self) -> Result<u16, WireFault> {
        self.bytes(2)?.try_into().map(u16::from_be_bytes).map_err(|_| WireFault::Malformed)
    }

    pub fn i32(&mut self) -> Result<i32, WireFault> {
        self.bytes(4)?.try_into().map(i32::from_be_bytes).map_err(|_| WireFault::Malformed)
    }

    /// A C string, without its NUL.
    pub fn text(&mut self) -> Result<&'a [u8], WireFault> {
        let end = self.0.iter().position(|b| *b == 0).ok_or(WireFault::Malformed)?;
        let text = self.bytes(end)?;
        self.u8()?;
        Ok(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_whole_messages_only() {
        let mut inbox = BytesMut::from(&b"Z\0\0\0\x05IZ\0\0"[..]);
        let frame = take(&mut inbox, 64).expect("well-formed").expect("whole");
        assert_eq!((frame.tag, frame.body.as_ref()), (b'Z', &b"I"[..]));
        assert!(take(&mut inbox, 64).expect("not wrong yet").is_none());
    }

    #[test]
    fn impossible_and_oversized_lengths_are_refused_at_the_header() {
        for (length, fault) in [
            (0_i32, WireFault::Length),
            (3, WireFault::Length),
            (-5, WireFault::Length),
            (i32::MAX, WireFault::TooLarge),
        ] {
            let mut inbox = BytesMut::from(&b"D"[..]);
            inbox.extend_from_slice(&length.to_be_bytes());
            assert_eq!(take(&mut inbox, 1024).err(), Some(fault), "{length}");
        }
    }
}
