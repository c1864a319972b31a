//! `ssj event`: what happens after the freeze, recorded once and for ever.

use std::path::Path;

use serde_json::json;

use super::args::{EventArgs, EventKind};
use super::bundle::{lock, readable};
use super::clock::Clock;
use super::console::Console;
use super::log::StepLog;
use super::{DONE, Failure};
use crate::base::date::china_time;
use crate::base::digest::Digest;
use crate::base::finding::{Finding, Findings};
use crate::io::durable::{Written, write_files};
use crate::record::bundle::Files;
use crate::record::commitment::Commitment;
use crate::record::event::{Event, VOID_REASONS};
use crate::say;
use crate::store::{State, Store};

pub(super) fn event(
    workspace: &Path,
    args: &EventArgs,
    clock: &Clock,
    console: &Console,
) -> Result<u8, Failure> {
    let log = StepLog::open(workspace, clock)?;
    let _lock = lock(&args.bundle)?;
    let files = readable(&args.bundle)?.files;
    let place = crate::record::bundle::COMMITMENT;
    let Some(bytes) = files.get(place) else {
        let cause = say!("没有封存承诺", "there is no commitment");
        return Err(Failure::bundle(Finding::new("F06", cause).file(place)));
    };
    let commitment = Commitment::parse(bytes).map_err(|f| Failure::bundle(f.file(place)))?;
    let digest = commitment.suite.digest(bytes);
    if commitment.sealed() {
        let cause =
            say!("本版不登记保密抽取的事件", "this version records no events of sealed draws");
        return Err(Finding::new("W07", cause).file(args.bundle.display().to_string()).into());
    }
    clock.check_rehearsal(commitment.rehearsal)?;
    let written = match void_event(&files) {
        Some(_) => Written::Unchanged,
        None => {
            let event = new_void(&commitment, &files, &args.kind, clock.now_s())?;
            let path = Event::path(event.n);
            write_files(&args.bundle, &Files::from([(path.clone(), event.format())]), &[path])?
        }
    };
    // Logged before it acts.
    log.record(&args.bundle, clock, console)?;
    set_void(workspace, &digest)?;
    match written {
        Written::New => console.say(&say!(
            "已作废，记录在公示包 events/ 中；重新封存时为下一次",
            "voided and recorded under events/; a new commitment is the next attempt"
        )),
        Written::Unchanged => {
            console.say(&say!("早已作废，未作改动", "it was void already, nothing changed"))
        }
    }
    console.report(&json!({"command": "event", "kind": "void", "ok": true, "written": written == Written::New}));
    Ok(DONE)
}

/// The event that voids a draw, if there is one.
fn void_event(files: &Files) -> Option<Event> {
    let events = files.iter().filter(|(path, _)| path.starts_with("events/"));
    events.filter_map(|(_, bytes)| Event::parse(bytes).ok()).find(|event| event.kind == "void")
}

pub(super) fn refuse_void(files: &Files, bundle: &Path) -> Result<(), Failure> {
    match void_event(files) {
        Some(event) => {
            let words = VOID_REASONS.iter().find(|(code, ..)| event.reason == *code);
            let (zh, en) =
                words.map_or((event.reason.as_str(), event.reason.as_str()), |w| (w.1, w.2));
            let cause = say!("已作废：{zh}", "voided: {en}");
            Err(Finding::new("W10", cause).file(bundle.display().to_string()).into())
        }
        None => Ok(()),
    }
}

/// The next event, if the draw can still be voided.
fn new_void(
    commitment: &Commitment,
    files: &Files,
    kind: &EventKind,
    now_s: u64,
) -> Result<Event, Findings> {
    let EventKind::Void { reason, note, by, approver } = kind;
    let mut findings = Vec::new();
    let mut refuse =
        |code, column: &str, cause| findings.push(Finding::new(code, cause).column(column));
    let earliest = commitment.earliest_source_at();
    if now_s >= earliest {
        let at = china_time(earliest);
        refuse(
            "W05",
            "beacon.sources",
            say!(
                "最早的信标在 {at}（北京时间）",
                "the earliest source was due at {at} (China time)"
            ),
        );
    }
    let known = VOID_REASONS.iter().find(|(code, zh, _)| reason == code || reason == zh);
    if known.is_none() {
        let zh: Vec<&str> = VOID_REASONS.iter().map(|(_, zh, _)| *zh).collect();
        let en: Vec<&str> = VOID_REASONS.iter().map(|(code, ..)| *code).collect();
        let (zh, en) = (zh.join("、"), en.join(", "));
        refuse("W07", "--reason", say!("原因须为 {zh} 之一", "the reason is one of {en}"));
    }
    let texts = [("--by", Some(by)), ("--approver", Some(approver)), ("--note", note.as_ref())];
    for (name, text) in texts.into_iter().filter_map(|(name, text)| Some((name, text?))) {
        if !(1..=512).contains(&text.chars().count()) {
            refuse("W07", name, say!("须有 1–512 个字符", "must have 1–512 characters"));
        }
    }
    if by == approver {
        let cause = say!("经办人与批准人须为两人", "who does it and who approves it must be two");
        refuse("W07", "--approver", cause);
    }
    let (Some((code, ..)), true) = (known, findings.is_empty()) else {
        return Err(Findings(findings));
    };
    let events = files.iter().filter(|(path, _)| path.starts_with("events/"));
    let before: Vec<&Vec<u8>> = events.map(|(_, bytes)| bytes).collect();
    Ok(Event {
        n: before.len() as u64 + 1,
        prev: before.last().map(|bytes| commitment.suite.digest(bytes)),
        kind: "void",
        at: now_s,
        reason: (*code).to_owned(),
        by: nfc(by),
        approver: nfc(approver),
        evidence: None,
        note: note.as_deref().map(nfc),
        salt: None,
    })
}

/// What people type, in the one form that bundles have.
pub(super) fn nfc(text: &str) -> String {
    unicode_normalization::UnicodeNormalization::nfc(text).collect()
}

fn set_void(workspace: &Path, commitment: &Digest) -> Result<(), Failure> {
    if let Some(store) = Store::find(workspace)? {
        store.set_state(commitment, State::Void)?;
    }
    Ok(())
}
