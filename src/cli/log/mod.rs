//! `ssj log`: the transparency log of this installation, and the checking of anybody's.

mod args;
mod check;
mod collect;
mod show;
mod stamp;
mod step;
mod trust;
mod witness;

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

pub(super) use self::args::LogCommand;
use self::show::{entry_json, entry_line};
pub(super) use self::step::StepLog;
pub(super) use self::trust::{TrustArgs, Trusted, logged_json, print_logged};
use super::bundle::readable;
use super::clock::Clock;
use super::console::{Console, finding_json};
use super::workspace::open_store;
use super::{DONE, Failure};
use crate::base::date::china_date;
use crate::base::digest::{Digest, Suite};
use crate::base::finding::{Finding, Findings};
use crate::io::durable::{Written, failed, make_folders, write_secret};
use crate::io::log::{Appended, Home, Public, parse_entries};
use crate::log::entry::{Body, Entry, RegisterState, Registers, salted};
use crate::log::key::VerifierKey;
use crate::record::logged::entries_of;
use crate::registry::{Register, Registry};
use crate::say;

pub(super) fn log(
    workspace: &Path,
    what: &LogCommand,
    clock: &Clock,
    console: &Console,
) -> Result<u8, Failure> {
    match what {
        LogCommand::Init { dir, origin, witness, guard } => {
            init(workspace, dir, [origin, witness.as_deref().unwrap_or_default()], guard, console)
        }
        LogCommand::Append { dir, bundles, registers, agency } => {
            let agency = agency.as_deref().filter(|_| *registers);
            append(workspace, dir, bundles, agency, clock, console)
        }
        LogCommand::Use { dir, policy } => {
            step::use_log(workspace, dir, policy.as_deref(), console)
        }
        LogCommand::Collect { cosignatures, bundles } => {
            collect::collect(workspace, cosignatures, bundles, console)
        }
        LogCommand::StampRequest { bundle, out } => stamp::request(bundle, out.as_deref(), console),
        LogCommand::Stamp { bundle, response, tsa } => stamp::stamp(bundle, response, tsa, console),
        LogCommand::Daily { agency } => {
            let dir = step::setting(workspace)?.log;
            append(workspace, &dir, &[], Some(agency), clock, console)
        }
        LogCommand::Witness { dir, log, key, out } => {
            witness::witness(dir, log, key, out.as_deref(), clock, console)
        }
        LogCommand::Cosign { dir, files, policy } => witness::cosign(dir, files, policy, console),
        LogCommand::Prove { dir, entry, out } => check::prove(dir, entry, out, console),
        LogCommand::Check { paths, policy, key, since, bundle } => {
            let trust = check::Trust::new(policy.as_deref(), key.as_deref())?;
            check::check(paths, &trust, since.as_deref(), bundle.as_deref(), console)
        }
        LogCommand::Tail { dir, count } => tail(dir, *count, console),
    }
}

/// What is wrong inside a log is not verified; what is wrong with the words of the command is bad input.
fn refused(findings: impl Into<Findings>) -> Failure {
    let findings = findings.into();
    let usage =
        findings.0.iter().any(|finding| matches!(finding.code(), "L02" | "L13" | "L19" | "L47"));
    if usage { Failure::input(findings) } else { Failure::bundle(findings) }
}

fn init(
    workspace: &Path,
    dir: &Path,
    [origin, witness]: [&str; 2],
    guard: &Path,
    console: &Console,
) -> Result<u8, Failure> {
    let witness = if witness.is_empty() { format!("{origin}/witness") } else { witness.to_owned() };
    let seeds = [random()?, random()?];
    let (home, written) = Home::init(dir, [origin, &witness], guard, &seeds).map_err(refused)?;
    let [log, witness] = home.keys().map_err(refused)?.map(|key: VerifierKey| key.format());
    let (public, guard) = (home.public().folder().display(), home.guard().display());
    match written {
        Written::New => console.say(&say!(
            "日志已建立：把 {public} 交给网站公布；记录本在 {guard}，与日志分开备份",
            "the log is ready: give out {public}; its guard is {guard}, back it up apart"
        )),
        Written::Unchanged => console
            .say(&say!("这份日志已经建立，未作改动", "the log is there already, nothing changed")),
    }
    if step::adopt(workspace, dir)? {
        console.say(&say!(
            "工作区的各步骤此后自动记入这份日志；请以 ssj log use 指定见证策略",
            "steps of the workspace go into this log from now on; set a policy with ssj log use"
        ));
    }
    console.say(&say!("日志公钥：{log}", "key of the log: {log}"));
    console.say(&say!("见证人公钥：{witness}", "key as a witness: {witness}"));
    console.report(&json!({
        "command": "log", "what": "init", "ok": true, "written": written == Written::New,
        "public": public.to_string(), "guard": guard.to_string(), "key": log, "witness_key": witness,
    }));
    Ok(DONE)
}

/// 32 bytes of the system's randomness.
fn random() -> Result<[u8; 32], Failure> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|error| {
        let cause = say!("系统没有给出随机数：{error}", "the system gave no randomness: {error}");
        Finding::new("W08", cause)
    })?;
    Ok(bytes)
}

