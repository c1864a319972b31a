//! Attempts, counted from the log alone (`docs/protocol.md`: one live commitment per agency, any shared matter and
//! overlapping window, until it is voided or the window ends). Whoever commits, looks at the result and commits again until
//! it suits him, leaves every commitment in the log; these functions find them, and whatever else does not fit together.

use std::collections::{BTreeMap, BTreeSet};

use super::entry::{Body, Commit, Entry, Event};
use crate::base::date::china_date;
use crate::base::digest::Digest;
use crate::base::finding::{Finding, Text};
use crate::base::text::plain;
use crate::say;

/// A commitment in the log, with what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt<'a> {
    /// The entry's place in the log, from 0.
    pub index: u64,
    /// When the log says that it was made, in seconds of UTC.
    pub at: u64,
    /// What was bound.
    pub commit: &'a Commit,
    /// What became of it.
    pub state: State<'a>,
    /// The result's digest, if it was logged; a voided draw has none.
    pub manifest: Option<Digest>,
    /// Its names as they are compared, made once.
    names: Names,
}

/// Agency and matters as people read them ([`plain`]).
#[derive(Clone, Debug, PartialEq, Eq)]
struct Names {
    agency: String,
    matters: BTreeSet<String>,
}

impl Names {
    fn of(commit: &Commit) -> Self {
        let matters = commit.matters.iter().map(|matter| plain(matter)).collect();
        Names { agency: plain(&commit.agency), matters }
    }
}

/// What became of a commitment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State<'a> {
    /// It binds.
    Live,
    /// It was voided before its earliest value was known.
    Void {
        /// The entry's place in the log.
        index: u64,
        /// Why.
        reason: &'a str,
    },
    /// Somebody called it void when a value was known already: it binds all the same.
    VoidTooLate {
        /// The entry's place in the log.
        index: u64,
    },
}

/// All commitments that the log shows, in order.
pub fn attempts(log: &[Entry]) -> Vec<Attempt<'_>> {
    let mut found: Vec<Attempt<'_>> = Vec::new();
    let mut places: BTreeMap<Digest, usize> = BTreeMap::new();
    for (index, entry) in (0..).zip(log) {
        let known = entry.commitment().and_then(|commitment| places.get(&commitment).copied());
        match (&entry.body, known) {
            (Body::Commit(commit), None) => {
                places.insert(commit.commitment, found.len());
                let (at, state) = (entry.at, State::Live);
                let names = Names::of(commit);
                found.push(Attempt { index, at, commit, state, manifest: None, names });
            }
            (Body::Void { reason, .. }, Some(place)) if found[place].state == State::Live => {
                let late = entry.at >= found[place].commit.earliest_s();
                found[place].state =
                    if late { State::VoidTooLate { index } } else { State::Void { index, reason } };
            }
            (Body::Result { manifest, .. }, Some(place)) => {
                found[place].manifest.get_or_insert(*manifest);
            }
            _ => {}
        }
    }
    found
}

/// The attempts that a commitment of the log is one of: all of its agency with a shared matter and an overlapping window,
/// or of the same name, itself included, whatever became of them. Rehearsals count only among themselves.
pub fn attempts_at<'a>(log: &'a [Entry], commitment: &Digest) -> Vec<Attempt<'a>> {
    let all = attempts(log);
    match all.iter().position(|attempt| attempt.commit.commitment == *commitment) {
        None => Vec::new(),
        Some(at) => all.iter().filter(|other| other.competes(&all[at])).cloned().collect(),
    }
}

/// How many others of these that bind share a day with this one, whosever they are. Who writes an agency or a matter in
/// other words is not found by any rule, but by whoever looks at them.
pub fn beside(all: &[Attempt<'_>], own: &Attempt<'_>) -> usize {
    let others = all.iter().filter(|other| other.commit.commitment != own.commit.commitment);
    let binding = others.filter(|other| !matches!(other.state, State::Void { .. }));
    let kind = binding.filter(|other| other.commit.rehearsal == own.commit.rehearsal);
    kind.filter(|other| other.commit.overlaps(own.commit)).count()
}

/// A commitment that stood in the way of another one until it was voided: unless that void came in time, the other was not
/// alone. When it came, the log's own clock does not prove.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cleared<'a> {
    /// The one that was voided.
    pub attempt: Attempt<'a>,
    /// The place of its void in the log.
    pub void: u64,
}

