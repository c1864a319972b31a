//! The certificate of a round's optimum: one integer h per inspector. With M = 2^88 and ℓ = load + visits,
//! the assignment is THE optimum if M(2ℓ−1) ≤ h wherever an inspector has a visit, h ≤ M(2ℓ+1) wherever he
//! could take another, and every visit's team minimises Σ(W + h) over its distinct teams of open inspectors.
//! (Linear programming duality for the convex min-cost flow whose arcs from visits to inspectors have
//! capacity one; Ahuja, Magnanti, Orlin, *Network Flows*, ch. 9 and 14.)

use rayon::prelude::*;

use super::rules::{Case, Exclusions};
use crate::base::finding::Text;
use crate::say;

/// One unit of the first objective outweighs all pair tickets together: 2^24 slots × 2^64.
pub const M: i128 = 1 << 88;

/// Checks that `handicaps` prove `teams` optimal for `case` after `exclusions`. Teams must be eligible,
/// distinct and within capacities, which is checked before.
///
/// # Errors
/// What does not hold, naming inspector or visit; the first by place.
pub fn check(
    case: &Case,
    exclusions: &Exclusions,
    teams: &[Vec<u32>],
    handicaps: &[i128],
) -> Result<(), Text> {
    let mut visits = vec![0u32; case.inspectors.len()];
    teams.iter().flatten().for_each(|i| visits[*i as usize] += 1);
    for ((inspector, &visits), &h) in case.inspectors.iter().zip(&visits).zip(handicaps) {
        let (iid, l) = (&inspector.iid, i128::from(inspector.load) + i128::from(visits));
        if visits > 0 && h < M * (2 * l - 1) {
            return Err(say!("{iid} 的让分过小", "the handicap of {iid} is too small"));
        }
        if visits < inspector.capacity && h > M * (2 * l + 1) {
            return Err(say!("{iid} 的让分过大", "the handicap of {iid} is too large"));
        }
    }
    let improvable = teams.par_iter().enumerate().position_first(|(v, team)| {
        let visit = u32::try_from(v).expect("bug: fewer than 2^24 visits");
        improves(case, exclusions, visit, team, handicaps)
    });
    match improvable {
        None => Ok(()),
        Some(v) => {
            let sid = &case.visits[v].sid;
            Err(say!("{sid} 的小组不是最优", "the team of {sid} is not the best one"))
        }
    }
}

fn improves(
    case: &Case,
    exclusions: &Exclusions,
    visit: u32,
    team: &[u32],
    handicaps: &[i128],
) -> bool {
    let cost = |(i, ticket): (u32, u64)| (i, i128::from(ticket) + handicaps[i as usize]);
    let slots = 0..team.len();
    let candidates: Vec<Vec<(u32, i128)>> =
        slots.map(|slot| case.open(exclusions, visit, slot).map(cost).collect()).collect();
    !is_best_team(&candidates, team)
}

/// Whether no distinct team is cheaper; `candidates` are the costs W + h of everybody open, per slot. By the
/// negative-cycle criterion (Klein 1967) a cheaper one exists exactly if the exchange graph over the team's
/// slots and one node for everybody outside has a negative cycle: an arc from a to b says that the holder of
/// b moves to a, an arc from a to outside that an outsider takes a.
pub fn is_best_team(candidates: &[Vec<(u32, i128)>], team: &[u32]) -> bool {
    let outside = team.len();
    let mut gain = vec![vec![None::<i128>; outside + 1]; outside + 1];
    for (slot, open) in candidates.iter().enumerate() {
        let mut held = 0;
        for (i, cost) in open {
            let holder = team.iter().position(|member| member == i);
            if holder == Some(slot) {
                held = *cost;
            } else {
                let best = &mut gain[slot][holder.unwrap_or(outside)];
                *best = Some(best.map_or(*cost, |best| best.min(*cost)));
            }
        }
        // Whoever holds the slot now leaves it.
        gain[slot].iter_mut().flatten().for_each(|cost| *cost -= held);
    }
    // A chain of moves begins where somebody leaves the team and ends with an outsider coming in.
    gain[outside][..outside].fill(Some(0));
    !has_negative_cycle(gain)
}

/// Floyd and Warshall's shortest walks; a negative diagonal is a negative cycle. At most 17 nodes.
fn has_negative_cycle(mut walk: Vec<Vec<Option<i128>>>) -> bool {
    for via in 0..walk.len() {
        let onward = walk[via].clone();
        for row in &mut walk {
            let Some(first) = row[via] else { continue };
            for (known, second) in row.iter_mut().zip(&onward) {
                let Some(second) = second else { continue };
                if known.is_none_or(|known| first + second < known) {
                    *known = Some(first + second);
                }
            }
        }
        // Stopping at the first one keeps walks through it from growing.
        let closed = walk.iter().enumerate().filter_map(|(node, row)| row[node]);
        if closed.min().is_some_and(|around| around < 0) {
            return true;
        }
    }
    false
}
