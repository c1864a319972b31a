//! Identifiers that stand in the wrong column. Files of many offices have one column for every kind of number, and
//! what is no 统一社会信用代码 is often the only identifier that a subject has: it is moved to the column where it
//! belongs, with a warning that says what it is, so that nobody leaves the register for want of a code.

use std::borrow::Cow;

use super::columns::Register;
use super::form::{Form, tidy};
use super::ident::{UsccFault, organisation_code_is_sound, uscc_fault, uscc_is_sound};
use crate::base::finding::{Finding, Text};
use crate::say;

/// Characters of a credit code.
const USCC_CHARS: usize = 18;

/// What a text in the column of credit codes is.
#[derive(Debug, PartialEq, Eq)]
enum Kind {
    /// A credit code that was written with hyphens, dots or brackets; as it should be.
    Spaced(String),
    /// A registration number of 15 digits (GS 15—2006).
    Number15,
    /// An old registration number of 13 digits.
    Number13,
    /// A registration number of 15 characters with letters, as cooperatives got them.
    NumberWithLetters,
    /// An organisation code (GB 11714—1997); whether its check character is right.
    Organisation(bool),
    /// The old number of an enterprise with foreign investment.
    Foreign,
    /// Letters and digits only, as many as a credit code with one lost or added.
    NearCode(usize),
    /// Digits, letters and signs of any other kind.
    Other,
    /// No identifier: a remark, several numbers in one cell.
    None,
}

/// The cells of a subject, in the order of the register's columns.
type Row<'r, 'c> = &'r mut [Cow<'c, str>];

/// Puts the identifiers of a row where they belong; what was moved, if anything was.
pub(super) fn settle(row: Row<'_, '_>, shown: &[String]) -> Option<Finding> {
    let uscc = tidy(&row[Register::Subjects.index("uscc")]);
    if !uscc.is_empty() && !has_form_of_uscc(&uscc) {
        let uscc = uscc.into_owned();
        return Some(move_from_uscc(row, &uscc, shown));
    }
    let number = tidy(&row[Register::Subjects.index("reg_no")]);
    let is_code = has_form_of_uscc(&number) && uscc_is_sound(&number);
    if is_code && (uscc.is_empty() || uscc == number) {
        let text = number.into_owned();
        let cause = say!(
            "“{text}”是统一社会信用代码，已移入该列",
            "\"{text}\" is a credit code and went to that column"
        );
        return Some(moved(row, "reg_no", "uscc", text, cause, shown));
    }
    None
}

/// What is wrong about a credit code of 18 letters and digits.
pub(super) fn about_uscc(code: &str) -> Option<(&'static str, Text)> {
    let cause = match uscc_fault(code)? {
        UsccFault::Letter(letter) => match repaired(code) {
            Some(right) => say!(
                "{code} 含代码不用的字母 {letter}；改为 {right} 即相符",
                "{code} holds the letter {letter}, which no code has; {right} would be right"
            ),
            None => say!(
                "{code} 含代码不用的字母 {letter}",
                "{code} holds the letter {letter}, which no code has"
            ),
        },
        UsccFault::NotComplemented(right) => say!(
            "{code} 的校验码应为 {right}：末位是未取补数的校验值，有的机关曾这样发放",
            "{code} should end in {right}: its last character is the check value before its complement was taken, as some offices issued them"
        ),
        UsccFault::CheckOnly(right) => say!(
            "{code} 的校验码应为 {right}；其中的组织机构代码相符",
            "{code} should end in {right}; the organisation code inside is right"
        ),
        UsccFault::CheckAndOrganisation(right) => say!(
            "{code} 的校验码应为 {right}；其中的组织机构代码也不符，错的可能不是末位",
            "{code} should end in {right}; the organisation code inside is wrong, too, so the error may stand before"
        ),
        UsccFault::OrganisationOnly => {
            let inside = &code[8..17];
            let cause = say!(
                "{code} 校验相符，但其中的组织机构代码 {inside} 不符",
                "{code} is right, the organisation code {inside} inside is not"
            );
            return Some(("R69", cause));
        }
    };
    Some(("R13", cause))
}

fn has_form_of_uscc(text: &str) -> bool {
    text.len() == USCC_CHARS && text.bytes().all(|b| b.is_ascii_alphanumeric())
}

/// The code with the digits that its wrong letters look like, if that is a right one.
fn repaired(code: &str) -> Option<String> {
    let right = code.replace('O', "0").replace('I', "1").replace('Z', "2").replace('S', "5");
    uscc_is_sound(&right).then_some(right)
}

