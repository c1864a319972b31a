use super::annual::AnnualPlan;
use super::freeze::History;
use super::language_tests;
use super::model::Plan;
use super::rules::Rules;
use super::testkit::Office;
use crate::base::finding::{Finding, Findings, Severity};
use crate::record::beacon::Source;

fn refused(text: &str) -> Vec<Finding> {
    match Plan::parse(text, "plan.toml") {
        Ok(_) => panic!("accepted"),
        Err(Findings(findings)) => findings,
    }
}

#[test]
fn the_example_parses() {
    let (plan, findings) =
        Plan::parse(include_str!("testdata/plan-example.toml"), "plan.toml").unwrap();
    assert_eq!(findings, []);
    assert_eq!(plan.draw(), "330199-2026Q4");
    assert_eq!(plan.matters(), ["M001", "M011", "M012", "M015", "M031", "M033", "M040"]);
    assert_eq!(plan.tasks.len(), 6);
    assert_eq!(plan.tasks[1].partners, ["消防救援大队"]);
    assert_eq!(plan.tasks[4].slots[0].needs, ["dept:生态环境", "lead"]);
    // 2026-10-09T08:00:00+08:00 becomes the first round at or after it.
    let Source::Drand { round, .. } = plan.sources[1] else { panic!() };
    assert_eq!(plan.sources[1].at(), 1_791_504_000);
    assert_eq!(round, (1_791_504_000 - 1_692_803_367) / 3 + 1);
    assert_eq!(plan.sources[0].at(), 1_791_465_300);
}

/// What is missing or of another kind is always reported, never a panic, and what is left can be held against the
/// registers.
#[test]
fn a_plan_may_lack_anything() {
    let small = Office::small().plan;
    let registry = Office::small().registry();
    let (rules, history) = (Rules::default(), History::default());
    let read = |text: &str| {
        let (annual, findings) = AnnualPlan::parse(text, "plan.toml");
        let sound = findings.iter().all(|finding| finding.severity() < Severity::Error);
        assert!(annual.is_some() || !sound, "nothing is missing without a finding: {text}");
        for plan in annual.iter().flat_map(AnnualPlan::plans) {
            assert_eq!(plan.is_sound(), sound);
            let under = plan.under(&rules);
            let applied = under.apply(&registry, &history);
            let placed = applied.findings().iter().all(|f| f.place.file.is_some());
            assert!(placed, "{:?}", applied.findings());
        }
    };
    for example in [include_str!("testdata/plan-example.toml"), &small, language_tests::YEAR] {
        let lines: Vec<&str> = example.lines().collect();
        for at in 0..lines.len() {
            let without = [&lines[..at], &lines[at + 1..]].concat().join("\n");
            read(&without);
            for value in [
                "1",
                "\"\"",
                "\"x\"",
                "[]",
                "[1, {}]",
                "{}",
                "{ x = 1 }",
                "true",
                "1979-05-27",
                "1.5",
                "[\"x\"]",
                "\"1%\"",
            ] {
                for (equals, _) in lines[at].match_indices('=') {
                    let changed = format!("{}= {value}", &lines[at][..equals]);
                    // Inside an inline table the rest of the line goes with the old value.
                    let closing = if changed.contains('{') { "}" } else { "" };
                    let line = format!("{changed}{closing}");
                    read(&[&lines[..at], &[line.as_str()], &lines[at + 1..]].concat().join("\n"));
                }
            }
        }
        let windows = format!("\u{feff}{}", example.replace('\n', "\r\n"));
        let (_, findings) = AnnualPlan::parse(&windows, "plan.toml");
        assert_eq!(findings, []);
    }
}

#[test]
fn times_have_three_forms() {
    let round = |at: &str| {
        let text = Office::small().edit("round = 30662982", &format!("at = {at}")).plan;
        Plan::parse(&text, "plan.toml").unwrap().0.sources[0].clone()
    };
    let by_text = round("\"2026-07-23T15:38:30+08:00\"");
    assert_eq!(by_text.at(), 1_784_792_310);
    assert_eq!(by_text, round("2026-07-23T07:38:30Z"));
    assert_eq!(by_text, round("1784792309"));
}

