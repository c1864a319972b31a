//! The life of a commitment: one live at a time, voided by two before its beacon, attempted again.

use std::fs;

use serde_json::Value;
use shuangsuiji::base::digest::Suite;

use crate::office::{BEACON, COMMIT, COMMIT_IN_TIME, Office, ssj};
use crate::support::read_folder;
use crate::support::ssj::{AFTER, BEFORE};

fn void<'a>(clock: &'a str, by: &'a str, approver: &'a str) -> Vec<&'a str> {
    [
        ["--clock", clock, "event", "bundle", "void"].as_slice(),
        &["--reason", "名录有误", "--by", by, "--approver", approver],
    ]
    .concat()
}

fn commitment(office: &Office, bundle: &str) -> Value {
    serde_json::from_str(&office.read(&format!("{bundle}/commitment.json"))).unwrap()
}

fn digest(office: &Office, bundle: &str) -> String {
    let bytes = office.read(&format!("{bundle}/commitment.json"));
    Suite::Sha256.digest(bytes.as_bytes()).hex()
}

#[test]
fn every_step_twice_changes_nothing() {
    let office = Office::new();
    office.done(&["init", "."]);
    office.done(&["import", "subjects", "subjects.csv", "--apply"]);
    let steps: [&[&str]; 5] = [
        &["check", "plan.toml"],
        COMMIT_IN_TIME,
        &[&["--clock", AFTER], BEACON].concat(),
        &["draw", "bundle"],
        &["verify", "bundle"],
    ];
    for args in steps {
        office.done(args);
        let before = office.snapshot();
        office.done(args);
        let changed: Vec<String> = office
            .snapshot()
            .into_iter()
            .filter(|(name, bytes)| before.get(name) != Some(bytes))
            .map(|(name, _)| name)
            .collect();
        assert!(changed.is_empty(), "ssj {args:?} again changed {changed:?}");
    }
    // Earlier steps commanded after later ones change nothing either.
    let before = office.snapshot();
    office.done(COMMIT_IN_TIME);
    assert!(office.done(&[&["--clock", AFTER], BEACON].concat()).out.contains("已存在且相同"));
    assert!(office.snapshot() == before);
}

#[test]
fn registers_imported_later_do_not_touch_a_commitment() {
    let office = Office::new();
    office.commit();
    let frozen = read_folder(&office.path("bundle"));
    let fewer: String =
        office.read("subjects.csv").lines().take(30).map(|line| line.to_owned() + "\n").collect();
    office.import("subjects", &fewer);
    assert!(read_folder(&office.path("bundle")) == frozen);
    // The same plan on other registers is another commitment, and one is live already.
    office.refuses(2, COMMIT_IN_TIME, &["W02 "]);
    assert_eq!(office.after(BEACON).exit, 0);
    office.done(&["draw", "bundle"]);
    let ran = office.done(&["verify", "bundle"]);
    assert!(ran.out.contains("T1    all  40     6  15.00%"), "{}", ran.out);
}

