//! Notices of a draw (公示): its plan, its result, and what was corrected afterwards. A notice says what the law wants
//! published, what the national publicity system shows of a task under the same names (抽查计划编号, 抽查任务名称, …), what
//! nobody else shows – base, chance, seed, digests – and what is left out by which rule.
//!
//! A result's notice tells the draw as it was published; whatever happens later is told by a correction, so that no notice
//! ever changes. What the inspections found is told by notices of their own, which follow each other.

mod correction;
mod outcome;
mod parts;
mod plan;
mod result;

pub use outcome::{outcome_file_name, outcome_notice, outcome_of_name};

use super::document::Document;
use super::draw::Draw;
use super::names::Names;
use crate::base::finding::Finding;
use crate::say;

/// Which notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// 抽查计划公示: from the freeze.
    Plan,
    /// 抽取结果公示: from the draw.
    Result,
    /// 更正公示: after an event.
    Correction,
}

/// What a bundle does not know of its own publication.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Particulars {
    /// The name of the website that publishes it.
    pub site_name: Option<String>,
    /// Where the bundle can be had.
    pub address: Option<String>,
    /// The day of publication, `YYYY-MM-DD`.
    pub date: Option<String>,
}

impl Kind {
    /// `plan`, `result` or `correction`.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Plan => "plan",
            Kind::Result => "result",
            Kind::Correction => "correction",
        }
    }
}

/// A notice of a draw.
///
/// # Errors
/// W16 if the draw has no result yet, N04 if nothing happened that could be corrected.
pub fn notice(
    kind: Kind,
    draw: &Draw<'_>,
    names: &Names,
    particulars: &Particulars,
) -> Result<Document, Finding> {
    match kind {
        Kind::Plan => Ok(plan::plan(draw, names, particulars)),
        Kind::Result if draw.is_drawn() => Ok(result::result(draw, names, particulars)),
        Kind::Result => {
            let cause = say!("还没有抽取：先执行 ssj draw", "not drawn yet: run ssj draw first");
            Err(Finding::new("W16", cause))
        }
        Kind::Correction if draw.events.is_empty() => {
            let cause = say!("公示包中没有事件", "there are no events in the bundle");
            Err(Finding::new("N04", cause).file("events/"))
        }
        Kind::Correction => correction::correction(draw, names, particulars),
    }
}

/// The name of a notice's files, without ending: draw, attempt, kind, and how far it goes where it can go further. A notice
/// that would say something else has another name, so that none is ever overwritten.
pub fn file_name(kind: Kind, draw: &Draw<'_>) -> String {
    let (name, attempt) = (&draw.commitment.draw, draw.commitment.attempt);
    let more = match kind {
        Kind::Plan if draw.report.facts.void => "-void".to_owned(),
        Kind::Result if draw.commitment.sealed() && !draw.is_closed() => "-opened".to_owned(),
        Kind::Correction => {
            let waiting = draw.report.facts.events.waiting.len();
            let waits = if waiting > 0 { format!("-{waiting}") } else { String::new() };
            format!("-{:04}{waits}", draw.events.len())
        }
        Kind::Plan | Kind::Result => String::new(),
    };
    format!("{name}-{attempt}-{}{more}", kind.name())
}
