//! Keeps the layers: every module uses only what stands before it. The pure core knows no files, clock,
//! network, environment or database.
#![allow(missing_docs)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Which layers a layer may use, besides itself.
const LAYERS: &[(&str, &[&str])] = &[
    ("base", &[]),
    ("log", &["base"]),
    ("record", &["base", "log"]),
    ("draw", &["base", "record"]),
    ("pairing", &["base", "record", "draw"]),
    ("events", &["base", "record", "draw", "pairing"]),
    ("conduct", &["base", "record", "draw", "pairing", "events"]),
    ("schedule", &["base", "record"]),
    ("verify", &["base", "log", "record", "draw", "pairing", "events"]),
    ("registry", &["base", "record"]),
    ("plan", &["base", "record", "draw", "registry"]),
    ("rehearse", &["base", "record", "draw", "pairing", "conduct", "registry", "plan"]),
    (
        "publish",
        &[
            "base", "log", "record", "draw", "pairing", "events", "conduct", "verify", "registry",
            "plan",
        ],
    ),
    ("fiction", &[]),
    ("io", &["base", "log", "record", "registry", "publish"]),
    ("store", &["base", "record", "registry", "io"]),
    (
        "cli",
        &[
            "base", "log", "record", "draw", "pairing", "events", "conduct", "schedule", "verify",
            "registry", "plan", "rehearse", "publish", "fiction", "io", "store",
        ],
    ),
];

/// Layers of the shell, which may touch the world.
const SHELL: &[&str] = &["io", "store", "cli"];

/// What a pure layer never names.
const WORLD: &[&str] = &[
    "std::fs",
    "std::net",
    "std::env",
    "std::process",
    "std::io",
    "SystemTime",
    "Instant",
    "sqlx",
    "tokio",
    "clap",
];

/// What verification must never call: the search for an optimum does not grade itself.
const SEARCH: &[&str] =
    &["pairing::solve", "pairing::rounds", "pairing::problem", "pairing::shortage"];

fn sources(layer: &str) -> Vec<(PathBuf, String)> {
    fn walk(folder: &Path, found: &mut Vec<(PathBuf, String)>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|e| e == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                found.push((path, text));
            }
        }
    }
    let mut found = Vec::new();
    walk(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(layer), &mut found);
    found
}

/// The code of a source file: without comments and without its tests.
fn code(text: &str) -> String {
    let mut lines = text.lines();
    let mut code = String::new();
    while let Some(line) = lines.next() {
        let Some(indent) = line.strip_suffix("#[cfg(test)]") else {
            code.push_str(line.split("//").next().unwrap_or_default());
            code.push('\n');
            continue;
        };
        // The item that follows goes: one line, or all up to the brace that ends it.
        let end = format!("{indent}}}");
        let mut item = lines.by_ref().skip_while(|line| line.trim_start().starts_with("#["));
        if item.next().is_some_and(|first| !first.ends_with(';')) {
            item.find(|line| *line == end);
        }
    }
    code
}

#[test]
fn tests_alone_are_cut_out() {
    let text = "use a; // b\n#[cfg(test)]\nmod tests;\nfn c() {}\n#[cfg(test)]\n#[path = \"d\"]\nmod e {\n    fn f() {}\n}\nfn g() {}\n";
    assert_eq!(code(text), "use a; \nfn c() {}\nfn g() {}\n");
}

fn is_test_file(path: &Path) -> bool {
    path.file_stem().is_some_and(|stem| stem.to_string_lossy().ends_with("tests"))
}

/// Names of layers that a text refers to as `crate::<layer>`.
fn used(text: &str) -> Vec<String> {
    let name = |rest: &str| {
        rest.chars().take_while(|c| c.is_ascii_lowercase() || *c == '_').collect::<String>()
    };
    assert!(!text.contains("crate::{"), "a layer is named where it is used");
    text.split("crate::").skip(1).map(name).filter(|name| !name.is_empty()).collect()
}

#[test]
fn every_layer_uses_only_what_stands_before_it() {
    let allowed: BTreeMap<&str, &[&str]> = LAYERS.iter().copied().collect();
    for (layer, may_use) in LAYERS {
        let files = sources(layer);
        assert!(!files.is_empty(), "{layer} has no files");
        for (path, text) in files {
            for name in used(&code(&text)).iter().filter(|name| allowed.contains_key(name.as_str()))
            {
                let fine = name == layer || may_use.contains(&name.as_str());
                assert!(fine, "{}: {layer} must not use {name}", path.display());
            }
        }
    }
}

#[test]
fn the_core_does_not_touch_the_world() {
    for (layer, _) in LAYERS.iter().filter(|(layer, _)| !SHELL.contains(layer)) {
        for (path, text) in sources(layer).into_iter().filter(|(path, _)| !is_test_file(path)) {
            for word in WORLD {
                assert!(
                    !code(&text).contains(word),
                    "{}: the core must not use {word}",
                    path.display()
                );
            }
        }
    }
}

#[test]
fn verification_never_searches() {
    // Events are recomputed by the same code that made them: the search must not come in by that way.
    for (path, text) in sources("verify").into_iter().chain(sources("events")) {
        for module in SEARCH {
            let short = module.trim_start_matches("pairing::");
            // The claim of a shortage is a file's form; the search for one is not.
            let code = code(&text).replace("record::shortage::", "");
            assert!(!code.contains(module), "{}: verify must not use {module}", path.display());
            assert!(
                !code.contains(&format!("{short}::")),
                "{}: verify must not use {module}",
                path.display()
            );
        }
    }
}

#[test]
fn every_folder_of_the_source_is_a_layer() {
    let known: Vec<&str> = LAYERS.iter().map(|(layer, _)| *layer).collect();
    for entry in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("src")).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        if entry.path().is_dir() {
            assert!(known.contains(&name.as_str()), "src/{name} is in no layer");
        }
    }
}
