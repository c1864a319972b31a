//! The queries of `ssj sql` draw what we draw: on PostgreSQL, where it is installed, and on the engines of
//! `tests/sql/engines.py`, where their Python packages are. Vectors, random draws, queries printed before the beacon,
//! tickets chosen to be hard on long division, and 1,000,000 ids.
//!
//! `tests/run.sh` installs DuckDB. `SSJ_ENGINES=duckdb,spark,clickhouse cargo test --test sql` demands those it names.
#![cfg(all(feature = "cli", unix))]
#![allow(missing_docs)]

mod support;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use serde_json::{Value, json};
use shuangsuiji::base::digest::{Digest, Suite};
use shuangsuiji::base::table;
use shuangsuiji::base::text::line_digest;
use shuangsuiji::conduct::Frozen;
use shuangsuiji::draw::select::select;
use shuangsuiji::draw::sql::{Dialect, Query, Task, possible, query, tables_of};
use shuangsuiji::draw::ticket::{group_key, seed};
use shuangsuiji::record::bundle::{Files, draw_path};
use shuangsuiji::record::commitment::{Commitment, List, Method, Quota, Stratum};
use shuangsuiji::record::ids::Sid;
use shuangsuiji::record::tables::FrameRow;
use support::random::{Draft, Random};
use support::{postgres, vector};

/// One list, on every engine.
struct Case {
    name: String,
    frame: Vec<FrameRow>,
    /// The rows of `draw/<list>.tsv` without its header.
    expected: String,
    queries: BTreeMap<&'static str, Query>,
    parameters: BTreeMap<String, String>,
}

impl Case {
    /// The queries of a list under a seed, or printed before it is known.
    fn new(
        name: &str,
        commitment: &Commitment,
        list: &List,
        frame: &[FrameRow],
        seed: &Digest,
        early: bool,
    ) -> Self {
        let suite = commitment.suite;
        let selection = select(suite, seed, list, frame).unwrap();
        let rows = String::from_utf8(table::format(&selection.draw_rows(frame))).unwrap();
        let [table] = tables_of(&[&list.list]).try_into().unwrap();
        let task = Task {
            commitment,
            list,
            frame,
            seed: (!early).then_some(seed),
            table: &table,
            result: None,
        };
        let queries: BTreeMap<&str, Query> = Dialect::all()
            .map(|dialect| (dialect.name(), query(dialect, &task).unwrap()))
            .into_iter()
            .collect();
        let given = queries["DuckDB"].parameters.iter().map(|(name, meaning)| {
            let value = match *name {
                "K" => group_key(suite, seed, &list.group).hex(),
                _ => {
                    let start = line_digest(suite, "round", &[&seed.hex(), &list.list]);
                    let total = meaning.en.split(" mod ").nth(1).unwrap();
                    modulo(&start, total.split(',').next().unwrap().parse().unwrap()).to_string()
                }
            };
            ((*name).to_owned(), value)
        });
        let parameters = given.collect();
        let expected = rows.split_once('\n').unwrap().1.to_owned();
        Case { name: name.to_owned(), frame: frame.to_vec(), expected, queries, parameters }
    }

    fn table(&self) -> &str {
        &self.queries["PostgreSQL"].table
    }
}

fn modulo(digest: &Digest, by: u128) -> u128 {
    digest.as_bytes().iter().fold(0, |rest, byte| (rest * 256 + u128::from(*byte)) % by)
}

/// All lists of a complete open bundle, each with the published rows.
fn of_bundle(name: &str, files: &Files) -> Vec<Case> {
    let frozen = Frozen::read(files).unwrap();
    let (commitment, contents) = (&frozen.commitment, frozen.contents());
    let strings = &contents.beacon.as_ref().unwrap().strings;
    let seed = seed(commitment.suite, &frozen.digest, strings);
    let mut cases = Vec::new();
    for list in &commitment.lists {
        for early in [false, true] {
            let name =
                format!("{name} {}{}", list.list, if early { " before the beacon" } else { "" });
            let case =
                Case::new(&name, commitment, list, &contents.frames[&list.list], &seed, early);
            let published = String::from_utf8(files[&draw_path(&list.list)].clone()).unwrap();
            assert_eq!(published.split_once('\n').unwrap().1, case.expected, "{name}");
            cases.push(case);
        }
    }
    cases
}

