//! `ssj log` as its users meet it: the life of a log, witnesses of other offices, the attacks that it must withstand, and
//! kill -9. A second program, written from `docs/log.md`, says the same of what is made here.
#![cfg(all(feature = "cli", unix))]
#![allow(missing_docs)]

mod support;

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha20Rng;
use serde_json::Value;
use support::ssj::{command, district, import_all, run, ssj};
use support::{VECTORS, read_folder, root, write_folder};
use tempfile::TempDir;

/// Offices, each with a log whose guard lies elsewhere.
struct Offices {
    temp: TempDir,
}

impl Offices {
    fn new(names: &[&str]) -> Self {
        let offices = Offices { temp: tempfile::tempdir().unwrap() };
        for name in names {
            let (origin, guard) = (format!("{name}.example"), format!("elsewhere/{name}"));
            offices.done(&["log", "init", name, "--origin", &origin, "--guard", &guard]);
        }
        offices
    }

    fn path(&self, name: &str) -> PathBuf {
        self.temp.path().join(name)
    }

    fn done(&self, args: &[&str]) -> String {
        run(self.temp.path(), 0, args)
    }

    /// Runs in English, and demands the exit code and the code of a finding.
    fn refused(&self, exit: i32, code: &str, args: &[&str]) -> String {
        let text = run(self.temp.path(), exit, &[&["--lang", "en"], args].concat());
        assert!(text.contains(&format!(" {code} ")), "no {code} in:\n{text}");
        text
    }

    fn report(&self, args: &[&str]) -> Value {
        let output = ssj(self.temp.path(), &[&["--json"], args].concat());
        serde_json::from_slice(&output.stdout).unwrap()
    }

    /// A vector's bundle under another draw's name: only what the log reads.
    fn bundle(&self, name: &str) -> String {
        let text = fs::read_to_string(root().join("tests/vectors/open/commitment.json")).unwrap();
        fs::create_dir_all(self.path(name)).unwrap();
        let other = text.replace("\"draw\":\"EX-OPEN\"", &format!("\"draw\":\"{name}\""));
        fs::write(self.path(name).join("commitment.json"), other).unwrap();
        name.to_owned()
    }

    fn vkey(&self, name: &str) -> String {
        fs::read_to_string(self.path(name).join("public/log.vkey")).unwrap().trim().to_owned()
    }

    fn snapshot(&self, name: &str) -> BTreeMap<String, Vec<u8>> {
        read_folder(&self.path(name))
    }

    fn restore(&self, name: &str, files: &BTreeMap<String, Vec<u8>>) {
        fs::remove_dir_all(self.path(name)).unwrap();
        write_folder(&self.path(name), files);
    }
}

fn vector(name: &str) -> String {
    root().join("tests/vectors").join(name).display().to_string()
}

/// The keys that `docs/json-schema.json` requires.
fn has_documented_keys(value: &Value, kind: &str) {
    let text = fs::read_to_string(root().join("docs/json-schema.json")).unwrap();
    let schema: Value = serde_json::from_str(&text).unwrap();
    let required = schema.pointer(&format!("/$defs/{kind}/required")).unwrap();
    for key in required.as_array().unwrap() {
        assert!(value.get(key.as_str().unwrap()).is_some(), "no {key}: {value}");
    }
}

