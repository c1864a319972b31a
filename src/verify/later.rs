//! Steps 16 and 17: what came after the draw.

use std::collections::BTreeSet;

use super::bundle::Bundle;
use super::{Facts, Outcome};
use crate::base::digest::Digest;
use crate::base::finding::Finding;
use crate::base::table;
use crate::record::bundle::SCHEDULE;
use crate::record::event::Event;
use crate::record::tables::ScheduleRow;
use crate::say;

/// Step 16.
pub(super) fn events(bundle: &Bundle<'_>, facts: &mut Facts) -> Outcome {
    let mut findings = Vec::new();
    let mut prev: Option<Digest> = None;
    let mut later_kinds = BTreeSet::new();
    let files = bundle
        .files
        .iter()
        .filter(|(path, _)| path.strip_prefix("events/").is_some_and(|name| !name.contains('/')));
    for (n, (path, bytes)) in (1..).zip(files) {
        let refuse = |cause| Finding::new("V16", cause).file(path);
        let event = match Event::parse(bytes) {
            Ok(event) => event,
            Err(finding) => {
                findings.push(finding.file(path));
                continue;
            }
        };
        if *path != Event::path(n) || event.n != n {
            findings.push(refuse(say!("编号不连续", "the numbers have a gap")));
        }
        if event.salt.is_some() != bundle.commitment.sealed() {
            findings.push(refuse(say!(
                "盐只属于保密抽取",
                "salts stand in sealed draws, and only there"
            )));
        }
        if event.prev != prev {
            findings.push(refuse(say!(
                "prev 不是上一事件的摘要",
                "prev is not the digest of the event before"
            )));
        }
        prev = Some(bundle.commitment.suite.digest(bytes));
        match event.kind {
            "void" if event.at >= bundle.commitment.earliest_source_at() => {
                findings.push(refuse(say!(
                    "信标时刻之后不能作废",
                    "nothing can be voided after the beacon's time"
                )));
            }
            "void" => facts.void = true,
            other => drop(later_kinds.insert(other)),
        }
    }
    if !findings.is_empty() {
        return Outcome::Failed(findings);
    }
    if later_kinds.is_empty() {
        return Outcome::NotShown(say!(
            "前后相连；时刻由机关自述",
            "chained; times are the office's own word"
        ));
    }
    let kinds: Vec<&str> = later_kinds.into_iter().collect();
    let kinds = kinds.join(" ");
    Outcome::NotShown(say!(
        "前后相连；时刻由机关自述，本版不核算其效果：{kinds}",
        "chained; times are the office's own word, effects are not recomputed by this version: {kinds}",
    ))
}

/// Step 17.
pub(super) fn schedule(bytes: &[u8]) -> Outcome {
    match table::parse::<ScheduleRow>(bytes) {
        Err(finding) => Outcome::Failed(vec![finding.file(SCHEDULE)]),
        Ok(_) => Outcome::NotShown(say!(
            "格式规范；本版不核对日期",
            "well formed; this version does not check the days"
        )),
    }
}
