//! `ssj schedule BUNDLE --audit`: every kept schedule is made again from what it was made from and the day secret, compared
//! byte for byte, and put before the checker. What was changed is named: a table of days, an input, the secret, a version
//! that is missing, what was published.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use super::super::bundle::Office;
use super::super::console::{Console, finding_json};
use super::super::{DONE, Failure, NOT_VERIFIED};
use super::drawn::Drawn;
use super::gather::{teams_changed, window};
use super::hand::Hands;
use super::keep::{DaySecret, Keep, RECORD, TABLE, file_name, missing, numbers};
use super::publish::DAYS_NOTICE;
use super::rows;
use crate::base::date::parse_date;
use crate::base::finding::{Finding, Findings, Severity, Text};
use crate::base::table;
use crate::record::bundle::{Files, SCHEDULE};
use crate::record::ids::Sid;
use crate::record::tables::ScheduleRow;
use crate::say;
use crate::schedule::{
    Outcome, Record, Schedule, Tie, check, check_slots, key, schedule as find_days,
};

/// So many visits of one schedule are named that have another day.
const SHOWN: usize = 20;

pub(super) fn audit(
    office: &Office,
    folder: &Path,
    drawn: &Drawn<'_>,
    keep: &Keep<'_>,
    console: &Console,
) -> Result<u8, Failure> {
    let files = keep.all()?;
    let last = numbers(&files).max();
    let Some(last) = last else {
        let cause = say!("没有存下的日程", "no schedule is kept");
        return Err(Finding::new("D17", cause).file(keep.place()).into());
    };
    let secret = keep.secret(&office.commitment, false)?;
    let mut audit = Audit { office, drawn, secret: &secret, findings: Vec::new() };
    let mut before: Option<(Record, BTreeMap<String, String>)> = None;
    let mut hands = Hands::new(&office.commitment, drawn);
    let (mut audited, mut by_hand, mut told_by_hand) = (Vec::new(), None, Vec::new());
    for n in 1..=last {
        let found = audit.findings.len();
        let version = audit.version(&files, n, before.as_ref());
        let told = &audit.findings[found..];
        let (clean, same) = (told.is_empty(), !told.iter().any(is_error));
        by_hand = None;
        if let Some((record, days)) = &version {
            let visits = record.demand.visits.len();
            let day = |sid: &Sid| days.get(sid.as_str()).and_then(|day| parse_date(day));
            let set = hands.next(&record.demand, &record.given, &day);
            let line = match (same, clean) {
                (true, true) => say!(
                    "第 {n} 版：{visits} 次检查，重新得出，逐字节相同，各条规则都符合",
                    "schedule {n}: {visits} visits, made again, the same bytes, no rule broken"
                ),
                // An appointment stands whatever it breaks, and the office was told so.
                (true, false) => say!(
                    "第 {n} 版：{visits} 次检查，重新得出，逐字节相同；照用的预约见下",
                    "schedule {n}: {visits} visits, made again, the same bytes; appointments that stand are told below"
                ),
                (false, _) => say!(
                    "第 {n} 版：{visits} 次检查，有问题",
                    "schedule {n}: {visits} visits, not as it should be"
                ),
            };
            console.say(&line);
            // However clean it is, days that were set by hand are days that somebody chose.
            console.say(&set.words());
            audited.push(json!({"n": n, "visits": visits, "same": same, "by_hand": set.json()}));
            let told = set.findings().into_iter().chain(set.narrow());
            told_by_hand.extend(told.map(|finding| finding.file(file_name(n, RECORD))));
            by_hand = Some(set);
        }
        before = version;
    }
    if let Some((record, _)) = &before {
        audit.findings.extend(teams_changed(record, drawn.standing));
        let notice = fs::read(folder.join(DAYS_NOTICE)).ok();
        let set = by_hand.map(|set| set.json());
        let table = files.get(&file_name(last, TABLE));
        audit.published(record, last, (table, set.as_ref()), notice.as_deref());
    }
    audit.findings.extend(told_by_hand);
    if !secret.fixed {
        let cause = say!("承诺中没有 days", "the commitment has no key days");
        audit.findings.push(Finding::new("D09", cause));
    }
    let findings = audit.findings;
    if findings.iter().any(is_error) {
        return Err(Failure::of(Findings(findings), NOT_VERIFIED));
    }
    console.findings(&findings);
    console.report(&json!({
        "command": "schedule", "ok": true, "n": last, "written": false, "published": office.bundle.files.contains_key(SCHEDULE),
        "audited": audited,
        "findings": findings.iter().map(|f| finding_json(f, console.lang)).collect::<Vec<_>>(),
    }));
    Ok(DONE)
}

