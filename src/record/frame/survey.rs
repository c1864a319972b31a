//! What a frame made elsewhere holds, before anything of it is committed: read once on all threads, in whatever order
//! its rows come.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use super::batch::{Reader, cut, lines, too_long};
use super::{Feed, FrameLine};
use crate::base::digest::{SIDE_BY_SIDE, Suite};
use crate::base::finding::Finding;
use crate::base::merkle::{Root, Tree};
use crate::base::table::{Row, canonical_text};
use crate::record::ids::{Name, Sid};
use crate::record::tables::FrameRow;
use crate::say;

/// Rows that break a rule are told one by one up to here, and counted from there on.
const FINDINGS_MAX: usize = 20;

/// What a frame holds.
pub struct Survey {
    /// Root and number of its rows as they came: the committed ones, if they came in order.
    pub root: Root,
    /// Every row follows the one before.
    pub in_order: bool,
    /// What is no row of a frame: F01–F03 or F09 with its line, and of the rest their number.
    pub malformed: Vec<Finding>,
    /// F04 for subjects that stand in two rows after another, which is where an ordered frame has them.
    pub repeated: Vec<Finding>,
    /// How many rows have a stratum and a weight, and the first of them.
    pub classes: BTreeMap<(Name, u64), (u64, Sid)>,
    /// Those of the subjects asked for that stand in it.
    pub present: BTreeSet<Sid>,
}

impl Survey {
    /// Reads a frame to its end, looking for the subjects in `wanted`. `watch` learns how many rows have been read.
    ///
    /// # Errors
    /// What the feed fails with.
    pub fn read(
        feed: &mut dyn Feed,
        suite: Suite,
        wanted: &BTreeSet<Sid>,
        watch: &mut dyn FnMut(u64),
    ) -> Result<Self, Finding> {
        let mut reader = Reader::new(feed);
        let mut sum = Sum::default();
        let mut tree = Tree::new(suite);
        let mut batch = reader.next(Vec::new())?;
        let (mut spare, mut skip) = (Vec::new(), FrameRow::HEADER.len() + 1);
        while !batch.is_empty() {
            let first = tree.end();
            let (next, blocks) = rayon::join(
                || reader.next(spare),
                || blocks(batch.get(skip..).unwrap_or_default(), suite, first, wanted),
            );
            for (block, part) in blocks {
                tree.append(part);
                sum.join(block);
            }
            watch(tree.end());
            (spare, batch, skip) = (batch, next?, 0);
        }
        if reader.endless {
            sum.refuse(too_long().row(tree.end() + 2));
        }
        Ok(sum.finish(tree.root()))
    }
}

fn blocks(text: &[u8], suite: Suite, first: u64, wanted: &BTreeSet<Sid>) -> Vec<(Sum, Tree)> {
    let blocks = cut(text);
    let counts = blocks.iter().map(|block| lines(block));
    let begin: Vec<u64> =
        counts.scan(first, |at, n| Some(std::mem::replace(at, *at + n))).collect();
    let read = |(block, first): (&&[u8], &u64)| read_block(block, suite, *first, wanted);
    blocks.par_iter().zip(&begin).with_max_len(1).map(read).collect()
}

