//! `commitment.json`: everything that decides the draw but the seed, fixed before the beacon.
//! Parsing checks every rule that one file alone can break.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::ids::tag_key;
use super::read::{choice, digest, name, root, root_json};
use super::source::{Source, Trust, check_sources};
use crate::base::date::parse_date;
use crate::base::digest::{Digest, Suite};
use crate::base::finding::Finding;
use crate::base::json::{self, Object};
use crate::base::merkle::Root;
use crate::say;

pub use super::list::{List, Method, Quota, Role, Slot, Stratum, is_tag_pattern, placeholders};

/// A parsed commitment.
#[derive(Clone, Debug, PartialEq)]
pub struct Commitment {
    /// The digest suite.
    pub suite: Suite,
    /// The draw's name.
    pub draw: String,
    /// The committing office.
    pub agency: String,
    /// The draw's title.
    pub title: String,
    /// `Some` if the draw is sealed.
    pub seal: Option<Seal>,
    /// From 1.
    pub attempt: u64,
    /// C of the attempt before; none for the first.
    pub prev: Option<Digest>,
    /// First and last day of the visits, `YYYY-MM-DD`.
    pub window: (String, String),
    /// Whether credit classes may be published.
    pub classes_public: bool,
    /// The lists, as committed.
    pub lists: Vec<List>,
    /// Root of `inspectors.tsv`.
    pub inspectors: Root,
    /// Root of `recusals.tsv`.
    pub recusals: Root,
    /// Root of `incompatible.tsv`.
    pub incompatible: Root,
    /// Root of `standby.tsv`, if there is one.
    pub standby: Option<Root>,
    /// The beacon's sources, in order of time.
    pub sources: Vec<Source>,
    /// Least seconds between publication and the earliest source.
    pub margin_s: u64,
    /// Who vouches for the beacon.
    pub trust: Trust,
    /// What replaces a subject: the next reserve, or nothing.
    pub subject_replaced: bool,
    /// What replaces an inspector: a fresh beacon, or the draw's own tickets.
    pub inspector_by_beacon: bool,
    /// Name and version of the program that committed.
    pub engine: (String, String),
    /// A rehearsal binds nobody: every notice and verifier says so.
    pub rehearsal: bool,
    /// Optional keys that verifiers ignore: registers, plan, counts of exclusions.
    pub notes: Map<String, Value>,
}

/// What a sealed draw promises about its opening.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seal {
    /// HL("master", hex of the secret).
    pub master: Digest,
    /// Opened to everybody, or to an auditor alone.
    pub opens_to_public: bool,
    /// The day by which it opens, `YYYY-MM-DD`.
    pub by: String,
}

impl Commitment {
    /// Parses the bytes of `commitment.json`.
    ///
    /// # Errors
    /// F01, F05, C01 or B01–B04, at the first thing that is not as it must be.
    pub fn parse(bytes: &[u8]) -> Result<Self, Finding> {
        Self::read(&json::parse(bytes)?)
    }

