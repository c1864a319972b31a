//! Small parts of a schedule that repairs could not complete are searched exhaustively. A search has so many steps and no
//! more: where they did not suffice, or a part is not small, that is said, and nothing is called impossible which may not be.

use super::repair::restore;
use super::state::State;

/// Most visits that are searched together; more are left to the repairs.
pub(super) const VISITS_MAX: usize = 24;
/// Most steps of one search.
pub(super) const STEPS_MAX: u32 = 200_000;

/// The visits that stay without a day.
#[derive(Default)]
pub(super) struct Left {
    pub calls: Vec<usize>,
    /// Those of them of which no search has shown that they cannot have one.
    pub undecided: usize,
}

impl Left {
    /// Adds visits, of which a search that was cut short, or none, says little. That somebody never comes needs no search.
    pub fn add(&mut self, state: &State<'_>, calls: Vec<usize>, decided: bool) {
        let open = calls.iter().filter(|call| !state.grid.calls[**call].open.is_empty()).count();
        self.undecided += if decided { 0 } else { open };
        self.calls.extend(calls);
    }
}

/// Places what can be placed in the surroundings of visits without a day; gives those that stay without, as few as
/// possible where that is decided.
pub(super) fn fill(state: &mut State<'_>, left: Vec<usize>) -> Left {
    let (mut rest, mut waiting) = (Left::default(), left);
    while let Some(call) = waiting.pop() {
        let Some(part) = surroundings(state, call) else {
            rest.add(state, vec![call], false);
            continue;
        };
        waiting.retain(|other| !part.contains(other));
        let (calls, decided) = search(state, &part);
        rest.add(state, calls, decided);
    }
    rest
}

/// The visits that hang together with one through people; none if they are too many.
fn surroundings(state: &State<'_>, call: usize) -> Option<Vec<usize>> {
    let grid = state.grid;
    let (mut part, mut next) = (vec![call], 0);
    while let Some(call) = part.get(next).copied() {
        next += 1;
        for person in &grid.calls[call].team {
            for other in grid.visits_of[*person as usize].iter().map(|other| *other as usize) {
                if grid.calls[other].fixed.is_none() && !part.contains(&other) {
                    part.push(other);
                }
            }
        }
        if part.len() > VISITS_MAX {
            return None;
        }
    }
    Some(part)
}

/// Places as many of these visits as possible; gives the others, and whether fewer are impossible.
fn search(state: &mut State<'_>, part: &[usize]) -> (Vec<usize>, bool) {
    let before = state.day.clone();
    let without = |state: &State<'_>| -> Vec<usize> {
        part.iter().copied().filter(|call| state.day[*call].is_none()).collect()
    };
    let skipped = without(state).len();
    for call in part {
        if state.day[*call].is_some() {
            state.take(*call);
        }
    }
    let mut decided = true;
    for skips in 0..skipped {
        let mut steps = STEPS_MAX;
        let mut waiting = part.to_vec();
        if place_all(state, &mut waiting, skips, &mut steps) {
            return (without(state), decided);
        }
        decided &= steps > 0;
    }
    restore(state, &before);
    (without(state), decided)
}

/// Depth first, the visit with the fewest days first.
fn place_all(
    state: &mut State<'_>,
    waiting: &mut Vec<usize>,
    skips: usize,
    steps: &mut u32,
) -> bool {
    let fewest = (0..waiting.len()).min_by_key(|at| state.room(waiting[*at]).len());
    let Some(at) = fewest else { return true };
    if *steps == 0 {
        return false;
    }
    *steps -= 1;
    let call = waiting.swap_remove(at);
    for day in state.room(call).iter() {
        state.put(call, day);
        if place_all(state, waiting, skips, steps) {
            return true;
        }
        state.take(call);
    }
    if skips > 0 && place_all(state, waiting, skips - 1, steps) {
        return true;
    }
    waiting.push(call);
    false
}
