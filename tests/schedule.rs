//! Days of visits: every rule on every visit at a district's size, feasibility against brute force, chances over two
//! thousand secrets, and least movement.
#![allow(missing_docs, clippy::float_arithmetic)]

#[path = "support/quarter.rs"]
mod quarter;
#[path = "schedule/records.rs"]
mod records;
#[path = "schedule/slots.rs"]
mod slots;

use jiff::civil::Date;
use quarter::{DISTRICT, Dice, Quarter, without_areas, working_days};
use shuangsuiji::base::digest::{Digest, Suite};
use shuangsuiji::record::ids::{Iid, Sid};
use shuangsuiji::schedule::{
    Demand, Outcome, Person, Schedule, Visit, check, findings, overloads, schedule, trips,
};

fn key(n: u32) -> Digest {
    Suite::Sha256.digest(&n.to_be_bytes())
}

fn whole(demand: &Demand, n: u32) -> Schedule {
    match schedule(demand, &key(n)) {
        Outcome::Whole(schedule) => schedule,
        short => panic!("{:?}", findings(demand, &short)),
    }
}

/// Nothing is broken, and joining areas saves a fifth of the trips at least.
fn judge(quarter: Quarter) -> Schedule {
    let demand = quarter.demand();
    assert_eq!(overloads(&demand), []);
    let done = whole(&demand, 1);
    assert_eq!(check(&demand, &done.days), []);
    let plain = whole(&without_areas(&demand), 1);
    assert_eq!(check(&demand, &plain.days), []);
    let dated = |schedule: &Schedule| schedule.days.iter().copied().map(Some).collect::<Vec<_>>();
    let (ours, theirs) = (trips(&demand, &dated(&done)), trips(&demand, &dated(&plain)));
    println!(
        "{ours} trips, {theirs} without looking at areas: {} % fewer",
        100 - ours * 100 / theirs
    );
    assert_eq!(ours, done.trips);
    assert!(ours * 5 <= theirs * 4, "{ours} of {theirs}");
    // An even load: apart from the days that are kept free no day has a quarter more or less than the mean.
    let busy = &demand.days[..demand.days.len() - demand.keep_free];
    let load = |day: Date| done.days.iter().filter(|other| **other == day).count();
    let loads: Vec<usize> = busy.iter().map(|day| load(day.date)).collect();
    println!("load per day {:?} to {:?}", loads.iter().min(), loads.iter().max());
    let mean = demand.visits.len() / busy.len();
    assert!(loads.iter().all(|load| load * 4 <= mean * 5 && load * 4 >= mean * 3), "{loads:?}");
    done
}

#[test]
fn a_district_s_quarter_is_placed_whole() {
    judge(DISTRICT);
}

#[test]
fn the_busiest_may_be_busy_to_97_percent() {
    judge(Quarter { busiest_percent: Some(97), ..DISTRICT });
}

/// Sixty of sixty-two days of everybody have their one visit: the edges of a dense graph in colours, with hardly one to
/// spare. It can be done, since the teams are made in rounds in which everybody has one partner.
#[test]
fn everybody_may_be_busy_to_97_percent() {
    let (mut dice, days, n) = (Dice(9), working_days(62), 60u32);
    let mut visits = Vec::new();
    for _ in 0..60 {
        let mut people: Vec<u32> = (0..n).collect();
        (1..people.len()).rev().for_each(|last| people.swap(last, dice.index(last + 1)));
        for team in people.chunks(2) {
            visits.push(Visit {
                sid: Sid::parse(&format!("S{:05}", visits.len())).unwrap(),
                team: team.to_vec(),
                area: "A".to_owned(),
                from: days[0].date,
                to: days[61].date,
                fixed: None,
                was: None,
                fixed_slot: None,
                was_slot: None,
            });
        }
    }
    let people = (0..n).map(|i| plain(i, 1)).collect();
    let demand = Demand { days, people, visits, keep_free: 0, slots: Vec::new() };
    assert_eq!(overloads(&demand), []);
    assert_eq!(check(&demand, &whole(&demand, 1).days), []);
}

/// Somebody who is always there.
fn plain(n: u32, per_day: u8) -> Person {
    Person {
        iid: Iid::parse(&format!("P{n:02}")).unwrap(),
        away: Vec::new(),
        weekdays: [true; 7],
        per_day,
        per_week: None,
        away_slots: Vec::new(),
    }
}

