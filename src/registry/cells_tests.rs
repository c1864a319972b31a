use super::table_tests::sheet;
use super::{Register, Table};
use crate::base::finding::{Finding, Lang};

const HEADER: &str =
    "uscc|reg_no|own_id|name|kind|status|established|credit_score|tags|credit_class";

/// The code that the note or error has, the column, the cell, and what it becomes.
type Case = (&'static str, &'static str, &'static str, &'static str);

const CASES: &[Case] = &[
    ("R24", "reg_no", "110108000000016.0", "110108000000016"),
    ("R24", "reg_no", "1.10108000000016E+14", "110108000000016"),
    ("R24", "reg_no", "3.301e+12", "!"),
    ("R24", "own_id", "330100.00", "330100"),
    ("R24", "credit_score", "120.0", "120"),
    ("R25", "uscc", "9.1330E+17", "!"),
    ("R25", "uscc", "913300001429117580.0", "!"),
    ("R25", "reg_no", "3.301E+14", "!"),
    ("R26", "established", "2026年1月5日", "2026-01-05"),
    ("R26", "established", "46027", "2026-01-05"),
    ("R27", "uscc", "９１３５０１００Ｍ０００１００Ｙ４３", "91350100M000100Y43"),
    ("R27", "uscc", "91350100m000100y43", "91350100M000100Y43"),
    ("R27", "uscc", "9135 0100 M000 100Y 43", "91350100M000100Y43"),
    ("R27", "name", "甲\u{200b}公司\u{200b}", "甲公司"),
    ("R27", "credit_score", "１２０", "120"),
    ("R28", "tags", "无", ""),
    ("R30", "status", "存续（在营、开业、在册）", "存续"),
    ("R30", "status", "吊销，未注销", "吊销"),
    ("R30", "credit_class", "Ｂ", "B"),
    ("R30", "credit_class", "A类", "A"),
    ("R30", "credit_class", "信用风险较高（C类）", "C"),
    ("R28", "established", "/", ""),
];

/// The rows and what cleaning found: that they have no credit code is not its affair.
fn of_cells(rows: &[&str]) -> (Table, Vec<Finding>) {
    let (table, mut findings) = Table::read(Register::Subjects, &sheet(HEADER, rows));
    findings.retain(|finding| finding.code() != "R70");
    (table, findings)
}

fn read(column: &str, cell: &str) -> (Option<String>, Vec<Finding>) {
    let header = sheet(HEADER, &[]).header;
    let at = header.iter().position(|name| name == column).unwrap();
    let mut cells: Vec<&str> = vec!["", "", "k000001", "甲公司", "企业", "存续", "", "", "", ""];
    cells[at] = cell;
    let (table, findings) = of_cells(&[&cells.join("|")]);
    let at = Register::Subjects.index(column);
    (table.rows.first().map(|row| row.cell(at).to_owned()), findings)
}

#[test]
fn every_kind_of_cell_has_a_case() {
    for (code, column, cell, becomes) in CASES {
        let (text, findings) = read(column, cell);
        let lost = *becomes == "!";
        let code = if lost { "R25" } else { code };
        let found: Vec<&str> = findings.iter().map(Finding::code).collect();
        assert_eq!(found, [code], "{cell}: {findings:?}");
        assert_eq!(text.as_deref(), (!lost).then_some(*becomes), "{cell}");
        assert_eq!(findings[0].place.column.as_deref(), Some(*column));
    }
}

#[test]
fn notes_are_grouped() {
    let rows =
        ["|110108000000016.0|a|甲|企业|存续||||", "|330199738078513.0|b|乙|企业|存续|2026/1/5|||"];
    let (table, findings) = of_cells(&rows);
    assert_eq!(table.rows.len(), 2);
    let causes: Vec<&str> = findings.iter().map(|f| f.cause.en.as_str()).collect();
    assert_eq!(
        causes,
        [
            "2 cells, such as \"110108000000016.0\" in line 2",
            "1 cells, such as \"2026/1/5\" in line 3"
        ]
    );
}

