//! What follows from the events of a draw, with the solver for those that have all visits paired anew.

use super::{Frozen, Progress, assignment_rows, handicap_rows, shortage};
use crate::base::digest::Digest;
use crate::base::finding::{Finding, Findings};
use crate::base::table;
use crate::draw::select::Selection;
use crate::events::chain::Recorded;
use crate::events::replay::{History, Paired, replay};
use crate::events::standing::Ground;
use crate::pairing::rounds::pair;
use crate::pairing::rules::Case;
use crate::record::bundle::{ASSIGNMENT, Files, HANDICAPS, SHORTAGE};
use crate::record::event::Event;

impl Frozen<'_> {
    /// Who was drawn and who stands by, computed again from the frames, without the pairing.
    ///
    /// # Errors
    /// Frames that are not the committed ones, or equal tickets.
    pub fn selections(
        &self,
        seed: &Digest,
        master: Option<&Digest>,
        progress: Progress<'_>,
    ) -> Result<Vec<(String, Selection)>, Findings> {
        Ok(self.select(seed, master, progress)?.selections)
    }
}

/// Plays the events upon a draw and pairs where an event asks for it: the files of every effect are then in it.
///
/// # Errors
/// M02 or M04, which a checked commitment excludes.
pub fn history<'a>(ground: &Ground<'a>, recorded: &[Recorded]) -> Result<History<'a>, Finding> {
    replay(ground, recorded, &mut |n, case| Ok(paired(n, case)))
}

fn paired(n: u64, case: &Case) -> Paired {
    let mut rounds = pair(case, &mut |_, _| ());
    let path = |file: &str| Event::result_path(n, file);
    let mut files = Files::from([
        (path(ASSIGNMENT), table::format(&assignment_rows(case, &rounds))),
        (path(HANDICAPS), table::format(&handicap_rows(case, &rounds))),
    ]);
    if let Some(shortage) = shortage(case, &rounds) {
        files.insert(path(SHORTAGE), shortage.format());
    }
    let last = rounds.rounds.pop().filter(|_| rounds.shortage.is_none());
    Paired { teams: last.map(|round| round.teams), files }
}
