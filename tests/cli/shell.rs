//! Workspaces, stores and folders that do not work, and usage.

use std::fs;

use crate::office::{COMMIT_IN_TIME, Office, ssj};
use crate::support::ssj::BEFORE;

#[test]
fn workspaces_that_are_none() {
    let office = Office::new();
    fs::create_dir(office.path("w")).unwrap();
    let (zh, en) = (
        "错误 W01 w：其中没有 ssj.db
  处理：先执行 ssj init 文件夹，再在其中执行，或用 -C 指明。",
        "error W01 w: there is no ssj.db in it
  remedy: Run ssj init DIR first, then run inside it or name it with -C.",
    );
    office.refuses_saying(2, &["-C", "w", "check", "plan.toml"], zh, en);
    office.refuses_saying(2, &["-C", "w", "import", "matters", "matters.csv", "--apply"], zh, en);
    office.refuses(2, &["-C", "w", "commit", "plan.toml", "--out", "bundle"], &["W01 w"]);
    office.refuses(2, &["-C", "nowhere", "check", "plan.toml"], &["W01 nowhere"]);
}

#[test]
fn empty_registers() {
    let office = Office::new();
    office.done(&["init", "w"]);
    let (zh, en) = (
        "错误 W04 matters：随机抽查事项清单为空
错误 W04 subjects：检查对象名录库为空
错误 W04 inspectors：执法检查人员名录库为空
  处理：先导入：ssj import matters|subjects|inspectors 文件。",
        "error W04 matters: no matters
error W04 subjects: no subjects
error W04 inspectors: no inspectors
  remedy: Import first: ssj import matters|subjects|inspectors FILE.",
    );
    office.refuses_saying(2, &["-C", "w", "check", "plan.toml"], zh, en);
    office.refuses_saying(2, &["-C", "w", "commit", "plan.toml", "--out", "bundle"], zh, en);
}

/// An auditor's medium: everything that only reads works on a workspace that nobody may write to.
#[test]
fn a_read_only_workspace_is_read() {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};
    use std::os::unix::process::CommandExt;
    const NOBODY: u32 = 65_534;
    let office = Office::new();
    office.commit();
    assert_eq!(office.after(crate::office::BEACON).exit, 0);
    office.done(&["draw", "bundle"]);
    let out = tempfile::tempdir().unwrap();
    let table = out.path().join("subjects.csv").display().to_string();
    let rights = |path: &std::path::Path, mode| {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    };
    rights(out.path(), 0o777);
    rights(&office.path("ssj.db"), 0o444);
    // Rights mean nothing to the superuser, who runs the program as somebody else.
    let is_root = fs::metadata(out.path()).unwrap().uid() == 0;
    let run = |args: &[&str]| {
        let mut command = crate::support::ssj::command(office.folder(), args);
        if is_root {
            command.uid(NOBODY).gid(NOBODY);
        }
        command.output().map(|output| {
            let text = [output.stdout, output.stderr].concat();
            (output.status.code(), String::from_utf8(text).unwrap())
        })
    };
    // The folder may be written to or not: SQLite would make files beside the database.
    for mode in [0o755, 0o555] {
        rights(office.folder(), mode);
        if let Err(error) = run(&["--version"]) {
            println!("not run: the program cannot be started as somebody else: {error}");
            break;
        }
        for args in [
            &["check", "plan.toml"][..],
            &["export", "subjects", &table],
            &["registry", "log"],
            &["simulate", "plan.toml", "--runs", "10"],
            &["verify", "bundle", "--registry"],
        ] {
            let (exit, text) = run(args).unwrap();
            assert_eq!(exit, Some(0), "ssj {args:?}: {text}");
        }
        let write = ["import", "recusals", "recusals.csv", "--apply", "--merge"];
        let (exit, text) = run(&write).unwrap();
        assert!(exit == Some(3) && text.contains("W26 ") && text.contains("ssj.db"), "{text}");
    }
    rights(office.folder(), 0o755);
}

/// A folder below a regular file cannot be written, whoever runs the test.
#[test]
fn output_that_cannot_be_written() {
    let office = Office::new();
    let commit = ["--clock", BEFORE, "commit", "plan.toml", "--out", "plan.toml/bundle"];
    office.refuses(3, &commit, &["W08 plan.toml"]);
    office.refuses(3, &["init", "plan.toml/w"], &["W08 plan.toml/w"]);
    office.refuses(3, &["generate", "--out", "plan.toml/g"], &["W08 plan.toml/g"]);
    office.refuses(3, &["demo", "--out", "plan.toml/d"], &["W08 plan.toml/d"]);
    // The same command with a folder that can be written then does the job.
    office.done(COMMIT_IN_TIME);
}

