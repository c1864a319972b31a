//! Makes receipts from a complete bundle: of one subject, of everybody drawn, or of all, in the same readings of the
//! frames. Of a sealed draw the office has the complete bundle before the opening, and the same receipts come out.

use std::collections::BTreeMap;

use serde_json::Value;

use super::Frozen;
use super::locate::Whom;
use super::teams::Teams;
use crate::base::digest::Digest;
use crate::base::finding::{Finding, Findings};
use crate::base::json;
use crate::draw::ticket::seed;
use crate::record::beacon::Beacon;
use crate::record::bundle::{BEACON, COMMITMENT, Files, MANIFEST, Stage, stage};
use crate::record::frame::Frames;
use crate::record::ids::Sid;
use crate::record::receipt::{Entry, Receipt, Release, Team, TeamSlot};
use crate::record::tables::{FrameRow, ManifestRow, Outcome, VisitRow};
use crate::say;

/// The receipt of a subject. The bundle should have been verified: the receipt repeats its claims.
///
/// # Errors
/// As [`Receipts::read`].
pub fn receipt(files: &Files, frames: &dyn Frames, sid: &Sid) -> Result<Receipt, Findings> {
    Receipts::read(files, frames, Holders::One(sid), &mut |_, _| ()).map(|made| made.receipt(0))
}

/// Who gets a receipt.
#[derive(Clone, Copy, Debug)]
pub enum Holders<'a> {
    /// This subject.
    One(&'a Sid),
    /// Every subject that is drawn in some list.
    Drawn,
    /// Every subject of some frame.
    All,
}

/// The receipts of subjects, by sid; each is put together when it is asked for.
pub struct Receipts<'a> {
    frozen: Frozen<'a>,
    commitment: Value,
    beacon: Beacon,
    manifest: Vec<ManifestRow>,
    result: Digest,
    holders: Vec<Holder>,
    teams: Teams,
}

struct Holder {
    sid: Sid,
    /// By list.
    entries: Vec<Entry>,
    /// The place of its visit, if it is drawn.
    visit: Option<usize>,
}

impl<'a> Receipts<'a> {
    /// Finds the subjects in the frames, and their teams. `watch` learns how many of how many rows have been read.
    ///
    /// # Errors
    /// W12 if no frame has the subject, W16 if the bundle is not drawn, W60 if its closed part is not there; V10 or V12
    /// if rolls or teams are not what the rules give.
    pub fn read(
        files: &Files,
        frames: &'a dyn Frames,
        holders: Holders<'_>,
        watch: &mut dyn FnMut(u64, u64),
    ) -> Result<Self, Findings> {
        let frozen = frozen(files, frames)?;
        let (Some(beacon), Some(manifest), Stage::Drawn) =
            (frozen.contents.beacon.clone(), frozen.contents.manifest.clone(), stage(files))
        else {
            let cause = say!("还没有抽取：先执行 ssj draw", "not drawn yet: run ssj draw first");
            return Err(Finding::new("W16", cause).file(MANIFEST).into());
        };
        let suite = frozen.commitment.suite;
        beacon.check(suite, &frozen.commitment.sources).map_err(|f| f.file(BEACON))?;
        let seed = seed(suite, &frozen.digest, &beacon.strings);
        let mut entries_of = BTreeMap::<Sid, Vec<Entry>>::new();
        {
            let visits = frozen.contents.visits.as_deref().unwrap_or_default();
            let drawn: Vec<&str> = visits.iter().map(|visit| visit.sid.as_str()).collect();
            let asked = [if let Holders::One(sid) = holders { sid.as_str() } else { "" }];
            let whom = match holders {
                Holders::One(_) => Whom::These(&asked),
                Holders::Drawn => Whom::These(&drawn),
                Holders::All => Whom::All,
            };
            let lists = frozen.commitment.lists_by_name();
            let rows = frozen.commitment.rows().saturating_mul(2);
            let mut before = 0;
            for list in lists {
                let found = frozen.locate_each(list, whom, &mut |n| watch(before + n, rows))?;
                before = before.saturating_add(list.frame.n);
                if !found.is_empty() {
                    let watch = &mut |n| watch(before + n, rows);
                    for entry in frozen.entries(&seed, list, found, watch)? {
                        entries_of.entry(entry.row.sid.clone()).or_default().push(entry);
                    }
                }
                before = before.saturating_add(list.frame.n);
            }
        }
        if let (Holders::One(sid), true) = (holders, entries_of.is_empty()) {
            let id = sid.as_str();
            let cause = say!("任何抽样框中都没有 {id}", "no frame has {id}");
            return Err(Finding::new("W12", cause).id(id).into());
        }
        let (visits, rows) = visits(&entries_of);
        let teams = Teams::read(&frozen, &seed, &visits, &rows)?;
        let place = |sid: &Sid| visits.binary_search_by(|visit| visit.sid.cmp(sid)).ok();
        let places: Vec<Option<usize>> = entries_of.keys().map(place).collect();
        let holder = |((sid, entries), visit)| Holder { sid, entries, visit };
        let holders = entries_of.into_iter().zip(places).map(holder).collect();
        let commitment = json::parse(&files[COMMITMENT])?;
        let result = suite.digest(&files[MANIFEST]);
        Ok(Receipts { frozen, result, commitment, beacon, manifest, holders, teams })
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.holders.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.holders.is_empty()
    }

