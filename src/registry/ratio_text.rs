//! Ratios and numbers as plans publish them, `不低于3%`, `10-20%`, `60-70家`, `每年1次`: exact bounds, or refused with
//! the reason. A text that speaks of two bodies, leaves the number to somebody or says "about" is not guessed at.

use unicode_normalization::UnicodeNormalization;

use crate::base::finding::{Finding, Text};
use crate::base::ratio::Ratio;
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
const FILLING: &[&str] = &[
    "根据实际工作需要",
    "根据实际需要",
    "抽查比例",
    "一般",
    "原则上",
    "总数的",
    "市局",
    ",",
    "。",
    "为",
];
/// Words for "at least" and "at most"; the longer first.
const LEAST: &[&str] = &["不低于", "不少于", "至少", "≥", ">="];
const MOST: &[&str] = &["不超过", "不高于", "不多于", "至多", "≤", "<="];

/// The quantity of a text.
///
/// # Errors
/// R29 with the reason.
pub fn parse(text: &str) -> Result<Quantity, Finding> {
    let refuse = |cause: Text| Finding::new("R29", cause);
    let mut rest: String = text.nfkc().filter(|c| !c.is_whitespace()).collect();
    for word in FILLING {
        rest = rest.replace(word, "");
    }
    if ["左右", "约", "上下"].iter().any(|word| rest.contains(word)) {
        return Err(refuse(say!("“{text}” 是约数", "\"{text}\" is only about a number")));
    }
    if !rest.contains(|c: char| c.is_ascii_digit() || c == '一') {
        return Err(refuse(say!("“{text}” 没有数字", "\"{text}\" holds no number")));
    }
    quantity(&rest).ok_or_else(|| {
        let cause = say!(
            "“{text}” 不只是一个数量或范围",
            "\"{text}\" is more than one number or range, or none that is known"
        );
        refuse(cause)
    })
}

fn quantity(text: &str) -> Option<Quantity> {
    let yearly = text.strip_prefix("每年").or_else(|| text.strip_suffix("/年"));
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
    let unit = ["%", "‰", "次", "户", "家"].into_iter().find(|unit| text.ends_with(*unit))?;
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
    if text == "一" { Some(1) } else { crate::base::text::parse_integer(text, 1 << 32) }
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
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        fn side<T: ToString>(bounds: Bounds<T>) -> String {
            let text = |side: Option<T>| side.map(|n| n.to_string()).unwrap_or_default();
            format!("{}..{}", text(bounds.least), text(bounds.most))
        }
        match parse(text) {
            Ok(Quantity::Share(bounds)) => side(bounds),
            Ok(Quantity::Count(bounds)) => side(bounds) + " n",
            Ok(Quantity::PerYear(bounds)) => side(bounds) + " a",
            Err(finding) => finding.code().to_owned(),
        }
    }

    #[test]
    fn texts_and_what_they_mean() {
        for (text, meaning) in [
            ("4%", "4%..4%"),
            ("１２.５％", "12.5%..12.5%"),
            ("不低于7%", "7%.."),
            ("≥20%", "20%.."),
            ("原则上不超过6%/年", "..6%"),
            ("15-25%", "15%..25%"),
            ("15%~25%", "15%..25%"),
            ("抽查比例不少于4‰", "0.4%.."),
            ("按1:5", "20%..20%"),
            ("=1户", "1..1 n"),
            ("40-50家", "40..50 n"),
            ("每年一次", "1..1 a"),
            ("2—3次/年", "2..3 a"),
            ("每年至少4次", "4.. a"),
            ("5%左右", "R29"),
            ("视情况确定", "R29"),
            ("", "R29"),
            ("120%", "R29"),
            ("20-10%", "R29"),
            ("不低于10-20%", "R29"),
            ("按1:3", "R29"),
            ("按1:0", "R29"),
            ("3次", "R29"),
            ("每年1次5%", "R29"),
            ("不低于3%或另定", "R29"),
            ("1e2%", "R29"),
            ("=1", "R29"),
        ] {
            assert_eq!(shown(text), meaning, "{text}");
        }
    }
}
