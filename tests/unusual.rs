//! Unusual but possible bundles, made by hand: commitments, tables, events and schedules at the edge of what
//! `docs/protocol.md` allows. The verifier in Python and ours judge every one alike, and what may be drawn is drawn to
//! a bundle that verifies.
#![allow(missing_docs)]

mod support;

use std::collections::BTreeMap;

use serde_json::{Value, json};
use shuangsuiji::base::digest::Suite;
use shuangsuiji::base::json::{format, format_line};
use shuangsuiji::base::merkle;
use shuangsuiji::conduct::Frozen;
use shuangsuiji::record::beacon::{Beacon, Source, Trust};
use shuangsuiji::record::bundle::{
    BEACON, COMMITMENT, Files, INCOMPATIBLE, INSPECTORS, MANIFEST, RECUSALS, SCHEDULE, SHORTAGE,
};
use shuangsuiji::verify::verify;
use support::mutate::with_manifest;
use support::random::{Draft, unopened};
use support::second::disagreements;
use support::vector;
use support::waiting::waiting;

/// Asserts that both judge alike, and that exactly those named good are accepted.
fn judged(bundles: BTreeMap<String, Files>) {
    for (name, files) in &bundles {
        let report = verify(files);
        assert_eq!(report.verified(), name.starts_with("good"), "{name}: {:#?}", report.findings());
    }
    let different = disagreements(&bundles);
    assert!(different.is_empty(), "{} differ\n{}", different.len(), different.join("\n"));
}

/// The bundle of a commitment and frozen tables as they are, well formed or not: number and root of every table are
/// put into the commitment, and it is drawn if it may be; if not, its old results get a manifest.
fn redraw(mut files: Files, commitment: Value) -> Files {
    let old = files.clone();
    files.insert(COMMITMENT.to_owned(), format(&with_roots(&files, commitment)));
    let beacon = Beacon::parse(&files[BEACON]).unwrap();
    let package = files.clone();
    let drawn = Frozen::read(&package, &package).and_then(|frozen| {
        // The places of a drawn bundle are those of its own commitment.
        files.retain(|path, _| !path.starts_with("draw/"));
        frozen.draw(&beacon, None, &mut |_, _, _| {})
    });
    match drawn {
        Ok(drawn) => {
            files.extend(drawn.files);
            files
        }
        Err(_) => {
            files.extend(old.into_iter().filter(|(path, _)| path.starts_with("draw/")));
            with_manifest(&files, &vector("open"))
        }
    }
}

fn with_roots(files: &Files, mut commitment: Value) -> Value {
    let root = |path: &str| {
        let text = std::str::from_utf8(&files[path]).unwrap();
        let rows: Vec<&[u8]> = text.lines().skip(1).map(str::as_bytes).collect();
        let root = merkle::root(Suite::Sha256, rows.iter().copied());
        json!({"n": root.n, "root": root.root.hex()})
    };
    let put = |object: &mut Value, path: &str| {
        let root = root(path);
        object["n"] = root["n"].clone();
        object["root"] = root["root"].clone();
    };
    put(&mut commitment["inspectors"], INSPECTORS);
    put(&mut commitment["recusals"], RECUSALS);
    put(&mut commitment["incompatible"], INCOMPATIBLE);
    for list in commitment["lists"].as_array_mut().unwrap() {
        let path = format!("frames/{}.tsv", list["list"].as_str().unwrap());
        if files.contains_key(&path) && list["frame"].is_object() {
            put(&mut list["frame"], &path);
        }
    }
    commitment
}

fn open_commitment() -> Value {
    serde_json::from_slice(&vector("open")[COMMITMENT]).unwrap()
}

