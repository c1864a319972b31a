//! The registers (一单两库): matters that may be inspected, subjects, inspectors, with recusals,
//! incompatible pairs, leave and earlier visits as rows of their own. `docs/registers.md` lists the columns.
//!
//! An [`Intake`] checks raw text from any file row by row and keeps canonical cells, which a store can hold as text;
//! [`Table::read`] does so for a [`Sheet`] in memory; [`Registry::build`] makes typed records of the tables. Every
//! bad row is reported at once, with its place; what is wrong never becomes a skipped row in silence.
//! The order of rows in a file has no effect on anything after reading.

mod alias;
mod build;
mod cells;
pub(crate) mod codes;
mod columns;
mod dates;
mod form;
mod ident;
mod identity;
mod intake;
mod layout;
mod lists;
mod mapping;
mod names;
mod numbering;
mod numerals;
pub mod ratio_text;
mod raw;
mod records;
mod rows;
mod seen;
mod table;
mod tally;
mod wording;
mod words;

pub use build::Registry;
pub use codes::division_name;
pub use columns::{Column, Register};
pub use dates::civil;
pub use ident::{
    UsccFault, organisation_code_is_sound, reg_no_is_sound, uscc_fault, uscc_is_sound,
};
pub use intake::{Cleaned, Counts, Fate, Header, Intake, Verdict};
pub use lists::Listing;
pub use mapping::Mapping;
pub use numbering::Numbering;
pub use raw::Rows;
pub use records::{Incompatible, Inspector, Leave, Matter, Recusal, Subject, Visit};
pub use rows::{keys, name_of};
pub use table::{Cells, Head, Sheet, Table};
pub(crate) use wording::{LIVE, status_word, status_wordings};
pub use words::{CreditClass, MatterKind, Origin, Reason, Removal, State, VisitKind, WatchList};

#[cfg(test)]
mod build_tests;
#[cfg(test)]
mod cells_tests;
#[cfg(test)]
mod identity_tests;
#[cfg(test)]
mod intake_tests;
#[cfg(test)]
mod mapping_tests;
#[cfg(test)]
mod table_tests;
