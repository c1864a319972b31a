//! Steps 12–15: the assignment's rounds, their certificates, and the proof of a shortage.

use std::collections::{BTreeMap, BTreeSet};

use super::bad::Bad;
use super::bundle::Bundle;
use super::drawn::Drawn;
use super::{Facts, Outcome};
use crate::base::finding::{Finding, Text};
use crate::pairing::blocking;
use crate::pairing::certificate::{self, Culprit, Flaw};
use crate::pairing::rules::{Case, Exclusions};
use crate::record::bundle::{ASSIGNMENT, HANDICAPS, INCOMPATIBLE, INSPECTORS, RECUSALS, SHORTAGE};
use crate::record::contents::Contents;
use crate::record::ids::{Iid, Sid};
use crate::record::shortage::Shortage;
use crate::record::tables::{AssignmentRow, HandicapRow};
use crate::say;

/// Runs steps 12–15 on the recomputed visits, or passes on why they cannot be made.
pub(super) fn verify_pairing(
    bundle: &Bundle<'_>,
    bad: &Bad,
    input: Result<Drawn, Outcome>,
    facts: &mut Facts,
) -> Vec<(u32, Outcome)> {
    let mut listed = bundle.contents.manifest.iter().flatten();
    let shortage_there = bundle.files.contains_key(SHORTAGE)
        || (bundle.unopened && listed.any(|row| row.path == SHORTAGE));
    let last = if shortage_there { 15 } else { 14 };
    facts.shortage = shortage_there;
    let tables = [INSPECTORS, RECUSALS, INCOMPATIBLE, ASSIGNMENT, HANDICAPS];
    let input = input.and_then(|drawn| match bad.first(tables) {
        Some(step) => Err(Outcome::depends_on(step)),
        None => Ok(drawn),
    });
    let drawn = match input {
        Ok(drawn) => drawn,
        Err(outcome) => return (12..=last).map(|number| (number, outcome.clone())).collect(),
    };
    let Contents { assignment, handicaps, .. } = &bundle.contents;
    let assignment = assignment.as_deref().unwrap_or_default();
    let handicaps = handicaps.as_deref().unwrap_or_default();
    let case = case(bundle, drawn);
    facts.add_case(&case);
    let rounds = Rounds::read(&case, assignment, handicaps, shortage_there);
    let mut outcomes = Vec::new();
    match rounds {
        Err(finding) => {
            outcomes.push((12, Outcome::Failed(vec![*finding])));
            outcomes.extend((13..=last).map(|number| (number, Outcome::depends_on(12))));
        }
        Ok(rounds) => {
            facts.rounds = rounds.teams.len();
            facts.add_loads(&case, rounds.teams.last());
            outcomes.push((12, Outcome::Passed));
            outcomes.push((13, optimum(&case, &rounds, handicaps)));
            outcomes.push((14, parted(&case, &rounds, assignment, shortage_there)));
            if shortage_there {
                let claim = bundle.contents.shortage.as_ref();
                let outcome =
                    claim.map_or(Outcome::depends_on(1), |claim| shortage(claim, &case, &rounds));
                outcomes.push((15, outcome));
            }
        }
    }
    outcomes
}

/// A pairing from scratch, as after a `staff` event: the teams of its final round, or none where a shortage is proved.
/// Places name the files as they are called beside a commitment.
pub(super) fn check_pairing(
    case: &Case,
    assignment: &[AssignmentRow],
    handicaps: &[HandicapRow],
    claim: Option<&Shortage>,
) -> Result<Option<Vec<Vec<u32>>>, Vec<Finding>> {
    let short = claim.is_some();
    let rounds =
        Rounds::read(case, assignment, handicaps, short).map_err(|finding| vec![*finding])?;
    let mut outcomes =
        vec![optimum(case, &rounds, handicaps), parted(case, &rounds, assignment, short)];
    outcomes.extend(claim.map(|claim| shortage(claim, case, &rounds)));
    for outcome in outcomes {
        if let Outcome::Failed(findings) = outcome {
            return Err(findings);
        }
    }
    Ok(rounds.teams.into_iter().last().filter(|_| !short))
}

fn case(bundle: &Bundle<'_>, drawn: Drawn) -> Case {
    let contents = &bundle.contents;
    let case = Case::new(
        contents.inspectors.clone().unwrap_or_default(),
        contents.recusals.as_deref().unwrap_or_default(),
        contents.incompatible.as_deref().unwrap_or_default(),
        drawn.demands,
    );
    case.with_tickets(bundle.commitment.suite, &drawn.seed)
}

/// The published rounds, found to be complete, eligible, distinct and within capacities.
struct Rounds {
    teams: Vec<Vec<Vec<u32>>>,
    /// The exclusions in force in each round, and those of the round after the last.
    exclusions: Vec<Exclusions>,
}

