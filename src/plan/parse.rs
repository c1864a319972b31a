//! The head of a plan, its slots and its beacon.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::civil::Date;
use toml::de::DeTable;

use super::adjust::read_adjustments;
use super::annual::{AnnualPlan, finish, read_quarters};
use super::beacon::{read_beacon, read_sources};
use super::keys;
use super::model::{Plan, SealTerms, Task};
use super::reader::{Lenient, Node, Places, Report, Table};
use super::task::{Draft, read_task};
use crate::base::digest::Suite;
use crate::base::finding::{Finding, Severity, Text};
use crate::record::beacon::Trust;
use crate::record::commitment::{Role, Slot, is_tag_pattern};
use crate::registry::CreditClass;
use crate::say;

/// The name and version of the language.
const FORMAT: &str = "ssj-plan/1";
/// Most custodians of a secret.
const CUSTODIANS_MAX: u64 = 32;

/// What tasks refer to.
pub(super) struct Context {
    /// The slots defined, by name, each none where its definition is wrong; none where all are missing, so
    /// that one finding does not become one for every task.
    pub(super) slots: Option<BTreeMap<String, Option<Slot>>>,
    /// Why credit ratings may not be used, if that is so: they are internal, and everybody would see them.
    pub(super) credit_hidden: Option<Text>,
    /// Whether `credit` was understood, without which nobody knows what the unrated count as.
    pub(super) credit_understood: bool,
    /// Whether the file is a year's.
    pub(super) annual: bool,
}

/// The head of a file.
pub(super) struct Head {
    /// What all plans of the file share; names, window, sources and tasks are still to come.
    pub(super) plan: Plan,
    /// The title of a quarter's file, or the one that quarters without title go by.
    pub(super) title: Option<String>,
    /// What the sources are judged by, if it was understood.
    pub(super) trust: Option<Trust>,
}

impl AnnualPlan {
    /// Reads a plan, of a quarter or of a year. `file` is its name, as the user knows it.
    ///
    /// Reading goes on after a mistake: every mistake is found at once, P01–P04, P06–P10, P32–P35, P39 and S13, and B01, B02, B04
    /// of beacons. What was understood beside them comes back as well, so that it can be held against the registers in
    /// the same run; none where that would be nothing, as in a text that is no TOML.
    pub fn parse(text: &str, file: &str) -> (Option<AnnualPlan>, Vec<Finding>) {
        let report = Report::new(file, text);
        let (document, mistakes) = DeTable::parse_recoverable(text);
        for mistake in &mistakes {
            let cause = mistake.message().replace('\n', " ");
            let finding = Finding::new("P01", say!("读不懂：{cause}", "cannot be read: {cause}"));
            report.add(finding, mistake.span().map_or(0, |span| span.start));
        }
        let (mut year, mut plans, mut adjustments) = (None, Vec::new(), Vec::new());
        let top = Table::root(&report, &document);
        let places = Places::of(&top);
        // Where the text is broken, keys below it would be reported as missing that only were not understood.
        if mistakes.is_empty() {
            (year, plans) = read_file(&top, text, file);
            let node = top.may("adjustment");
            adjustments = node.and_then(|node| read_adjustments(&node)).unwrap_or_default();
        }
        let findings = report.into_findings();
        let sound = findings.iter().all(|finding| finding.severity() < Severity::Error);
        finish(&mut plans, sound, places);
        let annual = AnnualPlan { file: file.to_owned(), year, plans, adjustments };
        (Some(annual).filter(|annual| !annual.plans.is_empty()), findings)
    }
}

