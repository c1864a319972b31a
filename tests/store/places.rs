//! Where a store may be, and places where it cannot work.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use shuangsuiji::registry::Register;
use shuangsuiji::store::Store;

use crate::site::workspace;
use crate::support::postgres;
use crate::support::ssj::{command, run};

const SECRET: &str = "not-a-secret";
const MATTERS: &str = "id,name,kind,dept\nM001,食品经营检查,一般,市监\n";

fn ssj(folder: &Path, env: &[(&str, &str)], args: &[&str]) -> (i32, String) {
    let output = command(folder, args).envs(env.iter().copied()).output().unwrap();
    let text = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
    (output.status.code().unwrap(), text.concat())
}

#[test]
fn a_workspace_on_a_server() {
    let Some(url) = postgres::database() else { return };
    let temp = tempfile::tempdir().unwrap();
    let folder = temp.path();
    // A database of somebody else's is not touched before `init`.
    let env = [("DATABASE_URL", url.as_str())];
    let (exit, text) = ssj(folder, &env, &["registry", "log"]);
    assert!(exit == 2 && text.contains("W01") && text.contains("中没有名录"), "{text}");
    assert_eq!(
        postgres::sql(&url, "select count(*) from pg_tables where schemaname = 'public'"),
        "0"
    );
    let (exit, text) = ssj(folder, &[], &["--json", "init", "w", "--database", &url]);
    assert!(exit == 0 && !text.contains(SECRET), "{text}");
    let folder = folder.join("w");
    let settings = folder.join("ssj.toml");
    assert_eq!(fs::read_to_string(&settings).unwrap(), format!("database = \"{url}\"\n"));
    assert_eq!(fs::metadata(&settings).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(!folder.join("ssj.db").exists());
    fs::write(folder.join("m.csv"), MATTERS).unwrap();
    run(&folder, 0, &["import", "matters", "m.csv", "--apply", "--by", "甲"]);
    assert!(!folder.join("ssj.db").exists());
    assert_eq!(postgres::sql(&url, "select by_whom from version"), "甲");
    // The same command again changes nothing; another address is refused.
    assert!(run(&folder, 0, &["init", "."]).contains("已是工作区"));
    run(&folder, 0, &["init", ".", "--database", &url]);
    let other = ["init", ".", "--database", "sqlite:else.db"];
    assert!(run(&folder, 2, &other).contains("W03"));
    // A second coordinator in a folder of his own sees the same registers, by the environment alone.
    let second = temp.path().join("second");
    fs::create_dir(&second).unwrap();
    let (exit, text) = ssj(&second, &env, &["registry", "log"]);
    assert!(exit == 0 && text.contains("导入人 甲"), "{text}");
    // The settings win over the environment.
    let other = [("DATABASE_URL", "sqlite:none.db")];
    assert_eq!(ssj(&folder, &other, &["registry", "log"]).0, 0);
}

/// Whatever is wrong with an address, its password is told to nobody.
#[test]
fn no_password_is_ever_printed() {
    let temp = tempfile::tempdir().unwrap();
    for (exit, code, url) in [
        (3, "W09", "postgres://u:not-a-secret@127.0.0.1:1/x".to_owned()),
        (3, "W09", "postgres://u@127.0.0.1:1/x?password=not-a-secret".to_owned()),
        (3, "W09", "postgres://u:not-a-secret@%2Fnowhere/x".to_owned()),
        (2, "W20", "postgres://u:not-a-secret@127.0.0.1:port/x".to_owned()),
        (2, "W20", "mysql://u:not-a-secret@127.0.0.1/x".to_owned()),
    ] {
        for args in [["--json", "registry", "log"], ["--lang=en", "registry", "log"]] {
            let (found, text) = ssj(temp.path(), &[("DATABASE_URL", &url)], &args);
            assert!(found == exit && text.contains(code) && !text.contains(SECRET), "{text}");
        }
        fs::write(temp.path().join("ssj.toml"), format!("database = \"{url}\"\n")).unwrap();
        let (found, text) = ssj(temp.path(), &[], &["registry", "log"]);
        assert!(found == exit && text.contains(code) && !text.contains(SECRET), "{text}");
        fs::remove_file(temp.path().join("ssj.toml")).unwrap();
    }
    fs::write(temp.path().join("ssj.toml"), "database = \"postgres://u:not-a-secret@h/x").unwrap();
    let (exit, text) = ssj(temp.path(), &[], &["registry", "log"]);
    assert!(exit == 2 && text.contains("W22 ./ssj.toml") && !text.contains(SECRET), "{text}");
}

/// A demonstration in a shell where `DATABASE_URL` is set must not end in the office's own database.
#[test]
fn the_demo_keeps_out_of_the_environments_database() {
    let Some(url) = postgres::database() else { return };
    let temp = tempfile::tempdir().unwrap();
    let (exit, text) = ssj(temp.path(), &[("DATABASE_URL", &url)], &["demo", "--out", "d"]);
    assert_eq!(exit, 0, "{text}");
    assert_eq!(
        postgres::sql(&url, "select count(*) from pg_tables where schemaname = 'public'"),
        "0"
    );
}

/// A folder with a small file system of its own, unmounted at the end; none without the right to mount.
struct Mounted(PathBuf);

impl Mounted {
    fn new(folder: PathBuf, size: &str) -> Option<Self> {
        fs::create_dir(&folder).unwrap();
        let size = format!("size={size}");
        let mount =
            Command::new("mount").args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(&folder).output();
        let mounted = postgres::is_root() && mount.is_ok_and(|done| done.status.success());
        mounted.then_some(Mounted(folder))
    }

    fn read_only(&self) {
        let done = Command::new("mount").args(["-o", "remount,ro"]).arg(&self.0).status().unwrap();
        assert!(done.success());
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

fn subjects(count: usize) -> String {
    let rows = (0..count).map(|n| format!("R{n:06},示例店{n},企业,存续,示例路{n}号院{n}号楼\n"));
    let header = "reg_no,name,kind,status,address\n".to_owned();
    rows.fold(header, |text, row| text + &row)
}

fn rows_of(folder: &Path) -> usize {
    Store::open(folder).unwrap().table(Register::Subjects).unwrap().rows.len()
}

#[test]
fn a_full_disk_leaves_the_old_version() {
    let temp = workspace("sqlite:ssj.db");
    let (files, import) =
        (temp.path().join("files"), ["import", "subjects", "../big.csv", "--apply"]);
    fs::write(temp.path().join("big.csv"), subjects(30_000)).unwrap();
    fs::write(temp.path().join("small.csv"), subjects(500)).unwrap();
    if let Some(mounted) = Mounted::new(files.clone(), "3m") {
        run(&mounted.0, 0, &["init", "."]);
        run(&mounted.0, 0, &["import", "subjects", "../small.csv", "--apply"]);
        let text = run(&mounted.0, 3, &import);
        assert!(text.contains("W09 ./ssj.db：") && text.contains("full"), "{text}");
        assert_eq!(rows_of(&mounted.0), 500);
        // The same command after the disk was cleaned up does the job: here, a smaller file does.
        fs::write(temp.path().join("small.csv"), subjects(600)).unwrap();
        run(&mounted.0, 0, &["import", "subjects", "../small.csv", "--apply"]);
        assert_eq!(rows_of(&mounted.0), 600);
    } else {
        // Without the right to mount, a limit on the size of files stops the writing in the same way.
        let _ = fs::remove_dir(&files);
        run(temp.path(), 0, &["import", "subjects", "small.csv", "--apply"]);
        let script = "trap '' XFSZ; ulimit -f 1500; exec \"$0\" import subjects big.csv --apply";
        let mut limited = Command::new("bash");
        limited.args(["-c", script, env!("CARGO_BIN_EXE_ssj")]).current_dir(temp.path());
        let output = limited.env_remove("DATABASE_URL").output().unwrap();
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.code() == Some(3) && text.contains("W09"), "{text}");
        assert_eq!(rows_of(temp.path()), 500);
    }
}

#[test]
fn a_read_only_folder_leaves_the_old_version() {
    let temp = tempfile::tempdir().unwrap();
    let folder = temp.path().join("files");
    fs::write(temp.path().join("small.csv"), subjects(5)).unwrap();
    fs::write(temp.path().join("more.csv"), subjects(9)).unwrap();
    let mounted = Mounted::new(folder.clone(), "3m");
    let _ = fs::create_dir(&folder);
    run(&folder, 0, &["init", "."]);
    run(&folder, 0, &["import", "subjects", "../small.csv", "--apply"]);
    let before = fs::read(folder.join("ssj.db")).unwrap();
    let only_read = |mode| fs::set_permissions(&folder, fs::Permissions::from_mode(mode)).unwrap();
    match &mounted {
        Some(mounted) => mounted.read_only(),
        None => only_read(0o555),
    }
    let text = run(&folder, 3, &["import", "subjects", "../more.csv", "--apply"]);
    assert!(text.contains("W26 ./ssj.db："), "{text}");
    assert!(fs::read(folder.join("ssj.db")).unwrap() == before);
    if mounted.is_none() {
        only_read(0o755);
    }
}
