//! Where a workspace keeps its store: `ssj.toml` in it (`database = "postgres://…"`), else the environment's
//! `DATABASE_URL`, else the SQLite file `ssj.db`. An address may hold a password, so it is never printed: what is
//! shown is made of its other parts.

use std::fmt;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use sqlx::postgres::PgConnectOptions;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};

use super::database::PATIENCE_S;
use super::holder::application;
use crate::base::finding::Finding;
use crate::io::durable::failed;
use crate::say;

/// The SQLite file's name in a workspace.
pub const FILE: &str = "ssj.db";
/// The settings' name in a workspace.
pub const SETTINGS: &str = "ssj.toml";

/// Where a store is.
#[derive(Clone)]
pub(super) enum Location {
    /// A SQLite file.
    File(PathBuf),
    /// A PostgreSQL database.
    Server(Box<PgConnectOptions>),
}

impl Location {
    /// The location that a workspace's settings and the environment name.
    ///
    /// # Errors
    /// W20, W22; W08 if the settings cannot be read.
    pub fn of(workspace: &Path) -> Result<Self, Finding> {
        let settings = workspace.join(SETTINGS);
        let place = settings.display().to_string();
        match fs::read_to_string(&settings) {
            Ok(text) => {
                let url = parse_settings(&text).map_err(|finding| finding.file(&place))?;
                return Location::parse(workspace, &url).map_err(|finding| finding.file(place));
            }
            Err(e) if e.kind() == io::ErrorKind::NotFound => {}
            // A workspace below a file is none; whatever comes next says so.
            Err(e) if e.kind() == io::ErrorKind::NotADirectory => {}
            Err(e) => return Err(failed(&settings, &e)),
        }
        match std::env::var("DATABASE_URL") {
            Ok(url) if !url.is_empty() => {
                Location::parse(workspace, &url).map_err(|finding| finding.file("DATABASE_URL"))
            }
            _ => Ok(Location::File(workspace.join(FILE))),
        }
    }

    /// The location of an address; a SQLite file's is relative to the workspace.
    ///
    /// # Errors
    /// W20, without the address.
    pub fn parse(workspace: &Path, url: &str) -> Result<Self, Finding> {
        if let Some(file) = url.strip_prefix("sqlite:").filter(|file| !file.is_empty()) {
            return Ok(Location::File(workspace.join(file.strip_prefix("//").unwrap_or(file))));
        }
        if !["postgres://", "postgresql://"].iter().any(|scheme| url.starts_with(scheme)) {
            let cause = say!(
                "既不以 postgres:// 也不以 sqlite: 开头",
                "it begins neither with postgres:// nor with sqlite:"
            );
            return Err(Finding::new("W20", cause));
        }
        let options = PgConnectOptions::from_str(url).map_err(|_| {
            Finding::new("W20", say!("不是完整的地址", "it is not a whole address"))
        })?;
        Ok(Location::Server(Box::new(options.application_name(&application()))))
    }
}

/// How a SQLite file is opened.
pub(super) fn sqlite_options(path: &Path, create: bool) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(create)
        .journal_mode(SqliteJournalMode::Wal)
        // A commit that was reported survives a power cut.
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(Duration::from_secs(PATIENCE_S))
        .foreign_keys(true)
}

/// How a SQLite file is opened that cannot be written to. Nobody changes it meanwhile: SQLite then needs no files beside it.
/// Only where a log was left there, which is a part of the store, is it opened with its log.
pub(super) fn read_only_options(path: &Path) -> SqliteConnectOptions {
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    let is_whole = fs::metadata(log).map_or(true, |log| log.len() == 0);
    SqliteConnectOptions::new().filename(path).read_only(true).immutable(is_whole)
}

/// The address without a password.
impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Location::File(path) => write!(f, "{}", path.display()),
            Location::Server(options) => {
                let name = options.get_database().unwrap_or_else(|| options.get_username());
                match options.get_socket() {
                    Some(socket) => write!(f, "postgres:{}/{name}", socket.display()),
                    None => {
                        let (host, port) = (options.get_host(), options.get_port());
                        write!(f, "postgres://{}@{host}:{port}/{name}", options.get_username())
                    }
                }
            }
        }
    }
}

/// Writes the settings of a new workspace, readable to their owner alone, as an address may hold a password.
///
/// # Errors
/// W20; W03 if other settings are there, W08.
pub(super) fn write_settings(workspace: &Path, url: &str) -> Result<(), Finding> {
    Location::parse(workspace, url).map_err(|finding| finding.file("--database"))?;
    let path = workspace.join(SETTINGS);
    let text = format!("database = {}\n", toml::Value::from(url));
    let mut options = File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(&path) {
        Ok(mut file) => {
            let written = file.write_all(text.as_bytes()).and_then(|()| file.sync_all());
            written.map_err(|e| failed(&path, &e))
        }
        Err(e) if e.kind() == io::ErrorKind::AlreadyExists => {
            let there = fs::read_to_string(&path).map_err(|e| failed(&path, &e))?;
            if parse_settings(&there).is_ok_and(|known| known == url) {
                return Ok(());
            }
            let cause = say!("已有别的设置", "other settings are there already");
            Err(Finding::new("W03", cause).file(path.display().to_string()))
        }
        Err(e) => Err(failed(&path, &e)),
    }
}

/// The address in the settings.
fn parse_settings(text: &str) -> Result<String, Finding> {
    // The parser's own message would show the line, and with it a password.
    let refuse = || {
        let cause = say!("须只有 database 一项", "it must have the one key database");
        Finding::new("W22", cause)
    };
    let settings: toml::Table = text.parse().map_err(|_| refuse())?;
    match (settings.len(), settings.get("database").and_then(toml::Value::as_str)) {
        (1, Some(url)) => Ok(url.to_owned()),
        _ => Err(refuse()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::finding::Lang;

    #[test]
    fn addresses_are_shown_without_their_password() {
        let shown = |url: &str| match Location::parse(Path::new("w"), url) {
            Ok(location) => location.to_string(),
            Err(finding) => finding.show(Lang::En),
        };
        for (url, expected) in [
            ("postgres://u:geheim@db.example:5433/ssj", "postgres://u@db.example:5433/ssj"),
            ("postgresql://u@h/ssj?password=geheim", "postgres://u@h:5432/ssj"),
            ("postgres://u:geheim@%2Frun%2Fpg/ssj", "postgres:/run/pg/ssj"),
            ("sqlite:a/b.db", "w/a/b.db"),
            ("sqlite:///var/b.db", "/var/b.db"),
        ] {
            assert_eq!(shown(url), expected);
        }
        for url in ["postgres://u:geheim@h:99999/x", "mysql://u:geheim@h/x", "geheim", "sqlite:"] {
            let text = shown(url);
            assert!(text.contains("W20") && !text.contains("geheim"), "{text}");
        }
    }

    #[test]
    fn settings_have_one_key() {
        assert_eq!(parse_settings("database = \"sqlite:x\"\n").unwrap(), "sqlite:x");
        for bad in
            ["", "database = 3", "database = \"geheim", "databse = \"x\"", "database='x'\na=1"]
        {
            let finding = parse_settings(bad).unwrap_err();
            assert_eq!(finding.code(), "W22");
            assert!(!finding.show(Lang::En).contains("geheim"));
        }
    }
}
