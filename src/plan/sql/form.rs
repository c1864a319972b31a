//! Whether a cell of an engine's table is what an import would have kept: the canonical text of its column, which
//! `docs/registers.md` describes. Nothing is put right in the engine: whoever makes the view does that, and a cell that
//! is not canonical is told, never compared. NFC, the reality of a listing's days and lengths beyond those of places
//! are not asked: no engine's answer to a filter depends on them.

use super::engine::{end, has_match, integer, is_match, range};
use crate::draw::sql::Dialect;
use crate::record::ids::WEIGHT_MAX;
use crate::registry::status_wordings;

/// Control characters, and those that nobody sees.
const HIDDEN: &[(u32, u32)] = &[
    (0x01, 0x1f),
    (0x7f, 0x9f),
    (0xad, 0xad),
    (0x200b, 0x200f),
    (0x2028, 0x202e),
    (0x2060, 0x2060),
    (0x2066, 0x2069),
    (0xfeff, 0xfeff),
];
/// White space of Unicode beyond them.
const BLANK: &[(u32, u32)] = &[
    (0x20, 0x20),
    (0xa0, 0xa0),
    (0x1680, 0x1680),
    (0x2000, 0x200a),
    (0x202f, 0x202f),
    (0x205f, 0x205f),
    (0x3000, 0x3000),
];
/// Both.
const UNSEEN: &[(u32, u32)] = &[
    (0x01, 0x20),
    (0x7f, 0xa0),
    (0xad, 0xad),
    (0x1680, 0x1680),
    (0x2000, 0x200f),
    (0x2028, 0x202f),
    (0x205f, 0x2060),
    (0x2066, 0x2069),
    (0x3000, 0x3000),
    (0xfeff, 0xfeff),
];
/// What an import takes for separators, but for the one that canonical cells have.
const FOREIGN: &str = "；，,、";
/// Words by which files say that a cell is empty.
const NOTHING: &str = "无|--?|——?|/|空|暂无|null|NULL|#?N/A";
/// A day of the calendar, `YYYY-MM-DD`.
const DAY: &str = "[0-9]{4}-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)\
    |02-(0[1-9]|1[0-9]|2[0-8]))|([0-9]{2}(0[48]|[2468][048]|[13579][26])|([02468][048]|[13579][26])00)-02-29";
/// A list that a business is on, with its days if they are known.
const LISTING: &str = "(经营异常|严重违法|白名单|黑名单)(@[0-9]{4}-[0-9]{2}-[0-9]{2}[.]{2}([0-9]{4}-[0-9]{2}-[0-9]{2})?)?";

/// A column of the register of subjects that a query may read, in its order there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Column {
    Uscc,
    RegNo,
    OwnId,
    Kind,
    Region,
    Area,
    Station,
    Office,
    Industry,
    Status,
    CreditClass,
    CreditScore,
    Tags,
    Established,
    LastDrawn,
    KeyMatters,
    Lists,
}

impl Column {
    /// Its name in the register.
    pub(super) fn name(self) -> &'static str {
        match self {
            Column::Uscc => "uscc",
            Column::RegNo => "reg_no",
            Column::OwnId => "own_id",
            Column::Kind => "kind",
            Column::Region => "region",
            Column::Area => "area",
            Column::Station => "station",
            Column::Office => "office",
            Column::Industry => "industry",
            Column::Status => "status",
            Column::CreditClass => "credit_class",
            Column::CreditScore => "credit_score",
            Column::Tags => "tags",
            Column::Established => "established",
            Column::LastDrawn => "last_drawn",
            Column::KeyMatters => "key_matters",
            Column::Lists => "lists",
        }
    }

    /// The condition that a cell is not canonical; an empty one is, except where every row must have one.
    pub(super) fn malformed(self, dialect: Dialect) -> String {
        let text = self.name();
        let set = |set: &[(u32, u32)]| -> String {
            set.iter().map(|part| range(dialect, *part)).collect()
        };
        let (hidden, blank, unseen, end) = (set(HIDDEN), set(BLANK), set(UNSEEN), end(dialect));
        let filled = |condition: String| format!("{text} <> '' AND {condition}");
        let is = |pattern: &str| filled(format!("NOT {}", is_match(dialect, text, pattern)));
        let has = |pattern: &str| has_match(dialect, text, pattern);
        let wide = range(dialect, (0xff01, 0xff5e));
        let id = format!("[{unseen}{wide};,、]|^({NOTHING}){end}");
        let untidy = has(&format!("[{hidden}]|^[{blank}]|[{blank}]{end}"));
        match self {
            Column::Uscc => is("[0-9A-Z]{18}"),
            Column::RegNo => is("[0-9A-Z-]*[0-9A-Z][0-9A-Z-]*"),
            // A number that became a float has lost digits, or is about to.
            Column::OwnId => {
                has(&format!("{id}|^([0-9]{{6,}}[.]0*|[0-9]([.][0-9]+)?[eE][+][0-9]+){end}"))
            }
            Column::Region => has(&id),
            // A code with its section's letter begins with no division.
            Column::Industry => has(&format!("{id}|^[A-T][0-9]")),
            Column::Kind => format!("{text} = '' OR {untidy}"),
            // A wording for which an import would have put another word.
            Column::Status => {
                let other = is_match(dialect, text, &status_wordings());
                format!("{text} = '' OR {untidy} OR {other}")
            }
            Column::Office => untidy,
            Column::Area | Column::Station => {
                has(&format!("[{unseen}{FOREIGN};|{{}}]|^-{end}|.{{65}}"))
            }
            Column::CreditClass => is("[A-E]"),
            Column::CreditScore => {
                let large = format!("{} > {WEIGHT_MAX}", integer(dialect, text));
                format!("{} OR {large}", is("[1-9][0-9]{0,6}"))
            }
            Column::Established | Column::LastDrawn => is(DAY),
            // Empty items, and tags that other columns give.
            Column::Tags => filled(has(&format!(
                "[{unseen}{FOREIGN}|{{}}]|^({NOTHING}){end}|(^|;)(|-|(lead|dept|area|station)(:[^;]*)?)(;|{end})"
            ))),
            Column::KeyMatters => filled(has(&format!(
                "[{hidden}{FOREIGN}]|^({NOTHING}){end}|(^|;)([{blank}]|;|{end})|[{blank}](;|{end})"
            ))),
            Column::Lists => is(&format!("{LISTING}(;{LISTING})*")),
        }
    }
}
