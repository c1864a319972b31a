//! What a schedule is told with: loads, somebody's list, what moved.

use jiff::civil::Date;
use serde_json::{Value, json};

use super::super::Failure;
use super::super::calendar::weekday_in;
use super::super::console::Console;
use super::gather::Gathered;
use super::page::About;
use super::sheet::{next_day, told};
use super::view::Entry;
use super::{ScheduleArgs, day_of};
use crate::base::digest::Suite;
use crate::record::ids::Iid;
use crate::say;
use crate::schedule::Schedule;

/// So many visits that moved are named.
const MOVED_SHOWN: usize = 20;

/// What is asked for: the visits of a day, of an inspector, or of both.
pub(super) struct Wanted {
    day: Option<Date>,
    pub iid: Option<Iid>,
}

impl Wanted {
    pub fn of(args: &ScheduleArgs, suite: Suite) -> Result<Self, Failure> {
        let day = args.day.as_deref().map(|text| day_of("--day", text)).transpose()?;
        let iid = args.inspector.as_deref().map(|text| Iid::of_certificate(suite, text));
        Ok(Wanted { day, iid })
    }

    /// These visits; none if nothing is asked for.
    pub fn list<'a>(&self, entries: &'a [Entry<'a>]) -> Vec<&'a Entry<'a>> {
        let Wanted { day, iid } = self;
        let asked = day.is_some() || iid.is_some();
        let fits = |entry: &&Entry<'_>| {
            asked && day.is_none_or(|day| entry.date == day) && self.is_his(entry)
        };
        entries.iter().filter(fits).collect()
    }

    fn is_his(&self, entry: &Entry<'_>) -> bool {
        self.iid.as_ref().is_none_or(|iid| entry.has(iid))
    }

    /// The next day with such visits, where the day asked for has none.
    fn next(&self, entries: &[Entry<'_>]) -> Option<Date> {
        let day = self.day.filter(|_| self.list(entries).is_empty())?;
        let later = entries.iter().filter(|entry| entry.date > day && self.is_his(entry));
        later.map(|entry| entry.date).min()
    }
}

pub(super) fn entry_json(entry: &Entry<'_>) -> Value {
    let team: Vec<&str> = entry.face.team.iter().map(|(_, iid, _)| iid.as_str()).collect();
    let mut value = json!({
        "sid": entry.sid, "date": entry.date.to_string(), "name": entry.face.name, "area": entry.area,
        "address": entry.face.address, "team": team, "lists": entry.face.lists,
        "public_by": entry.deadline.map(|deadline| json!({"date": deadline.date.to_string(), "provisional": deadline.provisional})),
    });
    if let Some(slot) = entry.slot {
        value["slot"] = json!(slot);
    }
    value
}

pub(super) fn tell(
    wanted: &Wanted,
    entries: &[Entry<'_>],
    about: &About<'_>,
    incomplete: usize,
    console: &Console,
) {
    let loads: Vec<usize> = entries.chunk_by(|a, b| a.date == b.date).map(<[_]>::len).collect();
    let (n, days, trips) = (entries.len(), loads.len(), about.trips);
    let (least, most) = (loads.iter().min().unwrap_or(&0), loads.iter().max().unwrap_or(&0));
    console.say(&say!(
        "{n} 次检查排在 {days} 天，每天 {least}–{most} 次，共 {trips} 趟",
        "{n} visits on {days} days, {least}–{most} a day, {trips} trips"
    ));
    if incomplete > 0 {
        console.say(&say!(
            "另有 {incomplete} 次小组不齐，未排",
            "{incomplete} more have no day, since their teams are not whole"
        ));
    }
    for day in wanted.list(entries).chunk_by(|a, b| a.date == b.date) {
        let date = format!("{} {}", day[0].date, weekday_in(day[0].date, console.lang));
        console.line(&format!("  {date}"));
        for (n, entry) in (1..).zip(day) {
            told(n, entry, wanted.iid.as_ref(), "    ", console);
        }
    }
    if let Some(next) = wanted.next(entries) {
        console.say(&next_day(next));
    }
}

pub(super) fn tell_moved(gathered: &Gathered, done: &Schedule, console: &Console) {
    if done.moved.is_empty() {
        return;
    }
    let n = done.moved.len();
    console.say(&say!("{n} 次检查改期：", "{n} visits have another day:"));
    for at in done.moved.iter().take(MOVED_SHOWN) {
        let (visit, now) = (&gathered.demand.visits[*at], done.days[*at]);
        let was = visit.was.map(|was| was.to_string()).unwrap_or_default();
        console.line(&format!("  {}  {was} → {now}", visit.sid));
    }
    if n > MOVED_SHOWN {
        let more = n - MOVED_SHOWN;
        console.say(&say!(
            "  …… 另有 {more} 次（--json 列出全部）",
            "  … {more} more (--json lists them all)"
        ));
    }
}
