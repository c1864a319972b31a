//! The cheapest way to fill some slots of one visit: every slot one candidate, all different, no two of them
//! incompatible, the least sum of tickets.
//!
//! Without incompatible pairs this is an assignment problem (H. W. Kuhn, Naval Research Logistics Quarterly 2, 1955).
//! Of somebody with partners in its optimum either he stays away or all who are incompatible with him do, so the two
//! problems without either cover every way; the cheapest of all open problems is looked at first, and the first optimum
//! without an incompatible pair is the answer (branch and bound: A. H. Land, A. G. Doig, Econometrica 28, 1960). To send
//! away only the two of a pair would be right as well, but among q who are all incompatible it doubles the work with each.

use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap};

use crate::record::ids::Iid;

/// Who may take a slot, each with his ticket.
pub(super) type Candidates = Vec<(u64, Iid)>;

/// The holders of the slots in their order; none if the slots cannot be filled at once.
pub(super) fn cheapest(
    slots: &[Candidates],
    incompatible: &dyn Fn(&Iid, &Iid) -> bool,
) -> Option<Vec<Iid>> {
    search(slots, incompatible, &mut 0)
}

/// As [`cheapest`]; `looked` counts the assignment problems that were solved.
fn search(
    slots: &[Candidates],
    incompatible: &dyn Fn(&Iid, &Iid) -> bool,
    looked: &mut u64,
) -> Option<Vec<Iid>> {
    let mut slots: Vec<Candidates> = slots.to_vec();
    slots.iter_mut().for_each(|slot| slot.sort_unstable());
    let everybody: BTreeSet<&Iid> = slots.iter().flatten().map(|(_, iid)| iid).collect();
    let partners = |one: &Iid, away: &BTreeSet<Iid>| -> BTreeSet<Iid> {
        let stays = |iid: &Iid| !away.contains(iid) && incompatible(one, iid);
        everybody.iter().copied().filter(|iid| stays(iid)).cloned().collect()
    };
    let mut open = BinaryHeap::new();
    let mut put = |open: &mut BinaryHeap<_>, away: BTreeSet<Iid>| {
        *looked += 1;
        open.extend(assign(&slots, &away).map(|(sum, team)| Reverse((sum, team, away))));
    };
    put(&mut open, BTreeSet::new());
    while let Some(Reverse((_, team, mut away))) = open.pop() {
        let in_pair = |one: &&Iid| team.iter().any(|other| incompatible(one, other));
        // Who has the most partners leaves the least behind.
        let worst = team.iter().filter(in_pair).map(|one| (partners(one, &away), one));
        let Some((partners, one)) = worst.max_by_key(|(partners, _)| partners.len()) else {
            return Some(team);
        };
        put(&mut open, away.iter().cloned().chain(partners).collect());
        away.insert(one.clone());
        put(&mut open, away);
    }
    None
}

/// A cost that no sum of 16 tickets reaches: what may not be.
const NEVER: i128 = 1 << 80;

/// The cheapest assignment of different candidates, without those who stay away.
fn assign(slots: &[Candidates], away: &BTreeSet<Iid>) -> Option<(i128, Vec<Iid>)> {
    // Among the k cheapest of a slot there is always one whom the k − 1 others do not need.
    let near = |slot: &Candidates| -> Candidates {
        slot.iter().filter(|(_, iid)| !away.contains(iid)).take(slots.len()).cloned().collect()
    };
    let near: Vec<Candidates> = slots.iter().map(near).collect();
    let people: Vec<&Iid> =
        near.iter().flatten().map(|(_, iid)| iid).collect::<BTreeSet<_>>().into_iter().collect();
    if people.len() < slots.len() {
        return None;
    }
    let row = |slot: &Candidates| -> Vec<i128> {
        let mut costs = vec![NEVER; people.len()];
        for (ticket, iid) in slot {
            let at = people.binary_search(&iid).expect("bug: everybody near is among the people");
            costs[at] = i128::from(*ticket);
        }
        costs
    };
    let costs: Vec<Vec<i128>> = near.iter().map(row).collect();
    let taken = hungarian(&costs);
    let sum: i128 = costs.iter().zip(&taken).map(|(row, at)| row[*at]).sum();
    (sum < NEVER).then(|| (sum, taken.iter().map(|at| people[*at].clone()).collect()))
}

