//! One simulated draw: who is drawn for which list, by the rules of the draw and with random numbers in place of tickets.
//!
//! Where a group has one list, any n of a stratum are drawn by plain sampling, which is what n smallest tickets are.
//! Where lists share a group, everybody has one random number for all of them.

use super::dice::Dice;
use super::stage::{List, Stage};
use crate::draw::pareto::Pareto;
use crate::draw::quota::quotas_from;
use crate::record::commitment::{Method, Quota, Stratum};

/// Room for the draws of one thread.
#[derive(Default)]
pub(super) struct Urn {
    tickets: Vec<u64>,
    candidates: Vec<(u64, u32)>,
    keyed: Vec<(u128, u64, u32)>,
    /// Who was chosen last, as places in the group's pool.
    chosen: Vec<u32>,
    stamps: Vec<u32>,
    epoch: u32,
}

/// Who left the frames because of earlier quarters of the run, and what that makes of the quotas.
#[derive(Default)]
pub(super) struct Gone {
    /// A mask of lists for each subject; empty if nobody left.
    pub(super) masks: Vec<u64>,
    /// The method and strata of a list that somebody left.
    pub(super) quotas: Vec<Option<(Method, Vec<Stratum>)>>,
}

impl Gone {
    fn is(&self, place: u32, list: usize, words: usize) -> bool {
        !self.masks.is_empty()
            && self.masks[place as usize * words + list / 64] >> (list % 64) & 1 == 1
    }

    fn quotas(&self, list: usize) -> Option<&(Method, Vec<Stratum>)> {
        self.quotas.get(list).and_then(Option::as_ref)
    }
}

impl Stage<'_> {
    /// Draws all lists; `drawn` learns (list, stratum, subject), in no particular order.
    pub(super) fn draw(
        &self,
        dice: &mut Dice,
        urn: &mut Urn,
        gone: &Gone,
        drawn: &mut dyn FnMut(usize, usize, u32),
    ) {
        for group in &self.groups {
            let shared = group.lists.len() > 1;
            let weighted = group.lists.iter().any(|list| self.lists[*list].weighted.is_some());
            if shared || weighted {
                urn.tickets.clear();
                urn.tickets.extend(group.pool.iter().map(|_| dice.word()));
            }
            for list in &group.lists {
                let of_list = &self.lists[*list];
                let left = |at: u32| !gone.is(group.pool[at as usize], *list, self.words);
                if let Some(weighted) = &of_list.weighted {
                    let quota = gone.quotas(*list).map(|(method, _)| *method);
                    let Method::Pareto { n } = quota.unwrap_or(of_list.method) else { continue };
                    let members = &of_list.members[0];
                    let changed = quota.is_some();
                    let chosen = if changed {
                        let kept = (0..members.len()).filter(|m| left(members[*m]));
                        let kept: Vec<usize> = kept.collect();
                        let weights: Vec<u64> = kept.iter().map(|m| weighted.weights[*m]).collect();
                        let n = n.min(weights.len() as u64);
                        let rule = Pareto::of_weights(weights, n);
                        let all = kept.iter().map(|m| (*m, members[*m]));
                        urn.by_key(&rule, &weighted.weights, all, n)
                    } else {
                        let n = n.min(members.len() as u64);
                        let near = (0..members.len())
                            .filter(|m| urn.tickets[members[*m] as usize] <= weighted.fronts[*m]);
                        let near: Vec<usize> = near.collect();
                        let enough = near.len() as u64 >= n;
                        let kept = if enough { near } else { (0..members.len()).collect() };
                        let all = kept.iter().map(|m| (*m, members[*m]));
                        urn.by_key(&weighted.rule, &weighted.weights, all, n)
                    };
                    chosen.iter().for_each(|at| drawn(*list, 0, group.pool[*at as usize]));
                    continue;
                }
                let quotas = of_list.quotas(dice, gone.quotas(*list));
                for (stratum, (members, n)) in of_list.members.iter().zip(quotas).enumerate() {
                    let n = usize::try_from(n).unwrap_or(usize::MAX);
                    match shared {
                        true => urn.by_ticket(members, n, &left),
                        false => urn.any(dice, members, n, &left),
                    }
                    for at in &urn.chosen {
                        drawn(*list, stratum, group.pool[*at as usize]);
                    }
                }
            }
        }
    }
}

