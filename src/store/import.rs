//! One import, row by row, as one transaction: whatever interrupts it leaves the old version.
//!
//! Each row is compared with the current version by its identifiers. A row that is the same costs nothing, a
//! changed one closes the old row and is added anew, a row that no file holds any more is closed with the reason
//! for its removal – unless it stands in the files and cannot be read: then the old row is held.

use std::fmt::Write as _;

use super::account::{Change, Imported, Meta, Mode, Quarantined};
use super::database::{Connection, Value};
use super::history::{current, each_quarantined, each_row, row_at};
use super::index::{Address, Fate, Index, first_bits};
use super::loader::Loader;
use super::{Store, at, stored};
use crate::base::digest::Suite;
use crate::base::finding::Finding;
use crate::registry::{Cells, Register, Removal, name_of};
use crate::say;

/// At most so many rows of each kind are named.
const NAMED_MAX: usize = 20;
/// Rows closed by one statement.
const CLOSED_AT_ONCE: usize = 1000;

/// An import under way. Dropped without [`Import::finish`], it leaves everything as it was.
pub struct Import<'s> {
    store: &'s Store,
    /// Its own, so that the store can be asked meanwhile; present until it is dropped.
    connection: Option<Connection>,
    register: Register,
    mode: Mode,
    apply: bool,
    /// The version that is being made, and the number of its last row.
    number: i64,
    n: i64,
    index: Index,
    rows: Loader,
    quarantine: Loader,
    /// The sum of the prints of the quarantined rows: the same for the same rows in any order.
    prints: (u64, u64),
    done: Imported,
}

impl Store {
    /// Begins an import. With `apply` it holds the store until it ends; without it nothing is written or locked,
    /// and the result says what would change.
    ///
    /// A caller hands over each identifier once: rows that repeat an earlier one are its to quarantine.
    ///
    /// # Errors
    /// W19 if somebody else is writing, W09.
    pub fn begin_import(
        &self,
        register: Register,
        mode: Mode,
        apply: bool,
    ) -> Result<Import<'_>, Finding> {
        let connection = self.another()?;
        let columns = register.columns().iter().map(|column| column.id);
        let columns: Vec<&str> = ["added", "n"].into_iter().chain(columns).collect();
        let rows = Loader::new(&connection, register.name(), &columns);
        let columns = ["version", "n", "file", "sheet", "line", "id", "codes", "cells"];
        let quarantine = Loader::new(&connection, "quarantine", &columns);
        let mut import = Import {
            store: self,
            connection: Some(connection),
            register,
            mode,
            apply,
            number: 0,
            n: 0,
            index: Index::new(register),
            rows,
            quarantine,
            prints: (0, 0),
            done: Imported::default(),
        };
        self.runtime.block_on(import.begin()).map_err(|finding| at(&self.location, finding))?;
        Ok(import)
    }
}

