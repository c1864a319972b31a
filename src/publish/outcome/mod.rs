//! Results of inspections (检查结果), as the office wrote them into the 情况记录表 of its forms, held against the draw: who
//! was to be visited for which matter, and by whom. Nothing of a table is dropped: a row that is not of this draw, or says
//! what no list of words has, is an error with its place, and a matter without a row is counted as 未录入.
//!
//! A notice of results is cumulative and follows the one before ([`Earlier`]): it keeps the day on which a result was first
//! public, and lists every result that has changed since.

mod earlier;
mod table;
mod visits;
pub mod words;

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use self::table::Read;
use self::visits::Roll;
use super::draw::Draw;
use super::forms::{BOOK_SHEETS, record_columns};
use super::withheld::masked;
use crate::base::calendar::{Calendar, Deadline};
use crate::base::finding::{Finding, Findings, Lang, Text};
use crate::events::standing::Standing;
use crate::record::ids::{Iid, Sid};
use crate::registry::Sheet;

pub use earlier::Earlier;
pub use visits::Visit;

/// Whether a column is one of the table that the forms write.
pub fn is_column(name: &str) -> bool {
    record_columns().any(|column| column == name)
}

/// Whether a sheet is one of the workbook of forms that is not to be filled in; one that is too long goes on in `… (2)`.
pub fn is_other_sheet(name: &str) -> bool {
    let name = name.split(" (").next().unwrap_or_default();
    BOOK_SHEETS[..2].contains(&name)
}

/// The days that a notice of results depends on.
pub struct Times<'a> {
    /// The day of publication.
    pub published: Date,
    /// Today, by the caller's clock: nothing was completed later.
    pub today: Date,
    /// How many working days after its completion a result must be public.
    pub within: u32,
    /// Which days are worked.
    pub calendar: &'a Calendar,
}

/// A matter of a visit for a list: what the table has a row for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    /// The subject.
    pub sid: Sid,
    /// The list.
    pub list: String,
    /// The matter's id.
    pub matter: String,
}

/// What an inspection found of a matter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// At least one of [`words::RESULTS`], in their order.
    pub results: Vec<&'static str>,
    /// Of [`words::FOLLOW_UPS`], in their order.
    pub follow_up: Vec<&'static str>,
    /// The day of completion.
    pub done_on: Date,
    /// Who went; none if the table does not say.
    pub came: Option<Came>,
}

/// Who went.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Came {
    /// Inspectors in the registers of the draw.
    pub people: BTreeSet<Iid>,
    /// Texts that name nobody there: counted, never shown, since they may be names.
    pub strangers: BTreeSet<String>,
}

/// What a row says.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Filled {
    /// 未录入.
    Blank,
    /// A result, with the state that it is in.
    Entered { entry: Entry, state: &'static str },
}

/// A result that is published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Of what.
    pub key: Key,
    /// What was found.
    pub entry: Entry,
    /// When it was first public.
    pub published: Date,
    /// Until when it had to be; none where calendars end.
    pub deadline: Option<Deadline>,
    /// Completed on a day that is not among those of the list's inspections.
    pub outside: bool,
}

/// A matter of a visit to be made whose result is not public.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    /// Of what.
    pub key: Key,
    /// One of [`words::STATES`], but the last.
    pub state: &'static str,
    /// It was completed so long ago that it should be public.
    pub overdue: bool,
}

/// A result that differs from what was published before, or other people who were said to have gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Correction {
    /// The subject as it was shown, the list and the matter's id; these are empty where people are corrected.
    pub key: earlier::Shown,
    /// What was published.
    pub before: String,
    /// What is published now; none if the result is not public any more.
    pub after: Option<String>,
}

/// The results of a draw, as far as they are known.
pub struct Outcomes {
    /// 1 for the first notice of results.
    pub order: u64,
    /// The day of publication.
    pub published: Date,
    /// Working days within which a result must be public.
    pub within: u32,
    /// All visits: those to be made, and those whose subject was replaced.
    pub visits: BTreeMap<Sid, Visit>,
    /// Those that are public, by key.
    pub outcomes: Vec<Outcome>,
    /// Those that are not, by key.
    pub missing: Vec<Missing>,
    /// What has changed since the notice before.
    pub corrections: Vec<Correction>,
    /// The digest of that notice, in hex.
    pub before: Option<String>,
}

impl Came {
    /// What is said of them beside their numbers: how many are in no register, and whether they were too few.
    pub(super) fn remarks(&self, visit: &Visit) -> Vec<String> {
        let mut words = Vec::new();
        let strangers = self.strangers.len();
        if strangers > 0 {
            words.push(format!("另有不在名录的人员 {strangers} 名"));
        }
        if self.people.difference(&visit.experts).count() + strangers < 2 {
            words.push("执法人员少于两人".to_owned());
        }
        words
    }
}

impl Outcome {
    /// Public later than it had to be.
    pub fn is_late(&self) -> bool {
        self.deadline.is_some_and(|deadline| self.published > deadline.date)
    }

