//! Who may take which slot, the pair tickets, and the exclusions that incompatible inspectors cause.
//! An exclusion is a rule everybody can recompute, never a choice.

use std::collections::{BTreeMap, BTreeSet};

use super::slots::{Demand, VisitSlot};
use crate::base::digest::{Digest, Suite};
use crate::draw::ticket::{PairRow, PairTickets};
use crate::record::ids::{Iid, Sid};
use crate::record::tables::{IncompatibleRow, InspectorRow, RecusalRow};

/// What pairing works on: the inspectors, and the visits with everybody eligible for each slot.
/// Inspectors and visits are named by their place in `inspectors.tsv` and `visits.tsv`.
///
/// A district has 20 million eligible pairs, so neither they nor their tickets are stored: who is
/// eligible follows from the slot's kind and the visit's recusals, and a ticket is one compression.
#[derive(Clone, Debug, Default)]
pub struct Case {
    /// The inspectors, by iid.
    pub inspectors: Vec<InspectorRow>,
    /// The visits, by sid.
    pub visits: Vec<Visit>,
    /// Pairs who never form a team, smaller place first.
    pub incompatible: BTreeSet<(u32, u32)>,
    /// The sets of inspectors whose tags fit some slot, each set once, ascending.
    pub kinds: Vec<Vec<u32>>,
    /// What makes W; none before the seed is known.
    tickets: Option<PairTickets>,
}

/// A visit to be paired.
#[derive(Clone, Debug)]
pub struct Visit {
    /// The subject.
    pub sid: Sid,
    /// Its salt, in a sealed draw.
    pub salt: Option<Digest>,
    /// Its slots, by their text.
    pub slots: Vec<VisitSlot>,
    /// Per slot whose tags fit it: a place in [`Case::kinds`].
    pub kinds: Vec<u32>,
    /// The inspectors recused from the subject, ascending.
    pub recused: Vec<u32>,
}

/// Inspectors who may not be used in a visit, as (visit, inspector): what earlier rounds excluded.
pub type Exclusions = BTreeSet<(u32, u32)>;

impl Case {
    /// Finds everybody eligible: all needs among his tags, none of the avoids, no recusal. The pair tickets
    /// are zero until [`Case::with_tickets`], and nothing about feasibility depends on them.
    pub fn new(
        inspectors: Vec<InspectorRow>,
        recusals: &[RecusalRow],
        incompatible: &[IncompatibleRow],
        demands: Vec<Demand>,
    ) -> Self {
        let place: BTreeMap<&Iid, u32> =
            (0..).zip(&inspectors).map(|(i, row)| (&row.iid, i)).collect();
        let mut recused: BTreeMap<&Sid, BTreeSet<u32>> = BTreeMap::new();
        for row in recusals {
            if let Some(i) = place.get(&row.iid) {
                recused.entry(&row.sid).or_default().insert(*i);
            }
        }
        let pairs = incompatible
            .iter()
            .filter_map(|row| Some((*place.get(&row.iid)?, *place.get(&row.iid2)?)));
        let pairs = pairs.collect();
        let mut kinds = Kinds::default();
        let visit = |demand: Demand| Visit {
            kinds: demand.slots.iter().map(|slot| kinds.of(&inspectors, slot)).collect(),
            recused: recused.get(&demand.sid).into_iter().flatten().copied().collect(),
            sid: demand.sid,
            salt: demand.salt,
            slots: demand.slots,
        };
        let visits = demands.into_iter().map(visit).collect();
        Case { visits, incompatible: pairs, kinds: kinds.sets, inspectors, tickets: None }
    }

    /// Gives every eligible pair its ticket W under a seed, which is computed whenever it is asked for.
    #[must_use]
    pub fn with_tickets(mut self, suite: Suite, seed: &Digest) -> Self {
        self.put_tickets(suite, seed);
        self
    }

    /// As [`Case::with_tickets`], in place.
    pub fn put_tickets(&mut self, suite: Suite, seed: &Digest) {
        self.tickets = Some(PairTickets::new(suite, seed));
    }

    /// The slots of all visits.
    pub fn slots(&self) -> usize {
        self.visits.iter().map(|visit| visit.slots.len()).sum()
    }

    /// The exclusions that a round's teams cause: of each incompatible pair in a team the one with the larger
    /// (W of the slot he holds, iid), all pairs judged on this team.
    pub fn exclusions(&self, teams: &[Vec<u32>]) -> Exclusions {
        let mut excluded = Exclusions::new();
        for (v, team) in (0..).zip(teams) {
            for a in 0..team.len() {
                for b in a + 1..team.len() {
                    let pair = (team[a].min(team[b]), team[a].max(team[b]));
                    if self.incompatible.contains(&pair) {
                        let row = self.row(v);
                        let rank = |slot: usize| {
                            let iid = &self.inspectors[team[slot] as usize].iid;
                            (ticket(row.as_ref(), iid, slot), iid)
                        };
                        excluded.insert((v, if rank(a) > rank(b) { team[a] } else { team[b] }));
                    }
                }
            }
        }
        excluded
    }

