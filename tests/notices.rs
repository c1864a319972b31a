//! `ssj publish`: notices and forms of the vectors and of small draws – what they say, what they leave out, and that names
//! of any kind stay text. `tests/notices/` has notices as files.
#![cfg(feature = "cli")]
#![allow(missing_docs)]

mod support;

#[path = "notices/cells.rs"]
mod cells;
#[path = "notices/counts.rs"]
mod counts;
#[path = "support/district.rs"]
mod district;
#[path = "notices/filled.rs"]
mod filled;
#[path = "notices/forms.rs"]
mod forms;
#[path = "notices/outcomes.rs"]
mod outcomes;
#[path = "notices/pdf.rs"]
mod pdf;
#[path = "notices/rules.rs"]
mod rules;
#[path = "notices/tables.rs"]
mod tables;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use support::ssj::run;
use support::{root, vector, write_folder};
use tempfile::TempDir;

/// A folder with a bundle of the vectors, named `bundle`.
fn office(name: &str) -> TempDir {
    let temp = tempfile::tempdir().unwrap();
    write_folder(&temp.path().join("bundle"), &vector(name));
    temp
}

/// The files of a folder by name.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    entries
        .map(|entry| (entry.file_name().into_string().unwrap(), fs::read(entry.path()).unwrap()))
        .collect()
}

fn text(files: &BTreeMap<String, Vec<u8>>, name: &str) -> String {
    let bytes = files.get(name).unwrap_or_else(|| panic!("no {name} in {:?}", files.keys()));
    String::from_utf8(bytes.clone()).unwrap()
}

const PLACE: [&str; 6] = [
    "--site-name",
    "示例市市场监督管理局网站",
    "--address",
    "https://example.gov.cn/EX.zip",
    "--date",
    "2026-07-23",
];

/// The notices that stand as files: vector, kind, name of the files.
const GOLDEN: [(&str, &str, &str); 4] = [
    ("open", "plan", "EX-OPEN-1-plan"),
    ("open", "result", "EX-OPEN-1-result"),
    ("sealed_opened", "result", "EX-SEALED-OPENED-1-result-opened"),
    ("events", "correction", "RANDOM-113-1-correction-0003-1"),
];

#[test]
fn notices_are_those_that_stand_as_files() {
    for (name, kind, stem) in GOLDEN {
        let temp = office(name);
        let notice = |out: &str| {
            let args = ["publish", "notice", "bundle", "--kind", kind, "--out", out];
            run(temp.path(), 0, &[&args[..], &PLACE].concat())
        };
        let said = notice("out");
        assert!(said.contains("已写入"), "{said}");
        let made = files(&temp.path().join("out"));
        assert_eq!(made.len(), 3, "{:?}", made.keys());
        for ending in ["html", "json"] {
            let golden = root().join(format!("tests/notices/{stem}.{ending}"));
            let found = text(&made, &format!("{stem}.{ending}"));
            // To take over what is meant to change: SSJ_GOLDEN=write cargo test --test notices
            if std::env::var("SSJ_GOLDEN").is_ok_and(|value| value == "write") {
                fs::write(&golden, &found).unwrap();
            }
            assert_eq!(found, fs::read_to_string(&golden).unwrap(), "{}", golden.display());
        }
        // Again, and elsewhere: the same bytes.
        assert!(notice("out").contains("已存在且相同"));
        notice("other");
        assert_eq!(files(&temp.path().join("other")), made);
    }
}

#[test]
fn a_notice_never_takes_the_place_of_another() {
    let temp = office("open");
    let args = ["publish", "notice", "bundle", "--kind", "plan", "--out", "out"];
    run(temp.path(), 0, &args);
    let other = [&args[..], &["--site-name", "另一个网站"]].concat();
    assert!(run(temp.path(), 2, &other).contains("W03"));
}

#[test]
fn reports_for_machines_name_the_files() {
    let temp = office("open");
    let said = run(
        temp.path(),
        0,
        &["--json", "publish", "notice", "bundle", "--kind", "result", "--out", "out"],
    );
    let report: serde_json::Value = serde_json::from_str(&said).unwrap();
    assert_eq!((&report["command"], &report["what"]), (&"publish".into(), &"notice".into()));
    assert_eq!(report["files"].as_array().unwrap().len(), 3);
    assert_eq!(report["alarms"][0], "演练：不产生任何效力。");
    let said = run(temp.path(), 0, &["--json", "publish", "templates", "forms"]);
    let report: serde_json::Value = serde_json::from_str(&said).unwrap();
    let names: Vec<&str> =
        report["files"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
    assert!(names.contains(&"notice.html") && names.contains(&"style.css"), "{names:?}");
    assert_eq!(files(&temp.path().join("forms")).len(), names.len());
}

#[test]
fn an_office_changes_a_template_without_us() {
    let temp = office("open");
    let folder = temp.path();
    run(folder, 0, &["publish", "templates", "mine"]);
    let page = fs::read_to_string(folder.join("mine/notice.html")).unwrap();
    fs::write(folder.join("mine/notice.html"), page.replace("<footer", "<p>本局自拟</p><footer"))
        .unwrap();
    let args = ["publish", "notice", "bundle", "--kind", "plan", "--templates", "mine", "--out"];
    run(folder, 0, &[&args[..], &["out"]].concat());
    assert!(text(&files(&folder.join("out")), "EX-OPEN-1-plan.html").contains("<p>本局自拟</p>"));

    fs::write(folder.join("mine/notice.html"), "<p>\n{{ nobody }}").unwrap();
    let said = run(folder, 2, &[&args[..], &["wrong"]].concat());
    assert!(said.contains("错误 N01 mine/notice.html，第 2 行：没有这个值"), "{said}");
    assert!(!folder.join("wrong").exists());
    fs::write(folder.join("mine/notes.txt"), "").unwrap();
    let said = run(folder, 2, &[&args[..], &["wrong"]].concat());
    assert!(said.contains("错误 N02 mine/notes.txt"), "{said}");
}
