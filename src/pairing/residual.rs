//! The residual network of a partial pairing, seen from the inspectors.
//!
//! In the network of a pairing every slot is an arc from its visit's copy of an inspector, and a
//! shortest augmenting path alternates between entering a slot and leaving another. All that
//! happens inside one visit is contracted here: the vacancy of slot `s` moves to slot `t` when
//! the inspector of `t` takes `s`, and ends when an outsider enters. The cheapest way for
//! inspector `i` to leave visit `v` while outsider `j` enters, `d_v(i→j)`, is therefore a
//! shortest path over at most 16 slots followed by one ticket. (These are the exchange costs of
//! the valuated matroid of `v`'s teams: K. Murota, Discrete Convex Analysis, SIAM 2003, §9.5.)
//!
//! What is remembered is only a cache: per visit the moves of its vacancies, per inspector the
//! row of his best exchanges. Both follow from the pairing and never decide a result.

use super::{UNREACHABLE, Visit, index};

/// In a row: the cost is a lower bound, the visit is to be searched when it matters.
const UNKNOWN: u32 = u32::MAX;
/// In a row: no exchange was found yet.
const UNLISTED: u32 = u32::MAX - 1;
/// In a row, for the members while one visit is merged: below every cost.
const HIDDEN: i128 = i128::MIN;

/// A new holder for a slot: (visit, slot, inspector).
pub(super) type Seat = (usize, usize, u32);

/// One visit's team so far, and how a vacancy moves inside it.
struct Team {
    /// Inspector of each slot; `None` while the slot waits for its insertion.
    holders: Vec<Option<u32>>,
    /// `moves[s·k + t]`: least change of ΣW when the vacancy of slot `s` moves to slot `t` by
    /// members changing slots, W of the members that move only; [`UNREACHABLE`] if it cannot.
    moves: Vec<i128>,
    /// `next[s·k + t]`: the slot whose holder takes `s` first on that way.
    next: Vec<u8>,
}

/// The best exchanges of one inspector over all visits that he serves.
#[derive(Default)]
struct Row {
    /// Per outsider `j` the least `d_v(i→j)` over the visits `v`; empty until first asked for.
    cost: Vec<i128>,
    /// Per outsider the visit that gives it, or [`UNKNOWN`] or [`UNLISTED`].
    visit: Vec<u32>,
    /// The outsiders that are not [`UNLISTED`], as they came.
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
    /// Scratch of [`Residual::refresh`]: the stale visits of the row at hand, all false otherwise.
    is_stale: Vec<bool>,
}

impl<'a> Residual<'a> {
    /// The empty pairing.
    pub(super) fn new(visits: &'a [Visit], inspectors: usize) -> Self {
        let mut residual = Residual {
            visits,
            inspectors,
            teams: visits
                .iter()
                .map(|visit| Team::vacant(visit.slots.len()))
                .collect(),
            served: vec![Vec::new(); inspectors],
            rows: Vec::new(),
            is_stale: vec![false; visits.len()],
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
        let held = self
            .holders(visit)
            .iter()
            .position(|&holder| holder == Some(inspector));
        held.expect("bug: an inspector serves a visit without a slot of it")
    }

    /// The slots to which the vacancy of `slot` can move, `slot` itself included.
    pub(super) fn reach(&self, visit: usize, slot: usize) -> impl Iterator<Item = usize> + '_ {
        self.teams[visit]
            .moves_from(slot)
            .map(|(reached, _)| reached)
    }

    /// The outsiders who can enter the visit when `slot` is vacant, each with the least change of
    /// ΣW that this takes.
    pub(super) fn entries(&self, visit: usize, slot: usize) -> Vec<(u32, i128)> {
        let mut row = Row::default();
        row.clear(self.inspectors);
        self.merge(visit, slot, 0, &mut row);
        row.open
            .iter()
            .map(|&outsider| (outsider, row.cost[outsider as usize]))
            .collect()
    }

    /// Puts into `found` the outsiders, with the cost, whose best exchange for `inspector` costs
    /// less than `limit(outsider)`.
    pub(super) fn exchanges_below(
        &mut self,
        inspector: u32,
        limit: impl Fn(usize) -> i128,
        found: &mut Vec<(u32, i128)>,
    ) {
        self.refresh(inspector);
        let mut row = std::mem::take(&mut self.rows[inspector as usize]);
        found.clear();
        for &name in &row.open {
            let outsider = name as usize;
            let limit = limit(outsider);
            if row.cost[outsider] >= limit {
                continue;
            }
            if row.visit[outsider] == UNKNOWN {
                (row.cost[outsider], row.visit[outsider]) = self.best_exchange(inspector, name);
            }
            if row.cost[outsider] < limit {
                found.push((name, row.cost[outsider]));
            }
        }
        self.rows[inspector as usize] = row;
    }

