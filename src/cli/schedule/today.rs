//! `ssj today --inspector ID`: the visits of one person on one day, by default on today's date in China, of all draws of the
//! workspace or of the bundles given: as text, as a page for a phone, as a calendar. It reads the schedules that are kept
//! and makes none.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use jiff::civil::Date;
use serde_json::json;

use super::super::bundle::{Office, commitment, office, readable};
use super::super::clock::Clock;
use super::super::console::{Console, finding_json};
use super::super::ground::Registers;
use super::super::secret::SecretArgs;
use super::super::{DONE, Failure};
use super::day_of;
use super::drawn::with_drawn;
use super::gather::{Gathered, of_kept, registers, teams_changed, window};
use super::keep::Keep;
use super::out::stamp;
use super::sheet::Sheet;
use super::tell::entry_json;
use super::view::{Entry, entries};
use super::who;
use crate::base::calendar::Calendar;
use crate::base::date::{china_date, parse_date};
use crate::base::finding::{Finding, Findings, Text};
use crate::record::bundle::{OPENING, Stage, stage};
use crate::record::ids::Iid;
use crate::say;
use crate::store::{State, Store};

#[derive(clap::Args)]
pub(in crate::cli) struct TodayArgs {
    /// 公示包文件夹，缺省为工作区的各次抽取 / bundles, by default all draws of the workspace
    pub bundles: Vec<PathBuf>,
    /// 执法证号 / whose visits
    #[arg(long, value_name = "ID")]
    pub inspector: String,
    /// 哪一天，缺省为今天（北京时间） / which day, by default today in China
    #[arg(long, value_name = "DATE")]
    pub day: Option<String>,
    /// 另写出网页和日历文件 / write a page for a phone and a calendar into this folder, too
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// 存放日程的文件夹，缺省为 <公示包>.days / folder of the schedules, by default <BUNDLE>.days
    #[arg(long, value_name = "DIR")]
    pub days_dir: Option<PathBuf>,
    #[command(flatten)]
    pub secret: SecretArgs,
}

/// The kept schedule of one draw.
pub(super) struct Scheduled {
    pub draw: String,
    pub title: String,
    /// Titles of tasks, by list.
    tasks: BTreeMap<String, String>,
    rehearsal: bool,
    pub number: usize,
    gathered: Gathered,
    days: Vec<Date>,
    slots: Vec<usize>,
    /// Who is asked for, as this draw names him.
    pub iid: Iid,
}

