//! How many days an office set by hand: by appointments, by windows of single visits, by other windows of tasks than it
//! committed to. Each may have its reason, and together they may choose every day; so they are counted in every schedule.
//!
//! What was set is held against the commitment, not against what a record says of itself. A visit that stays on a day that
//! was set stays counted, whatever the next setting says of it.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use serde_json::{Value, json};

use super::drawn::Drawn;
use super::gather::{committed_window, window, window_of_lists};
use super::keep::{Keep, Kept};
use crate::base::date::parse_date;
use crate::base::finding::{Finding, Text};
use crate::cli::Failure;
use crate::draw::visits::visits;
use crate::record::commitment::Commitment;
use crate::record::ids::Sid;
use crate::record::tables::ScheduleRow;
use crate::say;
use crate::schedule::{Demand, Given, Visit};

/// With fewer open days than this a day is easily foreseen (docs/schedule.md).
const OPEN_DAYS_MIN: usize = 4;

/// How a visit came to its day.
#[derive(Clone, Copy, PartialEq, Eq)]
enum By {
    /// From the key, on any day of its tasks' windows.
    Draw,
    /// Within a window of its own.
    Window,
    Appointment,
}

/// What is remembered of a visit.
#[derive(Clone, Copy)]
struct Set {
    day: Date,
    by: By,
    /// Fewer than four days were open to it.
    few: bool,
}

/// Counts through the schedules of a draw, in their order.
pub(super) struct Hands<'a> {
    commitment: &'a Commitment,
    /// The lists that a subject is visited for: as drawn, and now; of a reserve that came and went those that it was ranked in.
    lists: BTreeMap<Sid, Vec<BTreeSet<String>>>,
    before: BTreeMap<Sid, Set>,
}

/// What an office set in one schedule.
pub(super) struct ByHand {
    visits: usize,
    appointments: usize,
    windows: usize,
    few: usize,
    /// Tasks with another window than committed.
    lists: Vec<Moved>,
}

/// A task whose window the setting gives.
struct Moved {
    list: String,
    committed: (Date, Date),
    given: (Date, Date),
    visits: usize,
}

impl<'a> Hands<'a> {
    pub fn new(commitment: &'a Commitment, drawn: &Drawn<'_>) -> Self {
        let mut lists: BTreeMap<Sid, Vec<BTreeSet<String>>> = BTreeMap::new();
        for visit in visits(drawn.selections) {
            lists.entry(visit.sid).or_default().push(visit.lists.into_iter().collect());
        }
        for (sid, visit) in &drawn.standing.visits {
            lists.entry(sid.clone()).or_default().push(visit.lists.clone());
        }
        let mut ranked: BTreeMap<Sid, Vec<BTreeSet<String>>> = BTreeMap::new();
        for (list, selection) in drawn.selections {
            let reserves = selection.ranked.iter().filter(|ranked| ranked.outcome.is_some());
            for row in
                reserves.map(|ranked| &ranked.row).filter(|row| !lists.contains_key(&row.sid))
            {
                ranked.entry(row.sid.clone()).or_default().push([list.clone()].into());
            }
        }
        lists.extend(ranked);
        Hands { commitment, lists, before: BTreeMap::new() }
    }

    /// As [`Hands::new`], after all schedules that are kept and can be read.
    pub fn after(
        commitment: &'a Commitment,
        drawn: &Drawn<'_>,
        keep: &Keep<'_>,
    ) -> Result<(Self, Option<ByHand>), Failure> {
        let (mut hands, mut last) = (Hands::new(commitment, drawn), None);
        for Kept { record, rows, .. } in keep.versions()? {
            let days = days_of(&rows);
            last = Some(hands.next(&record.demand, &record.given, &|sid| days.get(sid).copied()));
        }
        Ok((hands, last))
    }

    /// Counts the next schedule, with the day of each visit.
    pub fn next(
        &mut self,
        demand: &Demand,
        given: &Given,
        day: &dyn Fn(&Sid) -> Option<Date>,
    ) -> ByHand {
        let mut all = ByHand::of(demand.visits.len(), self.moved(demand, given));
        let mut now = BTreeMap::new();
        for visit in &demand.visits {
            let Some(day) = day(&visit.sid) else { continue };
            let mut set = Set { day, by: self.by(visit, given), few: few(demand, visit) };
            // What stays where it was came to its day then.
            if let Some(was) = self.before.get(&visit.sid).filter(|was| was.day == day) {
                set.few = was.few;
                set.by = if set.by == By::Draw { was.by } else { set.by };
            }
            all.appointments += usize::from(set.by == By::Appointment);
            all.windows += usize::from(set.by == By::Window);
            all.few += usize::from(set.few);
            now.insert(visit.sid.clone(), set);
        }
        self.before = now;
        all
    }