impl Rounds {
    fn read(
        case: &Case,
        assignment: &[AssignmentRow],
        handicaps: &[HandicapRow],
        shortage: bool,
    ) -> Result<Rounds, Box<Finding>> {
        let place: BTreeMap<&Iid, u32> =
            (0..).zip(&case.inspectors).map(|(i, row)| (&row.iid, i)).collect();
        let count = rounds_listed(case, assignment, handicaps, shortage)?;
        let mut rows = (2u64..).zip(assignment).peekable();
        let mut rounds = Rounds { teams: Vec::new(), exclusions: vec![Exclusions::new()] };
        for round in 0..count {
            let excluded = rounds.exclusions.last().expect("bug: begins with one").clone();
            let mut teams = Vec::with_capacity(case.visits.len());
            let mut visits = vec![0u32; case.inspectors.len()];
            for (v, visit) in (0..).zip(&case.visits) {
                let mut team = Vec::with_capacity(visit.slots.len());
                for slot in 0..visit.slots.len() {
                    let wanted = (round, &visit.sid, slot as u64);
                    let (line, row) = rows
                        .next_if(|(_, row)| (row.round, &row.sid, u64::from(row.slot)) == wanted)
                        .ok_or_else(|| slot_missing(wanted, rows_at(assignment, wanted)))?;
                    let refuse = |cause: Text| {
                        Box::new(
                            Finding::new("V12", cause)
                                .file(ASSIGNMENT)
                                .row(line)
                                .id(row.sid.as_str()),
                        )
                    };
                    let iid = &row.iid;
                    let i = *place.get(iid).ok_or_else(|| {
                        refuse(say!("名录中没有 {iid}", "{iid} is not among the inspectors"))
                    })?;
                    if !case.is_open(&excluded, v, slot, i) {
                        return Err(refuse(say!(
                            "{iid} 不符合该岗位的条件、应回避或已被排除",
                            "{iid} is not eligible for this slot, recused or excluded"
                        )));
                    }
                    if team.contains(&i) {
                        return Err(refuse(say!(
                            "{iid} 在同一小组出现两次",
                            "{iid} stands twice in one team"
                        )));
                    }
                    visits[i as usize] += 1;
                    if visits[i as usize] > case.inspectors[i as usize].capacity {
                        return Err(refuse(say!(
                            "{iid} 超过检查上限",
                            "{iid} exceeds his capacity"
                        )));
                    }
                    team.push(i);
                }
                teams.push(team);
            }
            let mut excluded = excluded;
            excluded.extend(case.exclusions(&teams));
            rounds.teams.push(teams);
            rounds.exclusions.push(excluded);
        }
        match rows.next() {
            None => Ok(rounds),
            Some((line, row)) => {
                let cause = say!("多出的一行", "a row too many");
                Err(Box::new(
                    Finding::new("V12", cause).file(ASSIGNMENT).row(line).id(row.sid.as_str()),
                ))
            }
        }
    }
}

/// How many rounds are listed: 0 … m − 1 in both tables, at least one unless pairing was impossible.
fn rounds_listed(
    case: &Case,
    assignment: &[AssignmentRow],
    handicaps: &[HandicapRow],
    shortage: bool,
) -> Result<u32, Box<Finding>> {
    let refuse =
        |path: &str, cause| Err(Box::new(Finding::new("V12", cause).file(path).column("round")));
    let listed: BTreeSet<u32> = handicaps.iter().map(|row| row.round).collect();
    let count = u32::try_from(listed.len()).expect("bug: fewer rounds than rows");
    if listed.last().is_some_and(|last| last + 1 != count) {
        return refuse(HANDICAPS, say!("轮次不连续", "the rounds have a gap"));
    }
    let empty = case.inspectors.is_empty() && case.visits.is_empty();
    if count == 0 && !shortage && !empty {
        return refuse(HANDICAPS, say!("没有任何一轮", "there is no round"));
    }
    if let Some(row) = assignment.iter().find(|row| row.round >= count) {
        let round = row.round;
        return refuse(
            ASSIGNMENT,
            say!("第 {round} 轮没有证书", "round {round} has no certificate"),
        );
    }
    Ok(count)
}

fn rows_at(assignment: &[AssignmentRow], wanted: (u32, &Sid, u64)) -> Option<u64> {
    let at = assignment.partition_point(|row| (row.round, &row.sid, u64::from(row.slot)) < wanted);
    (at < assignment.len()).then_some(at as u64 + 2)
}

fn slot_missing((round, sid, slot): (u32, &Sid, u64), row: Option<u64>) -> Box<Finding> {
    let cause = say!(
        "第 {round} 轮缺少岗位 {slot}，或此处多出一行",
        "round {round} lacks slot {slot}, or a row too many stands here"
    );
    let finding = Finding::new("V12", cause).file(ASSIGNMENT).id(sid.as_str());
    Box::new(match row {
        Some(row) => finding.row(row),
        None => finding,
    })
}

