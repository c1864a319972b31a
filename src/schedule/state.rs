//! A schedule in the making: who is where, and what room is left.

use super::bits::Days;
use super::grid::Grid;
use super::stream::Stream;

/// A schedule in the making.
pub(super) struct State<'a> {
    pub grid: &'a Grid,
    /// The day of each call.
    pub day: Vec<Option<usize>>,
    /// Visits of a person on a day, and in a week.
    used: Vec<u8>,
    used_week: Vec<u16>,
    /// Days on which a person has no room.
    full: Vec<Days>,
    /// Who can be moved from a day of a person, for repairs.
    movable: Vec<Vec<u32>>,
    /// How many visits that others may join each partner row has on each day, and the days on which there are any.
    joinable: Vec<u8>,
    joinable_days: Vec<Days>,
    /// Visits on each day, without those whose day is fixed.
    load: Vec<u32>,
    /// And on all of them.
    placed: u32,
}

impl<'a> State<'a> {
    /// Nothing but what is fixed.
    pub fn new(grid: &'a Grid) -> Self {
        let people = grid.people.len();
        let mut state = State {
            grid,
            day: vec![None; grid.calls.len()],
            used: vec![0; people * grid.days],
            used_week: vec![0; people * grid.weeks],
            full: vec![Days::default(); people],
            movable: vec![Vec::new(); people * grid.days],
            joinable: vec![0; grid.partner_rows * grid.days],
            joinable_days: vec![Days::default(); grid.partner_rows],
            load: vec![0; grid.days],
            placed: 0,
        };
        for person in 0..people {
            for day in 0..grid.days {
                state.note_room(person, day);
            }
        }
        for (call, fixed) in grid.calls.iter().enumerate().map(|(n, call)| (n, call.fixed)) {
            if let Some(Some(day)) = fixed {
                state.put(call, day);
            }
        }
        state
    }

    /// The days on which everybody of a team has room, whether or not the window has them.
    pub fn room(&self, call: usize) -> Days {
        let call = &self.grid.calls[call];
        let full = call.team.iter().map(|person| self.full[*person as usize]);
        full.fold(call.open, |open, full| open.without(&full))
    }

    /// Where a call can be put now: of the preferred days if there are any.
    pub fn free(&self, call: usize) -> Days {
        let room = self.room(call);
        let preferred = room.and(&self.grid.calls[call].preferred);
        if preferred.is_empty() { room } else { preferred }
    }

    pub fn put(&mut self, call: usize, day: usize) {
        debug_assert!(self.day[call].is_none());
        self.day[call] = Some(day);
        let counted = u32::from(self.grid.calls[call].fixed.is_none());
        self.load[day] += counted;
        self.placed += counted;
        self.count(call, day, 1);
    }

    pub fn take(&mut self, call: usize) -> usize {
        let day = self.day[call].take().expect("bug: it has a day");
        self.load[day] -= 1;
        self.placed -= 1;
        self.count(call, day, -1);
        day
    }

    fn count(&mut self, call: usize, day: usize, by: i8) {
        let grid = self.grid;
        let week = grid.week_of[day];
        let Self { used, used_week, movable, joinable, joinable_days, .. } = self;
        let one = &grid.calls[call];
        for person in &one.team {
            let person = *person as usize;
            let cell = person * grid.days + day;
            used[cell] = used[cell].saturating_add_signed(by);
            let weekly = &mut used_week[person * grid.weeks + week];
            *weekly = weekly.saturating_add_signed(by.into());
            if one.fixed.is_none() {
                let number = u32::try_from(call).expect("bug: few visits");
                match by {
                    1 => movable[cell].push(number),
                    _ => movable[cell].retain(|other| *other != number),
                }
            }
        }
        if one.wide {
            for row in &one.partners {
                let cell = &mut joinable[*row as usize * grid.days + day];
                *cell = cell.saturating_add_signed(by);
                match *cell {
                    0 => joinable_days[*row as usize].remove(day),
                    _ => joinable_days[*row as usize].insert(day),
                }
            }
        }
        for person in &one.team {
            self.note_room(*person as usize, day);
        }
    }

