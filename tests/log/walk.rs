//! The walk-through of `docs/log.md` is run as it stands, with a real clock: dice in the room, known some seconds later.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::office::Office;
use crate::support::root;

#[test]
#[allow(clippy::disallowed_methods)]
fn the_walk_through_of_the_document() {
    let text = fs::read_to_string(root().join("docs/log.md")).unwrap();
    let section = text.split("一个区县怎样使用透明日志").nth(1).unwrap();
    let script = section.split("```sh\n").nth(1).unwrap().split("```").next().unwrap();
    let commands = script.lines().filter(|line| !line.starts_with('#')).count();
    assert!((8..=14).contains(&commands), "about ten lines, not {commands}");

    let office = Office::new();
    let witness = ["--json", "log", "init", "neighbour", "--origin", "neighbour.example"];
    let init = office.done(&[&witness[..], &["--guard", "neighbour-guard"]].concat()).out;
    let report: Value = serde_json::from_str(&init).unwrap();
    let lines = format!("witness w {}\nquorum w\n", report["witness_key"].as_str().unwrap());
    office.write("witness.policy", lines);
    // The neighbour's log is not the district's.
    fs::remove_file(office.path("ssj-log.json")).unwrap();
    fs::create_dir(office.path("www")).unwrap();

    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    let at = now.as_secs() + 25;
    let today = shuangsuiji::base::date::china_date(at).unwrap();
    let plan = office
        .read("plan.toml")
        .replace("rehearsal = true\n", "")
        .replace("trust = \"public\"", "trust = \"witnessed\"")
        .replace("margin_s = 600", "margin_s = 2")
        .replace(
            "{ kind = \"drand\", chain = \"quicknet\", round = 30662982 }",
            &format!("{{ kind = \"dice\", dice = \"d10x20\", at = {at} }}"),
        )
        .replace("2026-07-24", &today.saturating_add(days(1)).to_string())
        .replace("2026-09-30", &today.saturating_add(days(60)).to_string());
    office.write("plan.toml", plan);
    office.import("inspectors", &office.read("inspectors.csv").replace("2027-", "2099-"));

    let binary = Path::new(env!("CARGO_BIN_EXE_ssj")).parent().unwrap();
    let path = format!("{}:{}", binary.display(), std::env::var("PATH").unwrap());
    let ran = Command::new("bash")
        .args(["-euo", "pipefail", "-c", script])
        .current_dir(office.folder())
        .env("PATH", path)
        .env("LANG", "zh_CN.UTF-8")
        .env("GUARD", office.path("guard"))
        .env("WITNESS", office.path("neighbour"))
        .env("VALUE", "31415926535897932384")
        .output()
        .unwrap();
    let out = String::from_utf8(ran.stdout).unwrap();
    let err = String::from_utf8(ran.stderr).unwrap();
    assert!(ran.status.success(), "{out}{err}");
    // Dice prove no time by themselves: whoever was in the room knows when they were thrown.
    assert!(out.contains(" 7 [未示] 封存时间：只有在二十次十面骰子于 "), "{out}{err}");
    assert!(out.contains("第 1 次，共 1 次"), "{out}{err}");
    assert!(out.trim_end().ends_with("核验通过"), "{out}{err}");
}

fn days(n: i64) -> jiff::Span {
    jiff::Span::new().days(n)
}
