//! What is wrong with a table of results: every finding is earned, and told with its place.

use std::collections::BTreeSet;
use std::fs;

use rust_xlsxwriter::Workbook;
use serde_json::Value;
use shuangsuiji::base::codes;

use crate::filled::*;
use crate::office;
use crate::support::ssj::run;

/// What is wrong in one cell of a table that is right, with the code and the words that tell it.
const WRONG: [(&str, &str, &str, &str); 24] = [
    ("抽查计划编号", "EX-OTHER", "N11", "“EX-OTHER”不是 EX-OPEN"),
    (LIST, "T09", "N11", "本次抽取没有任务“T09”"),
    (LIST, "T01", "N11", "不是为任务 T01 抽中的"),
    (SID, "REG:9999", "N11", "本次没有抽中它"),
    (SID, "", "N11", "本次没有抽中它"),
    (MATTER, "M009 某事项", "N11", "任务 T02 没有事项“M009 某事项”"),
    (MATTER, "M001", "N11", "“M001”属于任务 T01，不属于 T02"),
    (MATTER, "M0022", "N11", "任务 T02 没有事项“M0022”"),
    (RESULT, "未发现间题", "N13", "“未发现间题”：是否“未发现问题”？"),
    (RESULT, "正常", "N13", "“正常”"),
    (RESULT, "未发现问题；吊销", "N13", "“吊销”：是否“被吊销”？"),
    (FOLLOW_UP, "移送", "N13", "“移送”：是否“移送办案”？"),
    (STATE, "已公布", "N13", "“已公布”：是否“已公示”？"),
    (STATE, "已公示、退回", "N13", "“已公示、退回”"),
    (RESULT, "未发现问题；迁出", "N14", "“未发现问题”不能与其他并列"),
    (FOLLOW_UP, "无需后续处置；责令改正", "N14", "“无需后续处置”不能与其他并列"),
    (RESULT, "", "N14", "状态是“已公示”，而没有检查结果"),
    (DONE_ON, "", "N14", "状态是“已公示”，而没有检查完成日期"),
    (STATE, "未录入", "N14", "已填结果，状态仍是“未录入”"),
    (STATE, "", "N14", "已填结果，状态仍是“未录入”"),
    (DONE_ON, "下周", "N15", "“下周”不是日期"),
    (DONE_ON, "2026-02-30", "N15", "“2026-02-30”不是日期"),
    (DONE_ON, "2026-07-22", "N15", "2026-07-22 早于抽取之日 2026-07-23"),
    (DONE_ON, "2026-12-16", "N15", "2026-12-16 晚于 2026-12-15，尚未到来"),
];

#[test]
fn every_wrong_cell_is_told_with_its_place() {
    let temp = office("open");
    let folder = temp.path();
    let right = Table::of(folder).entered();
    right.write(&folder.join("r.csv"));
    let said = notice(folder, 0, "r.csv", "2026-12-15", &["--out", "right"]);
    assert!(!said.contains("N1"), "{said}");
    // Each alone, in the first row; and all of them in one file, in a row each.
    let mut codes = BTreeSet::new();
    for (column, cell, code, words) in WRONG {
        let mut table = right.clone();
        table.set(0, column, cell);
        table.write(&folder.join("w.csv"));
        let said = notice(folder, 2, "w.csv", "2026-12-15", &["--out", "wrong"]);
        let sid = if column == SID { cell } else { "REG:0000" };
        let sid = if sid.is_empty() { String::new() } else { format!("，{sid}") };
        let line = format!("错误 {code} w.csv，第 2 行，“{column}”{sid}：{words}");
        assert!(said.contains(&line), "{line} is not in\n{said}");
        assert_eq!(said.matches("错误 ").count(), 1, "{said}");
        codes.insert(code);
    }
    assert!(!folder.join("wrong").exists());
    assert_eq!(codes.len(), 4);
    let mut all = right.clone();
    for (row, (column, cell, ..)) in WRONG.iter().enumerate().take(right.len()) {
        all.set(row, column, cell);
    }
    all.write(&folder.join("w.csv"));
    let said = notice(folder, 2, "w.csv", "2026-12-15", &["--out", "wrong", "--json"]);
    let report: Value = serde_json::from_str(said.lines().last().unwrap()).unwrap();
    let told: BTreeSet<u64> =
        report["findings"].as_array().unwrap().iter().filter_map(|f| f["row"].as_u64()).collect();
    assert_eq!(told.len(), WRONG.len().min(right.len()), "{said}");
    // The clock, too, bounds the days.
    let mut table = right.clone();
    table.set(0, DONE_ON, "2026-12-21");
    table.write(&folder.join("w.csv"));
    let said = notice(folder, 2, "w.csv", "2026-12-31", &["--out", "wrong"]);
    assert!(said.contains("N15") && said.contains("晚于 2026-12-20"), "{said}");
    for number in 9..=21 {
        assert!(codes::find(&format!("N{number:02}")).is_some());
    }
}

