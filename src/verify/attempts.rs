//! Step 7 with a copy of the log: is it the log of the proofs, does it say of this draw what the bundle says, and how
//! often was the draw attempted.

use super::facts::{AttemptFacts, Logged};
use super::time::{LogCopy, Proved, differs, lacks};
use crate::base::date::china_time;
use crate::base::digest::Digest;
use crate::base::finding::{Finding, Text};
use crate::log::attempts::{
    Attempt, Cleared, State, attempts_at, cleared, others_at_the_time, review,
};
use crate::log::checkpoint::SignedCheckpoint;
use crate::log::entry::{Body, Commit, Entry};
use crate::log::policy::Policy;
use crate::log::proof::Proof;
use crate::record::bundle::Files;
use crate::record::logged::void_proof_path;
use crate::say;

/// What the copy came to.
#[derive(Default)]
pub(super) struct Compared {
    pub findings: Vec<Finding>,
    pub unshown: Vec<Text>,
}

/// Compares a bundle's entries and proofs with a copy of the log, and counts attempts.
pub(super) fn compare(
    copy: &LogCopy,
    files: &Files,
    is_closed: &dyn Fn(&Body) -> bool,
    policy: &Policy,
    c: &Digest,
    (bodies, proved): (&[Body], &[Proved]),
    logged: &mut Logged,
) -> Compared {
    let mut compared = Compared::default();
    match policy.check(&copy.signed) {
        Ok(_) => {}
        Err(finding) if finding.code() == "L14" => compared.unshown.push(say!(
            "日志副本的树头联署不足，可能不是众人所见的日志：待联署后另取副本",
            "too few have cosigned the head of the copy, which may not be the log that others see: get a newer copy"
        )),
        Err(finding) => {
            compared.findings.push(finding.column("--log"));
            return compared;
        }
    }
    compared.findings.extend(proved.iter().filter_map(|one| strays(copy, one)));
    let (entries, broken) = parse(&copy.entries);
    if !broken.is_empty() {
        compared.findings.extend(broken);
        return compared;
    }
    let rivals = attempts_at(&entries, c);
    if rivals.is_empty() {
        let cause = say!("日志副本中没有这份承诺", "the copy of the log has no such commitment");
        compared.findings.push(Finding::new("L32", cause).column("--log"));
        return compared;
    }
    let dated = Dated { copy, policy, entries: &entries };
    compared.unshown.extend(dated.doubts(c, files));
    compared.findings.extend(missing(&entries, c, bodies, is_closed));
    for finding in review(&entries) {
        // Rows are counted from 1, entries from 0.
        let at = finding.place.row.and_then(|row| usize::try_from(row - 1).ok());
        let of = at.and_then(|at| entries[at].commitment());
        if of == Some(*c) && finding.severity() == crate::base::finding::Severity::Error {
            compared.findings.push(finding);
        } else if rivals.iter().any(|rival| of == Some(rival.commit.commitment)) {
            logged.remarks.push(finding);
        }
    }
    logged.origin = copy.signed.checkpoint().origin.clone();
    logged.size = Some(copy.entries.len() as u64);
    logged.others = Some(others_at_the_time(&entries, c));
    logged.attempts = Some(rivals.iter().map(|one| facts_of(one, c, &entries)).collect());
    compared
}

/// When voids came, as far as witnesses have seen it: a log's own clock may be set to any time before the beacon.
struct Dated<'a> {
    copy: &'a LogCopy,
    policy: &'a Policy,
    entries: &'a [Entry],
}

impl Dated<'_> {
    /// The voids that cleared the way for a commitment, of which nothing cosigned shows that they came in time.
    fn doubts(&self, c: &Digest, files: &Files) -> Vec<Text> {
        let cleared = cleared(self.entries, c);
        if cleared.is_empty() {
            return Vec::new();
        }
        let proofs = files.iter().filter(|(path, _)| path.ends_with(".tlog-proof"));
        let proofs = proofs.filter_map(|(_, bytes)| {
            let proof = Proof::parse(bytes).ok()?;
            proof.check(proof.entry.as_ref()?).ok()?;
            Some(proof.signed)
        });
        let heads =
            proofs.chain([self.copy.signed.clone()]).filter_map(|signed| self.seen(&signed));
        let heads: Vec<(u64, u64)> = heads.collect();
        let doubt = |Cleared { attempt: old, void }: &Cleared<'_>| {
            let before_s = old.commit.earliest_s();
            match heads.iter().any(|(n, at_s)| n > void && *at_s < before_s) {
                false => Some(undated(old, *void)),
                true => declared(old, *void),
            }
        };
        cleared.iter().filter_map(doubt).collect()
    }

    /// A head of this copy that the quorum has cosigned: how many entries it has, and when.
    fn seen(&self, signed: &SignedCheckpoint) -> Option<(u64, u64)> {
        let checkpoint = signed.checkpoint();
        let n = usize::try_from(checkpoint.root.n).ok().filter(|n| *n <= self.entries.len())?;
        let ours = checkpoint.origin == self.copy.signed.checkpoint().origin
            && self.copy.root_of(n) == checkpoint.root;
        let reached_s = self.policy.check(signed).ok().filter(|_| ours)?.reached_s;
        // Without witnesses no time is proved.
        (reached_s > 0).then_some((checkpoint.root.n, reached_s))
    }
}

