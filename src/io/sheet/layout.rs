//! Where the table begins in a sheet as offices send them: under titles and notes, with a header of one or two rows
//! and merged cells. Nothing is left out without a finding that says where.

use std::collections::BTreeSet;

use super::{Line, Merge, REPORT_COLUMN, body};
use crate::base::finding::Finding;
use crate::registry::Head;
use crate::say;

/// Rows, among those that hold something, in which a header is looked for.
pub(super) const HEADER_ROWS_MAX: usize = 100;
/// Where a table stands among the rows of a sheet.
#[derive(Debug)]
pub(super) struct Shape {
    /// Its place, and its header without the column of findings of an earlier report.
    pub head: Head,
    /// Known column names in the header.
    pub known: usize,
    /// How many rows of the sheet end with the header.
    pub through: usize,
    /// The names of the header's columns, with that of the column of findings.
    pub names: Vec<String>,
    /// The header's lower row, as it stands.
    pub raw: Vec<String>,
    /// The place of the column of findings.
    pub report: Option<usize>,
    /// What was found above the table and in its header.
    pub findings: Vec<Finding>,
}

struct Header {
    /// Its first row, as an index into the grid.
    at: usize,
    /// One or two.
    rows: usize,
    names: Vec<String>,
    /// Different known names.
    known: usize,
}

/// The shape of the table that these rows begin; none if they hold nothing.
pub(super) fn shape(
    file: &str,
    sheet: Option<String>,
    rows: &[Line],
    merges: &[Merge],
    known: &dyn Fn(&str) -> bool,
) -> Option<Shape> {
    let header = header(rows, merges, known)?;
    let through = header.at + header.rows;
    let (line, raw) = rows[through - 1].clone();
    let mut findings = Vec::new();
    if header.rows == 2 {
        let names = header.names.join("、");
        let cause = say!("与下一行合成列名：{names}", "joined with the next row: {names}");
        findings.push(Finding::new("R51", cause).row(line - 1));
    }
    if header.known == 0 {
        let cause =
            say!("以这一行为表头，列名一个也不认识", "taken as the header, no name is known");
        findings.push(Finding::new("R56", cause).row(line));
    }
    let above = rows[..header.at]
        .iter()
        .map(|(line, cells)| body::left_out(*line, cells, &say!("在表头之上", "above the header")));
    findings.extend(above.flatten());
    let names = header.names;
    let mut kept = names.clone();
    let report = names.iter().position(|cell| *cell == name(REPORT_COLUMN));
    if let Some(at) = report {
        let cause =
            say!("“{REPORT_COLUMN}”列未读入", "the column \"{REPORT_COLUMN}\" was not read");
        findings.push(Finding::new("R57", cause).row(line).at_column(at));
        kept[at].clear();
        kept.truncate(if at + 1 == names.len() { at } else { names.len() });
    }
    let head = Head { file: file.to_owned(), sheet, above: line - 1, header: kept };
    Some(Shape { head, known: header.known, through, names, raw, report, findings })
}

impl Shape {
    /// The line of the header; of two lines the lower.
    pub(super) fn line(&self) -> u64 {
        self.head.above + 1
    }
}

/// A column name as people read it: a line break or a gap inside a Chinese name is layout.
pub(super) fn name(cell: &str) -> String {
    let words: Vec<&str> = cell.split_whitespace().collect();
    words.join(if cell.is_ascii() { " " } else { "" })
}

/// The cells that hold something, with their columns.
pub(super) fn filled<S: AsRef<str>>(cells: &[S]) -> impl Iterator<Item = (usize, &str)> {
    let cells = cells.iter().map(|cell| cell.as_ref().trim()).enumerate();
    cells.filter(|(_, cell)| !cell.is_empty())
}

fn known_names(names: &[String], known: &dyn Fn(&str) -> bool) -> usize {
    names.iter().filter(|name| !name.is_empty() && known(name)).collect::<BTreeSet<_>>().len()
}

