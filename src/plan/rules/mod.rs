//! Local rules (细则): one TOML file beside the plan, whose rows bind every task, each with the law it rests on.
//! `docs/rules.md` explains the language; `ssj explain rules` prints the table.
//!
//! A rule binds the tasks that inspect one of its matters, or all tasks if it names none. Rules that count visits count
//! those that inspected one of its matters, and visits of which no matter is known.

mod check;
mod kinds;
mod parse;

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::model::{Task, Within};
use super::reader::Places;
use crate::base::digest::{Digest, Suite};
use crate::base::finding::{Finding, Text};
use crate::base::ratio::Ratio;
use crate::registry::{CreditClass, Reason};
use crate::say;

pub use kinds::{KINDS, RuleKind};

/// 随机抽查工作细则, as far as it was understood. The default binds nothing.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    file: String,
    /// Where every value stands in the file.
    places: Places,
    /// Of the file's text in both suites; none without a file.
    digests: Option<(Digest, Digest)>,
    title: String,
    version: String,
    issued: Option<Date>,
    /// Every other name of an agency, and the one that counts.
    agencies: BTreeMap<String, String>,
    rules: Vec<Rule>,
}

/// A row of the rules.
#[derive(Clone, Debug)]
pub struct Rule {
    id: String,
    name: String,
    basis: String,
    /// The matters that it binds; none: all.
    matters: Vec<String>,
    /// Its place in the file, `rule[3]`.
    path: String,
    pub(super) demand: Demand,
}

/// What a rule demands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Demand {
    /// 不低于: ⌈ratio·N⌉ at least.
    LeastRatio { ratio: Ratio, of: Base },
    /// 不超过: ⌊ratio·N⌋ at most.
    MostRatio { ratio: Ratio, of: Base },
    /// So many inspectors in a team, experts not counted.
    MinTeam(u64),
    /// So many slots of a team demand each of these tags.
    RequiredTags { tags: Vec<String>, slots: u64 },
    /// Nobody who inspected the subject in its last planned visits.
    Rotation(u64),
    /// Nobody of the subject's own station.
    CrossStation,
    /// Recusals for other reasons have no effect.
    RecusalKinds(Vec<Reason>),
    /// Planned visits to a subject in a calendar year by one agency.
    CapAgency(u64),
    /// Planned visits to a subject in a calendar year.
    CapTotal(u64),
    /// One planned visit to a subject of class A in a calendar year.
    ClassAOnce,
    /// No planned visit so shortly after the last.
    VisitedWithin(Within),
    /// No visit in matters that are all under 重点监管.
    KeySupervised,
    /// None for those on the white list.
    WhiteList,
    /// Ratings older than so many days before the window are stale.
    RatingAge(u64),
    /// When something is due after the inspection: a fact that reports and notices use.
    Deadline { what: Due, days: u64, working: bool },
    /// 通用+专业: the sector's class, carried by a tag of this key, joined to the general one.
    Fusion { tag: String, table: BTreeMap<CreditClass, BTreeMap<String, CreditClass>> },
}

/// Which number a ratio is taken of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Base {
    /// 抽样框.
    Frame,
    /// The live subjects in scope, before other exclusions.
    Live,
    /// Every credit class of the frame by itself.
    Class,
}

/// What a deadline is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Due {
    Plan,
    Results,
    FollowUp,
}

impl Rules {
    /// Whether there is a rules file at all.
    pub fn is_none(&self) -> bool {
        self.digests.is_none()
    }

    /// The digest of the file's text; none without one.
    pub fn digest(&self, suite: Suite) -> Option<Digest> {
        self.digests.map(|(sha256, sm3)| if suite == Suite::Sm3 { sm3 } else { sha256 })
    }

    /// 标题.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// 版本.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The day of issue.
    pub fn issued(&self) -> Option<Date> {
        self.issued
    }

    /// All rows, in the order of the file.
    pub fn rows(&self) -> &[Rule] {
        &self.rules
    }

    /// A finding about a key of the file.
    pub(super) fn at(&self, rule: &Rule, key: &str, code: &str, cause: Text) -> Finding {
        let path = if key.is_empty() { rule.path.clone() } else { format!("{}.{key}", rule.path) };
        let (line, position) = self.places.find(&path);
        let finding = Finding::new(code, cause).file(&self.file).row(line).position(position);
        finding.column(path).id(&rule.id)
    }

    /// The one name of an agency.
    pub(super) fn agency_of<'a>(&'a self, name: &'a str) -> &'a str {
        self.agencies.get(name).map_or(name, String::as_str)
    }

    /// The rules that bind a task.
    pub(super) fn binding<'a>(&'a self, task: &'a Task) -> impl Iterator<Item = &'a Rule> {
        self.rules.iter().filter(move |rule| rule.concerns(&task.matters))
    }
}

