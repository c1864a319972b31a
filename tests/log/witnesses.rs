//! Witnesses, policies and the attacks on them: forked logs, older logs, late cosignatures.

use shuangsuiji::base::digest::Digest;
use shuangsuiji::base::finding::Finding;
use shuangsuiji::base::merkle::{self, Root};
use shuangsuiji::log::checkpoint::{Checkpoint, SignedCheckpoint};
use shuangsuiji::log::key::{Kind, SignerKey};
use shuangsuiji::log::policy::Policy;
use shuangsuiji::log::witness::Request;

use crate::entries::{BEACON_S, commit};
use crate::refusal;
use crate::trees::{Memory, entries};

fn log_key() -> SignerKey {
    SignerKey::from_seed("log.example", Kind::Ed25519, &[1; 32]).unwrap()
}

fn witness(n: u8) -> SignerKey {
    SignerKey::from_seed(&format!("w{n}.example"), Kind::Cosignature, &[100 + n; 32]).unwrap()
}

fn signed(root: Root) -> SignedCheckpoint {
    SignedCheckpoint::sign(Checkpoint::new("log.example", root).unwrap(), &log_key())
}

fn request(log: &Memory, old: u64) -> Request {
    let proof = log.read(log.root.n, |tiles| tiles.prove_consistency(old)).unwrap();
    Request { old, proof, signed: signed(log.root) }
}

/// Whoever has seen a log cosigns what continues it and nothing else, and a log that continues it differently least of all.
#[test]
fn a_fork_and_a_restored_backup_are_refused() {
    let all = entries(40);
    let log = log_key().verifier();
    let seen = Memory::of(&all[..25]);
    let checkpoint = Checkpoint::new("log.example", seen.root).unwrap();
    let grown = request(&Memory::of(&all), 25);
    grown.check(&log, Some(&checkpoint)).unwrap();
    request(&seen, 25).check(&log, Some(&checkpoint)).unwrap();
    request(&seen, 0).check(&log, None).unwrap();
    let says = |request: &Request| refusal(request.check(&log, Some(&checkpoint)));
    // An entry in the middle was replaced, or removed.
    for fork in
        [[&all[..7], &entries(50)[45..46], &all[8..]].concat(), [&all[..7], &all[8..]].concat()]
    {
        let forked = request(&Memory::of(&fork), 25);
        assert_eq!(says(&forked), "L07 it does not continue the 25 entries seen before");
        let same_size = request(&Memory::of(&fork[..25]), 25);
        assert_eq!(says(&same_size), "L07 it does not continue the 25 entries seen before");
    }
    let shorter = request(&Memory::of(&all[..24]), 24);
    assert_eq!(says(&shorter), "L16 it has 24 entries, 25 were seen before");
    let elsewhere = request(&Memory::of(&all), 24);
    assert_eq!(says(&elsewhere), "L28 it begins at 24, the witness has seen 25");
    let longer = Request {
        proof: [&grown.proof[..], &[Digest::from_bytes([0; 32])]].concat(),
        ..grown.clone()
    };
    assert!(says(&longer).starts_with("L07"));
    // Only a log that the witness knows.
    let other = SignerKey::from_seed("log.example", Kind::Ed25519, &[9; 32]).unwrap().verifier();
    assert_eq!(
        refusal(grown.check(&other, Some(&checkpoint))),
        "L04 \"log.example\" has not signed it"
    );
}

#[test]
fn requests_are_those_of_the_specification() {
    let request = request(&Memory::of(&entries(40)), 25);
    let text = request.format();
    assert_eq!(Request::parse(text.as_bytes()), Ok(request.clone()));
    assert!(text.starts_with("old 25\n") && text.contains("=\n\nlog.example\n40\n"));
    for (from, to, cause) in [
        ("old 25", "old 025", "L27 line 1 the first line is \"old\" and a size"),
        ("old 25\n", "", "L27 line 1 the first line is \"old\" and a size"),
        ("old 25\n", "old 25\nA", "L27 line 2 it must be base64 of 32 bytes"),
        ("\n40\n", "\n040\n", "L05 line 2"),
    ] {
        let refused = refusal(Request::parse(text.replacen(from, to, 1).as_bytes()));
        assert!(refused.starts_with(cause), "{refused}");
    }
    assert_eq!(refusal(Request::parse(b"old 0\n")), "L27 line 1 the empty line is missing");
    assert_eq!(refusal(Request::parse(b"\xff")), "L27 line 1 not UTF-8");
    let line = text.lines().nth(1).unwrap();
    let long = text.replacen("old 25\n", &format!("old 25\n{}", format!("{line}\n").repeat(60)), 1);
    assert_eq!(
        refusal(Request::parse(long.as_bytes())),
        "L27 line 1 the proof has more than 63 lines"
    );
}

