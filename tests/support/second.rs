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

/// Two checks that `docs/protocol.md` both makes responsible for one malformed thing: whichever fails first, the
/// two verifiers agree. How the file's path begins, and the checks.
const EITHER: [(&str, &[u32]); 7] = [
    // §7: step 1 wants "the keys of §4", step 2 "all rules of §4.2".
    ("commitment.json", &[1, 2]),
    // §4.3 sends the evidence's keys to §5.4, and that is step 6.
    ("beacon.json", &[1, 6]),
    // §4.1 makes the salt's form part of the column, §7 makes the mode part of the registers' check.
    ("frames/", &[1, 4]),
    ("recusals.tsv", &[1, 3]),
    // §4.1 and §2.6 bound what stands in these columns, and §7 names the bounds in step 3.
    ("inspectors.tsv", &[1, 3]),
    ("incompatible.tsv", &[1, 3]),
    // §2.6 bounds a handicap where it stands, §6.5 where it proves; in between the manifest refuses it.
    ("handicaps.tsv", &[1, 8, 13]),
];

fn agree(ours: Option<u32>, theirs: Option<u32>, changed: &str) -> bool {
    let either = EITHER.iter().any(|(file, checks)| {
        let among = |check: Option<u32>| check.is_some_and(|check| checks.contains(&check));
        changed.starts_with(file) && among(ours) && among(theirs)
    });
    ours == theirs || either
}

/// A bundle, and which of its files was changed if one was.
pub struct Bundle {
    pub files: Files,
    pub changed: String,
}

/// Writes the bundles as folders named by their place. A name may be any text, and other programs are told numbers.
pub fn write_bundles(folder: &Path, bundles: &BTreeMap<String, Bundle>) -> Vec<String> {
    let numbers: Vec<String> = (0..bundles.len()).map(|number| number.to_string()).collect();
    for (number, bundle) in numbers.iter().zip(bundles.values()) {
        write_folder(&folder.join(number), &bundle.files);
    }
    numbers
}

/// How another verifier's verdict and checks differ from ours, if they do.
pub fn difference(
    bundle: &Bundle,
    report: &Report,
    (verified, their_checks): &Said,
) -> Option<String> {
    let our_checks = checks(report);
    let same = if *verified && report.verified() {
        our_checks == *their_checks
    } else if bundle.files.contains_key(COMMITMENT) {
        // Both report the steps that apply, unless the commitment that says so cannot be read. A schedule that
        // should not be there is of step 1, and whether also of step 17 is of no account.
        let numbers = |checks: &[(u32, String)]| -> Vec<u32> {
            checks.iter().map(|(number, _)| *number).filter(|number| *number < 17).collect()
        };
        let steps = our_checks.len() <= 2 || numbers(&our_checks) == numbers(their_checks);
        let (ours, theirs) = (first_failed(&our_checks), first_failed(their_checks));
        steps && agree(ours, theirs, &bundle.changed)
    } else {
        // No bundle at all: nothing is checked.
        their_checks.is_empty()
    };
    (!same || *verified != report.verified()).then(|| {
        let findings = report.findings();
        let finding = findings.first().map(ToString::to_string).unwrap_or_default();
        format!("ours {our_checks:?}\n  theirs {their_checks:?}\n  {finding}")
    })
}

/// Verifies all bundles twice; what the two say differently, by name.
pub fn disagreements(bundles: &BTreeMap<String, Bundle>) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let numbers = write_bundles(folder.path(), bundles);
    let theirs = python(folder.path(), &numbers);
    let pairs = bundles.iter().zip(theirs);
    pairs
        .filter_map(|((name, bundle), said)| {
            let different = difference(bundle, &verify(&bundle.files), &said)?;
            Some(format!("{name}:\n  {different}"))
        })
        .collect()
}
