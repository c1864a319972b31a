//! The rows under a header, as offices send them: printed lists repeat the header on every page, remarks stand at the
//! foot, cells are merged over rows, a report has come back with its column of findings. Text streams through a
//! [`Filter`]; the rows of a workbook are in memory, since its cells come in any order.

use std::ops::ControlFlow;

use super::layout::{Shape, filled, name};
use super::{Each, Item, Line, Merge, Row};
use crate::base::finding::{Finding, Text, letters};
use crate::say;

/// Characters shown of a row that was left out.
const SHOWN_CHARS: usize = 40;
/// Most rows that are held back as what may be remarks at the foot: more are no remarks.
const REMARKS_MAX: usize = 1_000;
/// What a remark under a table begins with.
const REMARKS: &[&str] = &[
    "注", "备注", "附注", "说明", "填表", "制表", "填报", "审核", "合计", "总计", "小计", "共",
    "单位", "联系", "日期", "※", "*", "（", "(", "Note", "Total", "Source",
];

/// The rows of a text on their way: what may be a remark waits until a row of the table follows it or none does.
pub(super) struct Filter<'a> {
    shape: &'a Shape,
    columns: usize,
    held: Vec<Held>,
    nameless: Nameless,
}

struct Held {
    line: u64,
    cells: Vec<String>,
    findings: Vec<Finding>,
}

/// Cells that stand under no column name.
struct Nameless {
    columns: Vec<usize>,
    n: u64,
    first: Option<(u64, usize)>,
}

impl<'a> Filter<'a> {
    pub(super) fn new(shape: &'a Shape) -> Self {
        let columns = filled(&shape.head.header).count();
        Filter { shape, columns, held: Vec::new(), nameless: Nameless::of(&shape.head.header) }
    }

    /// Takes a row below the header.
    pub(super) fn push(&mut self, row: Row<'_>, each: &mut Each<'_>) -> ControlFlow<()> {
        if is_header_again(row.cells, &self.shape.raw) {
            return left_out(row.line, row.cells, &header_again())
                .map_or(ControlFlow::Continue(()), |finding| each(Item::Note(finding)));
        }
        let Row { line, cells, findings } = row;
        let mut changed = Vec::new();
        let cells = self.without_report(cells, &mut changed);
        let row = Row { line, cells, findings };
        let blank = filled(row.cells).next().is_none();
        let remark = !blank && is_remark(row.line, row.cells, self.columns, &[]);
        if remark || (blank && !self.held.is_empty()) {
            let cells = row.cells.iter().map(|cell| (*cell).to_owned()).collect();
            self.held.push(Held { line: row.line, cells, findings: row.findings });
            if self.held.len() <= REMARKS_MAX {
                return ControlFlow::Continue(());
            }
            return self.release(each);
        }
        self.release(each)?;
        self.row(row, each)
    }

    /// What is held when no row follows stands below the table.
    pub(super) fn finish(mut self, each: &mut Each<'_>) -> ControlFlow<()> {
        for Held { line, cells, findings } in std::mem::take(&mut self.held) {
            match left_out(line, &cells, &below()) {
                Some(finding) => each(Item::Note(finding))?,
                None => {
                    let cells: Vec<&str> = cells.iter().map(String::as_str).collect();
                    self.row(Row { line, cells: &cells, findings }, each)?;
                }
            }
        }
        self.nameless.finding().map_or(ControlFlow::Continue(()), |found| each(Item::Note(found)))
    }

    fn release(&mut self, each: &mut Each<'_>) -> ControlFlow<()> {
        for Held { line, cells, findings } in std::mem::take(&mut self.held) {
            let cells: Vec<&str> = cells.iter().map(String::as_str).collect();
            self.row(Row { line, cells: &cells, findings }, each)?;
        }
        ControlFlow::Continue(())
    }

    fn row(&mut self, row: Row<'_>, each: &mut Each<'_>) -> ControlFlow<()> {
        self.nameless.count(row.line, row.cells);
        each(Item::Row(row))
    }

    /// The cells without the column of findings; `changed` holds them where it stands among the others.
    fn without_report<'c, 't>(
        &self,
        cells: &'c [&'t str],
        changed: &'c mut Vec<&'t str>,
    ) -> &'c [&'t str] {
        let all = self.shape.names.len();
        match self.shape.report {
            Some(at) if at + 1 == all && cells.len() == all => &cells[..at],
            Some(at) if at < cells.len() => {
                *changed = cells.to_vec();
                changed[at] = "";
                changed
            }
            _ => cells,
        }
    }
}

impl Nameless {
    fn of(names: &[String]) -> Self {
        let columns = (0..names.len()).filter(|at| names[*at].is_empty()).collect();
        Nameless { columns, n: 0, first: None }
    }

    fn count<S: AsRef<str>>(&mut self, line: u64, cells: &[S]) {
        let filled = |at: &&usize| cells.get(**at).is_some_and(|c| !c.as_ref().trim().is_empty());
        for at in self.columns.iter().filter(filled) {
            self.n += 1;
            self.first.get_or_insert((line, *at));
        }
    }

    fn finding(&self) -> Option<Finding> {
        let ((line, at), n) = (self.first?, self.n);
        let letters = letters(at);
        let cause = say!(
            "{n} 格在没有列名的列里，第一个在 {letters}{line}",
            "{n} cells stand under no column name, the first in {letters}{line}"
        );
        Some(Finding::new("R53", cause).row(line).at_column(at))
    }
}

