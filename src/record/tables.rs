//! The tables of a bundle, one type per row.

use std::fmt;

use super::frame::FrameLine;
use super::ids::{
    CAPACITY_MAX, Iid, Name, SLOTS_IN_DRAW_LIMIT, Sid, format_tags, is_name, parse_tags,
};
use crate::base::digest::{Digest, Suite};
use crate::base::finding::Finding;
use crate::base::table::{Row, any_field, bad_field};
use crate::base::text::{INTEGER_LIMIT, parse_integer};

/// A row of `frames/<list>.tsv`: an eligible subject of a task. Ordered by salt, then sid, which is by sid
/// in an open draw, where every salt is `-`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FrameRow {
    /// The subject.
    pub sid: Sid,
    /// Its stratum.
    pub stratum: Name,
    /// Its weight, 1 … 2^20.
    pub weight: u64,
    /// The tags that slots of the draw refer to, sorted.
    pub tags: Vec<String>,
    /// Its salt; only in a sealed draw.
    pub salt: Option<Digest>,
}

impl Row for FrameRow {
    const HEADER: &'static str = "sid\tstratum\tweight\ttags\tsalt";
    type Key = (Option<Digest>, Sid);

    fn parse(fields: &[&str]) -> Result<Self, Finding> {
        Ok(FrameRow::from(&FrameLine::of_fields("", columns(fields))?))
    }

    fn format(&self) -> String {
        let FrameRow { sid, stratum, weight, tags, salt } = self;
        format!("{sid}\t{stratum}\t{weight}\t{}\t{}", format_tags(tags), dash(salt))
    }

    fn key(&self) -> Self::Key {
        (self.salt, self.sid.clone())
    }
}

impl From<&FrameLine<'_>> for FrameRow {
    fn from(line: &FrameLine<'_>) -> Self {
        FrameRow {
            sid: Sid::checked(line.sid),
            stratum: Name::checked(line.stratum),
            weight: line.weight,
            tags: line.each_tag().map(str::to_owned).collect(),
            salt: line.salt,
        }
    }
}

/// A row of `inspectors.tsv` or `standby.tsv`, by iid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InspectorRow {
    /// The certificate number.
    pub iid: Iid,
    /// Most visits in this draw, 0 … 2^16.
    pub capacity: u32,
    /// Visits already made that count for balance, 0 … 2^16.
    pub load: u32,
    /// Sorted tags.
    pub tags: Vec<String>,
}

impl Row for InspectorRow {
    const HEADER: &'static str = "iid\tcapacity\tload\ttags";
    type Key = Iid;

    fn parse(fields: &[&str]) -> Result<Self, Finding> {
        let [iid, capacity, load, tags] = columns(fields);
        Ok(InspectorRow {
            iid: Iid::parse(iid)?,
            capacity: small("capacity", capacity)?,
            load: small("load", load)?,
            tags: parse_tags(tags)?,
        })
    }

    fn format(&self) -> String {
        let InspectorRow { iid, capacity, load, tags } = self;
        format!("{iid}\t{capacity}\t{load}\t{}", format_tags(tags))
    }

    fn key(&self) -> Iid {
        self.iid.clone()
    }
}

/// A row of `recusals.tsv`, ordered by the whole row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecusalRow {
    /// The subject.
    pub sid: Sid,
    /// The inspector who may not inspect it.
    pub iid: Iid,
    /// The kind of reason.
    pub reason: String,
    /// The row's salt; only in a sealed draw.
    pub salt: Option<Digest>,
}

impl Row for RecusalRow {
    const HEADER: &'static str = "sid\tiid\treason\tsalt";
    type Key = String;

    fn parse(fields: &[&str]) -> Result<Self, Finding> {
        let [sid, iid, reason, salt] = columns(fields);
        Ok(RecusalRow {
            sid: Sid::parse(sid)?,
            iid: Iid::parse(iid)?,
            reason: name("reason", reason)?,
            salt: optional_digest("salt", salt)?,
        })
    }

    fn format(&self) -> String {
        let RecusalRow { sid, iid, reason, salt } = self;
        format!("{sid}\t{iid}\t{reason}\t{}", dash(salt))
    }

