//! Archives of workbooks, sound and unsound.

use std::io::{Cursor, Write};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

const TYPE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

/// A workbook with one sheet, as parts.
pub struct Book {
    parts: Vec<(String, Vec<u8>)>,
    stored: Option<Vec<u8>>,
}

impl Book {
    /// A workbook whose sheet has this XML.
    pub fn of(sheet: &str) -> Self {
        let root = format!(
            "<Relationships><Relationship Id=\"r1\" Type=\"{TYPE}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"
        );
        let book = "<workbook><sheets><sheet name=\"名录\" r:id=\"r1\"/></sheets></workbook>";
        let relations = format!(
            "<Relationships><Relationship Id=\"r1\" Type=\"{TYPE}/worksheet\" Target=\"worksheets/sheet1.xml\"/></Relationships>"
        );
        let parts = [
            ("_rels/.rels", root),
            ("xl/workbook.xml", book.to_owned()),
            ("xl/_rels/workbook.xml.rels", relations),
            ("xl/worksheets/sheet1.xml", format!("<worksheet>{sheet}</worksheet>")),
        ];
        let parts = parts.map(|(name, text)| (name.to_owned(), text.into_bytes()));
        Book { parts: parts.into(), stored: None }
    }

    pub fn part(mut self, name: &str, bytes: Vec<u8>) -> Self {
        self.parts.push((name.to_owned(), bytes));
        self
    }

    pub fn without(mut self, name: &str) -> Self {
        self.parts.retain(|part| part.0 != name);
        self
    }

    /// Puts text before the sheet.
    pub fn prolog(self, text: &str) -> Self {
        self.changed("sheet1.xml", |xml| format!("{text}{xml}"))
    }

    /// Has the sheet lie elsewhere.
    pub fn target(self, target: &str) -> Self {
        self.changed("workbook.xml.rels", |xml| xml.replace("worksheets/sheet1.xml", target))
    }

    /// Lists the sheet so many times.
    pub fn sheets(self, n: usize) -> Self {
        self.changed("workbook.xml", |xml| {
            let one = "<sheet name=\"名录\" r:id=\"r1\"/>";
            let all: String = (0..n).map(|n| one.replace("名录", &format!("名录{n}"))).collect();
            xml.replace(one, &all)
        })
    }

    fn changed(mut self, end: &str, change: impl Fn(&str) -> String) -> Self {
        let part = self.parts.iter_mut().find(|part| part.0.ends_with(end)).unwrap();
        part.1 = change(std::str::from_utf8(&part.1).unwrap()).into_bytes();
        self
    }
}

/// Adds a part that does not shrink, so that the archive as a whole grows no more than a real one.
pub fn ballast(mut book: Book) -> Book {
    let mut state = 1u32;
    let noise = (0..4 << 20).map(|_| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    });
    book.stored = Some(noise.collect());
    book
}

pub fn workbook(book: Book) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in &book.parts {
        zip.start_file(name.as_str(), SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    if let Some(bytes) = &book.stored {
        let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
        zip.start_file("xl/media/image1.png", stored).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

pub fn many_parts(n: usize) -> Vec<u8> {
    let book = (0..n).fold(Book::of(""), |book, n| book.part(&format!("xl/media/{n}"), vec![]));
    workbook(book.without("xl/worksheets/sheet1.xml"))
}

/// An archive whose directory names one part of a mebibyte thousands of times.
pub fn overlapping(sheet: &str, n: usize) -> Vec<u8> {
    let good = workbook(Book::of(sheet).part("xl/media/0000", vec![0; 1 << 20]));
    let end = good.len() - 22;
    let at = |from: usize| u32::from_le_bytes(good[from..from + 4].try_into().unwrap());
    let directory = at(end + 16) as usize;
    // The entry of the part is the last.
    let name = b"xl/media/0000";
    let entry = (directory..end).rev().find(|at| good[*at..].starts_with(name)).unwrap() - 46;
    let mut bytes = good[..end].to_vec();
    for copy in 1..n {
        let mut own = good[entry..end].to_vec();
        own[46 + 9..46 + 13].copy_from_slice(format!("{copy:04}").as_bytes());
        bytes.extend(own);
    }
    let mut tail = good[end..].to_vec();
    let count = u16::from_le_bytes([tail[8], tail[9]]) + (n - 1) as u16;
    let size = (bytes.len() - directory) as u32;
    tail[8..10].copy_from_slice(&count.to_le_bytes());
    tail[10..12].copy_from_slice(&count.to_le_bytes());
    tail[12..16].copy_from_slice(&size.to_le_bytes());
    bytes.extend(tail);
    bytes
}

/// An archive with a part of 64 MiB that says it has ten bytes.
pub fn understated(sheet: &str) -> Vec<u8> {
    let size = 64u32 << 20;
    let mut bytes = workbook(Book::of(sheet).part("xl/media/0000", vec![0; size as usize]));
    for at in 0..bytes.len() - 4 {
        if bytes[at..at + 4] == size.to_le_bytes() {
            bytes[at..at + 4].copy_from_slice(&10u32.to_le_bytes());
        }
    }
    bytes
}
