//! What the store knows of the past, as plans need it: earlier visits, attempts, draws that are still to be done.

use serde_json::Value;

use super::Failure;
use crate::base::date::parse_date;
use crate::base::digest::Digest;
use crate::base::finding::Finding;
use crate::conduct::{Drawn, Frozen};
use crate::plan::{EARLIER_DRAWS, History, PastVisit, Plan, Visits};
use crate::record::commitment::{Commitment, List};
use crate::record::ids::{Iid, Sid};
use crate::registry::VisitKind;
use crate::say;
use crate::store::{DrawRecord, DrawnSubject, State, Store};

/// The attempt, and what earlier draws led to. The latest attempt is continued unless it was voided. A rehearsal can be
/// repeated until its outcome suits somebody: whom it drew is of account for rehearsals alone.
pub(super) fn history(store: &Store, plan: &Plan) -> Result<History, Failure> {
    let same_kind = |record: &DrawRecord| record.rehearsal == plan.rehearsal();
    let draws: Vec<DrawRecord> = store.draws()?.into_iter().filter(same_kind).collect();
    let own = |record: &&DrawRecord| record.agency == plan.agency() && record.draw == plan.draw();
    let attempts: Vec<&DrawRecord> = draws.iter().filter(own).collect();
    let digest_of = |attempt: u64| {
        attempts.iter().find(|record| record.attempt == attempt).map(|record| record.commitment)
    };
    let (attempt, prev) = match attempts.iter().max_by_key(|record| record.attempt) {
        None => (1, None),
        Some(latest) if latest.state == State::Void => {
            (latest.attempt + 1, Some(latest.commitment))
        }
        Some(latest) => (latest.attempt, digest_of(latest.attempt - 1)),
    };
    let others = || draws.iter().filter(|record| !own(record));
    let open = |record: &&DrawRecord| matches!(record.state, State::Pending | State::Live);
    let undrawn = others().filter(open).map(|record| record.draw.clone()).collect();
    let done = others().filter(|record| record.state == State::Drawn);
    let mut done: Vec<Digest> = done.map(|record| record.commitment).collect();
    done.sort_unstable_by_key(Digest::hex);
    let visits = visits(store, &done)?;
    Ok(History { attempt, prev, visits, draws: done, undrawn })
}

/// What the draws that a commitment names led to.
///
/// # Errors
/// W23 for a draw that the store has not drawn; W09.
pub(super) fn history_of(store: &Store, commitment: &Commitment) -> Result<History, Failure> {
    let named = commitment.notes.get(EARLIER_DRAWS).and_then(Value::as_array);
    let named = named.into_iter().flatten().filter_map(Value::as_str);
    let draws: Vec<Digest> = named.filter_map(Digest::from_hex).collect();
    let counts = |record: DrawRecord| {
        record.state == State::Drawn && record.rehearsal == commitment.rehearsal
    };
    for digest in &draws {
        if !store.draw(digest)?.is_some_and(counts) {
            let cause = say!(
                "本工作区没有它所计的一次抽取",
                "this workspace has not drawn one of the draws that it counts"
            );
            return Err(Finding::new("W23", cause).id(digest.hex()).into());
        }
    }
    let visits = visits(store, &draws)?;
    Ok(History { visits, draws, ..History::default() })
}

/// The visits that these draws led to.
fn visits(store: &Store, draws: &[Digest]) -> Result<Visits, Finding> {
    let mut visits = Visits::default();
    for digest in draws {
        let Some(record) = store.draw(digest)? else { continue };
        store.drawn_in(digest, &mut |subject| {
            let DrawnSubject { sid, day, agencies, matters, inspectors } = subject;
            // Only somebody who edits the database can make another text of a day.
            let Some(day) = parse_date(&day) else { return };
            let (kind, draw) = (VisitKind::Planned, Some(record.draw.clone()));
            visits.push(sid, PastVisit { day, kind, draw, agencies, matters, inspectors });
        })?;
    }
    Ok(visits)
}

/// Whom a draw drew, with the departments and the team that come to them.
pub(super) fn drawn_subjects<'a>(
    frozen: &'a Frozen<'_>,
    drawn: &'a Drawn,
) -> impl Iterator<Item = DrawnSubject> + 'a {
    let commitment = &frozen.commitment;
    // Without a pairing nobody comes yet.
    let last = drawn.rounds.rounds.last().filter(|_| drawn.rounds.shortage.is_none());
    drawn.visits.iter().enumerate().map(move |(at, visit)| {
        let lists: Vec<&List> =
            visit.lists.iter().filter_map(|name| commitment.list(name)).collect();
        let agencies = lists.iter().flat_map(|list| departments(list, &commitment.agency));
        let matters = lists.iter().flat_map(|list| list.matters.clone());
        let team = last.map(|round| round.teams[at].as_slice()).unwrap_or_default();
        let inspector = |i: &u32| drawn.case.inspectors[*i as usize].iid.clone();
        DrawnSubject {
            sid: Sid::clone(&visit.sid),
            day: commitment.window.0.clone(),
            agencies: sorted(agencies),
            matters: sorted(matters),
            inspectors: team.iter().map(inspector).collect::<Vec<Iid>>(),
        }
    })
}

/// Who initiates a list, or the agency that draws, and its partners.
fn departments(list: &List, agency: &str) -> Vec<String> {
    let text = |value: &serde_json::Value| value.as_str().map(str::to_owned);
    let initiator = list.notes.get("initiator").and_then(text);
    let partners = list.notes.get("partners").and_then(|value| value.as_array());
    let partners = partners.into_iter().flatten().filter_map(text);
    std::iter::once(initiator.unwrap_or_else(|| agency.to_owned())).chain(partners).collect()
}

fn sorted(texts: impl Iterator<Item = String>) -> Vec<String> {
    let mut texts: Vec<String> = texts.collect();
    texts.sort_unstable();
    texts.dedup();
    texts
}