impl Import<'_> {
    /// Takes a row of canonical cells.
    ///
    /// # Errors
    /// W09; the import cannot go on then.
    pub fn row(&mut self, row: Cells) -> Result<Change, Finding> {
        let (change, count, names) = match self.index.settle(&row) {
            None => (Change::New, &mut self.done.new, &mut self.done.names.new),
            Some(Fate::Same) => {
                self.done.same += 1;
                return Ok(Change::Same);
            }
            Some(_) => (Change::Changed, &mut self.done.changed, &mut self.done.names.changed),
        };
        *count += 1;
        if names.len() < NAMED_MAX {
            names.extend(name_of(self.register, &row).map(str::to_owned));
        }
        if self.apply {
            self.n += 1;
            self.rows.integer(self.number);
            self.rows.integer(self.n);
            row.iter().for_each(|cell| self.rows.text(cell));
            if self.rows.end_row() {
                self.send()?;
            }
        }
        Ok(change)
    }

    /// Takes a row that cannot be imported. A row of the current version with its identifier is held.
    ///
    /// # Errors
    /// W09; the import cannot go on then.
    pub fn quarantine(&mut self, row: Quarantined) -> Result<(), Finding> {
        self.index.hold(row.id.as_deref().unwrap_or_default());
        self.done.quarantined += 1;
        self.prints = sum(self.prints, &row);
        if self.apply {
            self.quarantine.integer(self.number);
            self.quarantine.integer(stored(self.done.quarantined));
            self.quarantine.text(&row.file);
            self.quarantine.text(row.sheet.as_deref().unwrap_or_default());
            self.quarantine.integer(stored(row.line));
            // PostgreSQL keeps no NUL in a text.
            self.quarantine.text(&row.id.unwrap_or_default().replace('\0', "␀"));
            self.quarantine.text(&row.codes.join(" "));
            let cells = serde_json::to_string(&row.cells);
            self.quarantine.text(&cells.expect("bug: texts are always encoded"));
            if self.quarantine.end_row() {
                self.send()?;
            }
        }
        Ok(())
    }

    /// Ends the import: makes the new version, if there is anything new and it is to be applied.
    ///
    /// # Errors
    /// W18 if rows would go and nobody says why; W09. Everything is as it was then.
    pub fn finish(mut self, meta: &Meta) -> Result<Imported, Finding> {
        let store = self.store;
        let done = store.runtime.block_on(self.end(meta));
        done.map_err(|finding| at(&store.location, finding))
    }

    fn send(&mut self) -> Result<(), Finding> {
        let store = self.store;
        let connection = self.connection.as_mut().expect("bug: it is there until it is dropped");
        let sent = store.runtime.block_on(async {
            self.rows.send(connection).await?;
            self.quarantine.send(connection).await
        });
        sent.map_err(|e| at(&store.location, e.into()))
    }

    /// Takes the lock and reads the current version.
    async fn begin(&mut self) -> Result<(), Finding> {
        let connection = self.connection.as_mut().expect("bug: it is there until it is dropped");
        if self.apply {
            connection.begin_write(&self.store.location).await?;
        }
        let rows = connection.rows("select max(number) from version", &[]).await?;
        let last = rows.first().map(|row| row.maybe(0)).transpose()?.flatten();
        self.number = last.unwrap_or_default() + 1;
        self.done.current = current(connection, self.register).await?;
        if let Some(version) = self.done.current {
            let index = &mut self.index;
            let mut take = |address, row| index.push(address, &row);
            each_row(connection, self.register, version, &mut take).await?;
        }
        self.index.sort();
        Ok(())
    }

    async fn end(&mut self, meta: &Meta) -> Result<Imported, Finding> {
        let connection = self.connection.as_mut().expect("bug: it is there until it is dropped");
        let gone = match self.mode {
            Mode::Replace => self.index.with(Fate::Open),
            Mode::Merge => Vec::new(),
        };
        self.done.gone = gone.len() as u64;
        self.done.held = self.index.with(Fate::Held).len() as u64;
        for address in gone.iter().take(NAMED_MAX) {
            let row = row_at(connection, self.register, *address).await?;
            let name = row.as_ref().and_then(|row| name_of(self.register, row));
            self.done.names.gone.extend(name.map(str::to_owned));
        }
        if !self.apply || is_known(connection, &self.done, self.prints).await? {
            return Ok(std::mem::take(&mut self.done));
        }
        if !gone.is_empty() && meta.reason.is_none() {
            return Err(unexplained(self.register, gone.len()));
        }
        self.rows.send(connection).await?;
        self.quarantine.send(connection).await?;
        let mut closed = self.index.with(Fate::Changed);
        closed.extend(&gone);
        close(connection, self.register, self.number, closed).await?;
        let rows = self.index.len() as u64 + self.done.new - self.done.gone;
        record(connection, self.register, self.number, rows, &self.done, meta).await?;
        connection.commit().await?;
        self.done.version = Some(self.number);
        self.done.current = self.done.version;
        Ok(std::mem::take(&mut self.done))
    }
}

