//! The freeze: everything that is published before the beacon, made of a plan and a registry.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use serde_json::{Map, Value, json};

use super::frame::{ExcludedSubject, Frame, Ground};
use super::model::{Cap, Plan, Task};
use super::people::{ExcludedInspector, Pool};
use super::quota::StratumSummary;
use super::scope::Vocabulary;
use crate::base::digest::Digest;
use crate::base::finding::{Finding, Findings};
use crate::base::merkle::{Root, Tree};
use crate::base::table;
use crate::record::bundle::{COMMITMENT, Files, INCOMPATIBLE, INSPECTORS, RECUSALS, frame_path};
use crate::record::commitment::{Commitment, List, Method};
use crate::record::ids::{SLOTS_IN_DRAW_LIMIT, Sid};
use crate::registry::{Register, Registry, Subject};
use crate::say;

/// What earlier draws leave behind.
#[derive(Clone, Debug)]
pub struct History {
    /// The number of this attempt, from 1.
    pub attempt: u64,
    /// C of the attempt before; none exactly for the first.
    pub prev: Option<Digest>,
    /// When each subject was last drawn.
    pub drawn: BTreeMap<Sid, Date>,
}

impl Default for History {
    /// The first attempt, and nobody drawn before.
    fn default() -> Self {
        History { attempt: 1, prev: None, drawn: BTreeMap::new() }
    }
}

/// A plan applied to the registers.
#[derive(Clone, Debug)]
pub struct Freeze {
    /// The commitment.
    pub commitment: Commitment,
    /// The frozen files: `commitment.json`, the tables of people, `frames/`.
    pub files: Files,
    /// What each task draws from, in the plan's order.
    pub tasks: Vec<TaskSummary>,
    /// Who is in a task's base and not in its frame.
    pub excluded_subjects: Vec<ExcludedSubject>,
    /// Who of the register takes no part.
    pub excluded_inspectors: Vec<ExcludedInspector>,
}

/// One task in numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskSummary {
    /// Its list.
    pub list: String,
    /// Its title.
    pub title: String,
    /// Subjects in scope, whatever their status.
    pub base: u64,
    /// Those of them that are excluded: reason and number.
    pub excluded: Vec<(String, u64)>,
    /// The frame's size: base less all excluded.
    pub size: u64,
    /// How many are drawn.
    pub n: u64,
    /// Its strata.
    pub strata: Vec<StratumSummary>,
}

impl Plan {
    /// Applies the plan to a registry. The result depends on their values alone: no clock, no order of rows.
    ///
    /// # Errors
    /// All findings if one is an error: P11–P17, P19, P22, P23, P27, P28.
    ///
    /// # Panics
    /// If `history` gives a first attempt a predecessor, or another none; if the plan is not sound.
    pub fn freeze(
        &self,
        registry: &Registry,
        history: &History,
    ) -> Result<(Freeze, Vec<Finding>), Findings> {
        let first = history.attempt == 1;
        assert!(history.attempt > 0 && first == history.prev.is_none(), "bug: not a history");
        assert!(self.sound, "bug: a plan with mistakes is not frozen");
        let mut findings: Vec<Finding> = self.check_matters(registry);
        let pool = Pool::of(self, registry, &mut findings);
        let vocabulary = Vocabulary::of(registry);
        let mut commitment = self.skeleton(registry, history, &pool);
        let used = commitment.tags_referred_to();
        let subjects = by_sid(self, registry);
        let ground = Ground { plan: self, subjects, history, pool: &pool, used: &used };
        let mut frames: Vec<Frame> = Vec::new();
        for task in self.tasks.iter().filter(|task| task.whole) {
            findings.extend(vocabulary.check(self, task));
            findings.extend(pool.check_slots(self, task));
            frames.push(ground.frame(task, &mut findings));
        }
        let drawn: Vec<u64> =
            frames.iter().map(|frame| frame.summary.n.min(frame.summary.size)).collect();
        findings.extend(self.check_slots_in_draw(&drawn));
        let drawn_from: BTreeSet<&Sid> =
            frames.iter().flat_map(|frame| &frame.rows).map(|row| &row.sid).collect();
        let recusals = pool.recusals(self, registry, &drawn_from, &mut findings);
        let incompatible = pool.incompatibles(registry, &mut findings);
        let ((), findings) = Findings::check(findings, ())?;

        let mut files = Files::new();
        commitment.inspectors = self.put(&mut files, INSPECTORS, &pool.rows(&used));
        commitment.recusals = self.put(&mut files, RECUSALS, &recusals);
        commitment.incompatible = self.put(&mut files, INCOMPATIBLE, &incompatible);
        for (list, frame) in commitment.lists.iter_mut().zip(&frames) {
            list.frame = self.put(&mut files, &frame_path(&list.list), &frame.rows);
            list.method = frame.allocation.method;
            list.strata.clone_from(&frame.allocation.strata);
            list.notes.extend(counts(&frame.summary));
        }
        let bytes = commitment.format();
        // The reader of commitments has the last word: what it refuses must not be published.
        Commitment::parse(&bytes).map_err(Findings::from)?;
        files.insert(COMMITMENT.to_owned(), bytes);
        let (tasks, excluded): (Vec<_>, Vec<_>) =
            frames.into_iter().map(|frame| (frame.summary, frame.excluded)).unzip();
        let freeze = Freeze {
            commitment,
            files,
            tasks,
            excluded_subjects: excluded.into_iter().flatten().collect(),
            excluded_inspectors: pool.excluded,
        };
        Ok((freeze, findings))
    }

