//! The registers (一单两库): matters that may be inspected, subjects, inspectors, with recusals,
//! incompatible pairs and leave as rows of their own. `docs/registers.md` lists the columns.
//!
//! A [`Sheet`] is raw text from any file; [`Table::read`] checks it row by row and keeps canonical
//! cells, which a store can hold as text; [`Registry::build`] makes typed records of the tables. Every
//! bad row is reported at once, with its place; what is wrong never becomes a skipped row in silence.
//! The order of rows in a file has no effect on anything after reading.

mod alias;
mod build;
mod cells;
mod codes;
mod columns;
mod dates;
mod form;
mod ident;
mod identity;
mod layout;
mod lists;
mod mapping;
mod names;
mod numerals;
pub mod ratio_text;
mod records;
mod rows;
mod table;
mod tally;
mod words;

pub use build::Registry;
pub use columns::{Column, Register};
pub use ident::{
    UsccFault, organisation_code_is_sound, reg_no_is_sound, uscc_fault, uscc_is_sound,
};
pub use lists::Listing;
pub use mapping::Mapping;
pub use records::{Incompatible, Inspector, Leave, Matter, Recusal, Subject};
pub use table::{Cells, Sheet, Table};
pub use words::{CreditClass, MatterKind, Origin, Reason, State, WatchList};

#[cfg(test)]
mod build_tests;
#[cfg(test)]
mod cells_tests;
#[cfg(test)]
mod identity_tests;
#[cfg(test)]
mod mapping_tests;
#[cfg(test)]
mod table_tests;
