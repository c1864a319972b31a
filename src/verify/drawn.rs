//! Steps 9–11: draw, rolls and visits, recomputed and compared byte for byte.

use std::collections::BTreeMap;

use super::Outcome;
use super::bundle::Bundle;
use crate::base::digest::Digest;
use crate::base::finding::Finding;
use crate::base::table::{self, Row};
use crate::draw::quota::quotas;
use crate::draw::select::Selection;
use crate::record::bundle::{draw_path, roll_path};
use crate::record::commitment::Commitment;
use crate::say;

/// Step 9.
pub(super) fn compare_draws(bundle: &Bundle<'_>, selections: &[(String, Selection)]) -> Outcome {
    let outcomes = selections
        .iter()
        .map(|(list, selection)| compare(bundle, &draw_path(list), 9, &selection.draw_rows()));
    worst(outcomes)
}

/// Step 10, of sealed draws.
pub(super) fn rolls(bundle: &Bundle<'_>, selections: Option<&[(String, Selection)]>) -> Outcome {
    let suite = bundle.commitment.suite;
    if let Some(selections) = selections {
        return worst(selections.iter().map(|(list, selection)| {
            compare(bundle, &roll_path(list), 10, &selection.roll(suite, list))
        }));
    }
    if bundle.contents.rolls.len() < bundle.commitment.lists.len() {
        return Outcome::depends_on(1);
    }
    let mut findings = Vec::new();
    for list in &bundle.commitment.lists {
        let mut sizes: BTreeMap<&str, u64> = BTreeMap::new();
        for row in &bundle.contents.rolls[&list.list] {
            *sizes.entry(&row.stratum).or_default() += 1;
        }
        let committed =
            list.strata.iter().filter(|s| s.size > 0).map(|s| (s.stratum.as_str(), s.size));
        if sizes != committed.collect() {
            let cause = say!("各层行数与承诺的 N 不符", "the strata have not the committed N");
            findings.push(Finding::new("V10", cause).file(roll_path(&list.list)));
        }
        let rows = &bundle.contents.rolls[&list.list];
        let mut keys: Vec<&Digest> = rows.iter().map(|row| &row.key).collect();
        keys.sort_unstable();
        if keys.windows(2).any(|pair| pair[0] == pair[1]) {
            let cause = say!("同一个键出现两次", "one key stands there twice");
            findings.push(Finding::new("V10", cause).file(roll_path(&list.list)));
        }
    }
    match findings.is_empty() {
        false => Outcome::Failed(findings),
        true if bundle.unopened => Outcome::NotShown(say!(
            "行数与承诺相符；内容待公开后核对",
            "counts agree; the keys are checked after the opening"
        )),
        true => Outcome::depends_on(9),
    }
}

/// Compares a file with its recomputed rows, byte for byte, and names the first row that differs.
pub(super) fn compare<R: Row>(bundle: &Bundle<'_>, path: &str, step: u32, rows: &[R]) -> Outcome {
    let expected = table::format(rows);
    let Some(found) = bundle.files.get(path) else {
        return Outcome::depends_on(1);
    };
    if *found == expected {
        return Outcome::Passed;
    }
    if bundle.malformed.contains(path) {
        return Outcome::depends_on(1);
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
