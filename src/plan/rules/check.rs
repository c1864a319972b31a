//! Whether a task keeps the rules that bind it. What a rule forbids is an error of the plan, which names rule and basis.

use super::super::model::{Plan, Task};
use super::super::quota::{Allocation, WHOLE};
use super::{Base, Demand, Rule, Rules};
use crate::base::finding::{Finding, Text};
use crate::base::ratio::Ratio;
use crate::draw::quota::chances;
use crate::record::commitment::{Quota, Role};
use crate::registry::{Reason, Registry, WatchList};
use crate::say;

/// The inspectors of a subject's own station are kept away by a tag that they have and that it fills.
const OWN_STATION: &str = "station:{station}";

impl Rules {
    /// P51 for rules that name a matter which is not on the list.
    pub(in crate::plan) fn check_matters(&self, registry: &Registry) -> Vec<Finding> {
        let unknown = |rule: &Rule| {
            let known = |id: &&String| registry.matter(id).is_none();
            rule.matters.iter().filter(known).cloned().collect::<Vec<_>>()
        };
        let finding = |rule: &Rule| {
            let ids = Some(unknown(rule).join(", ")).filter(|ids| !ids.is_empty())?;
            let cause = say!("清单上没有事项 {ids}", "not on the list: {ids}");
            Some(self.at(rule, "matters", "P51", cause))
        };
        self.rules.iter().filter_map(finding).collect()
    }

    /// The plan with what these rules add to its teams: nobody of the subject's own station.
    pub(in crate::plan) fn bind(&self, plan: &Plan) -> Plan {
        let mut plan = plan.clone();
        for task in &mut plan.tasks {
            if self.cross_stations(task) {
                let inspectors = task.slots.iter_mut().filter(|slot| slot.role == Role::Inspector);
                for slot in inspectors.filter(|slot| !slot.avoids.iter().any(|t| t == OWN_STATION))
                {
                    slot.avoids.push(OWN_STATION.to_owned());
                }
            }
        }
        plan
    }

    /// Whether inspectors stay away from their own station's subjects.
    pub(in crate::plan) fn cross_stations(&self, task: &Task) -> bool {
        self.binding(task).any(|rule| rule.demand == Demand::CrossStation)
    }

    /// P54 and P55 for a team too small, or without the specialists that a matter needs.
    pub(in crate::plan) fn check_team(&self, plan: &Plan, task: &Task) -> Vec<Finding> {
        let mut findings = Vec::new();
        for rule in self.binding(task) {
            let Text { zh, en } = rule.cited();
            match &rule.demand {
                Demand::MinTeam(least) => {
                    let n = task.slots.iter().filter(|slot| slot.role == Role::Inspector).count();
                    if (n as u64) < *least {
                        let cause = say!(
                            "有 {n} 名执法检查人员，{zh}须有 {least} 名",
                            "{n} inspectors; {en} demands {least}"
                        );
                        findings.push(plan.at(task, "slots", "P54", cause));
                    }
                }
                Demand::RequiredTags { tags, slots } => {
                    for tag in tags {
                        let n = task.slots.iter().filter(|slot| slot.needs.contains(tag)).count();
                        if (n as u64) < *slots {
                            let cause = say!(
                                "{n} 个岗位要求“{tag}”，{zh}须有 {slots} 个",
                                "{n} slot(s) need \"{tag}\"; {en} demands {slots}"
                            );
                            findings.push(plan.at(task, "slots", "P55", cause));
                        }
                    }
                }
                _ => {}
            }
        }
        findings
    }

