//! The demand as tables of small integers, in canonical order: people by iid, visits by sid.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::bits::{DAYS_MAX, Days};
use super::model::{Demand, Visit, monday};

/// A visit is *wide* if it can be made on at least 7 of 8 working days of its window; only wide ones are joined by others.
const WIDE: (u32, u32) = (7, 8);
/// A visit joins others only if it can be made on at least half of its window's working days.
const JOINING: (u32, u32) = (1, 2);

/// The demand, indexed.
pub(super) struct Grid {
    /// Working days.
    pub days: usize,
    pub weeks: usize,
    /// The week of each day.
    pub week_of: Vec<usize>,
    /// Twice for a whole day, once for half of one.
    pub weight: Vec<u32>,
    /// The last days, which stay free as long as there is room.
    pub buffer: Days,
    /// Most visits of a person on a day: `limit[person * days + day]`.
    pub limit: Vec<u8>,
    /// Most visits of a person in any week.
    pub per_week: Vec<u16>,
    /// The visits of each person.
    pub visits_of: Vec<Vec<u32>>,
    pub calls: Vec<Call>,
    /// How many rows the table of partners has.
    pub partner_rows: usize,
    /// For each call, its place in the demand.
    pub places: Vec<usize>,
    /// For each person, the place in the demand.
    pub people: Vec<usize>,
}

/// A visit, indexed.
pub(super) struct Call {
    /// People.
    pub team: Vec<u32>,
    /// The rows (person, area, window) of its members; none where no trip can be shared.
    pub partners: Vec<u32>,
    /// Days on which everybody could come, whatever else they do.
    pub open: Days,
    /// The days of the window that are not kept free, as far as they are open.
    pub preferred: Days,
    /// Others may join it on its day.
    pub wide: bool,
    /// It may join others.
    pub joins: bool,
    /// Its day is given; none if that is no working day of the schedule.
    pub fixed: Option<Option<usize>>,
    /// The day that it had, if it is one of the days.
    pub was: Option<usize>,
}

impl Grid {
    pub fn new(demand: &Demand) -> Self {
        let days = demand.days.len();
        assert!((1..=DAYS_MAX).contains(&days), "bug: a schedule has 1 to {DAYS_MAX} days");
        let index: BTreeMap<Date, usize> =
            (0..).zip(&demand.days).map(|(i, d)| (d.date, i)).collect();
        let mut weeks: Vec<Date> = demand.days.iter().map(|day| monday(day.date)).collect();
        let all_weeks = weeks.clone();
        weeks.dedup();
        let week_of = |monday: &Date| weeks.binary_search(monday).expect("bug: it is one of them");
        let mut people: Vec<usize> = (0..demand.people.len()).collect();
        people.sort_by(|a, b| demand.people[*a].iid.cmp(&demand.people[*b].iid));
        let mut rank = vec![0u32; people.len()];
        for (n, place) in (0..).zip(&people) {
            rank[*place] = n;
        }
        let limit = people
            .iter()
            .flat_map(|i| demand.days.iter().map(|day| demand.limit(&demand.people[*i], day)));
        let mut grid = Grid {
            days,
            weeks: weeks.len(),
            week_of: all_weeks.iter().map(week_of).collect(),
            weight: demand.days.iter().map(|day| if day.half { 1 } else { 2 }).collect(),
            buffer: (days - demand.keep_free.min(days / 2)..days).collect(),
            limit: limit.collect(),
            per_week: people
                .iter()
                .map(|i| demand.people[*i].per_week.unwrap_or(u16::MAX))
                .collect(),
            visits_of: vec![Vec::new(); people.len()],
            calls: Vec::with_capacity(demand.visits.len()),
            partner_rows: 0,
            places: (0..demand.visits.len()).collect(),
            people,
        };
        grid.places.sort_by(|a, b| demand.visits[*a].sid.cmp(&demand.visits[*b].sid));
        let mut partner_rows = BTreeMap::new();
        for n in 0..grid.places.len() {
            let visit = &demand.visits[grid.places[n]];
            let mut call = grid.call(demand, visit, &index, &rank);
            for person in &call.team {
                grid.visits_of[*person as usize].push(u32::try_from(n).expect("bug: few visits"));
                if !visit.area.is_empty() {
                    let next = partner_rows.len();
                    let window = (visit.from, visit.to);
                    let key = (*person, visit.area.as_str(), window);
                    let row = *partner_rows.entry(key).or_insert(next);
                    call.partners.push(u32::try_from(row).expect("bug: few rows"));
                }
            }
            grid.calls.push(call);
        }
        grid.partner_rows = partner_rows.len();
        grid
    }

    fn call(
        &self,
        demand: &Demand,
        visit: &Visit,
        index: &BTreeMap<Date, usize>,
        rank: &[u32],
    ) -> Call {
        let mut team: Vec<u32> = visit.team.iter().map(|place| rank[*place as usize]).collect();
        team.sort_unstable();
        team.dedup();
        let inside = demand.days.partition_point(|day| day.date < visit.from)
            ..demand.days.partition_point(|day| day.date <= visit.to);
        let window = u32::try_from(inside.len()).expect("bug: few days");
        let common =
            |day: usize| demand.slots.is_empty() || demand.comes(&visit.team, &demand.days[day]);
        let comes =
            |day: usize| team.iter().all(|person| self.limit(*person, day) > 0) && common(day);
        let open: Days = inside.filter(|day| comes(*day)).collect();
        let early = open.without(&self.buffer);
        // Where the buffer is most of what is open it is no buffer: a visit would be seen to come just before it.
        let preferred = if 2 * early.len() >= open.len() { early } else { open };
        let at_least = |(n, of): (u32, u32)| of * open.len() >= n * window && window > 0;
        let fixed = visit.fixed.map(|day| index.get(&day).copied());
        Call {
            wide: at_least(WIDE) && fixed.is_none(),
            joins: at_least(JOINING) && fixed.is_none(),
            partners: Vec::new(),
            was: visit.was.and_then(|day| index.get(&day).copied()),
            team,
            open,
            preferred,
            fixed,
        }
    }

    pub fn limit(&self, person: u32, day: usize) -> u8 {
        self.limit[person as usize * self.days + day]
    }

    /// The visits of a schedule in the demand's order.
    pub fn in_order(&self, days: &[Option<usize>]) -> Vec<Option<usize>> {
        let mut ordered = vec![None; days.len()];
        for (place, day) in self.places.iter().zip(days) {
            ordered[*place] = *day;
        }
        ordered
    }
}
