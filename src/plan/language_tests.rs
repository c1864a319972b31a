//! The year's file, what is read beside mistakes, and the places of findings.

use std::collections::BTreeSet;

use super::annual::AnnualPlan;
use super::model::Within;
use super::testkit::{Office, subject};
use crate::base::codes;
use crate::base::date::parse_date;
use crate::base::finding::{Finding, Lang};
use crate::registry::Register::Subjects;

pub(super) const YEAR: &str = r#"format = "ssj-plan/1"
year = 2026
agency = "示例区市监局"
title = "2026年度抽查"
mode = "open"
classes = "public"
[beacon]
trust = "public"
margin_s = 600
[replacement]
subject = "none"
inspector = "beacon"
[slots]
lead = { needs = ["lead", "dept:市监"] }
member = { needs = ["dept:市监", "area:{area}"] }
[[quarter]]
quarter = 3
draw = "D-Q3"
window = { from = "2026-07-01", to = "2026-09-30" }
lists = "33019920260701"
sources = [{ kind = "drand", chain = "quicknet", round = 30662982 }]
[[quarter]]
quarter = 4
draw = "D-Q4"
title = "第四季度联合抽查"
window = { from = "2026-10-09", to = "2026-12-31" }
lists = "33019920261008"
sources = [{ kind = "drand", chain = "quicknet", round = 40662982 }]
[[task]]
serial = "0001"
title = "食品检查"
matters = ["M1"]
type = "targeted"
scope = { tags_any = ["餐饮"] }
sample = { ratio = "10%" }
slots = ["lead", "member"]
[[task]]
serial = "0002"
quarters = [4]
title = "电梯检查"
matters = ["M2"]
type = "untargeted"
window = { from = "2026-11-01", to = "2026-11-30" }
sample = { number = 3 }
group = "lifts"
slots = { "市监" = ["member", "lead"] }
"#;

/// Code, line and character of all findings of a text.
fn found(text: &str) -> Vec<(&'static str, u64, u32)> {
    let (_, findings) = AnnualPlan::parse(text, "plan.toml");
    let place = |f: &Finding| (f.code(), f.place.row.unwrap(), f.place.position().unwrap());
    findings.iter().map(place).collect()
}

fn year(old: &str, new: &str) -> Vec<(&'static str, u64, u32)> {
    assert_eq!(YEAR.matches(old).count(), 1, "{old}");
    found(&YEAR.replace(old, new))
}

#[test]
fn a_year_is_a_draw_for_each_quarter() {
    let (annual, findings) = AnnualPlan::parse(YEAR, "plan.toml");
    assert_eq!(findings, []);
    let annual = annual.unwrap();
    assert_eq!((annual.year(), annual.plans().len()), (Some(2026), 2));
    let [q3, q4] = annual.plans() else { panic!() };
    assert_eq!((q3.quarter(), q3.draw(), q3.title()), (Some(3), "D-Q3", "2026年度抽查（第3季度）"));
    assert_eq!((q4.quarter(), q4.draw(), q4.title()), (Some(4), "D-Q4", "第四季度联合抽查"));
    let lists = |plan: &super::Plan| -> Vec<(String, String)> {
        plan.tasks.iter().map(|task| (task.list.clone(), task.group.clone())).collect()
    };
    let list = "330199202607010001".to_owned();
    assert_eq!(lists(q3), [(list.clone(), list)]);
    let (first, second) = ("330199202610080001".to_owned(), "330199202610080002".to_owned());
    assert_eq!(lists(q4), [(first.clone(), first), (second, "lifts".to_owned())]);
    assert_eq!(q4.tasks[1].departments[0].1, ["member", "lead"], "in the order of the file");
    assert_eq!(q4.window_of(&q4.tasks[1]).0.to_string(), "2026-11-01");
    assert_ne!(q3.sources, q4.sources);
    assert_eq!((q3.digest, q3.suite()), (q4.digest, q4.suite()));
    assert_eq!(annual.of_draw("D-Q4").unwrap().quarter(), Some(4));
    assert!(annual.of_draw("D").is_none());
}

#[test]
fn a_quarter_is_named_where_there_are_several() {
    let (annual, _) = AnnualPlan::parse(YEAR, "plan.toml");
    let annual = annual.unwrap();
    assert_eq!(annual.of_quarter(Some(4)).unwrap().draw(), "D-Q4");
    let cause = |quarter| annual.of_quarter(quarter).unwrap_err().cause.en;
    assert_eq!(cause(None), "the file has the quarters 3, 4 and none was named");
    assert_eq!(cause(Some(1)), "the file has the quarters 3, 4 and no quarter 1");
    let (one, _) = AnnualPlan::parse(&Office::small().plan, "plan.toml");
    let one = one.unwrap();
    assert_eq!((one.year(), one.of_quarter(None).unwrap().draw()), (None, "D1"));
    assert_eq!(one.of_quarter(Some(1)).unwrap_err().code(), "P31");
}

