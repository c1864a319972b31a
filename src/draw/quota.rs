//! How many of each stratum are drawn: committed for `fixed`, rounded from the seed for `proportional`.

use crate::base::digest::{Digest, Suite};
use crate::base::text::line_digest;
use crate::record::commitment::{List, Method, Quota, Stratum};

/// n of every stratum, in committed order; `pareto` has none and returns an empty list.
pub fn quotas(suite: Suite, seed: &Digest, list: &List) -> Vec<u64> {
    match list.method {
        Method::Fixed => list
            .strata
            .iter()
            .map(|stratum| match stratum.quota {
                Quota::Count(n) => n,
                _ => unreachable!("bug: a stratum of a fixed list has a count"),
            })
            .collect(),
        Method::Proportional { n } => {
            let start = start_digest(suite, seed, list);
            quotas_from(&list.strata, n, |total| modulo(&start, total))
        }
        Method::Pareto { .. } => Vec::new(),
    }
}

/// n of every stratum of a `proportional` list, in committed order, from a start that is asked for with W, the total
/// weight of the strata not drawn whole, and lies in 0 … W − 1.
pub fn quotas_from(strata: &[Stratum], n: u64, start: impl FnOnce(i128) -> i128) -> Vec<u64> {
    proportional(&groups(strata), n, start)
}

/// A stratum of a `proportional` list.
struct Group<'a> {
    name: &'a str,
    size: u64,
    weight: u64,
}

fn groups(strata: &[Stratum]) -> Vec<Group<'_>> {
    fn group(stratum: &Stratum) -> Group<'_> {
        match stratum.quota {
            Quota::Weight(weight) => Group { name: &stratum.stratum, size: stratum.size, weight },
            _ => unreachable!("bug: a stratum of a proportional list has a weight"),
        }
    }
    strata.iter().map(group).collect()
}

