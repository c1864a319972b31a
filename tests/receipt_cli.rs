//! `ssj receipt` and `ssj verify` of receipts: many at once, codes read by another program, sheets.
#![cfg(feature = "cli")]
#![allow(missing_docs)]

#[path = "cli/office.rs"]
#[allow(dead_code)]
mod office;
mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use support::root;
use support::ssj::{BEFORE, beacon_args, run};
use tempfile::TempDir;

/// A copy of a bundle of the vectors, named `bundle`; of a sealed one also its public part, `public`.
fn office(name: &str) -> TempDir {
    let temp = tempfile::tempdir().unwrap();
    let files = support::vector(name);
    support::write_folder(&temp.path().join("bundle"), &files);
    let closed = ["frames/", "draw/", "recusals", "visits", "assignment", "handicaps", "opening"];
    let public = files.into_iter();
    let public = public.filter(|(path, _)| !closed.iter().any(|start| path.starts_with(start)));
    support::write_folder(&temp.path().join("public"), &public.collect());
    temp
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn receipts_of_everybody_drawn_are_those_made_one_by_one() {
    let temp = office("sealed_opened");
    let folder = temp.path();
    let said = run(folder, 0, &["receipt", "bundle", "--drawn", "--out", "drawn"]);
    let visits = fs::read_to_string(folder.join("bundle/visits.tsv")).unwrap();
    let n = visits.lines().count() - 1;
    assert!(said.contains(&format!("drawn 中有凭证 {n} 份：新写 {n} 份")), "{said}");
    let made = names(&folder.join("drawn"));
    assert_eq!(made.len(), n);
    for name in &made {
        let sid = name.trim_end_matches(".receipt.json").replace('+', ":");
        run(folder, 0, &["receipt", "bundle", &sid, "--out", "one.json"]);
        let one = fs::read(folder.join("one.json")).unwrap();
        assert_eq!(fs::read(folder.join("drawn").join(name)).unwrap(), one, "{name}");
        fs::remove_file(folder.join("one.json")).unwrap();
    }
    // A killed run goes on; what is there is never changed.
    fs::remove_file(folder.join("drawn").join(&made[0])).unwrap();
    let again = run(folder, 0, &["--json", "receipt", "bundle", "--drawn", "--out", "drawn"]);
    assert!(again.contains("\"new\":1"), "{again}");
    fs::write(folder.join("drawn").join(&made[0]), "another").unwrap();
    let refused = run(folder, 2, &["receipt", "bundle", "--drawn", "--out", "drawn"]);
    assert!(refused.contains("W03"), "{refused}");
    let all = run(folder, 0, &["--json", "receipt", "bundle", "--all", "--out", "all"]);
    assert!(all.contains(&format!("\"receipts\":{}", names(&folder.join("all")).len())), "{all}");
    assert!(names(&folder.join("all")).len() > n);
    assert_eq!(names(folder), ["all", "bundle", "drawn", "public"]);
}

#[test]
fn receipts_and_codes_against_what_is_published() {
    let temp = office("sealed_opened");
    let folder = temp.path();
    let page = ["--page", "https://a.example/verify.html"];
    let made = ["receipt", "bundle", "REG:0009", "--out", "r.json"];
    let said = run(folder, 0, &[&made[..], &page[..]].concat());
    let code = said.lines().last().unwrap();
    assert!(code.starts_with("https://a.example/verify.html#dr1-code;EX-SEALED-OPENED;"), "{code}");
    for place in ["public", "bundle"] {
        for what in ["r.json", code] {
            let said = run(folder, 0, &["verify", what, "--bundle", place]);
            assert!(said.contains("核验通过（凭证与公示包相符"), "{said}");
        }
    }
    let said = run(folder, 0, &["verify", "r.json", "--bundle", "public"]);
    assert!(
        said.contains("T01 食品经营：对照卷第 8 行就是它（层 alpha 第 1 名，抽 1）：抽中"),
        "{said}"
    );
    // A list that is left out: the frames have it, and until they are opened that is told.
    let fewer = code.replace(";T01=1,T02=1;", ";T01=1;");
    assert_ne!(fewer, code);
    let said = run(folder, 1, &["verify", &fewer, "--bundle", "bundle"]);
    assert!(said.contains("错误 Q12") && said.contains("frames/T02.tsv"), "{said}");
    let said = run(folder, 0, &["verify", &fewer, "--bundle", "public"]);
    assert!(said.contains("凭证是否漏列任务，待公开后核对"), "{said}");
    // A code alone shows nothing, and one may lie in a file.
    assert!(run(folder, 2, &["verify", code]).contains("错误 W61"));
    fs::write(folder.join("code.txt"), format!("{code}\r\n")).unwrap();
    run(folder, 0, &["verify", "code.txt", "--bundle", "public"]);
    assert!(run(folder, 1, &["verify", "dr1-code;x", "--bundle", "public"]).contains("错误 Q01"));
    let salted = code.replace(";af629e2c", ";bf629e2c");
    let said = run(folder, 1, &["verify", &salted, "--bundle", "public"]);
    assert!(said.contains("错误 Q06") && said.ends_with("核验未通过\n"), "{said}");
    // Two different codes of one subject.
    let said = run(folder, 1, &["verify", code, &salted, "--bundle", "public"]);
    assert!(said.contains("错误 Q09") && said.contains("在抽样框中有两行"), "{said}");
    // Another draw.
    let other = office("open");
    let place = other.path().join("bundle").display().to_string();
    let said = run(folder, 1, &["verify", "r.json", "--bundle", &place]);
    assert!(said.contains("错误 Q02") && said.contains("公示包是 EX-OPEN"), "{said}");
    let page = ["--page", "https://a.example/#x"];
    assert!(run(folder, 2, &[&made[..], &page[..]].concat()).contains("W07"));
}

/// A receipt is of the draw; who comes now is told beside it, on the sheet and against the bundle.
#[test]
fn what_events_changed_is_told() {
    let temp = office("events");
    let folder = temp.path();
    for (sid, changes) in [
        (
            "913301000000000005",
            &[
                "第 1 号事件（离岗：病假）：岗位 0 由 E007 改为 E021",
                "第 2 号事件（停业注销：已吊销）：任务 Z_4 不再检查该对象，由候补 913301000000000007 递补",
                "第 2 号事件（停业注销：已吊销）：任务 t.2 不再检查该对象，由候补 REG:0008 递补",
            ][..],
        ),
        (
            "913301000000000007",
            &[
                "第 2 号事件（停业注销：已吊销）：任务 Z_4 由该对象递补 913301000000000005",
                "第 2 号事件（停业注销：已吊销）：岗位 0 由 E000 担任",
                "第 2 号事件（停业注销：已吊销）：岗位 1 由 E028 担任",
            ],
        ),
        ("x_6", &["第 3 号事件（回避：利害关系）：后果由事先指定的公开随机数决定，尚未公布"]),
        ("REG:0018", &[]),
    ] {
        let made = ["receipt", "bundle", sid, "--out", "r.json", "--sheet", "s.html"];
        let told = run(folder, 0, &made);
        let sheet = fs::read_to_string(folder.join("s.html")).unwrap();
        let said = run(folder, 0, &["--json", "verify", "r.json", "--bundle", "bundle"]);
        let report: serde_json::Value = serde_json::from_str(&said).unwrap();
        assert_eq!(report["since"], serde_json::json!(changes), "{sid}");
        for change in changes {
            assert!(told.contains(change) && sheet.contains(change), "{sid}: {told}{sheet}");
        }
        assert_eq!(sheet.contains("抽取之后的变动"), !changes.is_empty());
        for file in ["r.json", "s.html"] {
            fs::remove_file(folder.join(file)).unwrap();
        }
    }
}

/// ZXing, in the environment that `tests/run.sh` makes.
fn reader() -> Option<PathBuf> {
    let target =
        std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from);
    let python = target.join("engines/bin/python");
    let there = Command::new(&python).args(["-c", "import zxingcpp"]).output();
    there.is_ok_and(|output| output.status.success()).then_some(python)
}

