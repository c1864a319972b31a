//! What was visited before: draws that the store recorded and rows of the register of visits, together. Burden rules
//! count them; nothing here decides anything.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::rules::Rules;
use crate::base::digest::Suite;
use crate::record::ids::{Iid, Sid};
use crate::registry::{Registry, Subject, VisitKind};

/// One earlier visit to a subject.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PastVisit {
    /// Its day; of a draw the first day of its window.
    pub day: Date,
    /// Why it took place.
    pub kind: VisitKind,
    /// The draw that it came from, if it came from one.
    pub draw: Option<String>,
    /// Who came: the initiating department, or the agency of the draw, and its partners.
    pub agencies: Vec<String>,
    /// The matters inspected.
    pub matters: Vec<String>,
    /// The inspectors, as far as they are known.
    pub inspectors: Vec<Iid>,
}

impl PastVisit {
    /// Whether it counts for rules of these matters, of which none means all; one whose matters are not known counts.
    pub(super) fn concerns(&self, matters: &[String]) -> bool {
        matters.is_empty()
            || self.matters.is_empty()
            || self.matters.iter().any(|matter| matters.contains(matter))
    }
}

/// What earlier draws leave behind: visits of each subject, in any order. Rows are pushed, so that whoever keeps them
/// need not hold them twice.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Visits {
    of: BTreeMap<Sid, Vec<PastVisit>>,
}

impl Visits {
    /// Adds a visit.
    pub fn push(&mut self, sid: Sid, visit: PastVisit) {
        self.of.entry(sid).or_default().push(visit);
    }

    /// The visits of a subject, in the order in which they were pushed.
    pub fn of(&self, sid: &Sid) -> &[PastVisit] {
        self.of.get(sid).map_or(&[], Vec::as_slice)
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.of.is_empty()
    }
}

/// The visits of every subject of a register, oldest first, with one name for every agency.
pub(super) struct Past {
    /// Parallel to the subjects.
    of: Vec<Vec<PastVisit>>,
}

impl Past {
    /// Of these subjects, which stand in order of their sids. A visit that the register names with the draw it came
    /// from takes the place of that draw's own record: it is one visit, and the register knows its true day.
    pub(super) fn of(
        suite: Suite,
        subjects: &[(Sid, &Subject)],
        registry: &Registry,
        rules: &Rules,
        drawn: &Visits,
    ) -> Self {
        let mut of: Vec<Vec<PastVisit>> = vec![Vec::new(); subjects.len()];
        let at = |sid: &Sid| subjects.binary_search_by(|(other, _)| other.cmp(sid)).ok();
        let mut told: BTreeSet<(usize, &str)> = BTreeSet::new();
        for visit in registry.visits() {
            for subject in registry.subjects_named(&visit.subject) {
                let Some(at) = at(&subject.sid(suite)) else { continue };
                told.extend(visit.draw.as_deref().map(|draw| (at, draw)));
                of[at].push(PastVisit {
                    day: visit.date,
                    kind: visit.kind,
                    draw: visit.draw.clone(),
                    agencies: visit.agencies.clone(),
                    matters: visit.matters.clone(),
                    inspectors: visit
                        .inspectors
                        .iter()
                        .map(|number| Iid::of_certificate(suite, number))
                        .collect(),
                });
            }
        }
        for (sid, visits) in &drawn.of {
            let Some(at) = at(sid) else { continue };
            let known = |visit: &&PastVisit| {
                visit.draw.as_deref().is_none_or(|draw| !told.contains(&(at, draw)))
            };
            of[at].extend(visits.iter().filter(known).cloned());
        }
        for visit in of.iter_mut().flatten() {
            for agency in &mut visit.agencies {
                *agency = rules.agency_of(agency).to_owned();
            }
        }
        of.iter_mut().for_each(|visits| visits.sort_unstable());
        Past { of }
    }

    /// The visits of the subject at this place.
    pub(super) fn at(&self, place: usize) -> &[PastVisit] {
        &self.of[place]
    }
}
