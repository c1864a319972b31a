//! `ssj today --inspector ID`: the visits of one person on one day, by default on today's date in China, of all draws of the
//! workspace or of the bundles given: as text, as a page for a phone, as a calendar. It reads the schedules that are kept
//! and makes none.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use jiff::civil::Date;
use serde_json::json;

use super::super::bundle::{Office, commitment, office, readable};
use super::super::calendar::weekday_in;
use super::super::chart::escaped;
use super::super::clock::Clock;
use super::super::console::{Console, finding_json};
use super::super::ground::Registers;
use super::super::secret::SecretArgs;
use super::super::{DONE, Failure};
use super::day_of;
use super::drawn::with_drawn;
use super::gather::{Gathered, of_kept, registers, teams_changed, window};
use super::ical;
use super::keep::Keep;
use super::out::stamp;
use super::tell::entry_json;
use super::view::{Entry, entries};
use crate::base::calendar::Calendar;
use crate::base::date::{china_date, parse_date};
use crate::base::finding::{Finding, Lang, Text};
use crate::io::durable::{make_folders, replace_file};
use crate::record::bundle::{OPENING, Stage, stage};
use crate::record::ids::Iid;
use crate::say;
use crate::store::{State, Store};

const STYLE: &str = concat!(include_str!("../page.css"), include_str!("today.css"));

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
struct Scheduled {
    draw: String,
    title: String,
    /// Titles of tasks, by list.
    tasks: BTreeMap<String, String>,
    rehearsal: bool,
    number: usize,
    gathered: Gathered,
    days: Vec<Date>,
    slots: Vec<usize>,
}

/// Whose day it is.
struct Sheet<'a> {
    day: Date,
    iid: &'a str,
    name: &'a str,
    rehearsal: bool,
    lang: Lang,
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
    let (mut read, mut findings) = (Vec::new(), Vec::new());
    for bundle in bundles(args, store.as_ref(), day)? {
        match scheduled(&bundle, args, registers.as_ref(), day, console)? {
            Ok((one, more)) => {
                findings.extend(more);
                read.extend(one);
            }
            Err(cause) => {
                let place = bundle.display().to_string();
                findings.push(Finding::new("D19", cause).file(place));
            }
        }
    }
    let calendar = Calendar::shipped();
    let all: Vec<(&Scheduled, Vec<Entry<'_>>)> = read
        .iter()
        .map(|one| (one, entries(&one.gathered, &one.days, &one.slots, &calendar)))
        .collect();
    let own = |entry: &&Entry<'_>| {
        let him = entry.face.team.iter().any(|(_, iid, _)| iid.as_str() == args.inspector);
        entry.date == day && him
    };
    let list: Vec<(&Scheduled, Vec<&Entry<'_>>)> =
        all.iter().map(|(one, entries)| (*one, entries.iter().filter(own).collect())).collect();
    let team = list.iter().flat_map(|(_, entries)| entries).flat_map(|entry| &entry.face.team);
    let name = team.clone().find(|(_, iid, _)| iid.as_str() == args.inspector);
    let sheet = Sheet {
        day,
        iid: &args.inspector,
        name: name.map_or("", |(_, _, name)| name),
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
        "command": "today", "ok": true, "date": day.to_string(), "list": rows.collect::<Vec<_>>(),
        "findings": findings.iter().map(|f| finding_json(f, console.lang)).collect::<Vec<_>>(),
    }));
    Ok(DONE)
}

/// The bundles given, or those of the workspace's draws whose window has the day.
fn bundles(args: &TodayArgs, store: Option<&Store>, day: Date) -> Result<Vec<PathBuf>, Failure> {
    if !args.bundles.is_empty() {
        return Ok(args.bundles.clone());
    }
    let Some(store) = store else {
        let cause = say!(
            "没有公示包，这里也没有工作区",
            "no bundle is given, and there is no workspace here"
        );
        return Err(Finding::new("W01", cause).into());
    };
    let has = |(from, to): &(String, String)| {
        let days = parse_date(from).zip(parse_date(to));
        days.is_some_and(|(from, to)| from <= day && day <= to)
    };
    let records = store.draws()?.into_iter();
    // A sealed draw is recorded as drawn when it is opened.
    let may_be = |state: State| matches!(state, State::Live | State::Drawn);
    let drawn = records.filter(|record| may_be(record.state) && has(&record.window));
    Ok(drawn.map(|record| PathBuf::from(record.bundle)).collect())
}

