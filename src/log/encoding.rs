//! Base64 as RFC 4648, §4 has it, in the one form that prints back identically.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::base::digest::Digest;

pub(super) fn encode(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// Padded, without white space and without bits that nobody reads.
pub(super) fn decode(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok()
}

pub(super) fn decode_digest(text: &str) -> Option<Digest> {
    decode(text)?.try_into().ok().map(Digest::from_bytes)
}
