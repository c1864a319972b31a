//! `ssj plan diff`: what changed between two plans, for a published adjustment (计划调整).

use serde_json::{Value, json};

use super::args::PlanDiffArgs;
use super::console::{Console, finding_json};
use super::ground::PlanFile;
use super::{DONE, Failure};
use crate::base::finding::{Finding, Findings, Lang, Text};
use crate::plan::{AnnualPlan, Change, Version, diff, key_words};
use crate::say;

pub(super) fn plan_diff(args: &PlanDiffArgs, console: &Console) -> Result<u8, Failure> {
    let old = PlanFile::read(&args.old, args.old_rules.as_deref())?;
    let new = PlanFile::read(&args.new, args.new_rules.as_deref())?;
    let findings: Vec<Finding> = old.findings.iter().chain(&new.findings).cloned().collect();
    let ((), mut findings) = Findings::check(findings, ())?;
    let (changes, more) = diff(version(&old), version(&new), args.reason.as_deref());
    findings.extend(more);
    console.findings(&findings);
    let (from, to, n) = (args.old.display(), args.new.display(), changes.len());
    console.say(&say!("计划调整：{from} → {to}，{n} 处", "adjustment: {from} → {to}, {n} changes"));
    let mut before: Option<&(String, String)> = None;
    for change in &changes {
        if change.task.as_ref() != before {
            before = change.task.as_ref();
            if let Some((list, title)) = before {
                console.say(&say!("任务 {list} {title}", "task {list} {title}"));
            }
        }
        print(change, console);
    }
    console.report(&json!({
        "command": "plan", "what": "diff", "ok": true, "changes": changes.iter().map(change_json).collect::<Vec<_>>(),
        "findings": findings.iter().map(|f| finding_json(f, console.lang)).collect::<Vec<_>>(),
    }));
    Ok(DONE)
}

fn version(file: &PlanFile) -> Version<'_> {
    let annual: &AnnualPlan =
        file.annual.as_ref().expect("bug: nothing is missing without a finding");
    Version { text: &file.text, annual, rules: &file.rules }
}

fn print(change: &Change, console: &Console) {
    let Change { quarters, task, path, before, after, reason } = change;
    let Text { zh, en } = key_words(path);
    let key = match task {
        Some((list, _)) => path.strip_prefix(&format!("task.{list}")).unwrap_or(path),
        None => path.as_str(),
    };
    let key = key.trim_start_matches('.');
    let when = match (quarters.as_slice(), console.lang) {
        ([], _) => String::new(),
        (quarters, lang) => {
            let numbers: Vec<String> = quarters.iter().map(u8::to_string).collect();
            match lang {
                Lang::Zh => format!("第 {} 季度 ", numbers.join("、")),
                Lang::En => format!("quarter {} ", numbers.join(", ")),
            }
        }
    };
    let [none_zh, none_en] = ["（无）", "(none)"];
    let text =
        |value: &Option<String>, none: &str| value.clone().unwrap_or_else(|| none.to_owned());
    let (old_zh, new_zh) = (text(before, none_zh), text(after, none_zh));
    let (old_en, new_en) = (text(before, none_en), text(after, none_en));
    console.say(&match (key, before, after) {
        ("", None, Some(_)) => say!("  新增本任务：{new_zh}", "  the task is new: {new_en}"),
        ("", Some(_), None) => say!("  取消本任务：{old_zh}", "  the task is dropped: {old_en}"),
        _ => say!(
            "  {when}{zh} {key}：{old_zh} → {new_zh}",
            "  {when}{en} {key}: {old_en} → {new_en}"
        ),
    });
    if let Some(reason) = reason {
        console.say(&say!("    原因：{reason}", "    reason: {reason}"));
    }
}

fn change_json(change: &Change) -> Value {
    json!({
        "path": change.path, "quarters": change.quarters,
        "task": change.task.as_ref().map(|(list, title)| json!({"list": list, "title": title})),
        "before": change.before, "after": change.after, "reason": change.reason,
    })
}
