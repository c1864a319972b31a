//! `ssj log collect`: what witnesses have sent goes to where it is needed, the public checkpoint and the proofs in the
//! bundles of the workspace.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::super::bundle::{lock, readable};
use super::super::console::Console;
use super::super::{DONE, Failure};
use super::step::{Log, setting};
use super::{findings_json, refused};
use crate::base::date::china_time;
use crate::base::finding::Finding;
use crate::io::durable::failed;
use crate::io::folder::is_bundle;
use crate::io::log::{Home, Kept, hold, keep_proofs};
use crate::log::checkpoint::SignedCheckpoint;
use crate::log::entry::{Body, Entry};
use crate::log::note::Signature;
use crate::log::policy::Policy;
use crate::log::proof::Proof;
use crate::record::bundle::Files;
use crate::record::logged::{entries_of, proof_path};
use crate::say;
use crate::store::Store;

pub(super) fn collect(
    workspace: &Path,
    cosignatures: &[PathBuf],
    bundles: &[PathBuf],
    console: &Console,
) -> Result<u8, Failure> {
    let log = Log::open(&setting(workspace)?)?;
    let Some((policy, _)) = &log.policy else {
        let cause = say!("ssj-log.json 中没有 policy", "there is no policy in ssj-log.json");
        return Err(Finding::new("W51", cause).file(workspace.display().to_string()).into());
    };
    let lines = read_lines(cosignatures)?;
    let mut checkpoint = log.home.public().checkpoint().map_err(refused)?;
    let mut used = hold(&mut checkpoint, Some(policy), &lines);
    let holding: Vec<Signature> =
        lines.iter().zip(&used).filter(|(_, used)| **used).map(|(line, _)| line.clone()).collect();
    let (cosigned, _) = log.home.add(&holding, policy).map_err(refused)?;
    let heads = cosigned_heads(&log.home, policy, &lines, &mut used)?;
    let bundles = if bundles.is_empty() { recorded(workspace)? } else { bundles.to_vec() };
    let mut reports = Vec::new();
    for bundle in &bundles {
        let kept = one_bundle(&log, policy, bundle, (&lines, &heads), &mut used)?;
        told(bundle, &kept, console);
        let proof = |kept: &Kept| json!({"path": kept.path, "index": kept.index, "cosigned_s": kept.reached_s});
        let proofs: Vec<Value> = kept.iter().map(proof).collect();
        reports.push(json!({"bundle": bundle.display().to_string(), "proofs": proofs}));
    }
    let stray = lines.iter().zip(&used).filter(|(_, used)| !**used).map(|(line, _)| {
        let cause =
            say!("不属于这里的任何树头和证明", "it is of no head and no proof that is here");
        Finding::new("L38", cause).id(line.name())
    });
    let stray: Vec<Finding> = stray.collect();
    console.findings(&stray);
    let reached = policy.check(&log.home.public().checkpoint().map_err(refused)?).is_ok();
    console.say(&match reached {
        true => say!(
            "签名树头已有 {cosigned} 个联署，已达法定人数",
            "{cosigned} cosignatures of the checkpoint, the quorum is reached"
        ),
        false => say!(
            "签名树头已有 {cosigned} 个联署，尚未达法定人数",
            "{cosigned} cosignatures of the checkpoint, the quorum is not reached yet"
        ),
    });
    console.report(&json!({
        "command": "log", "what": "collect", "ok": true, "cosigned": cosigned, "quorum": reached,
        "bundles": reports, "findings": findings_json(&stray, console),
    }));
    Ok(DONE)
}

/// The heads that the log has signed, with the cosignatures that are theirs: those that are new are kept with them.
fn cosigned_heads(
    home: &Home,
    policy: &Policy,
    lines: &[Signature],
    used: &mut [bool],
) -> Result<Vec<SignedCheckpoint>, Failure> {
    let mut heads = home.heads().map_err(refused)?;
    for head in &mut heads {
        let before = head.format();
        for (used, holds) in used.iter_mut().zip(hold(head, Some(policy), lines)) {
            *used |= holds;
        }
        if head.format() != before {
            home.keep_head(head).map_err(refused)?;
        }
    }
    Ok(heads)
}

