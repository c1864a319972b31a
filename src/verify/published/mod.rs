//! A receipt, or its short form, against the published bundle: that both are of one draw, that the ranks and the team
//! are the published ones, in a sealed draw that the line of the roll is there. Of a sealed draw the public part
//! suffices. Whether the bundle itself holds, its own verification tells.

mod lists;
mod team;

use crate::base::digest::Digest;
use crate::base::finding::{Finding, Text};
use crate::draw::quota::quotas;
use crate::draw::ticket::{Tickets, seed};
use crate::events::since::{Change, since};
use crate::record::bundle::{
    ASSIGNMENT, BEACON, COMMITMENT, Files, HANDICAPS, INSPECTORS, MANIFEST, OPENING, Stage, VISITS,
    file_hasher, layout,
};
use crate::record::commitment::{Commitment, List, Method};
use crate::record::contents::Contents;
use crate::record::frame::Frames;
use crate::record::receipt::{Code, Receipt};
use crate::record::tables::Outcome;
use crate::say;

/// What a comparison with the published bundle shows.
#[derive(Clone, Debug, Default)]
pub struct Published {
    /// The first thing that does not agree.
    pub failed: Option<Finding>,
    /// What agrees, in plain sentences.
    pub shown: Vec<Text>,
    /// What these files do not show.
    pub not_shown: Vec<Text>,
    /// What events changed for the subject after the draw, as the bundle has it.
    pub since: Vec<Text>,
}

/// Compares a code with the files of a bundle, of which `files` may do without the frames' bytes, and with its frames;
/// `receipt` is the receipt of the code, if all of it is there.
pub fn verify_published(
    code: &Code,
    receipt: Option<&Receipt>,
    files: &Files,
    frames: &dyn Frames,
) -> Published {
    let mut found = Published::default();
    found.failed = compare(code, receipt, files, frames, &mut found).err();
    found
}

/// Two receipts of one subject in one draw must say the same.
pub fn contradiction(one: &Code, other: &Code) -> Option<Finding> {
    let same = one.commitment == other.commitment && one.sid == other.sid;
    (same && one != other).then(|| {
        let cause = match one.salt == other.salt {
            true => say!("名次、小组或结果不同", "rank, team or result differ"),
            false => say!(
                "盐不同：该对象在抽样框中有两行",
                "the salts differ: the subject has two leaves in the frame"
            ),
        };
        Finding::new("Q09", cause).id(one.sid.as_str())
    })
}

/// A bundle as far as it is published.
struct Bundle<'a> {
    files: &'a Files,
    commitment: Commitment,
    contents: Contents,
    seed: Digest,
    /// A sealed draw without its closed files.
    unopened: bool,
}

fn compare(
    code: &Code,
    receipt: Option<&Receipt>,
    files: &Files,
    frames: &dyn Frames,
    found: &mut Published,
) -> Result<(), Finding> {
    let bundle = Bundle::read(code, files)?;
    if code.salt.is_some() != bundle.commitment.sealed() {
        let cause = say!("盐只属于保密抽取", "salts stand in sealed draws, and only there");
        return Err(Finding::new("Q04", cause));
    }
    bundle.check_files()?;
    found.shown.push(say!(
        "凭证与公示包同属一次抽取：承诺、信标和结果摘要相同",
        "receipt and bundle are of one draw: commitment, beacon and result are the same"
    ));
    for (name, rank) in &code.ranks {
        let list = bundle.commitment.list(name).ok_or_else(|| {
            let cause = say!("承诺中没有这项任务", "the list is not committed");
            Finding::new("Q02", cause).id(name)
        })?;
        match bundle.unopened {
            true => bundle.in_roll(code, receipt, list, *rank, found)?,
            false => bundle.in_draw(code, receipt, list, *rank, found)?,
        }
    }
    if bundle.unopened {
        found.not_shown.push(say!(
            "抽样框未公开：凭证是否漏列任务，待公开后核对",
            "the frames are closed: that no list was left out, the opening shows"
        ));
        return bundle.closed_team(code, receipt, found);
    }
    bundle.in_frames(code, frames)?;
    bundle.open_team(code, receipt, found)?;
    let changes = since(&bundle.commitment, files, &code.sid)?;
    found.since = changes.iter().map(Change::words).collect();
    Ok(())
}

