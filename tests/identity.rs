//! Who a subject is, through the command line, on an office's own files and, where it is, on a real sample.
#![cfg(feature = "cli")]
#![allow(missing_docs)]

mod support;

use std::collections::BTreeMap;
use std::fs;

use serde_json::Value;
use support::ssj::{run, ssj};

/// The kinds of the sample, and the codes that a row of each earns; the sample has no other identifier.
const KINDS: &[(&str, &[&str])] = &[
    ("lowercase_ok_after_upper", &[]),
    ("check_wrong_org_wrong", &["R13"]),
    ("check_wrong_org_ok", &["R13"]),
    ("check_uncomplemented(s mod 31)", &["R13"]),
    ("uscc_ok_org_code_bad", &["R69"]),
    ("other_len10", &["R67"]),
    ("regno15_ok", &["R67"]),
    ("regno13", &["R67"]),
    ("len15_nondigit", &["R67"]),
    ("other_len17", &["R67"]),
    ("other_len11", &["R67"]),
    ("other_len12", &["R67"]),
    ("other_len16", &["R67"]),
    ("other_len1", &["R15"]),
];

/// 44 real codes of 16 kinds. Their names stay out of the repository.
#[test]
fn every_real_anomaly_ends_as_its_kind_says() {
    let real = support::root().join("../shared/data/subjects/code_anomalies_sample.csv");
    if !real.exists() {
        println!("not run: the sample is not here ({})", real.display());
        return;
    }
    let text = fs::read_to_string(&real).unwrap();
    let kinds: Vec<&str> =
        text.lines().skip(1).map(|line| line.split(',').nth(4).unwrap()).collect();
    assert_eq!(kinds.len(), 44);
    let temp = tempfile::tempdir().unwrap();
    let folder = temp.path();
    run(folder, 0, &["init", "."]);
    let mapping = "register = \"subjects\"\nignore = [\"province\", \"anomaly_class\", \"note\"]\n\
                   [columns]\n\"code\" = \"uscc\"\n[constants]\nkind = \"企业\"\nstatus = \"存续\"\n";
    fs::write(folder.join("m.toml"), mapping).unwrap();
    let args =
        ["--json", "import", "subjects", real.to_str().unwrap(), "--mapping", "m.toml", "--apply"];
    let report: Value = serde_json::from_slice(&ssj(folder, &args).stdout).unwrap();
    let mut of_row: BTreeMap<usize, Vec<&str>> = BTreeMap::new();
    for finding in report["findings"].as_array().unwrap() {
        let code = finding["code"].as_str().unwrap();
        if let Some(row) = finding["row"].as_u64().filter(|_| code != "R27" && code != "R28") {
            of_row.entry(usize::try_from(row).unwrap()).or_default().push(code);
        }
    }
    let codes: Vec<&str> = text.lines().skip(1).map(|l| l.split(',').next().unwrap()).collect();
    for (at, kind) in kinds.iter().enumerate() {
        let found = of_row.remove(&(at + 2)).unwrap_or_default();
        let expected: &[&str] = match *kind {
            // A letter for a digit is a wrong code of 18 characters; a hyphen makes another number.
            "bad_chars" if codes[at].contains('-') => &["R67"],
            "bad_chars" => &["R13"],
            // The second of two.
            "duplicate_code" if codes[..at].contains(&codes[at]) => &["R12"],
            "duplicate_code" => &[],
            kind => KINDS.iter().find(|(name, _)| *name == kind).unwrap().1,
        };
        assert_eq!(found, expected, "line {}: {kind}", at + 2);
    }
    assert_eq!(of_row.len(), 0, "rows beyond the sample: {of_row:?}");
}

#[test]
fn leave_is_imported_and_exported() {
    let temp = tempfile::tempdir().unwrap();
    let folder = temp.path();
    run(folder, 0, &["init", "."]);
    let rows = "执法证件号,姓名,请假开始,请假结束,请假类型\nI1,张,2026/8/3,2026-08-07,培训\n\
                I1,张,2026-09-01,2026-09-01,\n";
    fs::write(folder.join("leave.csv"), rows).unwrap();
    let text = run(folder, 0, &["import", "leave", "leave.csv", "--apply"]);
    assert!(text.contains("请假名录：2 行＝导入 2"), "{text}");
    run(folder, 0, &["export", "leave", "out.csv"]);
    let text = fs::read_to_string(folder.join("out.csv")).unwrap();
    assert_eq!(
        text,
        "\u{feff}执法证号,开始日期,结束日期,请假类型,备注\r\nI1,2026-08-03,2026-08-07,培训,\r\n\
         I1,2026-09-01,2026-09-01,,\r\n"
    );
}

#[test]
fn lists_come_back_as_they_went_in() {
    let temp = tempfile::tempdir().unwrap();
    let folder = temp.path();
    run(folder, 0, &["init", "."]);
    let rows = "信用代码,名称,对象类型,登记状态,列入名单,状态变更日期,经度,lat\n\
                91350100M000100Y43,甲,企业,存续,已列入经营异常名录（2026年3月1日）；白名单,2026.3.2,120.1550700,30.2740849\n";
    fs::write(folder.join("s.csv"), rows).unwrap();
    run(folder, 0, &["import", "subjects", "s.csv", "--apply"]);
    for file in ["out.csv", "out.xlsx"] {
        run(folder, 0, &["export", "subjects", file]);
        let report: Value =
            serde_json::from_str(&run(folder, 0, &["--json", "import", "subjects", file])).unwrap();
        assert_eq!([&report["new"], &report["gone"]], [0, 0], "{file}: {report}");
    }
    let text = fs::read_to_string(folder.join("out.csv")).unwrap();
    assert!(
        text.contains(",经营异常@2026-03-01..;白名单,2026-03-02,120.15507,30.274084\r\n"),
        "{text}"
    );
}
