//! The ranks of some subjects, without ordering the others: a rank is one more than how many come before.

use super::pareto::Pareto;
use super::ticket::Tickets;
use crate::base::digest::{Digest, Suite};
use crate::record::commitment::{List, Method};
use crate::record::frame::{Names, Passing, Visitor, Weights};
use crate::record::tables::{FrameRow, OrderKey};

/// Counts the rows that come before those of some subjects.
pub struct Ranks {
    tickets: Tickets,
    pareto: Option<Pareto>,
    /// By stratum of the list, for `pareto` for all of it, the keys of the subjects, ascending.
    keys: Vec<Vec<OrderKey>>,
    /// Beside each key how many rows come before it and not before the one before.
    before: Vec<Vec<u64>>,
    /// Of each subject, in the order asked for, where its key stands.
    asked: Vec<(usize, OrderKey)>,
}

impl Ranks {
    /// The ranks of the subjects of these rows; `weights` are those of a `pareto` list.
    pub fn of<'r>(
        suite: Suite,
        seed: &Digest,
        list: &List,
        weights: &Weights,
        rows: impl IntoIterator<Item = &'r FrameRow>,
    ) -> Self {
        let tickets = Tickets::of_group(suite, seed, &list.group);
        let pareto = match list.method {
            Method::Pareto { n } => Some(Pareto::new(weights, n)),
            Method::Fixed | Method::Proportional { .. } => None,
        };
        let names = Names::of(list);
        let mut keys = vec![Vec::new(); if pareto.is_some() { 1 } else { list.strata.len() }];
        let ask = |row: &FrameRow| {
            let place = names.place(row.stratum.as_str()).filter(|_| pareto.is_none()).unwrap_or(0);
            let key = key(&tickets, &pareto, row.sid.as_str(), row.weight, row.salt.as_ref());
            (place, key)
        };
        let asked: Vec<(usize, OrderKey)> = rows.into_iter().map(ask).collect();
        asked.iter().for_each(|(place, key)| keys[*place].push(*key));
        keys.iter_mut().for_each(|keys| keys.sort_unstable());
        let before = keys.iter().map(|keys| vec![0; keys.len()]).collect();
        Ranks { tickets, pareto, keys, before, asked }
    }

    /// What each rank follows, and the rank, from 1, once every row has gone by; in the order of the rows asked for.
    pub fn ranks(self) -> Vec<(OrderKey, u64)> {
        let Ranks { keys, mut before, asked, .. } = self;
        for counts in &mut before {
            let mut sum = 0;
            for count in counts {
                sum += *count;
                *count = sum;
            }
        }
        let rank = |(place, key): (usize, OrderKey)| {
            let at = keys[place].partition_point(|other| *other < key);
            (key, before[place][at] + 1)
        };
        asked.into_iter().map(rank).collect()
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

impl Visitor for Ranks {
    type Part = Vec<Vec<u64>>;

    fn begin(&self) -> Self::Part {
        self.keys.iter().map(|keys| vec![0; keys.len()]).collect()
    }

    fn rows(&self, before: &mut Self::Part, _: u64, rows: &[Passing<'_>]) {
        let Ranks { tickets, pareto, keys, .. } = self;
        for Passing { line, stratum } in rows {
            let place = if pareto.is_some() { 0 } else { *stratum };
            if keys[place].is_empty() {
                continue;
            }
            let key = key(tickets, pareto, line.sid, line.weight, line.salt.as_ref());
            let after = keys[place].partition_point(|other| *other <= key);
            if let Some(count) = before[place].get_mut(after) {
                *count += 1;
            }
        }
    }

    fn join(&mut self, part: Self::Part) {
        let counts = self.before.iter_mut().flatten();
        counts.zip(part.into_iter().flatten()).for_each(|(all, n)| *all += n);
    }
}
