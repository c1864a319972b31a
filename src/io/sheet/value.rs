//! The text of a cell's value, as a person sees it where that matters.

use calamine::{DataRef, ExcelDateTime, ExcelDateTimeType};

use super::shown::Shown;

/// Integers below this are exact in the floats that spreadsheets keep.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// The day after the last that a spreadsheet knows, as a serial.
const DATES_END: f64 = 2_958_466.0;

/// What a cell holds.
#[derive(Debug, PartialEq)]
pub(super) enum Value {
    /// Nothing at all: of a formula, no result was saved.
    Nothing,
    Text(String),
    /// The text that a number has by its format.
    Shown(String),
    /// `#REF!` and its like.
    Error(String),
}

pub(super) fn of_ref(value: DataRef<'_>, shown: Shown) -> Value {
    Value::Text(match value {
        DataRef::Empty => return Value::Nothing,
        DataRef::String(text) => text,
        DataRef::SharedString(text) => text.to_owned(),
        DataRef::Int(n) => return under(shown, n.to_string()),
        DataRef::Float(x) => return under(shown, float(x)),
        DataRef::Bool(yes) => boolean(yes),
        DataRef::DateTime(moment) => date(&moment),
        DataRef::DateTimeIso(text) => iso(&text),
        DataRef::DurationIso(text) => text,
        DataRef::Error(error) => return Value::Error(error.to_string()),
    })
}

/// A number under its format.
pub(super) fn number(x: f64, shown: Shown, since_1904: bool) -> Value {
    match shown {
        Shown::Date => {
            Value::Text(date(&ExcelDateTime::new(x, ExcelDateTimeType::DateTime, since_1904)))
        }
        _ => under(shown, float(x)),
    }
}

fn under(shown: Shown, decimal: String) -> Value {
    shown.text(&decimal).map_or(Value::Text(decimal), Value::Shown)
}

pub(super) fn boolean(yes: bool) -> String {
    if yes { "TRUE" } else { "FALSE" }.to_owned()
}

/// An integer that is exact prints as one. A larger one has lost digits: it keeps its scientific form, so that nobody
/// takes it for a code. Fractions have the 15 digits that spreadsheets show.
pub(super) fn float(x: f64) -> String {
    if !x.is_finite() {
        return x.to_string();
    }
    if x.abs() < EXACT && x.fract() == 0.0 {
        let text = format!("{x:.0}");
        return if text == "-0" { "0".to_owned() } else { text };
    }
    let shown: f64 = format!("{x:.14e}").parse().unwrap_or(x);
    if x.abs() >= EXACT || x.abs() < 1e-4 {
        let text = format!("{x:E}");
        if text.contains("E-") { text } else { text.replace('E', "E+") }
    } else {
        shown.to_string()
    }
}

/// `YYYY-MM-DD`, with a time only where there is one; durations as the number that they are.
fn date(moment: &ExcelDateTime) -> String {
    let serial = moment.as_f64();
    if !moment.is_datetime() || !(0.0..DATES_END).contains(&serial) {
        return float(serial);
    }
    let (year, month, day, hour, minute, second, _) = moment.to_ymd_hms_milli();
    let time = format!("{hour:02}:{minute:02}:{second:02}");
    match (serial < 1.0, time.as_str()) {
        (true, _) => time,
        (false, "00:00:00") => format!("{year:04}-{month:02}-{day:02}"),
        (false, _) => format!("{year:04}-{month:02}-{day:02} {time}"),
    }
}

fn iso(text: &str) -> String {
    text.strip_suffix("T00:00:00").unwrap_or(text).replace('T', " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_as_people_see_them() {
        for (x, text) in [
            (3.0, "3"),
            (-3.0, "-3"),
            (-10.0, "-10"),
            (0.0, "0"),
            (-0.0, "0"),
            (330_106_000_000_001.0, "330106000000001"),
            (9_007_199_254_740_991.0, "9007199254740991"),
            (9_007_199_254_740_992.0, "9.007199254740992E+15"),
            (9.13301067046659e17, "9.13301067046659E+17"),
            (0.3, "0.3"),
            (0.300_000_000_000_000_04, "0.3"),
            (0.000_012, "1.2E-5"),
            (1234.5, "1234.5"),
        ] {
            assert_eq!(float(x), text);
        }
    }
}