/// A few people, days and visits, with everything that rules know.
fn tiny(variant: u64) -> Demand {
    let mut dice = Dice(variant);
    let days = working_days(3 + dice.index(3));
    let n = days.len();
    let period = |dice: &mut Dice| {
        let (a, b) = (dice.index(n), dice.index(n));
        (days[a.min(b)].date, days[a.max(b)].date)
    };
    let people: Vec<Person> = (0..2 + dice.index(3))
        .map(|i| Person {
            iid: Iid::parse(&format!("P{i}")).unwrap(),
            away: (0..dice.index(8) / 7).map(|_| period(&mut dice)).collect(),
            weekdays: std::array::from_fn(|_| dice.below(20) > 0),
            per_day: 1 + u8::from(dice.below(4) == 0),
            per_week: (dice.below(4) == 0).then_some(2),
            away_slots: Vec::new(),
        })
        .collect();
    let visits = (0..2 + dice.index(5))
        .map(|i| {
            let (one, other) = (dice.index(people.len()), dice.index(people.len() - 1));
            let other = if other >= one { other + 1 } else { other };
            let long = dice.below(2) == 0;
            let (from, to) =
                if long { (days[0].date, days[n - 1].date) } else { period(&mut dice) };
            let team = [one, other].map(|person| u32::try_from(person).unwrap()).to_vec();
            let area = format!("A{}", dice.below(2));
            let sid = Sid::parse(&format!("S{i}")).unwrap();
            Visit {
                sid,
                team,
                area,
                from,
                to,
                fixed: None,
                was: None,
                fixed_slot: None,
                was_slot: None,
            }
        })
        .collect();
    let mut days = days.clone();
    days[0].half = dice.below(4) == 0;
    Demand { days, people, visits, keep_free: dice.index(2), slots: Vec::new() }
}

/// The most visits that can have a day, by trying everything; rules are judged from scratch by the checker.
fn most_placed(demand: &Demand) -> usize {
    fn go(demand: &Demand, at: usize, chosen: &mut Vec<Option<Date>>, best: &mut usize) {
        let placed = chosen.iter().flatten().count();
        if placed + demand.visits.len() - at <= *best {
            return;
        }
        if at == demand.visits.len() {
            *best = placed;
            return;
        }
        for day in demand.days.iter().map(|day| Some(day.date)).chain([None]) {
            chosen.push(day);
            if day.is_none() || sound(demand, chosen) {
                go(demand, at + 1, chosen, best);
            }
            chosen.pop();
        }
    }
    let mut best = 0;
    go(demand, 0, &mut Vec::new(), &mut best);
    best
}

fn sound(demand: &Demand, chosen: &[Option<Date>]) -> bool {
    let placed = demand.visits.iter().zip(chosen).filter_map(|(visit, day)| Some((visit, (*day)?)));
    let (visits, days): (Vec<Visit>, Vec<Date>) = placed.map(|(v, day)| (v.clone(), day)).unzip();
    check(&Demand { visits, ..demand.clone() }, &days).is_empty()
}

#[test]
fn what_can_be_scheduled_is() {
    let (mut possible, mut impossible, mut overbooked) = (0, 0, 0);
    for variant in 0..1_500 {
        let demand = tiny(variant);
        let missing = demand.visits.len() - most_placed(&demand);
        match schedule(&demand, &key(7)) {
            Outcome::Whole(done) => {
                assert_eq!(missing, 0, "{variant}");
                assert_eq!(check(&demand, &done.days), [], "{variant}");
                possible += 1;
            }
            Outcome::Short { overloads, unplaced, at_least, undecided } => {
                assert_eq!(unplaced.len(), missing, "{variant}: as few as possible stay without");
                assert_eq!(undecided, 0, "{variant}: small ones are searched to the end");
                assert!(at_least <= missing, "{variant}: {at_least} is no bound for {missing}");
                assert!(missing > 0, "{variant}");
                impossible += 1;
                overbooked += usize::from(!overloads.is_empty());
                for overload in overloads {
                    // The visits named cannot all be made by this person, whoever else comes; that many fit.
                    let visits = overload.visits.iter().map(|place| {
                        let team = vec![u32::try_from(overload.person).unwrap()];
                        Visit { team, ..demand.visits[*place].clone() }
                    });
                    let alone = Demand { visits: visits.collect(), ..demand.clone() };
                    assert!(overload.excess() > 0, "{variant}");
                    assert!(most_placed(&alone) >= overload.room, "{variant}");
                }
            }
        }
    }
    println!("{possible} possible, {impossible} not, of which {overbooked} by one person's excess");
    assert!(possible > 300 && impossible > 300 && overbooked > 100);
}

