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

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Date {
        parse_date(text).unwrap()
    }

    fn after(calendar: &Calendar, from: &str, n: u32) -> (String, bool) {
        let Deadline { date, provisional } = calendar.deadline(day(from), n).unwrap();
        (date.to_string(), provisional)
    }

    /// The days of 2015–2026 that are not as their weekday is, made from the notices by another program.
    #[test]
    fn exceptional_days_are_those_of_the_notices() {
        let golden = include_str!("../../tests/calendar/exceptions.tsv");
        let mut expected: BTreeMap<Date, DayKind> = BTreeMap::new();
        for line in golden.lines().skip(1) {
            let (when, kind) = line.split_once('\t').unwrap();
            expected.insert(day(when), if kind == "work" { DayKind::Work } else { DayKind::Off });
        }
        assert_eq!(expected.len(), 289);
        let calendar = Calendar::shipped();
        assert_eq!(calendar.years(), Some((2015, 2026)));
        let (mut at, mut per_year) = (day("2015-01-01"), BTreeMap::<i16, u32>::new());
        while at <= day("2026-12-31") {
            let weekend = matches!(at.weekday(), Weekday::Saturday | Weekday::Sunday);
            let ordinary = if weekend { DayKind::Off } else { DayKind::Work };
            let kind = calendar.day(at).kind;
            assert_eq!(kind, *expected.get(&at).unwrap_or(&ordinary), "{at}");
            *per_year.entry(at.year()).or_default() += u32::from(kind == DayKind::Work);
            at = at.tomorrow().unwrap();
        }
        // 52 weeks have 260 or 261 working days; the law takes 11 days a year, since 2025 it takes 13.
        let counts: Vec<u32> = per_year.into_values().collect();
        assert_eq!(counts, [249, 250, 249, 250, 250, 249, 250, 249, 249, 251, 248, 248]);
    }

    #[test]
    fn deadlines_count_make_up_days() {
        let calendar = Calendar::shipped();
        for (from, to) in [
            ("2025-09-12", "2025-10-16"),
            ("2026-01-30", "2026-03-05"),
            ("2026-09-11", "2026-10-15"),
        ] {
            assert_eq!(after(&calendar, from, 20), (to.to_owned(), false), "{from}");
        }
        assert_eq!(after(&calendar, "2026-10-01", 0), ("2026-10-01".to_owned(), false));
        assert_eq!(after(&calendar, "2026-10-01", 1), ("2026-10-08".to_owned(), false));
    }

    #[test]
    fn what_touches_an_unpublished_year_is_provisional() {
        let mut calendar = Calendar::shipped();
        assert_eq!(after(&calendar, "2026-11-26", 20), ("2026-12-24".to_owned(), false));
        // The notice for 2027 may yet move the last days of December, as that for 2019 did.
        assert_eq!(after(&calendar, "2026-11-30", 20), ("2026-12-28".to_owned(), true));
        assert_eq!(after(&calendar, "2026-12-10", 20), ("2027-01-08".to_owned(), true));
        let notice = "# ssj-calendar/1\nyear\t2027\t虚构的通知\noff\t2027-01-01..2027-01-03\t元旦\n\
                      work\t2026-12-26\t元旦\noff\t2026-12-31\t元旦\n";
        calendar.extend(notice).unwrap();
        assert_eq!(after(&calendar, "2026-12-10", 20), ("2027-01-08".to_owned(), false));
        assert_eq!(calendar.day(day("2026-12-26")).kind, DayKind::Work);
        assert_eq!(calendar.notices(2027), ["虚构的通知"]);
        // A later file replaces the year whole.
        calendar.extend("# ssj-calendar/1\nyear\t2027\t更正\n").unwrap();
        assert_eq!(calendar.day(day("2026-12-26")).kind, DayKind::Off);
    }

    #[test]
    fn an_office_closes_without_putting_off_the_law() {
        let mut calendar = Calendar::shipped();
        let own = "# ssj-calendar/1\nclosed\t2026-10-12..2026-10-13\t搬迁\nhalf\t2026-10-14\t学习\n\
                   closed\t2026-10-11\t周日\n";
        calendar.extend(own).unwrap();
        assert_eq!(after(&calendar, "2026-09-11", 20), ("2026-10-15".to_owned(), false));
        let days = calendar.working_days(day("2026-10-09"), day("2026-10-15"));
        let days: Vec<(String, DayKind)> =
            days.into_iter().map(|(day, kind)| (day.to_string(), kind)).collect();
        let expected = [
            ("2026-10-09", DayKind::Work),
            ("2026-10-10", DayKind::Work),
            ("2026-10-14", DayKind::Half),
            ("2026-10-15", DayKind::Work),
        ];
        assert_eq!(days, expected.map(|(day, kind)| (day.to_owned(), kind)));
        assert_eq!(calendar.day(day("2026-10-12")).name, Some("搬迁"));
    }

    #[test]
    fn a_file_is_refused_row_by_row() {
        let mut calendar = Calendar::shipped();
        let refused = |calendar: &mut Calendar, text: &str| -> Vec<u64> {
            let findings = calendar.extend(text).unwrap_err();
            assert!(findings.iter().all(|finding| finding.code() == "D01"));
            findings.iter().filter_map(|finding| finding.place.row).collect()
        };
        assert_eq!(refused(&mut calendar, "year\t2027\tx\n"), [1]);
        let bad = "# ssj-calendar/1\noff\t2027-01-01\t元旦\nyear\t2027\tx\noff\t2027-02-30\t元旦\n\
                   off\t2027-01-01\noff\t2026-06-01\t早\noff\t2027-01-02..2027-01-01\t反\n\
                   free\t2027-01-01\t元旦\noff\t2027-01-01\t元旦\nwork\t2027-01-01\t元旦\nhalf\t2027-03-01\t\n";
        assert_eq!(refused(&mut calendar, bad), [2, 4, 5, 6, 7, 8, 10, 11]);
        assert_eq!(calendar.years(), Some((2015, 2026)), "nothing of it was taken in");
    }

    /// Every day against the data that the shipped table was made from, where it lies beside the project.
    #[test]
    fn every_day_agrees_with_its_source() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/data/calendar");
        let calendar = Calendar::shipped();
        for year in 2015..=2026 {
            let Ok(text) = std::fs::read_to_string(format!("{folder}/holiday-cn_{year}.json"))
            else {
                eprintln!("not run: no data beside the project");
                return;
            };
            let value: serde_json::Value = serde_json::from_str(&text).unwrap();
            for row in value["days"].as_array().unwrap() {
                let kind = calendar.day(day(row["date"].as_str().unwrap())).kind;
                assert_eq!(kind == DayKind::Off, row["isOffDay"].as_bool().unwrap(), "{row}");
            }
        }
    }
}
