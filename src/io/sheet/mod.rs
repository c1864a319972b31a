//! Any file an office sends as tables of a register, row by row: workbooks (`.xlsx`, `.xls`), Parquet, and CSV in the
//! encodings in use.
//! What a file is, its first bytes say and not its name. Everything is read as plain text: no formula is computed, no
//! macro run, no link followed. Limits bound what a damaged or hostile file may cost.
//!
//! What is left out – titles, remarks, hidden sheets – is named by a finding with its place (R40–R58,
//! R90–R94). A format more is a variant more of `Body`.

mod biff;
mod biff_text;
mod binary;
mod body;
mod census;
mod compound;
mod filling;
mod layout;
#[cfg(feature = "parquet")]
mod parquet;
#[cfg(feature = "parquet")]
pub(super) use parquet::{broken as parquet_broken, contained, failed as parquet_failed};
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

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::ops::ControlFlow;
use std::path::Path;

pub(super) use text::guarded;

use self::layout::Shape;
use super::durable::failed;
use super::folder::{Limit, read_limited_into};
use crate::base::finding::{Finding, Findings, Severity};
use crate::registry::{Head, Sheet};
use crate::say;

/// Most bytes of a file.
const FILE_BYTES_MAX: u64 = 1 << 30;
/// Most bytes that a file gets room for before any of them is read: a sparse file claims what it likes.
const ROOM_BYTES_MAX: u64 = 256 << 20;
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

/// A row of a sheet: its line, from 1, and its cells.
type Line = (u64, Vec<String>);

/// What a table's rows are handed to.
pub type Each<'a> = dyn FnMut(Item<'_>) -> ControlFlow<()> + 'a;

/// A file of a register. Its rows are not kept but read anew as often as they are asked for; where the format does not
/// allow that, they are kept as plain text.
#[derive(Debug)]
pub struct Source {
    /// Its tables, at least one.
    pub tables: Vec<Table>,
    /// What was found about the file as a whole.
    pub findings: Vec<Finding>,
}

/// A table of a file.
#[derive(Debug)]
pub struct Table {
    head: Head,
    body: Body,
}

#[derive(Debug)]
enum Body {
    Text(text::Text),
    Parquet(parquet::Register),
    Grid(Kept),
}

/// The rows of a workbook's sheet.
#[derive(Debug)]
struct Kept {
    rows: Vec<Line>,
    /// Rows that the file leaves out between the others.
    blank: u64,
    notes: Vec<Finding>,
    /// What was found in cells, by line.
    of_rows: BTreeMap<u64, Vec<Finding>>,
}

/// What comes out of a table.
#[derive(Debug)]
pub enum Item<'a> {
    /// A row.
    Row(Row<'a>),
    /// So many rows without any cell.
    Blank(u64),
    /// What there is to say about rows that were left out, or about the table.
    Note(Finding),
}

/// A row of a table.
#[derive(Debug)]
pub struct Row<'a> {
    /// Its line in the file, from 1.
    pub line: u64,
    /// Its cells.
    pub cells: &'a [&'a str],
    /// What was found in its cells: R46, R47, R49.
    pub findings: Vec<Finding>,
}

