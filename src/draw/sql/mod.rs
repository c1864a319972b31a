//! The same draw where a register lives: one SQL query per list that computes tickets, ranks and outcomes with the
//! built-in functions of an engine alone, and prints the rows of `draw/<list>.tsv` in their order.
//!
//! Every engine computes the same digests, and 64 lowercase hex digits are ordered alike everywhere, so the rank follows
//! the hex text under a bytewise collation. What depends on commitment and seed alone (the group's key, quotas, the totals
//! of `pareto`) is computed here and written as literals; a query printed before the beacon has parameters instead.
//! The key of `pareto` needs exact integers of up to 181 bits: see `weighted`. An engine without the digest of the suite,
//! and a sealed draw, whose tickets need secret salts, are refused.

mod dialect;
mod weighted;
mod words;

use super::pareto::Pareto;
use super::quota::{quotas, rounding};
use super::ticket::group_key;
use crate::base::digest::{Digest, Suite};
use crate::base::finding::{Finding, Text};
use crate::record::commitment::{Commitment, List, Method, Quota};
use crate::record::frame::Weights;
use crate::say;

pub use dialect::Dialect;
pub(crate) use words::comment;

/// What one query is about.
pub struct Task<'a> {
    /// The commitment.
    pub commitment: &'a Commitment,
    /// One of its lists.
    pub list: &'a List,
    /// The weights in the list's frame; of a `pareto` list.
    pub weights: &'a Weights,
    /// The draw's seed, once the beacon is known.
    pub seed: Option<&'a Digest>,
    /// The engine's table with columns sid, stratum and weight: `name`, or up to three names with dots between.
    pub table: &'a str,
    /// The digest of `draw/<list>.tsv`, once the list is drawn.
    pub result: Option<Digest>,
}

/// The query of one list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    /// The list.
    pub list: String,
    /// The table that it reads.
    pub table: String,
    /// Values to be given when it runs: their names, and what they are.
    pub parameters: Vec<(&'static str, Text)>,
    /// A statement that gives no row if the table is the committed frame, as far as an engine can tell, and the statement
    /// that draws; with comments in both languages.
    pub sql: String,
}

/// The query of a list.
///
/// # Errors
/// W30 if the draw is sealed or its suite is not SHA-256; W07 if the table's name is none.
pub fn query(dialect: Dialect, task: &Task<'_>) -> Result<Query, Finding> {
    possible(dialect, task.commitment)?;
    let Task { list, table, .. } = task;
    if !is_table(table) {
        let cause = say!("“{table}” 不是表名", "\"{table}\" is no name of a table");
        return Err(Finding::new("W07", cause).column("--table"));
    }
    let plan = Plan::of(task);
    let parameters = plan.parameters(task);
    let check = check(&plan, task);
    let draw = draw(dialect, &plan, task);
    let notes = words::notes(dialect, &plan, task, &parameters);
    let sql = [notes.head, check, notes.draw, draw, notes.compare].concat();
    Ok(Query { list: list.list.clone(), table: (*table).to_owned(), parameters, sql })
}

/// Whether an engine can compute a draw at all.
///
/// # Errors
/// W30 if the draw is sealed or its suite is not SHA-256.
pub fn possible(dialect: Dialect, commitment: &Commitment) -> Result<(), Finding> {
    if commitment.sealed() {
        let cause = say!(
            "保密抽取的抽签号含秘密的盐，不能交给数据库计算",
            "tickets of a sealed draw contain secret salts, which no database should be given"
        );
        return Err(Finding::new("W30", cause));
    }
    if commitment.suite != Suite::Sha256 {
        let name = dialect.name();
        let cause = say!("{name} 没有内置的 SM3 函数", "{name} has no built-in function for SM3");
        return Err(Finding::new("W30", cause));
    }
    Ok(())
}

/// A table for each list, if the user names none: no engine needs quotes for them, and no two are the same.
pub fn tables_of(lists: &[&str]) -> Vec<String> {
    let mut tables: Vec<String> = Vec::new();
    for list in lists {
        let plain = format!("frame_{}", list.replace(|c: char| !c.is_ascii_alphanumeric(), "_"));
        let numbered = (2..).map(|n| format!("{plain}_{n}"));
        // Engines tell no capitals apart.
        let taken = |name: &String| tables.iter().any(|other| other.eq_ignore_ascii_case(name));
        let free = std::iter::once(plain.clone()).chain(numbered).find(|name| !taken(name));
        tables.extend(free);
    }
    tables
}