    /// The subject of a receipt.
    ///
    /// # Panics
    /// If there are no more than `at`.
    pub fn sid(&self, at: usize) -> &Sid {
        &self.holders[at].sid
    }

    /// The receipt of the subject at this place in the order of sids.
    ///
    /// # Panics
    /// If there are no more than `at`.
    pub fn receipt(&self, at: usize) -> Receipt {
        let Holder { sid, entries, visit } = &self.holders[at];
        let release = match visit {
            Some(_) => Release::Door,
            None => Release::Opening,
        };
        Receipt {
            sid: sid.clone(),
            commitment: self.commitment.clone(),
            beacon: self.beacon.clone(),
            manifest: self.manifest.clone(),
            result: self.result,
            from: self.frozen.commitment.sealed().then_some(release),
            lists: entries.clone(),
            team: visit.and_then(|visit| self.team(visit)),
        }
    }

    /// The team of a visit in the final round, as published.
    fn team(&self, visit: usize) -> Option<Team> {
        let Teams { case, exclusions, seated, .. } = &self.teams;
        let seated = seated.as_ref()?;
        let number = u32::try_from(visit).expect("bug: more visits than slots");
        let slot = |(index, i): (usize, &u32)| TeamSlot {
            slot: case.visits[visit].slots[index].text.clone(),
            iid: case.inspectors[*i as usize].iid.clone(),
            eligible: case
                .who(exclusions, number, index)
                .map(|i| (case.inspectors[i as usize].iid.clone(), seated.handicaps[i as usize]))
                .collect(),
        };
        let slots = seated.teams[visit].iter().enumerate().map(slot).collect();
        Some(Team { round: seated.round, slots })
    }
}

/// The package, unless it is the public part of a sealed one.
fn frozen<'a>(files: &Files, frames: &'a dyn Frames) -> Result<Frozen<'a>, Findings> {
    let sealed = files.get(COMMITMENT).and_then(|bytes| {
        let commitment = crate::record::commitment::Commitment::parse(bytes).ok()?;
        commitment.sealed().then_some(commitment)
    });
    let closed = |path: &String| crate::record::bundle::is_frame(path);
    if sealed.is_some() && !files.keys().any(closed) {
        let cause =
            say!("这里只有保密抽取的公开部分", "this is only the public part of a sealed draw");
        return Err(Finding::new("W60", cause).into());
    }
    Frozen::read(files, frames)
}

/// The visits of the drawn among these subjects, with a row of each.
fn visits(entries_of: &BTreeMap<Sid, Vec<Entry>>) -> (Vec<VisitRow>, BTreeMap<&Sid, &FrameRow>) {
    let (mut visits, mut rows) = (Vec::new(), BTreeMap::new());
    for (sid, entries) in entries_of {
        let drawn = entries.iter().filter(|entry| entry.outcome == Some(Outcome::Drawn));
        let lists: Vec<String> = drawn.map(|entry| entry.list.clone()).collect();
        if !lists.is_empty() {
            visits.push(VisitRow { sid: sid.clone(), lists });
            rows.insert(sid, &entries[0].row);
        }
    }
    (visits, rows)
}
