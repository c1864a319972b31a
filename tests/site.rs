//! The site of an office: the same bundles give the same bytes, every link leads somewhere, nothing of a sealed draw is told
//! before its opening, and what was published is never exchanged.
#![cfg(all(feature = "cli", unix))]
#![allow(missing_docs)]

mod support;

#[path = "support/district.rs"]
mod district;

#[path = "site/large.rs"]
mod large;
#[path = "site/refusals.rs"]
mod refusals;
#[path = "site/walk.rs"]
mod walk;

use std::collections::BTreeMap;
use std::fs;
use std::io::{Cursor, Read};
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;
use shuangsuiji::base::digest::Suite;
use shuangsuiji::record::bundle::{COMMITMENT, Files, MANIFEST, OPENING, Stage, layout};
use shuangsuiji::record::commitment::Commitment;
use support::random::{Draft, unopened};
use support::ssj::run;
use support::{VECTORS, read_folder, root, vector, write_folder};
use tempfile::TempDir;
use walk::{attributes, check_links, text_of};

/// A folder in which bundles lie under their names.
fn bundles(all: &[(&str, &Files)]) -> TempDir {
    let temp = tempfile::tempdir().unwrap();
    all.iter().for_each(|(name, files)| write_folder(&temp.path().join(name), files));
    temp
}

/// The site of these bundles, in this order.
fn site(folder: &Path, names: &[&str]) -> Files {
    run(folder, 0, &[&["publish", "--site", "site"], names].concat());
    read_folder(&folder.join("site"))
}

/// One draw's site, without its folder's prefix.
fn site_of(files: &Files) -> Files {
    let temp = bundles(&[("bundle", files)]);
    let whole = site(temp.path(), &["bundle"]);
    let draw: Files = whole
        .iter()
        .filter_map(|(path, bytes)| {
            let inside = path.strip_prefix("draws/")?.splitn(3, '/').nth(2)?;
            Some((inside.to_owned(), bytes.clone()))
        })
        .collect();
    assert!(!draw.is_empty());
    draw
}

fn page<'a>(site: &'a Files, path: &str) -> &'a str {
    std::str::from_utf8(&site[path]).unwrap()
}

/// The bundle as it is when nothing is drawn yet.
fn not_drawn(files: &Files) -> Files {
    let commitment = Commitment::parse(&files[COMMITMENT]).unwrap();
    let frozen = layout(&commitment, Stage::Frozen, false);
    let kept = |path: &String| {
        frozen.public.contains(path) || !commitment.sealed() && frozen.closed.contains(path)
    };
    files.iter().filter(|(path, _)| kept(path)).map(|(p, b)| (p.clone(), b.clone())).collect()
}

/// The vectors with the one that has events, each under its name.
fn vectors() -> BTreeMap<&'static str, Files> {
    VECTORS.into_iter().chain(["events"]).map(|name| (name, vector(name))).collect()
}

#[test]
fn the_same_bundles_are_the_same_bytes_in_any_order() {
    let all = vectors();
    let names: Vec<&str> = all.keys().copied().collect();
    let given: Vec<(&str, &Files)> = all.iter().map(|(name, files)| (*name, files)).collect();
    let (one, other) = (bundles(&given), bundles(&given));
    let at_once = site(one.path(), &names);
    for name in names.iter().rev() {
        site(other.path(), &[name]);
    }
    let one_by_one = read_folder(&other.path().join("site"));
    let paths = |files: &Files| files.keys().cloned().collect::<Vec<_>>();
    assert_eq!(paths(&at_once), paths(&one_by_one));
    assert!(at_once == one_by_one, "other bytes");
    let again =
        run(one.path(), 0, &[&["--json", "publish", "--site", "site"], names.as_slice()].concat());
    let report: Value = serde_json::from_str(&again).unwrap();
    assert!(report["draws"].as_array().unwrap().iter().all(|draw| draw["withheld"] == 0));
    assert_eq!((&report["new"], &report["all"]), (&0.into(), &5.into()), "{report}");
    assert_eq!(report["unchanged"], at_once.len(), "{report}");
    check_links(&at_once);
    assert!(at_once.values().all(|bytes| bytes.len() < 1_000_000));
}

