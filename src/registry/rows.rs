//! Checks of one row, and of rows against each other, on canonical cells.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::columns::Register;
use super::form::tidy;
use super::ident::{reg_no_is_sound, uscc_is_sound};
use super::table::Cells;
use crate::base::date::parse_date;
use crate::base::finding::{Finding, Severity};
use crate::say;

/// The canonical cells of a row, and what is wrong with it. `shown` names the columns as the user knows them.
pub(super) fn check_row(
    register: Register,
    row: &Cells,
    shown: &[String],
) -> (Cells, Vec<Finding>) {
    let mut findings = Vec::new();
    let mut texts = Vec::with_capacity(row.texts.len());
    for ((column, cell), name) in register.columns().iter().zip(&row.texts).zip(shown) {
        let cell = tidy(cell);
        let canonical =
            if cell.is_empty() { Ok(String::new()) } else { column.form.canonical(&cell) };
        match canonical {
            Ok(text) if text.is_empty() && column.required => findings.push(
                Finding::new("R06", say!("必填项为空", "a required cell is empty")).column(name),
            ),
            Ok(text) => {
                texts.push(text);
                continue;
            }
            Err((code, cause)) => findings.push(Finding::new(code, cause).column(name)),
        }
        texts.push(String::new());
    }
    let row = Cells { line: row.line, texts };
    if findings.is_empty() {
        findings = check_cells_together(register, &row, shown);
    }
    let name = name_of(register, &row);
    let place = |finding: Finding| match name {
        Some(name) => finding.row(row.line).id(name),
        None => finding.row(row.line),
    };
    let findings = findings.into_iter().map(place).collect();
    (row, findings)
}

/// Whether the row can be kept.
pub(super) fn is_kept(findings: &[Finding]) -> bool {
    findings.iter().all(|finding| finding.severity() < Severity::Error)
}

/// Rules that join several cells of one row, and the check characters.
fn check_cells_together(register: Register, row: &Cells, shown: &[String]) -> Vec<Finding> {
    let cell = |id: &str| row.texts[register.index(id)].as_str();
    let at = |code, id: &str, cause| Finding::new(code, cause).column(&shown[register.index(id)]);
    let mut findings = Vec::new();
    match register {
        Register::Matters => {
            if let (Some(from), Some(to)) =
                (parse_date(cell("valid_from")), parse_date(cell("valid_to")))
                && from > to
            {
                let cause = say!(
                    "失效日期 {to} 早于生效日期 {from}",
                    "valid_to {to} is before valid_from {from}"
                );
                findings.push(at("R08", "valid_to", cause));
            }
        }
        Register::Subjects => {
            let [uscc, reg_no, own_id] = ["uscc", "reg_no", "own_id"].map(cell);
            if [uscc, reg_no, own_id].iter().all(|id| id.is_empty()) {
                let cause = say!("三种编号都为空", "all three identifiers are empty");
                findings.push(at("R15", "uscc", cause));
            }
            if !uscc.is_empty() && !uscc_is_sound(uscc) {
                let cause = say!("{uscc} 的校验码不符", "{uscc} has a wrong check character");
                findings.push(at("R13", "uscc", cause));
            }
            if !reg_no_is_sound(reg_no) {
                let cause = say!("{reg_no} 的校验位不符", "{reg_no} has a wrong check digit");
                findings.push(at("R14", "reg_no", cause));
            }
        }
        Register::Incompatibles if cell("iid") == cell("iid2") => {
            let cause = say!("两个执法证号相同", "both certificate numbers are the same");
            findings.push(at("R19", "iid2", cause));
        }
        Register::Inspectors | Register::Recusals | Register::Incompatibles => {}
    }
    findings
}

/// What a row of canonical cells is called in findings and lists of changes: its first identifier, else its name.
pub fn name_of(register: Register, row: &Cells) -> Option<&str> {
    let ids: &[&str] = match register {
        Register::Matters => &["id", "name"],
        Register::Subjects => &["uscc", "reg_no", "own_id", "name"],
        Register::Inspectors => &["iid", "name"],
        Register::Recusals | Register::Incompatibles => &["iid"],
    };
    ids.iter().map(|id| row.texts[register.index(id)].as_str()).find(|text| !text.is_empty())
}

/// What may stand once in a register: the column that a finding names, and the key. A row of canonical cells has
/// at least one; two versions of a register are compared by them.
pub fn keys(register: Register, row: &Cells) -> impl Iterator<Item = (&'static str, Cow<'_, str>)> {
    let cell = |id: &str| row.texts[register.index(id)].as_str();
    let own = |id: &'static str| (id, Cow::Borrowed(cell(id)));
    let joined = |id, parts: [&str; 3]| vec![(id, Cow::Owned(parts.join(" ")))];
    let keys = match register {
        Register::Matters => vec![own("id")],
        Register::Subjects => vec![own("uscc"), own("reg_no"), own("own_id")],
        Register::Inspectors => vec![own("iid")],
        Register::Recusals => joined("subject", [cell("iid"), cell("subject"), cell("reason")]),
        Register::Incompatibles => {
            let mut pair = [cell("iid"), cell("iid2")];
            pair.sort_unstable();
            joined("iid2", [pair[0], pair[1], cell("reason")])
        }
    };
    keys.into_iter().filter(|(_, key)| !key.is_empty())
}

/// Rows that repeat an earlier one: the later is not kept, and the finding names the line of the earlier.
pub(super) fn drop_repeated(
    register: Register,
    rows: Vec<Cells>,
    shown: &[String],
) -> (Vec<Cells>, Vec<Finding>) {
    let mut seen: Vec<(&str, Cow<'_, str>, usize)> = Vec::with_capacity(rows.len());
    for (at, row) in rows.iter().enumerate() {
        seen.extend(keys(register, row).map(|(column, key)| (column, key, at)));
    }
    seen.sort_unstable();
    let (mut repeated, mut findings) = (BTreeSet::new(), Vec::new());
    for same in seen.chunk_by(|a, b| (a.0, &a.1) == (b.0, &b.1)) {
        let (column, key, first) = &same[0];
        let first = rows[*first].line;
        for (_, _, at) in &same[1..] {
            repeated.insert(*at);
            let cause = say!("{key} 与第 {first} 行重复", "{key} stands already in line {first}");
            let finding = Finding::new("R12", cause).row(rows[*at].line);
            let finding = finding.column(&shown[register.index(column)]);
            findings.push(finding.id(name_of(register, &rows[*at]).unwrap_or_default()));
        }
    }
    drop(seen);
    let mut rows = rows;
    if !repeated.is_empty() {
        let mut at = 0..;
        rows.retain(|_| at.next().is_some_and(|at| !repeated.contains(&at)));
    }
    (rows, findings)
}
