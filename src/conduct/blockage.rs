//! Why a pairing is impossible, in the words of an office: which visits need what, who qualifies and with what capacity,
//! by how much they fall short, and what would resolve it.
//!
//! The published proof is an inclusion-minimal blocking set, always short by one. Beside its slots there are usually
//! more that want the same people: every slot that is open only to inspectors whom the set uses up. Each of them makes the
//! shortfall larger by exactly one, as it adds a slot and no capacity; so the numbers of both together are exact.

use std::collections::{BTreeMap, BTreeSet};

use super::Drawn;
use crate::base::finding::Text;
use crate::pairing::blocking::shortfall;
use crate::pairing::rounds::Rounds;
use crate::pairing::rules::{Case, Exclusions, fitting};
use crate::pairing::slots::VisitSlot;
use crate::record::ids::{Iid, Sid};
use crate::record::tables::VisitRow;
use crate::say;

/// Why a pairing is impossible, in numbers and words.
#[derive(Clone, Debug)]
pub struct Blockage {
    /// The slots of the minimal blocking set, each with its subject, in words.
    pub slots: Vec<(Sid, Text)>,
    /// All slots that want the same people, by kind, the most wanted kind first.
    pub demanded: Vec<Demanded>,
    /// In how many visits they stand.
    pub visits: usize,
    /// The inspectors to whom some of these slots are open, by iid.
    pub people: Vec<Qualified>,
    /// Their capacity together.
    pub capacity: u64,
    /// How many of these slots stay unfilled at least.
    pub short: u64,
    /// Slots that stay unfilled in a largest possible pairing.
    pub unfilled: u32,
    /// What would resolve it.
    pub ways: Vec<Way>,
}

/// Slots of one kind.
#[derive(Clone, Debug)]
pub struct Demanded {
    /// What the slot needs and avoids, placeholders filled.
    pub slot: VisitSlot,
    /// The subjects of the visits that have it, in order.
    pub sids: Vec<Sid>,
}

/// An inspector to whom some of the slots are open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Qualified {
    /// The inspector.
    pub iid: Iid,
    /// Most visits in this draw.
    pub capacity: u32,
    /// Visits with a slot that he could take.
    pub visits: u32,
}

/// Something that would resolve the shortage, or a part of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Way {
    /// These could make so many more visits if their capacities were raised.
    Capacity {
        /// Them.
        iids: Vec<Iid>,
        /// How many more at most.
        most: u64,
    },
    /// These lack nothing but this tag for the most wanted kind of slot.
    Tag {
        /// The tag.
        tag: String,
        /// Them, the largest capacity first.
        iids: Vec<Iid>,
    },
    /// These have the tags and are recused from the subjects of some of the visits.
    Recusal {
        /// Them.
        iids: Vec<Iid>,
        /// How many slots would open to them.
        slots: usize,
    },
    /// These stepped out in earlier rounds as incompatible with somebody.
    Incompatible {
        /// Them.
        iids: Vec<Iid>,
        /// How many slots would open to them.
        slots: usize,
    },
    /// Visits of this list have such slots: draw fewer, or move the task to another time.
    Task {
        /// The list.
        list: String,
        /// How many visits.
        visits: usize,
    },
}

impl Drawn {
    /// Why the pairing is impossible, if it is.
    pub fn blockage(&self) -> Option<Blockage> {
        let Drawn { case, rounds, visits, slot_names, .. } = self;
        Impasse { case, rounds, lists: Some((visits, slot_names)) }.blockage()
    }
}

impl Blockage {
    /// Why a case cannot be paired, if its rounds ended so. Which task to move is not told: that takes a [`Drawn`].
    pub fn of(case: &Case, rounds: &Rounds) -> Option<Blockage> {
        Impasse { case, rounds, lists: None }.blockage()
    }
}

/// The names of each list's slots.
type SlotNames = BTreeMap<String, Vec<String>>;

/// A case, and the rounds that ended without a pairing.
struct Impasse<'a> {
    case: &'a Case,
    rounds: &'a Rounds,
    /// The visits with their lists, and the names of the lists' slots.
    lists: Option<(&'a [VisitRow], &'a SlotNames)>,
}

