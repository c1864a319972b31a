use std::collections::BTreeSet;

use super::{Register, Sheet, Table};
use crate::base::codes;
use crate::base::finding::{Finding, Lang};

pub(super) fn sheet(header: &str, rows: &[&str]) -> Sheet {
    let cells = |line: &str| line.split('|').map(str::to_owned).collect::<Vec<_>>();
    let rows = (2..).zip(rows.iter().map(|row| cells(row))).collect();
    Sheet { file: "名录.csv".to_owned(), header: cells(header), rows, ..Sheet::default() }
}

const SUBJECTS: &str =
    "统一社会信用代码|名称|对象类型|登记状态|信用风险分类|标签|上次抽中日期|信用风险分值";
const GOOD: &str = "91350100M000100Y43|甲公司|企业|存续|A|餐饮；食品销售|2026-01-02|120";

fn codes_of(findings: &[Finding]) -> Vec<&'static str> {
    findings.iter().map(Finding::code).collect()
}

fn read(register: Register, header: &str, rows: &[&str]) -> (Table, Vec<Finding>) {
    Table::read(register, &sheet(header, rows))
}

#[test]
fn cells_become_canonical() {
    let row = " 91350100m000100y43 |\u{3000}甲公司\u{a0}|企业|存续|A|食品销售、餐饮，餐饮；,|2026-01-02|120";
    let (table, findings) = read(Register::Subjects, SUBJECTS, &[row]);
    assert_eq!(codes_of(&findings), ["R27"]);
    let (same, _) = read(Register::Subjects, SUBJECTS, &[GOOD]);
    assert_eq!(table.rows[0].cell(14), "食品销售;餐饮");
    assert_eq!(table.rows, same.rows);
}

#[test]
fn headers_come_in_any_order_and_in_both_languages() {
    let (zh, _) = read(Register::Recusals, "执法证号|检查对象|回避原因", &["I1|S1|配偶"]);
    let (en, findings) = read(Register::Recusals, "reason*| Subject |IID", &["spouse|S1|I1"]);
    assert_eq!((zh.rows, findings), (en.rows, vec![]));
    for register in Register::ALL {
        let columns = register.columns();
        let names: BTreeSet<&str> = columns.iter().flat_map(|c| [c.id, c.zh]).collect();
        assert_eq!(names.len(), 2 * columns.len());
        assert_eq!(Register::from_name(register.name()), Some(register));
    }
}

#[test]
fn the_guide_lists_the_columns() {
    let guide = include_str!("../../docs/registers.md");
    let of = |heading: &str| -> Vec<String> {
        let (_, section) = guide.split_once(&format!("· {heading}\n")).unwrap();
        let section = section.split("\n## ").next().unwrap();
        let rows = section.lines().filter(|line| line.starts_with("| ")).skip(2);
        rows.map(|line| line.split(" | ").take(2).collect::<Vec<_>>().join(" | ")).collect()
    };
    for register in Register::ALL {
        let star = |required: bool| if required { "*" } else { "" };
        let columns = register.columns().iter();
        let columns = columns.map(|c| format!("| {0}{2} | {1}{2}", c.zh, c.id, star(c.required)));
        assert_eq!(of(register.name()), columns.collect::<Vec<_>>());
    }
}

