//! Receipts of open and sealed draws: made one by one and all at once, checked alone and against what is published;
//! and the attacks on them, each caught with its own message.
#![allow(missing_docs)]

mod support;

use serde_json::{Value, json};
use shuangsuiji::base::finding::{Lang, Text};
use shuangsuiji::base::json;
use shuangsuiji::conduct::{Holders, Receipts, receipt};
use shuangsuiji::record::bundle::{Files, MANIFEST, SHORTAGE, frame_path};
use shuangsuiji::record::ids::Sid;
use shuangsuiji::record::receipt::{Code, Receipt, Release};
use shuangsuiji::record::tables::{ManifestRow, Outcome::Drawn};
use shuangsuiji::verify::{contradiction, verify, verify_published, verify_receipt};
use support::{VECTORS, vector};

fn receipts(files: &Files, holders: Holders<'_>) -> Vec<Receipt> {
    let made = Receipts::read(files, files, holders, &mut |_, _| ()).unwrap();
    (0..made.len()).map(|at| made.receipt(at)).collect()
}

/// What the public sees of a sealed draw before the opening.
fn unopened(mut files: Files) -> Files {
    files.retain(|path, _| {
        let closed =
            ["frames/", "draw/", "recusals", "visits", "assignment", "handicaps", "opening"];
        !closed.iter().any(|start| path.starts_with(start))
    });
    files
}

/// The receipt of a drawn subject of a vector.
fn drawn(name: &str) -> (Files, Receipt) {
    let files = vector(name);
    let receipt = receipts(&files, Holders::Drawn).remove(0);
    (files, receipt)
}

/// The code and the cause of what does not hold in a receipt alone.
fn alone(receipt: &Receipt) -> (String, String) {
    let failed = verify_receipt(&receipt.format()).failed.expect("it must not hold");
    (failed.code().to_owned(), failed.cause.get(Lang::En).to_owned())
}

/// The same of the comparison with published files.
fn published(receipt: &Receipt, files: &Files) -> (String, String) {
    let code = Code::of(receipt).unwrap();
    let failed =
        verify_published(&code, Some(receipt), files, files).failed.expect("it must not agree");
    (failed.code().to_owned(), failed.cause.get(Lang::En).to_owned())
}

#[test]
fn everybody_s_receipt_holds_alone_and_against_the_bundle() {
    for name in VECTORS {
        let files = vector(name);
        let all = receipts(&files, Holders::All);
        let mut drawn = Vec::new();
        for made in &all {
            let bytes = made.format();
            assert_eq!(Receipt::parse(&bytes).as_ref(), Ok(made), "{name} {}", made.sid);
            let report = verify_receipt(&bytes);
            assert_eq!(report.failed, None, "{name} {}", made.sid);
            // One by one they are the same.
            assert_eq!(receipt(&files, &files, &made.sid).unwrap(), *made);
            let code = Code::of(made).unwrap();
            assert_eq!(Code::parse(&code.format()).as_ref(), Ok(&code));
            let mut places = vec![files.clone()];
            if name.starts_with("sealed") {
                places.push(unopened(files.clone()));
                let release = if made.team.is_some() { Release::Door } else { Release::Opening };
                assert_eq!(made.from, Some(release));
            } else {
                assert_eq!(made.from, None);
            }
            for place in &places {
                for whole in [Some(made), None] {
                    let found = verify_published(&code, whole, place, place);
                    assert_eq!(found.failed, None, "{name} {}", made.sid);
                }
            }
            if made.team.is_some() {
                drawn.push(made.clone());
            }
        }
        assert_eq!(receipts(&files, Holders::Drawn), drawn, "{name}");
        assert!(!drawn.is_empty() && drawn.len() < all.len(), "{name}");
        let stranger = Sid::parse("NOBODY").unwrap();
        assert_eq!(receipt(&files, &files, &stranger).unwrap_err().0[0].code(), "W12");
    }
}

