//! What every step comes to when one thing is wrong: the step that finds it fails, what needs it is not shown, and all
//! else is checked as ever (`docs/protocol.md` §7).
#![allow(missing_docs)]

mod support;

use shuangsuiji::base::digest::Suite;
use shuangsuiji::record::bundle::Files;
use shuangsuiji::verify::verify;
use support::mutate::with_manifest;
use support::random::{Draft, unopened};
use support::second::checks;
use support::vector;

/// The numbers of the steps that failed and of those that are not shown; all others that apply passed.
fn said(files: &Files) -> String {
    let checks = checks(&verify(files));
    let of = |outcome: &str| -> Vec<String> {
        let some = checks.iter().filter(|(_, known)| known == outcome);
        some.map(|(number, _)| number.to_string()).collect()
    };
    let all: Vec<String> = checks.iter().map(|(number, _)| number.to_string()).collect();
    let hidden = of("not_shown").join(" ");
    format!("failed {}; not shown {hidden}; of {}", of("failed").join(" "), all.join(" "))
}

fn replaced(files: &Files, path: &str, from: &str, to: &str) -> Files {
    let mut files = files.clone();
    let text = String::from_utf8(files[path].clone()).unwrap();
    assert!(text.contains(from), "{path} has no {from}");
    files.insert(path.to_owned(), text.replacen(from, to, 1).into_bytes());
    files
}

fn without(files: &Files, path: &str) -> Files {
    let mut files = files.clone();
    files.remove(path).expect("the file is there");
    files
}

const OPEN: &str = "of 1 2 3 4 6 7 8 9 11 12 13 14";
const SEALED: &str = "of 1 2 3 4 5 6 7 8 9 10 11 12 13 14";

#[test]
fn a_frame_that_cannot_be_read_hides_what_needs_it() {
    let open = vector("open");
    let torn = replaced(&open, "frames/T01.tsv", "\t", "");
    let anew = with_manifest(&torn, &open);
    assert_eq!(said(&anew), format!("failed 1; not shown 4 7 9 11 12 13 14; {OPEN}"));
    // The digest of a file that has not its form is compared as well.
    assert_eq!(said(&torn), format!("failed 1 8; not shown 4 7 9 11 12 13 14; {OPEN}"));
    let gone = without(&open, "frames/T01.tsv");
    assert_eq!(said(&gone), format!("failed 1; not shown 4 7 8 9 11 12 13 14; {OPEN}"));
    // The list whose frame is sound is still drawn, and its draw compared.
    let other = replaced(&anew, "draw/T02.tsv", "\treserve\n", "\tdrawn\n");
    let other = with_manifest(&other, &open);
    assert_eq!(said(&other), format!("failed 1 9; not shown 4 7 11 12 13 14; {OPEN}"));

    let sealed = vector("sealed_opened");
    let torn = with_manifest(&replaced(&sealed, "frames/T01.tsv", "\t", ""), &sealed);
    let hidden = "not shown 4 5 6 7 9 10 11 12 13 14";
    assert_eq!(said(&torn), format!("failed 1; {hidden}; {SEALED}"));
}

#[test]
fn a_commitment_that_breaks_a_rule_leaves_all_else_not_shown() {
    let all = "not shown 3 4 6 7 8 9 11 12 13 14";
    let open = vector("open");
    let ruled = replaced(&open, "commitment.json", "\"attempt\":1", "\"attempt\":2");
    assert_eq!(said(&ruled), format!("failed 2; {all}; {OPEN}"));
    // What is no canonical JSON fails as a file, too, and does not say that it is sealed.
    let torn = replaced(&open, "commitment.json", "{", "{ ");
    assert_eq!(said(&torn), format!("failed 1 2; {all}; {OPEN}"));
    let sealed = vector("sealed_opened");
    let ruled = replaced(&sealed, "commitment.json", "\"attempt\":1", "\"attempt\":2");
    let more = "not shown 3 4 5 6 7 8 9 10 11 12 13 14";
    assert_eq!(said(&ruled), format!("failed 2; {more}; {SEALED}"));
    let ruled = replaced(&unopened(&sealed), "commitment.json", "\"attempt\":1", "\"attempt\":2");
    assert_eq!(said(&ruled), format!("failed 2; {more}; {SEALED}"));
    let torn = replaced(&sealed, "commitment.json", "{", "{ ");
    assert_eq!(said(&torn), format!("failed 1 2; {all}; {OPEN}"));

    // Steps that apply by a file alone.
    let mut more = open.clone();
    more.insert("shortage.json".to_owned(), b"{}\n".to_vec());
    more.insert("events/0001.json".to_owned(), b"{}\n".to_vec());
    more.insert("schedule.tsv".to_owned(), b"sid\tdate\n".to_vec());
    let ruled = replaced(&more, "commitment.json", "\"attempt\":1", "\"attempt\":2");
    assert_eq!(said(&ruled), format!("failed 2; {all} 15 16 17; {OPEN} 15 16 17"));
    more.insert("schedule.tsv".to_owned(), b"sid\tday\n".to_vec());
    let ruled = replaced(&more, "commitment.json", "\"attempt\":1", "\"attempt\":2");
    assert_eq!(said(&ruled), format!("failed 2 17; {all} 15 16; {OPEN} 15 16 17"));
    let hidden = unopened(&sealed);
    let row = format!("shortage.json\t{}\nvisits.tsv\t", "0".repeat(64));
    let short = replaced(&hidden, "manifest.tsv", "visits.tsv\t", &row);
    let ruled = replaced(&short, "commitment.json", "\"attempt\":1", "\"attempt\":2");
    let more = "not shown 3 4 5 6 7 8 9 10 11 12 13 14 15";
    assert_eq!(said(&ruled), format!("failed 2; {more}; {SEALED} 15"));
}

