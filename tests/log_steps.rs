//! The log in every step of an office: entries and proofs come by themselves, witnesses cosign, verifiers believe whom
//! they choose, and every attack on time and attempts is named. The second verifier says the same of each.
#![cfg(all(feature = "cli", unix))]
#![allow(missing_docs)]

mod support;

#[path = "log/attacks.rs"]
mod attacks;
#[path = "log/city.rs"]
mod city;
#[path = "cli/office.rs"]
#[allow(dead_code)]
mod office;
#[path = "log/several.rs"]
mod several;
#[path = "log/spelled.rs"]
mod spelled;
#[path = "log/typed.rs"]
mod typed;
#[path = "log/voids.rs"]
mod voids;
#[path = "log/walk.rs"]
mod walk;

use std::fs;
use std::time::Duration;

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha20Rng;
use serde_json::Value;

use city::{CITY_STEPS, City, DUE_S, EARLIEST_S, both};
use office::{BEACON, COMMIT_IN_TIME, ssj};
use support::ssj::{AFTER, BEFORE, command};
use support::{read_folder, write_folder};

#[test]
fn every_step_logs_itself_and_proves_it() {
    let city = City::new();
    let committed = city.office.done(COMMIT_IN_TIME);
    assert!(committed.out.contains("新记入 1 条，日志共 1 条"), "{}", committed.out);
    let sentence = "承诺须在 2026-07-23 15:28:30（北京时间）以前由见证人联署";
    assert!(committed.out.contains(sentence), "{}", committed.out);
    assert_eq!(city.in_log_folder("bundle"), ["commit.tlog-proof", "policy"]);
    // Published and logged, but nobody has cosigned: it is not believed yet.
    city.refused("bundle", &[], "L14");
    city.cosign(DUE_S);
    let told = city.office.done(&["log", "collect", "exchange"]).out;
    assert!(told.contains("第 0 条，2026-07-23 15:28:30（北京时间）凑足联署"), "{told}");
    let frozen = city.check("bundle", &[]);
    assert_eq!(frozen["outcome"], "passed", "its time can be verified before the draw: {frozen}");
    city.office.refuses(1, &["verify", "bundle"], &["F12 manifest.tsv：已封存，还没有抽取结果"]);

    city.office.done(&[&["--clock", AFTER], BEACON].concat());
    city.office.done(&["draw", "bundle"]);
    assert_eq!(
        city.in_log_folder("bundle"),
        ["beacon.tlog-proof", "commit.tlog-proof", "policy", "result.tlog-proof"]
    );
    let waiting = city.check("bundle", &[]);
    assert_eq!(waiting["outcome"], "not_shown");
    let reason = waiting["reason"].as_str().unwrap();
    assert_eq!(reason, "见证人尚未联署：log/beacon.tlog-proof log/result.tlog-proof");
    city.cosign(EARLIEST_S + 3600);
    city.office.done(&["log", "collect", "exchange"]);
    let text = city.office.done(&["verify", "bundle", "--policy", "policy", "--log", "log"]).out;
    assert!(text.contains(" 7 [通过] 封存时间"), "{text}");
    assert!(text.contains("第 1 次，共 1 次"), "{text}");
    let sentence =
        "承诺是日志 city.example 的第 0 条，见证人最迟于 2026-07-23 15:28:30（北京时间）联署";
    assert!(text.contains(sentence), "{text}");
    // The commitment's proof is still the one that was cosigned in time.
    assert!(city.office.read("bundle/log/commit.tlog-proof").contains("\ncity.example\n1\n"));
    let text = city.office.done(&["verify", "bundle", "--policy", "policy"]).out;
    assert!(text.contains("抽取次数未示：取得日志的副本，以 --log 清点"), "{text}");
    let text = city.office.done(&["verify", "bundle"]).out;
    assert!(text.contains(" 7 [未示] 封存时间：附有日志 city.example 的证明"), "{text}");
    city.agrees("bundle");

    // The site tells what the log shows, and without a policy what lies in the bundle.
    let page = |args: &[&str]| {
        city.office.done(args);
        let site = read_folder(&city.office.path("www"));
        let page = site.iter().find(|(path, _)| path.ends_with("/index.html")).unwrap().1;
        String::from_utf8(page.clone()).unwrap()
    };
    let told = page(&["publish", "--site", "www", "bundle", "--policy", "policy", "--log", "log"]);
    assert!(told.contains("<b>第 1 次，共 1 次</b>"), "{told}");
    assert!(told.contains("见证人最迟于 2026-07-23 15:28:30（北京时间）联署"), "{told}");
    let told = page(&["publish", "--site", "www", "bundle"]);
    assert!(
        !told.contains("共 1 次</b>") && told.contains("city.example</span> 第 0 条"),
        "{told}"
    );
}

