//! Who may take which slot, the pair tickets, and the exclusions that incompatible inspectors cause.
//! An exclusion is a rule everybody can recompute, never a choice.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use super::slots::{Demand, VisitSlot};
use crate::base::digest::{Digest, Suite};
use crate::draw::ticket::PairTickets;
use crate::record::ids::{Iid, Sid};
use crate::record::tables::{IncompatibleRow, InspectorRow, RecusalRow};

/// What pairing works on: the inspectors, and the visits with everybody eligible for each slot.
/// Inspectors and visits are named by their place in `inspectors.tsv` and `visits.tsv`.
#[derive(Clone, Debug, Default)]
pub struct Case {
    /// The inspectors, by iid.
    pub inspectors: Vec<InspectorRow>,
    /// The visits, by sid.
    pub visits: Vec<Visit>,
    /// Pairs who never form a team, smaller place first.
    pub incompatible: BTreeSet<(u32, u32)>,
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
    /// Per slot the eligible inspectors with their pair tickets W, by inspector.
    pub candidates: Vec<Vec<(u32, u64)>>,
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
        let mut recused: BTreeMap<&Sid, Vec<u32>> = BTreeMap::new();
        for row in recusals {
            if let Some(i) = place.get(&row.iid) {
                recused.entry(&row.sid).or_default().push(*i);
            }
        }
        let pairs = incompatible
            .iter()
            .filter_map(|row| Some((*place.get(&row.iid)?, *place.get(&row.iid2)?)));
        let pairs = pairs.collect();
        // Many visits share a slot's text: who qualifies by tags is worked out once for each.
        let mut qualified: BTreeMap<String, Vec<u32>> = BTreeMap::new();
        for slot in demands.iter().flat_map(|demand| &demand.slots) {
            if !qualified.contains_key(&slot.text) {
                qualified.insert(slot.text.clone(), fitting(&inspectors, slot));
            }
        }
        let visit = |demand: Demand| {
            let recused = recused.get(&demand.sid).map_or(&[][..], Vec::as_slice);
            let open = |slot: &VisitSlot| {
                let qualified = qualified[slot.text.as_str()].iter();
                qualified.filter(|i| !recused.contains(i)).map(|i| (*i, 0)).collect()
            };
            let candidates = demand.slots.iter().map(open).collect();
            Visit { sid: demand.sid, salt: demand.salt, slots: demand.slots, candidates }
        };
        Case { visits: demands.into_iter().map(visit).collect(), incompatible: pairs, inspectors }
    }

    /// Gives every candidate his pair ticket W under a seed.
    #[must_use]
    pub fn with_tickets(mut self, suite: Suite, seed: &Digest) -> Self {
        let (tickets, inspectors) = (PairTickets::new(suite, seed), &self.inspectors);
        self.visits.par_iter_mut().for_each(|visit| {
            let row = tickets.row(visit.sid.as_str(), visit.salt.as_ref());
            for (slot, open) in (0..).zip(&mut visit.candidates) {
                for (i, ticket) in open {
                    *ticket = row.ticket(inspectors[*i as usize].iid.as_str(), slot);
                }
            }
        });
        self
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
            let ticket = |slot: usize| {
                let candidates = &self.visits[v as usize].candidates[slot];
                let at = candidates.binary_search_by_key(&team[slot], |(i, _)| *i);
                (
                    candidates[at.expect("bug: teams are eligible")].1,
                    &self.inspectors[team[slot] as usize].iid,
                )
            };
            for a in 0..team.len() {
                for b in a + 1..team.len() {
                    let pair = (team[a].min(team[b]), team[a].max(team[b]));
                    if self.incompatible.contains(&pair) {
                        excluded.insert((v, if ticket(a) > ticket(b) { team[a] } else { team[b] }));
                    }
                }
            }
        }
        excluded
    }

    /// The eligible inspectors of a slot who are not excluded from the visit.
    pub fn open<'a>(
        &'a self,
        exclusions: &'a Exclusions,
        visit: u32,
        slot: usize,
    ) -> impl Iterator<Item = (u32, u64)> + 'a {
        let candidates = self.visits[visit as usize].candidates[slot].iter().copied();
        candidates.filter(move |(i, _)| !exclusions.contains(&(visit, *i)))
    }
}

/// The inspectors whose tags fit the slot, ascending.
pub fn fitting(inspectors: &[InspectorRow], slot: &VisitSlot) -> Vec<u32> {
    let has = |row: &InspectorRow, tag: &String| row.tags.binary_search(tag).is_ok();
    (0..)
        .zip(inspectors)
        .filter(|(_, row)| {
            slot.needs.iter().all(|tag| has(row, tag))
                && !slot.avoids.iter().any(|tag| has(row, tag))
        })
        .map(|(i, _)| i)
        .collect()
}
