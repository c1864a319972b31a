//! A commitment that cannot be read or breaks a rule: it says which files there are and what they must be, so that nothing
//! else can be shown.

use serde_json::Value;

use super::later::schedule;
use super::{Check, Outcome};
use crate::base::finding::Finding;
use crate::base::json;
use crate::base::table;
use crate::record::bundle::{COMMITMENT, Files, MANIFEST, OPENING, SCHEDULE, SHORTAGE};
use crate::record::commitment::Commitment;
use crate::record::tables::ManifestRow;

/// What is wrong with a commitment.
pub(super) struct Fault {
    finding: Finding,
    /// It is no canonical JSON, which fails the file, too.
    malformed: bool,
    /// It says that the draw is sealed.
    sealed: bool,
}

/// The commitment, or what is wrong with it.
pub(super) fn commitment(bytes: &[u8]) -> Result<Commitment, Box<Fault>> {
    let fault = |finding: Finding, malformed, sealed| {
        Box::new(Fault { finding: finding.file(COMMITMENT), malformed, sealed })
    };
    let value = json::parse(bytes).map_err(|finding| fault(finding, true, false))?;
    let sealed = value.get("mode").and_then(Value::as_str) == Some("sealed");
    Commitment::read(&value).map_err(|finding| fault(finding, false, sealed))
}

/// The steps without a commitment: all that would apply are there, and but for the form of the days none is shown.
pub(super) fn unread(files: &Files, fault: &Fault) -> Vec<Check> {
    let Fault { finding, malformed, sealed } = fault;
    let unopened = *sealed && !files.contains_key(OPENING);
    let on = if *malformed { 1 } else { 2 };
    let failed = || Outcome::Failed(vec![finding.clone()]);
    let hidden = |number| Check { number, outcome: Outcome::depends_on(on) };
    let first = if *malformed { failed() } else { Outcome::Passed };
    let mut checks =
        vec![Check { number: 1, outcome: first }, Check { number: 2, outcome: failed() }];
    checks.extend((3..=14).filter(|n| *sealed || ![5, 10].contains(n)).map(hidden));
    if files.contains_key(SHORTAGE) || unopened && is_named(files) {
        checks.push(hidden(15));
    }
    if files.keys().any(|path| path.starts_with("events/")) {
        checks.push(hidden(16));
    }
    if let Some(bytes) = files.get(SCHEDULE).filter(|_| !unopened) {
        checks.push(Check { number: 17, outcome: schedule(bytes) });
    }
    checks
}

/// Whether the manifest names a shortage.
fn is_named(files: &Files) -> bool {
    let rows = files.get(MANIFEST).and_then(|bytes| table::parse::<ManifestRow>(bytes).ok());
    rows.into_iter().flatten().any(|row| row.path == SHORTAGE)
}
