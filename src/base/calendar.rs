//! The working calendar (工作日历): the State Council's holidays with make-up workdays (调休), and an office's own days.
//!
//! Deadlines of the regime count working days, day 0 being the day of completion: 企业公示信息抽查办法 and the
//! publication rules of the provinces. The State Council's General Office fixes the holidays of a year by a notice of the
//! autumn before; shipped are those of 2015–2026 (`data/calendar/cn.tsv`, each with its notice). A year without a notice
//! is *provisional*: the holidays with a fixed date are taken from 全国年节及纪念日放假办法, those of the lunar calendar
//! and all make-up days are unknown, so every answer that touches such a year says so.

use std::collections::BTreeMap;

use jiff::civil::{Date, Weekday, date};

use super::date::parse_date;
use super::finding::{Finding, Text};
use crate::say;

/// The first line of a calendar file.
pub const CALENDAR_FORMAT: &str = "# ssj-calendar/1";
/// Most days of one row: no holiday and no closing of an office is longer than a year.
const ROW_DAYS_MAX: usize = 366;
const SHIPPED: &str = include_str!("../../data/calendar/cn.tsv");

/// How a day is spent by an office.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DayKind {
    /// A whole working day.
    Work,
    /// Half a working day of this office.
    Half,
    /// Nobody works.
    Off,
}

/// A day, and why it is what it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Day<'a> {
    /// Whether it is worked.
    pub kind: DayKind,
    /// The holiday that it belongs to, or the office's own reason; none on ordinary days.
    pub name: Option<&'a str>,
    /// The notice for its year is not known here.
    pub provisional: bool,
}

/// The last day of a period counted in working days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deadline {
    /// The day.
    pub date: Date,
    /// On the way lies a day of which it is not known yet whether it will be worked.
    pub provisional: bool,
}

/// 工作日历.
#[derive(Clone, Debug)]
pub struct Calendar {
    /// The notices by year.
    notices: BTreeMap<i16, Vec<String>>,
    /// Exceptional days of the State Council: year of the notice, whether worked, holiday.
    state: BTreeMap<Date, (i16, bool, String)>,
    /// The office's own days: whether half of it is worked, and why.
    own: BTreeMap<Date, (bool, String)>,
}

impl Calendar {
    /// The State Council's calendar as shipped.
    pub fn shipped() -> Self {
        let mut calendar =
            Calendar { notices: BTreeMap::new(), state: BTreeMap::new(), own: BTreeMap::new() };
        let findings = calendar.add(SHIPPED);
        assert!(findings.is_empty(), "bug: the shipped calendar: {findings:?}");
        calendar
    }

    /// Takes in a calendar file: `docs/schedule.md` has its form. A year that it has a notice for is replaced whole.
    ///
    /// # Errors
    /// D01 for every row that is not as it must be; then nothing is taken in.
    pub fn extend(&mut self, text: &str) -> Result<(), Vec<Finding>> {
        let mut extended = self.clone();
        let findings = extended.add(text);
        if findings.is_empty() {
            *self = extended;
            Ok(())
        } else {
            Err(findings)
        }
    }

    fn add(&mut self, text: &str) -> Vec<Finding> {
        let mut findings = Vec::new();
        let mut lines = (1..).zip(text.trim_start_matches('\u{feff}').lines());
        if lines.next().is_none_or(|(_, line)| line.trim_end() != CALENDAR_FORMAT) {
            let cause =
                say!("首行须为 {CALENDAR_FORMAT}", "the first line must be {CALENDAR_FORMAT}");
            return vec![Finding::new("D01", cause).row(1)];
        }
        // The year whose notice the rows after it belong to; the years that this file has begun.
        let (mut year, mut begun) = (None, Vec::new());
        for (number, line) in lines {
            let line = line.trim_end();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            if let Err(cause) = self.row(line, &mut year, &mut begun) {
                findings.push(Finding::new("D01", cause).row(number));
            }
        }
        findings
    }

    fn row(
        &mut self,
        line: &str,
        year: &mut Option<i16>,
        begun: &mut Vec<i16>,
    ) -> Result<(), Text> {
        let cells: Vec<&str> = line.split('\t').map(str::trim).collect();
        let [kind, when, name] = *cells.as_slice() else {
            return Err(say!(
                "须有三列，以制表符分隔",
                "there must be three columns, separated by tabs"
            ));
        };
        if name.is_empty() {
            return Err(say!("第三列为空", "the third column is empty"));
        }
        if kind == "year" {
            return self.begin_year(when, name, year, begun);
        }
        let days = days_of(when)?;
        match (kind, *year) {
            ("off" | "work", Some(year)) => self.state_days(kind == "work", days, year, name),
            ("off" | "work", None) => {
                Err(say!("之前须有 year 行写明通知", "a row year with its notice must come first"))
            }
            ("closed" | "half", _) => {
                let row = |day| (day, (kind == "half", name.to_owned()));
                self.own.extend(days.into_iter().map(row));
                Ok(())
            }
            _ => Err(say!(
                "“{kind}”不是 year、off、work、closed、half 之一",
                "\"{kind}\" is none of year, off, work, closed, half"
            )),
        }
    }

