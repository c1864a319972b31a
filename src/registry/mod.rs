//! The registers (一单两库): matters that may be inspected, subjects, inspectors, with recusals and
//! incompatible pairs as rows of their own. `docs/registers.md` lists the columns.
//!
//! A [`Sheet`] is raw text from any file; [`Table::read`] checks it row by row and keeps canonical
//! cells, which a store can hold as text; [`Registry::build`] makes typed records of the tables. Every
//! bad row is reported at once, with its place; what is wrong never becomes a skipped row in silence.
//! The order of rows in a file has no effect on anything after reading.

mod alias;
mod build;
mod cells;
mod columns;
mod dates;
mod form;
mod ident;
mod layout;
mod mapping;
mod names;
pub mod ratio_text;
mod records;
mod rows;
mod table;
mod words;

pub use build::Registry;
pub use columns::{Column, Register};
pub use ident::{reg_no_is_sound, uscc_is_sound};
pub use mapping::Mapping;
pub use records::{Incompatible, Inspector, Matter, Recusal, Subject};
pub use rows::{keys, name_of};
pub use table::{Cells, Sheet, Table};
pub use words::{CreditClass, MatterKind, Origin, Reason, Removal, State};

#[cfg(test)]
mod build_tests;
#[cfg(test)]
mod cells_tests;
#[cfg(test)]
mod mapping_tests;
#[cfg(test)]
mod table_tests;
