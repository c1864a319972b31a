//! A sheet while its cells come in, in any order, within limits: a few bytes of a compressed file may stand for a million
//! cells, one long text for all of them, and one far cell for a row of a thousand.

use std::collections::BTreeMap;
use std::mem;

use super::value::Value;
use super::{CELL_CHARS_MAX, CELL_CHARS_SHOWN, CELLS_MAX, COLUMNS_MAX, Grid, Merge};
use crate::base::finding::{Finding, Text, letters};
use crate::say;

/// Most bytes of the texts of a file: a million subjects of 256 bytes each.
const TEXT_BYTES_MAX: usize = 256 << 20;
/// Most cells of a file that are reported one by one; beyond, the file is refused as a whole.
const BAD_CELLS_MAX: usize = 100_000;

/// What the sheets of a file hold together: the limits are those of the file.
#[derive(Default)]
pub(super) struct Held {
    cells: usize,
    text_bytes: usize,
    findings: usize,
}

/// A grid while cells come in.
pub(super) struct Filling<'h> {
    held: &'h mut Held,
    grid: Grid,
    rows: BTreeMap<u64, Vec<String>>,
    /// The row of the last cell, not yet among the others, and the widest so far.
    line: u64,
    row: Vec<String>,
    width: usize,
    cells: usize,
    formulas: Tally,
    formatted: Tally,
}

/// How many cells of a kind there are, and where the first is.
#[derive(Default)]
struct Tally {
    count: u64,
    first: Option<(u64, usize, String)>,
}

impl Tally {
    fn add(&mut self, line: u64, at: usize, text: &str) {
        self.count += 1;
        self.first.get_or_insert_with(|| (line, at, text.chars().take(CELL_CHARS_SHOWN).collect()));
    }

    fn finding(&self, code: &str, cause: impl Fn(u64, String, &str) -> Text) -> Option<Finding> {
        let (line, at, text) = self.first.as_ref()?;
        let cause = cause(self.count, format!("{}{line}", letters(*at)), text);
        Some(Finding::new(code, cause).row(*line).at_column(*at))
    }
}

impl<'h> Filling<'h> {
    pub(super) fn new(sheet: &str, held: &'h mut Held) -> Self {
        Filling {
            held,
            grid: Grid { sheet: Some(sheet.to_owned()), ..Grid::default() },
            rows: BTreeMap::new(),
            line: 0,
            row: Vec::new(),
            width: 0,
            cells: 0,
            formulas: Tally::default(),
            formatted: Tally::default(),
        }
    }

    /// Takes a cell in, by row and column from 0.
    ///
    /// # Errors
    /// R45 beyond a limit.
    pub(super) fn put(
        &mut self,
        (row, column): (u32, u32),
        value: Value,
        formula: bool,
    ) -> Result<(), Finding> {
        let (line, at) = (u64::from(row) + 1, column as usize);
        if formula {
            self.formulas.add(line, at, "");
        }
        let text = match value {
            Value::Nothing if formula => {
                let cause = say!("公式没有保存过计算结果", "the formula has no saved result");
                return self.report("R49", line, at, cause);
            }
            Value::Nothing => return Ok(()),
            Value::Text(text) => text,
            Value::Shown(text) => {
                self.formatted.add(line, at, &text);
                text
            }
            Value::Error(text) => {
                self.report("R47", line, at, say!("值为 {text}", "its value is {text}"))?;
                text
            }
        };
        if text.is_empty() {
            return Ok(());
        }
        let text = match limited(text) {
            Ok(text) => text,
            Err((text, cause)) => {
                self.report("R46", line, at, cause)?;
                text
            }
        };
        self.within_limits(line, at, text.len())?;
        self.set(line, at, text);
        Ok(())
    }

