//! The versions of the registers: what they held when, what changed between two of them, what was removed and why.

use std::collections::BTreeMap;

use sqlx::AssertSqlSafe;

use super::account::{Quarantined, SourceFile};
use super::database::{Connection, Row, Value};
use super::index::Address;
use super::{Store, stored};
use crate::base::finding::Finding;
use crate::registry::{Cells, Register, Removal, Table, keys};

/// Rows per page of a long result.
const PAGE: usize = 4096;
/// Joins the cells of a row on their way out: no canonical cell has one.
const JOINT: &str = "\t";
/// Joins the rows of a page: no canonical cell has one either.
const LINE: &str = "\n";
/// The rows of the version `$2`.
const AT: &str = "added <= $2 and (removed is null or removed > $2)";
/// The rows of the version `$2` that the version `$3` does not hold.
const AT_ONLY: &str = "added <= $2 and (removed is null or removed > $2) \
    and not (added <= $3 and (removed is null or removed > $3))";

/// A version of a register: one applied import.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    /// Its number, which runs through all registers.
    pub number: i64,
    /// Of which register.
    pub register: Register,
    /// When it was imported, seconds of UTC.
    pub at_s: u64,
    /// Whether somebody set the clock that says so: then it serves rehearsals alone.
    pub set_clock: bool,
    /// By whom.
    pub by: String,
    /// Why rows were removed, if any were.
    pub reason: Option<Removal>,
    /// Rows in force from this version on.
    pub rows: u64,
    /// New rows.
    pub added: u64,
    /// Rows with another text than before.
    pub changed: u64,
    /// Rows that are gone.
    pub removed: u64,
    /// Rows of the version before that were kept because their new row is in quarantine.
    pub held: u64,
    /// Rows that could not be taken.
    pub quarantined: u64,
    /// The files it was read from.
    pub files: Vec<SourceFile>,
}

/// What is different between two versions of a register.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diff {
    /// Rows that only the later has.
    pub added: Vec<Cells>,
    /// Rows that only the earlier has.
    pub removed: Vec<Cells>,
    /// Rows of the same thing with different cells: before and after.
    pub changed: Vec<(Cells, Cells)>,
}

impl Store {
    /// All versions of a register, or of all registers, oldest first.
    ///
    /// # Errors
    /// W09.
    pub fn versions(&self, register: Option<Register>) -> Result<Vec<Version>, Finding> {
        self.run(async |connection| {
            let mut files: BTreeMap<i64, Vec<SourceFile>> = BTreeMap::new();
            let sql = "select version, file, digest, rows from source_file order by version, n";
            for row in connection.rows(sql, &[]).await? {
                let file =
                    SourceFile { file: row.owned(1)?, digest: row.owned(2)?, rows: row.count(3)? };
                files.entry(row.integer(0)?).or_default().push(file);
            }
            let sql = "select number, register, at_s, by_whom, reason, rows, added, changed, removed, \
                 held, quarantined, set_clock from version order by number";
            let mut versions = Vec::new();
            for row in connection.rows(sql, &[]).await? {
                let files = files.remove(&row.integer(0)?).unwrap_or_default();
                versions.extend(version(&row, files)?);
            }
            versions.retain(|version| register.is_none_or(|one| one == version.register));
            Ok(versions)
        })
    }

    /// The number of a register's current version.
    ///
    /// # Errors
    /// W09.
    pub fn current(&self, register: Register) -> Result<Option<i64>, Finding> {
        self.run(async |connection| Ok(current(connection, register).await?))
    }

    /// The number of the version that was in force at that moment, in seconds of UTC.
    ///
    /// # Errors
    /// W09.
    pub fn version_at(&self, register: Register, at_s: u64) -> Result<Option<i64>, Finding> {
        self.run(async |connection| {
            let sql = "select max(number) from version where register = $1 and at_s <= $2";
            let values = [register.name().into(), stored(at_s).into()];
            let rows = connection.rows(sql, &values).await?;
            Ok(rows.first().map(|row| row.maybe(0)).transpose()?.flatten())
        })
    }

    /// The current version of a register; without rows if nothing was imported. Its rows have no lines, as those
    /// of files that are long gone would mislead.
    ///
    /// # Errors
    /// W09.
    pub fn table(&self, register: Register) -> Result<Table, Finding> {
        match self.current(register)? {
            Some(version) => self.table_at(register, version),
            None => Ok(Table { register, rows: Vec::new() }),
        }
    }

    /// A register as it stood at that version, which may be another register's.
    ///
    /// # Errors
    /// W09.
    pub fn table_at(&self, register: Register, version: i64) -> Result<Table, Finding> {
        self.run(async |connection| {
            let mut rows = Vec::new();
            each_row(connection, register, version, &mut |_, row| rows.push(row)).await?;
            Ok(Table { register, rows })
        })
    }

