//! The demand of a drawn bundle: its visits as they stand after all events, the leave that the workspace knows, the
//! office's setting and calendar.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::super::Failure;
use super::super::ground::Registers;
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
use crate::record::tables::ScheduleRow;
use crate::registry::{Inspector, Subject};
use crate::say;
use crate::schedule::{DAYS_MAX, Demand, Person, Visit, WorkDay};
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
    pub before: &'a [ScheduleRow],
    /// New days are not before this one.
    pub first: Date,
}

/// The demand, and what the views say about its visits, in the same order.
pub(super) struct Gathered {
    pub demand: Demand,
    pub faces: Vec<Face>,
    pub findings: Vec<Finding>,
}

/// What a visit looks like to people.
pub(super) struct Face {
    pub name: String,
    pub address: String,
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
        let registry = self.registers.map(|registers| &registers.registry);
        let inspectors: BTreeMap<Iid, &Inspector> = (registry.iter())
            .flat_map(|registry| registry.inspectors())
            .filter_map(|record| Some((record.iid(suite)?, record)))
            .collect();
        let subjects: BTreeMap<Sid, &Subject> = (registry.iter())
            .flat_map(|registry| registry.subjects())
            .map(|subject| (subject.sid(suite), subject))
            .filter(|(sid, _)| self.standing.visits.contains_key(sid))
            .collect();
        let iids: Vec<&Iid> = self.standing.people.keys().collect();
        let people: Vec<Person> =
            iids.iter().map(|iid| self.person(iid, inspectors.get(*iid).copied())).collect();
        let place = |iid: &Iid| {
            let found = iids.binary_search_by(|other| (*other).cmp(iid));
            u32::try_from(found.expect("bug: a team is made of people")).expect("bug: few people")
        };
        let tags = drawn_rows(self.selections);
        let (mut visits, mut faces) = (Vec::new(), Vec::new());
        for (sid, visit) in &self.standing.visits {
            let Some(team) = visit.team.iter().cloned().collect::<Option<Vec<Iid>>>() else {
                let vacant = visit.team.iter().filter(|holder| holder.is_none()).count();
                let cause = say!("{vacant} 个岗位空缺", "{vacant} slots are vacant");
                findings.push(Finding::new("D11", cause).id(sid.as_str()));
                continue;
            };
            let subject = subjects.get(sid).copied();
            let area = area(subject, tags.get(sid).map(|row| row.tags.as_slice()));
            visits.push(self.visit(sid, team.iter().map(place).collect(), area));
            faces.push(face(visit, &team, subject, &inspectors));
        }
        self.unknown(suite, &mut findings);
        let keep_free = self.setting.keep_free.unwrap_or(days.len() / 20);
        Ok(Gathered { demand: Demand { days, people, visits, keep_free }, faces, findings })
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
        }
    }

    fn visit(&self, sid: &Sid, team: Vec<u32>, area: String) -> Visit {
        let none = OfVisit::default();
        let own = self.setting.visits.get(sid.as_str()).unwrap_or(&none);
        let row = self.before.binary_search_by(|row| row.sid.cmp(sid)).ok();
        let was = row.and_then(|at| parse_date(&self.before[at].date));
        // What is over stays as it was.
        let over = was.filter(|was| *was < self.first);
        let (from, to) = window(self.commitment);
        Visit {
            sid: sid.clone(),
            team,
            area: own.area.clone().unwrap_or(area),
            from: if over.is_some() { from } else { own.from.unwrap_or(from).max(self.first) },
            to: own.to.unwrap_or(to).min(to),
            fixed: over.or(own.fixed),
            was,
        }
    }

    /// D03 for people and subjects that the setting names and the draw does not have.
    fn unknown(&self, suite: Suite, findings: &mut Vec<Finding>) {
        let known =
            |iid: &String| self.standing.people.contains_key(&Iid::of_certificate(suite, iid));
        let people = self.setting.people.keys().filter(|iid| !known(iid));
        let visited =
            |sid: &String| Sid::parse(sid).is_ok_and(|sid| self.standing.visits.contains_key(&sid));
        let subjects = self.setting.visits.keys().filter(|sid| !visited(sid));
        let finding = |id: &String| {
            let cause = say!("本次抽取没有 {id}", "the draw has no {id}");
            Finding::new("D03", cause).id(id)
        };
        findings.extend(people.chain(subjects).map(finding));
    }
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

fn face(
    visit: &DrawnVisit,
    team: &[Iid],
    subject: Option<&Subject>,
    inspectors: &BTreeMap<Iid, &Inspector>,
) -> Face {
    let name = |iid: &Iid| inspectors.get(iid).map_or(String::new(), |record| record.name.clone());
    let seats = visit.slots.iter().zip(team);
    Face {
        name: subject.map_or(String::new(), |subject| subject.name.clone()),
        address: subject.and_then(|subject| subject.address.clone()).unwrap_or_default(),
        team: seats.map(|(slot, iid)| (slot.name().to_owned(), iid.clone(), name(iid))).collect(),
        lists: visit.lists.iter().cloned().collect::<Vec<_>>().join(","),
    }
}
