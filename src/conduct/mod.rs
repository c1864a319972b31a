//! Conducts a draw: from a frozen package and the beacon's values to the published result, and from a
//! result to one subject's receipt. The same bytes come out whoever conducts it, and whenever.

mod receipt;

use std::collections::{BTreeMap, BTreeSet};

use crate::base::digest::Digest;
use crate::base::finding::{Finding, Findings, Text};
use crate::base::table;
use crate::draw::select::{Selection, rank, select};
use crate::draw::ticket::seed;
use crate::draw::visits::{drawn_rows, visits};
use crate::pairing::rounds::{Rounds, pair};
use crate::pairing::rules::Case;
use crate::pairing::shortage::Blocking;
use crate::pairing::slots::{check_all_subjects, demands};
use crate::record::beacon::Beacon;
use crate::record::bundle::{
    ASSIGNMENT, BEACON, COMMITMENT, Files, HANDICAPS, INCOMPATIBLE, INSPECTORS, MANIFEST, RECUSALS,
    SHORTAGE, STANDBY, Stage, VISITS, draw_path, frame_path, layout, manifest, roll_path,
};
use crate::record::commitment::Commitment;
use crate::record::contents::{Contents, check_frames, check_registers};
use crate::record::ids::Sid;
use crate::record::shortage::Shortage;
use crate::record::tables::{AssignmentRow, FrameRow, HandicapRow, VisitRow};
use crate::say;

pub use receipt::receipt;

/// A frozen package that may be drawn: parsed, and equal to its commitment.
pub struct Frozen {
    /// What was committed.
    pub commitment: Commitment,
    /// C.
    pub digest: Digest,
    /// The bytes of `commitment.json`: unknown keys inside it are not printed again by [`Commitment::format`].
    committed: Vec<u8>,
    contents: Contents,
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
}

/// What happens, for whoever watches: (step, done, of how many).
pub type Progress<'a> = &'a mut dyn FnMut(Step, usize, usize);

/// The steps of a draw.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Tickets and selection, list by list.
    Draw,
    /// Pairing, slot by slot; the round begins anew at zero.
    Pair,
}

impl Frozen {
    /// Parses a package and checks it against its commitment.
    ///
    /// # Errors
    /// Everything that is malformed, missing or not as committed.
    pub fn read(files: &Files) -> Result<Self, Findings> {
        let bytes = files.get(COMMITMENT).ok_or_else(|| missing(COMMITMENT))?;
        let commitment = Commitment::parse(bytes).map_err(|f| f.file(COMMITMENT))?;
        let (contents, mut findings) = Contents::parse(&commitment, files);
        if findings.is_empty() {
            let layout = layout(&commitment, Stage::Frozen, false);
            let paths = layout.public.iter().chain(&layout.closed);
            findings
                .extend(paths.filter(|path| !files.contains_key(*path)).map(|path| missing(path)));
        }
        if findings.is_empty() {
            findings.extend(check_registers(&commitment, &contents));
            findings.extend(check_frames(&commitment, &contents));
        }
        if findings.is_empty() {
            findings.extend(check_all_subjects(&commitment, &contents));
        }
        let digest = commitment.suite.digest(bytes);
        let frozen = Frozen { commitment, digest, committed: bytes.clone(), contents };
        Findings::check(findings, frozen).map(|(frozen, _)| frozen)
    }