/// The kept schedule of a bundle with what events changed since; none if the day is none of its window's, a cause if
/// there is nothing to be read.
type Read = Result<(Option<Scheduled>, Vec<Finding>), Text>;

fn scheduled(
    folder: &Path,
    args: &TodayArgs,
    registers: Option<&Registers>,
    day: Date,
    console: &Console,
) -> Result<Read, Failure> {
    if args.bundles.is_empty() {
        if !folder.is_dir() {
            return Ok(Err(say!("这台机器上没有它", "it is not on this machine")));
        }
        let bundle = readable(folder)?;
        if stage(&bundle.files) != Stage::Drawn {
            return Ok(Ok((None, Vec::new())));
        }
        let closed = commitment(&bundle)?.sealed() && !bundle.files.contains_key(OPENING);
        let secret = &args.secret;
        if closed
            && secret.passphrase_file.is_none()
            && secret.key_file.is_none()
            && secret.shares.is_empty()
        {
            return Ok(Err(say!("它是保密的", "it is sealed")));
        }
    }
    let office = office(folder, &args.secret)?;
    let Office { commitment, master, .. } = &office;
    let (from, to) = window(commitment);
    if day < from || to < day {
        return Ok(Ok((None, Vec::new())));
    }
    let keep = Keep::of(folder, args.days_dir.as_deref(), &args.secret, master.as_ref())?;
    let Some(kept) = keep.latest()? else {
        return Ok(Err(say!("还没有日程", "there is no schedule yet")));
    };
    let (mut changed, mut read) = (Vec::new(), None);
    with_drawn(&office, folder, console, |drawn| {
        changed.extend(teams_changed(&kept.record, drawn.standing));
        read = Some(of_kept(&kept, commitment, drawn, registers));
        Ok(())
    })?;
    let (gathered, days, slots) = read.expect("bug: it was read");
    let one = Scheduled {
        draw: commitment.draw.clone(),
        title: commitment.title.clone(),
        tasks: commitment.lists.iter().map(|one| (one.list.clone(), one.title.clone())).collect(),
        rehearsal: commitment.rehearsal,
        number: kept.number,
        gathered,
        days,
        slots,
    };
    Ok(Ok((Some(one), changed)))
}

impl Scheduled {
    /// `330199202607200004 企业公示信息检查`, of all tasks of a visit.
    fn tasks(&self, entry: &Entry<'_>) -> String {
        let lists = entry.face.lists.split(',');
        let named = lists.map(|list| match self.tasks.get(list) {
            Some(title) => format!("{list} {title}"),
            None => list.to_owned(),
        });
        named.collect::<Vec<_>>().join("；")
    }
}

