//! Sound `.xls` files (made by `tests/files/make.py`) read as LibreOffice shows them and as calamine reads them, and
//! thousands of damaged ones survived.

use std::io::Cursor;

use calamine::{Data, Reader, Xls};

use super::compound::Compound;
use super::{Grid, Merge, workbook};
use crate::base::finding::{Finding, Lang, letters};

const PLAIN: &[u8] = include_bytes!("../../../tests/files/plain.xls");
const OFFICE: &[u8] = include_bytes!("../../../tests/files/office.xls");
const SINCE_1904: &[u8] = include_bytes!("../../../tests/files/since_1904.xls");
const LONG: &[u8] = include_bytes!("../../../tests/files/long.xls");
const GBK: &[u8] = include_bytes!("../../../tests/files/gbk.xls");
const WESTERN: &[u8] = include_bytes!("../../../tests/files/gbk_called_western.xls");
const PROTECTED: &[u8] = include_bytes!("../../../tests/files/protected.xls");

fn grids(bytes: &[u8]) -> (Vec<Grid>, Vec<Finding>) {
    let mut findings = Vec::new();
    let grids = workbook::xls(bytes, &mut findings).unwrap();
    (grids, findings)
}

fn lines(grid: &Grid) -> Vec<String> {
    grid.rows.iter().map(|(line, cells)| format!("{line}:{}", cells.join("|"))).collect()
}

fn found(findings: &[Finding]) -> Vec<String> {
    let show = |f: &Finding| {
        let column = f.place.spot.as_ref().and_then(|spot| spot.column);
        let cell = column.zip(f.place.row).map(|(at, row)| format!("{}{row}", letters(at)));
        let cell = cell.or_else(|| f.place.cell()).unwrap_or_default();
        format!("{} {cell} {}", f.code(), f.cause.get(Lang::Zh))
    };
    findings.iter().map(show).collect()
}

#[test]
fn every_kind_of_value_as_it_is_seen() {
    let expected = [
        "1:检查对象名录（虚构）",
        "3:名称|代码|日期|类型|证号|姓名",
        "4:甲公司|330106000000001|2026-08-03|企业|000123|1",
        "5:乙公司|9.13301067046659E+17|2026-08-03||3%|1.5",
        "6:丙公司 Ω|12|2026-08-03 09:30:15|场所|3.5%|-7",
        "7:丁公司|0.29|12:00:00|设备|1234567|20000000",
    ];
    for bytes in [PLAIN, OFFICE, SINCE_1904] {
        let (grids, findings) = grids(bytes);
        assert_eq!(lines(&grids[0])[..6], expected);
        assert_eq!(found(&findings), ["R52 隐藏 工作表是隐藏的"]);
        let mut merges: Vec<(u64, u64, usize, usize)> = (grids[0].merges.iter())
            .map(|Merge { rows, columns }| (rows.0, rows.1, columns.0, columns.1))
            .collect();
        merges.sort_unstable();
        assert_eq!(merges, [(1, 1, 0, 5), (4, 5, 3, 3)]);
    }
}

#[test]
fn formulas_by_their_saved_results() {
    // LibreOffice writes the truth value and the error as formulas, too.
    let (office, _) = grids(OFFICE);
    assert_eq!(lines(&office[0])[6], "8:TRUE|#N/A|3|0|#DIV/0!|1|0");
    assert_eq!(
        found(&office[0].findings),
        [
            "R47 B8 值为 #N/A",
            "R47 E8 值为 #DIV/0!",
            "R48 A8 7 格是公式，第一个在 A8，读取已保存的结果",
            "R90 E4 3 格按显示的样子读取，第一个在 E4：000123",
        ]
    );
    // The program that made the other file computes nothing, and writes that each result is an empty text.
    let (plain, _) = grids(PLAIN);
    assert_eq!(lines(&plain[0])[6], "8:TRUE|#N/A");
    assert_eq!(found(&plain[0].findings)[1], "R48 C8 5 格是公式，第一个在 C8，读取已保存的结果");
}

#[test]
fn strings_over_many_records() {
    let (grids, _) = grids(LONG);
    let rows = &grids[0].rows;
    assert_eq!(rows.len(), 32);
    for (line, row) in rows.iter().enumerate().take(31).skip(1) {
        let wide = |n: usize| char::from_u32(0x4e00 + ((line * 977 + n * 31) % 20000) as u32);
        let wide: Option<String> = (0..line * 11).map(wide).collect();
        let narrow = format!("n{line}-{}", "x".repeat(line * 7));
        assert_eq!((Some(&row.1[0]), &row.1[1]), (wide.as_ref(), &narrow));
    }
    assert_eq!(rows[31].1, [format!("粗{}", "细".repeat(300)), "y".repeat(9000)]);
}

