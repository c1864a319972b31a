//! `ssj schedule`: a day for every visit of a drawn bundle, and what inspectors and offices need of it.
//!
//! Days are for the office alone until the visits are over: schedules lie beside the bundle, of a sealed draw encrypted, and
//! views go where `--out` says. `--publish` puts the last schedule into an open bundle and shows the day secret; the
//! opening of a sealed draw publishes it there.

mod book;
mod gather;
mod ical;
pub(in crate::cli) mod keep;
mod page;
mod setting;
mod view;

use std::path::{Path, PathBuf};

use jiff::civil::Date;
use serde_json::{Value, json};

use self::gather::{Gathered, Ground, registers, window};
use self::keep::{DaySecret, Keep};
use self::page::About;
use self::setting::Setting;
use self::view::{Entry, entries};
use super::bundle::{Office, frozen, lock, office, readable};
use super::calendar::{MoreDays, weekday_in};
use super::clock::Clock;
use super::console::{Console, finding_json, table};
use super::event::{recorded, refuse_void};
use super::secret::SecretArgs;
use super::{DONE, Failure, NOT_VERIFIED};
use crate::base::calendar::Calendar;
use crate::base::date::{china_date, parse_date};
use crate::base::finding::{Finding, Findings, Severity};
use crate::base::json::format_line;
use crate::base::secret::Secret;
use crate::base::table as rows_of;
use crate::conduct::history;
use crate::draw::ticket::seed;
use crate::events::standing::Ground as Draw;
use crate::io::durable::{Written, make_folders, replace_file, write_files};
use crate::record::bundle::{BEACON, Files, SCHEDULE, Stage, stage};
use crate::record::commitment::Commitment;
use crate::record::ids::Iid;
use crate::record::tables::ScheduleRow;
use crate::say;
use crate::schedule::{
    Demand, Outcome, check, findings as findings_of, key, schedule as find_days,
};
use crate::store::Store;

/// The day secret of an open draw, published with its schedule.
const DAYS_NOTICE: &str = "notice/days.json";
/// So many visits that moved are named.
const MOVED_SHOWN: usize = 20;

#[derive(clap::Args)]
pub(super) struct ScheduleArgs {
    /// 公示包文件夹 / the bundle's folder
    pub bundle: PathBuf,
    /// 设置：每日、每周上限，兼职，预约 / setting: limits, part-time people, appointments (TOML)
    #[arg(long, value_name = "FILE")]
    pub setting: Option<PathBuf>,
    #[command(flatten)]
    pub more: MoreDays,
    /// 新排的检查不早于此日，缺省为明日 / new days not before this one, by default tomorrow
    #[arg(long, value_name = "DATE")]
    pub from: Option<String>,
    /// 写出工作簿、日历、网页 / write workbook, calendars and page into this folder
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// 只列出这一天的 / list this day only
    #[arg(long, value_name = "DATE")]
    pub day: Option<String>,
    /// 只列出这名人员的 / list this inspector's only
    #[arg(long, value_name = "ID")]
    pub inspector: Option<String>,
    /// 检查结束后：把日程和日程密钥写入公示包 / after the visits: put schedule and day secret into the bundle
    #[arg(long)]
    pub publish: bool,
    /// 存放日程的文件夹，缺省为 <公示包>.days / folder of the schedules, by default <BUNDLE>.days
    #[arg(long, value_name = "DIR")]
    pub days_dir: Option<PathBuf>,
    #[command(flatten)]
    pub secret: SecretArgs,
}

