use super::table_tests::sheet;
use super::{Mapping, Register, Table};
use crate::base::finding::Finding;

fn found(findings: &[Finding]) -> Vec<(&'static str, u64)> {
    findings.iter().map(|f| (f.code(), f.place.row.unwrap_or(0))).collect()
}

const MAPPING: &str = "register = \"subjects\"\nignore = [\"说明\"]\n\n[columns]\n\"企业全称\" = \"name\"\n\
\"机构编码\" = \"uscc\"\n\"行业大类\" = \"tags\"\n\"行业小类\" = \"tags\"\n\n[constants]\nkind = \"企业\"\nstatus = \"存续\"\n";

#[test]
fn names_as_offices_write_them() {
    let header = "TYXYDM|市场主体名称|主体类型|经营状态|信用风险等级（A-D）|所属监管所";
    let rows = ["91350100M000100Y43|甲公司|企业|存续|A|城南所"];
    let (alias, findings) = Table::read(Register::Subjects, &sheet(header, &rows));
    assert_eq!(found(&findings), []);
    let header = "uscc|name|kind|status|credit_class|station";
    let (own, _) = Table::read(Register::Subjects, &sheet(header, &rows));
    assert_eq!(alias, own);
}

/// Header, mapping, and the code that its finding has in line 1.
const HEADERS: &[(&str, &str, &str)] = &[
    ("R20", "信用代码|统一社会信用代码|名称|对象类型|登记状态", ""),
    ("R20", "信用代码|企业名称|单位名称|对象类型|登记状态", ""),
    ("R21", "信用代码|名称|对象类型|登记状态|法定代表人", ""),
    ("R21", "机构编码|名称|企业全称", MAPPING),
    ("R23", "企业全称|信用代码", MAPPING),
];

#[test]
fn headers_and_their_findings() {
    for (code, header, mapping) in HEADERS {
        let sheet = sheet(header, &[]);
        let (_, findings) = match *mapping {
            "" => Table::read(Register::Subjects, &sheet),
            text => {
                let mapping = Mapping::parse("m.toml", text).unwrap();
                Table::read_mapped(Register::Subjects, &sheet, &mapping)
            }
        };
        assert!(found(&findings).contains(&(code, 1)), "{header}: {findings:?}");
    }
}

#[test]
fn a_mapping_names_joins_fills_and_ignores() {
    let mapping = Mapping::parse("m.toml", MAPPING).unwrap();
    let sheet = sheet(
        "机构编码|企业全称|行业大类|行业小类|说明|经营状态",
        &["91350100M000100Y43|甲公司|餐饮|火锅|x|", "91330100704665967J|乙公司|餐饮||y|歇业"],
    );
    let (table, findings) = Table::read_mapped(Register::Subjects, &sheet, &mapping);
    assert_eq!(findings, []);
    let row = &table.rows[0];
    let cell = |id: &str| row.cell(Register::Subjects.index(id));
    assert_eq!(
        ["name", "kind", "status", "tags"].map(cell),
        ["甲公司", "企业", "存续", "火锅;餐饮"]
    );
    assert_eq!(table.rows[1].cell(Register::Subjects.index("status")), "歇业");
    let (_, findings) = Table::read_mapped(Register::Matters, &sheet, &mapping);
    assert!(found(&findings).contains(&("R22", 0)));
}

#[test]
fn rows_of_one_matter_are_numbered() {
    let text = "register = \"matters\"\nnumber_repeated = true\n[columns]\n\"抽查事项名称\" = \"name\"\n\"抽查子项\" = \"name\"\n[constants]\nkind = \"一般\"";
    let mapping = Mapping::parse("m.toml", text).unwrap();
    let rows = ["1|登记|名称|市监", "2|年报||市监", "1|登记|住所|市监"];
    let sheet = sheet("编号|抽查事项名称|抽查子项|抽查主体", &rows);
    let (table, findings) = Table::read_mapped(Register::Matters, &sheet, &mapping);
    assert_eq!(findings, []);
    let shown: Vec<[&str; 2]> = table.rows.iter().map(|r| [0, 1].map(|at| r.cell(at))).collect();
    assert_eq!(shown, [["1.1", "登记·名称"], ["2", "年报"], ["1.2", "登记·住所"]]);
}

#[test]
fn a_bad_mapping_is_refused_with_its_lines() {
    let refused = |text: &str| found(&Mapping::parse("m.toml", text).unwrap_err().0);
    assert_eq!(refused("register = \"subjects\"\n[columns\n"), [("R22", 2)]);
    assert_eq!(refused("\n[columns]\n"), [("R22", 1)]);
    assert_eq!(refused("register = \"people\""), [("R22", 1)]);
    let text = "register = \"subjects\"\nnumber_repeated = true\n[columns]\n\"a\" = \"nmae\"\n\"b\" = 1\n\"c\" = \"uscc\"\n\"d\" = \"uscc\"\n[constants]\ncredit_score = \"0\"\n";
    let mut lines: Vec<u64> = refused(text).iter().map(|(_, line)| *line).collect();
    lines.sort_unstable();
    assert_eq!(lines, [2, 4, 5, 7, 9]);
}

#[test]
fn a_proposal_reads_back() {
    let header = sheet("统一社会信用代码|信用代码|企业全名称|联系电话|颜色|状态", &[]).header;
    let text = Mapping::propose(Register::Subjects, &header).to_toml();
    for line in [
        "    \"信用代码\",  # 与另一列同义，请择一 same meaning as another one: choose",
        "    \"联系电话\",  # 名录不收录 not kept",
        "    \"颜色\",  # 不认识 unknown",
        "\"统一社会信用代码\" = \"uscc\"  # 列名相符 own name",
        "\"企业全名称\" = \"name\"  # 猜作“名称”，请确认 guess, to be confirmed",
        "\"状态\" = \"status\"  # 常见别名 usual name",
        "# kind = \"\"  # 必填“对象类型” required",
    ] {
        assert!(text.lines().any(|printed| printed == line), "{line}\n{text}");
    }
    let mapping = Mapping::parse("m.toml", &text).unwrap();
    assert_eq!(Mapping::parse("m.toml", &mapping.to_toml()), Ok(mapping));
}
