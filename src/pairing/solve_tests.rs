//! Evidence for the pairing solver: exhaustive search on small instances, and a check of the
//! certificate that shares nothing with the search.

use std::collections::BTreeMap;

use super::super::problem::{self, Inspector, Problem, Tickets};
use super::super::shortage::Blocking;
use super::{Optimum, Search};

/// One slot's candidates: (inspector, W), ascending, none twice.
type Candidates = Vec<(u32, u64)>;

/// One visit with the candidates of each slot.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Visit {
    slots: Vec<Candidates>,
}

/// A problem whose tickets are written down.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Instance {
    inspectors: Vec<Inspector>,
    visits: Vec<Visit>,
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
fn solve(instance: &Instance, progress: &mut dyn FnMut(usize)) -> Result<Optimum, Blocking> {
    let mut kinds: Vec<Vec<u32>> = Vec::new();
    let mut kind = |slot: &Candidates| {
        let names: Vec<u32> = slot.iter().map(|one| one.0).collect();
        let known = kinds.iter().position(|kind| *kind == names);
        known.unwrap_or_else(|| {
            kinds.push(names);
            kinds.len() - 1
        }) as u32
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
struct Xorshift(u64);

impl Xorshift {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, bound: u64) -> u64 {
        (self.next() >> 11) % bound
    }

    fn number(&mut self, low: usize, high: usize) -> usize {
        low + usize::try_from(self.below((high - low + 1) as u64)).unwrap()
    }

    fn small(&mut self, bound: u32) -> u32 {
        u32::try_from(self.below(u64::from(bound))).unwrap()
    }

    /// `count` different numbers below `bound`, in random order.
    fn sample(&mut self, count: usize, bound: usize) -> Vec<u32> {
        let mut numbers: Vec<u32> = (0..u32::try_from(bound).unwrap()).collect();
        for place in 0..count {
            numbers.swap(place, self.number(place, bound - 1));
        }
        numbers.truncate(count);
        numbers
    }
}

/// A random instance small enough for exhaustive search.
fn tiny(random: &mut Xorshift) -> Instance {
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
struct Best {
    unfilled: u32,
    tickets: u128,
    /// Ways of the same cost, to know the unique ones.
    ways: u64,
    teams: Vec<Vec<Option<u32>>>,
}

type Team = Vec<Option<u32>>;

/// All teams of a visit with the sum of their tickets; with `gaps` slots may stay empty.
fn all_teams(visit: &Visit, gaps: bool) -> Vec<(Team, u128)> {
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
fn exhaust(instance: &Instance, gaps: bool) -> Option<Best> {
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
fn objective(instance: &Instance, teams: &[Vec<u32>]) -> (u128, u128) {
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
fn cheapest_team(visit: &Visit, handicaps: &[i128]) -> i128 {
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
fn certify(instance: &Instance, optimum: &Optimum) {
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
        assert!(h.abs() < 1 << 120, "bound");
        assert!(count == 0 || unit * (2 * level - 1) <= *h, "condition 2");
        assert!(count >= inspector.capacity || *h <= unit * (2 * level + 1), "condition 3");
    }
}

/// The instance with some of its slots only.
fn restrict(instance: &Instance, slots: &[(u32, u32)]) -> Instance {
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
fn shortage(instance: &Instance, slots: &[(u32, u32)]) -> i64 {
    let restricted = restrict(instance, slots);
    let filled = instance.inspectors.iter().enumerate().map(|(name, inspector)| {
        let open = |slot: &Candidates| slot.iter().any(|one| one.0 as usize == name);
        let visits = restricted.visits.iter().filter(|visit| visit.slots.iter().any(open)).count();
        i64::from(inspector.capacity).min(i64::try_from(visits).unwrap())
    });
    i64::try_from(slots.len()).unwrap() - filled.sum::<i64>()
}

#[test]
fn agrees_with_exhaustive_search() {
    let mut random = Xorshift(0x9E37_79B9_7F4A_7C15);
    let (mut solved, mut unique, mut blocked) = (0, 0, 0);
    for _ in 0..2_000 {
        let instance = tiny(&mut random);
        let mut heard = Vec::new();
        let result = solve(&instance, &mut |filled| heard.push(filled));
        assert!(heard.is_sorted_by(|a, b| a < b));
        let slots: usize = instance.visits.iter().map(|visit| visit.slots.len()).sum();
        match (result, exhaust(&instance, false)) {
            (Ok(optimum), Some(best)) => {
                certify(&instance, &optimum);
                let teams: Vec<Team> = optimum
                    .teams
                    .iter()
                    .map(|team| team.iter().copied().map(Some).collect())
                    .collect();
                let full = |team: &Team| team.iter().copied().map(Option::unwrap).collect();
                let best_teams: Vec<Vec<u32>> = best.teams.iter().map(full).collect();
                assert_eq!(objective(&instance, &optimum.teams), objective(&instance, &best_teams));
                assert_eq!(heard.last(), Some(&slots));
                if best.ways == 1 {
                    assert_eq!(teams, best.teams);
                    unique += 1;
                }
                solved += 1;
            }
            (Err(blocking), None) => {
                assert!(blocking.slots.is_sorted_by(|a, b| a < b));
                assert_eq!(shortage(&instance, &blocking.slots), i64::from(blocking.short));
                assert_eq!(blocking.short, 1);
                assert!(exhaust(&restrict(&instance, &blocking.slots), false).is_none());
                for place in 0..blocking.slots.len() {
                    let mut part = blocking.slots.clone();
                    part.remove(place);
                    assert!(exhaust(&restrict(&instance, &part), false).is_some());
                }
                assert_eq!(blocking.unfilled, exhaust(&instance, true).unwrap().unfilled);
                blocked += 1;
            }
            (result, best) => panic!("{result:?}, but a pairing exists: {}", best.is_some()),
        }
    }
    assert!(solved > 400 && unique > 200 && blocked > 400, "{solved} {unique} {blocked}");
}

/// Visits of `slots` slots; each inspector is open to a slot with `percent`/100.
fn broad(random: &mut Xorshift, visits: usize, slots: usize, pool: u32, percent: u64) -> Instance {
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
fn tight(random: &mut Xorshift, visits: usize, slots: usize, pool: usize) -> Instance {
    let mut inspectors = vec![Inspector { capacity: 0, load: 0 }; pool];
    let mut visit = || {
        let team = random.sample(slots, pool);
        let mut slot = |&member: &u32| {
            inspectors[member as usize].capacity += 1;
            let count = random.number(1, 9);
            let mut open = random.sample(count, pool);
            open.push(member);
            open.sort_unstable();
            open.dedup();
            open.iter().map(|&inspector| (inspector, random.next())).collect()
        };
        Visit { slots: team.iter().map(&mut slot).collect() }
    };
    let visits = (0..visits).map(|_| visit()).collect();
    Instance { inspectors, visits }
}

fn solved(instance: &Instance) -> Optimum {
    solve(instance, &mut |_| ()).expect("the instance is feasible")
}

#[test]
fn the_certificate_holds_for_large_teams() {
    let mut random = Xorshift(1);
    for (visits, slots, pool) in [(40, 12, 14), (10, 16, 17), (30, 6, 9), (200, 4, 20)] {
        let instance = broad(&mut random, visits, slots, pool, 100);
        certify(&instance, &solved(&instance));
    }
}

#[test]
fn the_certificate_holds_for_crowded_and_for_sparse_teams() {
    let mut random = Xorshift(2);
    let mut feasible = 0;
    for _ in 0..40 {
        let slots = random.number(2, 12);
        let instance = broad(&mut random, 12, slots, 13, 70);
        if let Ok(optimum) = solve(&instance, &mut |_| ()) {
            certify(&instance, &optimum);
            feasible += 1;
        }
    }
    assert!(feasible > 20, "{feasible}");
}

#[test]
fn the_certificate_holds_where_capacity_equals_demand() {
    let mut random = Xorshift(3);
    for (slots, pool) in [(2, 20), (2, 90), (2, 400), (3, 60), (8, 60)] {
        let instance = tight(&mut random, 300, slots, pool);
        certify(&instance, &solved(&instance));
    }
}

#[test]
fn a_tight_instance_short_of_one_visit_is_blocked() {
    let mut random = Xorshift(4);
    let mut instance = tight(&mut random, 300, 2, 60);
    instance.inspectors[7].capacity -= 1;
    let blocking = solve(&instance, &mut |_| ()).unwrap_err();
    assert_eq!((blocking.short, blocking.unfilled), (1, 1));
    assert_eq!(shortage(&instance, &blocking.slots), 1);
    for place in 0..blocking.slots.len().min(40) {
        let mut part = blocking.slots.clone();
        part.remove(place);
        certify(&restrict(&instance, &part), &solved(&restrict(&instance, &part)));
    }
}

#[test]
fn the_order_of_visits_and_inspectors_has_no_influence() {
    let mut random = Xorshift(5);
    let instances = [
        broad(&mut random, 60, 3, 25, 60),
        tight(&mut random, 120, 2, 40),
        broad(&mut random, 20, 10, 14, 95),
    ];
    for instance in instances {
        let teams = solved(&instance).teams;
        let order = random.sample(instance.visits.len(), instance.visits.len());
        let pool = instance.inspectors.len();
        let old_name = random.sample(pool, pool);
        let mut new_name = vec![0; pool];
        (0..).zip(&old_name).for_each(|(new, &old): (u32, _)| new_name[old as usize] = new);
        let rename = |slot: &Candidates| {
            let mut slot: Candidates =
                slot.iter().map(|&(old, ticket)| (new_name[old as usize], ticket)).collect();
            slot.sort_unstable();
            slot
        };
        let visit = |&old: &u32| Visit {
            slots: instance.visits[old as usize].slots.iter().map(rename).collect(),
        };
        let permuted = Instance {
            inspectors: old_name.iter().map(|&old| instance.inspectors[old as usize]).collect(),
            visits: order.iter().map(visit).collect(),
        };
        for (&old, team) in order.iter().zip(solved(&permuted).teams) {
            let team: Vec<u32> = team.iter().map(|&new| old_name[new as usize]).collect();
            assert_eq!(team, teams[old as usize]);
        }
    }
}

#[test]
fn extreme_values_stay_within_the_bound() {
    let inspectors = vec![
        Inspector { capacity: 1 << 16, load: 1 << 16 },
        Inspector { capacity: 1, load: 1 << 16 },
        Inspector { capacity: 0, load: 0 },
        Inspector { capacity: 1, load: 0 },
    ];
    let slot: Candidates = vec![(0, u64::MAX), (1, u64::MAX), (2, 0), (3, 0)];
    let visits = vec![Visit { slots: vec![slot.clone(), slot] }; 2];
    let instance = Instance { inspectors, visits };
    certify(&instance, &solved(&instance));
}

#[test]
fn nobody_eligible_is_a_blocking_set_of_one_slot() {
    let one: Candidates = vec![(0, 5)];
    let visits = vec![Visit { slots: vec![one] }, Visit { slots: vec![Vec::new()] }];
    let inspectors = vec![Inspector { capacity: 1, load: 0 }];
    let blocking = solve(&Instance { inspectors, visits }, &mut |_| ()).unwrap_err();
    assert_eq!((blocking.slots, blocking.short, blocking.unfilled), (vec![(1, 0)], 1, 1));
}

#[test]
fn nothing_to_pair_is_solved() {
    let inspectors = vec![Inspector { capacity: 3, load: 2 }];
    let optimum = solved(&Instance { inspectors, visits: Vec::new() });
    assert_eq!((optimum.teams, optimum.handicaps), (Vec::new(), vec![5 << 88]));
}

#[test]
#[should_panic(expected = "bug: kind 0 is not ascending")]
fn unordered_candidates_are_a_bug() {
    let inspectors = vec![Inspector { capacity: 1, load: 0 }; 2];
    let visits = vec![Visit { slots: vec![vec![(1, 0), (0, 0)]] }];
    let _ = solve(&Instance { inspectors, visits }, &mut |_| ());
}
