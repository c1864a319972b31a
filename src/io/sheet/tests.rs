//! Every defect of a file and the code that it earns; workbooks are made here, CSV is written byte by byte.

use std::io::{Cursor, Read, Write};

use rust_xlsxwriter::{ExcelDateTime, Format, Formula, Workbook, Worksheet};

use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

use super::{CELL_CHARS_MAX, read, text};
use crate::base::finding::{Finding, Findings, Lang, Severity};
use crate::registry::{Register, Sheet, Table};

const NAMES: &[&str] = &["名称", "代码", "类型", "证号", "姓名", "日期"];

pub(super) fn known(name: &str) -> bool {
    NAMES.contains(&name)
}

pub(super) fn codes(findings: &[Finding]) -> Vec<&'static str> {
    let mut codes: Vec<_> = findings.iter().map(Finding::code).collect();
    codes.sort_unstable();
    codes.dedup();
    codes
}

fn book(fill: impl FnOnce(&mut Workbook)) -> Vec<u8> {
    let mut book = Workbook::new();
    fill(&mut book);
    book.save_to_buffer().unwrap()
}

/// A ZIP of these parts.
fn zipped(parts: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in parts {
        zip.start_file(name.as_str(), SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn parts(bytes: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut zip = ZipArchive::new(Cursor::new(bytes)).unwrap();
    let part = |at: usize| {
        let mut part = zip.by_index(at).unwrap();
        let mut bytes = Vec::new();
        part.read_to_end(&mut bytes).unwrap();
        (part.name().unwrap().to_string(), bytes)
    };
    (0..ZipArchive::new(Cursor::new(bytes)).unwrap().len()).map(part).collect()
}

/// A workbook whose first sheet has another text in it.
pub(super) fn patched(bytes: &[u8], from: &str, to: &str) -> Vec<u8> {
    let mut parts = parts(bytes);
    let part = parts.iter_mut().find(|part| part.0.ends_with("sheet1.xml")).unwrap();
    let text = String::from_utf8(std::mem::take(&mut part.1)).unwrap();
    assert!(text.contains(from), "{text}");
    part.1 = text.replace(from, to).into_bytes();
    zipped(&parts)
}

/// A workbook with one sheet, its rows given as lines of cells separated by `|`; a line may be blank.
pub(super) fn workbook(lines: &[&str], more: impl FnOnce(&mut Worksheet)) -> Vec<u8> {
    book(|book| {
        let sheet = book.add_worksheet();
        for (row, line) in (0..).zip(lines) {
            for (column, cell) in (0..).zip(line.split('|')).filter(|(_, cell)| !cell.is_empty()) {
                sheet.write_string(row, column, cell).unwrap();
            }
        }
        more(sheet);
    })
}

pub(super) fn one(bytes: &[u8]) -> (Sheet, Vec<Finding>) {
    let (mut sheets, findings) = read("名录.xlsx", bytes, &known).unwrap();
    assert_eq!(sheets.len(), 1);
    (sheets.remove(0), findings)
}

pub(super) fn rows(sheet: &Sheet) -> Vec<String> {
    sheet.rows.iter().map(|(line, cells)| format!("{line}:{}", cells.join("|"))).collect()
}

/// Text in an encoding.
fn encoded(name: &str, text: &str) -> Vec<u8> {
    match name {
        "utf-16le" => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        "utf-16be" => text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
        "gb18030" => encoding_rs::GB18030.encode(text).0.into_owned(),
        _ => text.as_bytes().to_vec(),
    }
}

#[test]
fn csv_in_every_encoding_and_with_every_delimiter() {
    let plain = "名称,代码,类型\r\n甲公司㐂,1,\"a\r\nb\"\r\n\r\n乙,2,c\r\n";
    for (bom, encoding, delimiter, expected) in [
        ("", "utf-8", ",", vec![]),
        ("\u{feff}", "utf-8", ",", vec!["R17"]),
        ("", "gb18030", ",", vec!["R40"]),
        ("\u{feff}", "utf-16le", ",", vec!["R40"]),
        ("\u{feff}", "utf-16be", ",", vec!["R40"]),
        ("", "utf-16le", ",", vec!["R40"]),
        ("", "utf-16be", "\t", vec!["R40", "R54"]),
        ("", "utf-8", "\t", vec!["R54"]),
        ("", "gb18030", ";", vec!["R40", "R54"]),
    ] {
        let bytes = encoded(encoding, &format!("{bom}{}", plain.replace(',', delimiter)));
        let (sheet, findings) = one(&bytes);
        assert_eq!(codes(&findings), expected, "{encoding} {delimiter:?}");
        assert_eq!(sheet.header, ["名称", "代码", "类型"]);
        assert_eq!(rows(&sheet), ["2:甲公司㐂|1|a\r\nb", "5:乙|2|c"], "{encoding}");
        assert_eq!((sheet.sheet, sheet.above), (None, 0));
    }
}

#[test]
fn what_cannot_be_decoded_is_named() {
    let long = "名称,代码\n杭州某某有限责任公司,";
    let utf8 = [long.as_bytes(), b"1\n\xff\n"].concat();
    let at = long.len() + 3;
    let gb = [&encoded("gb18030", "名称\n甲\n")[..], b"\xff\n"].concat();
    let lone = [&b"\xff\xfe"[..], &encoded("utf-16le", "名称\n甲"), b"\x00\xd8a\0"].concat();
    for (bytes, line, encoding, byte) in [
        (utf8, 3, "UTF-8", at),
        (gb, 3, "gb18030", 9),
        (lone, 2, "UTF-16LE", 11),
        (b"\xef\xbb\xbfa,b\n\xc6\xf3".to_vec(), 2, "UTF-8", 8),
    ] {
        let Findings(findings) = read("f.csv", &bytes, &known).unwrap_err();
        let finding = findings.last().unwrap();
        assert_eq!((finding.code(), finding.place.row), ("R41", Some(line)), "{encoding}");
        assert_eq!(finding.cause.en, format!("not {encoding} from byte {byte} on"));
    }
}

#[test]
fn tables_are_found_among_titles_notes_and_blank_rows() {
    let lines = [
        "检查对象名录（2026年）",
        "",
        "填报单位：某局||日期：8月",
        "名 称*|代码|类型",
        "甲|1|企业",
        "",
        "乙|2|企业",
        "名 称*|代码|类型",
        "丙|3|企业",
        "",
        "注：本表一式两份",
        "合计：3||",
    ];
    for bytes in [workbook(&lines, |_| {}), lines.join("\n").replace('|', ",").into_bytes()] {
        let (sheet, findings) =
            read("f", &bytes, &|name| known(name.trim_end_matches('*'))).unwrap();
        assert_eq!((sheet[0].above, &sheet[0].header[0]), (3, &"名称*".to_owned()));
        assert_eq!(rows(&sheet[0]), ["5:甲|1|企业", "7:乙|2|企业", "9:丙|3|企业"]);
        let skipped: Vec<u64> =
            findings.iter().filter(|f| f.code() == "R50").filter_map(|f| f.place.row).collect();
        assert_eq!(skipped, [1, 3, 8, 11, 12]);
    }
    // A row that was cut off is no remark.
    let (sheet, findings) = one("名称,代码,类型\n甲,1,企业\n913301".as_bytes());
    assert_eq!((sheet.rows.len(), findings), (2, vec![]));
}

#[test]
fn headers_of_two_rows() {
    // Merged groups over names that stand once: the lower row is enough, and the groups are named.
    let lines = ["序号|企业信息|||人员|", "|名称|代码|颜色|证号|姓名", "1|甲|2|红|3|张"];
    let merged = |sheet: &mut Worksheet| {
        let format = Format::new();
        sheet.merge_range(0, 0, 1, 0, "序号", &format).unwrap();
        sheet.merge_range(0, 1, 0, 3, "企业信息", &format).unwrap();
        sheet.merge_range(0, 4, 0, 5, "人员", &format).unwrap();
    };
    let (sheet, findings) = one(&workbook(&lines, merged));
    assert_eq!(sheet.header, ["序号", "名称", "代码", "企业信息/颜色", "证号", "姓名"]);
    assert_eq!((sheet.above, codes(&findings)), (1, vec!["R51"]));
    // Names that stand twice are told apart by their groups, also without merged cells.
    let (sheet, _) = one("企业,,人员,\n名称,代码,名称,证号\n甲,1,张,2\n".as_bytes());
    assert_eq!(sheet.header, ["企业/名称", "代码", "人员/名称", "证号"]);
    // What the lower row leaves open is in the upper one.
    let (sheet, _) = one("名称,代码,人员,\n,,证号,姓名\n甲,1,2,张\n".as_bytes());
    assert_eq!(sheet.header, ["名称", "代码", "证号", "姓名"]);
    assert_eq!(rows(&sheet), ["3:甲|1|2|张"]);
}

#[test]
fn values_as_people_see_them() {
    let bytes = workbook(&["名称|代码|日期|类型"], |sheet| {
        let day = Format::new().set_num_format("yyyy/m/d");
        sheet.write_number(1, 1, 330_106_000_000_001.0).unwrap();
        sheet
            .write_datetime_with_format(1, 2, ExcelDateTime::from_ymd(2026, 8, 3).unwrap(), &day)
            .unwrap();
        sheet.write_boolean(1, 3, true).unwrap();
        sheet.write_number(2, 1, 913_301_067_046_659_000.0).unwrap();
        let moment = ExcelDateTime::from_ymd(2026, 8, 3).unwrap().and_hms(9, 30, 0).unwrap();
        let clock = Format::new().set_num_format("yyyy-mm-dd hh:mm");
        sheet.write_datetime_with_format(2, 2, moment, &clock).unwrap();
        sheet.write_formula(2, 0, Formula::new("=\"甲\"").set_result("甲")).unwrap();
    });
    let (sheet, findings) = one(&bytes);
    assert_eq!(
        rows(&sheet),
        ["2:|330106000000001|2026-08-03|TRUE", "3:甲|9.13301067046659E+17|2026-08-03 09:30:00|"]
    );
    assert_eq!(codes(&findings), ["R48"]);
    assert_eq!(findings[0].place.show(Lang::Zh), "名录.xlsx，Sheet1!A3");
}

#[test]
fn defects_of_workbooks() {
    let lines = ["名称|代码|类型", "甲|1|企业"];
    let formula = |text: &str, result: &str| {
        let formula = Formula::new(text).set_result(result);
        workbook(&lines, |sheet| {
            sheet.write_formula(2, 1, formula).unwrap();
        })
    };
    let long = "长".repeat(CELL_CHARS_MAX + 1);
    for (code, severity, cell, bytes) in [
        ("R47", Severity::Error, "Sheet1!B3", formula("=1/0", "#DIV/0!")),
        ("R49", Severity::Error, "Sheet1!B3", patched(&formula("=A1", "7"), "<v>7</v>", "")),
        (
            "R53",
            Severity::Warning,
            "Sheet1!E2",
            workbook(&lines, |s| {
                s.write_string(1, 4, "x").unwrap();
            }),
        ),
        (
            "R58",
            Severity::Note,
            "Sheet1!C3",
            workbook(&lines, |s| {
                s.write_string(2, 0, "乙").unwrap().write_string(3, 0, "丙").unwrap();
                s.merge_range(2, 2, 3, 2, "企业", &Format::new()).unwrap();
            }),
        ),
        ("R56", Severity::Warning, "Sheet1!1:1", workbook(&["甲|乙", "1|2"], |_| {})),
        (
            "R57",
            Severity::Note,
            "Sheet1!D1",
            workbook(&["名称|代码|类型|核查结果 findings", "甲|1|企业|R07"], |_| {}),
        ),
    ] {
        let (_, findings) = one(&bytes);
        let finding = findings.iter().find(|f| f.code() == code);
        let finding = finding.unwrap_or_else(|| panic!("{code}: {findings:?}"));
        assert_eq!((finding.severity(), finding.place.cell().as_deref()), (severity, Some(cell)));
    }
    // Errors in a column that nobody reads stop nothing.
    let (_, findings) = one(&workbook(&["名称|代码|颜色"], |sheet| {
        sheet.write_formula(1, 2, Formula::new("=1/0").set_result("#DIV/0!")).unwrap();
        sheet.write_string(1, 0, "甲").unwrap();
    }));
    assert_eq!(codes(&findings), ["R48"]);
    let (sheet, findings) = one(format!("名称,代码\n{long},1\n").as_bytes());
    assert_eq!((codes(&findings), sheet.rows.len()), (vec!["R46"], 1));
}

#[test]
fn merged_values_reach_every_row() {
    let lines = ["名称|代码|类型", "甲|1|", "乙|2|", "丙|3|场所"];
    let merge = |sheet: &mut Worksheet| {
        sheet.merge_range(1, 2, 2, 2, "企业", &Format::new()).unwrap();
    };
    let (sheet, _) = one(&workbook(&lines, merge));
    assert_eq!(rows(&sheet), ["2:甲|1|企业", "3:乙|2|企业", "4:丙|3|场所"]);
}

#[test]
fn every_visible_sheet_with_a_table() {
    let bytes = book(|book| {
        for (name, lines) in [
            ("东区", vec!["名称|代码", "甲|1"]),
            ("填表说明", vec!["名称|必填"]),
            ("隐藏", vec!["名称|代码", "丙|3"]),
            ("空", vec![]),
            ("西区", vec!["标题", "名称|代码", "乙|2"]),
        ] {
            let sheet = book.add_worksheet().set_name(name).unwrap();
            for (row, line) in (0..).zip(lines) {
                for (column, cell) in (0..).zip(line.split('|')) {
                    sheet.write_string(row, column, cell).unwrap();
                }
            }
            sheet.set_hidden(name == "隐藏");
        }
    });
    let (sheets, findings) = read("f.xlsx", &bytes, &known).unwrap();
    let names: Vec<_> = sheets.iter().filter_map(|sheet| sheet.sheet.as_deref()).collect();
    assert_eq!(names, ["东区", "西区"]);
    let unread: Vec<_> = findings.iter().filter(|f| f.code() == "R52").collect();
    let unread: Vec<_> =
        unread.iter().filter_map(|f| f.place.spot.as_ref().map(|s| s.sheet.as_str())).collect();
    assert_eq!(unread, ["隐藏", "填表说明"]);
}

#[test]
fn what_is_no_table() {
    let encrypted = include_bytes!("../../../tests/files/protected.xlsx");
    let good = workbook(&["名称|代码", "甲|1"], |_| {});
    let mut bomb = parts(&good);
    bomb.push(("xl/media/image1.png".to_owned(), vec![0; 40 << 20]));
    let bomb = zipped(&bomb);
    let mut flipped = good.clone();
    flipped[200..260].fill(0xaa);
    for (code, bytes) in [
        ("R01", Vec::new()),
        ("R01", b"\xef\xbb\xbf".to_vec()),
        ("R01", b",,\n \n".to_vec()),
        (
            "R01",
            book(|book| {
                book.add_worksheet();
            }),
        ),
        ("R42", b"<html><table></table>".to_vec()),
        ("R42", "\u{feff}\n<?xml version=\"1.0\"?><Workbook/>".as_bytes().to_vec()),
        ("R42", b"%PDF-1.7".to_vec()),
        ("R42", vec![0; 4096]),
        ("R43", encrypted.to_vec()),
        ("R44", good[..good.len() / 2].to_vec()),
        ("R44", flipped),
        ("R44", [&b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"[..], &[7; 4096]].concat()),
        ("R44", patched(&good, "</sheetData>", "<row><c")),
        ("R45", vec![b','; 5000]),
        ("R45", bomb),
        ("R45", patched(&good, "r=\"B2\"", "r=\"XFD2\"")),
        ("R42", zipped(&[("word/document.xml".to_owned(), Vec::new())])),
    ] {
        let Findings(findings) = read("f", &bytes, &known).unwrap_err();
        assert_eq!(findings.last().unwrap().code(), code, "{findings:?}");
    }
}

#[test]
fn places_name_the_cell() {
    let bytes =
        workbook(&["标题", "|执法证号*|检查对象|回避原因", "|I1|S1|配偶", "|I2|S2|邻居"], |_| {});
    let names = Register::Recusals.columns();
    let known = |text: &str| names.iter().any(|column| column.zh == text.trim_matches('*'));
    let (sheets, _) = read("回避.xlsx", &bytes, &known).unwrap();
    let (table, findings) = Table::read(Register::Recusals, &sheets[0]);
    assert_eq!(table.rows.len(), 1);
    assert_eq!(findings[0].place.show(Lang::Zh), "回避.xlsx，Sheet1!D4，“回避原因”，I2");
}

#[test]
fn quotes_against_formulas_come_off_again() {
    for cell in ["=1+1", "'=1", "''@x", "-5", "+", "甲", "'", "'甲", "", "\tx"] {
        let kept = text::guarded(cell);
        assert!(!kept.starts_with(['=', '+', '-', '@', '\t']), "{kept}");
        assert_eq!(text::bare(&kept), cell);
    }
}

#[test]
fn nothing_is_run_and_nothing_fetched() {
    let mut parts = parts(&workbook(&["名称|代码", "甲|1"], |_| {}));
    parts.push(("xl/vbaProject.bin".to_owned(), b"x".to_vec()));
    parts.push(("xl/externalLinks/externalLink1.xml".to_owned(), b"<x/>".to_vec()));
    let (sheet, findings) = one(&zipped(&parts));
    assert_eq!(rows(&sheet), ["2:甲|1"]);
    assert_eq!(findings.iter().map(Finding::code).collect::<Vec<_>>(), ["R55", "R55"]);
}

#[test]
fn every_damaged_byte_is_survived() {
    // Stored parts, so that the damage reaches the reader of the format and not only the unpacker.
    let good = workbook(&["名称|代码|类型", "甲|1|企业", "乙|2|企业"], |_| {});
    for seed in 0..200usize {
        let mut parts = parts(&good);
        let at = seed % parts.len();
        let bytes = &mut parts[at].1;
        let place = seed * 7919 % bytes.len();
        bytes[place] = bytes[place].wrapping_add(1 + seed as u8);
        let _ = read("f", &zipped(&parts), &known);
        let mut bytes = good.clone();
        bytes.truncate(good.len() * seed / 200);
        assert!(read("f", &bytes, &known).is_err());
    }
}
