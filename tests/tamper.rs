//! Every field of every file of the four vectors changed once, alone and with the manifest made anew; rows and
//! files removed, added and swapped; every way to leave the canonical form; and the sealed bundle before its opening.
#![allow(missing_docs)]

mod support;

use std::collections::BTreeMap;

use rayon::prelude::*;
use shuangsuiji::base::finding::Lang;
use shuangsuiji::record::bundle::{Files, MANIFEST, OPENING};
use shuangsuiji::verify::{Report, verify};
use support::mutate::{Mutation, fields, with_manifest};
use support::random::unopened;
use support::shape::{forms, rows, strangers};
use support::{VECTORS, vector};

/// Whether some finding names the changed file, as its place or as its id.
fn names(report: &Report, mutation: &Mutation) -> bool {
    report.findings().iter().any(|finding| {
        let file = finding.place.file.as_deref();
        let id = finding.place.id.as_deref();
        let path = Some(mutation.path.as_str());
        // A wrong digest in the manifest is reported at the file that it is not the digest of.
        let listed = mutation.path == MANIFEST && file.is_some() && file == mutation.id.as_deref();
        // Without opening.json each closed file is the surplus one.
        let half_open = mutation.path == OPENING && mutation.bytes.is_none();
        file == path || id == path || listed || (half_open && finding.code() == "F10")
    })
}

