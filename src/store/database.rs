//! The thin layer over sqlx: one connection to SQLite or PostgreSQL, the same SQL text for both. Parameters are
//! `$1`, `$2` …, and values are 64-bit integers and texts, which both databases understand alike.
//!
//! sqlx's own `Any` driver is not used: it hides COPY, and it maps errors to texts.

use std::path::Path;

use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::postgres::{PgConnection, PgRow};
use sqlx::sqlite::{SqliteConnection, SqliteRow};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, Row as _, SqlSafeStr};

use super::holder::Holder;
use super::location::{Location, read_only_options, sqlite_options};
use crate::base::finding::Finding;
use crate::say;

/// Writers of one PostgreSQL database take turns under this advisory lock: `ssj` and a blank in ASCII.
pub(super) const WRITERS: i64 = 0x7373_6a20;
/// How long a writer waits for another one.
pub(super) const PATIENCE_S: u64 = 10;

/// An open connection. What was begun and not committed is undone when it ends, however it ends.
pub(super) struct Connection {
    pub(super) kind: Kind,
    /// A SQLite file, or the folder that it lies in, cannot be written to, as on an auditor's medium.
    read_only: bool,
    /// The mark beside a SQLite file while this connection writes.
    holder: Option<Holder>,
}

pub(super) enum Kind {
    Sqlite(Box<SqliteConnection>),
    Postgres(Box<PgConnection>),
}

/// A parameter of a statement.
#[derive(Clone, Copy)]
pub(super) enum Value<'a> {
    Integer(i64),
    Text(&'a str),
    /// A text that may be absent.
    Maybe(Option<&'a str>),
}

impl From<i64> for Value<'_> {
    fn from(number: i64) -> Self {
        Value::Integer(number)
    }
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(text: &'a str) -> Self {
        Value::Text(text)
    }
}

/// A row of a result; its columns go by number.
pub(super) enum Row {
    Sqlite(SqliteRow),
    Postgres(PgRow),
}

impl Row {
    pub fn integer(&self, at: usize) -> Result<i64, sqlx::Error> {
        match self {
            Row::Sqlite(row) => row.try_get(at),
            Row::Postgres(row) => row.try_get(at),
        }
    }

    /// A number that was never negative when it was written.
    pub fn count(&self, at: usize) -> Result<u64, sqlx::Error> {
        self.integer(at).map(|number| u64::try_from(number).unwrap_or_default())
    }

    /// An integer that may be absent.
    pub fn maybe(&self, at: usize) -> Result<Option<i64>, sqlx::Error> {
        match self {
            Row::Sqlite(row) => row.try_get(at),
            Row::Postgres(row) => row.try_get(at),
        }
    }

    pub fn text(&self, at: usize) -> Result<&str, sqlx::Error> {
        match self {
            Row::Sqlite(row) => row.try_get(at),
            Row::Postgres(row) => row.try_get(at),
        }
    }

    pub fn owned(&self, at: usize) -> Result<String, sqlx::Error> {
        self.text(at).map(str::to_owned)
    }

    /// A text that may be absent.
    pub fn maybe_text(&self, at: usize) -> Result<Option<&str>, sqlx::Error> {
        match self {
            Row::Sqlite(row) => row.try_get(at),
            Row::Postgres(row) => row.try_get(at),
        }
    }
}

/// A statement with its parameters bound: the same words make it for either database.
macro_rules! bound {
    ($sql:expr, $values:expr) => {
        $values.iter().fold(sqlx::query($sql), |query, value| match value {
            Value::Integer(number) => query.bind(*number),
            Value::Text(text) => query.bind(*text),
            Value::Maybe(text) => query.bind(*text),
        })
    };
}

impl Connection {
    /// Opens a database; a SQLite file that is not there is made if `create` says so, and one that cannot be written to
    /// is opened to be read.
    pub async fn open(location: &Location, create: bool) -> Result<Self, sqlx::Error> {
        let (kind, read_only) = match location {
            Location::File(path) => {
                let (connection, read_only) = open_file(path, create).await?;
                (Kind::Sqlite(Box::new(connection)), read_only)
            }
            Location::Server(options) => {
                (Kind::Postgres(Box::new(options.connect().await?)), false)
            }
        };
        Ok(Connection { kind, read_only, holder: None })
    }

