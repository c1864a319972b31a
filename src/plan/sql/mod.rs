//! The frame of a task where the register lives: SQL over one table that has the columns of the register of subjects
//! (`docs/sql.md`). One statement gives the rows of `frames/<list>.tsv` (`docs/protocol.md` §3), another counts what
//! became of every row of the table, so that nobody is left out unseen.
//!
//! The frame has no row as long as a cell that decides is not what an import would have kept, an identifier stands
//! twice, or nobody carries a tag that the plan names: an import would refuse these too. What depends on more than one
//! row of the register (earlier visits, and so caps, intervals and repeats) is refused with P72.

mod engine;
mod form;
mod judge;
mod words;

use self::engine::{cell, has_item, literal};
use self::form::Column;
use self::judge::{Judge, Judged};
use super::apply::Ruled;
use super::model::{Plan, Task};
use super::rules::{Demand, Rule, Rules};
use crate::base::finding::{Finding, Findings};
use crate::draw::sql::{Dialect, is_table};
use crate::record::commitment::TagUse;
use crate::say;

/// The queries of one task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FrameQuery {
    /// The task's list.
    pub list: String,
    /// The columns of the table that are read.
    pub columns: Vec<&'static str>,
    /// One statement whose rows, `what`, `n` and `example`, say what became of all rows of the table, with comments.
    pub counts: String,
    /// One statement whose rows are the frame, with comments.
    pub frame: String,
}

impl Ruled<'_> {
    /// The queries of all tasks, or of the list named, over a table of this name; and what is to be known about them.
    ///
    /// # Errors
    /// P72 for each key that looks at more than the table; W07 for a list or a table that is none.
    ///
    /// # Panics
    /// If the plan is not sound.
    pub fn frame_queries(
        &self,
        dialect: Dialect,
        table: &str,
        list: Option<&str>,
    ) -> Result<(Vec<FrameQuery>, Vec<Finding>), Findings> {
        let (plan, rules) = (&self.plan, self.rules);
        assert!(plan.sound, "bug: a plan with mistakes has no frame");
        if !is_table(table) {
            let cause = say!("“{table}” 不是表名", "\"{table}\" is no name of a table");
            return Err(Finding::new("W07", cause).column("--table").into());
        }
        let tasks: Vec<&Task> =
            plan.tasks.iter().filter(|task| list.is_none_or(|list| task.list == list)).collect();
        if let (Some(wanted), true) = (list, tasks.is_empty()) {
            let all: Vec<&str> = plan.tasks.iter().map(|task| task.list.as_str()).collect();
            let all = all.join(" ");
            let cause = say!("没有任务 {wanted}，只有 {all}", "no list {wanted}; there are {all}");
            return Err(Finding::new("W07", cause).column("--list").into());
        }
        let ((), findings) = Findings::check(looks_elsewhere(plan, rules, &tasks), ())?;
        // Tags of the whole draw: a subject's are the same in all its frames.
        let used = TagUse::of(plan.tasks.iter().flat_map(|task| &task.slots));
        let query = |task: &&Task| {
            let judged = Judge::new(dialect, plan, task, rules, &used).judge();
            FrameQuery {
                list: task.list.clone(),
                columns: judged.columns.iter().map(|column| column.name()).collect(),
                counts: words::counts(dialect, self, task, table, &judged)
                    + &counts(dialect, table, &judged),
                frame: words::frame(dialect, self, task, table, &judged)
                    + &frame(dialect, table, &judged),
            }
        };
        Ok((tasks.iter().map(query).collect(), findings))
    }
}

/// P72 for what looks at earlier visits, P73 where earlier draws count by a column of the table.
pub(in crate::plan) fn looks_elsewhere(
    plan: &Plan,
    rules: &Rules,
    tasks: &[&Task],
) -> Vec<Finding> {
    let mut findings = Vec::new();
    for task in tasks {
        if let Some(within) = task.visited_within {
            let key = format!("exclude.visited_within_{}", within.unit());
            let cause = say!(
                "要看以往的检查，名录一张表中没有",
                "earlier visits decide, which the table of subjects does not hold"
            );
            findings.push(plan.at(task, &key, "P72", cause));
        }
        if let Some(within) = task.drawn_within {
            let key = format!("exclude.drawn_within_{}", within.unit());
            let cause =
                say!("只看表中的 last_drawn", "the column last_drawn alone tells who was drawn");
            findings.push(plan.at(task, &key, "P73", cause));
        }
    }
    let binds = |rule: &&Rule| tasks.iter().any(|task| rule.concerns(&task.matters));
    for rule in rules.rows().iter().filter(binds) {
        let visits = matches!(
            rule.demand,
            Demand::CapAgency(_)
                | Demand::CapTotal(_)
                | Demand::ClassAOnce
                | Demand::VisitedWithin(_)
        );
        if visits {
            let (zh, en) = (rule.kind().zh, rule.kind().en);
            let cause = say!(
                "{zh}要看以往的检查，名录一张表中没有",
                "{en}: earlier visits decide, which the table of subjects does not hold"
            );
            findings.push(rules.at(rule, "", "P72", cause));
        }
    }
    findings
}

