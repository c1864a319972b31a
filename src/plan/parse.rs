//! The head of a plan, its slots and its beacon.

use std::collections::{BTreeMap, BTreeSet};

use toml::de::DeTable;

use super::beacon::read_beacon;
use super::model::{Plan, Task};
use super::reader::{Node, Report, Table};
use super::task::read_task;
use crate::base::digest::Suite;
use crate::base::finding::{Finding, Findings};
use crate::record::commitment::{Role, Slot, is_tag_pattern};
use crate::registry::CreditClass;
use crate::say;

/// The name and version of the language.
const FORMAT: &str = "ssj-plan/1";
const KEYS: &[&str] = &[
    "format",
    "draw",
    "agency",
    "title",
    "window",
    "mode",
    "suite",
    "classes",
    "credit",
    "rehearsal",
    "beacon",
    "replacement",
    "slots",
    "task",
];

/// What tasks refer to.
pub(super) struct Context {
    /// The slots defined, by name, each none where its definition is wrong; none where all are missing, so
    /// that one finding does not become one for every task.
    pub(super) slots: Option<BTreeMap<String, Option<Slot>>>,
    /// Whether credit classes may be published; true if the plan does not say, which is reported.
    pub(super) classes_public: bool,
}

impl Plan {
    /// Reads a plan. `file` is its name, as the user knows it.
    ///
    /// # Errors
    /// All mistakes of the file: P01–P10, and B01, B02, B04 of its beacon.
    pub fn parse(text: &str, file: &str) -> Result<(Plan, Vec<Finding>), Findings> {
        let report = Report::new(file, text);
        let (document, mistakes) = DeTable::parse_recoverable(text);
        for mistake in &mistakes {
            let cause = mistake.message().replace('\n', " ");
            let finding = Finding::new("P01", say!("读不懂：{cause}", "cannot be read: {cause}"));
            report.add(finding, mistake.span().map_or(0, |span| span.start));
        }
        // Where the text is broken, keys below it would be reported as missing that only were not understood.
        let plan = if mistakes.is_empty() {
            read_plan(&Table::root(&report, &document), text, file)
        } else {
            None
        };
        let ((), findings) = Findings::check(report.into_findings(), ())?;
        Ok((plan.expect("bug: nothing is missing without a finding"), findings))
    }
}

fn read_plan(top: &Table<'_>, text: &str, file: &str) -> Option<Plan> {
    top.only(KEYS);
    let format = top.must("format").and_then(|node| node.choice(&[(FORMAT, ())]));
    let draw = top.must("draw").and_then(|node| node.name());
    let agency = top.must("agency").and_then(|node| node.text());
    let title = top.must("title").and_then(|node| node.text());
    let window = top.must("window").and_then(|node| read_window(&node));
    let open = top.must("mode").and_then(|node| read_mode(&node));
    let suites = &[("sha256", Suite::Sha256), ("sm3", Suite::Sm3)];
    let suite = top.may("suite").map_or(Some(Suite::Sha256), |node| node.choice(suites));
    let classes = &[("public", true), ("internal", false)];
    let classes_public = top.must("classes").and_then(|node| node.choice(classes));
    let credit = top.may("credit").map_or(Some((None, None)), |node| read_credit(&node));
    let rehearsal = top.may("rehearsal").map_or(Some(false), |node| node.flag());
    let beacon = top.must("beacon").and_then(|node| read_beacon(&node.table()?));
    let replacement = top.must("replacement").and_then(|node| read_replacement(&node.table()?));
    let slots = top.must("slots").and_then(|node| read_slots(&node.table()?));
    let context = Context { slots: slots.clone(), classes_public: classes_public.unwrap_or(true) };
    let tasks = top.must("task").and_then(|node| read_tasks(&node, &context));
    let (format, open, suite) = (format, open, suite?);
    let (trust, margin_s, sources) = beacon?;
    let (subject_replaced, inspector_by_beacon) = replacement?;
    let (unrated, stale_after_days) = credit?;
    format.and(open).and(slots)?;
    Some(Plan {
        file: file.to_owned(),
        digest: suite.digest(text.as_bytes()),
        draw: draw?,
        agency: agency?,
        title: title?,
        window: window?,
        suite,
        classes_public: classes_public?,
        unrated,
        stale_after_days,
        rehearsal: rehearsal?,
        trust,
        margin_s,
        sources,
        subject_replaced,
        inspector_by_beacon,
        tasks: tasks?,
    })
}

