//! Ratios and numbers as plans publish them, `不低于3%`, `10-20%`, `60-70家`, `每年1次`: exact bounds, or refused with
//! the reason. A text that speaks of one body or of several, leaves the number to somebody, joins two demands or says
//! "about" is not guessed at. `docs/registers.md` lists the forms.

use unicode_normalization::UnicodeNormalization;

use super::numerals;
use crate::base::finding::{Finding, Text};
use crate::base::ratio::Ratio;
use crate::base::text::parse_integer;
use crate::say;

/// Least and most; none where the text sets no bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds<T> {
    /// The least, included.
    pub least: Option<T>,
    /// The most, included.
    pub most: Option<T>,
}

/// What a text demands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quantity {
    /// A part of the subjects.
    Share(Bounds<Ratio>),
    /// A number of subjects.
    Count(Bounds<u64>),
    /// Times a year.
    PerYear(Bounds<u64>),
}

/// Words that mean nothing for the number.
const FILLING: &[&str] =
    &["根据实际工作需要", "根据实际需要", "抽查比例", "一般", "原则上", "总数的", ",", "。", "为"];
/// Words for "at least" and "at most"; the longer first.
const LEAST: &[&str] = &["不低于", "不少于", "至少", "≥", ">="];
const MOST: &[&str] = &["不超过", "不高于", "不多于", "至多", "≤", "<="];
/// What makes a number of subjects or times, or a share of them.
const UNITS: &[&str] = &["%", "‰", "次", "户", "家"];
/// Words for every year, the longer first, and what may stand between them and the number.
const YEARLY: &[&str] = &["同一年度内", "每年度", "每年"];
const VERBS: &[&str] = &["抽查", "检查", "组织", "开展"];
/// Words of a number that is not exact.
const ABOUT: &[&str] = &["左右", "约", "上下"];
/// Bodies: what holds for one of them says nothing of the others.
const BODIES: &[&str] =
    &["省级", "市级", "县级", "区级", "省局", "市局", "县局", "区局", "市、县", "部门"];
/// Words that join several demands.
const SEVERAL: &[&str] = &["或", ";", "其中", "各"];
/// Words for a period that is not a year.
const PERIODS: &[&str] = &["有效期", "每月", "每季", "每周", "每半年", "每日", "每天"];

/// The quantity of a text.
///
/// # Errors
/// R29 with the reason.
pub fn parse(text: &str) -> Result<Quantity, Finding> {
    let plain: String = text.nfkc().filter(|c| !c.is_whitespace()).collect();
    let plain = numerals::in_digits(&plain);
    let refuse = |cause: Text| Finding::new("R29", cause);
    if let Some(cause) = reason_against(text, &plain) {
        return Err(refuse(cause));
    }
    let mut rest = plain;
    for word in FILLING {
        rest = rest.replace(word, "");
    }
    quantity(of_a_year(&rest)).ok_or_else(|| {
        let bare = rest.trim_start_matches(['=', '≥', '≤', '<', '>']);
        let number = !bare.is_empty() && bare.bytes().all(|b| b.is_ascii_digit() || b == b'.');
        refuse(match number {
            true => say!(
                "“{text}” 没有单位：户、次和 % 各是一个意思",
                "\"{text}\" has no unit: subjects, times and per cent would each mean something else"
            ),
            false => say!(
                "“{text}” 不只是一个数量或范围",
                "\"{text}\" is more than one number or range, or none that is known"
            ),
        })
    })
}

