//! Days of visits at the command line: from the commitment that fixes the day secret to the published schedule, what
//! inspectors get, what moves after an event, and what is refused.

use std::collections::BTreeMap;
use std::fs;
use std::io::Cursor;
use std::path::Path;
use std::process::Command;

use age::secrecy::ExposeSecret;
use age::x25519::Identity;
use calamine::{Data, Reader, Xlsx};
use serde_json::Value;
use shuangsuiji::base::digest::Suite;
use shuangsuiji::base::secret::Secret;
use shuangsuiji::schedule::secret_digest;
use tempfile::TempDir;

use crate::office::Office;
use crate::support::read_folder;
use crate::support::ssj::{AFTER, BEFORE, beacon_args, district, import_all, run, ssj};

pub const LATER: &str = "2026-10-09T09:00:00+08:00";

/// A drawn district; its plan's window is 2026-07-24 to 2026-09-30, a rehearsal. Its day secret is always the same, so that
/// the same visits get the same days each time; `a_day_secret_of_another_draw_is_not_taken` begins with a new one.
pub fn drawn(commit: &[&str]) -> TempDir {
    drawn_from(commit, |_| ())
}

/// The same, from registers and a plan that are changed first.
pub fn drawn_from(commit: &[&str], change: impl Fn(&Path)) -> TempDir {
    let temp = district(600);
    change(&temp.path().join("registers"));
    import_all(temp.path());
    fs::create_dir(temp.path().join("bundle.days")).unwrap();
    fs::write(temp.path().join("bundle.days/secret"), "5a".repeat(32) + "\n").unwrap();
    let first = ["--clock", BEFORE, "commit", "registers/plan.toml", "--out", "bundle"];
    run(temp.path(), 0, &[&first, commit].concat());
    run(temp.path(), 0, &beacon_args());
    run(temp.path(), 0, &["--clock", AFTER, "draw", "bundle"]);
    temp
}

pub fn schedule(folder: &Path, exit: i32, more: &[&str]) -> String {
    run(folder, exit, &[&["--clock", AFTER, "schedule", "bundle"], more].concat())
}

pub fn report(folder: &Path, more: &[&str]) -> Value {
    let args = [&["--json", "--clock", AFTER, "schedule", "bundle"], more].concat();
    let output = ssj(folder, &args);
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{output:?}"))
}

pub fn codes(report: &Value) -> Vec<&str> {
    report["findings"].as_array().unwrap().iter().map(|f| f["code"].as_str().unwrap()).collect()
}

/// The days by sid.
pub fn days(path: &Path) -> BTreeMap<String, String> {
    let text = fs::read_to_string(path).unwrap();
    let row = |line: &str| line.split_once('\t').map(|(sid, day)| (sid.to_owned(), day.to_owned()));
    text.lines().skip(1).filter_map(row).collect()
}

/// (sid, team) of every visit, from the published assignment.
pub fn teams(folder: &Path) -> BTreeMap<String, Vec<String>> {
    let text = fs::read_to_string(folder.join("bundle/assignment.tsv")).unwrap();
    let rows: Vec<Vec<&str>> =
        text.lines().skip(1).map(|line| line.split('\t').collect()).collect();
    let last = rows.last().unwrap()[0];
    let mut teams: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for row in rows.iter().filter(|row| row[0] == last) {
        teams.entry(row[1].to_owned()).or_default().push(row[3].to_owned());
    }
    teams
}

