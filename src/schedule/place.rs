//! The search: a first schedule at random, improved where trips can be joined, repaired where somebody has no room.

use std::cmp::Reverse;

use jiff::civil::Date;

use super::exact::{self, Left};
use super::grid::Grid;
use super::model::{Demand, Visit, trips};
use super::overload::{self, Overload};
use super::repair;
use super::slots;
use super::state::State;
use super::stream::Stream;
use crate::base::digest::Digest;

/// Rounds of improvement; more gain less than a hundredth.
const ROUNDS: usize = 4;

/// The days of all visits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    /// The day of each visit, in the order of [`Demand::visits`].
    pub days: Vec<Date>,
    /// The part of its day, by its place in [`Demand::slots`]; empty where there are none.
    pub slots: Vec<usize>,
    /// Trips: one person, one day, one area.
    pub trips: usize,
    /// Visits that had another day before, by their places; visits that had none do not count.
    pub moved: Vec<usize>,
    /// Visits whose day can be foreseen more easily: people of theirs fill six tenths of their room, or fewer than four days
    /// are open to them, and new appointments. With the number of days that are open.
    pub narrow: Vec<(usize, u32)>,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Every visit has a day.
    Whole(Schedule),
    /// Some visits have none.
    Short {
        /// People with more visits than room.
        overloads: Vec<Overload>,
        /// Visits for which there is no day, by their places; those on which nobody could come stand here, too.
        unplaced: Vec<usize>,
        /// At least so many visits cannot be placed, whoever schedules them.
        at_least: usize,
        /// Of so many it is not known: the search of what hangs together with them was cut short, or it is too much.
        undecided: usize,
    },
}

/// Gives every visit a day; visits of a [`Demand`] whose areas are empty share no trips.
///
/// # Panics
/// If there are no days or more than 384, or a visit names nobody or somebody unknown: see [`Demand`].
pub fn schedule(demand: &Demand, key: &Digest) -> Outcome {
    let grid = Grid::new(demand);
    let overloads = overload::overloads_of(demand, &grid);
    let mut stream = Stream::new(key);
    let mut state = State::new(&grid);
    let again = stay(&mut state);
    let mut left = first(&mut state, &mut stream, !again);
    left = repair::repair(&mut state, &mut stream, left, overloads.is_empty());
    let mut left = exact::fill(&mut state, left);
    if again {
        go_back(&mut state);
    }
    let mut parts = Vec::new();
    if !demand.slots.is_empty() {
        let (slots, without) = slots::fit(demand, &mut state, &mut stream, left.calls);
        (parts, left) = (slots.part, without);
    }
    outcome(demand, &state, overloads, &left, &parts)
}

/// Visits stay where they were, as far as they can. Whether there were any.
fn stay(state: &mut State<'_>) -> bool {
    let grid = state.grid;
    let mut any = false;
    for (n, call) in grid.calls.iter().enumerate() {
        let Some(was) = call.was.filter(|_| call.fixed.is_none()) else { continue };
        any = true;
        if call.open.contains(was) && state.blockers(n, was).next().is_none() {
            state.put(n, was);
        }
    }
    any
}

/// A first day for everybody who has room; gives those who have none.
///
/// Those with the most open days come first, each number with its improvements before the next: they find room on all
/// days alike. Were visits with fewer days in place before, those would be crowded and the others likelier; with a
/// colleague's leave known outside, that would tell.
fn first(state: &mut State<'_>, stream: &mut Stream, improved: bool) -> Vec<usize> {
    let grid = state.grid;
    let mut order: Vec<usize> = (0..grid.calls.len())
        .filter(|n| grid.calls[*n].fixed.is_none() && state.day[*n].is_none())
        .collect();
    stream.shuffle(&mut order);
    let open = |n: usize| grid.calls[n].preferred.len();
    order.sort_by_key(|n| Reverse(open(*n)));
    let mut left = Vec::new();
    for group in order.chunk_by(|a, b| open(*a) == open(*b)) {
        for call in group.iter().copied() {
            let free = state.free(call);
            if free.is_empty() {
                left.push(call);
                continue;
            }
            let joined = state.best_joined(call, &free).map(|(_, days)| days);
            let day = state.pick(stream, &joined.unwrap_or(free));
            state.put(call, day);
        }
        if improved {
            improve(state, stream, group);
        }
    }
    left
}