    /// Adds a table to the files; its root.
    fn put<R: table::Row>(&self, files: &mut Files, path: &str, rows: &[R]) -> Root {
        files.insert(path.to_owned(), table::format(rows));
        table::root(self.suite, rows)
    }

    /// 三个不查: P11 for matters that are not listed, or not in force on every day of the window.
    fn check_matters(&self, registry: &Registry) -> Vec<Finding> {
        let mut findings = Vec::new();
        for task in &self.tasks {
            let (from, to) = self.window_of(task);
            for (at, id) in task.matters.iter().enumerate() {
                let cause = match registry.matter(id) {
                    None => say!("清单上没有事项 {id}", "the matter {id} is not on the list"),
                    Some(matter) => match (matter.valid_from, matter.valid_to) {
                        (Some(day), _) if day > from => {
                            say!(
                                "事项 {id} 自 {day} 起才有效",
                                "the matter {id} is in force from {day} only"
                            )
                        }
                        (_, Some(day)) if day < to => {
                            say!(
                                "事项 {id} 至 {day} 失效",
                                "the matter {id} is in force until {day} only"
                            )
                        }
                        _ => continue,
                    },
                };
                findings.push(self.at(task, &format!("matters[{at}]"), "P11", cause));
            }
        }
        findings
    }

    /// P27 if the slots of all visits together could exceed the protocol's limit; `drawn` holds each task's n.
    pub(super) fn check_slots_in_draw(&self, drawn: &[u64]) -> Option<Finding> {
        let slots =
            self.tasks.iter().zip(drawn).map(|(task, n)| n.saturating_mul(task.slots.len() as u64));
        let slots = slots.fold(0, u64::saturating_add);
        if slots < SLOTS_IN_DRAW_LIMIT {
            return None;
        }
        let cause = say!(
            "各任务共 {slots} 个岗位，须少于 {SLOTS_IN_DRAW_LIMIT}",
            "{slots} slots in all tasks; there must be fewer than {SLOTS_IN_DRAW_LIMIT}"
        );
        Some(self.at_head("task", "P27", cause))
    }

    /// The commitment before its tables are known.
    fn skeleton(&self, registry: &Registry, history: &History, pool: &Pool<'_>) -> Commitment {
        let empty = Tree::new(self.suite).root();
        Commitment {
            suite: self.suite,
            draw: self.draw.clone(),
            agency: self.agency.clone(),
            title: self.title.clone(),
            seal: None,
            attempt: history.attempt,
            prev: history.prev,
            window: (self.window.0.to_string(), self.window.1.to_string()),
            classes_public: self.classes_public,
            lists: self.tasks.iter().map(|task| list_of(task, empty)).collect(),
            inspectors: empty,
            recusals: empty,
            incompatible: empty,
            standby: None,
            sources: self.sources.clone(),
            margin_s: self.margin_s,
            trust: self.trust,
            subject_replaced: self.subject_replaced,
            inspector_by_beacon: self.inspector_by_beacon,
            engine: (env!("CARGO_PKG_NAME").to_owned(), env!("CARGO_PKG_VERSION").to_owned()),
            rehearsal: self.rehearsal,
            notes: self.notes(registry, pool),
        }
    }