    /// Closes it. SQLite then writes its log back, so that the file alone is the whole store.
    pub async fn close(self) {
        // What could fail here has nothing left to lose: every step was committed before it was reported.
        let _ = match self.kind {
            Kind::Sqlite(connection) => connection.close().await,
            Kind::Postgres(connection) => connection.close().await,
        };
    }

    /// Brings the schema up to this program's. One that is only read must have been brought there already.
    pub async fn migrate(&mut self) -> Result<(), sqlx::Error> {
        if self.read_only {
            let rows = self.rows("select version from _sqlx_migrations order by version", &[]);
            let known =
                rows.await?.iter().map(|row| row.integer(0)).collect::<Result<Vec<_>, _>>()?;
            return match known.last() {
                Some(last) if *last != VERSION => {
                    Err(sqlx::migrate::MigrateError::VersionNotPresent(*last).into())
                }
                _ => Ok(()),
            };
        }
        match &mut self.kind {
            Kind::Sqlite(connection) => migrator(SQLITE).run(&mut **connection).await?,
            Kind::Postgres(connection) => migrator(POSTGRES).run(&mut **connection).await?,
        }
        Ok(())
    }

    /// Whether the schema is there at all.
    pub async fn is_ours(&mut self) -> Result<bool, sqlx::Error> {
        let sql = match &self.kind {
            Kind::Sqlite(_) => {
                "select cast(count(*) as bigint) from sqlite_master where name = 'source_file'"
            }
            Kind::Postgres(_) => {
                "select case when to_regclass('source_file') is null then 0::bigint else 1 end"
            }
        };
        let rows = self.rows(sql, &[]).await?;
        Ok(rows.first().map(|row| row.integer(0)).transpose()? == Some(1))
    }

    /// Begins a step that writes. One writer at a time: the next waits, up to [`PATIENCE_S`].
    ///
    /// # Errors
    /// W19 naming who writes, W09.
    pub async fn begin_write(&mut self, location: &Location) -> Result<(), Finding> {
        match (&mut self.kind, location) {
            (Kind::Sqlite(connection), Location::File(path)) => {
                let begun = sqlx::raw_sql("begin immediate").execute(&mut **connection).await;
                if begun.as_ref().is_err_and(is_busy) {
                    return Err(Holder::of_file(path));
                }
                if self.read_only || begun.as_ref().is_err_and(is_unwritable) {
                    let cause =
                        say!("数据库或其文件夹不可写", "database or folder cannot be written to");
                    return Err(Finding::new("W26", cause));
                }
                begun?;
                self.holder = Some(Holder::mark(path));
            }
            _ => {
                self.run("begin", &[]).await?;
                let wait = format!("set local lock_timeout = '{PATIENCE_S}s'");
                self.run(AssertSqlSafe(wait), &[]).await?;
                let locked = self.run("select pg_advisory_xact_lock($1)", &[WRITERS.into()]).await;
                if locked.as_ref().is_err_and(is_busy) {
                    self.rollback().await;
                    return Err(Holder::of_server(self).await);
                }
                locked?;
            }
        }
        Ok(())
    }

    /// Ends a step that writes, for good.
    pub async fn commit(&mut self) -> Result<(), sqlx::Error> {
        self.raw("commit").await?;
        self.holder = None;
        Ok(())
    }

    /// Undoes a step that writes.
    pub async fn rollback(&mut self) {
        // If even that fails, the connection is gone, and the database has undone the step by itself.
        let _ = self.raw("rollback").await;
        self.holder = None;
    }

    async fn raw(&mut self, sql: &'static str) -> Result<(), sqlx::Error> {
        match &mut self.kind {
            Kind::Sqlite(connection) => {
                sqlx::raw_sql(sql).execute(&mut **connection).await.map(drop)
            }
            Kind::Postgres(connection) => {
                sqlx::raw_sql(sql).execute(&mut **connection).await.map(drop)
            }
        }
    }

