//! Every sampling mode by table, with cases worked by hand from published plans; and for all small frames against a
//! computation of another kind: no division, only products that are compared.

use std::collections::BTreeMap;

use super::annual::AnnualPlan;
use super::model::Sample;
use super::quota::{Allocation, Bound, Remark, apportion, summaries};
use super::testkit::Office;
use crate::record::commitment::Quota;
use crate::registry::CreditClass;

/// A sample as the language has it.
fn sample(text: &str) -> Sample {
    let (annual, findings) = AnnualPlan::parse(&Office::small().sample(text).plan, "plan.toml");
    assert_eq!(findings, [], "{text}");
    annual.unwrap().of_quarter(None).unwrap().tasks[0].sample.clone()
}

/// A sample of classes A, B … of these sizes, by so many officers.
fn drawn(sample: &Sample, sizes: &[u64], officers: u64) -> (Allocation, Vec<Remark>) {
    let classes: BTreeMap<_, _> =
        CreditClass::ALL.iter().copied().zip(sizes.iter().copied()).collect();
    apportion(sample, &classes, sizes.iter().sum(), officers)
}

fn counts(allocation: &Allocation) -> Vec<u64> {
    let count = |quota| if let Quota::Count(n) = quota { n } else { panic!("no count") };
    allocation.strata.iter().map(|stratum| count(stratum.quota)).collect()
}

/// The counts of a sample that nothing is said against.
fn n(text: &str, sizes: &[u64]) -> Vec<u64> {
    let (allocation, remarks) = drawn(&sample(text), sizes, 0);
    let refused: Vec<&Remark> = remarks.iter().filter(|(code, ..)| *code != "P37").collect();
    assert!(refused.is_empty(), "{text}: {refused:?}");
    counts(&allocation)
}

/// Codes and causes of what is said about a sample.
fn said(text: &str, sizes: &[u64]) -> Vec<(&'static str, String)> {
    let (_, remarks) = drawn(&sample(text), sizes, 0);
    remarks.into_iter().map(|(code, _, cause)| (code, cause.en)).collect()
}

const HENAN: &str = r#"by = "credit", ratio = { A = "1%", B = "2%", C = "10%", D = "30%" }"#;
const LINDIAN: &str =
    r#"by = "credit", ratio = { A = "不超过5%", B = "5-20%", C = "21-60%", D = "61-100%" }"#;
const CANGZHOU: &str =
    r#"by = "credit", ratio = { A = "不低于3%", B = "不低于3%", C = "不低于3%", D = "不低于3%" }"#;

#[test]
fn published_plans() {
    // Henan: 1 / 2 / 10 / 30 %, each class rounded up.
    assert_eq!(n(HENAN, &[40_065, 8_120, 615, 43]), [401, 163, 62, 13]);
    assert_eq!(n(HENAN, &[100, 50, 10, 1]), [1, 1, 1, 1]);
    // 林甸: ≤5 / 5–20 / 21–60 / 61–100 %. Without a floor each class has its lower end.
    assert_eq!(n(LINDIAN, &[1_000, 200, 50, 10]), [0, 10, 11, 7]);
    // 5 % of 1,260 are 63: 35 more, first from D (to 10), then from C (to 30), then from B.
    let floored = format!("{LINDIAN}, floor = \"5%\"");
    assert_eq!(n(&floored, &[1_000, 200, 50, 10]), [0, 23, 30, 10]);
    // 10 % are 126: B goes to its upper end of 40, A takes the rest, below its 50.
    let floored = format!("{LINDIAN}, floor = \"10%\"");
    assert_eq!(n(&floored, &[1_000, 200, 50, 10]), [46, 40, 30, 10]);
    // 沧州: at least 3 % in every class.
    assert_eq!(n(CANGZHOU, &[40_065, 101, 100, 1]), [1_202, 4, 3, 1]);
    // Shanghai 2014: 3 % of 4,422 (定向) and of 6,055 (不定向).
    assert_eq!(n("ratio = \"3%\"", &[4_422]), [133]);
    assert_eq!(n("ratio = \"3%\"", &[6_055]), [182]);
    // 池州: at least 3 % of 40,065 are 1,202; 1,200 were published, which is 2.995 %.
    for text in ["ratio = \"不低于3%\"", "ratio = \"3%\"", "number = 1202, floor = \"3%\""] {
        assert_eq!(n(text, &[40_065]), [1_202], "{text}");
    }
    assert_eq!(said("number = 1201, floor = \"3%\"", &[40_065])[0].0, "P14");
    // Shandong 2017 by kinds of subject: 3 / 10 / 20 / 100 %, a task for each.
    for (ratio, expected) in [("3%", 31), ("10%", 101), ("20%", 201), ("100%", 1_001)] {
        assert_eq!(n(&format!("ratio = \"{ratio}\""), &[1_001]), [expected]);
    }
}

