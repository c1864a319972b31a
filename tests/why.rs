//! Why this team, and why no pairing: explanations against trying every team, against receipts, and against the rule
//! that a blocking set is judged by.
#![allow(missing_docs)]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use shuangsuiji::base::digest::Suite;
use shuangsuiji::conduct::{
    Barred, Blockage, Drawn, Explanation, Person, Standing, Way, explain_visit, receipt,
};
use shuangsuiji::pairing::blocking::shortfall;
use shuangsuiji::pairing::rules::Exclusions;
use shuangsuiji::record::bundle::{Files, SHORTAGE, VISITS};
use shuangsuiji::record::commitment::{Method, Quota, Role, Slot, Stratum};
use shuangsuiji::record::ids::{Iid, Name, Sid};
use shuangsuiji::record::tables::{FrameRow, InspectorRow};
use support::random::{Draft, frozen};
use support::vector;

#[allow(clippy::disallowed_methods, reason = "how long it takes is printed and decides nothing")]
fn now() -> Instant {
    Instant::now()
}

/// W + h of an inspector in a slot, if he may take it.
fn cost(person: &Person, slot: usize) -> Option<i128> {
    match (&person.barred, &person.standings[slot]) {
        (None, Standing::Fits(ticket)) => Some(i128::from(*ticket) + person.handicap.unwrap()),
        _ => None,
    }
}

/// The least Σ(W + h) of a team of distinct inspectors that has `wanted` in it, by trying all.
fn cheapest_with(visit: &Explanation, wanted: usize) -> Option<i128> {
    fn rest(visit: &Explanation, wanted: usize, team: &mut Vec<usize>) -> Option<i128> {
        if team.len() == visit.slots.len() {
            return team.contains(&wanted).then_some(0);
        }
        let slot = team.len();
        let mut best: Option<i128> = None;
        for (i, person) in visit.people.iter().enumerate() {
            let Some(own) = cost(person, slot).filter(|_| !team.contains(&i)) else { continue };
            team.push(i);
            if let Some(others) = rest(visit, wanted, team) {
                best = Some(best.map_or(own + others, |known| known.min(own + others)));
            }
            team.pop();
        }
        best
    }
    rest(visit, wanted, &mut Vec::new())
}

fn team_cost(visit: &Explanation, team: &[usize]) -> i128 {
    team.iter().enumerate().map(|(slot, i)| cost(&visit.people[*i], slot).unwrap()).sum()
}

fn sids(files: &Files) -> Vec<Sid> {
    let text = String::from_utf8(files[VISITS].clone()).unwrap();
    let rows = text.lines().skip(1).map(|row| row.split('\t').next().unwrap());
    rows.map(|sid| Sid::parse(sid).unwrap()).collect()
}

/// Bundles that are open, with teams.
fn bundles() -> Vec<(String, Files)> {
    let mut bundles: Vec<(String, Files)> =
        ["open", "open_rounds", "open_sm3"].map(|name| (name.to_owned(), vector(name))).to_vec();
    for number in 0..40 {
        let draft = Draft::of(number);
        if !draft.commitment.sealed() {
            bundles.push((format!("random {number}"), draft.complete()));
        }
    }
    bundles
}

#[test]
fn every_alternative_is_the_cheapest_team_with_that_person() {
    let (mut compared, mut moved, mut barred) = (0, 0, BTreeSet::new());
    for (name, files) in bundles().iter().filter(|(_, files)| !files.contains_key(SHORTAGE)) {
        for sid in sids(files).iter().take(4) {
            let visit = explain_visit(files, files, sid).unwrap();
            let own: Vec<usize> = visit.team.iter().map(|seat| seat.person).collect();
            let least = team_cost(&visit, &own);
            for (i, person) in visit.people.iter().enumerate() {
                match &person.barred {
                    Some(Barred::Recused(reasons)) => assert!(!reasons.is_empty()),
                    Some(Barred::Excluded { with, .. }) => assert!(!with.is_empty()),
                    None => {}
                }
                barred.extend(
                    person.barred.as_ref().map(std::mem::discriminant).map(|d| format!("{d:?}")),
                );
                assert_eq!(person.holds.is_some(), own.contains(&i), "{name} {sid}");
                let Some(other) = &person.alternative else {
                    assert!(
                        own.contains(&i) || !person.is_eligible(),
                        "{name} {sid} {}",
                        person.iid
                    );
                    continue;
                };
                assert_eq!(cheapest_with(&visit, i), Some(least + other.more), "{name} {sid}");
                assert_eq!(team_cost(&visit, &other.team), least + other.more, "{name} {sid}");
                let distinct: BTreeSet<&usize> = other.team.iter().collect();
                assert!(distinct.len() == other.team.len() && other.team[other.slot] == i);
                moved +=
                    usize::from(other.team.iter().zip(&own).filter(|(a, b)| a != b).count() > 1);
                compared += 1;
            }
        }
    }
    assert!(compared > 250 && moved > 20 && barred.len() == 2, "{compared} {moved} {barred:?}");
}

