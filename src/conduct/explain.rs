//! Why this team (`ssj explain visit`): for one visit of a drawn bundle, who may take which slot and why not, and what
//! every other inspector would cost. A visit's team is the cheapest by Σ(W + h) given the published handicaps; the cheapest
//! team with somebody else in it is found by the shortest chain of moves that makes room for him.

use std::collections::BTreeMap;

use super::Frozen;
use super::teams::{Seated, Teams};
use crate::base::finding::{Finding, Findings};
use crate::draw::ticket::seed;
use crate::pairing::rules::Case;
use crate::pairing::slots::VisitSlot;
use crate::record::bundle::{BEACON, Files, MANIFEST, Stage, VISITS, stage};
use crate::record::frame::Frames;
use crate::record::ids::{Iid, Sid};
use crate::record::tables::VisitRow;
use crate::say;

/// Everything that decided one visit's team.
#[derive(Clone, Debug)]
pub struct Explanation {
    /// The subject.
    pub sid: Sid,
    /// The lists that its visit serves.
    pub lists: Vec<String>,
    /// The slots, in order; the index is the slot's number.
    pub slots: Vec<VisitSlot>,
    /// The final round; none where pairing was impossible.
    pub round: Option<u32>,
    /// The team, one seat for each slot; empty where pairing was impossible.
    pub team: Vec<Seat>,
    /// Everybody, by iid.
    pub people: Vec<Person>,
    /// Slots of this visit in the published blocking set.
    pub blocked: Vec<u32>,
}

/// A slot and who holds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seat {
    /// Place in [`Explanation::people`].
    pub person: usize,
    /// His pair ticket in the slot.
    pub ticket: u64,
}

/// An inspector seen from one visit.
#[derive(Clone, Debug)]
pub struct Person {
    /// The inspector.
    pub iid: Iid,
    /// Most visits in this draw.
    pub capacity: u32,
    /// Visits in the final round.
    pub visits: u32,
    /// Visits made before that count for balance.
    pub load: u32,
    /// h in the final round; none where pairing was impossible.
    pub handicap: Option<i128>,
    /// Why he may not be used in this visit at all.
    pub barred: Option<Barred>,
    /// Per slot whether his tags fit.
    pub standings: Vec<Standing>,
    /// The slot that he holds.
    pub holds: Option<usize>,
    /// The cheapest team with him, if he is none of the team and may take a slot.
    pub alternative: Option<Alternative>,
}

/// Why an inspector may not be used in a visit though his tags may fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Barred {
    /// Recused from the subject, with the kinds of reason.
    Recused(Vec<String>),
    /// Excluded after this round, in which his team held these incompatible inspectors.
    Excluded {
        /// The round.
        round: u32,
        /// With whom he is incompatible.
        with: Vec<Iid>,
    },
}

/// Whether an inspector's tags fit a slot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// They do; W.
    Fits(u64),
    /// They do not.
    Unfit {
        /// Needed tags that he lacks.
        missing: Vec<String>,
        /// Tags that the slot avoids and he has.
        avoided: Vec<String>,
    },
}

/// The cheapest team that holds one more inspector.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alternative {
    /// Σ(W + h) beyond that of the published team; never negative.
    pub more: i128,
    /// The slot that he would take.
    pub slot: usize,
    /// The team: places in [`Explanation::people`], by slot.
    pub team: Vec<usize>,
}

impl Person {
    /// Whether he may take some slot of the visit.
    pub fn is_eligible(&self) -> bool {
        self.barred.is_none()
            && self.standings.iter().any(|standing| matches!(standing, Standing::Fits(_)))
    }

    /// Whether he has as many visits as he may have.
    pub fn is_full(&self) -> bool {
        self.visits >= self.capacity
    }
}

