//! `ssj import` of a CSV file, all of the command, against a bare sqlx bulk insert of the same rows, in one run:
//! `cargo bench --bench import`. An argument is the number of subjects (1,000,000 by default); `postgres://…` as a
//! second one adds COPY into a database of its own on that server, which is dropped afterwards. Each part is a process of its own, so that its peak of
//! memory can be told. Nothing here is a test.
#![allow(missing_docs, clippy::disallowed_methods)]

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use shuangsuiji::registry::{Cells, Register};
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Postgres, QueryBuilder, Sqlite};
use tokio::runtime::Runtime;

const ROWS_PER_INSERT: usize = 250;
const BYTES_PER_COPY: usize = 1 << 20;
const PARTS: [&str; 6] = [
    "bare SQLite",
    "import SQLite",
    "again SQLite",
    "bare PostgreSQL",
    "copy PostgreSQL",
    "import PostgreSQL",
];

fn main() {
    let args: Vec<String> = std::env::args().skip(1).filter(|arg| arg != "--bench").collect();
    let count = args.iter().find_map(|arg| arg.parse().ok()).unwrap_or(1_000_000);
    let server = args.iter().find(|arg| arg.starts_with("postgres"));
    if let Some(part) = PARTS.into_iter().find(|part| args.iter().any(|arg| arg == part)) {
        let took = bare(part, count, server, Path::new(args.last().unwrap()));
        return std::fs::write(args.last().unwrap(), took.as_micros().to_string()).unwrap();
    }
    let temp = tempfile::tempdir().unwrap();
    let own = server.map(|server| Own::on(server));
    let server = own.as_ref().map(|own| &own.url);
    write_csv(&temp.path().join("subjects.csv"), count);
    for part in PARTS.into_iter().filter(|part| server.is_some() || part.ends_with("SQLite")) {
        let database = part.split(' ').next_back().unwrap();
        let note = temp.path().join(part);
        let mut command = match part.starts_with("bare") || part.starts_with("copy") {
            true => {
                let mut command = Command::new(std::env::current_exe().unwrap());
                command.arg(count.to_string()).args(server).arg(part).arg(&note);
                command
            }
            false => import(temp.path(), database, server),
        };
        let (took, peak) = watched(&mut command);
        // A bare insert has timed itself, without the making of its rows.
        let own = std::fs::read_to_string(&note).ok().and_then(|text| text.parse().ok());
        let took = own.map_or(took, Duration::from_micros);
        std::fs::write(note, took.as_micros().to_string()).unwrap();
        println!("{part}: {count} subjects in {took:.2?}, peak of memory {peak} kB");
    }
    ratio(temp.path(), "bare", "SQLite");
    if server.is_some() {
        ratio(temp.path(), "bare", "PostgreSQL");
        ratio(temp.path(), "copy", "PostgreSQL");
    }
}

/// A database that exists as long as the benchmark, so that each run begins with an empty one.
struct Own {
    server: PgConnectOptions,
    name: String,
    url: String,
}

impl Own {
    fn on(server: &str) -> Own {
        let server: PgConnectOptions = server.parse().unwrap();
        let name = format!("ssj_bench_{}", std::process::id());
        let url = server.clone().database(&name).to_url_lossy().to_string();
        let own = Own { server, name, url };
        own.run("create database");
        own
    }

    fn run(&self, what: &str) {
        let sql = AssertSqlSafe(format!("{what} {}", self.name));
        let run = async { sqlx::raw_sql(sql).execute(&mut self.server.connect().await?).await };
        runtime().block_on(run).unwrap();
    }
}

impl Drop for Own {
    fn drop(&mut self) {
        self.run("drop database");
    }
}

/// Runs a command; how long it took, and its peak of memory as Linux tells it, looked at all the while.
fn watched(command: &mut Command) -> (Duration, u64) {
    let start = Instant::now();
    let mut child = command.stdout(Stdio::null()).spawn().unwrap();
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    while child.try_wait().unwrap().is_none() {
        let text = std::fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kib = line.and_then(|rest| rest.trim().strip_suffix(" kB")?.parse().ok());
        peak = peak.max(kib.unwrap_or(0));
        std::thread::sleep(Duration::from_millis(5));
    }
    let took = start.elapsed();
    assert!(child.wait().unwrap().success());
    (took, peak)
}

