//! The tables among the results of an event: which subject follows which, and who makes which visit instead.

use super::ids::{Iid, SLOTS_PER_VISIT_MAX, Sid, is_name};
use super::tables::columns;
use crate::base::finding::Finding;
use crate::base::table::{Row, bad_field};
use crate::base::text::parse_integer;

/// The table of replaced subjects, in an event's folder.
pub const SUBJECTS: &str = "subjects.tsv";
/// The table of changed teams, in an event's folder.
pub const TEAMS: &str = "teams.tsv";

/// A row of `events/NNNN/subjects.tsv`, by list: who is visited for a list instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NextRow {
    /// The list.
    pub list: String,
    /// The subject that is not visited any more.
    pub sid: Sid,
    /// The next reserve; none if there is none left.
    pub next: Option<Sid>,
}

impl Row for NextRow {
    const HEADER: &'static str = "list\tsid\tnext";
    type Key = String;

    fn parse(fields: &[&str]) -> Result<Self, Finding> {
        let [list, sid, next] = columns(fields);
        if !is_name(list) {
            return Err(bad_field("list", list));
        }
        let next = optional(next, Sid::parse).map_err(|_| bad_field("next", next))?;
        Ok(NextRow { list: list.to_owned(), sid: Sid::parse(sid)?, next })
    }

    fn format(&self) -> String {
        let next = self.next.as_ref().map_or("-", Sid::as_str);
        format!("{}\t{}\t{next}", self.list, self.sid)
    }

    fn key(&self) -> String {
        self.list.clone()
    }
}

/// A row of `events/NNNN/teams.tsv`, by sid and slot: a slot that lost its inspector or was to get one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TeamRow {
    /// The subject.
    pub sid: Sid,
    /// The slot's number in the visit as it is after the event.
    pub slot: u32,
    /// Who held it before; none of a new or vacant slot.
    pub before: Option<Iid>,
    /// Who holds it after; none if nobody is left who may.
    pub iid: Option<Iid>,
}

impl Row for TeamRow {
    const HEADER: &'static str = "sid\tslot\tbefore\tiid";
    type Key = (Sid, u32);

    fn parse(fields: &[&str]) -> Result<Self, Finding> {
        let [sid, slot, before, iid] = columns(fields);
        let number = parse_integer(slot, SLOTS_PER_VISIT_MAX as u64);
        Ok(TeamRow {
            sid: Sid::parse(sid)?,
            slot: number
                .and_then(|n| u32::try_from(n).ok())
                .ok_or_else(|| bad_field("slot", slot))?,
            before: optional(before, Iid::parse).map_err(|_| bad_field("before", before))?,
            iid: optional(iid, Iid::parse)?,
        })
    }

    fn format(&self) -> String {
        let dash = |iid: &Option<Iid>| iid.as_ref().map_or_else(|| "-".to_owned(), Iid::to_string);
        format!("{}\t{}\t{}\t{}", self.sid, self.slot, dash(&self.before), dash(&self.iid))
    }

    fn key(&self) -> Self::Key {
        (self.sid.clone(), self.slot)
    }
}

fn optional<T>(text: &str, parse: fn(&str) -> Result<T, Finding>) -> Result<Option<T>, Finding> {
    if text == "-" { Ok(None) } else { parse(text).map(Some) }
}
