//! A list of a commitment: one task's draw, with its strata and the slots of its visits.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::ids::{WEIGHT_MAX, WEIGHT_SUM_MAX, is_placeholder_key, is_tag};
use super::read::{choice, name, root, root_json};
use crate::base::finding::Finding;
use crate::base::json::Object;
use crate::base::merkle::Root;
use crate::base::text::is_field;
use crate::say;

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

impl List {
    pub(super) fn read(list: &Object<'_>) -> Result<Self, Finding> {
        let method = match list.text("method")? {
            "fixed" => list.without(&["n"]).map(|()| Method::Fixed)?,
            "proportional" => Method::Proportional { n: list.integer("n")? },
            "pareto" => Method::Pareto { n: list.integer("n")? },
            other => {
                return Err(
                    list.breach("method", say!("没有方法 {other}", "no method is called {other}"))
                );
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
            matters: list.texts("matters")?.into_iter().map(str::to_owned).collect(),
            group: name(list, "group")?,
            method,
            frame: root(&list.object("frame")?)?,
            strata,
            reserve: list.integer("reserve")?,
            slots: list.objects("slots")?.iter().map(Slot::read).collect::<Result<_, _>>()?,
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
        let sizes = self.strata.iter().try_fold(0u64, |sum, s| sum.checked_add(s.size));
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
        // Whoever has a weight of its own has at least 1, as everybody has where strata are given numbers.
        let weight = |s: &Stratum| match s.quota {
            Quota::Weight(weight) => u128::from(weight) * u128::from(s.size),
            Quota::Count(_) | Quota::Own => u128::from(s.size),
        };
        if self.strata.iter().map(weight).sum::<u128>() > u128::from(WEIGHT_SUM_MAX) {
            return Err(
                list.breach("strata", say!("权重之和超过 2^52", "the sum of weights exceeds 2^52"))
            );
        }
        let inspectors = self.slots.iter().filter(|slot| slot.role == Role::Inspector).count();
        if inspectors < 2 {
            return Err(list.breach(
                "slots",
                say!("须有至少两名执法检查人员", "at least two inspectors are required"),
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

    pub(super) fn to_json(&self) -> Value {
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
                        say!("权重须在 1 与 2^20 之间", "a weight lies between 1 and 2^20"),
                    ));
                }
                Quota::Weight(weight)
            }
            Method::Pareto { .. } => stratum.without(&["n", "weight"]).map(|()| Quota::Own)?,
        };
        Ok(Stratum { stratum: name(stratum, "stratum")?, size, quota })
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

const LIST_KEYS: &[&str] =
    &["list", "title", "matters", "group", "method", "n", "frame", "strata", "reserve", "slots"];

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
