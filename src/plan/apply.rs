//! A plan applied to a registry: frames, quotas and everything wrong with them, before anything is hashed or
//! written. [`Applied::freeze`] makes the published files of it; `check` and `simulate` need no more than this.

use std::collections::BTreeSet;

use rayon::prelude::*;

use super::exclude::looks_back;
use super::frame::{ExcludedSubject, Frame, Ground, tags_of};
use super::freeze::{History, TaskSummary};
use super::model::{Plan, Task};
use super::past::Past;
use super::people::{ExcludedInspector, Pool};
use super::rotation::{ROTATION, rotate};
use super::rules::Rules;
use super::scope::Vocabulary;
use super::seal::leaks;
use crate::base::finding::{Finding, Text};
use crate::record::commitment::{Method, Slot, Stratum, TagUse};
use crate::record::ids::{Iid, SLOTS_IN_DRAW_LIMIT, Sid};
use crate::record::tables::{IncompatibleRow, InspectorRow, RecusalRow};
use crate::registry::{Registry, Subject};
use crate::say;

/// A plan applied to the registers, whether it may be frozen or not.
pub struct Applied<'a> {
    pub(super) ground: Ground<'a>,
    /// The tasks that were understood, in the plan's order.
    pub(super) tasks: Vec<&'a Task>,
    /// The frame of each of them.
    pub(super) frames: Vec<Frame>,
    pub(super) registry: &'a Registry,
    pub(super) history: &'a History,
    pub(super) recusals: Vec<RecusalRow>,
    /// How many of the recusals rotation made.
    pub(super) rotated: usize,
    pub(super) incompatible: Vec<IncompatibleRow>,
    pub(super) findings: Vec<Finding>,
}

/// One task as it stands over the registers.
#[derive(Clone, Copy)]
pub struct AppliedTask<'a> {
    pub(super) task: &'a Task,
    frame: &'a Frame,
    pub(super) ground: &'a Ground<'a>,
}

/// A plan with what local rules (细则) add to it.
pub struct Ruled<'a> {
    pub(super) plan: Plan,
    pub(super) rules: &'a Rules,
}

impl Ruled<'_> {
    /// Applies the plan to a registry. The result depends on their values alone: no clock, no order of rows, no number
    /// of threads.
    ///
    /// # Panics
    /// If `history` gives a first attempt a predecessor, or another none.
    pub fn apply<'a>(&'a self, registry: &'a Registry, history: &'a History) -> Applied<'a> {
        let first = history.attempt == 1;
        assert!(history.attempt > 0 && first == history.prev.is_none(), "bug: not a history");
        let (plan, rules) = (&self.plan, self.rules);
        let mut findings: Vec<Finding> = plan.check_matters(registry);
        findings.extend(rules.check_matters(registry));
        let pool = Pool::of(plan, registry, &mut findings);
        let used = TagUse::of(plan.tasks.iter().flat_map(|task| &task.slots));
        let (subjects, vocabulary) =
            rayon::join(|| by_sid(plan, registry), || Vocabulary::of(registry));
        let past = Past::of(plan.suite, &subjects, registry, rules, &history.visits);
        findings.extend(plan.check_undrawn(rules, history));
        let ground = Ground { plan, subjects, rules, past, pool, used };
        let apply = |task: &Task| {
            let mut found = vocabulary.check(plan, task);
            // Slots that were not understood are no small team.
            if !task.slots.is_empty() {
                found.extend(rules.check_team(plan, task));
            }
            found.extend(ground.pool.check_slots(plan, task));
            let frame = ground.frame(task, &mut found);
            (frame, found)
        };
        // Of what was not understood there is no frame; what was is held against the registers all the same.
        for task in plan.tasks.iter().filter(|task| !task.whole) {
            findings.extend(vocabulary.check(plan, task));
            findings.extend(ground.pool.check_slots(plan, task));
        }
        let tasks: Vec<&Task> = plan.tasks.iter().filter(|task| task.whole).collect();
        let applied: Vec<(Frame, Vec<Finding>)> =
            tasks.par_iter().map(|task| apply(task)).collect();
        let mut frames = Vec::with_capacity(applied.len());
        for (frame, found) in applied {
            frames.push(frame);
            findings.extend(found);
        }
        let drawn: Vec<u64> =
            frames.iter().map(|frame| frame.summary.n.min(frame.summary.size)).collect();
        findings.extend(plan.check_slots_in_draw(&drawn));
        let summaries = tasks.iter().zip(frames.iter().map(|frame| &frame.summary));
        findings.extend(summaries.flat_map(|(task, summary)| leaks(plan, task, summary)));
        let mut rotated: BTreeSet<(Sid, Iid)> = BTreeSet::new();
        let mut framed = vec![false; ground.subjects.len()];
        for (task, frame) in tasks.iter().zip(&frames) {
            let places = || frame.members.iter().map(|place| *place as usize);
            places().for_each(|place| framed[place] = true);
            let members = places().map(|place| (&ground.subjects[place].0, ground.past.at(place)));
            rotate(task, rules, members, &mut rotated);
        }
        let sids = ground.subjects.iter().map(|(sid, _)| sid);
        let drawn_from: BTreeSet<&Sid> =
            sids.zip(&framed).filter(|(_, framed)| **framed).map(|(sid, _)| sid).collect();
        let made = ground.pool.by_rule(plan, rotated, ROTATION, &mut findings);
        let rotated = made.len();
        let mut of_recusals = Vec::new();
        let recusals =
            ground.pool.recusals(plan, registry, rules, &drawn_from, made, &mut of_recusals);
        // Whom a recusal concerns is not known before every task has its frame.
        let told = |finding: &Finding| finding.code() != "P25" || tasks.len() == plan.tasks.len();
        findings.extend(of_recusals.into_iter().filter(told));
        let incompatible = ground.pool.incompatibles(registry, &mut findings);
        Applied {
            ground,
            tasks,
            frames,
            registry,
            history,
            recusals,
            rotated,
            incompatible,
            findings,
        }
    }
}

