//! A schedule as people see it: rows with names, weekdays and the day by which results are public.

use jiff::civil::Date;

use super::gather::{Face, Gathered};
use crate::base::calendar::{Calendar, Deadline};
use crate::record::ids::Iid;

/// Working days from the visit until its result must be public (domain: 20; provinces may have fewer).
pub(super) const PUBLIC_WITHIN: u32 = 20;

/// A scheduled visit.
pub(super) struct Entry<'a> {
    pub sid: &'a str,
    pub date: Date,
    pub area: &'a str,
    pub face: &'a Face,
    /// By when its result is public, if it is done that day.
    pub deadline: Option<Deadline>,
}

impl Entry<'_> {
    /// Whether somebody is of the team.
    pub fn has(&self, iid: &Iid) -> bool {
        self.face.team.iter().any(|(_, other, _)| other == iid)
    }

    /// `E001 张三，E002 李四`, without one of them if asked.
    pub fn team(&self, without: Option<&Iid>) -> String {
        let others = self.face.team.iter().filter(|(_, iid, _)| Some(iid) != without);
        let words = others.map(|(_, iid, name)| format!("{iid} {name}").trim_end().to_owned());
        words.collect::<Vec<_>>().join("，")
    }
}

/// All visits by day, then by area and subject: the order in which they are read out.
pub(super) fn entries<'a>(
    gathered: &'a Gathered,
    days: &[Date],
    calendar: &Calendar,
) -> Vec<Entry<'a>> {
    let visits = gathered.demand.visits.iter().zip(&gathered.faces).zip(days);
    let mut entries: Vec<Entry<'a>> = visits
        .map(|((visit, face), date)| Entry {
            sid: visit.sid.as_str(),
            date: *date,
            area: &visit.area,
            face,
            deadline: calendar.deadline(*date, PUBLIC_WITHIN),
        })
        .collect();
    entries.sort_by(|a, b| (a.date, a.area, a.sid).cmp(&(b.date, b.area, b.sid)));
    entries
}

/// Everybody who visits, with his name, by certificate number.
pub(super) fn people<'a>(entries: &'a [Entry<'_>]) -> Vec<(&'a Iid, &'a str)> {
    let all = entries.iter().flat_map(|entry| &entry.face.team);
    let mut people: Vec<(&Iid, &str)> = all.map(|(_, iid, name)| (iid, name.as_str())).collect();
    people.sort_unstable();
    people.dedup();
    people
}
