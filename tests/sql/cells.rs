//! Cells of every column, canonical and not: what an import would change or refuse, the engine refuses.

use std::collections::BTreeMap;

use shuangsuiji::base::finding::Severity;
use shuangsuiji::plan::{Plan, Rules};
use shuangsuiji::registry::Register;

use crate::frames::{
    Asked, COLUMNS, Case, Row, as_frozen, codes_of, imported, plain_view, queries,
};
use crate::plans::{HEAD, RULES};

/// A task that reads every column and lets nearly everybody pass.
const PLAN: &str = r#"[[task]]
list = "T"
title = "各列"
matters = ["M010"]
type = "targeted"
exclude = { drawn_within_days = 1, key_supervised = true }
sample = { number = 1, weight = "score" }
slots = ["lead", "member"]
[task.scope]
kind = ["企业"]
region = ["33"]
area = ["城东"]
station = ["一所"]
office = ["本局"]
industry = ["H"]
credit_class = ["A"]
tags_any = ["餐饮"]
established_from = 2000-01-01
lists_none = ["黑名单"]
"#;

/// Cells that an import keeps as they are.
const CANONICAL: [(&str, &[&str]); 17] = [
    ("uscc", &["913301997381002527", "AAAAAAAAAAAAAAAAAA"]),
    ("reg_no", &["330100000012345", "NA-12", "R01"]),
    ("own_id", &["SB-0000001", "企合示分字第00012", "12.50", "a'b\\c", "甲1"]),
    ("kind", &["企业", "企 业", "企'业", "--", "无"]),
    ("region", &["330106", "330106001", "x"]),
    ("area", &["城东", "城'东\\", "无"]),
    ("station", &["一所", "所:一"]),
    ("office", &["本局", "示例区 局", "Ａ局"]),
    ("industry", &["6210", "62", "H", "x1"]),
    ("status", &["存续", "注消", "停业", "存续（已吊销）", "在册", "正常（"]),
    ("credit_class", &["A", "E"]),
    ("credit_score", &["1", "1048576", "999"]),
    ("tags", &["餐饮", "a;b:c", "a'b;餐饮", "无;餐饮", "deptx:1;leader", "a$b", "a\\b"]),
    ("established", &["2024-02-29", "2000-02-29", "1999-12-31", "0001-01-01"]),
    ("last_drawn", &["2026-04-30", "2026-02-28"]),
    ("key_matters", &["M010", "M010;M011", "M 1;甲 乙", "a|b"]),
    ("lists", &["黑名单", "白名单@2026-01-01..", "经营异常@2026-01-01..2026-02-01;严重违法"]),
];

/// Cells that an import changes or refuses.
const OTHERS: [(&str, &[&str]); 17] = [
    (
        "uscc",
        &[
            "91330199738100252j",
            " 913301997381002527",
            "91330199 7381002527",
            "330199738100252",
            "９13301997381002527",
            "无",
            "913301997381002527\u{200b}",
        ],
    ),
    ("reg_no", &["r01", "R 01", "R01 ", "R/01", "330100000012345.0", "-", "Ｒ01"]),
    (
        "own_id",
        &[
            "a b",
            "a,b",
            "a;b",
            "a、b",
            "１",
            "无",
            "-",
            "N/A",
            "123456.0",
            "1.5E+7",
            "a\u{3000}b",
            "a\u{feff}",
        ],
    ),
    ("kind", &["", " 企业", "企业\u{3000}", "企\u{200b}业", "企业\u{a0}", "企\u{7}业"]),
    ("region", &["33０106", "33 0106", "330106 ", "无", "33,01"]),
    ("area", &["城 东", "城,东", "城;东", "-", "城|东", "{城}", " 城东", "城\u{ad}东"]),
    ("station", &["一、二所", "一所\u{2028}", "-"]),
    ("office", &[" 本局", "本局 ", "本\u{202e}局"]),
    ("industry", &["H6210", "A0111", "6 2", "６2", "/"]),
    (
        "status",
        &[
            "",
            "存续 ",
            "\u{2003}存续",
            "存续（在营、开业、在册）",
            "存续(在营,开业/正常)",
            "在营（开业）企业",
            "在业企业",
            "登记成立",
            "正常经营",
            "已注销",
            "吊销，未注销",
            "吊销(已注销)",
        ],
    ),
    ("credit_class", &["a", "Ａ", "无", "A ", "A类", "B级", "C类（较高风险）", "低风险"]),
    ("credit_score", &["0", "01", "1048577", "99999999", "1.0", "+1", "-1", "１", "一"]),
    (
        "tags",
        &[
            "餐饮、a",
            "餐饮,a",
            "餐饮；a",
            "餐饮; a",
            "餐 饮",
            ";餐饮",
            "餐饮;",
            "餐饮;;a",
            "-",
            "无",
            "a;-;b",
            "lead",
            "a;dept:x",
            "area:城东",
            "station:;a",
            "餐饮|a",
            "a{b}",
            "餐\u{200d}饮",
        ],
    ),
    (
        "established",
        &[
            "2026-1-5",
            "2026/01/05",
            "20260105",
            "2023-02-29",
            "1900-02-29",
            "2026-04-31",
            "2026-13-01",
            "2026-00-10",
            "2026-01-05 00:00:00",
            "2026年1月5日",
            "46027",
        ],
    ),
    ("last_drawn", &["2026-06-31", "2026-7-1", "2026-01-32"]),
    (
        "key_matters",
        &["M010,M011", "M010; M011", " M010", "M010;;M011", "无", "M010；M011", "M\u{1}"],
    ),
    (
        "lists",
        &[
            "abnormal",
            "经营异常名录",
            "黑名单,白名单",
            "黑名单@2026-01-01",
            "移出经营异常",
            "黑名单;",
            "黑名单@..2026-01-01",
        ],
    ),
];

