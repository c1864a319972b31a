//! Some subjects in the frames of a bundle.

use std::sync::Arc;

use super::Frozen;
use crate::base::digest::{Digest, Suite};
use crate::base::finding::{Finding, Findings};
use crate::draw::quota::quotas;
use crate::draw::rank::Ranks;
use crate::pairing::frames::weights;
use crate::record::bundle::{frame_path, roll_path};
use crate::record::commitment::{List, Method};
use crate::record::frame::{Passing, Scan, Table, Visitor};
use crate::record::ids::Sid;
use crate::record::receipt::{Entry, RollLine};
use crate::record::tables::{FrameRow, OrderKey, Outcome, RollRow};
use crate::say;

/// Whose rows are looked for.
#[derive(Clone, Copy)]
pub(super) enum Whom<'a> {
    /// Those of these subjects, in order.
    These(&'a [&'a str]),
    /// Everybody's.
    All,
}

/// Looks for subjects while a frame goes by.
struct Find<'a> {
    whom: Whom<'a>,
    found: Vec<(u64, FrameRow)>,
}

impl Visitor for Find<'_> {
    type Part = Vec<(u64, FrameRow)>;

    fn begin(&self) -> Self::Part {
        Vec::new()
    }

    fn rows(&self, found: &mut Self::Part, first: u64, rows: &[Passing<'_>]) {
        let wanted = |(_, row): &(u64, &Passing<'_>)| match self.whom {
            Whom::These([one]) => row.line.sid == *one,
            Whom::These(sids) => sids.binary_search(&row.line.sid).is_ok(),
            Whom::All => true,
        };
        let rows = (first..).zip(rows).filter(wanted);
        found.extend(rows.map(|(index, row)| (index, FrameRow::from(&row.line))));
    }

    fn join(&mut self, found: Self::Part) {
        self.found.extend(found);
    }
}

impl Frozen<'_> {
    /// The place of a subject in the frame of a list, from 0, and its row.
    ///
    /// # Errors
    /// Everything that is wrong with the frame.
    pub(super) fn locate(
        &self,
        list: &List,
        sid: &Sid,
    ) -> Result<Option<(u64, FrameRow)>, Findings> {
        Ok(self.locate_each(list, Whom::These(&[sid.as_str()]), &mut |_| ())?.pop())
    }

    /// The places of subjects in the frame of a list, ascending, from 0, and their rows.
    ///
    /// # Errors
    /// Everything that is wrong with the frame.
    pub(super) fn locate_each(
        &self,
        list: &List,
        whom: Whom<'_>,
        watch: &mut dyn FnMut(u64),
    ) -> Result<Vec<(u64, FrameRow)>, Findings> {
        let mut find = Find { whom, found: Vec::new() };
        self.scan(list, None, &mut find, watch)?;
        Ok(find.found)
    }

    /// What receipts say of subjects' places in a list that has them, in one reading of its frame, of a `pareto` list
    /// in two.
    ///
    /// # Errors
    /// Everything that is wrong with the frame; V10 if the roll has not a subject's line.
    pub(super) fn entries(
        &self,
        seed: &Digest,
        list: &List,
        found: Vec<(u64, FrameRow)>,
        watch: &mut dyn FnMut(u64),
    ) -> Result<Vec<Entry>, Findings> {
        let suite = self.commitment.suite;
        let weights = weights(list, self.frames)?;
        let mut ranks = Ranks::of(suite, seed, list, &weights, found.iter().map(|(_, row)| row));
        let indexes: Arc<[u64]> = found.iter().map(|(index, _)| *index).collect();
        let table = self.scan(list, Some(&indexes), &mut ranks, watch)?;
        let bounds = Bounds::of(suite, seed, list);
        let each = found.into_iter().zip(table.paths).zip(ranks.ranks());
        type One = (((u64, FrameRow), Vec<Digest>), (OrderKey, u64));
        let entry = |(((index, row), path), (key, rank)): One| {
            let (size, n) = bounds.of_row(&row);
            let roll = match self.commitment.sealed() {
                true => Some(self.roll_line(
                    list,
                    &row,
                    RollRow::key_of(suite, &key.ticket, &list.list, rank),
                )?),
                false => None,
            };
            let outcome = Outcome::of(rank, n, list.reserve);
            Ok(Entry {
                list: list.list.clone(),
                index,
                path,
                size,
                n,
                key,
                rank,
                outcome,
                row,
                roll,
            })
        };
        each.map(entry).collect()
    }

    /// The line of a roll that has this key.
    fn roll_line(&self, list: &List, row: &FrameRow, key: Digest) -> Result<RollLine, Findings> {
        let roll = self.contents.rolls.get(&list.list).map(Vec::as_slice).unwrap_or_default();
        let at = roll.binary_search_by(|line| {
            (line.stratum.as_str(), line.key).cmp(&(row.stratum.as_str(), key))
        });
        let missing = |_| {
            let cause = say!(
                "对照卷中没有该对象的行，先核验公示包",
                "the roll has no line of the subject: verify the bundle first"
            );
            Finding::new("V10", cause).file(roll_path(&list.list)).id(row.sid.as_str())
        };
        Ok(RollLine { index: at.map_err(missing)? as u64, key })
    }

    fn scan<V: Visitor>(
        &self,
        list: &List,
        prove: Option<&Arc<[u64]>>,
        visitor: &mut V,
        watch: &mut dyn FnMut(u64),
    ) -> Result<Table, Findings> {
        let path = frame_path(&list.list);
        let Some(mut feed) = self.frames.open(&list.list)? else {
            return Err(super::missing(&path).into());
        };
        let (suite, sealed) = (self.commitment.suite, self.commitment.sealed());
        let scan = Scan { suite, list, sealed, prove };
        let scanned = scan.run(&mut *feed, suite.hasher(), visitor, watch)?;
        let place = |finding: Finding| finding.file(&path);
        let table = scanned.table.map_err(place)?;
        match table.breaches.is_empty() {
            true => Ok(table),
            false => Err(Findings(table.breaches.into_iter().map(place).collect())),
        }
    }
}

/// N and n of each stratum, for `pareto` of the list.
struct Bounds<'a> {
    list: &'a List,
    quotas: Vec<u64>,
}

impl<'a> Bounds<'a> {
    fn of(suite: Suite, seed: &Digest, list: &'a List) -> Self {
        let quotas = match list.method {
            Method::Pareto { .. } => Vec::new(),
            Method::Fixed | Method::Proportional { .. } => quotas(suite, seed, list),
        };
        Bounds { list, quotas }
    }

    fn of_row(&self, row: &FrameRow) -> (u64, u64) {
        if let Method::Pareto { n } = self.list.method {
            return (self.list.frame.n, n);
        }
        let mut each = self.list.strata.iter().zip(&self.quotas);
        let of_row = each.find(|(stratum, _)| row.stratum == *stratum.stratum.as_str());
        of_row.map_or((0, 0), |(stratum, n)| (stratum.size, *n))
    }
}
