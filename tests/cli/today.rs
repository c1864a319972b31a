//! Windows of tasks, parts of days, the way within a day, and somebody's list of today.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use calamine::{Data, Reader, Xlsx};
use jiff::{ToSpan, civil::Date};
use serde_json::Value;
use shuangsuiji::schedule::route::{Place, length};

use crate::schedule::{
    busiest, codes, columns, days, drawn, drawn_from, icalendar_reads, one_task, report, schedule,
    sealed, teams,
};
use crate::support::ssj::{AFTER, run, ssj};

fn rows(report: &Value) -> &Vec<Value> {
    report["list"].as_array().unwrap_or_else(|| panic!("{report}"))
}

fn text<'a>(row: &'a Value, key: &str) -> &'a str {
    row[key].as_str().unwrap_or_default()
}

/// Two tasks that share visits have windows of their own in the plan.
#[test]
fn days_lie_in_the_windows_of_their_tasks() {
    let plan = |folder: &Path| {
        let place = folder.join("plan.toml");
        let mut plan = fs::read_to_string(&place).unwrap();
        for (list, from, to) in [("0001", "08-03", "08-28"), ("0002", "08-10", "09-30")] {
            let at = plan.find(&format!("list = \"33019920260720{list}\"")).unwrap();
            plan.insert_str(
                at,
                &format!("window = {{ from = \"2026-{from}\", to = \"2026-{to}\" }}\n"),
            );
            // So many are drawn that some visit serves both.
            let from = at + plan[at..].find("sample = ").unwrap();
            let to = from + plan[from..].find('\n').unwrap();
            plan.replace_range(from..to, "sample = { number = 25 }");
        }
        fs::write(place, plan).unwrap();
    };
    let temp = drawn_from(&[], plan);
    let folder = temp.path();
    let window = |lists: &str| {
        let (mut from, mut to) = ("2026-07-24", "2026-09-30");
        if lists.contains("7200001") {
            (from, to) = ("2026-08-03", "2026-08-28");
        }
        if lists.contains("7200002") {
            from = from.max("2026-08-10");
        }
        (from, to)
    };
    schedule(folder, 0, &[]);
    let scheduled = days(&folder.join("bundle.days/0001.tsv"));
    let drawn = fs::read_to_string(folder.join("bundle/visits.tsv")).unwrap();
    let visits: Vec<(&str, &str)> =
        drawn.lines().skip(1).filter_map(|line| line.split_once('\t')).collect();
    let mut joint = 0;
    for (sid, lists) in &visits {
        let (from, to) = window(lists);
        assert!((from..=to).contains(&scheduled[*sid].as_str()), "{sid} {lists}");
        joint += usize::from(from == "2026-08-10" && to == "2026-08-28");
    }
    assert!(joint > 0, "some visit serves both");
    // The setting may give a task's window; a visit's own one narrows it.
    let (sid, _) = visits.iter().find(|(_, lists)| lists.contains("7200001")).unwrap();
    let set = |text: &str| {
        fs::write(folder.join("days.toml"), format!("format = \"ssj-days/1\"\n{text}")).unwrap();
    };
    set("[[list]]\nlist = \"330199202607200001\"\nto = \"2026-08-21\"\n");
    schedule(folder, 0, &["--setting", "days.toml"]);
    // Where no day of the first one was later the schedule is the same, and no second one is kept.
    let second = folder.join("bundle.days/0002.tsv");
    let scheduled = if second.exists() { days(&second) } else { scheduled };
    for (sid, lists) in visits.iter().filter(|(_, lists)| lists.contains("7200001")) {
        assert!(scheduled[*sid].as_str() <= "2026-08-21", "{sid} {lists}");
    }
    set(&format!("[[visit]]\nsid = \"{sid}\"\nfrom = \"2026-09-01\"\n"));
    let told = schedule(folder, 2, &["--setting", "days.toml"]);
    assert!(told.contains("D16") && told.contains(sid), "{told}");
    set("[[list]]\nlist = \"NONE\"\nfrom = \"2026-09-01\"\n");
    assert!(schedule(folder, 2, &["--setting", "days.toml"]).contains("D03"));
}