#[test]
fn explanations_and_receipts_name_the_same_people() {
    for (name, files) in bundles().iter().filter(|(_, files)| !files.contains_key(SHORTAGE)) {
        for sid in sids(files).iter().take(3) {
            let visit = explain_visit(files, files, sid).unwrap();
            let team = receipt(files, files, sid).unwrap().team.unwrap();
            assert_eq!(visit.round, Some(team.round), "{name}");
            for (slot, receipt) in team.slots.iter().enumerate() {
                assert_eq!(visit.people[visit.team[slot].person].iid, receipt.iid, "{name} {sid}");
                let open = visit.people.iter().filter(|person| cost(person, slot).is_some());
                let open: Vec<(Iid, i128)> =
                    open.map(|person| (person.iid.clone(), person.handicap.unwrap())).collect();
                assert_eq!(open, receipt.eligible, "{name} {sid}");
            }
        }
    }
}

#[test]
fn what_cannot_be_explained_is_refused() {
    let files = vector("open");
    let code = |files: &Files, sid: &str| {
        explain_visit(files, files, &Sid::parse(sid).unwrap()).unwrap_err().0[0].code()
    };
    assert_eq!(code(&files, "REG:9999"), "W12");
    let framed = String::from_utf8(files["frames/T01.tsv"].clone()).unwrap();
    let drawn: BTreeSet<Sid> = sids(&files).into_iter().collect();
    let mut rest = framed.lines().skip(1).map(|row| row.split('\t').next().unwrap());
    let rest = rest.find(|sid| !drawn.contains(&Sid::parse(sid).unwrap())).unwrap();
    assert_eq!(code(&files, rest), "W31");
    let mut frozen = files.clone();
    frozen.retain(|path, _| !["manifest.tsv", "beacon.json"].contains(&path.as_str()));
    assert_eq!(code(&frozen, "X0004"), "W16");
    // A team that is not the best one is not explained away, nor one that the rules do not allow.
    let handicaps = String::from_utf8(files["handicaps.tsv"].clone()).unwrap();
    let mut changed = files.clone();
    let row = "0\tE002\t2166395089257387534299514100\n";
    assert!(handicaps.contains(row));
    changed.insert("handicaps.tsv".to_owned(), handicaps.replace(row, "0\tE002\t1\n").into_bytes());
    assert_eq!(code(&changed, "X0004"), "V13");
    let assignment = String::from_utf8(files["assignment.tsv"].clone()).unwrap();
    let row = "0\tX0004\t0\tE006\n";
    assert!(assignment.contains(row));
    changed = files.clone();
    changed.insert(
        "assignment.tsv".to_owned(),
        assignment.replace(row, "0\tX0004\t0\tE004\n").into_bytes(),
    );
    assert_eq!(code(&changed, "X0004"), "V12");
}

/// The places of all slots that a blockage names.
fn places(drawn: &Drawn, blockage: &Blockage) -> Vec<(u32, u32)> {
    let mut places = Vec::new();
    for kind in &blockage.demanded {
        for sid in &kind.sids {
            let (v, visit) =
                (0..).zip(&drawn.case.visits).find(|(_, visit)| visit.sid == *sid).unwrap();
            let slot = visit.slots.iter().position(|slot| slot.text == kind.slot.text).unwrap();
            places.push((v, u32::try_from(slot).unwrap()));
        }
    }
    places.sort_unstable();
    places
}

