//! `ssj event`: what happens after the freeze, recorded once and for ever, and what follows from it.
//!
//! The event is written first, then whatever follows from it: a run that is killed between the two is finished by the
//! same command, or by the next, to the same bytes. Nobody is told who would come next before an event is recorded.

pub(in crate::cli) mod args;
mod ask;
mod behind;
mod show;

use std::path::Path;

use serde_json::{Value, json};

use self::args::{EventArgs, EventCommand, Who};
use self::ask::Asked;
use self::behind::{Behind, OfAll};
use super::bundle::{Office, commitment, frozen, lock, office, readable};
use super::clock::Clock;
use super::console::{Console, reach};
use super::log::StepLog;
use super::said::said_if;
use super::{DONE, Failure};
use crate::base::date::china_time;
use crate::base::digest::Digest;
use crate::base::finding::{Finding, Findings, Text};
use crate::base::secret::Secret;
use crate::conduct::{Frozen, history};
use crate::draw::select::Selection;
use crate::draw::ticket::seed;
use crate::events::chain::{self, Recorded};
use crate::events::replay::History;
use crate::events::standing::Ground;
use crate::io::durable::{Written, write_files};
use crate::io::sealed::SealedFolder;
use crate::record::beacon::{Beacon, Source};
use crate::record::bundle::{BEACON, COMMITMENT, Files, OPENING, Stage, stage};
use crate::record::commitment::Commitment;
use crate::record::event::{Event, Kind};
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
    match &args.what {
        EventCommand::Void(who) => void_it(workspace, args, who, &log, clock, console),
        _ => after_the_draw(args, &log, clock, console),
    }
}

/// Voids a draw. A void concerns nobody in particular: of a sealed draw, too, it is public at once.
fn void_it(
    workspace: &Path,
    args: &EventArgs,
    who: &Who,
    log: &StepLog,
    clock: &Clock,
    console: &Console,
) -> Result<u8, Failure> {
    let bundle = readable(&args.bundle)?;
    let commitment = commitment(&bundle)?;
    clock.check_rehearsal(commitment.rehearsal)?;
    let asked = Asked::void(who).map_err(|Findings(mut findings)| {
        findings.extend(too_late(&commitment, clock.now_s()));
        Findings(findings)
    })?;
    let (written, n) = void(&args.bundle, &bundle.files, &commitment, &asked, clock)?;
    // Logged before it acts.
    log.record(&args.bundle, clock, console)?;
    if let Some(store) = Store::find(workspace)? {
        let digest = commitment.suite.digest(&bundle.files[COMMITMENT]);
        store.set_state(&digest, State::Void)?;
    }
    match written {
        Written::New => console.say(&say!(
            "已作废，记录在公示包 events/ 中；重新封存时为下一次",
            "voided and recorded under events/; a new commitment is the next attempt"
        )),
        Written::Unchanged => {
            console.say(&say!("早已作废，未作改动", "it was void already, nothing changed"))
        }
    }
    console.report(&json!({
        "command": "event", "kind": "void", "ok": true, "n": n, "written": written == Written::New,
    }));
    Ok(DONE)
}

/// Voids the draw, unless it is void; gives the number of the event.
fn void(
    folder: &Path,
    files: &Files,
    commitment: &Commitment,
    asked: &Asked,
    clock: &Clock,
) -> Result<(Written, u64), Failure> {
    if let Some(event) = void_event(files) {
        return Ok((Written::Unchanged, event.n));
    }
    let recorded = recorded(commitment, files)?;
    let event = asked.event(commitment, &recorded, clock.now_s())?;
    let mut findings = chain::check(commitment, &recorded, &event);
    findings.retain(|finding| finding.code() != "E03");
    findings.extend(too_late(commitment, event.at));
    let (event, _) = Findings::check(findings, event)?;
    Ok((write_event(&Place::Bundle(folder), &event)?, event.n))
}

/// W05 once a value may be known.
fn too_late(commitment: &Commitment, at_s: u64) -> Option<Finding> {
    let earliest = commitment.earliest_source_at();
    let at = china_time(earliest);
    let cause =
        say!("最早的信标在 {at}（北京时间）", "the earliest source was due at {at} (China time)");
    (at_s >= earliest).then(|| Finding::new("W05", cause).column("beacon.sources"))
}

/// The event that voids a draw, if there is one.
fn void_event(files: &Files) -> Option<Event> {
    let events = files.iter().filter(|(path, _)| chain::is_event(path));
    events.filter_map(|(_, bytes)| Event::parse(bytes).ok()).find(|e| e.kind() == Kind::Void)
}

pub(super) fn refuse_void(files: &Files, bundle: &Path) -> Result<(), Failure> {
    match void_event(files) {
        Some(event) => {
            let Text { zh, en } = chain::reason_words(&event);
            let cause = say!("已作废：{zh}", "voided: {en}");
            Err(Finding::new("W10", cause).file(bundle.display().to_string()).into())
        }
        None => Ok(()),
    }
}

