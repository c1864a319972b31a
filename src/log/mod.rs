//! The transparency log (`docs/log.md`): an append-only list of what an agency bound itself to, which anybody can
//! keep a copy of and nobody can change without being seen. Formats are those of the C2SP specifications, so that
//! every witness and tool of that world can read it. Bytes, digests and signatures only: this layer reads no
//! file, knows no clock and holds no bundle.

pub mod append;
pub mod attempts;
pub mod audit;
pub mod checkpoint;
mod commit;
mod encoding;
pub mod entry;
pub mod key;
pub mod note;
pub mod policy;
pub mod proof;
mod read;
pub mod reader;
pub mod stamp;
pub mod tiles;
pub mod tree;
pub mod witness;

use crate::base::digest::Suite;
use crate::base::merkle::{self, Root};

/// All trees, key ids and signatures of the log are of SHA-256, whatever the suite of a draw: so say the C2SP
/// specifications.
const SUITE: Suite = Suite::Sha256;

/// The head of a log without entries.
pub fn empty_root() -> Root {
    merkle::root(SUITE, [])
}
