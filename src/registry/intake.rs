//! Rows into a register, pushed one after the other: none has to be in memory with all the others, and none is lost.
//! Every row that is pushed ends as exactly one of: taken, with or without warnings; quarantined, with at least one
//! finding of severity error; blank. The findings of a row come with the row, so that a million warnings fill no memory.
//!
//! [`Intake::begin`] reads the header of each sheet and file that makes the register together. [`Header::clean`] looks
//! at each row by itself, in parallel. [`Intake::take`] sees the rows in their order, and finds those that repeat an
//! earlier one of any sheet or file.

use std::borrow::Cow;
use std::sync::Arc;

use rayon::prelude::*;

use super::cells::{Change, Cleaner, clean};
use super::columns::Register;
use super::form::tidy;
use super::layout::Layout;
use super::mapping::Mapping;
use super::raw::Rows;
use super::rows::{check_row, is_kept, keys, name_of, repeated, twin};
use super::seen::{First, Key, Seen, Twin};
use super::table::{Cells, Head};
use super::tally::Tally;
use crate::base::finding::{Finding, Lang, Place, Severity, Spot, Text};
use crate::say;

/// Rows that one thread cleans at a time.
const ROWS_PER_TASK: usize = 256;

/// Rows of one import, from any number of tables.
#[derive(Debug)]
pub struct Intake {
    register: Register,
    mapping: Mapping,
    tables: Vec<Told>,
    seen: Seen,
    counts: Counts,
}

/// What became of the rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Taken without a warning.
    pub clean: u64,
    /// Taken with warnings.
    pub warned: u64,
    /// Not taken, for an error.
    pub quarantined: u64,
    /// Nothing in them.
    pub blank: u64,
}

/// The header of a table as the register understands it.
#[derive(Debug)]
pub struct Header {
    register: Register,
    head: Head,
    /// The table's number in the import, from 0.
    table: u32,
    layout: Layout,
}

/// What is told of a table as a whole when all its rows have come.
#[derive(Debug)]
struct Told {
    header: Arc<Header>,
    cleaner: Cleaner,
    tally: Tally,
    blank: u64,
}

/// Rows that were looked at, each by itself.
#[derive(Debug)]
pub struct Cleaned {
    rows: Vec<Checked>,
    cleaner: Cleaner,
}

#[derive(Debug)]
struct Checked {
    cells: Cells,
    keys: Vec<Key>,
    twin: Twin,
    id: Option<String>,
    blank: bool,
    findings: Vec<Finding>,
}

/// What became of a row, and why.
#[derive(Debug, PartialEq, Eq)]
pub struct Verdict {
    /// Its line in the file.
    pub line: u64,
    /// What it is called, as far as known: its identifier, else its name.
    pub id: Option<String>,
    /// What became of it.
    pub fate: Fate,
    /// What was found in it.
    pub findings: Vec<Finding>,
}

/// What becomes of a row.
#[derive(Debug, PartialEq, Eq)]
pub enum Fate {
    /// It belongs to the register, with these canonical cells.
    Taken(Cells),
    /// It waits for a correction.
    Quarantined,
    /// Nothing is in it.
    Blank,
}

impl Intake {
    /// An intake into a register whose columns the mapping names.
    pub fn new(register: Register, mapping: &Mapping) -> Intake {
        let (tables, seen, counts) = (Vec::new(), Seen::default(), Counts::default());
        Intake { register, mapping: mapping.clone(), tables, seen, counts }
    }

    /// Begins a table. Without a header its rows cannot be read; a finding then is an error.
    ///
    /// Findings: R02–R04, R20–R23.
    pub fn begin(&mut self, head: &Head) -> (Option<Arc<Header>>, Vec<Finding>) {
        let (layout, findings) = Layout::of(self.register, &head.header, &self.mapping);
        let kept = is_kept(&findings);
        let table = u32::try_from(self.tables.len()).expect("bug: tables are few");
        let header = Header { register: self.register, head: head.clone(), table, layout };
        let findings = findings.into_iter().map(|finding| header.place(finding)).collect();
        if !kept {
            return (None, findings);
        }
        let header = Arc::new(header);
        let (cleaner, tally) = (Cleaner::default(), Tally::of(self.register));
        let told = Told { header: Arc::clone(&header), cleaner, tally, blank: 0 };
        self.tables.push(told);
        (Some(header), findings)
    }

