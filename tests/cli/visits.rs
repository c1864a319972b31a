//! `ssj explain visit`: why this team, on a terminal of 80 columns and for machines.

use serde_json::Value;

use crate::office::{BEACON, COMMIT_IN_TIME, INSPECTORS, Office, ssj};
use crate::sessions::has_documented_keys;
use crate::support::root;

fn columns(line: &str) -> usize {
    line.chars().map(|c| if ('\u{1100}'..='\u{ffee}').contains(&c) { 2 } else { 1 }).sum()
}

#[test]
fn why_this_team() {
    let folder = root().join("tests/vectors");
    for (lang, lines) in [
        (
            "zh",
            [
                "X0004 的入户检查，任务 T01",
                "  岗位 1 member（执法人员，须有 dept:市监 area:西）：7 人可任",
                "  1 member  E013  0.1785  7+0.0000        2/5",
                "  人员  岗位     多花       W         h  已派/上限  换下",
                "  E002     0  +0.1006  0.1213  7+1.1117        2/5  E006",
                "多花更多的 5 名",
                "不可任 3 名：lead 缺 lead dept:市监；member 缺 dept:市监 area:西",
            ],
        ),
        (
            "en",
            [
                "the visit to X0004, lists T01",
                "  slot 1 member (inspector, needs dept:市监 area:西): open to 7",
                "  1 member       E013  0.1785  7+0.0000     2/5",
                "  inspector  slot     more       W         h  visits  instead of",
                "  E002          0  +0.1006  0.1213  7+1.1117     2/5        E006",
                "5 cost even more",
                "3 not eligible: lead lacks lead dept:市监; member lacks dept:市监 area:西",
            ],
        ),
    ] {
        let ran = ssj(&folder, &["--lang", lang, "explain", "visit", "open", "X0004"]);
        assert_eq!((ran.exit, ran.err.as_str()), (0, ""));
        for line in lines {
            assert!(ran.out.lines().any(|printed| printed == line), "no {line:?} in:\n{}", ran.out);
        }
        let all =
            ssj(&folder, &["--lang", lang, "explain", "visit", "open_rounds", "REG:0025", "--all"]);
        let parted = if lang == "zh" { "互不相容" } else { "incompatible with E011" };
        assert!(all.out.contains(parted) && all.out.contains("E007"), "{}", all.out);
        for line in ran.out.lines().chain(all.out.lines()) {
            assert!(columns(line) <= 80, "{} columns: {line}", columns(line));
        }
    }
}

#[test]
fn for_machines() {
    let folder = root().join("tests/vectors");
    let report = |args: &[&str]| -> Value {
        let ran = ssj(&folder, &[&["--json", "explain", "visit"], args].concat());
        assert_eq!((ran.exit, ran.out.lines().count()), (0, 1), "{}", ran.all());
        serde_json::from_str(&ran.out).unwrap()
    };
    let short = report(&["open", "X0004"]);
    assert_eq!((&short["command"], &short["what"]), (&"explain".into(), &"visit".into()));
    has_documented_keys(&short, "explained_visit");
    has_documented_keys(&short["slots"][0], "explained_slot");
    let people = |report: &Value| report["people"].as_array().unwrap().clone();
    people(&short).iter().for_each(|person| has_documented_keys(person, "explained_person"));
    assert!(people(&short).iter().all(|person| person["eligible"] == true));
    let all = report(&["open", "X0004", "--all"]);
    assert_eq!(people(&all).len(), 16);
    let cheaper = people(&all).into_iter().filter_map(|person| {
        person["alternative"]["more"].as_str().map(|more| more.parse::<i128>().unwrap())
    });
    assert!(cheaper.clone().count() == 10 && cheaper.min() >= Some(0));
}

#[test]
fn what_has_no_team() {
    let office = Office::drawn();
    office.refuses_saying(
        2,
        &["explain", "visit", "bundle", "REG:R99"],
        "错误 W12 REG:R99：任何抽样框中都没有 REG:R99
  处理：核对编号；ssj verify 会列出公示包中的任务。",
        "error W12 REG:R99: no frame has REG:R99
  remedy: Check the id; the subject is in no frame of this bundle.",
    );
    let drawn = office.read("bundle/visits.tsv");
    let rest = (1..=40).map(|n| format!("REG:R{n:02}")).find(|sid| !drawn.contains(sid)).unwrap();
    office.refuses_saying(
        2,
        &["explain", "visit", "bundle", &rest],
        &format!(
            "错误 W31 {rest}：{rest} 没有抽中
  处理：核对编号；ssj receipt 出具该对象的名次和机会，ssj verify 列出各任务。"
        ),
        &format!(
            "error W31 {rest}: {rest} is not drawn
  remedy: Check the id; ssj receipt shows the subject's rank and chance, ssj verify the lists."
        ),
    );
    office.refuses(2, &["explain", "visit", "bundle", "甲"], &["W07 ", "不是检查对象编号"]);
    office.refuses(2, &["explain", "visit", "nowhere", "REG:R01"], &["W15 "]);
    // Codes are explained as before.
    assert!(office.done(&["explain", "w31"]).out.starts_with("W31  没有抽中"));
}

/// Where pairing was impossible, who would be eligible is still told.
#[test]
fn a_shortage_has_no_team_to_explain() {
    let office = Office::new();
    office.import("inspectors", &INSPECTORS.replace(",20\n", ",1\n"));
    office.done(&[COMMIT_IN_TIME, &["--approve-shortage", "王局"]].concat());
    assert_eq!(office.after(BEACON).exit, 0);
    let ran = ssj(office.folder(), &["--json", "draw", "bundle"]);
    let report: Value = serde_json::from_str(&ran.out).unwrap();
    has_documented_keys(&report["shortage"], "shortage");
    assert_eq!(
        (&report["shortage"]["short"], &report["shortage"]["fillable"]),
        (&3.into(), &3.into())
    );
    let text = office.read("bundle/shortage.json");
    let shortage: Value = serde_json::from_str(&text).unwrap();
    let sid = shortage["slots"][0][0].as_str().unwrap();
    let ran = office.done(&["explain", "visit", "bundle", sid]);
    assert!(ran.out.contains("人员不足，全部入户检查都没有小组"), "{}", ran.out);
    assert!(ran.out.contains("在无法配齐之列"), "{}", ran.out);
}
