//! From a sample and the sizes of its classes to strata, exactly. A floor rounds up: ⌈x·N⌉
//! (企业公示信息抽查办法: at least 3 %, so 1,202 of 40,065 and not 1,200).

use std::collections::BTreeMap;

use super::model::{PerClass, Plan, Sample, Task};
use super::people::Pool;
use crate::base::finding::Finding;
use crate::base::ratio::Ratio;
use crate::draw::quota::chances;
use crate::record::commitment::{Method, Quota, Stratum};
use crate::registry::CreditClass;
use crate::say;

/// The name of a stratum that is the whole frame.
pub(super) const WHOLE: &str = "all";

/// What a stratum's subjects can expect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StratumSummary {
    /// Its name: a credit class, or `all`.
    pub stratum: String,
    /// N: its subjects.
    pub size: u64,
    /// How many are drawn, where that is fixed before the seed.
    pub n: Option<u64>,
    /// Every subject's exact chance of being drawn, numerator and denominator; none where subjects have
    /// weights of their own.
    pub chance: Option<(u128, u128)>,
}

/// A task's method, strata and total.
pub(super) struct Allocation {
    pub(super) method: Method,
    pub(super) strata: Vec<Stratum>,
    /// How many are drawn together.
    pub(super) total: u64,
}

/// The allocation of a task whose frame has these classes. `sizes` counts the subjects of each class, and
/// `frame` all of them.
pub(super) fn allocate(
    plan: &Plan,
    task: &Task,
    pool: &Pool<'_>,
    sizes: &BTreeMap<CreditClass, u64>,
    frame: u64,
    findings: &mut Vec<Finding>,
) -> Allocation {
    let whole = |n| fixed(vec![(WHOLE.to_owned(), frame, n)]);
    let allocation = match &task.sample {
        Sample::RatioByClass(ratios) => {
            let size = |class: &CreditClass| sizes.get(class).copied().unwrap_or(0);
            let stratum = |(class, ratio): (&CreditClass, &Ratio)| {
                (class.name().to_owned(), size(class), ratio.ceil_of(size(class)))
            };
            fixed(ratios.iter().map(stratum).collect())
        }
        Sample::Ratio(ratio) => whole(ratio.ceil_of(frame)),
        Sample::Number(n) => whole(*n),
        Sample::All => whole(frame),
        Sample::NumberByClass(n, weights) => proportional(*n, weights, sizes),
        Sample::PerOfficer(each, dept, weights) => {
            let officers = pool.officers(dept);
            if officers == 0 {
                let cause =
                    say!("“{dept}”没有可用的执法人员", "\"{dept}\" has no usable inspector");
                findings.push(plan.at(task, "sample", "P23", cause));
            }
            let n = each.saturating_mul(officers);
            match weights {
                Some(weights) => proportional(n, weights, sizes),
                None => whole(n),
            }
        }
        Sample::NumberByScore(n) => Allocation {
            method: Method::Pareto { n: *n },
            strata: vec![Stratum { stratum: WHOLE.to_owned(), size: frame, quota: Quota::Own }],
            total: *n,
        },
    };
    let total = allocation.total;
    if total > frame {
        let cause =
            say!("要抽 {total} 户，只有 {frame} 户", "{total} are to be drawn, there are {frame}");
        findings.push(plan.at(task, "sample", "P15", cause));
    }
    findings.extend(below_floor(plan, task, &allocation, frame));
    allocation
}

fn fixed(strata: Vec<(String, u64, u64)>) -> Allocation {
    let total = strata.iter().map(|(_, _, n)| n).sum();
    let stratum = |(stratum, size, n)| Stratum { stratum, size, quota: Quota::Count(n) };
    Allocation { method: Method::Fixed, strata: strata.into_iter().map(stratum).collect(), total }
}

fn proportional(n: u64, weights: &PerClass<u64>, sizes: &BTreeMap<CreditClass, u64>) -> Allocation {
    let stratum = |(class, weight): (&CreditClass, &u64)| Stratum {
        stratum: class.name().to_owned(),
        size: sizes.get(class).copied().unwrap_or(0),
        quota: Quota::Weight(*weight),
    };
    Allocation {
        method: Method::Proportional { n },
        strata: weights.iter().map(stratum).collect(),
        total: n,
    }
}

/// 不低于: the total must reach ⌈floor · N⌉.
fn below_floor(plan: &Plan, task: &Task, allocation: &Allocation, frame: u64) -> Option<Finding> {
    let floor = task.floor?;
    let (least, total) = (floor.ceil_of(frame), allocation.total);
    if total >= least {
        return None;
    }
    let low = match &task.sample {
        Sample::RatioByClass(ratios) => {
            let low = ratios.iter().filter(|(_, ratio)| **ratio <= floor);
            low.map(|(class, ratio)| format!("{} {ratio}", class.name())).collect()
        }
        Sample::Ratio(ratio) => vec![ratio.to_string()],
        _ => Vec::new(),
    };
    let (zh, en) = match low.join(", ") {
        low if low.is_empty() => ("提高数量".to_owned(), "raise the number".to_owned()),
        low => (format!("提高 {low}"), format!("raise {low}")),
    };
    let cause = say!(
        "共抽 {total} 户，不低于 {frame} 户的 {floor} 须抽 {least} 户：{zh}",
        "{total} are drawn, at least {floor} of {frame} are {least}: {en}"
    );
    Some(plan.at(task, "sample", "P14", cause))
}

/// What the strata of an allocation can expect.
pub(super) fn summaries(allocation: &Allocation) -> Vec<StratumSummary> {
    let chances = chances(allocation.method, &allocation.strata);
    let summary = |(stratum, chance): (&Stratum, Option<(u128, u128)>)| StratumSummary {
        stratum: stratum.stratum.clone(),
        size: stratum.size,
        n: if let Quota::Count(n) = stratum.quota { Some(n) } else { None },
        chance,
    };
    allocation.strata.iter().zip(chances).map(summary).collect()
}