/// Over two thousand secrets no open day is more than twice as likely as uniform, but for visits that are reported.
fn judge_chances(demand: &Demand, secrets: u32) {
    let index = |day: Date| demand.days.iter().position(|other| other.date == day).unwrap();
    let mut counts = vec![vec![0u32; demand.days.len()]; demand.visits.len()];
    let mut narrow = vec![false; demand.visits.len()];
    for n in 0..secrets {
        let done = whole(demand, n);
        done.days.iter().zip(&mut counts).for_each(|(day, row)| row[index(*day)] += 1);
        done.narrow.iter().for_each(|(place, _)| narrow[*place] = true);
    }
    let (mut judged, mut worst) = (0, 0.0f64);
    for (place, visit) in demand.visits.iter().enumerate() {
        if visit.fixed.is_some() || narrow[place] {
            continue;
        }
        let comes = |day: &&shuangsuiji::schedule::WorkDay| {
            visit.from <= day.date
                && day.date <= visit.to
                && visit.team.iter().all(|p| demand.people[*p as usize].limit(day) > 0)
        };
        let open = demand.days.iter().filter(comes).count();
        let most = *counts[place].iter().max().unwrap();
        let ratio = f64::from(most) * open as f64 / f64::from(secrets);
        worst = worst.max(ratio);
        judged += 1;
        assert!(ratio <= 2.0, "{}: {ratio:.2} times as likely, {:?}", visit.sid, counts[place]);
    }
    println!("{judged} of {} visits judged, worst {worst:.2}", demand.visits.len());
    assert!(judged * 10 >= demand.visits.len() * 7);
}

#[test]
fn days_cannot_be_foreseen_in_a_small_office() {
    let office = Quarter {
        visits: 60,
        people: 8,
        days: 40,
        areas: 2,
        per_day: 3,
        leave_percent: 8,
        short_percent: 15,
        fixed_percent: 10,
        busiest_percent: None,
        variant: 3,
    };
    judge_chances(&office.demand(), 2_000);
}

#[test]
fn days_cannot_be_foreseen_where_people_are_busy() {
    let office = Quarter {
        visits: 220,
        people: 12,
        days: 45,
        areas: 3,
        per_day: 2,
        leave_percent: 5,
        short_percent: 10,
        fixed_percent: 5,
        busiest_percent: None,
        variant: 5,
    };
    judge_chances(&office.demand(), 2_000);
}

/// Two visits by one team in one area, of which one has a narrow window or a fixed day: whoever knows that must not
/// know the day of the other.
#[test]
fn a_visit_does_not_follow_one_that_is_known() {
    let days = working_days(30);
    let visit = |n: u32, from: usize, to: usize, fixed: Option<usize>| Visit {
        sid: Sid::parse(&format!("S{n}")).unwrap(),
        team: vec![0, 1],
        area: "A".to_owned(),
        from: days[from].date,
        to: days[to].date,
        fixed: fixed.map(|day| days[day].date),
        was: None,
        fixed_slot: None,
        was_slot: None,
    };
    let visits = vec![visit(0, 0, 29, None), visit(1, 4, 6, None), visit(2, 0, 29, Some(9))];
    let demand = Demand {
        days: days.clone(),
        people: vec![plain(0, 4), plain(1, 4)],
        visits,
        keep_free: 1,
        slots: Vec::new(),
    };
    let mut counts = vec![0; 30];
    for n in 0..2_000 {
        let day = whole(&demand, n).days[0];
        counts[days.iter().position(|other| other.date == day).unwrap()] += 1;
    }
    assert!(counts.iter().all(|count| count * 30 <= 2 * 2_000), "{counts:?}");
}