#[test]
fn the_life_of_a_log() {
    let offices = Offices::new(&["a"]);
    let mode = |file: &str| offices.path(file).metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!((mode("a/key"), mode("a/witness.key")), (0o600, 0o600));
    let public: Vec<String> = read_folder(&offices.path("a/public")).into_keys().collect();
    assert_eq!(public, ["checkpoint", "log.vkey"], "no secret is given out");
    let before = offices.snapshot("a");
    let init = ["log", "init", "a", "--origin", "a.example", "--guard", "elsewhere/a"];
    assert!(offices.done(&init).contains("未作改动"));
    assert_eq!(offices.snapshot("a"), before);
    offices.refused(
        2,
        "W03",
        &["log", "init", "a", "--origin", "b.example", "--guard", "elsewhere/a"],
    );
    offices.refused(
        2,
        "W03",
        &["log", "init", "c", "--origin", "a.example", "--guard", "elsewhere/a"],
    );
    offices.refused(2, "W07", &["log", "init", "d", "--origin", "d", "--guard", "d/guard"]);
    offices.refused(2, "L02", &["log", "init", "d", "--origin", "d e", "--guard", "g"]);

    let all: Vec<String> = VECTORS.iter().map(|name| vector(name)).collect();
    let append: Vec<&str> =
        ["log", "append", "a"].into_iter().chain(all.iter().map(String::as_str)).collect();
    let report = offices.report(&append);
    assert_eq!((&report["new"], &report["size"]), (&13.into(), &13.into()), "{report}");
    let late = report["late"].as_array().unwrap();
    assert_eq!(late.len(), 4, "all values were known long ago: {report}");
    let logged = offices.snapshot("a");
    assert_eq!(offices.report(&append)["new"], 0);
    assert_eq!(offices.snapshot("a"), logged, "the same step logs nothing new");
    let tail = offices.done(&["log", "tail", "a", "-n", "2"]);
    assert_eq!(tail.lines().count(), 3, "{tail}");
    assert!(tail.contains("公开") && tail.contains("a.example 共 13 条"), "{tail}");

    let key = offices.vkey("a");
    let c = report["entries"][0]["entry"]["commitment"].as_str().unwrap();
    offices.done(&["log", "prove", "a", "0", "--out", "zero.tlog-proof"]);
    offices.done(&["log", "prove", "a/public", c, "--out", "last.tlog-proof"]);
    offices.refused(2, "W07", &["log", "prove", "a", "13", "--out", "x"]);
    let check = ["log", "check", "zero.tlog-proof", "last.tlog-proof", "--key", &key];
    let text = offices.done(&check);
    assert_eq!(text.matches("核验通过").count(), 2, "{text}");
    assert!(text.contains("没有见证人：时间和唯一性未证明"), "{text}");
    let of = |bundle: &str| -> Vec<String> {
        let bundle = vector(bundle);
        let words = ["log", "check", "zero.tlog-proof", "--key", &key, "--bundle", &bundle];
        words.map(str::to_owned).to_vec()
    };
    let words = |words: &[String]| words.iter().map(String::clone).collect::<Vec<_>>();
    let [own, other] = ["open", "open_sm3"].map(|bundle| words(&of(bundle)));
    offices.done(&own.iter().map(String::as_str).collect::<Vec<_>>());
    offices.refused(1, "L08", &other.iter().map(String::as_str).collect::<Vec<_>>());
    // Three of the vectors are draws of one agency with a matter in common: the log shows it.
    let text = offices.refused(1, "L20", &["log", "check", "a", "--key", &key]);
    assert!(text.contains("EX-OPEN, attempt 1  live"), "{text}");
    let reports = offices.report(&["log", "check", "a", "--key", &key]);
    assert_eq!(reports["attempts"].as_array().unwrap().len(), 4);
    has_documented_keys(&reports["attempts"][0], "attempt");
    has_documented_keys(&report["entries"][12], "logged_entry");
    has_documented_keys(&report["entries"][12]["entry"], "logged_entry/properties/entry");
    for args in [&append[..], &["log", "tail", "a"], &init, &check[..3]] {
        let report = offices.report(args);
        assert!(report["findings"].is_array() || report["what"].is_string(), "{report}");
    }
}

