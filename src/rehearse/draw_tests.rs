//! The simulated draw against exact chances and against the real draw; the staffing against the exact flow.

use super::check::check;
use super::dice::{Dice, key};
use super::draws::{Gone, Urn};
use super::kit::{Office, task};
use super::simulate::{Options, Simulation, simulate};
use super::staff::{Staff, Visits};
use super::stage::{NONE, Stage, bits};
use crate::base::finding::Finding;
use crate::conduct::Frozen;
use crate::plan::Applied;
use crate::record::ids::Sid;

const TEAM: &str = "slots = [\"lead\", \"member\"]";
const WEIGHTS: &str = "weights = { A = 1, B = 2, C = 5, D = 20 }";

fn counts(stage: &Stage<'_>, runs: usize) -> Vec<Vec<u64>> {
    let mut counts = vec![vec![0; stage.applied.subjects().len()]; stage.lists.len()];
    let mut urn = Urn::default();
    for run in 0..runs {
        let mut dice = Dice::new(&key("counts"), run, 0);
        stage.draw(&mut dice, &mut urn, &Gone::default(), &mut |list, _, place| {
            counts[list][place as usize] += 1;
        });
    }
    counts
}

/// |hits − runs·p| ≤ 4.5 σ, with `slack` in thousandths of the expectation for chances that are nearly exact.
fn near(hits: u64, runs: u64, (above, below): (u128, u128), slack: u128) -> bool {
    let (hits, runs) = (u128::from(hits), u128::from(runs));
    let off = (hits * below).abs_diff(runs * above);
    let off = off.saturating_sub(runs * above * slack / 1000);
    // σ² = runs·p(1 − p), everything times below².
    4 * off * off <= 81 * runs * above * (below - above)
}

#[test]
fn every_subject_is_drawn_with_its_chance() {
    let sizes = &[40, 30, 20, 10];
    let by_ratio =
        "by = \"credit\", ratio = { A = \"1%\", B = \"10%\", C = \"30%\", D = \"100%\" }";
    let total = format!("by = \"credit\", number = 15, {WEIGHTS}");
    let samples: [(&str, u128); 5] = [
        (by_ratio, 0),
        (&total, 0),
        ("number = 7", 0),
        ("number = 70", 0),
        // Pareto's own error at N = 100.
        ("number = 20, weight = \"score\"", 15),
    ];
    // Alone in their groups, and all in one.
    for group in ["", "group = \"g\""] {
        let tasks: String = samples
            .iter()
            .enumerate()
            .map(|(i, (sample, _))| {
                task(&format!("list = \"T{i}\""), sample, &format!("{group}\n{TEAM}"))
            })
            .collect();
        let office = Office::new(sizes, 200, &tasks);
        let ruled = office.annual.plans()[0].under(&office.rules);
        let applied = ruled.apply(&office.registry, &office.history);
        let stage = Stage::of(&applied);
        let runs = 20_000;
        let counts = counts(&stage, runs);
        let scores: u64 = applied.subjects().iter().filter_map(|(_, s)| s.credit_score).sum();
        for (list, (of_list, (_, slack))) in stage.lists.iter().zip(samples).enumerate() {
            let strata = &of_list.task.summary().strata;
            let each = of_list.task.members().iter().zip(of_list.task.stratum_of_members());
            for (place, stratum) in each {
                let score = applied.subjects()[*place as usize].1.credit_score.unwrap();
                let chance = strata[usize::from(*stratum)]
                    .chance
                    .unwrap_or((20 * u128::from(score), scores.into()));
                let hits = counts[list][*place as usize];
                assert!(
                    near(hits, runs as u64, chance, slack),
                    "{group} {list} {place} {hits} {chance:?}"
                );
            }
        }
    }
}

