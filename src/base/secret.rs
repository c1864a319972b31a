//! The master secret (主密钥) of a sealed draw: 32 bytes that are wiped when nobody needs them any more, and that no
//! message can show.

use std::fmt;

use zeroize::{Zeroize, Zeroizing};

use super::digest::{Digest, Suite};
use super::text::line;

/// 32 secret bytes. It has no `Display`, and `Debug` shows nothing of it.
#[derive(Clone)]
pub struct Secret(Digest);

impl Secret {
    /// The secret with these bytes; whoever has them elsewhere wipes them there.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Secret(Digest::from_bytes(bytes))
    }

    /// Reads 64 lowercase hex digits, as `opening.json` has them.
    pub fn from_hex(text: &str) -> Option<Self> {
        Digest::from_hex(text).map(Secret)
    }

    /// The bytes as the protocol's formulas take them. A copy is not wiped.
    pub fn expose(&self) -> &Digest {
        &self.0
    }

    /// 64 hex digits, which are wiped, too.
    pub fn hex(&self) -> Zeroizing<String> {
        Zeroizing::new(self.0.hex())
    }

    /// Another secret that follows from this one and says nothing about it: HMAC-SHA-256 of L(purpose).
    pub fn derive(&self, purpose: &str) -> Secret {
        Secret(Suite::Sha256.hmac(self.0.as_bytes(), &line(Suite::Sha256, purpose, &[])))
    }
}

impl Drop for Secret {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_message_shows_it() {
        let secret = Secret::from_bytes([0xab; 32]);
        assert_eq!(format!("{secret:?}"), "Secret");
        assert_eq!(format!("{:?}", Some(&secret)), "Some(Secret)");
        assert_eq!(*secret.hex(), "ab".repeat(32));
        assert_eq!(Secret::from_hex(&secret.hex()).unwrap().expose(), secret.expose());
    }

    #[test]
    fn what_follows_from_it_is_another() {
        let secret = Secret::from_bytes([1; 32]);
        // HMAC-SHA-256, key 0x01 × 32, message "dr1/sha256/age" LF; computed with Python's hmac.
        let known = "033dcf6798159b0e88821829b8c2eb4c00f971c520a31bddb6114b87906af371";
        assert_eq!(*secret.derive("age").hex(), known);
        assert_ne!(secret.derive("age").expose(), secret.derive("other").expose());
    }
}
