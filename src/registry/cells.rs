//! Cells as spreadsheets leave them, brought to the form of their column before they are checked: numbers that
//! became floats, dates in many forms, full-width and invisible characters, words for nothing. What cannot
//! be recovered for certain is refused by name; every recovery of a cell that is accepted is counted in a note. Decimal
//! text is read as text: no float comes between.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::columns::Register;
use super::dates::civil;
use super::form::{Form, SEPARATOR, parse_period, split};
use super::wording::{credit_class, status_word};
use super::words::CreditClass;
use crate::base::date::parse_date;
use crate::base::finding::{Finding, Text};
use crate::say;

/// A float keeps 15 decimal digits; those after them are made up.
const FLOAT_DIGITS: usize = 15;
/// Characters of a cell that a note shows.
const SHOWN_CHARS: usize = 40;

/// What was done to a cell: the code of the note, and the register's word if that is what it became.
type Kind = (&'static str, &'static str);

/// The code, the column and the word of a change.
type Key = (&'static str, usize, &'static str);

/// What was done, by code, column and word: to how many cells, with the first line and cell.
type Counts = BTreeMap<Key, (u64, u64, String)>;

/// What was done to a cell of a row.
#[derive(Debug)]
pub(super) struct Change {
    kind: Kind,
    /// The index of its column.
    pub at: usize,
    /// The cell as it was, shortened.
    pub cell: String,
}

/// What was done to the cells of a file.
#[derive(Debug, Default)]
pub(super) struct Cleaner {
    counts: Counts,
}

/// Brings the cells of a row, which are tidy, nearer to the form of their columns, and says what was done to them. A
/// finding is an error: the cell is destroyed, and left as it is.
pub(super) fn clean(
    register: Register,
    line: u64,
    cells: &mut [Cow<'_, str>],
    shown: &[String],
) -> (Vec<Change>, Vec<Finding>) {
    let (mut changes, mut findings) = (Vec::new(), Vec::new());
    for (at, column) in register.columns().iter().enumerate() {
        let raw = &*cells[at];
        if raw.is_empty() {
            continue;
        }
        let (text, kinds) = cleaned(column.form, raw);
        changes.extend(kinds.into_iter().map(|kind| {
            let cell = raw.chars().take(SHOWN_CHARS).filter(|c| !c.is_control()).collect();
            Change { kind, at, cell }
        }));
        if let Some(cause) = destroyed(column.form, &text) {
            findings.push(Finding::new("R25", cause).row(line).column(&shown[at]));
        } else if let Cow::Owned(text) = text {
            cells[at] = Cow::Owned(text);
        }
    }
    (changes, findings)
}

impl Change {
    /// Whether the cell was read as empty, which explains the error of a cell that must not be.
    pub(super) fn is_emptied(&self) -> bool {
        self.kind.0 == "R28"
    }
}

impl Cleaner {
    /// Counts what was done to a cell that has been accepted.
    pub(super) fn count(&mut self, line: u64, change: Change) {
        let Change { kind: (code, word), at, cell } = change;
        self.counts.entry((code, at, word)).or_insert((0, line, cell)).0 += 1;
    }

    /// Adds what was done to later rows of the file.
    pub(super) fn merge(&mut self, later: Cleaner) {
        for (kind, (n, line, cell)) in later.counts {
            self.counts.entry(kind).or_insert((0, line, cell)).0 += n;
        }
    }

    /// A note for each column and kind of change.
    pub(super) fn notes(self, shown: &[String]) -> Vec<Finding> {
        let note = |((code, at, word), (count, line, cell)): (Key, (u64, u64, String))| {
            let cause = match word {
                "" => say!(
                    "{count} 格，如第 {line} 行“{cell}”",
                    "{count} cells, such as \"{cell}\" in line {line}"
                ),
                word => say!(
                    "{count} 格读作“{word}”，如第 {line} 行“{cell}”",
                    "{count} cells were read as \"{word}\", such as \"{cell}\" in line {line}"
                ),
            };
            Finding::new(code, cause).column(&shown[at])
        };
        self.counts.into_iter().map(note).collect()
    }
}

/// The cell nearer to its form, and what changed.
fn cleaned(form: Form, cell: &str) -> (Cow<'_, str>, Vec<Kind>) {
    let mut kinds = Vec::new();
    let mut text = Cow::Borrowed(cell);
    let some = |word: &str| (!word.is_empty()).then(|| word.to_owned());
    let mut change = |text: &mut Cow<'_, str>, kind: Kind, new: Option<String>| {
        if let Some(new) = new.filter(|new| new != text.as_ref()) {
            *text = Cow::Owned(new);
            kinds.push(kind);
        }
    };
    change(&mut text, ("R27", ""), visible(form, cell));
    if !matches!(form, Form::Text | Form::Status | Form::Part) && is_nothing(&text) {
        change(&mut text, ("R28", ""), Some(String::new()));
    }
    match form {
        Form::Uscc | Form::RegNo | Form::Id | Form::Integer(..) => {
            let new = digits_of_float(&text).filter(|digits| is_certain(form, digits));
            change(&mut text, ("R24", ""), new);
        }
        Form::Day if parse_date(&text).is_none() => {
            let new = civil(&text).map(|day| day.to_string());
            change(&mut text, ("R26", ""), new);
        }
        // Those in form already differ from canonical text by their separators at most.
        Form::Periods if split(&text).any(|part| parse_period(part).is_none()) => {
            let new = periods(&text);
            change(&mut text, ("R26", ""), new);
        }
        Form::Status => {
            let word = status_word(&text).unwrap_or_default();
            change(&mut text, ("R30", word), some(word));
        }
        Form::Class => {
            let word = credit_class(&text).map_or("", CreditClass::zh);
            change(&mut text, ("R30", word), some(word));
        }
        Form::Text
        | Form::Industry
        | Form::Listings
        | Form::Degrees(_)
        | Form::Choice(_)
        | Form::Day
        | Form::Part
        | Form::Parts
        | Form::Periods
        | Form::List
        | Form::Tags => {}
    }
    (text, kinds)
}

