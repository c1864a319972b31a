//! How a subject's visit stands after the events of its draw: who comes now, to whoever asks why.

use super::{Frozen, history};
use crate::base::digest::Digest;
use crate::base::finding::{Finding, Findings};
use crate::draw::ticket::seed;
use crate::events::chain;
use crate::events::standing::Ground;
use crate::pairing::slots::VisitSlot;
use crate::record::bundle::{BEACON, Files};
use crate::record::frame::Frames;
use crate::record::ids::{Iid, Sid};
use crate::say;

/// A visit as it is to be made.
#[derive(Clone, Debug)]
pub struct VisitNow {
    /// The lists that it serves.
    pub lists: Vec<String>,
    /// The slots in their order, and who holds each; none where it is vacant.
    pub team: Vec<(VisitSlot, Option<Iid>)>,
}

/// Plays the events of a drawn bundle and gives the visit of a subject; none if it is not visited any more. `master` is the
/// secret of a sealed draw.
///
/// # Errors
/// W16 without beacon; frames that are not the committed ones; the defects of the chain of events.
pub fn visit_now(
    files: &Files,
    frames: &dyn Frames,
    master: Option<&Digest>,
    sid: &Sid,
) -> Result<Option<VisitNow>, Findings> {
    let frozen = Frozen::read(files, frames)?;
    let (commitment, contents) = (&frozen.commitment, &frozen.contents);
    let Some(beacon) = &contents.beacon else {
        let cause = say!("还没有信标值", "there are no beacon values");
        return Err(Finding::new("W16", cause).file(BEACON).into());
    };
    let suite = commitment.suite;
    beacon.check(suite, &commitment.sources).map_err(|f| f.file(BEACON))?;
    let seed = &seed(suite, &frozen.digest, &beacon.strings);
    let selections = &frozen.selections(seed, master, &mut |_, _, _| ())?;
    let (recorded, findings) = chain::read(commitment, files);
    let (recorded, _) = Findings::check(findings, recorded)?;
    let history = history(&Ground { commitment, contents, selections, seed }, &recorded)?;
    let (standing, _) = Findings::check(history.findings, history.standing)?;
    let visit = standing.visits.get(sid);
    Ok(visit.map(|visit| VisitNow {
        lists: visit.lists.iter().cloned().collect(),
        team: visit.slots.iter().cloned().zip(visit.team.iter().cloned()).collect(),
    }))
}