    /// Reads a parsed object, as it stands in a file or a receipt.
    ///
    /// # Errors
    /// As [`Commitment::parse`].
    pub fn read(value: &Value) -> Result<Self, Finding> {
        let top = Object::root(value)?;
        choice(&top, "v", &[("dr1", ())])?;
        let suite = choice(&top, "suite", &[("sha256", Suite::Sha256), ("sm3", Suite::Sm3)])?;
        let sealed = choice(&top, "mode", &[("open", false), ("sealed", true)])?;
        if !sealed {
            top.without(&["seal"])?;
        }
        let attempt = top.integer("attempt")?;
        let prev = match top.text("prev")? {
            "-" => None,
            _ => Some(digest(&top, "prev")?),
        };
        if attempt == 0 || (attempt == 1) != prev.is_none() {
            return Err(top.breach(
                "prev",
                say!(
                    "首次抽取的 prev 须为 -，其后须为上一次承诺的摘要",
                    "prev is - exactly when attempt is 1"
                ),
            ));
        }
        let beacon = top.object("beacon")?;
        let replacement = top.object("replacement")?;
        let engine = top.object("engine")?;
        let commitment = Commitment {
            suite,
            draw: name(&top, "draw")?,
            agency: top.text("agency")?.to_owned(),
            title: top.text("title")?.to_owned(),
            seal: sealed.then(|| Seal::read(&top.object("seal")?)).transpose()?,
            attempt,
            prev,
            window: window(&top.object("window")?)?,
            classes_public: choice(&top, "classes", &[("public", true), ("internal", false)])?,
            lists: top.objects("lists")?.iter().map(List::read).collect::<Result<_, _>>()?,
            inspectors: root(&top.object("inspectors")?)?,
            recusals: root(&top.object("recusals")?)?,
            incompatible: root(&top.object("incompatible")?)?,
            standby: if top.has("standby") { Some(root(&top.object("standby")?)?) } else { None },
            sources: beacon
                .objects("sources")?
                .iter()
                .map(Source::read)
                .collect::<Result<_, _>>()?,
            margin_s: beacon.integer("margin_s")?,
            trust: choice(
                &beacon,
                "trust",
                &[("public", Trust::Public), ("witnessed", Trust::Witnessed)],
            )?,
            subject_replaced: choice(&replacement, "subject", &[("next", true), ("none", false)])?,
            inspector_by_beacon: choice(
                &replacement,
                "inspector",
                &[("beacon", true), ("next", false)],
            )?,
            engine: (engine.text("name")?.to_owned(), engine.text("version")?.to_owned()),
            rehearsal: value.get("rehearsal") == Some(&Value::Bool(true)),
            notes: top.others(TOP_KEYS),
        };
        check_sources(&commitment.sources, commitment.trust)?;
        commitment.check_lists(&top)?;
        Ok(commitment)
    }

    fn check_lists(&self, top: &Object<'_>) -> Result<(), Finding> {
        let mut names = BTreeSet::new();
        if !self.lists.iter().all(|list| names.insert(list.list.to_ascii_lowercase())) {
            return Err(top.breach(
                "lists",
                say!("任务名重复（不计大小写）", "two lists have one name, ignoring case"),
            ));
        }
        if self.lists.is_empty() {
            return Err(
                top.breach("lists", say!("至少须有一个任务", "there must be at least one list"))
            );
        }
        if self.seal.is_some()
            && self.lists.iter().any(|list| matches!(list.method, Method::Pareto { .. }))
        {
            return Err(top.breach(
                "lists",
                say!("保密抽取不得按个体权重抽取", "pareto is for open draws only"),
            ));
        }
        Ok(())
    }

    /// The object of `commitment.json`.
    pub fn to_json(&self) -> Value {
        let mut top = self.notes.clone();
        let mut put = |key: &str, value: Value| top.insert(key.to_owned(), value);
        put("v", json!("dr1"));
        put("suite", json!(self.suite.name()));
        put("draw", json!(self.draw));
        put("agency", json!(self.agency));
        put("title", json!(self.title));
        put("mode", json!(if self.seal.is_some() { "sealed" } else { "open" }));
        put("attempt", json!(self.attempt));
        put("prev", json!(self.prev.map_or_else(|| "-".to_owned(), |c| c.hex())));
        put("window", json!({"from": self.window.0, "to": self.window.1}));
        put("classes", json!(if self.classes_public { "public" } else { "internal" }));
        put("lists", self.lists.iter().map(List::to_json).collect());
        put("inspectors", root_json(&self.inspectors));
        put("recusals", root_json(&self.recusals));
        put("incompatible", root_json(&self.incompatible));
        if let Some(standby) = &self.standby {
            put("standby", root_json(standby));
        }
        let sources: Vec<Value> = self.sources.iter().map(Source::to_json).collect();
        put(
            "beacon",
            json!({"sources": sources, "margin_s": self.margin_s, "trust": self.trust.name()}),
        );
        let subject = if self.subject_replaced { "next" } else { "none" };
        let inspector = if self.inspector_by_beacon { "beacon" } else { "next" };
        put("replacement", json!({"subject": subject, "inspector": inspector}));
        put("engine", json!({"name": self.engine.0, "version": self.engine.1}));
        if let Some(seal) = &self.seal {
            let opens = if seal.opens_to_public { "public" } else { "auditor" };
            put("seal", json!({"master": seal.master.hex(), "opens": opens, "by": seal.by}));
        }
        if self.rehearsal {
            put("rehearsal", json!(true));
        }
        Value::Object(top)
    }

