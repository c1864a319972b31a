//! An office whose workspace has a log, and two witnesses who sign whatever time a test wants.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;
use shuangsuiji::log::checkpoint::SignedCheckpoint;
use shuangsuiji::log::key::SignerKey;

use crate::office::{BEACON, Office, ssj};
use crate::support::root;
use crate::support::ssj::{AFTER, BEFORE, SIGNATURE};

/// When the office's beacon becomes known, and by when the commitment must have been cosigned.
pub const EARLIEST_S: u64 = 1_784_792_310;
pub const DUE_S: u64 = EARLIEST_S - 600;

pub const CITY_STEPS: [&[&str]; 3] = [
    &["--clock", BEFORE, "commit", "plan.toml", "--out", "bundle"],
    &["--clock", AFTER, "beacon", "bundle", "--value", SIGNATURE],
    &["draw", "bundle"],
];

pub struct City {
    pub office: Office,
}

impl City {
    pub fn new() -> Self {
        let office = Office::new();
        office.done(&["log", "init", "log", "--origin", "city.example", "--guard", "guard"]);
        let mut policy = format!("log {}", office.read("log/public/log.vkey"));
        for name in ["w1", "w2"] {
            let (origin, guard) = (format!("{name}.example"), format!("guard-{name}"));
            let init = ["log", "init", name, "--origin", &origin, "--witness", &origin];
            let init = [&["--json"], &init[..], &["--guard", &guard]].concat();
            let report: Value = serde_json::from_str(&office.done(&init).out).unwrap();
            policy += &format!("witness {name} {}\n", report["witness_key"].as_str().unwrap());
        }
        office.write("policy", policy + "group both 2 w1 w2\nquorum both\n");
        office.done(&["log", "use", "log", "--policy", "policy"]);
        City { office }
    }

    /// Commit, cosigned in time, beacon, draw, cosigned again.
    pub fn drawn() -> Self {
        let city = City::new();
        city.office.done(CITY_STEPS[0]);
        city.cosign(DUE_S);
        city.collect();
        city.office.done(&[&["--clock", AFTER], BEACON].concat());
        city.office.done(&["draw", "bundle"]);
        city.cosign(EARLIEST_S + 3600);
        city.collect();
        city
    }

    /// Both witnesses cosign the public checkpoint, at a time in seconds of UTC.
    pub fn cosign(&self, time_s: u64) {
        fs::create_dir_all(self.office.path("exchange")).unwrap();
        let signed = fs::read(self.office.path("log/public/checkpoint")).unwrap();
        let signed = SignedCheckpoint::parse(&signed).unwrap();
        for name in ["w1", "w2"] {
            let key = self.office.read(&format!("{name}/witness.key"));
            let line = signed.cosign(&SignerKey::parse(key.trim()).unwrap(), time_s);
            self.office.write(&format!("exchange/{name}.cosignature"), format!("{line}\n"));
        }
    }

    pub fn collect(&self) {
        self.office.done(&["log", "collect", "exchange"]);
    }

    /// The kinds of the log's entries.
    pub fn kinds(&self) -> Vec<String> {
        let ran = self.office.done(&["--json", "log", "tail", "log", "-n", "100"]);
        let report: Value = serde_json::from_str(&ran.out).unwrap();
        let kind = |entry: &Value| entry["entry"]["kind"].as_str().unwrap().to_owned();
        report["entries"].as_array().unwrap().iter().map(kind).collect()
    }

