//! The second random (随机匹配): who inspects whom. Among all assignments that fill every slot within
//! capacities, THE one that minimises (Σ over inspectors of (load + visits)², then Σ of pair tickets W).
//! It is a function of public inputs, whatever solver finds it, and a certificate proves it without replay.
//!
//! [`frames`], [`slots`], [`rules`], [`certificate`] and [`blocking`] are what verification uses. All others search, and
//! verification never calls them: [`problem`] is what [`solve`] finds the optimum of, or [`shortage`] why there is
//! none, and [`rounds`] does both again and again.

pub mod blocking;
mod candidates;
pub mod certificate;
mod components;
pub mod frames;
mod levels;
mod market;
pub mod problem;
pub mod rounds;
pub mod rules;
pub mod shortage;
mod shortest;
pub mod slots;
pub mod solve;
mod team;
