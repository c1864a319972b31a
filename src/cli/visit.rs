//! `ssj explain visit`: why this team visits a subject, and what everybody else would cost.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::args::ExplainVisitArgs;
use super::bundle::{Office, in_order, office_with};
use super::console::{Console, table};
use super::receipt::check::print_since;
use super::{DONE, Failure};
use crate::base::finding::{Finding, Lang, Text};
use crate::base::secret::Secret;
use crate::conduct::{
    Barred, Explanation, Person, Standing, VisitNow, explain_visit as explain, visit_now,
};
use crate::events::since::{Change, since};
use crate::pairing::certificate::M;
use crate::pairing::slots::VisitSlot;
use crate::record::ids::{Iid, Sid};
use crate::say;

/// Alternatives that are printed without `--all`.
const NEAREST: usize = 5;

pub(super) fn explain_visit(args: &ExplainVisitArgs, console: &Console) -> Result<u8, Failure> {
    let Office { mut bundle, commitment, master } =
        office_with(&args.bundle, &args.frames, &args.secret)?;
    let sid = Sid::parse(&args.sid).map_err(|_| {
        let sid = &args.sid;
        Finding::new("W07", say!("“{sid}” 不是检查对象编号", "\"{sid}\" is no subject's id"))
    })?;
    let changes = since(&commitment, &bundle.files, &sid).map_err(Failure::bundle)?;
    let changes: Vec<Text> = changes.iter().map(Change::words).collect();
    let visit = in_order(&mut bundle, |bundle| {
        explain(&bundle.files, bundle, &sid).map_err(Failure::bundle)
    });
    // A reserve was not drawn, and is visited in place of another.
    let is_reserve = |failure: &Failure| failure.findings.0.iter().any(|f| f.code() == "W31");
    let visit = match visit {
        Err(failure) if !changes.is_empty() && is_reserve(&failure) => None,
        visit => Some(visit?),
    };
    let now = match changes.is_empty() {
        true => None,
        false => {
            let master = master.as_ref().map(Secret::expose);
            visit_now(&bundle.files, &bundle, master, &sid).map_err(Failure::bundle)?
        }
    };
    if !changes.is_empty() {
        print_now(&sid, &changes, now.as_ref(), console);
    }
    if let Some(visit) = &visit {
        if !changes.is_empty() {
            console.say(&say!("抽取当时：", "at the draw:"));
        }
        print(visit, args.all, console);
    }
    let mut report = visit.map_or_else(
        || json!({"command": "explain", "what": "visit", "ok": true, "sid": sid.as_str(), "round": null, "slots": [], "people": []}),
        |visit| visit_json(&visit, args.all, console.lang),
    );
    report["since"] = changes.iter().map(|text| text.get(console.lang)).collect();
    report["now"] = now.as_ref().map_or(Value::Null, now_json);
    if report.get("lists").is_none() {
        report["lists"] = json!(now.map(|now| now.lists).unwrap_or_default());
    }
    console.report(&report);
    Ok(DONE)
}

/// What events changed, and who comes now.
fn print_now(sid: &Sid, changes: &[Text], now: Option<&VisitNow>, console: &Console) {
    print_since(changes, console);
    let Some(now) = now else {
        console.wrap(&say!("现在不再检查 {sid}。", "{sid} is not visited any more."));
        return;
    };
    let lists = now.lists.join(",");
    console.wrap(&say!(
        "现在检查 {sid} 的小组（任务 {lists}）：",
        "who visits {sid} now, lists {lists}:"
    ));
    for (number, (slot, holder)) in now.team.iter().enumerate() {
        let name = slot.name();
        let holder = holder.as_ref().map_or("-", Iid::as_str);
        console.wrap(&say!("  岗位 {number} {name}：{holder}", "  slot {number} {name}: {holder}"));
    }
    console.wrap(&say!(
        "替补取可任、不回避且有余量的人员中，事件的抽签号之和最小的；由 ssj verify 重新算出。",
        "whoever steps in has the least sum of tickets of the event among those who fit, are not recused and have room; ssj verify computes it again."
    ));
}

