//! Entries, and what a log of them tells of attempts.

use shuangsuiji::base::digest::{Digest, Suite};
use shuangsuiji::base::finding::{Finding, Lang};
use shuangsuiji::log::attempts::{State, attempts, attempts_at, review};
use shuangsuiji::log::entry::{Body, Commit, Entry, Event, RegisterState, Registers, salted};

use shuangsuiji::record::bundle::Files;
use shuangsuiji::record::event as record;
use shuangsuiji::record::ids::Sid;
use shuangsuiji::record::logged::entries_of;

use crate::refusal;
use crate::support::vector;

pub const T0: u64 = 1_790_000_000;
/// When the beacon of [`commit`] becomes known.
pub const BEACON_S: u64 = T0 + 86_400;

pub fn digest(text: &str) -> Digest {
    Suite::Sha256.digest(text.as_bytes())
}

/// A commitment named after its draw and attempt.
pub fn commit(draw: &str, attempt: u64) -> Commit {
    let c = |attempt: u64| digest(&format!("{draw} {attempt}"));
    Commit {
        agency: "示例市市场监督管理局".to_owned(),
        draw: draw.to_owned(),
        commitment: c(attempt),
        suite: Suite::Sha256,
        attempt,
        prev: (attempt > 1).then(|| c(attempt - 1)),
        matters: vec!["M001".to_owned(), "M002 食品 销售".to_owned()],
        window: ("2026-10-09".to_owned(), "2026-12-31".to_owned()),
        sources: vec![("drand:52db9b:30662982".to_owned(), BEACON_S)],
        margin_s: 600,
        rehearsal: false,
    }
}

fn at(at: u64, body: Body) -> Entry {
    Entry { at, body }
}

pub fn committed(at_s: u64, commit: Commit) -> Entry {
    at(at_s, Body::Commit(commit))
}

fn event(of: &Commit, n: u64) -> Event {
    Event { commitment: of.commitment, n, digest: digest(&format!("event {n}")) }
}

fn void(at_s: u64, of: &Commit, n: u64) -> Entry {
    at(at_s, Body::Void { event: event(of, n), reason: "register_error".to_owned() })
}

fn beacon(of: &Commit) -> Entry {
    let string = format!("drand:52db9b:30662982:{}", digest("signature"));
    at(BEACON_S + 5, Body::Beacon { commitment: of.commitment, strings: vec![string] })
}

fn result(of: &Commit) -> Entry {
    at(BEACON_S + 9, Body::Result { commitment: of.commitment, manifest: digest("manifest") })
}

fn open(of: &Commit) -> Entry {
    at(BEACON_S + 99, Body::Open { commitment: of.commitment, opening: digest("opening") })
}

fn all_kinds() -> Vec<Entry> {
    let one = commit("Q4", 1);
    let register = |name: &str, rows| RegisterState {
        register: name.to_owned(),
        rows,
        digest: salted(name, &digest("register"), &digest("salt")),
    };
    let registers = Registers {
        agency: one.agency.clone(),
        day: "2026-09-21".to_owned(),
        registers: vec![register("recusals", 20), register("subjects", 176_245)],
    };
    vec![
        at(T0 - 9, Body::Register(registers)),
        committed(T0, one.clone()),
        at(T0 + 1, Body::Event(event(&one, 1))),
        beacon(&one),
        result(&one),
        open(&one),
        void(BEACON_S + 100, &one, 2),
    ]
}

