//! Values whose times the office merely declares: known long before, they let it choose a title, a date, an event.

use std::fs;

use shuangsuiji::base::digest::{Digest, Suite};
use shuangsuiji::base::json;
use shuangsuiji::base::text::line_digest;

use crate::city::{City, DUE_S};
use crate::office::Office;
use crate::support::ssj::AFTER;

/// The results of spring, which everybody knows.
pub const BALLS: &str = "1.2.3.4.5.6.7.8.9.10.11.12.13.14.15.16.17.18.19.20./";
const THREE: &str = "123";
const DRAND: &str = "sources = [{ kind = \"drand\", chain = \"quicknet\", round = 30662982 }]";
/// Issues of spring, declared for the summer.
const TYPED: &str = "sources = [\
    { kind = \"rfc3797\", game = \"kl8\", issue = \"2026100\", at = \"2026-07-23T15:38:30+08:00\" }, \
    { kind = \"digits\", game = \"3d\", issue = \"2026100\", at = \"2026-07-23T15:39:30+08:00\" }]";
const COMMIT: &[&str] =
    &["--clock", "2026-07-22T09:00:00+08:00", "commit", "plan.toml", "--out", "bundle"];

/// The draw's subjects that come first by their tickets, as anybody computes who knows the values.
fn drawn(commitment: &[u8], frame: &str) -> Vec<String> {
    let suite = Suite::Sha256;
    let c = suite.digest(commitment).hex();
    let strings = [format!("rfc3797:kl8-2026100:{BALLS}"), format!("digits:3d-2026100:{THREE}")];
    let seed = line_digest(suite, "seed", &[&c, "2", &strings[0], &strings[1]]);
    let key = line_digest(suite, "group", &[&seed.hex(), "T1"]).hex();
    let sids = frame.lines().skip(1).map(|row| row.split('\t').next().unwrap());
    let ticket = |sid: &str| suite.digest(format!("{key}{sid}").as_bytes());
    let mut tickets: Vec<(Digest, String)> =
        sids.map(|sid| (ticket(sid), sid.to_owned())).collect();
    tickets.sort();
    tickets.into_iter().take(6).map(|(_, sid)| sid).collect()
}

/// Values known since spring stand in the plan with a time in summer. Title after title is tried at home, until the
/// wanted subject is drawn; only that commitment is logged, and witnesses cosign it in time.
#[test]
fn values_that_were_known_before_their_declared_time() {
    let wanted = "REG:R07";
    let plan = |office: &Office, n: u64| {
        office.plan(DRAND, TYPED);
        office.plan("title = \"测试\"", &format!("title = \"测试 {n}\""));
        office.done(COMMIT);
        office.read("bundle/commitment.json")
    };
    let tried = (1..100).map(|n| {
        let home = Office::new();
        (n, plan(&home, n), home.read("bundle/frames/T1.tsv"))
    });
    let mut good = tried.filter(|(_, commitment, frame)| {
        drawn(commitment.as_bytes(), frame).iter().any(|sid| sid == wanted)
    });
    let (n, commitment, _) = good.next().unwrap();
    let city = City::new();
    assert_eq!(plan(&city.office, n), commitment, "what was tried at home is what is logged");
    city.cosign(DUE_S);
    city.collect();
    let values = ["beacon", "bundle", "--value", BALLS, "--value", THREE, "--by", "公证员"];
    city.office.done(&[&["--clock", AFTER], &values[..]].concat());
    city.office.done(&["draw", "bundle"]);
    city.cosign(DUE_S + 7200);
    city.collect();
    assert!(city.office.read("bundle/draw/T1.tsv").contains(wanted));
    let check = city.check("bundle", &["--log", "log"]);
    assert_eq!(check["outcome"], "not_shown", "{check}");
    let reason = check["reason"].as_str().unwrap();
    assert_eq!(
        reason,
        "只有在快乐8第 2026100 期于 2026-07-23 15:38:30（北京时间）或以后开奖、\
         福彩3D第 2026100 期于 2026-07-23 15:39:30（北京时间）或以后开奖时才成立，请对照公告的开奖时间"
    );
    city.agrees("bundle");
    // What is to be compared stands with its time, all of it.
    let told = city.report("bundle", &[])["checks"].clone();
    let sixth = told.as_array().unwrap().iter().find(|check| check["number"] == 6).unwrap();
    let sixth = sixth["reason"].as_str().unwrap();
    for text in ["kl8-2026100:1.2.", "2026-07-23 15:38:30", "3d-2026100:123", "2026-07-23 15:39:30"]
    {
        assert!(sixth.contains(text), "{sixth}");
    }
}

/// With a drand round among them nothing rests on what was declared: its value was known to nobody.
#[test]
fn a_typed_value_before_a_drand_round_does_no_harm() {
    let city = City::new();
    city.office.plan(
        "sources = [{",
        "sources = [{ kind = \"digits\", game = \"3d\", issue = \"2026100\", \
         at = \"2026-07-23T15:38:00+08:00\" }, {",
    );
    city.office.done(COMMIT);
    city.cosign(DUE_S - 30);
    city.collect();
    assert_eq!(city.check("bundle", &["--log", "log"])["outcome"], "passed");
    city.agrees("bundle");
}

/// An event that names the draw's own issue once more, with another time, knows already who would come.
#[test]
fn an_event_that_names_a_value_of_the_draw() {
    let city = City::new();
    city.office.plan(DRAND, TYPED);
    city.office.done(COMMIT);
    let values = ["beacon", "bundle", "--value", BALLS, "--value", THREE, "--by", "公证员"];
    city.office.done(&[&["--clock", AFTER], &values[..]].concat());
    city.office.done(&["draw", "bundle"]);
    let later = "2026-07-28T21:30:00+08:00";
    let (kl8, three) = (format!("kl8-2026100@{later}"), "3d-2026200@2026-07-28T21:40:00+08:00");
    let raise = ["event", "bundle", "staff", "--raise", "1", "--reason", "人员不足"];
    let who = ["--by", "甲", "--approver", "乙", "--source", &kl8, "--source", three];
    let words = [&["--clock", "2026-07-27T09:00:00+08:00"], &raise[..], &who[..]].concat();
    let ran = city.office.refuses(2, &words, &["E09 "]);
    assert!(ran.all().contains("快乐8第 2026100 期是抽取本身的来源"), "{}", ran.all());
    // Written by hand, every verifier refuses it.
    let event = |issue: &str| {
        serde_json::json!({
            "n": 1, "prev": "-", "kind": "staff", "raise": 1, "at": 1_785_114_000u64,
            "reason": "shortage", "by": "甲", "approver": "乙", "evidence": "-", "beacon": [
                {"kind": "rfc3797", "game": "kl8", "issue": issue, "at": 1_785_245_400u64},
                {"kind": "digits", "game": "3d", "issue": "2026200", "at": 1_785_246_000u64},
            ],
        })
    };
    fs::create_dir(city.office.path("bundle/events")).unwrap();
    for (issue, outcome) in [("2026200", "not_shown"), ("2026100", "failed")] {
        city.office.write("bundle/events/0001.json", json::format_line(&event(issue)));
        assert_eq!(city.outcomes("bundle", 16), [outcome; 2], "{issue}");
    }
}