/// That a void may have been logged when the value was known.
fn undated(old: &Attempt<'_>, void: u64) -> Text {
    let Attempt { index, commit: Commit { draw, attempt, commitment, .. }, .. } = old;
    let (earliest, path) = (china_time(old.commit.earliest_s()), void_proof_path(commitment));
    say!(
        "{draw} 第 {attempt} 次（第 {index} 条）的作废（第 {void} 条）只有日志自己的时钟为证，没有见证人在 {earliest}（北京时间）以前见过：核验那一次的公示包，或向机关索取 {path}",
        "that {draw}, attempt {attempt} (entry {index}), was void in time (entry {void}) rests on the log's own clock alone, no witness saw it before {earliest} (China time): verify that bundle, or ask the office for {path}"
    )
}

/// That a void came in time only if its draw's values did not come before their declared times.
fn declared(old: &Attempt<'_>, void: u64) -> Option<Text> {
    if old.commit.has_round() {
        return None;
    }
    let Commit { draw, attempt, .. } = old.commit;
    let source = |(source, at): &(String, u64)| format!("{source} {}", china_time(*at));
    let sources: Vec<String> = old.commit.sources.iter().map(source).collect();
    let sources = sources.join(" ");
    Some(say!(
        "{draw} 第 {attempt} 次的作废（第 {void} 条）只有在其各值不早于声明的时间（北京时间）开奖时才算及时：{sources}",
        "that {draw}, attempt {attempt}, was void in time (entry {void}) holds only if its values were announced no earlier than declared (China time): {sources}"
    ))
}

/// A proof that is not of this copy.
fn strays(copy: &LogCopy, one: &Proved) -> Option<Finding> {
    let checkpoint = one.proof.signed.checkpoint();
    let (origin, here) = (&checkpoint.origin, &copy.signed.checkpoint().origin);
    let (n, has) = (checkpoint.root.n, copy.entries.len() as u64);
    let finding = if origin != here {
        let cause = say!(
            "证明属于日志 {origin}，副本是 {here}",
            "it is a proof of the log {origin}, the copy is of {here}"
        );
        Finding::new("L06", cause)
    } else if n > has {
        let cause =
            say!("证明有 {n} 条，副本只有 {has} 条", "it is of {n} entries, the copy has {has}");
        Finding::new("L39", cause)
    } else if copy.root_of(usize::try_from(n).unwrap_or_default()) != checkpoint.root {
        let cause = say!(
            "副本的前 {n} 条不是证明所签的",
            "the first {n} entries of the copy are not those that were signed for the proof"
        );
        Finding::new("L07", cause)
    } else {
        return None;
    };
    Some(finding.file(one.path.clone()))
}

fn parse(entries: &[Vec<u8>]) -> (Vec<Entry>, Vec<Finding>) {
    let (mut parsed, mut broken) = (Vec::new(), Vec::new());
    for (row, bytes) in (1..).zip(entries) {
        match Entry::parse(bytes) {
            Ok(entry) => parsed.push(entry),
            Err(finding) => broken.push(finding.row(row)),
        }
    }
    (parsed, broken)
}

/// Entries of this draw that the bundle does not show, or shows otherwise.
fn missing(
    entries: &[Entry],
    c: &Digest,
    bodies: &[Body],
    is_closed: &dyn Fn(&Body) -> bool,
) -> Vec<Finding> {
    let number = |body: &Body| match body {
        Body::Event(event) | Body::Void { event, .. } => Some(event.n),
        _ => None,
    };
    let alike = |a: &Body, b: &Body| match (number(a), number(b)) {
        (None, None) => std::mem::discriminant(a) == std::mem::discriminant(b),
        (a, b) => a == b,
    };
    let of_draw = (1..).zip(entries).filter(|(_, entry)| entry.commitment() == Some(*c));
    let mut findings = Vec::new();
    for (row, Entry { body, .. }) in of_draw {
        if bodies.contains(body) || is_closed(body) {
            continue;
        }
        let (code, cause) = match bodies.iter().find(|there| alike(body, there)) {
            Some(there) => ("L35", differs(body, there)),
            None => ("L34", lacks(body)),
        };
        let entry = row - 1;
        findings.push(Finding::new(code, cause).row(row).column(format!("entry {entry}")));
    }
    findings
}

fn facts_of(attempt: &Attempt<'_>, c: &Digest, entries: &[Entry]) -> AttemptFacts {
    let at_of = |index: u64| usize::try_from(index).ok().and_then(|at| entries.get(at));
    let (state, ended) = match attempt.state {
        State::Live => ("live", None),
        State::Void { index, reason } => ("void", Some((index, reason.to_owned()))),
        State::VoidTooLate { index } => ("void_too_late", Some((index, String::new()))),
    };
    AttemptFacts {
        index: attempt.index,
        at_s: attempt.at,
        draw: attempt.commit.draw.clone(),
        attempt: attempt.commit.attempt,
        commitment: attempt.commit.commitment,
        own: attempt.commit.commitment == *c,
        state,
        voided_s: ended.as_ref().and_then(|(index, _)| at_of(*index)).map(|entry| entry.at),
        reason: ended.map(|(_, reason)| reason).filter(|reason| !reason.is_empty()),
        result: attempt.manifest,
    }
}
