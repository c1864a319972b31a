//! The order of the steps, and what each of them needs of the ones before.

use std::collections::BTreeSet;

use super::drawn::{compare, compare_draws, rolls};
use super::events::events;
use super::frozen::{beacon, check_files, frames, manifest, opening, registers};
use super::later::schedule;
use super::pairing::{Drawn, verify_pairing};
use super::time::{Trust, time};
use super::{Check, Facts, Outcome, Report};
use crate::base::digest::Digest;
use crate::base::finding::Finding;
use crate::base::json;
use crate::draw::ticket::seed;
use crate::draw::visits::{drawn_rows, visits as recompute_visits};
use crate::pairing::frames::{FramesRead, Wanted, read_frames};
use crate::pairing::slots::demands;
use crate::record::beacon::Beacon;
use crate::record::bundle::{COMMITMENT, Files, MANIFEST, OPENING, SCHEDULE, VISITS};
use crate::record::commitment::Commitment;
use crate::record::contents::Contents;
use crate::record::frame::Frames;
use crate::say;

/// What the steps look at.
pub(super) struct Bundle<'a> {
    pub files: &'a Files,
    pub commitment: Commitment,
    pub contents: Contents,
    /// The frames, read with the seed where the beacon is sound.
    pub frames: FramesRead,
    /// The seed, where the beacon is sound.
    pub seed: Option<Digest>,
    /// Paths of the files that step 1 found malformed.
    pub malformed: BTreeSet<String>,
    /// A sealed draw without its closed files.
    pub unopened: bool,
}

/// Verifies a bundle in memory.
pub fn verify(files: &Files) -> Report {
    let read = verify_read(files, files, Vec::new(), &mut |_, _| ());
    read.expect("bug: memory is read without fail")
}

/// Verifies a bundle of which the shell could not read everything: links, devices, endless lines. `files` has the
/// paths of the frames, `frames` their bytes, which may be more than fit into memory; `watch` learns how many of how
/// many rows have been read.
///
/// # Errors
/// What the file system fails with.
pub fn verify_read(
    files: &Files,
    frames: &dyn Frames,
    unreadable: Vec<Finding>,
    watch: &mut dyn FnMut(u64, u64),
) -> Result<Report, Finding> {
    verify_trusting(files, frames, unreadable, &Trust::default(), watch)
}

/// As [`verify_read`], with whom the verifier believes about time and attempts (step 7).
///
/// # Errors
/// What the file system fails with.
pub fn verify_trusting(
    files: &Files,
    frames: &dyn Frames,
    unreadable: Vec<Finding>,
    trust: &Trust<'_>,
    watch: &mut dyn FnMut(u64, u64),
) -> Result<Report, Finding> {
    let mut report =
        Report { checks: Vec::new(), facts: Facts::default(), commitment: None, result: None };
    let Some(bytes) = files.get(COMMITMENT) else {
        let missing =
            Finding::new("F06", say!("没有封存承诺", "there is no commitment")).file(COMMITMENT);
        report.checks.push(Check { number: 1, outcome: Outcome::Failed(vec![missing]) });
        return Ok(report);
    };
    let commitment = match commitment(bytes) {
        Ok(commitment) => commitment,
        Err(checks) => {
            report.checks.extend(checks);
            return Ok(report);
        }
    };
    let digest = commitment.suite.digest(bytes);
    let (contents, mut malformed) = Contents::parse(&commitment, files);
    let unopened = commitment.sealed() && !files.contains_key(OPENING);
    let seed = seed_of(&commitment, &digest, contents.beacon.as_ref());
    let master = contents.master.as_ref().filter(|_| commitment.sealed());
    let wanted = Wanted { commitment: &commitment, seed: seed.as_ref(), master };
    let rows = commitment.lists.iter().map(|list| list.frame.n).sum();
    let frames = match unopened {
        true => FramesRead::default(),
        false => read_frames(&wanted, frames, &mut |read| watch(read, rows))?,
    };
    malformed.extend(frames.malformed.iter().cloned());
    malformed.extend(unreadable);
    report.commitment = Some(digest);
    report.result = files.get(MANIFEST).map(|bytes| commitment.suite.digest(bytes));
    let paths = malformed.iter().filter_map(|finding| finding.place.file.clone()).collect();
    report.facts = Facts::of_commitment(&commitment, &contents);
    report.facts.seed = seed;
    let bundle = Bundle { files, commitment, contents, frames, seed, malformed: paths, unopened };
    let timed = time(&bundle, &digest, trust, &mut report.facts);
    run(&bundle, malformed, timed, &mut report);
    Ok(report)
}

/// The seed, if the beacon is the committed one.
fn seed_of(commitment: &Commitment, digest: &Digest, beacon: Option<&Beacon>) -> Option<Digest> {
    let beacon = beacon?;
    let sound = beacon.check(commitment.suite, &commitment.sources).is_ok();
    sound.then(|| seed(commitment.suite, digest, &beacon.strings))
}

