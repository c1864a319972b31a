//! What a verifier prints besides the verdict: attempt, rehearsal, trust, forced slots, small strata, chances.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::drawn::quotas_of;
use super::events::EventFacts;
use crate::base::digest::Digest;
use crate::base::finding::Finding;
use crate::draw::quota::chances;
use crate::draw::select::Selection;
use crate::log::stamp::Stamp;
use crate::pairing::rules::Case;
use crate::record::beacon::Trust;
use crate::record::commitment::{Commitment, Method};
use crate::record::contents::Contents;
use crate::record::ids::Sid;

/// Facts about a draw.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// The draw's name.
    pub draw: String,
    /// The draw's title.
    pub title: String,
    /// The office that drew.
    pub agency: String,
    /// From 1; more than 1 means that earlier attempts exist.
    pub attempt: u64,
    /// C of the attempt before.
    pub prev: Option<Digest>,
    /// A rehearsal binds nobody.
    pub rehearsal: bool,
    /// Dice or shares are vouched for by the witnesses alone.
    pub witnessed: bool,
    /// Who opens a sealed draw to whom, and by which day.
    pub opens: Option<(&'static str, String)>,
    /// Voided before the beacon's time.
    pub void: bool,
    /// What happened after the draw.
    pub events: EventFacts,
    /// Pairing was impossible.
    pub shortage: bool,
    /// The seed.
    pub seed: Option<Digest>,
    /// One row per list, by name.
    pub lists: Vec<ListFacts>,
    /// Visits after merging, and drawn subjects before.
    pub visits: Option<usize>,
    /// Slots with fewer than three eligible inspectors: (sid, slot, eligible).
    pub forced_slots: Vec<(String, u32, usize)>,
    /// Rounds of the pairing.
    pub rounds: usize,
    /// Least and most visits of an inspector in the final round, over those with capacity.
    pub loads: Option<(u32, u32)>,
    /// The most incompatible rows that name one inspector, and everybody whom so many name.
    pub most_incompatible: Option<(usize, Vec<String>)>,
    /// Who approved that they are more than three.
    pub incompatible_approver: Option<String>,
    /// The frames were made elsewhere, as the commitment tells: nobody counted who is missing from them.
    pub frames_given: bool,
    /// Rows that left the registers in the days before the beacon, as the commitment tells.
    pub removed: Vec<Removed>,
    /// Rows of registers that were changed in such days: the register's English name, how many, in how many days.
    pub changed: Vec<(String, u64, u64)>,
    /// Rows of registers that waited in quarantine at the freeze, as the commitment tells.
    pub quarantined: Vec<(String, u64)>,
    /// Who approved that they wait.
    pub quarantine_approver: Option<String>,
    /// What the transparency log shows, where the verifier brought a policy.
    pub logged: Option<Logged>,
    /// The commitment's time stamp, where the verifier brought authorities.
    pub stamp: Option<Stamp>,
}

/// What a transparency log shows of a draw.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Logged {
    /// The log's name.
    pub origin: String,
    /// The commitment's place in it, from 0.
    pub index: u64,
    /// When the quorum of witnesses had cosigned the commitment, in seconds of UTC.
    pub cosigned_s: Option<u64>,
    /// Entries of the copy that was looked into.
    pub size: Option<u64>,
    /// All of the agency's commitments that compete, this one among them, in the order of their times; none without a copy
    /// of a log.
    pub attempts: Option<Vec<AttemptFacts>>,
    /// How many other binding commitments of the copy share a day with this one, whosever they are.
    pub others: Option<usize>,
    /// What does not fit together in the entries of the others.
    pub remarks: Vec<Finding>,
}

/// One attempt that the log shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttemptFacts {
    /// The log's name.
    pub log: String,
    /// Its place in the log, from 0.
    pub index: u64,
    /// When the log says that it was made, in seconds of UTC.
    pub at_s: u64,
    /// The draw's name.
    pub draw: String,
    /// The number that it gives itself.
    pub attempt: u64,
    /// C.
    pub commitment: Digest,
    /// The one that is being verified.
    pub own: bool,
    /// `live`, `void` or `void_too_late`.
    pub state: &'static str,
    /// When somebody called it void, in seconds of UTC.
    pub voided_s: Option<u64>,
    /// Why.
    pub reason: Option<String>,
    /// The result's digest, if one was logged.
    pub result: Option<Digest>,
}

impl Logged {
    /// Which of how many attempts this is, counted from 1.
    pub fn count(&self) -> Option<(usize, usize)> {
        let attempts = self.attempts.as_ref()?;
        let own = attempts.iter().position(|attempt| attempt.own)?;
        Some((own + 1, attempts.len()))
    }
}

