//! Conducts a draw: from a frozen package and the beacon's values to the published result, and from a
//! result to one subject's receipt. The same bytes come out whoever conducts it, and whenever.

mod blockage;
mod events;
mod explain;
mod locate;
mod now;
mod receipt;
mod teams;

use std::collections::BTreeMap;

use crate::base::digest::Digest;
use crate::base::finding::{Finding, Findings};
use crate::base::table;
use crate::draw::select::Selection;
use crate::draw::ticket::seed;
use crate::draw::visits::{drawn_rows, visits};
use crate::pairing::frames::{FramesRead, Wanted, read_frames};
use crate::pairing::rounds::{Rounds, pair};
use crate::pairing::rules::Case;
use crate::pairing::slots::demands;
use crate::record::beacon::Beacon;
use crate::record::bundle::{
    ASSIGNMENT, BEACON, COMMITMENT, Files, HANDICAPS, INCOMPATIBLE, INSPECTORS, MANIFEST, RECUSALS,
    SHORTAGE, STANDBY, Stage, VISITS, draw_path, is_frame, layout, manifest, roll_path,
};
use crate::record::commitment::{Commitment, List};
use crate::record::contents::{Contents, check_registers};
use crate::record::frame::Frames;
use crate::record::ids::Sid;
use crate::record::shortage::Shortage;
use crate::record::tables::{AssignmentRow, FrameRow, HandicapRow, VisitRow};
use crate::say;

pub use blockage::{Blockage, Demanded, Qualified, Way};
pub use events::history;
pub use explain::{Alternative, Barred, Explanation, Person, Seat, Standing, explain_visit};
pub use now::{VisitNow, visit_now};
pub use receipt::{Holders, Receipts, receipt};

/// A frozen package: parsed, and its registers equal to its commitment. Its frames, which may be larger than memory, are
/// read when it is drawn.
pub struct Frozen<'a> {
    /// What was committed.
    pub commitment: Commitment,
    /// C.
    pub digest: Digest,
    /// The bytes of `commitment.json`: unknown keys inside it are not printed again by [`Commitment::format`].
    committed: Vec<u8>,
    contents: Contents,
    frames: &'a dyn Frames,
}

/// What a draw produced.
pub struct Drawn {
    /// The new files: draw, visits, assignment, certificates, manifest; none in a rehearsal.
    pub files: Files,
    /// The selection of each list, in the order of names.
    pub selections: Vec<(String, Selection)>,
    /// The visits.
    pub visits: Vec<VisitRow>,
    /// Everybody eligible for every slot.
    pub case: Case,
    /// The rounds of the pairing.
    pub rounds: Rounds,
    /// Different subjects in all frames.
    pub subjects: u64,
    /// The names of each list's slots.
    slot_names: BTreeMap<String, Vec<String>>,
    /// The digests of the frames by path.
    frames: BTreeMap<String, Digest>,
}

/// What happens, for whoever watches: (step, done, of how many).
pub type Progress<'a> = &'a mut dyn FnMut(Step, usize, usize);

/// The steps of a draw.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Frames read, checked and drawn, row by row.
    Draw,
    /// Pairing, slot by slot; the round begins anew at zero.
    Pair,
}

impl<'a> Frozen<'a> {
    /// Parses a package and checks its registers against its commitment; `files` may do without frames.
    ///
    /// # Errors
    /// Everything that is malformed, missing or not as committed.
    pub fn read(files: &Files, frames: &'a dyn Frames) -> Result<Self, Findings> {
        let bytes = files.get(COMMITMENT).ok_or_else(|| missing(COMMITMENT))?;
        let commitment = Commitment::parse(bytes).map_err(|f| f.file(COMMITMENT))?;
        let (contents, mut findings) = Contents::parse(&commitment, files);
        if findings.is_empty() {
            let layout = layout(&commitment, Stage::Frozen, false);
            let paths = layout.public.iter().chain(&layout.closed);
            // Frames are missed when they are read.
            let absent = paths.filter(|path| !is_frame(path) && !files.contains_key(*path));
            findings.extend(absent.map(|path| missing(path)));
        }
        if findings.is_empty() {
            findings.extend(check_registers(&commitment, &contents));
        }
        let digest = commitment.suite.digest(bytes);
        let frozen = Frozen { commitment, digest, committed: bytes.clone(), contents, frames };
        Findings::check(findings, frozen).map(|(frozen, _)| frozen)
    }