#[test]
fn one_live_commitment_per_matter_and_window() {
    let office = Office::new();
    office.commit();
    let bundle = fs::canonicalize(office.path("bundle")).unwrap();
    let (bundle, live) = (bundle.display(), digest(&office, "bundle"));
    let first = office.read("plan.toml");
    office.write(
        "other.toml",
        first.replace("T-2026Q3", "T-2026Q3b").replace("2026-07-24", "2026-08-15"),
    );
    let other = ["--clock", BEFORE, "commit", "other.toml", "--out", "second"];
    office.refuses_saying(
        2,
        &other,
        &format!(
            "错误 W02 {live}：T-2026Q3 第 1 次，窗口 2026-07-24 至 2026-09-30，公示包 {bundle}
  处理：同一机关、同一事项、重叠的窗口只能有一份生效的承诺：完成它，或在最早信标之前作废它（ssj event … void），再以新的次数封存。"
        ),
        &format!(
            "error W02 {live}: T-2026Q3, attempt 1, window 2026-07-24 to 2026-09-30, bundle {bundle}
  remedy: One agency has one live commitment per matter and overlapping window: finish it, or void it before its earliest beacon (ssj event … void) and commit a new attempt."
        ),
    );
    // Drawing it does not end it: the result stands until the window ends.
    assert_eq!(office.after(BEACON).exit, 0);
    office.done(&["draw", "bundle"]);
    office.refuses(2, &other, &["W02 "]);
    // Another matter, another agency or a window that does not overlap are other affairs.
    for (n, (from, to)) in [
        ("M001", "M002"),
        ("示例局", "邻区局"),
        (
            "from = \"2026-07-24\", to = \"2026-09-30\"",
            "from = \"2026-10-01\", to = \"2026-12-31\"",
        ),
    ]
    .into_iter()
    .enumerate()
    {
        let text = first.replace("T-2026Q3", &format!("T-{n}")).replace(from, to);
        office.write("free.toml", text);
        let out = format!("free{n}");
        office.done(&["--clock", BEFORE, "commit", "free.toml", "--out", &out]);
    }
}

#[test]
fn only_two_people_void_and_only_in_time() {
    let office = Office::new();
    office.commit();
    office.refuses_saying(
        2,
        &void(BEFORE, "甲", "甲"),
        "错误 E02 “approver”：经办人与批准人须为两人
  处理：写明经办人；作废、增员、拒绝检查、回避、离岗、执法证、更正须由另一人批准。",
        "error E02 \"approver\": who records it and who approves it must be two
  remedy: Name who recorded it; void, staff, refused, recused, leave, certificate and correct need the approval of another person.",
    );
    office.refuses(2, &void(BEFORE, "", "乙"), &["W07 “--by”"]);
    office.refuses_saying(
        2,
        &void("2026-07-23T15:38:30+08:00", "甲", "乙"),
        "错误 W05 “beacon.sources”：最早的信标在 2026-07-23 15:38:30（北京时间）
  处理：最早的信标时刻已到，结果已经确定：只能照常抽取并公布，不能作废重抽。",
        "error W05 \"beacon.sources\": the earliest source was due at 2026-07-23 15:38:30 (China time)
  remedy: The earliest source's time has come and the result is defined: draw and publish it; it cannot be voided.",
    );
    // The last second before it is in time.
    office.done(&void("2026-07-23T15:38:29+08:00", "甲", "乙"));
}

#[test]
fn a_void_draw_goes_no_further_and_the_next_is_attempt_two() {
    let office = Office::new();
    office.commit();
    let first = digest(&office, "bundle");
    office.done(&void(BEFORE, "甲", "乙"));
    assert_eq!(
        office.read("bundle/events/0001.json"),
        "{\"approver\":\"乙\",\"at\":1784682000,\"by\":\"甲\",\"evidence\":\"-\",\"kind\":\"void\",\"n\":1,\"prev\":\"-\",\"reason\":\"register_error\"}\n"
    );
    let before = office.snapshot();
    assert!(office.done(&void(BEFORE, "丙", "丁")).out.contains("早已作废，未作改动"));
    assert!(office.snapshot() == before);
    office.refuses(2, &["draw", "bundle"], &["W10 bundle：已作废"]);
    office.refuses(2, &[&["--clock", AFTER], BEACON].concat(), &["W10 bundle：已作废"]);

    office.done(&["--clock", BEFORE, "commit", "plan.toml", "--out", "second"]);
    let second = commitment(&office, "second");
    assert_eq!((&second["attempt"], &second["prev"]), (&2.into(), &first.into()));
    office.done(&["--clock", BEFORE, "commit", "plan.toml", "--out", "second"]);
    assert_eq!(office.after(&["beacon", "second", "--value", BEACON[3]]).exit, 0);
    office.done(&["draw", "second"]);
    assert!(office.done(&["verify", "second"]).out.contains("示例局 测试（T-2026Q3），第 2 次"));
    let ran = office.done(&["--lang", "en", "verify", "second"]);
    assert!(ran.out.contains("示例局 测试 (T-2026Q3), attempt 2"), "{}", ran.out);
    // The void bundle is no result.
    let ran = ssj(office.folder(), &["verify", "bundle"]);
    assert_eq!((ran.exit, ran.out.lines().last()), (1, Some("核验未通过")));
}

