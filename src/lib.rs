//! `shuangsuiji` (双随机): provable random draws for China's 双随机、一公开 regime.
//!
//! An inspection office freezes the matter list, the subject registry and the inspector pool (一单两库),
//! names a public random value of the future, draws subjects and inspectors from it, and publishes a bundle
//! that anybody can verify. Nobody chooses: between seed and result there are only hashes, integers and
//! canonical bytes. `docs/protocol.md` specifies every byte.
//!
//! The pure core takes values and returns values; the shell (feature `cli`) reads and writes. Layers use
//! only what stands before them, and `tests/layers.rs` keeps it so:
//!
//! `base → log → record → draw → pairing → events → conduct → verify → publish` · `base → record → schedule` ·
//! `base → registry → plan → rehearse` · then the shell `io, store → cli`.

pub mod base;
pub mod conduct;
pub mod draw;
pub mod events;
pub mod fiction;
pub mod log;
pub mod pairing;
pub mod plan;
pub mod record;
pub mod registry;
pub mod rehearse;
pub mod schedule;
pub mod verify;

#[cfg(feature = "cli")]
pub mod cli;
#[cfg(feature = "cli")]
pub mod io;
#[cfg(feature = "publish")]
pub mod publish;
#[cfg(feature = "cli")]
pub mod store;
