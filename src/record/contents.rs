//! What the files of a bundle say, parsed; and whether registers and frames are the committed ones.

use std::collections::{BTreeMap, BTreeSet};

use super::beacon::Beacon;
use super::bundle::{
    ASSIGNMENT, BEACON, Files, HANDICAPS, INCOMPATIBLE, INSPECTORS, MANIFEST, OPENING, RECUSALS,
    SHORTAGE, STANDBY, VISITS, draw_path, frame_path, parse_opening, roll_path,
};
use super::commitment::Commitment;
use super::ids::{Sid, WEIGHT_SUM_MAX};
use super::list::{List, Method, Quota};
use super::shortage::Shortage;
use super::tables::{
    AssignmentRow, DrawRow, FrameRow, HandicapRow, IncompatibleRow, InspectorRow, ManifestRow,
    RecusalRow, RollRow, VisitRow,
};
use crate::base::digest::{Digest, Suite};
use crate::base::finding::Finding;
use crate::base::merkle::Root;
use crate::base::table::{self, Row};
use crate::say;

/// The parsed files of a bundle; `None` where a file is absent or malformed.
#[derive(Clone, Debug, Default)]
#[allow(missing_docs)]
pub struct Contents {
    pub inspectors: Option<Vec<InspectorRow>>,
    pub standby: Option<Vec<InspectorRow>>,
    pub incompatible: Option<Vec<IncompatibleRow>>,
    pub recusals: Option<Vec<RecusalRow>>,
    /// By list.
    pub frames: BTreeMap<String, Vec<FrameRow>>,
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
    /// Parses every file of the commitment's lists that is there; the findings name the malformed ones.
    pub fn parse(commitment: &Commitment, files: &Files) -> (Self, Vec<Finding>) {
        let mut reader = Reader { files, findings: Vec::new() };
        let lists = || commitment.lists.iter().map(|list| list.list.clone());
        let contents = Contents {
            inspectors: reader.table(INSPECTORS),
            standby: reader.table(STANDBY),
            incompatible: reader.table(INCOMPATIBLE),
            recusals: reader.table(RECUSALS),
            frames: lists()
                .filter_map(|list| Some((list.clone(), reader.table(&frame_path(&list))?)))
                .collect(),
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

    /// Everybody in some frame, with tags, salt and the lists whose frame he stands in.
    pub fn subjects(&self) -> BTreeMap<&Sid, Entry<'_>> {
        let mut subjects: BTreeMap<&Sid, Entry<'_>> = BTreeMap::new();
        for (list, frame) in &self.frames {
            for row in frame {
                let entry = Entry { tags: &row.tags, salt: row.salt, lists: Vec::new() };
                subjects.entry(&row.sid).or_insert(entry).lists.push(list);
            }
        }
        subjects
    }
}

/// A subject of the draw.
#[derive(Clone, Debug)]
pub struct Entry<'a> {
    /// Its tags, the same in all frames.
    pub tags: &'a [String],
    /// Its salt, the same in all frames.
    pub salt: Option<Digest>,
    /// The lists whose frame it stands in, in order.
    pub lists: Vec<&'a str>,
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

/// Checks every frame against the commitment, and that a subject is the same in all of them.
pub fn check_frames(commitment: &Commitment, contents: &Contents) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut seen: BTreeMap<&Sid, &FrameRow> = BTreeMap::new();
    for list in commitment.lists_by_name() {
        let Some(frame) = contents.frames.get(&list.list) else {
            continue;
        };
        let path = frame_path(&list.list);
        findings.extend(check_root(commitment.suite, &path, "V04", Some(&list.frame), Some(frame)));
        findings.extend(check_salts(
            &path,
            "V04",
            commitment.sealed(),
            frame.iter().map(|row| row.salt),
        ));
        findings.extend(check_rows(list, frame).map(|f| f.file(&path)));
        for (line, row) in (2..).zip(frame) {
            let known = *seen.entry(&row.sid).or_insert(row);
            if known.tags != row.tags || known.salt != row.salt {
                let cause =
                    say!("标签或盐与另一抽样框不同", "tags or salt differ from another frame");
                findings
                    .push(Finding::new("V04", cause).file(&path).row(line).id(row.sid.as_str()));
            }
        }
    }
    findings
}

/// Strata, sizes and weights of one frame; the first row that breaks a rule.
fn check_rows(list: &List, frame: &[FrameRow]) -> Option<Finding> {
    let quotas: BTreeMap<&str, Quota> =
        list.strata.iter().map(|s| (s.stratum.as_str(), s.quota)).collect();
    let mut sizes: BTreeMap<&str, u64> = BTreeMap::new();
    let mut sids = BTreeSet::new();
    for (line, row) in (2..).zip(frame) {
        let refuse = |column: &str, cause| {
            Some(Finding::new("V04", cause).row(line).column(column).id(row.sid.as_str()))
        };
        let Some(quota) = quotas.get(row.stratum.as_str()) else {
            return refuse("stratum", say!("承诺中没有这一层", "this stratum is not committed"));
        };
        let weight = match quota {
            Quota::Count(_) => Some(1),
            Quota::Weight(weight) => Some(*weight),
            Quota::Own => None,
        };
        if weight.is_some_and(|weight| weight != row.weight) {
            return refuse("weight", say!("权重与承诺不符", "the weight is not the committed one"));
        }
        if !sids.insert(&row.sid) {
            return refuse("sid", say!("对象出现两次", "the subject stands twice"));
        }
        *sizes.entry(row.stratum.as_str()).or_default() += 1;
    }
    if let Some(stratum) =
        list.strata.iter().find(|s| sizes.get(s.stratum.as_str()).copied().unwrap_or(0) != s.size)
    {
        let name = &stratum.stratum;
        return Some(Finding::new(
            "V04",
            say!("层 {name} 的行数与承诺的 N 不符", "stratum {name} has not the committed N"),
        ));
    }
    let pareto = matches!(list.method, Method::Pareto { .. });
    if pareto
        && frame.iter().map(|row| u128::from(row.weight)).sum::<u128>() > u128::from(WEIGHT_SUM_MAX)
    {
        return Some(Finding::new(
            "V04",
            say!("权重之和超过 2^52", "the sum of weights exceeds 2^52"),
        ));
    }
    None
}
