//! The four bundles of `tests/vectors`, made by another program, with the values between.
#![allow(missing_docs)]

mod support;

use serde_json::Value;
use shuangsuiji::base::digest::Digest;
use shuangsuiji::base::table;
use shuangsuiji::conduct::Frozen;
use shuangsuiji::draw::select::{Depth, Ranked};
use shuangsuiji::draw::ticket::{PairTickets, Tickets, seed};
use shuangsuiji::record::beacon::Beacon;
use shuangsuiji::record::bundle::{Files, HANDICAPS, MANIFEST, OPENING, frame_path, parse_opening};
use shuangsuiji::record::tables::FrameRow;
use shuangsuiji::verify::{Outcome, verify};
use support::selecting::select;
use support::{VECTORS, root, vector};

fn facts(name: &str) -> Value {
    let text =
        std::fs::read_to_string(root().join(format!("tests/vectors/{name}.facts.json"))).unwrap();
    serde_json::from_str(&text).unwrap()
}

fn master(files: &Files) -> Option<Digest> {
    files.get(OPENING).map(|bytes| Digest::from_hex(&parse_opening(bytes).unwrap()).unwrap())
}

fn unopened() -> Files {
    let mut files = vector("sealed_opened");
    files.retain(|path, _| {
        let closed =
            ["frames/", "draw/", "recusals", "visits", "assignment", "handicaps", "opening"];
        !closed.iter().any(|start| path.starts_with(start))
    });
    files
}

/// The steps of a report by outcome, as `docs/protocol.md` §7 tabulates them.
fn outcomes(files: &Files) -> (Vec<u32>, Vec<u32>) {
    let report = verify(files);
    assert!(report.verified(), "{:#?}", report.findings());
    let of = |wanted: &str| {
        report
            .checks
            .iter()
            .filter(|check| check.outcome.name() == wanted)
            .map(|check| check.number)
            .collect()
    };
    (of("passed"), of("not_shown"))
}

#[test]
fn all_vectors_verify() {
    assert_eq!(outcomes(&vector("open")), (vec![1, 2, 3, 4, 6, 8, 9, 11, 12, 13, 14], vec![7]));
    assert_eq!(
        outcomes(&vector("open_rounds")),
        (vec![1, 2, 3, 4, 6, 8, 9, 11, 12, 13, 14], vec![7])
    );
    assert_eq!(outcomes(&vector("open_sm3")), (vec![1, 2, 3, 4, 8, 9, 11, 12, 13, 14], vec![6, 7]));
    assert_eq!(
        outcomes(&vector("sealed_opened")),
        (vec![1, 2, 3, 4, 5, 8, 9, 10, 11, 12, 13, 14], vec![6, 7])
    );
    assert_eq!(outcomes(&unopened()), (vec![1, 2], (3..=14).collect()));
}

#[test]
fn result_digests_are_those_of_the_specification() {
    for (name, digest) in [
        ("open", "c7700aed6f7b30dcf88ff3593888874501139225cec6e77c0dbd8bb9da0095ac"),
        ("open_rounds", "31f5c2714d86c4af581907376dec91e6c1ba31d6c05c0e24badff9fc06c3a824"),
        ("open_sm3", "dc523f985c339d0f1314dcb777baace0e5ca5aa0343b09714d53a871039bbceb"),
        ("sealed_opened", "e4d01a5ad5ff9e209e4d98f0f449720edd526fc1840531a104b63c2bca21c560"),
    ] {
        assert_eq!(verify(&vector(name)).result.unwrap().hex(), digest);
    }
}

/// Drawing anew from the frozen files gives every byte but the certificate, which is not unique.
#[test]
fn conducting_the_vectors_gives_their_bytes() {
    for name in VECTORS {
        let files = vector(name);
        let frozen = Frozen::read(&files, &files).unwrap();
        let beacon = Beacon::parse(&files["beacon.json"]).unwrap();
        let drawn = frozen.draw(&beacon, master(&files).as_ref(), &mut |_, _, _| {}).unwrap();
        for (path, bytes) in &drawn.files {
            if path != HANDICAPS && path != MANIFEST {
                assert_eq!(
                    String::from_utf8_lossy(bytes),
                    String::from_utf8_lossy(&files[path]),
                    "{name}/{path}"
                );
            }
        }
        let mut again = files.clone();
        again.extend(drawn.files);
        let report = verify(&again);
        assert!(report.verified(), "{name}: {:#?}", report.findings());
    }
}