/// How often both lists of a group draw a subject, in real draws and in simulated ones.
#[test]
fn shared_tickets_merge_as_often_as_in_a_real_draw() {
    let tasks = [
        task("list = \"T1\"", "number = 12", &format!("group = \"g\"\n{TEAM}")),
        task(
            "list = \"T2\"",
            &format!("by = \"credit\", number = 20, {WEIGHTS}"),
            &format!("group = \"g\"\n{TEAM}"),
        ),
        task("list = \"T3\"", "number = 12", TEAM),
    ]
    .concat();
    let office = Office::new(&[40, 30, 20, 10], 200, &tasks);
    let ruled = office.annual.plans()[0].under(&office.rules);
    let applied = ruled.apply(&office.registry, &office.history);
    let options = Options { runs: 4_000, seed: "merge", paired: 0, subject: None };
    let simulated = simulate(std::slice::from_ref(&applied), &options, &|_| {});
    let (freeze, _) = applied.freeze(None).unwrap();
    let frozen = Frozen::read(&freeze.files, &freeze.files).unwrap();
    let suite = frozen.commitment.suite;
    let runs = 1_000;
    let visits: Vec<u64> = (0..runs)
        .map(|run: u64| {
            let seed = suite.digest(&run.to_be_bytes());
            frozen.select_from(&seed, &mut |_, _, _| {}).unwrap().visits.len() as u64
        })
        .collect();
    let mean = visits.iter().sum::<u64>() * 1000 / runs;
    // The number of visits of a run varies by less than 3, so its mean over a thousand by less than 0.1.
    let theirs = simulated.quarters[0].visits.mean_thousandths;
    assert!(mean.abs_diff(theirs) < 450, "{mean} {theirs}");
    assert!(simulated.quarters[0].saved.mean_thousandths > 5_000);
}

#[test]
fn threads_change_nothing() {
    let tasks = [
        task("serial = \"0001\"", "number = 12", TEAM),
        task(
            "serial = \"0002\"",
            "number = 9, weight = \"score\"",
            "exclude = { drawn_within_days = 300 }\nslots = [\"fire\", \"fire_b\"]",
        ),
    ]
    .concat();
    let office = Office::of_year(&[40, 30, 20, 10], 30, &tasks, "");
    let simulated = |threads: usize| -> Simulation {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let ruled: Vec<_> =
                office.annual.plans().iter().map(|plan| plan.under(&office.rules)).collect();
            let applied: Vec<Applied<'_>> =
                ruled.iter().map(|ruled| ruled.apply(&office.registry, &office.history)).collect();
            let sid = applied[0].subjects()[3].0.clone();
            let options = Options { runs: 60, seed: "threads", paired: 4, subject: Some(&sid) };
            simulate(&applied, &options, &|_| {})
        })
    };
    let one = simulated(1);
    assert_eq!(one, simulated(2));
    assert_eq!(one, simulated(3));
    assert_eq!(one.quarters[0].asked.len(), 2);
    assert!(one.twice.mean_thousandths > 0);
}

/// Who was drawn in the first quarter is outside the third: nobody is visited twice, and quotas follow the size.
#[test]
fn a_year_applies_its_own_exclusions() {
    let sample = "by = \"credit\", ratio = { A = \"30%\", B = \"30%\", C = \"30%\", D = \"30%\" }";
    let excluded = format!("exclude = {{ drawn_within_days = 300 }}\n{TEAM}");
    let simulated = |more: &str, rules: &str| {
        let office = Office::of_year(
            &[40, 30, 20, 10],
            200,
            &task("serial = \"0001\"", sample, more),
            rules,
        );
        let ruled: Vec<_> =
            office.annual.plans().iter().map(|plan| plan.under(&office.rules)).collect();
        let applied: Vec<Applied<'_>> =
            ruled.iter().map(|ruled| ruled.apply(&office.registry, &office.history)).collect();
        let options = Options { runs: 200, seed: "year", paired: 0, subject: None };
        simulate(&applied, &options, &|_| {})
    };
    let with = simulated(&excluded, "");
    assert_eq!(with.twice.max, 0);
    // ⌈30 %⌉ of 40, 30, 20, 10 and then of what is left: 28, 21, 14, 7.
    let of_class = |done: &Simulation, quarter: usize| -> Vec<u32> {
        done.quarters[quarter].tasks[0].strata.iter().map(|s| s.n.max).collect()
    };
    assert_eq!((of_class(&with, 0), of_class(&with, 1)), (vec![12, 9, 6, 3], vec![9, 7, 5, 3]));
    let without = simulated(TEAM, "");
    assert_eq!(of_class(&without, 1), [12, 9, 6, 3]);
    assert!(without.twice.mean_thousandths > 5_000 && without.twice_a.mean_thousandths > 2_000);
    let rules = "format = \"ssj-rules/1\"\nversion = \"1\"\ntitle = \"细则\"\nissued = \"2026-01-01\"\n\
        [[rule]]\nid = \"a-once\"\nname = \"A类不重复\"\nkind = \"class_a_once\"\nbasis = \"示例\"\n";
    let once = simulated(TEAM, rules);
    assert_eq!(once.twice_a.max, 0);
    assert!(once.twice.mean_thousandths > 2_000);
}

