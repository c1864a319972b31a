//! A frame in CSV or TSV.

use std::fs::File;
use std::path::{Path, PathBuf};

use csv::{ByteRecord, Reader, ReaderBuilder};

use super::{FEED_BYTES, are_rows, broken_cell, header_line, places, put_cell};
use crate::base::finding::Finding;
use crate::io::durable::failed;
use crate::record::frame::Feed;
use crate::say;

/// Rows of a text file, cells separated by one byte and quoted where they must be (RFC 4180).
pub(super) struct Delimited {
    reader: Reader<File>,
    path: PathBuf,
    places: [Option<usize>; 5],
    record: ByteRecord,
    begun: bool,
}

impl Delimited {
    pub(super) fn open(path: &Path, by: u8) -> Result<Self, Finding> {
        let file = File::open(path).map_err(|e| failed(path, &e))?;
        let mut builder = ReaderBuilder::new();
        let builder = builder.delimiter(by).buffer_capacity(FEED_BYTES);
        let mut reader = builder.from_reader(file);
        let header = reader.headers().map_err(|e| unreadable(&e, path))?;
        let names = header.iter().map(|name| name.trim_start_matches('\u{feff}').trim());
        let places = places(names)?;
        let (path, record) = (path.to_owned(), ByteRecord::new());
        Ok(Delimited { reader, path, places, record, begun: false })
    }
}

impl Feed for Delimited {
    fn feed(&mut self, bytes: &mut Vec<u8>) -> Result<(), Finding> {
        if !std::mem::replace(&mut self.begun, true) {
            header_line(bytes);
        }
        let enough = bytes.len() + FEED_BYTES;
        while bytes.len() < enough {
            let read = self.reader.read_byte_record(&mut self.record);
            if !read.map_err(|e| unreadable(&e, &self.path))? {
                return Ok(());
            }
            let cell = |place: Option<usize>| place.and_then(|at| self.record.get(at));
            let cells = self.places.map(|place| cell(place).unwrap_or_default());
            let line = self.record.position().map_or(0, csv::Position::line);
            let begin = bytes.len();
            for (column, cell) in cells.into_iter().enumerate() {
                put_cell(bytes, column, cell);
            }
            if !are_rows(&bytes[begin..], 1) {
                return Err(broken_cell(line).file(self.path.display().to_string()));
            }
        }
        Ok(())
    }
}

fn unreadable(error: &csv::Error, path: &Path) -> Finding {
    if let csv::ErrorKind::Io(e) = error.kind() {
        return failed(path, e);
    }
    let line = error.position().map_or(1, csv::Position::line);
    let cause = say!("不是各行列数相同的表", "no table whose rows have the same columns");
    Finding::new("W32", cause).file(path.display().to_string()).row(line)
}
