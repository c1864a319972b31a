//! Sealed draws from commitment to opening: what is published when, who opens, and what is refused.

use std::fs;
use std::process::Command;

use age::secrecy::ExposeSecret;
use age::x25519::Identity;
use serde_json::Value;
use shuangsuiji::base::digest::{Digest, Suite};
use shuangsuiji::record::bundle::Files;
use shuangsuiji::store::Store;

use crate::office::{BEACON, Office, ssj};
use crate::support::ssj::{AFTER, BEFORE};
use crate::support::{read_folder, root};

pub const TO_PUBLIC: &str = "opens = \"public\", by = \"2026-10-31\"";
pub const SHARED: &str = "opens = \"public\", by = \"2026-10-31\", custodians = [\"张三\", \"李四\", \"王五\"], threshold = 2";
const TO_AUDITOR: &str = "opens = \"auditor\", by = \"2026-10-31\"";
/// After the window and before the promised day; after both.
const IN_OCTOBER: &str = "2026-10-08T09:00:00+08:00";
const IN_NOVEMBER: &str = "2026-11-01T09:00:00+08:00";

pub const COMMIT: &[&str] =
    &["--clock", BEFORE, "commit", "plan.toml", "--out", "bundle", "--key-file", "office.key"];
pub const DRAW: &[&str] = &["draw", "bundle", "--key-file", "office.key"];
pub const OPEN: &[&str] = &["--clock", IN_OCTOBER, "open", "bundle", "--key-file", "office.key"];
pub const FROZEN: &[&str] =
    &["README.txt", "commitment.json", "incompatible.tsv", "inspectors.tsv", "verify.html"];
const DRAWN: &[&str] = &[
    "README.txt",
    "beacon.json",
    "commitment.json",
    "incompatible.tsv",
    "inspectors.tsv",
    "manifest.tsv",
    "rolls/T1.tsv",
    "verify.html",
];

/// An office with a sealed plan and a key of its own.
pub fn sealed(terms: &str) -> Office {
    let office = Office::new();
    office.plan("mode = \"open\"", &format!("mode = \"sealed\"\nseal = {{ {terms} }}"));
    office.write("office.key", Identity::generate().to_string().expose_secret());
    office
}

pub fn drawn(terms: &str) -> Office {
    let office = sealed(terms);
    office.done(COMMIT);
    office.done(&[&["--clock", AFTER], BEACON].concat());
    office.done(DRAW);
    office
}

pub fn bundle(office: &Office) -> Files {
    read_folder(&office.path("bundle"))
}

pub fn names(files: &Files) -> Vec<&str> {
    files.keys().map(String::as_str).collect()
}

/// The secret, as only who has the office's key reads it.
pub fn master(office: &Office) -> Digest {
    let key: Identity = office.read("office.key").trim().parse().unwrap();
    let bytes = fs::read(office.path("bundle.sealed/master.age")).unwrap();
    let text = String::from_utf8(age::decrypt(&key, &bytes).unwrap()).unwrap();
    Digest::from_hex(text.trim_end()).unwrap()
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
    // The second verifier tells it, too, from the day after.
    for (today, overdue) in [("2026-10-31", false), ("2026-11-01", true)] {
        let mut second = Command::new("python3");
        second.arg(root().join("tests/independent/verify.py"));
        second.args(["--json", "--today", today, "bundle"]).current_dir(office.folder());
        let report: Value = serde_json::from_slice(&second.output().unwrap().stdout).unwrap();
        assert_eq!((&report["verified"], &report["overdue"]), (&true.into(), &overdue.into()));
    }
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

#[test]
fn wrong_passphrases_keys_and_shares() {
    let office = sealed(SHARED);
    let commit = |more: &[&'static str]| [&COMMIT[..6], more].concat();
    office.write("short", "seven c");
    office.write("right", "正确的口令 2026\n第二行不算");
    office.write("other", "错误的口令 2026");
    office.refuses(2, &commit(&[]), &["W33 这里没有终端"]);
    // A beacon too near is told first.
    office.refuses(2, &["--clock", AFTER, "commit", "plan.toml", "--out", "late"], &["B03 "]);
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
    // What cannot be committed is refused before a passphrase is asked for, and before the simulation.
    let elsewhere = ["--clock", BEFORE, "commit", "plan.toml", "--out", "again"];
    office.refuses(2, &elsewhere, &["W02 "]);
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

/// Whoever interrupts the question for the passphrase is not told that there is no terminal.
#[test]
fn an_interrupted_passphrase_says_so() {
    const ASK: &str = "
import os, pty, sys, time
pid, terminal = pty.fork()
if pid == 0:
    os.execv(sys.argv[1], sys.argv[1:])
said, asked = b'', False
while True:
    try:
        more = os.read(terminal, 4096)
    except OSError:
        break
    if not more:
        break
    said += more
    if b'passphrase' in said and not asked:
        asked = True
        # Nobody answers before the terminal has stopped to show what is typed.
        time.sleep(0.5)
        os.write(terminal, b'\\x03')
sys.stdout.buffer.write(said)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
";
    let office = sealed(TO_PUBLIC);
    let mut python = Command::new("python3");
    python.args(["-c", ASK, env!("CARGO_BIN_EXE_ssj"), "--lang", "zh"]).args(&COMMIT[..6]);
    let Ok(output) = python.current_dir(office.folder()).output() else {
        println!("not run: there is no python3 here");
        return;
    };
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(text.contains("W33 已中断，没有录入口令"), "{text}");
    assert_eq!(output.status.code(), Some(2), "{text}");
    assert!(!office.path("bundle").exists());
}

#[test]
fn what_does_not_belong_is_refused() {
    let office = drawn(TO_PUBLIC);
    office.refuses(2, &["verify", "bundle", "--registry"], &["S22 "]);
    let frame = ["--frame", "T1=plan.toml"];
    office.refuses(2, &[DRAW, &frame].concat(), &["S20 “--frame”"]);
    office.refuses(2, &[COMMIT, &frame].concat(), &["S20 plan.toml:6:8 mode"]);
    // The window is not over, and nobody is named who decided to open it nevertheless.
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
    office.refuses(2, &early, &["错误 S18 今天 2026-07-23，窗口至 2026-09-30"]);
    let decide = |reason| {
        let event = ["--clock", AFTER, "event", "bundle", "--key-file", "office.key", "open"];
        office.done(&[&event[..], &["--reason", reason, "--by", "张三"]].concat());
    };
    decide("due");
    office.refuses(2, &early, &["S18 "]);
    decide("early");
    office.done(&early);
    assert!(office.read("bundle/events/0002.json").contains("\"reason\":\"early\""));
    assert!(office.done(&["verify", "bundle"]).out.contains("核验通过"));
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