#[test]
fn another_program_reads_the_code_and_a_sheet_has_it() {
    let temp = office("sealed_opened");
    let folder = temp.path();
    let name = "<b>示例</b>𠮷㐂龘公司 & 分店";
    let made = [
        "receipt", "bundle", "REG:0009", "--out", "r.json", "--qr", "q.svg", "--sheet", "s.html",
        "--name", name,
    ];
    let said = run(folder, 0, &made);
    assert_eq!(run(folder, 0, &made).matches("已存在且相同").count(), 3);
    let code = said.lines().last().unwrap();
    let sheet = fs::read_to_string(folder.join("s.html")).unwrap();
    for text in [
        "&lt;b&gt;示例&lt;/b&gt;𠮷㐂龘公司 &amp; 分店",
        "演练凭证，不产生效力",
        "2026-10-09 至 2026-12-31",
        "检查人员到场时起方可交付",
        "申请其回避",
        "<b>E004</b>",
        "9e9c07f7 158348c0",
    ] {
        assert!(sheet.contains(text), "the sheet has no {text}");
    }
    assert!(!sheet.contains("<b>示例"));
    let Some(python) = reader() else {
        println!("the code is not read by another program: zxing-cpp is absent, see tests/run.sh");
        return;
    };
    for file in ["q.svg", "s.html"] {
        let mut reading = Command::new(&python);
        let output =
            reading.arg(root().join("tests/codes/qr.py")).arg(file).current_dir(folder).output();
        let output = output.unwrap();
        assert_eq!(String::from_utf8(output.stdout).unwrap().trim_end(), code, "{file}");
    }
}

