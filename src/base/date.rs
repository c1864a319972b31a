//! Civil dates and instants, without any time-zone database: a deadline of the regime is a civil date,
//! the time of a beacon is seconds of UTC.

use jiff::civil::Date;

/// A civil date written `YYYY-MM-DD`, and nothing else.
pub fn parse_date(text: &str) -> Option<Date> {
    let [y, e, a, r, b'-', m, n, b'-', d, f] = *text.as_bytes() else { return None };
    // A million rows have three dates each: no general parser, and nothing is printed to be compared.
    let number = |digits: &[u8]| {
        let digit = |n: i16, b: &u8| b.is_ascii_digit().then(|| n * 10 + i16::from(b - b'0'));
        digits.iter().try_fold(0, digit)
    };
    let [month, day] = [[m, n], [d, f]].map(|two| number(&two).and_then(|n| i8::try_from(n).ok()));
    // There is no year 0 in the Gregorian calendar.
    Date::new(number(&[y, e, a, r]).filter(|year| *year > 0)?, month?, day?).ok()
}

/// Seconds since 1970-01-01T00:00:00Z of an RFC 3339 time with offset (`2026-10-09T08:00:00+08:00`) or `Z`.
pub fn parse_instant(text: &str) -> Option<u64> {
    let at: jiff::Timestamp = text.parse().ok()?;
    u64::try_from(at.as_second()).ok()
}

/// The instant in China Standard Time (UTC+8, no summer time since 1991), `2026-10-09 08:00:00`.
pub fn china_time(unix_s: u64) -> String {
    let seconds = i64::try_from(unix_s).unwrap_or(i64::MAX).saturating_add(8 * 3600);
    match jiff::Timestamp::from_second(seconds) {
        Ok(at) => at.to_string().replace('T', " ").replace('Z', ""),
        Err(_) => format!("{unix_s} s"),
    }
}

/// The civil date in China at that instant.
pub fn china_date(unix_s: u64) -> Option<Date> {
    parse_date(china_time(unix_s).get(..10)?)
}

/// Whole days from `from` to `to`; negative if `to` is earlier.
pub fn days_between(from: Date, to: Date) -> i64 {
    from.until(to).map_or(0, |span| i64::from(span.get_days()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_have_one_form() {
        for good in ["2026-10-09", "2024-02-29", "0001-01-01", "9999-12-31"] {
            assert_eq!(parse_date(good).unwrap().to_string(), good);
        }
        for bad in [
            "0000-01-01",
            "2026-10-9",
            "-001-10-09",
            "２026-1-09",
            "2026/10/09",
            "2026-00-09",
            "20261009",
            "2026-13-01",
            "2026-02-30",
            " 2026-10-09",
            "2026-10-09T00:00",
        ] {
            assert!(parse_date(bad).is_none(), "{bad:?}");
        }
        assert_eq!(
            days_between(parse_date("2026-01-30").unwrap(), parse_date("2026-03-01").unwrap()),
            30
        );
        assert_eq!(
            days_between(parse_date("2026-03-01").unwrap(), parse_date("2026-01-30").unwrap()),
            -30
        );
    }

    #[test]
    fn instants() {
        assert_eq!(parse_instant("2026-07-23T07:38:30Z"), Some(1_784_792_310));
        assert_eq!(parse_instant("2026-07-23T15:38:30+08:00"), Some(1_784_792_310));
        assert_eq!(china_time(1_784_792_310), "2026-07-23 15:38:30");
        assert_eq!(china_date(1_784_792_310).unwrap().to_string(), "2026-07-23");
        assert_eq!(parse_instant("2026-07-23T15:38:30"), None);
    }
}