#[test]
fn steps_commanded_twice_log_nothing_new() {
    let city = City::new();
    for args in CITY_STEPS {
        city.office.done(args);
        let before = city.office.snapshot();
        city.office.done(args);
        assert!(city.office.snapshot() == before, "ssj {args:?} again changed something");
    }
    let void = ["--clock", BEFORE, "event", "second", "void", "--reason", "名录有误"];
    let void = [&void[..], &["--by", "甲", "--approver", "乙"]].concat();
    city.office.plan("2026-09-30", "2026-09-29");
    // The first was drawn: its window must be over before the next.
    city.office.plan("2026-07-24", "2026-10-08");
    city.office.plan("2026-09-29", "2026-10-30");
    city.office.plan("T-2026Q3", "T-2026Q4");
    city.office.done(&["--clock", BEFORE, "commit", "plan.toml", "--out", "second"]);
    city.office.done(&void);
    let before = city.office.snapshot();
    city.office.done(&void);
    assert!(city.office.snapshot() == before);
    assert_eq!(city.kinds(), ["commit", "beacon", "result", "commit", "void"]);
    assert!(city.in_log_folder("second").contains(&"event-0001.tlog-proof".to_owned()));
}

/// An event is in the log before anything follows from it, and asked for again it is not logged twice.
#[test]
fn events_are_logged_before_they_act() {
    let city = City::new();
    CITY_STEPS.iter().for_each(|args| drop(city.office.done(args)));
    let assignment = city.office.read("bundle/assignment.tsv");
    let row: Vec<&str> = assignment.lines().last().unwrap().split('\t').collect();
    let leave =
        ["--clock", "2026-08-03T09:00:00+08:00", "event", "bundle", "leave", "--iid", row[3]];
    let who = ["--visit", row[1], "--reason", "病假", "--by", "甲", "--approver", "乙"];
    let leave = [leave.as_slice(), &who].concat();
    assert!(city.office.done(&leave).out.contains("新记入 1 条"));
    assert_eq!(city.kinds().last().map(String::as_str), Some("event"));
    assert!(city.in_log_folder("bundle").contains(&"event-0001.tlog-proof".to_owned()));
    assert!(!city.office.path("bundle/events/0001").exists(), "it waits for its beacon");
    let before = city.office.snapshot();
    city.office.done(&leave);
    assert!(city.office.snapshot() == before);
    city.agrees("bundle");
}