fn good_row(number: usize) -> Row {
    let cells = [
        format!("9133{number:014}"),
        String::new(),
        String::new(),
        "企业".to_owned(),
        "330106".to_owned(),
        "城东".to_owned(),
        "一所".to_owned(),
        "本局".to_owned(),
        "6210".to_owned(),
        "存续".to_owned(),
        "A".to_owned(),
        "500".to_owned(),
        "餐饮".to_owned(),
        "2020-01-05".to_owned(),
        String::new(),
        String::new(),
        String::new(),
    ];
    COLUMNS.iter().map(|(id, _)| *id).zip(cells).collect()
}

/// A row for each cell, and the column that it stands in.
fn rows_of(cells: &[(&'static str, &[&str])]) -> Vec<(&'static str, Row)> {
    let each =
        cells.iter().flat_map(|(column, cells)| cells.iter().map(move |cell| (*column, *cell)));
    each.enumerate()
        .map(|(number, (column, cell))| {
            let mut row = good_row(number);
            row.insert(column, cell.to_owned());
            (column, row)
        })
        .collect()
}

/// Whether an import would keep all cells of a row as they are.
fn is_kept(row: &Row) -> bool {
    let (table, findings) = imported(std::slice::from_ref(row));
    if findings.iter().any(|finding| finding.severity() == Severity::Error) || table.rows.is_empty()
    {
        return false;
    }
    let columns = Register::Subjects.columns();
    let kept = |(id, _): &(&str, &str)| {
        let at = columns.iter().position(|column| column.id == *id).unwrap();
        table.rows[0].cell(at) == row[id]
    };
    COLUMNS.iter().all(kept)
}

/// A table as it is, whose frame is that of a freeze.
fn framed(name: &str, plan: &str, rows: Vec<Row>) -> Case {
    let (plan, _) = Plan::parse(plan, "plan.toml").unwrap_or_else(|e| panic!("{e}"));
    let tasks = as_frozen(&plan, &Rules::default(), &rows);
    assert!(!tasks[0].frame.is_empty());
    Case { name: name.to_owned(), view: plain_view(), rows, tasks }
}

/// A table that an import or a freeze refuses with one of these codes, and the rows that engines refuse.
fn refused(
    code: &str,
    (plan, rules): (&str, &str),
    rows: Vec<Row>,
    listed: &[(&str, u64)],
) -> Case {
    let (plan, _) = Plan::parse(plan, "plan.toml").unwrap_or_else(|e| panic!("{e}"));
    let rules = match rules {
        "" => Rules::default(),
        text => Rules::parse(text, "rules.toml").0,
    };
    let codes = codes_of(&plan, &rules, &rows);
    assert!(codes.contains(&code), "{code} is not among {codes:?}");
    let counts = listed.iter().map(|(what, n)| ((*what).to_owned(), *n)).collect();
    let (queries, what) = (queries(&plan, &rules, "T"), listed[0].0);
    let tasks = vec![Asked { queries, frame: String::new(), counts }];
    Case { name: format!("refused as {code}: {what}"), view: plain_view(), rows, tasks }
}

/// Rows of which one cell is another in the first of them.
fn with(cells: &[(&'static str, &str)]) -> Vec<Row> {
    let mut rows: Vec<Row> = (0..cells.len() + 2).map(good_row).collect();
    for (row, (column, cell)) in rows.iter_mut().zip(cells) {
        row.insert(column, (*cell).to_owned());
    }
    rows
}

/// Canonical cells are all taken; of the others every one is refused for its column.
pub fn cells() -> Vec<Case> {
    let kept = rows_of(&CANONICAL);
    kept.iter().for_each(|(column, row)| assert!(is_kept(row), "{column}: {}", row[column]));
    let others = rows_of(&OTHERS);
    others.iter().for_each(|(column, row)| assert!(!is_kept(row), "{column}: {:?}", row[column]));
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    for (column, _) in &others {
        *counts.entry(format!("refused {column}")).or_default() += 1;
    }
    let counts: Vec<(&str, u64)> = counts.iter().map(|(what, n)| (what.as_str(), *n)).collect();
    let of = |rows: Vec<(&'static str, Row)>| rows.into_iter().map(|(_, row)| row).collect();
    let plan = format!("{HEAD}{PLAN}");
    vec![
        framed("canonical cells", &plan, of(kept)),
        refused("R07", (&plan, ""), of(others), &counts),
    ]
}

/// Identifiers that are absent or stand twice, tags that nobody has, and who is eligible and cannot be sampled.
pub fn rows() -> Vec<Case> {
    let plan = format!("{HEAD}{PLAN}");
    let edited = |old: &str, new: &str| {
        assert_eq!(plan.matches(old).count(), 1, "{old}");
        plan.replace(old, new)
    };
    let first = good_row(0)["uscc"].clone();
    let by_class = edited(
        "{ number = 1, weight = \"score\" }",
        "{ by = \"credit\", ratio = { A = \"50%\" } }",
    );
    let anybody = by_class.replace("credit_class = [\"A\"]\n", "").replace("\"C\"", "\"refuse\"");
    let teams = edited("\"lead\", \"member\"", "\"lead\", \"local\", \"insured\"")
        .replace("area = [\"城东\"]\n", "");
    let insured: Vec<Row> = with(&[("tags", "餐饮"), ("tags", "insurer:;餐饮"), ("area", "")]);
    let insured = insured.into_iter().enumerate().map(|(at, mut row)| {
        if at >= 2 {
            row.insert("tags", "insurer:甲保险;餐饮".to_owned());
        }
        row
    });
    let sectors = [
        ("tags", "insurer:甲保险;insurer:乙保险;餐饮"),
        ("tags", "insurer:丙'保\\险;餐饮"),
        ("tags", "insurer:甲保险;餐饮"),
    ];
    let own_ids = |n: usize| {
        let mut rows = with(&[("own_id", "SB-1"), ("own_id", "SB-2"), ("reg_no", "R3")]);
        rows.iter_mut().take(n).for_each(|row| drop(row.insert("uscc", String::new())));
        rows
    };
    let sm3 = edited("mode = \"open\"\n", "mode = \"open\"\nsuite = \"sm3\"\n");
    vec![
        refused("R15", (&plan, ""), with(&[("uscc", "")]), &[("refused identifier", 1)]),
        refused(
            "R12",
            (&plan, ""),
            with(&[("reg_no", "R1"), ("uscc", &first)]),
            &[("repeated uscc", 2)],
        ),
        refused(
            "R12",
            (&plan, ""),
            with(&[("reg_no", "R1"), ("reg_no", "R1")]),
            &[("repeated reg_no", 2)],
        ),
        refused(
            "R12",
            (&plan, ""),
            with(&[("own_id", "S"), ("own_id", "S")]),
            &[("repeated own_id", 2)],
        ),
        refused(
            "P28",
            (&plan, ""),
            with(&[("tags", ""), ("tags", "a")]).into_iter().take(2).collect(),
            &[("absent 餐饮", 0)],
        ),
        refused("P19", (&plan, ""), with(&[("credit_score", "")]), &[("refused unscored", 1)]),
        refused("P12", (&anybody, ""), with(&[("credit_class", "")]), &[("refused unrated", 1)]),
        refused("P13", (&anybody, ""), with(&[("credit_class", "E")]), &[("refused class_E", 1)]),
        refused("P60", (&by_class, RULES), with(&sectors), &[("refused fusion", 2)]),
        refused(
            "M02",
            (&teams, ""),
            insured.collect(),
            &[("refused no_area", 1), ("refused no_insurer", 2)],
        ),
        // Two without code: the digest of an own number is SM3, which engines do not have.
        refused_by_engines_alone(&sm3, own_ids(2), &[("refused own_id_digest", 2)]),
        framed("with SM3, nobody by an own number", &sm3, own_ids(0)),
        framed("own numbers", &plan, own_ids(2)),
    ]
}

/// What a freeze does and an engine cannot.
fn refused_by_engines_alone(plan: &str, rows: Vec<Row>, counts: &[(&str, u64)]) -> Case {
    let mut case = framed("what engines alone refuse", plan, rows);
    case.tasks[0].frame = String::new();
    case.tasks[0].counts = counts.iter().map(|(what, n)| ((*what).to_owned(), *n)).collect();
    case
}