/// People whose visits take at least six tenths of the room that they have: on days on which colleagues are away they have
/// more of it than on others.
pub(super) fn busy_people(grid: &Grid) -> Vec<bool> {
    let busy = |(person, visits): (usize, &Vec<u32>)| {
        let row = &grid.limit[person * grid.days..(person + 1) * grid.days];
        let mut weeks = vec![0u64; grid.weeks];
        for (day, limit) in row.iter().enumerate() {
            weeks[grid.week_of[day]] += u64::from(*limit);
        }
        let most = u64::from(grid.per_week[person]);
        let room: u64 = weeks.iter().map(|room| (*room).min(most)).sum();
        10 * visits.len() as u64 >= 6 * room
    };
    grid.visits_of.iter().enumerate().map(busy).collect()
}

/// Moves visits to days on which more of their team are in the area anyway.
fn improve(state: &mut State<'_>, stream: &mut Stream, group: &[usize]) {
    let grid = state.grid;
    let moving = group.iter().copied();
    let mut order: Vec<usize> =
        moving.filter(|n| grid.calls[*n].joins && state.day[*n].is_some()).collect();
    for _ in 0..ROUNDS {
        stream.shuffle(&mut order);
        let mut changed = false;
        for call in order.iter().copied() {
            let here = state.take(call);
            let free = state.free(call);
            let day = match state.best_joined(call, &free) {
                // What is known outside must not hold a visit on its day: only partners that move count.
                Some((saved, days)) if saved > state.joined(call, here) => {
                    state.pick(stream, &days)
                }
                _ => here,
            };
            changed |= day != here;
            state.put(call, day);
        }
        if !changed {
            break;
        }
    }
}

/// What a repair moved goes back where there is room again.
fn go_back(state: &mut State<'_>) {
    let grid = state.grid;
    let mut changed = true;
    while changed {
        changed = false;
        for (n, call) in grid.calls.iter().enumerate() {
            let Some(was) = call.was.filter(|_| call.fixed.is_none()) else { continue };
            if state.day[n].is_some_and(|day| day != was) && call.open.contains(was) {
                let here = state.take(n);
                let back = state.blockers(n, was).next().is_none();
                state.put(n, if back { was } else { here });
                changed |= back;
            }
        }
    }
}

fn outcome(
    demand: &Demand,
    state: &State<'_>,
    overloads: Vec<Overload>,
    left: &Left,
    parts: &[Option<usize>],
) -> Outcome {
    let grid = state.grid;
    let place = |call: &usize| grid.places[*call];
    if !left.calls.is_empty() || !overloads.is_empty() {
        let mut unplaced: Vec<usize> = left.calls.iter().map(place).collect();
        unplaced.sort_unstable();
        let at_least = overload::least_unplaced(demand, grid, &overloads);
        // What must stay without is decided, whoever it is.
        let undecided = left.undecided.min(unplaced.len().saturating_sub(at_least));
        return Outcome::Short { overloads, unplaced, at_least, undecided };
    }
    let by_place = grid.in_order(&state.day);
    let days: Vec<Date> = (demand.visits.iter().zip(&by_place))
        .map(|(visit, day)| match (visit.fixed, day) {
            (Some(fixed), _) => fixed,
            (None, Some(day)) => demand.days[*day].date,
            (None, None) => unreachable!("bug: every visit has a day"),
        })
        .collect();
    let slots: Vec<usize> = grid.in_order(parts).into_iter().flatten().collect();
    let other_part = |place: usize, visit: &Visit| {
        visit.was_slot.is_some_and(|was| slots.get(place).is_some_and(|slot| *slot != was))
    };
    let moved: Vec<usize> = (demand.visits.iter().zip(&days).enumerate())
        .filter(|(place, (visit, day))| {
            visit.was.is_some_and(|was| was != **day || other_part(*place, visit))
        })
        .map(|(place, _)| place)
        .collect();
    let busy = busy_people(grid);
    let narrow = grid.calls.iter().enumerate().filter(|(_, call)| {
        let tight = call.team.iter().any(|person| busy[*person as usize]);
        call.fixed.is_none() && (tight || call.open.len() < 4)
    });
    let mut narrow: Vec<(usize, u32)> =
        narrow.map(|(n, call)| (grid.places[n], call.open.len())).collect();
    // An appointment is one day; what stays where it was is none.
    let visits = demand.visits.iter().enumerate();
    let appointed = visits.filter(|(_, visit)| visit.fixed.is_some() && visit.fixed != visit.was);
    narrow.extend(appointed.map(|(place, _)| (place, 1)));
    narrow.sort_unstable();
    let dated: Vec<Option<Date>> = days.iter().copied().map(Some).collect();
    Outcome::Whole(Schedule { trips: trips(demand, &dated), moved, narrow, days, slots })
}
