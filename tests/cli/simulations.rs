//! Simulations, plans of a year, and adjustments of a published plan.

use serde_json::Value;

use super::office::{INSPECTORS, Office, ssj};
use crate::support::ssj::BEFORE;

const SIMULATE: &[&str] = &["simulate", "plan.toml", "--runs", "40"];

fn json(office: &Office, args: &[&str]) -> Value {
    serde_json::from_str(&office.done(&[&["--json"], args].concat()).out).unwrap()
}

#[test]
fn a_simulation_says_what_it_is_and_repeats_itself() {
    let office = Office::new();
    let zh = office.done(SIMULATE).out;
    assert!(zh.starts_with("模拟，不是抽取：40 次，种子“ssj”"), "{zh}");
    let columns =
        |line: &str| line.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum::<usize>();
    let wide: Vec<&str> = zh.lines().filter(|line| columns(line) > 80).collect();
    assert!(wide.is_empty(), "{wide:?}");
    let en = office.done(&[&["--lang", "en"], SIMULATE].concat()).out;
    assert!(en.starts_with("A SIMULATION, not a draw: 40 runs, seed \"ssj\""), "{en}");
    let again =
        |seed: &str| json(&office, &[SIMULATE, &["--seed", seed, "--subject", "REG:R01"]].concat());
    assert_eq!(again("甲"), again("甲"));
    let (one, other) = (again("甲"), again("乙"));
    assert_ne!(one["quarters"], other["quarters"]);
    // Six of forty are drawn, each with the same exact chance.
    let asked = &one["quarters"][0]["subject"][0];
    assert_eq!((&asked["list"], &asked["chance"]), (&"T1".into(), &serde_json::json!(["6", "40"])));
    assert_eq!(one["visits"]["mean_thousandths"], 6_000);
}

#[test]
fn a_page_stands_alone() {
    let office = Office::new();
    let html = |name: &str, lang: &str| {
        office.done(
            &[&["--lang", lang], SIMULATE, &["--html", name, "--subject", "REG:R01"]].concat(),
        );
        office.read(name)
    };
    let (zh, en) = (html("zh.html", "zh"), html("en.html", "en"));
    for page in [&zh, &en] {
        assert!(!page.contains("<script") && !page.contains("src="), "nothing is fetched or run");
        let links = page.matches("http").count();
        assert_eq!(links, page.matches("http://www.w3.org/2000/svg").count());
        assert!(page.contains("REG:R01") && page.contains("<svg"));
    }
    assert!(
        zh.contains("lang=\"zh-CN\"")
            && zh.contains("模拟结果，不是抽取")
            && zh.contains("%3E模拟%3C")
    );
    assert!(en.contains("A simulation, not a draw") && en.contains("%3ESIMULATION%3C"));
    // A page that was written is not replaced by another, which is said before anything is simulated.
    let again = [SIMULATE, &["--seed", "x", "--html", "zh.html"]].concat();
    let ran = office.refuses(2, &again, &["W03 zh.html"]);
    assert_eq!(ran.out, "");
}

#[test]
fn what_a_simulation_refuses_and_warns_of() {
    let office = Office::new();
    let ran = office.done(&[SIMULATE, &["--subject", "REG:R99"]].concat());
    assert!(ran.err.contains("警告 W28 REG:R99：REG:R99 不在任何任务的抽样框中"), "{}", ran.err);
    office.refuses(2, &["simulate", "plan.toml", "--runs", "0"], &["W07"]);
    office.refuses(2, &[SIMULATE, &["--quarter", "2"]].concat(), &["P31"]);
    office.import("inspectors", &INSPECTORS.replace(",20\n", ",1\n"));
    office.refuses(
        1,
        SIMULATE,
        &["M12 ", "40 次模拟中 40 次配不齐，例如：6 次入户检查须有 lead（岗位 lead）；只有 3 名人员符合，上限合计 3：缺 3"],
    );
}

/// The office's plan as a year's with two quarters.
fn year(office: &Office) -> String {
    let plan = office.read("plan.toml");
    let mut head: Vec<&str> = Vec::new();
    let mut sources = "";
    for line in plan.lines() {
        match line.split(' ').next() {
            Some("draw" | "window") => {}
            Some("sources") => sources = line,
            _ => head.push(line),
        }
    }
    let plan = head.join("\n").replace("list = \"T1\"", "serial = \"0001\"");
    let quarter = |n: u8, from: &str, to: &str| {
        format!(
            "[[quarter]]\nquarter = {n}\ndraw = \"D-{n}\"\nlists = \"T{n}-\"\n\
             window = {{ from = \"{from}\", to = \"{to}\" }}\n{sources}\n"
        )
    };
    let quarters = [quarter(3, "2026-07-24", "2026-09-30"), quarter(4, "2026-10-08", "2026-12-25")];
    let (top, rest) = plan.split_once("\n[").unwrap();
    format!("{top}\nyear = 2026\n{}[{rest}", quarters.concat())
}

