//! The rank of one subject, without ordering the others: it is one more than how many come before.

use super::pareto::Pareto;
use super::ticket::Tickets;
use crate::base::digest::{Digest, Suite};
use crate::record::commitment::{List, Method};
use crate::record::frame::{Names, Passing, Visitor, Weights};
use crate::record::tables::{FrameRow, OrderKey};

/// Counts the rows that come before one subject's.
pub struct Rank {
    tickets: Tickets,
    pareto: Option<Pareto>,
    /// The place of the subject's stratum, if ranks are counted in it.
    stratum: Option<usize>,
    key: OrderKey,
    before: u64,
}

impl Rank {
    /// The rank of the subject of this row; `weights` are those of a `pareto` list.
    pub fn of(suite: Suite, seed: &Digest, list: &List, weights: &Weights, row: &FrameRow) -> Self {
        let tickets = Tickets::of_group(suite, seed, &list.group);
        let pareto = match list.method {
            Method::Pareto { n } => Some(Pareto::new(weights, n)),
            Method::Fixed | Method::Proportional { .. } => None,
        };
        let place = Names::of(list).place(row.stratum.as_str());
        let key = key(&tickets, &pareto, row.sid.as_str(), row.weight, row.salt.as_ref());
        let stratum = place.filter(|_| pareto.is_none());
        Rank { tickets, pareto, stratum, key, before: 0 }
    }

    /// What the rank follows.
    pub fn key(&self) -> OrderKey {
        self.key
    }

    /// The rank, from 1, once every row has gone by.
    pub fn rank(&self) -> u64 {
        self.before + 1
    }
}

fn key(
    tickets: &Tickets,
    pareto: &Option<Pareto>,
    sid: &str,
    weight: u64,
    salt: Option<&Digest>,
) -> OrderKey {
    let ticket = tickets.ticket(sid, salt);
    OrderKey { weighted: pareto.as_ref().map(|pareto| pareto.key(weight, &ticket)), ticket }
}

impl Visitor for Rank {
    type Part = u64;

    fn begin(&self) -> u64 {
        0
    }

    fn rows(&self, before: &mut u64, _: u64, rows: &[Passing<'_>]) {
        let Rank { tickets, pareto, stratum, .. } = self;
        for Passing { line, .. } in
            rows.iter().filter(|row| stratum.is_none_or(|own| own == row.stratum))
        {
            let key = key(tickets, pareto, line.sid, line.weight, line.salt.as_ref());
            *before += u64::from(key < self.key);
        }
    }

    fn join(&mut self, before: u64) {
        self.before += before;
    }
}
