//! Words of the registration authorities in the many wordings that exports have: 登记状态 and 信用风险分类. Only what can
//! mean one thing is read; every other wording stays as it is, and is told.
//!
//! Statuses come from the national publicity system (`存续（在营、开业、在册）`, `在营（开业）企业`, `吊销，未注销`) and from
//! provincial ones (`登记成立`, `确立`). Classes and the risk that each stands for are those of 国市监信规〔2022〕6号:
//! `信用风险低（A类）`, `信用风险一般（B类）`, `信用风险较高（C类）`, `信用风险高（D类）`; E has no such words.

use unicode_normalization::UnicodeNormalization;

use super::form::Refusal;
use super::words::CreditClass;
use crate::say;

/// The statuses of a live subject: who has one of them takes part where a plan names no status.
pub(crate) const LIVE: &[&str] = &["存续", "在营", "开业", "正常", "在业"];
/// The other statuses that registers have.
pub(super) const ENDED: &[&str] = &["歇业", "注销", "吊销", "撤销", "迁出", "清算"];
/// Other wordings of one status.
const WORDINGS: &[(&str, &str)] = &[
    ("登记成立", "存续"),
    ("确立", "存续"),
    ("在营在册", "在营"),
    ("在业在册", "在业"),
    ("正常经营", "正常"),
    ("正常营业", "正常"),
    ("已歇业", "歇业"),
    ("已注销", "注销"),
    ("已吊销", "吊销"),
    ("吊销未注销", "吊销"),
    ("吊销，未注销", "吊销"),
    ("吊销,未注销", "吊销"),
    ("吊销（未注销）", "吊销"),
    ("吊销(未注销)", "吊销"),
    // Of both the later one: the business is no more.
    ("吊销已注销", "注销"),
    ("吊销，已注销", "注销"),
    ("吊销,已注销", "注销"),
    ("吊销（已注销）", "注销"),
    ("吊销(已注销)", "注销"),
    ("已撤销", "撤销"),
    ("已迁出", "迁出"),
    ("清算中", "清算"),
];
/// What stands in brackets beside a live status, and says nothing else: a word of it, too, or that the books hold it.
const BESIDE: &[&str] = &["存续", "在营", "开业", "正常", "在业", "在册"];
/// What follows a live status or its brackets.
const AFTER: &str = "企业";

/// The register's word for a status in one of its other wordings; none if it is that word already, or another one.
pub(crate) fn status_word(text: &str) -> Option<&'static str> {
    let same = |(wording, word): &(&str, &'static str)| (*wording == text).then_some(*word);
    if LIVE.contains(&text) || ENDED.contains(&text) {
        return None;
    }
    WORDINGS.iter().find_map(same).or_else(|| live_word(text))
}

/// `存续（在营、开业、在册）` or `在营（开业）企业`: what stands in brackets must be live, too.
fn live_word(text: &str) -> Option<&'static str> {
    let text = text.strip_suffix(AFTER).unwrap_or(text);
    let word = *LIVE.iter().find(|word| text.starts_with(**word))?;
    let rest = &text[word.len()..];
    if rest.is_empty() {
        return Some(word);
    }
    let rest = rest.strip_prefix(['（', '('])?;
    let beside = rest.strip_suffix(['）', ')'])?;
    beside.split(['、', '，', ',', '/']).all(|part| BESIDE.contains(&part)).then_some(word)
}

/// The same wordings as a regular expression for a whole text, for engines that are to tell them.
pub(crate) fn status_wordings() -> String {
    let plain = |text: &&str| !text.contains(['(', ')']);
    let mut all: Vec<&str> = WORDINGS.iter().map(|(wording, _)| *wording).filter(plain).collect();
    all.extend(["吊销[(]未注销[)]", "吊销[(]已注销[)]"]);
    let (wordings, live, beside) = (all.join("|"), LIVE.join("|"), BESIDE.join("|"));
    let brackets = format!("[（(]({beside})([、，,/]({beside}))*[）)]");
    format!("{wordings}|({live})({brackets}|({brackets})?{AFTER})")
}

/// Whether a status is one that registers have.
pub(super) fn is_status(word: &str) -> bool {
    LIVE.contains(&word) || ENDED.contains(&word)
}

/// The class of a cell: a letter, alone or with 类 or 级, the words for its risk, or both if they agree.
///
/// # Errors
/// R10 for anything else.
pub(super) fn credit_class(cell: &str) -> Result<CreditClass, Refusal> {
    // Nearly every class is the letter itself.
    if let Some(class) = CreditClass::parse(cell) {
        return Ok(class);
    }
    let text = cell.nfkc().collect::<String>().to_uppercase();
    let parts: Vec<&str> = text
        .split(|c: char| c.is_whitespace() || "()[]【】-:/".contains(c))
        .filter(|part| !part.is_empty())
        .collect();
    let has_letter = parts.iter().any(|part| split_letter(part).is_some());
    let mut classes = Vec::new();
    for part in parts {
        match split_letter(part) {
            Some((letter, "")) => classes.push(letter),
            Some((letter, word)) => {
                let risk = risk(word, has_letter).ok_or_else(|| unknown(cell))?;
                classes.extend([letter, risk]);
            }
            None => classes.push(risk(part, has_letter).ok_or_else(|| unknown(cell))?),
        }
    }
    match classes[..] {
        [class, ref others @ ..] if others.iter().all(|other| *other == class) => Ok(class),
        [] => Err(unknown(cell)),
        _ => Err((
            "R10",
            say!(
                "“{cell}” 前后不一致：A 是低风险，B 一般，C 较高，D 高",
                "\"{cell}\" contradicts itself: A is low risk, B general, C relatively high, D high"
            ),
        )),
    }
}