impl Impasse<'_> {
    fn blockage(&self) -> Option<Blockage> {
        let blocking = self.rounds.shortage.as_ref()?;
        let exclusions = self.exclusions();
        let minimal: BTreeSet<(u32, u32)> = blocking.slots.iter().copied().collect();
        let all = self.widened(&exclusions, &minimal);
        let people = self.qualified(&exclusions, &all);
        let short = shortfall(self.case, &exclusions, &all);
        let slot = |(visit, slot): &(u32, u32)| {
            let visit = &self.case.visits[*visit as usize];
            (visit.sid.clone(), visit.slots[*slot as usize].words())
        };
        let demanded = self.demanded(&all);
        let visits: BTreeSet<u32> = all.iter().map(|(visit, _)| *visit).collect();
        Some(Blockage {
            slots: blocking.slots.iter().map(slot).collect(),
            ways: self.ways(&exclusions, &all, &demanded, &people),
            demanded,
            visits: visits.len(),
            capacity: people.iter().map(|person| u64::from(person.capacity)).sum(),
            people,
            short: u64::try_from(short).unwrap_or(0),
            unfilled: blocking.unfilled,
        })
    }

    /// What the rounds before the impossible one excluded.
    fn exclusions(&self) -> Exclusions {
        let rounds = self.rounds.rounds.iter();
        rounds.flat_map(|round| self.case.exclusions(&round.teams)).collect()
    }

    /// The set with every slot that is open to nobody but inspectors whom the set uses up.
    fn widened(&self, exclusions: &Exclusions, minimal: &BTreeSet<(u32, u32)>) -> Vec<(u32, u32)> {
        let slots: Vec<(u32, u32)> = minimal.iter().copied().collect();
        let used_up: Vec<bool> = {
            let open = self.visits_open(exclusions, &slots);
            let people = self.case.inspectors.iter().zip(open);
            people.map(|(row, open)| open >= row.capacity).collect()
        };
        let more = (0..)
            .zip(&self.case.visits)
            .flat_map(|(v, visit)| (0..).zip(&visit.slots).map(move |(slot, _)| (v, slot)));
        let wants_them = |(visit, slot): &(u32, u32)| {
            minimal.contains(&(*visit, *slot))
                || self.case.who(exclusions, *visit, *slot as usize).all(|i| used_up[i as usize])
        };
        more.filter(wants_them).collect()
    }

    /// Per inspector in how many visits one of these slots, which are in order, is open to him.
    fn visits_open(&self, exclusions: &Exclusions, slots: &[(u32, u32)]) -> Vec<u32> {
        let mut visits = vec![0; self.case.inspectors.len()];
        for slots in slots.chunk_by(|a, b| a.0 == b.0) {
            let who = |(v, slot): &(u32, u32)| self.case.who(exclusions, *v, *slot as usize);
            let open: BTreeSet<u32> = slots.iter().flat_map(who).collect();
            open.iter().for_each(|i| visits[*i as usize] += 1);
        }
        visits
    }

    fn qualified(&self, exclusions: &Exclusions, slots: &[(u32, u32)]) -> Vec<Qualified> {
        let visits = self.visits_open(exclusions, slots);
        let people = self.case.inspectors.iter().zip(visits).filter(|(_, visits)| *visits > 0);
        let person = |(row, visits): (&crate::record::tables::InspectorRow, u32)| Qualified {
            iid: row.iid.clone(),
            capacity: row.capacity,
            visits,
        };
        people.map(person).collect()
    }

    fn demanded(&self, slots: &[(u32, u32)]) -> Vec<Demanded> {
        let mut kinds: BTreeMap<&str, Demanded> = BTreeMap::new();
        for (visit, slot) in slots {
            let visit = &self.case.visits[*visit as usize];
            let slot = &visit.slots[*slot as usize];
            let first = || Demanded { slot: slot.clone(), sids: Vec::new() };
            kinds.entry(&slot.text).or_insert_with(first).sids.push(visit.sid.clone());
        }
        let mut kinds: Vec<Demanded> = kinds.into_values().collect();
        kinds.sort_by_key(|kind| std::cmp::Reverse(kind.sids.len()));
        kinds
    }

    fn ways(
        &self,
        exclusions: &Exclusions,
        slots: &[(u32, u32)],
        demanded: &[Demanded],
        people: &[Qualified],
    ) -> Vec<Way> {
        let mut ways = Vec::new();
        let busy = people.iter().filter(|person| person.visits > person.capacity);
        let most = busy.clone().map(|person| u64::from(person.visits - person.capacity)).sum();
        if most > 0 {
            ways.push(Way::Capacity { iids: busy.map(|p| p.iid.clone()).collect(), most });
        }
        ways.extend(demanded.first().map(|kind| self.nearly_fit(&kind.slot)).unwrap_or_default());
        let (mut recused, mut parted) = (BTreeSet::new(), BTreeSet::new());
        let (mut for_recused, mut for_parted) = (0, 0);
        for (v, slot) in slots {
            let visit = &self.case.visits[*v as usize];
            let kind = &self.case.kinds[visit.kinds[*slot as usize] as usize];
            let fits = |i: &u32| {
                kind.binary_search(i).is_ok() && self.case.inspectors[*i as usize].capacity > 0
            };
            let out: BTreeSet<u32> = visit.recused.iter().copied().filter(fits).collect();
            let excluded = exclusions.range((*v, 0)..=(*v, u32::MAX)).map(|(_, i)| *i);
            let excluded: BTreeSet<u32> = excluded.filter(fits).collect();
            (for_recused, for_parted) = (
                for_recused + usize::from(!out.is_empty()),
                for_parted + usize::from(!excluded.is_empty()),
            );
            recused.extend(out);
            parted.extend(excluded);
        }
        if for_recused > 0 {
            ways.push(Way::Recusal { iids: self.names(recused), slots: for_recused });
        }
        if for_parted > 0 {
            ways.push(Way::Incompatible { iids: self.names(parted), slots: for_parted });
        }
        ways.extend(self.tasks(slots));
        ways
    }

    fn names(&self, inspectors: impl IntoIterator<Item = u32>) -> Vec<Iid> {
        let name = |i: u32| self.case.inspectors[i as usize].iid.clone();
        inspectors.into_iter().map(name).collect()
    }

    /// Who lacks but one tag for a slot, by tag; the tag that most lack first.
    fn nearly_fit(&self, slot: &VisitSlot) -> Vec<Way> {
        let mut lacking: BTreeMap<&String, Vec<u32>> = BTreeMap::new();
        for tag in &slot.needs {
            let needs = slot.needs.iter().filter(|other| *other != tag).cloned().collect();
            let others = VisitSlot { needs, ..slot.clone() };
            let without = |i: &u32| {
                let row = &self.case.inspectors[*i as usize];
                row.capacity > 0 && row.tags.binary_search(tag).is_err()
            };
            let mut who: Vec<u32> = fitting(&self.case.inspectors, &others);
            who.retain(without);
            who.sort_by_key(|i| std::cmp::Reverse(self.case.inspectors[*i as usize].capacity));
            if !who.is_empty() {
                lacking.insert(tag, who);
            }
        }
        let mut lacking: Vec<(&String, Vec<u32>)> = lacking.into_iter().collect();
        lacking.sort_by_key(|(_, who)| std::cmp::Reverse(who.len()));
        lacking
            .into_iter()
            .map(|(tag, who)| Way::Tag { tag: tag.clone(), iids: self.names(who) })
            .collect()
    }

    /// The lists whose visits have these slots, the most visits first.
    fn tasks(&self, slots: &[(u32, u32)]) -> Vec<Way> {
        let Some((rows, slot_names)) = self.lists else { return Vec::new() };
        let mut visits: BTreeMap<&str, BTreeSet<u32>> = BTreeMap::new();
        for (v, slot) in slots {
            let name = self.case.visits[*v as usize].slots[*slot as usize].name();
            let lists = rows[*v as usize].lists.iter();
            let wants = |list: &&String| {
                slot_names.get(*list).is_some_and(|names| names.iter().any(|n| n == name))
            };
            lists.filter(wants).for_each(|list| {
                visits.entry(list).or_default().insert(*v);
            });
        }
        let mut tasks: Vec<(&str, usize)> =
            visits.into_iter().map(|(list, visits)| (list, visits.len())).collect();
        tasks.sort_by_key(|(_, visits)| std::cmp::Reverse(*visits));
        tasks
            .into_iter()
            .map(|(list, visits)| Way::Task { list: list.to_owned(), visits })
            .collect()
    }
}

