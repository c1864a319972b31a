//! The store: dated versions, quarantine, draws. Every test runs against SQLite and, where it is installed, against
//! a PostgreSQL cluster of its own.
#![cfg(all(feature = "cli", unix))]
#![allow(missing_docs)]

mod support;

#[path = "store/draws.rs"]
mod draws;
#[path = "store/imports.rs"]
mod imports;
#[path = "store/model.rs"]
mod model;
#[path = "store/places.rs"]
mod places;
#[path = "store/site.rs"]
mod site;
#[path = "store/writers.rs"]
mod writers;