    /// The grid, with the merged ranges of the sheet.
    ///
    /// # Errors
    /// R45 if these cover more than cells can.
    pub(super) fn finish(mut self, mut merges: Vec<Merge>) -> Result<Grid, Finding> {
        let formulas = self.formulas.finding("R48", |n, first, _| {
            say!(
                "{n} 格是公式，第一个在 {first}，读取已保存的结果",
                "{n} cells hold formulas, the first in {first}; saved results were read"
            )
        });
        let formatted = self.formatted.finding("R90", |n, first, text| {
            say!(
                "{n} 格按显示的样子读取，第一个在 {first}：{text}",
                "{n} cells were read as they are shown, the first in {first}: {text}"
            )
        });
        self.grid.findings.extend(formulas.into_iter().chain(formatted));
        self.turn_to(0);
        // Whole columns may be merged; what is below the last cell does not matter.
        let last = self.rows.last_key_value().map_or(0, |row| *row.0);
        merges.retain(|merge| merge.rows.0 <= last);
        merges.iter_mut().for_each(|merge| merge.rows.1 = merge.rows.1.min(last));
        let rows = merges.iter().map(|merge| merge.rows.1.saturating_sub(merge.rows.0) + 1);
        if rows.sum::<u64>() > CELLS_MAX as u64 {
            let cause = say!("合并区彼此重叠", "merged ranges overlap");
            return Err(self.named(Finding::new("R45", cause)));
        }
        self.held.cells += self.cells.max(self.rows.len() * self.width);
        self.grid.rows = self.rows.into_iter().collect();
        self.grid.merges = merges;
        Ok(self.grid)
    }

    fn named(&self, finding: Finding) -> Finding {
        self.grid.sheet.iter().fold(finding, |finding, sheet| finding.sheet(sheet))
    }

    fn report(&mut self, code: &str, line: u64, at: usize, cause: Text) -> Result<(), Finding> {
        self.held.findings += 1;
        if self.held.findings > BAD_CELLS_MAX {
            let cause = say!(
                "有问题的单元格超过 {BAD_CELLS_MAX} 个",
                "more than {BAD_CELLS_MAX} cells are in error"
            );
            return Err(self.named(Finding::new("R45", cause).row(line).at_column(at)));
        }
        self.grid.findings.push(Finding::new(code, cause).row(line).at_column(at));
        Ok(())
    }

    /// Counts a cell in. Rows are filled up to the widest one, so that the rectangle counts and not the cells alone.
    fn within_limits(&mut self, line: u64, at: usize, bytes: usize) -> Result<(), Finding> {
        self.cells += 1;
        let area = (self.rows.len() + 2).saturating_mul(self.width.max(at + 1));
        self.held.text_bytes += bytes;
        self.width = self.width.max(at + 1);
        let refused = if at >= COLUMNS_MAX {
            let cause =
                say!("第 {COLUMNS_MAX} 列之后还有内容", "content beyond column {COLUMNS_MAX}");
            Finding::new("R45", cause)
        } else if self.held.text_bytes > TEXT_BYTES_MAX {
            let mib = TEXT_BYTES_MAX >> 20;
            let cause = say!("文字超过 {mib} MiB", "its texts have more than {mib} MiB");
            Finding::new("R45", cause)
        } else if self.held.cells + self.cells.max(area) > CELLS_MAX {
            too_many_cells()
        } else {
            return Ok(());
        };
        Err(self.named(refused.row(line).at_column(at)))
    }

    fn set(&mut self, line: u64, at: usize, text: String) {
        if line != self.line {
            self.turn_to(line);
        }
        if self.row.len() <= at {
            self.row.resize(at + 1, String::new());
        }
        self.row[at] = text;
    }

    /// Puts the row at hand to the others and takes up another. Rows come in order, except from a file that somebody's
    /// program wrote.
    fn turn_to(&mut self, line: u64) {
        let next = self.rows.remove(&line).unwrap_or_else(|| Vec::with_capacity(self.row.len()));
        let row = mem::replace(&mut self.row, next);
        let before = mem::replace(&mut self.line, line);
        if before > 0 {
            self.rows.insert(before, row);
        }
    }
}

pub(super) fn too_many_cells() -> Finding {
    let cause = say!("超过 {CELLS_MAX} 格", "it has more than {CELLS_MAX} cells");
    Finding::new("R45", cause)
}

/// The text of a cell, or what is shown of one that is too long.
pub(super) fn limited(text: String) -> Result<String, (String, Text)> {
    if text.len() <= CELL_CHARS_MAX || text.chars().count() <= CELL_CHARS_MAX {
        return Ok(text);
    }
    let n = text.chars().count();
    let cause =
        say!("有 {n} 字，至多 {CELL_CHARS_MAX}", "{n} characters, at most {CELL_CHARS_MAX}");
    Err((text.chars().take(CELL_CHARS_SHOWN).collect(), cause))
}
