//! The stream that decides days: raw ChaCha20 words, bounded by rejection.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha20Rng;

use crate::base::digest::{Digest, Suite};
use crate::base::secret::Secret;
use crate::base::text::line_digest;

/// HL("days", hex of the day secret): what a commitment fixes.
pub fn secret_digest(suite: Suite, secret: &Secret) -> Digest {
    line_digest(suite, "days", &[&secret.hex()])
}

/// HL("schedule", S, hex of the day secret, n): the key of the stream of the n-th schedule, from 1. Whoever lacks the secret
/// cannot compute it, and an office that fixed the secret before it knew S could not choose it (its settings it can).
pub fn key(suite: Suite, seed: &Digest, secret: &Secret, n: usize) -> Digest {
    line_digest(suite, "schedule", &[&seed.hex(), &secret.hex(), &n.to_string()])
}

/// The words of one schedule, in the order in which it asks for them.
pub(super) struct Stream(ChaCha20Rng);

impl Stream {
    pub fn new(key: &Digest) -> Self {
        Stream(ChaCha20Rng::from_seed(*key.as_bytes()))
    }

    /// Uniform in `0..n`, exactly: words of the incomplete last stretch are rejected. `n` is at least 1.
    pub fn below(&mut self, n: u32) -> u32 {
        let n = u64::from(n);
        let whole = (1u64 << 32) / n * n;
        loop {
            let word = u64::from(self.0.next_u32());
            if word < whole {
                return u32::try_from(word % n).expect("bug: below n");
            }
        }
    }

    /// A random order (Fisher–Yates).
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            let bound = u32::try_from(last + 1).expect("bug: fewer than 2^32 visits");
            items.swap(last, self.below(bound) as usize);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The key stream of RFC 8439's block function with this key, nonce and counter 0, from another implementation.
    #[test]
    fn words_are_those_of_chacha20() {
        let mut stream = ChaCha20Rng::from_seed([0; 32]);
        assert_eq!(stream.next_u32().to_le_bytes(), [0x76, 0xb8, 0xe0, 0xad]);
        let mut stream = Stream::new(&Digest::from_hex(&"00".repeat(32)).unwrap());
        // 0xade0b876 mod 10; the second word is 0x903df1a0.
        assert_eq!(
            [stream.below(10), stream.below(10)],
            [0xade0_b876u32 % 10, 0x903d_f1a0u32 % 10]
        );
    }

    #[test]
    fn orders_are_permutations() {
        let key = Suite::Sha256.digest(b"x");
        let mut items: Vec<u32> = (0..100).collect();
        Stream::new(&key).shuffle(&mut items);
        assert_ne!(items, (0..100).collect::<Vec<_>>());
        items.sort_unstable();
        assert_eq!(items, (0..100).collect::<Vec<_>>());
    }

    #[test]
    fn the_secret_makes_the_key() {
        let (a, b) = (Secret::from_bytes([1; 32]), Secret::from_bytes([2; 32]));
        let seed = Suite::Sha256.digest(b"seed");
        assert_ne!(key(Suite::Sha256, &seed, &a, 1), key(Suite::Sha256, &seed, &b, 1));
        assert_ne!(key(Suite::Sha256, &seed, &a, 1), key(Suite::Sha256, &seed, &a, 2));
        assert_ne!(secret_digest(Suite::Sha256, &a), secret_digest(Suite::Sm3, &a));
        let text = format!("dr1/sha256/days\n{}\n", "01".repeat(32));
        assert_eq!(secret_digest(Suite::Sha256, &a), Suite::Sha256.digest(text.as_bytes()));
    }
}
