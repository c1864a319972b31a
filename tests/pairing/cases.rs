//! What the tests of the pairing draw by lot: who may take which slot is written down pair by pair, so that trying
//! everything needs nothing of ours to know it.

use std::collections::BTreeSet;

use shuangsuiji::base::digest::{Digest, Suite};
use shuangsuiji::pairing::rules::Case;
use shuangsuiji::pairing::slots::{Demand, VisitSlot};
use shuangsuiji::record::commitment::Role;
use shuangsuiji::record::ids::{Iid, Sid};
use shuangsuiji::record::tables::{IncompatibleRow, InspectorRow, RecusalRow};

use crate::support::random::Random;

/// A pairing to be made.
#[derive(Clone)]
pub struct Made {
    pub suite: Suite,
    pub seed: Digest,
    /// Per visit and slot the inspectors whose tags fit.
    pub fitting: Vec<Vec<BTreeSet<usize>>>,
    /// (visit, inspector).
    pub recused: BTreeSet<(usize, usize)>,
    /// Smaller place first.
    pub incompatible: BTreeSet<(usize, usize)>,
    pub capacity: Vec<u32>,
    pub load: Vec<u32>,
}

pub fn iid(i: usize) -> Iid {
    Iid::parse(&format!("E{i:04}")).unwrap()
}

pub fn sid(v: usize) -> Sid {
    Sid::parse(&format!("S{v:05}")).unwrap()
}

impl Made {
    /// The case: every different set of inspectors is a tag of its own.
    pub fn case(&self) -> Case {
        let sets: BTreeSet<&BTreeSet<usize>> = self.fitting.iter().flatten().collect();
        let sets: Vec<&BTreeSet<usize>> = sets.into_iter().collect();
        let tag = |set: &BTreeSet<usize>| format!("t:{:05}", sets.binary_search(&set).unwrap());
        let mut tags = vec![Vec::new(); self.capacity.len()];
        for set in &sets {
            set.iter().for_each(|i| tags[*i].push(tag(set)));
        }
        let inspector = |(i, tags): (usize, Vec<String>)| InspectorRow {
            iid: iid(i),
            capacity: self.capacity[i],
            load: self.load[i],
            tags,
        };
        let slot = |(s, set): (usize, &BTreeSet<usize>)| {
            let needs = vec![tag(set)];
            let text = format!("s{s:02}|inspector|{}|", needs[0]);
            VisitSlot { text, role: Role::Inspector, needs, avoids: Vec::new() }
        };
        let demand = |(v, slots): (usize, &Vec<BTreeSet<usize>>)| Demand {
            sid: sid(v),
            salt: None,
            slots: slots.iter().enumerate().map(slot).collect(),
        };
        let recusal = |(v, i): &(usize, usize)| RecusalRow {
            sid: sid(*v),
            iid: iid(*i),
            reason: "kin".to_owned(),
            salt: None,
        };
        let incompatible = |(a, b): &(usize, usize)| IncompatibleRow {
            iid: iid(*a),
            iid2: iid(*b),
            reason: "kin".to_owned(),
        };
        Case::new(
            tags.into_iter().enumerate().map(inspector).collect(),
            &self.recused.iter().map(recusal).collect::<Vec<_>>(),
            &self.incompatible.iter().map(incompatible).collect::<Vec<_>>(),
            self.fitting.iter().enumerate().map(demand).collect(),
        )
        .with_tickets(self.suite, &self.seed)
    }
}

/// Small enough for trying everything. A hidden team fills every visit; capacities leave little beyond it, or lack
/// one visit.
pub fn tiny(slots: usize, random: &mut Random) -> Made {
    // Visits, and how likely anybody beside the hidden team fits a slot: larger teams have more teams.
    let (visits, percent) = match slots {
        ..4 => (random.between(2, 4), 70),
        4 => (random.between(2, 3), 60),
        5..8 => (random.between(2, 3), 40),
        _ => (2, 16),
    };
    let spare = random.between(1, 3);
    let pool = slots + usize::try_from(spare).unwrap();
    let mut capacity = vec![0; pool];
    let mut visit = || {
        let mut order: Vec<usize> = (0..pool).collect();
        random.shuffle(&mut order);
        order.truncate(slots);
        let slot = |member: usize| {
            capacity[member] += 1;
            let others = (0..pool).filter(|_| random.chance(percent));
            others.chain([member]).collect()
        };
        order.into_iter().map(slot).collect()
    };
    let fitting: Vec<Vec<BTreeSet<usize>>> = (0..visits).map(|_| visit()).collect();
    for one in &mut capacity {
        *one += u32::from(random.chance(40));
    }
    if random.chance(25) {
        let one = random.index(pool);
        capacity[one] = capacity[one].saturating_sub(1);
    }
    let most = *random.pick(&[1, 2, 4]);
    let load = (0..pool).map(|_| u32::try_from(random.below(most)).unwrap()).collect();
    let mut pairs = BTreeSet::new();
    for _ in 0..random.below(if slots < 12 { 4 } else { 2 }) {
        let (a, b) = (random.index(pool), random.index(pool));
        if a != b {
            pairs.insert((a.min(b), a.max(b)));
        }
    }
    let mut recused = BTreeSet::new();
    for _ in 0..random.below(3) {
        recused.insert((random.index(fitting.len()), random.index(pool)));
    }
    let suite = if random.chance(50) { Suite::Sha256 } else { Suite::Sm3 };
    let seed = random.digest();
    Made { suite, seed, fitting, recused, incompatible: pairs, capacity, load }
}

/// Capacity equals demand: a hidden pairing uses up everybody's. Two to ten have each speciality, and every slot needs
/// one of them.
pub fn tight(visits: usize, slots: usize, pool: usize, random: &mut Random) -> Made {
    let speciality = |random: &mut Random| -> BTreeSet<usize> {
        let wanted = usize::try_from(random.between(2, 10)).unwrap();
        let mut holders = BTreeSet::new();
        while holders.len() < wanted {
            holders.insert(random.index(pool));
        }
        holders
    };
    let specialities: Vec<BTreeSet<usize>> = (0..pool).map(|_| speciality(random)).collect();
    let mut capacity = vec![0; pool];
    let mut visit = || {
        let mut team = BTreeSet::new();
        let mut slot = || loop {
            let set = random.pick(&specialities);
            let holders: Vec<usize> = set.iter().copied().collect();
            let member = *random.pick(&holders);
            if team.insert(member) {
                capacity[member] += 1;
                return set.clone();
            }
        };
        (0..slots).map(|_| slot()).collect()
    };
    let fitting = (0..visits).map(|_| visit()).collect();
    Made {
        suite: Suite::Sha256,
        seed: random.digest(),
        fitting,
        recused: BTreeSet::new(),
        incompatible: BTreeSet::new(),
        capacity,
        load: vec![0; pool],
    }
}
