//! Trees, tiles, appending and proofs: brute force on small logs, random ones up to three levels of tiles.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha20Rng;
use shuangsuiji::base::digest::{Digest, Suite};
use shuangsuiji::base::finding::Finding;
use shuangsuiji::base::merkle::{self, Root};
use shuangsuiji::log::append::append;
use shuangsuiji::log::audit::check_all;
use shuangsuiji::log::checkpoint::{Checkpoint, SignedCheckpoint};
use shuangsuiji::log::key::{Kind, SignerKey};
use shuangsuiji::log::proof::Proof;
use shuangsuiji::log::reader::Tiles;
use shuangsuiji::log::tiles::{Level, Tile, tiles};
use shuangsuiji::log::tree::{check_consistency, check_inclusion, leaf};

use crate::refusal;

/// A log in memory.
#[derive(Clone)]
pub struct Memory {
    pub root: Root,
    files: BTreeMap<Tile, Vec<u8>>,
}

impl Memory {
    fn new() -> Self {
        Memory { root: merkle::root(Suite::Sha256, []), files: BTreeMap::new() }
    }

    pub fn of(entries: &[Vec<u8>]) -> Self {
        let mut log = Memory::new();
        log.append(entries).unwrap();
        log
    }

    fn append(&mut self, entries: &[Vec<u8>]) -> Result<(), Finding> {
        let files = &self.files;
        let growth = append(self.root, entries, &mut |tile| Ok(files.get(&tile).cloned()))?;
        self.root = growth.root;
        self.files.extend(growth.files);
        Ok(())
    }

