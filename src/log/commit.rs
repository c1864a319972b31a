//! The entry of a commitment: as much of it as counts attempts, and tells by when it had to be public.

use serde_json::{Value, json};

use super::read::{agency, bad, controls, day, digest, field, name};
use crate::base::digest::{Digest, Suite};
use crate::base::finding::Finding;
use crate::base::json::Object;
use crate::say;

/// A commitment, as much of it as counts attempts and tells when it had to be public.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commit {
    /// The committing office.
    pub agency: String,
    /// The draw's name.
    pub draw: String,
    /// C.
    pub commitment: Digest,
    /// The suite of C.
    pub suite: Suite,
    /// From 1.
    pub attempt: u64,
    /// C of the attempt before; none for the first.
    pub prev: Option<Digest>,
    /// All matters of its lists, sorted, none twice.
    pub matters: Vec<String>,
    /// First and last day of the visits, `YYYY-MM-DD`.
    pub window: (String, String),
    /// What stands before the value in each beacon string, without its last colon, and the value's time in seconds of
    /// UTC; in order of time.
    pub sources: Vec<(String, u64)>,
    /// Least seconds between publication and the earliest source.
    pub margin_s: u64,
    /// A rehearsal binds nobody and counts for nothing.
    pub rehearsal: bool,
}

impl Commit {
    /// The last moment at which witnesses must have seen it, in seconds of UTC.
    pub fn due_s(&self) -> u64 {
        self.earliest_s().saturating_sub(self.margin_s)
    }

    /// Whether a drand round is among its sources: it proves its time by its number, and nobody knew its value before. The
    /// times of all others are declared.
    pub fn has_round(&self) -> bool {
        self.sources.iter().any(|(source, _)| source.starts_with("drand:"))
    }

    /// When the earliest value becomes known, in seconds of UTC.
    pub fn earliest_s(&self) -> u64 {
        self.sources.first().map_or(0, |(_, at)| *at)
    }
}

pub(super) const COMMIT_KEYS: &[&str] = &[
    "agency",
    "attempt",
    "beacon",
    "commitment",
    "draw",
    "margin_s",
    "matters",
    "prev",
    "rehearsal",
    "suite",
    "window",
];

impl Commit {
    pub(super) fn read(top: &Object<'_>) -> Result<Self, Finding> {
        let attempt = top.integer("attempt")?;
        let prev = match top.text("prev")? {
            "-" => None,
            _ => Some(digest(top, "prev")?),
        };
        if attempt == 0 || (attempt == 1) != prev.is_none() {
            let cause = say!("首次为 -，其后为上一次的摘要", "prev is - exactly when attempt is 1");
            return Err(bad(top, "prev", cause));
        }
        let matters: Vec<String> = top.texts("matters")?.into_iter().map(str::to_owned).collect();
        let ordered = matters.windows(2).all(|pair| pair[0] < pair[1]);
        if matters.is_empty() || !ordered || matters.iter().any(|matter| controls(matter)) {
            let cause = say!(
                "至少一项，按次序排列，不重复，无控制字符",
                "there is at least one; they stand in order, none twice, without control characters"
            );
            return Err(bad(top, "matters", cause));
        }
        let window = top.object("window")?;
        window.only(&["from", "to"])?;
        let window_days = (day(&window, "from")?, day(&window, "to")?);
        if window_days.0 > window_days.1 {
            let cause = say!("窗口的结束早于开始", "the window ends before it begins");
            return Err(bad(&window, "to", cause));
        }
        let Some(suite) = Suite::from_name(top.text("suite")?) else {
            return Err(bad(top, "suite", say!("须为 sha256 或 sm3", "must be sha256 or sm3")));
        };
        Ok(Commit {
            agency: agency(top)?,
            draw: name(top, "draw")?,
            commitment: digest(top, "commitment")?,
            suite,
            attempt,
            prev,
            matters,
            window: window_days,
            sources: sources(top)?,
            margin_s: top.integer("margin_s")?,
            rehearsal: match top.has("rehearsal") {
                true if !top.flag("rehearsal")? => {
                    let cause = say!("须为 true 或没有这个键", "must be true, or not be there");
                    return Err(bad(top, "rehearsal", cause));
                }
                there => there,
            },
        })
    }

    pub(super) fn to_json(&self) -> Value {
        let beacon = self.sources.iter().map(|(source, at)| json!({"source": source, "at": at}));
        let mut value = json!({
            "agency": self.agency, "draw": self.draw, "suite": self.suite.name(), "attempt": self.attempt,
            "prev": self.prev.map_or_else(|| "-".to_owned(), |prev| prev.hex()), "matters": self.matters,
            "window": {"from": self.window.0, "to": self.window.1}, "beacon": beacon.collect::<Value>(),
            "margin_s": self.margin_s,
        });
        if self.rehearsal {
            value["rehearsal"] = json!(true);
        }
        value
    }
}

fn sources(top: &Object<'_>) -> Result<Vec<(String, u64)>, Finding> {
    let read = |one: &Object<'_>| {
        one.only(&["source", "at"])?;
        Ok((field(one, "source")?, one.integer("at")?))
    };
    let sources: Vec<(String, u64)> =
        top.objects("beacon")?.iter().map(read).collect::<Result<_, Finding>>()?;
    if sources.is_empty() || !sources.windows(2).all(|pair| pair[0].1 < pair[1].1) {
        let cause = say!("至少一个来源，按时间排列", "there is at least one source; times ascend");
        return Err(bad(top, "beacon", cause));
    }
    Ok(sources)
}
