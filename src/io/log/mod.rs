//! The transparency log on disk. The public folder is what a web server gives out; the home of a log of our own has it
//! beside its keys; the guard, in another place, keeps the last checkpoints that this installation has signed.

mod guard;
mod home;
mod proofs;
mod public;
mod setting;

pub use guard::Guard;
pub use home::{Appended, Home};
pub use proofs::{Kept, hold, keep_proofs};
pub use public::{Public, parse_entries};
pub use setting::Setting;
