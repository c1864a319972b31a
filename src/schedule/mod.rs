//! From drawn visits to days (检查日程): who goes where when, so that nobody outside can foresee the day.
//!
//! A demand ([`Demand`]) has working days, people with their leave and limits, and visits with their teams and windows.
//! [`schedule`] gives every visit a day on which its whole team is free, in this order of importance: every visit has a
//! day; fewer trips, a trip being one person, one day, one area; an even load over the days; the last days kept free for
//! what comes late. What stood before stays where it can. Demands that no schedule can meet are shown before any search
//! ([`overloads`]): who has more visits than room, and when.
//!
//! Days follow from a ChaCha20 stream whose key hashes the draw's public seed and a secret that the commitment fixed, so
//! that the office could not choose the stream and nobody without the secret can foresee the days. No day of a visit's
//! window is preferred: a visit joins another in its area only where such partners may stand on most days of its window, and
//! otherwise takes a day at random, at most the less busy of two. `docs/schedule.md` describes the method and its bound.
//!
//! Integers only, one thread, canonical order: the same demand and key give the same schedule anywhere. [`check`] shares
//! nothing with the search.

mod bits;
mod check;
mod exact;
mod file;
mod grid;
mod model;
mod overload;
mod place;
mod repair;
mod report;
pub mod route;
mod slots;
mod state;
mod stream;

pub use bits::DAYS_MAX;
pub use check::{check, check_slots};
pub use file::{Given, PER_DAY_MAX, Record, Tie};
pub use model::{Demand, Person, SLOTS_MAX, Visit, WorkDay, trips};
pub use overload::{Overload, overloads};
pub use place::{Outcome, Schedule, schedule};
pub use report::findings;
pub use stream::{key, secret_digest};
