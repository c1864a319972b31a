//! The exact pairing: fills every slot of every visit at least cost, or shows why that cannot be.
//!
//! **Problem.** Visit `v` has 1 … 16 slots, each with its eligible inspectors and their tickets W.
//! An inspector holds at most one slot of a visit and at most `capacity` visits. Among all ways to
//! fill every slot the one is wanted that minimises Σ (load + visits)² over the inspectors, then
//! ΣW. Fewer than 2^24 tickets below 2^64 sum to less than M = 2^88, so this order is the order of
//! the single integer M·Σ(load + visits)² + ΣW, and an inspector's next visit costs M(2ℓ + 1),
//! where ℓ = load + visits so far.
//!
//! **Method.** Convex costs of unit steps make this a minimum-cost flow, solved by successive
//! shortest paths with prices (R. K. Ahuja, T. L. Magnanti, J. B. Orlin, Network Flows, Prentice
//! Hall 1993). Slots are inserted one by one; every insertion is a search of
//! Dijkstra's whose nodes are the inspectors only, for what happens inside a visit is contracted (see
//! `residual`). That loses nothing: cheapest paths of the full network never need to pass a slot
//! twice, and since a label is replaced only by a strictly smaller one, the path found never does.
//!
//! **Certificate.** The prices h are kept such that, with ℓ as above,
//! 1. every visit's team minimises Σ(W + h) over the distinct teams that fill the same slots; for
//!    a matching of least cost this is d(i→j) + h(j) ≥ h(i) for each exchange of a member i for an
//!    outsider j, any re-arrangement inside the visit allowed (K. Murota, Discrete Convex Analysis,
//!    SIAM 2003: least among neighbours is least of all);
//! 2. M(2ℓ − 1) ≤ h if the inspector has a visit;
//! 3. h ≤ M(2ℓ + 1) if he has fewer visits than capacity.
//!
//! Summing 1 over the visits, and 2 and 3 over the steps by which another pairing differs, shows
//! that no pairing is cheaper: linear programming duality, which needs no replay of the search.
//!
//! **Bounds.** Prices begin at M(2·load + 1), or at 2^112 for capacity 0, the cost of an arc to
//! the sink that every saturated inspector may be thought to have and that is never worth its
//! price. A path visits each slot once, so it costs between −2^88 and 2^88 in tickets and one exit
//! below 2^88 · 2^18; every price that is raised stays below 2^107, every label below 2^113.
//!
//! What this refuses: it has no random choice, no hash map, no thread and no float. Ties, which
//! 64-bit tickets have with a chance below pairs/2^64, are broken by the order of the input.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::residual::{Residual, Seat};

/// M: one unit of Σ (load + visits)² in units of ΣW.
const UNIT: i128 = 1 << 88;
/// Price of inspectors who may make no visit at all; above every path, below 2^120.
const FORBIDDEN: i128 = 1 << 112;
/// Cost of what cannot be; never added to anything.
pub(super) const UNREACHABLE: i128 = i128::MAX;
/// Above every label, and far enough from the end of i128 to be added to one.
const NO_LIMIT: i128 = 1 << 126;
/// Bound of slots per visit.
const SLOTS_PER_VISIT: usize = 16;
/// Slots of an instance are fewer.
const SLOTS: usize = 1 << 24;
/// Bound of capacity and load, in visits.
const VISITS_PER_INSPECTOR: u32 = 1 << 16;

/// One slot's candidates: (index of inspector, pair ticket W), ascending by inspector index, none
/// twice.
pub type Candidates = Vec<(u32, u64)>;

/// One visit to be staffed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visit {
    /// Candidates of each slot, 1 … 16 slots.
    pub slots: Vec<Candidates>,
}

/// What limits one inspector, and what he has done before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Inspector {
    /// Most visits in this pairing, at most 2^16.
    pub capacity: u32,
    /// Visits made before that count for the balance, at most 2^16.
    pub load: u32,
}

/// A pairing problem: fewer than 2^24 slots in all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Instance {
    /// The inspectors, by index.
    pub inspectors: Vec<Inspector>,
    /// The visits, by index.
    pub visits: Vec<Visit>,
}

/// The pairing of least cost, with the proof that it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Optimum {
    /// Inspector of each slot, `[visit][slot]`.
    pub teams: Vec<Vec<u32>>,
    /// Certificate: one price h per inspector in units of W, |h| < 2^120; see the module's text
    /// for the three conditions.
    pub handicaps: Vec<i128>,
}

