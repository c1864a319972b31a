//! What somebody might try who wants to choose a result, or to hide that he did, one test for each attempt.

use std::fs;

use serde_json::Value;
use shuangsuiji::base::digest::Suite;
use shuangsuiji::io::log::Home;
use shuangsuiji::log::entry::Body;

use crate::city::{City, DUE_S, EARLIEST_S};
use crate::office::{BEACON, COMMIT_IN_TIME, Office};
use crate::support::ssj::{AFTER, BEFORE};
use crate::support::{read_folder, root, write_folder};

/// Another workspace of the same office, which knows nothing of the first one's draws but signs the same log.
fn second_workspace(city: &City) -> Office {
    let other = Office::new();
    let [log, policy] = ["log", "policy"].map(|name| city.office.path(name).display().to_string());
    other.done(&["log", "use", &log, "--policy", &policy]);
    other
}

fn bring(city: &City, from: &Office, bundle: &str, to: &str) {
    write_folder(&city.office.path(to), &read_folder(&from.path(bundle)));
}

/// Lists renamed, window shifted, another name: while the first is live, nothing else of the same matter binds.
#[test]
fn a_second_commitment() {
    let city = City::new();
    city.office.done(COMMIT_IN_TIME);
    let other = second_workspace(&city);
    other.plan("T-2026Q3", "T-again");
    other.plan("list = \"T1\"", "list = \"Another\"");
    other.plan(
        "from = \"2026-07-24\", to = \"2026-09-30\"",
        "from = \"2026-09-01\", to = \"2026-10-31\"",
    );
    other.done(COMMIT_IN_TIME);
    bring(&city, &other, "bundle", "second");
    city.cosign(DUE_S);
    city.office.done(&["log", "collect", "exchange", "--bundle", "second", "--bundle", "bundle"]);
    // Without the log, nobody sees the other one.
    assert_eq!(city.check("second", &[])["outcome"], "passed");
    let cause = city.refused("second", &["--log", "log"], "L20");
    assert!(cause.starts_with("第 0 条的 T-2026Q3 与它同机关"), "{cause}");
    // The first binds, and everybody sees that it was not the only one.
    assert_eq!(city.check("bundle", &["--log", "log"])["outcome"], "passed");
    let report = city.report("bundle", &["--log", "log"]);
    let logged = &report["facts"]["logged"];
    assert_eq!(logged["count"], serde_json::json!([1, 2]), "{logged}");
    assert_eq!(logged["attempts"][1]["draw"], "T-again");
    assert_eq!(logged["remarks"][0]["code"], "L20");
    let ran = crate::office::ssj(
        city.office.folder(),
        &["verify", "bundle", "--policy", "policy", "--log", "log"],
    );
    assert!(ran.out.contains("第 1 次，共 2 次"), "{}", ran.out);
    assert!(ran.out.contains("T-2026Q3 第 1 次  本次，有效"), "{}", ran.out);
    assert!(ran.out.contains("T-again 第 1 次  有效"), "{}", ran.out);
    city.agrees("bundle");
}

/// Who knows the value commits again, with a clock put back: no witness can have seen it in time.
#[test]
fn a_second_draw_after_the_beacon() {
    let city = City::drawn();
    let other = second_workspace(&city);
    other.plan("number = 6", "number = 5");
    other.done(COMMIT_IN_TIME);
    other.done(&[&["--clock", AFTER], BEACON].concat());
    other.done(&["draw", "bundle"]);
    bring(&city, &other, "bundle", "again");
    city.cosign(EARLIEST_S + 7200);
    city.office.done(&["log", "collect", "exchange", "--bundle", "again"]);
    let cause = city.refused("again", &[], "L15");
    assert!(
        cause.contains("2026-07-23 17:38:30 才凑足联署，最迟应为 2026-07-23 15:28:30"),
        "{cause}"
    );
    city.refused("again", &["--log", "log"], "L20");
    assert_eq!(city.check("bundle", &["--log", "log"])["outcome"], "passed");
}

#[test]
fn a_commitment_cosigned_too_late() {
    let city = City::new();
    city.office.done(COMMIT_IN_TIME);
    city.cosign(DUE_S + 1);
    city.collect();
    let cause = city.refused("bundle", &[], "L15");
    assert!(cause.starts_with("2026-07-23 15:28:31 才凑足联署"), "{cause}");
    // One witness in time is not the quorum.
    city.cosign(DUE_S);
    fs::remove_file(city.office.path("exchange/w2.cosignature")).unwrap();
    city.collect();
    city.refused("bundle", &[], "L15");
    city.cosign(DUE_S);
    city.collect();
    assert_eq!(city.check("bundle", &[])["outcome"], "passed");
}

