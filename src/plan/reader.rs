//! Reads a TOML document by hand and goes on after a mistake: every getter reports what is wrong, with its
//! line, character and the path of the key, and returns nothing.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::ops::Range;

use jiff::civil::Date;
use toml::Spanned;
use toml::de::{DeTable, DeValue};
use unicode_normalization::is_nfc;

use crate::base::date::parse_date;
use crate::base::finding::{Finding, Text};
use crate::base::ratio::Ratio;
use crate::base::text::{FIELD_CHARS_MAX, INTEGER_LIMIT, is_ignorable};
use crate::record::ids::is_name;
use crate::say;

/// What was found in a file so far.
pub(super) struct Report {
    file: String,
    text: String,
    /// Offsets of the lines' first bytes.
    starts: Vec<usize>,
    findings: RefCell<Vec<Finding>>,
}

/// A line and a character of it, both from 1.
pub(super) type Position = (u64, u32);

impl Report {
    pub(super) fn new(file: &str, text: &str) -> Self {
        let starts = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1));
        let (file, starts) = (file.to_owned(), starts.collect());
        Report { file, text: text.to_owned(), starts, findings: RefCell::default() }
    }

    fn position(&self, offset: usize) -> Position {
        let line = self.starts.partition_point(|start| *start <= offset);
        let start = self.starts[line - 1];
        // A byte order mark is no character of the first line.
        let before =
            self.text.get(start..offset).unwrap_or_default().trim_start_matches('\u{feff}');
        (line as u64, u32::try_from(before.chars().count() + 1).unwrap_or(u32::MAX))
    }

    /// Adds a finding at an offset.
    pub(super) fn add(&self, finding: Finding, offset: usize) {
        let (line, position) = self.position(offset);
        self.findings.borrow_mut().push(finding.file(&self.file).row(line).position(position));
    }

    /// All findings, in the order of their places.
    pub(super) fn into_findings(self) -> Vec<Finding> {
        let mut findings = self.findings.into_inner();
        findings.sort_by_key(|finding| (finding.place.row, finding.place.position()));
        findings
    }
}

/// Where every value of a file stands, by its path (`task[0].scope.tags_any[1]`), for findings that only the registers
/// give rise to.
#[derive(Clone, Debug, Default)]
pub(super) struct Places(BTreeMap<String, Position>);

impl Places {
    /// Where a path stands; if the file has no such key, where the table stands in which it would be.
    pub(super) fn find(&self, path: &str) -> Position {
        let mut path = path;
        loop {
            if let Some(position) = self.0.get(path) {
                return *position;
            }
            match path.rfind(['.', '[']) {
                Some(end) => path = &path[..end],
                None => return (1, 1),
            }
        }
    }

    /// The places of all values of a document.
    pub(super) fn of(top: &Table<'_>) -> Self {
        let mut places = Places::default();
        top.members().for_each(|(_, node)| places.put(&node));
        places
    }