/// Take-all strata first, then one systematic step through the expected counts of the rest, ordered by
/// (weight, name): every n_g is ⌊n·w·N/W⌋ or one more, they add up to n, and their mean over all starts is exact.
fn proportional(strata: &[Group<'_>], n: u64, start: impl FnOnce(i128) -> i128) -> Vec<u64> {
    let rounding = steps(strata, n);
    let mut drawn = vec![0; strata.len()];
    rounding.whole.iter().for_each(|g| drawn[*g] = strata[*g].size);
    if rounding.total > 0 {
        let start = start(rounding.total);
        for (g, before, after) in &rounding.steps {
            drawn[*g] = rounding.count(start, *before, *after);
        }
    }
    drawn
}

/// How a `proportional` list is rounded, as far as the commitment alone decides it.
pub(super) struct Rounding {
    /// Places of the strata that are drawn whole.
    pub whole: Vec<usize>,
    /// n of those left; 0 if nobody is left.
    pub n: u64,
    /// W of those left.
    pub total: i128,
    /// Per stratum left its place and A before and after it, in the order of the steps; none if n is 0.
    pub steps: Vec<(usize, i128, i128)>,
}

impl Rounding {
    /// Where the steps start.
    pub fn start(&self, digest: &Digest) -> i128 {
        modulo(digest, self.total)
    }

    /// n_g of a stratum between A before and after it.
    pub fn count(&self, start: i128, before: i128, after: i128) -> u64 {
        let step = |a: i128| (a - 1 - start).div_euclid(self.total);
        u64::try_from(step(after) - step(before)).expect("bug: counts ascend")
    }

    /// A before and after a stratum.
    pub fn step(&self, place: usize) -> Option<(i128, i128)> {
        let step = self.steps.iter().find(|(g, ..)| *g == place);
        step.map(|(_, before, after)| (*before, *after))
    }
}

/// The rounding of a `proportional` list; none of other lists.
pub(super) fn rounding(list: &List) -> Option<Rounding> {
    let Method::Proportional { n } = list.method else { return None };
    Some(steps(&groups(&list.strata), n))
}

/// A digest as a 256-bit integer modulo W: the only modulo, with a bias below 2^-190.
fn modulo(digest: &Digest, total: i128) -> i128 {
    digest.as_bytes().iter().fold(0, |rest, byte| (rest * 256 + i128::from(*byte)) % total)
}

/// The digest that `start` is made of.
pub(super) fn start_digest(suite: Suite, seed: &Digest, list: &List) -> Digest {
    line_digest(suite, "round", &[&seed.hex(), &list.list])
}

fn steps(strata: &[Group<'_>], n: u64) -> Rounding {
    let (taken, n) = take_all(strata, n);
    let whole = (0..strata.len()).filter(|g| taken[*g]).collect();
    let mut left: Vec<usize> = (0..strata.len()).filter(|g| !taken[*g]).collect();
    left.sort_by_key(|g| (strata[*g].weight, strata[*g].name));
    let total: i128 = left.iter().map(|g| mass(&strata[*g])).sum();
    let n = if total == 0 { 0 } else { n };
    let mut before = 0;
    let step = |g: usize| {
        let start = before;
        before += i128::from(n) * mass(&strata[g]);
        (g, start, before)
    };
    let steps = if n == 0 { Vec::new() } else { left.into_iter().map(step).collect() };
    Rounding { whole, n, total, steps }
}

/// Which strata are drawn whole, and what is left of n.
fn take_all(strata: &[Group<'_>], mut n: u64) -> (Vec<bool>, u64) {
    let mut taken = vec![false; strata.len()];
    loop {
        let left = strata.iter().zip(&taken).filter(|(_, taken)| !**taken);
        let total: i128 = left.map(|(stratum, _)| mass(stratum)).sum();
        let whole: Vec<usize> = (0..strata.len())
            .filter(|g| !taken[*g] && strata[*g].size > 0)
            .filter(|g| i128::from(n) * i128::from(strata[*g].weight) >= total)
            .collect();
        if whole.is_empty() {
            return (taken, n);
        }
        for g in whole {
            taken[g] = true;
            n -= strata[g].size;
        }
    }
}

fn mass(stratum: &Group<'_>) -> i128 {
    i128::from(stratum.weight) * i128::from(stratum.size)
}

/// The exact chance of each stratum's subjects to be drawn, numerator and denominator, in the order of
/// `strata`; none for `pareto`, which aims at n·w/W for each subject.
pub fn chances(method: Method, strata: &[Stratum]) -> Vec<Option<(u128, u128)>> {
    let Method::Proportional { n } = method else {
        let chance = |stratum: &Stratum| match stratum.quota {
            Quota::Count(n) => Some((n.into(), stratum.size.max(1).into())),
            _ => None,
        };
        return strata.iter().map(chance).collect();
    };
    let groups = groups(strata);
    let (taken, n) = take_all(&groups, n);
    let left = groups.iter().zip(&taken).filter(|(_, taken)| !**taken);
    let total: i128 = left.map(|(group, _)| mass(group)).sum();
    // Where nobody is, nobody is drawn: n·w/W could exceed 1 there.
    let chance = |(group, taken): (&Group<'_>, &bool)| match taken {
        true => (1, 1),
        false if mass(group) == 0 => (0, 1),
        false => (u128::from(n) * u128::from(group.weight), total.max(1).unsigned_abs()),
    };
    groups.iter().zip(&taken).map(|pair| Some(chance(pair))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group(size: u64, weight: u64) -> Group<'static> {
        Group { name: "g", size, weight }
    }

    #[test]
    fn means_over_all_starts_are_exact() {
        // Every start 0 ≤ start < W once: the mean of n_g is then exactly n·w·N/W.
        for (sizes, n) in [
            ([(8, 2), (11, 1), (3, 5)], 6),
            ([(5, 1), (5, 1), (5, 1)], 4),
            ([(40, 3), (0, 9), (7, 11)], 9),
        ] {
            let strata = sizes.map(|(size, weight)| group(size, weight));
            let total: i128 = strata.iter().map(mass).sum();
            let mut sums = [0u64; 3];
            for start in 0..total {
                let mut bytes = [0; 32];
                bytes[16..].copy_from_slice(&start.to_be_bytes());
                let start = Digest::from_bytes(bytes);
                let drawn = proportional(&strata, n, |total| modulo(&start, total));
                assert_eq!(drawn.iter().sum::<u64>(), n);
                sums.iter_mut().zip(&drawn).for_each(|(sum, n)| *sum += n);
            }
            for (stratum, sum) in strata.iter().zip(sums) {
                assert_eq!(i128::from(sum), i128::from(n) * mass(stratum));
            }
        }
    }

    #[test]
    fn heavy_strata_are_drawn_whole() {
        let strata = [group(3, 1_000_000), group(10, 1), group(0, 5)];
        let start = |total| modulo(&Suite::Sha256.digest(b"any"), total);
        assert_eq!(proportional(&strata, 5, start), [3, 2, 0]);
        assert_eq!(proportional(&strata, 13, start), [3, 10, 0]);
        assert_eq!(proportional(&strata, 0, start), [0, 0, 0]);
    }
}
