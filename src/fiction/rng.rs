//! Bounded integers from raw ChaCha20 words.
//!
//! `rand` may change what its distributions return from one version to the next, and the shipped files must come out
//! the same for ever. So nothing but the words of ChaCha20 (RFC 8439's block function, 64-bit counter) is used, and the
//! step from a word to a bounded integer is written here: rejection, no floats.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha20Rng;

/// A prime above every modulus used with it below 2^31, so that it is coprime to all of them.
const STEP: u64 = 2_654_435_761;

/// A stream of fair throws, one per purpose, so that a longer list of people does not change a single business.
pub(super) struct Dice(ChaCha20Rng);

impl Dice {
    /// The key is the seed (8 bytes, little-endian), then the purpose in ASCII (at most 24 bytes), then zeros.
    pub(super) fn new(seed: u64, purpose: &str) -> Dice {
        let mut key = [0_u8; 32];
        key[..8].copy_from_slice(&seed.to_le_bytes());
        key[8..8 + purpose.len()].copy_from_slice(purpose.as_bytes());
        Dice(ChaCha20Rng::from_seed(key))
    }

    /// Uniform in `0..n`; `n` is at least 1.
    pub(super) fn below(&mut self, n: u32) -> u32 {
        let fair = (1_u64 << 32) / u64::from(n) * u64::from(n);
        loop {
            let word = u64::from(self.0.next_u32());
            if word < fair {
                return (word % u64::from(n)) as u32;
            }
        }
    }

    /// Uniform in `low..=high`.
    pub(super) fn between(&mut self, low: u32, high: u32) -> u32 {
        low + self.below(high - low + 1)
    }

    /// True in `permille` of 1000 cases.
    pub(super) fn chance(&mut self, permille: u32) -> bool {
        self.below(1000) < permille
    }

    /// One of a non-empty list.
    pub(super) fn pick<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[self.below(list.len() as u32) as usize]
    }

    /// The index of one of the weights, each with a chance in proportion to it.
    pub(super) fn weighted(&mut self, weights: impl Iterator<Item = u32> + Clone) -> usize {
        let mut left = self.below(weights.clone().sum());
        for (index, weight) in weights.enumerate() {
            if left < weight {
                return index;
            }
            left -= weight;
        }
        unreachable!("bug: a throw below the sum of the weights falls into one of them")
    }

    /// Fisher and Yates.
    pub(super) fn shuffle<T>(&mut self, list: &mut [T]) {
        for last in (1..list.len()).rev() {
            list.swap(last, self.below(last as u32 + 1) as usize);
        }
    }
}

/// The `i`-th element of a permutation of `0..m` (m below 2^31), a different one for each `start`.
///
/// Numbers and names made from it are unique without a set of those already given, and take the same time at any size.
pub(super) fn spread(i: u64, m: u64, start: u64) -> u64 {
    ((i % m) * (STEP % m) + start % m) % m
}

/// A cheap mixing of two integers (the finaliser of SplitMix64), to give each kind of name its own permutation.
pub(super) fn mix(a: u64, b: u64) -> u64 {
    let mut z = a ^ b.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first words of ChaCha20 under the all-zero key (draft-strombergson-chacha-test-vectors, TC1: 76 b8 e0 ad …).
    #[test]
    fn words_are_those_of_chacha20() {
        let mut dice = Dice::new(0, "");
        assert_eq!(dice.0.next_u32(), u32::from_le_bytes([0x76, 0xb8, 0xe0, 0xad]));
        assert_eq!(dice.0.next_u32(), u32::from_le_bytes([0xa0, 0xf1, 0x3d, 0x90]));
    }

    #[test]
    fn spread_is_a_permutation() {
        for m in [1, 2, 7, 31, 1000] {
            let mut seen: Vec<u64> = (0..m).map(|i| spread(i, m, 12_345)).collect();
            seen.sort_unstable();
            assert_eq!(seen, (0..m).collect::<Vec<_>>());
        }
    }
}
