//! Rows under a header: what is one, what is left out, and how often they can be read.

use std::ops::ControlFlow;

use rust_xlsxwriter::Formula;

use super::tests::{codes, known, one, patched, rows, workbook};
use super::{Item, Source, read};
use crate::base::finding::{Findings, Severity};

#[test]
fn lines_end_in_any_way() {
    let lines = ["标题", "名称,代码,类型", "甲,1,\"a", "b\"", "", "乙,2,c", "丙,3,d"];
    for end in ["\n", "\r\n", "\r"] {
        let (sheet, findings) = one(lines.join(end).as_bytes());
        let joined = format!("3:甲|1|a{end}b");
        assert_eq!(rows(&sheet), [joined.as_str(), "6:乙|2|c", "7:丙|3|d"], "{end:?}");
        assert_eq!((codes(&findings), findings[0].place.row), (vec!["R50"], Some(1)), "{end:?}");
        // The line of damage, too.
        let bytes = [lines.join(end).as_bytes(), end.as_bytes(), b"\xff\xff"].concat();
        let Findings(findings) = read("f.csv", &bytes, &known).unwrap_err();
        assert_eq!((findings[0].code(), findings[0].place.row), ("R41", Some(8)), "{end:?}");
    }
}

/// What may be a remark waits for the rows after it, and no longer than for a thousand.
#[test]
fn only_the_foot_is_a_foot() {
    let text = "名称,代码,类型\n甲,1,企业\n共和饭店\n,,\n乙,2,企业\n共两户\n,,\n说明\n";
    let (sheet, findings) = one(text.as_bytes());
    assert_eq!(rows(&sheet), ["2:甲|1|企业", "3:共和饭店", "4:||", "5:乙|2|企业", "7:||"]);
    assert_eq!(findings.iter().map(|f| f.place.row.unwrap()).collect::<Vec<_>>(), [6, 8]);
    let text = format!("名称,代码,类型\n甲,1,企业\n{}", "共和饭店\n".repeat(1_500));
    let (sheet, findings) = one(text.as_bytes());
    assert_eq!((sheet.rows.len() + findings.len(), findings.len()), (1_501, 499));
    // A finding of an earlier report in the last column makes no remark of a short row.
    let text = "名称,代码,类型,日期,证号,核查结果 findings\n共和饭店,1,,,,R06：补填\n";
    let (sheet, findings) = one(text.as_bytes());
    assert_eq!((rows(&sheet), codes(&findings)), (vec!["2:共和饭店|1|||".to_owned()], vec!["R57"]));
}

/// A table gives the same rows however often it is read, and stops where its reader does.
#[test]
fn tables_are_read_as_often_as_needed() {
    let lines = [
        "名称|代码|类型",
        "甲|1|企业",
        "",
        "名称|代码|类型",
        "乙|2|企业",
        "丙|3|企业",
        "合计：3||",
    ];
    let text = lines.join("\n").replace('|', ",").into_bytes();
    for (bytes, blank) in [(workbook(&lines, |_| {}), 1), (text, 0)] {
        let source = Source::open("f", bytes, &known).unwrap();
        let table = &source.tables[0];
        let once = |most: usize| {
            let (mut met, mut gaps) = (Vec::new(), 0);
            let read = table.rows(&mut |item| {
                match item {
                    Item::Row(row) => met.push(format!("{}:{}", row.line, row.cells.join("|"))),
                    Item::Blank(n) => gaps += n,
                    Item::Note(finding) => met.push(format!("{}", finding.place.row.unwrap())),
                }
                if met.len() < most { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
            });
            read.unwrap();
            met.sort_unstable();
            (met, gaps)
        };
        let all = once(usize::MAX);
        assert_eq!(
            all,
            (
                ["2:甲|1|企业", "4", "5:乙|2|企业", "6:丙|3|企业", "7"].map(str::to_owned).to_vec(),
                blank
            )
        );
        assert_eq!(once(usize::MAX), all);
        assert_eq!(once(1).0, ["2:甲|1|企业"]);
    }
}

/// An error in a cell belongs to its row; in a row that is left out it belongs to nobody.
#[test]
fn errors_of_cells_come_with_their_rows() {
    let bytes = workbook(
        &["标题", "名称|代码|类型|证号|姓名|日期", "甲|1|企业", "", "合计：1"],
        |sheet| {
            let error = || Formula::new("=1/0").set_result("#DIV/0!");
            for (row, column) in [(0, 3), (2, 1), (4, 1)] {
                sheet.write_formula(row, column, error()).unwrap();
            }
        },
    );
    // A row with nothing but a formula that has no result.
    let bytes =
        patched(&bytes, "<row r=\"5\"", "<row r=\"4\"><c r=\"B4\"><f>A1</f></c></row><row r=\"5\"");
    let source = Source::open("f.xlsx", bytes, &known).unwrap();
    assert!(
        source.findings.iter().all(|f| f.severity() < Severity::Error),
        "{:?}",
        source.findings
    );
    let mut met = Vec::new();
    let read = source.tables[0].rows(&mut |item| {
        if let Item::Row(row) = item {
            met.push((row.line, codes(&row.findings)));
        }
        ControlFlow::Continue(())
    });
    read.unwrap();
    assert_eq!(met, [(3, vec!["R47"]), (4, vec!["R49"])]);
}
