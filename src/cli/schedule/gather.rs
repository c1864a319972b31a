//! The demand of a drawn bundle: its visits as they stand after all events, the leave that the workspace knows, the
//! office's setting and calendar.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::super::Failure;
use super::super::ground::Registers;
use super::drawn::Drawn;
use super::keep::Kept;
use super::setting::{OfPerson, OfVisit, Setting};
use crate::base::calendar::{Calendar, DayKind};
use crate::base::date::parse_date;
use crate::base::digest::Suite;
use crate::base::finding::Finding;
use crate::draw::select::Selection;
use crate::draw::visits::drawn_rows;
use crate::events::standing::{Standing, Visit as DrawnVisit};
use crate::record::commitment::Commitment;
use crate::record::ids::{Iid, Sid};
use crate::registry::{Inspector, Subject};
use crate::say;
use crate::schedule::route::Place;
use crate::schedule::{DAYS_MAX, Demand, Given, Person, Record, Visit, WorkDay};
use crate::store::Store;

/// What schedules are made from.
pub(super) struct Ground<'a> {
    pub commitment: &'a Commitment,
    pub standing: &'a Standing<'a>,
    pub selections: &'a [(String, Selection)],
    pub calendar: &'a Calendar,
    pub setting: &'a Setting,
    pub registers: Option<&'a Registers>,
    /// The schedule before, if there is one.
    pub before: Option<&'a Kept>,
    /// The day on which the schedule is made.
    pub today: Date,
    /// New days are not before this one.
    pub first: Date,
}

/// The demand, and what the views say about its visits, in the same order.
pub(super) struct Gathered {
    pub demand: Demand,
    pub given: Given,
    pub faces: Vec<Face>,
    /// Visits that have no day since their teams are not whole.
    pub incomplete: usize,
    pub findings: Vec<Finding>,
}

/// What a visit looks like to people.
pub(super) struct Face {
    pub name: String,
    pub address: String,
    /// Longitude and latitude in millionths of a degree, if the register has them.
    pub place: Option<Place>,
    /// Slot and inspector with his name, in the order of slots.
    pub team: Vec<(String, Iid, String)>,
    pub lists: String,
}

/// The registers of the workspace, if there is one.
pub(super) fn registers(store: Option<&Store>) -> Result<Option<Registers>, Failure> {
    store.map(|store| Registers::with(store, &[])).transpose()
}