/// The register's cells as texts, what becomes of each row, and what stands in the way of a frame.
fn common(dialect: Dialect, table: &str, judged: &Judged) -> String {
    let columns: Vec<String> = judged
        .columns
        .iter()
        .map(|column| format!("{} AS {}", cell(dialect, column.name()), column.name()))
        .collect();
    let mut steps =
        vec![format!("ssj_cell AS (\n  SELECT {}\n  FROM {table}\n)", columns.join(",\n    "))];
    let mut last = "ssj_cell";
    if let Some(class) = &judged.class {
        if !class.fused.is_empty() {
            let numbered = |texts: &[String], name: &str| {
                let each = (1..).zip(texts).map(|(n, text)| format!("{text} AS {name}{n}"));
                each.collect::<Vec<_>>().join(",\n    ")
            };
            let (general, sectors) = (&class.general, numbered(&class.sectors, "sector"));
            let fused = numbered(&class.fused, "fused");
            steps.push(format!(
                "ssj_general AS (\n  SELECT *, {general} AS general,\n    {sectors} FROM ssj_cell\n)"
            ));
            steps.push(format!("ssj_fused AS (\n  SELECT *, {fused} FROM ssj_general\n)"));
            last = "ssj_fused";
        }
        steps.push(format!("ssj_class AS (\n  SELECT *, {} AS class FROM {last}\n)", class.class));
        last = "ssj_class";
    }
    let fates: Vec<String> = judged
        .fates
        .iter()
        .map(|(condition, fate)| format!("WHEN {condition} THEN {}", literal(dialect, fate)))
        .collect();
    steps.push(format!(
        "ssj_judged AS (\n  SELECT {} AS sid,\n    CASE WHEN uscc <> '' THEN uscc WHEN reg_no <> '' THEN reg_no ELSE own_id END AS id,\n    \
         CASE {}\n      ELSE 'stratum ' || {} END AS fate,\n    {} AS stratum, {} AS weight,\n    {} AS slot_tags\n  FROM {last}\n)",
        judged.sid,
        fates.join("\n      "),
        judged.stratum,
        judged.stratum,
        judged.weight,
        judged.tags,
    ));
    steps.push(format!(
        "ssj_breach AS (\n  {}\n)",
        breaches(dialect, judged).join("\n  UNION ALL\n  ")
    ));
    format!("WITH {}\n", steps.join(",\n"))
}

/// What stands in the way: rows whose cells are not canonical or cannot be sampled, identifiers that stand twice, tags
/// that nobody has.
fn breaches(dialect: Dialect, judged: &Judged) -> Vec<String> {
    let mut parts = vec![
        "SELECT fate AS what, count(*) AS n, min(id) AS example FROM ssj_judged WHERE fate LIKE 'refused %' GROUP BY fate"
            .to_owned(),
    ];
    for column in [Column::Uscc, Column::RegNo, Column::OwnId] {
        let id = column.name();
        parts.push(format!(
            "SELECT 'repeated {id}' AS what, sum(n) AS n, min(id) AS example FROM (\n    \
             SELECT {id} AS id, count(*) AS n FROM ssj_cell WHERE {id} <> '' GROUP BY {id} HAVING count(*) > 1\n  \
             ) ssj_twice HAVING count(*) > 0"
        ));
    }
    for tag in &judged.wanted {
        let (what, has) =
            (literal(dialect, &format!("absent {tag}")), has_item(dialect, "tags", tag));
        parts.push(format!(
            "SELECT {what} AS what, 0 AS n, '' AS example FROM ssj_cell HAVING count(CASE WHEN {has} THEN 1 END) = 0"
        ));
    }
    parts
}

fn counts(dialect: Dialect, table: &str, judged: &Judged) -> String {
    let bytewise = dialect.bytewise();
    format!(
        "{}SELECT what, n, example FROM (\n  \
         SELECT fate AS what, count(*) AS n, min(id) AS example FROM ssj_judged WHERE NOT fate LIKE 'refused %' GROUP BY fate\n  \
         UNION ALL\n  SELECT what, n, example FROM ssj_breach\n) ssj_counted ORDER BY what{bytewise};\n",
        common(dialect, table, judged)
    )
}

fn frame(dialect: Dialect, table: &str, judged: &Judged) -> String {
    let bytewise = dialect.bytewise();
    format!(
        "{}SELECT sid, stratum, weight, slot_tags AS tags, '-' AS salt FROM ssj_judged\n\
         WHERE fate LIKE 'stratum %' AND (SELECT count(*) FROM ssj_breach) = 0\nORDER BY sid{bytewise};\n",
        common(dialect, table, judged)
    )
}