/// What machines and people read first, as it was when this was written.
#[test]
fn the_index_of_the_vectors() {
    let all = vectors();
    let names: Vec<&str> = all.keys().copied().collect();
    let given: Vec<(&str, &Files)> = all.iter().map(|(name, files)| (*name, files)).collect();
    let temp = bundles(&given);
    let made = site(temp.path(), &names);
    let golden = |name: &str, text: &str| {
        let path = root().join("tests/site").join(name);
        if std::env::var_os("SSJ_WRITE_GOLDEN").is_some() {
            fs::write(&path, text).unwrap();
        }
        assert_eq!(text, fs::read_to_string(&path).unwrap_or_default(), "{name}");
    };
    // The size and the digest of an archive depend on the library that packs it.
    let mut index: Value = serde_json::from_slice(&made["index.json"]).unwrap();
    for draw in index["draws"].as_array_mut().unwrap() {
        let (folder, archive) = (draw["folder"].clone(), draw["archive"].take());
        let bytes = &made[archive["path"].as_str().unwrap()];
        assert_eq!(archive["size"], bytes.len(), "{folder}");
        assert_eq!(archive["sha256"], Suite::Sha256.digest(bytes).hex(), "{folder}");
    }
    golden("index.json", &format!("{index:#}\n"));
    golden("index.txt", &text_of(page(&made, "index.html")));
}

/// The bundle in the archive and beside it is the bundle, and the digests are those of the files.
#[test]
fn downloads_are_the_bundle() {
    for name in ["open", "sealed_opened", "events"] {
        let files = vector(name);
        let site = site_of(&files);
        let copy: Files = site
            .iter()
            .filter_map(|(path, bytes)| {
                Some((path.strip_prefix("bundle/")?.to_owned(), bytes.clone()))
            })
            .collect();
        assert!(copy == files, "{name}");
        let (zip_name, zip) = site.iter().find(|(path, _)| path.ends_with(".zip")).unwrap();
        let stem = zip_name.trim_end_matches(".zip");
        assert!(archived(zip, &format!("{stem}/")) == files, "{name}");
        let sums = page(&site, "SHA256SUMS");
        assert_eq!(sums.lines().count(), files.len() + 1);
        for line in sums.lines() {
            let (digest, path) = line.split_once("  ").unwrap();
            assert_eq!(digest, Suite::Sha256.digest(&site[path]).hex(), "{path}");
            assert!(page(&site, "index.html").contains(digest), "{path}");
        }
        let temp = bundles(&[("copy", &copy)]);
        assert!(run(temp.path(), 0, &["verify", "copy"]).contains("核验通过"));
    }
}

fn archived(zip: &[u8], prefix: &str) -> Files {
    let mut zip = zip::ZipArchive::new(Cursor::new(zip)).unwrap();
    let mut files = Files::new();
    for at in 0..zip.len() {
        let mut part = zip.by_index(at).unwrap();
        let name = part.name().unwrap().to_string();
        let mut bytes = Vec::new();
        part.read_to_end(&mut bytes).unwrap();
        files.insert(name.strip_prefix(prefix).unwrap().to_owned(), bytes);
    }
    files
}

/// The commands on the pages are run as they stand, and give the values behind them.
#[test]
fn the_commands_by_hand_give_what_they_say() {
    let openssl =
        Command::new("openssl").arg("version").output().is_ok_and(|out| out.status.success());
    if !openssl {
        eprintln!("openssl is not here: the commands of SM3 and of sealed draws are not run");
    }
    let sealed = unopened(&vector("sealed_opened"));
    for (name, files, by_openssl, values) in [
        ("open", vector("open"), false, 4),
        ("open_sm3", vector("open_sm3"), true, 4),
        ("sealed_opened", vector("sealed_opened"), true, 4),
        ("unopened", sealed, false, 3),
        ("events", vector("events"), false, 4),
    ] {
        if by_openssl && !openssl {
            continue;
        }
        let site = site_of(&files);
        let page = page(&site, "index.html");
        let commands = page.split("<pre").find(|part| part.contains("C=$(")).unwrap();
        let commands = text_of(&format!("<pre{}", commands.split("</pre>").next().unwrap()));
        let temp = bundles(&[("bundle", &files)]);
        let ran = Command::new("sh")
            .args(["-c", &commands])
            .current_dir(temp.path().join("bundle"))
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let came_out = String::from_utf8(ran.stdout).unwrap();
        let said =
            commands.lines().filter_map(|line| line.split_once("    # ").map(|(_, value)| value));
        let said: Vec<&str> = said.map(str::trim).collect();
        let came_out: Vec<&str> = came_out.lines().collect();
        assert_eq!((came_out.len(), &came_out), (values, &said), "{name}:\n{commands}");
    }
}

