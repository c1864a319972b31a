//! What is committed only under somebody's name: a chance of a shortage, rows in quarantine, declared quarrels that can
//! steer the pairing.

use serde_json::{Map, Value, json};

use super::Failure;
use super::args::CommitArgs;
use super::changes::Changes;
use super::said::said_if;
use crate::base::finding::{Finding, Findings, Severity};

/// More than three incompatible rows of one inspector, as the plan's check finds them.
const CROWDED: &str = "P24";

/// Who approves what.
pub(super) struct Approvals {
    shortage: Option<String>,
    quarantine: Option<String>,
    incompatible: Option<String>,
}

impl Approvals {
    /// The names that were given.
    ///
    /// # Errors
    /// W07 for each that no commitment can hold.
    pub fn of(args: &CommitArgs) -> Result<Self, Findings> {
        let mut findings = Vec::new();
        let mut name = |option, text: &Option<String>| {
            let said = said_if(option, text.as_deref());
            said.map_err(|finding| findings.push(finding)).ok().flatten()
        };
        let approvals = Approvals {
            shortage: name("--approve-shortage", &args.approve_shortage),
            quarantine: name("--approve-quarantine", &args.approve_quarantine),
            incompatible: name("--approve-incompatible", &args.approve_incompatible),
        };
        if findings.is_empty() { Ok(approvals) } else { Err(Findings(findings)) }
    }

    /// Refuses what lacks a name; `risk` is the finding of too great a chance of a shortage.
    ///
    /// # Errors
    /// M05, M07 and M13.
    pub fn check(
        &self,
        risk: Option<&Finding>,
        changes: &Changes,
        findings: &[Finding],
    ) -> Result<(), Failure> {
        let mut unapproved = Vec::new();
        unapproved.extend(risk.filter(|_| self.shortage.is_none()).cloned());
        if changes.need_approval() && self.quarantine.is_none() {
            let error = |finding: &Finding| finding.severity() == Severity::Error;
            unapproved.extend(changes.findings().into_iter().filter(error));
        }
        if self.incompatible.is_none() {
            let finding = |found: &Finding| {
                let mut finding = Finding::new("M13", found.cause.clone());
                finding.place = found.place.clone();
                finding
            };
            unapproved.extend(crowded(findings).map(finding));
        }
        if unapproved.is_empty() { Ok(()) } else { Err(Failure::bundle(Findings(unapproved))) }
    }

    /// Optional keys of the commitment: what was risked, and who approved it.
    pub fn notes(
        &self,
        mut forecast: Value,
        is_risky: bool,
        changes: &Changes,
        findings: &[Finding],
    ) -> Map<String, Value> {
        if let Some(approver) = self.shortage.as_ref().filter(|_| is_risky) {
            forecast["approver"] = json!(approver);
        }
        let mut notes = changes.notes(self.quarantine.as_deref());
        notes.insert("forecast".to_owned(), forecast);
        if let Some(approver) =
            self.incompatible.as_ref().filter(|_| crowded(findings).next().is_some())
        {
            notes.insert("incompatible_approver".to_owned(), json!(approver));
        }
        notes
    }
}

fn crowded(findings: &[Finding]) -> impl Iterator<Item = &Finding> {
    findings.iter().filter(|finding| finding.code() == CROWDED)
}