    pub fn in_log_folder(&self, bundle: &str) -> Vec<String> {
        let files = fs::read_dir(self.office.path(bundle).join("log")).unwrap();
        let mut names: Vec<String> =
            files.map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    /// The report on a bundle, with the city's policy.
    pub fn report(&self, bundle: &str, more: &[&str]) -> Value {
        let words = [&["--json", "verify", bundle, "--policy", "policy"], more].concat();
        let ran = ssj(self.office.folder(), &words);
        serde_json::from_str(&ran.out).unwrap_or_else(|_| panic!("{}", ran.all()))
    }

    /// Step 7.
    pub fn check(&self, bundle: &str, more: &[&str]) -> Value {
        let report = self.report(bundle, more);
        let checks = report["checks"].as_array().unwrap();
        let check = checks.iter().find(|check| check["number"] == 7).unwrap();
        check.clone()
    }

    /// Demands that step 7 fails with this code; gives the text. The second verifier must refuse it, too.
    pub fn refused(&self, bundle: &str, more: &[&str], code: &str) -> String {
        let check = self.check(bundle, more);
        assert_eq!(check["outcome"], "failed", "{check}");
        let codes = check["findings"].as_array().unwrap();
        let found = codes.iter().find(|finding| finding["code"] == code);
        let found = found.unwrap_or_else(|| panic!("no {code}: {check}"));
        if let Some(theirs) = second(self.office.folder(), bundle, more) {
            assert_eq!(theirs, "failed", "the second verifier: {check}");
        }
        found["cause"].as_str().unwrap().to_owned()
    }

    /// What our verifier and the one in Python say of a step, without a log; ours twice where there is no Python.
    pub fn outcomes(&self, bundle: &str, number: u64) -> [String; 2] {
        let ours = outcome(&self.report(bundle, &[]), number);
        let theirs = second_report(self.office.folder(), bundle, &[]);
        [ours.clone(), theirs.map_or(ours, |report| outcome(&report, number))]
    }

    /// The second verifier comes to the same outcome of step 7, with and without a copy of the log.
    pub fn agrees(&self, bundle: &str) {
        for more in [&[][..], &["--log", "log/public"]] {
            let Some(theirs) = second(self.office.folder(), bundle, more) else { return };
            assert_eq!(self.check(bundle, more)["outcome"], theirs.as_str(), "{more:?}");
        }
    }
}

/// What our verifier and the one in Python say of step 7 of many bundles, each in one run; nothing where there is no Python.
pub fn both(folder: &Path, bundles: &[String], more: &[&str]) -> Option<[Vec<String>; 2]> {
    let outcome = |line: &str| {
        let report: Value = serde_json::from_str(line).unwrap_or_else(|_| panic!("{line}"));
        let checks = report["checks"].as_array().unwrap().clone();
        let check = checks.into_iter().find(|check| check["number"] == 7).unwrap();
        check["outcome"].as_str().unwrap().to_owned()
    };
    let words = [&["--json", "verify", "--policy", "policy"], more].concat();
    let names = bundles.iter().map(String::as_str);
    let ours = ssj(folder, &words.into_iter().chain(names.clone()).collect::<Vec<_>>());
    let mut python = Command::new("python3");
    python.arg("-B").arg(root().join("tests/independent/verify.py"));
    python.args(["--json", "--policy", "policy"]).args(more).args(names).current_dir(folder);
    let theirs = String::from_utf8(python.output().ok()?.stdout).unwrap();
    Some([ours.out, theirs].map(|text| text.lines().map(outcome).collect()))
}

fn outcome(report: &Value, number: u64) -> String {
    let checks = report["checks"].as_array().unwrap();
    let check = checks.iter().find(|check| check["number"] == number).unwrap();
    check["outcome"].as_str().unwrap().to_owned()
}

/// What the verifier in Python says of step 7; nothing where there is no Python.
fn second(folder: &Path, bundle: &str, more: &[&str]) -> Option<String> {
    Some(outcome(&second_report(folder, bundle, more)?, 7))
}

fn second_report(folder: &Path, bundle: &str, more: &[&str]) -> Option<Value> {
    let mut python = Command::new("python3");
    python.arg("-B").arg(root().join("tests/independent/verify.py"));
    // The copy of a log is its public folder.
    let more = more.iter().map(|word| if *word == "log" { "log/public" } else { word });
    python.args(["--json", "--policy", "policy"]).args(more).arg(bundle).current_dir(folder);
    let Ok(output) = python.output() else {
        println!("no python3: nothing was compared");
        return None;
    };
    let text = String::from_utf8(output.stdout).unwrap();
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    Some(serde_json::from_str(text.trim()).unwrap_or_else(|_| panic!("{text}{errors}")))
}
