//! Many runs, in parallel, and what they come to.

use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;

use super::dice::key;
use super::runs::{CLASSES, Desk, QuarterRun, Run, Scene};
use super::stage::{Stage, bits};
use super::statistics::{Frequency, Spread};
use crate::base::finding::Text;
use crate::plan::Applied;
use crate::record::ids::Sid;
use crate::registry::CreditClass;

/// The seed of whoever gives none: the same answer for everybody.
pub const DEFAULT_SEED: &str = "ssj";
/// Runs that one thread takes at a time.
const RUNS_AT_A_TIME: usize = 8;
/// Runs that are paired in full unless somebody wants more or fewer.
pub const PAIRED_RUNS: usize = 20;

/// How to simulate.
#[derive(Clone, Copy, Debug)]
pub struct Options<'a> {
    /// How many runs, at least one.
    pub runs: usize,
    /// Any text; the same text gives the same answer on any number of threads.
    pub seed: &'a str,
    /// How many of them are paired in full, rounds included, shared among the quarters; the others are only asked
    /// whether every slot can be filled at all.
    pub paired: usize,
    /// A subject to be told of.
    pub subject: Option<&'a Sid>,
}

/// What simulated draws came to. It is no draw and cannot become one: its random numbers come from a domain of their
/// own, and a draw's from a public value that does not exist yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Simulation {
    /// Runs.
    pub runs: usize,
    /// The seed's text.
    pub seed: String,
    /// Of each quarter, in the file's order.
    pub quarters: Vec<Quarter>,
    /// Visits of all quarters together.
    pub visits: Spread,
    /// Subjects visited twice or more in the year, and those of class A among them.
    pub twice: Spread,
    /// Those of class A.
    pub twice_a: Spread,
    /// Everybody in a frame of some quarter.
    pub framed: u64,
    /// How often the subject asked about was visited twice or more; none if it is in no frame or nobody asked.
    pub asked_twice: Option<Frequency>,
}

/// One quarter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quarter {
    /// Its number, if the file is a year's.
    pub quarter: Option<u8>,
    /// Its title.
    pub title: String,
    /// The draw's name.
    pub draw: String,
    /// First and last day.
    pub window: (String, String),
    /// Its tasks.
    pub tasks: Vec<TaskResult>,
    /// Drawn subjects, task by task: visits if none were merged.
    pub selections: Spread,
    /// Visits.
    pub visits: Spread,
    /// Visits saved by merging.
    pub saved: Spread,
    /// Visits in which each department takes part, and its slots.
    pub departments: Vec<Department>,
    /// Visits in each area.
    pub areas: Vec<(String, Spread)>,
    /// Visits of each inspector.
    pub inspectors: Vec<Visits>,
    /// How often subjects of each class were visited; `None` are those without.
    pub classes: Vec<(Option<CreditClass>, Frequency)>,
    /// Slots with fewer than three eligible inspectors.
    pub forced: Spread,
    /// Runs that could not be paired.
    pub infeasible: usize,
    /// Why the first of them could not.
    pub example: Option<Text>,
    /// Runs paired in full, and the most rounds among them.
    pub paired: usize,
    /// Most rounds.
    pub rounds: usize,
    /// By how many visits the estimate of an inspector's visits missed the pairing at most, in those runs.
    pub missed_by: u32,
    /// The subject asked about: per task of whose frame it is a member.
    pub asked: Vec<Asked>,
}

/// A task in numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskResult {
    /// Its list.
    pub list: String,
    /// Its title.
    pub title: String,
    /// Its strata.
    pub strata: Vec<StratumResult>,
}

/// A stratum in numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StratumResult {
    /// Its name.
    pub stratum: String,
    /// N, before earlier quarters of a run take anybody out.
    pub size: u64,
    /// The exact chance of its subjects, numerator and denominator, for that N; none by score.
    pub chance: Option<(u128, u128)>,
    /// How often its subjects were drawn.
    pub drawn: Frequency,
    /// How many were drawn.
    pub n: Spread,
}

/// A department in numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Department {
    /// Its name; `专家` experts, `-` slots that ask for no department.
    pub name: String,
    /// Visits in which it takes part.
    pub visits: Spread,
    /// Its slots: person-visits.
    pub slots: Spread,
    /// Who can take one of them, and how many visits they may make together.
    pub people: usize,
    /// Capacity of these people together.
    pub capacity: u64,
}

/// An inspector in numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Visits {
    /// The certificate number.
    pub iid: String,
    /// Visits before.
    pub load: u32,
    /// Most visits.
    pub capacity: u32,
    /// Visits in this draw.
    pub visits: Spread,
}