fn small_cases() -> Vec<Case> {
    let mut cases = of_bundle("open", &vector("open"));
    cases.extend(of_bundle("open_rounds", &vector("open_rounds")));
    let mut methods: BTreeMap<&str, usize> = BTreeMap::new();
    for number in 0..60 {
        let draft = Draft::of(number);
        if draft.commitment.sealed() || draft.commitment.suite != Suite::Sha256 {
            continue;
        }
        draft
            .commitment
            .lists
            .iter()
            .for_each(|l| *methods.entry(l.method.name()).or_default() += 1);
        cases.extend(of_bundle(&format!("random {number}"), &draft.complete()));
    }
    assert!(methods.len() == 3 && methods.values().all(|n| *n > 8), "{methods:?}");
    cases.push(hard_on_division());
    cases
}

/// min(2^128 − 1, ⌊2^64·a/b⌋) as `docs/protocol.md` §6.1 has it, bit by bit.
fn key(ticket: &str, weight: u64, n: u64, total: u64) -> String {
    let x = 2 * u128::from(u64::from_str_radix(&ticket[..16], 16).unwrap()) + 1;
    let nw = u128::from(n * weight);
    let (a, b) = (x * (u128::from(total) - nw), ((1 << 65) - x) * nw);
    let (mut q, mut r) = (a / b, a % b);
    for _ in 0..64 {
        r <<= 1;
        if q >= 1 << 127 {
            return format!("{:032x}", u128::MAX);
        }
        q = (q << 1) | u128::from(r >= b);
        r -= if r >= b { b } else { 0 };
    }
    format!("{q:032x}")
}

/// A pareto list whose tickets are written, not hashed: the ids are the tickets, and the query takes them as they are.
/// They reach the bound, the smallest and largest b, quotients above 2^63 and remainders near b.
fn hard_on_division() -> Case {
    let mut random = Random::new(20_261_122);
    let (n, mut frame, mut weights) = (2u64, Vec::new(), 0u64);
    for at in 0..4_000u64 {
        let front = match at % 5 {
            0 => u64::MAX - at,
            1 => at,
            2 => u64::MAX - (1 << (at % 54)),
            3 => u64::MAX >> (at % 63),
            _ => random.below(u64::MAX),
        };
        let weight = match at % 3 {
            0 => 1,
            1 => 1 << random.below(21),
            _ => 1 + random.below(1 << 20),
        };
        weights += weight;
        frame.push((format!("{front:016x}{:048x}", at), weight));
    }
    let files = vector("open");
    let frozen = Frozen::read(&files).unwrap();
    let mut list =
        frozen.commitment.lists.iter().find(|l| l.method.name() == "pareto").unwrap().clone();
    let size = frame.len() as u64;
    list.method = Method::Pareto { n };
    list.reserve = size;
    list.strata = vec![Stratum { stratum: "all".to_owned(), size, quota: Quota::Own }];
    // Frames of the library have real ids, which are shorter; the texts are put in when the table is loaded.
    let row = |(_, weight): &(String, u64)| FrameRow {
        sid: Sid::parse("x").unwrap(),
        stratum: "all".to_owned(),
        weight: *weight,
        tags: Vec::new(),
        salt: None,
    };
    let rows: Vec<FrameRow> = frame.iter().map(row).collect();
    let task = Task {
        commitment: &frozen.commitment,
        list: &list,
        frame: &rows,
        seed: Some(&Suite::Sha256.digest(b"any")),
        table: "frame_hard",
        result: None,
    };
    let mut queries = BTreeMap::new();
    for dialect in Dialect::all() {
        let mut found = query(dialect, &task).unwrap();
        let start = found.sql.find("weight, ").unwrap() + "weight, ".len();
        let end = found.sql.find(" AS ticket FROM").unwrap();
        found.sql.replace_range(start..end, "sid");
        queries.insert(dialect.name(), found);
    }
    let mut keys: Vec<(String, &str)> = frame
        .iter()
        .map(|(ticket, weight)| {
            (format!("{}.{ticket}", key(ticket, *weight, n, weights)), ticket.as_str())
        })
        .collect();
    keys.sort();
    let most = keys.iter().filter(|(key, _)| key.starts_with(&"f".repeat(32))).count();
    assert!(
        most > 100 && keys.iter().any(|(key, _)| key.starts_with("000000000000000000")),
        "{most}"
    );
    let row = |(rank, (key, sid)): (usize, &(String, &str))| {
        let outcome = if rank as u64 <= n { "drawn" } else { "reserve" };
        format!("all\t{rank}\t{sid}\t{key}\t{outcome}\n")
    };
    let expected = (1..).zip(&keys).map(row).collect();
    let frame = frame.iter().map(|(sid, weight)| format!("{sid}\t{weight}"));
    HARD.set(frame.collect()).ok();
    Case {
        name: "hard on division".to_owned(),
        frame: rows,
        expected,
        queries,
        parameters: BTreeMap::new(),
    }
}

