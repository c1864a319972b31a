//! Every kind of rule and every code from P50 on has a case that breaks it, and one beside it that does not.

use std::collections::BTreeSet;

use super::freeze::{Freeze, History};
use super::past::PastVisit;
use super::rules::{KINDS, Rules};
use super::testkit::{Office, RULES, subject};
use crate::base::codes;
use crate::base::digest::Suite;
use crate::base::finding::{Finding, Lang, Severity};
use crate::base::table;
use crate::record::ids::{Iid, Sid};
use crate::record::tables::{FrameRow, RecusalRow};
use crate::registry::Register::{self, Recusals, Subjects, Visits};
use crate::registry::VisitKind;

/// A row of rules; `more` holds the keys of its value.
fn row(kind: &str, more: &str) -> String {
    format!(
        "[[rule]]\nid = \"r\"\nkind = \"{kind}\"\nname = \"规则\"\nbasis = \"第 1 条\"\n{more}\n"
    )
}

const FOOD: &str = "[[fusion]]\nid = \"f\"\nname = \"融合\"\nbasis = \"第 2 条\"\nmatters = [\"M1\"]\ntag = \"食品风险\"\n\
    [fusion.table]\nA = { A = \"A\", B = \"B\" }\nB = { A = \"A\", C = \"C\" }\nC = { A = \"B\" }\nD = { A = \"D\" }\n";
const BY_CLASS: &str =
    "by = \"credit\", ratio = { A = \"10%\", B = \"10%\", C = \"10%\", D = \"10%\" }";

fn small() -> Office {
    Office::small()
}

fn under(kind: &str, more: &str) -> Office {
    small().under(&row(kind, more))
}

fn tagged(id: &str, class: &str, tags: &str) -> String {
    subject(id, class).replace("餐饮", tags)
}

/// A code, an office that earns it, and one that is nearly the same and does not.
fn cases() -> Vec<(&'static str, Office, Office)> {
    let visits = |office: Office, kind: &str| {
        office.add(Visits, &format!("A0001,2026-03-01,示例区市监局,{kind},,,"))
    };
    let stationless =
        |office: Office| office.add(Subjects, &subject("S1", "A").replace(",一所,", ",,"));
    let capped = || under("cap_total", "visits = 1");
    let undrawn = |mut office: Office| {
        office.history.undrawn.push("D9".to_owned());
        office
    };
    let key = |matters: &str| {
        let office = under("key_supervised", "").edit("[\"M1\"]", "[\"M1\", \"M2\"]");
        let office = office.edit("to = \"2026-12-31\"", "to = \"2026-12-30\"");
        office.add(Subjects, &format!("{}{matters}", subject("K1", "A")))
    };
    let white = |day: &str| {
        let office = under("white_list", "");
        let mut office = office;
        let text = &mut office.tables.iter_mut().find(|(r, _)| *r == Subjects).unwrap().1;
        *text = text.replacen("key_matters", "key_matters,lists", 1);
        let rows: Vec<String> = text.lines().skip(1).map(|line| format!("{line},")).collect();
        let head = text.lines().next().unwrap().to_owned();
        *text = format!(
            "{head}\n{}\n{}白名单@2026-01-01..{day}",
            rows.join("\n"),
            subject("W1", "A") + ","
        );
        office
    };
    vec![
        (
            "P51",
            under("min_team", "inspectors = 2\nmatters = [\"M9\"]"),
            under("min_team", "inspectors = 2\nmatters = [\"M1\"]"),
        ),
        // ⌈9.1 %⌉ of 100 are 10, ⌈10.1 %⌉ are 11; the plan draws 10.
        (
            "P52",
            under("least_ratio", "ratio = \"10.1%\""),
            under("least_ratio", "ratio = \"9.1%\""),
        ),
        // In one stratum of all no class is sure to be drawn.
        (
            "P52",
            under("least_ratio", "ratio = \"1%\"\nof = \"class\""),
            under("least_ratio", "ratio = \"10%\"\nof = \"class\"").sample(BY_CLASS),
        ),
        ("P53", under("most_ratio", "ratio = \"9.9%\""), under("most_ratio", "ratio = \"10.9%\"")),
        ("P54", under("min_team", "inspectors = 3"), under("min_team", "inspectors = 2")),
        (
            "P55",
            under("required_tags", "tags = [\"skill:2\"]"),
            under("required_tags", "tags = [\"lead\"]"),
        ),
        (
            "P55",
            under("required_tags", "tags = [\"lead\"]\nslots = 2"),
            under("required_tags", "tags = [\"dept:市监\"]\nslots = 2"),
        ),
        (
            "P56",
            under("recusal_kinds", "reasons = [\"配偶\"]").add(Recusals, "I1,A0001,其他,"),
            under("recusal_kinds", "reasons = [\"配偶\"]").add(Recusals, "I1,A0001,配偶,"),
        ),
        (
            "P57",
            under("rotation", "draws = 1").add(Visits, "A0001,2026-03-01,市监,计划,,I1,"),
            under("rotation", "draws = 1").add(Visits, "A0001,2026-03-01,市监,投诉举报,,I1,"),
        ),
        (
            "P58",
            stationless(under("cross_station", "")).edit("avoids = [\"station:{station}\"]", ""),
            under("cross_station", ""),
        ),
        (
            "P59",
            small()
                .under(FOOD)
                .sample(BY_CLASS)
                .add(Subjects, &tagged("S1", "A", "餐饮;食品风险:B")),
            small()
                .under(FOOD)
                .sample(BY_CLASS)
                .add(Subjects, &tagged("S1", "A", "餐饮;食品风险:A")),
        ),
        (
            "P60",
            small()
                .under(FOOD)
                .sample(BY_CLASS)
                .add(Subjects, &tagged("S1", "A", "餐饮;食品风险:Z")),
            small().under(FOOD).sample(BY_CLASS).add(Subjects, &tagged("S1", "A", "餐饮;别的:Z")),
        ),
        (
            "P60",
            small()
                .under(FOOD)
                .sample(BY_CLASS)
                .add(Subjects, &tagged("S1", "A", "餐饮;食品风险:A;食品风险:B")),
            small()
                .sample(BY_CLASS)
                .add(Subjects, &tagged("S1", "A", "餐饮;食品风险:A;食品风险:B")),
        ),
        ("P61", white("2026-10-09"), white("2026-10-08")),
        (
            "P62",
            small().sample(&BY_CLASS.replace("A = \"10%\"", "A = \"0%\"")),
            small().sample(BY_CLASS),
        ),
        ("P63", key("M1"), key("M1;M2")),
        ("P64", visits(capped(), "投诉举报"), visits(capped(), "计划")),
        ("P65", undrawn(capped()), undrawn(small())),
    ]
}

