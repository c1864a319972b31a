//! What the transparency log is told of a bundle: its commitment, beacon, result, events and opening as entries. The
//! same files give the same entries, so that a step that is repeated logs nothing new, and anybody who has the bundle can
//! look for each of them in the log.

use std::collections::BTreeSet;

use super::beacon::Beacon;
use super::bundle::{BEACON, COMMITMENT, Files, MANIFEST, OPENING};
use super::commitment::Commitment;
use super::event::{Event, Kind};
use crate::base::digest::Digest;
use crate::base::finding::Finding;
use crate::log::entry::{Body, Commit, Event as LoggedEvent};
use crate::say;

/// The policy that the office names in its bundle. Nobody believes it for standing there.
pub const POLICY: &str = "log/policy";

/// The time-stamp token of the commitment (RFC 3161), as the authority sent it.
pub const STAMP: &str = "log/commit.tsr";

/// The proof that the result is in the log.
pub const RESULT_PROOF: &str = "log/result.tlog-proof";

/// The entries of a bundle, in the order in which they are to be logged.
///
/// # Errors
/// F06 if there is no commitment; what its files are refused for.
pub fn entries_of(files: &Files) -> Result<Vec<Body>, Finding> {
    let Some(bytes) = files.get(COMMITMENT) else {
        let cause = say!("缺少这个文件", "the file is missing");
        return Err(Finding::new("F06", cause).file(COMMITMENT));
    };
    let commitment = Commitment::parse(bytes).map_err(|f| f.file(COMMITMENT))?;
    let suite = commitment.suite;
    let c = suite.digest(bytes);
    let mut entries = vec![Body::Commit(entry_of(&commitment, c))];
    if let Some(bytes) = files.get(BEACON) {
        let Beacon { strings, .. } = Beacon::parse(bytes).map_err(|f| f.file(BEACON))?;
        entries.push(Body::Beacon { commitment: c, strings });
    }
    if let Some(bytes) = files.get(MANIFEST) {
        entries.push(Body::Result { commitment: c, manifest: suite.digest(bytes) });
    }
    for n in 1.. {
        let path = Event::path(n);
        let Some(bytes) = files.get(&path) else { break };
        let recorded = Event::parse(bytes).map_err(|f| f.file(path))?;
        let event = LoggedEvent { commitment: c, n, digest: suite.digest(bytes) };
        entries.push(match recorded.kind() {
            Kind::Void => Body::Void { event, reason: recorded.reason },
            _ => Body::Event(event),
        });
    }
    if let Some(bytes) = files.get(OPENING) {
        entries.push(Body::Open { commitment: c, opening: suite.digest(bytes) });
    }
    Ok(entries)
}

/// The file of a bundle that proves an entry of it; registers belong to no bundle.
pub fn proof_path(body: &Body) -> Option<String> {
    let name = match body {
        Body::Register(_) => return None,
        Body::Commit(_) => "commit".to_owned(),
        Body::Beacon { .. } => "beacon".to_owned(),
        Body::Result { .. } => return Some(RESULT_PROOF.to_owned()),
        Body::Event(event) | Body::Void { event, .. } => format!("event-{:04}", event.n),
        Body::Open { .. } => "open".to_owned(),
    };
    Some(format!("log/{name}.tlog-proof"))
}

/// The file of a bundle that dates the void of another commitment, whose digest is `c`: that one had to be out of the way
/// before the bundle's own could bind.
pub fn void_proof_path(c: &Digest) -> String {
    let first = &c.hex()[..16];
    format!("log/void-{first}.tlog-proof")
}

/// The entry of a commitment whose digest is `c`.
pub fn entry_of(commitment: &Commitment, c: Digest) -> Commit {
    let matters: BTreeSet<&String> =
        commitment.lists.iter().flat_map(|list| &list.matters).collect();
    let source = |source: &super::source::Source| {
        (source.prefix().trim_end_matches(':').to_owned(), source.at())
    };
    Commit {
        agency: commitment.agency.clone(),
        draw: commitment.draw.clone(),
        commitment: c,
        suite: commitment.suite,
        attempt: commitment.attempt,
        prev: commitment.prev,
        matters: matters.into_iter().cloned().collect(),
        window: commitment.window.clone(),
        sources: commitment.sources.iter().map(source).collect(),
        margin_s: commitment.margin_s,
        rehearsal: commitment.rehearsal,
    }
}
