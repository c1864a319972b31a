//! Keys of Pareto order sampling (Rosén 1997): ⌊2^64·a/b⌋ with a = X(W − n·w), b = (2^65 − X)·n·w, X = 2U + 1 and U
//! the first 64 bits of the ticket. n·w/W is the probability aimed at; nothing is a float.

use crate::base::digest::Digest;
use crate::record::frame::Weights;

/// What is left to draw after those who are drawn for certain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Pareto {
    /// n of those left.
    pub n: u64,
    /// W: the weights of those left.
    pub total: u64,
    /// Weights from here on are drawn for certain.
    certain: u64,
    /// The largest weight of those left.
    most: u64,
}

impl Pareto {
    /// Takes out, until nobody changes any more, all whose n·w reaches W; `n` is at most the number of subjects.
    pub(crate) fn new(weights: &Weights, n: u64) -> Self {
        Pareto::of_counts(weights.iter().collect(), n)
    }

    /// As [`Pareto::new`], of the weights one by one.
    pub(crate) fn of_weights(weights: Vec<u64>, n: u64) -> Self {
        Pareto::of_counts(weights.into_iter().map(|weight| (weight, 1)).collect(), n)
    }

    /// Of weights and how many have each.
    fn of_counts(mut weights: Vec<(u64, u64)>, n: u64) -> Self {
        let mut left = Pareto { n, total: 0, certain: u64::MAX, most: 0 };
        loop {
            left.total = weights.iter().map(|(weight, n)| weight * n).sum();
            left.most = weights.iter().map(|(weight, _)| *weight).max().unwrap_or(0);
            // A weight is drawn for certain from W/n on, rounded up.
            let certain = if left.n == 0 { u64::MAX } else { left.total.div_ceil(left.n) };
            let (mut drawn, before) = (0, weights.len());
            weights.retain(|(weight, n)| {
                drawn += if *weight < certain { 0 } else { *n };
                *weight < certain
            });
            if weights.len() == before {
                return left;
            }
            (left.n, left.certain) = (left.n - drawn, certain);
        }
    }

    /// A key that n + `more` of those left stay below, but for a chance that nobody meets: keys up to 2^64·c are expected of
    /// Σ cp/(1 − p + cp) subjects, p being their chances, which is n for c = 1 and rises by n − Σ p² there. None where
    /// chances are so near to one that it rises too little to tell.
    pub(super) fn cut_beyond(&self, more: u64) -> Option<u128> {
        let (n, total) = (u128::from(self.n), u128::from(self.total));
        let heaviest = n * u128::from(self.most);
        if self.n < LEAST_TO_GUESS || 10 * heaviest > 9 * total {
            return None;
        }
        // Beyond c = 1 it rises more slowly: by half at c = 2 for rare subjects, hence twice as far.
        let (above, below) =
            (2 * u128::from(deviation(self.n) + more), n * (total - heaviest) / total);
        (above < below).then(|| (1 << 64) + (above << 64) / below)
    }

    /// The least weight that is drawn for certain: no weight left has n·w ≥ W; none if nothing is left to draw.
    pub(super) fn threshold(&self) -> Option<u64> {
        (self.n > 0 && self.total > 0).then(|| self.total.div_ceil(self.n))
    }

    /// Weights from here on are drawn for certain; none if nobody is.
    pub(super) fn certain_from(&self) -> Option<u64> {
        (self.certain < u64::MAX).then_some(self.certain)
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

/// Fewer are not worth a guess.
pub(super) const LEAST_TO_GUESS: u64 = 100;

/// Twelve standard deviations of a number that is `n` on the average, at most: a chance of 10^-31 by the normal law.
pub(super) fn deviation(n: u64) -> u64 {
    12 * (n.isqrt() + 1)
}

/// min(2^128 − 1, ⌊2^64·a/b⌋) for b > 0.
fn scaled_quotient(a: u128, b: u128) -> u128 {
    let (whole, rest) = (a / b, a % b);
    match whole >> 64 {
        0 => whole << 64 | u128::from(fraction(rest, b)),
        _ => u128::MAX,
    }
}

/// ⌊2^64·a/b⌋ for a < b, as one step of long division by digits of 64 bits (Knuth, The Art of Computer Programming,
/// vol. 2, 4.3.1, algorithm D): with the highest bit of b set, the first digit tells the quotient but for two.
fn fraction(a: u128, b: u128) -> u64 {
    let shift = b.leading_zeros();
    let (a, b) = (a << shift, b << shift);
    let (high, low) = (b >> 64, b & u128::from(u64::MAX));
    let mut quotient = (a / high).min(u128::from(u64::MAX));
    // 2^64·a − quotient·b = 2^64·(a − quotient·high) − quotient·low: too large a quotient makes it negative.
    let mut rest = a - quotient * high;
    while rest >> 64 == 0 && quotient * low > rest << 64 {
        quotient -= 1;
        rest += high;
    }
    u64::try_from(quotient).expect("bug: a digit has 64 bits")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::digest::Suite;

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

    #[test]
    fn one_digit_at_a_time_is_one_bit_at_a_time() {
        let bit_by_bit = |a: u128, b: u128| {
            let step = |(rest, quotient): (u128, u64), _| match (rest << 1).checked_sub(b) {
                Some(rest) => (rest, quotient << 1 | 1),
                None => (rest << 1, quotient << 1),
            };
            (0..64).fold((a, 0), step).1
        };
        let odd = |i: u32| {
            let digest = Suite::Sha256.digest(&i.to_be_bytes());
            let word = |at: usize| u128::from(digest.as_bytes()[at]);
            let all = (0..16).fold(0, |sum, at| sum << 8 | word(at));
            // Few bits, many bits, ends of words.
            (all >> 11) >> (u32::from(digest.as_bytes()[20]) % 117)
        };
        for i in 0..20_000 {
            let b = odd(2 * i).max(1);
            for a in [odd(2 * i + 1) % b, b - 1, b / 2, 0] {
                assert_eq!(fraction(a, b), bit_by_bit(a, b), "{a}/{b}");
            }
        }
        let b = (1 << 117) - (1 << 64) + 1;
        assert_eq!(fraction(b - 1, b), bit_by_bit(b - 1, b));
    }

    fn pareto(weights: &[u64], n: u64) -> Pareto {
        let left = Pareto::of_weights(weights.to_vec(), n);
        assert_eq!(left, Pareto::new(&weights.iter().copied().collect(), n));
        left
    }

    #[test]
    fn take_all_ends_where_nobody_reaches_the_mean() {
        // 100·1/10 ≥ 1: the heaviest goes first, then 20 of 26 with n = 2, then 3·1 < 3·1 + 2 no more.
        let left = pareto(&[100, 20, 3, 2, 1], 3);
        assert_eq!(left, Pareto { n: 1, total: 6, certain: 13, most: 3 });
        // Two of one weight are drawn for certain together.
        let twins = pareto(&[9, 9, 1, 1, 1], 3);
        assert_eq!(twins, Pareto { n: 1, total: 3, certain: 7, most: 1 });
        assert_eq!(pareto(&[5, 5], 2).n, 0);
        assert_eq!(pareto(&[5, 5], 0).total, 10);
        assert_eq!(pareto(&[], 0).total, 0);
    }

    #[test]
    fn nobody_below_the_cut_is_passed_over() {
        let weights: Vec<u64> = (0..400).map(|i| 1 + i * i % 1_000).collect();
        let mut skipped = 0;
        for n in [0, 1, 7, 60, 399] {
            let left = pareto(&weights, n);
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
