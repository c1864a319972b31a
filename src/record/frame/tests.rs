//! A frame read block by block is the table that it is read as in one piece.

use std::fmt::Write as _;

use super::batch::{BATCH_BYTES_PER_THREAD, BLOCK_BYTES};
use super::*;
use crate::base::digest::Suite;
use crate::base::finding::Place;
use crate::base::merkle::{Root, Tree};
use crate::base::table::{self, Row};
use crate::record::ids::{Name, Sid};
use crate::record::list::{List, Method, Quota, Stratum};
use crate::record::tables::FrameRow;

/// Feeds so many bytes at a time.
struct Drops<'a>(&'a [u8], usize);

impl Feed for Drops<'_> {
    fn feed(&mut self, bytes: &mut Vec<u8>) -> Result<(), Finding> {
        let (now, later) = self.0.split_at(self.1.min(self.0.len()));
        bytes.extend_from_slice(now);
        self.0 = later;
        Ok(())
    }
}

/// A line without an end.
struct Endless(u64);

impl Feed for Endless {
    fn feed(&mut self, bytes: &mut Vec<u8>) -> Result<(), Finding> {
        bytes.extend(std::iter::repeat_n(b'x', 1 << 20));
        self.0 += 1;
        assert!(self.0 < 1_000, "an endless line is read for ever");
        Ok(())
    }
}

/// Counts rows and remembers the place of some.
#[derive(Default)]
struct Places(Vec<(u64, String)>);

impl Visitor for Places {
    type Part = Vec<(u64, String)>;

    fn begin(&self) -> Self::Part {
        Vec::new()
    }

    fn rows(&self, part: &mut Self::Part, first: u64, rows: &[Passing<'_>]) {
        part.extend((first..).zip(rows).map(|(index, row)| (index, row.line.sid.to_owned())));
    }

    fn join(&mut self, part: Self::Part) {
        self.0.extend(part);
    }
}

fn list(root: Root, sizes: &[(&str, u64)]) -> List {
    let stratum = |(name, size): &(&str, u64)| Stratum {
        stratum: (*name).to_owned(),
        size: *size,
        quota: Quota::Count(0),
    };
    List {
        list: "L".to_owned(),
        title: "L".to_owned(),
        matters: vec!["M".to_owned()],
        group: "G".to_owned(),
        method: Method::Fixed,
        frame: root,
        strata: sizes.iter().map(stratum).collect(),
        reserve: 0,
        slots: Vec::new(),
        notes: serde_json::Map::new(),
    }
}

fn scan(list: &List, feed: &mut dyn Feed, visitor: &mut Places) -> Scanned {
    let scan = Scan { suite: Suite::Sha256, list, sealed: false, prove: None };
    scan.run(feed, Suite::Sha256.hasher(), visitor, &mut |_| ()).unwrap()
}

/// Rows whose text fills several blocks and batches.
fn large(rows: u64) -> String {
    let mut text = format!("{}\n", FrameRow::HEADER);
    for i in 0..rows {
        writeln!(text, "91330199MA{i:08}\t{}\t1\tarea:城东\t-", ["A", "B"][(i % 2) as usize])
            .unwrap();
    }
    text
}

#[test]
fn blocks_and_batches_make_one_table() {
    let rows = 230_000;
    let text = large(rows);
    let parsed: Vec<FrameRow> = table::parse(text.as_bytes()).unwrap();
    let list = list(table::root(Suite::Sha256, &parsed), &[("A", rows / 2), ("B", rows / 2)]);
    assert!(text.len() > 2 * BATCH_BYTES_PER_THREAD, "several batches on one thread");
    for threads in [1, 3] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        for drop in [700_001, usize::MAX] {
            let mut places = Places::default();
            let scanned =
                pool.install(|| scan(&list, &mut Drops(text.as_bytes(), drop), &mut places));
            assert_eq!(scanned.digest, Some(Suite::Sha256.digest(text.as_bytes())));
            let table = scanned.table.unwrap();
            assert_eq!((table.root, table.breaches), (list.frame, Vec::new()));
            let wanted =
                (0..).zip(&parsed).map(|(index, row)| (index, row.sid.as_str().to_owned()));
            assert!(places.0.into_iter().eq(wanted));
        }
    }
}

