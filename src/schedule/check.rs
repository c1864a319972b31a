//! The rules of a schedule, checked from the demand alone: nothing of the search is used here, no index and no table.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::model::{Demand, WorkDay};
use crate::base::finding::{Finding, Text};
use crate::say;

/// What is wrong with a schedule that gives the visits these days, in their order: D13 for every broken rule, D08 where
/// only fixed days break it.
///
/// # Panics
/// If there are more or fewer days than visits.
pub fn check(demand: &Demand, days: &[Date]) -> Vec<Finding> {
    assert_eq!(demand.visits.len(), days.len(), "bug: a day for each visit");
    let open: BTreeMap<Date, &WorkDay> = demand.days.iter().map(|day| (day.date, day)).collect();
    let mut findings = Vec::new();
    let mut per_day: BTreeMap<(u32, Date), (u32, bool)> = BTreeMap::new();
    let mut per_week: BTreeMap<(u32, i16, i8), (u32, bool)> = BTreeMap::new();
    for (visit, day) in demand.visits.iter().zip(days) {
        let fixed = visit.fixed.is_some();
        if visit.fixed.is_some_and(|given| given != *day) {
            findings.push(moved(visit.sid.as_str(), *day));
            continue;
        }
        let mut broken = |cause: Text| {
            let code = if fixed { "D08" } else { "D13" };
            findings.push(Finding::new(code, cause).id(visit.sid.as_str()));
        };
        if *day < visit.from || *day > visit.to {
            let (from, to) = (visit.from, visit.to);
            broken(say!("{day} 不在 {from} 至 {to} 内", "{day} is not within {from} to {to}"));
        }
        let work = open.get(day);
        if work.is_none() {
            broken(say!("{day} 不是工作日", "{day} is no working day"));
        }
        let members: BTreeSet<u32> = visit.team.iter().copied().collect();
        for member in members {
            let person = &demand.people[member as usize];
            let iid = &person.iid;
            if person.away.iter().any(|(from, to)| from <= day && day <= to) {
                broken(say!("{iid} 在 {day} 不在岗", "{iid} is away on {day}"));
            }
            if !person.weekdays[usize::from(day.weekday().to_monday_zero_offset().unsigned_abs())] {
                broken(say!(
                    "{iid} 逢 {day} 不上班",
                    "{iid} does not work on the weekday of {day}"
                ));
            }
            let count = |counted: &mut (u32, bool)| *counted = (counted.0 + 1, counted.1 || !fixed);
            count(per_day.entry((member, *day)).or_default());
            let week = day.iso_week_date();
            count(per_week.entry((member, week.year(), week.week())).or_default());
        }
    }
    for ((member, day), (visits, movable)) in per_day {
        let person = &demand.people[member as usize];
        let half = open.get(&day).is_some_and(|day| day.half);
        let most = if half { person.per_day.div_ceil(2) } else { person.per_day };
        if visits > u32::from(most) {
            let cause = say!(
                "{day} 检查 {visits} 次，上限 {most}",
                "{visits} visits on {day}, the limit is {most}"
            );
            findings.push(over(person.iid.as_str(), cause, movable));
        }
    }
    for ((member, year, week), (visits, movable)) in per_week {
        let person = &demand.people[member as usize];
        if let Some(most) = person.per_week.filter(|most| visits > u32::from(*most)) {
            let cause = say!(
                "{year} 年第 {week} 周检查 {visits} 次，上限 {most}",
                "{visits} visits in week {week} of {year}, the limit is {most}"
            );
            findings.push(over(person.iid.as_str(), cause, movable));
        }
    }
    findings
}

/// What is wrong with the parts of their days that the visits get, in their order; as [`check`].
///
/// # Panics
/// If there are more or fewer days or parts than visits.
pub fn check_slots(demand: &Demand, days: &[Date], slots: &[usize]) -> Vec<Finding> {
    assert_eq!(demand.visits.len(), days.len(), "bug: a day for each visit");
    assert_eq!(demand.visits.len(), slots.len(), "bug: a part for each visit");
    let open: BTreeMap<Date, &WorkDay> = demand.days.iter().map(|day| (day.date, day)).collect();
    let mut findings = Vec::new();
    let mut met: BTreeMap<(u32, Date, usize), (u32, bool)> = BTreeMap::new();
    for ((visit, day), slot) in demand.visits.iter().zip(days).zip(slots) {
        let fixed = visit.fixed.is_some();
        let mut broken = |cause: Text| {
            let code = if fixed { "D08" } else { "D13" };
            findings.push(Finding::new(code, cause).id(visit.sid.as_str()));
        };
        let Some(name) = demand.slots.get(*slot) else {
            broken(say!("没有第 {slot} 个时段", "there is no part {slot} of a day"));
            continue;
        };
        if visit.fixed_slot.is_some_and(|given| given != *slot) {
            broken(say!("已定的时段被改为 {name}", "its fixed part was changed to {name}"));
        }
        // Of half a day the first half of the parts is worked.
        if open.get(day).is_some_and(|day| day.half) && 2 * slot >= demand.slots.len() {
            broken(say!("{day} 只有半天，没有{name}", "{day} is half a day without {name}"));
        }
        let members: BTreeSet<u32> = visit.team.iter().copied().collect();
        for member in members {
            let person = &demand.people[member as usize];
            if person.away_slots.contains(&(*day, *slot)) {
                let iid = &person.iid;
                broken(say!("{iid} 在 {day} {name}不在岗", "{iid} is away on {day} {name}"));
            }
            let counted = met.entry((member, *day, *slot)).or_default();
            *counted = (counted.0 + 1, counted.1 || !fixed);
        }
    }
    for ((member, day, slot), (visits, movable)) in met {
        let person = &demand.people[member as usize];
        let (parts, name) = (demand.slots.len(), &demand.slots[slot]);
        let most = usize::from(person.per_day).div_ceil(parts);
        if visits as usize > most {
            let cause = say!(
                "{day} {name}检查 {visits} 次，上限 {most}",
                "{visits} visits on {day} {name}, the limit is {most}"
            );
            findings.push(over(person.iid.as_str(), cause, movable));
        }
    }
    findings
}

fn moved(sid: &str, day: Date) -> Finding {
    let cause = say!("已定的日期被改为 {day}", "its fixed day was changed to {day}");
    Finding::new("D13", cause).id(sid)
}

/// Too many visits of a person; a mere warning where all of them are fixed.
fn over(iid: &str, cause: Text, movable: bool) -> Finding {
    Finding::new(if movable { "D13" } else { "D08" }, cause).id(iid)
}
