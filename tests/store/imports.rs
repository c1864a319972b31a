//! One import after another: what is new, changed, the same, gone, held.

use shuangsuiji::base::finding::Lang;
use shuangsuiji::registry::{Cells, Register, Removal};
use shuangsuiji::store::{Change, Mode, Store};

use crate::site::{
    apply, cells_at, counts, everywhere, fill, meta, names, row, shop, subject, texts, unread,
};

const DAY: u64 = 86_400;

#[test]
fn every_applied_import_is_a_dated_version() {
    everywhere(|folder| {
        let store = Store::open(folder).unwrap();
        assert_eq!(store.current(Register::Subjects).unwrap(), None);
        assert_eq!(store.table(Register::Subjects).unwrap().rows, []);
        let first = apply(&store, DAY, &[shop(1, "甲"), shop(2, "乙"), shop(3, "丙")], &[]);
        assert_eq!((first.version, counts(&first)), (Some(1), [3, 0, 0, 0, 0, 0]));
        // The number runs through all registers.
        let mut import = store.begin_import(Register::Matters, Mode::Replace, true).unwrap();
        import.row(row(Register::Matters, &[("id", "M1"), ("name", "事项")])).unwrap();
        assert_eq!(import.finish(&meta(DAY, None)).unwrap().version, Some(2));
        let second = apply(&store, 2 * DAY, &[shop(3, "丙"), shop(2, "乙二"), shop(4, "丁")], &[]);
        assert_eq!((second.version, counts(&second)), (Some(3), [1, 1, 1, 1, 0, 0]));
        assert_eq!(second.names.new, ["R00004"]);
        assert_eq!(second.names.changed, ["R00002"]);
        assert_eq!(second.names.gone, ["R00001"]);
        drop(store);

        let store = Store::open(folder).unwrap();
        assert_eq!(names(&store), ["丁", "丙", "乙二"]);
        let old: Vec<Vec<String>> =
            [shop(1, "甲"), shop(2, "乙"), shop(3, "丙")].map(|row| texts(&row)).to_vec();
        assert_eq!(cells_at(&store, Register::Subjects, 1), old);
        assert_eq!(cells_at(&store, Register::Subjects, 2), old);
        let versions = store.versions(Some(Register::Subjects)).unwrap();
        assert_eq!(versions.iter().map(|version| version.number).collect::<Vec<_>>(), [1, 3]);
        let last = &versions[1];
        assert_eq!((last.rows, last.added, last.changed, last.removed), (3, 1, 1, 1));
        assert_eq!((last.at_s, last.by.as_str()), (2 * DAY, "tester@here"));
        assert_eq!(last.reason, Some(Removal::Correction));
        assert_eq!(last.files, meta(0, None).files);
        // Nothing was removed by the first, so its reason says nothing.
        assert_eq!(versions[0].reason, None);
        let at = |at_s| store.version_at(Register::Subjects, at_s).unwrap();
        assert_eq!(
            [at(DAY - 1), at(DAY), at(2 * DAY - 1), at(9 * DAY)],
            [None, Some(1), Some(1), Some(3)]
        );
    });
}

#[test]
fn the_same_rows_make_no_version() {
    everywhere(|folder| {
        let store = Store::open(folder).unwrap();
        let rows = [shop(1, "甲"), shop(2, "乙")];
        let unreadable = [unread("R00009", "x"), unread("", "y")];
        apply(&store, 1, &rows, &unreadable);
        let mut turned = rows.clone();
        turned.reverse();
        let again = apply(&store, 2, &turned, &[unreadable[1].clone(), unreadable[0].clone()]);
        assert_eq!((again.version, again.current), (None, Some(1)));
        assert_eq!(counts(&again), [0, 0, 2, 0, 0, 2]);
        // Another row in quarantine is news, though the register stays the same.
        let other = apply(&store, 3, &rows, &[unread("R00009", "z"), unread("", "y")]);
        assert_eq!(other.version, Some(2));
        let fewer = apply(&store, 4, &rows, &[unread("", "y")]);
        assert_eq!(fewer.version, Some(3));
        assert_eq!(store.versions(None).unwrap().len(), 3);
        // A register that was never imported gets a version, though it is empty.
        let import = store.begin_import(Register::Recusals, Mode::Replace, true).unwrap();
        assert_eq!(import.finish(&meta(5, None)).unwrap().version, Some(4));
    });
}

