//! `ssj open` and `ssj custodians`: a sealed draw opened to everybody or to its auditor, and the shares of its secret.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::json;

use super::bundle::{commitment, frozen, lock, readable};
use super::clock::Clock;
use super::console::{Console, finding_json};
use super::draw::{conduct, record_drawn};
use super::event::{recorded, refuse_void};
use super::log::StepLog;
use super::schedule::of_sealed;
use super::secret::SecretArgs;
use super::{DONE, Failure};
use crate::base::date::{china_date, parse_date};
use crate::base::finding::{Finding, Findings};
use crate::base::secret::Secret;
use crate::base::table;
use crate::draw::ticket::master_digest;
use crate::events::chain::Recorded;
use crate::io::durable::{Written, failed, write_files, write_folder, write_secret};
use crate::io::folder::BundleFolder;
use crate::record::bundle::{
    BEACON, Files, MANIFEST, OPENING, SCHEDULE, SHORTAGE, Stage, file_hasher, format_opening,
    layout, opened_digest, parse_opening,
};
use crate::record::commitment::{Commitment, Seal};
use crate::record::event::Kind;
use crate::record::tables::{ManifestRow, ScheduleRow};
use crate::say;

#[derive(clap::Args)]
pub(super) struct OpenArgs {
    /// 公示包文件夹 / the bundle's folder
    pub bundle: PathBuf,
    /// 只向审计机关开启：全部文件写入此文件夹 / open to the auditor alone: a folder with everything
    #[arg(long, value_name = "DIR")]
    pub to_auditor: Option<PathBuf>,
    #[command(flatten)]
    pub secret: SecretArgs,
}

#[derive(clap::Args)]
pub(super) struct CustodianArgs {
    /// 公示包文件夹 / the bundle's folder
    pub bundle: PathBuf,
    /// 份额写入此文件夹，每人一个文件 / folder for the shares, one file each
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// 只写这名保管人的 / of this custodian only
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
    #[command(flatten)]
    pub secret: SecretArgs,
}

