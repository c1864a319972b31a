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
use shuangsuiji::registry::Register;
use shuangsuiji::store::Store;
use support::ssj::{beacon_args, bundle, command, commit_args, district, import_all, run};
use support::{postgres, read_folder};

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

/// The subjects in force, as the store gives them out; their cells, sorted.
fn in_force(folder: &Path) -> Vec<Vec<String>> {
    let table = Store::open(folder).unwrap().table(Register::Subjects).unwrap();
    let texts = |row: &shuangsuiji::registry::Cells| row.iter().map(str::to_owned).collect();
    let mut rows: Vec<Vec<String>> = table.rows.iter().map(texts).collect();
    rows.sort();
    rows
}

/// Fifty imports by turns of two files are killed; whatever is left is the old version or the new one, and the same
/// command then finishes.
fn killed_imports_leave_old_or_new(url: &str, seed: u64) {
    let mut rng = ChaCha20Rng::seed_from_u64(seed);
    let temp = tempfile::tempdir().unwrap();
    let folder = temp.path();
    run(folder, 0, &["init", ".", "--database", url]);
    for (name, subjects) in [("a", "2000"), ("b", "2100")] {
        run(folder, 0, &["generate", "--subjects", subjects, "--inspectors", "40", "--out", name]);
    }
    let import = |file| ["import", "subjects", file, "--apply", "--removed", "更正"];
    let (first, second) = (import("a/subjects.csv"), import("b/subjects.csv"));
    let mut old = in_force(folder);
    let mut whole = timed(|| drop(run(folder, 0, &first)));
    let full = [in_force(folder), {
        whole = whole.max(timed(|| drop(run(folder, 0, &second))));
        in_force(folder)
    }];
    assert!(full[0] != full[1] && old.is_empty());
    old.clone_from(&full[1]);
    let mut finished = 0;
    for round in 0..50 {
        let (args, new) = if round % 2 == 0 { (&first, &full[0]) } else { (&second, &full[1]) };
        // Some are killed late, in their commit, and some too late.
        killed(folder, args, &mut rng, whole * 3 / 2);
        let after = in_force(folder);
        let rows = after.len();
        assert!(after == old || after == *new, "round {round}: {rows} rows, neither old nor new");
        finished += usize::from(after == *new);
        run(folder, 0, args);
        assert!(in_force(folder) == *new, "round {round}");
        old.clone_from(new);
    }
    eprintln!("{finished} of 50 had finished before they were killed");
    let versions = Store::open(folder).unwrap().versions(None).unwrap();
    // Each of the 52 imports made its version once, whether it was killed before, after or never.
    assert_eq!(versions.len(), 52);
}

