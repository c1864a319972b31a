//! `events/NNNN.json` (`docs/protocol.md` §4.5): what happened after the freeze, write-once and chained by digests.
//! An event says what happened, to whom and why, and which public value decides what follows from it, before that
//! value is known. What follows is computed, never chosen.

use serde_json::{Value, json};

use super::drand::QUICKNET;
use super::ids::{CAPACITY_MAX, Iid, Sid};
use super::read::{choice, digest, name};
use super::source::Source;
use crate::base::digest::Digest;
use crate::base::finding::Finding;
use crate::base::json::{self, Object};
use crate::say;

pub use super::event_kind::{Kind, Reason, reasons};

/// One event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// From 1.
    pub n: u64,
    /// H of the event file before; none for the first.
    pub prev: Option<Digest>,
    /// What happened, and whom it concerns.
    pub what: What,
    /// Seconds of UTC.
    pub at: u64,
    /// Why: one of the reasons of the kind.
    pub reason: String,
    /// Who recorded it.
    pub by: String,
    /// Who approved it; `-` if nobody.
    pub approver: String,
    /// Digest of the evidence, if there is any.
    pub evidence: Option<Digest>,
    /// More about it, in words.
    pub note: Option<String>,
    /// The public values, not known yet, that decide who replaces whom; empty if nothing is to be decided by them.
    pub beacon: Vec<Source>,
    /// In sealed draws, and only there: random, so that the file's digest can be published before the opening.
    pub salt: Option<Digest>,
}

/// What happened, with what it concerns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// The draw is void.
    Void,
    /// The staff grows.
    Staff(Growth),
    /// `closed`, `moved` or `refused`: what an inspection found.
    Subject(Kind, Sid),
    /// `recused`, `leave` or `certificate`: this inspector does not make these visits, in their order.
    Inspector(Kind, Iid, Vec<Sid>),
    /// A record is corrected: that of the event with this number.
    Correct(u64),
    /// A sealed draw is opened.
    Open,
}

/// How the staff grows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Growth {
    /// All capacities by so much.
    Raise(u32),
    /// By these inspectors of `standby.tsv`, in their order.
    Add(Vec<Iid>),
}

/// The keys that some kind of event has: each stands exactly where its kind asks for it.
const KEYS: &[&str] = &["sid", "iid", "visits", "raise", "add", "event"];

impl What {
    /// The kind.
    pub fn kind(&self) -> Kind {
        match self {
            What::Void => Kind::Void,
            What::Staff(_) => Kind::Staff,
            What::Subject(kind, _) | What::Inspector(kind, ..) => *kind,
            What::Correct(_) => Kind::Correct,
            What::Open => Kind::Open,
        }
    }

    fn read(top: &Object<'_>) -> Result<Self, Finding> {
        let kinds: Vec<(&str, Kind)> = Kind::ALL.iter().map(|kind| (kind.name(), *kind)).collect();
        let kind = choice(top, "kind", &kinds)?;
        let (what, own): (What, &[&str]) = match kind {
            Kind::Void => (What::Void, &[]),
            Kind::Open => (What::Open, &[]),
            Kind::Staff if top.has("raise") => (What::Staff(Growth::raise(top)?), &["raise"]),
            Kind::Staff => {
                let add = ids(top, "add", Iid::parse)?;
                (What::Staff(Growth::Add(not_empty(top, "add", add)?)), &["add"])
            }
            Kind::Closed | Kind::Moved | Kind::Refused => {
                let sid = id(top, "sid", top.text("sid")?, Sid::parse)?;
                (What::Subject(kind, sid), &["sid"])
            }
            Kind::Recused | Kind::Leave | Kind::Certificate => {
                let iid = id(top, "iid", top.text("iid")?, Iid::parse)?;
                let mut visits = ids(top, "visits", Sid::parse)?;
                if kind == Kind::Recused {
                    visits = not_empty(top, "visits", visits)?;
                }
                (What::Inspector(kind, iid, visits), &["iid", "visits"])
            }
            Kind::Correct => {
                top.text("note")?;
                (What::Correct(top.integer("event")?), &["event"])
            }
        };
        let others: Vec<&str> = KEYS.iter().filter(|key| !own.contains(key)).copied().collect();
        top.without(&others)?;
        Ok(what)
    }

