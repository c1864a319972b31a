//! Who inspects in a simulated draw, without tickets: every slot goes to whoever of those eligible has the fewest visits,
//! the scarcest slots first. Where that fills everything, a pairing exists; where it does not, the flow of `pairing`
//! decides. The least sum of squares of loads, which the pairing seeks first, comes out nearly the same.

use super::dice::Dice;
use super::stage::{NONE, Stage};
use crate::pairing::problem::{Inspector, Problem, Tickets, Visit};
use crate::pairing::shortage::is_fillable;

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
        filled || self.is_possible(stage, visits)
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
