//! The embedded store of a workspace, `ssj.db` (SQLite through sqlx): dated versions of the registers, and
//! the draws. Every step is one transaction, so a killed run leaves the old state or the new one.

mod draws;

use std::path::Path;

use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{AssertSqlSafe, QueryBuilder, Row, SqlitePool};
use tokio::runtime::Runtime;

use crate::base::finding::Finding;
use crate::registry::{Cells, Register, Table};
use crate::say;

pub use draws::{DrawRecord, State};

/// The file's name in a workspace.
pub const FILE: &str = "ssj.db";
/// Rows per insert: SQLite's limit of 32,766 variables leaves room for 1,424 rows of 23 columns; gains end
/// long before.
const ROWS_PER_INSERT: usize = 250;

/// An open store.
pub struct Store {
    runtime: Runtime,
    pool: SqlitePool,
}

/// What an import did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Imported {
    /// The rows are a new version, with this number.
    NewVersion(i64),
    /// The current version came from the same bytes.
    Unchanged(i64),
}

impl Store {
    /// Opens the store of a workspace, creating and migrating it where needed.
    ///
    /// # Errors
    /// W09 if the database cannot be opened.
    pub fn open(workspace: &Path) -> Result<Self, Finding> {
        let path = workspace.join(FILE);
        let options = SqliteConnectOptions::new()
            .filename(&path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            // A commit that was reported survives a power cut.
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(std::time::Duration::from_secs(10))
            .foreign_keys(true);
        let build = || -> std::io::Result<Runtime> {
            tokio::runtime::Builder::new_current_thread().enable_all().build()
        };
        let runtime = build().map_err(|e| super::io::durable::failed(&path, &e))?;
        let pool = runtime.block_on(async {
            let pool = SqlitePoolOptions::new().max_connections(1).connect_with(options).await?;
            migrator().run(&pool).await?;
            Ok::<_, sqlx::Error>(pool)
        });
        let pool = pool.map_err(|e| unusable(&e).file(path.display().to_string()))?;
        Ok(Store { runtime, pool })
    }

    /// Makes these rows the current version of their register, unless it came from the same bytes.
    ///
    /// # Errors
    /// W09; the old version then stands.
    pub fn import(
        &self,
        table: &Table,
        file: &str,
        digest: &str,
        now_s: u64,
    ) -> Result<Imported, Finding> {
        let register = table.register;
        self.run(async {
            let mut tx = self.pool.begin_with("begin immediate").await?;
            let current = sqlx::query("select version, digest from import where register = ? order by version desc limit 1")
                .bind(register.name())
                .fetch_optional(&mut *tx)
                .await?;
            if let Some(row) = current
                && row.get::<String, _>(1) == digest
            {
                return Ok(Imported::Unchanged(row.get(0)));
            }
            let rows = i64::try_from(table.rows.len()).unwrap_or(i64::MAX);
            let inserted = sqlx::query(
                "insert into import (register, file, digest, imported_s, rows) values (?, ?, ?, ?, ?)",
            )
            .bind(register.name())
            .bind(file)
            .bind(digest)
            .bind(i64::try_from(now_s).unwrap_or(i64::MAX))
            .bind(rows)
            .execute(&mut *tx)
            .await?;
            let version = inserted.last_insert_rowid();
            let columns: Vec<&str> = register.columns().iter().map(|column| column.id).collect();
            let insert = format!("insert into {} (version, line, {}) ", register.name(), columns.join(", "));
            for rows in table.rows.chunks(ROWS_PER_INSERT) {
                let mut query = QueryBuilder::new(insert.as_str());
                query.push_values(rows, |mut values, row| {
                    values.push_bind(version).push_bind(i64::try_from(row.line).unwrap_or(i64::MAX));
                    for cell in &row.texts {
                        values.push_bind(cell.as_str());
                    }
                });
                query.build().execute(&mut *tx).await?;
            }
            tx.commit().await?;
            Ok(Imported::NewVersion(version))
        })
    }

    /// The current version of a register; without rows if nothing was imported.
    ///
    /// # Errors
    /// W09.
    pub fn table(&self, register: Register) -> Result<Table, Finding> {
        let columns: Vec<&str> = register.columns().iter().map(|column| column.id).collect();
        let select = format!(
            "select line, {} from {} where version = (select max(version) from import where register = ?) order by line",
            columns.join(", "),
            register.name(),
        );
        // Only names of our own table of columns are in the text.
        let rows = self.run(async {
            sqlx::query(AssertSqlSafe(select)).bind(register.name()).fetch_all(&self.pool).await
        })?;
        let row = |row: &sqlx::sqlite::SqliteRow| Cells {
            line: u64::try_from(row.get::<i64, _>(0)).unwrap_or_default(),
            texts: (1..=columns.len()).map(|column| row.get::<String, _>(column)).collect(),
        };
        Ok(Table { register, rows: rows.iter().map(row).collect() })
    }

    fn run<T>(&self, work: impl Future<Output = Result<T, sqlx::Error>>) -> Result<T, Finding> {
        self.runtime.block_on(work).map_err(|e| unusable(&e))
    }
}

/// Closing writes the log back, so that `ssj.db` alone is the whole store: it can be copied as a backup.
impl Drop for Store {
    fn drop(&mut self) {
        self.runtime.block_on(self.pool.close());
    }
}

fn migrator() -> Migrator {
    let sql = include_str!("migrations/0001_registers_and_draws.sql");
    let migration = Migration::new(
        1,
        "registers and draws".into(),
        MigrationType::Simple,
        sqlx::SqlStr::from_static(sql),
        false,
    );
    Migrator::with_migrations(vec![migration])
}

fn unusable(error: &sqlx::Error) -> Finding {
    Finding::new("W09", say!("数据库报告：{error}", "{error}"))
}
