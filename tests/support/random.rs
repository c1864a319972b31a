//! Small random draws from a number: every method, mode, suite and kind of beacon, with shared slots, recusals,
//! incompatible inspectors and capacities that bind or do not suffice. The words are those of ChaCha20, bounded by
//! rejection, so one number gives one bundle for ever.

use std::collections::BTreeMap;

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha20Rng;
use serde_json::{Value, json};
use shuangsuiji::base::digest::Digest;
use shuangsuiji::base::json::format_line;
use shuangsuiji::base::table;
use shuangsuiji::conduct::{Drawn, Frozen};
use shuangsuiji::record::beacon::Beacon;
use shuangsuiji::record::bundle::{self, Files, Stage, frame_path, layout};
use shuangsuiji::record::commitment::Commitment;
use shuangsuiji::record::ids::Sid;
use shuangsuiji::record::tables::{
    FrameRow, IncompatibleRow, InspectorRow, RecusalRow, ScheduleRow,
};

use super::maker::Maker;

/// A recorded round of drand's quicknet, as in `docs/protocol.md` §5.3.
pub const ROUND: u64 = 30_662_982;
pub const CHAIN: &str = "52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971";
pub const ROUND_AT: u64 = 1_784_792_310;

/// Bounded integers from the words of ChaCha20.
pub struct Random(ChaCha20Rng);

impl Random {
    pub fn new(seed: u64) -> Self {
        Random(ChaCha20Rng::seed_from_u64(seed))
    }

    /// Uniform in `0..n`.
    pub fn below(&mut self, n: u64) -> u64 {
        let fair = u64::MAX / n * n;
        loop {
            let word = self.0.next_u64();
            if word < fair {
                return word % n;
            }
        }
    }

    /// Uniform in `low..=high`.
    pub fn between(&mut self, low: u64, high: u64) -> u64 {
        low + self.below(high - low + 1)
    }

    pub fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    pub fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.index(of.len())]
    }

    pub fn index(&mut self, len: usize) -> usize {
        usize::try_from(self.below(len as u64)).unwrap()
    }

    /// Fisher and Yates.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            let other = self.index(last + 1);
            items.swap(last, other);
        }
    }

    pub fn digest(&mut self) -> Digest {
        let mut bytes = [0; 32];
        self.0.fill_bytes(&mut bytes);
        Digest::from_bytes(bytes)
    }
}

/// How large a draw may be.
#[derive(Clone, Copy)]
pub struct Size {
    pub subjects: (u64, u64),
    pub inspectors: (u64, u64),
    pub lists: (u64, u64),
    /// Most subjects drawn by one list.
    pub drawn: u64,
}

/// What the tests of agreement use.
pub const SMALL: Size = Size { subjects: (5, 25), inspectors: (4, 12), lists: (1, 4), drawn: 6 };
/// Small enough for trying every assignment.
pub const TINY: Size = Size { subjects: (2, 4), inspectors: (3, 6), lists: (1, 2), drawn: 2 };

/// A draw before its freeze: change what you like, then [`Draft::freeze`] puts numbers and roots in.
#[derive(Clone)]
pub struct Draft {
    pub commitment: Commitment,
    pub frames: BTreeMap<String, Vec<FrameRow>>,
    pub inspectors: Vec<InspectorRow>,
    pub standby: Option<Vec<InspectorRow>>,
    pub recusals: Vec<RecusalRow>,
    pub incompatible: Vec<IncompatibleRow>,
    pub master: Option<Digest>,
    /// The beacon's values, for drand the signature.
    pub values: Vec<String>,
    /// Files that the manifest does not bind.
    pub extras: Files,
}

impl Draft {
    pub fn of(seed: u64) -> Self {
        Self::of_size(seed, SMALL)
    }

    pub fn of_size(seed: u64, size: Size) -> Self {
        Maker::new(seed, size).draft()
    }

