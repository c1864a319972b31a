//! A policy that believes two logs: an attempt in the one is an attempt in the other.

use std::fs;

use serde_json::json;
use shuangsuiji::log::checkpoint::SignedCheckpoint;
use shuangsuiji::log::key::SignerKey;

use crate::city::{City, DUE_S, both};
use crate::office::{COMMIT_IN_TIME, Office, ssj};
use crate::support::{read_folder, write_folder};

const BOTH: [&str; 4] = ["--log", "log/public", "--log", "log2"];

/// Another workspace of the same office commits the same matters and days into a log of its own, and brings both here.
fn with_a_second_log(title: &str, steps: &[&[&str]]) -> City {
    let city = City::new();
    let other = Office::new();
    other.done(&["log", "init", "log", "--origin", "second.example", "--guard", "guard"]);
    let policy = format!("log {}{}", other.read("log/public/log.vkey"), city.office.read("policy"));
    for office in [&city.office, &other] {
        office.write("policy", &policy);
    }
    other.done(&["log", "use", "log", "--policy", "policy"]);
    other.plan("title = \"测试\"", &format!("title = \"{title}\""));
    for step in steps {
        other.done(step);
    }
    city.office.done(COMMIT_IN_TIME);
    city.cosign(DUE_S);
    city.collect();
    let signed = fs::read(other.path("log/public/checkpoint")).unwrap();
    let signed = SignedCheckpoint::parse(&signed).unwrap();
    fs::create_dir(other.path("exchange")).unwrap();
    for name in ["w1", "w2"] {
        let key = city.office.read(&format!("{name}/witness.key"));
        let line = signed.cosign(&SignerKey::parse(key.trim()).unwrap(), DUE_S);
        other.write(&format!("exchange/{name}.cosignature"), format!("{line}\n"));
    }
    other.done(&["log", "collect", "exchange"]);
    write_folder(&city.office.path("second"), &read_folder(&other.path("bundle")));
    write_folder(&city.office.path("log2"), &read_folder(&other.path("log/public")));
    city
}

#[test]
fn an_attempt_in_another_log_of_the_policy() {
    let city = with_a_second_log("又一次", &[COMMIT_IN_TIME]);
    // Each alone looks like the only attempt, but what was not looked into is named.
    for (bundle, log, absent) in
        [("bundle", "log/public", "second.example"), ("second", "log2", "city.example")]
    {
        let check = city.check(bundle, &["--log", log]);
        assert_eq!(check["outcome"], "not_shown", "{check}");
        let reason = check["reason"].as_str().unwrap();
        let told = format!("策略也相信日志 {absent}，没有它的副本：其中的抽取次数没有清点");
        assert!(reason.starts_with(&told), "{reason}");
    }
    // With both, one of them binds and the other does not, whoever is asked.
    let bundles = ["bundle".to_owned(), "second".to_owned()];
    let verdicts = ["passed".to_owned(), "failed".to_owned()];
    if let Some([ours, theirs]) = both(city.office.folder(), &bundles, &BOTH) {
        assert_eq!(ours, verdicts);
        assert_eq!(theirs, verdicts, "the second verifier");
    }
    let cause = city.refused("second", &BOTH, "L20");
    assert!(cause.starts_with("日志 city.example 第 0 条的 T-2026Q3 与它同机关"), "{cause}");
    let logged = city.report("bundle", &BOTH)["facts"]["logged"].clone();
    assert_eq!((&logged["count"], &logged["others"]), (&json!([1, 2]), &json!(1)), "{logged}");
    assert_eq!(logged["attempts"][1]["log"], "second.example");
    let words = [&["verify", "bundle", "--policy", "policy"], &BOTH[..]].concat();
    let ran = ssj(city.office.folder(), &words);
    assert!(ran.out.contains("第 1 次，共 2 次"), "{}", ran.out);
    assert!(ran.out.contains("  second.example  第 0 条"), "{}", ran.out);
    // The same copy twice counts nothing twice.
    let twice = ["verify", "bundle", "--policy", "policy", "--log", "log", "--log", "log/public"];
    city.office.refuses(2, &twice, &["W07 ", "日志 city.example 的副本给了两次"]);
}

/// What was voided in the other log must have been voided in time there, too.
#[test]
fn a_void_in_another_log_of_the_policy() {
    let early = ["--clock", "2026-07-22T08:00:00+08:00"];
    let commit = [&early[..], &["commit", "plan.toml", "--out", "bundle"]].concat();
    let who = ["--reason", "名录有误", "--by", "甲", "--approver", "乙"];
    let void = [&early[..], &["event", "bundle", "void"], &who].concat();
    let city = with_a_second_log("先前", &[&commit, &void]);
    let bundles = ["bundle".to_owned(), "second".to_owned()];
    let verdicts = ["passed".to_owned(), "passed".to_owned()];
    if let Some([ours, theirs]) = both(city.office.folder(), &bundles, &BOTH) {
        assert_eq!(ours, verdicts, "its head was cosigned before its value");
        assert_eq!(theirs, verdicts, "the second verifier");
    }
    // Under a head that was cosigned later, its time is the log's own word.
    let head = fs::read(city.office.path("log2/checkpoint")).unwrap();
    let mut signed = SignedCheckpoint::parse(&head).unwrap();
    let bare: String = signed
        .format()
        .lines()
        .filter(|l| !l.contains(" w1.") && !l.contains(" w2."))
        .map(|line| format!("{line}\n"))
        .collect();
    signed = SignedCheckpoint::parse(bare.as_bytes()).unwrap();
    for name in ["w1", "w2"] {
        let key = city.office.read(&format!("{name}/witness.key"));
        let line = signed.cosign(&SignerKey::parse(key.trim()).unwrap(), DUE_S + 7200);
        signed.add(line);
    }
    city.office.write("log2/checkpoint", signed.format());
    let check = city.check("bundle", &BOTH);
    assert_eq!(check["outcome"], "not_shown", "{check}");
    assert!(check["reason"].as_str().unwrap().contains("只有日志自己的时钟为证"), "{check}");
    if let Some([ours, theirs]) = both(city.office.folder(), &bundles[..1], &BOTH) {
        assert_eq!(ours, theirs, "the second verifier");
    }
}
