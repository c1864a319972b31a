//! Expressions that engines spell differently: texts, patterns, lists in a cell.

use crate::draw::sql::Dialect;

/// What separates several values in a canonical cell.
pub(super) const SEPARATOR: &str = ";";

/// A column as text, empty where it is null. In PostgreSQL it compares by bytes, as all others do anyway.
pub(super) fn cell(dialect: Dialect, column: &str) -> String {
    match dialect {
        Dialect::Postgres => format!("coalesce(CAST({column} AS text), '') COLLATE \"C\""),
        Dialect::DuckDb => format!("coalesce(CAST({column} AS varchar), '')"),
        Dialect::Spark => format!("coalesce(CAST({column} AS string), '')"),
        Dialect::ClickHouse => format!("ifNull(toString({column}), '')"),
    }
}

/// A text of the plan as a literal, whatever characters it has.
pub(super) fn literal(dialect: Dialect, text: &str) -> String {
    let quoted = text.replace('\'', "''");
    match dialect {
        // The form with escapes means the same whatever `standard_conforming_strings` says.
        Dialect::Postgres if text.contains('\\') => format!("E'{}'", quoted.replace('\\', "\\\\")),
        Dialect::Postgres | Dialect::DuckDb => format!("'{quoted}'"),
        // Spark puts the values of variables where it finds `${`.
        Dialect::Spark => {
            let text = text.replace('\\', "\\\\").replace('\'', "\\'");
            format!("'{}'", text.replace("${", "\\u0024{"))
        }
        Dialect::ClickHouse => {
            format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"))
        }
    }
}

/// Several literals with commas between.
pub(super) fn literals<'a>(dialect: Dialect, texts: impl IntoIterator<Item = &'a str>) -> String {
    let all: Vec<String> = texts.into_iter().map(|text| literal(dialect, text)).collect();
    all.join(", ")
}

/// Whether a text begins so.
pub(super) fn begins(dialect: Dialect, text: &str, prefix: &str) -> String {
    let prefix = literal(dialect, prefix);
    match dialect {
        Dialect::Postgres | Dialect::DuckDb => format!("starts_with({text}, {prefix})"),
        Dialect::Spark => format!("startswith({text}, {prefix})"),
        Dialect::ClickHouse => format!("startsWith({text}, {prefix})"),
    }
}

/// Whether a text has a match of a pattern that means the same everywhere.
pub(super) fn has_match(dialect: Dialect, text: &str, pattern: &str) -> String {
    let pattern = literal(dialect, pattern);
    match dialect {
        Dialect::Postgres => format!("{text} ~ {pattern}"),
        Dialect::DuckDb => format!("regexp_matches({text}, {pattern})"),
        Dialect::Spark => format!("{text} RLIKE {pattern}"),
        Dialect::ClickHouse => format!("match({text}, {pattern})"),
    }
}

/// Whether a text matches a pattern from its first character to its last.
pub(super) fn is_match(dialect: Dialect, text: &str, pattern: &str) -> String {
    let end = end(dialect);
    has_match(dialect, text, &format!("^({pattern}){end}"))
}

/// The end of a text in a pattern: `$` would do before a last line feed as well in Spark.
pub(super) fn end(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Postgres => "\\Z",
        _ => "\\z",
    }
}

/// Characters from one code to another, inside the brackets of a pattern.
pub(super) fn range(dialect: Dialect, (from, to): (u32, u32)) -> String {
    let one = |code: u32| match dialect {
        Dialect::Postgres => format!("\\u{code:04x}"),
        _ => format!("\\x{{{code:x}}}"),
    };
    if from == to { one(from) } else { format!("{}-{}", one(from), one(to)) }
}

/// Whether a list in a cell has an item. Nothing that contains a separator is an item of any list.
pub(super) fn has_item(dialect: Dialect, list: &str, item: &str) -> String {
    if item.contains([';', '；', ',', '，', '、']) {
        return "1 = 0".to_owned();
    }
    let text = literal(dialect, &format!("{SEPARATOR}{item}{SEPARATOR}"));
    let list = format!("'{SEPARATOR}' || {list} || '{SEPARATOR}'");
    match dialect {
        Dialect::Postgres | Dialect::DuckDb => format!("strpos({list}, {text}) > 0"),
        Dialect::Spark => format!("instr({list}, {text}) > 0"),
        Dialect::ClickHouse => format!("position({list}, {text}) > 0"),
    }
}

/// Whether an item of a list in a cell, called `item`, fulfils a condition.
pub(super) fn some_item(dialect: Dialect, list: &str, condition: &str) -> String {
    match dialect {
        Dialect::Postgres => format!(
            "EXISTS (SELECT 1 FROM unnest(string_to_array({list}, ';')) AS ssj_item(item) WHERE {condition})"
        ),
        Dialect::DuckDb => format!(
            "EXISTS (SELECT 1 FROM (SELECT unnest(string_split({list}, ';')) AS item) ssj_item WHERE {condition})"
        ),
        Dialect::Spark => format!("exists(split({list}, ';'), item -> {condition})"),
        Dialect::ClickHouse => {
            format!("arrayExists(item -> {condition}, splitByChar(';', {list}))")
        }
    }
}

/// The items of a list in a cell that fulfil a condition, sorted by bytes, none twice, a space between; empty if none does.
pub(super) fn sorted_items(dialect: Dialect, list: &str, condition: &str) -> String {
    match dialect {
        Dialect::Postgres => format!(
            "coalesce((SELECT string_agg(item, ' ' ORDER BY item) FROM (\n      SELECT DISTINCT item COLLATE \"C\" AS item\n      \
             FROM unnest(string_to_array({list}, ';')) AS ssj_part(item) WHERE {condition}) ssj_item), '')"
        ),
        Dialect::DuckDb => format!(
            "coalesce((SELECT string_agg(item, ' ' ORDER BY item) FROM (\n      SELECT DISTINCT item \
             FROM (SELECT unnest(string_split({list}, ';')) AS item) ssj_part WHERE {condition}) ssj_item), '')"
        ),
        Dialect::Spark => format!(
            "array_join(array_sort(array_distinct(filter(split({list}, ';'), item -> {condition}))), ' ')"
        ),
        Dialect::ClickHouse => format!(
            "arrayStringConcat(arraySort(arrayDistinct(arrayFilter(item -> {condition}, splitByChar(';', {list})))), ' ')"
        ),
    }
}

/// So many characters of a text after a prefix that it has; `count` none: all of them.
pub(super) fn after(dialect: Dialect, text: &str, prefix: &str, count: Option<u32>) -> String {
    // ClickHouse counts bytes.
    let skipped = match dialect {
        Dialect::ClickHouse => prefix.len(),
        _ => prefix.chars().count(),
    };
    let (name, from) = match dialect {
        Dialect::ClickHouse => ("substring", skipped + 1),
        _ => ("substr", skipped + 1),
    };
    match count {
        Some(count) => format!("{name}({text}, {from}, {count})"),
        None => format!("{name}({text}, {from})"),
    }
}

/// The integer of a text of digits; 0 for any other text. Engines may compute what no branch of a CASE asks for.
pub(super) fn integer(dialect: Dialect, text: &str) -> String {
    let digits = is_match(dialect, text, "[0-9]{1,9}");
    let whole = match dialect {
        Dialect::ClickHouse => "Int64",
        _ => "bigint",
    };
    format!("CAST(CASE WHEN {digits} THEN {text} ELSE '0' END AS {whole})")
}