    /// What is different between two versions.
    ///
    /// # Errors
    /// W09.
    pub fn diff(&self, register: Register, from: i64, to: i64) -> Result<Diff, Finding> {
        self.run(async |connection| {
            let (mut before, mut after) = (Vec::new(), Vec::new());
            let mut take = |_, row| before.push(row);
            select(connection, register, AT_ONLY, (from, to), &mut take).await?;
            let mut take = |_, row| after.push(row);
            select(connection, register, AT_ONLY, (to, from), &mut take).await?;
            Ok(pair(register, before, after))
        })
    }

    /// The rows that the last import of a register could not take.
    ///
    /// # Errors
    /// W09.
    pub fn quarantined(&self, register: Register) -> Result<Vec<Quarantined>, Finding> {
        self.run(async |connection| {
            let Some(version) = current(connection, register).await? else {
                return Ok(Vec::new());
            };
            let mut rows = Vec::new();
            each_quarantined(connection, version, &mut |row| rows.push(row)).await?;
            Ok(rows)
        })
    }

    /// How many rows were removed from a register since then, in seconds of UTC, up to a version, by reason: whoever is
    /// removed shortly before a draw cannot be drawn.
    ///
    /// # Errors
    /// W09.
    pub fn removed_since(
        &self,
        register: Register,
        version: i64,
        since_s: u64,
    ) -> Result<Vec<(Removal, u64)>, Finding> {
        self.run(async |connection| {
            let sql = "select coalesce(reason, ''), cast(sum(removed) as bigint) from version \
                 where register = $1 and at_s >= $2 and number <= $3 and removed > 0 group by reason";
            let values = [register.name().into(), stored(since_s).into(), version.into()];
            let mut counts = Vec::new();
            for row in connection.rows(sql, &values).await? {
                let reason = Removal::parse(row.text(0)?).unwrap_or(Removal::Other);
                counts.push((reason, row.count(1)?));
            }
            counts.sort_unstable();
            Ok(counts)
        })
    }
}

impl Store {
    /// How many rows of a register were changed since then, in seconds of UTC, up to a version: a status or an area changed
    /// shortly before a draw takes a subject out of it as well as a removal does.
    ///
    /// # Errors
    /// W09.
    pub fn changed_since(
        &self,
        register: Register,
        version: i64,
        since_s: u64,
    ) -> Result<u64, Finding> {
        self.run(async |connection| {
            let sql = "select coalesce(cast(sum(changed) as bigint), 0) from version \
                 where register = $1 and at_s >= $2 and number <= $3";
            let values = [register.name().into(), stored(since_s).into(), version.into()];
            let rows = connection.rows(sql, &values).await?;
            Ok(rows.first().map(|row| row.count(0)).transpose()?.unwrap_or(0))
        })
    }
}

/// The number of a register's current version.
pub(super) async fn current(
    connection: &mut Connection,
    register: Register,
) -> Result<Option<i64>, sqlx::Error> {
    let sql = "select max(number) from version where register = $1";
    let rows = connection.rows(sql, &[register.name().into()]).await?;
    Ok(rows.first().map(|row| row.maybe(0)).transpose()?.flatten())
}

/// Hands out the rows of a version, page by page. Rows of a version that was committed never change, so the
/// pages belong together whoever writes meanwhile.
pub(super) async fn each_row(
    connection: &mut Connection,
    register: Register,
    version: i64,
    take: &mut dyn FnMut(Address, Cells),
) -> Result<(), sqlx::Error> {
    select(connection, register, AT, (version, version), take).await
}

/// The row at an address.
pub(super) async fn row_at(
    connection: &mut Connection,
    register: Register,
    address: Address,
) -> Result<Option<Cells>, sqlx::Error> {
    let joined = joined_columns(register);
    let sql = format!("select {joined} from {} where added = $2 and n = $3", register.name());
    let values = [JOINT.into(), i64::from(address.added).into(), i64::from(address.n).into()];
    let rows = connection.rows(AssertSqlSafe(sql), &values).await?;
    rows.first().map(|row| Ok(cells(row.text(0)?))).transpose()
}

