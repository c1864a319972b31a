//! `ssj commit`: registers and plan frozen into a bundle.

use std::path::Path;

use serde_json::{Value, json};

use super::approvals::Approvals;
use super::args::CommitArgs;
use super::changes::Changes;
use super::check::{in_time, task_json};
use super::clock::Clock;
use super::companions::companions;
use super::console::{Console, finding_json};
use super::given::FramesElsewhere;
use super::ground::{PlanFile, Registers, Versions};
use super::log::StepLog;
use super::past::history;
use super::rivals::{
    absolute, in_the_way, is_published, refuse_early, refuse_other_folder, refuse_set_clocks,
    refuse_void_record,
};
use super::schedule::keep::{NOTE, NewDays, commit_secret};
use super::sealing::{Sealing, public_files, refuse_sealed};
use super::workspace::open_store;
use super::{DONE, Failure};
use crate::base::date::china_time;
use crate::base::digest::Digest;
use crate::base::finding::{Finding, Findings, Text};
use crate::conduct::Frozen;
use crate::io::durable::{Lock, Written, make_folders, write_folder};
use crate::io::folder::is_bundle;
use crate::plan::{Freeze, recused};
use crate::record::bundle::COMMITMENT;
use crate::record::commitment::Commitment;
use crate::registry::Register;
use crate::rehearse::{self, DEFAULT_SEED, Options, PAIRED_RUNS, Quarter};
use crate::say;
use crate::store::{DrawRecord, State, Store};

/// Simulated draws; without a failure among 300 the chance is below 1 % at 95 % confidence.
const RUNS: usize = 300;
/// Trial draws of frames made elsewhere, of which each is a reading of all of them.
const TRIALS: usize = 10;

/// A plan frozen in memory, with everything that was found on the way.
struct Prepared {
    file: PlanFile,
    versions: Versions,
    freeze: Freeze,
    /// Frames that do not stand in memory.
    frames: FramesElsewhere,
    forecast: Forecast,
    changes: Changes,
    findings: Vec<Finding>,
    /// Of a sealed draw.
    sealing: Option<Sealing>,
}

/// What trial draws came to.
struct Forecast {
    runs: usize,
    /// Those that could not be paired, and why the first could not.
    infeasible: usize,
    example: Option<Text>,
    /// Least and most visits.
    visits: (u64, u64),
    /// Most rounds of the pairing.
    rounds: usize,
}

impl Prepared {
    fn is_rehearsal(&self) -> bool {
        self.freeze.commitment.rehearsal
    }

    /// More than one trial draw in a hundred could not be paired.
    fn is_risky(&self) -> bool {
        self.forecast.infeasible * 100 > self.forecast.runs
    }
}

fn prepare(
    store: &Store,
    args: &CommitArgs,
    clock: &Clock,
    console: &Console,
) -> Result<Prepared, Failure> {
    if args.frames.frames.is_empty() {
        prepare_from_registers(store, args, clock, console)
    } else {
        refuse_sealed(args)?;
        prepare_from_frames(store, args, console)
    }
}

/// Frames made elsewhere; trial draws show whether they can be paired.
fn prepare_from_frames(
    store: &Store,
    args: &CommitArgs,
    console: &Console,
) -> Result<Prepared, Failure> {
    let file = PlanFile::read(&args.plan, args.rules.as_deref())?;
    let mut findings = file.findings.clone();
    let plan = file.of_quarter(args.quarter)?;
    let needed = [Register::Matters, Register::Inspectors];
    let Registers { registry, versions, findings: more } = Registers::with(store, &needed)?;
    findings.extend(more);
    let ((), mut findings) = Findings::check(findings, ())?;
    let wanted = recused(&registry, plan.suite());
    let folder = parent_of(&args.out);
    make_folders(folder)?;
    let (frames, surveys) =
        FramesElsewhere::survey(&args.frames.frames, plan.suite(), &wanted, folder, console)?;
    let (ruled, history) = (plan.under(&file.rules), history(store, plan)?);
    let (freeze, more) = ruled.freeze_given(&registry, &history, &surveys)?;
    findings.extend(more);
    let forecast = try_draws(&Frozen::read(&freeze.files, &frames)?, console)?;
    let changes = Changes::before(store, &versions, freeze.commitment.earliest_source_at())?;
    Ok(Prepared { file, versions, freeze, frames, forecast, changes, findings, sealing: None })
}

