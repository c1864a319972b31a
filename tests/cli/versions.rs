//! Versions of the registers as their users meet them: `ssj registry`, removals with a reason, old exports.

use std::fs;

use serde_json::Value;
use shuangsuiji::registry::Register;
use shuangsuiji::store::{Meta, Mode, Quarantined, Store};

use crate::office::{Office, ssj, subjects};
use crate::support::ssj::BEFORE;

/// An office whose subjects were imported in July (by the template, now), changed on 1 and on 20 November 2099.
fn office() -> Office {
    let office = Office::new();
    let first = subjects().replace("R40,示例店40,企业,存续", "R41,新店,企业,存续");
    office.write("first.csv", first);
    let second = subjects().replace("示例店3,企业,存续", "示例店三,企业,歇业");
    office.write("second.csv", second.replace("R01,", "R81,"));
    let import = |day: &str, file: &str, reason: &str| {
        let clock = format!("2099-11-{day}T12:00:00+08:00");
        let args = ["--clock", &clock, "import", "subjects", file, "--apply", "--by", "甲乙"];
        office.done(&[args.as_slice(), &["--removed", reason]].concat());
    };
    import("01", "first.csv", "注销");
    import("20", "second.csv", "moved_out");
    office
}

fn json(office: &Office, args: &[&str]) -> Value {
    let ran = office.done(&[&["--json"], args].concat());
    serde_json::from_str(&ran.out).unwrap()
}

#[test]
fn the_log_tells_who_when_what_and_why() {
    let office = office();
    let digest =
        shuangsuiji::base::digest::Suite::Sha256.digest(office.read("first.csv").as_bytes());
    let hex = digest.hex();
    let log = office.done(&["registry", "log", "subjects"]).out;
    let expected = format!(
        "版本 6  2099-11-01 12:00:00（设定的时钟，只供演练）  检查对象名录库  40 行
  新增 1，改动 0，移出 1（注销），保留 0，隔离 0
  导入人 甲乙
  first.csv  SHA-256 {}…\n",
        &hex[..16]
    );
    assert!(log.contains(&expected), "{log}");
    let log = ssj(office.folder(), &["--lang", "en", "registry", "log"]).out;
    let expected = format!(
        "version 6  2099-11-01 12:00:00 (a set clock, for rehearsals only)  subjects  40 rows
  1 new, 0 changed, 1 removed (deregistered), 0 held, 0 quarantined
  by 甲乙
  first.csv  SHA-256 {}…\n",
        &hex[..16]
    );
    assert!(log.contains(&expected), "{log}");
    let report = json(&office, &["registry", "log"]);
    let versions = report["versions"].as_array().unwrap();
    assert_eq!(versions.len(), 7);
    let registers: Vec<&str> = versions.iter().map(|v| v["register"].as_str().unwrap()).collect();
    assert_eq!(registers.iter().filter(|name| **name == "subjects").count(), 3);
    assert_eq!(versions[5]["reason"], "deregistered");
    assert_eq!(versions[5]["files"][0]["digest"], hex.as_str());
    crate::sessions::has_documented_keys(&versions[5], "version");
}

#[test]
fn a_difference_is_shown_cell_by_cell() {
    let office = office();
    let diff = office.done(&["registry", "diff", "subjects", "2099-11-01", "2099-11-20"]).out;
    assert_eq!(
        diff,
        "检查对象名录库，版本 6 到 7：新增 2，移出 2，改动 1
+ R81
+ R40
- R01
- R41
~ R03
    名称: 示例店3 → 示例店三
    登记状态: 存续 → 歇业
"
    );
    let english =
        ssj(office.folder(), &["--lang", "en", "registry", "diff", "subjects", "7", "6"]).out;
    assert!(
        english.starts_with("subjects, versions 7 to 6: 2 new, 2 removed, 1 changed\n"),
        "{english}"
    );
    assert!(english.contains("~ R03\n    name: 示例店三 → 示例店3\n    status: 歇业 → 存续\n"));
    let report = json(&office, &["registry", "diff", "subjects", "6", "7"]);
    crate::sessions::has_documented_keys(&report["changed"][0], "changed_row");
    assert_eq!(report["changed"][0]["cells"][1]["after"], "歇业");
    assert_eq!((&report["added"][1], &report["removed"][0]), (&"R40".into(), &"R01".into()));
}

