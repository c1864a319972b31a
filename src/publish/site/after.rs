//! What happened after the freeze, and what the transparency log was told: events with those who follow, and the proofs that
//! lie in the bundle.

use serde_json::{Value, json};

use super::draw::{Draw, both};
use crate::base::date::china_time;
use crate::base::finding::Text;
use crate::base::table::{self, Row};
use crate::events::chain::{self, Recorded, reason_words};
use crate::log::entry::Entry;
use crate::log::proof::Proof;
use crate::publish::withheld::masked;
use crate::record::event::{Event, Growth, Kind, What};
use crate::record::event_tables::{NextRow, SUBJECTS, TEAMS, TeamRow};
use crate::record::logged::{STAMP, entries_of, proof_path};
use crate::say;
use crate::verify::AttemptFacts;

/// Rows of an event that are shown, at most; all of them stand in its files.
const ROWS_MAX: usize = 50;

/// The events, in their order.
pub(super) fn events(draw: &Draw<'_>) -> Vec<Value> {
    let (recorded, _) = chain::read(&draw.public.commitment, &draw.public.files);
    recorded.iter().map(|one| event(draw, one)).collect()
}

fn event(draw: &Draw<'_>, recorded: &Recorded) -> Value {
    let event = &recorded.event;
    let kind = event.kind();
    // Why an inspector is away, which may be his health, or whose kin he is: the kind says enough on a page for everybody.
    let private = matches!(kind, Kind::Leave | Kind::Recused);
    let reason = (!private).then(|| both(&reason_words(event)));
    let next: Vec<NextRow> = rows(draw, event.n, SUBJECTS);
    let teams: Vec<TeamRow> = rows(draw, event.n, TEAMS);
    let more = next.len().saturating_sub(ROWS_MAX) + teams.len().saturating_sub(ROWS_MAX);
    let sources = event
        .beacon
        .iter()
        .map(|source| json!({"title": both(&source.title()), "at": china_time(source.at())}));
    json!({
        "n": event.n, "kind": both(&kind.words()), "reason": reason, "at": china_time(event.at),
        "by": event.by, "approver": Some(&event.approver).filter(|name| *name != "-"),
        "note": event.note.as_ref().filter(|_| !private), "concerns": concerns(&event.what).as_ref().map(both),
        "sources": sources.collect::<Vec<_>>(), "file": format!("bundle/{}", Event::path(event.n)),
        "waits": draw.report.facts.events.waiting.contains(&event.n),
        "next": next.iter().take(ROWS_MAX).map(|row| json!({
            "list": row.list, "sid": masked(row.sid.as_str()), "next": row.next.as_ref().map(|sid| masked(sid.as_str())),
        })).collect::<Vec<_>>(),
        "teams": teams.iter().take(ROWS_MAX).map(|row| json!({
            "sid": masked(row.sid.as_str()), "slot": row.slot, "before": row.before.as_ref().map(|iid| masked(iid.as_str())),
            "iid": row.iid.as_ref().map(|iid| masked(iid.as_str())),
        })).collect::<Vec<_>>(),
        "more": more,
    })
}

fn rows<R: Row>(draw: &Draw<'_>, n: u64, file: &str) -> Vec<R> {
    let bytes = draw.public.files.get(&Event::result_path(n, file));
    bytes.and_then(|bytes| table::parse(bytes).ok()).unwrap_or_default()
}

fn concerns(what: &What) -> Option<Text> {
    match what {
        What::Void | What::Open => None,
        What::Staff(Growth::Raise(n)) => {
            Some(say!("每人上限增加 {n} 次", "every capacity grows by {n}"))
        }
        What::Staff(Growth::Add(iids)) => {
            let names = iids.iter().map(|iid| masked(iid.as_str())).collect::<Vec<_>>().join(" ");
            Some(say!("增加 {names}", "{names} join"))
        }
        What::Subject(_, sid) => {
            let sid = masked(sid.as_str());
            Some(say!("检查对象 {sid}", "subject {sid}"))
        }
        What::Inspector(_, iid, visits) => {
            let (iid, n) = (masked(iid.as_str()), visits.len());
            Some(say!("检查人员 {iid}，涉及 {n} 次检查", "inspector {iid}, {n} visits"))
        }
        What::Correct(n) => Some(say!("更正第 {n} 号事件", "corrects event {n}")),
    }
}

/// The proofs of the log in the bundle, in the order of the steps. They are told as they stand: whom to believe about a log
/// and its witnesses is for the reader to say.
pub(super) fn proofs(draw: &Draw<'_>) -> Vec<Value> {
    let files = &draw.public.files;
    let entries = entries_of(files).unwrap_or_default();
    let proof = |body: &crate::log::entry::Body| {
        let path = proof_path(body)?;
        let proof = Proof::parse(files.get(&path)?).ok()?;
        let checkpoint = proof.signed.checkpoint();
        let logged = proof.entry.as_deref().and_then(|bytes| Entry::parse(bytes).ok());
        let signatures = proof.signed.note().signatures();
        let witnesses: Vec<&str> = signatures
            .iter()
            .map(|one| one.name())
            .filter(|name| *name != checkpoint.origin)
            .collect();
        Some(json!({
            "step": both(&step(&path)), "path": format!("bundle/{path}"), "origin": checkpoint.origin, "index": proof.index,
            "size": checkpoint.root.n, "at": logged.map(|entry| china_time(entry.at)), "witnesses": witnesses,
        }))
    };
    entries.iter().filter_map(proof).collect()
}

fn step(path: &str) -> Text {
    let name = path.trim_start_matches("log/").trim_end_matches(".tlog-proof");
    match name {
        "commit" => say!("封存", "commitment"),
        "beacon" => say!("随机数", "beacon"),
        "result" => say!("结果", "result"),
        "open" => say!("公开", "opening"),
        event => {
            let n = event.trim_start_matches("event-").trim_start_matches('0');
            say!("第 {n} 号事件", "event {n}")
        }
    }
}

/// What a copy of the log and a policy show, where the office brought them; none otherwise.
pub(super) fn logged(draw: &Draw<'_>) -> Option<Value> {
    let logged = draw.report.facts.logged.as_ref()?;
    let attempt = |one: &AttemptFacts| {
        let state = match one.state {
            "void" => say!("作废", "void"),
            "void_too_late" => {
                say!("信标公开之后才称作废，仍然有效", "called void too late: it binds")
            }
            _ => say!("有效", "live"),
        };
        json!({
            "index": one.index, "at": china_time(one.at_s), "draw": one.draw, "attempt": one.attempt, "own": one.own,
            "commitment": one.commitment.hex(), "state": both(&state),
        })
    };
    let count = logged.count().map(|(own, all)| json!({"own": own, "all": all}));
    let attempts: Vec<Value> = logged.attempts.iter().flatten().map(attempt).collect();
    Some(json!({
        "origin": logged.origin, "index": logged.index, "cosigned": logged.cosigned_s.map(china_time),
        "count": count, "attempts": attempts,
    }))
}

/// Whether a time stamp of the commitment lies in the bundle.
pub(super) fn is_stamped(draw: &Draw<'_>) -> bool {
    draw.public.files.contains_key(STAMP)
}
