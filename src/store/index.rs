//! The current version of a register, small enough to stand in memory beside an import: of each row where it is, a
//! print of its cells and prints of its identifiers, about 100 bytes together.
//!
//! A print is the first 128 bits of a SHA-256. Two of a million rows share one by accident with a chance below
//! 2^-88, so prints stand for the texts.

use std::ops::Range;

use crate::base::digest::Suite;
use crate::registry::{Cells, Register, keys};

/// The first 128 bits of a digest, as two numbers so that nothing is padded.
type Print = (u64, u64);

/// Where a row stands: the version that added it, and its number there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Address {
    pub added: u32,
    pub n: u32,
}

/// What an import has found out about a row of the current version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// Nothing yet.
    Open,
    /// It stands unchanged in the files.
    Same,
    /// It stands in the files, changed.
    Changed,
    /// Its row in the files is in quarantine.
    Held,
}

struct Row {
    cells: Print,
    address: Address,
    fate: Fate,
}

/// A print of an identifier, and the row that has it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Entry {
    key: Print,
    row: u32,
}

/// The rows of the current version by their identifiers.
pub(super) struct Index {
    register: Register,
    rows: Vec<Row>,
    entries: Vec<Entry>,
    /// Where the entries begin whose first bits have each value; prints are evenly spread.
    starts: Vec<u32>,
    bits: u32,
}

impl Index {
    /// An index without rows.
    pub fn new(register: Register) -> Self {
        Index { register, rows: Vec::new(), entries: Vec::new(), starts: Vec::new(), bits: 0 }
    }

    /// Takes a row of the current version in; [`Index::sort`] ends this.
    pub fn push(&mut self, address: Address, row: &Cells) {
        let at = u32::try_from(self.rows.len()).expect("bug: a register has fewer than 2^32 rows");
        self.rows.push(Row { cells: cells_print(row), address, fate: Fate::Open });
        for (column, key) in keys(self.register, row) {
            self.entries.push(Entry { key: print(column, &key), row: at });
        }
        for (_, id) in names_only(self.register, row) {
            self.entries.push(Entry { key: print(NAME, id), row: at });
        }
    }

    /// Makes it ready to be asked.
    pub fn sort(&mut self) {
        self.entries.shrink_to_fit();
        self.entries.sort_unstable();
        // About four entries share a beginning.
        self.bits = self.entries.len().max(4).ilog2() - 1;
        let mut at = 0;
        self.starts = (0..=1u64 << self.bits)
            .map(|start| {
                while self
                    .entries
                    .get(at)
                    .is_some_and(|entry| entry.key.0 >> (64 - self.bits) < start)
                {
                    at += 1;
                }
                u32::try_from(at).expect("bug: a register has fewer than 2^32 identifiers")
            })
            .collect();
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Finds the row that the new one continues, by its first identifier that one has which nothing else
    /// continues; its fate is then settled. Nothing if it is a new row.
    pub fn settle(&mut self, row: &Cells) -> Option<Fate> {
        if self.rows.is_empty() {
            return None;
        }
        let free = |at: &u32| matches!(self.rows[*at as usize].fate, Fate::Open | Fate::Held);
        let found = keys(self.register, row)
            .find_map(|(column, key)| self.having(print(column, &key)).find(free))?;
        let old = &mut self.rows[found as usize];
        old.fate = if old.cells == cells_print(row) { Fate::Same } else { Fate::Changed };
        Some(old.fate)
    }

    /// Holds the rows with this identifier, of whatever kind it is, that nothing continues.
    pub fn hold(&mut self, id: &str) {
        if self.rows.is_empty() || id.is_empty() {
            return;
        }
        let columns = own_columns(self.register);
        let columns = if columns.is_empty() { &[NAME] } else { columns };
        let found = columns.iter().flat_map(|column| self.having(print(column, id)));
        for at in found.collect::<Vec<u32>>() {
            let row = &mut self.rows[at as usize];
            if row.fate == Fate::Open {
                row.fate = Fate::Held;
            }
        }
    }

    /// The addresses of the rows with that fate, in order.
    pub fn with(&self, fate: Fate) -> Vec<Address> {
        let rows = self.rows.iter().filter(|row| row.fate == fate);
        let mut found: Vec<Address> = rows.map(|row| row.address).collect();
        found.sort_unstable();
        found
    }

    fn having(&self, key: Print) -> impl Iterator<Item = u32> {
        let bucket = usize::try_from(key.0 >> (64 - self.bits)).expect("bug: some bits fit");
        let range: Range<usize> = self.starts[bucket] as usize..self.starts[bucket + 1] as usize;
        let entries = &self.entries[range];
        let from = entries.partition_point(|entry| entry.key < key);
        entries[from..].iter().take_while(move |entry| entry.key == key).map(|entry| entry.row)
    }
}

/// A print of all cells of a row.
fn cells_print(row: &Cells) -> Print {
    let hasher = row
        .texts
        .iter()
        .fold(Suite::Sha256.hasher(), |hasher, cell| hasher.with(cell.as_bytes()).with(b"\t"));
    first_bits(hasher.finish().as_bytes())
}

/// A print of an identifier of a column.
fn print(column: &str, key: &str) -> Print {
    let hasher = Suite::Sha256.hasher().with(column.as_bytes()).with(b"\t");
    first_bits(hasher.with(key.as_bytes()).finish().as_bytes())
}

/// The first 128 bits of a digest.
pub(super) fn first_bits(digest: &[u8; 32]) -> Print {
    let part = |at: usize| {
        let bytes = digest[at..at + 8].try_into().expect("bug: a digest has 32 bytes");
        u64::from_be_bytes(bytes)
    };
    (part(0), part(8))
}

/// Stands for the column where an identifier only names a row and may do so to several.
const NAME: &str = "name";

/// The columns whose cells are identifiers by themselves; none where it takes several to make one.
fn own_columns(register: Register) -> &'static [&'static str] {
    match register {
        Register::Matters => &["id"],
        Register::Subjects => &["uscc", "reg_no", "own_id"],
        Register::Inspectors => &["iid"],
        _ => &[],
    }
}

