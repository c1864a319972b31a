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
            let start = line_digest(suite, "round", &[&seed.hex(), &list.list]);
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
    let (taken, mut n) = take_all(strata, n);
    let mut drawn: Vec<u64> = strata
        .iter()
        .zip(&taken)
        .map(|(stratum, taken)| if *taken { stratum.size } else { 0 })
        .collect();
    let mut left: Vec<usize> = (0..strata.len()).filter(|g| !taken[*g]).collect();
    left.sort_by_key(|g| (strata[*g].weight, strata[*g].name));
    let total: i128 = left.iter().map(|g| mass(&strata[*g])).sum();
    if total == 0 {
        n = 0;
    }
    if n > 0 {
        let start = start(total);
        let mut before: i128 = 0;
        for g in left {
            let after = before + i128::from(n) * mass(&strata[g]);
            let count =
                (after - 1 - start).div_euclid(total) - (before - 1 - start).div_euclid(total);
            drawn[g] = u64::try_from(count).expect("bug: counts ascend");
            before = after;
        }
    }
    drawn
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

/// The digest as a 256-bit integer modulo `modulus` ≤ 2^52: the only modulo, with a bias below 2^-190.
fn modulo(digest: &Digest, modulus: i128) -> i128 {
    digest.as_bytes().iter().fold(0, |rest, byte| (rest * 256 + i128::from(*byte)) % modulus)
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
