//! Forms with the days of the schedule that the office keeps, of the whole draw and of one day.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use calamine::{Reader, Xlsx};
use serde_json::Value;

use crate::schedule::{busiest, codes, days, drawn, schedule, sealed, teams};
use crate::support::ssj::{AFTER, run, ssj};

/// Makes forms of a bundle; where they are, and what the program says of them.
fn forms(folder: &Path, more: &[&str]) -> Value {
    let args = ["--json", "publish", "forms", "bundle", "--out", "forms", "--registry"];
    let output = ssj(folder, &[&args, more].concat());
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    serde_json::from_slice(&output.stdout).unwrap()
}

/// The file of a report whose name ends so.
fn ending(report: &Value, name: &str) -> String {
    let files = report["files"].as_array().unwrap();
    let mut named = files.iter().filter_map(Value::as_str).filter(|file| file.ends_with(name));
    let file = named.next().unwrap_or_else(|| panic!("{report}")).to_owned();
    assert_eq!(named.next(), None, "{report}");
    file
}

/// (sid, day) in the rows of a sheet, one after the other.
fn rows(place: &Path, sheet: &str) -> Vec<(String, String)> {
    let mut book: Xlsx<_> = calamine::open_workbook(place).unwrap();
    let range = book.worksheet_range(sheet).unwrap();
    let head: Vec<String> = range.rows().next().unwrap().iter().map(ToString::to_string).collect();
    let at = |name: &str| head.iter().position(|cell| cell == name).unwrap();
    let (sid, day) = (at("统一社会信用代码/注册号"), at("检查日期"));
    range.rows().skip(1).map(|row| (row[sid].to_string(), row[day].to_string())).collect()
}

#[test]
fn forms_have_the_days_of_the_last_schedule() {
    let temp = drawn(&["--days"]);
    let folder = temp.path();
    let args = ["publish", "forms", "bundle", "--out", "forms", "--day", "2026-08-06"];
    assert!(run(folder, 2, &args).contains("N22"), "nothing is scheduled yet");
    let without = forms(folder, &[]);
    assert!(
        rows(&folder.join(ending(&without, "forms.xlsx")), "人员任务")
            .iter()
            .all(|r| r.1.is_empty())
    );

    schedule(folder, 0, &[]);
    let kept = days(&folder.join("bundle.days/0001.tsv"));
    let all = forms(folder, &[]);
    assert_eq!((&all["schedule"], codes(&all).len()), (&1.into(), 0), "{all}");
    let book = folder.join(ending(&all, "-d1-forms.xlsx"));
    assert_eq!(rows(&book, "抽查任务表").into_iter().collect::<BTreeMap<_, _>>(), kept);
    // Everybody's own visits are in the order of their days.
    let teams = teams(folder);
    let (iid, visits) = busiest(&teams);
    let page = fs::read_to_string(folder.join(ending(&all, "-d1-tasks-01.html"))).unwrap();
    let sheet = page.split("<section").find(|sheet| sheet.contains(&format!("{iid}</b>"))).unwrap();
    let shown: Vec<&str> =
        sheet.split("<td class=\"when\">").skip(1).map(|cell| &cell[..10]).collect();
    let mut own: Vec<&str> = visits.iter().map(|sid| kept[sid].as_str()).collect();
    own.sort_unstable();
    assert_eq!(shown, own);

    // One day: its visits and the people who make them, and no others.
    let day = &kept[&visits[0]];
    let one = forms(folder, &["--day", day]);
    let book = folder.join(ending(&one, &format!("-d1-{day}-forms.xlsx")));
    let of_day: BTreeMap<String, String> =
        kept.iter().filter(|(_, date)| *date == day).map(|(s, d)| (s.clone(), d.clone())).collect();
    assert_eq!(rows(&book, "抽查任务表").into_iter().collect::<BTreeMap<_, _>>(), of_day);
    let people: BTreeSet<&String> = of_day.keys().flat_map(|sid| &teams[sid]).collect();
    assert_eq!(one["inspectors"], people.len());
    let letters = fs::read_to_string(folder.join(ending(&one, "letter-01.html"))).unwrap();
    assert_eq!(letters.matches("<section").count(), of_day.len());
    assert_eq!(letters.matches("<svg").count(), of_day.len(), "each has its receipt's code");
    // A Sunday needs no paper.
    let none = forms(folder, &["--day", "2026-08-09"]);
    assert_eq!((&none["visits"], none["files"].as_array().unwrap().len()), (&0.into(), 0));

    // Another schedule makes other files; whoever has changed since is told.
    let sid = &visits[0];
    let setting =
        format!("format = \"ssj-days/1\"\n[[visit]]\nsid = \"{sid}\"\nfixed = \"2026-09-29\"\n");
    fs::write(folder.join("days.toml"), setting).unwrap();
    schedule(folder, 0, &["--setting", "days.toml"]);
    let again = forms(folder, &[]);
    assert!(
        rows(&folder.join(ending(&again, "-d2-forms.xlsx")), "抽查任务表")
            .contains(&(sid.clone(), "2026-09-29".into()))
    );
    let leave = ["--clock", AFTER, "event", "bundle", "leave", "--iid", &iid, "--visit", sid];
    run(
        folder,
        0,
        &[&leave[..], &["--reason", "病假", "--by", "张三", "--approver", "李四"]].concat(),
    );
    assert_eq!(codes(&forms(folder, &[])), ["D18"]);
}

#[test]
fn parts_of_days_stand_on_forms() {
    let temp = drawn(&["--days"]);
    let folder = temp.path();
    fs::write(folder.join("days.toml"), "format = \"ssj-days/1\"\nslots = [\"上午\", \"下午\"]\n")
        .unwrap();
    schedule(folder, 0, &["--setting", "days.toml"]);
    let made = forms(folder, &["--only", "book"]);
    let rows = rows(&folder.join(ending(&made, "forms.xlsx")), "人员任务");
    assert!(
        !rows.is_empty()
            && rows.iter().all(|(_, day)| day.ends_with(" 上午") || day.ends_with(" 下午"))
    );
}

/// Of a sealed draw who has the key has the days.
#[test]
fn forms_of_a_sealed_draw_have_their_days() {
    let temp = sealed();
    let folder = temp.path();
    let key = ["--key-file", "key"];
    run(folder, 0, &[&["--clock", AFTER, "schedule", "bundle"][..], &key].concat());
    let made = forms(folder, &[&["--only", "book"][..], &key].concat());
    let rows = rows(&folder.join(ending(&made, "-d1-forms.xlsx")), "抽查任务表");
    assert!(rows.len() == 30 && rows.iter().all(|(_, day)| day.starts_with("2026-")));
}
