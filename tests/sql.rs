//! The queries of `ssj sql` draw what we draw: on PostgreSQL, where it is installed, and on the engines of
//! `tests/sql/engines.py`, where their Python packages are. Vectors, random draws, queries printed before the beacon,
//! tickets chosen to be hard on long division, and 1,000,000 ids.
//!
//! `tests/run.sh` installs DuckDB. `SSJ_ENGINES=duckdb,spark,clickhouse cargo test --test sql` demands those it names.
#![cfg(all(feature = "cli", unix))]
#![allow(missing_docs)]

#[path = "sql/cases.rs"]
mod cases;
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

/// Runs cases on the engines that are installed as Python packages, or those that `SSJ_ENGINES` demands.
fn on_engines(cases: &[Case]) {
    let has = |package: &str| {
        let import = format!("import {package}");
        Command::new(python())
            .args(["-c", &import])
            .output()
            .is_ok_and(|done| done.status.success())
    };
    let engines: Vec<String> = match std::env::var("SSJ_ENGINES") {
        Ok(names) => names.split(',').map(str::to_owned).collect(),
        Err(_) if has("duckdb") => vec!["duckdb".to_owned()],
        Err(_) => {
            eprintln!("DuckDB is not installed: its queries were not run");
            return;
        }
    };
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
    let script = support::root().join("tests/sql/engines.py");
    let done =
        Command::new(python()).arg(script).arg(folder.path()).args(&engines).output().unwrap();
    let (out, errors) =
        (String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
    println!("{out}");
    assert!(done.status.success(), "{out}\n{errors}");
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
