//! From raw text to a table of canonical cells. All findings of a file come at once.

use super::columns::Register;
use super::form::tidy;
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
    /// The line of the file it was read from.
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
    /// Findings: R02–R15, R18, R19, each with file, line, column and identifier as far as known.
    pub fn read(register: Register, sheet: &Sheet) -> (Table, Vec<Finding>) {
        let (places, mut findings) = columns_of(register, &sheet.header);
        let named = |findings: Vec<Finding>| -> Vec<Finding> {
            findings.into_iter().map(|finding| finding.file(&sheet.file)).collect()
        };
        if !is_kept(&findings) {
            return (Table { register, rows: Vec::new() }, named(findings));
        }
        let shown: Vec<String> = (register.columns().iter().zip(&places))
            .map(|(column, place)| match place {
                Some(at) => tidy(&sheet.header[*at]).into_owned(),
                None => column.zh.to_owned(),
            })
            .collect();
        let (mut rows, mut blank) = (Vec::new(), 0u64);
        for (line, cells) in &sheet.rows {
            if cells.iter().all(|cell| tidy(cell).is_empty()) {
                blank += 1;
                continue;
            }
            if cells.len() != sheet.header.len() {
                let (want, found) = (sheet.header.len(), cells.len());
                let cause =
                    say!("应有 {want} 格，实有 {found} 格", "{found} cells instead of {want}");
                findings.push(Finding::new("R05", cause).row(*line));
                continue;
            }
            let cell = |place: &Option<usize>| place.map_or("", |at| &cells[at]).to_owned();
            let row = Cells { line: *line, texts: places.iter().map(cell).collect() };
            let (row, found) = check_row(register, &row, &shown);
            if is_kept(&found) {
                rows.push(row);
            }
            findings.extend(found);
        }
        if blank > 0 {
            let cause = say!("有 {blank} 行空白", "{blank} blank rows");
            findings.push(Finding::new("R18", cause));
        }
        let (rows, repeated) = drop_repeated(register, rows, &shown);
        findings.extend(repeated);
        findings.sort_by_key(|finding| finding.place.row);
        (Table { register, rows }, named(findings))
    }
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

/// For every column of the register its place in the header, and what is wrong with the header.
fn columns_of(register: Register, header: &[String]) -> (Vec<Option<usize>>, Vec<Finding>) {
    let columns = register.columns();
    let mut places: Vec<Option<usize>> = vec![None; columns.len()];
    let mut findings = Vec::new();
    for (at, cell) in header.iter().enumerate() {
        // Templates mark required columns with an asterisk.
        let name = tidy(cell);
        let bare = name.trim_matches(['*', '＊']).trim();
        let known = columns.iter().position(|c| c.zh == bare || c.id.eq_ignore_ascii_case(bare));
        match known {
            None if bare.is_empty() => {}
            None => {
                let cause = say!("不认识“{bare}”列", "the column \"{bare}\" is not known");
                findings.push(Finding::new("R02", cause).row(1).column(bare));
            }
            Some(column) if places[column].is_some() => {
                let cause = say!("“{bare}”列出现两次", "the column \"{bare}\" stands twice");
                findings.push(Finding::new("R04", cause).row(1).column(bare));
            }
            Some(column) => places[column] = Some(at),
        }
    }
    for (column, _) in
        columns.iter().zip(&places).filter(|(c, place)| c.required && place.is_none())
    {
        let (zh, id) = (column.zh, column.id);
        let cause = say!("缺少“{zh}”（{id}）列", "the column {id} ({zh}) is missing");
        findings.push(Finding::new("R03", cause).row(1).column(zh));
    }
    let ids = ["uscc", "reg_no", "own_id"];
    if register == Register::Subjects && ids.iter().all(|id| places[register.index(id)].is_none()) {
        let cause = say!(
            "统一社会信用代码、注册号、自编号三列一列也没有",
            "none of the columns uscc, reg_no and own_id is there"
        );
        findings.push(Finding::new("R03", cause).row(1));
    }
    (places, findings)
}
