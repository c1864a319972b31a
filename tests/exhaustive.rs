//! The pairing against trying every assignment: an implementation of `docs/protocol.md` §6.2–6.6 by brute force, which
//! shares nothing with ours but the digests, on hundreds of tiny random draws. And the order of inspectors is nothing.
#![allow(missing_docs)]

mod support;

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;
use shuangsuiji::base::digest::{Digest, Suite};
use shuangsuiji::conduct::Drawn;
use shuangsuiji::draw::ticket::PairTickets;
use shuangsuiji::pairing::rounds::pair;
use shuangsuiji::pairing::rules::Case;
use shuangsuiji::record::ids::{Iid, Sid};
use support::random::{Draft, Random, TINY};

/// Per visit and slot: who is eligible, with W.
type Open = Vec<Vec<BTreeMap<usize, u64>>>;
/// The inspectors of each slot of each visit.
type Teams = Vec<Vec<usize>>;

/// A draw to be paired, read from the draft alone.
struct Tiny {
    sids: Vec<Sid>,
    /// The texts of each visit's slots, merged.
    slots: Vec<Vec<String>>,
    open: Open,
    capacity: Vec<u32>,
    load: Vec<u32>,
    iids: Vec<String>,
    incompatible: BTreeSet<(usize, usize)>,
}

/// §6.2, from the text of the specification: the first tag of a key fills a placeholder, equal slots merge.
fn tiny(draft: &Draft, seed: &Digest, visits: &[(Sid, Vec<String>)]) -> Tiny {
    let fill = |pattern: &str, tags: &[String]| -> String {
        let mut filled = String::new();
        let mut rest = pattern;
        while let Some((before, after)) = rest.split_once('{') {
            let (key, after) = after.split_once('}').unwrap();
            let start = format!("{key}:");
            let value = tags.iter().find_map(|tag| tag.strip_prefix(&start)).unwrap();
            filled.extend([before, value]);
            rest = after;
        }
        filled + rest
    };
    let pairs = PairTickets::new(draft.commitment.suite, seed);
    let (mut slots, mut open) = (Vec::new(), Vec::new());
    for (sid, lists) in visits {
        let frames = lists.iter().map(|list| &draft.frames[list]);
        let row = frames.flatten().find(|row| row.sid == *sid).unwrap();
        let tickets = pairs.row(sid.as_str(), row.salt.as_ref());
        let mut merged: BTreeMap<String, (Vec<String>, Vec<String>)> = BTreeMap::new();
        for name in lists {
            for slot in &draft.commitment.list(name).unwrap().slots {
                let filled = |patterns: &[String]| -> Vec<String> {
                    patterns.iter().map(|pattern| fill(pattern, &row.tags)).collect()
                };
                let (needs, avoids) = (filled(&slot.needs), filled(&slot.avoids));
                let (role, n, a) = (slot.role.name(), needs.join(","), avoids.join(","));
                merged.insert(format!("{}|{role}|{n}|{a}", slot.slot), (needs, avoids));
            }
        }
        let mut visit = Vec::new();
        for (index, (needs, avoids)) in (0..).zip(merged.values()) {
            let mut eligible = BTreeMap::new();
            for (i, inspector) in draft.inspectors.iter().enumerate() {
                let fits = needs.iter().all(|tag| inspector.tags.contains(tag))
                    && !avoids.iter().any(|tag| inspector.tags.contains(tag))
                    && !draft.recusals.iter().any(|r| r.sid == *sid && r.iid == inspector.iid);
                if fits {
                    eligible.insert(i, tickets.ticket(inspector.iid.as_str(), index));
                }
            }
            visit.push(eligible);
        }
        open.push(visit);
        slots.push(merged.into_keys().collect());
    }
    let place = |iid: &Iid| draft.inspectors.iter().position(|inspector| inspector.iid == *iid);
    let incompatible = draft.incompatible.iter();
    Tiny {
        sids: visits.iter().map(|(sid, _)| sid.clone()).collect(),
        slots,
        open,
        capacity: draft.inspectors.iter().map(|i| i.capacity).collect(),
        load: draft.inspectors.iter().map(|i| i.load).collect(),
        iids: draft.inspectors.iter().map(|i| i.iid.as_str().to_owned()).collect(),
        incompatible: incompatible
            .filter_map(|row| Some((place(&row.iid)?, place(&row.iid2)?)))
            .collect(),
    }
}

/// How many assignments there are if capacities did not bind, at most.
fn size(open: &Open) -> u128 {
    open.iter().flatten().map(|slot| slot.len().max(1) as u128).product()
}

/// Tries every assignment: slot after slot, everybody eligible.
struct Search<'a> {
    open: &'a [Vec<BTreeMap<usize, u64>>],
    capacity: &'a [u32],
    load: &'a [u32],
    counts: Vec<u32>,
    teams: Teams,
    best: Option<(u128, u128, Teams)>,
}

