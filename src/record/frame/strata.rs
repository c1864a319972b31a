//! The strata of a list, found by name, once for every row of a frame.

use crate::record::list::List;

/// The strata of a list, found by name.
pub struct Names<'a>(Vec<Front<'a>>);

/// A stratum's name, compared by its first bytes first: nearly all names are told apart by them.
#[derive(Clone, Copy)]
struct Front<'a> {
    front: u64,
    rest: &'a [u8],
}

impl<'a> Names<'a> {
    /// The names of a list's strata, in their order.
    pub fn of(list: &'a List) -> Self {
        Names(list.strata.iter().map(|stratum| Front::of(&stratum.stratum)).collect())
    }

    /// The place of a stratum in the list.
    pub fn place(&self, name: &str) -> Option<usize> {
        let name = Front::of(name);
        self.0.iter().position(|other| other.is(&name))
    }
}

impl<'a> Front<'a> {
    fn of(name: &'a str) -> Self {
        let bytes = name.bytes().take(8);
        // No name holds a NUL, so that a shorter name is another number.
        let front = bytes.fold(0, |front, byte| front << 8 | u64::from(byte));
        Front { front, rest: name.as_bytes().get(8..).unwrap_or_default() }
    }

    fn is(&self, other: &Front<'_>) -> bool {
        // To compare two empty slices costs more than a ticket: memcmp looks where they do not point.
        self.front == other.front
            && self.rest.len() == other.rest.len()
            && (self.rest.is_empty() || self.rest == other.rest)
    }
}