#[test]
fn every_code_is_earned_and_avoided() {
    let mut covered = BTreeSet::new();
    let codes = |office: &Office| office.findings().iter().map(Finding::code).collect::<Vec<_>>();
    for (code, bad, good) in cases() {
        let (earned, avoided) = (codes(&bad), codes(&good));
        assert!(earned.contains(&code), "{code}: {earned:?}");
        assert!(!avoided.contains(&code), "{code}: {avoided:?}");
        let errors: Vec<String> = good
            .findings()
            .iter()
            .filter(|f| f.severity() == Severity::Error)
            .map(Finding::to_string)
            .collect();
        assert!(errors.is_empty(), "{code}: {errors:?}");
        covered.insert(code);
    }
    for (code, text) in [
        (
            "P50",
            row("least_ratio", "ratio = \"5%\"")
                + &row("most_ratio", "ratio = \"3%\"").replace("\"r\"", "\"s\""),
        ),
        ("P50", "[agencies]\n\"甲\" = [\"丙\"]\n\"乙\" = [\"丙\"]\n".to_owned()),
    ] {
        let (_, findings) = Rules::parse(&format!("{RULES}{text}"), "rules.toml");
        assert_eq!(findings.iter().map(Finding::code).collect::<Vec<_>>(), [code], "{findings:?}");
        covered.insert(code);
    }
    let live = row("most_ratio", "ratio = \"3%\"\nof = \"live\"").replace("\"r\"", "\"s\"");
    let text = format!("{RULES}{}{live}", row("least_ratio", "ratio = \"5%\""));
    assert_eq!(Rules::parse(&text, "rules.toml").1, [], "5 % of a small frame may be 3 % of all");
    let rules: BTreeSet<&str> =
        codes::all().map(|rule| rule.code).filter(|code| ("P50".."P70").contains(code)).collect();
    assert_eq!(covered, rules);
}

/// Reasons of those left out of the only task, sorted.
fn left_out(office: &Office) -> Vec<(String, &'static str)> {
    let excluded = office.freeze().excluded_subjects;
    let mut reasons: Vec<_> = excluded.into_iter().map(|e| (e.name, e.reason)).collect();
    reasons.sort_unstable();
    reasons
}

