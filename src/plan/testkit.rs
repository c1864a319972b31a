//! A small office for tests: registers as CSV without quotes, and a plan as text to edit.

use super::freeze::{Freeze, History};
use super::model::Plan;
use super::rules::Rules;
use crate::base::finding::{Finding, Findings};
use crate::base::secret::Secret;
use crate::registry::{Register, Registry, Sheet, Table};

pub(super) const INSPECTOR_HEADER: &str =
    "iid,name,dept,station,area,cert_valid_to,state,leave,tags,lead,expert,capacity,load";
const SUBJECT_HEADER: &str = "own_id,name,kind,region,area,station,status,credit_class,credit_score,\
     credit_date,tags,established,last_drawn,key_matters";

const VISIT_HEADER: &str = "subject,visited_on,agency,kind,matters,inspectors,draw";

/// One of everything: subjects of four classes, eight inspectors and an expert, a plan with one task.
pub(super) struct Office {
    pub(super) tables: Vec<(Register, String)>,
    pub(super) plan: String,
    /// The rules file; empty: there is none.
    pub(super) rules: String,
    pub(super) history: History,
}

impl Office {
    /// With so many subjects of each class from A on, named `A0001` and so on.
    pub(super) fn with_classes(sizes: &[usize]) -> Self {
        let mut subjects = vec![SUBJECT_HEADER.to_owned()];
        for (class, n) in ["A", "B", "C", "D", "E"].iter().zip(sizes) {
            subjects.extend((1..=*n).map(|i| subject(&format!("{class}{i:04}"), class)));
        }
        let mut inspectors = vec![INSPECTOR_HEADER.to_owned()];
        for i in 1..=8 {
            let lead = if i % 2 == 0 { "是" } else { "否" };
            inspectors
                .push(format!("I{i},张{i},市监,一所,东,2027-01-01,在岗,,skill:{i},{lead},,20,{i}"));
        }
        inspectors.push("X1,李,特检院,,,,在岗,,expert:电梯,,是,9,".to_owned());
        let matters = "id,name,kind,dept,valid_from,valid_to\n\
             M1,食品,一般,市监,2026-01-01,2026-12-31\nM2,电梯,重点,市监,,";
        Office {
            tables: vec![
                (Register::Matters, matters.to_owned()),
                (Register::Subjects, subjects.join("\n")),
                (Register::Inspectors, inspectors.join("\n")),
                (Register::Recusals, "iid,subject,reason,valid_to".to_owned()),
                (Register::Incompatibles, "iid,iid2,reason".to_owned()),
                (Register::Visits, VISIT_HEADER.to_owned()),
            ],
            plan: PLAN.to_owned(),
            rules: String::new(),
            history: History::default(),
        }
    }

    pub(super) fn small() -> Self {
        Office::with_classes(&[40, 30, 20, 10])
    }

    /// The plan with one piece of its text replaced.
    pub(super) fn edit(mut self, old: &str, new: &str) -> Self {
        assert_eq!(self.plan.matches(old).count(), 1, "{old}");
        self.plan = self.plan.replace(old, new);
        self
    }

    /// The plan with another sample.
    pub(super) fn sample(self, sample: &str) -> Self {
        self.edit("{ ratio = \"10%\" }", &format!("{{ {sample} }}"))
    }

    /// A register with one piece of its text replaced.
    pub(super) fn change(mut self, register: Register, old: &str, new: &str) -> Self {
        let text = self.text(register);
        assert_eq!(text.matches(old).count(), 1, "{old}");
        *text = text.replace(old, new);
        self
    }

    /// A register with a row more.
    pub(super) fn add(mut self, register: Register, row: &str) -> Self {
        let text = self.text(register);
        text.push('\n');
        text.push_str(row);
        self
    }

    fn text(&mut self, register: Register) -> &mut String {
        &mut self.tables.iter_mut().find(|(r, _)| *r == register).unwrap().1
    }

