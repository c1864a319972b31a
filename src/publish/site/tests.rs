//! What is public of a sealed draw, and how bytes are told.

use super::*;
use crate::base::digest::Digest;
use crate::record::bundle::{COMMITMENT, OPENING, Stage, layout};
use crate::record::event::{Event, Kind, What};
use crate::record::ids::{Iid, Sid};

/// The opened vector, with the seal's words changed.
fn sealed(opens: &str) -> Files {
    fn walk(folder: &std::path::Path, prefix: &str, files: &mut Files) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let entry = entry.unwrap();
            let path = format!("{prefix}{}", entry.file_name().to_str().unwrap());
            match entry.path().is_dir() {
                true => walk(&entry.path(), &format!("{path}/"), files),
                false => drop(files.insert(path, std::fs::read(entry.path()).unwrap())),
            }
        }
    }
    let mut files = Files::new();
    let folder =
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/sealed_opened");
    walk(&folder, "", &mut files);
    let commitment = files.get_mut(COMMITMENT).unwrap();
    let text = String::from_utf8(commitment.clone()).unwrap();
    assert!(text.contains("\"opens\":\"public\""));
    *commitment =
        text.replace("\"opens\":\"public\"", &format!("\"opens\":\"{opens}\"")).into_bytes();
    files
}

fn closed_of(public: &Public) -> Vec<String> {
    let closed = layout(&public.commitment, Stage::Drawn, true).closed;
    closed.into_iter().filter(|path| public.files.contains_key(path)).collect()
}

#[test]
fn what_was_opened_to_an_auditor_stays_closed_to_the_public() {
    let public = Public::of(sealed("auditor")).unwrap();
    assert!(public.is_unopened() && !public.files.contains_key(OPENING));
    assert_eq!(closed_of(&public), Vec::<String>::new());
    assert!(public.withheld.contains(&OPENING.to_owned()) && public.withheld.len() > 6);
    let public = Public::of(sealed("public")).unwrap();
    assert!(!public.is_unopened() && public.withheld.is_empty());
    assert_eq!(
        closed_of(&public).len(),
        layout(&public.commitment, Stage::Drawn, false).closed.len()
    );
}

#[test]
fn a_secret_before_the_result_is_no_opening() {
    let mut files = sealed("public");
    files.remove("manifest.tsv");
    let public = Public::of(files).unwrap();
    assert!(public.is_unopened() && public.withheld.contains(&OPENING.to_owned()));
}

#[test]
fn events_that_name_somebody_stay_closed_with_all_that_follow() {
    let event = |n: u64, what: What| {
        let event = Event {
            n,
            prev: (n > 1).then_some(Digest::NONE),
            what,
            at: 1,
            reason: "other".to_owned(),
            by: "甲".to_owned(),
            approver: "乙".to_owned(),
            evidence: None,
            note: Some("说明".to_owned()),
            beacon: Vec::new(),
            salt: Some(Digest::NONE),
        };
        (Event::path(n), event.format())
    };
    let leave = What::Inspector(
        Kind::Leave,
        Iid::parse("E001").unwrap(),
        vec![Sid::parse("REG:0009").unwrap()],
    );
    let mut files = sealed("public");
    files.remove(OPENING);
    files.extend([event(1, What::Void), event(2, leave), event(3, What::Correct(1))]);
    files.insert("events/0001/beacon.json".to_owned(), b"{}\n".to_vec());
    let public = Public::of(files).unwrap();
    let events: Vec<&String> =
        public.files.keys().filter(|path| path.starts_with("events/")).collect();
    assert_eq!(events, ["events/0001.json"]);
}

#[test]
fn sizes_are_read_by_people() {
    let shown = [size(0), size(1023), size(1024), size(1_600_000)];
    assert_eq!(shown, ["0 B", "1023 B", "1.0 kB", "1.5 MB"]);
}
