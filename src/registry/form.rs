//! What a cell may hold, and its canonical text: the one form that is stored, compared and digested.

use std::borrow::Cow;

use jiff::civil::Date;
use unicode_normalization::UnicodeNormalization;

use super::codes::industry;
use super::lists::listings;
use super::wording::credit_class;
use crate::base::date::parse_date;
use crate::base::finding::Text;
use crate::base::text::{FIELD_CHARS_MAX, is_field, parse_integer};
use crate::record::ids::{is_tag, tag_key};
use crate::say;

/// What separates several values in one cell.
pub(super) const SEPARATORS: &[char] = &[';', '；', ',', '，', '、'];
/// Separates them in canonical cells.
pub(super) const SEPARATOR: &str = ";";
/// Most characters in a department, area or station, so that it fits a tag with its key.
const PLACE_CHARS_MAX: usize = 64;
/// Most characters in a registration number, so that `REG:` and it are a sid.
const REG_NO_CHARS_MAX: usize = 51;
/// Tags that columns of their own give: they could not be trusted if anybody might write them.
const RESERVED_KEYS: &[&str] = &["lead", "dept", "area", "station"];

/// The form of a column's cells.
#[derive(Clone, Copy, Debug)]
pub(super) enum Form {
    /// 1–512 characters without control characters.
    Text,
    /// An identifier of the office's own: as text, without white space or separators.
    Id,
    /// A 统一社会信用代码: 18 letters and digits, upper case.
    Uscc,
    /// A registration number: 1–51 letters, digits, `-`, so that `REG:` and it are a sid.
    RegNo,
    /// `YYYY-MM-DD`.
    Day,
    /// Periods `from..to`, in order.
    Periods,
    /// An integer of this range.
    Integer(u64, u64),
    /// One of these words, in Chinese or English; kept in Chinese.
    Choice(&'static [(&'static str, &'static str)]),
    /// A 登记状态: as text; its other wordings are brought to the register's words before.
    Status,
    /// A 信用风险分类: a letter.
    Class,
    /// A department or station: part of a tag.
    Part,
    /// An industry of GB/T 4754 without its section's letter, or an identifier of the office's own.
    Industry,
    /// Decimal degrees from the negative of so many to so many; kept to the millionth, some ten centimetres.
    Degrees(u32),
    /// Lists that a business is on, each with its days, sorted.
    Listings,
    /// Several such parts, sorted.
    Parts,
    /// Several texts without separators, sorted.
    List,
    /// Tags, sorted.
    Tags,
}

/// Why a cell is refused: the rule's code and the cause.
pub(super) type Refusal = (&'static str, Text);

impl Form {
    /// The canonical text of a cell that is not empty.
    pub(super) fn canonical(self, cell: &str) -> Result<Cow<'_, str>, Refusal> {
        match self {
            Form::Text | Form::Status if is_text(cell) => Ok(Cow::Borrowed(cell)),
            Form::Id if is_id(cell) => Ok(Cow::Borrowed(cell)),
            Form::Uscc => uscc(cell),
            Form::RegNo if is_reg_no(cell) => Ok(Cow::Borrowed(cell)),
            Form::Day if parse_date(cell).is_some() => Ok(Cow::Borrowed(cell)),
            Form::Periods => several(cell, "R08", |part| parse_period(part).is_some()),
            Form::Integer(least, most) => integer(cell, least, most),
            Form::Choice(words) => choice(cell, words),
            Form::Class => credit_class(cell).map(|class| Cow::Borrowed(class.zh())),
            Form::Part if is_part(cell) => Ok(Cow::Borrowed(cell)),
            Form::Parts => several(cell, "R11", is_part),
            Form::List => several(cell, "R11", is_text),
            Form::Tags => several(cell, "R11", is_free_tag),
            Form::Industry if is_id(cell) => Ok(Cow::Borrowed(industry(cell).unwrap_or(cell))),
            Form::Degrees(most) => degrees(cell, most),
            Form::Listings => listings(cell).map(Cow::Owned),
            Form::RegNo => Err(("R07", no_reg_no(cell))),
            Form::Id | Form::Industry => Err(("R07", no_id(cell))),
            Form::Day => Err(refused("R08", cell)),
            Form::Text | Form::Status | Form::Part => Err(refused("R11", cell)),
        }
    }
}

/// Trims a cell and brings it to NFC, as everything that is hashed later must be.
pub(super) fn tidy(cell: &str) -> Cow<'_, str> {
    // Most cells are codes, dates and numbers, or empty.
    if cell.bytes().all(|b| b.is_ascii_graphic()) {
        return Cow::Borrowed(cell);
    }
    let cell = cell.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
    // Nearly every character of a register is one of these, which NFC leaves alone.
    let settled = |c: char| {
        c < '\u{300}'
            || matches!(c, '\u{4e00}'..='\u{9fff}' | '\u{3000}'..='\u{3029}' | '\u{ff01}'..='\u{ff5e}')
    };
    if cell.chars().all(settled) { Cow::Borrowed(cell) } else { Cow::Owned(cell.nfc().collect()) }
}

