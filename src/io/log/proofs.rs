//! The proofs that a bundle carries in `log/`. Each is the proof of one entry under a checkpoint that witnesses cosign: a
//! proof that has its quorum is kept, one that waits for it takes in the cosignatures that arrive, and gives way to
//! the log's newer head where the witnesses have cosigned that one.

use std::fs;
use std::io::ErrorKind;
use std::ops::Range;
use std::path::Path;

use super::home::Home;
use super::public::parse_entries;
use crate::base::finding::{Finding, Findings};
use crate::io::durable::{failed, make_folders, replace_file};
use crate::log::attempts::{Cleared, cleared};
use crate::log::checkpoint::SignedCheckpoint;
use crate::log::entry::{Body, Entry};
use crate::log::key::VerifierKey;
use crate::log::note::Signature;
use crate::log::policy::Policy;
use crate::log::proof::Proof;
use crate::record::logged::{proof_path, void_proof_path};

/// A proof in a bundle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// Its path in the bundle.
    pub path: String,
    /// The entry's place in the log, from 0.
    pub index: u64,
    /// When the policy's quorum had cosigned, in seconds of UTC; none where it has not, or there is no policy.
    pub reached_s: Option<u64>,
}

/// Puts the proofs of these entries, as far as the log has them, into a bundle, with the cosignatures that hold. `heads` are
/// those of the log's older heads that may prove an entry, too.
///
/// # Errors
/// L09 or L10 if the log is broken; L01, L05; W08.
pub fn keep_proofs(
    home: &Home,
    bundle: &Path,
    bodies: &[Body],
    policy: Option<&Policy>,
    lines: &[Signature],
    heads: &[SignedCheckpoint],
) -> Result<Vec<Kept>, Findings> {
    let [key, _] = home.keys()?;
    let public = home.public();
    let signed = public.checkpoint()?;
    let all = public.entries(&signed)?;
    let (entries, broken) = parse_entries(&all);
    if !broken.is_empty() {
        return Err(Findings(broken));
    }
    let reached = |proof: &Proof| Some(policy?.check(&proof.signed).ok()?.reached_s);
    let mut places: Vec<(usize, String)> = Vec::new();
    for body in bodies {
        let place = entries.iter().position(|entry| entry.body == *body);
        places.extend(place.zip(proof_path(body)));
    }
    let voids = voids(&entries, bodies);
    // The heads that the log has kept may date a void although no cosignature arrives now.
    let own = if voids.is_empty() { Vec::new() } else { home.heads()? };
    let heads: Vec<SignedCheckpoint> = heads.iter().chain(&own).cloned().collect();
    places.extend(voids);
    let mut kept = Vec::new();
    for (at, path) in places {
        let file = bundle.join(&path);
        let old = read(&file)?;
        let there = old.as_deref().and_then(|bytes| proof_of(bytes, &key, &all[at]));
        let fresh = public.prove(&signed, &all, at as u64)?;
        let size = all.len() as u64;
        // One that these tiles do not prove is of another history: the rest of the log tells.
        let older = cosigned_first(policy, &heads, at as u64..size);
        let older = older.and_then(|head| public.prove(head, &all, at as u64).ok());
        let mut proofs: Vec<Proof> = there.into_iter().chain([fresh]).chain(older).collect();
        for proof in &mut proofs {
            hold(&mut proof.signed, policy, lines);
        }
        // The earliest quorum proves most; while there is none, what lies there is what was sent to the witnesses.
        let best = proofs.into_iter().min_by_key(|proof| reached(proof).unwrap_or(u64::MAX));
        let best = best.expect("bug: the fresh proof is one");
        let bytes = best.format().into_bytes();
        if old.as_ref() != Some(&bytes) {
            make_folders(file.parent().unwrap_or(bundle))?;
            replace_file(&file, &bytes)?;
        }
        kept.push(Kept { path, index: best.index, reached_s: reached(&best) });
    }
    Ok(kept)
}

/// The voids of other commitments that cleared the way for one of these, with their files in its bundle.
fn voids(entries: &[Entry], bodies: &[Body]) -> Vec<(usize, String)> {
    let commits = bodies.iter().filter_map(|body| match body {
        Body::Commit(commit) => Some(commit.commitment),
        _ => None,
    });
    let cleared = commits.flat_map(|c| cleared(entries, &c));
    let place = |Cleared { attempt, void }: Cleared<'_>| {
        Some((usize::try_from(void).ok()?, void_proof_path(&attempt.commit.commitment)))
    };
    cleared.filter_map(place).collect()
}

/// The head with the entry at the beginning of this range that had its quorum first, of no more entries than its end.
fn cosigned_first<'a>(
    policy: Option<&Policy>,
    heads: &'a [SignedCheckpoint],
    Range { start, end }: Range<u64>,
) -> Option<&'a SignedCheckpoint> {
    let sizes = start + 1..=end;
    let holds = heads.iter().filter(|head| sizes.contains(&head.checkpoint().root.n));
    let reached = |head: &'a SignedCheckpoint| Some((policy?.check(head).ok()?.reached_s, head));
    let first = holds.filter_map(reached).min_by_key(|(reached_s, _)| *reached_s);
    first.map(|(_, head)| head)
}

/// Adds the cosignatures of a policy's witnesses that hold for this checkpoint; tells which did.
pub fn hold(
    signed: &mut SignedCheckpoint,
    policy: Option<&Policy>,
    lines: &[Signature],
) -> Vec<bool> {
    let witnesses = policy.map(Policy::witnesses).unwrap_or_default();
    let one = |line: &Signature| {
        let known = |key: &&VerifierKey| key.name() == line.name() && key.id() == line.id();
        let mut with = signed.clone();
        with.add(line.clone());
        let holds = witnesses.iter().any(known) && with.cosigned(&witnesses).is_ok();
        if holds {
            *signed = with;
        }
        holds
    };
    lines.iter().map(one).collect()
}

/// The proof in these bytes, if it proves this entry under a checkpoint of this log.
fn proof_of(bytes: &[u8], key: &VerifierKey, entry: &[u8]) -> Option<Proof> {
    let proof = Proof::parse(bytes).ok()?;
    let fits = proof.entry.as_deref() == Some(entry) && proof.check(entry).is_ok();
    (fits && proof.signed.check_log(&[key]).is_ok()).then_some(proof)
}

fn read(path: &Path) -> Result<Option<Vec<u8>>, Finding> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(e) if e.kind() == ErrorKind::NotFound => Ok(None),
        Err(e) => Err(failed(path, &e)),
    }
}