#[test]
fn mistakes_of_a_year() {
    for (old, new, expected) in [
        ("year = 2026", "year = 2025", vec![("P32", 19, 10), ("P32", 26, 10)]),
        ("quarter = 4", "quarter = 3", vec![("P06", 22, 1), ("P39", 39, 12)]),
        ("quarter = 4", "quarter = 5", vec![("P04", 23, 11)]),
        ("\"D-Q4\"", "\"D-Q3\"", vec![("P06", 22, 1)]),
        ("quarters = [4]", "quarters = [2, 4]", vec![("P39", 39, 12)]),
        ("quarters = [4]", "quarters = []", vec![("P04", 39, 12)]),
        ("quarters = [4]", "quarters = [4, 4]", vec![("P06", 39, 12)]),
        ("\"0002\"", "\"0001\"", vec![("P06", 38, 10)]),
        ("serial = \"0002\"", "list = \"0002\"", vec![("P03", 37, 1), ("P02", 38, 1)]),
        ("\"2026-11-30\"", "\"2027-01-01\"", vec![("P32", 43, 10)]),
        ("quarters = [4]\n", "", vec![("P32", 42, 10)]),
        ("title = \"2026年度抽查\"\n", "", vec![("P03", 15, 1)]),
        ("\"市监\" =", "\"消防\" =", vec![("P07", 46, 9)]),
        ("margin_s = 600", "margin_s = 600\nsources = []", vec![("P02", 10, 1)]),
    ] {
        assert_eq!(year(old, new), expected, "{new}");
    }
    let no_tasks = year("serial = \"0001\"", "quarters = [4]\nserial = \"0001\"");
    assert_eq!(no_tasks, [("P03", 16, 1)]);
}

#[test]
fn what_is_understood_beside_mistakes_comes_back() {
    let (annual, findings) = AnnualPlan::parse(
        &YEAR.replace("{ number = 3 }", "{ number = -3 }").replace("\"食品检查\"", "7"),
        "plan.toml",
    );
    assert_eq!(findings.len(), 2);
    let annual = annual.unwrap();
    let q4 = annual.of_quarter(Some(4)).unwrap();
    assert!(!q4.is_sound());
    let [food, lifts] = &q4.tasks[..] else { panic!() };
    assert!(food.whole && !lifts.whole, "a title does not matter to a frame, a number does");
    assert_eq!((lifts.matters.as_slice(), lifts.slots.len()), (&["M2".to_owned()][..], 2));
    // Without a window a quarter says nothing; the other is still there.
    let (annual, _) = AnnualPlan::parse(&YEAR.replace("\"2026-12-31\"", "\"2026-02-30\""), "p");
    let quarters: Vec<_> = annual.unwrap().plans().iter().map(super::Plan::quarter).collect();
    assert_eq!(quarters, [Some(3)]);
    assert!(AnnualPlan::parse("year = ", "p").0.is_none());
}

#[test]
fn bounds_of_a_filter_are_the_right_way_round() {
    let scope =
        "score_min = 5, score_max = 4, established_from = 2020-01-02, established_to = 2020-01-01";
    let office = Office::small().edit("tags_any = [\"餐饮\"]", scope);
    assert_eq!(found(&office.plan), [("P04", 25, 38), ("P04", 25, 89)]);
}

/// What the unrated count as is not known, so nothing is said about them.
#[test]
fn one_mistake_does_not_become_another() {
    let office = Office::small()
        .edit("unrated = \"refuse\"", "unrated = \"F\"")
        .sample("by = \"credit\", ratio = { A = \"1%\", B = \"1%\", C = \"1%\", D = \"1%\" }")
        .add(Subjects, &subject("U1", ""));
    let (annual, findings) = AnnualPlan::parse(&office.plan, "plan.toml");
    assert_eq!(findings.len(), 1);
    let (rules, annual) = (super::Rules::default(), annual.unwrap());
    let under = annual.plans()[0].under(&rules);
    assert_eq!(under.apply(&office.registry(), &office.history).findings(), []);
}

#[test]
fn places_count_characters() {
    let (_, findings) = AnnualPlan::parse(
        &Office::small().edit("[\"餐饮\"]", "[\"餐饮\"], \"户型\" = 3").plan,
        "plan.toml",
    );
    assert_eq!(
        findings[0].place.show(Lang::Zh),
        "plan.toml:25:30 task[0].scope.户型",
        "a Chinese character is one"
    );
}

