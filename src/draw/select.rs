//! Ranks and outcomes of one list. Rank 1 … N inside a stratum, for `pareto` inside the list, follows
//! (key, T); rank ≤ n is drawn, the next `reserve` ranks stand by.
//!
//! Tickets are made in parallel chunks; the smallest of each chunk are joined and ordered at the end, so that
//! neither the number of threads nor the order of rows decides anything.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::pareto::Pareto;
use super::quota::quotas;
use super::smallest::Smallest;
use super::ticket::Tickets;
use crate::base::digest::{Digest, Suite};
use crate::base::finding::Finding;
use crate::record::commitment::{List, Method};
use crate::record::tables::{DrawRow, FrameRow, OrderKey, Outcome, RollRow};
use crate::say;

/// Fewer rows than these are not worth a thread.
const CHUNK_ROWS_MIN: usize = 4_096;

/// The front of one list's order, or all of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selection {
    /// Subjects of the frame by stratum and rank, for `pareto` by rank.
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

/// The drawn subjects of a list and its reserves.
///
/// # Errors
/// F04 if two subjects of the list have one ticket.
pub fn select(
    suite: Suite,
    seed: &Digest,
    list: &List,
    frame: &[FrameRow],
) -> Result<Selection, Finding> {
    order(suite, seed, list, frame, |n| n.saturating_add(list.reserve))
}

/// All subjects of a list with their ranks: rolls and receipts tell everybody's.
///
/// # Errors
/// As [`select`].
pub fn rank(
    suite: Suite,
    seed: &Digest,
    list: &List,
    frame: &[FrameRow],
) -> Result<Selection, Finding> {
    order(suite, seed, list, frame, |_| u64::MAX)
}

/// The order of a list, in each stratum as far as `depth` of its n.
fn order(
    suite: Suite,
    seed: &Digest,
    list: &List,
    frame: &[FrameRow],
    depth: impl Fn(u64) -> u64,
) -> Result<Selection, Finding> {
    let quotas = quotas_by_name(suite, seed, list);
    let draw = Draw {
        tickets: Tickets::of_group(suite, seed, &list.group),
        pareto: match list.method {
            Method::Pareto { n } => Some(Pareto::new(frame, n)),
            Method::Fixed | Method::Proportional { .. } => None,
        },
        names: quotas.keys().map(|name| Front::of(name)).collect(),
    };
    let depths = quotas.values().map(|n| usize::try_from(depth(*n)).unwrap_or(usize::MAX));
    let none: Vec<Smallest<(OrderKey, usize)>> =
        depths.map(|depth| Smallest::new(depth.min(frame.len()))).collect();
    let mut fronts = vec![0; frame.len()];
    // The longer a chunk, the sooner most of its rows are known not to be among the smallest.
    let rows = frame.len().div_ceil(rayon::current_num_threads()).max(CHUNK_ROWS_MIN);
    let smallest = fronts
        .par_chunks_mut(rows)
        .zip(frame.par_chunks(rows))
        .enumerate()
        .map(|(chunk, (fronts, frame))| {
            let mut smallest = none.clone();
            draw.rank_chunk(chunk * rows, frame, fronts, &mut smallest);
            smallest
        })
        .reduce(|| none.clone(), |a, b| a.into_iter().zip(b).map(|(a, b)| a.join(b)).collect());
    draw.refuse_equal_tickets(frame, &fronts)?;
    let ranked = smallest.into_iter().zip(quotas.values()).flat_map(|(smallest, n)| {
        (1..).zip(smallest.sorted()).map(|(rank, (key, index))| {
            let outcome = outcome(rank, *n, list.reserve);
            Ranked { index, rank, key, outcome }
        })
    });
    Ok(Selection { ranked: ranked.collect(), quotas })
}

/// What a row's key is made of.
struct Draw<'a> {
    tickets: Tickets,
    pareto: Option<Pareto>,
    /// The strata by name; for `pareto` one without a name.
    names: Vec<Front<'a>>,
}

/// A stratum's name, compared by its first bytes first: nearly all names are told apart by them.
#[derive(Clone, Copy)]
struct Front<'a> {
    front: u64,
    rest: &'a [u8],
}

impl<'a> Front<'a> {
    fn of(name: &'a str) -> Self {
        let bytes = name.bytes().take(8);
        // No name holds a NUL, so that a shorter name is another number.
        let front = bytes.fold(0, |front, byte| front << 8 | u64::from(byte));
        Front { front, rest: name.as_bytes().get(8..).unwrap_or_default() }
    }

