//! The slots of a visit: those of its lists, placeholders filled from the subject's tags, equal ones merged.

use std::collections::BTreeMap;

use crate::base::digest::Digest;
use crate::base::finding::{Finding, Text};
use crate::record::commitment::{Commitment, List, Role, Slot, placeholders};
use crate::record::ids::{SLOTS_IN_DRAW_LIMIT, SLOTS_PER_VISIT_MAX, Sid};
use crate::record::tables::{FrameRow, InspectorRow, VisitRow};
use crate::say;

/// A slot of one visit. Its index in the visit is its number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VisitSlot {
    /// `slot|role|need,need|avoid,avoid` after replacement: what merges and orders slots.
    pub text: String,
    /// Inspector or expert.
    pub role: Role,
    /// Tags one must have.
    pub needs: Vec<String>,
    /// Tags one must not have.
    pub avoids: Vec<String>,
}

impl VisitSlot {
    /// The slot of a text as receipts have it; none if it is no such text.
    pub fn of_text(text: &str) -> Option<Self> {
        let parts: [&str; 4] = text.split('|').collect::<Vec<_>>().try_into().ok()?;
        let tags = |part: &str| {
            part.split(',').filter(|tag| !tag.is_empty()).map(str::to_owned).collect::<Vec<_>>()
        };
        let [_, role, needs, avoids] = parts;
        let role = [Role::Inspector, Role::Expert].into_iter().find(|one| one.name() == role)?;
        Some(VisitSlot { text: text.to_owned(), role, needs: tags(needs), avoids: tags(avoids) })
    }

    /// Whether an inspector may take it, recusals left aside: he has all tags that it needs and none that must be absent
    /// (docs/protocol.md §6.2).
    pub fn fits(&self, row: &InspectorRow) -> bool {
        let has = |tag: &String| row.tags.binary_search(tag).is_ok();
        self.needs.iter().all(has) && !self.avoids.iter().any(has)
    }

    /// The slot's name in its list.
    pub fn name(&self) -> &str {
        self.text.split('|').next().unwrap_or_default()
    }

    /// The slot in words: its name, who may take it, which tags are needed and which must be absent.
    pub fn words(&self) -> Text {
        let name = self.name();
        let (mut zh, mut en) = match self.role {
            Role::Inspector => ("执法人员".to_owned(), "inspector".to_owned()),
            Role::Expert => ("专家".to_owned(), "expert".to_owned()),
        };
        let (needs, avoids) = (self.needs.join(" "), self.avoids.join(" "));
        if !needs.is_empty() {
            zh += &format!("，须有 {needs}");
            en += &format!(", needs {needs}");
        }
        if !avoids.is_empty() {
            zh += &format!("，不得有 {avoids}");
            en += &format!(", must not have {avoids}");
        }
        say!("{name}（{zh}）", "{name} ({en})")
    }
}

/// The slots of a visit to a subject with these tags for these lists.
///
/// # Errors
/// M02 if the subject lacks a placeholder's tag, M04 if there are more than 16 slots.
pub fn visit_slots<'a>(
    lists: impl IntoIterator<Item = &'a List>,
    tags: &[String],
) -> Result<Vec<VisitSlot>, Finding> {
    merged(lists.into_iter().flat_map(|list| &list.slots), tags)
}

/// The slots of a visit from those of its lists.
///
/// # Errors
/// As [`visit_slots`].
pub fn merged<'a>(
    slots_of_lists: impl IntoIterator<Item = &'a Slot>,
    tags: &[String],
) -> Result<Vec<VisitSlot>, Finding> {
    let mut slots: BTreeMap<String, VisitSlot> = BTreeMap::new();
    for slot in slots_of_lists {
        let slot = fill_slot(slot, tags)?;
        slots.entry(slot.text.clone()).or_insert(slot);
    }
    let n = slots.len();
    if n > SLOTS_PER_VISIT_MAX {
        return Err(Finding::new("M04", say!("合并后有 {n} 个岗位", "{n} slots after merging")));
    }
    Ok(slots.into_values().collect())
}

/// The demand of every visit; `drawn` has a frame's row of every drawn subject.
///
/// # Errors
/// P27 if all visits together have 2^24 slots; M02 or M04, which a checked commitment excludes.
pub fn demands(
    commitment: &Commitment,
    drawn: &BTreeMap<&Sid, &FrameRow>,
    visits: &[VisitRow],
) -> Result<Vec<Demand>, Finding> {
    demands_below(SLOTS_IN_DRAW_LIMIT, commitment, drawn, visits)
}

