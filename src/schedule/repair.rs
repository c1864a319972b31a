//! Repairs: a visit without a day takes one from others, which look for another in their turn (ejection chains with
//! counters of failure, after Y. Nagata and O. Bräysy, Operations Research Letters 37, 2009).

use super::state::State;
use super::stream::Stream;

/// Steps of a repair for each visit of the demand, and besides.
pub(super) const STEPS_PER_VISIT: usize = 30;
pub(super) const STEPS: usize = 20_000;

/// Finds days for visits that have none by moving others; gives those that stay without. A demand that is known to be
/// impossible is not searched long.
pub(super) fn repair(
    state: &mut State<'_>,
    stream: &mut Stream,
    mut left: Vec<usize>,
    may_be_possible: bool,
) -> Vec<usize> {
    let grid = state.grid;
    // Nobody could come on any day: no search helps.
    let (hopeless, mut stack): (Vec<usize>, Vec<usize>) =
        left.drain(..).partition(|call| grid.calls[*call].open.is_empty());
    let mut failures = vec![0u32; grid.calls.len()];
    let mut best: Option<(usize, Vec<Option<usize>>)> = None;
    let per_visit = if may_be_possible { STEPS_PER_VISIT } else { 1 };
    let mut steps = STEPS + per_visit * grid.calls.len();
    while let Some(call) = stack.pop() {
        let free = state.free(call);
        if !free.is_empty() {
            let joined = state.best_joined(call, &free).map(|(_, days)| days);
            let day = state.pick(stream, &joined.unwrap_or(free));
            state.put(call, day);
            continue;
        }
        if best.as_ref().is_none_or(|(fewest, _)| stack.len() + 1 < *fewest) {
            best = Some((stack.len() + 1, state.day.clone()));
        }
        failures[call] += 1;
        let ejection = cheapest(state, stream, call, &failures);
        match ejection.filter(|_| steps > 0) {
            Some((day, ejected)) => {
                steps -= 1;
                for other in ejected {
                    if state.day[other].is_some() {
                        state.take(other);
                        stack.push(other);
                    }
                }
                state.put(call, day);
            }
            None => {
                stack.push(call);
                break;
            }
        }
    }
    if stack.is_empty() {
        return hopeless;
    }
    // The search went on from a better place than it ended in.
    if let Some((_, days)) = best {
        restore(state, &days);
    }
    let without =
        (0..grid.calls.len()).filter(|n| state.day[*n].is_none() && grid.calls[*n].fixed.is_none());
    without.collect()
}

/// Puts everything where it was.
pub(super) fn restore(state: &mut State<'_>, days: &[Option<usize>]) {
    let grid = state.grid;
    let movable = |n: &usize| grid.calls[*n].fixed.is_none();
    for call in (0..days.len()).filter(movable) {
        if state.day[call].is_some() && state.day[call] != days[call] {
            state.take(call);
        }
    }
    for call in (0..days.len()).filter(movable) {
        if let (None, Some(day)) = (state.day[call], days[call]) {
            state.put(call, day);
        }
    }
}

/// The day on which the fewest and least troublesome visits stand in the way, with these visits. None if on every day
/// something fixed is in the way.
fn cheapest(
    state: &State<'_>,
    stream: &mut Stream,
    call: usize,
    failures: &[u32],
) -> Option<(usize, Vec<usize>)> {
    let mut best: Option<(u64, usize, Vec<usize>)> = None;
    let mut ties = 0u32;
    let one = &state.grid.calls[call];
    for day in one.open.iter() {
        // A step towards days that are kept free is dearer: they are for what cannot be elsewhere.
        let mut cost = u64::from(!one.preferred.contains(day));
        let mut ejected: Vec<usize> = Vec::new();
        let mut possible = true;
        for person in state.blockers(call, day) {
            let others = state.in_the_way(person, day);
            let already = others.iter().any(|other| ejected.contains(&(*other as usize)));
            if already {
                continue;
            }
            let Some(other) = others.iter().min_by_key(|other| failures[**other as usize]) else {
                possible = false;
                break;
            };
            cost += 1 + u64::from(failures[*other as usize]);
            ejected.push(*other as usize);
        }
        if !possible {
            continue;
        }
        match &best {
            Some((least, ..)) if cost > *least => {}
            Some((least, ..)) if cost == *least => {
                ties += 1;
                if stream.below(ties) == 0 {
                    best = Some((cost, day, ejected));
                }
            }
            _ => {
                ties = 1;
                best = Some((cost, day, ejected));
            }
        }
    }
    best.map(|(_, day, ejected)| (day, ejected))
}
