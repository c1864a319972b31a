//! What holds for every district, whatever its seed and size.

use super::*;
use std::collections::BTreeSet;

/// The columns of a CSV text without quoted fields.
fn rows(csv: &str) -> Vec<Vec<&str>> {
    assert!(!csv.contains('"') && csv.ends_with('\n') && !csv.contains('\r'));
    let rows: Vec<Vec<&str>> = csv.lines().map(|line| line.split(',').collect()).collect();
    assert!(rows.iter().all(|row| row.len() == rows[0].len()));
    rows[1..].to_vec()
}

fn fnv(district: &District) -> u64 {
    let District { matters, subjects, inspectors, recusals, incompatibles, visits, plan } =
        district;
    let texts = [matters, subjects, inspectors, recusals, incompatibles, visits, plan];
    let bytes = texts.into_iter().flat_map(|text| text.bytes().chain([0]));
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3)
    })
}

/// Every promise that does not need a solver.
fn holds(spec: &Spec) {
    let district = generate(spec);
    assert_eq!(district, generate(spec), "{spec:?}");
    let subjects = rows(&district.subjects);
    assert_eq!(subjects.len(), spec.subjects);
    let (mut ids, mut names) = (BTreeSet::new(), BTreeSet::new());
    for s in &subjects {
        let [uscc, registration, own, name, kind] = s[..5] else { panic!("19 columns") };
        if !uscc.is_empty() {
            assert_eq!(codes::uscc_check(&uscc[..17]).to_string(), uscc[17..]);
            assert_eq!(codes::organisation_check(&uscc[8..16]).to_string(), uscc[16..17]);
        }
        if !registration.is_empty() {
            assert_eq!(
                codes::registration_check(&registration[..14]).to_string(),
                registration[14..]
            );
        }
        let id = [uscc, registration, own].into_iter().find(|id| !id.is_empty()).unwrap();
        assert!(ids.insert(id), "{id} stands twice");
        assert!(names.insert(name), "{name} stands twice");
        assert!(s[7].starts_with(s[6]), "the station {} is not of the area {}", s[7], s[6]);
        let class = s[11];
        let score =
            s[12].parse::<usize>().ok().map(|score| ["A", "B", "C", "D"][(score - 1) / 250]);
        assert_eq!(score.unwrap_or(""), class);
        assert!(!s[14].split(';').any(|tag| tag == "广告") || !class.is_empty(), "drawn by score");
        assert!(matches!(kind, "设备" | "场所") == !own.is_empty());
    }
    let inspectors = rows(&district.inspectors);
    assert_eq!(inspectors.len(), spec.inspectors.max(people::FEWEST));
    let people: BTreeSet<&str> = inspectors.iter().map(|i| i[0]).collect();
    assert_eq!(people.len(), inspectors.len());
    for recusal in rows(&district.recusals) {
        assert!(people.contains(recusal[0]) && ids.contains(recusal[1]));
    }
    let couples = rows(&district.incompatibles);
    assert!(
        couples.len() == 2
            && couples.iter().all(|c| people.contains(c[0]) && people.contains(c[1]))
    );
    for visit in rows(&district.visits) {
        assert!(ids.contains(visit[0]) && visit[5].split(';').all(|iid| people.contains(iid)));
    }
    assert!(district.plan.contains("[[task]]") && !district.plan.contains("number = 0,"));
}

#[test]
fn all_sizes_keep_the_promises() {
    for (subjects, seeds) in [(1, 30), (2, 30), (10, 30), (500, 4), (30_000, 1)] {
        for seed in 0..seeds {
            holds(&Spec { seed, subjects, inspectors: if seed % 2 == 0 { 120 } else { 1 } });
        }
    }
    holds(&Spec { seed: u64::MAX, subjects: 100, inspectors: 1_000 });
}

#[test]
fn an_empty_district_has_no_task() {
    let district = generate(&Spec { subjects: 0, ..Spec::default() });
    assert!(rows(&district.subjects).is_empty() && !district.plan.contains("[[task]]"));
}

#[test]
fn another_seed_gives_other_businesses() {
    let of = |seed| generate(&Spec { seed, subjects: 50, inspectors: 40 }).subjects;
    assert_ne!(of(1), of(2));
}

/// A longer list begins with the shorter one: nobody's name depends on how many follow.
#[test]
fn a_longer_register_begins_with_the_shorter() {
    let of = |subjects| generate(&Spec { seed: 5, subjects, inspectors: 40 }).subjects;
    assert!(of(900).starts_with(&of(300)));
}

/// `data/district` is what the generator makes. If this fails, bytes have changed that were promised for ever.
#[test]
fn shipped_files_are_those_of_the_default_seed() {
    let district = generate(&Spec::default());
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/data/district/");
    for (file, text) in [
        ("matters.csv", district.matters),
        ("subjects.csv", district.subjects),
        ("inspectors.csv", district.inspectors),
        ("recusals.csv", district.recusals),
        ("incompatibles.csv", district.incompatibles),
        ("visits.csv", district.visits),
        ("plan.toml", district.plan),
    ] {
        let shipped = std::fs::read_to_string(format!("{folder}{file}")).expect(file);
        assert!(shipped == text, "{file} is not what the generator makes");
    }
}

fn bare(uscc: &str, name: &str, established: Option<&str>, hint: &str) -> Bare {
    let established = established.map(str::to_owned);
    Bare { uscc: uscc.into(), name: name.into(), established, industry_hint: vec![hint.into()] }
}

#[test]
fn given_subjects_keep_what_they_bring() {
    let given = vec![
        bare(
            &codes::uscc("91", "MA000001"),
            "示例市甲餐饮有限公司",
            Some("2019-05-06"),
            "餐饮服务；广告设计",
        ),
        bare(&codes::uscc("92", "MA000002"), "示例区乙理发店", Some("43831"), "理发"),
        bare(&codes::uscc("93", "MA000003"), "示例区丙茶叶专业合作社", None, "茶叶种植"),
        bare(&codes::registration(4), "示例国丁公司代表处", None, ""),
        bare("自编-5", "戊, \"老店\"", None, "食品加工"),
    ];
    let spec = Spec { seed: 1, ..Spec::default() };
    let district = dress(&spec, given.clone());
    let (plain, quoted): (Vec<&str>, Vec<&str>) =
        district.subjects.lines().skip(1).partition(|l| !l.contains('"'));
    let plain: Vec<Vec<&str>> = plain.into_iter().map(|line| line.split(',').collect()).collect();
    let brief: Vec<[&str; 4]> = plain.iter().map(|s| [s[3], s[4], s[9], s[14]]).collect();
    assert_eq!(
        brief,
        [
            ["示例市甲餐饮有限公司", "企业", "6210", "餐饮;广告"],
            ["示例区乙理发店", "个体工商户", "8040", "美容美发"],
            ["示例区丙茶叶专业合作社", "农民专业合作社", "5199", ""],
            ["示例国丁公司代表处", "外国企业常驻代表机构", "5199", ""],
        ]
    );
    assert_eq!((plain[0][15], plain[3][1].len(), plain[3][0]), ("2019-05-06", 15, ""));
    assert!(quoted[0].starts_with(",,自编-5,\"戊, \"\"老店\"\"\",企业,"), "{quoted:?}");
    // The shipped files do not cover `dress`; this does.
    assert_eq!(fnv(&district), 0x277c_a02f_bba1_efb3);
}
