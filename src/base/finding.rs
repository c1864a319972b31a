//! Findings: a stable code, a place, a cause in Chinese and English; the code's row in
//! [`codes`] gives severity and remedy. Every layer reports with them, all at once.

use std::fmt;

use super::codes::{self, Rule};

/// The language of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lang {
    /// 中文
    Zh,
    /// English
    En,
}

/// One sentence in both languages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// 中文
    pub zh: String,
    /// English
    pub en: String,
}

impl Text {
    /// The sentence in that language.
    pub fn get(&self, lang: Lang) -> &str {
        match lang {
            Lang::Zh => &self.zh,
            Lang::En => &self.en,
        }
    }
}

/// A sentence in both languages from two format strings that share their captured arguments.
#[macro_export]
macro_rules! say {
    ($zh:literal, $en:literal $(,)?) => {
        $crate::base::finding::Text { zh: format!($zh), en: format!($en) }
    };
}

/// Where something is: as much of it as is known.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The file, as the user knows it.
    pub file: Option<String>,
    /// The line of the file, from 1 (a table's header is line 1).
    pub row: Option<u64>,
    /// The column's name, or the path of a key (`lists[2].strata`).
    pub column: Option<String>,
    /// The subject, inspector, list or other thing concerned.
    pub id: Option<String>,
}

/// How much a finding weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// 提示: worth knowing.
    Note,
    /// 警告: lawful, but look at it.
    Warning,
    /// 错误: stops the step.
    Error,
}

/// One thing found: code, place, cause.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    rule: &'static Rule,
    /// Where.
    pub place: Place,
    /// What, in this case.
    pub cause: Text,
}

impl Finding {
    /// A finding of the rule with this code.
    ///
    /// # Panics
    /// If the table has no such code: codes are written in the source, never read from input.
    pub fn new(code: &str, cause: Text) -> Self {
        let rule = codes::find(code).unwrap_or_else(|| panic!("bug: no rule has the code {code}"));
        Finding { rule, place: Place::default(), cause }
    }

    /// Names the file, unless a deeper layer has named it.
    #[must_use]
    pub fn file(mut self, file: impl Into<String>) -> Self {
        self.place.file.get_or_insert_with(|| file.into());
        self
    }

    /// Names the line, from 1, unless a deeper layer has named it.
    #[must_use]
    pub fn row(mut self, row: u64) -> Self {
        self.place.row.get_or_insert(row);
        self
    }

    /// Names the column or key, unless a deeper layer has named it.
    #[must_use]
    pub fn column(mut self, column: impl Into<String>) -> Self {
        self.place.column.get_or_insert_with(|| column.into());
        self
    }

    /// Names the thing concerned, unless a deeper layer has named it.
    #[must_use]
    pub fn id(mut self, id: impl Into<String>) -> Self {
        self.place.id.get_or_insert_with(|| id.into());
        self
    }

    /// The stable code.
    pub fn code(&self) -> &'static str {
        self.rule.code
    }

    /// How much it weighs.
    pub fn severity(&self) -> Severity {
        self.rule.severity
    }

    /// The rule's name, in one language.
    pub fn title(&self, lang: Lang) -> &'static str {
        self.rule.title(lang)
    }

    /// What to do, in one language.
    pub fn remedy(&self, lang: Lang) -> &'static str {
        self.rule.remedy(lang)
    }

    /// The whole finding on one to two lines.
    pub fn show(&self, lang: Lang) -> String {
        let (kind, colon, todo) = match (lang, self.severity()) {
            (Lang::Zh, Severity::Error) => ("错误", "：", "处理"),
            (Lang::Zh, Severity::Warning) => ("警告", "：", "处理"),
            (Lang::Zh, Severity::Note) => ("提示", "：", "说明"),
            (Lang::En, Severity::Error) => ("error", ": ", "remedy"),
            (Lang::En, Severity::Warning) => ("warning", ": ", "remedy"),
            (Lang::En, Severity::Note) => ("note", ": ", "note"),
        };
        let place = self.place.show(lang);
        let gap = if place.is_empty() { "" } else { colon };
        let cause = self.cause.get(lang);
        format!("{kind} {} {place}{gap}{cause}\n  {todo}{colon}{}", self.code(), self.remedy(lang))
    }
}

impl Place {
    /// `frames/T01.tsv, line 7, column sid, REG:0001`.
    pub fn show(&self, lang: Lang) -> String {
        let row = self.row.map(|n| match lang {
            Lang::Zh => format!("第 {n} 行"),
            Lang::En => format!("line {n}"),
        });
        let column = self.column.as_ref().map(|name| match lang {
            Lang::Zh => format!("“{name}”"),
            Lang::En => format!("\"{name}\""),
        });
        let parts: Vec<String> =
            [self.file.clone(), row, column, self.id.clone()].into_iter().flatten().collect();
        parts.join(match lang {
            Lang::Zh => "，",
            Lang::En => ", ",
        })
    }
}

/// English, as the developer's log reads it; faces use [`Finding::show`].
impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.show(Lang::En))
    }
}

impl std::error::Error for Finding {}

/// All findings of a step; at least one of them is an error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Findings(pub Vec<Finding>);

impl Findings {
    /// `value` if none of the findings is an error, otherwise all of them.
    ///
    /// # Errors
    /// The findings, if one of them is an error.
    pub fn check<T>(findings: Vec<Finding>, value: T) -> Result<(T, Vec<Finding>), Findings> {
        if findings.iter().any(|f| f.severity() == Severity::Error) {
            Err(Findings(findings))
        } else {
            Ok((value, findings))
        }
    }
}

impl From<Finding> for Findings {
    fn from(finding: Finding) -> Self {
        Findings(vec![finding])
    }
}

impl fmt::Display for Findings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown: Vec<String> = self.0.iter().map(ToString::to_string).collect();
        f.write_str(&shown.join("\n"))
    }
}

impl std::error::Error for Findings {}
