//! A parsed plan. Its fields are private to this layer: only reading a file makes one.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use jiff::Span;
use jiff::civil::Date;

use super::reader::Places;
use crate::base::digest::{Digest, Suite};
use crate::base::finding::{Finding, Text};
use crate::base::ratio::Ratio;
use crate::record::beacon::{Source, Trust};
use crate::record::commitment::Slot;
use crate::registry::{CreditClass, WatchList};

/// 抽查计划 of one quarter, one draw.
#[derive(Clone, Debug)]
pub struct Plan {
    pub(super) file: String,
    /// Where every value stands in the file.
    pub(super) places: Arc<Places>,
    /// Whether the file has no mistake. What could not be understood of one that has some is missing here, so that the
    /// rest can be checked; such a plan is never frozen.
    pub(super) sound: bool,
    /// The quarter, if the file is a year's.
    pub(super) quarter: Option<u8>,
    /// Of the file's text, in the plan's suite.
    pub(super) digest: Digest,
    pub(super) draw: String,
    pub(super) agency: String,
    pub(super) title: String,
    pub(super) window: (Date, Date),
    pub(super) suite: Suite,
    /// The terms of a sealed draw; none of an open one.
    pub(super) seal: Option<SealTerms>,
    pub(super) classes_public: bool,
    /// As which class an unrated subject counts; none: it is refused.
    pub(super) unrated: Option<CreditClass>,
    /// Ratings older than this before the window are reported.
    pub(super) stale_after_days: Option<u64>,
    /// The file of the rules (细则), relative to the plan's folder.
    pub(super) rules: Option<String>,
    pub(super) rehearsal: bool,
    pub(super) trust: Trust,
    pub(super) margin_s: u64,
    pub(super) sources: Vec<Source>,
    pub(super) subject_replaced: bool,
    pub(super) inspector_by_beacon: bool,
    /// Certificate numbers of those who step in by a `staff` event alone (备用人员).
    pub(super) standby: Vec<String>,
    pub(super) tasks: Vec<Task>,
}

/// What a sealed draw promises about its opening, and among whom its secret is shared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealTerms {
    /// To everybody, or to an auditor alone.
    pub opens_to_public: bool,
    /// The day by which it opens.
    pub by: Date,
    /// Who has a share of the secret; empty: nobody.
    pub custodians: Vec<String>,
    /// How many of them together have the secret.
    pub threshold: u8,
}

impl Plan {
    /// The terms of a sealed draw; none of an open one.
    pub fn seal(&self) -> Option<&SealTerms> {
        self.seal.as_ref()
    }

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

    /// The digest of the file's text, in that suite.
    pub fn digest(&self) -> Digest {
        self.digest
    }

    /// Whether this is a rehearsal.
    pub fn rehearsal(&self) -> bool {
        self.rehearsal
    }

    /// The quarter, 1 to 4, if the plan is of a year's file.
    pub fn quarter(&self) -> Option<u8> {
        self.quarter
    }

    /// When the earliest source of its beacon is due, in seconds of UTC; none if no source was understood.
    pub fn beacon_at(&self) -> Option<u64> {
        self.sources.iter().map(Source::at).min()
    }

    /// The least seconds from the commitment's publication to the earliest source.
    pub fn margin_s(&self) -> u64 {
        self.margin_s
    }

    /// The file of the rules (细则) as the plan names it, relative to the plan's folder.
    pub fn rules(&self) -> Option<&str> {
        self.rules.as_deref()
    }

    /// Whether its file has no mistake; another can be checked, but not frozen.
    pub fn is_sound(&self) -> bool {
        self.sound
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

    /// A finding about a key of a task, also one below others (`scope.tags_any[1]`).
    pub(super) fn at(&self, task: &Task, key: &str, code: &str, cause: Text) -> Finding {
        let finding = self.at_head(&format!("task[{}].{key}", task.index), code, cause);
        if task.list.is_empty() { finding } else { finding.id(&task.list) }
    }

    /// A finding about a key of the file.
    pub fn at_head(&self, path: &str, code: &str, cause: Text) -> Finding {
        let (line, position) = self.places.find(path);
        Finding::new(code, cause).file(&self.file).row(line).position(position).column(path)
    }

    /// First and last day of a task's visits: its own window, else that of the draw.
    pub(super) fn window_of(&self, task: &Task) -> (Date, Date) {
        task.window.unwrap_or(self.window)
    }
}

/// 抽查任务: one list of the draw.
#[derive(Clone, Debug)]
pub(super) struct Task {
    /// Its place in the file, from 0.
    pub(super) index: usize,
    /// Whether window, scope, exclusions, sample and matters were understood, so that a frame can be told. What was
    /// not is missing, and the rest can still be checked.
    pub(super) whole: bool,
    /// Empty if it was not understood.
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
    /// Its own window inside that of the draw.
    pub(super) window: Option<(Date, Date)>,
    pub(super) scope: Scope,
    /// Subjects drawn so lately are excluded.
    pub(super) drawn_within: Option<Within>,
    /// Subjects visited so lately are excluded.
    pub(super) visited_within: Option<Within>,
    /// Subjects under 重点监管 for every matter of this task are excluded.
    pub(super) key_supervised: bool,
    pub(super) sample: Sample,
    pub(super) group: String,
    pub(super) slots: Vec<Slot>,
    /// The slots of each department, if the plan names them so.
    pub(super) departments: Vec<(String, Vec<String>)>,
    pub(super) reserve: u64,
}

/// How far an exclusion looks back from the first day of a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Within {
    /// So many days.
    Days(u64),
    /// So many months, to the same day of the month, or to its last day if it has no such day.
    Months(u64),
}