/// The commitment, or why the first two steps end the report: what is no canonical JSON fails as a file, what
/// breaks a rule fails as a commitment.
fn commitment(bytes: &[u8]) -> Result<Commitment, [Check; 2]> {
    let failed = |finding: Finding| Outcome::Failed(vec![finding.file(COMMITMENT)]);
    let checks =
        |first, second| [Check { number: 1, outcome: first }, Check { number: 2, outcome: second }];
    let value = json::parse(bytes).map_err(|f| checks(failed(f), Outcome::depends_on(1)))?;
    Commitment::read(&value).map_err(|f| checks(Outcome::Passed, failed(f)))
}

fn run(bundle: &Bundle<'_>, malformed: Vec<Finding>, timed: Outcome, report: &mut Report) {
    let mut put = |number: u32, outcome: Outcome| report.checks.push(Check { number, outcome });
    let sealed = bundle.commitment.sealed();
    put(1, check_files(bundle, malformed));
    put(2, Outcome::Passed);
    let registers = registers(bundle);
    let frames = frames(bundle);
    let sound = |outcome: &Outcome| !matches!(outcome, Outcome::Failed(_));
    let tables = &bundle.contents;
    let registers_there =
        tables.inspectors.is_some() && tables.incompatible.is_some() && tables.recusals.is_some();
    let registers_sound = sound(&registers) && registers_there;
    let frames_sound = sound(&frames) && !bundle.unopened;
    put(3, registers);
    put(4, frames);
    let opening = if sealed { opening(bundle) } else { Outcome::Passed };
    let opening_sound = sound(&opening);
    if sealed {
        put(5, opening);
    }
    put(6, beacon(bundle));
    put(7, timed);
    put(8, manifest(bundle));

    let selections = match (&bundle.seed, frames_sound, opening_sound) {
        _ if bundle.unopened => Err(Outcome::NotShown(say!(
            "公开前不出示抽取结果",
            "the draw is closed until the opening"
        ))),
        (None, ..) => Err(Outcome::depends_on(6)),
        (_, false, _) => Err(Outcome::depends_on(4)),
        (.., false) => Err(Outcome::depends_on(5)),
        (Some(_), true, true) => match &bundle.frames {
            FramesRead { missing, .. } if !missing.is_empty() => Err(Outcome::depends_on(1)),
            FramesRead { tickets, .. } if !tickets.is_empty() => {
                Err(Outcome::Failed(tickets.clone()))
            }
            frames => Ok(frames.selections.as_slice()),
        },
    };
    let drawn = selections
        .as_ref()
        .map_or_else(Clone::clone, |selections| compare_draws(bundle, selections));
    put(9, drawn);
    if sealed {
        put(10, rolls(bundle, selections.as_ref().ok().copied()));
    }
    let visits = match &selections {
        Err(Outcome::Failed(_)) => Err(Outcome::depends_on(9)),
        Err(outcome) => Err(outcome.clone()),
        Ok(selections) => {
            let visits = recompute_visits(selections);
            demands(&bundle.commitment, &drawn_rows(selections), &visits)
                .map(|demands| (visits, demands))
                .map_err(|f| Outcome::Failed(vec![Finding::new("V11", f.cause).file(VISITS)]))
        }
    };
    put(
        11,
        visits
            .as_ref()
            .map_or_else(Clone::clone, |(visits, _)| compare(bundle, VISITS, 11, visits)),
    );
    let visits = visits.map_err(|outcome| match outcome {
        Outcome::Failed(_) => Outcome::depends_on(11),
        other => other,
    });
    let paired = match (visits, registers_sound, bundle.seed) {
        (Ok((_, demands)), true, Some(seed)) => Ok(Drawn { seed, demands }),
        (Err(outcome), ..) => Err(outcome),
        _ => Err(Outcome::depends_on(3)),
    };
    for (number, outcome) in verify_pairing(bundle, paired, &mut report.facts) {
        report.checks.push(Check { number, outcome });
    }
    if let Ok(selections) = &selections {
        report.facts.add_selections(selections);
    } else if let Some(seed) = &bundle.seed {
        report.facts.add_quotas(&bundle.commitment, seed);
    }
    if bundle.files.keys().any(|path| path.starts_with("events/")) {
        let sound = |check: &&Check| check.outcome == Outcome::Passed;
        let unsound = report.checks.iter().find(|c| (11..=15).contains(&c.number) && !sound(c));
        let drawn = match (unsound, &selections, &bundle.seed) {
            (None, Ok(selections), Some(seed)) => Ok((*selections, seed)),
            (unsound, ..) => Err(unsound.map_or(9, |check| check.number)),
        };
        let outcome = events(bundle, drawn, &mut report.facts);
        report.checks.push(Check { number: 16, outcome });
    }
    if let Some(bytes) = bundle.files.get(SCHEDULE) {
        report.checks.push(Check { number: 17, outcome: schedule(bytes) });
    }
}
