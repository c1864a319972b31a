//! What is worth knowing of an import as a whole: rows without a credit code, and official codes and statuses that are in
//! no list. One finding for each distinct one, with a count: a wrong code usually stands in every row of a district.

use std::collections::{BTreeMap, BTreeSet};

use super::codes::{Region, industry, region};
use super::columns::Register;
use super::table::Cells;
use super::wording::{ENDED, LIVE, is_status};
use crate::base::finding::{Finding, Text};
use crate::say;

/// Most distinct codes of a column that are told one by one.
const DISTINCT_MAX: usize = 20;

/// The rule and the cause for a code.
type About = fn(&str) -> (&'static str, Text);

/// What the taken rows of an import have in common.
#[derive(Debug)]
pub(super) struct Tally {
    register: Register,
    by_reg_no: u64,
    by_own_id: u64,
    regions: Strangers,
    industries: Strangers,
    statuses: Strangers,
}

/// Codes or words of a column that are worth a finding: how many rows have each, and the line of the first.
#[derive(Debug, Default)]
struct Strangers {
    seen: BTreeMap<String, (u64, u64)>,
    /// Rows with other such codes, once there are too many.
    more: u64,
    /// Codes that were looked up and are in force: registers repeat them in every row.
    sound: BTreeSet<String>,
}

impl Tally {
    /// Nothing counted yet.
    pub(super) fn of(register: Register) -> Tally {
        Tally {
            register,
            by_reg_no: 0,
            by_own_id: 0,
            regions: Strangers::default(),
            industries: Strangers::default(),
            statuses: Strangers::default(),
        }
    }

    /// Counts a row that was taken.
    pub(super) fn count(&mut self, row: &Cells) {
        if self.register != Register::Subjects {
            return;
        }
        let cell = |id: &str| row.cell(Register::Subjects.index(id));
        match (cell("uscc"), cell("reg_no")) {
            ("", "") => self.by_own_id += 1,
            ("", _) => self.by_reg_no += 1,
            _ => {}
        }
        let (at, code) = (cell("region"), cell("industry"));
        self.regions.count(at, row.line, |code| region(code) == Region::Current);
        self.industries.count(code, row.line, |code| industry(code).is_some());
        self.statuses.count(cell("status"), row.line, is_status);
    }

    /// R70–R74; `shown` names the columns as the user knows them.
    pub(super) fn notes(self, shown: &[String]) -> Vec<Finding> {
        let (by_reg_no, by_own_id) = (self.by_reg_no, self.by_own_id);
        let all = by_reg_no + by_own_id;
        let mut findings = Vec::new();
        if all > 0 {
            let cause = say!(
                "{all} 行没有统一社会信用代码：{by_reg_no} 行用注册号，{by_own_id} 行用自编号",
                "{all} rows have no credit code: {by_reg_no} go by their registration number, {by_own_id} by their own identifier"
            );
            findings.push(Finding::new("R70", cause));
        }
        for (id, strangers, about, unknown) in [
            ("region", self.regions, about_region as About, "R72"),
            ("industry", self.industries, about_industry, "R73"),
            ("status", self.statuses, about_status, "R74"),
        ] {
            let name = |finding: Finding| finding.column(&shown[Register::Subjects.index(id)]);
            findings.extend(strangers.findings(about, unknown).into_iter().map(name));
        }
        findings
    }
}

impl Strangers {
    fn count(&mut self, code: &str, line: u64, is_sound: impl Fn(&str) -> bool) {
        if code.is_empty() || self.sound.contains(code) {
            return;
        }
        if is_sound(code) {
            self.sound.insert(code.to_owned());
        } else {
            self.add(code, line);
        }
    }

    fn add(&mut self, code: &str, line: u64) {
        if let Some((count, _)) = self.seen.get_mut(code) {
            *count += 1;
        } else if self.seen.len() < DISTINCT_MAX {
            self.seen.insert(code.to_owned(), (1, line));
        } else {
            self.more += 1;
        }
    }

    /// A finding for each code; `unknown` is the rule for those that are not told one by one.
    fn findings(self, about: About, unknown: &str) -> Vec<Finding> {
        let of_code = |(code, (count, line)): (&String, &(u64, u64))| {
            let (rule, Text { zh, en }) = about(code);
            let cause = say!(
                "{zh}；{count} 行，首见于第 {line} 行",
                "{en}; {count} rows, the first is line {line}"
            );
            Finding::new(rule, cause).id(code)
        };
        let mut findings: Vec<Finding> = self.seen.iter().map(of_code).collect();
        let (shown, more) = (self.seen.len(), self.more);
        if more > 0 {
            let cause = say!(
                "另有 {more} 行的值不在这 {shown} 个之内，也须核对",
                "{more} more rows have values other than these {shown}: check them, too"
            );
            findings.push(Finding::new(unknown, cause));
        }
        findings
    }
}

fn about_region(code: &str) -> (&'static str, Text) {
    match region(code) {
        Region::Past(name, last) => {
            let (year, month) = last.split_at(4);
            let cause = say!(
                "{code}（{name}）最后见于 {year} 年 {month} 月的表",
                "{code} ({name}) stands last in the table of {year}-{month}"
            );
            ("R71", cause)
        }
        Region::Current | Region::Unknown => {
            ("R72", say!("GB/T 2260 各表中没有 {code}", "no table of GB/T 2260 has {code}"))
        }
    }
}

fn about_industry(code: &str) -> (&'static str, Text) {
    ("R73", say!("GB/T 4754—2017 中没有 {code}", "GB/T 4754—2017 has no {code}"))
}

fn about_status(word: &str) -> (&'static str, Text) {
    let known = [LIVE, ENDED].concat().join("、");
    ("R74", say!("“{word}”不是 {known} 之一", "\"{word}\" is none of {known}"))
}

#[cfg(test)]
mod tests {
    use super::super::Table;
    use super::super::table_tests::sheet;
    use super::*;
    use crate::base::finding::Lang;

    const HEADER: &str = "uscc|reg_no|own_id|name|kind|status|region|industry";

    fn notes(rows: &[&str]) -> Vec<Finding> {
        Table::read(Register::Subjects, &sheet(HEADER, rows)).1
    }

    #[test]
    fn one_finding_for_each_code() {
        let rows = [
            "91330199MA7K3P2X5C|||甲|企业|存续|330106|0111",
            "|3301991001234||乙|企业|存续|330107|H62",
            "||K1|丙|设备|正常|330199|Z9",
            "||K2|丁|设备|正常|330199|",
        ];
        let shown: Vec<String> = notes(&rows).iter().map(|f| f.show(Lang::En)).collect();
        let causes: Vec<&str> = shown.iter().map(|text| text.split('\n').next().unwrap()).collect();
        assert_eq!(
            causes,
            [
                "note R70 名录.csv: 3 rows have no credit code: 1 go by their registration number, 2 by their own identifier",
                "note R71 名录.csv, \"region\", 330107: 330107 (半山区) stands last in the table of 1989-12; 1 rows, the first is line 3",
                "warning R72 名录.csv, \"region\", 330199: no table of GB/T 2260 has 330199; 2 rows, the first is line 4",
                "warning R73 名录.csv, \"industry\", Z9: GB/T 4754—2017 has no Z9; 1 rows, the first is line 4",
            ]
        );
        let finding = notes(&rows).remove(1);
        assert_eq!(
            finding.cause.zh,
            "330107（半山区）最后见于 1989 年 12 月的表；1 行，首见于第 3 行"
        );
        assert_eq!(notes(&rows[..1]), []);
    }

    #[test]
    fn a_column_of_garbage_does_not_fill_the_report() {
        let rows: Vec<String> = (0..50).map(|n| format!("||K{n}|甲|设备|正常|区{n:02}|")).collect();
        let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
        let findings = notes(&rows);
        assert_eq!(findings.len(), 1 + DISTINCT_MAX + 1);
        assert_eq!(
            findings.last().unwrap().cause.en,
            "30 more rows have values other than these 20: check them, too"
        );
    }
}