#[test]
fn in_proportion_to_staff() {
    for (text, officers, expected) in [
        ("per_officer = 5, dept = \"市监\"", 8, 40),
        ("per_officer = \"1:5\", dept = \"市监\"", 8, 40),
        ("per_officer = \"1:10\", dept = \"市监\"", 8, 80),
        ("per_officer = 10, dept = \"市监\", cap = 60", 8, 60),
        ("per_officer = 10, dept = \"市监\", cap = \"5%\"", 8, 50),
    ] {
        let (allocation, remarks) = drawn(&sample(text), &[1_000], officers);
        assert_eq!(allocation.total, expected, "{text}");
        assert_eq!(remarks.len(), usize::from(text.contains("cap")), "{text}: {remarks:?}");
    }
}

#[test]
fn least_and_most_of_a_class() {
    let bounded = |bounds: &str| format!("{HENAN}, {bounds}");
    let text = bounded("min = { A = 5, D = 3 }, max = { C = 40 }");
    assert_eq!(n(&text, &[100, 50, 600, 43]), [5, 1, 40, 13]);
    let (allocation, remarks) = drawn(&sample(&text), &[100, 50, 600, 43], 0);
    let bounds: Vec<_> = summaries(&allocation).iter().map(|stratum| stratum.bound).collect();
    assert_eq!(bounds, [Some(Bound::Min), None, Some(Bound::Max), None]);
    let keys: Vec<_> = remarks.iter().map(|(code, key, _)| (*code, key.as_str())).collect();
    assert_eq!(keys, [("P37", "min.A"), ("P37", "max.C")]);
    assert_eq!(remarks[1].2.en, "class C has 600; 10% are 60, max makes them 40");
    // Equal bounds are a number for each class.
    assert_eq!(n(&bounded("min = { A = 7 }, max = { A = 7 }"), &[100, 0, 0, 0]), [7, 0, 0, 0]);
}

#[test]
fn a_refusal_names_both_bounds_with_their_numbers() {
    let lindian = |bounds: &str| format!("{LINDIAN}, {bounds}");
    for (text, sizes, code, cause) in [
        (
            // No whole number lies between 0.21 and 0.6.
            LINDIAN.to_owned(),
            [10, 20, 1, 1],
            "P35",
            "stratum C of 1: at least ⌈21%·1⌉ = 1, at most ⌊60%·1⌋ = 0; both cannot hold",
        ),
        (
            lindian("min = { B = 9 }"),
            [10, 40, 0, 0],
            "P35",
            "stratum B of 40: at least min 9, at most ⌊20%·40⌋ = 8; both cannot hold",
        ),
        (
            lindian("max = { D = 6 }"),
            [0, 0, 0, 10],
            "P35",
            "stratum D of 10: at least ⌈61%·10⌉ = 7, at most max 6; both cannot hold",
        ),
        (
            format!("{HENAN}, min = {{ D = 2 }}"),
            [0, 0, 0, 1],
            "P35",
            "stratum D of 1: at least min 2, at most N = 1; both cannot hold",
        ),
        (
            "ratio = \"5%\", floor = \"4%\", cap = 3".to_owned(),
            [100, 0, 0, 0],
            "P36",
            "of 100: the floor 4% demands 4, the cap 3 allows 3; both cannot hold",
        ),
        (
            "ratio = \"3%\", floor = \"3%\", cap = \"3%\"".to_owned(),
            [50, 0, 0, 0],
            "P36",
            "of 50: the floor 3% demands 2, the cap 3% allows 1; both cannot hold",
        ),
        (
            format!("{HENAN}, cap = \"2%\""),
            [100, 0, 0, 20],
            "P36",
            "the strata demand 7, the cap 2% on 120 allows 2; both cannot hold",
        ),
        (
            lindian("floor = \"30%\""),
            [100, 0, 0, 0],
            "P14",
            "5 are drawn, at least 30% of 100 are 30: raise A 0%–5%, B 5%–20%",
        ),
        ("number = 31".to_owned(), [30, 0, 0, 0], "P15", "31 are to be drawn, there are 30"),
    ] {
        let errors: Vec<_> = said(&text, &sizes).into_iter().filter(|(c, _)| *c != "P37").collect();
        assert_eq!(errors, [(code, cause.to_owned())], "{text}");
    }
}

