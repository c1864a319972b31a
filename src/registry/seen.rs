//! Which keys of a register have come so far, and where each stood first. A million subjects have a million keys
//! and more, so a key is kept as 96 bits of its SHA-256: of a hundred million keys two share them by chance with a
//! probability of 2^-44, and nobody gains by making two that do, since the later row is only reported.

use std::collections::hash_map::Entry;
use std::hash::{BuildHasherDefault, Hash, Hasher};

use crate::base::digest::Suite;

/// The digest of a key, under the name of its column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Key([u8; 12]);

/// Where a key stood first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct First {
    /// The number of its table in the import, from 0.
    pub table: u32,
    /// Its line; a file has fewer bytes than a `u32` counts.
    pub line: u32,
}

#[allow(clippy::disallowed_types, reason = "the map is asked and never iterated")]
type Firsts = std::collections::HashMap<Key, First, BuildHasherDefault<Prefix>>;

/// The keys so far.
#[derive(Debug, Default)]
pub(super) struct Seen {
    firsts: Firsts,
}

impl Key {
    pub(super) fn of(column: &str, text: &str) -> Key {
        let hasher = Suite::Sha256.hasher().with(column.as_bytes()).with(b"\0");
        let digest = hasher.with(text.as_bytes()).finish();
        let (head, _) = digest.as_bytes().split_first_chunk().expect("bug: 32 bytes hold 12");
        Key(*head)
    }
}

impl Seen {
    /// Where the key stood first, if it has come before; else this is where.
    pub(super) fn meet(&mut self, key: Key, here: First) -> Option<First> {
        match self.firsts.entry(key) {
            Entry::Occupied(first) => Some(*first.get()),
            Entry::Vacant(place) => {
                place.insert(here);
                None
            }
        }
    }
}

impl First {
    pub(super) fn at(table: u32, line: u64) -> First {
        First { table, line: u32::try_from(line).unwrap_or(u32::MAX) }
    }
}

/// The first bytes of a digest are a hash already.
impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let (head, _) = self.0.split_first_chunk().expect("bug: 12 bytes hold 8");
        state.write_u64(u64::from_le_bytes(*head));
    }
}

#[derive(Debug, Default)]
struct Prefix(u64);

impl Hasher for Prefix {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, _: &[u8]) {
        unreachable!("bug: a key is hashed as one integer");
    }

    fn write_u64(&mut self, n: u64) {
        self.0 = n;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_place_of_a_key_is_kept() {
        let mut seen = Seen::default();
        for n in 0..100_000u32 {
            let key = Key::of("uscc", &n.to_string());
            assert_eq!(seen.meet(key, First::at(n % 3, u64::from(n))), None);
        }
        for n in 0..100_000u32 {
            let again = seen.meet(Key::of("uscc", &n.to_string()), First::at(9, 1));
            assert_eq!(again, Some(First::at(n % 3, u64::from(n))));
        }
        // The same text in another column is another key, and where a text ends matters.
        assert_eq!(seen.meet(Key::of("reg_no", "7"), First::at(0, 0)), None);
        assert_eq!(seen.meet(Key::of("reg", "_no\u{0}7"), First::at(0, 0)), None);
    }
}
