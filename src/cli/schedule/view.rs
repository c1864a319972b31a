//! A schedule as people see it: rows with names, weekdays and the day by which results are public.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::gather::{Face, Gathered};
use crate::base::calendar::{Calendar, Deadline};
use crate::base::finding::Text;
use crate::record::ids::Iid;
use crate::say;
use crate::schedule::route::{Place, way};

/// Working days from the visit until its result must be public (domain: 20; provinces may have fewer).
pub(super) const PUBLIC_WITHIN: u32 = 20;

/// A scheduled visit.
pub(super) struct Entry<'a> {
    pub sid: &'a str,
    pub date: Date,
    /// The part of the day, if it has one, and its place among the parts.
    pub slot: Option<&'a str>,
    slot_at: Option<usize>,
    pub area: &'a str,
    pub face: &'a Face,
    /// By when its result is public, if it is done that day.
    pub deadline: Option<Deadline>,
}

/// A day, a part of it, a team.
type Outing = (Date, Option<usize>, Vec<String>);

impl Entry<'_> {
    /// Its place where nothing is known of the way.
    fn read_out(&self) -> (Date, Option<usize>, &str, &str, &str) {
        (self.date, self.slot_at, self.area, &self.face.address, self.sid)
    }

    fn outing(&self) -> Outing {
        let mut team: Vec<String> =
            self.face.team.iter().map(|(_, iid, _)| iid.to_string()).collect();
        team.sort_unstable();
        (self.date, self.slot_at, team)
    }

    /// The subject's name, or its number.
    pub fn title(&self) -> &str {
        if self.face.name.is_empty() { self.sid } else { &self.face.name }
    }

    /// Whether somebody is of the team.
    pub fn has(&self, iid: &Iid) -> bool {
        self.face.team.iter().any(|(_, other, _)| other == iid)
    }

    /// `同组：E002 李四` for one of the team, `小组：E001 张三，E002 李四` for others; empty if he goes alone.
    pub fn company(&self, of: Option<&Iid>) -> Text {
        let team = self.team(of);
        match of {
            _ if team.is_empty() => Text { zh: String::new(), en: String::new() },
            Some(_) => say!("同组：{team}", "with {team}"),
            None => say!("小组：{team}", "team: {team}"),
        }
    }

    /// `E001 张三，E002 李四`, without one of them if asked.
    pub fn team(&self, without: Option<&Iid>) -> String {
        let others = self.face.team.iter().filter(|(_, iid, _)| Some(iid) != without);
        let words = others.map(|(_, iid, name)| format!("{iid} {name}").trim_end().to_owned());
        words.collect::<Vec<_>>().join("，")
    }
}

/// All visits by day and part of it, then by area, address and subject, those of one team by a short way: the order in which they
/// are read out.
pub(super) fn entries<'a>(
    gathered: &'a Gathered,
    days: &[Date],
    slots: &[usize],
    calendar: &Calendar,
) -> Vec<Entry<'a>> {
    let visits = gathered.demand.visits.iter().zip(&gathered.faces).zip(days);
    let name = |at: usize| Some(gathered.demand.slots[*slots.get(at)?].as_str());
    let mut entries: Vec<Entry<'a>> = (visits.enumerate())
        .map(|(at, ((visit, face), date))| Entry {
            sid: visit.sid.as_str(),
            date: *date,
            slot: name(at),
            slot_at: slots.get(at).copied(),
            area: &visit.area,
            face,
            deadline: calendar.deadline(*date, PUBLIC_WITHIN),
        })
        .collect();
    entries.sort_by(|a, b| a.read_out().cmp(&b.read_out()));
    in_order_of_way(entries)
}

/// Of one team on one day the visits of each part by a short way, if all places are known; otherwise as they are sorted. Teams stand
/// where their first visit stands: somebody who comes with two teams has the order of each.
fn in_order_of_way(entries: Vec<Entry<'_>>) -> Vec<Entry<'_>> {
    let mut ordered = Vec::with_capacity(entries.len());
    let mut rest: Vec<Option<Entry<'_>>> = entries.into_iter().map(Some).collect();
    let mut outings: BTreeMap<Outing, Vec<usize>> = BTreeMap::new();
    for (at, entry) in rest.iter().enumerate() {
        outings
            .entry(entry.iter().map(Entry::outing).next().expect("bug: it is there"))
            .or_default()
            .push(at);
    }
    let mut outings: Vec<Vec<usize>> = outings.into_values().collect();
    outings.sort_unstable_by_key(|outing| outing[0]);
    for outing in outings {
        let place = |at: &usize| rest[*at].as_ref().and_then(|entry| entry.face.place);
        let places: Option<Vec<Place>> = outing.iter().map(place).collect();
        let order = places.map_or_else(|| (0..outing.len()).collect(), |places| way(&places));
        for at in order {
            ordered.extend(rest[outing[at]].take());
        }
    }
    // Days and their parts stay in order: an outing lies in one of them.
    ordered.sort_by_key(|entry| (entry.date, entry.slot_at));
    ordered
}

/// Everybody who visits, with his name, by certificate number.
pub(super) fn people<'a>(entries: &'a [Entry<'_>]) -> Vec<(&'a Iid, &'a str)> {
    let all = entries.iter().flat_map(|entry| &entry.face.team);
    let mut people: Vec<(&Iid, &str)> = all.map(|(_, iid, name)| (iid, name.as_str())).collect();
    people.sort_unstable();
    people.dedup();
    people
}
