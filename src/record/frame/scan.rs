//! One reading of a frame, on all threads.

use std::sync::Arc;

use rayon::prelude::*;

use super::batch::{Reader, cut, lines, too_long};
use super::block::{Block, Sum};
use super::{Feed, FrameLine, Names, Passing, Visitor};
use crate::base::digest::{Digest, Hasher, SIDE_BY_SIDE, Suite};
use crate::base::finding::Finding;
use crate::base::merkle::Root;
use crate::base::table::{Row, bad_field, canonical_text};
use crate::record::list::List;
use crate::record::tables::FrameRow;
use crate::say;

/// How a frame is to be read.
#[derive(Clone, Copy)]
pub struct Scan<'a> {
    /// The digest suite of the draw.
    pub suite: Suite,
    /// The list whose frame it is.
    pub list: &'a List,
    /// Whether rows must have salts.
    pub sealed: bool,
    /// The rows whose inclusion paths are wanted, from 0, ascending.
    pub prove: Option<&'a Arc<[u64]>>,
}

/// What one reading of a frame found.
pub struct Scanned {
    /// The digest of the file's bytes, behind what the hasher had taken in; none if a line has no end.
    pub digest: Option<Digest>,
    /// What the table says, or the first line that is none of a table: then visitors have not seen everything.
    pub table: Result<Table, Finding>,
}

/// A frame that is a table.
pub struct Table {
    /// Its root and number of rows.
    pub root: Root,
    /// Where it breaks the rules of its list: V04, without file.
    pub breaches: Vec<Finding>,
    /// The inclusion paths that were asked for, in their order.
    pub paths: Vec<Vec<Digest>>,
}

impl Scan<'_> {
    /// Reads a frame to its end. `watch` learns how many rows have been read.
    ///
    /// # Errors
    /// What the feed fails with.
    pub fn run<V: Visitor>(
        &self,
        feed: &mut dyn Feed,
        mut hasher: Hasher,
        visitor: &mut V,
        watch: &mut dyn FnMut(u64),
    ) -> Result<Scanned, Finding> {
        let mut reader = Reader::new(feed);
        let mut sum = Sum::new(self);
        let names = Names::of(self.list);
        let mut batch = reader.next(Vec::new())?;
        let (mut malformed, mut spare) =
            (header(&batch).err().filter(|_| !reader.endless), Vec::new());
        let mut skip = FrameRow::HEADER.len() + 1;
        while !batch.is_empty() {
            let (next, parts) = rayon::join(
                || rayon::join(|| reader.next(spare), || hasher.update(&batch)).0,
                || match malformed {
                    None => self.blocks(&batch[skip..], sum.rows, &names, visitor),
                    // The digest is wanted all the same.
                    Some(_) => Vec::new(),
                },
            );
            for part in parts {
                let joined = part.and_then(|(block, part)| sum.join(block).map(|()| part));
                match joined {
                    Ok(part) => visitor.join(part),
                    Err(finding) => {
                        malformed = Some(finding);
                        break;
                    }
                }
            }
            watch(sum.rows);
            (spare, batch, skip) = (batch, next?, 0);
        }
        let endless = reader.endless;
        if endless {
            malformed = malformed.or_else(|| Some(too_long().row(sum.rows + 2)));
        }
        let table = malformed.map_or_else(|| Ok(sum.finish(self)), Err);
        Ok(Scanned { digest: (!endless).then(|| hasher.finish()), table })
    }

    /// Checks whole lines, several blocks at once; `first` is the place of the first row.
    fn blocks<V: Visitor>(
        &self,
        text: &[u8],
        first: u64,
        names: &Names<'_>,
        visitor: &V,
    ) -> Vec<Result<(Block, V::Part), Finding>> {
        let blocks = cut(text);
        let counts: Vec<u64> =
            blocks.par_iter().with_max_len(1).map(|block| lines(block)).collect();
        let begin = counts.iter().scan(first, |at, n| Some(std::mem::replace(at, *at + n)));
        let begin: Vec<u64> = begin.collect();
        let check = |(block, first): (&&[u8], &u64)| self.block(block, *first, names, visitor);
        // Block by block: whoever has read the next batch finds work left.
        blocks.par_iter().zip(&begin).with_max_len(1).map(check).collect()
    }

    fn block<V: Visitor>(
        &self,
        bytes: &[u8],
        first: u64,
        names: &Names<'_>,
        visitor: &V,
    ) -> Result<(Block, V::Part), Finding> {
        let text = canonical_text(bytes).map_err(|mut finding| {
            // It counts the lines of this block; the header stands before the first row.
            finding.place.row = finding.place.row.map(|row| first + 1 + row);
            finding
        })?;
        let mut block = Block::new(self, first);
        let mut part = visitor.begin();
        let mut lines = text.split('\n');
        // Behind the last LF there is nothing, unless the file ends without one.
        let end = lines.next_back().unwrap_or_default();
        let mut before: Option<(Option<Digest>, &str)> = None;
        let (mut few, mut rows) =
            (Vec::with_capacity(SIDE_BY_SIDE), Vec::with_capacity(SIDE_BY_SIDE));
        for (index, text) in (first..).zip(lines) {
            let line = FrameLine::parse(text).map_err(|f| f.row(index + 2))?;
            if line.salt.is_some() != self.sealed {
                let salt = line.salt.map_or_else(|| "-".to_owned(), |salt| salt.hex());
                return Err(bad_field("salt", &salt).row(index + 2));
            }
            if before.is_some_and(|before| !line.follows(&before)) {
                return Err(unordered(index));
            }
            if before.is_none() {
                block.first = Some((line.salt, line.sid.to_owned()));
            }
            before = Some((line.salt, line.sid));
            rows.push(text.as_bytes());
            if let Some(stratum) = block.count(self, index, names.place(line.stratum), &line) {
                few.push(Passing { stratum, line });
            }
            // Groups end where those of the tree do. A row that breaks a rule, behind which nobody looks on, ends its
            // group, too.
            if (index + 1).is_multiple_of(SIDE_BY_SIDE as u64) || few.len() < rows.len() {
                visitor.rows(&mut part, index + 1 - rows.len() as u64, &few);
                block.tree.push_each(&rows);
                few.clear();
                rows.clear();
            }
        }
        visitor.rows(&mut part, block.tree.end(), &few);
        block.tree.push_each(&rows);
        block.last = before.map(|(salt, sid)| (salt, sid.to_owned()));
        if !end.is_empty() {
            let cause = say!("末行没有以 LF 结束", "the last line does not end with LF");
            return Err(Finding::new("F01", cause));
        }
        Ok((block, part))
    }
}

fn header(batch: &[u8]) -> Result<(), Finding> {
    let expected = FrameRow::HEADER;
    match batch.strip_prefix(expected.as_bytes()).and_then(<[u8]>::first) {
        Some(b'\n') => Ok(()),
        _ => {
            let line = batch.split_inclusive(|b| *b == b'\n').next().unwrap_or_default();
            canonical_text(line)?;
            if !line.ends_with(b"\n") {
                let cause = say!("末行没有以 LF 结束", "the last line does not end with LF");
                return Err(Finding::new("F01", cause));
            }
            let expected = expected.replace('\t', " ");
            let cause = say!("表头须为 {expected}", "the header must be {expected}");
            Err(Finding::new("F02", cause).row(1))
        }
    }
}

pub(super) fn unordered(index: u64) -> Finding {
    let cause = say!("这一行不在上一行之后", "this row does not follow the one before");
    Finding::new("F04", cause).row(index + 2)
}