/// Rows of one sheet by line before a table is looked for.
#[derive(Debug, Default)]
struct Grid {
    sheet: Option<String>,
    rows: Vec<Line>,
    merges: Vec<Merge>,
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
/// W15, W07 for a folder, W08; F09 for a CSV line without end; R45.
pub fn load(path: &Path) -> Result<Vec<u8>, Finding> {
    if path.is_dir() {
        let cause = say!("这是文件夹：请给出其中的文件", "this is a folder: name the files in it");
        return Err(Finding::new("W07", cause).file(path.display().to_string()));
    }
    let file = File::open(path).map_err(|e| failed(path, &e))?;
    // A pipe has no length; what a file says of its length may change, and only saves copying.
    let length = file.metadata().map_or(0, |about| about.len()).min(ROOM_BYTES_MAX);
    let mut input = file.take(FILE_BYTES_MAX + 1);
    let mut head = Vec::new();
    input.by_ref().take(8).read_to_end(&mut head).map_err(|e| failed(path, &e))?;
    let limit = if binary::is_container(&head) {
        Limit::File(FILE_BYTES_MAX)
    } else {
        Limit::Text(LINE_BYTES_MAX)
    };
    let room = Vec::with_capacity(usize::try_from(length).unwrap_or(0));
    let read = read_limited_into(room, head.chain(input), limit).map_err(|e| failed(path, &e))?;
    let bytes = read.map_err(|finding| finding.file(path.display().to_string()))?;
    if bytes.len() as u64 > FILE_BYTES_MAX {
        let gib = FILE_BYTES_MAX >> 30;
        let cause = say!("文件超过 {gib} GiB", "the file has more than {gib} GiB");
        return Err(Finding::new("R45", cause).file(path.display().to_string()));
    }
    Ok(bytes)
}

impl Source {
    /// Finds the tables of a file. `file` is its name, as the user knows it; `known` tells whether a text is the name
    /// of a column, by which headers are found.
    ///
    /// # Errors
    /// R01 if nothing is in it; R41–R45 and R91–R93 if it cannot be read.
    pub fn open(
        file: &str,
        bytes: Vec<u8>,
        known: &dyn Fn(&str) -> bool,
    ) -> Result<Source, Findings> {
        let named = |finding: Finding| Findings(vec![finding.file(file)]);
        let mut findings = Vec::new();
        let found = match binary::kind(&bytes).map_err(named)? {
            binary::Kind::Xlsx => workbook::xlsx(&bytes, &mut findings).map_err(named)?,
            binary::Kind::Xls => workbook::xls(&bytes, &mut findings).map_err(named)?,
            binary::Kind::Parquet => {
                let register = parquet::open(bytes, &mut findings).map_err(named)?;
                return Source::of(file, vec![Found::of_parquet(file, register, known)], findings);
            }
            binary::Kind::Text => {
                let text = text::text(file, bytes, known, &mut findings).map_err(named)?;
                return Source::of(file, text.map(Found::of_text).into_iter().collect(), findings);
            }
        };
        let tables = found.into_iter().filter_map(|grid| Found::of_grid(file, grid, known));
        Source::of(file, tables.collect(), findings)
    }

    fn of(file: &str, found: Vec<Found>, mut findings: Vec<Finding>) -> Result<Source, Findings> {
        // A sheet of instructions beside the table names a column or none.
        let best = found.iter().map(|found| found.known).max().unwrap_or(0);
        let mut tables = Vec::new();
        for Found { table, known, findings: of_table } in found {
            if known < best.min(2) {
                let cause = say!("其中没有认识的列名", "no known column names in it");
                let finding = Finding::new("R52", cause);
                findings.push(finding.sheet(table.head.sheet.unwrap_or_default()));
            } else {
                findings.extend(of_table.into_iter().map(|finding| table.named(finding)));
                tables.push(table);
            }
        }
        if tables.is_empty() {
            findings.push(Finding::new("R01", say!("文件是空的", "the file is empty")));
        }
        let findings: Vec<Finding> =
            findings.into_iter().map(|finding| finding.file(file)).collect();
        if tables.is_empty() { Err(Findings(findings)) } else { Ok(Source { tables, findings }) }
    }
}

impl Table {
    /// Where it is, and its header.
    pub fn head(&self) -> &Head {
        &self.head
    }

    /// Hands its rows on in their order, with what was found among them, until `each` breaks off.
    ///
    /// # Errors
    /// R01 or R45 if the file cannot be read any further.
    pub fn rows(&self, each: &mut Each<'_>) -> Result<(), Finding> {
        let mut each = |item: Item<'_>| match item {
            Item::Note(finding) => each(Item::Note(self.named(finding))),
            item => each(item),
        };
        match &self.body {
            Body::Text(text) => text.rows(&mut each).map_err(|finding| self.named(finding)),
            Body::Parquet(register) => {
                register.items(&mut each).map_err(|finding| self.named(finding))
            }
            Body::Grid(kept) => {
                // Whoever breaks off gets no more rows.
                let _ = kept.rows(&mut each);
                Ok(())
            }
        }
    }

    fn named(&self, finding: Finding) -> Finding {
        let finding = finding.file(&self.head.file);
        self.head.sheet.iter().fold(finding, |finding, sheet| finding.sheet(sheet))
    }
}

impl Kept {
    fn rows(&self, each: &mut Each<'_>) -> ControlFlow<()> {
        for (line, cells) in &self.rows {
            let findings = self.of_rows.get(line).cloned().unwrap_or_default();
            let cells: Vec<&str> = cells.iter().map(String::as_str).collect();
            each(Item::Row(Row { line: *line, cells: &cells, findings }))?;
        }
        self.notes.iter().cloned().try_for_each(|note| each(Item::Note(note)))?;
        match self.blank {
            0 => ControlFlow::Continue(()),
            blank => each(Item::Blank(blank)),
        }
    }
}

/// A table that was found, and what was found with it.
struct Found {
    table: Table,
    /// Known column names in its header.
    known: usize,
    findings: Vec<Finding>,
}