#[test]
fn an_open_draw_from_commitment_to_published_days() {
    let temp = drawn(&["--days"]);
    let folder = temp.path();
    let commitment = fs::read_to_string(folder.join("bundle/commitment.json")).unwrap();
    let secret = fs::read_to_string(folder.join("bundle.days/secret")).unwrap();
    let secret = Secret::from_hex(secret.trim_end()).unwrap();
    let digest = secret_digest(Suite::Sha256, &secret).hex();
    assert!(commitment.contains(&format!("\"days\":\"{digest}\"")), "{commitment}");
    // The same commitment again: the secret that is kept is used again.
    let again = ["--clock", BEFORE, "commit", "registers/plan.toml", "--out", "bundle", "--days"];
    run(folder, 0, &again);
    // The secret follows from no register: an auditor who has them finds nothing wrong.
    let told = run(folder, 0, &["verify", "bundle", "--registry"]);
    assert!(told.contains("名录重算：冻结的各表由封存时的计划和名录"), "{told}");

    let told = schedule(folder, 0, &["--out", "out"]);
    assert!(told.contains("日程第 1 版已存") && !told.contains("D09"), "{told}");
    let first = days(&folder.join("bundle.days/0001.tsv"));
    let teams = teams(folder);
    assert_eq!(first.keys().collect::<Vec<_>>(), teams.keys().collect::<Vec<_>>());
    assert!(first.values().all(|day| ("2026-07-24".."2026-10-01").contains(&day.as_str())));
    // Nobody makes more than two visits a day.
    let mut loads: BTreeMap<(&str, &str), u32> = BTreeMap::new();
    for (sid, team) in &teams {
        team.iter().for_each(|iid| *loads.entry((iid, &first[sid])).or_default() += 1);
    }
    assert!(loads.values().all(|n| *n <= 2));
    let report_of = report(folder, &[]);
    assert_eq!((&report_of["written"], &report_of["n"]), (&false.into(), &1.into()));
    assert!(!folder.join("bundle.days/0002.tsv").exists());

    workbook_has(&folder.join("out/schedule.xlsx"), &first);
    let (iid, visits) = busiest(&teams);
    calendar_has(folder, &iid, &visits, &first);
    let page = fs::read_to_string(folder.join("out/calendar.html")).unwrap();
    assert!(page.contains("2026 年 8 月") && page.contains(&iid));
    assert!(page.contains("<b>20</b><em>周日</em> 上班（国庆节调休）"), "{page}");
    assert!(!page.contains("<script") && !page.contains("src=") && !page.contains("href="));

    // Somebody's list, of a day or of all.
    let list = report(folder, &["--inspector", &iid]);
    let sids: Vec<&str> =
        list["list"].as_array().unwrap().iter().map(|row| row["sid"].as_str().unwrap()).collect();
    assert_eq!(sids.len(), visits.len());
    let day = &first[&visits[0]];
    let told = schedule(folder, 0, &["--inspector", &iid, "--day", day]);
    assert!(told.contains(&format!("  {day}")) && told.contains("     同组："), "{told}");
    // Nobody's number is no empty list, and nothing is made for it.
    assert!(schedule(folder, 2, &["--inspector", "99999"]).contains("D22 “--inspector”"));
    let told = schedule(folder, 0, &["--inspector", &iid, "--day", "2026-07-23"]);
    let next = visits.iter().map(|sid| &first[sid]).min().unwrap();
    assert!(told.contains(&format!("下一次在 {next} 周")), "{told}");
    // Every line fits a terminal.
    let (day, all) =
        (schedule(folder, 0, &["--day", day]), schedule(folder, 0, &["--inspector", &iid]));
    assert!(day.lines().chain(all.lines()).all(|line| columns(line) <= 80), "{day}{all}");

    // Days are shown when the visits are over, not before; then the secret is, too.
    let refused = run(folder, 2, &["--clock", AFTER, "schedule", "bundle", "--publish"]);
    assert!(refused.contains("D15"), "{refused}");
    run(folder, 0, &["--clock", LATER, "schedule", "bundle", "--publish"]);
    assert_eq!(days(&folder.join("bundle/schedule.tsv")), first);
    let notice = fs::read_to_string(folder.join("bundle/notice/days.json")).unwrap();
    let notice: Value = serde_json::from_str(&notice).unwrap();
    let shown = Secret::from_hex(notice["secret"].as_str().unwrap()).unwrap();
    assert_eq!(secret_digest(Suite::Sha256, &shown).hex(), digest);
    assert!(run(folder, 0, &["verify", "bundle"]).contains("17"));
    let again = run(folder, 0, &["--clock", LATER, "schedule", "bundle", "--publish"]);
    assert!(again.contains("未作改动"), "{again}");
}

