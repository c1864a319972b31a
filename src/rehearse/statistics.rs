//! Numbers of many runs in few: means in thousandths, and the ranges in which most runs lie. Integers only.

/// What a number came to in all runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spread {
    /// The mean, in thousandths.
    pub mean_thousandths: u64,
    /// The least.
    pub min: u32,
    /// One run in twenty lies below.
    pub p05: u32,
    /// Half of the runs lie below.
    pub median: u32,
    /// One run in twenty lies above.
    pub p95: u32,
    /// The most.
    pub max: u32,
}

impl Spread {
    /// Of the numbers of all runs; zeros of none.
    pub(super) fn of(numbers: impl Iterator<Item = u32>) -> Spread {
        let mut numbers: Vec<u32> = numbers.collect();
        numbers.sort_unstable();
        let Some(last) = numbers.len().checked_sub(1) else { return Spread::default() };
        let sum: u64 = numbers.iter().map(|n| u64::from(*n)).sum();
        let n = numbers.len() as u64;
        Spread {
            mean_thousandths: (sum * 1000 + n / 2) / n,
            min: numbers[0],
            p05: numbers[last * 5 / 100],
            median: numbers[last / 2],
            p95: numbers[last - last * 5 / 100],
            max: numbers[last],
        }
    }
}

/// How often something happened, of how many times it could: a frequency, kept as its two counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Frequency {
    /// Times it happened.
    pub hits: u64,
    /// Times it could have.
    pub of: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_stand_where_they_say() {
        let spread = Spread::of((1..=1000).rev());
        let of = |mean_thousandths, min, p05, median, p95, max| Spread {
            mean_thousandths,
            min,
            p05,
            median,
            p95,
            max,
        };
        assert_eq!(spread, of(500_500, 1, 50, 500, 951, 1000));
        assert_eq!(Spread::of([7].into_iter()), of(7_000, 7, 7, 7, 7, 7));
        assert_eq!(Spread::of([].into_iter()), Spread::default());
    }
}