#[test]
fn entries_are_canonical_and_come_back() {
    let entries = all_kinds();
    let kinds: Vec<&str> = entries.iter().map(Entry::kind).collect();
    assert_eq!(kinds, ["register", "commit", "event", "beacon", "result", "open", "void"]);
    for entry in &entries {
        let bytes = entry.format().unwrap();
        assert_eq!(Entry::parse(&bytes), Ok(entry.clone()));
    }
    let text = String::from_utf8(entries[1].format().unwrap()).unwrap();
    let c = digest("Q4 1");
    assert_eq!(
        text,
        format!(
            "{{\"agency\":\"示例市市场监督管理局\",\"at\":1790000000,\"attempt\":1,\
             \"beacon\":[{{\"at\":1790086400,\"source\":\"drand:52db9b:30662982\"}}],\"commitment\":\"{c}\",\
             \"draw\":\"Q4\",\"kind\":\"commit\",\"margin_s\":600,\"matters\":[\"M001\",\"M002 食品 销售\"],\
             \"prev\":\"-\",\"suite\":\"sha256\",\"v\":\"dr1\",\"window\":{{\"from\":\"2026-10-09\",\"to\":\"2026-12-31\"}}}}"
        )
    );
    let Body::Commit(one) = &entries[1].body else { unreachable!() };
    assert_eq!((one.earliest_s(), one.due_s()), (BEACON_S, BEACON_S - 600));
    let rehearsed = committed(T0, Commit { rehearsal: true, ..one.clone() });
    assert_eq!(Entry::parse(&rehearsed.format().unwrap()), Ok(rehearsed));
    // The same thing said later is the same.
    assert!(entries[1].same_as(&committed(T0 + 77, one.clone())));
    assert!(!entries[1].same_as(&committed(T0, commit("Q4", 2))));
}

/// `printf 'dr1/sha256/register\nrecusals\n%s\n%s\n' DIGEST SALT | sha256sum`
#[test]
fn salted_digests_are_lines() {
    let (of, salt) = (digest("register"), digest("salt"));
    let line = format!("dr1/sha256/register\nrecusals\n{of}\n{salt}\n");
    assert_eq!(salted("recusals", &of, &salt), digest(&line));
}

/// Whatever has not the form of an entry is refused with its key; a name in a key of its own is such a thing.
#[test]
fn what_is_no_entry_is_refused() {
    let entries = all_kinds();
    let refused = |entry: usize, from: &str, to: &str| {
        let text = String::from_utf8(entries[entry].format().unwrap()).unwrap();
        assert!(text.contains(from), "{text}");
        let finding = Entry::parse(text.replacen(from, to, 1).as_bytes()).unwrap_err();
        let key = finding.place.column.clone().unwrap_or_default();
        format!("{} {key}: {}", finding.code(), finding.cause.get(Lang::En))
    };
    for (entry, from, to, cause) in [
        (1, "\"v\":\"dr1\"", "\"v\":\"dr2\"", "L12 v: must be dr1"),
        (1, "\"kind\":\"commit\"", "\"kind\":\"note\"", "L12 kind: no entry is a note"),
        (1, "\"margin_s\":600", "\"margin_s\":-1", "F05 margin_s: must be an integer from 0"),
        (1, "\"prev\"", "\"name\":\"甲\",\"prev\"", "F05 name: unknown key"),
        (1, "\"agency\":\"示例市市场监督管理局\",", "", "F05 agency: this key is missing"),
        (1, "\"attempt\":1", "\"attempt\":2", "L12 prev: prev is - exactly when attempt is 1"),
        (1, "\"attempt\":1", "\"attempt\":0", "L12 prev: prev is - exactly when attempt is 1"),
        (1, "\"draw\":\"Q4\"", "\"draw\":\"Q 4\"", "L12 draw: must be 1–64 of 0-9A-Za-z_.-"),
        (1, "M001", "M003", "L12 matters: there is at least one; they stand in order"),
        (1, "[\"M001\",\"M002 食品 销售\"]", "[]", "L12 matters: there is at least one"),
        (1, "[\"M001\",", "[\"M\\u0001\",", "L12 matters: there is at least one"),
        (1, "2026-12-31", "2026-02-31", "L12 window.to: must be a date YYYY-MM-DD"),
        (1, "2026-12-31", "2026-10-08", "L12 window.to: the window ends before it begins"),
        (1, "\"suite\":\"sha256\"", "\"suite\":\"md5\"", "L12 suite: must be sha256 or sm3"),
        (1, "drand:", "drand ", "L12 beacon[0].source: white space"),
        (
            1,
            "[{\"at\":1790086400,\"source\":\"drand:52db9b:30662982\"}]",
            "[]",
            "L12 beacon: there is at least",
        ),
        (
            1,
            "\"prev\":\"-\",",
            "\"prev\":\"-\",\"rehearsal\":false,",
            "L12 rehearsal: must be true",
        ),
        (1, "\"commitment\":\"", "\"commitment\":\"x", "L12 commitment: must be 64 lowercase"),
        (0, "\"recusals\"", "\"zz\"", "L12 registers: they must stand by name, none twice"),
        (0, "2026-09-21", "2026-9-21", "L12 day: must be a date YYYY-MM-DD"),
        (0, "\"rows\":20", "\"rows\":\"20\"", "F05 registers[0].rows: must be an integer"),
        (
            0,
            "\"register\":\"recusals\"",
            "\"name\":\"甲\",\"register\":\"recusals\"",
            "F05 registers[0].name: unknown key",
        ),
        (2, "\"n\":1", "\"n\":0", "L12 n: events are numbered from 1"),
        (3, "[\"drand:", "[\"dr and:", "L12 strings: white space is not allowed, nor is none"),
        (4, "\"manifest\":\"", "\"manifest\":\"A", "L12 manifest: must be 64 lowercase hex digits"),
        (5, "{", "{ ", "F05 : not in the canonical form of RFC 8785"),
        (6, "register_error", "a name", "L12 reason: must be 1–64 of 0-9A-Za-z_.-"),
    ] {
        let refused = refused(entry, from, to);
        assert!(refused.starts_with(cause), "{from} → {to}: {refused}");
    }
    let long = Commit { agency: "局".repeat(129), ..commit("Q4", 1) };
    assert!(refusal(committed(T0, long).format()).starts_with("L12 more than 128 characters"));
    let matters = (0..9_000).map(|i| format!("M{i:05}")).collect();
    let large = committed(T0, Commit { matters, ..commit("Q4", 1) });
    assert!(refusal(large.format()).starts_with("L10 an entry has"));
}

