//! One task's frame (抽样框): who is eligible, who is not and why, and how many are drawn.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::freeze::{History, TaskSummary};
use super::model::{Plan, Task, Within};
use super::people::Pool;
use super::quota::{Allocation, WHOLE, allocate, summaries};
use super::scope::Standing;
use crate::base::date::days_between;
use crate::base::finding::Finding;
use crate::record::commitment::{Quota, TagUse};
use crate::record::ids::{Sid, WEIGHT_SUM_MAX};
use crate::record::tables::FrameRow;
use crate::registry::{CreditClass, Subject};
use crate::say;

/// Frames this small make Pareto's chances deviate noticeably.
const PARETO_SIZE_MIN: u64 = 100;
/// Strata below this are reported.
const STRATUM_SIZE_MIN: u64 = 10;
/// How many identifiers a finding shows.
const SHOWN_IDS: usize = 5;

/// A subject of a task's base that is not in its frame, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExcludedSubject {
    /// The task's list.
    pub list: String,
    /// The subject.
    pub sid: Sid,
    /// Its name.
    pub name: String,
    /// `status`, `drawn_within` or `key_supervised`.
    pub reason: &'static str,
}

/// A task applied to the register.
pub(super) struct Frame {
    pub(super) allocation: Allocation,
    /// By sid.
    pub(super) rows: Vec<FrameRow>,
    pub(super) summary: TaskSummary,
    pub(super) excluded: Vec<ExcludedSubject>,
}

/// What is the same for all tasks.
pub(super) struct Ground<'a> {
    pub(super) plan: &'a Plan,
    /// All subjects of the register, by sid.
    pub(super) subjects: Vec<(Sid, &'a Subject)>,
    pub(super) history: &'a History,
    pub(super) pool: &'a Pool<'a>,
    pub(super) used: &'a TagUse,
}