    /// Notes on which days a person has room after something changed on one day: a full week has none.
    fn note_room(&mut self, person: usize, day: usize) {
        let grid = self.grid;
        let week = grid.week_of[day];
        let full_week = self.used_week[person * grid.weeks + week] >= grid.per_week[person];
        if grid.per_week[person] == u16::MAX {
            return self.note_day(person, day, false);
        }
        // The days of a week stand together.
        let from = grid.week_of.partition_point(|other| *other < week);
        let to = grid.week_of.partition_point(|other| *other <= week);
        (from..to).for_each(|day| self.note_day(person, day, full_week));
    }

    fn note_day(&mut self, person: usize, day: usize, full_week: bool) {
        let cell = person * self.grid.days + day;
        if full_week || self.used[cell] >= self.grid.limit[cell] {
            self.full[person].insert(day);
        } else {
            self.full[person].remove(day);
        }
    }

    /// Who of a team has no room on a day.
    pub fn blockers(&self, call: usize, day: usize) -> impl Iterator<Item = u32> + '_ {
        let team = self.grid.calls[call].team.iter().copied();
        team.filter(move |person| self.full[*person as usize].contains(day))
    }

    /// The visits whose leaving would make room for a person on a day: those of the day, or, where the week is full
    /// and not the day, those of the week.
    pub fn in_the_way(&self, person: u32, day: usize) -> Vec<u32> {
        let grid = self.grid;
        let cell = person as usize * grid.days + day;
        let week_full = self.used_week[person as usize * grid.weeks + grid.week_of[day]]
            >= grid.per_week[person as usize];
        if self.used[cell] >= grid.limit[cell] || !week_full {
            return self.movable[cell].clone();
        }
        let week = grid.week_of[day];
        let days = (0..grid.days).filter(|day| grid.week_of[*day] == week);
        days.flat_map(|day| self.movable[person as usize * grid.days + day].iter().copied())
            .collect()
    }

    /// A day at random, for one choice in four the less busy of two: no day is more than a quarter likelier than others.
    /// Appointments do not count, since they are known to people outside.
    pub fn pick(&self, stream: &mut Stream, days: &Days) -> usize {
        let n = days.len();
        let one = days.nth(stream.below(n));
        if stream.below(4) > 0 {
            return one;
        }
        let other = days.nth(stream.below(n));
        let load = |day: usize, of: usize| self.load[day] * self.grid.weight[of];
        if load(other, one) < load(one, other) { other } else { one }
    }

    /// Of these days the ones on which most of the team make a trip to the same area anyway, with a partner that may
    /// stand on most days of the window, and how many they are. None if nobody does.
    pub fn best_joined(&self, call: usize, days: &Days) -> Option<(u32, Days)> {
        let one = &self.grid.calls[call];
        if !one.joins {
            return None;
        }
        let of = |row: &u32| self.joinable_days[*row as usize];
        let any = one.partners.iter().fold(Days::default(), |any, row| any.or(&of(row))).and(days);
        let mut best: Option<(u32, Days)> = None;
        for day in any.iter().filter(|day| !self.is_crowded(*day)) {
            let saved = self.joined(call, day);
            match &mut best {
                Some((most, _)) if saved < *most => {}
                Some((most, set)) if saved == *most => set.insert(day),
                _ => best = Some((saved, std::iter::once(day).collect())),
            }
        }
        best
    }

    /// Whether a day has a quarter more visits than the days have on average, and two: no more are joined on it.
    fn is_crowded(&self, day: usize) -> bool {
        let days = u32::try_from(self.grid.days).expect("bug: few days");
        self.load[day].saturating_sub(2) * 4 * days > 5 * self.placed
    }

    /// How many of a team have a visit to join in the same area on a day.
    pub fn joined(&self, call: usize, day: usize) -> u32 {
        let rows = &self.grid.calls[call].partners;
        let with = rows.iter().filter(|row| self.joinable_days[**row as usize].contains(day));
        u32::try_from(with.count()).expect("bug: a team is small")
    }
}