/// Why no pairing fills every slot.
///
/// **Why the set proves it.** Let `f` be a slot that no augmenting path fills, and A the slots
/// whose vacancy `f` can become: `f` itself and every filled slot that some chain of displacements
/// from `f` empties (the Hungarian forest: H. W. Kuhn, Naval Research Logistics Quarterly 2, 1955;
/// L. R. Ford, D. R. Fulkerson, Flows in Networks, 1962). Take an inspector who is open to
/// some slot of A in some visit. If he is a member of each such visit, he could move to that slot
/// inside it, so his own slots there are in A; there are as many of them as such visits, and
/// no more than his capacity. Otherwise he is an outsider of one of them, so the search reached
/// him; he is saturated, or the path would have ended, and all the slots he holds could be vacated
/// next, so they are in A; there are as many of them as his capacity, which is at most the number
/// of such visits. Either way he holds exactly min(capacity, visits with a slot of A open to him)
/// slots of A. All slots of A but `f` are held, so that sum is |A| − 1, one short of |A|.
///
/// **Why it is minimal.** For each `a` in A the chain that ends in the vacancy of `a` fills
/// `f` and leaves `a` empty alone: A without `a` can be filled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blocking {
    /// Inclusion-minimal set A of (visit, slot), ordered: it cannot be filled, but every part of
    /// it can.
    pub slots: Vec<(u32, u32)>,
    /// |A| − Σ min(capacity, visits with a slot of A open to the inspector), over the inspectors;
    /// always 1 here.
    pub short: u32,
    /// Slots that stay unfilled in a largest possible pairing (≥ short).
    pub unfilled: u32,
}

/// Finds the pairing of least cost, or the first blocking set in the order of the slots.
///
/// `progress` hears the number of slots filled so far after each insertion.
///
/// # Errors
///
/// The blocking set, when not every slot can be filled.
///
/// # Panics
///
/// With `bug:` if the instance breaks its bounds or orders, or if the search breaks its own laws.
pub fn solve(instance: &Instance, progress: &mut dyn FnMut(usize)) -> Result<Optimum, Blocking> {
    check_instance(instance);
    let mut pairing = Pairing::new(instance);
    let mut filled = 0;
    let mut blocking: Option<Blocking> = None;
    for (visit, demand) in instance.visits.iter().enumerate() {
        for slot in 0..demand.slots.len() {
            let search = pairing.search(visit, slot);
            if let Some(end) = search.end {
                pairing.augment(&search, end);
                filled += 1;
                progress(filled);
            } else {
                // Augmenting elsewhere never opens a way for this slot again (C. Berge, 1957), so
                // the number of such slots is the same in every largest pairing.
                let found = || pairing.blocking(&search);
                blocking.get_or_insert_with(found).unfilled += 1;
            }
        }
    }
    match blocking {
        Some(blocking) => Err(blocking),
        None => Ok(pairing.optimum()),
    }
}

/// A partial pairing of least cost with its prices.
struct Pairing<'a> {
    instance: &'a Instance,
    residual: Residual<'a>,
    /// Feasible prices, one per inspector.
    prices: Vec<i128>,
    /// Scratch of [`Pairing::follow`].
    found: Vec<(u32, i128)>,
}

/// A shortest-path tree from one free slot. Labels hold the price of their inspector already, so
/// that the arcs between labels have reduced costs ≥ 0.
struct Search {
    /// The free slot's visit.
    visit: usize,
    /// The free slot.
    slot: usize,
    /// Distance of each inspector, [`UNREACHABLE`] if none is known.
    labels: Vec<i128>,
    /// Label less price, or what would reach the first end if that is less: only a smaller way to
    /// enter matters. `NO_LIMIT` where neither is known.
    limits: Vec<i128>,
    /// The inspector whose leaving lets this one enter; `None` if he enters the free slot's visit.
    parents: Vec<Option<u32>>,
    /// Inspectors whose arcs were followed.
    settled: Vec<bool>,
    /// Labels not yet settled, the smallest first; a lowered label leaves its larger ones behind.
    queue: BinaryHeap<Reverse<(i128, u32)>>,
    /// Where the path to the sink leaves the inspectors, and its length.
    end: Option<End>,
}

/// The end of an augmenting path.
#[derive(Clone, Copy)]
struct End {
    /// The inspector with one visit more.
    inspector: u32,
    /// Length of the path to the sink.
    distance: i128,
}