/// The digests of a day are those that a commitment of that day names.
#[test]
fn the_versions_of_a_day_are_those_of_its_commitment() {
    let office = Office::new();
    office.commit();
    let commitment: Value = serde_json::from_str(&office.read("bundle/commitment.json")).unwrap();
    // The registers change afterwards.
    let later = subjects().replace("示例店3,企业", "示例店三,企业");
    office.import("subjects", &later);
    let report = json(&office, &["registry", "at", "5"]);
    for register in report["registers"].as_array().unwrap() {
        crate::sessions::has_documented_keys(register, "in_force");
        let name = register["register"].as_str().unwrap();
        assert_eq!(register["digest"]["sha256"], commitment["registers"][name], "{name}");
    }
    assert_eq!(report["registers"].as_array().unwrap().len(), 5);
    let now = json(&office, &["registry", "at", "2099-01-01", "subjects"]);
    assert_eq!(now["registers"][0]["version"], 6);
    assert_ne!(now["registers"][0]["digest"]["sha256"], commitment["registers"]["subjects"]);
    let text = office.done(&["registry", "at", "5", "subjects"]).out;
    let digest = commitment["registers"]["subjects"].as_str().unwrap();
    assert!(text.contains("检查对象名录库：版本 2，20") && text.contains("，40 行\n"), "{text}");
    assert!(text.ends_with(&format!("  sha256 {digest}\n")), "{text}");
}

#[test]
fn nothing_goes_without_a_reason() {
    let office = Office::new();
    office.write("few.csv", "reg_no,name,kind,status\nR01,示例店1,企业,存续\n");
    office.refuses_saying(
        2,
        &["import", "subjects", "few.csv", "--apply"],
        "提示 R70 few.csv：1 行没有统一社会信用代码：1 行用注册号，0 行用自编号
  说明：抽取时依次以注册号、自编号为编号；有代码的请补上，编号一变就是另一个对象。
错误 W18 subjects：将有 39 行移出，须用 --removed 说明原因
  处理：不在名录中的对象永远不会被抽中，所以移出须说明原因：加 --removed 注销、吊销、迁出、重复、不属监管对象、更正或其他；只补充而不移出则加 --merge。",
        "note R70 few.csv: 1 rows have no credit code: 1 go by their registration number, 0 by their own identifier
  note: In a draw they go by their registration number or own identifier; add codes where there are any, for another identifier is another subject.
error W18 subjects: 39 rows would go; say why with --removed
  remedy: Whoever is not in the register can never be drawn, so a removal needs a reason: add --removed deregistered, revoked, moved_out, duplicate, not_subject, correction or other; to add rows and remove none, use --merge.",
    );
    office.refuses_saying(
        2,
        &["import", "subjects", "few.csv", "--apply", "--removed", "没了"],
        "错误 W07 “--removed”：“没了” 须为 注销、吊销、迁出、重复、不属监管对象、更正、其他 之一
  处理：用 --help 查看该命令的用法。",
        "error W07 \"--removed\": \"没了\" must be one of deregistered, revoked, moved_out, duplicate, not_subject, correction, other
  remedy: See the command's --help.",
    );
    office.done(&["import", "subjects", "few.csv", "--apply", "--merge"]);
    assert_eq!(json(&office, &["registry", "at", "6", "subjects"])["registers"][0]["rows"], 40);
    // The dry run tells without a reason.
    let dry = office.done(&["import", "subjects", "few.csv"]);
    assert!(dry.out.contains("不再出现 39"), "{}", dry.out);
}

