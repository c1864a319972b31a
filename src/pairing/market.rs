//! The state of the search in one part: prices, the team of every visit, and how far what inspectors
//! have agrees with what their prices say they should have.
//!
//! Inspectors sell visits. Every visit buys its cheapest team at the prices h; every inspector wants
//! to sell as many as pay: all that cost him, at M(2ℓ + 1) for the next, less than h. Where both
//! agree for everybody the pairing is optimal and the prices are its certificate. (L. R. Ford, D. R.
//! Fulkerson, Flows in Networks, 1962; as a market: G. Demange, D. Gale, M. Sotomayor, Journal of
//! Political Economy 94, 1986.)

use rayon::prelude::*;

use super::candidates::{List, keep};
use super::certificate::M;
use super::components::{Part, number};
use super::levels::{Outlook, outlook};
use super::problem::{FORBIDDEN, Inspector, Problem};
use super::team::{Seat, Team};

/// Below every bound.
const UNKNOWN: i128 = i128::MIN / 4;

/// A part with its state.
pub(super) struct Market {
    pub(super) part: Part,
    /// Whether the inspectors may be too few.
    pub(super) is_doubtful: bool,
    limits: Vec<Inspector>,
    /// Price h of each inspector, still with the ground added.
    pub(super) prices: Vec<i128>,
    /// What h is measured from. Prices only rise during the search, and the ground among them.
    pub(super) ground: i128,
    /// Per slot who is considered.
    lists: Vec<List>,
    /// Per visit who makes it; empty until all lists are there.
    teams: Vec<Team>,
    /// Per inspector the visits that he has.
    served: Vec<Vec<u32>>,
    /// Per inspector how many he wants to have.
    pub(super) wanted: Vec<u32>,
    /// Σ wanted.
    pub(super) supply: usize,
    /// Per slot a bound from below of what it takes to let anybody in when its holder leaves, at
    /// prices since risen.
    entry_bounds: Vec<i128>,
    /// The prices that floors of lists refer to.
    epochs: Vec<Vec<i128>>,
}

impl Market {
    /// A part with first prices; nobody is known yet.
    pub(super) fn new(problem: &Problem<'_>, part: Part) -> Market {
        let limits = part.inspectors.iter().map(|i| problem.inspectors[*i as usize]);
        let limits: Vec<Inspector> = limits.collect();
        let Outlook { prices, is_doubtful } = outlook(&part, &limits);
        Market {
            is_doubtful,
            limits,
            ground: 0,
            lists: Vec::new(),
            teams: Vec::new(),
            served: vec![Vec::new(); prices.len()],
            wanted: vec![0; prices.len()],
            supply: 0,
            entry_bounds: vec![UNKNOWN; part.kind.len()],
            epochs: vec![prices.clone()],
            prices,
            part,
        }
    }

    /// Finds the candidates of the next visits at first prices; how many slots they have.
    pub(super) fn look(&mut self, problem: &Problem<'_>, visits: std::ops::Range<usize>) -> usize {
        let slots =
            visits.flat_map(|visit| (0..self.part.slots(visit).len()).map(move |s| (visit, s)));
        let slots: Vec<(usize, usize)> = slots.collect();
        let current = (&self.prices[..], 0);
        let lists = slots
            .par_iter()
            .map_init(Vec::new, |room, place| keep(problem, &self.part, *place, current, room));
        let lists: Vec<List> = lists.collect();
        self.lists.extend(lists);
        slots.len()
    }

    /// Lets every visit buy its cheapest team, and asks the inspectors. False if one finds none, at whatever prices.
    pub(super) fn open(&mut self) -> bool {
        let teams = (0..self.part.visits.len()).into_par_iter();
        let teams = teams.map(|visit| Team::cheapest(self.lists(visit), &self.prices));
        let Some(teams) = teams.collect::<Option<Vec<_>>>() else { return false };
        self.teams = teams;
        for (visit, team) in (0..).zip(&self.teams) {
            team.members().for_each(|i| self.served[i as usize].push(visit));
        }
        for i in 0..self.limits.len() {
            self.wanted[i] = self.agreeable(i);
            self.supply += self.wanted[i] as usize;
        }
        true
    }

