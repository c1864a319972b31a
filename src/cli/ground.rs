//! What a plan stands on: its file, the rules that it names, the registers of the workspace and what earlier draws left
//! behind. `check`, `simulate` and `commit` read it alike.

use std::fs;
use std::path::Path;

use super::Failure;
use super::past::history;
use super::rules::Local;
use crate::base::finding::{Finding, Findings};
use crate::io::durable::failed;
use crate::plan::{AnnualPlan, History, Plan, Ruled, Rules};
use crate::registry::{Register, Registry, Table};
use crate::say;
use crate::store::Store;

/// The version of each register that a plan is applied to.
pub(super) type Versions = Vec<(Register, i64)>;

/// A plan's file with the rules that it names.
pub(super) struct PlanFile {
    /// The plan as it was read.
    pub text: String,
    /// Its name, as the user knows it.
    pub place: String,
    /// What was understood of it.
    pub annual: Option<AnnualPlan>,
    pub rules: Rules,
    /// The rules as they were read.
    pub rules_text: Option<String>,
    /// Everything wrong with both.
    pub findings: Vec<Finding>,
}

/// The current registers.
pub(super) struct Registers {
    pub registry: Registry,
    pub versions: Versions,
    pub findings: Vec<Finding>,
}

impl PlanFile {
    /// Reads a plan and the rules that it names, or those of another file.
    pub fn read(path: &Path, rules: Option<&Path>) -> Result<PlanFile, Failure> {
        let (text, place) = text_of(path)?;
        let (annual, mut findings) = AnnualPlan::parse(&text, &place);
        // All plans of a file name the same rules, relative to its folder.
        let named = annual.as_ref().and_then(|annual| annual.plans().first()?.rules());
        let beside = |name: &str| path.parent().unwrap_or(Path::new("")).join(name);
        let from = rules.map(Path::to_path_buf).or(named.map(beside));
        let local = from.map_or_else(|| Ok(Local::default()), |from| Local::read(&from))?;
        let Local { rules, text: rules_text, findings: more } = local;
        findings.extend(more);
        Ok(PlanFile { text, place, annual, rules, rules_text, findings })
    }

    /// The plans of the quarters asked for: one, or all of the file.
    pub fn plans(&self, quarter: Option<u8>) -> Result<Vec<&Plan>, Failure> {
        let Some(annual) = &self.annual else { return Ok(Vec::new()) };
        match quarter {
            None => Ok(annual.plans().iter().collect()),
            Some(_) => self.of_quarter(quarter).map(|plan| vec![plan]),
        }
    }

    /// The plan of a quarter, which must be named where the file has several.
    pub fn of_quarter(&self, quarter: Option<u8>) -> Result<&Plan, Failure> {
        let refuse = |more: Option<Finding>| {
            Failure::from(Findings(self.findings.iter().cloned().chain(more).collect()))
        };
        let annual = self.annual.as_ref().ok_or_else(|| refuse(None))?;
        annual.of_quarter(quarter).map_err(|finding| refuse(Some(finding)))
    }

    /// Plans under the rules, each with what earlier draws left behind.
    pub fn under_rules(
        &self,
        plans: &[&Plan],
        store: &Store,
    ) -> Result<Vec<(Ruled<'_>, History)>, Failure> {
        plans.iter().map(|plan| Ok((plan.under(&self.rules), history(store, plan)?))).collect()
    }
}

impl Registers {
    /// The current registers and their versions. Each is read at a fixed version, so that what a draw names is what it
    /// used, whoever imports meanwhile.
    pub fn read(store: &Store) -> Result<Registers, Failure> {
        Registers::with(store, &[Register::Matters, Register::Subjects, Register::Inspectors])
    }

    /// As [`Registers::read`]; only these must have rows.
    pub fn with(store: &Store, needed: &[Register]) -> Result<Registers, Failure> {
        let (mut tables, mut versions, mut empty) = (Vec::new(), Vec::new(), Vec::new());
        for register in Register::ALL {
            let table = match store.current(register)? {
                Some(version) => {
                    versions.push((register, version));
                    store.table_at(register, version)?
                }
                None => Table { register, rows: Vec::new() },
            };
            if table.rows.is_empty() && needed.contains(&register) {
                let (zh, en) = (register.zh(), register.name());
                empty.push(Finding::new("W04", say!("{zh}为空", "no {en}")).id(en));
            }
            tables.push(table);
        }
        if !empty.is_empty() {
            return Err(Findings(empty).into());
        }
        let (registry, findings) = Registry::build(&tables);
        Ok(Registers { registry, versions, findings })
    }
}

/// The text of a file, and its name as the user knows it.
pub(super) fn text_of(path: &Path) -> Result<(String, String), Failure> {
    let bytes = fs::read(path).map_err(|e| failed(path, &e))?;
    let place = path.display().to_string();
    let text = String::from_utf8(bytes)
        .map_err(|_| Finding::new("P01", say!("不是 UTF-8", "not UTF-8")).file(&place))?;
    Ok((text, place))
}

/// Findings as they came, none twice: every quarter of a year's file repeats what is wrong with a task.
pub(super) fn once(findings: Vec<Finding>) -> Vec<Finding> {
    let mut kept: Vec<Finding> = Vec::with_capacity(findings.len());
    let mut seen = std::collections::BTreeSet::new();
    for finding in findings {
        let key = (finding.code(), finding.place.clone(), finding.cause.zh.clone());
        if seen.insert(key) {
            kept.push(finding);
        }
    }
    kept
}