/// The row, or the two rows, with most known names; without any the first row that is about as wide as the table.
fn header(rows: &[Line], merges: &[Merge], known: &dyn Fn(&str) -> bool) -> Option<Header> {
    let searched = &rows[..rows.len().min(HEADER_ROWS_MAX)];
    let singles: Vec<Header> = searched
        .iter()
        .enumerate()
        .map(|(at, (_, cells))| {
            let names: Vec<String> = cells.iter().map(|cell| name(cell)).collect();
            Header { at, rows: 1, known: known_names(&names, known), names }
        })
        .collect();
    let best = singles.iter().map(|single| single.known).max()?;
    let pairs = singles.windows(2).filter(|two| searched[two[1].at].0 == searched[two[0].at].0 + 1);
    let pairs = pairs.filter_map(|two| pair(two, searched[two[0].at].0, merges, known));
    if let Some(pair) =
        pairs.filter(|pair| pair.known >= best).max_by_key(|h| (h.known, usize::MAX - h.at))
    {
        return Some(pair);
    }
    if best > 0 {
        return singles.into_iter().find(|single| single.known == best);
    }
    let width = |single: &Header| filled(&single.names).count();
    let widest = singles.iter().map(width).max()?;
    singles.into_iter().find(|single| width(single) > 0 && 2 * width(single) >= widest)
}

/// Two rows as one header, if the upper one tells more than a title does: names that the lower row leaves open,
/// or the groups that tell repeated names apart.
fn pair(
    two: &[Header],
    line: u64,
    merges: &[Merge],
    known: &dyn Fn(&str) -> bool,
) -> Option<Header> {
    let [upper, lower] = two else { return None };
    let groups = grouped(&upper.names, &lower.names, line, merges);
    let names = joined(&groups, &lower.names, known);
    let distinct = filled(&groups).map(|group| group.1).collect::<BTreeSet<_>>().len();
    let lower_names: Vec<&str> = filled(&lower.names).map(|cell| cell.1).collect();
    let repeated = lower_names.iter().collect::<BTreeSet<_>>().len() < lower_names.len();
    let spans = |merge: &&Merge| {
        merge.rows.0 == line && merge.rows.1 == line && merge.columns.0 < merge.columns.1
    };
    let widest =
        merges.iter().filter(spans).map(|merge| merge.columns.1 - merge.columns.0 + 1).max();
    let banded = widest.is_some_and(|width| 10 * width <= 8 * lower_names.len());
    let joined = known_names(&names, known);
    let gains = joined > upper.known.max(lower.known);
    let groups_names =
        distinct >= 2 && lower.known >= 2 && lower.known > upper.known && (repeated || banded);
    let known = if gains { joined } else { lower.known };
    (gains || groups_names).then_some(Header { at: upper.at, rows: 2, names, known })
}

/// The upper row with its groups over all the columns that they span.
fn grouped(upper: &[String], lower: &[String], line: u64, merges: &[Merge]) -> Vec<String> {
    let mut groups = upper.to_vec();
    groups.resize(upper.len().max(lower.len()), String::new());
    let here =
        || merges.iter().filter(|merge| merge.rows.0 == line && merge.columns.0 < merge.columns.1);
    for merge in here() {
        let group = groups.get(merge.columns.0).cloned().unwrap_or_default();
        groups
            .iter_mut()
            .take(merge.columns.1 + 1)
            .skip(merge.columns.0)
            .for_each(|g| g.clone_from(&group));
    }
    if here().next().is_none() {
        for at in 1..groups.len() {
            if groups[at].is_empty() && lower.get(at).is_some_and(|name| !name.is_empty()) {
                groups[at] = groups[at - 1].clone();
            }
        }
    }
    groups
}

/// Names of the columns under two rows: what the lower one says where that is a name of its own and stands once;
/// else `upper/lower`.
fn joined(upper: &[String], lower: &[String], known: &dyn Fn(&str) -> bool) -> Vec<String> {
    let count =
        |names: &[String], wanted: &str| names.iter().filter(|name| *name == wanted).count();
    let column = |at: usize| {
        let group = &upper[at];
        let Some(name) = lower.get(at).filter(|name| !name.is_empty()) else {
            return group.clone();
        };
        let both = format!("{group}/{name}");
        if group.is_empty() || group == name {
            name.clone()
        } else if known(&both) || (known(name) && count(lower, name) > 1) {
            both
        } else if known(name) {
            name.clone()
        } else if known(group) && count(upper, group) == 1 {
            group.clone()
        } else {
            both
        }
    };
    (0..upper.len()).map(column).collect()
}
