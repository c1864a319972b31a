//! The order of the steps, and what each of them needs of the ones before.

use super::bad::Bad;
use super::drawn::{draws, rolls, visits};
use super::events::events;
use super::frozen::{beacon, check_files, frames, manifest, opening, registers};
use super::later::schedule;
use super::pairing::verify_pairing;
use super::time::{Trust, time};
use super::unread::{commitment, unread};
use super::{Check, Facts, Outcome, Report};
use crate::base::digest::Digest;
use crate::base::finding::Finding;
use crate::draw::select::Selection;
use crate::draw::ticket::seed;
use crate::pairing::frames::{FramesRead, Wanted, read_frames};
use crate::record::beacon::Beacon;
use crate::record::bundle::{COMMITMENT, Files, MANIFEST, OPENING, SCHEDULE, frame_path};
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
        Err(fault) => {
            report.checks = unread(files, &fault);
            return Ok(report);
        }
    };
    let digest = commitment.suite.digest(bytes);
    let (contents, mut malformed) = Contents::parse(&commitment, files);
    let unopened = commitment.sealed() && !files.contains_key(OPENING);
    let seed = seed_of(&commitment, &digest, contents.beacon.as_ref());
    let master = contents.master.as_ref().filter(|_| commitment.sealed());
    let wanted = Wanted { commitment: &commitment, seed: seed.as_ref(), master };
    let rows = commitment.rows();
    let frames = match unopened {
        true => FramesRead::default(),
        false => read_frames(&wanted, frames, &mut |read| watch(read, rows))?,
    };
    malformed.extend(frames.malformed.iter().cloned());
    malformed.extend(unreadable);
    report.commitment = Some(digest);
    report.result = files.get(MANIFEST).map(|bytes| commitment.suite.digest(bytes));
    report.facts = Facts::of_commitment(&commitment, &contents);
    report.facts.seed = seed;
    let bundle = Bundle { files, commitment, contents, frames, seed, unopened };
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

fn run(bundle: &Bundle<'_>, malformed: Vec<Finding>, timed: Outcome, report: &mut Report) {
    let Bundle { commitment, unopened, .. } = bundle;
    let sealed = commitment.sealed();
    let mut bad = Bad::default();
    let mut steps = Vec::new();
    let mut put = |number: u32, outcome: Outcome| steps.push(Check { number, outcome });
    put(1, check_files(bundle, malformed, &mut bad));
    put(2, Outcome::Passed);
    put(3, bad.note(3, registers(bundle, &bad)));
    put(4, frames(bundle, &mut bad));
    if sealed {
        put(5, bad.note(5, opening(bundle, &bad)));
    }
    put(6, bad.note(6, beacon(bundle)));
    put(7, timed);
    put(8, manifest(bundle, &bad));
    put(9, draws(bundle, &mut bad));
    if sealed {
        put(10, rolls(bundle, &bad));
    }
    let (outcome, drawn) = visits(bundle, &bad);
    put(11, outcome);
    for (number, outcome) in verify_pairing(bundle, &bad, drawn, &mut report.facts) {
        put(number, outcome);
    }
    report.checks = steps;
    if let Some(selections) = bundle.selections(&bad) {
        report.facts.add_selections(selections);
    } else if let Some(seed) = &bundle.seed {
        report.facts.add_quotas(commitment, seed);
    }
    if bundle.files.keys().any(|path| path.starts_with("events/")) {
        let sound = |check: &&Check| check.outcome == Outcome::Passed;
        let unsound = report.checks.iter().find(|c| (11..=15).contains(&c.number) && !sound(c));
        let drawn = match (unsound, bundle.selections(&bad), &bundle.seed) {
            (None, Some(selections), Some(seed)) => Ok((selections, seed)),
            (unsound, ..) => Err(unsound.map_or(9, |check| check.number)),
        };
        let outcome = events(bundle, drawn, &mut report.facts);
        report.checks.push(Check { number: 16, outcome });
    }
    if let Some(bytes) = bundle.files.get(SCHEDULE).filter(|_| !unopened) {
        report.checks.push(Check { number: 17, outcome: schedule(bytes) });
    }
}

impl Bundle<'_> {
    /// The recomputed selections of all lists, if what they rest on is sound.
    pub(super) fn selections(&self, bad: &Bad) -> Option<&[(String, Selection)]> {
        let all = &self.frames.selections;
        let complete = !self.unopened && all.len() == self.commitment.lists.len();
        (complete && bad.under_draws(&self.commitment).is_none()).then_some(all)
    }

    /// The recomputed selection of one list, if its frame is sound.
    pub(super) fn selection(&self, bad: &Bad, list: &str) -> Option<&Selection> {
        let mut all = self.frames.selections.iter();
        all.find(|(name, _)| name == list)
            .filter(|_| bad.step(&frame_path(list)).is_none())
            .map(|(_, selection)| selection)
    }
}