impl Blockage {
    /// The slots that want the same people.
    pub fn wanted(&self) -> usize {
        self.demanded.iter().map(|kind| kind.sids.len()).sum()
    }

    /// How many of these slots can be filled at once: less than the capacity where people could make fewer visits.
    pub fn fillable(&self) -> u64 {
        (self.wanted() as u64).saturating_sub(self.short)
    }

    /// Who needs what, and by how much it falls short, in one sentence.
    pub fn sentence(&self) -> Text {
        let Blockage { capacity, short, unfilled, .. } = self;
        let (people, wanted, fillable) = (self.people.len(), self.wanted(), self.fillable());
        let mut text = match &self.demanded[..] {
            [kind] => kind.words(),
            kinds => {
                let Text { zh, en } = kinds[0].words();
                let (n, visits) = (kinds.len(), self.visits);
                say!(
                    "{visits} 次入户检查的 {wanted} 个岗位（{n} 种，最多的是：{zh}）",
                    "{wanted} slots of {n} kinds in {visits} visits (most of them: {en})"
                )
            }
        };
        let who = match people {
            0 => say!("没有人员符合：缺 {short}", "nobody qualifies: short by {short}"),
            _ if fillable < *capacity => say!(
                "只有 {people} 名人员符合，上限合计 {capacity}，至多配 {fillable} 个：缺 {short}",
                "only {people} inspectors qualify, with capacity {capacity}, enough for {fillable}: short by {short}"
            ),
            _ => say!(
                "只有 {people} 名人员符合，上限合计 {capacity}：缺 {short}",
                "only {people} inspectors qualify, with capacity {capacity}: short by {short}"
            ),
        };
        text.zh += &format!("；{}", who.zh);
        text.en += &format!("; {}", who.en);
        if u64::from(*unfilled) > *short {
            text.zh += &format!("；连同其他岗位共缺 {unfilled}");
            text.en += &format!("; {unfilled} slots stay unfilled in all");
        }
        text
    }
}

