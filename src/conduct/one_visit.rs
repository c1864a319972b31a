//! One visit of a drawn bundle by itself, with its team as published. Its slots do not depend on other visits, its
//! exclusions are those of its own teams in the rounds before, and the handicaps carry all that the rest of the draw
//! has to say about it.

use std::collections::BTreeMap;
use std::slice::from_ref;

use super::Frozen;
use crate::base::digest::Digest;
use crate::base::finding::{Finding, Findings};
use crate::pairing::rules::{Case, Exclusions};
use crate::record::ids::Iid;
use crate::record::tables::{FrameRow, VisitRow};
use crate::say;

/// A visit and everybody who might make it.
pub(super) struct OneVisit {
    /// A case with this visit alone, with tickets.
    pub case: Case,
    /// Who is excluded from it in the final round.
    pub exclusions: Exclusions,
    /// The teams of the rounds before the final one, in which the exclusions arose.
    pub earlier: Vec<Vec<u32>>,
    /// Its team; none where pairing was impossible.
    pub seated: Option<Seated>,
}

/// The team of the final round, and what everybody's handicap is in it.
pub(super) struct Seated {
    pub round: u32,
    pub team: Vec<u32>,
    pub handicaps: Vec<i128>,
}

impl OneVisit {
    /// Reads the visit of a subject; `row` is a row of a frame that has it.
    ///
    /// # Errors
    /// V12 if the published teams do not fit the visit.
    pub fn read(
        frozen: &Frozen<'_>,
        seed: &Digest,
        visit: VisitRow,
        row: &FrameRow,
    ) -> Result<Self, Findings> {
        let (contents, sid) = (&frozen.contents, visit.sid.clone());
        let assignment = contents.assignment.as_deref().unwrap_or_default();
        let handicaps = contents.handicaps.as_deref().unwrap_or_default();
        let case = frozen
            .case(&[visit], &BTreeMap::from([(&sid, row)]))?
            .with_tickets(frozen.commitment.suite, seed);
        let place: BTreeMap<&Iid, u32> =
            (0..).zip(&case.inspectors).map(|(i, row)| (&row.iid, i)).collect();
        let rounds = handicaps.last().map_or(0, |row| row.round + 1);
        let (mut exclusions, mut teams) = (Exclusions::new(), Vec::new());
        for round in 0..rounds {
            exclusions.extend(
                teams
                    .last()
                    .map(|team: &Vec<u32>| case.exclusions(from_ref(team)))
                    .unwrap_or_default(),
            );
            let from = assignment.partition_point(|row| (row.round, &row.sid) < (round, &sid));
            let rows =
                assignment[from..].iter().take_while(|row| row.round == round && row.sid == sid);
            let team: Option<Vec<u32>> = rows.map(|row| place.get(&row.iid).copied()).collect();
            let slots = case.visits[0].slots.len();
            let fits = |team: &Vec<u32>| {
                let open = |(slot, i): (usize, &u32)| case.is_open(&exclusions, 0, slot, *i);
                let distinct = (1..team.len()).all(|k| !team[..k].contains(&team[k]));
                team.len() == slots && distinct && team.iter().enumerate().all(open)
            };
            let Some(team) = team.filter(fits) else {
                let cause = say!(
                    "小组与岗位不符，先核验公示包",
                    "the team does not fit the slots: verify the bundle first"
                );
                return Err(Finding::new("V12", cause).id(sid.as_str()).into());
            };
            teams.push(team);
        }
        if contents.shortage.is_some() {
            // The round that has no pairing comes after all of these.
            let last = teams.last().map(|team| case.exclusions(from_ref(team)));
            exclusions.extend(last.unwrap_or_default());
            return Ok(OneVisit { case, exclusions, earlier: teams, seated: None });
        }
        let seated = teams.pop().map(|team| Seated {
            round: rounds - 1,
            team,
            handicaps: prices(&case, handicaps, rounds - 1),
        });
        Ok(OneVisit { case, exclusions, earlier: teams, seated })
    }
}

/// Everybody's handicap in a round.
fn prices(case: &Case, handicaps: &[crate::record::tables::HandicapRow], round: u32) -> Vec<i128> {
    let price = |iid: &Iid| {
        let at = handicaps.binary_search_by(|row| (row.round, &row.iid).cmp(&(round, iid)));
        at.map_or(0, |at| handicaps[at].handicap)
    };
    case.inspectors.iter().map(|row| price(&row.iid)).collect()
}
