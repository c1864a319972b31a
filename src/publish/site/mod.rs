//! The site of an office (`docs/site.md`): the draws of all years, a page for each, and everything needed to check them, as
//! plain files that any web server gives out and any browser reads, with or without scripts.
//!
//! The pages are Chinese with the English beside it in small: there is one set of pages, because two would be twice as much to
//! compare, and whoever reads English alone has the same numbers before him. A draw's pages follow from its bundle alone, and
//! the list of the site from the entries of its draws alone, so that the same bundles give the same bytes in whatever order
//! they were added.

mod after;
mod draw;
mod entry;
mod hand;
mod lists;
mod people;
mod place;
mod public;
mod visits;

use serde_json::{Value, json};

use super::template::{BuiltIn, Templates};
use super::withheld::masked;
use crate::base::digest::{Digest, Suite};
use crate::base::finding::Finding;
use crate::base::json;
use crate::record::bundle::Files;

use visits::Visits;

pub use draw::Draw;
pub use entry::{Entry, FORMAT, State};
pub use place::{folder, name};
pub use public::Public;

/// The templates of the site.
pub(super) const TEMPLATES: &[BuiltIn] = &[
    ("site-page.html", include_str!("../templates/site-page.html")),
    ("site-macros.html", include_str!("../templates/site-macros.html")),
    ("site-index.html", include_str!("../templates/site-index.html")),
    ("site-draw.html", include_str!("../templates/site-draw.html")),
    ("site-visits.html", include_str!("../templates/site-visits.html")),
    ("site-people.html", include_str!("../templates/site-people.html")),
    ("site.css", include_str!("../templates/site.css")),
    ("site-filter.js", include_str!("../templates/site-filter.js")),
];

/// What every page says that it was made by: so a page of somebody else is told from one of ours.
pub const MARK: &str = "<meta name=\"generator\" content=\"ssj publish\">";
/// The entry of a draw, in its folder.
pub const DRAW_JSON: &str = "draw.json";
/// The digests of a draw's files, as `sha256sum -c` reads them, in its folder.
pub const SUMS: &str = "SHA256SUMS";
/// The page of the verifier, at the root of the site.
pub const VERIFIER: &str = "verify.html";

/// Rows on a page of a long list: some 200 kB.
const PER_PAGE: usize = 500;
/// Characters of a code that stand in the list of pages: a unified social credit code has 18.
const CODE_MAX: usize = 20;
/// Files that the draw's page lists; of more than these the list of digests has all.
const FILES_MAX: usize = 300;

/// A file in a draw's folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// Its path in the folder.
    pub path: String,
    /// Bytes.
    pub size: u64,
    /// SHA-256, whatever the suite of the draw.
    pub sha256: Digest,
}

/// The whole bundle in one file.
pub type Archive = Stored;

impl Stored {
    /// A file with these bytes.
    pub fn new(path: &str, bytes: &[u8]) -> Self {
        Stored {
            path: path.to_owned(),
            size: bytes.len() as u64,
            sha256: Suite::Sha256.digest(bytes),
        }
    }

    fn value(&self) -> Value {
        json!({"path": self.path, "href": place::href(&self.path), "size": size(self.size), "sha256": self.sha256.hex()})
    }
}

/// The pages of a draw by their names in its folder, the draw's own page last, and the digests of its files.
///
/// # Errors
/// N01 where a template asks for what is not there.
pub fn pages(
    templates: &Templates,
    draw: &Draw<'_>,
    copies: &[Stored],
    archive: &Archive,
) -> Result<Vec<(String, Vec<u8>)>, Finding> {
    let visits = Visits::of(draw);
    let shell = Shell { templates };
    let commitment = &draw.public.commitment;
    let of_draw = json!({
        "title": commitment.title, "agency": commitment.agency, "draw": commitment.draw,
        "attempt": commitment.attempt, "rehearsal": commitment.rehearsal,
    });
    let mut pages = Vec::new();
    let lists = [("site-visits.html", visits.pages()), ("site-people.html", people::pages(draw))];
    for (template, list) in lists {
        for (name, mut page) in list {
            page["of"] = of_draw.clone();
            pages.push((name, shell.fill(template, "../../../", page)?));
        }
    }
    let sums: String = std::iter::once(archive)
        .chain(copies)
        .map(|file| format!("{}  {}\n", file.sha256, file.path))
        .collect();
    pages.push((SUMS.to_owned(), sums.into_bytes()));
    let listed = &copies[..copies.len().min(FILES_MAX)];
    let mut page = draw.page(&visits, listed, archive);
    page["unlisted"] = json!(copies.len() - listed.len());
    pages.push(("index.html".to_owned(), shell.fill("site-draw.html", "../../../", page)?));
    Ok(pages)
}

