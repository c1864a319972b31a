//! Parts of days: feasibility against brute force, odd cycles of teams, a district, what stays, what the checker sees.

use jiff::civil::Date;
use shuangsuiji::record::ids::Sid;
use shuangsuiji::schedule::{Demand, Outcome, Visit, check, check_slots, findings, schedule};

use super::quarter::{DISTRICT, Dice, Quarter, working_days};
use super::{key, plain, tiny, whole};

fn halves() -> Vec<String> {
    vec!["上午".to_owned(), "下午".to_owned()]
}

/// A few people and visits with everything that rules of parts know.
fn tiny_parts(variant: u64) -> Demand {
    let mut dice = Dice(variant + 77_000);
    let mut demand = tiny(variant);
    demand.days.truncate(2 + dice.index(2));
    demand.visits.truncate(5);
    demand.slots = halves();
    // Some days have three parts.
    if variant.is_multiple_of(4) {
        demand.days.truncate(2);
        demand.visits.truncate(4);
        demand.slots = ["早", "中", "晚"].map(str::to_owned).to_vec();
    }
    let parts = demand.slots.len();
    let last = demand.days[demand.days.len() - 1].date;
    for person in &mut demand.people {
        person.per_day = 1 + u8::try_from(dice.index(3)).unwrap();
        if dice.below(3) == 0 {
            person.away_slots.push((demand.days[dice.index(2)].date, dice.index(parts)));
        }
    }
    for visit in &mut demand.visits {
        visit.from = visit.from.min(last);
        visit.to = visit.to.min(last);
        if dice.below(12) == 0 {
            visit.fixed = Some(visit.from);
            visit.fixed_slot = (dice.below(2) == 0).then(|| dice.index(parts));
        }
    }
    demand
}

type Chosen = Vec<Option<(Date, usize)>>;

/// The most visits that can have a day and a part, by trying everything; none if what is given breaks rules by itself.
fn most_placed(demand: &Demand) -> Option<usize> {
    fn go(demand: &Demand, at: usize, chosen: &mut Chosen, best: &mut Option<usize>) {
        let placed = chosen.iter().flatten().count();
        if best.is_some_and(|best| placed + demand.visits.len() - at <= best) {
            return;
        }
        if at == demand.visits.len() {
            *best = Some(placed);
            return;
        }
        let fixed = demand.visits[at].fixed;
        let parts = 0..demand.slots.len();
        let cells = (demand.days.iter())
            .flat_map(|day| parts.clone().map(move |part| Some((day.date, part))));
        let none = std::iter::once(None).filter(|_| fixed.is_none());
        for cell in cells.filter(|c| fixed.is_none_or(|day| c.unwrap().0 == day)).chain(none) {
            chosen.push(cell);
            if cell.is_none() || sound(demand, chosen) {
                go(demand, at + 1, chosen, best);
            }
            chosen.pop();
        }
    }
    let mut best = None;
    go(demand, 0, &mut Vec::new(), &mut best);
    best
}

fn sound(demand: &Demand, chosen: &Chosen) -> bool {
    let placed = demand.visits.iter().zip(chosen).filter_map(|(v, cell)| Some((v, (*cell)?)));
    let (visits, cells): (Vec<Visit>, Vec<(Date, usize)>) =
        placed.map(|(v, c)| (v.clone(), c)).unzip();
    let (days, slots): (Vec<Date>, Vec<usize>) = cells.into_iter().unzip();
    let demand = Demand { visits, ..demand.clone() };
    check(&demand, &days).is_empty() && check_slots(&demand, &days, &slots).is_empty()
}

#[test]
fn what_can_have_parts_has_them() {
    let (mut possible, mut impossible, mut given) = (0, 0, 0);
    for variant in 0..900 {
        let demand = tiny_parts(variant);
        // Given days that break rules by themselves are told, not judged here.
        let Some(most) = most_placed(&demand) else {
            given += 1;
            continue;
        };
        let missing = demand.visits.len() - most;
        match schedule(&demand, &key(7)) {
            Outcome::Whole(done) => {
                assert_eq!(missing, 0, "{variant}");
                assert_eq!(check(&demand, &done.days), [], "{variant}");
                assert_eq!(check_slots(&demand, &done.days, &done.slots), [], "{variant}");
                possible += 1;
            }
            Outcome::Short { unplaced, at_least, undecided, .. } => {
                assert_eq!(undecided, 0, "{variant}: small ones are searched to the end");
                assert_eq!(unplaced.len(), missing, "{variant}: as few as possible stay without");
                assert!(at_least <= missing && missing > 0, "{variant}");
                impossible += 1;
            }
        }
    }
    println!("{possible} possible, {impossible} not, {given} by what is given");
    assert!(possible > 200 && impossible > 200);
}

/// Visits by these pairs of people, each of whom makes two a day.
fn pairs(days: usize, people: u32, teams: &[[u32; 2]]) -> Demand {
    let days = working_days(days);
    let visit = |(n, team): (usize, &[u32; 2])| Visit {
        sid: Sid::parse(&format!("S{n}")).unwrap(),
        team: team.to_vec(),
        area: "A".to_owned(),
        from: days[0].date,
        to: days[days.len() - 1].date,
        fixed: None,
        was: None,
        fixed_slot: None,
        was_slot: None,
    };
    let visits = teams.iter().enumerate().map(visit).collect();
    let people = (0..people).map(|n| plain(n, 2)).collect();
    Demand { days, people, visits, keep_free: 0, slots: halves() }
}