    /// The eligible inspectors of a slot, ascending.
    pub fn eligible(&self, visit: u32, slot: usize) -> impl Iterator<Item = u32> + '_ {
        let visit = &self.visits[visit as usize];
        let fitting = self.kinds[visit.kinds[slot] as usize].iter().copied();
        fitting.filter(|i| visit.recused.binary_search(i).is_err())
    }

    /// The eligible inspectors of a slot who are not excluded from the visit, ascending, with their tickets W.
    pub fn open(
        &self,
        exclusions: &Exclusions,
        visit: u32,
        slot: usize,
    ) -> impl Iterator<Item = (u32, u64)> + use<'_> {
        let row = self.row(visit);
        let priced = move |i| (i, ticket(row.as_ref(), &self.inspectors[i as usize].iid, slot));
        self.who(exclusions, visit, slot).map(priced)
    }

    /// Writes W beside each of these inspectors, all of them eligible for the slot.
    pub fn price(&self, visit: u32, slot: usize, open: &mut [(u32, u64)]) {
        let row = self.row(visit);
        for (i, w) in open {
            *w = ticket(row.as_ref(), &self.inspectors[*i as usize].iid, slot);
        }
    }

    /// The inspectors of [`Case::open`], without their tickets.
    pub fn who(
        &self,
        exclusions: &Exclusions,
        visit: u32,
        slot: usize,
    ) -> impl Iterator<Item = u32> + use<'_> {
        let barred = self.barred(exclusions, visit);
        let fitting = &self.kinds[self.visits[visit as usize].kinds[slot] as usize];
        fitting.iter().copied().filter(move |i| barred.binary_search(i).is_err())
    }

    /// Whether an inspector is eligible for a slot and not excluded from the visit.
    pub fn is_open(
        &self,
        exclusions: &Exclusions,
        visit: u32,
        slot: usize,
        inspector: u32,
    ) -> bool {
        let Visit { kinds, recused, .. } = &self.visits[visit as usize];
        self.kinds[kinds[slot] as usize].binary_search(&inspector).is_ok()
            && recused.binary_search(&inspector).is_err()
            && !exclusions.contains(&(visit, inspector))
    }

    /// Whoever may not be used in a visit though his tags may fit: the recused and the excluded, ascending.
    pub fn barred(&self, exclusions: &Exclusions, visit: u32) -> Vec<u32> {
        let excluded = exclusions.range((visit, 0)..=(visit, u32::MAX)).map(|(_, i)| *i);
        let mut barred = self.visits[visit as usize].recused.clone();
        barred.extend(excluded);
        barred.sort_unstable();
        barred
    }

    /// The pairing row R of a visit, once the seed is known.
    fn row(&self, visit: u32) -> Option<PairRow> {
        let Visit { sid, salt, .. } = &self.visits[visit as usize];
        self.tickets.as_ref().map(|tickets| tickets.row(sid.as_str(), salt.as_ref()))
    }
}

/// W of an inspector in a slot; zero without a seed.
fn ticket(row: Option<&PairRow>, iid: &Iid, slot: usize) -> u64 {
    row.map_or(0, |row| row.ticket(iid.as_str(), slot_number(slot)))
}

fn slot_number(slot: usize) -> u32 {
    u32::try_from(slot).expect("bug: more than 16 slots")
}

/// Many slots share a text, and many texts fit the same inspectors: each is worked out once.
#[derive(Default)]
struct Kinds {
    of_text: BTreeMap<String, u32>,
    of_set: BTreeMap<Vec<u32>, u32>,
    sets: Vec<Vec<u32>>,
}

impl Kinds {
    fn of(&mut self, inspectors: &[InspectorRow], slot: &VisitSlot) -> u32 {
        if let Some(kind) = self.of_text.get(&slot.text) {
            return *kind;
        }
        let set = fitting(inspectors, slot);
        let next = u32::try_from(self.sets.len()).expect("bug: fewer kinds than slots");
        let kind = *self.of_set.entry(set.clone()).or_insert(next);
        if kind == next {
            self.sets.push(set);
        }
        self.of_text.insert(slot.text.clone(), kind);
        kind
    }
}

/// The inspectors whose tags fit the slot, ascending.
pub fn fitting(inspectors: &[InspectorRow], slot: &VisitSlot) -> Vec<u32> {
    (0..).zip(inspectors).filter(|(_, row)| slot.fits(row)).map(|(i, _)| i).collect()
}