/// The command that imports the file; the workspace is made before.
fn import(folder: &Path, database: &str, server: Option<&String>) -> Command {
    let workspace = folder.join(format!("workspace {database}"));
    let url = if database == "SQLite" { "sqlite:ssj.db" } else { server.unwrap() };
    let ssj = || Command::new(env!("CARGO_BIN_EXE_ssj"));
    assert!(
        ssj().arg("init").arg(&workspace).args(["--database", url]).status().unwrap().success()
    );
    let mut command = ssj();
    command.arg("-C").arg(&workspace).args(["import", "subjects", "--apply"]);
    command.arg(folder.join("subjects.csv"));
    command
}

fn bare(part: &str, count: usize, server: Option<&String>, note: &Path) -> Duration {
    match part {
        "bare SQLite" => bare_sqlite(count, note.parent().unwrap()),
        "bare PostgreSQL" => bare_postgres(count, server.unwrap()),
        _ => bare_copy(count, server.unwrap()),
    }
}

fn write_csv(path: &Path, count: usize) {
    let mut file = std::io::BufWriter::new(std::fs::File::create(path).unwrap());
    let header: Vec<&str> = Register::Subjects.columns().iter().map(|column| column.zh).collect();
    writeln!(file, "{}", header.join(",")).unwrap();
    (0..count).for_each(|n| {
        writeln!(file, "{}", subject(n).iter().collect::<Vec<_>>().join(",")).unwrap()
    });
}

fn ratio(folder: &Path, peer: &str, database: &str) {
    let micros = |part: &str| -> u64 {
        std::fs::read_to_string(folder.join(format!("{part} {database}"))).unwrap().parse().unwrap()
    };
    let permille = micros(peer) * 1000 / micros("import");
    let peer = if peer == "copy" { "COPY" } else { "multi-row insert" };
    let (whole, rest) = (permille / 1000, permille % 1000);
    println!("{database}: the speed of a bare {peer} × {whole}.{rest:03}");
}

/// The n-th credit code with right check characters (GB 11714—1997, GB 32100—2015), as nearly all real ones have.
fn credit_code(n: usize) -> String {
    const ALPHABET: &[u8] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
    let body = format!("{n:08}");
    let weights = [3, 7, 9, 10, 5, 8, 4, 2];
    let sum: usize = body.bytes().zip(weights).map(|(b, w)| usize::from(b - b'0') * w).sum();
    let inner = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "X", "0"][11 - sum % 11];
    let code = format!("91330199{body}{inner}");
    let value = |byte: u8| ALPHABET.iter().position(|b| *b == byte).unwrap();
    let weighted = code.bytes().fold((0, 1), |(sum, w), b| (sum + value(b) * w, w * 3 % 31));
    let check = ALPHABET[(31 - weighted.0 % 31) % 31];
    format!("{code}{}", char::from(check))
}

/// The n-th subject, made where it is used, so that a million of them never stand in memory.
fn subject(n: usize) -> Cells {
    let cell = |id: &str| match id {
        "uscc" => credit_code(n),
        "reg_no" => format!("3301{n:09}"),
        "name" => format!("示例市第{n}号商贸有限公司"),
        "kind" => "企业".to_owned(),
        "region" => "330199".to_owned(),
        "area" => format!("片区{}", n % 12),
        "station" => format!("第{}市场监管所", n % 40),
        "office" => "示例区市场监督管理局".to_owned(),
        "industry" => format!("F{:04}", 5100 + n % 90),
        "status" => "存续".to_owned(),
        "credit_class" => ["A", "B", "C", "D"][n % 4].to_owned(),
        "credit_score" => (n % 1000 + 1).to_string(),
        "credit_date" => "2026-07-01".to_owned(),
        "tags" => "餐饮;连锁".to_owned(),
        "established" => format!("20{:02}-03-01", n % 25),
        "address" => format!("示例区示例路{}号院{}号楼", n % 900, n % 30),
        _ => String::new(),
    };
    let texts = Register::Subjects.columns().iter().map(|column| cell(column.id));
    Cells::new(n as u64, texts)
}

/// Rows come in chunks that are made while no clock runs: only what takes them is measured.
fn timed_chunks(count: usize, mut take: impl FnMut(Vec<Cells>)) -> Duration {
    let mut took = Duration::ZERO;
    for from in (0..count).step_by(10_000) {
        let chunk: Vec<Cells> = (from..count.min(from + 10_000)).map(subject).collect();
        let start = Instant::now();
        take(chunk);
        took += start.elapsed();
    }
    took
}