fn reviewed(log: &[Entry]) -> Vec<String> {
    let shown = |f: &Finding| {
        let row = f.place.row.unwrap_or_default() - 1;
        format!("{} {row}: {}", f.code(), f.cause.get(Lang::En))
    };
    review(log).iter().map(shown).collect()
}

/// A draw voided and done again, and one of other matters: nothing is wrong with it, and all attempts are counted.
#[test]
fn attempts_are_counted() {
    let (one, two) = (commit("Q4", 1), commit("Q4", 2));
    let other = Commit { matters: vec!["M009".to_owned()], ..commit("fire", 1) };
    let rehearsed = Commit { rehearsal: true, ..commit("trial", 1) };
    let log = [
        committed(T0, one.clone()),
        committed(T0 + 1, rehearsed.clone()),
        committed(T0 + 2, other.clone()),
        void(T0 + 3, &one, 1),
        committed(T0 + 4, two.clone()),
        beacon(&two),
        result(&two),
    ];
    assert_eq!(reviewed(&log), [""; 0]);
    let found = attempts_at(&log, &two.commitment);
    let seen: Vec<_> =
        found.iter().map(|a| (a.index, a.commit.attempt, a.state, a.manifest)).collect();
    let voided = State::Void { index: 3, reason: "register_error" };
    assert_eq!(seen, [(0, 1, voided, None), (4, 2, State::Live, Some(digest("manifest")))]);
    assert_eq!(attempts_at(&log, &one.commitment), found, "counted from either");
    assert_eq!(attempts_at(&log, &other.commitment).len(), 1);
    assert_eq!(attempts_at(&log, &rehearsed.commitment).len(), 1);
    assert_eq!(attempts_at(&log, &digest("unknown")), []);
    assert_eq!(attempts(&log).len(), 4);
}

