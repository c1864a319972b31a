//! Who holds a store while others wait: on SQLite a small file beside the database, on PostgreSQL what the server
//! knows of its connections. It serves people only; the locks themselves are the databases' own.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use super::database::{Connection, PATIENCE_S, WRITERS};
use crate::base::date::china_time;
use crate::base::finding::Finding;
use crate::io::leftovers::Leftover;
use crate::say;

/// This person at this machine, `account@machine`.
pub fn me() -> String {
    let known = |name: whoami::Result<String>| name.unwrap_or_else(|_| "?".to_owned());
    format!("{}@{}", known(whoami::account()), machine())
}

/// This machine's name.
pub(super) fn machine() -> String {
    whoami::hostname().unwrap_or_else(|_| "?".to_owned())
}

/// The mark of a writer beside a SQLite file; it is removed when he is done. A killed one leaves it, and the next
/// writer writes over it.
pub(super) struct Holder {
    path: PathBuf,
    _mark: Leftover,
}

impl Holder {
    /// Marks this process as the writer of a file.
    pub fn mark(database: &Path) -> Holder {
        let path = beside(database);
        let _mark = Leftover::new(&path);
        // Without the mark others are told less; that must not stop the work.
        let _ = fs::write(&path, format!("{} pid {}", me(), std::process::id()));
        Holder { path, _mark }
    }

    /// The finding for a SQLite file that somebody else writes to.
    pub fn of_file(database: &Path) -> Finding {
        let path = beside(database);
        let since = fs::metadata(&path).and_then(|known| known.modified()).ok();
        let since_s =
            since.and_then(|at| at.duration_since(UNIX_EPOCH).ok()).map(|at| at.as_secs());
        held(fs::read_to_string(path).ok(), since_s)
    }

    /// The finding for a PostgreSQL database that somebody else writes to.
    pub async fn of_server(connection: &mut Connection) -> Finding {
        const WHO: &str = "select coalesce(a.application_name, ''), \
             cast(coalesce(extract(epoch from a.xact_start), 0) as bigint) \
             from pg_locks l join pg_stat_activity a on a.pid = l.pid \
             where l.locktype = 'advisory' and l.granted and l.classid = 0 and l.objid::bigint = $1 \
             and l.database = (select oid from pg_database where datname = current_database())";
        let rows = connection.rows(WHO, &[WRITERS.into()]).await.unwrap_or_default();
        let first = rows.first();
        let who = first.and_then(|row| row.owned(0).ok()).filter(|who| !who.is_empty());
        held(who, first.and_then(|row| row.count(1).ok()).filter(|at_s| *at_s > 0))
    }
}

impl Drop for Holder {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
    }
}

/// What PostgreSQL shows of this connection: who it is, within the 63 bytes that it keeps.
pub(super) fn application() -> String {
    let name = format!("ssj {} pid {}", me(), std::process::id());
    let end = (0..=name.len().min(63)).rev().find(|at| name.is_char_boundary(*at));
    name[..end.unwrap_or_default()].to_owned()
}

fn beside(database: &Path) -> PathBuf {
    let name = database.file_name().unwrap_or_default().to_string_lossy().into_owned();
    database.with_file_name(format!("{name}.writer"))
}

fn held(who: Option<String>, since_s: Option<u64>) -> Finding {
    let who = who.unwrap_or_else(|| "?".to_owned());
    let since = since_s.map_or_else(|| "?".to_owned(), china_time);
    Finding::new(
        "W19",
        say!(
            "等了 {PATIENCE_S} 秒，{who} 自 {since} 起仍在写入",
            "waited {PATIENCE_S} s; {who} has been writing since {since}"
        ),
    )
}
