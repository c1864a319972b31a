//! What must be expected of a plan, from the chances themselves and without drawing.
//!
//! A list's expected number is exact. A visit serves all lists that draw its subject. Lists of a group share tickets, so
//! whoever has the smallest tickets is drawn for each of them: of these lists the one with the largest chance decides.
//! Different groups are independent: the chance of a visit is 1 − Π(1 − the group's largest chance). Chances are kept in
//! units of 2^-40. Within a group this is exact where the lists have the same frame and one stratum, and an estimate
//! elsewhere, since every stratum has a threshold of its own.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use super::stage::{Stage, WHOLE};

/// Expected numbers of one quarter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expectation {
    /// Drawn subjects, task by task: visits if none were merged. In thousandths, exact for all but `pareto`.
    pub selections_thousandths: u64,
    /// Visits after merging.
    pub visits_thousandths: u64,
    /// By department.
    pub departments: Vec<Load>,
    /// By area.
    pub areas: Vec<Load>,
}

/// What a department or an area must expect, and can do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Load {
    /// Its name; `专家` experts, `-` slots that ask for no department, subjects without area.
    pub name: String,
    /// Visits in which it takes part, in thousandths.
    pub visits_thousandths: u64,
    /// Slots that only its people can take: person-visits, in thousandths.
    pub slots_thousandths: u64,
    /// Who can take one of them.
    pub people: usize,
    /// Most visits of these people together.
    pub capacity: u64,
}

impl Load {
    /// How much of the capacity is expected to be used, in permille; none if nobody is needed.
    pub fn permille(&self) -> Option<u64> {
        (self.slots_thousandths > 0)
            .then(|| self.slots_thousandths.checked_div(self.capacity).unwrap_or(u64::MAX))
    }
}

/// Works out what must be expected of a quarter.
pub(super) fn expect(stage: &Stage<'_>) -> Expectation {
    let chances: Vec<Vec<u64>> = stage.lists.par_iter().map(chances).collect();
    let selections = chances.iter().flatten().map(|chance| u128::from(*chance)).sum();
    let everything: Vec<usize> = (0..stage.lists.len()).collect();
    let mut areas = vec![0u128; stage.areas.len()];
    let mut visits = 0;
    combine(stage, &chances, &everything, &mut |place, chance| {
        visits += u128::from(chance);
        areas[stage.area_of[place] as usize] += u128::from(chance);
    });
    let slots = slots(stage, &chances);
    Expectation {
        selections_thousandths: thousandths(selections),
        visits_thousandths: thousandths(visits),
        departments: departments(stage, &chances, &slots),
        areas: loads_of_areas(stage, &areas, &slots),
    }
}

/// The chance of every member of a list.
fn chances(list: &super::stage::List<'_>) -> Vec<u64> {
    if let Some(weighted) = &list.weighted {
        let aim = |weight: &u64| weighted.rule.front_at(*weight, 10) >> 24;
        return weighted.weights.iter().map(aim).collect();
    }
    let of_stratum = |(above, below): (u128, u128)| {
        let scaled = (above << 40) / below.max(1);
        u64::try_from(scaled.min(u128::from(WHOLE))).unwrap_or(WHOLE)
    };
    let strata: Vec<u64> = list
        .task
        .summary()
        .strata
        .iter()
        .map(|stratum| stratum.chance.map_or(0, of_stratum))
        .collect();
    let chance = |stratum: &u8| strata.get(usize::from(*stratum)).copied().unwrap_or(0);
    list.task.stratum_of_members().iter().map(chance).collect()
}

/// The chance of every subject to be drawn for one of these lists at least.
fn combine(
    stage: &Stage<'_>,
    chances: &[Vec<u64>],
    lists: &[usize],
    each: &mut dyn FnMut(usize, u64),
) {
    let n = stage.area_of.len();
    // The chance of not being drawn in the groups so far, and the largest chance in the group at hand.
    let (mut none, mut largest) = (vec![WHOLE; n], Vec::new());
    let mut any = vec![false; n];
    for group in &stage.groups {
        let of_group: Vec<usize> =
            group.lists.iter().copied().filter(|list| lists.contains(list)).collect();
        let mut take = |place: usize, chance: u64| {
            any[place] = true;
            let left = u128::from(none[place]) * u128::from(WHOLE - chance);
            none[place] = (left >> 40) as u64;
        };
        match of_group.as_slice() {
            [] => {}
            [list] => {
                let members = stage.lists[*list].task.members().iter().zip(&chances[*list]);
                members.for_each(|(place, chance)| take(*place as usize, *chance));
            }
            several => {
                largest.resize(n, 0);
                for list in several {
                    let members = stage.lists[*list].task.members().iter().zip(&chances[*list]);
                    for (place, chance) in members {
                        let known: &mut u64 = &mut largest[*place as usize];
                        *known = (*known).max(*chance);
                    }
                }
                for place in &group.pool {
                    take(*place as usize, std::mem::take(&mut largest[*place as usize]));
                }
            }
        }
    }
    for place in (0..n).filter(|place| any[*place]) {
        each(place, WHOLE - none[place]);
    }
}

