//! `ssj publish --site`: the draws of an office as plain files for a web server.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::args::{NameArgs, TemplateArgs};
use crate::base::finding::{Finding, Findings};
use crate::cli::bundle::readable;
use crate::cli::companions::PAGE;
use crate::cli::console::{Console, reach};
use crate::cli::log::{TrustArgs, Trusted};
use crate::cli::{DONE, Failure};
use crate::io::archive::zip;
use crate::io::durable::failed;
use crate::io::folder::{BundleFolder, is_bundle};
use crate::io::tree::{Sum, Tree};
use crate::publish::names::Names;
use crate::publish::site::{self, Archive, DRAW_JSON, Draw, Entry, MARK, Public, Stored, VERIFIER};
use crate::publish::template::Templates;
use crate::record::bundle::Stage;
use crate::say;
use crate::verify::{Report, verify_trusting};

#[derive(clap::Args)]
pub(in crate::cli) struct SiteArgs {
    /// 公示包文件夹：加入网站，或更新其网页 / bundles to be added, or whose pages are made anew
    #[arg(required = true, value_name = "BUNDLE")]
    pub bundles: Vec<PathBuf>,
    /// 网站的文件夹，可以已有别的文件 / folder of the site; other files there stay
    #[arg(long, required = true, value_name = "DIR")]
    pub site: Option<PathBuf>,
    #[command(flatten)]
    pub names: NameArgs,
    #[command(flatten)]
    pub templates: TemplateArgs,
    #[command(flatten)]
    pub trust: TrustArgs,
}

pub(super) fn site(workspace: &Path, args: &SiteArgs, console: &Console) -> Result<u8, Failure> {
    let templates = args.templates.read()?;
    let trusted = args.trust.read()?;
    let office = Office { workspace, names: &args.names, templates: &templates, trusted: &trusted };
    let Some(place) = &args.site else { unreachable!("bug: the parser demands --site") };
    refuse_others(place)?;
    let mut tree = Tree::open(place)?;
    tree.put(VERIFIER, PAGE)?;
    // One bundle that cannot be published keeps none of the others away.
    let (mut added, mut refused) = (Vec::new(), Vec::new());
    for bundle in &args.bundles {
        match publish(&mut tree, &office, bundle, console) {
            Ok(entry) => added.push(entry),
            Err(failure) => refused.push(failure),
        }
    }
    let entries = entries(tree.root())?;
    let all = entries.len();
    let index = site::index(&templates, entries)?;
    for (path, bytes) in &index {
        tree.put(path, bytes)?;
    }
    if !refused.is_empty() {
        let exit = refused.iter().map(|failure| failure.exit).max().unwrap_or(DONE);
        let findings = refused.into_iter().flat_map(|failure| failure.findings.0).collect();
        return Err(Failure { exit, findings: Findings(findings) });
    }
    tell(place, &tree, &added, all, console);
    Ok(DONE)
}

fn tell(place: &Path, tree: &Tree, added: &[Added], all: usize, console: &Console) {
    for Added { entry, .. } in added {
        let (folder, state) = (entry.folder(), entry.state().map(site::State::words));
        let state = state.unwrap_or_else(|| say!("–", "–"));
        let (zh, en) = (state.zh, state.en);
        console.say(&say!("{folder}：{zh}", "{folder}: {en}"));
    }
    let (place, written, unchanged) = (place.display(), tree.written, tree.unchanged);
    console.say(&say!(
        "{place} 中有抽取 {all} 次；写入文件 {written} 个，{unchanged} 个未变",
        "{all} draws in {place}; {written} files written, {unchanged} unchanged"
    ));
    let draw = |Added { entry, withheld }: &Added| {
        json!({
            "folder": entry.folder(), "state": entry.state().map(site::State::name),
            "commitment": entry.commitment().map(|digest| digest.hex()), "withheld": withheld,
        })
    };
    console.report(&json!({
        "command": "publish", "what": "site", "ok": true, "site": place.to_string(),
        "draws": added.iter().map(draw).collect::<Vec<Value>>(), "all": all, "new": written, "unchanged": unchanged,
    }));
}

