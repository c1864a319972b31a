//! `ssj beacon`, `ssj draw` and `ssj event`: the steps after the freeze.

use std::io::{BufRead, IsTerminal, Write};
use std::path::Path;

use serde_json::json;

use super::args::{BeaconArgs, EventArgs, EventKind, FrameArgs};
use super::blockage::{blockage_json, print_blockage};
use super::bundle::{bundle, checked, frozen, readable};
use super::clock::Clock;
use super::commit::refuse_void_record;
use super::console::Console;
use super::past::drawn_subjects;
use super::{DONE, Failure, NOT_VERIFIED};
use crate::base::date::china_time;
use crate::base::digest::Digest;
use crate::base::finding::{Finding, Findings, Text};
use crate::conduct::{Drawn, Frozen, Step};
use crate::io::durable::{Lock, Written, write_files};
use crate::io::folder::not_a_bundle;
use crate::record::beacon::{Beacon, Source};
use crate::record::bundle::{BEACON, Files, MANIFEST, SHORTAGE, Stage, stage};
use crate::record::commitment::Commitment;
use crate::record::event::{Event, VOID_REASONS};
use crate::say;
use crate::store::{State, Store};

/// Keeps other runs away from an existing bundle.
fn lock(bundle: &Path) -> Result<Lock, Finding> {
    not_a_bundle(bundle).map_or_else(|| Lock::of_folder(bundle), Err)
}

/// The event that voids a draw, if there is one.
fn void_event(files: &Files) -> Option<Event> {
    let events = files.iter().filter(|(path, _)| path.starts_with("events/"));
    events.filter_map(|(_, bytes)| Event::parse(bytes).ok()).find(|event| event.kind == "void")
}

