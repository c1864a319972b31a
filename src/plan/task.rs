//! One task of a plan: its scope, sample and team.

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::keys;
use super::model::{Industry, Mode, Scope, Task, Within};
use super::parse::{Context, read_window};
use super::reader::{Lenient, Node, Table};
use super::sample::read_sample;
use crate::base::finding::Text;
use crate::record::commitment::{Role, Slot};
use crate::record::ids::{SLOTS_PER_VISIT_MAX, WEIGHT_MAX};
use crate::registry::{CreditClass, WatchList, codes, status_word};
use crate::say;

/// Most reserves of a stratum.
const RESERVE_MAX: u64 = 1 << 16;
/// The tag of a special register (专项名录), before its name.
pub(super) const REGISTER: &str = "register:";

/// A task of a file, before it is one of a draw: in a year's file it may be one of several.
pub(super) struct Draft<'a> {
    table: Table<'a>,
    task: Task,
    group: Option<String>,
    /// `list`, in a year's file `serial`; none if it was not understood.
    pub(super) name: Option<String>,
    /// The quarters it is in; none: in all.
    pub(super) quarters: Option<Vec<u8>>,
    /// Whether `quarters` was understood.
    placed: bool,
}

impl Draft<'_> {
    /// Whether it is one of the tasks of a quarter.
    pub(super) fn is_in(&self, quarter: u8) -> bool {
        self.quarters.as_ref().is_none_or(|quarters| quarters.contains(&quarter))
    }

    /// The name of its list in a quarter whose lists begin so.
    pub(super) fn list_of(&self, prefix: &str) -> Option<String> {
        self.name.as_ref().map(|serial| format!("{prefix}{serial}"))
    }

    /// The task with its list; without a group of its own it has the list's name.
    pub(super) fn task(&self, list: String) -> Task {
        let group = self.group.clone().unwrap_or_else(|| list.clone());
        Task { list, group, ..self.task.clone() }
    }

    /// Reports something about a key of it.
    pub(super) fn breach(&self, key: &str, code: &str, cause: Text) {
        match self.table.may(key) {
            Some(node) => node.breach(code, cause),
            None => self.table.breach(code, key, cause),
        }
    }

    /// P32 if its own window does not lie in that of the draw.
    pub(super) fn check_window(&self, task: &Task, (first, last): (Date, Date)) {
        let window = task.window.filter(|(from, to)| *from < first || last < *to);
        if let Some((from, to)) = window.filter(|_| self.placed) {
            let cause = say!(
                "{from} 至 {to} 超出本次抽取的窗口 {first} 至 {last}",
                "{from} to {to} is not inside the draw's window, {first} to {last}"
            );
            self.breach("window", "P32", cause);
        }
    }
}

/// Reads the task at `index`.
pub(super) fn read_task<'a>(index: usize, table: Table<'a>, context: &Context) -> Draft<'a> {
    let known: Vec<&str> = match context.annual {
        false => keys::TASK.to_vec(),
        true => {
            let shared = keys::TASK.iter().filter(|key| **key != "list");
            keys::YEAR_TASK.iter().chain(shared).copied().collect()
        }
    };
    // What decides who is in the frame and how many are drawn, and what does not.
    let (frame, parts) = (Lenient::new(&table, &known), Lenient::of(&table));
    let name = parts.must(if context.annual { "serial" } else { "list" }, Node::name);
    let quarters = parts.may("quarters", read_quarters).filter(|_| context.annual);
    let title = parts.must("title", Node::text);
    let initiator = parts.may("initiator", Node::text);
    let partners = parts.may("partners", Node::texts);
    let unit = parts.may("unit", Node::text);
    let ways = parts.may("method", Node::texts);
    let notices = &[("announced", true), ("unannounced", false)];
    let announced = parts.may("notice", |node| node.choice(notices));
    let group = parts.may("group", Node::name);
    let reserve = parts.may("reserve", |node| node.integer(0, RESERVE_MAX));
    let (slots, departments) =
        parts.must("slots", |node| read_team(node, context)).unwrap_or_default();
    let matters = frame.must("matters", read_matters);
    let types = &[("targeted", true), ("untargeted", false)];
    let targeted = frame.must("type", |node| node.choice(types));
    let window = frame.may("window", read_window);
    let scope = frame.may("scope", |node| {
        let (scope, whole) = read_scope(&node.table()?, targeted.unwrap_or(true), context);
        frame.note(whole);
        Some(scope)
    });
    let exclude = frame.may("exclude", |node| Some(read_exclude(&node.table()?, &frame)));
    let (drawn_within, visited_within, key_supervised) = exclude.unwrap_or_default();
    let sample = frame.must("sample", |node| {
        let sample = read_sample(&node.table()?)?;
        if let Some(why) = context.credit_hidden.as_ref().filter(|_| sample.uses_credit()) {
            node.breach("P10", why.clone());
            return None;
        }
        frame.note(context.credit_understood || !sample.uses_credit());
        Some(sample)
    });
    let task = Task {
        index,
        whole: frame.is_whole(),
        list: String::new(),
        title: title.unwrap_or_default(),
        matters: matters.unwrap_or_default(),
        targeted: targeted.unwrap_or(true),
        initiator,
        partners: partners.unwrap_or_default(),
        unit,
        ways: ways.unwrap_or_default(),
        announced,
        window,
        scope: scope.unwrap_or_default(),
        drawn_within,
        visited_within,
        key_supervised,
        sample: sample.unwrap_or(Mode::All.into()),
        group: String::new(),
        slots,
        departments,
        reserve: reserve.unwrap_or(0),
    };
    let placed = quarters.is_some() || table.may("quarters").is_none();
    Draft { table, task, group, name, quarters, placed }
}