/// Whom a row of several is about: a recusal that cannot be read holds all of that inspector's, a visit all of that
/// subject's.
fn names_only(register: Register, row: &Cells) -> impl Iterator<Item = (&'static str, &str)> {
    let people = register.columns().iter().zip(&row.texts).filter(move |(column, _)| {
        let names: &[&str] = match register {
            Register::Visits => &["subject"],
            _ => &["iid", "iid2"],
        };
        own_columns(register).is_empty() && names.contains(&column.id)
    });
    people.map(|(column, cell)| (column.id, cell.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matter(id: &str, name: &str) -> Cells {
        let mut texts = vec![String::new(); Register::Matters.columns().len()];
        (texts[0], texts[1]) = (id.to_owned(), name.to_owned());
        Cells { line: 0, texts }
    }

    #[test]
    fn every_row_is_found_whatever_their_number() {
        for count in [0, 1, 2, 3, 4, 7, 8, 9, 1000, 5000] {
            let mut index = Index::new(Register::Matters);
            for n in 0..count {
                index.push(Address { added: 1, n }, &matter(&format!("M{n}"), "a"));
            }
            index.sort();
            assert_eq!(index.settle(&matter("none", "a")), None);
            for n in 0..count {
                let fate = if n % 2 == 0 { (Fate::Same, "a") } else { (Fate::Changed, "b") };
                let row = matter(&format!("M{n}"), fate.1);
                assert_eq!(index.settle(&row), Some(fate.0), "M{n} of {count}");
                assert_eq!(index.settle(&row), None, "a row is continued once");
            }
            assert_eq!(index.with(Fate::Changed).len(), count as usize / 2);
        }
    }

    #[test]
    fn a_row_in_the_files_is_not_held() {
        let mut index = Index::new(Register::Matters);
        for n in 0..3 {
            index.push(Address { added: 1, n }, &matter(&format!("M{n}"), "a"));
        }
        index.sort();
        index.settle(&matter("M0", "a"));
        ["M0", "M1", "", "M9"].iter().for_each(|id| index.hold(id));
        assert_eq!(index.with(Fate::Held), [Address { added: 1, n: 1 }]);
        index.settle(&matter("M1", "b"));
        assert_eq!(index.with(Fate::Held), []);
        assert_eq!(index.with(Fate::Open), [Address { added: 1, n: 2 }]);
    }
}
