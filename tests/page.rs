//! `verify.html` in Chromium: what it says of some 500 bundles and 60 receipts is what ours and the Python verifier say,
//! and it asks no network, complains of nothing and can be read by everybody.
//!
//! Node, the packages of `web/` and Chromium are installed by `tests/run.sh`; without them these tests say so.
#![cfg(all(feature = "cli", unix))]
#![allow(missing_docs)]

#[path = "page/brought.rs"]
mod brought;
#[path = "log/city.rs"]
#[allow(dead_code)]
mod city;
#[path = "cli/office.rs"]
#[allow(dead_code)]
mod office;
mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use brought::{Brought, DEMO, EARLY, HOSTILE, HOSTILE_TITLE, Kind, LARGE};
use city::City;
use serde_json::{Value, json};
use shuangsuiji::verify::{Report, verify};
use support::second::{Bundle, Said, difference, python, write_bundles};
use support::{read_folder, write_folder};

/// The page answers at least this often while it works, in milliseconds.
const GAP_MAX_MS: u64 = 500;

fn web() -> PathBuf {
    support::root().join("web")
}

fn runs(program: &str) -> bool {
    Command::new(program).arg("--version").output().is_ok_and(|done| done.status.success())
}

/// The browser, if everything is here that the page needs to be looked at.
fn chromium() -> Option<&'static str> {
    let found =
        ["chromium", "chromium-browser", "google-chrome"].map(|name| format!("/usr/bin/{name}"));
    let browser = found.into_iter().find(|path| Path::new(path).exists());
    let packages = ["playwright-core", "axe-core", "vite"];
    let packages = packages.iter().all(|name| web().join("node_modules").join(name).exists());
    if browser.is_none() || !packages || !runs("node") {
        eprintln!("not run: Chromium, Node or the packages of web/ are not installed");
        return None;
    }
    browser.map(|path| &*path.leak())
}

/// What was brought to the page, what Rust says of it, and what was seen there.
struct Run {
    brought: Brought,
    names: Vec<String>,
    reports: BTreeMap<String, Report>,
    seen: Value,
    python: Option<Vec<Said>>,
    /// What step 7 comes to for those who brought a policy.
    times: Vec<Value>,
}