    /// The bytes of `commitment.json`.
    pub fn format(&self) -> Vec<u8> {
        json::format(&self.to_json())
    }

    /// Whether the draw is sealed.
    pub fn sealed(&self) -> bool {
        self.seal.is_some()
    }

    /// The time of the earliest source, seconds of UTC.
    pub fn earliest_source_at(&self) -> u64 {
        self.sources.first().map_or(0, Source::at)
    }

    /// Rows of all frames together, as the commitment has them; a hostile one may have more than a number holds.
    pub fn rows(&self) -> u64 {
        self.lists.iter().fold(0, |rows, list| rows.saturating_add(list.frame.n))
    }

    /// The lists ordered by name, as files and visits order them.
    pub fn lists_by_name(&self) -> Vec<&List> {
        let mut lists: Vec<&List> = self.lists.iter().collect();
        lists.sort_by(|a, b| a.list.cmp(&b.list));
        lists
    }

    /// The list of that name.
    pub fn list(&self, name: &str) -> Option<&List> {
        self.lists.iter().find(|list| list.list == name)
    }
}

/// The tags that slots refer to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TagUse {
    /// Keys of subjects' tags that fill placeholders.
    pub keys: BTreeSet<String>,
    /// Keys of inspectors' tags that are compared after a placeholder was filled.
    pub placeholder_tag_keys: BTreeSet<String>,
    /// Inspectors' tags that are named whole.
    pub tags: BTreeSet<String>,
}

impl TagUse {
    /// The tags that these slots refer to.
    pub fn of<'a>(slots: impl IntoIterator<Item = &'a Slot>) -> TagUse {
        let mut used = TagUse::default();
        for tag in slots.into_iter().flat_map(|slot| slot.needs.iter().chain(&slot.avoids)) {
            match placeholders(tag) {
                Some(keys) if !keys.is_empty() => {
                    used.keys.extend(keys.into_iter().map(str::to_owned));
                    used.placeholder_tag_keys.insert(tag_key(tag).to_owned());
                }
                _ => drop(used.tags.insert(tag.clone())),
            }
        }
        used
    }

    /// Whether a slot can depend on this tag of an inspector.
    pub fn concerns_inspector(&self, tag: &str) -> bool {
        self.tags.contains(tag) || self.placeholder_tag_keys.contains(tag_key(tag))
    }

    /// Whether a slot can depend on this tag of a subject.
    pub fn concerns_subject(&self, tag: &str) -> bool {
        tag.split_once(':').is_some_and(|(key, _)| self.keys.contains(key))
    }
}

impl Seal {
    fn read(seal: &Object<'_>) -> Result<Self, Finding> {
        let by = seal.text("by")?;
        if parse_date(by).is_none() {
            return Err(seal.breach("by", say!("须为日期 YYYY-MM-DD", "must be a date YYYY-MM-DD")));
        }
        Ok(Seal {
            master: digest(seal, "master")?,
            opens_to_public: choice(seal, "opens", &[("public", true), ("auditor", false)])?,
            by: by.to_owned(),
        })
    }
}

const TOP_KEYS: &[&str] = &[
    "v",
    "suite",
    "draw",
    "agency",
    "title",
    "mode",
    "attempt",
    "prev",
    "window",
    "classes",
    "lists",
    "inspectors",
    "recusals",
    "incompatible",
    "standby",
    "beacon",
    "replacement",
    "seal",
    "engine",
    "rehearsal",
];

fn window(window: &Object<'_>) -> Result<(String, String), Finding> {
    let day = |key: &str| {
        let text = window.text(key)?;
        match parse_date(text) {
            Some(date) => Ok((date, text.to_owned())),
            None => {
                Err(window.breach(key, say!("须为日期 YYYY-MM-DD", "must be a date YYYY-MM-DD")))
            }
        }
    };
    let ((from, from_text), (to, to_text)) = (day("from")?, day("to")?);
    if from > to {
        return Err(
            window.breach("to", say!("窗口的结束早于开始", "the window ends before it begins"))
        );
    }
    Ok((from_text, to_text))
}