#[test]
fn a_draw_that_was_never_logged() {
    let city = City::new();
    let hidden = Office::new();
    hidden.done(COMMIT_IN_TIME);
    bring(&city, &hidden, "bundle", "hidden");
    city.refused("hidden", &[], "L32");
    city.office.done(COMMIT_IN_TIME);
    city.cosign(DUE_S);
    city.collect();
    // A proof of another commitment proves nothing of this one.
    hidden.plan("number = 6", "number = 5");
    hidden.done(&[
        "--clock",
        BEFORE,
        "event",
        "bundle",
        "void",
        "--reason",
        "其他",
        "--by",
        "甲",
        "--approver",
        "乙",
    ]);
    hidden.done(&["--clock", BEFORE, "commit", "plan.toml", "--out", "other"]);
    bring(&city, &hidden, "other", "other");
    write_folder(&city.office.path("other/log"), &read_folder(&city.office.path("bundle/log")));
    let cause = city.refused("other", &[], "L35");
    assert!(cause.starts_with("日志所记的承诺是 "), "{cause}");
    // An own log that nobody else believes is no log.
    let own = City::new();
    own.office.done(COMMIT_IN_TIME);
    own.cosign(DUE_S);
    own.collect();
    bring(&city, &own.office, "bundle", "own");
    city.refused("own", &[], "L04");
}

/// What the log says first counts: another round's value cannot be put into the bundle afterwards, nor into the log.
#[test]
fn a_beacon_of_another_round() {
    let city = City::new();
    city.office.done(COMMIT_IN_TIME);
    city.cosign(DUE_S);
    city.collect();
    let bytes = fs::read(city.office.path("bundle/commitment.json")).unwrap();
    let commitment = Suite::Sha256.digest(&bytes);
    let text = "drand:52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971:30662983:";
    let strings = vec![format!("{text}{}", "0".repeat(64))];
    let home = Home::open(&city.office.path("log")).unwrap();
    home.append(vec![Body::Beacon { commitment, strings }], EARLIEST_S).unwrap();
    city.office.done(&[&["--clock", AFTER], BEACON].concat());
    city.office.done(&["draw", "bundle"]);
    city.cosign(EARLIEST_S + 3600);
    city.collect();
    city.refused("bundle", &["--log", "log"], "L26");
    city.refused("bundle", &["--log", "log"], "L25");
    let cause = city.refused("bundle", &["--log", "log"], "L35");
    assert!(cause.contains(":30662983:"), "{cause}");
}

/// A result that is logged before its beacon, and one that differs from the bundle's.
#[test]
fn a_result_known_before_the_beacon() {
    let city = City::new();
    city.office.done(COMMIT_IN_TIME);
    city.cosign(DUE_S);
    city.collect();
    let twin = Office::new();
    twin.done(COMMIT_IN_TIME);
    twin.done(&[&["--clock", AFTER], BEACON].concat());
    twin.done(&["draw", "bundle"]);
    let digest = |path: &str| Suite::Sha256.digest(&fs::read(twin.path(path)).unwrap());
    let home = Home::open(&city.office.path("log")).unwrap();
    let [commitment, manifest] = [digest("bundle/commitment.json"), digest("bundle/manifest.tsv")];
    home.append(vec![Body::Result { commitment, manifest }], EARLIEST_S - 5000).unwrap();
    city.office.done(&[&["--clock", AFTER], BEACON].concat());
    city.office.done(&["draw", "bundle"]);
    city.cosign(EARLIEST_S + 3600);
    city.collect();
    let cause = city.refused("bundle", &[], "L36");
    assert!(cause.contains("须在 log/beacon.tlog-proof 的第 2 条之后"), "{cause}");
    city.refused("bundle", &["--log", "log"], "L23");
}

#[test]
fn a_result_exchanged() {
    let city = City::drawn();
    let bundle = city.office.path("bundle");
    let manifest = fs::read_to_string(bundle.join("manifest.tsv")).unwrap();
    let changed = manifest.replacen('a', "b", 3);
    fs::write(bundle.join("manifest.tsv"), changed).unwrap();
    let cause = city.refused("bundle", &[], "L35");
    assert!(cause.starts_with("日志所记的结果摘要是 "), "{cause}");
    fs::remove_file(bundle.join("log/result.tlog-proof")).unwrap();
    city.refused("bundle", &[], "L33");
    city.refused("bundle", &["--log", "log"], "L35");
}

