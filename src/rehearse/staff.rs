//! Who inspects in a simulated draw, without tickets: every slot goes to whoever of those eligible has the fewest visits,
//! the scarcest slots first. Where that fills everything, a pairing exists; where it does not, the flow of `pairing`
//! decides. The least sum of squares of loads, which the pairing seeks first, comes out nearly the same.

use super::dice::Dice;
use super::stage::{NONE, Stage};
use crate::pairing::problem::{Inspector, Problem, Tickets, Visit};
use crate::pairing::shortage::is_fillable;

/// Times that all slots are looked at, to level loads.
const PASSES: usize = 3;

/// The visits of a simulated draw: subjects, ascending, each with its slots.
#[derive(Default)]
pub(super) struct Visits {
    pub(super) places: Vec<u32>,
    /// The slots of all visits, one after the other, and where each visit's begin; one more at the end.
    pub(super) slots: Vec<u32>,
    pub(super) first: Vec<u32>,
}

impl Visits {
    pub(super) fn clear(&mut self) {
        self.places.clear();
        self.slots.clear();
        self.first.clear();
        self.first.push(0);
    }

    pub(super) fn push(&mut self, place: u32, slots: &[u32]) {
        self.places.push(place);
        self.slots.extend_from_slice(slots);
        self.first.push(self.slots.len() as u32);
    }
}

/// Room for one thread, and the result of the last draw.
#[derive(Default)]
pub(super) struct Staff {
    /// Per slot of all visits who takes it.
    pub(super) holders: Vec<u32>,
    /// Visits of each inspector.
    pub(super) visits: Vec<u32>,
    /// Slots with fewer than three eligible.
    pub(super) forced: u32,
    order: Vec<(u32, u32, u32)>,
    /// The visit of each slot.
    visit_of: Vec<u32>,
    chains: Chains,
}

/// Room for the search of a chain of people who move.
#[derive(Default)]
struct Chains {
    /// The slots of each inspector.
    held: Vec<Vec<u32>>,
    /// Who was not reached yet, of each set.
    fresh: Vec<Vec<u32>>,
    /// The slot that somebody who was reached would take.
    takes: Vec<u32>,
    queue: Vec<u32>,
}

impl Staff {
    /// Fills the slots; whether all can be filled.
    pub(super) fn fill(&mut self, stage: &Stage<'_>, visits: &Visits, dice: &mut Dice) -> bool {
        self.holders.clear();
        self.holders.resize(visits.slots.len(), NONE);
        self.visits.clear();
        self.visits.resize(stage.inspectors.len(), 0);
        self.forced = 0;
        self.order.clear();
        for visit in 0..visits.places.len() {
            for at in visits.first[visit]..visits.first[visit + 1] {
                let eligible = stage.eligible(visits.places[visit], visits.slots[at as usize]);
                self.forced += u32::from(eligible < 3);
                self.order.push((eligible as u32, visit as u32, at));
            }
        }
        self.order.sort_unstable();
        let mut filled = true;
        for place in 0..self.order.len() {
            let (_, visit, at) = self.order[place];
            let chosen = self.idlest(stage, visits, visit as usize, at, dice);
            match chosen {
                Some(inspector) => {
                    self.holders[at as usize] = inspector;
                    self.visits[inspector as usize] += 1;
                }
                None => filled = false,
            }
        }
        let filled = filled || self.complete(stage, visits);
        if filled {
            self.level(stage, visits);
        }
        filled
    }