/// A subject in a task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// The task's list.
    pub list: String,
    /// Its stratum.
    pub stratum: String,
    /// The exact chance, if the stratum has one.
    pub chance: Option<(u128, u128)>,
    /// How often it was drawn.
    pub drawn: Frequency,
}

impl Simulation {
    /// More than one run in a hundred of some quarter could not be paired.
    pub fn is_risky(&self) -> bool {
        self.quarters.iter().any(|quarter| quarter.infeasible * 100 > self.runs)
    }
}

/// Simulates the quarters of a file in sequence; `progress` learns how many runs are done. The answer depends on plans,
/// registers and options alone.
pub fn simulate(
    quarters: &[Applied<'_>],
    options: &Options<'_>,
    progress: &(dyn Fn(usize) + Sync),
) -> Simulation {
    let stages: Vec<Stage<'_>> = quarters.par_iter().map(Stage::of).collect();
    let subjects = quarters.first().map_or(&[][..], |applied| applied.subjects());
    let asked = options.subject.and_then(|sid| {
        let place = subjects.binary_search_by(|(other, _)| other.cmp(sid)).ok()?;
        u32::try_from(place).ok()
    });
    let scene = Scene::new(stages, key(options.seed), asked);
    let paired = options.paired.div_ceil(quarters.len().max(1));
    let done = AtomicUsize::new(0);
    // A check tries so few that each thread gets its share of them only in smaller chunks.
    let share = options.runs.div_ceil(rayon::current_num_threads());
    let at_a_time = share.clamp(1, RUNS_AT_A_TIME);
    let chunks: Vec<usize> = (0..options.runs).step_by(at_a_time).collect();
    let runs: Vec<Vec<Run>> = chunks
        .into_par_iter()
        .map(|first| {
            let mut desk = Desk::default();
            let runs = first..options.runs.min(first + at_a_time);
            let run = |number| {
                let run = scene.run(&mut desk, number, number < paired);
                progress(done.fetch_add(1, Ordering::Relaxed) + 1);
                run
            };
            runs.map(run).collect()
        })
        .collect();
    let runs: Vec<Run> = runs.into_iter().flatten().collect();
    summary(&scene, &runs, options)
}

fn summary(scene: &Scene<'_>, runs: &[Run], options: &Options<'_>) -> Simulation {
    let of_quarter = |(at, stage): (usize, &Stage<'_>)| {
        let runs: Vec<&QuarterRun> = runs.iter().map(|run| &run.quarters[at]).collect();
        quarter(scene, stage, at, &runs)
    };
    let all = |run: &Run| run.quarters.iter().map(|quarter| quarter.visits).sum();
    let framed = (0..scene.class_of.len())
        .filter(|place| scene.stages.iter().any(|stage| stage.is_framed(*place)))
        .count() as u64;
    let asked = scene
        .asked
        .filter(|place| scene.stages.iter().any(|stage| stage.is_framed(*place as usize)));
    Simulation {
        runs: runs.len(),
        seed: options.seed.to_owned(),
        quarters: scene.stages.iter().enumerate().map(of_quarter).collect(),
        visits: Spread::of(runs.iter().map(all)),
        twice: Spread::of(runs.iter().map(|run| run.twice)),
        twice_a: Spread::of(runs.iter().map(|run| run.twice_a)),
        framed,
        asked_twice: asked.map(|_| Frequency {
            hits: runs.iter().filter(|run| run.asked_twice).count() as u64,
            of: runs.len() as u64,
        }),
    }
}

fn quarter(scene: &Scene<'_>, stage: &Stage<'_>, at: usize, runs: &[&QuarterRun]) -> Quarter {
    let plan = stage.applied.plan();
    let (from, to) = plan.window();
    let spread = |of: &dyn Fn(&QuarterRun) -> u32| Spread::of(runs.iter().map(|run| of(run)));
    let first = runs.iter().position(|run| !run.feasible);
    let example = first.and_then(|number| scene.why(&mut Desk::default(), number, at));
    let areas = stage.areas.iter().enumerate();
    let areas = areas.map(|(area, name)| (name.clone(), spread(&|run| run.area_visits[area])));
    let person = |(at, row): (usize, &crate::record::tables::InspectorRow)| Visits {
        iid: row.iid.to_string(),
        load: row.load,
        capacity: row.capacity,
        visits: spread(&|run| run.made[at]),
    };
    let paired = runs.iter().filter_map(|run| Some((run, run.paired.as_ref()?)));
    let missed = paired
        .clone()
        .flat_map(|(run, (_, made))| run.made.iter().zip(made).map(|(a, b)| a.abs_diff(*b)));
    Quarter {
        quarter: plan.quarter(),
        title: plan.title().to_owned(),
        draw: plan.draw().to_owned(),
        window: (from.to_string(), to.to_string()),
        tasks: tasks(stage, runs),
        selections: spread(&|run| run.selections),
        visits: spread(&|run| run.visits),
        saved: spread(&|run| run.selections - run.visits),
        departments: departments(stage, runs),
        areas: areas.filter(|(_, visits)| visits.max > 0).collect(),
        inspectors: stage.inspectors.iter().enumerate().map(person).collect(),
        classes: classes(scene, stage, runs),
        forced: spread(&|run| run.forced),
        infeasible: runs.iter().filter(|run| !run.feasible).count(),
        example: example.map(|blockage| blockage.sentence()),
        paired: paired.clone().count(),
        rounds: paired.map(|(_, (rounds, _))| *rounds).max().unwrap_or(0),
        missed_by: missed.max().unwrap_or(0),
        asked: asked(scene, stage, runs),
    }
}

fn tasks(stage: &Stage<'_>, runs: &[&QuarterRun]) -> Vec<TaskResult> {
    let mut at = 0;
    let mut task = |list: &super::stage::List<'_>| {
        let summary = list.task.summary();
        let stratum = |(of, members): (usize, &Vec<u32>)| {
            let known = &summary.strata[of];
            let drawn = || runs.iter().map(|run| run.drawn[at + of]);
            StratumResult {
                stratum: known.stratum.clone(),
                size: known.size,
                chance: known.chance,
                drawn: Frequency {
                    hits: drawn().map(u64::from).sum(),
                    of: members.len() as u64 * runs.len() as u64,
                },
                n: Spread::of(drawn()),
            }
        };
        let strata = list.members.iter().enumerate().take(summary.strata.len());
        let strata = strata.map(stratum).collect();
        at += list.members.len();
        TaskResult { list: summary.list.clone(), title: summary.title.clone(), strata }
    };
    stage.lists.iter().map(&mut task).collect()
}