fn read_window(node: &Node<'_>) -> Option<(jiff::civil::Date, jiff::civil::Date)> {
    let table = node.table()?;
    table.only(&["from", "to"]);
    let from = table.must("from").and_then(|node| node.date());
    let to = table.must("to").and_then(|node| node.date());
    let (from, to) = (from?, to?);
    if from > to {
        node.breach(
            "P04",
            say!("窗口的结束 {to} 早于开始 {from}", "the window ends on {to}, before {from}"),
        );
        return None;
    }
    Some((from, to))
}

/// Open draws only: a sealed one needs the keeping of a master secret, which this version has not.
fn read_mode(node: &Node<'_>) -> Option<()> {
    if node.choice(&[("open", true), ("sealed", false)])? {
        return Some(());
    }
    let cause = say!("本版只能制作公开抽取", "this version makes open draws only");
    node.breach("P05", cause);
    None
}

type Credit = (Option<CreditClass>, Option<u64>);

fn read_credit(node: &Node<'_>) -> Option<Credit> {
    let table = node.table()?;
    table.only(&["unrated", "stale_after_days"]);
    let mut words = vec![("refuse", None)];
    words.extend(CreditClass::ALL.iter().map(|class| (class.name(), Some(*class))));
    let unrated = table.must("unrated").and_then(|node| node.choice(&words));
    let stale = table.may("stale_after_days").map(|node| node.integer(0, 36_500));
    match stale {
        None => Some((unrated?, None)),
        Some(days) => Some((unrated?, Some(days?))),
    }
}

fn read_replacement(table: &Table<'_>) -> Option<(bool, bool)> {
    table.only(&["subject", "inspector"]);
    let subject = table.must("subject").and_then(|n| n.choice(&[("next", true), ("none", false)]));
    let inspector =
        table.must("inspector").and_then(|n| n.choice(&[("beacon", true), ("next", false)]));
    Some((subject?, inspector?))
}

fn read_slots(table: &Table<'_>) -> Option<BTreeMap<String, Option<Slot>>> {
    let slots = table.members().map(|(name, node)| (name.to_owned(), read_slot(name, &node)));
    let slots: BTreeMap<String, Option<Slot>> = slots.collect();
    Some(slots)
}

fn read_slot(name: &str, node: &Node<'_>) -> Option<Slot> {
    if !crate::record::ids::is_name(name) {
        let cause = say!(
            "岗位名“{name}”须为 1–64 个字母、数字或 _ . -",
            "the slot name \"{name}\" must be 1–64 letters, digits or _ . -"
        );
        node.breach("P04", cause);
        return None;
    }
    let table = node.table()?;
    table.only(&["needs", "avoids", "role"]);
    let roles = &[("inspector", Role::Inspector), ("expert", Role::Expert)];
    let role = table.may("role").map_or(Some(Role::Inspector), |node| node.choice(roles));
    let needs = table.must("needs").and_then(|node| read_patterns(&node));
    let avoids = table.may("avoids").map_or(Some(Vec::new()), |node| read_patterns(&node));
    Some(Slot { slot: name.to_owned(), role: role?, needs: needs?, avoids: avoids? })
}

/// Tags in which placeholders `{key}` may stand.
fn read_patterns(node: &Node<'_>) -> Option<Vec<String>> {
    let items = node.array()?;
    let mut patterns = Vec::new();
    for item in &items {
        let text = item.text()?;
        if !is_tag_pattern(&text) {
            let cause = say!(
                "“{text}” 不是标签；占位符写作 {{area}}",
                "\"{text}\" is not a tag; a placeholder is written {{area}}"
            );
            item.breach("P04", cause);
            return None;
        }
        patterns.push(text);
    }
    Some(patterns)
}

fn read_tasks(node: &Node<'_>, context: &Context) -> Option<Vec<Task>> {
    let nodes = node.array()?;
    if nodes.is_empty() {
        node.breach("P03", say!("至少须有一个任务", "there must be at least one task"));
        return None;
    }
    let (mut tasks, mut names) = (Vec::new(), BTreeSet::new());
    for (index, node) in nodes.iter().enumerate() {
        let task = node.table().and_then(|table| read_task(index, &table, context, &mut names));
        tasks.push(task);
    }
    tasks.into_iter().collect()
}