    /// Draws and pairs with these beacon values. `master` is the secret of a sealed draw.
    ///
    /// # Errors
    /// A beacon that does not fit the commitment, or equal tickets.
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
        let mut drawn = self.draw_from(&seed, progress)?;
        drawn.files = self.result_files(&drawn);
        let mut bound = self.frozen_files();
        bound.insert(BEACON.to_owned(), beacon.format());
        bound.extend(drawn.files.clone());
        let manifest = manifest(&self.commitment, &bound, master.map(Digest::hex).as_deref());
        drawn.files.insert(MANIFEST.to_owned(), table::format(&manifest));
        Ok(drawn)
    }

    /// Draws and pairs from a seed, without files: what a rehearsal does with seeds of its own.
    ///
    /// # Errors
    /// Equal tickets.
    pub fn draw_from(&self, seed: &Digest, progress: Progress<'_>) -> Result<Drawn, Findings> {
        let mut drawn = self.select_from(seed, progress)?;
        drawn.case = drawn.case.with_tickets(self.commitment.suite, seed);
        let slots = drawn.case.slots();
        drawn.rounds = pair(&drawn.case, &mut |_, filled| progress(Step::Pair, filled, slots));
        Ok(drawn)
    }

    /// Draws from a seed, without pairing: selections, visits and who is eligible for each slot, without
    /// pair tickets.
    ///
    /// # Errors
    /// Equal tickets.
    pub fn select_from(&self, seed: &Digest, progress: Progress<'_>) -> Result<Drawn, Findings> {
        let (suite, frames) = (self.commitment.suite, &self.contents.frames);
        let lists = self.commitment.lists_by_name();
        let mut selections = Vec::new();
        for (done, list) in lists.iter().enumerate() {
            progress(Step::Draw, done, lists.len());
            // A roll tells everybody's rank.
            let order = if self.commitment.sealed() { rank } else { select };
            let selection =
                order(suite, seed, list, &frames[&list.list]).map_err(|f| f.id(&list.list))?;
            selections.push((list.list.clone(), selection));
        }
        let visits = visits(&selections, frames);
        let case = self.case(&visits, &drawn_rows(&selections, frames))?;
        let rounds = Rounds { rounds: Vec::new(), shortage: None };
        Ok(Drawn { files: Files::new(), selections, visits, case, rounds })
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
            files.insert(
                draw_path(list),
                table::format(&selection.draw_rows(&self.contents.frames[list])),
            );
            if self.commitment.sealed() {
                files.insert(
                    roll_path(list),
                    table::format(&selection.roll(
                        self.commitment.suite,
                        list,
                        &self.contents.frames[list],
                    )),
                );
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

    /// The frozen files: the commitment as it was read, the tables printed again, which gives the same bytes.
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
        for (list, frame) in &contents.frames {
            put(&frame_path(list), Some(table::format(frame)));
        }
        files
    }

    /// The parsed tables.
    pub fn contents(&self) -> &Contents {
        &self.contents
    }
}

/// Why a pairing is impossible, in numbers and words.
pub struct Blockage {
    /// The slots of the blocking set, each with its subject, in words.
    pub slots: Vec<(Sid, Text)>,
    /// How many inspectors some of these slots are open to.
    pub inspectors: usize,
    /// Their capacity together.
    pub capacity: u64,
    /// Slots that stay unfilled in a largest possible pairing.
    pub unfilled: u32,
}

impl Blockage {
    /// What a blocking set of a case says.
    pub fn of(case: &Case, blocking: &Blocking) -> Blockage {
        let place = |(visit, slot): &(u32, u32)| (&case.visits[*visit as usize], *slot as usize);
        let open = blocking.slots.iter();
        let open = open.flat_map(|(visit, slot)| case.eligible(*visit, *slot as usize));
        let open: BTreeSet<u32> = open.collect();
        let capacity = |i: &u32| u64::from(case.inspectors[*i as usize].capacity);
        let slots = blocking.slots.iter().map(place);
        Blockage {
            slots: slots
                .map(|(visit, slot)| (visit.sid.clone(), visit.slots[slot].words()))
                .collect(),
            inspectors: open.len(),
            capacity: open.iter().map(capacity).sum(),
            unfilled: blocking.unfilled,
        }
    }

    /// The numbers in one sentence.
    pub fn sentence(&self) -> Text {
        let Blockage { slots, inspectors, capacity, unfilled } = self;
        let n = slots.len();
        say!(
            "{n} 个岗位只有 {inspectors} 名人员可任（上限合计 {capacity}）；共有 {unfilled} 个岗位无法配齐",
            "{n} slots are open to only {inspectors} inspectors (capacity {capacity} together); {unfilled} slots stay unfilled in all",
        )
    }
}

impl Drawn {
    /// Why the pairing is impossible, if it is.
    pub fn blockage(&self) -> Option<Blockage> {
        self.rounds.shortage.as_ref().map(|blocking| Blockage::of(&self.case, blocking))
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