#[test]
fn exclusions_look_back_by_days_or_months() {
    let day = |text: &str| parse_date(text).unwrap();
    for (within, from, first) in [
        (Within::Days(180), "2026-10-09", "2026-04-12"),
        (Within::Months(6), "2026-10-09", "2026-04-09"),
        (Within::Months(3), "2026-05-31", "2026-02-28"),
        (Within::Months(36), "2028-02-29", "2025-02-28"),
    ] {
        let before = day(first).yesterday().unwrap();
        assert!(within.reaches(day(first), day(from)), "{within:?} {first}");
        assert!(!within.reaches(before, day(from)), "{within:?} {before}");
        assert!(within.reaches(day("2030-01-01"), day(from)), "a day after the first");
    }
    let both = "exclude = { drawn_within_days = 9, drawn_within_months = 6 }\nsample";
    assert_eq!(found(&Office::small().edit("sample", both).plan), [("P33", 26, 58)]);
}

/// Subjects in the frame of a scope, by name.
fn in_scope(scope: &str) -> Vec<String> {
    let mut office = Office::with_classes(&[]).edit("tags_any = [\"餐饮\"]", scope);
    for (id, old, new) in
        [("S1", "餐饮", "register:食品生产;餐饮"), ("S2", "330199", "330106"), ("S3", "东", "西")]
    {
        office = office.add(Subjects, &subject(id, "A").replace(old, new));
    }
    let names: Vec<String> = office.registry().subjects().iter().map(|s| s.name.clone()).collect();
    let freeze = office.sample("all = true").freeze();
    let left: BTreeSet<&str> = freeze.excluded_subjects.iter().map(|e| e.name.as_str()).collect();
    assert!(left.is_empty());
    assert_eq!(names.len(), 3);
    let frame = String::from_utf8(freeze.files["frames/T1.tsv"].clone()).unwrap();
    let office = office_of(&names);
    frame.lines().skip(1).map(|row| office[row.split('\t').next().unwrap()].clone()).collect()
}

fn office_of(names: &[String]) -> std::collections::BTreeMap<String, String> {
    use crate::base::digest::Suite;
    use crate::record::ids::Sid;
    let sid = |name: &String| {
        let id = name.trim_end_matches("公司");
        (Sid::of_own_code(Suite::Sha256, id).to_string(), id.to_owned())
    };
    names.iter().map(sid).collect()
}

#[test]
fn special_registers_and_divisions() {
    let sorted = |scope: &str| {
        let mut names = in_scope(scope);
        names.sort();
        names
    };
    assert_eq!(sorted("register = [\"食品生产\"]"), ["S1"]);
    assert_eq!(sorted("region = [\"3301\"]"), ["S1", "S2", "S3"]);
    assert_eq!(sorted("region = [\"330106\"]"), ["S2"]);
}

#[test]
fn codes_of_no_standard_are_named() {
    let scope = "region = [\"3301\", \"330199\"], industry = [\"H\", \"Z\", \"6210\", \"99\"]";
    let office = Office::small().edit("tags_any = [\"餐饮\"]", scope);
    assert_eq!(found(&office.plan), [("P34", 25, 29), ("P34", 25, 57), ("P34", 25, 70)]);
}

#[test]
fn every_code_of_the_language_has_a_case() {
    let small = Office::small;
    let months = "exclude = { visited_within_days = 9, visited_within_months = 6 }\nsample";
    let offices = [
        small().edit("sample", months),
        small().edit("tags_any = [\"餐饮\"]", "region = [\"3301\", \"330199\"]"),
        small().edit("sample", "window = { from = 2026-10-09, to = 2027-01-01 }\nsample"),
        small().sample("by = \"credit\", ratio = { A = \"1%\" }, min = { A = 2 }, max = { A = 1 }"),
        small().sample("ratio = \"10%\", floor = \"5%\", cap = 4"),
        small().sample("ratio = \"10%\", cap = 9"),
        small().edit("mode =", "standby = [\"I9999\"]\nmode ="),
    ];
    let mut covered: BTreeSet<&str> =
        offices.iter().flat_map(Office::findings).map(|finding| finding.code()).collect();
    let (annual, _) = AnnualPlan::parse(YEAR, "plan.toml");
    covered.insert(annual.unwrap().of_quarter(None).unwrap_err().code());
    covered.extend(year("quarters = [4]", "quarters = [2, 4]").iter().map(|found| found.0));
    let own = codes::all().map(|rule| rule.code).filter(|code| ("P31".."P50").contains(code));
    assert_eq!(covered, own.collect());
}
