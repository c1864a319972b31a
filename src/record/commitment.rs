//! `commitment.json`: everything that decides the draw but the seed, fixed before the beacon.
//! Parsing checks every rule that one file alone can break.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::beacon::{Source, Trust, check_sources};
use super::ids::{
    SLOTS_PER_VISIT_MAX, WEIGHT_MAX, WEIGHT_SUM_MAX, is_name, is_placeholder_key, is_tag,
};
use crate::base::date::parse_date;
use crate::base::digest::{Digest, Suite};
use crate::base::finding::Finding;
use crate::base::json::{self, Object};
use crate::base::merkle::Root;
use crate::base::text::is_field;
use crate::say;

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

/// One list: a task's draw.
#[derive(Clone, Debug, PartialEq)]
pub struct List {
    /// Its name, which names files.
    pub list: String,
    /// Its title.
    pub title: String,
    /// The matters inspected.
    pub matters: Vec<String>,
    /// The ticket group.
    pub group: String,
    /// How subjects are selected.
    pub method: Method,
    /// Root of the frame.
    pub frame: Root,
    /// The strata, as committed.
    pub strata: Vec<Stratum>,
    /// How many ranks after the drawn ones stand by.
    pub reserve: u64,
    /// The slots of a visit for this list.
    pub slots: Vec<Slot>,
    /// Optional keys that verifiers ignore: base and exclusions.
    pub notes: Map<String, Value>,
}

/// The selection methods of `docs/protocol.md`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// n per stratum.
    Fixed,
    /// n for the list, strata weighted.
    Proportional {
        /// The list's sample size.
        n: u64,
    },
    /// n for the list, subjects weighted; open draws only.
    Pareto {
        /// The list's sample size.
        n: u64,
    },
}

impl Method {
    /// The method's name in commitments.
    pub fn name(self) -> &'static str {
        match self {
            Method::Fixed => "fixed",
            Method::Proportional { .. } => "proportional",
            Method::Pareto { .. } => "pareto",
        }
    }
}

/// A stratum of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stratum {
    /// Its name.
    pub stratum: String,
    /// N: its size in the frame.
    pub size: u64,
    /// `fixed`: how many are drawn. `proportional`: each subject's weight. `pareto`: none.
    pub quota: Quota,
}

/// What a stratum's sample follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quota {
    /// So many are drawn.
    Count(u64),
    /// Every subject of the stratum weighs this.
    Weight(u64),
    /// Every subject has a weight of its own.
    Own,
}

/// Who may take a slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// 执法检查人员.
    Inspector,
    /// 专家: never counts towards the two inspectors of a visit.
    Expert,
}