#[test]
fn wordings_are_counted_by_what_they_became() {
    let rows = [
        "||k000001|甲|企业|存续（在营、开业、在册）||||B类",
        "||k000002|乙|企业|登记成立||||一般风险",
        "||k000003|丙|企业|在营（开业）企业||||c",
        "||k000004|丁|企业|存续||||A类（高风险）",
        "||k000005|戊|企业|注消||||",
    ];
    let (table, findings) = of_cells(&rows);
    let cell = |row: usize, id: &str| table.rows[row].cell(Register::Subjects.index(id));
    assert_eq!(table.rows.len(), 4);
    assert_eq!([0, 1, 2, 3].map(|row| cell(row, "status")), ["存续", "存续", "在营", "注消"]);
    assert_eq!([0, 1, 2, 3].map(|row| cell(row, "credit_class")), ["B", "B", "C", ""]);
    let shown: Vec<String> = findings.iter().map(|f| f.show(Lang::Zh)).collect();
    let causes: Vec<&str> = shown.iter().map(|text| text.split('\n').next().unwrap()).collect();
    assert_eq!(
        causes,
        [
            "错误 R10 名录.csv，第 5 行，“credit_class”，k000004：“A类（高风险）” 前后不一致：A 是低风险，B 一般，C 较高，D 高",
            "警告 R74 名录.csv，“status”，注消：“注消”不是 存续、在营、开业、正常、在业、歇业、注销、吊销、撤销、迁出、清算 之一；1 行，首见于第 6 行",
            "提示 R30 名录.csv，“status”：1 格读作“在营”，如第 4 行“在营（开业）企业”",
            "提示 R30 名录.csv，“status”：2 格读作“存续”，如第 2 行“存续（在营、开业、在册）”",
            "提示 R30 名录.csv，“credit_class”：2 格读作“B”，如第 2 行“B类”",
            "提示 R30 名录.csv，“credit_class”：1 格读作“C”，如第 4 行“c”",
        ]
    );
}

/// A note says that nothing is to be done: of a cell that is refused it would be untrue.
#[test]
fn changes_of_refused_cells_are_not_counted() {
    for (column, cell, error) in [
        ("credit_class", "Ｆ类", "R10"),
        ("reg_no", "（号）", "R07"),
        ("established", "２０２６-13-01", "R08"),
        ("credit_score", "2000000.0", "R09"),
    ] {
        let (text, findings) = read(column, cell);
        let found: Vec<&str> = findings.iter().map(Finding::code).collect();
        assert_eq!((text, found), (None, vec![error]), "{cell}");
    }
    let (_, findings) = read("reg_no", "（号）");
    assert_eq!(
        findings[0].cause.zh,
        "“(号)” 中有“(”：注册号只有字母、数字和 -，其他号码填入“自编号”列（表中为“（号）”）"
    );
    // Another column's error does not hide what was done to this one.
    let (table, findings) = of_cells(&["||k000001|甲|企业|存续|2026/1/5|||F"]);
    let found: Vec<&str> = findings.iter().map(Finding::code).collect();
    assert_eq!((table.rows.len(), found), (0, vec!["R10", "R26"]));
}

#[test]
fn what_looks_like_a_float_and_is_none_stays() {
    for id in ["1.5", "3.10", "GB-1.0.0", "1E5", "12E+a"] {
        let (text, findings) = read("own_id", id);
        assert_eq!((text.as_deref(), findings), (Some(id), vec![]));
    }
}

#[test]
fn periods_in_other_forms() {
    let header = "iid|name|dept|state|capacity|leave";
    let row = "I1|张|市监|在岗|3|2026年8月3日至2026年8月7日；2026/9/1~2026/9/2";
    let (table, findings) = Table::read(Register::Inspectors, &sheet(header, &[row]));
    assert_eq!(findings.iter().map(Finding::code).collect::<Vec<_>>(), ["R26"]);
    let leave = table.rows[0].cell(Register::Inspectors.index("leave"));
    assert_eq!(leave, "2026-08-03..2026-08-07;2026-09-01..2026-09-02");
}