impl Within {
    /// `days` or `months`, as keys of the language end.
    pub(super) fn unit(self) -> &'static str {
        match self {
            Within::Days(_) => "days",
            Within::Months(_) => "months",
        }
    }

    /// How many.
    pub(super) fn count(self) -> u64 {
        let (Within::Days(n) | Within::Months(n)) = self;
        n
    }

    /// The first day that is at most so long before `from`; none if the calendar does not reach so far back.
    pub(super) fn first(self, from: Date) -> Option<Date> {
        let span = match self {
            Within::Days(days) => i64::try_from(days).ok().map(|n| Span::new().try_days(n)),
            Within::Months(months) => i64::try_from(months).ok().map(|n| Span::new().try_months(n)),
        };
        span.and_then(Result::ok).and_then(|span| from.checked_sub(span).ok())
    }

    /// Whether `day` is at most so long before `from`, or after it.
    pub(super) fn reaches(self, day: Date, from: Date) -> bool {
        self.first(from).is_none_or(|first| day >= first)
    }
}

/// 行业: a code of GB/T 4754 as the plan writes it, and the prefixes of subjects' codes that it means; a section such
/// as `H` means all its divisions.
#[derive(Clone, Debug)]
pub(super) struct Industry {
    pub(super) text: String,
    pub(super) prefixes: Vec<String>,
}

/// 抽查范围. An absent filter lets everybody pass; the values of one filter are alternatives.
#[derive(Clone, Debug, Default)]
pub(super) struct Scope {
    pub(super) kind: Option<Vec<String>>,
    /// Absent: the statuses of a live subject.
    pub(super) status: Option<Vec<String>>,
    /// Prefixes of GB/T 2260 codes.
    pub(super) region: Option<Vec<String>>,
    /// 登记机关 or 管辖单位, as the register has it.
    pub(super) office: Option<Vec<String>>,
    pub(super) area: Option<Vec<String>>,
    pub(super) station: Option<Vec<String>>,
    pub(super) industry: Option<Vec<Industry>>,
    pub(super) tags_any: Option<Vec<String>>,
    pub(super) tags_all: Vec<String>,
    pub(super) tags_none: Vec<String>,
    /// 专项名录: on one of these special registers, that is with one of the tags `register:NAME`.
    pub(super) register: Option<Vec<String>>,
    /// On one of these lists on the window's first day.
    pub(super) lists_any: Option<Vec<WatchList>>,
    /// On none of these lists on the window's first day.
    pub(super) lists_none: Vec<WatchList>,
    pub(super) credit_class: Option<Vec<CreditClass>>,
    pub(super) score_min: Option<u64>,
    pub(super) score_max: Option<u64>,
    pub(super) established_from: Option<Date>,
    pub(super) established_to: Option<Date>,
}

/// Values for credit classes.
pub(super) type PerClass<T> = BTreeMap<CreditClass, T>;

/// 抽取方式: a mode, and the bounds set on it.
#[derive(Clone, Debug)]
pub(super) struct Sample {
    pub(super) mode: Mode,
    /// 不低于: the least share of the frame that must be drawn, rounded up.
    pub(super) floor: Option<Ratio>,
    /// 不超过: the most that may be drawn.
    pub(super) cap: Option<Cap>,
    /// The least of a class, with [`Mode::RatioByClass`] only.
    pub(super) min: PerClass<u64>,
    /// The most of a class, with [`Mode::RatioByClass`] only; nowhere below its `min`.
    pub(super) max: PerClass<u64>,
}

/// How many are drawn, before bounds.
#[derive(Clone, Debug)]
pub(super) enum Mode {
    /// Of every class a share.
    RatioByClass(PerClass<Band>),
    /// Of all a share.
    Ratio(Band),
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

/// A share of N subjects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Band {
    /// ⌈ratio · N⌉.
    Exactly(Ratio),
    /// From ⌈low · N⌉ to ⌊high · N⌋.
    Between(Ratio, Ratio),
}

/// The most that may be drawn in all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cap {
    /// ⌊ratio · N⌋.
    Share(Ratio),
    /// A number.
    Count(u64),
}

impl Band {
    /// The upper end.
    pub(super) fn most(self) -> Ratio {
        let (Band::Exactly(most) | Band::Between(_, most)) = self;
        most
    }

    /// `5%·40`, of the lower or the upper end.
    pub(super) fn product(self, lower: bool, size: u64) -> String {
        let ratio = match self {
            Band::Exactly(ratio) => ratio,
            Band::Between(low, high) => {
                if lower {
                    low
                } else {
                    high
                }
            }
        };
        format!("{ratio}·{size}")
    }
}

impl fmt::Display for Band {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Band::Exactly(ratio) => write!(f, "{ratio}"),
            Band::Between(low, high) => write!(f, "{low}–{high}"),
        }
    }
}

impl Sample {
    /// The classes it names; none if it does not look at classes.
    pub(super) fn classes(&self) -> Option<Vec<CreditClass>> {
        match &self.mode {
            Mode::RatioByClass(bands) => Some(bands.keys().copied().collect()),
            Mode::NumberByClass(_, weights) | Mode::PerOfficer(_, _, Some(weights)) => {
                Some(weights.keys().copied().collect())
            }
            _ => None,
        }
    }

    /// Whether subjects are weighted by their own scores.
    pub(super) fn is_by_score(&self) -> bool {
        matches!(self.mode, Mode::NumberByScore(_))
    }

    /// Whether strata or weights are made of credit ratings.
    pub(super) fn uses_credit(&self) -> bool {
        self.classes().is_some() || self.is_by_score()
    }
}

impl From<Mode> for Sample {
    /// Without bounds.
    fn from(mode: Mode) -> Self {
        Sample { mode, floor: None, cap: None, min: PerClass::new(), max: PerClass::new() }
    }
}
