//! An import, row by row, into a store that takes a register as a whole: the rows are kept until the import is finished
//! and compared with the version before it by their keys.

use std::collections::BTreeMap;

use crate::base::finding::Finding;
use crate::registry::{Cells, Register, Table};
use crate::store::{self, Store};

/// What a row is to the version before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Change {
    New,
    Changed,
    Same,
}

/// A row that waits for a correction.
#[expect(dead_code, reason = "this store only counts them")]
#[derive(Debug)]
pub(super) struct Quarantined {
    pub file: String,
    pub sheet: Option<String>,
    pub line: u64,
    /// What it is called, as far as known.
    pub id: Option<String>,
    /// The codes of its errors.
    pub codes: Vec<&'static str>,
    /// Its cells as they stand in the file.
    pub cells: Vec<String>,
}

/// Where the rows come from.
#[derive(Debug)]
pub(super) struct Origin {
    pub file: String,
    /// SHA-256.
    pub digest: String,
    /// Seconds of UTC.
    pub now_s: u64,
}

/// What an import did, or would do.
#[derive(Debug, Default)]
pub(super) struct Imported {
    /// The version that stands afterwards; none of a dry run.
    pub version: Option<i64>,
    /// Whether that version came from the same bytes before.
    pub again: bool,
    pub new: u64,
    pub changed: u64,
    pub same: u64,
    /// Rows of the version before that the files do not have.
    pub gone: u64,
    /// Rows that wait for a correction.
    pub quarantined: u64,
}

/// An import that is going on.
pub(super) struct Import<'a> {
    store: &'a Store,
    apply: bool,
    /// The version before, by key, without the rows that came.
    before: BTreeMap<String, Vec<String>>,
    rows: Table,
    done: Imported,
}

impl<'a> Import<'a> {
    /// Begins an import; nothing is stored before it is finished.
    pub(super) fn begin(
        store: &'a Store,
        register: Register,
        apply: bool,
    ) -> Result<Self, Finding> {
        let rows = store.table(register)?.rows.into_iter();
        let before = rows.map(|row| (register.key(&row), row.texts)).collect();
        let rows = Table { register, rows: Vec::new() };
        let done = Imported::default();
        Ok(Import { store, apply, before, rows, done })
    }

    /// Takes a row.
    pub(super) fn row(&mut self, mut row: Cells) -> Result<Change, Finding> {
        let before = self.before.remove(&self.rows.register.key(&row));
        let change = match before {
            None => Change::New,
            Some(texts) if texts == row.texts => Change::Same,
            Some(_) => Change::Changed,
        };
        *match change {
            Change::New => &mut self.done.new,
            Change::Changed => &mut self.done.changed,
            Change::Same => &mut self.done.same,
        } += 1;
        // The store tells rows apart by their lines; several tables have the same.
        let last = self.rows.rows.last().map_or(0, |row| row.line);
        row.line = row.line.max(last + 1);
        self.rows.rows.push(row);
        Ok(change)
    }

    /// Takes a row that is not good enough for the register.
    pub(super) fn quarantine(&mut self, _: Quarantined) -> Result<(), Finding> {
        self.done.quarantined += 1;
        Ok(())
    }

    /// Makes the rows the register's, if the import is to be applied.
    pub(super) fn finish(self, from: &Origin) -> Result<Imported, Finding> {
        let mut done = self.done;
        done.gone = self.before.len() as u64;
        if self.apply {
            let stored = self.store.import(&self.rows, &from.file, &from.digest, from.now_s)?;
            (done.version, done.again) = match stored {
                store::Imported::NewVersion(version) => (Some(version), false),
                store::Imported::Unchanged(version) => (Some(version), true),
            };
        }
        Ok(done)
    }
}