pub(super) fn schedule(
    workspace: &Path,
    args: &ScheduleArgs,
    clock: &Clock,
    console: &Console,
) -> Result<u8, Failure> {
    let _lock = lock(&args.bundle)?;
    refuse_void(&readable(&args.bundle)?.files, &args.bundle)?;
    let Office { bundle, commitment, master } = office(&args.bundle, &args.secret)?;
    clock.check_rehearsal(commitment.rehearsal)?;
    let keep = Keep::of(&args.bundle, args.days_dir.as_deref(), &args.secret, master.as_ref())?;
    let secret = keep.secret(&commitment)?;
    let before = keep.latest()?;
    if args.publish {
        return publish(args, &commitment, &secret, before, clock, console);
    }
    let frozen = frozen(&bundle)?;
    let drawn = stage(&bundle.files) == Stage::Drawn;
    let Some(beacon) = frozen.contents().beacon.as_ref().filter(|_| drawn) else {
        let cause = say!("公示包还没有抽取结果", "the bundle has no result yet");
        return Err(Finding::new("W40", cause).file(args.bundle.display().to_string()).into());
    };
    let suite = commitment.suite;
    beacon.check(suite, &commitment.sources).map_err(|f| Failure::bundle(f.file(BEACON)))?;
    let seed = seed(suite, &frozen.digest, &beacon.strings);
    let bar = console.progress(&say!("读入抽样框", "reading frames"), 1);
    let selections =
        frozen.selections(&seed, master.as_ref().map(Secret::expose), &mut |_, done, total| {
            bar.set_length(total as u64);
            bar.set_position(done as u64);
        });
    bar.finish_and_clear();
    let selections = selections.map_err(Failure::bundle)?;
    let recorded = recorded(&frozen.commitment, &bundle.files)?;
    let (contents, selections) = (frozen.contents(), selections.as_slice());
    let draw = Draw { commitment: &frozen.commitment, contents, selections, seed: &seed };
    let history = history(&draw, &recorded).map_err(Failure::bundle)?;
    if !history.findings.is_empty() {
        return Err(Failure::bundle(Findings(history.findings)));
    }
    let calendar = args.more.calendar()?;
    let setting = Setting::read(args.setting.as_deref())?;
    let registers = registers(Store::find(workspace)?.as_ref())?;
    let (number, rows) = before.unwrap_or_default();
    let ground = Ground {
        commitment: &commitment,
        standing: &history.standing,
        selections,
        calendar: &calendar,
        setting: &setting,
        registers: registers.as_ref(),
        before: &rows,
        first: first_day(args, &commitment, clock)?,
    };
    let mut gathered = ground.gather()?;
    if !secret.fixed {
        let cause = say!("承诺中没有 days", "the commitment has no key days");
        gathered.findings.push(Finding::new("D09", cause));
    }
    let mut gathered = without_errors(gathered)?;
    let outcome = find_days(&gathered.demand, &key(suite, &seed, &secret.secret, number + 1));
    gathered.findings.extend(findings_of(&gathered.demand, &outcome));
    let done = match outcome {
        Outcome::Whole(done) => done,
        Outcome::Short { .. } => {
            return Err(Failure::of(Findings(gathered.findings), NOT_VERIFIED));
        }
    };
    // The search does not judge itself.
    let broken = check(&gathered.demand, &done.days);
    let grave = broken.iter().any(|finding| finding.severity() == Severity::Error);
    assert!(!grave, "bug: {broken:?}");
    gathered.findings.extend(broken);
    let dated = dated(&gathered, &done.days);
    let written = if dated == rows { Written::Unchanged } else { Written::New };
    let number = if written == Written::New { number + 1 } else { number };
    if written == Written::New {
        keep.put(number, &dated, &demand_json(&gathered.demand))?;
    }
    let entries = entries(&gathered, &done.days, &calendar);
    let about = About {
        agency: &commitment.agency,
        title: &commitment.title,
        window: window(&commitment),
        rehearsal: commitment.rehearsal,
        trips: done.trips,
    };
    if let Some(folder) = &args.out {
        let stamp = stamp(clock);
        views(folder, &about, &commitment.draw, &entries, &calendar, (&stamp, number), console)?;
    }
    console.findings(&gathered.findings);
    tell(args, &entries, &about, console)?;
    tell_moved(&gathered, &done, console);
    match written {
        Written::New => console.say(&say!("日程第 {number} 版已存", "schedule {number} is kept")),
        Written::Unchanged => console
            .say(&say!("日程与第 {number} 版相同", "the schedule is the same as number {number}")),
    }
    console.report(&json!({
        "command": "schedule", "ok": true, "n": number, "written": written == Written::New, "published": false,
        "visits": dated.len(), "trips": done.trips,
        "days": entries.chunk_by(|a, b| a.date == b.date).map(|day| json!({"date": day[0].date.to_string(), "visits": day.len()})).collect::<Vec<_>>(),
        "moved": done.moved.iter().map(|at| gathered.demand.visits[*at].sid.as_str()).collect::<Vec<_>>(),
        "list": wanted(args, &entries)?.iter().map(|entry| entry_json(entry)).collect::<Vec<_>>(),
        "findings": gathered.findings.iter().map(|f| finding_json(f, console.lang)).collect::<Vec<_>>(),
    }));
    Ok(DONE)
}

