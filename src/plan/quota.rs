//! From a sample and the sizes of its classes to strata, exactly. A floor rounds up: ⌈x·N⌉ (企业公示信息抽查办法: at
//! least 3 %, so 1,202 of 40,065 and not 1,200); a cap rounds down: ⌊x·N⌋. Where bounds cannot all be kept for the
//! numbers at hand, the refusal names both with their numbers; no bound gives way in silence.
//!
//! A ratio, a number and a number per officer are targets, which `min` and a floor of a range raise and `max` and a
//! cap lower; `docs/plan.md` says which gives way to which.

use std::collections::BTreeMap;

use super::model::{Band, Cap, Mode, PerClass, Plan, Sample, Task};
use super::people::Pool;
use crate::base::finding::{Finding, Text};
use crate::draw::quota::chances;
use crate::record::commitment::{Method, Quota, Stratum};
use crate::registry::CreditClass;
use crate::say;

/// The name of a stratum that is the whole frame.
pub(super) const WHOLE: &str = "all";

/// A bound that decided a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bound {
    /// A class's `min`.
    Min,
    /// A class's `max`.
    Max,
    /// The floor on the total.
    Floor,
    /// The cap on the total.
    Cap,
}

impl Bound {
    /// The key of the language.
    pub fn key(self) -> &'static str {
        match self {
            Bound::Min => "min",
            Bound::Max => "max",
            Bound::Floor => "floor",
            Bound::Cap => "cap",
        }
    }
}

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
    /// The bound that decided n, where the mode alone would have given another.
    pub bound: Option<Bound>,
}

/// A task's method, strata and total.
pub(super) struct Allocation {
    pub(super) method: Method,
    pub(super) strata: Vec<Stratum>,
    /// How many are drawn together.
    pub(super) total: u64,
    /// What decided the number of each stratum, where the mode alone would have given another.
    pub(super) bounds: Vec<Option<Bound>>,
}

/// What is to be said about a sample: code, path of a key below it, cause.
pub(super) type Remark = (&'static str, String, Text);

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
    let officers = match &task.sample.mode {
        Mode::PerOfficer(_, dept, _) => {
            let officers = pool.officers(dept);
            if officers == 0 {
                let cause =
                    say!("“{dept}”没有可用的执法人员", "\"{dept}\" has no usable inspector");
                findings.push(plan.at(task, "sample.dept", "P23", cause));
            }
            officers
        }
        _ => 0,
    };
    let (allocation, remarks) = apportion(&task.sample, sizes, frame, officers);
    findings.extend(remarks.into_iter().map(|(code, key, cause)| {
        let path = if key.is_empty() { "sample".to_owned() } else { format!("sample.{key}") };
        plan.at(task, &path, code, cause)
    }));
    allocation
}

/// The allocation of a sample, and what is wrong with it: P14, P15, P35, P36; P37 for bounds that decide.
pub(super) fn apportion(
    sample: &Sample,
    sizes: &BTreeMap<CreditClass, u64>,
    frame: u64,
    officers: u64,
) -> (Allocation, Vec<Remark>) {
    let mut remarks = Vec::new();
    let mut limits = Limits::of(sample, frame);
    if let Some(cap) = limits.cap.filter(|cap| *cap < limits.floor) {
        let (floor, (least, most)) = (limits.floor, limits.texts());
        let cause = say!(
            "{frame} 户：下限 {least} 须抽 {floor} 户，上限 {most} 至多 {cap} 户，不能同时满足",
            "of {frame}: the floor {least} demands {floor}, the cap {most} allows {cap}; both cannot hold"
        );
        remarks.push(("P36", "cap".to_owned(), cause));
        // What follows would only say it again.
        limits.cap = None;
    }
    let of_classes = |n: u64, weights: &PerClass<u64>| proportional(n, weights, sizes);
    let each = |each: &u64| each.saturating_mul(officers);
    let allocation = match &sample.mode {
        Mode::RatioByClass(bands) => {
            let size = |class: &CreditClass| sizes.get(class).copied().unwrap_or(0);
            let parts = bands.iter().map(|(class, band)| {
                let bounds = (sample.min.get(class).copied(), sample.max.get(class).copied());
                Part::of(class.name(), size(class), *band, bounds, &mut remarks)
            });
            let parts = parts.collect();
            limits.apply(parts, &mut remarks)
        }
        Mode::Ratio(band) => {
            let part = Part::of(WHOLE, frame, *band, (None, None), &mut remarks);
            limits.apply(vec![part], &mut remarks)
        }
        Mode::All => fixed(&[Part::whole(frame, frame)]),
        Mode::Number(n) => limits.whole(*n, &mut remarks),
        Mode::PerOfficer(n, _, None) => limits.whole(each(n), &mut remarks),
        Mode::NumberByClass(n, weights) => of_classes(limits.lower(*n, &mut remarks), weights),
        Mode::PerOfficer(n, _, Some(weights)) => {
            of_classes(limits.lower(each(n), &mut remarks), weights)
        }
        Mode::NumberByScore(n) => {
            let n = limits.lower(*n, &mut remarks);
            let strata =
                vec![Stratum { stratum: WHOLE.to_owned(), size: frame, quota: Quota::Own }];
            Allocation { method: Method::Pareto { n }, strata, total: n, bounds: vec![None] }
        }
    };
    let total = allocation.total;
    if remarks.iter().any(|(code, ..)| *code == "P35") {
        return (allocation, remarks);
    }
    if total > frame {
        let cause =
            say!("要抽 {total} 户，只有 {frame} 户", "{total} are to be drawn, there are {frame}");
        remarks.push(("P15", String::new(), cause));
    }
    if total < limits.floor {
        remarks.push(("P14", String::new(), limits.below(total)));
    }
    (allocation, remarks)
}

