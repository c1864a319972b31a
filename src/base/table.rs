//! Tables of `dr1`: TSV with a header line, every line ended by LF, rows in their order, none twice.

use unicode_normalization::is_nfc;

use super::digest::Suite;
use super::finding::Finding;
use super::merkle::{self, Root};
use super::text::{LINE_BYTES_MAX, is_field};
use crate::say;

/// A row of a table: its columns, its parse and format, and what orders it.
pub trait Row: Sized {
    /// The header line: column names separated by tabs.
    const HEADER: &'static str;
    /// What rows are ordered by; two rows with the same key do not stand in one table.
    type Key: Ord;

    /// Parses the fields of a line, as many as the header has.
    ///
    /// # Errors
    /// F03 naming the column.
    fn parse(fields: &[&str]) -> Result<Self, Finding>;
    /// The line, without LF; exactly what was parsed.
    fn format(&self) -> String;
    /// The row's place in the order.
    fn key(&self) -> Self::Key;
}

/// The bytes as text, if they are canonical: UTF-8, NFC, no BOM, no CR.
///
/// # Errors
/// F01 saying which of them is broken, with the line.
pub fn canonical_text(bytes: &[u8]) -> Result<&str, Finding> {
    let refuse = |at: usize, cause| {
        let row = 1 + bytes[..at].iter().filter(|b| **b == b'\n').count() as u64;
        Err(Finding::new("F01", cause).row(row))
    };
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(e) => return refuse(e.valid_up_to(), say!("不是 UTF-8", "not UTF-8")),
    };
    if text.starts_with('\u{feff}') {
        return refuse(0, say!("开头有 BOM", "begins with a BOM"));
    }
    if let Some(at) = text.find('\r') {
        return refuse(at, say!("含有 CR（Windows 换行）", "contains CR (Windows line end)"));
    }
    if !text.is_ascii()
        && let Some(line) = text.split_inclusive('\n').find(|line| !is_nfc(line))
    {
        let at = line.as_ptr() as usize - text.as_ptr() as usize;
        return refuse(at, say!("不是 NFC 规范文字", "not in NFC"));
    }
    Ok(text)
}

/// Parses a whole table.
///
/// # Errors
/// F01–F04 or F09, at the first line that is not as it must be.
pub fn parse<R: Row>(bytes: &[u8]) -> Result<Vec<R>, Finding> {
    let body = match canonical_text(bytes)?.strip_suffix('\n') {
        Some(body) => body,
        None => {
            return Err(Finding::new(
                "F01",
                say!("末行没有以 LF 结束", "the last line does not end with LF"),
            ));
        }
    };
    let mut lines = body.split('\n');
    if lines.next() != Some(R::HEADER) {
        let expected = R::HEADER.replace('\t', " ");
        return Err(Finding::new(
            "F02",
            say!("表头须为 {expected}", "the header must be {expected}"),
        )
        .row(1));
    }
    let mut rows: Vec<R> = Vec::new();
    for (row, line) in (2..).zip(lines) {
        let parsed = parse_row::<R>(line).map_err(|f| f.row(row))?;
        if rows.last().is_some_and(|before| before.key() >= parsed.key()) {
            return Err(Finding::new(
                "F04",
                say!("这一行不在上一行之后", "this row does not follow the one before"),
            )
            .row(row));
        }
        rows.push(parsed);
    }
    Ok(rows)
}

/// Parses one line of a table.
///
/// # Errors
/// F02, F03 or F09.
pub fn parse_row<R: Row>(line: &str) -> Result<R, Finding> {
    if line.len() > LINE_BYTES_MAX {
        return Err(Finding::new("F09", say!("一行超过 64 KiB", "a line has more than 64 KiB")));
    }
    let fields: Vec<&str> = line.split('\t').collect();
    let columns = R::HEADER.split('\t').count();
    if fields.len() != columns {
        let found = fields.len();
        return Err(Finding::new(
            "F02",
            say!("应有 {columns} 列，实有 {found} 列", "{found} columns instead of {columns}"),
        ));
    }
    let row = R::parse(&fields)?;
    if row.format() != line {
        return Err(Finding::new("F03", say!("不是规范写法", "not the canonical form")));
    }
    Ok(row)
}

/// The bytes of a table with these rows, which must be in order.
pub fn format<R: Row>(rows: &[R]) -> Vec<u8> {
    debug_assert!(
        rows.windows(2).all(|pair| pair[0].key() < pair[1].key()),
        "bug: rows out of order"
    );
    let mut text = String::from(R::HEADER);
    text.push('\n');
    for row in rows {
        text.push_str(&row.format());
        text.push('\n');
    }
    text.into_bytes()
}

/// The tree head over the rows, without header and LF.
pub fn root<R: Row>(suite: Suite, rows: &[R]) -> Root {
    let mut tree = merkle::Tree::new(suite);
    rows.iter().for_each(|row| tree.push(row.format().as_bytes()));
    tree.root()
}

/// The finding of a malformed field in `column`.
pub fn bad_field(column: &str, value: &str) -> Finding {
    let shown: String = value.chars().take(80).collect();
    Finding::new(
        "F03",
        say!("“{shown}” 不合该列的形式", "\"{shown}\" has not the form of this column"),
    )
    .column(column)
}

/// A field that is any text of a field.
///
/// # Errors
/// F03 naming the column.
pub fn any_field(column: &str, value: &str) -> Result<String, Finding> {
    if is_field(value) { Ok(value.to_owned()) } else { Err(bad_field(column, value)) }
}
