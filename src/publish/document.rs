//! What a notice says, as one value from which page, workbook and JSON are made, so that all three say the same under the
//! same names.

use serde_json::{Map, Value, json};

/// A document: a title, what must not be overlooked, and sections.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Document {
    /// `抽取结果公示`.
    pub title: String,
    /// Who publishes it.
    pub agency: String,
    /// What must not be overlooked: rehearsal, void, shortage and the like.
    pub alarms: Vec<String>,
    /// In the order in which they are read.
    pub sections: Vec<Section>,
}

/// A part of a document, under a heading that no other part has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// The heading, which is the name of a sheet and of a key, too.
    pub name: &'static str,
    /// How it is to be read; may be empty.
    pub note: String,
    /// What it says.
    pub body: Body,
}

/// What a section says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    /// Named values.
    Facts(Vec<Fact>),
    /// Rows that all have the same columns.
    Table(Table),
    /// Sentences.
    Words(Vec<String>),
    /// Commands to be typed.
    Commands(Vec<String>),
}

/// A named value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// Its name.
    pub name: &'static str,
    /// Its value; empty where there is none.
    pub value: String,
    /// What kind of value.
    pub style: Style,
}

/// Rows under columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// The columns.
    pub columns: Vec<(&'static str, Style)>,
    /// The rows, each as long as the columns.
    pub rows: Vec<Vec<String>>,
    /// Too many columns for a page: there each row is a small table of its own.
    pub cards: bool,
}

/// What kind of value stands in a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// Words.
    Text,
    /// A code or digest: text, whatever it looks like.
    Code,
    /// A count: an integer, where it is one.
    Number,
}

/// A sheet of a workbook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sheet {
    /// Its name.
    pub name: String,
    /// Its columns.
    pub columns: Vec<(String, Style)>,
    /// Its rows, each as long as the columns.
    pub rows: Vec<Vec<String>>,
}

/// The sheet of everything that is no table, and the name of its two columns.
const SUMMARY: &str = "公告";

impl Section {
    /// Named values under a heading; those without a value are left out.
    pub(super) fn facts(name: &'static str, facts: Vec<Fact>) -> Self {
        let facts = facts.into_iter().filter(|fact| !fact.value.is_empty()).collect();
        Section { name, note: String::new(), body: Body::Facts(facts) }
    }

    /// Rows under a heading.
    pub(super) fn table(
        name: &'static str,
        columns: &[(&'static str, Style)],
        rows: Vec<Vec<String>>,
    ) -> Self {
        let table = Table { columns: columns.to_vec(), rows, cards: false };
        Section { name, note: String::new(), body: Body::Table(table) }
    }

    /// Sentences under a heading.
    pub(super) fn words(name: &'static str, words: Vec<String>) -> Self {
        Section { name, note: String::new(), body: Body::Words(words) }
    }

    /// With a sentence on how it is to be read.
    pub(super) fn note(mut self, note: impl Into<String>) -> Self {
        self.note = note.into();
        self
    }

    /// With every row as a small table of its own on a page.
    pub(super) fn cards(mut self) -> Self {
        if let Body::Table(table) = &mut self.body {
            table.cards = true;
        }
        self
    }
}

/// A value in words.
pub(super) fn fact(name: &'static str, value: impl Into<String>) -> Fact {
    Fact { name, value: value.into(), style: Style::Text }
}

/// A code or digest.
pub(super) fn code(name: &'static str, value: impl Into<String>) -> Fact {
    Fact { name, value: value.into(), style: Style::Code }
}

/// A count.
pub(super) fn count(name: &'static str, value: impl ToString) -> Fact {
    Fact { name, value: value.to_string(), style: Style::Number }
}

impl Style {
    fn name(self) -> &'static str {
        match self {
            Style::Text => "text",
            Style::Code => "code",
            Style::Number => "number",
        }
    }

    fn json(self, value: &str) -> Value {
        let number = || value.parse::<u64>().ok().filter(|n| *n < 1 << 53);
        match (self, number()) {
            (Style::Number, Some(n)) => json!(n),
            _ => json!(value),
        }
    }
}

impl Document {
    /// What a template is filled in with.
    pub fn page(&self) -> Value {
        let section = |section: &Section| {
            let mut page = match &section.body {
                Body::Facts(facts) => json!({"kind": "facts", "rows": facts.iter().map(|fact| {
                    json!({"name": fact.name, "value": fact.value, "style": fact.style.name()})
                }).collect::<Vec<_>>()}),
                Body::Table(table) => json!({
                    "kind": if table.cards { "cards" } else { "table" }, "rows": table.rows,
                    "columns": table.columns.iter().map(|(name, style)| {
                        json!({"name": name, "style": style.name()})
                    }).collect::<Vec<_>>(),
                }),
                Body::Words(rows) => json!({"kind": "words", "rows": rows}),
                Body::Commands(rows) => json!({"kind": "commands", "rows": rows}),
            };
            page["name"] = json!(section.name);
            page["note"] = json!(section.note);
            page
        };
        json!({
            "title": self.title, "agency": self.agency, "alarms": self.alarms,
            "sections": self.sections.iter().map(section).collect::<Vec<_>>(),
        })
    }

    /// The same under its Chinese names; an empty cell is left out.
    pub fn json(&self) -> Value {
        let mut top = Map::new();
        top.insert(SUMMARY.to_owned(), json!(self.title));
        top.insert("注意".to_owned(), json!(self.alarms));
        for section in &self.sections {
            let value = match &section.body {
                Body::Facts(facts) => facts
                    .iter()
                    .map(|fact| (fact.name.to_owned(), fact.style.json(&fact.value)))
                    .collect::<Map<String, Value>>()
                    .into(),
                Body::Table(table) => table.rows.iter().map(|row| table.object(row)).collect(),
                Body::Words(rows) | Body::Commands(rows) => json!(rows),
            };
            top.insert(section.name.to_owned(), value);
        }
        Value::Object(top)
    }

    /// The sheets of a workbook: one of everything that is no table, then every table.
    pub fn sheets(&self) -> Vec<Sheet> {
        let two = |name: &str, value: &str| vec![name.to_owned(), value.to_owned()];
        let mut rows = vec![two("标题", &self.title), two("机关", &self.agency)];
        rows.extend(self.alarms.iter().map(|alarm| two("注意", alarm)));
        for section in &self.sections {
            match &section.body {
                Body::Facts(facts) => {
                    rows.extend(facts.iter().map(|fact| two(fact.name, &fact.value)));
                }
                Body::Words(words) | Body::Commands(words) => {
                    rows.extend(words.iter().map(|word| two(section.name, word)));
                }
                Body::Table(_) => {}
            }
        }
        let columns = ["项目", "内容"].map(|name| (name.to_owned(), Style::Text)).to_vec();
        let mut sheets = vec![Sheet { name: SUMMARY.to_owned(), columns, rows }];
        for section in &self.sections {
            if let Body::Table(Table { columns, rows, .. }) = &section.body {
                let columns = columns.iter().map(|(name, style)| ((*name).to_owned(), *style));
                sheets.push(Sheet {
                    name: section.name.to_owned(),
                    columns: columns.collect(),
                    rows: rows.clone(),
                });
            }
        }
        sheets
    }
}

impl Table {
    fn object(&self, row: &[String]) -> Value {
        let cells = self.columns.iter().zip(row).filter(|(_, cell)| !cell.is_empty());
        let cells = cells.map(|((name, style), cell)| ((*name).to_owned(), style.json(cell)));
        Value::Object(cells.collect())
    }
}
