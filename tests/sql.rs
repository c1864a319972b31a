//! The queries of `ssj sql` draw what we draw: on PostgreSQL, where it is installed, and on the engines of
//! `tests/sql/engines.py`, where their Python packages are. Vectors, random draws, queries printed before the beacon,
//! tickets chosen to be hard on long division, and 1,000,000 ids.
//!
//! `tests/run.sh` installs DuckDB. `SSJ_ENGINES=duckdb,spark,clickhouse cargo test --test sql` demands those it names.
#![cfg(all(feature = "cli", unix))]
#![allow(missing_docs)]

#[path = "sql/cases.rs"]
mod cases;
#[path = "sql/cells.rs"]
mod cells;
#[path = "sql/frames.rs"]
mod frames;
#[path = "sql/plans.rs"]
mod plans;
mod support;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use cases::{Case, frame_text, large_cases, of_bundle, small_cases};
use serde_json::{Value, json};
use shuangsuiji::conduct::Frozen;
use shuangsuiji::draw::sql::{Dialect, Task, possible, query, tables_of};
use shuangsuiji::record::frame::Weights;
use support::{postgres, vector};

#[allow(clippy::disallowed_methods, reason = "how long it takes is printed and decides nothing")]
fn now() -> Instant {
    Instant::now()
}

/// Runs cases on PostgreSQL, if it is there.
fn on_postgres(cases: &[Case]) {
    let Some(url) = postgres::database() else {
        eprintln!("PostgreSQL is not installed: its queries were not run");
        return;
    };
    for case in cases {
        let table = case.table();
        let copied: String = frame_text(case)
            .lines()
            .skip(1)
            .map(|row| row.split('\t').take(3).collect::<Vec<_>>().join("\t") + "\n")
            .collect();
        postgres::script(
            &url,
            &BTreeMap::new(),
            &format!(
                "drop table if exists {table};\ncreate table {table} (sid text, stratum text, weight bigint);\n\
                 copy {table} from stdin;\n{copied}\\.\n"
            ),
        );
        let started = now();
        let rows = postgres::script(&url, &case.parameters, &case.queries["PostgreSQL"].sql);
        if case.frame.len() >= 100_000 {
            println!("PostgreSQL: {}, {:.2?}", case.name, started.elapsed());
        }
        assert!(
            rows == case.expected,
            "PostgreSQL, {}: {}",
            case.name,
            first_difference(&rows, &case.expected)
        );
    }
    println!("PostgreSQL: {} cases", cases.len());
}

fn first_difference(found: &str, expected: &str) -> String {
    let pair = found.lines().zip(expected.lines()).find(|(a, b)| a != b);
    format!("{} of {} rows, {pair:?}", found.lines().count(), expected.lines().count())
}

/// The Python that has the engines' packages: that of `tests/run.sh`, else the one on the path.
fn python() -> PathBuf {
    let own = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("engines").join("bin/python");
    if own.exists() { own } else { PathBuf::from("python3") }
}

/// The engines that are installed as Python packages, or those that `SSJ_ENGINES` demands.
fn engines() -> Vec<String> {
    let has = |package: &str| {
        let import = format!("import {package}");
        Command::new(python())
            .args(["-c", &import])
            .output()
            .is_ok_and(|done| done.status.success())
    };
    match std::env::var("SSJ_ENGINES") {
        Ok(names) => names.split(',').map(str::to_owned).collect(),
        Err(_) if has("duckdb") => vec!["duckdb".to_owned()],
        Err(_) => {
            eprintln!("DuckDB is not installed: its queries were not run");
            Vec::new()
        }
    }
}

