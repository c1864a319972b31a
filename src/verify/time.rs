//! Step 7: that the commitment was public before its beacon, and everything after it in the log. The proofs travel in the
//! bundle; whom to believe, and a copy of the log to count attempts in, the verifier brings along. A policy that
//! lies in the bundle is the office's own word and is never believed.

use std::collections::{BTreeMap, BTreeSet};

use super::attempts::{Said, compare};
use super::bundle::Bundle;
use super::facts::Logged;
use super::{Facts, Outcome};
use crate::base::date::china_time;
use crate::base::digest::{Digest, Suite};
use crate::base::finding::{Finding, Text};
use crate::base::json;
use crate::base::merkle;
use crate::log::checkpoint::SignedCheckpoint;
use crate::log::entry::{Body, Entry};
use crate::log::policy::{Policy, Quorum};
use crate::log::proof::Proof;
use crate::log::stamp::{self, Authorities};
use crate::record::beacon::Source;
use crate::record::bundle::COMMITMENT;
use crate::record::declared::holds_only_if;
use crate::record::event::Event;
use crate::record::logged::{STAMP, entries_of, proof_path};
use crate::say;

/// Whom a verifier believes about time, and what he has to look into. By default nobody.
#[derive(Default)]
pub struct Trust<'a> {
    /// Logs and witnesses.
    pub policy: Option<&'a Policy>,
    /// Copies of logs, each of another one.
    pub logs: &'a [LogCopy],
    /// Time-stamping authorities.
    pub authorities: Option<&'a Authorities>,
}

/// A whole copy of a log.
pub struct LogCopy {
    pub(super) signed: SignedCheckpoint,
    pub(super) entries: Vec<Vec<u8>>,
}

impl LogCopy {
    /// The log of this checkpoint, whose entries are these.
    ///
    /// # Errors
    /// L09 if they are not.
    pub fn new(signed: SignedCheckpoint, entries: Vec<Vec<u8>>) -> Result<Self, Finding> {
        let copy = LogCopy { signed, entries };
        if copy.root_of(copy.entries.len()) == copy.signed.checkpoint().root {
            return Ok(copy);
        }
        let cause =
            say!("条目得不出签名树头的树根", "the entries do not give the checkpoint's root");
        Err(Finding::new("L09", cause))
    }

    /// The log's name.
    pub fn origin(&self) -> &str {
        &self.signed.checkpoint().origin
    }

    /// The head of the first `n` entries.
    pub(super) fn root_of(&self, n: usize) -> merkle::Root {
        merkle::root(Suite::Sha256, self.entries[..n].iter().map(Vec::as_slice))
    }
}

/// A proof of the bundle that holds.
pub(super) struct Proved {
    pub path: String,
    pub proof: Proof,
}

/// Step 7.
pub(super) fn time(
    bundle: &Bundle<'_>,
    c: &Digest,
    trust: &Trust<'_>,
    facts: &mut Facts,
) -> Outcome {
    let stamped = trust.authorities.map(|authorities| stamped(bundle, authorities, facts));
    let Some(policy) = trust.policy else {
        return match stamped {
            Some(Err(finding)) => Outcome::Failed(vec![finding]),
            Some(Ok(text)) => Outcome::NotShown(text),
            None => unread(bundle),
        };
    };
    let bodies = match entries_of(bundle.files) {
        Ok(bodies) => bodies,
        // Somebody else's step says what is wrong with the file.
        Err(finding) => {
            let of_event = finding.place.file.is_some_and(|file| file.starts_with("events/"));
            return Outcome::depends_on(if of_event { 16 } else { 1 });
        }
    };
    let (mut proved, mut findings, mut waiting) = (Vec::new(), Vec::new(), Vec::new());
    findings.extend(stamped.and_then(Result::err));
    let mut logged = Logged::default();
    for body in &bodies {
        let path = proof_path(body).expect("bug: every entry of a bundle has its proof");
        match judge(bundle, policy, body, &path) {
            Err(refused) => findings.push(refused.file(path)),
            Ok((one, quorum)) => {
                match (body, &quorum) {
                    (Body::Commit(_), Some(quorum)) => {
                        let checkpoint = one.proof.signed.checkpoint();
                        logged.origin = checkpoint.origin.clone();
                        logged.index = one.proof.index;
                        logged.cosigned_s = Some(quorum.reached_s);
                    }
                    (_, None) => waiting.push(path),
                    (_, Some(_)) => {}
                }
                proved.push(one);
            }
        }
    }
    findings.extend(order(&proved, &bodies));
    findings.extend(removed(bundle, c, policy, &bodies));
    let mut unshown: Vec<Text> = declared(bundle).into_iter().collect();
    if !waiting.is_empty() {
        let paths = waiting.join(" ");
        unshown
            .push(say!("见证人尚未联署：{paths}", "the witnesses have not cosigned yet: {paths}"));
    }
    if !trust.logs.is_empty() {
        let is_closed = |body: &Body| is_closed(bundle, body);
        let (files, is_closed) = (bundle.files, &is_closed);
        let said = Said { c, files, bodies: &bodies, proved: &proved, is_closed };
        let compared = compare(trust.logs, policy, &said, &mut logged);
        findings.extend(compared.findings);
        unshown.extend(compared.unshown);
    }
    if !logged.origin.is_empty() || logged.attempts.is_some() {
        facts.logged = Some(logged);
    }
    match (findings.is_empty(), unshown.into_iter().reduce(join)) {
        (false, _) => Outcome::Failed(findings),
        (true, Some(text)) => Outcome::NotShown(text),
        (true, None) => Outcome::Passed,
    }
}

