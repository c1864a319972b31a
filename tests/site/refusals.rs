//! What the site refuses: each code about it has a case that earns it, and the site stays as it was.

use std::fs;
use std::path::Path;

use shuangsuiji::record::bundle::{Files, VISITS};

use super::{bundles, site};
use crate::support::ssj::run;
use crate::support::{read_folder, vector};

/// The command is refused with this code, which names this file, and the site is what it was.
fn refused(folder: &Path, exit: i32, bundle: &str, code: &str, file: &str) {
    let before = read_folder(&folder.join("site"));
    let told = run(folder, exit, &["publish", "--site", "site", bundle]);
    let place = told.lines().find(|line| line.contains(code));
    assert!(place.is_some_and(|line| line.contains(file)), "{code} {file}:\n{told}");
    assert!(before == read_folder(&folder.join("site")), "{code} changed the site");
}

fn events() -> (Files, Files) {
    let files = vector("events");
    let mut earlier = files.clone();
    earlier.retain(|path, _| !path.starts_with("events/"));
    (files, earlier)
}

#[test]
fn what_does_not_verify_is_not_published() {
    let mut wrong = vector("open");
    let visits = wrong.get_mut(VISITS).unwrap();
    *visits = String::from_utf8(visits.clone()).unwrap().replace("T01,T02", "T01").into_bytes();
    let temp = bundles(&[("wrong", &wrong), ("right", &vector("open_sm3"))]);
    site(temp.path(), &["right"]);
    refused(temp.path(), 1, "wrong", "N30", "wrong");
    refused(temp.path(), 1, "wrong", "V08", "wrong/visits.tsv");
    // One that is wrong keeps none of the others away.
    let told = run(temp.path(), 1, &["publish", "--site", "both", "wrong", "right"]);
    assert!(told.contains("N30"), "{told}");
    assert!(temp.path().join("both/draws/2026/EX-OPEN-SM3-c25bd94e/index.html").exists());
    assert!(!temp.path().join("both/draws/2026/EX-OPEN-920db900").exists());
}

#[test]
fn what_was_published_is_not_exchanged() {
    let (files, earlier) = events();
    let temp = bundles(&[("files", &files), ("earlier", &earlier)]);
    site(temp.path(), &["files"]);
    refused(temp.path(), 1, "earlier", "N32", "earlier/events/0001.json");
    let shown = temp.path().join("site/draws/2026/RANDOM-113-3779756f/bundle");
    fs::write(shown.join("events/0003.json"), "another\n").unwrap();
    fs::write(shown.join("frames/T01.tsv"), "another\n").unwrap();
    refused(temp.path(), 1, "files", "N31", "files/events/0003.json");
    let told = run(temp.path(), 1, &["publish", "--site", "site", "files"]);
    assert!(told.contains("files/frames/T01.tsv"), "{told}");
    // The copy in the site is a bundle like any other: it can renew its own pages.
    fs::write(shown.join("events/0003.json"), &files["events/0003.json"]).unwrap();
    fs::write(shown.join("frames/T01.tsv"), &files["frames/T01.tsv"]).unwrap();
    let own = "site/draws/2026/RANDOM-113-3779756f/bundle";
    let told = run(temp.path(), 0, &["publish", "--site", "site", own]);
    assert!(told.contains("写入文件 0 个"), "{told}");
}

#[test]
fn nobody_else_s_files_are_touched() {
    let temp = bundles(&[("open", &vector("open")), ("sm3", &vector("open_sm3"))]);
    let folder = temp.path();
    let told = run(folder, 2, &["publish", "--site", "open", "sm3"]);
    assert!(told.contains("N36") && !folder.join("open/index.html").exists(), "{told}");

    fs::create_dir(folder.join("site")).unwrap();
    fs::write(folder.join("site/index.html"), "<h1>本局</h1>").unwrap();
    let told = run(folder, 2, &["publish", "--site", "site", "sm3"]);
    assert!(told.contains("N34"), "{told}");
    assert_eq!(fs::read_dir(folder.join("site")).unwrap().count(), 1);

    fs::remove_file(folder.join("site/index.html")).unwrap();
    fs::write(folder.join("site/robots.txt"), "kept").unwrap();
    site(folder, &["open"]);
    assert_eq!(fs::read_to_string(folder.join("site/robots.txt")).unwrap(), "kept");

    let entry = folder.join("site/draws/2026/EX-OPEN-920db900/draw.json");
    fs::write(&entry, "{}\n").unwrap();
    let told = run(folder, 2, &["publish", "--site", "site", "sm3"]);
    assert!(told.contains("N33") && told.contains("EX-OPEN-920db900/draw.json"), "{told}");
    let told = run(folder, 0, &["publish", "--site", "site", "sm3", "open"]);
    assert!(told.contains("中有抽取 2 次"), "{told}");
    // A folder that a killed run left without an entry is no draw of the list.
    fs::create_dir_all(folder.join("site/draws/2027/half/bundle")).unwrap();
    assert!(run(folder, 0, &["publish", "--site", "site", "sm3"]).contains("中有抽取 2 次"));
}