    fn key(&self) -> String {
        self.format()
    }
}

/// A row of `incompatible.tsv`: two inspectors who never form a team, smaller id first, ordered by the whole row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IncompatibleRow {
    /// The smaller id.
    pub iid: Iid,
    /// The larger id.
    pub iid2: Iid,
    /// The kind of reason.
    pub reason: String,
}

impl Row for IncompatibleRow {
    const HEADER: &'static str = "iid\tiid2\treason";
    type Key = String;

    fn parse(fields: &[&str]) -> Result<Self, Finding> {
        let [first, second, reason] = columns(fields);
        let (iid, iid2) =
            (Iid::parse(first)?, Iid::parse(second).map_err(|_| bad_field("iid2", second))?);
        if iid >= iid2 {
            return Err(bad_field("iid2", second));
        }
        Ok(IncompatibleRow { iid, iid2, reason: name("reason", reason)? })
    }

    fn format(&self) -> String {
        let IncompatibleRow { iid, iid2, reason } = self;
        format!("{iid}\t{iid2}\t{reason}")
    }

    fn key(&self) -> String {
        self.format()
    }
}

/// What orders the subjects of a stratum or list: the ticket, for `pareto` after the weighted key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct OrderKey {
    /// The key of `pareto`, ⌊2^64·a/b⌋ or 2^128 − 1.
    pub weighted: Option<u128>,
    /// The ticket T.
    pub ticket: Digest,
}

impl fmt::Display for OrderKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.weighted {
            Some(key) => write!(f, "{key:032x}.{}", self.ticket),
            None => write!(f, "{}", self.ticket),
        }
    }
}

impl OrderKey {
    /// Parses 64 hex digits, or 32, a dot and 64.
    pub fn parse(text: &str) -> Option<Self> {
        let Some((weighted, ticket)) = text.split_once('.') else {
            return Some(OrderKey { weighted: None, ticket: Digest::from_hex(text)? });
        };
        let canonical = weighted.len() == 32
            && weighted.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        let weighted = u128::from_str_radix(weighted, 16).ok().filter(|_| canonical)?;
        Some(OrderKey { weighted: Some(weighted), ticket: Digest::from_hex(ticket)? })
    }
}

/// Whether a row of the draw is drawn or stands by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// rank ≤ n.
    Drawn,
    /// One of the next ranks: 候补.
    Reserve,
}

impl Outcome {
    /// The outcome of a rank, from 1, where `n` are drawn and the next `reserve` stand by.
    pub fn of(rank: u64, n: u64, reserve: u64) -> Option<Self> {
        match rank {
            rank if rank <= n => Some(Outcome::Drawn),
            rank if rank - n <= reserve => Some(Outcome::Reserve),
            _ => None,
        }
    }

    /// `drawn` or `reserve`.
    pub fn name(self) -> &'static str {
        match self {
            Outcome::Drawn => "drawn",
            Outcome::Reserve => "reserve",
        }
    }

    fn from_name(text: &str) -> Option<Self> {
        [Outcome::Drawn, Outcome::Reserve].into_iter().find(|outcome| outcome.name() == text)
    }
}

/// A row of `draw/<list>.tsv`, by stratum and rank, for `pareto` by rank.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DrawRow {
    /// The subject's stratum.
    pub stratum: String,
    /// From 1, inside the stratum, for `pareto` inside the list.
    pub rank: u64,
    /// The subject.
    pub sid: Sid,
    /// What the rank follows.
    pub key: OrderKey,
    /// Drawn or reserve.
    pub outcome: Outcome,
}

impl Row for DrawRow {
    const HEADER: &'static str = "stratum\trank\tsid\tkey\toutcome";
    type Key = (Option<String>, u64);

    fn parse(fields: &[&str]) -> Result<Self, Finding> {
        let [stratum, rank, sid, key, outcome] = columns(fields);
        Ok(DrawRow {
            stratum: name("stratum", stratum)?,
            rank: number("rank", rank, INTEGER_LIMIT).and_then(|n| positive("rank", rank, n))?,
            sid: Sid::parse(sid)?,
            key: OrderKey::parse(key).ok_or_else(|| bad_field("key", key))?,
            outcome: Outcome::from_name(outcome).ok_or_else(|| bad_field("outcome", outcome))?,
        })
    }

