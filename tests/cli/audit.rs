//! An auditor makes every kept schedule again: what is as it was passes, every change is named.

use std::fs;
use std::path::Path;

use serde_json::Value;
use shuangsuiji::base::digest::Suite;
use shuangsuiji::base::secret::Secret;
use shuangsuiji::schedule::{Record, Tie};

use crate::after_events::{json, standing, twenty};
use crate::schedule::{LATER, busiest, codes, days, drawn, report, schedule, sealed, teams};
use crate::sessions::is_documented;
use crate::support::ssj::{AFTER, run, ssj};

/// What an audit finds: codes with files and ids.
fn found(folder: &Path, exit: i32) -> Vec<(String, String, String)> {
    let output = ssj(folder, &["--json", "--clock", AFTER, "schedule", "bundle", "--audit"]);
    assert_eq!(output.status.code(), Some(exit), "{output:?}");
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let text = |f: &Value, key: &str| f[key].as_str().unwrap_or_default().to_owned();
    let row = |f: &Value| (text(f, "code"), text(f, "file"), text(f, "id"));
    report["findings"].as_array().unwrap().iter().map(row).collect()
}

/// Two schedules of an open draw, the second after somebody's leave and with halves of days.
fn two() -> tempfile::TempDir {
    let temp = drawn(&["--days"]);
    let folder = temp.path();
    schedule(folder, 0, &[]);
    let (iid, visits) = busiest(&teams(folder));
    let day = &days(&folder.join("bundle.days/0001.tsv"))[&visits[0]];
    let setting = format!(
        "format = \"ssj-days/1\"\nslots = [\"上午\", \"下午\"]\n[[inspector]]\niid = \"{iid}\"\naway = [\"{day}\", \"2026-08-24 上午\"]\n"
    );
    fs::write(folder.join("days.toml"), setting).unwrap();
    schedule(folder, 0, &["--setting", "days.toml"]);
    assert!(folder.join("bundle.days/0002.tsv").exists());
    temp
}

/// Replaces the first of a text in a file; what was there comes back with the result.
fn changed(place: &Path, from: &str, to: &str) -> Vec<u8> {
    let bytes = fs::read(place).unwrap();
    let text = String::from_utf8(bytes.clone()).unwrap();
    assert!(text.contains(from), "{from}");
    fs::write(place, text.replacen(from, to, 1)).unwrap();
    bytes
}

