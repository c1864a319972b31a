//! The registers together: typed records in an order of their own, and checks across registers.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use rayon::prelude::*;

use super::columns::Register;
use super::records::{Incompatible, Inspector, Leave, Matter, Recusal, Subject, Visit};
use super::rows::name_of;
use super::table::{Cells, Table, checked, digests};
use crate::base::digest::{Digest, Suite};
use crate::base::finding::Finding;
use crate::say;

/// 一单两库 with recusals, incompatible pairs, leave and earlier visits. Records stand in the order of their values, whatever the
/// order of the files.
#[derive(Clone, Debug, Default)]
pub struct Registry {
    matters: BTreeMap<String, Matter>,
    subjects: Vec<Subject>,
    inspectors: Vec<Inspector>,
    recusals: Vec<Recusal>,
    incompatibles: Vec<Incompatible>,
    leave: Vec<Leave>,
    visits: Vec<Visit>,
    /// Every identifier of a subject, and the subjects that have it.
    named: BTreeMap<String, Vec<usize>>,
    /// Each register's digest in both suites.
    digests: BTreeMap<&'static str, (Digest, Digest)>,
}

impl Registry {
    /// The records of these tables; a register without a table is empty.
    ///
    /// Findings: those of [`Table::read`] that are errors, if a store gives back something that is not
    /// canonical; R16 for recusals, incompatible pairs, leave and key matters that name nobody,
    /// R62 and R63 for visits.
    pub fn build(tables: &[Table]) -> (Registry, Vec<Finding>) {
        let mut findings = Vec::new();
        let mut registry = Registry::default();
        for register in Register::ALL {
            let of_register = tables.iter().filter(|table| table.register == register);
            let rows: Vec<&Cells> = of_register.flat_map(|table| &table.rows).collect();
            let (rows, found) = checked(register, &rows);
            findings.extend(found);
            let (digests, found) =
                rayon::join(|| digests(register, &rows), || registry.take(register, &rows));
            registry.digests.insert(register.name(), digests);
            findings.extend(found);
        }
        findings
            .sort_by(|a, b| a.place.file.cmp(&b.place.file).then(a.place.row.cmp(&b.place.row)));
        (registry, findings)
    }

    /// Takes a register's rows in; those it refers to stand before it in [`Register::ALL`].
    fn take(&mut self, register: Register, rows: &[Cow<'_, Cells>]) -> Vec<Finding> {
        match register {
            Register::Matters => {
                let matters = rows.iter().map(|row| Matter::of(row));
                self.matters = matters.map(|matter| (matter.id.clone(), matter)).collect();
                Vec::new()
            }
            Register::Subjects => {
                let known: BTreeSet<&str> = self.matters.keys().map(String::as_str).collect();
                let findings = unknown_key_matters(rows, &known);
                self.subjects = sorted(rows, Subject::of);
                let subjects = self.subjects.par_iter().enumerate();
                let mut named: Vec<(&str, usize)> = subjects
                    .flat_map_iter(|(at, subject)| subject.ids().map(move |id| (id, at)))
                    .collect();
                named.par_sort_unstable();
                let named = named.chunk_by(|a, b| a.0 == b.0).map(|of_id| {
                    (of_id[0].0.to_owned(), of_id.iter().map(|(_, at)| *at).collect())
                });
                self.named = named.collect();
                findings
            }
            Register::Inspectors => {
                self.inspectors = sorted(rows, Inspector::of);
                Vec::new()
            }
            Register::Recusals => {
                let findings = self.unknown_people(register, rows, &["iid"]);
                self.recusals = sorted(rows, Recusal::of);
                let unknown = |row: &&Cow<'_, Cells>| {
                    self.subjects_named(&Recusal::of(row).subject).is_empty()
                };
                let strangers = rows.iter().filter(unknown).map(|row| {
                    let id = &row.texts[register.index("subject")];
                    refers(register, row, "subject", id)
                });
                findings.into_iter().chain(strangers).collect()
            }
            Register::Incompatibles => {
                self.incompatibles = sorted(rows, Incompatible::of);
                self.unknown_people(register, rows, &["iid", "iid2"])
            }
            Register::Leave => {
                self.leave = sorted(rows, Leave::of);
                for person in &mut self.inspectors {
                    let periods = periods_of(&self.leave, person.certificate.as_deref());
                    person.add_leave(periods);
                }
                self.unknown_people(register, rows, &["iid"])
            }
            Register::Visits => {
                self.visits = sorted(rows, Visit::of);
                self.unknown_of_visits()
            }
        }
    }

    /// The matter with that identifier.
    pub fn matter(&self, id: &str) -> Option<&Matter> {
        self.matters.get(id)
    }

    /// All matters, by identifier.
    pub fn matters(&self) -> impl Iterator<Item = &Matter> {
        self.matters.values()
    }

