//! The two digest suites of `dr1`: SHA-256 (FIPS 180-4) and SM3 (GB/T 32905—2016), and HMAC (RFC 2104).

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Digest as _;

/// The digest function of a draw; `H` in the protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Suite {
    /// SHA-256.
    Sha256,
    /// SM3, the national standard of the People's Republic of China.
    Sm3,
}

/// 32 bytes; printed as 64 lowercase hex digits and ordered like that text.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest([u8; 32]);

/// A digest in the making. Cloning one keeps the state: a ticket's constant first block is compressed once.
#[derive(Clone)]
pub struct Hasher(State);

#[derive(Clone)]
enum State {
    Sha256(sha2::Sha256),
    Sm3(sm3::Sm3),
}

impl Suite {
    /// The suite's name in commitments: `sha256` or `sm3`.
    pub fn name(self) -> &'static str {
        match self {
            Suite::Sha256 => "sha256",
            Suite::Sm3 => "sm3",
        }
    }

    /// The suite of that name, if there is one.
    pub fn from_name(name: &str) -> Option<Self> {
        [Suite::Sha256, Suite::Sm3].into_iter().find(|suite| suite.name() == name)
    }

    /// Starts a digest.
    pub fn hasher(self) -> Hasher {
        Hasher(match self {
            Suite::Sha256 => State::Sha256(sha2::Sha256::new()),
            Suite::Sm3 => State::Sm3(sm3::Sm3::new()),
        })
    }

    /// `H(bytes)`.
    pub fn digest(self, bytes: &[u8]) -> Digest {
        self.hasher().with(bytes).finish()
    }

    /// `HMAC-H(key, message)`, RFC 2104.
    pub fn hmac(self, key: &[u8], message: &[u8]) -> Digest {
        fn tag<M: Mac + KeyInit>(key: &[u8], message: &[u8]) -> [u8; 32] {
            let mut mac =
                <M as KeyInit>::new_from_slice(key).expect("bug: HMAC takes keys of any length");
            mac.update(message);
            mac.finalize().into_bytes()[..]
                .try_into()
                .expect("bug: both suites have 32-byte digests")
        }
        Digest(match self {
            Suite::Sha256 => tag::<Hmac<sha2::Sha256>>(key, message),
            Suite::Sm3 => tag::<Hmac<sm3::Sm3>>(key, message),
        })
    }
}

impl Hasher {
    /// Takes in more bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        match &mut self.0 {
            State::Sha256(state) => state.update(bytes),
            State::Sm3(state) => sm3::Digest::update(state, bytes),
        }
    }

    /// Takes in more bytes and hands the state on.
    #[must_use]
    pub fn with(mut self, bytes: &[u8]) -> Self {
        self.update(bytes);
        self
    }

    /// The digest of all bytes taken in.
    pub fn finish(self) -> Digest {
        Digest(match self.0 {
            State::Sha256(state) => state.finalize().into(),
            State::Sm3(state) => sm3::Digest::finalize(state).into(),
        })
    }
}

impl Digest {
    /// The digest with these 32 bytes.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Digest(bytes)
    }

    /// Parses exactly 64 lowercase hex digits.
    pub fn from_hex(text: &str) -> Option<Self> {
        let canonical =
            text.len() == 64 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        let mut bytes = [0; 32];
        (canonical && hex::decode_to_slice(text, &mut bytes).is_ok()).then_some(Digest(bytes))
    }

    /// The 32 bytes.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// 64 lowercase hex digits.
    pub fn hex(&self) -> String {
        hex::encode(self.0)
    }

    /// The first 16 hex digits as an integer below 2^64.
    pub fn first_u64(&self) -> u64 {
        u64::from_be_bytes(self.0[..8].try_into().expect("bug: a digest has 32 bytes"))
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.hex())
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.hex())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_answers() {
        // FIPS 180-4 and GB/T 32905—2016, appendix A: both of "abc".
        assert_eq!(
            Suite::Sha256.digest(b"abc").hex(),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
        assert_eq!(
            Suite::Sm3.digest(b"abc").hex(),
            "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
        );
        // RFC 4231, test case 2.
        assert_eq!(
            Suite::Sha256.hmac(b"Jefe", b"what do ya want for nothing?").hex(),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
    }

    #[test]
    fn hex_is_canonical() {
        let digest = Suite::Sha256.digest(b"");
        assert_eq!(Digest::from_hex(&digest.hex()), Some(digest));
        assert_eq!(Digest::from_hex(&digest.hex().to_uppercase()), None);
        assert_eq!(Digest::from_hex(&digest.hex()[1..]), None);
    }
}