    /// Hands slots on to whoever is idler by two visits or more, which makes the sum of squares smaller every time.
    fn level(&mut self, stage: &Stage<'_>, visits: &Visits) {
        self.name_visits(visits);
        for _ in 0..PASSES {
            let mut moved = false;
            // Nobody of a set sinks below its lowest level, since only the higher of two hands a slot on.
            let level = |i: &u32| stage.inspectors[*i as usize].load + self.visits[*i as usize];
            let lowest = |set: &Vec<u32>| set.iter().map(level).min().unwrap_or(0);
            let lowest: Vec<u32> = stage.slots.kinds.iter().map(lowest).collect();
            for slot in 0..self.holders.len() as u32 {
                let holder = self.holders[slot as usize];
                if holder == NONE {
                    continue;
                }
                let level = |staff: &Staff, i: u32| {
                    stage.inspectors[i as usize].load + staff.visits[i as usize]
                };
                let kind = stage.slots.kind[visits.slots[slot as usize] as usize] as usize;
                let mut best = (level(self, holder) - 1, NONE);
                if lowest[kind] >= best.0 {
                    continue;
                }
                for i in &stage.slots.kinds[kind] {
                    let lower = level(self, *i) < best.0;
                    let room = || self.visits[*i as usize] < stage.inspectors[*i as usize].capacity;
                    if lower && room() && self.may_take(stage, visits, *i, slot) {
                        best = (level(self, *i), *i);
                    }
                }
                if best.1 != NONE {
                    self.holders[slot as usize] = best.1;
                    self.visits[holder as usize] -= 1;
                    self.visits[best.1 as usize] += 1;
                    moved = true;
                }
            }
            if !moved {
                return;
            }
        }
    }

    fn name_visits(&mut self, visits: &Visits) {
        self.visit_of.clear();
        for visit in 0..visits.places.len() {
            let slots = visits.first[visit + 1] - visits.first[visit];
            self.visit_of.extend((0..slots).map(|_| visit as u32));
        }
    }

    /// Fills what is left by chains of people who move from slot to slot; where there is no chain, by a look at whoever
    /// was reached, or by the flow of `pairing`.
    fn complete(&mut self, stage: &Stage<'_>, visits: &Visits) -> bool {
        self.name_visits(visits);
        self.chains.held.iter_mut().for_each(Vec::clear);
        self.chains.held.resize(stage.inspectors.len(), Vec::new());
        for (slot, holder) in (0..).zip(&self.holders) {
            if *holder != NONE {
                self.chains.held[*holder as usize].push(slot);
            }
        }
        for slot in 0..self.holders.len() as u32 {
            if self.holders[slot as usize] == NONE && !self.move_on(stage, visits, slot) {
                return !self.is_too_much(stage, visits) && self.is_possible(stage, visits);
            }
        }
        true
    }

    /// Whether somebody may take a slot as things stand: not recused, not in the visit's team.
    fn may_take(&self, stage: &Stage<'_>, visits: &Visits, inspector: u32, slot: u32) -> bool {
        let visit = self.visit_of[slot as usize] as usize;
        let team = &self.holders[visits.first[visit] as usize..visits.first[visit + 1] as usize];
        let barred = stage.barred.get(&visits.places[visit]);
        !team.contains(&inspector) && !barred.is_some_and(|barred| barred.contains(&inspector))
    }

    /// Fills a free slot, people moving on until one with room is found; nobody moves if there is none.
    fn move_on(&mut self, stage: &Stage<'_>, visits: &Visits, free: u32) -> bool {
        let mut chains = std::mem::take(&mut self.chains);
        chains.fresh.clone_from(&stage.slots.kinds);
        chains.takes.clear();
        chains.takes.resize(stage.inspectors.len(), NONE);
        chains.queue.clear();
        let mut vacant = vec![free];
        let (mut at, mut met, mut found) = (0, 0, None);
        while found.is_none() {
            for slot in vacant.drain(..) {
                let kind = stage.slots.kind[visits.slots[slot as usize] as usize] as usize;
                let Chains { fresh, takes, queue, .. } = &mut chains;
                fresh[kind].retain(|i| {
                    let reached = takes[*i as usize] != NONE;
                    if !reached && self.may_take(stage, visits, *i, slot) {
                        takes[*i as usize] = slot;
                        queue.push(*i);
                        return false;
                    }
                    !reached
                });
                // Whoever has room ends the search as soon as he is reached.
                let has_room = |i: &&u32| {
                    let made = chains.held[**i as usize].len() as u64;
                    made < u64::from(stage.inspectors[**i as usize].capacity)
                };
                found = chains.queue[met..].iter().find(has_room).copied();
                met = chains.queue.len();
                if found.is_some() {
                    break;
                }
            }
            let Some(inspector) = chains.queue.get(at) else { break };
            at += 1;
            vacant.extend_from_slice(&chains.held[*inspector as usize]);
        }
        if let Some(last) = found {
            let mut inspector = last;
            loop {
                let slot = chains.takes[inspector as usize];
                let before = std::mem::replace(&mut self.holders[slot as usize], inspector);
                chains.held[inspector as usize].push(slot);
                if before == NONE {
                    break;
                }
                chains.held[before as usize].retain(|held| *held != slot);
                inspector = before;
            }
            self.visits[last as usize] += 1;
        }
        self.chains = chains;
        found.is_some()
    }

