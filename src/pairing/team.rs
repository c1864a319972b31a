//! One visit seen from outside: how a vacancy moves inside its team, what it costs to let somebody
//! in, and the most that a newcomer may cost.
//!
//! Slots and inspectors of a visit form an assignment problem. The vacancy of slot `s` moves to slot
//! `t` when the holder of `t` takes `s`, and ends when an outsider enters. The cheapest way for the
//! holder of `s` to leave while outsider `j` enters, `d(s→j)`, is thus a shortest path over at most 16
//! slots followed by one ticket. (These are the exchange costs of the valuated matroid of the visit's
//! teams: K. Murota, Discrete Convex Analysis, SIAM 2003; a team is the cheapest of all if no single
//! exchange makes it cheaper.)

use super::candidates::List;

/// Cost of what cannot be; never added to anything.
pub(super) const UNREACHABLE: i128 = i128::MAX;

/// A new holder for a slot: (visit, slot, inspector).
pub(super) type Seat = (u32, usize, u32);

/// The holders of a visit's slots, and the ways of vacancies among them.
pub(super) struct Team {
    /// Inspector of each slot; `None` only while a team is being formed.
    holders: Vec<Option<u32>>,
    /// `moves[s·k + t]`: least change of ΣW when the holder of slot `s`, if any, leaves and the
    /// vacancy moves to slot `t` by members changing slots; [`UNREACHABLE`] if it cannot.
    moves: Vec<i128>,
    /// `next[s·k + t]`: the slot whose holder takes `s` first on that way.
    next: Vec<u8>,
}

impl Team {
    /// The team that minimises Σ(W + price); `None` if the slots cannot be filled by different inspectors.
    ///
    /// Slots are filled one after the other along shortest ways (the Hungarian method: H. W. Kuhn,
    /// Naval Research Logistics Quarterly 2, 1955).
    pub(super) fn cheapest(lists: &[List], prices: &[i128]) -> Option<Team> {
        let mut team = Team::vacant(lists.len());
        let mut seats = Vec::new();
        for slot in 0..lists.len() {
            let entry = |(t, cost): (usize, i128)| {
                let outsiders = lists[t].open.iter().filter(|(i, _)| !team.has(*i));
                let costs = outsiders.map(move |(i, ticket)| {
                    (cost + i128::from(*ticket) + prices[*i as usize], t, *i)
                });
                costs.min()
            };
            let (_, _, outsider) = team.moves_from(slot).filter_map(entry).min()?;
            team.route(lists, 0, slot, outsider, &mut seats);
            team.seat(lists, &seats);
            seats.clear();
        }
        Some(team)
    }

    /// The inspectors of the slots of a full team.
    pub(super) fn members(&self) -> impl Iterator<Item = u32> + '_ {
        self.holders.iter().map(|holder| holder.expect("bug: a slot is empty"))
    }

    /// The slot that a member holds.
    pub(super) fn slot_of(&self, inspector: u32) -> usize {
        let held = self.holders.iter().position(|holder| *holder == Some(inspector));
        held.expect("bug: an inspector serves a visit without a slot of it")
    }

    /// Whether the inspector is a member.
    pub(super) fn has(&self, inspector: u32) -> bool {
        self.holders.contains(&Some(inspector))
    }

    /// The slots to which the vacancy of `slot` can move, ascending, `slot` included, with the cost.
    pub(super) fn moves_from(&self, slot: usize) -> impl Iterator<Item = (usize, i128)> + '_ {
        let k = self.holders.len();
        let costs = self.moves[slot * k..(slot + 1) * k].iter().copied().enumerate();
        costs.filter(|(_, cost)| *cost != UNREACHABLE)
    }

    /// Per slot the most that W + price of a newcomer in it may be without making a cheaper team:
    /// the largest prices of the slots in the linear programme dual to the visit's assignment problem.
    /// Whoever costs no less changes nothing, outsider or member.
    pub(super) fn ceilings(&self, prices: &[i128]) -> Vec<i128> {
        let mut ceilings = vec![i128::MIN; self.holders.len()];
        for (slot, member) in self.members().enumerate() {
            for (reached, cost) in self.moves_from(slot) {
                let saved = prices[member as usize] - cost;
                ceilings[reached] = ceilings[reached].max(saved);
            }
        }
        ceilings
    }

    /// Appends the new holders that bring `outsider` into the visit at least cost when `slot` is vacant.
    pub(super) fn route(
        &self,
        lists: &[List],
        visit: u32,
        slot: usize,
        outsider: u32,
        seats: &mut Vec<Seat>,
    ) {
        let end = self
            .moves_from(slot)
            .filter_map(|(t, cost)| Some((cost + lists[t].ticket(outsider)?, t)))
            .min()
            .expect("bug: no way into a visit that a search went into")
            .1;
        let mut vacant = slot;
        while vacant != end {
            let next = usize::from(self.next[vacant * self.holders.len() + end]);
            let holder = self.holders[next].expect("bug: a vacancy moved to an empty slot");
            seats.push((visit, vacant, holder));
            vacant = next;
        }
        seats.push((visit, end, outsider));
    }

    /// Gives slots new holders, all at once, and finds the ways of vacancies anew.
    pub(super) fn seat(&mut self, lists: &[List], seats: &[Seat]) {
        for (_, slot, inspector) in seats {
            self.holders[*slot] = Some(*inspector);
        }
        self.find_moves(lists);
    }

    /// A team of `k` empty slots: a vacancy stays where it is.
    fn vacant(k: usize) -> Team {
        let mut moves = vec![UNREACHABLE; k * k];
        moves.iter_mut().step_by(k + 1).for_each(|cost| *cost = 0);
        let slots = 0..u8::try_from(k).expect("bug: more than 16 slots");
        let next = slots.clone().flat_map(|_| slots.clone()).collect();
        Team { holders: vec![None; k], moves, next }
    }

    fn find_moves(&mut self, lists: &[List]) {
        let k = self.holders.len();
        let mut team = Team::vacant(k);
        team.holders = std::mem::take(&mut self.holders);
        let mut refunds = [0; 16];
        for t in 0..k {
            let Some(holder) = team.holders[t] else { continue };
            let held = lists[t].ticket(holder).expect("bug: a holder is not a candidate");
            refunds[t] = held;
            for s in (0..k).filter(|s| *s != t) {
                if let Some(ticket) = lists[s].ticket(holder) {
                    team.moves[s * k + t] = ticket - held;
                }
            }
        }
        team.close_moves();
        for (slot, refund) in refunds[..k].iter().enumerate() {
            let ways = team.moves[slot * k..(slot + 1) * k].iter_mut();
            ways.filter(|cost| **cost != UNREACHABLE).for_each(|cost| *cost -= refund);
        }
        *self = team;
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
}
