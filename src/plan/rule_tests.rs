//! Every P code up to P30 has a case that breaks its rule and nothing else of the kind, and the office that all
//! cases start from breaks none. (`language_tests` has P31–P49.)

use std::collections::BTreeSet;

use super::model::Plan;
use super::testkit::{Office, subject};
use crate::base::codes;
use crate::base::digest::Suite;
use crate::base::finding::{Finding, Lang, Severity};
use crate::record::ids::Sid;
use crate::registry::Register::{Incompatibles, Inspectors, Recusals, Subjects};

const BY_CLASS: &str =
    "by = \"credit\", ratio = { A = \"1%\", B = \"1%\", C = \"1%\", D = \"9%\" }";

fn small() -> Office {
    Office::small()
}

/// A code and an office that earns it.
fn cases() -> Vec<(&'static str, Office)> {
    let quarrels = |office: Office, n: usize| {
        (2..2 + n).fold(office, |office, i| office.add(Incompatibles, &format!("I1,I{i},其他")))
    };
    vec![
        ("P01", small().edit("draw = \"D1\"", "draw = ")),
        ("P02", small().edit("type =", "typ = 1\ntype =")),
        ("P03", small().edit("agency = \"示例区市监局\"", "")),
        ("P04", small().edit("\"2026-10-09\"", "\"2026-10-9\"")),
        ("P06", small().edit("[\"M1\"]", "[\"M1\", \"M1\"]")),
        ("P07", small().edit("[\"lead\", \"member\"]", "[\"lead\", \"expert\"]")),
        ("P08", small().sample("ratio = \"3%\", number = 3")),
        ("P09", small().edit("\"targeted\"", "\"untargeted\"")),
        ("P10", small().sample(BY_CLASS).edit("classes = \"public\"", "classes = \"internal\"")),
        ("P11", small().edit("[\"M1\"]", "[\"M9\"]")),
        ("P11", small().edit("to = \"2026-12-31\"", "to = \"2027-01-01\"")),
        ("P12", small().sample(BY_CLASS).add(Subjects, &subject("U1", ""))),
        ("P13", small().sample(BY_CLASS).add(Subjects, &subject("E1", "E"))),
        ("P14", small().sample("ratio = \"2%\", floor = \"3%\"")),
        ("P15", small().sample("number = 101")),
        ("P16", small().edit("needs = [\"lead\", ", "needs = [\"lead\", \"skill:9\", ")),
        ("P16", small().edit("needs = [\"lead\", ", "needs = [\"skill:1\", \"skill:2\", ")),
        ("P17", small().add(Inspectors, "X2,王,市监,,,,在岗,,,是,是,1,")),
        (
            "P18",
            small()
                .sample(BY_CLASS)
                .add(Subjects, &subject("S1", "A").replace("2026-09-20", "2026-08-09")),
        ),
        (
            "P18",
            small().sample(BY_CLASS).add(Subjects, &subject("S1", "A").replace("2026-09-20", "")),
        ),
        (
            "P19",
            small()
                .sample("number = 3, weight = \"score\"")
                .add(Subjects, &subject("S1", "A").replace("100", "")),
        ),
        ("P20", Office::with_classes(&[99]).sample("number = 3, weight = \"score\"")),
        ("P21", Office::with_classes(&[9])),
        ("P22", small().edit("tags_any = [\"餐饮\"]", "tags_any = [\"餐饮\"], kind = [\"设备\"]")),
        ("P23", small().sample("per_officer = 2, dept = \"消防\"")),
        ("P24", quarrels(small(), 4)),
        ("P25", small().add(Recusals, "I1,A0001,其他,2026-01-01")),
        (
            "P26",
            small().add(Inspectors, "J1,赵,市监,,东,2027-01-01,在岗,2026-10-10..2026-10-11,,,,1,"),
        ),
        (
            "P28",
            small().edit("tags_any = [\"餐饮\"]", "tags_any = [\"餐饮\"], tags_none = [\"餐歙\"]"),
        ),
        (
            "P29",
            small().edit(
                "tags_any = [\"餐饮\"]",
                "tags_any = [\"餐饮\"], region = [\"3301\", \"44\"]",
            ),
        ),
        (
            "P30",
            small()
                .edit("tags_any = [\"餐饮\"]", "established_from = 2019-01-01")
                .add(Subjects, &subject("S1", "A").replace("2020-01-01", "")),
        ),
    ]
}

#[test]
fn every_rule_has_a_case() {
    let mut covered = BTreeSet::new();
    for (code, office) in cases() {
        let findings = office.findings();
        assert!(findings.iter().any(|f| f.code() == code), "{code}: {findings:?}");
        let errors: Vec<_> = findings.iter().filter(|f| f.severity() == Severity::Error).collect();
        assert!(errors.iter().all(|f| f.code() == code || code == "P22"), "{code}: {errors:?}");
        covered.insert(code);
    }
    // The limit is beyond what a test can freeze.
    let (plan, _) = Plan::parse(&small().plan, "plan.toml").unwrap();
    assert_eq!(plan.check_slots_in_draw(&[(1 << 23) - 1]), None);
    covered.insert(plan.check_slots_in_draw(&[1 << 23]).unwrap().code());
    let rules: BTreeSet<&str> =
        codes::all().map(|r| r.code).filter(|c| ("P".."P31").contains(c)).collect();
    assert_eq!(covered, rules);
}

