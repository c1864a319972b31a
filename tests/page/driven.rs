//! The page in Chromium, driven once by `web/test/page.mjs` for all tests of this file.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::OnceLock;

use serde_json::{Value, json};
use shuangsuiji::record::bundle::{Files, VISITS};
use shuangsuiji::verify::{Report, verify};

use crate::brought::{Brought, DENSE, HOSTILE, Kind, LARGE};
use crate::city::City;
use crate::support::browser::{chromium, web};
use crate::support::second::{Said, python, write_bundles};
use crate::support::{read_folder, write_folder};

/// The page answers at least this often while it works, in milliseconds.
pub const GAP_MAX_MS: u64 = 500;
/// Progress is told at least this often while it works, in milliseconds.
pub const SILENCE_MAX_MS: u64 = 1000;

fn runs(program: &str) -> bool {
    Command::new(program).arg("--version").output().is_ok_and(|done| done.status.success())
}

/// What was brought to the page, what Rust says of it, and what was seen there.
pub struct Run {
    pub brought: Brought,
    pub names: Vec<String>,
    pub reports: BTreeMap<String, Report>,
    pub seen: Value,
    pub python: Option<Vec<Said>>,
    /// What step 7 comes to for those who brought a policy.
    pub times: Vec<Value>,
}

/// The page is driven once for all tests of this file.
pub fn run() -> Option<&'static Run> {
    static RUN: OnceLock<Option<Run>> = OnceLock::new();
    RUN.get_or_init(|| chromium().map(drive)).as_ref()
}

fn drive(browser: &str) -> Run {
    let folder = tempfile::tempdir().unwrap();
    let brought = Brought::make(folder.path());
    let numbers = write_bundles(folder.path(), &brought.bundles);
    let names: Vec<String> = brought.bundles.keys().cloned().collect();
    let number = |name: &str| names.iter().position(|each| each == name).unwrap().to_string();
    let receipts: Vec<Value> = brought
        .receipts
        .iter()
        .map(|receipt| {
            let file = receipt.file.as_ref().map(|bytes| {
                let file = format!("receipt {}.json", receipt.name);
                fs::write(folder.path().join(&file), bytes).unwrap();
                file
            });
            let bundle = receipt.bundle.as_deref().map(number);
            json!({"name": receipt.name, "folder": bundle, "file": file, "code": receipt.code})
        })
        .collect();
    let subjects = brought.subjects.iter().map(|subject| {
        json!({"folder": number(&subject.bundle), "sid": subject.sid, "name": subject.name})
    });
    let after = brought.after.iter().map(
        |after| json!({"folder": number(&after.bundle), "sid": after.sid, "code": after.code}),
    );
    let some = |prefix: &str, few: usize| -> Vec<String> {
        names.iter().filter(|name| name.starts_with(prefix)).take(few).map(|n| number(n)).collect()
    };
    let large = [LARGE, DENSE].map(number);
    let others = numbers.iter().filter(|folder| !large.contains(folder)).cloned();
    // The first is an untouched one: the states of the page are looked at with it.
    let each: Vec<String> = std::iter::once(number("good open")).chain(others).collect();
    let early = [LARGE, DENSE].map(|name| {
        let drawn = drawn(&brought.bundles[name]);
        json!({"folder": number(name), "sid": drawn})
    });
    let (logged, times) = logged(folder.path());
    let zips = [some("good", 8), some("bad", 4)].concat();
    let dropped = [some("good", 2), some("bad", 1)].concat();
    let cases = json!({
        "page": web().join("dist/verify.html"),
        "chromium": browser,
        "gap": GAP_MAX_MS,
        "silence": SILENCE_MAX_MS,
        "bundles": each,
        "bad": some("bad open", 1)[0],
        "zips": zips,
        "dropped": dropped,
        "large": large,
        "early": early,
        "receipts": receipts,
        "logged": logged,
        "subjects": subjects.collect::<Vec<Value>>(),
        "after": after.collect::<Vec<Value>>(),
        "hostile": number(HOSTILE),
        // The last second of the promised day in China, and the first of the next.
        "promised": {
            "folder": number("good sealed_unopened"),
            "times": ["2027-01-31T15:59:59Z", "2027-01-31T16:00:00Z"],
        },
    });
    fs::write(folder.path().join("cases.json"), cases.to_string()).unwrap();
    let done = Command::new("node")
        .arg("test/page.mjs")
        .arg(folder.path())
        .current_dir(web())
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{errors}");
    let seen = fs::read(folder.path().join("seen.json")).unwrap();
    let reports = brought.bundles.iter().map(|(name, files)| (name.clone(), verify(files)));
    Run {
        reports: reports.collect(),
        seen: serde_json::from_slice(&seen).unwrap(),
        python: runs("python3").then(|| python(folder.path(), &numbers)),
        names,
        brought,
        times,
    }
}

/// The first subject that is drawn.
pub fn drawn(files: &Files) -> String {
    let visits = std::str::from_utf8(&files[VISITS]).unwrap();
    visits.lines().nth(1).unwrap().split('\t').next().unwrap().to_owned()
}

/// A bundle whose steps are proved by a log, and the same with one proof changed, brought with a policy, with and without
/// a copy of the log; and what our verifier makes of step 7.
fn logged(folder: &Path) -> (Vec<Value>, Vec<Value>) {
    let city = City::drawn();
    let whole = read_folder(&city.office.path("bundle"));
    let mut changed = whole.clone();
    let proof = changed.get_mut("log/result.tlog-proof").unwrap();
    let at = proof.len() / 2;
    proof[at] ^= 1;
    write_folder(&city.office.path("changed"), &changed);
    write_folder(&folder.join("logged"), &whole);
    write_folder(&folder.join("changed"), &changed);
    write_folder(&folder.join("public"), &read_folder(&city.office.path("log/public")));
    fs::copy(city.office.path("policy"), folder.join("policy")).unwrap();
    let mut cases = Vec::new();
    let mut times = Vec::new();
    for (name, of) in [("logged", "bundle"), ("changed", "changed")] {
        for (log, more) in [(None, &[][..]), (Some("public"), &["--log", "log/public"])] {
            cases.push(json!({"folder": name, "policy": "policy", "log": log}));
            times.push(city.check(of, more)["outcome"].clone());
        }
    }
    (cases, times)
}

impl Run {
    pub fn files(&self, name: &str) -> &Files {
        &self.brought.bundles[name]
    }

    /// What the page says of a bundle, of the part of what was seen that has this name.
    pub fn said(&self, part: &str, name: &str) -> Option<&Value> {
        let number = self.names.iter().position(|each| each == name).unwrap().to_string();
        self.seen[part].get(number)
    }

    pub fn of_kind(&self, kind: Kind) -> impl Iterator<Item = &String> {
        self.names.iter().filter(move |name| Kind::of(name) == kind)
    }
}
