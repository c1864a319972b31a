//! What happens after the draw (`docs/protocol.md` §4.5): from the drawn state and the recorded events to the state
//! after them, with every replacement and why. One function, [`replay::replay`], computes it for whoever conducts a draw
//! and for whoever verifies one; what it gives depends on nothing but the bundle's files.
//!
//! It never searches for an optimum: where a `staff` event has a pairing computed anew, the caller brings the pairing,
//! found by the solver or proved by its certificates.

pub mod chain;
mod fill;
pub mod replay;
pub mod since;
pub mod standing;