    /// Runs a statement; the number of rows it touched.
    pub async fn run(
        &mut self,
        sql: impl SqlSafeStr,
        values: &[Value<'_>],
    ) -> Result<u64, sqlx::Error> {
        match &mut self.kind {
            Kind::Sqlite(connection) => {
                let done = bound!(sql, values).execute(&mut **connection).await?;
                Ok(done.rows_affected())
            }
            Kind::Postgres(connection) => {
                let done = bound!(sql, values).execute(&mut **connection).await?;
                Ok(done.rows_affected())
            }
        }
    }

    /// Runs a statement whose text is not used again, so that no prepared copy of it is kept.
    pub async fn run_once(&mut self, sql: String) -> Result<u64, sqlx::Error> {
        let sql = AssertSqlSafe(sql);
        match &mut self.kind {
            Kind::Sqlite(connection) => {
                Ok(sqlx::raw_sql(sql).execute(&mut **connection).await?.rows_affected())
            }
            Kind::Postgres(connection) => {
                Ok(sqlx::raw_sql(sql).execute(&mut **connection).await?.rows_affected())
            }
        }
    }

    /// All rows of a result.
    pub async fn rows(
        &mut self,
        sql: impl SqlSafeStr,
        values: &[Value<'_>],
    ) -> Result<Vec<Row>, sqlx::Error> {
        match &mut self.kind {
            Kind::Sqlite(connection) => {
                let rows = bound!(sql, values).fetch_all(&mut **connection).await?;
                Ok(rows.into_iter().map(Row::Sqlite).collect())
            }
            Kind::Postgres(connection) => {
                let rows = bound!(sql, values).fetch_all(&mut **connection).await?;
                Ok(rows.into_iter().map(Row::Postgres).collect())
            }
        }
    }
}

/// A SQLite file, and whether it is only read.
async fn open_file(path: &Path, create: bool) -> Result<(SqliteConnection, bool), sqlx::Error> {
    use std::io::ErrorKind::{PermissionDenied, ReadOnlyFilesystem};
    let refused = |e: std::io::Error| matches!(e.kind(), PermissionDenied | ReadOnlyFilesystem);
    let opened = std::fs::File::options().write(true).open(path);
    if create || !opened.is_err_and(refused) {
        match sqlite_options(path, create).connect().await {
            Err(error) if !create && is_unwritable(&error) => {}
            opened => return Ok((opened?, false)),
        }
    }
    Ok((read_only_options(path).connect().await?, true))
}

/// Whether a statement gave up waiting for another writer.
fn is_busy(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(sqlx::error::DatabaseError::code);
    // lock_not_available of PostgreSQL.
    code.is_some_and(|code| code == "55P03") || sqlite_code(error) == Some(5)
}

/// Whether SQLite may not write a file, or make those that it needs beside it.
fn is_unwritable(error: &sqlx::Error) -> bool {
    matches!(sqlite_code(error), Some(8 | 14))
}

/// SQLite's result code (SQLITE_BUSY is 5, SQLITE_READONLY 8, SQLITE_CANTOPEN 14) without what extends it.
fn sqlite_code(error: &sqlx::Error) -> Option<u32> {
    let code = error.as_database_error()?.code()?;
    code.parse::<u32>().ok().map(|code| code & 0xff)
}

/// Of the last migration.
const VERSION: i64 = 1;
const SQLITE: &str = include_str!("migrations/sqlite/0001_registers_and_draws.sql");
const POSTGRES: &str = include_str!("migrations/postgres/0001_registers_and_draws.sql");

fn migrator(sql: &'static str) -> Migrator {
    let name = "registers and draws".into();
    let sql = sqlx::SqlStr::from_static(sql);
    Migrator::with_migrations(vec![Migration::new(
        VERSION,
        name,
        MigrationType::Simple,
        sql,
        false,
    )])
}

/// Errors of a database never carry an address or a password.
impl From<sqlx::Error> for Finding {
    fn from(error: sqlx::Error) -> Self {
        Finding::new("W09", say!("数据库报告：{error}", "{error}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A statement that works on one database must mean the same on the other.
    #[test]
    fn both_schemas_are_one() {
        let code = |sql: &str| {
            let lines = sql.lines().map(|line| line.split("--").next().unwrap_or_default());
            lines.flat_map(str::split_whitespace).collect::<Vec<_>>().join(" ")
        };
        let (sqlite, postgres) = (code(SQLITE), code(POSTGRES));
        let plain = postgres.replace(" collate \"C\"", "");
        assert_eq!(plain, sqlite.replace(" without rowid", ""));
        // Every text is ordered by its bytes; plans and rules have a column of that name besides.
        let count = |text: &str| postgres.matches(text).count();
        assert_eq!(count(" text"), count(" text collate \"C\"") + 2);
    }
}
