//! `ssj sql`: of a plan its frames, of a bundle the same draw, as queries for the database in which a register lives.

use serde_json::{Value, json};

use super::args::{DialectArg, OnlyArg, SqlArgs};
use super::bundle::{bundle, checked, frozen};
use super::console::{Console, finding_json};
use super::ground::PlanFile;
use super::{DONE, Failure};
use crate::base::finding::{Finding, Findings};
use crate::draw::sql::{Dialect, Query, Task, possible, query, tables_of};
use crate::draw::ticket::seed;
use crate::pairing::frames::weights;
use crate::plan::FrameQuery;
use crate::record::bundle::{BEACON, COMMITMENT, draw_path};
use crate::record::commitment::{Commitment, List};
use crate::say;

/// The register's table, if the user names none.
const SUBJECTS: &str = "subjects";

pub(super) fn sql(args: &SqlArgs, console: &Console) -> Result<u8, Failure> {
    if args.path.is_file() { of_plan(args, console) } else { of_bundle(args, console) }
}

fn of_plan(args: &SqlArgs, console: &Console) -> Result<u8, Failure> {
    if !args.frames.frames.is_empty() {
        let cause = say!("只用于公示包", "goes with a bundle only");
        return Err(Finding::new("W07", cause).column("--frame").into());
    }
    let file = PlanFile::read(&args.path, args.rules.as_deref())?;
    let plan = file.of_quarter(args.quarter)?;
    let ((), mut findings) = Findings::check(file.findings.clone(), ())?;
    let (dialect, table) = (dialect(args.dialect), args.table.as_deref().unwrap_or(SUBJECTS));
    let ruled = plan.under(&file.rules);
    let (queries, more) = ruled.frame_queries(dialect, table, args.list.as_deref())?;
    findings.extend(more);
    console.findings(&findings);
    let mut statements = Vec::new();
    for query in &queries {
        let counts = (args.only != Some(OnlyArg::Frame)).then_some(&query.counts);
        let frame = (args.only != Some(OnlyArg::Counts)).then_some(&query.frame);
        statements.extend(counts.into_iter().chain(frame));
    }
    print(statements.into_iter(), console);
    console.report(&json!({
        "command": "sql", "ok": true, "dialect": dialect.name(), "path": file.place,
        "plan": {"suite": plan.suite().name(), "digest": plan.digest().hex()},
        "queries": queries.iter().map(|query| frame_json(query, table)).collect::<Vec<_>>(),
        "findings": findings.iter().map(|f| finding_json(f, console.lang)).collect::<Vec<_>>(),
    }));
    Ok(DONE)
}

/// Statements with an empty line between.
fn print<'a>(statements: impl Iterator<Item = &'a String>, console: &Console) {
    for (at, sql) in statements.enumerate() {
        if at > 0 {
            console.line("");
        }
        console.lines(sql.trim_end());
    }
}

fn frame_json(query: &FrameQuery, table: &str) -> Value {
    json!({
        "list": query.list, "table": table, "columns": query.columns, "counts": query.counts, "frame": query.frame,
    })
}

fn of_bundle(args: &SqlArgs, console: &Console) -> Result<u8, Failure> {
    for (given, option) in [
        (args.quarter.is_some(), "--quarter"),
        (args.rules.is_some(), "--rules"),
        (args.only.is_some(), "--only"),
    ] {
        if given {
            let cause = say!("只用于计划", "goes with a plan only");
            return Err(Finding::new("W07", cause).column(option).into());
        }
    }
    let place = args.path.display().to_string();
    let bundle = checked(bundle(&args.path, &args.frames.frames)?)?;
    let files = &bundle.files;
    let dialect = dialect(args.dialect);
    if let Some(Ok(commitment)) = files.get(COMMITMENT).map(|bytes| Commitment::parse(bytes)) {
        // A sealed bundle lacks its frames: the reason is not that they are missing.
        possible(dialect, &commitment).map_err(|f| f.file(&place))?;
    }
    let frozen = frozen(&bundle)?;
    let commitment = &frozen.commitment;
    let seed = match &frozen.contents().beacon {
        None => None,
        Some(beacon) => {
            let sound = beacon.check(commitment.suite, &commitment.sources);
            sound.map_err(|f| Failure::bundle(f.file(BEACON)))?;
            Some(seed(commitment.suite, &frozen.digest, &beacon.strings))
        }
    };
    let tables = tables(commitment, args)?;
    let of_list = |(list, table): (&List, String)| {
        let task = Task {
            commitment,
            list,
            weights: &weights(list, &bundle)?,
            seed: seed.as_ref(),
            table: &table,
            result: files.get(&draw_path(&list.list)).map(|bytes| commitment.suite.digest(bytes)),
        };
        query(dialect, &task)
    };
    let queries = tables.into_iter().map(of_list).collect::<Result<Vec<Query>, Finding>>()?;
    print(queries.iter().map(|query| &query.sql), console);
    console.report(&json!({
        "command": "sql", "ok": true, "dialect": dialect.name(), "path": place,
        "queries": queries.iter().map(|query| query_json(query, console)).collect::<Vec<_>>(),
    }));
    Ok(DONE)
}

fn dialect(arg: DialectArg) -> Dialect {
    match arg {
        DialectArg::Postgres => Dialect::Postgres,
        DialectArg::DuckDb => Dialect::DuckDb,
        DialectArg::Spark => Dialect::Spark,
        DialectArg::ClickHouse => Dialect::ClickHouse,
    }
}

/// The lists that are asked for, each with its table.
fn tables<'a>(
    commitment: &'a Commitment,
    args: &SqlArgs,
) -> Result<Vec<(&'a List, String)>, Finding> {
    let mut lists = commitment.lists_by_name();
    let names: Vec<&str> = lists.iter().map(|list| list.list.as_str()).collect();
    let mut tables = tables_of(&names);
    if let Some(wanted) = &args.list {
        let Some(at) = lists.iter().position(|list| list.list == *wanted) else {
            let all = names.join(" ");
            let cause = say!("没有任务 {wanted}，只有 {all}", "no list {wanted}; there are {all}");
            return Err(Finding::new("W07", cause).column("--list"));
        };
        (lists, tables) = (vec![lists[at]], vec![tables.swap_remove(at)]);
    }
    if let Some(table) = &args.table {
        if lists.len() > 1 {
            let n = lists.len();
            let cause = say!(
                "{n} 个任务不能共用一张表：用 --list 指明一个",
                "{n} lists cannot share a table: name one with --list"
            );
            return Err(Finding::new("W07", cause).column("--table"));
        }
        tables = vec![table.clone()];
    }
    Ok(lists.into_iter().zip(tables).collect())
}

fn query_json(query: &Query, console: &Console) -> Value {
    let parameters = query
        .parameters
        .iter()
        .map(|(name, meaning)| json!({"name": name, "meaning": meaning.get(console.lang)}));
    json!({
        "list": query.list, "table": query.table, "sql": query.sql,
        "parameters": parameters.collect::<Vec<_>>(),
    })
}
