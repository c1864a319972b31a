//! Evidence for the pairing by whole cases and its public parts: teams of 3, 4, 6 and 12 against trying everything,
//! with capacities that bind, loads, recusals and incompatible inspectors; certificates accepted exactly where §6.5
//! holds, and none for any other assignment; a hundred instances without slack; and one answer for any number of threads.
//!
//! The hundred are of 2,000 visits with teams of 2, 3 and 4. `SSJ_TIGHT=500` draws more of them, and with teams of 6 too.
#![allow(missing_docs)]

#[path = "pairing/brute.rs"]
mod brute;
#[path = "pairing/cases.rs"]
mod cases;
mod support;

use rayon::ThreadPoolBuilder;
use rayon::prelude::*;
use shuangsuiji::base::digest::Suite;
use shuangsuiji::pairing::certificate::{self, M};
use shuangsuiji::pairing::rounds::{Round, Rounds, pair};
use shuangsuiji::pairing::rules::{Case, Exclusions};

use brute::{Open, Teams, all_teams, best, choices, every, exclude, proves, rounds};
use cases::{Made, tight, tiny};
use support::random::Random;

fn paired(case: &Case) -> Rounds {
    pair(case, &mut |_, _| {})
}

fn places(teams: &[Vec<u32>]) -> Teams {
    teams.iter().map(|team| team.iter().map(|i| *i as usize).collect()).collect()
}

fn named(teams: &Teams) -> Vec<Vec<u32>> {
    let name = |i: &usize| u32::try_from(*i).unwrap();
    teams.iter().map(|team| team.iter().map(name).collect()).collect()
}

/// Each round with the exclusions in force.
fn with_exclusions<'a>(case: &Case, rounds: &'a Rounds) -> Vec<(Exclusions, &'a Round)> {
    let mut exclusions = Exclusions::new();
    let mut result = Vec::new();
    for round in &rounds.rounds {
        result.push((exclusions.clone(), round));
        exclusions.extend(case.exclusions(&round.teams));
    }
    result
}

// ------------------------------------------------------------------------------- trying everything

/// What was among the random cases, so that none of it can be missing unseen.
#[derive(Debug, Default)]
struct Seen {
    cases: usize,
    /// Some round's optimum would be another if nobody's capacity bound.
    binding: usize,
    /// Some round's optimum would be another if nobody had a load.
    loads: usize,
    several_rounds: usize,
    short_at_once: usize,
    short_later: usize,
}

impl Seen {
    fn add(self, other: Self) -> Self {
        Seen {
            cases: self.cases + other.cases,
            binding: self.binding + other.binding,
            loads: self.loads + other.loads,
            several_rounds: self.several_rounds + other.several_rounds,
            short_at_once: self.short_at_once + other.short_at_once,
            short_later: self.short_later + other.short_later,
        }
    }
}

fn compare(slots: usize, number: u64) -> Seen {
    let made = tiny(slots, &mut Random::new(number));
    let (expected, short) = rounds(&made);
    let case = made.case();
    let found = paired(&case);
    let teams: Vec<Teams> = found.rounds.iter().map(|round| places(&round.teams)).collect();
    let wanted: Vec<Teams> = expected.iter().map(|(_, teams)| teams.clone()).collect();
    assert_eq!(teams, wanted, "{slots} slots, {number}");
    assert_eq!(found.shortage.is_some(), short, "{slots} slots, {number}");
    for ((exclusions, round), (open, teams)) in with_exclusions(&case, &found).iter().zip(&expected)
    {
        let ours = certificate::check(&case, exclusions, &round.teams, &round.handicaps);
        assert_eq!(ours, Ok(()), "{slots} slots, {number}");
        let all: Vec<_> = open.iter().map(|visit| all_teams(visit)).collect();
        assert!(proves(&made, open, &all, teams, &round.handicaps), "{slots} slots, {number}");
    }
    let differs = |capacity: &[u32], load: &[u32]| {
        let other =
            |(open, teams): &(Open, Teams)| best(open, capacity, load).as_ref() != Some(teams);
        usize::from(expected.iter().any(other))
    };
    let pool = made.capacity.len();
    Seen {
        cases: 1,
        binding: differs(&vec![u32::MAX; pool], &made.load),
        loads: differs(&made.capacity, &vec![0; pool]),
        several_rounds: usize::from(expected.len() > 1),
        short_at_once: usize::from(short && expected.is_empty()),
        short_later: usize::from(short && !expected.is_empty()),
    }
}

#[test]
fn teams_of_every_size_agree_with_trying_everything() {
    for slots in [3, 4, 6, 12] {
        let cases = 0..400u64;
        let one = |number| compare(slots, number);
        let seen = cases.into_par_iter().map(one).reduce(Seen::default, Seen::add);
        println!("{slots} slots: {seen:?}");
        assert!(seen.binding > 50 && seen.loads > 20, "{slots} slots: {seen:?}");
        assert!(seen.several_rounds > 20, "{slots} slots: {seen:?}");
        assert!(seen.short_at_once > 20 && seen.short_later > 10, "{slots} slots: {seen:?}");
    }
}