impl Plan {
    /// The plan with what local rules add to it.
    pub fn under<'a>(&self, rules: &'a Rules) -> Ruled<'a> {
        Ruled { plan: rules.bind(self), rules }
    }

    /// P65 where draws that are not done yet cannot be counted and should be.
    fn check_undrawn(&self, rules: &Rules, history: &History) -> Option<Finding> {
        if history.undrawn.is_empty() || !looks_back(self, rules) {
            return None;
        }
        let names = history.undrawn.join(", ");
        let cause = say!("尚未抽取：{names}", "not drawn yet: {names}");
        Some(Finding::new("P65", cause).file(&self.file))
    }

    /// 三个不查: P11 for matters that are not listed, or not in force on every day of the window.
    pub(super) fn check_matters(&self, registry: &Registry) -> Vec<Finding> {
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

    /// P27 if the slots of all visits together could exceed the protocol's limit; `drawn` holds the n of each task understood.
    pub(super) fn check_slots_in_draw(&self, drawn: &[u64]) -> Option<Finding> {
        let whole = self.tasks.iter().filter(|task| task.whole).zip(drawn);
        let slots = whole.map(|(task, n)| n.saturating_mul(task.slots.len() as u64));
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
}

impl<'a> Applied<'a> {
    /// The plan.
    pub fn plan(&self) -> &'a Plan {
        self.ground.plan
    }

    /// The registry.
    pub fn registry(&self) -> &'a Registry {
        self.registry
    }

    /// Everything found, errors among it.
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// All subjects of the register, by sid. Elsewhere a subject is named by its place here.
    pub fn subjects(&self) -> &[(Sid, &'a Subject)] {
        &self.ground.subjects
    }

    /// The tasks, in the plan's order.
    pub fn tasks(&self) -> impl ExactSizeIterator<Item = AppliedTask<'_>> {
        let each = self.tasks.iter().zip(&self.frames);
        each.map(|(task, frame)| AppliedTask { task, frame, ground: &self.ground })
    }

    /// The tags of a subject that slots refer to, sorted.
    pub fn tags_of(&self, place: u32) -> Vec<String> {
        tags_of(self.ground.subjects[place as usize].1, &self.ground.used)
    }

    /// Who can be paired, by iid, with the tags that slots refer to.
    pub fn inspectors(&self) -> Vec<InspectorRow> {
        self.ground.pool.rows(&self.ground.used)
    }

    /// The recusals that concern this draw.
    pub fn recusals(&self) -> &[RecusalRow] {
        &self.recusals
    }

    /// The pairs of inspectors who never form a team.
    pub fn incompatible(&self) -> &[IncompatibleRow] {
        &self.incompatible
    }

    /// Who of the register takes no part.
    pub fn excluded_inspectors(&self) -> &[ExcludedInspector] {
        &self.ground.pool.excluded
    }
}

impl<'a> AppliedTask<'a> {
    /// Its list.
    pub fn list(&self) -> &'a str {
        &self.task.list
    }

    /// The tasks of a group share tickets.
    pub fn group(&self) -> &'a str {
        &self.task.group
    }

    /// Its team.
    pub fn slots(&self) -> &'a [Slot] {
        &self.task.slots
    }

    /// Its matters.
    pub fn matters(&self) -> &'a [String] {
        &self.task.matters
    }

    /// Whether strata, weights or scope are made of credit ratings.
    pub fn uses_credit(&self) -> bool {
        self.task.sample.uses_credit() || self.task.scope.uses_credit()
    }

    /// The task in numbers.
    pub fn summary(&self) -> &'a TaskSummary {
        &self.frame.summary
    }

    /// How its subjects are selected.
    pub fn method(&self) -> Method {
        self.frame.allocation.method
    }

    /// Its strata as they are committed.
    pub fn strata(&self) -> &'a [Stratum] {
        &self.frame.allocation.strata
    }

    /// The places of its frame's subjects, ascending.
    pub fn members(&self) -> &'a [u32] {
        &self.frame.members
    }

    /// The stratum of each member: a place among [`AppliedTask::strata`], or none of them where the sample does not
    /// name its class, which is an error.
    pub fn stratum_of_members(&self) -> &'a [u8] {
        &self.frame.strata
    }

    /// The weight of the member with that index.
    pub fn weight(&self, member: usize) -> u64 {
        let Frame { allocation, members, strata, .. } = self.frame;
        self.ground.weight(allocation, members[member], strata[member])
    }

    /// A finding about a key of the task.
    pub fn at(&self, key: &str, code: &str, cause: Text) -> Finding {
        self.ground.plan.at(self.task, key, code, cause)
    }

    /// Who is in its base and not in its frame.
    pub fn excluded(&self) -> impl Iterator<Item = ExcludedSubject> + use<'a> {
        self.ground.excluded(self.task, self.frame)
    }
}

/// All subjects by sid, so that frames come out in their order.
fn by_sid<'a>(plan: &Plan, registry: &'a Registry) -> Vec<(Sid, &'a Subject)> {
    let subjects = registry.subjects();
    let mut subjects: Vec<(Sid, &Subject)> =
        subjects.par_iter().map(|subject| (subject.sid(plan.suite), subject)).collect();
    subjects.par_sort_by(|a, b| a.0.cmp(&b.0));
    subjects
}