#[test]
fn code_pages_before_unicode() {
    for (bytes, encoding) in [(GBK, "gb18030"), (WESTERN, "windows-1252")] {
        let (grids, findings) = grids(bytes);
        assert_eq!(grids[0].sheet.as_deref(), Some("名录"));
        assert_eq!(
            lines(&grids[0]),
            [
                "1:名称|代码",
                "2:甲公司|000123",
                "3:乙公司|3%",
                "4:丙公司|2026-08-03",
                "5:公式",
                "6:TRUE",
                "7:#REF!",
            ]
        );
        assert_eq!(
            found(&grids[0].findings)[..3],
            [
                "R47 A7 值为 #REF!",
                "R49 A9 公式没有保存过计算结果",
                "R48 A5 5 格是公式，第一个在 A5，读取已保存的结果",
            ]
        );
        assert_eq!(found(&findings), [format!("R40  按 {encoding} 读取")]);
    }
}

#[test]
fn calamine_reads_the_same() {
    for bytes in [PLAIN, OFFICE, LONG, GBK] {
        let (grids, _) = grids(bytes);
        let mut book: Xls<_> = Xls::new(Cursor::new(bytes)).unwrap();
        let range = book.worksheet_range(grids[0].sheet.as_deref().unwrap()).unwrap();
        let mut cells = 0;
        for (row, column, value) in range.used_cells() {
            let line = row as u64 + 1 + u64::from(range.start().unwrap().0);
            let own = grids[0].rows.iter().find(|own| own.0 == line);
            let own = own.and_then(|own| own.1.get(column)).map_or("", String::as_str);
            cells += 1;
            match value {
                Data::String(text) => assert_eq!(own, text),
                Data::Int(n) if !own.starts_with('0') => assert_eq!(own, n.to_string()),
                Data::Float(x) if !own.contains('%') => assert_eq!(own.parse(), Ok(*x), "{own}"),
                Data::Error(e) => assert_eq!(own, e.to_string()),
                _ => assert!(!own.is_empty() || *value == Data::Empty, "{value:?}"),
            }
        }
        assert!(cells >= 8, "{cells}");
    }
}

#[test]
fn what_cannot_be_read_is_refused() {
    let mut circular = PLAIN.to_vec();
    let table = u32::from_le_bytes(circular[76..80].try_into().unwrap()) as usize;
    // The chain of the first sector leads back to itself.
    circular[(table + 1) * 512..][..4].copy_from_slice(&[0; 4]);
    let page = GBK.windows(6).position(|bytes| bytes == [0x42, 0, 2, 0, 0xa8, 3]).unwrap();
    let mut unknown = GBK.to_vec();
    unknown[page + 4] = 1;
    let renamed = Compound::open(PLAIN).map(|file| file.has("Workbook"));
    assert_eq!(renamed, Ok(true));
    let at = PLAIN.windows(4).position(|bytes| bytes == *b"W\0o\0").unwrap();
    let mut document = PLAIN.to_vec();
    document[at..at + 4].copy_from_slice(b"w\0_\0");
    for (bytes, code, cause) in [
        (PROTECTED.to_vec(), "R43", "打开它需要密码"),
        (circular, "R44", "读不下去（扇区链断裂或成环）"),
        (PLAIN[..3000].to_vec(), "R44", "读不下去（复合文件不完整）"),
        (unknown, "R41", "代码页 769 未知"),
        (document, "R42", "复合文件里没有工作簿"),
    ] {
        let finding = workbook::xls(&bytes, &mut Vec::new()).unwrap_err();
        assert_eq!((finding.code(), finding.cause.zh.as_str()), (code, cause));
    }
}

/// Numbers that look random and are the same in every run (Steele, Lea and Flood: SplitMix64).
fn splitmix(state: &mut u64) -> usize {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *state;
    z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    (z ^ z >> 31) as usize
}

#[test]
fn damage_is_survived() {
    let mut state = 20_261_122;
    let (mut refused, mut read) = (0, 0);
    for round in 0..6000 {
        let fixture = [PLAIN, OFFICE, GBK, LONG][round % 4];
        let mut bytes = fixture.to_vec();
        for _ in 0..=splitmix(&mut state) % 4 {
            let at = splitmix(&mut state) % bytes.len();
            match splitmix(&mut state) % 4 {
                0 => bytes[at] = splitmix(&mut state) as u8,
                1 => bytes[at] ^= 1 << (splitmix(&mut state) % 8),
                2 => bytes[at..].iter_mut().take(4).for_each(|byte| *byte = 0xff),
                _ => bytes.truncate(at.max(1)),
            }
        }
        // No panic is caught on this way: a single one fails the test.
        match workbook::xls(&bytes, &mut Vec::new()) {
            Ok(_) => read += 1,
            Err(finding) => {
                refused += 1;
                assert!(["R41", "R42", "R43", "R44", "R45"].contains(&finding.code()));
            }
        }
    }
    assert!(refused > 500 && read > 500, "{refused} {read}");
}
