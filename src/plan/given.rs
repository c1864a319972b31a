//! A plan frozen over frames that were made elsewhere, where the register lives (`docs/sql.md`): who is in them was
//! decided there, by the queries that the plan gives; quotas, people and everything else are decided here.

use std::collections::{BTreeMap, BTreeSet};

use super::apply::Ruled;
use super::frame::check_sizes;
use super::freeze::{Freeze, History, TaskSummary};
use super::model::{Plan, Task};
use super::people::Pool;
use super::quota::{Allocation, WHOLE, allocate, summaries};
use super::rules::{Demand, Rules};
use super::sql::looks_elsewhere;
use crate::base::finding::{Finding, Findings};
use crate::record::bundle::{COMMITMENT, Files, INCOMPATIBLE, INSPECTORS, RECUSALS, frame_path};
use crate::record::commitment::{Commitment, Quota, TagUse};
use crate::record::ids::Sid;
use crate::record::tables::FrameRow;
use crate::registry::{CreditClass, Registry};
use crate::say;

/// Frames by list, each in the order of its subjects.
pub type GivenFrames = BTreeMap<String, Vec<FrameRow>>;

impl Ruled<'_> {
    /// Freezes the plan over these frames, one for each task.
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
            let Some(rows) = frames.get(&task.list) else { continue };
            let allocation = allocation(plan, task, &pool, rows, &mut findings);
            let size = rows.len() as u64;
            findings.extend(check_sizes(plan, task, &allocation, size));
            findings.extend(rules.check_sample(plan, task, &allocation, (size, size)));
            findings.extend(check_rows(plan, task, &allocation, rows));
            list.frame = plan.put(&mut files, &frame_path(&task.list), rows);
            list.method = allocation.method;
            list.strata.clone_from(&allocation.strata);
            summaries_of.push(summary(task, &allocation, size));
        }
        let drawn: Vec<u64> = summaries_of.iter().map(|task| task.n.min(task.size)).collect();
        findings.extend(plan.check_slots_in_draw(&drawn));
        let drawn_from: BTreeSet<&Sid> = frames.values().flatten().map(|row| &row.sid).collect();
        let recusals = pool.recusals(plan, registry, rules, &drawn_from, Vec::new(), &mut findings);
        let incompatible = pool.incompatibles(registry, &mut findings);
        let ((), findings) = Findings::check(findings, ())?;
        commitment.inspectors = plan.put(&mut files, INSPECTORS, &pool.rows(&used));
        commitment.recusals = plan.put(&mut files, RECUSALS, &recusals);
        commitment.incompatible = plan.put(&mut files, INCOMPATIBLE, &incompatible);
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
    rows: &[FrameRow],
    findings: &mut Vec<Finding>,
) -> Allocation {
    let mut sizes: BTreeMap<CreditClass, u64> = BTreeMap::new();
    for row in rows {
        let class = CreditClass::ALL.iter().find(|class| row.stratum == *class.name());
        class.into_iter().for_each(|class| *sizes.entry(*class).or_default() += 1);
    }
    allocate(plan, task, pool, &sizes, rows.len() as u64, findings)
}

/// P75: the first row of the frame whose stratum or weight the plan does not give.
fn check_rows(
    plan: &Plan,
    task: &Task,
    allocation: &Allocation,
    rows: &[FrameRow],
) -> Option<Finding> {
    let named = |row: &FrameRow| {
        allocation.strata.iter().find(|stratum| row.stratum == *stratum.stratum.as_str())
    };
    let fits = |row: &FrameRow| match named(row).map(|stratum| stratum.quota) {
        None => false,
        Some(Quota::Count(_)) => row.weight == 1,
        Some(Quota::Weight(weight)) => row.weight == weight,
        Some(Quota::Own) => true,
    };
    let wrong = rows.iter().find(|row| !fits(row))?;
    let FrameRow { sid, stratum, weight, .. } = wrong;
    let all = task.sample.classes().is_none();
    let (zh, en) = match (named(wrong), all) {
        (Some(_), _) => (format!("权重 {weight}"), format!("the weight {weight}")),
        (None, true) => {
            (format!("层 {stratum}，应为 {WHOLE}"), format!("the stratum {stratum}, not {WHOLE}"))
        }
        (None, false) => (format!("层 {stratum}"), format!("the stratum {stratum}")),
    };
    let cause =
        say!("抽样框中 {sid} 的{zh}不是计划的", "of {sid} in the frame {en} is not the plan's");
    Some(plan.at(task, "sample", "P75", cause))
}

/// The task in numbers; what is outside the frame is not known here.
fn summary(task: &Task, allocation: &Allocation, size: u64) -> TaskSummary {
    TaskSummary {
        list: task.list.clone(),
        title: task.title.clone(),
        base: size,
        excluded: Vec::new(),
        size,
        n: allocation.total,
        strata: summaries(allocation),
    }
}
