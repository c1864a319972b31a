//! Makes the receipt of one subject from a complete open bundle.

use std::collections::BTreeMap;

use super::Frozen;
use crate::base::digest::Digest;
use crate::base::finding::{Finding, Findings};
use crate::base::json;
use crate::base::merkle::prove;
use crate::base::table::Row;
use crate::draw::select::{Selection, rank};
use crate::draw::ticket::seed;
use crate::pairing::rules::Exclusions;
use crate::record::bundle::{BEACON, COMMITMENT, Files, MANIFEST};
use crate::record::commitment::{List, Method};
use crate::record::ids::{Iid, Sid};
use crate::record::receipt::{Entry, Receipt, Team, TeamSlot};
use crate::record::tables::{Outcome, VisitRow};
use crate::say;

/// The receipt of a subject. The bundle should have been verified: the receipt repeats its claims.
///
/// # Errors
/// W12 if no frame has the subject, W16 if the bundle is not drawn, W07 if it is sealed.
pub fn receipt(files: &Files, sid: &Sid) -> Result<Receipt, Findings> {
    let frozen = Frozen::read(files)?;
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

fn entries(frozen: &Frozen, seed: &Digest, sid: &Sid) -> Result<Vec<Entry>, Findings> {
    let mut entries = Vec::new();
    for list in frozen.commitment.lists_by_name() {
        let frame = &frozen.contents.frames[&list.list];
        let Some(index) = frame.iter().position(|row| row.sid == *sid) else {
            continue;
        };
        let selection = rank(frozen.commitment.suite, seed, list, frame)?;
        let ranked = selection.ranked.iter().find(|ranked| ranked.index == index);
        let ranked = ranked.expect("bug: every row of the frame is ranked");
        let texts: Vec<String> = frame.iter().map(Row::format).collect();
        let leaves: Vec<&[u8]> = texts.iter().map(String::as_bytes).collect();
        let row = &frame[index];
        let (size, n) = bounds(list, &selection, row.stratum.as_str());
        entries.push(Entry {
            list: list.list.clone(),
            index: index as u64,
            row: row.clone(),
            path: prove(frozen.commitment.suite, &leaves, index),
            size,
            n,
            key: ranked.key,
            rank: ranked.rank,
            outcome: ranked.outcome,
        });
    }
    Ok(entries)
}

/// N and n of the stratum, for `pareto` of the list.
fn bounds(list: &List, selection: &Selection, stratum: &str) -> (u64, u64) {
    if let Method::Pareto { n } = list.method {
        return (list.frame.n, n);
    }
    let size = list.strata.iter().find(|s| s.stratum == stratum).map_or(0, |s| s.size);
    (size, selection.quotas.get(stratum).copied().unwrap_or(0))
}

/// The subject's team in the final round, as published.
fn team(
    frozen: &Frozen,
    seed: &Digest,
    sid: &Sid,
    drawn: &[&Entry],
) -> Result<Option<Team>, Findings> {
    let contents = &frozen.contents;
    let assignment = contents.assignment.as_deref().unwrap_or_default();
    let handicaps = contents.handicaps.as_deref().unwrap_or_default();
    let Some(last) = handicaps.last().map(|row| row.round) else {
        return Ok(None);
    };
    if contents.shortage.is_some() {
        return Ok(None);
    }
    // Only this subject's visit is needed: its slots do not depend on other visits, its exclusions are those
    // of its own teams in the rounds before.
    let lists = drawn.iter().map(|entry| entry.list.clone()).collect();
    let visit = [VisitRow { sid: sid.clone(), lists }];
    let case = frozen
        .case(&visit, &BTreeMap::from([(sid, &drawn[0].row)]))?
        .with_tickets(frozen.commitment.suite, seed);
    let place: BTreeMap<&Iid, u32> =
        (0..).zip(&case.inspectors).map(|(i, row)| (&row.iid, i)).collect();
    let mut exclusions = Exclusions::new();
    for round in 0..=last {
        let rows = assignment.iter().filter(|row| row.round == round && row.sid == *sid);
        let team: Option<Vec<u32>> = rows.map(|row| place.get(&row.iid).copied()).collect();
        let slots = &case.visits[0].slots;
        let Some(team) = team.filter(|team| {
            let open = |(slot, i): (usize, &u32)| case.is_open(&exclusions, 0, slot, *i);
            team.len() == slots.len() && team.iter().enumerate().all(open)
        }) else {
            let cause = say!(
                "小组与岗位不符，先核验公示包",
                "the team does not fit the slots: verify the bundle first"
            );
            return Err(Finding::new("V12", cause).id(sid.as_str()).into());
        };
        if round < last {
            exclusions.extend(case.exclusions(&[team]));
            continue;
        }
        let price = |i: u32| {
            let wanted = (round, &case.inspectors[i as usize].iid);
            let at = handicaps.binary_search_by(|row| (row.round, &row.iid).cmp(&wanted));
            at.map_or(0, |at| handicaps[at].handicap)
        };
        let slot = |(index, i): (usize, &u32)| TeamSlot {
            slot: slots[index].text.clone(),
            iid: case.inspectors[*i as usize].iid.clone(),
            eligible: case
                .open(&exclusions, 0, index)
                .map(|(open, _)| (case.inspectors[open as usize].iid.clone(), price(open)))
                .collect(),
        };
        return Ok(Some(Team { round, slots: team.iter().enumerate().map(slot).collect() }));
    }
    Ok(None)
}