/// A sealed draw from its freeze to its opening: its office makes receipts before, the public part confirms each of
/// them, and after the opening anybody gets the same bytes.
#[test]
fn receipts_at_the_door() {
    let office = office::Office::new();
    let folder = office.folder();
    let seal = "mode = \"sealed\"\nseal = { opens = \"public\", by = \"2026-12-31\" }";
    office.write("plan.toml", office::PLAN.replace("mode = \"open\"", seal));
    office.write("pass", "eight words that nobody else knows in here\n");
    let with = ["--passphrase-file", "pass"];
    let commit = ["--clock", BEFORE, "commit", "plan.toml", "--out", "bundle"];
    run(folder, 0, &[&commit[..], &with].concat());
    run(folder, 0, &beacon_args());
    run(folder, 0, &[&["draw", "bundle"][..], &with].concat());
    let all = ["receipt", "bundle", "--all", "--out", "before"];
    run(folder, 0, &[&all[..], &with].concat());
    let made = names(&folder.join("before"));
    assert_eq!(made.len(), 40);
    let (mut at_the_door, mut afterwards) = (0, 0);
    for name in &made {
        let file = format!("before/{name}");
        let said = run(folder, 0, &["verify", &file, "--bundle", "bundle"]);
        let text = fs::read_to_string(folder.join(&file)).unwrap();
        match text.contains("\"from\":\"door\"") {
            true => {
                assert!(said.contains("检查人员到场时起方可交付（2026-07-24 起）"), "{said}");
                assert!(said.contains("小组成员都在封存的人员名录中"), "{said}");
                at_the_door += 1;
            }
            false => {
                assert!(said.contains("公开之后方可交付（承诺最迟 2026-12-31 公开）"), "{said}");
                afterwards += 1;
            }
        }
    }
    assert_eq!((at_the_door, afterwards), (6, 34));
    run(folder, 0, &[&["open", "bundle"][..], &with].concat());
    run(folder, 0, &["receipt", "bundle", "--all", "--out", "after"]);
    for name in &made {
        let of = |folder_name: &str| fs::read(folder.join(folder_name).join(name)).unwrap();
        assert_eq!(of("before"), of("after"), "{name}");
    }
}