/// A place in the team of a visit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slot {
    /// Its name, unique in the list.
    pub slot: String,
    /// Inspector or expert.
    pub role: Role,
    /// Tags one must have, placeholders allowed.
    pub needs: Vec<String>,
    /// Tags one must not have, placeholders allowed.
    pub avoids: Vec<String>,
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
        let suite = choice(
            &top,
            "suite",
            &[("sha256", Suite::Sha256), ("sm3", Suite::Sm3)],
        )?;
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
            seal: sealed
                .then(|| Seal::read(&top.object("seal")?))
                .transpose()?,
            attempt,
            prev,
            window: window(&top.object("window")?)?,
            classes_public: choice(&top, "classes", &[("public", true), ("internal", false)])?,
            lists: top
                .objects("lists")?
                .iter()
                .map(List::read)
                .collect::<Result<_, _>>()?,
            inspectors: root(&top.object("inspectors")?)?,
            recusals: root(&top.object("recusals")?)?,
            incompatible: root(&top.object("incompatible")?)?,
            standby: if top.has("standby") {
                Some(root(&top.object("standby")?)?)
            } else {
                None
            },
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
            engine: (
                engine.text("name")?.to_owned(),
                engine.text("version")?.to_owned(),
            ),
            rehearsal: top.flag("rehearsal")?,
            notes: top.others(TOP_KEYS),
        };
        check_sources(&commitment.sources, commitment.trust)?;
        commitment.check_lists(&top)?;
        Ok(commitment)
    }

    fn check_lists(&self, top: &Object<'_>) -> Result<(), Finding> {
        let mut names = BTreeSet::new();
        if !self
            .lists
            .iter()
            .all(|list| names.insert(list.list.to_ascii_lowercase()))
        {
            return Err(top.breach(
                "lists",
                say!(
                    "任务名重复（不计大小写）",
                    "two lists have one name, ignoring case"
                ),
            ));
        }
        if self.lists.is_empty() {
            return Err(top.breach(
                "lists",
                say!("至少须有一个任务", "there must be at least one list"),
            ));
        }
        if self.seal.is_some()
            && self
                .lists
                .iter()
                .any(|list| matches!(list.method, Method::Pareto { .. }))
        {
            return Err(top.breach(
                "lists",
                say!(
                    "保密抽取不得按个体权重抽取",
                    "pareto is for open draws only"
                ),
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
        put(
            "mode",
            json!(if self.seal.is_some() {
                "sealed"
            } else {
                "open"
            }),
        );
        put("attempt", json!(self.attempt));
        put(
            "prev",
            json!(self.prev.map_or_else(|| "-".to_owned(), |c| c.hex())),
        );
        put(
            "window",
            json!({"from": self.window.0, "to": self.window.1}),
        );
        put(
            "classes",
            json!(if self.classes_public {
                "public"
            } else {
                "internal"
            }),
        );
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
        let subject = if self.subject_replaced {
            "next"
        } else {
            "none"
        };
        let inspector = if self.inspector_by_beacon {
            "beacon"
        } else {
            "next"
        };
        put(
            "replacement",
            json!({"subject": subject, "inspector": inspector}),
        );
        put(
            "engine",
            json!({"name": self.engine.0, "version": self.engine.1}),
        );
        if let Some(seal) = &self.seal {
            let opens = if seal.opens_to_public {
                "public"
            } else {
                "auditor"
            };
            put(
                "seal",
                json!({"master": seal.master.hex(), "opens": opens, "by": seal.by}),
            );
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

    /// All keys of placeholders and all plain tags that the slots of the draw refer to.
    pub fn tags_referred_to(&self) -> TagUse {
        let mut used = TagUse::default();
        for tag in self
            .lists
            .iter()
            .flat_map(|list| &list.slots)
            .flat_map(|slot| slot.needs.iter().chain(&slot.avoids))
        {
            match placeholders(tag) {
                Some(keys) if !keys.is_empty() => {
                    used.keys.extend(keys.into_iter().map(str::to_owned));
                    used.placeholder_tag_keys
                        .insert(super::ids::tag_key(tag).to_owned());
                }
                _ => drop(used.tags.insert(tag.clone())),
            }
        }
        used
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
    /// Whether a slot can depend on this tag of an inspector.
    pub fn concerns_inspector(&self, tag: &str) -> bool {
        self.tags.contains(tag) || self.placeholder_tag_keys.contains(super::ids::tag_key(tag))
    }

    /// Whether a slot can depend on this tag of a subject.
    pub fn concerns_subject(&self, tag: &str) -> bool {
        tag.split_once(':')
            .is_some_and(|(key, _)| self.keys.contains(key))
    }
}

impl Seal {
    fn read(seal: &Object<'_>) -> Result<Self, Finding> {
        let by = seal.text("by")?;
        if parse_date(by).is_none() {
            return Err(seal.breach(
                "by",
                say!("须为日期 YYYY-MM-DD", "must be a date YYYY-MM-DD"),
            ));
        }
        Ok(Seal {
            master: digest(seal, "master")?,
            opens_to_public: choice(seal, "opens", &[("public", true), ("auditor", false)])?,
            by: by.to_owned(),
        })
    }
}

impl List {
    fn read(list: &Object<'_>) -> Result<Self, Finding> {
        let method = match list.text("method")? {
            "fixed" => list.without(&["n"]).map(|()| Method::Fixed)?,
            "proportional" => Method::Proportional {
                n: list.integer("n")?,
            },
            "pareto" => Method::Pareto {
                n: list.integer("n")?,
            },
            other => {
                return Err(list.breach(
                    "method",
                    say!("没有方法 {other}", "no method is called {other}"),
                ));
            }
        };
        let strata: Vec<Stratum> = list
            .objects("strata")?
            .iter()
            .map(|stratum| Stratum::read(stratum, method))
            .collect::<Result<_, _>>()?;
        let parsed = List {
            list: name(list, "list")?,
            title: list.text("title")?.to_owned(),
            matters: list
                .texts("matters")?
                .into_iter()
                .map(str::to_owned)
                .collect(),
            group: name(list, "group")?,
            method,
            frame: root(&list.object("frame")?)?,
            strata,
            reserve: list.integer("reserve")?,
            slots: list
                .objects("slots")?
                .iter()
                .map(Slot::read)
                .collect::<Result<_, _>>()?,
            notes: list.others(LIST_KEYS),
        };
        parsed.check(list)?;
        Ok(parsed)
    }

    fn check(&self, list: &Object<'_>) -> Result<(), Finding> {
        let distinct =
            |names: Vec<&str>| names.iter().collect::<BTreeSet<_>>().len() == names.len();
        if !distinct(self.strata.iter().map(|s| s.stratum.as_str()).collect()) {
            return Err(list.breach("strata", say!("层名重复", "two strata have one name")));
        }
        let sizes = self
            .strata
            .iter()
            .try_fold(0u64, |sum, s| sum.checked_add(s.size));
        if sizes != Some(self.frame.n) {
            return Err(list.breach(
                "strata",
                say!(
                    "各层 N 之和与抽样框行数不等",
                    "the strata's N do not add up to the frame's n"
                ),
            ));
        }
        if let Method::Proportional { n } | Method::Pareto { n } = self.method
            && n > self.frame.n
        {
            return Err(list.breach("n", say!("样本量大于抽样框", "n is larger than the frame")));
        }
        let weight = |s: &Stratum| match s.quota {
            Quota::Weight(weight) => u128::from(weight) * u128::from(s.size),
            _ => 0,
        };
        if self.strata.iter().map(weight).sum::<u128>() > u128::from(WEIGHT_SUM_MAX) {
            return Err(list.breach(
                "strata",
                say!("权重之和超过 2^52", "the sum of weights exceeds 2^52"),
            ));
        }
        let inspectors = self
            .slots
            .iter()
            .filter(|slot| slot.role == Role::Inspector)
            .count();
        if inspectors < 2 || self.slots.len() > SLOTS_PER_VISIT_MAX {
            return Err(list.breach(
                "slots",
                say!(
                    "须有至少两名执法检查人员、至多 16 个岗位",
                    "at least two inspectors and at most 16 slots are required"
                ),
            ));
        }
        if !distinct(self.slots.iter().map(|s| s.slot.as_str()).collect()) {
            return Err(list.breach("slots", say!("岗位名重复", "two slots have one name")));
        }
        if self.matters.is_empty() {
            return Err(list.breach("matters", say!("没有抽查事项", "no matter is named")));
        }
        Ok(())
    }

    fn to_json(&self) -> Value {
        let mut top = self.notes.clone();
        let mut put = |key: &str, value: Value| top.insert(key.to_owned(), value);
        put("list", json!(self.list));
        put("title", json!(self.title));
        put("matters", json!(self.matters));
        put("group", json!(self.group));
        put("method", json!(self.method.name()));
        if let Method::Proportional { n } | Method::Pareto { n } = self.method {
            put("n", json!(n));
        }
        put("frame", root_json(&self.frame));
        put("strata", self.strata.iter().map(Stratum::to_json).collect());
        put("reserve", json!(self.reserve));
        put("slots", self.slots.iter().map(Slot::to_json).collect());
        Value::Object(top)
    }
}

impl Stratum {
    fn read(stratum: &Object<'_>, method: Method) -> Result<Self, Finding> {
        let size = stratum.integer("N")?;
        let quota = match method {
            Method::Fixed => {
                stratum.without(&["weight"])?;
                let n = stratum.integer("n")?;
                if n > size {
                    return Err(
                        stratum.breach("n", say!("样本量大于层的规模", "n is larger than N"))
                    );
                }
                Quota::Count(n)
            }
            Method::Proportional { .. } => {
                stratum.without(&["n"])?;
                let weight = stratum.integer("weight")?;
                if !(1..=WEIGHT_MAX).contains(&weight) {
                    return Err(stratum.breach(
                        "weight",
                        say!(
                            "权重须在 1 与 2^20 之间",
                            "a weight lies between 1 and 2^20"
                        ),
                    ));
                }
                Quota::Weight(weight)
            }
            Method::Pareto { .. } => stratum.without(&["n", "weight"]).map(|()| Quota::Own)?,
        };
        Ok(Stratum {
            stratum: name(stratum, "stratum")?,
            size,
            quota,
        })
    }

    fn to_json(&self) -> Value {
        match self.quota {
            Quota::Count(n) => json!({"stratum": self.stratum, "N": self.size, "n": n}),
            Quota::Weight(weight) => {
                json!({"stratum": self.stratum, "N": self.size, "weight": weight})
            }
            Quota::Own => json!({"stratum": self.stratum, "N": self.size}),
        }
    }
}

impl Slot {
    fn read(slot: &Object<'_>) -> Result<Self, Finding> {
        let tags = |key: &str| -> Result<Vec<String>, Finding> {
            let texts = slot.texts(key)?;
            match texts.iter().find(|tag| !is_tag_pattern(tag)) {
                Some(tag) => {
                    Err(slot.breach(key, say!("“{tag}” 不是标签", "\"{tag}\" is not a tag")))
                }
                None => Ok(texts.into_iter().map(str::to_owned).collect()),
            }
        };
        Ok(Slot {
            slot: name(slot, "slot")?,
            role: choice(
                slot,
                "role",
                &[("inspector", Role::Inspector), ("expert", Role::Expert)],
            )?,
            needs: tags("needs")?,
            avoids: tags("avoids")?,
        })
    }

    fn to_json(&self) -> Value {
        json!({"slot": self.slot, "role": self.role.name(), "needs": self.needs, "avoids": self.avoids})
    }
}

impl Role {
    /// `inspector` or `expert`.
    pub fn name(self) -> &'static str {
        match self {
            Role::Inspector => "inspector",
            Role::Expert => "expert",
        }
    }
}

/// The keys of the placeholders `{key}` in a need or avoid; none if braces or keys are malformed.
pub fn placeholders(tag: &str) -> Option<Vec<&str>> {
    let mut keys = Vec::new();
    let mut rest = tag;
    while let Some((before, after)) = rest.split_once('{') {
        let (key, after) = after.split_once('}')?;
        if before.contains('}') || !is_placeholder_key(key) {
            return None;
        }
        keys.push(key);
        rest = after;
    }
    (!rest.contains('}')).then_some(keys)
}

/// Whether `text` is a tag once its placeholders are filled.
pub fn is_tag_pattern(text: &str) -> bool {
    placeholders(text).is_some() && is_tag(&text.replace(['{', '}'], "_")) && is_field(text)
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

const LIST_KEYS: &[&str] = &[
    "list", "title", "matters", "group", "method", "n", "frame", "strata", "reserve", "slots",
];

fn name(object: &Object<'_>, key: &str) -> Result<String, Finding> {
    let text = object.text(key)?;
    if !is_name(text) {
        return Err(object.breach(
            key,
            say!(
                "须为 1–64 个 0-9A-Za-z_.- 字符",
                "must be 1–64 of 0-9A-Za-z_.-"
            ),
        ));
    }
    Ok(text.to_owned())
}

fn digest(object: &Object<'_>, key: &str) -> Result<Digest, Finding> {
    let digest = Digest::from_hex(object.text(key)?);
    digest.ok_or_else(|| {
        object.breach(
            key,
            say!("须为 64 位小写十六进制", "must be 64 lowercase hex digits"),
        )
    })
}

pub(super) fn choice<T: Copy>(
    object: &Object<'_>,
    key: &str,
    values: &[(&str, T)],
) -> Result<T, Finding> {
    let text = object.text(key)?;
    match values.iter().find(|(name, _)| *name == text) {
        Some((_, value)) => Ok(*value),
        None => {
            let allowed: Vec<&str> = values.iter().map(|(name, _)| *name).collect();
            let allowed = allowed.join(" | ");
            Err(object.breach(
                key,
                say!(
                    "须为 {allowed}，而非 {text}",
                    "must be {allowed}, not {text}"
                ),
            ))
        }
    }
}

fn window(window: &Object<'_>) -> Result<(String, String), Finding> {
    let day = |key: &str| {
        let text = window.text(key)?;
        match parse_date(text) {
            Some(date) => Ok((date, text.to_owned())),
            None => Err(window.breach(
                key,
                say!("须为日期 YYYY-MM-DD", "must be a date YYYY-MM-DD"),
            )),
        }
    };
    let ((from, from_text), (to, to_text)) = (day("from")?, day("to")?);
    if from > to {
        return Err(window.breach(
            "to",
            say!("窗口的结束早于开始", "the window ends before it begins"),
        ));
    }
    Ok((from_text, to_text))
}

fn root(object: &Object<'_>) -> Result<Root, Finding> {
    Ok(Root {
        n: object.integer("n")?,
        root: digest(object, "root")?,
    })
}

fn root_json(root: &Root) -> Value {
    json!({"n": root.n, "root": root.root.hex()})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_in_tags() {
        assert_eq!(placeholders("lead"), Some(vec![]));
        assert_eq!(placeholders("area:{area}"), Some(vec!["area"]));
        assert_eq!(placeholders("x:{a}-{b_2}"), Some(vec!["a", "b_2"]));
        for bad in ["{", "}", "{}", "{A}", "{a", "a}", "{{a}}", "{区}"] {
            assert_eq!(placeholders(bad), None, "{bad}");
        }
    }
}