impl Search<'_> {
    fn go(&mut self, visit: usize, slot: usize, tickets: u128) {
        if visit == self.open.len() {
            let squares = self.load.iter().zip(&self.counts);
            let squares = squares.map(|(load, count)| u128::from(load + count).pow(2)).sum();
            let better = self.best.as_ref().is_none_or(|(s, t, _)| (squares, tickets) < (*s, *t));
            if better {
                self.best = Some((squares, tickets, self.teams.clone()));
            }
            return;
        }
        if slot == self.open[visit].len() {
            self.go(visit + 1, 0, tickets);
            return;
        }
        for (i, ticket) in &self.open[visit][slot] {
            if self.counts[*i] < self.capacity[*i] && !self.teams[visit].contains(i) {
                self.counts[*i] += 1;
                self.teams[visit].push(*i);
                self.go(visit, slot + 1, tickets + u128::from(*ticket));
                self.teams[visit].pop();
                self.counts[*i] -= 1;
            }
        }
    }
}

fn best(tiny: &Tiny, open: &Open) -> Option<Teams> {
    let mut search = Search {
        open,
        capacity: &tiny.capacity,
        load: &tiny.load,
        counts: vec![0; tiny.capacity.len()],
        teams: vec![Vec::new(); open.len()],
        best: None,
    };
    search.go(0, 0, 0);
    search.best.map(|(_, _, teams)| teams)
}

/// §6.4 by the letter: the rounds, and who is open in the round that has no assignment, if there is one.
fn rounds(tiny: &Tiny) -> (Vec<Teams>, Option<Open>) {
    let mut open = tiny.open.clone();
    let mut found = Vec::new();
    loop {
        let Some(teams) = best(tiny, &open) else {
            return (found, Some(open));
        };
        let mut excluded = BTreeSet::new();
        for (visit, team) in teams.iter().enumerate() {
            for (a, one) in team.iter().enumerate() {
                for (b, other) in team.iter().enumerate() {
                    if tiny.incompatible.contains(&(*one, *other)) {
                        let rank = |slot: usize, i: usize| (open[visit][slot][&i], &tiny.iids[i]);
                        let later = if rank(a, *one) > rank(b, *other) { *one } else { *other };
                        excluded.insert((visit, later));
                    }
                }
            }
        }
        found.push(teams);
        if excluded.is_empty() {
            return (found, None);
        }
        for (visit, i) in excluded {
            open[visit].iter_mut().for_each(|slot| slot.retain(|one, _| *one != i));
        }
    }
}

/// Whether these slots (visit, slot) can be filled at once.
fn fillable(tiny: &Tiny, open: &Open, slots: &[(u32, u32)]) -> bool {
    let mut part: BTreeMap<u32, Vec<BTreeMap<usize, u64>>> = BTreeMap::new();
    for (visit, slot) in slots {
        let open = open[*visit as usize][*slot as usize].clone();
        part.entry(*visit).or_default().push(open);
    }
    best(tiny, &part.into_values().collect()).is_some()
}

/// §6.6: |A| less what the inspectors could do for A at most.
fn shortfall(tiny: &Tiny, open: &Open, slots: &[(u32, u32)]) -> i64 {
    let supply = (0..tiny.capacity.len()).map(|i| {
        let visits: BTreeSet<u32> = slots
            .iter()
            .filter(|(visit, slot)| open[*visit as usize][*slot as usize].contains_key(&i))
            .map(|(visit, _)| *visit)
            .collect();
        i64::from(tiny.capacity[i]).min(i64::try_from(visits.len()).unwrap())
    });
    i64::try_from(slots.len()).unwrap() - supply.sum::<i64>()
}

#[derive(Default, Debug)]
struct Seen {
    instances: usize,
    shared_slots: usize,
    /// Optima in which somebody is at his capacity.
    bound: usize,
    several_rounds: usize,
    short_at_once: usize,
    short_later: usize,
    /// Blocking sets of more than one slot.
    wide: usize,
}