fn read_file(top: &Table<'_>, text: &str, file: &str) -> (Option<i16>, Vec<Plan>) {
    let annual = ["year", "quarter"].iter().any(|key| top.may(key).is_some());
    let parts = Lenient::new(top, if annual { keys::YEAR_FILE } else { keys::QUARTER_FILE });
    let (head, context) = read_head(&parts, annual, text, file);
    let drafts = parts.must("task", |node| read_tasks(node, &context)).unwrap_or_default();
    if annual {
        let year = parts.must("year", |node| node.integer(1990, 9999));
        let year = year.and_then(|year| i16::try_from(year).ok());
        let read = |node: &Node<'_>| Some(read_quarters(&head, year, node, &drafts));
        return (year, parts.must("quarter", read).unwrap_or_default());
    }
    let draw = parts.must("draw", Node::name);
    let window = parts.must("window", read_window);
    let beacon = top.may("beacon").filter(Node::is_table).and_then(|node| node.table());
    let sources = beacon.and_then(|table| read_sources(&table.must("sources")?, head.trust));
    let tasks = tasks_of_one_draw(&drafts, window);
    if let (Some(seal), Some(window)) = (&head.plan.seal, window)
        && let Some(by) = top.may("seal").and_then(|node| node.table()).and_then(|t| t.may("by"))
    {
        check_opening(&by, seal.by, window);
    }
    let plan = window.map(|window| Plan {
        draw: draw.unwrap_or_default(),
        title: head.title.clone().unwrap_or_default(),
        window,
        sources: sources.unwrap_or_default(),
        tasks,
        ..head.plan
    });
    (None, plan.into_iter().collect())
}

/// The tasks of a quarter's file, whose lists have names of their own.
fn tasks_of_one_draw(drafts: &[Draft<'_>], window: Option<(Date, Date)>) -> Vec<Task> {
    let mut names = BTreeSet::new();
    let task = |draft: &Draft<'_>| {
        let list = draft.name.clone().unwrap_or_default();
        if !list.is_empty() && !names.insert(list.to_ascii_lowercase()) {
            let cause = say!("任务编号 {list} 已用过", "the list name {list} is taken");
            draft.breach("list", "P06", cause);
        }
        let task = draft.task(list);
        if let Some(window) = window {
            draft.check_window(&task, window);
        }
        task
    };
    drafts.iter().map(task).collect()
}

/// The head, with something in the place of what was not understood: a plan with a mistake is never frozen.
fn read_head(parts: &Lenient<'_, '_>, annual: bool, text: &str, file: &str) -> (Head, Context) {
    parts.must("format", |node| node.choice(&[(FORMAT, ())]));
    let agency = parts.must("agency", Node::text);
    let title = match annual {
        true => parts.may("title", Node::text),
        false => parts.must("title", Node::text),
    };
    let has_seal = parts.has("seal");
    let sealed = parts.must("mode", |node| read_mode(node, has_seal));
    let seal = parts.may("seal", |node| read_seal(node, sealed, annual));
    let suites = &[("sha256", Suite::Sha256), ("sm3", Suite::Sm3)];
    let suite = parts.may("suite", |node| node.choice(suites)).unwrap_or(Suite::Sha256);
    let classes = &[("public", true), ("internal", false)];
    let classes_public = parts.must("classes", |node| node.choice(classes)).unwrap_or(true);
    let credit = parts.may("credit", read_credit);
    let credit_understood = credit.is_some() || !parts.has("credit");
    let (unrated, stale_after_days) = credit.unwrap_or_default();
    let rules = parts.may("rules", Node::text);
    let rehearsal = parts.may("rehearsal", Node::flag).unwrap_or(false);
    let known = if annual { keys::YEAR_BEACON } else { keys::BEACON };
    let beacon = parts.must("beacon", |node| {
        let table = node.table()?;
        table.only(known);
        Some(read_beacon(&table))
    });
    let (trust, margin_s) = beacon.unwrap_or_default();
    let replacement = parts.must("replacement", |node| read_replacement(&node.table()?));
    let (subject_replaced, inspector_by_beacon) = replacement.unwrap_or((false, true));
    let standby = parts.may("standby", Node::texts).unwrap_or_default();
    let slots = parts.must("slots", |node| read_slots(&node.table()?));
    let plan = Plan {
        file: file.to_owned(),
        places: Arc::default(),
        sound: false,
        quarter: None,
        digest: suite.digest(text.as_bytes()),
        draw: String::new(),
        agency: agency.unwrap_or_default(),
        title: String::new(),
        window: (Date::MIN, Date::MAX),
        suite,
        seal: seal.clone(),
        classes_public,
        unrated,
        stale_after_days,
        rules,
        rehearsal,
        trust: trust.unwrap_or(Trust::Public),
        margin_s: margin_s.unwrap_or(0),
        sources: Vec::new(),
        subject_replaced,
        inspector_by_beacon,
        standby,
        tasks: Vec::new(),
    };
    // Where the seal was not understood nobody knows who would see ratings.
    let seen = sealed == Some(false) || seal.is_some_and(|seal| seal.opens_to_public);
    let credit_hidden = (!classes_public && seen).then(|| match sealed {
        Some(true) => say!(
            "classes = \"internal\" 而向公众开启，不得用信用分类",
            "a draw that opens to the public with classes = \"internal\" may not use credit ratings"
        ),
        _ => say!(
            "classes = \"internal\" 的公开抽取不得用信用分类",
            "an open draw with classes = \"internal\" may not use credit ratings"
        ),
    });
    (Head { plan, title, trust }, Context { slots, credit_hidden, credit_understood, annual })
}

