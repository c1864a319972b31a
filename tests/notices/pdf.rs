//! Printing, where a browser and poppler are installed; it is said when they are not.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::support::ssj::run;
use crate::tables::{NAMES, table};
use crate::{files, office};

fn is_there(program: &str) -> bool {
    let there = Command::new(program).arg("--version").output().is_ok();
    if !there {
        println!("skipped: {program} is not installed");
    }
    there
}

/// The characters of a name that no font on this machine has: without a glyph, a PDF has no text for it.
fn without_font(name: &str) -> String {
    let printed = |character: char| {
        let pattern = format!(":charset={:x}", u32::from(character));
        let fonts = Command::new("fc-list").arg(pattern).output();
        fonts.is_ok_and(|fonts| !fonts.stdout.is_empty())
    };
    name.chars().filter(|character| !character.is_ascii() && !printed(*character)).collect()
}

/// The text of a PDF in the order in which it is drawn, cell by cell, without white space, which broken lines have more of.
fn words(pdf: &Path) -> String {
    let done = Command::new("pdftotext").arg("-raw").arg(pdf).arg("-").output().unwrap();
    String::from_utf8(done.stdout).unwrap().split_whitespace().collect()
}

#[test]
fn printed_pages_have_the_names_whole() {
    if !is_there("chromium") || !is_there("pdftotext") {
        return;
    }
    let temp = office("open");
    let folder = temp.path();
    fs::write(folder.join("names.csv"), table()).unwrap();
    let common = ["--names", "names.csv", "--out", "out", "--pdf"];
    let notice = ["publish", "notice", "bundle", "--kind", "result"];
    run(folder, 0, &[&notice[..], &common].concat());
    let forms = ["publish", "forms", "bundle", "--only", "record"];
    run(folder, 0, &[&forms[..], &common].concat());
    for pdf in ["EX-OPEN-1-result.pdf", "EX-OPEN-1-record-01.pdf"] {
        let words = words(&folder.join("out").join(pdf));
        for (sid, name) in NAMES {
            let missing = without_font(name);
            if !missing.is_empty() {
                println!("skipped: no font on this machine has {missing} (fonts-hanazono)");
                continue;
            }
            let name: String = name.split_whitespace().collect();
            assert!(words.contains(&name) && words.contains(sid), "{pdf}: {name} not in {words}");
        }
    }
    // A page that stood there keeps its PDF.
    let before = files(&folder.join("out"));
    run(folder, 0, &[&notice[..], &common].concat());
    assert_eq!(files(&folder.join("out")), before);
}

/// The structure for screen readers is there but for pages of several megabytes, which it would make ten times as large.
#[test]
fn printed_pages_have_their_structure_if_they_are_not_huge() {
    if !is_there("chromium") || !is_there("pdfinfo") {
        return;
    }
    let temp = office("open");
    let folder = temp.path();
    run(folder, 0, &["publish", "templates", "forms"]);
    let notice = folder.join("forms/notice.html");
    let page = fs::read_to_string(&notice).unwrap();
    let huge = format!("<main>\n<!-- {} -->", "x".repeat(2 << 20));
    for (more, tagged) in [("<main>", "yes"), (&huge, "no")] {
        fs::write(&notice, page.replace("<main>", more)).unwrap();
        let common = ["--templates", "forms", "--out", tagged, "--pdf"];
        let args = ["publish", "notice", "bundle", "--kind", "plan"];
        run(folder, 0, &[&args[..], &common].concat());
        let pdf = folder.join(tagged).join("EX-OPEN-1-plan.pdf");
        let told = Command::new("pdfinfo").arg(pdf).output().unwrap().stdout;
        let told = String::from_utf8(told).unwrap();
        let line = told.lines().find(|line| line.starts_with("Tagged:")).unwrap();
        assert_eq!(line.split_whitespace().nth(1), Some(tagged), "{told}");
    }
}

#[test]
fn what_cannot_print_is_named() {
    let temp = office("open");
    let folder = temp.path();
    let args = ["publish", "notice", "bundle", "--kind", "plan", "--out", "out", "--pdf"];
    let said = run(folder, 2, &[&args[..], &["--browser", "no-such-browser"]].concat());
    assert!(said.contains("N06") && said.contains("no-such-browser"), "{said}");
    assert!(!folder.join("out").exists());
    if cfg!(unix) {
        let said = run(folder, 2, &[&args[..], &["--browser", "false"]].concat());
        assert!(said.contains("N07") && said.contains("打印没有完成"), "{said}");
        let said = run(folder, 2, &[&args[..], &["--browser", "true"]].concat());
        assert!(said.contains("N07") && said.contains("没有写出 PDF"), "{said}");
        // The page is there all the same.
        assert!(folder.join("out/EX-OPEN-1-plan.html").exists());
    }
}
