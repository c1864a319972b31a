//! Some visits of a drawn bundle, with their teams as published. The slots of a visit do not depend on other visits,
//! its exclusions are those of its own teams in the rounds before, and the handicaps carry all that the rest of the
//! draw has to say about it: one visit alone gives the same as all of them.

use std::collections::BTreeMap;

use super::Frozen;
use crate::base::digest::Digest;
use crate::base::finding::{Finding, Findings};
use crate::pairing::rules::{Case, Exclusions};
use crate::record::ids::{Iid, Sid};
use crate::record::tables::{AssignmentRow, FrameRow, HandicapRow, VisitRow};
use crate::say;

/// Visits and everybody who might make them.
pub(super) struct Teams {
    /// A case with these visits alone, with tickets.
    pub case: Case,
    /// Who is excluded from them in the final round.
    pub exclusions: Exclusions,
    /// By round before the final one, in which the exclusions arose, and by visit the teams.
    pub earlier: Vec<Vec<Vec<u32>>>,
    /// The final round; none where pairing was impossible.
    pub seated: Option<Seated>,
}

/// The teams of the final round, and what everybody's handicap is in it.
pub(super) struct Seated {
    pub round: u32,
    /// By visit.
    pub teams: Vec<Vec<u32>>,
    /// By inspector.
    pub handicaps: Vec<i128>,
}

impl Teams {
    /// Reads the teams of these visits, which are ordered by subject; `rows` has a frame's row of each subject.
    ///
    /// # Errors
    /// V12 if the published teams do not fit the visits.
    pub fn read(
        frozen: &Frozen<'_>,
        seed: &Digest,
        visits: &[VisitRow],
        rows: &BTreeMap<&Sid, &FrameRow>,
    ) -> Result<Self, Findings> {
        let contents = &frozen.contents;
        let assignment = contents.assignment.as_deref().unwrap_or_default();
        let handicaps = contents.handicaps.as_deref().unwrap_or_default();
        let case = frozen.case(visits, rows)?.with_tickets(frozen.commitment.suite, seed);
        let place: BTreeMap<&Iid, u32> =
            (0..).zip(&case.inspectors).map(|(i, row)| (&row.iid, i)).collect();
        let rounds = handicaps.last().map_or(0, |row| row.round + 1);
        let (mut exclusions, mut earlier) = (Exclusions::new(), Vec::<Vec<Vec<u32>>>::new());
        for round in 0..rounds {
            exclusions
                .extend(earlier.last().map(|teams| case.exclusions(teams)).unwrap_or_default());
            let team = |(visit, row): (u32, &VisitRow)| {
                let team = published(assignment, round, &row.sid, &place);
                team.filter(|team| fits(&case, &exclusions, visit, team)).ok_or_else(|| {
                    let cause = say!(
                        "小组与岗位不符，先核验公示包",
                        "the team does not fit the slots: verify the bundle first"
                    );
                    Finding::new("V12", cause).id(row.sid.as_str())
                })
            };
            earlier.push((0..).zip(visits).map(team).collect::<Result<_, _>>()?);
        }
        if contents.shortage.is_some() {
            // The round that has no pairing comes after all of these.
            exclusions
                .extend(earlier.last().map(|teams| case.exclusions(teams)).unwrap_or_default());
            return Ok(Teams { case, exclusions, earlier, seated: None });
        }
        let seated = earlier.pop().map(|teams| Seated {
            round: rounds - 1,
            teams,
            handicaps: prices(&case, handicaps, rounds - 1),
        });
        Ok(Teams { case, exclusions, earlier, seated })
    }
}

/// The team of a subject in a round; none if somebody in it is no inspector of the draw.
fn published(
    assignment: &[AssignmentRow],
    round: u32,
    sid: &Sid,
    place: &BTreeMap<&Iid, u32>,
) -> Option<Vec<u32>> {
    let from = assignment.partition_point(|row| (row.round, &row.sid) < (round, sid));
    let rows = assignment[from..].iter().take_while(|row| row.round == round && row.sid == *sid);
    rows.map(|row| place.get(&row.iid).copied()).collect()
}

fn fits(case: &Case, exclusions: &Exclusions, visit: u32, team: &[u32]) -> bool {
    let open = |(slot, i): (usize, &u32)| case.is_open(exclusions, visit, slot, *i);
    let distinct = (1..team.len()).all(|k| !team[..k].contains(&team[k]));
    team.len() == case.visits[visit as usize].slots.len()
        && distinct
        && team.iter().enumerate().all(open)
}

/// Everybody's handicap in a round.
fn prices(case: &Case, handicaps: &[HandicapRow], round: u32) -> Vec<i128> {
    let price = |iid: &Iid| {
        let at = handicaps.binary_search_by(|row| (row.round, &row.iid).cmp(&(round, iid)));
        at.map_or(0, |at| handicaps[at].handicap)
    };
    case.inspectors.iter().map(|row| price(&row.iid)).collect()
}