/// Columns of a terminal: Chinese characters and punctuation take two.
pub fn columns(line: &str) -> usize {
    line.chars().map(|c| if (c as u32) < 0x2E80 { 1 } else { 2 }).sum()
}

/// Who makes most visits, and which.
pub fn busiest(teams: &BTreeMap<String, Vec<String>>) -> (String, Vec<String>) {
    let mut visits: BTreeMap<&String, Vec<String>> = BTreeMap::new();
    for (sid, team) in teams {
        team.iter().for_each(|iid| visits.entry(iid).or_default().push(sid.clone()));
    }
    let (iid, visits) = visits.into_iter().max_by_key(|(_, visits)| visits.len()).unwrap();
    (iid.clone(), visits)
}

/// Every cell of the workbook is text, codes and dates included.
fn workbook_has(path: &Path, days: &BTreeMap<String, String>) {
    let mut book = Xlsx::new(Cursor::new(fs::read(path).unwrap())).unwrap();
    assert_eq!(book.sheet_names(), ["按日期", "按人员", "按小组", "每日"]);
    for sheet in book.sheet_names() {
        let range = book.worksheet_range(&sheet).unwrap();
        assert!(range.rows().flatten().all(|cell| matches!(cell, Data::String(_) | Data::Empty)));
    }
    let range = book.worksheet_range("按日期").unwrap();
    let row = |row: &[Data]| (row[2].to_string(), row[0].to_string());
    assert_eq!(range.rows().skip(1).map(row).collect::<BTreeMap<_, _>>(), *days);
}

/// The inspector's calendar has his visits, each on its day; another program agrees where it is there.
fn calendar_has(folder: &Path, iid: &str, visits: &[String], days: &BTreeMap<String, String>) {
    let place = folder.join(format!("out/ics/{iid}.ics"));
    let text = fs::read_to_string(&place).unwrap();
    assert!(text.starts_with("BEGIN:VCALENDAR\r\n") && text.ends_with("END:VCALENDAR\r\n"));
    assert!(text.split("\r\n").all(|line| line.len() <= 75 && !line.contains('\n')));
    let whole = text.replace("\r\n ", "");
    assert_eq!(whole.matches("BEGIN:VEVENT").count(), visits.len());
    for sid in visits {
        let uid = format!("-{}@shuangsuiji\r\n", sid.replace(':', "+"));
        let event = whole.split("BEGIN:VEVENT").find(|event| event.contains(&uid)).unwrap();
        assert!(event.contains(&format!("DTSTART;VALUE=DATE:{}", days[sid].replace('-', ""))));
    }
    let n = visits.len();
    icalendar_reads(&place, n);
}

/// Another program reads so many visits, each of one day, in a calendar, where it is there.
pub fn icalendar_reads(place: &Path, n: usize) {
    const PARSE: &str = "
import sys
try:
    import icalendar
except ImportError:
    sys.exit(77)
calendar = icalendar.Calendar.from_ical(open(sys.argv[1], 'rb').read())
events = [part for part in calendar.walk('VEVENT')]
print(len(events), sum((e.decoded('DTEND') - e.decoded('DTSTART')).days for e in events), len({str(e['UID']) for e in events}))
";
    let engines = crate::support::root().join("target/engines/bin/python");
    let python = if engines.exists() { engines } else { "python3".into() };
    let output = Command::new(python).args(["-c", PARSE]).arg(place).output().unwrap();
    if output.status.code() == Some(77) {
        println!("not run: Python has no module icalendar here");
        return;
    }
    assert_eq!(String::from_utf8(output.stdout).unwrap().trim(), format!("{n} {n} {n}"));
}

