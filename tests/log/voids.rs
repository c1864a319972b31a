//! Voids that clear the way for another draw: the log's own clock says when, and the office sets it.

use serde_json::json;

use crate::city::{City, DUE_S, EARLIEST_S};
use crate::office::{COMMIT_IN_TIME, ssj};

/// An hour after the first draw's beacon, and the next draw's: a round of the day after.
const AGAIN_S: u64 = EARLIEST_S + 3600;
const NEXT_ROUND: u64 = 30_662_982 + 28_800;

/// A first draw, cosigned in time; the result is known and does not please. With the clock put back it is voided, and
/// another attempt begins, whose commitment witnesses cosign in time.
fn drawn_again(before_the_value: Option<u64>) -> City {
    let city = City::new();
    city.office.done(COMMIT_IN_TIME);
    city.cosign(DUE_S);
    city.collect();
    let back = "2026-07-22T18:00:00+08:00";
    let void = ["--clock", back, "event", "bundle", "void", "--reason", "名录有误"];
    city.office.done(&[&void[..], &["--by", "甲", "--approver", "乙"]].concat());
    if let Some(at) = before_the_value {
        city.cosign(at);
        city.collect();
    }
    city.office.plan("round = 30662982", &format!("round = {NEXT_ROUND}"));
    let again = ["commit", "plan.toml", "--out", "again"];
    city.office.done(&[&["--clock", "2026-07-23T16:30:00+08:00"], &again[..]].concat());
    city.cosign(AGAIN_S);
    city.collect();
    city
}

#[test]
fn a_void_with_a_clock_put_back() {
    let city = drawn_again(None);
    let check = city.check("again", &["--log", "log"]);
    assert_eq!(check["outcome"], "not_shown", "{check}");
    let reason = check["reason"].as_str().unwrap();
    let told = "T-2026Q3 第 1 次（第 0 条）的作废（第 1 条）只有日志自己的时钟为证，\
        没有见证人在 2026-07-23 15:38:30（北京时间）以前见过";
    assert!(reason.starts_with(told), "{reason}");
    city.agrees("again");
    // The bundle that was voided says more: its void was cosigned too late.
    city.refused("bundle", &["--log", "log"], "L15");
    // Whoever looks at the log alone is told, too.
    let ran = ssj(city.office.folder(), &["log", "check", "log/public", "--policy", "policy"]);
    assert!(ran.all().contains("L49") && ran.all().contains("第 0 条的作废"), "{}", ran.all());
}

/// A void that witnesses saw in time is dated by the proof that the next commitment carries.
#[test]
fn a_void_in_time_is_dated_in_the_next_bundle() {
    let city = drawn_again(Some(DUE_S + 60));
    let name = city.in_log_folder("again").into_iter().find(|name| name.starts_with("void-"));
    let name = format!("again/log/{}", name.unwrap());
    assert_eq!(city.check("again", &["--log", "log"])["outcome"], "passed");
    city.agrees("again");
    assert_eq!(city.check("bundle", &["--log", "log"])["outcome"], "passed");
    // Without it nobody knows from this bundle, nor with one of a later head, nor with somebody else's.
    let proof = std::fs::read(city.office.path(&name)).unwrap();
    std::fs::remove_file(city.office.path(&name)).unwrap();
    assert_eq!(city.check("again", &["--log", "log"])["outcome"], "not_shown");
    city.agrees("again");
    let later = std::fs::read(city.office.path("again/log/commit.tlog-proof")).unwrap();
    city.office.write(&name, later);
    assert_eq!(city.check("again", &["--log", "log"])["outcome"], "not_shown");
    let foreign = drawn_again(Some(DUE_S + 60));
    city.office.write(&name, std::fs::read(foreign.office.path(&name)).unwrap());
    assert_eq!(city.check("again", &["--log", "log"])["outcome"], "not_shown");
    city.agrees("again");
    city.office.write(&name, proof);
    city.agrees("again");
}

/// Committed again before the value was known, the new commitment's own proof has the void under a head of that time.
#[test]
fn a_commitment_before_the_value_dates_the_void_by_itself() {
    let city = City::new();
    city.office.done(COMMIT_IN_TIME);
    let void = ["--clock", "2026-07-22T10:00:00+08:00", "event", "bundle", "void"];
    let who = ["--reason", "名录有误", "--by", "甲", "--approver", "乙"];
    city.office.done(&[&void[..], &who].concat());
    let again = ["--clock", "2026-07-22T11:00:00+08:00", "commit", "plan.toml", "--out", "again"];
    city.office.done(&again);
    city.cosign(DUE_S);
    city.collect();
    let folder = city.office.path("again/log");
    for name in city.in_log_folder("again").iter().filter(|name| name.starts_with("void-")) {
        std::fs::remove_file(folder.join(name)).unwrap();
    }
    assert_eq!(city.check("again", &["--log", "log"])["outcome"], "passed");
    city.agrees("again");
    let report = city.report("again", &["--log", "log"]);
    assert_eq!(report["facts"]["logged"]["count"], json!([2, 2]));
}
