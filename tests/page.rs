//! `verify.html` in Chromium: what it says of some 500 bundles and 60 receipts is what ours and the Python verifier say,
//! and it asks no network, complains of nothing and can be read by everybody.
//!
//! Node, the packages of `web/` and Chromium are installed by `tests/run.sh`; without them these tests say so.
#![cfg(all(feature = "cli", unix))]
#![allow(missing_docs)]

#[path = "page/after.rs"]
mod after;
#[path = "page/brought.rs"]
mod brought;
#[path = "log/city.rs"]
#[allow(dead_code)]
mod city;
#[path = "page/driven.rs"]
mod driven;
#[path = "page/heavy.rs"]
mod heavy;
#[path = "cli/office.rs"]
#[allow(dead_code)]
mod office;
mod support;

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

use brought::{DEMO, DENSE, FROZEN, HOSTILE_TITLE, Kind, LARGE};
use driven::{GAP_MAX_MS, SILENCE_MAX_MS, drawn, run};
use heavy::{Fit, Heavy};
use serde_json::{Value, json};
use shuangsuiji::record::bundle::OPENING;
use support::browser::{chromium, web};
use support::second::{Said, difference};

/// A pairing of a million eligible pairs verifies within this time, in milliseconds.
const REGIONAL_MAX_MS: u64 = 15_000;

/// Verdict and checks as the page shows them.
fn checks(said: &Value) -> Said {
    let steps = said["steps"].as_array().unwrap().iter();
    let step = |step: &Value| {
        let outcome = step[1].as_str().unwrap().replace('-', "_");
        (u32::try_from(step[0].as_u64().unwrap()).unwrap(), outcome)
    };
    let verified = ["passed", "partial", "void"].iter().any(|kind| said["kind"] == *kind);
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
            if let Some(how) = difference(run.files(name), &run.reports[name], &theirs) {
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
        if let Some(how) = difference(run.files(name), &run.reports[name], said) {
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
        let part = if [LARGE, DENSE].contains(&&**name) { "large" } else { "bundles" };
        let said = run.said(part, name).unwrap();
        let facts = &run.reports[name].facts;
        let closed = facts.opens.is_some() && !run.files(name).contains_key(OPENING);
        let kind = if facts.void {
            "void"
        } else if closed {
            "partial"
        } else {
            "passed"
        };
        assert_eq!(said["kind"], kind, "{name}: {said:#}");
        let headline = said["headline"].as_str().unwrap();
        assert_eq!(headline == "公开部分核验通过", kind == "partial", "{name}: {headline}");
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
        // What a failed step would prove is not said as if it held.
        let claims = texts(&said["claims"]);
        let claimed = claims.iter().any(|claim| !claim.starts_with("未能证明："));
        if !(said["kind"] == "failed" || said["kind"].is_null()) || !named || claimed {
            wrong.push(format!("{name}: {said}"));
        }
    }
    let count = run.of_kind(Kind::Bad).count();
    println!("{count} tampered bundles refused");
    assert!(count >= 200, "{count}");
    assert!(wrong.is_empty(), "{} of {count}\n{}", wrong.len(), wrong.join("\n"));
}

/// What is published before a draw shows what it can, and is called neither verified nor false.
#[test]
fn before_the_draw_nothing_is_verified_and_nothing_is_refused() {
    let Some(run) = run() else { return };
    let frozen = |name: &&String| name.starts_with(&format!("either {FROZEN}"));
    for name in run.names.iter().filter(frozen) {
        let said = run.said("bundles", name).unwrap();
        assert_eq!(said["kind"], "frozen", "{name}: {said}");
        assert_eq!(said["headline"], "已封存，尚未抽取：可核验的都相符");
        assert_eq!(texts(&said["named"]), Vec::<&str>::new());
        assert!(!run.reports[name].verified());
    }
    assert_eq!(run.names.iter().filter(frozen).count(), support::VECTORS.len());
}

/// The page names who comes now, and tells in the words of `ssj verify RECEIPT --bundle` what changed; so does a receipt.
#[test]
fn after_events_the_page_names_who_comes_now() {
    let Some(run) = run() else { return };
    let after = &run.brought.after;
    for (after, said) in after.iter().zip(run.seen["after"].as_array().unwrap()) {
        let slots: Vec<Value> =
            after.slots.iter().map(|(iid, vacant)| json!([iid, vacant])).collect();
        for part in ["subject", "receipt"] {
            let what = format!("{} {} {part}: {said:#}", after.bundle, after.sid);
            assert_eq!(texts(&said[part]["since"]), after.since(), "{what}");
            assert_eq!(said[part]["slots"], json!(slots), "{what}");
            assert_eq!(said[part]["overflow"], 0, "{what}");
        }
        let told = said["receipt"]["headline"].as_str().unwrap();
        assert_eq!(told, "凭证与公示包相符；抽取之后有变动", "{} {}", after.bundle, after.sid);
    }
    for kind in [after::waits, after::follows, after::passes, after::ends] {
        let count = after.iter().filter(|after| after.has(kind)).count();
        assert!(count >= 3, "{count} of {}", after.len());
    }
    println!("{} subjects that events concern", after.len());
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
fn the_page_answers_and_tells_its_progress_while_it_verifies() {
    let Some(run) = run() else { return };
    for name in [LARGE, DENSE] {
        let said = run.said("large", name).unwrap();
        println!(
            "{name}: {} ms, longest time without an answer {} ms, without progress {} ms",
            said["milliseconds"], said["gap"], said["silence"]
        );
        assert!(said["gap"].as_u64().unwrap() <= GAP_MAX_MS, "{said}");
        assert!(said["silence"].as_u64().unwrap() <= SILENCE_MAX_MS, "{said}");
    }
}

/// Whoever asks for one subject need not wait for all others: the answer stands there before the verdict, marked as what
/// nothing has verified yet, and afterwards the verified one says the same, with the verdict in place of that mark.
#[test]
fn a_subject_is_answered_while_the_others_are_verified() {
    let Some(run) = run() else { return };
    for name in [LARGE, DENSE] {
        let said = run.said("early", name).unwrap();
        println!("{name}: answer after {} ms", said["answer_ms"]);
        assert_eq!(said["kind"], "passed", "{said}");
        let answers = said["answers"].as_array().unwrap();
        let (first, last) = (&answers[0], answers.last().unwrap());
        assert_eq!((&first["verdict"], &last["verdict"]), (&json!(false), &json!(true)), "{said}");
        assert_eq!(
            (texts(&first["marks"]), texts(&last["marks"])),
            (vec!["核验尚未完成"], vec!["核验通过"])
        );
        assert!(first["note"].as_str().unwrap().starts_with("核验尚未完成"), "{first}");
        assert!(last["note"].as_str().unwrap().starts_with("核验已完成"), "{last}");
        let sid = drawn(run.files(name));
        assert!(first["text"].as_str().unwrap().starts_with(&format!("{sid}：抽中")), "{first}");
        assert_eq!(texts(&first["team"]).len(), 2, "{first}");
        assert_eq!((&first["text"], &first["team"]), (&last["text"], &last["team"]));
    }
}

#[test]
fn a_promised_opening_that_has_not_come_is_told() {
    let Some(run) = run() else { return };
    let told = texts(&run.seen["promised"]).into_iter();
    let told: Vec<bool> =
        told.map(|text| text.contains("承诺最迟 2027-01-31 公开，已逾期未公开。")).collect();
    assert_eq!(told, [false, true]);
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
        // A code without a bundle waits for one; everything else is said to hold or not.
        let kind = match (receipt.holds, &receipt.code, &receipt.bundle) {
            (true, ..) => "passed",
            (false, Some(_), None) => "void",
            (false, ..) => "failed",
        };
        if said["kind"] != kind {
            different.push(format!("{}, holds: {}: {said}", receipt.name, receipt.holds));
        }
    }
    let held = run.brought.receipts.iter().filter(|receipt| receipt.holds).count();
    println!("{} receipts and codes, {held} hold", run.brought.receipts.len());
    // Scanned without a bundle it waits for one.
    assert_eq!(run.seen["scanned"]["kind"], "void");
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
        let printed = said["printed"].as_array().unwrap();
        // One for each ticket and one for each holder of a slot, at the least.
        assert!(printed.len() >= outcomes.len() + subject.team().len(), "{what}");
        for (command, printed) in texts(&said["commands"]).into_iter().zip(printed) {
            // Where a program is not installed nothing is printed.
            let Some(printed) = printed.as_str() else { continue };
            let promised = command.lines().last().unwrap().trim_start_matches("# ");
            assert_eq!(printed.split_whitespace().next(), Some(promised), "{command}");
            repeated += 1;
        }
    }
    println!("{repeated} commands repeated");
    assert!(repeated > 10, "{repeated}");
}