/// The verifier in Python, written from the protocol, says the same of every receipt of the vectors, and of one with
/// each of its values changed.
#[test]
fn the_second_verifier_agrees() {
    let temp = tempfile::tempdir().unwrap();
    let (mut names, mut ours) = (Vec::new(), Vec::new());
    let mut put = |name: String, bytes: &[u8]| {
        std::fs::write(temp.path().join(&name), bytes).unwrap();
        names.push(name);
        ours.push(verify_receipt(bytes).failed.map(|finding| finding.to_string()));
    };
    for name in VECTORS {
        let files = vector(name);
        for made in receipts(&files, Holders::All) {
            put(format!("{name}_{}.json", made.sid.as_str().replace(':', "_")), &made.format());
        }
        let whole: Value = serde_json::from_slice(&drawn(name).1.format()).unwrap();
        let mut places = Vec::new();
        leaves(&whole, String::new(), &mut places);
        // Of long arrays the first few: the others are of the same kind.
        let few =
            |place: &&String| !place.split('/').any(|part| part.parse().is_ok_and(|n: u32| n > 4));
        for (n, place) in places.iter().filter(few).enumerate() {
            let mut changed = whole.clone();
            let value = changed.pointer_mut(place).unwrap();
            *value = match value.clone() {
                Value::Number(n) => json!(n.as_u64().unwrap() + 1),
                Value::String(text) => json!(next(&text)),
                Value::Bool(known) => json!(!known),
                other => panic!("{place}: {other}"),
            };
            put(format!("{name}_changed_{n:03}.json"), &json::format_line(&changed));
        }
    }
    let theirs = support::second::python(temp.path(), &names);
    let mut held = 0;
    for ((name, ours), (theirs, checks)) in names.iter().zip(&ours).zip(theirs) {
        assert_eq!(ours.is_none(), theirs, "{name}: {ours:?}, Python: {checks:?}");
        held += usize::from(theirs);
        assert!(!name.contains("changed") || !theirs, "{name} holds though a value is another");
    }
    println!("{} receipts, {held} hold", names.len());
}

/// The places of all values that are no object or array, as JSON pointers (RFC 6901); without what nothing checks: the
/// words of the commitment's unknown keys change its digest, which is checked.
fn leaves(value: &Value, place: String, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => members.iter().for_each(|(key, value)| {
            let key = key.replace('~', "~0").replace('/', "~1");
            leaves(value, format!("{place}/{key}"), found);
        }),
        Value::Array(items) => (0..).zip(items).for_each(|(at, value): (u32, _)| {
            leaves(value, format!("{place}/{at}"), found);
        }),
        // Of these the receipt alone says that rolls and full verification confirm them.
        _ if ["/rank", "/round", "/roll/index"].iter().any(|end| place.ends_with(end)) => {}
        _ if place.contains("/eligible/") => {}
        _ => found.push(place),
    }
}

/// The text with its last character replaced by another of the same kind.
fn next(text: &str) -> String {
    let mut chars: Vec<char> = text.chars().collect();
    let last = chars.last_mut().unwrap();
    *last = if *last == '1' { '2' } else { '1' };
    chars.into_iter().collect()
}

#[test]
fn the_public_part_makes_no_receipts() {
    let files = unopened(vector("sealed_opened"));
    let sid = Sid::parse("REG:0009").unwrap();
    assert_eq!(receipt(&files, &files, &sid).unwrap_err().0[0].code(), "W60");
}

#[test]
fn a_receipt_of_another_draw() {
    let (sealed, _) = drawn("sealed_opened");
    let (_, made) = drawn("open");
    let (code, cause) = published(&made, &sealed);
    assert_eq!(code, "Q02");
    let said =
        "the receipt is of EX-OPEN, the bundle is EX-SEALED-OPENED, and the commitments differ";
    assert_eq!(cause, said);

    // With the result of another draw, and with its manifest.
    let (_, other) = drawn("open_rounds");
    let spliced = Receipt { result: other.result, ..made.clone() };
    let said = "the result is not the digest of the manifest".to_owned();
    assert_eq!(alone(&spliced), ("Q03".to_owned(), said));
    let mut manifest = other.manifest.clone();
    manifest.retain(|row| made.listed(&row.path).is_some());
    let missing = made.manifest.iter().filter(|row| other.listed(&row.path).is_none());
    manifest.extend(missing.cloned());
    manifest.sort_by(|a, b| a.path.cmp(&b.path));
    let mut spliced = Receipt { manifest, ..made.clone() };
    spliced.result = spliced.result_of_manifest(made.commitment().unwrap().0.suite);
    let said = "the manifest of the result has another commitment.json".to_owned();
    assert_eq!(alone(&spliced), ("Q02".to_owned(), said));
    let mut manifest = made.manifest.clone();
    manifest.pop();
    let said = "it does not list the files of this draw".to_owned();
    assert_eq!(alone(&Receipt { manifest, ..made }), ("Q03".to_owned(), said));
}