/// The column of every row in the assignment of least cost; there are at least as many columns as rows.
fn hungarian(costs: &[Vec<i128>]) -> Vec<usize> {
    let columns = costs.first().map_or(0, Vec::len);
    // Row and column 0 are those of the row that is being placed.
    let (mut of_row, mut of_column) = (vec![0i128; costs.len() + 1], vec![0i128; columns + 1]);
    let mut row_of = vec![0usize; columns + 1];
    for row in 1..=costs.len() {
        row_of[0] = row;
        let mut at = 0;
        let (mut least, mut from) = (vec![i128::MAX; columns + 1], vec![0usize; columns + 1]);
        let mut seen = vec![false; columns + 1];
        while row_of[at] != 0 {
            seen[at] = true;
            let placed = row_of[at];
            let (mut step, mut next) = (i128::MAX, 0);
            for column in (1..=columns).filter(|column| !seen[*column]) {
                let cost = costs[placed - 1][column - 1] - of_row[placed] - of_column[column];
                if cost < least[column] {
                    (least[column], from[column]) = (cost, at);
                }
                if least[column] < step {
                    (step, next) = (least[column], column);
                }
            }
            for column in 0..=columns {
                if seen[column] {
                    of_row[row_of[column]] += step;
                    of_column[column] -= step;
                } else if column > 0 {
                    least[column] -= step;
                }
            }
            at = next;
        }
        while at != 0 {
            row_of[at] = row_of[from[at]];
            at = from[at];
        }
    }
    let mut column_of = vec![0; costs.len()];
    for column in (1..=columns).filter(|column| row_of[*column] > 0) {
        column_of[row_of[column] - 1] = column - 1;
    }
    column_of
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Words of a small linear congruence: the cases need variety, not secrecy.
    fn words(seed: u64) -> impl FnMut() -> u64 {
        let mut state = seed;
        move || {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            state >> 33
        }
    }

    fn every_way(
        slots: &[Candidates],
        quarrel: &dyn Fn(&Iid, &Iid) -> bool,
    ) -> Option<(u128, Vec<Iid>)> {
        let mut teams: Vec<(u128, Vec<Iid>)> = vec![(0, Vec::new())];
        for slot in slots {
            let mut longer = Vec::new();
            for (sum, team) in &teams {
                for (ticket, iid) in slot {
                    if !team.contains(iid) && !team.iter().any(|one| quarrel(one, iid)) {
                        let mut team = team.clone();
                        team.push(iid.clone());
                        longer.push((sum + u128::from(*ticket), team));
                    }
                }
            }
            teams = longer;
        }
        teams.into_iter().min()
    }

    #[test]
    fn the_cheapest_is_the_smallest_of_all_ways() {
        let (mut found, mut none) = (0, 0);
        for seed in 0..3000 {
            let mut word = words(seed);
            let people: Vec<Iid> =
                (0..2 + word() % 6).map(|i| Iid::parse(&format!("E{i}")).unwrap()).collect();
            let mut slots = Vec::new();
            for _ in 0..1 + word() % 4 {
                let open = people
                    .iter()
                    .filter(|_| !word().is_multiple_of(3))
                    .cloned()
                    .collect::<Vec<_>>();
                slots.push(open.into_iter().map(|iid| (word() << 31 | word(), iid)).collect());
            }
            let density = word() % 3;
            let rows: BTreeSet<(Iid, Iid)> = people
                .iter()
                .flat_map(|a| people.iter().map(move |b| (a.clone(), b.clone())))
                .filter(|(a, b)| a < b && word() % 6 < density)
                .collect();
            let quarrel = |a: &Iid, b: &Iid| rows.contains(&(a.min(b).clone(), a.max(b).clone()));
            let expected = every_way(&slots, &quarrel);
            *if expected.is_some() { &mut found } else { &mut none } += 1;
            assert_eq!(cheapest(&slots, &quarrel), expected.map(|(_, team)| team), "{seed}");
        }
        assert!(found > 1000 && none > 300, "{found} {none}");
    }

    /// So many cheap inspectors who are all incompatible with one another, and four dear ones with nobody against them.
    fn quarrelling(many: usize, slots: usize) -> (Vec<Candidates>, impl Fn(&Iid, &Iid) -> bool) {
        let mut word = words(many as u64);
        let slot = |_| {
            let cheap: Candidates =
                (0..many).map(|i| (word(), Iid::parse(&format!("A{i:02}")).unwrap())).collect();
            let dear: Candidates =
                (0..4).map(|i| (word() << 31, Iid::parse(&format!("B{i:02}")).unwrap())).collect();
            [cheap, dear].concat()
        };
        let of_many = |iid: &Iid| iid.as_str().starts_with('A');
        let slots: Vec<Candidates> = (0..slots).map(slot).collect();
        (slots, move |a: &Iid, b: &Iid| a != b && of_many(a) && of_many(b))
    }

    #[test]
    fn the_work_does_not_double_with_everybody_who_quarrels() {
        for many in [2, 6, 14, 30] {
            let (slots, quarrel) = quarrelling(many, 4);
            let mut looked = 0;
            let team = search(&slots, &quarrel, &mut looked);
            assert_eq!(team, every_way(&slots, &quarrel).map(|(_, team)| team), "{many}");
            assert!(looked <= 2 * many as u64 + 1, "{looked} problems for {many}");
            // Nobody can fill six slots: at most one of those and the four others.
            let (slots, quarrel) = quarrelling(many, 6);
            looked = 0;
            assert_eq!(search(&slots, &quarrel, &mut looked), None);
            assert!(looked <= 2 * many as u64 + 1, "{looked} problems for {many}");
        }
    }

    #[test]
    fn no_slots_are_filled_by_nobody() {
        assert_eq!(cheapest(&[], &|_, _| false), Some(Vec::new()));
        assert_eq!(cheapest(&[Vec::new()], &|_, _| false), None);
    }
}