    /// Takes rows in their order; each counts as soon as its verdict is asked for. The first row with a key is kept, a
    /// later one is quarantined.
    ///
    /// Findings: those of [`Header::clean`], R12, R59.
    pub fn take<'a>(
        &'a mut self,
        header: &'a Header,
        cleaned: Cleaned,
    ) -> impl Iterator<Item = Verdict> + 'a {
        self.tables[header.table as usize].cleaner.merge(cleaned.cleaner);
        cleaned.rows.into_iter().map(|row| self.judge(header, row))
    }

    /// Counts blank rows that the file's reader did not push.
    pub fn blank(&mut self, header: &Header, rows: u64) {
        self.tables[header.table as usize].blank += rows;
        self.counts.blank += rows;
    }

    /// What became of all rows, and what there is to say about each table as a whole.
    ///
    /// Findings: R18, R24, R26–R28, R30, R70–R74.
    pub fn finish(self) -> (Counts, Vec<Finding>) {
        let mut findings = Vec::new();
        for Told { header, cleaner, tally, blank } in self.tables {
            if blank > 0 {
                let cause = say!("有 {blank} 行空白", "{blank} blank rows");
                findings.push(header.place(Finding::new("R18", cause)));
            }
            let shown = &header.layout.shown;
            let notes = tally.notes(shown).into_iter().chain(cleaner.notes(shown));
            findings.extend(notes.map(|note| header.place(note)));
        }
        (self.counts, findings)
    }

    fn judge(&mut self, header: &Header, row: Checked) -> Verdict {
        let Checked { cells, keys, twin, id, blank, mut findings } = row;
        let line = cells.line;
        let here = First::at(header.table, line, twin);
        for (nth, first) in self.seen.meet(&keys, here).into_iter().enumerate() {
            if let Some(first) = first {
                // The code, which is the first key, is another one if nothing was found yet.
                let twins = first.twin.is(twin) && is_kept(&findings);
                findings.push(header.place(self.repeated(header, &cells, nth, first, twins)));
            }
        }
        let count = if blank {
            self.tables[header.table as usize].blank += 1;
            &mut self.counts.blank
        } else if !is_kept(&findings) {
            &mut self.counts.quarantined
        } else if findings.iter().any(|finding| finding.severity() == Severity::Warning) {
            &mut self.counts.warned
        } else {
            &mut self.counts.clean
        };
        *count += 1;
        let fate = match (blank, is_kept(&findings)) {
            (true, _) => Fate::Blank,
            (false, false) => Fate::Quarantined,
            (false, true) => {
                self.tables[header.table as usize].tally.count(&cells);
                Fate::Taken(cells)
            }
        };
        Verdict { line, id, fate, findings }
    }

    /// The finding that the nth key of a row has come before; whether in a row of the same name.
    fn repeated(
        &self,
        header: &Header,
        row: &Cells,
        nth: usize,
        first: First,
        twins: bool,
    ) -> Finding {
        let Some((column, key)) = keys(self.register, row).nth(nth) else {
            unreachable!("bug: a row has as many keys as it had when they were digested");
        };
        let of = &self.tables[usize::from(first.table)].header.head;
        let line = u64::from(first.line);
        let Text { zh, en } = if u32::from(first.table) == header.table {
            say!("第 {line} 行", "line {line}")
        } else {
            let sheet = of.sheet.clone().unwrap_or_default();
            let spot = Some(Box::new(Spot { sheet, ..Spot::default() }));
            let place =
                Place { file: Some(of.file.clone()), row: Some(line), spot, ..Place::default() };
            Text { zh: format!(" {} ", place.show(Lang::Zh)), en: place.show(Lang::En) }
        };
        let shown = &header.layout.shown[self.register.index(column)];
        match twin(self.register, row).filter(|_| twins && column == "reg_no") {
            Some(name) => {
                let cause = say!(
                    "“{name}”（{key}）与{zh}同名同号，信用代码却不同",
                    "\"{name}\" with {key} stands already in {en} under another credit code"
                );
                repeated("R59", self.register, row, shown, cause)
            }
            None => {
                let cause = say!("{key} 与{zh}重复", "{key} stands already in {en}");
                repeated("R12", self.register, row, shown, cause)
            }
        }
    }
}

impl Counts {
    /// All rows: each is counted once.
    pub fn read(&self) -> u64 {
        self.taken() + self.quarantined + self.blank
    }

    /// The rows that belong to the register.
    pub fn taken(&self) -> u64 {
        self.clean + self.warned
    }
}

impl Header {
    /// The head that it was made of.
    pub fn head(&self) -> &Head {
        &self.head
    }

    /// Looks at each row by itself, in parallel; the rows stay in their order.
    ///
    /// Findings: R05–R11, R13–R15, R19, R25, and those that came with the row.
    pub fn clean(&self, rows: &Rows) -> Cleaned {
        let all: Vec<usize> = (0..rows.len()).collect();
        let parts = all.par_chunks(ROWS_PER_TASK).map(|part| {
            let mut cleaner = Cleaner::default();
            let rows: Vec<Checked> =
                part.iter().map(|at| self.check(rows, *at, &mut cleaner)).collect();
            (rows, cleaner)
        });
        let parts: Vec<(Vec<Checked>, Cleaner)> = parts.collect();
        let mut cleaned =
            Cleaned { rows: Vec::with_capacity(rows.len()), cleaner: Cleaner::default() };
        for (rows, cleaner) in parts {
            cleaned.rows.extend(rows);
            cleaned.cleaner.merge(cleaner);
        }
        cleaned
    }