#[test]
fn the_numbers_of_a_shortage_are_those_of_hall_s_condition() {
    let (mut seen, mut wider, mut ways): (usize, usize, BTreeMap<String, usize>) =
        Default::default();
    for number in 0..300 {
        let draft = Draft::of(number);
        let drawn = draft.draw_from(&Suite::Sha256.digest(b"why not"));
        let Some(blockage) = drawn.blockage() else {
            assert!(drawn.rounds.shortage.is_none());
            continue;
        };
        seen += 1;
        let rounds = drawn.rounds.rounds.iter();
        let exclusions: Exclusions =
            rounds.flat_map(|round| drawn.case.exclusions(&round.teams)).collect();
        let all = places(&drawn, &blockage);
        let minimal = &drawn.rounds.shortage.as_ref().unwrap().slots;
        assert!(minimal.iter().all(|slot| all.contains(slot)), "{number}");
        assert_eq!(minimal.len(), blockage.slots.len());
        wider += usize::from(all.len() > minimal.len());
        assert_eq!(
            shortfall(&drawn.case, &exclusions, &all),
            i64::try_from(blockage.short).unwrap()
        );
        // Every slot beside the minimal set adds one.
        assert_eq!(
            all.len() - minimal.len() + 1,
            usize::try_from(blockage.short).unwrap(),
            "{number}"
        );
        assert!(blockage.short <= u64::from(blockage.unfilled), "{number}");
        let filled: u64 = blockage.people.iter().map(|p| u64::from(p.capacity.min(p.visits))).sum();
        assert_eq!((all.len(), filled), (blockage.wanted(), blockage.fillable()), "{number}");
        for way in &blockage.ways {
            *ways
                .entry(format!("{way:?}").split_whitespace().next().unwrap().to_owned())
                .or_default() += 1;
            let mut case = drawn.case.clone();
            match way {
                Way::Capacity { iids, most } => {
                    let spare = shortfall(&case, &exclusions, &all) - i64::try_from(*most).unwrap();
                    for row in case.inspectors.iter_mut().filter(|row| iids.contains(&row.iid)) {
                        row.capacity = 1 << 16;
                    }
                    assert_eq!(shortfall(&case, &exclusions, &all), spare, "{number}");
                }
                Way::Tag { tag, iids } => {
                    assert!(!iids.is_empty() && blockage.demanded[0].slot.needs.contains(tag));
                    let people = case.inspectors.iter().filter(|row| iids.contains(&row.iid));
                    people.for_each(|row| assert!(!row.tags.contains(tag) && row.capacity > 0));
                }
                Way::Recusal { iids, slots } | Way::Incompatible { iids, slots } => {
                    assert!(!iids.is_empty() && *slots > 0 && *slots <= all.len(), "{number}");
                }
                Way::Task { list, visits } => {
                    let listed = drawn.visits.iter().filter(|visit| visit.lists.contains(list));
                    assert!(*visits > 0 && *visits <= listed.count(), "{number}");
                }
            }
        }
        let lists = blockage.ways.iter().filter(|way| matches!(way, Way::Task { .. }));
        assert!(lists.count() > 0, "{number}: no task is named");
    }
    assert!(seen > 60 && wider > 10 && ways.len() >= 4, "{seen} {wider} {ways:?}");
}

