//! Why a problem has no pairing: the first slot, in their order, that cannot be filled together with
//! those before it, and the smallest set of slots that shows it.
//!
//! Slots are filled one by one along augmenting paths (L. R. Ford, D. R. Fulkerson, Flows in Networks,
//! 1962), without a look at tickets. Sets of slots that can be filled at once are the independent sets
//! of a matroid (a gammoid: J. H. Mason, Proceedings of the London Mathematical Society 25, 1972), so the
//! minimal set that blocks the first slot is unique: whatever search finds it, it finds the same.
//!
//! **Why the set proves it.** Let `f` be a slot that no augmenting path fills, and A the slots whose
//! vacancy `f` can become: `f` itself and every filled slot that some chain of displacements from `f`
//! empties. Take an inspector who is open to some slot of A in some visit. If he is a member of each
//! such visit, he could move to that slot inside it, so his own slots there are in A; there are as many
//! of them as such visits, and no more than his capacity. Otherwise he is an outsider of one of them,
//! so the search reached him; he is saturated, or the path would have ended, and all the slots he holds
//! could be vacated next, so they are in A; there are as many of them as his capacity, which is at most
//! the number of such visits. Either way he holds exactly min(capacity, visits with a slot of A open to
//! him) slots of A. All slots of A but `f` are held, so that sum is |A| − 1, one short of |A|.
//!
//! **Why it is minimal.** For each `a` in A the chain that ends in the vacancy of `a` fills `f` and
//! leaves `a` empty alone: A without `a` can be filled.

use super::components::number;
use super::problem::Problem;

/// Why no pairing fills every slot.
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

/// The blocking set of the first slot that cannot be filled, if there is one.
pub fn blocking(problem: &Problem<'_>) -> Option<Blocking> {
    let mut filling = Filling::new(problem);
    let mut found: Option<Blocking> = None;
    for slot in 0..filling.visit.len() {
        if filling.fill(slot) {
            continue;
        }
        // Filling elsewhere never opens a way for this slot again (C. Berge, 1957), so the number of such
        // slots is the same in every largest pairing, and what the search went through is lost to all others.
        let found = found.get_or_insert_with(|| filling.blocking());
        found.unfilled += 1;
        filling.bury();
    }
    found
}

/// Whether all slots can be filled at once: the first round then has an optimum. `holders` fills some of them already,
/// by slot over all visits, lawfully; whatever it is, the answer is the same, and sooner the more it fills.
pub fn is_fillable(problem: &Problem<'_>, holders: &[Option<u32>]) -> bool {
    let mut filling = Filling::new(problem);
    for (slot, holder) in holders.iter().enumerate() {
        if let Some(inspector) = holder {
            filling.holder[slot] = *inspector;
            filling.held[*inspector as usize].push(number(slot));
        }
    }
    (0..filling.visit.len()).all(|slot| filling.holder[slot] != NONE || filling.fill(slot))
}

/// Nobody, or no slot.
const NONE: u32 = u32::MAX;

/// A partial filling.
struct Filling<'a> {
    problem: &'a Problem<'a>,
    /// The visit of each slot, and the first slot of each visit.
    visit: Vec<u32>,
    first: Vec<u32>,
    holder: Vec<u32>,
    held: Vec<Vec<u32>>,
    /// The slots that the last search went through, in its order.
    queue: Vec<u32>,
    /// Per slot the slot before it on the way and the inspector who moves there.
    came_from: Vec<(u32, u32)>,
    /// Whether a slot or an inspector was reached in this search.
    reached: Vec<bool>,
    met: Vec<bool>,
    /// Slots and inspectors from which no way leads to anybody with room, for ever.
    buried: Vec<bool>,
    gone: Vec<bool>,
}

impl<'a> Filling<'a> {
    fn new(problem: &'a Problem<'a>) -> Self {
        let (mut visit, mut first) = (Vec::new(), Vec::new());
        for (name, demand) in (0..).zip(&problem.visits) {
            first.push(number(visit.len()));
            visit.extend(demand.kinds.iter().map(|_| name));
        }
        let (slots, inspectors) = (visit.len(), problem.inspectors.len());
        Filling {
            problem,
            visit,
            first,
            holder: vec![NONE; slots],
            held: vec![Vec::new(); inspectors],
            queue: Vec::new(),
            came_from: vec![(NONE, NONE); slots],
            reached: vec![false; slots],
            met: vec![false; inspectors],
            buried: vec![false; slots],
            gone: vec![false; inspectors],
        }
    }

