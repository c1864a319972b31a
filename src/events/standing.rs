//! How things stand: who is to be visited, by whom, who may come instead, and which reserves are left.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::fill::{Candidates, cheapest};
use crate::base::digest::Digest;
use crate::base::finding::Finding;
use crate::draw::select::Selection;
use crate::draw::ticket::PairTickets;
use crate::draw::visits::{drawn_rows, visits};
use crate::pairing::rules::Case;
use crate::pairing::slots::{Demand, VisitSlot, visit_slots};
use crate::record::commitment::{Commitment, Method};
use crate::record::contents::Contents;
use crate::record::ids::{Iid, Sid};
use crate::record::tables::{
    AssignmentRow, FrameRow, IncompatibleRow, InspectorRow, Outcome, RecusalRow,
};

/// What a draw produced, from which events go on.
#[derive(Clone, Copy)]
pub struct Ground<'a> {
    /// What was committed.
    pub commitment: &'a Commitment,
    /// The registers, and the assignment as published.
    pub contents: &'a Contents,
    /// The selection of each list with its reserves.
    pub selections: &'a [(String, Selection)],
    /// S.
    pub seed: &'a Digest,
}

/// The draw after some of its events.
#[derive(Clone, Debug)]
pub struct Standing<'a> {
    pub(super) commitment: &'a Commitment,
    /// Everybody who may hold slots, by iid.
    pub people: BTreeMap<Iid, Person>,
    /// The visits to be made, by sid.
    pub visits: BTreeMap<Sid, Visit>,
    /// Whether a pairing of all visits stands; none does where one was impossible.
    pub paired: bool,
    pub(super) standby: Vec<InspectorRow>,
    /// Who may not visit whom: as committed, and as declared since.
    pub(super) barred: BTreeSet<(Sid, Iid)>,
    incompatible: &'a [IncompatibleRow],
    quarrels: BTreeSet<(Iid, Iid)>,
    /// The reserves of a list and stratum, of `pareto` of the list, that have not been looked at.
    reserves: BTreeMap<(String, String), VecDeque<FrameRow>>,
    /// The key of [`Standing::reserves`] of everybody drawn or in reserve.
    stratum_of: BTreeMap<(String, Sid), String>,
    /// Subjects that were replaced: they come back for no list.
    gone: BTreeSet<Sid>,
}

/// An inspector.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// His row, with the capacity that he has now.
    pub row: InspectorRow,
    /// Slots that he holds.
    pub visits: u32,
    /// Not available any more.
    pub out: bool,
}

/// A visit to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Visit {
    /// The lists that it serves.
    pub lists: BTreeSet<String>,
    /// Its slots, by their text.
    pub slots: Vec<VisitSlot>,
    /// Who holds each slot; none where it is vacant.
    pub team: Vec<Option<Iid>>,
    salt: Option<Digest>,
}

impl<'a> Standing<'a> {
    /// The draw before any event. The published teams must have been checked, or be one's own.
    ///
    /// # Errors
    /// M02 or M04, which a checked commitment excludes.
    pub fn new(ground: &Ground<'a>) -> Result<Self, Finding> {
        let Ground { commitment, contents, selections, .. } = *ground;
        let person = |row: &InspectorRow| {
            (row.iid.clone(), Person { row: row.clone(), visits: 0, out: false })
        };
        let incompatible = contents.incompatible.as_deref().unwrap_or_default();
        let pairs = incompatible.iter().map(|row| (row.iid.clone(), row.iid2.clone()));
        let recusals = contents.recusals.iter().flatten();
        let mut standing = Standing {
            commitment,
            people: contents.inspectors.iter().flatten().map(person).collect(),
            visits: BTreeMap::new(),
            paired: contents.shortage.is_none(),
            standby: contents.standby.clone().unwrap_or_default(),
            barred: recusals.map(|row| (row.sid.clone(), row.iid.clone())).collect(),
            incompatible,
            quarrels: pairs.collect(),
            reserves: BTreeMap::new(),
            stratum_of: BTreeMap::new(),
            gone: BTreeSet::new(),
        };
        for (list, selection) in selections {
            standing.keep_reserves(list, selection);
        }
        let rows = drawn_rows(selections);
        for visit in visits(selections) {
            let row = rows[&visit.sid];
            for list in &visit.lists {
                standing.put(list, row)?;
            }
        }
        if standing.paired {
            let assignment = contents.assignment.as_deref().unwrap_or_default();
            standing.seat(final_round(assignment));
        }
        Ok(standing)
    }

