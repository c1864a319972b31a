//! Rows as a file holds them, many at a time: all cells in one text, so that a chunk of thousands of rows costs three
//! allocations and can be cleaned by several threads.

use crate::base::finding::Finding;

/// A chunk of raw rows.
#[derive(Debug, Default)]
pub struct Rows {
    text: String,
    /// Where each cell ends in the text.
    ends: Vec<usize>,
    marks: Vec<Mark>,
}

#[derive(Debug)]
pub(super) struct Mark {
    /// The line of the file.
    pub line: u64,
    /// Where its cells end in `ends`.
    end: usize,
    /// The identifier that numbering gives the row.
    pub id: Option<String>,
    /// What the reader of the file found in its cells.
    pub findings: Vec<Finding>,
}

impl Rows {
    /// Adds a row: its line in the file, from 1, its cells, and what its reader has found in them.
    pub fn push<S: AsRef<str>>(&mut self, line: u64, cells: &[S], findings: Vec<Finding>) {
        for cell in cells {
            self.text.push_str(cell.as_ref());
            self.ends.push(self.text.len());
        }
        self.marks.push(Mark { line, end: self.ends.len(), id: None, findings });
    }

    /// Gives the row that was added last the identifier of its number among those that share one.
    pub(super) fn number(&mut self, id: Option<String>) {
        if let Some(mark) = self.marks.last_mut() {
            mark.id = id;
        }
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.marks.len()
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.marks.is_empty()
    }

    /// How many bytes their cells have.
    pub fn bytes(&self) -> usize {
        self.text.len()
    }

    /// The cells of the row with this index.
    ///
    /// # Panics
    /// If there is none.
    pub fn cells(&self, at: usize) -> Vec<&str> {
        let first = at.checked_sub(1).map_or(0, |before| self.marks[before].end);
        let mut from = first.checked_sub(1).map_or(0, |before| self.ends[before]);
        let cell = |end: &usize| {
            let cell = &self.text[from..*end];
            from = *end;
            cell
        };
        self.ends[first..self.marks[at].end].iter().map(cell).collect()
    }

    pub(super) fn mark(&self, at: usize) -> &Mark {
        &self.marks[at]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_come_out_as_they_went_in() {
        let given: [&[&str]; 5] = [&["a", "", "中文"], &[], &[""], &["", ""], &["z"]];
        let mut rows = Rows::default();
        assert!(rows.is_empty());
        for (line, cells) in (7..).zip(given) {
            rows.push(line, cells, Vec::new());
        }
        assert_eq!((rows.len(), rows.bytes()), (5, 8));
        for (at, cells) in given.iter().enumerate() {
            assert_eq!((rows.mark(at).line, rows.cells(at).as_slice()), (7 + at as u64, *cells));
        }
    }
}
