//! Random histories against a plain model: whatever was imported can be read again at every version.

use std::collections::BTreeMap;

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha20Rng;
use shuangsuiji::registry::{Cells, Register};
use shuangsuiji::store::Store;

use crate::site::{apply, cells_at, counts, everywhere, shop, texts};

/// Names with everything that a text format may trip over; canonical cells hold no control characters.
const NAMES: [&str; 7] = ["店", "\\N", "a\\tb", "\"引'号\"", "$1 ? --", "👨‍👩‍👧 Ā", "\\."];

#[test]
fn every_version_of_a_long_history_can_be_read_again() {
    everywhere(|folder| {
        let mut rng = ChaCha20Rng::seed_from_u64(5);
        let store = Store::open(folder).unwrap();
        let mut model: BTreeMap<usize, Cells> = BTreeMap::new();
        let mut versions: Vec<(i64, BTreeMap<usize, Cells>)> = Vec::new();
        // The sizes cross the batches of inserts, of COPY, of closing and of reading.
        for (step, size) in [9_000u32, 9_500, 20, 3, 9_500, 1, 500].into_iter().enumerate() {
            let before = model.clone();
            model.retain(|_, _| !rng.next_u32().is_multiple_of(7));
            while model.len() > size as usize {
                model.pop_first();
            }
            for _ in 0..size / 2 + 1 {
                let n = (rng.next_u32() % 10_000) as usize;
                let name = NAMES[(rng.next_u32() % 7) as usize];
                let mut cells = texts(&shop(n, name));
                cells.last_mut().unwrap().push_str(&"址".repeat(n % 40));
                model.insert(n, Cells::new(0, cells));
            }
            let rows: Vec<Cells> = model.values().cloned().collect();
            let done = apply(&store, step as u64, &rows, &[]);
            let is = |(n, row): &(&usize, &Cells), like: fn(&Cells, &Cells) -> bool| {
                before.get(n).is_some_and(|old| like(old, row))
            };
            let same = model.iter().filter(|row| is(row, |a, b| a == b)).count() as u64;
            let changed = model.iter().filter(|row| is(row, |a, b| a != b)).count() as u64;
            let gone = before.keys().filter(|n| !model.contains_key(n)).count() as u64;
            let new = model.len() as u64 - same - changed;
            assert_eq!(counts(&done), [new, changed, same, gone, 0, 0], "step {step}");
            versions.push((done.version.unwrap(), model.clone()));
        }
        for (version, rows) in &versions {
            let mut expected: Vec<Vec<String>> = rows.values().map(texts).collect();
            expected.sort();
            let found = cells_at(&store, Register::Subjects, *version);
            assert!(found == expected, "version {version} differs");
        }
        for (from, before) in &versions {
            for (to, after) in &versions {
                let diff = store.diff(Register::Subjects, *from, *to).unwrap();
                let added = after.keys().filter(|n| !before.contains_key(n)).count();
                let removed = before.keys().filter(|n| !after.contains_key(n)).count();
                let changed = after
                    .iter()
                    .filter(|(n, row)| before.get(n).is_some_and(|old| old != *row))
                    .count();
                let found = (diff.added.len(), diff.removed.len(), diff.changed.len());
                assert_eq!(found, (added, removed, changed), "{from} to {to}");
            }
        }
    });
}
