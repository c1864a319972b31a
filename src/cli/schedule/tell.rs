//! What a schedule is told with: loads, somebody's list, what moved.

use serde_json::{Value, json};

use super::super::Failure;
use super::super::console::{Console, table};
use super::gather::Gathered;
use super::page::About;
use super::view::Entry;
use super::{ScheduleArgs, day_of};
use crate::base::finding::Finding;
use crate::record::ids::Iid;
use crate::say;
use crate::schedule::Schedule;

/// So many visits that moved are named.
const MOVED_SHOWN: usize = 20;

/// The visits of the day and of the inspector asked for.
pub(super) fn wanted<'a>(
    args: &ScheduleArgs,
    entries: &'a [Entry<'a>],
) -> Result<Vec<&'a Entry<'a>>, Failure> {
    let day = args.day.as_deref().map(|text| day_of("--day", text)).transpose()?;
    let iid = args.inspector.as_deref().map(|text| {
        Iid::parse(text).map_err(|_| {
            let cause = say!("“{text}”不是执法证号", "\"{text}\" is no certificate number");
            Finding::new("W07", cause).column("--inspector")
        })
    });
    let iid = iid.transpose()?;
    if day.is_none() && iid.is_none() {
        return Ok(Vec::new());
    }
    let fits = |entry: &&Entry<'_>| {
        day.is_none_or(|day| entry.date == day) && iid.as_ref().is_none_or(|iid| entry.has(iid))
    };
    Ok(entries.iter().filter(fits).collect())
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
    args: &ScheduleArgs,
    entries: &[Entry<'_>],
    about: &About<'_>,
    incomplete: usize,
    console: &Console,
) -> Result<(), Failure> {
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
    let rows: Vec<Vec<String>> = (wanted(args, entries)?.iter())
        .map(|entry| {
            let (when, area) = (entry.when(console.lang), entry.area.to_owned());
            vec![when, area, entry.title().to_owned(), entry.team(None)]
        })
        .collect();
    table(&rows).iter().for_each(|line| console.line(&format!("  {line}")));
    Ok(())
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