/// Words that say that a cell is empty.
fn is_nothing(text: &str) -> bool {
    matches!(
        text,
        "无" | "-" | "--" | "—" | "——" | "/" | "空" | "暂无" | "null" | "NULL" | "N/A" | "#N/A"
    )
}

/// Without characters that nobody sees; codes, dates and numbers also half-width and without blanks.
fn visible(form: Form, cell: &str) -> Option<String> {
    // Those that turn the direction of writing make one name look like another.
    let hidden = |c: char| {
        matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'
            | '\u{2066}'..='\u{2069}' | '\u{feff}' | '\u{ad}')
    };
    let code = matches!(form, Form::Uscc | Form::RegNo | Form::Id | Form::Integer(..));
    let narrow =
        code || matches!(form, Form::Industry | Form::Day | Form::Periods | Form::Choice(_));
    // An identifier of the office's own keeps its inner blanks, and is refused for them.
    let close = matches!(form, Form::Uscc | Form::RegNo);
    let odd = |c: char| {
        hidden(c)
            || (narrow && half_width(c) != c)
            || (close && (c.is_whitespace() || c.is_ascii_lowercase()))
    };
    // In UTF-8 these begin every character that is hidden or full-width: nearly no name has one.
    let may_be_odd =
        |b: u8| matches!(b, 0xc2 | 0xe2 | 0xe3 | 0xef) || (close && !b.is_ascii_graphic());
    let lower = close && cell.bytes().any(|b| b.is_ascii_lowercase());
    if !lower && !cell.bytes().any(may_be_odd) || !cell.chars().any(odd) {
        return None;
    }
    let kept = cell.chars().filter(|c| !(hidden(*c) || close && c.is_whitespace()));
    let kept: String = if narrow { kept.map(half_width).collect() } else { kept.collect() };
    Some(if close && digits_of_float(&kept).is_none() { kept.to_ascii_uppercase() } else { kept })
}

/// The half-width form of a full-width letter, digit or sign.
fn half_width(c: char) -> char {
    match c {
        '\u{3000}' => ' ',
        // These separate values, and stand in canonical Chinese text.
        '；' | '，' => c,
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        c => c,
    }
}

/// `a..b` with dates in any known form, and with `至` or `~` between them.
fn periods(cell: &str) -> Option<String> {
    let period = |part: &str| {
        let part = part.replace(['至', '到', '~', '～', '—', '–'], "..");
        let (from, to) = part.split_once("..")?;
        let (from, to) = (civil(from.trim())?, civil(to.trim_start_matches('.').trim())?);
        Some(format!("{from}..{to}"))
    };
    let periods: Option<Vec<String>> = split(cell).map(period).collect();
    periods.map(|periods| periods.join(SEPARATOR))
}

/// The digits of a whole number that a spreadsheet wrote as a float, `330100000012345.0` or
/// `3.30100000012345E+14`, as far as they are written; none if it is not such a number.
fn digits_of_float(cell: &str) -> Option<String> {
    if !cell.contains(['.', '+']) {
        return None;
    }
    let upper = cell.to_ascii_uppercase();
    let (mantissa, exponent) = match upper.split_once("E+") {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<usize>().ok()?),
        None => (upper.as_str(), 0),
    };
    let (whole, decimals) = match mantissa.split_once('.') {
        Some(parts) => parts,
        None if upper.contains("E+") => (mantissa, ""),
        None => return None,
    };
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty()
        || whole.starts_with('0')
        || !digits(whole)
        || !digits(decimals)
        || exponent > 40
    {
        return None;
    }
    let (shifted, rest) = match decimals.split_at_checked(exponent) {
        Some((shifted, rest)) => (shifted, rest),
        None => return Some(format!("{whole}{decimals}{}", "?".repeat(exponent - decimals.len()))),
    };
    rest.bytes().all(|b| b == b'0').then(|| format!("{whole}{shifted}"))
}

/// Whether the digits are the number's own. An identifier of the office's own may look like a short decimal.
fn is_certain(form: Form, digits: &str) -> bool {
    let least = if matches!(form, Form::Id) { 6 } else { 1 };
    (least..=FLOAT_DIGITS).contains(&digits.len()) && !digits.contains('?')
}

/// Why a code cannot be recovered, if it is a number that lost digits.
fn destroyed(form: Form, cell: &str) -> Option<Text> {
    let code = matches!(form, Form::Uscc | Form::RegNo | Form::Id);
    let digits = digits_of_float(cell).filter(|_| code)?;
    let written = digits.trim_end_matches('?').len();
    if digits.len() < 6 {
        return None;
    }
    let (all, known) = (digits.len(), written.min(FLOAT_DIGITS));
    Some(say!(
        "“{cell}” 是表格软件改成的浮点数，{all} 位号码只剩 {known} 位可信，无法还原",
        "\"{cell}\" became a float in a spreadsheet; of {all} digits only {known} can be trusted"
    ))
}