fn parent_of(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Draws and pairs with a few seeds; the first draw checks the frames.
fn try_draws(frozen: &Frozen<'_>, console: &Console) -> Result<Forecast, Failure> {
    let bar = console.progress(&say!("试抽", "trial draws"), TRIALS as u64);
    let (mut visits, mut rounds, mut infeasible, mut example) = ((u64::MAX, 0), 0, 0, None);
    for trial in 0..TRIALS {
        let seed = frozen.commitment.suite.digest(format!("trial {trial}").as_bytes());
        let drawn = frozen.draw_from(&seed, &mut |_, _, _| {})?;
        let n = drawn.visits.len() as u64;
        visits = (n.min(visits.0), n.max(visits.1));
        rounds = drawn.rounds.rounds.len().max(rounds);
        if let Some(blockage) = drawn.blockage() {
            infeasible += 1;
            example.get_or_insert_with(|| blockage.sentence());
        }
        bar.set_position(trial as u64 + 1);
    }
    bar.finish_and_clear();
    Ok(Forecast { runs: TRIALS, infeasible, example, visits, rounds })
}

/// Frames from the registers of the workspace.
fn prepare_from_registers(
    store: &Store,
    args: &CommitArgs,
    clock: &Clock,
    console: &Console,
) -> Result<Prepared, Failure> {
    let file = PlanFile::read(&args.plan, args.rules.as_deref())?;
    let mut findings = file.findings.clone();
    let plan = file.of_quarter(args.quarter)?;
    let Registers { registry, versions, findings: more } = Registers::read(store)?;
    findings.extend(more);
    let (ruled, history) = (plan.under(&file.rules), history(store, plan)?);
    let applied = ruled.apply(&registry, &history);
    let checked = rehearse::check(&applied);
    findings.extend(applied.findings().iter().cloned());
    // What the trial says of pairing is told by the forecast.
    let of_pairing = |finding: &Finding| ["M08", "M09", "M10"].contains(&finding.code());
    let checked = checked.findings.into_iter().filter(|finding| !of_pairing(finding));
    findings.extend(checked.map(|finding| finding.file(&file.place)));
    let ((), findings) = Findings::check(findings, ())?;
    refuse_early(store, &applied.outline(), plan.seal().is_some(), args, clock)?;
    // Whoever types a passphrase does so before the long part.
    let sealing = plan.seal().map(|terms| Sealing::of(args, terms)).transpose()?;
    let bar = console.progress(&say!("模拟", "simulating"), RUNS as u64);
    let options = Options { runs: RUNS, seed: DEFAULT_SEED, paired: PAIRED_RUNS, subject: None };
    let applied = [applied];
    let simulation = rehearse::simulate(&applied, &options, &|done| bar.set_position(done as u64));
    bar.finish_and_clear();
    let quarter = simulation.quarters.into_iter().next().expect("bug: one quarter was simulated");
    let Quarter { infeasible, example, rounds, visits, .. } = quarter;
    let visits = (visits.min.into(), visits.max.into());
    let forecast = Forecast { runs: RUNS, infeasible, example, visits, rounds };
    let [applied] = applied;
    let (freeze, _) = applied.freeze(sealing.as_ref().map(|sealing| &sealing.secret))?;
    // What is published must be readable as it stands.
    Frozen::read(&freeze.files, &freeze.files)?.check()?;
    let changes = Changes::before(store, &versions, freeze.commitment.earliest_source_at())?;
    let frames = FramesElsewhere::default();
    Ok(Prepared { file, versions, freeze, frames, forecast, changes, findings, sealing })
}

fn risk(forecast: &Forecast) -> Finding {
    let Forecast { runs, infeasible, example, .. } = forecast;
    let (zh, en) = example.as_ref().map_or(("", ""), |text| (text.zh.as_str(), text.en.as_str()));
    Finding::new(
        "M05",
        say!(
            "{runs} 次模拟中 {infeasible} 次无法匹配，例如：{zh}",
            "{infeasible} of {runs} simulated draws could not be paired, for example: {en}"
        ),
    )
}

fn print_forecast(forecast: &Forecast, console: &Console) {
    let Forecast { runs, infeasible, visits: (least, most), rounds, .. } = forecast;
    console.say(&say!(
        "模拟 {runs} 次：入户检查 {least}–{most} 次，匹配至多 {rounds} 轮，无法匹配 {infeasible} 次",
        "{runs} simulated draws: {least}–{most} visits, at most {rounds} round(s), {infeasible} could not be paired",
    ));
}

fn forecast_json(forecast: &Forecast) -> Value {
    json!({
        "runs": forecast.runs, "infeasible": forecast.infeasible, "rounds": forecast.rounds,
        "visits": [forecast.visits.0, forecast.visits.1],
    })
}

pub(super) fn commit(
    workspace: &Path,
    args: &CommitArgs,
    clock: &Clock,
    console: &Console,
) -> Result<u8, Failure> {
    let store = open_store(workspace)?;
    refuse_other_folder(&args.out)?;
    let log = StepLog::open(workspace, clock)?;
    let approvals = Approvals::of(args)?;
    let mut prepared = prepare(&store, args, clock, console)?;
    console.findings(&prepared.findings);
    clock.check_rehearsal(prepared.is_rehearsal())?;
    if !prepared.is_rehearsal() {
        refuse_set_clocks(&store, &prepared.versions)?;
    }
    let risk = prepared.is_risky().then(|| risk(&prepared.forecast));
    approvals.check(risk.as_ref(), &prepared.changes, &prepared.findings)?;
    note(&mut prepared, &approvals, risk.is_some());
    make_folders(parent_of(&args.out))?;
    let _lock = Lock::of_folder(&args.out)?;
    let days = args.days.then(|| note_days(&mut prepared, args)).transpose()?;
    // What is published cannot be mended, so it is read before it is written.
    Commitment::parse(&prepared.freeze.files[COMMITMENT]).map_err(|f| f.file(COMMITMENT))?;
    let commitment = &prepared.freeze.commitment;
    let digest = commitment.suite.digest(&prepared.freeze.files[COMMITMENT]);
    let bundle = absolute(&args.out)?;
    let published = |record: &DrawRecord| is_published(record, &bundle);
    let known = store.draw(&digest)?;
    refuse_void_record(known.as_ref())?;
    if !known.is_some_and(|record| record.state != State::Pending || published(&record)) {
        // A commitment that was published was in time when it was made.
        in_time("B03", commitment.earliest_source_at(), commitment.margin_s, clock.now_s())?;
    }
    let record = DrawRecord::new(commitment, digest, bundle.display().to_string(), clock.now_s());
    let live = store.rivals(&record, published)?;
    if let Some(other) = live.iter().find(|other| other.commitment != digest) {
        return Err(in_the_way(other).into());
    }
    // No secret is written and nothing recorded before everything is known to be right.
    days.map_or(Ok(()), |days| days.keep())?;
    if let Some(sealing) = &prepared.sealing {
        sealing.begin(&store, &digest, is_bundle(&args.out))?;
    }
    if let Err(live) = store.record_draw(&record, &prepared.versions, published)? {
        return Err(in_the_way(&live).into());
    }
    if let Some(sealing) = &prepared.sealing {
        sealing.close(&prepared.freeze, &digest, is_bundle(&args.out))?;
    }
    let digest_of = |text: &str| commitment.suite.digest(text.as_bytes());
    let text = &prepared.file.text;
    store.save_plan(&digest_of(text), text, clock.now_s())?;
    if let Some(rules) = &prepared.file.rules_text {
        store.save_rules(&digest_of(rules), rules, clock.now_s())?;
    }
    let larger = prepared.frames.feeds()?;
    let mut files = public_files(&prepared.freeze);
    if !is_bundle(&args.out) {
        files.extend(companions());
    }
    let written = write_folder(&args.out, &files, larger)?;
    let state = store.draw(&digest)?.map(|record| record.state);
    if state == Some(State::Pending) {
        store.set_state(&digest, State::Live)?;
    }
    committed(&prepared, &digest, written, &args.out, console);
    log.record(&args.out, clock, console)?;
    Ok(DONE)
}

/// Puts what was simulated, what happened to the registers, and who approved a risk, into the commitment.
fn note(prepared: &mut Prepared, approvals: &Approvals, is_risky: bool) {
    let Forecast { runs, infeasible, .. } = prepared.forecast;
    let forecast = json!({"runs": runs, "infeasible": infeasible});
    let notes = approvals.notes(forecast, is_risky, &prepared.changes, &prepared.findings);
    let commitment = &mut prepared.freeze.commitment;
    commitment.notes.extend(notes);
    prepared.freeze.files.insert(COMMITMENT.to_owned(), commitment.format());
}

/// Fixes the secret of the days of visits, which is to be kept before the commitment that speaks of it.
fn note_days(prepared: &mut Prepared, args: &CommitArgs) -> Result<NewDays, Finding> {
    let master = prepared.sealing.as_ref().map(|sealing| &sealing.secret);
    let commitment = &mut prepared.freeze.commitment;
    let days = commit_secret(&args.out, commitment.suite, master)?;
    commitment.notes.insert(NOTE.to_owned(), json!(days.digest.hex()));
    prepared.freeze.files.insert(COMMITMENT.to_owned(), commitment.format());
    Ok(days)
}

fn committed(
    prepared: &Prepared,
    digest: &Digest,
    written: Written,
    out: &Path,
    console: &Console,
) {
    print_forecast(&prepared.forecast, console);
    let commitment = &prepared.freeze.commitment;
    let place = out.display();
    match written {
        Written::New => console
            .say(&say!("已封存于 {place}，请立即公布", "committed to {place}: publish it now")),
        Written::Unchanged => {
            console.say(&say!("{place} 已封存且相同", "{place} is committed already, the same"))
        }
    }
    console.say(&say!("承诺摘要：{digest}", "commitment: {digest}"));
    if let Some(sealing) = &prepared.sealing {
        sealing.report(console);
    }
    for source in &commitment.sources {
        let (at, title) = (china_time(source.at()), source.title());
        let Text { zh, en } = title;
        console.say(&say!("信标：{zh}，{at}（北京时间）", "beacon: {en}, {at} (China time)"));
    }
    console.report(&json!({
        "command": "commit", "ok": true, "written": written == Written::New, "bundle": place.to_string(),
        "commitment": digest.hex(), "attempt": commitment.attempt, "tasks": prepared.freeze.tasks.iter().map(task_json).collect::<Vec<_>>(),
        "forecast": forecast_json(&prepared.forecast),
        "findings": prepared.findings.iter().map(|f| finding_json(f, console.lang)).collect::<Vec<_>>(),
    }));
}