#[test]
fn a_receipt_with_another_team() {
    for name in ["open", "sealed_opened"] {
        let (files, made) = drawn(name);
        // Somebody else who was eligible: not the best of those listed.
        let mut friend = made.clone();
        let slot = &mut friend.team.as_mut().unwrap().slots[0];
        let others: Vec<_> = slot.eligible.iter().map(|(iid, _)| iid.clone()).collect();
        slot.iid = others.into_iter().find(|iid| *iid != slot.iid).unwrap();
        assert_eq!(alone(&friend).0, "Q07");
        // Nobody else listed: the receipt alone is content, the published assignment is not.
        let slots = &mut friend.team.as_mut().unwrap().slots;
        let chosen: Vec<_> = slots.iter().map(|slot| slot.iid.clone()).collect();
        slots.iter_mut().zip(&chosen).for_each(|(slot, iid)| {
            slot.eligible.retain(|(other, _)| other == iid);
        });
        if verify_receipt(&friend.format()).failed.is_none() {
            let (code, cause) = published(&friend, &files);
            assert_eq!(code, "Q07");
            assert!(cause.starts_with("the published team is "), "{cause}");
        }
        // A handicap that makes him cheap.
        let mut cheap = made.clone();
        for slot in &mut cheap.team.as_mut().unwrap().slots {
            slot.eligible.iter_mut().for_each(|(_, handicap)| *handicap += 1);
        }
        assert_eq!(verify_receipt(&cheap.format()).failed, None);
        let (code, cause) = published(&cheap, &files);
        assert_eq!(code, "Q07");
        assert!(cause.starts_with("the handicap of "), "{cause}");
        // Before the opening nobody from elsewhere can be named.
        if name == "sealed_opened" {
            let mut stranger = made.clone();
            let slot = &mut stranger.team.as_mut().unwrap().slots[0];
            let (iid, handicap) = (shuangsuiji::record::ids::Iid::parse("zzz").unwrap(), 0);
            slot.iid = iid.clone();
            slot.eligible = vec![(iid, handicap)];
            let (code, cause) = published(&stranger, &unopened(files));
            assert_eq!((code.as_str(), cause.as_str()), ("Q07", "zzz is no inspector of the draw"));
        }
        let teamless = Receipt { team: None, ..made.clone() };
        assert_eq!(published(&teamless, &vector(name)).0, "Q07");
        let said = "drawn, yet without a team or a proof of shortage".to_owned();
        assert_eq!(alone(&teamless), ("Q07".to_owned(), said));
        if name == "sealed_opened" {
            let said = "drawn, yet without a team, and the manifest has no proof of shortage";
            let (code, cause) = published(&teamless, &unopened(vector(name)));
            assert_eq!((code.as_str(), cause.as_str()), ("Q07", said));
        }
        // A shortage explains that there is no team, and only that.
        let mut short = made.clone();
        let digest = short.manifest[0].digest;
        let at = short.manifest.partition_point(|row| *row.path < *SHORTAGE);
        short.manifest.insert(at, ManifestRow { path: SHORTAGE.to_owned(), digest });
        let suite = short.commitment().unwrap().0.suite;
        short.result = short.result_of_manifest(suite);
        let said = "there is a team in spite of a shortage".to_owned();
        assert_eq!(alone(&short), ("Q07".to_owned(), said));
        short.team = None;
        assert_eq!(verify_receipt(&short.format()).failed, None);
    }
}

