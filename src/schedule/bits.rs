//! Sets of days.

/// Words of 64 days each.
const WORDS: usize = 6;
/// Most working days of one schedule: a year and a half.
pub const DAYS_MAX: usize = 64 * WORDS;

/// A set of days by their index.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Days([u64; WORDS]);

impl Days {
    pub fn insert(&mut self, day: usize) {
        self.0[day / 64] |= 1 << (day % 64);
    }

    pub fn remove(&mut self, day: usize) {
        self.0[day / 64] &= !(1 << (day % 64));
    }

    pub fn contains(&self, day: usize) -> bool {
        self.0[day / 64] >> (day % 64) & 1 == 1
    }

    pub fn len(&self) -> u32 {
        self.0.iter().map(|word| word.count_ones()).sum()
    }

    pub fn is_empty(&self) -> bool {
        self.0 == [0; WORDS]
    }

    pub fn and(&self, other: &Days) -> Days {
        Days(std::array::from_fn(|i| self.0[i] & other.0[i]))
    }

    pub fn or(&self, other: &Days) -> Days {
        Days(std::array::from_fn(|i| self.0[i] | other.0[i]))
    }

    pub fn without(&self, other: &Days) -> Days {
        Days(std::array::from_fn(|i| self.0[i] & !other.0[i]))
    }

    /// The days in order.
    pub fn iter(&self) -> impl Iterator<Item = usize> + use<> {
        let mut words = self.0;
        (0..WORDS).flat_map(move |i| {
            std::iter::from_fn(move || {
                let word = words[i];
                words[i] &= word.wrapping_sub(1);
                (word != 0).then(|| 64 * i + word.trailing_zeros() as usize)
            })
        })
    }

    /// The day with so many before it in the set.
    pub fn nth(&self, mut n: u32) -> usize {
        for (i, word) in self.0.iter().enumerate() {
            let here = word.count_ones();
            if n < here {
                let mut word = *word;
                for _ in 0..n {
                    word &= word - 1;
                }
                return 64 * i + word.trailing_zeros() as usize;
            }
            n -= here;
        }
        unreachable!("bug: the set has fewer days")
    }
}

impl FromIterator<usize> for Days {
    fn from_iter<T: IntoIterator<Item = usize>>(days: T) -> Self {
        let mut set = Days::default();
        days.into_iter().for_each(|day| set.insert(day));
        set
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_of_days() {
        let wanted = [0, 1, 63, 64, 130, 383];
        let set: Days = wanted.into_iter().collect();
        assert_eq!(set.iter().collect::<Vec<_>>(), wanted);
        assert_eq!((0..set.len()).map(|n| set.nth(n)).collect::<Vec<_>>(), wanted);
        let other: Days = [1, 2, 383].into_iter().collect();
        assert_eq!(set.and(&other).iter().collect::<Vec<_>>(), [1, 383]);
        assert_eq!(set.or(&other).len(), 7);
        let mut rest = set.without(&other);
        assert_eq!(rest.iter().collect::<Vec<_>>(), [0, 63, 64, 130]);
        assert!(rest.contains(130) && !rest.contains(1));
        wanted.iter().for_each(|day| rest.remove(*day));
        assert!(rest.is_empty());
    }
}
