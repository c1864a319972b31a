//! The transparency log's formats against their specifications: known answers of others, properties, brute force on
//! small sizes, and everything that can be changed.
#![allow(missing_docs)]

mod support;

#[path = "log/entries.rs"]
mod entries;
#[path = "log/notes.rs"]
mod notes;
#[path = "log/sample.rs"]
mod sample;
#[path = "log/stamps.rs"]
mod stamps;
#[path = "log/trees.rs"]
mod trees;
#[path = "log/witnesses.rs"]
mod witnesses;

use std::path::{Path, PathBuf};

use shuangsuiji::base::finding::{Finding, Lang};

pub fn vectors() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/log/vectors")
}

pub fn vector(name: &str) -> String {
    std::fs::read_to_string(vectors().join(name)).unwrap()
}

/// Code and cause of a refusal, in English.
pub fn refusal<T: std::fmt::Debug>(refused: Result<T, Finding>) -> String {
    let finding = refused.unwrap_err();
    let row = finding.place.row.map(|row| format!(" line {row}")).unwrap_or_default();
    format!("{}{row} {}", finding.code(), finding.cause.get(Lang::En))
}
