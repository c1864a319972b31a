//! The reason codes of everybody who is left out, and of recusals that rules make, with their words: one table, so
//! that every reader shows the same.

use crate::base::finding::Text;

/// Code, 中文, English.
const REASONS: &[(&str, &str, &str)] = &[
    // Subjects whose empty field leaves open whether they are in scope.
    ("no_region", "名录缺行政区划，范围无法判断", "no region: scope unknown"),
    ("no_area", "名录缺片区，范围无法判断", "no area: scope unknown"),
    ("no_station", "名录缺所，范围无法判断", "no station: scope unknown"),
    ("no_office", "名录缺管辖单位，范围无法判断", "no office: scope unknown"),
    ("no_industry", "名录缺行业代码，范围无法判断", "no industry: scope unknown"),
    ("no_credit_class", "名录缺信用风险分类，范围无法判断", "no credit class: scope unknown"),
    ("no_credit_score", "名录缺信用分值，范围无法判断", "no credit score: scope unknown"),
    ("no_established", "名录缺成立日期，范围无法判断", "no date of founding: scope unknown"),
    // Subjects in scope that are not in the frame, in the order in which they are asked.
    ("status", "登记状态不在抽查范围", "status out of scope"),
    ("drawn_within", "近期已被抽中", "drawn recently"),
    ("visited_within", "近期已被检查", "visited recently"),
    ("key_supervised", "各事项均另作重点监管", "under key supervision in every matter"),
    ("white_list", "细则免于抽查的白名单", "on the white list, which the rules exempt"),
    ("cap_agency", "本年已达同一部门的检查上限", "cap of visits by one agency reached this year"),
    ("class_a_once", "A 类本年已检查过", "class A, visited this year already"),
    ("cap_total", "本年已达检查总数上限", "cap of all visits reached this year"),
    // Inspectors who take no part.
    ("no_certificate", "没有执法证", "no certificate"),
    ("certificate_undated", "执法证没有有效期", "certificate without a date"),
    (
        "certificate_expired",
        "执法证在检查窗口内到期",
        "certificate not valid on every day of the window",
    ),
    ("state", "不在岗", "not at work"),
    ("leave", "整个窗口请假", "on leave for the whole window"),
    // Recusals that rules make.
    ("rotation", "近几次检查过同一对象，轮换", "inspected the subject lately: rotation"),
    ("station", "不检查本所的对象", "not the subjects of one's own station"),
];

/// The code of those whose empty field leaves open whether they are in scope.
pub(super) fn no_field(field: &str) -> &'static str {
    let codes = REASONS.iter().map(|row| row.0);
    let of_field = |code: &&str| code.strip_prefix("no_") == Some(field);
    codes.into_iter().find(of_field).expect("bug: every field that a scope asks for has a code")
}

/// Whether a code is one of [`no_field`].
pub(super) fn is_no_field(code: &str) -> bool {
    code.starts_with("no_") && code != "no_certificate"
}

/// A reason code in words; a code that is not ours is its own word.
pub fn reason_text(code: &str) -> Text {
    let (zh, en) =
        REASONS.iter().find(|row| row.0 == code).map_or((code, code), |row| (row.1, row.2));
    Text { zh: zh.to_owned(), en: en.to_owned() }
}
