//! What is different between two plans, for published adjustments (计划调整): by quarter, task and key, whatever the order
//! of the files, of their keys and of values that have none, and whether a default is written or not.

use std::collections::BTreeMap;

use toml::Value;

use super::adjust::Adjustment;
use super::annual::AnnualPlan;
use super::rules::Rules;
use crate::base::finding::{Finding, Text};
use crate::base::ratio::Ratio;
use crate::say;

/// One difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The quarters that it concerns; none of a quarter's file or where it concerns all.
    pub quarters: Vec<u8>,
    /// The task: its list or serial number, and its title.
    pub task: Option<(String, String)>,
    /// Where it is, as an adjustment names it: `task.0001.sample.ratio.A`, `quarter.3.window.to`, `agency`.
    pub path: String,
    /// What stood there; none if nothing did.
    pub before: Option<String>,
    /// What stands there now; none if nothing does.
    pub after: Option<String>,
    /// Why, as an adjustment says it or whoever asked.
    pub reason: Option<String>,
}

/// A plan's file and its rules, as text.
#[derive(Clone, Copy, Debug)]
pub struct Version<'a> {
    /// The plan's text, which has no mistake.
    pub text: &'a str,
    /// The plan as it was read from it.
    pub annual: &'a AnnualPlan,
    /// Its rules.
    pub rules: &'a Rules,
}

/// Everything that is different. `reason` explains what no adjustment of the new plan does.
///
/// Findings: P80 for changes without a reason, P81 for adjustments that explain nothing.
pub fn diff(
    old: Version<'_>,
    new: Version<'_>,
    reason: Option<&str>,
) -> (Vec<Change>, Vec<Finding>) {
    let [before, after] = [old, new].map(|version| Facts::of(&version));
    let mut changes = Vec::new();
    let keys = before.facts.keys().chain(after.facts.keys());
    let keys: std::collections::BTreeSet<&Key> = keys.collect();
    for key in keys {
        let (old, new) = (before.facts.get(key), after.facts.get(key));
        if old != new {
            changes.push((key, old.cloned(), new.cloned()));
        }
    }
    let changes = join(changes, &before, &after);
    let changes = whole_tasks(changes, &before, &after);
    explain(changes, new.annual, reason)
}

/// Where something stands.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    /// The task; none for the head, which comes first.
    task: Option<String>,
    path: String,
    quarter: Option<u8>,
}

/// What a plan says, key by key.
#[derive(Default)]
struct Facts {
    facts: BTreeMap<Key, String>,
    titles: BTreeMap<String, String>,
    /// The quarters of a year's file, and those of each task.
    quarters: Vec<u8>,
    tasks: BTreeMap<String, Vec<u8>>,
}

/// What an absent key means.
const HEAD_DEFAULTS: &[(&str, &str)] = &[("suite", "sha256"), ("rehearsal", "false")];
const TASK_DEFAULTS: &[(&str, &str)] = &[("reserve", "0"), ("exclude.key_supervised", "false")];

impl Facts {
    fn of(version: &Version<'_>) -> Facts {
        let mut facts = Facts::default();
        let document: toml::Table = version.text.parse().unwrap_or_default();
        let plans = version.annual.plans();
        facts.quarters = plans.iter().filter_map(|plan| plan.quarter()).collect();
        let mut head = BTreeMap::new();
        for (key, value) in &document {
            match (key.as_str(), value) {
                ("task", Value::Array(tasks)) => tasks.iter().for_each(|task| facts.task(task)),
                ("quarter", Value::Array(quarters)) => {
                    quarters.iter().for_each(|quarter| facts.quarter(quarter));
                }
                ("adjustment", _) => {}
                _ => flatten(value, key, &mut head),
            }
        }
        defaults(&mut head, HEAD_DEFAULTS);
        facts.put(None, None, head);
        facts.rules(version.rules);
        facts
    }

    fn put(&mut self, task: Option<&str>, quarter: Option<u8>, values: BTreeMap<String, String>) {
        for (path, value) in values {
            self.facts.insert(Key { task: task.map(str::to_owned), path, quarter }, value);
        }
    }

    fn quarter(&mut self, quarter: &Value) {
        let mut values = BTreeMap::new();
        flatten(quarter, "", &mut values);
        let number = values.remove("quarter").and_then(|n| n.parse().ok());
        self.put(None, number, values);
    }