    pub fn read<T>(&self, n: u64, read: impl FnOnce(&mut Tiles<'_>) -> T) -> T {
        let mut get = |tile| Ok(self.files.get(&tile).cloned());
        read(&mut Tiles::new(n, &mut get))
    }

    fn check(&self) -> Result<Vec<Vec<u8>>, Finding> {
        let mut entries = Vec::new();
        let mut get = |tile| Ok(self.files.get(&tile).cloned());
        check_all(self.root, &mut get, &mut |at, entry| {
            assert_eq!(at, entries.len() as u64);
            entries.push(entry.to_vec());
        })?;
        Ok(entries)
    }
}

pub fn entries(n: usize) -> Vec<Vec<u8>> {
    (0..n).map(|i| format!("entry {i}").into_bytes().repeat((i % 4).max((i > 0).into()))).collect()
}

fn root(entries: &[Vec<u8>]) -> Root {
    merkle::root(Suite::Sha256, entries.iter().map(Vec::as_slice))
}

#[test]
fn paths_are_those_of_the_specification() {
    let tile = |level, index, width| Tile { level, index, width };
    for (path, expected) in [
        ("tile/0/x001/x234/067", tile(Level::Heads(0), 1_234_067, 256)),
        ("tile/0/000", tile(Level::Heads(0), 0, 256)),
        ("tile/2/000.p/1", tile(Level::Heads(2), 0, 1)),
        ("tile/entries/x001/000.p/255", tile(Level::Entries, 1000, 255)),
    ] {
        assert_eq!((Tile::parse(path), expected.path().as_str()), (Some(expected), path));
    }
    for path in [
        "tile/00/000",
        "tile/64/000",
        "tile/0/00",
        "tile/0/0000",
        "tile/0/x000/000",
        "tile/0/001/000",
        "tile/0/x001/x000",
        "tile/0/000.p/0",
        "tile/0/000.p/256",
        "tile/0/000.p/01",
        "tile/0/000.p/",
        "tile/entries/",
        "checkpoint",
        "tile/0/../../key",
        "tile/-1/000",
        "/tile/0/000",
        "tile/0/x999/x999/x999/x999/x999/x999/x999/999",
    ] {
        assert_eq!(Tile::parse(path), None, "{path}");
    }
    let counted = |n| {
        let mut counts: BTreeMap<(Level, u64), u64> = BTreeMap::new();
        tiles(n).for_each(|tile| *counts.entry((tile.level, tile.width)).or_default() += 1);
        counts.into_iter().map(|((level, width), n)| (level, width, n)).collect::<Vec<_>>()
    };
    let heads = Level::Heads;
    assert_eq!(
        counted(70_000),
        [
            (Level::Entries, 112, 1),
            (Level::Entries, 256, 273),
            (heads(0), 112, 1),
            (heads(0), 256, 273),
            (heads(1), 17, 1),
            (heads(1), 256, 1),
            (heads(2), 1, 1),
        ]
    );
    assert_eq!(counted(256), [(Level::Entries, 256, 1), (heads(0), 256, 1), (heads(1), 1, 1)]);
    assert_eq!(counted(0), []);
}

/// Every proof of every small log, against a second way to compute it, and against every other pair of logs.
#[test]
fn proofs_hold_for_their_logs_and_no_others() {
    let all = entries(40);
    let roots: Vec<Root> = (0..=all.len()).map(|n| root(&all[..n])).collect();
    let log = Memory::of(&all);
    for n in 1..=all.len() {
        let rows: Vec<&[u8]> = all[..n].iter().map(Vec::as_slice).collect();
        for index in 0..n {
            let path = Memory::of(&all[..n])
                .read(n as u64, |tiles| tiles.prove_inclusion(index as u64))
                .unwrap();
            let mut tree = merkle::Tree::new(Suite::Sha256).proving([index as u64].into());
            rows.iter().for_each(|row| tree.push(row));
            assert_eq!(tree.paths(), std::slice::from_ref(&path));
            for (other, entry) in all[..n].iter().enumerate() {
                let holds = check_inclusion(roots[n], leaf(entry), index as u64, &path);
                assert_eq!(holds, other == index);
                let elsewhere = check_inclusion(roots[n], leaf(&all[index]), other as u64, &path);
                assert_eq!(elsewhere, other == index);
            }
            assert!(!check_inclusion(roots[n], leaf(&all[index]), n as u64, &path));
        }
        for old in 0..=n {
            let path = Memory::of(&all[..n])
                .read(n as u64, |tiles| tiles.prove_consistency(old as u64))
                .unwrap();
            for (a, one) in roots.iter().enumerate().filter(|(a, _)| a.abs_diff(old) < 4) {
                for (b, two) in roots.iter().enumerate().filter(|(b, _)| b.abs_diff(n) < 4) {
                    let expected = (a, b) == (old, n) || (path.is_empty() && (a == b || a == 0));
                    assert_eq!(
                        check_consistency(*one, *two, &path),
                        expected,
                        "{old} {n}: {a} {b}"
                    );
                }
            }
        }
    }
    assert_eq!(log.root, roots[all.len()]);
}

#[test]
fn a_proof_changed_anywhere_is_refused() {
    let all = entries(39);
    let log = Memory::of(&all);
    let forked = [&entries(20)[..], &vec![b"other".to_vec(); 19]].concat();
    for old in 1..all.len() {
        let before = root(&all[..old]);
        let path = log.read(39, |tiles| tiles.prove_consistency(old as u64)).unwrap();
        assert!(check_consistency(before, log.root, &path));
        assert_eq!(check_consistency(root(&forked[..old]), log.root, &path), old <= 20);
        assert!(!check_consistency(before, root(&forked), &path));
        let wrong_size = Root { n: old as u64 + 1, ..before };
        assert!(!check_consistency(wrong_size, log.root, &path));
        let changed = |change: &dyn Fn(&mut Vec<Digest>)| {
            let mut path = path.clone();
            change(&mut path);
            path
        };
        for at in 0..path.len() {
            let flipped = changed(&|path| path[at] = Suite::Sha256.digest(path[at].as_bytes()));
            let shorter = changed(&|path| {
                path.remove(at);
            });
            let longer = changed(&|path| path.insert(at, path[at]));
            for path in [flipped, shorter, longer] {
                assert!(!check_consistency(before, log.root, &path), "{old} at {at}");
            }
        }
        let longer = changed(&|path| path.push(before.root));
        assert!(!check_consistency(before, log.root, &longer));
        assert!(!check_consistency(log.root, before, &path), "backwards");
    }
    // The empty log has one root.
    let not_empty = Root { n: 0, root: Digest::from_bytes([0; 32]) };
    assert!(!check_consistency(not_empty, log.root, &[]));
}

/// However entries are portioned, the files are those of the whole.
#[test]
fn appending_in_portions_gives_the_same_files() {
    let mut rng = ChaCha20Rng::seed_from_u64(7);
    let all = entries(1400);
    for most in [1, 3, 255, 256, 257, 700] {
        let (mut log, mut at, mut sizes) = (Memory::new(), 0, BTreeSet::new());
        while at < all.len() {
            let n = (1 + rng.next_u64() as usize % most).min(all.len() - at);
            log.append(&all[at..at + n]).unwrap();
            at += n;
            sizes.insert(at as u64);
        }
        assert_eq!(log.root, root(&all));
        assert_eq!(log.check().unwrap(), all);
        let whole = Memory::of(&all).files;
        let last: BTreeSet<Tile> = tiles(1400).collect();
        assert_eq!(whole.keys().copied().collect::<BTreeSet<_>>(), last);
        // All files of every size that had a checkpoint are there, and none besides.
        let needed: BTreeSet<Tile> =
            sizes.iter().flat_map(|n| tiles(*n)).chain(whole.keys().copied()).collect();
        assert!(last.iter().all(|tile| log.files[tile] == whole[tile]));
        assert!(log.files.keys().all(|tile| needed.contains(tile)), "portions of {most}");
        for n in sizes {
            assert!(tiles(n).all(|tile| log.files.contains_key(&tile)), "size {n}");
        }
    }
}

/// Three levels of tiles, entries of any length, and proofs read from few tiles.
#[test]
fn a_large_log() {
    let mut all = entries(70_000);
    all[69_990] = vec![7; 65_535];
    let mut log = Memory::of(&all[..65_535]);
    log.append(&all[65_535..65_536]).unwrap();
    log.append(&all[65_536..69_991]).unwrap();
    log.append(&all[69_991..]).unwrap();
    assert_eq!(log.root, root(&all));
    assert_eq!(log.check().unwrap(), all);
    for index in [0, 255, 256, 65_535, 65_536, 69_887, 69_888, 69_999] {
        let read = RefCell::new(0);
        let mut get = |tile| {
            *read.borrow_mut() += 1;
            Ok(log.files.get(&tile).cloned())
        };
        let path = Tiles::new(70_000, &mut get).prove_inclusion(index).unwrap();
        let entry = log.read(70_000, |tiles| tiles.entry(index)).unwrap();
        assert_eq!(entry, all[index as usize]);
        assert!(check_inclusion(log.root, leaf(&entry), index, &path));
        assert!(*read.borrow() <= 6, "{} tiles", read.borrow());
    }
    for old in [1, 256, 65_535, 65_536, 65_537, 69_991, 70_000] {
        let path = log.read(70_000, |tiles| tiles.prove_consistency(old)).unwrap();
        assert!(check_consistency(root(&all[..old as usize]), log.root, &path));
    }
    let too_long = log.append(&[vec![0; 65_536]]);
    assert_eq!(refusal(too_long), "L10 an entry has 65536 bytes, at most 65535 fit");
}

/// A byte changed, removed or added in any file, and any file missing, is found; a partial tile may be gone once the full
/// one is there.
#[test]
fn tampered_files_are_found() {
    let all = entries(600);
    let log = Memory::of(&all);
    for tile in tiles(600) {
        let whole = &log.files[&tile];
        let with = |bytes: Option<Vec<u8>>| {
            let mut other = log.clone();
            match bytes {
                Some(bytes) => drop(other.files.insert(tile, bytes)),
                None => drop(other.files.remove(&tile)),
            }
            refusal(other.check())
        };
        assert_eq!(with(None), "L09 the file is missing");
        for at in [0, whole.len() / 2, whole.len() - 1] {
            let mut bytes = whole.clone();
            bytes[at] ^= 1;
            let found = with(Some(bytes));
            assert!(found.starts_with("L09") || found.starts_with("L10"), "{found}");
        }
        let (n, wide) = (whole.len(), tile.width);
        let short = with(Some(whole[..n - 1].to_vec()));
        let long = with(Some([&whole[..], &[0]].concat()));
        match tile.level {
            Level::Entries => {
                let last = wide - 1;
                assert_eq!(short, format!("L10 it has {last} entries, not {wide}"));
                assert_eq!(long, "L10 1 bytes stand behind the last entry");
            }
            Level::Heads(_) => {
                assert_eq!(short, format!("L09 it has {} bytes, not {n}", n - 1));
                assert_eq!(long, format!("L09 it has {} bytes, not {n}", n + 1));
            }
        }
    }
    // An entry left out, with every file made anew, is another log than the one that was signed.
    let mut without = all.clone();
    without.remove(300);
    let removed = Memory { root: Root { n: 599, ..log.root }, ..Memory::of(&without) };
    assert_eq!(refusal(removed.check()), "L09 the entries do not give the checkpoint's root");
    let old = Memory::of(&all[..300]);
    let mut grown = old.clone();
    grown.append(&all[300..]).unwrap();
    let full: BTreeSet<Tile> = grown.files.keys().copied().collect();
    grown.files.retain(|tile, _| tile.width == 256 || !full.contains(&tile.full()));
    assert_eq!(grown.read(300, |tiles| tiles.head()), Ok(old.root));
    assert_eq!(grown.read(300, |tiles| tiles.entry(299)).unwrap(), all[299]);
    // Nothing is appended to tiles of another log.
    grown.root = Root { n: 600, ..old.root };
    let refused = grown.append(&all[..1]);
    assert_eq!(refusal(refused), "L09 the tiles do not give the checkpoint's root");
}

fn proof(log: &Memory, index: u64, entry: Option<Vec<u8>>) -> Proof {
    let key = SignerKey::from_seed("log.example", Kind::Ed25519, &[1; 32]).unwrap();
    let path = log.read(log.root.n, |tiles| tiles.prove_inclusion(index)).unwrap();
    let checkpoint = Checkpoint::new("log.example", log.root).unwrap();
    Proof { entry, index, path, signed: SignedCheckpoint::sign(checkpoint, &key) }
}

#[test]
fn proofs_as_files() {
    let all = entries(300);
    let log = Memory::of(&all);
    for index in [0, 2, 255, 299] {
        for entry in [None, Some(all[index].clone())] {
            let made = proof(&log, index as u64, entry);
            let text = made.format();
            assert_eq!(Proof::parse(text.as_bytes()), Ok(made.clone()));
            made.check(&all[index]).unwrap();
            let refused = made.check(&all[index ^ 1]);
            let cause = format!("L08 the proof does not lead from it to entry {index} of 300");
            assert_eq!(refusal(refused), cause);
        }
    }
    let text = proof(&log, 299, Some(b"extra".to_vec())).format();
    let line = text.lines().nth(3).unwrap();
    for (from, to, cause) in [
        ("tlog-proof@v1", "tlog-proof@v2", "L11 line 1 the first line is c2sp.org/tlog-proof@v1"),
        ("extra ZXh0cmE=", "extra ZXh0cmE", "L11 line 2 the extra data is not base64"),
        ("index 299", "index 0299", "L11 line 3 it must be \"index\" and a number"),
        ("index 299\n", "", "L11 line 3 it must be \"index\" and a number"),
        ("extra ZXh0cmE=\n", "extra ZXh0cmE=\nextra ZXh0cmE=\n", "L11 line 3 it must be \"index\""),
        (line, &line[1..], "L11 line 4 it must be base64 of 32 bytes"),
        ("\n\n", "\n", "L11 no empty line"),
        ("\n300\n", "\n0300\n", "L05 line 2 the size is a decimal integer"),
    ] {
        let changed = match from {
            "\n\n" => text.replace(from, to),
            _ => text.replacen(from, to, 1),
        };
        let refused = refusal(Proof::parse(changed.as_bytes()));
        assert!(refused.starts_with(cause), "{from:?}: {refused}");
    }
    let long =
        text.replacen("index 299\n", &format!("index 299\n{}", format!("{line}\n").repeat(60)), 1);
    assert_eq!(refusal(Proof::parse(long.as_bytes())), "L11 the path has more than 63 lines");
    assert_eq!(refusal(Proof::parse(&[0xff])), "L11 not UTF-8");
    assert_eq!(refusal(Proof::parse(&vec![b'a'; (2 << 20) + 1])), "L11 it has more than 2 MiB");
}
