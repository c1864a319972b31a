//! The two digest suites of `dr1`: SHA-256 (FIPS 180-4) and SM3 (GB/T 32905—2016), and HMAC (RFC 2104).

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Digest as _;
use sha2::block_api::compress256;

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

/// A digest in the making.
#[derive(Clone)]
pub struct Hasher(State);

/// The state after a first block that many messages share: the 64 hex digits of a digest, which fill it exactly.
/// A message of up to 55 bytes after it costs one compression.
#[derive(Clone)]
pub struct Keyed(KeyedState);

#[derive(Clone)]
enum KeyedState {
    Sha256([u32; 8]),
    Sm3(sm3::Sm3),
}

/// Bytes of a block of both suites.
const BLOCK: usize = 64;
/// The initial state of SHA-256 (FIPS 180-4, §5.3.3).
const SHA256_INITIAL: [u32; 8] = [
    0x6a09_e667,
    0xbb67_ae85,
    0x3c6e_f372,
    0xa54f_f53a,
    0x510e_527f,
    0x9b05_688c,
    0x1f83_d9ab,
    0x5be0_cd19,
];

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

    /// Begins messages with the hex digits of `key`.
    pub fn keyed(self, key: &Digest) -> Keyed {
        let mut block = [0; BLOCK];
        hex::encode_to_slice(key.0, &mut block).expect("bug: 32 bytes have 64 hex digits");
        Keyed(match self {
            Suite::Sha256 => {
                let mut state = SHA256_INITIAL;
                compress256(&mut state, &[block]);
                KeyedState::Sha256(state)
            }
            Suite::Sm3 => KeyedState::Sm3(sm3::Digest::chain_update(sm3::Sm3::new(), block)),
        })
    }

    /// `H(bytes)`.
    pub fn digest(self, bytes: &[u8]) -> Digest {
        self.hasher().with(bytes).finish()
    }

    /// `H` of these parts, one behind the other. Short messages, as leaves and nodes of trees are, cost half of what a
    /// [`Hasher`] takes.
    pub fn digest_of(self, parts: &[&[u8]]) -> Digest {
        match self {
            Suite::Sha256 => sha256(SHA256_INITIAL, 0, parts),
            Suite::Sm3 => {
                parts.iter().fold(self.hasher(), |hasher, part| hasher.with(part)).finish()
            }
        }
    }

    /// `H` of each of some messages, given as parts one behind the other. Side by side they cost less than one after
    /// the other.
    ///
    /// # Panics
    /// If there is not one place for each message.
    pub fn digest_each<const P: usize>(self, messages: &[[&[u8]; P]], digests: &mut [Digest]) {
        assert_eq!(messages.len(), digests.len(), "bug: a place for each message");
        match self {
            Suite::Sha256 => sha256_each(SHA256_INITIAL, 0, messages, digests),
            Suite::Sm3 => messages
                .iter()
                .zip(digests)
                .for_each(|(parts, digest)| *digest = self.digest_of(parts)),
        }
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

impl Keyed {
    /// The digests of the first block and each of these messages; as [`Suite::digest_each`].
    ///
    /// # Panics
    /// If there is not one place for each message.
    pub fn digest_each<const P: usize>(&self, messages: &[[&[u8]; P]], digests: &mut [Digest]) {
        assert_eq!(messages.len(), digests.len(), "bug: a place for each message");
        match &self.0 {
            KeyedState::Sha256(state) => sha256_each(*state, BLOCK as u64, messages, digests),
            KeyedState::Sm3(_) => messages
                .iter()
                .zip(digests)
                .for_each(|(parts, digest)| *digest = self.digest(parts)),
        }
    }

    /// The digest of the first block and these parts.
    pub fn digest(&self, parts: &[&[u8]]) -> Digest {
        match &self.0 {
            KeyedState::Sha256(state) => sha256(*state, BLOCK as u64, parts),
            KeyedState::Sm3(state) => {
                let state = parts.iter().fold(state.clone(), sm3::Digest::chain_update);
                Digest(sm3::Digest::finalize(state).into())
            }
        }
    }
}

/// SHA-256 of whole blocks of so many bytes, whose state this is, and the parts after them (FIPS 180-4, §5.1.1 and
/// §6.2). Parts and padding that fill at most two blocks, as those of tickets, leaves and nodes do, are laid out at once
/// and compressed by one call, which costs half of what a general hasher's buffer does.
fn sha256(state: [u32; 8], before: u64, parts: &[&[u8]]) -> Digest {
    let mut layout = Layout::EMPTY;
    match layout.put(before, parts) {
        true => layout.digest(state),
        false => sha256_of_many(state, before, parts),
    }
}

/// Messages that are laid out before the first of them is compressed: whoever has many hands over so many at once. A power
/// of two, so that as many leaves make a whole subtree.
pub(crate) const SIDE_BY_SIDE: usize = 16;

/// The same of several messages. A block that was just written piece by piece cannot be read as a whole until all pieces
/// have reached the cache, so some are written before the first is read.
fn sha256_each<const P: usize>(
    state: [u32; 8],
    before: u64,
    messages: &[[&[u8]; P]],
    digests: &mut [Digest],
) {
    let mut layouts = [Layout::EMPTY; SIDE_BY_SIDE];
    for (messages, digests) in messages.chunks(SIDE_BY_SIDE).zip(digests.chunks_mut(SIDE_BY_SIDE)) {
        let mut fits = [true; SIDE_BY_SIDE];
        for ((layout, fits), parts) in layouts.iter_mut().zip(&mut fits).zip(messages) {
            *fits = layout.put(before, parts);
        }
        let each = layouts.iter().zip(fits).zip(messages).zip(digests);
        for (((layout, fits), parts), digest) in each {
            *digest = match fits {
                true => layout.digest(state),
                false => sha256_of_many(state, before, parts),
            };
        }
    }
}

/// The last one or two blocks of a message, with its padding.
#[derive(Clone, Copy)]
struct Layout {
    bytes: [u8; 2 * BLOCK],
    end: usize,
}

impl Layout {
    const EMPTY: Layout = Layout { bytes: [0; 2 * BLOCK], end: 0 };

    /// Lays out parts behind whole blocks of so many bytes, if two blocks hold them.
    #[inline]
    fn put(&mut self, before: u64, parts: &[&[u8]]) -> bool {
        let tail: usize = parts.iter().map(|part| part.len()).sum();
        if tail + 9 > 2 * BLOCK {
            return false;
        }
        let mut at = 0;
        for part in parts {
            self.bytes[at..at + part.len()].copy_from_slice(part);
            at += part.len();
        }
        self.end = if at + 9 > BLOCK { 2 * BLOCK } else { BLOCK };
        self.bytes[at] = 0x80;
        self.bytes[at + 1..self.end - 8].fill(0);
        let bits = 8 * (before + tail as u64);
        self.bytes[self.end - 8..self.end].copy_from_slice(&bits.to_be_bytes());
        true
    }

    #[inline]
    fn digest(&self, mut state: [u32; 8]) -> Digest {
        compress256(&mut state, self.bytes[..self.end].as_chunks().0);
        sha256_digest(state)
    }
}

/// The same of parts of any length.
fn sha256_of_many(mut state: [u32; 8], before: u64, parts: &[&[u8]]) -> Digest {
    let (mut block, mut at, mut bytes) = ([0; BLOCK], 0, before);
    for part in parts {
        bytes += part.len() as u64;
        let mut rest = *part;
        while !rest.is_empty() {
            let (now, later) = rest.split_at(rest.len().min(BLOCK - at));
            block[at..at + now.len()].copy_from_slice(now);
            (at, rest) = (at + now.len(), later);
            if at == BLOCK {
                compress256(&mut state, &[block]);
                (block, at) = ([0; BLOCK], 0);
            }
        }
    }
    block[at] = 0x80;
    block[at + 1..].fill(0);
    if at + 1 > BLOCK - 8 {
        compress256(&mut state, &[block]);
        block = [0; BLOCK];
    }
    block[BLOCK - 8..].copy_from_slice(&(8 * bytes).to_be_bytes());
    compress256(&mut state, &[block]);
    sha256_digest(state)
}

fn sha256_digest(state: [u32; 8]) -> Digest {
    let mut digest = [0; 32];
    for (bytes, word) in digest.chunks_exact_mut(4).zip(state) {
        bytes.copy_from_slice(&word.to_be_bytes());
    }
    Digest(digest)
}

impl Digest {
    /// 32 zeros: no digest yet.
    pub(crate) const NONE: Digest = Digest([0; 32]);

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

/// For digests that are secrets.
impl zeroize::Zeroize for Digest {
    fn zeroize(&mut self) {
        self.0.zeroize();
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
    fn keyed_digests_are_those_of_the_whole_message() {
        let text: Vec<u8> = (0..300u16).map(|i| i.to_le_bytes()[0]).collect();
        for suite in [Suite::Sha256, Suite::Sm3] {
            let key = suite.digest(b"key");
            let keyed = suite.keyed(&key);
            for n in 0..text.len() {
                let whole = suite.hasher().with(key.hex().as_bytes()).with(&text[..n]).finish();
                assert_eq!(keyed.digest(&[&text[..n]]), whole, "{n} bytes");
                let (left, right) = text[..n].split_at(n / 3);
                assert_eq!(keyed.digest(&[left, b"", right]), whole, "{n} bytes in parts");
            }
        }
    }

    #[test]
    fn hex_is_canonical() {
        let digest = Suite::Sha256.digest(b"");
        assert_eq!(Digest::from_hex(&digest.hex()), Some(digest));
        assert_eq!(Digest::from_hex(&digest.hex().to_uppercase()), None);
        assert_eq!(Digest::from_hex(&digest.hex()[1..]), None);
    }
}