#[test]
fn all_mistakes_of_a_file_are_named_with_their_lines() {
    let text = r#"format = "ssj-plan/2"
draw = "第四季度"
agency = ""
colour = "red"
window = { from = "2026-12-31", to = "2026-10-09" }
mode = "half"
classes = "public"
credit = { unrated = "F" }
[beacon]
trust = "public"
margin_s = -1
sources = [{ kind = "drand", chain = "quicknet" }, { kind = "ssq", at = 1 }]
[replacement]
subject = "none"
[slots]
lead = { needs = ["a b"] }
member = { needs = ["dept:市监"], must = [] }
[[task]]
list = "T1"
matters = []
type = "untargeted"
scope = { area = ["东"], kind = [] }
sample = { by = "credit", number = 3 }
slots = ["nobody"]
[[task]]
list = "t1"
title = "x"
matters = ["M1"]
type = "targeted"
scope = { score_min = 1.5 }
sample = { ratio = "3" }
slots = ["member", "member"]
reserve = 99999999
"#;
    let findings = refused(text);
    let found: Vec<(&str, u64, &str)> = findings
        .iter()
        .map(|f| (f.code(), f.place.row.unwrap(), f.place.column.as_deref().unwrap()))
        .collect();
    let expected = [
        ("P03", 1, "title"),
        ("P04", 1, "format"),
        ("P04", 2, "draw"),
        ("P04", 3, "agency"),
        ("P02", 4, "colour"),
        ("P04", 5, "window"),
        ("P04", 6, "mode"),
        ("P04", 8, "credit.unrated"),
        ("P04", 11, "beacon.margin_s"),
        ("P03", 12, "beacon.sources[0].round"),
        ("P04", 12, "beacon.sources[1].kind"),
        ("P03", 13, "replacement.inspector"),
        ("P04", 16, "slots.lead.needs[0]"),
        ("P02", 17, "slots.member.must"),
        ("P03", 18, "task[0].title"),
        ("P04", 20, "task[0].matters"),
        ("P04", 22, "task[0].scope.kind"),
        ("P09", 22, "task[0].scope.area"),
        ("P03", 23, "task[0].sample.weights"),
        ("P07", 24, "task[0].slots"),
        ("P06", 26, "task[1].list"),
        ("P04", 30, "task[1].scope.score_min"),
        ("P04", 31, "task[1].sample.ratio"),
        ("P06", 32, "task[1].slots"),
        ("P04", 33, "task[1].reserve"),
    ];
    let mut sorted = found.clone();
    sorted.sort_by_key(|(code, row, column)| (*row, *code, *column));
    let mut expected = expected.to_vec();
    expected.sort_by_key(|(code, row, column)| (*row, *code, *column));
    assert_eq!(sorted, expected);
}

#[test]
fn broken_toml_has_a_line() {
    let findings = refused("format = \"ssj-plan/1\"\ndraw = \nagency = \"x\n");
    let lines: Vec<_> = findings.iter().map(|f| (f.code(), f.place.row.unwrap())).collect();
    assert_eq!(lines, [("P01", 2), ("P01", 3)]);
    assert_eq!(refused("").len(), 11, "every required key");
}

