//! The whole job on the shipped district and on a real register: both verifiers accept what came out.
#![cfg(feature = "cli")]
#![allow(missing_docs)]

mod support;

use std::path::Path;

use support::read_folder;
use support::second::{checks, python};
use support::ssj::{beacon_args, commit_args, import_all, run};

fn agree(folder: &Path) {
    let ours = shuangsuiji::verify::verify(&read_folder(&folder.join("bundle")));
    let theirs = python(folder, &["bundle".to_owned()]).remove(0);
    assert_eq!((ours.verified(), checks(&ours)), (true, theirs.1));
    assert!(theirs.0);
}

#[test]
fn the_demo_ends_verified_and_both_verifiers_agree() {
    let temp = tempfile::tempdir().unwrap();
    let text = run(temp.path(), 0, &["demo", "--out", "demo"]);
    assert!(text.trim_end().ends_with("verified") || text.contains("核验通过 verified"), "{text}");
    agree(&temp.path().join("demo"));
}

/// 20,149 real enterprises, dressed by the generator. Their names stay out of the repository.
#[test]
fn a_real_register_goes_through_and_both_verifiers_agree() {
    let real = support::root().join("../shared/data/subjects/zhejiang_20k.csv");
    if !real.exists() {
        println!("not run: the real register is not here ({})", real.display());
        return;
    }
    let temp = tempfile::tempdir().unwrap();
    let folder = temp.path();
    run(folder, 0, &["generate", "--dress", real.to_str().unwrap(), "--out", "registers"]);
    run(folder, 0, &["init", "."]);
    import_all(folder);
    run(folder, 0, &commit_args());
    run(folder, 0, &beacon_args());
    run(folder, 0, &["draw", "bundle"]);
    agree(folder);
}
