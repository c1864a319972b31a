//! The records of an `.xls` (MS-XLS, and BIFF5 of Excel 5 and 95): what the workbook says of itself, and the cells of
//! a sheet one by one. calamine reads them into a rectangle as large as the two cells that lie farthest apart, reserves
//! what a record merely claims, and keeps number formats to itself; here memory follows the bytes of the file.
//!
//! Of a formula only the saved result is read. Charts, drawings and macros are passed over.

use std::collections::BTreeMap;

use encoding_rs::Encoding;

use super::Merge;
use super::biff_text::{self, Pieces, Strings};
use super::compound::{u16_at, u32_at};
use super::shown::Shown;
use super::value::{Value, boolean, number};
use crate::base::finding::Finding;
use crate::say;

const BOF: u16 = 0x0809;
const EOF: u16 = 0x000a;
const CONTINUE: u16 = 0x003c;

/// What is wrong with a workbook stream, in Chinese and English.
type Defect = (&'static str, &'static str);

const SHORT: Defect = ("记录不完整", "a record is incomplete");

/// A workbook's own part: all that its cells refer to.
#[derive(Debug, Default)]
pub(super) struct Book {
    pub sheets: Vec<SheetHead>,
    /// Whether it has sheets of macros.
    pub macros: bool,
    /// Whether it refers to other files or to programs.
    pub links: bool,
    /// Whether text is of one byte and a code page, as before Excel 97.
    pub old: bool,
    page: Option<u16>,
    since_1904: bool,
    strings: Strings,
    formats: Vec<Shown>,
}

/// A sheet by its name, and where its records begin.
#[derive(Debug)]
pub(super) struct SheetHead {
    pub name: String,
    pub visible: bool,
    /// Whether it is a sheet of cells, not a chart or macros.
    pub cells: bool,
    at: usize,
}

/// Takes a cell: row and column from 0, the value, whether a formula made it.
pub(super) type Put<'p> = dyn FnMut((u32, u32), Value, bool) -> Result<(), Finding> + 'p;

/// A record with those that continue it.
struct Record<'a> {
    kind: u16,
    data: &'a [u8],
    more: Vec<&'a [u8]>,
}

/// The records from a place on. A stream that ends without an end record is refused by those who need one.
struct Records<'a> {
    stream: &'a [u8],
    at: usize,
}

impl<'a> Records<'a> {
    fn one(&mut self) -> Option<(u16, &'a [u8])> {
        let kind = u16_at(self.stream, self.at)?;
        let length = usize::from(u16_at(self.stream, self.at + 2)?);
        let data = self.stream.get(self.at + 4..self.at + 4 + length)?;
        self.at += 4 + length;
        Some((kind, data))
    }

    fn next(&mut self) -> Result<Record<'a>, Defect> {
        let (kind, data) = self.one().ok_or(SHORT)?;
        let mut more = Vec::new();
        while u16_at(self.stream, self.at) == Some(CONTINUE) {
            more.push(self.one().ok_or(SHORT)?.1);
        }
        Ok(Record { kind, data, more })
    }
}

impl Book {
    /// Reads the workbook's own part.
    ///
    /// # Errors
    /// R43 if it is encrypted, R44 if it is damaged, R41 if its code page is unknown.
    pub(super) fn open(stream: &[u8]) -> Result<Self, Finding> {
        let mut book = Book::default();
        let (mut custom, mut used) = (BTreeMap::new(), Vec::new());
        let mut records = Records { stream, at: 0 };
        let first = records.next().map_err(damaged)?;
        if first.kind != BOF {
            return Err(damaged(("不以 BOF 记录开头", "it does not begin with a BOF record")));
        }
        book.old = u16_at(first.data, 0) != Some(0x0600);
        loop {
            let record = records.next().map_err(damaged)?;
            match record.kind {
                EOF => break,
                // FILEPASS: all that follows is encrypted.
                0x002f => return Err(super::workbook::password()),
                0x0042 => book.page = u16_at(record.data, 0),
                0x0022 => book.since_1904 = u16_at(record.data, 0) == Some(1),
                0x041e => custom.extend([book.format(&record)?]),
                0x00e0 => used.push(u16_at(record.data, 2).ok_or_else(|| damaged(SHORT))?),
                0x0085 => {
                    let sheet = book.sheet(&record)?;
                    book.sheets.extend(sheet);
                }
                0x01ae => book.links |= is_link(record.data),
                0x00fc => {
                    let mut pieces = Pieces::new(record.data, &record.more);
                    book.strings = Strings::read(&mut pieces).ok_or_else(|| damaged(SHORT))?;
                }
                _ => {}
            }
        }
        let known = |number: &u16| {
            custom.get(number).copied().unwrap_or_else(|| Shown::of_builtin(*number))
        };
        book.formats = used.iter().map(known).collect();
        Ok(book)
    }

