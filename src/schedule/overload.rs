//! Demands that no schedule can meet, person by person: an exact count, made before any search.
//!
//! The visits of one person alone, each on one of the days on which its whole team could come, are a flow: visit → day →
//! week → end, bounded by what he can do on a day and in a week. Where it does not carry all of them, the visits that
//! cannot be reached by any exchange have fewer places than they are: that set is the proof (P. Hall, 1935).

use jiff::civil::Date;

use super::bits::Days;
use super::grid::Grid;
use super::model::{Demand, monday};

/// Somebody with more visits than room.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Overload {
    /// Who, by his place in [`Demand::people`].
    pub person: usize,
    /// These visits, by their places, can be made only …
    pub visits: Vec<usize>,
    /// … on days that have room for so many of them, fewer than they are …
    pub room: usize,
    /// … and lie in these weeks, given by their Mondays.
    pub weeks: Vec<Date>,
}

impl Overload {
    /// By how many visits he is over-booked.
    pub fn excess(&self) -> usize {
        self.visits.len() - self.room
    }
}

/// Everybody who has more visits than room, in the order of [`Demand::people`].
pub fn overloads(demand: &Demand) -> Vec<Overload> {
    overloads_of(demand, &Grid::new(demand))
}

pub(super) fn overloads_of(demand: &Demand, grid: &Grid) -> Vec<Overload> {
    let of = |person: usize| {
        let mut flow = Flow::new(grid, person);
        let failed = (0..flow.calls.len()).filter(|call| !flow.carry(*call)).count();
        (failed > 0).then(|| flow.overload(demand, failed))
    };
    let mut found: Vec<Overload> = (0..grid.people.len()).filter_map(of).collect();
    found.sort_by_key(|overload| overload.person);
    found
}

/// At least so many visits have no day, whatever is done: those on which nobody could come, and of people with too many
/// visits their excess, which one visit can lessen for its whole team.
pub(super) fn least_unplaced(demand: &Demand, grid: &Grid, overloads: &[Overload]) -> usize {
    let hopeless = grid.calls.iter().filter(|c| c.open.is_empty() && c.fixed.is_none()).count();
    let excess: usize = overloads.iter().map(Overload::excess).sum();
    let worst = overloads.iter().map(Overload::excess).max().unwrap_or(0);
    let visits = overloads.iter().flat_map(|overload| &overload.visits);
    let team = visits.map(|place| demand.visits[*place].team.len()).max().unwrap_or(1);
    hopeless + worst.max(excess.div_ceil(team))
}

/// The visits of one person.
struct Flow<'a> {
    grid: &'a Grid,
    person: usize,
    calls: Vec<usize>,
    /// The day of each.
    day: Vec<Option<usize>>,
    on_day: Vec<Vec<usize>>,
    room: Vec<u8>,
    week_room: Vec<u16>,
    /// What the search for a place has met; what a failed one met leads nowhere for ever.
    seen: Seen,
    dead: Seen,
}

#[derive(Clone)]
struct Seen {
    calls: Vec<bool>,
    days: Days,
    weeks: Vec<bool>,
}

impl<'a> Flow<'a> {
    fn new(grid: &'a Grid, person: usize) -> Self {
        let row = person * grid.days..(person + 1) * grid.days;
        let mut room = grid.limit[row].to_vec();
        let mut week_room = vec![grid.per_week[person]; grid.weeks];
        let all = grid.visits_of[person].iter().map(|call| *call as usize);
        let (fixed, free): (Vec<usize>, Vec<usize>) =
            all.partition(|call| grid.calls[*call].fixed.is_some());
        for day in fixed.iter().filter_map(|call| grid.calls[*call].fixed.flatten()) {
            room[day] = room[day].saturating_sub(1);
            let week = &mut week_room[grid.week_of[day]];
            *week = week.saturating_sub(u16::from(grid.per_week[person] < u16::MAX));
        }
        // Those on which nobody could come are told apart.
        let calls: Vec<usize> =
            free.into_iter().filter(|call| !grid.calls[*call].open.is_empty()).collect();
        let seen = Seen {
            calls: vec![false; calls.len()],
            days: Days::default(),
            weeks: vec![false; grid.weeks],
        };
        Flow {
            grid,
            person,
            day: vec![None; calls.len()],
            on_day: vec![Vec::new(); grid.days],
            calls,
            room,
            week_room,
            dead: seen.clone(),
            seen,
        }
    }

    /// Finds a place for one visit more, moving others as needed.
    fn carry(&mut self, call: usize) -> bool {
        let done = self.place(call);
        if done {
            self.seen.clone_from(&self.dead);
        } else {
            self.dead.clone_from(&self.seen);
        }
        done
    }

    fn place(&mut self, call: usize) -> bool {
        self.seen.calls[call] = true;
        let open = self.grid.calls[self.calls[call]].open.without(&self.seen.days);
        for day in open.iter() {
            if self.seen.days.contains(day) {
                continue;
            }
            self.seen.days.insert(day);
            let week = self.grid.week_of[day];
            let can = if self.room[day] == 0 {
                let others = self.on_day[day].clone();
                others.into_iter().any(|other| !self.seen.calls[other] && self.place(other))
            } else {
                self.week_room[week] > 0 || self.leave_week(week)
            };
            if can {
                self.put(call, day);
                return true;
            }
        }
        false
    }

    /// Moves some visit out of a full week.
    fn leave_week(&mut self, week: usize) -> bool {
        if std::mem::replace(&mut self.seen.weeks[week], true) {
            return false;
        }
        let days = (0..self.grid.days).filter(|day| self.grid.week_of[*day] == week);
        let others: Vec<usize> = days.flat_map(|day| self.on_day[day].clone()).collect();
        others.into_iter().any(|other| !self.seen.calls[other] && self.place(other))
    }

    fn put(&mut self, call: usize, day: usize) {
        let counted = u16::from(self.grid.per_week[self.person] < u16::MAX);
        if let Some(before) = self.day[call] {
            self.on_day[before].retain(|other| *other != call);
            self.room[before] += 1;
            self.week_room[self.grid.week_of[before]] += counted;
        }
        self.day[call] = Some(day);
        self.on_day[day].push(call);
        self.room[day] -= 1;
        self.week_room[self.grid.week_of[day]] -= counted;
    }

    fn overload(&self, demand: &Demand, failed: usize) -> Overload {
        let Flow { grid, calls, dead, .. } = self;
        let stuck = (0..calls.len()).filter(|call| dead.calls[*call]);
        let mut visits: Vec<usize> = stuck.map(|call| grid.places[calls[call]]).collect();
        visits.sort_unstable();
        let mut weeks: Vec<Date> =
            dead.days.iter().map(|day| monday(demand.days[day].date)).collect();
        weeks.dedup();
        Overload { person: grid.people[self.person], room: visits.len() - failed, visits, weeks }
    }
}
