//! The kinds of rules: one table that reading, explaining and the guide share.

/// A kind of rule.
#[derive(Debug, PartialEq, Eq)]
pub struct RuleKind {
    /// Its name in a rules file.
    pub name: &'static str,
    /// 中文
    pub zh: &'static str,
    /// English
    pub en: &'static str,
    /// The keys of its value.
    pub keys: &'static [&'static str],
    /// The code of the finding that breaks it, or the reason code of those it takes out; `-` where it only informs.
    pub gives: &'static str,
}

const fn kind(
    name: &'static str,
    zh: &'static str,
    en: &'static str,
    keys: &'static [&'static str],
    gives: &'static str,
) -> RuleKind {
    RuleKind { name, zh, en, keys, gives }
}

/// All kinds of rules.
pub const KINDS: &[RuleKind] = &[
    kind("least_ratio", "抽查比例下限", "least ratio", &["ratio", "of"], "P52"),
    kind("most_ratio", "抽查比例上限", "most ratio", &["ratio", "of"], "P53"),
    kind("min_team", "检查组最少人数", "least inspectors in a team", &["inspectors"], "P54"),
    kind("required_tags", "事项所需专长", "tags required", &["tags", "slots"], "P55"),
    kind("rotation", "人员轮换", "rotation of inspectors", &["draws"], "rotation"),
    kind("cross_station", "跨所检查", "not one's own station", &[], "station"),
    kind("recusal_kinds", "认可的回避原因", "recusals accepted", &["reasons"], "P56"),
    kind("cap_agency", "同一部门检查上限", "visits by one agency", &["visits"], "cap_agency"),
    kind("cap_total", "检查总数上限", "visits by all together", &["visits"], "cap_total"),
    kind("class_a_once", "A 类每年至多一次", "class A once a year", &[], "class_a_once"),
    kind(
        "visited_within",
        "检查间隔",
        "time between visits",
        &["days", "months"],
        "visited_within",
    ),
    kind("key_supervised", "重点监管另查", "key supervision apart", &[], "key_supervised"),
    kind("white_list", "白名单免于抽查", "white list exempt", &[], "white_list"),
    kind("rating_age", "信用评定有效期", "age of ratings", &["days"], "P18"),
    kind("deadline", "期限", "deadline", &["what", "days", "working_days"], "-"),
    kind("fusion", "通用+专业融合", "general and sector class", &["tag", "table"], "P59"),
];

/// The kind of that name, which is in the table.
pub(super) fn of(name: &str) -> &'static RuleKind {
    let kind = KINDS.iter().find(|kind| kind.name == name);
    kind.unwrap_or_else(|| panic!("bug: no kind of rule is called {name}"))
}