    /// The encoding of text of one byte a character; none in a workbook since Excel 97.
    ///
    /// # Errors
    /// R41 if the code page is unknown.
    pub(super) fn encoding(&self) -> Result<Option<&'static Encoding>, Finding> {
        if !self.old {
            return Ok(None);
        }
        let page = self.page.unwrap_or(1252);
        let cause = || say!("代码页 {page} 未知", "unknown code page {page}");
        let encoding = biff_text::code_page(page);
        encoding.map(Some).ok_or_else(|| Finding::new("R41", cause()))
    }

    /// Reads the cells of a sheet in the order of the file, and what is merged.
    ///
    /// # Errors
    /// R44 if the sheet is damaged; what `put` refuses.
    pub(super) fn cells(
        &self,
        stream: &[u8],
        sheet: &SheetHead,
        put: &mut Put<'_>,
    ) -> Result<Vec<Merge>, Finding> {
        let broken = |defect| damaged(defect).sheet(&sheet.name);
        let mut records = Records { stream, at: sheet.at };
        if records.next().map_err(broken)?.kind != BOF {
            return Err(broken((
                "工作表不以 BOF 记录开头",
                "a sheet does not begin with a BOF record",
            )));
        }
        let encoding = self.encoding()?;
        let mut cells = Cells { book: self, encoding, pending: None, put };
        let (mut merges, mut inner) = (Vec::new(), 0u32);
        loop {
            let record = records.next().map_err(broken)?;
            match record.kind {
                // Charts on the sheet are streams within it, with cells of their own.
                BOF => inner += 1,
                EOF if inner == 0 => break,
                EOF => inner -= 1,
                _ if inner > 0 => {}
                0x00e5 => merges.extend(merged(record.data)),
                _ => cells.take(&record)?.ok_or_else(|| broken(SHORT))?,
            }
        }
        cells.flush()?;
        Ok(merges)
    }

    /// A number format: its number and kind.
    fn format(&self, record: &Record<'_>) -> Result<(u16, Shown), Finding> {
        let parts = || {
            let number = u16_at(record.data, 0)?;
            let mut pieces = Pieces::new(record.data.get(2..)?, &record.more);
            // Only ASCII tells the kind of a format: of the old code pages the rest does not matter.
            let code = match self.old {
                true => pieces.bytes_by_u8()?.iter().map(|b| char::from(*b)).collect(),
                false => pieces.text()?,
            };
            Some((number, Shown::of_code(&code)))
        };
        parts().ok_or_else(|| damaged(SHORT))
    }

    /// A sheet of the list of sheets; none if it is a module of macros.
    fn sheet(&mut self, record: &Record<'_>) -> Result<Option<SheetHead>, Finding> {
        let short = || damaged(SHORT);
        let data = record.data;
        let at = u32_at(data, 0).ok_or_else(short)? as usize;
        let (state, kind) = data.get(4).zip(data.get(5)).ok_or_else(short)?;
        let mut pieces = Pieces::new(data.get(6..).ok_or_else(short)?, &[]);
        let name = match self.encoding()? {
            Some(encoding) => biff_text::decode(encoding, &pieces.bytes_by_u8().ok_or_else(short)?),
            None => pieces.short_text().ok_or_else(short)?,
        };
        self.macros |= matches!(kind, 1 | 6);
        let name = name.replace('\0', "");
        Ok(Some(SheetHead { name, visible: state & 3 == 0, cells: *kind == 0, at }))
    }

    fn shown(&self, format: u16) -> Shown {
        self.formats.get(usize::from(format)).copied().unwrap_or_default()
    }
}