#[test]
fn visits_get_parts_of_days_where_the_setting_wants_them() {
    let temp = drawn(&["--days"]);
    let folder = temp.path();
    let teams = teams(folder);
    let (iid, visits) = busiest(&teams);
    let set = |text: &str| {
        fs::write(folder.join("days.toml"), format!("format = \"ssj-days/1\"\n{text}")).unwrap();
    };
    for wrong in [
        "slots = [\"上午\"]\n",
        "slots = [\"上午\", \"上午\"]\n",
        "slots = [\"上 午\", \"下午\"]\n",
        "[[inspector]]\niid = \"A\"\naway = [\"2026-08-05 上午\"]\n",
        "slots = [\"上午\", \"下午\"]\n[[visit]]\nsid = \"A\"\nfixed = \"2026-08-05\"\nslot = \"晚上\"\n",
        "slots = [\"上午\", \"下午\"]\n[[visit]]\nsid = \"A\"\nslot = \"下午\"\n",
    ] {
        set(wrong);
        assert!(schedule(folder, 2, &["--setting", "days.toml"]).contains("D03"), "{wrong}");
    }
    // He is away in the mornings of August; one appointment is in the afternoon.
    let mornings: Vec<String> = (1..=31).map(|day| format!("\"2026-08-{day:02} 上午\"")).collect();
    set(&format!(
        "slots = [\"上午\", \"下午\"]\n[[inspector]]\niid = \"{iid}\"\naway = [{}]\n[[visit]]\nsid = \"{}\"\nfixed = \"2026-08-06\"\nslot = \"下午\"\n",
        mornings.join(", "),
        visits[0]
    ));
    let args = ["--setting", "days.toml", "--out", "out", "--inspector", &iid];
    let done = report(folder, &args);
    assert_eq!(rows(&done).len(), visits.len());
    for row in rows(&done) {
        let august = text(row, "date").starts_with("2026-08");
        assert!(!august || text(row, "slot") == "下午", "{row}");
    }
    let fixed = rows(&done).iter().find(|row| text(row, "sid") == visits[0]).unwrap();
    assert_eq!((text(fixed, "date"), text(fixed, "slot")), ("2026-08-06", "下午"));
    // One visit in each half for everybody, read from the workbook, whose codes are text.
    let mut book: Xlsx<_> = calamine::open_workbook(folder.join("out/schedule.xlsx")).unwrap();
    let range = book.worksheet_range("按日期").unwrap();
    let cells = |row: &[Data]| row.iter().map(ToString::to_string).collect::<Vec<_>>();
    let mut table = range.rows().map(cells);
    let head = table.next().unwrap();
    let at = |name: &str| head.iter().position(|cell| cell == name).unwrap();
    let mut met: BTreeMap<(String, String, String), u32> = BTreeMap::new();
    for row in table {
        assert!(["上午", "下午"].contains(&row[at("时段")].as_str()), "{row:?}");
        for member in &teams[&row[at("检查对象")]] {
            let key = (member.clone(), row[at("日期")].clone(), row[at("时段")].clone());
            *met.entry(key).or_default() += 1;
        }
    }
    assert!(met.values().all(|n| *n == 1));
    let calendar = fs::read_to_string(folder.join(format!("out/ics/{iid}.ics"))).unwrap();
    assert!(calendar.replace("\r\n ", "").contains("SUMMARY:下午 检查"));
    // The table of days has no column for it; again it is the same.
    assert!(
        fs::read_to_string(folder.join("bundle.days/0001.tsv")).unwrap().starts_with("sid\tdate\n")
    );
    assert_eq!(report(folder, &args)["written"], false);
    let audit = schedule(folder, 0, &["--audit"]);
    assert!(audit.contains("逐字节相同"), "{audit}");
}