/// Opens a sealed draw. Everything is recomputed before it is shown; the secret is published last.
pub(super) fn open(
    workspace: &Path,
    args: &OpenArgs,
    clock: &Clock,
    console: &Console,
) -> Result<u8, Failure> {
    let log = StepLog::open(workspace, clock)?;
    let _lock = lock(&args.bundle)?;
    let mut bundle = readable(&args.bundle)?;
    let commitment = sealed(&bundle, &args.bundle)?;
    let seal = commitment.seal.as_ref().expect("bug: it is sealed");
    check_recipient(seal, args.to_auditor.is_some())?;
    if !bundle.files.contains_key(MANIFEST) {
        let cause = say!("还没有抽取结果", "there is no result yet");
        return Err(Finding::new("S16", cause).file(MANIFEST).into());
    }
    let master = master(&bundle, args, &commitment)?;
    let mut closed = closed(&bundle, args, &commitment, &master)?;
    if !bundle.files.contains_key(OPENING) {
        check_time(&commitment, &closed, clock.now_s())?;
    }
    let schedule = of_sealed(&args.bundle, &args.secret, &master)?;
    let withheld = schedule.as_deref().and_then(|rows| to_come(rows, clock.now_s()));
    let schedule = schedule.filter(|_| withheld.is_none());
    closed.extend(schedule.map(|rows| (SCHEDULE.to_owned(), table::format(&rows))));
    let outside = |path: &str| path.starts_with("events/") || path == SCHEDULE;
    let unbound = closed.iter().filter(|(path, _)| outside(path));
    let unbound: Files = unbound.map(|(path, bytes)| (path.clone(), bytes.clone())).collect();
    let opening: Files = [(OPENING.to_owned(), format_opening(&master))].into();
    bundle.with_closed(closed.clone());
    bundle.with_closed(opening.clone());
    refuse_void(&bundle.files, &args.bundle)?;
    let frozen = frozen(&bundle)?;
    let Some(beacon) = &frozen.contents().beacon else {
        let cause = say!("没有信标值", "there are no beacon values");
        return Err(Failure::bundle(Finding::new("F06", cause).file(BEACON)));
    };
    let drawn = conduct(&frozen, beacon, Some(&master), console)?;
    check_result(&bundle.files, &drawn.files)?;
    let findings: Vec<Finding> = withheld.into_iter().collect();
    console.findings(&findings);
    // Logged before it acts, to an auditor as to the public: the manifest binds all that the secret opens.
    log.record_files(&args.bundle, &bundle.files, clock, console)?;
    let short = bundle.files.contains_key(SHORTAGE);
    let mut order = layout(&commitment, Stage::Drawn, short).closed;
    order.extend(unbound.into_keys());
    let mut shown: Files = closed.into_iter().filter(|(path, _)| order.contains(path)).collect();
    shown.extend(opening);
    let digest = opened_digest(commitment.suite, &commitment, &shown);
    order.push(OPENING.to_owned());
    let written = match &args.to_auditor {
        None => write_files(&args.bundle, &shown, &order)?,
        Some(folder) => hand_over(folder, everything(&args.bundle, folder, shown)?)?,
    };
    record_drawn(workspace, &frozen, &drawn, clock.now_s())?;
    let place = args.to_auditor.as_deref().unwrap_or(&args.bundle).display();
    match written {
        Written::New => console.say(&say!("已开启于 {place}", "opened in {place}")),
        Written::Unchanged => console.say(&say!(
            "{place} 早已开启，未作改动",
            "{place} was opened already, nothing changed"
        )),
    }
    console.say(&say!("移交内容的摘要：{digest}", "digest of what was handed over: {digest}"));
    console.report(&json!({
        "command": "open", "ok": true, "written": written == Written::New, "folder": place.to_string(),
        "opens": if seal.opens_to_public { "public" } else { "auditor" }, "opening": digest.hex(),
        "findings": findings.iter().map(|f| finding_json(f, console.lang)).collect::<Vec<_>>(),
    }));
    Ok(DONE)
}

/// The commitment of a sealed draw.
fn sealed(bundle: &BundleFolder, folder: &Path) -> Result<Commitment, Failure> {
    let commitment = commitment(bundle)?;
    if !commitment.sealed() {
        let cause = say!("它是公开抽取，没有要开启的", "it is an open draw, nothing is closed");
        return Err(Finding::new("W07", cause).file(folder.display().to_string()).into());
    }
    Ok(commitment)
}

fn check_recipient(seal: &Seal, to_auditor: bool) -> Result<(), Finding> {
    match (seal.opens_to_public, to_auditor) {
        (true, true) => Err(Finding::new("S17", say!("承诺向公众开启", "it opens to the public"))),
        (false, false) => {
            let cause = say!("承诺只向审计机关开启", "it opens to an auditor alone");
            Err(Finding::new("S17", cause))
        }
        _ => Ok(()),
    }
    .map_err(|finding| finding.column("--to-auditor"))
}

/// The secret: published already, or from the sealed folder.
fn master(
    bundle: &BundleFolder,
    args: &OpenArgs,
    commitment: &Commitment,
) -> Result<Secret, Failure> {
    let Some(bytes) = bundle.files.get(OPENING) else {
        return args.secret.secret(&args.secret.folder(&args.bundle)?, commitment);
    };
    let opened = parse_opening(bytes).map_err(|finding| Failure::bundle(finding.file(OPENING)))?;
    let master = Secret::from_hex(&opened).expect("bug: the opening was parsed");
    let seal = commitment.seal.as_ref().expect("bug: it is sealed");
    if master_digest(commitment.suite, master.expose()) != seal.master {
        let cause = say!("与承诺中的摘要不符", "the commitment has another digest");
        return Err(Failure::bundle(Finding::new("S03", cause).file(OPENING)));
    }
    Ok(master)
}

