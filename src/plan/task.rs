//! One task of a plan: its scope, sample and team.

use std::collections::{BTreeMap, BTreeSet};

use super::model::{Scope, Task};
use super::parse::Context;
use super::reader::{Node, Table, optional};
use super::sample::read_sample;
use crate::record::commitment::{Role, Slot};
use crate::record::ids::{SLOTS_PER_VISIT_MAX, WEIGHT_MAX};
use crate::registry::CreditClass;
use crate::say;

const KEYS: &[&str] = &[
    "list",
    "title",
    "matters",
    "type",
    "initiator",
    "partners",
    "unit",
    "method",
    "notice",
    "scope",
    "exclude",
    "sample",
    "group",
    "slots",
    "reserve",
];
const SCOPE_KEYS: &[&str] = &[
    "kind",
    "status",
    "region",
    "area",
    "station",
    "industry",
    "tags_any",
    "tags_all",
    "tags_none",
    "credit_class",
    "score_min",
    "score_max",
    "established_from",
    "established_to",
];
/// What an untargeted task may say about its scope.
const UNTARGETED_KEYS: &[&str] = &["kind", "status"];
/// Filters that tell a credit rating of everybody in the frame.
const CREDIT_KEYS: &[&str] = &["credit_class", "score_min", "score_max"];
/// Most reserves of a stratum.
const RESERVE_MAX: u64 = 1 << 16;

/// Reads the task at `index`; `names` holds the lists before it, in lower case.
pub(super) fn read_task(
    index: usize,
    table: &Table<'_>,
    context: &Context,
    names: &mut BTreeSet<String>,
) -> Option<Task> {
    table.only(KEYS);
    let list = table.must("list").and_then(|node| read_list(&node, names));
    let title = table.must("title").and_then(|node| node.text());
    let matters = table.must("matters").and_then(|node| read_matters(&node));
    let types = &[("targeted", true), ("untargeted", false)];
    let targeted = table.must("type").and_then(|node| node.choice(types));
    let initiator = optional(table.may("initiator").map(|node| node.text()));
    let partners = table.may("partners").map_or(Some(Vec::new()), |node| node.texts());
    let unit = optional(table.may("unit").map(|node| node.text()));
    let ways = table.may("method").map_or(Some(Vec::new()), |node| node.texts());
    let notices = &[("announced", true), ("unannounced", false)];
    let announced = optional(table.may("notice").map(|node| node.choice(notices)));
    let scope = table.may("scope").map_or(Some(Scope::default()), |node| {
        read_scope(&node.table()?, targeted.unwrap_or(true), context)
    });
    let exclude = table.may("exclude").map_or(Some((None, false)), |node| read_exclude(&node));
    let sample = table.must("sample").and_then(|node| {
        let (sample, floor) = read_sample(&node.table()?)?;
        if sample.uses_credit() && !context.classes_public {
            reveals(&node, "classes = \"internal\"");
            return None;
        }
        Some((sample, floor))
    });
    let group = table.may("group").map_or(list.clone(), |node| node.name());
    let slots = table.must("slots").and_then(|node| read_team(&node, context));
    let reserve = table.may("reserve").map_or(Some(0), |node| node.integer(0, RESERVE_MAX));
    let (drawn_within_days, key_supervised) = exclude?;
    let (sample, floor) = sample?;
    let lines: BTreeMap<String, u64> =
        table.members().map(|(key, node)| (key.to_owned(), node.line())).collect();
    Some(Task {
        index,
        line: table.line(),
        lines,
        list: list?,
        title: title?,
        matters: matters?,
        targeted: targeted?,
        initiator: initiator?,
        partners: partners?,
        unit: unit?,
        ways: ways?,
        announced: announced?,
        scope: scope?,
        drawn_within_days,
        key_supervised,
        sample,
        floor,
        group: group?,
        slots: slots?,
        reserve: reserve?,
    })
}

fn reveals(node: &Node<'_>, why: &str) {
    let cause = say!(
        "{why} 的公开抽取不得用信用分类",
        "an open draw with {why} may not use credit ratings"
    );
    node.breach("P10", cause);
}

fn read_list(node: &Node<'_>, names: &mut BTreeSet<String>) -> Option<String> {
    let list = node.name()?;
    if names.insert(list.to_ascii_lowercase()) {
        return Some(list);
    }
    node.breach("P06", say!("任务编号 {list} 已用过", "the list name {list} is taken"));
    None
}

