//! Parquet, in which large registers leave data platforms: rows one after another, a batch of every column at a
//! time, so that memory does not grow with the file. Columns go by their names; one that holds lists or records
//! has no place in a table and is refused by name.
//!
//! Known limit: a page, of which a writer makes a mebibyte, may unpack to 2 GiB before this can refuse it.

use std::borrow::Cow;
use std::fmt;
use std::ops::ControlFlow;

use bytes::Bytes;
use parquet::basic::{Repetition, Type as Physical};
use parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use parquet::data_type::{ByteArray, DataType, FixedLenByteArray};
use parquet::errors::ParquetError;
use parquet::file::reader::{ChunkReader, FileReader, SerializedFileReader};

use super::filling::limited;
use super::parquet_value::{Kind, boolean, double, int96, single};
use super::quiet::quietly;
use super::{CELL_CHARS_MAX, COLUMNS_MAX, Each, Item, Row};
use crate::base::finding::Finding;
use crate::say;

/// Rows of a batch.
const BATCH_ROWS: usize = 1024;

/// Takes a row: its line, the header being line 1, and its cells.
pub(super) type EachRow<'e> = dyn FnMut(u64, &[String]) -> ControlFlow<()> + 'e;

/// A register in a file that is in memory as it is on the disk.
pub(super) type Register = Parquet<Bytes>;

/// A Parquet file, opened.
pub(super) struct Parquet<R: ChunkReader> {
    file: SerializedFileReader<R>,
    kinds: Vec<Kind>,
    header: Vec<String>,
}

impl<R: ChunkReader + 'static> Parquet<R> {
    /// Opens a file and reads its schema.
    ///
    /// # Errors
    /// R91 for a column that is no column of a table, R92 if the file is damaged, R45 if it has too many columns.
    pub(super) fn open(source: R) -> Result<Self, Finding> {
        let file = contained(|| SerializedFileReader::new(source).map_err(|e| failed(&e)))?;
        let schema = file.metadata().file_metadata().schema_descr();
        let fields = schema.root_schema().get_fields();
        if fields.len() > COLUMNS_MAX {
            let n = fields.len();
            return Err(Finding::new("R45", say!("有 {n} 列", "it has {n} columns")));
        }
        let (mut header, mut kinds) = (Vec::new(), Vec::new());
        for field in fields {
            let name = field.name();
            let info = field.get_basic_info();
            let repeated = info.has_repetition() && info.repetition() == Repetition::REPEATED;
            if !field.is_primitive() || repeated {
                let cause = say!("列“{name}”是嵌套的", "the column \"{name}\" is nested");
                return Err(Finding::new("R91", cause).column(name));
            }
            // All fields so far are plain, so that the leaf has the field's number.
            let kind = Kind::of(&schema.column(header.len())).ok_or_else(|| {
                let cause = say!(
                    "列“{name}”的类型无法写成文字",
                    "the column \"{name}\" is of a type that has no text"
                );
                Finding::new("R91", cause).column(name)
            })?;
            kinds.push(kind);
            header.push(name.to_owned());
        }
        Ok(Parquet { file, kinds, header })
    }

    /// The names of the columns.
    pub(super) fn header(&self) -> &[String] {
        &self.header
    }

    /// Columns of instants, which are shown in China's time.
    pub(super) fn instants(&self) -> Vec<&str> {
        let schema = self.file.metadata().file_metadata().schema_descr();
        let is_instant = |at: usize| {
            self.kinds[at].is_instant() || schema.column(at).physical_type() == Physical::INT96
        };
        let names = self.header.iter().enumerate().filter(|(at, _)| is_instant(*at));
        names.map(|(_, name)| name.as_str()).collect()
    }

    /// The rows as those of any other table.
    ///
    /// # Errors
    /// As [`Parquet::rows`].
    pub(super) fn items(&self, each: &mut Each<'_>) -> Result<(), Finding> {
        self.rows(&mut |line, cells| {
            let (mut texts, mut findings) = (Cow::Borrowed(cells), Vec::new());
            for (at, cell) in cells.iter().enumerate().filter(|(_, c)| c.len() > CELL_CHARS_MAX) {
                if let Err((text, cause)) = limited(cell.clone()) {
                    let finding = Finding::new("R46", cause).row(line);
                    findings.push(finding.column(&self.header[at]));
                    texts.to_mut()[at] = text;
                }
            }
            let cells: Vec<&str> = texts.iter().map(String::as_str).collect();
            each(Item::Row(Row { line, cells: &cells, findings }))
        })
    }

    /// Goes through all rows in the order of the file, as often as it is asked to, until `each` breaks off.
    ///
    /// # Errors
    /// R41 or R92 if the file is damaged.
    pub(super) fn rows(&self, each: &mut EachRow<'_>) -> Result<(), Finding> {
        let mut line = 1;
        let mut row = vec![String::new(); self.header.len()];
        for group in 0..self.file.num_row_groups() {
            let (mut columns, mut left) = contained(|| self.group(group))?;
            while left > 0 {
                let count = left.min(BATCH_ROWS);
                let mut batch = Vec::with_capacity(columns.len());
                for (at, column) in columns.iter_mut().enumerate() {
                    let texts = contained(|| batch_of(column, self.kinds[at], count, line));
                    batch.push(texts.map_err(|finding| finding.column(&self.header[at]))?);
                }
                for at in 0..count {
                    line += 1;
                    for (cell, texts) in row.iter_mut().zip(&mut batch) {
                        *cell = std::mem::take(&mut texts[at]);
                    }
                    if each(line, &row).is_break() {
                        return Ok(());
                    }
                }
                left -= count;
            }
        }
        Ok(())
    }

    /// The columns of a row group, and how many rows it has.
    fn group(&self, at: usize) -> Result<(Vec<ColumnReader>, usize), Finding> {
        let group = self.file.get_row_group(at).map_err(|e| failed(&e))?;
        let rows = usize::try_from(group.metadata().num_rows()).map_err(|_| broken())?;
        let columns = 0..self.header.len();
        let columns: Result<Vec<ColumnReader>, ParquetError> =
            columns.map(|column| group.get_column_reader(column)).collect();
        Ok((columns.map_err(|e| failed(&e))?, rows))
    }
}

