//! A plan over its registers in the form in which a simulated draw is quick: subjects, texts of slots and sets of
//! inspectors are numbers, and nothing is hashed.

use std::collections::{BTreeMap, BTreeSet};

use crate::draw::pareto::Pareto;
use crate::pairing::rules::fitting;
use crate::pairing::slots::{VisitSlot, merged};
use crate::plan::{Applied, AppliedTask};
use crate::record::commitment::{Method, Role, Stratum};
use crate::record::tables::InspectorRow;

/// Nobody, or nowhere.
pub(super) const NONE: u32 = u32::MAX;
/// A chance of one, in the fixed-point numbers of expectations.
pub(super) const WHOLE: u64 = 1 << 40;

/// One quarter, ready to be drawn many times.
pub(super) struct Stage<'a> {
    pub(super) applied: &'a Applied<'a>,
    /// In the plan's order.
    pub(super) lists: Vec<List<'a>>,
    pub(super) groups: Vec<Group>,
    /// Words of a mask, which has a bit for each list.
    pub(super) words: usize,
    /// The different sets of tags that slots refer to, and which of them each subject has.
    pub(super) tags: Vec<Vec<String>>,
    pub(super) tag_of: Vec<u32>,
    pub(super) slots: Slots,
    pub(super) inspectors: Vec<InspectorRow>,
    /// The recused inspectors of a subject, ascending.
    pub(super) barred: BTreeMap<u32, Vec<u32>>,
    /// The area of each subject: a place among the names, of which the first is for those without.
    pub(super) areas: Vec<String>,
    pub(super) area_of: Vec<u32>,
}

/// A list as it is drawn.
pub(super) struct List<'a> {
    pub(super) task: AppliedTask<'a>,
    pub(super) method: Method,
    pub(super) strata: &'a [Stratum],
    /// Its members in each stratum, as places in the group's pool; one set without strata for `pareto`.
    pub(super) members: Vec<Vec<u32>>,
    /// What `pareto` needs.
    pub(super) weighted: Option<Weighted>,
}

/// Members of a `pareto` list.
pub(super) struct Weighted {
    pub(super) rule: Pareto,
    pub(super) weights: Vec<u64>,
    /// Tickets up to these are looked at first.
    pub(super) fronts: Vec<u64>,
}

/// Lists that share tickets.
pub(super) struct Group {
    pub(super) lists: Vec<usize>,
    /// Everybody in one of their frames, ascending.
    pub(super) pool: Vec<u32>,
}

/// All slots that a visit can have.
pub(super) struct Slots {
    /// By their text, which is the order of a visit's slots.
    pub(super) texts: Vec<VisitSlot>,
    /// Whose tags fit each: a place in the sets.
    pub(super) kind: Vec<u32>,
    /// The sets, each ascending.
    pub(super) kinds: Vec<Vec<u32>>,
    /// The department of each: a place among the names.
    pub(super) dept: Vec<u32>,
    pub(super) depts: Vec<String>,
    /// Per list and set of tags the slots of its team.
    team: Vec<Vec<(u32, u32)>>,
    all: Vec<u32>,
}

impl Slots {
    /// The team of a list for subjects with these tags, ascending.
    pub(super) fn team(&self, list: usize, tags: u32) -> &[u32] {
        let (from, to) = self.team[list][tags as usize];
        &self.all[from as usize..to as usize]
    }
}