#[test]
fn the_order_of_rows_has_no_influence() {
    let quarter = Quarter { visits: 400, people: 20, ..DISTRICT };
    let demand = quarter.demand();
    let done = whole(&demand, 5);
    assert_eq!(whole(&demand, 5), done);
    assert_ne!(whole(&demand, 6).days, done.days);
    let n = u32::try_from(demand.people.len()).unwrap();
    let mut turned = demand.clone();
    turned.people.reverse();
    turned.visits.reverse();
    for visit in &mut turned.visits {
        visit.team.iter_mut().for_each(|person| *person = n - 1 - *person);
        visit.team.reverse();
    }
    let mut days = whole(&turned, 5).days;
    days.reverse();
    assert_eq!(days, done.days);
}

/// The same quarter with what stood before, from a certain day on.
fn again(demand: &Demand, days: &[Date]) -> Demand {
    let mut demand = demand.clone();
    for (visit, day) in demand.visits.iter_mut().zip(days) {
        visit.was = Some(*day);
    }
    demand
}

#[test]
fn a_new_schedule_moves_as_little_as_possible() {
    let demand = Quarter { visits: 2_000, people: 80, ..DISTRICT }.demand();
    let before = whole(&demand, 1);
    let mut demand = again(&demand, &before.days);
    let same = whole(&demand, 2);
    assert_eq!((same.moved.len(), &same.days), (0, &before.days));
    // Somebody falls ill for two weeks: only visits of his can move.
    let (from, to) = (demand.days[20].date, demand.days[29].date);
    demand.people[7].away.push((from, to));
    let hit: Vec<usize> = (0..demand.visits.len())
        .filter(|n| demand.visits[*n].team.contains(&7) && (from..=to).contains(&before.days[*n]))
        .collect();
    let after = whole(&demand, 3);
    assert_eq!(check(&demand, &after.days), []);
    assert_eq!(after.moved, hit);
    assert!(!hit.is_empty());
    // What is over stays whatever happens; it does not count as movement.
    let over = demand.days[10].date;
    for (visit, day) in demand.visits.iter_mut().zip(&after.days) {
        visit.was = Some(*day);
        visit.fixed = (*day <= over).then_some(*day);
    }
    demand.people[3].away.push((demand.days[0].date, demand.days[5].date));
    let later = whole(&demand, 4);
    assert!(later.moved.is_empty(), "{:?}", later.moved);
    assert!(check(&demand, &later.days).iter().all(|finding| finding.code() == "D08"));
}

#[test]
fn the_last_days_stay_free_while_there_is_room() {
    let quarter = Quarter { visits: 400, people: 40, short_percent: 0, ..DISTRICT };
    let demand = quarter.demand();
    let done = whole(&demand, 1);
    let first_kept = demand.days[demand.days.len() - demand.keep_free].date;
    assert_eq!(demand.keep_free, 3);
    assert!(done.days.iter().all(|day| *day < first_kept));
    let crowded = Quarter { visits: 3_650, people: 64, per_day: 2, leave_percent: 0, ..quarter };
    let done = whole(&crowded.demand(), 1);
    assert!(done.days.iter().any(|day| *day >= first_kept), "they are there for what needs them");
}

#[test]
fn an_overload_names_who_and_when() {
    let mut demand = Quarter { visits: 200, people: 20, short_percent: 0, ..DISTRICT }.demand();
    // Eleven visits of one person in one week with two a day.
    let (from, to) = (demand.days[20].date, demand.days[23].date);
    demand.people[4].away.clear();
    let mut hit = Vec::new();
    for place in (0..200).step_by(18) {
        let other = (5 + place as u32 / 18) % 20;
        let visit = &mut demand.visits[place];
        (visit.team, visit.from, visit.to) =
            (vec![4, if other == 4 { 3 } else { other }], from, to);
        demand.people[visit.team[1] as usize].away.clear();
        hit.push(place);
    }
    let found = overloads(&demand);
    let [one] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!((one.person, &one.visits, one.room), (4, &hit, 8));
    assert!(one.weeks.len() <= 2 && one.weeks[0] <= from);
    let outcome = schedule(&demand, &key(1));
    let Outcome::Short { unplaced, at_least, .. } = &outcome else { panic!("it cannot be") };
    assert_eq!((unplaced.len(), *at_least), (hit.len() - 8, hit.len() - 8));
    let codes: Vec<&str> = findings(&demand, &outcome).iter().map(|f| f.code()).collect();
    assert!(codes.contains(&"D04") && codes.contains(&"D06"), "{codes:?}");
}

