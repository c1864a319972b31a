//! A year of four quarters on a fictional district with joint tasks of several departments: burden rules hold for
//! every subject, everybody left out has a true reason, and subjects are drawn as often as their chances say.
#![cfg(feature = "cli")]
#![allow(missing_docs)]

#[path = "support/selecting.rs"]
mod selecting;

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use selecting::select;
use shuangsuiji::base::date::{days_between, parse_date};
use shuangsuiji::base::digest::{Digest, Suite};
use shuangsuiji::base::table;
use shuangsuiji::conduct::Frozen;
use shuangsuiji::draw::select::Depth;
use shuangsuiji::fiction::{Spec, generate};
use shuangsuiji::io::sheet;
use shuangsuiji::plan::{Freeze, History, PastVisit, Plan, Rules};
use shuangsuiji::record::ids::Sid;
use shuangsuiji::record::tables::FrameRow;
use shuangsuiji::registry::{CreditClass, Mapping, Register, Registry, Subject, Table, VisitKind};

const SUITE: Suite = Suite::Sha256;

const RULES: &str = r#"format = "ssj-rules/1"
version = "1"
title = "示例细则"
issued = 2026-01-05
[agencies]
"市监" = ["市监局"]
[[rule]]
id = "a"
kind = "cap_agency"
name = "同一部门每年至多两次"
basis = "第 1 条"
visits = 2
[[rule]]
id = "b"
kind = "cap_total"
name = "合计每年至多三次"
basis = "第 2 条"
visits = 3
[[rule]]
id = "c"
kind = "class_a_once"
name = "A 类每年至多一次"
basis = "第 3 条"
[[rule]]
id = "d"
kind = "visited_within"
name = "消防检查间隔一百天"
basis = "第 4 条"
matters = ["M031"]
days = 100
[[rule]]
id = "e"
kind = "key_supervised"
name = "重点监管另查"
basis = "第 5 条"
"#;

/// Departments, matters and the tags that one of a task's subjects has; the rest of its text.
type Planned =
    (&'static [&'static str], &'static [&'static str], &'static [&'static str], &'static str);

const TASKS: &[Planned] = &[
    (
        &["市监局"],
        &["M011"],
        &["食品销售"],
        "sample = { by = \"credit\", ratio = { A = \"15%\", B = \"40%\", C = \"60%\", D = \"100%\" } }\ngroup = \"g\"\nslots = [\"lead\", \"member\"]",
    ),
    (
        &["市监", "消防"],
        &["M012", "M031"],
        &["餐饮"],
        "sample = { by = \"credit\", number = 250, weights = { A = 1, B = 2, C = 5, D = 20 } }\ngroup = \"g\"\nslots = [\"lead\", \"member\", \"fire_a\", \"fire_b\"]",
    ),
    (
        &["卫健", "消防"],
        &["M033", "M031"],
        &["美容美发", "住宿", "公共场所"],
        "exclude = { drawn_within_days = 60 }\nsample = { ratio = \"45%\" }\nslots = [\"health_a\", \"health_b\", \"fire_a\"]",
    ),
    (
        &["消防"],
        &["M031"],
        &["餐饮", "住宿"],
        "sample = { ratio = \"12%\" }\ngroup = \"g\"\nslots = [\"fire_a\", \"fire_b\"]",
    ),
    (
        &["市监"],
        &["M012"],
        &["餐饮", "网络餐饮"],
        "sample = { ratio = \"25%\" }\nslots = [\"lead\", \"member\"]",
    ),
];

fn plan(quarter: usize, (from, to): (&str, &str)) -> String {
    let mut text = format!(
        r#"format = "ssj-plan/1"
draw = "Q{quarter}"
agency = "示例区市监局"
title = "第 {quarter} 季度"
window = {{ from = "{from}", to = "{to}" }}
mode = "open"
classes = "public"
credit = {{ unrated = "C" }}
rehearsal = true
[beacon]
trust = "public"
margin_s = 600
sources = [{{ kind = "drand", chain = "quicknet", round = 30662982 }}]
[replacement]
subject = "none"
inspector = "beacon"
[slots]
lead = {{ needs = ["lead", "dept:市监"] }}
member = {{ needs = ["dept:市监"] }}
fire_a = {{ needs = ["dept:消防"] }}
fire_b = {{ needs = ["dept:消防"] }}
health_a = {{ needs = ["dept:卫健"] }}
health_b = {{ needs = ["dept:卫健"] }}
"#
    );
    for (at, (departments, matters, tags, rest)) in TASKS.iter().enumerate() {
        let partners = &departments[1..];
        text += &format!(
            "[[task]]\nlist = \"T{at}\"\ntitle = \"任务 {at}\"\nmatters = {matters:?}\ntype = \"targeted\"\n\
             initiator = {:?}\npartners = {partners:?}\nscope = {{ tags_any = {tags:?} }}\n{rest}\n",
            departments[0]
        );
    }
    text
}

