//! As which class a subject counts in a task: its general class (通用), joined with the class of its sector (专业) where a
//! rule says how, as 国家企业信用信息公示系统's 通用+专业 model does. A subject without a sector class keeps its general one.

use std::collections::BTreeMap;

use super::model::{Plan, Task};
use super::rules::{Demand, Rules};
use crate::base::finding::Finding;
use crate::record::ids::Sid;
use crate::registry::{CreditClass, Subject};
use crate::say;

/// General class → sector class → class.
pub(super) type Fused = BTreeMap<CreditClass, BTreeMap<String, CreditClass>>;
/// How many identifiers a finding shows.
const SHOWN_IDS: usize = 5;

/// How a task reads ratings.
pub(super) struct Credit<'a> {
    /// As which class an unrated subject counts; none: it is refused.
    pub(super) unrated: Option<CreditClass>,
    /// Ratings older than this before the window are reported.
    pub(super) stale_after_days: Option<u64>,
    /// The keys of tags with sector classes, each with its table.
    pub(super) fusions: Vec<(&'a str, &'a Fused)>,
}

/// What joining the classes of one subject comes to.
enum Join {
    /// There is nothing to join.
    Plain,
    /// The riskiest that the tables give.
    Fused(CreditClass),
    /// A sector class that no table has for this general one, or two of one sector.
    Unknown(String),
}

impl<'a> Credit<'a> {
    /// Of a task, under the rules that bind it.
    pub(super) fn of(plan: &Plan, task: &'a Task, rules: &'a Rules) -> Self {
        let mut credit = Credit {
            unrated: plan.unrated,
            stale_after_days: plan.stale_after_days,
            fusions: Vec::new(),
        };
        for rule in rules.binding(task) {
            match &rule.demand {
                // The strictest age counts.
                Demand::RatingAge(days) => {
                    let known = credit.stale_after_days.unwrap_or(u64::MAX);
                    credit.stale_after_days = Some(known.min(*days));
                }
                Demand::Fusion { tag, table } => credit.fusions.push((tag, table)),
                _ => {}
            }
        }
        credit
    }

    /// The class as which a subject counts.
    pub(super) fn class(&self, subject: &Subject) -> Option<CreditClass> {
        let general = self.general(subject);
        match self.join(subject, general) {
            Join::Fused(class) => Some(class),
            Join::Plain | Join::Unknown(_) => general,
        }
    }

    /// P59 for the classes that fusion changed, P60 for sector classes that cannot be joined.
    pub(super) fn check(
        &self,
        plan: &Plan,
        task: &Task,
        subjects: &[(&Sid, &Subject)],
    ) -> Vec<Finding> {
        if self.fusions.is_empty() {
            return Vec::new();
        }
        let mut changed: BTreeMap<(CreditClass, CreditClass), u64> = BTreeMap::new();
        let mut unknown: BTreeMap<String, Vec<&Sid>> = BTreeMap::new();
        for (sid, subject) in subjects {
            let general = self.general(subject);
            match (self.join(subject, general), general) {
                (Join::Fused(class), Some(general)) if class != general => {
                    *changed.entry((general, class)).or_default() += 1;
                }
                (Join::Unknown(what), _) => unknown.entry(what).or_default().push(sid),
                _ => {}
            }
        }
        let mut findings = Vec::new();
        for (what, sids) in unknown {
            let (n, first) = (sids.len(), first_ids(&sids));
            let cause = say!(
                "{n} 户的 {what} 融合表中没有：{first}",
                "{n} subject(s) with {what}, which the table does not join: {first}"
            );
            findings.push(plan.at(task, "sample", "P60", cause));
        }
        if !changed.is_empty() {
            let n: u64 = changed.values().sum();
            let how = |((from, to), n): (&(CreditClass, CreditClass), &u64)| {
                format!("{}→{} {n}", from.name(), to.name())
            };
            let how = changed.iter().map(how).collect::<Vec<_>>().join(", ");
            let cause = say!("{n} 户改变了类别：{how}", "{n} subjects changed class: {how}");
            findings.push(plan.at(task, "sample", "P59", cause));
        }
        findings
    }

    fn general(&self, subject: &Subject) -> Option<CreditClass> {
        subject.credit_class.or(self.unrated)
    }

    fn join(&self, subject: &Subject, general: Option<CreditClass>) -> Join {
        let Some(general) = general.filter(|_| !self.fusions.is_empty()) else {
            return Join::Plain;
        };
        let mut riskiest = None;
        for (key, table) in &self.fusions {
            let of = |tag: &'_ String| -> Option<String> {
                let (own, sector) = tag.split_once(':')?;
                (own == *key).then(|| sector.to_owned())
            };
            let sectors: Vec<String> = subject.tags.iter().filter_map(of).collect();
            let [sector] = sectors.as_slice() else {
                if sectors.is_empty() {
                    continue;
                }
                return Join::Unknown(format!("{key}:{}", sectors.join("+")));
            };
            match table.get(&general).and_then(|row| row.get(sector)) {
                Some(class) => riskiest = riskiest.max(Some(*class)),
                None => return Join::Unknown(format!("{} × {key}:{sector}", general.name())),
            }
        }
        riskiest.map_or(Join::Plain, Join::Fused)
    }
}

/// The first of these identifiers.
pub(super) fn first_ids(sids: &[&Sid]) -> String {
    let shown: Vec<&str> = sids.iter().take(SHOWN_IDS).map(|sid| sid.as_str()).collect();
    let more = if sids.len() > SHOWN_IDS { " …" } else { "" };
    format!("{}{more}", shown.join(" "))
}