#[test]
fn every_kept_schedule_is_made_again() {
    let temp = two();
    let folder = temp.path();
    let told = schedule(folder, 0, &["--audit"]);
    assert!(
        told.contains("第 1 版") && told.contains("第 2 版：") && !told.contains("D17"),
        "{told}"
    );
    let audited = report(folder, &["--audit"]);
    assert_eq!(audited["audited"].as_array().unwrap().len(), 2);
    assert!(codes(&audited).is_empty(), "{audited}");
    let kept = |name: &str| folder.join("bundle.days").join(name);

    // A day: the table, its digest, and which visit it is.
    let first = days(&kept("0001.tsv"));
    let (sid, day) = first.iter().next().unwrap();
    let other = if day == "2026-08-06" { "2026-08-07" } else { "2026-08-06" };
    let was = changed(&kept("0001.tsv"), &format!("{sid}\t{day}"), &format!("{sid}\t{other}"));
    let all = found(folder, 1);
    let names = |code: &str, file: &str, id: &str| {
        all.iter().any(|(c, f, i)| c == code && f == file && i == id)
    };
    assert!(names("D17", "0001.tsv", "") && names("D17", "0001.tsv", sid), "{all:?}");
    // What stood before is told in the next one, too.
    assert!(names("D17", "0002.json", sid), "{all:?}");
    fs::write(kept("0001.tsv"), was).unwrap();
    assert_eq!(found(folder, 0), []);

    // An input, whether or not it moves anything.
    for (from, to) in [
        ("\"per_day\":2", "\"per_day\":3"),
        ("\"area\":\"", "\"area\":\"新"),
        ("\"half\":false", "\"half\":true"),
    ] {
        let was = changed(&kept("0001.json"), from, to);
        assert!(
            found(folder, 1).contains(&("D17".into(), "0001.json".into(), String::new())),
            "{from}"
        );
        fs::write(kept("0001.json"), was).unwrap();
    }
    // A part of a day.
    let text = fs::read_to_string(kept("0002.json")).unwrap();
    let other = if text.contains("\"parts\":[0,") { "\"parts\":[1," } else { "\"parts\":[0," };
    let now = if other.contains('1') { "\"parts\":[0," } else { "\"parts\":[1," };
    let was = changed(&kept("0002.json"), now, other);
    assert!(found(folder, 1).iter().any(|(code, file, _)| code == "D17" && file == "0002.json"));
    fs::write(kept("0002.json"), was).unwrap();
    // Files that are not there, or are no records.
    let was = fs::read(kept("0001.json")).unwrap();
    fs::remove_file(kept("0001.json")).unwrap();
    assert!(found(folder, 1).contains(&("D17".into(), "0001.json".into(), String::new())));
    fs::write(kept("0001.json"), b"{}\n").unwrap();
    assert!(found(folder, 1).iter().any(|(code, file, _)| code == "F05" && file == "0001.json"));
    fs::write(kept("0001.json"), &was).unwrap();

    // The office itself, which has the secret, cannot make one version anew under the next.
    let secret = fs::read_to_string(kept("secret")).unwrap();
    let secret = Secret::from_hex(secret.trim_end()).unwrap();
    let mut record = Record::parse(&was).unwrap();
    record.demand.keep_free += 1;
    let tie = Tie { suite: Suite::Sha256, secret: &secret, n: 1, before: None };
    let table = fs::read(kept("0001.tsv")).unwrap();
    let forged = Record::new((record.demand, record.given), record.slots, &table, &tie);
    fs::write(kept("0001.json"), forged.format()).unwrap();
    assert!(found(folder, 1).contains(&("D17".into(), "0002.json".into(), String::new())));
    fs::write(kept("0001.json"), was).unwrap();

    // The secret is fixed by the commitment.
    let was = fs::read(kept("secret")).unwrap();
    fs::write(kept("secret"), "ab".repeat(32)).unwrap();
    assert!(schedule(folder, 2, &["--audit"]).contains("D10"));
    fs::write(kept("secret"), was).unwrap();

    // What is published is the last one.
    run(folder, 0, &["--clock", LATER, "schedule", "bundle", "--publish"]);
    assert_eq!(found(folder, 0), []);
    let was = fs::read(folder.join("bundle/schedule.tsv")).unwrap();
    fs::write(folder.join("bundle/schedule.tsv"), fs::read(kept("0001.tsv")).unwrap()).unwrap();
    assert!(found(folder, 1).contains(&("D17".into(), "schedule.tsv".into(), String::new())));
    fs::write(folder.join("bundle/schedule.tsv"), was).unwrap();
    let notice = folder.join("bundle/notice/days.json");
    changed(&notice, "\"n\":2", "\"n\":1");
    assert!(found(folder, 1).contains(&("D17".into(), "notice/days.json".into(), String::new())));
}

/// Without a secret that the commitment fixed nothing but the files themselves tells another one.
#[test]
fn a_secret_that_nobody_fixed_is_told() {
    let temp = drawn(&[]);
    let folder = temp.path();
    fs::remove_dir_all(folder.join("bundle.days")).unwrap();
    assert!(schedule(folder, 2, &["--audit"]).contains("D17"), "there is none yet");
    assert!(!folder.join("bundle.days").exists(), "an audit begins nothing");
    schedule(folder, 0, &[]);
    assert_eq!(found(folder, 0), [("D09".into(), String::new(), String::new())]);
    fs::write(folder.join("bundle.days/secret"), "ab".repeat(32)).unwrap();
    assert!(found(folder, 1).contains(&("D17".into(), "0001.json".into(), String::new())));
}

