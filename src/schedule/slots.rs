//! Parts of days (上午, 下午, or hours) for visits that have a day: everybody of a team works in it and has room.
//!
//! Days come first. On each day visits that share people are an edge colouring with lists, searched from the visit with the
//! fewest parts left (DSATUR; D. Brélaz, CACM 22, 1979). An odd cycle of teams has no two parts: a visit of it moves to
//! another day, if need be in place of others, and what hangs together in at most 24 visits is searched exhaustively.

use super::exact::{STEPS_MAX, VISITS_MAX};
use super::grid::Grid;
use super::model::Demand;
use super::repair::{STEPS, STEPS_PER_VISIT, restore};
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
) -> (Slots<'a>, Vec<usize>) {
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
            match (state.day[call], grid.calls[call].fixed) {
                (Some(day), Some(_)) => {
                    if self.fixed[call].is_some() || !self.insert(state, stream, call, day) {
                        // A given day stands; the checker tells what it breaks.
                        self.set(call, day, self.fixed[call].unwrap_or(0));
                        self.fixed[call] = self.part[call];
                    }
                }
                (Some(day), None) if !self.insert(state, stream, call, day) => {
                    state.take(call);
                    waiting.push(call);
                }
                (None, Some(_)) => self.part[call] = Some(self.fixed[call].unwrap_or(0)),
                _ => {}
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

    /// Days with parts for visits that have none, by moving others; gives those that stay without.
    fn repair(
        &mut self,
        state: &mut State<'_>,
        stream: &mut Stream,
        left: Vec<usize>,
    ) -> Vec<usize> {
        let grid = self.grid;
        let (hopeless, mut waiting): (Vec<usize>, Vec<usize>) =
            left.into_iter().partition(|call| grid.calls[*call].open.is_empty());
        let mut failures = vec![0u32; grid.calls.len()];
        let mut best = (waiting.len() + 1, Vec::new(), Vec::new());
        let mut steps = STEPS + STEPS_PER_VISIT * grid.calls.len();
        while let Some(call) = waiting.pop() {
            if self.settle(state, stream, call) {
                continue;
            }
            if waiting.len() + 1 < best.0 {
                best = (waiting.len() + 1, state.day.clone(), self.part.clone());
            }
            failures[call] += 1;
            let ejection = self.cheapest(state, stream, call, &failures);
            let Some((day, ejected)) = ejection.filter(|_| steps > 0) else {
                waiting.push(call);
                break;
            };
            steps -= 1;
            for other in ejected {
                if state.day[other].is_some() {
                    let day = state.take(other);
                    self.clear(other, day);
                    waiting.push(other);
                }
            }
            if state.blockers(call, day).next().is_none() {
                state.put(call, day);
                if self.insert(state, stream, call, day) {
                    continue;
                }
                state.take(call);
            }
            waiting.push(call);
        }
        if waiting.is_empty() {
            return hopeless;
        }
        if !best.1.is_empty() {
            self.go_back(state, &best.1, best.2);
        }
        (0..grid.calls.len())
            .filter(|call| state.day[*call].is_none() && grid.calls[*call].fixed.is_none())
            .collect()
    }

    /// Everything where it was.
    fn go_back(
        &mut self,
        state: &mut State<'_>,
        days: &[Option<usize>],
        parts: Vec<Option<usize>>,
    ) {
        restore(state, days);
        self.used.fill(0);
        self.part = parts;
        for call in 0..days.len() {
            if let (Some(day), Some(part)) = (state.day[call], self.part[call]) {
                self.count(call, day, part, 1);
            }
        }
    }

    /// A day and a part without moving others to other days: where it joins others, or anywhere.
    fn settle(&mut self, state: &mut State<'_>, stream: &mut Stream, call: usize) -> bool {
        let free = state.free(call);
        let joined = state.best_joined(call, &free).map(|(_, days)| days);
        for mut days in joined.into_iter().chain([free, state.room(call)]) {
            while !days.is_empty() {
                let day = state.pick(stream, &days);
                days.remove(day);
                state.put(call, day);
                if self.insert(state, stream, call, day) {
                    return true;
                }
                state.take(call);
            }
        }
        false
    }

    /// The day on which the least troublesome visits stand in the way, with these visits. None if everywhere something
    /// given is in the way.
    fn cheapest(
        &self,
        state: &State<'_>,
        stream: &mut Stream,
        call: usize,
        failures: &[u32],
    ) -> Option<(usize, Vec<usize>)> {
        let mut best: Option<(u64, usize, Vec<usize>)> = None;
        let mut ties = 0u32;
        let easiest = |others: Vec<usize>| {
            let movable = others.into_iter().filter(|n| self.grid.calls[*n].fixed.is_none());
            movable.min_by_key(|other| (failures[*other], *other))
        };
        for day in self.grid.calls[call].open.iter() {
            let mut ejected: Vec<usize> = Vec::new();
            let mut possible = true;
            for person in state.blockers(call, day) {
                let others: Vec<usize> =
                    state.in_the_way(person, day).iter().map(|other| *other as usize).collect();
                if !others.iter().any(|other| ejected.contains(other)) {
                    let other = easiest(others);
                    possible &= other.is_some();
                    ejected.extend(other);
                }
            }
            if ejected.is_empty() && possible {
                // There is room on the day, but in no common part of it.
                ejected.extend(easiest(self.neighbours(state, call, day)));
            }
            if !possible || ejected.is_empty() {
                continue;
            }
            let cost: u64 = ejected.iter().map(|other| 1 + u64::from(failures[*other])).sum();
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

    /// Exhaustive search of what hangs together with visits that have no part; gives those that stay without, as few as
    /// possible where it is small.
    fn fill(&mut self, state: &mut State<'_>, left: Vec<usize>) -> Vec<usize> {
        let (mut rest, mut waiting) = (Vec::new(), left);
        while let Some(call) = waiting.pop() {
            let Some(part) = self.surroundings(state, call) else {
                rest.push(call);
                continue;
            };
            waiting.retain(|other| !part.contains(other));
            rest.extend(self.search(state, &part));
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

    fn search(&mut self, state: &mut State<'_>, part: &[usize]) -> Vec<usize> {
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
        for skips in 0..skipped {
            let mut steps = STEPS_MAX;
            if self.place_all(state, &mut part.to_vec(), skips, &mut steps) {
                return without(state);
            }
        }
        self.go_back(state, &days, parts);
        without(state)
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
