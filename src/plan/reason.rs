//! The reason codes of everybody who is left out, and of recusals that rules make, with their words: one table, so
//! that every reader shows the same.

use crate::base::finding::Text;

/// Code, 中文, English.
const REASONS: &[(&str, &str, &str)] = &[
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

/// A reason code in words; a code that is not ours is its own word.
pub fn reason_text(code: &str) -> Text {
    let (zh, en) =
        REASONS.iter().find(|row| row.0 == code).map_or((code, code), |row| (row.1, row.2));
    Text { zh: zh.to_owned(), en: en.to_owned() }
}
