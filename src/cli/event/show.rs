//! Events and what followed from them, for people and for machines.

use serde_json::{Value, json};

use super::behind::OfAll;
use super::{Console, Done, event_json};
use crate::base::date::china_time;
use crate::base::finding::{Finding, Text};
use crate::cli::console::finding_json;
use crate::events::chain::{Recorded, reason_words};
use crate::events::replay::{Effect, History};
use crate::events::standing::Standing;
use crate::io::durable::Written;
use crate::record::beacon::Source;
use crate::record::event::{Event, What};
use crate::record::ids::Sid;
use crate::say;

/// What a command recorded, and everything that followed.
pub(super) fn done(
    known: &[Recorded],
    history: &History<'_>,
    Done { n, written }: &Done,
    of_all: &OfAll,
    console: &Console,
) {
    let both = known.iter().zip(&history.effects);
    let Some((one, effect)) = both.clone().find(|(one, _)| one.event.n == *n) else { return };
    let Text { zh, en } = title(one);
    match written {
        Written::New => console.wrap(&say!("已登记 {zh}", "recorded: {en}")),
        Written::Unchanged => {
            console.wrap(&say!("早已登记 {zh}，未作改动", "recorded before: {en}; nothing changed"))
        }
    }
    // A value may have set free the effects of later events, too.
    let followed: Vec<(&Recorded, &Effect)> =
        both.filter(|(later, effect)| later.event.n >= *n && !effect.waits).collect();
    for (later, effect) in &followed {
        print_effect(later, effect, &history.standing, console);
    }
    if effect.waits {
        console.findings(&[waiting(one)]);
    }
    let mut report = event_json(one, *written == Written::New);
    report["waits"] = json!(effect.waits);
    report["beacon"] = due_json(&one.event);
    report["effects"] =
        followed.iter().map(|(later, effect)| effect_json(later.event.n, effect)).collect();
    report["left_out"] = of_all.left_out.iter().map(|sid| json!(sid.as_str())).collect();
    report["findings"] = of_all.told.iter().map(|f| finding_json(f, console.lang)).collect();
    console.report(&report);
}

/// All events, and who visits whom now.
pub(super) fn list(known: &[Recorded], history: &History<'_>, console: &Console) {
    let standing = &history.standing;
    for (one, effect) in known.iter().zip(&history.effects) {
        console.wrap(&title(one));
        match effect.waits {
            true => console.findings(&[waiting(one)]),
            false => print_effect(one, effect, standing, console),
        }
    }
    let visits = standing.visits.len();
    console.say(&say!("现有 {visits} 次入户检查：", "{visits} visits are to be made:"));
    for (sid, visit) in &standing.visits {
        let holder =
            |iid: &Option<_>| iid.as_ref().map_or_else(|| "-".to_owned(), ToString::to_string);
        let team: Vec<String> = visit.team.iter().map(holder).collect();
        let lists: Vec<&str> = visit.lists.iter().map(String::as_str).collect();
        console.line(&format!("  {sid}  {}  {}", lists.join(","), team.join(" ")));
    }
    let events = known.iter().zip(&history.effects).map(|(one, effect)| {
        let mut event = event_json(one, false);
        let Some(object) = event.as_object_mut() else { return event };
        object.retain(|key, _| !["command", "ok", "written"].contains(&key.as_str()));
        object.insert("waits".to_owned(), json!(effect.waits));
        object.insert("beacon".to_owned(), due_json(&one.event));
        object.insert("effect".to_owned(), effect_json(one.event.n, effect));
        event
    });
    console.report(&json!({
        "command": "event", "kind": "list", "ok": true, "events": events.collect::<Vec<_>>(),
        "visits": standing.visits.iter().map(|(sid, visit)| json!({
            "sid": sid.as_str(), "lists": visit.lists,
            "team": visit.team.iter().map(|iid| iid.as_ref().map(ToString::to_string)).collect::<Vec<_>>(),
        })).collect::<Vec<_>>(),
    }));
}

/// An event in one line.
fn title(one: &Recorded) -> Text {
    let Event { n, at, by, approver, .. } = &one.event;
    let (kind, reason) = (one.event.kind().words(), reason_words(&one.event));
    let (at, whom) = (china_time(*at), concerned(&one.event.what));
    let Text { zh: kind_zh, en: kind_en } = kind;
    let Text { zh, en } = reason;
    say!(
        "第 {n} 号事件 {at} {kind_zh}{whom}：{zh}（经办 {by}，批准 {approver}）",
        "event {n}, {at} China time, {kind_en}{whom}: {en} (by {by}, approved by {approver})"
    )
}

