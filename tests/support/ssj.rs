//! Runs the built `ssj` in a folder of its own.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

/// A clock before the recorded round, and one after it.
pub const BEFORE: &str = "2026-07-22T09:00:00+08:00";
pub const AFTER: &str = "2026-07-23T15:40:00+08:00";
/// The signature of the recorded quicknet round 30662982.
pub const SIGNATURE: &str = "8b3edd0d42a2fa36ac15641a2dea2e4f4895acec2ef72ef39e5b6138f0346fb6b046dde1b4b3d09ff5fe8a6a7acd674a";
pub const REGISTERS: [&str; 5] = ["matters", "subjects", "inspectors", "recusals", "incompatibles"];

pub fn command(folder: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ssj"));
    command
        .args(args)
        .current_dir(folder)
        .stdin(Stdio::null())
        .env_remove("LC_ALL")
        .env_remove("DATABASE_URL")
        .env("LANG", "zh_CN.UTF-8");
    command
}

pub fn ssj(folder: &Path, args: &[&str]) -> Output {
    command(folder, args).output().unwrap()
}

/// Runs and demands an exit code; returns both outputs together.
pub fn run(folder: &Path, exit: i32, args: &[&str]) -> String {
    let output = ssj(folder, args);
    let text =
        [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap()).concat();
    assert_eq!(output.status.code(), Some(exit), "ssj {args:?}:\n{text}");
    text
}

/// A small generated district, its registers in `registers/`, the workspace in the folder itself.
pub fn district(subjects: usize) -> TempDir {
    let temp = tempfile::tempdir().unwrap();
    let n = subjects.to_string();
    run(
        temp.path(),
        0,
        &["generate", "--subjects", &n, "--inspectors", "40", "--out", "registers"],
    );
    run(temp.path(), 0, &["init", "."]);
    temp
}

pub fn import_all(folder: &Path) {
    for register in REGISTERS {
        run(folder, 0, &["import", register, &format!("registers/{register}.csv"), "--apply"]);
    }
}

pub fn commit_args() -> Vec<&'static str> {
    vec!["--clock", BEFORE, "commit", "registers/plan.toml", "--out", "bundle"]
}

pub fn beacon_args() -> Vec<&'static str> {
    vec!["--clock", AFTER, "beacon", "bundle", "--value", SIGNATURE]
}

pub fn bundle(folder: &Path) -> PathBuf {
    folder.join("bundle")
}
