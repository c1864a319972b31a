//! Small parts of a schedule that repairs could not complete, searched over days and parts of days.

use super::super::exact::{Left, STEPS_MAX, VISITS_MAX};
use super::super::state::State;
use super::Slots;

impl Slots<'_> {
    /// Exhaustive search of what hangs together with visits that have no part; gives those that stay without, as few as
    /// possible where that is decided.
    pub(super) fn fill(&mut self, state: &mut State<'_>, left: Vec<usize>) -> Left {
        let (mut rest, mut waiting) = (Left::default(), left);
        while let Some(call) = waiting.pop() {
            let Some(part) = self.surroundings(state, call) else {
                rest.add(state, vec![call], false);
                continue;
            };
            waiting.retain(|other| !part.contains(other));
            let (calls, decided) = self.search(state, &part);
            rest.add(state, calls, decided);
        }
        rest
    }

    /// The visits that hang together with one through people, those with a given day, too; none if they are too many.
    fn surroundings(&self, state: &State<'_>, call: usize) -> Option<Vec<usize>> {
        let (mut found, mut next) = (vec![call], 0);
        while let Some(call) = found.get(next).copied() {
            next += 1;
            for person in &self.grid.calls[call].team {
                for other in &self.grid.visits_of[*person as usize] {
                    let other = *other as usize;
                    let given =
                        self.grid.calls[other].fixed.is_some() && state.day[other].is_none();
                    if self.fixed[other].is_none() && !given && !found.contains(&other) {
                        found.push(other);
                    }
                }
            }
            if found.len() > VISITS_MAX {
                return None;
            }
        }
        Some(found)
    }

    /// Places as many as possible; gives the others, and whether fewer are impossible.
    fn search(&mut self, state: &mut State<'_>, part: &[usize]) -> (Vec<usize>, bool) {
        let (days, parts) = (state.day.clone(), self.part.clone());
        let without = |state: &State<'_>| -> Vec<usize> {
            part.iter().copied().filter(|call| state.day[*call].is_none()).collect()
        };
        let skipped = without(state).len();
        for call in part.iter().copied() {
            if let Some(day) = state.day[call] {
                self.clear(call, day);
                if self.grid.calls[call].fixed.is_none() {
                    state.take(call);
                }
            }
        }
        let mut decided = true;
        for skips in 0..skipped {
            let mut steps = STEPS_MAX;
            if self.place_all(state, &mut part.to_vec(), skips, &mut steps) {
                return (without(state), decided);
            }
            decided &= steps > 0;
        }
        self.go_back(state, &days, parts);
        (without(state), decided)
    }

    /// The days and parts that a visit may have now.
    fn options(&self, state: &State<'_>, call: usize) -> Vec<(usize, usize)> {
        let of = |day: usize| {
            let room = self.room(call, day);
            (0..self.parts).filter(move |part| room >> part & 1 == 1).map(move |part| (day, part))
        };
        match self.grid.calls[call].fixed {
            Some(day) => day.into_iter().flat_map(of).collect(),
            None => state.room(call).iter().flat_map(of).collect(),
        }
    }

    /// Depth first, the visit with the fewest options first.
    fn place_all(
        &mut self,
        state: &mut State<'_>,
        waiting: &mut Vec<usize>,
        skips: usize,
        steps: &mut u32,
    ) -> bool {
        let options: Vec<Vec<(usize, usize)>> =
            waiting.iter().map(|call| self.options(state, *call)).collect();
        let fewest = (0..waiting.len()).min_by_key(|at| options[*at].len());
        let Some(at) = fewest else { return true };
        if *steps == 0 {
            return false;
        }
        *steps -= 1;
        let call = waiting.swap_remove(at);
        let moves = self.grid.calls[call].fixed.is_none();
        for (day, part) in &options[at] {
            if moves {
                state.put(call, *day);
            }
            self.set(call, *day, *part);
            if self.place_all(state, waiting, skips, steps) {
                return true;
            }
            self.clear(call, *day);
            if moves {
                state.take(call);
            }
        }
        if moves && skips > 0 && self.place_all(state, waiting, skips - 1, steps) {
            return true;
        }
        waiting.push(call);
        false
    }
}
