//! Texts of a Parquet column straight from its pages. The library's column reader counts the references to every value,
//! which for a frame of a country costs more than all its digests; the two encodings that every writer uses for short texts
//! are short to read (apache/parquet-format, Encodings.md: PLAIN and RLE_DICTIONARY). Others go by the library.

use bytes::Bytes;
use parquet::basic::{Encoding, Type as Physical};
use parquet::column::page::{Page, PageReader};
use parquet::file::metadata::ColumnChunkMetaData;

use crate::base::finding::Finding;
use crate::io::sheet::{contained, parquet_broken, parquet_failed};

/// The texts of a column chunk, one after another.
pub(super) struct Texts {
    pages: Box<dyn PageReader>,
    /// Whether values may be missing.
    optional: bool,
    dictionary: Dictionary,
    page: Values,
    /// Of each row of the page whether it has a value, where some may have none.
    there: Option<Runs>,
    /// Rows of the page that have not been read.
    left: u32,
}

#[derive(Default)]
struct Dictionary {
    bytes: Bytes,
    places: Vec<(usize, usize)>,
}

/// The values of a page that have not been read.
enum Values {
    Plain { bytes: Bytes, at: usize },
    Places(Runs),
}

impl Texts {
    /// Whether a column is made of texts in encodings that are read here.
    pub(super) fn reads(column: &ColumnChunkMetaData) -> bool {
        let optional = column.column_descr().max_def_level() > 0;
        let known = |encoding: Encoding| match encoding {
            Encoding::PLAIN | Encoding::RLE | Encoding::RLE_DICTIONARY => true,
            Encoding::PLAIN_DICTIONARY => true,
            // Old writers name it for levels that a column without missing values does not have.
            #[allow(deprecated, reason = "old writers name it")]
            Encoding::BIT_PACKED => !optional,
            _ => false,
        };
        column.column_type() == Physical::BYTE_ARRAY && column.encodings().all(known)
    }

    pub(super) fn of(pages: Box<dyn PageReader>, optional: bool) -> Self {
        let page = Values::Plain { bytes: Bytes::new(), at: 0 };
        Texts { pages, optional, dictionary: Dictionary::default(), page, there: None, left: 0 }
    }

    /// The next text; nothing where there is no value.
    ///
    /// # Errors
    /// R92 if the file is damaged.
    #[inline]
    pub(super) fn next(&mut self) -> Result<&[u8], Finding> {
        while self.left == 0 {
            self.turn()?;
        }
        self.left -= 1;
        let there = match &mut self.there {
            None => true,
            Some(there) => there.next().ok_or_else(parquet_broken)? == 1,
        };
        match &mut self.page {
            _ if !there => Ok(&[]),
            Values::Plain { bytes, at } => {
                let (length, rest) = bytes
                    .get(*at..)
                    .and_then(|rest| rest.split_first_chunk())
                    .ok_or_else(parquet_broken)?;
                let length = u32::from_le_bytes(*length) as usize;
                *at += 4 + length;
                rest.get(..length).ok_or_else(parquet_broken)
            }
            Values::Places(places) => {
                let place = places.next().ok_or_else(parquet_broken)? as usize;
                let (from, to) = *self.dictionary.places.get(place).ok_or_else(parquet_broken)?;
                Ok(&self.dictionary.bytes[from..to])
            }
        }
    }

    /// Turns to the next page.
    fn turn(&mut self) -> Result<(), Finding> {
        let pages = &mut self.pages;
        let page = contained(|| pages.get_next_page().map_err(|e| parquet_failed(&e)))?;
        match page.ok_or_else(parquet_broken)? {
            Page::DictionaryPage { buf, num_values, .. } => {
                self.dictionary = Dictionary::of(buf, num_values)?;
            }
            Page::DataPage { buf, num_values, encoding, .. } => {
                let mut levels = 0..0;
                if self.optional {
                    let length = buf.first_chunk().ok_or_else(parquet_broken)?;
                    levels = 4..4 + u32::from_le_bytes(*length) as usize;
                }
                self.begin(&buf, levels, num_values, encoding)?;
            }
            Page::DataPageV2 { buf, num_values, encoding, def_levels_byte_len, .. } => {
                let levels = 0..def_levels_byte_len as usize;
                self.begin(&buf, levels, num_values, encoding)?;
            }
        }
        Ok(())
    }