    /// Fills a slot along an augmenting path, if there is one.
    fn fill(&mut self, free: usize) -> bool {
        let Some((mut slot, mut inspector)) = self.search(free) else { return false };
        loop {
            let before = std::mem::replace(&mut self.holder[slot as usize], inspector);
            self.held[inspector as usize].push(slot);
            if before == NONE {
                return true;
            }
            self.held[before as usize].retain(|held| *held != slot);
            (slot, inspector) = self.came_from[slot as usize];
            assert_eq!(inspector, before, "bug: the path moves the slot's holder");
        }
    }

    /// Breadth-first search from a free slot over slots that can be vacated; the last one and who has room.
    fn search(&mut self, free: usize) -> Option<(u32, u32)> {
        for slot in self.queue.drain(..) {
            self.reached[slot as usize] = false;
        }
        self.met.fill(false);
        self.reach(number(free), (NONE, NONE));
        let mut at = 0;
        while let Some(&slot) = self.queue.get(at) {
            at += 1;
            let visit = self.visit[slot as usize];
            let problem = self.problem;
            let first = self.first[visit as usize];
            let local = (slot - first) as usize;
            // Whoever was met in this search is saturated and led on already: he counts as a member of the visit only.
            let kind = &problem.kinds[problem.visits[visit as usize].kinds[local] as usize];
            let fresh = |met: &[bool], i: u32| {
                !met[i as usize] && !problem.visits[visit as usize].barred.contains(&i)
            };
            // Room is looked for first: nearly always it is there, and nobody has to move.
            let mut open = kind.iter().copied().filter(|i| fresh(&self.met, *i));
            if let Some(i) = open.find(|i| self.has_room(*i, visit)) {
                return Some((slot, i));
            }
            for own in first..first + number(problem.visits[visit as usize].kinds.len()) {
                let holder = self.holder[own as usize];
                let is_open = |i: u32| {
                    kind.binary_search(&i).is_ok()
                        && !problem.visits[visit as usize].barred.contains(&i)
                };
                if holder != NONE && !self.gone[holder as usize] && is_open(holder) {
                    self.reach(own, (slot, holder));
                }
            }
            for i in kind {
                let i = *i;
                if !fresh(&self.met, i) || self.gone[i as usize] || self.held_in(visit, i).is_some()
                {
                    continue;
                }
                self.met[i as usize] = true;
                for place in 0..self.held[i as usize].len() {
                    self.reach(self.held[i as usize][place], (slot, i));
                }
            }
        }
        None
    }

    fn reach(&mut self, slot: u32, from: (u32, u32)) {
        let place = slot as usize;
        if !self.buried[place] && !std::mem::replace(&mut self.reached[place], true) {
            self.came_from[place] = from;
            self.queue.push(slot);
        }
    }

    /// Whether an inspector can take a slot of a visit without anybody moving.
    fn has_room(&self, inspector: u32, visit: u32) -> bool {
        let held = self.held[inspector as usize].len();
        held < self.problem.inspectors[inspector as usize].capacity as usize
            && self.held_in(visit, inspector).is_none()
    }

    /// The slot of a visit that an inspector holds.
    fn held_in(&self, visit: u32, inspector: u32) -> Option<u32> {
        let first = self.first[visit as usize];
        let slots = first..first + number(self.problem.visits[visit as usize].kinds.len());
        slots.into_iter().find(|slot| self.holder[*slot as usize] == inspector)
    }

    /// The set that the last search, which failed, went through; `unfilled` is left 0.
    fn blocking(&self) -> Blocking {
        let place = |slot: &u32| {
            let visit = self.visit[*slot as usize];
            (visit, slot - self.first[visit as usize])
        };
        let mut slots: Vec<(u32, u32)> = self.queue.iter().map(place).collect();
        slots.sort_unstable();
        let short = slots.len() - self.most_filled(&slots);
        assert_eq!(short, 1, "bug: a blocking set is not short by one");
        Blocking { slots, short: number(short), unfilled: 0 }
    }

    /// Leaves out what the last search, which failed, went through: nothing there leads to room any more.
    fn bury(&mut self) {
        for slot in &self.queue {
            self.buried[*slot as usize] = true;
        }
        for (gone, met) in self.gone.iter_mut().zip(&self.met) {
            *gone |= met;
        }
    }

    /// Σ min(capacity, visits with one of the ordered slots open to the inspector).
    fn most_filled(&self, slots: &[(u32, u32)]) -> usize {
        let mut open = vec![0u32; self.problem.inspectors.len()];
        for slots in slots.chunk_by(|a, b| a.0 == b.0) {
            let names =
                slots.iter().flat_map(|(v, slot)| self.problem.open(*v as usize, *slot as usize));
            let mut names: Vec<u32> = names.collect();
            names.sort_unstable();
            names.dedup();
            names.iter().for_each(|name| open[*name as usize] += 1);
        }
        let inspectors = self.problem.inspectors.iter().zip(open);
        inspectors.map(|(inspector, open)| open.min(inspector.capacity) as usize).sum()
    }
}
