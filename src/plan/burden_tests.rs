//! What rules do to frames, strata and recusals.

use super::freeze::Freeze;
use super::past::PastVisit;
use super::rules_tests::{BY_CLASS, FOOD, row, small, tagged, under};
use super::testkit::{Office, subject};
use crate::base::digest::Suite;
use crate::base::finding::Lang;
use crate::base::table;
use crate::record::ids::{Iid, Sid};
use crate::record::tables::{FrameRow, RecusalRow};
use crate::registry::Register::{Recusals, Subjects, Visits};
use crate::registry::VisitKind;

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

/// Whoever may join by a `staff` event is under the rule as well: nobody could tell afterwards.
#[test]
fn rotation_holds_for_whoever_stands_by() {
    let sid = Sid::of_own_code(Suite::Sha256, "A0001");
    let mut office = under("rotation", "draws = 1").edit("mode =", "standby = [\"I2\"]\nmode =");
    office.history.visits.push(sid, drawn_visit("2026-07-05", "D0", &["I1", "I2"]));
    let rotated = ["I1", "I2"].map(|iid| (iid.to_owned(), "rotation".to_owned()));
    assert_eq!(recusals(&office.freeze()), rotated);
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
        frame.iter().find(|row| row.sid == sid).unwrap().stratum.to_string()
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
