//! `ssj sql`: which queries are printed, and what is refused. That they give the same frames and draws is `tests/sql.rs`.

use serde_json::Value;
use shuangsuiji::base::digest::Suite;

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
    refused(&["sql", "nowhere"], &["W15 "]);
    assert_eq!(ssj(&folder, &["sql", "open"]).exit, 2);
}

/// Of a plan two statements for each task, under the name of the register's table.
#[test]
fn frames_of_a_plan() {
    let office = Office::new();
    for dialect in DIALECTS {
        let ran = office.done(&["sql", "plan.toml", "--dialect", dialect]);
        assert_eq!(ran.out.matches(";\n").count(), 2, "{}", ran.out);
        assert_eq!(ran.out.matches("FROM subjects\n").count(), 2, "{}", ran.out);
        let one = ["--only", "frame", "--table", "city.register", "--list", "T1"];
        let ran = office.done(&[&["sql", "plan.toml", "--dialect", dialect], &one[..]].concat());
        assert_eq!(ran.out.matches(";\n").count(), 1, "{}", ran.out);
        for text in
            ["FROM city.register\n", "AS salt FROM", "-- ssj commit plan.toml --frame T1=T1."]
        {
            assert!(ran.out.contains(text), "{text:?}:\n{}", ran.out);
        }
    }
    let digest = Suite::Sha256.digest(office.read("plan.toml").as_bytes()).hex();
    let ran = office.done(&["sql", "plan.toml", "--dialect", "duckdb", "--only", "counts"]);
    let head: Vec<&str> = ran.out.lines().take_while(|line| line.starts_with("--")).collect();
    assert_eq!(
        head[..6],
        [
            "-- T-2026Q3 的任务 T1 食品经营检查，用于 DuckDB",
            "-- T-2026Q3, list T1 食品经营检查, for DuckDB",
            &format!("-- 计划 plan.toml，摘要 sha256:{digest}"),
            &format!("-- plan plan.toml, digest sha256:{digest}"),
            "-- 表 subjects 的列：uscc, reg_no, own_id, kind, area, status, tags（docs/sql.md）",
            "-- columns of table subjects: uscc, reg_no, own_id, kind, area, status, tags (docs/sql.md)",
        ]
    );
    let ran = office.done(&["--json", "sql", "plan.toml", "--dialect", "clickhouse"]);
    let report: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!((&report["command"], &report["ok"]), (&"sql".into(), &true.into()));
    assert_eq!(report["plan"], serde_json::json!({"suite": "sha256", "digest": digest}));
    let query = &report["queries"][0];
    has_documented_keys(query, "frame_query");
    assert_eq!((&query["list"], &query["table"]), (&"T1".into(), &"subjects".into()));
    assert_eq!(query["columns"][4], "area");
}

/// A year's plan has a frame for each task of the quarter that is named.
#[test]
fn frames_of_a_quarter() {
    let office = Office::new();
    let window = "window = { from = \"2026-07-24\", to = \"2026-09-30\" }";
    let source = "sources = [{ kind = \"drand\", chain = \"quicknet\", round = 30662982 }]";
    office.plan("draw = \"T-2026Q3\"\n", "year = 2026\n");
    office.plan(&format!("{window}\n"), "");
    office.plan(&format!("{source}\n"), "");
    office.plan("list = \"T1\"", "serial = \"1\"");
    let quarter =
        format!("[[quarter]]\nquarter = 3\ndraw = \"Q3\"\n{window}\nlists = \"T\"\n{source}\n");
    let other = [
        ("= 3\n", "= 4\n"),
        ("Q3", "Q4"),
        ("\"T\"", "\"U\""),
        ("07-24", "10-09"),
        ("09-30", "12-31"),
    ];
    let other = other.into_iter().fold(quarter.clone(), |text, (old, new)| text.replace(old, new));
    office.plan("[[task]]", &format!("{quarter}{other}[[task]]"));
    let ran = office.done(&["sql", "plan.toml", "--quarter", "3", "--dialect", "spark"]);
    assert!(ran.out.contains("ssj commit plan.toml --quarter 3 --frame T1=T1.tsv"), "{}", ran.out);
    office.refuses(2, &["sql", "plan.toml", "--dialect", "spark"], &["P31"]);
}

