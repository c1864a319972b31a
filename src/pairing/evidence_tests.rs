//! What the solver's tests are made of: random instances, exhaustive search, and a check of the certificate
//! that shares nothing with the search.

use std::collections::BTreeMap;

use super::super::{Optimum, Search};
use crate::pairing::problem::{self, Inspector, Problem, Tickets};
use crate::pairing::shortage::Blocking;

/// One slot's candidates: (inspector, W), ascending, none twice.
pub(super) type Candidates = Vec<(u32, u64)>;

/// One visit with the candidates of each slot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Visit {
    pub(super) slots: Vec<Candidates>,
}

/// A problem whose tickets are written down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Instance {
    pub(super) inspectors: Vec<Inspector>,
    pub(super) visits: Vec<Visit>,
}

impl Tickets for Instance {
    fn price(&self, visit: u32, slot: usize, open: &mut [(u32, u64)]) {
        let candidates = &self.visits[visit as usize].slots[slot];
        for (i, ticket) in open {
            let found = candidates.binary_search_by_key(i, |one| one.0);
            *ticket = candidates[found.expect("only the eligible are priced")].1;
        }
    }
}

/// Searches an instance in which every slot has a kind of its own, but for equal ones.
pub(super) fn solve(
    instance: &Instance,
    progress: &mut dyn FnMut(usize),
) -> Result<Optimum, Blocking> {
    let (mut kinds, mut known) = (Vec::new(), BTreeMap::new());
    let mut kind = |slot: &Candidates| {
        let names: Vec<u32> = slot.iter().map(|one| one.0).collect();
        *known.entry(names.clone()).or_insert_with(|| {
            kinds.push(names);
            u32::try_from(kinds.len()).unwrap() - 1
        })
    };
    let of_visit = |visit: &Visit| visit.slots.iter().map(&mut kind).collect();
    let of_visits: Vec<Vec<u32>> = instance.visits.iter().map(of_visit).collect();
    let visits = of_visits.iter().map(|kinds| problem::Visit { kinds, barred: Vec::new() });
    let inspectors = instance.inspectors.clone();
    let problem =
        Problem { inspectors, kinds: &kinds, visits: visits.collect(), tickets: instance };
    Search::new(problem, progress).optimum()
}

/// The xorshift generator of G. Marsaglia (Journal of Statistical Software 8, 2003).
pub(super) struct Xorshift(pub(super) u64);

impl Xorshift {
    pub(super) fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, bound: u64) -> u64 {
        (self.next() >> 11) % bound
    }

    pub(super) fn number(&mut self, low: usize, high: usize) -> usize {
        low + usize::try_from(self.below((high - low + 1) as u64)).unwrap()
    }

    pub(super) fn small(&mut self, bound: u32) -> u32 {
        u32::try_from(self.below(u64::from(bound))).unwrap()
    }

    /// `count` different numbers below `bound`, in random order.
    pub(super) fn sample(&mut self, count: usize, bound: usize) -> Vec<u32> {
        let mut numbers: Vec<u32> = (0..u32::try_from(bound).unwrap()).collect();
        for place in 0..count {
            numbers.swap(place, self.number(place, bound - 1));
        }
        numbers.truncate(count);
        numbers
    }
}

/// A random instance small enough for exhaustive search.
pub(super) fn tiny(random: &mut Xorshift) -> Instance {
    let pool = random.number(1, 6);
    let visits = random.number(1, 5);
    let most = if visits > 3 { 3 } else { 4 };
    // Small tickets make ties, and differences of every sign; large ones make carries.
    let tickets = [2, 10, 1 << 20, 1 << 53][random.number(0, 3)];
    let shift = if tickets == 1 << 53 { 11 } else { 0 };
    let open = random.number(5, 10) as u64;
    let capacity = random.number(2, 8) as u32;
    let load = [1, 2, 4, 1 << 16][random.number(0, 3)];
    let inspectors = (0..pool)
        .map(|_| Inspector { capacity: random.small(capacity + 1), load: random.small(load + 1) });
    let inspectors = inspectors.collect();
    let visit = |random: &mut Xorshift| {
        let slots = random.number(1, most);
        let mut slot = || -> Candidates {
            let open = (0..pool).filter(|_| random.below(10) < open).collect::<Vec<_>>();
            open.iter().map(|&i| (i as u32, random.below(tickets) << shift)).collect()
        };
        Visit { slots: (0..slots).map(|_| slot()).collect() }
    };
    Instance { inspectors, visits: (0..visits).map(|_| visit(random)).collect() }
}

/// The best way to give inspectors certain numbers of visits.
#[derive(Clone)]
pub(super) struct Best {
    pub(super) unfilled: u32,
    tickets: u128,
    /// Ways of the same cost, to know the unique ones.
    pub(super) ways: u64,
    pub(super) teams: Vec<Vec<Option<u32>>>,
}

pub(super) type Team = Vec<Option<u32>>;

