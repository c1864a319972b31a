//! Registers as files of offices: a report goes back to them and comes in again repaired.
#![cfg(feature = "cli")]
#![allow(missing_docs)]

mod support;

use std::fs;

use calamine::{Data, Reader, Xlsx, open_workbook};
use rust_xlsxwriter::Workbook;
use support::ssj::{REGISTERS, district, import_all, run};

const HEADER: [&str; 5] = ["统一社会信用代码", "名称", "对象类型", "登记状态", "标签"];

/// A workbook of subjects under a title.
fn subjects(rows: &[[&str; 5]]) -> Vec<u8> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet().set_name("名录").unwrap();
    sheet.write_string(0, 0, "检查对象名录").unwrap();
    for (line, row) in (2..).zip([HEADER].iter().chain(rows)) {
        for (column, cell) in (0..).zip(row) {
            sheet.write_string(line, column, *cell).unwrap();
        }
    }
    book.save_to_buffer().unwrap()
}

#[test]
fn a_report_is_repaired_and_imported() {
    let temp = tempfile::tempdir().unwrap();
    let folder = temp.path();
    run(folder, 0, &["init", "."]);
    let good = ["91350100M000100Y43", "=甲公司", "企业", "存续", ""];
    let bad = ["9.13301E+17", "乙公司", "企业", "", ""];
    fs::write(folder.join("f.xlsx"), subjects(&[good, bad])).unwrap();
    let text = run(folder, 0, &["import", "subjects", "f.xlsx", "--apply", "--report", "out.xlsx"]);
    assert!(text.contains("2 行＝导入 1＋有警告仍导入 0＋隔离 1＋空白 0"), "{text}");
    assert!(text.contains("1 行在隔离区等待改正：原因见 out.xlsx，改正后以它再导入"), "{text}");
    assert!(text.contains("错误 R25 f.xlsx，名录!A5，“统一社会信用代码”"), "{text}");
    assert!(text.contains("f.xlsx，名录!1:1"), "{text}");

    let mut book: Xlsx<_> = open_workbook(folder.join("out.xlsx")).unwrap();
    assert_eq!(book.sheet_names(), ["名录", "核查说明 notes"]);
    let rows = book.worksheet_range("名录").unwrap();
    let cell = |row, column| match rows.get_value((row, column)) {
        Some(Data::String(text)) => text.clone(),
        other => format!("{other:?}"),
    };
    assert_eq!([cell(0, 0), cell(0, 5), cell(1, 1)], [HEADER[0], "核查结果 findings", "=甲公司"]);
    assert!(cell(2, 5).starts_with("R25 “统一社会信用代码”："), "{}", cell(2, 5));
    assert!(book.worksheet_formula("名录").unwrap().used_cells().all(|cell| cell.2.is_empty()));

    // The office corrects the report itself and sends it back.
    let mut fixed = Workbook::new();
    let sheet = fixed.add_worksheet().set_name("名录").unwrap();
    for (row, column, value) in rows.used_cells() {
        let value = match (row, column) {
            (2, 0) => "91330100704665967J".to_owned(),
            _ => value.to_string(),
        };
        let (row, column) = (u32::try_from(row).unwrap(), u16::try_from(column).unwrap());
        sheet.write_string(row, column, value).unwrap();
    }
    sheet.write_string(2, 3, "存续").unwrap();
    fixed.save(folder.join("fixed.xlsx")).unwrap();
    let text = run(folder, 0, &["import", "subjects", "fixed.xlsx", "--apply"]);
    assert!(text.contains("R57") && text.contains("新增 1，改动 0，不变 1，不再出现 0"), "{text}");
    assert!(!text.contains("R02"), "{text}");
    // The same rows make the same report: writing it again changes nothing.
    let again = run(folder, 0, &["import", "subjects", "f.xlsx", "--report", "out.xlsx"]);
    assert!(!again.contains("W03"), "{again}");
}

#[test]
fn the_same_subject_on_two_sheets_is_found() {
    let temp = tempfile::tempdir().unwrap();
    run(temp.path(), 0, &["init", "."]);
    let mut book = Workbook::new();
    for name in ["东", "西"] {
        let sheet = book.add_worksheet().set_name(name).unwrap();
        let row = ["91350100M000100Y43", "甲", "企业", "存续", ""];
        for (line, row) in (0..).zip([HEADER, row]) {
            for (column, cell) in (0..).zip(row) {
                sheet.write_string(line, column, cell).unwrap();
            }
        }
    }
    book.save(temp.path().join("f.xlsx")).unwrap();
    let text = run(temp.path(), 0, &["import", "subjects", "f.xlsx"]);
    assert!(
        text.contains("错误 R12 f.xlsx，西!A2") && text.contains("与 f.xlsx，东!2:2 重复"),
        "{text}"
    );
}

#[test]
fn what_is_exported_imports_unchanged() {
    let temp = district(300);
    let folder = temp.path();
    // Names that a spreadsheet would run, or take for text of its own.
    let path = folder.join("registers/subjects.csv");
    let text = fs::read_to_string(&path).unwrap();
    let (head, rows) = text.split_once('\n').unwrap();
    let at = head.split(',').position(|name| name == "address" || name == "地址").unwrap();
    let hostile =
        ["=HYPERLINK(1)", "+1", "-", "@a", "'=b", "''-c", "\"d, e\"", "2026-08-03", "007"];
    let rows = rows.lines().enumerate().map(|(n, row)| {
        let mut cells: Vec<&str> = row.split(',').collect();
        if !row.contains('"') {
            cells[at] = hostile[n % hostile.len()];
        }
        cells.join(",")
    });
    let text = [head.to_owned()].into_iter().chain(rows).collect::<Vec<_>>().join("\n");
    fs::write(&path, text).unwrap();
    import_all(folder);
    for register in REGISTERS {
        for ending in ["xlsx", "csv"] {
            let file = format!("out/{register}.{ending}");
            run(folder, 0, &["export", register, &file]);
            // The same rows give the same bytes.
            run(folder, 0, &["export", register, &file]);
            let report = run(folder, 0, &["--json", "import", register, &file]);
            let report: serde_json::Value = serde_json::from_str(&report).unwrap();
            assert_eq!(
                [&report["new"], &report["changed"], &report["gone"]],
                [0, 0, 0],
                "{file}: {report}"
            );
            assert!(report["rows"].as_u64().unwrap() > 0);
        }
    }
    let csv = fs::read_to_string(folder.join("out/subjects.csv")).unwrap();
    assert!(csv.starts_with('\u{feff}') && csv.contains(",'=HYPERLINK(1)"));
    assert!(!csv.contains(",=") && !csv.contains(",+") && !csv.contains(",@"));
    let mut book: Xlsx<_> = open_workbook(folder.join("out/subjects.xlsx")).unwrap();
    let cells = book.worksheet_range("subjects").unwrap();
    assert!(matches!(cells.get_value((1, 0)), Some(Data::String(code)) if code.len() == 18));
    assert!(cells.used_cells().any(|cell| matches!(cell.2, Data::DateTime(_))));
    assert!(book.worksheet_formula("subjects").unwrap().used_cells().all(|cell| cell.2.is_empty()));
    run(folder, 2, &["export", "subjects", "out/subjects.pdf"]);
}