impl Found {
    fn of_text(mut text: text::Text) -> Found {
        let findings = std::mem::take(&mut text.shape.findings);
        let (known, head) = (text.shape.known, text.shape.head.clone());
        Found { table: Table { head, body: Body::Text(text) }, known, findings }
    }

    /// A Parquet file is a table and nothing else: its columns have names, and no title stands above them.
    fn of_parquet(file: &str, register: parquet::Register, known: &dyn Fn(&str) -> bool) -> Found {
        let header: Vec<String> = register.header().iter().map(|name| layout::name(name)).collect();
        let count = header.iter().filter(|name| known(name)).count();
        let head = Head { file: file.to_owned(), sheet: None, above: 0, header };
        let table = Table { head, body: Body::Parquet(register) };
        Found { table, known: count, findings: Vec::new() }
    }

    fn of_grid(file: &str, grid: Grid, known: &dyn Fn(&str) -> bool) -> Option<Found> {
        let Grid { sheet, mut rows, merges, findings: of_cells } = grid;
        let mut shape = layout::shape(file, sheet, &rows, &merges, known)?;
        let mut body = rows.split_off(shape.through);
        let mut findings = std::mem::take(&mut shape.findings);
        let mut of_rows: BTreeMap<u64, Vec<Finding>> = BTreeMap::new();
        for finding in of_cells.into_iter().filter(|finding| !in_vain(finding, &shape, known)) {
            match finding.place.row.filter(|line| *line > shape.line()) {
                Some(line) if finding.severity() == Severity::Error => {
                    of_rows.entry(line).or_default().push(finding);
                }
                _ => findings.push(finding),
            }
        }
        // A row that holds nothing but a formula without a result is a row.
        let known_line = |line: &&u64| body.binary_search_by_key(*line, |row| row.0).is_ok();
        let new = of_rows.keys().filter(|line| !known_line(line));
        let new: Vec<Line> = new.map(|line| (*line, Vec::new())).collect();
        body.extend(new);
        body.sort_by_key(|row| row.0);
        let (rows, blank, notes) = body::table(&mut shape, body, &merges);
        let (head, known) = (shape.head, shape.known);
        let body = Body::Grid(Kept { rows, blank, notes, of_rows });
        Some(Found { table: Table { head, body }, known, findings })
    }
}

/// Whether a finding is an error above the table or in a column that nobody reads.
fn in_vain(finding: &Finding, shape: &Shape, known: &dyn Fn(&str) -> bool) -> bool {
    let column = finding.place.spot.as_ref().and_then(|spot| spot.column);
    let name = column.and_then(|at| shape.names.get(at));
    let unread = shape.known > 0 && name.is_some_and(|name| !known(name));
    let above = finding.place.row.is_some_and(|line| line < shape.line());
    (["R47", "R49"].contains(&finding.code()) && unread)
        || (finding.severity() == Severity::Error && above)
}

/// Reads the tables of a file into memory, as [`Source::open`] finds them.
///
/// # Errors
/// R01 if nothing is in it; R41–R45 and R91–R93 if it cannot be read. Findings about single cells (R46, R47, R49) come beside the
/// sheets even though they are errors of their rows.
pub fn read(
    file: &str,
    bytes: &[u8],
    known: &dyn Fn(&str) -> bool,
) -> Result<(Vec<Sheet>, Vec<Finding>), Findings> {
    let Source { tables, mut findings } = Source::open(file, bytes.to_vec(), known)?;
    let mut sheets = Vec::new();
    for table in &tables {
        let Head { file, sheet, above, header } = table.head.clone();
        let (mut rows, mut cells) = (Vec::new(), 0);
        let read = table.rows(&mut |item| {
            match item {
                Item::Row(row) => {
                    findings.extend(row.findings.into_iter().map(|found| table.named(found)));
                    cells += row.cells.len();
                    rows.push((row.line, row.cells.iter().map(|c| (*c).to_owned()).collect()));
                }
                Item::Blank(n) => {
                    let cause = say!("有 {n} 行空白", "{n} blank rows");
                    findings.push(table.named(Finding::new("R18", cause)));
                }
                Item::Note(finding) => findings.push(finding),
            }
            if cells > 2 * CELLS_MAX { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        if cells > 2 * CELLS_MAX {
            let cause = say!("单元格过多", "too many cells");
            return Err(Findings(vec![table.named(Finding::new("R45", cause))]));
        }
        read?;
        sheets.push(Sheet { file, sheet, above, header, rows });
    }
    Ok((sheets, findings))
}

#[cfg(test)]
mod biff_tests;
#[cfg(test)]
mod body_tests;
#[cfg(all(test, feature = "parquet"))]
mod parquet_tests;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod workbook_tests;