/// A folder where a file is meant, files where a new folder is meant, and what is packed: said as they are.
#[test]
fn what_was_named_by_mistake() {
    let office = Office::new();
    fs::create_dir(office.path("lists")).unwrap();
    office.write("lists/subjects.csv", "reg_no,name\n");
    let commit = ["--clock", BEFORE, "commit", "plan.toml", "--out", "lists"];
    office.refuses_saying(
        2,
        &commit,
        "错误 W03 lists：这个文件夹不是公示包，也不是空的
  处理：已完成的文件不会被覆盖：换一个输出位置，或移走旧文件后重试。",
        "error W03 lists: this folder is no bundle, and it is not empty
  remedy: A finished file is never overwritten: choose another place or move the old file away first.",
    );
    office.refuses(2, &["import", "subjects", "lists"], &["W07 lists：这是文件夹"]);
    for (name, mark) in
        [("gzip", &b"\x1f\x8b\x08\0"[..]), ("xz", b"\xfd7zXZ\0"), ("ZIP", b"PK\x05\x06")]
    {
        office.write("packed", [mark, &[0x81; 64]].concat());
        office.refuses(
            2,
            &["import", "subjects", "packed"],
            &["R42 packed", &format!("这是 {name} 文件")],
        );
    }
}

#[test]
fn receipts_that_cannot_be_written() {
    let office = Office::drawn();
    let receipt = ["receipt", "bundle", "REG:R02", "--out", "plan.toml/r.json"];
    office.refuses(3, &receipt, &["W08 plan.toml/r.json"]);
    // An existing file that differs is never overwritten.
    let receipt = ["receipt", "bundle", "REG:R02", "--out", "plan.toml"];
    office.refuses_saying(
        2,
        &receipt,
        "错误 W03 plan.toml：已有内容不同的文件
  处理：已完成的文件不会被覆盖：换一个输出位置，或移走旧文件后重试。",
        "error W03 plan.toml: a different one is there already
  remedy: A finished file is never overwritten: choose another place or move the old file away first.",
    );
}

#[test]
fn a_store_that_is_no_database() {
    let garbage = [b"SQLite format 3\0".as_slice(), &[0xa5; 4096]].concat();
    for bytes in [b"not a database, but long enough to be one".repeat(100), garbage] {
        let office = Office::new();
        office.write("ssj.db", bytes);
        for args in [
            ["check", "plan.toml"].as_slice(),
            &["init", "."],
            &["import", "matters", "matters.csv", "--apply"],
            COMMIT_IN_TIME,
        ] {
            office.refuses(
                3,
                args,
                &["错误 W09 ./ssj.db：", "  处理：检查 ssj.db 是否被他人占用、损坏"],
            );
        }
        office.refuses(3, &["--lang", "en", "check", "plan.toml"], &["error W09 ./ssj.db: "]);
    }
}

#[test]
fn usage() {
    let office = Office::new();
    for args in [
        [].as_slice(),
        &["nope"],
        &["commit", "plan.toml"],
        &["import", "people", "x.csv"],
        &["verify"],
        &["--lang", "fr", "check", "plan.toml"],
        &["event", "bundle", "void", "--by", "a"],
    ] {
        let ran = office.refuses(2, args, &[]);
        assert!(ran.err.contains("Usage:") || ran.err.contains("possible values"), "{}", ran.err);
    }
    assert_eq!(ssj(office.folder(), &["--help"]).exit, 0);
    assert_eq!(ssj(office.folder(), &["--version"]).out, "ssj 0.1.0\n");
    office.refuses_saying(
        2,
        &["explain", "Z99"],
        "错误 W07 Z99：没有代码 Z99；ssj explain 列出全部
  处理：用 --help 查看该命令的用法。",
        "error W07 Z99: no code Z99; ssj explain lists all
  remedy: See the command's --help.",
    );
}

/// `explain` knows every code, in both languages; lower case will do.
#[test]
fn explain() {
    let office = Office::new();
    let all = office.done(&["explain"]).out;
    assert!(all.lines().count() > 90, "{all}");
    for line in all.lines() {
        let (code, title) = line.split_once("  ").unwrap();
        let one = office.done(&["explain", &code.to_lowercase()]).out;
        assert!(one.starts_with(&format!("{code}  {title} (")), "{one}");
        assert!(one.lines().count() >= 2, "{one}");
    }
}

/// Output that went nowhere is no success; a reader who has seen enough is no fault.
#[cfg(target_os = "linux")]
#[test]
fn output_that_cannot_be_written_is_no_success() {
    use std::io::Read;
    use std::process::Stdio;
    let office = Office::new();
    office.commit();
    for args in [&["--json", "explain"][..], &["explain"], &["completions", "bash"]] {
        let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
        let mut command = crate::support::ssj::command(office.folder(), args);
        let output = command.stdout(full).stderr(Stdio::piped()).spawn().unwrap();
        let output = output.wait_with_output().unwrap();
        let told = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.code() == Some(3) && told.contains("W08"), "{args:?}: {told}");
        let mut command = crate::support::ssj::command(office.folder(), args);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut first = [0; 16];
        child.stdout.take().unwrap().read_exact(&mut first).unwrap();
        let output = child.wait_with_output().unwrap();
        assert_eq!((output.status.code(), output.stderr.len()), (Some(0), 0), "{args:?}");
    }
}