fn move_from_uscc(row: Row<'_, '_>, text: &str, shown: &[String]) -> Finding {
    let kind = Kind::of(text);
    let what = kind.name();
    let (target, new) = match kind {
        Kind::Spaced(code) => {
            let cause = say!("“{text}”读作 {code}", "\"{text}\" was read as {code}");
            return moved(row, "uscc", "uscc", code, cause, shown);
        }
        Kind::Number15 | Kind::Number13 | Kind::NumberWithLetters => ("reg_no", text),
        Kind::Organisation(_) | Kind::Foreign | Kind::NearCode(_) | Kind::Other => ("own_id", text),
        Kind::None => return left_out(row, text, shown),
    };
    let at = Register::Subjects.index(target);
    let there = tidy(&row[at]).into_owned();
    let (Text { zh, en }, name) = (what, Register::Subjects.columns()[at].zh);
    if there.is_empty() {
        let cause = say!(
            "“{text}”是{zh}，已移入“{name}”列",
            "\"{text}\" is {en} and went to the column {target}"
        );
        moved(row, "uscc", target, new.to_owned(), cause, shown)
    } else if there == new {
        let cause = say!(
            "“{text}”是{zh}，“{name}”列已有",
            "\"{text}\" is {en}, which the column {target} holds already"
        );
        moved(row, "uscc", target, new.to_owned(), cause, shown)
    } else {
        let cause = say!(
            "“{text}”是{zh}，而“{name}”列已填“{there}”",
            "\"{text}\" is {en}, but the column {target} holds \"{there}\""
        );
        without_uscc(row, Finding::new("R68", cause), shown)
    }
}

/// A cell that is no identifier: an error only if the row has no other.
fn left_out(row: Row<'_, '_>, text: &str, shown: &[String]) -> Finding {
    let shown_text: String =
        text.chars().take(60).map(|c| if c.is_control() { '␤' } else { c }).collect();
    let has = |id: &str| !tidy(&row[Register::Subjects.index(id)]).is_empty();
    let other = has("reg_no") || has("own_id");
    let (code, cause) = if other {
        ("R68", say!("“{shown_text}”不是编号", "\"{shown_text}\" is no identifier"))
    } else {
        let cause = say!(
            "“{shown_text}”不是编号，也没有其他编号",
            "\"{shown_text}\" is no identifier, and there is no other"
        );
        ("R15", cause)
    };
    without_uscc(row, Finding::new(code, cause), shown)
}

fn moved(
    row: Row<'_, '_>,
    from: &str,
    to: &str,
    text: String,
    cause: Text,
    shown: &[String],
) -> Finding {
    let [from, to] = [from, to].map(|id| Register::Subjects.index(id));
    row[from] = Cow::Borrowed("");
    row[to] = Cow::Owned(text);
    Finding::new("R67", cause).column(&shown[from])
}

fn without_uscc(row: Row<'_, '_>, finding: Finding, shown: &[String]) -> Finding {
    let at = Register::Subjects.index("uscc");
    row[at] = Cow::Borrowed("");
    finding.column(&shown[at])
}

impl Kind {
    /// What a text is that has not the form of a credit code; codes have been brought to upper case.
    fn of(text: &str) -> Kind {
        let bare: String = text.chars().filter(|c| c.is_ascii_alphanumeric()).collect();
        let signs = text.chars().filter(|c| !c.is_ascii_alphanumeric());
        let only_separators = signs.clone().all(|c| "-.·()[]{}'\"*_".contains(c));
        let plain = signs.count() == 0;
        let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
        let organisation = match text.split_once('-') {
            Some((body, check)) => body.len() == 8 && check.len() == 1,
            None => plain && text.len() == 9,
        };
        match text.len() {
            _ if only_separators && has_form_of_uscc(&bare) && uscc_is_sound(&bare) => {
                Kind::Spaced(bare)
            }
            15 if digits(text) => Kind::Number15,
            13 if digits(text) => Kind::Number13,
            15 if plain && digits(&text[..6]) => Kind::NumberWithLetters,
            _ if organisation && bare.len() == 9 => {
                Kind::Organisation(organisation_code_is_sound(&bare))
            }
            _ if text.starts_with('企') && text.contains("字第") && is_own_id(text) => {
                Kind::Foreign
            }
            length @ (16 | 17 | 19 | 20) if plain => Kind::NearCode(length),
            _ if is_own_id(text) => Kind::Other,
            _ => Kind::None,
        }
    }

    fn name(&self) -> Text {
        match self {
            Kind::Number15 => say!(" 15 位注册号", "a registration number of 15 digits"),
            Kind::Number13 => say!(" 13 位旧注册号", "an old registration number of 13 digits"),
            Kind::NumberWithLetters => {
                say!(" 15 位带字母的注册号", "a registration number of 15 characters with letters")
            }
            Kind::Organisation(true) => say!("组织机构代码", "an organisation code"),
            Kind::Organisation(false) => {
                say!("校验不符的组织机构代码", "an organisation code with a wrong check character")
            }
            Kind::Foreign => say!(
                "外商投资企业的旧注册号",
                "the old number of an enterprise with foreign investment"
            ),
            Kind::NearCode(length) => say!(
                " {length} 位号码，统一社会信用代码是 18 位",
                "a number of {length} characters, where a credit code has 18"
            ),
            Kind::Other | Kind::Spaced(_) | Kind::None => say!(
                "其他形式的号码，不是 18 位统一社会信用代码",
                "a number of another form, not a credit code of 18 characters"
            ),
        }
    }
}

/// Whether a text can identify a subject: in the form of the column, and with a digit, which remarks lack.
fn is_own_id(text: &str) -> bool {
    text.contains(|c: char| c.is_ascii_digit()) && Form::Id.canonical(text).is_ok()
}
