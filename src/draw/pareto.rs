//! Keys of Pareto order sampling (Rosén 1997): ⌊2^64·a/b⌋ with a = X(W − n·w), b = (2^65 − X)·n·w, X = 2U + 1 and U
//! the first 64 bits of the ticket. n·w/W is the probability aimed at; nothing is a float.

use crate::base::digest::Digest;
use crate::record::tables::FrameRow;

/// What is left to draw after those who are drawn for certain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Pareto {
    /// n of those left.
    n: u64,
    /// W: the weights of those left.
    total: u64,
    /// Weights from here on are drawn for certain.
    certain: u64,
}

impl Pareto {
    /// Takes out, until nobody changes any more, all whose n·w reaches W.
    pub(super) fn new(frame: &[FrameRow], n: u64) -> Self {
        // The rows of a large frame do not fit into a cache, their weights do.
        Pareto::of_weights(frame.iter().map(|row| row.weight).collect(), n)
    }

    /// As [`Pareto::new`], of the weights alone; `n` is at most their number.
    pub(crate) fn of_weights(mut weights: Vec<u64>, n: u64) -> Self {
        let mut left = Pareto { n, total: 0, certain: u64::MAX };
        loop {
            left.total = weights.iter().sum();
            // A weight is drawn for certain from W/n on, rounded up.
            let certain = if left.n == 0 { u64::MAX } else { left.total.div_ceil(left.n) };
            let before = weights.len();
            weights.retain(|weight| *weight < certain);
            if weights.len() == before {
                return left;
            }
            (left.n, left.certain) = (left.n - (before - weights.len()) as u64, certain);
        }
    }

    /// The key of a subject: 0 if it is drawn for certain, 2^128 − 1 if nothing is left to draw.
    pub(super) fn key(&self, weight: u64, ticket: &Digest) -> u128 {
        self.key_of(weight, ticket.first_u64())
    }

    /// As [`Pareto::key`], of U.
    pub(crate) fn key_of(&self, weight: u64, u: u64) -> u128 {
        match self.quotient(weight, u) {
            Ok((a, b)) => scaled_quotient(a, b),
            Err(key) => key,
        }
    }

    /// The largest U, or nearly, whose key is at most 2^64 · `tenths` / 10; with ten tenths the chance aimed at.
    pub(crate) fn front_at(&self, weight: u64, tenths: u64) -> u64 {
        if weight >= self.certain {
            return u64::MAX;
        }
        // U/(1 − U) = k·nw/(W − nw), k being so many tenths.
        let nw = u128::from(self.n) * u128::from(weight);
        let (above, rest) = (nw * u128::from(tenths), 10 * (u128::from(self.total) - nw));
        u64::try_from((above << 64) / (above + rest).max(1)).unwrap_or(u64::MAX)
    }

    /// Whether the key is surely above `cut`, told from the highest bits of a and b alone: the division, which costs
    /// more than the ticket, is left to those near the front.
    pub(super) fn is_surely_above(&self, weight: u64, ticket: &Digest, cut: u128) -> bool {
        let Ok((a, b)) = self.quotient(weight, ticket.first_u64()) else { return false };
        // a/b ≥ (a >> 54)/((b >> 54) + 1), both below 2^63; cut < (cut >> 32) + 1 in units of 2^-32.
        let (least, most) = (a >> 54, (b >> 54) + 1);
        let cut = (cut >> 32) + 1;
        cut < 1 << 64 && least << 32 > cut * most
    }

    /// a and b, or the key of a subject that needs none.
    fn quotient(&self, weight: u64, u: u64) -> Result<(u128, u128), u128> {
        if weight >= self.certain {
            return Err(0);
        }
        if self.n == 0 {
            return Err(u128::MAX);
        }
        let x = 2 * u128::from(u) + 1;
        let nw = u128::from(self.n) * u128::from(weight);
        Ok((x * (u128::from(self.total) - nw), ((1 << 65) - x) * nw))
    }
}

/// min(2^128 − 1, ⌊2^64·a/b⌋) for a, b < 2^117 and b > 0, by long division one bit at a time.
fn scaled_quotient(a: u128, b: u128) -> u128 {
    let (whole, mut rest) = (a / b, a % b);
    if whole >= 1 << 64 {
        return u128::MAX;
    }
    let mut quotient = whole;
    for _ in 0..64 {
        rest <<= 1;
        quotient <<= 1;
        if rest >= b {
            rest -= b;
            quotient |= 1;
        }
    }
    quotient
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::digest::Suite;
    use crate::record::ids::Sid;

    #[test]
    fn long_division_agrees_where_u128_suffices() {
        for (a, b) in
            [(0u128, 1u128), (1, 1), (1, 3), (7, 2), ((1 << 60) + 7, 12_345), (5, 1 << 116)]
        {
            assert_eq!(scaled_quotient(a, b), (a << 64) / b, "{a}/{b}");
        }
        assert_eq!(scaled_quotient(1 << 116, 1), u128::MAX);
        // 2^64·(2^116 − 1)/(2^116) is just below 2^64.
        assert_eq!(scaled_quotient((1 << 116) - 1, 1 << 116), u128::from(u64::MAX));
    }

    fn frame(weights: &[u64]) -> Vec<FrameRow> {
        let row = |(i, weight): (usize, &u64)| FrameRow {
            sid: Sid::parse(&format!("S{i}")).unwrap(),
            stratum: "all".to_owned(),
            weight: *weight,
            tags: Vec::new(),
            salt: None,
        };
        weights.iter().enumerate().map(row).collect()
    }

    #[test]
    fn take_all_ends_where_nobody_reaches_the_mean() {
        // 100·1/10 ≥ 1: the heaviest goes first, then 20 of 26 with n = 2, then 3·1 < 3·1 + 2 no more.
        let left = Pareto::new(&frame(&[100, 20, 3, 2, 1]), 3);
        assert_eq!(left, Pareto { n: 1, total: 6, certain: 13 });
        assert_eq!(Pareto::new(&frame(&[5, 5]), 2).n, 0);
        assert_eq!(Pareto::new(&frame(&[5, 5]), 0).total, 10);
        assert_eq!(Pareto::new(&[], 0).total, 0);
    }

    #[test]
    fn nobody_below_the_cut_is_passed_over() {
        let weights: Vec<u64> = (0..400).map(|i| 1 + i * i % 1_000).collect();
        let mut skipped = 0;
        for n in [0, 1, 7, 60, 399] {
            let left = Pareto::new(&frame(&weights), n);
            let ticket = |i: u32| Suite::Sha256.digest(&i.to_be_bytes());
            let keys: Vec<(u64, Digest, u128)> = (0..400)
                .zip(&weights)
                .map(|(i, w)| (*w, ticket(i), left.key(*w, &ticket(i))))
                .collect();
            for cut in keys.iter().map(|(_, _, key)| *key) {
                for (weight, ticket, key) in &keys {
                    let above = left.is_surely_above(*weight, ticket, cut);
                    assert!(!above || *key > cut, "{key} {cut}");
                    skipped += usize::from(above);
                }
            }
        }
        assert!(skipped > 100_000, "the test must not be idle: {skipped}");
    }
}