#[test]
fn a_sealed_draw_is_audited_with_its_key() {
    let temp = sealed();
    let folder = temp.path();
    let key = ["--key-file", "key"];
    let with_key = |exit: i32, args: &[&str]| run(folder, exit, &[args, &key].concat());
    with_key(0, &["--clock", AFTER, "schedule", "bundle"]);
    let audit = ["--clock", AFTER, "schedule", "bundle", "--audit"];
    assert!(with_key(0, &audit).contains("逐字节相同"));
    // Nobody looks into it without.
    run(folder, 2, &audit);
    let kept = folder.join("bundle.sealed/kept");
    fs::rename(kept.join("0001.json.age"), kept.join("lost")).unwrap();
    assert!(with_key(1, &audit).contains("D17"));
    fs::rename(kept.join("lost"), kept.join("0001.json.age")).unwrap();
    // After the opening its secret is public.
    with_key(0, &["--clock", LATER, "open", "bundle"]);
    assert!(run(folder, 0, &audit).contains("逐字节相同"));
    let schedule = folder.join("bundle/schedule.tsv");
    let text = fs::read_to_string(&schedule).unwrap();
    let (head, last) = text.trim_end().rsplit_once('\n').unwrap();
    assert!(last.contains('\t'));
    fs::write(&schedule, format!("{head}\n")).unwrap();
    assert!(run(folder, 1, &audit).contains("schedule.tsv"));
}

/// An office of twenty visits that gives all of them days or windows; what a schedule and its audit say of it.
fn by_hand(setting: impl Fn(&str) -> String) -> (crate::office::Office, Value, Value) {
    let office = twenty();
    let sids = standing(office.folder(), &[]).into_keys();
    let rows: String = sids.map(|sid| setting(&sid)).collect();
    office.write("days.toml", format!("format = \"ssj-days/1\"\nper_day = 16\n{rows}"));
    let made = json(office.folder(), AFTER, &["schedule", "bundle", "--setting", "days.toml"]);
    let audit = json(office.folder(), AFTER, &["schedule", "bundle", "--audit"]);
    is_documented(&made);
    is_documented(&audit);
    assert_eq!(audit["audited"][0]["by_hand"], made["by_hand"]);
    assert_eq!((&audit["ok"], &audit["audited"][0]["same"]), (&true.into(), &true.into()));
    (office, made, audit)
}

fn counts(report: &Value) -> [u64; 4] {
    let set = &report["by_hand"];
    ["visits", "appointments", "windows", "few_days"].map(|key| set[key].as_u64().unwrap())
}

fn all_codes(report: &Value) -> Vec<String> {
    let mut all: Vec<String> = codes(report).into_iter().map(str::to_owned).collect();
    all.dedup();
    all
}