fn read_matters(node: &Node<'_>) -> Option<Vec<String>> {
    let matters = node.texts()?;
    if matters.is_empty() {
        node.breach("P04", say!("没有抽查事项", "no matter is named"));
        return None;
    }
    let mut seen = BTreeSet::new();
    if let Some(twice) = matters.iter().find(|matter| !seen.insert(*matter)) {
        node.breach("P06", say!("事项 {twice} 列了两次", "the matter {twice} stands twice"));
        return None;
    }
    Some(matters)
}

fn read_scope(table: &Table<'_>, targeted: bool, context: &Context) -> Option<Scope> {
    table.only(SCOPE_KEYS);
    let mut lawful = true;
    for (key, node) in table.members().filter(|(key, _)| SCOPE_KEYS.contains(key)) {
        if !targeted && !UNTARGETED_KEYS.contains(&key) {
            let cause =
                say!("不定向任务不得按 {key} 筛选", "an untargeted task may not filter by {key}");
            node.breach("P09", cause);
            lawful = false;
        }
        if !context.classes_public && CREDIT_KEYS.contains(&key) {
            reveals(&node, "classes = \"internal\"");
            lawful = false;
        }
    }
    let texts = |key: &str| optional(table.may(key).map(|node| read_values(&node)));
    let day = |key: &str| optional(table.may(key).map(|node| node.date()));
    let score = |key: &str| optional(table.may(key).map(|node| node.integer(0, WEIGHT_MAX)));
    let classes = optional(table.may("credit_class").map(|node| read_classes(&node)));
    let (kind, status, region) = (texts("kind"), texts("status"), texts("region"));
    let (area, station, industry) = (texts("area"), texts("station"), texts("industry"));
    let (any, all, none) = (texts("tags_any"), texts("tags_all"), texts("tags_none"));
    let (least, most) = (score("score_min"), score("score_max"));
    let (from, to) = (day("established_from"), day("established_to"));
    if !lawful {
        return None;
    }
    Some(Scope {
        kind: kind?,
        status: status?,
        region: region?,
        area: area?,
        station: station?,
        industry: industry?,
        tags_any: any?,
        tags_all: all?.unwrap_or_default(),
        tags_none: none?.unwrap_or_default(),
        credit_class: classes?,
        score_min: least?,
        score_max: most?,
        established_from: from?,
        established_to: to?,
    })
}

/// The alternatives of a filter: a filter without any would let nobody pass.
fn read_values(node: &Node<'_>) -> Option<Vec<String>> {
    let values = node.texts()?;
    if values.is_empty() {
        node.breach("P04", say!("筛选条件为空", "the filter has no value"));
        return None;
    }
    Some(values)
}

fn read_classes(node: &Node<'_>) -> Option<Vec<CreditClass>> {
    let words: Vec<(&str, CreditClass)> =
        CreditClass::ALL.iter().map(|class| (class.name(), *class)).collect();
    node.array()?.iter().map(|node| node.choice(&words)).collect()
}

fn read_exclude(node: &Node<'_>) -> Option<(Option<u64>, bool)> {
    let table = node.table()?;
    table.only(&["drawn_within_days", "key_supervised"]);
    let days = optional(table.may("drawn_within_days").map(|node| node.integer(1, 36_500)));
    let key = table.may("key_supervised").map_or(Some(false), |node| node.flag());
    Some((days?, key?))
}

fn read_team(node: &Node<'_>, context: &Context) -> Option<Vec<Slot>> {
    let names = node.texts()?;
    let mut seen = BTreeSet::new();
    if let Some(twice) = names.iter().find(|name| !seen.insert(*name)) {
        node.breach("P06", say!("岗位 {twice} 列了两次", "the slot {twice} stands twice"));
        return None;
    }
    let defined = context.slots.as_ref()?;
    let mut team = Vec::new();
    for name in &names {
        match defined.get(name) {
            Some(slot) => team.push(slot.clone()),
            None => {
                let cause = say!("[slots] 中没有岗位 {name}", "[slots] defines no slot {name}");
                node.breach("P07", cause);
                return None;
            }
        }
    }
    let team: Vec<Slot> = team.into_iter().collect::<Option<_>>()?;
    let inspectors = team.iter().filter(|slot| slot.role == Role::Inspector).count();
    let slots = team.len();
    if inspectors < 2 || slots > SLOTS_PER_VISIT_MAX {
        let cause = say!(
            "有 {inspectors} 名执法检查人员、共 {slots} 个岗位；须至少两名、至多 16 个",
            "{inspectors} inspectors and {slots} slots; at least two and at most 16 are required"
        );
        node.breach("P07", cause);
        return None;
    }
    Some(team)
}