/// The gathered demand, unless something is wrong with the setting.
fn without_errors(mut gathered: Gathered) -> Result<Gathered, Failure> {
    let findings = std::mem::take(&mut gathered.findings);
    ((), gathered.findings) = Findings::check(findings, ())?;
    Ok(gathered)
}

/// The first day on which something new may be scheduled: what was before is over. A rehearsal has the whole window.
fn first_day(args: &ScheduleArgs, commitment: &Commitment, clock: &Clock) -> Result<Date, Failure> {
    let from = window(commitment).0;
    if let Some(text) = &args.from {
        return Ok(day_of("--from", text)?.max(from));
    }
    let tomorrow = china_date(clock.now_s()).and_then(|today| today.tomorrow().ok());
    Ok(tomorrow.filter(|_| !commitment.rehearsal).map_or(from, |day| day.max(from)))
}

fn day_of(option: &str, text: &str) -> Result<Date, Finding> {
    parse_date(text).ok_or_else(|| {
        let cause = say!("“{text}”不是 YYYY-MM-DD 的日期", "\"{text}\" is no date YYYY-MM-DD");
        Finding::new("W07", cause).column(option)
    })
}

/// The rows of `schedule.tsv`, by sid.
fn dated(gathered: &Gathered, days: &[Date]) -> Vec<ScheduleRow> {
    let visits = gathered.demand.visits.iter().zip(days);
    let row = |(visit, day): (&crate::schedule::Visit, &Date)| ScheduleRow {
        sid: visit.sid.clone(),
        date: day.to_string(),
    };
    let mut rows: Vec<ScheduleRow> = visits.map(row).collect();
    rows.sort_by(|a, b| a.sid.cmp(&b.sid));
    rows
}

/// What a schedule was made from, so that an auditor can make it again.
fn demand_json(demand: &Demand) -> Vec<u8> {
    let person = |person: &crate::schedule::Person| {
        let away = person.away.iter().map(|(from, to)| json!([from.to_string(), to.to_string()]));
        let mut value = json!({
            "iid": person.iid.as_str(), "away": away.collect::<Vec<_>>(), "weekdays": person.weekdays, "per_day": person.per_day,
        });
        if let Some(most) = person.per_week {
            value["per_week"] = json!(most);
        }
        value
    };
    let visit = |visit: &crate::schedule::Visit| {
        let team = visit.team.iter().map(|at| demand.people[*at as usize].iid.as_str());
        let mut value = json!({
            "sid": visit.sid.as_str(), "team": team.collect::<Vec<_>>(), "from": visit.from.to_string(), "to": visit.to.to_string(),
        });
        let more = [
            ("fixed", visit.fixed.map(|day| day.to_string())),
            ("was", visit.was.map(|day| day.to_string())),
            ("area", Some(visit.area.clone()).filter(|area| !area.is_empty())),
        ];
        for (key, text) in more {
            if let Some(text) = text {
                value[key] = json!(text);
            }
        }
        value
    };
    let day =
        |day: &crate::schedule::WorkDay| json!({"date": day.date.to_string(), "half": day.half});
    format_line(&json!({
        "v": "ssj-schedule/1", "keep_free": demand.keep_free,
        "days": demand.days.iter().map(day).collect::<Vec<_>>(),
        "people": demand.people.iter().map(person).collect::<Vec<_>>(),
        "visits": demand.visits.iter().map(visit).collect::<Vec<_>>(),
    }))
}

/// `20260724T013000Z`.
fn stamp(clock: &Clock) -> String {
    let seconds = i64::try_from(clock.now_s()).unwrap_or(0);
    let time = jiff::Timestamp::from_second(seconds).unwrap_or_default().to_string();
    time.replace(['-', ':'], "")
}