#[test]
fn two_results_of_one_matter_are_refused_and_copies_are_one_table() {
    let temp = office("open");
    let folder = temp.path();
    let blank = Table::of(folder);
    // Two teams fill their rows in copies of the table.
    let (mut one, mut other) = (blank.clone(), blank.clone());
    for row in 0..blank.len() {
        let own = if row % 2 == 0 { &mut one } else { &mut other };
        own.enter(row, "未发现问题", "2026-12-01");
    }
    one.write(&folder.join("one.csv"));
    other.write(&folder.join("other.xlsx"));
    let second = ["--results", "other.xlsx", "--out", "out"];
    notice(folder, 0, "one.csv", "2026-12-15", &second);
    let whole = json(folder, "EX-OPEN-1-outcome-2026-12-15.json");
    assert_eq!(rows(&whole, "检查结果").len(), blank.len());
    assert!(rows(&whole, "未公布结果").is_empty());
    // Both filled in row 0: the same is fine, another result is not, whichever came first.
    other.enter(0, "未发现问题", "2026/12/1");
    other.write(&folder.join("other.xlsx"));
    notice(folder, 0, "one.csv", "2026-12-15", &second);
    for (column, cell) in
        [(RESULT, "注销"), (DONE_ON, "2026-12-02"), (PEOPLE, "E001"), (STATE, "退回")]
    {
        let mut other = other.clone();
        other.set(0, column, cell);
        other.write(&folder.join("other.xlsx"));
        let said = notice(folder, 2, "one.csv", "2026-12-15", &second);
        let line = "错误 N12 other.xlsx，情况记录表!2:2，REG:0000：与 one.csv，第 2 行 所填不同";
        assert!(said.contains(line), "{said}");
    }
}

#[test]
fn a_table_of_another_make_is_refused() {
    let temp = office("open");
    let folder = temp.path();
    let mut table = Table::of(folder).entered();
    for row in &mut table.0 {
        row.push(if row[0] == "抽查计划编号" {
            "备注".to_owned()
        } else {
            "=1".to_owned()
        });
    }
    table.write(&folder.join("r.csv"));
    let said = notice(folder, 0, "r.csv", "2026-12-15", &["--out", "out"]);
    assert!(said.contains("提示 N10 r.csv，第 1 行：备注"), "{said}");
    let column = table.column(RESULT);
    let mut less = table.clone();
    less.0.iter_mut().for_each(|row| drop(row.remove(column)));
    less.write(&folder.join("w.csv"));
    let said = notice(folder, 2, "w.csv", "2026-12-15", &["--out", "wrong"]);
    assert!(said.contains("错误 N09 w.csv，第 1 行：缺少“检查结果”列"), "{said}");
    let mut twice = table.clone();
    twice.0[0].last_mut().unwrap().clone_from(&RESULT.to_owned());
    twice.write(&folder.join("w.csv"));
    let said = notice(folder, 2, "w.csv", "2026-12-15", &["--out", "wrong"]);
    assert!(said.contains("错误 N09 w.csv，第 1 行：“检查结果”列不止一列"), "{said}");
    // The workbook of forms without the sheet to be filled in.
    let mut book = Workbook::new();
    let sheet = book.add_worksheet().set_name("抽查任务表").unwrap();
    for (at, name) in (0..).zip(&table.0[0]) {
        sheet.write_string(0, at, name).unwrap();
        sheet.write_string(1, at, "x").unwrap();
    }
    fs::write(folder.join("w.xlsx"), book.save_to_buffer().unwrap()).unwrap();
    let said = notice(folder, 2, "w.xlsx", "2026-12-15", &["--out", "wrong"]);
    assert!(said.contains("错误 N09") && said.contains("没有“情况记录表”"), "{said}");
    assert!(!folder.join("wrong").exists());
}

#[test]
fn an_earlier_notice_is_one_of_the_same_draw() {
    let temp = office("open");
    let folder = temp.path();
    Table::of(folder).entered().write(&folder.join("r.csv"));
    notice(folder, 0, "r.csv", "2026-12-15", &["--out", "out"]);
    let name = "out/EX-OPEN-1-outcome-2026-12-15.json";
    let good = fs::read_to_string(folder.join(name)).unwrap();
    notice(folder, 0, "r.csv", "2026-12-15", &["--out", "out", "--earlier", name]);
    let result = ["publish", "notice", "bundle", "--kind", "result", "--out", "result"];
    run(folder, 0, &result);
    let result = fs::read_to_string(folder.join("result/EX-OPEN-1-result.json")).unwrap();
    let commitment = json(folder, "EX-OPEN-1-outcome-2026-12-15.json")["摘要"]["承诺摘要"]
        .as_str()
        .unwrap()
        .to_owned();
    let another = commitment.replace(|c| c != 'a', "a");
    for (bytes, words) in [
        ("{".to_owned(), ""),
        (result, "它不是检查结果公示"),
        (good.replace(&commitment, &another), "它属于另一次抽取"),
        (good.replace("\"公示次序\":1,", ""), "没有公示日期或次序"),
        (good.replace("\"抽查任务编号\":\"T02\"", "\"抽查任务编号\":\"T99\""), "项不是检查结果"),
        (good.replace("2026-12-15", "2026-12-16"), "它的公示日期 2026-12-16 晚于 2026-12-15"),
    ] {
        fs::write(folder.join("e.json"), bytes).unwrap();
        let more = ["--out", "wrong", "--earlier", "e.json"];
        let said = notice(folder, 2, "r.csv", "2026-12-15", &more);
        assert!(said.contains("错误 N19 e.json：") && said.contains(words), "{words}: {said}");
    }
    assert!(!folder.join("wrong").exists());
}