/// Three of two houses: two of the first and one of the second.
fn policy() -> String {
    let vkey = |n| witness(n).verifier().format();
    let log = log_key().verifier().format();
    format!(
        "# 两家见证\nlog {log} https://log.example/\n\n\twitness X1 {}\nwitness X2 {} https://x2.example\n\
         witness X3 {}\ngroup X-witnesses 2 X1 X2 X3\n  witness  Y1\t{}\nwitness 乙二 {}\n\
         group Y-witnesses any Y1 乙二\ngroup X-and-Y all X-witnesses Y-witnesses\nquorum X-and-Y\n",
        vkey(1),
        vkey(2),
        vkey(3),
        vkey(4),
        vkey(5)
    )
}

fn cosigned(times: &[(u8, u64)]) -> SignedCheckpoint {
    let mut signed = signed(merkle::root(shuangsuiji::base::digest::Suite::Sha256, [&b"x"[..]]));
    for (n, time_s) in times {
        signed.add(signed.cosign(&witness(*n), *time_s));
    }
    signed
}

/// Every subset of witnesses, against the rule in words; and the time at which the quorum was complete.
#[test]
fn a_quorum_is_what_the_policy_says() {
    let policy = Policy::parse(policy().as_bytes()).unwrap();
    for subset in 0..32u8 {
        let who: Vec<u8> = (1..=5).filter(|n| subset & (1 << (n - 1)) != 0).collect();
        let times: Vec<(u8, u64)> = who.iter().map(|n| (*n, 1_000 + 10 * u64::from(*n))).collect();
        let x: Vec<u8> = who.iter().copied().filter(|n| *n <= 3).collect();
        let y: Vec<u8> = who.iter().copied().filter(|n| *n > 3).collect();
        let checked = policy.check(&cosigned(&times));
        if x.len() >= 2 && !y.is_empty() {
            let quorum = checked.unwrap();
            assert_eq!(quorum.reached_s, 1_000 + 10 * u64::from(y[0].max(x[1])));
            assert_eq!(quorum.cosigned.len(), who.len());
        } else {
            let n = who.len();
            let cause = format!("L14 of the 5 witnesses of the policy {n} have cosigned");
            assert_eq!(refusal(checked), cause);
        }
    }
    // Cosigning twice is cosigning once, at the earlier time.
    let twice = policy.check(&cosigned(&[(1, 50), (1, 40), (2, 30), (4, 20)])).unwrap();
    assert_eq!(twice.reached_s, 40);
    assert!(policy.check(&cosigned(&[(1, 50), (1, 40), (4, 20)])).is_err());
    // Strangers do not count; a stranger's log is not believed.
    assert!(policy.check(&cosigned(&[(6, 1), (7, 1), (8, 1)])).is_err());
    let alone = Policy::parse(format!("log {}\nquorum none", witness_free()).as_bytes()).unwrap();
    assert_eq!(
        refusal(alone.check(&cosigned(&[]))),
        "L06 there is no key of the origin \"log.example\""
    );
}

fn witness_free() -> String {
    SignerKey::from_seed("other.example", Kind::Ed25519, &[8; 32]).unwrap().verifier().format()
}