/// Whether a name of a table may go into a query as it is: up to three names with dots between.
pub(crate) fn is_table(text: &str) -> bool {
    let is_name = |part: &str| {
        part.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
    };
    text.len() <= 200 && text.split('.').count() <= 3 && text.split('.').all(is_name)
}

/// What commitment, frame and seed decide before the engine starts.
struct Plan {
    /// K of the group.
    key: Option<Digest>,
    quotas: Quotas,
}

/// How many are drawn.
enum Quotas {
    /// n of every stratum.
    Known(Vec<u64>),
    /// `proportional` before the seed is known.
    Rounded,
    /// `pareto`: n of the list, and what is left after those who are drawn for certain.
    Weighted { n: u64, left: Pareto },
}

impl Plan {
    fn of(task: &Task<'_>) -> Self {
        let Task { commitment, list, weights, seed, .. } = task;
        let suite = commitment.suite;
        let key = seed.map(|seed| group_key(suite, seed, &list.group));
        let quotas = match (list.method, seed) {
            (Method::Pareto { n }, _) => Quotas::Weighted { n, left: Pareto::new(weights, n) },
            (Method::Proportional { .. }, None) => Quotas::Rounded,
            (Method::Proportional { .. }, Some(seed)) => Quotas::Known(quotas(suite, seed, list)),
            (Method::Fixed, _) => Quotas::Known(list.strata.iter().map(count).collect()),
        };
        Plan { key, quotas }
    }

    fn parameters(&self, task: &Task<'_>) -> Vec<(&'static str, Text)> {
        let mut parameters = Vec::new();
        let (group, list) = (&task.list.group, &task.list.list);
        if self.key.is_none() {
            parameters.push((
                "K",
                say!(
                    "组密钥 HL(\"group\", S, \"{group}\")，64 位小写十六进制",
                    "the group's key HL(\"group\", S, \"{group}\"), 64 lowercase hex digits"
                ),
            ));
        }
        // Where nobody is left to draw, nothing is rounded.
        let rounding = rounding(task.list).filter(|rounding| !rounding.steps.is_empty());
        if let (Quotas::Rounded, Some(rounding)) = (&self.quotas, rounding) {
            let total = rounding.total;
            parameters.push((
                "start",
                say!(
                    "取整的起点 HL(\"round\", S, \"{list}\") mod {total}，十进制",
                    "where rounding starts: HL(\"round\", S, \"{list}\") mod {total}, decimal"
                ),
            ));
        }
        parameters
    }
}

fn count(stratum: &crate::record::commitment::Stratum) -> u64 {
    match stratum.quota {
        Quota::Count(n) => n,
        _ => unreachable!("bug: a stratum of a fixed list has a count"),
    }
}

/// Rows that differ from the commitment: sizes of strata, subjects that stand twice, for `pareto` the weights.
fn check(plan: &Plan, task: &Task<'_>) -> String {
    let table = task.table;
    let sizes = task.list.strata.iter().map(|s| (s.stratum.as_str(), s.size.to_string()));
    let sizes = union(sizes, ["stratum", "c"]);
    let mut parts = vec![
        format!(
            "SELECT concat('stratum ', stratum) AS what, sum(c) AS committed, sum(f) AS found\n  \
             FROM (SELECT stratum, c, 0 AS f FROM size\n    UNION ALL \
             SELECT stratum, 0 AS c, count(*) AS f FROM {table} GROUP BY stratum) sizes\n  \
             GROUP BY stratum"
        ),
        format!(
            "SELECT 'sid' AS what, count(*) AS committed, count(DISTINCT sid) AS found FROM {table}"
        ),
    ];
    if let Quotas::Weighted { n, left } = &plan.quotas {
        let all: u64 = task.weights.iter().map(|(weight, n)| weight * n).sum();
        parts.push(format!(
            "SELECT 'weight' AS what, {all} AS committed, coalesce(sum(weight), 0) AS found FROM {table}"
        ));
        if let Some(certain) = left.threshold() {
            parts.push(format!(
                "SELECT 'certain' AS what, {} AS committed, count(*) AS found FROM {table} WHERE weight >= {certain}",
                n - left.n
            ));
        }
    }
    format!(
        "WITH size AS (\n{sizes}\n)\nSELECT what, committed, found FROM (\n  {}\n) checked WHERE committed <> found;\n",
        parts.join("\n  UNION ALL\n  ")
    )
}