/// Random draws of all kinds: links lead somewhere, and the page says what the verifier says.
#[test]
fn random_draws_have_whole_pages() {
    for seed in 0..12 {
        let draft = Draft::of(seed);
        let files = draft.complete();
        let temp = bundles(&[("bundle", &files)]);
        let site = site(temp.path(), &["bundle"]);
        check_links(&site);
        let (path, _) = site.iter().find(|(path, _)| path.ends_with("/draw.json")).unwrap();
        let entry: Value = serde_json::from_slice(&site[path]).unwrap();
        let hidden = draft.commitment.seal.as_ref().is_some_and(|seal| !seal.opens_to_public);
        let voided = files.iter().any(|(path, bytes)| {
            path.starts_with("events/")
                && memchr::memmem::find(bytes, b"\"kind\":\"void\"").is_some()
        });
        let state = match (draft.commitment.sealed(), hidden) {
            _ if voided => "void",
            (false, _) => "drawn",
            (true, false) => "opened",
            (true, true) => "withheld",
        };
        assert_eq!(entry["state"], state, "{seed}");
        let page = page(&site, &path.replace("draw.json", "index.html"));
        let commitment = Commitment::parse(&files[COMMITMENT]).unwrap();
        let digest = commitment.suite.digest(&files[COMMITMENT]).hex();
        assert!(
            page.contains(&digest) && page.contains("这是演练") == commitment.rehearsal,
            "{seed}"
        );
        let titles = attributes(page, "title");
        assert!(titles.is_empty(), "{titles:?}");
    }
}

/// Names are shown where the office brings them: rare characters, eighty of them, and what looks like markup.
#[test]
fn names_are_those_of_the_office() {
    let files = vector("open");
    let temp = bundles(&[("bundle", &files), ("sealed", &unopened(&vector("sealed_opened")))]);
    let long = "示例市很长很长的名称".repeat(8);
    let names = format!(
        "编号,名称\nREG:0000,𬭎鑫（𠮷野家）商行\nREG:0008,{long}\nREG:0009,<b>&\"\"=1+1\nX0004,=HYPERLINK(1)\n"
    );
    fs::write(temp.path().join("names.csv"), names.replace("<b>&\"\"=1+1", "\"<b>&\"\"=1+1\""))
        .unwrap();
    run(temp.path(), 0, &["publish", "--site", "site", "bundle", "sealed", "--names", "names.csv"]);
    let site = read_folder(&temp.path().join("site"));
    check_links(&site);
    let open = text_of(page(&site, "draws/2026/EX-OPEN-920db900/index.html"));
    for name in ["𬭎鑫（𠮷野家）商行", long.as_str(), "<b>&\"=1+1", "=HYPERLINK(1)"] {
        assert!(open.contains(name), "{name}");
    }
    assert!(!open.contains("公示包只有编号"), "names are there");
    let sealed = page(&site, "draws/2026/EX-SEALED-OPENED-9e9c07f7/index.html");
    assert!(!sealed.contains("商行") && !sealed.contains("REG:00"), "a name of a closed draw");
}

/// Words of a plan that look like markup, a script or a template are shown as they are.
#[test]
fn what_looks_like_markup_is_text() {
    let evil = "<script>alert(1)</script><img src=x onerror=alert(1)>{{ 7*7 }}\"'&amp;<!--";
    let mut draft = Draft::of(3);
    draft.commitment.title = evil.to_owned();
    draft.commitment.agency = format!("甲{evil}");
    draft.commitment.engine.0 = evil.to_owned();
    for list in &mut draft.commitment.lists {
        list.title = evil.chars().take(20).collect();
        list.matters = vec![evil.to_owned()];
    }
    draft.extras = Files::from([("notice/<b>&\"公示'.html".to_owned(), b"x".to_vec())]);
    let files = draft.complete();
    let temp = bundles(&[("bundle", &files)]);
    let site = site(temp.path(), &["bundle"]);
    check_links(&site);
    for (path, bytes) in site.iter().filter(|(path, _)| walk::is_page(path)) {
        let html = std::str::from_utf8(bytes).unwrap();
        let scripts = html.matches("<script").count();
        assert_eq!(scripts, usize::from(path == "index.html"), "{path}");
        assert!(!html.contains("<img"), "{path}");
        assert!(text_of(html).contains(evil), "{path}");
        assert!(html.contains("default-src 'none'"), "{path}");
        for address in attributes(html, "href").iter().chain(&attributes(html, "src")) {
            assert!(!address.contains(':') && !address.starts_with("//"), "{path}: {address}");
        }
    }
}

/// A sealed draw that is not opened: the public files, and not a word more, whatever lies in the folder.
#[test]
fn an_unopened_draw_tells_nothing_of_what_is_closed() {
    let opened = vector("sealed_opened");
    let mut careless = opened.clone();
    careless.remove(OPENING);
    let careful = unopened(&opened);
    let temp = bundles(&[("careless", &careless), ("careful", &careful)]);
    let told = run(temp.path(), 0, &["publish", "--site", "site", "careless"]);
    assert!(told.contains("N35") && told.contains("保密待公开"), "{told}");
    let site_of_careless = read_folder(&temp.path().join("site"));
    let told = run(temp.path(), 0, &["publish", "--site", "other", "careful"]);
    assert!(!told.contains("N35"), "{told}");
    assert!(site_of_careless == read_folder(&temp.path().join("other")), "other bytes");
    check_links(&site_of_careless);

    let mut haystack: Vec<(String, Vec<u8>)> =
        site_of_careless.iter().map(|(path, bytes)| (path.clone(), bytes.clone())).collect();
    for (path, bytes) in &site_of_careless {
        if path.ends_with(".zip") {
            haystack.extend(archived(bytes, ""));
        }
    }
    for needle in closed_words(&opened, &careful) {
        for (path, bytes) in &haystack {
            let found = memchr::memmem::find(bytes, needle.as_bytes());
            assert!(found.is_none(), "{needle} in {path}");
        }
    }
    let page = page(&site_of_careless, "draws/2026/EX-SEALED-OPENED-9e9c07f7/index.html");
    assert!(page.contains("最迟 2027-01-31 公开"), "the promise is missing");
}