/// 2,000 visits in four quarters of a city, each with a lead, a member and an expert; in one of them three experts with a
/// capacity of three.
fn city() -> Draft {
    let mut draft = (0..).map(Draft::of).find(|draft| !draft.commitment.sealed()).unwrap();
    let own = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
    let areas = ["城东", "城西", "城南", "城北"];
    let frame = (0..2_000).map(|n| FrameRow {
        sid: Sid::parse(&format!("REG:{n:04}")).unwrap(),
        stratum: Name::parse("stratum", "all").unwrap(),
        weight: 1,
        tags: vec![format!("area:{}", areas[if n < 12 { 0 } else { 1 + n % 3 }])],
        salt: None,
    });
    let slot = |name: &str, role: Role, needs: &[&str]| Slot {
        slot: name.to_owned(),
        role,
        needs: own(needs),
        avoids: Vec::new(),
    };
    let mut list = draft.commitment.lists[0].clone();
    list.method = Method::Fixed;
    list.strata =
        vec![Stratum { stratum: "all".to_owned(), size: 2_000, quota: Quota::Count(2_000) }];
    list.slots = vec![
        slot("lead", Role::Inspector, &["lead"]),
        slot("member", Role::Inspector, &["area:{area}"]),
        slot("expert", Role::Expert, &["特种设备", "area:{area}"]),
    ];
    draft.frames = BTreeMap::from([(list.list.clone(), frame.collect())]);
    draft.commitment.lists = vec![list];
    let inspector = |n: usize| {
        let area = areas[n % 4];
        // 0, 4 and 8 are the experts of 城东.
        let expert = area != "城东" || n < 12;
        let mut tags = own(&[&format!("area:{area}")]);
        tags.extend(n.is_multiple_of(3).then(|| "lead".to_owned()));
        tags.extend(expert.then(|| "特种设备".to_owned()));
        tags.sort();
        InspectorRow {
            iid: Iid::parse(&format!("E{n:03}")).unwrap(),
            capacity: if area == "城东" { if expert { 3 } else { 40 } } else { 60 },
            load: 0,
            tags,
        }
    };
    draft.inspectors = (0..300).map(inspector).collect();
    draft.recusals = Vec::new();
    draft.incompatible = Vec::new();
    draft
}

#[test]
fn twelve_visits_in_the_east_need_an_expert() {
    let draft = city();
    let files = draft.freeze();
    let frozen = frozen(&files);
    let started = now();
    let drawn = frozen.draw_from(&Suite::Sha256.digest(b"east"), &mut |_, _, _| {}).unwrap();
    let blockage = drawn.blockage().unwrap();
    println!("2,000 visits: drawn and found infeasible in {:.1?}", started.elapsed());
    let text = blockage.sentence();
    assert_eq!(
        text.en,
        "12 visits in 城东 need 特种设备 (slot expert); only 3 inspectors qualify, with capacity 9: short by 3"
    );
    assert_eq!(
        text.zh,
        "城东的 12 次入户检查须有 特种设备（岗位 expert）；只有 3 名人员符合，上限合计 9：缺 3"
    );
    let people: Vec<&str> = blockage.people.iter().map(|person| person.iid.as_str()).collect();
    assert_eq!(people, ["E000", "E004", "E008"]);
    let ways: Vec<String> = blockage.ways.iter().map(|way| way.words(blockage.short).en).collect();
    assert_eq!(ways[0], "raise capacities by 3 together: E000 E004 E008");
    assert!(
        ways[1].ends_with("inspectors lack area:城东 alone: E001 E002 E003 E005 E006 and 220 more"),
        "{ways:?}"
    );
    assert_eq!(ways[2], "72 inspectors lack 特种设备 alone: E012 E016 E020 E024 E028 and 67 more");
    assert!(ways[3].contains("has 12 of the visits: draw fewer"), "{ways:?}");
}

/// Where nearly everybody is used up, everything is searched.
#[test]
fn a_city_with_too_little_capacity_in_all() {
    let mut draft = city();
    for row in &mut draft.inspectors {
        row.capacity = 19;
        row.tags = ["lead", "特种设备"].map(str::to_owned).to_vec();
        row.tags.extend(["城东", "城西", "城南", "城北"].map(|area| format!("area:{area}")));
        row.tags.sort();
    }
    let files = draft.freeze();
    let frozen = frozen(&files);
    let started = now();
    let drawn = frozen.draw_from(&Suite::Sha256.digest(b"all"), &mut |_, _, _| {}).unwrap();
    let blockage = drawn.blockage().unwrap();
    println!("6,000 slots for 5,700: drawn and found infeasible in {:.1?}", started.elapsed());
    assert_eq!((blockage.wanted(), blockage.capacity, blockage.short), (6_000, 5_700, 300));
    assert_eq!(blockage.unfilled, 300);
    assert!(
        blockage.sentence().en.starts_with(
            "6000 slots of 9 kinds in 2000 visits (most of them: 2000 visits need lead"
        ),
        "{}",
        blockage.sentence().en
    );
    let ways: Vec<String> = blockage.ways.iter().map(|way| way.words(blockage.short).zh).collect();
    assert!(
        ways[0].starts_with("提高上限共 300 次：E000 E001 E002 E003 E004 等，另 295 名"),
        "{ways:?}"
    );
}
