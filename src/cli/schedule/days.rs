//! The days of visits for the office's forms: those of the schedule made last, or of the bundle once it publishes them.

use std::collections::BTreeMap;
use std::path::Path;

use super::super::Failure;
use super::super::secret::SecretArgs;
use super::gather::teams_changed;
use super::keep::{Keep, Kept};
use crate::base::finding::Finding;
use crate::base::secret::Secret;
use crate::base::table;
use crate::events::standing::Standing;
use crate::publish::forms::Day;
use crate::record::bundle::{Files, SCHEDULE};
use crate::record::ids::Sid;
use crate::record::tables::ScheduleRow;

/// When visits are made, as far as somebody has said so.
#[derive(Default)]
pub(in crate::cli) struct Days {
    /// By subject.
    pub of: BTreeMap<Sid, Day>,
    /// The kept schedule that they are from; none if the bundle publishes them.
    kept: Option<Kept>,
}

impl Days {
    /// Reads the bundle's table, else the office's last schedule, which may lie in `folder`.
    ///
    /// # Errors
    /// What a table, a kept file or the secret is refused for.
    pub fn read(
        bundle: &Path,
        files: &Files,
        folder: Option<&Path>,
        secret: &SecretArgs,
        master: Option<&Secret>,
    ) -> Result<Self, Failure> {
        if let Some(bytes) = files.get(SCHEDULE) {
            let rows = table::parse::<ScheduleRow>(bytes);
            let rows = rows.map_err(|finding| Failure::bundle(finding.file(SCHEDULE)))?;
            let of = rows.into_iter().map(|row| (row.sid, Day { date: row.date, part: None }));
            return Ok(Days { of: of.collect(), kept: None });
        }
        let Some(kept) = Keep::of(bundle, folder, secret, master)?.latest()? else {
            return Ok(Days::default());
        };
        let demand = &kept.record.demand;
        let sids = demand.visits.iter().map(|visit| &visit.sid);
        let parts: BTreeMap<&Sid, usize> = sids.zip(kept.record.slots.iter().copied()).collect();
        let day = |row: &ScheduleRow| {
            let part = parts.get(&row.sid).map(|at| (*at, demand.slots[*at].clone()));
            (row.sid.clone(), Day { date: row.date.clone(), part })
        };
        Ok(Days { of: kept.rows.iter().map(day).collect(), kept: Some(kept) })
    }

    /// The number of the kept schedule.
    pub fn number(&self) -> Option<usize> {
        self.kept.as_ref().map(|kept| kept.number)
    }

    /// D18 where teams or subjects have changed since it was made.
    pub fn changed(&self, standing: &Standing<'_>) -> Option<Finding> {
        teams_changed(&self.kept.as_ref()?.record, standing)
    }
}
