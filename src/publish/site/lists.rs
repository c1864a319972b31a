//! The lists of a draw: how each is drawn, from how many, and with which chance.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::draw::{Draw, both, grouped};
use crate::base::finding::Text;
use crate::base::ratio::{lowest, percent};
use crate::plan::{SCOPE_NOTE, reason_text, scope_text};
use crate::record::commitment::{List, Method, Quota, Role, Slot, Stratum};
use crate::registry::{CreditClass, Register, Removal};
use crate::say;
use crate::verify::{ListFacts, StratumFacts};

/// Length of the longest bar of a chart, in its own units.
pub(super) const BAR: u128 = 1000;
/// Chances are compared as whole parts of this.
const PARTS: u128 = 1_000_000_000;
/// Strata named one by one among the remarks, at most.
const NAMED_MAX: usize = 12;

/// The lists by name, each with its strata.
pub(super) fn lists(draw: &Draw<'_>) -> Vec<Value> {
    let lists = draw.public.commitment.lists_by_name();
    let facts = &draw.report.facts.lists;
    lists.into_iter().zip(facts).map(|(list, facts)| value(draw, list, facts)).collect()
}

fn value(draw: &Draw<'_>, list: &List, facts: &ListFacts) -> Value {
    let chances = facts.strata.iter().filter_map(|one| one.chance);
    let longest = chances.map(parts).max().unwrap_or(0).max(1);
    let shown = tells_strata(draw, list);
    let strata = list.strata.iter().zip(&facts.strata);
    let strata = strata.map(|(committed, facts)| stratum(draw, committed, facts, longest));
    let n = match list.method {
        Method::Fixed => list.strata.iter().map(count).sum::<Option<u64>>(),
        Method::Proportional { n } | Method::Pareto { n } => Some(n),
    };
    json!({
        "list": list.list, "title": list.title, "matters": list.matters, "group": list.group,
        "method": {"name": list.method.name(), "words": both(&method_words(list.method))},
        "weighted": matches!(list.method, Method::Proportional { .. }), "scored": matches!(list.method, Method::Pareto { .. }),
        "size": grouped(list.frame.n), "n": n.map(grouped), "reserve": list.reserve,
        "drawn": facts.drawn.filter(|_| draw.is_drawn()).map(grouped),
        "base": list.notes.get("base").and_then(Value::as_u64).map(grouped), "excluded": excluded(list),
        "scope": scope_text(list.notes.get(SCOPE_NOTE)).as_ref().map(both),
        "strata": if shown { strata.collect::<Vec<_>>() } else { Vec::new() }, "strata_shown": shown,
        "slots": list.slots.iter().map(slot).collect::<Vec<_>>(),
        "draw_file": draw.is_shown().then(|| format!("bundle/draw/{}.tsv", list.list)),
        "frame_file": (!draw.public.is_unopened()).then(|| format!("bundle/frames/{}.tsv", list.list)),
    })
}

/// Whether the strata may be told by name. Where credit classes are internal no stratum of an open draw is made of them, and
/// those of a sealed one have names that say nothing; a stratum that bears the name of a class all the same is not told.
fn tells_strata(draw: &Draw<'_>, list: &List) -> bool {
    let names_class = |stratum: &Stratum| CreditClass::parse(&stratum.stratum).is_some();
    draw.public.commitment.classes_public || !list.strata.iter().any(names_class)
}

fn count(stratum: &Stratum) -> Option<u64> {
    match stratum.quota {
        Quota::Count(n) => Some(n),
        _ => None,
    }
}

fn stratum(draw: &Draw<'_>, committed: &Stratum, facts: &StratumFacts, longest: u128) -> Value {
    let drawn = facts.drawn.filter(|_| draw.is_drawn()).or_else(|| count(committed));
    let weight = match committed.quota {
        Quota::Weight(weight) => Some(weight),
        _ => None,
    };
    json!({
        "stratum": facts.stratum, "size": grouped(facts.size), "drawn": drawn.map(grouped), "weight": weight,
        "chance": facts.chance.map(|chance| json!({
            "exact": fraction(chance), "percent": percent(chance), "bar": parts(chance) * BAR / longest,
        })),
        "whole": facts.is_whole(), "small": facts.is_small(),
    })
}

fn slot(slot: &Slot) -> Value {
    let role = match slot.role {
        Role::Inspector => say!("执法人员", "inspector"),
        Role::Expert => say!("专家", "expert"),
    };
    json!({"slot": slot.slot, "role": both(&role), "needs": slot.needs, "avoids": slot.avoids})
}

fn excluded(list: &List) -> Vec<Value> {
    let rows = list.notes.get("excluded").and_then(Value::as_array);
    let row = |row: &Value| {
        let (reason, n) = (row["reason"].as_str()?, row["n"].as_u64()?);
        (n > 0).then(|| json!({"reason": both(&reason_text(reason)), "n": grouped(n)}))
    };
    rows.into_iter().flatten().filter_map(row).collect()
}