    fn begin(
        &mut self,
        page: &Bytes,
        levels: std::ops::Range<usize>,
        rows: u32,
        encoding: Encoding,
    ) -> Result<(), Finding> {
        if levels.end > page.len() {
            return Err(parquet_broken());
        }
        let values = page.slice(levels.end..);
        self.there = self.optional.then(|| Runs::of(page.slice(levels), 1));
        self.page = match encoding {
            Encoding::PLAIN => Values::Plain { bytes: values, at: 0 },
            _ => {
                let width = *values.first().unwrap_or(&0);
                if width > 32 {
                    return Err(parquet_broken());
                }
                Values::Places(Runs::of(values.slice(values.len().min(1)..), width))
            }
        };
        self.left = rows;
        Ok(())
    }
}

impl Dictionary {
    fn of(bytes: Bytes, values: u32) -> Result<Self, Finding> {
        let (mut places, mut at) = (Vec::new(), 0usize);
        for _ in 0..values {
            let length =
                bytes.get(at..).and_then(<[u8]>::first_chunk).ok_or_else(parquet_broken)?;
            let from = at + 4;
            at = from + u32::from_le_bytes(*length) as usize;
            if at > bytes.len() {
                return Err(parquet_broken());
            }
            places.push((from, at));
        }
        Ok(Dictionary { bytes, places })
    }
}

/// Numbers of a few bits: runs of one number, and numbers packed side by side (Encodings.md, "Run Length Encoding /
/// Bit-Packing Hybrid").
struct Runs {
    bytes: Bytes,
    at: usize,
    /// Bits of a number, at most 32.
    width: u8,
    /// Numbers of the run that have not been read.
    left: u64,
    /// The number of a run of one; else where the next packed one begins, in bits.
    run: Run,
}

#[derive(Clone, Copy)]
enum Run {
    Same(u32),
    Packed(usize),
}

impl Runs {
    fn of(bytes: Bytes, width: u8) -> Self {
        Runs { bytes, at: 0, width, left: 0, run: Run::Same(0) }
    }

    #[inline]
    fn next(&mut self) -> Option<u32> {
        while self.left == 0 {
            self.begin()?;
        }
        self.left -= 1;
        match &mut self.run {
            Run::Same(number) => Some(*number),
            Run::Packed(bit) => {
                let rest = &self.bytes[*bit / 8..];
                let word = match rest.first_chunk() {
                    Some(word) => u64::from_le_bytes(*word),
                    None => rest.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte)),
                };
                let number = word >> (*bit % 8) & ((1 << self.width) - 1);
                *bit += usize::from(self.width);
                u32::try_from(number).ok()
            }
        }
    }

    fn begin(&mut self) -> Option<()> {
        let (mut header, mut shift) = (0u64, 0);
        loop {
            let byte = *self.bytes.get(self.at)?;
            self.at += 1;
            header |= u64::from(byte & 0x7f) << shift;
            shift += 7;
            match byte & 0x80 {
                0 => break,
                _ if shift > 35 => return None,
                _ => {}
            }
        }
        let width = usize::from(self.width);
        if header & 1 == 0 {
            let bytes = self.bytes.get(self.at..self.at + width.div_ceil(8))?;
            self.at += bytes.len();
            let number = bytes.iter().rev().fold(0, |number, byte| number << 8 | u32::from(*byte));
            (self.left, self.run) = (header >> 1, Run::Same(number));
        } else {
            // The last group may be cut off behind the last number.
            let (from, groups) = (self.at, header >> 1);
            let end = from.saturating_add(usize::try_from(groups).ok()?.checked_mul(width)?);
            self.at = end.min(self.bytes.len());
            let packed = (self.at - from) * 8;
            let whole = packed.checked_div(width).map_or(groups * 8, |n| n as u64);
            (self.left, self.run) = (whole.min(groups * 8), Run::Packed(8 * from));
            if self.left == 0 {
                return None;
            }
        }
        Some(())
    }
}