/// The district, with earlier visits and, each on a day of its own, checks after complaints.
fn registry() -> Registry {
    let district = generate(&Spec { seed: 7, ..Spec::default() });
    let complaints =
        district.subjects.lines().skip(1).step_by(23).enumerate().filter_map(|(n, row)| {
            let id = row.split(',').find(|id| !id.is_empty())?;
            let day = parse_date("2026-01-06")?
                .checked_add(jiff::Span::new().days(n as i64 % 300))
                .ok()?;
            Some(format!("{id},{day},市监局,投诉举报,,,\n"))
        });
    let visits = district.visits.clone() + &complaints.collect::<String>();
    let tables: Vec<Table> = [
        (Register::Matters, &district.matters),
        (Register::Subjects, &district.subjects),
        (Register::Inspectors, &district.inspectors),
        (Register::Recusals, &district.recusals),
        (Register::Visits, &visits),
    ]
    .into_iter()
    .map(|(register, text)| {
        let mapping = Mapping::none(register);
        let (sheets, _) =
            sheet::read(register.name(), text.as_bytes(), &|name| mapping.names(name)).unwrap();
        Table::read(register, &sheets[0]).0
    })
    .collect();
    Registry::build(&tables).0
}

/// A visit of the year, kept by this test alone.
struct Kept {
    day: Date,
    planned: bool,
    agencies: BTreeSet<&'static str>,
    matters: BTreeSet<String>,
    drawn: bool,
}

fn one_name(name: &str) -> &'static str {
    match name {
        "市监" | "市监局" => "市监",
        "消防" => "消防",
        "卫健" => "卫健",
        other => panic!("{other}"),
    }
}

/// The rules of this file again, written another way: every reason for which a subject must be left out.
fn reasons(task: usize, subject: &Subject, past: &[Kept], from: Date) -> BTreeSet<&'static str> {
    let (departments, matters, ..) = TASKS[task];
    let mut reasons = BTreeSet::new();
    if !["存续", "在营", "开业", "正常", "在业"].contains(&subject.status.as_str()) {
        reasons.insert("status");
    }
    if matters.iter().all(|matter| subject.key_matters.iter().any(|key| key == matter)) {
        reasons.insert("key_supervised");
    }
    let planned: Vec<&Kept> = past.iter().filter(|visit| visit.planned).collect();
    let drawn = planned
        .iter()
        .filter(|visit| visit.drawn)
        .map(|visit| visit.day)
        .chain(subject.last_drawn)
        .max();
    if task == 2 && drawn.is_some_and(|day| days_between(day, from) <= 60) {
        reasons.insert("drawn_within");
    }
    let fire = |visit: &&&Kept| visit.matters.contains("M031") || visit.matters.is_empty();
    let lately = |visit: &&Kept| days_between(visit.day, from) <= 100;
    if matters.contains(&"M031") && planned.iter().filter(fire).any(lately) {
        reasons.insert("visited_within");
    }
    let year: Vec<&&Kept> = planned.iter().filter(|visit| visit.day.year() == 2026).collect();
    for department in departments {
        let by = year.iter().filter(|visit| visit.agencies.contains(one_name(department)));
        if by.count() >= 2 {
            reasons.insert("cap_agency");
        }
    }
    if year.len() >= 3 {
        reasons.insert("cap_total");
    }
    if subject.credit_class == Some(CreditClass::A) && !year.is_empty() {
        reasons.insert("class_a_once");
    }
    reasons
}

