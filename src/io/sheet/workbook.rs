//! Workbooks through calamine: values and merged cells of every visible sheet.

use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

use calamine::{Dimensions, Reader, SheetType, SheetVisible, Xls, XlsError, Xlsx, XlsxError};

use super::value::{Value, of_data, of_ref};
use super::{
    CELL_CHARS_MAX, CELL_CHARS_SHOWN, CELLS_MAX, COLUMNS_MAX, Grid, Merge, REPORT_SHEET, binary,
};
use crate::base::finding::{Finding, letters};
use crate::say;

pub(super) fn password() -> Finding {
    Finding::new("R43", say!("打开它需要密码", "it takes a password to open"))
}

pub(super) fn corrupt(error: &str) -> Finding {
    let error: String = error.chars().filter(|c| !c.is_control()).take(200).collect();
    Finding::new("R44", say!("读不下去（{error}）", "it cannot be read ({error})"))
}

/// Reads an `.xlsx`, cell by cell.
pub(super) fn xlsx(bytes: &[u8], findings: &mut Vec<Finding>) -> Result<Vec<Grid>, Finding> {
    let (macros, links) = binary::extras(bytes);
    if macros {
        findings.push(Finding::new("R55", say!("有宏，未执行", "macros, not run")));
    }
    if links {
        let cause = say!(
            "引用了其他文件或数据源，未访问",
            "refers to other files or sources, not followed"
        );
        findings.push(Finding::new("R55", cause));
    }
    guarded(|| {
        let mut book = Xlsx::new(Cursor::new(bytes)).map_err(|e| xlsx_failed(&e))?;
        let mut grids = Vec::new();
        for name in visible(book.sheets_metadata(), findings) {
            let mut grid = Filling::new(&name);
            {
                let mut cells = book.worksheet_cells_reader(&name).map_err(|e| xlsx_failed(&e))?;
                while let Some(cell) =
                    cells.next_cell_with_formula_metadata().map_err(|e| xlsx_failed(&e))?
                {
                    grid.put(cell.pos, of_ref(cell.value), cell.formula.is_some())?;
                }
            }
            let merges = book.merge_cells_by_sheet_name(&name).map_err(|e| xlsx_failed(&e))?;
            grids.push(grid.finish(&merges));
        }
        Ok(grids)
    })
}

/// Reads an `.xls`, which calamine reads whole.
pub(super) fn xls(bytes: &[u8], findings: &mut Vec<Finding>) -> Result<Vec<Grid>, Finding> {
    guarded(|| {
        let mut book: Xls<_> = Xls::new(Cursor::new(bytes)).map_err(|e| xls_failed(&e))?;
        let mut grids = Vec::new();
        for name in visible(book.sheets_metadata(), findings) {
            let mut grid = Filling::new(&name);
            let range = book.worksheet_range(&name).map_err(|e| xls_failed(&e))?;
            let formulas = book.worksheet_formula(&name).map_err(|e| xls_failed(&e))?;
            let (row, column) = range.start().unwrap_or_default();
            for (r, c, value) in range.used_cells() {
                let at = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
                let pos = (row.saturating_add(at(r)), column.saturating_add(at(c)));
                let formula = formulas.get_value(pos).is_some_and(|text| !text.is_empty());
                grid.put(pos, of_data(value), formula)?;
            }
            let merges = book.merge_cells_by_sheet_name(&name).map_err(|e| xls_failed(&e))?;
            grids.push(grid.finish(&merges));
        }
        Ok(grids)
    })
}

/// A damaged file may break what the reader of its format takes for granted.
fn guarded<T>(work: impl FnOnce() -> Result<T, Finding>) -> Result<T, Finding> {
    catch_unwind(AssertUnwindSafe(work))
        .unwrap_or_else(|_| Err(corrupt("the reader of the format gave up")))
}

fn xlsx_failed(error: &XlsxError) -> Finding {
    match error {
        XlsxError::Password => password(),
        other => corrupt(&other.to_string()),
    }
}

fn xls_failed(error: &XlsError) -> Finding {
    match error {
        XlsError::Password => password(),
        other => corrupt(&other.to_string()),
    }
}

/// The names of the sheets to read; a finding for each hidden one.
fn visible(sheets: &[calamine::Sheet], findings: &mut Vec<Finding>) -> Vec<String> {
    let mut names = Vec::new();
    for sheet in sheets.iter().filter(|sheet| sheet.typ == SheetType::WorkSheet) {
        if sheet.name == REPORT_SHEET {
            let cause = say!("上次核查的说明", "notes of an earlier check");
            findings.push(Finding::new("R57", cause).sheet(&sheet.name));
        } else if sheet.visible == SheetVisible::Visible {
            names.push(sheet.name.clone());
        } else {
            let cause = say!("工作表是隐藏的", "the sheet is hidden");
            findings.push(Finding::new("R52", cause).sheet(&sheet.name));
        }
    }
    names
}