impl<R: ChunkReader> fmt::Debug for Parquet<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Parquet").field("header", &self.header).finish_non_exhaustive()
    }
}

/// Opens a file; a finding names the columns of instants.
///
/// # Errors
/// As [`Parquet::open`].
pub(super) fn open(bytes: Vec<u8>, findings: &mut Vec<Finding>) -> Result<Register, Finding> {
    let file = Parquet::open(Bytes::from(bytes))?;
    let instants = file.instants().join("、");
    if !instants.is_empty() {
        let cause = say!("{instants} 按北京时间读取", "{instants} were read in Beijing time");
        findings.push(Finding::new("R94", cause));
    }
    Ok(file)
}

/// The next texts of a column. `line` is that of the row before them.
fn batch_of(
    column: &mut ColumnReader,
    kind: Kind,
    count: usize,
    line: u64,
) -> Result<Vec<String>, Finding> {
    use ColumnReader as C;
    match column {
        C::BoolColumnReader(column) => texts(column, count, line, |yes| Some(boolean(*yes))),
        C::Int32ColumnReader(column) => {
            texts(column, count, line, |n| kind.integer(i64::from(*n), 32))
        }
        C::Int64ColumnReader(column) => texts(column, count, line, |n| kind.integer(*n, 64)),
        C::Int96ColumnReader(column) => texts(column, count, line, |n| int96(n.data())),
        C::FloatColumnReader(column) => texts(column, count, line, |x| Some(single(*x))),
        C::DoubleColumnReader(column) => texts(column, count, line, |x| Some(double(*x))),
        C::ByteArrayColumnReader(column) => {
            texts(column, count, line, |bytes: &ByteArray| kind.bytes(bytes.data()))
        }
        C::FixedLenByteArrayColumnReader(column) => {
            texts(column, count, line, |bytes: &FixedLenByteArray| kind.bytes(bytes.data()))
        }
    }
}

/// The next texts, an empty one where there is no value.
fn texts<T: DataType>(
    column: &mut ColumnReaderImpl<T>,
    count: usize,
    line: u64,
    show: impl Fn(&T::T) -> Option<String>,
) -> Result<Vec<String>, Finding> {
    let (mut levels, mut values) = (Vec::new(), Vec::new());
    let mut records = 0;
    while records < count {
        let (read, ..) = column
            .read_records(count - records, Some(&mut levels), None, &mut values)
            .map_err(|e| failed(&e))?;
        if read == 0 {
            return Err(broken());
        }
        records += read;
    }
    let mut values = values.iter();
    let mut texts = Vec::with_capacity(count);
    for at in 0..count {
        // A column that must hold values has no levels.
        let missing = levels.get(at) == Some(&0);
        let text = if missing { Some(String::new()) } else { values.next().and_then(&show) };
        texts.push(text.ok_or_else(|| {
            let cause = say!("值不合该列的类型", "the value is not of the column's type");
            Finding::new("R92", cause).row(line + 1 + at as u64)
        })?);
    }
    Ok(texts)
}

/// A damaged file may break what the reader of the format takes for granted.
pub(in crate::io) fn contained<T>(work: impl FnOnce() -> Result<T, Finding>) -> Result<T, Finding> {
    quietly(work).unwrap_or_else(|| Err(broken()))
}

pub(in crate::io) fn broken() -> Finding {
    Finding::new("R92", say!("内容与其目录不符", "its contents contradict its index"))
}

pub(in crate::io) fn failed(error: &ParquetError) -> Finding {
    let error: String = error.to_string().chars().filter(|c| !c.is_control()).take(200).collect();
    Finding::new("R92", say!("读不下去（{error}）", "it cannot be read ({error})"))
}
