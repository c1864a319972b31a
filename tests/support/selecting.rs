//! Draws from rows in memory, the way the program goes: blocks of rows on all threads, with a guess of how far the
//! wanted keys reach, and once more without it where it was wrong. Tests and benchmarks share it.
#![allow(dead_code)]

use rayon::prelude::*;
use shuangsuiji::base::digest::{Digest, Suite};
use shuangsuiji::base::finding::Finding;
use shuangsuiji::base::table::Row;
use shuangsuiji::draw::select::{Depth, Selection, Selector};
use shuangsuiji::record::commitment::{List, Method};
use shuangsuiji::record::frame::{FrameLine, Names, Passing, Visitor, Weights};
use shuangsuiji::record::tables::FrameRow;

/// Rows of a block, about as many as in the program.
const BLOCK: usize = 4_096;
/// Rows that a visitor sees at once.
const FEW: usize = 16;

pub fn lines(frame: &[FrameRow]) -> Vec<String> {
    frame.iter().map(Row::format).collect()
}

/// Lines as they pass: taken apart and found in their strata.
pub fn passing<'a>(list: &List, lines: &'a [String]) -> Vec<Passing<'a>> {
    let names = Names::of(list);
    let row = |text: &'a String| {
        let line = FrameLine::parse(text).unwrap();
        Passing { stratum: names.place(line.stratum).unwrap(), line }
    };
    lines.iter().map(row).collect()
}

/// Draws from rows that pass.
pub fn select_passing(
    suite: Suite,
    seed: &Digest,
    list: &List,
    rows: &[Passing<'_>],
    depth: Depth,
) -> Result<Selection, Finding> {
    let of_block = |block: &[Passing<'_>]| block.iter().map(|row| row.line.weight).collect();
    let weighted = matches!(list.method, Method::Pareto { .. });
    let weights = weighted
        .then(|| rows.par_chunks(BLOCK).map(of_block).reduce(Weights::default, Weights::plus));
    let weights = &weights.unwrap_or_default();
    let pass = |guess| {
        let mut selector = Selector::new(suite, seed, list, weights, depth, guess);
        let block = |(at, block): (usize, &[Passing<'_>])| {
            let mut part = selector.begin();
            for (few, rows) in block.chunks(FEW).enumerate() {
                selector.rows(&mut part, (at * BLOCK + few * FEW) as u64, rows);
            }
            part
        };
        let parts: Vec<_> = rows.par_chunks(BLOCK).enumerate().map(block).collect();
        parts.into_iter().for_each(|part| selector.join(part));
        selector
    };
    let guessed = pass(true);
    if guessed.is_short() { pass(false).select() } else { guessed.select() }
}

/// Draws from rows of a frame.
pub fn select(
    suite: Suite,
    seed: &Digest,
    list: &List,
    frame: &[FrameRow],
    depth: Depth,
) -> Result<Selection, Finding> {
    let lines = lines(frame);
    select_passing(suite, seed, list, &passing(list, &lines), depth)
}
