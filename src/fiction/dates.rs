//! Civil dates as days since 1970-01-01, enough to write and read them (Gregorian calendar, years 1970 … 9999).

/// The day before the draw's beacon: the registers are as of then.
pub(super) const TODAY: i32 = day(2026, 7, 20);

/// Days since 1970-01-01 (H. Hinnant, "chrono-Compatible Low-Level Date Algorithms", `days_from_civil`).
pub(super) const fn day(year: i32, month: i32, day: i32) -> i32 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year / 400;
    let of_era = year - era * 400;
    let of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// `YYYY-MM-DD` (`civil_from_days` of the same paper).
pub(super) fn text(days: i32) -> String {
    let days = days + 719_468;
    let era = days / 146_097;
    let of_era = days - era * 146_097;
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let shifted = (5 * of_year + 2) / 153;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year + era * 400 + i32::from(month <= 2);
    format!("{year:04}-{month:02}-{:02}", of_year - (153 * shifted + 2) / 5 + 1)
}

/// Reads what `text` would write; anything else is `None`.
pub(super) fn parse(date: &str) -> Option<i32> {
    let mut parts = date.split('-').map(|part| part.parse::<i32>().ok());
    let (year, month, of_month) = (parts.next()??, parts.next()??, parts.next()??);
    let days =
        ((1..=9999).contains(&year) && (1..=12).contains(&month) && (1..=31).contains(&of_month))
            .then(|| day(year, month, of_month))?;
    (text(days) == date).then_some(days)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_day_survives_a_round_trip() {
        assert_eq!((text(0), text(day(2026, 7, 24))), ("1970-01-01".into(), "2026-07-24".into()));
        for days in day(1970, 1, 1)..day(2101, 1, 1) {
            assert_eq!(parse(&text(days)), Some(days));
        }
    }

    #[test]
    fn what_is_no_date_is_refused() {
        for bad in
            ["", "2026-02-30", "2026-2-3", "2026-13-01", "44197", "2026-01-01-01", "２０２６-01-01"]
        {
            assert_eq!(parse(bad), None, "{bad}");
        }
    }
}
