//! The log of a workspace: every step that binds the office appends its entry by itself, and puts the proof into the
//! bundle. What the step wrote stands in the bundle before it is logged, and is logged before it acts; so a run that
//! was killed anywhere is finished by the same command, and no step is logged twice.

use std::cell::Cell;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::json;

use super::super::bundle::readable;
use super::super::clock::Clock;
use super::super::console::{Console, finding_json};
use super::super::{DONE, Failure};
use super::check::read_policy;
use super::{appended_report, refused};
use crate::base::date::china_time;
use crate::base::finding::Finding;
use crate::io::durable::{failed, make_folders, replace_file};
use crate::io::log::{Home, Setting, keep_proofs};
use crate::log::entry::Body;
use crate::log::policy::Policy;
use crate::log::proof::Proof;
use crate::record::bundle::{Files, MANIFEST, OPENING, VISITS};
use crate::record::logged::{POLICY, entries_of, proof_path};
use crate::say;
use crate::store::{FILE, SETTINGS, State, Store};

/// The log that the steps of a workspace go into, if it has one.
pub(in crate::cli) struct StepLog {
    log: Option<Log>,
    workspace: PathBuf,
    /// Whether it was told that the step belongs to another workspace.
    told: Cell<bool>,
}

pub(super) struct Log {
    pub home: Home,
    pub policy: Option<(Policy, PathBuf)>,
}

impl StepLog {
    /// Opens the log of a workspace, and refuses one that cannot be signed before anything of a step is written.
    ///
    /// # Errors
    /// L16–L19, W11 for a clock that is set ahead, W13; what setting and policy are refused for.
    pub fn open(workspace: &Path, clock: &Clock) -> Result<Self, Failure> {
        let setting = Setting::of(workspace)?;
        let open = |setting: Setting| -> Result<Log, Failure> {
            clock.check_not_ahead()?;
            let log = Log::open(&setting)?;
            log.home.check().map_err(refused)?;
            Ok(log)
        };
        let log = setting.map(open).transpose()?;
        Ok(StepLog { log, workspace: workspace.to_owned(), told: Cell::new(false) })
    }

    /// Appends whatever a bundle has that the log has not, and puts the proofs into the bundle. Whoever calls it holds
    /// the bundle's lock. A bundle that another workspace's log has begun is not taken into this one: W25 says so.
    ///
    /// # Errors
    /// What the log or the bundle is refused for.
    pub fn record(&self, bundle: &Path, clock: &Clock, console: &Console) -> Result<(), Failure> {
        if self.concerns_nobody(bundle) {
            return Ok(());
        }
        self.record_files(bundle, &readable(bundle)?.files, clock, console)
    }

    /// As [`StepLog::record`], of a sealed draw whose closed files lie elsewhere: these are all of them.
    #[allow(clippy::missing_errors_doc)]
    pub fn record_files(
        &self,
        bundle: &Path,
        files: &Files,
        clock: &Clock,
        console: &Console,
    ) -> Result<(), Failure> {
        if self.concerns_nobody(bundle) {
            return Ok(());
        }
        let bodies = entries_of(files).map_err(Failure::bundle)?;
        self.tell_astray(bundle, files, &bodies, console)?;
        let origin = origin_of(bundle);
        let ours = |log: &&Log| origin.as_deref().is_none_or(|origin| origin == log.home.origin());
        let Some(log) = self.log.as_ref().filter(ours) else { return Ok(()) };
        let commit = bodies.iter().find_map(|body| match body {
            Body::Commit(commit) => Some(commit),
            _ => None,
        });
        let commit = commit.expect("bug: a bundle's first entry is its commitment");
        clock.check_rehearsal(commit.rehearsal)?;
        let due = china_time(commit.due_s());
        let appended = log.home.append(bodies.clone(), clock.now_s()).map_err(refused)?;
        if appended.new > 0 {
            appended_report(&appended, console);
        }
        log.keep(bundle, &bodies)?;
        if bodies.len() == 1 && appended.new > 0 {
            console.wrap(&say!(
                "承诺须在 {due}（北京时间）以前由见证人联署；收到联署后执行 ssj log collect",
                "witnesses must cosign the commitment by {due} (China time); then run ssj log collect"
            ));
        }
        Ok(())
    }
}

impl StepLog {
    /// Neither a log nor another workspace has anything to do with this bundle.
    fn concerns_nobody(&self, bundle: &Path) -> bool {
        let logged = self.log.is_some() || bundle.join(COMMIT_PROOF).exists();
        !logged && home_of(bundle).is_none()
    }

    /// W25, once, where a step is done that belongs into the log or the store of another workspace. Who works on a copy
    /// on purpose, or repeats what is logged, is told nothing.
    fn tell_astray(
        &self,
        bundle: &Path,
        files: &Files,
        bodies: &[Body],
        console: &Console,
    ) -> Result<(), Failure> {
        let Some(finding) =
            self.astray(bundle, files, bodies)?.filter(|_| !self.told.replace(true))
        else {
            return Ok(());
        };
        console.findings(std::slice::from_ref(&finding));
        console.report(&json!({
            "command": "log", "what": "skipped", "ok": true,
            "findings": [finding_json(&finding, console.lang)],
        }));
        Ok(())
    }

