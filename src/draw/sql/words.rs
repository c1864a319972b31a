//! The comments of a query, in Chinese and English: which list it is for, what the numbers are, how to compare.

use super::super::quota::{rounding, start_digest};
use super::{Dialect, Plan, Quotas, Task};
use crate::base::finding::{Lang, Text};
use crate::record::bundle::{draw_path, frame_path};
use crate::say;

/// Comments before the check of the frame, before the draw, and after it.
pub(super) struct Notes {
    pub head: String,
    pub draw: String,
    pub compare: String,
}

pub(super) fn notes(
    dialect: Dialect,
    plan: &Plan,
    task: &Task<'_>,
    parameters: &[(&'static str, Text)],
) -> Notes {
    let mut head = about(dialect, task);
    head.extend(key(plan, task));
    for (name, Text { zh, en }) in parameters {
        let (how_zh, how_en) =
            (dialect.how_to_give(name, Lang::Zh), dialect.how_to_give(name, Lang::En));
        head.push(say!("参数 {name}：{zh}；{how_zh}", "parameter {name}: {en}; {how_en}"));
    }
    head.push(say!(
        "一、核对表与承诺：没有任何行才算相符",
        "1. The table against the commitment: it must give no row"
    ));
    let mut draw = vec![say!("二、抽取", "2. The draw")];
    draw.extend(numbers(plan, task));
    Notes { head: comment(&head), draw: comment(&draw), compare: comment(&compare(dialect, task)) }
}

fn about(dialect: Dialect, task: &Task<'_>) -> Vec<Text> {
    let (list, title, method) = (&task.list.list, &task.list.title, task.list.method.name());
    let (draw, engine, table) = (&task.commitment.draw, dialect.name(), task.table);
    let frame = frame_path(list);
    vec![
        say!(
            "{draw} 的任务 {list} {title}（dr1，{method}），用于 {engine}",
            "{draw}, list {list} {title} (dr1, {method}), for {engine}"
        ),
        say!(
            "表 {table}（列 sid、stratum、weight）须有公示包 {frame} 的全部行",
            "table {table} (columns sid, stratum, weight) has all rows of {frame} of the bundle"
        ),
    ]
}

fn key(plan: &Plan, task: &Task<'_>) -> Option<Text> {
    let (seed, group) = (task.seed?, &task.list.group);
    plan.key.map(|_| {
        say!(
            "种子 S = {seed}，K = HL(\"group\", S, \"{group}\")（docs/protocol.md §3）",
            "seed S = {seed}, K = HL(\"group\", S, \"{group}\") (docs/protocol.md §3)"
        )
    })
}

/// Where the literals come from.
fn numbers(plan: &Plan, task: &Task<'_>) -> Vec<Text> {
    match &plan.quotas {
        Quotas::Weighted { n, left } => {
            let (rest, total) = (left.n, left.total);
            let certain = n - rest;
            let mut texts = vec![say!(
                "必中 {certain} 个，其余抽 {rest} 个，权重之和 W = {total}（只取决于抽样框）",
                "{certain} drawn for certain, {rest} of the rest, whose weights sum to W = {total}: a function of the frame alone"
            )];
            if let Some(from) = left.threshold() {
                texts.push(say!(
                    "权重不小于 ⌈W/n⌉ = {from} 者必中，其键为 0",
                    "weights from ⌈W/n⌉ = {from} on are drawn for certain and have the key 0"
                ));
            }
            texts
        }
        _ => rounded(task),
    }
}

/// How a `proportional` list is rounded: one line for each step.
fn rounded(task: &Task<'_>) -> Vec<Text> {
    let list = task.list;
    let Some(rounding) = rounding(list) else { return Vec::new() };
    let mut texts: Vec<Text> = Vec::new();
    for g in &rounding.whole {
        let stratum = &list.strata[*g];
        let (name, size) = (&stratum.stratum, stratum.size);
        texts.push(say!("层 {name} 全取：{size}", "stratum {name} is drawn whole: {size}"));
    }
    let (n, total) = (rounding.n, rounding.total);
    if rounding.steps.is_empty() {
        return texts;
    }
    let start =
        task.seed.map(|seed| rounding.start(&start_digest(task.commitment.suite, seed, list)));
    let shown = start.map_or_else(|| "start".to_owned(), |start| start.to_string());
    texts.push(say!(
        "其余各层取整：n = {n}，W = {total}，起点 HL(\"round\", S, 任务) mod W = {shown}",
        "the others are rounded: n = {n}, W = {total}, start HL(\"round\", S, list) mod W = {shown}"
    ));
    for (g, before, after) in &rounding.steps {
        let name = &list.strata[*g].stratum;
        let terms =
            format!("⌊({after} − 1 − {shown})/{total}⌋ − ⌊({before} − 1 − {shown})/{total}⌋");
        let count = start.map_or_else(String::new, |start| {
            format!(" = {}", rounding.count(start, *before, *after))
        });
        texts.push(say!("层 {name}：{terms}{count}", "stratum {name}: {terms}{count}"));
    }
    texts
}

fn compare(dialect: Dialect, task: &Task<'_>) -> Vec<Text> {
    let list = &task.list.list;
    let (file, command) = (draw_path(list), dialect.command(list));
    let mut texts = vec![say!(
        "对照：各行与公示包 {file} 表头之下相同，其摘要见 manifest.tsv；存为 {list}.sql 后执行",
        "compare: the rows are those of {file} below its header, whose digest is in manifest.tsv; saved as {list}.sql:"
    )];
    let pipe = format!("(printf 'stratum\\trank\\tsid\\tkey\\toutcome\\n'; {command}) | sha256sum");
    texts.push(Text { zh: pipe.clone(), en: pipe });
    if let Some(digest) = task.result {
        texts.push(say!("应得 {digest}", "which gives {digest}"));
    }
    texts
}

/// Lines of SQL comments; a sentence that is the same in both languages stands once. Titles are somebody else's words:
/// none of them may end the comment.
pub(crate) fn comment(texts: &[Text]) -> String {
    let mut lines = String::new();
    let harmless = |text: &str| -> String {
        let ends = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
        text.chars().map(|c| if ends(c) { '\u{fffd}' } else { c }).collect()
    };
    for Text { zh, en } in texts {
        lines += &format!("-- {}\n", harmless(zh));
        if zh != en {
            lines += &format!("-- {}\n", harmless(en));
        }
    }
    lines
}