/// All teams of a visit with the sum of their tickets; with `gaps` slots may stay empty.
pub(super) fn all_teams(visit: &Visit, gaps: bool) -> Vec<(Team, u128)> {
    let mut teams: Vec<(Team, u128)> = vec![(Vec::new(), 0)];
    for slot in &visit.slots {
        let mut longer = Vec::new();
        for (team, sum) in &teams {
            for &(inspector, ticket) in slot.iter().filter(|one| !team.contains(&Some(one.0))) {
                let mut team = team.clone();
                team.push(Some(inspector));
                longer.push((team, sum + u128::from(ticket)));
            }
            if gaps {
                let mut team = team.clone();
                team.push(None);
                longer.push((team, *sum));
            }
        }
        teams = longer;
    }
    teams
}

/// Every assignment, the best kept per vector of visit counts; then the best of all.
pub(super) fn exhaust(instance: &Instance, gaps: bool) -> Option<Best> {
    let start = Best { unfilled: 0, tickets: 0, ways: 1, teams: Vec::new() };
    let mut states = BTreeMap::from([(vec![0u32; instance.inspectors.len()], start)]);
    for visit in &instance.visits {
        let teams = all_teams(visit, gaps);
        let mut next: BTreeMap<Vec<u32>, Best> = BTreeMap::new();
        for (counts, best) in &states {
            for (team, sum) in &teams {
                let mut counts = counts.clone();
                team.iter().flatten().for_each(|&one| counts[one as usize] += 1);
                let limits = counts.iter().zip(&instance.inspectors);
                if limits.clone().any(|(&count, one)| count > one.capacity) {
                    continue;
                }
                let gaps = team.iter().filter(|one| one.is_none()).count();
                let mut new = best.clone();
                new.unfilled += u32::try_from(gaps).unwrap();
                new.tickets += sum;
                new.teams.push(team.clone());
                let old = next.entry(counts).or_insert_with(|| Best { ways: 0, ..new.clone() });
                match (new.unfilled, new.tickets).cmp(&(old.unfilled, old.tickets)) {
                    std::cmp::Ordering::Less => *old = new,
                    std::cmp::Ordering::Equal => old.ways += new.ways,
                    std::cmp::Ordering::Greater => {}
                }
            }
        }
        states = next;
    }
    let key = |counts: &[u32], best: &Best| {
        let squares = counts.iter().zip(&instance.inspectors);
        let squares = squares.map(|(&count, one)| u128::from(one.load + count).pow(2));
        (best.unfilled, squares.sum::<u128>(), best.tickets)
    };
    let least = states.iter().map(|(counts, best)| key(counts, best)).min()?;
    let mut equal = states.iter().filter(|(counts, best)| key(counts, best) == least);
    let mut best = equal.next()?.1.clone();
    best.ways += equal.map(|(_, best)| best.ways).sum::<u64>();
    Some(best)
}

/// (Σ (load + visits)², ΣW) of a full pairing; panics if it breaks a rule.
pub(super) fn objective(instance: &Instance, teams: &[Vec<u32>]) -> (u128, u128) {
    let mut counts = vec![0u32; instance.inspectors.len()];
    let mut tickets = 0;
    assert_eq!(teams.len(), instance.visits.len());
    for (visit, team) in instance.visits.iter().zip(teams) {
        assert_eq!(team.len(), visit.slots.len());
        for (place, (slot, inspector)) in visit.slots.iter().zip(team).enumerate() {
            assert!(!team[..place].contains(inspector), "an inspector holds two slots");
            tickets += u128::from(slot.iter().find(|one| one.0 == *inspector).unwrap().1);
            counts[*inspector as usize] += 1;
        }
    }
    let mut squares = 0;
    for (count, inspector) in counts.iter().zip(&instance.inspectors) {
        assert!(*count <= inspector.capacity, "an inspector is over capacity");
        squares += u128::from(inspector.load + count).pow(2);
    }
    (squares, tickets)
}

/// Least Σ(W + h) over the distinct teams of a visit: all teams where there are few, otherwise a
/// table over sets of slots, one inspector after the other.
pub(super) fn cheapest_team(visit: &Visit, handicaps: &[i128]) -> i128 {
    let k = visit.slots.len();
    if k <= 3 && visit.slots.iter().map(Vec::len).product::<usize>() < 2_000 {
        let cost = |(team, sum): &(Team, u128)| {
            let handicaps = team.iter().flatten().map(|&one| handicaps[one as usize]);
            i128::try_from(*sum).unwrap() + handicaps.sum::<i128>()
        };
        return all_teams(visit, false).iter().map(cost).min().unwrap();
    }
    let mut table: Vec<Option<i128>> = vec![None; 1 << k];
    table[0] = Some(0);
    for (inspector, handicap) in handicaps.iter().enumerate() {
        let places = visit.slots.iter().enumerate().filter_map(|(place, slot)| {
            let found = slot.binary_search_by_key(&inspector, |one| one.0 as usize).ok()?;
            Some((1 << place, i128::from(slot[found].1) + handicap))
        });
        let places: Vec<(usize, i128)> = places.collect();
        for set in (0..table.len()).rev() {
            for &(place, cost) in places.iter().filter(|one| set & one.0 != 0) {
                if let Some(rest) = table[set ^ place] {
                    table[set] = Some(table[set].map_or(rest + cost, |old| old.min(rest + cost)));
                }
            }
        }
    }
    table[(1 << k) - 1].unwrap()
}

