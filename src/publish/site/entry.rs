//! One draw in the list of a site: what `draw.json` in its folder and `index.json` say of it (`docs/site.md`). The index is
//! made of these entries alone, so that a draw that was published years ago needs nothing but its own folder.

use std::cmp::Reverse;

use serde_json::{Value, json};

use crate::base::date::parse_date;
use crate::base::digest::Digest;
use crate::base::finding::{Finding, Text};
use crate::base::json;
use crate::say;

/// The name and version of the format of entries.
pub const FORMAT: &str = "ssj-site/1";

/// How far a draw has come, as the public sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// 封存待抽: committed, and not drawn yet.
    Waiting,
    /// 已抽取: drawn in the open.
    Drawn,
    /// 保密待公开: drawn, and opened to everybody by a promised day.
    Sealed,
    /// 保密（移交审计）: drawn, and opened to an auditor alone.
    Withheld,
    /// 已公开: a sealed draw that was opened.
    Opened,
    /// 作废: called off before its public values were known.
    Void,
}

impl State {
    const ALL: [State; 6] =
        [State::Waiting, State::Drawn, State::Sealed, State::Withheld, State::Opened, State::Void];

    /// The name that stands in entries.
    pub fn name(self) -> &'static str {
        match self {
            State::Waiting => "waiting",
            State::Drawn => "drawn",
            State::Sealed => "sealed",
            State::Withheld => "withheld",
            State::Opened => "opened",
            State::Void => "void",
        }
    }

    /// In words.
    pub fn words(self) -> Text {
        match self {
            State::Waiting => say!("封存待抽", "committed, not drawn yet"),
            State::Drawn => say!("已抽取", "drawn"),
            State::Sealed => say!("保密待公开", "drawn, to be opened"),
            State::Withheld => say!("保密，移交审计", "sealed, opened to an auditor only"),
            State::Opened => say!("已公开", "opened"),
            State::Void => say!("作废", "void"),
        }
    }

    pub(super) fn value(self) -> Value {
        let Text { zh, en } = self.words();
        json!({"code": self.name(), "zh": zh, "en": en})
    }
}

/// An entry.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry(Value);

/// The texts that every entry has.
const TEXTS: &[&str] = &["folder", "draw", "agency", "title", "commitment", "state", "page"];

impl Entry {
    /// An entry of these values.
    pub(super) fn new(value: Value) -> Self {
        Entry(value)
    }

    /// Parses `draw.json`.
    ///
    /// # Errors
    /// N33.
    pub fn parse(bytes: &[u8]) -> Result<Self, Finding> {
        let bad = |cause| Finding::new("N33", cause);
        let value = json::parse_line(bytes).map_err(|finding| bad(finding.cause))?;
        if value["format"] != FORMAT {
            return Err(bad(say!("格式不是 {FORMAT}", "its format is not {FORMAT}")));
        }
        let entry = Entry(value);
        if let Some(key) = TEXTS.iter().find(|key| !entry.0[**key].is_string()) {
            return Err(bad(say!("缺少 {key}", "{key} is missing")));
        }
        let from = entry.0["window"]["from"].as_str().and_then(parse_date);
        if from.is_none() || entry.0["attempt"].as_u64().is_none() || entry.state().is_none() {
            return Err(bad(say!("内容不合格式", "what it says is malformed")));
        }
        Ok(entry)
    }

    /// The bytes of `draw.json`.
    pub fn format(&self) -> Vec<u8> {
        json::format_line(&self.0)
    }

    /// The values.
    pub fn value(&self) -> &Value {
        &self.0
    }

    /// The folder in the site.
    pub fn folder(&self) -> &str {
        self.text("folder")
    }

    /// C.
    pub fn commitment(&self) -> Option<Digest> {
        Digest::from_hex(self.text("commitment"))
    }

    /// How far it has come.
    pub fn state(&self) -> Option<State> {
        State::ALL.into_iter().find(|state| state.name() == self.text("state"))
    }

    pub(super) fn text(&self, key: &str) -> &str {
        self.0[key].as_str().unwrap_or_default()
    }

    /// The year in which the visits begin.
    pub(super) fn year(&self) -> &str {
        self.0["window"]["from"].as_str().and_then(|from| from.get(..4)).unwrap_or_default()
    }

    /// Newest first; what begins on one day by draw, the last attempt first.
    pub(super) fn order(&self) -> impl Ord + use<> {
        let from = self.0["window"]["from"].as_str().unwrap_or_default().to_owned();
        let draw = (self.text("agency").to_owned(), self.text("draw").to_owned());
        let attempt = Reverse(self.0["attempt"].as_u64().unwrap_or_default());
        (Reverse(from), draw, attempt, self.text("commitment").to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry() -> Value {
        json!({
            "format": FORMAT, "folder": "draws/2026/Q4-0011", "draw": "Q4", "agency": "甲局", "title": "抽查",
            "commitment": "00", "state": "drawn", "page": "draws/2026/Q4-0011/index.html", "attempt": 1,
            "window": {"from": "2026-10-09", "to": "2026-12-31"},
        })
    }

    #[test]
    fn entries_print_back_and_others_are_refused() {
        let good = Entry::new(entry());
        assert_eq!(Entry::parse(&good.format()), Ok(good.clone()));
        assert_eq!((good.year(), good.state()), ("2026", Some(State::Drawn)));
        for (key, value) in [
            ("format", json!("ssj-site/2")),
            ("title", json!(7)),
            ("state", json!("open")),
            ("attempt", json!("1")),
            ("window", json!({"from": "soon"})),
        ] {
            let mut other = entry();
            other[key] = value;
            assert_eq!(
                Entry::parse(&Entry::new(other).format()).unwrap_err().code(),
                "N33",
                "{key}"
            );
        }
        assert_eq!(Entry::parse(b"{").unwrap_err().code(), "N33");
    }

    #[test]
    fn newest_first() {
        let of = |from: &str, draw: &str, attempt: u64| {
            let mut value = entry();
            value["window"]["from"] = json!(from);
            value["draw"] = json!(draw);
            value["attempt"] = json!(attempt);
            Entry::new(value)
        };
        let mut all = [
            of("2025-01-01", "a", 1),
            of("2026-01-01", "b", 1),
            of("2026-01-01", "a", 1),
            of("2026-01-01", "a", 2),
        ];
        all.sort_by_cached_key(Entry::order);
        let order = all.iter().map(|one| (one.text("draw"), one.0["attempt"].as_u64().unwrap()));
        assert_eq!(order.collect::<Vec<_>>(), [("a", 2), ("a", 1), ("b", 1), ("a", 1)]);
    }
}
