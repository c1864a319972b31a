//! Frames (抽样框) of any size: read once from the beginning, checked and hashed block by block on all cores, in memory
//! that does not grow with them. Rows go by; whoever wants some of them looks on as a [`Visitor`].

mod batch;
mod block;
mod scan;
mod strata;
mod survey;

use super::bundle::{Files, frame_path};
use super::ids::{WEIGHT_MAX, are_tags, is_id, is_name};
use crate::base::digest::Digest;
use crate::base::finding::Finding;
use crate::base::table::bad_field;
use crate::base::text::{LINE_BYTES_MAX, parse_integer};
use crate::say;

pub use batch::Weights;
pub use scan::{Scan, Scanned, Table};
pub use strata::Names;
pub use survey::Survey;

use batch::too_long;

/// The frames of a bundle, wherever they lie.
pub trait Frames: Sync {
    /// The bytes of `frames/<list>.tsv` from the beginning, as often as it is called; `None` if there is no such file.
    ///
    /// # Errors
    /// W08 or W15 if the file system fails.
    fn open(&self, list: &str) -> Result<Option<Box<dyn Feed + '_>>, Finding>;
}

/// Bytes of a file in their order.
pub trait Feed: Send {
    /// Appends some of the bytes that come next; at the end of the file it appends none.
    ///
    /// # Errors
    /// W08 if the file system fails, or what else makes the bytes unreadable.
    fn feed(&mut self, bytes: &mut Vec<u8>) -> Result<(), Finding>;
}

/// All bytes of a feed.
///
/// # Errors
/// What it fails with.
pub fn whole(feed: &mut dyn Feed) -> Result<Vec<u8>, Finding> {
    let mut bytes = Vec::new();
    loop {
        let before = bytes.len();
        feed.feed(&mut bytes)?;
        if bytes.len() == before {
            return Ok(bytes);
        }
    }
}

/// A bundle in memory.
impl Frames for Files {
    fn open(&self, list: &str) -> Result<Option<Box<dyn Feed + '_>>, Finding> {
        let bytes = self.get(&frame_path(list)).map(Vec::as_slice);
        Ok(bytes.map(|bytes| -> Box<dyn Feed + '_> { Box::new(bytes) }))
    }
}

impl Feed for &[u8] {
    fn feed(&mut self, bytes: &mut Vec<u8>) -> Result<(), Finding> {
        let (now, later) = self.split_at(self.len().min(IN_MEMORY_BYTES));
        bytes.extend_from_slice(now);
        *self = later;
        Ok(())
    }
}

/// Bytes of a file in memory that are fed at a time.
const IN_MEMORY_BYTES: usize = 1 << 20;

/// A row of a frame as it stands in its line, checked as a row of its table is (§4 of the protocol).
#[derive(Clone, Copy, Debug)]
pub struct FrameLine<'a> {
    /// The line without LF.
    pub text: &'a str,
    /// The subject.
    pub sid: &'a str,
    /// Its stratum.
    pub stratum: &'a str,
    /// Its weight, 1 … 2^20.
    pub weight: u64,
    /// Its tags, sorted, separated by single spaces, or `-`.
    pub tags: &'a str,
    /// Its salt; only in a sealed draw.
    pub salt: Option<Digest>,
}

impl<'a> FrameLine<'a> {
    /// Takes a line apart.
    ///
    /// # Errors
    /// F02 or F09, or F03 naming the column.
    pub fn parse(text: &'a str) -> Result<Self, Finding> {
        if text.len() > LINE_BYTES_MAX {
            return Err(too_long());
        }
        FrameLine::of_fields(text, columns(text)?)
    }

    /// As [`FrameLine::parse`], of a line that was one before.
    pub fn again(text: &'a str) -> Self {
        let not_checked = "bug: the line was checked";
        let [sid, stratum, weight, tags, salt] = columns(text).expect(not_checked);
        let weight = parse_integer(weight, WEIGHT_MAX + 1).expect(not_checked);
        FrameLine { text, sid, stratum, weight, tags, salt: Digest::from_hex(salt) }
    }