/// A commit that fails for its folder must not stand in the way of the next.
#[test]
fn a_commit_that_wrote_nothing_binds_nobody() {
    let office = Office::new();
    office.commit();
    office.done(&void(BEFORE, "甲", "乙"));
    // The voided bundle's folder is taken.
    assert_eq!(office.before(COMMIT).exit, 2);
    office.plan("number = 6", "number = 7");
    let ran = office.before(&["commit", "plan.toml", "--out", "second"]);
    assert_eq!(ran.exit, 0, "{}", ran.all());
    assert_eq!(commitment(&office, "second")["attempt"], 2);
}

/// The commitment in the way is named with the folder that holds it.
#[test]
fn a_commit_that_moved_is_named_where_it_is() {
    let office = Office::new();
    fs::create_dir(office.path("taken")).unwrap();
    office.write("taken/other", "");
    assert_eq!(office.before(&["commit", "plan.toml", "--out", "taken"]).exit, 2);
    office.commit();
    office.plan("number = 6", "number = 7");
    let bundle = fs::canonicalize(office.path("bundle")).unwrap();
    let named = format!("，公示包 {}\n", bundle.display());
    office.refuses(2, &["--clock", BEFORE, "commit", "plan.toml", "--out", "b"], &["W02 ", &named]);
}

/// What was never published may not appear after the beacon is known.
#[test]
fn a_commit_that_wrote_nothing_is_late_after_the_beacon() {
    let office = Office::new();
    assert_eq!(office.before(&["commit", "plan.toml", "--out", "."]).exit, 2);
    fs::create_dir(office.path("bundle")).unwrap();
    office.write("bundle/other", "");
    assert_eq!(office.before(COMMIT).exit, 2);
    office.refuses(2, &["--clock", AFTER, "commit", "plan.toml", "--out", "late"], &["B03 "]);
}

/// A draw's name stands for one draw: two plans of one name, whatever their matters, would confuse attempts.
#[test]
fn one_live_commitment_per_name() {
    let office = Office::new();
    office.commit();
    office.plan("M001", "M002");
    office.refuses(2, &["--clock", BEFORE, "commit", "plan.toml", "--out", "second"], &["W02 "]);
}

/// A copy made before the void is as void as the original, as far as the workspace knows.
#[test]
fn a_copy_of_a_void_bundle_is_not_drawn() {
    let office = Office::new();
    office.commit();
    crate::support::write_folder(&office.path("copy"), &read_folder(&office.path("bundle")));
    office.done(&void(BEFORE, "甲", "乙"));
    assert_eq!(office.after(&["beacon", "copy", "--value", BEACON[3]]).exit, 0);
    office.refuses(2, &["draw", "copy"], &["W10 "]);
}

/// Whoever meets a void bundle reads that it is void, and why, in words of his language.
#[test]
fn a_void_bundle_says_so() {
    let office = Office::new();
    office.commit();
    office.done(&void(BEFORE, "甲", "乙"));
    office.refuses_saying(
        2,
        &["draw", "bundle"],
        "错误 W10 bundle：已作废：名录有误
  处理：作废的抽取不再进行：以新的次数重新封存。",
        "error W10 bundle: voided: a register was wrong
  remedy: A voided draw goes no further: commit a new attempt.",
    );
    let ran = ssj(office.folder(), &["verify", "bundle"]);
    assert!(ran.out.lines().any(|line| line == "该次抽取已作废"), "{}", ran.out);
}

