//! The working calendar against the notices: every day of 2015–2026, deadlines, unpublished years, an office's own days.
#![allow(missing_docs)]

use std::collections::BTreeMap;
use std::path::Path;

use jiff::civil::{Date, Weekday};
use shuangsuiji::base::calendar::{Calendar, DayKind, Deadline};
use shuangsuiji::base::date::parse_date;

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
    let golden = include_str!("calendar/exceptions.tsv");
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
    for (from, to) in
        [("2025-09-12", "2025-10-16"), ("2026-01-30", "2026-03-05"), ("2026-09-11", "2026-10-15")]
    {
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
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/calendar");
    let calendar = Calendar::shipped();
    for year in 2015..=2026 {
        let file = folder.join(format!("holiday-cn_{year}.json"));
        let Ok(text) = std::fs::read_to_string(&file) else {
            println!("not run: the data is not here ({})", file.display());
            return;
        };
        let value: serde_json::Value = serde_json::from_str(&text).unwrap();
        for row in value["days"].as_array().unwrap() {
            let kind = calendar.day(day(row["date"].as_str().unwrap())).kind;
            assert_eq!(kind == DayKind::Off, row["isOffDay"].as_bool().unwrap(), "{row}");
        }
    }
}
