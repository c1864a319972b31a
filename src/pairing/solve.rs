//! The exact pairing: fills every slot of every visit at least cost, or shows why that cannot be.
//!
//! **Problem.** Visit `v` has 1 … 16 slots, each open to some inspectors with tickets W. An inspector
//! holds at most one slot of a visit and at most `capacity` visits. Among all ways to fill every slot
//! the one is wanted that minimises Σ (load + visits)² over the inspectors, then ΣW. Fewer than 2^24
//! tickets below 2^64 sum to less than M = 2^88, so this order is the order of the single integer
//! M·Σ(load + visits)² + ΣW, and an inspector's next visit costs M(2ℓ + 1), where ℓ = load + visits so
//! far. Convex costs of unit steps make it a minimum-cost flow.
//!
//! **Method.** Parts that have nothing to do with each other are solved apart (`components`). In each,
//! the balance of visits gives first prices (`levels`); every slot is hashed once, and its cheapest
//! candidates are kept (`candidates`); every visit buys its cheapest team (`team`, `market`); shortest
//! paths bring supply and demand together (`shortest`); and all eligible pairs are priced, until nobody
//! was overlooked.
//!
//! **Certificate.** In the end there are prices h such that, with ℓ as above,
//! 1. every visit's team minimises Σ(W + h) over all its distinct teams;
//! 2. M(2ℓ − 1) ≤ h if the inspector has a visit;
//! 3. h ≤ M(2ℓ + 1) if he has fewer visits than capacity.
//!
//! Summing 1 over the visits, and 2 and 3 over the steps by which another pairing differs, shows that no
//! pairing is cheaper: linear programming duality. So whatever the heuristics before it did, what comes
//! out is THE optimum, unless two are equal to the last bit, for which 64-bit tickets leave a chance below
//! pairs/2^64; and `certificate` proves it to others without this search.
//!
//! **Bounds.** An inspector can always hand a visit to the ground (see `shortest`), which costs 2^112 above
//! capacity and less below, so no price is further above the ground than that. Whoever has a visit has a
//! price of at least M; whoever has none is given the price of his first one, the largest that condition 3
//! allows, since nobody buys from him even below it. So every handicap is between 1 and 2^112. A visit above
//! capacity is never worth its price where there is a way around it: that has at most one step of balance,
//! below 2^88 · 2^18, and tickets below 2^88.
//!
//! What this refuses: it has no random choice, no hash map and no float, and threads only share out
//! work whose results are put together in the order of the input.

use rayon::prelude::*;

use super::components::{Part, parts};
use super::market::Market;
use super::problem::Problem;
use super::rules::Exclusions;
use super::shortage::{Blocking, blocking};
use super::shortest::balance;

/// Visits looked at before progress is told again.
const BLOCK: usize = 1 << 10;

/// The pairing of least cost, with the proof that it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Optimum {
    /// Inspector of each slot, `[visit][slot]`.
    pub teams: Vec<Vec<u32>>,
    /// Certificate: one price h per inspector in units of W, |h| < 2^120; see the module's text
    /// for the three conditions.
    pub handicaps: Vec<i128>,
}

/// A problem with the state of its search, which the next round takes up again.
pub struct Search<'a> {
    problem: Problem<'a>,
    markets: Vec<Market>,
    /// Why there is no pairing, as soon as it is known.
    blocking: Option<Blocking>,
}

impl<'a> Search<'a> {
    /// Looks at every slot once; `progress` hears how many so far.
    ///
    /// # Panics
    /// With `bug:` if the problem breaks its bounds or orders.
    pub fn new(problem: Problem<'a>, progress: &mut dyn FnMut(usize)) -> Self {
        problem.check();
        let parts: Vec<Part> = parts(&problem);
        let markets = parts.into_par_iter().map(|part| Market::new(&problem, part));
        let mut search = Search { markets: markets.collect(), problem, blocking: None };
        if search.markets.iter().any(|market| market.is_doubtful) {
            // What nobody can pair needs no tickets.
            search.blocking = blocking(&search.problem);
        }
        if search.blocking.is_none() {
            search.look(progress);
        }
        search
    }

    /// Finds the pairing of least cost, or the first blocking set in the order of the slots.
    ///
    /// # Errors
    /// The blocking set, when not every slot can be filled.
    ///
    /// # Panics
    /// With `bug:` if the search breaks its own laws.
    pub fn optimum(&mut self) -> Result<Optimum, Blocking> {
        if self.blocking.is_none() {
            let problem = &self.problem;
            self.markets.par_iter_mut().for_each(|market| settle(market, problem));
            if self.markets.iter().any(Market::is_over) {
                self.find_blocking();
            }
        }
        match &self.blocking {
            Some(blocking) => Err(blocking.clone()),
            None => Ok(self.result()),
        }
    }

    /// Excludes inspectors from visits, for the next round.
    pub fn exclude(&mut self, exclusions: &Exclusions) {
        for (visit, inspector) in exclusions {
            self.problem.visits[*visit as usize].barred.push(*inspector);
        }
        let problem = &self.problem;
        let bought = self.markets.par_iter_mut().map(|market| {
            let is_touched =
                |name: u32| exclusions.range((name, 0)..=(name, u32::MAX)).next().is_some();
            let visits = market.part.visits.iter().enumerate();
            let touched = visits.filter(|(_, name)| is_touched(**name));
            let touched: Vec<usize> = touched.map(|(visit, _)| visit).collect();
            market.strike(problem, &touched)
        });
        if !bought.reduce(|| true, |a, b| a && b) {
            self.find_blocking();
        }
    }

    /// Finds the candidates of every slot, and the first teams.
    fn look(&mut self, progress: &mut dyn FnMut(usize)) {
        let mut slots = 0;
        for market in &mut self.markets {
            let visits = market.part.visits.len();
            for first in (0..visits).step_by(BLOCK) {
                slots += market.look(&self.problem, first..visits.min(first + BLOCK));
                progress(slots);
            }
        }
        if !self.markets.par_iter_mut().map(Market::open).reduce(|| true, |a, b| a && b) {
            self.find_blocking();
        }
    }

    fn find_blocking(&mut self) {
        let found = blocking(&self.problem);
        self.blocking = Some(found.expect("bug: what blocks a pairing is not found"));
    }

    fn result(&self) -> Optimum {
        let mut teams = vec![Vec::new(); self.problem.visits.len()];
        let inspectors = self.problem.inspectors.iter();
        let mut handicaps: Vec<i128> = inspectors.map(|one| one.first_price()).collect();
        for market in &self.markets {
            for (visit, name) in market.part.visits.iter().enumerate() {
                teams[*name as usize] = market.team(visit);
            }
            for (i, name) in market.part.inspectors.iter().enumerate() {
                handicaps[*name as usize] = market.handicap(i);
            }
        }
        Optimum { teams, handicaps }
    }
}

/// Finds the optimum of a part, above capacities where it must.
fn settle(market: &mut Market, problem: &Problem<'_>) {
    loop {
        balance(market);
        if market.overlooked(problem) == 0 {
            break;
        }
    }
}

#[cfg(test)]
#[path = "solve_tests.rs"]
mod tests;