/// The statement that draws.
fn draw(dialect: Dialect, plan: &Plan, task: &Task<'_>) -> String {
    let (table, reserve) = (task.table, task.list.reserve);
    let key = match &plan.key {
        Some(key) => format!("'{key}'"),
        None => dialect.text_parameter("K"),
    };
    let (ticket, fence, bytewise) = (dialect.ticket(&key), dialect.fence(), dialect.bytewise());
    if let Quotas::Weighted { n, left } = &plan.quotas {
        let keyed = weighted::keyed(dialect, left);
        let last = n.saturating_add(reserve);
        return format!(
            "WITH ticket AS (\n  SELECT sid, stratum, weight, {ticket} AS ticket FROM {table}{fence}\n),\n\
             {keyed},\nranked AS (\n  SELECT stratum, row_number() OVER (ORDER BY key{bytewise}) AS rank, sid, key FROM keyed\n)\n\
             SELECT stratum, rank, sid, key, CASE WHEN rank <= {n} THEN 'drawn' ELSE 'reserve' END AS outcome\n\
             FROM ranked WHERE rank <= {last} ORDER BY rank;\n"
        );
    }
    let quota = union(named_quotas(dialect, plan, task).into_iter(), ["stratum", "n"]);
    format!(
        "WITH quota AS (\n{quota}\n),\nticket AS (\n  SELECT sid, stratum, {ticket} AS key FROM {table}{fence}\n),\n\
         ranked AS (\n  SELECT stratum, row_number() OVER (PARTITION BY stratum ORDER BY key{bytewise}) AS rank, sid, key\n  FROM ticket\n)\n\
         SELECT ranked.stratum AS stratum, ranked.rank AS rank, ranked.sid AS sid, ranked.key AS key,\n  \
         CASE WHEN ranked.rank <= quota.n THEN 'drawn' ELSE 'reserve' END AS outcome\n\
         FROM ranked JOIN quota ON quota.stratum = ranked.stratum\n\
         WHERE ranked.rank <= quota.n + {reserve}\nORDER BY ranked.stratum{bytewise}, ranked.rank;\n"
    )
}

/// n of every stratum by name: a number, or an expression of the parameter `start`.
fn named_quotas<'a>(dialect: Dialect, plan: &Plan, task: &'a Task<'_>) -> Vec<(&'a str, String)> {
    let names = task.list.strata.iter().map(|stratum| stratum.stratum.as_str());
    match (&plan.quotas, rounding(task.list)) {
        (Quotas::Known(counts), _) => names.zip(counts.iter().map(u64::to_string)).collect(),
        (_, Some(rounding)) => {
            let whole = |g: usize| task.list.strata[g].size.to_string();
            let count = |g: usize| match (rounding.whole.contains(&g), rounding.step(g)) {
                (true, _) => whole(g),
                (_, None) => "0".to_owned(),
                (_, Some((before, after))) => dialect.rounded(&rounding, before, after),
            };
            names.enumerate().map(|(g, name)| (name, count(g))).collect()
        }
        (_, None) => names.map(|name| (name, "0".to_owned())).collect(),
    }
}

/// Rows of two columns as every engine takes them.
fn union<'a>(rows: impl Iterator<Item = (&'a str, String)>, columns: [&str; 2]) -> String {
    let [first, second] = columns;
    let row = |(at, (name, value)): (usize, (&str, String))| match at {
        0 => format!("  SELECT '{name}' AS {first}, {value} AS {second}"),
        _ => format!("  UNION ALL SELECT '{name}', {value}"),
    };
    let rows: Vec<String> = rows.enumerate().map(row).collect();
    match rows.is_empty() {
        // No stratum is called so.
        true => format!("  SELECT '' AS {first}, 0 AS {second}"),
        false => rows.join("\n"),
    }
}