    /// P52 and P53 for samples below a floor or above a cap: `frame` subjects are eligible, `live` were in scope and
    /// not of a status that keeps them out.
    pub(in crate::plan) fn check_sample(
        &self,
        plan: &Plan,
        task: &Task,
        allocation: &Allocation,
        (frame, live): (u64, u64),
    ) -> Vec<Finding> {
        let mut findings = Vec::new();
        for rule in self.binding(task) {
            let (code, ratio, of) = match &rule.demand {
                Demand::LeastRatio { ratio, of } => ("P52", *ratio, *of),
                Demand::MostRatio { ratio, of } => ("P53", *ratio, *of),
                _ => continue,
            };
            for (what, size, (least, most)) in drawn_of(allocation, of, frame, live) {
                let (bound, kept) = bound(code, ratio, size, least, most);
                if kept {
                    continue;
                }
                let Text { zh, en } = rule.cited();
                let n = if code == "P52" { least } else { most };
                let Text { zh: what_zh, en: what_en } = what;
                let cause = match code {
                    "P52" => say!(
                        "{what_zh} {size} 户，保证抽到 {n} 户，{zh}的 {ratio} 须抽 {bound} 户",
                        "{what_en}: of {size} {n} are sure to be drawn; {ratio} of {en} are {bound}"
                    ),
                    _ => say!(
                        "{what_zh} {size} 户，可能抽到 {n} 户，{zh}的 {ratio} 至多 {bound} 户",
                        "{what_en}: of {size} {n} may be drawn; {ratio} of {en} are {bound} at most"
                    ),
                };
                findings.push(plan.at(task, "sample", code, cause));
            }
        }
        findings
    }

    /// Whether a recusal for this reason has effect: every one, unless a rule lists those accepted.
    pub(in crate::plan) fn accept(&self, reason: Reason) -> bool {
        let mut lists = self.rules.iter().filter_map(|rule| match &rule.demand {
            Demand::RecusalKinds(accepted) => Some(accepted),
            _ => None,
        });
        lists.all(|accepted| accepted.contains(&reason))
    }

    /// Whether the white list keeps a task's subjects out.
    pub(in crate::plan) fn exempt_list(&self, task: &Task) -> Option<WatchList> {
        let exempts = self.binding(task).any(|rule| rule.demand == Demand::WhiteList);
        exempts.then_some(WatchList::White)
    }
}

/// What a ratio comes to for so many subjects, and whether it is kept.
fn bound(code: &str, ratio: Ratio, size: u64, least: u64, most: u64) -> (u64, bool) {
    match code {
        "P52" => (ratio.ceil_of(size), least >= ratio.ceil_of(size)),
        _ => (ratio.floor_of(size), most <= ratio.floor_of(size)),
    }
}

/// What a ratio is taken of, its size, and how many of it are drawn at least and at most.
type Part = (Text, u64, (u64, u64));

fn drawn_of(allocation: &Allocation, of: Base, frame: u64, live: u64) -> Vec<Part> {
    let total = allocation.total;
    match of {
        Base::Frame => vec![(say!("抽样框", "the frame"), frame, (total, total))],
        Base::Live => vec![(say!("范围内存续对象", "live in scope"), live, (total, total))],
        Base::Class => {
            let chances = chances(allocation.method, &allocation.strata);
            let part = |(stratum, chance): (&crate::record::commitment::Stratum, Option<_>)| {
                let (name, size) = (&stratum.stratum, stratum.size);
                let range = match (stratum.quota, chance) {
                    // Of a stratum of all classes one class may have all that are drawn, or none.
                    (Quota::Count(n), _) if name != WHOLE || n == size => (n, n),
                    (Quota::Weight(_), Some((above, below))) => expected(above, below, size),
                    _ => (0, total.min(size)),
                };
                (say!("{name} 层", "stratum {name}"), size, range)
            };
            allocation.strata.iter().zip(chances).map(part).collect()
        }
    }
}

/// The two whole numbers next to a stratum's expectation: the systematic rounding gives one of them.
fn expected(above: u128, below: u128, size: u64) -> (u64, u64) {
    let (above, below) = (above * u128::from(size), below.max(1));
    let whole = |n: u128| u64::try_from(n).unwrap_or(u64::MAX);
    (whole(above / below), whole(above.div_ceil(below)))
}
