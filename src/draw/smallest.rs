//! The smallest of many, exactly, in memory that depends on how many are wanted alone.

use rayon::prelude::*;

/// Keeps the items with the `k` smallest keys pushed, and knows early which ones cannot be among them.
#[derive(Clone, Debug)]
pub(crate) struct Smallest<K, V> {
    k: usize,
    /// At most 2k + [`SPARE`] items; all that may still be among the smallest.
    kept: Vec<(K, V)>,
    /// The k-th smallest key when the rest was last dropped.
    cut: Option<K>,
}

/// Room beyond twice k, so that a small k is not sorted at every step.
const SPARE: usize = 64;

/// Fewer are sorted by one thread.
const PARALLEL_FROM: usize = 10_000;

impl<K: Ord + Copy, V> Smallest<K, V> {
    pub(crate) fn new(k: usize) -> Self {
        Smallest { k, kept: Vec::new(), cut: None }
    }

    /// As [`Smallest::new`], where no key above `cut` is expected among the smallest: were fewer than wanted to be
    /// kept, the guess was wrong.
    pub(super) fn guessed(k: usize, cut: Option<K>) -> Self {
        Smallest { k, kept: Vec::new(), cut }
    }

    /// How many are kept, `k` at most.
    pub(super) fn len(&self) -> usize {
        self.kept.len().min(self.k)
    }

    /// None yet, but with what is known of the others: those that cannot be among the smallest of both are not kept.
    pub(super) fn part(&self) -> Self {
        Smallest { k: self.k, kept: Vec::new(), cut: self.cut }
    }

    /// An item with a greater key is not among the smallest.
    pub(super) fn cut(&self) -> Option<&K> {
        self.cut.as_ref()
    }

    pub(crate) fn push(&mut self, key: K, item: V) {
        if self.k == 0 || self.cut.is_some_and(|cut| key > cut) {
            return;
        }
        self.kept.push((key, item));
        if self.kept.len() >= self.k.saturating_mul(2).saturating_add(SPARE) {
            self.drop_rest();
        }
    }

    /// Takes in those of another.
    pub(super) fn join(&mut self, other: Self) {
        other.kept.into_iter().for_each(|(key, item)| self.push(key, item));
    }

    /// Those with the `k` smallest keys in order; all of them if fewer were pushed.
    pub(crate) fn sorted(mut self) -> Vec<(K, V)>
    where
        K: Send,
        V: Send,
    {
        self.drop_rest();
        match self.kept.len() {
            0..PARALLEL_FROM => self.kept.sort_unstable_by_key(|(key, _)| *key),
            _ => self.kept.par_sort_unstable_by_key(|(key, _)| *key),
        }
        self.kept
    }

    fn drop_rest(&mut self) {
        if self.kept.len() > self.k {
            let (_, (cut, _), _) =
                self.kept.select_nth_unstable_by_key(self.k - 1, |(key, _)| *key);
            self.cut = Some(*cut);
            self.kept.truncate(self.k);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_sorting() {
        let items: Vec<u64> = (0..2_000u64).map(|i| i * 7_919 % 1_201).collect();
        let mut sorted = items.clone();
        sorted.sort_unstable();
        for k in [0, 1, 2, 63, 500, 1_999, 2_000, 5_000] {
            for parts in [1, 3, 100] {
                let mut all: Smallest<u64, u64> = Smallest::new(k);
                for chunk in items.chunks(items.len().div_ceil(parts)) {
                    let mut part = all.part();
                    chunk.iter().for_each(|item| part.push(*item, !*item));
                    assert!(part.kept.len() < 2 * k + SPARE + 1);
                    all.join(part);
                }
                let (keys, items): (Vec<u64>, Vec<u64>) = all.sorted().into_iter().unzip();
                assert_eq!(keys, sorted[..k.min(2_000)]);
                assert!(keys.iter().zip(items).all(|(key, item)| item == !*key));
            }
        }
    }
}
