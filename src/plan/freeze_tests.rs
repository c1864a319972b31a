use super::freeze::History;
use super::past::PastVisit;
use super::testkit::{Office, subject};
use crate::base::date::parse_date;
use crate::base::digest::{Digest, Suite};
use crate::base::table;
use crate::record::bundle::Files;
use crate::record::commitment::{Commitment, Method, Quota};
use crate::record::ids::Sid;
use crate::record::tables::{FrameRow, IncompatibleRow, InspectorRow, RecusalRow};
use crate::registry::{Register, VisitKind};

/// (stratum, N, n) of the first task.
fn counts(office: &Office) -> Vec<(String, u64, Option<u64>)> {
    let freeze = office.freeze();
    freeze.tasks[0].strata.iter().map(|s| (s.stratum.clone(), s.size, s.n)).collect()
}

fn of(rows: &[(&str, u64, u64)]) -> Vec<(String, u64, Option<u64>)> {
    rows.iter().map(|(name, size, n)| ((*name).to_owned(), *size, Some(*n))).collect()
}

#[test]
fn ratios_round_up_in_every_class() {
    // Henan: 1 / 2 / 10 / 30 %.
    let henan = "by = \"credit\", ratio = { A = \"1%\", B = \"2%\", C = \"10%\", D = \"30%\" }";
    let office = Office::with_classes(&[101, 100, 41, 11]).sample(henan);
    assert_eq!(counts(&office), of(&[("A", 101, 2), ("B", 100, 2), ("C", 41, 5), ("D", 11, 4)]));
    assert_eq!(office.freeze().tasks[0].n, 13);
    let without_d = Office::with_classes(&[100, 0, 1]).sample(henan);
    assert_eq!(counts(&without_d), of(&[("A", 100, 1), ("B", 0, 0), ("C", 1, 1), ("D", 0, 0)]));
}

#[test]
fn published_totals_come_out() {
    // Shanghai 2014: 3 % of 4,422 and of 6,055.
    for (size, n) in [(4_422, 133), (6_055, 182)] {
        let office = Office::with_classes(&[size]).sample("ratio = \"3%\"");
        assert_eq!(counts(&office), of(&[("all", size as u64, n)]));
    }
}

#[test]
fn a_floor_short_by_two_is_refused() {
    // A published plan drew 1,200 of 40,065 for "at least 3 %": 2.995 %.
    let sample = |n: u64| format!("number = {n}, floor = \"3%\"");
    let short = Office::with_classes(&[40_065]).sample(&sample(1_200)).findings();
    assert_eq!(short.len(), 1);
    assert_eq!(
        short[0].show(crate::base::finding::Lang::En),
        "error P14 plan.toml:26:10 task[0].sample, T1: 1200 are drawn, at least 3% of 40065 are 1202: \
         raise the number\n  remedy: A floor on the total rounds up: raise the ratios or the number named."
    );
    let enough = Office::with_classes(&[40_065]).sample(&sample(1_202));
    assert_eq!(counts(&enough), of(&[("all", 40_065, 1_202)]));
    let ratios = "by = \"credit\", ratio = { A = \"1%\", B = \"5%\" }, floor = \"3%\"";
    let low = Office::with_classes(&[200, 100]).sample(ratios).findings();
    assert_eq!(low[0].cause.zh, "共抽 7 户，不低于 300 户的 3% 须抽 9 户：提高 A 1%");
}

#[test]
fn eight_officers_at_five_each_draw_forty() {
    let weights = "by = \"credit\", weights = { A = 1, B = 2, C = 5, D = 20 }";
    let per_officer = "per_officer = 5, dept = \"市监\"";
    let office = Office::small().sample(&format!("{per_officer}, {weights}"));
    let freeze = office.freeze();
    assert_eq!(freeze.commitment.lists[0].method, Method::Proportional { n: 40 });
    let strata = &freeze.tasks[0].strata;
    // n·w: D weighs 200 of W = 400 and is drawn whole, for 40·20 ≥ 400; then 30 of the other 90 with W = 200.
    let chances: Vec<_> = strata.iter().map(|s| s.chance.unwrap()).collect();
    assert_eq!(chances, [(30, 200), (60, 200), (150, 200), (1, 1)]);
    let plain = Office::small().sample(per_officer);
    assert_eq!(counts(&plain), of(&[("all", 100, 40)]));
    // An inspector on leave throughout the window does not count.
    let away = Office::small().sample(per_officer).change(
        Register::Inspectors,
        "在岗,,skill:3",
        "在岗,2026-10-01..2026-11-11;2026-11-12..2027-01-01,skill:3",
    );
    assert_eq!(counts(&away), of(&[("all", 100, 35)]));
}