fn now_json(now: &VisitNow) -> Value {
    let seat = |(number, (slot, holder)): (usize, &(VisitSlot, Option<Iid>))| json!({"slot": number, "name": slot.name(), "iid": holder.as_ref().map(Iid::as_str)});
    json!({"lists": now.lists, "team": now.team.iter().enumerate().map(seat).collect::<Vec<_>>()})
}

fn print(visit: &Explanation, all: bool, console: &Console) {
    let (sid, lists) = (&visit.sid, visit.lists.join(","));
    console.wrap(&say!("{sid} 的入户检查，任务 {lists}", "the visit to {sid}, lists {lists}"));
    for (number, slot) in visit.slots.iter().enumerate() {
        let Text { zh, en } = slot.words();
        let open = visit.people.iter().filter(|p| p.barred.is_none() && fits(p, number)).count();
        console.wrap(&say!(
            "  岗位 {number} {zh}：{open} 人可任",
            "  slot {number} {en}: open to {open}"
        ));
    }
    match visit.round {
        Some(round) => print_team(visit, round, console),
        None => print_shortage(visit, console),
    }
    print_others(visit, all, console);
    console.wrap(&say!(
        "以公布的让分为准；让分由 ssj verify 证明。",
        "given the published handicaps, which ssj verify proves."
    ));
}

fn print_team(visit: &Explanation, round: u32, console: &Console) {
    console.wrap(&say!(
        "小组（第 {round} 轮）：每次入户检查取 Σ(W + h) 最小的小组。W 是抽签号，以 2^64 为 1；h 是让分，随已派次数上升，写作“级+零头”，一级为 2^88，零头与 W 同单位。",
        "the team (round {round}): every visit gets the one with the least Σ(W + h). W is the pair ticket, 2^64 being 1; h is the handicap, which rises with visits, in steps of 2^88 and a rest in the unit of W."
    ));
    let header = match console.lang {
        Lang::Zh => ["岗位", "人员", "W", "h", "已派/上限"],
        Lang::En => ["slot", "inspector", "W", "h", "visits"],
    };
    let mut rows = vec![header.map(str::to_owned).to_vec()];
    rows.extend(visit.team.iter().enumerate().map(|(slot, seat)| {
        let person = &visit.people[seat.person];
        vec![
            format!("{slot} {}", visit.slots[slot].name()),
            person.iid.to_string(),
            ticket(seat.ticket),
            person.handicap.map_or_else(String::new, cost),
            visits(person),
        ]
    }));
    table(&rows).iter().for_each(|line| console.line(&format!("  {line}")));
}

fn print_shortage(visit: &Explanation, console: &Console) {
    console.wrap(&say!(
        "人员不足，全部入户检查都没有小组（shortage.json）。",
        "too few inspectors: no visit has a team (shortage.json)."
    ));
    if !visit.blocked.is_empty() {
        let slots: Vec<String> = visit.blocked.iter().map(u32::to_string).collect();
        let slots = slots.join(" ");
        console.wrap(&say!(
            "本次的岗位 {slots} 在无法配齐之列。",
            "its slots {slots} are among those that cannot all be filled."
        ));
    }
}