impl<'a> Pairing<'a> {
    /// The empty pairing.
    fn new(instance: &'a Instance) -> Self {
        let prices = instance.inspectors.iter().map(|inspector| match inspector.capacity {
            0 => FORBIDDEN,
            _ => next_visit_cost(inspector.load, 0),
        });
        Pairing {
            instance,
            residual: Residual::new(&instance.visits, instance.inspectors.len()),
            prices: prices.collect(),
            found: Vec::new(),
        }
    }

    /// Dijkstra's search from a free slot, until no shorter way to the sink is possible; without
    /// any such way, until all that can be reached is settled.
    fn search(&mut self, visit: usize, slot: usize) -> Search {
        let mut search = self.start(visit, slot);
        while let Some(nearest) = search.settle_nearest() {
            let label = search.labels[nearest as usize];
            if search.end.is_some_and(|end| label >= end.distance) {
                break;
            }
            self.follow(nearest, &mut search);
        }
        search
    }

    /// The labels of those who can enter the free slot's visit.
    fn start(&self, visit: usize, slot: usize) -> Search {
        let inspectors = self.prices.len();
        let mut search = Search {
            visit,
            slot,
            labels: vec![UNREACHABLE; inspectors],
            limits: vec![NO_LIMIT; inspectors],
            parents: vec![None; inspectors],
            settled: vec![false; inspectors],
            queue: BinaryHeap::new(),
            end: None,
        };
        for (inspector, cost) in self.residual.entries(visit, slot) {
            let price = self.prices[inspector as usize];
            search.lower(inspector, cost + price, price);
            self.try_exit(inspector, &mut search);
        }
        if let Some(end) = search.end {
            for (limit, price) in search.limits.iter_mut().zip(&self.prices) {
                *limit = (*limit).min(end.distance - price);
            }
        }
        search
    }

    /// Lowers the labels of those who can enter where `inspector` leaves.
    fn follow(&mut self, inspector: u32, search: &mut Search) {
        let origin = search.labels[inspector as usize] - self.prices[inspector as usize];
        let mut found = std::mem::take(&mut self.found);
        self.residual.exchanges_below(inspector, &search.limits, origin, &mut found);
        let farthest = search.end.map_or(UNREACHABLE, |end| end.distance);
        for &(outsider, cost) in &found {
            let label = origin + cost + self.prices[outsider as usize];
            if label >= farthest {
                continue;
            }
            assert!(!search.settled[outsider as usize], "bug: a reduced cost is negative");
            search.lower(outsider, label, self.prices[outsider as usize]);
            search.parents[outsider as usize] = Some(inspector);
            self.try_exit(outsider, search);
        }
        self.found = found;
    }

    /// Ends the path at a newly labelled inspector, if that is shorter.
    fn try_exit(&self, inspector: u32, search: &mut Search) {
        let Some(exit) = self.exit(inspector) else {
            return;
        };
        let distance = search.labels[inspector as usize] + exit;
        if search.end.is_none_or(|end| distance < end.distance) {
            search.end = Some(End { inspector, distance });
        }
    }

    /// Reduced cost of one visit more, if capacity is left.
    fn exit(&self, inspector: u32) -> Option<i128> {
        let Inspector { capacity, load } = self.instance.inspectors[inspector as usize];
        let visits = index(self.residual.served(inspector as usize).len());
        if visits >= capacity {
            return None;
        }
        let exit = next_visit_cost(load, visits) - self.prices[inspector as usize];
        assert!(exit >= 0, "bug: a price is above the cost of the next visit");
        Some(exit)
    }

    /// Raises the prices by what the search found, and fills the free slot along its path.
    fn augment(&mut self, search: &Search, end: End) {
        for (price, &label) in self.prices.iter_mut().zip(&search.labels) {
            *price += (end.distance - label.min(end.distance)).max(0);
        }
        let mut seats: Vec<Seat> = Vec::new();
        let mut entering = end.inspector;
        while let Some(leaving) = search.parents[entering as usize] {
            let visit = self.residual.exchange_visit(leaving as usize, entering as usize);
            let slot = self.residual.slot_of(visit, leaving);
            self.residual.route(visit, slot, entering, &mut seats);
            entering = leaving;
        }
        self.residual.route(search.visit, search.slot, entering, &mut seats);
        self.residual.reseat(&mut seats);
    }

