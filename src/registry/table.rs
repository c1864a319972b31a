//! From raw text to a table of canonical cells. All findings of a file come at once.

use std::borrow::Cow;

use rayon::prelude::*;

use super::columns::Register;
use super::intake::{Fate, Intake};
use super::mapping::Mapping;
use super::numbering::Numbering;
use super::raw::Rows;
use super::rows::{check_row, is_kept, keys, repeated};
use super::seen::{First, Key, Seen, Twin};
use crate::base::digest::{Digest, Suite};
use crate::base::finding::Finding;
use crate::say;

/// Raw text of a register from anywhere: a CSV file, a spreadsheet, a form.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sheet {
    /// The file, as the user knows it.
    pub file: String,
    /// The sheet of a workbook.
    pub sheet: Option<String>,
    /// Rows of the file above the header, which is the line after them: titles, notes, blank rows.
    pub above: u64,
    /// The cells of the header.
    pub header: Vec<String>,
    /// The rows: line in the file, from 1, and cells.
    pub rows: Vec<(u64, Vec<String>)>,
}

/// The place and the header of a table, whose rows come one after the other.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Head {
    /// The file, as the user knows it.
    pub file: String,
    /// The sheet of a workbook.
    pub sheet: Option<String>,
    /// Rows of the file above the header, which is the line after them.
    pub above: u64,
    /// The cells of the header.
    pub header: Vec<String>,
}

/// A row of a table: canonical cells in the order of the register's columns; empty means absent. They stand in one
/// text, since a register has millions of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cells {
    /// The line of the file it was read from; 0 for a row of a store, which has left its file behind.
    pub line: u64,
    text: String,
    /// Where each cell ends in the text.
    ends: Vec<u32>,
}

/// A register as text: what the store keeps and gives back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// Which register.
    pub register: Register,
    /// Its rows, in the order of the file.
    pub rows: Vec<Cells>,
}

impl Cells {
    /// A row of these cells.
    pub fn new<S: AsRef<str>>(line: u64, cells: impl IntoIterator<Item = S>) -> Cells {
        let mut row = Cells::with_capacity(line, 0, 0);
        cells.into_iter().for_each(|cell| row.push(cell.as_ref()));
        row
    }

    /// A row without cells yet, with room for so many cells and bytes.
    pub(super) fn with_capacity(line: u64, cells: usize, bytes: usize) -> Cells {
        Cells { line, text: String::with_capacity(bytes), ends: Vec::with_capacity(cells) }
    }

    pub(super) fn push(&mut self, cell: &str) {
        self.text.push_str(cell);
        self.ends.push(u32::try_from(self.text.len()).expect("bug: a row is shorter than 4 GiB"));
    }

    /// The cell of the column with this index.
    ///
    /// # Panics
    /// If the row has none.
    pub fn cell(&self, at: usize) -> &str {
        let from = at.checked_sub(1).map_or(0, |before| self.ends[before] as usize);
        &self.text[from..self.ends[at] as usize]
    }

    /// All cells, in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &str> {
        let mut from = 0;
        self.ends.iter().map(move |end| {
            let cell = &self.text[from..*end as usize];
            from = *end as usize;
            cell
        })
    }
}

impl Sheet {
    /// Its place and its header.
    pub fn head(&self) -> Head {
        Head {
            file: self.file.clone(),
            sheet: self.sheet.clone(),
            above: self.above,
            header: self.header.clone(),
        }
    }
}

impl Table {
    /// Reads a register from raw text. The table holds the rows without error; a caller that must not
    /// lose any refuses it when one of the findings is an error.
    ///
    /// Findings: R02–R15, R18–R28, R30, R59, R67–R74, each with file, sheet, line, column and identifier as far as known.
    pub fn read(register: Register, sheet: &Sheet) -> (Table, Vec<Finding>) {
        Table::read_mapped(register, sheet, &Mapping::none(register))
    }

