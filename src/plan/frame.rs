//! One task's frame (抽样框): who is eligible, who is not and why, and how many are drawn.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::credit::{Credit, first_ids};
use super::exclude::{Exclusions, KeyMatters, age_days};
use super::freeze::TaskSummary;
use super::model::{Plan, Task};
use super::past::{Past, PastVisit};
use super::people::Pool;
use super::quota::{Allocation, WHOLE, allocate, summaries};
use super::reason::{is_no_field, no_field};
use super::rules::Rules;
use super::scope::Standing;
use crate::base::finding::Finding;
use crate::record::commitment::{Quota, Stratum, TagUse};
use crate::record::ids::{Name, Sid, WEIGHT_SUM_MAX};
use crate::record::tables::FrameRow;
use crate::registry::{CreditClass, Subject};
use crate::say;

/// Frames this small make Pareto's chances deviate noticeably.
const PARETO_SIZE_MIN: u64 = 100;
/// Strata below this are reported.
const STRATUM_SIZE_MIN: u64 = 10;

/// A subject of a task's base that is not in its frame, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExcludedSubject {
    /// The task's list.
    pub list: String,
    /// The subject.
    pub sid: Sid,
    /// Its name.
    pub name: String,
    /// A code that [`reason_text`](super::reason_text) puts in words.
    pub reason: &'static str,
}