/// A commitment has to be cosigned before the beacon, by as much as it promised; one witness who comes late makes it
/// late if the quorum needs him.
#[test]
fn a_commitment_cosigned_too_late_is_refused() {
    let policy = Policy::parse(policy().as_bytes()).unwrap();
    let due = commit("Q4", 1).due_s();
    assert_eq!(due, BEACON_S - 600);
    let in_time = [(1, due - 9), (2, due), (4, due - 1)];
    assert_eq!(policy.check_by(&cosigned(&in_time), due).unwrap().reached_s, due);
    let late = [(1, due - 9), (2, due + 1), (4, due - 1)];
    let says = refusal(policy.check_by(&cosigned(&late), due));
    assert_eq!(
        says,
        "L15 the quorum had cosigned at 2026-09-22 22:03:21, which was due by 2026-09-22 22:03:20 (China time)"
    );
    // A later cosignature of a witness who was in time, or of one who is not needed, changes nothing.
    let more = [&in_time[..], &[(3, due + 100), (1, due + 200), (5, due + 1)]].concat();
    assert_eq!(policy.check_by(&cosigned(&more), due).unwrap().reached_s, due);
    // Nobody's word is nobody's time.
    let log = log_key().verifier().format();
    let none = Policy::parse(format!("log {log}\nquorum none\n").as_bytes()).unwrap();
    assert_eq!(none.check(&cosigned(&[])).unwrap().reached_s, 0);
    let says = refusal(none.check_by(&cosigned(&[(1, 1)]), due));
    assert_eq!(says, "L14 without witnesses no time is proved");
}

#[test]
fn what_is_no_policy_is_refused() {
    let good = policy();
    let (log, w1) = (log_key().verifier().format(), witness(1).verifier().format());
    let other_name = SignerKey::from_seed("w9.example", Kind::Cosignature, &[101; 32]).unwrap();
    let same = format!("witness X9 {}\nquorum", other_name.verifier().format());
    let as_log = format!("log {w1}\nquorum");
    let as_witness = format!("witness X9 {log}\nquorum");
    for (from, to, cause) in [
        ("quorum X-and-Y\n", "", "L13 the line quorum is missing"),
        (
            "quorum X-and-Y\n",
            "quorum X-and-Y\nquorum none\n",
            "L13 line 13 there is one line quorum",
        ),
        ("quorum X-and-Y", "quorum Z", "L13 line 12 no Z stands before"),
        ("quorum X-and-Y", "quorum a b", "L13 line 12 no line \"quorum\" is like this"),
        ("quorum X-and-Y", "group Z any\nquorum X-and-Y", "L13 line 12 k is 1–0, any or all"),
        ("group X-witnesses 2", "group X-witnesses 4", "L13 line 7 k is 1–3, any or all"),
        ("group X-witnesses 2", "group X-witnesses 0", "L13 line 7 k is 1–3, any or all"),
        ("group X-witnesses 2", "group X-witnesses 02", "L13 line 7 k is 1–3, any or all"),
        ("X1 X2 X3", "X1 X2 X2", "L13 line 7 X2 is a member of a group already"),
        ("any Y1 乙二", "any Y1 X1", "L13 line 10 X1 is a member of a group already"),
        ("X1 X2 X3", "X1 X2 Y1", "L13 line 7 no Y1 stands before"),
        ("X1 X2 X3", "X1 X2 none", "L13 line 7 no none stands before"),
        ("group Y-witnesses", "group X-witnesses", "L13 line 10 the name X-witnesses is taken"),
        ("witness X2", "witness none", "L13 line 5 the name none is taken"),
        ("witness X2", "witness X1", "L13 line 5 the name X1 is taken"),
        ("\nquorum", &format!("\n{same}"), "L13 line 12 the same key stands twice"),
        ("\nquorum", &format!("\n{as_log}"), "L13 line 12 logs have keys of type 1"),
        ("\nquorum", &format!("\n{as_witness}"), "L13 line 12 logs have keys of type 1"),
        ("\nquorum", "\nlog x\nquorum", "L02 line 12 it must be name+id+base64"),
        ("\nquorum", "\nbuddy x\nquorum", "L13 line 12 no line \"buddy\" is like this"),
        ("\nquorum", "\r\nquorum", "L13 line 11 a control character, as CR is one"),
    ] {
        assert!(good.contains(from), "{from}");
        let refused: Result<Policy, Finding> = Policy::parse(good.replacen(from, to, 1).as_bytes());
        let refused = refusal(refused);
        assert!(refused.starts_with(cause), "{from:?} → {to:?}: {refused}");
    }
    assert_eq!(refusal(Policy::parse(b"\xff")), "L13 line 1 not UTF-8");
}