/// Pairs of three people, of which each day has room for one: that no search of so many days comes to an end is said.
#[test]
fn what_no_search_decides_is_not_called_impossible() {
    let cause = |visits: usize, halves: bool| {
        let mut demand = Quarter { visits, people: 3, days: visits - 1, ..DISTRICT }.demand();
        let (from, to) = (demand.days[0].date, demand.days[visits - 2].date);
        for (n, visit) in demand.visits.iter_mut().enumerate() {
            let one = u32::try_from(n % 3).unwrap();
            visit.team = vec![one, (one + 1) % 3];
            (visit.from, visit.to, visit.fixed) = (from, to, None);
        }
        for person in &mut demand.people {
            (person.per_day, person.away) = (1, Vec::new());
            (person.weekdays, person.per_week) = ([true; 7], None);
        }
        demand.days.iter_mut().for_each(|day| day.half = false);
        demand.slots = if halves { vec!["上午".into(), "下午".into()] } else { Vec::new() };
        let outcome = schedule(&demand, &key(1));
        let Outcome::Short { unplaced, at_least, undecided, .. } = &outcome else {
            panic!("{visits} visits on {} days", visits - 1)
        };
        assert_eq!((unplaced.len(), *at_least), (1, 0), "{visits}");
        let found = findings(&demand, &outcome);
        let last = found.iter().rfind(|finding| finding.code() == "D06").unwrap();
        (*undecided, last.cause.en.contains("it is not decided whether they can"))
    };
    for halves in [false, true] {
        // Six visits on five days are tried in every way; twenty-one are too much for the steps, thirty not even tried.
        assert_eq!(cause(6, halves), (0, false), "{halves}");
        assert_eq!(cause(21, halves), (1, true), "{halves}");
        assert_eq!(cause(30, halves), (1, true), "{halves}");
    }
}

#[test]
fn a_team_that_never_meets_has_no_day() {
    let mut demand = Quarter { visits: 20, people: 6, ..DISTRICT }.demand();
    demand.visits[0].team = vec![0, 1];
    let days = (demand.days[0].date, demand.days[30].date, demand.days[61].date);
    demand.people[0].away = vec![(days.0, days.1)];
    demand.people[1].away = vec![(days.1, days.2)];
    let outcome = schedule(&demand, &key(1));
    let Outcome::Short { unplaced, .. } = &outcome else { panic!("nobody meets") };
    assert!(unplaced.contains(&0));
    let found = findings(&demand, &outcome);
    assert!(found.iter().any(|f| f.code() == "D05" && f.place.id.as_deref() == Some("S00000")));
}

/// Each broken rule is seen by the checker, which has nothing from the search.
#[test]
fn the_checker_sees_every_broken_rule() {
    let demand = Quarter { visits: 40, people: 6, ..DISTRICT }.demand();
    let done = whole(&demand, 1);
    let codes = |demand: &Demand, days: &[Date]| -> Vec<&str> {
        check(demand, days).iter().map(|finding| finding.code()).collect()
    };
    assert_eq!(codes(&demand, &done.days), [""; 0]);
    let day = done.days[0];
    let with = |change: &dyn Fn(&mut Demand)| {
        let mut other = demand.clone();
        change(&mut other);
        codes(&other, &done.days)
    };
    let team = demand.visits[0].team.clone();
    let one = team[0] as usize;
    assert!(with(&|d| d.people[one].away.push((day, day))).contains(&"D13"));
    assert!(with(&|d| d.people[one].weekdays = [false; 7]).contains(&"D13"));
    assert!(with(&|d| d.people[one].per_day = 0).contains(&"D13"));
    assert!(with(&|d| d.people[one].per_week = Some(0)).contains(&"D13"));
    assert_eq!(with(&|d| d.visits[0].from = day.tomorrow().unwrap()), ["D13"]);
    assert_eq!(with(&|d| d.visits[0].to = day.yesterday().unwrap()), ["D13"]);
    assert!(with(&|d| d.days.retain(|other| other.date != day)).contains(&"D13"));
    assert_eq!(with(&|d| d.visits[0].fixed = Some(day.tomorrow().unwrap())), ["D13"]);
    // What is fixed stands, and is told.
    let fixed = with(&|d| {
        d.visits[0].fixed = Some(day);
        d.visits[0].from = day.tomorrow().unwrap();
    });
    assert_eq!(fixed, ["D08"]);
}
