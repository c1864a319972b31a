//! What the files of a bundle say, parsed; and whether the registers are the committed ones. Frames, which may be
//! larger than memory, are read by [`super::frame`].

use std::collections::BTreeMap;

use super::beacon::Beacon;
use super::bundle::{
    ASSIGNMENT, BEACON, Files, HANDICAPS, INCOMPATIBLE, INSPECTORS, MANIFEST, OPENING, RECUSALS,
    SHORTAGE, STANDBY, VISITS, draw_path, parse_opening, roll_path,
};
use super::commitment::Commitment;
use super::shortage::Shortage;
use super::tables::{
    AssignmentRow, DrawRow, HandicapRow, IncompatibleRow, InspectorRow, ManifestRow, RecusalRow,
    RollRow, VisitRow,
};
use crate::base::digest::{Digest, Suite};
use crate::base::finding::Finding;
use crate::base::merkle::Root;
use crate::base::table::{self, Row};
use crate::say;

/// The parsed files of a bundle but its frames; `None` where a file is absent or malformed.
#[derive(Clone, Debug, Default)]
#[allow(missing_docs)]
pub struct Contents {
    pub inspectors: Option<Vec<InspectorRow>>,
    pub standby: Option<Vec<InspectorRow>>,
    pub incompatible: Option<Vec<IncompatibleRow>>,
    pub recusals: Option<Vec<RecusalRow>>,
    pub beacon: Option<Beacon>,
    /// By list.
    pub draws: BTreeMap<String, Vec<DrawRow>>,
    /// By list.
    pub rolls: BTreeMap<String, Vec<RollRow>>,
    pub visits: Option<Vec<VisitRow>>,
    pub assignment: Option<Vec<AssignmentRow>>,
    pub handicaps: Option<Vec<HandicapRow>>,
    pub shortage: Option<Shortage>,
    pub manifest: Option<Vec<ManifestRow>>,
    /// The master secret of an opened draw.
    pub master: Option<Digest>,
}

impl Contents {
    /// Parses every file of the commitment's lists that is there, but no frame; the findings name the malformed ones.
    pub fn parse(commitment: &Commitment, files: &Files) -> (Self, Vec<Finding>) {
        let mut reader = Reader { files, findings: Vec::new() };
        let lists = || commitment.lists.iter().map(|list| list.list.clone());
        let contents = Contents {
            inspectors: reader.table(INSPECTORS),
            standby: reader.table(STANDBY),
            incompatible: reader.table(INCOMPATIBLE),
            recusals: reader.table(RECUSALS),
            beacon: reader.file(BEACON, Beacon::parse),
            draws: lists()
                .filter_map(|list| Some((list.clone(), reader.table(&draw_path(&list))?)))
                .collect(),
            rolls: lists()
                .filter_map(|list| Some((list.clone(), reader.table(&roll_path(&list))?)))
                .collect(),
            visits: reader.table(VISITS),
            assignment: reader.table(ASSIGNMENT),
            handicaps: reader.table(HANDICAPS),
            shortage: reader.file(SHORTAGE, Shortage::parse),
            manifest: reader.table(MANIFEST),
            master: reader
                .file(OPENING, parse_opening)
                .and_then(|master| Digest::from_hex(&master)),
        };
        (contents, reader.findings)
    }
}

struct Reader<'a> {
    files: &'a Files,
    findings: Vec<Finding>,
}

impl Reader<'_> {
    fn table<R: Row>(&mut self, path: &str) -> Option<Vec<R>> {
        self.file(path, table::parse)
    }

    fn file<T>(&mut self, path: &str, parse: impl Fn(&[u8]) -> Result<T, Finding>) -> Option<T> {
        match parse(self.files.get(path)?) {
            Ok(value) => Some(value),
            Err(finding) => {
                self.findings.push(finding.file(path));
                None
            }
        }
    }
}

/// Checks the registers' tables against the committed numbers and roots; tables that are absent are passed over.
pub fn check_registers(commitment: &Commitment, contents: &Contents) -> Vec<Finding> {
    let Commitment { suite, inspectors, incompatible, recusals, standby, .. } = commitment;
    let checked = [
        check_root(*suite, INSPECTORS, "V03", Some(inspectors), contents.inspectors.as_deref()),
        check_root(*suite, STANDBY, "V03", standby.as_ref(), contents.standby.as_deref()),
        check_root(
            *suite,
            INCOMPATIBLE,
            "V03",
            Some(incompatible),
            contents.incompatible.as_deref(),
        ),
        check_root(*suite, RECUSALS, "V03", Some(recusals), contents.recusals.as_deref()),
        check_salts(
            RECUSALS,
            "V03",
            commitment.sealed(),
            contents.recusals.iter().flatten().map(|row| row.salt),
        ),
    ];
    checked.into_iter().flatten().collect()
}

fn check_root<R: Row>(
    suite: Suite,
    path: &str,
    code: &str,
    committed: Option<&Root>,
    rows: Option<&[R]>,
) -> Option<Finding> {
    let (committed, found) = (committed?, table::root(suite, rows?));
    if *committed == found {
        return None;
    }
    let cause = if committed.n == found.n {
        say!("树根与承诺不符", "the root is not the committed one")
    } else {
        let (n, m) = (found.n, committed.n);
        say!("有 {n} 行，承诺为 {m} 行", "{n} rows, {m} are committed")
    };
    Some(Finding::new(code, cause).file(path))
}

fn check_salts(
    path: &str,
    code: &str,
    sealed: bool,
    salts: impl Iterator<Item = Option<Digest>>,
) -> Option<Finding> {
    let (row, _) = (2..).zip(salts).find(|(_, salt)| salt.is_some() != sealed)?;
    let cause = say!("盐只属于保密抽取", "salts stand in sealed draws, and only there");
    Some(Finding::new(code, cause).file(path).row(row).column("salt"))
}