#[test]
fn days_that_were_chosen_by_hand_are_counted() {
    let visit = |sid: &str, more: &str| format!("[[visit]]\nsid = \"{sid}\"\n{more}\n");
    // Nothing is set: nothing is told.
    let (office, made, audit) = by_hand(|_| String::new());
    assert_eq!((counts(&made), all_codes(&audit)), ([20, 0, 0, 0], vec![]));
    let told = schedule(office.folder(), 0, &["--audit"]);
    assert!(told.contains("20 次检查中 0 次的日期由设置指定"), "{told}");

    // Every day by appointment, each in order: the bytes come out again, and the auditor hears who chose them.
    let (office, made, audit) = by_hand(|sid| visit(sid, "fixed = \"2026-08-06\""));
    assert_eq!(
        (counts(&made), all_codes(&made)),
        ([20, 20, 0, 20], vec!["D07".into(), "D20".into()])
    );
    assert_eq!(all_codes(&audit), ["D20", "D07"]);
    let told = schedule(office.folder(), 0, &["--audit"]);
    let cause =
        "20 次检查中 20 次的日期由设置指定：预约 20 次，自定期限 0 次；可选日子不足 4 天的 20 次";
    assert!(
        told.contains("\n  20 次检查中 20 次的日期由设置指定\n") && told.contains(cause),
        "{told}"
    );

    // Every window one day. In the next schedule the setting is gone and somebody else comes: the days are still those.
    let (office, made, _) = by_hand(|sid| visit(sid, "from = \"2026-08-06\"\nto = \"2026-08-06\""));
    assert_eq!(counts(&made), [20, 0, 20, 20]);
    let leave = ["event", "bundle", "leave", "--iid", "E02", "--all", "--reason", "病假"];
    office.after(&[&leave[..], &["--by", "甲", "--approver", "乙"]].concat());
    office.write("days.toml", "format = \"ssj-days/1\"\nper_day = 16\n");
    let made = report(office.folder(), &["--setting", "days.toml"]);
    assert_eq!((&made["n"], counts(&made)), (&2.into(), [20, 0, 20, 20]));
    let audit = report(office.folder(), &["--audit"]);
    assert_eq!(audit["audited"][1]["by_hand"], made["by_hand"]);

    // Both are published with the days, and a false count is seen.
    office.done(&["--clock", LATER, "schedule", "bundle", "--publish"]);
    let notice: Value = serde_json::from_str(&office.read("bundle/notice/days.json")).unwrap();
    assert_eq!(notice["by_hand"], made["by_hand"]);
    office.done(&["verify", "bundle"]);
    assert_eq!(found(office.folder(), 0).iter().filter(|(code, ..)| code == "D17").count(), 0);
    changed(&office.path("bundle/notice/days.json"), "\"windows\":20", "\"windows\":0");
    let all = found(office.folder(), 1);
    assert!(all.contains(&("D17".into(), "notice/days.json".into(), String::new())), "{all:?}");
}

#[test]
fn windows_of_tasks_are_held_against_the_commitment() {
    let list = |window: &str| format!("[[list]]\nlist = \"T1\"\n{window}\n");
    let only_first = |text: String| {
        let first = std::cell::Cell::new(true);
        move |_: &str| if first.replace(false) { text.clone() } else { String::new() }
    };
    // As committed: the draw's own window.
    let same = list("from = \"2026-07-24\"\nto = \"2026-09-30\"");
    let (_, made, audit) = by_hand(only_first(same));
    assert_eq!((counts(&made), all_codes(&audit)), ([20, 0, 0, 0], vec![]));
    let (office, made, audit) = by_hand(only_first(list("to = \"2026-08-14\"")));
    assert_eq!((counts(&made), made["by_hand"]["lists"][0].as_str()), ([20, 0, 0, 0], Some("T1")));
    assert_eq!(all_codes(&audit), ["D21"]);
    let told = schedule(office.folder(), 0, &["--audit"]);
    let cause = "20 次检查：2026-07-24 至 2026-08-14，封存时为 2026-07-24 至 2026-09-30";
    assert!(told.contains(cause), "{told}");

    // An office that does not say so in its record has twenty windows that no task has.
    let kept = |name: &str| office.path("bundle.days").join(name);
    let secret = Secret::from_hex(office.read("bundle.days/secret").trim_end()).unwrap();
    let mut record = Record::parse(&fs::read(kept("0001.json")).unwrap()).unwrap();
    record.given.lists.clear();
    let tie = Tie { suite: Suite::Sha256, secret: &secret, n: 1, before: None };
    let table = fs::read(kept("0001.tsv")).unwrap();
    let forged = Record::new((record.demand, record.given), record.slots, &table, &tie);
    fs::write(kept("0001.json"), forged.format()).unwrap();
    let audit = report(office.folder(), &["--audit"]);
    assert_eq!(all_codes(&audit), ["D20"], "{audit}");
    assert_eq!(counts(&audit["audited"][0]), [20, 0, 20, 0]);
}
