//! Step 16: the chain of events, and what follows from each of them, recomputed and compared.

use std::collections::BTreeMap;

use super::bundle::Bundle;
use super::pairing::check_pairing;
use super::{Facts, Outcome};
use crate::base::digest::Digest;
use crate::base::finding::{Finding, Text};
use crate::base::table;
use crate::draw::select::Selection;
use crate::events::chain::{self, Recorded};
use crate::events::replay::{Effect, History, Paired, counts, replay};
use crate::events::standing::Ground;
use crate::pairing::rules::Case;
use crate::record::bundle::{ASSIGNMENT, Files, HANDICAPS, SHORTAGE};
use crate::record::declared::all_beside_their_times;
use crate::record::event::{Event, Kind};
use crate::record::event_tables::{SUBJECTS, TEAMS};
use crate::record::shortage::Shortage;
use crate::say;

/// What happened after the draw, in numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EventFacts {
    /// The events by number, with their kinds.
    pub events: Vec<(u64, &'static str)>,
    /// Those whose effect waits for public values.
    pub waiting: Vec<u64>,
    /// Subjects that were replaced.
    pub subjects: Vec<String>,
    /// Slots that changed hands: (sid, slot, how often).
    pub slots: Vec<(String, u32, u32)>,
    /// Inspectors: (iid, slots left, slots come into).
    pub people: Vec<(String, u32, u32)>,
    /// Slots that nobody holds: (sid, slot).
    pub vacant: Vec<(String, u32)>,
}

/// The selections of all lists and the seed.
pub(super) type Sound<'a> = (&'a [(String, Selection)], &'a Digest);

/// Step 16; `drawn` is what the steps before found sound, or the step that found it not.
pub(super) fn events(
    bundle: &Bundle<'_>,
    drawn: Result<Sound<'_>, u32>,
    facts: &mut Facts,
) -> Outcome {
    let (recorded, findings) = chain::read(&bundle.commitment, bundle.files);
    let kinds = recorded.iter().map(|one| (one.event.n, one.event.kind().name()));
    facts.events.events = kinds.collect();
    if !findings.is_empty() {
        return Outcome::Failed(findings);
    }
    facts.void = recorded.iter().any(|one| one.event.kind() == Kind::Void);
    let chained = |zh: &str, en: &str| {
        Outcome::NotShown(Text {
            zh: format!("前后相连，时刻由机关自述；{zh}"),
            en: format!("chained, times are the office's own word; {en}"),
        })
    };
    if bundle.unopened {
        return chained("效果待公开后重算", "effects are recomputed after the opening");
    }
    let (selections, seed) = match drawn {
        Ok(drawn) => drawn,
        Err(step) => {
            let Text { zh, en } = say!("效果取决于第 {step} 项", "effects depend on check {step}");
            return chained(&zh, &en);
        }
    };
    let (commitment, contents) = (&bundle.commitment, &bundle.contents);
    let ground = Ground { commitment, contents, selections, seed };
    let history = match replay(&ground, &recorded, &mut |n, case| proved(bundle.files, n, case)) {
        Ok(history) => history,
        Err(finding) => return Outcome::Failed(vec![finding]),
    };
    let mut findings = history.findings.clone();
    for (one, effect) in recorded.iter().zip(&history.effects) {
        findings.extend(compare(bundle.files, one.event.n, effect));
    }
    if !findings.is_empty() {
        return Outcome::Failed(findings);
    }
    facts.events.count(&recorded, &history);
    let hearsay = hearsay(&recorded);
    match (facts.events.waiting.first(), hearsay) {
        (Some(n), _) => {
            let Text { zh, en } =
                say!("第 {n} 号起等待信标", "effects from event {n} on wait for the beacon");
            chained(&zh, &en)
        }
        (None, Some(Text { zh, en })) => {
            let Text { zh, en } = say!(
                "替换均已重算，信标的值和时间请与公告核对：{zh}",
                "every replacement is recomputed; compare values and times with the announcement: {en}"
            );
            chained(&zh, &en)
        }
        (None, None) => chained("替换均已重算", "every replacement is recomputed"),
    }
}

/// Values that were typed from announcements.
fn hearsay(recorded: &[Recorded]) -> Option<Text> {
    let texts = recorded.iter().flat_map(|one| {
        let strings = one.beacon.iter().flat_map(|beacon| &beacon.strings);
        one.event.beacon.iter().zip(strings)
    });
    let typed = texts.filter(|(source, text)| source.is_hearsay(text));
    all_beside_their_times(typed.map(|(source, text)| (source, text.as_str())))
}

