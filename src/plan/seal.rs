//! What a sealed draw (保密抽取) adds to a freeze: salts, neutral names of strata, and the refusal of structure that would
//! tell before the opening who is drawn. Sizes and numbers of strata, the number of recusals and every digest of the
//! commitment are public at once.

use std::collections::BTreeMap;

use super::freeze::TaskSummary;
use super::model::{Plan, Task};
use crate::base::digest::Digest;
use crate::base::finding::Finding;
use crate::base::secret::Secret;
use crate::base::table::Row;
use crate::base::text::line;
use crate::draw::ticket::{master_digest, recusal_salt, salt};
use crate::record::commitment::{Seal, Stratum};
use crate::record::ids::Name;
use crate::record::tables::{FrameRow, RecusalRow};
use crate::say;

/// Fewer subjects than this are nearly named by what is public of their stratum.
const STRATUM_SIZE_MIN: u64 = 10;

/// S11, S12 and S14 of a task in a sealed draw.
pub(super) fn leaks(plan: &Plan, task: &Task, summary: &TaskSummary) -> Vec<Finding> {
    let mut findings = Vec::new();
    if plan.seal.is_none() {
        return findings;
    }
    if task.sample.is_by_score() {
        let cause = say!("按分值抽取", "subjects are drawn by their scores");
        findings.push(plan.at(task, "sample", "S14", cause));
    }
    for stratum in &summary.strata {
        let (name, size) = (&stratum.stratum, stratum.size);
        if (1..STRATUM_SIZE_MIN).contains(&size) {
            let cause =
                say!("{name} 层只有 {size} 户", "the stratum {name} has only {size} subjects");
            findings.push(plan.at(task, "sample", "S11", cause));
        } else if let Some((above, below)) = stratum.chance.filter(|(n, of)| 2 * n > *of) {
            let (above, below) = stratum.n.map_or((above, below), |n| (n.into(), size.into()));
            let cause = say!(
                "{name} 层抽中 {above}/{below}",
                "of the stratum {name} {above}/{below} are drawn"
            );
            findings.push(plan.at(task, "sample", "S12", cause));
        }
    }
    findings
}

/// Closes what a freeze publishes.
pub(super) struct Sealing<'a> {
    pub(super) plan: &'a Plan,
    pub(super) secret: &'a Secret,
}

impl Sealing<'_> {
    fn mac(&self, purpose: &str, fields: &[&str]) -> Digest {
        let suite = self.plan.suite;
        suite.hmac(self.secret.expose().as_bytes(), &line(suite, purpose, fields))
    }

    /// What the commitment says of the seal.
    pub(super) fn terms(&self) -> Seal {
        let terms = self.plan.seal.as_ref().expect("bug: an open plan is not sealed");
        Seal {
            master: master_digest(self.plan.suite, self.secret.expose()),
            opens_to_public: terms.opens_to_public,
            by: terms.by.to_string(),
        }
    }

    /// Salts the rows of a frame and puts them in the order of their salts, which says nothing.
    pub(super) fn frame(&self, rows: &mut [FrameRow]) {
        let (suite, draw, master) = (self.plan.suite, &self.plan.draw, self.secret.expose());
        for row in rows.iter_mut() {
            row.salt = Some(salt(suite, master, draw, row.sid.as_str()));
        }
        rows.sort_by_cached_key(Row::key);
    }

    /// Salts recusals.
    pub(super) fn recusals(&self, rows: &mut [RecusalRow]) {
        let (suite, draw, master) = (self.plan.suite, &self.plan.draw, self.secret.expose());
        for row in rows.iter_mut() {
            let (sid, iid) = (row.sid.as_str(), row.iid.as_str());
            row.salt = Some(recusal_salt(suite, master, draw, sid, iid));
        }
        rows.sort_by_cached_key(Row::key);
    }

    /// A register's digest that nobody can compare with registers that he made up: one with a single recusal would
    /// soon be guessed.
    pub(super) fn register(&self, name: &str, digest: &Digest) -> Digest {
        self.mac("register", &[name, &digest.hex()])
    }

    /// Gives strata that are classes which may not be known names that say nothing, `s1` and so on, in an order that says
    /// nothing: that of HMAC of L("stratum", list, class).
    pub(super) fn rename(&self, task: &Task, strata: &mut [Stratum], rows: &mut [FrameRow]) {
        if self.plan.classes_public || task.sample.classes().is_none() {
            return;
        }
        strata.sort_by_cached_key(|stratum| {
            self.mac("stratum", &[&task.list, &stratum.stratum]).hex()
        });
        let names: BTreeMap<String, Name> = (1..)
            .zip(strata.iter_mut())
            .map(|(n, stratum)| {
                let name = format!("s{n}");
                let class = std::mem::replace(&mut stratum.stratum, name.clone());
                (class, Name::parse("stratum", &name).expect("bug: s and a number are a name"))
            })
            .collect();
        for row in rows {
            row.stratum = names[row.stratum.as_str()].clone();
        }
    }
}