/// Every R code that reading can find, the register, header and rows that earn it, and where.
type Case = (&'static str, Register, &'static str, &'static [&'static str], (u64, &'static str));

const PEOPLE: &str = "执法证号|姓名|部门|状态|检查上限|请假期间|标签|片区";
const PLACED: &str = "名称|对象类型|登记状态|自编号|经度|纬度";
const LISTED: &str = "名称|对象类型|登记状态|自编号|名单|状态变更日期";
const AWAY: &str = "I1|2026-08-03|2026-08-07";
const CASES: &[Case] = &[
    ("R02", Register::Subjects, "uscc|name|kind|status|颜色", &[], (1, "颜色")),
    ("R03", Register::Subjects, "uscc|name|kind", &[], (1, "登记状态")),
    ("R03", Register::Matters, "id|name|kind", &[], (1, "实施部门")),
    ("R04", Register::Recusals, "iid|执法证号|subject|reason", &[], (1, "执法证号")),
    ("R05", Register::Recusals, "iid|subject|reason", &["I1|S1"], (2, "")),
    ("R06", Register::Recusals, "iid|subject|reason", &["I1||配偶"], (2, "subject")),
    ("R07", Register::Subjects, "own_id|name|kind|status", &["k 1|甲|企业|存续"], (2, "own_id")),
    (
        "R07",
        Register::Subjects,
        "reg_no|name|kind|status",
        &["（A）4600|甲|企业|存续"],
        (2, "reg_no"),
    ),
    ("R07", Register::Inspectors, PEOPLE, &["I 1|张|市监|在岗|3|||"], (2, "执法证号")),
    ("R08", Register::Subjects, SUBJECTS, &[GOOD, "|乙|企业|存续|||2026-1|"], (3, "上次抽中日期")),
    (
        "R08",
        Register::Inspectors,
        PEOPLE,
        &["I1|张|市监|在岗|3|2026-08-07..2026-08-03||"],
        (2, "请假期间"),
    ),
    (
        "R08",
        Register::Matters,
        "id|name|kind|dept|valid_from|valid_to",
        &["M1|甲|一般|市监|2026-02-01|2026-01-31"],
        (2, "valid_to"),
    ),
    (
        "R09",
        Register::Subjects,
        SUBJECTS,
        &["91350100M000100Y43|甲|企业|存续||||0"],
        (2, "信用风险分值"),
    ),
    (
        "R08",
        Register::Leave,
        "执法证号|起始日期|截止日期",
        &["I1|2026/8/7|2026/8/3"],
        (2, "截止日期"),
    ),
    ("R08", Register::Subjects, LISTED, &["甲|企业|存续|K1|经营异常(2026-3)|"], (2, "名单")),
    ("R10", Register::Subjects, LISTED, &["甲|企业|存续|K1|移出名录|"], (2, "名单")),
    ("R12", Register::Leave, "iid|开始日期|结束日期", &[AWAY, AWAY], (3, "开始日期")),
    ("R09", Register::Inspectors, PEOPLE, &["I1|张|市监|在岗|3.5|||"], (2, "检查上限")),
    ("R09", Register::Subjects, PLACED, &["甲|企业|存续|K1|180.000001|30"], (2, "经度")),
    ("R09", Register::Subjects, PLACED, &["甲|企业|存续|K1|120|-90.5"], (2, "纬度")),
    ("R09", Register::Subjects, PLACED, &["甲|企业|存续|K1|120°9′|30"], (2, "经度")),
    ("R10", Register::Inspectors, PEOPLE, &["I1|张|市监|在职|3|||"], (2, "状态")),
    ("R11", Register::Inspectors, PEOPLE, &["I1|张|市监|在岗|3||lead|"], (2, "标签")),
    ("R11", Register::Inspectors, PEOPLE, &["I1|张|市监|在岗|3||dept:消防|"], (2, "标签")),
    ("R11", Register::Inspectors, PEOPLE, &["I1|张|市 监|在岗|3|||"], (2, "部门")),
    ("R11", Register::Inspectors, PEOPLE, &["I1|张\n三|市监|在岗|3|||"], (2, "姓名")),
    (
        "R12",
        Register::Inspectors,
        PEOPLE,
        &["I1|张|市监|在岗|3|||", "I1|王|市监|在岗|3|||"],
        (3, "执法证号"),
    ),
    ("R12", Register::Incompatibles, "iid|iid2|reason", &["I1|I2|其他", "I2|I1|其他"], (3, "iid2")),
    (
        "R12",
        Register::Recusals,
        "iid|subject|reason|valid_to",
        &["I1|S1|其他|", "I1|S1|其他|2027-01-01"],
        (3, "subject"),
    ),
    (
        "R13",
        Register::Subjects,
        SUBJECTS,
        &["91350100M000100Y44|甲|企业|存续||||"],
        (2, "统一社会信用代码"),
    ),
    (
        "R14",
        Register::Subjects,
        "reg_no|name|kind|status",
        &["110108000000017|甲|企业|存续"],
        (2, "reg_no"),
    ),
    ("R15", Register::Subjects, SUBJECTS, &["|甲|企业|存续||||"], (2, "统一社会信用代码")),
    ("R18", Register::Subjects, SUBJECTS, &[" |||||||"], (0, "")),
    ("R19", Register::Incompatibles, "iid|iid2|reason", &["I1|I1|其他"], (2, "iid2")),
];

#[test]
fn every_rule_has_a_case() {
    let mut covered = BTreeSet::new();
    for (code, register, header, rows, (row, column)) in CASES {
        let (table, findings) = read(*register, header, rows);
        let finding = findings.iter().find(|f| f.code() == *code);
        let finding = finding.unwrap_or_else(|| panic!("{code} {rows:?}: {findings:?}"));
        let place = &finding.place;
        assert_eq!(place.file.as_deref(), Some("名录.csv"));
        assert_eq!(
            (place.row.unwrap_or(0), place.column.as_deref().unwrap_or("")),
            (*row, *column),
            "{code}"
        );
        let kept =
            if ["R13", "R14"].contains(code) { rows.len() } else { rows.len().saturating_sub(1) };
        assert_eq!(table.rows.len(), kept, "{code}: {findings:?}");
        covered.insert(*code);
    }
    // The reader of files has cases for these and for R40–R59, and the registers together for the last.
    covered.extend(["R01", "R17", "R16"]);
    // Those from R20 stand beside what finds them.
    let rules = codes::all().map(|r| r.code).filter(|c| ("R01".."R20").contains(c));
    assert_eq!(covered, rules.collect::<BTreeSet<&str>>());
}

#[test]
fn good_rows_have_no_findings() {
    assert_eq!(read(Register::Subjects, SUBJECTS, &[GOOD]).1, []);
    let row =
        "I1|张|市监|在岗|65536|2026-08-03..2026-08-07；2026-09-01..2026-09-01|skill:食品|东、西";
    let (table, findings) = read(Register::Inspectors, PEOPLE, &[row]);
    assert_eq!((table.rows[0].cell(5), findings), ("东;西", vec![]));
}

#[test]
fn lists_days_and_industries_become_canonical() {
    let header = format!("{LISTED}|行业代码|核准日期");
    let row = "甲|企业|存续|K1|列入经营异常名录（2026年3月1日）；白名单|2026/3/2|Ａ0111|2020-01-01";
    let (table, findings) = read(Register::Subjects, &header, &[row]);
    let cell = |id: &str| table.rows[0].cell(Register::Subjects.index(id));
    assert_eq!(
        ["lists", "status_date", "industry"].map(cell),
        ["经营异常@2026-03-01..;白名单", "2026-03-02", "0111"]
    );
    // The day of the latest approval is not the day of the status.
    assert_eq!(codes_of(&findings), ["R21", "R70", "R26", "R27"]);
}

#[test]
fn coordinates_are_kept_to_the_millionth() {
    for (cell, kept, micro) in [
        ("120.155070", "120.15507", Some(120_155_070)),
        ("120.1550709999", "120.15507", Some(120_155_070)),
        ("-0.5", "-0.5", Some(-500_000)),
        ("180", "180", Some(180_000_000)),
        ("-0.0000001", "0", Some(0)),
        ("", "", None),
    ] {
        let row = format!("甲|企业|存续|K1|{cell}|30");
        let (table, findings) = read(Register::Subjects, PLACED, &[&row]);
        assert_eq!(table.rows[0].cell(Register::Subjects.index("lon")), kept);
        assert_eq!(codes_of(&findings), ["R70"], "{cell}");
        let (registry, _) = super::Registry::build(&[table]);
        let place = registry.subjects()[0].place;
        assert_eq!(place, micro.map(|lon| (lon, 30_000_000)), "one without the other is none");
    }
}

#[test]
fn all_mistakes_come_at_once() {
    let rows = ["||企业||F|a b|2026-1|x", GOOD, "91350100M000100Y43|乙|企业|存续||||", "1|2"];
    let (table, findings) = read(Register::Subjects, SUBJECTS, &rows);
    let found: Vec<(&str, u64)> =
        findings.iter().map(|f| (f.code(), f.place.row.unwrap())).collect();
    assert_eq!(
        found,
        [
            ("R06", 2),
            ("R06", 2),
            ("R10", 2),
            ("R09", 2),
            ("R11", 2),
            ("R08", 2),
            ("R12", 4),
            ("R05", 5)
        ]
    );
    assert_eq!(table.rows.len(), 1);
}

#[test]
fn messages_in_both_languages() {
    let rows = [GOOD, "91350100M000100Y43|乙公司|企业|存续||||"];
    let finding = read(Register::Subjects, SUBJECTS, &rows).1.remove(0);
    assert_eq!(
        finding.show(Lang::Zh),
        "错误 R12 名录.csv，第 3 行，“统一社会信用代码”，91350100M000100Y43：91350100M000100Y43 与第 2 行重复\n  \
         处理：同一编号（回避则为同一人员、对象和原因）只能有一行：删去或合并其中一行。"
    );
    assert_eq!(
        finding.show(Lang::En),
        "error R12 名录.csv, line 3, \"统一社会信用代码\", 91350100M000100Y43: 91350100M000100Y43 stands already in \
         line 2\n  remedy: One identifier, or one recusal, has one row: delete or merge one of the two."
    );
    let finding = read(Register::Inspectors, PEOPLE, &["I1|张|市监|在职|3|||"]).1.remove(0);
    assert_eq!(finding.cause.zh, "“在职” 须为 在岗、请假、借调、停职、调离、退休 之一");
    assert_eq!(
        codes_of(&read(Register::Subjects, "name|kind|status", &[]).1),
        ["R03"],
        "none of the three identifiers"
    );
}