impl Rule {
    /// Its identifier, unique in the file.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// What it is called.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// 依据: the law, regulation or local document.
    pub fn basis(&self) -> &str {
        &self.basis
    }

    /// The matters that it binds; none: all.
    pub fn matters(&self) -> &[String] {
        &self.matters
    }

    /// The row of [`KINDS`] that it is one of.
    pub fn kind(&self) -> &'static RuleKind {
        kinds::of(self.demand.kind())
    }

    /// Its value in words.
    pub fn value(&self) -> Text {
        self.demand.words()
    }

    /// Whether it binds what inspects these matters.
    pub(super) fn concerns(&self, matters: &[String]) -> bool {
        self.matters.is_empty() || self.matters.iter().any(|matter| matters.contains(matter))
    }

    /// Name and basis, as findings cite it.
    pub(super) fn cited(&self) -> Text {
        let Rule { id, name, basis, .. } = self;
        say!("细则 {id}“{name}”（{basis}）", "rule {id} \"{name}\" ({basis})")
    }
}

impl Demand {
    fn kind(&self) -> &'static str {
        match self {
            Demand::LeastRatio { .. } => "least_ratio",
            Demand::MostRatio { .. } => "most_ratio",
            Demand::MinTeam(_) => "min_team",
            Demand::RequiredTags { .. } => "required_tags",
            Demand::Rotation(_) => "rotation",
            Demand::CrossStation => "cross_station",
            Demand::RecusalKinds(_) => "recusal_kinds",
            Demand::CapAgency(_) => "cap_agency",
            Demand::CapTotal(_) => "cap_total",
            Demand::ClassAOnce => "class_a_once",
            Demand::VisitedWithin(_) => "visited_within",
            Demand::KeySupervised => "key_supervised",
            Demand::WhiteList => "white_list",
            Demand::RatingAge(_) => "rating_age",
            Demand::Deadline { .. } => "deadline",
            Demand::Fusion { .. } => "fusion",
        }
    }

    fn words(&self) -> Text {
        match self {
            Demand::LeastRatio { ratio, of } => {
                let Text { zh, en } = of.words();
                say!("{zh}的 {ratio} 以上", "at least {ratio} of {en}")
            }
            Demand::MostRatio { ratio, of } => {
                let Text { zh, en } = of.words();
                say!("{zh}的 {ratio} 以下", "at most {ratio} of {en}")
            }
            Demand::MinTeam(n) => say!("至少 {n} 人", "at least {n}"),
            Demand::RequiredTags { tags, slots } => {
                let tags = tags.join(", ");
                say!("{slots} 个岗位须有 {tags}", "{slots} slot(s) with {tags}")
            }
            Demand::Rotation(n) => say!("最近 {n} 次", "the last {n}"),
            Demand::RecusalKinds(reasons) => {
                let zh: Vec<&str> = reasons.iter().map(|reason| reason.zh()).collect();
                let en: Vec<&str> = reasons.iter().map(|reason| reason.name()).collect();
                let (zh, en) = (zh.join("、"), en.join(", "));
                say!("{zh}", "{en}")
            }
            Demand::CapAgency(n) | Demand::CapTotal(n) => {
                say!("每年至多 {n} 次", "at most {n} a year")
            }
            Demand::VisitedWithin(Within::Days(n)) => say!("{n} 天", "{n} days"),
            Demand::VisitedWithin(Within::Months(n)) => say!("{n} 个月", "{n} months"),
            Demand::RatingAge(days) => say!("{days} 天", "{days} days"),
            Demand::Deadline { what, days, working } => {
                let Text { zh, en } = what.words();
                match working {
                    true => say!("{zh} {days} 个工作日", "{en}: {days} working days"),
                    false => say!("{zh} {days} 天", "{en}: {days} days"),
                }
            }
            Demand::Fusion { tag, table } => {
                let cells: usize = table.values().map(BTreeMap::len).sum();
                say!("标签 {tag}:，{cells} 格", "tag {tag}:, {cells} cells")
            }
            Demand::CrossStation
            | Demand::ClassAOnce
            | Demand::KeySupervised
            | Demand::WhiteList => say!("适用", "applies"),
        }
    }
}

impl Base {
    fn words(self) -> Text {
        match self {
            Base::Frame => say!("抽样框", "the frame"),
            Base::Live => say!("范围内存续对象", "the live subjects in scope"),
            Base::Class => say!("每一信用类别", "every credit class"),
        }
    }
}

impl Due {
    fn words(self) -> Text {
        match self {
            Due::Plan => say!("公布计划", "publish the plan"),
            Due::Results => say!("公示结果", "publish results"),
            Due::FollowUp => say!("后续处理", "follow up"),
        }
    }
}
