//! `ssj ceremony` on a pseudo-terminal of 80 × 24: the whole of it, and killed at every page and begun again. What it
//! writes is what `ssj beacon` and `ssj draw` write.
#![cfg(all(feature = "cli", unix))]
#![allow(missing_docs)]

mod support;

use std::fs;
use std::path::Path;
use std::process::Command;

use support::root;
use support::ssj::{AFTER, SIGNATURE, beacon_args, commit_args, district, import_all, run};

/// Plays these steps, each (text to wait for, keys).
fn play(folder: &Path, args: &[&str], steps: &[(&str, &str)]) -> String {
    let output = Command::new("python3")
        .arg(root().join("tests/ceremony/play.py"))
        .arg(serde_json::to_string(steps).unwrap())
        .arg(env!("CARGO_BIN_EXE_ssj"))
        .args(args)
        .current_dir(folder)
        .env("LANG", "zh_CN.UTF-8")
        .env_remove("LC_ALL")
        .output()
        .expect("python3 is needed for a pseudo-terminal: see tests/run.sh");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{said}");
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(place) = folders.pop() {
        for entry in fs::read_dir(place).unwrap() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true => folders.push(path),
                false => {
                    let name = path.strip_prefix(folder).unwrap().display().to_string();
                    found.push((name, fs::read(&path).unwrap()));
                }
            }
        }
    }
    found.sort();
    found
}

#[test]
fn a_ceremony_killed_at_every_page_gives_the_bytes_of_the_plain_commands() {
    let office = district(200);
    let folder = office.path();
    import_all(folder);
    run(folder, 0, &commit_args());
    let copied = Command::new("cp").args(["-r", "bundle", "plain"]).current_dir(folder).status();
    assert!(copied.unwrap().success());
    let mut plain = beacon_args();
    *plain.iter_mut().find(|arg| **arg == "bundle").unwrap() = "plain";
    run(folder, 0, &plain);
    run(folder, 0, &["draw", "plain"]);

    let ceremony = ["--clock", AFTER, "ceremony", "bundle"];
    let no_terminal = run(folder, 2, &ceremony);
    assert!(no_terminal.contains("错误 W62"), "{no_terminal}");

    let typed = format!("{SIGNATURE}\r");
    let (package, value) = (("封存承诺的摘要", "\r"), ("录入签名", typed.as_str()));
    let killed = |text| (text, "KILL");
    assert_eq!(play(folder, &ceremony, &[killed("【演练】")]), "killed");
    assert_eq!(play(folder, &ceremony, &[package, killed("录入签名")]), "killed");
    assert!(!folder.join("bundle/beacon.json").exists());
    // A wrong value is refused on the page; Esc leaves, and nothing has changed.
    let wrong = format!("{}\r", SIGNATURE.replace("8b3e", "8b3f"));
    let steps = [package, ("录入签名", wrong.as_str()), ("签名", "\u{1b}")];
    assert_eq!(play(folder, &ceremony, &steps), "0");
    assert!(!folder.join("bundle/beacon.json").exists());
    assert_eq!(play(folder, &ceremony, &[package, value, killed("随机种子")]), "killed");
    assert!(
        folder.join("bundle/beacon.json").exists() && !folder.join("bundle/manifest.tsv").exists()
    );
    // It goes on with the seed, and nobody can type another value.
    assert_eq!(play(folder, &ceremony, &[("随机种子", "\r"), killed("抽签号")]), "killed");
    let lists = fs::read_dir(folder.join("bundle/draw")).unwrap().count();
    let mut steps = vec![("抽签号", "\r"); lists];
    steps[lists - 1] = ("抽签号", "\r");
    steps.push(("结果摘要", "\r"));
    let page_by_page: Vec<(&str, &str)> = steps;
    assert_eq!(play(folder, &ceremony, &page_by_page), "0");
    assert_eq!(files(&folder.join("bundle")), files(&folder.join("plain")));
    let record = fs::read_to_string(folder.join("bundle.ceremony.html")).unwrap();
    for text in ["随机抽取签到与见证记录", "演练记录", "drand:52db9ba7", "见证人", "结果摘要"]
    {
        assert!(record.contains(text), "the record has no {text}");
    }
    run(folder, 0, &["verify", "bundle"]);
}