    /// Puts a finding into its place in the file: the sheet, the letters of the column, and the line of the header,
    /// which the rules take for line 1.
    pub(super) fn place(&self, finding: Finding) -> Finding {
        let head = &self.head;
        let mut finding = finding.file(&head.file);
        if finding.place.row == Some(1) {
            finding.place.row = Some(head.above + 1);
        }
        let Some(sheet) = &head.sheet else { return finding };
        let bare = |text: &str| text.trim().trim_matches(['*', '＊']).trim().to_owned();
        let of = |name: &str| head.header.iter().position(|cell| bare(cell) == bare(name));
        let at = finding.place.column.as_deref().and_then(of);
        at.into_iter().fold(finding.sheet(sheet), Finding::at_column)
    }

    /// The cell of a column, tidied, if the row has as many cells as the header and something in them.
    pub(super) fn full_cell<S: AsRef<str>>(&self, column: usize, cells: &[S]) -> Option<String> {
        let cells: Vec<&str> = cells.iter().map(AsRef::as_ref).collect();
        let full = cells.len() == self.head.header.len() && !cells.iter().all(|c| is_blank(c));
        full.then(|| self.layout.pick_one(column, &cells).into_owned())
    }

    fn check(&self, rows: &Rows, at: usize, cleaner: &mut Cleaner) -> Checked {
        let (cells, mark) = (rows.cells(at), rows.mark(at));
        let mut row = Cells::with_capacity(mark.line, 0, 0);
        let mut findings = mark.findings.clone();
        if findings.is_empty() && cells.iter().all(|cell| is_blank(cell)) {
            let (keys, twin) = (Vec::new(), Twin::default());
            return Checked { cells: row, keys, twin, id: None, blank: true, findings };
        }
        let (want, found) = (self.head.header.len(), cells.len());
        if want != found {
            let cause = say!("应有 {want} 格，实有 {found} 格", "{found} cells instead of {want}");
            findings.push(Finding::new("R05", cause).row(row.line));
        } else {
            let mut picked = self.layout.pick(&cells);
            if let Some(id) = &mark.id {
                picked[self.register.index("id")] = Cow::Borrowed(id);
            }
            let (register, shown) = (self.register, &self.layout.shown);
            let (changes, destroyed) = clean(register, mark.line, &mut picked, shown);
            if destroyed.is_empty() {
                let (checked, mut found) = check_row(register, mark.line, picked, shown);
                row = checked;
                let done = accepted(changes, &mut found, shown);
                done.into_iter().for_each(|change| cleaner.count(mark.line, change));
                findings.extend(found);
            } else {
                row = Cells::new(mark.line, picked);
                findings.extend(destroyed);
            }
        }
        let known = row.iter().len() > 0;
        let id = known.then(|| name_of(self.register, &row)).flatten().map(str::to_owned);
        // The keys of a row that is not taken keep no other row out.
        let keys = match is_kept(&findings) {
            true => keys(self.register, &row).map(|(column, key)| Key::of(column, &key)).collect(),
            false => Vec::new(),
        };
        let twin = Twin::of(if keys.is_empty() { None } else { twin(self.register, &row) });
        let findings = findings.into_iter().map(|finding| self.place(finding)).collect();
        Checked { cells: row, keys, twin, id, blank: false, findings }
    }
}

/// Of the changes those of cells that were accepted. Of a cell that is refused all the same the error is enough; it says
/// what the file has where that looks otherwise.
fn accepted(changes: Vec<Change>, findings: &mut [Finding], shown: &[String]) -> Vec<Change> {
    let (mut done, mut first) = (Vec::new(), None);
    for change in changes {
        let column = Some(shown[change.at].as_str());
        let is_error = |finding: &&mut Finding| {
            finding.severity() == Severity::Error && finding.place.column.as_deref() == column
        };
        match findings.iter_mut().find(is_error) {
            Some(error) if !change.is_emptied() => {
                if first.replace(change.at) != Some(change.at) {
                    let cell = &change.cell;
                    let Text { zh, en } = say!("（表中为“{cell}”）", " (the file has \"{cell}\")");
                    error.cause.zh.push_str(&zh);
                    error.cause.en.push_str(&en);
                }
            }
            _ => done.push(change),
        }
    }
    done
}

fn is_blank(cell: &str) -> bool {
    tidy(cell).is_empty()
}
