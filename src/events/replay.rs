//! What follows from events, one after the other. The same files give the same effects, whoever computes them.

use std::collections::{BTreeMap, BTreeSet};

use super::chain::Recorded;
use super::standing::{Ground, Person, Standing};
use crate::base::digest::{Digest, Suite};
use crate::base::finding::Finding;
use crate::base::table;
use crate::base::text::line_digest;
use crate::draw::ticket::PairTickets;
use crate::pairing::rules::Case;
use crate::record::bundle::{BEACON, Files};
use crate::record::event::{Event, Growth, Kind, What};
use crate::record::event_tables::{NextRow, SUBJECTS, TEAMS, TeamRow};
use crate::record::ids::{CAPACITY_MAX, Iid, Sid};
use crate::say;

/// The draw after its events.
pub struct History<'a> {
    /// How things stand; where an effect waits, without it.
    pub standing: Standing<'a>,
    /// What followed from each event, in their order.
    pub effects: Vec<Effect>,
    /// Why the event after these cannot be; nothing after it was looked at.
    pub findings: Vec<Finding>,
}

/// What followed from an event.
#[derive(Clone, Debug, Default)]
pub struct Effect {
    /// Its effect waits for public values: its own, or those of an event before.
    pub waits: bool,
    /// Who is visited instead of a subject, by list.
    pub next: Vec<NextRow>,
    /// Slots that lost their inspector or were to get one, with who holds them now.
    pub teams: Vec<TeamRow>,
    /// Whether all visits were paired anew.
    pub paired_anew: bool,
    /// The files in the event's folder, by path; those of a pairing as the caller gave them.
    pub files: Files,
}

/// A pairing that the caller brings.
pub struct Paired {
    /// The inspector of each slot of each visit, by their places in the case; none if pairing is impossible.
    pub teams: Option<Vec<Vec<u32>>>,
    /// The files that show and prove it, by path.
    pub files: Files,
}

/// Brings the pairing of a case, of the event with this number.
pub type Pairer<'a> = &'a mut dyn FnMut(u64, &Case) -> Result<Paired, Vec<Finding>>;

/// Plays the events in their order upon a draw.
///
/// # Errors
/// M02 or M04, which a checked commitment excludes.
pub fn replay<'a>(
    ground: &Ground<'a>,
    recorded: &[Recorded],
    pair: Pairer<'_>,
) -> Result<History<'a>, Finding> {
    let mut history =
        History { standing: Standing::new(ground)?, effects: Vec::new(), findings: Vec::new() };
    let mut waits = false;
    for one in recorded {
        let n = one.event.n;
        match step(ground, &mut history.standing, one, &mut waits, pair) {
            Ok(effect) => history.effects.push(effect),
            Err(findings) => {
                let place = |finding: Finding| finding.file(Event::path(n));
                history.findings = findings.into_iter().map(place).collect();
                break;
            }
        }
    }
    Ok(history)
}

/// What an event changes before any chance: subjects that follow, slots to be filled.
#[derive(Default)]
struct Begun {
    next: Vec<NextRow>,
    /// The slots to be filled with who held them, by visit.
    vacant: BTreeMap<Sid, BTreeMap<usize, Option<Iid>>>,
    pair_anew: bool,
}

fn step(
    ground: &Ground<'_>,
    standing: &mut Standing<'_>,
    recorded: &Recorded,
    waits: &mut bool,
    pair: Pairer<'_>,
) -> Result<Effect, Vec<Finding>> {
    let event = &recorded.event;
    let begun = begin(standing, event)?;
    let kind = event.kind();
    let acts = kind == Kind::Staff
        || kind.is_absence()
        || kind.is_finding() && ground.commitment.subject_replaced;
    if !acts {
        return Ok(Effect::default());
    }
    *waits |= !event.beacon.is_empty() && recorded.beacon.is_none();
    if *waits {
        return Ok(Effect { waits: true, next: begun.next, ..Effect::default() });
    }
    let seed = seed_of(ground, recorded).map_err(|finding| vec![finding])?;
    finish(standing, recorded, begun, ground.commitment.suite, &seed, pair)
}

/// S′: HL("event", S, H(event file), k, B…) where the event names a beacon, else S.
fn seed_of(ground: &Ground<'_>, recorded: &Recorded) -> Result<Digest, Finding> {
    let Recorded { event, digest, beacon } = recorded;
    let suite = ground.commitment.suite;
    let Some(beacon) = beacon.as_ref().filter(|_| !event.beacon.is_empty()) else {
        return Ok(*ground.seed);
    };
    beacon
        .check(suite, &event.beacon)
        .map_err(|finding| finding.file(Event::result_path(event.n, BEACON)))?;
    Ok(event_seed(suite, ground.seed, digest, &beacon.strings))
}