#[test]
fn seeds_matter_and_are_kept() {
    let office = Office::new(&[40, 30], 200, &task("list = \"T1\"", "number = 12", TEAM));
    let ruled = office.annual.plans()[0].under(&office.rules);
    let applied = ruled.apply(&office.registry, &office.history);
    let sid = applied.subjects()[0].0.clone();
    let of = |seed| {
        let options = Options { runs: 200, seed, paired: 1, subject: Some(&sid) };
        simulate(std::slice::from_ref(&applied), &options, &|_| {})
    };
    assert_eq!(of("a"), of("a"));
    assert_ne!(of("a").quarters, of("b").quarters);
    let stranger = Sid::parse("NOBODY").unwrap();
    let options = Options { runs: 1, seed: "a", paired: 0, subject: Some(&stranger) };
    let none = simulate(std::slice::from_ref(&applied), &options, &|_| {});
    assert_eq!((none.asked_twice, none.quarters[0].asked.len()), (None, 0));
}

/// Tight capacities, so that the idlest alone do not always do: whatever the short cuts say, the flow says.
#[test]
fn staffing_agrees_with_the_flow() {
    use crate::pairing::problem::{Inspector, Problem, Tickets, Visit};
    use crate::pairing::shortage::is_fillable;
    struct NoTickets;
    impl Tickets for NoTickets {
        fn price(&self, _: u32, _: usize, _: &mut [(u32, u64)]) {}
    }
    let tasks = [
        task("list = \"T1\"", "number = 14", TEAM),
        task("list = \"T2\"", "number = 9", "slots = [\"lead\", \"member\", \"fire\", \"fire_b\"]"),
    ]
    .concat();
    let (mut yes, mut no) = (0, 0);
    for capacity in 4..=8 {
        let office = Office::new(&[20, 20], capacity, &tasks);
        let ruled = office.annual.plans()[0].under(&office.rules);
        let applied = ruled.apply(&office.registry, &office.history);
        let stage = Stage::of(&applied);
        let (mut urn, mut staff, mut visits) =
            (Urn::default(), Staff::default(), Visits::default());
        for run in 0..300 {
            let mut dice = Dice::new(&key("flow"), run, 0);
            let mut masks = vec![[0u64; 1]; applied.subjects().len()];
            stage.draw(&mut dice, &mut urn, &Gone::default(), &mut |list, _, place| {
                masks[place as usize][0] |= 1 << list;
            });
            visits.clear();
            let mut team = Vec::new();
            for (place, mask) in (0..).zip(&masks).filter(|(_, mask)| mask[0] > 0) {
                assert!(bits(mask).count() > 0 && stage.tag_of[place as usize] != NONE);
                stage.visit_slots(place, mask, &mut team);
                visits.push(place, &team);
            }
            let kinds: Vec<Vec<u32>> = (0..visits.places.len())
                .map(|v| {
                    visits.slots[visits.first[v] as usize..visits.first[v + 1] as usize].to_vec()
                })
                .map(|slots| slots.iter().map(|slot| stage.slots.kind[*slot as usize]).collect())
                .collect();
            let people = stage.inspectors.iter();
            let problem = Problem {
                inspectors: people
                    .map(|p| Inspector { capacity: p.capacity, load: p.load })
                    .collect(),
                kinds: &stage.slots.kinds,
                visits: kinds.iter().map(|kinds| Visit { kinds, barred: Vec::new() }).collect(),
                tickets: &NoTickets,
            };
            let exact = is_fillable(&problem, &vec![None; visits.slots.len()]);
            assert_eq!(staff.fill(&stage, &visits, &mut dice), exact, "{capacity} {run}");
            if exact { yes += 1 } else { no += 1 }
        }
    }
    assert!(yes > 100 && no > 100, "{yes} {no}: the test must not be idle");
}

