//! The command line as its users meet it: sessions, the life of a commitment, bad input. Every refusal is
//! asserted with exit code, code and place; many with the whole text in both languages.
#![cfg(all(feature = "cli", unix))]
#![allow(missing_docs)]

mod support;

#[path = "cli/after_events.rs"]
mod after_events;
#[path = "cli/audit.rs"]
mod audit;
#[path = "cli/beacons.rs"]
mod beacons;
#[path = "cli/binding.rs"]
mod binding;
#[path = "cli/bundles.rs"]
mod bundles;
#[path = "cli/events.rs"]
mod events;
#[path = "cli/forms.rs"]
mod forms;
#[path = "cli/frames.rs"]
mod frames;
#[path = "cli/lifecycle.rs"]
mod lifecycle;
#[path = "cli/names.rs"]
mod names;
#[path = "cli/office.rs"]
mod office;
#[path = "cli/order.rs"]
mod order;
#[path = "cli/plans.rs"]
mod plans;
#[path = "cli/registers.rs"]
mod registers;
#[path = "cli/rules.rs"]
mod rules;
#[path = "cli/schedule.rs"]
mod schedule;
#[path = "cli/sealed.rs"]
mod sealed;
#[path = "cli/sealed_kills.rs"]
mod sealed_kills;
#[path = "cli/sealed_secrecy.rs"]
mod sealed_secrecy;
#[path = "cli/sessions.rs"]
mod sessions;
#[path = "cli/shell.rs"]
mod shell;
#[path = "cli/simulations.rs"]
mod simulations;
#[path = "cli/sql.rs"]
mod sql;
#[path = "cli/today.rs"]
mod today;
#[path = "cli/versions.rs"]
mod versions;
#[path = "cli/visits.rs"]
mod visits;