/// A round of quicknet about a day from now: what a draw in earnest waits for.
#[expect(clippy::disallowed_methods, reason = "a draw in earnest goes by the real clock")]
fn coming_round() -> u64 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    (now.as_secs() - 1_692_803_367) / 3 + 28_800
}

/// A rehearsal may be repeated until its outcome suits somebody: it takes nobody out of a draw in earnest, and is in nobody's
/// way.
#[test]
fn a_rehearsal_has_no_say_in_earnest() {
    let office = Office::new();
    let exclude = "exclude = { drawn_within_days = 180 }\nslots = [\"lead\"";
    office.plan("slots = [\"lead\"", exclude);
    office.done(COMMIT_IN_TIME);
    assert_eq!(office.after(BEACON).exit, 0);
    office.done(&["draw", "bundle"]);
    // Rehearsed again under another name the six are left out, as they would be next year in earnest.
    office.plan("T-2026Q3", "T-2026Q4");
    office.plan(
        "from = \"2026-07-24\", to = \"2026-09-30\"",
        "from = \"2026-10-01\", to = \"2026-12-31\"",
    );
    office.done(&[&["--clock", BEFORE, "commit", "plan.toml", "--out"][..], &["again"]].concat());
    assert_eq!(commitment(&office, "again")["lists"][0]["frame"]["n"], 34);
    // In earnest they are not, although names, matters and days are those of the rehearsals.
    office.plan("rehearsal = true", "rehearsal = false");
    office.plan("round = 30662982", &format!("round = {}", coming_round()));
    office.done(&["commit", "plan.toml", "--out", "earnest"]);
    let earnest = commitment(&office, "earnest");
    assert_eq!(earnest["lists"][0]["frame"]["n"], 40);
    assert_eq!(earnest["earlier_draws"], serde_json::json!([]));
    // Two in earnest are in each other's way.
    office.plan("title = \"测试\"", "title = \"再抽\"");
    office.refuses(2, &["commit", "plan.toml", "--out", "second", "--days"], &["W02"]);
}

/// Registers whose times somebody set serve rehearsals alone.
#[test]
fn a_set_clock_of_an_import_is_no_ground_for_a_draw() {
    let office = Office::new();
    let text = office.read("subjects.csv").replace("示例店5,", "示例店五,");
    office.write("subjects.csv", text);
    office.done(&[
        "--clock",
        "2026-01-01T00:00:00Z",
        "import",
        "subjects",
        "subjects.csv",
        "--apply",
    ]);
    assert!(office.done(&["registry", "log"]).out.contains("设定的时钟，只供演练"));
    let round = format!("round = {}", coming_round());
    office.plan("round = 30662982", &round);
    office.plan("rehearsal = true", "rehearsal = false");
    office.refuses(
        2,
        &["commit", "plan.toml", "--out", "bundle"],
        &["W11 subjects：检查对象名录库第 "],
    );
    office.plan("rehearsal = false", "rehearsal = true");
    office.done(&["commit", "plan.toml", "--out", "bundle"]);
}

/// Whose folder it is matters, not how it is called.
#[test]
fn a_bundle_may_be_called_by_a_dot() {
    let office = Office::new();
    office.done(COMMIT_IN_TIME);
    let inside = office.path("bundle");
    let steps: [&[&str]; 3] = [
        &["--clock", AFTER, "-C", "..", "beacon", ".", "--value", crate::support::ssj::SIGNATURE],
        &["--clock", AFTER, "-C", "..", "draw", "."],
        &["--clock", AFTER, "-C", "..", "schedule", "."],
    ];
    for args in steps {
        let ran = ssj(&inside, args);
        assert_eq!(ran.exit, 0, "{args:?}: {}", ran.all());
    }
    assert!(office.path("bundle.days/0001.tsv").exists());
    office.done(&["verify", "bundle"]);
}