/// Cells on their way out.
struct Cells<'b, 'p> {
    book: &'b Book,
    encoding: Option<&'static Encoding>,
    /// The cell of a formula whose text comes in a record of its own.
    pending: Option<(u32, u32)>,
    put: &'p mut Put<'p>,
}

impl Cells<'_, '_> {
    /// Takes a record of a sheet; none if it is too short.
    fn take(&mut self, record: &Record<'_>) -> Result<Option<()>, Finding> {
        let data = record.data;
        let value = match record.kind {
            0x0203 => f64_at(data, 6).map(|x| self.number(x, data)),
            0x027e => u32_at(data, 6).map(|rk| self.number(rk_number(rk), data)),
            0x0205 => data.get(6..8).map(|cell| match cell[1] {
                0 => Value::Text(boolean(cell[0] != 0)),
                _ => Value::Error(error(cell[0])),
            }),
            0x00fd => {
                // An index beyond the table is damage that silence would turn into an empty cell.
                let index = u32_at(data, 6);
                index.and_then(|at| self.book.strings.get(at)).map(|t| Value::Text(t.to_owned()))
            }
            0x0204 | 0x00d6 => {
                self.text(data.get(6..).unwrap_or_default(), &record.more).map(Value::Text)
            }
            0x00bd => return self.row_of_numbers(data),
            0x0006 => return self.formula(data),
            0x0207 => {
                let Some(pos) = self.pending.take() else { return Ok(Some(())) };
                let Some(text) = self.text(data, &record.more) else { return Ok(None) };
                (self.put)(pos, Value::Text(text), true)?;
                return Ok(Some(()));
            }
            _ => return Ok(Some(())),
        };
        let Some((pos, value)) = position(data).zip(value) else { return Ok(None) };
        self.flush()?;
        (self.put)(pos, value, false)?;
        Ok(Some(()))
    }

    /// Several numbers side by side.
    fn row_of_numbers(&mut self, data: &[u8]) -> Result<Option<()>, Finding> {
        let Some((row, first)) = position(data) else { return Ok(None) };
        let Some(cells) = data.get(4..data.len().saturating_sub(2)) else { return Ok(None) };
        for (column, cell) in (first..).zip(cells.as_chunks::<6>().0) {
            let (format, rk) =
                (u16_at(cell, 0).unwrap_or_default(), u32_at(cell, 2).unwrap_or_default());
            let value = number(rk_number(rk), self.book.shown(format), self.book.since_1904);
            (self.put)((row, column), value, false)?;
        }
        Ok(Some(()))
    }

    /// The saved result of a formula: a number, or by its first byte text, a truth value, an error, or nothing.
    fn formula(&mut self, data: &[u8]) -> Result<Option<()>, Finding> {
        self.flush()?;
        let Some((pos, result)) = position(data).zip(data.get(6..14)) else { return Ok(None) };
        let value = match *result {
            [0, .., 0xff, 0xff] => {
                self.pending = Some(pos);
                return Ok(Some(()));
            }
            [1, _, yes, .., 0xff, 0xff] => Value::Text(boolean(yes != 0)),
            [2, _, code, .., 0xff, 0xff] => Value::Error(error(code)),
            // A formula may well result in an empty text.
            [.., 0xff, 0xff] => Value::Text(String::new()),
            _ => self.number(f64_at(data, 6).unwrap_or_default(), data),
        };
        (self.put)(pos, value, true)?;
        Ok(Some(()))
    }

    /// A formula whose text never came has no saved result.
    fn flush(&mut self) -> Result<(), Finding> {
        match self.pending.take() {
            Some(pos) => (self.put)(pos, Value::Nothing, true),
            None => Ok(()),
        }
    }

