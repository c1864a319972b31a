//! Step 7 with copies of logs: are they the logs of the proofs, do they say of this draw what the bundle says, and how
//! often was the draw attempted in all of them.

use super::dated::Dated;
use super::facts::{AttemptFacts, Logged};
use super::time::{LogCopy, Proved, differs, lacks};
use crate::base::digest::Digest;
use crate::base::finding::{Finding, Severity, Text};
use crate::log::attempts::{Attempt, Cleared, State, attempts, beside, cleared, review};
use crate::log::entry::{Body, Entry};
use crate::log::policy::Policy;
use crate::record::bundle::Files;
use crate::say;

/// What copies are compared with.
pub(super) struct Said<'a> {
    pub c: &'a Digest,
    pub files: &'a Files,
    /// The entries that the bundle gives.
    pub bodies: &'a [Body],
    pub proved: &'a [Proved],
    pub is_closed: &'a dyn Fn(&Body) -> bool,
}

/// What the copies came to.
#[derive(Default)]
pub(super) struct Compared {
    pub findings: Vec<Finding>,
    pub unshown: Vec<Text>,
}

/// A copy with its entries.
struct Read<'a> {
    copy: &'a LogCopy,
    entries: Vec<Entry>,
}

/// Compares a bundle's entries and proofs with copies of logs, and counts attempts in all of them.
pub(super) fn compare(
    copies: &[LogCopy],
    policy: &Policy,
    said: &Said<'_>,
    logged: &mut Logged,
) -> Compared {
    let mut compared = Compared::default();
    let mut read = Vec::new();
    for copy in copies {
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
        let (entries, broken) = parse(&copy.entries);
        compared.findings.extend(broken);
        read.push(Read { copy, entries });
    }
    compared.findings.extend(said.proved.iter().filter_map(|one| strays(copies, one)));
    if read.iter().any(|one| one.entries.len() < one.copy.entries.len()) {
        return compared;
    }
    compared.unshown.extend(uncounted(copies, policy));
    let all: Vec<Vec<Attempt<'_>>> = read.iter().map(|one| attempts(&one.entries)).collect();
    let is_own = |attempt: &&Attempt<'_>| attempt.commit.commitment == *said.c;
    let own = read.iter().zip(&all).find_map(|(one, all)| Some((one, all.iter().find(is_own)?)));
    let Some(own) = own else {
        let cause = say!("日志副本中没有这份承诺", "the copy of the log has no such commitment");
        compared.findings.push(Finding::new("L32", cause).column("--log"));
        return compared;
    };
    let mut found = Vec::new();
    for (one, all) in read.iter().zip(&all) {
        let rivals: Vec<&Attempt<'_>> =
            all.iter().filter(|other| is_own(other) || other.competes(own.1)).collect();
        compared.findings.extend(missing(&one.entries, said));
        one.review(said.c, &rivals, copies.len() > 1, &mut compared.findings, &mut logged.remarks);
        let in_the_way = match std::ptr::eq(one, own.0) {
            true => cleared(&one.entries, said.c),
            false => one.elsewhere(own, &rivals, &mut compared.findings),
        };
        let dated = Dated { copy: one.copy, policy };
        compared.unshown.extend(dated.doubts(&in_the_way, said.files));
        // The same commitment in two logs is one attempt.
        let same = |other: &&&Attempt<'_>| !is_own(other) || std::ptr::eq(**other, own.1);
        found.extend(rivals.iter().filter(same).map(|rival| one.facts_of(rival, said.c)));
    }
    found.sort_by(|a, b| (a.at_s, &a.log, a.index).cmp(&(b.at_s, &b.log, b.index)));
    logged.origin = own.0.origin().to_owned();
    logged.size = Some(own.0.entries.len() as u64);
    logged.others = Some(all.iter().map(|all| beside(all, own.1)).sum());
    logged.attempts = Some(found);
    compared
}

/// What is not counted: logs of the policy of which there is no copy.
fn uncounted(copies: &[LogCopy], policy: &Policy) -> Option<Text> {
    let here = |name: &str| copies.iter().any(|copy| copy.signed.checkpoint().origin == name);
    let mut names: Vec<String> =
        policy.logs().iter().map(|key| key.name().to_owned()).filter(|name| !here(name)).collect();
    names.dedup();
    let names = names.join(" ");
    (!names.is_empty()).then(|| {
        say!(
            "策略也相信日志 {names}，没有它的副本：其中的抽取次数没有清点，请各取副本，以 --log 逐一给出",
            "the policy believes the log {names}, too, of which there is no copy: attempts in it are not counted; give a copy of each with --log"
        )
    })
}

