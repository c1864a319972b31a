//! CSV in the encodings in use, with any of three delimiters: record by record out of the decoded text, which is kept
//! so that a second reading sees the same bytes as the first, whatever happens to the file meanwhile.

use std::borrow::Cow;
use std::ops::ControlFlow;

use encoding_rs::{DecoderResult, Encoding, GB18030, UTF_16BE, UTF_16LE};

use super::body::Filter;
use super::filling::limited;
use super::layout::{self, HEADER_ROWS_MAX, Shape};
use super::{CELL_CHARS_MAX, COLUMNS_MAX, Each, Line, Row};
use crate::base::finding::{Finding, letters};
use crate::say;

/// Records by which the delimiter is told.
const PROBED: usize = 50;
/// Bytes by which text without NUL is told from UTF-16.
const PROBED_BYTES: usize = 64 * 1024;
/// So many Chinese characters in a row are not valid UTF-8 by chance: a later bad byte is damage, not another encoding.
const SURELY_UTF8: usize = 8;
/// What a spreadsheet takes for the beginning of a formula.
const FORMULA: &[char] = &['=', '+', '-', '@', '\t', '\r'];

/// A CSV file whose table was found: its rows are read as often as they are asked for.
#[derive(Debug)]
pub(super) struct Text {
    text: String,
    /// Where it begins: behind a BOM.
    start: usize,
    delimiter: u8,
    pub shape: Shape,
}

/// Finds the table of a CSV file; none if it holds nothing.
///
/// # Errors
/// R01, R41, R42, R45.
pub(super) fn text(
    file: &str,
    bytes: Vec<u8>,
    known: &dyn Fn(&str) -> bool,
    findings: &mut Vec<Finding>,
) -> Result<Option<Text>, Finding> {
    let (text, start) = decode(bytes, findings)?;
    let delimiter = delimiter(&text[start..], known);
    let name = match delimiter {
        b'\t' => Some(("制表符", "tab")),
        b';' => Some(("分号", "semicolon")),
        _ => None,
    };
    if let Some((zh, en)) = name {
        findings.push(Finding::new("R54", say!("以{zh}分隔", "delimited by {en}")));
    }
    let mut first: Vec<Line> = Vec::new();
    let _ = records(&text[start..], delimiter, &mut |row| {
        first.push((row.line, row.cells.iter().map(|cell| (*cell).to_owned()).collect()));
        match first.len() < HEADER_ROWS_MAX {
            true => ControlFlow::Continue(()),
            false => ControlFlow::Break(()),
        }
    })?;
    let shape = layout::shape(file, None, &first, &[], known);
    Ok(shape.map(|shape| Text { text, start, delimiter, shape }))
}

impl Text {
    /// The rows of the table.
    ///
    /// # Errors
    /// R01, R45.
    pub(super) fn rows(&self, each: &mut Each<'_>) -> Result<(), Finding> {
        let mut filter = Filter::new(&self.shape);
        let mut above = self.shape.through;
        let end = records(&self.text[self.start..], self.delimiter, &mut |row| {
            if above > 0 {
                above -= 1;
                return ControlFlow::Continue(());
            }
            filter.push(row, each)
        })?;
        if end.is_continue() {
            // Whoever breaks off here has nothing more to come.
            let _ = filter.finish(each);
        }
        Ok(())
    }
}

