//! The second random (随机匹配): who inspects whom. Among all assignments that fill every slot within
//! capacities, THE one that minimises (Σ over inspectors of (load + visits)², then Σ of pair tickets W).
//! It is a function of public inputs, whatever solver finds it, and a certificate proves it without replay.
//!
//! [`slots`], [`rules`], [`certificate`] and [`blocking`] are what verification uses; [`solve`] and
//! [`rounds`] search, and verification never calls them.

pub mod blocking;
pub mod certificate;
mod residual;
pub mod rounds;
pub mod rules;
pub mod slots;
pub mod solve;
