use super::table_tests::sheet;
use super::{Cells, CreditClass, Register, Registry, State, Table, VisitKind};
use crate::base::date::parse_date;
use crate::base::digest::Suite;

fn table(register: Register, header: &str, rows: &[&str]) -> Table {
    let (table, findings) = Table::read(register, &sheet(header, rows));
    // Some of the subjects have no credit code on purpose.
    assert!(findings.iter().all(|finding| finding.code() == "R70"), "{findings:?}");
    table
}

fn tables() -> Vec<Table> {
    vec![
        table(
            Register::Recusals,
            "iid|subject|reason|source",
            &[
                "I1|91350100M000100Y43|配偶|申报",
                "I1|110108000000016|其他|",
                "I9|k1|其他|",
                "I1|none|其他|",
            ],
        ),
        table(Register::Matters, "id|name|kind|dept", &["M1|食品|重点|市监"]),
        table(
            Register::Subjects,
            "uscc|reg_no|own_id|name|kind|status|credit_class|key_matters",
            &[
                "91350100M000100Y43|3301000001234||甲|企业|存续|B|M1；M2",
                "|110108000000016|k9|乙|企业|存续||",
                "||k1|丙|设备|正常||",
            ],
        ),
        table(
            Register::Inspectors,
            "iid|name|dept|state|capacity|lead|leave",
            &[
                "I1|张|市监|on_duty|5|yes|2026-08-03..2026-08-05；2026-08-06..2026-08-09",
                "|李|市监|退休|5||",
            ],
        ),
        table(Register::Incompatibles, "iid|iid2|reason", &["I7|I1|近姻亲"]),
        table(
            Register::Leave,
            "执法证号|开始日期|结束日期|请假类型",
            &[
                "I1|2026-09-01|2026-09-05|培训",
                "I1|2026-08-09|2026-08-10|",
                "I8|2026-08-01|2026-08-01|",
            ],
        ),
    ]
}

#[test]
fn typed_records() {
    let (registry, findings) = Registry::build(&tables());
    let shown: Vec<String> = findings
        .iter()
        .map(|f| {
            format!(
                "{} {} {} {}",
                f.code(),
                f.place.file.as_ref().unwrap(),
                f.place.row.unwrap(),
                f.cause.en
            )
        })
        .collect();
    assert_eq!(
        shown,
        [
            "R16 incompatibles 2 I7 is in no register",
            "R16 leave 4 I8 is in no register",
            "R16 recusals 4 I9 is in no register",
            "R16 recusals 5 none is in no register",
            "R16 subjects 2 M2 is in no register",
        ]
    );
    let sids: Vec<String> =
        registry.subjects().iter().map(|s| s.sid(Suite::Sha256).as_str().to_owned()).collect();
    let digest = Suite::Sha256.digest(b"k1").hex();
    assert_eq!(
        sids,
        [&format!("X:{}", &digest[..52]), "REG:110108000000016", "91350100M000100Y43"]
    );
    assert_eq!(registry.subjects()[2].credit_class, Some(CreditClass::B));
    assert_eq!(registry.subjects_named("k9")[0].name, "乙");
    assert_eq!(registry.subjects_named("91350100m000100y43")[0].name, "甲");
    assert!(registry.subjects_named("none").is_empty());
    let [retired, person] = registry.inspectors() else { panic!() };
    assert_eq!((retired.state, retired.iid(Suite::Sm3)), (State::Retired, None));
    assert_eq!((person.lead, person.expert, person.capacity, person.load), (true, false, 5, 0));
    let pair = &registry.incompatibles()[0];
    assert_eq!((pair.certificate.as_str(), pair.certificate2.as_str()), ("I1", "I7"));
    assert_eq!(registry.matters().count(), 1);
    let [_, training, _] = registry.leave() else { panic!() };
    assert_eq!((training.certificate.as_str(), training.kind.as_deref()), ("I1", Some("培训")));
}

#[test]
fn leave_may_join_several_periods() {
    let (registry, _) = Registry::build(&tables());
    let person = &registry.inspectors()[1];
    // Days that both the inspector's row and the register of leave have are counted once.
    let leave: Vec<String> =
        person.leave.iter().map(|(from, to)| format!("{from}..{to}")).collect();
    assert_eq!(
        leave,
        ["2026-08-03..2026-08-05", "2026-08-06..2026-08-10", "2026-09-01..2026-09-05"]
    );
    let day = |text: &str| parse_date(text).unwrap();
    for (from, to, throughout, within) in [
        ("2026-08-03", "2026-08-09", true, true),
        ("2026-08-04", "2026-08-06", true, true),
        ("2026-08-02", "2026-08-09", false, true),
        // The last day stands in the register of leave only.
        ("2026-08-03", "2026-08-10", true, true),
        ("2026-08-03", "2026-08-11", false, true),
        ("2026-08-11", "2026-08-31", false, false),
        ("2026-09-01", "2026-09-05", true, true),
    ] {
        assert_eq!(person.is_on_leave_throughout(day(from), day(to)), throughout, "{from} {to}");
        assert_eq!(person.is_on_leave_within(day(from), day(to)), within, "{from} {to}");
    }
}