    fn is(&self, other: &Front<'_>) -> bool {
        // To compare two empty slices costs more than a ticket: memcmp looks where they do not point.
        self.front == other.front
            && self.rest.len() == other.rest.len()
            && (self.rest.is_empty() || self.rest == other.rest)
    }
}

impl Draw<'_> {
    /// Pushes the keys of a chunk of rows that begins at `first`, and notes the first 64 bits of their tickets.
    fn rank_chunk(
        &self,
        first: usize,
        rows: &[FrameRow],
        fronts: &mut [u64],
        smallest: &mut [Smallest<(OrderKey, usize)>],
    ) {
        for ((index, row), front) in (first..).zip(rows).zip(fronts) {
            let ticket = self.ticket(row);
            *front = ticket.first_u64();
            let mut group = 0;
            let weighted = match &self.pareto {
                None => {
                    let name = Front::of(row.stratum.as_str());
                    let found = self.names.iter().position(|other| other.is(&name));
                    // A stratum that the commitment does not name has no quota: checks of the frame refuse it.
                    let Some(found) = found else { continue };
                    group = found;
                    let cut = smallest[group].cut();
                    if cut.is_some_and(|(key, _)| *front > key.ticket.first_u64()) {
                        continue;
                    }
                    None
                }
                Some(pareto) => {
                    let cut = smallest[0].cut().and_then(|(key, _)| key.weighted);
                    if cut.is_some_and(|cut| pareto.is_surely_above(row.weight, &ticket, cut)) {
                        continue;
                    }
                    Some(pareto.key(row.weight, &ticket))
                }
            };
            smallest[group].push((OrderKey { weighted, ticket }, index));
        }
    }

    fn ticket(&self, row: &FrameRow) -> Digest {
        self.tickets.ticket(row.sid.as_str(), row.salt.as_ref())
    }

    /// Equal tickets decide nothing across strata, yet the protocol refuses them in the whole list. Only tickets
    /// that share a slot of a large table with another one are compared in full.
    fn refuse_equal_tickets(&self, frame: &[FrameRow], fronts: &[u64]) -> Result<(), Finding> {
        // 32 slots for each ticket: about one ticket in 64 finds its slot taken, by chance or by an equal one.
        let words = fronts.len().div_ceil(2).max(2).next_power_of_two();
        let shift = u64::BITS - (words.ilog2() + 6);
        let slot = |front: u64| (front >> shift) as usize;
        let bit = |at: usize| 1u64 << (at % 64);
        // The slots found taken are marked by their last bits in a table that stays in the fastest cache.
        let mut taken = vec![0; words];
        let mut marked = [0; 2_048];
        let mark = |at: usize| at / 64 % 2_048;
        for at in fronts.iter().map(|front| slot(*front)) {
            if taken[at / 64] & bit(at) != 0 {
                marked[mark(at)] |= bit(at);
            }
            taken[at / 64] |= bit(at);
        }
        let shares = |front: u64| marked[mark(slot(front))] & bit(slot(front)) != 0;
        let rows = fronts.iter().zip(frame).filter(|(front, _)| shares(**front));
        let mut tickets: Vec<Digest> = rows.map(|(_, row)| self.ticket(row)).collect();
        tickets.sort_unstable();
        if tickets.windows(2).any(|pair| pair[0] == pair[1]) {
            let cause = say!("两个对象的抽签号相同", "two subjects have one ticket");
            return Err(Finding::new("F04", cause));
        }
        Ok(())
    }
}

impl Selection {
    /// The rows of `draw/<list>.tsv`.
    pub fn draw_rows(&self, frame: &[FrameRow]) -> Vec<DrawRow> {
        let row = |ranked: &Ranked| {
            let FrameRow { sid, stratum, .. } = &frame[ranked.index];
            let Ranked { rank, key, outcome, .. } = *ranked;
            Some(DrawRow {
                stratum: stratum.to_string(),
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

    /// The rows of `rolls/<list>.tsv`: H(T ‖ "." ‖ list ‖ "." ‖ rank), by stratum and key; of everybody, if
    /// [`rank`] made the selection.
    pub fn roll(&self, suite: Suite, list: &str, frame: &[FrameRow]) -> Vec<RollRow> {
        let row = |Ranked { index, rank, key, .. }: &Ranked| RollRow {
            stratum: frame[*index].stratum.to_string(),
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