/// Hands out the quarantined rows of a version.
pub(super) async fn each_quarantined(
    connection: &mut Connection,
    version: i64,
    take: &mut dyn FnMut(Quarantined),
) -> Result<(), sqlx::Error> {
    let mut last = 0;
    loop {
        let sql = "select n, file, sheet, line, id, codes, cells from quarantine \
             where version = $1 and n > $2 order by n limit $3";
        let values = [version.into(), last.into(), (PAGE as i64).into()];
        let rows = connection.rows(sql, &values).await?;
        for row in &rows {
            last = row.integer(0)?;
            take(Quarantined {
                file: row.owned(1)?,
                sheet: Some(row.owned(2)?).filter(|sheet| !sheet.is_empty()),
                line: row.count(3)?,
                id: Some(row.owned(4)?).filter(|id| !id.is_empty()),
                codes: row.text(5)?.split_whitespace().map(str::to_owned).collect(),
                cells: serde_json::from_str(row.text(6)?).unwrap_or_default(),
            });
        }
        if rows.len() < PAGE {
            return Ok(());
        }
    }
}

/// Hands out the rows of a condition on the versions `$2` and `$3`, in the order of their addresses.
async fn select(
    connection: &mut Connection,
    register: Register,
    condition: &str,
    (first, second): (i64, i64),
    take: &mut dyn FnMut(Address, Cells),
) -> Result<(), sqlx::Error> {
    // A page is one text: handing over every value, or every row, would take most of the time.
    let (joined, table) = (joined_columns(register), register.name());
    let sql = format!(
        "select string_agg(line, $6) from (select added || $1 || n || $1 || {joined} as line \
         from {table} where {condition} and (added, n) > ($4, $5) order by added, n limit {PAGE}) as page"
    );
    let mut last = Address { added: 0, n: 0 };
    loop {
        let values: [Value<'_>; 6] = [
            JOINT.into(),
            first.into(),
            second.into(),
            i64::from(last.added).into(),
            i64::from(last.n).into(),
            LINE.into(),
        ];
        // Only names of our own table of columns are in the text.
        let rows = connection.rows(AssertSqlSafe(sql.as_str()), &values).await?;
        let page = rows.first().map(|row| row.maybe_text(0)).transpose()?.flatten();
        let Some(page) = page else { return Ok(()) };
        let mut count = 0;
        for line in page.split(LINE) {
            let (address, cells) = addressed(line)?;
            last = last.max(address);
            take(address, cells);
            count += 1;
        }
        if count < PAGE {
            return Ok(());
        }
    }
}

/// The address and the cells of a row's line.
fn addressed(line: &str) -> Result<(Address, Cells), sqlx::Error> {
    let mut parts = line.splitn(3, JOINT);
    let mut number = || parts.next().and_then(|text| text.parse().ok());
    let address = number().zip(number()).map(|(added, n)| Address { added, n });
    match address.zip(parts.next()) {
        Some((address, joined)) => Ok((address, cells(joined))),
        // Only somebody who edits the database can put a line end into a cell.
        None => Err(sqlx::Error::Protocol("a cell has a line end".to_owned())),
    }
}

fn joined_columns(register: Register) -> String {
    let columns: Vec<&str> = register.columns().iter().map(|column| column.id).collect();
    columns.join(" || $1 || ")
}

fn cells(joined: &str) -> Cells {
    Cells::new(0, joined.split(JOINT))
}

/// A version as it is read; none of a register that a newer program knows.
fn version(row: &Row, files: Vec<SourceFile>) -> Result<Option<Version>, sqlx::Error> {
    let Some(register) = Register::from_name(row.text(1)?) else { return Ok(None) };
    Ok(Some(Version {
        number: row.integer(0)?,
        register,
        at_s: row.count(2)?,
        by: row.owned(3)?,
        reason: row.maybe_text(4)?.and_then(Removal::parse),
        rows: row.count(5)?,
        added: row.count(6)?,
        changed: row.count(7)?,
        removed: row.count(8)?,
        held: row.count(9)?,
        quarantined: row.count(10)?,
        set_clock: row.integer(11)? != 0,
        files,
    }))
}

/// Rows of the same thing find each other by the first identifier that they share.
fn pair(register: Register, before: Vec<Cells>, after: Vec<Cells>) -> Diff {
    let mut known: BTreeMap<(&'static str, String), usize> = BTreeMap::new();
    for (at, row) in before.iter().enumerate() {
        for (column, key) in keys(register, row) {
            known.insert((column, key.into_owned()), at);
        }
    }
    let mut before: Vec<Option<Cells>> = before.into_iter().map(Some).collect();
    let mut diff = Diff::default();
    for row in after {
        let found = keys(register, &row)
            .filter_map(|(column, key)| known.get(&(column, key.into_owned())).copied())
            .find(|at| before[*at].is_some());
        match found.and_then(|at| before[at].take()) {
            // Changed and changed back: nothing is different.
            Some(old) if old == row => {}
            Some(old) => diff.changed.push((old, row)),
            None => diff.added.push(row),
        }
    }
    diff.removed = before.into_iter().flatten().collect();
    diff
}