/// One stratum: its number, and how far the floor on the total may raise it.
struct Part {
    name: &'static str,
    size: u64,
    n: u64,
    most: u64,
    bound: Option<Bound>,
}

impl Part {
    /// The whole frame.
    fn whole(size: u64, n: u64) -> Self {
        Part { name: WHOLE, size, n, most: n, bound: None }
    }

    /// A class of so many subjects under its band, `min` and `max`; P35 where they cannot all be kept.
    fn of(
        name: &'static str,
        size: u64,
        band: Band,
        (min, max): (Option<u64>, Option<u64>),
        remarks: &mut Vec<Remark>,
    ) -> Self {
        let (low, high) = match band {
            Band::Exactly(ratio) => (ratio.ceil_of(size), None),
            Band::Between(low, high) => (low.ceil_of(size), Some(high.floor_of(size))),
        };
        let mut part = Part { name, size, n: low, most: low, bound: None };
        if let Some(min) = min.filter(|min| *min > part.n) {
            (part.n, part.bound) = (min, Some(Bound::Min));
        }
        match (high, max) {
            // A ratio is a target that `max` lowers.
            (None, Some(max)) if part.n > max => (part.n, part.bound) = (max, Some(Bound::Max)),
            _ => {}
        }
        let most = high.into_iter().chain(max).chain([size]).min().unwrap_or(size);
        part.most = if high.is_some() { most } else { part.n };
        if part.n > most {
            remarks.push(part.refusal(band, (min, max), high));
        } else if let Some(bound) = part.bound {
            let (n, key) = (part.n, bound.key());
            let cause = say!(
                "{name} 类 {size} 户，{band} 为 {low} 户，按 {key} 抽 {n} 户",
                "class {name} has {size}; {band} are {low}, {key} makes them {n}"
            );
            remarks.push(("P37", part.path(key), cause));
        }
        part
    }

    /// The path of its value of a key.
    fn path(&self, key: &str) -> String {
        if self.name == WHOLE { key.to_owned() } else { format!("{key}.{}", self.name) }
    }

    /// P35, with the two bounds that cannot both be kept and their numbers.
    fn refusal(
        &self,
        band: Band,
        (min, max): (Option<u64>, Option<u64>),
        high: Option<u64>,
    ) -> Remark {
        let Part { name, size, n, .. } = self;
        let lower = match (self.bound, min) {
            (Some(Bound::Min), Some(min)) => format!("min {min}"),
            _ => format!("⌈{}⌉ = {n}", band.product(true, *size)),
        };
        let upper = match (max, high) {
            (Some(max), _) if max < *n && high.is_none_or(|high| max <= high) => {
                format!("max {max}")
            }
            (_, Some(high)) if high < *n => format!("⌊{}⌋ = {high}", band.product(false, *size)),
            _ => format!("N = {size}"),
        };
        let cause = say!(
            "{name} 层 {size} 户：至少 {lower}，至多 {upper}，不能同时满足",
            "stratum {name} of {size}: at least {lower}, at most {upper}; both cannot hold"
        );
        let key = if self.bound == Some(Bound::Min) { "min" } else { "ratio" };
        ("P35", self.path(key), cause)
    }
}

/// The floor and the cap on the total.
struct Limits<'a> {
    sample: &'a Sample,
    frame: u64,
    /// 0 if there is none.
    floor: u64,
    cap: Option<u64>,
}

impl<'a> Limits<'a> {
    fn of(sample: &'a Sample, frame: u64) -> Self {
        let floor = sample.floor.map_or(0, |floor| floor.ceil_of(frame));
        let cap = sample.cap.map(|cap| match cap {
            Cap::Share(ratio) => ratio.floor_of(frame),
            Cap::Count(most) => most,
        });
        Limits { sample, frame, floor, cap }
    }

    /// Floor and cap as the plan writes them.
    fn texts(&self) -> (String, String) {
        let floor = self.sample.floor.map(|floor| floor.to_string());
        let cap = self.sample.cap.map(|cap| match cap {
            Cap::Share(ratio) => ratio.to_string(),
            Cap::Count(most) => most.to_string(),
        });
        (floor.unwrap_or_default(), cap.unwrap_or_default())
    }

