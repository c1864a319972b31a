//! `ssj log prove` and `ssj log check`.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::super::bundle::readable;
use super::super::console::Console;
use super::super::{DONE, Failure, NOT_VERIFIED};
use super::show::{entry_json, entry_line};
use super::{findings_json, refused};
use crate::base::date::china_time;
use crate::base::digest::Digest;
use crate::base::finding::{Finding, Findings, Severity};
use crate::io::durable::{failed, replace_file};
use crate::io::folder::{Limit, read_limited};
use crate::io::log::{Public, parse_entries};
use crate::log::attempts::{Cleared, State, all_cleared, attempts, review};
use crate::log::checkpoint::SignedCheckpoint;
use crate::log::entry::{Body, Commit, Entry};
use crate::log::key::VerifierKey;
use crate::log::policy::Policy;
use crate::log::proof::Proof;
use crate::log::reader::Tiles;
use crate::log::tree::check_consistency;
use crate::record::logged::entries_of;
use crate::say;

/// Most bytes of a policy or a proof.
const FILE_BYTES_MAX: u64 = 4 << 20;

/// Whom the user believes.
pub(super) enum Trust {
    Policy(Policy),
    Key(VerifierKey),
}

/// Exactly one of policy and key is needed: a key that the log itself gives would prove nothing.
impl Trust {
    pub(super) fn new(policy: Option<&Path>, key: Option<&str>) -> Result<Self, Failure> {
        match (policy, key) {
            (Some(policy), _) => Ok(Trust::Policy(read_policy(policy)?)),
            (None, Some(key)) => {
                let key = VerifierKey::parse(key).map_err(|f| refused(f.column("--key")))?;
                Ok(Trust::Key(key))
            }
            (None, None) => {
                let cause = say!(
                    "请以 --policy 或 --key 给出日志的公钥，公钥须另行取得，不取自日志",
                    "give the log's key with --policy or --key, from elsewhere than the log"
                );
                Err(Finding::new("W07", cause).into())
            }
        }
    }

    fn check_log(&self, signed: &SignedCheckpoint) -> Result<(), Finding> {
        match self {
            Trust::Key(key) => signed.check_log(&[key]),
            Trust::Policy(policy) => signed.check_log(&policy.logs()),
        }
    }

    /// When the quorum had cosigned, in seconds of UTC; none where no witness is asked for.
    fn check(&self, signed: &SignedCheckpoint, due_s: Option<u64>) -> Result<Option<u64>, Finding> {
        match (self, due_s) {
            (Trust::Key(_), _) => self.check_log(signed).map(|()| None),
            (Trust::Policy(policy), None) => {
                let quorum = policy.check(signed)?;
                Ok(Some(quorum.reached_s).filter(|reached_s| *reached_s > 0))
            }
            (Trust::Policy(policy), Some(due_s)) => {
                policy.check_by(signed, due_s).map(|quorum| Some(quorum.reached_s))
            }
        }
    }
}

pub(super) fn read_policy(path: &Path) -> Result<Policy, Failure> {
    let bytes = read(path)?;
    Policy::parse(&bytes).map_err(|f| refused(f.file(path.display().to_string())))
}

fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    let file = fs::File::open(path).map_err(|e| failed(path, &e))?;
    let read = read_limited(file, Limit::File(FILE_BYTES_MAX)).map_err(|e| failed(path, &e))?;
    read.map_err(|finding| refused(finding.file(path.display().to_string())))
}

pub(super) fn prove(
    dir: &Path,
    wanted: &str,
    out: &Path,
    console: &Console,
) -> Result<u8, Failure> {
    let public = Public::open(dir).map_err(refused)?;
    let signed = public.checkpoint().map_err(refused)?;
    let all = public.entries(&signed).map_err(refused)?;
    let index = find(wanted, &all)?;
    let proof = public.prove(&signed, &all, index).map_err(refused)?;
    replace_file(out, proof.format().as_bytes())?;
    let place = out.display();
    let n = all.len();
    console.say(&say!(
        "第 {index} 条（共 {n} 条）的证明：{place}",
        "proof of entry {index} of {n}: {place}"
    ));
    console.report(&json!({
        "command": "log", "what": "prove", "ok": true, "index": index, "size": n, "proof": place.to_string(),
    }));
    Ok(DONE)
}

