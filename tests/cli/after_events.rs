//! What is done and said of days that are over when somebody leaves in the middle of a quarter.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use jiff::civil::Date;
use serde_json::Value;

use crate::office::{BEACON, COMMIT, Office};
use crate::schedule::{busiest, codes, sealed};
use crate::sessions::is_documented;
use crate::support::ssj::{AFTER, run, ssj};

/// Twenty visits by eight people whose places are filled at once.
pub fn twenty() -> Office {
    twenty_with("next")
}

/// The same, with this rule of who steps in. Its day secret is always the same.
fn twenty_with(inspector: &str) -> Office {
    let office = Office::new();
    office.plan("inspector = \"beacon\"", &format!("inspector = \"{inspector}\""));
    office.plan("sample = { number = 6 }", "sample = { number = 20 }");
    std::fs::create_dir(office.path("bundle.days")).unwrap();
    office.write("bundle.days/secret", "5a".repeat(32) + "\n");
    assert_eq!(office.before(&[COMMIT, &["--days"]].concat()).exit, 0);
    assert_eq!(office.after(BEACON).exit, 0);
    office.done(&["draw", "bundle"]);
    office
}

pub fn json(folder: &Path, clock: &str, args: &[&str]) -> Value {
    let output = ssj(folder, &[&["--json", "--clock", clock], args].concat());
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{args:?}: {output:?}"))
}

/// Nine in the morning of a day, in China.
pub fn morning(day: &str) -> String {
    format!("{day}T09:00:00+08:00")
}

/// Who visits whom now, vacant slots left out, with the lists of the event.
pub fn standing(folder: &Path, more: &[&str]) -> BTreeMap<String, Vec<String>> {
    let list = json(folder, AFTER, &[&["event", "bundle"][..], more, &["list"]].concat());
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let team = |visit: &Value| -> Vec<String> {
        visit["team"].as_array().unwrap().iter().filter_map(text).collect()
    };
    let visits = list["visits"].as_array().unwrap().iter();
    visits.map(|visit| (text(&visit["sid"]).unwrap(), team(visit))).collect()
}

/// The days of a kept schedule, by sid.
pub fn kept(office: &Office, n: usize) -> BTreeMap<String, String> {
    crate::schedule::days(&office.path(&format!("bundle.days/{n:04}.tsv")))
}

/// The visits of somebody.
pub fn visits_of(folder: &Path, iid: &str) -> BTreeSet<String> {
    let all = standing(folder, &[]).into_iter();
    all.filter(|(_, team)| team.iter().any(|one| one == iid)).map(|(sid, _)| sid).collect()
}

/// A day with visits of his before it, and on it or after.
pub fn middle(days: &BTreeMap<String, String>, visits: &BTreeSet<String>) -> String {
    let mut of: Vec<&String> = visits.iter().map(|sid| &days[sid]).collect();
    of.sort_unstable();
    of.dedup();
    assert!(of.len() >= 3, "{of:?}");
    of[of.len() / 2].clone()
}

const LEAVES: [&str; 6] = ["--reason", "病假", "--by", "甲", "--approver", "乙"];

fn sids(value: &Value) -> BTreeSet<String> {
    value.as_array().unwrap().iter().map(|sid| sid.as_str().unwrap().to_owned()).collect()
}

/// The visits that an event of the bundle names.
fn recorded(office: &Office, n: usize) -> BTreeSet<String> {
    let event: Value =
        serde_json::from_str(&office.read(&format!("bundle/events/{n:04}.json"))).unwrap();
    sids(&event["visits"])
}

