//! Cells of every column, canonical and not: what an import would change or refuse, the engine refuses.

use std::collections::BTreeMap;

use shuangsuiji::base::finding::Severity;
use shuangsuiji::plan::{Plan, Rules};
use shuangsuiji::registry::Register;

use crate::frames::{Asked, COLUMNS, Case, HEAD, Row, as_frozen, imported, plain_view, queries};

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
    ("status", &["存续", "在营（开业）"]),
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
    ("status", &["", "存续 ", "\u{2003}存续"]),
    ("credit_class", &["a", "Ａ", "无", "A "]),
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

/// A table as it is, of which so many rows are refused; if none is, the frame is that of a freeze.
fn case(name: &str, rows: Vec<Row>, counts: BTreeMap<String, u64>) -> Case {
    let (plan, _) =
        Plan::parse(&format!("{HEAD}{PLAN}"), "plan.toml").unwrap_or_else(|e| panic!("{e}"));
    let tasks = match counts.is_empty() {
        true => as_frozen(&plan, &Rules::default(), &rows),
        false => {
            let queries = queries(&plan, &Rules::default(), "T");
            vec![Asked { queries, frame: String::new(), counts }]
        }
    };
    Case { name: name.to_owned(), view: plain_view(), rows, tasks }
}

/// Canonical cells are all taken; of the others every one is refused for its column, and an identifier or a tag is not
/// what it should be.
pub fn cells() -> Vec<Case> {
    let kept = rows_of(&CANONICAL);
    kept.iter().for_each(|(column, row)| assert!(is_kept(row), "{column}: {}", row[column]));
    let others = rows_of(&OTHERS);
    others.iter().for_each(|(column, row)| assert!(!is_kept(row), "{column}: {:?}", row[column]));
    let mut refused: BTreeMap<String, u64> = BTreeMap::new();
    for (column, _) in &others {
        *refused.entry(format!("refused {column}")).or_default() += 1;
    }
    let of = |rows: Vec<(&'static str, Row)>| rows.into_iter().map(|(_, row)| row).collect();
    let without = |change: fn(&mut Row)| {
        let mut rows: Vec<Row> = (0..3).map(good_row).collect();
        change(&mut rows[1]);
        rows
    };
    let one = |what: &str, n: u64| BTreeMap::from([(what.to_owned(), n)]);
    let no_id = without(|row| drop(row.insert("uscc", String::new())));
    let twice = without(|row| drop(row.insert("uscc", good_row(0)["uscc"].clone())));
    let twins = (0..3).map(|n| {
        let mut row = good_row(n);
        row.insert("reg_no", if n < 2 { "R1" } else { "R2" }.to_owned());
        row
    });
    let tagless = (0..3).map(|n| {
        let mut row = good_row(n);
        row.insert("tags", String::new());
        row
    });
    let unscored = without(|row| drop(row.insert("credit_score", String::new())));
    vec![
        case("cells out of form", of(others), refused),
        case("canonical cells", of(kept), BTreeMap::new()),
        case("no identifier", no_id, one("refused identifier", 1)),
        case("one code twice", twice, one("repeated uscc", 2)),
        case("one number under two codes", twins.collect(), one("repeated reg_no", 2)),
        case("a tag that nobody has", tagless.collect(), one("absent 餐饮", 0)),
        case("no score", unscored, one("refused unscored", 1)),
    ]
}
