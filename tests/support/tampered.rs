//! Random draws, each changed in one place: what several verifiers are given to judge.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use shuangsuiji::record::bundle::{Files, MANIFEST};

use super::mutate::{Mutation, fields, with_manifest};
use super::random::{Draft, Random, unopened};
use super::shape::{forms, rows, strangers};

/// Changes of random bundles, evenly over the kinds of fields, seldom malformed ones; of every second one the
/// manifest is made anew.
pub fn tampered(numbers: Range<u64>, per_bundle: u64) -> BTreeMap<String, Files> {
    let mut bundles = BTreeMap::new();
    for number in numbers {
        let draft = Draft::of(number);
        let mut files = draft.complete();
        // It is not read, so every change of it is accepted.
        files.remove("README.txt");
        let mut random = Random::new(number ^ 0x7465_7374);
        let pools = |base: &Files| [fields(base), forms(base), rows(base)];
        let closed = draft.commitment.sealed().then(|| unopened(&files));
        let (whole, closed) =
            ((files.clone(), pools(&files)), closed.map(|c| (c.clone(), pools(&c))));
        for turn in 0..per_bundle {
            let view = closed.as_ref().filter(|_| random.chance(25));
            let closed_view = view.is_some();
            let (base, [fields, forms, rows]) = view.unwrap_or(&whole);
            let added = strangers(&files);
            let mut mutations: Vec<&Mutation> = match random.below(10) {
                0 => forms.iter().collect(),
                1 => rows.iter().collect(),
                2 if !closed_view => added.iter().collect(),
                _ => fields.iter().collect(),
            };
            let crude = ["malformed", "type", "null", "float", "shorter", "2^", "x", "-"];
            if random.chance(80) {
                mutations.retain(|mutation| !crude.iter().any(|how| mutation.how.starts_with(how)));
            }
            let classes = mutations.iter().map(|mutation| mutation.class.clone());
            let classes: Vec<String> = classes.collect::<BTreeSet<_>>().into_iter().collect();
            let class = random.pick(&classes);
            mutations.retain(|mutation| mutation.class == *class);
            let mutation: &Mutation = mutations[random.index(mutations.len())];
            let anew = turn % 2 == 1 && mutation.path != MANIFEST && !closed_view;
            let mut tampered = mutation.apply(base);
            if anew {
                tampered = with_manifest(&tampered, &files);
            }
            let (manifest, what) = (if anew { "anew" } else { "alone" }, mutation.show());
            bundles.insert(format!("{number:03}_{turn:02} {manifest} {what}"), tampered);
        }
    }
    bundles
}
