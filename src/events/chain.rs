//! The chain of events: numbers, digests, times, reasons, persons and the public values named in advance. All that can
//! be judged without knowing who was drawn.

use std::collections::BTreeSet;

use crate::base::digest::Digest;
use crate::base::finding::{Finding, Text};
use crate::base::text::plain;
use crate::record::beacon::{Beacon, Source, check_sources};
use crate::record::bundle::{BEACON, Files};
use crate::record::commitment::Commitment;
use crate::record::event::{Event, Kind, Reason, What, first_round, reasons};
use crate::say;

/// An event of a bundle.
#[derive(Clone, Debug)]
pub struct Recorded {
    /// The event.
    pub event: Event,
    /// H of its file.
    pub digest: Digest,
    /// The values of the sources that it names, once they are known.
    pub beacon: Option<Beacon>,
}

/// Whether a path is that of an event, which lies beside the results of events.
pub fn is_event(path: &str) -> bool {
    path.strip_prefix("events/").is_some_and(|name| !name.contains('/'))
}

/// The events of a bundle in their order, and everything that is wrong with the chain; what is wrong with the values of
/// an event's sources is found when they are used.
pub fn read(commitment: &Commitment, files: &Files) -> (Vec<Recorded>, Vec<Finding>) {
    let (mut recorded, mut findings) = (Vec::<Recorded>::new(), Vec::new());
    for (n, (path, bytes)) in (1..).zip(files.iter().filter(|(path, _)| is_event(path))) {
        let event = match Event::parse(bytes) {
            Ok(event) => event,
            Err(finding) => {
                findings.push(finding.file(path));
                continue;
            }
        };
        if *path != Event::path(n) || event.n != n {
            let cause = say!("编号不连续", "the numbers have a gap");
            findings.push(Finding::new("V16", cause).file(path));
        }
        let before = recorded.last();
        if event.prev != before.map(|before| before.digest) {
            let cause =
                say!("prev 不是上一事件的摘要", "prev is not the digest of the event before");
            findings.push(Finding::new("V16", cause).file(path).column("prev"));
        }
        findings.extend(check(commitment, &recorded, &event).into_iter().map(|f| f.file(path)));
        let beacon_path = Event::result_path(n, BEACON);
        let beacon = match files.get(&beacon_path).map(|bytes| Beacon::parse(bytes)) {
            None => None,
            Some(Ok(beacon)) => Some(beacon),
            Some(Err(finding)) => {
                findings.push(finding.file(beacon_path));
                None
            }
        };
        recorded.push(Recorded { event, digest: commitment.suite.digest(bytes), beacon });
    }
    let folders: BTreeSet<String> =
        recorded.iter().map(|recorded| Event::result_path(recorded.event.n, "")).collect();
    for path in files.keys().filter(|path| path.starts_with("events/") && !is_event(path)) {
        let file = path.splitn(3, '/').nth(2).unwrap_or_default();
        if !folders.contains(&path[..path.len() - file.len()]) {
            let cause = say!("结果所属的事件不在", "the event of this result is not there");
            findings.push(Finding::new("V24", cause).file(path));
        }
    }
    (recorded, findings)
}

/// What an event breaks of the rules that hold for it after those `before` it.
pub fn check(commitment: &Commitment, before: &[Recorded], event: &Event) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut refuse = |code, key: &str, cause| findings.push(Finding::new(code, cause).column(key));
    let kind = event.kind();
    if event.salt.is_some() != commitment.sealed() {
        let cause = say!("盐只属于保密抽取", "salts stand in sealed draws, and only there");
        refuse("V16", "salt", cause);
    }
    if !reasons(kind).iter().any(|reason| reason.code == event.reason) {
        let (name, reason) = (kind.name(), &event.reason);
        refuse(
            "E01",
            "reason",
            say!("{name} 没有原因 {reason}", "{reason} is no reason of a {name}"),
        );
    }
    let (by, approver) = (plain(&event.by), plain(&event.approver));
    let nobody = |name: &str| ["", "-"].contains(&name);
    if nobody(&by) || kind.needs_two() && (nobody(&approver) || approver == by) {
        let cause = match kind.needs_two() {
            true => {
                say!("经办人与批准人须为两人", "who records it and who approves it must be two")
            }
            false => say!("须写明经办人", "who records it must be named"),
        };
        refuse("E02", "approver", cause);
    }
    if let Some(cause) = too_early(commitment, before, event) {
        refuse("E04", "at", cause);
    }
    if kind == Kind::Void && event.at >= commitment.earliest_source_at() {
        let cause = say!("信标时刻之后不能作废", "nothing can be voided after the beacon's time");
        refuse("E03", "at", cause);
    }
    let is_void = |recorded: &Recorded| recorded.event.kind() == Kind::Void;
    if kind != Kind::Correct && before.iter().any(is_void) {
        refuse("E05", "kind", say!("该次抽取已作废", "the draw is void"));
    }
    if kind == Kind::Open && !commitment.sealed() {
        refuse("E11", "kind", say!("抽取本来就是公开的", "the draw was never sealed"));
    }
    if let What::Correct(n) = event.what
        && !(1..event.n).contains(&n)
    {
        refuse("E10", "event", say!("没有第 {n} 号事件", "there is no event {n}"));
    }
    findings.extend(check_beacon(commitment, event).map(|finding| finding.column("beacon")));
    findings
}