impl<'a> Stage<'a> {
    pub(super) fn of(applied: &'a Applied<'a>) -> Stage<'a> {
        let tasks: Vec<AppliedTask<'a>> = applied.tasks().collect();
        let (tags, tag_of) = tags_of(applied, &tasks);
        let inspectors = applied.inspectors();
        let slots = slots(&tasks, &tags, &tag_of, &inspectors);
        let groups = groups(&tasks);
        let mut lists: Vec<Option<List<'a>>> = tasks.iter().map(|_| None).collect();
        let mut at = vec![NONE; applied.subjects().len()];
        for group in &groups {
            for (position, place) in (0..).zip(&group.pool) {
                at[*place as usize] = position;
            }
            for list in &group.lists {
                lists[*list] = Some(List::of(tasks[*list], &at));
            }
        }
        let (areas, area_of) = areas(applied);
        Stage {
            applied,
            lists: lists.into_iter().flatten().collect(),
            groups,
            words: tasks.len().div_ceil(64),
            tags,
            tag_of,
            slots,
            barred: barred(applied, &inspectors),
            inspectors,
            areas,
            area_of,
        }
    }

    /// The slots of a visit for the lists of a mask, ascending, into `team`.
    pub(super) fn visit_slots(&self, place: u32, mask: &[u64], team: &mut Vec<u32>) {
        team.clear();
        let tags = self.tag_of[place as usize];
        let mut lists = 0;
        for list in bits(mask) {
            team.extend_from_slice(self.slots.team(list, tags));
            lists += 1;
        }
        if lists > 1 {
            team.sort_unstable();
            team.dedup();
        }
    }

    /// Whether a subject is in some frame.
    pub(super) fn is_framed(&self, place: usize) -> bool {
        self.tag_of[place] != NONE
    }

    /// Everybody whose tags fit some of these slots, ascending.
    pub(super) fn people_of(&self, which: impl Fn(usize) -> bool) -> Vec<u32> {
        let slots = (0..self.slots.texts.len()).filter(|slot| which(*slot));
        let kinds: BTreeSet<u32> = slots.map(|slot| self.slots.kind[slot]).collect();
        let people = kinds.iter().flat_map(|kind| &self.slots.kinds[*kind as usize]);
        let people: BTreeSet<u32> = people.copied().collect();
        people.into_iter().collect()
    }

    /// How many fit a slot in a visit to a subject, recused ones left out.
    pub(super) fn eligible(&self, place: u32, slot: u32) -> usize {
        let set = &self.slots.kinds[self.slots.kind[slot as usize] as usize];
        let recused = self.barred.get(&place).map_or(0, |barred| {
            barred.iter().filter(|inspector| set.binary_search(inspector).is_ok()).count()
        });
        set.len() - recused
    }
}

impl<'a> List<'a> {
    fn of(task: AppliedTask<'a>, at: &[u32]) -> List<'a> {
        let strata = task.strata();
        let mut members = vec![Vec::new(); strata.len().max(1)];
        for (place, stratum) in task.members().iter().zip(task.stratum_of_members()) {
            // A class without stratum is an error, and nobody draws then.
            if let Some(members) = members.get_mut(usize::from(*stratum)) {
                members.push(at[*place as usize]);
            }
        }
        let weighted = match task.method() {
            Method::Pareto { n } => {
                let weights: Vec<u64> =
                    (0..task.members().len()).map(|member| task.weight(member)).collect();
                let n = n.min(weights.len() as u64);
                let rule = Pareto::of_weights(weights.clone(), n);
                let fronts = weights.iter().map(|weight| rule.front_at(*weight, 15)).collect();
                Some(Weighted { rule, weights, fronts })
            }
            _ => None,
        };
        List { task, method: task.method(), strata, members, weighted }
    }
}

/// The bits of a mask, ascending.
pub(super) fn bits(mask: &[u64]) -> impl Iterator<Item = usize> + '_ {
    mask.iter().enumerate().flat_map(|(word, bits)| {
        let mut left = *bits;
        std::iter::from_fn(move || {
            let bit = left.trailing_zeros() as usize;
            left &= left.wrapping_sub(1);
            (bit < 64).then_some(word * 64 + bit)
        })
    })
}

/// The different sets of tags of everybody in a frame, in the order in which they come.
fn tags_of(applied: &Applied<'_>, tasks: &[AppliedTask<'_>]) -> (Vec<Vec<String>>, Vec<u32>) {
    let mut tag_of = vec![NONE; applied.subjects().len()];
    let mut known: BTreeMap<Vec<String>, u32> = BTreeMap::new();
    let mut sets = Vec::new();
    for place in tasks.iter().flat_map(AppliedTask::members) {
        if tag_of[*place as usize] == NONE {
            let tags = applied.tags_of(*place);
            let next = known.len() as u32;
            let id = *known.entry(tags.clone()).or_insert(next);
            if id == next {
                sets.push(tags);
            }
            tag_of[*place as usize] = id;
        }
    }
    (sets, tag_of)
}