/// A task applied to the register. A subject is named by its place among all, which are ordered by sid.
pub(super) struct Frame {
    pub(super) allocation: Allocation,
    /// The eligible subjects, ascending.
    pub(super) members: Vec<u32>,
    /// The stratum of each of them: a place in the allocation's strata, [`NO_STRATUM`] if its class is not named.
    pub(super) strata: Vec<u8>,
    /// Those of the base that are not eligible, and why.
    pub(super) excluded: Vec<(u32, &'static str)>,
    pub(super) summary: TaskSummary,
}

/// The stratum of somebody whose class the sample does not name, which is an error.
pub(super) const NO_STRATUM: u8 = u8::MAX;

/// What is the same for all tasks.
pub(super) struct Ground<'a> {
    pub(super) plan: &'a Plan,
    /// All subjects of the register, by sid.
    pub(super) subjects: Vec<(Sid, &'a Subject)>,
    pub(super) rules: &'a Rules,
    /// Parallel to the subjects.
    pub(super) past: Past,
    pub(super) pool: Pool<'a>,
    pub(super) used: TagUse,
}

impl Ground<'_> {
    /// The frame of a task, with everything wrong with it.
    pub(super) fn frame(&self, task: &Task, findings: &mut Vec<Finding>) -> Frame {
        let credit = Credit::of(self.plan, task, self.rules);
        let (members, excluded, base) = self.select(task, &credit, findings);
        let mut reasons: BTreeMap<&str, u64> = BTreeMap::new();
        for (_, reason) in &excluded {
            *reasons.entry(reason).or_default() += 1;
        }
        let size = members.len() as u64;
        if size == 0 {
            let cause = say!(
                "范围内 {base} 户，可抽 0 户",
                "{base} subjects are in scope and none of them is eligible"
            );
            findings.push(self.plan.at(task, "scope", "P22", cause));
        }
        let sizes = self.check_ratings(task, &credit, &members, findings);
        // An empty frame fails every number as well: one finding is enough.
        let mut unheard = Vec::new();
        let heard = if size == 0 { &mut unheard } else { &mut *findings };
        let allocation = allocate(self.plan, task, &self.pool, &sizes, size, heard);
        findings.extend(check_sizes(self.plan, task, &allocation, size));
        if size > 0 {
            let judged = |reason: &str| reason != "status" && !is_no_field(reason);
            let judged = reasons.iter().filter(|(reason, _)| judged(reason)).map(|(_, n)| n);
            let live = size + judged.sum::<u64>();
            let of = (size, live);
            findings.extend(self.rules.check_sample(self.plan, task, &allocation, of));
        }
        findings.extend(check_counts(self.plan, task, &reasons, &allocation));
        let strata = self.strata(task, &credit, &allocation, &members);
        let each = members.iter().zip(&strata);
        let weights = each.map(|(place, stratum)| self.weight(&allocation, *place, *stratum));
        let weights: u128 = weights.map(u128::from).sum();
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
            statuses: self.statuses(&excluded),
            size,
            n: allocation.total,
            strata: summaries(&allocation),
        };
        Frame { allocation, members, strata, excluded, summary }
    }

    /// The statuses for which subjects are excluded, the most frequent first.
    fn statuses(&self, excluded: &[(u32, &'static str)]) -> Vec<(String, u64)> {
        let mut words: BTreeMap<&str, u64> = BTreeMap::new();
        for (place, _) in excluded.iter().filter(|(_, reason)| *reason == "status") {
            *words.entry(&self.subjects[*place as usize].1.status).or_default() += 1;
        }
        let mut words: Vec<(String, u64)> =
            words.into_iter().map(|(word, n)| (word.to_owned(), n)).collect();
        words.sort_by_key(|(_, n)| Reverse(*n));
        words
    }

    /// The eligible subjects, those excluded, and how many are in scope or may be, together.
    fn select(
        &self,
        task: &Task,
        credit: &Credit<'_>,
        findings: &mut Vec<Finding>,
    ) -> (Vec<u32>, Vec<(u32, &'static str)>, u64) {
        let (mut eligible, mut excluded) = (Vec::new(), Vec::new());
        let mut unknown: BTreeMap<&str, Vec<&Sid>> = BTreeMap::new();
        let from = self.plan.window.0;
        let exclusions = Exclusions::of(self.plan, task, self.rules);
        let mut kept = Kept { crossing: self.rules.cross_stations(task), ..Kept::default() };
        for (place, entry) in (0..).zip(&self.subjects) {
            let (sid, subject) = entry;
            let class = credit.class(subject);
            match task.scope.standing(subject, class, from) {
                Standing::Outside => continue,
                Standing::Unknown(field) => {
                    unknown.entry(field).or_default().push(sid);
                    excluded.push((place, no_field(field)));
                    continue;
                }
                Standing::Inside => {}
            }
            let past = self.past.at(place as usize);
            match exclusions.why(subject, class, past) {
                None => {
                    kept.count(&exclusions, entry, past);
                    eligible.push(place);
                }
                Some(reason) => excluded.push((place, reason)),
            }
        }
        for (field, sids) in unknown {
            let (n, first) = (sids.len(), first_ids(&sids));
            let cause =
                say!("{n} 户的 {field} 为空：{first}", "{n} subject(s) have no {field}: {first}");
            findings.push(self.plan.at(task, "scope", "P30", cause));
        }
        findings.extend(kept.findings(self.plan, task));
        let base = (eligible.len() + excluded.len()) as u64;
        (eligible, excluded, base)
    }

    /// How many eligible subjects each class has; P12, P13, P18 and P19 where ratings are missing or old.
    fn check_ratings(
        &self,
        task: &Task,
        credit: &Credit<'_>,
        members: &[u32],
        findings: &mut Vec<Finding>,
    ) -> BTreeMap<CreditClass, u64> {
        let mut sizes: BTreeMap<CreditClass, u64> = BTreeMap::new();
        let eligible = || members.iter().map(|place| &self.subjects[*place as usize]);
        for (_, subject) in eligible() {
            if let Some(class) = credit.class(subject) {
                *sizes.entry(class).or_default() += 1;
            }
        }
        if !task.sample.uses_credit() {
            return sizes;
        }
        let of: Vec<(&Sid, &Subject)> = eligible().map(|(sid, s)| (sid, *s)).collect();
        findings.extend(credit.check(self.plan, task, &of));
        let mut report = |code, sids: Vec<&Sid>, zh: &str, en: &str| {
            if !sids.is_empty() {
                let (n, first) = (sids.len(), first_ids(&sids));
                let cause = say!("{n} 户{zh}：{first}", "{n} subject(s) {en}: {first}");
                findings.push(self.plan.at(task, "sample", code, cause));
            }
        };
        let those = |which: &dyn Fn(&Subject) -> bool| -> Vec<&Sid> {
            eligible().filter(|(_, subject)| which(subject)).map(|(sid, _)| sid).collect()
        };
        match task.sample.classes() {
            Some(named) => {
                let unrated = those(&|subject| credit.class(subject).is_none());
                report("P12", unrated, "没有信用风险分类", "have no credit class");
                for class in CreditClass::ALL.iter().filter(|class| !named.contains(class)) {
                    let of = those(&|subject| credit.class(subject) == Some(*class));
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
        if let Some(days) = credit.stale_after_days {
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

    /// The stratum of each member, as a place among the allocation's.
    fn strata(
        &self,
        task: &Task,
        credit: &Credit<'_>,
        allocation: &Allocation,
        members: &[u32],
    ) -> Vec<u8> {
        if task.sample.classes().is_none() {
            return vec![0; members.len()];
        }
        let place = |class: Option<CreditClass>| {
            let name = class.map_or(WHOLE, CreditClass::name);
            let found = allocation.strata.iter().position(|stratum| stratum.stratum == name);
            found.and_then(|place| u8::try_from(place).ok()).unwrap_or(NO_STRATUM)
        };
        let unrated = place(None);
        let rated: BTreeMap<CreditClass, u8> =
            CreditClass::ALL.iter().map(|class| (*class, place(Some(*class)))).collect();
        let of = |member: &u32| {
            let class = credit.class(self.subjects[*member as usize].1);
            class.map_or(unrated, |class| rated[&class])
        };
        members.iter().map(of).collect()
    }

    /// The weight of a member: the stratum's, the subject's own, or one.
    pub(super) fn weight(&self, allocation: &Allocation, place: u32, stratum: u8) -> u64 {
        match allocation.strata.get(usize::from(stratum)).map(|stratum| stratum.quota) {
            Some(Quota::Weight(weight)) => weight,
            Some(Quota::Own) => self.subjects[place as usize].1.credit_score.unwrap_or(1),
            _ => 1,
        }
    }

    /// The rows of `frames/<list>.tsv`.
    pub(super) fn rows(&self, frame: &Frame) -> Vec<FrameRow> {
        let Frame { allocation, members, strata, .. } = frame;
        let name = |stratum: &Stratum| Name::parse("stratum", &stratum.stratum);
        let names: Result<Vec<Name>, Finding> = allocation.strata.iter().map(name).collect();
        let names = names.expect("bug: a class is a name");
        let row = |(place, stratum): (&u32, &u8)| {
            let (sid, subject) = &self.subjects[*place as usize];
            FrameRow {
                sid: sid.clone(),
                stratum: names[usize::from(*stratum)].clone(),
                weight: self.weight(allocation, *place, *stratum),
                tags: tags_of(subject, &self.used),
                salt: None,
            }
        };
        members.iter().zip(strata).map(row).collect()
    }

    /// Those of a task's base who are not in its frame, by name.
    pub(super) fn excluded<'a>(
        &'a self,
        task: &'a Task,
        frame: &'a Frame,
    ) -> impl Iterator<Item = ExcludedSubject> + 'a {
        frame.excluded.iter().map(|(place, reason)| {
            let (sid, subject) = &self.subjects[*place as usize];
            let (list, name) = (task.list.clone(), subject.name.clone());
            ExcludedSubject { list, sid: sid.clone(), name, reason }
        })
    }
}

/// Those in a frame of whom something is to be told.
#[derive(Default)]
struct Kept<'a> {
    /// Whether inspectors stay away from their own station's subjects.
    crossing: bool,
    /// Without a station.
    stationless: Vec<&'a Sid>,
    /// Under key supervision in some matters of the task.
    partly_key: u64,
    /// At a cap on the total once triggered checks are counted.
    burdened: u64,
}

impl<'a> Kept<'a> {
    fn count(
        &mut self,
        exclusions: &Exclusions<'_>,
        (sid, subject): &'a (Sid, &Subject),
        past: &[PastVisit],
    ) {
        self.stationless.extend((self.crossing && subject.station.is_none()).then_some(sid));
        let partly = exclusions.key_matters(subject) == KeyMatters::Some;
        self.partly_key += u64::from(exclusions.regards_key_matters() && partly);
        self.burdened += u64::from(exclusions.is_burdened(past));
    }

    /// P58, P63 and P64.
    fn findings(&self, plan: &Plan, task: &Task) -> Vec<Finding> {
        let of = |code, key, n: u64| {
            let cause = say!("{n} 户", "{n} subjects");
            (n > 0).then(|| plan.at(task, key, code, cause))
        };
        let stationless = (!self.stationless.is_empty()).then(|| {
            let (n, first) = (self.stationless.len(), first_ids(&self.stationless));
            let cause = say!("{n} 户没有所：{first}", "{n} subject(s) without a station: {first}");
            plan.at(task, "scope", "P58", cause)
        });
        let partly = of("P63", "matters", self.partly_key);
        let burdened = of("P64", "matters", self.burdened);
        stationless.into_iter().chain(partly).chain(burdened).collect()
    }
}

/// P20 and P21: chance needs numbers.
pub(super) fn check_sizes(
    plan: &Plan,
    task: &Task,
    allocation: &Allocation,
    size: u64,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    if task.sample.is_by_score() && (1..PARETO_SIZE_MIN).contains(&size) {
        let cause = say!("只有 {size} 户", "there are only {size} subjects");
        findings.push(plan.at(task, "sample", "P20", cause));
    }
    for stratum in allocation.strata.iter().filter(|s| (1..STRATUM_SIZE_MIN).contains(&s.size)) {
        let (name, size) = (&stratum.stratum, stratum.size);
        let cause = say!("{name} 层只有 {size} 户", "the stratum {name} has only {size} subjects");
        findings.push(plan.at(task, "sample", "P21", cause));
    }
    findings
}

/// P61 and P62: nothing exempts in silence.
fn check_counts(
    plan: &Plan,
    task: &Task,
    reasons: &BTreeMap<&str, u64>,
    allocation: &Allocation,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    if let Some(n) = reasons.get("white_list") {
        let cause = say!("{n} 户", "{n} subjects");
        findings.push(plan.at(task, "matters", "P61", cause));
    }
    let none = |stratum: &&Stratum| stratum.size > 0 && stratum.quota == Quota::Count(0);
    for Stratum { stratum, size, .. } in allocation.strata.iter().filter(none) {
        let cause = say!("{stratum} 类 {size} 户", "class {stratum}, {size} subjects");
        findings.push(plan.at(task, "sample", "P62", cause));
    }
    findings
}

/// The subject's tags that slots refer to, sorted.
pub(super) fn tags_of(subject: &Subject, used: &TagUse) -> Vec<String> {
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