#[test]
fn what_is_wrong_is_found_where_it_stands() {
    let rows = 20_000;
    let text = large(rows);
    let root = table::root(Suite::Sha256, &table::parse::<FrameRow>(text.as_bytes()).unwrap());
    let list = list(root, &[("A", rows / 2), ("B", rows / 2)]);
    let line = |index: u64| format!("91330199MA{index:08}\t");
    // Near the beginning, near the end, and at the first row of a block.
    let block = 1 + text[..BLOCK_BYTES].lines().count() as u64;
    for index in [3, block - 2, block - 1, block, rows - 1] {
        let at = text.find(&line(index)).unwrap();
        let of = |from: &str, to: &str| {
            let (before, after) = text.split_at(at);
            [before, &after.replacen(from, to, 1)].concat()
        };
        let row = Some(index + 2);
        let cases = [
            (of(&line(index), &line(index - 1)), "F04", row),
            (of(&line(index), "91330199\u{e9}\t"), "F03", row),
            (of("\tarea", "\tarea:e\u{301} area"), "F01", row),
            (of("\tarea", "\t\rarea"), "F01", row),
            (of("\tarea", "\tzone area"), "F03", row),
            (of("\t1\t", "\t01\t"), "F03", row),
            (of("\t-\n", "\t-\t\n"), "F02", row),
            (of("\t-\n", "\n"), "F02", row),
            (of("\t-\n", &format!("{}\n", "x".repeat(LINE_BYTES_MAX))), "F09", row),
            (text[..text.len() - 1].to_owned(), "F01", None),
        ];
        for (text, code, row) in cases {
            let whole = table::parse::<FrameRow>(text.as_bytes()).unwrap_err();
            let scanned = scan(&list, &mut text.as_bytes(), &mut Places::default());
            let found = scanned.table.err().unwrap();
            assert_eq!((found.code(), found.place.row), (code, row), "{index}");
            assert_eq!(found.code(), whole.code());
            assert_eq!(scanned.digest, Some(Suite::Sha256.digest(text.as_bytes())));
        }
        // What is a table and not the committed one.
        let breaches = [
            (of("\t1\t", "\t2\t"), "weight", row),
            (of("\tA\t", "\tC\t"), "stratum", Some(index + 2 + index % 2)),
        ];
        for (text, column, row) in breaches.into_iter().take(if index + 1 < rows { 2 } else { 1 }) {
            let scanned = scan(&list, &mut text.as_bytes(), &mut Places::default());
            let breaches = scanned.table.unwrap().breaches;
            assert!(breaches.iter().all(|finding| finding.code() == "V04"));
            assert_eq!(breaches.len(), 2, "the root, too");
            let Place { row: found, column: at, .. } = &breaches[1].place;
            assert_eq!((at.as_deref(), *found), (Some(column), row), "{index}");
        }
    }
}

#[test]
fn beginnings_and_ends() {
    let list = list(Tree::new(Suite::Sha256).root(), &[]);
    let header = format!("{}\n", FrameRow::HEADER);
    for (text, code) in [
        ("", Some("F01")),
        (FrameRow::HEADER, Some("F01")),
        ("sid\n", Some("F02")),
        (&format!("\u{feff}{header}"), Some("F01")),
        (&header.replace('\n', "\r\n"), Some("F01")),
        (&format!("{header}\n"), Some("F02")),
        (&header, None),
    ] {
        let scanned = scan(&list, &mut text.as_bytes(), &mut Places::default());
        assert_eq!(
            scanned.table.err().map(|finding| finding.code().to_owned()).as_deref(),
            code,
            "{text:?}"
        );
    }
    let scanned = scan(&list, &mut Endless(0), &mut Places::default());
    assert_eq!((scanned.table.err().unwrap().code(), scanned.digest), ("F09", None));
}

#[test]
fn weights_are_counted() {
    let text = "sid\tstratum\tweight\ttags\tsalt\na\tA\t7\t-\t-\nb\tA\t1\t-\t-\nc\tA\t7\t-\t-\n";
    let weights = Weights::read(&mut text.as_bytes()).unwrap();
    assert!(weights.iter().eq([(1, 1), (7, 2)]));
}

fn survey(text: &str, wanted: &[&str]) -> Survey {
    let wanted = wanted.iter().map(|sid| Sid::parse(sid).unwrap()).collect();
    let feed = &mut Drops(text.as_bytes(), 900_001);
    Survey::read(feed, Suite::Sha256, &wanted, &mut |_| ()).unwrap()
}

