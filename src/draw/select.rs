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
use crate::record::frame::{FrameLine, Names, Passing, Visitor, Weights};
use crate::record::tables::{DrawRow, FrameRow, OrderKey, Outcome, RollRow};
use crate::say;

/// Fewer rows than these are not worth a thread.
const CHUNK_ROWS_MIN: usize = 4_096;
/// Fewer ranked rows than these are not, either.
const ROWS_MIN: usize = 1_024;

/// The front of one list's order, or all of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selection {
    /// Subjects of the frame by stratum and rank, for `pareto` by rank.
    pub ranked: Vec<Ranked>,
    /// n of each stratum in the order of names; for `pareto` the list's n under the empty name.
    pub quotas: BTreeMap<String, u64>,
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

/// The ranks of a list's subjects, of rows in memory.
///
/// # Errors
/// F04 if two of the subjects whose ranks are wanted have one ticket, or the last of them and the next.
pub fn select(
    suite: Suite,
    seed: &Digest,
    list: &List,
    frame: &[FrameRow],
    depth: Depth,
) -> Result<Selection, Finding> {
    let pareto = match list.method {
        Method::Pareto { n } => Some(Pareto::of_rows(frame, n)),
        Method::Fixed | Method::Proportional { .. } => None,
    };
    let pass = |guess| {
        let mut selector = Selector::of(suite, seed, list, pareto, depth, guess);
        selector.pass_in_memory(frame);
        selector
    };
    let mut selector = pass(true);
    if selector.is_short() {
        selector = pass(false);
    }
    selector.finish(|index: usize| frame[index].clone())
}

impl Selector<'_, usize> {
    fn pass_in_memory(&mut self, frame: &[FrameRow]) {
        let rows = frame.len().div_ceil(rayon::current_num_threads()).max(CHUNK_ROWS_MIN);
        let part = |(chunk, frame): (usize, &[FrameRow])| {
            let (mut part, names) = (self.begin_part(), Names::of(self.list));
            let subjects = frame.iter().map(|row| (row.sid.as_str(), row.salt.as_ref()));
            self.tickets.each(subjects, |at, ticket| {
                let (index, row) = (chunk * rows + at, &frame[at]);
                // A stratum that the commitment does not name has no quota: checks of the frame refuse it.
                if let Some(place) = names.place(row.stratum.as_str()) {
                    self.offer(&mut part, index as u64, place, row.weight, ticket, || index);
                }
            });
            part
        };
        let parts: Vec<_> = frame.par_chunks(rows).enumerate().map(part).collect();
        parts.into_iter().for_each(|part| self.join_part(part));
    }
}

/// Ranks the rows of a frame that go by.
pub struct Selector<'a, V = Box<str>> {
    list: &'a List,
    tickets: Tickets,
    pareto: Option<Pareto>,
    quotas: BTreeMap<String, u64>,
    /// The place of each stratum of the list in the order of names.
    fronts_of: Vec<usize>,
    /// What may still be wanted of each stratum by name; of `pareto` of the list.
    fronts: Vec<Front<V>>,
    /// N of each.
    sizes: Vec<u64>,
    depth: Depth,
}

/// The smallest of a stratum: the order's key, the place in the frame for those whose tickets are equal, and the row.
type Front<V> = Smallest<(OrderKey, u64), V>;

/// What may still be wanted of a block of rows.
pub struct Fronts(Vec<Front<Box<str>>>);

impl<'a, V> Selector<'a, V> {
    /// With a `guess` of how far the wanted keys reach, nearly nobody else is kept; [`Selector::is_short`] tells if it was
    /// wrong.
    fn of(
        suite: Suite,
        seed: &Digest,
        list: &'a List,
        pareto: Option<Pareto>,
        depth: Depth,
        guess: bool,
    ) -> Self {
        let quotas = quotas_by_name(suite, seed, list);
        let place = |name: &str| quotas.keys().position(|other| other == name).unwrap_or(0);
        let fronts_of: Vec<usize> =
            list.strata.iter().map(|stratum| place(&stratum.stratum)).collect();
        let mut sizes = vec![0; quotas.len()];
        fronts_of.iter().zip(&list.strata).for_each(|(front, s)| sizes[*front] += s.size);
        let front = |(n, size): (&u64, &u64)| {
            // One more than are wanted shows whether the last of them has the ticket of the next.
            let wanted = match depth {
                Depth::Outcomes => n.saturating_add(list.reserve).saturating_add(1),
                Depth::All => u64::MAX,
            };
            let cut = || match &pareto {
                None => ticket_beyond(wanted, *size),
                Some(pareto) => cut_beyond(pareto, wanted - n, *size),
            };
            let cut = if guess && depth == Depth::Outcomes { cut() } else { None };
            Smallest::guessed(usize::try_from(wanted).unwrap_or(usize::MAX), cut)
        };
        Selector {
            list,
            tickets: Tickets::of_group(suite, seed, &list.group),
            fronts_of,
            fronts: quotas.iter().zip(&sizes).map(|((_, n), size)| front((n, size))).collect(),
            pareto,
            quotas,
            sizes,
            depth,
        }
    }

    /// Fewer rows than wanted were kept though there are more: the guess was wrong, and the rows must go by once more
    /// without one.
    pub fn is_short(&self) -> bool {
        let wanted = |n: u64| n.saturating_add(self.list.reserve).saturating_add(1);
        let each = self.fronts.iter().zip(self.quotas.values()).zip(&self.sizes);
        let short = |((front, n), size): ((&Front<V>, &u64), &u64)| {
            (front.len() as u64) < wanted(*n).min(*size)
        };
        self.depth == Depth::Outcomes && each.into_iter().any(short)
    }

