//! Pages as a reader's program takes them apart: tags, attributes, text. Enough of HTML for pages that we made.

use std::collections::BTreeSet;

use shuangsuiji::record::bundle::Files;

/// The values of an attribute, without their escapes.
pub fn attributes(html: &str, name: &str) -> Vec<String> {
    let mark = format!(" {name}=\"");
    tags(html)
        .flat_map(|tag| {
            tag.split(&mark)
                .skip(1)
                .map(|rest| unescaped(rest.split('"').next().unwrap()))
                .collect::<Vec<_>>()
        })
        .collect()
}

fn tags(html: &str) -> impl Iterator<Item = &str> {
    html.split('<').skip(1).filter_map(|part| Some(part.split_once('>')?.0))
}

/// What is read on a page: without tags, styles and scripts.
pub fn text_of(html: &str) -> String {
    let mut html = html.to_owned();
    for hidden in ["style", "script"] {
        let (begin, end) = (format!("<{hidden}>"), format!("</{hidden}>"));
        while let Some((at, _)) = html.match_indices(&begin).next() {
            let to = html[at..].find(&end).unwrap();
            html.replace_range(at..at + to + end.len(), "");
        }
    }
    let mut text = String::new();
    for (at, part) in html.split('<').enumerate() {
        let words =
            if at == 0 { part } else { part.split_once('>').map_or("", |(_, words)| words) };
        // Words that stand apart on the page do so here.
        if ["/span", "/dt", "/th", "/td"].iter().any(|tag| part.starts_with(tag)) {
            text.push(' ');
        }
        text.push_str(words);
    }
    let text = unescaped(&text);
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.collect::<Vec<_>>().join("\n") + "\n"
}

fn unescaped(text: &str) -> String {
    let pairs = [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#x27;", "'"),
        ("&#x2f;", "/"),
        ("&amp;", "&"),
    ];
    pairs.iter().fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
}

/// Whether a file is a page of the site, neither one of a bundle nor the verifier, which comes from elsewhere.
pub fn is_page(path: &str) -> bool {
    path.ends_with(".html") && !path.contains("/bundle/") && path != "verify.html"
}

/// Every address on every page leads to a file of the site, and to a place on it; every page has what a reader's program needs.
pub fn check_links(site: &Files) {
    let pages = || site.iter().filter(|(path, _)| is_page(path));
    let html = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    let mut links = 0;
    for (path, bytes) in pages() {
        let page = html(bytes);
        let ids = attributes(&page, "id");
        let distinct: BTreeSet<&String> = ids.iter().collect();
        assert_eq!(ids.len(), distinct.len(), "{path}: an id stands twice");
        for labelled in attributes(&page, "aria-labelledby") {
            assert!(distinct.contains(&labelled), "{path}: {labelled}");
        }
        for needed in ["<main id=\"main\"", "lang=\"zh-CN\"", "<h1", "class=\"skip\""] {
            assert_eq!(page.matches(needed).count(), 1, "{path}: {needed}");
        }
        for table in page.split("<table").skip(1) {
            assert!(table.contains("<caption>") && table.contains("scope=\"col\""), "{path}");
        }
        for address in attributes(&page, "href") {
            let (file, place) = address.split_once('#').unwrap_or((address.as_str(), ""));
            let target = if file.is_empty() { path.clone() } else { resolved(path, file) };
            let found =
                site.get(&target).unwrap_or_else(|| panic!("{path}: {address} leads nowhere"));
            let there = || attributes(&html(found), "id").iter().any(|id| *id == place);
            assert!(place.is_empty() || there(), "{path}: {address} has no such place");
            links += 1;
        }
    }
    assert!(links > 10, "{links}");
}

/// Everything that links lead to from a page; panics where one leads nowhere.
pub fn reachable(site: &Files, from: &str) -> BTreeSet<String> {
    let (mut seen, mut next) = (BTreeSet::from([from.to_owned()]), vec![from.to_owned()]);
    while let Some(path) = next.pop() {
        if !is_page(&path) {
            continue;
        }
        let page = String::from_utf8(site[&path].clone()).unwrap();
        for address in attributes(&page, "href").iter().filter(|address| !address.starts_with('#'))
        {
            let target = resolved(&path, address.split('#').next().unwrap());
            assert!(site.contains_key(&target), "{path}: {address} leads nowhere");
            if seen.insert(target.clone()) {
                next.push(target);
            }
        }
    }
    seen
}

/// A relative address from a page.
fn resolved(page: &str, address: &str) -> String {
    let mut parts: Vec<String> = page.split('/').map(str::to_owned).collect();
    parts.pop();
    for part in address.split('/') {
        match part {
            ".." => drop(parts.pop().expect("an address leaves the site")),
            "." | "" => {}
            part => parts.push(decoded(part)),
        }
    }
    parts.join("/")
}

fn decoded(part: &str) -> String {
    let bytes = part.as_bytes();
    let (mut out, mut at) = (Vec::new(), 0);
    while at < bytes.len() {
        if bytes[at] == b'%' {
            out.push(u8::from_str_radix(&part[at + 1..at + 3], 16).unwrap());
            at += 3;
        } else {
            out.push(bytes[at]);
            at += 1;
        }
    }
    String::from_utf8(out).unwrap()
}