#[test]
fn after_an_event_as_little_as_possible_moves() {
    let temp = drawn(&[]);
    let folder = temp.path();
    let told = schedule(folder, 0, &[]);
    assert!(told.contains("D09"), "no secret was fixed: {told}");
    let first = days(&folder.join("bundle.days/0001.tsv"));
    let teams = teams(folder);
    let (iid, visits) = busiest(&teams);
    // He falls ill in August: the office notes it in its setting, and his visits of that month alone move.
    let setting = format!(
        "format = \"ssj-days/1\"\n[[inspector]]\niid = \"{iid}\"\naway = [\"2026-08-03..2026-08-21\"]\n"
    );
    fs::write(folder.join("days.toml"), setting).unwrap();
    let hit: Vec<&String> = visits
        .iter()
        .filter(|sid| ("2026-08-03".."2026-08-22").contains(&first[*sid].as_str()))
        .collect();
    let done = report(folder, &["--setting", "days.toml", "--from", "2026-07-27"]);
    let moved: Vec<&str> =
        done["moved"].as_array().unwrap().iter().map(|sid| sid.as_str().unwrap()).collect();
    assert!(!hit.is_empty() && moved == hit, "{moved:?} instead of {hit:?}");
    let second = days(&folder.join("bundle.days/0002.tsv"));
    for (sid, day) in &second {
        assert_eq!(hit.contains(&sid), *day != first[sid], "{sid}");
    }
    // A replaced inspector whose successor waits for a public value leaves a visit without a day.
    let leave =
        ["--clock", AFTER, "event", "bundle", "leave", "--iid", &iid, "--visit", &visits[0]];
    let who = ["--reason", "病假", "--by", "张三", "--approver", "李四"];
    run(folder, 0, &[&leave[..], &who].concat());
    let done = report(folder, &["--setting", "days.toml"]);
    assert!(codes(&done).contains(&"D11"), "{done}");
    assert_eq!(done["visits"].as_u64().unwrap() as usize, second.len() - 1);
}

#[test]
fn what_is_refused_and_what_is_told() {
    let temp = drawn(&["--days"]);
    let folder = temp.path();
    let teams = teams(folder);
    let sid = teams.keys().next().unwrap();
    let member = &teams[sid][0];
    let write = |name: &str, text: &str| fs::write(folder.join(name), text).unwrap();
    let set = |text: &str| write("days.toml", &format!("format = \"ssj-days/1\"\n{text}"));
    let setting = |exit: i32| {
        let output = ssj(
            folder,
            &["--json", "--clock", AFTER, "schedule", "bundle", "--setting", "days.toml"],
        );
        assert_eq!(output.status.code(), Some(exit), "{output:?}");
        serde_json::from_slice::<Value>(&output.stdout).unwrap()
    };
    for (wrong, n) in [
        ("per_day = 0\n", 1),
        ("weekly = 3\nkeep_free = \"x\"\n", 2),
        ("[[inspector]]\nper_day = 17\nweekdays = [8]\naway = [\"2026-08-05..2026-08-01\"]\n", 4),
        ("[[visit]]\nsid = \"A\"\nfixed = \"2026-02-30\"\n", 1),
        ("visit = 3\n", 1),
    ] {
        set(wrong);
        let found = setting(2);
        assert_eq!(codes(&found), vec!["D03"; n], "{wrong}");
    }
    write("days.toml", "per_day = 1\n");
    assert_eq!(codes(&setting(2)), ["D03"], "it does not say its format");
    set("[[visit]]\nsid = \"NOBODY\"\n");
    assert_eq!(codes(&setting(2)), ["D03"]);

    // Six visits of one person on two days, one a day, are too many, even if leave lets some of the teams never meet; who and
    // when is named, nothing is written.
    let (_, visits) = busiest(&teams);
    let two_days = |sid: &String| {
        format!("[[visit]]\nsid = \"{sid}\"\nfrom = \"2026-08-03\"\nto = \"2026-08-04\"\n")
    };
    let narrow: String = visits.iter().take(6).map(two_days).collect();
    set(&format!("per_day = 1\n{narrow}"));
    let found = setting(1);
    assert!(codes(&found).contains(&"D04") && codes(&found).contains(&"D06"), "{found}");
    set(&format!("[[inspector]]\niid = \"{member}\"\naway = [\"2026-07-01..2026-09-30\"]\n"));
    assert!(codes(&setting(1)).contains(&"D05"));
    assert!(!folder.join("bundle.days/0001.tsv").exists());

    // A Sunday by appointment stands, and is told; two days are easy to foresee.
    set(&format!("[[visit]]\nsid = \"{sid}\"\nfixed = \"2026-08-09\"\n"));
    let done = setting(0);
    assert!(codes(&done).contains(&"D08"), "{done}");
    assert_eq!(days(&folder.join("bundle.days/0001.tsv"))[sid], "2026-08-09");
    set(&format!("[[visit]]\nsid = \"{sid}\"\nfrom = \"2026-08-03\"\nto = \"2026-08-04\"\n"));
    assert!(codes(&setting(0)).contains(&"D07"));

    let elsewhere = tempfile::tempdir().unwrap();
    let apart = elsewhere.path().to_str().unwrap();
    assert!(codes(&report(folder, &["-C", apart])).contains(&"D12"));
    write("bad.tsv", "year\t2027\tx\n");
    assert!(schedule(folder, 2, &["--calendar", "bad.tsv"]).contains("D01"));
    write("closed.tsv", "# ssj-calendar/1\nclosed\t2026-07-01..2026-10-31\t搬迁\n");
    assert!(schedule(folder, 2, &["--calendar", "closed.tsv"]).contains("D14"));
    fs::rename(folder.join("bundle.days/secret"), folder.join("lost")).unwrap();
    assert!(schedule(folder, 2, &[]).contains("D10"));
    write("bundle.days/secret", &"ab".repeat(32));
    assert!(schedule(folder, 2, &[]).contains("D10"));
}

