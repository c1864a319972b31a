//! Makes the receipt of one subject from a complete open bundle.

use super::Frozen;
use super::one_visit::OneVisit;
use crate::base::digest::Digest;
use crate::base::finding::{Finding, Findings};
use crate::base::json;
use crate::draw::ticket::seed;
use crate::record::bundle::{BEACON, COMMITMENT, Files, MANIFEST};
use crate::record::frame::Frames;
use crate::record::ids::Sid;
use crate::record::receipt::{Entry, Receipt, Team, TeamSlot};
use crate::record::tables::{Outcome, VisitRow};
use crate::say;

/// The receipt of a subject. The bundle should have been verified: the receipt repeats its claims.
///
/// # Errors
/// W12 if no frame has the subject, W16 if the bundle is not drawn, W07 if it is sealed.
pub fn receipt(files: &Files, frames: &dyn Frames, sid: &Sid) -> Result<Receipt, Findings> {
    let frozen = Frozen::read(files, frames)?;
    let (Some(beacon), Some(manifest)) = (&frozen.contents.beacon, files.get(MANIFEST)) else {
        let cause = say!("还没有抽取：先执行 ssj draw", "not drawn yet: run ssj draw first");
        return Err(Finding::new("W16", cause).file(MANIFEST).into());
    };
    if frozen.commitment.sealed() {
        return Err(Finding::new(
            "W07",
            say!("本版只为公开抽取出具凭证", "this version makes receipts of open draws only"),
        )
        .into());
    }
    beacon
        .check(frozen.commitment.suite, &frozen.commitment.sources)
        .map_err(|f| f.file(BEACON))?;
    let seed = seed(frozen.commitment.suite, &frozen.digest, &beacon.strings);
    let lists = entries(&frozen, &seed, sid)?;
    if lists.is_empty() {
        let id = sid.as_str();
        return Err(Finding::new("W12", say!("任何抽样框中都没有 {id}", "no frame has {id}"))
            .id(id)
            .into());
    }
    let drawn: Vec<&Entry> =
        lists.iter().filter(|entry| entry.outcome == Some(Outcome::Drawn)).collect();
    let team = if drawn.is_empty() { None } else { team(&frozen, &seed, sid, &drawn)? };
    Ok(Receipt {
        sid: sid.clone(),
        commitment: json::parse(&files[COMMITMENT])?,
        beacon: beacon.clone(),
        result: frozen.commitment.suite.digest(manifest),
        lists,
        team,
    })
}

/// Every list whose frame has the subject.
fn entries(frozen: &Frozen<'_>, seed: &Digest, sid: &Sid) -> Result<Vec<Entry>, Findings> {
    let mut entries = Vec::new();
    for list in frozen.commitment.lists_by_name() {
        if let Some(place) = frozen.locate(list, sid)? {
            entries.push(frozen.entry(seed, list, place)?);
        }
    }
    Ok(entries)
}

/// The subject's team in the final round, as published.
fn team(
    frozen: &Frozen<'_>,
    seed: &Digest,
    sid: &Sid,
    drawn: &[&Entry],
) -> Result<Option<Team>, Findings> {
    let lists = drawn.iter().map(|entry| entry.list.clone()).collect();
    let one = OneVisit::read(frozen, seed, VisitRow { sid: sid.clone(), lists }, &drawn[0].row)?;
    let Some(seated) = &one.seated else { return Ok(None) };
    let slots = &one.case.visits[0].slots;
    let slot = |(index, i): (usize, &u32)| TeamSlot {
        slot: slots[index].text.clone(),
        iid: one.case.inspectors[*i as usize].iid.clone(),
        eligible: one
            .case
            .open(&one.exclusions, 0, index)
            .map(|(i, _)| {
                (one.case.inspectors[i as usize].iid.clone(), seated.handicaps[i as usize])
            })
            .collect(),
    };
    let slots = seated.team.iter().enumerate().map(slot).collect();
    Ok(Some(Team { round: seated.round, slots }))
}
