//! What the files of a bundle say, parsed; and whether the registers are the committed ones. Frames, which may be
//! larger than memory, are read by [`super::frame`].

use std::collections::BTreeMap;

use super::beacon::Beacon;
use super::bundle::{
    ASSIGNMENT, BEACON, Files, HANDICAPS, INCOMPATIBLE, INSPECTORS, MANIFEST, OPENING, RECUSALS,
    SHORTAGE, STANDBY, VISITS, draw_path, parse_opening, roll_path,
};
use super::commitment::{Commitment, Method};
use super::shortage::Shortage;
use super::tables::{
    AssignmentRow, DrawRow, HandicapRow, IncompatibleRow, InspectorRow, ManifestRow, RecusalRow,
    RollRow, VisitRow,
};
use crate::base::digest::{Digest, Suite};
use crate::base::finding::Finding;
use crate::base::merkle::Root;
use crate::base::table::{self, Row, bad_field};
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
        let sealed = commitment.sealed();
        let salt = |row: &RecusalRow| {
            let text = row.salt.map_or_else(|| "-".to_owned(), |salt| salt.hex());
            (row.salt.is_some() != sealed).then_some(text)
        };
        let contents = Contents {
            inspectors: reader.table(INSPECTORS),
            standby: reader.table(STANDBY),
            incompatible: reader.table(INCOMPATIBLE),
            recusals: reader.table_of(RECUSALS, "salt", salt),
            beacon: reader.file(BEACON, Beacon::parse),
            draws: commitment
                .lists
                .iter()
                .filter_map(|list| {
                    let weighted = matches!(list.method, Method::Pareto { .. });
                    let key = |row: &DrawRow| {
                        (row.key.weighted.is_some() != weighted).then(|| row.key.to_string())
                    };
                    let rows = reader.table_of(&draw_path(&list.list), "key", key)?;
                    Some((list.list.clone(), rows))
                })
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

    /// A table with a column whose form depends on the commitment; `wrong` gives a cell that has it not.
    fn table_of<R: Row>(
        &mut self,
        path: &str,
        column: &str,
        wrong: impl Fn(&R) -> Option<String>,
    ) -> Option<Vec<R>> {
        let rows: Vec<R> = self.table(path)?;
        let Some((line, cell)) = (2..).zip(&rows).find_map(|(line, row)| Some((line, wrong(row)?)))
        else {
            return Some(rows);
        };
        self.findings.push(bad_field(column, &cell).file(path).row(line));
        None
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
