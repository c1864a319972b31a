//! A parsed plan. Its fields are private to this layer: only [`Plan::parse`] makes one.

use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::base::digest::{Digest, Suite};
use crate::base::finding::{Finding, Text};
use crate::base::ratio::Ratio;
use crate::record::beacon::{Source, Trust};
use crate::record::commitment::Slot;
use crate::registry::CreditClass;

/// 抽查计划 of one quarter, one draw.
#[derive(Clone, Debug)]
pub struct Plan {
    pub(super) file: String,
    /// Of the file's text, in the plan's suite.
    pub(super) digest: Digest,
    pub(super) draw: String,
    pub(super) agency: String,
    pub(super) title: String,
    pub(super) window: (Date, Date),
    pub(super) suite: Suite,
    pub(super) classes_public: bool,
    /// As which class an unrated subject counts; none: it is refused.
    pub(super) unrated: Option<CreditClass>,
    /// Ratings older than this before the window are reported.
    pub(super) stale_after_days: Option<u64>,
    pub(super) rehearsal: bool,
    pub(super) trust: Trust,
    pub(super) margin_s: u64,
    pub(super) sources: Vec<Source>,
    pub(super) subject_replaced: bool,
    pub(super) inspector_by_beacon: bool,
    pub(super) tasks: Vec<Task>,
}

impl Plan {
    /// The draw's name; a second attempt keeps it.
    pub fn draw(&self) -> &str {
        &self.draw
    }

    /// The office that draws.
    pub fn agency(&self) -> &str {
        &self.agency
    }

    /// The draw's title.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// First and last day of the visits.
    pub fn window(&self) -> (Date, Date) {
        self.window
    }

    /// The digest suite.
    pub fn suite(&self) -> Suite {
        self.suite
    }

    /// Whether this is a rehearsal.
    pub fn rehearsal(&self) -> bool {
        self.rehearsal
    }

    /// All matters of all tasks, sorted, none twice: two live draws of an agency may not share one in
    /// overlapping windows.
    pub fn matters(&self) -> Vec<&str> {
        let mut matters: Vec<&str> =
            self.tasks.iter().flat_map(|task| &task.matters).map(String::as_str).collect();
        matters.sort_unstable();
        matters.dedup();
        matters
    }

    /// A finding about a key of a task.
    pub(super) fn at(&self, task: &Task, key: &str, code: &str, cause: Text) -> Finding {
        let line = *task.lines.get(key).unwrap_or(&task.line);
        let column = format!("task[{}].{key}", task.index);
        Finding::new(code, cause).file(&self.file).row(line).column(column).id(&task.list)
    }
}

/// 抽查任务: one list of the draw.
#[derive(Clone, Debug)]
pub(super) struct Task {
    /// Its place in the file, from 0.
    pub(super) index: usize,
    /// The line of its head.
    pub(super) line: u64,
    /// The lines of its keys.
    pub(super) lines: BTreeMap<String, u64>,
    pub(super) list: String,
    pub(super) title: String,
    pub(super) matters: Vec<String>,
    /// 定向 or 不定向.
    pub(super) targeted: bool,
    /// 发起部门.
    pub(super) initiator: Option<String>,
    /// 配合部门.
    pub(super) partners: Vec<String>,
    /// The sampling unit, if it is not an enterprise.
    pub(super) unit: Option<String>,
    /// 检查方式.
    pub(super) ways: Vec<String>,
    /// Whether the visit is announced beforehand.
    pub(super) announced: Option<bool>,
    pub(super) scope: Scope,
    /// Subjects drawn at most so many days before the window are excluded.
    pub(super) drawn_within_days: Option<u64>,
    /// Subjects under 重点监管 for a matter of this task are excluded.
    pub(super) key_supervised: bool,
    pub(super) sample: Sample,
    /// 不低于: the least share of the frame that must be drawn.
    pub(super) floor: Option<Ratio>,
    pub(super) group: String,
    pub(super) slots: Vec<Slot>,
    pub(super) reserve: u64,
}

/// 抽查范围. An absent filter lets everybody pass; the values of one filter are alternatives.
#[derive(Clone, Debug, Default)]
pub(super) struct Scope {
    pub(super) kind: Option<Vec<String>>,
    /// Absent: the statuses of a live subject.
    pub(super) status: Option<Vec<String>>,
    /// Prefixes of GB/T 2260 codes.
    pub(super) region: Option<Vec<String>>,
    pub(super) area: Option<Vec<String>>,
    pub(super) station: Option<Vec<String>>,
    /// Prefixes of GB/T 4754 codes.
    pub(super) industry: Option<Vec<String>>,
    pub(super) tags_any: Option<Vec<String>>,
    pub(super) tags_all: Vec<String>,
    pub(super) tags_none: Vec<String>,
    pub(super) credit_class: Option<Vec<CreditClass>>,
    pub(super) score_min: Option<u64>,
    pub(super) score_max: Option<u64>,
    pub(super) established_from: Option<Date>,
    pub(super) established_to: Option<Date>,
}

/// Values for credit classes.
pub(super) type PerClass<T> = BTreeMap<CreditClass, T>;

/// 抽取方式.
#[derive(Clone, Debug)]
pub(super) enum Sample {
    /// ⌈ratio · N⌉ of every class.
    RatioByClass(PerClass<Ratio>),
    /// ⌈ratio · N⌉ of all.
    Ratio(Ratio),
    /// A fixed number.
    Number(u64),
    /// A total, weighted by class.
    NumberByClass(u64, PerClass<u64>),
    /// A total, each subject weighted by its score.
    NumberByScore(u64),
    /// So many for each usable inspector of a department, weighted by class if there are weights.
    PerOfficer(u64, String, Option<PerClass<u64>>),
    /// 必查.
    All,
}

impl Sample {
    /// The classes it names; none if it does not look at classes.
    pub(super) fn classes(&self) -> Option<Vec<CreditClass>> {
        match self {
            Sample::RatioByClass(ratios) => Some(ratios.keys().copied().collect()),
            Sample::NumberByClass(_, weights) | Sample::PerOfficer(_, _, Some(weights)) => {
                Some(weights.keys().copied().collect())
            }
            _ => None,
        }
    }

    /// Whether strata or weights are made of credit ratings.
    pub(super) fn uses_credit(&self) -> bool {
        self.classes().is_some() || matches!(self, Sample::NumberByScore(_))
    }
}
