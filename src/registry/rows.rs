//! Checks of one row, and of rows against each other, on canonical cells.

use std::collections::BTreeMap;

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

/// What a row is called in findings: its first identifier, else its name.
fn name_of(register: Register, row: &Cells) -> Option<&str> {
    let ids: &[&str] = match register {
        Register::Matters => &["id", "name"],
        Register::Subjects => &["uscc", "reg_no", "own_id", "name"],
        Register::Inspectors => &["iid", "name"],
        Register::Recusals | Register::Incompatibles => &["iid"],
    };
    ids.iter().map(|id| row.texts[register.index(id)].as_str()).find(|text| !text.is_empty())
}

/// What may stand once in a register: the column that a finding names, and the key.
fn keys(register: Register, row: &Cells) -> Vec<(&'static str, String)> {
    let cell = |id: &str| row.texts[register.index(id)].as_str();
    let own = |ids: &[&'static str]| {
        let filled = ids.iter().filter(|id| !cell(id).is_empty());
        filled.map(|id| (*id, cell(id).to_owned())).collect()
    };
    match register {
        Register::Matters => own(&["id"]),
        Register::Subjects => own(&["uscc", "reg_no", "own_id"]),
        Register::Inspectors => own(&["iid"]),
        Register::Recusals => {
            vec![("subject", [cell("iid"), cell("subject"), cell("reason")].join(" "))]
        }
        Register::Incompatibles => {
            let mut pair = [cell("iid"), cell("iid2")];
            pair.sort_unstable();
            vec![("iid2", [pair[0], pair[1], cell("reason")].join(" "))]
        }
    }
}

/// Rows that repeat an earlier one: the later is not kept, and the finding names the line of the earlier.
pub(super) fn drop_repeated(
    register: Register,
    rows: Vec<Cells>,
    shown: &[String],
) -> (Vec<Cells>, Vec<Finding>) {
    let mut seen: BTreeMap<(&'static str, String), u64> = BTreeMap::new();
    let (mut kept, mut findings) = (Vec::with_capacity(rows.len()), Vec::new());
    for row in rows {
        let mut repeated = false;
        for (column, key) in keys(register, &row) {
            let first = *seen.entry((column, key.clone())).or_insert(row.line);
            if first != row.line {
                repeated = true;
                let cause =
                    say!("{key} 与第 {first} 行重复", "{key} stands already in line {first}");
                let finding = Finding::new("R12", cause).row(row.line);
                let finding = finding.column(&shown[register.index(column)]);
                findings.push(finding.id(name_of(register, &row).unwrap_or_default()));
            }
        }
        if !repeated {
            kept.push(row);
        }
    }
    (kept, findings)
}