impl Ground<'_> {
    /// # Errors
    /// D14 without working days in the window, or with too many.
    pub fn gather(&self) -> Result<Gathered, Failure> {
        let mut findings = Vec::new();
        let days = self.days(&mut findings)?;
        if self.registers.is_none() {
            let cause = say!("这里没有工作区", "there is no workspace here");
            findings.push(Finding::new("D12", cause));
        }
        let suite = self.commitment.suite;
        let Known { inspectors, subjects } = Known::of(self.registers, suite, self.standing);
        let iids: Vec<&Iid> = self.standing.people.keys().collect();
        let people: Vec<Person> =
            iids.iter().map(|iid| self.person(iid, inspectors.get(*iid).copied())).collect();
        let place = |iid: &Iid| {
            let found = iids.binary_search_by(|other| (*other).cmp(iid));
            u32::try_from(found.expect("bug: a team is made of people")).expect("bug: few people")
        };
        let tags = drawn_rows(self.selections);
        let (mut visits, mut faces, mut incomplete) = (Vec::new(), Vec::new(), 0);
        for (sid, visit) in &self.standing.visits {
            let whole = visit.team.iter().cloned().collect::<Option<Vec<Iid>>>();
            let Some(team) = whole.or_else(|| self.who_went(sid)) else {
                incomplete += 1;
                let vacant = visit.team.iter().filter(|holder| holder.is_none()).count();
                let cause = say!("{vacant} 个岗位空缺", "{vacant} slots are vacant");
                findings.push(Finding::new("D11", cause).id(sid.as_str()));
                continue;
            };
            let subject = subjects.get(sid).copied();
            let area = area(subject, tags.get(sid).map(|row| row.tags.as_slice()));
            let team_at = team.iter().map(place).collect();
            match self.window_of(sid, visit) {
                Ok(window) => visits.push(self.visit(sid, team_at, area, window)),
                Err(finding) => {
                    findings.push(finding);
                    continue;
                }
            }
            faces.push(face(visit, subject, &inspectors));
        }
        self.unknown(suite, &mut findings);
        let keep_free = self.setting.keep_free.unwrap_or(days.len() / 20);
        Ok(Gathered {
            demand: Demand { days, people, visits, keep_free, slots: self.setting.slots.clone() },
            given: Given { made: self.today, first: self.first, lists: self.setting.lists.clone() },
            faces,
            incomplete,
            findings,
        })
    }

    fn days(&self, findings: &mut Vec<Finding>) -> Result<Vec<WorkDay>, Failure> {
        let (from, to) = window(self.commitment);
        let days: Vec<WorkDay> = (self.calendar.working_days(from, to).into_iter())
            .map(|(date, kind)| WorkDay { date, half: kind == DayKind::Half })
            .collect();
        let left = days.iter().filter(|day| day.date >= self.first).count();
        if days.len() > DAYS_MAX || left == 0 {
            let (n, first) = (days.len(), self.first);
            let cause = say!(
                "{from} 至 {to} 有 {n} 个工作日，{first} 起有 {left} 个",
                "{n} working days from {from} to {to}, {left} of them from {first} on"
            );
            return Err(Finding::new("D14", cause).into());
        }
        if days.iter().any(|day| self.calendar.day(day.date).provisional) {
            findings.push(super::super::calendar::unannounced(self.calendar));
        }
        Ok(days)
    }

    fn person(&self, iid: &Iid, record: Option<&Inspector>) -> Person {
        let none = OfPerson::default();
        let own = self.setting.people.get(iid.as_str()).unwrap_or(&none);
        let leave = record.into_iter().flat_map(|record| record.leave.iter().copied());
        // Whose certificate lapses does not come any more.
        let lapsed = record.filter(|record| !record.expert).and_then(|record| record.cert_valid_to);
        let lapsed = lapsed.and_then(|last| last.tomorrow().ok()).map(|first| (first, Date::MAX));
        Person {
            iid: iid.clone(),
            away: leave.chain(lapsed).chain(own.away.iter().copied()).collect(),
            weekdays: own.weekdays.unwrap_or([true; 7]),
            per_day: own.per_day.unwrap_or(self.setting.per_day),
            per_week: own.per_week.or(self.setting.per_week),
            away_slots: own.away_slots.clone(),
        }
    }

    /// First and last day of a visit: in the windows of the draw, of all its tasks and its own.
    fn window_of(&self, sid: &Sid, visit: &DrawnVisit) -> Result<(Date, Date), Finding> {
        let whole = window_of_lists(self.commitment, &visit.lists, &self.setting.lists);
        let own = self.setting.visits.get(sid.as_str());
        let own = own.map_or((None, None), |own| (own.from, own.to));
        let (first, last) = narrowed(whole, own);
        if first > last {
            let lists = visit.lists.iter().cloned().collect::<Vec<_>>().join(" ");
            let cause = say!(
                "任务 {lists} 和该对象的期限合起来，自 {first} 而至 {last}",
                "the windows of {lists} and its own together begin on {first} and end on {last}"
            );
            return Err(Finding::new("D16", cause).id(sid.as_str()));
        }
        Ok((first, last))
    }

    fn visit(&self, sid: &Sid, team: Vec<u32>, area: String, (from, to): (Date, Date)) -> Visit {
        let none = OfVisit::default();
        let own = self.setting.visits.get(sid.as_str()).unwrap_or(&none);
        let was = self.before.and_then(|kept| kept.day(sid));
        let was_slot = self.slot_before(sid);
        // What is over stays as it was.
        let over = was.filter(|was| *was < self.first);
        Visit {
            sid: sid.clone(),
            team,
            area: own.area.clone().unwrap_or(area),
            from: if over.is_some() { from } else { from.max(self.first) },
            to,
            fixed: over.or(own.fixed),
            was,
            fixed_slot: over.map_or(own.slot, |_| was_slot),
            was_slot,
        }
    }

    /// The team that the schedule before has for a visit of a past day: it was made, whoever has left since. Of today it
    /// may be another: somebody falls ill in the morning.
    fn who_went(&self, sid: &Sid) -> Option<Vec<Iid>> {
        let past = |day: Date| day < self.first && day < self.today;
        let kept = self.before.filter(|kept| kept.day(sid).is_some_and(past))?;
        let Demand { visits, people, .. } = &kept.record.demand;
        let visit = visits.iter().find(|visit| visit.sid == *sid)?;
        Some(visit.team.iter().map(|at| people[*at as usize].iid.clone()).collect())
    }

    /// The part of the day that a visit had, if there is one of that name still.
    fn slot_before(&self, sid: &Sid) -> Option<usize> {
        let kept = self.before?;
        let name = &kept.record.demand.slots[kept.slot(sid)?];
        self.setting.slots.iter().position(|slot| slot == name)
    }

    /// D03 for people and subjects that the setting names and the draw does not have.
    fn unknown(&self, suite: Suite, findings: &mut Vec<Finding>) {
        let known =
            |iid: &String| self.standing.people.contains_key(&Iid::of_certificate(suite, iid));
        let people = self.setting.people.keys().filter(|iid| !known(iid));
        let visited =
            |sid: &String| Sid::parse(sid).is_ok_and(|sid| self.standing.visits.contains_key(&sid));
        let subjects = self.setting.visits.keys().filter(|sid| !visited(sid));
        let drawn = |list: &String| self.commitment.list(list).is_some();
        let lists = self.setting.lists.keys().filter(|list| !drawn(list));
        let finding = |id: &String| {
            let cause = say!("本次抽取没有 {id}", "the draw has no {id}");
            Finding::new("D03", cause).id(id)
        };
        findings.extend(people.chain(subjects).chain(lists).map(finding));
    }
}