impl<'a> Bundle<'a> {
    fn read(code: &Code, files: &'a Files) -> Result<Self, Finding> {
        let absent = |path: &str| {
            Finding::new("Q10", say!("没有这个文件", "the file is not there")).file(path)
        };
        let file = |path: &str| files.get(path).ok_or_else(|| absent(path));
        let bytes = file(COMMITMENT)?;
        let commitment = Commitment::parse(bytes).map_err(|f| f.file(COMMITMENT))?;
        let digest = commitment.suite.digest(bytes);
        if (digest, commitment.draw.as_str()) != (code.commitment, code.draw.as_str()) {
            let (this, other) = (&code.draw, &commitment.draw);
            let cause = say!(
                "凭证属于 {this}，公示包是 {other}，两者的承诺摘要不同",
                "the receipt is of {this}, the bundle is {other}, and the commitments differ"
            );
            return Err(Finding::new("Q02", cause).file(COMMITMENT));
        }
        let result = commitment.suite.digest(file(MANIFEST)?);
        if result != code.result {
            let cause = say!(
                "凭证的结果摘要与公示包的不同：{result}",
                "the result of the bundle is another: {result}"
            );
            return Err(Finding::new("Q02", cause).file(MANIFEST));
        }
        let (contents, mut findings) = Contents::parse(&commitment, files);
        if !findings.is_empty() {
            return Err(findings.swap_remove(0));
        }
        let beacon = contents.beacon.as_ref().ok_or_else(|| absent(BEACON))?;
        beacon.check(commitment.suite, &commitment.sources).map_err(|f| f.file(BEACON))?;
        let seed = seed(commitment.suite, &digest, &beacon.strings);
        let unopened = commitment.sealed() && !files.contains_key(OPENING);
        Ok(Bundle { files, commitment, contents, seed, unopened })
    }

    /// The files that the comparison rests on are those of the manifest.
    fn check_files(&self) -> Result<(), Finding> {
        let suite = self.commitment.suite;
        let closed = layout(&self.commitment, Stage::Drawn, true).closed;
        let master = self.contents.master.as_ref().map(Digest::hex);
        let used = |path: &str| {
            [BEACON, COMMITMENT, INSPECTORS, VISITS, ASSIGNMENT, HANDICAPS].contains(&path)
                || path.starts_with("draw/")
                || path.starts_with("rolls/")
        };
        for row in self.contents.manifest.iter().flatten().filter(|row| used(&row.path)) {
            let Some(bytes) = self.files.get(&row.path) else {
                match self.unopened && closed.contains(&row.path) {
                    true => continue,
                    false => {
                        let cause = say!("没有这个文件", "the file is not there");
                        return Err(Finding::new("Q10", cause).file(&row.path));
                    }
                }
            };
            let closed_with = master.as_deref().filter(|_| closed.contains(&row.path));
            if file_hasher(suite, &row.path, closed_with).with(bytes).finish() != row.digest {
                let cause = say!(
                    "文件与清单上的摘要不符",
                    "the file is not the one whose digest is listed"
                );
                return Err(Finding::new("Q10", cause).file(&row.path));
            }
        }
        Ok(())
    }

    fn ticket(&self, code: &Code, list: &List) -> Digest {
        let tickets = Tickets::of_group(self.commitment.suite, &self.seed, &list.group);
        tickets.ticket(code.sid.as_str(), code.salt.as_ref())
    }

    fn quota(&self, list: &List, stratum: &str) -> u64 {
        if let Method::Pareto { n } = list.method {
            return n;
        }
        let mut each = list.strata.iter().zip(quotas(self.commitment.suite, &self.seed, list));
        each.find(|(s, _)| s.stratum == stratum).map_or(0, |(_, n)| n)
    }
}

/// An outcome in both languages.
pub(super) fn words(outcome: Option<Outcome>) -> (&'static str, &'static str) {
    match outcome {
        Some(Outcome::Drawn) => ("抽中", "drawn"),
        Some(Outcome::Reserve) => ("候补", "reserve"),
        None => ("未抽中", "not drawn"),
    }
}
