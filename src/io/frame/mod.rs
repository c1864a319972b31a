//! Frames as other programs hand them over: CSV, TSV or Parquet with the columns `sid`, `stratum`, `weight`, `tags` and
//! `salt` of `frames/<list>.tsv`, in any order and among others. They come out as the bytes of that file, a piece at a
//! time, so that a frame of any size passes through; whether the rows are those of a frame, whoever reads them finds.

#[cfg(feature = "parquet")]
mod columnar;
#[cfg(not(feature = "parquet"))]
#[path = "columnar_absent.rs"]
mod columnar;
mod delimited;
#[cfg(feature = "parquet")]
mod pages;
mod sort;

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use super::durable::failed;
use crate::base::finding::Finding;
use crate::base::table::Row;
use crate::record::frame::Feed;
use crate::record::tables::FrameRow;
use crate::say;

use sort::{Sorted, sort};

/// Bytes that are fed at a time, or a little more.
const FEED_BYTES: usize = 1 << 20;

/// A frame in a file of its own.
#[derive(Clone, Debug)]
pub struct FrameFile {
    path: PathBuf,
    format: Format,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    /// The bytes of `frames/<list>.tsv` themselves.
    Canonical,
    /// Cells separated by this byte.
    Delimited(u8),
    Parquet,
}

impl FrameFile {
    /// Looks at the beginning of a file.
    ///
    /// # Errors
    /// W15 or W08 if it cannot be read, W32 if it has not the columns of a frame, R91–R93 for a Parquet file that is none or
    /// that this build cannot read.
    pub fn open(path: &Path) -> Result<Self, Finding> {
        let header = format!("{}\n", FrameRow::HEADER);
        let mut front = Vec::new();
        let mut file = File::open(path).map_err(|e| failed(path, &e))?;
        let most = 64 * 1024;
        file.by_ref().take(most).read_to_end(&mut front).map_err(|e| failed(path, &e))?;
        let format = if front.starts_with(header.as_bytes()) {
            Format::Canonical
        } else if front.starts_with(b"PAR1") {
            Format::Parquet
        } else {
            let line = front.split(|b| *b == b'\n').next().unwrap_or_default();
            Format::Delimited(if line.contains(&b'\t') { b'\t' } else { b',' })
        };
        let found = FrameFile { path: path.to_owned(), format };
        // The columns are looked for at once, not when half of the work is done.
        found.feed().map(drop)?;
        Ok(found)
    }

    /// The bytes of the file as those of `frames/<list>.tsv`.
    ///
    /// # Errors
    /// As [`FrameFile::open`].
    pub fn feed(&self) -> Result<Box<dyn Feed>, Finding> {
        let named = |finding: Finding| finding.file(self.path.display().to_string());
        Ok(match self.format {
            Format::Canonical => Box::new(FileFeed::open(&self.path)?),
            Format::Delimited(by) => {
                Box::new(delimited::Delimited::open(&self.path, by).map_err(named)?)
            }
            Format::Parquet => Box::new(columnar::Columnar::open(&self.path).map_err(named)?),
        })
    }
}

/// A frame from elsewhere in the order of its subjects, whatever the order of its file.
pub struct OrderedFrame {
    file: FrameFile,
    /// The rows in order, if the file has them in another.
    sorted: Option<Sorted>,
}

impl OrderedFrame {
    /// A file whose order is not known yet.
    pub fn new(file: FrameFile) -> Self {
        OrderedFrame { file, sorted: None }
    }

    /// Whether its rows may come in another order than the file's: not the bytes of `frames/<list>.tsv` themselves, and
    /// what is sorted already.
    pub fn may_be_sorted(&self) -> bool {
        self.sorted.is_none() && self.file.format != Format::Canonical
    }

