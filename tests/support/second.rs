//! The verifier of `tests/independent`, in Python and written from `docs/protocol.md` alone: what it says of bundles,
//! and where it disagrees with ours. It checks everything but drand's signature.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use serde_json::Value;
use shuangsuiji::record::bundle::{COMMITMENT, Files};
use shuangsuiji::verify::{Check, Report, verify};

use super::{root, write_folder};

/// What a verifier says of a bundle: whether it verifies, and its checks as (number, outcome).
pub type Said = (bool, Vec<(u32, String)>);

/// What Python says of each folder.
pub fn python(folder: &Path, names: &[String]) -> Vec<Said> {
    let output = Command::new("python3")
        .arg(root().join("tests/independent/verify.py"))
        .arg("--json")
        .args(names)
        .current_dir(folder)
        .output()
        .expect("the second verifier needs python3 (3.11 or later) on the path: see README.md");
    let text = String::from_utf8(output.stdout).expect("the second verifier prints UTF-8");
    let lines: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}")))
        .collect();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(lines.len(), names.len(), "one line for each bundle: {errors}");
    let check = |check: &Value| {
        let number = u32::try_from(check["number"].as_u64().unwrap()).unwrap();
        (number, check["outcome"].as_str().unwrap().to_owned())
    };
    lines
        .iter()
        .zip(names)
        .map(|(line, name)| {
            assert_eq!(line["path"], *name);
            let checks = line["checks"].as_array().unwrap().iter().map(check);
            (line["verified"].as_bool().unwrap(), checks.collect())
        })
        .collect()
}

pub fn checks(report: &Report) -> Vec<(u32, String)> {
    let check = |check: &Check| (check.number, check.outcome.name().to_owned());
    report.checks.iter().map(check).collect()
}

pub fn first_failed(checks: &[(u32, String)]) -> Option<u32> {
    let failed = checks.iter().find(|(_, outcome)| outcome == "failed");
    failed.map(|(number, _)| *number)
}

/// Writes the bundles as folders named by their place. A name may be any text, and other programs are told numbers.
pub fn write_bundles(folder: &Path, bundles: &BTreeMap<String, Files>) -> Vec<String> {
    let numbers: Vec<String> = (0..bundles.len()).map(|number| number.to_string()).collect();
    for (number, files) in numbers.iter().zip(bundles.values()) {
        write_folder(&folder.join(number), files);
    }
    numbers
}

/// How another verifier's verdict and checks differ from ours, if they do: every step that applies must come to the same.
pub fn difference(
    files: &Files,
    report: &Report,
    (verified, their_checks): &Said,
) -> Option<String> {
    let our_checks = checks(report);
    let same = match files.contains_key(COMMITMENT) {
        true => our_checks == *their_checks,
        // No bundle at all: nothing is checked.
        false => their_checks.is_empty(),
    };
    (!same || *verified != report.verified()).then(|| {
        let findings = report.findings();
        let finding = findings.first().map(ToString::to_string).unwrap_or_default();
        format!("ours {our_checks:?}\n  theirs {their_checks:?}\n  {finding}")
    })
}

/// Verifies all bundles twice; what the two say differently, by name.
pub fn disagreements(bundles: &BTreeMap<String, Files>) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let numbers = write_bundles(folder.path(), bundles);
    let theirs = python(folder.path(), &numbers);
    let pairs = bundles.iter().zip(theirs);
    pairs
        .filter_map(|((name, files), said)| {
            let different = difference(files, &verify(files), &said)?;
            Some(format!("{name}:\n  {different}"))
        })
        .collect()
}