#[test]
fn burden_rules_leave_out_with_their_reason() {
    let visits = |rows: &[&str]| {
        rows.iter().fold(Vec::new(), |mut all, row| {
            all.push((*row).to_owned());
            all
        })
    };
    let one = "A0001,2026-03-01,市监局,计划,M1,,";
    let other = "A0001,2026-04-01,消防,计划,M2,,";
    let last_year = "A0001,2025-12-31,市监局,计划,M1,,";
    let complaint = "A0001,2026-05-01,市监局,投诉举报,M1,,";
    let named = "[agencies]\n\"示例区市监局\" = [\"市监局\"]\n";
    for (rule, rows, reason) in [
        (row("cap_agency", "visits = 1"), visits(&[one]), Some("cap_agency")),
        (row("cap_agency", "visits = 2"), visits(&[one, other]), None),
        (row("cap_agency", "visits = 1"), visits(&[other, last_year, complaint]), None),
        (row("cap_agency", "visits = 1\nmatters = [\"M1\"]"), visits(&[one]), Some("cap_agency")),
        (row("cap_total", "visits = 2"), visits(&[one, other]), Some("cap_total")),
        (row("cap_total", "visits = 2"), visits(&[one, last_year, complaint]), None),
        // A rule of a matter counts visits in that matter.
        (row("cap_total", "visits = 2\nmatters = [\"M1\"]"), visits(&[one, other]), None),
        (row("cap_total", "visits = 1\nmatters = [\"M2\"]"), visits(&[one, other]), None),
        (row("class_a_once", ""), visits(&[other]), Some("class_a_once")),
        (row("class_a_once", ""), visits(&[complaint, last_year]), None),
        // The window begins on 2026-10-09.
        (row("visited_within", "days = 222"), visits(&[one]), Some("visited_within")),
        (row("visited_within", "days = 221"), visits(&[one]), None),
        (
            row("visited_within", "months = 8"),
            visits(&["A0001,2026-02-09,消防,计划,,,"]),
            Some("visited_within"),
        ),
        (row("visited_within", "months = 8"), visits(&["A0001,2026-02-08,消防,计划,,,"]), None),
        (row("visited_within", "months = 36\nmatters = [\"M1\"]"), visits(&[other]), None),
        (row("visited_within", "days = 222"), visits(&[complaint]), None),
        (row("key_supervised", ""), visits(&[]), None),
    ] {
        let office =
            rows.iter().fold(small().under(&format!("{named}{rule}")), |o, r| o.add(Visits, r));
        let expected: Vec<_> = reason.into_iter().map(|r| ("A0001公司".to_owned(), r)).collect();
        assert_eq!(left_out(&office), expected, "{rule}{rows:?}");
    }
    // Class B is no class A; an agency that nobody named the same is another one.
    let office =
        small().under(&row("class_a_once", "")).add(Visits, &one.replace("A0001", "B0001"));
    assert_eq!(left_out(&office), []);
    let office = small().under(&row("cap_agency", "visits = 1")).add(Visits, one);
    assert_eq!(left_out(&office), []);
}

#[test]
fn a_visit_that_store_and_register_both_know_counts_once() {
    let sid = Sid::of_own_code(Suite::Sha256, "A0001");
    let office = |register: Option<&str>| {
        let office = under("cap_total", "visits = 2");
        let mut office = register.into_iter().fold(office, |office, row| office.add(Visits, row));
        office.history.visits.push(sid.clone(), drawn_visit("2026-01-05", "D0", &[]));
        office
    };
    assert_eq!(left_out(&office(None)), []);
    assert_eq!(left_out(&office(Some("A0001,2026-01-20,示例区市监局,计划,M1,,D0"))), []);
    let another = office(Some("A0001,2026-01-20,示例区市监局,计划,M1,,D8"));
    assert_eq!(left_out(&another), [("A0001公司".to_owned(), "cap_total")]);
}

fn drawn_visit(day: &str, draw: &str, inspectors: &[&str]) -> PastVisit {
    PastVisit {
        day: crate::base::date::parse_date(day).unwrap(),
        kind: VisitKind::Planned,
        draw: Some(draw.to_owned()),
        agencies: vec!["示例区市监局".to_owned()],
        matters: vec!["M1".to_owned()],
        inspectors: inspectors.iter().map(|iid| Iid::parse(iid).unwrap()).collect(),
    }
}

fn recusals(freeze: &Freeze) -> Vec<(String, String)> {
    let rows: Vec<RecusalRow> = table::parse(&freeze.files["recusals.tsv"]).unwrap();
    rows.into_iter().map(|row| (row.iid.to_string(), row.reason)).collect()
}

