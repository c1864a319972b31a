//! Workspaces on either database, and rows to put into them.

use std::path::Path;

use shuangsuiji::registry::{Cells, Register, Removal};
use shuangsuiji::store::{Import, Imported, Meta, Mode, Quarantined, SourceFile, Store};
use tempfile::TempDir;

use crate::support::postgres;

/// Runs a test in a workspace of its own on SQLite, and in one on PostgreSQL.
pub fn everywhere(test: impl Fn(&Path)) {
    for url in [Some("sqlite:ssj.db".to_owned()), postgres::database()].into_iter().flatten() {
        eprintln!("on {}", url.split(':').next().unwrap_or_default());
        let temp = workspace(&url);
        test(temp.path());
    }
}

/// A workspace with the database of this address.
pub fn workspace(url: &str) -> TempDir {
    let temp = tempfile::tempdir().unwrap();
    drop(Store::create(temp.path(), Some(url)).unwrap());
    temp
}

/// A row of a register with these cells; all others are empty.
pub fn row(register: Register, cells: &[(&str, &str)]) -> Cells {
    let columns = register.columns();
    for (id, _) in cells {
        assert!(columns.iter().any(|column| column.id == *id), "there is no column {id}");
    }
    let cell = |id: &str| cells.iter().find(|(name, _)| *name == id).map_or("", |(_, text)| *text);
    Cells::new(0, columns.iter().map(|column| cell(column.id)))
}

/// A subject by its three identifiers and its name.
pub fn subject(uscc: &str, reg_no: &str, own_id: &str, name: &str) -> Cells {
    let cells = [("uscc", uscc), ("reg_no", reg_no), ("own_id", own_id), ("name", name)];
    row(Register::Subjects, &cells)
}

/// A subject that has a registration number only.
pub fn shop(n: usize, name: &str) -> Cells {
    subject("", &format!("R{n:05}"), "", name)
}

/// A row in quarantine that is known by this identifier.
pub fn unread(id: &str, text: &str) -> Quarantined {
    Quarantined {
        file: "a.csv".to_owned(),
        sheet: None,
        line: 7,
        id: Some(id.to_owned()).filter(|id| !id.is_empty()),
        codes: vec!["R08".to_owned(), "R10".to_owned()],
        cells: vec![id.to_owned(), text.to_owned()],
    }
}

/// Who imports, at that second, and why rows go.
pub fn meta(at_s: u64, reason: Option<Removal>) -> Meta {
    let file = SourceFile { file: "a.csv".to_owned(), digest: "0".repeat(64), rows: 3 };
    Meta { by: "tester@here".to_owned(), reason, at_s, set_clock: false, files: vec![file] }
}

/// Hands rows to an import.
pub fn fill(import: &mut Import<'_>, rows: &[Cells], unread: &[Quarantined]) {
    for row in rows {
        import.row(row.clone()).unwrap();
    }
    unread.iter().for_each(|row| import.quarantine(row.clone()).unwrap());
}

/// Applies an import of subjects that may remove rows.
pub fn apply(store: &Store, at_s: u64, rows: &[Cells], unread: &[Quarantined]) -> Imported {
    let mut import = store.begin_import(Register::Subjects, Mode::Replace, true).unwrap();
    fill(&mut import, rows, unread);
    import.finish(&meta(at_s, Some(Removal::Correction))).unwrap()
}

/// New, changed, same, gone, held, quarantined.
pub fn counts(done: &Imported) -> [u64; 6] {
    [done.new, done.changed, done.same, done.gone, done.held, done.quarantined]
}

/// The cells of a version's rows, sorted.
pub fn cells_at(store: &Store, register: Register, version: i64) -> Vec<Vec<String>> {
    let table = store.table_at(register, version).unwrap();
    let mut rows: Vec<Vec<String>> = table.rows.iter().map(texts).collect();
    rows.sort();
    rows
}

/// The cells of a row.
pub fn texts(row: &Cells) -> Vec<String> {
    row.iter().map(str::to_owned).collect()
}

/// The names of the subjects in force, sorted.
pub fn names(store: &Store) -> Vec<String> {
    let table = store.table(Register::Subjects).unwrap();
    let name = Register::Subjects.columns().iter().position(|c| c.id == "name").unwrap();
    let mut names: Vec<String> = table.rows.iter().map(|row| row.cell(name).to_owned()).collect();
    names.sort();
    names
}
