//! Ranks and outcomes of one list. Rank 1 … N inside a stratum, for `pareto` inside the list, follows
//! (key, T); rank ≤ n is drawn, the next `reserve` ranks stand by.

use std::collections::BTreeMap;

use super::quota::quotas;
use super::ticket::Tickets;
use crate::base::digest::{Digest, Suite};
use crate::base::finding::Finding;
use crate::record::commitment::{List, Method};
use crate::record::tables::{DrawRow, FrameRow, OrderKey, Outcome, RollRow};
use crate::say;

/// The whole order of one list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selection {
    /// Every subject of the frame, by stratum and rank, for `pareto` by rank.
    pub ranked: Vec<Ranked>,
    /// n of each stratum in the order of names; for `pareto` the list's n under the empty name.
    pub quotas: BTreeMap<String, u64>,
}

/// A subject with its rank.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ranked {
    /// Place of the subject in the frame, from 0.
    pub index: usize,
    /// From 1, inside the stratum, for `pareto` inside the list.
    pub rank: u64,
    /// What the rank follows.
    pub key: OrderKey,
    /// Drawn, in reserve, or neither.
    pub outcome: Option<Outcome>,
}

/// Ranks all subjects of a list.
///
/// # Errors
/// F04 if two subjects of the list have one ticket.
pub fn select(
    suite: Suite,
    seed: &Digest,
    list: &List,
    frame: &[FrameRow],
) -> Result<Selection, Finding> {
    let tickets = Tickets::of_group(suite, seed, &list.group);
    let tickets: Vec<Digest> =
        frame.iter().map(|row| tickets.ticket(row.sid.as_str(), row.salt.as_ref())).collect();
    let weighted = match list.method {
        Method::Pareto { n } => pareto_keys(frame, &tickets, n).into_iter().map(Some).collect(),
        _ => vec![None; frame.len()],
    };
    let keys =
        weighted.into_iter().zip(tickets).map(|(weighted, ticket)| OrderKey { weighted, ticket });
    let quotas = quotas_by_name(suite, seed, list);
    // Strata by their place in the order of names; a `pareto` list is one order.
    let names: Vec<(&str, u64)> = quotas.iter().map(|(name, n)| (name.as_str(), *n)).collect();
    let group = |row: &FrameRow| match list.method {
        Method::Pareto { .. } => 0,
        _ => names
            .binary_search_by_key(&row.stratum.as_str(), |(name, _)| name)
            .unwrap_or(names.len()),
    };
    let mut order: Vec<(usize, OrderKey, usize)> = frame
        .iter()
        .zip(keys)
        .enumerate()
        .map(|(index, (row, key))| (group(row), key, index))
        .collect();
    order.sort_unstable();
    refuse_equal_tickets(&order)?;
    let mut ranked = Vec::with_capacity(order.len());
    let mut before = (0, 0);
    for (group, key, index) in order {
        let rank = if before.0 == group { before.1 + 1 } else { 1 };
        before = (group, rank);
        let n = names.get(group).map_or(0, |(_, n)| *n);
        ranked.push(Ranked { index, rank, key, outcome: outcome(rank, n, list.reserve) });
    }
    Ok(Selection { ranked, quotas })
}

impl Selection {
    /// The rows of `draw/<list>.tsv`.
    pub fn draw_rows(&self, frame: &[FrameRow]) -> Vec<DrawRow> {
        let row = |ranked: &Ranked| {
            let FrameRow { sid, stratum, .. } = &frame[ranked.index];
            let Ranked { rank, key, outcome, .. } = *ranked;
            Some(DrawRow {
                stratum: stratum.clone(),
                rank,
                sid: sid.clone(),
                key,
                outcome: outcome?,
            })
        };
        self.ranked.iter().filter_map(row).collect()
    }

    /// The drawn subjects.
    pub fn drawn(&self) -> impl Iterator<Item = &Ranked> {
        self.ranked.iter().filter(|ranked| ranked.outcome == Some(Outcome::Drawn))
    }