/// The nearest alternatives and counts of the rest, or everybody.
fn print_others(visit: &Explanation, all: bool, console: &Console) {
    let lang = console.lang;
    let mut others: Vec<&Person> =
        visit.people.iter().filter(|person| person.alternative.is_some()).collect();
    others.sort_by_key(|person| person.alternative.as_ref().map(|other| other.more));
    let shown = if all { others.len() } else { others.len().min(NEAREST) };
    if shown > 0 {
        console.wrap(&say!(
            "若须有此人，最好的小组要多花（最接近的 {shown} 名）：",
            "the best team with somebody else costs more by (the nearest {shown}):"
        ));
        let header = match lang {
            Lang::Zh => ["人员", "岗位", "多花", "W", "h", "已派/上限", "换下"],
            Lang::En => ["inspector", "slot", "more", "W", "h", "visits", "instead of"],
        };
        let mut rows = vec![header.map(str::to_owned).to_vec()];
        rows.extend(others[..shown].iter().filter_map(|person| row(visit, person)));
        table(&rows).iter().for_each(|line| console.line(&format!("  {line}")));
        if others[..shown].iter().any(|person| costs_nothing(person)) {
            console.wrap(&say!(
                "  多花 0：在这些让分下恰好相等，但他来了，别处就要多花。",
                "  0 more: equal under these handicaps, yet if he came here, another visit would cost more."
            ));
        }
    }
    let mut reasons: BTreeMap<String, Vec<&Person>> = BTreeMap::new();
    for person in &visit.people {
        if let Some(reason) = why_not(visit, person) {
            reasons.entry(reason.get(lang).to_owned()).or_default().push(person);
        }
    }
    let mut reasons: Vec<(String, Vec<&Person>)> = reasons.into_iter().collect();
    reasons.sort_by_key(|(_, who)| std::cmp::Reverse(who.len()));
    let rest = others.len() - shown;
    if rest > 0 {
        console.wrap(&say!("多花更多的 {rest} 名", "{rest} cost even more"));
    }
    for (reason, who) in &reasons {
        let n = who.len();
        console.wrap(&say!("不可任 {n} 名：{reason}", "{n} not eligible: {reason}"));
        if all {
            let names: Vec<&str> = who.iter().map(|person| person.iid.as_str()).collect();
            names.chunks(6).for_each(|names| console.line(&format!("    {}", names.join(" "))));
        }
    }
}

/// Handicaps are raised until what one visit would gain is what another loses, so exact equality is common.
fn costs_nothing(person: &Person) -> bool {
    person.alternative.as_ref().is_some_and(|other| other.more == 0)
}

fn row(visit: &Explanation, person: &Person) -> Option<Vec<String>> {
    let other = person.alternative.as_ref()?;
    let Standing::Fits(w) = person.standings[other.slot] else { return None };
    let out = visit.team.iter().map(|seat| seat.person).find(|member| !other.team.contains(member));
    Some(vec![
        person.iid.to_string(),
        other.slot.to_string(),
        cost(other.more),
        ticket(w),
        person.handicap.map_or_else(String::new, cost),
        visits(person),
        out.map_or_else(String::new, |member| visit.people[member].iid.to_string()),
    ])
}

fn fits(person: &Person, slot: usize) -> bool {
    matches!(person.standings[slot], Standing::Fits(_))
}

/// Why an inspector may take no slot of the visit.
fn why_not(visit: &Explanation, person: &Person) -> Option<Text> {
    match &person.barred {
        Some(Barred::Recused(reasons)) => {
            let reasons = reasons.join(" ");
            return Some(say!("应回避（{reasons}）", "recused ({reasons})"));
        }
        Some(Barred::Excluded { round, with }) => {
            let with: Vec<&str> = with.iter().map(|iid| iid.as_str()).collect();
            let with = with.join(" ");
            return Some(say!(
                "第 {round} 轮后退出：与 {with} 互不相容",
                "stepped out after round {round}: incompatible with {with}"
            ));
        }
        None if person.is_eligible() => return None,
        None => {}
    }
    let mut parts = say!("", "");
    for (slot, standing) in visit.slots.iter().zip(&person.standings) {
        let Standing::Unfit { missing, avoided } = standing else { continue };
        let name = slot.name();
        let (missing, avoided) = (missing.join(" "), avoided.join(" "));
        let why = match (missing.is_empty(), avoided.is_empty()) {
            (false, true) => say!("{name} 缺 {missing}", "{name} lacks {missing}"),
            (true, _) => say!("{name} 不得有 {avoided}", "{name} must not have {avoided}"),
            (false, false) => say!(
                "{name} 缺 {missing}、不得有 {avoided}",
                "{name} lacks {missing}, must not have {avoided}"
            ),
        };
        if !parts.zh.is_empty() {
            parts.zh.push('；');
            parts.en.push_str("; ");
        }
        parts.zh += &why.zh;
        parts.en += &why.en;
    }
    Some(parts)
}