/// Two offices witness a third; the quorum makes what was said once unsayable again.
#[test]
fn offices_witness_each_other() {
    let offices = Offices::new(&["a", "b", "c"]);
    offices.done(&["log", "append", "a", &vector("open")]);
    let key = offices.vkey("a");
    let witness_key = |name: &str| {
        let init = [
            "log",
            "init",
            name,
            "--origin",
            &format!("{name}.example"),
            "--guard",
            &format!("elsewhere/{name}"),
        ];
        offices.report(&init)["witness_key"].as_str().unwrap().to_owned()
    };
    let policy = format!(
        "log {key}\nwitness b {}\nwitness c {}\ngroup both 2 b c\nquorum both\n",
        witness_key("b"),
        witness_key("c")
    );
    fs::write(offices.path("policy"), policy).unwrap();
    let cosign = |name: &str| {
        let out = format!("{name}.cosignature");
        offices.done(&["log", "witness", name, "a/public", "--key", &key, "--out", &out]);
        out
    };
    let (b, c) = (cosign("b"), cosign("c"));
    offices.done(&["log", "prove", "a", "2", "--out", "two.tlog-proof"]);
    let check = ["log", "check", "two.tlog-proof", "--policy", "policy"];
    offices.refused(1, "L14", &check);
    let text = offices.done(&["log", "cosign", "a", &b, "--policy", "policy"]);
    assert!(text.contains("已有 1 个联署，尚未达法定人数"), "{text}");
    let text = offices.done(&["log", "cosign", "a", &b, &c, "--policy", "policy"]);
    assert!(text.contains("已有 2 个联署，已达法定人数"), "{text}");
    offices.done(&["log", "prove", "a", "2", "--out", "two.tlog-proof"]);
    let text = offices.done(&check);
    assert!(text.contains("法定人数的见证人最迟于"), "{text}");
    offices.done(&["log", "check", "a", "--policy", "policy"]);
    // The beacon of the vector is long known: nobody will believe that the commitment came first.
    offices.done(&["log", "prove", "a", "0", "--out", "zero.tlog-proof"]);
    let text =
        offices.refused(1, "L15", &["log", "check", "zero.tlog-proof", "--policy", "policy"]);
    assert!(text.contains("which was due by 2026-07-23 15:28:30 (China time)"), "{text}");
    // A stranger's line is left out, a false one refused, and a clock that is set is no clock.
    let other = Offices::new(&["d"]);
    write_folder(&other.path("copy"), &read_folder(&offices.path("a/public")));
    let line = other.done(&["log", "witness", "d", "copy", "--key", &key]);
    fs::write(offices.path("d.cosignature"), line.lines().last().unwrap()).unwrap();
    offices.refused(0, "L31", &["log", "cosign", "a", "d.cosignature", "--policy", "policy"]);
    offices.done(&["log", "append", "a", &offices.bundle("more")]);
    offices.refused(1, "L03", &["log", "cosign", "a", &b, "--policy", "policy"]);
    let witness = ["log", "witness", "b", "a/public", "--key", &key];
    let clock = ["--clock", "2026-07-22T09:00:00+08:00"];
    offices.refused(2, "W11", &[&clock[..], &witness].concat());
    offices.refused(
        2,
        "W11",
        &["--clock", "2126-07-22T09:00:00+08:00", "log", "append", "a", "more"],
    );
    offices.done(&witness);
}

/// A log that says one thing to some and another to others cannot have both cosigned, nor shown to who kept a checkpoint.
#[test]
fn a_forked_log_is_found() {
    let offices = Offices::new(&["a", "w"]);
    offices.done(&["log", "append", "a", &vector("open")]);
    let key = offices.vkey("a");
    let (log, guard) = (offices.snapshot("a"), offices.snapshot("elsewhere/a"));
    offices.done(&["log", "append", "a", &offices.bundle("one")]);
    offices.done(&["log", "witness", "w", "a", "--key", &key]);
    fs::copy(offices.path("a/public/checkpoint"), offices.path("kept")).unwrap();
    // Whoever restores log and guard together can sign a second truth …
    offices.restore("a", &log);
    offices.restore("elsewhere/a", &guard);
    offices.done(&["log", "append", "a", &offices.bundle("two"), &offices.bundle("three")]);
    // … which nobody takes who has seen the first.
    offices.refused(1, "L07", &["log", "witness", "w", "a", "--key", &key]);
    offices.refused(1, "L07", &["log", "check", "a", "--key", &key, "--since", "kept"]);
    let shorter = Offices::new(&["b"]);
    shorter.done(&["log", "append", "b", &vector("open")]);
    offices.restore("a", &log);
    offices.refused(1, "L16", &["log", "witness", "w", "a", "--key", &key]);
    offices.refused(1, "L16", &["log", "check", "a", "--key", &key, "--since", "kept"]);
    // Another key is another log, though it has the same name.
    offices.refused(1, "L04", &["log", "check", "a", "--key", &other_key()]);
    offices.refused(1, "L06", &["log", "check", "a", "--key", &shorter.vkey("b")]);
    offices.refused(2, "L02", &["log", "check", "a", "--key", "a.example"]);
    offices.refused(2, "W07", &["log", "check", "a"]);
    offices.refused(2, "L19", &["log", "tail", "elsewhere"]);
    offices.refused(2, "L19", &["log", "append", "kept", "one"]);
}

