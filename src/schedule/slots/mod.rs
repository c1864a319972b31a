//! Parts of days (上午, 下午, or hours) for visits that have a day: everybody of a team works in it and has room.
//!
//! Days come first. On each day visits that share people are an edge colouring with lists, searched from the visit with the
//! fewest parts left (DSATUR; D. Brélaz, CACM 22, 1979). An odd cycle of teams has no two parts: a visit of it moves to
//! another day, if need be in place of others, and what hangs together in at most 24 visits is searched exhaustively, within
//! so many steps.

mod exact;
mod repair;

use super::exact::Left;
use super::grid::Grid;
use super::model::Demand;
use super::state::State;
use super::stream::Stream;

/// Most steps of one arrangement of a day's visits that share people.
const ARRANGE_STEPS_MAX: u32 = 4_000;

/// The parts in use.
pub(super) struct Slots<'a> {
    grid: &'a Grid,
    parts: usize,
    /// Bit by bit the parts in which a person works: `works[person * days + day]`.
    works: Vec<u16>,
    /// Most visits of a person in one part.
    most: Vec<u8>,
    /// Visits of a person in a part: `used[(person * days + day) * parts + part]`.
    used: Vec<u8>,
    /// The part of each call.
    pub part: Vec<Option<usize>>,
    /// The part that is given.
    fixed: Vec<Option<usize>>,
    /// The part that it had on the day that it had.
    was: Vec<Option<usize>>,
}

/// Gives every visit with a day a part of it, others another day with a part; gives those that stay without.
pub(super) fn fit<'a>(
    demand: &Demand,
    state: &mut State<'a>,
    stream: &mut Stream,
    left: Vec<usize>,
) -> (Slots<'a>, Left) {
    let mut slots = Slots::new(demand, state.grid);
    let mut waiting = slots.first(state, stream);
    waiting.extend(left);
    let waiting = slots.repair(state, stream, waiting);
    let left = slots.fill(state, waiting);
    (slots, left)
}

impl<'a> Slots<'a> {
    fn new(demand: &Demand, grid: &'a Grid) -> Self {
        let (people, calls, parts) = (grid.people.len(), grid.calls.len(), demand.slots.len());
        let of = |place: &usize| &demand.people[*place];
        let works =
            grid.people.iter().flat_map(|i| demand.days.iter().map(|d| demand.parts(of(i), d)));
        let visits = || grid.places.iter().map(|place| &demand.visits[*place]);
        Slots {
            grid,
            parts,
            works: works.collect(),
            most: grid.people.iter().map(|i| of(i).per_slot(parts)).collect(),
            used: vec![0; people * grid.days * parts],
            part: vec![None; calls],
            fixed: visits().map(|visit| visit.fixed_slot).collect(),
            was: visits().map(|visit| visit.was_slot).collect(),
        }
    }

    /// Parts for what has a day; gives the visits that found none and lost their day.
    fn first(&mut self, state: &mut State<'_>, stream: &mut Stream) -> Vec<usize> {
        let grid = self.grid;
        let mut order: Vec<usize> = (0..grid.calls.len()).collect();
        stream.shuffle(&mut order);
        // What is given comes first, then what stays, then what is new.
        order.sort_by_key(|call| {
            let stays = self.was[*call].is_some() && grid.calls[*call].was == state.day[*call];
            (self.fixed[*call].is_none(), grid.calls[*call].fixed.is_none(), !stays)
        });
        let mut waiting = Vec::new();
        for call in order {
            let given = grid.calls[call].fixed.is_some();
            let Some(day) = state.day[call] else {
                self.part[call] = given.then(|| self.fixed[call].unwrap_or(0));
                continue;
            };
            if self.fixed[call].is_none() && self.insert(state, stream, call, day) {
                continue;
            }
            if given {
                // A given day stands; the checker tells what it breaks.
                self.set(call, day, self.fixed[call].unwrap_or(0));
                self.fixed[call] = self.part[call];
            } else {
                state.take(call);
                waiting.push(call);
            }
        }
        waiting
    }