// ------------------------------------------------------------------------------------- certificates

/// The last round of a tiny case that has one, with what it is judged by.
struct Proved {
    made: Made,
    case: Case,
    exclusions: Exclusions,
    open: Open,
    teams: Teams,
    handicaps: Vec<i128>,
}

impl Proved {
    fn new(slots: usize, number: u64) -> Option<Self> {
        let made = tiny(slots, &mut Random::new(number));
        let case = made.case();
        let found = paired(&case);
        let (exclusions, round) = with_exclusions(&case, &found).pop()?;
        let mut open = brute::open(&made);
        for (v, i) in &exclusions {
            exclude(&mut open, *v as usize, *i as usize);
        }
        let (teams, handicaps) = (places(&round.teams), round.handicaps.clone());
        Some(Proved { made, case, exclusions, open, teams, handicaps })
    }

    fn accepts(&self, teams: &Teams, handicaps: &[i128]) -> bool {
        certificate::check(&self.case, &self.exclusions, &named(teams), handicaps).is_ok()
    }
}

/// Whatever assignment within capacities is put in the optimum's place, its handicaps prove it not.
#[test]
fn the_handicaps_prove_no_other_assignment() {
    for slots in [2, 3, 4, 6, 12] {
        let one = |number: u64| {
            let proved = Proved::new(slots, number)?;
            let choices = choices(&proved.open);
            let mut refused = 0;
            every(&choices, &proved.made.capacity, &mut |choice| {
                let teams =
                    choice.places.iter().zip(&choices).map(|(place, all)| all[*place].0.clone());
                let teams: Teams = teams.collect();
                let accepted = proved.accepts(&teams, &proved.handicaps);
                assert_eq!(accepted, teams == proved.teams, "{slots} slots, {number}: {teams:?}");
                refused += usize::from(!accepted);
            });
            // The same people in other slots of a visit.
            for v in 0..proved.teams.len() {
                for a in 0..slots {
                    for b in 0..a {
                        let mut teams = proved.teams.clone();
                        teams[v].swap(a, b);
                        let open = &proved.open[v];
                        if open[a].contains_key(&teams[v][a]) && open[b].contains_key(&teams[v][b])
                        {
                            assert!(!proved.accepts(&teams, &proved.handicaps));
                            refused += 1;
                        }
                    }
                }
            }
            Some(refused)
        };
        let refused: usize = (0..60u64).into_par_iter().filter_map(one).sum();
        println!("{slots} slots: {refused} other assignments refused");
        assert!(refused > 600, "{slots} slots: {refused}");
    }
}

/// Changed handicaps are accepted exactly where the three conditions of §6.5 still hold, by trying every team.
#[test]
fn a_changed_handicap_is_refused_exactly_where_it_proves_nothing() {
    let margins = [1, 1 << 40, 1 << 62, 1 << 64, M - 1, M, M + 1, 2 * M, 1 << 112];
    for slots in [2, 3, 4, 6, 12] {
        let one = |number: u64| {
            let proved = Proved::new(slots, number)?;
            let all: Vec<_> = proved.open.iter().map(|visit| all_teams(visit)).collect();
            let (mut accepted, mut refused) = (0, 0);
            for i in 0..proved.handicaps.len() {
                for margin in margins.iter().flat_map(|m| [*m, -*m]) {
                    let mut handicaps = proved.handicaps.clone();
                    handicaps[i] += margin;
                    let Proved { made, open, teams, .. } = &proved;
                    let holds = proves(made, open, &all, teams, &handicaps);
                    let ours = proved.accepts(&proved.teams, &handicaps);
                    assert_eq!(ours, holds, "{slots} slots, {number}: {i} by {margin}");
                    *(if ours { &mut accepted } else { &mut refused }) += 1;
                }
            }
            Some((accepted, refused))
        };
        let counts = (0..60u64).into_par_iter().filter_map(one);
        let (accepted, refused) = counts.reduce(|| (0, 0), |a, b| (a.0 + b.0, a.1 + b.1));
        println!("{slots} slots: {accepted} changed handicaps prove as well, {refused} refused");
        assert!(accepted > 100 && refused > 1_000, "{slots} slots: {accepted} {refused}");
    }
}

