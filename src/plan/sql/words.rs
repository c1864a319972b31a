//! The comments of a task's queries: whose frame it is, of which plan, what the table must have, what the rows mean.

use super::super::apply::Ruled;
use super::super::model::Task;
use super::judge::Judged;
use crate::base::finding::Text;
use crate::draw::sql::{Dialect, comment};
use crate::say;

/// Before the statement that counts.
pub(super) fn counts(
    dialect: Dialect,
    ruled: &Ruled<'_>,
    task: &Task,
    table: &str,
    judged: &Judged,
) -> String {
    let mut texts = head(dialect, ruled, task, table, judged);
    texts.extend([
        say!(
            "户数：表中每一行的去向。outside 范围外；excluded 排除的原因（no_…：该项为空，无法判断）；stratum 各层",
            "Counts: what became of every row. outside the scope; excluded, and why (no_…: the field is empty); stratum"
        ),
        say!(
            "refused 不合形式或不能抽样的行、repeated 重复的编号、absent 无人有的标签：有其中任何一种，抽样框就没有行",
            "refused rows (not canonical, or not to be sampled), repeated identifiers, absent tags: with any of them the frame has no row"
        ),
    ]);
    comment(&texts)
}

/// Before the statement that gives the frame.
pub(super) fn frame(
    dialect: Dialect,
    ruled: &Ruled<'_>,
    task: &Task,
    table: &str,
    judged: &Judged,
) -> String {
    let (list, file) = (&task.list, &ruled.plan.file);
    let command = dialect.export(list);
    let ending = command.rsplit('.').next().unwrap_or_default().to_owned();
    let quarter = ruled.plan.quarter.map_or_else(String::new, |n| format!(" --quarter {n}"));
    let mut texts = head(dialect, ruled, task, table, judged);
    texts.extend([
        say!(
            "抽样框：只存这一条为 {list}.sql，导出后封存",
            "The frame: this statement alone as {list}.sql, exported and committed"
        ),
        same(command),
        same(format!("ssj commit {file}{quarter} --frame {list}={list}.{ending} --out BUNDLE")),
    ]);
    comment(&texts)
}

fn head(
    dialect: Dialect,
    ruled: &Ruled<'_>,
    task: &Task,
    table: &str,
    judged: &Judged,
) -> Vec<Text> {
    let (plan, engine) = (&ruled.plan, dialect.name());
    let (draw, file, suite, digest) = (&plan.draw, &plan.file, plan.suite.name(), plan.digest);
    let (list, title) = (&task.list, &task.title);
    let columns: Vec<&str> = judged.columns.iter().map(|column| column.name()).collect();
    let columns = columns.join(", ");
    let mut texts = vec![
        say!(
            "{draw} 的任务 {list} {title}，用于 {engine}",
            "{draw}, list {list} {title}, for {engine}"
        ),
        say!("计划 {file}，摘要 {suite}:{digest}", "plan {file}, digest {suite}:{digest}"),
    ];
    texts.extend(
        ruled.rules.digest(plan.suite).map(|digest| {
            say!("细则摘要 {suite}:{digest}", "local rules, digest {suite}:{digest}")
        }),
    );
    texts.push(say!(
        "表 {table} 的列：{columns}（docs/sql.md）",
        "columns of table {table}: {columns} (docs/sql.md)"
    ));
    texts
}

fn same(text: String) -> Text {
    Text { zh: text.clone(), en: text }
}
