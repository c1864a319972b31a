//! Ranks and outcomes of one list. Rank 1 … N inside a stratum, for `pareto` inside the list, follows
//! (key, T); rank ≤ n is drawn, the next `reserve` ranks stand by.
//!
//! Tickets are made where the rows are read, block by block on all cores; the smallest of each block are joined and
//! ordered at the end, so that neither the number of threads nor the order of rows decides anything. Only who may still
//! be drawn is kept: memory does not grow with the frame.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::pareto::{LEAST_TO_GUESS, Pareto, deviation};
use super::quota::quotas;
use super::smallest::Smallest;
use super::ticket::Tickets;
use crate::base::digest::{Digest, Suite};
use crate::base::finding::Finding;
use crate::record::commitment::{List, Method};
use crate::record::frame::{FrameLine, Passing, Visitor, Weights};
use crate::record::tables::{DrawRow, FrameRow, OrderKey, Outcome, RollRow};
use crate::say;

/// Fewer ranked rows than these are not worth a thread.
const ROWS_MIN: usize = 1_024;

/// The front of one list's order, or all of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selection {
    /// Subjects of the frame by stratum and rank, for `pareto` by rank.
    pub ranked: Vec<Ranked>,
    /// n of each stratum in the order of names; for `pareto` the list's n under the empty name.
    pub quotas: BTreeMap<String, u64>,
    /// Of `pareto` what is left after those who are drawn for certain: n, and W, the sum of their weights.
    pub left: Option<(u64, u64)>,
}

/// A subject with its rank.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ranked {
    /// The subject's row of the frame.
    pub row: FrameRow,
    /// From 1, inside the stratum, for `pareto` inside the list.
    pub rank: u64,
    /// What the rank follows.
    pub key: OrderKey,
    /// Drawn, in reserve, or neither.
    pub outcome: Option<Outcome>,
}

/// How far down the order of a list is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// The drawn subjects and their reserves.
    Outcomes,
    /// Everybody: rolls tell everybody's rank.
    All,
}

/// Ranks the rows of a frame that go by.
pub struct Selector<'a> {
    list: &'a List,
    tickets: Tickets,
    pareto: Option<Pareto>,
    quotas: BTreeMap<String, u64>,
    /// The place of each stratum of the list in the order of names.
    fronts_of: Vec<usize>,
    /// What may still be wanted of each stratum by name; of `pareto` of the list.
    fronts: Vec<Front>,
    /// N of each.
    sizes: Vec<u64>,
    depth: Depth,
}

/// The smallest of a stratum, each with its line.
type Front = Smallest<Key, Box<str>>;

/// What the order follows: the key of `pareto`, elsewhere 0, and the ticket. Those who have the same are refused.
type Key = (u128, Digest);

/// What may still be wanted of a block of rows.
pub struct Fronts(Vec<Front>);

impl<'a> Selector<'a> {
    /// Ranks a list's frame under a seed; `weights` are those of a `pareto` list, which must be known before the first
    /// row. With a `guess` of how far the wanted keys reach, nearly nobody else is kept; [`Selector::is_short`] tells if
    /// it was wrong.
    pub fn new(
        suite: Suite,
        seed: &Digest,
        list: &'a List,
        weights: &Weights,
        depth: Depth,
        guess: bool,
    ) -> Self {
        let quotas = quotas_by_name(suite, seed, list);
        let pareto = match list.method {
            Method::Pareto { n } => Some(Pareto::new(weights, n)),
            Method::Fixed | Method::Proportional { .. } => None,
        };
        let places: BTreeMap<&str, usize> = quotas.keys().map(String::as_str).zip(0..).collect();
        let place = |name: &str| places.get(name).copied().unwrap_or(0);
        let fronts_of: Vec<usize> =
            list.strata.iter().map(|stratum| place(&stratum.stratum)).collect();
        let mut sizes = vec![0; quotas.len()];
        fronts_of.iter().zip(&list.strata).for_each(|(front, s)| sizes[*front] += s.size);
        let front = |(n, size): (&u64, &u64)| {
            let kept = kept(depth, *n, list);
            let cut = match (&pareto, guess && depth == Depth::Outcomes) {
                (_, false) => None,
                (None, true) => ticket_beyond(kept, *size),
                (Some(pareto), true) => cut_beyond(pareto, kept - n, *size),
            };
            Smallest::guessed(usize::try_from(kept).unwrap_or(usize::MAX), cut)
        };
        let fronts = quotas.values().zip(&sizes).map(front).collect();
        let tickets = Tickets::of_group(suite, seed, &list.group);
        Selector { list, tickets, pareto, quotas, fronts_of, fronts, sizes, depth }
    }