/// The office shows one log to some and another to others.
#[test]
fn a_forked_log() {
    let city = City::new();
    city.office.done(COMMIT_IN_TIME);
    city.cosign(DUE_S);
    city.collect();
    let (log, guard) =
        (read_folder(&city.office.path("log")), read_folder(&city.office.path("guard")));
    city.office.done(&[&["--clock", AFTER], BEACON].concat());
    city.office.done(&["draw", "bundle"]);
    city.cosign(EARLIEST_S + 3600);
    city.collect();
    for (name, files) in [("log", log), ("guard", guard)] {
        fs::remove_dir_all(city.office.path(name)).unwrap();
        write_folder(&city.office.path(name), &files);
    }
    let cause = city.refused("bundle", &["--log", "log"], "L39");
    assert!(cause.contains("副本只有 1 条"), "{cause}");
    for _ in 0..3 {
        let other = second_workspace(&city);
        other.plan("T-2026Q3", &format!("T-{}", city.kinds().len()));
        other.plan("示例局", "邻局");
        other.done(COMMIT_IN_TIME);
    }
    city.cosign(EARLIEST_S + 3600);
    city.collect();
    let cause = city.refused("bundle", &["--log", "log"], "L07");
    assert!(cause.contains("不是证明所签的"), "{cause}");
}

/// An old copy of the log is not signed again, and the step is refused before anything of it is written.
#[test]
fn a_restored_backup() {
    let city = City::new();
    let backup = read_folder(&city.office.path("log"));
    city.office.done(COMMIT_IN_TIME);
    fs::remove_dir_all(city.office.path("log")).unwrap();
    write_folder(&city.office.path("log"), &backup);
    for step in [&[&["--clock", AFTER], BEACON].concat()[..], COMMIT_IN_TIME] {
        city.office.refuses(1, step, &["L16"]);
    }
}

/// An event that was logged cannot be taken out of the bundle.
#[test]
fn a_removed_event() {
    let city = City::new();
    city.office.done(COMMIT_IN_TIME);
    let void = ["--clock", BEFORE, "event", "bundle", "void", "--reason", "名录有误"];
    city.office.done(&[&void[..], &["--by", "甲", "--approver", "乙"]].concat());
    city.cosign(DUE_S);
    city.collect();
    assert_eq!(city.check("bundle", &["--log", "log"])["outcome"], "passed");
    city.agrees("bundle");
    fs::remove_dir_all(city.office.path("bundle/events")).unwrap();
    let cause = city.refused("bundle", &[], "L34");
    assert_eq!(cause, "日志记有第 1 号事件，公示包中没有");
    fs::remove_file(city.office.path("bundle/log/event-0001.tlog-proof")).unwrap();
    let cause = city.refused("bundle", &["--log", "log"], "L34");
    assert_eq!(cause, "日志记有第 1 号事件，公示包中没有");
}

/// Another event in its place, one without its proof, and numbers with a gap.
#[test]
fn an_exchanged_event() {
    let city = City::new();
    city.office.done(COMMIT_IN_TIME);
    let void = ["--clock", BEFORE, "event", "bundle", "void", "--reason", "名录有误"];
    city.office.done(&[&void[..], &["--by", "甲", "--approver", "乙"]].concat());
    city.cosign(DUE_S);
    city.collect();
    let path = city.office.path("bundle/events/0001.json");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replace("register_error", "superior_order")).unwrap();
    let cause = city.refused("bundle", &[], "L35");
    assert!(cause.starts_with("日志所记的第 1 号事件是 "), "{cause}");
    fs::remove_file(city.office.path("bundle/log/event-0001.tlog-proof")).unwrap();
    city.refused("bundle", &[], "L33");
    let bytes = fs::read(city.office.path("bundle/commitment.json")).unwrap();
    let (commitment, digest) = (Suite::Sha256.digest(&bytes), Suite::Sha256.digest(b"x"));
    let event = shuangsuiji::log::entry::Event { commitment, n: 5, digest };
    let home = Home::open(&city.office.path("log")).unwrap();
    home.append(vec![Body::Event(event)], EARLIEST_S).unwrap();
    city.refused("bundle", &["--log", "log"], "L24");
}

