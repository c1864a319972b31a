//! The keys of `pareto` in SQL: min(2^128 − 1, ⌊2^64·a/b⌋) as 32 hex digits, without a float.
//!
//! a and b stay below 2^117 and 2^64·a needs 181 bits. PostgreSQL's numeric and ClickHouse's Int256 hold them; DuckDB's
//! HUGEINT (127 bits) and Spark's decimal(38,0) (126 bits) do not, so there the 64 bits behind the point come by long
//! division, a byte at a time: 2^8·r with r < b stays below 2^125. The whole part is below 2^64 wherever the bound does
//! not apply, and a ≥ 2^64·b is asked as a ≥ 2^64·min(b, 2^54), which is the same for a < 2^117 and never overflows.

use super::Dialect;
use crate::draw::pareto::Pareto;

/// Long divisions of one byte each.
const BYTES: usize = 8;

/// The common table expressions from `ticket` to `keyed`, with columns sid, stratum and key.
pub(super) fn keyed(dialect: Dialect, left: &Pareto) -> String {
    let Some(certain) = left.threshold() else {
        return all_alike(left);
    };
    let scaled = scaled(dialect, left, certain);
    let (steps, last) = match dialect {
        Dialect::Postgres | Dialect::ClickHouse => (at_once(dialect), "divided"),
        Dialect::DuckDb | Dialect::Spark => (by_bytes(dialect), "step8"),
    };
    let (zero, most) = ("0".repeat(32), "f".repeat(32));
    format!(
        "{scaled},\n{steps},\nkeyed AS (\n  SELECT sid, stratum, concat(CASE WHEN certain THEN '{zero}'\n    \
         WHEN above THEN '{most}' ELSE digits END, '.', ticket) AS key FROM {last}{}\n)",
        dialect.fence()
    )
}

/// Where nothing is left to draw by chance: everybody left has the largest key, or nobody is left.
fn all_alike(left: &Pareto) -> String {
    let (zero, most) = ("0".repeat(32), "f".repeat(32));
    let key = match left.certain_from() {
        Some(certain) => format!("CASE WHEN weight >= {certain} THEN '{zero}' ELSE '{most}' END"),
        None => format!("'{most}'"),
    };
    format!("keyed AS (\n  SELECT sid, stratum, concat({key}, '.', ticket) AS key FROM ticket\n)")
}

/// a and b, and c, which is a where the bound does not apply. It needs a name of its own: ClickHouse would take an alias `a`
/// for the `a` of the bound as well. Whoever is drawn for certain counts with the largest weight left: his a would be negative.
fn scaled(dialect: Dialect, left: &Pareto, certain: u64) -> String {
    let Pareto { n, total, .. } = left;
    let fence = dialect.fence();
    let (front, wide) = (front(dialect), |text: &str| dialect.wide(text));
    let bound = format!("a >= least(b, {}) * {}", wide(&two_to(54)), wide(&two_to(64)));
    format!(
        "fronts AS (\n  SELECT sid, stratum, ticket, weight >= {certain} AS certain,\n    \
         {} * CAST(least(weight, {}) AS {}) AS nw, {front} * 2 + 1 AS x FROM ticket{fence}\n),\n\
         ratios AS (\n  SELECT sid, stratum, ticket, certain, x * ({} - nw) AS a, ({} - x) * nw AS b FROM fronts{fence}\n),\n\
         bounded AS (\n  SELECT sid, stratum, ticket, certain, b, {bound} AS above,\n    \
         CASE WHEN {bound} THEN 0 ELSE a END AS c FROM ratios{fence}\n)",
        wide(&n.to_string()),
        certain - 1,
        dialect.wide_type(),
        wide(&total.to_string()),
        wide(&two_to(65)),
    )
}

/// The first 64 bits of column `ticket`.
fn front(dialect: Dialect) -> String {
    match dialect {
        Dialect::Postgres => {
            let half = |from: u32| {
                format!(
                    "CAST(CAST(CAST('x' || substr(ticket, {from}, 8) AS bit(32)) AS bigint) AS numeric)"
                )
            };
            format!("({} * 4294967296 + {})", half(1), half(9))
        }
        Dialect::DuckDb => {
            "CAST(CAST('0x' || substr(ticket, 1, 16) AS UBIGINT) AS HUGEINT)".to_owned()
        }
        Dialect::Spark => "CAST(conv(substr(ticket, 1, 16), 16, 10) AS decimal(38,0))".to_owned(),
        Dialect::ClickHouse => {
            "CAST(reinterpretAsUInt64(reverse(unhex(substring(ticket, 1, 16)))) AS Int256)"
                .to_owned()
        }
    }
}

/// One division of exact integers wide enough.
fn at_once(dialect: Dialect) -> String {
    let two_64 = dialect.wide(two_to(64));
    let quotient = dialect.divided(&format!("c * {two_64}"), "b");
    let digits = match dialect {
        Dialect::Postgres => {
            let quarter = |shift: u32| {
                let part = format!("mod(div(q, {}), 4294967296)", dialect.wide(two_to(shift)));
                format!("lpad(to_hex(CAST({part} AS bigint)), 8, '0')")
            };
            [96, 64, 32, 0].map(quarter).join(" || ")
        }
        _ => "leftPad(lower(hex(CAST(q AS UInt128))), 32, '0')".to_owned(),
    };
    let fence = dialect.fence();
    format!(
        "quotients AS (\n  SELECT sid, stratum, ticket, certain, above, {quotient} AS q FROM bounded{fence}\n),\n\
         divided AS (\n  SELECT sid, stratum, ticket, certain, above, {digits} AS digits FROM quotients{fence}\n)"
    )
}

/// The whole part, then two hex digits at a time.
fn by_bytes(dialect: Dialect) -> String {
    let (whole, byte) = match dialect {
        Dialect::Spark => {
            // `div` ends at 2^63; the exact quotient of a multiple of b does not.
            let whole = "CAST(CAST((c - c % b) / b AS decimal(38,0)) AS string)";
            let byte = "lower(lpad(hex((r * 256) div b), 2, '0'))";
            (format!("lower(lpad(conv({whole}, 10, 16), 16, '0'))"), byte)
        }
        _ => (
            "lpad(lower(to_hex(c // b)), 16, '0')".to_owned(),
            "lpad(lower(to_hex((r * 256) // b)), 2, '0')",
        ),
    };
    let rest = "SELECT sid, stratum, ticket, certain, above, b";
    let mut steps =
        vec![format!("step0 AS (\n  {rest}, {whole} AS digits, c % b AS r FROM bounded\n)")];
    for step in 1..=BYTES {
        steps.push(format!(
            "step{step} AS (\n  {rest}, concat(digits, {byte}) AS digits, (r * 256) % b AS r FROM step{}\n)",
            step - 1
        ));
    }
    steps.join(",\n")
}

fn two_to(power: u32) -> String {
    (1u128 << power).to_string()
}