/// The three conditions of the certificate, and its bound.
pub(super) fn certify(instance: &Instance, optimum: &Optimum) {
    let Optimum { teams, handicaps } = optimum;
    objective(instance, teams);
    assert_eq!(handicaps.len(), instance.inspectors.len());
    let mut counts = vec![0u32; handicaps.len()];
    for (visit, team) in instance.visits.iter().zip(teams) {
        let own = visit.slots.iter().zip(team).map(|(slot, inspector)| {
            let ticket = slot.iter().find(|one| one.0 == *inspector).unwrap().1;
            i128::from(ticket) + handicaps[*inspector as usize]
        });
        assert_eq!(own.sum::<i128>(), cheapest_team(visit, handicaps), "condition 1");
        team.iter().for_each(|&one| counts[one as usize] += 1);
    }
    let unit: i128 = 1 << 88;
    for ((inspector, count), h) in instance.inspectors.iter().zip(counts).zip(handicaps) {
        let level = i128::from(inspector.load + count);
        assert!((1..=1 << 112).contains(h), "bound");
        assert!(count == 0 || unit * (2 * level - 1) <= *h, "condition 2");
        assert!(count >= inspector.capacity || *h <= unit * (2 * level + 1), "condition 3");
    }
}

/// The instance with some of its slots only.
pub(super) fn restrict(instance: &Instance, slots: &[(u32, u32)]) -> Instance {
    let of_visit = |(name, visit): (usize, &Visit)| Visit {
        slots: slots
            .iter()
            .filter(|slot| slot.0 as usize == name)
            .map(|slot| visit.slots[slot.1 as usize].clone())
            .collect(),
    };
    let mut visits: Vec<Visit> = instance.visits.iter().enumerate().map(of_visit).collect();
    visits.retain(|visit| !visit.slots.is_empty());
    Instance { inspectors: instance.inspectors.clone(), visits }
}

/// |A| − Σ min(capacity, visits with a slot of A open to the inspector).
pub(super) fn shortage(instance: &Instance, slots: &[(u32, u32)]) -> i64 {
    let restricted = restrict(instance, slots);
    let filled = instance.inspectors.iter().enumerate().map(|(name, inspector)| {
        let open = |slot: &Candidates| slot.iter().any(|one| one.0 as usize == name);
        let visits = restricted.visits.iter().filter(|visit| visit.slots.iter().any(open)).count();
        i64::from(inspector.capacity).min(i64::try_from(visits).unwrap())
    });
    i64::try_from(slots.len()).unwrap() - filled.sum::<i64>()
}

/// Visits of `slots` slots; each inspector is open to a slot with `percent`/100.
pub(super) fn broad(
    random: &mut Xorshift,
    visits: usize,
    slots: usize,
    pool: u32,
    percent: u64,
) -> Instance {
    let inspectors = (0..pool).map(|_| Inspector { capacity: 1 << 16, load: random.small(4) });
    let inspectors = inspectors.collect();
    let mut visit = || {
        let mut slot = || -> Candidates {
            let open: Vec<u32> = (0..pool).filter(|_| random.below(100) < percent).collect();
            open.iter().map(|&inspector| (inspector, random.next())).collect()
        };
        Visit { slots: (0..slots).map(|_| slot()).collect() }
    };
    Instance { inspectors, visits: (0..visits).map(|_| visit()).collect() }
}

/// Capacity equals demand, by a hidden pairing; 2 … 10 candidates in each slot.
pub(super) fn tight(random: &mut Xorshift, visits: usize, slots: usize, pool: usize) -> Instance {
    let mut inspectors = vec![Inspector { capacity: 0, load: 0 }; pool];
    let mut visit = || {
        let team = random.sample(slots, pool);
        let mut slot = |&member: &u32| {
            inspectors[member as usize].capacity += 1;
            let count = random.number(2, 10);
            let mut open = random.sample(count, pool);
            if !open.contains(&member) {
                open[0] = member;
            }
            open.sort_unstable();
            open.iter().map(|&inspector| (inspector, random.next())).collect()
        };
        Visit { slots: team.iter().map(&mut slot).collect() }
    };
    let visits = (0..visits).map(|_| visit()).collect();
    Instance { inspectors, visits }
}

pub(super) fn solved(instance: &Instance) -> Optimum {
    solve(instance, &mut |_| ()).expect("the instance is feasible")
}