#[test]
fn rotation_becomes_recusals() {
    let sid = Sid::of_own_code(Suite::Sha256, "A0001");
    let office = |draws: u64| {
        let mut office = under("rotation", &format!("draws = {draws}"));
        // Pushed in any order; nobody remembers I9.
        for (day, people) in [
            ("2026-04-05", &["I3", "I9"][..]),
            ("2026-01-05", &["I1", "I2"]),
            ("2026-07-05", &["I1", "I4"]),
        ] {
            office.history.visits.push(sid.clone(), drawn_visit(day, day, people));
        }
        office.add(Recusals, "I1,A0001,配偶,")
    };
    let of = |names: &[&str]| {
        let mut rows: Vec<(String, String)> =
            names.iter().map(|iid| ((*iid).to_owned(), "rotation".to_owned())).collect();
        rows.push(("I1".to_owned(), "spouse".to_owned()));
        rows.sort();
        rows
    };
    for (draws, names) in
        [(1, &["I1", "I4"][..]), (2, &["I1", "I3", "I4"]), (9, &["I1", "I2", "I3", "I4"])]
    {
        let freeze = office(draws).freeze();
        assert_eq!(recusals(&freeze), of(names), "{draws}");
        let counted = &freeze.commitment.notes["recusals_by_rule"];
        assert_eq!(
            counted.to_string(),
            format!(r#"[{{"n":{},"reason":"rotation"}}]"#, names.len())
        );
    }
}

#[test]
fn cross_station_is_a_tag_that_every_inspectors_slot_avoids() {
    let office = under("cross_station", "")
        .edit("[\"lead\", \"member\"]", "[\"lead\", \"member\", \"expert\"]");
    let freeze = office.freeze();
    let avoids: Vec<usize> =
        freeze.commitment.lists[0].slots.iter().map(|slot| slot.avoids.len()).collect();
    // The member's slot avoids it anyway, and an expert has no station of his own here.
    assert_eq!(avoids, [1, 1, 0]);
    assert_eq!(freeze.commitment.lists[0].slots[0].avoids, ["station:{station}"]);
}

#[test]
fn fusion_moves_subjects_between_strata() {
    let office = small().under(FOOD).sample(BY_CLASS);
    let rows = [
        ("S1", "A", "食品风险:B"),
        ("S2", "C", "食品风险:A"),
        ("S3", "B", "食品风险:C"),
        ("S4", "D", "食品风险:A"),
        ("S5", "B", "别的:C"),
    ];
    let office = rows.iter().fold(office, |office, (id, class, tag)| {
        office.add(Subjects, &tagged(id, class, &format!("餐饮;{tag}")))
    });
    let freeze = office.freeze();
    let frame: Vec<FrameRow> = table::parse(&freeze.files["frames/T1.tsv"]).unwrap();
    let stratum = |id: &str| {
        let sid = Sid::of_own_code(Suite::Sha256, id);
        frame.iter().find(|row| row.sid == sid).unwrap().stratum.clone()
    };
    assert_eq!(["S1", "S2", "S3", "S4", "S5"].map(stratum), ["B", "B", "C", "D", "B"]);
    let note = office.findings().into_iter().find(|finding| finding.code() == "P59").unwrap();
    assert_eq!(note.cause.zh, "3 户改变了类别：A→B 1, B→C 1, C→B 1");
    // Of another matter the general classes stand.
    let other = office.edit("[\"M1\"]", "[\"M2\"]");
    assert!(other.findings().iter().all(|finding| finding.code() != "P59"));
}

#[test]
fn rules_set_the_age_of_ratings() {
    let stale = |office: &Office| office.findings().iter().filter(|f| f.code() == "P18").count();
    // The ratings are of 2026-09-20, 19 days before the window; the plan itself allows 60.
    let office = |days: u64| under("rating_age", &format!("days = {days}")).sample(BY_CLASS);
    assert_eq!(
        (stale(&office(18)), stale(&office(19)), stale(&small().sample(BY_CLASS))),
        (1, 0, 0)
    );
}

#[test]
fn the_ratio_may_be_taken_of_all_live_subjects() {
    let of = |base: &str| {
        let rules = row("cap_total", "visits = 1").replace("\"r\"", "\"c\"")
            + &row("least_ratio", &format!("ratio = \"10%\"\nof = \"{base}\""));
        let rows = (1..=5).map(|i| format!("A{i:04},2026-03-01,市监,计划,,,"));
        rows.fold(small().under(&rules), |office, row| office.add(Visits, &row))
            .add(Subjects, &subject("G1", "A").replace("存续", "注销"))
    };
    // 95 of 100 live ones are left: ⌈10 %·95⌉ = 10 = ⌈10 %·100⌉; the dissolved one counts nowhere.
    assert_eq!(of("frame").freeze().tasks[0].n, 10);
    assert_eq!(of("live").freeze().tasks[0].n, 10);
    // 5 fewer: 9 are drawn of 90, and 10 of 100 are asked for.
    let fewer = (1..=5).fold(of("live"), |office, i| {
        office.add(Visits, &format!("B{i:04},2026-03-01,市监,计划,,,"))
    });
    let findings = fewer.findings();
    assert_eq!(
        findings[0].show(Lang::Zh),
        "错误 P52 plan.toml:26:10 task[0].sample，T1：范围内存续对象 100 户，保证抽到 9 户，细则 r“规则”（第 1 条）的 10% 须抽 10 户\n  \
         处理：提高比例或数量；下限向上取整。按类的下限须逐类写明比例。"
    );
}

#[test]
fn mistakes_of_a_rules_file_come_all_at_once() {
    let text = "format = \"ssj-rules/1\"\nversion = \"1\"\ntitle = \"\"\nissued = \"x\"\nrest = 1\n[[rule]]\nid = \"a\"\nkind = \"cap_total\"\nname = \"甲\"\nbasis = \"乙\"\nvisits = 0\n\
        [[rule]]\nid = \"a\"\nkind = \"rotation\"\nname = \"甲\"\ndraws = 1\nmore = 1\n[[rule]]\nid = \"b\"\nkind = \"none\"\n\
        [[rule]]\nid = \"c\"\nkind = \"deadline\"\nname = \"甲\"\nbasis = \"乙\"\nwhat = \"results\"\ndays = 1\nworking_days = 2\n\
        [[rule]]\nid = \"d\"\nkind = \"white_list\"\nname = \"甲\"\nbasis = \"乙\"\n";
    let (rules, findings) = Rules::parse(text, "rules.toml");
    let found: Vec<(&str, u64)> =
        findings.iter().map(|f| (f.code(), f.place.row.unwrap())).collect();
    let expected = [
        ("P04", 3),
        ("P04", 4),
        ("P02", 5),
        ("P04", 11),
        ("P03", 12),
        ("P06", 13),
        ("P02", 17),
        ("P04", 20),
        ("P03", 21),
    ];
    assert_eq!(found, expected);
    let left: Vec<&str> = rules.rows().iter().map(super::rules::Rule::id).collect();
    assert_eq!(left, ["d"], "what was understood stays");
    let (none, findings) = Rules::parse("format = ", "rules.toml");
    assert_eq!((none.rows().len(), findings[0].code()), (0, "P01"));
}

#[test]
fn the_template_has_every_kind() {
    let text = include_str!("../../data/rules-template.toml");
    let (rules, findings) = Rules::parse(text, "rules-template.toml");
    assert_eq!(findings, []);
    let kinds: BTreeSet<&str> = rules.rows().iter().map(|rule| rule.kind().name).collect();
    assert_eq!(kinds, KINDS.iter().map(|kind| kind.name).collect::<BTreeSet<_>>());
    let guide = include_str!("../../docs/rules.md");
    assert!(guide.contains(text.trim()), "the guide shows the template as it is shipped");
    for kind in KINDS {
        assert!(guide.contains(&format!("| `{}` | {} |", kind.name, kind.zh)), "{}", kind.name);
    }
}

#[test]
fn a_commitment_names_its_rules_and_follows_from_them() {
    let office = under("rotation", "draws = 1").add(Visits, "A0001,2026-03-01,市监,计划,,I1,");
    let freeze = office.freeze();
    let digest = Suite::Sha256.digest(office.rules.as_bytes()).hex();
    assert_eq!(freeze.commitment.notes["rules"], digest.as_str());
    assert!(freeze.commitment.notes["registers"]["visits"].is_string());
    assert!(small().freeze().commitment.notes.get("rules").is_none());
    let again = |auditor: &Office| {
        let plan = super::model::Plan::parse(&auditor.plan, "plan.toml").unwrap().0;
        let done = super::recompute(
            &plan,
            &auditor.registry(),
            &auditor.rules(),
            History::default(),
            &freeze.commitment,
            &freeze.files,
        );
        done.err().map_or(Vec::new(), |all| all.0.iter().map(Finding::code).collect())
    };
    assert_eq!(again(&office), [""; 0]);
    let unruled = small().add(Visits, "A0001,2026-03-01,市监,计划,,I1,");
    assert_eq!(
        again(&unruled),
        ["V20", "V20", "V20", "V20", "V21"],
        "earlier draws, recusals, their count and rules"
    );
    assert!(Register::ALL.contains(&Visits));
}