    /// The blocking set of a search that found no way to the sink; `unfilled` is left 0.
    fn blocking(&self, search: &Search) -> Blocking {
        let mut slots: Vec<(usize, usize)> = Vec::new();
        let mut reach = |visit: usize, slot: usize| {
            slots.extend(self.residual.reach(visit, slot).map(|reached| (visit, reached)));
        };
        reach(search.visit, search.slot);
        for (inspector, _) in search.settled.iter().enumerate().filter(|(_, settled)| **settled) {
            for &visit in self.residual.served(inspector) {
                reach(visit as usize, self.residual.slot_of(visit as usize, index(inspector)));
            }
        }
        slots.sort_unstable();
        slots.dedup();
        let short = slots.len() - self.most_filled(&slots);
        assert_eq!(short, 1, "bug: a blocking set is not short by one");
        let slots = slots.iter().map(|&(visit, slot)| (index(visit), index(slot))).collect();
        Blocking { slots, short: index(short), unfilled: 0 }
    }

    /// Σ min(capacity, visits with one of the ordered slots open to the inspector).
    fn most_filled(&self, slots: &[(usize, usize)]) -> usize {
        let mut open = vec![0u32; self.instance.inspectors.len()];
        for slots in slots.chunk_by(|a, b| a.0 == b.0) {
            let candidates =
                slots.iter().flat_map(|&(visit, slot)| &self.instance.visits[visit].slots[slot]);
            let mut names: Vec<u32> = candidates.map(|candidate| candidate.0).collect();
            names.sort_unstable();
            names.dedup();
            names.iter().for_each(|&name| open[name as usize] += 1);
        }
        let inspectors = self.instance.inspectors.iter().zip(open);
        inspectors.map(|(inspector, open)| open.min(inspector.capacity) as usize).sum()
    }

    /// The finished pairing.
    fn optimum(self) -> Optimum {
        let teams = (0..self.instance.visits.len()).map(|visit| {
            let holders = self.residual.holders(visit).iter();
            holders.map(|holder| holder.expect("bug: a slot is empty")).collect()
        });
        Optimum { teams: teams.collect(), handicaps: self.prices }
    }
}

impl Search {
    /// Gives an inspector a smaller label.
    fn lower(&mut self, inspector: u32, label: i128, price: i128) {
        // Only what is strictly smaller passes: this keeps a path from passing a slot twice.
        self.limits[inspector as usize] = label - price;
        self.labels[inspector as usize] = label;
        self.queue.push(Reverse((label, inspector)));
    }

    /// Settles and returns the inspector of least label, the first of equals.
    fn settle_nearest(&mut self) -> Option<u32> {
        loop {
            let Reverse((_, inspector)) = self.queue.pop()?;
            // Entries from before a label was lowered are left in the queue, and skipped here.
            if !std::mem::replace(&mut self.settled[inspector as usize], true) {
                return Some(inspector);
            }
        }
    }
}

/// M(2ℓ + 1): what one visit more adds to the objective.
fn next_visit_cost(load: u32, visits: u32) -> i128 {
    UNIT * (2 * (i128::from(load) + i128::from(visits)) + 1)
}

/// An index as the interface writes it.
pub(super) fn index(place: usize) -> u32 {
    u32::try_from(place).expect("bug: an index of 2^32 or more")
}

/// Panics if an instance breaks what the interface promises.
fn check_instance(instance: &Instance) {
    let slots: usize = instance.visits.iter().map(|visit| visit.slots.len()).sum();
    assert!(slots < SLOTS, "bug: {slots} slots are too many");
    for (name, inspector) in instance.inspectors.iter().enumerate() {
        let most = inspector.capacity.max(inspector.load);
        assert!(most <= VISITS_PER_INSPECTOR, "bug: inspector {name} has a value of {most}");
    }
    let inspectors = instance.inspectors.len();
    for (name, visit) in instance.visits.iter().enumerate() {
        let slots = visit.slots.len();
        assert!((1..=SLOTS_PER_VISIT).contains(&slots), "bug: visit {name} has {slots} slots");
        for candidates in &visit.slots {
            let ascending = candidates.is_sorted_by(|a, b| a.0 < b.0);
            assert!(ascending, "bug: candidates of visit {name} are not ascending");
            let known = candidates.last().is_none_or(|last| (last.0 as usize) < inspectors);
            assert!(known, "bug: visit {name} names an unknown inspector");
        }
    }
}

#[cfg(test)]
#[path = "solve_tests.rs"]
mod tests;
