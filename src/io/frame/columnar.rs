//! A frame in Parquet: a batch of each column at a time.

use std::fs::File;
use std::path::Path;

use parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use parquet::data_type::{ByteArray, ByteArrayType, DataType, Int32Type, Int64Type};
use parquet::file::reader::{FileReader, RowGroupReader, SerializedFileReader};

use super::pages::Texts;
use super::{COLUMNS, FEED_BYTES, are_rows, broken_cell, header_line, places, put_cell};
use crate::base::finding::Finding;
use crate::io::durable::failed;
use crate::io::sheet::{contained, parquet_failed};
use crate::record::frame::Feed;
use crate::say;

/// Rows of a batch.
const BATCH_ROWS: usize = 8_192;

/// Rows of a Parquet file.
pub(super) struct Columnar {
    file: SerializedFileReader<File>,
    path: String,
    places: [Option<usize>; 5],
    group: usize,
    columns: [Option<Column>; 5],
    /// Rows of the group that have not been read.
    left: usize,
    /// Rows that have been read.
    rows: u64,
    begun: bool,
}

impl Columnar {
    pub(super) fn open(path: &Path) -> Result<Self, Finding> {
        let file = File::open(path).map_err(|e| failed(path, &e))?;
        let open = || SerializedFileReader::new(file).map_err(|e| parquet_failed(&e));
        let file = contained(open)?;
        let schema = file.metadata().file_metadata().schema_descr();
        // A nested column has several leaves: only plain ones may precede, or the places would be others.
        let names: Vec<&str> =
            schema.columns().iter().map(|leaf| leaf.path().parts()[0].as_str()).collect();
        let places = places(names.iter().copied())?;
        for (place, (name, _)) in places.iter().zip(COLUMNS) {
            let Some(leaf) = place.map(|at| schema.column(at)) else { continue };
            if leaf.path().parts().len() > 1 || leaf.max_rep_level() > 0 || leaf.max_def_level() > 1
            {
                let cause = say!("列“{name}”是嵌套的", "the column \"{name}\" is nested");
                return Err(Finding::new("R91", cause).column(name));
            }
        }
        Ok(Columnar {
            path: path.display().to_string(),
            file,
            places,
            group: 0,
            columns: [const { None }; 5],
            left: 0,
            rows: 0,
            begun: false,
        })
    }

    /// Goes to the next row group that has rows; false at the end.
    fn begin_group(&mut self) -> Result<bool, Finding> {
        while self.left == 0 {
            if self.group == self.file.num_row_groups() {
                return Ok(false);
            }
            let (group, places) = (self.group, self.places);
            let (left, columns) = contained(|| {
                let group = self.file.get_row_group(group).map_err(|e| parquet_failed(&e))?;
                let mut columns = [const { None }; 5];
                for (column, (place, (name, _))) in
                    columns.iter_mut().zip(places.into_iter().zip(COLUMNS))
                {
                    if let Some(at) = place {
                        *column = Some(Column::of(&*group, at, name)?);
                    }
                }
                Ok((group.metadata().num_rows() as usize, columns))
            })?;
            (self.left, self.columns) = (left, columns);
            self.group += 1;
        }
        Ok(true)
    }

    fn batch(&mut self, bytes: &mut Vec<u8>) -> Result<(), Finding> {
        let count = self.left.min(BATCH_ROWS);
        for column in self.columns.iter_mut().flatten() {
            contained(|| column.read(count))?;
        }
        let begin = bytes.len();
        let mut ends = Vec::with_capacity(count);
        for row in 0..count {
            for at in 0..COLUMNS.len() {
                let cell = match &mut self.columns[at] {
                    None => &[],
                    Some(column) => column.cell(row)?,
                };
                put_cell(bytes, at, cell);
            }
            ends.push(bytes.len());
        }
        if !are_rows(&bytes[begin..], count) {
            return Err(self.broken_line(&bytes[begin..], &ends, begin));
        }
        self.left -= count;
        self.rows += count as u64;
        Ok(())
    }

    /// The first row whose cells hold tabs or line ends.
    fn broken_line(&self, bytes: &[u8], ends: &[usize], begin: usize) -> Finding {
        let mut from = 0;
        let broken = ends.iter().position(|end| {
            let row = &bytes[std::mem::replace(&mut from, end - begin)..end - begin];
            !are_rows(row, 1)
        });
        broken_cell(self.rows + broken.unwrap_or(0) as u64 + 2)
    }
}

impl Feed for Columnar {
    fn feed(&mut self, bytes: &mut Vec<u8>) -> Result<(), Finding> {
        if !std::mem::replace(&mut self.begun, true) {
            header_line(bytes);
        }
        let enough = bytes.len() + FEED_BYTES;
        while bytes.len() < enough {
            let more = self.begin_group().and_then(|more| match more {
                true => self.batch(bytes).map(|()| true),
                false => Ok(false),
            });
            if !more.map_err(|f| f.file(&self.path))? {
                break;
            }
        }
        Ok(())
    }
}

