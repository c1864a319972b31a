//! One subject in the frames of a bundle.

use super::Frozen;
use crate::base::digest::{Digest, Suite};
use crate::base::finding::{Finding, Findings};
use crate::draw::quota::quotas;
use crate::draw::rank::Rank;
use crate::pairing::frames::weights;
use crate::record::bundle::frame_path;
use crate::record::commitment::{List, Method};
use crate::record::frame::{Passing, Scan, Table, Visitor};
use crate::record::ids::Sid;
use crate::record::receipt::Entry;
use crate::record::tables::{FrameRow, Outcome};

/// Looks for one subject while a frame goes by.
struct Find<'a> {
    sid: &'a Sid,
    found: Option<(u64, FrameRow)>,
}

impl Visitor for Find<'_> {
    type Part = Option<(u64, FrameRow)>;

    fn begin(&self) -> Self::Part {
        None
    }

    fn rows(&self, found: &mut Self::Part, first: u64, rows: &[Passing<'_>]) {
        let is_it = |(_, row): &(u64, &Passing<'_>)| row.line.sid == self.sid.as_str();
        if let Some((index, row)) = (first..).zip(rows).find(is_it) {
            *found = Some((index, FrameRow::from(&row.line)));
        }
    }

    fn join(&mut self, found: Self::Part) {
        self.found = self.found.take().or(found);
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
        let mut find = Find { sid, found: None };
        self.scan(list, None, &mut find)?;
        Ok(find.found)
    }

    /// What a receipt says of a subject's place in a list that has it.
    ///
    /// # Errors
    /// Everything that is wrong with the frame.
    pub(super) fn entry(
        &self,
        seed: &Digest,
        list: &List,
        (index, row): (u64, FrameRow),
    ) -> Result<Entry, Findings> {
        let suite = self.commitment.suite;
        let weights = weights(list, self.frames)?;
        let mut rank = Rank::of(suite, seed, list, &weights, &row);
        let table = self.scan(list, Some(index), &mut rank)?;
        let (size, n) = bounds(suite, seed, list, &row);
        Ok(Entry {
            list: list.list.clone(),
            index,
            path: table.path.unwrap_or_default(),
            size,
            n,
            key: rank.key(),
            rank: rank.rank(),
            outcome: Outcome::of(rank.rank(), n, list.reserve),
            row,
        })
    }

    fn scan<V: Visitor>(
        &self,
        list: &List,
        prove: Option<u64>,
        visitor: &mut V,
    ) -> Result<Table, Findings> {
        let path = frame_path(&list.list);
        let Some(mut feed) = self.frames.open(&list.list)? else {
            return Err(super::missing(&path).into());
        };
        let (suite, sealed) = (self.commitment.suite, self.commitment.sealed());
        let scan = Scan { suite, list, sealed, prove };
        let scanned = scan.run(&mut *feed, suite.hasher(), visitor, &mut |_| ())?;
        let place = |finding: Finding| finding.file(&path);
        let table = scanned.table.map_err(place)?;
        match table.breaches.is_empty() {
            true => Ok(table),
            false => Err(Findings(table.breaches.into_iter().map(place).collect())),
        }
    }
}

/// N and n of the row's stratum, for `pareto` of the list.
fn bounds(suite: Suite, seed: &Digest, list: &List, row: &FrameRow) -> (u64, u64) {
    if let Method::Pareto { n } = list.method {
        return (list.frame.n, n);
    }
    let mut each = list.strata.iter().zip(quotas(suite, seed, list));
    let of_row = each.find(|(stratum, _)| row.stratum == *stratum.stratum.as_str());
    of_row.map_or((0, 0), |(stratum, n)| (stratum.size, n))
}
