//! An event as it was asked for on the command line, before it has a number and a time.

use super::args::{EventCommand, Growth as GrowthArgs, OfInspector, OfSubject, Who};
use super::behind::{Behind, OfAll};
use crate::base::date::parse_instant;
use crate::base::digest::{Digest, Suite};
use crate::base::finding::{Finding, Findings};
use crate::cli::said::{nfc, said, said_if};
use crate::events::chain::{Recorded, is_decided_by_beacon};
use crate::events::standing::Standing;
use crate::io::durable::failed;
use crate::record::beacon::Source;
use crate::record::commitment::Commitment;
use crate::record::event::{Event, Growth, Kind, Reason, What, first_round, reasons};
use crate::record::ids::{Iid, Sid};
use crate::say;
use serde_json::json;

/// What was asked for.
pub(super) struct Asked<'a> {
    what: What,
    who: &'a Who,
    reason: &'static str,
    /// All visits that the inspector has.
    all: bool,
    /// What that left out, and what is to be said of it.
    pub of_all: OfAll,
}

impl<'a> Asked<'a> {
    pub fn void(who: &'a Who) -> Result<Self, Findings> {
        Asked::new(What::Void, who)
    }

    /// `behind` is there for commands that ask for all visits of somebody.
    ///
    /// # Panics
    /// For commands that record no event.
    pub fn of(
        command: &'a EventCommand,
        standing: &Standing<'_>,
        behind: Option<&Behind>,
    ) -> Result<Self, Findings> {
        let subject = |kind, args: &'a OfSubject| {
            Asked::new(What::Subject(kind, id(&args.sid, "--sid", Sid::parse)?), &args.who)
        };
        let inspector = |kind, args: &'a OfInspector| {
            let iid = id(&args.iid, "--iid", Iid::parse)?;
            let mut of_all = OfAll::default();
            let visits = match behind.filter(|_| args.all) {
                Some(behind) => {
                    of_all = behind.of_all(kind, standing.visits_of(&iid).cloned().collect());
                    std::mem::take(&mut of_all.struck)
                }
                None => ids(&args.visits, "--visit", Sid::parse)?,
            };
            if kind == Kind::Recused && visits.is_empty() {
                let cause = say!("须写明回避哪些对象", "say from which subjects he is recused");
                return Err(Finding::new("W07", cause).column("--visit").into());
            }
            let asked = Asked::new(What::Inspector(kind, iid, visits), &args.who)?;
            Ok(Asked { all: args.all, of_all, ..asked })
        };
        match command {
            EventCommand::Void(who) => Asked::void(who),
            EventCommand::Open(who) => Asked::new(What::Open, who),
            EventCommand::Closed(args) => subject(Kind::Closed, args),
            EventCommand::Moved(args) => subject(Kind::Moved, args),
            EventCommand::Refused(args) => subject(Kind::Refused, args),
            EventCommand::Recused(args) => inspector(Kind::Recused, args),
            EventCommand::Leave(args) => inspector(Kind::Leave, args),
            EventCommand::Certificate(args) => inspector(Kind::Certificate, args),
            EventCommand::Staff(args) => Asked::new(What::Staff(growth(args)?), &args.who),
            EventCommand::Correct(args) => {
                if args.who.note.is_none() {
                    let cause = say!("更正须写明内容", "a correction says what is right");
                    return Err(Finding::new("W07", cause).column("--note").into());
                }
                Asked::new(What::Correct(args.event), &args.who)
            }
            EventCommand::Beacon { .. } | EventCommand::List => {
                unreachable!("bug: this command records no event")
            }
        }
    }

    /// The reason must be one of the kind, and every text one that an event can hold.
    fn new(what: What, who: &'a Who) -> Result<Self, Findings> {
        let mut findings = Vec::new();
        let kind = what.kind();
        let reason = Reason::find(kind, &nfc(&who.reason));
        if reason.is_none() {
            let zh: Vec<String> = reasons(kind).iter().map(|reason| reason.words().zh).collect();
            let en: Vec<&str> = reasons(kind).iter().map(|reason| reason.code).collect();
            let (zh, en) = (zh.join("、"), en.join(", "));
            let cause = say!("原因须为 {zh} 之一", "the reason is one of {en}");
            findings.push(Finding::new("E01", cause).column("--reason"));
        }
        let texts = [
            ("--by", Some(&who.by)),
            ("--approver", who.approver.as_ref()),
            ("--note", who.note.as_ref()),
        ];
        let texts = texts.into_iter().filter_map(|(name, text)| Some((name, text?)));
        findings.extend(texts.filter_map(|(name, text)| said(name, text).err()));
        match (reason, findings.is_empty()) {
            (Some(reason), true) => {
                let of_all = OfAll::default();
                Ok(Asked { what, who, reason: reason.code, all: false, of_all })
            }
            _ => Err(Findings(findings)),
        }
    }

    /// The event after those that are known, at this time.
    pub fn event(
        &self,
        commitment: &Commitment,
        known: &[Recorded],
        now_s: u64,
    ) -> Result<Event, Findings> {
        let suite = commitment.suite;
        let who = self.who;
        Ok(Event {
            n: known.len() as u64 + 1,
            prev: known.last().map(|last| last.digest),
            what: self.what_after(known),
            at: now_s,
            reason: self.reason.to_owned(),
            by: said("--by", &who.by)?,
            approver: said_if("--approver", who.approver.as_deref())?
                .unwrap_or_else(|| "-".to_owned()),
            evidence: who.evidence.as_deref().map(|file| evidence(suite, file)).transpose()?,
            note: said_if("--note", who.note.as_deref())?,
            beacon: self.beacon(commitment, now_s)?,
            salt: if commitment.sealed() { Some(salt()?) } else { None },
        })
    }

    /// Once all his visits are taken from somebody he has none: asked for again, that is the same event.
    fn what_after(&self, known: &[Recorded]) -> What {
        match (&self.what, known.last().map(|last| &last.event.what)) {
            (What::Inspector(kind, iid, visits), Some(last @ What::Inspector(k, i, _)))
                if self.all && visits.is_empty() && kind == k && iid == i =>
            {
                last.clone()
            }
            _ => self.what.clone(),
        }
    }

    /// The values that will decide: the first drand round after the margin, or what was named.
    fn beacon(&self, commitment: &Commitment, now_s: u64) -> Result<Vec<Source>, Findings> {
        let named = &self.who.sources;
        if named.is_empty() && is_decided_by_beacon(commitment, self.what.kind()) {
            let drand = |source: &Source| matches!(source, Source::Drand { .. });
            if commitment.sources.iter().any(drand) {
                return Ok(vec![first_round(now_s, commitment.margin_s)]);
            }
        }
        let (mut sources, mut findings) = (Vec::new(), Vec::new());
        for text in named {
            match source(text) {
                Some(source) => sources.push(source),
                None => {
                    let cause = say!("不认识 {text}", "{text} is not understood");
                    findings.push(Finding::new("W42", cause).column("--source"));
                }
            }
        }
        if findings.is_empty() { Ok(sources) } else { Err(Findings(findings)) }
    }
}

