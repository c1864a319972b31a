//! Rounds: the optimum, again without whoever the rule excludes, until no team holds incompatible inspectors.

use super::problem::Problem;
use super::rules::{Case, Exclusions};
use super::shortage::Blocking;
use super::solve::Search;

/// The rounds of a pairing. They end, since each adds an exclusion.
#[derive(Clone, Debug)]
pub struct Rounds {
    /// The rounds that have an optimum.
    pub rounds: Vec<Round>,
    /// Why the next round has none; the drawn subjects stand all the same.
    pub shortage: Option<Blocking>,
}

/// The optimum of one round.
#[derive(Clone, Debug)]
pub struct Round {
    /// The inspector of each slot of each visit.
    pub teams: Vec<Vec<u32>>,
    /// The certificate: one integer per inspector.
    pub handicaps: Vec<i128>,
}

/// Computes all rounds; `progress` learns (round, slots done). A round after the first takes up the search of the
/// round before: exclusions change a few visits, and prices hardly at all.
pub fn pair(case: &Case, progress: &mut dyn FnMut(u32, usize)) -> Rounds {
    let problem = Problem::of_case(case, &Exclusions::new());
    let mut search = Search::new(problem, &mut |slots| progress(0, slots));
    let mut rounds = Vec::new();
    loop {
        match search.optimum() {
            Err(blocking) => {
                return Rounds { rounds, shortage: Some(blocking) };
            }
            Ok(optimum) => {
                let more = case.exclusions(&optimum.teams);
                rounds.push(Round { teams: optimum.teams, handicaps: optimum.handicaps });
                if more.is_empty() {
                    return Rounds { rounds, shortage: None };
                }
                let round = u32::try_from(rounds.len()).expect("bug: fewer rounds than exclusions");
                progress(round, case.slots());
                search.exclude(&more);
            }
        }
    }
}

#[cfg(test)]
#[path = "rounds_tests.rs"]
mod tests;