/// Whoever leaves out a list of a subject is found out by the frames; before the opening they are closed.
#[test]
fn a_list_left_out_or_added() {
    for name in ["open", "sealed_opened"] {
        let files = vector(name);
        let all = receipts(&files, Holders::All);
        let not_drawn = |made: &&Receipt| made.lists.iter().any(|e| e.outcome != Some(Drawn));
        let made = all.iter().filter(|made| made.lists.len() > 1).find(not_drawn).unwrap();
        let mut fewer = made.clone();
        let at = made.lists.iter().position(|entry| entry.outcome != Some(Drawn)).unwrap();
        let left = fewer.lists.remove(at).list;
        assert_eq!(verify_receipt(&fewer.format()).failed, None, "{name}");
        let code = Code::of(&fewer).unwrap();
        for whole in [Some(&fewer), None] {
            let failed = verify_published(&code, whole, &files, &files).failed.unwrap();
            let place = failed.place.file.as_deref();
            assert_eq!((failed.code(), place), ("Q12", Some(frame_path(&left).as_str())));
        }
        if name == "sealed_opened" {
            let public = unopened(files.clone());
            let found = verify_published(&code, None, &public, &public);
            assert_eq!(found.failed, None);
            let told = |text: &Text| text.en.contains("that no list was left out, the opening");
            assert!(found.not_shown.iter().any(told), "{:?}", found.not_shown);
        }
        // Another frame, though it lacks the subject, too: it must be that of the manifest.
        let path = frame_path(&left);
        let mut other = files.clone();
        let text = String::from_utf8(files[&path].clone()).unwrap();
        let lines = text.split_inclusive('\n');
        let lines: String = lines.filter(|line| !line.contains(made.sid.as_str())).collect();
        other.insert(path.clone(), lines.into_bytes());
        let failed = verify_published(&code, None, &files, &other).failed.unwrap();
        assert_eq!((failed.code(), failed.place.file), ("Q10", Some(path)));
    }
    // A list that does not have the subject, at a rank of which nothing is published.
    let files = vector("open");
    let all = receipts(&files, Holders::All);
    let made = all.iter().find(|made| made.lists.iter().all(|e| e.list != "T-03")).unwrap();
    let mut code = Code::of(made).unwrap();
    code.ranks.push(("T-03".to_owned(), 23));
    code.ranks.sort();
    let failed = verify_published(&code, None, &files, &files).failed.unwrap();
    assert_eq!((failed.code(), failed.place.file.as_deref()), ("Q05", Some("frames/T-03.tsv")));
}

#[test]
fn a_changed_salt() {
    let (files, made) = drawn("sealed_opened");
    let other = shuangsuiji::base::digest::Suite::Sha256.digest(b"another salt");
    let mut salted = made.clone();
    salted.lists.iter_mut().for_each(|entry| entry.row.salt = Some(other));
    let said = "the salt gives neither the ticket nor the committed row".to_owned();
    assert_eq!(alone(&salted), ("Q04".to_owned(), said));
    // The short form has nothing but the rolls to contradict it.
    let mut code = Code::of(&made).unwrap();
    code.salt = Some(other);
    let public = unopened(files.clone());
    let failed = verify_published(&code, None, &public, &public).failed.unwrap();
    assert_eq!((failed.code(), failed.place.file.as_deref()), ("Q06", Some("rolls/T01.tsv")));
    let failed = verify_published(&code, None, &files, &files).failed.unwrap();
    let said = "the salt does not give the published ticket";
    assert_eq!((failed.code(), failed.cause.get(Lang::En)), ("Q04", said));
    // An open draw has none.
    let (open, made) = drawn("open");
    let code = Code { salt: Some(other), ..Code::of(&made).unwrap() };
    assert_eq!(verify_published(&code, None, &open, &open).failed.unwrap().code(), "Q04");
}

#[test]
fn a_changed_rank_or_roll() {
    let (files, made) = drawn("sealed_opened");
    let public = unopened(files.clone());
    let mut ranked = made.clone();
    let entry = ranked.lists.iter_mut().find(|entry| entry.n > 0 && entry.size > 2).unwrap();
    entry.rank = if entry.rank == 1 { 2 } else { 1 };
    let code = Code::of(&ranked).unwrap();
    assert_eq!(verify_published(&code, None, &public, &public).failed.unwrap().code(), "Q06");
    assert_eq!(verify_published(&code, None, &files, &files).failed.unwrap().code(), "Q08");
    let mut moved = made.clone();
    moved.lists[0].roll.as_mut().unwrap().index ^= 1;
    assert_eq!(
        published(&moved, &public),
        ("Q06".to_owned(), "the line stands elsewhere".to_owned())
    );

    // A line too few and one too many: in the receipt's eyes it is not the file of the manifest, and verification of the
    // bundle says which roll.
    let roll = String::from_utf8(files["rolls/T01.tsv"].clone()).unwrap();
    let lines: Vec<&str> = roll.lines().collect();
    let extra = format!("{}\t{}", lines[1].split('\t').next().unwrap(), "0".repeat(64));
    let with = [&lines[..1], &[extra.as_str()], &lines[1..]].concat();
    for changed in [lines[..lines.len() - 1].to_vec(), with] {
        for place in [&files, &public] {
            let mut forged = place.clone();
            let text = changed.join("\n") + "\n";
            forged.insert("rolls/T01.tsv".to_owned(), text.into_bytes());
            assert_eq!(published(&made, &forged).0, "Q10");
            let report = verify(&forged);
            let findings = report.findings();
            let of_roll = findings.iter().find(|f| f.code() == "V10").expect("step 10 fails");
            assert_eq!(of_roll.place.file.as_deref(), Some("rolls/T01.tsv"));
            if place.len() == public.len() {
                assert_eq!(of_roll.cause.get(Lang::En), "the strata have not the committed N");
            }
        }
    }
}

