//! Local rules and earlier visits on the command line: what a draw leaves behind binds the next one.

use std::fs;

use serde_json::{Value, json};

use crate::office::{BEACON, Office};
use crate::sessions::has_documented_keys;
use crate::support::root;
use crate::support::ssj::BEFORE;

/// A rules file of one row.
fn rules(kind: &str, value: &str) -> String {
    format!(
        "format = \"ssj-rules/1\"\nversion = \"1\"\ntitle = \"示例细则\"\nissued = 2026-01-05\n\
         [[rule]]\nid = \"r1\"\nkind = \"{kind}\"\nname = \"规则一\"\nbasis = \"第 1 条\"\n{value}\n"
    )
}

const COMMIT_NEXT: &[&str] = &["--clock", BEFORE, "commit", "next.toml", "--out", "next"];

/// An office that has drawn a quarter and plans the next, under these rules.
fn next(rules: &str) -> Office {
    let office = Office::drawn();
    let plan = office.read("plan.toml").replace("T-2026Q3", "T-2026Q4");
    let plan = plan.replace(
        "from = \"2026-07-24\", to = \"2026-09-30\"",
        "from = \"2026-10-09\", to = \"2026-12-31\"",
    );
    office.write(
        "next.toml",
        plan.replace("rehearsal = true", "rehearsal = true\nrules = \"rules.toml\""),
    );
    office.write("rules.toml", rules);
    office
}

fn commitment(office: &Office) -> Value {
    serde_json::from_str(&office.read("next/commitment.json")).unwrap()
}

/// Whether the frozen tables come out again.
fn recomputed(office: &Office) {
    let ran = office.refuses(1, &["--lang", "en", "verify", "next", "--registry"], &["F12"]);
    assert!(ran.out.contains("recomputed: the frozen tables follow"), "{}", ran.all());
}

#[test]
fn who_was_drawn_this_year_is_left_out_of_the_next_quarter() {
    let office = next(&rules("cap_total", "visits = 1"));
    office.done(COMMIT_NEXT);
    let commitment = commitment(&office);
    let list = &commitment["lists"][0];
    assert_eq!(list["excluded"], json!([{"n": 6, "reason": "cap_total"}]));
    assert_eq!((&list["base"], &list["frame"]["n"]), (&json!(40), &json!(34)));
    let drawn: Vec<String> = office
        .read("bundle/visits.tsv")
        .lines()
        .skip(1)
        .map(|row| row.split('\t').next().unwrap().to_owned())
        .collect();
    let frame = office.read("next/frames/T1.tsv");
    assert!(drawn.len() == 6 && drawn.iter().all(|sid| !frame.contains(&format!("{sid}\t"))));
    let earlier: Value = serde_json::from_str(&office.read("bundle/commitment.json")).unwrap();
    assert_eq!(
        (earlier["draw"].as_str(), commitment["earlier_draws"].as_array().unwrap().len()),
        (Some("T-2026Q3"), 1)
    );
    // The workspace keeps the rules; the office may change its own file, and registers may move on.
    office.write("rules.toml", "");
    office.write("visits.csv", "subject,visited_on,agency,kind\nR01,2026-02-03,消防,计划\n");
    office.done(&["import", "visits", "visits.csv", "--apply"]);
    recomputed(&office);
}