/// A workspace without a log works as ever; one whose log is gone or names nobody says what to do.
#[test]
fn settings_of_a_workspace() {
    let office = office::Office::new();
    office.refuses(2, &["log", "collect"], &["W50"]);
    office.refuses(2, &["log", "daily", "--agency", "示例局"], &["W50"]);
    let ran = office.done(&["log", "init", "log", "--origin", "a", "--guard", "guard"]);
    assert!(ran.out.contains("工作区的各步骤此后自动记入这份日志"), "{}", ran.out);
    assert_eq!(office.read("ssj-log.json"), "{\"log\":\"log\",\"v\":\"dr1\"}\n");
    office.refuses(2, &["log", "collect"], &["W51"]);
    office.refuses(2, &["log", "use", "nothing"], &["L19"]);
    office.write("policy", "quorum none\n");
    office.refuses(2, &["log", "use", "log", "--policy", "policy"], &["L06"]);
    office.done(&["log", "daily", "--agency", "示例局"]);
    let daily = ssj(office.folder(), &["--json", "log", "daily", "--agency", "示例局"]);
    let report: Value = serde_json::from_str(&daily.out).unwrap();
    assert_eq!((&report["new"], &report["size"]), (&0.into(), &1.into()), "{report}");
    // A clock that is set ahead would hold up all later entries.
    let ahead = ["--clock", "2126-07-22T09:00:00+08:00", "commit", "plan.toml", "--out", "b"];
    office.refuses(2, &ahead, &["W11"]);
    fs::rename(office.path("log"), office.path("elsewhere")).unwrap();
    office.refuses(2, COMMIT_IN_TIME, &["L19"]);
    fs::remove_file(office.path("ssj-log.json")).unwrap();
    office.done(COMMIT_IN_TIME);
    assert!(!office.path("bundle/log").exists());
}

/// A step from another folder is done, and says that log and store do not know of it; repeated with `-C` it is taken in.
#[test]
fn a_step_from_elsewhere_is_told() {
    let city = City::new();
    city.office.done(COMMIT_IN_TIME);
    let [elsewhere, other] = [(); 2].map(|()| tempfile::tempdir().unwrap());
    let bundle = city.office.path("bundle").display().to_string();
    let at = |folder: &tempfile::TempDir, args: &[&str]| ssj(folder.path(), args);
    let beacon = ["--clock", AFTER, "beacon", &bundle, "--value", BEACON[3]];
    let told = at(&elsewhere, &beacon);
    let sentence = "它的承诺在日志 city.example 中，而 . 没有这份日志：这一步没有记入（缺 log/beacon.tlog-proof）";
    assert!(told.exit == 0 && told.err.contains("警告 W25 "), "{}", told.all());
    assert!(told.err.contains(sentence) && told.err.contains("-C"), "{}", told.err);
    // Another workspace with a log of its own takes nothing in, either.
    assert_eq!(at(&other, &["init", "."]).exit, 0);
    let init = ["log", "init", "log", "--origin", "other.example", "--guard", "guard"];
    assert_eq!(at(&other, &init).exit, 0);
    let told = at(&other, &["--json", "draw", &bundle]);
    let skipped: Value = serde_json::from_str(told.out.lines().last().unwrap()).unwrap();
    assert_eq!(
        (&skipped["what"], &skipped["findings"][0]["code"]),
        (&"skipped".into(), &"W25".into())
    );
    let tail = at(&other, &["--json", "log", "tail", "log"]);
    assert!(tail.out.contains("\"entries\":[]"), "{}", tail.out);
    assert_eq!(city.kinds(), ["commit"]);
    let home = city.office.folder().display().to_string();
    let told = at(&elsewhere, &["-C", &home, "draw", &bundle]);
    assert!(told.exit == 0 && told.out.contains("新记入 2 条"), "{}", told.all());
    assert_eq!(city.kinds(), ["commit", "beacon", "result"]);
    // Now nothing is missing: who draws a published bundle again is told nothing.
    let told = at(&elsewhere, &["draw", &bundle]);
    assert!(told.exit == 0 && told.err.is_empty(), "{}", told.all());
    city.agrees("bundle");
}

