//! Small parts of a schedule that repairs could not complete are searched exhaustively, so that nothing small is called
//! impossible which is not.

use super::repair::restore;
use super::state::State;

/// Most visits that are searched together; more are left to the repairs.
pub(super) const VISITS_MAX: usize = 24;
/// Most steps of one search.
pub(super) const STEPS_MAX: u32 = 200_000;

/// Places what can be placed in the surroundings of visits without a day; gives those that stay without, as few as
/// possible where the surroundings are small.
pub(super) fn fill(state: &mut State<'_>, left: Vec<usize>) -> Vec<usize> {
    let mut rest: Vec<usize> = Vec::new();
    let mut waiting = left;
    while let Some(call) = waiting.pop() {
        let Some(part) = surroundings(state, call) else {
            rest.push(call);
            continue;
        };
        waiting.retain(|other| !part.contains(other));
        rest.extend(search(state, &part));
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

/// Places as many of these visits as possible; gives the others.
fn search(state: &mut State<'_>, part: &[usize]) -> Vec<usize> {
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
    for skips in 0..skipped {
        let mut steps = STEPS_MAX;
        let mut waiting = part.to_vec();
        if place_all(state, &mut waiting, skips, &mut steps) {
            return without(state);
        }
    }
    restore(state, &before);
    without(state)
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
