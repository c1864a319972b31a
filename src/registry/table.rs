//! From raw text to a table of canonical cells. All findings of a file come at once.

use super::cells::Cleaner;
use super::columns::Register;
use super::form::tidy;
use super::layout::Layout;
use super::mapping::Mapping;
use super::rows::{check_row, drop_repeated, is_kept};
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

impl Table {
    /// Reads a register from raw text. The table holds the rows without error; a caller that must not
    /// lose any refuses it when one of the findings is an error.
    ///
    /// Findings: R02–R15, R18–R28, each with file, line, column and identifier as far as known.
    pub fn read(register: Register, sheet: &Sheet) -> (Table, Vec<Finding>) {
        Table::read_mapped(register, sheet, &Mapping::none(register))
    }

    /// Reads a register whose columns the mapping names; columns it does not name go by their own names.
    ///
    /// Findings: as [`Table::read`]; R22 if the mapping is of another register, R23.
    pub fn read_mapped(
        register: Register,
        sheet: &Sheet,
        mapping: &Mapping,
    ) -> (Table, Vec<Finding>) {
        let (layout, mut findings) = Layout::of(register, &sheet.header, mapping);
        let named = |findings: Vec<Finding>| -> Vec<Finding> {
            findings.into_iter().map(|finding| finding.file(&sheet.file)).collect()
        };
        if !is_kept(&findings) {
            return (Table { register, rows: Vec::new() }, named(findings));
        }
        let (raw, found) = full_rows(sheet);
        findings.extend(found);
        let pick = |(line, cells): (u64, &[String])| Cells { line, texts: layout.pick(cells) };
        let mut raw: Vec<Cells> = raw.into_iter().map(pick).collect();
        mapping.number(&mut raw);
        let mut rows = Vec::new();
        let mut cleaner = Cleaner::default();
        for row in &mut raw {
            let mut found = cleaner.clean(register, row, &layout.shown);
            if !found.is_empty() {
                findings.append(&mut found);
                continue;
            }
            let (row, found) = check_row(register, row, &layout.shown);
            if is_kept(&found) {
                rows.push(row);
            }
            findings.extend(found);
        }
        let (rows, repeated) = drop_repeated(register, rows, &layout.shown);
        findings.extend(repeated);
        findings.sort_by_key(|finding| finding.place.row);
        findings.extend(cleaner.notes(&layout.shown));
        (Table { register, rows }, named(findings))
    }
}

/// The rows that have as many cells as the header; blank ones are counted, others reported.
fn full_rows(sheet: &Sheet) -> (Vec<(u64, &[String])>, Vec<Finding>) {
    let (mut rows, mut blank, mut findings) = (Vec::new(), 0u64, Vec::new());
    for (line, cells) in &sheet.rows {
        if cells.iter().all(|cell| tidy(cell).is_empty()) {
            blank += 1;
        } else if cells.len() != sheet.header.len() {
            let (want, found) = (sheet.header.len(), cells.len());
            let cause = say!("应有 {want} 格，实有 {found} 格", "{found} cells instead of {want}");
            findings.push(Finding::new("R05", cause).row(*line));
        } else {
            rows.push((*line, cells.as_slice()));
        }
    }
    if blank > 0 {
        let cause = say!("有 {blank} 行空白", "{blank} blank rows");
        findings.push(Finding::new("R18", cause));
    }
    (rows, findings)
}

/// The rows that still have the form of the register, and what is wrong with the others. Rows that
/// [`Table::read`] made have nothing wrong; those from a store that was edited may have.
pub(super) fn checked<'a>(
    register: Register,
    rows: impl Iterator<Item = &'a Cells>,
) -> (Vec<Cells>, Vec<Finding>) {
    let columns = register.columns();
    let shown: Vec<String> = columns.iter().map(|column| column.zh.to_owned()).collect();
    let (mut kept, mut findings) = (Vec::new(), Vec::new());
    for row in rows {
        if row.texts.len() != columns.len() {
            let (want, found) = (columns.len(), row.texts.len());
            let cause = say!("应有 {want} 格，实有 {found} 格", "{found} cells instead of {want}");
            findings.push(Finding::new("R05", cause).row(row.line));
            continue;
        }
        let (row, found) = check_row(register, row, &shown);
        if is_kept(&found) {
            kept.push(row);
        } else {
            findings.extend(found);
        }
    }
    let (kept, repeated) = drop_repeated(register, kept, &shown);
    findings.extend(repeated);
    (kept, findings.into_iter().map(|finding| finding.file(register.name())).collect())
}

/// The digests of a register in both suites: over a line with its name, one with its columns and one for
/// each row, cells separated by tabs, each line ended by LF, rows sorted. The order of rows in a file has
/// no effect.
pub(super) fn digests(register: Register, rows: &[Cells]) -> (Digest, Digest) {
    let ids: Vec<&str> = register.columns().iter().map(|column| column.id).collect();
    let mut lines: Vec<String> = rows.iter().map(|row| row.texts.join("\t") + "\n").collect();
    lines.sort_unstable();
    let head = format!("ssj-register/1 {}\n{}\n", register.name(), ids.join("\t"));
    let digest = |suite: Suite| {
        let hasher = suite.hasher().with(head.as_bytes());
        lines.iter().fold(hasher, |hasher, line| hasher.with(line.as_bytes())).finish()
    };
    (digest(Suite::Sha256), digest(Suite::Sm3))
}