impl List<'_> {
    /// n of every stratum in this draw.
    fn quotas(&self, dice: &mut Dice, changed: Option<&(Method, Vec<Stratum>)>) -> Vec<u64> {
        let (method, strata) = match changed {
            Some((method, strata)) => (*method, strata.as_slice()),
            None => (self.method, self.strata),
        };
        match method {
            Method::Proportional { n } => {
                let all: u64 = strata.iter().map(|stratum| stratum.size).sum();
                let start = |total: i128| {
                    i128::from(dice.below(u64::try_from(total).expect("bug: W is below 2^52")))
                };
                quotas_from(strata, n.min(all), start)
            }
            _ => {
                let count = |stratum: &Stratum| match stratum.quota {
                    Quota::Count(n) => n.min(stratum.size),
                    _ => 0,
                };
                strata.iter().map(count).collect()
            }
        }
    }
}

impl Urn {
    /// Chooses the n members with the smallest tickets.
    fn by_ticket(&mut self, members: &[u32], n: usize, left: &dyn Fn(u32) -> bool) {
        let (tickets, candidates) = (&self.tickets, &mut self.candidates);
        // Nearly always all of the smallest lie below six deviations above the mean.
        let near = n + 6 * n.isqrt() + 12;
        let front = match members.len() {
            all if near >= all => u64::MAX,
            all => u64::try_from(((near as u128) << 64) / all as u128).unwrap_or(u64::MAX),
        };
        let mut collect = |front: u64| {
            candidates.clear();
            let near = members.iter().map(|at| (tickets[*at as usize], *at));
            candidates.extend(near.filter(|(ticket, at)| *ticket <= front && left(*at)));
            candidates.len()
        };
        let mut found = if n == 0 { 0 } else { collect(front) };
        if found < n && front < u64::MAX {
            found = collect(u64::MAX);
        }
        let n = n.min(found);
        if 0 < n && n < found {
            candidates.select_nth_unstable(n - 1);
        }
        self.chosen.clear();
        self.chosen.extend(self.candidates[..n].iter().map(|(_, at)| *at));
    }

    /// Chooses any n of the members, each set of n with the same chance.
    fn any(&mut self, dice: &mut Dice, members: &[u32], n: usize, left: &dyn Fn(u32) -> bool) {
        self.chosen.clear();
        if n * 2 > members.len() {
            self.chosen.extend(members.iter().copied().filter(|at| left(*at)));
            let n = n.min(self.chosen.len());
            for at in 0..n {
                let other = at + dice.below((self.chosen.len() - at) as u64) as usize;
                self.chosen.swap(at, other);
            }
            self.chosen.truncate(n);
        } else if n > 0 {
            let most = members.iter().max().map_or(0, |at| *at as usize + 1);
            if self.stamps.len() < most {
                self.stamps.resize(most, 0);
            }
            self.epoch += 1;
            // Whoever left a frame is passed over; a stratum of which fewer than n are left is counted first.
            let n = n.min(members.iter().filter(|at| left(**at)).take(n).count());
            while self.chosen.len() < n {
                let at = members[dice.below(members.len() as u64) as usize];
                if self.stamps[at as usize] != self.epoch && left(at) {
                    self.stamps[at as usize] = self.epoch;
                    self.chosen.push(at);
                }
            }
        }
    }

    /// The n with the smallest keys; `all` gives places among the weights and in the pool.
    fn by_key(
        &mut self,
        rule: &Pareto,
        weights: &[u64],
        all: impl Iterator<Item = (usize, u32)>,
        n: u64,
    ) -> Vec<u32> {
        let tickets = &self.tickets;
        self.keyed.clear();
        self.keyed.extend(all.map(|(member, at)| {
            let ticket = tickets[at as usize];
            (rule.key_of(weights[member], ticket), ticket, at)
        }));
        let n = usize::try_from(n).unwrap_or(usize::MAX).min(self.keyed.len());
        if 0 < n && n < self.keyed.len() {
            self.keyed.select_nth_unstable(n - 1);
        }
        self.keyed[..n].iter().map(|(_, _, at)| *at).collect()
    }
}
