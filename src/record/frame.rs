//! Frames (抽样框) of any size: read once from the beginning, checked and hashed block by block on all cores, in memory
//! that does not grow with them. Rows go by; whoever wants some of them looks on as a [`Visitor`].

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::bundle::{Files, frame_path};
use super::ids::{Sid, WEIGHT_MAX, WEIGHT_SUM_MAX, are_tags, is_id, is_name};
use super::list::{List, Method, Quota};
pub use super::strata::Names;
use super::tables::FrameRow;
use crate::base::digest::{Digest, Hasher, Suite};
use crate::base::finding::Finding;
use crate::base::merkle::{Root, Tree};
use crate::base::table::{Row, bad_field, canonical_text};
use crate::base::text::{LINE_BYTES_MAX, parse_integer};
use crate::say;

/// Bytes that are read, hashed and checked at a time, on each thread.
const BATCH_BYTES_PER_THREAD: usize = 4 << 20;
/// Rows that visitors see, and the tree takes, at once.
const FEW: usize = 16;
/// Bytes of a block: what one thread checks before it looks for more work.
const BLOCK_BYTES: usize = 256 << 10;

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

/// A row of a frame as it stands in its line, checked as [`FrameRow::parse`] does.
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
        let fields =
            [&text[..a], &text[a + 1..b], &text[b + 1..c], &text[c + 1..d], &text[d + 1..]];
        FrameLine::of_fields(text, fields)
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