    /// Reads every frame and checks it against the commitment, without drawing.
    ///
    /// # Errors
    /// Everything that is malformed or not as committed.
    pub fn check(&self) -> Result<(), Findings> {
        self.read_frames(None, None, &mut |_| ()).map(|_| ())
    }

    fn read_frames(
        &self,
        seed: Option<&Digest>,
        master: Option<&Digest>,
        watch: &mut dyn FnMut(u64),
    ) -> Result<FramesRead, Findings> {
        let wanted = Wanted { commitment: &self.commitment, seed, master };
        let read = read_frames(&wanted, self.frames, watch)?;
        Findings::check(read.findings(), read).map(|(read, _)| read)
    }

    /// Draws and pairs with these beacon values. `master` is the secret of a sealed draw.
    ///
    /// # Errors
    /// A beacon that does not fit the commitment, frames that are not the committed ones, or equal tickets.
    pub fn draw(
        &self,
        beacon: &Beacon,
        master: Option<&Digest>,
        progress: Progress<'_>,
    ) -> Result<Drawn, Findings> {
        beacon
            .check(self.commitment.suite, &self.commitment.sources)
            .map_err(|f| f.file(BEACON))?;
        let seed = seed(self.commitment.suite, &self.digest, &beacon.strings);
        let mut drawn = self.select(&seed, master, progress)?;
        self.pair(&mut drawn, &seed, progress);
        drawn.files = self.result_files(&drawn);
        let mut bound = self.frozen_files();
        bound.insert(BEACON.to_owned(), beacon.format());
        bound.extend(drawn.files.clone());
        let hex = master.map(Digest::hex);
        let manifest = manifest(&self.commitment, &bound, &drawn.frames, hex.as_deref());
        drawn.files.insert(MANIFEST.to_owned(), table::format(&manifest));
        Ok(drawn)
    }

    /// Draws and pairs from a seed, without files: what a rehearsal does with seeds of its own.
    ///
    /// # Errors
    /// Frames that are not the committed ones, or equal tickets.
    pub fn draw_from(&self, seed: &Digest, progress: Progress<'_>) -> Result<Drawn, Findings> {
        let mut drawn = self.select_from(seed, progress)?;
        self.pair(&mut drawn, seed, progress);
        Ok(drawn)
    }

    fn pair(&self, drawn: &mut Drawn, seed: &Digest, progress: Progress<'_>) {
        drawn.case.put_tickets(self.commitment.suite, seed);
        let slots = drawn.case.slots();
        drawn.rounds = pair(&drawn.case, &mut |_, filled| progress(Step::Pair, filled, slots));
    }

    /// Draws from a seed, without pairing: selections, visits and who is eligible for each slot, without
    /// pair tickets.
    ///
    /// # Errors
    /// As [`Frozen::draw_from`].
    pub fn select_from(&self, seed: &Digest, progress: Progress<'_>) -> Result<Drawn, Findings> {
        self.select(seed, None, progress)
    }

    fn select(
        &self,
        seed: &Digest,
        master: Option<&Digest>,
        progress: Progress<'_>,
    ) -> Result<Drawn, Findings> {
        let lists = self.commitment.lists_by_name();
        let rows = usize::try_from(self.commitment.rows()).unwrap_or(usize::MAX);
        let watch = &mut |row: u64| progress(Step::Draw, row as usize, rows);
        let FramesRead { selections, digests, subjects, .. } =
            self.read_frames(Some(seed), master, watch)?;
        let visits = visits(&selections);
        let case = self.case(&visits, &drawn_rows(&selections))?;
        let rounds = Rounds { rounds: Vec::new(), shortage: None };
        let names = |list: &&List| {
            (list.list.clone(), list.slots.iter().map(|slot| slot.slot.clone()).collect())
        };
        let slot_names = lists.iter().map(names).collect();
        let (files, frames) = (Files::new(), digests);
        Ok(Drawn { files, selections, visits, case, rounds, subjects, slot_names, frames })
    }