#[test]
fn other_modes() {
    let all = Office::small().sample("all = true");
    assert_eq!(counts(&all), of(&[("all", 100, 100)]));
    let number = Office::small().sample("number = 7");
    assert_eq!(counts(&number), of(&[("all", 100, 7)]));
    let freeze = Office::small().sample("number = 7, weight = \"score\"").freeze();
    let list = &freeze.commitment.lists[0];
    assert_eq!((list.method, list.strata[0].quota), (Method::Pareto { n: 7 }, Quota::Own));
    let rows: Vec<FrameRow> = table::parse(&freeze.files["frames/T1.tsv"]).unwrap();
    assert!(rows.iter().all(|row| row.weight == 100 && row.stratum.as_str() == "all"));
    let weighted = "by = \"credit\", number = 7, weights = { A = 1, B = 2, C = 5, D = 20 }";
    let freeze = Office::small().sample(weighted).freeze();
    let rows: Vec<FrameRow> = table::parse(&freeze.files["frames/T1.tsv"]).unwrap();
    let weight_of =
        |class: &str| rows.iter().find(|row| row.stratum.as_str() == class).unwrap().weight;
    assert_eq!(["A", "B", "C", "D"].map(weight_of), [1, 2, 5, 20]);
}

/// Ranges and bounds decide what the commitment says; a window of the task's own is noted.
#[test]
fn bounds_reach_the_commitment() {
    let office = |floor: &str| {
        let sample = "by = \"credit\", ratio = { A = \"不超过5%\", B = \"5-20%\", C = \"10%\", D = \"50%\" }, \
                      cap = 20, max = { D = 4 }";
        let window = "window = { from = 2026-11-01, to = 2026-11-30 }\nsample";
        let office = Office::small().sample(&format!("{sample}, floor = \"{floor}\""));
        office.edit("sample", window)
    };
    // 0, 2, 2 and 4 are 8: B is raised first, by four at most, then A, by two.
    for (floor, expected) in [("8%", [0, 2, 2, 4]), ("12%", [0, 6, 2, 4]), ("14%", [2, 6, 2, 4])] {
        let sizes = [("A", 40), ("B", 30), ("C", 20), ("D", 10)];
        let expected: Vec<_> =
            sizes.iter().zip(expected).map(|((name, size), n)| (*name, *size, n)).collect();
        assert_eq!(counts(&office(floor)), of(&expected), "{floor}");
    }
    let codes: Vec<_> = office("15%").findings().iter().map(|f| f.code()).collect();
    assert!(codes.contains(&"P14"), "{codes:?}");
    let freeze = office("12%").freeze();
    let (list, strata) = (&freeze.commitment.lists[0], &freeze.tasks[0].strata);
    assert_eq!(strata[1].chance, Some((6, 30)));
    assert_eq!((&list.notes["floor"], &list.notes["cap"]), (&"12%".into(), &20.into()));
    let window = serde_json::json!({"from": "2026-11-01", "to": "2026-11-30"});
    assert_eq!(list.notes["window"], window);
}

#[test]
fn the_order_of_rows_changes_nothing() {
    let office = || {
        let office = Office::small().add(Register::Recusals, "I1,A0001,配偶,");
        let office = office
            .add(Register::Recusals, "I2,A0002,其他,")
            .add(Register::Incompatibles, "I2,I1,其他");
        office.add(Register::Incompatibles, "I1,I3,配偶")
    };
    let (freeze, reversed) = (office().freeze(), office().reversed().freeze());
    assert_eq!(freeze.files, reversed.files);
    assert_eq!(freeze.tasks, reversed.tasks);
    assert_eq!(freeze.excluded_inspectors, reversed.excluded_inspectors);
    let changed = office().change(Register::Subjects, "A0001公司", "A0001厂").freeze();
    assert_ne!(
        freeze.files["commitment.json"], changed.files["commitment.json"],
        "the registers' digest"
    );
    assert_eq!(freeze.files["frames/T1.tsv"], changed.files["frames/T1.tsv"]);
}

#[test]
fn the_commitment_binds_the_tables() {
    let mut office =
        Office::small().edit("classes = \"public\"", "classes = \"public\"\nsuite = \"sm3\"");
    let prev = Digest::from_bytes([7; 32]);
    office.history = History { attempt: 2, prev: Some(prev), ..History::default() };
    let freeze = office.freeze();
    let commitment = Commitment::parse(&freeze.files["commitment.json"]).unwrap();
    assert_eq!(commitment, freeze.commitment);
    assert_eq!((commitment.attempt, commitment.prev), (2, Some(prev)));
    let frame: Vec<FrameRow> = table::parse(&freeze.files["frames/T1.tsv"]).unwrap();
    assert_eq!(commitment.lists[0].frame, table::root(Suite::Sm3, &frame));
    let people: Vec<InspectorRow> = table::parse(&freeze.files["inspectors.tsv"]).unwrap();
    assert_eq!(commitment.inspectors, table::root(Suite::Sm3, &people));
    let plan = Suite::Sm3.digest(office.plan.as_bytes()).hex();
    assert_eq!(commitment.notes["plan"], serde_json::json!(plan));
    let subjects = office.registry().digest(Suite::Sm3, Register::Subjects).hex();
    assert_eq!(commitment.notes["registers"]["subjects"], serde_json::json!(subjects));
    assert_eq!(commitment.lists[0].group, "T1");
}

