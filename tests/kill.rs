//! kill -9 at random moments of import, commit, beacon and draw: the same command then finishes to the same
//! bytes, or there is nothing. Killed runs leave no bundle that looks whole and is not.
#![cfg(all(feature = "cli", unix))]
#![allow(missing_docs)]

mod support;

use std::fs;
use std::path::Path;
use std::time::Duration;

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha20Rng;
use support::read_folder;
use support::ssj::{beacon_args, bundle, command, commit_args, district, import_all, run};

/// Kills a command after a random part of `whole`, in microseconds.
fn killed(folder: &Path, args: &[&str], rng: &mut ChaCha20Rng, whole: Duration) {
    let mut child = command(folder, args)
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let micros = whole.as_micros() as u64;
    std::thread::sleep(Duration::from_micros(rng.next_u64() % (micros + micros / 8 + 1)));
    let _ = child.kill();
    child.wait().unwrap();
}

/// How long a command takes when nobody kills it.
#[allow(clippy::disallowed_methods)]
fn timed(work: impl FnOnce()) -> Duration {
    let start = std::time::Instant::now();
    work();
    start.elapsed()
}

fn copy(from: &Path, to: &Path) {
    for (path, bytes) in read_folder(from) {
        let path = to.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
}

fn exported(folder: &Path) -> String {
    // A dry run compares every row of the file with what the store holds.
    let text = run(folder, 0, &["import", "subjects", "registers/subjects.csv"]);
    text.lines().filter(|line| line.contains("新增")).collect()
}

#[test]
fn killed_imports_leave_the_old_or_the_new_version() {
    let mut rng = ChaCha20Rng::seed_from_u64(1);
    let temp = district(4_000);
    let folder = temp.path();
    let args = ["import", "subjects", "registers/subjects.csv", "--apply"];
    let empty = exported(folder);
    let scratch = district(4_000);
    let whole = timed(|| drop(run(scratch.path(), 0, &args)));
    let full = exported(scratch.path());
    assert_ne!(empty, full);
    for _ in 0..25 {
        fs::remove_file(folder.join("ssj.db")).unwrap();
        for rest in ["ssj.db-wal", "ssj.db-shm"] {
            let _ = fs::remove_file(folder.join(rest));
        }
        run(folder, 0, &["init", "."]);
        killed(folder, &args, &mut rng, whole);
        let after = exported(folder);
        assert!(after == empty || after == full, "neither old nor new: {after}");
        run(folder, 0, &args);
        assert_eq!(exported(folder), full);
    }
}

#[test]
fn killed_commits_beacons_and_draws_finish_to_the_same_bytes() {
    let mut rng = ChaCha20Rng::seed_from_u64(2);
    let temp = district(400);
    let folder = temp.path();
    import_all(folder);
    let frozen_store = fs::read(folder.join("ssj.db")).unwrap();
    let draw_args = vec!["draw", "bundle"];
    let mut reference = Vec::new();
    let steps = [commit_args(), beacon_args(), draw_args];
    let mut times = Vec::new();
    for args in &steps {
        times.push(timed(|| drop(run(folder, 0, args))));
        reference.push(read_folder(&bundle(folder)));
    }
    assert!(run(folder, 0, &["verify", "bundle"]).contains("核验通过"));
    for round in 0..25 {
        let again = tempfile::tempdir().unwrap();
        let again = again.path();
        copy(&folder.join("registers"), &again.join("registers"));
        fs::write(again.join("ssj.db"), &frozen_store).unwrap();
        for ((args, whole), expected) in steps.iter().zip(&times).zip(&reference) {
            killed(again, args, &mut rng, *whole);
            check_partial(&bundle(again), expected);
            run(again, 0, args);
            let found = read_folder(&bundle(again));
            let differing: Vec<&String> = expected
                .keys()
                .chain(found.keys())
                .filter(|path| found.get(*path) != expected.get(*path))
                .collect();
            assert!(differing.is_empty(), "round {round}, {args:?}: {differing:?}");
        }
        let left: Vec<String> = fs::read_dir(again)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| name.ends_with(".part"))
            .collect();
        assert!(left.is_empty(), "left behind: {left:?}");
    }
}

/// Whatever a killed run left is part of the right result, each file whole.
fn check_partial(bundle: &Path, expected: &shuangsuiji::record::bundle::Files) {
    if bundle.exists() {
        for (path, bytes) in read_folder(bundle) {
            assert!(Some(&bytes) == expected.get(&path), "{path} is not as it must be");
        }
    }
}