/// As [`demands`], with fewer slots than `limit`.
fn demands_below(
    limit: u64,
    commitment: &Commitment,
    drawn: &BTreeMap<&Sid, &FrameRow>,
    visits: &[VisitRow],
) -> Result<Vec<Demand>, Finding> {
    let mut left = limit;
    let demand = |visit: &VisitRow| {
        let row = drawn.get(&visit.sid).expect("bug: a drawn subject stands in a frame");
        let lists = visit.lists.iter().filter_map(|name| commitment.list(name));
        let slots = visit_slots(lists, &row.tags).map_err(|f| f.id(visit.sid.as_str()))?;
        left = left.saturating_sub(slots.len() as u64);
        if left == 0 {
            let cause = say!("岗位总数须少于 {limit}", "there must be fewer than {limit} slots");
            return Err(Finding::new("P27", cause));
        }
        Ok(Demand { sid: visit.sid.clone(), salt: row.salt, slots })
    };
    visits.iter().map(demand).collect()
}

/// The demand of one visit before it is known who is eligible.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Demand {
    /// The subject.
    pub sid: Sid,
    /// Its salt, in a sealed draw.
    pub salt: Option<Digest>,
    /// Its slots.
    pub slots: Vec<VisitSlot>,
}

fn fill_slot(slot: &Slot, tags: &[String]) -> Result<VisitSlot, Finding> {
    let fill_all = |patterns: &[String]| {
        patterns.iter().map(|pattern| fill(pattern, tags)).collect::<Result<Vec<_>, _>>()
    };
    let (needs, avoids) = (fill_all(&slot.needs)?, fill_all(&slot.avoids)?);
    let text =
        format!("{}|{}|{}|{}", slot.slot, slot.role.name(), needs.join(","), avoids.join(","));
    Ok(VisitSlot { text, role: slot.role, needs, avoids })
}

/// `{key}` becomes the text v of the subject's first tag of the form `key:v` with v not empty.
fn fill(pattern: &str, tags: &[String]) -> Result<String, Finding> {
    let mut filled = pattern.to_owned();
    for key in placeholders(pattern).unwrap_or_default() {
        let fits = |tag: &&str| {
            tag.split_once(':').is_some_and(|(k, value)| k == key && !value.is_empty())
        };
        match tags.iter().map(String::as_str).find(fits).and_then(|tag| tag.split_once(':')) {
            Some((_, value)) => filled = filled.replace(&format!("{{{key}}}"), value),
            None => {
                let cause = say!(
                    "缺少 {key}: 标签，无法填入“{pattern}”",
                    "no tag {key}: to fill in \"{pattern}\""
                );
                return Err(Finding::new("M02", cause));
            }
        }
    }
    Ok(filled)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::table;

    fn slot(name: &str, needs: &[&str], avoids: &[&str]) -> Slot {
        let own = |tags: &[&str]| tags.iter().map(|tag| (*tag).to_owned()).collect();
        Slot {
            slot: name.to_owned(),
            role: Role::Inspector,
            needs: own(needs),
            avoids: own(avoids),
        }
    }

    #[test]
    fn a_draw_has_fewer_slots_than_the_limit() {
        let commitment = include_bytes!("../../tests/vectors/open/commitment.json");
        let commitment = Commitment::parse(commitment).unwrap();
        let frames = [
            &include_bytes!("../../tests/vectors/open/frames/T01.tsv")[..],
            include_bytes!("../../tests/vectors/open/frames/T02.tsv"),
            include_bytes!("../../tests/vectors/open/frames/T-03.tsv"),
        ];
        let frames: Vec<FrameRow> =
            frames.into_iter().flat_map(|frame| table::parse(frame).unwrap()).collect();
        let drawn = frames.iter().map(|row| (&row.sid, row)).collect();
        let visits = include_bytes!("../../tests/vectors/open/visits.tsv");
        let visits: Vec<VisitRow> = table::parse(visits).unwrap();
        let all = demands(&commitment, &drawn, &visits).unwrap();
        let slots: u64 = all.iter().map(|demand| demand.slots.len() as u64).sum();
        assert!(slots > 10);
        assert_eq!(demands_below(slots + 1, &commitment, &drawn, &visits).unwrap(), all);
        for limit in [slots, slots - 1, 1] {
            let refused = demands_below(limit, &commitment, &drawn, &visits).unwrap_err();
            let said = format!("there must be fewer than {limit} slots");
            assert_eq!((refused.code(), refused.cause.en), ("P27", said));
        }
    }

    #[test]
    fn placeholders_take_the_first_tag_of_their_key() {
        let tags = ["area:东:区", "area:西", "empty:"].map(str::to_owned);
        let filled = fill_slot(&slot("a", &["area:{area}", "lead"], &["x:{area}"]), &tags).unwrap();
        assert_eq!(filled.text, "a|inspector|area:东:区,lead|x:东:区");
        for missing in ["{none}", "{empty}"] {
            assert_eq!(fill_slot(&slot("a", &[missing], &[]), &tags).unwrap_err().code(), "M02");
        }
    }
}