/// A year's visits of a district, 16,757 with two slots each. It takes a while, so it is asked for:
/// `SSJ_HEAVY=1 cargo test --test page district -- --nocapture`.
#[test]
fn pairings_of_a_whole_district_verify_in_the_page() {
    let Some(chromium) = chromium() else { return };
    if std::env::var_os("SSJ_HEAVY").is_none() {
        println!("not run: SSJ_HEAVY is not set");
        return;
    }
    let temp = tempfile::tempdir().unwrap();
    let fits = [Fit::Area, Fit::FourAreas, Fit::All];
    let district = |fit| Heavy { subjects: 176_245, visits: 16_757, people: 600, fit };
    let folders = fits.map(|fit| temp.path().join(district(fit).pairs().to_string()));
    for (fit, folder) in fits.into_iter().zip(&folders) {
        support::write_folder(folder, &district(fit).files());
    }
    let page = web().join("dist/verify.html");
    let mut command = Command::new("node");
    command.current_dir(web()).args(["test/heavy.mjs", chromium]).arg(page).args(&folders);
    let done = command.output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let printed = String::from_utf8(done.stdout).unwrap();
    assert_eq!(printed.lines().count(), fits.len());
    for (fit, line) in fits.into_iter().zip(printed.lines()) {
        println!("{} eligible pairs: {line}", district(fit).pairs());
        let said: Value = serde_json::from_str(line).unwrap();
        assert_eq!((&said["kind"], &said["errors"]), (&json!("passed"), &json!([])));
        assert!(said["gap"].as_u64().unwrap() <= GAP_MAX_MS);
        assert!(said["silence"].as_u64().unwrap() <= SILENCE_MAX_MS);
        if fit == Fit::Area {
            assert!(said["milliseconds"].as_u64().unwrap() <= REGIONAL_MAX_MS);
        }
    }
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
    let sums = |folder: &std::path::Path| fs::read(folder.join("SHA256SUMS")).unwrap();
    assert_eq!(sums(temp.path()), sums(&web().join("dist")), "SHA256SUMS is not what is built");
    let text = String::from_utf8(built).unwrap();
    for way in
        ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function"]
    {
        assert!(!text.contains(way), "the page has a way to make markup or code of text: {way}");
    }
}
