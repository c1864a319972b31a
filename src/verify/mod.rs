//! Verification (核验): recomputes everything a bundle claims, step by numbered step of `docs/protocol.md` §7.
//! It takes no clock, network or setting, and of pairing uses slots, rules, tickets, exclusions, certificates and
//! blocking sets: the search for an optimum never grades itself.

mod attempts;
mod bad;
mod bundle;
mod dated;
mod drawn;
mod events;
mod facts;
mod frozen;
mod later;
mod pairing;
mod published;
mod receipt;
mod steps;
mod time;
mod unread;

use crate::base::digest::Digest;
use crate::base::finding::{Finding, Lang, Text};
use crate::say;

pub use bundle::{verify, verify_read, verify_trusting};
pub use events::EventFacts;
pub use facts::{AttemptFacts, ByWeight, Facts, ListFacts, Logged, Removed, StratumFacts};
pub use published::{Published, contradiction, verify_published};
pub use receipt::{ReceiptReport, verify_receipt};
pub use steps::{STEPS, StepInfo};
pub use time::{LogCopy, Trust};

/// What a step came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Every check of the step was made and holds.
    Passed,
    /// Something does not hold.
    Failed(Vec<Finding>),
    /// Nothing fails, but something cannot be checked from these files: what, and where to look.
    NotShown(Text),
}

impl Outcome {
    /// `passed`, `failed` or `not_shown`.
    pub fn name(&self) -> &'static str {
        match self {
            Outcome::Passed => "passed",
            Outcome::Failed(_) => "failed",
            Outcome::NotShown(_) => "not_shown",
        }
    }

    /// Failed with these findings, or passed if there are none.
    fn of(findings: Vec<Finding>) -> Self {
        if findings.is_empty() { Outcome::Passed } else { Outcome::Failed(findings) }
    }

    /// Not shown because an earlier step found bad what this one needs.
    fn depends_on(step: u32) -> Self {
        Outcome::NotShown(say!("取决于第 {step} 项", "depends on check {step}"))
    }
}

/// One numbered check of a report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// The step's number; a step that does not apply is left out, and numbers never shift.
    pub number: u32,
    /// What it came to.
    pub outcome: Outcome,
}

impl Check {
    /// The step's row in the table of steps.
    pub fn step(&self) -> &'static StepInfo {
        &STEPS[self.number as usize - 1]
    }
}

/// The report on a bundle.
#[derive(Clone, Debug)]
pub struct Report {
    /// The checks made, by number.
    pub checks: Vec<Check>,
    /// What the reader should know besides.
    pub facts: Facts,
    /// C, if there is a commitment.
    pub commitment: Option<Digest>,
    /// H(manifest.tsv): the result's digest, printed on every notice.
    pub result: Option<Digest>,
}

impl Report {
    /// Verified: no step failed.
    pub fn verified(&self) -> bool {
        !self.checks.iter().any(|check| matches!(check.outcome, Outcome::Failed(_)))
    }

    /// All findings of failed steps.
    pub fn findings(&self) -> Vec<&Finding> {
        fn failed(check: &Check) -> &[Finding] {
            match &check.outcome {
                Outcome::Failed(findings) => findings,
                _ => &[],
            }
        }
        self.checks.iter().flat_map(failed).collect()
    }

    /// The check of a step, if it applies.
    pub fn check(&self, number: u32) -> Option<&Check> {
        self.checks.iter().find(|check| check.number == number)
    }

    /// The verdict in one sentence.
    pub fn verdict(&self, lang: Lang) -> String {
        let text = match (self.verified(), self.facts.void) {
            (true, false) => say!("核验通过", "verified"),
            (true, true) => say!("核验通过，但该次抽取已作废", "verified, but the draw is void"),
            (false, _) => say!("核验未通过", "not verified"),
        };
        text.get(lang).to_owned()
    }
}