#[test]
fn a_row_is_known_by_any_of_its_identifiers() {
    everywhere(|folder| {
        let store = Store::open(folder).unwrap();
        apply(&store, 1, &[subject("", "R1", "", "甲"), subject("U2", "R2", "X2", "乙")], &[]);
        let mut import = store.begin_import(Register::Subjects, Mode::Replace, true).unwrap();
        // It gained a code and kept its number.
        assert_eq!(import.row(subject("U1", "R1", "", "甲")).unwrap(), Change::Changed);
        assert_eq!(import.row(subject("", "", "X2", "乙")).unwrap(), Change::Changed);
        // Both identifiers of this one stand in rows that are taken already.
        assert_eq!(import.row(subject("U2", "", "", "丙")).unwrap(), Change::New);
        // An identifier of one column is none of another.
        assert_eq!(import.row(subject("R2", "X2", "U2", "丁")).unwrap(), Change::New);
        let done = import.finish(&meta(2, None)).unwrap();
        assert_eq!(counts(&done), [2, 2, 0, 0, 0, 0]);
        let diff = store.diff(Register::Subjects, 1, 2).unwrap();
        assert_eq!((diff.added.len(), diff.removed.len(), diff.changed.len()), (2, 0, 2));
        assert_eq!(diff.changed[0], (subject("", "R1", "", "甲"), subject("U1", "R1", "", "甲")));
        let back = store.diff(Register::Subjects, 2, 1).unwrap();
        assert_eq!((back.added.len(), back.removed.len(), back.changed.len()), (0, 2, 2));
    });
}

#[test]
fn removals_need_a_reason_and_are_counted() {
    everywhere(|folder| {
        let store = Store::open(folder).unwrap();
        let rows: Vec<Cells> = (0..5).map(|n| shop(n, "店")).collect();
        apply(&store, 1, &rows, &[]);
        let mut import = store.begin_import(Register::Subjects, Mode::Replace, true).unwrap();
        fill(&mut import, &rows[2..], &[]);
        let refused = import.finish(&meta(2, None)).unwrap_err();
        assert_eq!(
            refused.show(Lang::Zh),
            "错误 W18 subjects：将有 2 行移出，须用 --removed 说明原因
  处理：不在名录中的对象永远不会被抽中，所以移出须说明原因：加 --removed 注销、吊销、迁出、重复、不属监管对象、更正或其他；只补充而不移出则加 --merge。"
        );
        assert_eq!(
            refused.show(Lang::En),
            "error W18 subjects: 2 rows would go; say why with --removed
  remedy: Whoever is not in the register can never be drawn, so a removal needs a reason: add --removed deregistered, revoked, moved_out, duplicate, not_subject, correction or other; to add rows and remove none, use --merge."
        );
        assert_eq!(store.table(Register::Subjects).unwrap().rows.len(), 5);
        assert_eq!(store.versions(None).unwrap().len(), 1);
        for (at_s, from, reason) in [
            (10, 1, Removal::Deregistered),
            (20, 3, Removal::MovedOut),
            (30, 4, Removal::Deregistered),
        ] {
            let mut import = store.begin_import(Register::Subjects, Mode::Replace, true).unwrap();
            fill(&mut import, &rows[from..], &[]);
            import.finish(&meta(at_s, Some(reason))).unwrap();
        }
        let removed = |n, at_s| store.removed_since(Register::Subjects, n, at_s).unwrap();
        let since = |at_s| removed(4, at_s);
        assert_eq!(since(0), [(Removal::Deregistered, 2), (Removal::MovedOut, 2)]);
        assert_eq!(since(20), [(Removal::Deregistered, 1), (Removal::MovedOut, 2)]);
        assert_eq!(since(31), []);
        // What somebody removes after the version that a draw uses is not counted against it.
        assert_eq!(removed(3, 0), [(Removal::Deregistered, 1), (Removal::MovedOut, 2)]);
        assert_eq!(store.removed_since(Register::Inspectors, 4, 0).unwrap(), []);
    });
}

#[test]
fn merging_removes_nothing() {
    everywhere(|folder| {
        let store = Store::open(folder).unwrap();
        apply(&store, 1, &[shop(1, "甲"), shop(2, "乙"), shop(3, "丙")], &[]);
        let mut import = store.begin_import(Register::Subjects, Mode::Merge, true).unwrap();
        fill(&mut import, &[shop(2, "乙二"), shop(4, "丁")], &[unread("R00003", "?")]);
        let done = import.finish(&meta(2, None)).unwrap();
        assert_eq!((done.version, counts(&done)), (Some(2), [1, 1, 0, 0, 1, 1]));
        assert_eq!(names(&store), ["丁", "丙", "乙二", "甲"]);
    });
}

#[test]
fn rows_in_quarantine_hold_the_old_ones() {
    everywhere(|folder| {
        let store = Store::open(folder).unwrap();
        apply(&store, 1, &[shop(1, "甲"), shop(2, "乙"), shop(3, "丙")], &[]);
        // R00002 cannot be read, R00003 is gone, R00001 stands there twice.
        let unreadable =
            [unread("R00002", "\0坏\t行\\n\n\"'"), unread("R00001", "又"), unread("", "无号")];
        let done = apply(&store, 2, &[shop(1, "甲")], &unreadable);
        assert_eq!(counts(&done), [0, 0, 1, 1, 1, 3]);
        assert_eq!(names(&store), ["乙", "甲"]);
        assert_eq!(store.quarantined(Register::Subjects).unwrap(), unreadable);
        assert_eq!(store.quarantined(Register::Matters).unwrap(), []);
        let version = store.versions(None).unwrap().pop().unwrap();
        assert_eq!((version.rows, version.held, version.quarantined), (2, 1, 3));
        // The repaired file brings in the rest.
        let done = apply(&store, 3, &[shop(1, "甲"), shop(2, "乙修")], &[]);
        assert_eq!(counts(&done), [0, 1, 1, 0, 0, 0]);
        assert_eq!(store.quarantined(Register::Subjects).unwrap(), []);
    });
}