#[test]
fn killed_imports_leave_the_old_or_the_new_version() {
    // One after the other: both at once would slow each other down and shift the moments.
    for (url, seed) in
        [Some("sqlite:ssj.db".to_owned()), postgres::database()].into_iter().flatten().zip(1..)
    {
        killed_imports_leave_old_or_new(&url, seed);
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

/// An event is written before anything follows from it: a run killed between the two is finished by the same command, and
/// what a kill leaves is the chain as it was, or with the event and some of what follows.
#[test]
fn killed_events_finish_to_the_same_bytes() {
    let mut rng = ChaCha20Rng::seed_from_u64(4);
    let temp = district(400);
    let folder = temp.path();
    let plan = fs::read_to_string(folder.join("registers/plan.toml")).unwrap();
    let plan = plan.replace("inspector = \"beacon\"", "inspector = \"next\"");
    fs::write(
        folder.join("registers/plan.toml"),
        plan.replace("subject = \"none\"", "subject = \"next\""),
    )
    .unwrap();
    import_all(folder);
    for args in [commit_args(), beacon_args(), vec!["draw", "bundle"]] {
        run(folder, 0, &args);
    }
    let drawn = read_folder(&bundle(folder));
    let visits = String::from_utf8(drawn["visits.tsv"].clone()).unwrap();
    let sid = |n: usize| visits.lines().nth(n).unwrap().split('\t').next().unwrap();
    let assignment = String::from_utf8(drawn["assignment.tsv"].clone()).unwrap();
    let iid = assignment.lines().last().unwrap().split('\t').nth(3).unwrap();
    let who = ["--by", "甲", "--approver", "乙"];
    let event = |what: &[&'static str], more: &[&str]| -> Vec<String> {
        let words =
            [&["--clock", "2026-08-03T09:00:00+08:00", "event", "bundle"], what, more, &who];
        words.concat().into_iter().map(str::to_owned).collect()
    };
    let steps = [
        event(&["leave", "--all", "--reason", "ill"], &["--iid", iid]),
        event(&["closed", "--reason", "ceased"], &["--sid", sid(1)]),
        event(&["staff", "--raise", "1", "--reason", "vacancy"], &[]),
        event(&["moved", "--reason", "relocated"], &["--sid", sid(2)]),
    ];
    let steps: Vec<Vec<&str>> =
        steps.iter().map(|step| step.iter().map(String::as_str).collect()).collect();
    let (mut times, mut reference) = (Vec::new(), Vec::new());
    for args in &steps {
        times.push(timed(|| drop(run(folder, 0, args))));
        reference.push(read_folder(&bundle(folder)));
    }
    assert!(run(folder, 0, &["verify", "bundle"]).contains("事件 4 起"));
    let mut half = 0;
    for round in 0..12 {
        let again = tempfile::tempdir().unwrap();
        let again = again.path();
        support::write_folder(&bundle(again), &drawn);
        let mut before = &drawn;
        for ((args, whole), expected) in steps.iter().zip(&times).zip(&reference) {
            killed(again, args, &mut rng, *whole);
            let found = read_folder(&bundle(again));
            check_partial(&bundle(again), expected);
            half += usize::from(found.len() > before.len() && found.len() < expected.len());
            run(again, 0, args);
            assert!(read_folder(&bundle(again)) == *expected, "round {round}, {args:?}");
            before = expected;
        }
    }
    eprintln!("{half} of 48 were killed between the event and what follows from it");
}

/// Ctrl-C, unlike kill -9, can be heard: nothing but whole files is left, and the exit code is the shells' own for it.
#[test]
fn an_interrupted_run_leaves_nothing_behind() {
    let mut rng = ChaCha20Rng::seed_from_u64(3);
    let temp = district(2_000);
    let folder = temp.path();
    import_all(folder);
    let store = fs::read(folder.join("ssj.db")).unwrap();
    let steps = [commit_args(), beacon_args(), vec!["draw", "bundle"]];
    let import = ["import", "subjects", "registers/subjects.csv", "--apply"].to_vec();
    let (mut heard, mut rounds) = (0, 0);
    for _ in 0..12 {
        let again = tempfile::tempdir().unwrap();
        let again = again.path();
        copy(&folder.join("registers"), &again.join("registers"));
        fs::write(again.join("ssj.db"), &store).unwrap();
        for args in [&import].into_iter().chain(&steps) {
            let exit = interrupted(again, args, Duration::from_micros(rng.next_u64() % 60_000));
            assert!([0, 130].contains(&exit), "{args:?}: {exit}");
            (heard, rounds) = (heard + usize::from(exit == 130), rounds + 1);
            let names =
                fs::read_dir(again).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap());
            let beside = |name: &String| name.starts_with('.') || name.ends_with(".writer");
            let left: Vec<String> = names.filter(beside).collect();
            assert!(left.is_empty(), "{args:?} left {left:?}");
            run(again, 0, args);
        }
    }
    assert!(heard > rounds / 4, "{heard} of {rounds} were interrupted before they had finished");
}

/// Sends SIGINT after a while; the exit code, 128 and the signal's number where the process did not hear it.
fn interrupted(folder: &Path, args: &[&str], after: Duration) -> i32 {
    use std::os::unix::process::ExitStatusExt;
    let mut command = command(folder, args);
    let null = std::process::Stdio::null;
    let mut child = command.stdout(null()).stderr(null()).spawn().unwrap();
    std::thread::sleep(after);
    let pid = child.id().to_string();
    let _ = std::process::Command::new("kill").args(["-INT", &pid]).stderr(null()).status();
    let status = child.wait().unwrap();
    status.code().or_else(|| status.signal().map(|signal| 128 + signal)).unwrap()
}

/// Whatever a killed run left is part of the right result, each file whole.
fn check_partial(bundle: &Path, expected: &shuangsuiji::record::bundle::Files) {
    if bundle.exists() {
        for (path, bytes) in read_folder(bundle) {
            assert!(Some(&bytes) == expected.get(&path), "{path} is not as it must be");
        }
    }
}