#[test]
fn versions_that_are_none() {
    let office = Office::new();
    office.refuses_saying(
        2,
        &["registry", "diff", "subjects", "99", "1"],
        "错误 W21 subjects：检查对象名录库没有版本 99
  处理：ssj registry log 列出全部版本及其时间。",
        "error W21 subjects: subjects have no version 99
  remedy: ssj registry log lists all versions with their times.",
    );
    let (zh, en) = (
        "错误 W21 2001-01-01 时还没有任何版本
  处理：ssj registry log 列出全部版本及其时间。",
        "error W21 there was no version yet at 2001-01-01
  remedy: ssj registry log lists all versions with their times.",
    );
    office.refuses_saying(2, &["registry", "at", "2001-01-01"], zh, en);
    office.refuses_saying(
        2,
        &["registry", "at", "2026-13-01"],
        "错误 W07 “2026-13-01” 既不是日期（2026-11-22）也不是版本号
  处理：用 --help 查看该命令的用法。",
        "error W07 \"2026-13-01\" is neither a day (2026-11-22) nor a version
  remedy: See the command's --help.",
    );
    office.refuses(2, &["export", "subjects", "out.csv", "--at", "2001-01-01"], &["W21 subjects"]);
    office.write("ssj.toml", "databse = \"x\"\n");
    office.refuses_saying(
        2,
        &["registry", "log"],
        "错误 W22 ./ssj.toml：须只有 database 一项
  处理：ssj.toml 只有一行：database = \"…\"。",
        "error W22 ./ssj.toml: it must have the one key database
  remedy: ssj.toml has one line: database = \"…\".",
    );
    office.write("ssj.toml", "database = \"mysql://u@h/x\"\n");
    office.refuses_saying(
        2,
        &["registry", "log"],
        "错误 W20 ./ssj.toml：既不以 postgres:// 也不以 sqlite: 开头
  处理：写作 postgres://用户@主机/库名 或 sqlite:文件；密码可放在 ~/.pgpass。",
        "error W20 ./ssj.toml: it begins neither with postgres:// nor with sqlite:
  remedy: Write postgres://user@host/name or sqlite:file; the password may stand in ~/.pgpass.",
    );
}

#[test]
fn an_old_register_is_exported_as_it_stood() {
    let office = office();
    office.done(&["export", "subjects", "old.csv", "--at", "2099-11-01"]);
    office.done(&["export", "subjects", "new.csv"]);
    let [old, new] =
        ["old.csv", "new.csv"].map(|name| fs::read_to_string(office.path(name)).unwrap());
    assert!(old.contains("新店") && !old.contains("示例店三"));
    assert!(!new.contains("新店") && new.contains("示例店三"));
}

/// Rows of a store have no lines: they are known by what they are called.
#[test]
fn findings_about_stored_rows_name_them() {
    let office = Office::new();
    office.import("recusals", "iid,subject,reason\nE01,R01,配偶\nE02,R99,配偶\n");
    let ran = ssj(office.folder(), &["--clock", BEFORE, "--lang", "en", "check", "plan.toml"]);
    assert!(
        ran.err.contains("R16 recusals, \"检查对象\", E02: R99 is in no register"),
        "{}",
        ran.err
    );
}

#[test]
fn the_quarantine_lists_rows_as_they_stood() {
    let office = Office::new();
    let store = Store::open(office.folder()).unwrap();
    let mut import = store.begin_import(Register::Matters, Mode::Merge, true).unwrap();
    for (line, sheet, id) in [(3, None, Some("M009")), (12, Some("表1"), None)] {
        let row = Quarantined {
            file: "事项.xlsx".to_owned(),
            sheet: sheet.map(str::to_owned),
            line,
            id: id.map(str::to_owned),
            codes: vec!["R08".to_owned(), "R10".to_owned()],
            cells: vec!["M009".to_owned(), "明年".to_owned()],
        };
        import.quarantine(row).unwrap();
    }
    let meta =
        Meta { by: "甲".to_owned(), reason: None, at_s: 1, set_clock: true, files: Vec::new() };
    import.finish(&meta).unwrap();
    drop(store);
    assert_eq!(
        office.done(&["registry", "quarantine"]).out,
        "随机抽查事项清单：2 行在隔离中
  事项.xlsx:3       M009  R08 R10
  事项.xlsx 表1:12     -  R08 R10
ssj explain 代码 说明原因；改正原表后重新导入
"
    );
    let report = json(&office, &["registry", "quarantine", "matters"]);
    crate::sessions::is_documented(&report);
    crate::sessions::has_documented_keys(&report["rows"][0], "quarantined_row");
    assert_eq!(report["rows"][1]["sheet"], "表1");
    assert_eq!(report["rows"][0]["cells"][1], "明年");
}

#[test]
fn an_empty_quarantine_says_so() {
    let office = Office::new();
    assert_eq!(office.done(&["registry", "quarantine"]).out, "隔离区是空的\n");
    let report = json(&office, &["registry", "quarantine", "subjects"]);
    assert_eq!(report["rows"], Value::Array(vec![]));
    crate::sessions::is_documented(&report);
}
