//! A small office for the tests of this layer.

use crate::plan::{AnnualPlan, History, Rules};
use crate::registry::{Register, Registry, Sheet, Table};

pub(super) struct Office {
    pub(super) annual: AnnualPlan,
    pub(super) registry: Registry,
    pub(super) rules: Rules,
    pub(super) history: History,
}

const HEAD: &str = r#"format = "ssj-plan/1"
agency = "示例区市监局"
title = "测试"
mode = "open"
classes = "public"
credit = { unrated = "refuse" }
[replacement]
subject = "none"
inspector = "beacon"
[slots]
lead = { needs = ["lead", "dept:市监"] }
member = { needs = ["dept:市监", "area:{area}"] }
fire = { needs = ["dept:消防"] }
fire_b = { needs = ["dept:消防"] }
"#;
const SOURCES: &str = "sources = [{ kind = \"drand\", chain = \"quicknet\", round = 30662982 }]";

impl Office {
    /// Subjects of each class from A on, in two areas in turn; eight inspectors of the market, four firemen, each with
    /// that capacity. `tasks` are the tasks of one quarter.
    pub(super) fn new(sizes: &[usize], capacity: u32, tasks: &str) -> Office {
        let head = format!(
            "draw = \"D1\"\nwindow = {{ from = \"2026-10-09\", to = \"2026-12-31\" }}\n{HEAD}\
             [beacon]\ntrust = \"public\"\nmargin_s = 600\n{SOURCES}\n{tasks}"
        );
        Office::of_plan(sizes, capacity, &head, "")
    }

    /// The same with a year's plan of two quarters, `[[quarter]]` 1 and 3, under rules.
    pub(super) fn of_year(sizes: &[usize], capacity: u32, tasks: &str, rules: &str) -> Office {
        let quarter = |n: u8, from: &str, to: &str| {
            format!(
                "[[quarter]]\nquarter = {n}\ndraw = \"D{n}\"\nlists = \"Q{n}-\"\n\
                 window = {{ from = \"{from}\", to = \"{to}\" }}\n{SOURCES}\n"
            )
        };
        let head = format!(
            "year = 2026\n{HEAD}[beacon]\ntrust = \"public\"\nmargin_s = 600\n{}{}{tasks}",
            quarter(1, "2026-01-12", "2026-03-31"),
            quarter(3, "2026-07-06", "2026-09-30"),
        );
        Office::of_plan(sizes, capacity, &head, rules)
    }

    fn of_plan(sizes: &[usize], capacity: u32, plan: &str, rules: &str) -> Office {
        let mut subjects = "own_id,name,kind,area,status,credit_class,credit_score".to_owned();
        for (class, n) in ["A", "B", "C", "D", "E"].iter().zip(sizes) {
            for i in 1..=*n {
                let (area, score) = (if i % 2 == 0 { "东" } else { "西" }, 50 + i % 7 * 100);
                let kind = if i % 3 == 0 { "个体工商户" } else { "企业" };
                subjects +=
                    &format!("\n{class}{i:04},{class}{i}店,{kind},{area},存续,{class},{score}");
            }
        }
        let mut inspectors =
            "iid,name,dept,area,cert_valid_to,state,lead,expert,capacity,load".to_owned();
        for i in 1..=12 {
            let (dept, area) =
                (if i <= 8 { "市监" } else { "消防" }, if i % 2 == 0 { "东" } else { "西" });
            let lead = if i % 4 < 2 { "是" } else { "否" };
            inspectors +=
                &format!("\nI{i:02},张{i},{dept},{area},2027-01-01,在岗,{lead},,{capacity},{i}");
        }
        let read = |(register, text): (Register, &str)| {
            let cells = |line: &str| line.split(',').map(str::to_owned).collect::<Vec<String>>();
            let mut lines = (1..).zip(text.lines().map(cells));
            let header = lines.next().unwrap().1;
            let sheet = Sheet { header, rows: lines.collect(), ..Sheet::default() };
            Table::read(register, &sheet).0
        };
        let matters = "id,name,kind,dept\nM1,食品,一般,市监\nM2,消防,一般,消防";
        let tables = [
            (Register::Matters, matters),
            (Register::Subjects, subjects.as_str()),
            (Register::Inspectors, inspectors.as_str()),
        ]
        .map(read);
        let (annual, findings) = AnnualPlan::parse(plan, "plan.toml");
        assert_eq!(findings, []);
        let (rules, findings) =
            if rules.is_empty() { Default::default() } else { Rules::parse(rules, "rules.toml") };
        assert_eq!(findings, []);
        Office {
            annual: annual.unwrap(),
            registry: Registry::build(&tables).0,
            rules,
            history: History::default(),
        }
    }
}

/// A task with this name, sample and whatever else is given.
pub(super) fn task(name: &str, sample: &str, more: &str) -> String {
    format!(
        "[[task]]\n{name}\ntitle = \"检查\"\nmatters = [\"M1\"]\ntype = \"targeted\"\nsample = {{ {sample} }}\n{more}\n"
    )
}
