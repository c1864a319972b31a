//! A PostgreSQL cluster of the tests' own: in a temporary folder, reached through a socket in it, and stopped when
//! the test process ends, however it ends.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The cluster of this process; none where PostgreSQL is not installed.
static CLUSTER: LazyLock<Option<Cluster>> = LazyLock::new(Cluster::start);
static DATABASES: AtomicUsize = AtomicUsize::new(0);

struct Cluster {
    binaries: PathBuf,
    folder: PathBuf,
    /// Stops the server as soon as its input ends, which this process holds open.
    _guard: Child,
}

/// The address of a new, empty database; none where PostgreSQL is not installed, which is said once.
pub fn database() -> Option<String> {
    let cluster = CLUSTER.as_ref()?;
    let name = format!("ssj{}", DATABASES.fetch_add(1, Ordering::Relaxed));
    cluster.sql("postgres", &format!("create database {name}"));
    let socket = cluster.folder.display().to_string().replace('/', "%2F");
    Some(format!("postgres://postgres:not-a-secret@{socket}/{name}"))
}

/// Runs a statement in the database of an address and returns what it prints.
pub fn sql(url: &str, statement: &str) -> String {
    let cluster = CLUSTER.as_ref().expect("there is a database, so there is a cluster");
    cluster.sql(url.rsplit('/').next().unwrap(), statement)
}

/// Runs a script in the database of an address with psql's variables; returns the rows, columns separated by TAB.
pub fn script(url: &str, variables: &BTreeMap<String, String>, text: &str) -> String {
    let cluster = CLUSTER.as_ref().expect("there is a database, so there is a cluster");
    let database = url.rsplit('/').next().unwrap();
    let mut command = Command::new(cluster.binaries.join("psql"));
    command.args(["-X", "-A", "-t", "-q", "-F", "\t", "-v", "ON_ERROR_STOP=1", "-U", "postgres"]);
    command.args(["-d", database, "-h"]).arg(&cluster.folder);
    for (name, value) in variables {
        command.args(["-v", &format!("{name}={value}")]);
    }
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(text.as_bytes()).unwrap();
    let output = command.arg("-f").arg(file.path()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

impl Cluster {
    fn start() -> Option<Self> {
        let Some(binaries) = binaries() else {
            eprintln!("PostgreSQL is not installed: these tests ran against SQLite only");
            return None;
        };
        let folder = tempfile::Builder::new().prefix("ssj-pg-").tempdir().unwrap().keep();
        let (data, place) = (folder.join("data"), folder.display());
        let shell = |script: &str| {
            let mut command = as_postgres("sh");
            command.args(["-c", script]).current_dir("/").stdin(Stdio::null());
            let output = command.output().unwrap();
            let errors = String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success(), "{script}: {errors}");
        };
        if is_root() {
            let owned = Command::new("chown").arg("postgres").arg(&folder).status().unwrap();
            assert!(owned.success());
        }
        let (initdb, control) = (binaries.join("initdb"), binaries.join("pg_ctl"));
        let (initdb, control, data) = (initdb.display(), control.display(), data.display());
        shell(&format!(
            "{initdb} -D {data} -U postgres -A trust -E UTF8 --locale=C.UTF-8 --no-sync >/dev/null"
        ));
        shell(&format!(
            "{control} -D {data} -w -l {place}/log \
             -o \"-c listen_addresses='' -c fsync=off -k {place}\" start >/dev/null"
        ));
        let guard = as_postgres("sh")
            .args(["-c", &format!("cat; {control} -D {data} -m immediate stop; rm -rf {place}")])
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        Some(Cluster { binaries, folder, _guard: guard })
    }

    fn sql(&self, database: &str, statement: &str) -> String {
        let output = Command::new(self.binaries.join("psql"))
            .args(["-X", "-A", "-t", "-q", "-U", "postgres", "-d", database, "-c", statement, "-h"])
            .arg(&self.folder)
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }
}

/// The folder of PostgreSQL's programs: Debian keeps them out of the path.
fn binaries() -> Option<PathBuf> {
    let debian = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut folders: Vec<PathBuf> = debian.map(|entry| entry.path().join("bin")).collect();
    folders.sort();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let all = folders.into_iter().rev().chain(std::env::split_paths(&path));
    all.into_iter()
        .find(|folder| ["initdb", "pg_ctl", "psql"].iter().all(|name| folder.join(name).exists()))
}

/// PostgreSQL refuses to run as root.
fn as_postgres(program: &str) -> Command {
    if !is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups", program]);
    command
}

pub fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt;
    fs::metadata(Path::new("/proc/self")).is_ok_and(|me| me.uid() == 0)
}
