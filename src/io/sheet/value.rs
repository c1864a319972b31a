//! The text of a cell's value, as a person sees it where that matters.

use calamine::{Data, DataRef, ExcelDateTime};

/// Integers below this are exact in the floats that spreadsheets keep.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// What a cell holds.
#[derive(Debug, PartialEq)]
pub(super) enum Value {
    Text(String),
    /// `#REF!` and its like.
    Error(String),
}

pub(super) fn of_ref(value: DataRef<'_>) -> Value {
    Value::Text(match value {
        DataRef::Empty => String::new(),
        DataRef::String(text) => text,
        DataRef::SharedString(text) => text.to_owned(),
        DataRef::Int(n) => n.to_string(),
        DataRef::Float(x) => float(x),
        DataRef::Bool(yes) => boolean(yes),
        DataRef::DateTime(moment) => date(&moment),
        DataRef::DateTimeIso(text) => iso(&text),
        DataRef::DurationIso(text) => text,
        DataRef::Error(error) => return Value::Error(error.to_string()),
    })
}

pub(super) fn of_data(value: &Data) -> Value {
    Value::Text(match value {
        Data::Empty => String::new(),
        Data::String(text) | Data::DurationIso(text) => text.clone(),
        Data::Int(n) => n.to_string(),
        Data::Float(x) => float(*x),
        Data::Bool(yes) => boolean(*yes),
        Data::DateTime(moment) => date(moment),
        Data::DateTimeIso(text) => iso(text),
        Data::Error(error) => return Value::Error(error.to_string()),
        #[allow(unreachable_patterns)]
        _ => String::new(),
    })
}

fn boolean(yes: bool) -> String {
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
    if !moment.is_datetime() || serial < 0.0 {
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