/// Every record of a CSV text with its line; rows that break off the reading end it.
fn records(
    text: &str,
    delimiter: u8,
    each: &mut dyn FnMut(Row<'_>) -> ControlFlow<()>,
) -> Result<ControlFlow<()>, Finding> {
    let mut lines = Lines { bytes: text.as_bytes(), at: 0, line: 1 };
    let mut record = csv::StringRecord::new();
    let mut reader = reader(text, delimiter);
    loop {
        let more = reader.read_record(&mut record).map_err(|e| {
            Finding::new("R01", say!("CSV 读不下去（{e}）", "the CSV cannot be read ({e})"))
        })?;
        if !more {
            return Ok(ControlFlow::Continue(()));
        }
        let line = lines.line_of(record.position().map_or(0, csv::Position::byte));
        if record.len() > COLUMNS_MAX {
            let cause =
                say!("这一行超过 {COLUMNS_MAX} 列", "the row has more than {COLUMNS_MAX} columns");
            return Err(Finding::new("R45", cause).row(line));
        }
        let (mut findings, mut short) = (Vec::new(), Vec::new());
        for (at, cell) in record.iter().enumerate().filter(|(_, c)| c.len() > CELL_CHARS_MAX) {
            if let Err((text, cause)) = limited(bare(cell).to_owned()) {
                findings.push(Finding::new("R46", cause).row(line).column(letters(at)));
                short.push((at, text));
            }
        }
        let mut cells: Vec<&str> = record.iter().map(bare).collect();
        short.iter().for_each(|(at, text)| cells[*at] = text);
        if each(Row { line, cells: &cells, findings }).is_break() {
            return Ok(ControlFlow::Break(()));
        }
    }
}

/// A cell without the quote that keeps spreadsheets from taking it for a formula.
pub(super) fn bare(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(rest) if rest.trim_start_matches('\'').starts_with(FORMULA) => rest,
        _ => cell,
    }
}

/// A cell with that quote, where it needs one; [`bare`] takes it off again.
pub(in crate::io) fn guarded(cell: &str) -> Cow<'_, str> {
    if cell.trim_start_matches('\'').starts_with(FORMULA) {
        Cow::Owned(format!("'{cell}"))
    } else {
        Cow::Borrowed(cell)
    }
}

fn reader(text: &str, delimiter: u8) -> csv::Reader<&[u8]> {
    csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        .from_reader(text.as_bytes())
}

/// The delimiter that shows most known column names in one row, else most cells; a comma if nothing tells.
fn delimiter(text: &str, known: &dyn Fn(&str) -> bool) -> u8 {
    let score = |delimiter: u8| {
        let (mut names, mut cells) = (0, 0);
        for record in reader(text, delimiter).records().take(PROBED).flatten() {
            names = names.max(record.iter().filter(|cell| known(&layout::name(cell))).count());
            cells += record.len() - 1;
        }
        (names, cells)
    };
    // The last of equal ones is taken.
    [b'\t', b';', b','].into_iter().max_by_key(|delimiter| score(*delimiter)).unwrap_or(b',')
}

/// The text of a file in UTF-8, UTF-16 or GB18030, and where it begins behind a BOM.
fn decode(bytes: Vec<u8>, findings: &mut Vec<Finding>) -> Result<(String, usize), Finding> {
    let bom = "\u{feff}".len();
    if bytes.starts_with("\u{feff}".as_bytes()) {
        let cause = say!("开头的 BOM 已略过", "the BOM at the beginning was skipped");
        findings.push(Finding::new("R17", cause));
        let text = String::from_utf8(bytes);
        return text.map(|text| (text, bom)).map_err(|e| {
            let at = e.utf8_error().valid_up_to();
            undecodable("UTF-8", e.as_bytes(), at)
        });
    }
    let (encoding, skip) = match bytes[..] {
        [0xff, 0xfe, ..] => (UTF_16LE, 2),
        [0xfe, 0xff, ..] => (UTF_16BE, 2),
        _ => match utf16_without_bom(&bytes)? {
            Some(encoding) => (encoding, 0),
            None => match String::from_utf8(bytes) {
                Ok(text) => return Ok((text, 0)),
                Err(e) => {
                    let at = e.utf8_error().valid_up_to();
                    if wide_chars(&e.as_bytes()[..at]) >= SURELY_UTF8 {
                        return Err(undecodable("UTF-8", e.as_bytes(), at));
                    }
                    return decoded(GB18030, e.as_bytes(), 0, findings);
                }
            },
        },
    };
    decoded(encoding, &bytes, skip, findings)
}