/// Without a log it is the store that does not learn who was drawn.
#[test]
fn a_draw_from_elsewhere_is_told() {
    let office = office::Office::new();
    office.commit();
    let elsewhere = tempfile::tempdir().unwrap();
    let bundle = office.path("bundle").display().to_string();
    let run = |args: &[&str]| ssj(elsewhere.path(), args);
    let beacon = run(&["--clock", AFTER, "beacon", &bundle, "--value", BEACON[3]]);
    assert!(beacon.exit == 0 && beacon.err.is_empty(), "{}", beacon.all());
    let drawn = run(&["draw", &bundle]);
    assert!(
        drawn.err.contains("警告 W25 ") && drawn.err.contains("那里不知道这一步"),
        "{}",
        drawn.all()
    );
    office.done(&["draw", "bundle"]);
    assert!(run(&["draw", &bundle]).err.is_empty());
    // A copy that lies in no workspace is nobody's business.
    let copy = tempfile::tempdir().unwrap();
    write_folder(&copy.path().join("bundle"), &read_folder(&office.path("bundle")));
    let again = ssj(copy.path(), &["draw", "bundle"]);
    assert!(again.exit == 0 && again.err.is_empty(), "{}", again.all());
}

/// Cosignatures find the head that they are of, whenever they come.
#[test]
fn cosignatures_may_come_late() {
    let city = City::new();
    city.office.done(COMMIT_IN_TIME);
    city.cosign(DUE_S - 10);
    fs::rename(city.office.path("exchange"), city.office.path("kept")).unwrap();
    // The log has grown before they came: they still belong to the commitment's proof.
    city.office.done(&[&["--clock", AFTER], BEACON].concat());
    let told = city.office.done(&["log", "collect", "kept"]);
    assert!(told.out.contains("commit.tlog-proof：第 0 条，2026-07-23 15:28:20"), "{}", told.out);
    assert!(told.out.contains("beacon.tlog-proof：第 1 条，联署尚不足"), "{}", told.out);
    assert!(!told.all().contains("L38"), "{}", told.all());
    // A head that holds several new entries serves the proofs of all of them.
    city.office.done(&["draw", "bundle"]);
    city.cosign(EARLIEST_S + 60);
    let told = city.office.done(&["log", "collect", "exchange"]).out;
    assert!(told.contains("beacon.tlog-proof：第 1 条，2026-07-23 15:39:30"), "{told}");
    assert!(told.contains("result.tlog-proof：第 2 条，2026-07-23 15:39:30"), "{told}");
    assert_eq!(city.check("bundle", &["--log", "log"])["outcome"], "passed");
    // What belongs to nothing here is named, and nothing is changed.
    let stray = city.office.read("kept/w1.cosignature").replace("w1.example ", "w2.example ");
    city.office.write("stray", stray);
    let told = city.office.done(&["log", "collect", "stray", "kept"]);
    assert!(told.all().contains("L38"), "{}", told.all());
    let copy = city.office.snapshot();
    city.office.done(&["log", "collect", "exchange", "kept"]);
    assert!(city.office.snapshot() == copy);
}

/// The witnesses cosign a head that no proof was made of, at different times, and the log grows before either line comes:
/// the commitment is proved by that head all the same.
#[test]
fn a_head_between_proves_the_commitment() {
    let city = City::new();
    city.office.done(COMMIT_IN_TIME);
    let daily = |agency: &str| drop(city.office.done(&["log", "daily", "--agency", agency]));
    daily("甲局");
    city.cosign(DUE_S - 20);
    daily("乙局");
    let told = city.office.done(&["log", "collect", "exchange/w1.cosignature"]);
    assert!(!told.all().contains("L38"), "{}", told.all());
    assert!(told.out.contains("第 0 条，联署尚不足"), "{}", told.out);
    let told = city.office.done(&["log", "collect", "exchange/w2.cosignature"]);
    assert!(
        told.out.contains("第 0 条，2026-07-23 15:28:10（北京时间）凑足联署"),
        "{}",
        told.all()
    );
    assert!(city.office.read("bundle/log/commit.tlog-proof").contains("\ncity.example\n2\n"));
    assert_eq!(city.check("bundle", &[])["outcome"], "passed");
    city.agrees("bundle");
    // Collected again, and with a later quorum besides, it stays the earliest.
    let before = city.office.snapshot();
    city.office.done(&["log", "collect", "exchange"]);
    assert!(city.office.snapshot() == before);
    city.cosign(DUE_S - 5);
    city.office.done(&["log", "collect", "exchange"]);
    assert!(city.office.read("bundle/log/commit.tlog-proof").contains("\ncity.example\n2\n"));
    assert_eq!(city.check("bundle", &["--log", "log"])["outcome"], "passed");
}