/// The quarters of a task, each once.
fn read_quarters(node: &Node<'_>) -> Option<Vec<u8>> {
    let numbers: Vec<Option<u64>> = node.array()?.iter().map(|node| node.integer(1, 4)).collect();
    let numbers: Vec<u64> = numbers.into_iter().collect::<Option<_>>()?;
    let mut seen = BTreeSet::new();
    if let Some(n) = numbers.iter().find(|n| !seen.insert(**n)) {
        node.breach("P06", say!("第 {n} 季度列了两次", "the quarter {n} stands twice"));
        return None;
    }
    if numbers.is_empty() {
        node.breach("P04", say!("没有季度", "no quarter is named"));
        return None;
    }
    Some(numbers.into_iter().filter_map(|n| u8::try_from(n).ok()).collect())
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

/// What was understood of a scope, and whether that is all of it.
fn read_scope(table: &Table<'_>, targeted: bool, context: &Context) -> (Scope, bool) {
    let parts = Lenient::new(table, keys::SCOPE);
    for (key, node) in table.members().filter(|(key, _)| keys::SCOPE.contains(key)) {
        if !targeted && !keys::UNTARGETED.contains(&key) {
            let cause =
                say!("不定向任务不得按 {key} 筛选", "an untargeted task may not filter by {key}");
            node.breach("P09", cause);
            parts.note(false);
        }
        let hidden = context.credit_hidden.as_ref();
        if let Some(why) = hidden.filter(|_| keys::CREDIT_FILTERS.contains(&key)) {
            node.breach("P10", why.clone());
            parts.note(false);
        }
    }
    let texts = |key: &str| parts.may(key, read_values);
    let day = |key: &str| parts.may(key, Node::date);
    let score = |key: &str| parts.may(key, |node| node.integer(0, WEIGHT_MAX));
    let scope = Scope {
        kind: texts("kind"),
        status: texts("status").map(|words| words.into_iter().map(as_imported).collect()),
        region: parts.may("region", read_regions),
        office: texts("office"),
        area: texts("area"),
        station: texts("station"),
        industry: parts.may("industry", read_industries),
        tags_any: texts("tags_any"),
        tags_all: texts("tags_all").unwrap_or_default(),
        tags_none: texts("tags_none").unwrap_or_default(),
        register: texts("register")
            .map(|names| names.iter().map(|name| format!("{REGISTER}{name}")).collect()),
        lists_any: parts.may("lists_any", read_lists),
        lists_none: parts.may("lists_none", read_lists).unwrap_or_default(),
        credit_class: parts.may("credit_class", read_classes),
        score_min: score("score_min"),
        score_max: score("score_max"),
        established_from: day("established_from"),
        established_to: day("established_to"),
    };
    let turned = [
        ("score_max", scope.score_min.zip(scope.score_max).is_some_and(|(min, max)| max < min)),
        (
            "established_to",
            scope.established_from.zip(scope.established_to).is_some_and(|(from, to)| to < from),
        ),
    ];
    for (key, _) in turned.iter().filter(|(_, turned)| *turned) {
        let cause = say!("{key} 在下界之下", "{key} lies below the lower bound");
        table.must(key).iter().for_each(|node| node.breach("P04", cause.clone()));
        parts.note(false);
    }
    (scope, parts.is_whole())
}

/// A status as an import has left it in the register.
fn as_imported(status: String) -> String {
    status_word(&status).map_or(status, str::to_owned)
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

/// Prefixes of codes of GB/T 2260; P34 for those that begin no division.
fn read_regions(node: &Node<'_>) -> Option<Vec<String>> {
    let regions = read_values(node)?;
    for (item, region) in node.array()?.iter().zip(&regions) {
        if !codes::is_division(region) {
            let cause = say!(
                "GB/T 2260 没有以 {region} 开头的区划代码",
                "no division of GB/T 2260 has a code that begins with {region}"
            );
            item.breach("P34", cause);
        }
    }
    Some(regions)
}

/// Codes of GB/T 4754; P34 for those that the standard has not.
fn read_industries(node: &Node<'_>) -> Option<Vec<Industry>> {
    let texts = read_values(node)?;
    let items = node.array()?;
    let industry = |(item, text): (&Node<'_>, String)| {
        let prefixes = codes::industry_prefixes(&text).unwrap_or_else(|| {
            let cause = say!("GB/T 4754—2017 没有行业 {text}", "GB/T 4754 has no industry {text}");
            item.breach("P34", cause);
            vec![text.clone()]
        });
        Industry { text, prefixes }
    };
    Some(items.iter().zip(texts).map(industry).collect())
}

/// Lists that authorities keep of businesses.
fn read_lists(node: &Node<'_>) -> Option<Vec<WatchList>> {
    let words = WatchList::ALL.iter().flat_map(|list| [(list.zh(), *list), (list.name(), *list)]);
    let words: Vec<(&str, WatchList)> = words.collect();
    let lists: Vec<Option<WatchList>> =
        node.array()?.iter().map(|node| node.choice(&words)).collect();
    if lists.is_empty() {
        node.breach("P04", say!("筛选条件为空", "the filter has no value"));
        return None;
    }
    lists.into_iter().collect()
}

type Exclude = (Option<Within>, Option<Within>, bool);

fn read_exclude(table: &Table<'_>, whole: &Lenient<'_, '_>) -> Exclude {
    let parts = Lenient::new(table, keys::EXCLUDE);
    let within = |days: &str, months: &str| {
        if let (Some(_), Some(node)) = (table.may(days), table.may(months)) {
            let cause =
                say!("{days} 和 {months} 只能写一个", "{days} and {months} exclude each other");
            node.breach("P33", cause);
            parts.note(false);
        }
        let days = parts.may(days, |node| node.integer(1, 36_500)).map(Within::Days);
        days.or(parts.may(months, |node| node.integer(1, 1200)).map(Within::Months))
    };
    let drawn = within("drawn_within_days", "drawn_within_months");
    let visited = within("visited_within_days", "visited_within_months");
    let key = parts.may("key_supervised", Node::flag).unwrap_or(false);
    whole.note(parts.is_whole());
    (drawn, visited, key)
}

/// The slots of a task, and those of each department if it names them so.
type Team = (Vec<Slot>, Vec<(String, Vec<String>)>);

fn read_team(node: &Node<'_>, context: &Context) -> Option<Team> {
    let departments = match node.is_table() {
        true => read_departments(node)?,
        false => Vec::new(),
    };
    let names = match node.is_table() {
        true => departments.iter().flat_map(|(_, names)| names.clone()).collect(),
        false => node.texts()?,
    };
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
    departments.iter().all(|of| is_own_team(node, of, &team)).then_some((team, departments))
}

/// `{ "市监" = ["lead", "member"], "消防" = ["fire"] }`, in the order of the file.
fn read_departments(node: &Node<'_>) -> Option<Vec<(String, Vec<String>)>> {
    let members = node.table()?.in_order();
    let read = |(dept, node): (&str, Node<'_>)| Some((dept.to_owned(), node.texts()?));
    let departments: Vec<Option<_>> = members.into_iter().map(read).collect();
    departments.into_iter().collect()
}

/// P07 if a department's slot asks for people of another one.
fn is_own_team(node: &Node<'_>, (dept, names): &(String, Vec<String>), team: &[Slot]) -> bool {
    let other = |need: &&String| need.strip_prefix("dept:").is_some_and(|of| of != dept);
    for slot in team.iter().filter(|slot| names.contains(&slot.slot)) {
        if let Some(need) = slot.needs.iter().find(other) {
            let name = &slot.slot;
            let cause = say!(
                "{name} 列在“{dept}”之下，却要求“{need}”",
                "the slot {name} stands under \"{dept}\" and needs \"{need}\""
            );
            node.breach("P07", cause);
            return false;
        }
    }
    true
}