/// Every code, salt, ticket and secret that stands in a closed file and in no public one.
fn closed_words(all: &Files, public: &Files) -> Vec<String> {
    let words = |bytes: &[u8]| -> Vec<String> {
        let text = String::from_utf8_lossy(bytes).into_owned();
        let parts = text.split(|c: char| !(c.is_ascii_alphanumeric() || ":_-".contains(c)));
        parts.filter(|word| word.len() > 5).map(str::to_owned).collect()
    };
    let known: std::collections::BTreeSet<String> =
        public.values().flat_map(|b| words(b)).collect();
    let closed = all.iter().filter(|(path, _)| !public.contains_key(*path));
    let mut secret: Vec<String> = closed.flat_map(|(_, bytes)| words(bytes)).collect();
    // Words of the headers and of pages.
    secret.retain(|word| !known.contains(word) && word.chars().any(|c| c.is_ascii_digit()));
    secret.sort();
    secret.dedup();
    assert!(secret.len() > 50, "{}", secret.len());
    secret
}

/// A draw grows: promised, drawn, opened; its address stays, and the list has it once.
#[test]
fn a_draw_is_renewed_in_its_place() {
    let opened = vector("sealed_opened");
    let temp = bundles(&[
        ("1", &not_drawn(&opened)),
        ("2", &unopened(&opened)),
        ("3", &opened),
        ("log", &with_proof(&vector("open"))),
        ("plain", &vector("open")),
    ]);
    for (name, state) in [("1", "封存待抽"), ("2", "保密待公开"), ("3", "已公开")] {
        let told = run(temp.path(), 0, &["publish", "--site", "site", name]);
        assert!(told.contains(state) && told.contains("中有抽取 1 次"), "{told}");
        let site = read_folder(&temp.path().join("site"));
        check_links(&site);
        let folders = site.keys().filter(|path| path.ends_with("draw.json")).count();
        assert_eq!(folders, 1);
        let page = page(&site, "draws/2026/EX-SEALED-OPENED-9e9c07f7/index.html");
        assert!(page.contains(state), "{state}");
        assert!(!page.contains("核验通过"), "a page is no verdict");
        assert_eq!(
            site.contains_key("draws/2026/EX-SEALED-OPENED-9e9c07f7/people-1.html"),
            name == "3"
        );
    }
    // A proof of the log comes later, as witnesses cosign.
    site(temp.path(), &["plain"]);
    let site = site(temp.path(), &["log"]);
    let page = text_of(page(&site, "draws/2026/EX-OPEN-920db900/index.html"));
    assert!(page.contains("log.example/ssj") && page.contains("w1.example"), "no proof is told");
    check_links(&site);
}

fn with_proof(files: &Files) -> Files {
    let mut files = files.clone();
    let sample = root().join("tests/log/vectors/sample");
    for name in ["commit.tlog-proof", "policy"] {
        files.insert(format!("log/{name}"), fs::read(sample.join(name)).unwrap());
    }
    files
}

/// Who is away is told, and whose place he takes; why, which may be his health, is not on the page.
#[test]
fn events_are_told_without_anybody_s_health() {
    let site = site_of(&vector("events"));
    let page = page(&site, "index.html");
    for words in
        ["离岗", "停业注销", "已吊销", "回避", "E007", "换为", "第 1 号事件", "尚未录入", "由候补"]
    {
        assert!(page.contains(words), "{words}");
    }
    for words in ["病假", "利害关系", "说明 more"] {
        assert!(!page.contains(words), "{words} is told");
    }
}

/// Before the draw there is a promise, and no verdict.
#[test]
fn a_promise_is_published_without_a_result() {
    let site = site_of(&not_drawn(&vector("open")));
    let page = page(&site, "index.html");
    assert!(page.contains("封存待抽") && page.contains("尚未抽取"), "{page}");
    assert!(page.contains("尚未录入") && !site.contains_key("visits-1.html"));
    assert!(!site.keys().any(|path| path.contains(MANIFEST)));
    for word in ["种子 ", "结果摘要"] {
        assert!(!page.contains(&format!("<dt>{word}")), "{word}");
    }
}