/// Registers with coordinates: the visits of one team on one day stand in the order of a shortest way.
#[test]
fn a_team_s_day_is_a_short_way() {
    let place = |n: usize| {
        let spread = |by: usize| i32::try_from(n * by % 1_000).unwrap();
        (120_000_000 + spread(7_919) * 97, 30_000_000 + spread(104_729) * 89)
    };
    let degrees = |micro: i32| format!("{}.{:06}", micro / 1_000_000, micro % 1_000_000);
    let change = |folder: &Path| {
        let at = folder.join("subjects.csv");
        let text = fs::read_to_string(&at).unwrap();
        let mut lines = text.lines();
        let mut out = format!("{},经度,纬度\n", lines.next().unwrap());
        for (n, line) in lines.enumerate() {
            let (lon, lat) = place(n);
            out += &format!("{line},{},{}\n", degrees(lon), degrees(lat));
        }
        fs::write(at, out).unwrap();
        let plan = fs::read_to_string(folder.join("plan.toml")).unwrap();
        fs::write(folder.join("plan.toml"), one_task(&plan, "7200004", 150)).unwrap();
    };
    let temp = drawn_from(&[], change);
    let folder = temp.path();
    let register = fs::read_to_string(folder.join("registers/subjects.csv")).unwrap();
    let places: BTreeMap<String, Place> = (register.lines().skip(1).enumerate())
        .map(|(n, line)| (line.split(',').nth(3).unwrap().to_owned(), place(n)))
        .collect();
    let mut by_team: BTreeMap<Vec<String>, Vec<String>> = BTreeMap::new();
    for (sid, mut team) in teams(folder) {
        team.sort();
        by_team.entry(team).or_default().push(sid);
    }
    let (team, sids) = by_team.into_iter().max_by_key(|(_, sids)| sids.len()).unwrap();
    assert!(sids.len() >= 3, "{sids:?}");
    let fixed = |sid: &String| format!("[[visit]]\nsid = \"{sid}\"\nfixed = \"2026-08-06\"\n");
    let fixed: String = sids.iter().take(6).map(fixed).collect();
    fs::write(folder.join("days.toml"), format!("format = \"ssj-days/1\"\nper_day = 8\n{fixed}"))
        .unwrap();
    let args = ["--setting", "days.toml", "--inspector", &team[0], "--day", "2026-08-06"];
    let done = report(folder, &args);
    let own = |row: &&Value| sids.iter().any(|sid| text(row, "sid") == sid);
    let way: Vec<Place> =
        rows(&done).iter().filter(own).map(|row| places[text(row, "name")]).collect();
    assert_eq!(way.len(), sids.len().min(6));
    let order: Vec<usize> = (0..way.len()).collect();
    assert_eq!(length(&way, &order), shortest(&way, &mut Vec::new()));
    let mut turned = way.clone();
    turned.swap(0, 1);
    println!(
        "{} m, {} m with the first two exchanged",
        length(&way, &order),
        length(&turned, &order)
    );
}

fn shortest(places: &[Place], order: &mut Vec<usize>) -> u64 {
    if order.len() == places.len() {
        return length(places, order);
    }
    let mut best = u64::MAX;
    for next in 0..places.len() {
        if !order.contains(&next) {
            order.push(next);
            best = best.min(shortest(places, order));
            order.pop();
        }
    }
    best
}

