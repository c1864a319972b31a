//! The types of the protocol `dr1` with their parse and format: the published bytes, and nothing that
//! decides anything. `docs/protocol.md` is their specification.

pub mod beacon;
pub mod bundle;
pub mod commitment;
pub mod contents;
pub mod declared;
pub mod drand;
pub mod event;
mod event_kind;
pub mod event_tables;
pub mod frame;
pub mod ids;
mod list;
pub mod logged;
mod read;
pub mod receipt;
pub mod shortage;
pub mod side_by_side;
mod source;
pub mod tables;