    fn task(&mut self, task: &Value) {
        let text = |key: &str| task.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        let name = [text("serial"), text("list")].concat();
        let mut values = BTreeMap::new();
        flatten(task, "", &mut values);
        ["serial", "list", "quarters"].iter().for_each(|key| drop(values.remove(*key)));
        defaults(&mut values, TASK_DEFAULTS);
        self.titles.insert(name.clone(), text("title"));
        let quarters = match task.get("quarters").and_then(Value::as_array) {
            Some(quarters) => {
                quarters.iter().filter_map(|q| q.as_integer()?.try_into().ok()).collect()
            }
            None => self.quarters.clone(),
        };
        for quarter in &quarters {
            self.put(Some(&name), Some(*quarter), values.clone());
        }
        if quarters.is_empty() {
            self.put(Some(&name), None, values);
        }
        self.tasks.insert(name, quarters);
    }

    fn rules(&mut self, rules: &Rules) {
        for rule in rules.rows() {
            let (id, name, value, basis) = (rule.id(), rule.name(), rule.value().zh, rule.basis());
            let matters = rule.matters().join("、");
            let text = format!("{name}：{value}（{basis}）{matters}");
            let path = format!("rule.{id}");
            self.facts.insert(Key { task: None, path, quarter: None }, text);
        }
    }
}

fn defaults(values: &mut BTreeMap<String, String>, known: &[(&str, &str)]) {
    for (key, value) in known {
        values.entry((*key).to_owned()).or_insert_with(|| (*value).to_owned());
    }
}

/// The values below a path, each under its own, in one form.
fn flatten(value: &Value, path: &str, out: &mut BTreeMap<String, String>) {
    let below = |key: &str| if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
    match value {
        Value::Table(table) => {
            table.iter().for_each(|(key, value)| flatten(value, &below(key), out))
        }
        Value::Array(values) if values.iter().any(Value::is_table) => {
            for (at, value) in values.iter().enumerate() {
                flatten(value, &below(&(at + 1).to_string()), out);
            }
        }
        Value::Array(values) => {
            // The order of names says nothing anywhere in the language.
            let mut texts: Vec<String> = values.iter().map(text).collect();
            texts.sort_unstable();
            out.insert(path.to_owned(), texts.join("、"));
        }
        _ => drop(out.insert(path.to_owned(), text(value))),
    }
}

fn text(value: &Value) -> String {
    match value {
        // 3.0% is 3%.
        Value::String(text) => {
            Ratio::parse_percent(text).map_or(text.clone(), |ratio| ratio.to_string())
        }
        other => other.to_string(),
    }
}

/// The same change in several quarters is one.
fn join(
    changes: Vec<(&Key, Option<String>, Option<String>)>,
    before: &Facts,
    after: &Facts,
) -> Vec<Change> {
    let mut joined: Vec<Change> = Vec::new();
    for (key, before_text, after_text) in changes {
        let titles = |name: &String| after.titles.get(name).or(before.titles.get(name)).cloned();
        let task = key.task.as_ref().map(|name| (name.clone(), titles(name).unwrap_or_default()));
        let path = match (&key.task, key.quarter) {
            (Some(name), _) => format!("task.{name}.{}", key.path),
            (None, Some(quarter)) => format!("quarter.{quarter}.{}", key.path),
            (None, None) => key.path.clone(),
        };
        let same = |known: &&mut Change| {
            known.path == path && known.before == before_text && known.after == after_text
        };
        match joined.iter_mut().rfind(same) {
            Some(known) => known.quarters.extend(key.quarter),
            None => joined.push(Change {
                quarters: key.quarter.into_iter().collect(),
                task,
                path,
                before: before_text,
                after: after_text,
                reason: None,
            }),
        }
    }
    joined
}

/// A task that is new, gone or in other quarters is one change, not one for each of its keys.
fn whole_tasks(changes: Vec<Change>, before: &Facts, after: &Facts) -> Vec<Change> {
    let mut kept = Vec::new();
    let moved = |name: &str| before.tasks.get(name) != after.tasks.get(name);
    let quarters = |facts: &Facts, name: &str| {
        let quarters = facts.tasks.get(name)?;
        let numbers: Vec<String> = quarters.iter().map(u8::to_string).collect();
        Some(if numbers.is_empty() { facts.titles[name].clone() } else { numbers.join("、") })
    };
    let names = before.tasks.keys().chain(after.tasks.keys());
    let names: std::collections::BTreeSet<&String> = names.collect();
    for name in names.into_iter().filter(|name| moved(name)) {
        let title = after.titles.get(name).or(before.titles.get(name)).cloned().unwrap_or_default();
        let path = match (before.tasks.get(name), after.tasks.get(name)) {
            (Some(_), Some(_)) => format!("task.{name}.quarters"),
            _ => format!("task.{name}"),
        };
        kept.push(Change {
            quarters: Vec::new(),
            task: Some((name.clone(), title)),
            path,
            before: quarters(before, name),
            after: quarters(after, name),
            reason: None,
        });
    }
    // What a task says in a quarter that only one plan has it in follows from that.
    let told = |change: &Change| {
        let Some((name, _)) = &change.task else { return false };
        moved(name) && (change.before.is_none() || change.after.is_none()) && {
            let of = |facts: &Facts| facts.tasks.get(name).cloned();
            let (old, new) = (of(before), of(after));
            match (old, new) {
                (Some(old), Some(new)) => {
                    change.quarters.iter().all(|q| old.contains(q) != new.contains(q))
                }
                _ => true,
            }
        }
    };
    let (heads, tasks): (Vec<Change>, Vec<Change>) = changes
        .into_iter()
        .filter(|change| !told(change))
        .partition(|change| change.task.is_none());
    kept.extend(tasks);
    kept.sort_by(|a, b| (&a.task, a.path.len()).cmp(&(&b.task, b.path.len())));
    heads.into_iter().chain(kept).collect()
}

