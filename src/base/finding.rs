//! Findings: a stable code, a place, a cause in Chinese and English; the code's row in
//! [`codes`] gives severity and remedy. Every layer reports with them, all at once.

use std::fmt;

use super::codes::{self, Rule};
use super::text::shown;

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
    /// More exactly where, in a workbook or in a file written by hand; boxed to keep findings small.
    pub spot: Option<Box<Spot>>,
    /// The line of the file, from 1 (a table's header is line 1).
    pub row: Option<u64>,
    /// The column's name, or the path of a key (`lists[2].strata`).
    pub column: Option<String>,
    /// The subject, inspector, list or other thing concerned.
    pub id: Option<String>,
}

/// Where in a workbook something is, or in which character of a line.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Spot {
    /// The sheet; empty until it is named.
    pub sheet: String,
    /// The sheet's column, from 0.
    pub column: Option<usize>,
    /// The character of the line, from 1, in a file that people write by hand.
    pub position: Option<u32>,
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

    /// Names the sheet of a workbook, unless a deeper layer has named it.
    #[must_use]
    pub fn sheet(mut self, sheet: impl Into<String>) -> Self {
        let spot = self.place.spot.get_or_insert_default();
        if spot.sheet.is_empty() {
            spot.sheet = sheet.into();
        }
        self
    }

    /// Names the line, from 1, unless a deeper layer has named it; 0 means that there is none.
    #[must_use]
    pub fn row(mut self, row: u64) -> Self {
        self.place.row = self.place.row.or(Some(row).filter(|row| *row > 0));
        self
    }

    /// Names the character of the line, from 1, unless a deeper layer has named it.
    #[must_use]
    pub fn position(mut self, position: u32) -> Self {
        self.place.spot.get_or_insert_default().position.get_or_insert(position);
        self
    }

    /// Names the column of a sheet by its index, from 0, unless a deeper layer has named it.
    #[must_use]
    pub fn at_column(mut self, column: usize) -> Self {
        self.place.spot.get_or_insert_default().column.get_or_insert(column);
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

    /// The whole finding on two lines: what and where, then what to do.
    pub fn show(&self, lang: Lang) -> String {
        format!("{}\n{}", self.line(lang), self.advice(lang))
    }

    /// What is wrong and where, on one line.
    pub fn line(&self, lang: Lang) -> String {
        let (kind, colon) = match (lang, self.severity()) {
            (Lang::Zh, Severity::Error) => ("错误", "："),
            (Lang::Zh, Severity::Warning) => ("警告", "："),
            (Lang::Zh, Severity::Note) => ("提示", "："),
            (Lang::En, Severity::Error) => ("error", ": "),
            (Lang::En, Severity::Warning) => ("warning", ": "),
            (Lang::En, Severity::Note) => ("note", ": "),
        };
        let (place, cause) = (self.place.show(lang), self.cause.get(lang));
        let (place, cause) = (shown(&place), shown(cause));
        let gap = if place.is_empty() { "" } else { colon };
        format!("{kind} {} {place}{gap}{cause}", self.code())
    }

    /// What to do about findings of this code, on a line of its own.
    pub fn advice(&self, lang: Lang) -> String {
        let todo = match (lang, self.severity()) {
            (Lang::Zh, Severity::Note) => "说明：",
            (Lang::Zh, _) => "处理：",
            (Lang::En, Severity::Note) => "note: ",
            (Lang::En, _) => "remedy: ",
        };
        format!("  {todo}{}", self.remedy(lang))
    }
}

/// The letters of a column by its index, from 0: `A` … `Z`, `AA` … – digits from 1 to 26, without a zero.
pub fn letters(column: usize) -> String {
    let mut rest = column + 1;
    let mut found = Vec::new();
    while rest > 0 {
        found.push(b'A' + u8::try_from((rest - 1) % 26).unwrap_or_default());
        rest = (rest - 1) / 26;
    }
    found.iter().rev().map(|letter| char::from(*letter)).collect()
}

impl Place {
    /// The character of the line, from 1, in a file that people write by hand.
    pub fn position(&self) -> Option<u32> {
        self.spot.as_ref().and_then(|spot| spot.position)
    }

    /// `Sheet1!C7` in a workbook; `Sheet1!7:7` is the row and `Sheet1` the sheet, as spreadsheets write them.
    pub fn cell(&self) -> Option<String> {
        let spot = self.spot.as_ref().filter(|spot| !spot.sheet.is_empty())?;
        let sheet = &spot.sheet;
        // Letters, digits and dots need no quotes, so long as the name does not look like a number.
        let plain = sheet.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '.');
        let plain = plain && !sheet.starts_with(|c: char| c.is_ascii_digit());
        let sheet = if plain { sheet.clone() } else { format!("'{}'", sheet.replace('\'', "''")) };
        Some(match (self.row, spot.column.map(letters)) {
            (Some(row), Some(letters)) => format!("{sheet}!{letters}{row}"),
            (Some(row), None) => format!("{sheet}!{row}:{row}"),
            (None, _) => sheet,
        })
    }

    /// `plan.toml:12:9`, as editors write a place; only where the character is known.
    fn spot_of_text(&self) -> Option<String> {
        let (file, row) = (self.file.as_ref()?, self.row?);
        self.position().map(|position| format!("{file}:{row}:{position}"))
    }

    /// `frames/T01.tsv, line 7, column sid, REG:0001`; in a workbook `名录.xlsx, Sheet1!C7, …`; in a file written by
    /// hand `plan.toml:12:9 task[0].sample, T1`.
    pub fn show(&self, lang: Lang) -> String {
        let comma = match lang {
            Lang::Zh => "，",
            Lang::En => ", ",
        };
        if let Some(spot) = self.spot_of_text() {
            let key = self.column.iter().filter(|key| !key.is_empty());
            let spot = [spot].into_iter().chain(key.cloned()).collect::<Vec<_>>().join(" ");
            return [spot].into_iter().chain(self.id.clone()).collect::<Vec<_>>().join(comma);
        }
        let row = self.row.map(|n| match lang {
            Lang::Zh => format!("第 {n} 行"),
            Lang::En => format!("line {n}"),
        });
        let row = self.cell().or(row);
        let column = self.column.as_ref().map(|name| match lang {
            Lang::Zh => format!("“{name}”"),
            Lang::En => format!("\"{name}\""),
        });
        let parts: Vec<String> =
            [self.file.clone(), row, column, self.id.clone()].into_iter().flatten().collect();
        parts.join(comma)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_named_as_spreadsheets_do() {
        let shown: Vec<String> = [0, 25, 26, 51, 52, 701, 702, 16_383].map(letters).to_vec();
        assert_eq!(shown, ["A", "Z", "AA", "AZ", "BA", "ZZ", "AAA", "XFD"]);
        let at = |sheet: &str| Finding::new("R01", say!("x", "x")).file("f.xlsx").sheet(sheet);
        assert_eq!(at("名录").row(7).at_column(2).place.show(Lang::Zh), "f.xlsx，名录!C7");
        assert_eq!(at("a b's").row(7).place.show(Lang::En), "f.xlsx, 'a b''s'!7:7");
        assert_eq!(at("2026").place.cell().as_deref(), Some("'2026'"));
        assert_eq!(Finding::new("R01", say!("x", "x")).row(7).place.cell(), None);
    }
}