/// Ids and weights of [`hard_on_division`].
static HARD: std::sync::OnceLock<Vec<String>> = std::sync::OnceLock::new();

/// The frame's rows as a bundle has them.
fn frame_text(case: &Case) -> String {
    if case.table() != "frame_hard" {
        return String::from_utf8(table::format(&case.frame)).unwrap();
    }
    let rows = HARD.get().unwrap().iter().map(|row| row.split_once('\t').unwrap());
    let rows = rows.map(|(sid, weight)| format!("{sid}\tall\t{weight}\t-\t-\n"));
    "sid\tstratum\tweight\ttags\tsalt\n".to_owned() + &rows.collect::<String>()
}

/// A million ids in four strata, with weights that a few outgrow, by each method.
fn large_cases() -> Vec<Case> {
    const N: u64 = 1_000_000;
    let frozen = Frozen::read(&vector("open")).unwrap();
    let seed = Suite::Sha256.digest(b"a million");
    let names = ["A", "B", "C", "D"];
    let of = |i: u64| match i % 100 {
        0..=54 => 0,
        55..=89 => 1,
        90..=98 => 2,
        _ => 3usize,
    };
    let weight = |i: u64| if i % 250_000 == 7 { 1 << 20 } else { 1 + i * i % 97 };
    let row = |i: u64| FrameRow {
        sid: Sid::parse(&format!("9133{i:014}")).unwrap(),
        stratum: names[of(i)].to_owned(),
        weight: weight(i),
        tags: Vec::new(),
        salt: None,
    };
    let frame: Vec<FrameRow> = (0..N).map(row).collect();
    let sizes = names.map(|name| frame.iter().filter(|row| row.stratum == name).count() as u64);
    let list = |name: &str, method: Method, quotas: [Quota; 4]| {
        let strata = names.iter().zip(sizes).zip(quotas);
        let strata = strata.map(|((name, size), quota)| Stratum {
            stratum: (*name).to_owned(),
            size,
            quota,
        });
        List {
            list: name.to_owned(),
            method,
            reserve: 20,
            strata: strata.collect(),
            ..frozen.commitment.lists[0].clone()
        }
    };
    let counts = [5_500, 7_000, 9_000, 3_000].map(Quota::Count);
    let weights = [1, 2, 5, 20].map(Quota::Weight);
    let lists = [
        list("fixed", Method::Fixed, counts),
        list("proportional", Method::Proportional { n: 16_757 }, weights),
        list("pareto", Method::Pareto { n: 16_757 }, [Quota::Own; 4]),
    ];
    let case = |list: &List| {
        let frame: Vec<FrameRow> = match list.method {
            Method::Pareto { .. } => frame.clone(),
            _ => frame.iter().map(|row| FrameRow { weight: 1, ..row.clone() }).collect(),
        };
        Case::new(&list.list, &frozen.commitment, list, &frame, &seed, false)
    };
    lists.iter().map(case).collect()
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
        let started = Instant::now();
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
        let frozen = Frozen::read(&vector(name)).unwrap();
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
    let frozen = Frozen::read(&vector("open")).unwrap();
    let mut commitment = frozen.commitment.clone();
    for list in &mut commitment.lists {
        list.title = "检查\nDROP TABLE frame;\u{2028}\r--".to_owned();
    }
    for dialect in Dialect::all() {
        for list in &commitment.lists {
            let frame = &frozen.contents().frames[&list.list];
            let mut task = Task {
                commitment: &commitment,
                list,
                frame,
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