#[test]
fn today_is_a_list_a_page_and_a_calendar() {
    let temp = drawn(&["--days"]);
    let folder = temp.path();
    let (iid, visits) = busiest(&teams(folder));
    let today = |clock: &str, more: &[&str]| {
        let args = [&["--json", "--clock", clock, "today", "--inspector", &iid], more].concat();
        let output = ssj(folder, &args);
        serde_json::from_slice::<Value>(&output.stdout).unwrap_or_else(|_| panic!("{output:?}"))
    };
    assert_eq!(codes(&today(AFTER, &["--day", "2026-08-06"])), ["D19"], "there is no schedule yet");
    schedule(folder, 0, &[]);
    let first = days(&folder.join("bundle.days/0001.tsv"));
    let day = &first[&visits[0]];
    let wanted: Vec<&String> = visits.iter().filter(|sid| first[*sid] == *day).collect();
    // The clock tells the day as China has it: half past midnight there is still yesterday in UTC.
    let clock = format!("{day}T00:30:00+08:00");
    let found = today(&clock, &["--out", "phone"]);
    let mut sids: Vec<&str> = rows(&found).iter().map(|row| text(row, "sid")).collect();
    sids.sort_unstable();
    assert_eq!((sids, codes(&found)), (wanted.iter().map(|s| s.as_str()).collect(), vec![]));
    assert_eq!(text(&found, "date"), day);
    let page = fs::read_to_string(folder.join(format!("phone/{iid}-{day}.html"))).unwrap();
    assert_eq!(page.matches("<li>").count(), wanted.len());
    assert!(wanted.iter().all(|sid| page.contains(sid.as_str())) && page.contains("viewport"));
    assert!(!page.contains("<script") && !page.contains("src=") && !page.contains("href="));
    icalendar_reads(&folder.join(format!("phone/{iid}-{day}.ics")), wanted.len());
    let told = run(folder, 0, &["--clock", &clock, "today", "bundle", "--inspector", &iid]);
    assert!(told.contains(&format!("{} 次检查", wanted.len())) && told.contains("1. "), "{told}");
    assert!(told.lines().all(|line| columns(line) <= 80), "{told}");
    let english = ["--lang", "en", "--clock", &clock, "today", "bundle", "--inspector", &iid];
    assert!(told.contains("     同组：") && run(folder, 0, &english).contains("     with "));
    assert!(page.contains("<span>同组："), "{page}");
    // A day outside the draw's window, and a mistyped number.
    assert_eq!(rows(&today("2026-12-01T09:00:00+08:00", &[])).len(), 0);
    let nobody = run(folder, 2, &["--clock", &clock, "today", "--inspector", "9999"]);
    assert!(nobody.contains("D22 “--inspector”") && nobody.contains("“9999”"), "{nobody}");
    // A draw that is over knows him still, and so does one without a workspace.
    let elsewhere = tempfile::tempdir().unwrap();
    let bundle = folder.join("bundle");
    let over = ["today", bundle.to_str().unwrap(), "--day", "2026-12-01", "--inspector"];
    let told = run(elsewhere.path(), 0, &[&over[..], &[&iid]].concat());
    assert!(told.contains("0 次检查"), "{told}");
    assert!(run(elsewhere.path(), 2, &[&over[..], &["9999"]].concat()).contains("D22"));
    let outside = ["--clock", "2026-12-01T09:00:00+08:00", "today", "--inspector", "9999"];
    assert!(run(folder, 2, &outside).contains("D22"));
    // A day without visits of his names the next one that has some, before the window begins, too; the last has none.
    let mut own: Vec<&String> = visits.iter().map(|sid| &first[sid]).collect();
    own.sort_unstable();
    let free = (1..).map(|n| own[0].parse::<Date>().unwrap().saturating_add(n.days()));
    let free = free.map(|date| date.to_string()).find(|day| !own.contains(&day)).unwrap();
    let after = own.iter().find(|day| ***day > free).unwrap();
    for (day, next) in [(free.as_str(), *after), ("2026-07-20", own[0])] {
        let found = today(AFTER, &["--day", day, "--out", "none"]);
        assert_eq!(
            (rows(&found).len(), text(&found, "next"), codes(&found)),
            (0, next.as_str(), vec![])
        );
        let told = run(folder, 0, &["--clock", AFTER, "today", "--inspector", &iid, "--day", day]);
        assert!(
            told.contains("0 次检查\n") && told.contains(&format!("下一次在 {next} 周")),
            "{told}"
        );
        let page = fs::read_to_string(folder.join(format!("none/{iid}-{day}.html"))).unwrap();
        assert!(page.contains(&format!("下一次在 {next} 周")), "{page}");
    }
    assert_eq!(today(AFTER, &["--day", "2026-09-30"])["next"], Value::Null);
    assert!(!folder.join("bundle.days/0002.tsv").exists(), "it makes no schedule");
    // After an event the list says that the schedule is older.
    let leave =
        ["--clock", AFTER, "event", "bundle", "leave", "--iid", &iid, "--visit", &visits[0]];
    let who = ["--reason", "病假", "--by", "张三", "--approver", "李四"];
    run(folder, 0, &[&leave[..], &who].concat());
    let later = today(&clock, &[]);
    assert!(codes(&later).contains(&"D18"), "{later}");
    assert_eq!(rows(&later).len(), wanted.len() - 1);
    let nowhere = tempfile::tempdir().unwrap();
    assert!(run(nowhere.path(), 2, &["today", "--inspector", "X"]).contains("W01"));
}

#[test]
fn today_of_a_sealed_draw_needs_its_key() {
    let temp = sealed();
    let folder = temp.path();
    let key = ["--key-file", "key"];
    run(folder, 0, &[&["--clock", AFTER, "schedule", "bundle"][..], &key].concat());
    let register = fs::read_to_string(folder.join("registers/inspectors.csv")).unwrap();
    let iid =
        register.lines().nth(1).unwrap().split(',').find(|cell| cell.starts_with("3301")).unwrap();
    let args = ["--clock", AFTER, "today", "--inspector", iid, "--day", "2026-08-06"];
    assert!(run(folder, 0, &args).contains("D19"));
    assert!(!run(folder, 0, &[&args[..], &key].concat()).contains("D19"));
}
