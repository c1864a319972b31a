//! The plan (抽查计划): one TOML file for a quarter, which is one draw, or for a year, which is one draw for each of its
//! quarters. `docs/plan.md` explains the language.
//!
//! [`AnnualPlan::parse`] reads a file and reports every mistake with its place; [`Ruled::apply`] applies a plan to a
//! registry, and [`Applied::freeze`] makes of it what is published before the beacon: commitment, frames and the tables
//! of people. Nothing here knows the time; whether the beacon lies in the future is the shell's question.
//! Nobody is left out without a reason: every subject in a task's base but not in its frame, and every
//! inspector who is not in the pool, has a reason code, and the commitment counts them.
//!
//! What is refused rather than guessed: classes without ratio, unrated subjects unless the plan says how
//! they count, totals below a floor, samples larger than their frame, matters not in force on every day,
//! slots that nobody can fill, experts in inspectors' slots.

mod adjust;
mod again;
mod annual;
mod apply;
mod beacon;
mod credit;
mod diff;
mod exclude;
mod frame;
mod freeze;
mod given;
mod keys;
mod model;
mod parse;
mod past;
mod people;
mod quota;
mod reader;
mod reason;
mod recompute;
mod rotation;
mod rules;
mod sample;
mod scope;
mod scope_note;
mod seal;
mod sql;
mod task;

pub use adjust::Adjustment;
pub use again::Leaving;
pub use annual::AnnualPlan;
pub use apply::{Applied, AppliedTask, Ruled};
pub use diff::{Change, Version, diff, key_words};
pub use frame::ExcludedSubject;
pub use freeze::{EARLIER_DRAWS, Freeze, History, TaskSummary};
pub use given::{GivenFrames, recused};
pub use model::{Plan, SealTerms};
pub use past::{PastVisit, Visits};
pub use people::ExcludedInspector;
pub use quota::{Bound, StratumSummary};
pub use reason::reason_text;
pub use recompute::{has_given_frames, recompute};
pub use rules::{KINDS, Rule, RuleKind, Rules};
pub use scope_note::{SCOPE_NOTE, scope_text};
pub use sql::FrameQuery;

#[cfg(test)]
mod burden_tests;
#[cfg(test)]
mod freeze_tests;
#[cfg(test)]
mod language_tests;
#[cfg(test)]
mod parse_tests;
#[cfg(test)]
mod quota_tests;
#[cfg(test)]
mod rule_tests;
#[cfg(test)]
mod rules_tests;
#[cfg(test)]
mod schema_tests;
#[cfg(test)]
mod testkit;