#[test]
fn samples_take_one_mode() {
    for (sample, code, column) in [
        ("floor = \"3%\"", "P08", "sample"),
        ("number = 3, all = true", "P08", "sample"),
        ("all = false", "P08", "sample.all"),
        ("all = true, floor = \"3%\"", "P08", "sample.floor"),
        ("ratio = \"3%\", by = \"credit\"", "P08", "sample.ratio"),
        ("ratio = { A = \"3%\" }", "P08", "sample.ratio"),
        ("number = 3, weights = { A = 1 }", "P08", "sample.weights"),
        (
            "by = \"credit\", number = 3, weights = { A = 1 }, weight = \"score\"",
            "P08",
            "sample.weight",
        ),
        ("by = \"credit\", number = 3, weights = { A = 0 }", "P04", "sample.weights.A"),
        ("by = \"credit\", number = 3, weights = { F = 1 }", "P02", "sample.weights.F"),
        ("by = \"credit\", ratio = {}", "P04", "sample.ratio"),
        ("number = 0", "P04", "sample.number"),
        ("number = 3, dept = \"市监\"", "P08", "sample.dept"),
        ("per_officer = 3", "P03", "sample.dept"),
        ("per_officer = \"2:5\", dept = \"市监\"", "P04", "sample.per_officer"),
        ("per_officer = \"1:0\", dept = \"市监\"", "P04", "sample.per_officer"),
        ("ratio = \"20-5%\"", "P04", "sample.ratio"),
        ("ratio = \"60-70家\"", "P04", "sample.ratio"),
        ("number = 3, cap = 0", "P04", "sample.cap"),
        ("number = 3, cap = \"5\"", "P04", "sample.cap"),
        ("number = 3, min = { A = 1 }", "P08", "sample.min"),
        ("ratio = \"3%\", max = { A = 1 }", "P08", "sample.max"),
        ("all = true, cap = 3", "P08", "sample.cap"),
        ("by = \"credit\", ratio = { A = \"3%\" }, max = { B = 1 }", "P08", "sample.max"),
        ("by = \"kredit\", ratio = { A = \"3%\" }", "P04", "sample.by"),
    ] {
        let findings = refused(&Office::small().sample(sample).plan);
        let found: Vec<_> =
            findings.iter().map(|f| (f.code(), f.place.column.clone().unwrap())).collect();
        assert_eq!(found, [(code, format!("task[0].{column}"))], "{sample}");
    }
}

#[test]
fn internal_classes_stay_internal() {
    let internal = || Office::small().edit("classes = \"public\"", "classes = \"internal\"");
    assert_eq!(internal().findings(), []);
    for scope in ["credit_class = [\"D\"]", "score_min = 5", "score_max = 5"] {
        let findings = internal().edit("tags_any = [\"餐饮\"]", scope).findings();
        assert_eq!(findings.iter().map(Finding::code).collect::<Vec<_>>(), ["P10"], "{scope}");
    }
    let findings = internal().sample("number = 3, weight = \"score\"").findings();
    assert_eq!(findings.iter().map(Finding::code).collect::<Vec<_>>(), ["P10"]);
}

#[test]
fn beacons_are_checked_as_in_a_commitment() {
    let quicknet = "{ kind = \"drand\", chain = \"quicknet\", round = 30662982 }";
    for (sources, code) in [
        ("{ kind = \"digits\", game = \"3d\", issue = \"2026193\", at = 1784792310 }", "B01"),
        (&format!("{quicknet}, {quicknet}"), "B02"),
        ("{ kind = \"dice\", dice = \"d10x20\", at = 1784792310 }", "B04"),
        ("{ kind = \"drand\", chain = \"fastnet\", round = 3 }", "B04"),
        ("{ kind = \"drand\", chain = \"quicknet\", round = 3, at = 9 }", "P03"),
        ("{ kind = \"digits\", game = \"3d\", issue = \"1\", round = 3, at = 9 }", "P02"),
    ] {
        let findings = refused(&Office::small().edit(quicknet, sources).plan);
        let found: Vec<_> = findings.iter().map(|f| (f.code(), f.place.row.unwrap())).collect();
        assert!(found.contains(&(code, 12)), "{sources}: {found:?}");
    }
    let dice = "{ kind = \"dice\", dice = \"d10x20\", at = 1784792310 }";
    let witnessed =
        Office::small().edit(quicknet, dice).edit("\"public\"\nmargin", "\"witnessed\"\nmargin");
    assert_eq!(witnessed.findings(), []);
}
