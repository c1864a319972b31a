//! The strata of a list, found by name, once for every row of a frame.

use std::cmp::Ordering;

use crate::record::list::List;

/// The strata of a list, in the order of their names, each with its place in the list.
pub struct Names<'a>(Vec<(Front<'a>, usize)>);

/// A stratum's name, compared by its first bytes first: nearly all names are told apart by them.
#[derive(Clone, Copy)]
struct Front<'a> {
    front: u64,
    rest: &'a [u8],
}

impl<'a> Names<'a> {
    /// The names of a list's strata, in their order.
    pub fn of(list: &'a List) -> Self {
        let fronts = list.strata.iter().map(|stratum| Front::of(&stratum.stratum));
        let mut fronts: Vec<(Front<'_>, usize)> = fronts.zip(0..).collect();
        fronts.sort_by(|(a, _), (b, _)| a.cmp(b));
        Names(fronts)
    }

    /// The place of a stratum in the list.
    pub fn place(&self, name: &str) -> Option<usize> {
        let name = Front::of(name);
        let at = self.0.binary_search_by(|(other, _)| other.cmp(&name)).ok()?;
        Some(self.0[at].1)
    }
}

impl<'a> Front<'a> {
    fn of(name: &'a str) -> Self {
        let bytes = name.bytes().take(8);
        // No name holds a NUL, so that a shorter name is another number.
        let front = bytes.fold(0, |front, byte| front << 8 | u64::from(byte));
        Front { front, rest: name.as_bytes().get(8..).unwrap_or_default() }
    }

    fn cmp(&self, other: &Front<'_>) -> Ordering {
        self.front.cmp(&other.front).then_with(|| match (self.rest, other.rest) {
            // To compare two empty slices costs more than a ticket: memcmp looks where they do not point.
            ([], []) => Ordering::Equal,
            (one, other) => one.cmp(other),
        })
    }
}
