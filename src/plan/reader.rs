//! Reads a TOML document by hand and goes on after a mistake: every getter reports what is wrong, with its
//! line and the path of the key, and returns nothing.

use std::cell::RefCell;
use std::ops::Range;

use jiff::civil::Date;
use toml::Spanned;
use toml::de::{DeTable, DeValue};
use unicode_normalization::is_nfc;

use crate::base::date::parse_date;
use crate::base::finding::{Finding, Text};
use crate::base::ratio::Ratio;
use crate::base::text::{FIELD_CHARS_MAX, INTEGER_LIMIT};
use crate::record::ids::is_name;
use crate::say;

/// What was found in a file so far.
pub(super) struct Report {
    file: String,
    /// Offsets of the lines' first bytes.
    starts: Vec<usize>,
    findings: RefCell<Vec<Finding>>,
}

impl Report {
    pub(super) fn new(file: &str, text: &str) -> Self {
        let starts = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1));
        Report { file: file.to_owned(), starts: starts.collect(), findings: RefCell::default() }
    }

    /// The line, from 1, of an offset.
    fn line(&self, offset: usize) -> u64 {
        self.starts.partition_point(|start| *start <= offset) as u64
    }

    /// Adds a finding at an offset.
    pub(super) fn add(&self, finding: Finding, offset: usize) {
        let finding = finding.file(&self.file).row(self.line(offset));
        self.findings.borrow_mut().push(finding);
    }

    /// All findings, by line.
    pub(super) fn into_findings(self) -> Vec<Finding> {
        let mut findings = self.findings.into_inner();
        findings.sort_by_key(|finding| finding.place.row);
        findings
    }
}

/// A value and where it stands.
#[derive(Clone)]
pub(super) struct Node<'a> {
    report: &'a Report,
    value: &'a Spanned<DeValue<'a>>,
    path: String,
}

/// A table and where it stands.
#[derive(Clone)]
pub(super) struct Table<'a> {
    pub(super) report: &'a Report,
    members: &'a DeTable<'a>,
    span: Range<usize>,
    path: String,
}

impl<'a> Table<'a> {
    pub(super) fn root(report: &'a Report, document: &'a Spanned<DeTable<'a>>) -> Self {
        let path = String::new();
        Table { report, members: document.get_ref(), span: document.span(), path }
    }

    /// The path of a key; without one, the table's own.
    fn at(&self, key: &str) -> String {
        match (self.path.as_str(), key) {
            ("", key) => key.to_owned(),
            (path, "") => path.to_owned(),
            (path, key) => format!("{path}.{key}"),
        }
    }

    /// The line of the table's head.
    pub(super) fn line(&self) -> u64 {
        self.report.line(self.span.start)
    }

    /// Reports every key but these.
    pub(super) fn only(&self, known: &[&str]) {
        for key in self.members.keys().filter(|key| !known.contains(&key.get_ref().as_ref())) {
            let (name, known) = (key.get_ref(), known.join(", "));
            let cause = say!(
                "不认识“{name}”；此处可用：{known}",
                "\"{name}\" is not known; here stand: {known}"
            );
            self.report.add(Finding::new("P02", cause).column(self.at(name)), key.span().start);
        }
    }

    /// A key that may be absent.
    pub(super) fn may(&self, key: &str) -> Option<Node<'a>> {
        let (_, value) = self.members.iter().find(|(name, _)| name.get_ref() == key)?;
        Some(Node { report: self.report, value, path: self.at(key) })
    }

    /// A key that must be there.
    pub(super) fn must(&self, key: &str) -> Option<Node<'a>> {
        let node = self.may(key);
        if node.is_none() {
            let cause = say!("缺少 {key}", "{key} is missing");
            self.breach("P03", key, cause);
        }
        node
    }

    /// The members in order of their keys.
    pub(super) fn members(&self) -> impl Iterator<Item = (&'a str, Node<'a>)> + '_ {
        self.members.iter().map(|(key, value)| {
            let key = key.get_ref().as_ref();
            (key, Node { report: self.report, value, path: self.at(key) })
        })
    }

    /// Reports something about the table as a whole, at a key of it.
    pub(super) fn breach(&self, code: &str, key: &str, cause: Text) {
        self.report.add(Finding::new(code, cause).column(self.at(key)), self.span.start);
    }
}

impl<'a> Node<'a> {
    /// The line of the value.
    pub(super) fn line(&self) -> u64 {
        self.report.line(self.value.span().start)
    }

    /// Reports something about this value.
    pub(super) fn breach(&self, code: &str, cause: Text) {
        self.add(Finding::new(code, cause).column(&self.path));
    }

    /// Adds a finding of another layer, whose column is a key below this value.
    pub(super) fn add(&self, mut finding: Finding) {
        finding.place.column = match finding.place.column.take() {
            Some(column) if column.starts_with(&self.path) => Some(column),
            Some(column) => Some(format!("{}.{column}", self.path)),
            None => Some(self.path.clone()),
        };
        self.report.add(finding, self.value.span().start);
    }