fn refuse_void(files: &Files, bundle: &Path) -> Result<(), Failure> {
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

pub(super) fn beacon(args: &BeaconArgs, clock: &Clock, console: &Console) -> Result<u8, Failure> {
    let _lock = lock(&args.bundle)?;
    let bundle = readable(&args.bundle)?;
    let frozen = frozen(&bundle)?;
    refuse_void(&bundle.files, &args.bundle)?;
    let commitment = &frozen.commitment;
    clock.check_rehearsal(commitment.rehearsal)?;
    due(&commitment.sources, clock.now_s())?;
    let values = if args.values.is_empty() {
        ask(&commitment.sources, console)?
    } else {
        args.values.clone()
    };
    let beacon = {
        let by = args.by.as_deref().map(nfc);
        Beacon::of_values(commitment.suite, &commitment.sources, &values, by.as_deref())?
    };
    if let Some(known) = &frozen.contents().beacon
        && known.strings != beacon.strings
    {
        let cause = say!("beacon.json 中已是另一个值", "beacon.json has another value already");
        return Err(Finding::new("W14", cause).file(BEACON).into());
    }
    let written = match &frozen.contents().beacon {
        Some(_) => Written::Unchanged,
        None => {
            let files = Files::from([(BEACON.to_owned(), beacon.format())]);
            write_files(&args.bundle, &files, &[BEACON.to_owned()])?
        }
    };
    for text in &beacon.strings {
        console.line(text);
    }
    match written {
        Written::New => console
            .say(&say!("已写入 {BEACON}，不可更换", "{BEACON} is written and cannot be exchanged")),
        Written::Unchanged => {
            console.say(&say!("{BEACON} 已存在且相同", "{BEACON} is there already, the same"))
        }
    }
    console.report(&json!({"command": "beacon", "ok": true, "strings": beacon.strings, "written": written == Written::New}));
    Ok(DONE)
}

/// Refuses values of sources whose time has not come.
fn due(sources: &[Source], now_s: u64) -> Result<(), Findings> {
    let early = sources.iter().filter(|source| source.at() > now_s).map(|source| {
        let at = china_time(source.at());
        Finding::new("B07", say!("{at}（北京时间）才产生", "not before {at} (China time)"))
            .id(source.prefix().trim_end_matches(':'))
    });
    let early: Vec<Finding> = early.collect();
    if early.is_empty() { Ok(()) } else { Err(Findings(early)) }
}

/// Asks for every value on the terminal, typed ones twice.
fn ask(sources: &[Source], console: &Console) -> Result<Vec<String>, Failure> {
    let mut input = std::io::stdin().lock();
    let mut values = Vec::new();
    for source in sources {
        let Text { zh, en } = source.title();
        let what = match source {
            Source::Drand { .. } => {
                say!("{zh}的签名（96 位十六进制）", "signature of {en} (96 hex digits)")
            }
            Source::Rfc3797 { .. } => say!(
                "{zh}的号码（各区升序，每个号码后加点，每区后加斜线，如 6.8.14.15.24.25./6./）",
                "numbers of {en} (ascending, a dot after each, a slash after each pool: 6.8.14.15.24.25./6./)",
            ),
            _ => say!("{zh}的结果", "result of {en}"),
        };
        let first = prompt(&mut input, what.get(console.lang))?;
        // A signature proves itself; what is copied from an announcement is typed twice.
        if !matches!(source, Source::Drand { .. }) {
            let again = say!("请再录入一次", "type it once more");
            if prompt(&mut input, again.get(console.lang))? != first {
                return Err(Finding::new("B08", say!("两次录入不同", "the two entries differ"))
                    .id(source.prefix().trim_end_matches(':'))
                    .into());
            }
        }
        values.push(first);
    }
    Ok(values)
}

fn prompt(input: &mut impl BufRead, text: &str) -> Result<String, Failure> {
    if std::io::stdin().is_terminal() {
        let mut stderr = std::io::stderr();
        let _ = write!(stderr, "{text}> ");
        let _ = stderr.flush();
    }
    let mut line = String::new();
    let n = input
        .read_line(&mut line)
        .map_err(|e| crate::io::durable::failed(Path::new("stdin"), &e))?;
    if n == 0 {
        return Err(
            Finding::new("B09", say!("输入已结束：{text}", "the input ended: {text}")).into()
        );
    }
    Ok(line.trim().to_owned())
}

pub(super) fn draw(
    workspace: &Path,
    folder: &Path,
    frames: &FrameArgs,
    clock: &Clock,
    console: &Console,
) -> Result<u8, Failure> {
    let _lock = lock(folder)?;
    let package = checked(bundle(folder, &frames.frames)?)?;
    let frozen = frozen(&package)?;
    refuse_void(&package.files, folder)?;
    if let Some(store) = Store::find(workspace)? {
        refuse_void_record(store.draw(&frozen.digest)?.as_ref())?;
    }
    let Some(beacon) = &frozen.contents().beacon else {
        let cause =
            say!("还没有信标值：先执行 ssj beacon", "no beacon values yet: run ssj beacon first");
        return Err(Finding::new("W16", cause).file(BEACON).into());
    };
    if frozen.commitment.sealed() {
        let cause = say!("本版不抽取保密的公示包", "this version does not draw sealed bundles");
        return Err(Finding::new("W07", cause).file(folder.display().to_string()).into());
    }
    let was_drawn = stage(&package.files) == Stage::Drawn;
    let drawn = conduct(&frozen, beacon, console)?;
    let written = write_result(folder, &drawn)?;
    record_drawn(workspace, &frozen, &drawn, clock.now_s())?;
    summary(&drawn, console);
    match written {
        Written::New if was_drawn => {
            console.say(&say!("已补齐缺失的文件", "missing files are completed"))
        }
        Written::New => console.say(&say!("结果已写入公示包", "the result is in the bundle")),
        Written::Unchanged => console
            .say(&say!("结果早已写入，未作改动", "the result was there already, nothing changed")),
    }
    let short = report_shortage(&drawn, console);
    console.report(&json!({
        "command": "draw", "ok": short.is_none(), "written": written == Written::New,
        "visits": drawn.visits.len(), "rounds": drawn.rounds.rounds.len(),
        "drawn": drawn.selections.iter().map(|(list, s)| json!({"list": list, "n": s.drawn().count()})).collect::<Vec<_>>(),
        "result": frozen.commitment.suite.digest(&drawn.files[MANIFEST]).hex(),
        "shortage": short,
    }));
    Ok(if drawn.rounds.shortage.is_some() { NOT_VERIFIED } else { DONE })
}

fn conduct(frozen: &Frozen<'_>, beacon: &Beacon, console: &Console) -> Result<Drawn, Failure> {
    let bar = console.progress(&say!("抽取与匹配", "drawing and pairing"), 1);
    let drawn = frozen.draw(beacon, None, &mut |step, done, total| {
        let text = match step {
            Step::Draw => say!("读入抽样框并随机抽取", "reading frames and drawing"),
            Step::Pair => say!("随机匹配", "pairing"),
        };
        bar.set_message(text.get(console.lang).to_owned());
        bar.set_length(total as u64);
        bar.set_position(done as u64);
    });
    bar.finish_and_clear();
    drawn.map_err(Failure::bundle)
}

/// Everything first, the manifest last: whoever sees a manifest sees a whole result.
fn write_result(bundle: &Path, drawn: &Drawn) -> Result<Written, Failure> {
    let mut order: Vec<String> =
        drawn.files.keys().filter(|path| *path != MANIFEST).cloned().collect();
    order.push(MANIFEST.to_owned());
    Ok(write_files(bundle, &drawn.files, &order)?)
}

/// Tells the workspace that froze this draw who was drawn and who comes, for the burden rules of later plans.
fn record_drawn(
    workspace: &Path,
    frozen: &Frozen<'_>,
    drawn: &Drawn,
    now_s: u64,
) -> Result<(), Failure> {
    let Some(store) = Store::find(workspace)? else { return Ok(()) };
    if store.draw(&frozen.digest)?.is_some() {
        store.record_drawn(&frozen.digest, drawn_subjects(frozen, drawn), now_s)?;
    }
    Ok(())
}

/// Subjects, drawn, visits, savings, loads and rounds, in a few lines.
fn summary(drawn: &Drawn, console: &Console) {
    let subjects = drawn.subjects;
    let rows: usize = drawn.selections.iter().map(|(_, selection)| selection.drawn().count()).sum();
    let visits = drawn.visits.len();
    let saved = rows - visits;
    console.say(&say!(
        "抽样框内对象 {subjects}，抽中 {rows}，合并为 {visits} 次入户检查（省去 {saved} 次）",
        "{subjects} subjects in frames, {rows} drawn, merged into {visits} visits ({saved} saved)",
    ));
    if let Some(round) = drawn.rounds.rounds.last() {
        let mut counts = vec![0u32; drawn.case.inspectors.len()];
        round.teams.iter().flatten().for_each(|i| counts[*i as usize] += 1);
        let (least, most) =
            (counts.iter().min().copied().unwrap_or(0), counts.iter().max().copied().unwrap_or(0));
        let rounds = drawn.rounds.rounds.len();
        console.say(&say!(
            "每名人员 {least}–{most} 次，匹配 {rounds} 轮",
            "{least}–{most} visits per inspector, {rounds} round(s) of pairing",
        ));
    }
}

/// Says which slots cannot be filled; returns it for machines.
fn report_shortage(drawn: &Drawn, console: &Console) -> Option<serde_json::Value> {
    let blockage = drawn.blockage()?;
    console.findings(&[Finding::new("M01", blockage.sentence()).file(SHORTAGE)]);
    print_blockage(&blockage, console);
    Some(blockage_json(&blockage, console.lang))
}

pub(super) fn event(
    workspace: &Path,
    args: &EventArgs,
    clock: &Clock,
    console: &Console,
) -> Result<u8, Failure> {
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
fn nfc(text: &str) -> String {
    unicode_normalization::UnicodeNormalization::nfc(text).collect()
}

fn set_void(workspace: &Path, commitment: &Digest) -> Result<(), Failure> {
    if let Some(store) = Store::find(workspace)? {
        store.set_state(commitment, State::Void)?;
    }
    Ok(())
}
