//! Visits that find no part of their day take another day, if need be in place of others (ejection chains, as for days).

use super::super::repair::{STEPS, STEPS_PER_VISIT, restore};
use super::super::state::State;
use super::super::stream::Stream;
use super::Slots;

impl Slots<'_> {
    /// Days with parts for visits that have none, by moving others; gives those that stay without.
    pub(super) fn repair(
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
    pub(super) fn go_back(
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
}