/// An honest result of another case, with its own certificate, passes for this one only if it is this one's.
#[test]
fn the_result_of_another_case_is_refused() {
    for slots in [3, 4, 6, 12] {
        let one = |number: u64| {
            let proved = Proved::new(slots, number)?;
            let (mut same, mut refused) = (0, 0);
            for i in 0..proved.handicaps.len() {
                let mut favoured = proved.made.clone();
                favoured.load[i] += 3;
                let mut strained = proved.made.clone();
                strained.capacity[i] = strained.capacity[i].saturating_sub(1);
                let mut reseeded = proved.made.clone();
                reseeded.seed = Suite::Sha256.digest(&number.to_be_bytes());
                for other in [favoured, strained, reseeded] {
                    let found = paired(&other.case());
                    let Some(round) = found.rounds.last() else { continue };
                    let teams = places(&round.teams);
                    let fits = teams.iter().zip(&proved.open).all(|(team, visit)| {
                        team.iter().zip(visit).all(|(i, slot)| slot.contains_key(i))
                    });
                    let accepted = fits && proved.accepts(&teams, &round.handicaps);
                    assert!(!accepted || teams == proved.teams, "{slots} slots, {number}");
                    *(if teams == proved.teams { &mut same } else { &mut refused }) += 1;
                }
            }
            Some((same, refused))
        };
        let counts = (0..60u64).into_par_iter().filter_map(one);
        let (same, refused) = counts.reduce(|| (0, 0), |a, b| (a.0 + b.0, a.1 + b.1));
        println!("{slots} slots: {refused} forged results refused, {same} with the same teams");
        assert!(refused > 100, "{slots} slots: {refused}");
    }
}

// ---------------------------------------------------------------------------------------- no slack

#[test]
fn a_hundred_of_a_hundred_without_slack_are_solved() {
    let wanted = std::env::var("SSJ_TIGHT").ok().map(|n| n.parse().unwrap());
    let teams: &[(usize, usize)] = match wanted {
        None => &[(2, 600), (3, 700), (4, 800)],
        Some(_) => &[(2, 600), (3, 700), (4, 800), (6, 900)],
    };
    let count: usize = wanted.unwrap_or(100);
    let one = |number: usize| {
        let (slots, pool) = teams[number % teams.len()];
        let made = tight(2_000, slots, pool, &mut Random::new(number as u64));
        let case = made.case();
        let found = paired(&case);
        assert_eq!(found.shortage, None, "{number}");
        let [round] = &found.rounds[..] else { panic!("{number}: nobody is incompatible") };
        let none = Exclusions::new();
        let proved = certificate::check(&case, &none, &round.teams, &round.handicaps);
        assert_eq!(proved, Ok(()), "{number}");
        let mut visits = vec![0; made.capacity.len()];
        for (v, team) in (0..).zip(&round.teams) {
            assert_eq!(team.len(), slots);
            for (slot, i) in team.iter().enumerate() {
                assert!(case.is_open(&none, v, slot, *i) && !team[..slot].contains(i), "{number}");
                visits[*i as usize] += 1;
            }
        }
        assert_eq!(visits, made.capacity, "{number}");
    };
    (0..count).into_par_iter().for_each(one);
}

// ---------------------------------------------------------------------------------------- threads

/// Everything that a pairing tells, shortage and progress included, and what a check finds wrong first.
fn told(case: &Case) -> String {
    let mut heard = Vec::new();
    let found = pair(case, &mut |round, slots| heard.push((round, slots)));
    let wrong = found.rounds.first().map(|round| {
        let mut teams = round.teams.clone();
        // Several visits are wrong at once; which one is named must not depend on who looks first.
        teams.iter_mut().filter(|team| team.len() > 1).for_each(|team| team.swap(0, 1));
        certificate::check(case, &Exclusions::new(), &teams, &round.handicaps)
    });
    format!("{heard:?} {found:?} {wrong:?}")
}

#[test]
fn the_number_of_threads_changes_no_answer() {
    let mut made = Vec::new();
    let mut random = Random::new(9);
    for slots in [2, 3, 4, 6, 12] {
        made.push(tight(300, slots, 40 * slots, &mut random));
        let mut short = tight(300, slots, 40 * slots, &mut random);
        let full = short.capacity.iter().position(|capacity| *capacity > 1).unwrap();
        short.capacity[full] -= 1;
        made.push(short);
        let mut quarrels = tight(300, slots, 40 * slots, &mut random);
        quarrels.capacity.iter_mut().for_each(|capacity| *capacity += 2);
        quarrels.load.iter_mut().for_each(|load| *load = u32::try_from(random.below(9)).unwrap());
        quarrels.incompatible.extend((0..20 * slots).map(|i| (i, i + 1)));
        made.push(quarrels);
    }
    let (mut several, mut short) = (0, 0);
    for made in made {
        let case = made.case();
        let with = |threads: usize| {
            let pool = ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| told(&case))
        };
        let alone = with(1);
        for threads in [2, 3, 7] {
            assert!(with(threads) == alone, "{threads} threads");
        }
        let found = paired(&case);
        several += u32::from(found.rounds.len() > 1);
        short += u32::from(found.shortage.is_some());
    }
    assert!(several >= 3 && short >= 5, "{several} {short}");
}