/// HL("event", S, H(event file), k, B1 … Bk).
pub fn event_seed(suite: Suite, seed: &Digest, event: &Digest, strings: &[String]) -> Digest {
    let (seed, event, k) = (seed.hex(), event.hex(), strings.len().to_string());
    let mut fields = vec![seed.as_str(), event.as_str(), k.as_str()];
    fields.extend(strings.iter().map(String::as_str));
    line_digest(suite, "event", &fields)
}

fn begin(standing: &mut Standing<'_>, event: &Event) -> Result<Begun, Vec<Finding>> {
    match &event.what {
        What::Void | What::Correct(_) | What::Open => Ok(Begun::default()),
        What::Subject(_, sid) => subject(standing, sid),
        What::Inspector(kind, iid, visits) => inspector(standing, *kind, iid, visits),
        What::Staff(growth) => staff(standing, growth),
    }
}

/// A subject that cannot be inspected: where the commitment allows it the next reserve of every list follows.
fn subject(standing: &mut Standing<'_>, sid: &Sid) -> Result<Begun, Vec<Finding>> {
    if !standing.visits.contains_key(sid) {
        return Err(vec![no_visit(sid).column("sid")]);
    }
    let mut begun = Begun::default();
    if !standing.commitment.subject_replaced {
        return Ok(begun);
    }
    // Whoever follows, with the texts of the slots that his visit had before: those keep their holders.
    let mut following: BTreeMap<Sid, BTreeSet<String>> = BTreeMap::new();
    for list in standing.end(sid) {
        let next = standing.next_reserve(&list, sid);
        if let Some(row) = &next {
            let known = standing.slot_texts(&row.sid);
            following.entry(row.sid.clone()).or_insert(known);
            standing.put(&list, row).map_err(|finding| vec![finding])?;
        }
        begun.next.push(NextRow { list, sid: sid.clone(), next: next.map(|row| row.sid) });
    }
    for (sid, known) in following {
        let slots = standing.visits[&sid].slots.iter().enumerate();
        let new = slots.filter(|(_, slot)| !known.contains(&slot.text));
        begun.vacant.insert(sid.clone(), new.map(|(place, _)| (place, None)).collect());
    }
    Ok(begun)
}

/// An inspector who does not make some visits.
fn inspector(
    standing: &mut Standing<'_>,
    kind: Kind,
    iid: &Iid,
    visits: &[Sid],
) -> Result<Begun, Vec<Finding>> {
    let mut findings = Vec::new();
    let mut refuse =
        |key: &str, cause| findings.push(Finding::new("E07", cause).column(key).id(iid.as_str()));
    match standing.people.get(iid) {
        None => refuse("iid", say!("名录中没有 {iid}", "{iid} is not among the inspectors")),
        Some(Person { out: true, .. }) if visits.is_empty() => {
            refuse("visits", say!("{iid} 早已离岗", "{iid} is not available already"));
        }
        Some(_) => {}
    }
    for sid in visits.iter().filter(|sid| standing.visits.contains_key(sid)) {
        if kind != Kind::Recused && standing.slot_of(sid, iid).is_none() {
            refuse("visits", say!("{iid} 不在 {sid} 的小组", "{iid} does not visit {sid}"));
        }
        if kind == Kind::Recused && standing.barred.contains(&(sid.clone(), iid.clone())) {
            refuse("visits", say!("{iid} 早已回避 {sid}", "{iid} is recused from {sid} already"));
        }
    }
    let gone = visits.iter().filter(|sid| !standing.visits.contains_key(sid));
    findings.extend(gone.map(|sid| no_visit(sid).column("visits")));
    if !findings.is_empty() {
        return Err(findings);
    }
    let mut begun = Begun::default();
    match kind {
        Kind::Recused => {
            standing.barred.extend(visits.iter().map(|sid| (sid.clone(), iid.clone())));
        }
        _ => {
            if let Some(person) = standing.people.get_mut(iid) {
                person.out = true;
            }
        }
    }
    for sid in visits {
        if let Some(slot) = standing.slot_of(sid, iid) {
            let before = standing.vacate(sid, slot);
            begun.vacant.insert(sid.clone(), BTreeMap::from([(slot, before)]));
        }
    }
    Ok(begun)
}