#[test]
fn the_calendar_answers() {
    let temp = tempfile::tempdir().unwrap();
    let folder = temp.path();
    let told = run(folder, 0, &["calendar", "2026-09-11", "--plus", "20"]);
    assert!(told.contains("2026-10-15 周四") && told.contains("国办发明电〔2025〕7号"), "{told}");
    assert!(!told.contains("D02"), "{told}");
    // A Sunday that is worked for a holiday is not the holiday.
    let told = run(folder, 0, &["calendar", "2026-09-20"]);
    assert!(told.starts_with("2026-09-20 周日：调休上班（国庆节）\n"), "{told}");
    let told = run(folder, 0, &["--lang", "en", "calendar", "2026-09-20"]);
    assert!(told.starts_with("2026-09-20 Sun: make-up workday (国庆节)\n"), "{told}");
    let told = run(folder, 0, &["calendar", "2026-10-01"]);
    assert!(told.contains("：休息（国庆节）"), "{told}");
    let told = run(folder, 0, &["--lang", "en", "calendar", "2026-12-20", "--plus", "20"]);
    assert!(told.contains("D02") && told.contains("2027-01-18"), "{told}");
    let notice = "# ssj-calendar/1\nyear\t2027\t虚构\noff\t2027-01-01..2027-01-03\t元旦\nhalf\t2027-01-05\t学习\n";
    fs::write(folder.join("2027.tsv"), notice).unwrap();
    let args = ["calendar", "2027-01-05", "--calendar", "2027.tsv"];
    let told = run(folder, 0, &args);
    assert!(told.contains("半个工作日（学习）") && !told.contains("D02"), "{told}");
    assert!(run(folder, 2, &["calendar", "2026-9-1"]).contains("W07"));
}

/// A plan with one of its tasks, the one whose list ends so, that draws so many of all.
pub fn one_task(plan: &str, list: &str, number: usize) -> String {
    let (head, tasks) = plan.split_once("[[task]]").unwrap();
    let named = |task: &&str| task.contains(&format!("{list}\""));
    let task = tasks.split("[[task]]").find(named).unwrap();
    let sample = task.lines().find(|line| line.starts_with("sample")).unwrap();
    let task = task.replace(sample, &format!("sample = {{ number = {number} }}"));
    format!("{head}\n[[task]]{task}")
}