    /// Fewer rows than wanted were kept though there are more: the guess was wrong, and the rows must go by once more
    /// without one.
    pub fn is_short(&self) -> bool {
        let mut each = self.fronts.iter().zip(self.quotas.values()).zip(&self.sizes);
        each.any(|((front, n), size)| {
            (front.len() as u64) < kept(self.depth, *n, self.list).min(*size)
        })
    }

    /// Keeps a row if it may be wanted.
    fn offer(&self, part: &mut [Front], passing: &Passing<'_>, ticket: Digest) {
        let Passing { stratum, line } = passing;
        let front = &mut part[self.fronts_of[*stratum]];
        let weighted = match (&self.pareto, front.cut()) {
            (None, Some((_, cut))) if ticket.first_u64() > cut.first_u64() => return,
            (None, _) => 0,
            (Some(pareto), Some((cut, _)))
                if pareto.is_surely_above(line.weight, &ticket, *cut) =>
            {
                return;
            }
            (Some(pareto), _) => pareto.key(line.weight, &ticket),
        };
        let key = (weighted, ticket);
        if front.cut().is_none_or(|cut| key <= *cut) {
            front.push(key, line.text.into());
        }
    }

    /// The ranks, once every row has gone by.
    ///
    /// # Errors
    /// F04 if two of the subjects whose ranks are wanted have one ticket, or the last of them and the next.
    pub fn select(self) -> Result<Selection, Finding> {
        let Selector { list, quotas, fronts, depth, pareto, .. } = self;
        let fronts: Vec<Vec<(Key, Box<str>)>> =
            fronts.into_par_iter().map(Smallest::sorted).collect();
        refuse_equal_tickets(fronts.iter().flatten().map(|((_, ticket), _)| *ticket))?;
        let mut ranked = Vec::with_capacity(fronts.iter().map(Vec::len).sum());
        for (mut front, n) in fronts.into_iter().zip(quotas.values()) {
            front.truncate(usize::try_from(wanted(depth, *n, list)).unwrap_or(usize::MAX));
            let each = front.into_par_iter().enumerate().with_min_len(ROWS_MIN);
            ranked.par_extend(each.map(|(before, ((weighted, ticket), text))| {
                let rank = before as u64 + 1;
                let row = FrameRow::from(&FrameLine::again(&text));
                let weighted = pareto.as_ref().map(|_| weighted);
                let key = OrderKey { weighted, ticket };
                Ranked { row, rank, key, outcome: Outcome::of(rank, *n, list.reserve) }
            }));
        }
        let left = pareto.map(|pareto| (pareto.n, pareto.total));
        Ok(Selection { ranked, quotas, left })
    }
}

impl Visitor for Selector<'_> {
    type Part = Fronts;

    fn begin(&self) -> Fronts {
        Fronts(self.fronts.iter().map(Smallest::part).collect())
    }

    fn rows(&self, part: &mut Fronts, _: u64, rows: &[Passing<'_>]) {
        let subjects = rows.iter().map(|row| (row.line.sid, row.line.salt.as_ref()));
        self.tickets.each(subjects, |at, ticket| self.offer(&mut part.0, &rows[at], ticket));
    }

    fn join(&mut self, part: Fronts) {
        self.fronts.iter_mut().zip(part.0).for_each(|(front, part)| front.join(part));
    }
}

/// How many are kept of those of whom n are drawn.
fn kept(depth: Depth, n: u64, list: &List) -> u64 {
    // One more than are wanted shows whether the last of them has the ticket of the next.
    wanted(depth, n, list).saturating_add(1)
}

/// How many are ranked of those of whom n are drawn.
fn wanted(depth: Depth, n: u64, list: &List) -> u64 {
    match depth {
        Depth::Outcomes => n.saturating_add(list.reserve),
        Depth::All => u64::MAX,
    }
}

