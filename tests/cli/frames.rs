//! Frames made elsewhere: frozen with the plan, kept outside the bundle, and what is refused.

use std::fs;

use serde_json::Value;

use crate::office::{BEACON, Office, PLAN, RECUSALS};
use crate::support::ssj::BEFORE;

/// The frame that the registers give, as the bundle has it.
fn frame() -> String {
    let office = Office::new();
    office.commit();
    office.read("bundle/frames/T1.tsv")
}

/// As another program exports it: in an order of its own, with what it has to say, and without what it need not.
fn exported(frame: &str) -> String {
    let row = |line: &str| {
        let cells: Vec<&str> = line.split('\t').collect();
        format!("某企业,{},{},{}\r\n", cells[1], cells[3], cells[0])
    };
    let mut rows: Vec<String> = frame.lines().skip(1).map(row).collect();
    rows.reverse();
    format!("name,stratum,tags,sid\r\n{}", rows.concat())
}

const COMMIT: &[&str] = &["commit", "plan.toml", "--frame", "T1=T1.csv", "--out", "bundle"];
const IN_TIME: &[&str] =
    &["--clock", BEFORE, "commit", "plan.toml", "--frame", "T1=T1.csv", "--out", "bundle"];

fn commitment(office: &Office) -> Value {
    serde_json::from_str(&office.read("bundle/commitment.json")).unwrap()
}

#[test]
fn a_frame_from_elsewhere_is_frozen_drawn_and_verified_like_any_other() {
    let frame = frame();
    let (own, office) = (Office::new(), Office::new());
    own.commit();
    office.write("T1.csv", exported(&frame));
    let ran = office.before(COMMIT);
    assert_eq!(ran.exit, 0, "{}", ran.all());
    assert!(ran.out.contains("模拟 10 次"), "{}", ran.out);
    assert_eq!(office.read("bundle/frames/T1.tsv"), frame);
    // Everything is as the registers give it, but who was left out of the frame, which they alone know.
    let (mut given, mut registers) = (commitment(&office), commitment(&own));
    assert_eq!(given["frames"], "given");
    for commitment in [&mut given, &mut registers] {
        let top = commitment.as_object_mut().unwrap();
        top.remove("forecast");
        top.remove("frames");
        let list = top["lists"][0].as_object_mut().unwrap();
        list.remove("base");
        list.remove("excluded");
    }
    assert_eq!(given, registers);
    let again = office.before(COMMIT);
    assert!(again.out.contains("已封存且相同"), "{}", again.all());
    assert_eq!(office.after(BEACON).exit, 0);
    office.done(&["draw", "bundle"]);
    office.done(&["verify", "bundle"]);
    // All but the frame follows from the registers, wherever the frame lies and in whatever order.
    let ran = office.done(&["verify", "bundle", "--registry"]);
    assert!(ran.out.contains("名录重算：冻结的各表由"), "{}", ran.out);
    fs::remove_dir_all(office.path("bundle/frames")).unwrap();
    office.done(&["verify", "bundle", "--registry", "--frame", "T1=T1.csv"]);
    office.import("recusals", &RECUSALS.replace("R01", "R02"));
    office.done(&["verify", "bundle", "--registry", "--frame", "T1=T1.csv"]);
    // Recusals forged after the fact, with a commitment to match, are not those of the registers.
    let recusals = office.read("bundle/recusals.tsv");
    assert!(recusals.contains("REG:R01\tE01"), "{recusals}");
}

/// The register of subjects may live in an engine alone. A recusal names its subject by any of its identifiers.
#[test]
fn a_workspace_without_subjects_freezes_what_an_engine_gives() {
    let frame = frame();
    let (own, office) = (Office::new(), Office::without(&["subjects"]));
    own.commit();
    office.write("T1.csv", exported(&frame));
    let ran = office.before(COMMIT);
    assert_eq!(ran.exit, 0, "{}", ran.all());
    for path in ["bundle/frames/T1.tsv", "bundle/recusals.tsv", "bundle/inspectors.tsv"] {
        assert_eq!(office.read(path), own.read(path), "{path}");
    }
    assert_eq!(office.after(BEACON).exit, 0);
    office.done(&["draw", "bundle"]);
    office.done(&["verify", "bundle", "--registry"]);
}