fn visits(person: &Person) -> String {
    format!("{}/{}", person.visits, person.capacity)
}

/// A ticket as a decimal fraction of 2^64, four digits, rounded down.
fn ticket(w: u64) -> String {
    format!("0.{:04}", (u128::from(w) * 10_000) >> 64)
}

/// A cost: steps of 2^88, and the rest in the unit of tickets. The rest is at most half a step, and in fact a few tickets.
fn cost(cost: i128) -> String {
    let steps = (cost + M / 2).div_euclid(M);
    let rest = cost - steps * M;
    let (sign, size) = (if rest < 0 { '-' } else { '+' }, rest.unsigned_abs());
    let fraction = ((size & u128::from(u64::MAX)) * 10_000) >> 64;
    let rest = format!("{}.{fraction:04}", size >> 64);
    match steps {
        0 => format!("{sign}{rest}"),
        _ => format!("{steps}{sign}{rest}"),
    }
}

fn visit_json(visit: &Explanation, all: bool, lang: Lang) -> Value {
    let name = |place: &usize| visit.people[*place].iid.as_str();
    let slot = |(number, slot): (usize, &VisitSlot)| {
        let holder = visit.team.get(number);
        let open = visit.people.iter().filter(|p| p.barred.is_none() && fits(p, number)).count();
        json!({
            "slot": number, "name": slot.name(), "role": slot.role.name(), "needs": slot.needs,
            "avoids": slot.avoids, "open": open,
            "iid": holder.map(|seat| name(&seat.person)),
            // As texts, since they exceed 2^53.
            "ticket": holder.map(|seat| seat.ticket.to_string()),
            "handicap": holder.and_then(|seat| visit.people[seat.person].handicap).map(|h| h.to_string()),
            "blocked": visit.blocked.iter().any(|other| *other as usize == number),
        })
    };
    let person = |person: &Person| {
        let tickets: Vec<Option<String>> = person
            .standings
            .iter()
            .map(|standing| match standing {
                Standing::Fits(w) => Some(w.to_string()),
                Standing::Unfit { .. } => None,
            })
            .collect();
        json!({
            "iid": person.iid.as_str(), "capacity": person.capacity, "load": person.load,
            "visits": person.visits, "full": person.is_full(),
            "handicap": person.handicap.map(|h| h.to_string()), "holds": person.holds,
            "eligible": person.is_eligible(), "tickets": tickets,
            "unfit": unfit_json(person), "barred": person.barred.as_ref().map(barred_json),
            "why_not": why_not(visit, person).map(|text| text.get(lang).to_owned()),
            "alternative": person.alternative.as_ref().map(|other| json!({
                "more": other.more.to_string(), "slot": other.slot,
                "team": other.team.iter().map(name).collect::<Vec<_>>(),
            })),
        })
    };
    let mut people: Vec<&Person> = visit.people.iter().collect();
    if !all {
        people.retain(|person| person.is_eligible());
    }
    json!({
        "command": "explain", "what": "visit", "ok": true, "sid": visit.sid.as_str(),
        "lists": visit.lists, "round": visit.round,
        "slots": visit.slots.iter().enumerate().map(slot).collect::<Vec<_>>(),
        "people": people.into_iter().map(person).collect::<Vec<_>>(),
    })
}

fn unfit_json(person: &Person) -> Vec<Value> {
    let unfit = person.standings.iter().enumerate().filter_map(|(slot, standing)| match standing {
        Standing::Fits(_) => None,
        Standing::Unfit { missing, avoided } => {
            Some(json!({"slot": slot, "missing": missing, "avoided": avoided}))
        }
    });
    unfit.collect()
}

fn barred_json(barred: &Barred) -> Value {
    match barred {
        Barred::Recused(reasons) => json!({"why": "recused", "reasons": reasons}),
        Barred::Excluded { round, with } => {
            let with: Vec<&str> = with.iter().map(|iid| iid.as_str()).collect();
            json!({"why": "incompatible", "round": round, "with": with})
        }
    }
}
