//! What events changed for one subject. Its receipt is of the draw and stays as it is, so whoever compares a team at the
//! door with it must be told who comes now, and by which event.

use super::chain::{self, reason_words};
use crate::base::finding::{Finding, Text};
use crate::base::table;
use crate::record::bundle::{ASSIGNMENT, Files, HANDICAPS, SHORTAGE};
use crate::record::commitment::Commitment;
use crate::record::event::{Event, What};
use crate::record::event_tables::{NextRow, SUBJECTS, TEAMS, TeamRow};
use crate::record::ids::{Iid, Sid};
use crate::record::tables::{AssignmentRow, HandicapRow};
use crate::say;

/// A change of one subject's visit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The number of the event.
    pub event: u64,
    /// Its kind and reason, in words.
    pub why: Text,
    /// What it changed.
    pub what: Changed,
}

/// What an event changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Changed {
    /// The slot of this number passes from one to another; nobody held it, or nobody is left to.
    Slot(u32, Option<Iid>, Option<Iid>),
    /// For this list the subject is not visited any more, but the next reserve is, if there is one.
    Ended(String, Option<Sid>),
    /// For this list the subject is visited in place of another.
    Instead(String, Sid),
    /// All visits were paired anew: the team by slot.
    Team(Vec<Iid>),
    /// What follows waits for public values.
    Waits,
    /// The whole draw is void.
    Void,
}

/// What the events of a bundle changed for a subject, in their order, as the files of their results say; that these
/// are right, the verification of the bundle shows.
///
/// # Errors
/// The first defect of the chain of events, or a malformed table among their results.
pub fn since(commitment: &Commitment, files: &Files, sid: &Sid) -> Result<Vec<Change>, Finding> {
    let (recorded, mut findings) = chain::read(commitment, files);
    if !findings.is_empty() {
        return Err(findings.swap_remove(0));
    }
    let mut changes = Vec::new();
    for event in recorded.iter().map(|one| &one.event) {
        let (kind, reason) = (event.kind().words(), reason_words(event));
        let why = Text {
            zh: format!("{}：{}", kind.zh, reason.zh),
            en: format!("{}: {}", kind.en, reason.en),
        };
        let change = |what| Change { event: event.n, why: why.clone(), what };
        changes.extend(changed(commitment, files, event, sid)?.into_iter().map(change));
    }
    Ok(changes)
}

fn changed(
    commitment: &Commitment,
    files: &Files,
    event: &Event,
    sid: &Sid,
) -> Result<Vec<Changed>, Finding> {
    let ended = rows::<NextRow>(files, event, SUBJECTS)?.unwrap_or_default();
    let teams = rows::<TeamRow>(files, event, TEAMS)?;
    let paired = last_round(files, event)?;
    let concerned = match &event.what {
        What::Subject(_, of) => of == sid && commitment.subject_replaced,
        What::Inspector(.., visits) => visits.contains(sid),
        _ => false,
    };
    if event.what == What::Void {
        return Ok(vec![Changed::Void]);
    }
    if concerned && teams.is_none() && paired.is_none() {
        return Ok(vec![Changed::Waits]);
    }
    let mut changes = Vec::new();
    for row in ended {
        if row.sid == *sid {
            changes.push(Changed::Ended(row.list, row.next));
        } else if row.next.as_ref() == Some(sid) {
            changes.push(Changed::Instead(row.list, row.sid));
        }
    }
    let slots = teams.into_iter().flatten().filter(|row| row.sid == *sid);
    changes.extend(slots.map(|row| Changed::Slot(row.slot, row.before, row.iid)));
    let team: Vec<Iid> = paired
        .into_iter()
        .flatten()
        .filter_map(|row| (row.sid == *sid).then_some(row.iid))
        .collect();
    if !team.is_empty() {
        changes.push(Changed::Team(team));
    }
    Ok(changes)
}

