//! Where in a sheet each column of a register stands, from its header and a mapping.

use std::borrow::Cow;

use super::alias::{Known, known};
use super::columns::Register;
use super::form::{Form, SEPARATOR, tidy};
use super::mapping::{Mapping, Target};
use crate::base::finding::Finding;
use crate::say;

/// Joins texts of several columns that make one.
const JOINT: &str = "·";

/// Where the cells of a register's columns stand in the rows of a sheet.
#[derive(Debug)]
pub(super) struct Layout {
    /// For every column the cells that make it, from the left; more than one only for texts and lists.
    sources: Vec<Vec<usize>>,
    /// For every column what fills an empty cell.
    fillings: Vec<String>,
    /// What joins several cells of a column.
    joints: Vec<&'static str>,
    /// For every column its name as the user knows it.
    pub shown: Vec<String>,
}

impl Layout {
    /// The layout of a header, and what is wrong with the header: R02, R03, R04, R20–R23.
    pub(super) fn of(
        register: Register,
        header: &[String],
        mapping: &Mapping,
    ) -> (Layout, Vec<Finding>) {
        let mut places = Places::new(register);
        let mut findings = mapping.missing(register, header);
        if mapping.register() != register {
            let (sources, fillings, joints, shown) = (places.sources, vec![], vec![], vec![]);
            return (Layout { sources, fillings, joints, shown }, findings);
        }
        for (at, cell) in header.iter().enumerate() {
            findings.extend(places.take(at, cell, mapping));
        }
        findings.extend(places.not_kept_note());
        let fillings: Vec<String> = mapping.fillings();
        findings.extend(missing_columns(register, &places.sources, &fillings));
        let columns = register.columns();
        let shown = columns.iter().zip(&places.sources).map(|(column, source)| match source[..] {
            [] => column.zh.to_owned(),
            [at, ..] => tidy(&header[at]).into_owned(),
        });
        let shown = shown.collect();
        let joints = columns.iter().map(|column| joint(column.form).unwrap_or_default()).collect();
        (Layout { sources: places.sources, fillings, joints, shown }, findings)
    }

    /// The cells of a row, tidied, in the order of the register's columns.
    pub(super) fn pick<'c>(&'c self, cells: &[&'c str]) -> Vec<Cow<'c, str>> {
        (0..self.sources.len()).map(|column| self.pick_one(column, cells)).collect()
    }

    /// The cell of one column, tidied; what fills it if it is empty.
    pub(super) fn pick_one<'c>(&'c self, column: usize, cells: &[&'c str]) -> Cow<'c, str> {
        let picked = match self.sources[column][..] {
            [] => Cow::Borrowed(""),
            [at] => tidy(cells[at]),
            _ => {
                let parts = self.sources[column].iter().map(|at| tidy(cells[*at]));
                let mut parts: Vec<Cow<'_, str>> = parts.filter(|part| !part.is_empty()).collect();
                parts.dedup();
                Cow::Owned(parts.join(self.joints[column]))
            }
        };
        if picked.is_empty() { Cow::Borrowed(&self.fillings[column]) } else { picked }
    }
}

/// What joins several columns into one of this form; none where a cell has one value only.
pub(super) fn joint(form: Form) -> Option<&'static str> {
    match form {
        Form::Text => Some(JOINT),
        Form::List | Form::Tags | Form::Parts | Form::Periods | Form::Listings => Some(SEPARATOR),
        Form::Id
        | Form::Uscc
        | Form::RegNo
        | Form::Industry
        | Form::Degrees(_)
        | Form::Day
        | Form::Integer(..)
        | Form::Choice(_)
        | Form::Status
        | Form::Class
        | Form::Part => None,
    }
}

/// The columns found so far.
struct Places {
    register: Register,
    sources: Vec<Vec<usize>>,
    /// How the first of each column was called, and whether by its own name.
    names: Vec<Option<(String, bool)>>,
    not_kept: Vec<String>,
}

impl Places {
    fn new(register: Register) -> Places {
        let count = register.columns().len();
        Places {
            register,
            sources: vec![Vec::new(); count],
            names: vec![None; count],
            not_kept: Vec::new(),
        }
    }

    /// Takes the header's cell at that place in.
    fn take(&mut self, at: usize, cell: &str, mapping: &Mapping) -> Option<Finding> {
        // Templates mark required columns with an asterisk.
        let name = tidy(cell);
        let bare = name.trim_matches(['*', '＊']).trim();
        let (column, own, mapped) = match (mapping.target(bare), known(self.register, bare)) {
            (Some(Target::Ignored), _) => return None,
            (Some(Target::Column(column)), _) => (column, false, true),
            // The mapping has decided where this column comes from.
            (None, Known::Own(column) | Known::Alias(column)) if mapping.claims(column) => {
                self.not_kept.push(bare.to_owned());
                return None;
            }
            (None, Known::Own(column)) => (column, true, false),
            (None, Known::Alias(column)) => (column, false, false),
            (None, Known::NotKept) => {
                self.not_kept.push(bare.to_owned());
                return None;
            }
            (None, Known::Unknown) if bare.is_empty() => return None,
            (None, Known::Unknown) => {
                let cause = say!("不认识“{bare}”列", "the column \"{bare}\" is not known");
                return Some(Finding::new("R02", cause).row(1).column(bare));
            }
        };
        let joins = mapped && joint(self.register.columns()[column].form).is_some();
        match &self.names[column] {
            Some((first, first_own)) if !joins => Some(twice(bare, own, first, *first_own)),
            _ => {
                self.names[column].get_or_insert((bare.to_owned(), own));
                self.sources[column].push(at);
                None
            }
        }
    }

    /// One note for all columns that are usual and not kept.
    fn not_kept_note(&self) -> Option<Finding> {
        let names = self.not_kept.join("、");
        let cause = say!("未读入：{names}", "not read: {names}");
        (!names.is_empty()).then(|| Finding::new("R21", cause).row(1))
    }
}

fn twice(bare: &str, own: bool, first: &str, first_own: bool) -> Finding {
    if own && first_own {
        let cause = say!("“{bare}”列出现两次", "the column \"{bare}\" stands twice");
        return Finding::new("R04", cause).row(1).column(bare);
    }
    let cause = say!("“{first}”和“{bare}”是同一列", "\"{first}\" and \"{bare}\" are one column");
    Finding::new("R20", cause).row(1).column(bare)
}

fn missing_columns(
    register: Register,
    sources: &[Vec<usize>],
    fillings: &[String],
) -> Vec<Finding> {
    let columns = register.columns();
    let absent = |at: usize| sources[at].is_empty() && fillings[at].is_empty();
    let missing = columns.iter().enumerate().filter(|(at, column)| column.required && absent(*at));
    let mut findings: Vec<Finding> = missing
        .map(|(_, column)| {
            let (zh, id) = (column.zh, column.id);
            let cause = say!("缺少“{zh}”（{id}）列", "the column {id} ({zh}) is missing");
            Finding::new("R03", cause).row(1).column(zh)
        })
        .collect();
    let ids = ["uscc", "reg_no", "own_id"];
    if register == Register::Subjects && ids.iter().all(|id| absent(register.index(id))) {
        let cause = say!(
            "统一社会信用代码、注册号、自编号三列一列也没有",
            "none of the columns uscc, reg_no and own_id is there"
        );
        findings.push(Finding::new("R03", cause).row(1));
    }
    findings
}