/// The closed files, each as the manifest has it; those that the bundle shows already stand for themselves.
fn closed(
    bundle: &BundleFolder,
    args: &OpenArgs,
    commitment: &Commitment,
    master: &Secret,
) -> Result<Files, Failure> {
    let folder = args.secret.folder(&args.bundle)?;
    let mut files = if folder.path().is_dir() { folder.get(master)? } else { Files::new() };
    let manifest: Vec<ManifestRow> = table::parse(&bundle.files[MANIFEST])
        .map_err(|finding| Failure::bundle(finding.file(MANIFEST)))?;
    let rows: BTreeMap<&str, _> =
        manifest.iter().map(|row| (row.path.as_str(), row.digest)).collect();
    let (mut findings, hex) = (Vec::new(), master.hex());
    for path in layout(commitment, Stage::Drawn, rows.contains_key(SHORTAGE)).closed {
        if !files.contains_key(&path) && bundle.files.contains_key(&path) {
            let place = args.bundle.join(&path);
            files.insert(path.clone(), fs::read(&place).map_err(|e| failed(&place, &e))?);
        }
        let cause = match files.get(&path) {
            None => say!("密封文件夹中没有它", "the sealed folder does not hold it"),
            Some(bytes) => {
                let hasher = file_hasher(commitment.suite, &path, Some(&hex));
                if rows.get(path.as_str()) == Some(&hasher.with(bytes).finish()) {
                    continue;
                }
                say!("与清单的摘要不符", "it is not what the manifest says")
            }
        };
        findings.push(Finding::new("S04", cause).file(path));
    }
    let ((), _) = Findings::check(findings, ())?;
    Ok(files)
}

/// S04 where what is drawn again is not what was published.
fn check_result(there: &Files, drawn: &Files) -> Result<(), Failure> {
    let differs = |(path, bytes): &(&String, &Vec<u8>)| there.get(*path) != Some(*bytes);
    let finding = |(path, _): (&String, &Vec<u8>)| {
        let cause = say!("重新抽取所得与此不同", "drawn again, it comes out differently");
        Finding::new("S04", cause).file(path)
    };
    let findings: Vec<Finding> = drawn.iter().filter(differs).map(finding).collect();
    if findings.is_empty() { Ok(()) } else { Err(Failure::bundle(Findings(findings))) }
}

/// S18 before the window has ended, unless an event records who decided so: everybody would know who is still to be
/// visited. An auditor may be told earlier than the public, and is told nothing that no event names, either.
fn check_time(commitment: &Commitment, closed: &Files, now_s: u64) -> Result<(), Failure> {
    let seal = commitment.seal.as_ref().expect("bug: it is sealed");
    let reasons: &[&str] =
        if seal.opens_to_public { &["early"] } else { &["early", "handed_over"] };
    let decided = |one: &Recorded| {
        one.event.kind() == Kind::Open && reasons.contains(&one.event.reason.as_str())
    };
    let today = china_date(now_s).zip(parse_date(&commitment.window.1));
    let Some((today, to)) = today.filter(|(today, to)| today <= to) else { return Ok(()) };
    if recorded(commitment, closed)?.iter().any(decided) {
        return Ok(());
    }
    let cause = say!("今天 {today}，窗口至 {to}", "today {today}, the window ends on {to}");
    Err(Finding::new("S18", cause).into())
}

/// S23 where visits of the schedule are still to come: their days are shown to nobody.
fn to_come(rows: &[ScheduleRow], now_s: u64) -> Option<Finding> {
    let last = rows.iter().filter_map(|row| parse_date(&row.date)).max();
    let (last, today) = last.zip(china_date(now_s)).filter(|(last, today)| today <= last)?;
    let cause = say!(
        "最后一次检查在 {last}，今天 {today}",
        "the last visit is on {last}, today is {today}"
    );
    Some(Finding::new("S23", cause).file(SCHEDULE))
}