    /// Reports that the value has not this form.
    fn malformed<T>(&self, zh: &str, en: &str) -> Option<T> {
        self.breach("P04", say!("须为{zh}", "must be {en}"));
        None
    }

    /// Whether the value is a table.
    pub(super) fn is_table(&self) -> bool {
        self.value.get_ref().is_table()
    }

    /// A text of 1–512 characters in NFC.
    pub(super) fn text(&self) -> Option<String> {
        match self.value.get_ref().as_str() {
            Some(text) if is_text(text) => Some(text.to_owned()),
            _ => self.malformed(" 1–512 字的文字", "a text of 1–512 characters"),
        }
    }

    /// A name as list and draw have it.
    pub(super) fn name(&self) -> Option<String> {
        match self.value.get_ref().as_str() {
            Some(text) if is_name(text) => Some(text.to_owned()),
            _ => self.malformed(
                " 1–64 个字母、数字或 _ . - 的名称",
                "a name of 1–64 letters, digits or _ . -",
            ),
        }
    }

    /// An integer of a range.
    pub(super) fn integer(&self, least: u64, most: u64) -> Option<u64> {
        let integer = self.value.get_ref().as_integer();
        let n = integer.and_then(|n| u64::from_str_radix(n.as_str(), n.radix()).ok());
        match n {
            Some(n) if (least..=most).contains(&n) => Some(n),
            _ => self.malformed(
                &format!(" {least} 至 {most} 的整数"),
                &format!("an integer from {least} to {most}"),
            ),
        }
    }

    /// A boolean.
    pub(super) fn flag(&self) -> Option<bool> {
        let flag = self.value.get_ref().as_bool();
        flag.or_else(|| self.malformed(" true 或 false", "true or false"))
    }

    /// A date, as text or as TOML's own.
    pub(super) fn date(&self) -> Option<Date> {
        let text = self.plain_or_datetime();
        let date = text.as_deref().and_then(parse_date);
        date.or_else(|| self.malformed("日期 YYYY-MM-DD", "a date YYYY-MM-DD"))
    }

    /// An instant: RFC 3339 as text or as TOML's own, or seconds of UTC.
    pub(super) fn instant(&self) -> Option<u64> {
        if self.value.get_ref().is_integer() {
            return self.integer(0, INTEGER_LIMIT - 1);
        }
        let at = self.plain_or_datetime().as_deref().and_then(crate::base::date::parse_instant);
        at.or_else(|| {
            self.malformed(
                "带时区的时刻，如 2026-10-09T08:00:00+08:00",
                "a time with offset, as 2026-10-09T08:00:00+08:00",
            )
        })
    }

    fn plain_or_datetime(&self) -> Option<String> {
        match self.value.get_ref() {
            DeValue::String(text) => Some(text.to_string()),
            DeValue::Datetime(at) => Some(at.to_string()),
            _ => None,
        }
    }

    /// A percentage as text.
    pub(super) fn ratio(&self) -> Option<Ratio> {
        let ratio = self.value.get_ref().as_str().and_then(Ratio::parse_percent);
        ratio.or_else(|| {
            self.malformed("比例，如 \"3%\"、\"0.5%\"", "a percentage as \"3%\" or \"0.5%\"")
        })
    }

    /// One of these words.
    pub(super) fn choice<T: Copy>(&self, words: &[(&str, T)]) -> Option<T> {
        let text = self.value.get_ref().as_str();
        match words.iter().find(|(word, _)| Some(*word) == text) {
            Some((_, value)) => Some(*value),
            None => {
                let words: Vec<String> =
                    words.iter().map(|(word, _)| format!("\"{word}\"")).collect();
                self.malformed(&format!(" {}", words.join(" 或 ")), &words.join(" or "))
            }
        }
    }

    /// A table.
    pub(super) fn table(&self) -> Option<Table<'a>> {
        let Some(members) = self.value.get_ref().as_table() else {
            return self.malformed("表", "a table");
        };
        let (report, path) = (self.report, self.path.clone());
        Some(Table { report, members, span: self.value.span(), path })
    }

    /// The values of an array.
    pub(super) fn array(&self) -> Option<Vec<Node<'a>>> {
        let Some(items) = self.value.get_ref().as_array() else {
            return self.malformed("数组", "an array");
        };
        let node =
            |(i, value)| Node { report: self.report, value, path: format!("{}[{i}]", self.path) };
        Some(items.iter().enumerate().map(node).collect())
    }

    /// The texts of an array; those that are none are reported and left out.
    pub(super) fn texts(&self) -> Option<Vec<String>> {
        Some(self.array()?.iter().filter_map(Node::text).collect())
    }
}

/// An absent key is fine, a wrong one is not.
pub(super) fn optional<T>(value: Option<Option<T>>) -> Option<Option<T>> {
    match value {
        None => Some(None),
        Some(value) => value.map(Some),
    }
}

fn is_text(text: &str) -> bool {
    let n = text.chars().count();
    (1..=FIELD_CHARS_MAX).contains(&n) && is_nfc(text) && !text.chars().any(char::is_control)
}