fn explain(
    mut changes: Vec<Change>,
    annual: &AnnualPlan,
    reason: Option<&str>,
) -> (Vec<Change>, Vec<Finding>) {
    let mut findings = Vec::new();
    let mut used = vec![false; annual.adjustments().len()];
    for change in &mut changes {
        // The most particular adjustment explains.
        let explains = |(_, adjustment): &(usize, &Adjustment)| adjustment.explains(&change.path);
        let found = annual.adjustments().iter().enumerate().filter(explains);
        match found.max_by_key(|(_, adjustment)| adjustment.path.len()) {
            Some((at, Adjustment { reason, basis, .. })) => {
                used[at] = true;
                let basis = basis.as_ref().map_or(String::new(), |basis| format!("（{basis}）"));
                change.reason = Some(format!("{reason}{basis}"));
            }
            None => change.reason = reason.map(str::to_owned),
        }
    }
    let silent: Vec<&str> =
        changes.iter().filter(|c| c.reason.is_none()).map(|c| c.path.as_str()).collect();
    if !silent.is_empty() {
        let (n, first) = (silent.len(), silent[..silent.len().min(5)].join(" "));
        let more = if n > 5 { " …" } else { "" };
        let cause = say!("{n} 处：{first}{more}", "{n} changes: {first}{more}");
        findings.push(Finding::new("P80", cause).file(annual.file()));
    }
    for (adjustment, _) in annual.adjustments().iter().zip(used).filter(|(_, used)| !used) {
        let (path, (line, position)) = (&adjustment.path, adjustment.position);
        let cause = say!("{path} 没有变化", "nothing changed at {path}");
        let finding = Finding::new("P81", cause).file(annual.file()).row(line).position(position);
        findings.push(finding.column("adjustment"));
    }
    (changes, findings)
}

/// What a key of the language is called.
pub fn key_words(path: &str) -> Text {
    const WORDS: &[(&str, &str, &str)] = &[
        ("agency", "组织机关", "agency"),
        ("title", "名称", "title"),
        ("window", "检查窗口", "window"),
        ("mode", "抽取公开与否", "mode"),
        ("suite", "摘要算法", "digest suite"),
        ("classes", "信用分类可否公布", "publicity of classes"),
        ("credit", "信用评定", "credit ratings"),
        ("rules", "细则文件", "rules file"),
        ("rule", "细则", "rule"),
        ("rehearsal", "演练", "rehearsal"),
        ("beacon", "信标", "beacon"),
        ("sources", "信标来源", "beacon sources"),
        ("replacement", "更换规则", "replacement"),
        ("standby", "备用人员", "stand-by inspectors"),
        ("slots", "检查组", "team"),
        ("year", "年度", "year"),
        ("draw", "抽取编号", "draw"),
        ("lists", "任务编号前缀", "prefix of lists"),
        ("matters", "抽查事项", "matters"),
        ("type", "定向或不定向", "targeted or not"),
        ("initiator", "发起部门", "initiator"),
        ("partners", "配合部门", "partners"),
        ("unit", "抽样单位", "unit"),
        ("method", "检查方式", "method"),
        ("notice", "是否事先通知", "notice"),
        ("scope", "抽查范围", "scope"),
        ("exclude", "排除条件", "exclusions"),
        ("sample", "抽取方式", "sample"),
        ("group", "抽签组", "ticket group"),
        ("reserve", "候补", "reserves"),
        ("quarters", "所在季度", "quarters"),
    ];
    let mut parts = path.split('.');
    let first = match parts.next() {
        Some("task" | "quarter") => parts.nth(1),
        first => first,
    };
    let known = WORDS.iter().find(|(key, ..)| Some(*key) == first);
    let (zh, en) = known.map_or(("", ""), |(_, zh, en)| (zh, en));
    Text { zh: zh.to_owned(), en: en.to_owned() }
}