fn append(
    workspace: &Path,
    dir: &Path,
    bundles: &[PathBuf],
    agency: Option<&str>,
    clock: &Clock,
    console: &Console,
) -> Result<u8, Failure> {
    if bundles.is_empty() && agency.is_none() {
        let cause = say!("请给出公示包或 --registers", "name bundles, or --registers");
        return Err(Finding::new("W07", cause).into());
    }
    clock.check_not_ahead()?;
    let home = Home::open(dir).map_err(refused)?;
    let mut bodies = Vec::new();
    for bundle in bundles {
        let files = readable(bundle)?.files;
        let place = |finding: Finding| Failure::bundle(finding.id(bundle.display().to_string()));
        let of_bundle = entries_of(&files).map_err(place)?;
        if let Some(Body::Commit(commit)) = of_bundle.first() {
            // A time that was set must never be signed for a real draw.
            clock.check_rehearsal(commit.rehearsal)?;
        }
        bodies.extend(of_bundle);
    }
    let now_s = clock.now_s();
    if let Some(agency) = agency {
        clock.check_rehearsal(false)?;
        bodies.push(registers(workspace, dir, agency, now_s)?);
    }
    let appended = home.append(bodies, now_s).map_err(refused)?;
    appended_report(&appended, console);
    Ok(DONE)
}

fn appended_report(appended: &Appended, console: &Console) {
    let Appended { entries, new, root } = appended;
    entries
        .iter()
        .for_each(|(index, entry)| console.line(&entry_line(*index, entry, console.lang)));
    let n = root.n;
    match new {
        0 => console.say(&say!(
            "均已在日志中，未作改动（共 {n} 条）",
            "all in the log already, nothing changed ({n} entries)"
        )),
        _ => console.say(&say!(
            "新记入 {new} 条，日志共 {n} 条；请见证人联署",
            "{new} new, {n} entries in all: now have witnesses cosign"
        )),
    }
    // It is logged all the same: an attempt that came too late is an attempt.
    let late = |(_, entry): &&(u64, Entry)| matches!(&entry.body, Body::Commit(commit) if entry.at > commit.due_s());
    let late: Vec<u64> = entries.iter().filter(late).map(|(index, _)| *index).collect();
    for index in &late {
        console.wrap(&say!(
            "第 {index} 条记得太晚：离最早的信标已不足 margin_s，见证人的联署也不能证明承诺在先",
            "entry {index} is too late: less than margin_s before the earliest value, no witness can show that it came first"
        ));
    }
    let all: Vec<Value> = entries.iter().map(|(index, entry)| entry_json(*index, entry)).collect();
    console.report(&json!({
        "command": "log", "what": "append", "ok": true, "new": new, "size": n, "root": root.root.hex(),
        "entries": all, "late": late,
    }));
}

/// The registers of the workspace as they are now, with the day's salt, which is kept beside the keys.
fn registers(workspace: &Path, dir: &Path, agency: &str, now_s: u64) -> Result<Body, Failure> {
    let store = open_store(workspace)?;
    let day = china_date(now_s).map(|day| day.to_string()).unwrap_or_default();
    let salt = salt_of(dir, &day)?;
    let mut registers = Vec::new();
    for register in Register::ALL {
        let Some(version) = store.versions(Some(register))?.pop() else { continue };
        let (known, _) = Registry::build(&[store.table_at(register, version.number)?]);
        let digest = salted(register.name(), &known.digest(Suite::Sha256, register), &salt);
        let (register, rows) = (register.name().to_owned(), version.rows);
        registers.push(RegisterState { register, rows, digest });
    }
    if registers.is_empty() {
        let cause = say!("还没有导入任何名录", "no register was imported yet");
        return Err(Finding::new("W04", cause).into());
    }
    registers.sort_by(|a, b| a.register.cmp(&b.register));
    Ok(Body::Register(Registers { agency: agency.to_owned(), day, registers }))
}

fn salt_of(dir: &Path, day: &str) -> Result<Digest, Failure> {
    let path = dir.join("salts").join(day);
    if !path.exists() {
        make_folders(&dir.join("salts"))?;
        let salt = Digest::from_bytes(random()?);
        write_secret(&path, format!("{salt}\n").as_bytes())?;
    }
    let text = std::fs::read_to_string(&path).map_err(|e| failed(&path, &e))?;
    let salt = Digest::from_hex(text.trim_end());
    let cause = || say!("盐须为 64 位十六进制", "a salt has 64 hex digits");
    Ok(salt.ok_or_else(|| Finding::new("F05", cause()).file(path.display().to_string()))?)
}

fn tail(dir: &Path, count: usize, console: &Console) -> Result<u8, Failure> {
    let public = Public::open(dir).map_err(refused)?;
    let signed = public.checkpoint().map_err(refused)?;
    let all = public.entries(&signed).map_err(refused)?;
    let (entries, broken) = parse_entries(&all);
    if !broken.is_empty() {
        return Err(refused(Findings(broken)));
    }
    let from = entries.len().saturating_sub(count);
    let shown = || (from as u64..).zip(&entries[from..]);
    shown().for_each(|(index, entry)| console.line(&entry_line(index, entry, console.lang)));
    let (n, origin) = (all.len(), &signed.checkpoint().origin);
    console.say(&say!("{origin} 共 {n} 条", "{origin} has {n} entries"));
    let shown: Vec<Value> = shown().map(|(index, entry)| entry_json(index, entry)).collect();
    console.report(&json!({
        "command": "log", "what": "tail", "ok": true, "origin": origin, "size": n, "entries": shown,
    }));
    Ok(DONE)
}

fn findings_json(findings: &[Finding], console: &Console) -> Vec<Value> {
    findings.iter().map(|finding| finding_json(finding, console.lang)).collect()
}