/// A key of the name of office `a`, which is not its key.
fn other_key() -> String {
    Offices::new(&["a"]).vkey("a")
}

/// The guard knows what was signed: an old copy of the log is not signed again, and a run that was killed is finished.
#[test]
fn a_restored_backup_refuses_to_sign() {
    let offices = Offices::new(&["a"]);
    offices.done(&["log", "append", "a", &offices.bundle("one")]);
    let (backup, old_guard) = (offices.snapshot("a"), offices.snapshot("elsewhere/a"));
    offices.done(&["log", "append", "a", &offices.bundle("two")]);
    let (log, guard) = (offices.snapshot("a"), offices.snapshot("elsewhere/a"));
    offices.restore("a", &backup);
    let again = ["log", "append", "a", &offices.bundle("other")];
    let text = offices.refused(1, "L16", &again);
    assert!(text.contains("it has 1 entries, but 2 were signed: a backup was restored"), "{text}");
    assert_eq!(offices.snapshot("a"), backup, "nothing was written");
    // The checkpoint alone is old: a run was killed between guard and publication.
    let mut killed = log.clone();
    killed.insert("public/checkpoint".to_owned(), backup["public/checkpoint"].clone());
    offices.restore("a", &killed);
    assert_eq!(offices.report(&["log", "append", "a", "two"])["new"], 0);
    assert_eq!(offices.snapshot("a"), log);
    // The guard itself restored, lost, another's.
    offices.restore("elsewhere/a", &old_guard);
    offices.refused(1, "L17", &again);
    fs::remove_dir_all(offices.path("elsewhere/a")).unwrap();
    offices.refused(1, "L17", &again);
    fs::create_dir_all(offices.path("elsewhere/a")).unwrap();
    offices.refused(1, "L17", &again);
    offices.restore("a", &backup);
    offices.restore("elsewhere/a", &old_guard);
    offices.done(&again);
    offices.restore("elsewhere/a", &guard);
    offices.refused(1, "L18", &again);
}

/// An entry changed, removed or moved, in the files of a log.
#[test]
fn tampered_logs_are_found() {
    let offices = Offices::new(&["a"]);
    offices.done(&["log", "append", "a", &vector("open"), &offices.bundle("two")]);
    let key = offices.vkey("a");
    let log = offices.snapshot("a");
    let check = ["log", "check", "a", "--key", &key];
    let entries = "public/tile/entries/000.p/4";
    let with = |path: &str, change: &dyn Fn(&mut Vec<u8>)| {
        let mut other = log.clone();
        change(other.get_mut(path).unwrap());
        offices.restore("a", &other);
    };
    with(entries, &|bytes| {
        let at = bytes.windows(7).position(|part| part == b"EX-OPEN").unwrap();
        bytes[at] = b'X';
    });
    offices.refused(1, "L09", &check);
    offices.refused(1, "L09", &["log", "append", "a", "two"]);
    with(entries, &|bytes| {
        let first = 2 + usize::from(u16::from_be_bytes([bytes[0], bytes[1]]));
        drop(bytes.drain(..first));
    });
    offices.refused(1, "L10", &check);
    with("public/tile/0/000.p/4", &|bytes| bytes.rotate_left(32));
    offices.refused(1, "L09", &check);
    with("public/checkpoint", &|bytes| bytes.insert(bytes.len() - 3, b'A'));
    offices.refused(1, "L01", &check);
    with("public/checkpoint", &|bytes| {
        let text = String::from_utf8(bytes.clone()).unwrap();
        *bytes = text.replacen("\n4\n", "\n04\n", 1).into_bytes();
    });
    offices.refused(1, "L05", &check);
    fs::write(offices.path("policy"), "quorum x").unwrap();
    offices.refused(2, "L13", &["log", "check", "a", "--policy", "policy"]);
    fs::write(offices.path("x.tlog-proof"), "c2sp.org/tlog-proof@v1\nindex 0\n\n").unwrap();
    offices.refused(1, "L01", &["log", "check", "x.tlog-proof", "--key", &key]);
}