/// Explains the visit of a subject. The bundle should have been verified: the explanation repeats its claims.
///
/// # Errors
/// W12 if no frame has the subject, W31 if it is not drawn, W16 if the bundle is not drawn, V12 or V13 if the published
/// team is not what the rules give.
pub fn explain_visit(
    files: &Files,
    frames: &dyn Frames,
    sid: &Sid,
) -> Result<Explanation, Findings> {
    let frozen = Frozen::read(files, frames)?;
    let contents = &frozen.contents;
    let (Some(beacon), Stage::Drawn) = (&contents.beacon, stage(files)) else {
        let cause = say!("还没有抽取：先执行 ssj draw", "not drawn yet: run ssj draw first");
        return Err(Finding::new("W16", cause).file(MANIFEST).into());
    };
    beacon
        .check(frozen.commitment.suite, &frozen.commitment.sources)
        .map_err(|f| f.file(BEACON))?;
    let seed = seed(frozen.commitment.suite, &frozen.digest, &beacon.strings);
    let visit = visit(&frozen, sid)?;
    let list = visit.lists.first().and_then(|list| frozen.commitment.list(list));
    let row = list.map(|list| frozen.locate(list, sid)).transpose()?.flatten();
    let Some((_, row)) = row else {
        let cause = say!("入户检查与抽样框不符", "the visit does not fit the frames");
        return Err(Finding::new("V11", cause).file(VISITS).id(sid.as_str()).into());
    };
    let rows = BTreeMap::from([(sid, &row)]);
    let one = Teams::read(&frozen, &seed, std::slice::from_ref(&visit), &rows)?;
    let people = people(&frozen, &one, sid)?;
    let seat = |(slot, i): (usize, &u32)| Seat {
        person: *i as usize,
        ticket: ticket(&one.case, slot, *i),
    };
    let team =
        one.seated.as_ref().map(|seated| seated.teams[0].iter().enumerate().map(seat).collect());
    let blocked = contents.shortage.iter().flat_map(|shortage| &shortage.slots);
    Ok(Explanation {
        sid: sid.clone(),
        lists: visit.lists,
        slots: one.case.visits[0].slots.clone(),
        round: one.seated.as_ref().map(|seated| seated.round),
        team: team.unwrap_or_default(),
        people,
        blocked: blocked.filter(|(other, _)| other == sid).map(|(_, slot)| *slot).collect(),
    })
}

/// The subject's row of `visits.tsv`.
fn visit(frozen: &Frozen<'_>, sid: &Sid) -> Result<VisitRow, Findings> {
    let contents = &frozen.contents;
    let rows = contents.visits.as_deref().unwrap_or_default();
    if let Ok(at) = rows.binary_search_by(|row| row.sid.cmp(sid)) {
        return Ok(rows[at].clone());
    }
    let id = sid.as_str();
    for list in &frozen.commitment.lists {
        if frozen.locate(list, sid)?.is_some() {
            let cause = say!("{id} 没有抽中", "{id} is not drawn");
            return Err(Finding::new("W31", cause).id(id).into());
        }
    }
    let cause = say!("任何抽样框中都没有 {id}", "no frame has {id}");
    Err(Finding::new("W12", cause).id(id).into())
}

/// W of an inspector in a slot of the only visit.
fn ticket(case: &Case, slot: usize, inspector: u32) -> u64 {
    let mut one = [(inspector, 0)];
    case.price(0, slot, &mut one);
    one[0].1
}

fn people(frozen: &Frozen<'_>, one: &Teams, sid: &Sid) -> Result<Vec<Person>, Finding> {
    let case = &one.case;
    let mut people: Vec<Person> = (0..)
        .zip(&case.inspectors)
        .map(|(i, row)| Person {
            iid: row.iid.clone(),
            capacity: row.capacity,
            visits: 0,
            load: row.load,
            handicap: one.seated.as_ref().map(|seated| seated.handicaps[i as usize]),
            barred: barred(frozen, one, sid, i),
            standings: (0..case.visits[0].slots.len())
                .map(|slot| standing(case, slot, i))
                .collect(),
            holds: None,
            alternative: None,
        })
        .collect();
    let Some(seated) = &one.seated else { return Ok(people) };
    for row in frozen.contents.assignment.iter().flatten().filter(|row| row.round == seated.round) {
        if let Ok(at) = people.binary_search_by(|person| person.iid.cmp(&row.iid)) {
            people[at].visits += 1;
        }
    }
    for (slot, i) in seated.teams[0].iter().enumerate() {
        people[*i as usize].holds = Some(slot);
    }
    let Some(ways) = Ways::of(&people, seated) else { return Err(not_best(sid)) };
    for (i, person) in people.iter_mut().enumerate() {
        if person.barred.is_none() && person.holds.is_none() {
            person.alternative = ways.bring_in(i, person, seated);
        }
        if person.alternative.as_ref().is_some_and(|other| other.more < 0) {
            return Err(not_best(sid));
        }
    }
    Ok(people)
}

fn not_best(sid: &Sid) -> Finding {
    let cause = say!(
        "小组不是最优的，先核验公示包",
        "the team is not the best one: verify the bundle first"
    );
    Finding::new("V13", cause).id(sid.as_str())
}

