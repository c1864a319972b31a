//! Sealed draws from commitment to opening: what is published when, that nothing else is ever written in plain, and that
//! a killed step is finished by the same command, to the same bytes.

use std::collections::BTreeSet;
use std::fs;
use std::time::Duration;

use age::secrecy::ExposeSecret;
use age::x25519::Identity;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha20Rng;
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
use crate::support::read_folder;
use crate::support::ssj::{AFTER, BEFORE, command};

const TO_PUBLIC: &str = "opens = \"public\", by = \"2026-10-31\"";
const SHARED: &str = "opens = \"public\", by = \"2026-10-31\", custodians = [\"张三\", \"李四\", \"王五\"], threshold = 2";
const TO_AUDITOR: &str = "opens = \"auditor\", by = \"2026-10-31\"";
/// After the window and before the promised day; after both.
const IN_OCTOBER: &str = "2026-10-08T09:00:00+08:00";
const IN_NOVEMBER: &str = "2026-11-01T09:00:00+08:00";

const COMMIT: &[&str] =
    &["--clock", BEFORE, "commit", "plan.toml", "--out", "bundle", "--key-file", "office.key"];
const DRAW: &[&str] = &["draw", "bundle", "--key-file", "office.key"];
const OPEN: &[&str] = &["--clock", IN_OCTOBER, "open", "bundle", "--key-file", "office.key"];
const FROZEN: &[&str] = &["commitment.json", "incompatible.tsv", "inspectors.tsv"];
const DRAWN: &[&str] = &[
    "beacon.json",
    "commitment.json",
    "incompatible.tsv",
    "inspectors.tsv",
    "manifest.tsv",
    "rolls/T1.tsv",
];

/// An office with a sealed plan and a key of its own.
fn sealed(terms: &str) -> Office {
    let office = Office::new();
    office.plan("mode = \"open\"", &format!("mode = \"sealed\"\nseal = {{ {terms} }}"));
    office.write("office.key", Identity::generate().to_string().expose_secret());
    office
}

fn drawn(terms: &str) -> Office {
    let office = sealed(terms);
    office.done(COMMIT);
    office.done(&[&["--clock", AFTER], BEACON].concat());
    office.done(DRAW);
    office
}

fn bundle(office: &Office) -> Files {
    read_folder(&office.path("bundle"))
}

fn names(files: &Files) -> Vec<&str> {
    files.keys().map(String::as_str).collect()
}

/// The secret, as only who has the office's key reads it.
fn master(office: &Office) -> Digest {
    let key: Identity = office.read("office.key").trim().parse().unwrap();
    let bytes = fs::read(office.path("bundle.sealed/master.age")).unwrap();
    let text = String::from_utf8(age::decrypt(&key, &bytes).unwrap()).unwrap();
    Digest::from_hex(text.trim_end()).unwrap()
}