/// Step 13.
fn optimum(case: &Case, rounds: &Rounds, handicaps: &[HandicapRow]) -> Outcome {
    let refuse = |cause| Outcome::Failed(vec![Finding::new("V13", cause).file(HANDICAPS)]);
    let mut rows = handicaps.iter();
    for (round, (teams, exclusions)) in (0..).zip(rounds.teams.iter().zip(&rounds.exclusions)) {
        let mut prices = Vec::with_capacity(case.inspectors.len());
        for inspector in &case.inspectors {
            match rows.next() {
                Some(row) if row.round == round && row.iid == inspector.iid => {
                    prices.push(row.handicap)
                }
                _ => {
                    let iid = &inspector.iid;
                    return refuse(say!(
                        "第 {round} 轮缺少 {iid} 的让分，或有多余的行",
                        "round {round} lacks the handicap of {iid}, or has a row too many"
                    ));
                }
            }
        }
        if let Err(Flaw { of, cause }) = certificate::check(case, exclusions, teams, &prices) {
            let Text { zh, en } = cause;
            let cause = say!("第 {round} 轮：{zh}", "round {round}: {en}");
            let finding = Finding::new("V13", cause).file(HANDICAPS);
            return Outcome::Failed(vec![match of {
                // Each round has a row for everybody, behind those of the rounds before and the header.
                Culprit::Inspector(at) => {
                    let row = u64::from(round) * case.inspectors.len() as u64 + at as u64 + 2;
                    finding.row(row).id(case.inspectors[at].iid.as_str())
                }
                Culprit::Visit(at) => finding.id(case.visits[at].sid.as_str()),
            }]);
        }
    }
    if rows.next().is_some() {
        return refuse(say!("有多余的行", "there is a row too many"));
    }
    Outcome::Passed
}

/// Step 14.
fn parted(case: &Case, rounds: &Rounds, assignment: &[AssignmentRow], shortage: bool) -> Outcome {
    let last = rounds.teams.len().saturating_sub(1);
    for (round, teams) in rounds.teams.iter().enumerate() {
        let conflict = case.exclusions(teams).first().map(|(visit, _)| *visit as usize);
        let more_rounds = round < last || shortage;
        if conflict.is_some() != more_rounds {
            let cause = if conflict.is_some() {
                say!(
                    "第 {round} 轮仍有互不相容的人员同组，却没有下一轮",
                    "round {round} pairs incompatible inspectors, yet no round follows"
                )
            } else {
                say!(
                    "第 {round} 轮已无冲突，不应有下一轮",
                    "round {round} has no conflict, yet a round follows"
                )
            };
            let finding = Finding::new("V14", cause).file(ASSIGNMENT);
            // Where the two stand, or where the round begins that should not be.
            let number = u32::try_from(round).unwrap_or(u32::MAX);
            let finding = match conflict {
                Some(visit) => {
                    let sid = &case.visits[visit].sid;
                    let row = rows_at(assignment, (number, sid, 0));
                    row.map_or(finding.clone(), |row| finding.row(row)).id(sid.as_str())
                }
                None => {
                    let next = |row: &AssignmentRow| row.round <= number;
                    finding.row(assignment.partition_point(next) as u64 + 2)
                }
            };
            return Outcome::Failed(vec![finding]);
        }
    }
    Outcome::Passed
}

/// Step 15.
fn shortage(shortage: &Shortage, case: &Case, rounds: &Rounds) -> Outcome {
    let refuse = |cause| Outcome::Failed(vec![Finding::new("V15", cause).file(SHORTAGE)]);
    if shortage.round as usize != rounds.teams.len() {
        return refuse(say!("轮次与所列轮数不符", "the round is not the number of rounds listed"));
    }
    let place: BTreeMap<&Sid, u32> =
        (0..).zip(&case.visits).map(|(v, visit)| (&visit.sid, v)).collect();
    let slot = |(sid, slot): &(Sid, u32)| {
        let visit = place.get(sid).copied()?;
        ((*slot as usize) < case.visits[visit as usize].slots.len()).then_some((visit, *slot))
    };
    let Some(slots) = shortage.slots.iter().map(slot).collect::<Option<Vec<_>>>() else {
        return refuse(say!("列出了不存在的岗位", "a slot is listed that no visit has"));
    };
    let exclusions = rounds.exclusions.last().expect("bug: begins with one");
    let short = blocking::shortfall(case, exclusions, &slots);
    if slots.is_empty() || short <= 0 || u64::try_from(short) != Ok(shortage.short) {
        return refuse(say!("差额应为 {short}", "the shortfall is {short}"));
    }
    if !blocking::is_minimal(case, exclusions, &slots) {
        return refuse(say!("不是最小的阻塞集", "the blocking set is not minimal"));
    }
    Outcome::Passed
}