    fn keep_reserves(&mut self, list: &str, selection: &Selection) {
        let pareto = self
            .commitment
            .list(list)
            .is_some_and(|list| matches!(list.method, Method::Pareto { .. }));
        for ranked in selection.ranked.iter().filter(|ranked| ranked.outcome.is_some()) {
            let stratum = if pareto { "" } else { ranked.row.stratum.as_str() };
            let key = (list.to_owned(), ranked.row.sid.clone());
            self.stratum_of.insert(key, stratum.to_owned());
            if ranked.outcome == Some(Outcome::Reserve) {
                let queue = (list.to_owned(), stratum.to_owned());
                self.reserves.entry(queue).or_default().push_back(ranked.row.clone());
            }
        }
    }

    /// Has a subject visited for a list, too. A holder keeps the slot with the same text, whatever its number becomes.
    ///
    /// # Errors
    /// M02 or M04.
    pub(super) fn put(&mut self, list: &str, row: &FrameRow) -> Result<(), Finding> {
        let before = self.visits.remove(&row.sid);
        let mut lists = before.as_ref().map(|visit| visit.lists.clone()).unwrap_or_default();
        lists.insert(list.to_owned());
        let named = lists.iter().filter_map(|name| self.commitment.list(name));
        let slots = visit_slots(named, &row.tags).map_err(|f| f.id(row.sid.as_str()))?;
        let holder = |slot: &VisitSlot| {
            let before = before.as_ref()?;
            let place = before.slots.iter().position(|other| other.text == slot.text)?;
            before.team[place].clone()
        };
        let team = slots.iter().map(holder).collect();
        self.visits.insert(row.sid.clone(), Visit { lists, slots, team, salt: row.salt });
        Ok(())
    }

    /// The texts of the slots of a visit; none if there is no visit.
    pub(super) fn slot_texts(&self, sid: &Sid) -> BTreeSet<String> {
        let slots = self.visits.get(sid).into_iter().flat_map(|visit| &visit.slots);
        slots.map(|slot| slot.text.clone()).collect()
    }

