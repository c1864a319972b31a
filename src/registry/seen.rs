//! Which keys of a register have come so far, and where each stood first. A million subjects have a million keys
//! and more, so a key is kept as 96 bits of its SHA-256: of a hundred million keys two share them by chance with a
//! probability of 2^-44, and nobody gains by making two that do, since the later row is only reported.

use std::hash::{BuildHasherDefault, Hash, Hasher};

use crate::base::digest::Suite;

/// The digest of a key, under the name of its column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Key([u8; 12]);

/// The name of a business that could stand under two credit codes, as 16 bits of its digest: they decide which of two
/// rules an error names, and nothing else.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Twin(u16);

/// Where a key stood first; small, because there is one for each key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct First {
    /// The number of its table in the import, from 0.
    pub table: u16,
    /// Its line; a file has fewer bytes than a `u32` counts.
    pub line: u32,
    /// What tells one business under two credit codes.
    pub twin: Twin,
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

impl Twin {
    pub(super) fn of(name: Option<&str>) -> Twin {
        let digest = name.map(|name| Suite::Sha256.digest(name.as_bytes()).first_u64());
        Twin(digest.map_or(0, |digest| (digest >> 48) as u16 | 1))
    }

    pub(super) fn is(self, other: Twin) -> bool {
        self.0 != 0 && self == other
    }
}

impl Seen {
    /// Where each of a row's keys stood first. If none has come before, this is where they stand; a row that repeats
    /// another one is not taken, so its other keys keep nobody out.
    pub(super) fn meet(&mut self, keys: &[Key], here: First) -> Vec<Option<First>> {
        let firsts: Vec<Option<First>> =
            keys.iter().map(|key| self.firsts.get(key).copied()).collect();
        if firsts.iter().all(Option::is_none) {
            self.firsts.extend(keys.iter().map(|key| (*key, here)));
        }
        firsts
    }
}

impl First {
    pub(super) fn at(table: u32, line: u64, twin: Twin) -> First {
        // Names of places in messages: a file with more tables or lines than that is refused long before.
        let table = u16::try_from(table).unwrap_or(u16::MAX);
        First { table, line: u32::try_from(line).unwrap_or(u32::MAX), twin }
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

    fn at(table: u32, line: u64) -> First {
        First::at(table, line, Twin::default())
    }

    #[test]
    fn the_first_place_of_a_key_is_kept() {
        let mut seen = Seen::default();
        for n in 0..100_000u32 {
            let key = Key::of("uscc", &n.to_string());
            assert_eq!(seen.meet(&[key], at(n % 3, u64::from(n))), [None]);
        }
        for n in 0..100_000u32 {
            let again = seen.meet(&[Key::of("uscc", &n.to_string())], at(9, 1));
            assert_eq!(again, [Some(at(n % 3, u64::from(n)))]);
        }
        // The same text in another column is another key, and where a text ends matters.
        assert_eq!(seen.meet(&[Key::of("reg_no", "7")], at(0, 0)), [None]);
        assert_eq!(seen.meet(&[Key::of("reg", "_no\u{0}7")], at(0, 0)), [None]);
        // A row that repeats a key is not taken: its other key is still free.
        let [old, new] = ["8", "9"].map(|text| Key::of("reg_no", text));
        seen.meet(&[old], at(1, 1));
        assert_eq!(seen.meet(&[new, old], at(2, 2)), [None, Some(at(1, 1))]);
        assert_eq!(seen.meet(&[new], at(3, 3)), [None]);
    }
}