    /// Whether a problem was found.
    pub fn is_problem(&self) -> bool {
        self.entry.results.iter().any(|result| words::PROBLEMS.contains(result))
    }
}

impl Outcomes {
    /// The results in filled tables, as they go with a draw after its events. Warnings and notes come with them.
    ///
    /// # Errors
    /// N09 for a table that the forms do not write; N11, N13, N14 and N15 for a row that cannot be so, N12 for two that
    /// contradict each other; all of them at once.
    pub fn read(
        draw: &Draw<'_>,
        standing: &Standing<'_>,
        sheets: &[Sheet],
        earlier: Option<&Earlier>,
        times: &Times<'_>,
    ) -> Result<(Self, Vec<Finding>), Findings> {
        let roll = Roll::new(draw, standing);
        let (rows, mut findings) = table::read(sheets, &roll, times);
        let filled = merged(rows, &mut findings);
        let mut made = Outcomes {
            order: earlier.map_or(1, |earlier| earlier.order + 1),
            published: times.published,
            within: times.within,
            visits: BTreeMap::new(),
            outcomes: Vec::new(),
            missing: Vec::new(),
            corrections: Vec::new(),
            before: earlier.map(|earlier| earlier.digest.clone()),
        };
        made.sort(&roll, filled, earlier, times);
        made.visits = roll.visits;
        if let Some(earlier) = earlier {
            made.corrections = earlier.corrections(&made);
            findings.extend(earlier.withdrawn(&made.corrections));
        }
        Findings::check(findings, made)
    }

    /// Every matter of every visit is public or missing; of a visit that is not to be made any more, it may be neither.
    fn sort(
        &mut self,
        roll: &Roll<'_>,
        mut filled: BTreeMap<Key, Filled>,
        earlier: Option<&Earlier>,
        times: &Times<'_>,
    ) {
        for (sid, visit) in &roll.visits {
            for list in visit.lists.iter().filter_map(|name| roll.commitment.list(name)) {
                for matter in &list.matters {
                    let (list_name, matter) = (list.list.clone(), matter.clone());
                    let key = Key { sid: sid.clone(), list: list_name, matter };
                    let due = |day| times.calendar.deadline(day, times.within);
                    match filled.remove(&key).unwrap_or(Filled::Blank) {
                        Filled::Entered { entry, state } if state == words::STATES[4] => {
                            let first = earlier.and_then(|earlier| earlier.first(&key));
                            self.outcomes.push(Outcome {
                                published: first.unwrap_or(times.published),
                                deadline: due(entry.done_on),
                                outside: visits::is_outside(roll.commitment, list, entry.done_on),
                                key,
                                entry,
                            });
                        }
                        _ if visit.replaced => {}
                        Filled::Entered { entry, state } => {
                            let due = due(entry.done_on);
                            let overdue = due.is_some_and(|due| times.published > due.date);
                            self.missing.push(Missing { key, state, overdue });
                        }
                        Filled::Blank => {
                            let state = words::STATES[0];
                            self.missing.push(Missing { key, state, overdue: false });
                        }
                    }
                }
            }
        }
    }

    /// Whether somebody else went than the team that was drawn, with whoever followed by the rules: for every visit the
    /// different teams that went, as far as the table says. Visits whose team went are not in it.
    pub fn differences(&self) -> BTreeMap<&Sid, Vec<&Came>> {
        let mut differences: BTreeMap<&Sid, Vec<&Came>> = BTreeMap::new();
        for outcome in self.outcomes.iter().filter(|outcome| self.differs(outcome)) {
            let others = differences.entry(&outcome.key.sid).or_default();
            let came = outcome.entry.came.as_ref().filter(|came| !others.contains(came));
            others.extend(came);
        }
        differences
    }

    /// Whether somebody else went than was to go, as far as the table says.
    pub fn differs(&self, outcome: &Outcome) -> bool {
        let team = &self.visits[&outcome.key.sid].team;
        let came = outcome.entry.came.as_ref();
        came.is_some_and(|came| came.people != *team || !came.strangers.is_empty())
    }
}

/// The rows by key. Several teams fill copies of one table: where one has a result and another none, the result stands; N12
/// where two say different things.
fn merged(rows: Vec<Read>, findings: &mut Vec<Finding>) -> BTreeMap<Key, Filled> {
    let mut merged: BTreeMap<Key, (Filled, Finding)> = BTreeMap::new();
    for Read { key, filled, place } in rows {
        match merged.get(&key) {
            Some((before, first)) if *before != Filled::Blank => {
                if filled != Filled::Blank && filled != *before {
                    let (zh, en) = (first.place.show(Lang::Zh), first.place.show(Lang::En));
                    let cause = Text {
                        zh: format!("与 {zh} 所填不同"),
                        en: format!("it differs from {en}"),
                    };
                    let mut finding = Finding::new("N12", cause);
                    finding.place = place.place;
                    findings.push(finding.id(masked(key.sid.as_str())));
                }
            }
            _ => drop(merged.insert(key, (filled, place))),
        }
    }
    merged.into_iter().map(|(key, (filled, _))| (key, filled)).collect()
}