/// A bit of a proof changed anywhere: both verifiers say the same of it, and neither takes it for the whole one.
#[test]
fn both_verifiers_refuse_changed_proofs() {
    let city = City::drawn();
    let mut rng = ChaCha20Rng::seed_from_u64(5);
    let whole = read_folder(&city.office.path("bundle"));
    let mut bundles = Vec::new();
    for round in 0..60 {
        let name = ["commit", "beacon", "result"][round % 3];
        let mut files = whole.clone();
        let proof = files.get_mut(&format!("log/{name}.tlog-proof")).unwrap();
        let at = rng.next_u64() as usize % proof.len();
        proof[at] ^= 1 << (rng.next_u64() % 8);
        let bundle = format!("changed-{round}");
        write_folder(&city.office.path(&bundle), &files);
        bundles.push(bundle);
    }
    for more in [&[][..], &["--log", "log/public"]] {
        let Some([ours, theirs]) = both(city.office.folder(), &bundles, more) else {
            println!("no python3: nothing was compared");
            return;
        };
        assert_eq!((ours.len(), &ours), (60, &theirs));
        // A witness whose name or key was changed is nobody's: the proof waits for its quorum.
        assert!(ours.iter().all(|outcome| outcome != "passed"), "{ours:?}");
        assert!(ours.iter().filter(|outcome| *outcome == "failed").count() > 40, "{ours:?}");
    }
}

/// A token of an authority, asked for and brought: it proves a time, and no more.
#[test]
fn a_time_stamp_is_brought_and_verified() {
    let office = office::Office::new();
    let vectors = support::root().join("tests/log/vectors/stamps");
    let file = |name: &str| vectors.join(name).display().to_string();
    write_folder(&office.path("open"), &read_folder(&support::root().join("tests/vectors/open")));
    let asked = office.done(&["log", "stamp-request", "open"]);
    assert!(asked.out.contains("--data-binary @open.tsq"), "{}", asked.out);
    assert_eq!(fs::read(office.path("open.tsq")).unwrap(), fs::read(file("request.tsq")).unwrap());
    let (ca, rsa, other) = (file("ca.pem"), file("rsa.tsr"), file("other.tsr"));
    office.refuses(1, &["log", "stamp", "open", &other, "--tsa", &ca], &["L42"]);
    office.refuses(2, &["log", "stamp", "open", &rsa, "--tsa", &rsa], &["L47"]);
    office.refuses(1, &["verify", "open", "--tsa", &ca], &["L48"]);
    let told = office.done(&["log", "stamp", "open", &rsa, "--tsa", &ca]).out;
    assert!(told.contains("时间戳已放入公示包") && told.contains("CN=rsa"), "{told}");
    // The vector's beacon was known long before anybody stamped it.
    let late = office.refuses(1, &["verify", "open", "--tsa", &ca], &["L46"]);
    assert!(late.all().contains("最迟应为 2026-07-23 15:28:30（北京时间）"), "{}", late.all());
    office.refuses(1, &["verify", "open", "--tsa", &file("stranger.pem")], &["L45"]);
    office.done(&["verify", "open"]);
    stamped_in_time(&office);
}