/// A column of a row group and its next cells.
enum Column {
    Texts(Texts),
    Bytes(Batch<ByteArrayType>),
    Int32(Batch<Int32Type>, Numbers),
    Int64(Batch<Int64Type>, Numbers),
}

impl Column {
    fn of(group: &dyn RowGroupReader, at: usize, name: &str) -> Result<Self, Finding> {
        let metadata = group.metadata().column(at);
        if Texts::reads(metadata) {
            let pages = group.get_column_page_reader(at).map_err(|e| parquet_failed(&e))?;
            let optional = metadata.column_descr().max_def_level() > 0;
            return Ok(Column::Texts(Texts::of(pages, optional)));
        }
        let numbers = Numbers::default();
        match group.get_column_reader(at).map_err(|e| parquet_failed(&e))? {
            ColumnReader::ByteArrayColumnReader(reader) => Ok(Column::Bytes(Batch::of(reader))),
            ColumnReader::Int32ColumnReader(reader) => {
                Ok(Column::Int32(Batch::of(reader), numbers))
            }
            ColumnReader::Int64ColumnReader(reader) => {
                Ok(Column::Int64(Batch::of(reader), numbers))
            }
            _ => {
                let cause = say!(
                    "列“{name}”须为文字或整数",
                    "the column \"{name}\" must be of texts or integers"
                );
                Err(Finding::new("R91", cause).column(name))
            }
        }
    }

    /// Makes the next `count` cells ready.
    fn read(&mut self, count: usize) -> Result<(), Finding> {
        match self {
            Column::Texts(_) => {}
            Column::Bytes(batch) => batch.read(count)?,
            Column::Int32(batch, numbers) => {
                batch.read(count)?;
                numbers.show(batch.values.iter().map(|n| i64::from(*n)));
            }
            Column::Int64(batch, numbers) => {
                batch.read(count)?;
                numbers.show(batch.values.iter().copied());
            }
        }
        Ok(())
    }

    /// The cell of a row of those that are ready; called once for each, in order.
    #[inline]
    fn cell(&mut self, row: usize) -> Result<&[u8], Finding> {
        Ok(match self {
            Column::Texts(texts) => texts.next()?,
            Column::Bytes(batch) => {
                batch.place(row).map_or(&[], |at| ByteArray::data(&batch.values[at]))
            }
            Column::Int32(batch, numbers) => batch.place(row).map_or(&[], |at| numbers.text(at)),
            Column::Int64(batch, numbers) => batch.place(row).map_or(&[], |at| numbers.text(at)),
        })
    }
}

/// The texts of a batch of numbers, of which neighbours are often the same.
#[derive(Default)]
struct Numbers {
    texts: Vec<String>,
    /// The place of each number's text.
    at: Vec<usize>,
}

impl Numbers {
    fn show(&mut self, numbers: impl Iterator<Item = i64>) {
        self.texts.clear();
        self.at.clear();
        let mut before = None;
        for number in numbers {
            if before.replace(number) != Some(number) {
                self.texts.push(number.to_string());
            }
            self.at.push(self.texts.len() - 1);
        }
    }

    fn text(&self, at: usize) -> &[u8] {
        self.texts[self.at[at]].as_bytes()
    }
}

/// The next values of a column.
struct Batch<T: DataType> {
    reader: ColumnReaderImpl<T>,
    values: Vec<T::T>,
    levels: Vec<i16>,
    /// The place of each row's value, where some rows have none.
    at: Option<Vec<Option<usize>>>,
}

impl<T: DataType> Batch<T> {
    fn of(reader: ColumnReaderImpl<T>) -> Self {
        Batch { reader, values: Vec::new(), levels: Vec::new(), at: None }
    }

    fn read(&mut self, count: usize) -> Result<(), Finding> {
        self.values.clear();
        self.levels.clear();
        let mut records = 0;
        while records < count {
            let (levels, values) = (Some(&mut self.levels), &mut self.values);
            let read = self.reader.read_records(count - records, levels, None, values);
            let (read, ..) = read.map_err(|e| parquet_failed(&e))?;
            if read == 0 {
                return Err(crate::io::sheet::parquet_broken());
            }
            records += read;
        }
        // A column without missing values has no levels, or as many values as rows.
        self.at = (self.values.len() < count).then(|| {
            let mut next = 0..self.values.len();
            self.levels.iter().map(|level| if *level > 0 { next.next() } else { None }).collect()
        });
        Ok(())
    }

    fn place(&self, row: usize) -> Option<usize> {
        match &self.at {
            None => Some(row),
            Some(at) => at.get(row).copied().flatten(),
        }
    }
}