#[test]
fn a_frame_may_lie_outside_its_bundle() {
    let office = Office::new();
    office.commit();
    assert_eq!(office.after(BEACON).exit, 0);
    fs::rename(office.path("bundle/frames/T1.tsv"), office.path("T1.tsv")).unwrap();
    fs::remove_dir(office.path("bundle/frames")).unwrap();
    // The beacon needs no frames.
    let again = office.after(BEACON);
    assert_eq!(again.exit, 0, "{}", again.all());
    office.refuses(1, &["draw", "bundle"], &["F06", "frames/T1.tsv"]);
    let ran = office.done(&["draw", "bundle", "--frame", "T1=T1.tsv"]);
    assert!(ran.out.contains("抽样框内对象"), "{}", ran.out);
    office.refuses(1, &["verify", "bundle"], &["F06", "frames/T1.tsv"]);
    office.done(&["verify", "bundle", "--frame", "T1=T1.tsv"]);
    let text = office.read("T1.tsv");
    // Another program's file may have the rows in another order: they are sorted.
    office.write("T1.csv", exported(&text));
    office.done(&["verify", "bundle", "--frame", "T1=T1.csv"]);
    office.done(&["draw", "bundle", "--frame", "T1=T1.csv"]);
    let drawn = office.read("bundle/visits.tsv");
    let sid = drawn.lines().nth(1).unwrap().split('\t').next().unwrap();
    office.done(&["receipt", "bundle", sid, "--frame", "T1=T1.csv", "--out", "one.json"]);
    office.done(&["verify", "one.json"]);
    office.done(&["explain", "visit", "bundle", sid, "--frame", "T1=T1.csv"]);
    let sql = ["sql", "bundle", "--dialect", "duckdb", "--frame", "T1=T1.csv"];
    office.done(&sql);
    office.refuses(2, &[&["sql", "plan.toml"], &sql[2..]].concat(), &["W07", "--frame"]);
    office.write("receipt.json", "{}");
    office.refuses(2, &["verify", "receipt.json", "--frame", "T1=T1.csv"], &["W07", "--frame"]);
    office.write("other.tsv", text.replacen("area:东", "area:西", 1));
    office.refuses(1, &["verify", "bundle", "--frame", "T1=other.tsv"], &["V04", "V08"]);
    let lines: Vec<&str> = text.lines().collect();
    office.write(
        "order.tsv",
        [&lines[..1], &[lines[2], lines[1]], &lines[3..], &[""]].concat().join("\n"),
    );
    office.refuses(1, &["verify", "bundle", "--frame", "T1=order.tsv"], &["F04", "3"]);
    office.refuses(2, &["verify", "bundle", "--frame", "T1=none.tsv"], &["W15", "none.tsv"]);
    office.refuses(2, &["verify", "bundle", "--frame", "T1.tsv"], &["LIST=FILE"]);
    // The manifest has the digest of the file's bytes, wherever they lie: put back, the bundle is whole.
    fs::create_dir(office.path("bundle/frames")).unwrap();
    fs::copy(office.path("T1.tsv"), office.path("bundle/frames/T1.tsv")).unwrap();
    office.done(&["verify", "bundle"]);
    office.refuses(2, &["verify", "bundle", "--frame", "T1=T1.tsv"], &["W07", "frames/T1.tsv"]);
}

#[test]
fn what_is_no_frame_of_the_plan_is_refused() {
    let frame = frame();
    let office = Office::new();
    let csv = exported(&frame);
    let refused = |text: &str, texts: &[&str]| {
        office.write("T1.csv", text);
        office.refuses(2, IN_TIME, texts);
    };
    refused("name,sid\n", &["W32", "stratum", "T1.csv"]);
    refused(&csv.replacen("all,", "A,", 1), &["P75", "plan.toml", "A"]);
    refused(&csv.replacen(",area:东", ",area:东|", 1), &["F03", "T1.csv", "tags"]);
    // All rows at once, each with its line.
    let wrong = csv.replacen(",area:东", ",area:东|", 1).replacen("REG:R3", "REG：R3", 1);
    refused(&wrong, &["T1.csv，第 2 行，“tags”", "T1.csv，第 3 行，“sid”"]);
    let twice = csv.lines().nth(1).unwrap();
    refused(&format!("{csv}{twice}\r\n"), &["F04", "T1.csv", "REG:R"]);
    // Both lists are named at once: the plan's without a frame, and the frame without a list.
    office.write("T1.csv", &csv);
    let other =
        ["--clock", BEFORE, "commit", "plan.toml", "--frame", "T9=T1.csv", "--out", "bundle"];
    office.refuses(2, &other, &["P74", "T1", "T9"]);
    // A subject without the tag that its slots ask for is found as in any frame.
    refused(&csv.replacen(",area:东", ",-", 1), &["M02", "frames/T1.tsv"]);
    assert!(PLAN.contains("{area}"));
    office.write("rules.toml", "format = \"ssj-rules/1\"\nversion = \"2026-01\"\ntitle = \"细则\"\nissued = 2026-01-01\n[[rule]]\nid = \"rotation-1\"\nkind = \"rotation\"\nname = \"轮换\"\nbasis = \"某细则第五条\"\ndraws = 2\n");
    office.write("T1.csv", &csv);
    let ruled = [IN_TIME, &["--rules", "rules.toml"]].concat();
    office.refuses(2, &ruled, &["P72", "rules.toml"]);
}