/// Characters of three bytes and more.
fn wide_chars(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| **byte >= 0xe0).count()
}

/// UTF-16 is told by the NULs of its commas, digits and line ends, which stand on one side.
fn utf16_without_bom(bytes: &[u8]) -> Result<Option<&'static Encoding>, Finding> {
    let probe = &bytes[..bytes.len().min(PROBED_BYTES)];
    let zeros = |side: usize| probe.iter().skip(side).step_by(2).filter(|byte| **byte == 0).count();
    match (zeros(0), zeros(1)) {
        // A stray NUL makes no encoding: the cell that holds it is refused as what it is.
        (high, low) if (high + low) * 16 <= probe.len() => Ok(None),
        (high, low) if low > 20 * high => Ok(Some(UTF_16LE)),
        (high, low) if high > 20 * low => Ok(Some(UTF_16BE)),
        _ => {
            let cause = say!("内容是二进制的", "its content is binary");
            Err(Finding::new("R42", cause))
        }
    }
}

fn decoded(
    encoding: &'static Encoding,
    bytes: &[u8],
    skip: usize,
    findings: &mut Vec<Finding>,
) -> Result<(String, usize), Finding> {
    let mut decoder = encoding.new_decoder_without_bom_handling();
    let mut text = String::with_capacity(bytes.len() + bytes.len() / 2 + 16);
    let mut at = skip;
    loop {
        let (result, read) =
            decoder.decode_to_string_without_replacement(&bytes[at..], &mut text, true);
        at += read;
        match result {
            DecoderResult::InputEmpty => {
                let name = encoding.name().to_ascii_uppercase();
                findings.push(Finding::new("R40", say!("按 {name} 读取", "read as {name}")));
                return Ok((text, 0));
            }
            DecoderResult::OutputFull => text.reserve(bytes.len() - at + 1024),
            DecoderResult::Malformed(bad, after) => {
                let bad = (at - skip).saturating_sub(usize::from(bad) + usize::from(after));
                let width = if encoding == GB18030 { 1 } else { 2 };
                let line = 1 + line_ends(text.as_bytes());
                return Err(broken(encoding.name(), skip + bad / width * width, line));
            }
        }
    }
}

fn undecodable(encoding: &str, bytes: &[u8], at: usize) -> Finding {
    broken(encoding, at, 1 + line_ends(&bytes[..at]))
}

fn broken(encoding: &str, at: usize, line: u64) -> Finding {
    let n = at + 1;
    let cause = say!("第 {n} 字节起不是 {encoding}", "not {encoding} from byte {n} on");
    Finding::new("R41", cause).row(line)
}

/// Line numbers of ascending offsets. The reader's own count takes blank lines before a record for a part
/// of it, and the place of a finding must be where the row stands.
struct Lines<'a> {
    bytes: &'a [u8],
    at: usize,
    line: u64,
}

impl Lines<'_> {
    fn line_of(&mut self, offset: u64) -> u64 {
        let offset = usize::try_from(offset).unwrap_or(usize::MAX).min(self.bytes.len());
        // A record begins at its first byte that is not a line end.
        let blank = self.bytes[offset..].iter().take_while(|b| matches!(b, b'\r' | b'\n')).count();
        let start = offset + blank;
        self.line += line_ends(&self.bytes[self.at..start]);
        self.at = start;
        self.line
    }
}

/// How many lines end in these bytes, with CR LF, LF or CR alone.
fn line_ends(bytes: &[u8]) -> u64 {
    let count = |end: u8| bytes.iter().filter(|byte| **byte == end).count();
    let (feeds, returns) = (count(b'\n'), count(b'\r'));
    let pairs = match returns {
        0 => 0,
        _ => bytes.iter().zip(&bytes[1..]).filter(|pair| *pair == (&b'\r', &b'\n')).count(),
    };
    (feeds + returns - pairs) as u64
}