fn groups(tasks: &[AppliedTask<'_>]) -> Vec<Group> {
    let mut by_name: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (list, task) in tasks.iter().enumerate() {
        by_name.entry(task.group()).or_default().push(list);
    }
    let group = |lists: Vec<usize>| {
        let mut pool: Vec<u32> =
            lists.iter().flat_map(|list| tasks[*list].members()).copied().collect();
        if lists.len() > 1 {
            pool.sort_unstable();
            pool.dedup();
        }
        Group { lists, pool }
    };
    by_name.into_values().map(group).collect()
}

fn slots(
    tasks: &[AppliedTask<'_>],
    tags: &[Vec<String>],
    tag_of: &[u32],
    inspectors: &[InspectorRow],
) -> Slots {
    let mut texts: BTreeMap<String, VisitSlot> = BTreeMap::new();
    let teams: Vec<BTreeMap<u32, Vec<String>>> = tasks
        .iter()
        .map(|task| {
            let occurring: BTreeSet<u32> =
                task.members().iter().map(|place| tag_of[*place as usize]).collect();
            let team = |tag: u32| {
                // What lacks a tag is an error of the check; nobody draws then.
                let slots = merged(task.slots(), &tags[tag as usize]).unwrap_or_default();
                let names = slots.iter().map(|slot| slot.text.clone()).collect();
                texts.extend(slots.into_iter().map(|slot| (slot.text.clone(), slot)));
                (tag, names)
            };
            occurring.into_iter().map(team).collect()
        })
        .collect();
    let number: BTreeMap<&String, u32> = texts.keys().zip(0..).collect();
    let mut all = Vec::new();
    let mut team = vec![vec![(0, 0); tags.len()]; tasks.len()];
    for (ranges, teams) in team.iter_mut().zip(&teams) {
        for (tag, names) in teams {
            let from = all.len() as u32;
            all.extend(names.iter().map(|name| number[name]));
            ranges[*tag as usize] = (from, all.len() as u32);
        }
    }
    let (mut sets, mut kinds) = (BTreeMap::<Vec<u32>, u32>::new(), Vec::new());
    let kind = |slot: &VisitSlot| {
        let set = fitting(inspectors, slot);
        let next = kinds.len() as u32;
        *sets.entry(set.clone()).or_insert_with(|| {
            kinds.push(set);
            next
        })
    };
    let kind = texts.values().map(kind).collect();
    let names: Vec<String> = texts.values().map(department).collect();
    let mut depts: Vec<String> = names.clone();
    depts.sort_unstable();
    depts.dedup();
    let dept = names.iter().filter_map(|name| depts.binary_search(name).ok()).map(|at| at as u32);
    let dept = dept.collect();
    Slots { kind, kinds, dept, depts, team, all, texts: texts.into_values().collect() }
}

/// The department that a slot asks for; `专家` for experts, `-` if it asks for none.
fn department(slot: &VisitSlot) -> String {
    if slot.role == Role::Expert {
        return "专家".to_owned();
    }
    slot.needs.iter().find_map(|need| need.strip_prefix("dept:")).unwrap_or("-").to_owned()
}

fn barred(applied: &Applied<'_>, inspectors: &[InspectorRow]) -> BTreeMap<u32, Vec<u32>> {
    let mut barred: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    for row in applied.recusals() {
        let subject = applied.subjects().binary_search_by(|(sid, _)| sid.cmp(&row.sid));
        let inspector = inspectors.binary_search_by(|person| person.iid.cmp(&row.iid));
        if let (Ok(subject), Ok(inspector)) = (subject, inspector) {
            barred.entry(subject as u32).or_default().push(inspector as u32);
        }
    }
    for inspectors in barred.values_mut() {
        inspectors.sort_unstable();
        inspectors.dedup();
    }
    barred
}

fn areas(applied: &Applied<'_>) -> (Vec<String>, Vec<u32>) {
    let names: BTreeSet<&str> =
        applied.subjects().iter().filter_map(|(_, subject)| subject.area.as_deref()).collect();
    let names: Vec<&str> =
        std::iter::once("-").chain(names.into_iter().filter(|n| *n != "-")).collect();
    let of = |area: Option<&str>| {
        area.and_then(|name| names[1..].binary_search(&name).ok()).map_or(0, |at| at as u32 + 1)
    };
    let area_of =
        applied.subjects().iter().map(|(_, subject)| of(subject.area.as_deref())).collect();
    (names.into_iter().map(str::to_owned).collect(), area_of)
}