    /// Every register's rows turned round.
    pub(super) fn reversed(mut self) -> Self {
        for (_, text) in &mut self.tables {
            let mut lines: Vec<&str> = text.lines().collect();
            lines[1..].reverse();
            *text = lines.join("\n");
        }
        self
    }

    pub(super) fn registry(&self) -> Registry {
        let read = |(register, text): &(Register, String)| {
            let (table, findings) = Table::read(*register, &sheet(text));
            // Its subjects have numbers of their own, in a region that is in no table.
            let known = |finding: &Finding| ["R70", "R72"].contains(&finding.code());
            assert!(findings.iter().all(known), "{register:?}: {findings:?}");
            table
        };
        Registry::build(&self.tables.iter().map(read).collect::<Vec<_>>()).0
    }

    /// With a rules file of these rows.
    pub(super) fn under(mut self, rows: &str) -> Self {
        self.rules = format!("{RULES}{rows}");
        self
    }

    pub(super) fn rules(&self) -> Rules {
        if self.rules.is_empty() {
            return Rules::default();
        }
        let (rules, findings) = Rules::parse(&self.rules, "rules.toml");
        assert_eq!(findings, []);
        rules
    }

    pub(super) fn try_freeze(&self) -> Result<(Freeze, Vec<Finding>), Findings> {
        let (plan, mut findings) = Plan::parse(&self.plan, "plan.toml")?;
        let (registry, rules) = (self.registry(), self.rules());
        let frozen = match plan.seal() {
            None => plan.freeze(&registry, &rules, &self.history),
            Some(_) => plan.freeze_sealed(&registry, &rules, &self.history, &secret()),
        };
        let (freeze, more) = frozen?;
        findings.extend(more);
        Ok((freeze, findings))
    }

    pub(super) fn freeze(&self) -> Freeze {
        self.try_freeze().unwrap_or_else(|findings| panic!("{findings}")).0
    }

    /// All findings, whether they stop the freeze or not.
    pub(super) fn findings(&self) -> Vec<Finding> {
        match self.try_freeze() {
            Ok((_, findings)) => findings,
            Err(Findings(findings)) => findings,
        }
    }
}

/// The secret of sealed offices.
pub(super) fn secret() -> Secret {
    Secret::from_bytes([7; 32])
}

pub(super) fn subject(id: &str, class: &str) -> String {
    format!("{id},{id}公司,企业,330199,东,一所,存续,{class},100,2026-09-20,餐饮,2020-01-01,,")
}

fn sheet(text: &str) -> Sheet {
    let cells = |line: &str| line.split(',').map(str::to_owned).collect::<Vec<_>>();
    let mut lines = (1..).zip(text.lines().map(cells));
    let header = lines.next().unwrap().1;
    Sheet { file: "test.csv".to_owned(), header, rows: lines.collect(), ..Sheet::default() }
}

/// The head of a rules file.
pub(super) const RULES: &str = "format = \"ssj-rules/1\"
version = \"1\"
title = \"细则\"
issued = 2026-01-05
";

const PLAN: &str = r#"format = "ssj-plan/1"
draw = "D1"
agency = "示例区市监局"
title = "测试"
window = { from = "2026-10-09", to = "2026-12-31" }
mode = "open"
classes = "public"
credit = { unrated = "refuse", stale_after_days = 60 }
[beacon]
trust = "public"
margin_s = 600
sources = [{ kind = "drand", chain = "quicknet", round = 30662982 }]
[replacement]
subject = "none"
inspector = "beacon"
[slots]
lead = { needs = ["lead", "dept:市监"] }
member = { needs = ["dept:市监", "area:{area}"], avoids = ["station:{station}"] }
expert = { needs = ["expert:电梯"], role = "expert" }
[[task]]
list = "T1"
title = "食品检查"
matters = ["M1"]
type = "targeted"
scope = { tags_any = ["餐饮"] }
sample = { ratio = "10%" }
slots = ["lead", "member"]
"#;
