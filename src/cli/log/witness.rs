//! `ssj log witness` and `ssj log cosign`.

use std::path::{Path, PathBuf};

use serde_json::json;

use super::super::clock::Clock;
use super::super::console::Console;
use super::super::{DONE, Failure};
use super::check::read_policy;
use super::collect::read_lines;
use super::{findings_json, refused};
use crate::base::date::china_time;
use crate::base::finding::Finding;
use crate::io::durable::replace_file;
use crate::io::log::{Home, Public};
use crate::log::key::VerifierKey;
use crate::say;

pub(super) fn witness(
    dir: &Path,
    log: &Path,
    key: &str,
    out: Option<&Path>,
    clock: &Clock,
    console: &Console,
) -> Result<u8, Failure> {
    // A witness's word about a time is worth nothing if anybody may set the clock.
    clock.check_rehearsal(false)?;
    let home = Home::open(dir).map_err(refused)?;
    let key = VerifierKey::parse(key).map_err(|f| refused(f.column("--key")))?;
    let log = Public::open(log).map_err(refused)?;
    let now_s = clock.now_s();
    let (line, signed) = home.witness(&log, &key, now_s).map_err(refused)?;
    if let Some(out) = out {
        replace_file(out, format!("{line}\n").as_bytes())?;
    }
    let checkpoint = signed.checkpoint();
    let (origin, n, at) = (&checkpoint.origin, checkpoint.root.n, china_time(now_s));
    console.say(&say!(
        "已联署 {origin} 的 {n} 条，{at}（北京时间）",
        "cosigned {n} entries of {origin} at {at} (China time)"
    ));
    console.line(&line.to_string());
    console.report(&json!({
        "command": "log", "what": "witness", "ok": true, "origin": origin, "size": n,
        "root": checkpoint.root.root.hex(), "at_s": now_s, "cosignature": line.to_string(),
    }));
    Ok(DONE)
}

pub(super) fn cosign(
    dir: &Path,
    files: &[PathBuf],
    policy: &Path,
    console: &Console,
) -> Result<u8, Failure> {
    let home = Home::open(dir).map_err(refused)?;
    let policy = read_policy(policy)?;
    let lines = read_lines(files)?;
    let (cosigned, strangers): (usize, Vec<Finding>) =
        home.add(&lines, &policy).map_err(refused)?;
    console.findings(&strangers);
    let signed = home.public().checkpoint().map_err(refused)?;
    let reached = policy.check(&signed).is_ok();
    console.say(&match reached {
        true => say!(
            "签名树头已有 {cosigned} 个联署，已达法定人数",
            "{cosigned} cosignatures, the quorum is reached"
        ),
        false => say!(
            "签名树头已有 {cosigned} 个联署，尚未达法定人数",
            "{cosigned} cosignatures, the quorum is not reached yet"
        ),
    });
    console.report(&json!({
        "command": "log", "what": "cosign", "ok": true, "cosigned": cosigned, "quorum": reached,
        "findings": findings_json(&strangers, console),
    }));
    Ok(DONE)
}