    fn by(&self, visit: &Visit, given: &Given) -> By {
        if given.is_over(visit) {
            return By::Draw;
        }
        if visit.fixed.is_some() {
            return By::Appointment;
        }
        let nothing = [BTreeSet::new()];
        let known = self.lists.get(&visit.sid).map_or(&nothing[..], Vec::as_slice);
        let of_tasks = known.iter().any(|lists| {
            let (from, to) = window_of_lists(self.commitment, lists, &given.lists);
            (visit.from, visit.to) == (from.max(given.first), to)
        });
        if of_tasks { By::Draw } else { By::Window }
    }

    /// The tasks whose window is another than committed, with how many visits are made for them.
    fn moved(&self, demand: &Demand, given: &Given) -> Vec<Moved> {
        let whole = window(self.commitment);
        let narrowed = |(from, to): (Option<Date>, Option<Date>)| {
            (from.unwrap_or(whole.0).max(whole.0), to.unwrap_or(whole.1).min(whole.1))
        };
        let moved = given.lists.iter().map(|(list, window)| {
            let of = |visit: &&Visit| {
                let known = self.lists.get(&visit.sid).and_then(|known| known.last());
                known.is_some_and(|lists| lists.contains(list))
            };
            Moved {
                list: list.clone(),
                committed: narrowed(committed_window(self.commitment, list)),
                given: narrowed(*window),
                visits: demand.visits.iter().filter(of).count(),
            }
        });
        moved.filter(|moved| moved.given != moved.committed).collect()
    }
}

impl ByHand {
    fn of(visits: usize, lists: Vec<Moved>) -> Self {
        ByHand { visits, appointments: 0, windows: 0, few: 0, lists }
    }

    /// Visits whose day is an appointment, or lies in a window of their own.
    fn set(&self) -> usize {
        self.appointments + self.windows
    }

    /// `22 次检查中 22 次的日期由设置指定`.
    pub fn words(&self) -> Text {
        let (visits, set) = (self.visits, self.set());
        say!(
            "  {visits} 次检查中 {set} 次的日期由设置指定",
            "  {set} of {visits} days were set by hand"
        )
    }

    /// D20 and D21.
    pub fn findings(&self) -> Vec<Finding> {
        let ByHand { visits, appointments, windows, few, lists } = self;
        let set = self.set();
        let cause = say!(
            "{visits} 次检查中 {set} 次的日期由设置指定：预约 {appointments} 次，自定期限 {windows} 次；可选日子不足 4 天的 {few} 次",
            "{set} of {visits} days were set by hand: {appointments} appointments, {windows} in windows of their own; {few} had fewer than 4 open days"
        );
        let days = (set > 0).then(|| Finding::new("D20", cause));
        let lists = lists.iter().map(|Moved { list, committed, given, visits }| {
            let ((from, to), (first, last)) = (committed, given);
            let cause = say!(
                "{visits} 次检查：{first} 至 {last}，封存时为 {from} 至 {to}",
                "{visits} visits: {first} to {last}, committed were {from} to {to}"
            );
            Finding::new("D21", cause).id(list)
        });
        days.into_iter().chain(lists).collect()
    }

    /// D07 where few days were open, whatever the reason.
    pub fn narrow(&self) -> Option<Finding> {
        let ByHand { visits, few, .. } = self;
        let cause = say!(
            "{visits} 次检查中 {few} 次可选的日子不足 4 天（含预约）",
            "{few} of {visits} visits had fewer than 4 open days, appointments included"
        );
        (*few > 0).then(|| Finding::new("D07", cause))
    }

    pub fn json(&self) -> Value {
        let ByHand { visits, appointments, windows, few, lists } = self;
        let lists: Vec<&str> = lists.iter().map(|moved| moved.list.as_str()).collect();
        json!({
            "visits": visits, "appointments": appointments, "windows": windows, "few_days": few, "lists": lists,
        })
    }
}

/// Whether fewer than four days are open to a visit as it is asked for.
fn few(demand: &Demand, visit: &Visit) -> bool {
    let inside = demand.days.iter().filter(|day| visit.from <= day.date && day.date <= visit.to);
    visit.fixed.is_some()
        || inside.filter(|day| demand.comes(&visit.team, day)).take(OPEN_DAYS_MIN).count()
            < OPEN_DAYS_MIN
}

/// The days of a table.
pub(super) fn days_of(rows: &[ScheduleRow]) -> BTreeMap<Sid, Date> {
    rows.iter().filter_map(|row| Some((row.sid.clone(), parse_date(&row.date)?))).collect()
}