#[test]
fn a_year_is_checked_whole_and_committed_by_quarter() {
    let office = Office::new();
    let year = year(&office);
    office.write("year.toml", year.clone());
    let check = json(&office, &["check", "year.toml"]);
    assert_eq!(check["quarters"].as_array().unwrap().len(), 2);
    let third = json(&office, &["check", "year.toml", "--quarter", "3"]);
    assert_eq!(third["quarters"][0], check["quarters"][0]);
    let simulation = json(&office, &["simulate", "year.toml", "--runs", "40"]);
    assert_eq!(simulation["visits"]["mean_thousandths"], 12_000);
    // Six of forty twice: 40 · 0.15² are visited in both quarters.
    let twice = simulation["twice"]["all"]["mean_thousandths"].as_u64().unwrap();
    assert!((400..1_500).contains(&twice), "{twice}");
    let commit = ["--clock", BEFORE, "commit", "year.toml", "--out", "bundle"];
    office.refuses(2, &commit, &["P31 year.toml"]);
    office.done(&[&commit[..], &["--quarter", "3"]].concat());
    assert!(office.read("bundle/commitment.json").contains("\"list\":\"T3-0001\""));
}

#[test]
fn adjustments_are_told_with_their_reasons() {
    let office = Office::new();
    let first = year(&office);
    let second = first.rsplit_once("[[task]]").unwrap().1.replace("0001", "0002");
    let old = format!("{first}\n[[task]]{second}");
    office.write("old.toml", old.clone());
    let new = first.replace("2026-12-25", "2026-12-31").replace("{ number = 6 }", "{ number = 8 }");
    let later = "type = \"targeted\"\nquarters = [4]";
    let new = format!("{new}\n[[task]]{}", second.replace("type = \"targeted\"", later));
    office.write("new.toml", new.clone());
    let changes = |args: &[&str]| -> Vec<(String, String, String, String)> {
        let report = json(&office, &[&["plan", "diff", "old.toml", "new.toml"], args].concat());
        let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
        let change = |c: &Value| {
            (text(&c["path"]), text(&c["before"]), text(&c["after"]), text(&c["reason"]))
        };
        report["changes"].as_array().unwrap().iter().map(change).collect()
    };
    let row = |path: &str, before: &str, after: &str, reason: &str| {
        [path, before, after, reason].map(str::to_owned).into()
    };
    assert_eq!(
        changes(&["--reason", "上级要求"]),
        [
            row("quarter.4.window.to", "2026-12-25", "2026-12-31", "上级要求"),
            row("task.0001.sample.number", "6", "8", "上级要求"),
            row("task.0002.quarters", "3、4", "4", "上级要求"),
        ]
    );
    let ran = office.done(&["plan", "diff", "old.toml", "new.toml"]);
    assert!(ran.err.contains("警告 P80 new.toml：3 处："), "{}", ran.err);
    assert!(ran.out.contains("  第 3、4 季度 抽取方式 sample.number：6 → 8"), "{}", ran.out);
    // The plan's own reasons count first, the most particular before the others; one for nothing is told.
    let reasons = "\n[[adjustment]]\npath = \"*\"\nreason = \"统一调整\"\n\
        [[adjustment]]\npath = \"task.0001.sample\"\nreason = \"投诉增多\"\nbasis = \"7号文\"\n\
        [[adjustment]]\npath = \"agency\"\nreason = \"改名\"\n";
    office.write("new.toml", new + reasons);
    let given: Vec<String> = changes(&[]).into_iter().map(|change| change.3).collect();
    assert_eq!(given, ["统一调整", "投诉增多（7号文）", "统一调整"]);
    let ran = office.done(&["plan", "diff", "old.toml", "new.toml"]);
    assert!(ran.err.contains("P81") && ran.err.contains("agency 没有变化"), "{}", ran.err);
    // The order of keys and values, and written defaults, change nothing.
    let same = old.replace("mode = \"open\"", "suite = \"sha256\"\nmode = \"open\"");
    office.write("new.toml", same);
    assert_eq!(changes(&[]), []);
    let ran = ssj(office.folder(), &["plan", "diff", "old.toml", "nowhere.toml"]);
    assert_eq!(ran.exit, 2);
}