/// Base = frame + excluded, subject by subject, and whoever is out has a reason that holds.
fn judge(
    freeze: &Freeze,
    subjects: &BTreeMap<Sid, &Subject>,
    past: &BTreeMap<Sid, Vec<Kept>>,
    from: Date,
) -> BTreeMap<&'static str, usize> {
    let mut counts = BTreeMap::new();
    for (task, (_, _, tags, _)) in TASKS.iter().enumerate() {
        let list = format!("T{task}");
        let rows: Vec<FrameRow> =
            table::parse(&freeze.files[&format!("frames/{list}.tsv")]).unwrap();
        let framed: BTreeSet<&Sid> = rows.iter().map(|row| &row.sid).collect();
        let excluded: BTreeMap<&Sid, &'static str> = freeze
            .excluded_subjects
            .iter()
            .filter(|one| one.list == list)
            .map(|one| (&one.sid, one.reason))
            .collect();
        for (sid, subject) in subjects {
            let in_scope = tags.iter().any(|tag| subject.tags.iter().any(|own| own == tag));
            let nothing = Vec::new();
            let reasons = reasons(task, subject, past.get(sid).unwrap_or(&nothing), from);
            assert_eq!(
                framed.contains(sid),
                in_scope && reasons.is_empty(),
                "{list} {sid} {reasons:?}"
            );
            assert_eq!(
                excluded.contains_key(sid),
                in_scope && !reasons.is_empty(),
                "{list} {sid} {reasons:?}"
            );
            if let Some(reason) = excluded.get(sid) {
                assert!(reasons.contains(reason), "{list} {sid}: {reason}, {reasons:?}");
                *counts.entry(*reason).or_default() += 1;
            }
        }
    }
    counts
}

fn seed(name: &str) -> Digest {
    SUITE.digest(name.as_bytes())
}

/// Draws a quarter from a made-up seed: history and the test's own record.
fn draw(
    freeze: &Freeze,
    quarter: usize,
    from: Date,
    history: &mut History,
    past: &mut BTreeMap<Sid, Vec<Kept>>,
) -> usize {
    let frozen =
        Frozen::read(&freeze.files, &freeze.files).unwrap_or_else(|findings| panic!("{findings}"));
    let drawn =
        frozen.select_from(&seed(&format!("quarter {quarter}")), &mut |_, _, _| {}).unwrap();
    for visit in &drawn.visits {
        let tasks: Vec<usize> = visit.lists.iter().map(|list| list[1..].parse().unwrap()).collect();
        let all = |of: &dyn Fn(usize) -> &'static [&'static str]| -> Vec<String> {
            tasks.iter().flat_map(|task| of(*task)).map(|text| (*text).to_owned()).collect()
        };
        let (agencies, matters) = (all(&|task| TASKS[task].0), all(&|task| TASKS[task].1));
        past.entry(visit.sid.clone()).or_default().push(Kept {
            day: from,
            planned: true,
            agencies: agencies.iter().map(|name| one_name(name)).collect(),
            matters: matters.iter().cloned().collect(),
            drawn: true,
        });
        let (kind, draw) = (VisitKind::Planned, Some(format!("Q{quarter}")));
        let visit_of =
            PastVisit { day: from, kind, draw, agencies, matters, inspectors: Vec::new() };
        history.visits.push(visit.sid.clone(), visit_of);
    }
    drawn.visits.len()
}

