//! The residual network of a partial pairing, seen from the inspectors.
//!
//! In the network of a pairing every slot is an arc from its visit's copy of an inspector, and a
//! shortest augmenting path alternates between entering a slot and leaving another. All that
//! happens inside one visit is contracted here: the vacancy of slot `s` moves to slot `t` when
//! the inspector of `t` takes `s`, and ends when an outsider enters. The cheapest way for
//! inspector `i` to leave visit `v` while outsider `j` enters, `d_v(i→j)`, is therefore a
//! shortest path over at most 16 slots followed by one ticket. (These are the exchange costs of
//! the valuated matroid of `v`'s teams: K. Murota, Discrete Convex Analysis, SIAM 2003.)
//!
//! What is remembered is only a cache: per visit the moves of its vacancies, per inspector the
//! row of his best exchanges. Both follow from the pairing and never decide a result.

use super::solve::{UNREACHABLE, Visit, index};

/// Instead of a visit: none.
const NO_VISIT: u32 = u32::MAX;
/// Instead of a second cost, for the members while one visit is merged: below every cost.
const HIDDEN: i128 = i128::MIN;

/// A new holder for a slot: (visit, slot, inspector).
pub(super) type Seat = (usize, usize, u32);

/// One visit's team so far, and how a vacancy moves inside it.
struct Team {
    /// Inspector of each slot; `None` while the slot waits for its insertion.
    holders: Vec<Option<u32>>,
    /// `moves[s·k + t]`: least change of ΣW when the holder of slot `s`, if any, leaves and the
    /// vacancy moves to slot `t` by members changing slots; [`UNREACHABLE`] if it cannot.
    moves: Vec<i128>,
    /// `next[s·k + t]`: the slot whose holder takes `s` first on that way.
    next: Vec<u8>,
}

/// An exchange as it was when it was found. After its visit has changed, the cost is only a lower
/// bound, which is good enough until it matters.
#[derive(Clone, Copy)]
struct Exchange {
    /// Change of ΣW.
    cost: i128,
    /// The visit, or [`NO_VISIT`].
    visit: u32,
    /// The augmentation after which it was found.
    since: u32,
}

/// The best exchanges of one inspector over all visits that he serves.
#[derive(Default)]
struct Row {
    /// Per outsider `j` the least `d_v(i→j)` over the visits `v`; empty until first asked for.
    best: Vec<Exchange>,
    /// Per outsider the least over the visits other than that of `best`, which takes its place
    /// when that visit changes.
    second: Vec<Exchange>,
    /// The outsiders whose `best` was ever reachable, as they came.
    open: Vec<u32>,
    /// Visits, his or no longer his, that changed since the row was computed.
    stale: Vec<u32>,
}

/// A partial pairing with its exchanges.
pub(super) struct Residual<'a> {
    visits: &'a [Visit],
    inspectors: usize,
    teams: Vec<Team>,
    served: Vec<Vec<u32>>,
    rows: Vec<Row>,
    /// Counts the augmentations.
    now: u32,
    /// Per visit the last augmentation that changed it.
    changed: Vec<u32>,
}

impl<'a> Residual<'a> {
    /// The empty pairing.
    pub(super) fn new(visits: &'a [Visit], inspectors: usize) -> Self {
        let mut residual = Residual {
            visits,
            inspectors,
            teams: visits.iter().map(|visit| Team::vacant(visit.slots.len())).collect(),
            served: vec![Vec::new(); inspectors],
            rows: Vec::new(),
            now: 0,
            changed: vec![0; visits.len()],
        };
        residual.rows.resize_with(inspectors, Row::default);
        residual
    }

    /// The visits that an inspector serves, in no particular order.
    pub(super) fn served(&self, inspector: usize) -> &[u32] {
        &self.served[inspector]
    }

    /// The inspectors of a visit's slots.
    pub(super) fn holders(&self, visit: usize) -> &[Option<u32>] {
        &self.teams[visit].holders
    }

