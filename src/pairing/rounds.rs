//! Rounds: the optimum, again without whoever the rule excludes, until no team holds incompatible inspectors.

use super::rules::{Case, Exclusions};
use super::solve::{self, Instance, solve};

/// The rounds of a pairing. They end, since each adds an exclusion.
#[derive(Clone, Debug)]
pub struct Rounds {
    /// The rounds that have an optimum.
    pub rounds: Vec<Round>,
    /// Why the next round has none; the drawn subjects stand all the same.
    pub shortage: Option<solve::Blocking>,
}

/// The optimum of one round.
#[derive(Clone, Debug)]
pub struct Round {
    /// The inspector of each slot of each visit.
    pub teams: Vec<Vec<u32>>,
    /// The certificate: one integer per inspector.
    pub handicaps: Vec<i128>,
}

/// Computes all rounds; `progress` learns (round, slots filled).
pub fn pair(case: &Case, progress: &mut dyn FnMut(u32, usize)) -> Rounds {
    let mut exclusions = Exclusions::new();
    let mut rounds = Vec::new();
    loop {
        let round = u32::try_from(rounds.len()).expect("bug: fewer rounds than exclusions");
        match solve(&instance(case, &exclusions), &mut |filled| progress(round, filled)) {
            Err(blocking) => {
                return Rounds { rounds, shortage: Some(blocking) };
            }
            Ok(optimum) => {
                let more = case.exclusions(&optimum.teams);
                rounds.push(Round { teams: optimum.teams, handicaps: optimum.handicaps });
                if more.is_empty() {
                    return Rounds { rounds, shortage: None };
                }
                exclusions.extend(more);
            }
        }
    }
}

fn instance(case: &Case, exclusions: &Exclusions) -> Instance {
    let inspector = |row: &crate::record::tables::InspectorRow| solve::Inspector {
        capacity: row.capacity,
        load: row.load,
    };
    let visit = |v: u32| solve::Visit {
        slots: (0..case.visits[v as usize].slots.len())
            .map(|slot| case.open(exclusions, v, slot).collect())
            .collect(),
    };
    let visits = u32::try_from(case.visits.len()).expect("bug: fewer than 2^24 visits");
    Instance {
        inspectors: case.inspectors.iter().map(inspector).collect(),
        visits: (0..visits).map(visit).collect(),
    }
}