/// Groups of lists that share their tickets: the same subjects come up in them, and one visit serves them.
pub(super) fn shared_groups(draw: &Draw<'_>) -> Vec<Value> {
    let mut groups: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for list in draw.public.commitment.lists_by_name() {
        groups.entry(&list.group).or_default().push(&list.list);
    }
    let shared = groups.into_iter().filter(|(_, lists)| lists.len() > 1);
    shared.map(|(group, lists)| json!({"group": group, "lists": lists})).collect()
}

fn method_words(method: Method) -> Text {
    match method {
        Method::Fixed => say!(
            "各层定数抽取：每层抽签号最小的若干户被抽中，同层机会均等，为抽取数除以户数。",
            "A fixed number of each stratum: the smallest tickets are drawn, with equal chances in a stratum."
        ),
        Method::Proportional { .. } => say!(
            "定总数，按层加权：每户的机会与所在层的权重精确成正比，各层户数由种子取整，层内抽签号最小者被抽中。",
            "A fixed total, strata weighted: chances are exactly proportional to the weights."
        ),
        Method::Pareto { .. } => say!(
            "定总数，按每户的权重抽取（Pareto 顺序抽样）：机会与权重成正比，误差极小。",
            "A fixed total, every subject weighted (Pareto order sampling)."
        ),
    }
}

/// Strata that were drawn whole, or are small.
pub(super) fn remarks(draw: &Draw<'_>) -> Vec<Value> {
    let lists = draw.public.commitment.lists_by_name().into_iter().zip(&draw.report.facts.lists);
    let told: Vec<&ListFacts> =
        lists.filter(|(list, _)| tells_strata(draw, list)).map(|(_, facts)| facts).collect();
    let named = |wanted: fn(&StratumFacts) -> bool| {
        let all = told.iter().flat_map(|list| list.strata.iter().map(move |one| (list, one)));
        let names = all.filter(|(_, one)| wanted(one));
        let names: Vec<String> = names
            .map(|(list, one)| format!("{}/{} ({})", list.list, one.stratum, one.size))
            .collect();
        (names.len(), some_of(&names))
    };
    let mut remarks = Vec::new();
    let (n, names) = named(StratumFacts::is_whole);
    if n > 0 && draw.is_drawn() {
        remarks.push(both(&say!(
            "有 {n} 个层全部抽中（必查）：{names}。",
            "Strata drawn whole: {n}."
        )));
    }
    let (n, names) = named(StratumFacts::is_small);
    if n > 0 {
        remarks.push(both(&say!(
            "有 {n} 个层不足 10 户，抽中与否在层内易于猜测：{names}。",
            "Strata of fewer than ten: {n}."
        )));
    }
    remarks
}

/// The first of many names, and how many more there are.
pub(super) fn some_of(names: &[String]) -> String {
    let shown = names.iter().take(NAMED_MAX).cloned().collect::<Vec<_>>().join(" ");
    match names.len().saturating_sub(NAMED_MAX) {
        0 => shown,
        more => format!("{shown} …… +{more}"),
    }
}

/// A register's name in words.
pub(super) fn register(name: &str) -> Text {
    let zh = Register::from_name(name).map_or(name, |register| register.zh());
    Text { zh: zh.to_owned(), en: name.to_owned() }
}

/// Why rows left a register.
pub(super) fn removal(reason: &str) -> Text {
    let zh = Removal::parse(reason).map_or(reason, |reason| reason.zh());
    Text { zh: zh.to_owned(), en: reason.to_owned() }
}

fn parts((above, below): (u128, u128)) -> u128 {
    above * PARTS / below.max(1)
}

/// A chance in lowest terms.
fn fraction(chance: (u128, u128)) -> String {
    let (above, below) = lowest(chance);
    format!("{above}/{below}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chances_are_exact_and_never_nothing() {
        assert_eq!(fraction((6, 4)), "3/2");
        assert_eq!(
            [fraction((0, 7)), fraction((5, 5)), fraction((400, 16_757))],
            ["0/1", "1/1", "400/16757"]
        );
        let shown = [(1, 3), (0, 3), (3, 3), (1, 1_000_000)].map(percent);
        assert_eq!(shown, ["33.33%", "0.00%", "100.00%", "<0.01%"]);
        // The largest numbers that a commitment can hold: n·w below 2^73, W at most 2^52.
        assert_eq!(parts(((1 << 73) - 1, 1 << 52)), ((1u128 << 73) - 1) * PARTS / (1 << 52));
    }

    #[test]
    fn many_names_are_counted() {
        let names: Vec<String> = (0..15).map(|n| n.to_string()).collect();
        assert_eq!(some_of(&names), "0 1 2 3 4 5 6 7 8 9 10 11 …… +3");
        assert_eq!(some_of(&names[..2]), "0 1");
    }
}