impl Demanded {
    /// `城东的 12 次入户检查须有 特种设备（岗位 expert）`.
    pub fn words(&self) -> Text {
        let (n, name) = (self.sids.len(), self.slot.name());
        let value = |tag: &String| tag.split_once(':').map_or(tag.as_str(), |(_, v)| v).to_owned();
        let is_place = |tag: &&String| PLACES.iter().any(|key| tag.starts_with(key));
        let place: Vec<String> = self.slot.needs.iter().filter(is_place).map(value).collect();
        let needs: Vec<String> =
            self.slot.needs.iter().filter(|tag| !is_place(tag)).map(value).collect();
        let avoids: Vec<String> = self.slot.avoids.iter().map(value).collect();
        let (place, needs, avoids) = (place.join(" "), needs.join(" "), avoids.join(" "));
        let (mut zh, mut en) = match place.is_empty() {
            true => (format!("{n} 次入户检查"), format!("{n} visits")),
            false => (format!("{place}的 {n} 次入户检查"), format!("{n} visits in {place}")),
        };
        match needs.is_empty() {
            true => {
                zh += &format!("须有岗位 {name}");
                en += &format!(" need a {name}");
            }
            false => {
                zh += &format!("须有 {needs}（岗位 {name}）");
                en += &format!(" need {needs} (slot {name})");
            }
        }
        if !avoids.is_empty() {
            zh += &format!("，不得有 {avoids}");
            en += &format!(", without {avoids}");
        }
        Text { zh, en }
    }
}

/// Keys of tags that say where an inspector works.
const PLACES: [&str; 2] = ["area:", "region:"];

impl Way {
    /// The way in one sentence.
    pub fn words(&self, short: u64) -> Text {
        match self {
            Way::Capacity { iids, most } => {
                let (Text { zh, en }, more) = (few(iids), short.min(*most));
                say!("提高上限共 {more} 次：{zh}", "raise capacities by {more} together: {en}")
            }
            Way::Tag { tag, iids } => {
                let (Text { zh, en }, n) = (few(iids), iids.len());
                say!("{n} 名人员只差 {tag}：{zh}", "{n} inspectors lack {tag} alone: {en}")
            }
            Way::Recusal { iids, slots } => {
                let Text { zh, en } = few(iids);
                say!(
                    "核对回避（{slots} 个岗位另有符合者，但须回避）：{zh}",
                    "check the recusals ({slots} slots have others who fit but are recused): {en}"
                )
            }
            Way::Incompatible { iids, slots } => {
                let Text { zh, en } = few(iids);
                say!(
                    "核对互不相容的人员（{slots} 个岗位因此少人）：{zh}",
                    "check who is incompatible ({slots} slots lost somebody to it): {en}"
                )
            }
            Way::Task { list, visits } => say!(
                "任务 {list} 占 {visits} 次：少抽，或移到别的时期",
                "list {list} has {visits} of the visits: draw fewer, or move it to another time"
            ),
        }
    }
}

/// A few names, and how many more.
fn few(iids: &[Iid]) -> Text {
    let shown: Vec<&str> = iids.iter().take(5).map(Iid::as_str).collect();
    let (shown, more) = (shown.join(" "), iids.len().saturating_sub(5));
    match more {
        0 => Text { zh: shown.clone(), en: shown },
        _ => say!("{shown} 等，另 {more} 名", "{shown} and {more} more"),
    }
}