/// Which draws stand in each other's way: agency, matters, days, name.
#[test]
fn what_competes() {
    let one = commit("Q4", 1);
    let days = |from: &str, to: &str| Commit {
        window: (from.to_owned(), to.to_owned()),
        ..commit("other", 1)
    };
    for (other, expected) in [
        (days("2026-12-31", "2027-03-31"), true),
        (days("2027-01-01", "2027-03-31"), false),
        (days("2026-07-01", "2026-10-09"), true),
        (days("2026-07-01", "2026-10-08"), false),
        (Commit { agency: "另一局".to_owned(), ..commit("other", 1) }, false),
        (Commit { matters: vec!["M003".to_owned()], ..commit("other", 1) }, false),
        (Commit { matters: vec!["M002".to_owned()], ..commit("Q4", 1) }, true),
        (Commit { rehearsal: true, ..commit("other", 1) }, false),
    ] {
        assert_eq!(one.competes(&other), expected, "{other:?}");
        assert_eq!(other.competes(&one), expected);
    }
}

/// Every way in which a log contradicts itself, with the entry that does.
#[test]
fn contradictions_are_found() {
    let (one, two, other) = (commit("Q4", 1), commit("Q4", 2), commit("again", 1));
    let first = committed(T0, one.clone());
    let later = vec![("drand:52db9b:40000000".to_owned(), 1_798_740_000)];
    let cases: Vec<(&str, Vec<Entry>, &[&str])> = vec![
        (
            "a second live commitment",
            vec![first.clone(), committed(T0 + 1, other.clone())],
            &[
                "L20 1: Q4 of entry 0, of the same agency and name or matters and days, was not void",
            ],
        ),
        (
            "a void after the second commitment",
            vec![first.clone(), committed(T0 + 1, two.clone()), void(T0 + 2, &one, 1)],
            &[
                "L20 1: Q4 of entry 0, of the same agency and name or matters and days, was not void",
            ],
        ),
        (
            "after the first window has ended",
            vec![
                first.clone(),
                committed(
                    1_798_732_800,
                    Commit { sources: later, prev: None, attempt: 1, ..other.clone() },
                ),
            ],
            &[],
        ),
        (
            "after the first window has ended, as the log's own clock says",
            vec![
                first.clone(),
                committed(1_798_732_800, Commit { prev: None, attempt: 1, ..other.clone() }),
            ],
            &[
                "L20 1: Q4 of entry 0, of the same agency and name or matters and days, was not void",
            ],
        ),
        (
            "an attempt that is not in the log",
            vec![committed(T0, two.clone())],
            &["L21 0: the attempt before is not in the log"],
        ),
        (
            "an attempt left out",
            vec![
                first.clone(),
                void(T0 + 1, &one, 1),
                committed(T0 + 2, Commit { attempt: 3, ..two.clone() }),
            ],
            &["L21 2: it calls itself number 3, but follows number 1"],
        ),
        (
            "another name",
            vec![first.clone(), void(T0 + 1, &one, 1), committed(T0 + 2, other.clone())],
            &["L30 2: it calls itself the first, but Q4 of entry 0 was one"],
        ),
        (
            "void after the beacon",
            vec![first.clone(), void(BEACON_S, &one, 1), committed(BEACON_S + 1, two.clone())],
            &[
                "L22 1: a value of Q4 was known already",
                "L20 2: Q4 of entry 0, of the same agency and name or matters and days, was not void",
            ],
        ),
        ("void at the last moment", vec![first.clone(), void(BEACON_S - 1, &one, 1)], &[]),
        (
            "entries about nothing",
            vec![beacon(&one), first.clone()],
            &["L23 0: no commitment", "L29 1: it says to be earlier than the entry before"],
        ),
        (
            "a result without its beacon",
            vec![first.clone(), result(&one)],
            &["L23 1: no beacon stands before the result"],
        ),
        (
            "an event removed",
            vec![first.clone(), at(T0 + 1, Body::Event(event(&one, 2)))],
            &["L24 1: event 1 should follow, not 2"],
        ),
        (
            "an event twice",
            vec![
                first.clone(),
                at(T0 + 1, Body::Event(event(&one, 1))),
                at(T0 + 2, Body::Event(event(&one, 1))),
            ],
            &["L24 2: event 2 should follow, not 1"],
        ),
        (
            "everything twice",
            vec![first.clone(), committed(T0, one.clone()), beacon(&one), beacon(&one)],
            &["L25 1: a second commit of the same draw", "L25 3: a second beacon of the same draw"],
        ),
        (
            "another source's value",
            vec![
                first.clone(),
                at(
                    T0,
                    Body::Beacon {
                        commitment: one.commitment,
                        strings: vec!["drand:52db9b:30662983:00".to_owned()],
                    },
                ),
            ],
            &["L26 1: these are not values of the sources committed to"],
        ),
        (
            "times run backwards",
            vec![first.clone(), at(T0 - 1, Body::Event(event(&one, 1)))],
            &["L29 1: it says to be earlier than the entry before"],
        ),
    ];
    for (name, log, expected) in cases {
        let found = reviewed(&log);
        assert_eq!(found.len(), expected.len(), "{name}: {found:#?}");
        for (found, expected) in found.iter().zip(expected) {
            assert!(found.starts_with(expected), "{name}: {found}");
        }
    }
    let mut twice = vec![first, beacon(&one), result(&one), result(&one), open(&one), open(&one)];
    twice[5].at += 1;
    assert_eq!(
        reviewed(&twice),
        ["L25 3: a second result of the same draw", "L25 5: a second open of the same draw"]
    );
}