fn barred(frozen: &Frozen<'_>, one: &Teams, sid: &Sid, inspector: u32) -> Option<Barred> {
    let case = &one.case;
    if case.visits[0].recused.contains(&inspector) {
        let iid = &case.inspectors[inspector as usize].iid;
        let rows = frozen.contents.recusals.iter().flatten();
        let rows = rows.filter(|row| row.sid == *sid && row.iid == *iid);
        return Some(Barred::Recused(rows.map(|row| row.reason.clone()).collect()));
    }
    if !one.exclusions.contains(&(0, inspector)) {
        return None;
    }
    let excluded_here = |teams: &[Vec<u32>]| case.exclusions(teams).contains(&(0, inspector));
    let (round, teams) = (0..).zip(&one.earlier).find(|(_, teams)| excluded_here(teams))?;
    let quarrels = |other: &&u32| {
        let pair = (inspector.min(**other), inspector.max(**other));
        case.incompatible.contains(&pair)
    };
    let with = teams[0].iter().filter(quarrels);
    let with = with.map(|i| case.inspectors[*i as usize].iid.clone()).collect();
    Some(Barred::Excluded { round, with })
}

fn standing(case: &Case, slot: usize, inspector: u32) -> Standing {
    let (VisitSlot { needs, avoids, .. }, tags) =
        (&case.visits[0].slots[slot], &case.inspectors[inspector as usize].tags);
    let has = |tag: &&String| tags.binary_search(tag).is_ok();
    let missing: Vec<String> = needs.iter().filter(|tag| !has(tag)).cloned().collect();
    let avoided: Vec<String> = avoids.iter().filter(has).cloned().collect();
    match missing.is_empty() && avoided.is_empty() {
        true => Standing::Fits(ticket(case, slot, inspector)),
        false => Standing::Unfit { missing, avoided },
    }
}

/// Per slot the cheapest way in which its holder makes room: he leaves, or moves to a slot whose holder makes room.
struct Ways {
    /// The change of Σ(W + h), without whoever comes in; by slot.
    cost: Vec<i128>,
    /// The slot to which the holder moves; none if he leaves.
    next: Vec<Option<usize>>,
}

impl Ways {
    /// Bellman and Ford's shortest paths over at most 16 slots; none if members could change slots at a gain, which the
    /// cheapest team never can.
    fn of(people: &[Person], seated: &Seated) -> Option<Ways> {
        let cost_of = |i: u32, slot: usize| match people[i as usize].standings[slot] {
            Standing::Fits(ticket) => Some(i128::from(ticket) + seated.handicaps[i as usize]),
            Standing::Unfit { .. } => None,
        };
        let team = &seated.teams[0];
        let held: Vec<i128> =
            team.iter().enumerate().map(|(s, i)| cost_of(*i, s)).collect::<Option<_>>()?;
        let mut ways =
            Ways { cost: held.iter().map(|cost| -cost).collect(), next: vec![None; team.len()] };
        for _ in 0..=team.len() {
            let mut changed = false;
            for (slot, i) in team.iter().enumerate() {
                for to in (0..team.len()).filter(|to| *to != slot) {
                    let Some(moved) = cost_of(*i, to) else { continue };
                    let cost = moved - held[slot] + ways.cost[to];
                    if cost < ways.cost[slot] {
                        (ways.cost[slot], ways.next[slot], changed) = (cost, Some(to), true);
                    }
                }
            }
            if !changed {
                return Some(ways);
            }
        }
        None
    }

    /// The cheapest team with this outsider.
    fn bring_in(&self, i: usize, person: &Person, seated: &Seated) -> Option<Alternative> {
        let in_slot = |(slot, standing): (usize, &Standing)| match standing {
            Standing::Fits(ticket) => {
                Some((i128::from(*ticket) + seated.handicaps[i] + self.cost[slot], slot))
            }
            Standing::Unfit { .. } => None,
        };
        let (more, slot) = person.standings.iter().enumerate().filter_map(in_slot).min()?;
        let mut team: Vec<usize> = seated.teams[0].iter().map(|i| *i as usize).collect();
        let (mut newcomer, mut vacant) = (i, Some(slot));
        while let Some(slot) = vacant {
            newcomer = std::mem::replace(&mut team[slot], newcomer);
            vacant = self.next[slot];
        }
        Some(Alternative { more, slot, team })
    }
}