    fn put(&mut self, node: &Node<'_>) {
        let position = node.report.position(node.value.span().start);
        self.0.insert(node.path.clone(), position);
        for (_, member) in node.as_table().iter().flat_map(Table::members) {
            self.put(&member);
        }
        node.as_array().iter().flatten().for_each(|item| self.put(item));
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

    /// The line and the character where it begins.
    pub(super) fn position(&self) -> Position {
        self.report.position(self.span.start)
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

    /// The members in the order of the file.
    pub(super) fn in_order(&self) -> Vec<(&'a str, Node<'a>)> {
        let mut members: Vec<_> = self.members().collect();
        members.sort_by_key(|(_, node)| node.value.span().start);
        members
    }

    /// Reports something about the table as a whole, at a key of it.
    pub(super) fn breach(&self, code: &str, key: &str, cause: Text) {
        self.report.add(Finding::new(code, cause).column(self.at(key)), self.span.start);
    }
}

/// A table of which as much is taken as is understood.
pub(super) struct Lenient<'a, 't> {
    table: &'t Table<'a>,
    whole: Cell<bool>,
}

impl<'a, 't> Lenient<'a, 't> {
    /// Reports every key but these, and reads on without them.
    pub(super) fn new(table: &'t Table<'a>, known: &[&str]) -> Self {
        table.only(known);
        let strange = table.members().any(|(key, _)| !known.contains(&key));
        Lenient { table, whole: Cell::new(!strange) }
    }

    /// A table whose keys were looked at already.
    pub(super) fn of(table: &'t Table<'a>) -> Self {
        Lenient { table, whole: Cell::new(true) }
    }

    /// A key that may be absent.
    pub(super) fn may<T>(&self, key: &str, read: impl FnOnce(&Node<'a>) -> Option<T>) -> Option<T> {
        let node = self.table.may(key)?;
        let value = read(&node);
        self.note(value.is_some());
        value
    }

    /// A key that must be there.
    pub(super) fn must<T>(
        &self,
        key: &str,
        read: impl FnOnce(&Node<'a>) -> Option<T>,
    ) -> Option<T> {
        let value = self.table.must(key).and_then(|node| read(&node));
        self.note(value.is_some());
        value
    }

    /// Whether the key is there, whatever it holds.
    pub(super) fn has(&self, key: &str) -> bool {
        self.table.may(key).is_some()
    }

    /// Remembers whether something else was understood.
    pub(super) fn note(&self, understood: bool) {
        self.whole.set(self.whole.get() && understood);
    }

    /// Whether everything so far was understood.
    pub(super) fn is_whole(&self) -> bool {
        self.whole.get()
    }
}

impl<'a> Node<'a> {
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
    pub(super) fn malformed<T>(&self, zh: &str, en: &str) -> Option<T> {
        self.breach("P04", say!("须为{zh}", "must be {en}"));
        None
    }

    /// Whether the value is a table.
    pub(super) fn is_table(&self) -> bool {
        self.value.get_ref().is_table()
    }

    /// The text, if it is one of any kind.
    pub(super) fn as_text(&self) -> Option<&'a str> {
        self.value.get_ref().as_str()
    }

    /// A text of 1–512 characters in NFC, without blanks at its ends or characters that nobody sees.
    pub(super) fn text(&self) -> Option<String> {
        match self.value.get_ref().as_str() {
            Some(text) if is_text(text) => Some(text.to_owned()),
            _ => self.malformed(
                " 1–512 字的文字，首尾无空白，不含看不见的字符",
                "a text of 1–512 characters, no blanks at its ends, none that nobody sees",
            ),
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
        self.as_table().or_else(|| self.malformed("表", "a table"))
    }

    fn as_table(&self) -> Option<Table<'a>> {
        let members = self.value.get_ref().as_table()?;
        let (report, path) = (self.report, self.path.clone());
        Some(Table { report, members, span: self.value.span(), path })
    }

    /// The values of an array.
    pub(super) fn array(&self) -> Option<Vec<Node<'a>>> {
        self.as_array().or_else(|| self.malformed("数组", "an array"))
    }

    fn as_array(&self) -> Option<Vec<Node<'a>>> {
        let items = self.value.get_ref().as_array()?;
        let node =
            |(i, value)| Node { report: self.report, value, path: format!("{}[{i}]", self.path) };
        Some(items.iter().enumerate().map(node).collect())
    }

    /// The texts of an array; nothing if one of its values is none.
    pub(super) fn texts(&self) -> Option<Vec<String>> {
        let texts: Vec<Option<String>> = self.array()?.iter().map(Node::text).collect();
        texts.into_iter().collect()
    }
}

/// Names stand in the log, where attempts are counted by them: nothing in them that nobody sees.
fn is_text(text: &str) -> bool {
    let n = text.chars().count();
    let hidden = |c: char| c.is_control() || is_ignorable(c);
    (1..=FIELD_CHARS_MAX).contains(&n)
        && is_nfc(text)
        && text.trim() == text
        && !text.contains(hidden)
}
