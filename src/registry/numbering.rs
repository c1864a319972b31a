//! Identifiers for rows that share one: a list of matters gives its sub-matters the number of the matter, and a
//! mapping with `number_repeated = true` makes `18.1`, `18.2` … of them, in the order of the files. Whether a number
//! is shared is known at the end only, so the rows are counted before they are read.

use std::collections::BTreeMap;

use super::columns::Register;
use super::intake::Header;
use super::mapping::Mapping;
use super::raw::Rows;

/// How many rows share each identifier, and how many of them have come.
#[derive(Clone, Debug)]
pub struct Numbering {
    column: usize,
    counts: BTreeMap<String, (usize, usize)>,
}

impl Numbering {
    /// The numbering that a mapping asks for.
    pub fn of(mapping: &Mapping) -> Option<Numbering> {
        let column = Register::Matters.index("id");
        mapping.numbers_repeated().then(|| Numbering { column, counts: BTreeMap::new() })
    }

    /// Counts a row, before any row is numbered.
    pub fn count<S: AsRef<str>>(&mut self, header: &Header, cells: &[S]) {
        if let Some(id) = header.full_cell(self.column, cells) {
            self.counts.entry(id).or_default().0 += 1;
        }
    }

    /// Numbers the row that was added last to a chunk, if it shares its identifier.
    pub fn number<S: AsRef<str>>(&mut self, header: &Header, rows: &mut Rows, cells: &[S]) {
        let id = header.full_cell(self.column, cells).and_then(|id| {
            let (all, so_far) = self.counts.entry(id.clone()).or_default();
            *so_far += 1;
            (*all > 1 && !id.is_empty()).then(|| format!("{id}.{so_far}"))
        });
        rows.number(id);
    }
}