    /// Puts the rows in order; temporary files lie on the file system of `folder` and end with the process. `watch` learns
    /// how many bytes have been read.
    ///
    /// # Errors
    /// As [`FrameFile::feed`], W08 if the file system fails.
    pub fn sort(&mut self, folder: &Path, watch: &mut dyn FnMut(u64)) -> Result<(), Finding> {
        self.sorted = Some(sort(&mut *self.file.feed()?, folder, watch)?);
        Ok(())
    }

    /// The bytes of `frames/<list>.tsv`; of sorted rows one reading at a time.
    ///
    /// # Errors
    /// As [`FrameFile::feed`], W08 if the file system fails.
    pub fn feed(&self) -> Result<Box<dyn Feed + '_>, Finding> {
        match &self.sorted {
            None => self.file.feed().map(|feed| -> Box<dyn Feed + '_> { feed }),
            Some(sorted) => sorted.feed(),
        }
    }

    /// The file's path, for whoever tells where something is wrong.
    pub fn path(&self) -> &Path {
        &self.file.path
    }
}

/// The bytes of a file as they are.
pub struct FileFeed {
    file: File,
    path: PathBuf,
}

impl FileFeed {
    /// From the beginning of a file.
    ///
    /// # Errors
    /// W15 or W08 if it cannot be opened.
    pub fn open(path: &Path) -> Result<Self, Finding> {
        let file = File::open(path).map_err(|e| failed(path, &e))?;
        Ok(FileFeed { file, path: path.to_owned() })
    }
}

impl Feed for FileFeed {
    fn feed(&mut self, bytes: &mut Vec<u8>) -> Result<(), Finding> {
        let read = self.file.by_ref().take(FEED_BYTES as u64).read_to_end(bytes);
        read.map(drop).map_err(|e| failed(&self.path, &e))
    }
}

/// The columns of a frame, in order, and what stands where a file has none.
const COLUMNS: [(&str, Option<&str>); 5] = [
    ("sid", None),
    ("stratum", None),
    ("weight", Some("1")),
    ("tags", Some("-")),
    ("salt", Some("-")),
];

/// The place of each column in a file with this header.
///
/// # Errors
/// W32 naming the columns that must be there and are not.
fn places<'a>(
    header: impl Iterator<Item = &'a str> + Clone,
) -> Result<[Option<usize>; 5], Finding> {
    let place = |(name, _): (&str, _)| header.clone().position(|other| other == name);
    let places = COLUMNS.map(place);
    let missing = COLUMNS.iter().zip(&places);
    let missing = missing.filter(|((_, rest), place)| rest.is_none() && place.is_none());
    let missing: Vec<&str> = missing.map(|((name, _), _)| *name).collect();
    if missing.is_empty() {
        return Ok(places);
    }
    let missing = missing.join(", ");
    Err(Finding::new("W32", say!("缺少列 {missing}", "the columns {missing} are missing")).row(1))
}

/// Appends the cell of a column and what ends it; one that is empty is what the column has in place of nothing.
#[inline]
fn put_cell(bytes: &mut Vec<u8>, column: usize, cell: &[u8]) {
    match COLUMNS[column].1 {
        Some(nothing) if cell.is_empty() => bytes.extend_from_slice(nothing.as_bytes()),
        _ => bytes.extend_from_slice(cell),
    }
    bytes.push(if column + 1 < COLUMNS.len() { b'\t' } else { b'\n' });
}

/// Whether so many rows were put there, whose cells hold no tab and no line end.
fn are_rows(bytes: &[u8], rows: usize) -> bool {
    let count = |byte: u8| memchr::memchr_iter(byte, bytes).count();
    count(b'\n') == rows && count(b'\t') == 4 * rows && count(b'\r') == 0
}

/// A cell of this line would break it.
fn broken_cell(line: u64) -> Finding {
    let cause = say!("单元格内有换行或制表符", "a cell holds a line end or a tab");
    Finding::new("F03", cause).row(line)
}

fn header_line(bytes: &mut Vec<u8>) {
    bytes.extend_from_slice(FrameRow::HEADER.as_bytes());
    bytes.push(b'\n');
}

#[cfg(test)]
mod tests;