/// The page is driven once for all tests of this file.
fn run() -> Option<&'static Run> {
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
    let some = |prefix: &str, few: usize| -> Vec<String> {
        names.iter().filter(|name| name.starts_with(prefix)).take(few).map(|n| number(n)).collect()
    };
    let large = number(LARGE);
    let others = numbers.iter().filter(|folder| **folder != large).cloned();
    // The first is an untouched one: the states of the page are looked at with it.
    let each: Vec<String> = std::iter::once(number("good open")).chain(others).collect();
    let (logged, times) = logged(folder.path());
    let zips = [some("good", 8), some("bad", 4)].concat();
    let dropped = [some("good", 2), some("bad", 1)].concat();
    let cases = json!({
        "page": web().join("dist/verify.html"),
        "chromium": browser,
        "gap": GAP_MAX_MS,
        "bundles": each,
        "bad": some("bad open", 1)[0],
        "zips": zips,
        "dropped": dropped,
        "large": [large],
        "early": {"folder": large, "sid": EARLY},
        "receipts": receipts,
        "logged": logged,
        "subjects": subjects.collect::<Vec<Value>>(),
        "hostile": number(HOSTILE),
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
    let reports = brought.bundles.iter().map(|(name, b)| (name.clone(), verify(&b.files)));
    Run {
        reports: reports.collect(),
        seen: serde_json::from_slice(&seen).unwrap(),
        python: runs("python3").then(|| python(folder.path(), &numbers)),
        names,
        brought,
        times,
    }
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
    fn bundle(&self, name: &str) -> &Bundle {
        &self.brought.bundles[name]
    }

    /// What the page says of a bundle, of the part of what was seen that has this name.
    fn said(&self, part: &str, name: &str) -> Option<&Value> {
        let number = self.names.iter().position(|each| each == name).unwrap().to_string();
        self.seen[part].get(number)
    }

    fn of_kind(&self, kind: Kind) -> impl Iterator<Item = &String> {
        self.names.iter().filter(move |name| Kind::of(name) == kind)
    }
}

/// Verdict and checks as the page shows them.
fn checks(said: &Value) -> Said {
    let steps = said["steps"].as_array().unwrap().iter();
    let step = |step: &Value| {
        let outcome = step[1].as_str().unwrap().replace('-', "_");
        (u32::try_from(step[0].as_u64().unwrap()).unwrap(), outcome)
    };
    let verified = ["passed", "void"].iter().any(|kind| said["kind"] == *kind);
    (verified, steps.map(step).collect())
}

fn texts(value: &Value) -> Vec<&str> {
    value.as_array().unwrap().iter().map(|text| text.as_str().unwrap()).collect()
}

#[test]
fn page_ours_and_python_say_the_same() {
    let Some(run) = run() else { return };
    let mut different = Vec::new();
    let mut compared = 0;
    for part in ["bundles", "large", "zips", "dropped"] {
        for name in &run.names {
            let Some(said) = run.said(part, name) else { continue };
            let theirs = checks(said);
            compared += 1;
            if let Some(how) = difference(run.bundle(name), &run.reports[name], &theirs) {
                different.push(format!("{part} {name}:\n  {how}\n  {}", said["alert"]));
            }
            let digest = run.reports[name].result.map(|digest| digest.hex());
            if theirs.0 && said["digest"].as_str() != digest.as_deref() {
                different.push(format!("{part} {name}: another result digest"));
            }
        }
    }
    for (at, name) in run.names.iter().enumerate() {
        let Some(said) = run.python.as_ref().map(|all| &all[at]) else { continue };
        if let Some(how) = difference(run.bundle(name), &run.reports[name], said) {
            different.push(format!("Python, {name}:\n  {how}"));
        }
    }
    println!("{compared} looked at, of {} bundles", run.names.len());
    assert!(compared > run.names.len());
    assert!(different.is_empty(), "{} differ\n{}", different.len(), different.join("\n"));
}

#[test]
fn untouched_bundles_verify() {
    let Some(run) = run() else { return };
    for name in run.of_kind(Kind::Good) {
        let part = if name == LARGE { "large" } else { "bundles" };
        let said = run.said(part, name).unwrap();
        let void = run.reports[name].facts.void;
        assert_eq!(said["kind"], if void { "void" } else { "passed" }, "{name}: {said:#}");
    }
    assert!(run.of_kind(Kind::Good).count() > 60);
    assert!(run.names.iter().any(|name| name == DEMO));
}

#[test]
fn tampered_bundles_are_refused_and_the_file_is_named() {
    let Some(run) = run() else { return };
    let mut wrong = Vec::new();
    for name in run.of_kind(Kind::Bad) {
        let said = run.said("bundles", name).unwrap();
        let changed = &run.brought.changed[name];
        let named = texts(&said["named"]);
        let alert = said["alert"].as_str().unwrap();
        // A wrong digest in the manifest is named at its file; a missing commitment is no bundle; without opening.json each
        // closed file is the surplus one.
        let named = changed
            .iter()
            .any(|file| named.contains(&file.as_str()) || alert.contains(file.as_str()));
        if said["kind"] == "passed" || said["kind"] == "void" || !named {
            wrong.push(format!("{name}: {said}"));
        }
    }
    let count = run.of_kind(Kind::Bad).count();
    println!("{count} tampered bundles refused");
    assert!(count >= 200, "{count}");
    assert!(wrong.is_empty(), "{} of {count}\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn nothing_leaves_the_page_and_nothing_is_complained_of() {
    let Some(run) = run() else { return };
    assert_eq!(run.seen["requests"], json!([]));
    assert_eq!(run.seen["errors"], json!([]));
    let refused = json!({
        "fetch": "refused", "image": "refused", "script": "refused", "inline": "refused"
    });
    assert_eq!(run.seen["forbidden"], refused);
    assert_eq!(run.seen["heard"], json!([]));
}

#[test]
fn everybody_can_read_it() {
    let Some(run) = run() else { return };
    assert_eq!(run.seen["rules"], json!([]), "{:#}", run.seen["rules"]);
}

#[test]
fn the_page_answers_while_it_verifies_a_district() {
    let Some(run) = run() else { return };
    let said = run.said("large", LARGE).unwrap();
    println!(
        "176,245 subjects: {} ms, longest time without an answer {} ms",
        said["milliseconds"], said["gap"]
    );
    assert!(said["gap"].as_u64().unwrap() <= GAP_MAX_MS, "{said}");
}

/// Whoever asks for one subject need not wait for all others.
#[test]
fn a_subject_is_answered_while_the_others_are_verified() {
    let Some(run) = run() else { return };
    let said = &run.seen["early"];
    println!("answer after {} ms, verdict after {} ms", said["answer_ms"], said["verdict_ms"]);
    assert_eq!(said["kind"], "passed");
    assert!(said["text"].as_str().unwrap().starts_with(EARLY), "{said}");
}

#[test]
fn what_looks_like_markup_is_text() {
    let Some(run) = run() else { return };
    let said = &run.seen["hostile"];
    let text = said["text"].as_str().unwrap();
    for shown in [HOSTILE_TITLE, "<img src=x onerror=window.ran=true>", "𠮷㐂", "\\u{202e}"] {
        assert!(text.contains(shown), "{shown} is not shown in {text}");
    }
    assert!(!text.contains('\u{202e}'));
    assert_eq!((&said["foreign"], &said["ran"]), (&json!(0), &json!(false)));
    assert_eq!(said["overflow"], 0, "something is wider than a phone");
}

#[test]
fn without_a_worker_the_page_verifies_by_itself() {
    let Some(run) = run() else { return };
    let said = &run.seen["direct"];
    assert_eq!(checks(said), checks(run.said("bundles", "good open").unwrap()));
    assert!(checks(said).0);
}

#[test]
fn a_policy_and_a_copy_of_the_log_prove_times() {
    let Some(run) = run() else { return };
    let seen = run.seen["logged"].as_array().unwrap();
    let shown: Vec<Value> = seen
        .iter()
        .map(|said| {
            let (_, steps) = checks(said);
            let (_, outcome) = steps.into_iter().find(|(number, _)| *number == 7).unwrap();
            json!(outcome)
        })
        .collect();
    assert_eq!(shown, run.times, "{seen:#?}");
    assert_eq!(run.times[1], "passed");
    assert!(run.times[2..].iter().all(|outcome| *outcome == "failed"));
    let text = seen[1]["text"].as_str().unwrap();
    assert!(text.contains("1 次中的第 1 次"), "attempts are not counted: {text}");
}

#[test]
fn receipts_hold_or_fail_as_ours() {
    let Some(run) = run() else { return };
    let mut different = Vec::new();
    for receipt in &run.brought.receipts {
        let said = &run.seen["receipts"][&receipt.name];
        if (said["kind"] == "passed") != receipt.holds {
            different.push(format!("{}, holds: {}: {said}", receipt.name, receipt.holds));
        }
    }
    let held = run.brought.receipts.iter().filter(|receipt| receipt.holds).count();
    println!("{} receipts and codes, {held} hold", run.brought.receipts.len());
    assert!(held >= 12 && run.brought.receipts.len() >= held + 20);
    assert!(different.is_empty(), "{}", different.join("\n"));
}

/// Outcome, tickets and team are those of the receipt, and each command that is shown prints what is said to come of it.
#[test]
fn a_subject_sees_its_own_part_and_can_repeat_it() {
    let Some(run) = run() else { return };
    let mut repeated = 0;
    for (subject, said) in run.brought.subjects.iter().zip(run.seen["subjects"].as_array().unwrap())
    {
        let what = format!("{} {}: {said:#}", subject.bundle, subject.sid);
        let headline = said["headline"].as_str().unwrap();
        assert!(headline.contains(&subject.sid), "{what}");
        assert!(subject.name.as_ref().is_none_or(|name| headline.contains(name)), "{what}");
        let tickets: BTreeSet<&str> = texts(&said["tickets"]).into_iter().collect();
        let mut shown = said["outcomes"].as_array().unwrap().clone();
        shown.sort_by_key(Value::to_string);
        let outcomes: Vec<Value> = subject
            .lists()
            .map(|list| {
                let word = match list["outcome"].as_str().unwrap() {
                    "drawn" => "抽中",
                    "reserve" => "候补",
                    _ => "未抽中",
                };
                let key = list["key"].as_str().unwrap();
                assert!(tickets.contains(key.rsplit('.').next().unwrap()), "{key}: {what}");
                json!([list["list"], word])
            })
            .collect();
        assert_eq!(shown, outcomes, "{what}");
        assert_eq!(texts(&said["team"]), subject.team(), "{what}");
        assert_eq!(said["overflow"], 0, "{what}");
        for (command, printed) in texts(&said["commands"]).iter().zip(texts(&said["printed"])) {
            let promised = command.lines().last().unwrap().trim_start_matches("# ");
            let first = printed.split_whitespace().next().unwrap();
            assert_eq!(first, promised, "{command}");
            repeated += 1;
        }
    }
    println!("{repeated} commands repeated");
    assert!(repeated > 10, "{repeated}");
}

/// Whoever builds the page anew gets the bytes that are published.
#[test]
fn the_page_is_built_from_its_sources_byte_by_byte() {
    if chromium().is_none() {
        return;
    }
    let temp = tempfile::tempdir().unwrap();
    let done = Command::new("node")
        .args(["node_modules/vite/bin/vite.js", "build", "--outDir"])
        .arg(temp.path())
        .current_dir(web())
        .output()
        .unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let built = fs::read(temp.path().join("verify.html")).unwrap();
    let same = built == fs::read(web().join("dist/verify.html")).unwrap();
    assert!(same, "web/dist/verify.html is not what `npm run build` makes of web/src");
    let text = String::from_utf8(built).unwrap();
    for way in
        ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "Function("]
    {
        assert!(!text.contains(way), "the page has a way to make markup or code of text: {way}");
    }
}
