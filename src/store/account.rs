//! What an import is told, and the account that it gives of itself.

use crate::registry::Removal;

/// What the files of an import are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// The whole register: rows that are not in them go.
    Replace,
    /// Rows to add or change; all others stay.
    Merge,
}

/// What an import does with a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// No row of the current version has one of its identifiers.
    New,
    /// The row with its identifier has other cells.
    Changed,
    /// It stands there as it is.
    Same,
}

/// A row that cannot be taken, as it stands in its file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Quarantined {
    /// The file, as the user knows it.
    pub file: String,
    /// The sheet of a workbook.
    pub sheet: Option<String>,
    /// The line of the file, from 1.
    pub line: u64,
    /// Its identifier as far as it can be known.
    pub id: Option<String>,
    /// The codes of what is wrong with it.
    pub codes: Vec<String>,
    /// Its cells, as they are.
    pub cells: Vec<String>,
}

/// A file that an import read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceFile {
    /// The file, as the user knows it.
    pub file: String,
    /// The SHA-256 of its bytes, in hex.
    pub digest: String,
    /// Rows in it.
    pub rows: u64,
}

/// Who imports what, when, and why rows go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Meta {
    /// Who imports.
    pub by: String,
    /// Why rows are removed; needed only where some are.
    pub reason: Option<Removal>,
    /// Now, seconds of UTC.
    pub at_s: u64,
    /// Whether somebody set the clock that says so.
    pub set_clock: bool,
    /// The files.
    pub files: Vec<SourceFile>,
}

/// What an import did, or would do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// The new version; none for a dry run, and none where nothing is different.
    pub version: Option<i64>,
    /// The version that is current now.
    pub current: Option<i64>,
    /// Rows that are new.
    pub new: u64,
    /// Rows with other cells than before.
    pub changed: u64,
    /// Rows as they were.
    pub same: u64,
    /// Rows that are gone.
    pub gone: u64,
    /// Old rows that stay because their new row is in quarantine.
    pub held: u64,
    /// Rows in quarantine.
    pub quarantined: u64,
    /// The first of them by name.
    pub names: Names,
}

/// The first rows of each kind, as they are called in findings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Names {
    /// Of the new ones.
    pub new: Vec<String>,
    /// Of the changed ones.
    pub changed: Vec<String>,
    /// Of those that are gone.
    pub gone: Vec<String>,
}