/// Every change of the commitment of `open`, by name: `good …` may be drawn.
fn commitments() -> BTreeMap<String, Value> {
    let mut found = BTreeMap::new();
    let mut put = |name: &str, change: &dyn Fn(&mut Value)| {
        let mut commitment = open_commitment();
        change(&mut commitment);
        assert!(found.insert(name.to_owned(), commitment).is_none(), "{name} twice");
    };
    put("good as it is", &|_| {});
    for path in [
        "",
        "/window",
        "/beacon",
        "/beacon/sources/0",
        "/replacement",
        "/engine",
        "/lists/0",
        "/lists/0/strata/0",
        "/lists/1/slots/0",
        "/inspectors",
        "/lists/2/frame",
    ] {
        put(&format!("good unknown key in {path}"), &|c| {
            c.pointer_mut(path).unwrap()["zz"] = json!({"weight": [true, {"seal": 1}], "空": "x"});
        });
        put(&format!("bad null in {path}"), &|c| {
            c.pointer_mut(path).unwrap()["zz"] = Value::Null;
        });
        put(&format!("bad fraction in {path}"), &|c| {
            c.pointer_mut(path).unwrap()["zz"] = serde_json::from_str("0.5").unwrap();
        });
        put(&format!("bad empty text in {path}"), &|c| {
            c.pointer_mut(path).unwrap()["zz"] = json!("");
        });
    }
    let at = |path: &'static str, value: Value| {
        move |c: &mut Value| *c.pointer_mut(path).unwrap() = value.clone()
    };
    for (name, path, value) in [
        ("good title of 512 characters", "/title", json!("字".repeat(512))),
        ("bad title of 513 characters", "/title", json!("字".repeat(513))),
        (
            "good title with controls",
            "/title",
            json!("a\u{7f}\u{0}\n\t\u{1f}\u{2028}\u{85} /\\\"🙂"),
        ),
        ("bad title not in NFC", "/title", json!("e\u{301}")),
        ("good attempt 1", "/attempt", json!(1)),
        ("bad attempt 0", "/attempt", json!(0)),
        ("bad attempt 2 without prev", "/attempt", json!(2)),
        ("bad prev of attempt 1", "/prev", json!("0".repeat(64))),
        ("good margin 0", "/beacon/margin_s", json!(0)),
        ("good margin 2^53-1", "/beacon/margin_s", json!((1u64 << 53) - 1)),
        ("bad margin 2^53", "/beacon/margin_s", json!(1u64 << 53)),
        ("good one day", "/window", json!({"from": "2028-02-29", "to": "2028-02-29"})),
        ("bad no leap year", "/window", json!({"from": "2027-02-29", "to": "2028-02-29"})),
        ("bad century", "/window", json!({"from": "2100-02-29", "to": "2100-03-01"})),
        ("bad window", "/window", json!({"from": "2026-10-10", "to": "2026-10-09"})),
        ("bad date", "/window", json!({"from": "2026-1-01", "to": "2026-10-09"})),
        ("bad digits", "/window", json!({"from": "２０２６-01-01", "to": "2026-10-09"})),
        ("good trust witnessed", "/beacon/trust", json!("witnessed")),
        ("bad no source", "/beacon/sources", json!([])),
        ("bad round 0", "/beacon/sources/0/round", json!(0)),
        ("bad another chain", "/beacon/sources/0/chain", json!("0".repeat(64))),
        ("bad another round", "/beacon/sources/0/round", json!(30_662_983)),
        ("bad draw name", "/draw", json!("a b")),
        ("good draw name of 64", "/draw", json!("a.-_".repeat(16))),
        ("bad draw name of 65", "/draw", json!("a".repeat(65))),
        ("bad empty matters", "/lists/0/matters", json!([])),
        ("bad no list", "/lists", json!([])),
        ("good reserve of all", "/lists/0/reserve", json!((1u64 << 53) - 1)),
        ("good nobody drawn", "/lists/0/n", json!(0)),
        ("good everybody drawn", "/lists/2/n", json!(23)),
        ("bad n above N", "/lists/2/n", json!(24)),
        ("bad n above N of a stratum", "/lists/1/strata/0/n", json!(10)),
        ("bad weight 0", "/lists/0/strata/0/weight", json!(0)),
        ("bad weight above 2^20", "/lists/0/strata/0/weight", json!((1u64 << 20) + 1)),
        ("bad other N", "/lists/0/strata/0/N", json!(9)),
        ("bad method", "/lists/0/method", json!("systematic")),
        ("bad list name used twice but for case", "/lists/1/list", json!("t02")),
        ("bad stratum named twice", "/lists/0/strata/1/stratum", json!("mu")),
        ("bad slot named twice", "/lists/0/slots/1/slot", json!("member")),
        (
            "bad one inspector",
            "/lists/0/slots",
            json!([
                {"slot": "a", "role": "inspector", "needs": [], "avoids": []},
                {"slot": "b", "role": "expert", "needs": [], "avoids": []},
            ]),
        ),
        (
            "good slots without needs",
            "/lists/0/slots",
            json!([
                {"slot": "a", "role": "inspector", "needs": [], "avoids": []},
                {"slot": "b", "role": "inspector", "needs": [], "avoids": []},
            ]),
        ),
        ("good placeholder twice", "/lists/0/slots/0/avoids", json!(["{area}:{area}-{station}"])),
        ("good needs as committed", "/lists/0/slots/0/needs", json!(["dept:市监", "dept:市监"])),
        ("bad placeholder without tag", "/lists/0/slots/0/avoids", json!(["{none}"])),
        ("bad open brace", "/lists/0/slots/0/avoids", json!(["{area"])),
        ("bad closed brace", "/lists/0/slots/0/avoids", json!(["area}"])),
        ("bad empty placeholder", "/lists/0/slots/0/avoids", json!(["{}"])),
        ("bad placeholder in capitals", "/lists/0/slots/0/avoids", json!(["{Area}"])),
        ("bad comma", "/lists/0/slots/0/avoids", json!(["a,b"])),
        ("bad bar", "/lists/0/slots/0/avoids", json!(["a|b"])),
        ("bad lone dash", "/lists/0/slots/0/avoids", json!(["-"])),
        ("bad blank", "/lists/0/slots/0/avoids", json!(["a\u{3000}b"])),
        ("bad no-break blank", "/lists/0/slots/0/avoids", json!(["a\u{a0}b"])),
        ("good zero-width", "/lists/0/slots/0/avoids", json!(["a\u{200b}b"])),
        ("good emoji", "/lists/0/slots/0/avoids", json!(["🙂:"])),
        ("bad v", "/v", json!("dr2")),
        ("bad suite", "/suite", json!("sha512")),
        ("bad sealed without seal", "/mode", json!("sealed")),
    ] {
        put(name, &at(path, value));
    }
    let levels = |n: usize| -> Value {
        let text = format!("{}{}", "[".repeat(n), "]".repeat(n));
        serde_json::from_str(&text).unwrap()
    };
    let slots: Vec<Value> = (0..17)
        .map(|n| json!({"slot": format!("s{n}"), "role": "inspector", "needs": [], "avoids": []}))
        .collect();
    put("bad 17 slots", &|c| c["lists"][0]["slots"] = json!(slots));
    put("good 64 levels", &|c| c["zz"] = levels(63));
    put("bad 65 levels", &|c| c["zz"] = levels(64));
    let last_round = ((1u64 << 53) - 1 - 1_692_803_367) / 3 + 1;
    put("bad round at 2^53 s", &|c| c["beacon"]["sources"][0]["round"] = json!(last_round + 1));
    put("bad round before 2^53 s", &|c| c["beacon"]["sources"][0]["round"] = json!(last_round));
    for (name, path, key, value) in [
        ("bad n in a fixed list", "/lists/1", "n", json!(1)),
        ("bad weight in a fixed stratum", "/lists/1/strata/0", "weight", json!(1)),
        ("bad n in a proportional stratum", "/lists/0/strata/0", "n", json!(1)),
        ("bad weight in a pareto stratum", "/lists/2/strata/0", "weight", json!(1)),
        ("bad seal in an open draw", "", "seal", json!("x")),
        ("bad time of a round", "/beacon/sources/0", "at", json!(1)),
        ("bad dice of a round", "/beacon/sources/0", "dice", json!("d10x20")),
        ("good key of another object", "/lists/0/slots/0", "weight", json!(1)),
        ("good note of plan", "", "plan", json!("x")),
        ("good excluded", "/lists/0", "excluded", json!([{"reason": "x", "n": 3}])),
        ("good rehearsal is false", "", "rehearsal", json!(false)),
        ("good rehearsal is a text", "", "rehearsal", json!("true")),
        ("bad standby without table", "", "standby", json!({"n": 0, "root": "0".repeat(64)})),
    ] {
        put(name, &|c| c.pointer_mut(path).unwrap()[key] = value.clone());
    }
    put("good no rehearsal", &|c| drop(c.as_object_mut().unwrap().remove("rehearsal")));
    put("good attempt 2", &|c| {
        c["attempt"] = json!(2);
        c["prev"] = json!("a".repeat(64));
    });
    put("bad same round twice", &|c| {
        let source = c["beacon"]["sources"][0].clone();
        c["beacon"]["sources"].as_array_mut().unwrap().push(source);
    });
    put("good empty stratum", &|c| {
        let stratum = json!({"stratum": "empty", "N": 0, "weight": 1 << 20});
        c["lists"][0]["strata"].as_array_mut().unwrap().push(stratum);
    });
    found
}

