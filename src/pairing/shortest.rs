//! Successive shortest paths: from prices that do not agree to prices that do.
//!
//! An inspector with more visits than he wants hands one on: somebody else takes his place in a visit, if
//! need be hands on one of his own, and so on, until somebody takes one who wants more. The way of
//! least cost is found by Dijkstra's search with prices as potentials, all reduced costs being ≥ 0;
//! prices then rise just so much that all of them stay ≥ 0 and are 0 along the way (R. K. Ahuja, T. L.
//! Magnanti, J. B. Orlin, Network Flows, 1993, §9.7). Every way brings one visit from somebody who
//! wants fewer to somebody who wants more, and what visits and inspectors want stays best at their
//! prices, so the search ends with the optimum.
//!
//! One node more, the ground, stands for the balance of all: an inspector who hands a visit to the
//! ground wants one more himself, one who takes a visit from it wants one less. What is above
//! capacity costs more than any other way, so somebody is above his capacity in the end only if no
//! pairing keeps everybody's.
//!
//! Inside a visit ways are contracted (see `team`). That loses nothing: cheapest ways of the full
//! network never pass a slot twice, and since a label is replaced only by a strictly smaller one, the
//! way found never does.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::components::number;
use super::market::Market;
use super::team::UNREACHABLE;

/// Instead of a visit: the balance with the ground.
const GROUND: u32 = u32::MAX;

/// The shortest-path tree of one search after the other.
struct Tree {
    /// Distance of each inspector and of the ground, which comes last.
    labels: Vec<i128>,
    /// From whom, and in which visit he is replaced.
    parents: Vec<(u32, u32)>,
    settled: Vec<bool>,
    /// Whoever has a label.
    reached: Vec<u32>,
    /// Labels not yet settled, the smallest first; a lowered label leaves its larger ones behind.
    queue: BinaryHeap<Reverse<(i128, u32)>>,
    /// Where the way ends, and its length.
    end: Option<(u32, i128)>,
}

/// Brings all inspectors to the visits that they want.
pub(super) fn balance(market: &mut Market) {
    let inspectors = market.prices.len();
    let mut tree = Tree::new(inspectors + 1);
    for node in 0..=inspectors {
        while excess(market, node) > 0 {
            let end = tree.find(market, node);
            tree.raise(market, end.1);
            tree.hand_on(market, node, end.0);
        }
    }
}

fn excess(market: &Market, node: usize) -> i64 {
    if node < market.prices.len() {
        market.excess(node)
    } else {
        market.supply as i64 - market.part.kind.len() as i64
    }
}

impl Tree {
    fn new(nodes: usize) -> Tree {
        Tree {
            labels: vec![UNREACHABLE; nodes],
            parents: vec![(0, 0); nodes],
            settled: vec![false; nodes],
            reached: Vec::new(),
            queue: BinaryHeap::new(),
            end: None,
        }
    }

    /// The nearest node that wants more, and its distance.
    fn find(&mut self, market: &mut Market, source: usize) -> (u32, i128) {
        for node in self.reached.drain(..) {
            self.labels[node as usize] = UNREACHABLE;
            self.settled[node as usize] = false;
        }
        self.queue.clear();
        self.end = None;
        self.lower(market, number(source), 0, (0, 0));
        while let Some(Reverse((label, node))) = self.queue.pop() {
            if self.end.is_some_and(|(_, distance)| label >= distance) {
                break;
            }
            // Entries from before a label was lowered are left in the queue, and skipped here.
            if std::mem::replace(&mut self.settled[node as usize], true) {
                continue;
            }
            if node as usize == market.prices.len() {
                self.leave_ground(market, label);
            } else {
                self.leave_inspector(market, node, label);
            }
        }
        self.end.expect("bug: visits are too many, and nobody wants one")
    }

    /// From the ground one comes to whoever wants one visit less.
    fn leave_ground(&mut self, market: &Market, label: i128) {
        for i in (0..market.prices.len()).filter(|i| market.wanted[*i] > 0) {
            let last = market.next_cost(i, market.wanted[i] - 1) + market.ground;
            let cost = market.prices[i] - last;
            self.follow(market, number(i), label, cost, (number(market.prices.len()), GROUND));
        }
    }

    /// From an inspector one comes to whoever takes his place in a visit, and to the ground.
    fn leave_inspector(&mut self, market: &mut Market, inspector: u32, label: i128) {
        let (i, ground) = (inspector as usize, number(market.prices.len()));
        let price = market.prices[i];
        let next = market.next_cost(i, market.wanted[i]) + market.ground;
        self.follow(market, ground, label, next - price, (inspector, GROUND));
        let visits: Vec<(u32, usize)> = market.served(inspector).collect();
        for (visit, slot) in visits {
            // Most visits have nobody to offer who is near enough.
            let limit = self.end.map_or(UNREACHABLE, |(_, distance)| distance - label + price);
            if market.entry_bound(visit, slot) >= limit {
                continue;
            }
            let mut found = Vec::new();
            market.entries(visit, slot, |outsider, cost| {
                if cost < limit {
                    found.push((outsider, cost));
                }
            });
            for (outsider, cost) in found {
                self.follow(market, outsider, label, cost - price, (inspector, visit));
            }
        }
    }

    fn follow(&mut self, market: &Market, node: u32, label: i128, cost: i128, from: (u32, u32)) {
        assert!(cost >= 0, "bug: a reduced cost is negative");
        let label = label + cost;
        let farthest = self.end.map_or(UNREACHABLE, |(_, distance)| distance);
        // Only what is strictly smaller passes: this keeps a way from passing a slot twice.
        if label < self.labels[node as usize] && label < farthest {
            self.lower(market, node, label, from);
        }
    }

    fn lower(&mut self, market: &Market, node: u32, label: i128, from: (u32, u32)) {
        let place = node as usize;
        if self.labels[place] == UNREACHABLE {
            self.reached.push(node);
        }
        self.labels[place] = label;
        self.parents[place] = from;
        self.queue.push(Reverse((label, node)));
        if excess(market, place) < 0 {
            self.end = Some((node, label));
        }
    }

    /// Raises prices, so that the way found costs nothing and no way costs less.
    fn raise(&self, market: &mut Market, distance: i128) {
        for node in &self.reached {
            let rise = (distance - self.labels[*node as usize]).max(0);
            match market.prices.get_mut(*node as usize) {
                Some(price) => *price += rise,
                None => market.ground += rise,
            }
        }
    }

    /// Hands one visit on along the way.
    fn hand_on(&self, market: &mut Market, source: usize, end: u32) {
        let mut seats = Vec::new();
        let mut entering = end;
        while entering as usize != source {
            let (leaving, visit) = self.parents[entering as usize];
            if visit != GROUND {
                market.route(visit, leaving, entering, &mut seats);
            } else if let Some(wanted) = market.wanted.get_mut(entering as usize) {
                *wanted -= 1;
                market.supply -= 1;
            } else {
                market.wanted[leaving as usize] += 1;
                market.supply += 1;
            }
            entering = leaving;
        }
        market.seat(&mut seats);
    }
}