/// A commitment to a beacon that is years away, stamped by OpenSSL now.
fn stamped_in_time(office: &office::Office) {
    office.plan("round = 30662982", "round = 90000000");
    office.plan(
        "from = \"2026-07-24\", to = \"2026-09-30\"",
        "from = \"2033-01-01\", to = \"2033-03-31\"",
    );
    office.write("plan.toml", office.read("plan.toml").replace("rehearsal = true\n", ""));
    office.import("inspectors", &office.read("inspectors.csv").replace("2027-", "2039-"));
    let script = support::root().join("tests/log/stamp.sh");
    let committed = ssj(office.folder(), &["commit", "plan.toml", "--out", "future"]);
    assert_eq!(committed.exit, 0, "{}", committed.all());
    office.done(&["log", "stamp-request", "future"]);
    let made = std::process::Command::new("bash").arg(script).current_dir(office.folder()).output();
    if !made.is_ok_and(|made| made.status.success()) {
        println!("no openssl: no token was made");
        return;
    }
    office.done(&["log", "stamp", "future", "future.tsr", "--tsa", "ca.pem"]);
    let ran = ssj(office.folder(), &["verify", "future", "--tsa", "ca.pem"]);
    assert!(ran.out.contains("7 [未示] 封存时间：时间戳证明承诺在 "), "{}", ran.all());
    assert!(ran.out.contains("不能证明只有这一份"), "{}", ran.all());
    let ran = ssj(office.folder(), &["--json", "verify", "future", "--tsa", "ca.pem"]);
    let report: Value = serde_json::from_str(&ran.out).unwrap();
    assert!(report["facts"]["stamp"]["authority"].as_str().unwrap().contains("CN=Authority"));
}