#[test]
fn a_survey_tells_what_a_frame_of_any_order_holds() {
    let rows = 30_000;
    let text = large(rows);
    let parsed: Vec<FrameRow> = table::parse(text.as_bytes()).unwrap();
    let wanted = ["91330199MA00000007", "91330199MA00029999", "91330199MA99999999"];
    let whole = survey(&text, &wanted);
    assert_eq!(whole.root, table::root(Suite::Sha256, &parsed));
    assert!(whole.in_order && whole.malformed.is_empty() && whole.repeated.is_empty());
    let present: Vec<&str> = whole.present.iter().map(Sid::as_str).collect();
    assert_eq!(present, wanted[..2]);
    let classes = |survey: &Survey| -> Vec<(String, u64, u64, String)> {
        let class = |((name, weight), (n, first)): (&(Name, u64), &(u64, Sid))| {
            (name.to_string(), *weight, *n, first.to_string())
        };
        survey.classes.iter().map(class).collect()
    };
    let half = |name: &str, first: &str| (name.to_owned(), 1, rows / 2, first.to_owned());
    let expected = [half("A", "91330199MA00000000"), half("B", "91330199MA00000001")];
    assert_eq!(classes(&whole), expected);
    // The other way round it holds the same, in another order.
    let mut lines: Vec<&str> = text.lines().collect();
    lines[1..].reverse();
    let other = survey(&format!("{}\n", lines.join("\n")), &wanted);
    assert!(!other.in_order && other.repeated.is_empty() && other.root.n == rows);
    assert_eq!(other.present, whole.present);
    assert_ne!(other.root, whole.root);
    let none = survey(&format!("{}\n", FrameRow::HEADER), &wanted);
    assert_eq!(none.root, table::root::<FrameRow>(Suite::Sha256, &[]));
    assert!(none.in_order && none.classes.is_empty());
}

#[test]
fn a_survey_tells_every_row_that_is_none_and_counts_the_rest() {
    let text = large(20_000);
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    // Rows of several blocks, counted from the header as the lines of the file are.
    let wrong = [2, 3, 9_000, 20_001];
    for line in wrong {
        lines[line - 1] = lines[line - 1].replacen("91330199MA", "91330199中", 1);
    }
    lines[4_000 - 1] = lines[3_999 - 1].clone();
    let found = survey(&format!("{}\n", lines.join("\n")), &[]);
    let places: Vec<Option<u64>> = found.malformed.iter().map(|f| f.place.row).collect();
    assert_eq!(places, wrong.map(|line| Some(line as u64)));
    assert!(found.malformed.iter().all(|f| f.code() == "F03"), "{:?}", found.malformed);
    let [twice] = found.repeated.as_slice() else { panic!("{:?}", found.repeated) };
    assert_eq!((twice.code(), twice.place.row), ("F04", Some(4_000)));
    assert_eq!(twice.place.id.as_deref(), Some("91330199MA00003997"));
    assert!(!found.in_order);
    let all = survey(&text.replace("\tA\t1\t", "\tA\t0\t"), &[]);
    assert_eq!(all.malformed.len(), 21);
    assert_eq!(all.malformed[20].cause.en, "9980 more rows");
    let open = survey(text.trim_end(), &[]);
    assert_eq!(open.malformed.len(), 1, "{:?}", open.malformed);
    assert_eq!((open.malformed[0].code(), open.malformed[0].place.row), ("F01", Some(20_001)));
}

#[test]
fn strata_are_found_by_name_however_many_there_are() {
    let root = Root { n: 0, root: Suite::Sha256.digest(b"") };
    // Names within names, and names that begin alike for eight bytes and for twelve.
    let few =
        ["b", "a", "ab", "abcdefgh", "abcdefghi", "abcdefgh\u{1f4a7}", "abcdefga", "街道", "街"];
    let known = list(root, &few.map(|name| (name, 0)));
    for (place, name) in few.iter().enumerate() {
        assert_eq!(Names::of(&known).place(name), Some(place));
    }
    for other in ["", "c", "abcdefg", "abcdefghij", "abcdefgb", "街道办"] {
        assert_eq!(Names::of(&known).place(other), None, "{other}");
    }
    // To look for each among all would never end.
    let many: Vec<String> =
        (0..200_000u32).map(|i| format!("某某乡镇{:06}", i * 7_919 % 200_000)).collect();
    let sizes: Vec<(&str, u64)> = many.iter().map(|name| (name.as_str(), 0)).collect();
    let known = list(root, &sizes);
    let names = Names::of(&known);
    assert!(many.iter().enumerate().all(|(place, name)| names.place(name) == Some(place)));
}