/// A key that the `wanted` smallest of so many tickets stay below, but for a chance that nobody meets; none where most of
/// them are wanted.
fn ticket_beyond(wanted: u64, size: u64) -> Option<Key> {
    let reach = wanted.checked_add(deviation(wanted))?;
    if wanted < LEAST_TO_GUESS || reach >= size {
        return None;
    }
    let front = (u128::from(reach) << 64) / u128::from(size);
    let mut ticket = [0xff; 32];
    ticket[..8].copy_from_slice(&u64::try_from(front).ok()?.to_be_bytes());
    Some((0, Digest::from_bytes(ticket)))
}

/// The same for the keys of `pareto`, where `more` than n are wanted.
fn cut_beyond(pareto: &Pareto, more: u64, size: u64) -> Option<Key> {
    let cut = pareto.cut_beyond(more).filter(|_| pareto.n.saturating_add(more) < size / 2)?;
    Some((cut, Digest::from_bytes([0xff; 32])))
}

/// Equal tickets of two subjects, were somebody to find them, must not be ordered by anything else.
fn refuse_equal_tickets(tickets: impl Iterator<Item = Digest> + Clone) -> Result<(), Finding> {
    // Nearly always their first 64 bits tell them all apart.
    let mut firsts: Vec<u64> = tickets.clone().map(|ticket| ticket.first_u64()).collect();
    firsts.par_sort_unstable();
    if firsts.windows(2).all(|pair| pair[0] != pair[1]) {
        return Ok(());
    }
    let mut tickets: Vec<Digest> = tickets.collect();
    tickets.sort_unstable();
    if tickets.windows(2).any(|pair| pair[0] == pair[1]) {
        let cause = say!("两个对象的抽签号相同", "two subjects have one ticket");
        return Err(Finding::new("F04", cause));
    }
    Ok(())
}

impl Selection {
    /// The rows of `draw/<list>.tsv`.
    pub fn draw_rows(&self) -> Vec<DrawRow> {
        let row = |ranked: &Ranked| {
            let Ranked { row: FrameRow { sid, stratum, .. }, rank, key, outcome } = ranked;
            Some(DrawRow {
                stratum: stratum.to_string(),
                rank: *rank,
                sid: sid.clone(),
                key: *key,
                outcome: (*outcome)?,
            })
        };
        self.ranked.iter().filter_map(row).collect()
    }

    /// The drawn subjects.
    pub fn drawn(&self) -> impl Iterator<Item = &Ranked> {
        self.ranked.iter().filter(|ranked| ranked.outcome == Some(Outcome::Drawn))
    }

    /// The rows of `rolls/<list>.tsv`: H(T ‖ "." ‖ list ‖ "." ‖ rank), by stratum and key; of everybody, if
    /// the selection goes down to all.
    pub fn roll(&self, suite: Suite, list: &str) -> Vec<RollRow> {
        let row = |Ranked { row, rank, key, .. }: &Ranked| RollRow {
            stratum: row.stratum.to_string(),
            key: RollRow::key_of(suite, &key.ticket, list, *rank),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::merkle::Root;
    use crate::record::commitment::{Quota, Stratum};

    #[test]
    fn every_stratum_has_the_front_of_its_name_however_many_there_are() {
        const STRATA: u64 = 200_000;
        // To look for each among all would never end.
        let stratum = |i: u64| Stratum {
            stratum: format!("{:06}", i * 7_919 % STRATA),
            size: 2 + i % 3,
            quota: Quota::Count(1 + i % 2),
        };
        let suite = Suite::Sha256;
        let list = List {
            list: "L".to_owned(),
            title: "L".to_owned(),
            matters: vec!["M".to_owned()],
            group: "G".to_owned(),
            method: Method::Fixed,
            frame: Root { n: 0, root: suite.digest(b"") },
            strata: (0..STRATA).map(stratum).collect(),
            reserve: 0,
            slots: Vec::new(),
            notes: serde_json::Map::new(),
        };
        let seed = suite.digest(b"seed");
        let selector =
            Selector::new(suite, &seed, &list, &Weights::default(), Depth::Outcomes, true);
        let quotas: Vec<u64> = selector.quotas.values().copied().collect();
        for (front, stratum) in selector.fronts_of.iter().zip(&list.strata) {
            assert_eq!(*front as u64, stratum.stratum.parse::<u64>().unwrap());
            assert_eq!(selector.sizes[*front], stratum.size);
            assert_eq!(Quota::Count(quotas[*front]), stratum.quota);
        }
    }
}
