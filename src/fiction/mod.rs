//! A seeded generator of fictional districts: matters, subjects, inspectors, recusals and a plan that fits them.
//!
//! It makes the district shipped in `data/district`, districts of any size for tests and benchmarks, and dresses a given
//! register with what a draw needs. All businesses and people are invented, region 330199 is none of GB/T 2260, and the
//! same seed and size give the same bytes for ever: every choice comes from raw ChaCha20 words (see `rng`), and a test
//! compares with the shipped files. Integers only; no files, no clock, no iteration over hash maps.

mod codes;
mod csv;
mod dates;
mod dress;
mod matters;
mod names;
mod people;
mod plan;
mod rng;
mod subjects;
mod tasks;
mod trades;
mod visits;

#[cfg(test)]
mod tests;

/// What to make.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spec {
    /// Any number; another one gives other names, codes and choices.
    pub seed: u64,
    /// Number of subjects, tried up to a million; `dress` takes those that it is given instead.
    pub subjects: usize,
    /// Number of inspectors and experts; fewer than 40 count as 40.
    pub inspectors: usize,
}

impl Default for Spec {
    /// The district in `data/district`.
    fn default() -> Spec {
        Spec { seed: 330_199, subjects: 20_000, inspectors: 120 }
    }
}

/// The registers as CSV (UTF-8, LF, RFC 4180, Chinese headers) and the plan as TOML (`ssj-plan/1`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct District {
    /// 抽查事项清单: 36 matters.
    pub matters: String,
    /// 检查对象名录库.
    pub subjects: String,
    /// 执法检查人员名录库, with experts.
    pub inspectors: String,
    /// 回避: inspector and subject.
    pub recusals: String,
    /// 回避: two inspectors.
    pub incompatibles: String,
    /// 检查记录: earlier visits.
    pub visits: String,
    /// 抽查计划.
    pub plan: String,
}

/// A subject taken from a given file, to be dressed with area, station, class, score, tags and the rest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bare {
    /// A code of 18 characters; one of 15 counts as a registration number, any other as the register's own.
    pub uscc: String,
    /// As registered.
    pub name: String,
    /// `YYYY-MM-DD`; anything else is replaced by an invented day.
    pub established: Option<String>,
    /// Free texts, such as the scope of business, from which tags and industry are derived.
    pub industry_hint: Vec<String>,
}

/// A district of invented subjects.
pub fn generate(spec: &Spec) -> District {
    assemble(spec, subjects::invented(spec))
}

/// A district of given subjects, in their order. The plan has no task if none of them is a live business.
pub fn dress(spec: &Spec, subjects: Vec<Bare>) -> District {
    assemble(spec, subjects::given(spec, subjects))
}

/// Subjects first, then the plan that fits them, then the staff that can carry it out.
fn assemble(spec: &Spec, subjects: subjects::Subjects) -> District {
    let (plan, demand) = plan::write(&subjects.census, spec.inspectors);
    let [inspectors, recusals, incompatibles, visits] =
        people::csv(spec.seed, spec.inspectors, &demand, subjects.known);
    District {
        matters: matters::csv(),
        subjects: subjects.csv,
        inspectors,
        recusals,
        incompatibles,
        visits,
        plan,
    }
}