/// The entry of that number, or the last one in which that digest stands.
fn find(wanted: &str, all: &[Vec<u8>]) -> Result<u64, Failure> {
    let found = match Digest::from_hex(wanted) {
        Some(digest) => {
            let quoted = format!("\"{digest}\"").into_bytes();
            all.iter().rposition(|entry| entry.windows(quoted.len()).any(|part| part == quoted))
        }
        None => wanted.parse().ok().filter(|index| *index < all.len()),
    };
    let n = all.len();
    let cause = || say!("日志共 {n} 条，没有 {wanted}", "the log has {n} entries, and no {wanted}");
    let found = found.ok_or_else(|| Finding::new("W07", cause()).column("ENTRY"))?;
    Ok(found as u64)
}

pub(super) fn check(
    paths: &[PathBuf],
    trust: &Trust,
    since: Option<&Path>,
    bundle: Option<&Path>,
    console: &Console,
) -> Result<u8, Failure> {
    let since = since.map(|path| -> Result<SignedCheckpoint, Failure> {
        let bytes = read(path)?;
        let signed = SignedCheckpoint::parse(&bytes);
        signed.map_err(|f| refused(f.file(path.display().to_string())))
    });
    let since = since.transpose()?;
    let bundle = bundle.map(bundle_entries).transpose()?;
    let mut all_fine = true;
    for path in paths {
        let checked = match path.is_dir() {
            true => check_folder(path, trust, since.as_ref()),
            false => check_proof(path, trust, bundle.as_deref()),
        };
        let (findings, told) = match checked {
            Ok((told, findings)) => (findings, Some(told)),
            Err(findings) => (findings.0, None),
        };
        let fine = !findings.iter().any(|finding| finding.severity() == Severity::Error);
        all_fine &= fine;
        console.findings(&findings);
        let place = path.display();
        if let Some(told) = &told {
            told.lines(console).iter().for_each(|line| console.line(line));
        }
        console.say(&match fine {
            true => say!("{place}：核验通过", "{place}: verified"),
            false => say!("{place}：核验不通过", "{place}: not verified"),
        });
        let mut report = json!({
            "command": "log", "what": "check", "ok": fine, "path": place.to_string(),
            "findings": findings_json(&findings, console),
        });
        if let Some(told) = told {
            told.json(&mut report);
        }
        console.report(&report);
    }
    Ok(if all_fine { DONE } else { NOT_VERIFIED })
}

fn bundle_entries(path: &Path) -> Result<Vec<Body>, Failure> {
    entries_of(&readable(path)?.files).map_err(Failure::bundle)
}

/// What a check tells besides its findings.
struct Told {
    origin: String,
    size: u64,
    /// When the quorum of witnesses had cosigned.
    cosigned_s: Option<u64>,
    /// The entry of a proof, with its place.
    entry: Option<(u64, Entry)>,
    /// The commitments of a log, and what became of them.
    attempts: Vec<(u64, Commit, &'static str)>,
}

impl Told {
    fn lines(&self, console: &Console) -> Vec<String> {
        let Told { origin, size, .. } = self;
        let mut texts = vec![say!("{origin} 共 {size} 条", "{origin} has {size} entries")];
        texts.push(match self.cosigned_s {
            Some(at_s) => {
                let at = china_time(at_s);
                say!(
                    "法定人数的见证人最迟于 {at}（北京时间）联署",
                    "a quorum of witnesses had cosigned at {at} (China time)"
                )
            }
            None => say!(
                "没有见证人：时间和唯一性未证明",
                "no witnesses: neither time nor uniqueness is proved"
            ),
        });
        for (index, Commit { agency, draw, attempt, .. }, state) in &self.attempts {
            texts.push(say!(
                "  第 {index} 条  {agency} {draw} 第 {attempt} 次  {state}",
                "  entry {index}  {agency} {draw}, attempt {attempt}  {state}"
            ));
        }
        let mut lines: Vec<String> = texts.iter().map(|t| t.get(console.lang).to_owned()).collect();
        lines.extend(
            self.entry.iter().map(|(index, entry)| entry_line(*index, entry, console.lang)),
        );
        lines
    }