    /// Strikes barred inspectors from these visits, which then buy anew. False if one finds no team.
    pub(super) fn strike(&mut self, problem: &Problem<'_>, visits: &[usize]) -> bool {
        let epoch = self.epochs.len();
        self.epochs.push(self.prices.clone());
        let mut room = Vec::new();
        for visit in visits {
            for (slot, place) in self.part.slots(*visit).enumerate() {
                let current = (&self.prices[..], epoch);
                self.lists[place] = keep(problem, &self.part, (*visit, slot), current, &mut room);
            }
        }
        visits.iter().all(|visit| self.buy(*visit))
    }

    /// Prices everybody eligible, by floors or one by one, and lets those visits buy anew for whom
    /// somebody cheaper was overlooked. Tells how many they are; if none, the optimum is proved.
    pub(super) fn overlooked(&mut self, problem: &Problem<'_>) -> usize {
        let risen = self.least_rises();
        let epoch = self.epochs.len();
        let hashed = (0..self.part.visits.len()).into_par_iter().flat_map_iter(|visit| {
            let ceilings = self.teams[visit].ceilings(&self.prices);
            let slots = self.part.slots(visit).zip(ceilings).enumerate();
            let suspect = slots.filter_map(|(slot, (place, ceiling))| {
                let kind = self.part.kind[place] as usize;
                let missing = self.lists[place].may_miss(ceiling, |epoch| risen[epoch][kind]);
                missing.then_some((visit, slot, ceiling))
            });
            let mut room = Vec::new();
            let hashed = suspect.map(|(visit, slot, ceiling)| {
                let current = (&self.prices[..], epoch);
                let fresh = keep(problem, &self.part, (visit, slot), current, &mut room);
                (visit, slot, ceiling, fresh)
            });
            hashed.collect::<Vec<_>>()
        });
        let hashed: Vec<(usize, usize, i128, List)> = hashed.collect();
        self.epochs.push(self.prices.clone());
        let mut again = Vec::new();
        for (visit, slot, ceiling, fresh) in hashed {
            let place = self.part.first[visit] + slot;
            if self.lists[place].take_in(fresh, &self.prices, ceiling) {
                again.push(visit);
            }
        }
        again.dedup();
        let bought = again.iter().all(|visit| self.buy(*visit));
        assert!(bought, "bug: more candidates make no team");
        again.len()
    }

    /// Whether somebody is over his capacity: then no pairing keeps them all.
    pub(super) fn is_over(&self) -> bool {
        self.limits.iter().zip(&self.wanted).any(|(limit, wanted)| *wanted > limit.capacity)
    }

    /// The inspectors of a visit's slots, in the problem's numbers.
    pub(super) fn team(&self, visit: usize) -> Vec<u32> {
        self.teams[visit].members().map(|i| self.part.inspectors[i as usize]).collect()
    }

    /// The certificate's h of an inspector; who has no visit keeps the price of his first one.
    pub(super) fn handicap(&self, i: usize) -> i128 {
        match self.served[i].is_empty() {
            true => self.limits[i].first_price(),
            false => self.prices[i] - self.ground,
        }
    }

    /// Visits that an inspector has beyond those that he wants; negative if he wants more.
    pub(super) fn excess(&self, i: usize) -> i64 {
        self.served[i].len() as i64 - i64::from(self.wanted[i])
    }

    /// What the visit after the first `visits` costs an inspector.
    pub(super) fn next_cost(&self, i: usize, visits: u32) -> i128 {
        let Inspector { capacity, load } = self.limits[i];
        if visits < capacity {
            M * (2 * (i128::from(load) + i128::from(visits)) + 1)
        } else {
            FORBIDDEN
        }
    }