#[test]
fn a_register_hides_what_it_decides_and_no_more() {
    let open = vector("open");
    let torn = with_manifest(&replaced(&open, "recusals.tsv", "\t", ""), &open);
    assert_eq!(said(&torn), format!("failed 1; not shown 3 7 12 13 14; {OPEN}"));
    let other = with_manifest(&replaced(&open, "recusals.tsv", "kin", "kith"), &open);
    assert_eq!(said(&other), format!("failed 3; not shown 7 12 13 14; {OPEN}"));
    // A salt in an open draw is no cell of its form.
    let salt = format!("kin\t{}\n", "0".repeat(64));
    let salted = with_manifest(&replaced(&open, "recusals.tsv", "kin\t-\n", &salt), &open);
    assert_eq!(said(&salted), format!("failed 1; not shown 3 7 12 13 14; {OPEN}"));

    let sealed = vector("sealed_opened");
    let torn = with_manifest(&replaced(&sealed, "recusals.tsv", "\t", ""), &sealed);
    assert_eq!(said(&torn), format!("failed 1; not shown 3 5 6 7 12 13 14; {SEALED}"));
}

#[test]
fn standby_decides_no_pairing() {
    let mut number = 0;
    let files = loop {
        let draft = Draft::of(number);
        if draft.standby.as_ref().is_some_and(|rows| !rows.is_empty()) && !draft.commitment.sealed()
        {
            break draft.complete();
        }
        number += 1;
    };
    let before = said(&files);
    assert!(before.starts_with("failed ;"), "{before}");
    let other = with_manifest(&replaced(&files, "standby.tsv", "\n", "\n0"), &files);
    let after = said(&other);
    let same = before.replacen("failed ;", "failed 3;", 1);
    assert_eq!(after, same);
}

#[test]
fn an_opening_that_is_not_the_committed_one_hides_salts_and_closed_digests() {
    let sealed = vector("sealed_opened");
    let torn = replaced(&sealed, "opening.json", "{", "{ ");
    assert_eq!(said(&torn), format!("failed 1; not shown 5 6 7 8; {SEALED}"));
    let other = replaced(&sealed, "opening.json", "0f", "1f");
    assert_eq!(said(&other), format!("failed 5; not shown 6 7 8; {SEALED}"));
}

/// The office commits to a frame whose salts follow from nothing: its draw is not the one that was sealed.
#[test]
fn salts_that_follow_from_no_secret_make_their_file_bad() {
    let number = (0..).find(|number| {
        let draft = Draft::of(*number);
        draft.commitment.sealed() && draft.commitment.lists.len() == 1
    });
    let mut draft = Draft::of(number.unwrap());
    let honest = draft.complete();
    let rows = draft.frames.values_mut().next().unwrap();
    rows[0].salt = Some(Suite::Sha256.digest(b"another"));
    rows.sort_by_key(|row| row.salt);
    let mut files = honest.clone();
    files.extend(draft.freeze());
    let said = said(&with_manifest(&files, &honest));
    assert!(said.starts_with("failed 5; not shown "), "{said}");
    for step in [" 9", " 10", " 11", " 12", " 13", " 14"] {
        assert!(said.split("; of").next().unwrap().contains(step), "{step}: {said}");
    }
    assert!(!said.split("; of").next().unwrap().contains(" 4"), "{said}");
}

#[test]
fn a_beacon_and_a_draw_that_are_not_there() {
    let open = vector("open");
    let gone = without(&open, "beacon.json");
    assert_eq!(said(&gone), format!("failed 1; not shown 6 7 8 9 11 12 13 14; {OPEN}"));
    let gone = without(&open, "draw/T01.tsv");
    assert_eq!(said(&gone), format!("failed 1; not shown 7 8 9; {OPEN}"));
    let gone = without(&open, "visits.tsv");
    assert_eq!(said(&gone), format!("failed 1; not shown 7 8 11; {OPEN}"));
    let gone = without(&open, "handicaps.tsv");
    assert_eq!(said(&gone), format!("failed 1; not shown 7 8 12 13 14; {OPEN}"));
    // Evidence is looked at with the strings.
    let kind = replaced(&open, "beacon.json", "\"kind\":\"drand\"", "\"kind\":7");
    let kind = with_manifest(&kind, &open);
    assert_eq!(said(&kind), format!("failed 6; not shown 7 9 11 12 13 14; {OPEN}"));
}
