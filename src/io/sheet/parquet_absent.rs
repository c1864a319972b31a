//! In place of the reader of Parquet, in a build without it: says how to get one.

use super::Grid;
use crate::base::finding::Finding;
use crate::say;

/// Refuses a Parquet file.
///
/// # Errors
/// R93, always.
pub(super) fn grid(_bytes: &[u8], _findings: &mut Vec<Finding>) -> Result<Grid, Finding> {
    Err(Finding::new("R93", say!("这是 Parquet 文件", "this is a Parquet file")))
}