    /// The slot that an inspector holds in a visit that he serves.
    pub(super) fn slot_of(&self, visit: usize, inspector: u32) -> usize {
        let held = self.holders(visit).iter().position(|&holder| holder == Some(inspector));
        held.expect("bug: an inspector serves a visit without a slot of it")
    }

    /// The slots to which the vacancy of `slot` can move, `slot` itself included.
    pub(super) fn reach(&self, visit: usize, slot: usize) -> impl Iterator<Item = usize> + '_ {
        self.teams[visit].moves_from(slot).map(|(reached, _)| reached)
    }

    /// The outsiders who can enter the visit when `slot` is vacant, each with the least change of
    /// ΣW that this takes.
    pub(super) fn entries(&self, visit: usize, slot: usize) -> Vec<(u32, i128)> {
        let mut row = Row::default();
        row.clear(self.inspectors);
        self.merge(visit, slot, &mut row);
        row.open.iter().map(|&outsider| (outsider, row.best[outsider as usize].cost)).collect()
    }

    /// Puts into `found` the outsiders, with the cost, whose best exchange for `inspector` costs
    /// less than `limits[outsider] - origin`.
    pub(super) fn exchanges_below(
        &mut self,
        inspector: u32,
        limits: &[i128],
        origin: i128,
        found: &mut Vec<(u32, i128)>,
    ) {
        self.refresh(inspector);
        let mut row = std::mem::take(&mut self.rows[inspector as usize]);
        found.clear();
        for place in 0..row.open.len() {
            let name = row.open[place];
            let outsider = name as usize;
            let limit = limits[outsider] - origin;
            if row.best[outsider].cost >= limit {
                continue;
            }
            if !self.holds(row.best[outsider]) {
                self.repair(inspector, name, &mut row);
            }
            if row.best[outsider].cost < limit {
                found.push((name, row.best[outsider].cost));
            }
        }
        self.rows[inspector as usize] = row;
    }

    /// The visit of the best exchange of `inspector` for `outsider`, both as last computed.
    pub(super) fn exchange_visit(&self, inspector: usize, outsider: usize) -> usize {
        self.rows[inspector].best[outsider].visit as usize
    }

    /// Appends the new holders that bring `outsider` into the visit at least cost when `slot` is
    /// vacant.
    pub(super) fn route(&self, visit: usize, slot: usize, outsider: u32, seats: &mut Vec<Seat>) {
        let team = &self.teams[visit];
        let end = team
            .moves_from(slot)
            .filter_map(|(t, cost)| Some((cost + self.ticket(visit, t, outsider)?, t)))
            .min()
            .expect("bug: no way into a visit that a search went into")
            .1;
        let mut vacant = slot;
        while vacant != end {
            let next = usize::from(team.next[vacant * team.holders.len() + end]);
            let holder = team.holders[next].expect("bug: a vacancy moved to an empty slot");
            seats.push((visit, vacant, holder));
            vacant = next;
        }
        seats.push((visit, end, outsider));
    }

    /// Gives slots new holders, all at once.
    pub(super) fn reseat(&mut self, seats: &mut [Seat]) {
        seats.sort_unstable();
        self.now += 1;
        for seats in seats.chunk_by(|a, b| a.0 == b.0) {
            let visit = seats[0].0;
            let before = self.teams[visit].holders.clone();
            for (seat, &(_, slot, holder)) in seats.iter().enumerate() {
                assert!(
                    seat == 0 || seats[seat - 1].1 != slot,
                    "bug: an augmenting path passed a slot twice"
                );
                self.teams[visit].holders[slot] = Some(holder);
            }
            self.changed(visit, &before);
        }
    }

    /// Brings all that is remembered up to date with a visit whose team was `before`.
    fn changed(&mut self, visit: usize, before: &[Option<u32>]) {
        self.compute_moves(visit);
        self.changed[visit] = self.now;
        let name = index(visit);
        let after = &self.teams[visit].holders;
        for &member in before.iter().flatten() {
            self.rows[member as usize].touch(name);
            if !after.contains(&Some(member)) {
                self.served[member as usize].retain(|&served| served != name);
            }
        }
        for &member in after.iter().flatten() {
            if !before.contains(&Some(member)) {
                self.rows[member as usize].touch(name);
                self.served[member as usize].push(name);
            }
        }
    }

    /// Finds the ways of vacancies inside a visit.
    fn compute_moves(&mut self, visit: usize) {
        let k = self.teams[visit].holders.len();
        let mut team = Team::vacant(k);
        let mut refunds = Vec::with_capacity(k);
        team.holders.clone_from(&self.teams[visit].holders);
        for (t, &holder) in team.holders.iter().enumerate() {
            let Some(holder) = holder else { continue };
            let held = self.ticket(visit, t, holder).expect("bug: a holder is not eligible");
            refunds.push((t, held));
            for s in (0..k).filter(|&s| s != t) {
                if let Some(ticket) = self.ticket(visit, s, holder) {
                    team.moves[s * k + t] = ticket - held;
                }
            }
        }
        team.close_moves();
        for (slot, refund) in refunds {
            let ways = team.moves[slot * k..(slot + 1) * k].iter_mut();
            ways.filter(|cost| **cost != UNREACHABLE).for_each(|cost| *cost -= refund);
        }
        self.teams[visit] = team;
    }

    /// Brings an inspector's row up to date with the visits that changed: those that he still
    /// serves are merged in again, or all of his if that is no more work. Exchanges from before
    /// the change stay as lower bounds.
    fn refresh(&mut self, inspector: u32) {
        let mut row = std::mem::take(&mut self.rows[inspector as usize]);
        let served = &self.served[inspector as usize];
        let anew = row.best.is_empty() || row.stale.len() >= served.len();
        if anew {
            row.clear(self.inspectors);
        }
        let stale = std::mem::take(&mut row.stale);
        for &visit in served.iter().filter(|visit| anew || stale.contains(visit)) {
            let slot = self.slot_of(visit as usize, inspector);
            self.merge(visit as usize, slot, &mut row);
        }
        self.rows[inspector as usize] = row;
    }

    /// Lowers a row to the entries into a visit when `slot` is vacated.
    fn merge(&self, visit: usize, slot: usize, row: &mut Row) {
        let team = &self.teams[visit];
        // Members are not outsiders. To hide them is cheaper than to ask for each candidate.
        let hide = |&member: &u32| {
            let second = &mut row.second[member as usize];
            (member, std::mem::replace(&mut second.cost, HIDDEN))
        };
        let hidden: Vec<(u32, i128)> = team.holders.iter().flatten().map(hide).collect();
        let (visit, since) = (index(visit), self.now);
        for (reached, cost) in team.moves_from(slot) {
            for &(outsider, ticket) in &self.visits[visit as usize].slots[reached] {
                let cost = cost + i128::from(ticket);
                if cost < row.second[outsider as usize].cost {
                    row.lower(outsider, Exchange { cost, visit, since });
                }
            }
        }
        for (member, cost) in hidden {
            row.second[member as usize].cost = cost;
        }
    }

    /// Whether an exchange's visit is as it was when the exchange was found.
    fn holds(&self, exchange: Exchange) -> bool {
        exchange.visit != NO_VISIT && self.changed[exchange.visit as usize] <= exchange.since
    }

    /// Finds the best exchange for one outsider after its visit has changed. That visit was merged
    /// again already, so the second best is now the best, if it still holds itself.
    fn repair(&self, inspector: u32, outsider: u32, row: &mut Row) {
        let place = outsider as usize;
        if self.holds(row.second[place]) {
            row.best[place] = row.second[place];
            row.second[place].visit = NO_VISIT;
            return;
        }
        // The old visit's name stays, for the outsider is in the list of the open ones.
        row.best[place].cost = UNREACHABLE;
        row.second[place] = Exchange::NONE;
        for &visit in &self.served[inspector as usize] {
            if self.holders(visit as usize).contains(&Some(outsider)) {
                continue;
            }
            let slot = self.slot_of(visit as usize, inspector);
            let ways = self.teams[visit as usize].moves_from(slot);
            let cost = |(t, cost)| Some(cost + self.ticket(visit as usize, t, outsider)?);
            let Some(cost) = ways.filter_map(cost).min() else {
                continue;
            };
            let found = Exchange { cost, visit, since: self.now };
            if cost < row.best[place].cost {
                row.second[place] = std::mem::replace(&mut row.best[place], found);
            } else if cost < row.second[place].cost {
                row.second[place] = found;
            }
        }
    }

    /// W of an inspector in a slot, if he may take it.
    fn ticket(&self, visit: usize, slot: usize, inspector: u32) -> Option<i128> {
        let candidates = &self.visits[visit].slots[slot];
        // Ascending indices leave inspector i only the places from i − missing to i, which is a
        // single one where everybody is eligible.
        let missing = self.inspectors - candidates.len();
        let low = (inspector as usize).saturating_sub(missing);
        let high = candidates.len().min(inspector as usize + 1);
        let window = candidates.get(low..high)?;
        let place = window.binary_search_by_key(&inspector, |candidate| candidate.0).ok()?;
        Some(i128::from(window[place].1))
    }
}

