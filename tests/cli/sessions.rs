//! Sessions that end well: the demo, the vectors, machine-readable reports, receipts.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Value, json};
use shuangsuiji::base::digest::Suite;

use crate::office::{BEACON, Office, ssj};
use crate::support::ssj::{AFTER, BEFORE};
use crate::support::{VECTORS, read_folder, root, vector};

fn parsed(text: &str) -> Value {
    assert_eq!(text.lines().count(), 1, "a report is one line:\n{text}");
    serde_json::from_str(text).unwrap()
}

fn keys(value: &Value) -> Vec<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

/// README's first command, twice, the second time in English: the same bytes.
#[test]
fn the_demo_ends_in_verified_and_twice_changes_nothing() {
    let temp = tempfile::tempdir().unwrap();
    let without_store = |folder: &Path| -> BTreeMap<String, Vec<u8>> {
        let mut files = read_folder(folder);
        files.retain(|path, _| !path.starts_with("demo/ssj.db"));
        files
    };
    let first = ssj(temp.path(), &["demo", "--out", "demo"]);
    assert_eq!(first.exit, 0, "{}", first.err);
    assert_eq!(first.out.lines().last(), Some("核验通过 verified"));
    assert!(first.out.contains("── 1/6") && first.out.contains("── 6/6"));
    let files = without_store(temp.path());
    for path in
        ["demo/bundle/manifest.tsv", "demo/registers/subjects.csv", "demo/registers/plan.toml"]
    {
        assert!(files.contains_key(path), "no {path}");
    }
    let second = ssj(temp.path(), &["--lang", "en", "demo", "--out", "demo"]);
    assert_eq!(second.exit, 0, "{}", second.err);
    assert_eq!(second.out.lines().last(), Some("verified"));
    assert!(second.out.contains("the result was there already, nothing changed"));
    assert!(without_store(temp.path()) == files, "the second run changed something");
    let verify = ssj(temp.path(), &["verify", "demo/bundle"]);
    assert_eq!((verify.exit, verify.out.lines().last()), (0, Some("核验通过")));
}

#[test]
fn every_vector_verifies() {
    let folder = root().join("tests/vectors");
    for name in VECTORS {
        for (lang, verdict) in [("zh", "核验通过"), ("en", "verified")] {
            let ran = ssj(&folder, &["--lang", lang, "verify", name]);
            assert_eq!((ran.exit, ran.out.lines().last()), (0, Some(verdict)), "{name}");
            assert_eq!(ran.err, "");
        }
    }
    let ran = ssj(&folder, &[&["verify"], VECTORS.as_slice()].concat());
    assert_eq!(ran.exit, 0);
    assert_eq!(ran.out.lines().filter(|line| line.starts_with("== ")).count(), VECTORS.len());
}

#[test]
fn the_report_of_verify_for_machines() {
    let folder = root().join("tests/vectors");
    for name in VECTORS {
        let ran = ssj(&folder, &["--json", "verify", name]);
        let report = parsed(&ran.out);
        assert_eq!(
            keys(&report),
            [
                "checks",
                "command",
                "commitment",
                "facts",
                "ok",
                "overdue",
                "path",
                "result",
                "verified"
            ]
        );
        assert_eq!((&report["ok"], &report["verified"]), (&true.into(), &true.into()));
        assert_eq!((&report["command"], &report["path"]), (&"verify".into(), &name.into()));
        let suite = if name == "open_sm3" { Suite::Sm3 } else { Suite::Sha256 };
        let digest = suite.digest(&vector(name)["manifest.tsv"]).hex();
        assert_eq!(report["result"], digest);
        for check in report["checks"].as_array().unwrap() {
            let expected: &[&str] = match check["outcome"].as_str().unwrap() {
                "passed" => &["id", "number", "outcome"],
                "not_shown" => &["id", "number", "outcome", "reason"],
                other => panic!("{name}: {other}"),
            };
            assert_eq!(keys(check), expected);
        }
        let facts = &report["facts"];
        for key in ["attempt", "agency", "draw", "lists", "visits", "rounds", "loads", "void"] {
            assert!(!facts[key].is_null(), "{name}: no {key}");
        }
    }
}