#[test]
fn the_order_of_rows_changes_no_record_and_no_digest() {
    let mut turned = tables();
    turned.iter_mut().for_each(|table| table.rows.reverse());
    turned.reverse();
    let (a, b) = (Registry::build(&tables()).0, Registry::build(&turned).0);
    assert_eq!((a.subjects(), a.inspectors()), (b.subjects(), b.inspectors()));
    assert_eq!((a.recusals(), a.incompatibles()), (b.recusals(), b.incompatibles()));
    for register in Register::ALL {
        assert_eq!(a.digest(Suite::Sm3, register), b.digest(Suite::Sm3, register));
    }
}

#[test]
fn a_digest_is_what_the_guide_says() {
    let (registry, _) = Registry::build(&tables());
    // printf '%s\n…' | sha256sum, cells separated by tabs.
    let text = "ssj-register/1 incompatibles\niid\tiid2\treason\nI7\tI1\t近姻亲\n";
    assert_eq!(
        registry.digest(Suite::Sha256, Register::Incompatibles),
        Suite::Sha256.digest(text.as_bytes())
    );
    let empty = Suite::Sm3.digest(b"ssj-register/1 incompatibles\niid\tiid2\treason\n");
    assert_eq!(Registry::build(&[]).0.digest(Suite::Sm3, Register::Incompatibles), empty);
}

#[test]
fn a_store_that_was_edited_is_not_believed() {
    let mut tables = tables();
    let spoil = |table: &mut Table, column: usize, text: &str| {
        table.rows[0].texts[column] = text.to_owned();
    };
    spoil(&mut tables[2], Register::Subjects.index("station"), "一 所");
    spoil(&mut tables[3], Register::Inspectors.index("capacity"), "many");
    tables[1].rows.push(Cells { line: 3, texts: vec![] });
    let (registry, findings) = Registry::build(&tables);
    let errors: Vec<&str> =
        findings.iter().map(|f| f.code()).filter(|code| *code != "R16").collect();
    assert_eq!(errors, ["R09", "R05", "R11"]);
    assert_eq!((registry.subjects().len(), registry.inspectors().len()), (2, 1));
}

#[test]
fn visits_name_subjects_and_people_by_any_identifier() {
    let header = "信用代码|检查时间|检查机关|类型|事项编号|检查人员|任务编号";
    let rows = [
        "k9|2026/3/5|消防、市监|planned|M2,M1|I1；I7|D1",
        "91350100M000100Y43|2026-04-01|市监|投诉举报|||",
        "none|2026-04-02|市监|计划|||",
        "gone|2026-04-03|市监|计划||I9|",
    ];
    let (visits, findings) = Table::read(Register::Visits, &sheet(header, &rows));
    // Dates in another form are brought to the one that is kept.
    assert_eq!(findings.iter().map(|f| f.code()).collect::<Vec<_>>(), ["R26"]);
    let (registry, findings) = Registry::build(&[tables(), vec![visits]].concat());
    let shown: Vec<String> = findings
        .iter()
        .filter(|f| f.place.file.as_deref() == Some("visits"))
        .map(|f| format!("{} {}", f.code(), f.cause.en))
        .collect();
    assert_eq!(
        shown,
        ["R62 2 visits, such as gone on 2026-04-03", "R63 2 visits, such as gone on 2026-04-03",]
    );
    let [_, _, first, _] = registry.visits() else { panic!() };
    assert_eq!((first.subject.as_str(), first.date.to_string().as_str()), ("k9", "2026-03-05"));
    assert_eq!((first.kind, first.draw.as_deref()), (VisitKind::Planned, Some("D1")));
    assert_eq!(
        (first.agencies.join(" "), first.matters.join(" ")),
        ("市监 消防".into(), "M1 M2".into())
    );
    assert_eq!(first.inspectors, ["I1", "I7"]);
    assert!(!VisitKind::Complaint.is_planned() && VisitKind::Key.is_planned());
}

/// One day, one subject: two departments are two visits, and the same row twice is one.
#[test]
fn visits_are_told_apart_by_subject_day_department_and_kind() {
    let header = "subject|visited_on|agency|kind";
    let rows = [
        "k9|2026-03-05|市监|计划",
        "k9|2026-03-05|消防|计划",
        "k9|2026-03-05|市监|监测",
        "k9|2026-03-05|市监|planned",
    ];
    let (visits, findings) = Table::read(Register::Visits, &sheet(header, &rows));
    assert_eq!((visits.rows.len(), findings.len(), findings[0].code()), (3, 1, "R12"));
}