    /// The visit of the best exchange of `inspector` for `outsider`, both as last computed.
    pub(super) fn exchange_visit(&self, inspector: usize, outsider: usize) -> usize {
        self.rows[inspector].visit[outsider] as usize
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
        team.holders.clone_from(&self.teams[visit].holders);
        for (t, &holder) in team.holders.iter().enumerate() {
            let Some(holder) = holder else { continue };
            let held = self
                .ticket(visit, t, holder)
                .expect("bug: a holder is not eligible");
            for s in (0..k).filter(|&s| s != t) {
                if let Some(ticket) = self.ticket(visit, s, holder) {
                    team.moves[s * k + t] = ticket - held;
                }
            }
        }
        team.close_moves();
        self.teams[visit] = team;
    }

    /// Brings an inspector's row up to date. The entries that a changed visit gave are searched
    /// anew over all his visits, then the changed visits that he still serves are merged in.
    fn refresh(&mut self, inspector: u32) {
        let mut row = std::mem::take(&mut self.rows[inspector as usize]);
        let served = &self.served[inspector as usize];
        if row.cost.is_empty() || row.stale.len() >= served.len() {
            row.clear(self.inspectors);
            for &visit in served {
                self.merge_exchange(visit as usize, inspector, &mut row);
            }
        } else {
            row.stale
                .iter()
                .for_each(|&visit| self.is_stale[visit as usize] = true);
            for &outsider in &row.open {
                let visit = &mut row.visit[outsider as usize];
                if self.is_stale.get(*visit as usize) == Some(&true) {
                    *visit = UNKNOWN;
                }
            }
            row.stale
                .iter()
                .for_each(|&visit| self.is_stale[visit as usize] = false);
            for visit in std::mem::take(&mut row.stale) {
                if served.contains(&visit) {
                    self.merge_exchange(visit as usize, inspector, &mut row);
                }
            }
        }
        row.stale.clear();
        self.rows[inspector as usize] = row;
    }

    /// Lowers a row to the exchanges of its inspector in one visit.
    fn merge_exchange(&self, visit: usize, inspector: u32, row: &mut Row) {
        let (slot, refund) = self.leave(visit, inspector);
        self.merge(visit, slot, -refund, row);
    }

    /// Lowers a row to `base` plus the entries into a visit in which `slot` is vacant.
    fn merge(&self, visit: usize, slot: usize, base: i128, row: &mut Row) {
        let team = &self.teams[visit];
        // Members are not outsiders. To hide them is cheaper than to ask for each candidate.
        let hide = |&member: &u32| {
            (
                member,
                std::mem::replace(&mut row.cost[member as usize], HIDDEN),
            )
        };
        let hidden: Vec<(u32, i128)> = team.holders.iter().flatten().map(hide).collect();
        for (reached, cost) in team.moves_from(slot) {
            for &(outsider, ticket) in &self.visits[visit].slots[reached] {
                row.lower(outsider, base + cost + i128::from(ticket), index(visit));
            }
        }
        for (member, cost) in hidden {
            row.cost[member as usize] = cost;
        }
    }

    /// The best exchange of `inspector` for one outsider: its cost and its visit.
    fn best_exchange(&self, inspector: u32, outsider: u32) -> (i128, u32) {
        let mut best = (UNREACHABLE, UNKNOWN);
        for &name in &self.served[inspector as usize] {
            let visit = name as usize;
            if self.holders(visit).contains(&Some(outsider)) {
                continue;
            }
            let (slot, refund) = self.leave(visit, inspector);
            for (reached, cost) in self.teams[visit].moves_from(slot) {
                if let Some(ticket) = self.ticket(visit, reached, outsider) {
                    best = best.min((cost + ticket - refund, name));
                }
            }
        }
        best
    }

    /// The slot that an inspector vacates when he leaves a visit, and the W that goes with him.
    fn leave(&self, visit: usize, inspector: u32) -> (usize, i128) {
        let slot = self.slot_of(visit, inspector);
        (
            slot,
            self.ticket(visit, slot, inspector)
                .expect("bug: a holder is not eligible"),
        )
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
        let place = window
            .binary_search_by_key(&inspector, |candidate| candidate.0)
            .ok()?;
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
        Team {
            holders: vec![None; k],
            moves,
            next,
        }
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
        let costs = self.moves[slot * k..(slot + 1) * k]
            .iter()
            .copied()
            .enumerate();
        costs.filter(|&(_, cost)| cost != UNREACHABLE)
    }
}

impl Row {
    /// Notes that a visit changed.
    fn touch(&mut self, visit: u32) {
        if !self.cost.is_empty() && !self.stale.contains(&visit) {
            self.stale.push(visit);
        }
    }

    /// Lowers the cost of one outsider to that of an exchange in `visit`.
    fn lower(&mut self, outsider: u32, cost: i128, visit: u32) {
        let place = outsider as usize;
        if cost < self.cost[place] {
            if self.visit[place] == UNLISTED {
                self.open.push(outsider);
            }
            self.cost[place] = cost;
            self.visit[place] = visit;
        }
    }

    /// Forgets all exchanges.
    fn clear(&mut self, inspectors: usize) {
        self.cost.clear();
        self.cost.resize(inspectors, UNREACHABLE);
        self.visit.clear();
        self.visit.resize(inspectors, UNLISTED);
        self.open.clear();
    }
}
