//! Quarters to be scheduled, from small ones to a district's: areas, leave, short windows, appointments.

use jiff::civil::{Date, date};
use shuangsuiji::base::calendar::{Calendar, DayKind};
use shuangsuiji::record::ids::{Iid, Sid};
use shuangsuiji::schedule::{Demand, Person, Visit, WorkDay};

/// What a quarter is like.
#[derive(Clone, Copy)]
pub struct Quarter {
    pub visits: usize,
    pub people: usize,
    pub days: usize,
    pub areas: usize,
    pub per_day: u8,
    /// Of a hundred person-days so many are leave, in weeks.
    pub leave_percent: u64,
    /// Of a hundred visits so many have a window of two weeks.
    pub short_percent: u64,
    /// Of a hundred visits so many have a fixed day.
    pub fixed_percent: u64,
    /// One inspector gets so many visits that they fill this share of his room, in percent.
    pub busiest_percent: Option<usize>,
    pub variant: u64,
}

/// A district's quarter.
pub const DISTRICT: Quarter = Quarter {
    visits: 16_757,
    people: 600,
    days: 62,
    areas: 12,
    per_day: 2,
    leave_percent: 5,
    short_percent: 10,
    fixed_percent: 0,
    busiest_percent: None,
    variant: 0,
};

/// Steele, Lea and Flood's splitmix64 (OOPSLA 2014): these are numbers for tests, nothing is drawn from them.
pub struct Dice(pub u64);

impl Dice {
    pub fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % n
    }

    pub fn index(&mut self, n: usize) -> usize {
        usize::try_from(self.below(n as u64)).unwrap()
    }
}

/// The first working days from 1 April 2026, with make-up days and holidays among them.
pub fn working_days(n: usize) -> Vec<WorkDay> {
    let days = Calendar::shipped().working_days(date(2026, 4, 1), date(2026, 12, 25));
    let day = |(date, kind)| WorkDay { date, half: kind == DayKind::Half };
    days.into_iter().take(n).map(day).collect()
}

impl Quarter {
    pub fn demand(&self) -> Demand {
        let mut dice = Dice(self.variant.wrapping_mul(1_000_003) + self.visits as u64);
        let days = working_days(self.days);
        let people = self.hire(&days, &mut dice);
        let visits = self.visits(&people, &days, &mut dice);
        Demand { days, people, visits, keep_free: self.days / 20, slots: Vec::new() }
    }

    fn hire(&self, days: &[WorkDay], dice: &mut Dice) -> Vec<Person> {
        let weeks = self.days.div_ceil(5) as u64;
        let person = |n: usize| {
            let week = |dice: &mut Dice| {
                let first = dice.index(days.len());
                (days[first].date, days[(first + 4).min(days.len() - 1)].date)
            };
            let leaves = (0..weeks).filter(|_| dice.below(100) < self.leave_percent).count();
            Person {
                iid: Iid::parse(&format!("P{n:04}")).unwrap(),
                away: (0..leaves).map(|_| week(dice)).collect(),
                weekdays: [true; 7],
                per_day: self.per_day,
                per_week: None,
                away_slots: Vec::new(),
            }
        };
        (0..self.people).map(person).collect()
    }

    /// One of the team works in the subject's area, the other there or in the next one; the less busy of three is taken.
    fn visits(&self, people: &[Person], days: &[WorkDay], dice: &mut Dice) -> Vec<Visit> {
        let mut load = vec![0usize; people.len()];
        let member = |area: usize, not: Option<u32>, load: &[usize], dice: &mut Dice| {
            let mut best: Option<u32> = None;
            for _ in 0..3 {
                let step = dice.index(people.len().div_ceil(self.areas));
                let one = (step * self.areas + area) % people.len();
                let number = u32::try_from(one).unwrap();
                let better = best.is_none_or(|best| load[one] < load[best as usize]);
                if Some(number) != not && better {
                    best = Some(number);
                }
            }
            best.unwrap_or_else(|| (not.unwrap_or(0) + 1) % u32::try_from(people.len()).unwrap())
        };
        let busy = self.busiest_percent.map(|percent| {
            let room: usize = days.iter().map(|day| usize::from(people[0].limit(day))).sum();
            room * percent / 100
        });
        (0..self.visits)
            .map(|n| {
                let area = dice.index(self.areas);
                let first = match busy {
                    Some(busy) if load[0] < busy && n % 2 == 0 => 0,
                    _ => member(area, None, &load, dice),
                };
                let next = (area + dice.index(2)) % self.areas;
                let second = member(next, Some(first), &load, dice);
                load[first as usize] += 1;
                load[second as usize] += 1;
                let (from, to) = self.window(days, dice);
                let fixed = dice.below(100) < self.fixed_percent;
                let team = vec![first, second];
                let comes =
                    |day: &&WorkDay| team.iter().all(|p| people[*p as usize].limit(day) > 0);
                let inside = |day: &&WorkDay| from <= day.date && day.date <= to;
                let fixed = fixed.then(|| {
                    let open: Vec<&WorkDay> = days.iter().filter(inside).filter(comes).collect();
                    open.get(dice.index(open.len().max(1))).map(|day| day.date)
                });
                Visit {
                    sid: Sid::parse(&format!("S{n:05}")).unwrap(),
                    team,
                    area: format!("A{area:02}"),
                    from,
                    to,
                    fixed: fixed.flatten(),
                    was: None,
                    fixed_slot: None,
                    was_slot: None,
                }
            })
            .collect()
    }

    fn window(&self, days: &[WorkDay], dice: &mut Dice) -> (Date, Date) {
        if dice.below(100) >= self.short_percent {
            return (days[0].date, days[days.len() - 1].date);
        }
        let length = 10.min(days.len());
        let first = dice.index(days.len() - length + 1);
        (days[first].date, days[first + length - 1].date)
    }
}

/// The same demand without areas: nobody joins trips.
pub fn without_areas(demand: &Demand) -> Demand {
    let mut demand = demand.clone();
    demand.visits.iter_mut().for_each(|visit| visit.area.clear());
    demand
}
