//! A mapping: what the columns of a file mean that no table of names can know. It is a small TOML file that
//! a person confirms:
//!
//! ```toml
//! register = "subjects"
//! ignore = ["备注"]
//!
//! [columns]
//! "企业全称" = "name"
//!
//! [constants]
//! kind = "企业"
//! ```
//!
//! Several columns may make one text or list; a constant fills the empty cells of its column. With
//! `number_repeated = true` rows of one matter (sub-matters) get identifiers `18.1`, `18.2` … in the order
//! of the file. Columns that the mapping does not name go by their own names.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::alias::{Known, alike, folded, known};
use super::columns::Register;
use super::form::tidy;
use super::layout::joint;
use crate::base::finding::{Finding, Findings, Text};
use crate::say;

/// Said of a column that seems to mean what another one does.
const SECOND: &str = "与另一列同义，请择一 same meaning as another one: choose";

/// What the columns of a file mean.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mapping {
    register: Register,
    entries: Vec<Entry>,
    /// What fills empty cells, by column.
    constants: BTreeMap<usize, String>,
    number_repeated: bool,
}

/// What a header means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Target {
    /// The column with this index.
    Column(usize),
    /// Nothing, and nothing is said about it.
    Ignored,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Entry {
    header: String,
    target: Target,
    /// Why, in a proposal: one line in both languages.
    comment: Option<String>,
}

impl Mapping {
    /// The mapping that says nothing.
    pub fn none(register: Register) -> Mapping {
        let (entries, constants) = (Vec::new(), BTreeMap::new());
        Mapping { register, entries, constants, number_repeated: false }
    }

    /// The register it is for.
    pub fn register(&self) -> Register {
        self.register
    }

    /// Reads a mapping; `file` is its name, as the user knows it.
    ///
    /// # Errors
    /// R22, each with its line: not TOML, an unknown key, register or column, a constant that its column refuses,
    /// two columns for one that takes a single value.
    pub fn parse(file: &str, text: &str) -> Result<Mapping, Findings> {
        let mut reader = Reader { text, findings: Vec::new() };
        let mapping = reader.document();
        let name = |finding: Finding| finding.file(file);
        let findings: Vec<Finding> = reader.findings.into_iter().map(name).collect();
        match mapping {
            Some(mapping) if findings.is_empty() => Ok(mapping),
            _ => Err(Findings(findings)),
        }
    }

    /// Whether a text names a column, here or by itself: what tells a header from titles and remarks.
    pub fn names(&self, text: &str) -> bool {
        let cell = tidy(text);
        self.entries.iter().any(|entry| entry.header == cell)
            || known(self.register, &cell) != Known::Unknown
    }

    /// A mapping for a file with this header, to be confirmed: own and other names, then guesses of which a
    /// person is to confirm each; a wrong one would be worse than none.
    /// Print it with [`Mapping::to_toml`].
    pub fn propose(register: Register, header: &[String]) -> Mapping {
        let mut mapping = Mapping::none(register);
        let mut guesses = Vec::new();
        for cell in header.iter().map(|cell| tidy(cell)).filter(|cell| !cell.is_empty()) {
            let (target, comment) = match known(register, &cell) {
                Known::Own(at) => (Target::Column(at), "列名相符 own name"),
                Known::Alias(at) => (Target::Column(at), "常见别名 usual name"),
                Known::NotKept => (Target::Ignored, "名录不收录 not kept"),
                Known::Unknown => (Target::Ignored, "不认识 unknown"),
            };
            if known(register, &cell) == Known::Unknown {
                guesses.push(mapping.entries.len());
            }
            mapping.add(cell.into_owned(), target, comment);
        }
        for at in guesses {
            let Some((column, name)) = alike(register, &mapping.entries[at].header) else {
                continue;
            };
            let taken = mapping.claims(column);
            let entry = &mut mapping.entries[at];
            entry.comment = Some(if taken {
                SECOND.to_owned()
            } else {
                entry.target = Target::Column(column);
                format!("猜作“{name}”，请确认 guess, to be confirmed")
            });
        }
        mapping
    }

