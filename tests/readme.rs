//! The sessions of both READMEs are run as they stand: every command succeeds, every line shown is printed.
#![cfg(feature = "cli")]
#![allow(missing_docs)]

mod support;

use shuangsuiji::base::digest::Suite;
use support::ssj::command;

fn session(readme: &str, lang: &str) {
    let text = std::fs::read_to_string(support::root().join(readme)).unwrap();
    let block = text.split("```console\n").nth(1).unwrap().split("```").next().unwrap();
    let temp = tempfile::tempdir().unwrap();
    let mut output = String::new();
    let mut commands = 0;
    for line in block.lines() {
        match line.strip_prefix("$ ssj ") {
            Some(args) => {
                let args: Vec<&str> = args.split_whitespace().collect();
                let done = command(temp.path(), &args).env("LANG", lang).output().unwrap();
                output = String::from_utf8(done.stdout).unwrap();
                let errors = String::from_utf8_lossy(&done.stderr).into_owned();
                assert!(done.status.success(), "{line}\n{output}{errors}");
                commands += 1;
            }
            None => assert!(
                output.lines().any(|printed| printed == line),
                "{readme} shows {line:?}, not in:\n{output}"
            ),
        }
    }
    assert!(commands > 5, "the session is missing");
    assert!(
        output.trim_end().ends_with(block.trim_end().lines().last().unwrap()),
        "the last line differs"
    );
}

#[test]
fn the_english_session() {
    session("README.md", "en_US.UTF-8");
}

#[test]
fn the_chinese_session() {
    session("README.zh-CN.md", "zh_CN.UTF-8");
}

#[test]
fn ci_and_readme_call_the_same_tests() {
    let read = |path: &str| std::fs::read_to_string(support::root().join(path)).unwrap();
    for readme in ["README.md", "README.zh-CN.md"] {
        assert!(read(readme).contains("./tests/run.sh"));
    }
    assert!(read(".ci/run").contains("./tests/run.sh"));
}

/// Whoever compares a page with the digest that is published beside it compares it with this page.
#[test]
fn the_digest_beside_the_page_is_its_own() {
    let dist = support::root().join("web/dist");
    let digest = Suite::Sha256.digest(&std::fs::read(dist.join("verify.html")).unwrap());
    let sums = std::fs::read_to_string(dist.join("SHA256SUMS")).unwrap();
    assert_eq!(sums, format!("{}  verify.html\n", digest.hex()));
}

/// docs/attacks.md names tests and codes, all of which exist.
#[test]
fn every_attack_has_its_test() {
    let page = std::fs::read_to_string(support::root().join("docs/attacks.md")).unwrap();
    let mut rows = 0;
    for row in page.lines().filter(|line| line.contains("`tests/")) {
        let mut names = row.split('`').skip(1).step_by(2);
        let (file, test) = (names.next().unwrap(), names.next().unwrap());
        let text = std::fs::read_to_string(support::root().join(file)).unwrap();
        assert!(text.contains(&format!("#[test]\nfn {test}(")), "{file} has no test {test}");
        let codes = row.split('|').nth(3).unwrap().split([',', ' ']).filter(|word| word.len() == 3);
        for code in codes.filter(|word| word.is_ascii()) {
            assert!(shuangsuiji::base::codes::find(code).is_some(), "{code} is no code");
        }
        rows += 1;
    }
    assert!(rows >= 19, "{rows} rows");
}