/// More staff: every vacant slot may be filled again, or all visits be paired where no pairing stands.
fn staff(standing: &mut Standing<'_>, growth: &Growth) -> Result<Begun, Vec<Finding>> {
    let mut findings = Vec::new();
    let mut refuse = |key: &str, cause| findings.push(Finding::new("E08", cause).column(key));
    match growth {
        Growth::Raise(raise) => {
            let most = standing.people.values().map(|person| person.row.capacity).max();
            if u64::from(most.unwrap_or(0)) + u64::from(*raise) > CAPACITY_MAX {
                refuse(
                    "raise",
                    say!("超过上限 {CAPACITY_MAX}", "beyond the limit of {CAPACITY_MAX}"),
                );
            } else {
                standing.people.values_mut().for_each(|person| person.row.capacity += raise);
            }
        }
        Growth::Add(iids) => {
            for iid in iids {
                let row = standing.standby.iter().find(|row| row.iid == *iid).cloned();
                match row {
                    None => refuse("add", say!("{iid} 不在备用名册", "{iid} is not on stand-by")),
                    Some(_) if standing.people.contains_key(iid) => {
                        refuse("add", say!("{iid} 早已在列", "{iid} has joined already"));
                    }
                    Some(row) => {
                        let person = Person { row, visits: 0, out: false };
                        standing.people.insert(iid.clone(), person);
                    }
                }
            }
        }
    }
    if !findings.is_empty() {
        return Err(findings);
    }
    let mut begun = Begun { pair_anew: !standing.paired, ..Begun::default() };
    for (sid, slot) in standing.vacancies() {
        begun.vacant.entry(sid.clone()).or_default().insert(slot, None);
    }
    Ok(begun)
}

fn no_visit(sid: &Sid) -> Finding {
    let cause = say!("{sid} 不在待检查之列", "no visit to {sid} is to be made");
    Finding::new("E06", cause).id(sid.as_str())
}

/// Fills what is vacant, visit by visit, and writes down who came.
fn finish(
    standing: &mut Standing<'_>,
    recorded: &Recorded,
    begun: Begun,
    suite: Suite,
    seed: &Digest,
    pair: Pairer<'_>,
) -> Result<Effect, Vec<Finding>> {
    let event = &recorded.event;
    let path = |file: &str| Event::result_path(event.n, file);
    let mut effect = Effect { next: begun.next, ..Effect::default() };
    if let Some(beacon) = recorded.beacon.as_ref().filter(|_| !event.beacon.is_empty()) {
        effect.files.insert(path(BEACON), beacon.format());
    }
    if event.kind().is_finding() {
        effect.files.insert(path(SUBJECTS), table::format(&effect.next));
    }
    if begun.pair_anew {
        effect.paired_anew = true;
        let case = standing.case().with_tickets(suite, seed);
        let Paired { teams, files } = pair(event.n, &case)?;
        effect.files.extend(files);
        if let Some(teams) = teams {
            standing.paired = true;
            let seats = case.visits.iter().zip(&teams).flat_map(|(visit, team)| {
                let iid = |i: &u32| &case.inspectors[*i as usize].iid;
                (0..).zip(team).map(move |(slot, i)| (&visit.sid, slot, iid(i)))
            });
            standing.seat(seats);
        }
        return Ok(effect);
    }
    let tickets = PairTickets::new(suite, seed);
    for (sid, slots) in &begun.vacant {
        if standing.paired {
            let places: Vec<usize> = slots.keys().copied().collect();
            standing.fill(&tickets, sid, &places);
            let team = &standing.visits[sid].team;
            effect.teams.extend(slots.iter().map(|(slot, before)| TeamRow {
                sid: sid.clone(),
                slot: u32::try_from(*slot).expect("bug: at most 16 slots"),
                before: before.clone(),
                iid: team[*slot].clone(),
            }));
        }
    }
    effect.files.insert(path(TEAMS), table::format(&effect.teams));
    Ok(effect)
}

/// Who was replaced how often: a slot, an inspector who stepped out, one who came.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Changes of each slot that changed: (sid, slot, how often).
    pub slots: BTreeMap<(Sid, u32), u32>,
    /// Per inspector: slots that he left, and slots that he came into.
    pub people: BTreeMap<Iid, (u32, u32)>,
    /// Subjects that were replaced.
    pub subjects: BTreeSet<Sid>,
}

/// Counts the replacements of all effects.
pub fn counts(effects: &[Effect]) -> Counts {
    let mut counts = Counts::default();
    for effect in effects {
        counts.subjects.extend(effect.next.iter().map(|row| row.sid.clone()));
        for row in effect.teams.iter().filter(|row| row.before.is_some()) {
            *counts.slots.entry((row.sid.clone(), row.slot)).or_default() += 1;
        }
        for row in &effect.teams {
            if let Some(iid) = &row.before {
                counts.people.entry(iid.clone()).or_default().0 += 1;
            }
            if let Some(iid) = &row.iid {
                counts.people.entry(iid.clone()).or_default().1 += 1;
            }
        }
    }
    counts
}