fn join(a: Text, b: Text) -> Text {
    let (zh, en, more_zh, more_en) = (a.zh, a.en, b.zh, b.en);
    say!("{zh}；{more_zh}", "{en}; {more_en}")
}

/// What is said where nobody is believed.
fn unread(bundle: &Bundle<'_>) -> Outcome {
    let at = china_time(bundle.commitment.earliest_source_at());
    let margin = bundle.commitment.margin_s;
    let path = "log/commit.tlog-proof";
    let origin = bundle.files.get(path).and_then(|bytes| Proof::parse(bytes).ok());
    Outcome::NotShown(match origin.map(|proof| proof.signed.checkpoint().origin.clone()) {
        None => say!(
            "没有日志证明：应在 {at}（北京时间）前至少 {margin} 秒公布",
            "no log proves it: due at least {margin} s before {at} (China time)",
        ),
        Some(origin) => say!(
            "附有日志 {origin} 的证明，但未指定相信哪些见证人：另行取得见证策略，以 --policy 核验",
            "it carries proofs of the log {origin}: get a policy of witnesses from elsewhere and give it with --policy",
        ),
    })
}

/// A time-stamp token: what it shows, which is less than a log does.
fn stamped(
    bundle: &Bundle<'_>,
    authorities: &Authorities,
    facts: &mut Facts,
) -> Result<Text, Finding> {
    let Some(bytes) = bundle.files.get(STAMP) else {
        let cause = say!("缺少这个文件", "the file is missing");
        return Err(Finding::new("L48", cause).file(STAMP));
    };
    let commitment = &bundle.files[COMMITMENT];
    let stamp = stamp::check(bytes, commitment, authorities).map_err(|f| f.file(STAMP))?;
    let due_s = bundle.commitment.earliest_source_at().saturating_sub(bundle.commitment.margin_s);
    let (at, due) = (china_time(stamp.time_s), china_time(due_s));
    if stamp.time_s > due_s {
        let cause = say!(
            "{at} 才盖戳，最迟应为 {due}（北京时间）",
            "it was stamped at {at}, which was due by {due} (China time)"
        );
        return Err(Finding::new("L46", cause).file(STAMP));
    }
    facts.stamp = Some(stamp);
    Ok(say!(
        "时间戳证明承诺在 {at}（北京时间）已经存在，但不能证明只有这一份：请以 --policy 和 --log 核验日志",
        "a time stamp shows that the commitment existed at {at} (China time), not that it was the only one: verify the log with --policy and --log"
    ))
}