/// The files for people. They are made anew each time: what they show is kept elsewhere.
fn views(
    folder: &Path,
    about: &About<'_>,
    draw: &str,
    entries: &[Entry<'_>],
    calendar: &Calendar,
    (stamp, number): (&str, usize),
    console: &Console,
) -> Result<(), Failure> {
    let calendars = folder.join("ics");
    make_folders(&calendars)?;
    replace_file(&folder.join("schedule.xlsx"), &book::workbook(entries)?)?;
    let page = page::page(about, entries, calendar, console.lang);
    replace_file(&folder.join("calendar.html"), page.as_bytes())?;
    for (iid, _) in view::people(entries) {
        let text = ical::calendar(draw, iid, entries, stamp, number);
        let name = format!("{}.ics", iid.as_str().replace(':', "-"));
        replace_file(&calendars.join(name), text.as_bytes())?;
    }
    let place = folder.display();
    console.say(&say!("已写出到 {place}", "written to {place}"));
    Ok(())
}

/// The visits of the day and of the inspector asked for.
fn wanted<'a>(
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

fn entry_json(entry: &Entry<'_>) -> Value {
    let team: Vec<&str> = entry.face.team.iter().map(|(_, iid, _)| iid.as_str()).collect();
    json!({
        "sid": entry.sid, "date": entry.date.to_string(), "name": entry.face.name, "area": entry.area,
        "address": entry.face.address, "team": team, "lists": entry.face.lists,
        "public_by": entry.deadline.map(|deadline| json!({"date": deadline.date.to_string(), "provisional": deadline.provisional})),
    })
}

fn tell(
    args: &ScheduleArgs,
    entries: &[Entry<'_>],
    about: &About<'_>,
    console: &Console,
) -> Result<(), Failure> {
    let loads: Vec<usize> = entries.chunk_by(|a, b| a.date == b.date).map(<[_]>::len).collect();
    let (n, days, trips) = (entries.len(), loads.len(), about.trips);
    let (least, most) = (loads.iter().min().unwrap_or(&0), loads.iter().max().unwrap_or(&0));
    console.say(&say!(
        "{n} 次检查排在 {days} 天，每天 {least}–{most} 次，共 {trips} 趟",
        "{n} visits on {days} days, {least}–{most} a day, {trips} trips"
    ));
    let rows: Vec<Vec<String>> = (wanted(args, entries)?.iter())
        .map(|entry| {
            let when = format!("{} {}", entry.date, weekday_in(entry.date, console.lang));
            let name = if entry.face.name.is_empty() { entry.sid } else { &entry.face.name };
            vec![when, entry.area.to_owned(), name.to_owned(), entry.team(None)]
        })
        .collect();
    table(&rows).iter().for_each(|line| console.line(&format!("  {line}")));
    Ok(())
}

fn tell_moved(gathered: &Gathered, done: &crate::schedule::Schedule, console: &Console) {
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

/// Puts the last schedule of an open draw into its bundle, with the secret that its days came from.
fn publish(
    args: &ScheduleArgs,
    commitment: &Commitment,
    secret: &DaySecret,
    latest: Option<(usize, Vec<ScheduleRow>)>,
    clock: &Clock,
    console: &Console,
) -> Result<u8, Failure> {
    let refuse = |cause| Failure::from(Finding::new("D15", cause).column("--publish"));
    if commitment.sealed() {
        return Err(refuse(say!(
            "保密抽取的日程随 ssj open 公布",
            "ssj open publishes that of a sealed draw"
        )));
    }
    let Some((number, rows)) = latest else {
        return Err(refuse(say!("还没有日程", "there is no schedule yet")));
    };
    let last = rows.iter().filter_map(|row| parse_date(&row.date)).max();
    let today = china_date(clock.now_s());
    if let Some((last, today)) = last.zip(today).filter(|(last, today)| today <= last) {
        return Err(refuse(say!(
            "最后一次检查在 {last}，今天 {today}",
            "the last visit is on {last}, today is {today}"
        )));
    }
    let bytes = rows_of::format(&rows);
    let notice = json!({
        "v": "ssj-days/1", "secret": *secret.secret.hex(), "n": number, "schedule": commitment.suite.digest(&bytes).hex(),
    });
    let files: Files =
        [(DAYS_NOTICE.to_owned(), format_line(&notice)), (SCHEDULE.to_owned(), bytes)].into();
    let order: Vec<String> = files.keys().cloned().collect();
    let written = write_files(&args.bundle, &files, &order)?;
    match written {
        Written::New => console
            .say(&say!("日程和日程密钥已写入公示包", "schedule and day secret are in the bundle")),
        Written::Unchanged => {
            console.say(&say!("早已公布，未作改动", "published already, nothing changed"))
        }
    }
    console.report(&json!({
        "command": "schedule", "ok": true, "n": number, "written": written == Written::New, "published": true,
        "visits": rows.len(),
    }));
    Ok(DONE)
}

/// The last schedule of a sealed draw, which its opening publishes.
pub(super) fn of_sealed(
    bundle: &Path,
    secret: &SecretArgs,
    master: &Secret,
) -> Result<Option<Vec<ScheduleRow>>, Failure> {
    let latest = Keep::of(bundle, None, secret, Some(master))?.latest()?;
    Ok(latest.map(|(_, rows)| rows))
}