/// Every change must be refused, and the changed file be named. Where the manifest agrees with a file that is not
/// canonical, only step 1 can refuse and name it. Returns how many changes there were.
fn all_refused<'a>(
    files: &Files,
    mutations: impl IntoIterator<Item = &'a Mutation>,
    new_manifest: bool,
) -> usize {
    let mutations: Vec<&Mutation> = mutations.into_iter().collect();
    let wrong: Vec<String> = mutations
        .par_iter()
        .filter_map(|mutation| {
            let mut tampered = mutation.apply(files);
            if new_manifest {
                tampered = with_manifest(&tampered, files);
            }
            let report = verify(&tampered);
            if report.verified() {
                Some(format!("accepted: {}", mutation.show()))
            } else if !names(&report, mutation) {
                let first = report.findings()[0].to_string();
                Some(format!("not named: {}; instead {first}", mutation.show()))
            } else {
                None
            }
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(mutations.len() > 20, "there is nothing to refuse");
    mutations.len()
}

/// The manifest cannot be made anew and yet be changed.
fn bound(mutations: &[Mutation]) -> impl Iterator<Item = &Mutation> {
    mutations.iter().filter(|mutation| mutation.path != MANIFEST)
}

/// The changes that are accepted, counted by class.
fn accepted<'a>(
    mutations: &[&'a Mutation],
    tamper: impl Fn(&Mutation) -> Files + Sync,
) -> BTreeMap<&'a str, usize> {
    let accepted: Vec<&&Mutation> =
        mutations.par_iter().filter(|mutation| verify(&tamper(mutation)).verified()).collect();
    let mut counts = BTreeMap::new();
    for mutation in accepted {
        *counts.entry(mutation.class.as_str()).or_default() += 1;
    }
    counts
}

#[test]
fn a_changed_field_is_refused_and_its_file_named() {
    for name in VECTORS {
        let files = vector(name);
        let mutations = fields(&files);
        // Every file but none other has been touched, in every class of field that it has.
        for path in files.keys() {
            assert!(mutations.iter().any(|m| m.path == *path), "{path}");
        }
        println!("{name}: {} changes refused", all_refused(&files, &mutations, false));
    }
}

/// A forger who changes one field and makes the manifest anew has another result digest, and besides is accepted
/// exactly where the bundle still proves its draw: with another certificate of the same optimum, and with other
/// words about who announced a typed value, which are evidence for nobody but a reader.
#[test]
fn with_a_new_manifest_exactly_what_still_proves_is_accepted() {
    const CERTIFICATE: &str = "handicaps.tsv handicap";
    const MORE: &str = "beacon.json evidence[] key added";
    const BY: [&str; 3] = [
        "beacon.json evidence[].by",
        "beacon.json evidence[].by key removed",
        "beacon.json evidence[].by key renamed",
    ];
    for name in VECTORS {
        let files = vector(name);
        let mutations = fields(&files);
        let mutations: Vec<&Mutation> = bound(&mutations).collect();
        let tamper = |mutation: &Mutation| with_manifest(&mutation.apply(&files), &files);
        let accepted = accepted(&mutations, tamper);
        println!("{name}: of {} changes accepted {accepted:#?}", mutations.len());
        let mut expected = vec![MORE, CERTIFICATE];
        if name != "open" {
            expected.extend(BY);
        }
        expected.sort_unstable();
        assert_eq!(accepted.keys().copied().collect::<Vec<_>>(), expected, "{name}");
        let all = mutations.iter().filter(|m| m.class == CERTIFICATE).count();
        assert!(accepted[CERTIFICATE] < all, "no change of a certificate is refused");
        for mutation in mutations.iter().filter(|m| accepted.contains_key(m.class.as_str())) {
            // The result digest is the manifest's: every notice that prints it shows the change.
            assert_ne!(tamper(mutation)[MANIFEST], files[MANIFEST]);
        }
    }
}

#[test]
fn rows_and_files_removed_added_or_swapped_are_refused() {
    for name in VECTORS {
        let files = vector(name);
        let mut mutations = rows(&files);
        mutations.extend(strangers(&files));
        let alone = all_refused(&files, &mutations, false);
        let anew = all_refused(&files, bound(&mutations), true);
        println!("{name}: {alone} changes refused, {anew} with a new manifest");
    }
}

#[test]
fn a_file_that_is_not_canonical_is_refused_whatever_the_manifest_says() {
    for name in VECTORS {
        let files = vector(name);
        let mutations = forms(&files);
        let alone = all_refused(&files, &mutations, false);
        let anew = all_refused(&files, bound(&mutations), true);
        println!("{name}: {alone} forms refused, {anew} with a new manifest");
    }
}

/// Before the opening nothing that is public can be changed alone; of the manifest only the digests of the closed
/// files, and whether there is a shortage, cannot be seen.
#[test]
fn of_an_unopened_bundle_only_the_closed_digests_may_change_unseen() {
    let files = unopened(&vector("sealed_opened"));
    let mutations = fields(&files);
    let unseen = |mutation: &Mutation| {
        mutation.class == "manifest.tsv digest"
            && !mutation.how.starts_with("malformed")
            && mutation.id.as_ref().is_some_and(|path| !files.contains_key(path))
    };
    let seen = mutations.iter().filter(|mutation| !unseen(mutation));
    println!("unopened: {} changes refused", all_refused(&files, seen, false));
    let hidden: Vec<&Mutation> = mutations.iter().filter(|mutation| unseen(mutation)).collect();
    let counts = accepted(&hidden, |mutation| mutation.apply(&files));
    // Frames and draws of two lists, recusals, visits, assignment, handicaps: one digit of each.
    assert_eq!(counts, BTreeMap::from([("manifest.tsv digest", 8)]));
    assert_eq!(hidden.len(), 8);
    // Whoever kept the result digest sees these as well.
    for mutation in hidden {
        assert_ne!(verify(&mutation.apply(&files)).result, verify(&files).result);
    }
    let mut mutations = rows(&files);
    mutations.extend(forms(&files));
    println!("unopened: {} rows and forms refused", all_refused(&files, &mutations, false));

    let mut short = files.clone();
    let manifest = String::from_utf8(short[MANIFEST].clone()).unwrap();
    let row = format!("shortage.json\t{}\nvisits.tsv\t", "0".repeat(64));
    short.insert(MANIFEST.to_owned(), manifest.replace("visits.tsv\t", &row).into_bytes());
    let report = verify(&short);
    assert!(report.verified() && report.facts.shortage && report.check(15).is_some());
}

/// A key names one ticket, list and rank: before the opening, too, it is seen that it stands in two strata.
#[test]
fn a_roll_with_one_key_twice() {
    let files = vector("sealed_opened");
    assert!(verify(&unopened(&files)).verified());
    let path = "rolls/T01.tsv";
    let text = String::from_utf8(files[path].clone()).unwrap();
    let mut rows: Vec<&str> = text.lines().skip(1).collect();
    let first = rows[0].replace("alpha", "beta");
    let beta = rows.iter().position(|row| row.starts_with("beta")).unwrap();
    rows[beta] = &first;
    rows.sort_unstable();
    let mut twice = files.clone();
    twice.insert(path.to_owned(), format!("stratum\tkey\n{}\n", rows.join("\n")).into());
    let report = verify(&unopened(&with_manifest(&twice, &files)));
    let findings = report.findings();
    let words: Vec<String> =
        findings.iter().map(|f| format!("{} {}", f.code(), f.cause.get(Lang::En))).collect();
    assert_eq!(words, ["V10 one key stands there twice"], "{words:?}");
}

/// Whose price proves nothing is told with the row where it stands.
#[test]
fn a_wrong_handicap_is_told_with_its_row() {
    let files = vector("open");
    let path = "handicaps.tsv";
    let text = String::from_utf8(files[path].clone()).unwrap();
    let (row, line) = (1..).zip(text.lines()).find(|(_, line)| line.contains("\tE002\t")).unwrap();
    let mut wrong = files.clone();
    wrong.insert(path.to_owned(), text.replace(line, "0\tE002\t5").into_bytes());
    let report = verify(&with_manifest(&wrong, &files));
    let finding = report.findings().into_iter().find(|found| found.code() == "V13").unwrap();
    assert_eq!((finding.place.row, finding.place.id.as_deref()), (Some(row), Some("E002")));
}