/// The proof of an entry, and when its quorum had cosigned; none where it may still wait for cosignatures.
fn judge(
    bundle: &Bundle<'_>,
    policy: &Policy,
    body: &Body,
    path: &str,
) -> Result<(Proved, Option<Quorum>), Finding> {
    let Some(bytes) = bundle.files.get(path) else {
        let code = if matches!(body, Body::Commit(_)) { "L32" } else { "L33" };
        return Err(Finding::new(code, say!("缺少这个文件", "the file is missing")));
    };
    let proof = prove(bytes, body)?;
    let earliest = bundle.commitment.earliest_source_at();
    if let Body::Event(event) = body
        && let Some(known_s) = decided_s(bundle, event.n)
        && let Some(finding) = after_effect(bundle, policy, &proof, event.n, known_s)
    {
        return Err(finding);
    }
    let quorum = match body {
        Body::Commit(commit) => Some(policy.check_by(&proof.signed, commit.due_s())?),
        Body::Void { .. } => Some(policy.check_by(&proof.signed, earliest.saturating_sub(1))?),
        _ => match policy.check(&proof.signed) {
            Ok(quorum) => Some(quorum),
            // What comes after the beacon may wait for its cosignatures.
            Err(finding) if finding.code() == "L14" => None,
            Err(finding) => return Err(finding),
        },
    };
    Ok((Proved { path: path.to_owned(), proof }, quorum))
}

/// The public values that decide what follows from an event.
fn named_by(bundle: &Bundle<'_>, n: u64) -> Vec<Source> {
    let read = || {
        let value = json::parse_line(bundle.files.get(&Event::path(n))?).ok()?;
        let sources = value.get("beacon")?.as_array()?.iter();
        Some(sources.filter_map(|source| Source::from_json(source).ok()).collect())
    };
    read().unwrap_or_default()
}

/// When the earliest public value becomes known that decides what follows from an event, if one does.
fn decided_s(bundle: &Bundle<'_>, n: u64) -> Option<u64> {
    named_by(bundle, n).iter().map(Source::at).min()
}

/// What must be true for this step to hold at all: the times of the sources of draw and events, where the office declares
/// them. Witnesses cosigned before the declared times; whether the values were known before these, no log can tell.
fn declared(bundle: &Bundle<'_>) -> Option<Text> {
    let mut sources = bundle.commitment.sources.clone();
    for n in (1..).take_while(|n| bundle.files.contains_key(&Event::path(*n))) {
        sources.extend(named_by(bundle, n));
    }
    holds_only_if(&sources)
}

/// Why an event came too late: the witnesses saw it when the value was known, or its effect is there before they did.
fn after_effect(
    bundle: &Bundle<'_>,
    policy: &Policy,
    proof: &Proof,
    n: u64,
    known_s: u64,
) -> Option<Finding> {
    let known = china_time(known_s);
    let cause = match policy.check(&proof.signed) {
        Ok(quorum) if quorum.reached_s >= known_s => {
            let at = china_time(quorum.reached_s);
            say!(
                "{at} 才凑足联署，所用的信标 {known}（北京时间）已经产生",
                "the quorum had cosigned at {at}, but its value was known at {known} (China time)"
            )
        }
        Err(finding) if finding.code() == "L14" => {
            let results = format!("events/{n:04}/");
            let has_effect = bundle.files.keys().any(|path| path.starts_with(&results));
            if !has_effect {
                return None;
            }
            say!("联署不足，事件却已生效", "it has its effect, though too few have cosigned it")
        }
        _ => return None,
    };
    Some(Finding::new("L37", cause))
}

/// The proof in these bytes, if it proves that exactly this was logged.
fn prove(bytes: &[u8], body: &Body) -> Result<Proof, Finding> {
    let proof = Proof::parse(bytes)?;
    let Some(entry) = &proof.entry else {
        let cause = say!("其中没有条目（extra 行）", "it has no entry (line \"extra\")");
        return Err(Finding::new("L11", cause));
    };
    proof.check(entry)?;
    let logged = Entry::parse(entry)?;
    if logged.body == *body {
        return Ok(proof);
    }
    Err(Finding::new("L35", differs(&logged.body, body)))
}

/// How what was logged differs from what lies in the bundle.
pub(super) fn differs(logged: &Body, there: &Body) -> Text {
    match (logged, there) {
        (Body::Commit(logged), Body::Commit(_)) => {
            let digest = logged.commitment;
            say!("日志所记的承诺是 {digest}", "the log has the commitment {digest}")
        }
        (Body::Beacon { strings, .. }, Body::Beacon { .. }) => {
            let strings = strings.join(" ");
            say!("日志所记的信标是 {strings}", "the log has the beacon {strings}")
        }
        (Body::Result { manifest, .. }, Body::Result { .. }) => {
            say!("日志所记的结果摘要是 {manifest}", "the log has the result {manifest}")
        }
        (Body::Open { opening, .. }, Body::Open { .. }) => say!(
            "日志所记的公开摘要是 {opening}：公开的是另一个密钥",
            "the log has the opening {opening}: another secret was opened"
        ),
        (Body::Event(one) | Body::Void { event: one, .. }, Body::Event(_) | Body::Void { .. }) => {
            let (n, digest) = (one.n, one.digest);
            say!("日志所记的第 {n} 号事件是 {digest}", "the log has event {n} as {digest}")
        }
        _ => say!("日志所记的是另一种条目", "the log has another kind of entry"),
    }
}