    /// The frozen files, with the strata's N and all roots as the tables are.
    pub fn freeze(&self) -> Files {
        let mut commitment = self.commitment.clone();
        let suite = commitment.suite;
        commitment.inspectors = table::root(suite, &self.inspectors);
        commitment.recusals = table::root(suite, &self.recusals);
        commitment.incompatible = table::root(suite, &self.incompatible);
        commitment.standby = self.standby.as_ref().map(|rows| table::root(suite, rows));
        let mut files = Files::new();
        for list in &mut commitment.lists {
            let frame = &self.frames[&list.list];
            list.frame = table::root(suite, frame);
            for stratum in &mut list.strata {
                let of_stratum = frame.iter().filter(|row| row.stratum == *stratum.stratum);
                stratum.size = of_stratum.count() as u64;
            }
            files.insert(frame_path(&list.list), table::format(frame));
        }
        files.insert(bundle::COMMITMENT.to_owned(), commitment.format());
        files.insert(bundle::INSPECTORS.to_owned(), table::format(&self.inspectors));
        files.insert(bundle::RECUSALS.to_owned(), table::format(&self.recusals));
        files.insert(bundle::INCOMPATIBLE.to_owned(), table::format(&self.incompatible));
        if let Some(rows) = &self.standby {
            files.insert(bundle::STANDBY.to_owned(), table::format(rows));
        }
        files
    }

    /// Draws from a seed of the test's own choice, without beacon.
    pub fn draw_from(&self, seed: &Digest) -> Drawn {
        frozen(&self.freeze()).draw_from(seed, &mut |_, _, _| {}).unwrap()
    }

    pub fn beacon(&self) -> Beacon {
        let Commitment { suite, sources, .. } = &self.commitment;
        Beacon::of_values(*suite, sources, &self.values, Some("公证处"))
            .unwrap_or_else(|findings| panic!("{findings}"))
    }

    /// The complete bundle, opened if it was sealed.
    pub fn complete(&self) -> Files {
        let mut files = self.freeze();
        let beacon = self.beacon();
        let frozen_files = files.clone();
        let frozen = frozen(&frozen_files);
        let drawn = frozen.draw(&beacon, self.master.as_ref(), &mut |_, _, _| {});
        let drawn = drawn.unwrap_or_else(|findings| panic!("{findings}"));
        files.insert(bundle::BEACON.to_owned(), beacon.format());
        if let Some(master) = &self.master {
            let opening = format_line(&json!({"master": master.hex()}));
            files.insert(bundle::OPENING.to_owned(), opening);
        }
        if self.extras.contains_key(bundle::SCHEDULE) {
            let day = |sid: &Sid| ScheduleRow { sid: sid.clone(), date: "2026-11-02".to_owned() };
            let rows: Vec<ScheduleRow> = drawn.visits.iter().map(|row| day(&row.sid)).collect();
            files.insert(bundle::SCHEDULE.to_owned(), table::format(&rows));
        }
        let others = self.extras.iter();
        files.extend(
            others
                .filter(|(path, _)| *path != bundle::SCHEDULE)
                .map(|(path, bytes)| (path.clone(), bytes.clone())),
        );
        files.extend(drawn.files);
        files
    }
}

/// A sealed bundle as it is before the opening.
pub fn unopened(files: &Files) -> Files {
    let commitment = Commitment::parse(&files[bundle::COMMITMENT]).unwrap();
    let short = files.contains_key(bundle::SHORTAGE);
    let closed = layout(&commitment, Stage::Drawn, short).closed;
    let mut files = files.clone();
    files.retain(|path, _| {
        !closed.contains(path) && path != bundle::OPENING && path != bundle::SCHEDULE
    });
    files
}

/// The signature of [`ROUND`], from the recorded round that the project ships.
pub fn signature() -> String {
    let recorded = include_str!("../../data/randomness/quicknet.json");
    let recorded: Value = serde_json::from_str(recorded).unwrap();
    let rounds = recorded["rounds"].as_array().unwrap();
    let round = rounds.iter().find(|round| round["round"] == ROUND);
    round.unwrap()["signature"].as_str().unwrap().to_owned()
}

/// The package in these files.
pub fn frozen(files: &Files) -> Frozen<'_> {
    Frozen::read(files, files).unwrap_or_else(|findings| panic!("{findings}"))
}