/// The final round of a pairing computed anew, if the event has one.
fn last_round(files: &Files, event: &Event) -> Result<Option<Vec<AssignmentRow>>, Finding> {
    let Some(mut rows) = rows::<AssignmentRow>(files, event, ASSIGNMENT)? else { return Ok(None) };
    let rounds = self::rows::<HandicapRow>(files, event, HANDICAPS)?.unwrap_or_default();
    let last = rounds.last().map(|row| row.round);
    let short = files.contains_key(&Event::result_path(event.n, SHORTAGE));
    rows.retain(|row| !short && Some(row.round) == last);
    Ok(Some(rows))
}

fn rows<R: table::Row>(
    files: &Files,
    event: &Event,
    file: &str,
) -> Result<Option<Vec<R>>, Finding> {
    let path = Event::result_path(event.n, file);
    let parse = |bytes: &Vec<u8>| table::parse(bytes).map_err(|finding| finding.file(&path));
    files.get(&path).map(parse).transpose()
}

impl Change {
    /// The change in a sentence.
    pub fn words(&self) -> Text {
        let Change { event, why: Text { zh, en }, what } = self;
        let Text { zh: what_zh, en: what_en } = what.words();
        Text {
            zh: format!("第 {event} 号事件（{zh}）：{what_zh}"),
            en: format!("event {event} ({en}): {what_en}"),
        }
    }
}

impl Changed {
    fn words(&self) -> Text {
        match self {
            Changed::Slot(slot, Some(before), Some(iid)) => {
                say!(
                    "岗位 {slot} 由 {before} 改为 {iid}",
                    "slot {slot} passes from {before} to {iid}"
                )
            }
            Changed::Slot(slot, None, Some(iid)) => {
                say!("岗位 {slot} 由 {iid} 担任", "slot {slot} is taken by {iid}")
            }
            Changed::Slot(slot, Some(before), None) => say!(
                "岗位 {slot} 的 {before} 不再参加，暂缺",
                "slot {slot}: {before} steps out, and nobody is left to take it"
            ),
            Changed::Slot(slot, None, None) => {
                say!("岗位 {slot} 仍缺", "slot {slot} stays vacant")
            }
            Changed::Ended(list, Some(next)) => say!(
                "任务 {list} 不再检查该对象，由候补 {next} 递补",
                "list {list}: not visited any more; the next reserve is {next}"
            ),
            Changed::Ended(list, None) => say!(
                "任务 {list} 不再检查该对象，已无候补",
                "list {list}: not visited any more; no reserve is left"
            ),
            Changed::Instead(list, of) => {
                say!("任务 {list} 由该对象递补 {of}", "list {list}: visited in place of {of}")
            }
            Changed::Team(team) => {
                let team = team.iter().map(Iid::as_str).collect::<Vec<_>>().join(" ");
                say!("重新匹配，小组为 {team}", "paired anew: the team is {team}")
            }
            Changed::Void => say!("本次抽取作废", "the draw is void"),
            Changed::Waits => say!(
                "后果由事先指定的公开随机数决定，尚未公布",
                "what follows waits for the public value named in advance"
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::finding::Lang;

    #[test]
    fn changes_in_words() {
        let iid = |text: &str| Iid::parse(text).unwrap();
        let why = say!("增加检查力量：人员不足", "more staff: shortage");
        for (what, zh, en) in [
            (
                Changed::Slot(1, Some(iid("E1")), None),
                "岗位 1 的 E1 不再参加，暂缺",
                "slot 1: E1 steps out, and nobody is left to take it",
            ),
            (Changed::Slot(1, None, None), "岗位 1 仍缺", "slot 1 stays vacant"),
            (
                Changed::Ended("T01".to_owned(), None),
                "任务 T01 不再检查该对象，已无候补",
                "list T01: not visited any more; no reserve is left",
            ),
            (
                Changed::Team(vec![iid("E1"), iid("E2")]),
                "重新匹配，小组为 E1 E2",
                "paired anew: the team is E1 E2",
            ),
            (Changed::Void, "本次抽取作废", "the draw is void"),
        ] {
            let words = Change { event: 4, why: why.clone(), what }.words();
            assert_eq!(words.get(Lang::Zh), format!("第 4 号事件（增加检查力量：人员不足）：{zh}"));
            assert_eq!(words.get(Lang::En), format!("event 4 (more staff: shortage): {en}"));
        }
    }
}
