//! Entries of the log: one canonical JSON object (RFC 8785) each, of a closed set of keys, so that nothing personal can
//! slip in: agencies, draws, matters, days, digests, public values. A commitment stands in clear, so that anybody can
//! count attempts; registers are digests with a salt, because a small register could be guessed.

use serde_json::{Value, json};

use super::commit::COMMIT_KEYS;
pub use super::commit::Commit;
use super::read::{agency, bad, day, digest, fields, name};
use super::tiles::ENTRY_BYTES_MAX;
use crate::base::digest::Digest;
use crate::base::finding::Finding;
use crate::base::json::{self, Object};
use crate::base::text::line_digest;
use crate::say;

/// One entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// When it was made, in seconds of UTC, as the log's own clock says. Only cosignatures prove a time.
    pub at: u64,
    /// What it says.
    pub body: Body,
}

/// What an entry says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    /// `register`: what the registers were on a day.
    Register(Registers),
    /// `commit`: a draw was bound.
    Commit(Commit),
    /// `beacon`: the public values, one string for each source in committed order.
    Beacon {
        /// C of the draw; so for the others.
        commitment: Digest,
        /// The beacon's strings.
        strings: Vec<String>,
    },
    /// `result`: the draw was made.
    Result {
        #[allow(missing_docs)]
        commitment: Digest,
        /// H(manifest.tsv).
        manifest: Digest,
    },
    /// `event`: something happened to the draw.
    Event(Event),
    /// `void`: the event that ended the draw, with its reason in clear.
    Void {
        /// The event.
        event: Event,
        /// One of the reasons of a void event.
        reason: String,
    },
    /// `open`: a sealed draw was opened.
    Open {
        #[allow(missing_docs)]
        commitment: Digest,
        /// H(opening.json).
        opening: Digest,
    },
}

/// An event of a draw, which is a file with a number; its content may stay closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Event {
    /// C of the draw.
    pub commitment: Digest,
    /// From 1, void events included.
    pub n: u64,
    /// H of the event's file.
    pub digest: Digest,
}

/// Registers of an agency as they were at the end of a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registers {
    /// Whose.
    pub agency: String,
    /// `YYYY-MM-DD`.
    pub day: String,
    /// By name.
    pub registers: Vec<RegisterState>,
}

/// One register.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegisterState {
    /// `subjects`, `inspectors` …
    pub register: String,
    /// How many rows it had.
    pub rows: u64,
    /// [`salted`] digest.
    pub digest: Digest,
}

/// The digest of a register that the log shows: HL("register", name, digest, salt) of SHA-256, with 32 random bytes of
/// salt that the office keeps and shows an auditor. Twenty recusals could be guessed from their digest alone.
pub fn salted(register: &str, digest: &Digest, salt: &Digest) -> Digest {
    line_digest(super::SUITE, "register", &[register, &digest.hex(), &salt.hex()])
}

impl Entry {
    /// Parses an entry.
    ///
    /// # Errors
    /// F01 or F05 if it is not canonical JSON, L12 naming the key.
    pub fn parse(bytes: &[u8]) -> Result<Self, Finding> {
        let value = json::parse(bytes)?;
        let top = Object::root(&value)?;
        if top.text("v")? != "dr1" {
            return Err(bad(&top, "v", say!("须为 dr1", "must be dr1")));
        }
        let kind = top.text("kind")?;
        let keys = match kind {
            "register" => REGISTER_KEYS,
            "commit" => COMMIT_KEYS,
            "beacon" => &["commitment", "strings"],
            "result" => &["commitment", "manifest"],
            "event" => &["commitment", "event", "n"],
            "void" => &["commitment", "event", "n", "reason"],
            "open" => &["commitment", "opening"],
            _ => {
                return Err(bad(
                    &top,
                    "kind",
                    say!("没有 {kind} 这种条目", "no entry is a {kind}"),
                ));
            }
        };
        top.only(&[&["v", "kind", "at"], keys].concat())?;
        let commitment = || digest(&top, "commitment");
        let event = || {
            let (commitment, digest) = (commitment()?, digest(&top, "event")?);
            let n = top.integer("n")?;
            match n {
                0 => Err(bad(&top, "n", say!("从 1 开始", "events are numbered from 1"))),
                _ => Ok(Event { commitment, n, digest }),
            }
        };
        let body = match kind {
            "register" => Body::Register(Registers::read(&top)?),
            "commit" => Body::Commit(Commit::read(&top)?),
            "beacon" => {
                Body::Beacon { commitment: commitment()?, strings: fields(&top, "strings")? }
            }
            "result" => {
                Body::Result { commitment: commitment()?, manifest: digest(&top, "manifest")? }
            }
            "event" => Body::Event(event()?),
            "void" => Body::Void { event: event()?, reason: name(&top, "reason")? },
            _ => Body::Open { commitment: commitment()?, opening: digest(&top, "opening")? },
        };
        Ok(Entry { at: top.integer("at")?, body })
    }

