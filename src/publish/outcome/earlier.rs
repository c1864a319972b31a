//! The notice of results before: what it published, and on which days. A notice is JSON that anybody may have changed since;
//! its digest stands in the one that follows.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use serde_json::Value;

use super::visits::matter_of;
use super::{Came, Correction, Key, Outcome, Outcomes};
use crate::base::date::parse_date;
use crate::base::finding::{Finding, Text};
use crate::base::json;
use crate::publish::draw::Draw;
use crate::publish::withheld::masked;
use crate::say;

/// A subject as it was shown, the list and the matter's id.
pub type Shown = (String, String, String);

/// What a notice said of a matter.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Told {
    said: String,
    published: Date,
}

/// A notice of results that was published before.
#[derive(Clone, Debug)]
pub struct Earlier {
    /// 1 for the first.
    pub(super) order: u64,
    /// H of its bytes, in hex.
    pub(super) digest: String,
    /// Its results; subjects that are masked alike share a key.
    told: BTreeMap<Shown, Vec<Told>>,
    /// Who went instead of those who were drawn, by subject as it was shown.
    went: BTreeMap<String, BTreeSet<String>>,
    /// The day of its publication.
    date: Date,
}

impl Earlier {
    /// The title of a notice of results.
    pub(in crate::publish) const TITLE: &str = "随机抽查检查结果公示";
    /// The section with its results, and the column of that section.
    pub(in crate::publish) const RESULTS: &str = "检查结果";
    /// The section with those who went though others were drawn, and one of its columns.
    pub(in crate::publish) const DIFFERENCES: &str = "实际检查人员与抽取不同";
    pub(in crate::publish) const WENT: &str = "实际检查人员执法证号";
    /// The column of remarks, and what one of them begins with: the day on which a result was first public, where it was
    /// so before the notice.
    pub(in crate::publish) const REMARKS: &str = "说明";
    pub(in crate::publish) const FIRST: &str = "首次公示";
    /// The number of the notice.
    pub(in crate::publish) const ORDER: &str = "公示次序";

    /// A notice of results of the same draw.
    ///
    /// # Errors
    /// N19 if it is not JSON, of another draw, or has rows that no notice has.
    pub fn read(bytes: &[u8], draw: &Draw<'_>) -> Result<Self, Finding> {
        let refuse = |cause: Text| Finding::new("N19", cause);
        let value = json::parse_line(bytes).map_err(|finding| refuse(finding.cause))?;
        if value["公告"] != Self::TITLE {
            return Err(refuse(say!("它不是检查结果公示", "it is no notice of results")));
        }
        let digests = &value["摘要"];
        let own = [Some(draw.digest), draw.result()].map(|digest| digest.map(|one| one.hex()));
        let theirs = ["承诺摘要", "结果摘要"].map(|key| digests[key].as_str().map(str::to_owned));
        if own != theirs {
            return Err(refuse(say!("它属于另一次抽取", "it is of another draw")));
        }
        let date = value["抽查计划"]["公示日期"].as_str().and_then(parse_date);
        let order = value["检查情况"][Self::ORDER].as_u64();
        let (Some(date), Some(order)) = (date, order) else {
            return Err(refuse(say!("没有公示日期或次序", "it has no date or number")));
        };
        let mut told: BTreeMap<Shown, Vec<Told>> = BTreeMap::new();
        for (row, at) in value[Self::RESULTS].as_array().into_iter().flatten().zip(1..) {
            let Some((key, one)) = read_row(row, draw, date) else {
                let cause = say!("第 {at} 项不是检查结果", "item {at} is no result");
                return Err(refuse(cause));
            };
            told.entry(key).or_default().push(one);
        }
        let mut went: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for row in value[Self::DIFFERENCES].as_array().into_iter().flatten() {
            let text = |key: &str| row[key].as_str().unwrap_or_default();
            let said = said(&[text(Self::WENT), text(Self::REMARKS)]);
            went.entry(text("统一社会信用代码/注册号").to_owned()).or_default().insert(said);
        }
        let digest = draw.commitment.suite.digest(bytes).hex();
        Ok(Earlier { order, digest, told, went, date })
    }

    /// The day of its publication, and its number.
    pub fn told(&self) -> (Date, u64) {
        (self.date, self.order)
    }