fn read_block(bytes: &[u8], suite: Suite, first: u64, wanted: &BTreeSet<Sid>) -> (Sum, Tree) {
    let (mut sum, mut tree) = (Sum::default(), Tree::starting_at(suite, first));
    let whole = bytes.strip_suffix(b"\n");
    if whole.is_none() {
        let cause = say!("末行没有以 LF 结束", "the last line does not end with LF");
        sum.refuse(Finding::new("F01", cause).row(first + lines(bytes) + 2));
    }
    let rows: Vec<&[u8]> = whole.unwrap_or(bytes).split(|b| *b == b'\n').collect();
    let (mut before, mut first_sid) = (None::<&str>, None::<&str>);
    for (index, row) in (first..).zip(&rows) {
        let line = canonical_text(row)
            .map_err(|mut finding| {
                finding.place.row = None;
                finding
            })
            .and_then(FrameLine::parse);
        match line {
            Ok(line) => {
                if let Some(before) = before {
                    sum.follow(before, line.sid, Some(index));
                }
                first_sid.get_or_insert(line.sid);
                before = Some(line.sid);
                sum.count(&line, wanted);
            }
            Err(finding) => sum.refuse(finding.row(index + 2)),
        }
    }
    sum.ends = first_sid.zip(before).map(|(first, last)| [first, last].map(Sid::checked));
    // Groups end where those of the whole tree do.
    let head = usize::try_from(first.next_multiple_of(SIDE_BY_SIDE as u64) - first).unwrap_or(0);
    let (head, rest) = rows.split_at(head.min(rows.len()));
    tree.push_each(head);
    rest.chunks(SIDE_BY_SIDE).for_each(|few| tree.push_each(few));
    (sum, tree)
}

/// What some rows come to.
#[derive(Default)]
struct Sum {
    ends: Option<[Sid; 2]>,
    unordered: bool,
    malformed: (Vec<Finding>, u64),
    repeated: (Vec<Finding>, u64),
    classes: BTreeMap<(Name, u64), (u64, Sid)>,
    present: BTreeSet<Sid>,
}

fn put((findings, more): &mut (Vec<Finding>, u64), finding: Finding) {
    if findings.len() < FINDINGS_MAX {
        findings.push(finding);
    } else {
        *more += 1;
    }
}

impl Sum {
    fn refuse(&mut self, finding: Finding) {
        put(&mut self.malformed, finding);
    }

    fn count(&mut self, line: &FrameLine<'_>, wanted: &BTreeSet<Sid>) {
        let class = (Name::checked(line.stratum), line.weight);
        self.classes.entry(class).or_insert_with(|| (0, Sid::checked(line.sid))).0 += 1;
        if !wanted.is_empty() {
            self.present.extend(Some(Sid::checked(line.sid)).filter(|sid| wanted.contains(sid)));
        }
    }

    fn follow(&mut self, before: &str, next: &str, index: Option<u64>) {
        self.unordered |= next <= before;
        if next == before {
            let cause = say!("对象出现两次", "the subject stands twice");
            let finding = Finding::new("F04", cause).id(next);
            put(&mut self.repeated, index.into_iter().fold(finding, |f, index| f.row(index + 2)));
        }
    }

    fn join(&mut self, later: Sum) {
        if let (Some([_, last]), Some([first, _])) = (&self.ends, &later.ends) {
            let (last, first) = (last.clone(), first.clone());
            self.follow(last.as_str(), first.as_str(), None);
        }
        self.unordered |= later.unordered;
        for (all, more) in
            [(&mut self.malformed, later.malformed), (&mut self.repeated, later.repeated)]
        {
            more.0.into_iter().for_each(|finding| put(all, finding));
            all.1 += more.1;
        }
        for (class, (n, first)) in later.classes {
            self.classes.entry(class).or_insert((0, first)).0 += n;
        }
        self.present.extend(later.present);
        self.ends = match (self.ends.take(), later.ends) {
            (Some([first, _]), Some([_, last])) => Some([first, last]),
            (one, other) => one.or(other),
        };
    }

    fn finish(self, root: Root) -> Survey {
        let told = |(mut findings, more): (Vec<Finding>, u64)| {
            if more > 0
                && let Some(last) = findings.last()
            {
                let cause = say!("另有 {more} 行", "{more} more rows");
                findings.push(Finding::new(last.code(), cause));
            }
            findings
        };
        Survey {
            root,
            in_order: !self.unordered,
            malformed: told(self.malformed),
            repeated: told(self.repeated),
            classes: self.classes,
            present: self.present,
        }
    }
}