/// N36 if the site is a bundle, N34 if its first page is somebody else's.
fn refuse_others(site: &Path) -> Result<(), Finding> {
    if is_bundle(site) {
        let cause = say!("其中有 commitment.json", "there is a commitment.json in it");
        return Err(Finding::new("N36", cause).file(site.display().to_string()));
    }
    let page = site.join("index.html");
    match fs::read(&page) {
        Ok(bytes) if !String::from_utf8_lossy(&bytes).contains(MARK) => {
            let cause = say!("它不是由 ssj publish 制作的", "ssj publish did not make it");
            Err(Finding::new("N34", cause).file(page.display().to_string()))
        }
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(failed(&page, &e)),
        _ => Ok(()),
    }
}

/// What an office brings besides its bundles.
struct Office<'a> {
    workspace: &'a Path,
    names: &'a NameArgs,
    templates: &'a Templates,
    trusted: &'a Trusted,
}

/// A draw that was added.
struct Added {
    entry: Entry,
    /// Files of its folder that stay closed.
    withheld: usize,
}

/// Adds a bundle to the site, or renews it there.
fn publish(
    tree: &mut Tree,
    office: &Office<'_>,
    folder: &Path,
    console: &Console,
) -> Result<Added, Failure> {
    let at = |finding: Finding| named(finding, folder);
    let bundle = readable(folder)?;
    let public = Public::of(bundle.files.clone()).map_err(|f| Failure::bundle(at(f)))?;
    if !public.withheld.is_empty() {
        let (n, first) = (public.withheld.len(), &public.withheld[0]);
        let cause = say!("{n} 个保密文件，如 {first}", "{n} closed files, {first} among them");
        console.findings(&[at(Finding::new("N35", cause))]);
    }
    let report = verified(&public, &bundle, office.trusted, console)?;
    let refused = unsound(&public, &report);
    if !refused.is_empty() {
        let n = refused.len();
        let cause = say!("有 {n} 处不符", "{n} things do not hold");
        let first = at(Finding::new("N30", cause));
        let findings = std::iter::once(first).chain(refused.into_iter().map(at)).collect();
        return Err(Failure::bundle(Findings(findings)));
    }
    // Of a draw that is not opened no name is even looked for.
    let names = match public.is_unopened() {
        true => Names::default(),
        false => office.names.read(office.workspace, public.commitment.suite, &public.digest)?,
    };
    let place = site::folder(&public);
    refuse_other_result(&public, folder, &tree.root().join(&place).join("bundle"))?;

    let copies = copy(tree, &public, folder, &place)?;
    let archive = archive(tree, &public, &copies, &place)?;
    let draw = Draw::new(&public, &report, &names);
    let pages = site::pages(office.templates, &draw, &copies, &archive)?;
    for (name, bytes) in &pages {
        tree.put(&format!("{place}/{name}"), bytes)?;
    }
    let entry = draw.entry(&archive);
    tree.put(&format!("{place}/{DRAW_JSON}"), &entry.format())?;
    Ok(Added { entry, withheld: public.withheld.len() })
}

/// A finding about a file inside a bundle, with the bundle's folder.
fn named(mut finding: Finding, folder: &Path) -> Finding {
    let file = finding.place.file.take();
    let path = file.map_or_else(|| folder.to_owned(), |file| folder.join(file));
    finding.file(path.display().to_string())
}

/// What the verifier says of the public part alone.
fn verified(
    public: &Public,
    bundle: &BundleFolder,
    trusted: &Trusted,
    console: &Console,
) -> Result<Report, Failure> {
    let bar = console.progress(&say!("核验", "verifying"), 1);
    let watch = &mut |done: u64, rows: u64| {
        reach(&bar, done, rows);
    };
    let report = verify_trusting(&public.files, bundle, Vec::new(), &trusted.trust(), watch)?;
    bar.finish_and_clear();
    Ok(report)
}

/// What keeps a bundle from being published. That nothing is drawn yet does not: the promise is published first.
fn unsound(public: &Public, report: &Report) -> Vec<Finding> {
    let waits = |finding: &Finding| public.stage() != Stage::Drawn && finding.code() == "F12";
    report.findings().into_iter().filter(|finding| !waits(finding)).cloned().collect()
}

/// Whether a file may change once it was published: proofs of the log wait for witnesses, notices are added.
fn may_change(path: &str) -> bool {
    ["log/", "notice/"].iter().any(|folder| path.starts_with(folder))
        || ["schedule.tsv", "README.txt", "verify.html"].contains(&path)
}