/// Rows that left a register for one reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Removed {
    /// The register's English name.
    pub register: String,
    /// The reason's English name.
    pub reason: String,
    /// How many.
    pub n: u64,
    /// In so many days before the beacon.
    pub days: u64,
}

/// Facts about one list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListFacts {
    /// Its name.
    pub list: String,
    /// Its title.
    pub title: String,
    /// `fixed`, `proportional` or `pareto`.
    pub method: &'static str,
    /// Subjects in the frame.
    pub size: u64,
    /// Subjects drawn, as far as known.
    pub drawn: Option<u64>,
    /// The strata, as committed.
    pub strata: Vec<StratumFacts>,
    /// What `pareto` says of chances, once the seed is known.
    pub by_weight: Option<ByWeight>,
    /// Which subjects it concerns (抽查范围), as the optional key `scope` of its commitment has it.
    pub scope: Option<Value>,
}

/// Chances of `pareto`: 1 for some, about n·w/W for all others, w being the subject's weight.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ByWeight {
    /// n of the others.
    pub n: u64,
    /// W of the others.
    pub total: u64,
    /// The subjects with key 0, in order: drawn for certain (必查).
    pub whole: Vec<Sid>,
}

impl ByWeight {
    fn of(selection: &Selection) -> Option<Self> {
        let (n, total) = selection.left?;
        let certain = selection.drawn().filter(|ranked| ranked.key.weighted == Some(0));
        let mut whole: Vec<Sid> = certain.map(|ranked| ranked.row.sid.clone()).collect();
        whole.sort_unstable();
        Some(ByWeight { n, total, whole })
    }
}

/// Facts about one stratum.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StratumFacts {
    /// Its name.
    pub stratum: String,
    /// N.
    pub size: u64,
    /// n, once the seed is known; of `pareto` what came out.
    pub drawn: Option<u64>,
    /// The exact chance of each subject, numerator and denominator; `pareto` has one per subject.
    pub chance: Option<(u128, u128)>,
}

impl StratumFacts {
    /// Every subject of the stratum is drawn.
    pub fn is_whole(&self) -> bool {
        self.size > 0 && self.drawn == Some(self.size)
    }

    /// Fewer than ten subjects.
    pub fn is_small(&self) -> bool {
        (1..10).contains(&self.size)
    }
}

impl Facts {
    pub(super) fn of_commitment(commitment: &Commitment, contents: &Contents) -> Self {
        let lists = commitment.lists_by_name().into_iter().map(|list| {
            let chances = chances(list.method, &list.strata);
            let stratum =
                |(stratum, chance): (&crate::record::commitment::Stratum, Option<(u128, u128)>)| {
                    StratumFacts {
                        stratum: stratum.stratum.clone(),
                        size: stratum.size,
                        drawn: None,
                        chance,
                    }
                };
            ListFacts {
                list: list.list.clone(),
                title: list.title.clone(),
                method: list.method.name(),
                size: list.frame.n,
                drawn: None,
                strata: list.strata.iter().zip(chances).map(stratum).collect(),
                by_weight: None,
                scope: list.notes.get("scope").cloned(),
            }
        });
        let opens = |seal: &crate::record::commitment::Seal| {
            (if seal.opens_to_public { "public" } else { "auditor" }, seal.by.clone())
        };
        Facts {
            draw: commitment.draw.clone(),
            title: commitment.title.clone(),
            agency: commitment.agency.clone(),
            attempt: commitment.attempt,
            prev: commitment.prev,
            rehearsal: commitment.rehearsal,
            witnessed: commitment.trust == Trust::Witnessed,
            opens: commitment.seal.as_ref().map(opens),
            lists: lists.collect(),
            most_incompatible: most_incompatible(contents),
            incompatible_approver: commitment
                .notes
                .get("incompatible_approver")
                .and_then(|note| note.as_str())
                .map(str::to_owned),
            frames_given: commitment.notes.get("frames").and_then(Value::as_str) == Some("given"),
            removed: removed(&commitment.notes),
            changed: changed(&commitment.notes),
            quarantined: counted(commitment.notes.get("quarantined").map(|note| &note["rows"])),
            quarantine_approver: commitment
                .notes
                .get("quarantined")
                .and_then(|note| note["approver"].as_str())
                .map(str::to_owned),
            ..Facts::default()
        }
    }

