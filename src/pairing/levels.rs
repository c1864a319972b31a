//! First prices: how many visits everybody will have, before any ticket is looked at.
//!
//! The first objective, Σ (load + visits)², knows no tickets, and hardly any visits: only how many
//! slots there are of each kind. Poured like water into the inspectors to whom it is open, every
//! kind's demand finds its level; pouring kind after kind again and again comes to the common minimum
//! (the non-linear Gauss–Seidel method: D. P. Bertsekas, J. N. Tsitsiklis, Parallel and Distributed
//! Computation, 1989). In the integral optimum those who share a level z have ⌊z⌋ or ⌈z⌉ visits
//! (A. Frank, K. Murota, Japan Journal of Industrial and Applied Mathematics 40, 2023), so that the price
//! of a visit is M(2⌊z⌋ + 1) for all of them, but for the tickets.
//!
//! These prices only begin the search: it is exact from any prices whatever, and slow from bad ones. So it
//! does not matter that water is divided more finely than visits, nor where pouring stops. From here
//! nine in ten slots and more go to the right inspector at once, which is why no auction is needed.

use std::collections::BTreeMap;

use super::certificate::M;
use super::components::{Part, Sets};
use super::problem::Inspector;

/// Water of one visit.
const VISIT: u64 = 1 << 10;
/// How often every kind is poured at most.
const POURS: u32 = 40;

/// What a part can be told before any ticket is looked at.
pub(super) struct Outlook {
    /// Prices to begin with, of the part's inspectors.
    pub(super) prices: Vec<i128>,
    /// Whether some of the demand found no room: it is worth asking what blocks a pairing.
    pub(super) is_doubtful: bool,
}

/// Pours the part's demand.
pub(super) fn outlook(part: &Part, limits: &[Inspector]) -> Outlook {
    let water = Water::poured(part, limits);
    let mut groups = water.groups(part);
    let mut levels: BTreeMap<usize, Level> = BTreeMap::new();
    for i in (0..limits.len()).filter(|i| water.amount[*i] > 0) {
        let group = levels.entry(groups.root(i)).or_default();
        group.top = group.top.max(water.level(i));
        if water.amount[i] < water.room[i] {
            group.sum += water.level(i);
            group.members += 1;
        }
    }
    let price = |(i, limit): (usize, &Inspector)| match levels.get(&groups.root(i)) {
        Some(group) if water.amount[i] > 0 => group.price(),
        _ => limit.first_price(),
    };
    Outlook {
        prices: limits.iter().enumerate().map(price).collect(),
        is_doubtful: water.amount.iter().sum::<u64>() < VISIT * part.kind.len() as u64,
    }
}

/// The level of a group of inspectors who share it.
#[derive(Default)]
struct Level {
    /// Levels of those who have room left, added up.
    sum: u64,
    /// How many they are.
    members: u64,
    /// The highest level of all.
    top: u64,
}

impl Level {
    /// M(2⌊z⌋ + 1); between two steps where the level is as good as an integer, or everybody is full.
    fn price(&self) -> i128 {
        let level = self.sum.checked_div(self.members).unwrap_or(self.top);
        let (visits, beyond) = (i128::from(level / VISIT), level % VISIT);
        let steps = match beyond {
            0..64 => 2 * visits,
            960.. => 2 * visits + 2,
            _ => 2 * visits + 1,
        };
        M * steps
    }
}

/// How much of each kind's demand is poured into each inspector.
struct Water {
    /// What counts for the balance before.
    load: Vec<u64>,
    /// The most that an inspector takes in.
    room: Vec<u64>,
    /// What he has taken in, of all kinds.
    amount: Vec<u64>,
    /// The same of each kind, in the order of its inspectors.
    of_kind: Vec<Vec<u64>>,
}

impl Water {
    fn poured(part: &Part, limits: &[Inspector]) -> Self {
        let mut demand = vec![0; part.kinds.len()];
        part.kind.iter().for_each(|kind| demand[*kind as usize] += VISIT);
        let open = visits_open(part);
        let room = limits
            .iter()
            .zip(&open)
            .map(|(limit, open)| u64::from(limit.capacity).min(*open) * VISIT);
        let mut water = Water {
            load: limits.iter().map(|limit| u64::from(limit.load) * VISIT).collect(),
            room: room.collect(),
            amount: vec![0; limits.len()],
            of_kind: part.kinds.iter().map(|fitting| vec![0; fitting.len()]).collect(),
        };
        for _ in 0..POURS {
            let moved = (0..part.kinds.len()).map(|kind| water.pour(part, kind, demand[kind]));
            if moved.max().unwrap_or(0) < VISIT / 64 {
                break;
            }
        }
        water
    }

