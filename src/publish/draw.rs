//! A draw as its bundle shows it to everybody, and what its verification came to.

use crate::base::digest::Digest;
use crate::base::finding::{Finding, Findings, Text};
use crate::base::table::{self, Row};
use crate::events::chain::{self, Recorded, reason_words};
use crate::record::bundle::{COMMITMENT, Files, MANIFEST, OPENING, Stage, stage};
use crate::record::commitment::{Commitment, List};
use crate::record::contents::Contents;
use crate::record::event::{Event, Kind};
use crate::record::tables::AssignmentRow;
use crate::say;
use crate::verify::Report;

/// What a verifier finds of a draw that is still to come.
const UNDRAWN: &str = "F12";

/// A verified draw, without its frames.
pub struct Draw<'a> {
    /// What was committed.
    pub commitment: Commitment,
    /// C.
    pub digest: Digest,
    /// The tables.
    pub contents: Contents,
    /// What was recorded after the freeze.
    pub events: Vec<Recorded>,
    /// What the verification came to.
    pub report: &'a Report,
    files: &'a Files,
}

impl<'a> Draw<'a> {
    /// The draw of a bundle, of which `report` is the verification. Of a draw that is still to come everything but its
    /// result must hold.
    ///
    /// # Errors
    /// N03 and what failed, if the bundle was not verified: nothing is published on its word.
    pub fn read(files: &'a Files, report: &'a Report) -> Result<Self, Findings> {
        let failed: Vec<Finding> = report.findings().into_iter().cloned().collect();
        let undrawn = stage(files) < Stage::Drawn && failed.iter().all(|f| f.code() == UNDRAWN);
        let bytes = files.get(COMMITMENT).filter(|_| report.verified() || undrawn);
        let Some(bytes) = bytes else {
            let n = failed.len();
            let cause = say!("公示包有 {n} 处不符", "{n} things in the bundle do not hold");
            let mut findings = vec![Finding::new("N03", cause).file(COMMITMENT)];
            findings.extend(failed);
            return Err(Findings(findings));
        };
        let commitment = Commitment::parse(bytes).map_err(|finding| finding.file(COMMITMENT))?;
        let (contents, findings) = Contents::parse(&commitment, files);
        Findings::check(findings, ())?;
        let digest = commitment.suite.digest(bytes);
        let (events, findings) = chain::read(&commitment, files);
        let ((), _) = Findings::check(findings, ())?;
        Ok(Draw { commitment, digest, contents, events, report, files })
    }

    /// Whether subjects are drawn and published, or drawn and still closed.
    pub fn is_drawn(&self) -> bool {
        stage(self.files) == Stage::Drawn
    }

    /// A sealed draw whose closed part is not published.
    pub fn is_closed(&self) -> bool {
        self.commitment.sealed() && !self.files.contains_key(OPENING)
    }

    /// Whether the strata may be named: not those of a sealed draw whose classes may not be known.
    pub fn shows_strata(&self) -> bool {
        !self.commitment.sealed() || self.commitment.classes_public
    }

    /// The result's digest.
    pub fn result(&self) -> Option<Digest> {
        self.files.get(MANIFEST).map(|bytes| self.commitment.suite.digest(bytes))
    }

    /// The rows of a table among the results of an event; none if it has no such table.
    pub(super) fn rows_of<R: Row>(&self, event: &Event, file: &str) -> Result<Vec<R>, Finding> {
        let path = Event::result_path(event.n, file);
        let rows = self.files.get(&path).map(|bytes| table::parse(bytes));
        rows.transpose().map(Option::unwrap_or_default).map_err(|finding| finding.file(path))
    }

    /// The final assignment: (sid, slot, iid), by sid and slot.
    pub(super) fn teams(&self) -> &[AssignmentRow] {
        let rows = self.contents.assignment.as_deref().unwrap_or_default();
        let last = rows.last().map(|row| row.round);
        let begin = rows.iter().position(|row| Some(row.round) == last).unwrap_or(0);
        if self.contents.shortage.is_some() { &[] } else { &rows[begin..] }
    }

    /// What nobody may overlook, of the result or of the plan alone.
    pub(super) fn alarms(&self, of_result: bool) -> Vec<String> {
        let (commitment, facts) = (&self.commitment, &self.report.facts);
        let mut alarms = Vec::new();
        if commitment.rehearsal {
            alarms.push("演练：不产生任何效力。".to_owned());
        }
        if let Some(void) = self.events.iter().find(|one| one.event.kind() == Kind::Void) {
            let (Text { zh: reason, .. }, event) = (reason_words(&void.event), &void.event);
            let at = crate::base::date::china_time(event.at);
            let approver = &event.approver;
            alarms.push(format!(
                "本次抽取已作废（{at}，原因：{reason}，批准：{approver}），不得据以检查。"
            ));
        }
        if let Some((k, m)) = facts.logged.as_ref().and_then(crate::verify::Logged::count) {
            alarms.extend((m > 1).then(|| {
                format!("日志显示本机关就同一事项、重叠期间共封存 {m} 次，本次是第 {k} 次。")
            }));
        }
        if commitment.attempt > 1 {
            let prev = commitment.prev.map(|digest| digest.hex()).unwrap_or_default();
            let (attempt, before) = (commitment.attempt, commitment.attempt - 1);
            alarms.push(format!(
                "这是第 {attempt} 次抽取：第 {before} 次已作废，其承诺摘要为 {prev}。"
            ));
        }
        if facts.witnessed {
            alarms.push(
                "随机数含骰子或见证人的份额：其真实性仅由在场见证人担保，事后无从核对。".to_owned(),
            );
        }
        if facts.frames_given {
            alarms.push(
                "抽样框由别处生成：谁不在其中、为何不在，封存承诺没有记载，由制作抽样框的机关负责。"
                    .to_owned(),
            );
        }
        if of_result && self.contents.shortage.is_some() {
            alarms.push(
                "检查人员不足，未能完成匹配：抽中名单有效，增加力量后重新匹配，另行公布。"
                    .to_owned(),
            );
        }
        alarms
    }
}

/// First and last day of a list's inspections: its own, or those of the whole draw.
pub(super) fn window(commitment: &Commitment, list: &List) -> (String, String) {
    let own = |key: &str, whole: &String| {
        let day = list.notes.get("window").and_then(|window| window[key].as_str());
        day.unwrap_or(whole).to_owned()
    };
    let (from, to) = &commitment.window;
    (own("from", from), own("to", to))
}