/// The values of a cell that may hold several.
pub(super) fn split(cell: &str) -> impl Iterator<Item = &str> {
    cell.split(SEPARATORS).map(str::trim).filter(|part| !part.is_empty())
}

/// The days of `from..to`, if it is a period.
pub(super) fn parse_period(text: &str) -> Option<(Date, Date)> {
    let (from, to) = text.split_once("..")?;
    let (from, to) = (parse_date(from.trim())?, parse_date(to.trim())?);
    (from <= to).then_some((from, to))
}

/// A cell as a message shows it.
fn excerpt(cell: &str) -> String {
    cell.chars().take(60).map(|c| if c.is_control() { '␤' } else { c }).collect()
}

pub(super) fn refused(code: &'static str, cell: &str) -> Refusal {
    let shown = excerpt(cell);
    (code, say!("“{shown}” 不合该列的形式", "\"{shown}\" has not the form of this column"))
}

fn is_text(cell: &str) -> bool {
    let short = cell.len() <= FIELD_CHARS_MAX || cell.chars().count() <= FIELD_CHARS_MAX;
    // In UTF-8 a control character beyond ASCII begins with C2.
    let may_be_control = |b: u8| b.is_ascii_control() || b == 0xc2;
    short && (!cell.bytes().any(may_be_control) || !cell.chars().any(char::is_control))
}

fn is_id(cell: &str) -> bool {
    is_field(cell) && cell != "-" && !cell.contains(SEPARATORS)
}

fn is_reg_no(cell: &str) -> bool {
    (1..=REG_NO_CHARS_MAX).contains(&cell.len()) && cell.chars().all(is_of_reg_no)
}

fn is_of_reg_no(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '-'
}

/// Why a cell is no registration number, and where such a number belongs.
fn no_reg_no(cell: &str) -> Text {
    let shown = excerpt(cell);
    match cell.chars().find(|c| !is_of_reg_no(*c)) {
        Some(odd) => {
            let odd = excerpt(odd.encode_utf8(&mut [0; 4]));
            say!(
                "“{shown}” 中有“{odd}”：注册号只有字母、数字和 -，其他号码填入“自编号”列",
                "\"{shown}\" holds \"{odd}\": a registration number has letters, digits and - only; put other numbers into own_id"
            )
        }
        None => say!(
            "“{shown}” 超过 {REG_NO_CHARS_MAX} 位；其他号码填入“自编号”列",
            "\"{shown}\" has more than {REG_NO_CHARS_MAX} characters; put other numbers into own_id"
        ),
    }
}

/// Why a cell is no identifier of the office's own.
fn no_id(cell: &str) -> Text {
    let shown = excerpt(cell);
    if cell.contains(|c: char| c.is_whitespace() || c.is_control()) {
        return say!(
            "“{shown}” 中有空白或换行：编号中不能有",
            "\"{shown}\" holds white space or a line break, which no identifier may"
        );
    }
    match cell.chars().find(|c| SEPARATORS.contains(c)) {
        Some(separator) => say!(
            "“{shown}” 中有“{separator}”，它分隔多个值：一格只填一个编号，编号中不能有它",
            "\"{shown}\" holds \"{separator}\", which separates values: give one identifier, without it"
        ),
        None => refused("R07", cell).1,
    }
}