    /// Adds a proposal; a second column for one meaning is left to the person.
    fn add(&mut self, header: String, target: Target, comment: &str) {
        let taken = match target {
            Target::Column(column) => self.claims(column),
            Target::Ignored => false,
        };
        let (target, comment) = match taken {
            true => (Target::Ignored, SECOND),
            false => (target, comment),
        };
        self.entries.push(Entry { header, target, comment: Some(comment.to_owned()) });
    }

    /// The mapping as TOML, which [`Mapping::parse`] reads; comments say how sure each line is, and what is
    /// still missing.
    pub fn to_toml(&self) -> String {
        let mut text = format!("register = \"{}\"\n", self.register.name());
        if self.number_repeated {
            text.push_str("number_repeated = true\n");
        }
        let line = |text: &mut String, left: &str, comment: &Option<String>| {
            let comment = comment.as_ref().map(|c| format!("  # {c}")).unwrap_or_default();
            let _ = writeln!(text, "{left}{comment}");
        };
        text.push_str("ignore = [\n");
        for entry in self.entries.iter().filter(|entry| entry.target == Target::Ignored) {
            line(&mut text, &format!("    {},", quoted(&entry.header)), &entry.comment);
        }
        text.push_str("]\n\n[columns]\n");
        let columns = self.register.columns();
        for entry in &self.entries {
            if let Target::Column(at) = entry.target {
                let left = format!("{} = \"{}\"", quoted(&entry.header), columns[at].id);
                line(&mut text, &left, &entry.comment);
            }
        }
        text.push_str("\n[constants]\n");
        for (at, column) in columns.iter().enumerate() {
            match self.constants.get(&at) {
                Some(value) => {
                    line(&mut text, &format!("{} = {}", column.id, quoted(value)), &None)
                }
                None if column.required && !self.claims(at) => {
                    let _ =
                        writeln!(text, "# {} = \"\"  # 必填“{}” required", column.id, column.zh);
                }
                None => {}
            }
        }
        text
    }

    /// What a header cell means by this mapping.
    pub(super) fn target(&self, header: &str) -> Option<Target> {
        self.entries.iter().find(|entry| is_same(&entry.header, header)).map(|entry| entry.target)
    }

    /// Whether the mapping says which columns make that column.
    pub(super) fn claims(&self, column: usize) -> bool {
        self.entries.iter().any(|entry| entry.target == Target::Column(column))
    }

    /// What fills empty cells, for every column.
    pub(super) fn fillings(&self) -> Vec<String> {
        let constant = |at| self.constants.get(&at).cloned().unwrap_or_default();
        (0..self.register.columns().len()).map(constant).collect()
    }

    /// Columns that the mapping names and the header lacks; a mapping of another register.
    pub(super) fn missing(&self, register: Register, header: &[String]) -> Vec<Finding> {
        if self.register != register {
            let (its, wanted) = (self.register.name(), register.name());
            let cause = say!("映射是 {its} 的，不是 {wanted} 的", "it maps {its}, not {wanted}");
            return vec![Finding::new("R22", cause)];
        }
        let lacking =
            self.entries.iter().filter(|e| !header.iter().any(|cell| is_same(&e.header, cell)));
        let finding = |entry: &Entry| {
            let name = &entry.header;
            let cause = say!("表中没有“{name}”列", "the table has no column \"{name}\"");
            Finding::new("R23", cause).row(1).column(name)
        };
        lacking.map(finding).collect()
    }

    /// Whether rows that share an identifier are to be numbered.
    pub(super) fn numbers_repeated(&self) -> bool {
        self.number_repeated
    }
}

/// JSON's escapes are TOML's, too.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// Whether two headers are one: by their letters and digits, else literally.
fn is_same(a: &str, b: &str) -> bool {
    let (x, y) = (folded(a), folded(b));
    if x.is_empty() { tidy(a) == tidy(b) } else { x == y }
}

/// Reads the document and goes on after a mistake.
struct Reader<'a> {
    text: &'a str,
    findings: Vec<Finding>,
}

impl<'a> Reader<'a> {
    fn refuse(&mut self, offset: usize, cause: Text) {
        let before = &self.text.as_bytes()[..offset.min(self.text.len())];
        let line = 1 + before.iter().filter(|byte| **byte == b'\n').count() as u64;
        self.findings.push(Finding::new("R22", cause).row(line));
    }