    /// The bytes of the entry.
    ///
    /// # Errors
    /// As [`Entry::parse`], if what it says has not the form of an entry; L10 if it has too many bytes.
    pub fn format(&self) -> Result<Vec<u8>, Finding> {
        let bytes = json::format(&self.to_json());
        if bytes.len() > ENTRY_BYTES_MAX {
            let n = bytes.len();
            let cause =
                say!("一条有 {n} 字节，上限 65535", "an entry has {n} bytes, at most 65535 fit");
            return Err(Finding::new("L10", cause));
        }
        Entry::parse(&bytes)?;
        Ok(bytes)
    }

    /// `register`, `commit` …
    pub fn kind(&self) -> &'static str {
        match &self.body {
            Body::Register(_) => "register",
            Body::Commit(_) => "commit",
            Body::Beacon { .. } => "beacon",
            Body::Result { .. } => "result",
            Body::Event(_) => "event",
            Body::Void { .. } => "void",
            Body::Open { .. } => "open",
        }
    }

    /// C of the draw that it is about; none of registers.
    pub fn commitment(&self) -> Option<Digest> {
        match &self.body {
            Body::Register(_) => None,
            Body::Commit(commit) => Some(commit.commitment),
            Body::Event(event) | Body::Void { event, .. } => Some(event.commitment),
            Body::Beacon { commitment, .. }
            | Body::Result { commitment, .. }
            | Body::Open { commitment, .. } => Some(*commitment),
        }
    }

    /// Whether both say the same, though perhaps at another time: a step that is repeated logs nothing new.
    pub fn same_as(&self, other: &Entry) -> bool {
        self.body == other.body
    }

    fn to_json(&self) -> Value {
        let mut value = match &self.body {
            Body::Register(registers) => registers.to_json(),
            Body::Commit(commit) => commit.to_json(),
            Body::Beacon { strings, .. } => json!({"strings": strings}),
            Body::Result { manifest, .. } => json!({"manifest": manifest.hex()}),
            Body::Event(event) => json!({"event": event.digest.hex(), "n": event.n}),
            Body::Void { event, reason } => {
                json!({"event": event.digest.hex(), "n": event.n, "reason": reason})
            }
            Body::Open { opening, .. } => json!({"opening": opening.hex()}),
        };
        value["v"] = json!("dr1");
        value["kind"] = json!(self.kind());
        value["at"] = json!(self.at);
        if let Some(commitment) = self.commitment() {
            value["commitment"] = json!(commitment.hex());
        }
        value
    }
}

const REGISTER_KEYS: &[&str] = &["agency", "day", "registers"];

impl Registers {
    fn read(top: &Object<'_>) -> Result<Self, Finding> {
        let read = |one: &Object<'_>| {
            one.only(&["register", "rows", "digest"])?;
            Ok(RegisterState {
                register: name(one, "register")?,
                rows: one.integer("rows")?,
                digest: digest(one, "digest")?,
            })
        };
        let registers: Vec<RegisterState> =
            top.objects("registers")?.iter().map(read).collect::<Result<_, Finding>>()?;
        if registers.is_empty() || !registers.windows(2).all(|w| w[0].register < w[1].register) {
            let cause = say!("须按名称排列，且不重复", "they must stand by name, none twice");
            return Err(bad(top, "registers", cause));
        }
        Ok(Registers { agency: agency(top)?, day: day(top, "day")?, registers })
    }

    fn to_json(&self) -> Value {
        let registers = self.registers.iter().map(
            |one| json!({"register": one.register, "rows": one.rows, "digest": one.digest.hex()}),
        );
        json!({"agency": self.agency, "day": self.day, "registers": registers.collect::<Value>()})
    }
}
