//! Puts the rows of a frame in the order of their subjects, with a part of them in memory at a time: sorted runs in files
//! without a name, which end with the process whatever ends it, and then all runs merged.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Seek, Write};
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::{FEED_BYTES, header_line};
use crate::base::finding::Finding;
use crate::io::durable::failed;
use crate::record::frame::Feed;

/// Bytes of a run.
const RUN_BYTES: usize = 192 << 20;

/// The sorted rows of a frame, as often as they are wanted.
pub(super) struct Sorted {
    folder: PathBuf,
    runs: Vec<File>,
}

/// Sorts the rows of a frame; temporary files lie on the file system of `folder`. `watch` learns how many bytes have been
/// read.
///
/// # Errors
/// What the feed fails with, W08 if the file system fails.
pub(super) fn sort(
    feed: &mut dyn Feed,
    folder: &Path,
    watch: &mut dyn FnMut(u64),
) -> Result<Sorted, Finding> {
    sort_by_runs(feed, folder, RUN_BYTES, watch)
}

pub(super) fn sort_by_runs(
    feed: &mut dyn Feed,
    folder: &Path,
    run_bytes: usize,
    watch: &mut dyn FnMut(u64),
) -> Result<Sorted, Finding> {
    let mut sorted = Sorted { folder: folder.to_owned(), runs: Vec::new() };
    let (mut text, mut read, mut headed) = (Vec::new(), 0, false);
    loop {
        let before = text.len();
        feed.feed(&mut text)?;
        let ended = text.len() == before;
        read += (text.len() - before) as u64;
        watch(read);
        if !headed && let Some(end) = text.iter().position(|b| *b == b'\n') {
            // Every feed of a frame begins with its header.
            text.drain(..=end);
            headed = true;
        }
        if ended || text.len() >= run_bytes {
            let end = text.iter().rposition(|b| *b == b'\n').map_or(0, |at| at + 1);
            let end = if ended { text.len() } else { end };
            if end > 0 {
                let run = sorted.run(&text[..end]).map_err(|e| failed(folder, &e))?;
                sorted.runs.push(run);
                text.drain(..end);
            }
        }
        if ended {
            return Ok(sorted);
        }
    }
}

/// What rows are ordered by. An identifier holds no character that stands before the tab which ends it.
fn sid(line: &[u8]) -> &[u8] {
    line.split(|b| *b == b'\t').next().unwrap_or_default()
}

impl Sorted {
    /// Writes the lines of a text in order.
    fn run(&self, text: &[u8]) -> std::io::Result<File> {
        let mut lines: Vec<&[u8]> = text.split_inclusive(|b| *b == b'\n').collect();
        // Rows of one subject come out in the order of their text, however they came in.
        lines.par_sort_unstable_by(|a, b| sid(a).cmp(sid(b)).then_with(|| a.cmp(b)));
        let mut file = BufWriter::with_capacity(FEED_BYTES, tempfile::tempfile_in(&self.folder)?);
        for line in lines {
            file.write_all(line)?;
        }
        file.into_inner().map_err(std::io::IntoInnerError::into_error)
    }

    /// The bytes of `frames/<list>.tsv`. One reading at a time: they share the runs.
    ///
    /// # Errors
    /// W08 if the file system fails.
    pub(super) fn feed(&self) -> Result<Box<dyn Feed + '_>, Finding> {
        self.merge()
            .map(|merge| -> Box<dyn Feed + '_> { Box::new(merge) })
            .map_err(|e| failed(&self.folder, &e))
    }

    fn merge(&self) -> std::io::Result<Merge<'_>> {
        let mut merge = Merge {
            folder: &self.folder,
            runs: Vec::new(),
            heads: BinaryHeap::new(),
            begun: false,
        };
        for (at, mut run) in self.runs.iter().enumerate() {
            run.rewind()?;
            merge.runs.push(BufReader::with_capacity(FEED_BYTES, run));
            merge.advance(at)?;
        }
        Ok(merge)
    }
}

/// The next line of each run that has one, the smallest first: its subject's id, the line and the run.
type Head = Reverse<(Vec<u8>, Vec<u8>, usize)>;

struct Merge<'a> {
    folder: &'a Path,
    runs: Vec<BufReader<&'a File>>,
    heads: BinaryHeap<Head>,
    begun: bool,
}

impl Merge<'_> {
    fn advance(&mut self, run: usize) -> std::io::Result<()> {
        let mut line = Vec::new();
        if self.runs[run].read_until(b'\n', &mut line)? > 0 {
            self.heads.push(Reverse((sid(&line).to_vec(), line, run)));
        }
        Ok(())
    }
}

impl Feed for Merge<'_> {
    fn feed(&mut self, bytes: &mut Vec<u8>) -> Result<(), Finding> {
        if !std::mem::replace(&mut self.begun, true) {
            header_line(bytes);
        }
        let enough = bytes.len() + FEED_BYTES;
        while bytes.len() < enough
            && let Some(Reverse((_, line, run))) = self.heads.pop()
        {
            bytes.extend_from_slice(&line);
            self.advance(run).map_err(|e| failed(self.folder, &e))?;
        }
        Ok(())
    }
}