/// A ratio in millionths, written as a percentage.
fn percent(millionths: u64) -> String {
    format!("{}.{:04}%", millionths / 10_000, millionths % 10_000)
}

/// The whole numbers n up to N for which low·N ≤ n ≤ high·N, with every product compared in millionths.
fn between(low: u64, high: u64, size: u64) -> Vec<u64> {
    let fits = |n: &u64| low * size <= n * 1_000_000 && n * 1_000_000 <= high * size;
    (0..=size).filter(fits).collect()
}

/// The least n that is at least this share, and the greatest that is at most that.
fn least(ratio: u64, size: u64) -> u64 {
    between(ratio, 1_000_000, size)[0]
}
fn most(ratio: u64, size: u64) -> u64 {
    *between(0, ratio, size).last().unwrap()
}

const RATIOS: [u64; 9] = [0, 1, 29_950, 30_000, 100_000, 333_333, 500_000, 610_000, 1_000_000];

#[test]
fn one_stratum_of_every_size() {
    for ratio in RATIOS {
        let plain = sample(&format!("ratio = \"{}\"", percent(ratio)));
        for size in 0..=30 {
            assert_eq!(counts(&drawn(&plain, &[size], 0).0), [least(ratio, size)]);
        }
        for high in RATIOS.into_iter().filter(|high| *high > ratio) {
            let (low, high_text) = (percent(ratio), percent(high));
            let band = sample(&format!("ratio = \"{}-{high_text}\"", low.trim_end_matches('%')));
            for size in 0..=30 {
                let (allocation, remarks) = drawn(&band, &[size], 0);
                match between(ratio, high, size).first() {
                    Some(n) => assert_eq!((counts(&allocation), remarks), (vec![*n], vec![])),
                    None => assert_eq!(remarks[0].0, "P35", "{ratio} {high} of {size}"),
                }
            }
        }
        for floor in RATIOS {
            for cap in [1, 3, 17] {
                let (floor_text, ratio_text) = (percent(floor), percent(ratio));
                let text =
                    format!("ratio = \"{ratio_text}\", floor = \"{floor_text}\", cap = {cap}");
                one_with_floor_and_cap(&text, ratio, floor, |_| cap);
            }
            for cap in RATIOS {
                let [r, f, c] = [ratio, floor, cap].map(percent);
                let text = format!("ratio = \"{r}\", floor = \"{f}\", cap = \"{c}\"");
                one_with_floor_and_cap(&text, ratio, floor, |size| most(cap, size));
            }
        }
    }
}

/// Either the number is within floor and cap, or the refusal says why not.
fn one_with_floor_and_cap(text: &str, ratio: u64, floor: u64, cap: impl Fn(u64) -> u64) {
    let bounded = sample(text);
    for size in 0..=30 {
        let (allocation, remarks) = drawn(&bounded, &[size], 0);
        let errors: Vec<&str> = remarks.iter().map(|r| r.0).filter(|c| *c != "P37").collect();
        let (floor, cap, target) = (least(floor, size), cap(size), least(ratio, size));
        let n = counts(&allocation)[0];
        if floor > cap {
            assert_eq!(errors[0], "P36", "{text} of {size}");
            let numbers = [floor.to_string(), cap.to_string()];
            assert!(numbers.iter().all(|number| remarks[0].2.en.contains(number)));
        } else if target < floor {
            assert_eq!(errors, ["P14"], "{text} of {size}");
        } else {
            assert_eq!((errors, n), (vec![], target.min(cap)), "{text} of {size}");
            assert!(floor <= n && n <= cap);
        }
    }
}