impl Team {
    /// A team of `k` empty slots: a vacancy stays where it is.
    fn vacant(k: usize) -> Team {
        let mut moves = vec![UNREACHABLE; k * k];
        moves.iter_mut().step_by(k + 1).for_each(|cost| *cost = 0);
        let slots = 0..u8::try_from(k).expect("bug: more than 16 slots");
        let next = slots.clone().flat_map(|_| slots.clone()).collect();
        Team { holders: vec![None; k], moves, next }
    }

    /// Turns single moves into shortest ways (R. W. Floyd, Communications of the ACM 5, 1962). The
    /// team is arranged at least cost, so no cycle of moves is negative.
    fn close_moves(&mut self) {
        let k = self.holders.len();
        for via in 0..k {
            for s in 0..k {
                for t in 0..k {
                    let (first, second) = (self.moves[s * k + via], self.moves[via * k + t]);
                    if first == UNREACHABLE || second == UNREACHABLE {
                        continue;
                    }
                    if first + second < self.moves[s * k + t] {
                        assert_ne!(s, t, "bug: a team is not arranged at least cost");
                        self.moves[s * k + t] = first + second;
                        self.next[s * k + t] = self.next[s * k + via];
                    }
                }
            }
        }
    }

    /// The slots to which the vacancy of `slot` can move, ascending, with the cost.
    fn moves_from(&self, slot: usize) -> impl Iterator<Item = (usize, i128)> + '_ {
        let k = self.holders.len();
        let costs = self.moves[slot * k..(slot + 1) * k].iter().copied().enumerate();
        costs.filter(|&(_, cost)| cost != UNREACHABLE)
    }
}

impl Exchange {
    /// No exchange.
    const NONE: Exchange = Exchange { cost: UNREACHABLE, visit: NO_VISIT, since: 0 };
}

impl Row {
    /// Notes that a visit changed.
    fn touch(&mut self, visit: u32) {
        if !self.best.is_empty() && !self.stale.contains(&visit) {
            self.stale.push(visit);
        }
    }

    /// Takes in an exchange just found that is cheaper than the second best.
    fn lower(&mut self, outsider: u32, found: Exchange) {
        let place = outsider as usize;
        let best = &mut self.best[place];
        if best.visit == found.visit {
            // From another slot of the visit, or from before the visit changed. In that case all
            // other visits cost no less than the second best, so what was found is the best.
            if found.cost < best.cost || best.since < found.since {
                *best = found;
            }
        } else if found.cost < best.cost {
            if best.visit == NO_VISIT {
                self.open.push(outsider);
            }
            self.second[place] = std::mem::replace(best, found);
        } else {
            self.second[place] = found;
        }
    }

    /// Forgets all exchanges.
    fn clear(&mut self, inspectors: usize) {
        self.best.clear();
        self.best.resize(inspectors, Exchange::NONE);
        self.second.clone_from(&self.best);
        self.open.clear();
    }
}