    /// Gives the slots of all visits their holders: (sid, slot, iid).
    pub(super) fn seat<'b>(&mut self, holders: impl Iterator<Item = (&'b Sid, u32, &'b Iid)>) {
        for (sid, slot, iid) in holders {
            let seat = self.visits.get_mut(sid).and_then(|v| v.team.get_mut(slot as usize));
            let person = self.people.get_mut(iid);
            if let (Some(seat), Some(person)) = (seat, person) {
                *seat = Some(iid.clone());
                person.visits += 1;
            }
        }
    }

    /// The slot of a visit that an inspector holds.
    pub fn slot_of(&self, sid: &Sid, iid: &Iid) -> Option<usize> {
        self.visits.get(sid)?.team.iter().position(|holder| holder.as_ref() == Some(iid))
    }

    /// The visits in which an inspector holds a slot.
    pub fn visits_of<'b>(&'b self, iid: &'b Iid) -> impl Iterator<Item = &'b Sid> {
        self.visits.keys().filter(move |sid| self.slot_of(sid, iid).is_some())
    }

    /// Slots that nobody holds though a pairing stands: (sid, slot).
    pub fn vacancies(&self) -> impl Iterator<Item = (&Sid, usize)> {
        let visits = self.visits.iter().filter(|_| self.paired);
        visits.flat_map(|(sid, visit)| {
            let vacant = (0..).zip(&visit.team).filter(|(_, holder)| holder.is_none());
            vacant.map(move |(slot, _)| (sid, slot))
        })
    }

    /// Takes the holder out of a slot.
    pub(super) fn vacate(&mut self, sid: &Sid, slot: usize) -> Option<Iid> {
        let iid = self.visits.get_mut(sid)?.team.get_mut(slot)?.take()?;
        if let Some(person) = self.people.get_mut(&iid) {
            person.visits -= 1;
        }
        Some(iid)
    }

    /// Ends a visit whose subject is replaced; gives its lists. Whoever was to make it is free for another.
    pub(super) fn end(&mut self, sid: &Sid) -> BTreeSet<String> {
        for slot in 0..self.visits.get(sid).map_or(0, |visit| visit.team.len()) {
            self.vacate(sid, slot);
        }
        self.gone.insert(sid.clone());
        self.visits.remove(sid).map(|visit| visit.lists).unwrap_or_default()
    }

    /// The next reserve of a subject's stratum in a list, of `pareto` of the list. Who was replaced for another list is
    /// passed over.
    pub(super) fn next_reserve(&mut self, list: &str, sid: &Sid) -> Option<FrameRow> {
        let stratum = self.stratum_of.get(&(list.to_owned(), sid.clone()))?.clone();
        let queue = self.reserves.get_mut(&(list.to_owned(), stratum))?;
        std::iter::from_fn(|| queue.pop_front()).find(|row| !self.gone.contains(&row.sid))
    }

    /// Fills vacant slots of a visit at the smallest sum of tickets under a seed, all of them or none.
    pub(super) fn fill(&mut self, tickets: &PairTickets, sid: &Sid, slots: &[usize]) {
        let visit = &self.visits[sid];
        let staying: Vec<&Iid> = visit.team.iter().flatten().collect();
        let row = tickets.row(sid.as_str(), visit.salt.as_ref());
        let candidates = |slot: &usize| -> Candidates {
            let number = u32::try_from(*slot).expect("bug: more than 16 slots");
            let free = self.people.values().filter(|person| {
                let iid = &person.row.iid;
                person.is_free()
                    && visit.slots[*slot].fits(&person.row)
                    && !self.barred.contains(&(sid.clone(), iid.clone()))
                    && !staying.iter().any(|one| *one == iid || self.quarrel(one, iid))
            });
            free.map(|person| (row.ticket(person.row.iid.as_str(), number), person.row.iid.clone()))
                .collect()
        };
        let candidates: Vec<Candidates> = slots.iter().map(candidates).collect();
        let Some(team) = cheapest(&candidates, &|a, b| self.quarrel(a, b)) else { return };
        let places = slots.iter().map(|slot| u32::try_from(*slot).expect("bug: at most 16 slots"));
        self.seat(places.zip(&team).map(|(slot, iid)| (sid, slot, iid)));
    }

    fn quarrel(&self, a: &Iid, b: &Iid) -> bool {
        self.quarrels.contains(&(a.min(b).clone(), a.max(b).clone()))
    }

    /// All visits as a case for a pairing from scratch. Whoever is out has no capacity.
    pub(super) fn case(&self) -> Case {
        let inspectors = self.people.values().map(|person| InspectorRow {
            capacity: if person.out { 0 } else { person.row.capacity },
            ..person.row.clone()
        });
        let recusal = |(sid, iid): &(Sid, Iid)| RecusalRow {
            sid: sid.clone(),
            iid: iid.clone(),
            reason: "event".to_owned(),
            salt: None,
        };
        let recusals: Vec<RecusalRow> = self.barred.iter().map(recusal).collect();
        let demand = |(sid, visit): (&Sid, &Visit)| Demand {
            sid: sid.clone(),
            salt: visit.salt,
            slots: visit.slots.clone(),
        };
        let demands = self.visits.iter().map(demand).collect();
        Case::new(inspectors.collect(), &recusals, self.incompatible, demands)
    }
}

impl Person {
    fn is_free(&self) -> bool {
        !self.out && self.visits < self.row.capacity
    }
}

/// The holders in the last round of an assignment: (sid, slot, iid).
pub(super) fn final_round(assignment: &[AssignmentRow]) -> impl Iterator<Item = (&Sid, u32, &Iid)> {
    let last = assignment.last().map(|row| row.round);
    let rows = assignment.iter().filter(move |row| Some(row.round) == last);
    rows.map(|row| (&row.sid, row.slot, &row.iid))
}
