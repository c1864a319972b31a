//! Rehearsal (演练): what a plan would come to, told before anything is frozen. Seeds come from a domain of
//! their own, so that a rehearsal can neither predict a draw nor become one.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;

use crate::base::digest::Digest;
use crate::base::finding::{Finding, Findings, Text};
use crate::conduct::Frozen;
use crate::pairing::rules::fitting;
use crate::pairing::shortage::is_fillable;
use crate::pairing::slots::{VisitSlot, visit_slots};
use crate::say;

/// Simulated draws; without a failure among 300 the chance is below 1 % at 95 % confidence.
const RUNS: usize = 300;
/// Of these so many are paired in full, rounds included; the others are only asked whether every slot can be
/// filled at all.
const FULL_RUNS: usize = 20;

/// What simulated draws came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Forecast {
    /// Simulated draws.
    pub runs: usize,
    /// Of these, how many could not be paired.
    pub infeasible: usize,
    /// Fewest and most visits.
    pub visits: (usize, usize),
    /// Most rounds among those paired in full.
    pub rounds: usize,
    /// Why the first of the infeasible ones is.
    pub example: Option<Text>,
}

impl Forecast {
    /// More than one in a hundred could not be paired.
    pub fn is_risky(&self) -> bool {
        self.infeasible * 100 > self.runs
    }
}

/// One simulated draw.
struct Run {
    feasible: bool,
    visits: usize,
    rounds: usize,
}

/// Simulates draws of a frozen package; `progress` learns how many are done, of how many. Runs are parallel,
/// and the answer does not depend on the number of threads.
///
/// # Errors
/// What a draw fails with.
pub fn forecast(
    frozen: &Frozen,
    progress: &(dyn Fn(usize, usize) + Sync),
) -> Result<Forecast, Findings> {
    let done = AtomicUsize::new(0);
    let runs: Result<Vec<Run>, Findings> = (0..RUNS)
        .into_par_iter()
        .map(|run| {
            let result = simulate(frozen, run);
            progress(done.fetch_add(1, Ordering::Relaxed) + 1, RUNS);
            result
        })
        .collect();
    let runs = runs?;
    let example = match runs.iter().position(|run| !run.feasible) {
        Some(run) => {
            let drawn = frozen.draw_from(&rehearsal_seed(frozen, run), &mut |_, _, _| {})?;
            drawn.blockage().map(|blockage| blockage.sentence())
        }
        None => None,
    };
    let visits = runs.iter().map(|run| run.visits);
    Ok(Forecast {
        runs: RUNS,
        infeasible: runs.iter().filter(|run| !run.feasible).count(),
        visits: (visits.clone().min().unwrap_or(0), visits.max().unwrap_or(0)),
        rounds: runs.iter().map(|run| run.rounds).max().unwrap_or(0),
        example,
    })
}

fn simulate(frozen: &Frozen, run: usize) -> Result<Run, Findings> {
    let seed = rehearsal_seed(frozen, run);
    if run < FULL_RUNS {
        let drawn = frozen.draw_from(&seed, &mut |_, _, _| {})?;
        let feasible = drawn.rounds.shortage.is_none();
        return Ok(Run { feasible, visits: drawn.visits.len(), rounds: drawn.rounds.rounds.len() });
    }
    let drawn = frozen.select_from(&seed, &mut |_, _, _| {})?;
    Ok(Run { feasible: is_fillable(&drawn.case), visits: drawn.visits.len(), rounds: 0 })
}

/// No line of `dr1` begins like this, so no seed of a draw is ever one of a rehearsal.
fn rehearsal_seed(frozen: &Frozen, run: usize) -> Digest {
    frozen
        .commitment
        .suite
        .digest(format!("ssj-rehearsal/1\n{}\n{run}\n", frozen.digest).as_bytes())
}

/// Subjects with the same tags and lists have the same slots.
type Alike<'a> = (&'a [String], Vec<&'a str>);

/// A slot that hardly anybody qualifies for.
struct Scarce {
    words: Text,
    people: usize,
    subjects: usize,
    example: String,
}

/// Slots that nobody, or hardly anybody, qualifies for (recusals left aside), with an example each.
pub fn check_slots(frozen: &Frozen) -> Vec<Finding> {
    let contents = frozen.contents();
    let inspectors = contents.inspectors.as_deref().unwrap_or_default();
    let mut scarce: BTreeMap<String, Scarce> = BTreeMap::new();
    let mut slots_of: BTreeMap<Alike<'_>, Vec<(VisitSlot, usize)>> = BTreeMap::new();
    for (sid, entry) in contents.subjects() {
        let slots = slots_of.entry((entry.tags, entry.lists.clone())).or_insert_with(|| {
            let lists = entry.lists.iter().filter_map(|name| frozen.commitment.list(name));
            let slots = visit_slots(lists, entry.tags).unwrap_or_default().into_iter();
            let people = |slot: VisitSlot| (fitting(inspectors, &slot).len(), slot);
            slots.map(people).filter(|(n, _)| *n < 3).map(|(n, slot)| (slot, n)).collect()
        });
        for (slot, people) in slots {
            let first = || Scarce {
                words: slot.words(),
                people: *people,
                subjects: 0,
                example: sid.to_string(),
            };
            scarce.entry(slot.text.clone()).or_insert_with(first).subjects += 1;
        }
    }
    let finding = |Scarce { words: Text { zh, en }, people, subjects, example }: Scarce| {
        let code = if people == 0 { "M03" } else { "M06" };
        let cause = say!(
            "岗位 {zh} 只有 {people} 人符合，涉及 {subjects} 个对象",
            "slot {en} is open to {people}, and {subjects} subjects may need it",
        );
        Finding::new(code, cause).id(example)
    };
    scarce.into_values().map(finding).collect()
}
