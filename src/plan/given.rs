//! A plan frozen over frames that were made elsewhere, where the register lives (`docs/sql.md`): who is in them was
//! decided there, by the queries that the plan gives; quotas, people and everything else are decided here.

use std::collections::{BTreeMap, BTreeSet};

use super::apply::Ruled;
use super::frame::check_sizes;
use super::freeze::{Freeze, History, TaskSummary};
use super::model::{Plan, Task};
use super::people::{Pool, sids_of};
use super::quota::{Allocation, WHOLE, allocate, summaries};
use super::rules::{Demand, Rules};
use super::sql::looks_elsewhere;
use crate::base::digest::Suite;
use crate::base::finding::{Finding, Findings};
use crate::record::bundle::{COMMITMENT, Files, INCOMPATIBLE, INSPECTORS, RECUSALS, STANDBY};
use crate::record::commitment::{Commitment, Quota, TagUse};
use crate::record::frame::Survey;
use crate::record::ids::{Name, Sid};
use crate::registry::{CreditClass, Registry};
use crate::say;

/// What the frame of each list holds.
pub type GivenFrames = BTreeMap<String, Survey>;

/// Classes that do not fit are told up to here: a column of another kind makes every row one.
const CLASSES_MAX: usize = 10;

/// What a commitment over frames made elsewhere says of them.
pub(super) const GIVEN: &str = "given";

/// The subjects that recusals name: whoever surveys the frames looks for them.
pub fn recused(registry: &Registry, suite: Suite) -> BTreeSet<Sid> {
    let ids = registry.recusals().iter().map(|recusal| recusal.subject.as_str());
    ids.flat_map(|id| sids_of(registry, suite, id)).collect()
}

impl Ruled<'_> {
    /// Freezes the plan over these frames, one for each task, surveyed in the order of their subjects. The files lack the
    /// frames themselves.
    ///
    /// # Errors
    /// All findings if one is an error: P72 for what earlier visits decide, P74 for a task without a frame or a frame without
    /// a task, P75 for a row whose stratum or weight is not the plan's, and those of [`Plan::freeze`] but P12, P13, P19, P22
    /// and P30.
    ///
    /// # Panics
    /// As [`Plan::freeze`].
    pub fn freeze_given(
        &self,
        registry: &Registry,
        history: &History,
        frames: &GivenFrames,
    ) -> Result<(Freeze, Vec<Finding>), Findings> {
        let (plan, rules) = (&self.plan, self.rules);
        assert!(plan.sound, "bug: a plan with mistakes is not frozen");
        let mut findings = plan.check_matters(registry);
        findings.extend(rules.check_matters(registry));
        let tasks: Vec<&Task> = plan.tasks.iter().collect();
        findings.extend(looks_elsewhere(plan, rules, &tasks));
        findings.extend(rotates(rules, &tasks));
        findings.extend(unpaired(plan, frames));
        let pool = Pool::of(plan, registry, &mut findings);
        let used = TagUse::of(plan.tasks.iter().flat_map(|task| &task.slots));
        let mut commitment = plan.skeleton(registry, rules, history, &pool);
        let (mut files, mut summaries_of) = (Files::new(), Vec::new());
        for (task, list) in plan.tasks.iter().zip(&mut commitment.lists) {
            findings.extend(rules.check_team(plan, task));
            findings.extend(pool.check_slots(plan, task));
            let Some(frame) = frames.get(&task.list) else { continue };
            let allocation = allocation(plan, task, &pool, frame, &mut findings);
            let size = frame.root.n;
            findings.extend(check_sizes(plan, task, &allocation, size));
            findings.extend(rules.check_sample(plan, task, &allocation, (size, size)));
            findings.extend(check_classes(plan, task, &allocation, frame));
            list.frame = frame.root;
            list.method = allocation.method;
            list.strata.clone_from(&allocation.strata);
            summaries_of.push(summary(task, &allocation, size));
        }
        let drawn: Vec<u64> = summaries_of.iter().map(|task| task.n.min(task.size)).collect();
        findings.extend(plan.check_slots_in_draw(&drawn));
        let drawn_from: BTreeSet<&Sid> = frames.values().flat_map(|frame| &frame.present).collect();
        let recusals = pool.recusals(plan, registry, rules, &drawn_from, Vec::new(), &mut findings);
        let incompatible = pool.incompatibles(registry, &mut findings);
        let ((), findings) = Findings::check(findings, ())?;
        commitment.inspectors = plan.put(&mut files, INSPECTORS, &pool.rows(&used));
        let standby = pool.standby_rows(&used);
        commitment.standby = standby.map(|rows| plan.put(&mut files, STANDBY, &rows));
        commitment.recusals = plan.put(&mut files, RECUSALS, &recusals);
        commitment.incompatible = plan.put(&mut files, INCOMPATIBLE, &incompatible);
        commitment.notes.insert("frames".to_owned(), GIVEN.into());
        let bytes = commitment.format();
        Commitment::parse(&bytes).map_err(Findings::from)?;
        files.insert(COMMITMENT.to_owned(), bytes);
        let freeze = Freeze {
            commitment,
            files,
            tasks: summaries_of,
            excluded_subjects: Vec::new(),
            excluded_inspectors: pool.excluded,
        };
        Ok((freeze, findings))
    }
}

