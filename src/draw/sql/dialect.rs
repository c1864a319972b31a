//! What differs between engines: digests, wide integers, parameters, order.

use super::super::quota::Rounding;
use crate::base::finding::Lang;

/// An engine whose built-in functions suffice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// PostgreSQL 11 or newer.
    Postgres,
    /// DuckDB 1.0 or newer.
    DuckDb,
    /// Spark SQL 3.3 or newer.
    Spark,
    /// ClickHouse 24 or newer.
    ClickHouse,
}

/// All dialects.
const ALL: [Dialect; 4] = [Dialect::Postgres, Dialect::DuckDb, Dialect::Spark, Dialect::ClickHouse];

impl Dialect {
    /// All dialects.
    pub fn all() -> [Dialect; 4] {
        ALL
    }

    /// The engine's name.
    pub fn name(self) -> &'static str {
        match self {
            Dialect::Postgres => "PostgreSQL",
            Dialect::DuckDb => "DuckDB",
            Dialect::Spark => "Spark",
            Dialect::ClickHouse => "ClickHouse",
        }
    }

    /// The SHA-256 of a text, as 64 lowercase hex digits.
    pub(crate) fn sha256(self, text: &str) -> String {
        match self {
            Dialect::Postgres => format!("encode(sha256(convert_to({text}, 'UTF8')), 'hex')"),
            Dialect::DuckDb => format!("sha256({text})"),
            Dialect::Spark => format!("sha2({text}, 256)"),
            Dialect::ClickHouse => format!("lower(hex(SHA256({text})))"),
        }
    }

    /// The ticket of column `sid` under a key, as 64 lowercase hex digits.
    pub(super) fn ticket(self, key: &str) -> String {
        self.sha256(&format!("{key} || sid"))
    }

    /// What follows a text in ORDER BY so that bytes decide: the other engines know nothing else.
    pub(crate) fn bytewise(self) -> &'static str {
        match self {
            Dialect::Postgres => " COLLATE \"C\"",
            _ => "",
        }
    }

    /// What keeps PostgreSQL's planner from pulling a subquery up and computing its columns once for every mention.
    pub(super) fn fence(self) -> &'static str {
        match self {
            Dialect::Postgres => " OFFSET 0",
            _ => "",
        }
    }

    /// A text that is given when the query runs.
    pub(super) fn text_parameter(self, name: &str) -> String {
        match self {
            Dialect::Postgres => format!(":'{name}'"),
            Dialect::DuckDb => format!("getvariable('{name}')"),
            Dialect::Spark => format!("'${{{name}}}'"),
            Dialect::ClickHouse => format!("{{{name}:String}}"),
        }
    }

    /// How parameters are given, in words.
    pub(super) fn how_to_give(self, name: &str, lang: Lang) -> String {
        match (self, lang) {
            (Dialect::Postgres, Lang::Zh) => format!("psql 参数 -v {name}=…"),
            (Dialect::Postgres, Lang::En) => format!("psql -v {name}=…"),
            (Dialect::DuckDb, Lang::Zh) => format!("先执行 SET VARIABLE {name} = '…'"),
            (Dialect::DuckDb, Lang::En) => format!("SET VARIABLE {name} = '…' before it"),
            (Dialect::Spark, Lang::Zh) => format!("先执行 SET {name}=…"),
            (Dialect::Spark, Lang::En) => format!("SET {name}=… before it"),
            (Dialect::ClickHouse, Lang::Zh) => format!("clickhouse-client 参数 --param_{name}=…"),
            (Dialect::ClickHouse, Lang::En) => format!("clickhouse-client --param_{name}=…"),
        }
    }

    /// The command that prints rows as the file has them, from a file `LIST.sql`.
    pub(super) fn command(self, list: &str) -> String {
        match self {
            Dialect::Postgres => format!("psql -XqAt -F \"$(printf '\\t')\" -f {list}.sql"),
            Dialect::DuckDb => {
                format!(
                    "duckdb -list -noheader -separator \"$(printf '\\t')\" FILE.db < {list}.sql"
                )
            }
            Dialect::Spark => format!("spark-sql -S -f {list}.sql"),
            Dialect::ClickHouse => format!("clickhouse-client --queries-file {list}.sql"),
        }
    }

    /// The command that exports a frame with its header, from a file `LIST.sql`.
    pub(crate) fn export(self, list: &str) -> String {
        match self {
            Dialect::Postgres => format!("psql -Xq --csv -f {list}.sql > {list}.csv"),
            Dialect::DuckDb => format!("duckdb -csv FILE.db < {list}.sql > {list}.csv"),
            Dialect::Spark => {
                format!(
                    "spark-sql -S --hiveconf hive.cli.print.header=true -f {list}.sql > {list}.tsv"
                )
            }
            Dialect::ClickHouse => format!(
                "clickhouse-client --queries-file {list}.sql --format CSVWithNames > {list}.csv"
            ),
        }
    }

    /// The type of exact integers above 2^117, as long as intermediate results are kept in its range.
    pub(super) fn wide_type(self) -> &'static str {
        match self {
            Dialect::Postgres => "numeric",
            Dialect::DuckDb => "HUGEINT",
            Dialect::Spark => "decimal(38,0)",
            Dialect::ClickHouse => "Int256",
        }
    }

    /// An exact integer: engines would read longer digits as floats.
    pub(super) fn wide(self, digits: impl std::fmt::Display) -> String {
        format!("CAST('{digits}' AS {})", self.wide_type())
    }

    /// ⌊a/b⌋ of exact integers, a ≥ 0, b > 0.
    pub(super) fn divided(self, a: &str, b: &str) -> String {
        match self {
            Dialect::Postgres => format!("div({a}, {b})"),
            Dialect::DuckDb => format!("({a}) // ({b})"),
            Dialect::Spark => format!("({a}) div ({b})"),
            Dialect::ClickHouse => format!("intDiv({a}, {b})"),
        }
    }

    /// n_g of a stratum as an expression of the parameter `start`: ⌊(A_after − 1 − start)/W⌋ − ⌊(A_before − 1 − start)/W⌋,
    /// with W added to both so that nothing is negative.
    pub(super) fn rounded(self, rounding: &Rounding, before: i128, after: i128) -> String {
        let start = format!("CAST({} AS {})", self.text_parameter("start"), self.wide_type());
        let total = self.wide(rounding.total);
        let step = |a: i128| {
            let from = self.wide(a - 1 + rounding.total);
            self.divided(&format!("{from} - {start}"), &total)
        };
        let whole = match self {
            Dialect::Postgres | Dialect::DuckDb | Dialect::Spark => "bigint",
            Dialect::ClickHouse => "Int64",
        };
        format!("CAST({} - {} AS {whole})", step(after), step(before))
    }
}
