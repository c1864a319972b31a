//! The bundle (公示包): which files it has, which of them are closed in a sealed draw, and the manifest
//! that binds them. A bundle in memory is a map from path to bytes; the shell reads and writes folders.

use std::collections::BTreeMap;

use super::commitment::Commitment;
use super::tables::ManifestRow;
use crate::base::digest::{Digest, Hasher, Suite};
use crate::base::finding::Finding;
use crate::base::json::{self, Object};
use crate::base::secret::Secret;
use crate::base::text::line_digest;
use crate::say;

/// A bundle's files: path with `/` between folders, and bytes.
pub type Files = BTreeMap<String, Vec<u8>>;

/// The path of the commitment, which makes a folder a bundle.
pub const COMMITMENT: &str = "commitment.json";
/// The path of the beacon's values.
pub const BEACON: &str = "beacon.json";
/// The path of the manifest, whose digest is the result's digest.
pub const MANIFEST: &str = "manifest.tsv";
/// The path of a sealed draw's opening.
pub const OPENING: &str = "opening.json";
/// The path of the blocking set, where pairing is impossible.
pub const SHORTAGE: &str = "shortage.json";
/// The path of the optional days of visits.
pub const SCHEDULE: &str = "schedule.tsv";
/// The path of the inspectors' table.
pub const INSPECTORS: &str = "inspectors.tsv";
/// The path of the table of incompatible inspectors.
pub const INCOMPATIBLE: &str = "incompatible.tsv";
/// The path of the optional table of stand-by inspectors.
pub const STANDBY: &str = "standby.tsv";
/// The path of the recusals' table.
pub const RECUSALS: &str = "recusals.tsv";
/// The path of the visits' table.
pub const VISITS: &str = "visits.tsv";
/// The path of the assignment of all rounds.
pub const ASSIGNMENT: &str = "assignment.tsv";
/// The path of the certificates of all rounds.
pub const HANDICAPS: &str = "handicaps.tsv";

/// The frame of a list.
pub fn frame_path(list: &str) -> String {
    format!("frames/{list}.tsv")
}

/// Whether a path is that of a frame.
pub fn is_frame(path: &str) -> bool {
    path.starts_with("frames/")
}

/// The result of a list.
pub fn draw_path(list: &str) -> String {
    format!("draw/{list}.tsv")
}

/// The roll of a list, in a sealed draw.
pub fn roll_path(list: &str) -> String {
    format!("rolls/{list}.tsv")
}

/// How far a bundle has come, and so which files it must hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// Frozen: the commitment and the registers.
    Frozen,
    /// The beacon's values are there.
    Beaconed,
    /// Drawn and paired, with a manifest.
    Drawn,
}

/// The stage that the files show.
pub fn stage(files: &Files) -> Stage {
    match (files.contains_key(BEACON), files.contains_key(MANIFEST)) {
        (_, true) => Stage::Drawn,
        (true, false) => Stage::Beaconed,
        (false, false) => Stage::Frozen,
    }
}

/// The files of a bundle that are public from the start, and those that a sealed draw closes.
pub struct Layout {
    /// Never closed.
    pub public: Vec<String>,
    /// Closed in a sealed draw until the opening.
    pub closed: Vec<String>,
}

/// The files bound by the manifest (itself left out) that a bundle of this commitment has at a stage.
/// `short` says that pairing was impossible.
pub fn layout(commitment: &Commitment, stage: Stage, short: bool) -> Layout {
    let lists = || commitment.lists_by_name().into_iter().map(|list| list.list.as_str());
    let mut public = vec![COMMITMENT.to_owned(), INSPECTORS.to_owned(), INCOMPATIBLE.to_owned()];
    public.extend(commitment.standby.map(|_| STANDBY.to_owned()));
    let mut closed: Vec<String> = lists().map(frame_path).collect();
    closed.push(RECUSALS.to_owned());
    if stage >= Stage::Beaconed {
        public.push(BEACON.to_owned());
    }
    if stage == Stage::Drawn {
        closed.extend(lists().map(draw_path));
        closed.extend([VISITS, ASSIGNMENT, HANDICAPS].map(str::to_owned));
        closed.extend(short.then(|| SHORTAGE.to_owned()));
        if commitment.sealed() {
            public.extend(lists().map(roll_path));
        }
    }
    if !commitment.sealed() {
        public.append(&mut closed);
    }
    Layout { public, closed }
}