/// The chain as it is, which must be sound before anything is added to it.
pub(super) fn recorded(commitment: &Commitment, files: &Files) -> Result<Vec<Recorded>, Failure> {
    let (recorded, findings) = chain::read(commitment, files);
    match findings.is_empty() {
        true => Ok(recorded),
        false => Err(Failure::bundle(Findings(findings))),
    }
}

/// Where events and what follows from them are written.
enum Place<'a> {
    /// The bundle's folder.
    Bundle(&'a Path),
    /// The sealed folder of a draw that is not opened: events would show who was drawn.
    Sealed(SealedFolder, &'a Secret),
}

impl Place<'_> {
    /// Writes files once; what is there already must be the same.
    fn write(&self, files: &Files) -> Result<Written, Finding> {
        match self {
            Place::Bundle(folder) => {
                let order: Vec<String> = files.keys().cloned().collect();
                write_files(folder, files, &order)
            }
            Place::Sealed(sealed, master) => sealed.put(master, files, false),
        }
    }
}

/// The event file alone: what follows from it is written after.
fn write_event(place: &Place<'_>, event: &Event) -> Result<Written, Failure> {
    Ok(place.write(&Files::from([(Event::path(event.n), event.format())]))?)
}

/// A drawn bundle, ready for events.
struct Drawn<'a> {
    place: Place<'a>,
    frozen: &'a Frozen<'a>,
    selections: Vec<(String, Selection)>,
    seed: Digest,
}

impl Drawn<'_> {
    fn history(&self, recorded: &[Recorded]) -> Result<History<'_>, Failure> {
        let Drawn { frozen, selections, seed, .. } = self;
        let (commitment, contents) = (&frozen.commitment, frozen.contents());
        let ground = Ground { commitment, contents, selections, seed };
        history(&ground, recorded).map_err(Failure::bundle)
    }
}

fn after_the_draw(
    args: &EventArgs,
    log: &StepLog,
    clock: &Clock,
    console: &Console,
) -> Result<u8, Failure> {
    // A void draw needs no secret to be refused.
    refuse_void(&readable(&args.bundle)?.files, &args.bundle)?;
    let office = office(&args.bundle, &args.secret)?;
    let Office { bundle, commitment, master } = &office;
    clock.check_rehearsal(commitment.rehearsal)?;
    let place = match master.as_ref().filter(|_| !args.bundle.join(OPENING).exists()) {
        None => Place::Bundle(&args.bundle),
        Some(master) => Place::Sealed(args.secret.folder(&args.bundle)?, master),
    };
    let frozen = frozen(bundle)?;
    let Some(beacon) =
        frozen.contents().beacon.as_ref().filter(|_| stage(&bundle.files) == Stage::Drawn)
    else {
        let cause = say!("公示包还没有抽取结果", "the bundle has no result yet");
        return Err(Finding::new("W40", cause).file(args.bundle.display().to_string()).into());
    };
    let suite = frozen.commitment.suite;
    beacon.check(suite, &frozen.commitment.sources).map_err(|f| Failure::bundle(f.file(BEACON)))?;
    let seed = seed(suite, &frozen.digest, &beacon.strings);
    let bar = console.progress(&say!("读入抽样框", "reading frames"), 1);
    let selections =
        frozen.selections(&seed, master.as_ref().map(Secret::expose), &mut |_, done, total| {
            reach(&bar, done as u64, total as u64);
        });
    bar.finish_and_clear();
    let selections = selections.map_err(Failure::bundle)?;
    let drawn = Drawn { place, frozen: &frozen, selections, seed };
    let mut known = recorded(&frozen.commitment, &bundle.files)?;
    let logged = |known: &[Recorded]| {
        let files = logged_files(&bundle.files, known, matches!(drawn.place, Place::Bundle(_)));
        log.record_files(&args.bundle, &files, clock, console)
    };
    // Whatever a killed run left undone is done first, whatever is asked for now.
    if !known.is_empty() {
        logged(&known)?;
    }
    let before = finish(&drawn, &known)?;
    let mut of_all = OfAll::default();
    let done = match &args.what {
        EventCommand::List => {
            show::list(&known, &before, console);
            return Ok(DONE);
        }
        EventCommand::Beacon { event, values, by } => {
            let by = said_if("--by", by.as_deref())?;
            let values = (*event, values.as_slice(), by.as_deref());
            resolve(&drawn, &mut known, &before, values, clock)?
        }
        _ => {
            let behind = Behind::read(args, &office, clock)?;
            let mut asked = Asked::of(&args.what, &before.standing, behind.as_ref())?;
            of_all = std::mem::take(&mut asked.of_all);
            // Whoever asked for all hears what that is before it is written.
            console.findings(&of_all.told);
            let done = record(&drawn, &mut known, &asked, clock)?;
            // The event stands, and nothing has followed from it yet.
            logged(&known)?;
            done
        }
    };
    let after = finish(&drawn, &known)?;
    show::done(&known, &after, &done, &of_all, console);
    Ok(DONE)
}