pub(super) fn read_window(node: &Node<'_>) -> Option<(Date, Date)> {
    let table = node.table()?;
    table.only(keys::WINDOW);
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

/// Whether the draw is sealed; S13 if it is and there is no `[seal]`.
fn read_mode(node: &Node<'_>, has_seal: bool) -> Option<bool> {
    let sealed = node.choice(&[("open", false), ("sealed", true)])?;
    if sealed && !has_seal {
        let cause = say!("保密抽取缺少 [seal]", "[seal] of the sealed draw is missing");
        node.breach("S13", cause);
        return None;
    }
    Some(sealed)
}

/// `[seal]`; the day of a year's file is still to come, as each quarter has its own.
fn read_seal(node: &Node<'_>, sealed: Option<bool>, annual: bool) -> Option<SealTerms> {
    if sealed == Some(false) {
        node.breach("S13", say!("公开抽取不封存", "an open draw is not sealed"));
        return None;
    }
    let table = node.table()?;
    table.only(if annual { keys::YEAR_SEAL } else { keys::SEAL });
    let words = &[("public", true), ("auditor", false)];
    let opens_to_public = table.must("opens").and_then(|node| node.choice(words));
    let by = match annual {
        true => Some(Date::MAX),
        false => table.must("by").and_then(|node| node.date()),
    };
    let custodians = match table.may("custodians") {
        None => Some(Vec::new()),
        Some(node) => node.texts(),
    };
    let threshold = match table.may("threshold") {
        None => Some(0),
        Some(node) => node.integer(2, CUSTODIANS_MAX).and_then(|n| u8::try_from(n).ok()),
    };
    let (opens_to_public, by, custodians) = (opens_to_public?, by?, custodians?);
    let (threshold, n) = (threshold?, custodians.len() as u64);
    let names: BTreeSet<&String> = custodians.iter().collect();
    let cause = if custodians.is_empty() != (threshold == 0) {
        say!("custodians 与 threshold 须同时写", "custodians and threshold stand together")
    } else if names.len() < custodians.len() {
        say!("保管人重名", "two custodians have one name")
    } else if n > CUSTODIANS_MAX || u64::from(threshold) > n {
        say!(
            "{n} 名保管人中须 {threshold} 名：至多 {CUSTODIANS_MAX} 名，须数不得超过人数",
            "{threshold} of {n} custodians: there are at most {CUSTODIANS_MAX}, and no more are needed than there are"
        )
    } else {
        return Some(SealTerms { opens_to_public, by, custodians, threshold });
    };
    node.breach("S13", cause);
    None
}

/// S13 if a draw would open before its window ends: whoever is visited last would be warned.
pub(super) fn check_opening(node: &Node<'_>, by: Date, (_, to): (Date, Date)) {
    if by < to {
        let cause = say!(
            "最迟 {by} 开启，早于窗口结束 {to}",
            "it opens by {by}, before the window ends on {to}"
        );
        node.breach("S13", cause);
    }
}

type Credit = (Option<CreditClass>, Option<u64>);

fn read_credit(node: &Node<'_>) -> Option<Credit> {
    let table = node.table()?;
    table.only(keys::CREDIT);
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
    table.only(keys::REPLACEMENT);
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
    table.only(keys::SLOT);
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

fn read_tasks<'a>(node: &Node<'a>, context: &Context) -> Option<Vec<Draft<'a>>> {
    let nodes = node.array()?;
    if nodes.is_empty() {
        node.breach("P03", say!("至少须有一个任务", "there must be at least one task"));
        return None;
    }
    let task = |(index, node): (usize, &Node<'a>)| Some(read_task(index, node.table()?, context));
    Some(nodes.iter().enumerate().filter_map(task).collect())
}