fn timed<T>(took: &mut Duration, work: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let done = work();
    *took += start.elapsed();
    done
}

fn columns() -> Vec<&'static str> {
    Register::Subjects.columns().iter().map(|column| column.id).collect()
}

fn create_table() -> String {
    let mut sql = "create table bare (added bigint not null, n bigint not null".to_owned();
    for column in columns() {
        write!(sql, ", {column} text not null").unwrap();
    }
    sql + ", primary key (added, n))"
}

fn bare_sqlite(count: usize, folder: &Path) -> Duration {
    let runtime = runtime();
    let options = SqliteConnectOptions::new()
        .filename(folder.join("bare.db"))
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full);
    let mut connection = runtime.block_on(options.connect()).unwrap();
    let create = create_table() + " without rowid";
    let mut run = |sql: String| {
        runtime.block_on(sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut connection)).unwrap();
    };
    run(create);
    run("begin immediate".to_owned());
    let insert = format!("insert into bare (added, n, {}) ", columns().join(", "));
    let mut n = 0i64;
    let mut took = timed_chunks(count, |rows| {
        for rows in rows.chunks(ROWS_PER_INSERT) {
            let mut query = QueryBuilder::<Sqlite>::new(insert.as_str());
            query.push_values(rows, |mut values, row| {
                n += 1;
                values.push_bind(1i64).push_bind(n);
                row.iter().for_each(|cell| {
                    values.push_bind(cell);
                });
            });
            runtime.block_on(query.build().execute(&mut connection)).unwrap();
        }
    });
    timed(&mut took, || {
        let commit = sqlx::raw_sql("commit").execute(&mut connection);
        runtime.block_on(commit).unwrap();
    });
    runtime.block_on(connection.close()).unwrap();
    took
}

/// A connection with an empty table, in a transaction.
fn begun(runtime: &Runtime, server: &str) -> PgConnection {
    let options: PgConnectOptions = server.parse().unwrap();
    let mut connection = runtime.block_on(options.connect()).unwrap();
    for sql in [create_table(), "begin".to_owned()] {
        runtime.block_on(run(&mut connection, sql));
    }
    connection
}

/// Commits, within the time that is measured, and drops the table, which is not.
fn end(runtime: &Runtime, mut connection: PgConnection, took: &mut Duration) {
    timed(took, || runtime.block_on(run(&mut connection, "commit".to_owned())));
    runtime.block_on(run(&mut connection, "drop table bare".to_owned()));
}

async fn run(connection: &mut PgConnection, sql: String) {
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(connection).await.unwrap();
}

fn bare_postgres(count: usize, server: &str) -> Duration {
    let runtime = runtime();
    let mut connection = begun(&runtime, server);
    let insert = format!("insert into bare (added, n, {}) ", columns().join(", "));
    let mut n = 0i64;
    let mut took = timed_chunks(count, |rows| {
        for rows in rows.chunks(ROWS_PER_INSERT) {
            let mut query = QueryBuilder::<Postgres>::new(insert.as_str());
            query.push_values(rows, |mut values, row| {
                n += 1;
                values.push_bind(1i64).push_bind(n);
                row.iter().for_each(|cell| {
                    values.push_bind(cell);
                });
            });
            runtime.block_on(query.build().execute(&mut connection)).unwrap();
        }
    });
    end(&runtime, connection, &mut took);
    took
}

fn bare_copy(count: usize, server: &str) -> Duration {
    let runtime = runtime();
    let mut connection = begun(&runtime, server);
    let copy = format!("copy bare (added, n, {}) from stdin", columns().join(", "));
    let mut buffer = String::new();
    let mut n = 0;
    let mut took = timed_chunks(count, |rows| {
        for row in rows {
            n += 1;
            write!(buffer, "1\t{n}").unwrap();
            for cell in row.iter() {
                buffer.push('\t');
                buffer.push_str(cell);
            }
            buffer.push('\n');
            if buffer.len() >= BYTES_PER_COPY {
                runtime.block_on(send(&mut connection, &copy, &buffer));
                buffer.clear();
            }
        }
    });
    timed(&mut took, || runtime.block_on(send(&mut connection, &copy, &buffer)));
    end(&runtime, connection, &mut took);
    took
}

async fn send(connection: &mut PgConnection, copy: &str, rows: &str) {
    let mut copy = connection.copy_in_raw(copy).await.unwrap();
    copy.send(rows.as_bytes()).await.unwrap();
    copy.finish().await.unwrap();
}

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}