    pub(super) fn of_fields(text: &'a str, fields: [&'a str; 5]) -> Result<Self, Finding> {
        let [sid, stratum, weight, tags, salt] = fields;
        let bad = |column, value| Err(bad_field(column, value));
        if !is_id(sid) {
            return bad("sid", sid);
        }
        if !is_name(stratum) {
            return bad("stratum", stratum);
        }
        let Some(number) = parse_integer(weight, WEIGHT_MAX + 1).filter(|n| *n > 0) else {
            return bad("weight", weight);
        };
        if !are_tags(tags) {
            return bad("tags", tags);
        }
        let salt = match salt {
            "-" => None,
            hex => match Digest::from_hex(hex) {
                None => return bad("salt", hex),
                salt => salt,
            },
        };
        Ok(FrameLine { text, sid, stratum, weight: number, tags, salt })
    }

    /// The tags one by one.
    pub fn each_tag(&self) -> impl Iterator<Item = &'a str> {
        self.tags.split(' ').filter(|tag| *tag != "-")
    }

    fn follows(&self, before: &(Option<Digest>, &str)) -> bool {
        (self.salt, self.sid) > *before
    }
}

/// The cells of a line.
fn columns(text: &str) -> Result<[&str; 5], Finding> {
    // One walk over the line: five searches in texts as short as these cost more.
    let (mut tabs, mut found) = ([0; 4], 0);
    for (at, byte) in text.bytes().enumerate() {
        if byte == b'\t' {
            if let Some(tab) = tabs.get_mut(found) {
                *tab = at;
            }
            found += 1;
        }
    }
    if found != tabs.len() {
        let found = found + 1;
        let cause = say!("应有 5 列，实有 {found} 列", "{found} columns instead of 5");
        return Err(Finding::new("F02", cause));
    }
    let [a, b, c, d] = tabs;
    Ok([&text[..a], &text[a + 1..b], &text[b + 1..c], &text[c + 1..d], &text[d + 1..]])
}

/// Looks on while the rows of a frame go by, in blocks that several threads read at once.
pub trait Visitor: Sync {
    /// What is found in one block.
    type Part: Send;

    /// An empty part.
    fn begin(&self) -> Self::Part;

    /// A few rows that follow each other: the place in the frame of the first, from 0, and of each the place of its
    /// stratum in the list. Rows of one part come in order.
    fn rows(&self, part: &mut Self::Part, first: u64, rows: &[Passing<'_>]);

    /// Takes in what was found in a block; blocks come in their order.
    fn join(&mut self, part: Self::Part);
}

/// A row that goes by.
#[derive(Clone, Copy, Debug)]
pub struct Passing<'a> {
    /// The place of its stratum in the list.
    pub stratum: usize,
    /// The row.
    pub line: FrameLine<'a>,
}

/// Nobody looks on.
impl Visitor for () {
    type Part = ();
    fn begin(&self) {}
    fn rows(&self, _: &mut (), _: u64, _: &[Passing<'_>]) {}
    fn join(&mut self, _: ()) {}
}

/// Two look on.
impl<A: Visitor, B: Visitor> Visitor for (A, B) {
    type Part = (A::Part, B::Part);

    fn begin(&self) -> Self::Part {
        (self.0.begin(), self.1.begin())
    }

    fn rows(&self, part: &mut Self::Part, first: u64, rows: &[Passing<'_>]) {
        self.0.rows(&mut part.0, first, rows);
        self.1.rows(&mut part.1, first, rows);
    }

    fn join(&mut self, part: Self::Part) {
        self.0.join(part.0);
        self.1.join(part.1);
    }
}

/// Somebody looks on, or nobody.
impl<V: Visitor> Visitor for Option<V> {
    type Part = Option<V::Part>;

    fn begin(&self) -> Self::Part {
        self.as_ref().map(V::begin)
    }

    fn rows(&self, part: &mut Self::Part, first: u64, rows: &[Passing<'_>]) {
        if let (Some(visitor), Some(part)) = (self, part) {
            visitor.rows(part, first, rows);
        }
    }

    fn join(&mut self, part: Self::Part) {
        if let (Some(visitor), Some(part)) = (self, part) {
            visitor.join(part);
        }
    }
}

#[cfg(test)]
mod tests;