/// A sealed draw of thirty visits, closed with a key file `key`.
pub fn sealed() -> TempDir {
    let temp = district(600);
    let folder = temp.path();
    import_all(folder);
    let plan = fs::read_to_string(folder.join("registers/plan.toml")).unwrap();
    let seal = "mode = \"sealed\"\nseal = { opens = \"public\", by = \"2026-10-31\" }";
    // Scores and small strata would give a sealed roll away: one task that has neither is kept.
    let plan = one_task(&plan, "7200008", 30);
    let plan = plan.lines().map(|line| if line.starts_with("mode = ") { seal } else { line });
    fs::write(folder.join("plan.toml"), plan.collect::<Vec<_>>().join("\n")).unwrap();
    fs::write(folder.join("key"), Identity::generate().to_string().expose_secret()).unwrap();
    let with_key = |args: &[&str]| run(folder, 0, &[args, &["--key-file", "key"]].concat());
    with_key(&["--clock", BEFORE, "commit", "plan.toml", "--out", "bundle"]);
    run(folder, 0, &beacon_args());
    with_key(&["--clock", AFTER, "draw", "bundle"]);
    temp
}

/// Of a sealed draw no day is ever written in plain before the opening, which publishes the last schedule.
#[test]
fn a_sealed_draw_keeps_its_days_closed() {
    let temp = sealed();
    let folder = temp.path();
    let with_key = |args: &[&str]| run(folder, 0, &[args, &["--key-file", "key"]].concat());
    let told = with_key(&["--clock", AFTER, "schedule", "bundle"]);
    assert!(told.contains("30 次检查") && !told.contains("D09"), "{told}");
    let kept: Vec<String> = read_folder(&folder.join("bundle.sealed")).into_keys().collect();
    assert!(kept.contains(&"kept/0001.tsv.age".to_owned()), "{kept:?}");
    assert!(!folder.join("bundle.days").exists() && !folder.join("bundle/schedule.tsv").exists());
    let refused = ["--clock", LATER, "schedule", "bundle", "--publish", "--key-file", "key"];
    assert!(run(folder, 2, &refused).contains("D15"));
    // Who opens it early by a recorded decision shows no day to come; the same command does so later.
    let early = ["--clock", AFTER, "open", "bundle", "--key-file", "key"];
    assert!(run(folder, 2, &early).contains("S18"));
    let decide = ["--clock", AFTER, "event", "bundle", "--key-file", "key", "open"];
    run(folder, 0, &[&decide[..], &["--reason", "early", "--by", "张三"]].concat());
    let told = run(folder, 0, &early);
    assert!(told.contains("提示 S23 schedule.tsv：最后一次检查在"), "{told}");
    assert!(!folder.join("bundle/schedule.tsv").exists());
    run(folder, 0, &["verify", "bundle"]);
    with_key(&["--clock", LATER, "open", "bundle"]);
    assert_eq!(days(&folder.join("bundle/schedule.tsv")).len(), 30);
    run(folder, 0, &["verify", "bundle"]);
}

/// A day secret with schedules may be known to everybody: no other draw takes it.
#[test]
fn a_day_secret_of_another_draw_is_not_taken() {
    let office = Office::new();
    fs::create_dir(office.path("bundle.days")).unwrap();
    office.write("bundle.days/secret", "ab".repeat(32) + "\n");
    office.write("bundle.days/0001.tsv", "sid\tdate\n");
    let commit = ["--clock", BEFORE, "commit", "plan.toml", "--out", "bundle", "--days"];
    office.refuses(2, &commit, &["D10 ", "另一次抽取的日程"]);
    fs::remove_dir_all(office.path("bundle.days")).unwrap();
    office.done(&commit);
    // The same commitment again goes on with the secret that it fixed.
    office.done(&commit);
}