/// Of a `pareto` list the verifier tells n and W of about n·w/W and who is drawn for certain, as protocol §7 promises.
#[test]
fn chances_by_weight_are_told() {
    let folder = root().join("tests/vectors");
    for (lang, lines) in [
        (
            "zh",
            [
                "T-03：每户机会约为 n·w/W，w 为该户权重，n = 3，W = 10925",
                "T-03：必查的对象 1 户：x0003",
            ],
        ),
        (
            "en",
            [
                "T-03: chances of about n·w/W, w being a subject's weight, n = 3, W = 10925",
                "T-03: drawn for certain, 1: x0003",
            ],
        ),
    ] {
        let ran = ssj(&folder, &["--lang", lang, "verify", "open"]);
        for line in lines {
            assert!(ran.out.lines().any(|said| said == line), "{line}: {}", ran.out);
        }
    }
    let report = parsed(&ssj(&folder, &["--json", "verify", "open"]).out);
    let lists = report["facts"]["lists"].as_array().unwrap();
    for list in lists {
        let expected = match list["method"].as_str() {
            Some("pareto") => json!({"n": 3, "W": 10_925, "whole": ["x0003"]}),
            _ => Value::Null,
        };
        assert_eq!(list["by_weight"], expected);
    }
    assert!(lists.iter().any(|list| list["method"] == "pareto"));
}

/// The keys that `docs/json-schema.json` requires of a kind of object.
fn documented(kind: &str) -> Vec<String> {
    let text = std::fs::read_to_string(root().join("docs/json-schema.json")).unwrap();
    let schema: Value = serde_json::from_str(&text).unwrap();
    let required = schema["$defs"][kind]["required"].as_array().unwrap();
    required.iter().map(|key| key.as_str().unwrap().to_owned()).collect()
}

pub fn has_documented_keys(value: &Value, kind: &str) {
    for key in documented(kind) {
        assert!(value.get(&key).is_some(), "a {kind} without {key}: {value}");
    }
}

/// Demands that a report is one that `docs/json-schema.json` describes, where Python's `jsonschema` is there.
pub fn is_documented(report: &Value) {
    const CHECK: &str = "
import json, sys
try:
    import jsonschema
except ImportError:
    sys.exit(77)
with open(sys.argv[1], encoding='utf-8') as file:
    validator = jsonschema.Draft202012Validator(json.load(file))
validator.validate(json.loads(sys.argv[2]))
";
    let mut python = std::process::Command::new("python3");
    python.args(["-c", CHECK]).arg(root().join("docs/json-schema.json")).arg(report.to_string());
    match python.output() {
        Ok(output) if output.status.code() != Some(77) => {
            let errors = String::from_utf8_lossy(&output.stderr).into_owned();
            assert!(output.status.success(), "{report}: {errors}");
        }
        _ => println!("not run: Python has no module jsonschema here"),
    }
}

/// Every command reports one object with `command` and `ok`.
#[test]
fn every_step_reports_to_machines() {
    let office = Office::new();
    let step = |args: &[&str]| {
        let ran = ssj(office.folder(), &[&["--json"], args].concat());
        assert_eq!((ran.exit, ran.err.as_str()), (0, ""), "{args:?}");
        let report = parsed(&ran.out);
        assert_eq!(report["ok"], true);
        report
    };
    let import = step(&["import", "matters", "matters.csv"]);
    assert_eq!((&import["rows"], &import["applied"]), (&3.into(), &false.into()));
    let check = step(&["check", "plan.toml"]);
    let quarter = &check["quarters"][0];
    assert_eq!(quarter["tasks"][0]["strata"][0]["n"], 6);
    assert_eq!(quarter["expected"]["visits_thousandths"], 6_000);
    has_documented_keys(quarter, "checked_quarter");
    has_documented_keys(&quarter["expected"]["departments"][0], "load");
    has_documented_keys(&quarter["tasks"][0], "task");
    has_documented_keys(&quarter["tasks"][0]["strata"][0], "stratum");
    let simulation = step(&["simulate", "plan.toml", "--runs", "20", "--subject", "REG:R01"]);
    assert_eq!((&simulation["simulation"], &simulation["runs"]), (&true.into(), &20.into()));
    has_documented_keys(&simulation["visits"], "spread");
    has_documented_keys(&simulation["quarters"][0], "simulated_quarter");
    has_documented_keys(&simulation["quarters"][0]["subject"][0]["drawn"], "frequency");
    let diff = step(&["plan", "diff", "plan.toml", "plan.toml"]);
    assert_eq!(diff["changes"].as_array().unwrap().len(), 0);
    let commit = step(&["--clock", BEFORE, "commit", "plan.toml", "--out", "bundle"]);
    assert_eq!((&commit["written"], &commit["attempt"]), (&true.into(), &1.into()));
    assert_eq!(commit["forecast"]["infeasible"], 0);
    has_documented_keys(&commit["forecast"], "forecast");
    assert_eq!(commit["commitment"].as_str().unwrap().len(), 64);
    let beacon = step(&[&["--clock", AFTER], BEACON].concat());
    assert_eq!(beacon["strings"].as_array().unwrap().len(), 1);
    let draw = step(&["draw", "bundle"]);
    assert_eq!((&draw["visits"], &draw["shortage"]), (&6.into(), &Value::Null));
    let verify = step(&["verify", "bundle"]);
    has_documented_keys(&verify["checks"][0], "check");
    assert_eq!(verify["commitment"], commit["commitment"]);
    assert_eq!(verify["result"], draw["result"]);
    let explain = ssj(office.folder(), &["--json", "explain"]);
    let codes = parsed(&explain.out);
    assert!(
        codes
            .as_array()
            .unwrap()
            .iter()
            .all(|row| keys(row) == ["code", "remedy", "severity", "title"])
    );
    // Findings come as one object as well.
    let ran = ssj(office.folder(), &["--json", "draw", "nowhere"]);
    let failure = parsed(&ran.out);
    assert_eq!((ran.exit, &failure["ok"]), (2, &false.into()));
    assert_eq!(
        keys(&failure["findings"][0]),
        [
            "cause", "cell", "code", "column", "file", "id", "position", "remedy", "row",
            "severity", "title"
        ]
    );
    assert_eq!(failure["findings"][0]["code"], "W15");
    has_documented_keys(&failure["findings"][0], "finding");
}