impl Ground<'_> {
    /// The frame of a task, with everything wrong with it.
    pub(super) fn frame(&self, task: &Task, findings: &mut Vec<Finding>) -> Frame {
        let (eligible, excluded, base) = self.select(task, findings);
        let mut reasons: BTreeMap<&str, u64> = BTreeMap::new();
        for subject in &excluded {
            *reasons.entry(subject.reason).or_default() += 1;
        }
        let size = eligible.len() as u64;
        if size == 0 {
            let cause = say!(
                "范围内 {base} 户，可抽 0 户",
                "{base} subjects are in scope and none of them is eligible"
            );
            findings.push(self.plan.at(task, "scope", "P22", cause));
        }
        let sizes = self.check_ratings(task, &eligible, findings);
        // An empty frame fails every number as well: one finding is enough.
        let mut unheard = Vec::new();
        let heard = if size == 0 { &mut unheard } else { &mut *findings };
        let allocation = allocate(self.plan, task, self.pool, &sizes, size, heard);
        self.check_sizes(task, &allocation, size, findings);
        let rows = self.rows(task, &allocation, &eligible);
        let weights: u128 = rows.iter().map(|row| u128::from(row.weight)).sum();
        if weights > u128::from(WEIGHT_SUM_MAX) {
            let cause =
                say!("权重之和 {weights} 超过 2^52", "the sum of weights {weights} exceeds 2^52");
            findings.push(self.plan.at(task, "sample", "P27", cause));
        }
        let summary = TaskSummary {
            list: task.list.clone(),
            title: task.title.clone(),
            base,
            excluded: reasons.into_iter().map(|(reason, n)| (reason.to_owned(), n)).collect(),
            size,
            n: allocation.total,
            strata: summaries(&allocation),
        };
        Frame { allocation, rows, summary, excluded }
    }

    /// The eligible subjects, those excluded, and how many are in scope together.
    fn select(
        &self,
        task: &Task,
        findings: &mut Vec<Finding>,
    ) -> (Vec<&(Sid, &Subject)>, Vec<ExcludedSubject>, u64) {
        let (mut eligible, mut excluded) = (Vec::new(), Vec::new());
        let mut unknown: BTreeMap<&str, Vec<&Sid>> = BTreeMap::new();
        let from = self.plan.window_of(task).0;
        for entry in &self.subjects {
            let (sid, subject) = entry;
            match task.scope.standing(subject, self.class_of(subject), from) {
                Standing::Outside => continue,
                Standing::Unknown(field) => {
                    unknown.entry(field).or_default().push(sid);
                    continue;
                }
                Standing::Inside => {}
            }
            match self.why_excluded(task, sid, subject) {
                None => eligible.push(entry),
                Some(reason) => excluded.push(ExcludedSubject {
                    list: task.list.clone(),
                    sid: sid.clone(),
                    name: subject.name.clone(),
                    reason,
                }),
            }
        }
        for (field, sids) in unknown {
            let (n, first) = (sids.len(), first_ids(sids));
            let cause =
                say!("{n} 户的 {field} 为空：{first}", "{n} subject(s) have no {field}: {first}");
            findings.push(self.plan.at(task, "scope", "P30", cause));
        }
        let base = (eligible.len() + excluded.len()) as u64;
        (eligible, excluded, base)
    }

    fn why_excluded(&self, task: &Task, sid: &Sid, subject: &Subject) -> Option<&'static str> {
        let drawn_lately = |within: Within| {
            let last = subject.last_drawn.max(self.history.drawn.get(sid).copied());
            last.is_some_and(|day| within.reaches(day, self.plan.window.0))
        };
        if !task.scope.status_passes(&subject.status) {
            Some("status")
        } else if task.drawn_within.is_some_and(drawn_lately) {
            Some("drawn_within")
        } else if task.key_supervised
            && task.matters.iter().any(|m| subject.key_matters.contains(m))
        {
            Some("key_supervised")
        } else {
            None
        }
    }

    /// The class as which a subject counts.
    fn class_of(&self, subject: &Subject) -> Option<CreditClass> {
        subject.credit_class.or(self.plan.unrated)
    }

    /// How many eligible subjects each class has; P12, P13, P18 and P19 where ratings are missing or old.
    fn check_ratings(
        &self,
        task: &Task,
        eligible: &[&(Sid, &Subject)],
        findings: &mut Vec<Finding>,
    ) -> BTreeMap<CreditClass, u64> {
        let mut sizes: BTreeMap<CreditClass, u64> = BTreeMap::new();
        for (_, subject) in eligible {
            if let Some(class) = self.class_of(subject) {
                *sizes.entry(class).or_default() += 1;
            }
        }
        if !task.sample.uses_credit() {
            return sizes;
        }
        let mut report = |code, sids: Vec<&Sid>, zh: &str, en: &str| {
            if !sids.is_empty() {
                let (n, first) = (sids.len(), first_ids(sids));
                let cause = say!("{n} 户{zh}：{first}", "{n} subject(s) {en}: {first}");
                findings.push(self.plan.at(task, "sample", code, cause));
            }
        };
        let those = |which: &dyn Fn(&Subject) -> bool| -> Vec<&Sid> {
            eligible.iter().filter(|(_, subject)| which(subject)).map(|(sid, _)| sid).collect()
        };
        match task.sample.classes() {
            Some(named) => {
                let unrated = those(&|subject| self.class_of(subject).is_none());
                report("P12", unrated, "没有信用风险分类", "have no credit class");
                for class in CreditClass::ALL.iter().filter(|class| !named.contains(class)) {
                    let of = those(&|subject| self.class_of(subject) == Some(*class));
                    let name = class.name();
                    let zh = format!("属 {name} 类而 {name} 类未列");
                    report("P13", of, &zh, &format!("are of class {name}, which is not named"));
                }
            }
            None => {
                let unscored = those(&|subject| subject.credit_score.is_none());
                report("P19", unscored, "没有信用分值", "have no credit score");
            }
        }
        if let Some(days) = self.plan.stale_after_days {
            let from = self.plan.window.0;
            let stale = those(&|subject| {
                let rated = subject.credit_class.is_some() || subject.credit_score.is_some();
                rated && subject.credit_date.is_none_or(|day| age_days(day, from) > days)
            });
            let zh = format!("的评定早于窗口 {days} 天以上或没有日期");
            let en =
                format!("were rated more than {days} days before the window, or without a date");
            report("P18", stale, &zh, &en);
        }
        sizes
    }

    /// P20 and P21: chance needs numbers.
    fn check_sizes(
        &self,
        task: &Task,
        allocation: &Allocation,
        size: u64,
        findings: &mut Vec<Finding>,
    ) {
        if task.sample.is_by_score() && (1..PARETO_SIZE_MIN).contains(&size) {
            let cause = say!("只有 {size} 户", "there are only {size} subjects");
            findings.push(self.plan.at(task, "sample", "P20", cause));
        }
        for stratum in allocation.strata.iter().filter(|s| (1..STRATUM_SIZE_MIN).contains(&s.size))
        {
            let (name, size) = (&stratum.stratum, stratum.size);
            let cause =
                say!("{name} 层只有 {size} 户", "the stratum {name} has only {size} subjects");
            findings.push(self.plan.at(task, "sample", "P21", cause));
        }
    }

    fn rows(
        &self,
        task: &Task,
        allocation: &Allocation,
        eligible: &[&(Sid, &Subject)],
    ) -> Vec<FrameRow> {
        let by_class = task.sample.classes().is_some();
        let weights: BTreeMap<&str, Quota> =
            allocation.strata.iter().map(|s| (s.stratum.as_str(), s.quota)).collect();
        let row = |(sid, subject): &&(Sid, &Subject)| {
            let class = self.class_of(subject).filter(|_| by_class);
            let stratum = class.map_or(WHOLE, CreditClass::name);
            let weight = match weights.get(stratum) {
                Some(Quota::Weight(weight)) => *weight,
                Some(Quota::Own) => subject.credit_score.unwrap_or(1),
                _ => 1,
            };
            let tags = tags_of(subject, self.used);
            FrameRow { sid: sid.clone(), stratum: stratum.to_owned(), weight, tags, salt: None }
        };
        eligible.iter().map(row).collect()
    }
}

/// Days from `day` to the window's first day; none if it is not before.
fn age_days(day: Date, from: Date) -> u64 {
    u64::try_from(days_between(day, from)).unwrap_or(0)
}

/// The subject's tags that slots refer to, sorted.
fn tags_of(subject: &Subject, used: &TagUse) -> Vec<String> {
    let area = subject.area.iter().map(|area| format!("area:{area}"));
    let station = subject.station.iter().map(|station| format!("station:{station}"));
    let mut tags: Vec<String> = area
        .chain(station)
        .chain(subject.tags.iter().cloned())
        .filter(|tag| used.concerns_subject(tag))
        .collect();
    tags.sort_unstable();
    tags.dedup();
    tags
}

fn first_ids(sids: Vec<&Sid>) -> String {
    let shown: Vec<&str> = sids.iter().take(SHOWN_IDS).map(|sid| sid.as_str()).collect();
    let more = if sids.len() > SHOWN_IDS { " …" } else { "" };
    format!("{}{more}", shown.join(" "))
}
