//! What every layer stands on: digests, canonical text and JSON, Merkle trees, exact ratios,
//! civil dates, the working calendar and findings. Nothing here knows what an inspection is.

pub mod calendar;
pub mod codes;
pub mod date;
pub mod digest;
pub mod finding;
pub mod json;
pub mod merkle;
pub mod ratio;
pub mod secret;
pub mod table;
pub mod tally;
pub mod text;