    /// The visits of an inspector with the slot that he holds in each.
    pub(super) fn served(&self, inspector: u32) -> impl Iterator<Item = (u32, usize)> + '_ {
        let visits = self.served[inspector as usize].iter();
        visits.map(move |visit| (*visit, self.teams[*visit as usize].slot_of(inspector)))
    }

    /// A bound from below of what [`Market::entries`] finds.
    pub(super) fn entry_bound(&self, visit: u32, slot: usize) -> i128 {
        self.entry_bounds[self.part.first[visit as usize] + slot]
    }

    /// Calls `found` with every outsider who can enter when the holder of a slot leaves, and the
    /// change of ΣW with the outsider's price added. Prices may only rise afterwards.
    pub(super) fn entries(&mut self, visit: u32, slot: usize, mut found: impl FnMut(u32, i128)) {
        let team = &self.teams[visit as usize];
        let first = self.part.first[visit as usize];
        let mut least = i128::MAX / 4;
        for (reached, cost) in team.moves_from(slot) {
            for (outsider, ticket) in &self.lists[first + reached].open {
                if !team.has(*outsider) {
                    let cost = cost + i128::from(*ticket) + self.prices[*outsider as usize];
                    least = least.min(cost);
                    found(*outsider, cost);
                }
            }
        }
        self.entry_bounds[first + slot] = least;
    }

    /// Appends the seats that bring `outsider` into a visit in place of `leaving`.
    pub(super) fn route(&self, visit: u32, leaving: u32, outsider: u32, seats: &mut Vec<Seat>) {
        let team = &self.teams[visit as usize];
        let slot = team.slot_of(leaving);
        team.route(self.lists(visit as usize), visit, slot, outsider, seats);
    }

    /// Gives slots new holders, all at once.
    pub(super) fn seat(&mut self, seats: &mut [Seat]) {
        seats.sort_unstable();
        let twice = seats.windows(2).any(|pair| (pair[0].0, pair[0].1) == (pair[1].0, pair[1].1));
        assert!(!twice, "bug: an augmenting path passed a slot twice");
        for seats in seats.chunk_by(|a, b| a.0 == b.0) {
            let visit = seats[0].0 as usize;
            let before: Vec<u32> = self.teams[visit].members().collect();
            let slots = self.part.slots(visit);
            self.teams[visit].seat(&self.lists[slots], seats);
            self.changed(visit, &before);
        }
    }

    /// Lets a visit buy its cheapest team anew, the candidates having changed.
    fn buy(&mut self, visit: usize) -> bool {
        let Some(team) = Team::cheapest(self.lists(visit), &self.prices) else { return false };
        let before: Vec<u32> = self.teams[visit].members().collect();
        self.teams[visit] = team;
        self.changed(visit, &before);
        true
    }

    /// Brings what follows from a visit's team up to date.
    fn changed(&mut self, visit: usize, before: &[u32]) {
        let (name, team) = (number(visit), &self.teams[visit]);
        for member in before.iter().filter(|member| !team.has(**member)) {
            self.served[*member as usize].retain(|served| *served != name);
        }
        for member in team.members().filter(|member| !before.contains(member)) {
            self.served[member as usize].push(name);
        }
        let slots = self.part.slots(visit);
        self.entry_bounds[slots].fill(UNKNOWN);
    }

    fn lists(&self, visit: usize) -> &[List] {
        &self.lists[self.part.slots(visit)]
    }

    /// The number of visits that agrees with an inspector's price and is nearest to what he has.
    fn agreeable(&self, i: usize) -> u32 {
        let Inspector { capacity, load } = self.limits[i];
        // Visits whose cost M(2ℓ + 1) is at most h − beyond.
        let paid = |beyond: i128| {
            let steps = (self.prices[i] - self.ground - beyond).div_euclid(M);
            let visits = (steps + 1).div_euclid(2) - i128::from(load);
            u32::try_from(visits.clamp(0, i128::from(capacity))).expect("bug: above capacity")
        };
        number(self.served[i].len()).clamp(paid(1), paid(0))
    }

    /// Per epoch and kind the least that any price has risen since.
    fn least_rises(&self) -> Vec<Vec<i128>> {
        let of_epoch = |then: &Vec<i128>| {
            let risen = |i: &u32| self.prices[*i as usize] - then[*i as usize];
            let kinds = self.part.kinds.iter();
            kinds.map(|fitting| fitting.iter().map(risen).min().unwrap_or(0)).collect()
        };
        self.epochs.iter().map(of_epoch).collect()
    }
}
