//! Checks of one row on canonical cells, and the keys by which rows are told apart.

use std::borrow::Cow;

use jiff::civil::Date;

use super::columns::{Column, Register};
use super::form::{Form, Refusal, tidy};
use super::ident::reg_no_is_sound;
use super::identity::{about_uscc, settled};
use super::table::Cells;
use crate::base::date::parse_date;
use crate::base::finding::{Finding, Severity, Text};
use crate::say;

/// The canonical cells of a row, and what is wrong with it. `shown` names the columns as the user knows them.
pub(super) fn check_row(register: Register, row: Cells, shown: &[String]) -> (Cells, Vec<Finding>) {
    let mut findings = Vec::new();
    let settled = match register {
        Register::Subjects => settled(&row, shown),
        _ => None,
    };
    let row = match settled {
        Some((row, finding)) => {
            findings.push(finding);
            row
        }
        None => row,
    };
    let mut texts = Vec::with_capacity(row.texts.len());
    for ((column, cell), name) in register.columns().iter().zip(row.texts).zip(shown) {
        match canonical(column.form, cell) {
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
    if is_kept(&findings) {
        findings.extend(check_cells_together(register, &row, shown));
    }
    let name = name_of(register, &row);
    let place = |finding: Finding| match name {
        Some(name) => finding.row(row.line).id(name),
        None => finding.row(row.line),
    };
    let findings = findings.into_iter().map(place).collect();
    (row, findings)
}

/// Whether [`check_row`] would give the row back as it is and find nothing, without copying it.
pub(super) fn is_settled(register: Register, row: &Cells, shown: &[String]) -> bool {
    let in_form = |(column, cell): (&Column, &String)| {
        if cell.is_empty() {
            return !column.required;
        }
        *tidy(cell) == *cell.as_str()
            && column.form.canonical(cell).is_ok_and(|text| *text == *cell.as_str())
    };
    (register != Register::Subjects || settled(row, shown).is_none())
        && register.columns().iter().zip(&row.texts).all(in_form)
        && check_cells_together(register, row, shown).is_empty()
}

/// The canonical text of a cell: itself, in nearly every case.
fn canonical(form: Form, cell: String) -> Result<String, Refusal> {
    let tidied = tidy(&cell);
    if tidied.is_empty() {
        return Ok(String::new());
    }
    let text = form.canonical(&tidied)?;
    let other = (*text != *cell).then(|| text.into_owned());
    Ok(other.unwrap_or(cell))
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
            let cause = turned(cell("valid_from"), cell("valid_to")).map(|(from, to)| {
                say!(
                    "失效日期 {to} 早于生效日期 {from}",
                    "valid_to {to} is before valid_from {from}"
                )
            });
            findings.extend(cause.map(|cause| at("R08", "valid_to", cause)));
        }
        Register::Leave => {
            let cause = turned(cell("valid_from"), cell("valid_to")).map(|(from, to)| {
                say!(
                    "结束日期 {to} 早于开始日期 {from}",
                    "valid_to {to} is before valid_from {from}"
                )
            });
            findings.extend(cause.map(|cause| at("R08", "valid_to", cause)));
        }
        Register::Subjects => {
            let [uscc, reg_no, own_id] = ["uscc", "reg_no", "own_id"].map(cell);
            if [uscc, reg_no, own_id].iter().all(|id| id.is_empty()) {
                let cause = say!("三种编号都为空", "all three identifiers are empty");
                findings.push(at("R15", "uscc", cause));
            }
            let wrong = Some(uscc).filter(|code| !code.is_empty()).and_then(about_uscc);
            findings.extend(wrong.map(|(code, cause)| at(code, "uscc", cause)));
            if !reg_no_is_sound(reg_no) {
                let cause = say!("{reg_no} 的校验位不符", "{reg_no} has a wrong check digit");
                findings.push(at("R14", "reg_no", cause));
            }
        }
        Register::Incompatibles if cell("iid") == cell("iid2") => {
            let cause = say!("两个执法证号相同", "both certificate numbers are the same");
            findings.push(at("R19", "iid2", cause));
        }
        Register::Inspectors | Register::Recusals | Register::Incompatibles | Register::Visits => {}
    }
    findings
}

/// Both days, if the first is after the last.
fn turned(from: &str, to: &str) -> Option<(Date, Date)> {
    let days = (parse_date(from)?, parse_date(to)?);
    (days.0 > days.1).then_some(days)
}

/// What a row of canonical cells is called in findings and lists of changes: its first identifier, else its name.
pub fn name_of(register: Register, row: &Cells) -> Option<&str> {
    let ids: &[&str] = match register {
        Register::Matters => &["id", "name"],
        Register::Subjects => &["uscc", "reg_no", "own_id", "name"],
        Register::Inspectors => &["iid", "name"],
        Register::Recusals | Register::Incompatibles | Register::Leave => &["iid"],
        Register::Visits => &["subject"],
    };
    ids.iter().map(|id| row.texts[register.index(id)].as_str()).find(|text| !text.is_empty())
}

/// What may stand once in a register: the column that a finding names, and the key. A row of canonical cells has
/// at least one; two versions of a register are compared by them.
pub fn keys(register: Register, row: &Cells) -> impl Iterator<Item = (&'static str, Cow<'_, str>)> {
    let cell = |id: &str| row.texts[register.index(id)].as_str();
    let own = |id: &'static str| Some((id, Cow::Borrowed(cell(id))));
    let joined = |id, parts: &[&str]| [Some((id, Cow::Owned(parts.join(" ")))), None, None];
    let keys = match register {
        Register::Matters => [own("id"), None, None],
        Register::Subjects => [own("uscc"), own("reg_no"), own("own_id")],
        Register::Inspectors => [own("iid"), None, None],
        Register::Recusals => joined("subject", &[cell("iid"), cell("subject"), cell("reason")]),
        Register::Incompatibles => {
            let mut pair = [cell("iid"), cell("iid2")];
            pair.sort_unstable();
            joined("iid2", &[pair[0], pair[1], cell("reason")])
        }
        Register::Leave => {
            joined("valid_from", &[cell("iid"), cell("valid_from"), cell("valid_to")])
        }
        // One subject may be visited on one day by several departments, and for several reasons.
        Register::Visits => joined(
            "visited_on",
            &[cell("subject"), cell("visited_on"), cell("agency"), cell("kind")],
        ),
    };
    keys.into_iter().flatten().filter(|(_, key)| !key.is_empty())
}

/// The finding that a row repeats a key of an earlier one: R59 for one business under two credit codes, R12 for every
/// other repetition; `shown` names the key's column.
pub(super) fn repeated(
    code: &str,
    register: Register,
    row: &Cells,
    shown: &str,
    cause: Text,
) -> Finding {
    let finding = Finding::new(code, cause).row(row.line).column(shown);
    finding.id(name_of(register, row).unwrap_or_default())
}

/// What tells one business under two credit codes: its name, if it has a registration number and such a code.
pub(super) fn twin(register: Register, row: &Cells) -> Option<&str> {
    let cell = |id: &str| row.texts[register.index(id)].as_str();
    let is_told =
        register == Register::Subjects && ["uscc", "reg_no"].iter().all(|id| !cell(id).is_empty());
    is_told.then(|| cell("name"))
}
