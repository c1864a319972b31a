//! Evidence for the pairing solver: the optimum is that of exhaustive search where there is one, and where there
//! is none the certificate holds; blocking sets block, and every part of them does not.

use rayon::prelude::*;

use crate::pairing::problem::Inspector;
use evidence::{
    Candidates, Instance, Team, Visit, Xorshift, broad, certify, exhaust, objective, restrict,
    shortage, solve, solved, tight, tiny,
};

#[path = "evidence_tests.rs"]
mod evidence;

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

/// Teams too large for [`tiny`]: two visits and one inspector to spare.
#[test]
fn teams_of_six_agree_with_exhaustive_search() {
    let mut random = Xorshift(6);
    let mut solved = 0;
    for _ in 0..12 {
        let mut instance = broad(&mut random, 2, 6, 7, 90);
        instance.inspectors.iter_mut().for_each(|one| one.capacity = 1 + random.small(2));
        match (solve(&instance, &mut |_| ()), exhaust(&instance, false)) {
            (Ok(optimum), Some(best)) => {
                let teams = optimum.teams.iter();
                let teams = teams.map(|team| team.iter().copied().map(Some).collect());
                assert_eq!(teams.collect::<Vec<Team>>(), best.teams);
                certify(&instance, &optimum);
                solved += 1;
            }
            (Err(_), None) => {}
            (result, best) => panic!("{result:?}, but a pairing exists: {}", best.is_some()),
        }
    }
    assert!(solved >= 4, "{solved}");
}

/// More inspectors than are kept of a slot, and loads that make the cheapest tickets the wrong ones.
#[test]
fn whoever_is_not_kept_at_first_is_found() {
    let mut random = Xorshift(7);
    for (visits, slots, pool, percent) in
        [(300, 2, 120, 100), (200, 3, 90, 80), (120, 4, 60, 60), (60, 12, 70, 90)]
    {
        for loads in [1, 3, 1 << 10] {
            let mut instance = broad(&mut random, visits, slots, pool, percent);
            for one in &mut instance.inspectors {
                let average = u32::try_from(visits * slots).unwrap() / pool;
                *one = Inspector {
                    capacity: random.small(3 * average + 3),
                    load: random.small(loads),
                };
            }
            match solve(&instance, &mut |_| ()) {
                Ok(optimum) => certify(&instance, &optimum),
                Err(blocking) => assert_eq!(shortage(&instance, &blocking.slots), 1),
            }
        }
    }
}

#[test]
fn a_hundred_instances_without_any_slack_are_all_solved() {
    (1..=100).into_par_iter().for_each(|seed| {
        let instance = tight(&mut Xorshift(seed), 2_000, 2, 600);
        let optimum = solved(&instance);
        certify(&instance, &optimum);
        let mut visits = vec![0; instance.inspectors.len()];
        optimum.teams.iter().flatten().for_each(|one| visits[*one as usize] += 1);
        assert!(visits.iter().zip(&instance.inspectors).all(|(n, one)| *n == one.capacity));
    });
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