/// The table's rows among all those of a workbook's sheet below its header, and what was found with them; names are
/// added to the header up to the width of the table.
pub(super) fn table(
    shape: &mut Shape,
    mut body: Vec<Line>,
    merges: &[Merge],
) -> (Vec<Line>, u64, Vec<Finding>) {
    let repeated: Vec<Line> =
        body.extract_if(.., |row| is_header_again(&row.1, &shape.raw)).collect();
    without_report(&mut body, shape);
    let feet = feet(&mut body, filled(&shape.head.header).count(), merges);
    let note = |rows: &[Line], why: Text| -> Vec<Finding> {
        rows.iter().filter_map(|(line, cells)| left_out(*line, cells, &why)).collect()
    };
    let mut findings = note(&repeated, header_again());
    findings.extend(note(&feet, below()));
    let line = shape.line();
    let last = body.last().map_or(line, |row| row.0);
    let between = |rows: &[Line]| rows.iter().filter(|row| row.0 > line && row.0 < last).count();
    let held = body.len() + between(&repeated) + between(&feet);
    let blank = (last - line).saturating_sub(held as u64);
    findings.extend(spread(&mut body, merges, line));
    let names = &mut shape.head.header;
    let width = body.iter().map(|row| row.1.len()).max().unwrap_or(0).max(names.len());
    names.resize(width, String::new());
    body.iter_mut().for_each(|row| row.1.resize(width, String::new()));
    let mut nameless = Nameless::of(names);
    body.iter().for_each(|(line, cells)| nameless.count(*line, cells));
    findings.extend(nameless.finding());
    (body, blank, findings)
}

/// The finding that names a row which was not read, if it holds anything.
pub(super) fn left_out<S: AsRef<str>>(line: u64, cells: &[S], why: &Text) -> Option<Finding> {
    let text: Vec<&str> = filled(cells).map(|cell| cell.1).collect();
    if text.is_empty() {
        return None;
    }
    let text: String =
        text.join(" ").chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let more = if text.chars().count() > SHOWN_CHARS { "…" } else { "" };
    let text: String = text.chars().take(SHOWN_CHARS).collect();
    let (zh, en) = (&why.zh, &why.en);
    let cause = say!("{zh}，未读入：{text}{more}", "{en}, not read: {text}{more}");
    Some(Finding::new("R50", cause).row(line))
}

fn header_again() -> Text {
    say!("重复了表头", "the header again")
}

fn below() -> Text {
    say!("在表之下", "below the table")
}

/// Whether a row repeats the header, as printed lists do on every page.
fn is_header_again<S: AsRef<str>>(cells: &[S], raw: &[String]) -> bool {
    filled(cells).eq(filled(raw)) && filled(raw).nth(1).is_some()
}

/// Takes remarks off the end of the table.
fn feet(body: &mut Vec<Line>, columns: usize, merges: &[Merge]) -> Vec<Line> {
    let mut end = body.len();
    while let Some((line, cells)) = end.checked_sub(1).map(|at| &body[at]) {
        if filled(cells).next().is_some() && !is_remark(*line, cells, columns, merges) {
            break;
        }
        end -= 1;
    }
    // Blank rows that end a table are the register's to count.
    while body.get(end).is_some_and(|row| filled(&row.1).next().is_none()) {
        end += 1;
    }
    body.split_off(end)
}

/// A line that was cut off has one cell as well: only words of a remark, or a cell over several columns, tell.
fn is_remark<S: AsRef<str>>(line: u64, cells: &[S], columns: usize, merges: &[Merge]) -> bool {
    let mut some = filled(cells);
    let Some((_, first)) = some.next() else { return false };
    let n = 1 + some.count();
    let marked = || REMARKS.iter().any(|mark| first.starts_with(mark));
    let wide = |merge: &Merge| merge.rows.0 == line && merge.columns.0 < merge.columns.1;
    let tells = |cell: &str| is_total(cell) || cell.contains(['：', ':']);
    match n {
        1 => columns >= 3 && (marked() || merges.iter().any(wide)),
        n => 2 * n <= columns && marked() && filled(cells).any(|(_, cell)| tells(cell)),
    }
}

fn is_total(cell: &str) -> bool {
    ["合计", "总计", "小计", "Total"].contains(&name(cell).as_str())
}

/// Gives the value of a cell that is merged over several rows to each of them.
fn spread(body: &mut [Line], merges: &[Merge], header: u64) -> Option<Finding> {
    let mut first = None;
    for merge in merges.iter().filter(|m| m.rows.0 > header && m.rows.0 < m.rows.1) {
        let at = |line: u64| body.partition_point(|row| row.0 < line);
        let (from, to) = (at(merge.rows.0), at(merge.rows.1 + 1));
        let column = merge.columns.0;
        let head = body.get(from).filter(|row| row.0 == merge.rows.0);
        let Some(value) =
            head.and_then(|row| row.1.get(column)).filter(|cell| !cell.is_empty()).cloned()
        else {
            continue;
        };
        for (_, cells) in &mut body[from + 1..to] {
            cells.resize(cells.len().max(column + 1), String::new());
            cells[column].clone_from(&value);
        }
        first.get_or_insert((merge.rows, column));
    }
    let ((from, to), column) = first?;
    let letters = letters(column);
    let cause = say!("如 {letters}{from}:{letters}{to}", "such as {letters}{from}:{letters}{to}");
    Some(Finding::new("R58", cause).row(from).at_column(column))
}

/// Takes the column of findings of an earlier report out again.
fn without_report(body: &mut [Line], shape: &Shape) {
    let Some(at) = shape.report else { return };
    let all = shape.names.len();
    for (_, cells) in body {
        if at + 1 == all && cells.len() == all {
            cells.pop();
        } else if let Some(cell) = cells.get_mut(at) {
            cell.clear();
        }
    }
}
