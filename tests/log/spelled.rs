//! The same agency, matter or person in another spelling, which looks the same to everybody who reads it.

use std::fs;

use serde_json::json;
use shuangsuiji::base::json::format_line;

use crate::city::{City, DUE_S};
use crate::office::{COMMIT_IN_TIME, Office, ssj};
use crate::support::{read_folder, write_folder};

/// Trailing and inner characters that nobody sees, a radical for its letter, blanks.
const AGENCIES: [&str; 8] = [
    "示例局\u{200b}",
    "示\u{2060}例局",
    "示\u{fe00}例局",
    "⽰例局",
    "示例局 ",
    "示例局\u{3000}",
    "示例局\u{200e}",
    "示 例\u{e0100}局",
];

/// A second draw of the same days, whose commitment was changed by hand: no plan can say this.
fn rival(city: &City, name: &str, changes: &[(&str, &str)]) {
    let other = Office::new();
    other.done(COMMIT_IN_TIME);
    let mut files = read_folder(&other.path("bundle"));
    let mut text = String::from_utf8(files["commitment.json"].clone()).unwrap();
    for (from, to) in changes {
        assert!(text.contains(from), "{from}");
        text = text.replace(from, to);
    }
    files.insert("commitment.json".to_owned(), text.into_bytes());
    write_folder(&city.office.path(name), &files);
    city.office.done(&["log", "append", "log", name]);
}

#[test]
fn another_spelling_of_the_agency_or_a_matter() {
    let city = City::new();
    city.office.done(COMMIT_IN_TIME);
    let mut rivals = Vec::new();
    for (n, agency) in (0..).zip(AGENCIES) {
        let name = format!("rival{n}");
        rival(&city, &name, &[("\"示例局\"", &format!("\"{agency}\""))]);
        rivals.push(name);
    }
    let matter = [("\"M001\"", "\"Ｍ００１\""), ("\"T-2026Q3\"", "\"T-again\"")];
    rival(&city, "matter", &matter);
    rivals.push("matter".to_owned());
    city.cosign(DUE_S);
    let bundles = rivals.iter().flat_map(|name| ["--bundle", name.as_str()]);
    let bundles: Vec<&str> = bundles.chain(["--bundle", "bundle"]).collect();
    city.office.done(&[&["log", "collect", "exchange"], &bundles[..]].concat());
    for name in &rivals {
        assert_eq!(city.check(name, &[])["outcome"], "passed", "without the log nobody sees it");
        city.refused(name, &["--log", "log"], "L20");
        city.agrees(name);
    }
    let logged = city.report("bundle", &["--log", "log"])["facts"]["logged"].clone();
    assert_eq!((&logged["count"], &logged["others"]), (&json!([1, 10]), &json!(9)), "{logged}");
}

/// In other words it is another agency to every rule; how many bind in the same days is told, whosever they are.
#[test]
fn other_words_are_left_to_people() {
    let city = City::new();
    city.office.done(COMMIT_IN_TIME);
    rival(&city, "rival", &[("\"示例局\"", "\"示例市局\"")]);
    let elsewhen = ("\"to\":\"2026-09-30\"", "\"to\":\"2027-09-30\"");
    rival(&city, "later", &[("\"示例局\"", "\"邻局\""), ("2026-07-24", "2027-07-24"), elsewhen]);
    city.cosign(DUE_S);
    city.office.done(&["log", "collect", "exchange", "--bundle", "bundle", "--bundle", "rival"]);
    assert_eq!(city.check("rival", &["--log", "log"])["outcome"], "passed");
    let logged = city.report("rival", &["--log", "log"])["facts"]["logged"].clone();
    assert_eq!((&logged["count"], &logged["others"]), (&json!([1, 1]), &json!(1)), "{logged}");
    let words = ["verify", "bundle", "--policy", "policy", "--log", "log"];
    let ran = ssj(city.office.folder(), &words);
    assert!(ran.out.contains("同期另有 1 个有效承诺"), "{}", ran.out);
    city.agrees("rival");
}

/// Nobody approves what he recorded himself, however he writes his name; and no plan has a name that is not seen.
#[test]
fn one_person_in_two_spellings() {
    let city = City::new();
    city.office.done(COMMIT_IN_TIME);
    let event = |by: &str, approver: &str| {
        json!({
            "n": 1, "prev": "-", "kind": "void", "at": 1_784_700_000u64, "reason": "register_error",
            "by": by, "approver": approver, "evidence": "-",
        })
    };
    fs::create_dir(city.office.path("bundle/events")).unwrap();
    for (by, approver, outcome) in [
        ("张三", "李四", "not_shown"),
        ("张三", "张三\u{200b}", "failed"),
        ("张 三", "张三", "failed"),
        ("Zhang", "ｚｈａｎｇ", "failed"),
        ("张三", "\u{2060}", "failed"),
        ("－", "李四", "failed"),
    ] {
        city.office.write("bundle/events/0001.json", format_line(&event(by, approver)));
        assert_eq!(city.outcomes("bundle", 16), [outcome; 2], "{by:?} {approver:?}");
    }
    fs::remove_dir_all(city.office.path("bundle/events")).unwrap();
    let void = ["event", "bundle", "void", "--reason", "名录有误", "--by", "甲"];
    let clock = ["--clock", "2026-07-22T10:00:00+08:00"];
    let words = [&clock[..], &void, &["--approver", "甲\u{200b}"]].concat();
    let ran = city.office.refuses(2, &words, &["W07 "]);
    assert!(ran.all().contains("看不见的字符（\\u{200b}）"), "{}", ran.all());
    for agency in ["示例局\u{200b}", "示例局 ", "\u{3000}示例局"] {
        let office = Office::new();
        office.plan("agency = \"示例局\"", &format!("agency = \"{agency}\""));
        let ran = office.refuses(2, &["check", "plan.toml"], &["agency"]);
        assert!(ran.all().contains("首尾无空白，不含看不见的字符"), "{}", ran.all());
    }
}
