//! What of a bundle the public may have (`docs/protocol.md` §4.4). A folder may hold more: an office keeps the opened files
//! of a draw for an auditor in one, or somebody has copied closed files into the wrong place. What is closed is taken away
//! before anything is verified, counted or copied, so that no page can be computed from it.

use crate::base::digest::Digest;
use crate::base::finding::Finding;
use crate::base::json;
use crate::record::bundle::{
    COMMITMENT, Files, MANIFEST, OPENING, SCHEDULE, SHORTAGE, Stage, layout, stage,
};
use crate::record::commitment::Commitment;
use crate::record::event::{Event, Kind};
use crate::say;

/// The public part of a bundle.
pub struct Public {
    /// Its files; those that were not in memory stand without bytes.
    pub files: Files,
    /// The paths that were there and are closed.
    pub withheld: Vec<String>,
    /// The commitment.
    pub commitment: Commitment,
    /// C.
    pub digest: Digest,
}

impl Public {
    /// The public part of these files.
    ///
    /// # Errors
    /// F06 without a commitment; what a malformed one is refused for.
    pub fn of(mut files: Files) -> Result<Self, Finding> {
        let Some(bytes) = files.get(COMMITMENT) else {
            let cause = say!("没有封存承诺", "there is no commitment");
            return Err(Finding::new("F06", cause).file(COMMITMENT));
        };
        let commitment = Commitment::parse(bytes).map_err(|finding| finding.file(COMMITMENT))?;
        let digest = commitment.suite.digest(bytes);
        let mut withheld = Vec::new();
        if is_closed(&commitment, &files) {
            let closed = closed_paths(&commitment, &files);
            for path in closed {
                if files.remove(&path).is_some() {
                    withheld.push(path);
                }
            }
        }
        Ok(Public { files, withheld, commitment, digest })
    }

    /// How far the draw has come.
    pub fn stage(&self) -> Stage {
        stage(&self.files)
    }

    /// A sealed draw whose closed files the public does not see.
    pub fn is_unopened(&self) -> bool {
        self.commitment.sealed() && !self.files.contains_key(OPENING)
    }
}

/// Whether the closed files of a draw stay closed: it is sealed, and not opened, or opened to an auditor alone. Before
/// there is a result nothing can have been opened.
fn is_closed(commitment: &Commitment, files: &Files) -> bool {
    let Some(seal) = &commitment.seal else { return false };
    let opened = files.contains_key(OPENING) && files.contains_key(MANIFEST);
    !(opened && seal.opens_to_public)
}

/// The paths of a closed draw that the public must not have, whether they are there or not: the closed files, the secret, the
/// days of visits, and events that name anybody, with all that came after them.
fn closed_paths(commitment: &Commitment, files: &Files) -> Vec<String> {
    let mut paths = layout(commitment, Stage::Drawn, true).closed;
    paths.extend([OPENING, SCHEDULE, SHORTAGE].map(str::to_owned));
    let first =
        (1..).find(|n| !files.get(&Event::path(*n)).is_some_and(|bytes| is_harmless(bytes)));
    let kept: Vec<String> = (1..first.unwrap_or(1)).map(Event::path).collect();
    let events = files.keys().filter(|path| path.starts_with("events/"));
    paths.extend(events.filter(|path| !kept.contains(path)).cloned());
    paths
}

/// An event that names no subject and no inspector.
fn is_harmless(bytes: &[u8]) -> bool {
    // One that is malformed is for the verifier to name where the draw is open; here it stays closed.
    json::parse_line(bytes).is_ok()
        && Event::parse(bytes)
            .is_ok_and(|event| matches!(event.kind(), Kind::Void | Kind::Correct | Kind::Open))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_without_a_commitment_is_no_bundle() {
        assert_eq!(Public::of(Files::new()).err().unwrap().code(), "F06");
    }
}
