//! What a number format does to a number, as far as it changes what a person reads: dates, percentages and codes
//! filled up with zeros (ECMA-376 part 1, 18.8.31). The format never rounds: of `3.5%` shown as `4%` the value counts.

/// The kind of a number format.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Shown {
    /// As the number is.
    #[default]
    Plain,
    /// A date, a time of day, or both.
    Date,
    /// Elapsed hours, minutes or seconds.
    Duration,
    /// A hundred times the number, with a percent sign.
    Percent,
    /// A whole number with so many digits at least.
    Padded(usize),
}

/// Most zeros that fill up a code.
const PADDED_MAX: usize = 32;

impl Shown {
    /// Whether the text of a number is not the number's own.
    pub(super) fn changes_text(self) -> bool {
        matches!(self, Shown::Percent | Shown::Padded(_))
    }

    /// The kind of a format by its code, such as `0.0%` or `yyyy"年"m"月"`: its first section tells.
    pub(super) fn of_code(code: &str) -> Self {
        let mut placeholders = String::new();
        let mut literal = false;
        let mut chars = code.chars();
        while let Some(c) = chars.next() {
            match c {
                ';' => break,
                '"' => {
                    literal = true;
                    chars.by_ref().find(|c| *c == '"');
                }
                // The character after these is shown, left blank or repeated: it is no placeholder.
                '\\' | '_' | '*' => {
                    literal |= c == '\\';
                    chars.next();
                }
                '[' => {
                    let inside: String = chars.by_ref().take_while(|c| *c != ']').collect();
                    let unit = inside.to_ascii_lowercase();
                    let elapsed = ['h', 'm', 's'].iter().any(|u| unit.chars().all(|c| c == *u));
                    if elapsed && !unit.is_empty() {
                        return Shown::Duration;
                    }
                }
                c => placeholders.push(c.to_ascii_lowercase()),
            }
        }
        if placeholders.contains(['y', 'm', 'd', 'h', 's']) {
            return Shown::Date;
        }
        match placeholders.trim() {
            p if !literal && is_percent(p) => Shown::Percent,
            p if !literal && p.len() > 1 && p.bytes().all(|b| b == b'0') => {
                Shown::Padded(p.len().min(PADDED_MAX))
            }
            _ => Shown::Plain,
        }
    }

    /// The kind of a format that every spreadsheet knows by its number; those from 27 to 58 are dates in East Asia.
    pub(super) fn of_builtin(number: u16) -> Self {
        match number {
            9 | 10 => Shown::Percent,
            14..=22 | 27..=36 | 45 | 47 | 50..=58 => Shown::Date,
            46 => Shown::Duration,
            _ => Shown::Plain,
        }
    }

    /// The text of a number, given as plain decimal text, under this format; none if the format does not change it.
    pub(super) fn text(self, decimal: &str) -> Option<String> {
        match self {
            Shown::Percent => hundredfold(decimal).map(|text| text + "%"),
            Shown::Padded(width) if decimal.bytes().all(|b| b.is_ascii_digit()) => {
                (decimal.len() < width).then(|| format!("{decimal:0>width$}"))
            }
            _ => None,
        }
    }
}

/// Digits with one percent sign after them.
fn is_percent(placeholders: &str) -> bool {
    let digits = |text: &str| text.chars().all(|c| matches!(c, '0' | '#' | '?' | '.' | ','));
    placeholders.strip_suffix('%').is_some_and(|rest| rest.contains('0') && digits(rest))
}

/// A hundred times a decimal number, as text: `0.035` is `3.5`. No float, which would print 3.5000000000000004.
fn hundredfold(decimal: &str) -> Option<String> {
    let (sign, digits) = match decimal.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", decimal),
    };
    let (digits, exponent) = match digits.split_once(['E', 'e']) {
        Some((digits, exponent)) => (digits, exponent.parse::<i32>().ok()?),
        None => (digits, 0),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    if !(-40..=40).contains(&exponent)
        || !format!("{whole}{fraction}").bytes().all(|b| b.is_ascii_digit())
    {
        return None;
    }
    let point = i32::try_from(whole.len()).ok()? + exponent + 2;
    let digits = format!("{whole}{fraction}");
    let (whole, fraction) = if let Ok(point) = usize::try_from(point) {
        let digits = format!("{digits:0<point$}");
        let (whole, fraction) = digits.split_at(point);
        (whole.to_owned(), fraction.to_owned())
    } else {
        let zeros = usize::try_from(-point).ok()?;
        (String::new(), format!("{}{digits}", "0".repeat(zeros)))
    };
    let whole = whole.trim_start_matches('0');
    let whole = if whole.is_empty() { "0" } else { whole };
    let fraction = fraction.trim_end_matches('0');
    let point = if fraction.is_empty() { "" } else { "." };
    Some(format!("{sign}{whole}{point}{fraction}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_by_their_codes() {
        for (code, shown) in [
            ("General", Shown::Plain),
            ("G/通用格式", Shown::Plain),
            ("@", Shown::Plain),
            ("0", Shown::Plain),
            ("#,##0.00", Shown::Plain),
            ("0.00E+00", Shown::Plain),
            ("#,##0\"户\"", Shown::Plain),
            ("[Red]0", Shown::Plain),
            ("00000", Shown::Padded(5)),
            ("000000;-000000", Shown::Padded(6)),
            ("\"REG\"0000", Shown::Plain),
            ("0%", Shown::Percent),
            ("0.00%", Shown::Percent),
            ("#,##0.0%", Shown::Percent),
            ("0.0%_);(0.0%)", Shown::Percent),
            ("0\"%\"", Shown::Plain),
            ("0\\%", Shown::Plain),
            ("%", Shown::Plain),
            ("yyyy-mm-dd", Shown::Date),
            ("yyyy\"年\"m\"月\"d\"日\";@", Shown::Date),
            ("[$-804]YYYY/M/D", Shown::Date),
            ("h:mm AM/PM", Shown::Date),
            ("[h]:mm:ss", Shown::Duration),
            ("[Blue][mm]", Shown::Duration),
            ("\"m\"0", Shown::Plain),
            ("0*d", Shown::Plain),
            ("\"unfinished", Shown::Plain),
            ("", Shown::Plain),
        ] {
            assert_eq!(Shown::of_code(code), shown, "{code}");
        }
    }

    #[test]
    fn numbers_under_their_formats() {
        for (shown, decimal, text) in [
            (Shown::Percent, "0.03", Some("3%")),
            (Shown::Percent, "0.035", Some("3.5%")),
            (Shown::Percent, "0.29", Some("29%")),
            (Shown::Percent, "1", Some("100%")),
            (Shown::Percent, "12.5", Some("1250%")),
            (Shown::Percent, "0", Some("0%")),
            (Shown::Percent, "-0.5", Some("-50%")),
            (Shown::Percent, "1.2E-5", Some("0.0012%")),
            (Shown::Percent, "5E-5", Some("0.005%")),
            (Shown::Percent, "1E+16", Some("1000000000000000000%")),
            (Shown::Percent, "NaN", None),
            (Shown::Percent, "1E+300", None),
            (Shown::Padded(6), "123", Some("000123")),
            (Shown::Padded(6), "0", Some("000000")),
            (Shown::Padded(6), "1234567", None),
            (Shown::Padded(6), "-123", None),
            (Shown::Padded(6), "1.5", None),
            (Shown::Plain, "0.03", None),
        ] {
            assert_eq!(shown.text(decimal).as_deref(), text, "{decimal}");
        }
    }
}
