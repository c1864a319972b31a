//! The random numbers of a simulation: ChaCha8 words under a key of a domain of its own, one stream for each run and
//! quarter, so that neither the number of threads nor their order decides anything.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::base::digest::{Digest, Suite};

/// The key of all streams: no line of `dr1` begins like this, so no seed of a draw is ever one of a simulation.
pub(super) fn key(seed: &str) -> Digest {
    Suite::Sha256.digest(format!("ssj-simulation/1\n{seed}\n").as_bytes())
}

/// The stream of one quarter of one run.
pub(super) struct Dice(ChaCha8Rng);

impl Dice {
    pub(super) fn new(key: &Digest, run: usize, quarter: usize) -> Dice {
        let mut stream = ChaCha8Rng::from_seed(*key.as_bytes());
        stream.set_stream((run as u64) << 8 | quarter as u64);
        Dice(stream)
    }

    /// Uniform in `0..2^64`.
    pub(super) fn word(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// Uniform in `0..n`, exactly (D. Lemire, ACM TOMACS 29, 2019); `n` is at least 1.
    pub(super) fn below(&mut self, n: u64) -> u64 {
        loop {
            let wide = u128::from(self.word()) * u128::from(n);
            let low = wide as u64;
            if low >= n || low >= n.wrapping_neg() % n {
                return (wide >> 64) as u64;
            }
        }
    }
}
