//! Every key of the plan language, table by table: the reader knows no other, and `docs/plan-schema.json`, which editors
//! use, has the same ones (a test compares them).

/// The head of a quarter's file.
pub(super) const QUARTER_FILE: &[&str] = &[
    "format",
    "draw",
    "agency",
    "title",
    "window",
    "mode",
    "seal",
    "suite",
    "classes",
    "credit",
    "rules",
    "rehearsal",
    "beacon",
    "replacement",
    "standby",
    "slots",
    "task",
    "adjustment",
];
/// The head of a year's file.
pub(super) const YEAR_FILE: &[&str] = &[
    "format",
    "year",
    "agency",
    "title",
    "mode",
    "seal",
    "suite",
    "classes",
    "credit",
    "rules",
    "rehearsal",
    "beacon",
    "replacement",
    "standby",
    "slots",
    "quarter",
    "task",
    "adjustment",
];
/// `[seal]` of a quarter's file; a year's has the day of each opening in its quarter.
pub(super) const SEAL: &[&str] = &["opens", "by", "custodians", "threshold"];
/// `[seal]` of a year's file.
pub(super) const YEAR_SEAL: &[&str] = &["opens", "custodians", "threshold"];
/// `[[adjustment]]`.
pub(super) const ADJUSTMENT: &[&str] = &["path", "reason", "basis"];
/// `[[quarter]]`.
pub(super) const QUARTER: &[&str] =
    &["quarter", "draw", "title", "window", "lists", "sources", "opens_by"];
/// `window`.
pub(super) const WINDOW: &[&str] = &["from", "to"];
/// `credit`.
pub(super) const CREDIT: &[&str] = &["unrated", "stale_after_days"];
/// `[beacon]` of a quarter's file; a year's has the sources in its quarters.
pub(super) const BEACON: &[&str] = &["trust", "margin_s", "sources"];
/// `[beacon]` of a year's file.
pub(super) const YEAR_BEACON: &[&str] = &["trust", "margin_s"];
/// A beacon source of each kind, beside `kind`.
pub(super) const SOURCES: &[(&str, &[&str])] = &[
    ("drand", &["chain", "round", "at"]),
    ("nist2", &["chain", "pulse", "at"]),
    ("rfc3797", &["game", "issue", "at"]),
    ("digits", &["game", "issue", "at"]),
    ("dice", &["dice", "at"]),
    ("wit", &["name", "hash", "at"]),
];
/// `[replacement]`.
pub(super) const REPLACEMENT: &[&str] = &["subject", "inspector"];
/// A slot under `[slots]`.
pub(super) const SLOT: &[&str] = &["needs", "avoids", "role"];
/// `[[task]]`; `list` in a quarter's file, `serial` and `quarters` in a year's.
pub(super) const TASK: &[&str] = &[
    "list",
    "title",
    "matters",
    "type",
    "initiator",
    "partners",
    "unit",
    "method",
    "notice",
    "window",
    "scope",
    "exclude",
    "sample",
    "group",
    "slots",
    "reserve",
];
/// What a task of a year's file has in the place of `list`.
pub(super) const YEAR_TASK: &[&str] = &["serial", "quarters"];
/// `scope`.
pub(super) const SCOPE: &[&str] = &[
    "kind",
    "status",
    "region",
    "office",
    "area",
    "station",
    "industry",
    "tags_any",
    "tags_all",
    "tags_none",
    "register",
    "lists_any",
    "lists_none",
    "credit_class",
    "score_min",
    "score_max",
    "established_from",
    "established_to",
];
/// What an untargeted task may say about its scope.
pub(super) const UNTARGETED: &[&str] = &["kind", "status"];
/// Filters that tell a credit rating of everybody in the frame.
pub(super) const CREDIT_FILTERS: &[&str] = &["credit_class", "score_min", "score_max"];
/// `exclude`.
pub(super) const EXCLUDE: &[&str] = &[
    "drawn_within_days",
    "drawn_within_months",
    "visited_within_days",
    "visited_within_months",
    "key_supervised",
];
/// `sample`.
pub(super) const SAMPLE: &[&str] = &[
    "by",
    "ratio",
    "number",
    "weights",
    "weight",
    "per_officer",
    "dept",
    "all",
    "floor",
    "cap",
    "min",
    "max",
];
/// Tables of values for credit classes.
pub(super) const CLASSES: &[&str] = &["A", "B", "C", "D", "E"];