/// The letter that a text begins with, without 类 or 级, and what follows.
fn split_letter(text: &str) -> Option<(CreditClass, &str)> {
    let class = *CreditClass::ALL.iter().find(|class| text.starts_with(class.zh()))?;
    let rest = &text[class.zh().len()..];
    let rest = rest.strip_prefix(['类', '级']).unwrap_or(rest);
    Some((class, rest.strip_prefix(AFTER).unwrap_or(rest)))
}

/// The class of a risk in words. Without 风险 a word is one only beside the letter: 高 alone may speak of the credit.
fn risk(text: &str, beside_letter: bool) -> Option<CreditClass> {
    let text = text.strip_suffix(AFTER).unwrap_or(text);
    if !beside_letter && !text.contains("风险") {
        return None;
    }
    match text.replacen("信用", "", 1).replacen("风险", "", 1).as_str() {
        "低" => Some(CreditClass::A),
        "一般" => Some(CreditClass::B),
        "较高" => Some(CreditClass::C),
        "高" => Some(CreditClass::D),
        _ => None,
    }
}

fn unknown(cell: &str) -> Refusal {
    let words: Vec<&str> = CreditClass::ALL.iter().map(|class| class.zh()).collect();
    let (zh, en) = (words.join("、"), words.join(", "));
    ("R10", say!("“{cell}” 须为 {zh} 之一", "\"{cell}\" must be one of {en}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statuses_in_other_wordings() {
        for (text, word) in [
            ("存续（在营、开业、在册）", "存续"),
            ("存续(在营,开业,在册)", "存续"),
            ("存续（在营、开业、正常）", "存续"),
            ("在营（开业）企业", "在营"),
            ("在营（开业）", "在营"),
            ("正常企业", "正常"),
            ("开业/正常", ""),
            ("登记成立", "存续"),
            ("确立", "存续"),
            ("吊销，未注销", "吊销"),
            ("吊销，已注销", "注销"),
            // What is live and something else besides is for people to judge.
            ("存续（已吊销）", ""),
            ("正常（注销中）", ""),
            ("存续（在营、注销）", ""),
            ("存续（）", ""),
            ("存续（在营", ""),
            ("在册", ""),
            ("注消", ""),
            ("停业", ""),
            ("迁入", ""),
            ("1", ""),
            ("企业", ""),
        ] {
            assert_eq!(status_word(text).unwrap_or_default(), word, "{text}");
        }
        for word in LIVE.iter().chain(ENDED) {
            assert!(is_status(word) && status_word(word).is_none());
        }
        for (wording, word) in WORDINGS {
            assert!(is_status(word) && !is_status(wording), "{wording}");
        }
    }

    #[test]
    fn classes_in_other_wordings() {
        let risks = ["低风险", "一般风险", "较高风险", "高风险"];
        for (class, risk) in CreditClass::ALL.iter().zip(risks) {
            let letter = class.zh();
            let full = char::from_u32(u32::from(letter.as_bytes()[0]) + 0xfee0).unwrap();
            let degree = risk.trim_end_matches("风险");
            for text in [
                letter.to_owned(),
                letter.to_lowercase(),
                full.to_string(),
                format!("{letter}类"),
                format!("{full}级"),
                format!("{letter}类企业"),
                risk.to_owned(),
                format!("信用风险{degree}"),
                format!("{letter}类（{risk}）"),
                format!("{letter}类({degree})"),
                format!("{letter} 信用风险{degree}"),
                format!("{letter}-{risk}"),
                format!("{letter}类{risk}"),
                format!("信用风险{degree}（{letter}类）"),
                format!("{risk}企业"),
            ] {
                assert_eq!(credit_class(&text), Ok(*class), "{text}");
            }
        }
        assert_eq!(credit_class("E类"), Ok(CreditClass::E));
    }

    #[test]
    fn classes_that_are_not_certain_are_refused() {
        let uncertain = "须为";
        let contradicts = "前后不一致";
        for (text, cause) in [
            ("A类（高风险）", contradicts),
            ("A类（高）", contradicts),
            ("低风险（B类）", contradicts),
            ("E类（高风险）", contradicts),
            ("A/B", contradicts),
            ("B类（原C类）", uncertain),
            ("F", uncertain),
            ("AA", uncertain),
            ("AAA级", uncertain),
            ("A+", uncertain),
            ("M", uncertain),
            ("高", uncertain),
            ("一般", uncertain),
            ("中风险", uncertain),
            ("较低风险", uncertain),
            ("信用高", uncertain),
            ("A类（守信）", uncertain),
            ("A、B", uncertain),
            ("类", uncertain),
            ("（）", uncertain),
        ] {
            let (code, found) = credit_class(text).unwrap_err();
            assert_eq!(code, "R10");
            assert!(found.zh.contains(cause), "{text}: {}", found.zh);
        }
    }
}
