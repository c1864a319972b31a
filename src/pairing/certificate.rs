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

/// What keeps handicaps from being a proof.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flaw {
    /// Whose it is.
    pub of: Culprit,
    /// What does not hold.
    pub cause: Text,
}

/// Where a certificate does not hold, by place in the case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Culprit {
    /// The handicap of this inspector.
    Inspector(usize),
    /// The team of this visit.
    Visit(usize),
}

/// Checks that `handicaps` prove `teams` optimal for `case` after `exclusions`. Teams must be eligible,
/// distinct and within capacities, which is checked before.
///
/// # Errors
/// The first flaw by place.
pub fn check(
    case: &Case,
    exclusions: &Exclusions,
    teams: &[Vec<u32>],
    handicaps: &[i128],
) -> Result<(), Flaw> {
    let mut visits = vec![0u32; case.inspectors.len()];
    teams.iter().flatten().for_each(|i| visits[*i as usize] += 1);
    let of_each = case.inspectors.iter().zip(&visits).zip(handicaps).enumerate();
    for (at, ((inspector, &visits), &h)) in of_each {
        let refuse = |cause| Err(Flaw { of: Culprit::Inspector(at), cause });
        let (iid, l) = (&inspector.iid, i128::from(inspector.load) + i128::from(visits));
        if visits > 0 && h < M * (2 * l - 1) {
            return refuse(say!("{iid} 的让分过小", "the handicap of {iid} is too small"));
        }
        if visits < inspector.capacity && h > M * (2 * l + 1) {
            return refuse(say!("{iid} 的让分过大", "the handicap of {iid} is too large"));
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
            let cause = say!("{sid} 的小组不是最优", "the team of {sid} is not the best one");
            Err(Flaw { of: Culprit::Visit(v), cause })
        }
    }
}

/// One visit at a time, so that nothing grows with the number of pairs: tickets are made, compared and forgotten.
fn improves(
    case: &Case,
    exclusions: &Exclusions,
    visit: u32,
    team: &[u32],
    handicaps: &[i128],
) -> bool {
    let mut gains = Gains::new(team);
    for slot in 0..team.len() {
        let open = case.open(exclusions, visit, slot);
        gains.add(slot, open.map(|(i, ticket)| (i, i128::from(ticket) + handicaps[i as usize])));
    }
    gains.any()
}

/// Whether no distinct team is cheaper; `candidates` are the costs W + h of everybody open, per slot.
pub fn is_best_team(candidates: &[Vec<(u32, i128)>], team: &[u32]) -> bool {
    let mut gains = Gains::new(team);
    for (slot, open) in candidates.iter().enumerate() {
        gains.add(slot, open.iter().copied());
    }
    !gains.any()
}

/// What exchanges would change. By the negative-cycle criterion (Klein 1967) a cheaper team exists exactly if
/// the exchange graph over the team's slots and one node for everybody outside has a negative cycle: an arc
/// from a to b says that the holder of b moves to a, an arc from a to outside that an outsider takes a.
struct Gains<'a> {
    team: &'a [u32],
    walk: Vec<Vec<Option<i128>>>,
}

impl<'a> Gains<'a> {
    fn new(team: &'a [u32]) -> Self {
        let outside = team.len();
        let mut walk = vec![vec![None; outside + 1]; outside + 1];
        // A chain of moves begins where somebody leaves the team and ends with an outsider coming in.
        walk[outside][..outside].fill(Some(0));
        Gains { team, walk }
    }

    /// Takes in everybody open to a slot, with what he costs in it.
    fn add(&mut self, slot: usize, open: impl Iterator<Item = (u32, i128)>) {
        let (mut held, mut newcomer) = (0, None::<i128>);
        for (i, cost) in open {
            match self.team.iter().position(|member| *member == i) {
                None => newcomer = Some(newcomer.map_or(cost, |best| best.min(cost))),
                Some(own) if own == slot => held = cost,
                Some(other) => self.walk[slot][other] = Some(cost),
            }
        }
        self.walk[slot][self.team.len()] = newcomer;
        // Whoever holds the slot now leaves it.
        self.walk[slot].iter_mut().flatten().for_each(|cost| *cost -= held);
    }

    fn any(self) -> bool {
        has_negative_cycle(self.walk)
    }
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