#[test]
fn unusual_commitments_are_judged_alike() {
    let draw =
        |(name, commitment)| (format!("{name}: {COMMITMENT}"), redraw(vector("open"), commitment));
    judged(commitments().into_iter().map(draw).collect());
}

#[test]
fn events_behind_one_that_waits_are_judged_alike() {
    judged(waiting());
}

/// Sums that no table of a test can have, in commitments whose tables are others.
#[test]
fn sums_of_weights_are_judged_alike() {
    let mut bundles = BTreeMap::new();
    for (list, name) in [(1, "fixed"), (2, "pareto")] {
        for (more, how) in [(0, "2^52"), (1, "more than 2^52")] {
            let mut commitment = open_commitment();
            let of = &mut commitment["lists"][list];
            let others: u64 = of["strata"].as_array().unwrap()[1..]
                .iter()
                .map(|stratum| stratum["N"].as_u64().unwrap())
                .sum();
            of["frame"]["n"] = json!((1u64 << 52) + more);
            of["strata"][0]["N"] = json!((1u64 << 52) + more - others);
            let mut files = vector("open");
            files.insert(COMMITMENT.to_owned(), format(&commitment));
            let report = verify(&files);
            let due = if more == 0 { "passed" } else { "failed" };
            assert_eq!(report.check(2).unwrap().outcome.name(), due, "{name} list of {how}");
            bundles.insert(format!("bad {name} list of {how}: {COMMITMENT}"), files);
        }
    }
    judged(bundles);
}