/// How often every slot is expected, each text by itself: a slot that several lists demand is filled once.
fn slots(stage: &Stage<'_>, chances: &[Vec<u64>]) -> Vec<u128> {
    let names: BTreeSet<&str> = stage
        .lists
        .iter()
        .flat_map(|list| list.task.slots().iter().map(|slot| slot.slot.as_str()))
        .collect();
    let names: Vec<&str> = names.into_iter().collect();
    let of_name = |name: &&str| -> BTreeMap<u32, u128> {
        let lists: Vec<usize> = (0..stage.lists.len())
            .filter(|list| stage.lists[*list].task.slots().iter().any(|slot| slot.slot == *name))
            .collect();
        // The text of the slot for every set of tags that occurs.
        let named = |slot: &&u32| {
            let text = stage.slots.texts[**slot as usize].text.split('|').next();
            text == Some(*name)
        };
        let text = |tags: u32| {
            lists.iter().find_map(|list| stage.slots.team(*list, tags).iter().find(named)).copied()
        };
        let texts: Vec<Option<u32>> = (0..stage.tags.len() as u32).map(text).collect();
        let mut sums: BTreeMap<u32, u128> = BTreeMap::new();
        combine(stage, chances, &lists, &mut |place, chance| {
            if let Some(text) = texts[stage.tag_of[place] as usize] {
                *sums.entry(text).or_default() += u128::from(chance);
            }
        });
        sums
    };
    let mut slots = vec![0; stage.slots.texts.len()];
    let sums: Vec<BTreeMap<u32, u128>> = names.par_iter().map(of_name).collect();
    for (text, sum) in sums.into_iter().flatten() {
        slots[text as usize] += sum;
    }
    slots
}

fn departments(stage: &Stage<'_>, chances: &[Vec<u64>], slots: &[u128]) -> Vec<Load> {
    let department = |(at, name): (usize, &String)| {
        let own = |slot: usize| stage.slots.dept[slot] as usize == at;
        // A list's team is of the same departments whatever the subject's tags are.
        let lists: Vec<usize> = (0..stage.lists.len())
            .filter(|list| {
                let members = stage.lists[*list].task.members().first();
                let tags = members.map(|place| stage.tag_of[*place as usize]);
                tags.is_some_and(|tags| {
                    stage.slots.team(*list, tags).iter().any(|slot| own(*slot as usize))
                })
            })
            .collect();
        let mut visits = 0;
        combine(stage, chances, &lists, &mut |_, chance| visits += u128::from(chance));
        let needed = (0..slots.len()).filter(|slot| own(*slot)).map(|slot| slots[slot]).sum();
        load(stage, name, (visits, needed), own)
    };
    stage.slots.depts.par_iter().enumerate().map(department).collect()
}

fn loads_of_areas(stage: &Stage<'_>, visits: &[u128], slots: &[u128]) -> Vec<Load> {
    let area = |(at, name): (usize, &String)| {
        let tag = format!("area:{name}");
        let own = |slot: usize| at > 0 && stage.slots.texts[slot].needs.contains(&tag);
        let needed = (0..slots.len()).filter(|slot| own(*slot)).map(|slot| slots[slot]).sum();
        load(stage, name, (visits[at], needed), own)
    };
    let areas = stage.areas.iter().enumerate().map(area);
    areas.filter(|load| load.visits_thousandths > 0).collect()
}

fn load(
    stage: &Stage<'_>,
    name: &str,
    (visits, slots): (u128, u128),
    own: impl Fn(usize) -> bool,
) -> Load {
    let people = stage.people_of(own);
    Load {
        name: name.to_owned(),
        visits_thousandths: thousandths(visits),
        slots_thousandths: thousandths(slots),
        people: people.len(),
        capacity: people.iter().map(|i| u64::from(stage.inspectors[*i as usize].capacity)).sum(),
    }
}

/// A sum in units of 2^-40 in thousandths, rounded.
fn thousandths(sum: u128) -> u64 {
    u64::try_from((sum * 1000 + (1 << 39)) >> 40).unwrap_or(u64::MAX)
}