    fn format(&self) -> String {
        let DrawRow { stratum, rank, sid, key, outcome } = self;
        format!("{stratum}\t{rank}\t{sid}\t{key}\t{}", outcome.name())
    }

    /// Rows with weighted keys are those of `pareto`, which ranks the whole list.
    fn key(&self) -> Self::Key {
        (self.key.weighted.is_none().then(|| self.stratum.clone()), self.rank)
    }
}

/// A row of `rolls/<list>.tsv`, by stratum and key: binds one ticket and rank without showing whose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RollRow {
    /// The stratum.
    pub stratum: String,
    /// H(T ‖ "." ‖ list ‖ "." ‖ rank).
    pub key: Digest,
}

impl RollRow {
    /// The key of a subject: H(T ‖ "." ‖ list ‖ "." ‖ rank).
    pub fn key_of(suite: Suite, ticket: &Digest, list: &str, rank: u64) -> Digest {
        suite.digest(format!("{ticket}.{list}.{rank}").as_bytes())
    }
}

impl Row for RollRow {
    const HEADER: &'static str = "stratum\tkey";
    type Key = (String, Digest);

    fn parse(fields: &[&str]) -> Result<Self, Finding> {
        let [stratum, key] = columns(fields);
        Ok(RollRow { stratum: name("stratum", stratum)?, key: digest("key", key)? })
    }

    fn format(&self) -> String {
        format!("{}\t{}", self.stratum, self.key)
    }

    fn key(&self) -> Self::Key {
        (self.stratum.clone(), self.key)
    }
}

/// A row of `visits.tsv`, by sid: one visit serves all lists in which the subject is drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VisitRow {
    /// The subject.
    pub sid: Sid,
    /// The lists, in order.
    pub lists: Vec<String>,
}

impl Row for VisitRow {
    const HEADER: &'static str = "sid\tlists";
    type Key = Sid;

    fn parse(fields: &[&str]) -> Result<Self, Finding> {
        let [sid, lists] = columns(fields);
        let names: Vec<String> = lists.split(',').map(str::to_owned).collect();
        if names.windows(2).any(|pair| pair[0] >= pair[1]) || !names.iter().all(|n| is_name(n)) {
            return Err(bad_field("lists", lists));
        }
        Ok(VisitRow { sid: Sid::parse(sid)?, lists: names })
    }

    fn format(&self) -> String {
        format!("{}\t{}", self.sid, self.lists.join(","))
    }

    fn key(&self) -> Sid {
        self.sid.clone()
    }
}

/// A row of `assignment.tsv`, by round, sid and slot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AssignmentRow {
    /// The round of the pairing, from 0.
    pub round: u32,
    /// The visited subject.
    pub sid: Sid,
    /// The slot's index in the visit, from 0.
    pub slot: u32,
    /// Who fills it.
    pub iid: Iid,
}

impl Row for AssignmentRow {
    const HEADER: &'static str = "round\tsid\tslot\tiid";
    type Key = (u32, Sid, u32);

    fn parse(fields: &[&str]) -> Result<Self, Finding> {
        let [round, sid, slot, iid] = columns(fields);
        Ok(AssignmentRow {
            round: index("round", round)?,
            sid: Sid::parse(sid)?,
            slot: index("slot", slot)?,
            iid: Iid::parse(iid)?,
        })
    }

    fn format(&self) -> String {
        let AssignmentRow { round, sid, slot, iid } = self;
        format!("{round}\t{sid}\t{slot}\t{iid}")
    }

    fn key(&self) -> Self::Key {
        (self.round, self.sid.clone(), self.slot)
    }
}

/// A row of `handicaps.tsv`, by round and iid: one integer of the optimum's certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HandicapRow {
    /// The round of the pairing, from 0.
    pub round: u32,
    /// The inspector.
    pub iid: Iid,
    /// |h| < 2^120.
    pub handicap: i128,
}

/// Handicaps stay below this in absolute value.
pub const HANDICAP_LIMIT: i128 = 1 << 120;