/// A subject that is drawn and one that is not: both receipts verify alone, and a changed one does not.
#[test]
fn receipts() {
    let office = Office::drawn();
    let drawn: Vec<String> = office
        .read("bundle/visits.tsv")
        .lines()
        .skip(1)
        .map(|line| line.split('\t').next().unwrap().to_owned())
        .collect();
    let undrawn =
        (1..=40).map(|n| format!("REG:R{n:02}")).find(|sid| !drawn.contains(sid)).unwrap();
    for (sid, zh, en) in [
        (&drawn[0], "T1 食品经营检查：抽中", "T1 食品经营检查: drawn"),
        (&undrawn, "T1 食品经营检查：未抽中", "T1 食品经营检查: not drawn"),
    ] {
        let ran = office.done(&["receipt", "bundle", sid]);
        let file = format!("{}.receipt.json", sid.replace(':', "+"));
        assert!(ran.out.contains(&format!("已写入 {file}")), "{}", ran.out);
        assert!(office.done(&["receipt", "bundle", sid]).out.contains("已存在且相同"));
        for (lang, sentence, verdict) in [
            ("zh", zh, "核验通过（凭证所能证明的部分）"),
            ("en", en, "verified, as far as a receipt shows"),
        ] {
            let ran = office.done(&["--lang", lang, "verify", &file]);
            assert!(ran.out.contains(sentence), "no {sentence:?} in\n{}", ran.out);
            assert_eq!(ran.out.lines().last(), Some(verdict));
        }
        let report = parsed(&office.done(&["--json", "verify", &file]).out);
        assert_eq!(
            keys(&report),
            ["command", "findings", "not_shown", "ok", "path", "shown", "since", "verified"]
        );

        let receipt = office.read(&file);
        let key = receipt.split("\"key\":\"").nth(1).unwrap().split('"').next().unwrap();
        for (from, to) in [
            (key.to_owned(), format!("{:064x}", 7)),
            (sid.clone(), "REG:R99".to_owned()),
            ("\"rank\":".to_owned(), "\"rank\":9".to_owned()),
            ("示例局".to_owned(), "示范局".to_owned()),
        ] {
            office.write("tampered.json", receipt.replacen(&from, &to, 1));
            let ran = office.refuses(1, &["verify", "tampered.json"], &["核验未通过"]);
            assert!(ran.out.contains("错误 "), "{}", ran.out);
        }
    }
    office.refuses_saying(
        2,
        &["receipt", "bundle", "REG:R41"],
        "错误 W12 REG:R41：任何抽样框中都没有 REG:R41
  处理：核对编号；ssj verify 会列出公示包中的任务。",
        "error W12 REG:R41: no frame has REG:R41
  remedy: Check the id; the subject is in no frame of this bundle.",
    );
}