#[test]
fn values_between_agree() {
    for name in VECTORS {
        let (files, facts) = (vector(name), facts(name));
        let frozen = Frozen::read(&files, &files).unwrap();
        let suite = frozen.commitment.suite;
        let beacon = Beacon::parse(&files["beacon.json"]).unwrap();
        assert_eq!(frozen.digest.hex(), facts["C"]);
        let s = seed(suite, &frozen.digest, &beacon.strings);
        assert_eq!(s.hex(), facts["S"]);
        let drawn = frozen.draw(&beacon, master(&files).as_ref(), &mut |_, _, _| {}).unwrap();
        for (list, selection) in &drawn.selections {
            let frame: Vec<FrameRow> = table::parse(&files[&frame_path(list)]).unwrap();
            let rows = facts["lists"][list].as_array().unwrap();
            let listed = frozen.commitment.lists.iter().find(|l| l.list == *list).unwrap();
            let all = select(suite, &s, listed, &frame, Depth::All).unwrap();
            let front = |ranked: &&Ranked| ranked.outcome.is_some();
            let fronts =
                [&all, selection].map(|s| s.ranked.iter().filter(front).collect::<Vec<_>>());
            assert_eq!(fronts[0], fronts[1]);
            assert_eq!(rows.len(), all.ranked.len());
            for (fact, ranked) in rows.iter().zip(&all.ranked) {
                assert_eq!(fact["stratum"], ranked.row.stratum.as_str());
                assert_eq!(fact["rank"], ranked.rank);
                assert_eq!(fact["sid"], ranked.row.sid.as_str());
                assert_eq!(fact["key"], ranked.key.to_string());
                let is_drawn = ranked.outcome == Some(shuangsuiji::record::tables::Outcome::Drawn);
                assert_eq!(fact["drawn"], is_drawn);
            }
        }
        let slots = facts["pair"].as_object().unwrap();
        assert_eq!(slots.len(), drawn.case.visits.len());
        for visit in &drawn.case.visits {
            let fact = slots[visit.sid.as_str()]["slots"].as_array().unwrap();
            assert_eq!(fact.len(), visit.slots.len());
            for (fact, slot) in fact.iter().zip(&visit.slots) {
                assert_eq!(fact["needs"], serde_json::json!(slot.needs));
                assert_eq!(fact["avoids"], serde_json::json!(slot.avoids));
            }
        }
    }
}

/// `printf '%s%s' "$K" REG:0025 | sha256sum`, and the pair ticket of the specification's example.
#[test]
fn the_specification_s_worked_examples() {
    let files = vector("open");
    let frozen = Frozen::read(&files, &files).unwrap();
    let beacon = Beacon::parse(&files["beacon.json"]).unwrap();
    let s = seed(frozen.commitment.suite, &frozen.digest, &beacon.strings);
    let ticket = Tickets::of_group(frozen.commitment.suite, &s, "Q4").ticket("REG:0025", None);
    assert_eq!(ticket.hex(), "4b6e8a8e85146c7401b9a8af151a5fbccadfb75f75665fc3bafe859f30dbf6c3");
    let pair = PairTickets::new(frozen.commitment.suite, &s).row("X0004", None).ticket("E006", 0);
    assert_eq!(format!("{pair:016x}"), "07f7ca60140fa5be");
}

#[test]
fn a_sealed_bundle_half_opened_is_refused() {
    let mut half = vector("sealed_opened");
    half.remove("opening.json");
    let report = verify(&half);
    let Outcome::Failed(findings) = &report.checks[0].outcome else { panic!("not refused") };
    assert!(findings.iter().all(|f| f.code() == "F10"), "{findings:#?}");
}