impl Drop for Import<'_> {
    fn drop(&mut self) {
        if let Some(connection) = self.connection.take() {
            self.store.runtime.block_on(connection.close());
        }
    }
}

/// Whether the current version came from the same rows, those in quarantine included.
async fn is_known(
    connection: &mut Connection,
    done: &Imported,
    prints: (u64, u64),
) -> Result<bool, sqlx::Error> {
    let Some(version) = done.current.filter(|_| done.new + done.changed + done.gone == 0) else {
        return Ok(false);
    };
    let (mut before, mut count) = ((0, 0), 0);
    let mut take = |row| {
        before = sum(before, &row);
        count += 1;
    };
    each_quarantined(connection, version, &mut take).await?;
    Ok((before, count) == (prints, done.quarantined))
}

/// Adds a quarantined row's print; where it stood is no part of it.
fn sum(prints: (u64, u64), row: &Quarantined) -> (u64, u64) {
    let texts = row.id.iter().chain(&row.codes).chain(&row.cells);
    let hasher = texts.fold(Suite::Sha256.hasher(), |hasher, text| {
        hasher.with(&(text.len() as u64).to_be_bytes()).with(text.as_bytes())
    });
    let print = first_bits(hasher.finish().as_bytes());
    (prints.0.wrapping_add(print.0), prints.1.wrapping_add(print.1))
}

fn unexplained(register: Register, gone: usize) -> Finding {
    let cause = say!(
        "将有 {gone} 行移出，须用 --removed 说明原因",
        "{gone} rows would go; say why with --removed"
    );
    Finding::new("W18", cause).file(register.name())
}

/// Closes rows: they are not part of the version of that number any more.
async fn close(
    connection: &mut Connection,
    register: Register,
    number: i64,
    mut addresses: Vec<Address>,
) -> Result<(), sqlx::Error> {
    addresses.sort_unstable();
    for rows in addresses.chunk_by(|a, b| a.added == b.added) {
        let added = rows[0].added;
        for part in rows.chunks(CLOSED_AT_ONCE) {
            let (table, mut list) = (register.name(), String::new());
            for address in part {
                let comma = if list.is_empty() { "" } else { "," };
                write!(list, "{comma}{}", address.n)
                    .expect("bug: a text takes all that is written");
            }
            // Numbers of our own: there is nothing in the text that anybody could have put there.
            let sql = format!(
                "update {table} set removed = {number} where added = {added} and n in ({list})"
            );
            connection.run_once(sql).await?;
        }
    }
    Ok(())
}

/// Records the version itself.
async fn record(
    connection: &mut Connection,
    register: Register,
    number: i64,
    rows: u64,
    done: &Imported,
    meta: &Meta,
) -> Result<(), sqlx::Error> {
    let reason = meta.reason.filter(|_| done.gone > 0).map(Removal::name);
    let sql = "insert into version (number, register, at_s, by_whom, reason, rows, added, changed, \
         removed, held, quarantined, set_clock) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
    let counts = [done.new, done.changed, done.gone, done.held, done.quarantined];
    let [new, changed, gone, held, quarantined] = counts.map(|count| stored(count).into());
    let values = [
        number.into(),
        register.name().into(),
        stored(meta.at_s).into(),
        meta.by.as_str().into(),
        Value::Maybe(reason),
        stored(rows).into(),
        new,
        changed,
        gone,
        held,
        quarantined,
        i64::from(meta.set_clock).into(),
    ];
    connection.run(sql, &values).await?;
    for (n, file) in (1..).zip(&meta.files) {
        let sql =
            "insert into source_file (version, n, file, digest, rows) values ($1, $2, $3, $4, $5)";
        let (name, digest) = (file.file.as_str(), file.digest.as_str());
        let n: i64 = n;
        let values =
            [number.into(), n.into(), name.into(), digest.into(), stored(file.rows).into()];
        connection.run(sql, &values).await?;
    }
    Ok(())
}