fn holds(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

#[test]
fn the_whole_job_of_a_sealed_draw() {
    let office = sealed(SHARED);
    let register: [&[&str]; 3] = [COMMIT, &[&["--clock", AFTER], BEACON].concat(), DRAW];
    for args in register {
        office.done(args);
        let before = office.snapshot();
        office.done(args);
        assert!(office.snapshot() == before, "ssj {args:?} again changed something");
    }
    assert_eq!(names(&bundle(&office)), DRAWN);
    let closed = read_folder(&office.path("bundle.sealed/closed"));
    let of_all = [
        "assignment.tsv",
        "draw/T1.tsv",
        "frames/T1.tsv",
        "handicaps.tsv",
        "recusals.tsv",
        "visits.tsv",
    ];
    assert_eq!(names(&closed), of_all.map(|path| format!("{path}.age")));
    let ran = office.done(&["--clock", IN_OCTOBER, "verify", "bundle"]);
    assert!(ran.out.contains("核验通过") && ran.err.is_empty(), "{}", ran.all());
    // A verdict is of what is shown; a broken promise is told beside it.
    let ran = office.done(&["--clock", IN_NOVEMBER, "verify", "bundle"]);
    assert!(
        ran.err.contains("提示 S19 承诺最迟 2026-10-31 向公众开启，今天 2026-11-01，仍未开启"),
        "{}",
        ran.err
    );
    let ran = office.done(&["--json", "--clock", IN_NOVEMBER, "verify", "bundle"]);
    let report: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!((&report["verified"], &report["overdue"]), (&true.into(), &true.into()));
    // Nobody finds in the workspace who is drawn.
    let count = || {
        // An open store keeps files of its own beside the database.
        let store = Store::open(office.folder()).unwrap();
        let (commitment, mut n) = (store.draws().unwrap()[0].commitment, 0);
        store.drawn_in(&commitment, &mut |_| n += 1).unwrap();
        n
    };
    assert_eq!(count(), 0);
    let public = bundle(&office);
    office.done(OPEN);
    let before = office.snapshot();
    assert!(office.done(OPEN).out.contains("早已开启，未作改动"));
    assert!(office.snapshot() == before);
    assert_eq!(count(), 6);
    let opened = bundle(&office);
    assert!(public.iter().all(|(path, bytes)| opened.get(path) == Some(bytes)));
    assert_eq!(opened.len(), public.len() + of_all.len() + 1);
    let ran = office.done(&["--clock", IN_NOVEMBER, "verify", "bundle", "--registry"]);
    assert!(ran.err.is_empty(), "{}", ran.err);
    for (number, name) in [(4, "抽样框"), (5, ""), (9, ""), (10, ""), (12, ""), (13, "")] {
        let line = format!("{number:>2} [通过] {name}");
        assert!(ran.out.contains(&line), "no {line}:\n{}", ran.out);
    }
    assert!(ran.out.contains("名录重算：冻结的各表由封存时的计划和名录"), "{}", ran.out);
    // The drawn bundle is drawn again without the sealed folder.
    fs::rename(office.path("bundle.sealed"), office.path("away")).unwrap();
    office.done(&["draw", "bundle"]);
    office.done(&["--clock", IN_OCTOBER, "open", "bundle"]);
    assert!(bundle(&office) == opened);
}

/// Before the draw a package shows that it is frozen, and nothing of its frames.
#[test]
fn a_frozen_package_shows_its_public_files_alone() {
    let office = sealed(TO_PUBLIC);
    office.done(COMMIT);
    assert_eq!(names(&bundle(&office)), FROZEN);
    let ran = ssj(office.folder(), &["verify", "bundle"]);
    assert!(ran.exit == 1 && ran.out.contains("F12"), "{}", ran.all());
    office.refuses(2, OPEN, &["S16 manifest.tsv：还没有抽取结果"]);
    office.refuses(
        2,
        &["custodians", "bundle", "--out", "s", "--key-file", "office.key"],
        &["S21 "],
    );
    // What was lost comes back as it was; the secret of one commitment serves no other.
    let before = office.snapshot();
    fs::remove_dir_all(office.path("bundle")).unwrap();
    office.done(COMMIT);
    assert!(office.snapshot() == before);
    office.plan("T-2026Q3", "T-OTHER");
    office.plan("M001", "M002");
    fs::rename(office.path("bundle.sealed"), office.path("other.sealed")).unwrap();
    let other = [&COMMIT[..5], &["other"], &COMMIT[6..]].concat();
    office.refuses(2, &other, &["S05 "]);
}

/// An auditor alone: the public folder stays as it was, and the digest says what was handed over.
#[test]
fn a_draw_for_an_auditor_opens_to_nobody_else() {
    let office = drawn(TO_AUDITOR);
    office.refuses(2, OPEN, &["S17 “--to-auditor”：承诺只向审计机关开启"]);
    let public = bundle(&office);
    let hand_over = [OPEN, &["--json", "--to-auditor", "auditor"]].concat();
    let report: Value = serde_json::from_str(&office.done(&hand_over).out).unwrap();
    assert!(bundle(&office) == public);
    let given = read_folder(&office.path("auditor"));
    assert!(public.iter().all(|(path, bytes)| given.get(path) == Some(bytes)));
    assert!(office.done(&["verify", "auditor"]).out.contains("核验通过"));
    let of_all = |name: &&String| !public.contains_key(*name);
    let rows: String = given
        .keys()
        .filter(of_all)
        .map(|path| format!("{path}\t{}\n", Suite::Sha256.digest(&given[path])))
        .collect();
    let digest = Suite::Sha256.digest(format!("path\tdigest\n{rows}").as_bytes());
    assert_eq!(report["opening"], digest.hex());
    let again: Value = serde_json::from_str(&office.done(&hand_over).out).unwrap();
    assert_eq!((&again["written"], &again["opening"]), (&false.into(), &digest.hex().into()));
    let ran = office.done(&["--clock", IN_NOVEMBER, "verify", "bundle"]);
    assert!(ran.err.contains("S19") && ran.err.contains("不显示是否已经移交"), "{}", ran.err);
    let public = drawn(TO_PUBLIC);
    public.refuses(2, &[OPEN, &["--to-auditor", "x"]].concat(), &["S17 "]);
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

#[test]
fn wrong_passphrases_keys_and_shares() {
    let office = sealed(SHARED);
    let commit = |more: &[&'static str]| [&COMMIT[..6], more].concat();
    office.write("short", "seven c");
    office.write("right", "正确的口令 2026\n第二行不算");
    office.write("other", "错误的口令 2026");
    office.refuses(2, &commit(&[]), &["W33 这里没有终端"]);
    office.refuses(
        2,
        &commit(&["--passphrase-file", "short"]),
        &["S06 只有 7 个字符，至少须有 8 个"],
    );
    office.refuses(2, &commit(&["--share", "right"]), &["W07 “--share”"]);
    office.refuses(
        2,
        &commit(&["--key-file", "plan.toml"]),
        &["S07 plan.toml", "这一行不是 age 密钥"],
    );
    let public = office.read("office.key").trim().parse::<Identity>().unwrap().to_public();
    office.write("public.key", public.to_string());
    office.refuses(2, &commit(&["--key-file", "public.key"]), &["S07 public.key：其中只有公钥"]);
    office.done(&commit(&["--passphrase-file", "right"]));
    office.refuses(2, &commit(&["--passphrase-file", "other"]), &["S02 ", "口令不对"]);
    office.refuses(2, &commit(&["--key-file", "office.key"]), &["S02 "]);
    office.done(&[&["--clock", AFTER], BEACON].concat());
    let draw = |more: &[&'static str]| [&["draw", "bundle"], more].concat();
    office.refuses(2, &draw(&[]), &["W33"]);
    office.refuses(2, &draw(&["--sealed", "elsewhere"]), &["S01 elsewhere"]);
    office.done(&["custodians", "bundle", "--out", "s", "--passphrase-file", "right"]);
    office.refuses(
        2,
        &["custodians", "bundle", "--out", "s", "--name", "赵六", "--passphrase-file", "right"],
        &["S21 “--name”：没有保管人“赵六”"],
    );
    let [one, two, three] = ["s/01-张三.share", "s/02-李四.share", "s/03-王五.share"];
    let typed = office.read(one).lines().last().unwrap().to_uppercase().replace(' ', "");
    office.write("typed", &typed);
    let swapped: String = typed.chars().take(12).chain(typed.chars().skip(13)).collect();
    office.write("mistyped", swapped);
    office.refuses(
        2,
        &draw(&["--share", "mistyped", "--share", two]),
        &["S08 mistyped：有字符录错"],
    );
    office.refuses(2, &draw(&["--share", two]), &["S10 给了 1 份，须有 2 份"]);
    office.refuses(2, &draw(&["--share", one, "--share", "typed"]), &["S09 1：同一份给了两次"]);
    let foreign = sealed(SHARED);
    foreign.done(COMMIT);
    foreign.done(&["custodians", "bundle", "--out", "s", "--key-file", "office.key"]);
    office.write("foreign", foreign.read(two));
    office.refuses(
        2,
        &draw(&["--share", "typed", "--share", "foreign"]),
        &["S09 2：它属于另一次抽取"],
    );
    office.done(&draw(&["--share", "typed", "--share", three]));
    let drawn = bundle(&office);
    assert_eq!(names(&drawn), DRAWN);
    // The secret of another draw opens nothing here, whichever way it comes.
    let elsewhere = foreign.path("bundle.sealed").display().to_string();
    fs::copy(foreign.path("office.key"), office.path("foreign.key")).unwrap();
    let other = ["open", "bundle", "--sealed", &elsewhere, "--key-file", "foreign.key"];
    office.refuses(2, &other, &["S03 ", "与承诺中的摘要不符"]);
    // Custodians open it without the passphrase, and without what it had closed.
    fs::remove_file(office.path("bundle.sealed/master.age")).unwrap();
    office.refuses(2, &["open", "bundle", "--passphrase-file", "right"], &["S01 "]);
    office.done(&["--clock", IN_OCTOBER, "open", "bundle", "--share", two, "--share", three]);
    assert!(office.done(&["verify", "bundle"]).out.contains("核验通过"));
}

#[test]
fn what_does_not_belong_is_refused() {
    let office = drawn(TO_PUBLIC);
    office.refuses(2, &["verify", "bundle", "--registry"], &["S22 "]);
    let frame = ["--frame", "T1=plan.toml"];
    office.refuses(2, &[DRAW, &frame].concat(), &["S20 “--frame”"]);
    office.refuses(2, &[COMMIT, &frame].concat(), &["S20 plan.toml:6:8 mode"]);
    // The window is not over: opening is the office's own decision.
    let early = ["--clock", AFTER, "open", "bundle", "--key-file", "office.key"];
    let place = office.path("bundle.sealed/closed/visits.tsv.age");
    let whole = fs::read(&place).unwrap();
    let mut broken = whole.clone();
    *broken.last_mut().unwrap() ^= 1;
    fs::write(&place, broken).unwrap();
    office.refuses(2, &early, &["S04 ", "visits.tsv.age：已损坏，解不开"]);
    fs::remove_file(&place).unwrap();
    office.refuses(2, &early, &["S04 visits.tsv：密封文件夹中没有它"]);
    // A file that only its own key could have closed, and that is not what was drawn.
    let key: age::x25519::Recipient =
        office.read("bundle.sealed/recipient").trim().parse().unwrap();
    fs::write(&place, age::encrypt(&key, b"sid\tlists\n").unwrap()).unwrap();
    office.refuses(2, &early, &["S04 visits.tsv：与清单的摘要不符"]);
    fs::write(&place, whole).unwrap();
    let ran = office.done(&early);
    assert!(ran.err.contains("警告 S18 今天 2026-07-23，窗口至 2026-09-30"), "{}", ran.err);
    let open = Office::drawn();
    open.refuses(2, &["open", "bundle"], &["W07 bundle：它是公开抽取，没有要开启的"]);
    open.refuses(2, &["custodians", "bundle", "--out", "s"], &["W07 "]);
}

/// A folder that somebody opened half is told what to do, by a verifier and by the office's own commands.
#[test]
fn a_half_open_folder_says_what_to_do() {
    let office = drawn(TO_PUBLIC);
    let closed = bundle(&office);
    office.done(OPEN);
    let opened = bundle(&office);
    for path in ["opening.json", "visits.tsv"] {
        fs::remove_file(office.path("bundle").join(path)).unwrap();
        let ran = ssj(office.folder(), &["verify", "bundle"]);
        assert!(ran.exit == 1 && ran.out.contains("F10"), "{}", ran.all());
        assert!(ran.out.contains("重复同一 ssj open 命令即可补齐"), "{}", ran.out);
        office.refuses(1, DRAW, &["F10 ", "ssj open"]);
        office.done(OPEN);
        assert!(bundle(&office) == opened);
    }
    assert!(closed.iter().all(|(path, bytes)| opened[path] == *bytes));
}

/// Classes that may not be known stand nowhere in what everybody sees, nor in an order that tells them.
#[test]
fn internal_classes_have_neutral_names() {
    let office = sealed(TO_AUDITOR);
    office
        .plan("classes = \"public\"", "classes = \"internal\"\ncredit = { unrated = \"refuse\" }");
    let by_class =
        "by = \"credit\", ratio = { A = \"10%\", B = \"20%\", C = \"30%\", D = \"40%\" }";
    office.plan("number = 6", by_class);
    office.done(COMMIT);
    office.done(&[&["--clock", AFTER], BEACON].concat());
    office.done(DRAW);
    let commitment: Value = serde_json::from_str(&office.read("bundle/commitment.json")).unwrap();
    let strata = commitment["lists"][0]["strata"].as_array().unwrap();
    let names: Vec<&str> = strata.iter().map(|s| s["stratum"].as_str().unwrap()).collect();
    assert_eq!(names, ["s1", "s2", "s3", "s4"]);
    office.done(&[OPEN, &["--to-auditor", "auditor"]].concat());
    let ran = office.done(&["verify", "auditor", "--registry"]);
    assert!(ran.out.contains("名录重算：冻结的各表由"), "{}", ran.out);
}

/// Kills a command after a random part of `whole`.
fn killed(office: &Office, args: &[&str], rng: &mut ChaCha20Rng, whole: Duration) {
    let null = std::process::Stdio::null;
    let mut child = command(office.folder(), args).stdout(null()).stderr(null()).spawn().unwrap();
    let micros = whole.as_micros() as u64;
    std::thread::sleep(Duration::from_micros(rng.next_u64() % (micros + micros / 8 + 1)));
    let _ = child.kill();
    child.wait().unwrap();
}

#[allow(clippy::disallowed_methods, reason = "to spread the kills over the whole run")]
fn timed(office: &Office, args: &[&str]) -> Duration {
    let start = std::time::Instant::now();
    office.done(args);
    start.elapsed()
}

fn copy_of(office: &Office) -> Office {
    let copy = Office::new();
    for name in ["bundle", "bundle.sealed"] {
        for (path, bytes) in read_folder(&office.path(name)) {
            let path = copy.path(name).join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, bytes).unwrap();
        }
    }
    for name in ["plan.toml", "office.key", "ssj.db"] {
        fs::copy(office.path(name), copy.path(name)).unwrap();
    }
    copy
}

/// kill -9 at 200 random moments of commit, draw and open. What is left is part of the right result; the same command
/// then finishes to the same bytes, and the secret, once kept, is never exchanged.
#[test]
fn killed_steps_of_sealed_draws_finish_to_the_same_bytes() {
    let mut rng = ChaCha20Rng::seed_from_u64(6);
    let first = sealed(SHARED);
    let whole = timed(&first, COMMIT);
    let mut found = 0;
    for round in 0..60 {
        let office = sealed(SHARED);
        killed(&office, COMMIT, &mut rng, whole);
        let kept = office.path("bundle.sealed/master.age").exists().then(|| master(&office));
        found += usize::from(kept.is_some());
        if office.path("bundle").exists() {
            assert_eq!(names(&bundle(&office)), FROZEN, "round {round}");
        }
        office.done(COMMIT);
        assert!(kept.is_none_or(|secret| secret == master(&office)), "round {round}");
        let before = office.snapshot();
        office.done(COMMIT);
        assert!(office.snapshot() == before, "round {round}");
    }
    assert!((3..60).contains(&found), "{found} of 60 had kept their secret");
    first.done(&[&["--clock", AFTER], BEACON].concat());
    let (drawn, opened) = (copy_of(&first), copy_of(&first));
    let whole = timed(&drawn, DRAW);
    opened.done(DRAW);
    let opening = timed(&opened, OPEN);
    for (from, args, whole, expected) in
        [(&first, DRAW, whole, bundle(&drawn)), (&drawn, OPEN, opening, bundle(&opened))]
    {
        for round in 0..70 {
            let office = copy_of(from);
            killed(&office, args, &mut rng, whole);
            for (path, bytes) in bundle(&office) {
                assert!(expected.get(&path) == Some(&bytes), "round {round}: {path}");
            }
            office.done(args);
            assert!(bundle(&office) == expected, "round {round}, {args:?}");
            let left = fs::read_dir(office.folder()).unwrap();
            let left = left.map(|e| e.unwrap().file_name().into_string().unwrap());
            assert_eq!(left.filter(|n| n.ends_with(".part")).count(), 0, "round {round}");
        }
    }
}
