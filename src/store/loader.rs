//! Many rows into a table: multi-row inserts into SQLite, COPY into PostgreSQL, which are several times as fast as
//! rows one by one.

use std::sync::Arc;

use sqlx::sqlite::SqliteArguments;
use sqlx::{Arguments as _, AssertSqlSafe};

use super::database::{Connection, Kind};

/// Rows per insert into SQLite: its limit of 32,766 variables leaves room for more, gains end long before.
const ROWS_PER_INSERT: usize = 250;
/// Bytes per COPY into PostgreSQL: enough that its own few messages cost nothing.
const BYTES_PER_COPY: usize = 1 << 20;

/// Rows on their way into a table.
pub(super) struct Loader {
    head: String,
    width: usize,
    buffer: Buffer,
}

enum Buffer {
    /// The values so far, and the insert of a full buffer, which SQLite prepares once.
    Inserts {
        values: SqliteArguments,
        full: Arc<str>,
    },
    Copy(Vec<u8>),
}

impl Loader {
    /// A loader into a table, for connections of this kind.
    pub fn new(connection: &Connection, table: &str, columns: &[&str]) -> Self {
        let (names, width) = (columns.join(", "), columns.len());
        match connection.kind {
            Kind::Sqlite(_) => {
                let head = format!("insert into {table} ({names}) values ");
                let full = insert_of(&head, width, ROWS_PER_INSERT).into();
                let buffer = Buffer::Inserts { values: SqliteArguments::default(), full };
                Loader { head, width, buffer }
            }
            Kind::Postgres(_) => {
                let head = format!("copy {table} ({names}) from stdin");
                Loader { head, width, buffer: Buffer::Copy(Vec::new()) }
            }
        }
    }

    /// The next cell of the row, a number.
    pub fn integer(&mut self, number: i64) {
        match &mut self.buffer {
            Buffer::Inserts { values, .. } => {
                values.add(number).expect("bug: an integer is always encoded");
            }
            Buffer::Copy(bytes) => {
                bytes.extend_from_slice(number.to_string().as_bytes());
                bytes.push(b'\t');
            }
        }
    }

    /// The next cell of the row, a text.
    pub fn text(&mut self, text: &str) {
        match &mut self.buffer {
            Buffer::Inserts { values, .. } => {
                values.add(text.to_owned()).expect("bug: a text is always encoded");
            }
            Buffer::Copy(bytes) => {
                escape(text, bytes);
                bytes.push(b'\t');
            }
        }
    }

    /// Ends the row; whether there are so many that they should be sent.
    pub fn end_row(&mut self) -> bool {
        match &mut self.buffer {
            Buffer::Inserts { values, .. } => values.len() >= self.width * ROWS_PER_INSERT,
            Buffer::Copy(bytes) => {
                // The tab after the last cell becomes the end of the line.
                if let Some(last) = bytes.last_mut() {
                    *last = b'\n';
                }
                bytes.len() >= BYTES_PER_COPY
            }
        }
    }

    /// Sends the rows that were not sent yet.
    pub async fn send(&mut self, connection: &mut Connection) -> Result<(), sqlx::Error> {
        match (&mut self.buffer, &mut connection.kind) {
            (Buffer::Inserts { values, full }, Kind::Sqlite(connection)) => {
                let rows = values.len() / self.width;
                if rows > 0 {
                    let sql = match rows {
                        ROWS_PER_INSERT => Arc::clone(full),
                        _ => insert_of(&self.head, self.width, rows).into(),
                    };
                    // Only names of our own tables and question marks are in the text.
                    let query = sqlx::query_with(AssertSqlSafe(sql), std::mem::take(values));
                    query.execute(&mut **connection).await?;
                }
            }
            (Buffer::Copy(bytes), Kind::Postgres(connection)) if !bytes.is_empty() => {
                let mut copy = connection.copy_in_raw(&self.head).await?;
                copy.send(bytes.as_slice()).await?;
                copy.finish().await?;
                bytes.clear();
            }
            (Buffer::Copy(_), Kind::Postgres(_)) => {}
            _ => unreachable!("bug: a loader goes with the kind of its connection"),
        }
        Ok(())
    }
}

fn insert_of(head: &str, width: usize, rows: usize) -> String {
    let row = format!("({})", vec!["?"; width].join(","));
    format!("{head}{}", vec![row; rows].join(","))
}

/// A text as COPY reads it: its four special characters behind a backslash. Nearly no cell has one.
fn escape(text: &str, into: &mut Vec<u8>) {
    let mut rest = text.as_bytes();
    // A look at every byte without a way out is one at many bytes at once.
    let special = |any, b: &u8| any | (*b < b' ') | (*b == b'\\');
    if !rest.iter().fold(false, special) {
        return into.extend_from_slice(rest);
    }
    while let Some(at) = rest.iter().position(|b| matches!(b, b'\\' | b'\t' | b'\n' | b'\r')) {
        into.extend_from_slice(&rest[..at]);
        into.extend_from_slice(match rest[at] {
            b'\\' => b"\\\\",
            b'\t' => b"\\t",
            b'\n' => b"\\n",
            _ => b"\\r",
        });
        rest = &rest[at + 1..];
    }
    into.extend_from_slice(rest);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copy_reads_back_what_was_escaped() {
        for (text, expected) in
            [("", ""), ("示例店", "示例店"), ("\\N", "\\\\N"), ("\ta\n\rb\\", "\\ta\\n\\rb\\\\")]
        {
            let mut bytes = Vec::new();
            escape(text, &mut bytes);
            assert_eq!(String::from_utf8(bytes).unwrap(), expected);
        }
    }
}