/// What was voided to clear the way for a commitment, in order.
pub fn cleared<'a>(log: &'a [Entry], commitment: &Digest) -> Vec<Cleared<'a>> {
    let all = attempts(log);
    let new = all.iter().position(|one| one.commit.commitment == *commitment);
    new.map(|at| cleared_for(&all[at], &all[..at]).collect()).unwrap_or_default()
}

/// What was voided to clear the way for any commitment of the log, in the order of the voids.
pub fn all_cleared(log: &[Entry]) -> Vec<Cleared<'_>> {
    let all = attempts(log);
    let for_each = (0..all.len()).flat_map(|at| cleared_for(&all[at], &all[..at]));
    let found: BTreeMap<u64, Cleared<'_>> = for_each.map(|one| (one.void, one)).collect();
    found.into_values().collect()
}

fn cleared_for<'a, 'b>(
    new: &'b Attempt<'a>,
    earlier: &'b [Attempt<'a>],
) -> impl Iterator<Item = Cleared<'a>> + 'b {
    earlier.iter().filter_map(|old| match old.state {
        State::Void { index, .. } if index < new.index && old.is_in_the_way_of(new) => {
            Some(Cleared { attempt: old.clone(), void: index })
        }
        _ => None,
    })
}

impl Attempt<'_> {
    /// Whether this one would keep another from binding that is made after it, if nobody voided it.
    pub fn is_in_the_way_of(&self, new: &Attempt<'_>) -> bool {
        // The log's own clock may say what it likes, but whatever binds was made before its earliest value.
        let made_s = new.at.min(new.commit.earliest_s());
        let today = china_date(made_s).map(|day| day.to_string()).unwrap_or_default();
        self.commit.window.1 >= today && self.competes(new)
    }

    /// [`Commit::competes`].
    pub fn competes(&self, other: &Attempt<'_>) -> bool {
        self.commit.competes_by(&self.names, other.commit, &other.names)
    }
}

impl Commit {
    /// Whether only one of the two can bind at a time: one agency, and one name, or a shared matter and a shared day. Neither a
    /// blank nor a full-width letter nor a character that nobody sees makes another agency or another matter.
    pub fn competes(&self, other: &Commit) -> bool {
        self.competes_by(&Names::of(self), other, &Names::of(other))
    }

    fn competes_by(&self, names: &Names, other: &Commit, others: &Names) -> bool {
        let shared = || !names.matters.is_disjoint(&others.matters);
        self.rehearsal == other.rehearsal
            && names.agency == others.agency
            && (self.draw == other.draw || self.overlaps(other) && shared())
    }

    /// Whether their windows share a day.
    fn overlaps(&self, other: &Commit) -> bool {
        // Days in this form are ordered like their texts.
        self.window.0 <= other.window.1 && other.window.0 <= self.window.1
    }
}

/// Everything in a log that does not fit together: two commitments live at once, attempts without their predecessor,
/// voids after the fact, entries about draws that the log does not show, gaps in the numbers of events, second results.
pub fn review(log: &[Entry]) -> Vec<Finding> {
    let attempts = attempts(log);
    let mut findings: Vec<Finding> = Vec::new();
    for (at, attempt) in attempts.iter().enumerate() {
        findings.extend(rival(attempt, &attempts[..at]));
        findings.extend(numbering(attempt, &attempts[..at]));
        if let State::VoidTooLate { index } = attempt.state {
            let draw = &attempt.commit.draw;
            let cause = say!("{draw} 的信标已经公开", "a value of {draw} was known already");
            findings.push(found("L22", index, cause));
        }
    }
    findings.extend(sequence(log));
    findings.sort_by_key(|finding| finding.place.row);
    findings
}

/// The last commitment that was live when another one was made. One is enough: of a log of rivals, a finding for each pair
/// would say no more.
fn rival(new: &Attempt<'_>, earlier: &[Attempt<'_>]) -> Option<Finding> {
    let live = |old: &&Attempt<'_>| {
        let voided = matches!(old.state, State::Void { index, .. } if index < new.index);
        !voided && old.is_in_the_way_of(new)
    };
    let old = earlier.iter().rfind(live)?;
    let (draw, row) = (&old.commit.draw, old.index);
    let cause = say!(
        "第 {row} 条的 {draw} 与它同机关，同名或有共同事项且窗口重叠，尚未作废",
        "{draw} of entry {row}, of the same agency and name or matters and days, was not void"
    );
    Some(found("L20", new.index, cause).id(new.commit.draw.clone()))
}

