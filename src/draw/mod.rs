//! The first random (随机抽取): seed, tickets, selection and visits, in integers and hashes alone.
//!
//! A ticket belongs to an identity: it is the digest of the group's key and the subject's id, never a row's
//! place or a generator's state (Rivest, "Sampling with consistent tickets"). The smallest tickets of a
//! stratum are drawn, which is simple random sampling without replacement; `proportional` rounds expected
//! counts by one systematic step (Cox 1987), so that inclusion probabilities are exactly n·w/W;
//! `pareto` is Pareto order sampling (Rosén 1997).

pub(crate) mod pareto;
pub mod quota;
pub mod rank;
pub mod select;
pub(crate) mod smallest;
pub mod sql;
pub mod ticket;
pub mod visits;
