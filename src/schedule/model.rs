//! What a schedule is asked for.

use std::collections::BTreeSet;

use jiff::civil::{Date, Weekday};

use crate::record::ids::{Iid, Sid};

/// Most parts of a day.
pub const SLOTS_MAX: usize = 8;

/// A day on which the office works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WorkDay {
    /// The day.
    pub date: Date,
    /// Half of it is worked: everybody makes half as many visits, rounded up.
    pub half: bool,
}

/// Somebody who visits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// Certificate number.
    pub iid: Iid,
    /// First and last days of leave, training, other duties.
    pub away: Vec<(Date, Date)>,
    /// On which days of the week, Monday first; part-time people have fewer.
    pub weekdays: [bool; 7],
    /// Most visits on a day, 1 … 16.
    pub per_day: u8,
    /// Most visits in a week from Monday to Sunday, if there is a limit.
    pub per_week: Option<u16>,
    /// Half-days and hours of leave: a day, and the part of it by its place in [`Demand::slots`].
    pub away_slots: Vec<(Date, usize)>,
}

/// A visit to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Visit {
    /// The subject.
    pub sid: Sid,
    /// Who goes, by their places in [`Demand::people`]; not empty, none twice.
    pub team: Vec<u32>,
    /// Where it is; visits in one area on one day are one trip. Empty if it is not known: then it shares no trip.
    pub area: String,
    /// First day of its window.
    pub from: Date,
    /// Last day of its window.
    pub to: Date,
    /// An appointment, or a visit made already: the day is given, whatever the rules say.
    pub fixed: Option<Date>,
    /// The day that it had before something happened.
    pub was: Option<Date>,
    /// The part of the fixed day, if that is given, too.
    pub fixed_slot: Option<usize>,
    /// The part of the day that it had before.
    pub was_slot: Option<usize>,
}

/// Everything that a schedule depends on besides its key. The order of people and visits has no effect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Demand {
    /// The office's working days, ascending, at most 384.
    pub days: Vec<WorkDay>,
    /// Who visits.
    pub people: Vec<Person>,
    /// What is to be visited, each subject once.
    pub visits: Vec<Visit>,
    /// How many of the last days stay free as long as there is room before.
    pub keep_free: usize,
    /// The parts of a day (上午, 下午 …), at most eight, if visits get one; half a day has the first half of them, rounded up.
    pub slots: Vec<String>,
}

impl Demand {
    /// Most visits of a person on a day, as the parts of it allow.
    pub fn limit(&self, person: &Person, day: &WorkDay) -> u8 {
        let most = person.limit(day);
        if self.slots.is_empty() {
            return most;
        }
        let parts = u8::try_from(self.parts(person, day).count_ones()).expect("bug: few parts");
        most.min(person.per_slot(self.slots.len()).saturating_mul(parts))
    }

    /// The parts of a day in which a person works, bit by bit from the lowest.
    pub fn parts(&self, person: &Person, day: &WorkDay) -> u16 {
        let worked = if day.half { self.slots.len().div_ceil(2) } else { self.slots.len() };
        let away = person.away_slots.iter().filter(|(date, _)| *date == day.date);
        away.fold((1 << worked) - 1, |parts, (_, slot)| parts & !(1 << slot))
    }

    /// Whether a whole team could come on a day, if nobody had another visit.
    pub fn comes(&self, team: &[u32], day: &WorkDay) -> bool {
        let members = || team.iter().map(|person| &self.people[*person as usize]);
        let parts = |person| self.parts(person, day);
        members().all(|person| self.limit(person, day) > 0)
            && (self.slots.is_empty() || members().fold(u16::MAX, |all, p| all & parts(p)) > 0)
    }
}

impl Person {
    /// Most visits in one part of a day of so many.
    pub fn per_slot(&self, slots: usize) -> u8 {
        self.per_day.div_ceil(u8::try_from(slots.max(1)).expect("bug: few parts"))
    }

    /// Most visits on that day: none when away, half as many on half a day.
    pub fn limit(&self, day: &WorkDay) -> u8 {
        let away = self.away.iter().any(|(from, to)| (*from..=*to).contains(&day.date));
        if away || !self.weekdays[monday_first(day.date)] {
            0
        } else if day.half {
            self.per_day.div_ceil(2)
        } else {
            self.per_day
        }
    }
}

/// The place of a day in its week, Monday 0.
pub(super) fn monday_first(day: Date) -> usize {
    match day.weekday() {
        Weekday::Monday => 0,
        Weekday::Tuesday => 1,
        Weekday::Wednesday => 2,
        Weekday::Thursday => 3,
        Weekday::Friday => 4,
        Weekday::Saturday => 5,
        Weekday::Sunday => 6,
    }
}

/// The Monday of a day's week.
pub(super) fn monday(day: Date) -> Date {
    let back = i64::try_from(monday_first(day)).expect("bug: at most 6");
    day.saturating_sub(jiff::Span::new().days(back))
}

/// How many trips the days of these visits make: one person, one day, one area. Visits without a day make none.
pub fn trips(demand: &Demand, days: &[Option<Date>]) -> usize {
    let mut trips = BTreeSet::new();
    for (place, (visit, day)) in demand.visits.iter().zip(days).enumerate() {
        // A visit whose area is not known is a trip of its own.
        let own = visit.area.is_empty().then_some(place);
        let members = visit.team.iter().filter(|_| day.is_some());
        trips.extend(members.map(|person| (*person, *day, visit.area.as_str(), own)));
    }
    trips.len()
}