pub(in crate::cli) fn today(
    workspace: &Path,
    args: &TodayArgs,
    clock: &Clock,
    console: &Console,
) -> Result<u8, Failure> {
    let day = match &args.day {
        Some(text) => day_of("--day", text)?,
        None => china_date(clock.now_s()).expect("bug: a clock tells a date"),
    };
    let store = Store::find(workspace)?;
    let registers = registers(store.as_ref())?;
    let (read, findings) = all_scheduled(args, store.as_ref(), registers.as_ref(), day, console)?;
    let calendar = Calendar::shipped();
    let all: Vec<(&Scheduled, Vec<Entry<'_>>)> = read
        .iter()
        .map(|one| (one, entries(&one.gathered, &one.days, &one.slots, &calendar)))
        .collect();
    let list: Vec<(&Scheduled, Vec<&Entry<'_>>)> = all
        .iter()
        .map(|(one, entries)| {
            let own = |entry: &&Entry<'_>| entry.date == day && entry.has(&one.iid);
            (*one, entries.iter().filter(own).collect())
        })
        .collect();
    let of = |(one, entries): &(&Scheduled, Vec<Entry<'_>>)| {
        let his = entries.iter().filter(|entry| entry.date > day && entry.has(&one.iid));
        his.map(|entry| entry.date).min()
    };
    let next = all.iter().filter_map(of).min();
    let seats = all.iter().flat_map(|(one, entries)| {
        let team = entries.iter().flat_map(|entry| &entry.face.team);
        team.filter(|(_, iid, name)| *iid == one.iid && !name.is_empty())
    });
    let sheet = Sheet {
        day,
        iid: &args.inspector,
        name: seats.map(|(_, _, name)| name.as_str()).next().unwrap_or_default(),
        next: next.filter(|_| list.iter().all(|(_, own)| own.is_empty())),
        rehearsal: read.iter().any(|one| one.rehearsal),
        lang: console.lang,
    };
    if let Some(folder) = &args.out {
        sheet.write(folder, &list, &stamp(clock), console)?;
    }
    console.findings(&findings);
    sheet.tell(&list, console);
    let rows = list.iter().flat_map(|(one, entries)| {
        entries.iter().map(|entry| {
            let mut row = entry_json(entry);
            row["draw"] = json!(one.draw);
            row
        })
    });
    console.report(&json!({
        "command": "today", "ok": true, "date": day.to_string(), "next": sheet.next.map(|day| day.to_string()), "list": rows.collect::<Vec<_>>(),
        "findings": findings.iter().map(|f| finding_json(f, console.lang)).collect::<Vec<_>>(),
    }));
    Ok(DONE)
}

/// The kept schedules of all bundles, with what is to be said of them.
///
/// # Errors
/// D22 if neither a draw that was read nor a register knows who is asked for.
fn all_scheduled(
    args: &TodayArgs,
    store: Option<&Store>,
    registers: Option<&Registers>,
    day: Date,
    console: &Console,
) -> Result<(Vec<Scheduled>, Vec<Finding>), Failure> {
    let mut known = who::is_registered(registers, &args.inspector);
    let (mut read, mut findings) = (Vec::new(), Vec::new());
    for (bundle, now) in bundles(args, store, day)? {
        match scheduled(&bundle, args, registers, day, console) {
            Ok(found) => {
                // A draw whose window is to come matters only for the next day, if it can tell one.
                findings.extend(found.told.into_iter().filter(|_| now));
                known |= found.known;
                read.extend(found.one);
            }
            Err(_) if !now => {}
            Err(failure) => return Err(failure),
        }
    }
    if !known {
        findings.push(who::nobody(&args.inspector));
        return Err(Failure::from(Findings(findings)));
    }
    Ok((read, findings))
}

/// The bundles given, or those of the workspace's draws whose window has the day or is to come; with whether it has.
fn bundles(
    args: &TodayArgs,
    store: Option<&Store>,
    day: Date,
) -> Result<Vec<(PathBuf, bool)>, Failure> {
    if !args.bundles.is_empty() {
        return Ok(args.bundles.iter().map(|bundle| (bundle.clone(), true)).collect());
    }
    let Some(store) = store else {
        let cause = say!(
            "没有公示包，这里也没有工作区",
            "no bundle is given, and there is no workspace here"
        );
        return Err(Finding::new("W01", cause).into());
    };
    // A sealed draw is recorded as drawn when it is opened.
    let may_be = |state: State| matches!(state, State::Live | State::Drawn);
    let drawn = store.draws()?.into_iter().filter(|record| may_be(record.state));
    let begun = drawn.filter_map(|record| {
        let (from, to) = &record.window;
        let (from, to) = parse_date(from).zip(parse_date(to))?;
        (day <= to).then(|| (PathBuf::from(record.bundle), from <= day))
    });
    Ok(begun.collect())
}

/// What a bundle has of somebody's days.
#[derive(Default)]
struct Found {
    /// Its kept schedule; none if its window is over, or there is none to be read.
    one: Option<Scheduled>,
    /// Whether the draw knows him.
    known: bool,
    /// What events changed since, or why nothing was read.
    told: Vec<Finding>,
}

impl Found {
    fn unread(folder: &Path, known: bool, cause: Text) -> Self {
        let finding = Finding::new("D19", cause).file(folder.display().to_string());
        Found { one: None, known, told: vec![finding] }
    }
}

fn scheduled(
    folder: &Path,
    args: &TodayArgs,
    registers: Option<&Registers>,
    day: Date,
    console: &Console,
) -> Result<Found, Failure> {
    let unread = |cause| Ok(Found::unread(folder, false, cause));
    if args.bundles.is_empty() {
        if !folder.is_dir() {
            return unread(say!("这台机器上没有它", "it is not on this machine"));
        }
        let bundle = readable(folder)?;
        if stage(&bundle.files) != Stage::Drawn {
            return Ok(Found::default());
        }
        let closed = commitment(&bundle)?.sealed() && !bundle.files.contains_key(OPENING);
        let secret = &args.secret;
        if closed
            && secret.passphrase_file.is_none()
            && secret.key_file.is_none()
            && secret.shares.is_empty()
        {
            return unread(say!("它是保密的", "it is sealed"));
        }
    }
    let office = office(folder, &args.secret)?;
    let Office { commitment, master, .. } = &office;
    let (from, to) = window(commitment);
    let iid = Iid::of_certificate(commitment.suite, &args.inspector);
    let keep = Keep::of(folder, args.days_dir.as_deref(), &args.secret, master.as_ref())?;
    let kept = keep.latest()?.filter(|_| day <= to);
    let (mut found, mut read) = (Found::default(), None);
    with_drawn(&office, folder, console, |drawn| {
        found.known = drawn.standing.people.contains_key(&iid);
        if let Some(kept) = &kept {
            let changed = teams_changed(&kept.record, drawn.standing);
            found.told.extend(changed.filter(|_| from <= day));
            read = Some((of_kept(kept, commitment, drawn, registers), kept.number));
        }
        Ok(())
    })?;
    let Some(((gathered, days, slots), number)) = read else {
        let inside = from <= day && day <= to;
        let none = say!("还没有日程", "there is no schedule yet");
        return Ok(if inside { Found::unread(folder, found.known, none) } else { found });
    };
    let one = Scheduled {
        draw: commitment.draw.clone(),
        title: commitment.title.clone(),
        tasks: commitment.lists.iter().map(|one| (one.list.clone(), one.title.clone())).collect(),
        rehearsal: commitment.rehearsal,
        number,
        gathered,
        days,
        slots,
        iid,
    };
    Ok(Found { one: Some(one), ..found })
}

impl Scheduled {
    /// `330199202607200004 企业公示信息检查`, of all tasks of a visit.
    pub fn tasks(&self, entry: &Entry<'_>) -> String {
        let lists = entry.face.lists.split(',');
        let named = lists.map(|list| match self.tasks.get(list) {
            Some(title) => format!("{list} {title}"),
            None => list.to_owned(),
        });
        named.collect::<Vec<_>>().join("；")
    }
}