#[test]
fn who_leaves_keeps_the_visits_of_past_days() {
    let office = twenty();
    let folder = office.folder();
    assert_eq!(office.after(&["schedule", "bundle"]).exit, 0);
    let (days, own) = (kept(&office, 1), visits_of(folder, "E02"));
    let today = middle(&days, &own);
    let (past, ahead): (BTreeSet<String>, BTreeSet<String>) =
        own.iter().cloned().partition(|sid| days[sid] < today);
    let leave = [&["event", "bundle", "leave", "--iid", "E02", "--all"][..], &LEAVES].concat();
    // Half past midnight in China is still yesterday in UTC: the day of the command is China's.
    let report = json(folder, &format!("{today}T00:30:00+08:00"), &leave);
    is_documented(&report);
    assert_eq!((sids(&report["left_out"]), codes(&report)), (past.clone(), vec!["E15"]));
    assert_eq!(recorded(&office, 1), ahead);
    assert_eq!(visits_of(folder, "E02"), past);
    office.done(&["verify", "bundle"]);
    // The same command again is the same event, and says the same.
    let again = office_says(&office, &today, &leave);
    let n = past.len();
    assert!(again.contains(&format!("{n} 次中 {n} 次的日期在 {today} 之前，不换人")), "{again}");
    assert!(again.contains("未作改动") && !office.path("bundle/events/0002.json").exists());
    // One of them was not made after all.
    let sid = past.first().unwrap();
    let named = ["event", "bundle", "leave", "--iid", "E02", "--visit", sid];
    office_says(&office, &today, &[&named[..], &LEAVES].concat());
    assert_eq!(recorded(&office, 2), BTreeSet::from([sid.clone()]));

    // A recusal is of what was made, too, and says so.
    let own = visits_of(folder, "E03");
    let recused = ["event", "bundle", "recused", "--iid", "E03", "--all", "--reason", "近亲属"];
    let report = json(folder, &morning("2026-09-30"), &[&recused[..], &LEAVES[2..]].concat());
    assert_eq!(
        (codes(&report), &report["left_out"]),
        (vec!["E16"], &Value::from(Vec::<u8>::new()))
    );
    assert_eq!(recorded(&office, 3), own);
}

fn office_says(office: &Office, day: &str, args: &[&str]) -> String {
    run(office.folder(), 0, &[&["--clock", &morning(day)], args].concat())
}

#[test]
fn without_a_schedule_all_means_all_and_says_so() {
    let leave = [&["event", "bundle", "leave", "--iid", "E02", "--all"][..], &LEAVES].concat();
    let office = twenty();
    let own = visits_of(office.folder(), "E02");
    let told = office_says(&office, "2026-08-20", &leave);
    let n = own.len();
    assert!(
        told.contains(&format!("E16 没有存下的日程，不知道哪些已经检查：{n} 次全部换人")),
        "{told}"
    );
    assert_eq!(recorded(&office, 1), own);
    // One that is kept elsewhere is named.
    let office = twenty();
    assert_eq!(office.after(&["schedule", "bundle"]).exit, 0);
    std::fs::rename(office.path("bundle.days"), office.path("elsewhere")).unwrap();
    let told =
        office_says(&office, "2026-09-30", &[&leave[..], &["--days-dir", "elsewhere"]].concat());
    assert!(told.contains(&format!("E15 {n} 次中 ")) && !told.contains("E16"), "{told}");
    // Before the first day of the window nothing can have been made.
    let office = twenty();
    assert!(!office_says(&office, "2026-07-24", &leave).contains("E16"));
    assert_eq!(recorded(&office, 1), own);
}

#[test]
fn of_a_sealed_draw_past_days_are_read_with_the_key() {
    let temp = sealed();
    let folder = temp.path();
    let key = ["--key-file", "key"];
    let schedule = ["schedule", "bundle", "--key-file", "key"];
    json(folder, AFTER, &schedule);
    let (iid, visits) = busiest(&standing(folder, &key));
    let list = json(folder, AFTER, &[&schedule[..], &["--inspector", &iid]].concat());
    let day = |row: &Value| {
        (row["sid"].as_str().unwrap().to_owned(), row["date"].as_str().unwrap().to_owned())
    };
    let days: BTreeMap<String, String> = list["list"].as_array().unwrap().iter().map(day).collect();
    let own: BTreeSet<String> = visits.into_iter().collect();
    let today = middle(&days, &own);
    let past: BTreeSet<String> = own.iter().filter(|sid| days[*sid] < today).cloned().collect();
    let leave = ["leave", "--iid", &iid, "--all"];
    let leave = [&["event", "bundle"][..], &key, &leave, &LEAVES].concat();
    let report = json(folder, &morning(&today), &leave);
    assert_eq!((sids(&report["left_out"]), codes(&report)), (past, vec!["E15"]), "{report}");
}