    /// When a result was first public; none if it was not.
    pub(super) fn first(&self, key: &Key) -> Option<Date> {
        self.told.get(&shown(key))?.iter().map(|told| told.published).min()
    }

    /// The results that were published and are not the same now.
    pub(super) fn corrections(&self, made: &Outcomes) -> Vec<Correction> {
        let mut now: BTreeMap<Shown, Vec<String>> = BTreeMap::new();
        for outcome in &made.outcomes {
            now.entry(shown(&outcome.key)).or_default().push(outcome.said());
        }
        let mut corrections = Vec::new();
        for (key, told) in &self.told {
            let sorted = |mut said: Vec<String>| {
                said.sort_unstable();
                said
            };
            let before = sorted(told.iter().map(|told| told.said.clone()).collect());
            let after = sorted(now.get(key).cloned().unwrap_or_default());
            if before != after {
                let after = (!after.is_empty()).then(|| after.join(" / "));
                let (key, before) = (key.clone(), before.join(" / "));
                corrections.push(Correction { key, before, after });
            }
        }
        corrections.extend(self.people(made));
        corrections
    }

    /// The visits that were published, by whom others are said to have made them now.
    fn people(&self, made: &Outcomes) -> Vec<Correction> {
        let mut now: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for (sid, others) in made.differences() {
            let went = |came: &Came| {
                let ids: Vec<_> = came.people.iter().map(|iid| masked(iid.as_str())).collect();
                said(&[&ids.join("、"), &came.remarks(&made.visits[sid]).join("；")])
            };
            let all = now.entry(masked(sid.as_str()).into_owned()).or_default();
            all.extend(others.into_iter().map(went));
        }
        let none = BTreeSet::new();
        let words = |said: &BTreeSet<String>| match said.is_empty() {
            true => "与抽取相同".to_owned(),
            false => said.iter().cloned().collect::<Vec<_>>().join(" / "),
        };
        let correction = |sid: &String| {
            let before = self.went.get(sid).unwrap_or(&none);
            let after = now.get(sid).unwrap_or(&none);
            (before != after).then(|| Correction {
                key: (sid.clone(), String::new(), String::new()),
                before: words(before),
                after: Some(words(after)),
            })
        };
        let sids: BTreeSet<&String> = self.told.keys().map(|(sid, ..)| sid).collect();
        sids.into_iter().filter_map(correction).collect()
    }

    /// N20 for every result that was published and is not public any more.
    pub(super) fn withdrawn(&self, corrections: &[Correction]) -> Vec<Finding> {
        let gone = corrections.iter().filter(|correction| correction.after.is_none());
        let finding = |Correction { key: (sid, list, matter), before, .. }: &Correction| {
            let cause = say!(
                "{list} {matter} 原已公布：{before}",
                "{list} {matter} was published: {before}"
            );
            Finding::new("N20", cause).id(sid)
        };
        gone.map(finding).collect()
    }
}

impl Outcome {
    /// What is said of it, in one text.
    pub(in crate::publish) fn said(&self) -> String {
        said(&[
            &self.entry.results.join("；"),
            &self.entry.follow_up.join("；"),
            &self.entry.done_on.to_string(),
        ])
    }
}

fn said(parts: &[&str]) -> String {
    let parts = parts.iter().filter(|part| !part.is_empty()).copied();
    parts.collect::<Vec<_>>().join("，")
}

fn shown(key: &Key) -> Shown {
    (masked(key.sid.as_str()).into_owned(), key.list.clone(), key.matter.clone())
}

/// A result in a notice of that day.
fn read_row(row: &Value, draw: &Draw<'_>, date: Date) -> Option<(Shown, Told)> {
    let text = |key: &str| row[key].as_str();
    let list = draw.commitment.list(text("抽查任务编号")?)?;
    let matter = matter_of(list, text("抽查事项")?)?.clone();
    let key = (text("统一社会信用代码/注册号")?.to_owned(), list.list.clone(), matter);
    let done_on = text("抽查完成日期")?;
    let follow_up = text("后续处置").unwrap_or_default();
    let said = said(&[text(Earlier::RESULTS)?, follow_up, done_on]);
    let remarks = text(Earlier::REMARKS).unwrap_or_default();
    let published = match remarks.strip_prefix(Earlier::FIRST) {
        Some(rest) => parse_date(rest.split('；').next()?.trim())?,
        None => date,
    };
    Some((key, Told { said, published }))
}