    /// Pours the demand of one kind anew over the water of the others; the most that changed for anybody.
    fn pour(&mut self, part: &Part, kind: usize, demand: u64) -> u64 {
        let fitting = &part.kinds[kind];
        let before = std::mem::take(&mut self.of_kind[kind]);
        for (i, own) in fitting.iter().zip(&before) {
            self.amount[*i as usize] -= own;
        }
        let takes = |i: u32, level: u64| {
            let i = i as usize;
            let free = self.room[i] - self.amount[i];
            level.saturating_sub(self.load[i] + self.amount[i]).min(free)
        };
        let all = |level: u64| fitting.iter().map(|i| takes(*i, level)).sum::<u64>();
        // The least level at which the demand is met, or the brim.
        let brim = fitting.iter().map(|i| self.load[*i as usize] + self.room[*i as usize]);
        let (mut low, mut high) = (0, brim.max().unwrap_or(0));
        while low < high {
            let middle = low.midpoint(high);
            if all(middle) >= demand { high = middle } else { low = middle + 1 }
        }
        let after: Vec<u64> = fitting.iter().map(|i| takes(*i, high)).collect();
        for (i, own) in fitting.iter().zip(&after) {
            self.amount[*i as usize] += own;
        }
        let moved = before.iter().zip(&after).map(|(a, b)| a.abs_diff(*b)).max().unwrap_or(0);
        self.of_kind[kind] = after;
        moved
    }

    /// Inspectors who share a kind's water share its level, and so their prices.
    fn groups(&self, part: &Part) -> Sets {
        let mut sets = Sets::new(self.amount.len());
        for (fitting, amounts) in part.kinds.iter().zip(&self.of_kind) {
            let sharing = fitting.iter().zip(amounts).filter(|(_, amount)| **amount >= VISIT / 8);
            let sharing = sharing.map(|(i, _)| *i as usize);
            sharing.clone().zip(sharing.skip(1)).for_each(|(a, b)| sets.join(a, b));
        }
        sets
    }

    fn level(&self, i: usize) -> u64 {
        self.load[i] + self.amount[i]
    }
}

/// Per inspector the visits with a slot open to him: he takes no more than one slot of each.
fn visits_open(part: &Part) -> Vec<u64> {
    let mut alike: BTreeMap<Vec<u32>, u64> = BTreeMap::new();
    for visit in 0..part.visits.len() {
        let mut kinds = part.kind[part.slots(visit)].to_vec();
        kinds.sort_unstable();
        kinds.dedup();
        *alike.entry(kinds).or_default() += 1;
    }
    let mut open = vec![0; part.inspectors.len()];
    for (kinds, visits) in alike {
        let mut fitting: Vec<u32> =
            kinds.iter().flat_map(|kind| &part.kinds[*kind as usize]).copied().collect();
        fitting.sort_unstable();
        fitting.dedup();
        fitting.iter().for_each(|i| open[*i as usize] += visits);
    }
    open
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One slot a visit, of the kind given; the inspectors as (capacity, load). In units of M.
    fn steps(kinds: &[&[u32]], kind: &[u32], limits: &[(u32, u32)]) -> (Vec<i128>, bool) {
        let part = Part {
            inspectors: (0..).take(limits.len()).collect(),
            visits: (0..).take(kind.len()).collect(),
            kinds: kinds.iter().map(|fitting| fitting.to_vec()).collect(),
            kind: kind.to_vec(),
            first: (0..=kind.len()).collect(),
        };
        let limits =
            limits.iter().map(|(capacity, load)| Inspector { capacity: *capacity, load: *load });
        let Outlook { prices, is_doubtful } = outlook(&part, &limits.collect::<Vec<_>>());
        (prices.iter().map(|price| price / M).collect(), is_doubtful)
    }

    #[test]
    fn water_finds_its_level() {
        let all: &[u32] = &[0, 1, 2];
        // Seven visits among three: two or three each, and the next step is 2·2 + 1.
        assert_eq!(steps(&[all], &[0; 7], &[(99, 0); 3]), (vec![5; 3], false));
        // Who has done five already is not needed, and keeps his own price.
        assert_eq!(steps(&[all], &[0; 7], &[(99, 0), (99, 0), (99, 5)]), (vec![7, 7, 11], false));
        // Who may do one only shares the price of those who do three.
        assert_eq!(steps(&[all], &[0; 7], &[(1, 0), (99, 0), (99, 0)]), (vec![6; 3], false));
    }

    #[test]
    fn demand_flows_from_kind_to_kind() {
        let of = |one, other| [vec![0; one], vec![1; other]].concat();
        // 0 and 1 may do the first, 1 and 2 the others: in the end all three share fourteen visits.
        let kinds: [&[u32]; 2] = [&[0, 1], &[1, 2]];
        assert_eq!(steps(&kinds, &of(8, 6), &[(99, 0); 3]).0, [9; 3]);
        // Five each, and four that 2 does alone.
        assert_eq!(steps(&kinds, &of(10, 4), &[(99, 0); 3]).0, [10, 10, 8]);
    }

    #[test]
    fn too_little_room_is_doubtful() {
        assert!(steps(&[&[0, 1]], &[0; 7], &[(3, 0); 2]).1);
        assert!(!steps(&[&[0, 1]], &[0; 6], &[(3, 0); 2]).1);
        assert!(steps(&[&[]], &[0], &[]).1);
    }
}