/// Places in the log: commitment, beacon, result, opening, and events in the order of their numbers.
fn order(proved: &[Proved], bodies: &[Body]) -> Vec<Finding> {
    let place = |body: &Body| {
        let path = proof_path(body)?;
        let one = proved.iter().find(|one| one.path == path)?;
        Some((one.proof.index, one.proof.signed.checkpoint().origin.as_str(), path))
    };
    let is_event = |body: &&Body| matches!(body, Body::Event(_) | Body::Void { .. });
    let (events, steps): (Vec<&Body>, Vec<&Body>) = bodies.iter().partition(is_event);
    // Events come between the steps wherever they happened, but all after the commitment.
    let chains = [steps, bodies.first().into_iter().chain(events).collect()];
    let mut findings = Vec::new();
    for chain in chains {
        let places: Vec<_> = chain.into_iter().filter_map(place).collect();
        for pair in places.windows(2) {
            let ((before, log, first), (after, other, second)) = (&pair[0], &pair[1]);
            if log == other && before >= after {
                let cause = say!(
                    "第 {after} 条，却须在 {first} 的第 {before} 条之后",
                    "it is entry {after}, but must follow entry {before} of {first}"
                );
                findings.push(Finding::new("L36", cause).file(second.clone()));
            }
        }
    }
    findings
}

/// Proofs of steps that the bundle does not show: somebody took the file away and left its proof. The events of a
/// sealed draw are closed until the opening.
fn removed(bundle: &Bundle<'_>, c: &Digest, policy: &Policy, bodies: &[Body]) -> Vec<Finding> {
    let expected: BTreeSet<String> = bodies.iter().filter_map(proof_path).collect();
    let files: BTreeMap<&String, &Vec<u8>> = bundle
        .files
        .iter()
        .filter(|(path, _)| path.starts_with("log/") && path.ends_with(".tlog-proof"))
        .filter(|(path, _)| !expected.contains(*path))
        .collect();
    let mut findings = Vec::new();
    for (path, bytes) in files {
        let Ok(proof) = Proof::parse(bytes) else { continue };
        let Some(bytes) = &proof.entry else { continue };
        let Ok(entry) = Entry::parse(bytes) else { continue };
        let is_ours = entry.commitment() == Some(*c) && proof.check(bytes).is_ok();
        let known = bodies.contains(&entry.body);
        if !is_ours || known || policy.check(&proof.signed).is_err() {
            continue;
        }
        if !is_closed(bundle, &entry.body) {
            let cause = lacks(&entry.body);
            findings.push(Finding::new("L34", cause).file(path.clone()));
        }
    }
    findings
}

/// Whether it stays closed in this bundle: events until the opening, and an opening to the auditor alone for ever.
fn is_closed(bundle: &Bundle<'_>, body: &Body) -> bool {
    let to_public = bundle.commitment.seal.as_ref().is_none_or(|seal| seal.opens_to_public);
    let closed = matches!(body, Body::Event(_)) || matches!(body, Body::Open { .. }) && !to_public;
    bundle.unopened && closed
}

pub(super) fn lacks(body: &Body) -> Text {
    let what = match body {
        Body::Event(event) | Body::Void { event, .. } => {
            let n = event.n;
            say!("第 {n} 号事件", "event {n}")
        }
        Body::Beacon { .. } => say!("信标", "the beacon"),
        Body::Result { .. } => say!("结果", "the result"),
        Body::Open { .. } => say!("公开", "the opening"),
        Body::Commit(_) | Body::Register(_) => say!("这一条", "this entry"),
    };
    let (zh, en) = (what.zh, what.en);
    say!("日志记有{zh}，公示包中没有", "the log has {en}, the bundle has not")
}