impl Row for HandicapRow {
    const HEADER: &'static str = "round\tiid\thandicap";
    type Key = (u32, Iid);

    fn parse(fields: &[&str]) -> Result<Self, Finding> {
        let [round, iid, text] = columns(fields);
        // Leading zeros, `+` and `-0` are caught by the comparison with the printed row.
        let handicap: i128 = text.parse().map_err(|_| bad_field("handicap", text))?;
        if !(-HANDICAP_LIMIT < handicap && handicap < HANDICAP_LIMIT) {
            return Err(bad_field("handicap", text));
        }
        Ok(HandicapRow { round: index("round", round)?, iid: Iid::parse(iid)?, handicap })
    }

    fn format(&self) -> String {
        let HandicapRow { round, iid, handicap } = self;
        format!("{round}\t{iid}\t{handicap}")
    }

    fn key(&self) -> Self::Key {
        (self.round, self.iid.clone())
    }
}

/// A row of `manifest.tsv`, by path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ManifestRow {
    /// The file's path in the bundle.
    pub path: String,
    /// The digest of its bytes; of a closed file keyed with the master secret.
    pub digest: Digest,
}

impl Row for ManifestRow {
    const HEADER: &'static str = "path\tdigest";
    type Key = String;

    fn parse(fields: &[&str]) -> Result<Self, Finding> {
        let [path, value] = columns(fields);
        Ok(ManifestRow { path: any_field("path", path)?, digest: digest("digest", value)? })
    }

    fn format(&self) -> String {
        format!("{}\t{}", self.path, self.digest)
    }

    fn key(&self) -> String {
        self.path.clone()
    }
}

/// A row of `schedule.tsv`, by sid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScheduleRow {
    /// The visited subject.
    pub sid: Sid,
    /// The day, `YYYY-MM-DD`.
    pub date: String,
}

impl Row for ScheduleRow {
    const HEADER: &'static str = "sid\tdate";
    type Key = Sid;

    fn parse(fields: &[&str]) -> Result<Self, Finding> {
        let [sid, date] = columns(fields);
        crate::base::date::parse_date(date).ok_or_else(|| bad_field("date", date))?;
        Ok(ScheduleRow { sid: Sid::parse(sid)?, date: date.to_owned() })
    }

    fn format(&self) -> String {
        format!("{}\t{}", self.sid, self.date)
    }

    fn key(&self) -> Sid {
        self.sid.clone()
    }
}

/// The fields of a line, whose number the table's parser has compared with the header.
pub(super) fn columns<'a, const N: usize>(fields: &[&'a str]) -> [&'a str; N] {
    fields.try_into().expect("bug: the number of fields is checked against the header")
}

fn name(column: &str, text: &str) -> Result<String, Finding> {
    if is_name(text) { Ok(text.to_owned()) } else { Err(bad_field(column, text)) }
}

fn number(column: &str, text: &str, limit: u64) -> Result<u64, Finding> {
    parse_integer(text, limit).ok_or_else(|| bad_field(column, text))
}

fn positive(column: &str, text: &str, n: u64) -> Result<u64, Finding> {
    if n > 0 { Ok(n) } else { Err(bad_field(column, text)) }
}

fn small(column: &str, text: &str) -> Result<u32, Finding> {
    let n = number(column, text, CAPACITY_MAX + 1)?;
    Ok(u32::try_from(n).expect("bug: the limit fits"))
}

fn index(column: &str, text: &str) -> Result<u32, Finding> {
    number(column, text, SLOTS_IN_DRAW_LIMIT)
        .map(|n| u32::try_from(n).expect("bug: the limit fits"))
}

fn digest(column: &str, text: &str) -> Result<Digest, Finding> {
    Digest::from_hex(text).ok_or_else(|| bad_field(column, text))
}

fn optional_digest(column: &str, text: &str) -> Result<Option<Digest>, Finding> {
    if text == "-" { Ok(None) } else { digest(column, text).map(Some) }
}

fn dash(digest: &Option<Digest>) -> String {
    digest.map_or_else(|| "-".to_owned(), |digest| digest.hex())
}
