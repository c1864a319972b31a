//! What an earlier step found bad: whatever needs it is not shown.

use std::collections::BTreeMap;

use super::Outcome;
use crate::base::finding::Finding;
use crate::record::bundle::{BEACON, frame_path};
use crate::record::commitment::Commitment;

/// The bad files (`docs/protocol.md` §7), each with the first step that found it missing, malformed or not as committed.
#[derive(Debug, Default)]
pub(super) struct Bad(BTreeMap<String, u32>);

impl Bad {
    pub(super) fn put(&mut self, path: &str, step: u32) {
        self.0.entry(path.to_owned()).or_insert(step);
    }

    /// Takes in the files that a step failed at.
    pub(super) fn note(&mut self, step: u32, outcome: Outcome) -> Outcome {
        if let Outcome::Failed(findings) = &outcome {
            let files = findings.iter().filter_map(|finding| finding.place.file.as_ref());
            files.for_each(|path| self.put(path, step));
        }
        outcome
    }

    /// The step that found the file bad.
    pub(super) fn step(&self, path: &str) -> Option<u32> {
        self.0.get(path).copied()
    }

    /// Whether the file that a finding names is bad already.
    pub(super) fn has(&self, finding: &Finding) -> bool {
        finding.place.file.as_ref().is_some_and(|path| self.step(path).is_some())
    }

    /// The first step that found one of these files bad.
    pub(super) fn first<P: AsRef<str>>(&self, paths: impl IntoIterator<Item = P>) -> Option<u32> {
        paths.into_iter().filter_map(|path| self.step(path.as_ref())).min()
    }

    /// The step that found something bad on which who is drawn, in all lists together, rests.
    pub(super) fn under_draws(&self, commitment: &Commitment) -> Option<u32> {
        let frames = commitment.lists.iter().map(|list| frame_path(&list.list));
        self.first(frames.chain([BEACON.to_owned()]))
    }
}
