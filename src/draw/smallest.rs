//! The smallest of many, exactly, in memory that depends on how many are wanted alone.

/// Keeps the `k` smallest items pushed, and knows early which ones cannot be among them.
#[derive(Clone, Debug)]
pub(crate) struct Smallest<T> {
    k: usize,
    /// At most 2k + [`SPARE`] items; all that may still be among the smallest.
    kept: Vec<T>,
    /// The k-th smallest when the rest was last dropped.
    cut: Option<T>,
}

/// Room beyond twice k, so that a small k is not sorted at every step.
const SPARE: usize = 64;

impl<T: Ord + Copy> Smallest<T> {
    pub(crate) fn new(k: usize) -> Self {
        Smallest { k, kept: Vec::new(), cut: None }
    }

    /// An item that is greater than this is not among the smallest.
    pub(super) fn cut(&self) -> Option<&T> {
        self.cut.as_ref()
    }

    pub(crate) fn push(&mut self, item: T) {
        if self.k == 0 || self.cut.is_some_and(|cut| item > cut) {
            return;
        }
        self.kept.push(item);
        if self.kept.len() >= self.k.saturating_mul(2).saturating_add(SPARE) {
            self.drop_rest();
        }
    }

    /// The smallest of both.
    pub(super) fn join(mut self, other: Self) -> Self {
        other.kept.into_iter().for_each(|item| self.push(item));
        self
    }

    /// The `k` smallest in order; all of them if fewer were pushed.
    pub(crate) fn sorted(mut self) -> Vec<T> {
        self.drop_rest();
        self.kept.sort_unstable();
        self.kept
    }

    fn drop_rest(&mut self) {
        if self.kept.len() > self.k {
            let (_, cut, _) = self.kept.select_nth_unstable(self.k - 1);
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
            for parts in [1, 3] {
                let mut parts: Vec<Smallest<u64>> = vec![Smallest::new(k); parts];
                let n = parts.len();
                items.iter().enumerate().for_each(|(i, item)| parts[i % n].push(*item));
                assert!(parts.iter().all(|part| part.kept.len() < 2 * k + SPARE + 1));
                let all = parts.into_iter().reduce(Smallest::join).unwrap();
                assert_eq!(all.sorted(), sorted[..k.min(2_000)]);
            }
        }
    }
}