    fn document(&mut self) -> Option<Mapping> {
        let document = match DeTable::parse(self.text) {
            Ok(document) => document,
            Err(e) => {
                let (offset, message) = (e.span().map_or(0, |span| span.start), e.message());
                self.refuse(offset, say!("不是 TOML（{message}）", "not TOML ({message})"));
                return None;
            }
        };
        let document = document.get_ref();
        let name = document.iter().find(|(key, _)| key.get_ref() == "register");
        let register = name.and_then(|(_, v)| self.string(v)).and_then(|n| Register::from_name(&n));
        let Some(register) = register else {
            let offset = name.map_or(0, |(_, value)| value.span().start);
            let cause = "register = \"matters\", \"subjects\", \"inspectors\", \"recusals\", \"incompatibles\", \"leave\", \"visits\"";
            self.refuse(offset, say!("须写明名录：{cause}", "the register is missing: {cause}"));
            return None;
        };
        let mut mapping = Mapping::none(register);
        for (key, value) in document {
            match (key.get_ref().as_ref(), value.get_ref()) {
                ("register", _) => {}
                ("ignore", DeValue::Array(headers)) => {
                    for header in headers.iter() {
                        let target = Target::Ignored;
                        if let Some(name) = self.string(header) {
                            self.entry(&mut mapping, name, target, header.span().start);
                        }
                    }
                }
                ("columns", DeValue::Table(table)) => self.columns(&mut mapping, table),
                ("constants", DeValue::Table(table)) => self.constants(&mut mapping, table),
                ("number_repeated", DeValue::Boolean(yes)) if register == Register::Matters => {
                    mapping.number_repeated = *yes;
                }
                (name, _) => {
                    let cause = say!(
                        "“{name}”不可用或形式不对",
                        "\"{name}\" is unknown or has the wrong form"
                    );
                    self.refuse(key.span().start, cause);
                }
            }
        }
        Some(mapping)
    }

    fn string(&mut self, value: &Spanned<DeValue<'a>>) -> Option<String> {
        let text = value.get_ref().as_str().map(str::to_owned);
        if text.is_none() {
            self.refuse(value.span().start, say!("须为加引号的文字", "must be a text in quotes"));
        }
        text
    }

    /// The column of that name, English or Chinese.
    fn column(&mut self, register: Register, name: &str, offset: usize) -> Option<usize> {
        let columns = register.columns();
        let at = columns.iter().position(|column| column.id == name || column.zh == name);
        if at.is_none() {
            let known = columns.iter().map(|column| column.id).collect::<Vec<_>>().join(", ");
            let cause =
                say!("没有“{name}”列；可用：{known}", "no column \"{name}\"; there are {known}");
            self.refuse(offset, cause);
        }
        at
    }

    fn entry(&mut self, mapping: &mut Mapping, header: String, target: Target, offset: usize) {
        let second = match target {
            Target::Column(at) => {
                mapping.claims(at) && joint(mapping.register.columns()[at].form).is_none()
            }
            Target::Ignored => false,
        };
        if second || mapping.target(&header).is_some() {
            let cause =
                say!("“{header}”或它所指的列已写过", "\"{header}\", or its column, stands already");
            self.refuse(offset, cause);
        } else {
            mapping.entries.push(Entry { header, target, comment: None });
        }
    }

    fn columns(&mut self, mapping: &mut Mapping, table: &DeTable<'a>) {
        for (key, value) in table {
            let Some(name) = self.string(value) else { continue };
            let offset = value.span().start;
            if let Some(at) = self.column(mapping.register, &name, offset) {
                let header = key.get_ref().clone().into_owned();
                self.entry(mapping, header, Target::Column(at), key.span().start);
            }
        }
    }

    fn constants(&mut self, mapping: &mut Mapping, table: &DeTable<'a>) {
        for (key, value) in table {
            let Some(text) = self.string(value) else { continue };
            let Some(at) = self.column(mapping.register, key.get_ref(), key.span().start) else {
                continue;
            };
            match mapping.register.columns()[at].form.canonical(&text) {
                Ok(text) => drop(mapping.constants.insert(at, text.into_owned())),
                Err((_, cause)) => self.refuse(value.span().start, cause),
            }
        }
    }
}
