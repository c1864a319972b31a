//! Names for notices and forms: from the registers that a draw was frozen from, or from a table.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use super::args::NameArgs;
use crate::base::digest::{Digest, Suite};
use crate::base::finding::{Finding, Findings, Severity};
use crate::cli::Failure;
use crate::cli::workspace::open_store;
use crate::io::durable::failed;
use crate::io::sheet;
use crate::publish::names::{Names, SubjectName};
use crate::registry::{Register, Registry, Sheet, Table};
use crate::say;

/// The headers of the three columns, as offices and our own files write them.
const IDS: &[&str] =
    &["sid", "uscc", "编号", "对象编号", "统一社会信用代码", "信用代码", "统一社会信用代码/注册号"];
const NAMES: &[&str] = &["name", "名称", "企业名称", "检查对象名称", "单位名称"];
const ADDRESSES: &[&str] = &["address", "地址", "住所", "住所地址", "经营场所", "住所（经营场所）"];

impl NameArgs {
    /// The names that the user brings; none is fine.
    ///
    /// # Errors
    /// N05 for a table without the columns, or with two names for one id; W23 for registers of another workspace; what
    /// reading fails with.
    pub fn read(&self, workspace: &Path, suite: Suite, draw: &Digest) -> Result<Names, Failure> {
        match (&self.names, self.registry) {
            (Some(file), _) => Ok(from_table(file)?),
            (None, true) => from_registry(workspace, suite, draw),
            (None, false) => Ok(Names::default()),
        }
    }
}

fn from_table(file: &Path) -> Result<Names, Findings> {
    let place = file.display().to_string();
    let bytes = fs::read(file).map_err(|e| failed(file, &e))?;
    let known = |name: &str| [IDS, NAMES, ADDRESSES].concat().contains(&name);
    let (sheets, findings) = sheet::read(&place, &bytes, &known)?;
    let errors = |finding: &Finding| finding.severity() == Severity::Error;
    let mut findings: Vec<Finding> = findings.into_iter().filter(errors).collect();
    let mut subjects = BTreeMap::new();
    for sheet in &sheets {
        findings.extend(read_sheet(sheet, &mut subjects));
    }
    let names = Names { subjects, ..Names::default() };
    Findings::check(findings, names).map(|(names, _)| names)
}

fn read_sheet(sheet: &Sheet, subjects: &mut BTreeMap<String, SubjectName>) -> Vec<Finding> {
    let refuse = |cause| Finding::new("N05", cause).file(&sheet.file);
    let column = |known: &[&str]| {
        sheet.header.iter().position(|name| known.contains(&name.trim().to_lowercase().as_str()))
    };
    let (Some(id), Some(name)) = (column(IDS), column(NAMES)) else {
        let header = sheet.header.join(" ");
        return vec![refuse(say!("表头是：{header}", "the header is: {header}"))];
    };
    let address = column(ADDRESSES);
    let mut findings = Vec::new();
    for (line, cells) in &sheet.rows {
        let cell = |at: usize| cells.get(at).map_or("", |cell| cell.trim());
        let subject = SubjectName {
            name: cell(name).to_owned(),
            address: address.map_or("", cell).to_owned(),
        };
        let known = subjects.insert(cell(id).to_owned(), subject.clone());
        if let Some(known) = known.filter(|known| known.name != subject.name) {
            let (one, other) = (known.name, subject.name);
            let cause = say!("“{one}”和“{other}”", "\"{one}\" and \"{other}\"");
            findings.push(refuse(cause).row(*line).id(cell(id)));
        }
    }
    findings
}

/// The names in the versions of the registers that the draw was frozen from.
fn from_registry(workspace: &Path, suite: Suite, draw: &Digest) -> Result<Names, Failure> {
    let store = open_store(workspace)?;
    if store.draw(draw)?.is_none() {
        let cause = say!("本工作区没有封存过它", "this workspace has not committed it");
        return Err(Finding::new("W23", cause).id(draw.hex()).into());
    }
    let mut tables = Vec::new();
    for (register, version) in store.draw_versions(draw)? {
        if [Register::Matters, Register::Subjects, Register::Inspectors].contains(&register) {
            tables.push(store.table_at(register, version)?);
        }
    }
    Ok(names_of(&tables, suite))
}

fn names_of(tables: &[Table], suite: Suite) -> Names {
    let (registry, _) = Registry::build(tables);
    let subject = |subject: &crate::registry::Subject| {
        let address = subject.address.clone().unwrap_or_default();
        let sid = subject.sid(suite).as_str().to_owned();
        (sid, SubjectName { name: subject.name.clone(), address })
    };
    let inspector = |person: &crate::registry::Inspector| {
        Some((person.iid(suite)?.as_str().to_owned(), person.name.clone()))
    };
    Names {
        subjects: registry.subjects().iter().map(subject).collect(),
        matters: registry
            .matters()
            .map(|matter| (matter.id.clone(), matter.name.clone()))
            .collect(),
        inspectors: registry.inspectors().iter().filter_map(inspector).collect(),
    }
}