    /// Counts what was drawn, from the recomputed selections.
    pub(super) fn add_selections(&mut self, selections: &[(String, Selection)]) {
        for (facts, (_, selection)) in self.lists.iter_mut().zip(selections) {
            let mut drawn: BTreeMap<&str, u64> = BTreeMap::new();
            for ranked in selection.drawn() {
                *drawn.entry(ranked.row.stratum.as_str()).or_default() += 1;
            }
            facts.drawn = Some(drawn.values().sum());
            facts.by_weight = ByWeight::of(selection);
            for stratum in &mut facts.strata {
                stratum.drawn = Some(drawn.get(stratum.stratum.as_str()).copied().unwrap_or(0));
            }
        }
    }

    /// n of every stratum of an unopened draw: it needs no frame.
    pub(super) fn add_quotas(&mut self, commitment: &Commitment, seed: &Digest) {
        for (list, quotas) in commitment.lists.iter().zip(quotas_of(commitment, seed)) {
            let Some(facts) = self.lists.iter_mut().find(|facts| facts.list == list.list) else {
                continue;
            };
            facts.drawn = Some(match list.method {
                Method::Pareto { n } => n,
                Method::Fixed | Method::Proportional { .. } => {
                    quotas.iter().copied().fold(0, u64::saturating_add)
                }
            });
            facts.strata.iter_mut().zip(quotas).for_each(|(stratum, n)| stratum.drawn = Some(n));
        }
    }

    pub(super) fn add_case(&mut self, case: &Case) {
        self.visits = Some(case.visits.len());
        for (v, visit) in (0..).zip(&case.visits) {
            for (slot, number) in (0..).zip(0u32..).take(visit.slots.len()) {
                // Three are enough to know that there is a choice.
                let eligible = case.eligible(v, slot).take(3).count();
                if eligible < 3 {
                    self.forced_slots.push((visit.sid.as_str().to_owned(), number, eligible));
                }
            }
        }
    }

    pub(super) fn add_loads(&mut self, case: &Case, teams: Option<&Vec<Vec<u32>>>) {
        let mut visits = vec![0u32; case.inspectors.len()];
        teams.into_iter().flatten().flatten().for_each(|i| visits[*i as usize] += 1);
        let usable = || {
            case.inspectors.iter().zip(&visits).filter(|(row, _)| row.capacity > 0).map(|(_, n)| *n)
        };
        self.loads = usable().min().zip(usable().max());
    }

    /// Visits that merging saved: drawn subjects of all lists, less the visits.
    pub fn visits_saved(&self) -> Option<u64> {
        let drawn = self.lists.iter().try_fold(0, |sum: u64, one| sum.checked_add(one.drawn?))?;
        drawn.checked_sub(self.visits? as u64)
    }
}

/// What the optional key `changes` says; what has another form says nothing.
fn removed(notes: &Map<String, Value>) -> Vec<Removed> {
    let Some(changes) = notes.get("changes") else { return Vec::new() };
    let text = |row: &Value, key: &str| row[key].as_str().map(str::to_owned);
    let row = |row: &Value| {
        Some(Removed {
            register: text(row, "register")?,
            reason: text(row, "reason")?,
            n: row["n"].as_u64()?,
            days: changes["days"].as_u64()?,
        })
    };
    changes["removed"].as_array().into_iter().flatten().filter_map(row).collect()
}

fn changed(notes: &Map<String, Value>) -> Vec<(String, u64, u64)> {
    let Some(changes) = notes.get("changes") else { return Vec::new() };
    let days = changes["days"].as_u64().unwrap_or_default();
    counted(Some(&changes["changed"])).into_iter().map(|(of, n)| (of, n, days)).collect()
}

/// Rows by register, as optional keys count them.
fn counted(rows: Option<&Value>) -> Vec<(String, u64)> {
    let row = |row: &Value| Some((row["register"].as_str()?.to_owned(), row["n"].as_u64()?));
    rows.and_then(Value::as_array).into_iter().flatten().filter_map(row).collect()
}

fn most_incompatible(contents: &Contents) -> Option<(usize, Vec<String>)> {
    let rows = contents.incompatible.as_ref()?;
    let mut counts: std::collections::BTreeMap<&str, usize> = std::collections::BTreeMap::new();
    for iid in rows.iter().flat_map(|row| [row.iid.as_str(), row.iid2.as_str()]) {
        *counts.entry(iid).or_default() += 1;
    }
    let most = *counts.values().max()?;
    let who = counts.into_iter().filter(|(_, n)| *n == most).map(|(iid, _)| iid.to_owned());
    Some((most, who.collect()))
}