    /// Digests of plan and registers, and how many inspectors take no part.
    fn notes(&self, registry: &Registry, pool: &Pool<'_>) -> Map<String, Value> {
        let digest = |register: Register| {
            let digest = registry.digest(self.suite, register).hex();
            (register.name().to_owned(), Value::from(digest))
        };
        let registers: Map<String, Value> = Register::ALL.into_iter().map(digest).collect();
        let mut reasons: BTreeMap<&str, u64> = BTreeMap::new();
        for person in &pool.excluded {
            *reasons.entry(person.reason).or_default() += 1;
        }
        let excluded = reasons.into_iter().map(|(reason, n)| json!({"reason": reason, "n": n}));
        let mut notes = Map::new();
        notes.insert("plan".to_owned(), json!(self.digest.hex()));
        notes.insert("registers".to_owned(), registers.into());
        notes.insert("excluded_inspectors".to_owned(), excluded.collect());
        notes
    }
}

/// All subjects by sid, so that frames come out in their order.
fn by_sid<'a>(plan: &Plan, registry: &'a Registry) -> Vec<(Sid, &'a Subject)> {
    let sids = registry.subjects().iter().map(|subject| (subject.sid(plan.suite), subject));
    let mut subjects: Vec<(Sid, &Subject)> = sids.collect();
    subjects.sort_unstable_by(|a, b| a.0.cmp(&b.0));
    subjects
}

/// The list of a task before its frame is known. Keys that verifiers ignore say what notices show: type,
/// departments, sampling unit, ways of inspection.
fn list_of(task: &Task, frame: Root) -> List {
    let mut notes = Map::new();
    let kind = if task.targeted { "targeted" } else { "untargeted" };
    notes.insert("type".to_owned(), json!(kind));
    let mut put = |key: &str, value: Option<Value>| {
        notes.extend(value.map(|value| (key.to_owned(), value)));
    };
    put("initiator", task.initiator.as_ref().map(|text| json!(text)));
    put("partners", Some(&task.partners).filter(|list| !list.is_empty()).map(|list| json!(list)));
    put("unit", task.unit.as_ref().map(|text| json!(text)));
    // `method` is the protocol's word for the selection.
    put("ways", Some(&task.ways).filter(|list| !list.is_empty()).map(|list| json!(list)));
    put("announced", task.announced.map(Value::from));
    let window =
        task.window.map(|(from, to)| json!({"from": from.to_string(), "to": to.to_string()}));
    put("window", window);
    put("exclude", Some(exclusions(task)).filter(|map| !map.is_empty()).map(Value::from));
    let departments = task.departments.iter().map(|(dept, slots)| (dept.clone(), json!(slots)));
    let departments: Map<String, Value> = departments.collect();
    put("departments", Some(departments).filter(|map| !map.is_empty()).map(Value::from));
    put("floor", task.sample.floor.map(|floor| json!(floor.to_string())));
    put(
        "cap",
        task.sample.cap.map(|cap| match cap {
            Cap::Share(ratio) => json!(ratio.to_string()),
            Cap::Count(most) => json!(most),
        }),
    );
    List {
        list: task.list.clone(),
        title: task.title.clone(),
        matters: task.matters.clone(),
        group: task.group.clone(),
        method: Method::Fixed,
        frame,
        strata: Vec::new(),
        reserve: task.reserve,
        slots: task.slots.clone(),
        notes,
    }
}

/// The exclusions of a task, as its plan has them.
fn exclusions(task: &Task) -> Map<String, Value> {
    let mut rules = Map::new();
    for (of, within) in [("drawn", task.drawn_within), ("visited", task.visited_within)] {
        if let Some(within) = within {
            rules.insert(format!("{of}_within_{}", within.unit()), json!(within.count()));
        }
    }
    if task.key_supervised {
        rules.insert("key_supervised".to_owned(), json!(true));
    }
    rules
}

/// `base` and `excluded` of a list.
fn counts(summary: &TaskSummary) -> Map<String, Value> {
    let excluded = summary.excluded.iter().map(|(reason, n)| json!({"reason": reason, "n": n}));
    let mut notes = Map::new();
    notes.insert("base".to_owned(), json!(summary.base));
    notes.insert("excluded".to_owned(), excluded.collect());
    notes
}
