//! The shipped registers are read to the same bytes for ever, whatever else reading learns to accept; and a workbook
//! with every defect ends row by row as it must.
#![cfg(feature = "cli")]
#![allow(missing_docs)]

mod support;

use std::fs;
use std::path::Path;

use calamine::{Reader, Xlsx, open_workbook};
use rust_xlsxwriter::{Formula, Workbook};
use shuangsuiji::base::digest::Suite;
use shuangsuiji::base::finding::Finding;
use shuangsuiji::io::sheet::read;
use shuangsuiji::registry::{Mapping, Register, Registry, Table};
use support::ssj::run;

/// The SM3 digests of the canonical registers of `data/district`, as the first version read them; a column or a
/// register more is another digest, and its header says so.
const DISTRICT: [&str; 7] = [
    "27f3149a9a9d37b8f9503d33b3aa26052481bdc84033f9a3d3dcab6df442ccd3",
    "7662faad8c76443be245baa0b29f738ae7e95c5d698eede277b03aeaeba7ff7b",
    "d3e69addd83579972b4c8b6fba94838f593bca23d6f44d3ff214ee066ad52fce",
    "8e6cbf1df0dc1297a6bba7eee39129e011be132e2db6dcd7f01055743a256d4c",
    "6c55de880de6ec5968346db1b93dd72d317a77223f2d3dfc5b5475e5c23fe36e",
    "a084bdd84f698118e76ac7aa7155a8b60c39a3b2c9359967f56187edb506a935",
    "4fbc16c01a9ba85e8e17a556045bf14abe2c762753d7397292f0441069b64120",
];

#[test]
fn the_shipped_district_keeps_its_bytes() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/district");
    let mut tables = Vec::new();
    // The fictional district writes leave in the rows of its inspectors.
    for register in Register::ALL.into_iter().filter(|register| *register != Register::Leave) {
        let file = format!("{}.csv", register.name());
        let (bytes, mapping) = (fs::read(folder.join(&file)).unwrap(), Mapping::none(register));
        let (sheets, notes) = read(&file, &bytes, &|text| mapping.names(text)).unwrap();
        let (table, findings) = Table::read(register, &sheets[0]);
        // Devices have numbers of their own, and the fictional district is in no table of GB/T 2260.
        let expected = if register == Register::Subjects { vec!["R70", "R72"] } else { vec![] };
        let codes: Vec<&str> = findings.iter().map(Finding::code).collect();
        assert_eq!((notes, codes), (vec![], expected), "{file}");
        tables.push(table);
    }
    let (registry, findings) = Registry::build(&tables);
    assert_eq!(findings, []);
    let digests = Register::ALL.map(|register| registry.digest(Suite::Sm3, register).hex());
    assert_eq!(digests, DISTRICT);
}

