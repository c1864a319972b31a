//! The bytes of a frame in whole lines: as much as all threads together work on at a time, cut into blocks for each.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::Feed;
use crate::base::finding::Finding;
use crate::base::text::{LINE_BYTES_MAX, parse_integer};
use crate::record::ids::WEIGHT_MAX;
use crate::say;

/// Bytes that are read, hashed and checked at a time, on each thread.
pub(super) const BATCH_BYTES_PER_THREAD: usize = 4 << 20;
/// Bytes of a block: what one thread checks before it looks for more work.
pub(super) const BLOCK_BYTES: usize = 256 << 10;

/// Takes whole lines from a feed.
pub(super) struct Reader<'a> {
    feed: &'a mut dyn Feed,
    /// The beginning of a line whose end has not been read.
    rest: Vec<u8>,
    ended: bool,
    /// It ended at a line that is longer than any may be.
    pub(super) endless: bool,
}

impl<'a> Reader<'a> {
    pub(super) fn new(feed: &'a mut dyn Feed) -> Self {
        Reader { feed, rest: Vec::new(), ended: false, endless: false }
    }
}

impl Reader<'_> {
    /// Some whole lines, at the end of the file whatever is left; then nothing. They are put where others stood.
    pub(super) fn next(&mut self, mut bytes: Vec<u8>) -> Result<Vec<u8>, Finding> {
        let wanted = BATCH_BYTES_PER_THREAD * rayon::current_num_threads();
        bytes.clear();
        bytes.append(&mut self.rest);
        while !self.ended && bytes.len() < wanted {
            let before = bytes.len();
            self.feed.feed(&mut bytes)?;
            self.ended = bytes.len() == before;
        }
        if !self.ended {
            let end = bytes.iter().rposition(|b| *b == b'\n').map_or(0, |at| at + 1);
            self.rest = bytes.split_off(end);
            if self.rest.len() > LINE_BYTES_MAX + 1 {
                (self.ended, self.endless) = (true, true);
                self.rest.clear();
            }
        }
        Ok(bytes)
    }
}

/// Blocks of whole lines.
pub(super) fn cut(mut text: &[u8]) -> Vec<&[u8]> {
    let mut blocks = Vec::new();
    while !text.is_empty() {
        let least = text.len().min(BLOCK_BYTES);
        let end = text[least - 1..].iter().position(|b| *b == b'\n');
        let (block, rest) = text.split_at(end.map_or(text.len(), |end| least + end));
        blocks.push(block);
        text = rest;
    }
    blocks
}

pub(super) fn lines(block: &[u8]) -> u64 {
    memchr::memchr_iter(b'\n', block).count() as u64
}

pub(super) fn too_long() -> Finding {
    Finding::new("F09", say!("一行超过 64 KiB", "a line has more than 64 KiB"))
}

/// How often each weight stands in a frame, in the order of weights.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Weights(Vec<(u64, u64)>);

/// Weights below this are counted in a table, which costs less than a search; scores seldom reach it.
const TABLE: usize = 1 << 12;

impl Weights {
    /// Counts the weights of a frame. What is no row is passed over: a [`super::Scan`] finds it.
    ///
    /// # Errors
    /// What the feed fails with.
    pub fn read(feed: &mut dyn Feed) -> Result<Self, Finding> {
        let mut reader = Reader::new(feed);
        let (mut weights, mut spare) = (Weights::default(), Vec::new());
        let mut batch = reader.next(Vec::new())?;
        while !batch.is_empty() {
            let count =
                || cut(&batch).into_par_iter().with_max_len(1).map(Weights::of_block).collect();
            let (next, counted): (_, Vec<Weights>) = rayon::join(|| reader.next(spare), count);
            weights = counted.into_iter().fold(weights, Weights::plus);
            (spare, batch) = (batch, next?);
        }
        Ok(weights)
    }

    fn of_block(block: &[u8]) -> Self {
        let weight = |line: &[u8]| {
            let text = std::str::from_utf8(line.split(|b| *b == b'\t').nth(2)?).ok()?;
            parse_integer(text, WEIGHT_MAX + 1)
        };
        block.split(|b| *b == b'\n').filter_map(weight).collect()
    }

    /// Those of both.
    pub fn plus(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        // Two runs in order, which a stable sort merges.
        self.0.sort();
        self.0.dedup_by(|(weight, n), (before, sum)| {
            let same = weight == before;
            *sum += if same { *n } else { 0 };
            same
        });
        self
    }

    /// Each weight and how often it stands there, in order.
    pub fn iter(&self) -> impl Iterator<Item = (u64, u64)> {
        self.0.iter().copied()
    }
}

impl FromIterator<u64> for Weights {
    fn from_iter<I: IntoIterator<Item = u64>>(weights: I) -> Self {
        let (mut table, mut counts) = ([0; TABLE], BTreeMap::new());
        for weight in weights {
            match usize::try_from(weight).ok().and_then(|at| table.get_mut(at)) {
                Some(count) => *count += 1,
                None => *counts.entry(weight).or_default() += 1,
            }
        }
        Weights((0..).zip(table).filter(|(_, n)| *n > 0).chain(counts).collect())
    }
}
