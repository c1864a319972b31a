//! The sample of `docs/log.md`: a log of a rehearsed draw with its witnesses, in `tests/log/vectors/sample`. The seeds of its
//! keys are public, so anybody can make it again; `SSJ_WRITE_SAMPLE=1` does.

use std::collections::BTreeMap;
use std::fs;

use shuangsuiji::base::merkle::Root;
use shuangsuiji::log::append::append;
use shuangsuiji::log::checkpoint::{Checkpoint, SignedCheckpoint};
use shuangsuiji::log::empty_root;
use shuangsuiji::log::entry::{Body, Entry, RegisterState, Registers, salted};
use shuangsuiji::log::key::{Kind, SignerKey};
use shuangsuiji::log::policy::Policy;
use shuangsuiji::log::proof::Proof;
use shuangsuiji::log::reader::Tiles;
use shuangsuiji::record::logged::entries_of;

use crate::support::vector as bundle;
use crate::vectors;

/// An hour before the beacon of the bundle, 2026-07-23 14:38:30 in China.
const COSIGNED_S: u64 = 1_784_788_710;

fn entries() -> Vec<Entry> {
    let register = |name: &str, rows| RegisterState {
        register: name.to_owned(),
        rows,
        digest: salted(name, &crate::entries::digest(name), &crate::entries::digest("salt")),
    };
    let registers = Registers {
        agency: "示例市市场监督管理局".to_owned(),
        day: "2026-07-22".to_owned(),
        registers: vec![
            register("inspectors", 16),
            register("recusals", 9),
            register("subjects", 74),
        ],
    };
    let bodies = entries_of(&bundle("open")).unwrap();
    let times = [COSIGNED_S - 90, COSIGNED_S + 4_000, COSIGNED_S + 4_100];
    let first = Entry { at: COSIGNED_S - 86_400, body: Body::Register(registers) };
    let others = bodies.into_iter().zip(times).map(|(body, at)| Entry { at, body });
    [first].into_iter().chain(others).collect()
}

fn sample() -> BTreeMap<String, Vec<u8>> {
    let log = SignerKey::from_seed("log.example/ssj", Kind::Ed25519, &[1; 32]).unwrap();
    let witnesses = ["w1.example", "w2.example", "w3.example"];
    let witnesses = [0u8, 1, 2].map(|n| {
        SignerKey::from_seed(witnesses[usize::from(n)], Kind::Cosignature, &[n + 2; 32]).unwrap()
    });
    let mut files = BTreeMap::new();
    let mut tiles = BTreeMap::new();
    let mut root: Root = empty_root();
    let entries: Vec<Vec<u8>> = entries().iter().map(|entry| entry.format().unwrap()).collect();
    let mut signed = Vec::new();
    // Two checkpoints: when the draw was bound, and after it.
    for part in [&entries[..2], &entries[2..]] {
        let growth = append(root, part, &mut |tile| Ok(tiles.get(&tile).cloned())).unwrap();
        root = growth.root;
        tiles.extend(growth.files);
        let checkpoint = Checkpoint::new("log.example/ssj", root).unwrap();
        signed.push(SignedCheckpoint::sign(checkpoint, &log));
    }
    for (n, witness) in (0..).zip(&witnesses[..2]) {
        let line = signed[0].cosign(witness, COSIGNED_S + n);
        signed[0].add(line);
    }
    let mut get = |tile| Ok(tiles.get(&tile).cloned());
    let path = Tiles::new(2, &mut get).prove_inclusion(1).unwrap();
    let proof =
        Proof { entry: Some(entries[1].clone()), index: 1, path, signed: signed[0].clone() };
    for (tile, bytes) in tiles {
        files.insert(tile.path(), bytes);
    }
    files.insert("checkpoint".to_owned(), signed[1].format().into_bytes());
    files.insert("earlier.checkpoint".to_owned(), signed[0].format().into_bytes());
    files.insert("commit.tlog-proof".to_owned(), proof.format().into_bytes());
    let vkey = |key: &SignerKey| key.verifier().format();
    let policy = format!(
        "log {}\nwitness w1 {}\nwitness w2 {}\nwitness w3 {}\ngroup all-witnesses 2 w1 w2 w3\nquorum all-witnesses\n",
        vkey(&log),
        vkey(&witnesses[0]),
        vkey(&witnesses[1]),
        vkey(&witnesses[2])
    );
    files.insert("policy".to_owned(), policy.into_bytes());
    files
}

#[test]
fn the_sample_is_what_this_program_makes() {
    let folder = vectors().join("sample");
    let files = sample();
    if std::env::var_os("SSJ_WRITE_SAMPLE").is_some() {
        for (path, bytes) in &files {
            let path = folder.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, bytes).unwrap();
        }
    }
    let found = crate::support::read_folder(&folder);
    assert_eq!(found.keys().collect::<Vec<_>>(), files.keys().collect::<Vec<_>>());
    assert!(found == files, "SSJ_WRITE_SAMPLE=1 makes it anew");
    let policy = Policy::parse(&files["policy"]).unwrap();
    let proof = Proof::parse(&files["commit.tlog-proof"]).unwrap();
    let entry = Entry::parse(proof.entry.as_ref().unwrap()).unwrap();
    proof.check(proof.entry.as_ref().unwrap()).unwrap();
    let Body::Commit(commit) = entry.body else { panic!("{entry:?}") };
    assert_eq!(policy.check_by(&proof.signed, commit.due_s()).unwrap().reached_s, COSIGNED_S + 1);
}

/// The document shows the sample, not something like it.
#[test]
fn the_document_quotes_the_sample() {
    let document = fs::read_to_string(crate::support::root().join("docs/log.md")).unwrap();
    for name in ["checkpoint", "commit.tlog-proof", "policy"] {
        let text = String::from_utf8(sample()[name].clone()).unwrap();
        for line in text.lines().filter(|line| !line.is_empty()) {
            assert!(
                document.lines().any(|l| l == line),
                "docs/log.md has not the line of {name}:\n{line}"
            );
        }
    }
    for entry in entries() {
        let line = String::from_utf8(entry.format().unwrap()).unwrap();
        assert!(document.lines().any(|l| l == line), "docs/log.md has not the entry:\n{line}");
    }
}

/// Every code of the log has a case in these tests.
#[test]
fn every_code_is_earned() {
    let folder = crate::support::root().join("tests");
    let mut texts = fs::read_to_string(folder.join("log_cli.rs")).unwrap();
    texts.push_str(&fs::read_to_string(folder.join("log_steps.rs")).unwrap());
    for entry in fs::read_dir(folder.join("log")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|e| e == "rs") && !path.ends_with("sample.rs") {
            texts.push_str(&fs::read_to_string(path).unwrap());
        }
    }
    for rule in shuangsuiji::base::codes::all().filter(|rule| rule.code.starts_with('L')) {
        assert!(texts.contains(&format!("\"{}", rule.code)), "{} has no case", rule.code);
    }
}
