//! The freeze: everything that is published before the beacon, made of a plan and a registry.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::apply::Applied;
use super::exclude::looks_back;
use super::frame::ExcludedSubject;
use super::model::{Cap, Plan, Task};
use super::past::Visits;
use super::people::{ExcludedInspector, Pool};
use super::quota::StratumSummary;
use super::rotation::ROTATION;
use super::rules::Rules;
use super::scope_note::{SCOPE_NOTE, scope_note};
use super::seal::Sealing;
use crate::base::digest::{Digest, Suite};
use crate::base::finding::{Finding, Findings};
use crate::base::merkle::{Root, Tree};
use crate::base::secret::Secret;
use crate::base::table;
use crate::record::bundle::{
    COMMITMENT, Files, INCOMPATIBLE, INSPECTORS, RECUSALS, STANDBY, frame_path,
};
use crate::record::commitment::{Commitment, List, Method};
use crate::registry::{Register, Registry};

/// The key of a commitment that names the draws whose visits it counted.
pub const EARLIER_DRAWS: &str = "earlier_draws";

/// What earlier draws leave behind.
#[derive(Clone, Debug)]
pub struct History {
    /// The number of this attempt, from 1.
    pub attempt: u64,
    /// C of the attempt before; none exactly for the first.
    pub prev: Option<Digest>,
    /// The visits that earlier draws led to.
    pub visits: Visits,
    /// The commitments of the draws that led to them, in order of their digests: a commitment that looks back names them.
    pub draws: Vec<Digest>,
    /// The names of draws that are committed and not drawn yet: they cannot count.
    pub undrawn: Vec<String>,
}

impl Default for History {
    /// The first attempt, and nobody drawn before.
    fn default() -> Self {
        let (visits, draws, undrawn) = (Visits::default(), Vec::new(), Vec::new());
        History { attempt: 1, prev: None, visits, draws, undrawn }
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
    /// Subjects in scope, whatever their status, and those whose empty field leaves it open.
    pub base: u64,
    /// Those of them that are excluded: reason and number.
    pub excluded: Vec<(String, u64)>,
    /// Those excluded for their status: each status and its number, the most frequent first.
    pub statuses: Vec<(String, u64)>,
    /// The frame's size: base less all excluded.
    pub size: u64,
    /// How many are drawn.
    pub n: u64,
    /// Its strata.
    pub strata: Vec<StratumSummary>,
}

impl Applied<'_> {
    /// The commitment as it will be, without its tables: enough to look for another in its way before long work.
    ///
    /// # Panics
    /// If the plan is not sound.
    pub fn outline(&self) -> Commitment {
        let ground = &self.ground;
        assert!(ground.plan.sound, "bug: a plan with mistakes is not frozen");
        ground.plan.skeleton(self.registry, ground.rules, self.history, &ground.pool)
    }

    /// Makes everything that is published before the beacon.
    ///
    /// `secret` is that of a sealed draw, whose closed files stand among the files in plain.
    ///
    /// # Errors
    /// All findings if one is an error.
    ///
    /// # Panics
    /// If the plan is not sound; if it is sealed and there is no secret, or the other way round.
    pub fn freeze(self, secret: Option<&Secret>) -> Result<(Freeze, Vec<Finding>), Findings> {
        let ((), findings) = Findings::check(self.findings, ())?;
        let (plan, ground, frames) = (self.ground.plan, self.ground, self.frames);
        assert!(plan.sound, "bug: a plan with mistakes is not frozen");
        assert_eq!(plan.seal.is_some(), secret.is_some(), "bug: a secret belongs to a sealed plan");
        let sealing = secret.map(|secret| Sealing { plan, secret });
        let mut commitment = plan.skeleton(self.registry, ground.rules, self.history, &ground.pool);
        if let Some(sealing) = &sealing {
            commitment.seal = Some(sealing.terms());
            commitment.notes.insert("registers".to_owned(), {
                let digest = |name: &str, digest: &Digest| sealing.register(name, digest);
                register_digests(plan.suite, self.registry, digest)
            });
        }
        let rotated = self.rotated;
        commitment.notes.extend(
            (rotated > 0).then(|| {
                ("recusals_by_rule".to_owned(), json!([{"reason": ROTATION, "n": rotated}]))
            }),
        );
        let mut files = Files::new();
        let people = ground.pool.rows(&ground.used);
        commitment.inspectors = plan.put(&mut files, INSPECTORS, &people);
        let standby = ground.pool.standby_rows(&ground.used);
        commitment.standby = standby.map(|rows| plan.put(&mut files, STANDBY, &rows));
        let mut recusals = self.recusals;
        if let Some(sealing) = &sealing {
            sealing.recusals(&mut recusals);
        }
        commitment.recusals = plan.put(&mut files, RECUSALS, &recusals);
        commitment.incompatible = plan.put(&mut files, INCOMPATIBLE, &self.incompatible);
        for ((list, frame), task) in commitment.lists.iter_mut().zip(&frames).zip(&plan.tasks) {
            let (mut rows, mut strata) = (ground.rows(frame), frame.allocation.strata.clone());
            if let Some(sealing) = &sealing {
                sealing.frame(&mut rows);
                sealing.rename(task, &mut strata, &mut rows);
            }
            list.frame = plan.put(&mut files, &frame_path(&list.list), &rows);
            list.method = frame.allocation.method;
            list.strata = strata;
            list.notes.extend(counts(&frame.summary));
        }
        let bytes = commitment.format();
        // The reader of commitments has the last word: what it refuses must not be published.
        Commitment::parse(&bytes).map_err(Findings::from)?;
        files.insert(COMMITMENT.to_owned(), bytes);
        let each = plan.tasks.iter().zip(&frames);
        let excluded_subjects =
            each.flat_map(|(task, frame)| ground.excluded(task, frame)).collect();
        let freeze = Freeze {
            commitment,
            files,
            tasks: frames.into_iter().map(|frame| frame.summary).collect(),
            excluded_subjects,
            excluded_inspectors: ground.pool.excluded,
        };
        Ok((freeze, findings))
    }
}

