//! From raw text to a table of canonical cells. All findings of a file come at once.

use std::borrow::Cow;

use rayon::prelude::*;

use super::columns::Register;
use super::intake::{Fate, Intake};
use super::mapping::Mapping;
use super::numbering::Numbering;
use super::raw::Rows;
use super::rows::{check_row, is_kept, is_settled, keys, repeated};
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

/// A row of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cells {
    /// The line of the file it was read from; 0 for a row of a store, which has left its file behind.
    pub line: u64,
    /// Its canonical cells in the order of the register's columns; empty means absent.
    pub texts: Vec<String>,
}

/// A register as text: what the store keeps and gives back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// Which register.
    pub register: Register,
    /// Its rows, in the order of the file.
    pub rows: Vec<Cells>,
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
    /// Findings: R02–R15, R18–R28, R59, R67–R73, each with file, sheet, line, column and identifier as far as known.
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

/// A row in form, with the digests of its keys.
type Keyed<'a> = (Vec<Key>, Cow<'a, Cells>);

/// The rows that still have the form of the register, and what is wrong with the others. Rows that
/// [`Table::read`] made have nothing wrong; those from a store that was edited may have.
pub(super) fn checked<'a>(
    register: Register,
    rows: &[&'a Cells],
) -> (Vec<Cow<'a, Cells>>, Vec<Finding>) {
    let columns = register.columns();
    let shown: Vec<String> = columns.iter().map(|column| column.zh.to_owned()).collect();
    let check = |row: &&'a Cells| {
        if row.texts.len() != columns.len() {
            let (want, found) = (columns.len(), row.texts.len());
            let cause = say!("应有 {want} 格，实有 {found} 格", "{found} cells instead of {want}");
            return Err(vec![Finding::new("R05", cause).row(row.line)]);
        }
        if is_settled(register, row, &shown) {
            return Ok((digests_of_keys(register, row), Cow::Borrowed(*row)));
        }
        let (row, found) = check_row(register, (*row).clone(), &shown);
        if is_kept(&found) {
            Ok((digests_of_keys(register, &row), Cow::Owned(row)))
        } else {
            Err(found)
        }
    };
    let judged: Vec<Result<Keyed<'a>, Vec<Finding>>> = rows.par_iter().map(check).collect();
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
pub(super) fn digests(register: Register, rows: &[Cow<'_, Cells>]) -> (Digest, Digest) {
    let ids: Vec<&str> = register.columns().iter().map(|column| column.id).collect();
    let mut lines: Vec<String> = rows.par_iter().map(|row| row.texts.join("\t") + "\n").collect();
    lines.par_sort_unstable();
    let head = format!("ssj-register/1 {}\n{}\n", register.name(), ids.join("\t"));
    let digest = |suite: Suite| {
        let hasher = suite.hasher().with(head.as_bytes());
        lines.iter().fold(hasher, |hasher, line| hasher.with(line.as_bytes())).finish()
    };
    rayon::join(|| digest(Suite::Sha256), || digest(Suite::Sm3))
}
