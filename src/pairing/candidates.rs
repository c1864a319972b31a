//! Who is considered for a slot. Of hundreds to whom it is open hardly anybody but the cheapest dozen
//! ever matters, so only they are kept; the pairs of a district would fill 300 MB.
//!
//! A kept list is a guess, and pricing all eligible pairs proves it right: whoever was left out of a slot's
//! list cost at least the list's floor at the prices of that time, so he costs at least the floor plus
//! the least that any price has risen since. Where that is below the slot's ceiling (see `team`) the
//! slot is hashed again and everybody is priced one by one; whoever is below the ceiling joins the list,
//! and the search goes on. When nobody is, no eligible pair of the whole problem could make a team
//! cheaper, and the optimum among the kept is the optimum. (Column generation: L. R. Ford, D. R. Fulkerson,
//! Management Science 5, 1958.) Lists only grow, so this ends.

use super::components::Part;
use super::problem::Problem;
use crate::draw::smallest::Smallest;

/// Candidates kept of each slot, at least twice the visit's slots, so that different ones can be found.
const KEPT: usize = 24;

/// The candidates of one slot.
pub(super) struct List {
    /// Those kept with their tickets W, the cheapest first at the prices of that time.
    pub(super) open: Vec<(u32, u64)>,
    /// What holds for all others to whom the slot is open; `None` if there are none.
    pub(super) floor: Option<Floor>,
}

/// A bound of what those left out cost.
#[derive(Clone, Copy)]
pub(super) struct Floor {
    /// Least W + price.
    pub(super) cost: i128,
    /// Which prices it is about: a number of [`Market`](super::market::Market)'s.
    pub(super) epoch: usize,
}

impl List {
    /// W of an inspector, if he is kept.
    pub(super) fn ticket(&self, inspector: u32) -> Option<i128> {
        let found = self.open.iter().find(|(i, _)| *i == inspector);
        found.map(|(_, ticket)| i128::from(*ticket))
    }

    /// Whether somebody left out may cost less than `ceiling`, when prices have risen by `risen` or more.
    pub(super) fn may_miss(&self, ceiling: i128, risen: impl Fn(usize) -> i128) -> bool {
        self.floor.is_some_and(|floor| floor.cost + risen(floor.epoch) < ceiling)
    }

    /// Takes in whoever `fresh`, a list at current prices, has below the ceiling, and those beside
    /// him. Tells whether there was anybody.
    pub(super) fn take_in(&mut self, fresh: List, prices: &[i128], ceiling: i128) -> bool {
        let cost = |(i, ticket): &(u32, u64)| i128::from(*ticket) + prices[*i as usize];
        let known = |one: &(u32, u64)| self.open.iter().any(|kept| kept.0 == one.0);
        let new: Vec<(u32, u64)> = fresh.open.into_iter().filter(|one| !known(one)).collect();
        let missed = new.iter().any(|one| cost(one) < ceiling);
        self.floor = fresh.floor;
        if missed {
            self.open.extend(new);
        } else if let Some(nearest) = new.iter().map(cost).min() {
            // They stay outside, so the floor must lie below them.
            if let Some(floor) = &mut self.floor {
                floor.cost = floor.cost.min(nearest);
            }
        }
        missed
    }
}

/// Prices everybody to whom a slot is open, and keeps the cheapest; `open` is room for their tickets.
pub(super) fn keep(
    problem: &Problem<'_>,
    part: &Part,
    (visit, slot): (usize, usize),
    (prices, epoch): (&[i128], usize),
    open: &mut Vec<(u32, u64)>,
) -> List {
    let (slots, name) = (part.slots(visit), part.visits[visit]);
    let barred = &problem.visits[name as usize].barred;
    let fitting = part.kinds[part.kind[slots.start + slot] as usize].iter();
    let fitting = fitting.filter(|i| !barred.contains(&part.inspectors[**i as usize]));
    open.clear();
    open.extend(fitting.clone().map(|i| (part.inspectors[*i as usize], 0)));
    problem.tickets.price(name, slot, open);
    let kept = KEPT.max(2 * slots.len());
    let mut cheapest = Smallest::new(kept + 1);
    for (i, (_, ticket)) in fitting.zip(&*open) {
        cheapest.push((i128::from(*ticket) + prices[*i as usize], *i, *ticket), ());
    }
    let mut cheapest = cheapest.sorted();
    let beyond = if cheapest.len() > kept { cheapest.pop() } else { None };
    List {
        open: cheapest.into_iter().map(|((_, i, ticket), ())| (i, ticket)).collect(),
        floor: beyond.map(|((cost, _, _), ())| Floor { cost, epoch }),
    }
}
