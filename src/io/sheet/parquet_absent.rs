//! In place of the reader of Parquet, in a build without it: says how to get one.

use super::Each;
use crate::base::finding::Finding;
use crate::say;

/// No file is ever opened.
#[derive(Debug)]
pub(super) enum Register {}

impl Register {
    pub(super) fn header(&self) -> &[String] {
        match *self {}
    }

    pub(super) fn items(&self, _: &mut Each<'_>) -> Result<(), Finding> {
        match *self {}
    }
}

/// Refuses a Parquet file.
///
/// # Errors
/// R93, always.
pub(super) fn open(_: Vec<u8>, _: &mut Vec<Finding>) -> Result<Register, Finding> {
    Err(Finding::new("R93", say!("这是 Parquet 文件", "this is a Parquet file")))
}