#[test]
fn a_year_of_four_quarters_keeps_the_burden_rules() {
    let registry = registry();
    let subjects: BTreeMap<Sid, &Subject> =
        registry.subjects().iter().map(|s| (s.sid(SUITE), s)).collect();
    assert_eq!(subjects.len(), 20_000);
    let mut past: BTreeMap<Sid, Vec<Kept>> = BTreeMap::new();
    for visit in registry.visits() {
        let subject = registry.subjects_named(&visit.subject)[0];
        past.entry(subject.sid(SUITE)).or_default().push(Kept {
            day: visit.date,
            planned: visit.kind == VisitKind::Planned,
            agencies: visit.agencies.iter().map(|name| one_name(name)).collect(),
            matters: visit.matters.iter().cloned().collect(),
            drawn: false,
        });
    }
    let (rules, findings) = Rules::parse(RULES, "rules.toml");
    assert_eq!(findings, []);
    let mut history = History::default();
    let mut all: BTreeMap<&str, usize> = BTreeMap::new();
    let windows = [
        ("2026-01-12", "2026-03-31"),
        ("2026-04-08", "2026-06-30"),
        ("2026-07-08", "2026-09-30"),
        ("2026-10-12", "2026-12-31"),
    ];
    for (quarter, window) in (1..).zip(windows) {
        let (plan, _) = Plan::parse(&plan(quarter, window), "plan.toml")
            .unwrap_or_else(|findings| panic!("{findings}"));
        let (freeze, _) = plan
            .freeze(&registry, &rules, &history)
            .unwrap_or_else(|findings| panic!("{findings}"));
        let from = parse_date(window.0).unwrap();
        for (reason, n) in judge(&freeze, &subjects, &past, from) {
            *all.entry(reason).or_default() += n;
        }
        for (task, list) in freeze.tasks.iter().zip(&freeze.commitment.lists) {
            let excluded: u64 = task.excluded.iter().map(|(_, n)| n).sum();
            assert_eq!(task.base, task.size + excluded);
            assert_eq!(list.notes["excluded"].as_array().unwrap().len(), task.excluded.len());
        }
        let visits = draw(&freeze, quarter, from, &mut history, &mut past);
        assert!(visits > 1_000, "{visits} visits in quarter {quarter}");
    }
    // The caps themselves, over the whole year.
    let mut most = BTreeMap::new();
    for (sid, visits) in &past {
        let year: Vec<&Kept> =
            visits.iter().filter(|v| v.planned && v.day.year() == 2026).collect();
        // A visit of the register may lie in the same quarter as a draw before it: it was not known then as earlier.
        let drawn = year.iter().filter(|visit| visit.drawn).count();
        assert!(year.len() <= 3, "{sid}: {} visits", year.len());
        assert!(
            subjects[sid].credit_class != Some(CreditClass::A) || drawn <= 1,
            "{sid}: class A, {drawn}"
        );
        for department in ["市监", "消防", "卫健"] {
            let n = year.iter().filter(|visit| visit.agencies.contains(department)).count();
            assert!(n <= 2, "{sid}: {n} by {department}");
            let known: &mut usize = most.entry(department).or_default();
            *known = n.max(*known);
        }
        let mut fire: Vec<Date> =
            year.iter().filter(|v| v.matters.contains("M031") && v.drawn).map(|v| v.day).collect();
        fire.sort_unstable();
        assert!(
            fire.windows(2).all(|pair| days_between(pair[0], pair[1]) > 100),
            "{sid}: {fire:?}"
        );
    }
    assert_eq!(most["市监"], 2, "the cap is reached");
    let expected = [
        "cap_agency",
        "cap_total",
        "class_a_once",
        "drawn_within",
        "key_supervised",
        "status",
        "visited_within",
    ];
    let found: Vec<&str> = all.keys().copied().collect();
    assert_eq!(found, expected, "{all:?}");
}

/// Over 2,000 seeds every subject is drawn as often as its stated chance says, within 4.5 standard deviations.
#[test]
fn subjects_are_drawn_as_often_as_their_chances_say() {
    const SEEDS: u64 = 2_000;
    let registry = registry();
    let (rules, _) = Rules::parse(RULES, "rules.toml");
    let text = plan(1, ("2026-07-08", "2026-09-30"));
    let (plan, _) = Plan::parse(&text, "plan.toml").unwrap();
    let (freeze, _) = plan.freeze(&registry, &rules, &History::default()).unwrap();
    // A fixed stratum of all, and a total weighted by class.
    for name in ["T2", "T1"] {
        let task = freeze.tasks.iter().find(|task| task.list == name).unwrap();
        let chances: BTreeMap<&str, (u128, u128)> = task
            .strata
            .iter()
            .map(|stratum| (stratum.stratum.as_str(), stratum.chance.unwrap()))
            .collect();
        let list = freeze.commitment.list(name).unwrap();
        let rows: Vec<FrameRow> =
            table::parse(&freeze.files[&format!("frames/{name}.tsv")]).unwrap();
        let mut drawn = vec![0u64; rows.len()];
        for n in 0..SEEDS {
            let selection =
                select(SUITE, &seed(&format!("run {n}")), list, &rows, Depth::Outcomes).unwrap();
            for ranked in selection.drawn() {
                let at = rows.binary_search_by(|row| row.sid.cmp(&ranked.row.sid));
                drawn[at.unwrap()] += 1;
            }
        }
        for (row, drawn) in rows.iter().zip(&drawn) {
            let (above, below) = chances[row.stratum.as_str()];
            // (k − np)² ≤ 4.5² · np(1 − p), in whole numbers: times 4 · below².
            let difference = (u128::from(*drawn) * below).abs_diff(u128::from(SEEDS) * above);
            let variance = u128::from(SEEDS) * above * (below - above);
            assert!(
                4 * difference * difference <= 81 * variance,
                "{name} {}: {drawn} of {SEEDS}, chance {above}/{below}",
                row.sid
            );
        }
        let total: u64 = drawn.iter().sum();
        assert_eq!(total, task.n * SEEDS, "{name}");
    }
}