/// A source as people write it: `3d-2026193@2026-07-23T21:15:00+08:00`, `dice@…`, `nist2-2-1412345@…`.
fn source(text: &str) -> Option<Source> {
    let (name, at) = text.split_once('@')?;
    let at = parse_instant(at)?;
    let (game, issue) = name.split_once('-').unwrap_or((name, ""));
    let value = match game {
        "dice" => json!({"kind": "dice", "dice": "d10x20", "at": at}),
        "nist2" => {
            let (chain, pulse) = issue.split_once('-')?;
            json!({"kind": "nist2", "chain": chain, "pulse": pulse, "at": at})
        }
        "3d" | "pl5" => json!({"kind": "digits", "game": game, "issue": issue, "at": at}),
        _ => json!({"kind": "rfc3797", "game": game, "issue": issue, "at": at}),
    };
    Source::from_json(&value).ok()
}

/// 32 bytes of the system's randomness: of a sealed draw an event's digest may be known, and nobody shall guess what it says.
fn salt() -> Result<Digest, Finding> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes)
        .map_err(|e| Finding::new("W08", say!("系统不给随机数：{e}", "no randomness: {e}")))?;
    Ok(Digest::from_bytes(bytes))
}

fn evidence(suite: Suite, file: &std::path::Path) -> Result<Digest, Finding> {
    Ok(suite.digest(&std::fs::read(file).map_err(|e| failed(file, &e))?))
}

fn growth(args: &GrowthArgs) -> Result<Growth, Findings> {
    match args.raise {
        Some(0) => {
            let cause = say!("至少提高 1", "raise them by 1 at least");
            Err(Finding::new("W07", cause).column("--raise").into())
        }
        Some(raise) => Ok(Growth::Raise(raise)),
        None => Ok(Growth::Add(ids(&args.add, "--add", Iid::parse)?)),
    }
}

fn id<T>(text: &str, option: &str, parse: fn(&str) -> Result<T, Finding>) -> Result<T, Finding> {
    parse(text).map_err(|_| {
        Finding::new("W07", say!("“{text}” 不是编号", "\"{text}\" is no id")).column(option)
    })
}

/// Ids in any order, as people list them.
fn ids<T: Ord>(
    texts: &[String],
    option: &str,
    parse: fn(&str) -> Result<T, Finding>,
) -> Result<Vec<T>, Finding> {
    let mut ids = Vec::new();
    for text in texts.iter().flat_map(|text| text.split([',', '，', '、'])) {
        ids.push(id(text.trim(), option, parse)?);
    }
    ids.sort_unstable();
    ids.dedup();
    Ok(ids)
}
