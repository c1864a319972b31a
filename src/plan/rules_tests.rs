//! Every kind of rule and every code from P50 on has a case that breaks it, and one beside it that does not.

use std::collections::BTreeSet;

use super::freeze::History;
use super::rules::{KINDS, Rules};
use super::testkit::{Office, RULES, subject};
use crate::base::codes;
use crate::base::digest::Suite;
use crate::base::finding::{Finding, Severity};
use crate::registry::Register::{Recusals, Subjects, Visits};

/// A row of rules; `more` holds the keys of its value.
pub(super) fn row(kind: &str, more: &str) -> String {
    format!(
        "[[rule]]\nid = \"r\"\nkind = \"{kind}\"\nname = \"规则\"\nbasis = \"第 1 条\"\n{more}\n"
    )
}

pub(super) const FOOD: &str = "[[fusion]]\nid = \"f\"\nname = \"融合\"\nbasis = \"第 2 条\"\nmatters = [\"M1\"]\ntag = \"食品风险\"\n\
    [fusion.table]\nA = { A = \"A\", B = \"B\" }\nB = { A = \"A\", C = \"C\" }\nC = { A = \"B\" }\nD = { A = \"D\" }\n";
pub(super) const BY_CLASS: &str =
    "by = \"credit\", ratio = { A = \"10%\", B = \"10%\", C = \"10%\", D = \"10%\" }";

pub(super) fn small() -> Office {
    Office::small()
}

pub(super) fn under(kind: &str, more: &str) -> Office {
    small().under(&row(kind, more))
}

pub(super) fn tagged(id: &str, class: &str, tags: &str) -> String {
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
            None,
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
}
