//! The inspectors of a draw: who visits whom, and how evenly the visits lie. People appear with their certificate numbers,
//! which they show at the door, and never with their names.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::PER_PAGE;
use super::draw::{Draw, both, grouped};
use super::lists::{BAR, some_of};
use crate::publish::withheld::masked;
use crate::record::ids::Iid;
use crate::record::tables::{AssignmentRow, InspectorRow};
use crate::say;

/// Bars of the chart of loads, at most.
const BARS_MAX: u64 = 24;
/// From so many incompatible rows for one inspector on they need approval (`docs/protocol.md` §4.6).
const INCOMPATIBLE_MAX: usize = 3;

/// The rows of the final round, by sid and slot; none where pairing was impossible, or nothing is shown.
fn final_rows<'a>(draw: &'a Draw<'_>) -> &'a [AssignmentRow] {
    let contents = &draw.contents;
    let last = contents.handicaps.iter().flatten().map(|row| row.round).max();
    let (Some(rows), Some(last), None) = (&contents.assignment, last, &contents.shortage) else {
        return &[];
    };
    let first = rows.partition_point(|row| row.round < last);
    if draw.is_shown() { &rows[first..] } else { &[] }
}

/// The team of every visit as it was drawn, in the order of slots.
pub(super) fn teams<'a>(draw: &'a Draw<'_>) -> BTreeMap<&'a str, Vec<&'a str>> {
    let mut teams: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for row in final_rows(draw) {
        teams.entry(row.sid.as_str()).or_default().push(row.iid.as_str());
    }
    teams
}

/// Each inspector with the visits of the final round; empty where there is none.
fn loads<'a>(draw: &'a Draw<'_>) -> Vec<(&'a InspectorRow, u64)> {
    let rows = final_rows(draw);
    if rows.is_empty() {
        return Vec::new();
    }
    let mut visits: BTreeMap<&Iid, u64> = BTreeMap::new();
    rows.iter().for_each(|row| *visits.entry(&row.iid).or_default() += 1);
    let visits = |row: &InspectorRow| visits.get(&row.iid).copied().unwrap_or(0);
    draw.contents.inspectors.iter().flatten().map(|row| (row, visits(row))).collect()
}

/// What the draw's page says of its inspectors.
pub(super) fn summary(draw: &Draw<'_>) -> Value {
    let (contents, facts) = (&draw.contents, &draw.report.facts);
    let loads = loads(draw);
    let pages = loads.len().div_ceil(PER_PAGE);
    json!({
        "n": contents.inspectors.as_ref().map(Vec::len),
        "capacity": grouped(contents.inspectors.iter().flatten().map(|row| u64::from(row.capacity)).sum()),
        "standby": contents.standby.as_ref().map(Vec::len), "recusals": draw.public.commitment.recusals.n,
        "incompatible": draw.public.commitment.incompatible.n, "rounds": facts.rounds,
        "range": facts.loads.filter(|_| !loads.is_empty()).map(|(least, most)| json!({"least": least, "most": most})),
        "bars": bars(&loads), "href": (pages > 0).then(|| page_name(1)),
    })
}

/// How many inspectors have how many visits, as the rows of a chart.
fn bars(loads: &[(&InspectorRow, u64)]) -> Vec<Value> {
    // Whoever can make no visit takes no part.
    let visits: Vec<u64> =
        loads.iter().filter(|(row, _)| row.capacity > 0).map(|(_, n)| *n).collect();
    let (Some(least), Some(most)) = (visits.iter().min(), visits.iter().max()) else {
        return Vec::new();
    };
    let step = (most - least) / BARS_MAX + 1;
    let mut counts: BTreeMap<u64, u64> = (0..=(most - least) / step).map(|bin| (bin, 0)).collect();
    visits.iter().for_each(|n| *counts.entry((n - least) / step).or_default() += 1);
    let longest = counts.values().max().copied().unwrap_or(1).max(1);
    let row = |(bin, n): (u64, u64)| {
        let from = least + bin * step;
        let label = match step {
            1 => from.to_string(),
            _ => format!("{from}–{}", (from + step - 1).min(*most)),
        };
        json!({"label": label, "n": n, "bar": u128::from(n) * BAR / u128::from(longest)})
    };
    counts.into_iter().map(row).collect()
}

/// The pages that list every inspector, by certificate number.
pub(super) fn pages(draw: &Draw<'_>) -> Vec<(String, Value)> {
    let loads = loads(draw);
    let most = loads.iter().map(|(row, n)| n + u64::from(row.load)).max().unwrap_or(0).max(1);
    let chunks: Vec<&[(&InspectorRow, u64)]> = loads.chunks(PER_PAGE).collect();
    let ends = |chunk: &[(&InspectorRow, u64)]| {
        let iid = |one: Option<&(&InspectorRow, u64)>| {
            one.map_or("", |(row, _)| row.iid.as_str()).to_owned()
        };
        super::ends(&iid(chunk.first()), &iid(chunk.last()))
    };
    let nav: Vec<(String, String)> =
        (1..).zip(&chunks).map(|(n, chunk)| (page_name(n), ends(chunk))).collect();
    let row = |(row, n): &(&InspectorRow, u64)| {
        let bar = |n: u64| u128::from(n) * BAR / u128::from(most);
        json!({
            "iid": masked(row.iid.as_str()), "capacity": row.capacity, "load": row.load, "visits": n, "tags": row.tags,
            "total": n + u64::from(row.load), "bar_load": bar(row.load.into()), "bar_visits": bar(*n),
        })
    };
    let page = |(at, chunk): (usize, &&[(&InspectorRow, u64)])| {
        let rows: Vec<Value> = chunk.iter().map(row).collect();
        let value = json!({"rows": rows, "all": loads.len(), "pages": super::nav(&nav, at)});
        (nav[at].0.clone(), value)
    };
    chunks.iter().enumerate().map(page).collect()
}

fn page_name(n: usize) -> String {
    format!("people-{n}.html")
}

/// Narrow choices: slots that few may take, and inspectors in many incompatible pairs.
pub(super) fn remarks(draw: &Draw<'_>) -> Vec<Value> {
    let facts = &draw.report.facts;
    let mut remarks = Vec::new();
    if !facts.forced_slots.is_empty() && draw.is_shown() {
        let name = |(sid, slot, n): &(String, u32, usize)| format!("{}/{slot} ({n})", masked(sid));
        let names: Vec<String> = facts.forced_slots.iter().map(name).collect();
        let (n, names) = (names.len(), some_of(&names));
        remarks.push(both(&say!(
            "有 {n} 个岗位可选的人员不足三名，随机的余地很小：{names}。",
            "Slots that fewer than three inspectors could take: {n}."
        )));
    }
    if let Some((n, who)) = facts.most_incompatible.as_ref().filter(|(n, _)| *n > INCOMPATIBLE_MAX)
    {
        let who = who.iter().map(|iid| masked(iid)).collect::<Vec<_>>().join(" ");
        remarks.push(both(&say!(
            "互不同组的登记最多的是 {who}，有 {n} 条；超过三条须经批准。",
            "The most incompatible pairs are those of {who}, {n}; more than three need approval."
        )));
    }
    remarks
}
