//! Where the table stands in a sheet as offices send them: under titles and notes, with a header of one or
//! two rows, merged cells, and remarks at its foot. Nothing is left out without a finding that says where.

use std::collections::BTreeSet;

use super::{Grid, Merge, REPORT_COLUMN};
use crate::base::finding::{Finding, letters};
use crate::registry::Sheet;
use crate::say;

/// Rows, among those that hold something, in which a header is looked for.
const HEADER_ROWS_MAX: usize = 100;
/// Characters shown of a row that was left out.
const SHOWN_CHARS: usize = 40;
/// What a remark under a table begins with.
const REMARKS: &[&str] = &[
    "注", "备注", "附注", "说明", "填表", "制表", "填报", "审核", "合计", "总计", "小计", "共",
    "单位", "联系", "日期", "※", "*", "（", "(", "Note", "Total", "Source",
];

/// A table that was found, and what was found with it.
pub(super) struct Found {
    pub sheet: Sheet,
    pub findings: Vec<Finding>,
    /// Known column names in its header.
    pub known: usize,
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

/// The table of a grid; none if it holds nothing.
pub(super) fn table(file: &str, grid: Grid, known: &dyn Fn(&str) -> bool) -> Option<Found> {
    let Grid { sheet, mut rows, merges, padded, findings: of_cells } = grid;
    let header = header(&rows, &merges, known)?;
    let place = |finding: Finding| {
        let finding = finding.file(file);
        sheet.iter().fold(finding, |finding, sheet| finding.sheet(sheet))
    };
    let mut findings = concerned(of_cells, &header, known);
    let mut body = rows.split_off(header.at + header.rows);
    let line = rows.last().map_or(1, |row| row.0);
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
    let raw = rows.pop().map(|row| row.1).unwrap_or_default();
    rows.truncate(header.at);
    findings.extend(left_out(&rows, &say!("在表头之上", "above the header")));
    findings.extend(left_out(
        &repeated_headers(&mut body, &raw),
        &say!("重复了表头", "the header again"),
    ));
    let feet = remarks(&mut body, &header.names, &merges);
    findings.extend(left_out(&feet, &say!("在表之下", "below the table")));
    if padded {
        let last = body.last().map_or(line, |row| row.0);
        let blank =
            (last - line).saturating_sub((body.len() + count_between(&feet, line, last)) as u64);
        if blank > 0 {
            let cause = say!("有 {blank} 行空白", "{blank} blank rows");
            findings.push(Finding::new("R18", cause));
        }
    }
    findings.extend(spread(&mut body, &merges, line));
    let mut names = header.names;
    findings.extend(without_report(&mut names, &mut body, line));
    if padded {
        let width = body.iter().map(|row| row.1.len()).max().unwrap_or(0).max(names.len());
        names.resize(width, String::new());
        body.iter_mut().for_each(|row| row.1.resize(width, String::new()));
    }
    findings.extend(nameless(&names, &body));
    let findings = findings.into_iter().map(place).collect();
    let sheet = Sheet { file: file.to_owned(), sheet, above: line - 1, header: names, rows: body };
    Some(Found { sheet, findings, known: header.known })
}

/// Findings about cells, without errors in columns that nobody reads.
fn concerned(
    findings: Vec<Finding>,
    header: &Header,
    known: &dyn Fn(&str) -> bool,
) -> Vec<Finding> {
    let unread: Vec<usize> = (header.names.iter().enumerate())
        .filter(|(_, name)| header.known > 0 && !known(name))
        .map(|(at, _)| at)
        .collect();
    let in_vain = |finding: &Finding| {
        let column = finding.place.spot.as_ref().and_then(|spot| spot.column);
        ["R47", "R49"].contains(&finding.code()) && column.is_some_and(|at| unread.contains(&at))
    };
    findings.into_iter().filter(|finding| !in_vain(finding)).collect()
}

fn count_between(rows: &[(u64, Vec<String>)], from: u64, to: u64) -> usize {
    rows.iter().filter(|row| row.0 > from && row.0 < to).count()
}

/// A column name as people read it: a line break or a gap inside a Chinese name is layout.
pub(super) fn name(cell: &str) -> String {
    let words: Vec<&str> = cell.split_whitespace().collect();
    words.join(if cell.is_ascii() { " " } else { "" })
}

fn filled(cells: &[String]) -> impl Iterator<Item = (usize, &str)> {
    let cells = cells.iter().map(|cell| cell.trim()).enumerate();
    cells.filter(|(_, cell)| !cell.is_empty())
}

fn known_names(names: &[String], known: &dyn Fn(&str) -> bool) -> usize {
    names.iter().filter(|name| !name.is_empty() && known(name)).collect::<BTreeSet<_>>().len()
}

/// The row, or the two rows, with most known names; without any the first row that is about as wide as the table.
fn header(
    rows: &[(u64, Vec<String>)],
    merges: &[Merge],
    known: &dyn Fn(&str) -> bool,
) -> Option<Header> {
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

/// The finding that names rows which were not read.
fn left_out(rows: &[(u64, Vec<String>)], why: &crate::base::finding::Text) -> Vec<Finding> {
    let note = |(line, cells): &(u64, Vec<String>)| {
        let text: Vec<&str> = filled(cells).map(|cell| cell.1).collect();
        let text: String =
            text.join(" ").chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        let more = if text.chars().count() > SHOWN_CHARS { "…" } else { "" };
        let text: String = text.chars().take(SHOWN_CHARS).collect();
        let (zh, en) = (&why.zh, &why.en);
        let cause = say!("{zh}，未读入：{text}{more}", "{en}, not read: {text}{more}");
        Finding::new("R50", cause).row(*line)
    };
    rows.iter().filter(|row| filled(&row.1).next().is_some()).map(note).collect()
}

/// Takes out the rows that repeat the header, as printed lists do on every page.
fn repeated_headers(body: &mut Vec<(u64, Vec<String>)>, raw: &[String]) -> Vec<(u64, Vec<String>)> {
    if filled(raw).count() < 2 {
        return Vec::new();
    }
    let repeats = |cells: &[String]| filled(cells).eq(filled(raw));
    body.extract_if(.., |row| repeats(&row.1)).collect()
}

/// Takes remarks off the end of the table.
fn remarks(
    body: &mut Vec<(u64, Vec<String>)>,
    names: &[String],
    merges: &[Merge],
) -> Vec<(u64, Vec<String>)> {
    let columns = filled(names).count();
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
fn is_remark(line: u64, cells: &[String], columns: usize, merges: &[Merge]) -> bool {
    let cells: Vec<(usize, &str)> = filled(cells).collect();
    let Some((_, first)) = cells.first() else { return false };
    let marked = REMARKS.iter().any(|mark| first.starts_with(mark));
    let wide = |merge: &Merge| merge.rows.0 == line && merge.columns.0 < merge.columns.1;
    match cells.len() {
        1 => columns >= 3 && (marked || merges.iter().any(wide)),
        n => {
            2 * n <= columns
                && marked
                && cells.iter().any(|(_, cell)| is_total(cell) || cell.contains(['：', ':']))
        }
    }
}

fn is_total(cell: &str) -> bool {
    ["合计", "总计", "小计", "Total"].contains(&name(cell).as_str())
}

/// Gives the value of a cell that is merged over several rows to each of them.
fn spread(body: &mut [(u64, Vec<String>)], merges: &[Merge], header: u64) -> Option<Finding> {
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

/// Takes our own column of findings out again.
fn without_report(
    names: &mut Vec<String>,
    body: &mut [(u64, Vec<String>)],
    line: u64,
) -> Option<Finding> {
    let at = names.iter().position(|name| *name == self::name(REPORT_COLUMN))?;
    let last = at + 1 == names.len();
    for (_, cells) in body {
        if last && cells.len() == names.len() {
            cells.pop();
        } else if let Some(cell) = cells.get_mut(at) {
            cell.clear();
        }
    }
    if last {
        names.pop();
    } else {
        names[at].clear();
    }
    let cause = say!("“{REPORT_COLUMN}”列未读入", "the column \"{REPORT_COLUMN}\" was not read");
    Some(Finding::new("R57", cause).row(line).at_column(at))
}

/// Cells that stand under no column name.
fn nameless(names: &[String], body: &[(u64, Vec<String>)]) -> Option<Finding> {
    let unnamed: Vec<usize> = (0..names.len()).filter(|at| names[*at].is_empty()).collect();
    let (mut n, mut first) = (0u64, None);
    for (line, cells) in body {
        for at in
            unnamed.iter().filter(|at| cells.get(**at).is_some_and(|cell| !cell.trim().is_empty()))
        {
            n += 1;
            first.get_or_insert((*line, *at));
        }
    }
    let (line, at) = first?;
    let letters = letters(at);
    let cause = say!(
        "{n} 格在没有列名的列里，第一个在 {letters}{line}",
        "{n} cells stand under no column name, the first in {letters}{line}"
    );
    Some(Finding::new("R53", cause).row(line).at_column(at))
}