#[test]
fn plans_that_no_engine_can_answer() {
    let office = Office::new();
    let asked = ["sql", "plan.toml", "--dialect", "postgres"];
    let scope = "scope = { kind = [\"企业\"], tags_any = [\"餐饮\"] }\n";
    let excluding = |key: &str, code: &str, cause: &str| {
        office.plan(scope, &format!("{scope}exclude = {{ {key} }}\n"));
        let name = key.split(' ').next().unwrap();
        let at = "exclude = { ".len() + name.len() + " = ".len() + 1;
        let place = format!("{code} plan.toml:25:{at} task[0].exclude.{name}，T1：{cause}");
        let ran = ssj(office.folder(), &asked);
        office.plan(&format!("{scope}exclude = {{ {key} }}\n"), scope);
        assert!(ran.err.contains(&place), "{place}\n{}", ran.err);
        (ran.exit, ran.out)
    };
    let visits = "要看以往的检查，名录一张表中没有";
    for key in ["visited_within_days = 90", "visited_within_months = 6"] {
        assert_eq!(excluding(key, "P72", visits), (2, String::new()));
    }
    let (exit, out) = excluding("drawn_within_days = 90", "P73", "只看表中的 last_drawn");
    assert!(exit == 0 && out.contains("last_drawn >= '2026-04-25'"), "{out}");
    let head = "format = \"ssj-rules/1\"\nversion = \"1\"\ntitle = \"细则\"\nissued = 2026-01-05\n";
    for (kind, refused) in [
        ("kind = \"cap_agency\"\nvisits = 2", true),
        ("kind = \"cap_total\"\nvisits = 2", true),
        ("kind = \"class_a_once\"", true),
        ("kind = \"visited_within\"\nmonths = 3", true),
        ("kind = \"cap_total\"\nvisits = 2\nmatters = [\"M002\"]", false),
        ("kind = \"rotation\"\ndraws = 1", false),
        ("kind = \"white_list\"", false),
    ] {
        let rule = format!("[[rule]]\nid = \"r\"\nname = \"名\"\nbasis = \"据\"\n{kind}\n");
        office.write("rules.toml", format!("{head}{rule}"));
        let ran = ssj(office.folder(), &[&asked[..], &["--rules", "rules.toml"]].concat());
        let told = ran.err.contains("P72 rules.toml:5") && ran.err.contains(visits);
        let exit = if refused { 2 } else { 0 };
        assert_eq!((ran.exit, told), (exit, refused), "{kind}\n{}", ran.all());
    }
    let duckdb = ["sql", "plan.toml", "--dialect", "duckdb"];
    let with = |more: &[&'static str]| [&duckdb[..], more].concat();
    office.refuses(2, &with(&["--list", "T9"]), &["W07 “--list”：没有任务 T9，只有 T1"]);
    office.refuses(2, &with(&["--table", "a b"]), &["W07 “--table”：“a b” 不是表名"]);
    office.plan("sample = { number = 6 }", "sample = { numbr = 6 }");
    office.refuses(2, &asked, &["P02", "P08"]);
    let folder = root().join("tests/vectors");
    for option in [["--quarter", "3"], ["--rules", "r"], ["--only", "frame"]] {
        let ran = ssj(&folder, &[&["sql", "open", "--dialect", "duckdb"][..], &option].concat());
        assert!(ran.exit == 2 && ran.err.contains("只用于计划"), "{}", ran.all());
    }
}

/// Words of the plan stay texts, whatever they are.
#[test]
fn words_of_a_plan_become_no_statements() {
    let office = Office::new();
    office.plan("kind = [\"企业\"]", "kind = [\"企业\", \"'; DROP TABLE a; --\", '\\', '${K}']");
    office.plan("title = \"食品经营检查\"", "title = \"a'; DROP TABLE b;\"");
    for (dialect, literals) in [
        ("postgres", [r"'''; DROP TABLE a; --'", r"E'\\'", "'${K}'"]),
        ("duckdb", [r"'''; DROP TABLE a; --'", r"'\'", "'${K}'"]),
        ("spark", [r"'\'; DROP TABLE a; --'", r"'\\'", r"'\u0024{K}'"]),
        ("clickhouse", [r"'\'; DROP TABLE a; --'", r"'\\'", "'${K}'"]),
    ] {
        let ran = office.done(&["sql", "plan.toml", "--dialect", dialect, "--only", "frame"]);
        let list = format!("kind NOT IN ('企业', {})", literals.join(", "));
        assert!(ran.out.contains(&list), "{list}\n{}", ran.out);
        let mut code = ran.out.lines().filter(|line| !line.starts_with("--"));
        assert!(code.all(|line| !line.contains("TABLE b")), "{}", ran.out);
    }
}
