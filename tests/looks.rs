//! The site, the notices and the forms in Chromium, on a phone and on a desktop: nothing that axe calls serious, nothing wider
//! than a phone, no request, no complaint on the console. Names are of the kinds that break pages.
//!
//! Node, the packages of `web/` and Chromium are installed by `tests/run.sh`; without them this test says so.
#![cfg(all(feature = "cli", unix))]
#![allow(missing_docs)]

mod support;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};
use shuangsuiji::record::bundle::{COMMITMENT, Files, SHORTAGE, Stage, VISITS, layout};
use shuangsuiji::record::commitment::Commitment;
use support::browser::{chromium, web};
use support::random::{Draft, unopened};
use support::ssj::run;
use support::{VECTORS, read_folder, vector, write_folder};

/// What registers may say of a subject.
const NAMES: [&str; 4] = [
    "𠮷野家㐱㛃𬭛䶮龘（示例）有限公司",
    "名称很长的示例有限责任公司某某市某某区某某街道某某路一百二十三号某某大厦第四十五层六七八九十室连锁经营分公司第十二门市部（个人独资）暨食品经营与餐饮服务体验中心",
    "<script>window.ran=1</script>=1+1&amp;",
    "AVeryLongNameWithoutAnyBlankThatNobodyBreaks0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ",
];

/// The vectors, a draw before its beacon, one before its opening, and one whose office has a name of 80 characters.
fn bundles() -> Vec<(&'static str, Files)> {
    let mut bundles: Vec<(&str, Files)> =
        VECTORS.iter().map(|name| (*name, vector(name))).collect();
    bundles.push(("events", vector("events")));
    let sealed = (0..).map(Draft::of).find(|draft| draft.commitment.sealed()).unwrap();
    bundles.push(("unopened", unopened(&sealed.complete())));
    let open = draft_in_the_open(1).complete();
    let frozen = layout(&Commitment::parse(&open[COMMITMENT]).unwrap(), Stage::Frozen, false);
    let kept = |path: &&String| frozen.public.contains(*path) || frozen.closed.contains(*path);
    let waiting = open.keys().filter(kept).map(|path| (path.clone(), open[path].clone()));
    bundles.push(("waiting", waiting.collect()));
    bundles.push(("long", long()));
    bundles
}

/// An open draw in which everybody is paired.
fn draft_in_the_open(n: usize) -> Draft {
    let plain = |number| {
        let mut draft = Draft::of(number);
        draft.extras.clear();
        draft
    };
    let paired = |draft: &Draft| {
        let files = draft.complete();
        !draft.commitment.sealed() && !files.contains_key(SHORTAGE) && files[VISITS].len() > 200
    };
    (0..).map(plain).filter(paired).nth(n).unwrap()
}

/// A draw whose office, title and lists have long names, with a word that nobody breaks.
fn long() -> Files {
    let mut draft = draft_in_the_open(0);
    draft.commitment.title = NAMES[2].to_owned();
    draft.commitment.agency = NAMES[1].to_owned();
    draft.commitment.draw = "LONG-".repeat(12) + "1";
    for list in &mut draft.commitment.lists {
        list.title = NAMES[3].to_owned();
    }
    draft.complete()
}

/// Every subject of a bundle with one of these names, as a table.
fn names(files: &Files) -> String {
    let frames = files.iter().filter(|(path, _)| path.starts_with("frames/"));
    let sids: BTreeSet<&str> = frames
        .flat_map(|(_, bytes)| std::str::from_utf8(bytes).unwrap().lines().skip(1))
        .map(|row| row.split('\t').next().unwrap())
        .collect();
    let quoted = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
    let rows = sids.iter().zip(NAMES.iter().cycle());
    let rows = rows.map(|(sid, name)| format!("{sid},{0},{0}\n", quoted(name)));
    format!("编号,名称,住所\n{}", rows.collect::<String>())
}

/// Everything that `ssj publish` makes of these bundles, below `site/` and `papers/`.
fn publish(folder: &Path) {
    for (name, files) in bundles() {
        write_folder(&folder.join(name), &files);
        fs::write(folder.join("names.csv"), names(&files)).unwrap();
        let named = ["--names", "names.csv"];
        let site = ["publish", "--site", "site", name];
        run(folder, 0, &[&site[..], &named].concat());
        let out = format!("papers/{name}");
        let notice = |kind: &str| {
            let args = ["publish", "notice", name, "--kind", kind, "--out", &out];
            run(folder, 0, &[&args[..], &named].concat());
        };
        // Two of the vectors give the same notices and forms as `open`, with other numbers.
        if !name.starts_with("open_") {
            notice("plan");
        }
        if name == "waiting" || name.starts_with("open_") {
            continue;
        }
        notice("result");
        if name == "events" {
            notice("correction");
        }
        if name != "unopened" {
            let args = ["publish", "forms", name, "--out", &out];
            run(folder, 0, &[&args[..], &named].concat());
        }
    }
}

#[test]
fn pages_are_read_by_everybody_and_on_a_phone() {
    let Some(browser) = chromium() else { return };
    let temp = tempfile::tempdir().unwrap();
    let folder = temp.path();
    publish(folder);
    let made = |part: &str| {
        let files = read_folder(&folder.join(part));
        let pages = files.into_keys().filter(|path| path.ends_with(".html"));
        // The verifier is looked at by a test of its own.
        let pages = pages.filter(|path| !path.ends_with("verify.html"));
        pages.map(|path| format!("{part}/{path}")).collect::<Vec<_>>()
    };
    let pages = [made("site"), made("papers")].concat();
    let cases = json!({"chromium": browser, "pages": pages});
    fs::write(folder.join("cases.json"), cases.to_string()).unwrap();
    let mut command = Command::new("node");
    let done = command.current_dir(web()).arg("test/looks.mjs").arg(folder).output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let seen: Value = serde_json::from_slice(&fs::read(folder.join("seen.json")).unwrap()).unwrap();
    let looked = seen["looked"].as_array().unwrap();
    assert_eq!(looked.len(), 2 * pages.len());
    let wrong: Vec<String> = looked
        .iter()
        .filter(|page| {
            page["rules"] != json!([])
                || page["overflow"].as_i64().unwrap() > 0
                || page["wide"] != json!([])
                || page["words"].as_u64().unwrap() < 40
        })
        .map(|page| format!("{page:#}"))
        .collect();
    println!("{} pages looked at on two widths", pages.len());
    assert!(pages.len() > 40, "{pages:#?}");
    assert!(wrong.is_empty(), "{} of {}\n{}", wrong.len(), looked.len(), wrong.join("\n"));
    assert_eq!((&seen["requests"], &seen["errors"]), (&json!([]), &json!([])));
}