/// Why the time of an event cannot be.
fn too_early(commitment: &Commitment, before: &[Recorded], event: &Event) -> Option<Text> {
    if before.last().is_some_and(|before| event.at < before.event.at) {
        return Some(say!("早于上一事件", "it is earlier than the event before"));
    }
    let last = commitment.sources.last().map_or(0, Source::at);
    let later = !matches!(event.kind(), Kind::Void | Kind::Correct);
    (later && event.at < last)
        .then(|| say!("早于信标，当时尚未抽取", "it is earlier than the beacon: nothing was drawn"))
}

/// Whether what follows from an event depends on public values.
pub fn is_decided_by_beacon(commitment: &Commitment, kind: Kind) -> bool {
    let decides = kind == Kind::Staff
        || kind.is_absence()
        || kind.is_finding() && commitment.subject_replaced;
    commitment.inspector_by_beacon && decides
}

/// The public values must be named exactly where something depends on them, must not be known when the event is
/// recorded, and must be as good as those of the draw.
fn check_beacon(commitment: &Commitment, event: &Event) -> Option<Finding> {
    let refuse = |cause| Some(Finding::new("E09", cause));
    let (sources, margin_s) = (&event.beacon, commitment.margin_s);
    let wanted = is_decided_by_beacon(commitment, event.kind());
    match (wanted, sources.is_empty()) {
        (false, true) => return None,
        (false, false) => {
            return refuse(say!("此事件不需要信标", "no beacon decides anything here"));
        }
        (true, true) => {
            return refuse(say!(
                "须事先指定信标，替补由它决定",
                "a beacon must be named in advance: it decides who replaces whom"
            ));
        }
        (true, false) => {}
    }
    if commitment.sources.iter().any(|source| matches!(source, Source::Drand { .. })) {
        let first = first_round(event.at, margin_s);
        let Text { zh, en } = first.title();
        return match sources.as_slice() {
            [source] if *source == first => None,
            _ => refuse(say!(
                "须恰为记录时刻加 {margin_s} 秒之后的首轮：{zh}",
                "must be the first round {margin_s} s after the event: {en}"
            )),
        };
    }
    let earliest = event.at.saturating_add(margin_s);
    if sources.iter().any(|source| source.at() < earliest) {
        return refuse(say!(
            "信标须至少晚于记录时刻 {margin_s} 秒",
            "the beacon must be at least {margin_s} s later than the event"
        ));
    }
    if let Some(known) =
        sources.iter().find(|one| commitment.sources.iter().any(|s| s.same_value(one)))
    {
        let Text { zh, en } = known.title();
        return refuse(say!(
            "{zh}是抽取本身的来源，其值在记录事件时已经知道",
            "{en}, is a source of the draw itself: its value was known when the event was recorded"
        ));
    }
    let known = |source: &Source| {
        let same = |committed: &Source| match (source, committed) {
            (Source::Rfc3797 { game: a, .. }, Source::Rfc3797 { game: b, .. }) => a == b,
            (Source::Digits { game: a, .. }, Source::Digits { game: b, .. }) => a == b,
            (Source::Witness { .. }, _) => false,
            _ => source.kind() == committed.kind(),
        };
        commitment.sources.iter().any(same)
    };
    if !sources.iter().all(known) {
        return refuse(say!(
            "只能是承诺中已有种类的来源，见证人份额除外",
            "only kinds of sources that the commitment has, and no shares"
        ));
    }
    check_sources(sources, commitment.trust).err()
}

/// The reason of an event in words, if it is one of its kind.
pub fn reason_words(event: &Event) -> Text {
    match Reason::find(event.kind(), &event.reason) {
        Some(reason) => reason.words(),
        None => Text { zh: event.reason.clone(), en: event.reason.clone() },
    }
}
