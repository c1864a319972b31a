//! Rehearsal (演练): what a plan would come to, told before anything is frozen. Seeds come from a domain of
//! their own, so that a rehearsal can neither predict a draw nor become one.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;

use crate::base::digest::Digest;
use crate::base::finding::{Finding, Findings};
use crate::conduct::Frozen;
use crate::pairing::rules::qualified;
use crate::pairing::slots::visit_slots;
use crate::say;

/// Most simulated draws; without a failure among 300 the chance is below 1 % at 95 % confidence.
const RUNS_MAX: usize = 300;
/// Fewest simulated draws, however large the draw is.
const RUNS_MIN: usize = 20;
/// Slots that all simulated draws together may have.
const SLOTS_IN_ALL_RUNS: usize = 1_000_000;

/// What simulated draws came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Forecast {
    /// Simulated draws.
    pub runs: usize,
    /// Of these, how many could not be paired, rounds included.
    pub infeasible: usize,
    /// Fewest and most visits.
    pub visits: (usize, usize),
    /// Most rounds.
    pub rounds: usize,
}

impl Forecast {
    /// More than one in a hundred could not be paired.
    pub fn is_risky(&self) -> bool {
        self.infeasible * 100 > self.runs
    }
}

/// Simulates draws of a frozen package; `progress` learns how many are done, of how many. Runs are parallel,
/// and the answer does not depend on the number of threads.
///
/// # Errors
/// What a draw fails with.
pub fn forecast(frozen: &Frozen, progress: &(dyn Fn(usize, usize) + Sync)) -> Result<Forecast, Findings> {
    let first = simulate(frozen, 0)?;
    let slots = first.2.max(1);
    let runs = (SLOTS_IN_ALL_RUNS / slots).clamp(RUNS_MIN, RUNS_MAX);
    let done = AtomicUsize::new(1);
    let all: Result<Vec<_>, Findings> = (1..runs)
        .into_par_iter()
        .map(|run| {
            let result = simulate(frozen, run);
            progress(done.fetch_add(1, Ordering::Relaxed) + 1, runs);
            result
        })
        .collect();
    let mut all = all?;
    all.push(first);
    let visits = all.iter().map(|run| run.1);
    Ok(Forecast {
        runs,
        infeasible: all.iter().filter(|run| run.0).count(),
        visits: (visits.clone().min().unwrap_or(0), visits.max().unwrap_or(0)),
        rounds: all.iter().map(|run| run.3).max().unwrap_or(0),
    })
}

/// One simulated draw: (infeasible, visits, slots, rounds).
fn simulate(frozen: &Frozen, run: usize) -> Result<(bool, usize, usize, usize), Findings> {
    let seed = rehearsal_seed(frozen, run);
    let drawn = frozen.draw_from(&seed, &mut |_, _, _| {})?;
    let slots = drawn.case.visits.iter().map(|visit| visit.slots.len()).sum();
    Ok((drawn.rounds.shortage.is_some(), drawn.visits.len(), slots, drawn.rounds.rounds.len()))
}

/// No line of `dr1` begins like this, so no seed of a draw is ever one of a rehearsal.
fn rehearsal_seed(frozen: &Frozen, run: usize) -> Digest {
    frozen.commitment.suite.digest(format!("ssj-rehearsal/1\n{}\n{run}\n", frozen.digest).as_bytes())
}

/// Slots that nobody, or hardly anybody, qualifies for (recusals left aside), with an example each.
pub fn check_slots(frozen: &Frozen) -> Vec<Finding> {
    let contents = frozen.contents();
    let inspectors = contents.inspectors.as_deref().unwrap_or_default();
    let mut texts: BTreeMap<String, (usize, usize, &str)> = BTreeMap::new();
    let mut slots_of: BTreeMap<(&[String], Vec<&str>), Vec<(String, usize)>> = BTreeMap::new();
    for (sid, entry) in contents.subjects() {
        let slots = slots_of.entry((entry.tags, entry.lists.clone())).or_insert_with(|| {
            let lists = entry.lists.iter().filter_map(|name| frozen.commitment.list(name));
            let slots = visit_slots(lists, entry.tags).unwrap_or_default();
            slots.into_iter().map(|slot| (slot.text.clone(), qualified(inspectors, &slot).len())).collect()
        });
        for (text, people) in slots.iter().filter(|(_, people)| *people < 3) {
            texts.entry(text.clone()).or_insert((0, *people, sid.as_str())).0 += 1;
        }
    }
    let finding = |(text, (subjects, people, example)): (String, (usize, usize, &str))| {
        let code = if people == 0 { "M03" } else { "M06" };
        let cause = say!(
            "岗位 {text} 只有 {people} 人符合，涉及 {subjects} 个对象",
            "slot {text} is open to {people}, and {subjects} subjects may need it",
        );
        Finding::new(code, cause).id(example)
    };
    texts.into_iter().map(finding).collect()
}
