//! How answers and faults travel. Flitch's own page asks for them in a compact form (postcard: values in the order of the
//! type's fields, no names), because code that reads JSON objects, type by type, is a seventh of the whole download.
//! Whoever does not ask for it gets JSON.

use leptos::server_fn::codec::Post;
use leptos::server_fn::{Bytes, ContentType, Decodes, Encodes, Format, FormatType};
use serde::{Serialize, de::DeserializeOwned};

/// The version is a part of the name: values in order mean nothing to a page that was loaded before an update.
pub const COMPACT: &str = concat!("application/x-flitch-postcard;version=", env!("CARGO_PKG_VERSION"));

/// An answer in whichever form it was asked for.
pub type Wire = Post<WireEncoding>;

pub struct WireEncoding;

/// Unless the compact form was asked for.
impl ContentType for WireEncoding {
    const CONTENT_TYPE: &'static str = "application/json";
}

/// Without scripts a fault travels in the address of the page, as base64.
impl FormatType for WireEncoding {
    const FORMAT_TYPE: Format = Format::Binary;
}

impl<T: Serialize> Encodes<T> for WireEncoding {
    type Error = String;

    fn encode(value: &T) -> Result<Bytes, String> {
        #[cfg(feature = "ssr")]
        if !super::guard::is_compact() {
            return serde_json::to_vec(value).map(Bytes::from).map_err(|error| error.to_string());
        }
        postcard::to_allocvec(value).map(Bytes::from).map_err(|error| error.to_string())
    }
}

/// Only Flitch's own page reads, and what a page without scripts finds in its address.
impl<T: DeserializeOwned> Decodes<T> for WireEncoding {
    type Error = postcard::Error;

    fn decode(bytes: Bytes) -> Result<T, postcard::Error> {
        postcard::from_bytes(&bytes)
    }
}