/// What registers know of the people and subjects of a draw.
struct Known<'a> {
    inspectors: BTreeMap<Iid, &'a Inspector>,
    subjects: BTreeMap<Sid, &'a Subject>,
}

impl<'a> Known<'a> {
    fn of(registers: Option<&'a Registers>, suite: Suite, standing: &Standing<'_>) -> Self {
        let registry = registers.map(|registers| &registers.registry);
        let inspectors = (registry.iter())
            .flat_map(|registry| registry.inspectors())
            .filter_map(|record| Some((record.iid(suite)?, record)))
            .collect();
        let subjects = (registry.iter())
            .flat_map(|registry| registry.subjects())
            .map(|subject| (subject.sid(suite), subject))
            .filter(|(sid, _)| standing.visits.contains_key(sid))
            .collect();
        Known { inspectors, subjects }
    }
}

/// The visits of a kept schedule as they stand now, with their days and parts; what stands no more is left out.
pub(super) fn of_kept(
    kept: &Kept,
    commitment: &Commitment,
    drawn: &Drawn<'_>,
    registers: Option<&Registers>,
) -> (Gathered, Vec<Date>, Vec<usize>) {
    let known = Known::of(registers, commitment.suite, drawn.standing);
    let Demand { visits: all, slots: names, .. } = &kept.record.demand;
    let (mut visits, mut faces, mut days, mut slots) = (vec![], vec![], vec![], vec![]);
    for (at, visit) in all.iter().enumerate() {
        let Some(now) = drawn.standing.visits.get(&visit.sid) else { continue };
        let Some(day) = kept.day(&visit.sid) else { continue };
        let subject = known.subjects.get(&visit.sid).copied();
        faces.push(face(now, subject, &known.inspectors));
        visits.push(visit.clone());
        days.push(day);
        slots.extend(kept.record.slots.get(at));
    }
    let (keep_free, slot_names) = (kept.record.demand.keep_free, names.clone());
    let demand =
        Demand { days: Vec::new(), people: Vec::new(), visits, keep_free, slots: slot_names };
    let given = kept.record.given.clone();
    (Gathered { demand, given, faces, incomplete: 0, findings: Vec::new() }, days, slots)
}

