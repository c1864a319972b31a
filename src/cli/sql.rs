//! `ssj sql`: the same draw as a query, for the database in which a register lives.

use serde_json::{Value, json};

use super::args::{DialectArg, SqlArgs};
use super::bundle::{frozen, readable};
use super::console::Console;
use super::{DONE, Failure};
use crate::base::finding::Finding;
use crate::draw::sql::{Dialect, Query, Task, possible, query, tables_of};
use crate::draw::ticket::seed;
use crate::pairing::frames::weights;
use crate::record::bundle::{BEACON, COMMITMENT, draw_path};
use crate::record::commitment::{Commitment, List};
use crate::say;

pub(super) fn sql(args: &SqlArgs, console: &Console) -> Result<u8, Failure> {
    let place = args.bundle.display().to_string();
    let bundle = readable(&args.bundle)?;
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
    for (at, query) in queries.iter().enumerate() {
        let gap = if at > 0 { "\n" } else { "" };
        console.line(&format!("{gap}{}", query.sql.trim_end()));
    }
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