    fn put(&self, value: &mut Value) {
        match self {
            What::Void | What::Open => {}
            What::Staff(Growth::Raise(n)) => value["raise"] = json!(n),
            What::Staff(Growth::Add(iids)) => {
                value["add"] = iids.iter().map(Iid::as_str).collect();
            }
            What::Subject(_, sid) => value["sid"] = json!(sid.as_str()),
            What::Inspector(_, iid, visits) => {
                value["iid"] = json!(iid.as_str());
                value["visits"] = visits.iter().map(Sid::as_str).collect();
            }
            What::Correct(n) => value["event"] = json!(n),
        }
    }
}

impl Growth {
    fn raise(top: &Object<'_>) -> Result<Self, Finding> {
        match top.integer("raise")? {
            n @ 1..=CAPACITY_MAX => {
                Ok(Growth::Raise(u32::try_from(n).expect("bug: a capacity is small")))
            }
            _ => Err(top
                .breach("raise", say!("须为 1 至 {CAPACITY_MAX}", "must be 1 to {CAPACITY_MAX}"))),
        }
    }
}

impl Event {
    /// The path of the event with this number.
    pub fn path(n: u64) -> String {
        format!("events/{n:04}.json")
    }

    /// The path of a file among the results of the event with this number.
    pub fn result_path(n: u64, file: &str) -> String {
        format!("events/{n:04}/{file}")
    }

    /// The kind.
    pub fn kind(&self) -> Kind {
        self.what.kind()
    }

    /// Parses the bytes of an event file.
    ///
    /// # Errors
    /// F01, F05, C01 or B04.
    pub fn parse(bytes: &[u8]) -> Result<Self, Finding> {
        let value = json::parse_line(bytes)?;
        let top = Object::root(&value)?;
        let optional = |key: &str| match top.text(key)? {
            "-" => Ok(None),
            text => match Digest::from_hex(text) {
                Some(digest) => Ok(Some(digest)),
                None => Err(top.breach(key, say!("须为摘要或 -", "must be a digest or -"))),
            },
        };
        let beacon = match top.has("beacon") {
            false => Vec::new(),
            true => {
                let sources = top.objects("beacon")?;
                not_empty(&top, "beacon", sources)?
                    .iter()
                    .map(Source::read)
                    .collect::<Result<_, _>>()?
            }
        };
        Ok(Event {
            n: top.integer("n")?,
            prev: optional("prev")?,
            what: What::read(&top)?,
            at: top.integer("at")?,
            reason: name(&top, "reason")?,
            by: top.text("by")?.to_owned(),
            approver: top.text("approver")?.to_owned(),
            evidence: optional("evidence")?,
            note: if top.has("note") { Some(top.text("note")?.to_owned()) } else { None },
            beacon,
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
            "n": self.n, "prev": dash(self.prev), "kind": self.kind().name(), "at": self.at,
            "reason": self.reason, "by": self.by, "approver": self.approver,
            "evidence": dash(self.evidence),
        });
        self.what.put(&mut value);
        if !self.beacon.is_empty() {
            value["beacon"] = self.beacon.iter().map(Source::to_json).collect();
        }
        if let Some(note) = &self.note {
            value["note"] = json!(note);
        }
        if let Some(salt) = self.salt {
            value["salt"] = json!(salt.hex());
        }
        json::format_line(&value)
    }
}

/// The drand source that decides an event of this time: the first round at or after `at` + `margin_s`.
pub fn first_round(at: u64, margin_s: u64) -> Source {
    let round = QUICKNET.round_at(at.saturating_add(margin_s));
    Source::Drand { chain: QUICKNET.chain.to_owned(), round }
}

fn id<T>(
    top: &Object<'_>,
    key: &str,
    text: &str,
    parse: fn(&str) -> Result<T, Finding>,
) -> Result<T, Finding> {
    parse(text).map_err(|_| top.breach(key, say!("“{text}” 不是编号", "\"{text}\" is no id")))
}

/// Ids in their order, none twice.
fn ids<T: Ord>(
    top: &Object<'_>,
    key: &str,
    parse: fn(&str) -> Result<T, Finding>,
) -> Result<Vec<T>, Finding> {
    let texts = top.texts(key)?;
    let ids: Vec<T> =
        texts.into_iter().map(|text| id(top, key, text, parse)).collect::<Result<_, _>>()?;
    match ids.windows(2).all(|pair| pair[0] < pair[1]) {
        true => Ok(ids),
        false => Err(top.breach(key, say!("须有序且不重复", "must be in order, none twice"))),
    }
}

fn not_empty<T>(top: &Object<'_>, key: &str, items: Vec<T>) -> Result<Vec<T>, Finding> {
    match items.is_empty() {
        false => Ok(items),
        true => Err(top.breach(key, say!("不得为空", "must not be empty"))),
    }
}