impl Plan {
    /// Applies the plan to a registry, under local rules, and freezes the result, which depends on their values alone:
    /// no clock, no order of rows.
    ///
    /// # Errors
    /// All findings if one is an error: P11–P17, P19, P22, P23, P27, P28,
    /// P52–P55, P58, P60.
    ///
    /// # Panics
    /// If `history` gives a first attempt a predecessor, or another none; if the plan is not sound.
    pub fn freeze(
        &self,
        registry: &Registry,
        rules: &Rules,
        history: &History,
    ) -> Result<(Freeze, Vec<Finding>), Findings> {
        self.under(rules).apply(registry, history).freeze(None)
    }

    /// As [`Plan::freeze`], of a sealed plan with its secret.
    ///
    /// # Errors
    /// As [`Plan::freeze`].
    ///
    /// # Panics
    /// As [`Plan::freeze`], and if the plan is not sealed.
    pub fn freeze_sealed(
        &self,
        registry: &Registry,
        rules: &Rules,
        history: &History,
        secret: &Secret,
    ) -> Result<(Freeze, Vec<Finding>), Findings> {
        self.under(rules).apply(registry, history).freeze(Some(secret))
    }

    /// Adds a table to the files; its root.
    pub(super) fn put<R: table::Row>(&self, files: &mut Files, path: &str, rows: &[R]) -> Root {
        files.insert(path.to_owned(), table::format(rows));
        table::root(self.suite, rows)
    }

    /// The commitment before its tables are known.
    pub(super) fn skeleton(
        &self,
        registry: &Registry,
        rules: &Rules,
        history: &History,
        pool: &Pool<'_>,
    ) -> Commitment {
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
            lists: self
                .tasks
                .iter()
                .map(|task| list_of(task, empty, self.classes_public))
                .collect(),
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
            notes: self.notes(registry, rules, history, pool),
        }
    }

    /// Digests of plan, rules and registers, the earlier draws that count, and how many inspectors take no part.
    fn notes(
        &self,
        registry: &Registry,
        rules: &Rules,
        history: &History,
        pool: &Pool<'_>,
    ) -> Map<String, Value> {
        let mut reasons: BTreeMap<&str, u64> = BTreeMap::new();
        for person in &pool.excluded {
            *reasons.entry(person.reason).or_default() += 1;
        }
        let excluded = reasons.into_iter().map(|(reason, n)| json!({"reason": reason, "n": n}));
        let mut notes = Map::new();
        notes.insert("plan".to_owned(), json!(self.digest.hex()));
        let digest = rules.digest(self.suite);
        notes.extend(digest.map(|digest| ("rules".to_owned(), json!(digest.hex()))));
        if looks_back(self, rules) {
            let draws = history.draws.iter().map(|digest| json!(digest.hex()));
            notes.insert(EARLIER_DRAWS.to_owned(), draws.collect());
        }
        let registers = register_digests(self.suite, registry, |_, digest| *digest);
        notes.insert("registers".to_owned(), registers);
        notes.insert("excluded_inspectors".to_owned(), excluded.collect());
        notes
    }
}

/// The digest of each register by its name, as `published` makes it.
pub(super) fn register_digests(
    suite: Suite,
    registry: &Registry,
    published: impl Fn(&str, &Digest) -> Digest,
) -> Value {
    let digest = |register: Register| {
        let digest = published(register.name(), &registry.digest(suite, register));
        (register.name().to_owned(), Value::from(digest.hex()))
    };
    Value::Object(Register::ALL.into_iter().map(digest).collect())
}

/// The list of a task before its frame is known. Keys that verifiers ignore say what notices show: type,
/// departments, sampling unit, ways of inspection.
fn list_of(task: &Task, frame: Root, classes_public: bool) -> List {
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
    put(SCOPE_NOTE, scope_note(task, classes_public));
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