#[test]
fn two_leaves_for_one_subject() {
    let (_, made) = drawn("sealed_opened");
    let one = Code::of(&made).unwrap();
    let other = shuangsuiji::base::digest::Suite::Sha256.digest(b"the salt of a second leaf");
    let two = Code { salt: Some(other), ranks: vec![("T01".to_owned(), 9)], ..one.clone() };
    let finding = contradiction(&one, &two).unwrap();
    let said = "the salts differ: the subject has two leaves in the frame";
    assert_eq!((finding.code(), finding.cause.get(Lang::En)), ("Q09", said));
    assert_eq!(contradiction(&one, &one), None);
    let elsewhere = Code { commitment: other, ..two };
    assert_eq!(contradiction(&one, &elsewhere), None);
    // Twice the same list in one receipt.
    let mut twice = made.clone();
    twice.lists.insert(0, twice.lists[0].clone());
    assert_eq!(alone(&twice), ("C01".to_owned(), "lists must be in order, none twice".to_owned()));
}

#[test]
fn everything_else_that_a_receipt_says() {
    let (_, made) = drawn("sealed_opened");
    let said = |text: &str| ("V18".to_owned(), text.to_owned());
    let early = Receipt { from: Some(Release::Opening), ..made.clone() };
    assert_eq!(alone(&early), said("it may not be handed over from then on"));
    let whenever = Receipt { from: None, ..made.clone() };
    assert_eq!(alone(&whenever), said("it may not be handed over from then on"));
    let mut unrolled = made.clone();
    unrolled.lists[0].roll = None;
    assert_eq!(alone(&unrolled).0, "Q06");
    let mut tagged = made.clone();
    tagged.lists[0].row.tags.push("z:new".to_owned());
    let (code, cause) = alone(&tagged);
    assert_eq!((code.as_str(), cause.as_str()), ("Q05", "the row is not in the committed frame"));
    let mut keyed = made.clone();
    keyed.lists[0].key.ticket = keyed.result;
    assert_eq!(alone(&keyed).0, "V18");
    // An open receipt has neither.
    let (_, open) = drawn("open");
    assert_eq!(alone(&Receipt { from: Some(Release::Door), ..open.clone() }).0, "V18");
    let mut rolled = open.clone();
    rolled.lists[0].roll = made.lists[0].roll.clone();
    assert_eq!(alone(&rolled).0, "Q06");

    // What is no canonical form.
    let mut value: Value = serde_json::from_slice(&made.format()).unwrap();
    value["manifest"][0] = json!([MANIFEST]);
    let report = verify_receipt(&json::format_line(&value));
    assert_eq!(report.failed.unwrap().code(), "F05");
    value["manifest"] = json!([["b", made.result.hex()], ["a", made.result.hex()]]);
    assert_eq!(verify_receipt(&json::format_line(&value)).failed.unwrap().code(), "C01");
    // Cells that become the row of the frame only once they are joined.
    let mut value: Value = serde_json::from_slice(&made.format()).unwrap();
    let cells: Vec<String> = serde_json::from_value(value["lists"][0]["row"].clone()).unwrap();
    for joined in [[&[cells[..2].join("\t")], &cells[2..]].concat(), vec![cells.join("\t")]] {
        value["lists"][0]["row"] = json!(joined);
        let failed = verify_receipt(&json::format_line(&value)).failed.unwrap();
        let said = "what it says does not print back as it stands";
        assert_eq!((failed.code(), failed.cause.get(Lang::En)), ("F05", said));
    }
    value["lists"][0]["row"] = json!(cells);
    assert_eq!(verify_receipt(&json::format_line(&value)).failed, None);
}