/// The pairing that lies in an event's folder, if its certificates prove it.
fn proved(files: &Files, n: u64, case: &Case) -> Result<Paired, Vec<Finding>> {
    let path = |file: &str| Event::result_path(n, file);
    let missing = |file: &str| {
        let cause = say!("缺少事件的结果", "a result of the event is missing");
        Finding::new("V24", cause).file(path(file))
    };
    let bytes = |file: &str| files.get(&path(file)).ok_or_else(|| vec![missing(file)]);
    let assignment =
        table::parse(bytes(ASSIGNMENT)?).map_err(|f| vec![f.file(path(ASSIGNMENT))])?;
    let handicaps = table::parse(bytes(HANDICAPS)?).map_err(|f| vec![f.file(path(HANDICAPS))])?;
    let shortage = match files.get(&path(SHORTAGE)) {
        None => None,
        Some(bytes) => {
            Some(Shortage::parse(bytes).map_err(|finding| vec![finding.file(path(SHORTAGE))])?)
        }
    };
    let teams =
        check_pairing(case, &assignment, &handicaps, shortage.as_ref()).map_err(|found| {
            let here = |finding: Finding| {
                let file = finding.place.file.clone().unwrap_or_default();
                let cause = finding.cause.clone();
                let again = Finding::new("V25", cause).file(path(&file));
                let again = match finding.place.row {
                    Some(row) => again.row(row),
                    None => again,
                };
                finding.place.id.into_iter().fold(again, Finding::id)
            };
            found.into_iter().map(here).collect::<Vec<Finding>>()
        })?;
    let files = [ASSIGNMENT, HANDICAPS, SHORTAGE].into_iter().filter_map(|file| {
        let path = path(file);
        Some((path.clone(), files.get(&path)?.clone()))
    });
    Ok(Paired { teams, files: files.collect() })
}

/// The files in an event's folder against those that follow from it.
fn compare(files: &Files, n: u64, effect: &Effect) -> Vec<Finding> {
    let prefix = Event::result_path(n, "");
    let found: BTreeMap<&str, &Vec<u8>> = files
        .range(prefix.clone()..)
        .take_while(|(path, _)| path.starts_with(&prefix))
        .map(|(path, bytes)| (path.as_str(), bytes))
        .collect();
    let mut findings = Vec::new();
    for (path, expected) in &effect.files {
        match found.get(path.as_str()) {
            None => {
                let cause = say!("缺少事件的结果", "a result of the event is missing");
                findings.push(Finding::new("V24", cause).file(path));
            }
            Some(bytes) if *bytes == expected => {}
            Some(bytes) => findings.push(differing(path, bytes, expected)),
        }
    }
    for path in found.keys().filter(|path| !effect.files.contains_key(**path)) {
        let cause = match effect.waits {
            true => say!("信标值尚未录入，已有结果", "a result before the beacon's value"),
            false => say!("不属于该事件的结果", "no result of this event"),
        };
        findings.push(Finding::new("V24", cause).file(*path));
    }
    findings
}

/// The first line in which a table differs from the recomputed one.
fn differing(path: &str, found: &[u8], expected: &[u8]) -> Finding {
    let code = match path.rsplit('/').next() {
        Some(SUBJECTS) => "V22",
        Some(TEAMS) => "V23",
        _ => "V24",
    };
    let lines = |bytes: &[u8]| -> Vec<String> {
        bytes.split(|b| *b == b'\n').map(|line| String::from_utf8_lossy(line).into()).collect()
    };
    let (found, expected) = (lines(found), lines(expected));
    let row = found.iter().zip(&expected).position(|(a, b)| a != b);
    let row = row.unwrap_or(found.len().min(expected.len()));
    let cause = match expected.get(row).filter(|line| !line.is_empty()) {
        Some(line) => {
            let line = line.replace('\t', " ");
            say!("重新计算为“{line}”", "recomputed as \"{line}\"")
        }
        None => say!("多出的一行", "a row too many"),
    };
    Finding::new(code, cause).file(path).row(row as u64 + 1)
}

impl EventFacts {
    fn count(&mut self, recorded: &[Recorded], history: &History<'_>) {
        let effects = recorded.iter().zip(&history.effects);
        let waits = effects.filter(|(_, effect)| effect.waits);
        self.waiting = waits.map(|(one, _)| one.event.n).collect();
        let counts = counts(&history.effects);
        let slots = counts.slots.iter();
        self.subjects = counts.subjects.iter().map(ToString::to_string).collect();
        self.slots = slots.map(|((sid, slot), n)| (sid.to_string(), *slot, *n)).collect();
        let people = counts.people.iter();
        self.people = people.map(|(iid, (out, came))| (iid.to_string(), *out, *came)).collect();
        if self.waiting.is_empty() {
            let slot = |slot: usize| u32::try_from(slot).expect("bug: at most 16 slots");
            let vacant = history.standing.vacancies();
            self.vacant = vacant.map(|(sid, at)| (sid.to_string(), slot(at))).collect();
        }
    }
}