#[test]
fn visits_that_are_imported_count_and_are_dated_versions() {
    let office = next(&rules("cap_agency", "visits = 1"));
    let header = "检查对象,检查日期,检查部门,检查类型,抽查事项,执法证号\n";
    // R02 was visited by this agency, R03 by another, R04 after a complaint; nobody knows R99.
    let rows = "R02,2026/3/5,示例局,计划,M001,E01;E02\nR03,2026-03-05,消防,计划,,\nR04,2026-03-05,示例局,投诉举报,,E77\nR99,2026-03-05,示例局,计划,,\n";
    office.write("visits.csv", format!("{header}{rows}R05,昨天,示例局,计划,,\n"));
    let ran = office.done(&["import", "visits", "visits.csv", "--apply"]);
    assert!(
        ran.all().contains("R08") && ran.out.contains("检查记录：5 行＝导入 4"),
        "{}",
        ran.all()
    );
    let ran = office.done(&["registry", "log", "visits"]);
    assert!(ran.out.contains("4"), "{}", ran.out);
    let committed = office.refuses(1, COMMIT_NEXT, &["M07"]);
    for code in ["R62", "R63"] {
        assert!(committed.all().contains(code), "{}", committed.all());
    }
    office.done(&[COMMIT_NEXT, &["--approve-quarantine", "王"]].concat());
    let list = commitment(&office)["lists"][0].clone();
    assert!(list["excluded"][0]["n"].as_u64().unwrap() >= 6);
    let frame = office.read("next/frames/T1.tsv");
    let framed = |id: &str| frame.contains(&format!("REG:{id}\t"));
    assert!(!framed("R02"));
    let drawn = office.read("bundle/visits.tsv");
    for id in ["R03", "R04"].into_iter().filter(|id| !drawn.contains(&format!("REG:{id}\t"))) {
        assert!(framed(id), "{id}");
    }
    recomputed(&office);
}

#[test]
fn rotation_shows_in_the_recusals() {
    let office = next(&rules("rotation", "draws = 1"));
    office.done(COMMIT_NEXT);
    let rows = office.read("next/recusals.tsv");
    let rotated = rows.lines().filter(|row| row.split('\t').nth(2) == Some("rotation"));
    assert_eq!(rotated.count(), 12, "{rows}");
    assert_eq!(commitment(&office)["recusals_by_rule"], json!([{"n": 12, "reason": "rotation"}]));
    recomputed(&office);
}

#[test]
fn a_draw_still_to_be_done_is_reported() {
    let office = next(&rules("cap_total", "visits = 1"));
    office.done(COMMIT_NEXT);
    let third =
        office.read("next.toml").replace("T-2026Q4", "T-2026X").replace("[\"M001\"]", "[\"M002\"]");
    office.write("third.toml", third);
    let ran = office.done(&["check", "third.toml"]);
    assert!(ran.err.contains("P65") && ran.err.contains("T-2026Q4"), "{}", ran.err);
}

#[test]
fn mistakes_of_the_rules_stop_the_plan() {
    let office = next(&rules("cap_total", "visits = 0"));
    office.refuses(2, COMMIT_NEXT, &["P04", "rules.toml:10:10"]);
    office.refuses(2, &["check", "next.toml"], &["P04", "rules.toml:10:10"]);
    fs::remove_file(office.path("rules.toml")).unwrap();
    office.refuses(2, &["check", "next.toml"], &["W15", "rules.toml"]);
    office.write("rules.toml", rules("least_ratio", "ratio = \"20%\""));
    office.refuses(2, COMMIT_NEXT, &["P52", "r1", "第 1 条"]);
    assert_eq!(office.before(BEACON).exit, 2, "the first draw is as it was");
}

#[test]
fn rules_are_explained() {
    let office = Office::new();
    let template = root().join("data/rules-template.toml");
    let template = template.to_str().unwrap();
    for (lang, text) in [
        (
            "zh",
            "twice-a-year  同一部门每年至多两次\n  同一部门检查上限：每年至多 2 次（cap_agency）\n  全部事项\n  依据：示例区工作细则第十七条\n",
        ),
        (
            "en",
            "twice-a-year  同一部门每年至多两次\n  visits by one agency: at most 2 a year (cap_agency)\n  all matters\n  basis: 示例区工作细则第十七条\n",
        ),
    ] {
        let ran = office.done(&["--lang", lang, "explain", "rules", template]);
        assert!(ran.out.contains(text), "{}", ran.out);
    }
    let report = |args: &[&str]| -> Value {
        serde_json::from_str(&office.done(&[&["--json"], args].concat()).out).unwrap()
    };
    let rows = report(&["explain", "rules", template]);
    assert_eq!((&rows["what"], rows["rules"].as_array().unwrap().len()), (&json!("rules"), 16));
    has_documented_keys(&rows["rules"][0], "rule");
    let kinds = report(&["explain", "rules"]);
    assert_eq!(kinds["kinds"].as_array().unwrap().len(), 16);
    has_documented_keys(&kinds["kinds"][0], "rule_kind");
    office.refuses(2, &["explain", "R07", "plan.toml"], &["W07"]);
}