/// A log of rivals has a finding for each of them, not for each pair.
#[test]
fn a_log_of_rivals_is_reviewed_quickly() {
    let log: Vec<Entry> = (0..3_000).map(|n| committed(T0, commit(&format!("D{n}"), 1))).collect();
    let found = reviewed(&log);
    assert_eq!(found.len(), 2_999);
    assert!(found[2_998].starts_with("L20 2999: D2998 of entry 2998, of the same agency"));
}

/// The entries of a bundle at every step, events and voids included; none without its commitment.
#[test]
fn a_bundle_tells_what_is_to_be_logged() {
    let kinds = |files: &Files| -> Vec<&'static str> {
        let entries = entries_of(files).unwrap().into_iter();
        entries.map(|body| Entry { at: T0, body }.kind()).collect()
    };
    let mut files = vector("open");
    assert_eq!(kinds(&files), ["commit", "beacon", "result"]);
    let Body::Commit(logged) = &entries_of(&files).unwrap()[0] else { unreachable!() };
    assert_eq!(logged.commitment, Suite::Sha256.digest(&files["commitment.json"]));
    assert_eq!(logged.matters, ["M001", "M002", "M003", "M004"], "of all lists, in order");
    assert_eq!((logged.earliest_s(), logged.margin_s), (1_784_792_310, 600));
    let beacon = committed(T0, logged.clone()).format().map(|_| ());
    assert_eq!(beacon, Ok(()));
    let event = |n, what| record::Event {
        n,
        prev: None,
        what,
        at: T0,
        reason: "register_error".to_owned(),
        by: "甲".to_owned(),
        approver: "乙".to_owned(),
        evidence: None,
        note: None,
        beacon: Vec::new(),
        salt: None,
    };
    let closed = record::What::Subject(record::Kind::Closed, Sid::parse("X0004").unwrap());
    for (n, what) in [(1, closed), (2, record::What::Void)] {
        files.insert(record::Event::path(n), event(n, what).format());
    }
    assert_eq!(kinds(&files), ["commit", "beacon", "result", "event", "void"]);
    let entries = entries_of(&files).unwrap();
    let Body::Void { event, reason } = &entries[4] else { unreachable!() };
    assert_eq!((event.n, reason.as_str()), (2, "register_error"));
    assert_eq!(event.digest, Suite::Sha256.digest(&files["events/0002.json"]));
    // Nobody's name is in the log.
    let text: String = entries
        .into_iter()
        .map(|body| String::from_utf8(Entry { at: T0, body }.format().unwrap()).unwrap())
        .collect();
    assert!(!text.contains('甲') && !text.contains('乙'), "{text}");
    assert_eq!(kinds(&vector("sealed_opened")), ["commit", "beacon", "result", "open"]);
    files.remove("commitment.json");
    assert_eq!(refusal(entries_of(&files)), "F06 the file is missing");
}
