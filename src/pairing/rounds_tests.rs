//! Rounds of whole cases, hashed as a draw's are: certificates prove them, tampered ones do not, and the
//! number of threads changes nothing.

use rayon::ThreadPoolBuilder;

use super::{Round, Rounds, pair};
use crate::base::digest::Suite;
use crate::pairing::certificate::{self, M};
use crate::pairing::rules::{Case, Exclusions};
use crate::pairing::slots::{Demand, VisitSlot};
use crate::record::commitment::Role;
use crate::record::ids::{Iid, Sid};
use crate::record::tables::{IncompatibleRow, InspectorRow, RecusalRow};

/// A district of three regions: specialists among the inspectors, loads, recusals and quarrels.
fn district(visits: usize, slots: usize, inspectors: usize, capacity: u32) -> Case {
    let iid = |i: usize| Iid::parse(&format!("E{i:03}")).unwrap();
    let sid = |v: usize| Sid::parse(&format!("S{v:04}")).unwrap();
    let inspector = |i: usize| {
        let mut tags = vec![format!("area:{}", i % 3)];
        tags.extend((i % 4 == 1).then(|| "special".to_owned()));
        InspectorRow { iid: iid(i), capacity, load: (i * 7 % 5) as u32, tags }
    };
    let slot = |v: usize, s: usize| {
        let mut needs = vec![format!("area:{}", v % 3)];
        needs.extend((s == 0 && v.is_multiple_of(5)).then(|| "special".to_owned()));
        let text = format!("s{s:02}|inspector|{}|", needs.join(","));
        VisitSlot { text, role: Role::Inspector, needs, avoids: Vec::new() }
    };
    let demand = |v: usize| Demand {
        sid: sid(v),
        salt: None,
        slots: (0..slots).map(|s| slot(v, s)).collect(),
    };
    let recusal = |n: usize| RecusalRow {
        sid: sid(n * 3 % visits),
        iid: iid(n * 5 % inspectors),
        reason: "kin".to_owned(),
        salt: None,
    };
    let quarrel =
        |n: usize| IncompatibleRow { iid: iid(n), iid2: iid(n + 3), reason: "kin".to_owned() };
    Case::new(
        (0..inspectors).map(inspector).collect(),
        &(0..visits / 10).map(recusal).collect::<Vec<_>>(),
        &(0..inspectors / 2).map(quarrel).collect::<Vec<_>>(),
        (0..visits).map(demand).collect(),
    )
    .with_tickets(Suite::Sha256, &Suite::Sha256.digest(b"district"))
}

fn cases() -> Vec<Case> {
    // Capacities above 2^15 bind nobody; the others leave a few visits to spare.
    vec![
        district(400, 2, 120, 1 << 16),
        district(300, 3, 90, 12),
        district(200, 4, 60, 15),
        district(100, 6, 45, 15),
        district(50, 12, 90, 9),
    ]
}

fn paired(case: &Case) -> Rounds {
    pair(case, &mut |_, _| ())
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

#[test]
fn every_round_is_proved() {
    let mut several = 0;
    for case in cases() {
        let rounds = paired(&case);
        assert_eq!(rounds.shortage, None);
        several += u32::from(rounds.rounds.len() > 1);
        for (exclusions, round) in with_exclusions(&case, &rounds) {
            for (v, team) in (0..).zip(&round.teams) {
                assert_eq!(team.len(), case.visits[v as usize].slots.len());
                let open = |(slot, i): (usize, &u32)| case.is_open(&exclusions, v, slot, *i);
                assert!(team.iter().enumerate().all(open), "visit {v}");
            }
            assert_eq!(
                certificate::check(&case, &exclusions, &round.teams, &round.handicaps),
                Ok(())
            );
            assert!(round.handicaps.iter().all(|h| (1..=1 << 112).contains(h)));
        }
        let last = rounds.rounds.last().unwrap();
        assert!(case.exclusions(&last.teams).is_empty());
    }
    assert!(several >= 3, "{several}");
}

#[test]
fn a_later_round_is_the_optimum_of_its_own() {
    let case = district(300, 3, 90, 12);
    let rounds = paired(&case);
    assert!(rounds.rounds.len() > 1);
    for (exclusions, round) in with_exclusions(&case, &rounds) {
        let problem = super::Problem::of_case(&case, &exclusions);
        let anew = super::Search::new(problem, &mut |_| ()).optimum().unwrap();
        assert_eq!(anew.teams, round.teams);
    }
}

#[test]
fn tampered_rounds_are_refused() {
    for case in cases() {
        let rounds = paired(&case);
        let (exclusions, round) = with_exclusions(&case, &rounds).pop().unwrap();
        let Round { teams, handicaps } = round;
        let error = |teams: &[Vec<u32>], handicaps: &[i128]| {
            certificate::check(&case, &exclusions, teams, handicaps).unwrap_err().cause.en
        };
        let mut visits = vec![0u32; handicaps.len()];
        teams.iter().flatten().for_each(|i| visits[*i as usize] += 1);
        for (i, inspector) in case.inspectors.iter().enumerate() {
            let level = i128::from(inspector.load + visits[i]);
            let mut changed = handicaps.clone();
            if visits[i] > 0 {
                changed[i] = M * (2 * level - 1) - 1;
                let expected = format!("the handicap of {} is too small", inspector.iid);
                assert_eq!(error(teams, &changed), expected);
            }
            if visits[i] < inspector.capacity {
                changed[i] = M * (2 * level + 1) + 1;
                let expected = format!("the handicap of {} is too large", inspector.iid);
                assert_eq!(error(teams, &changed), expected);
            }
        }
        let swaps = swapped(&case, &exclusions, teams);
        assert!(!swaps.is_empty());
        for (sids, changed) in swaps {
            let error = error(&changed, handicaps);
            let named = sids.iter().any(|v| {
                error == format!("the team of {} is not the best one", case.visits[*v].sid)
            });
            assert!(named, "{error}");
        }
    }
}

/// The teams with two inspectors of different visits changed, all loads kept; which visits.
fn swapped(
    case: &Case,
    exclusions: &Exclusions,
    teams: &[Vec<u32>],
) -> Vec<([usize; 2], Vec<Vec<u32>>)> {
    let open = |v: usize, slot: usize, i: u32| case.is_open(exclusions, v as u32, slot, i);
    let mut found = Vec::new();
    for (a, b) in (0..teams.len()).zip(3..teams.len()) {
        let (one, other) = (teams[a][0], teams[b][0]);
        let distinct = !teams[a].contains(&other) && !teams[b].contains(&one);
        if distinct && open(a, 0, other) && open(b, 0, one) {
            let mut changed = teams.to_vec();
            (changed[a][0], changed[b][0]) = (other, one);
            found.push(([a, b], changed));
        }
    }
    found
}

#[test]
fn the_number_of_threads_changes_nothing() {
    for case in cases() {
        let with = |threads: usize| {
            let pool = ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            let mut heard = Vec::new();
            let rounds = pool.install(|| {
                let mut heard = Vec::new();
                let rounds = pair(&case, &mut |round, slots| heard.push((round, slots)));
                (rounds, heard)
            });
            heard.extend(rounds.1);
            let rounds = rounds.0.rounds;
            (rounds.into_iter().map(|r| (r.teams, r.handicaps)).collect::<Vec<_>>(), heard)
        };
        let alone = with(1);
        assert!([2, 3, 8].into_iter().all(|threads| with(threads) == alone));
    }
}