/// How long something takes that nobody kills.
#[allow(clippy::disallowed_methods)]
fn timed(work: impl FnOnce()) -> Duration {
    let start = std::time::Instant::now();
    work();
    start.elapsed()
}

/// Whenever a run is killed, the same command finishes it: every entry is logged once, and every checkpoint that was ever
/// public is continued by the next.
#[test]
fn killed_runs_are_finished() {
    let offices = Offices::new(&["a", "w"]);
    let key = offices.vkey("a");
    let mut rng = ChaCha20Rng::seed_from_u64(9);
    let (mut cut_short, rounds) = (0, 40);
    let whole = timed(|| {
        offices.done(&["log", "append", "a", &offices.bundle("first")]);
    });
    for round in 0..rounds {
        let bundle = offices.bundle(&format!("D{round}"));
        let args = ["log", "append", "a", &bundle];
        let mut child = command(offices.temp.path(), &args)
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .spawn()
            .unwrap();
        let micros = whole.as_micros() as u64;
        std::thread::sleep(Duration::from_micros(rng.next_u64() % (micros + micros / 8 + 1)));
        let _ = child.kill();
        cut_short += u32::from(!child.wait().unwrap().success());
        // Whatever is public now is good, and continues what was seen.
        offices.done(&["log", "witness", "w", "a", "--key", &key]);
        let report = offices.report(&args);
        assert_eq!(report["size"], round + 2, "{report}");
    }
    assert!(cut_short > 5, "only {cut_short} runs were killed in time");
    let tail = offices.report(&["log", "tail", "a", "-n", "100"]);
    assert_eq!(tail["entries"].as_array().unwrap().len(), rounds + 1);
}

/// Two runs at once: one waits its turn by being refused, and nothing is lost.
#[test]
fn one_run_at_a_time() {
    let offices = Offices::new(&["a"]);
    let bundles: Vec<String> = (0..8).map(|n| offices.bundle(&format!("D{n}"))).collect();
    let start = |bundle: &String| {
        command(offices.temp.path(), &["log", "append", "a", bundle])
            .stderr(std::process::Stdio::null())
            .stdout(std::process::Stdio::null())
            .spawn()
            .unwrap()
    };
    let children: Vec<_> = bundles.iter().map(start).collect();
    let codes: Vec<_> =
        children.into_iter().map(|mut child| child.wait().unwrap().code()).collect();
    assert!(codes.iter().all(|code| matches!(code, Some(0 | 2))), "{codes:?}");
    let done = codes.iter().filter(|code| **code == Some(0)).count();
    assert_eq!(offices.report(&["log", "tail", "a"])["size"], done);
    let all: Vec<&str> =
        ["log", "append", "a"].into_iter().chain(bundles.iter().map(String::as_str)).collect();
    assert_eq!(offices.report(&all)["size"], 8);
}

/// Registers go into the log as counts and salted digests; the salt stays at home.
#[test]
fn registers_of_a_day() {
    let temp = district(300);
    import_all(temp.path());
    let offices = Offices { temp };
    offices.done(&["log", "init", "a", "--origin", "a.example", "--guard", "elsewhere/a"]);
    let append = ["log", "append", "a", "--registers", "--agency", "示例市市场监督管理局"];
    let report = offices.report(&append);
    let entry = &report["entries"][0]["entry"];
    assert_eq!((&entry["kind"], &report["new"]), (&"register".into(), &1.into()));
    let day = entry["day"].as_str().unwrap();
    let salt = fs::read_to_string(offices.path("a/salts").join(day)).unwrap();
    let at = offices.report(&["registry", "at", day]);
    let states = entry["registers"].as_array().unwrap();
    assert_eq!(states.len(), 5);
    for state in states {
        let name = state["register"].as_str().unwrap();
        let known = at["registers"].as_array().unwrap().iter();
        let known = known.clone().find(|one| one["register"] == name).unwrap();
        assert_eq!(state["rows"], known["rows"]);
        let of = known["digest"]["sha256"].as_str().unwrap();
        let line = format!("dr1/sha256/register\n{name}\n{of}\n{salt}");
        assert_eq!(state["digest"], sha256(line.as_bytes()));
    }
    assert_eq!(offices.report(&append)["new"], 0);
    offices.refused(2, "W07", &["log", "append", "a"]);
}