    /// All subjects, ordered.
    pub fn subjects(&self) -> &[Subject] {
        &self.subjects
    }

    /// All inspectors and experts, ordered.
    pub fn inspectors(&self) -> &[Inspector] {
        &self.inspectors
    }

    /// All recusals, ordered.
    pub fn recusals(&self) -> &[Recusal] {
        &self.recusals
    }

    /// All incompatible pairs, ordered.
    pub fn incompatibles(&self) -> &[Incompatible] {
        &self.incompatibles
    }

    /// All rows of the register of leave, ordered; [`Inspector::leave`] holds their days.
    pub fn leave(&self) -> &[Leave] {
        &self.leave
    }

    /// All recorded visits, ordered.
    pub fn visits(&self) -> &[Visit] {
        &self.visits
    }

    /// The subjects with this identifier of any of the three kinds. Where two share one (the USCC of the one
    /// is another's own identifier), both are meant: a recusal errs on the safe side.
    pub fn subjects_named(&self, id: &str) -> Vec<&Subject> {
        let found = self.named.get(id).or_else(|| self.named.get(&id.to_ascii_uppercase()));
        found.into_iter().flatten().map(|at| &self.subjects[*at]).collect()
    }

    /// The digest of a register's canonical table; the order of its rows has no effect.
    pub fn digest(&self, suite: Suite, register: Register) -> Digest {
        let known = self.digests.get(register.name()).copied();
        let (sha256, sm3) = known.unwrap_or_else(|| digests(register, &[]));
        match suite {
            Suite::Sha256 => sha256,
            Suite::Sm3 => sm3,
        }
    }

    /// R62 for visits to subjects and R63 for visits of inspectors that no register holds: records of years have many,
    /// so that one finding counts them.
    fn unknown_of_visits(&self) -> Vec<Finding> {
        let people: BTreeSet<&str> =
            self.inspectors.iter().filter_map(|i| i.certificate.as_deref()).collect();
        let gone = |visit: &&Visit| self.subjects_named(&visit.subject).is_empty();
        let left = |visit: &&Visit| visit.inspectors.iter().any(|i| !people.contains(i.as_str()));
        let of = |code, visits: Vec<&Visit>| {
            let (n, first) = (visits.len(), visits.first()?);
            let Visit { subject, date, .. } = first;
            let cause =
                say!("{n} 条，如 {subject}（{date}）", "{n} visits, such as {subject} on {date}");
            Some(Finding::new(code, cause).file(Register::Visits.name()))
        };
        let gone = of("R62", self.visits.iter().filter(gone).collect());
        let left = of("R63", self.visits.iter().filter(left).collect());
        gone.into_iter().chain(left).collect()
    }

    fn unknown_people(
        &self,
        register: Register,
        rows: &[Cow<'_, Cells>],
        columns: &[&str],
    ) -> Vec<Finding> {
        let known: BTreeSet<&str> =
            self.inspectors.iter().filter_map(|i| i.certificate.as_deref()).collect();
        let mut findings = Vec::new();
        for row in rows {
            for column in columns {
                let id = &row.texts[register.index(column)];
                if !known.contains(id.as_str()) {
                    findings.push(refers(register, row, column, id));
                }
            }
        }
        findings
    }
}

fn sorted<T: Ord + Send>(
    rows: &[Cow<'_, Cells>],
    of: impl Fn(&Cells) -> T + Sync + Send,
) -> Vec<T> {
    let mut records: Vec<T> = rows.par_iter().map(|row| of(row)).collect();
    records.par_sort_unstable();
    records
}

/// The days away of the holder of a certificate; `leave` is sorted.
fn periods_of(leave: &[Leave], certificate: Option<&str>) -> Vec<(Date, Date)> {
    let number = certificate.unwrap_or_default();
    let first = leave.partition_point(|leave| leave.certificate.as_str() < number);
    let own = leave[first..].iter().take_while(|leave| leave.certificate == number);
    own.map(|leave| (leave.from, leave.to)).collect()
}

fn unknown_key_matters(rows: &[Cow<'_, Cells>], known: &BTreeSet<&str>) -> Vec<Finding> {
    let at = Register::Subjects.index("key_matters");
    let mut findings = Vec::new();
    for row in rows.iter().filter(|row| !row.texts[at].is_empty()) {
        for id in Subject::of(row).key_matters.iter().filter(|id| !known.contains(id.as_str())) {
            findings.push(refers(Register::Subjects, row, "key_matters", id));
        }
    }
    findings
}

fn refers(register: Register, row: &Cells, column: &str, id: &str) -> Finding {
    let cause = say!("{id} 不在名录中", "{id} is in no register");
    let column = &register.columns()[register.index(column)];
    let finding = Finding::new("R16", cause).file(register.name()).row(row.line).column(column.zh);
    // The row is known by its identifier: a store keeps no lines.
    finding.id(name_of(register, row).unwrap_or_default())
}
