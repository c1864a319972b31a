//! The store of a workspace: dated versions of the registers, and the draws, in SQLite (`ssj.db`) or PostgreSQL
//! through sqlx. Every step is one transaction, so a killed run leaves the old state or the new one; nothing is
//! overwritten, so every state of a register can be read again, and every draw names the versions it used
//! (动态管理, 全程留痕).
//!
//! One writer works at a time. The next one waits and is then told who holds the store since when (W19); readers
//! wait for nobody and see whole versions only.

mod account;
mod database;
mod drawn;
mod draws;
mod history;
mod holder;
mod import;
mod index;
mod loader;
mod location;
mod texts;

use std::path::Path;
use std::sync::{Mutex, PoisonError};

use tokio::runtime::Runtime;

use self::database::Connection;
use self::location::Location;
use crate::base::finding::Finding;
use crate::io::durable::failed;
use crate::say;

pub use account::{Change, Imported, Meta, Mode, Names, Quarantined, SourceFile};
pub use drawn::DrawnSubject;
pub use draws::{DrawRecord, State};
pub use history::{Diff, Version};
pub use holder::me;
pub use import::Import;
pub use location::{FILE, SETTINGS};

/// An open store. It may be shared between threads, which then take turns.
pub struct Store {
    runtime: Runtime,
    location: Location,
    /// Present until the store is dropped.
    connection: Mutex<Option<Connection>>,
}

impl Store {
    /// Makes the store of a workspace, in the database of this address if one is given; one that is there already
    /// is opened.
    ///
    /// # Errors
    /// W20, W22; W03 if the workspace has another address; W08, W09.
    pub fn create(workspace: &Path, database: Option<&str>) -> Result<Self, Finding> {
        if let Some(url) = database {
            location::write_settings(workspace, url)?;
        }
        let store = Store::connect(workspace, true)?;
        store.run(async |connection| Ok(connection.migrate().await?))?;
        Ok(store)
    }

    /// Opens the store of a workspace.
    ///
    /// # Errors
    /// W01 if there is none; W20, W22, W08, W09.
    pub fn open(workspace: &Path) -> Result<Self, Finding> {
        if let Some(store) = Store::find(workspace)? {
            return Ok(store);
        }
        let cause = match Location::of(workspace)? {
            Location::File(path) => {
                let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
                say!("其中没有 {name}", "there is no {name} in it")
            }
            server => say!("数据库 {server} 中没有名录", "there are no registers in {server}"),
        };
        Err(Finding::new("W01", cause).file(workspace.display().to_string()))
    }

    /// The store of a folder, if it is a workspace.
    ///
    /// # Errors
    /// W20, W22, W08, W09.
    pub fn find(workspace: &Path) -> Result<Option<Self>, Finding> {
        match Location::of(workspace)? {
            Location::File(path) if !path.exists() => return Ok(None),
            Location::File(_) | Location::Server(_) => {}
        }
        let store = Store::connect(workspace, false)?;
        let server = matches!(store.location, Location::Server(_));
        let ours = store.run(async |connection| {
            // A database of somebody else's gets no tables of ours unless `ssj init` says so.
            if server && !connection.is_ours().await? {
                return Ok(false);
            }
            connection.migrate().await?;
            Ok(true)
        })?;
        Ok(ours.then_some(store))
    }

    fn connect(workspace: &Path, create: bool) -> Result<Self, Finding> {
        let location = Location::of(workspace)?;
        let build = || -> std::io::Result<Runtime> {
            tokio::runtime::Builder::new_current_thread().enable_all().build()
        };
        let runtime = build().map_err(|e| failed(workspace, &e))?;
        let connection = runtime
            .block_on(Connection::open(&location, create))
            .map_err(|e| at(&location, e.into()))?;
        Ok(Store { runtime, location, connection: Mutex::new(Some(connection)) })
    }

    /// Another connection to the same database.
    fn another(&self) -> Result<Connection, Finding> {
        let opened = self.runtime.block_on(Connection::open(&self.location, false));
        opened.map_err(|e| at(&self.location, e.into()))
    }

    /// Runs what only reads, or is one statement.
    fn run<T>(
        &self,
        work: impl AsyncFnOnce(&mut Connection) -> Result<T, Finding>,
    ) -> Result<T, Finding> {
        let mut connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        let connection = connection.as_mut().expect("bug: it is there until the store is dropped");
        self.runtime.block_on(work(connection)).map_err(|finding| at(&self.location, finding))
    }

    /// Runs what writes, as one step: all of it or nothing.
    fn write<T>(
        &self,
        work: impl AsyncFnOnce(&mut Connection) -> Result<T, Finding>,
    ) -> Result<T, Finding> {
        self.run(async |connection| {
            connection.begin_write(&self.location).await?;
            let done = work(connection).await;
            match done {
                Ok(_) => connection.commit().await?,
                Err(_) => connection.rollback().await,
            }
            done
        })
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        let connection = self.connection.get_mut().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(connection) = connection {
            self.runtime.block_on(connection.close());
        }
    }
}

/// Findings about the database itself name it; its password is no part of that.
fn at(location: &Location, finding: Finding) -> Finding {
    match finding.code() {
        "W09" | "W19" | "W26" => finding.file(location.to_string()),
        _ => finding,
    }
}

/// A number as the databases keep it.
fn stored(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::Register;

    #[test]
    fn the_tables_have_the_columns_of_the_registers() {
        let temp = tempfile::tempdir().unwrap();
        let store = Store::create(temp.path(), Some("sqlite:test.db")).unwrap();
        for register in Register::ALL {
            let name = register.name();
            let columns = store.run(async |connection| {
                let sql = "select name from pragma_table_info($1) order by cid";
                let rows = connection.rows(sql, &[name.into()]).await?;
                Ok(rows.iter().map(|row| row.owned(0)).collect::<Result<Vec<_>, _>>()?)
            });
            let known = register.columns().iter().map(|column| column.id);
            let expected: Vec<&str> = ["added", "n", "removed"].into_iter().chain(known).collect();
            assert_eq!(columns.unwrap(), expected, "{name}");
        }
    }
}