    fn astray(
        &self,
        bundle: &Path,
        files: &Files,
        bodies: &[Body],
    ) -> Result<Option<Finding>, Failure> {
        let warn = |cause| Some(Finding::new("W25", cause).file(bundle.display().to_string()));
        let here = self.workspace.display();
        let missing = |path: &String| !bundle.join(path).exists();
        let unproved = bodies.iter().filter_map(proof_path).find(missing);
        if let Some((origin, path)) = origin_of(bundle).zip(unproved)
            && self.log.as_ref().is_none_or(|log| log.home.origin() != origin)
        {
            return Ok(warn(say!(
                "它的承诺在日志 {origin} 中，而 {here} 没有这份日志：这一步没有记入（缺 {path}）",
                "its commitment is in the log {origin}, which {here} does not have: this step is not logged ({path} is missing)"
            )));
        }
        let Some(Body::Commit(commit)) = bodies.first() else { return Ok(None) };
        let known = |store: Option<Store>| -> Result<_, Finding> {
            Ok(store.map(|store| store.draw(&commit.commitment)).transpose()?.flatten())
        };
        let Some(home) = home_of(bundle).filter(|home| !same_folder(home, &self.workspace)) else {
            return Ok(None);
        };
        // What lies beside the bundle may be a store that nobody here can read: it is no trouble of this step.
        let theirs = Store::find(&home).and_then(known).unwrap_or_default();
        let state = theirs.map(|record| record.state);
        let is_void = bodies.iter().any(|body| matches!(body, Body::Void { .. }));
        // Of a sealed draw a store learns at the opening.
        let is_open = files.contains_key(OPENING) || bundle.join(VISITS).exists();
        let is_drawn = files.contains_key(MANIFEST) && is_open;
        let behind = match state {
            None | Some(State::Void) => false,
            Some(State::Drawn) => is_void,
            Some(State::Pending | State::Live) => is_void || is_drawn,
        };
        if !behind || known(Store::find(&self.workspace)?)?.is_some() {
            return Ok(None);
        }
        let home = home.display();
        Ok(warn(say!(
            "封存它的是工作区 {home}，而本次用的是 {here}：那里不知道这一步",
            "the workspace {home} committed it, and this run used {here}: this step is not known there"
        )))
    }
}

const COMMIT_PROOF: &str = "log/commit.tlog-proof";

/// The log that a bundle's commitment is in, as its proof says.
fn origin_of(bundle: &Path) -> Option<String> {
    let proof = Proof::parse(&fs::read(bundle.join(COMMIT_PROOF)).ok()?).ok()?;
    Some(proof.signed.checkpoint().origin.clone())
}

/// The folder that a bundle lies in, if that is a workspace with a store of its own.
fn home_of(bundle: &Path) -> Option<PathBuf> {
    let home = std::path::absolute(bundle).ok()?.parent()?.to_owned();
    [FILE, SETTINGS].iter().any(|name| home.join(name).exists()).then_some(home)
}

fn same_folder(one: &Path, other: &Path) -> bool {
    fs::canonicalize(one).ok() == fs::canonicalize(other).ok()
}

impl Log {
    pub(super) fn open(setting: &Setting) -> Result<Self, Failure> {
        let home = Home::open(&setting.log).map_err(refused)?;
        let policy = setting.policy.as_ref().map(|path| Ok((read_policy(path)?, path.clone())));
        Ok(Log { home, policy: policy.transpose().map_err(|failure: Failure| failure)? })
    }

    /// Proofs and policy into the bundle.
    fn keep(&self, bundle: &Path, bodies: &[Body]) -> Result<(), Failure> {
        let policy = self.policy.as_ref().map(|(policy, _)| policy);
        keep_proofs(&self.home, bundle, bodies, policy, &[], &[]).map_err(refused)?;
        self.name_policy(bundle)
    }

    /// The policy, for whoever wants to know whose cosignatures the office asked for.
    pub(super) fn name_policy(&self, bundle: &Path) -> Result<(), Failure> {
        let Some((_, path)) = &self.policy else { return Ok(()) };
        let bytes = fs::read(path).map_err(|e| failed(path, &e))?;
        let place = bundle.join(POLICY);
        if fs::read(&place).ok().as_ref() != Some(&bytes) {
            make_folders(place.parent().unwrap_or(bundle))?;
            replace_file(&place, &bytes)?;
        }
        Ok(())
    }
}

/// The setting of a workspace that must have one.
pub(super) fn setting(workspace: &Path) -> Result<Setting, Failure> {
    Setting::of(workspace)?.ok_or_else(|| {
        let cause = say!("没有 ssj-log.json", "there is no ssj-log.json");
        Finding::new("W50", cause).file(workspace.display().to_string()).into()
    })
}

/// Makes a new log that of the workspace, unless it has one or is none; tells whether it did.
pub(super) fn adopt(workspace: &Path, dir: &Path) -> Result<bool, Failure> {
    if Setting::of(workspace)?.is_some() || Store::find(workspace)?.is_none() {
        return Ok(false);
    }
    Setting { log: dir.to_owned(), policy: None }.write(workspace)?;
    Ok(true)
}

pub(super) fn use_log(
    workspace: &Path,
    dir: &Path,
    policy: Option<&Path>,
    console: &Console,
) -> Result<u8, Failure> {
    let setting = Setting { log: dir.to_owned(), policy: policy.map(Path::to_owned) };
    let log = Log::open(&setting)?;
    if let Some((policy, path)) = &log.policy {
        let [key, _] = log.home.keys().map_err(refused)?;
        if !policy.logs().iter().any(|known| **known == key) {
            let cause = say!("策略中没有这份日志的公钥", "the policy has no key of this log");
            return Err(Finding::new("L06", cause).file(path.display().to_string()).into());
        }
    }
    let changed = Setting::of(workspace)?.as_ref() != Some(&setting);
    if changed {
        setting.write(workspace)?;
    }
    let place = dir.display();
    console.say(&say!("各步骤记入日志 {place}", "steps go into the log {place}"));
    console.report(&json!({
        "command": "log", "what": "use", "ok": true, "written": changed, "log": place.to_string(),
        "policy": policy.map(|path| path.display().to_string()),
    }));
    Ok(DONE)
}