/// The log knows of a sealed draw that it was opened, to whomever, and of the closed bundle nothing is missed.
#[test]
fn sealed_draws_log_their_steps() {
    for (opens, to) in [("public", &[][..]), ("auditor", &["--to-auditor", "audit"])] {
        let city = City::new();
        let seal =
            format!("mode = \"sealed\"\nseal = {{ opens = \"{opens}\", by = \"2026-10-31\" }}");
        city.office.plan("mode = \"open\"", &seal);
        city.office.write("pass", "correct horse battery staple\n");
        let with = |args: &[&'static str]| [args, &["--passphrase-file", "pass"]].concat();
        city.office.done(&with(CITY_STEPS[0]));
        city.cosign(DUE_S);
        city.collect();
        city.office.done(CITY_STEPS[1]);
        city.office.done(&with(CITY_STEPS[2]));
        city.cosign(EARLIEST_S + 3600);
        city.collect();
        assert_eq!(city.check("bundle", &["--log", "log"])["outcome"], "passed", "{opens}");
        city.agrees("bundle");
        let open = [&with(&["open", "bundle"])[..], to].concat();
        city.office.done(&open);
        let before = city.office.snapshot();
        city.office.done(&open);
        assert!(city.office.snapshot() == before, "{opens}: opened again, something changed");
        assert_eq!(city.kinds(), ["commit", "beacon", "result", "open"]);
        if opens == "auditor" {
            let own = city.check("audit", &["--log", "log"]);
            assert_eq!(own["outcome"], "not_shown", "its opening waits for cosignatures: {own}");
        }
        city.cosign(EARLIEST_S + 7200);
        city.collect();
        assert_eq!(city.check("bundle", &["--log", "log"])["outcome"], "passed", "{opens}");
        city.agrees("bundle");
        city.office.done(&open);
    }
}

/// Killed at any moment, the same command finishes: everything is logged once, and every proof holds.
#[test]
fn killed_steps_are_finished() {
    let mut rng = ChaCha20Rng::seed_from_u64(11);
    let whole = {
        let city = City::new();
        CITY_STEPS.map(|args| timed(|| drop(city.office.done(args))))
    };
    let mut cut_short = 0;
    for round in 0..14 {
        let city = City::new();
        for (args, whole) in CITY_STEPS.iter().zip(whole) {
            for _ in 0..3 {
                cut_short += u32::from(!killed(&city, args, &mut rng, whole));
            }
            city.office.done(args);
        }
        assert_eq!(city.kinds(), ["commit", "beacon", "result"], "round {round}");
        let check = city.check("bundle", &["--log", "log"]);
        let reason = check["findings"][0]["code"].as_str().unwrap_or_default();
        assert_eq!(reason, "L14", "only the witnesses are missing: {check}");
    }
    assert!(cut_short > 20, "only {cut_short} of 126 runs were killed in time");
}

/// The same of what comes after a sealed draw: an event, which the sealed folder keeps, and the opening.
#[test]
fn killed_events_and_openings_are_finished() {
    let mut rng = ChaCha20Rng::seed_from_u64(12);
    let city = City::new();
    city.office.plan("inspector = \"beacon\"", "inspector = \"next\"");
    city.office.plan(
        "mode = \"open\"",
        "mode = \"sealed\"\nseal = { opens = \"public\", by = \"2026-10-31\" }",
    );
    let key = age::x25519::Identity::generate().to_string();
    city.office.write("office.key", age::secrecy::ExposeSecret::expose_secret(&key));
    let at = |clock: &'static str, args: &[&'static str]| {
        [args, &["--clock", clock, "--key-file", "office.key"]].concat()
    };
    let with = |args: &[&'static str]| at("2026-08-03T09:00:00+08:00", args);
    city.office.done(&[CITY_STEPS[0], &["--key-file", "office.key"]].concat());
    city.office.done(CITY_STEPS[1]);
    city.office.done(&with(&["draw", "bundle"]));
    let leave = ["leave", "--iid", "E04", "--reason", "病假", "--by", "甲", "--approver", "乙"];
    let leave = [&with(&["event", "bundle"])[..], &leave].concat();
    let open = at("2026-10-08T09:00:00+08:00", &["open", "bundle"]);
    let drawn = read_folder(city.office.folder());
    let whole = [&leave, &open].map(|args| timed(|| drop(city.office.done(args))));
    let expected = read_folder(&city.office.path("bundle"));
    let mut cut_short = 0;
    for round in 0..10 {
        fs::remove_dir_all(city.office.folder()).unwrap();
        write_folder(city.office.folder(), &drawn);
        for (args, whole) in [&leave, &open].into_iter().zip(whole) {
            for _ in 0..4 {
                cut_short += u32::from(!killed(&city, args, &mut rng, whole));
            }
            city.office.done(args);
        }
        assert_eq!(city.kinds(), ["commit", "beacon", "result", "event", "open"], "round {round}");
        let mut made = read_folder(&city.office.path("bundle"));
        // The times of the log's entries are those of its clock, salts are random.
        let same = |path: &String| !path.starts_with("log/") && !path.starts_with("events/");
        made.retain(|path, _| same(path));
        assert!(made.iter().all(|(path, bytes)| expected.get(path) == Some(bytes)), "{round}");
        assert_eq!(made.len(), expected.keys().filter(|path| same(path)).count(), "round {round}");
        let report = city.report("bundle", &["--log", "log"]);
        let failed: Vec<&Value> = report["checks"].as_array().unwrap().iter().collect();
        let failed = failed.iter().filter(|check| check["outcome"] == "failed");
        let numbers: Vec<u64> = failed.map(|check| check["number"].as_u64().unwrap()).collect();
        assert_eq!(numbers, [7], "only the witnesses are missing: {report}");
    }
    assert!(cut_short > 20, "only {cut_short} of 80 runs were killed in time");
}

/// Runs a step and kills it after a random part of its time; whether it was done before.
fn killed(city: &City, args: &[&str], rng: &mut ChaCha20Rng, whole: Duration) -> bool {
    let null = std::process::Stdio::null;
    let mut child = command(city.office.folder(), args).stdout(null()).stderr(null()).spawn();
    let child = child.as_mut().unwrap();
    std::thread::sleep(Duration::from_micros(rng.next_u64() % whole.as_micros() as u64));
    let _ = child.kill();
    child.wait().unwrap().success()
}

/// How long something takes that nobody kills.
#[allow(clippy::disallowed_methods)]
fn timed(work: impl FnOnce()) -> Duration {
    let start = std::time::Instant::now();
    work();
    start.elapsed()
}
