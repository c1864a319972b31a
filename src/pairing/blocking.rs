//! Blocking sets: why a round has no pairing. A set A of slots blocks if it cannot be filled even alone:
//! short = |A| − Σ over inspectors of min(capacity, visits with a slot of A open to him) > 0 (Hall's
//! condition for the network in which nobody holds two slots of a visit; König, Ford and Fulkerson).
//! It is inclusion-minimal if everything but any one slot can be filled; short is then 1.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::ops::Range;

use super::rules::{Case, Exclusions};

/// |A| − Σ over inspectors of min(capacity, visits with a slot of A open to him).
pub fn shortfall(case: &Case, exclusions: &Exclusions, slots: &[(u32, u32)]) -> i64 {
    let mut visits_open = vec![0u32; case.inspectors.len()];
    for slots in ordered(slots).chunk_by(|a, b| a.0 == b.0) {
        let open =
            slots.iter().flat_map(|(visit, slot)| case.who(exclusions, *visit, *slot as usize));
        let mut open: Vec<u32> = open.collect();
        open.sort_unstable();
        open.dedup();
        open.iter().for_each(|i| visits_open[*i as usize] += 1);
    }
    let supply = case.inspectors.iter().zip(visits_open);
    let supply = supply.map(|(inspector, visits)| i64::from(inspector.capacity.min(visits)));
    slots.len() as i64 - supply.sum::<i64>()
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

/// A place and the inspector who would take it.
type Move = (usize, u32);

/// Slots by visit.
fn ordered(slots: &[(u32, u32)]) -> Vec<(u32, u32)> {
    let mut slots = slots.to_vec();
    slots.sort_unstable();
    slots
}

/// A partial filling of some slots, grown by augmenting paths (Ford and Fulkerson).
struct Filling<'a> {
    case: &'a Case,
    exclusions: &'a Exclusions,
    /// The slots, by visit.
    slots: Vec<(u32, u32)>,
    /// Per place in `slots` the places of its visit.
    places: Vec<Range<usize>>,
    holder: Vec<Option<u32>>,
    /// Places in `slots` that an inspector holds.
    held: Vec<BTreeSet<usize>>,
}

impl<'a> Filling<'a> {
    fn new(case: &'a Case, exclusions: &'a Exclusions, slots: &[(u32, u32)]) -> Self {
        let slots = ordered(slots);
        let mut places = Vec::with_capacity(slots.len());
        for visit in slots.chunk_by(|a, b| a.0 == b.0) {
            let places_of_visit = places.len()..places.len() + visit.len();
            places.extend(visit.iter().map(|_| places_of_visit.clone()));
        }
        let holder = vec![None; slots.len()];
        let held = vec![BTreeSet::new(); case.inspectors.len()];
        Filling { case, exclusions, slots, places, holder, held }
    }

    fn open(&self, place: usize) -> impl Iterator<Item = u32> + '_ {
        let (visit, slot) = self.slots[place];
        self.case.who(self.exclusions, visit, slot as usize)
    }

    /// The place of the same visit that the inspector holds.
    fn held_in_visit(&self, inspector: u32, place: usize) -> Option<usize> {
        self.held[inspector as usize].range(self.places[place].clone()).next().copied()
    }

    /// Whether an inspector can take a slot without anybody moving.
    fn has_room(&self, inspector: u32, place: usize) -> bool {
        let capacity = self.case.inspectors[inspector as usize].capacity as usize;
        self.held[inspector as usize].len() < capacity
            && self.held_in_visit(inspector, place).is_none()
    }

    /// Breadth-first search from a free place over the places whose holder can be moved to the place before;
    /// stops with (last place, inspector) where an inspector has room.
    fn search(&self, free: usize) -> (BTreeMap<usize, Move>, Option<Move>) {
        let mut came_from: BTreeMap<usize, Move> = BTreeMap::new();
        let mut queue = VecDeque::from([free]);
        // Inspectors all of whose places stand in the queue.
        let mut met = vec![false; self.held.len()];
        while let Some(place) = queue.pop_front() {
            // Room is looked for first: nearly always it is there, and nobody has to move.
            if let Some(i) = self.open(place).find(|i| self.has_room(*i, place)) {
                return (came_from, Some((place, i)));
            }
            let mut reach = |next: usize, i: u32| {
                if next != free && !came_from.contains_key(&next) {
                    came_from.insert(next, (place, i));
                    queue.push_back(next);
                }
            };
            for i in self.open(place).filter(|i| !met[*i as usize]).collect::<Vec<u32>>() {
                if let Some(same_visit) = self.held_in_visit(i, place) {
                    reach(same_visit, i);
                } else {
                    met[i as usize] = true;
                    self.held[i as usize].iter().for_each(|next| reach(*next, i));
                }
            }
        }
        (came_from, None)
    }

    fn fill(&mut self, free: usize) -> bool {
        let (came_from, end) = self.search(free);
        let Some((mut place, mut inspector)) = end else {
            return false;
        };
        loop {
            let before = self.holder[place].replace(inspector);
            self.held[inspector as usize].insert(place);
            let Some(before) = before else { return true };
            self.held[before as usize].remove(&place);
            (place, inspector) = came_from[&place];
            assert_eq!(inspector, before, "bug: the path moves the slot's holder");
        }
    }

    /// How many places, the free one included, could be the one that stays free.
    fn exchangeable(&self, free: usize) -> usize {
        1 + self.search(free).0.len()
    }
}