fn departments(stage: &Stage<'_>, runs: &[&QuarterRun]) -> Vec<Department> {
    let department = |(at, name): (usize, &String)| {
        let people = stage.people_of(|slot| stage.slots.dept[slot] as usize == at);
        let capacity = |i: &u32| u64::from(stage.inspectors[*i as usize].capacity);
        Department {
            name: name.clone(),
            visits: Spread::of(runs.iter().map(|run| run.dept_visits[at])),
            slots: Spread::of(runs.iter().map(|run| run.dept_slots[at])),
            people: people.len(),
            capacity: people.iter().map(capacity).sum(),
        }
    };
    stage.slots.depts.iter().enumerate().map(department).collect()
}

fn classes(
    scene: &Scene<'_>,
    stage: &Stage<'_>,
    runs: &[&QuarterRun],
) -> Vec<(Option<CreditClass>, Frequency)> {
    let mut sizes = [0u64; CLASSES];
    for (place, class) in scene.class_of.iter().enumerate() {
        sizes[usize::from(*class)] += u64::from(stage.is_framed(place));
    }
    let class = |at: usize| {
        let hits = runs.iter().map(|run| u64::from(run.classes[at])).sum();
        let of = sizes[at] * runs.len() as u64;
        (CreditClass::ALL.get(at).copied(), Frequency { hits, of })
    };
    (0..CLASSES).filter(|at| sizes[*at] > 0).map(class).collect()
}

fn asked(scene: &Scene<'_>, stage: &Stage<'_>, runs: &[&QuarterRun]) -> Vec<Asked> {
    let Some(place) = scene.asked else { return Vec::new() };
    let of_list = |(at, list): (usize, &super::stage::List<'_>)| {
        let member = list.task.members().binary_search(&place).ok()?;
        let stratum = list.task.stratum_of_members()[member];
        let summary = list.task.summary();
        let stratum = summary.strata.get(usize::from(stratum))?;
        let drew = |run: &&&QuarterRun| bits(&run.asked).any(|drawn| drawn == at);
        Some(Asked {
            list: summary.list.clone(),
            stratum: stratum.stratum.clone(),
            chance: stratum.chance,
            drawn: Frequency {
                hits: runs.iter().filter(drew).count() as u64,
                of: runs.len() as u64,
            },
        })
    };
    stage.lists.iter().enumerate().filter_map(of_list).collect()
}
