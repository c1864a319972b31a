//! The log of a workspace: every step that binds the office appends its entry by itself, and puts the proof into the
//! bundle. What the step wrote stands in the bundle before it is logged, and is logged before it acts; so a run that
//! was killed anywhere is finished by the same command, and no step is logged twice.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::json;

use super::super::bundle::readable;
use super::super::clock::Clock;
use super::super::console::Console;
use super::super::{DONE, Failure};
use super::check::read_policy;
use super::{appended_report, refused};
use crate::base::date::china_time;
use crate::base::finding::Finding;
use crate::io::durable::{failed, make_folders, replace_file};
use crate::io::log::{Home, Setting, keep_proofs};
use crate::log::entry::Body;
use crate::log::policy::Policy;
use crate::record::bundle::Files;
use crate::record::logged::{POLICY, entries_of};
use crate::say;
use crate::store::Store;

/// The log that the steps of a workspace go into, if it has one.
pub(in crate::cli) struct StepLog(Option<Log>);

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
        let Some(setting) = Setting::of(workspace)? else { return Ok(StepLog(None)) };
        clock.check_not_ahead()?;
        let log = Log::open(&setting)?;
        log.home.check().map_err(refused)?;
        Ok(StepLog(Some(log)))
    }

    /// Appends whatever a bundle has that the log has not, and puts the proofs into the bundle. Whoever calls it holds
    /// the bundle's lock.
    ///
    /// # Errors
    /// What the log or the bundle is refused for.
    pub fn record(&self, bundle: &Path, clock: &Clock, console: &Console) -> Result<(), Failure> {
        match self {
            StepLog(None) => Ok(()),
            StepLog(Some(_)) => self.record_files(bundle, &readable(bundle)?.files, clock, console),
        }
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
        let StepLog(Some(log)) = self else { return Ok(()) };
        let bodies = entries_of(files).map_err(Failure::bundle)?;
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
