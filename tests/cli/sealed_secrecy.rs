//! What a sealed draw tells before its opening: the secret stands nowhere, and public files with the whole register do
//! not tell who is drawn.

use std::collections::BTreeSet;
use std::fs;

use serde_json::Value;
use shuangsuiji::base::digest::{Digest, Suite};
use shuangsuiji::base::table;
use shuangsuiji::draw::ticket::{PairTickets, Tickets, salt, seed};
use shuangsuiji::record::bundle::{Files, parse_opening};
use shuangsuiji::record::commitment::Commitment;
use shuangsuiji::record::tables::{FrameRow, RecusalRow};
use shuangsuiji::registry::{Register, Registry};
use shuangsuiji::store::Store;

use crate::office::{BEACON, Office, Ran, ssj};
use crate::sealed::{COMMIT, DRAW, OPEN, SHARED, TO_PUBLIC, bundle, drawn, master, sealed};
use crate::support::read_folder;
use crate::support::ssj::AFTER;

fn holds(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

/// Texts of 32 bytes as they might slip out.
fn forms(bytes: &[u8]) -> Vec<Vec<u8>> {
    use base64::Engine;
    let hex = hex::encode(bytes);
    let list: Vec<String> = bytes.iter().map(ToString::to_string).collect();
    let coded =
        [base64::engine::general_purpose::STANDARD, base64::engine::general_purpose::URL_SAFE];
    let mut forms = vec![bytes.to_vec(), hex.to_uppercase().into_bytes(), hex.into_bytes()];
    forms.extend(coded.iter().map(|engine| engine.encode(bytes).trim_end_matches('=').into()));
    forms.push(list.join(", ").into_bytes());
    forms
}

/// Everything that every command says and every file that it leaves, until the opening.
#[test]
fn the_secret_is_nowhere_before_the_opening() {
    let office = sealed(SHARED);
    let mut said: Vec<Ran> = Vec::new();
    let key = ["--key-file", "office.key"];
    let beacon = [&["--clock", AFTER], BEACON].concat();
    let verify: &[&str] = &["verify", "bundle"];
    let wrong = ["--share", "plan.toml"];
    let early_open = [&["open", "bundle"][..], &key].concat();
    let bad_draw = [&["draw", "bundle"][..], &wrong].concat();
    for lang in [&["--json"][..], &["--lang", "en"], &["--lang", "zh"]] {
        for args in [COMMIT, &early_open[..], DRAW, &beacon[..], DRAW, verify, &bad_draw[..]] {
            if args != &early_open[..] || !office.path("bundle/manifest.tsv").exists() {
                said.push(ssj(office.folder(), &[lang, args].concat()));
            }
        }
    }
    let secret = master(&office);
    let share_args = [&["--json", "custodians", "bundle", "--out", "shares"][..], &key].concat();
    said.push(office.done(&share_args));
    let shares: Vec<String> = read_folder(&office.path("shares"))
        .into_values()
        .map(|b| String::from_utf8(b).unwrap())
        .collect();
    assert_eq!(shares.len(), 3);
    let shares: Vec<&str> = shares.iter().map(|text| text.lines().last().unwrap()).collect();
    let mut parts = forms(secret.as_bytes());
    parts.extend(shares.iter().map(|share| share.as_bytes().to_vec()));
    parts.extend(shares.iter().map(|share| share.replace(' ', "").into_bytes()));
    for ran in &said {
        let all = ran.all();
        for part in &parts {
            assert!(!holds(all.as_bytes(), part), "a command says it: {all}");
        }
        assert!(!all.contains("AGE-SECRET-KEY"));
    }
    fs::remove_dir_all(office.path("shares")).unwrap();
    for (name, bytes) in office.snapshot() {
        for part in &parts {
            assert!(!holds(&bytes, part), "{name} holds it");
        }
        let public = name.starts_with("bundle");
        assert!(!public || !holds(&bytes, b"REG:R"), "{name} names a subject");
    }
    // The same search finds it once it is there.
    office.done(OPEN);
    let opened = office.snapshot();
    let found = |part: &Vec<u8>| opened.values().any(|bytes| holds(bytes, part));
    assert!(
        parts.iter().any(found)
            && opened.iter().any(|(n, b)| n.starts_with("bundle") && holds(b, b"REG:R"))
    );
}

/// All digests that stand in these files, as hex.
fn digests(files: &Files) -> BTreeSet<String> {
    let texts = files.values().map(|bytes| String::from_utf8(bytes.clone()).unwrap());
    let words = |text: String| -> Vec<String> {
        let is_hex = |word: &&str| word.len() == 64 && word.bytes().all(|b| b.is_ascii_hexdigit());
        text.split(|c: char| !c.is_ascii_hexdigit()).filter(is_hex).map(str::to_owned).collect()
    };
    texts.flat_map(words).collect()
}

/// What somebody can compute who has the public files and all registers, with the salts that he knows: tickets, roll keys,
/// pairing rows, leaves and roots of frames, recusals, digests of registers and of files that he guesses.
fn guesses(
    office: &Office,
    commitment: &Commitment,
    strings: &[String],
    salts: &dyn Fn(&str) -> Option<Digest>,
    closed: &Files,
) -> BTreeSet<String> {
    let suite = Suite::Sha256;
    let mut all = BTreeSet::new();
    let seed = seed(
        suite,
        &suite.digest(&read_folder(&office.path("bundle"))["commitment.json"]),
        strings,
    );
    let list = &commitment.lists[0];
    let (tickets, pairs) =
        (Tickets::of_group(suite, &seed, &list.group), PairTickets::new(suite, &seed));
    let mut put = |digest: Digest| {
        all.insert(digest.hex());
    };
    let frame: Vec<FrameRow> = table::parse(&closed["frames/T1.tsv"]).unwrap();
    for row in &frame {
        let sid = row.sid.as_str();
        let own = salts(sid);
        let ticket = tickets.ticket(sid, own.as_ref());
        put(ticket);
        let _ = pairs.row(sid, own.as_ref());
        for rank in 1..=list.frame.n {
            put(suite.digest(format!("{ticket}.{}.{rank}", list.list).as_bytes()));
        }
        put(suite.digest(sid.as_bytes()));
    }
    let mut guessed: Vec<FrameRow> =
        frame.iter().map(|row| FrameRow { salt: salts(row.sid.as_str()), ..row.clone() }).collect();
    guessed.sort_by_key(|row| (row.salt.map(|salt| salt.hex()), row.sid.clone()));
    put(table::root(suite, &guessed).root);
    let recusals: Vec<RecusalRow> = table::parse(&closed["recusals.tsv"]).unwrap();
    let bare: Vec<RecusalRow> =
        recusals.into_iter().map(|row| RecusalRow { salt: None, ..row }).collect();
    put(table::root(suite, &bare).root);
    put(suite.digest(&table::format(&bare)));
    // Even who guesses a small file right cannot see that he did.
    closed.values().for_each(|bytes| put(suite.digest(bytes)));
    let store = Store::open(office.folder()).unwrap();
    let tables: Vec<_> = Register::ALL.iter().map(|r| store.table(*r).unwrap()).collect();
    let (registry, _) = Registry::build(&tables);
    Register::ALL.iter().for_each(|register| put(registry.digest(suite, *register)));
    all
}

#[test]
fn public_files_and_the_whole_register_tell_nothing_before_the_opening() {
    let office = drawn(TO_PUBLIC);
    let public = bundle(&office);
    let secret = master(&office);
    office.done(OPEN);
    let opened = bundle(&office);
    let commitment = Commitment::parse(&public["commitment.json"]).unwrap();
    let beacon: Value = serde_json::from_slice(&public["beacon.json"]).unwrap();
    let strings: Vec<String> = beacon["strings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|s| s.as_str().unwrap().to_owned())
        .collect();
    assert_eq!(parse_opening(&opened["opening.json"]).unwrap(), secret.hex());
    let known = digests(&public);
    assert!(known.len() > 40, "the rolls alone have 40 keys");
    let suite = Suite::Sha256;
    let keys = [
        Digest::from_bytes([0; 32]),
        suite.digest(&public["commitment.json"]),
        commitment.seal.clone().unwrap().master,
    ];
    let none = |_: &str| None;
    let of_public_keys = keys.map(|key| move |sid: &str| Some(salt(suite, &key, "T-2026Q3", sid)));
    let opened: Files = opened.into_iter().filter(|(path, _)| !public.contains_key(path)).collect();
    let mut tried = guesses(&office, &commitment, &strings, &none, &opened);
    for salts in &of_public_keys {
        tried.extend(guesses(&office, &commitment, &strings, salts, &opened));
    }
    // What names the registers of an open draw is salted here, but for what is public as it stands.
    let plain: Vec<&String> = tried.iter().filter(|guess| known.contains(*guess)).collect();
    assert!(plain.is_empty(), "{plain:?}");
    // The same guesses hit at once with the secret's own salts.
    let own = |sid: &str| Some(salt(suite, &secret, "T-2026Q3", sid));
    let hits = guesses(&office, &commitment, &strings, &own, &opened);
    let hits = hits.iter().filter(|guess| known.contains(*guess)).count();
    assert_eq!(hits, 41, "40 keys of the roll and the root of the frame");
    // Sizes say nothing either: the roll has a row for everybody.
    assert_eq!(public["rolls/T1.tsv"].iter().filter(|b| **b == b'\n').count(), 41);
}
