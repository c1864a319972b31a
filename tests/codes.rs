//! Every code about files and registers from R20 on has a file that earns it, and the same file put right that does
//! not. (R01–R19 have their table in `registry::table_tests`.)
#![cfg(feature = "cli")]
#![allow(missing_docs)]

mod support;

use std::collections::BTreeSet;
use std::fs;
use std::io::{Cursor, Read, Write};
use std::path::Path;

use rust_xlsxwriter::{Format, Formula, Workbook, Worksheet};
use shuangsuiji::base::codes;
use shuangsuiji::registry::ratio_text;
use support::ssj::{run, ssj};
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

const SUBJECTS: &str = "uscc|reg_no|name|kind|status|established|tags|region|industry";
const GOOD: &str = "91350100M000100Y43||甲公司|企业|存续|2026-01-05|餐饮|330106|0111";
const OTHER: &str = "91330100704665967J|110108000000016|乙公司|企业|存续||||";

/// A file and a mapping, if it needs one.
type Input = (Vec<u8>, Option<&'static str>);

/// Cells of CSV, given with `|` between them.
fn csv(lines: &[&str]) -> Vec<u8> {
    lines.iter().map(|line| line.replace('|', ",") + "\n").collect::<String>().into_bytes()
}

fn plain(bytes: Vec<u8>) -> Input {
    (bytes, None)
}

/// The good row with one of its cells replaced.
fn with(column: &str, cell: &str) -> Vec<u8> {
    let at = SUBJECTS.split('|').position(|name| name == column).unwrap();
    let mut cells: Vec<&str> = GOOD.split('|').collect();
    cells[at] = cell;
    csv(&[SUBJECTS, &cells.join("|")])
}

fn good() -> Input {
    plain(csv(&[SUBJECTS, GOOD]))
}

/// A workbook of these lines.
fn book(lines: &[&str], more: impl FnOnce(&mut Worksheet)) -> Vec<u8> {
    let mut book = Workbook::new();
    fill(book.add_worksheet(), lines, more);
    book.save_to_buffer().unwrap()
}

fn fill(sheet: &mut Worksheet, lines: &[&str], more: impl FnOnce(&mut Worksheet)) {
    for (row, line) in (0..).zip(lines) {
        for (column, cell) in (0..).zip(line.split('|')).filter(|(_, cell)| !cell.is_empty()) {
            sheet.write_string(row, column, cell).unwrap();
        }
    }
    more(sheet);
}

fn good_book() -> Input {
    plain(book(&[SUBJECTS, GOOD], |_| {}))
}

/// A workbook with its parts changed.
fn patched(bytes: &[u8], change: impl FnOnce(&mut Vec<(String, Vec<u8>)>)) -> Vec<u8> {
    let mut from = ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut parts = Vec::new();
    for at in 0..from.len() {
        let mut part = from.by_index(at).unwrap();
        let mut bytes = Vec::new();
        part.read_to_end(&mut bytes).unwrap();
        parts.push((part.name().unwrap().to_string(), bytes));
    }
    change(&mut parts);
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in parts {
        zip.start_file(name, SimpleFileOptions::default()).unwrap();
        zip.write_all(&bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// The good row with a formula for its name.
fn formula(result: &str) -> Vec<u8> {
    book(&[SUBJECTS, GOOD], |sheet| {
        sheet.write_formula(1, 2, Formula::new("=A2").set_result(result)).unwrap();
    })
}

fn without_result() -> Vec<u8> {
    patched(&formula("7"), |parts| {
        let (_, sheet) = parts.iter_mut().find(|part| part.0.ends_with("sheet1.xml")).unwrap();
        let text = String::from_utf8(std::mem::take(sheet)).unwrap();
        assert!(text.contains("<v>7</v>"), "{text}");
        *sheet = text.replace("<v>7</v>", "").into_bytes();
    })
}

fn two_sheets(hidden: bool) -> Vec<u8> {
    let mut book = Workbook::new();
    fill(book.add_worksheet(), &[SUBJECTS, GOOD], |_| {});
    fill(book.add_worksheet(), &[SUBJECTS, OTHER], |sheet| {
        sheet.set_hidden(hidden);
    });
    book.save_to_buffer().unwrap()
}

fn encrypted() -> Vec<u8> {
    include_bytes!("files/protected.xlsx").to_vec()
}

fn merged(rows: u32) -> Vec<u8> {
    book(&[SUBJECTS, GOOD, OTHER], |sheet| {
        sheet.merge_range(1, 4, rows, 5, "存续", &Format::new()).unwrap();
    })
}

const MAPPING: &str = "register = \"subjects\"\n[columns]\n\"name\" = \"name\"\n";
const OF_ANOTHER_COLUMN: &str = "register = \"subjects\"\n[columns]\n\"全称\" = \"name\"\n";

/// What columns, mappings and cells earn.
fn cells() -> Vec<(&'static str, Input, Input)> {
    let twice = csv(&[&format!("{SUBJECTS}|信用代码"), &format!("{GOOD}|")]);
    let phone = csv(&[&format!("{SUBJECTS}|联系电话"), &format!("{GOOD}|1")]);
    let file = || csv(&[SUBJECTS, GOOD]);
    vec![
        ("R20", plain(twice), good()),
        ("R21", plain(phone), good()),
        ("R22", (file(), Some("register = 1")), (file(), Some(MAPPING))),
        ("R23", (file(), Some(OF_ANOTHER_COLUMN)), (file(), Some(MAPPING))),
        (
            "R24",
            plain(with("reg_no", "110108000000016.0")),
            plain(with("reg_no", "110108000000016")),
        ),
        ("R25", plain(with("uscc", "9.135E+17")), good()),
        ("R26", plain(with("established", "2026/1/5")), good()),
        ("R27", plain(with("uscc", "91350100m000100y43")), good()),
        ("R28", plain(with("tags", "无")), plain(with("tags", ""))),
        ("R30", plain(with("status", "存续（在营、开业、在册）")), good()),
    ]
}

/// What files earn.
fn files() -> Vec<(&'static str, Input, Input)> {
    let text = String::from_utf8(csv(&[SUBJECTS, GOOD])).unwrap();
    let broken = [text.as_bytes(), &b"\xff\xff"[..]].concat();
    let long = "长".repeat(32_768);
    let whole = good_book().0;
    let beside = book(&[SUBJECTS, GOOD], |sheet| {
        sheet.write_string(1, 12, "x").unwrap();
    });
    let macros = patched(&whole, |parts| {
        parts.push(("xl/vbaProject.bin".to_owned(), b"x".to_vec()));
    });
    let halves =
        ["uscc|reg_no|name|kind|登记||tags|region|industry", "||||status|established|||", GOOD];
    vec![
        ("R40", plain(encoding_rs::GB18030.encode(&text).0.into_owned()), good()),
        ("R41", plain(broken), good()),
        ("R42", plain(b"%PDF-1.7".to_vec()), good()),
        ("R43", plain(encrypted()), good_book()),
        ("R44", plain(whole[..whole.len() / 2].to_vec()), good_book()),
        ("R45", plain(vec![b','; 5000]), good()),
        ("R46", plain(with("name", &long)), plain(with("name", &long[..300]))),
        ("R47", plain(formula("#DIV/0!")), plain(formula("甲"))),
        ("R48", plain(formula("甲")), good_book()),
        ("R49", plain(without_result()), plain(formula("甲"))),
        ("R50", plain(csv(&["检查对象名录||||||||", SUBJECTS, GOOD])), good()),
        ("R51", plain(csv(&halves)), good()),
        ("R52", plain(two_sheets(true)), plain(two_sheets(false))),
        ("R53", plain(beside), good_book()),
        ("R54", plain(text.replace(',', ";").into_bytes()), good()),
        ("R55", plain(macros), good_book()),
        ("R56", plain(csv(&["甲|乙", "1|2"])), good()),
        (
            "R57",
            plain(csv(&[&format!("{SUBJECTS}|核查结果 findings"), &format!("{GOOD}|R13")])),
            good(),
        ),
        ("R58", plain(merged(2)), plain(merged(1))),
    ]
}

/// What identifiers and official codes earn.
fn identities() -> Vec<(&'static str, Input, Input)> {
    let header = "uscc|reg_no|name|kind|status";
    let rows = |second: &str| {
        let first = "91350100M000100Y43|110108000000016|甲公司|企业|存续";
        plain(csv(&[header, first, second]))
    };
    let row = |cells: &str| plain(csv(&[header, cells]));
    vec![
        (
            "R59",
            rows("91330100704665967J|110108000000016|甲公司|企业|存续"),
            // Another name: a wrong number, perhaps, but not the same business.
            rows("91330100704665967J|110108000000016|乙公司|企业|存续"),
        ),
        ("R67", row("110108000000016||甲|企业|存续"), row("|110108000000016|甲|企业|存续")),
        (
            "R68",
            row("3301991001234|110108000000016|甲|企业|存续"),
            row("110108000000016|110108000000016|甲|企业|存续"),
        ),
        ("R69", row("913301997381002527||甲|企业|存续"), row("913301997381002514||甲|企业|存续")),
        ("R70", row("|110108000000016|甲|企业|存续"), row("91350100M000100Y43||甲|企业|存续")),
        ("R71", plain(with("region", "330107")), plain(with("region", "330106"))),
        ("R72", plain(with("region", "330199")), plain(with("region", "330107"))),
        ("R73", plain(with("industry", "B0111")), plain(with("industry", "A0111"))),
        ("R74", plain(with("status", "注消")), plain(with("status", "注销"))),
    ]
}

/// The codes that a dry run reports.
fn found(folder: &Path, (bytes, mapping): &Input) -> BTreeSet<String> {
    fs::write(folder.join("file"), bytes).unwrap();
    let mut args = vec!["--json", "import", "subjects", "file"];
    if let Some(mapping) = mapping {
        fs::write(folder.join("mapping.toml"), mapping).unwrap();
        args.extend(["--mapping", "mapping.toml"]);
    }
    let output = String::from_utf8(ssj(folder, &args).stdout).unwrap();
    let report: serde_json::Value = serde_json::from_str(&output).unwrap();
    let findings = report["findings"].as_array().unwrap();
    findings.iter().map(|finding| finding["code"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn every_code_is_earned_and_avoided() {
    let temp = tempfile::tempdir().unwrap();
    run(temp.path(), 0, &["init", "."]);
    let mut covered = BTreeSet::new();
    for (code, bad, good) in [cells(), files(), identities()].into_iter().flatten() {
        let (earned, avoided) = (found(temp.path(), &bad), found(temp.path(), &good));
        assert!(earned.contains(code), "{code}: {earned:?}");
        assert!(!avoided.contains(code), "{code}: {avoided:?}");
        covered.insert(code);
    }
    // Ratios stand in no register; the library reads them.
    assert_eq!(ratio_text::parse("5%左右").unwrap_err().code(), "R29");
    assert!(ratio_text::parse("5%").is_ok());
    covered.insert("R29");
    let ranges = ["R20".."R60", "R67".."R90"];
    let rules = codes::all().map(|rule| rule.code);
    let rules = rules.filter(|code| ranges.iter().any(|range| range.contains(code)));
    assert_eq!(covered, rules.collect::<BTreeSet<&str>>());
}

/// A code that nothing gives is a promise that nobody keeps. Steps 9 to 11 say which of them failed.
#[test]
fn every_code_is_given_somewhere() {
    fn walk(folder: &Path, text: &mut String) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() && !path.ends_with("base/codes") {
                walk(&path, text);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                text.push_str(&fs::read_to_string(&path).unwrap());
            }
        }
    }
    let mut text = String::new();
    walk(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut text);
    let given = |code: &str| text.contains(&format!("\"{code}\""));
    let idle: Vec<&str> = codes::all().map(|rule| rule.code).filter(|code| !given(code)).collect();
    assert!(idle.iter().all(|code| ["V09", "V10", "V11"].contains(code)), "{idle:?}");
}
