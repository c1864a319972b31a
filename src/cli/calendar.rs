//! `ssj calendar`: whether a day is worked, and the last day of a period counted in working days.

use std::fs;
use std::path::PathBuf;

use jiff::civil::{Date, Weekday};
use serde_json::json;

use super::console::{Console, finding_json};
use super::{DONE, Failure};
use crate::base::calendar::{Calendar, DayKind};
use crate::base::date::parse_date;
use crate::base::finding::{Finding, Findings, Lang, Text};
use crate::io::durable::failed;
use crate::say;

#[derive(clap::Args)]
pub(super) struct CalendarArgs {
    /// 日期 / the day, YYYY-MM-DD
    pub date: String,
    /// 其后第几个工作日，当日为第 0 日 / the working day so many after it, which itself is day 0
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(0..=10_000))]
    pub plus: Option<u32>,
    #[command(flatten)]
    pub more: MoreDays,
}

/// Calendars beside the shipped one.
#[derive(clap::Args, Default)]
pub(super) struct MoreDays {
    /// 另加的工作日历文件：新公布的年份、本单位休息日 / calendar files: years announced since, the office's own days
    #[arg(long = "calendar", value_name = "FILE")]
    pub calendars: Vec<PathBuf>,
}

impl MoreDays {
    /// The shipped calendar with these files, in their order.
    pub fn calendar(&self) -> Result<Calendar, Failure> {
        let (mut calendar, mut findings) = (Calendar::shipped(), Vec::new());
        for path in &self.calendars {
            let place = path.display().to_string();
            let text = fs::read_to_string(path).map_err(|e| match e.kind() {
                std::io::ErrorKind::InvalidData => {
                    Finding::new("D01", say!("不是 UTF-8", "not UTF-8")).file(&place)
                }
                _ => failed(path, &e),
            })?;
            if let Err(found) = calendar.extend(&text) {
                findings.extend(found.into_iter().map(|finding| finding.file(&place)));
            }
        }
        let (calendar, _) = Findings::check(findings, calendar)?;
        Ok(calendar)
    }
}

pub(super) fn calendar(args: &CalendarArgs, console: &Console) -> Result<u8, Failure> {
    let calendar = args.more.calendar()?;
    let Some(date) = parse_date(&args.date) else {
        let text = &args.date;
        let cause = say!("“{text}”不是 YYYY-MM-DD 的日期", "\"{text}\" is no date YYYY-MM-DD");
        return Err(Finding::new("W07", cause).into());
    };
    let day = calendar.day(date);
    let (week, name) = (weekday(date), day.name.unwrap_or_default());
    let kind = match day.kind {
        // A named day that is worked is the price of a holiday, and is none.
        DayKind::Work if !name.is_empty() => say!("调休上班", "make-up workday"),
        DayKind::Work => say!("工作日", "a working day"),
        DayKind::Half => say!("半个工作日", "half a working day"),
        DayKind::Off => say!("休息", "no working day"),
    };
    let named = if name.is_empty() {
        Text { zh: String::new(), en: String::new() }
    } else {
        say!("（{name}）", " ({name})")
    };
    console.say(&Text {
        zh: format!("{date} {}：{}{}", week.zh, kind.zh, named.zh),
        en: format!("{date} {}: {}{}", week.en, kind.en, named.en),
    });
    for notice in calendar.notices(date.year()) {
        console.say(&say!("  依据 {notice}", "  by {notice}"));
    }
    let deadline = args.plus.map(|n| (n, calendar.deadline(date, n)));
    let mut provisional = day.provisional;
    if let Some((n, Some(deadline))) = deadline {
        let (last, week) = (deadline.date, weekday(deadline.date));
        provisional |= deadline.provisional;
        console.say(&Text {
            zh: format!("其后第 {n} 个工作日：{last} {}", week.zh),
            en: format!("working day {n} after it: {last} {}", week.en),
        });
    }
    let findings: Vec<Finding> = provisional.then(|| unannounced(&calendar)).into_iter().collect();
    console.findings(&findings);
    console.report(&json!({
        "command": "calendar", "ok": true, "date": date.to_string(), "day": day_word(day.kind), "name": name,
        "provisional": provisional,
        "deadline": deadline.and_then(|(n, last)| last.map(|last| json!({"n": n, "date": last.date.to_string()}))),
        "findings": findings.iter().map(|f| finding_json(f, console.lang)).collect::<Vec<_>>(),
    }));
    Ok(DONE)
}

/// D02: how far the notices go.
pub(super) fn unannounced(calendar: &Calendar) -> Finding {
    let (first, last) = calendar.years().unwrap_or_default();
    let cause = say!(
        "已知 {first}–{last} 年的放假安排；{last} 年末几天可能还有调休",
        "holidays are known for {first}–{last}; the last days of {last} may yet be moved"
    );
    Finding::new("D02", cause)
}

fn day_word(kind: DayKind) -> &'static str {
    match kind {
        DayKind::Work => "work",
        DayKind::Half => "half",
        DayKind::Off => "off",
    }
}

/// The day's name in the week.
pub(super) fn weekday(date: Date) -> Text {
    let (zh, en) = match date.weekday() {
        Weekday::Monday => ("周一", "Mon"),
        Weekday::Tuesday => ("周二", "Tue"),
        Weekday::Wednesday => ("周三", "Wed"),
        Weekday::Thursday => ("周四", "Thu"),
        Weekday::Friday => ("周五", "Fri"),
        Weekday::Saturday => ("周六", "Sat"),
        Weekday::Sunday => ("周日", "Sun"),
    };
    Text { zh: zh.to_owned(), en: en.to_owned() }
}

/// `周三` or `Wed`.
pub(super) fn weekday_in(date: Date, lang: Lang) -> String {
    weekday(date).get(lang).to_owned()
}