fn one_bundle(
    log: &Log,
    policy: &Policy,
    bundle: &Path,
    (lines, heads): (&[Signature], &[SignedCheckpoint]),
    used: &mut [bool],
) -> Result<Vec<Kept>, Failure> {
    let _lock = lock(bundle)?;
    let files = readable(bundle)?.files;
    let mut bodies = entries_of(&files).map_err(Failure::bundle)?;
    bodies.extend(closed(&files, &bodies));
    let kept = keep_proofs(&log.home, bundle, &bodies, Some(policy), lines, heads);
    let kept = kept.map_err(refused)?;
    log.name_policy(bundle)?;
    for proof in &kept {
        let path = bundle.join(&proof.path);
        let bytes = fs::read(&path).map_err(|e| failed(&path, &e))?;
        let mut signed = Proof::parse(&bytes).map_err(refused)?.signed;
        for (used, holds) in used.iter_mut().zip(hold(&mut signed, Some(policy), lines)) {
            *used |= holds;
        }
    }
    Ok(kept)
}

/// Entries that the bundle proves and does not show: events of a sealed draw, an opening to the auditor alone.
fn closed(files: &Files, shown: &[Body]) -> Vec<Body> {
    let proofs = files.iter().filter(|(path, _)| path.ends_with(".tlog-proof"));
    let body = |(path, bytes): (&String, &Vec<u8>)| {
        let entry = Entry::parse(&Proof::parse(bytes).ok()?.entry?).ok()?;
        let fits = proof_path(&entry.body).as_ref() == Some(path) && !shown.contains(&entry.body);
        fits.then_some(entry.body)
    };
    proofs.filter_map(body).collect()
}

/// The bundles that the workspace has recorded and that are where they were.
fn recorded(workspace: &Path) -> Result<Vec<PathBuf>, Failure> {
    let Some(store) = Store::find(workspace)? else { return Ok(Vec::new()) };
    let bundles = store.draws()?.into_iter().map(|record| PathBuf::from(record.bundle));
    Ok(bundles.filter(|bundle| is_bundle(bundle)).collect())
}

fn told(bundle: &Path, kept: &[Kept], console: &Console) {
    let place = bundle.display();
    for Kept { path, index, reached_s } in kept {
        console.say(&match reached_s.map(china_time) {
            Some(at) => say!(
                "{place}/{path}：第 {index} 条，{at}（北京时间）凑足联署",
                "{place}/{path}: entry {index}, the quorum had cosigned at {at} (China time)"
            ),
            None => say!(
                "{place}/{path}：第 {index} 条，联署尚不足",
                "{place}/{path}: entry {index}, too few have cosigned yet"
            ),
        });
    }
}

/// All lines of these files, and of the files that end in `.cosignature` in these folders.
pub(super) fn read_lines(paths: &[PathBuf]) -> Result<Vec<Signature>, Failure> {
    let mut files = Vec::new();
    for path in paths {
        if !path.is_dir() {
            files.push(path.clone());
            continue;
        }
        let entries = fs::read_dir(path).map_err(|e| failed(path, &e))?;
        let entries = entries.map(|entry| entry.map(|entry| entry.path()));
        let mut found = entries.collect::<Result<Vec<_>, _>>().map_err(|e| failed(path, &e))?;
        found.retain(|file| file.extension().is_some_and(|ending| ending == "cosignature"));
        found.sort();
        files.extend(found);
    }
    let mut lines = Vec::new();
    for file in &files {
        let text = fs::read_to_string(file).map_err(|e| failed(file, &e))?;
        for (row, line) in (1..).zip(text.lines()) {
            let line = Signature::parse(line);
            lines.push(line.map_err(|f| refused(f.row(row).file(file.display().to_string())))?);
        }
    }
    Ok(lines)
}