impl Read<'_> {
    fn origin(&self) -> &str {
        &self.copy.signed.checkpoint().origin
    }

    /// What does not fit together in this log: at entries of C it fails, at those of rivals it is told.
    fn review(
        &self,
        c: &Digest,
        rivals: &[&Attempt<'_>],
        is_named: bool,
        findings: &mut Vec<Finding>,
        remarks: &mut Vec<Finding>,
    ) {
        for finding in review(&self.entries) {
            // Rows are counted from 1, entries from 0.
            let at = finding.place.row.and_then(|row| usize::try_from(row - 1).ok());
            let of = at.and_then(|at| self.entries[at].commitment());
            let finding = if is_named { finding.file(self.origin()) } else { finding };
            if of == Some(*c) && finding.severity() == Severity::Error {
                findings.push(finding);
            } else if rivals.iter().any(|rival| of == Some(rival.commit.commitment)) {
                remarks.push(finding);
            }
        }
    }

    /// What another log has against a commitment: earlier ones that bind, and those that were voided to clear its way. No
    /// place tells which of two logs' entries was first, so their clocks do, and their names if they agree: of two
    /// rivals one fails, whoever is asked.
    fn elsewhere<'a>(
        &self,
        (log, own): (&Read<'_>, &Attempt<'_>),
        rivals: &[&Attempt<'a>],
        findings: &mut Vec<Finding>,
    ) -> Vec<Cleared<'a>> {
        let mut voided = Vec::new();
        for old in rivals {
            let is_first = (old.at, self.origin()) < (own.at, log.origin());
            let is_other = old.commit.commitment != own.commit.commitment;
            if !(is_first && is_other && old.is_in_the_way_of(own)) {
                continue;
            }
            let at_of = |index: u64| self.at(index).map_or(u64::MAX, |entry| entry.at);
            match old.state {
                State::Void { index, .. } if at_of(index) <= own.at => {
                    voided.push(Cleared { attempt: (*old).clone(), void: index });
                }
                _ => {
                    let (draw, row, origin) = (&old.commit.draw, old.index, self.origin());
                    let cause = say!(
                        "日志 {origin} 第 {row} 条的 {draw} 与它同机关，同名或有共同事项且窗口重叠，尚未作废",
                        "{draw} of entry {row} of the log {origin}, of the same agency and name or matters and days, was not void"
                    );
                    let finding = Finding::new("L20", cause).file(log.origin());
                    findings.push(finding.row(own.index + 1).id(own.commit.draw.clone()));
                }
            }
        }
        voided
    }

    fn at(&self, index: u64) -> Option<&Entry> {
        usize::try_from(index).ok().and_then(|at| self.entries.get(at))
    }

    fn facts_of(&self, attempt: &Attempt<'_>, c: &Digest) -> AttemptFacts {
        let (state, ended) = match attempt.state {
            State::Live => ("live", None),
            State::Void { index, reason } => ("void", Some((index, reason.to_owned()))),
            State::VoidTooLate { index } => ("void_too_late", Some((index, String::new()))),
        };
        AttemptFacts {
            log: self.origin().to_owned(),
            index: attempt.index,
            at_s: attempt.at,
            draw: attempt.commit.draw.clone(),
            attempt: attempt.commit.attempt,
            commitment: attempt.commit.commitment,
            own: attempt.commit.commitment == *c,
            state,
            voided_s: ended.as_ref().and_then(|(index, _)| self.at(*index)).map(|entry| entry.at),
            reason: ended.map(|(_, reason)| reason).filter(|reason| !reason.is_empty()),
            result: attempt.manifest,
        }
    }
}

/// A proof that is of none of these copies.
fn strays(copies: &[LogCopy], one: &Proved) -> Option<Finding> {
    let checkpoint = one.proof.signed.checkpoint();
    let origin = &checkpoint.origin;
    let copy = copies.iter().find(|copy| copy.signed.checkpoint().origin == *origin);
    let Some(copy) = copy else {
        let here: Vec<&str> =
            copies.iter().map(|copy| copy.signed.checkpoint().origin.as_str()).collect();
        let here = here.join(" ");
        let cause = say!(
            "证明属于日志 {origin}，副本是 {here}",
            "it is a proof of the log {origin}, the copy is of {here}"
        );
        return Some(Finding::new("L06", cause).file(one.path.clone()));
    };
    let (n, has) = (checkpoint.root.n, copy.entries.len() as u64);
    let finding = if n > has {
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
fn missing(entries: &[Entry], said: &Said<'_>) -> Vec<Finding> {
    let Said { c, bodies, is_closed, .. } = said;
    let number = |body: &Body| match body {
        Body::Event(event) | Body::Void { event, .. } => Some(event.n),
        _ => None,
    };
    let alike = |a: &Body, b: &Body| match (number(a), number(b)) {
        (None, None) => std::mem::discriminant(a) == std::mem::discriminant(b),
        (a, b) => a == b,
    };
    let of_draw = (1..).zip(entries).filter(|(_, entry)| entry.commitment() == Some(**c));
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