/// N31 for every file that the site has with other bytes, N32 for every one that it has and the bundle has not.
fn refuse_other_result(public: &Public, folder: &Path, copy: &Path) -> Result<(), Failure> {
    // What a killed run copied without the commitment was never shown.
    if !is_bundle(copy) {
        return Ok(());
    }
    let shown = BundleFolder::read(copy)?;
    let mut findings = Vec::new();
    for path in shown.files.keys().filter(|path| !may_change(path)) {
        let finding = match public.files.get(path) {
            None => {
                let cause = say!("网站上已有这个文件", "the site has this file already");
                Finding::new("N32", cause)
            }
            Some(bytes) if same(bytes, &shown.files[path], folder, copy, path)? => continue,
            Some(_) => {
                let cause = say!("与网站上的不同", "it differs from the one in the site");
                Finding::new("N31", cause)
            }
        };
        findings.push(finding.file(folder.join(path).display().to_string()));
    }
    if findings.is_empty() { Ok(()) } else { Err(Failure::bundle(Findings(findings))) }
}

/// Whether two files are the same, in memory or on the disk where they are not in memory.
fn same(one: &[u8], other: &[u8], folder: &Path, copy: &Path, path: &str) -> Result<bool, Finding> {
    if !one.is_empty() || !other.is_empty() {
        return Ok(one == other);
    }
    Ok(crate::io::tree::sum_of(&folder.join(path))? == crate::io::tree::sum_of(&copy.join(path))?)
}

/// Copies the public files into the site, as they were verified where they are in memory.
fn copy(
    tree: &mut Tree,
    public: &Public,
    folder: &Path,
    place: &str,
) -> Result<Vec<Stored>, Failure> {
    let mut copies = Vec::new();
    for (path, bytes) in &public.files {
        let path_there = format!("bundle/{path}");
        let target = format!("{place}/{path_there}");
        copies.push(match bytes.is_empty() {
            false => {
                tree.put(&target, bytes)?;
                Stored::new(&path_there, bytes)
            }
            true => stored(path_there, tree.copy(&target, &folder.join(path))?.1),
        });
    }
    Ok(copies)
}

/// All of them in one file.
fn archive(
    tree: &mut Tree,
    public: &Public,
    copies: &[Stored],
    place: &str,
) -> Result<Archive, Failure> {
    let name = site::name(public);
    let root = tree.root().join(place);
    let file = |copy: &Stored| {
        let inside = copy.path.strip_prefix("bundle/").unwrap_or(&copy.path);
        (format!("{name}/{inside}"), root.join(&copy.path))
    };
    let files: Vec<(String, PathBuf)> = copies.iter().map(file).collect();
    let path = format!("{name}.zip");
    let (_, sum) = tree.put_with(&format!("{place}/{path}"), |out| zip(out, &files))?;
    Ok(stored(path, sum))
}

fn stored(path: String, sum: Sum) -> Stored {
    Stored { path, size: sum.size, sha256: sum.sha256 }
}

/// The entries of all draws in the site.
fn entries(root: &Path) -> Result<Vec<Entry>, Failure> {
    let (mut entries, mut findings) = (Vec::new(), Vec::new());
    for year in folders(&root.join("draws"))? {
        for folder in folders(&year)? {
            let path = folder.join(DRAW_JSON);
            let bytes = match fs::read(&path) {
                Ok(bytes) => bytes,
                // A run that was killed before it was whole shows nothing of it.
                Err(e) if e.kind() == std::io::ErrorKind::NotFound => continue,
                Err(e) => return Err(failed(&path, &e).into()),
            };
            let here = |entry: Entry| match root.join(entry.folder()) == folder {
                true => Ok(entry),
                false => {
                    let cause = say!("它说的是另一个文件夹", "it names another folder");
                    Err(Finding::new("N33", cause))
                }
            };
            match Entry::parse(&bytes).and_then(here) {
                Ok(entry) => entries.push(entry),
                Err(finding) => findings.push(finding.file(path.display().to_string())),
            }
        }
    }
    if findings.is_empty() { Ok(entries) } else { Err(Failure::input(Findings(findings))) }
}

/// The folders in a folder, by name; none where there is no such folder.
fn folders(path: &Path) -> Result<Vec<PathBuf>, Finding> {
    let mut folders = Vec::new();
    match fs::read_dir(path) {
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(folders),
        Err(e) => return Err(failed(path, &e)),
        Ok(read) => {
            for entry in read {
                let entry = entry.map_err(|e| failed(path, &e))?;
                if entry.path().is_dir() {
                    folders.push(entry.path());
                }
            }
        }
    }
    folders.sort();
    Ok(folders)
}