/// Somebody falls ill on a day in August, after some of his visits; who comes instead is not known yet.
#[test]
fn a_visit_that_was_made_stays_in_the_schedule_though_its_slot_is_vacant() {
    let office = twenty_with("beacon");
    let folder = office.folder();
    assert_eq!(office.after(&["schedule", "bundle"]).exit, 0);
    let (days, own) = (kept(&office, 1), visits_of(folder, "E02"));
    let today = middle(&days, &own);
    let named = own.iter().flat_map(|sid| ["--visit", sid]);
    let named: Vec<&str> =
        ["event", "bundle", "leave", "--iid", "E02"].into_iter().chain(named).collect();
    office_says(&office, &today, &[&named[..], &LEAVES].concat());
    // New days from tomorrow on. Whoever fell ill this morning does not go today.
    let tomorrow = today.parse::<Date>().unwrap().tomorrow().unwrap().to_string();
    let again = ["schedule", "bundle", "--from", &tomorrow];
    let report = json(folder, &morning(&today), &again);
    is_documented(&report);
    let now = kept(&office, 2);
    let lost: Vec<&String> = days.keys().filter(|sid| !now.contains_key(*sid)).collect();
    let ahead: Vec<&String> = own.iter().filter(|sid| days[*sid] >= today).collect();
    assert!(lost == ahead && lost.len() < own.len(), "{lost:?} instead of {ahead:?}");
    assert!(now.iter().all(|(sid, day)| days[sid] == *day));
    assert_eq!(report["incomplete"], ahead.len());
    let told = office_says(&office, &today, &again);
    assert!(told.contains(&format!("另有 {} 次小组不齐，未排", ahead.len())), "{told}");
    // That is how it stands: nothing more is to be done until somebody steps in, and an auditor finds the same.
    assert!(told.contains("日程与第 2 版相同"), "{told}");
    let audit = office_says(&office, &today, &["schedule", "bundle", "--audit"]);
    assert!(!audit.contains("D18") && audit.matches("逐字节相同").count() == 2, "{audit}");
}

#[test]
fn a_schedule_is_kept_anew_when_a_team_changed_and_no_day() {
    let office = twenty();
    let folder = office.folder();
    assert_eq!(office.after(&["schedule", "bundle"]).exit, 0);
    let (days, own) = (kept(&office, 1), visits_of(folder, "E02"));
    let leave = [&["event", "bundle", "leave", "--iid", "E02", "--all"][..], &LEAVES].concat();
    assert_eq!(office.after(&leave).exit, 0);
    let first = own.first().unwrap();
    let (day, other) = (&days[first], standing(folder, &[])[first][0].clone());
    let today = ["today", "bundle", "--inspector", &other, "--day", day];
    let told = office_says(&office, day, &today);
    let n = own.len();
    assert!(told.contains(&format!("D18 {n} 次检查有变更，如 {first}\n")), "{told}");
    // Whoever steps in has room on all those days, so that no day moves.
    office.write("days.toml", "format = \"ssj-days/1\"\nper_day = 16\n");
    let again = ["schedule", "bundle", "--setting", "days.toml"];
    assert!(office.after(&again).out.contains("日程第 2 版已存"));
    assert_eq!(kept(&office, 2), days);
    assert!(!office_says(&office, day, &today).contains("D18"));
    let audit = json(folder, &morning(day), &["schedule", "bundle", "--audit"]);
    assert!(!codes(&audit).contains(&"D18") && audit["n"] == 2, "{audit}");
    assert!(office.after(&again).out.contains("日程与第 2 版相同"));
}