/// Runs what `cases.json` of the folder lists, and prints what the engines say of it.
fn run_engines(folder: &Path, engines: &[String]) {
    let script = support::root().join("tests/sql/engines.py");
    let done = Command::new(python()).arg(script).arg(folder).args(engines).output().unwrap();
    let (out, errors) =
        (String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
    println!("{out}");
    assert!(done.status.success(), "{out}\n{errors}");
}

/// Runs cases on the engines that are Python packages.
fn on_engines(cases: &[Case]) {
    let engines = engines();
    if engines.is_empty() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    let mut listed: Vec<Value> = Vec::new();
    for (at, case) in cases.iter().enumerate() {
        write(&format!("{at}.tsv"), &frame_text(case));
        write(&format!("{at}.expected"), &case.expected);
        let mut sql = BTreeMap::new();
        for (dialect, query) in &case.queries {
            let name = format!("{at}.{dialect}.sql");
            write(&name, &query.sql);
            sql.insert(dialect, name);
        }
        listed.push(json!({
            "name": case.name, "table": case.table(), "rows": case.frame.len(),
            "frame": format!("{at}.tsv"), "expected": format!("{at}.expected"), "sql": sql,
            "parameters": case.parameters,
        }));
    }
    write("cases.json", &Value::Array(listed).to_string());
    run_engines(folder.path(), &engines);
}

/// The office's table as text, with a header.
fn register_text(case: &frames::Case) -> String {
    let header: Vec<&str> = frames::COLUMNS.iter().map(|(_, office)| *office).collect();
    let mut text = header.join("\t") + "\n";
    for row in &case.rows {
        let cells: Vec<&str> = frames::COLUMNS.iter().map(|(id, _)| row[id].as_str()).collect();
        text += &(cells.join("\t") + "\n");
    }
    text
}

/// What each engine must answer: rows of the frame, and how many rows of the table became what.
fn check_answers(engine: &str, case: &frames::Case, at: usize, counts: &str, frame: &str) {
    let (name, task) = (&case.name, &case.tasks[at]);
    let list = &task.queries[engine].list;
    let counted = counts.lines().map(|line| {
        let [what, n, _] = line.split('\t').collect::<Vec<_>>().try_into().unwrap();
        (what.to_owned(), n.parse::<u64>().unwrap())
    });
    let counted: BTreeMap<String, u64> = counted.collect();
    let each = ["repeated ", "absent "];
    let rows = counted.iter().filter(|(what, _)| !each.iter().any(|of| what.starts_with(of)));
    let rows: u64 = rows.map(|(_, n)| n).sum();
    assert_eq!(rows, case.rows.len() as u64, "{engine}, {name}, {list}: {counts}");
    let refused = ["refused ", "repeated ", "absent "];
    let is_refused = |what: &str| refused.iter().any(|of| what.starts_with(of));
    let decided = |what: &str| match task.frame.is_empty() {
        true => is_refused(what),
        false => is_refused(what) || what.starts_with("excluded ") || what.starts_with("stratum "),
    };
    let counted = counted.into_iter().filter(|(what, _)| decided(what));
    assert_eq!(counted.collect::<BTreeMap<_, _>>(), task.counts, "{engine}, {name}, {list}");
    let difference = || first_difference(frame, &task.frame);
    assert!(frame == task.frame, "{engine}, {name}, {list}: {}", difference());
}

fn frames_on_postgres(cases: &[frames::Case]) {
    let Some(url) = postgres::database() else {
        eprintln!("PostgreSQL is not installed: its frames were not made");
        return;
    };
    let ask = |sql: &str| postgres::script(&url, &BTreeMap::new(), sql);
    for case in cases {
        let columns = frames::COLUMNS.map(|(_, office)| format!("{office} text")).join(", ");
        let (view, rows) = (&case.view, register_text(case));
        ask(&format!(
            "drop table if exists register cascade;\ncreate table register ({columns});\n\
             copy register from stdin with (format csv, header, delimiter E'\\t', quote E'\\b');\n{rows}\\.\n{view};\n"
        ));
        for at in 0..case.tasks.len() {
            let query = &case.tasks[at].queries["PostgreSQL"];
            check_answers("PostgreSQL", case, at, &ask(&query.counts), &ask(&query.frame));
        }
        println!("PostgreSQL: {}, {} lists", case.name, case.tasks.len());
    }
}

fn frames_on_engines(cases: &[frames::Case]) {
    let engines = engines();
    if engines.is_empty() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let place = |name: &str| folder.path().join(name);
    let mut listed: Vec<Value> = Vec::new();
    for (number, case) in cases.iter().enumerate() {
        fs::write(place(&format!("{number}.tsv")), register_text(case)).unwrap();
        let mut statements: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for (at, task) in case.tasks.iter().enumerate() {
            for (engine, query) in &task.queries {
                for (part, sql) in [("counts", &query.counts), ("frame", &query.frame)] {
                    let name = format!("{number}.{at}.{engine}.{part}.sql");
                    fs::write(place(&name), sql).unwrap();
                    statements.entry(engine).or_default().push(name);
                }
            }
        }
        listed.push(json!({
            "name": case.name, "register": format!("{number}.tsv"), "view": case.view,
            "columns": frames::COLUMNS.map(|(_, office)| office), "statements": statements,
        }));
    }
    fs::write(place("cases.json"), Value::Array(listed).to_string()).unwrap();
    run_engines(folder.path(), &engines);
    for engine in &engines {
        let names = ["DuckDB", "Spark", "ClickHouse"];
        let engine = names.into_iter().find(|name| name.eq_ignore_ascii_case(engine)).unwrap();
        for (number, case) in cases.iter().enumerate() {
            for at in 0..case.tasks.len() {
                let printed = |part: &str| {
                    let name = format!("{number}.{at}.{engine}.{part}.sql.out");
                    fs::read_to_string(place(&name)).unwrap()
                };
                check_answers(engine, case, at, &printed("counts"), &printed("frame"));
            }
            println!("{engine}: {}, {} lists", case.name, case.tasks.len());
        }
    }
}

#[test]
fn every_engine_makes_the_frames_that_a_freeze_makes() {
    let cases = frames::everything();
    frames_on_postgres(&cases);
    frames_on_engines(&cases);
}

#[test]
fn a_register_that_an_import_would_change_has_no_frame() {
    let cases = [cells::cells(), cells::rows()].concat();
    frames_on_postgres(&cases);
    frames_on_engines(&cases);
}

#[test]
fn every_engine_draws_the_same_of_small_lists() {
    let cases = small_cases();
    on_postgres(&cases);
    on_engines(&cases);
}

#[test]
fn every_engine_draws_the_same_of_a_million() {
    let cases = large_cases();
    on_postgres(&cases);
    on_engines(&cases);
}

/// A table that is not the committed frame is named by the first statement.
#[test]
fn a_frame_that_differs_is_noticed() {
    let Some(url) = postgres::database() else { return };
    let cases = of_bundle("open", &vector("open"));
    for case in cases.iter().filter(|case| case.parameters.is_empty()) {
        let table = case.table();
        let sql = &case.queries["PostgreSQL"].sql;
        let check = sql.split_once(";\n").unwrap().0;
        let mut rows: Vec<String> = frame_text(case).lines().skip(1).map(str::to_owned).collect();
        let load = |rows: &[String]| {
            let copied: String = rows
                .iter()
                .map(|row| row.split('\t').take(3).collect::<Vec<_>>().join("\t") + "\n")
                .collect();
            let text = format!(
                "drop table if exists {table};\ncreate table {table} (sid text, stratum text, weight bigint);\n\
                 copy {table} from stdin;\n{copied}\\.\n{check};\n"
            );
            postgres::script(&url, &BTreeMap::new(), &text)
        };
        assert_eq!(load(&rows), "");
        let last = rows.pop().unwrap();
        let missing = load(&rows);
        assert!(missing.starts_with("stratum ") || missing.starts_with("weight"), "{missing}");
        // Somebody stands twice in place of somebody else of his stratum.
        let stratum = |row: &str| row.split('\t').nth(1).unwrap().to_owned();
        let other = rows.iter().find(|row| stratum(row) == stratum(&last)).unwrap().clone();
        rows.push(other);
        assert!(load(&rows).contains("sid\t"), "{}", load(&rows));
    }
}

#[test]
fn what_no_engine_can_do_is_refused() {
    for (name, reason) in [("sealed_opened", "盐"), ("open_sm3", "SM3")] {
        let files = vector(name);
        let frozen = Frozen::read(&files, &files).unwrap();
        for dialect in Dialect::all() {
            let finding = possible(dialect, &frozen.commitment).unwrap_err();
            assert_eq!(finding.code(), "W30");
            assert!(finding.cause.zh.contains(reason), "{finding}");
        }
    }
}

/// Titles are somebody else's words, and names of tables go into the query as they are.
#[test]
fn nobody_else_s_words_become_statements() {
    let files = vector("open");
    let frozen = Frozen::read(&files, &files).unwrap();
    let mut commitment = frozen.commitment.clone();
    for list in &mut commitment.lists {
        list.title = "检查\nDROP TABLE frame;\u{2028}\r--".to_owned();
    }
    for dialect in Dialect::all() {
        for list in &commitment.lists {
            let weights = Weights::default();
            let mut task = Task {
                commitment: &commitment,
                list,
                weights: &weights,
                seed: None,
                table: "a.b.c",
                result: None,
            };
            let sql = query(dialect, &task).unwrap().sql;
            assert!(
                sql.lines().all(|line| line.starts_with("--") || !line.contains("DROP")),
                "{sql}"
            );
            for table in ["", "a;b", "a b", "a.b.c.d", "1a", "a.", "\"a\"", "表"] {
                task.table = table;
                assert_eq!(query(dialect, &task).unwrap_err().code(), "W07", "{table}");
            }
        }
    }
    assert_eq!(
        tables_of(&["T-03", "T_03", "t.03"]),
        ["frame_T_03", "frame_T_03_2", "frame_t_03_3"]
    );
}
