//! Blocking sets: why a round has no pairing. A set A of slots blocks if it cannot be filled even alone:
//! short = |A| − Σ over inspectors of min(capacity, visits with a slot of A open to him) > 0 (Hall's
//! condition for the network in which nobody holds two slots of a visit; König, Ford and Fulkerson).
//! It is inclusion-minimal if everything but any one slot can be filled; short is then 1.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::rules::{Case, Exclusions};

/// |A| − Σ over inspectors of min(capacity, visits with a slot of A open to him).
pub fn shortfall(case: &Case, exclusions: &Exclusions, slots: &[(u32, u32)]) -> i64 {
    let mut visits_open: BTreeMap<u32, BTreeSet<u32>> = BTreeMap::new();
    for (visit, slot) in slots {
        for i in case.who(exclusions, *visit, *slot as usize) {
            visits_open.entry(i).or_default().insert(*visit);
        }
    }
    let supply = |(i, visits): (&u32, &BTreeSet<u32>)| {
        i64::from(case.inspectors[*i as usize].capacity).min(visits.len() as i64)
    };
    slots.len() as i64 - visits_open.iter().map(supply).sum::<i64>()
}

/// Whether every set that lacks one slot of A can be filled. One largest filling of A leaves one slot free;
/// A without a is fillable exactly if a can be exchanged against the free slot, so one search suffices.
pub fn is_minimal(case: &Case, exclusions: &Exclusions, slots: &[(u32, u32)]) -> bool {
    let mut filling = Filling::new(case, exclusions, slots);
    let free: Vec<usize> = (0..slots.len()).filter(|slot| !filling.fill(*slot)).collect();
    match free[..] {
        [free] => filling.exchangeable(free) == slots.len(),
        _ => false,
    }
}

/// Whether all slots can be filled at once: the first round then has an optimum.
pub fn is_fillable(case: &Case) -> bool {
    let visits = (0..).zip(&case.visits);
    let slots: Vec<(u32, u32)> = visits
        .flat_map(|(v, visit)| (0..).zip(&visit.slots).map(move |(slot, _)| (v, slot)))
        .collect();
    let mut filling = Filling::new(case, &Exclusions::new(), &slots);
    (0..slots.len()).all(|slot| filling.fill(slot))
}

/// A slot and the inspector who would take it.
type Move = (usize, u32);

/// A partial filling of some slots, grown by augmenting paths (Ford and Fulkerson).
struct Filling<'a> {
    case: &'a Case,
    slots: &'a [(u32, u32)],
    open: Vec<Vec<u32>>,
    holder: Vec<Option<u32>>,
    /// Places in `slots` that an inspector holds.
    held: Vec<BTreeSet<usize>>,
}

impl<'a> Filling<'a> {
    fn new(case: &'a Case, exclusions: &Exclusions, slots: &'a [(u32, u32)]) -> Self {
        let open =
            |(visit, slot): &(u32, u32)| case.who(exclusions, *visit, *slot as usize).collect();
        Filling {
            case,
            slots,
            open: slots.iter().map(open).collect(),
            holder: vec![None; slots.len()],
            held: vec![BTreeSet::new(); case.inspectors.len()],
        }
    }

    /// The slot of the same visit that the inspector holds.
    fn held_in_visit(&self, inspector: u32, slot: usize) -> Option<usize> {
        let same = |other: &&usize| self.slots[**other].0 == self.slots[slot].0;
        self.held[inspector as usize].iter().find(same).copied()
    }

    /// Whether an inspector can take a slot without anybody moving.
    fn has_room(&self, inspector: u32, slot: usize) -> bool {
        let capacity = self.case.inspectors[inspector as usize].capacity as usize;
        self.held[inspector as usize].len() < capacity
            && self.held_in_visit(inspector, slot).is_none()
    }

    /// Breadth-first search from a free slot over the slots whose holder can be moved to the slot before;
    /// stops with (last slot, inspector) where an inspector has room.
    fn search(&self, free: usize) -> (BTreeMap<usize, Move>, Option<Move>) {
        let mut came_from: BTreeMap<usize, Move> = BTreeMap::new();
        let mut queue = VecDeque::from([free]);
        while let Some(slot) = queue.pop_front() {
            // Room is looked for first: nearly always it is there, and nobody has to move.
            if let Some(i) = self.open[slot].iter().find(|i| self.has_room(**i, slot)) {
                return (came_from, Some((slot, *i)));
            }
            for &i in &self.open[slot] {
                let movable = match self.held_in_visit(i, slot) {
                    Some(same_visit) => BTreeSet::from([same_visit]),
                    None => self.held[i as usize].clone(),
                };
                for next in movable {
                    if next != free && !came_from.contains_key(&next) {
                        came_from.insert(next, (slot, i));
                        queue.push_back(next);
                    }
                }
            }
        }
        (came_from, None)
    }

    fn fill(&mut self, free: usize) -> bool {
        let (came_from, end) = self.search(free);
        let Some((mut slot, mut inspector)) = end else {
            return false;
        };
        loop {
            let before = self.holder[slot].replace(inspector);
            self.held[inspector as usize].insert(slot);
            let Some(before) = before else { return true };
            self.held[before as usize].remove(&slot);
            (slot, inspector) = came_from[&slot];
            assert_eq!(inspector, before, "bug: the path moves the slot's holder");
        }
    }

    /// How many slots, the free one included, could be the one that stays free.
    fn exchangeable(&self, free: usize) -> usize {
        1 + self.search(free).0.len()
    }
}