/// What the log is told of: the bundle's files, with events that may be closed. What only the office sees is no opening.
fn logged_files(files: &Files, known: &[Recorded], opened: bool) -> Files {
    let mut files = files.clone();
    if !opened {
        files.remove(OPENING);
    }
    files.extend(known.iter().map(|one| (Event::path(one.event.n), one.event.format())));
    files
}

/// What a command did: the event concerned, and whether anything is new.
struct Done {
    n: u64,
    written: Written,
}

/// Records an event. The last one, asked for again, is not recorded twice.
fn record(
    drawn: &Drawn<'_>,
    known: &mut Vec<Recorded>,
    asked: &Asked,
    clock: &Clock,
) -> Result<Done, Failure> {
    let commitment = &drawn.frozen.commitment;
    let event = asked.event(commitment, known, clock.now_s())?;
    if let Some(last) = known.last().filter(|last| same(&last.event, &event)) {
        return Ok(Done { n: last.event.n, written: Written::Unchanged });
    }
    let mut findings = chain::check(commitment, known, &event);
    // Who records and approves it has no bearing on whether it can be: both are told at once.
    if findings.iter().any(|finding| finding.code() != "E02") {
        return Err(Findings(findings).into());
    }
    let (n, bytes) = (event.n, event.format());
    let digest = commitment.suite.digest(&bytes);
    known.push(Recorded { event, digest, beacon: None });
    // Whether it can be at all is asked before it is written; what would follow from it is told to nobody.
    findings.extend(drawn.history(known)?.findings);
    if !findings.is_empty() {
        let bare = |mut finding: Finding| {
            finding.place.file = None;
            finding
        };
        return Err(Findings(findings.into_iter().map(bare).collect()).into());
    }
    let written = write_event(&drawn.place, &known[known.len() - 1].event)?;
    Ok(Done { n, written })
}

/// Whether two events say the same, whenever they were recorded.
fn same(one: &Event, other: &Event) -> bool {
    let Event { n, prev, at, salt, beacon, .. } = one.clone();
    *one == Event { n, prev, at, salt, beacon, ..other.clone() }
}

/// Writes the values that an event waits for.
fn resolve(
    drawn: &Drawn<'_>,
    known: &mut [Recorded],
    before: &History<'_>,
    (n, values, by): (Option<u64>, &[String], Option<&str>),
    clock: &Clock,
) -> Result<Done, Failure> {
    let refuse = |cause| Failure::from(Finding::new("W41", cause).column("--event"));
    let waits = |one: &Recorded| !one.event.beacon.is_empty() && one.beacon.is_none();
    let first = known.iter().position(waits);
    let suite = drawn.frozen.commitment.suite;
    let at = match n {
        None => first.or_else(|| known.iter().rposition(|one| one.beacon.is_some())),
        Some(n) => known.iter().position(|one| one.event.n == n && !one.event.beacon.is_empty()),
    };
    let Some(at) = at else {
        return Err(refuse(say!("没有事件等待信标", "no event waits for a beacon")));
    };
    if first.is_some_and(|first| first < at) {
        let first = known[first.unwrap_or_default()].event.n;
        return Err(refuse(say!("先补录第 {first} 号事件", "event {first} comes first")));
    }
    let one = &mut known[at];
    let early = one.event.beacon.iter().find(|source| source.at() > clock.now_s());
    if let Some(early) = early {
        let due = china_time(Source::at(early));
        let cause = say!("{due}（北京时间）才产生", "not before {due} (China time)");
        return Err(Finding::new("B07", cause).id(early.prefix().trim_end_matches(':')).into());
    }
    let beacon = Beacon::of_values(suite, &one.event.beacon, values, by)?;
    let path = Event::result_path(one.event.n, BEACON);
    if let Some(known) = &one.beacon {
        if known.strings != beacon.strings {
            let cause = say!("早已录入另一个值", "another value stands there already");
            return Err(Finding::new("W14", cause).file(path).into());
        }
        return Ok(Done { n: one.event.n, written: Written::Unchanged });
    }
    debug_assert!(before.effects.get(at).is_some_and(|effect| effect.waits));
    let written = drawn.place.write(&Files::from([(path, beacon.format())]))?;
    one.beacon = Some(beacon);
    Ok(Done { n: one.event.n, written })
}

/// Writes everything that follows from the events, as far as it can be known.
fn finish<'a>(drawn: &'a Drawn<'_>, known: &[Recorded]) -> Result<History<'a>, Failure> {
    let history = drawn.history(known)?;
    if !history.findings.is_empty() {
        return Err(Failure::bundle(Findings(history.findings)));
    }
    for effect in &history.effects {
        drawn.place.write(&effect.files)?;
    }
    Ok(history)
}

/// The kind and number of an event for machines.
fn event_json(one: &Recorded, written: bool) -> Value {
    let Event { n, at, reason, by, approver, .. } = &one.event;
    json!({
        "command": "event", "ok": true, "kind": one.event.kind().name(), "n": n, "at": at,
        "reason": reason, "by": by, "approver": approver, "event": one.digest.hex(),
        "written": written,
    })
}