/// P72: who inspected whom before is in the register of visits, which a frame does not carry.
fn rotates(rules: &Rules, tasks: &[&Task]) -> Vec<Finding> {
    let rotation = rules.rows().iter().filter(|rule| matches!(rule.demand, Demand::Rotation(_)));
    let rotation = rotation.filter(|rule| tasks.iter().any(|task| rule.concerns(&task.matters)));
    let finding = |rule| {
        let cause = say!(
            "轮换要看以往的检查，抽样框中没有",
            "rotation looks at earlier visits, which a frame does not hold"
        );
        rules.at(rule, "", "P72", cause)
    };
    rotation.map(finding).collect()
}

/// P74: tasks and frames that have no partner.
fn unpaired(plan: &Plan, frames: &GivenFrames) -> Vec<Finding> {
    let without = plan.tasks.iter().filter(|task| !frames.contains_key(&task.list));
    let without = without.map(|task| {
        let list = &task.list;
        let cause = say!("没有 --frame {list}=文件", "there is no --frame {list}=FILE");
        plan.at(task, "list", "P74", cause)
    });
    let has = |list: &String| plan.tasks.iter().any(|task| task.list == *list);
    let foreign = frames.keys().filter(|list| !has(list)).map(|list| {
        let cause = say!("计划没有任务 {list}", "the plan has no task {list}");
        plan.at_head("task", "P74", cause).id(list)
    });
    without.chain(foreign).collect()
}

/// What the plan makes of the classes that a frame has.
fn allocation(
    plan: &Plan,
    task: &Task,
    pool: &Pool<'_>,
    frame: &Survey,
    findings: &mut Vec<Finding>,
) -> Allocation {
    let mut sizes: BTreeMap<CreditClass, u64> = BTreeMap::new();
    for ((stratum, _), (n, _)) in &frame.classes {
        let class = CreditClass::ALL.iter().find(|class| *stratum == *class.name());
        class.into_iter().for_each(|class| *sizes.entry(*class).or_default() += n);
    }
    allocate(plan, task, pool, &sizes, frame.root.n, findings)
}

/// P75: strata and weights of the frame that the plan does not give.
fn check_classes(
    plan: &Plan,
    task: &Task,
    allocation: &Allocation,
    frame: &Survey,
) -> Vec<Finding> {
    let quota = |name: &Name| {
        let mut strata = allocation.strata.iter();
        strata.find(|stratum| *name == *stratum.stratum.as_str()).map(|stratum| stratum.quota)
    };
    let fits = |name: &Name, weight: u64| match quota(name) {
        None => false,
        Some(Quota::Count(_)) => weight == 1,
        Some(Quota::Weight(own)) => weight == own,
        Some(Quota::Own) => true,
    };
    let all = task.sample.classes().is_none();
    let finding = |((stratum, weight), (n, first)): (&(Name, u64), &(u64, Sid))| {
        let (zh, en) = match (quota(stratum), all) {
            (Some(_), _) => {
                (format!("层 {stratum} 的权重 {weight}"), format!("weight {weight} in {stratum}"))
            }
            (None, true) => {
                (format!("层 {stratum}（应为 {WHOLE}）"), format!("stratum {stratum}, not {WHOLE}"))
            }
            (None, false) => (format!("层 {stratum}"), format!("stratum {stratum}")),
        };
        let cause = say!(
            "抽样框中 {n} 户的{zh}不是计划的，首户 {first}",
            "{n} subjects of the frame, {first} first, have the {en}, which the plan does not give"
        );
        plan.at(task, "sample", "P75", cause)
    };
    let wrong = frame.classes.iter().filter(|((name, weight), _)| !fits(name, *weight));
    wrong.take(CLASSES_MAX).map(finding).collect()
}

/// The task in numbers; what is outside the frame is not known here.
fn summary(task: &Task, allocation: &Allocation, size: u64) -> TaskSummary {
    TaskSummary {
        list: task.list.clone(),
        title: task.title.clone(),
        base: size,
        excluded: Vec::new(),
        statuses: Vec::new(),
        size,
        n: allocation.total,
        strata: summaries(allocation),
    }
}