#[test]
fn only_tags_that_slots_refer_to_are_frozen() {
    let freeze = Office::small().freeze();
    let rows: Vec<FrameRow> = table::parse(&freeze.files["frames/T1.tsv"]).unwrap();
    assert_eq!(rows[0].tags, ["area:东", "station:一所"], "not 餐饮");
    let people: Vec<InspectorRow> = table::parse(&freeze.files["inspectors.tsv"]).unwrap();
    assert_eq!(people[0].tags, ["area:东", "dept:市监", "station:一所"], "not skill:1");
    assert_eq!(
        (people[8].iid.as_str(), people[8].tags.len()),
        ("X1", 0),
        "no slot asks for what the expert has"
    );
}

/// A drawn visit on that day.
pub(super) fn past_visit(day: &str) -> PastVisit {
    PastVisit {
        day: parse_date(day).unwrap(),
        kind: VisitKind::Planned,
        draw: Some("D0".to_owned()),
        agencies: vec!["示例区市监局".to_owned()],
        matters: vec!["M1".to_owned()],
        inspectors: Vec::new(),
    }
}

/// Whoever lacks what the scope asks for cannot be drawn: they are counted with the reason, as everybody left out.
#[test]
fn an_empty_field_that_the_scope_asks_for_is_a_counted_reason() {
    let asked = "scope = { area = [\"东\"], established_from = \"2000-01-01\", tags_any";
    let mut office = Office::small().edit("scope = { tags_any", asked);
    for (id, area, founded) in [
        ("S1", "东", "2020-01-01"),
        ("S2", "东", ""),
        ("S3", "", "2020-01-01"),
        // Outside whatever the empty field would say.
        ("S4", "西", ""),
        ("S5", "", "1999-12-31"),
    ] {
        let row =
            format!("{id},{id},企业,330199,{area},一所,存续,A,100,2026-09-20,餐饮,{founded},,");
        office = office.add(Register::Subjects, &row);
    }
    let freeze = office.freeze();
    let left_out: Vec<(&str, &str)> =
        freeze.excluded_subjects.iter().map(|e| (e.name.as_str(), e.reason)).collect();
    let named = |id: &str| left_out.iter().find(|(name, _)| *name == id).map(|(_, reason)| *reason);
    let found = ["S1", "S2", "S3", "S4", "S5"].map(named);
    assert_eq!(found, [None, Some("no_established"), Some("no_area"), None, None]);
    let task = &freeze.tasks[0];
    assert_eq!((task.base, task.size), (103, 101));
    let told = serde_json::to_string(&freeze.commitment.lists[0].notes["excluded"]).unwrap();
    assert_eq!(told, r#"[{"n":1,"reason":"no_area"},{"n":1,"reason":"no_established"}]"#);
}

#[test]
fn everybody_left_out_has_a_reason() {
    let exclude = "exclude = { drawn_within_days = 180, key_supervised = true }\nsample";
    let mut office = Office::small().edit("sample", exclude);
    for (id, end) in [
        // The window begins on 2026-10-09; 180 days before it is 2026-04-12.
        ("S1", "注销,A,100,2026-09-20,餐饮,,2026-04-12,"),
        ("S2", "存续,A,100,2026-09-20,餐饮,,2026-04-12,M1"),
        ("S3", "存续,A,100,2026-09-20,餐饮,,2026-04-11,"),
        ("S4", "存续,A,100,2026-09-20,餐饮,,,M1;M2"),
        ("S5", "存续,A,100,2026-09-20,餐饮,,,M2"),
        ("S6", "存续,A,100,2026-09-20,广告,,,"),
        ("S7", "存续,A,100,2026-09-20,餐饮,,2020-01-01,"),
    ] {
        office = office.add(Register::Subjects, &format!("{id},{id},企业,330199,东,一所,{end}"));
    }
    let s7 = Sid::of_own_code(Suite::Sha256, "S7");
    office.history.visits.push(s7, past_visit("2026-07-01"));
    for row in [
        ",无证,市监,,东,2027-01-01,在岗,,,,,1,",
        "J2,到期,市监,,东,2026-12-30,在岗,,,,,1,",
        "J3,无期,市监,,东,,在岗,,,,,1,",
        "J4,停职,市监,,东,2027-01-01,停职,,,,,1,",
        "J5,休假,市监,,东,2027-01-01,在岗,2026-10-09..2026-12-31,,,,1,",
        "J6,短假,市监,,东,2026-12-31,在岗,2026-10-10..2026-12-31,,,,1,",
    ] {
        office = office.add(Register::Inspectors, row);
    }
    let freeze = office.freeze();
    let left_out: Vec<(&str, &str)> =
        freeze.excluded_subjects.iter().map(|e| (e.name.as_str(), e.reason)).collect();
    let mut sorted = left_out.clone();
    sorted.sort_unstable();
    let expected = [
        ("S1", "status"),
        ("S2", "drawn_within"),
        ("S4", "key_supervised"),
        ("S7", "drawn_within"),
    ];
    assert_eq!(sorted, expected);
    let task = &freeze.tasks[0];
    assert_eq!((task.base, task.size), (106, 102), "S6 is out of scope");
    let list = &freeze.commitment.lists[0];
    assert_eq!(list.notes["base"], 106);
    assert_eq!(
        list.notes["excluded"].to_string(),
        r#"[{"n":2,"reason":"drawn_within"},{"n":1,"reason":"key_supervised"},{"n":1,"reason":"status"}]"#
    );
    let people: Vec<(&str, &str)> =
        freeze.excluded_inspectors.iter().map(|e| (e.who.as_str(), e.reason)).collect();
    assert_eq!(
        people,
        [
            ("无证", "no_certificate"),
            ("J2", "certificate_expired"),
            ("J3", "certificate_undated"),
            ("J4", "state"),
            ("J5", "leave"),
        ]
    );
    assert!(office.findings().iter().any(|f| f.code() == "P26"), "J6 is noted");
}

#[test]
fn recusals_and_quarrels() {
    let office = Office::small()
        .add(Register::Recusals, "I2,A0001,配偶,2026-10-09")
        .add(Register::Recusals, "I1,A0001,其他,")
        .add(Register::Recusals, "I1,A0002,其他,2026-10-08")
        .add(Register::Incompatibles, "I2,I10,其他")
        .add(Register::Incompatibles, "I2,I1,配偶");
    let office = office.add(Register::Subjects, &subject("Z1", "A").replace("餐饮", "广告"));
    let office = office.add(Register::Recusals, "I1,Z1,其他,");
    let freeze = office.freeze();
    let sid = Sid::of_own_code(Suite::Sha256, "A0001");
    let rows: Vec<RecusalRow> = table::parse(&freeze.files["recusals.tsv"]).unwrap();
    let shown: Vec<String> = rows.iter().map(table::Row::format).collect();
    assert_eq!(shown, [format!("{sid}\tI1\tother\t-"), format!("{sid}\tI2\tspouse\t-")]);
    let rows: Vec<IncompatibleRow> = table::parse(&freeze.files["incompatible.tsv"]).unwrap();
    let shown: Vec<String> = rows.iter().map(table::Row::format).collect();
    assert_eq!(shown, ["I1\tI2\tspouse"], "I10 does not exist");
    let note = office.findings().into_iter().find(|f| f.code() == "P25").unwrap();
    assert_eq!(note.cause.en, "1 recusals have expired, 1 concern nobody of this draw");
}

#[test]
fn who_stands_by_takes_no_part_until_an_event_says_so() {
    let (before, office) =
        (Office::small().freeze(), Office::small().edit("mode =", "standby = [\"I2\"]\nmode ="));
    let freeze = office.freeze();
    let rows = |files: &Files, path: &str| table::parse::<InspectorRow>(&files[path]).unwrap();
    let (all, people) =
        (rows(&before.files, "inspectors.tsv"), rows(&freeze.files, "inspectors.tsv"));
    let standby = rows(&freeze.files, "standby.tsv");
    assert_eq!(freeze.commitment.standby, Some(table::root(Suite::Sha256, &standby)));
    assert_eq!(standby.iter().map(|row| row.iid.as_str()).collect::<Vec<_>>(), ["I2"]);
    let both: Vec<_> = all.iter().filter(|row| !people.contains(row)).collect();
    assert_eq!(both, [&standby[0]]);
    assert_eq!(people.len() + 1, all.len());
    assert!(!before.files.contains_key("standby.tsv") && before.commitment.standby.is_none());
    // Their recusals are frozen with all others: they may come.
    let barred = Office::small()
        .edit("mode =", "standby = [\"I2\"]\nmode =")
        .add(Register::Recusals, "I2,A0001,配偶,");
    assert!(
        String::from_utf8(barred.freeze().files["recusals.tsv"].clone()).unwrap().contains("I2")
    );
}