/// The bundle as an auditor gets it: its public files as they are, and what was closed.
fn everything(folder: &Path, to: &Path, shown: Files) -> Result<Files, Finding> {
    let mut files = shown;
    // Proofs take in cosignatures as they come: what was handed over before is not exchanged for them.
    let again = to.exists();
    for path in BundleFolder::read(folder)?.files.into_keys() {
        let (place, kept) = (folder.join(&path), again && path.starts_with("log/"));
        if !kept && !files.contains_key(&path) {
            files.insert(path, fs::read(&place).map_err(|e| failed(&place, &e))?);
        }
    }
    Ok(files)
}

/// Writes the auditor's folder at once. What was handed over early gets the schedule when its days have passed.
fn hand_over(to: &Path, mut files: Files) -> Result<Written, Finding> {
    let late = if to.exists() { files.remove_entry(SCHEDULE) } else { None };
    let late: Files = late.into_iter().collect();
    let written = write_folder(to, &files, Vec::new())?;
    let order: Vec<String> = late.keys().cloned().collect();
    match write_files(to, &late, &order)? {
        Written::New => Ok(Written::New),
        Written::Unchanged => Ok(written),
    }
}

/// Writes the shares, a file for each custodian.
pub(super) fn custodians(args: &CustodianArgs, console: &Console) -> Result<u8, Failure> {
    let bundle = readable(&args.bundle)?;
    let commitment = sealed(&bundle, &args.bundle)?;
    let folder = args.secret.folder(&args.bundle)?;
    let secret = args.secret.secret(&folder, &commitment)?;
    let (shares, custody) = (folder.all_shares(&secret)?, folder.custody()?);
    let Some((shares, custody)) = shares.zip(custody) else {
        let cause = say!("主密钥没有拆分", "the secret is not shared");
        return Err(Finding::new("S21", cause).file(folder.path().display().to_string()).into());
    };
    let wanted = |name: &String| args.name.as_ref().is_none_or(|only| only == name);
    let (mut files, n) = (Vec::new(), custody.custodians.len());
    for (share, (name, digest)) in shares.iter().zip(&custody.custodians) {
        if !wanted(name) {
            continue;
        }
        let (number, threshold, draw) = (share.number(), custody.threshold, &commitment.draw);
        let text = format!(
            "# 双随机主密钥份额 / a share of a sealed draw's secret\n# {}：{draw}\n\
             # {name}：第 {number} 份，共 {n} 份，任意 {threshold} 份即可开启 / share {number} of {n}, any {threshold} open it\n\
             # 摘要 / digest {digest}\n{}\n",
            commitment.agency,
            *share.text(),
        );
        let place = args.out.join(format!("{number:02}-{}.share", file_name(name)));
        files.push((name, place, zeroize::Zeroizing::new(text)));
    }
    if files.is_empty() {
        let name = args.name.as_deref().unwrap_or_default();
        let cause = say!("没有保管人“{name}”", "there is no custodian \"{name}\"");
        return Err(Finding::new("S21", cause).column("--name").into());
    }
    crate::io::durable::make_folders(&args.out)?;
    for (name, place, text) in &files {
        match fs::read(place) {
            Ok(found) if found == text.as_bytes() => {}
            _ => write_secret(place, text.as_bytes())?,
        }
        let place = place.display();
        console.say(&say!("{name}：{place}", "{name}: {place}"));
    }
    console.say(&say!(
        "交给本人后删除这些文件：集齐份额的人可以开启",
        "hand them over and delete these files: who has enough of them can open the draw"
    ));
    console.report(&json!({
        "command": "custodians", "ok": true, "threshold": custody.threshold,
        "shares": files.iter().map(|(name, place, _)| json!({"name": name, "file": place.display().to_string()})).collect::<Vec<_>>(),
    }));
    Ok(DONE)
}

/// A name that no file system takes for a path.
fn file_name(name: &str) -> String {
    let plain = |c: char| if c.is_alphanumeric() { c } else { '_' };
    name.chars().map(plain).take(40).collect()
}