    fn begin_part(&self) -> Vec<Front<V>> {
        self.fronts.iter().map(Smallest::part).collect()
    }

    /// Keeps a row if it may be wanted.
    fn offer(
        &self,
        part: &mut [Front<V>],
        index: u64,
        place: usize,
        weight: u64,
        ticket: Digest,
        keep: impl FnOnce() -> V,
    ) {
        let front = &mut part[self.fronts_of[place]];
        let weighted = match &self.pareto {
            None => {
                // The first 64 bits tell nearly all who are not among the smallest.
                let first = ticket.first_u64();
                if front.cut().is_some_and(|(cut, _)| first > cut.ticket.first_u64()) {
                    return;
                }
                None
            }
            Some(pareto) => {
                let cut = front.cut().and_then(|(cut, _)| cut.weighted);
                if cut.is_some_and(|cut| pareto.is_surely_above(weight, &ticket, cut)) {
                    return;
                }
                Some(pareto.key(weight, &ticket))
            }
        };
        let key = (OrderKey { weighted, ticket }, index);
        if front.cut().is_none_or(|cut| key <= *cut) {
            front.push(key, keep());
        }
    }

    fn join_part(&mut self, part: Vec<Front<V>>) {
        self.fronts.iter_mut().zip(part).for_each(|(front, part)| front.join(part));
    }

    fn finish(self, row: impl Fn(V) -> FrameRow + Sync) -> Result<Selection, Finding>
    where
        V: Send,
    {
        let Selector { list, quotas, fronts, depth, .. } = self;
        let fronts: Vec<Vec<((OrderKey, u64), V)>> =
            fronts.into_par_iter().map(Smallest::sorted).collect();
        refuse_equal_tickets(fronts.iter().flatten().map(|((key, _), _)| key.ticket))?;
        let mut ranked = Vec::new();
        for (front, n) in fronts.into_iter().zip(quotas.values()) {
            let each = front.into_par_iter().enumerate().with_min_len(ROWS_MIN);
            ranked.par_extend(each.filter_map(|(before, ((key, _), item))| {
                let rank = before as u64 + 1;
                let outcome = Outcome::of(rank, *n, list.reserve);
                let wanted = outcome.is_some() || depth == Depth::All;
                wanted.then(|| Ranked { row: row(item), rank, key, outcome })
            }));
        }
        Ok(Selection { ranked, quotas })
    }
}

impl<'a> Selector<'a> {
    /// Ranks a list's frame under a seed; `weights` are those of a `pareto` list, which must be known before the first
    /// row. `guess` keeps fewer rows: see [`Selector::is_short`].
    pub fn new(
        suite: Suite,
        seed: &Digest,
        list: &'a List,
        weights: &Weights,
        depth: Depth,
        guess: bool,
    ) -> Self {
        let pareto = match list.method {
            Method::Pareto { n } => Some(Pareto::new(weights, n)),
            Method::Fixed | Method::Proportional { .. } => None,
        };
        Selector::of(suite, seed, list, pareto, depth, guess)
    }

    /// The ranks, once every row has gone by.
    ///
    /// # Errors
    /// As [`select`].
    pub fn select(self) -> Result<Selection, Finding> {
        self.finish(|text| {
            FrameRow::from(&FrameLine::parse(&text).expect("bug: a kept line was checked"))
        })
    }
}

impl Visitor for Selector<'_> {
    type Part = Fronts;

    fn begin(&self) -> Fronts {
        Fronts(self.begin_part())
    }

    fn rows(&self, part: &mut Fronts, first: u64, rows: &[Passing<'_>]) {
        self.tickets.each(
            rows.iter().map(|row| (row.line.sid, row.line.salt.as_ref())),
            |at, ticket| {
                let Passing { stratum, line } = rows[at];
                let keep = || line.text.into();
                self.offer(&mut part.0, first + at as u64, stratum, line.weight, ticket, keep);
            },
        );
    }

    fn join(&mut self, part: Fronts) {
        self.join_part(part.0);
    }
}

/// A key that the `wanted` smallest of so many tickets stay below, but for a chance that nobody meets; none where most of
/// them are wanted.
fn ticket_beyond(wanted: u64, size: u64) -> Option<(OrderKey, u64)> {
    let reach = wanted.checked_add(deviation(wanted))?;
    if wanted < LEAST_TO_GUESS || reach >= size {
        return None;
    }
    let front = (u128::from(reach) << 64) / u128::from(size);
    let mut ticket = [0xff; 32];
    ticket[..8].copy_from_slice(&u64::try_from(front).ok()?.to_be_bytes());
    let ticket = Digest::from_bytes(ticket);
    Some((OrderKey { weighted: None, ticket }, u64::MAX))
}

/// The same for the keys of `pareto`, where `more` than n are wanted.
fn cut_beyond(pareto: &Pareto, more: u64, size: u64) -> Option<(OrderKey, u64)> {
    let cut = pareto.cut_beyond(more).filter(|_| pareto.n.saturating_add(more) < size / 2)?;
    let ticket = Digest::from_bytes([0xff; 32]);
    Some((OrderKey { weighted: Some(cut), ticket }, u64::MAX))
}

/// Equal tickets of two subjects, were somebody to find them, must not be ordered by anything else.
fn refuse_equal_tickets(tickets: impl Iterator<Item = Digest> + Clone) -> Result<(), Finding> {
    // Nearly always their first 64 bits tell them all apart.
    let mut firsts: Vec<u64> = tickets.clone().map(|ticket| ticket.first_u64()).collect();
    firsts.sort_unstable();
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