#[test]
fn an_odd_cycle_of_teams_takes_another_day() {
    let triangle = [[0, 1], [1, 2], [2, 0]];
    // Each person has room for two visits on the one day, but three pairs have no two parts.
    let Outcome::Short { unplaced, .. } = schedule(&pairs(1, 3, &triangle), &key(1)) else {
        panic!("three pairs of three people need three parts")
    };
    assert_eq!(unplaced.len(), 1);
    let mut without = pairs(1, 3, &triangle);
    without.slots.clear();
    assert!(matches!(schedule(&without, &key(1)), Outcome::Whole(_)), "days alone would do");
    for n in 0..200 {
        let demand = pairs(2, 3, &triangle);
        let done = whole(&demand, n);
        assert_eq!(check_slots(&demand, &done.days, &done.slots), []);
    }
    // Two triangles on three days: every key finds its way round.
    for n in 0..200 {
        let demand = pairs(3, 3, &[triangle, triangle].concat());
        let done = whole(&demand, n);
        assert_eq!(check_slots(&demand, &done.days, &done.slots), []);
    }
}

fn judge(quarter: Quarter) {
    let plain = quarter.demand();
    let demand = Demand { slots: halves(), ..plain.clone() };
    let (days, done) = (whole(&plain, 1), whole(&demand, 1));
    assert_eq!(check(&demand, &done.days), []);
    assert_eq!(check_slots(&demand, &done.days, &done.slots), []);
    let moved = days.days.iter().zip(&done.days).filter(|(a, b)| a != b).count();
    let first = done.slots.iter().filter(|slot| **slot == 0).count();
    println!(
        "{moved} of {} visits moved for their parts, {first} in the first; {} trips, {} without parts",
        done.days.len(),
        done.trips,
        days.trips
    );
    assert!(moved * 20 <= done.days.len(), "few odd cycles");
    assert!(done.trips * 50 <= days.trips * 51, "hardly more trips");
    // What stood stays, parts included.
    let mut again = demand.clone();
    for (visit, (day, slot)) in again.visits.iter_mut().zip(done.days.iter().zip(&done.slots)) {
        (visit.was, visit.was_slot) = (Some(*day), Some(*slot));
    }
    let later = whole(&again, 2);
    assert_eq!((later.moved.len(), later.days, later.slots), (0, done.days, done.slots));
}

#[test]
fn a_district_s_quarter_has_its_parts() {
    judge(DISTRICT);
}

#[test]
fn the_busiest_have_parts_at_97_percent() {
    judge(Quarter { busiest_percent: Some(97), ..DISTRICT });
}

/// Half-day leave and half-days of the office leave their other halves.
#[test]
fn half_a_day_of_leave_leaves_the_other_half() {
    let mut demand = pairs(1, 2, &[[0, 1]]);
    let day = demand.days[0].date;
    demand.people[0].away_slots.push((day, 0));
    for n in 0..20 {
        assert_eq!(whole(&demand, n).slots, [1]);
    }
    demand.people[1].away_slots.push((day, 1));
    let outcome = schedule(&demand, &key(1));
    assert!(findings(&demand, &outcome).iter().any(|f| f.code() == "D05"), "they never meet");
    let mut demand = pairs(1, 2, &[[0, 1]]);
    demand.days[0].half = true;
    for n in 0..20 {
        assert_eq!(whole(&demand, n).slots, [0], "half a day is its first half");
    }
}

#[test]
fn the_checker_sees_every_broken_rule_of_parts() {
    let demand =
        Demand { slots: halves(), ..Quarter { visits: 40, people: 6, ..DISTRICT }.demand() };
    let done = whole(&demand, 1);
    let codes = |demand: &Demand, slots: &[usize]| -> Vec<&str> {
        check_slots(demand, &done.days, slots).iter().map(|finding| finding.code()).collect()
    };
    assert_eq!(codes(&demand, &done.slots), [""; 0]);
    let (day, slot) = (done.days[0], done.slots[0]);
    let with = |change: &dyn Fn(&mut Demand)| {
        let mut other = demand.clone();
        change(&mut other);
        codes(&other, &done.slots)
    };
    let one = demand.visits[0].team[0] as usize;
    assert!(with(&|d| d.people[one].away_slots.push((day, slot))).contains(&"D13"));
    assert!(with(&|d| d.people[one].per_day = 0).contains(&"D13"));
    assert_eq!(with(&|d| d.visits[0].fixed_slot = Some(1 - slot)), ["D13"]);
    let at = done.slots.iter().position(|slot| *slot == 1).unwrap();
    let half = |d: &mut Demand| {
        let day = d.days.iter_mut().find(|other| other.date == done.days[at]).unwrap();
        day.half = true;
    };
    assert!(with(&half).contains(&"D13"));
    let mut beyond = done.slots.clone();
    beyond[0] = 2;
    assert_eq!(codes(&demand, &beyond), ["D13"]);
    // What is fixed stands, and is told.
    let fixed = with(&|d| {
        d.visits[0].fixed = Some(day);
        d.people[one].away_slots.push((day, slot));
    });
    assert_eq!(fixed, ["D08"]);
}