    /// The rows of `rolls/<list>.tsv`: H(T ‖ "." ‖ list ‖ "." ‖ rank), by stratum and key.
    pub fn roll(&self, suite: Suite, list: &str, frame: &[FrameRow]) -> Vec<RollRow> {
        let row = |Ranked { index, rank, key, .. }: &Ranked| RollRow {
            stratum: frame[*index].stratum.clone(),
            key: suite.digest(format!("{}.{list}.{rank}", key.ticket).as_bytes()),
        };
        let mut rows: Vec<RollRow> = self.ranked.iter().map(row).collect();
        rows.sort_by(|a, b| (&a.stratum, a.key).cmp(&(&b.stratum, b.key)));
        rows
    }
}

fn quotas_by_name(suite: Suite, seed: &Digest, list: &List) -> BTreeMap<String, u64> {
    match list.method {
        Method::Pareto { n } => BTreeMap::from([(String::new(), n)]),
        _ => {
            let names = list.strata.iter().map(|stratum| stratum.stratum.clone());
            names.zip(quotas(suite, seed, list)).collect()
        }
    }
}

fn outcome(rank: u64, n: u64, reserve: u64) -> Option<Outcome> {
    if rank <= n {
        Some(Outcome::Drawn)
    } else if rank - n <= reserve {
        Some(Outcome::Reserve)
    } else {
        None
    }
}

/// Equal tickets stand side by side within a stratum; across strata they are no tie that decides anything,
/// yet the protocol refuses them in the whole list.
fn refuse_equal_tickets(order: &[(usize, OrderKey, usize)]) -> Result<(), Finding> {
    let mut tickets: Vec<Digest> = order.iter().map(|(_, key, _)| key.ticket).collect();
    tickets.sort_unstable();
    if tickets.windows(2).any(|pair| pair[0] == pair[1]) {
        let cause = say!("两个对象的抽签号相同", "two subjects have one ticket");
        return Err(Finding::new("F04", cause));
    }
    Ok(())
}

/// The keys of Pareto order sampling: ⌊2^64·a/b⌋ with a = X(W − n·w), b = (2^65 − X)·n·w, X = 2U + 1; 0 for a
/// take-all subject, 2^128 − 1 if nothing is left to draw. n·w/W is a subject's aimed probability.
fn pareto_keys(frame: &[FrameRow], tickets: &[Digest], n: u64) -> Vec<u128> {
    let mut n = u128::from(n);
    let mut taken = vec![false; frame.len()];
    let total = loop {
        let left = |i: &usize| !taken[*i];
        let total: u128 = (0..frame.len()).filter(left).map(|i| u128::from(frame[i].weight)).sum();
        let whole: Vec<usize> = (0..frame.len())
            .filter(left)
            .filter(|i| n * u128::from(frame[*i].weight) >= total)
            .collect();
        if whole.is_empty() {
            break total;
        }
        n -= whole.len() as u128;
        whole.into_iter().for_each(|i| taken[i] = true);
    };
    let key = |i: usize| {
        if taken[i] {
            return 0;
        }
        if n == 0 {
            return u128::MAX;
        }
        let x = 2 * u128::from(tickets[i].first_u64()) + 1;
        let nw = n * u128::from(frame[i].weight);
        scaled_quotient(x * (total - nw), ((1 << 65) - x) * nw)
    };
    (0..frame.len()).map(key).collect()
}

/// min(2^128 − 1, ⌊2^64·a/b⌋) for a, b < 2^117 and b > 0, by long division one bit at a time.
fn scaled_quotient(a: u128, b: u128) -> u128 {
    let (whole, mut rest) = (a / b, a % b);
    if whole >= 1 << 64 {
        return u128::MAX;
    }
    let mut quotient = whole;
    for _ in 0..64 {
        rest <<= 1;
        quotient <<= 1;
        if rest >= b {
            rest -= b;
            quotient |= 1;
        }
    }
    quotient
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_division_agrees_where_u128_suffices() {
        for (a, b) in
            [(0u128, 1u128), (1, 1), (1, 3), (7, 2), ((1 << 60) + 7, 12_345), (5, 1 << 116)]
        {
            assert_eq!(scaled_quotient(a, b), (a << 64) / b, "{a}/{b}");
        }
        assert_eq!(scaled_quotient(1 << 116, 1), u128::MAX);
        // 2^64·(2^116 − 1)/(2^116) is just below 2^64.
        assert_eq!(scaled_quotient((1 << 116) - 1, 1 << 116), u128::from(u64::MAX));
    }
}