fn is_part(cell: &str) -> bool {
    is_tag(cell) && !cell.contains(SEPARATORS) && cell.chars().count() <= PLACE_CHARS_MAX
}

fn is_free_tag(cell: &str) -> bool {
    is_tag(cell) && !RESERVED_KEYS.contains(&tag_key(cell))
}

fn uscc(cell: &str) -> Result<Cow<'_, str>, Refusal> {
    if cell.len() == 18 && cell.bytes().all(|b| b.is_ascii_alphanumeric()) {
        let lower = cell.bytes().any(|b| b.is_ascii_lowercase());
        return Ok(if lower { cell.to_ascii_uppercase().into() } else { cell.into() });
    }
    let shown: String = cell.chars().take(60).collect();
    let cause = say!(
        "“{shown}” 不是 18 位统一社会信用代码",
        "\"{shown}\" is not a credit code of 18 characters"
    );
    Err(("R07", cause))
}

fn integer(cell: &str, least: u64, most: u64) -> Result<Cow<'_, str>, Refusal> {
    match parse_integer(cell, most + 1) {
        Some(n) if n >= least => Ok(Cow::Borrowed(cell)),
        _ => {
            let cause = say!(
                "“{cell}” 不是 {least} 至 {most} 的整数",
                "\"{cell}\" is not an integer from {least} to {most}"
            );
            Err(("R09", cause))
        }
    }
}

fn degrees(cell: &str, most: u32) -> Result<Cow<'_, str>, Refusal> {
    let micro = parse_degrees(cell).filter(|micro| micro.unsigned_abs() <= most * 1_000_000);
    let Some(micro) = micro else {
        let cause = say!(
            "“{cell}” 不是 −{most} 至 {most} 的十进制度数",
            "\"{cell}\" is not in decimal degrees from −{most} to {most}"
        );
        return Err(("R09", cause));
    };
    let (sign, micro) = (if micro < 0 { "-" } else { "" }, micro.unsigned_abs());
    let (whole, rest) = (micro / 1_000_000, format!("{:06}", micro % 1_000_000));
    let text = format!("{sign}{whole}.{rest}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    Ok(if text == cell { cell.into() } else { text.to_owned().into() })
}

/// Millionths of a degree; further decimals are cut off.
pub(super) fn parse_degrees(text: &str) -> Option<i32> {
    let (negative, digits) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    let (whole, rest) = digits.split_once('.').unwrap_or((digits, "0"));
    let all = |part: &str, most: usize| {
        (1..=most).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit())
    };
    if !all(whole, 3) || !all(rest, 20) {
        return None;
    }
    let millionths = format!("{rest:0<6}")[..6].parse::<i32>().ok()?;
    let micro = whole.parse::<i32>().ok()? * 1_000_000 + millionths;
    Some(if negative { -micro } else { micro })
}

fn choice(
    cell: &str,
    words: &[(&'static str, &'static str)],
) -> Result<Cow<'static, str>, Refusal> {
    if let Some((zh, _)) =
        words.iter().find(|(zh, en)| cell == *zh || cell.eq_ignore_ascii_case(en))
    {
        return Ok(Cow::Borrowed(*zh));
    }
    let zh = words.iter().map(|word| word.0).collect::<Vec<_>>().join("、");
    let en = words.iter().map(|word| word.1).collect::<Vec<_>>().join(", ");
    Err(("R10", say!("“{cell}” 须为 {zh} 之一", "\"{cell}\" must be one of {en}")))
}

/// Several values, sorted, none twice: their order in the cell means nothing.
fn several<'c>(
    cell: &'c str,
    code: &'static str,
    good: impl Fn(&str) -> bool,
) -> Result<Cow<'c, str>, Refusal> {
    if !cell.contains(SEPARATORS) && good(cell) {
        return Ok(Cow::Borrowed(cell));
    }
    let mut parts: Vec<&str> = split(cell).collect();
    if let Some(bad) = parts.iter().find(|part| !good(part)) {
        return Err(refused(code, bad));
    }
    parts.sort_unstable();
    parts.dedup();
    Ok(Cow::Owned(parts.join(SEPARATOR)))
}