/// An event whose successor a public value decides: the witnesses must have seen it before that value.
#[test]
fn an_event_decided_by_a_known_value() {
    let city = City::drawn();
    // The first round at or after an hour and a margin behind the draw's own.
    let (at, round) = (EARLIEST_S + 3600, 30_662_982 + 4200 / 3);
    let chain = "52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971";
    let event = serde_json::json!({
        "n": 1, "prev": "-", "kind": "staff", "raise": 1, "at": at, "reason": "shortage", "by": "甲",
        "approver": "乙", "evidence": "-", "beacon": [{"kind": "drand", "chain": chain, "round": round}],
    });
    fs::create_dir(city.office.path("bundle/events")).unwrap();
    let line = shuangsuiji::base::json::format_line(&event);
    city.office.write("bundle/events/0001.json", line);
    city.office.done(&["log", "append", "log", "bundle"]);
    city.collect();
    assert_eq!(city.check("bundle", &[])["outcome"], "not_shown", "it waits for its cosignatures");
    city.agrees("bundle");
    let known_s = EARLIEST_S + 4200;
    city.cosign(known_s);
    city.collect();
    let cause = city.refused("bundle", &[], "L37");
    assert!(cause.starts_with("2026-07-23 16:48:30 才凑足联署"), "{cause}");
    city.cosign(known_s - 1);
    city.collect();
    assert_eq!(city.check("bundle", &["--log", "log"])["outcome"], "passed");
    city.agrees("bundle");
    // Its effect is there, and nobody has cosigned it.
    let proof = city.office.read("bundle/log/event-0001.tlog-proof");
    let bare: String =
        proof.lines().filter(|line| !line.contains(" w1.")).map(|l| format!("{l}\n")).collect();
    city.office.write("bundle/log/event-0001.tlog-proof", bare);
    assert_eq!(city.check("bundle", &[])["outcome"], "not_shown");
    fs::create_dir(city.office.path("bundle/events/0001")).unwrap();
    city.office.write("bundle/events/0001/assignment.tsv", "");
    let cause = city.refused("bundle", &[], "L37");
    assert_eq!(cause, "联署不足，事件却已生效");
}

/// A void that witnesses saw only when the value was known is no void.
#[test]
fn an_event_logged_after_its_effect() {
    let city = City::new();
    city.office.done(COMMIT_IN_TIME);
    city.cosign(DUE_S);
    city.collect();
    let void = ["--clock", BEFORE, "event", "bundle", "void", "--reason", "名录有误"];
    city.office.done(&[&void[..], &["--by", "甲", "--approver", "乙"]].concat());
    city.cosign(EARLIEST_S);
    city.collect();
    let cause = city.refused("bundle", &[], "L15");
    assert!(cause.starts_with("2026-07-23 15:38:30 才凑足联署"), "{cause}");
}

/// A sealed draw is opened with another secret than the log has the digest of.
#[test]
fn an_opening_with_another_secret() {
    let city = City::new();
    let sealed = read_folder(&root().join("tests/vectors/sealed_opened"));
    write_folder(&city.office.path("sealed"), &sealed);
    city.office.done(&["log", "append", "log", "sealed"]);
    city.office.done(&["log", "collect", "--bundle", "sealed"]);
    city.cosign(1_784_000_000);
    city.office.done(&["log", "collect", "exchange", "--bundle", "sealed"]);
    assert_eq!(city.check("sealed", &["--log", "log"])["outcome"], "passed");
    city.agrees("sealed");
    let other = format!("{{\"master\":\"{}\"}}\n", "1f".repeat(32));
    city.office.write("sealed/opening.json", other);
    let cause = city.refused("sealed", &[], "L35");
    assert!(cause.ends_with("公开的是另一个密钥"), "{cause}");
    // Before the opening, nothing of it is shown and nothing is wrong.
    fs::remove_file(city.office.path("sealed/opening.json")).unwrap();
    fs::remove_file(city.office.path("sealed/log/open.tlog-proof")).unwrap();
    city.refused("sealed", &["--log", "log"], "L34");
}

/// A policy that lies in the bundle is the office's own word.
#[test]
fn a_policy_of_the_office() {
    let city = City::drawn();
    let ran = city.office.done(&["--json", "verify", "bundle"]);
    let report: Value = serde_json::from_str(&ran.out).unwrap();
    let check = report["checks"].as_array().unwrap().iter().find(|check| check["number"] == 7);
    assert_eq!(check.unwrap()["outcome"], "not_shown");
    assert!(city.office.path("bundle/log/policy").exists());
    // Without witnesses no time is proved, whatever the log's own key says.
    let log = city.office.read("log/public/log.vkey");
    city.office.write("policy", format!("log {log}quorum none\n"));
    city.refused("bundle", &[], "L14");
}