    fn json(&self, report: &mut Value) {
        report["origin"] = json!(self.origin);
        report["size"] = json!(self.size);
        report["cosigned_s"] = json!(self.cosigned_s);
        if let Some((index, entry)) = &self.entry {
            report["entry"] = entry_json(*index, entry);
        }
        let attempts = self.attempts.iter().map(|(index, commit, state)| {
            let Commit { agency, draw, attempt, .. } = commit;
            json!({"index": index, "agency": agency, "draw": draw, "attempt": attempt, "state": state})
        });
        report["attempts"] = attempts.collect();
    }
}

fn check_folder(
    path: &Path,
    trust: &Trust,
    since: Option<&SignedCheckpoint>,
) -> Result<(Told, Vec<Finding>), Findings> {
    let public = Public::open(path)?;
    let signed = public.checkpoint()?;
    let cosigned_s = trust.check(&signed, None)?;
    let root = signed.checkpoint().root;
    let all = public.entries(&signed)?;
    if let Some(since) = since {
        trust.check_log(since).map_err(|finding| finding.column("--since"))?;
        let old = since.checkpoint().root;
        let (had, has) = (old.n, root.n);
        if had > has {
            let cause = say!(
                "只有 {has} 条，先前见过 {had} 条",
                "it has {has} entries, {had} were seen before"
            );
            return Err(Finding::new("L16", cause).into());
        }
        let mut get = |tile| public.tile(tile);
        let proof = Tiles::new(has, &mut get).prove_consistency(had)?;
        if !check_consistency(old, root, &proof) {
            let cause = say!(
                "不是先前所见 {had} 条的延续",
                "it does not continue the {had} entries seen before"
            );
            return Err(Finding::new("L07", cause).into());
        }
    }
    let (entries, mut findings) = parse_entries(&all);
    if findings.is_empty() {
        findings = review(&entries);
        findings.extend(undated(&entries, cosigned_s));
    }
    let state = |state: State<'_>| match state {
        State::Live => "live",
        State::Void { .. } => "void",
        State::VoidTooLate { .. } => "void_too_late",
    };
    let attempts = attempts(&entries).into_iter();
    let attempts = attempts.map(|one| (one.index, one.commit.clone(), state(one.state)));
    let origin = signed.checkpoint().origin.clone();
    let attempts = attempts.collect();
    Ok((Told { origin, size: root.n, cosigned_s, entry: None, attempts }, findings))
}

/// Voids of which this log's head does not show that they came in time: it was cosigned later, or not at all.
fn undated(entries: &[Entry], cosigned_s: Option<u64>) -> Vec<Finding> {
    let cleared = all_cleared(entries).into_iter();
    let in_doubt = cleared.filter(|Cleared { attempt, .. }| {
        cosigned_s.is_none_or(|cosigned_s| cosigned_s >= attempt.commit.earliest_s())
    });
    let finding = |Cleared { attempt, void }: Cleared<'_>| {
        let (index, earliest) = (attempt.index, china_time(attempt.commit.earliest_s()));
        let cause = say!(
            "第 {index} 条的作废只有日志自己的时钟为证，这个树头不早于其信标 {earliest}（北京时间）",
            "that entry {index} was void in time rests on the log's own clock: this head is not earlier than its value of {earliest} (China time)"
        );
        let draw = attempt.commit.draw.clone();
        Finding::new("L49", cause).row(void + 1).column(format!("entry {void}")).id(draw)
    };
    in_doubt.map(finding).collect()
}

/// What must be seen before a value is known: a commitment by its margin, a void at all, if the bundle tells of what.
fn due_s(body: &Body, bundle: &[Body]) -> Option<u64> {
    match (body, bundle.first()) {
        (Body::Commit(commit), _) => Some(commit.due_s()),
        (Body::Void { .. }, Some(Body::Commit(commit))) => {
            Some(commit.earliest_s().saturating_sub(1))
        }
        _ => None,
    }
}

fn check_proof(
    path: &Path,
    trust: &Trust,
    bundle: Option<&[Body]>,
) -> Result<(Told, Vec<Finding>), Findings> {
    let bytes = read(path).map_err(|failure| failure.findings)?;
    let proof = Proof::parse(&bytes)?;
    let Some(bytes) = &proof.entry else {
        let cause = say!("其中没有条目（extra 行）", "it has no entry (line \"extra\")");
        return Err(Finding::new("L11", cause).into());
    };
    proof.check(bytes)?;
    let entry = Entry::parse(bytes)?;
    if let Some(bundle) = bundle
        && !bundle.contains(&entry.body)
    {
        let cause = say!("它不是这个公示包的条目", "it is no entry of this bundle");
        return Err(Finding::new("L08", cause).into());
    }
    let due_s = due_s(&entry.body, bundle.unwrap_or_default());
    let cosigned_s = trust.check(&proof.signed, due_s)?;
    let checkpoint = proof.signed.checkpoint();
    let (origin, size) = (checkpoint.origin.clone(), checkpoint.root.n);
    let entry = Some((proof.index, entry));
    Ok((Told { origin, size, cosigned_s, entry, attempts: Vec::new() }, Vec::new()))
}
