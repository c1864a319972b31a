//! `ssj sql`: which queries are printed, and what is refused. That they draw the same is `tests/sql.rs`.

use serde_json::Value;

use crate::office::{BEACON, Office, ssj};
use crate::sessions::has_documented_keys;
use crate::support::root;

const DIALECTS: [&str; 4] = ["postgres", "duckdb", "spark", "clickhouse"];

#[test]
fn one_query_for_each_list() {
    let folder = root().join("tests/vectors");
    for dialect in DIALECTS {
        let ran = ssj(&folder, &["sql", "open", "--dialect", dialect]);
        assert_eq!((ran.exit, ran.err.as_str()), (0, ""));
        for table in ["frame_T01", "frame_T02", "frame_T_03"] {
            assert!(ran.out.contains(&format!("FROM {table}")), "{}", ran.out);
        }
        assert_eq!(ran.out.matches(";\n").count(), 6, "two statements a list:\n{}", ran.out);
        let one = ["sql", "open", "--dialect", dialect, "--list", "T02", "--table", "city.frames"];
        let ran = ssj(&folder, &one);
        assert!(ran.out.contains("FROM city.frames") && !ran.out.contains("T01"), "{}", ran.out);
        // The rounding of the quotas, as `docs/protocol.md` §6.1 works it out.
        for line in [
            "-- 层 alpha 全取：3",
            "-- 层 mu：⌊(81 − 1 − 36)/42⌋ − ⌊(33 − 1 − 36)/42⌋ = 2",
            "-- stratum beta: ⌊(126 − 1 − 36)/42⌋ − ⌊(81 − 1 − 36)/42⌋ = 1",
        ] {
            assert!(ran.out.lines().any(|printed| printed == line), "no {line:?} in:\n{}", ran.out);
        }
    }
    let ran = ssj(&folder, &["--json", "sql", "open", "--dialect", "spark"]);
    let report: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!((&report["command"], &report["dialect"]), (&"sql".into(), &"Spark".into()));
    for query in report["queries"].as_array().unwrap() {
        has_documented_keys(query, "query");
        assert_eq!(query["parameters"], Value::Array(Vec::new()));
    }
}

/// Before the beacon the key is a parameter; afterwards it is in the query.
#[test]
fn before_the_beacon_and_after() {
    let office = Office::new();
    office.commit();
    for (dialect, parameter) in
        DIALECTS.iter().zip([":'K'", "getvariable('K')", "'${K}'", "{K:String}"])
    {
        let ran = office.done(&["sql", "bundle", "--dialect", dialect]);
        assert!(ran.out.contains(parameter) && ran.out.contains("-- 参数 K："), "{}", ran.out);
        let ran = office.done(&["--json", "sql", "bundle", "--dialect", dialect]);
        let report: Value = serde_json::from_str(&ran.out).unwrap();
        assert_eq!(report["queries"][0]["parameters"][0]["name"], "K");
    }
    assert_eq!(office.after(BEACON).exit, 0);
    let ran = office.done(&["sql", "bundle", "--dialect", "postgres"]);
    assert!(!ran.out.contains(":'K'") && ran.out.contains("-- 种子 S = "), "{}", ran.out);
    office.done(&["draw", "bundle"]);
    let ran = office.done(&["sql", "bundle", "--dialect", "postgres"]);
    let manifest = office.read("bundle/manifest.tsv");
    let digest = manifest.lines().find_map(|row| row.strip_prefix("draw/T1.tsv\t")).unwrap();
    assert!(ran.out.contains(&format!("-- 应得 {digest}")), "{}", ran.out);
}

#[test]
fn refusals() {
    let folder = root().join("tests/vectors");
    let refused = |args: &[&str], texts: &[&str]| {
        let ran = ssj(&folder, &[args, &["--dialect", "duckdb"]].concat());
        assert_eq!(ran.exit, 2, "{}", ran.all());
        texts.iter().for_each(|text| assert!(ran.err.contains(text), "{text:?}:\n{}", ran.err));
    };
    refused(&["sql", "sealed_opened"], &["W30 sealed_opened：保密抽取的抽签号含秘密的盐"]);
    refused(
        &["--lang", "en", "sql", "open_sm3"],
        &["W30 open_sm3: DuckDB has no built-in function for SM3"],
    );
    refused(&["sql", "open", "--list", "T9"], &["W07 “--list”：没有任务 T9，只有 T-03 T01 T02"]);
    refused(&["sql", "open", "--table", "t"], &["W07 “--table”：3 个任务不能共用一张表"]);
    refused(
        &["sql", "open", "--list", "T01", "--table", "t; x"],
        &["W07 “--table”：“t; x” 不是表名"],
    );
    refused(&["sql", "nowhere"], &["W06 "]);
    assert_eq!(ssj(&folder, &["sql", "open"]).exit, 2);
}