    fn case(
        &self,
        visits: &[VisitRow],
        drawn: &BTreeMap<&Sid, &FrameRow>,
    ) -> Result<Case, Finding> {
        let contents = &self.contents;
        Ok(Case::new(
            contents.inspectors.clone().unwrap_or_default(),
            contents.recusals.as_deref().unwrap_or_default(),
            contents.incompatible.as_deref().unwrap_or_default(),
            demands(&self.commitment, drawn, visits)?,
        ))
    }

    fn result_files(&self, drawn: &Drawn) -> Files {
        let Drawn { selections, visits, case, rounds, .. } = drawn;
        let mut files = Files::new();
        for (list, selection) in selections {
            files.insert(draw_path(list), table::format(&selection.draw_rows()));
            if self.commitment.sealed() {
                let roll = selection.roll(self.commitment.suite, list);
                files.insert(roll_path(list), table::format(&roll));
            }
        }
        files.insert(VISITS.to_owned(), table::format(visits));
        files.insert(ASSIGNMENT.to_owned(), table::format(&assignment_rows(case, rounds)));
        files.insert(HANDICAPS.to_owned(), table::format(&handicap_rows(case, rounds)));
        if let Some(shortage) = shortage(case, rounds) {
            files.insert(SHORTAGE.to_owned(), shortage.format());
        }
        files
    }

    /// The frozen files but the frames: the commitment as it was read, the tables printed again, which gives the same
    /// bytes.
    fn frozen_files(&self) -> Files {
        let contents = &self.contents;
        let mut files = Files::from([(COMMITMENT.to_owned(), self.committed.clone())]);
        let mut put = |path: &str, bytes: Option<Vec<u8>>| {
            bytes.map(|bytes| files.insert(path.to_owned(), bytes))
        };
        put(INSPECTORS, contents.inspectors.as_deref().map(table::format));
        put(STANDBY, contents.standby.as_deref().map(table::format));
        put(INCOMPATIBLE, contents.incompatible.as_deref().map(table::format));
        put(RECUSALS, contents.recusals.as_deref().map(table::format));
        files
    }

    /// The parsed tables, without the frames.
    pub fn contents(&self) -> &Contents {
        &self.contents
    }
}

fn missing(path: &str) -> Finding {
    Finding::new("F06", say!("没有这个文件", "the file is not there")).file(path)
}

fn assignment_rows(case: &Case, rounds: &Rounds) -> Vec<AssignmentRow> {
    let mut rows = Vec::new();
    for (round, result) in (0..).zip(&rounds.rounds) {
        for (visit, team) in case.visits.iter().zip(&result.teams) {
            for (slot, i) in (0..).zip(team) {
                let iid = case.inspectors[*i as usize].iid.clone();
                rows.push(AssignmentRow { round, sid: visit.sid.clone(), slot, iid });
            }
        }
    }
    rows
}

fn handicap_rows(case: &Case, rounds: &Rounds) -> Vec<HandicapRow> {
    let mut rows = Vec::new();
    for (round, result) in (0..).zip(&rounds.rounds) {
        for (row, handicap) in case.inspectors.iter().zip(&result.handicaps) {
            rows.push(HandicapRow { round, iid: row.iid.clone(), handicap: *handicap });
        }
    }
    rows
}

fn shortage(case: &Case, rounds: &Rounds) -> Option<Shortage> {
    let blocking = rounds.shortage.as_ref()?;
    let slot = |(visit, slot): &(u32, u32)| -> (Sid, u32) {
        (case.visits[*visit as usize].sid.clone(), *slot)
    };
    Some(Shortage {
        round: u32::try_from(rounds.rounds.len()).expect("bug: fewer rounds than exclusions"),
        slots: blocking.slots.iter().map(slot).collect(),
        short: u64::from(blocking.short),
    })
}
