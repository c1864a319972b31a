//! Several writers at once: they take turns, and nothing is lost or doubled.

use std::path::Path;
use std::process::{Child, Stdio};
use std::thread;

use shuangsuiji::base::finding::{Finding, Lang};
use shuangsuiji::registry::{Register, Removal};
use shuangsuiji::store::{Mode, Store, me};

use crate::site::{apply, everywhere, fill, meta, shop};
use crate::support::ssj::{command, run};

/// A program may clean the next rows on one thread while another hands over the last ones.
#[test]
fn an_import_may_move_to_another_thread() {
    fn movable<T: Send>() {}
    fn shared<T: Sync>() {}
    movable::<shuangsuiji::store::Import<'static>>();
    shared::<Store>();
}

#[test]
fn the_second_writer_waits_and_is_told_who_holds_the_store() {
    everywhere(|folder| {
        let first = Store::open(folder).unwrap();
        let second = Store::open(folder).unwrap();
        let mut import = first.begin_import(Register::Subjects, Mode::Replace, true).unwrap();
        fill(&mut import, &[shop(1, "甲")], &[]);
        let refused: Finding =
            second.begin_import(Register::Matters, Mode::Replace, true).err().unwrap();
        let shown = refused.show(Lang::En);
        let who = format!("{} pid {}", me(), std::process::id());
        assert_eq!(refused.code(), "W19");
        assert!(shown.contains("waited 10 s; ") && shown.contains(&who), "{shown}");
        assert!(shown.contains(" has been writing since 20"), "{shown}");
        assert!(refused.show(Lang::Zh).contains("等了 10 秒，"), "{}", refused.show(Lang::Zh));
        // It was refused, not broken; and who reads waits for nobody.
        assert_eq!(second.table(Register::Subjects).unwrap().rows, []);
        import.finish(&meta(1, None)).unwrap();
        assert_eq!(apply(&second, 2, &[shop(1, "乙")], &[]).version, Some(2));
    });
}

/// Threads with stores of their own add a row each, many times over; every row ends in the register.
#[test]
fn writers_take_turns() {
    const EACH: usize = 12;
    everywhere(|folder| {
        thread::scope(|scope| {
            for writer in 0..4 {
                scope.spawn(move || {
                    let store = Store::open(folder).unwrap();
                    for n in 0..EACH {
                        let mut import =
                            store.begin_import(Register::Subjects, Mode::Merge, true).unwrap();
                        import.row(shop(writer * EACH + n, "店")).unwrap();
                        import.finish(&meta(1, None)).unwrap();
                    }
                });
            }
        });
        let store = Store::open(folder).unwrap();
        let versions = store.versions(None).unwrap();
        let numbers: Vec<i64> = versions.iter().map(|version| version.number).collect();
        assert_eq!(numbers, (1..=4 * EACH as i64).collect::<Vec<_>>());
        assert!(versions.iter().all(|v| v.rows == v.number as u64 && v.added == 1));
        assert_eq!(store.table(Register::Subjects).unwrap().rows.len(), 4 * EACH);
    });
}

fn spawned(folder: &Path, args: &[&str]) -> Child {
    let mut command = command(folder, args);
    command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap()
}

/// Two coordinators import at the same moment: both are served, one after the other.
#[test]
fn two_processes_import_at_once() {
    everywhere(|folder| {
        for (name, subjects) in [("one", "3000"), ("two", "4000")] {
            let args = ["generate", "--subjects", subjects, "--inspectors", "40", "--out", name];
            run(folder, 0, &args);
        }
        let files = ["one/subjects.csv", "two/subjects.csv"];
        for _ in 0..3 {
            let children = files.map(|file| {
                spawned(folder, &["import", "subjects", file, "--apply", "--removed", "更正"])
            });
            for child in children {
                let done = child.wait_with_output().unwrap();
                let errors = String::from_utf8_lossy(&done.stderr).into_owned();
                assert_eq!(done.status.code(), Some(0), "{errors}");
            }
        }
        let store = Store::open(folder).unwrap();
        let versions = store.versions(None).unwrap();
        for (version, n) in versions.iter().zip(1..) {
            assert_eq!(version.number, n);
            let table = store.table_at(Register::Subjects, n).unwrap();
            assert_eq!(table.rows.len() as u64, version.rows);
            // Each version is one of the two files, whole.
            assert!([3000, 4000].contains(&version.rows), "version {n} has {} rows", version.rows);
        }
        assert!(versions.len() >= 2);
    });
}

/// Removals while another coordinator reads: the reader sees one version or the other.
#[test]
fn readers_see_whole_versions() {
    everywhere(|folder| {
        let writer = Store::open(folder).unwrap();
        let full: Vec<_> = (0..5000).map(|n| shop(n, "店")).collect();
        apply(&writer, 1, &full, &[]);
        thread::scope(|scope| {
            let reading = scope.spawn(move || {
                let reader = Store::open(folder).unwrap();
                for _ in 0..20 {
                    let rows = reader.table(Register::Subjects).unwrap().rows.len();
                    assert!([5000, 2500].contains(&rows), "{rows} rows are no version");
                }
            });
            for round in 0..6 {
                let mut import =
                    writer.begin_import(Register::Subjects, Mode::Replace, true).unwrap();
                fill(&mut import, &full[..if round % 2 == 0 { 2500 } else { 5000 }], &[]);
                import.finish(&meta(2, Some(Removal::Other))).unwrap();
            }
            reading.join().unwrap();
        });
    });
}
