//! `events/NNNN.json`: what happened after the freeze, write-once and chained by digests.
//! This version makes and checks `void`; of later kinds it checks the chain.

use serde_json::{Value, json};

use super::read::{choice, digest, name};
use crate::base::digest::Digest;
use crate::base::finding::Finding;
use crate::base::json::{self, Object};
use crate::say;

/// The kinds of events.
pub const KINDS: &[&str] = &[
    "void",
    "staff",
    "closed",
    "moved",
    "refused",
    "recused",
    "leave",
    "certificate",
    "correct",
    "open",
];

/// Why a draw may be voided: code, Chinese, English. A reason is a closed choice; whatever else there is to
/// say stands in the note.
pub const VOID_REASONS: &[(&str, &str, &str)] = &[
    ("register_error", "名录有误", "a register was wrong"),
    ("plan_error", "计划有误", "the plan was wrong"),
    ("beacon_error", "信标有误", "the beacon was wrong"),
    ("superior_order", "上级要求", "ordered from above"),
    ("other", "其他", "other, see the note"),
];

/// One event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// From 1.
    pub n: u64,
    /// H of the event file before; none for the first.
    pub prev: Option<Digest>,
    /// One of [`KINDS`].
    pub kind: &'static str,
    /// Seconds of UTC.
    pub at: u64,
    /// Why.
    pub reason: String,
    /// Who did it.
    pub by: String,
    /// Who approved it.
    pub approver: String,
    /// Digest of the evidence, if there is any.
    pub evidence: Option<Digest>,
    /// More about it, in words.
    pub note: Option<String>,
    /// In sealed draws, and only there: random, so that the file's digest can be published before the opening.
    pub salt: Option<Digest>,
}

impl Event {
    /// The path of the event with this number.
    pub fn path(n: u64) -> String {
        format!("events/{n:04}.json")
    }

    /// Parses the bytes of an event file.
    ///
    /// # Errors
    /// F01, F05 or C01.
    pub fn parse(bytes: &[u8]) -> Result<Self, Finding> {
        let value = json::parse_line(bytes)?;
        let top = Object::root(&value)?;
        let kinds: Vec<(&'static str, &'static str)> =
            KINDS.iter().map(|kind| (*kind, *kind)).collect();
        let optional = |key: &str| match top.text(key)? {
            "-" => Ok(None),
            text => match Digest::from_hex(text) {
                Some(digest) => Ok(Some(digest)),
                None => Err(top.breach(key, say!("须为摘要或 -", "must be a digest or -"))),
            },
        };
        Ok(Event {
            n: top.integer("n")?,
            prev: optional("prev")?,
            kind: choice(&top, "kind", &kinds)?,
            at: top.integer("at")?,
            reason: name(&top, "reason")?,
            by: top.text("by")?.to_owned(),
            approver: top.text("approver")?.to_owned(),
            evidence: optional("evidence")?,
            note: if top.has("note") { Some(top.text("note")?.to_owned()) } else { None },
            salt: match top.has("salt") {
                true => Some(digest(&top, "salt")?),
                false => None,
            },
        })
    }

    /// The bytes of an event file.
    pub fn format(&self) -> Vec<u8> {
        let dash =
            |digest: Option<Digest>| digest.map_or_else(|| "-".to_owned(), |digest| digest.hex());
        let mut value: Value = json!({
            "n": self.n, "prev": dash(self.prev), "kind": self.kind, "at": self.at, "reason": self.reason,
            "by": self.by, "approver": self.approver, "evidence": dash(self.evidence),
        });
        if let Some(note) = &self.note {
            value["note"] = json!(note);
        }
        if let Some(salt) = self.salt {
            value["salt"] = json!(salt.hex());
        }
        json::format_line(&value)
    }
}