/// The ids that an event concerns.
fn concerned(what: &What) -> String {
    let join = |sids: &[Sid]| sids.iter().map(Sid::as_str).collect::<Vec<_>>().join(" ");
    match what {
        What::Void | What::Open => String::new(),
        What::Staff(crate::record::event::Growth::Raise(n)) => format!(" +{n}"),
        What::Staff(crate::record::event::Growth::Add(iids)) => {
            let iids: Vec<&str> = iids.iter().map(|iid| iid.as_str()).collect();
            format!(" {}", iids.join(" "))
        }
        What::Subject(_, sid) => format!(" {sid}"),
        What::Inspector(_, iid, sids) => format!(" {iid} [{}]", join(sids)),
        What::Correct(n) => format!(" {n}"),
    }
}

fn waiting(one: &Recorded) -> Finding {
    let due = one.event.beacon.iter().filter(|_| one.beacon.is_none()).map(Source::at).max();
    let n = one.event.n;
    let cause = match due {
        Some(due) => {
            let due = china_time(due);
            say!(
                "第 {n} 号事件的替补由 {due}（北京时间）的信标决定",
                "event {n} is decided by the beacon of {due} (China time)"
            )
        }
        None => say!(
            "第 {n} 号事件排在等待信标的事件之后",
            "event {n} comes after one that waits for its beacon"
        ),
    };
    Finding::new("E14", cause)
}

fn print_effect(one: &Recorded, effect: &Effect, standing: &Standing<'_>, console: &Console) {
    let mut findings = Vec::new();
    for row in &effect.next {
        let (list, sid) = (&row.list, &row.sid);
        match &row.next {
            Some(next) => console.say(&say!(
                "  任务 {list}：{sid} → 候补 {next}",
                "  list {list}: {sid} → reserve {next}"
            )),
            None => findings.push(
                Finding::new(
                    "E13",
                    say!("任务 {list}：{sid} 之后没有候补", "list {list}: nobody follows {sid}"),
                )
                .id(sid.as_str()),
            ),
        }
    }
    for row in &effect.teams {
        let (sid, slot) = (&row.sid, row.slot);
        let name = standing.visits.get(sid).and_then(|visit| visit.slots.get(slot as usize));
        let name = name.map_or("", |slot| slot.name());
        let before = row.before.as_ref().map_or("-", |iid| iid.as_str());
        match &row.iid {
            Some(iid) => console.say(&say!(
                "  {sid} 岗位 {slot} {name}：{before} → {iid}",
                "  {sid} slot {slot} {name}: {before} → {iid}"
            )),
            None => findings.push(
                Finding::new("E12", say!("岗位 {slot} {name}", "slot {slot} {name}"))
                    .id(sid.as_str()),
            ),
        }
    }
    if effect.paired_anew {
        let n = one.event.n;
        match standing.paired {
            true => console.say(&say!(
                "  全部入户检查已重新匹配，见 events/{n:04}/",
                "  all visits are paired anew, see events/{n:04}/"
            )),
            false => findings.push(Finding::new("M01", say!("仍然配不齐", "still no pairing"))),
        }
    }
    console.findings(&findings);
}

/// The sources that decide an event, and when they are due.
fn due_json(event: &Event) -> Value {
    let source = |source: &Source| json!({"source": source.prefix().trim_end_matches(':'), "at": source.at()});
    event.beacon.iter().map(source).collect()
}

fn effect_json(n: u64, effect: &Effect) -> Value {
    let text = |iid: &Option<crate::record::ids::Iid>| iid.as_ref().map(ToString::to_string);
    json!({
        "n": n,
        "next": effect.next.iter().map(|row| json!({
            "list": row.list, "sid": row.sid.as_str(), "next": row.next.as_ref().map(Sid::as_str),
        })).collect::<Vec<_>>(),
        "teams": effect.teams.iter().map(|row| json!({
            "sid": row.sid.as_str(), "slot": row.slot, "before": text(&row.before), "iid": text(&row.iid),
        })).collect::<Vec<_>>(),
        "paired_anew": effect.paired_anew,
    })
}
