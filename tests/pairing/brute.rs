//! `docs/protocol.md` §6.3–6.5 by trying everything. It shares nothing with ours but the digests.

use std::collections::{BTreeMap, BTreeSet};

use shuangsuiji::draw::ticket::PairTickets;

use crate::cases::{Made, iid, sid};

/// Per visit and slot: who is open, with W.
pub type Open = Vec<Vec<BTreeMap<usize, u64>>>;
/// The inspectors of each slot of each visit.
pub type Teams = Vec<Vec<usize>>;

/// Who is open in round 0.
pub fn open(made: &Made) -> Open {
    let tickets = PairTickets::new(made.suite, &made.seed);
    let visit = |(v, slots): (usize, &Vec<BTreeSet<usize>>)| {
        let row = tickets.row(sid(v).as_str(), None);
        let slot = |(s, set): (u32, &BTreeSet<usize>)| {
            let open = set.iter().filter(|i| !made.recused.contains(&(v, **i)));
            open.map(|i| (*i, row.ticket(iid(*i).as_str(), s))).collect()
        };
        (0..).zip(slots).map(slot).collect()
    };
    made.fitting.iter().enumerate().map(visit).collect()
}

/// Every distinct team of a visit with its ΣW.
pub fn all_teams(visit: &[BTreeMap<usize, u64>]) -> Vec<(Vec<usize>, u128)> {
    fn go(
        visit: &[BTreeMap<usize, u64>],
        team: &mut Vec<usize>,
        sum: u128,
        found: &mut Vec<(Vec<usize>, u128)>,
    ) {
        let Some(slot) = visit.get(team.len()) else {
            found.push((team.clone(), sum));
            return;
        };
        for (i, ticket) in slot {
            if !team.contains(i) {
                team.push(*i);
                go(visit, team, sum + u128::from(*ticket), found);
                team.pop();
            }
        }
    }
    let mut found = Vec::new();
    go(visit, &mut Vec::new(), 0, &mut found);
    found
}

/// Per visit the teams to be tried.
pub type Choices = Vec<Vec<(Vec<usize>, u128)>>;

/// Every team of every visit. Of teams with the same members only the cheapest is kept: neither capacities nor
/// numbers of visits tell them apart.
pub fn choices(open: &Open) -> Choices {
    let of_visit = |visit: &Vec<BTreeMap<usize, u64>>| {
        let mut cheapest: BTreeMap<BTreeSet<usize>, (Vec<usize>, u128)> = BTreeMap::new();
        for (team, sum) in all_teams(visit) {
            let members = team.iter().copied().collect();
            let known = cheapest.entry(members).or_insert_with(|| (team.clone(), sum));
            if sum < known.1 {
                *known = (team, sum);
            }
        }
        cheapest.into_values().collect()
    };
    open.iter().map(of_visit).collect()
}

/// One choice of teams.
pub struct Choice<'a> {
    /// Per visit the place of its team among the visit's choices.
    pub places: &'a [usize],
    /// Per inspector his visits.
    pub visits: &'a [u32],
    /// ΣW.
    pub tickets: u128,
}

/// Calls `found` with every choice of teams within capacities.
pub fn every(choices: &Choices, capacity: &[u32], found: &mut dyn FnMut(&Choice<'_>)) {
    fn go(
        choices: &Choices,
        capacity: &[u32],
        (places, visits): (&mut Vec<usize>, &mut Vec<u32>),
        tickets: u128,
        found: &mut dyn FnMut(&Choice<'_>),
    ) {
        let Some(teams) = choices.get(places.len()) else {
            found(&Choice { places, visits, tickets });
            return;
        };
        for (place, (team, sum)) in teams.iter().enumerate() {
            if team.iter().all(|i| visits[*i] < capacity[*i]) {
                team.iter().for_each(|i| visits[*i] += 1);
                places.push(place);
                go(choices, capacity, (places, visits), tickets + sum, found);
                places.pop();
                team.iter().for_each(|i| visits[*i] -= 1);
            }
        }
    }
    let mut visits = vec![0; capacity.len()];
    go(choices, capacity, (&mut Vec::new(), &mut visits), 0, found);
}

/// The assignment that minimises (Σ (load + visits)², ΣW), if there is any.
pub fn best(open: &Open, capacity: &[u32], load: &[u32]) -> Option<Teams> {
    let choices = choices(open);
    let mut best: Option<(u128, u128, Vec<usize>)> = None;
    every(&choices, capacity, &mut |Choice { places, visits, tickets }| {
        let squares = load.iter().zip(*visits).map(|(load, n)| u128::from(load + n).pow(2)).sum();
        if best.as_ref().is_none_or(|(s, t, _)| (squares, *tickets) < (*s, *t)) {
            best = Some((squares, *tickets, places.to_vec()));
        }
    });
    let places = best?.2.into_iter().zip(&choices);
    Some(places.map(|(place, teams)| teams[place].0.clone()).collect())
}

/// Closes all slots of a visit to an inspector.
pub fn exclude(open: &mut Open, visit: usize, inspector: usize) {
    open[visit].iter_mut().for_each(|slot| slot.retain(|i, _| *i != inspector));
}

/// §6.4 by the letter: the rounds, and whether one without an assignment follows them.
pub fn rounds(made: &Made) -> (Vec<(Open, Teams)>, bool) {
    let mut open = open(made);
    let mut found = Vec::new();
    while let Some(teams) = best(&open, &made.capacity, &made.load) {
        let mut excluded = BTreeSet::new();
        for (v, team) in teams.iter().enumerate() {
            for (a, one) in team.iter().enumerate() {
                for (b, other) in team.iter().enumerate() {
                    if made.incompatible.contains(&(*one, *other)) {
                        let rank = |slot: usize, i: usize| (open[v][slot][&i], iid(i));
                        excluded.insert((
                            v,
                            if rank(a, *one) > rank(b, *other) { *one } else { *other },
                        ));
                    }
                }
            }
        }
        found.push((open.clone(), teams));
        if excluded.is_empty() {
            return (found, false);
        }
        for (v, i) in excluded {
            exclude(&mut open, v, i);
        }
    }
    (found, true)
}

/// One unit of the first objective.
const M: i128 = 1 << 88;

/// §6.5: whether the three conditions hold; `all` are all teams of every visit.
pub fn proves(
    made: &Made,
    open: &Open,
    all: &[Vec<(Vec<usize>, u128)>],
    teams: &Teams,
    handicaps: &[i128],
) -> bool {
    let mut visits = vec![0; handicaps.len()];
    teams.iter().flatten().for_each(|i| visits[*i] += 1);
    let inspector = |i: usize| {
        let (n, h) = (visits[i], handicaps[i]);
        let level = i128::from(made.load[i] + n);
        (n == 0 || M * (2 * level - 1) <= h) && (n >= made.capacity[i] || h <= M * (2 * level + 1))
    };
    let cost = |team: &[usize], sum: u128| {
        i128::try_from(sum).unwrap() + team.iter().map(|i| handicaps[*i]).sum::<i128>()
    };
    let visit = |v: usize| {
        let own = open[v].iter().zip(&teams[v]).map(|(slot, i)| u128::from(slot[i])).sum();
        let own = cost(&teams[v], own);
        all[v].iter().all(|(other, sum)| own <= cost(other, *sum))
    };
    (0..handicaps.len()).all(inspector) && (0..teams.len()).all(visit)
}