fn numbering(new: &Attempt<'_>, earlier: &[Attempt<'_>]) -> Option<Finding> {
    let Commit { attempt, prev, draw, .. } = new.commit;
    let refuse = |cause: Text| Some(found("L21", new.index, cause).id(draw.clone()));
    let Some(prev) = prev else {
        // Another name begins to count anew, which nothing forbids and everybody should know.
        let other = earlier
            .iter()
            .rfind(|old| old.competes(new) && matches!(old.state, State::Void { .. }))?;
        let (row, before) = (other.index, &other.commit.draw);
        let cause = say!(
            "自称第 1 次，但第 {row} 条的 {before} 已是一次",
            "it calls itself the first, but {before} of entry {row} was one"
        );
        return Some(found("L30", new.index, cause).id(draw.clone()));
    };
    match earlier.iter().rfind(|old| old.commit.commitment == *prev) {
        None => refuse(say!("日志中没有上一次的承诺", "the attempt before is not in the log")),
        Some(old) if old.commit.attempt + 1 != *attempt => {
            let before = old.commit.attempt;
            refuse(say!(
                "自称第 {attempt} 次，上一次却是第 {before} 次",
                "it calls itself number {attempt}, but follows number {before}"
            ))
        }
        Some(_) => None,
    }
}

/// What the log has said of one draw so far.
#[derive(Default)]
struct Told {
    events: u64,
    beacon: bool,
    result: bool,
    opening: bool,
    sources: Vec<String>,
}

fn sequence(log: &[Entry]) -> Vec<Finding> {
    let mut told: BTreeMap<Digest, Told> = BTreeMap::new();
    let mut findings = Vec::new();
    let mut last = 0;
    for (index, entry) in (0..).zip(log) {
        if entry.at < last {
            let cause = say!("时间早于前一条", "it says to be earlier than the entry before");
            findings.push(found("L29", index, cause));
        }
        last = last.max(entry.at);
        let Some(commitment) = entry.commitment() else { continue };
        let kind = entry.kind();
        let twice = || say!("同一次抽取的 {kind} 出现两次", "a second {kind} of the same draw");
        if let Body::Commit(commit) = &entry.body {
            let sources = commit.sources.iter().map(|(source, _)| format!("{source}:")).collect();
            if told.insert(commitment, Told { sources, ..Told::default() }).is_some() {
                findings.push(found("L25", index, twice()));
            }
            continue;
        }
        let Some(draw) = told.get_mut(&commitment) else {
            let cause = say!(
                "日志此前没有承诺 {commitment}",
                "no commitment {commitment} stands before it"
            );
            findings.push(found("L23", index, cause));
            continue;
        };
        let again = match &entry.body {
            Body::Beacon { strings, .. } => {
                findings.extend(of_sources(strings, &draw.sources, index));
                std::mem::replace(&mut draw.beacon, true)
            }
            Body::Result { .. } => {
                if !draw.beacon {
                    let cause = say!("结果之前没有信标", "no beacon stands before the result");
                    findings.push(found("L23", index, cause));
                }
                std::mem::replace(&mut draw.result, true)
            }
            Body::Open { .. } => std::mem::replace(&mut draw.opening, true),
            Body::Event(event) | Body::Void { event, .. } => {
                findings.extend(draw.next_event(event, index));
                false
            }
            Body::Register(_) | Body::Commit(_) => false,
        };
        if again {
            findings.push(found("L25", index, twice()));
        }
    }
    findings
}

impl Told {
    fn next_event(&mut self, event: &Event, index: u64) -> Option<Finding> {
        let (due, n) = (self.events + 1, event.n);
        self.events = n;
        let cause =
            say!("应为第 {due} 号事件，却是第 {n} 号", "event {due} should follow, not {n}");
        (n != due).then(|| found("L24", index, cause))
    }
}

fn of_sources(strings: &[String], sources: &[String], index: u64) -> Option<Finding> {
    let fits = strings.len() == sources.len()
        && strings.iter().zip(sources).all(|(string, source)| string.starts_with(source));
    let cause = || say!("不是所承诺来源的值", "these are not values of the sources committed to");
    (!fits).then(|| found("L26", index, cause()))
}

/// A finding about an entry: rows are counted from 1, entries from 0.
fn found(code: &str, index: u64, cause: Text) -> Finding {
    Finding::new(code, cause).row(index + 1).column(format!("entry {index}"))
}