fn sha256(bytes: &[u8]) -> String {
    shuangsuiji::base::digest::Suite::Sha256.digest(bytes).hex()
}

/// What the second program says of a path: whether it verifies.
fn second(folder: &Path, policy: &str, more: &[&str]) -> Option<bool> {
    let script = root().join("tests/independent/log.py");
    let mut python = Command::new("python3");
    python.arg("-B").arg(script).arg(policy).args(more).current_dir(folder);
    let output = python.output().ok()?;
    let text = String::from_utf8(output.stdout).unwrap();
    let report: Value = serde_json::from_str(text.lines().next()?).unwrap();
    let verified = report["verified"].as_bool().unwrap();
    assert_eq!(output.status.success(), verified, "{text}");
    Some(verified)
}

/// The other program accepts what this one makes and refuses what is changed, byte by byte.
#[test]
fn a_second_program_agrees() {
    let offices = Offices::new(&["a", "w"]);
    let folder = offices.temp.path();
    offices.done(&["log", "append", "a", &vector("open")]);
    fs::copy(offices.path("a/public/checkpoint"), offices.path("kept")).unwrap();
    let many: Vec<String> = (0..300).map(|n| offices.bundle(&format!("D{n}"))).collect();
    let append: Vec<&str> =
        ["log", "append", "a"].into_iter().chain(many.iter().map(String::as_str)).collect();
    offices.done(&append);
    let key = offices.vkey("a");
    let witness = ["log", "witness", "w", "a", "--key", &key, "--out", "line"];
    offices.done(&witness);
    let init = ["log", "init", "w", "--origin", "w.example", "--guard", "elsewhere/w"];
    let w = offices.report(&init)["witness_key"].as_str().unwrap().to_owned();
    fs::write(offices.path("policy"), format!("log {key}\nwitness w {w}\nquorum w\n")).unwrap();
    offices.done(&["log", "cosign", "a", "line", "--policy", "policy"]);
    offices.done(&["log", "prove", "a", "2", "--out", "p"]);
    let Some(verified) = second(folder, "policy", &["p"]) else {
        println!("no python3: nothing was compared");
        return;
    };
    assert!(verified);
    assert_eq!(second(folder, "policy", &["a/public"]), Some(true));
    assert_eq!(second(folder, "policy", &["a/public", "--since", "kept"]), Some(true));
    // Both know when it is too late.
    offices.done(&["log", "prove", "a", "0", "--out", "late"]);
    assert_eq!(second(folder, "policy", &["late"]), Some(false));
    offices.refused(1, "L15", &["log", "check", "late", "--policy", "policy"]);
    let proof = fs::read(offices.path("p")).unwrap();
    let mut rng = ChaCha20Rng::seed_from_u64(3);
    let mut refusals = 0;
    for _ in 0..60 {
        let mut other = proof.clone();
        let at = rng.next_u64() as usize % other.len();
        other[at] ^= 1 << (rng.next_u64() % 8);
        fs::write(offices.path("q"), &other).unwrap();
        let ours = ssj(folder, &["log", "check", "q", "--policy", "policy"]).status.success();
        assert_eq!(second(folder, "policy", &["q"]), Some(ours), "byte {at}");
        refusals += u32::from(!ours);
    }
    assert_eq!(refusals, 60, "nothing of a proof may be changed");
    for path in ["tile/0/000", "tile/1/000.p/1", "tile/entries/001.p/47", "checkpoint"] {
        let path = offices.path("a/public").join(path);
        let whole = fs::read(&path).unwrap();
        let mut other = whole.clone();
        let middle = other.len() / 2;
        other[middle] ^= 1;
        fs::write(&path, other).unwrap();
        assert_eq!(second(folder, "policy", &["a/public"]), Some(false), "{}", path.display());
        let ours = ssj(folder, &["log", "check", "a", "--policy", "policy"]);
        assert_eq!(ours.status.code(), Some(1));
        fs::write(&path, whole).unwrap();
    }
}