    /// A number that the cap lowers, with a note.
    fn lower(&self, n: u64, remarks: &mut Vec<Remark>) -> u64 {
        let Some(cap) = self.cap.filter(|cap| *cap < n) else { return n };
        let (frame, text) = (self.frame, self.texts().1);
        let cause = say!(
            "本应抽 {n} 户，{frame} 户的上限 {text} 至多 {cap} 户：抽 {cap} 户",
            "{n} would be drawn; the cap {text} on {frame} allows {cap}, so {cap} are"
        );
        remarks.push(("P37", "cap".to_owned(), cause));
        cap
    }

    /// One stratum of all, of which a number is drawn.
    fn whole(&self, n: u64, remarks: &mut Vec<Remark>) -> Allocation {
        let lowered = self.lower(n, remarks);
        let bound = (lowered < n).then_some(Bound::Cap);
        fixed(&[Part { bound, ..Part::whole(self.frame, lowered) }])
    }

    /// Raises ranges until the floor is reached, from the class of the highest risk on, each to its upper end; P36
    /// where the least that the classes demand is above the cap. A single ratio is lowered to the cap.
    fn apply(&self, mut parts: Vec<Part>, remarks: &mut Vec<Remark>) -> Allocation {
        let ratios = matches!(self.sample.mode, Mode::Ratio(Band::Exactly(_)));
        if let [part] = &mut parts[..]
            && ratios
        {
            let lowered = self.lower(part.n, remarks);
            part.bound = (lowered < part.n).then_some(Bound::Cap);
            part.n = lowered;
            return fixed(&parts);
        }
        let total: u64 = parts.iter().map(|part| part.n).sum();
        if let Some(cap) = self.cap.filter(|cap| *cap < total) {
            let (frame, text) = (self.frame, self.texts().1);
            let cause = say!(
                "各层至少共 {total} 户，{frame} 户的上限 {text} 至多 {cap} 户，不能同时满足",
                "the strata demand {total}, the cap {text} on {frame} allows {cap}; both cannot hold"
            );
            remarks.push(("P36", "cap".to_owned(), cause));
        }
        let mut short = self.floor.saturating_sub(total);
        for part in parts.iter_mut().rev() {
            let more = short.min(part.most.saturating_sub(part.n));
            if more > 0 {
                let (name, from, to) = (part.name, part.n, part.n + more);
                let (floor, text) = (self.floor, self.texts().0);
                let cause = say!(
                    "总数不低于 {text} 须抽 {floor} 户：{name} 层由 {from} 户增至 {to} 户",
                    "the floor {text} demands {floor}: stratum {name} is raised from {from} to {to}"
                );
                remarks.push(("P37", "floor".to_owned(), cause));
                (part.n, part.bound) = (to, Some(Bound::Floor));
                short -= more;
            }
        }
        fixed(&parts)
    }

    /// Why a total is below the floor: what to raise.
    fn below(&self, total: u64) -> Text {
        let Limits { frame, floor: least, sample, .. } = self;
        let Some(floor) = sample.floor else { unreachable!("bug: there is no floor") };
        let low = match &sample.mode {
            Mode::RatioByClass(bands) => {
                let low = bands.iter().filter(|(_, band)| band.most() <= floor);
                low.map(|(class, band)| format!("{} {band}", class.name())).collect()
            }
            Mode::Ratio(band) => vec![band.to_string()],
            _ => Vec::new(),
        };
        let (zh, en) = match low.join(", ") {
            low if low.is_empty() => ("提高数量".to_owned(), "raise the number".to_owned()),
            low => (format!("提高 {low}"), format!("raise {low}")),
        };
        say!(
            "共抽 {total} 户，不低于 {frame} 户的 {floor} 须抽 {least} 户：{zh}",
            "{total} are drawn, at least {floor} of {frame} are {least}: {en}"
        )
    }
}

fn fixed(parts: &[Part]) -> Allocation {
    let stratum = |part: &Part| Stratum {
        stratum: part.name.to_owned(),
        size: part.size,
        quota: Quota::Count(part.n),
    };
    Allocation {
        method: Method::Fixed,
        strata: parts.iter().map(stratum).collect(),
        total: parts.iter().fold(0, |sum, part| sum.saturating_add(part.n)),
        bounds: parts.iter().map(|part| part.bound).collect(),
    }
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
        bounds: vec![None; weights.len()],
    }
}

/// What the strata of an allocation can expect.
pub(super) fn summaries(allocation: &Allocation) -> Vec<StratumSummary> {
    let chances = chances(allocation.method, &allocation.strata);
    let strata = allocation.strata.iter().zip(chances).zip(&allocation.bounds);
    let summary = |((stratum, chance), bound): ((&Stratum, _), &Option<Bound>)| StratumSummary {
        stratum: stratum.stratum.clone(),
        size: stratum.size,
        n: if let Quota::Count(n) = stratum.quota { Some(n) } else { None },
        chance,
        bound: *bound,
    };
    strata.map(summary).collect()
}