    fn begin_year(
        &mut self,
        when: &str,
        notice: &str,
        year: &mut Option<i16>,
        begun: &mut Vec<i16>,
    ) -> Result<(), Text> {
        let known = when.parse::<i16>().ok().filter(|year| (1949..=9999).contains(year));
        let Some(new) = known else {
            return Err(say!("“{when}”不是年份", "\"{when}\" is no year"));
        };
        if !begun.contains(&new) {
            begun.push(new);
            self.notices.remove(&new);
            self.state.retain(|_, (of, ..)| *of != new);
        }
        self.notices.entry(new).or_default().push(notice.to_owned());
        *year = Some(new);
        Ok(())
    }

    /// Days off and make-up days. A notice speaks of its year, and of the last days of the year before.
    fn state_days(
        &mut self,
        worked: bool,
        days: Vec<Date>,
        year: i16,
        name: &str,
    ) -> Result<(), Text> {
        for day in days {
            if day.year() != year && day < unsettled_from(year) || day.year() > year {
                return Err(say!(
                    "{day} 不属于 {year} 年的通知",
                    "{day} is none of {year}'s notice"
                ));
            }
            if let Some((of, ..)) = self.state.insert(day, (year, worked, name.to_owned())) {
                return Err(say!(
                    "{day} 在 {of} 年的通知中已有",
                    "{day} stands in {of}'s notice already"
                ));
            }
        }
        Ok(())
    }

    /// What a day is for the office.
    pub fn day(&self, day: Date) -> Day<'_> {
        let state = self.state_day(day);
        match self.own.get(&day).filter(|_| state.kind == DayKind::Work) {
            None => state,
            Some((half, name)) => {
                let kind = if *half { DayKind::Half } else { DayKind::Off };
                Day { kind, name: Some(name), ..state }
            }
        }
    }

    /// What a day is for the law: without the days on which this office alone is closed.
    fn state_day(&self, day: Date) -> Day<'_> {
        let weekend = matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
        let kind = |worked| if worked { DayKind::Work } else { DayKind::Off };
        let provisional = !self.is_settled(day);
        match self.state.get(&day) {
            Some((_, worked, name)) => {
                Day { kind: kind(*worked), name: Some(name), provisional: false }
            }
            None if !self.notices.contains_key(&day.year()) && fixed_holiday(day).is_some() => {
                Day { kind: DayKind::Off, name: fixed_holiday(day), provisional }
            }
            None => Day { kind: kind(!weekend), name: None, provisional },
        }
    }

    /// Whether the notices that may speak of a day are known.
    pub fn is_settled(&self, day: Date) -> bool {
        let year = day.year();
        let next = || self.notices.contains_key(&(year + 1));
        self.notices.contains_key(&year) && (day < unsettled_from(year + 1) || next())
    }

    /// The notices of a year, each a number and an address; empty if none is known.
    pub fn notices(&self, year: i16) -> &[String] {
        self.notices.get(&year).map_or(&[], Vec::as_slice)
    }

    /// First and last year of which the notice is known.
    pub fn years(&self) -> Option<(i16, i16)> {
        Some((*self.notices.keys().next()?, *self.notices.keys().next_back()?))
    }

    /// The `n`-th working day after `day`, which itself is day 0; with n = 0 `day` itself. A deadline of the law: the
    /// office's own closings do not put it off. None where the calendar of the machine ends.
    pub fn deadline(&self, day: Date, n: u32) -> Option<Deadline> {
        let mut deadline = Deadline { date: day, provisional: !self.is_settled(day) };
        let mut left = n;
        while left > 0 {
            deadline.date = deadline.date.tomorrow().ok()?;
            let state = self.state_day(deadline.date);
            deadline.provisional |= state.provisional;
            left -= u32::from(state.kind == DayKind::Work);
        }
        Some(deadline)
    }

    /// The days from `from` to `to` on which the office works, whole or half.
    pub fn working_days(&self, from: Date, to: Date) -> Vec<(Date, DayKind)> {
        let days = from.series(jiff::Span::new().days(1)).take_while(|day| *day <= to);
        let kinds = days.map(|day| (day, self.day(day).kind));
        kinds.filter(|(_, kind)| *kind != DayKind::Off).collect()
    }
}

/// The first day of the year before of which a year's notice may speak: that of 2019 moved 29 and 31 December 2018.
fn unsettled_from(year: i16) -> Date {
    date(year - 1, 12, 26)
}

/// A holiday of the law with a fixed date (全国年节及纪念日放假办法, as amended from 2025).
fn fixed_holiday(day: Date) -> Option<&'static str> {
    match (day.month(), day.day()) {
        (1, 1) => Some("元旦"),
        (5, 1 | 2) => Some("劳动节"),
        (10, 1..=3) => Some("国庆节"),
        _ => None,
    }
}

/// `2026-10-01` or `2026-10-01..2026-10-07`.
fn days_of(when: &str) -> Result<Vec<Date>, Text> {
    let (from, to) = when.split_once("..").unwrap_or((when, when));
    let day = |text: &str| {
        parse_date(text).ok_or_else(|| say!("“{text}”不是日期", "\"{text}\" is no date"))
    };
    let (from, to) = (day(from)?, day(to)?);
    let days = from.series(jiff::Span::new().days(1)).take_while(|day| *day <= to);
    let days: Vec<Date> = days.take(ROW_DAYS_MAX + 1).collect();
    if days.is_empty() || days.len() > ROW_DAYS_MAX {
        return Err(say!("“{when}”不是一段日子", "\"{when}\" is no period"));
    }
    Ok(days)
}