/// Whether a file may lie in a bundle without being bound by the manifest.
pub fn is_unbound(path: &str) -> bool {
    [MANIFEST, OPENING, SCHEDULE, "verify.html", "README.txt"].contains(&path)
        || ["events/", "log/", "notice/"].iter().any(|folder| path.starts_with(folder))
}

/// Takes in the bytes of a file for its digest in the manifest: H(bytes); of a closed file
/// H(HL("close", master, path) ‖ bytes), so that even small secrets cannot be guessed.
pub fn file_hasher(suite: Suite, path: &str, closed_with: Option<&str>) -> Hasher {
    match closed_with {
        None => suite.hasher(),
        Some(master) => {
            let key = line_digest(suite, "close", &[master, path]);
            suite.hasher().with(key.hex().as_bytes())
        }
    }
}

/// The manifest of these files; the digests of the `frames` are known by path, and `master` is the secret of a sealed
/// draw, in hex.
pub fn manifest(
    commitment: &Commitment,
    files: &Files,
    frames: &BTreeMap<String, Digest>,
    master: Option<&str>,
) -> Vec<ManifestRow> {
    let layout = layout(commitment, Stage::Drawn, files.contains_key(SHORTAGE));
    let digest = |path: &String| {
        let closed_with = master.filter(|_| layout.closed.contains(path));
        let whole = || file_hasher(commitment.suite, path, closed_with).with(&files[path]).finish();
        frames.get(path).copied().unwrap_or_else(whole)
    };
    let bound = layout.public.iter().chain(&layout.closed);
    let mut rows: Vec<ManifestRow> =
        bound.map(|path| ManifestRow { path: path.clone(), digest: digest(path) }).collect();
    rows.sort_by(|a, b| a.path.cmp(&b.path));
    rows
}

/// The bytes of `opening.json`.
pub fn format_opening(master: &Secret) -> Vec<u8> {
    json::format_line(&serde_json::json!({"master": *master.hex()}))
}

/// What an opening hands over, in one digest: H of a table like the manifest's, of `opening.json` and every file that
/// was closed, each with H(bytes). The secret among them keeps small tables from being guessed.
pub fn opened_digest(suite: Suite, commitment: &Commitment, files: &Files) -> Digest {
    let layout = layout(commitment, Stage::Drawn, files.contains_key(SHORTAGE));
    let mut paths: Vec<&String> = layout.closed.iter().collect();
    let opening = OPENING.to_owned();
    paths.push(&opening);
    paths.sort();
    let row = |path: &String| {
        let digest = suite.digest(files.get(path).map(Vec::as_slice).unwrap_or_default());
        ManifestRow { path: path.clone(), digest }
    };
    let rows: Vec<ManifestRow> = paths.into_iter().map(row).collect();
    suite.digest(&crate::base::table::format(&rows))
}

/// Parses `opening.json`: the master secret, 64 hex digits.
///
/// # Errors
/// F01 or F05.
pub fn parse_opening(bytes: &[u8]) -> Result<String, Finding> {
    let value = json::parse_line(bytes)?;
    let top = Object::root(&value)?;
    top.only(&["master"])?;
    let master = top.text("master")?;
    match Digest::from_hex(master) {
        Some(_) => Ok(master.to_owned()),
        None => Err(Finding::new(
            "F05",
            say!("须为 64 位小写十六进制", "must be 64 lowercase hex digits"),
        )
        .column("master")),
    }
}