/// A grid while cells come in.
struct Filling {
    grid: Grid,
    cells: usize,
    formulas: u64,
    first_formula: Option<(u32, u32)>,
}

impl Filling {
    fn new(sheet: &str) -> Self {
        let grid = Grid { sheet: Some(sheet.to_owned()), ..Grid::default() };
        Filling { grid, cells: 0, formulas: 0, first_formula: None }
    }

    /// Takes a cell in, by row and column from 0.
    fn put(
        &mut self,
        (row, column): (u32, u32),
        value: Value,
        formula: bool,
    ) -> Result<(), Finding> {
        let (line, at) = (u64::from(row) + 1, column as usize);
        let place = |code, cause| Finding::new(code, cause).row(line).at_column(at);
        if formula {
            self.formulas += 1;
            self.first_formula.get_or_insert((row, column));
        }
        let text = match value {
            Value::Text(text) if text.is_empty() && formula => {
                let cause = say!("公式没有保存过计算结果", "the formula has no saved result");
                self.grid.findings.push(place("R49", cause));
                return Ok(());
            }
            Value::Text(text) => text,
            Value::Error(text) => {
                self.grid.findings.push(place("R47", say!("值为 {text}", "its value is {text}")));
                text
            }
        };
        if text.is_empty() {
            return Ok(());
        }
        self.cells += 1;
        if self.cells > CELLS_MAX || at >= COLUMNS_MAX {
            let (zh, en) = if at >= COLUMNS_MAX {
                (
                    format!("第 {COLUMNS_MAX} 列之后还有内容"),
                    format!("content beyond column {COLUMNS_MAX}"),
                )
            } else {
                (
                    format!("工作表超过 {CELLS_MAX} 格"),
                    format!("the sheet has more than {CELLS_MAX} cells"),
                )
            };
            let finding = place("R45", say!("{zh}", "{en}"));
            return Err(self
                .grid
                .sheet
                .iter()
                .fold(finding, |finding, sheet| finding.sheet(sheet)));
        }
        let text = match limited(text) {
            Ok(text) => text,
            Err((text, cause)) => {
                self.grid.findings.push(place("R46", cause));
                text
            }
        };
        self.set(line, at, text);
        Ok(())
    }

    fn set(&mut self, line: u64, at: usize, text: String) {
        let rows = &mut self.grid.rows;
        // Cells come in order, except from a file that somebody's program wrote.
        let row = match rows.last() {
            Some((last, _)) if *last == line => rows.len() - 1,
            Some((last, _)) if *last > line => {
                match rows.binary_search_by_key(&line, |row| row.0) {
                    Ok(row) => row,
                    Err(row) => {
                        rows.insert(row, (line, Vec::new()));
                        row
                    }
                }
            }
            _ => {
                let width = rows.last().map_or(0, |row| row.1.len());
                rows.push((line, Vec::with_capacity(width)));
                rows.len() - 1
            }
        };
        let cells = &mut rows[row].1;
        if cells.len() <= at {
            cells.resize(at + 1, String::new());
        }
        cells[at] = text;
    }

    fn finish(mut self, merges: &[Dimensions]) -> Grid {
        if let Some((row, column)) = self.first_formula {
            let (n, at) = (self.formulas, letters(column as usize));
            let line = row + 1;
            let cause = say!(
                "{n} 格是公式，第一个在 {at}{line}，读取已保存的结果",
                "{n} cells hold formulas, the first in {at}{line}; saved results were read"
            );
            let finding =
                Finding::new("R48", cause).row(u64::from(line)).at_column(column as usize);
            self.grid.findings.push(finding);
        }
        self.grid.merges = merges
            .iter()
            .map(|d| Merge {
                rows: (u64::from(d.start.0) + 1, u64::from(d.end.0) + 1),
                columns: (d.start.1 as usize, d.end.1 as usize),
            })
            .collect();
        self.grid
    }
}

/// The text of a cell, or what is shown of one that is too long.
pub(super) fn limited(text: String) -> Result<String, (String, crate::base::finding::Text)> {
    if text.len() <= CELL_CHARS_MAX || text.chars().count() <= CELL_CHARS_MAX {
        return Ok(text);
    }
    let n = text.chars().count();
    let cause =
        say!("有 {n} 字，至多 {CELL_CHARS_MAX}", "{n} characters, at most {CELL_CHARS_MAX}");
    Err((text.chars().take(CELL_CHARS_SHOWN).collect(), cause))
}