#[test]
fn two_classes_of_every_size() {
    let bands = [((0, 50_000), (200_000, 600_000)), ((30_000, 500_000), (610_000, 1_000_000))];
    for ((a_low, a_high), (b_low, b_high)) in bands {
        for (floor, min, max) in [(0, 0, 30), (100_000, 0, 30), (300_000, 2, 9), (500_000, 1, 5)] {
            let [al, ah, bl, bh, f] = [a_low, a_high, b_low, b_high, floor].map(percent);
            let band = |low: &str, high: &str| format!("{}-{high}", low.trim_end_matches('%'));
            let text = format!(
                "by = \"credit\", ratio = {{ A = \"{}\", B = \"{}\" }}, floor = \"{f}\", min = {{ B = {min} }}, \
                 max = {{ B = {max} }}",
                band(&al, &ah),
                band(&bl, &bh),
            );
            let bounded = sample(&text);
            for (a, b) in (0..=30).flat_map(|a| (0..=30 - a).map(move |b| (a, b))) {
                let (allocation, remarks) = drawn(&bounded, &[a, b], 0);
                let errors: Vec<&str> =
                    remarks.iter().map(|r| r.0).filter(|c| *c != "P37").collect();
                let of_a = between(a_low, a_high, a);
                let of_b: Vec<u64> = between(b_low, b_high, b)
                    .into_iter()
                    .filter(|n| (min..=max).contains(n))
                    .collect();
                // All pairs; the least total that reaches the floor, of those the one with the fewest of A.
                let pairs = of_a.iter().flat_map(|x| of_b.iter().map(move |y| (x + y, *x, *y)));
                let enough = pairs.clone().filter(|(sum, ..)| *sum >= least(floor, a + b)).min();
                match (pairs.clone().min(), enough) {
                    (None, _) => assert!(errors.contains(&"P35"), "{text} of {a}, {b}"),
                    (_, None) => assert_eq!(errors, ["P14"], "{text} of {a}, {b}"),
                    (_, Some((_, x, y))) => {
                        assert_eq!((errors, counts(&allocation)), (vec![], vec![x, y]), "{a}, {b}");
                    }
                }
            }
        }
    }
}

#[test]
fn class_ratios_of_every_size() {
    for (a_ratio, b_ratio, min, max, cap) in
        [(10_000, 300_000, 0, 30, 30), (30_000, 500_000, 2, 7, 9), (0, 1_000_000, 1, 1, 4)]
    {
        let text = format!(
            "by = \"credit\", ratio = {{ A = \"{}\", B = \"{}\" }}, min = {{ B = {min} }}, max = {{ B = {max} }}, \
             cap = {cap}",
            percent(a_ratio),
            percent(b_ratio)
        );
        let bounded = sample(&text);
        for (a, b) in (0..=30).flat_map(|a| (0..=30 - a).map(move |b| (a, b))) {
            let (allocation, remarks) = drawn(&bounded, &[a, b], 0);
            let errors: Vec<&str> = remarks.iter().map(|r| r.0).filter(|c| *c != "P37").collect();
            let n = [least(a_ratio, a), least(b_ratio, b).clamp(min, max)];
            if min > b {
                assert!(errors.contains(&"P35"), "{text} of {a}, {b}");
            } else if n[0] + n[1] > cap {
                assert_eq!(errors[0], "P36", "{text} of {a}, {b}");
            } else {
                assert_eq!((errors, counts(&allocation)), (vec![], n.to_vec()), "{text}");
            }
        }
    }
}

#[test]
fn totals_of_every_size() {
    let weights = "weights = { A = 1, B = 3 }";
    for cap in [2u64, 12, 40] {
        for number in 1..=30u64 {
            let whole = sample(&format!("number = {number}, cap = {cap}"));
            let score = sample(&format!("number = {number}, weight = \"score\", cap = {cap}"));
            let classes =
                sample(&format!("by = \"credit\", number = {number}, {weights}, cap = {cap}"));
            let staff = sample(&format!("per_officer = {number}, dept = \"x\", cap = {cap}"));
            for size in 0..=30 {
                let expected = number.min(cap);
                let refused = |remarks: &[Remark]| remarks.iter().any(|r| r.0 == "P15");
                for mode in [&whole, &score] {
                    let (allocation, remarks) = drawn(mode, &[size], 0);
                    assert_eq!((allocation.total, refused(&remarks)), (expected, expected > size));
                }
                let (allocation, remarks) = drawn(&classes, &[size / 3, size - size / 3], 0);
                assert_eq!((allocation.total, refused(&remarks)), (expected, expected > size));
                if expected <= size {
                    adds_up(&allocation);
                }
                for officers in 0..=4 {
                    let (allocation, remarks) = drawn(&staff, &[size], officers);
                    let expected = (number * officers).min(cap);
                    assert_eq!((allocation.total, refused(&remarks)), (expected, expected > size));
                }
            }
        }
    }
    let all = sample("all = true");
    assert!((0..=30).all(|size| counts(&drawn(&all, &[size], 0).0) == [size]));
}

/// The chances of all subjects add up to the number drawn, exactly.
fn adds_up(allocation: &Allocation) {
    let strata = summaries(allocation);
    let common: u128 = strata.iter().map(|s| s.chance.unwrap().1).product();
    let sum: u128 = strata
        .iter()
        .map(|s| (s.chance.unwrap(), u128::from(s.size)))
        .map(|((above, below), size)| above * size * (common / below))
        .sum();
    assert_eq!(sum, common * u128::from(allocation.total));
}
