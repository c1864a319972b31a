//! The verifier of `tests/independent` and ours say the same of 50 random bundles, of changed ones, and of the
//! vectors: whether they verify, and what every check comes to. No change here touches a drand signature and its
//! digest together, for Python does not check signatures.
#![allow(missing_docs)]

mod support;

use std::collections::BTreeMap;

use shuangsuiji::record::bundle::Files;
use shuangsuiji::verify::verify;
use support::mutate::fields;
use support::random::{Draft, Random, unopened};
use support::second::{checks, disagreements, first_failed};
use support::story::Story;
use support::tampered::tampered;
use support::{VECTORS, vector};

fn draw(number: u64) -> (Draft, Files) {
    let draft = Draft::of(number);
    let files = draft.complete();
    (draft, files)
}

#[test]
fn both_accept_the_vectors_and_random_draws() {
    let mut bundles = BTreeMap::new();
    let mut put = |name: String, files: Files| drop(bundles.insert(name, files));
    VECTORS.iter().for_each(|name| put((*name).to_owned(), vector(name)));
    put("sealed_unopened".to_owned(), unopened(&vector("sealed_opened")));
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for number in 0..50 {
        let (draft, files) = draw(number);
        let report = verify(&files);
        assert!(report.verified(), "{number}: {:#?}", report.findings());
        let commitment = &draft.commitment;
        let mut count = |what: &str| *seen.entry(what.to_owned()).or_default() += 1;
        count(commitment.suite.name());
        count(if commitment.sealed() { "sealed" } else { "open" });
        commitment.lists.iter().for_each(|list| count(list.method.name()));
        commitment.sources.iter().for_each(|source| count(source.kind()));
        count(if report.facts.shortage { "shortage" } else { "paired" });
        count(if report.facts.rounds > 1 { "several rounds" } else { "one round" });
        count(if report.facts.visits_saved() > Some(0) { "merged visits" } else { "none merged" });
        count(if files.contains_key("schedule.tsv") { "schedule" } else { "no schedule" });
        count(if report.facts.void { "void" } else { "in force" });
        if commitment.sealed() {
            put(format!("random_{number:02}_unopened"), unopened(&files));
        }
        put(format!("random_{number:02}"), files);
    }
    println!("{seen:#?}");
    // What is never drawn would not be compared.
    for what in [
        "sha256",
        "sm3",
        "sealed",
        "open",
        "fixed",
        "proportional",
        "pareto",
        "drand",
        "dice",
        "wit",
        "rfc3797",
        "digits",
        "nist2",
        "shortage",
        "several rounds",
        "merged visits",
        "schedule",
        "void",
    ] {
        assert!(seen.get(what).is_some_and(|count| *count >= 3), "too few: {what}");
    }
    for (name, files) in &bundles {
        let report = verify(files);
        assert!(report.verified(), "{name}: {:#?}", report.findings());
    }
    let different = disagreements(&bundles);
    assert!(different.is_empty(), "{}", different.join("\n"));
}

#[test]
fn both_say_the_same_of_changed_draws_check_by_check() {
    let bundles = tampered(0..50, 8);
    let mut first: BTreeMap<u32, usize> = BTreeMap::new();
    for files in bundles.values() {
        let failed = first_failed(&checks(&verify(files)));
        *first.entry(failed.unwrap_or(0)).or_default() += 1;
    }
    println!("{} bundles, by first failed check: {first:?}", bundles.len());
    let different = disagreements(&bundles);
    assert!(different.is_empty(), "{} differ\n{}", different.len(), different.join("\n"));
}

/// Whatever happens after a draw is recomputed alike, by code that shares nothing: replaced subjects and inspectors, new
/// pairings, effects that wait.
#[test]
fn both_accept_random_events_and_refuse_changed_ones() {
    let mut bundles = BTreeMap::new();
    for number in 0..60 {
        let mut story = Story::new(number);
        story.random_events(7);
        let files = story.files;
        assert!(verify(&files).verified(), "{number}: {:#?}", verify(&files).findings());
        let mut random = Random::new(number ^ 0x6368_616e);
        let results: Files = files
            .iter()
            .filter(|(path, _)| path.starts_with("events/"))
            .map(|(path, bytes)| (path.clone(), bytes.clone()))
            .collect();
        let mut changes = fields(&results);
        for turn in 0..6 {
            if changes.is_empty() {
                break;
            }
            let mutation = changes.swap_remove(random.index(changes.len()));
            bundles
                .insert(format!("{number:03}_{turn} {}", mutation.show()), mutation.apply(&files));
        }
        bundles.insert(format!("{number:03}"), files);
    }
    let refused = bundles.values().filter(|files| !verify(files).verified()).count();
    println!("{} bundles, {refused} refused", bundles.len());
    assert!(refused > 200, "{refused}");
    let different = disagreements(&bundles);
    assert!(different.is_empty(), "{} differ\n{}", different.len(), different.join("\n"));
}