/// A sealed office, with terms that may be wrong.
fn sealed(terms: &str) -> Office {
    small().edit("mode = \"open\"", &format!("mode = \"sealed\"\nseal = {{ {terms} }}"))
}

const TERMS: &str = "opens = \"auditor\", by = \"2026-12-31\"";

#[test]
fn terms_of_a_seal() {
    assert_eq!(sealed(TERMS).findings(), []);
    let custodians = |more: &str| sealed(&format!("{TERMS}, {more}"));
    assert_eq!(custodians("custodians = [\"甲\", \"乙\"], threshold = 2").findings(), []);
    let wrong = [
        small().edit("mode = \"open\"", "mode = \"sealed\""),
        small().edit("mode = \"open\"", &format!("mode = \"open\"\nseal = {{ {TERMS} }}")),
        sealed("opens = \"public\", by = \"2026-12-30\""),
        custodians("custodians = [\"甲\", \"乙\"]"),
        custodians("threshold = 2"),
        custodians("custodians = [\"甲\", \"甲\"], threshold = 2"),
        custodians("custodians = [\"甲\", \"乙\"], threshold = 3"),
    ];
    for office in wrong {
        let codes: Vec<_> = office.findings().iter().map(Finding::code).collect();
        assert_eq!(codes, ["S13"], "{}", office.plan);
    }
}

/// What is public before the opening would tell who is drawn.
#[test]
fn structure_that_leaks_is_refused_in_sealed_draws() {
    let codes = |office: Office| -> Vec<&'static str> {
        let findings = office.findings();
        let errors = findings.iter().filter(|f| f.severity() == Severity::Error);
        errors.map(Finding::code).collect()
    };
    let sealed = |sizes: &[usize], sample: &str| {
        let office = Office::with_classes(sizes).sample(sample);
        office.edit("mode = \"open\"", &format!("mode = \"sealed\"\nseal = {{ {TERMS} }}"))
    };
    assert_eq!(codes(sealed(&[9], "number = 3")), ["S11"]);
    assert_eq!(codes(sealed(&[10], "number = 5")), [""; 0]);
    assert_eq!(codes(sealed(&[10], "number = 6")), ["S12"]);
    assert_eq!(codes(sealed(&[40], "all = true")), ["S12"]);
    assert_eq!(codes(sealed(&[40, 30, 20, 9], BY_CLASS)), ["S11"]);
    assert_eq!(codes(sealed(&[40], "number = 3, weight = \"score\"")), ["S14"]);
    // Classes that are internal may decide a draw that only the auditor sees.
    let internal = "classes = \"internal\"";
    let office = || sealed(&[40, 30, 20, 10], BY_CLASS).edit("classes = \"public\"", internal);
    assert_eq!(codes(office()), [""; 0]);
    assert_eq!(codes(office().edit("opens = \"auditor\"", "opens = \"public\"")), ["P10"]);
}

#[test]
fn the_office_itself_breaks_no_rule() {
    assert_eq!(small().findings(), []);
    let three =
        (2..5).fold(small(), |office, i| office.add(Incompatibles, &format!("I1,I{i},其他")));
    assert_eq!(three.findings(), []);
    let fresh = small()
        .sample(BY_CLASS)
        .add(Subjects, &subject("S1", "A").replace("2026-09-20", "2026-08-10"));
    assert_eq!(fresh.findings(), [], "60 days before the window");
}

#[test]
fn unrated_subjects_count_as_the_class_named() {
    let office = small().sample(BY_CLASS).add(Subjects, &subject("U1", ""));
    let freeze = office.edit("unrated = \"refuse\"", "unrated = \"D\"").freeze();
    assert_eq!(freeze.tasks[0].strata[3].size, 11);
}

#[test]
fn messages_name_place_and_people() {
    let office = small().sample(BY_CLASS).add(Subjects, &subject("U1", ""));
    let finding = &office.findings()[0];
    let sid = Sid::of_own_code(Suite::Sha256, "U1");
    assert_eq!(
        finding.show(Lang::Zh),
        format!(
            "错误 P12 plan.toml:26:10 task[0].sample，T1：1 户没有信用风险分类：{sid}\n  处理：补录分类，或用 \
             credit = {{ unrated = \"C\" }} 写明未评定的按哪一类计。"
        )
    );
    let office = small().edit("[\"M1\"]", "[\"M9\"]");
    assert_eq!(
        office.findings()[0].show(Lang::En),
        "error P11 plan.toml:23:12 task[0].matters[0], T1: the matter M9 is not on the list\n  remedy: No \
         listed matter, no inspection: it must be on the list and in force on every day of the window. Correct \
         the id, update the list or move the window."
    );
}
