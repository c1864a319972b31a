//! Step 17: the days of the visits.

use super::Outcome;
use crate::base::table;
use crate::record::bundle::SCHEDULE;
use crate::record::tables::ScheduleRow;
use crate::say;

/// Step 17.
pub(super) fn schedule(bytes: &[u8]) -> Outcome {
    match table::parse::<ScheduleRow>(bytes) {
        Err(finding) => Outcome::Failed(vec![finding.file(SCHEDULE)]),
        Ok(_) => Outcome::NotShown(say!(
            "格式规范；本版不核对日期",
            "well formed; this version does not check the days"
        )),
    }
}