    /// The parts of a day in which the whole team has room.
    fn room(&self, call: usize, day: usize) -> u16 {
        let team = self.grid.calls[call].team.iter().map(|person| *person as usize);
        team.fold(u16::MAX, |all, person| {
            let cell = person * self.grid.days + day;
            let used = &self.used[cell * self.parts..(cell + 1) * self.parts];
            let full = |(part, used): (usize, &u8)| u16::from(*used >= self.most[person]) << part;
            let full: u16 = used.iter().enumerate().map(full).sum();
            all & self.works[cell] & !full
        })
    }

    fn set(&mut self, call: usize, day: usize, part: usize) {
        debug_assert!(self.part[call].is_none());
        self.part[call] = Some(part);
        self.count(call, day, part, 1);
    }

    fn clear(&mut self, call: usize, day: usize) -> Option<usize> {
        let part = self.part[call].take()?;
        self.count(call, day, part, -1);
        Some(part)
    }

    fn count(&mut self, call: usize, day: usize, part: usize, by: i8) {
        for person in &self.grid.calls[call].team {
            let cell = (*person as usize * self.grid.days + day) * self.parts + part;
            self.used[cell] = self.used[cell].saturating_add_signed(by);
        }
    }

    /// A part for a visit that has a day, if need be by giving others of the day other parts.
    fn insert(&mut self, state: &State<'_>, stream: &mut Stream, call: usize, day: usize) -> bool {
        let room = self.room(call, day);
        if room != 0 {
            let part = self.choose(state, stream, call, room);
            self.set(call, day, part);
            return true;
        }
        let component = self.component(state, call, day);
        let before: Vec<Option<usize>> =
            component.iter().map(|other| self.clear(*other, day)).collect();
        let (mut rest, mut steps) = (component.clone(), ARRANGE_STEPS_MAX);
        if self.arrange(state, stream, day, &mut rest, &mut steps) {
            return true;
        }
        for (other, part) in component.iter().zip(before) {
            part.into_iter().for_each(|part| self.set(*other, day, part));
        }
        false
    }

    /// One of these parts: the one before, or any.
    fn choose(&self, state: &State<'_>, stream: &mut Stream, call: usize, room: u16) -> usize {
        let stays = self.grid.calls[call].was == state.day[call];
        let was = self.was[call].filter(|part| stays && room >> part & 1 == 1);
        was.unwrap_or_else(|| {
            let n = stream.below(room.count_ones());
            (0..n).fold(room, |room, _| room & (room - 1)).trailing_zeros() as usize
        })
    }

    /// The visits of a day that hang together with one through people, without those whose part is given.
    fn component(&self, state: &State<'_>, call: usize, day: usize) -> Vec<usize> {
        let (mut found, mut next) = (vec![call], 0);
        while let Some(call) = found.get(next).copied() {
            next += 1;
            for other in self.neighbours(state, call, day) {
                if self.fixed[other].is_none() && !found.contains(&other) {
                    found.push(other);
                }
            }
        }
        found
    }

    /// Visits of a day that share people with one.
    fn neighbours(&self, state: &State<'_>, call: usize, day: usize) -> Vec<usize> {
        let team = &self.grid.calls[call].team;
        let all = team.iter().flat_map(|person| &self.grid.visits_of[*person as usize]);
        let others = all.map(|other| *other as usize);
        others.filter(|other| *other != call && state.day[*other] == Some(day)).collect()
    }

    /// Parts for all of these, or for none.
    fn arrange(
        &mut self,
        state: &State<'_>,
        stream: &mut Stream,
        day: usize,
        rest: &mut Vec<usize>,
        steps: &mut u32,
    ) -> bool {
        let fewest = (0..rest.len()).min_by_key(|at| self.room(rest[*at], day).count_ones());
        let Some(at) = fewest else { return true };
        if *steps == 0 {
            return false;
        }
        *steps -= 1;
        let call = rest.swap_remove(at);
        let mut room = self.room(call, day);
        while room != 0 {
            let part = self.choose(state, stream, call, room);
            room &= !(1 << part);
            self.set(call, day, part);
            if self.arrange(state, stream, day, rest, steps) {
                return true;
            }
            self.clear(call, day);
        }
        rest.push(call);
        false
    }
}