fn codes(findings: &[Finding]) -> Vec<&'static str> {
    findings.iter().map(Finding::code).collect()
}

#[test]
fn a_check_tells_what_would_surprise() {
    let fire = "slots = [\"fire\", \"fire_b\"]";
    for (capacity, sample, team, expected) in [
        (200, "number = 7", TEAM, vec![]),
        // 2 · 8 person-visits for 8 people who may make two each; leads are four of them.
        (2, "number = 8", TEAM, vec!["M09", "M10"]),
        (2, "number = 9", TEAM, vec!["M08"]),
        (200, "number = 7", fire, vec![]),
        (3, "number = 8", fire, vec!["M08"]),
        (200, "by = \"credit\", ratio = { A = \"1%\", B = \"100%\" }", TEAM, vec!["M11", "P71"]),
        (200, "number = 7, weight = \"score\"", TEAM, vec!["P71"]),
        (200, "all = true", TEAM, vec![]),
    ] {
        let office = Office::new(&[60, 60], capacity, &task("list = \"T1\"", sample, team));
        let ruled = office.annual.plans()[0].under(&office.rules);
        let applied = ruled.apply(&office.registry, &office.history);
        let mut found = codes(&check(&applied).findings);
        found.sort_unstable();
        found.dedup();
        assert_eq!(found, expected, "{capacity} {sample}");
    }
}

#[test]
fn expectations_are_what_simulations_find() {
    let tasks = [
        task("list = \"T1\"", "number = 12", &format!("group = \"g\"\n{TEAM}")),
        task("list = \"T2\"", "number = 30", "group = \"g\"\nslots = [\"lead\", \"fire\"]"),
        task("list = \"T3\"", &format!("by = \"credit\", number = 20, {WEIGHTS}"), TEAM),
    ]
    .concat();
    let office = Office::new(&[40, 30, 20, 10], 200, &tasks);
    let ruled = office.annual.plans()[0].under(&office.rules);
    let applied = ruled.apply(&office.registry, &office.history);
    let expected = check(&applied).expectation.unwrap();
    assert_eq!(expected.selections_thousandths, 62_000);
    let options = Options { runs: 4_000, seed: "expect", paired: 0, subject: None };
    let done = simulate(std::slice::from_ref(&applied), &options, &|_| {});
    let quarter = &done.quarters[0];
    let near = |a: u64, b: u64| a.abs_diff(b) < 300;
    assert!(near(expected.visits_thousandths, quarter.visits.mean_thousandths));
    for (load, of) in expected.departments.iter().zip(&quarter.departments) {
        assert_eq!((&load.name, load.people, load.capacity), (&of.name, of.people, of.capacity));
        assert!(near(load.visits_thousandths, of.visits.mean_thousandths), "{load:?} {of:?}");
        assert!(near(load.slots_thousandths, of.slots.mean_thousandths), "{load:?} {of:?}");
    }
    for (load, (name, visits)) in expected.areas.iter().zip(&quarter.areas) {
        assert_eq!(&load.name, name);
        assert!(near(load.visits_thousandths, visits.mean_thousandths), "{load:?} {visits:?}");
    }
}