/// The list of all draws: `index.html` for people, `index.json` for machines.
///
/// # Errors
/// N01 where a template asks for what is not there.
pub fn index(templates: &Templates, mut entries: Vec<Entry>) -> Result<Files, Finding> {
    entries.sort_by_cached_key(Entry::order);
    let all: Vec<Value> = entries.iter().map(|entry| entry.value().clone()).collect();
    let machine = json!({"format": FORMAT, "draws": all});
    let mut years: Vec<Value> = Vec::new();
    for of_year in entries.chunk_by(|a, b| a.year() == b.year()) {
        let draws: Vec<Value> = of_year.iter().map(|entry| row(entry, &entries)).collect();
        years.push(json!({"year": of_year[0].year(), "draws": draws}));
    }
    let mut agencies: Vec<&str> = entries.iter().map(|entry| entry.text("agency")).collect();
    agencies.sort_unstable();
    agencies.dedup();
    let script = String::from_utf8_lossy(&raw(templates, "site-filter.js")?).trim().to_owned();
    let page = json!({
        "years": years, "n": entries.len(), "agency": match agencies.as_slice() { [one] => Some(*one), _ => None },
        "agencies": agencies.len(), "script": script, "script_hash": script_hash(&script),
    });
    let shell = Shell { templates };
    Ok(Files::from([
        ("index.html".to_owned(), shell.fill("site-index.html", "", page)?),
        ("index.json".to_owned(), json::format_line(&machine)),
    ]))
}

/// A draw among the others.
fn row(entry: &Entry, all: &[Entry]) -> Value {
    let mut value = entry.value().clone();
    let same = |other: &&Entry| {
        other.text("agency") == entry.text("agency") && other.text("draw") == entry.text("draw")
    };
    let sum = |key: &str| {
        let lists = entry.value()["lists"].as_array();
        lists.into_iter().flatten().map(|list| list[key].as_u64()).sum::<Option<u64>>()
    };
    let state = entry.state().expect("bug: an entry that was parsed has a state");
    value["href"] = json!(format!("{}/index.html", place::href(entry.folder())));
    value["state"] = state.value();
    value["attempts"] = json!(all.iter().filter(same).count());
    value["lists_n"] = json!(entry.value()["lists"].as_array().map_or(0, Vec::len));
    value["framed"] = json!(sum("N").map(draw::grouped));
    value["drawn"] = json!(sum("n").map(draw::grouped));
    value["visited"] = json!(entry.value()["visits"].as_u64().map(draw::grouped));
    value["opens"] = entry.value().get("opens").cloned().unwrap_or(Value::Null);
    value
}

/// The first and last code on a page; the digests among the codes are cut.
fn ends(first: &str, last: &str) -> String {
    let cut = |code: &str| match code.get(..CODE_MAX) {
        Some(short) if code.len() > CODE_MAX => format!("{short}…"),
        _ => masked(code).into_owned(),
    };
    match first == last {
        true => cut(first),
        false => format!("{} – {}", cut(first), cut(last)),
    }
}

/// The addresses of the pages of a list, with the first and last row of each; `current` is the one that is shown.
fn nav(pages: &[(String, String)], current: usize) -> Vec<Value> {
    let page = |(at, (href, ends)): (usize, &(String, String))| json!({"n": at + 1, "href": href, "ends": ends, "current": at == current});
    pages.iter().enumerate().map(page).collect()
}

/// What all pages share.
struct Shell<'a> {
    templates: &'a Templates,
}

impl Shell<'_> {
    /// A page; `root` leads from it to the root of the site.
    fn fill(&self, template: &str, root: &str, mut page: Value) -> Result<Vec<u8>, Finding> {
        page["root"] = json!(root);
        page["verifier"] = json!(format!("{root}{VERIFIER}"));
        page["mark"] = json!(MARK);
        if page.get("script_hash").is_none() {
            page["script_hash"] = Value::Null;
        }
        self.templates.fill(template, &page).map(String::into_bytes)
    }
}

fn raw(templates: &Templates, name: &str) -> Result<Vec<u8>, Finding> {
    templates.fill(name, &json!({})).map(String::into_bytes)
}

/// The one script that a page allows (Content Security Policy Level 3, §2.3.1).
fn script_hash(script: &str) -> String {
    use base64::Engine as _;
    let digest = Suite::Sha256.digest(script.as_bytes());
    format!("sha256-{}", base64::engine::general_purpose::STANDARD.encode(digest.as_bytes()))
}

/// Bytes as people read them.
fn size(bytes: u64) -> String {
    const UNITS: [(u64, &str); 3] = [(1 << 30, "GB"), (1 << 20, "MB"), (1 << 10, "kB")];
    match UNITS.into_iter().find(|(unit, _)| bytes >= *unit) {
        Some((unit, name)) => format!("{}.{} {name}", bytes / unit, bytes % unit * 10 / unit),
        None => format!("{bytes} B"),
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