/// A recusal that cannot be read must not free its inspector.
#[test]
fn an_unreadable_recusal_holds_all_of_that_inspectors() {
    everywhere(|folder| {
        let store = Store::open(folder).unwrap();
        let recusal = |iid, subject| {
            row(Register::Recusals, &[("iid", iid), ("subject", subject), ("reason", "配偶")])
        };
        let import = |rows: &[Cells], unreadable: &[_]| {
            let mut import = store.begin_import(Register::Recusals, Mode::Replace, true).unwrap();
            fill(&mut import, rows, unreadable);
            import.finish(&meta(1, Some(Removal::Other))).unwrap()
        };
        import(
            &[recusal("E1", "R1"), recusal("E1", "R2"), recusal("E2", "R1"), recusal("E3", "R1")],
            &[],
        );
        let done = import(&[recusal("E1", "R1"), recusal("E3", "R1")], &[unread("E1", "?")]);
        assert_eq!(counts(&done), [0, 0, 2, 1, 1, 1]);
        let pair = |one, two| {
            row(Register::Incompatibles, &[("iid", one), ("iid2", two), ("reason", "配偶")])
        };
        let mut import = store.begin_import(Register::Incompatibles, Mode::Replace, true).unwrap();
        fill(&mut import, &[pair("E1", "E2"), pair("E3", "E4")], &[]);
        import.finish(&meta(1, None)).unwrap();
        let mut import = store.begin_import(Register::Incompatibles, Mode::Replace, true).unwrap();
        // The same pair the other way round is the same pair.
        fill(&mut import, &[pair("E2", "E1")], &[unread("E4", "?")]);
        let done = import.finish(&meta(2, None)).unwrap();
        assert_eq!(counts(&done), [0, 1, 0, 0, 1, 1]);
    });
}

#[test]
fn what_is_not_finished_leaves_nothing() {
    everywhere(|folder| {
        let store = Store::open(folder).unwrap();
        let rows: Vec<Cells> = (0..3000).map(|n| shop(n, "店")).collect();
        apply(&store, 1, &rows, &[]);
        let before = cells_at(&store, Register::Subjects, 1);
        let many: Vec<Cells> = (0..6000).map(|n| shop(n, "新店")).collect();
        let mut import = store.begin_import(Register::Subjects, Mode::Replace, true).unwrap();
        fill(&mut import, &many, &[unread("R1", "?")]);
        // Readers see whole versions while somebody writes.
        assert_eq!(store.table(Register::Subjects).unwrap().rows.len(), 3000);
        drop(import);
        assert_eq!(store.versions(None).unwrap().len(), 1);
        let table = store.table(Register::Subjects).unwrap();
        assert_eq!(table.rows.len(), 3000);
        assert_eq!(cells_at(&store, Register::Subjects, 1), before);
        assert_eq!(apply(&store, 2, &many, &[]).version, Some(2));
        assert_eq!(cells_at(&store, Register::Subjects, 1), before);
    });
}

#[test]
fn a_dry_run_says_the_same_and_writes_nothing() {
    everywhere(|folder| {
        let store = Store::open(folder).unwrap();
        apply(&store, 1, &(0..50).map(|n| shop(n, "店")).collect::<Vec<_>>(), &[]);
        let rows: Vec<Cells> =
            (10..80).map(|n| shop(n, if n < 30 { "改" } else { "店" })).collect();
        let unreadable = [unread("R00003", "?")];
        let dry = |store: &Store| {
            let mut import = store.begin_import(Register::Subjects, Mode::Replace, false).unwrap();
            fill(&mut import, &rows, &unreadable);
            import.finish(&meta(2, None)).unwrap()
        };
        let mut import = store.begin_import(Register::Subjects, Mode::Replace, true).unwrap();
        fill(&mut import, &rows, &unreadable);
        // It needs no lock: somebody is writing right now.
        let foreseen = dry(&store);
        assert_eq!((foreseen.version, foreseen.current), (None, Some(1)));
        let done = import.finish(&meta(2, Some(Removal::Other))).unwrap();
        assert_eq!(counts(&foreseen), [30, 20, 20, 9, 1, 1]);
        assert_eq!(counts(&foreseen), counts(&done));
        assert_eq!(foreseen.names, done.names);
        // Names are a sample.
        assert_eq!(
            [done.names.new.len(), done.names.changed.len(), done.names.gone.len()],
            [20, 20, 9]
        );
        assert_eq!(store.versions(None).unwrap().len(), 2);
        // What was foreseen is done now.
        assert_eq!(counts(&dry(&store)), [0, 0, 70, 0, 1, 1]);
    });
}