/// How a frame is to be read.
#[derive(Clone, Copy)]
pub struct Scan<'a> {
    /// The digest suite of the draw.
    pub suite: Suite,
    /// The list whose frame it is.
    pub list: &'a List,
    /// Whether rows must have salts.
    pub sealed: bool,
    /// The row whose inclusion path is wanted, from 0.
    pub prove: Option<u64>,
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
    /// The inclusion path that was asked for.
    pub path: Option<Vec<Digest>>,
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
        let mut batch = reader.next(Vec::new())?;
        let (mut malformed, mut spare) =
            (header(&batch).err().filter(|_| !reader.endless), Vec::new());
        let mut skip = FrameRow::HEADER.len() + 1;
        while !batch.is_empty() {
            let (next, parts) = rayon::join(
                || rayon::join(|| reader.next(spare), || hasher.update(&batch)).0,
                || match malformed {
                    None => self.blocks(&batch[skip..], sum.rows, visitor),
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
        visitor: &V,
    ) -> Vec<Result<(Block, V::Part), Finding>> {
        let blocks = cut(text);
        let counts: Vec<u64> =
            blocks.par_iter().with_max_len(1).map(|block| lines(block)).collect();
        let begin = counts.iter().scan(first, |at, n| Some(std::mem::replace(at, *at + n)));
        let begin: Vec<u64> = begin.collect();
        let check = |(block, first): (&&[u8], &u64)| self.block(block, *first, visitor);
        // Block by block: whoever has read the next batch finds work left.
        blocks.par_iter().zip(&begin).with_max_len(1).map(check).collect()
    }

    fn block<V: Visitor>(
        &self,
        bytes: &[u8],
        first: u64,
        visitor: &V,
    ) -> Result<(Block, V::Part), Finding> {
        let text = canonical_text(bytes).map_err(|mut finding| {
            // It counts the lines of this block; the header stands before the first row.
            finding.place.row = finding.place.row.map(|row| first + 1 + row);
            finding
        })?;
        let mut block = Block::new(self, first);
        let mut part = visitor.begin();
        let names = Names::of(self.list);
        let mut lines = text.split('\n');
        // Behind the last LF there is nothing, unless the file ends without one.
        let end = lines.next_back().unwrap_or_default();
        let mut before: Option<(Option<Digest>, &str)> = None;
        let (mut few, mut rows) = (Vec::with_capacity(FEW), Vec::with_capacity(FEW));
        for (index, text) in (first..).zip(lines) {
            let line = FrameLine::parse(text).map_err(|f| f.row(index + 2))?;
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
            if (index + 1).is_multiple_of(FEW as u64) || few.len() < rows.len() {
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

fn unordered(index: u64) -> Finding {
    let cause = say!("这一行不在上一行之后", "this row does not follow the one before");
    Finding::new("F04", cause).row(index + 2)
}

fn too_long() -> Finding {
    Finding::new("F09", say!("一行超过 64 KiB", "a line has more than 64 KiB"))
}

/// How often each weight stands in a frame.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Weights(BTreeMap<u64, u64>);

impl Weights {
    /// Counts the weights of a frame. What is no row is passed over: a [`Scan`] finds it.
    ///
    /// # Errors
    /// What the feed fails with.
    pub fn read(feed: &mut dyn Feed) -> Result<Self, Finding> {
        let mut reader = Reader::new(feed);
        let mut weights = Weights::default();
        let mut batch = reader.next(Vec::new())?;
        while !batch.is_empty() {
            let count = || {
                cut(&batch)
                    .into_par_iter()
                    .map(Weights::of_block)
                    .reduce(Weights::default, Weights::plus)
            };
            let (next, counted) = rayon::join(|| reader.next(Vec::new()), count);
            weights = weights.plus(counted);
            batch = next?;
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

    fn plus(mut self, other: Self) -> Self {
        other.0.into_iter().for_each(|(weight, n)| *self.0.entry(weight).or_default() += n);
        self
    }

    /// Each weight and how often it stands there, in order.
    pub fn iter(&self) -> impl Iterator<Item = (u64, u64)> {
        self.0.iter().map(|(weight, n)| (*weight, *n))
    }
}

impl FromIterator<u64> for Weights {
    fn from_iter<I: IntoIterator<Item = u64>>(weights: I) -> Self {
        let mut counts = BTreeMap::new();
        weights.into_iter().for_each(|weight| *counts.entry(weight).or_default() += 1);
        Weights(counts)
    }
}

/// Takes whole lines from a feed.
struct Reader<'a> {
    feed: &'a mut dyn Feed,
    /// The beginning of a line whose end has not been read.
    rest: Vec<u8>,
    ended: bool,
    /// It ended at a line that is longer than any may be.
    endless: bool,
}

impl<'a> Reader<'a> {
    fn new(feed: &'a mut dyn Feed) -> Self {
        Reader { feed, rest: Vec::new(), ended: false, endless: false }
    }
}

impl Reader<'_> {
    /// Some whole lines, at the end of the file whatever is left; then nothing. They are put where others stood.
    fn next(&mut self, mut bytes: Vec<u8>) -> Result<Vec<u8>, Finding> {
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
fn cut(mut text: &[u8]) -> Vec<&[u8]> {
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

fn lines(block: &[u8]) -> u64 {
    // So few at a time that a byte holds their number, which makes the count one of vectors.
    let count = |few: &[u8]| few.iter().map(|b| u8::from(*b == b'\n')).sum::<u8>();
    block.chunks(255).map(|few| u64::from(count(few))).sum()
}

/// What one block of rows comes to.
struct Block {
    tree: Tree,
    first: Option<(Option<Digest>, String)>,
    last: Option<(Option<Digest>, String)>,
    /// Rows of each stratum, by its place in the list.
    sizes: Vec<u64>,
    weights: u128,
    /// The first row with a salt that should have none, or the other way round.
    wrong_salt: Option<u64>,
    /// The first row that breaks a rule of the list.
    breach: Option<Finding>,
    /// Everybody, where the order by salt does not bring the same subjects together.
    sids: Vec<Sid>,
}

impl Block {
    fn new(scan: &Scan<'_>, first: u64) -> Self {
        let tree = Tree::starting_at(scan.suite, first);
        Block {
            tree: match scan.prove {
                Some(index) => tree.proving(index),
                None => tree,
            },
            first: None,
            last: None,
            sizes: vec![0; scan.list.strata.len()],
            weights: 0,
            wrong_salt: None,
            breach: None,
            sids: Vec::new(),
        }
    }

    /// Counts a row; gives the place of its stratum unless a rule of the list was broken here or before.
    fn count(
        &mut self,
        scan: &Scan<'_>,
        index: u64,
        place: Option<usize>,
        line: &FrameLine<'_>,
    ) -> Option<usize> {
        if line.salt.is_some() != scan.sealed && self.wrong_salt.is_none() {
            self.wrong_salt = Some(index);
        }
        if line.salt.is_some() {
            self.sids.push(Sid::parse(line.sid).expect("bug: the line was checked"));
        }
        if self.breach.is_some() {
            return None;
        }
        let mut refuse = |column: &str, cause| {
            let finding = Finding::new("V04", cause).row(index + 2).column(column).id(line.sid);
            self.breach = Some(finding);
            None
        };
        let Some(place) = place else {
            return refuse("stratum", say!("承诺中没有这一层", "this stratum is not committed"));
        };
        let weight = match scan.list.strata[place].quota {
            Quota::Count(_) => Some(1),
            Quota::Weight(weight) => Some(weight),
            Quota::Own => None,
        };
        if weight.is_some_and(|weight| weight != line.weight) {
            return refuse("weight", say!("权重与承诺不符", "the weight is not the committed one"));
        }
        self.sizes[place] += 1;
        self.weights += u128::from(line.weight);
        Some(place)
    }
}

/// What all blocks so far come to.
struct Sum {
    all: Block,
    rows: u64,
}

impl Sum {
    fn new(scan: &Scan<'_>) -> Self {
        Sum { all: Block::new(scan, 0), rows: 0 }
    }

    /// Takes in the next block.
    ///
    /// # Errors
    /// F04 if its first row does not follow the last one before it.
    fn join(&mut self, block: Block) -> Result<(), Finding> {
        let (all, rows) = (&mut self.all, block.sizes.len());
        if let (Some(last), Some(first)) = (&all.last, &block.first)
            && first <= last
        {
            return Err(unordered(self.rows));
        }
        debug_assert_eq!(all.sizes.len(), rows, "bug: blocks of one list");
        all.tree.append(block.tree);
        all.last = block.last.or(all.last.take());
        all.sizes.iter_mut().zip(block.sizes).for_each(|(all, n)| *all += n);
        all.weights += block.weights;
        all.wrong_salt = all.wrong_salt.or(block.wrong_salt);
        all.breach = all.breach.take().or(block.breach);
        all.sids.extend(block.sids);
        self.rows = all.tree.end();
        Ok(())
    }

    fn finish(mut self, scan: &Scan<'_>) -> Table {
        let list = scan.list;
        let root = self.all.tree.root();
        let mut breaches = Vec::new();
        if root != list.frame {
            let cause = match (root.n, list.frame.n) {
                (n, m) if n != m => say!("有 {n} 行，承诺为 {m} 行", "{n} rows, {m} are committed"),
                _ => say!("树根与承诺不符", "the root is not the committed one"),
            };
            breaches.push(Finding::new("V04", cause));
        }
        if let Some(index) = self.all.wrong_salt {
            let cause = say!("盐只属于保密抽取", "salts stand in sealed draws, and only there");
            breaches.push(Finding::new("V04", cause).row(index + 2).column("salt"));
        }
        let breach = self.all.breach.take();
        breaches.extend(breach.or_else(|| self.sizes(list)).or_else(|| self.twice()));
        Table { root, breaches, path: self.all.tree.path() }
    }

    fn sizes(&self, list: &List) -> Option<Finding> {
        let mut each = list.strata.iter().zip(&self.all.sizes);
        if let Some((stratum, _)) = each.find(|(stratum, n)| stratum.size != **n) {
            let name = &stratum.stratum;
            let cause =
                say!("层 {name} 的行数与承诺的 N 不符", "stratum {name} has not the committed N");
            return Some(Finding::new("V04", cause));
        }
        let pareto = matches!(list.method, Method::Pareto { .. });
        (pareto && self.all.weights > u128::from(WEIGHT_SUM_MAX)).then(|| {
            let cause = say!("权重之和超过 2^52", "the sum of weights exceeds 2^52");
            Finding::new("V04", cause)
        })
    }

    /// Rows that are ordered by sid cannot repeat one.
    fn twice(&mut self) -> Option<Finding> {
        let sids = &mut self.all.sids;
        sids.sort_unstable();
        let pair = sids.windows(2).find(|pair| pair[0] == pair[1])?;
        let cause = say!("对象出现两次", "the subject stands twice");
        Some(Finding::new("V04", cause).column("sid").id(pair[0].as_str()))
    }
}

#[cfg(test)]
#[path = "frame_tests.rs"]
mod tests;