struct Audit<'a> {
    office: &'a Office,
    drawn: &'a Drawn<'a>,
    secret: &'a DaySecret,
    findings: Vec<Finding>,
}

impl Audit<'_> {
    fn refuse(&mut self, file: &str, cause: Text) {
        self.findings.push(Finding::new("D17", cause).file(file));
    }

    /// Judges one schedule after the one before; its record and its days by sid, if they can be read.
    fn version(
        &mut self,
        files: &Files,
        n: usize,
        before: Option<&(Record, BTreeMap<String, String>)>,
    ) -> Option<(Record, BTreeMap<String, String>)> {
        let (table_name, record_name) = (file_name(n, TABLE), file_name(n, RECORD));
        let (table, record) = (files.get(&table_name), files.get(&record_name));
        for (name, file) in [(&table_name, table), (&record_name, record)] {
            self.findings.extend(file.is_none().then(|| missing(name)));
        }
        let (table, record) = (table?, record?);
        let kept = table::parse::<ScheduleRow>(table).map_err(|finding| finding.file(&table_name));
        let record = Record::parse(record).map_err(|finding| finding.file(&record_name));
        let (kept, record) = match (kept, record) {
            (Ok(kept), Ok(record)) => (kept, record),
            (kept, record) => {
                self.findings.extend([kept.err(), record.err()].into_iter().flatten());
                return None;
            }
        };
        let suite = self.office.commitment.suite;
        let tie = Tie {
            suite,
            secret: &self.secret.secret,
            n,
            before: before.map(|(record, _)| record.tag),
        };
        if record.tag != record.tag_of(&tie) {
            let cause = say!(
                "与其标记不符：所据、时段或上一版被改动，或日程密钥不是原来的",
                "its tag is not of it: an input, a part of a day or the schedule before was changed, or the secret is another"
            );
            self.refuse(&record_name, cause);
        }
        if record.schedule != suite.digest(table) {
            self.refuse(
                &table_name,
                say!(
                    "日期被改动：与记录中的摘要不符",
                    "days were changed: the record has another digest"
                ),
            );
        }
        self.inputs(&record, n, before.map(|(_, days)| days));
        self.again(&record, &kept, &tie);
        let days = kept.into_iter().map(|row| (row.sid.to_string(), row.date)).collect();
        Some((record, days))
    }

    /// What can be said of the inputs: they lie in the draw's window, and what stood before is what stood before.
    fn inputs(&mut self, record: &Record, n: usize, before: Option<&BTreeMap<String, String>>) {
        let (from, to) = window(&self.office.commitment);
        let name = file_name(n, RECORD);
        if record.demand.days.iter().any(|day| day.date < from || to < day.date) {
            self.refuse(
                &name,
                say!("有的日子不在 {from} 至 {to} 内", "it has days outside {from} to {to}"),
            );
        }
        // Where the schedule before cannot be read that is told already.
        if n > 1 && before.is_none() {
            return;
        }
        let known = |visit: &crate::schedule::Visit| {
            let was = before.and_then(|days| days.get(visit.sid.as_str()));
            visit.was.map(|day| day.to_string()).as_ref() == was
        };
        if let Some(visit) = record.demand.visits.iter().find(|visit| !known(visit)) {
            let cause =
                say!("其上一版的日期不是上一版所定", "the schedule before gave it another day");
            self.findings.push(Finding::new("D17", cause).file(name).id(visit.sid.as_str()));
        }
    }

    /// Makes the schedule again, and lets the checker judge the one that was kept.
    fn again(&mut self, record: &Record, kept: &[ScheduleRow], tie: &Tie<'_>) {
        let demand = &record.demand;
        let (table_name, record_name) = (file_name(tie.n, TABLE), file_name(tie.n, RECORD));
        match find_days(demand, &key(tie.suite, &self.drawn.seed, tie.secret, tie.n)) {
            Outcome::Whole(done) => self.compare(record, &done, kept, tie.n),
            Outcome::Short { .. } => {
                self.refuse(&record_name, say!("由此排不出日程", "no schedule follows from it"));
            }
        }
        let days: BTreeMap<&str, _> =
            kept.iter().map(|row| (row.sid.as_str(), parse_date(&row.date))).collect();
        let days = demand.visits.iter().map(|visit| *days.get(visit.sid.as_str())?);
        let Some(days) = days.collect::<Option<Vec<_>>>().filter(|days| days.len() == kept.len())
        else {
            return;
        };
        let mut broken = check(demand, &days);
        if !demand.slots.is_empty() {
            broken.extend(check_slots(demand, &days, &record.slots));
        }
        self.findings.extend(broken.into_iter().map(|finding| finding.file(&table_name)));
    }

    fn compare(&mut self, record: &Record, done: &Schedule, kept: &[ScheduleRow], n: usize) {
        let name = file_name(n, TABLE);
        let made = rows(&record.demand, &done.days);
        if made != kept {
            let days = |rows: &[ScheduleRow]| -> BTreeMap<String, String> {
                rows.iter().map(|row| (row.sid.to_string(), row.date.clone())).collect()
            };
            let (made, kept) = (days(&made), days(kept));
            let mut sids: Vec<&String> = made.keys().chain(kept.keys()).collect();
            sids.sort_unstable();
            sids.dedup();
            let other = sids.into_iter().filter(|sid| made.get(*sid) != kept.get(*sid));
            for sid in other.take(SHOWN) {
                let day = |days: &BTreeMap<String, String>| {
                    days.get(sid).cloned().unwrap_or("-".to_owned())
                };
                let (made, kept) = (day(&made), day(&kept));
                let cause = say!(
                    "重新得出 {made}，存下的是 {kept}",
                    "made again it is {made}, kept is {kept}"
                );
                self.findings.push(Finding::new("D17", cause).file(&name).id(sid));
            }
        }
        if done.slots != record.slots {
            self.refuse(
                &file_name(n, RECORD),
                say!("重新得出的时段不同", "made again, parts of days differ"),
            );
        }
    }

    /// What the bundle has of the days is the last schedule.
    fn published(
        &mut self,
        record: &Record,
        last: usize,
        (table, by_hand): (Option<&Vec<u8>>, Option<&Value>),
        notice: Option<&[u8]>,
    ) {
        let files = &self.office.bundle.files;
        if files.get(SCHEDULE).is_some_and(|bytes| Some(bytes) != table) {
            self.refuse(SCHEDULE, say!("不是最后一版", "it is not the last schedule"));
        }
        let Some(bytes) = notice else { return };
        let notice: Value = serde_json::from_slice(bytes).unwrap_or_default();
        let same = notice["secret"] == json!(*self.secret.secret.hex())
            && notice["n"] == json!(last)
            && notice["schedule"] == json!(record.schedule.hex())
            && notice["tag"] == json!(record.tag.hex())
            && by_hand.is_none_or(|by_hand| notice["by_hand"] == *by_hand);
        if !same {
            self.refuse(DAYS_NOTICE, say!("不是最后一版的", "it is not of the last schedule"));
        }
    }
}

fn is_error(finding: &Finding) -> bool {
    finding.severity() == Severity::Error
}