/// A row of the torture workbook, the code that it earns, what becomes of it, and what corrects it.
type Case = ([&'static str; 8], &'static str, Fate, Option<(usize, &'static str)>);

#[derive(Clone, Copy, PartialEq, Debug)]
enum Fate {
    Clean,
    Warned,
    Quarantined,
}
use Fate::{Clean, Quarantined, Warned};

const HEADER: [&str; 8] = [
    "统一社会信用代码*",
    "注册号",
    "企业名称",
    "对象类型",
    "登记状态",
    "信用风险分值",
    "成立日期",
    "标签",
];

#[rustfmt::skip]
const CASES: &[Case] = &[
    (["91350100M000100Y43", "", "甲", "企业", "存续", "120", "2026-01-05", "餐饮"], "", Clean, None),
    (["９１３３０１００７０４６６５９６７ｊ", "", "乙", "企业", "存续", "", "", ""], "", Clean, None),
    (["", "110108000000016.0", "丙", "企业", "存续", "", "46027", "无"], "", Clean, None),
    (["91350100M000100Y44", "", "丁", "企业", "存续", "", "2026年1月5日", ""], "R13", Warned, None),
    (["", "110108000000017", "戊", "企业", "存续", "", "", "食品、餐饮"], "R14", Warned, None),
    (["9.13301E+17", "", "己", "企业", "存续", "", "", ""], "R25", Quarantined, Some((0, "91330100704665968H"))),
    (["", "R1", "", "企业", "存续", "", "", ""], "R06", Quarantined, Some((2, "庚"))),
    (["", "（号）", "辛", "企业", "存续", "", "", ""], "R07", Quarantined, Some((1, "R2"))),
    (["", "R3", "壬", "企业", "存续", "", "1/5/2026", ""], "R08", Quarantined, Some((6, "2026/1/5"))),
    (["", "R4", "癸", "企业", "存续", "3.5", "", ""], "R09", Quarantined, Some((5, "3"))),
    (["", "R5", "子", "企业", "存续", "", "", "lead"], "R11", Quarantined, Some((7, ""))),
    (["91350100M000100Y43", "", "丑", "企业", "存续", "", "", ""], "R12", Quarantined, Some((0, "91350100M000100Y51"))),
    (["", "", "寅", "企业", "存续", "", "", ""], "R15", Quarantined, Some((1, "R6"))),
    (["", "R7", "卯", "企业", "#REF!", "", "", ""], "R47", Quarantined, Some((4, "存续"))),
    (["", "R8", "辰", "企业", "存续", "", "", ""], "", Clean, None),
    (["", "R9", "巳", "企业", "在营（开业）企业", "", "", ""], "", Clean, None),
    (["", "R10", "午", "企业", "注消", "", "", ""], "", Clean, None),
];

/// Two sheets under titles, with a blank row and a remark in each.
fn torture() -> Vec<u8> {
    let mut book = Workbook::new();
    for (name, cases) in [("城区", &CASES[..8]), ("乡镇", &CASES[8..])] {
        let sheet = book.add_worksheet().set_name(name).unwrap();
        sheet.write_string(0, 0, "检查对象名录").unwrap();
        for (column, cell) in (0..).zip(HEADER) {
            sheet.write_string(1, column, cell).unwrap();
        }
        // Row 3 stays blank.
        for (row, (cells, ..)) in (3..).zip(cases) {
            for (column, cell) in (0..).zip(cells) {
                if *cell == "#REF!" {
                    let broken = Formula::new("=A1").set_result(*cell);
                    sheet.write_formula(row, column, broken).unwrap();
                } else {
                    sheet.write_string(row, column, *cell).unwrap();
                }
            }
        }
        sheet.write_string(40, 0, "注：以上由各所填报").unwrap();
    }
    book.save_to_buffer().unwrap()
}

fn count(fate: Fate) -> u64 {
    CASES.iter().filter(|case| case.2 == fate).count() as u64
}

#[test]
fn every_defect_ends_as_it_must_and_the_corrected_report_brings_in_the_rest() {
    let temp = tempfile::tempdir().unwrap();
    let folder = temp.path();
    run(folder, 0, &["init", "."]);
    fs::write(folder.join("f.xlsx"), torture()).unwrap();
    let args = ["--json", "import", "subjects", "f.xlsx", "--apply", "--report", "r.xlsx"];
    let report: serde_json::Value = serde_json::from_str(&run(folder, 0, &args)).unwrap();
    for (key, n) in [
        ("read", CASES.len() as u64 + 2),
        ("rows", count(Clean) + count(Warned)),
        ("warned", count(Warned)),
        ("quarantined", count(Quarantined)),
        ("blank", 2),
        ("new", count(Clean) + count(Warned)),
    ] {
        assert_eq!(report[key], n, "{key}: {report}");
    }
    // What was tidied in a cell that is refused all the same is not told: the number of row 辛.
    for (code, n) in [
        ("R50", 4),
        ("R18", 2),
        ("R24", 1),
        ("R26", 1),
        ("R27", 1),
        ("R28", 1),
        ("R30", 1),
        ("R74", 1),
    ] {
        assert_eq!(report["counts"][code], n, "{code}: {report}");
    }
    // The report has the rows of both sheets, each with what it earned; the office corrects it.
    let mut book: Xlsx<_> = open_workbook(folder.join("r.xlsx")).unwrap();
    let mut fixed = Workbook::new();
    let mut cases = CASES.iter();
    for name in ["城区", "乡镇"] {
        let sheet = fixed.add_worksheet().set_name(name).unwrap();
        for (row, cells) in (0..).zip(book.worksheet_range(name).unwrap().rows()) {
            let mut cells: Vec<String> = cells.iter().map(ToString::to_string).collect();
            if row > 0 {
                let (_, code, _, correction) = cases.next().unwrap();
                let shown: Vec<&str> = cells[8].lines().map(|line| &line[..3]).collect();
                let expected = if code.is_empty() { vec![] } else { vec![*code] };
                assert!(
                    shown.starts_with(&expected) && shown.is_empty() == code.is_empty(),
                    "{cells:?}"
                );
                if let Some((column, text)) = correction {
                    cells[*column] = (*text).to_owned();
                }
            }
            for (column, cell) in (0..).zip(&cells) {
                sheet.write_string(row, column, cell).unwrap();
            }
        }
    }
    assert!(cases.next().is_none());
    fixed.save(folder.join("fixed.xlsx")).unwrap();
    let args = ["--json", "import", "subjects", "fixed.xlsx", "--apply"];
    let report: serde_json::Value = serde_json::from_str(&run(folder, 0, &args)).unwrap();
    for (key, n) in [
        ("read", CASES.len() as u64),
        ("quarantined", 0),
        ("new", count(Quarantined)),
        ("changed", 0),
        ("same", count(Clean) + count(Warned)),
        ("gone", 0),
    ] {
        assert_eq!(report[key], n, "{key}: {report}");
    }
}
