//! Any file an office sends as [`Sheet`]s of a register: workbooks (`.xlsx`, `.xls`), Parquet, and CSV in the encodings in use.
//! What a file is, its first bytes say and not its name. Everything is read as plain text: no formula is computed, no
//! macro run, no link followed. Limits bound what a damaged or hostile file may cost.
//!
//! What is left out – titles, remarks, hidden sheets – is named by a finding with its place (R40–R58, R90–R94).

mod biff;
mod biff_text;
mod binary;
mod census;
mod compound;
mod filling;
mod layout;
#[cfg(feature = "parquet")]
mod parquet;
#[cfg(not(feature = "parquet"))]
#[path = "parquet_absent.rs"]
mod parquet;
#[cfg(feature = "parquet")]
mod parquet_value;
mod quiet;
mod shown;
mod text;
mod value;
mod workbook;

use std::fs::File;
use std::io::Read;
use std::path::Path;

pub(super) use text::guarded;

use super::durable::failed;
use super::folder::{Limit, read_limited};
use crate::base::finding::{Finding, Findings};
use crate::registry::Sheet;
use crate::say;

/// Most bytes of a file.
const FILE_BYTES_MAX: u64 = 1 << 30;
/// A line of CSV: names and addresses stay far below; a longer one is a damaged file.
const LINE_BYTES_MAX: usize = 1024 * 1024;
/// Most characters of a cell, as in spreadsheets.
const CELL_CHARS_MAX: usize = 32_767;
/// Characters kept of a cell that is longer, so that the person who corrects it recognises it.
const CELL_CHARS_SHOWN: usize = 200;
/// Most columns that hold anything.
const COLUMNS_MAX: usize = 1024;
/// Most cells of a sheet that hold anything: a million subjects in all their columns.
const CELLS_MAX: usize = 25_000_000;

/// The column of findings that a report adds and a reader leaves out.
pub const REPORT_COLUMN: &str = "核查结果 findings";
/// The sheet of findings about the file as a whole.
pub const REPORT_SHEET: &str = "核查说明 notes";

/// Rows of one sheet by line, from 1, before a table is looked for.
#[derive(Debug, Default)]
struct Grid {
    sheet: Option<String>,
    rows: Vec<(u64, Vec<String>)>,
    merges: Vec<Merge>,
    /// Whether rows are filled up to the width of the table: in a workbook every row has every column, while a
    /// CSV row with fewer cells has lost some.
    padded: bool,
    findings: Vec<Finding>,
}

/// A merged cell: first and last line, from 1, and first and last column, from 0.
#[derive(Clone, Copy, Debug)]
struct Merge {
    rows: (u64, u64),
    columns: (usize, usize),
}

/// The bytes of a file, within the limits.
///
/// # Errors
/// W15, W08; F09 for a CSV line without end; R45.
pub fn load(path: &Path) -> Result<Vec<u8>, Finding> {
    let file = File::open(path).map_err(|e| failed(path, &e))?;
    let mut input = file.take(FILE_BYTES_MAX + 1);
    let mut head = Vec::new();
    input.by_ref().take(8).read_to_end(&mut head).map_err(|e| failed(path, &e))?;
    let limit = if binary::is_container(&head) {
        Limit::File(FILE_BYTES_MAX)
    } else {
        Limit::Line(LINE_BYTES_MAX)
    };
    let read = read_limited(head.chain(input), limit).map_err(|e| failed(path, &e))?;
    let bytes = read.map_err(|finding| finding.file(path.display().to_string()))?;
    if bytes.len() as u64 > FILE_BYTES_MAX {
        let gib = FILE_BYTES_MAX >> 30;
        let cause = say!("文件超过 {gib} GiB", "the file has more than {gib} GiB");
        return Err(Finding::new("R45", cause).file(path.display().to_string()));
    }
    Ok(bytes)
}

/// Reads the tables of a file. `file` is its name, as the user knows it; `known` tells whether a text is the name of
/// a column, by which headers are found.
///
/// # Errors
/// R01 if nothing is in it; R41–R46 and R91–R93 if it cannot be read. Findings about single cells (R46, R47, R49) come beside the
/// sheets even though they are errors: the rows are still checked, and the file is not imported.
pub fn read(
    file: &str,
    bytes: &[u8],
    known: &dyn Fn(&str) -> bool,
) -> Result<(Vec<Sheet>, Vec<Finding>), Findings> {
    let named = |finding: Finding| Findings(vec![finding.file(file)]);
    let mut findings = Vec::new();
    let grids = match binary::kind(bytes).map_err(named)? {
        binary::Kind::Xlsx => workbook::xlsx(bytes, &mut findings),
        binary::Kind::Xls => workbook::xls(bytes, &mut findings),
        binary::Kind::Parquet => parquet::grid(bytes, &mut findings).map(|grid| vec![grid]),
        binary::Kind::Text => text::grid(bytes, known, &mut findings).map(|grid| vec![grid]),
    };
    let grids = grids.map_err(named)?;
    let found: Vec<layout::Found> =
        grids.into_iter().filter_map(|grid| layout::table(file, grid, known)).collect();
    // A sheet of instructions beside the table names a column or none.
    let best = found.iter().map(|found| found.known).max().unwrap_or(0);
    let mut sheets = Vec::new();
    for found in found {
        if found.known < best.min(2) {
            let cause = say!("其中没有认识的列名", "no known column names in it");
            let finding = Finding::new("R52", cause).sheet(found.sheet.sheet.unwrap_or_default());
            findings.push(finding);
        } else {
            findings.extend(found.findings);
            sheets.push(found.sheet);
        }
    }
    if sheets.is_empty() {
        findings.push(Finding::new("R01", say!("文件是空的", "the file is empty")));
    }
    let findings: Vec<Finding> = findings.into_iter().map(|finding| finding.file(file)).collect();
    if sheets.is_empty() { Err(Findings(findings)) } else { Ok((sheets, findings)) }
}

/// Puts findings about a table into its place in the file: the sheet, the letters of the column, and the line of
/// the header, which the register takes for line 1.
pub fn locate(sheet: &Sheet, findings: Vec<Finding>) -> Vec<Finding> {
    let column = |name: &str| {
        let bare = |text: &str| text.trim().trim_matches(['*', '＊']).trim().to_owned();
        sheet.header.iter().position(|header| bare(header) == bare(name))
    };
    let place = |mut finding: Finding| {
        if finding.place.row == Some(1) {
            finding.place.row = Some(sheet.above + 1);
        }
        let Some(name) = &sheet.sheet else { return finding };
        let at = finding.place.column.as_deref().and_then(column);
        let finding = finding.sheet(name);
        at.into_iter().fold(finding, Finding::at_column)
    };
    findings.into_iter().map(place).collect()
}

#[cfg(test)]
mod biff_tests;
#[cfg(all(test, feature = "parquet"))]
mod parquet_tests;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod workbook_tests;