/// Chain and pulse are texts: longer than integers may be, and `0` is one.
#[test]
fn pulses_are_judged_alike() {
    let mut bundles = BTreeMap::new();
    let mut draft = Draft::of(1);
    draft.values = vec!["0123456789abcdef".repeat(8)];
    draft.commitment.trust = Trust::Public;
    let mut draw = |chain: &str, pulse: &str| {
        let source = json!({"kind": "nist2", "chain": chain, "pulse": pulse, "at": 1_784_792_310});
        draft.commitment.sources = vec![Source::from_json(&source).unwrap()];
        let mut files = draft.complete();
        files.retain(|path, _| !path.starts_with("events/"));
        files
    };
    for (name, chain, pulse) in
        [("0", "2", "0"), ("of chain 0", "0", "7"), ("of 20 digits", "2", "99999999999999999999")]
    {
        bundles.insert(format!("good pulse {name}: {COMMITMENT}"), draw(chain, pulse));
    }
    let files = draw("2", "7");
    for pulse in ["", "07", "00", "-1", "1x", "100000000000000000000"] {
        let mut changed = files.clone();
        let text = String::from_utf8(changed[COMMITMENT].clone()).unwrap();
        let text = text.replace(r#""pulse":"7""#, &format!(r#""pulse":"{pulse}""#));
        changed.insert(COMMITMENT.to_owned(), text.into_bytes());
        bundles.insert(format!("bad pulse {pulse}: {COMMITMENT}"), changed);
    }
    judged(bundles);
}

#[test]
fn unusual_rows_are_judged_alike() {
    let id = |n: usize| "i".repeat(n);
    let long = |n: usize| "字".repeat(n);
    let many: Vec<String> = (0..8000).map(|n| format!("t{n:06}")).collect();
    let more: Vec<String> = (0..9000).map(|n| format!("t{n:06}")).collect();
    let rows: [(&str, &str, String); 42] = [
        ("good id of 55", INSPECTORS, format!("{}\t1\t0\t-", id(55))),
        ("bad id of 56", INSPECTORS, format!("{}\t1\t0\t-", id(56))),
        ("good id of signs", INSPECTORS, "_:-\t1\t0\t-".to_owned()),
        ("bad id", INSPECTORS, "-\t1\t0\t-".to_owned()),
        ("bad id with a dot", INSPECTORS, "i.i\t1\t0\t-".to_owned()),
        ("bad id of full width", INSPECTORS, "Ｅ\t1\t0\t-".to_owned()),
        ("good capacity 2^16", INSPECTORS, "i\t65536\t65536\t-".to_owned()),
        ("bad capacity", INSPECTORS, "i\t65537\t0\t-".to_owned()),
        ("bad load", INSPECTORS, "i\t0\t65537\t-".to_owned()),
        ("bad leading zero", INSPECTORS, "i\t01\t0\t-".to_owned()),
        ("bad sign", INSPECTORS, "i\t+1\t0\t-".to_owned()),
        ("bad digits", INSPECTORS, "i\t１\t0\t-".to_owned()),
        ("bad huge number", INSPECTORS, format!("i\t1{}\t0\t-", "0".repeat(40))),
        ("good tags", INSPECTORS, "i\t1\t0\t: :: a a: a:b:c 区:东 🙂".to_owned()),
        ("bad tags unordered", INSPECTORS, "i\t1\t0\tb a".to_owned()),
        ("bad tags twice", INSPECTORS, "i\t1\t0\ta a".to_owned()),
        ("bad tag dash", INSPECTORS, "i\t1\t0\t- a".to_owned()),
        ("bad two blanks", INSPECTORS, "i\t1\t0\ta  b".to_owned()),
        ("bad tag with comma", INSPECTORS, "i\t1\t0\ta,b".to_owned()),
        ("bad tag with brace", INSPECTORS, "i\t1\t0\ta{b".to_owned()),
        ("bad tag with bar", INSPECTORS, "i\t1\t0\ta|b".to_owned()),
        ("bad ideographic blank", INSPECTORS, "i\t1\t0\ta\u{3000}b".to_owned()),
        ("bad next line", INSPECTORS, "i\t1\t0\ta\u{85}b".to_owned()),
        ("bad line separator", INSPECTORS, "i\t1\t0\ta\u{2028}b".to_owned()),
        ("bad vertical tab", INSPECTORS, "i\t1\t0\ta\u{b}b".to_owned()),
        ("bad unit separator", INSPECTORS, "i\t1\t0\ta\u{1f}b".to_owned()),
        ("bad delete", INSPECTORS, "i\t1\t0\ta\u{7f}b".to_owned()),
        ("good BOM inside", INSPECTORS, "i\t1\t0\ta\u{feff}b".to_owned()),
        ("good zero-width", INSPECTORS, "i\t1\t0\ta\u{200b}b".to_owned()),
        ("good noncharacter", INSPECTORS, "i\t1\t0\ta\u{ffff}b".to_owned()),
        ("bad not NFC", INSPECTORS, "i\t1\t0\te\u{301}".to_owned()),
        ("bad angstrom sign", INSPECTORS, "i\t1\t0\t\u{212b}".to_owned()),
        ("good tag of 512", INSPECTORS, format!("i\t1\t0\t{}", long(512))),
        ("bad tag of 513", INSPECTORS, format!("i\t1\t0\t{}", long(513))),
        ("good line of 64 KiB", INSPECTORS, format!("i\t1\t0\t{}", many.join(" "))),
        ("bad line above 64 KiB", INSPECTORS, format!("i\t1\t0\t{}", more.join(" "))),
        ("good recusal of outsiders", RECUSALS, "zz\tyy\tkin\t-".to_owned()),
        ("bad recusal with salt", RECUSALS, format!("zz\tyy\tkin\t{}", "0".repeat(64))),
        ("bad reason", RECUSALS, "zz\tyy\t亲属\t-".to_owned()),
        ("good outsiders", INCOMPATIBLE, "yy\tzz\tkin".to_owned()),
        ("bad pair", INCOMPATIBLE, "zz\tyy\tkin".to_owned()),
        ("bad pair of one", INCOMPATIBLE, "zz\tzz\tkin".to_owned()),
    ];
    let mut bundles = BTreeMap::new();
    for (name, path, row) in rows {
        let mut files = vector("open");
        let text = String::from_utf8(files[path].clone()).unwrap();
        let (header, rows) = text.split_once('\n').unwrap();
        let mut rows: Vec<&str> = rows.lines().collect();
        rows.push(&row);
        // By the bytes of the rows; in inspectors.tsv that is by iid here.
        rows.sort_unstable();
        let text = format!("{header}\n{}\n", rows.join("\n"));
        files.insert(path.to_owned(), text.into_bytes());
        bundles.insert(format!("{name}: {path}"), redraw(files, open_commitment()));
    }
    for (name, files) in bundles.iter().filter(|(name, _)| name.starts_with("bad")) {
        // Nobody is accused of a wrong pairing because a register cannot be read.
        let report = verify(files);
        assert_eq!(report.check(12).unwrap().outcome.name(), "not_shown", "{name}");
    }
    judged(bundles);
}

#[test]
fn events_and_schedules_are_judged_alike() {
    let (open, sealed) = (vector("open"), vector("sealed_opened"));
    // The earliest sources: the drand round, and 双色球 the day before.
    let (open_at, sealed_at) = (1_784_792_310u64, 1_784_639_700u64);
    let void = |at: u64| {
        json!({"n": 1, "prev": "-", "kind": "void", "at": at, "reason": "other", "by": "张三",
               "approver": "李四", "evidence": "-"})
    };
    let with = |at: u64, key: &str, value: Value| {
        let mut event = void(at);
        event[key] = value;
        event
    };
    let mut bundles: BTreeMap<String, Files> = BTreeMap::new();
    let mut put = |name: &str, base: &Files, others: &[(&str, Vec<u8>)]| {
        let mut files = base.clone();
        files.extend(others.iter().map(|(path, bytes)| ((*path).to_owned(), bytes.clone())));
        assert!(bundles.insert(name.to_owned(), files).is_none(), "{name} twice");
    };
    const ONE: &str = "events/0001.json";
    const TWO: &str = "events/0002.json";
    let salt = json!("5a".repeat(32));
    let early = open_at - 1;
    for (name, event) in [
        ("good void", void(early)),
        ("bad void at the source's time", void(open_at)),
        ("bad later kind without its keys", with(u64::from(u32::MAX), "kind", json!("leave"))),
        ("bad kind", with(early, "kind", json!("redraw"))),
        ("bad number", with(early, "n", json!(2))),
        ("bad prev", with(early, "prev", json!("0".repeat(64)))),
        ("good evidence", with(early, "evidence", json!("0".repeat(64)))),
        ("bad evidence", with(early, "evidence", json!("0".repeat(63)))),
        ("bad reason", with(early, "reason", json!("因 故"))),
        ("bad reason of another kind", with(early, "reason", json!("kin"))),
        ("bad by nobody", with(early, "by", json!("-"))),
        ("bad by one", with(early, "approver", json!("张三"))),
        (
            "bad beacon",
            with(early, "beacon", json!([{"kind": "dice", "dice": "d10x20", "at": open_at}])),
        ),
        ("bad by number", with(early, "by", json!(1))),
        ("good further key", with(early, "further", json!({"n": [1]}))),
        ("bad key of another kind", with(early, "sid", json!("REG:0001"))),
        ("bad salt in an open draw", with(early, "salt", salt.clone())),
        ("bad time", with(early, "at", json!("1"))),
    ] {
        put(name, &open, &[(ONE, format_line(&event))]);
    }
    for key in ["n", "prev", "kind", "at", "reason", "by", "approver", "evidence"] {
        let mut event = void(early);
        event.as_object_mut().unwrap().remove(key);
        put(&format!("bad without {key}"), &open, &[(ONE, format_line(&event))]);
    }
    let first = format_line(&void(early));
    let mut second = with(early, "prev", json!(Suite::Sha256.digest(&first).hex()));
    for (key, value) in [
        ("n", json!(2)),
        ("kind", json!("correct")),
        ("event", json!(1)),
        ("note", json!("李四为王五之误")),
        ("reason", json!("typing")),
    ] {
        second[key] = value;
    }
    put("good chain", &open, &[(ONE, first.clone()), (TWO, format_line(&second))]);
    put("bad gap", &open, &[(TWO, format_line(&second))]);
    let mut unchained = second.clone();
    unchained["prev"] = json!("-");
    put("bad chain", &open, &[(ONE, first.clone()), (TWO, format_line(&unchained))]);
    put("bad event without final LF", &open, &[(ONE, format(&void(early)))]);
    put("bad name", &open, &[("events/1.json", format_line(&void(early)))]);
    put("bad kind of file", &open, &[(ONE, first.clone()), ("events/note.txt", b"x\n".to_vec())]);
    put(
        "bad results of an event from which nothing follows",
        &open,
        &[(ONE, first.clone()), ("events/0001/x.bin", vec![255])],
    );
    put(
        "good unread files",
        &open,
        &[
            ("log/a/b", vec![255]),
            ("notice/x", vec![0]),
            ("verify.html", vec![254]),
            ("README.txt", vec![]),
        ],
    );
    let early = sealed_at - 1;
    let salted = with(early, "salt", salt);
    put("good sealed void", &sealed, &[(ONE, format_line(&salted))]);
    put("good unopened void", &unopened(&sealed), &[(ONE, format_line(&salted))]);
    put("bad sealed void without salt", &sealed, &[(ONE, format_line(&void(early)))]);
    put("bad salt", &sealed, &[(ONE, format_line(&with(early, "salt", json!("-"))))]);

    let day = |rows: &str| format!("sid\tdate\n{rows}").into_bytes();
    for (name, rows) in [
        ("good schedule", "A\t2026-10-09\nB\t2028-02-29\n"),
        ("good empty schedule", ""),
        ("good year 1", "A\t0001-01-01\nB\t9999-12-31\n"),
        ("bad day", "A\t2026-02-29\n"),
        ("bad month", "A\t2026-13-01\n"),
        ("bad short date", "A\t2026-1-01\n"),
        ("bad time of day", "A\t2026-10-09T00\n"),
        ("bad order", "B\t2026-10-09\nA\t2026-10-09\n"),
        ("bad sid twice", "A\t2026-10-09\nA\t2026-10-10\n"),
        ("bad sid", "甲\t2026-10-09\n"),
    ] {
        put(&format!("{name} in a schedule"), &open, &[(SCHEDULE, day(rows))]);
    }
    put("good opened schedule", &sealed, &[(SCHEDULE, day(""))]);
    put("bad unopened schedule", &unopened(&sealed), &[(SCHEDULE, day(""))]);
    put(
        "bad no manifest",
        &open.clone().into_iter().filter(|(path, _)| path != MANIFEST).collect(),
        &[],
    );
    judged(bundles);
}

/// A bundle whose pairing was impossible, without the proof of that, and the other way about.
#[test]
fn a_proof_of_shortage_that_is_missing_or_surplus_is_judged_alike() {
    let draws: Vec<Files> = (0..60).map(|number| Draft::of(number).complete()).collect();
    let mut bundles = BTreeMap::new();
    let (short, paired): (Vec<_>, Vec<_>) =
        draws.into_iter().enumerate().partition(|(_, files)| files.contains_key(SHORTAGE));
    assert!(short.len() > 5 && paired.len() > 5);
    let proof = short[0].1[SHORTAGE].clone();
    for (number, files) in short {
        let mut lost = files.clone();
        lost.remove(SHORTAGE);
        bundles.insert(format!("bad {number} anew: {SHORTAGE}"), with_manifest(&lost, &files));
        bundles.insert(format!("bad {number} lost: {SHORTAGE}"), lost);
    }
    for (number, mut files) in paired {
        files.insert(SHORTAGE.to_owned(), proof.clone());
        let anew = with_manifest(&files, &files);
        bundles.insert(format!("bad {number} anew: {SHORTAGE}"), anew);
        bundles.insert(format!("bad {number} surplus: {SHORTAGE}"), files);
    }
    judged(bundles);
}