    fn number(&self, x: f64, data: &[u8]) -> Value {
        let format = u16_at(data, 4).unwrap_or_default();
        number(x, self.book.shown(format), self.book.since_1904)
    }

    fn text(&self, data: &[u8], more: &[&[u8]]) -> Option<String> {
        let mut pieces = Pieces::new(data, more);
        match self.encoding {
            Some(encoding) => Some(biff_text::decode(encoding, &pieces.bytes_by_u16()?)),
            None => pieces.text(),
        }
    }
}

pub(super) fn damaged((zh, en): Defect) -> Finding {
    Finding::new("R44", say!("读不下去（{zh}）", "it cannot be read ({en})"))
}

fn position(data: &[u8]) -> Option<(u32, u32)> {
    Some((u32::from(u16_at(data, 0)?), u32::from(u16_at(data, 2)?)))
}

/// Whether a supporting book is another file or a program, not this workbook or the add-in functions.
fn is_link(data: &[u8]) -> bool {
    !matches!(u16_at(data, 2), Some(0x0401 | 0x3a01) | None)
}

fn merged(data: &[u8]) -> impl Iterator<Item = Merge> {
    let ranges = data.get(2..).unwrap_or_default().as_chunks::<8>().0.iter();
    ranges.map(|range| {
        let [r1, r2, c1, c2] = [0, 2, 4, 6].map(|at| u16_at(range, at).unwrap_or_default());
        Merge {
            rows: (u64::from(r1) + 1, u64::from(r2) + 1),
            columns: (usize::from(c1), usize::from(c2)),
        }
    })
}

fn f64_at(data: &[u8], at: usize) -> Option<f64> {
    data.get(at..)?.first_chunk().map(|bytes| f64::from_le_bytes(*bytes))
}

/// A number in 30 bits: an integer or the upper part of a float, either of them perhaps hundredths.
fn rk_number(rk: u32) -> f64 {
    let hundredths = rk & 1 != 0;
    let whole = if rk & 2 != 0 {
        f64::from(rk.cast_signed() >> 2)
    } else {
        f64::from_bits(u64::from(rk & !3) << 32)
    };
    // Through decimal text, so that 29 hundredths are the float that 0.29 is.
    if hundredths { format!("{whole}e-2").parse().unwrap_or(whole) } else { whole }
}

fn error(code: u8) -> String {
    match code {
        0x00 => "#NULL!",
        0x07 => "#DIV/0!",
        0x0f => "#VALUE!",
        0x17 => "#REF!",
        0x1d => "#NAME?",
        0x24 => "#NUM!",
        0x2a => "#N/A",
        _ => "#ERROR!",
    }
    .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(kind: u16, data: &[u8]) -> Vec<u8> {
        let length = u16::try_from(data.len()).unwrap();
        [&kind.to_le_bytes()[..], &length.to_le_bytes(), data].concat()
    }

    fn format(number: u16, code: &str) -> Vec<u8> {
        let length = u16::try_from(code.len()).unwrap().to_le_bytes();
        record(0x041e, &[&number.to_le_bytes()[..], &length, &[0], code.as_bytes()].concat())
    }

    fn used(number: u16) -> Vec<u8> {
        record(0x00e0, &[&[0, 0][..], &number.to_le_bytes()].concat())
    }

    fn formats(records: &[Vec<u8>]) -> Vec<Shown> {
        let stream = [record(BOF, &[0, 6, 5, 0]), records.concat(), record(EOF, &[])].concat();
        Book::open(&stream).unwrap().formats
    }

    #[test]
    fn the_last_format_of_a_number_counts_however_many_there_are() {
        let records = [
            format(200, "0%"),
            used(200),
            used(201),
            used(14),
            format(14, "000"),
            format(200, "0"),
        ];
        let expected = [Shown::Plain, Shown::Plain, Shown::Padded(3)];
        assert_eq!(formats(&records), expected);
        // To look for each among all would never end.
        let (many, cells) = (vec![format(200, "0"); 400_000], vec![used(9); 400_000]);
        assert_eq!(formats(&[many, cells].concat()), vec![Shown::Percent; 400_000]);
    }
}