/// Why a text cannot mean one quantity, if its words show that.
fn reason_against(text: &str, plain: &str) -> Option<Text> {
    let with = |words: &[&'static str]| words.iter().copied().find(|word| plain.contains(word));
    if !plain.contains(|c: char| c.is_ascii_digit()) {
        return Some(say!("“{text}” 没有数字", "\"{text}\" holds no number"));
    }
    if with(ABOUT).is_some() {
        return Some(say!("“{text}” 是约数", "\"{text}\" is only about a number"));
    }
    if let Some(body) = with(BODIES) {
        return Some(say!(
            "“{text}” 只说了“{body}”的，或分级规定",
            "\"{text}\" speaks of one body ({body}), or of several"
        ));
    }
    if let Some(word) = with(SEVERAL) {
        return Some(say!(
            "“{text}” 不止一种要求（“{word}”）",
            "\"{text}\" holds more than one demand ({word})"
        ));
    }
    let several =
        |rest: &str| rest.starts_with(|c: char| "0123456789两二三四五六七八九十".contains(c));
    let years = plain.split('每').skip(1).any(several);
    if years || with(PERIODS).is_some() {
        return Some(say!("“{text}” 的期间不是一年", "the period of \"{text}\" is not a year"));
    }
    None
}

/// `对同一单位同一年度内不超过2次` is `每年不超过2次`: a frequency always is of one subject.
fn of_a_year(text: &str) -> &str {
    let clause = text.strip_prefix('对').unwrap_or_default();
    let begins = YEARLY.iter().filter_map(|word| clause.find(word)).min();
    match begins {
        Some(at) if !clause[..at].contains(|c: char| c.is_ascii_digit()) => &clause[at..],
        _ => text,
    }
}

fn quantity(text: &str) -> Option<Quantity> {
    let begins = YEARLY.iter().find_map(|word| text.strip_prefix(word));
    let begins =
        begins.map(|rest| VERBS.iter().find_map(|verb| rest.strip_prefix(verb)).unwrap_or(rest));
    let yearly = begins.or_else(|| text.strip_suffix("/年"));
    let text = yearly.unwrap_or(text);
    let strip = |words: &[&str]| words.iter().find_map(|word| text.strip_prefix(word));
    let (low, high, text) = match (strip(LEAST), strip(MOST)) {
        (Some(rest), _) => (true, false, rest),
        (None, Some(rest)) => (false, true, rest),
        (None, None) => (true, true, text.strip_prefix('=').unwrap_or(text)),
    };
    if let Some((one, many)) = text.strip_prefix('按').unwrap_or(text).split_once(':') {
        let share = (one == "1").then(|| many.parse().ok().and_then(one_in)).flatten()?;
        return Some(Quantity::Share(bounds(low, high, share, share)?));
    }
    let unit = UNITS.iter().copied().find(|unit| text.ends_with(unit))?;
    let (first, last) = ends(text.strip_suffix(unit)?, unit);
    match unit {
        "%" | "‰" => {
            let [first, last] = [first, last].map(|number| share(number, unit));
            Some(Quantity::Share(bounds(low, high, first?, last?)?))
        }
        _ => {
            let [first, last] = [first, last].map(whole);
            let bounds = bounds(low, high, first?, last?)?;
            match (unit, yearly) {
                ("次", Some(_)) => Some(Quantity::PerYear(bounds)),
                ("次", None) | (_, Some(_)) => None,
                _ => Some(Quantity::Count(bounds)),
            }
        }
    }
}

/// Both ends of a range; of a single number twice itself.
fn ends<'a>(text: &'a str, unit: &str) -> (&'a str, &'a str) {
    let (first, last) = text.split_once(['-', '—', '–', '~', '至']).unwrap_or((text, text));
    (first.strip_suffix(unit).unwrap_or(first), last)
}

/// Bounds of a number or range; a range is no bound of one side.
fn bounds<T: Copy + Ord>(low: bool, high: bool, first: T, last: T) -> Option<Bounds<T>> {
    let fits = first <= last && (first == last || (low && high));
    fits.then_some(Bounds { least: low.then_some(first), most: high.then_some(last) })
}

fn whole(text: &str) -> Option<u64> {
    parse_integer(text, 1 << 32)
}

fn share(number: &str, unit: &str) -> Option<Ratio> {
    if unit == "%" {
        return Ratio::parse_percent(&format!("{number}%"));
    }
    // A whole number per mille is that many tenths of a per cent.
    let permille = whole(number)?;
    Ratio::parse_percent(&format!("{}.{}%", permille / 10, permille % 10))
}

/// One in so many, where that is exact in millionths.
fn one_in(many: u64) -> Option<Ratio> {
    let millionths = 1_000_000u64.checked_div(many).filter(|part| part * many == 1_000_000)?;
    Ratio::parse_percent(&format!("{}.{:04}%", millionths / 10_000, millionths % 10_000))
}

#[cfg(test)]
#[path = "ratio_text_tests.rs"]
mod tests;