impl Sheet<'_> {
    fn who(&self) -> String {
        format!("{} {}", self.iid, self.name).trim_end().to_owned()
    }

    fn tell(&self, list: &[(&Scheduled, Vec<&Entry<'_>>)], console: &Console) {
        let n: usize = list.iter().map(|(_, entries)| entries.len()).sum();
        let (day, week, who) = (self.day, weekday_in(self.day, self.lang), self.who());
        console.say(&say!("{day} {week} {who}：{n} 次检查", "{day} {week} {who}: {n} visits"));
        for (one, entries) in list.iter().filter(|(_, entries)| !entries.is_empty()) {
            console.line(&format!("{} {}", one.draw, one.title));
            for (n, entry) in (1..).zip(entries) {
                let slot = entry.slot.map(|slot| format!("{slot} ")).unwrap_or_default();
                console.line(&format!("  {n}. {slot}{}  {}", entry.title(), entry.sid));
                let place = format!("{} {}", entry.area, entry.face.address);
                for line in [place.trim().to_owned(), others(entry, self.iid), one.tasks(entry)] {
                    if !line.is_empty() {
                        console.line(&format!("     {line}"));
                    }
                }
            }
        }
    }

    /// `<iid>-<day>.html` and `.ics`.
    fn write(
        &self,
        folder: &Path,
        list: &[(&Scheduled, Vec<&Entry<'_>>)],
        stamp: &str,
        console: &Console,
    ) -> Result<(), Failure> {
        make_folders(folder)?;
        let name =
            format!("{}-{}", self.iid.replace(|c: char| !c.is_ascii_alphanumeric(), "-"), self.day);
        replace_file(&folder.join(format!("{name}.html")), self.page(list).as_bytes())?;
        let outings: Vec<ical::Outing<'_>> = list
            .iter()
            .map(|(one, entries)| (one.draw.as_str(), one.number, entries.clone()))
            .collect();
        let iid = Iid::parse(self.iid).map_err(|_| {
            let iid = self.iid;
            Finding::new("W07", say!("“{iid}”不是执法证号", "\"{iid}\" is no certificate number"))
                .column("--inspector")
        })?;
        let text = ical::calendar(&iid, &outings, stamp);
        replace_file(&folder.join(format!("{name}.ics")), text.as_bytes())?;
        let place = folder.display();
        console.say(&say!("已写出到 {place}", "written to {place}"));
        Ok(())
    }

    /// A page for a phone: no script, nothing from elsewhere.
    fn page(&self, list: &[(&Scheduled, Vec<&Entry<'_>>)]) -> String {
        let word = |text: &Text| escaped(text.get(self.lang));
        let mut body = String::new();
        for (one, entries) in list.iter().filter(|(_, entries)| !entries.is_empty()) {
            body +=
                &format!("<h2>{}</h2>\n<ol>\n", escaped(&format!("{} {}", one.draw, one.title)));
            for entry in entries {
                let slot = entry.slot.map(|slot| format!("<i>{}</i> ", escaped(slot)));
                let place = format!("{} {}", entry.area, entry.face.address);
                body += &format!(
                    "<li>{}<b>{}</b><span>{}</span><span>{}</span><span>{}</span><code>{}</code></li>\n",
                    slot.unwrap_or_default(),
                    escaped(entry.title()),
                    escaped(place.trim()),
                    escaped(&others(entry, self.iid)),
                    escaped(&one.tasks(entry)),
                    escaped(entry.sid),
                );
            }
            body += "</ol>\n";
        }
        if body.is_empty() {
            body = format!("<p class=\"about\">{}</p>\n", word(&say!("没有检查", "No visits")));
        }
        let banner = match self.rehearsal {
            true => say!(
                "演练 · 内部使用，检查之前不得公布",
                "A rehearsal · internal, not to be published before the visits"
            ),
            false => say!(
                "内部使用，检查之前不得公布",
                "Internal: not to be published before the visits"
            ),
        };
        let html_lang = if self.lang == Lang::Zh { "zh-CN" } else { "en" };
        let title = escaped(&format!("{} {}", self.day, weekday_in(self.day, self.lang)));
        format!(
            "<!doctype html>\n<html lang=\"{html_lang}\"><head><meta charset=\"utf-8\">\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
             <title>{title}</title><style>{STYLE}</style></head>\n<body><main class=\"today\">\n\
             <p class=\"banner\">{}</p>\n<h1>{title}</h1>\n<p class=\"about\">{}</p>\n{body}</main></body></html>\n",
            word(&banner),
            escaped(&self.who()),
        )
    }
}

/// With whom he goes.
fn others(entry: &Entry<'_>, iid: &str) -> String {
    let others = entry.face.team.iter().filter(|(_, other, _)| other.as_str() != iid);
    let words = others.map(|(_, iid, name)| format!("{iid} {name}").trim_end().to_owned());
    words.collect::<Vec<_>>().join("，")
}
