//! Files: read with limits and without following links, written once and durably. The shell's half of every
//! step; nothing here decides anything.

pub mod archive;
pub mod durable;
pub mod folder;
pub mod frame;
pub mod leftovers;
pub mod log;
pub mod pass;
pub mod report;
pub mod sealed;
pub mod sheet;
pub mod tree;
pub mod workbook;