fn compare(number: u64) -> Option<Seen> {
    let draft = Draft::of_size(number, TINY);
    let seed = Suite::Sha256.digest(&number.to_be_bytes());
    let drawn: Drawn = draft.draw_from(&seed);
    let visits: Vec<(Sid, Vec<String>)> =
        drawn.visits.iter().map(|row| (row.sid.clone(), row.lists.clone())).collect();
    let tiny = tiny(&draft, &seed, &visits);
    if visits.is_empty() || size(&tiny.open) > 200_000 {
        return None;
    }
    let mut seen = Seen { instances: 1, ..Seen::default() };
    for (visit, (slots, sid)) in drawn.case.visits.iter().zip(tiny.slots.iter().zip(&tiny.sids)) {
        let texts: Vec<&String> = visit.slots.iter().map(|slot| &slot.text).collect();
        assert_eq!((&visit.sid, texts), (sid, slots.iter().collect()), "{number}");
    }
    let before: usize = visits
        .iter()
        .flat_map(|(_, lists)| lists)
        .map(|list| draft.commitment.list(list).unwrap().slots.len())
        .sum();
    seen.shared_slots += usize::from(tiny.slots.iter().map(Vec::len).sum::<usize>() < before);

    let (expected, blocked) = rounds(&tiny);
    let of_round = |round: &shuangsuiji::pairing::rounds::Round| -> Teams {
        let team = |team: &Vec<u32>| team.iter().map(|i| *i as usize).collect();
        round.teams.iter().map(team).collect()
    };
    let found: Vec<Teams> = drawn.rounds.rounds.iter().map(of_round).collect();
    assert_eq!(found, expected, "{number}");
    seen.several_rounds += usize::from(expected.len() > 1);
    if let Some(last) = expected.last() {
        let visits = |i: usize| last.iter().flatten().filter(|one| **one == i).count();
        let full = |i: usize| visits(i) > 0 && visits(i) == tiny.capacity[i] as usize;
        seen.bound += usize::from((0..tiny.capacity.len()).any(full));
    }

    assert_eq!(drawn.rounds.shortage.is_some(), blocked.is_some(), "{number}");
    if let (Some(shortage), Some(open)) = (&drawn.rounds.shortage, blocked) {
        let slots = &shortage.slots;
        assert!(!fillable(&tiny, &open, slots), "{number}: {slots:?} can be filled");
        for place in 0..slots.len() {
            let mut fewer = slots.clone();
            fewer.remove(place);
            assert!(fillable(&tiny, &open, &fewer), "{number}: {slots:?} is not minimal");
        }
        assert_eq!(shortfall(&tiny, &open, slots), 1, "{number}");
        assert_eq!(shortage.short, 1, "{number}");
        assert!(slots.is_sorted_by(|a, b| a < b));
        seen.short_at_once += usize::from(expected.is_empty());
        seen.short_later += usize::from(!expected.is_empty());
        seen.wide += usize::from(slots.len() > 1);
    }
    Some(seen)
}

#[test]
fn trying_every_assignment_agrees_with_the_pairing() {
    let add = |a: Seen, b: Seen| Seen {
        instances: a.instances + b.instances,
        shared_slots: a.shared_slots + b.shared_slots,
        bound: a.bound + b.bound,
        several_rounds: a.several_rounds + b.several_rounds,
        short_at_once: a.short_at_once + b.short_at_once,
        short_later: a.short_later + b.short_later,
        wide: a.wide + b.wide,
    };
    let seen = (0..4000u64).into_par_iter().filter_map(compare).reduce(Seen::default, add);
    println!("{seen:?}");
    assert!(seen.instances > 2000, "{seen:?}");
    assert!(seen.shared_slots > 150 && seen.bound > 150 && seen.several_rounds > 80, "{seen:?}");
    assert!(seen.short_at_once > 300 && seen.short_later > 80 && seen.wide > 300, "{seen:?}");
}

/// The same case with inspectors in another order, and where each stood before.
fn permuted(case: &Case, random: &mut Random) -> (Case, Vec<u32>) {
    let mut old: Vec<u32> = (0..u32::try_from(case.inspectors.len()).unwrap()).collect();
    random.shuffle(&mut old);
    let mut new = vec![0; old.len()];
    (0..).zip(&old).for_each(|(place, i): (u32, _)| new[*i as usize] = place);
    let mut other = case.clone();
    other.inspectors = old.iter().map(|i| case.inspectors[*i as usize].clone()).collect();
    let pair = |(a, b): &(u32, u32)| {
        let (a, b) = (new[*a as usize], new[*b as usize]);
        (a.min(b), a.max(b))
    };
    other.incompatible = case.incompatible.iter().map(pair).collect();
    let recused = other.visits.iter_mut().map(|visit| &mut visit.recused);
    for set in other.kinds.iter_mut().chain(recused) {
        set.iter_mut().for_each(|i| *i = new[*i as usize]);
        set.sort_unstable();
    }
    (other, old)
}

/// The result is a function of identities: whatever the order of the inspectors, the same teams in the same rounds,
/// and a shortage in the same round.
#[test]
fn the_order_of_inspectors_changes_no_assignment() {
    let (mut several, mut short, mut moved) = (0, 0, 0);
    for number in 0..200 {
        let draft = Draft::of(number);
        let drawn = draft.draw_from(&Suite::Sm3.digest(&number.to_be_bytes()));
        let mut random = Random::new(number);
        for _ in 0..3 {
            let (other, old) = permuted(&drawn.case, &mut random);
            let again = pair(&other, &mut |_, _| {});
            let back = |team: &Vec<u32>| team.iter().map(|i| old[*i as usize]).collect();
            let again_teams: Vec<Vec<Vec<u32>>> =
                again.rounds.iter().map(|round| round.teams.iter().map(back).collect()).collect();
            let teams: Vec<Vec<Vec<u32>>> =
                drawn.rounds.rounds.iter().map(|round| round.teams.clone()).collect();
            assert_eq!(again_teams, teams, "{number}");
            assert_eq!(again.shortage.is_some(), drawn.rounds.shortage.is_some(), "{number}");
            moved += u32::from(old.windows(2).any(|pair| pair[0] > pair[1]));
        }
        several += u32::from(drawn.rounds.rounds.len() > 1);
        short += u32::from(drawn.rounds.shortage.is_some());
    }
    assert!(several > 20 && short > 20 && moved > 500, "{several} {short} {moved}");
}