/// D18 where visits have other teams than a schedule was made for, or are others: another schedule would not be the same.
pub(super) fn teams_changed(record: &Record, standing: &Standing<'_>) -> Option<Finding> {
    let Demand { visits, people, .. } = &record.demand;
    let scheduled: BTreeMap<&Sid, &Visit> =
        visits.iter().map(|visit| (&visit.sid, visit)).collect();
    let changed = |sid: &&Sid| match (scheduled.get(*sid), standing.visits.get(*sid)) {
        (None, now) => now.is_some_and(|now| now.team.iter().all(Option::is_some)),
        (Some(_), None) => true,
        // What was made has its day, even if somebody of the team has left since.
        (Some(visit), Some(now)) if now.team.contains(&None) => !record.given.was_made(visit),
        (Some(visit), Some(now)) => {
            let team: BTreeSet<&Iid> =
                visit.team.iter().map(|at| &people[*at as usize].iid).collect();
            team != now.team.iter().flatten().collect()
        }
    };
    let all: BTreeSet<&Sid> = scheduled.keys().copied().chain(standing.visits.keys()).collect();
    let sids: Vec<&Sid> = all.into_iter().filter(changed).collect();
    let (n, first) = (sids.len(), sids.first()?);
    let cause = say!("{n} 次检查有变更，如 {first}", "{n} visits have changed, such as {first}");
    Some(Finding::new("D18", cause))
}

/// First and last day in the windows of a draw and of these tasks, those given standing for those committed.
pub(super) fn window_of_lists(
    commitment: &Commitment,
    lists: &BTreeSet<String>,
    given: &BTreeMap<String, (Option<Date>, Option<Date>)>,
) -> (Date, Date) {
    let of = |list: &String| {
        given.get(list).copied().unwrap_or_else(|| committed_window(commitment, list))
    };
    lists.iter().map(of).fold(window(commitment), narrowed)
}

fn narrowed((first, last): (Date, Date), (from, to): (Option<Date>, Option<Date>)) -> (Date, Date) {
    (from.map_or(first, |from| from.max(first)), to.map_or(last, |to| to.min(last)))
}

/// The window of a task as it was committed; the draw's own has none of its own.
pub(super) fn committed_window(
    commitment: &Commitment,
    list: &str,
) -> (Option<Date>, Option<Date>) {
    let window = commitment.list(list).and_then(|list| list.notes.get("window"));
    let day = |key: &str| window.and_then(|window| parse_date(window[key].as_str()?));
    (day("from"), day("to"))
}

/// First and last day of the visits.
pub(super) fn window(commitment: &Commitment) -> (Date, Date) {
    let day = |text: &String| parse_date(text).expect("bug: a commitment has dates");
    (day(&commitment.window.0), day(&commitment.window.1))
}

/// The subject's area by the register, else by the tag of its frame.
fn area(subject: Option<&Subject>, tags: Option<&[String]>) -> String {
    let tagged = tags.into_iter().flatten().find_map(|tag| tag.strip_prefix("area:"));
    let known = subject.and_then(|subject| subject.area.as_deref()).or(tagged);
    known.unwrap_or_default().to_owned()
}

/// What a visit looks like; slots that nobody holds are not shown.
fn face(
    visit: &DrawnVisit,
    subject: Option<&Subject>,
    inspectors: &BTreeMap<Iid, &Inspector>,
) -> Face {
    let name = |iid: &Iid| inspectors.get(iid).map_or(String::new(), |record| record.name.clone());
    let seats = visit.slots.iter().zip(&visit.team);
    let seats = seats.filter_map(|(slot, iid)| Some((slot, iid.as_ref()?)));
    Face {
        name: subject.map_or(String::new(), |subject| subject.name.clone()),
        address: subject.and_then(|subject| subject.address.clone()).unwrap_or_default(),
        place: subject.and_then(|subject| subject.place),
        team: seats.map(|(slot, iid)| (slot.name().to_owned(), iid.clone(), name(iid))).collect(),
        lists: visit.lists.iter().cloned().collect::<Vec<_>>().join(","),
    }
}