    /// Whether the slots that are open to nobody but those reached in vain are more than these people can do: then
    /// nothing can fill them all.
    fn is_too_much(&self, stage: &Stage<'_>, visits: &Visits) -> bool {
        let reached = |i: &u32| self.chains.takes[*i as usize] != NONE;
        let bound: Vec<bool> =
            stage.slots.kinds.iter().map(|kind| kind.iter().all(reached)).collect();
        let kind = |slot: &u32| bound[stage.slots.kind[*slot as usize] as usize];
        let demand = visits.slots.iter().filter(|slot| kind(slot)).count() as u64;
        let people = (0..stage.inspectors.len() as u32).filter(reached);
        let room: u64 = people.map(|i| u64::from(stage.inspectors[i as usize].capacity)).sum();
        demand > room
    }

    /// Of those who may take a slot, have room and are not in the team, the one with the fewest visits.
    fn idlest(
        &self,
        stage: &Stage<'_>,
        visits: &Visits,
        visit: usize,
        at: u32,
        dice: &mut Dice,
    ) -> Option<u32> {
        let set = &stage.slots.kinds[stage.slots.kind[visits.slots[at as usize] as usize] as usize];
        let barred = stage.barred.get(&visits.places[visit]).map_or(&[][..], Vec::as_slice);
        let team = visits.first[visit] as usize..visits.first[visit + 1] as usize;
        let team = &self.holders[team];
        // Whoever of equals comes first must not be the first of the register always.
        let turn = if set.is_empty() { 0 } else { dice.below(set.len() as u64) as usize };
        let mut best: Option<(u32, u32)> = None;
        for i in set[turn..].iter().chain(&set[..turn]) {
            let (row, made) = (&stage.inspectors[*i as usize], self.visits[*i as usize]);
            let level = row.load + made;
            if made < row.capacity
                && best.is_none_or(|(least, _)| level < least)
                && !team.contains(i)
                && !barred.contains(i)
            {
                best = Some((level, *i));
            }
        }
        best.map(|(_, inspector)| inspector)
    }

    /// Whether what is filled can be completed by moving people.
    fn is_possible(&self, stage: &Stage<'_>, visits: &Visits) -> bool {
        let kinds: Vec<u32> =
            visits.slots.iter().map(|slot| stage.slots.kind[*slot as usize]).collect();
        let people = stage.inspectors.iter();
        let people = people.map(|row| Inspector { capacity: row.capacity, load: row.load });
        let visit = |visit: usize| {
            let (from, to) = (visits.first[visit] as usize, visits.first[visit + 1] as usize);
            let barred = stage.barred.get(&visits.places[visit]).cloned().unwrap_or_default();
            Visit { kinds: &kinds[from..to], barred }
        };
        let problem = Problem {
            inspectors: people.collect(),
            kinds: &stage.slots.kinds,
            visits: (0..visits.places.len()).map(visit).collect(),
            tickets: &NoTickets,
        };
        let holders: Vec<Option<u32>> =
            self.holders.iter().map(|i| Some(*i).filter(|i| *i != NONE)).collect();
        is_fillable(&problem, &holders)
    }
}

/// Whether a pairing exists depends on no ticket.
struct NoTickets;

impl Tickets for NoTickets {
    fn price(&self, _: u32, _: usize, _: &mut [(u32, u64)]) {}
}