    /// Reads a register whose columns the mapping names; columns it does not name go by their own names.
    /// An [`Intake`] does the same for rows that do not fit into memory.
    ///
    /// Findings: as [`Table::read`]; R22 if the mapping is of another register, R23.
    pub fn read_mapped(
        register: Register,
        sheet: &Sheet,
        mapping: &Mapping,
    ) -> (Table, Vec<Finding>) {
        let mut table = Table { register, rows: Vec::new() };
        let mut intake = Intake::new(register, mapping);
        let (header, mut findings) = intake.begin(&sheet.head());
        let Some(header) = header else { return (table, findings) };
        let mut numbering = Numbering::of(mapping);
        if let Some(numbering) = &mut numbering {
            sheet.rows.iter().for_each(|(_, cells)| numbering.count(&header, cells));
        }
        let mut rows = Rows::default();
        for (line, cells) in &sheet.rows {
            rows.push(*line, cells, Vec::new());
            numbering.iter_mut().for_each(|n| n.number(&header, &mut rows, cells));
        }
        for verdict in intake.take(&header, header.clean(&rows)) {
            findings.extend(verdict.findings);
            if let Fate::Taken(cells) = verdict.fate {
                table.rows.push(cells);
            }
        }
        findings.extend(intake.finish().1);
        (table, findings)
    }
}

/// A row with the digests of its keys, or what is wrong with it.
type Judged = Result<(Vec<Key>, Cells), Vec<Finding>>;

/// The rows that still have the form of the register, and what is wrong with the others. Rows that
/// [`Table::read`] made have nothing wrong; those from a store that was edited may have.
pub(super) fn checked(register: Register, rows: &[&Cells]) -> (Vec<Cells>, Vec<Finding>) {
    let columns = register.columns();
    let shown: Vec<String> = columns.iter().map(|column| column.zh.to_owned()).collect();
    let check = |row: &&Cells| {
        let (want, found) = (columns.len(), row.iter().len());
        if want != found {
            let cause = say!("应有 {want} 格，实有 {found} 格", "{found} cells instead of {want}");
            return Err(vec![Finding::new("R05", cause).row(row.line)]);
        }
        let cells = row.iter().map(Cow::Borrowed).collect();
        let (row, found) = check_row(register, row.line, cells, &shown);
        if is_kept(&found) { Ok((digests_of_keys(register, &row), row)) } else { Err(found) }
    };
    let judged: Vec<Judged> = rows.par_iter().map(check).collect();
    let (mut kept, mut findings) = (Vec::with_capacity(rows.len()), Vec::new());
    let mut seen = Seen::default();
    let mut repeated_rows = Vec::new();
    for judged in judged {
        match judged {
            Err(found) => findings.extend(found),
            Ok((digests, row)) => {
                let firsts = seen.meet(&digests, First::at(0, row.line, Twin::default()));
                if firsts.iter().all(Option::is_none) {
                    kept.push(row);
                } else {
                    repeated_rows.push((row, firsts));
                }
            }
        }
    }
    for (row, firsts) in &repeated_rows {
        let repeats = |((column, key), first): ((&str, Cow<'_, str>), &Option<First>)| {
            let first = first.as_ref()?.line;
            let cause = say!("{key} 与第 {first} 行重复", "{key} stands already in line {first}");
            Some(repeated("R12", register, row, &shown[register.index(column)], cause))
        };
        findings.extend(keys(register, row).zip(firsts).filter_map(repeats));
    }
    (kept, findings.into_iter().map(|finding| finding.file(register.name())).collect())
}

fn digests_of_keys(register: Register, row: &Cells) -> Vec<Key> {
    keys(register, row).map(|(column, key)| Key::of(column, &key)).collect()
}

/// The digests of a register in both suites: over a line with its name, one with its columns and one for
/// each row, cells separated by tabs, each line ended by LF, rows sorted. The order of rows in a file has
/// no effect.
pub(super) fn digests(register: Register, rows: &[Cells]) -> (Digest, Digest) {
    let ids: Vec<&str> = register.columns().iter().map(|column| column.id).collect();
    let line = |row: &Cells| row.iter().collect::<Vec<&str>>().join("\t") + "\n";
    let mut lines: Vec<String> = rows.par_iter().map(line).collect();
    lines.par_sort_unstable();
    let head = format!("ssj-register/1 {}\n{}\n", register.name(), ids.join("\t"));
    let digest = |suite: Suite| {
        let hasher = suite.hasher().with(head.as_bytes());
        lines.iter().fold(hasher, |hasher, line| hasher.with(line.as_bytes())).finish()
    };
    rayon::join(|| digest(Suite::Sha256), || digest(Suite::Sm3))
}
