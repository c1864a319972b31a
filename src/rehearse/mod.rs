//! Rehearsal (演练): what a plan would come to, told before anything is frozen.
//!
//! [`check`](fn@check) works out what must be expected, exactly where it can be; [`simulate`](fn@simulate) draws many
//! times. Its random numbers come from a domain of their own and nothing is hashed for them, so that a simulation can
//! neither predict a draw, whose seed comes from a public value of the future, nor become one. `docs/simulate.md` says
//! what is exact, what is estimated, and how.

mod check;
mod dice;
mod draws;
mod expect;
mod runs;
mod simulate;
mod staff;
mod stage;
mod statistics;

pub use check::{Check, CreditShare, check, check_teams};
pub use expect::{Expectation, Load};
pub use simulate::{
    Asked, DEFAULT_SEED, Department, Options, PAIRED_RUNS, Quarter, Simulation, StratumResult,
    TaskResult, Visits, simulate,
};
pub use statistics::{Frequency, Spread};

#[cfg(test)]
mod draw_tests;
#[cfg(test)]
mod kit;
