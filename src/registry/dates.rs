//! Dates as registers hold them: spreadsheet serials and six textual forms. Two-digit years, months without a day
//! and days before months are refused: they could mean another day.

use jiff::civil::{Date, date};

use crate::base::date::parse_date;

/// The civil date that a cell means, if it can mean only one.
pub fn civil(cell: &str) -> Option<Date> {
    let (day, time) = match cell.split_once([' ', 'T']) {
        Some((day, time)) => (day, Some(time.trim())),
        None => (cell, None),
    };
    match time {
        Some(time) if !is_time(time) => None,
        Some(_) => written(day),
        None => written(day).or_else(|| serial(day)),
    }
}

/// `2026-01-05`, `2026-1-5`, `2026/01/05`, `2026.1.5`, `2026年1月5日`, `20260105`.
fn written(day: &str) -> Option<Date> {
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if day.len() == 8 && is_digits(day) {
        return parse_date(&format!("{}-{}-{}", &day[..4], &day[4..6], &day[6..]));
    }
    let chinese = day.strip_suffix(['日', '号']).and_then(|day| {
        let (year, rest) = day.split_once('年')?;
        let (month, day) = rest.split_once('月')?;
        Some([year, month, day])
    });
    let parts = chinese.or_else(|| {
        ['-', '/', '.'].iter().find_map(|separator| {
            let mut parts = day.split(*separator);
            let three = [parts.next()?, parts.next()?, parts.next()?];
            parts.next().is_none().then_some(three)
        })
    });
    let [year, month, day] = parts?.map(str::trim);
    let fits = |text: &str, most: usize| is_digits(text) && text.len() <= most;
    if year.len() != 4 || !fits(year, 4) || !fits(month, 2) || !fits(day, 2) {
        return None;
    }
    parse_date(&format!("{year}-{month:0>2}-{day:0>2}"))
}

/// `0:00`, `08:30:00`, `08:30:00.000`: without a zone, which could make it another day.
fn is_time(time: &str) -> bool {
    let parts: Vec<&str> = time.split(':').collect();
    let is_digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    let within = |text: &str, limit: u32| {
        (1..=2).contains(&text.len())
            && is_digits(text)
            && text.parse().is_ok_and(|n: u32| n < limit)
    };
    let second = |text: &str| match text.split_once('.') {
        Some((whole, rest)) => within(whole, 60) && !rest.is_empty() && is_digits(rest),
        None => within(text, 60),
    };
    match parts[..] {
        [hour, minute] => within(hour, 24) && within(minute, 60),
        [hour, minute, seconds] => within(hour, 24) && within(minute, 60) && second(seconds),
        _ => false,
    }
}

/// The date of a serial of the 1900 system, 10000 (1927-05-18) to 73050 (2099-12-31), with or without a part of a
/// day. Four digits are taken for a year, and so refused. From serial 61 on day 1 is 1899-12-31, since the system
/// counts a 29 February 1900 that never was.
fn serial(cell: &str) -> Option<Date> {
    let (whole, part) = cell.split_once('.').unwrap_or((cell, "0"));
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if whole.len() != 5 || !is_digits(whole) || !is_digits(part) {
        return None;
    }
    let days: i64 = whole.parse().ok().filter(|days| (10_000..=73_050).contains(days))?;
    date(1899, 12, 30).checked_add(jiff::Span::new().days(days)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_day_in_many_forms() {
        for text in [
            "2026-01-05",
            "2026-1-5",
            "2026/01/05",
            "2026/1/5",
            "2026.1.5",
            "2026.01.05",
            "20260105",
            "2026年1月5日",
            "2026年01月05日",
            "2026年1月5号",
            "46027",
            "46027.0",
            "46027.75",
            "2026-01-05 00:00:00",
            "2026/1/5 8:30",
            "2026-01-05T08:30:00",
            "2026-01-05 08:30:00.000",
        ] {
            assert_eq!(
                civil(text).map(|day| day.to_string()).as_deref(),
                Some("2026-01-05"),
                "{text}"
            );
        }
        // Known answers of the 1900 system: 1970-01-01, 2000-01-01 and 2099-12-31.
        for (serial, day) in
            [("25569", "1970-01-01"), ("36526", "2000-01-01"), ("73050", "2099-12-31")]
        {
            assert_eq!(civil(serial).unwrap().to_string(), day);
        }
    }

    #[test]
    fn what_could_be_another_day_is_refused() {
        for text in [
            "",
            "2026",
            "2026-1",
            "2026年1月",
            "1/5/2026",
            "26-1-5",
            "2026-13-01",
            "2026-02-30",
            "9999",
            "73051",
            "460270",
            "46027.x",
            "2026-1/5",
            "2026-01-05T16:00:00Z",
            "2026-01-05 25:00",
            "2026-01-05 上午",
            "长期",
            "-46027",
            "2026-01-05 ",
            "2026-1-5-6",
        ] {
            assert_eq!(civil(text), None, "{text}");
        }
    }
}
