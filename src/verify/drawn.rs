//! Steps 9–11: draw, rolls and visits, recomputed and compared byte for byte.

use std::collections::BTreeMap;

use super::Outcome;
use super::bad::Bad;
use super::bundle::Bundle;
use crate::base::digest::Digest;
use crate::base::finding::Finding;
use crate::base::table::{self, Row};
use crate::draw::quota::quotas;
use crate::draw::visits::{drawn_rows, visits as recompute_visits};
use crate::pairing::slots::{Demand, demands};
use crate::record::bundle::{BEACON, VISITS, draw_path, frame_path, roll_path};
use crate::record::commitment::{Commitment, List};
use crate::record::tables::RollRow;
use crate::say;

/// Step 9. Equal tickets make a frame bad: no rank follows from them.
pub(super) fn draws(bundle: &Bundle<'_>, bad: &mut Bad) -> Outcome {
    if bundle.unopened {
        return Outcome::NotShown(say!(
            "公开前不出示抽取结果",
            "the draw is closed until the opening"
        ));
    }
    if let Some(step) = bad.step(BEACON) {
        return Outcome::depends_on(step);
    }
    let tied: Vec<Finding> =
        bundle.frames.tickets.iter().filter(|f| !bad.has(f)).cloned().collect();
    let outcomes = bundle.commitment.lists_by_name().into_iter().map(|list| {
        match (bad.step(&frame_path(&list.list)), bundle.selection(bad, &list.list)) {
            (Some(step), _) => Outcome::depends_on(step),
            (None, Some(drawn)) => {
                compare(bundle, bad, &draw_path(&list.list), 9, &drawn.draw_rows())
            }
            (None, None) => Outcome::Passed,
        }
    });
    let outcome =
        worst(outcomes.collect::<Vec<_>>().into_iter().chain([Outcome::of(tied.clone())]));
    tied.iter().filter_map(|finding| finding.place.file.as_ref()).for_each(|path| bad.put(path, 9));
    outcome
}

/// Step 10, of sealed draws.
pub(super) fn rolls(bundle: &Bundle<'_>, bad: &Bad) -> Outcome {
    let suite = bundle.commitment.suite;
    worst(bundle.commitment.lists_by_name().into_iter().map(|list| {
        let path = roll_path(&list.list);
        let rests_on = [path.as_str(), BEACON, &frame_path(&list.list)];
        match bundle.contents.rolls.get(&list.list).filter(|_| bundle.unopened) {
            Some(rows) => closed_roll(list, rows),
            None => match (bad.first(rests_on), bundle.selection(bad, &list.list)) {
                (None, Some(drawn)) => {
                    compare(bundle, bad, &path, 10, &drawn.roll(suite, &list.list))
                }
                (step, _) => Outcome::depends_on(step.unwrap_or(9)),
            },
        }
    }))
}

/// What a roll shows of itself.
fn closed_roll(list: &List, rows: &[RollRow]) -> Outcome {
    let mut findings = Vec::new();
    let mut refuse = |cause| findings.push(Finding::new("V10", cause).file(roll_path(&list.list)));
    let mut sizes: BTreeMap<&str, u64> = BTreeMap::new();
    for row in rows {
        *sizes.entry(&row.stratum).or_default() += 1;
    }
    let committed = list.strata.iter().filter(|s| s.size > 0).map(|s| (s.stratum.as_str(), s.size));
    if sizes != committed.collect() {
        refuse(say!("各层行数与承诺的 N 不符", "the strata have not the committed N"));
    }
    let mut keys: Vec<&Digest> = rows.iter().map(|row| &row.key).collect();
    keys.sort_unstable();
    if keys.windows(2).any(|pair| pair[0] == pair[1]) {
        refuse(say!("同一个键出现两次", "one key stands there twice"));
    }
    if findings.is_empty() {
        return Outcome::NotShown(say!(
            "行数与承诺相符；内容待公开后核对",
            "counts agree; the keys are checked after the opening"
        ));
    }
    Outcome::Failed(findings)
}

/// What the steps before found: the seed, and what each visit asks for.
pub(super) struct Drawn {
    pub seed: Digest,
    pub demands: Vec<Demand>,
}

/// Step 11, and what is recomputed for the steps behind it, or why it cannot be.
pub(super) fn visits(bundle: &Bundle<'_>, bad: &Bad) -> (Outcome, Result<Drawn, Outcome>) {
    if bundle.unopened {
        let closed =
            Outcome::NotShown(say!("公开前不出示抽取结果", "the draw is closed until the opening"));
        return (closed.clone(), Err(closed));
    }
    let (Some(selections), Some(seed)) = (bundle.selections(bad), bundle.seed) else {
        let dependent = Outcome::depends_on(bad.under_draws(&bundle.commitment).unwrap_or(9));
        return (dependent.clone(), Err(dependent));
    };
    let visits = recompute_visits(selections);
    let demands = demands(&bundle.commitment, &drawn_rows(selections), &visits);
    let refused = |finding: Finding| Finding::new("V11", finding.cause).file(VISITS);
    match demands.map_err(refused) {
        Err(finding) => (Outcome::Failed(vec![finding]), Err(Outcome::depends_on(11))),
        Ok(demands) => {
            let outcome = compare(bundle, bad, VISITS, 11, &visits);
            (outcome, Ok(Drawn { seed, demands }))
        }
    }
}

/// Compares a file with its recomputed rows, byte for byte, and names the first row that differs.
fn compare<R: Row>(bundle: &Bundle<'_>, bad: &Bad, path: &str, step: u32, rows: &[R]) -> Outcome {
    let expected = table::format(rows);
    let found = match (bad.step(path), bundle.files.get(path)) {
        (None, Some(found)) => found,
        (found_by, _) => return Outcome::depends_on(found_by.unwrap_or(1)),
    };
    if *found == expected {
        return Outcome::Passed;
    }
    let lines = |bytes: &[u8]| -> Vec<Vec<u8>> {
        bytes.split(|b| *b == b'\n').map(<[u8]>::to_vec).collect()
    };
    let (found, expected) = (lines(found), lines(&expected));
    let row = found
        .iter()
        .zip(&expected)
        .position(|(a, b)| a != b)
        .unwrap_or(found.len().min(expected.len()));
    let cause = say!("与重新计算的结果不同", "differs from the recomputed result");
    Outcome::Failed(vec![
        Finding::new(&format!("V{step:02}"), cause).file(path).row(row as u64 + 1),
    ])
}

/// Failed if one failed, else not shown if one is not, else passed.
fn worst(outcomes: impl Iterator<Item = Outcome>) -> Outcome {
    let mut findings = Vec::new();
    let mut not_shown = None;
    for outcome in outcomes {
        match outcome {
            Outcome::Passed => {}
            Outcome::Failed(more) => findings.extend(more),
            other => not_shown = Some(other),
        }
    }
    if findings.is_empty() {
        not_shown.unwrap_or(Outcome::Passed)
    } else {
        Outcome::Failed(findings)
    }
}

/// n of every stratum, as far as the seed alone tells.
pub(super) fn quotas_of(commitment: &Commitment, seed: &Digest) -> Vec<Vec<u64>> {
    commitment.lists.iter().map(|list| quotas(commitment.suite, seed, list)).collect()
}
