//! What the search is given: who may take which slot, what limits the inspectors, and where the pair
//! tickets come from.

use super::certificate::M;
use super::rules::{Case, Exclusions};

/// Price of inspectors who may make no visit at all, and what a visit above capacity costs: more
/// than any way around it, which has at most one exit below 2^88 · 2^18 and tickets below 2^88.
pub(super) const FORBIDDEN: i128 = 1 << 112;

/// Bound of slots per visit.
const SLOTS_PER_VISIT: usize = 16;
/// Slots of a problem are fewer.
const SLOTS: usize = 1 << 24;
/// Bound of capacity and load, in visits.
const VISITS_PER_INSPECTOR: u32 = 1 << 16;

/// A pairing problem: fewer than 2^24 slots in all. Nobody's ticket is stored in it.
pub struct Problem<'a> {
    /// The inspectors, by index.
    pub inspectors: Vec<Inspector>,
    /// Sets of inspectors, each ascending; every slot is open to one of them but for the barred.
    pub kinds: &'a [Vec<u32>],
    /// The visits, by index.
    pub visits: Vec<Visit<'a>>,
    /// Where W comes from.
    pub tickets: &'a dyn Tickets,
}

/// What limits one inspector, and what he has done before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Inspector {
    /// Most visits in this pairing, at most 2^16.
    pub capacity: u32,
    /// Visits made before that count for the balance, at most 2^16.
    pub load: u32,
}

/// One visit to be staffed.
#[derive(Debug, Clone)]
pub struct Visit<'a> {
    /// The kind of each slot, 1 … 16 slots.
    pub kinds: &'a [u32],
    /// Inspectors who may take none of its slots.
    pub barred: Vec<u32>,
}

/// The pair tickets. They are asked for a slot at a time, by several threads at once, and always
/// answer the same.
pub trait Tickets: Sync {
    /// Writes W beside each of these inspectors, all of them eligible for the slot.
    fn price(&self, visit: u32, slot: usize, open: &mut [(u32, u64)]);
}

impl Tickets for Case {
    fn price(&self, visit: u32, slot: usize, open: &mut [(u32, u64)]) {
        Case::price(self, visit, slot, open);
    }
}

impl Inspector {
    /// The price at which he takes no visit that nobody needs him for.
    pub(super) fn first_price(self) -> i128 {
        match self.capacity {
            0 => FORBIDDEN,
            _ => M * (2 * i128::from(self.load) + 1),
        }
    }
}

impl<'a> Problem<'a> {
    /// The problem of a case in which these are excluded already.
    pub fn of_case(case: &'a Case, exclusions: &Exclusions) -> Self {
        let inspectors =
            case.inspectors.iter().map(|row| Inspector { capacity: row.capacity, load: row.load });
        let visits = (0..)
            .zip(&case.visits)
            .map(|(v, visit)| Visit { kinds: &visit.kinds, barred: case.barred(exclusions, v) });
        Problem {
            inspectors: inspectors.collect(),
            kinds: &case.kinds,
            visits: visits.collect(),
            tickets: case,
        }
    }

    /// The slots of all visits.
    pub fn slots(&self) -> usize {
        self.visits.iter().map(|visit| visit.kinds.len()).sum()
    }

    /// The inspectors to whom a slot is open, ascending.
    pub fn open(&self, visit: usize, slot: usize) -> impl Iterator<Item = u32> + '_ {
        let Visit { kinds, barred } = &self.visits[visit];
        let fitting = self.kinds[kinds[slot] as usize].iter().copied();
        fitting.filter(move |i| !barred.contains(i))
    }

    /// Panics if the problem breaks what its fields promise.
    pub(super) fn check(&self) {
        let slots = self.slots();
        assert!(slots < SLOTS, "bug: {slots} slots are too many");
        for (name, inspector) in self.inspectors.iter().enumerate() {
            let most = inspector.capacity.max(inspector.load);
            assert!(most <= VISITS_PER_INSPECTOR, "bug: inspector {name} has a value of {most}");
        }
        for (name, kind) in self.kinds.iter().enumerate() {
            assert!(kind.is_sorted_by(|a, b| a < b), "bug: kind {name} is not ascending");
            let known = kind.last().is_none_or(|last| (*last as usize) < self.inspectors.len());
            assert!(known, "bug: kind {name} names an unknown inspector");
        }
        for (name, visit) in self.visits.iter().enumerate() {
            let slots = visit.kinds.len();
            assert!((1..=SLOTS_PER_VISIT).contains(&slots), "bug: visit {name} has {slots} slots");
        }
    }
}
