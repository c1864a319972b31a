//! Changes of a bundle: every field of every file by a value that could stand there and by one that could not.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use shuangsuiji::base::json::format;
use shuangsuiji::base::table;
use shuangsuiji::record::bundle::{
    COMMITMENT, Files, MANIFEST, OPENING, SHORTAGE, Stage, layout, manifest, parse_opening,
};
use shuangsuiji::record::commitment::Commitment;

/// One changed, added or removed file.
pub struct Mutation {
    pub path: String,
    /// What of which kind of file was changed: `frames/*.tsv weight`, `beacon.json strings[]`.
    pub class: String,
    pub how: String,
    /// The id of the row or thing changed, where the file is the manifest: the path.
    pub id: Option<String>,
    /// `None` removes the file.
    pub bytes: Option<Vec<u8>>,
}

impl Mutation {
    pub fn apply(&self, files: &Files) -> Files {
        let mut files = files.clone();
        match &self.bytes {
            Some(bytes) => files.insert(self.path.clone(), bytes.clone()),
            None => files.remove(&self.path),
        };
        files
    }

    /// For the message of a failed test.
    pub fn show(&self) -> String {
        let id = self.id.as_deref().unwrap_or("");
        format!("{} ({}) in {} {id}", self.class, self.how, self.path)
    }
}

/// The same files with a manifest of their own, as far as they still are a bundle of a commitment: what a forger
/// would publish. `original` lends commitment and secret where the change has broken them.
pub fn with_manifest(files: &Files, original: &Files) -> Files {
    let commitment = |files: &Files| {
        let commitment = Commitment::parse(files.get(COMMITMENT)?).ok()?;
        let short = files.contains_key(SHORTAGE);
        let layout = layout(&commitment, Stage::Drawn, short);
        let mut paths = layout.public.iter().chain(&layout.closed);
        paths.all(|path| files.contains_key(path)).then_some(commitment)
    };
    let secret = |files: &Files| parse_opening(files.get(OPENING)?).ok();
    let secret = secret(files).or_else(|| secret(original));
    let mut files = files.clone();
    let rows = match commitment(&files) {
        Some(commitment) => manifest(&commitment, &files, &BTreeMap::new(), secret.as_deref()),
        None => {
            // A file is missing, or no commitment is left: the rows of all files that are there.
            let commitment = commitment(original).expect("the original is whole");
            let mut all = original.clone();
            all.extend(files.clone());
            let mut rows = manifest(&commitment, &all, &BTreeMap::new(), secret.as_deref());
            rows.retain(|row| files.contains_key(&row.path));
            rows
        }
    };
    files.insert(MANIFEST.to_owned(), table::format(&rows));
    files
}

/// `frames/T01.tsv` is one of `frames/*.tsv`.
pub fn kind(path: &str) -> String {
    match path.split_once('/') {
        Some((folder, name)) => {
            let suffix = name.rsplit_once('.').map_or("", |(_, suffix)| suffix);
            format!("{folder}/*.{suffix}")
        }
        None => path.to_owned(),
    }
}

/// Every field of every file, each changed alone.
pub fn fields(files: &Files) -> Vec<Mutation> {
    let mut found = Vec::new();
    for (path, bytes) in files {
        if path.ends_with(".tsv") {
            cells(path, std::str::from_utf8(bytes).unwrap(), &mut found);
        } else if path.ends_with(".json") {
            leaves(path, bytes, &mut found);
        }
    }
    refuse_unchanged(&found, files);
    found
}

/// A change that changes nothing would test nothing.
pub fn refuse_unchanged(found: &[Mutation], files: &Files) {
    let unchanged = found.iter().find(|m| m.bytes.as_ref() == files.get(&m.path));
    assert!(unchanged.is_none(), "no change: {}", unchanged.unwrap().show());
}

// ---------------------------------------------------------------------------------------- tables

fn cells(path: &str, text: &str, found: &mut Vec<Mutation>) {
    let lines: Vec<Vec<&str>> =
        text.trim_end_matches('\n').split('\n').map(|line| line.split('\t').collect()).collect();
    for (row, line) in lines.iter().enumerate() {
        for (place, cell) in line.iter().enumerate() {
            let column = lines[0][place];
            let others = lines[1..].iter().map(|line| line[place]);
            let values = if row == 0 {
                vec![("malformed", String::new()), ("other", format!("{column}x"))]
            } else {
                cell_values(column, cell, others)
            };
            let class = match row {
                0 => format!("{} header", kind(path)),
                _ => format!("{} {column}", kind(path)),
            };
            for (how, value) in values {
                let mut changed = lines.clone();
                changed[row][place] = &value;
                found.push(Mutation {
                    path: path.to_owned(),
                    class: class.clone(),
                    how: format!("{how}, line {}", row + 1),
                    id: Some(line[0].to_owned()),
                    bytes: Some(print(&changed)),
                });
            }
        }
    }
}

fn print(lines: &[Vec<&str>]) -> Vec<u8> {
    let lines: Vec<String> = lines.iter().map(|line| line.join("\t")).collect();
    (lines.join("\n") + "\n").into_bytes()
}

/// Values that could stand in this column instead, then some that could not.
fn cell_values<'a>(
    column: &str,
    cell: &str,
    mut others: impl Iterator<Item = &'a str>,
) -> Vec<(&'static str, String)> {
    let mut values = match column {
        "weight" | "capacity" | "load" | "rank" | "round" | "slot" => {
            let n: u64 = cell.parse().unwrap();
            vec![("+1", (n + 1).to_string()), ("malformed", format!("0{n}"))]
        }
        "handicap" => {
            let h: i128 = cell.parse().unwrap();
            vec![
                ("+1", (h + 1).to_string()),
                ("-1", (h - 1).to_string()),
                ("malformed", format!("+{h}")),
                ("2^120", (1i128 << 120).to_string()),
            ]
        }
        "salt" if cell == "-" => vec![("digest", "0".repeat(64)), ("malformed", "--".to_owned())],
        "key" | "digest" | "salt" => {
            vec![("last digit", flip(cell, cell.len() - 1)), ("malformed", cell[1..].to_owned())]
        }
        "tags" if cell == "-" => vec![("tag", "zz:zz".to_owned()), ("malformed", "- -".to_owned())],
        "tags" => {
            let rest = cell.split_once(' ').map_or("-", |(_, rest)| rest);
            vec![
                ("one less", rest.to_owned()),
                ("one more", format!("{cell} \u{10ffff}")),
                ("malformed", format!("{cell}  ")),
            ]
        }
        "outcome" => {
            let other = if cell == "drawn" { "reserve" } else { "drawn" };
            vec![("other", other.to_owned()), ("malformed", "Drawn".to_owned())]
        }
        "lists" => {
            let other = match cell.split_once(',') {
                Some((first, _)) => first.to_owned(),
                None => format!("{cell},zz"),
            };
            vec![("other", other), ("malformed", format!("{cell},"))]
        }
        "date" => vec![("other", "2026-11-03".to_owned()), ("malformed", "2026-11-31".to_owned())],
        // Names.
        _ => vec![("new", format!("{cell}x")), ("malformed", format!("{cell}，"))],
    };
    if matches!(column, "sid" | "iid" | "iid2" | "stratum" | "reason" | "tags" | "key") {
        let other = others.find(|other| *other != cell);
        values.extend(other.map(|other| ("another row's", other.to_owned())));
    }
    values
}

/// Another hex or decimal digit at that place.
fn flip(text: &str, at: usize) -> String {
    let digit = match &text[at..=at] {
        "0" => "1",
        "9" => "8",
        "f" => "e",
        "a" => "b",
        _ => "0",
    };
    format!("{}{digit}{}", &text[..at], &text[at + 1..])
}

// ------------------------------------------------------------------------------------------ JSON

/// One step into a JSON value.
#[derive(Clone)]
enum Step {
    Key(String),
    Index(usize),
}

fn leaves(path: &str, bytes: &[u8], found: &mut Vec<Mutation>) {
    let end: &[u8] = if bytes.ends_with(b"\n") { b"\n" } else { b"" };
    let value: Value = serde_json::from_slice(bytes).unwrap();
    let mut put = |steps: &[Step], what: &str, how: &str, change: &dyn Fn(&mut Value)| {
        let mut changed = value.clone();
        change(&mut changed);
        let mut bytes = format(&changed);
        bytes.extend(end);
        found.push(Mutation {
            path: path.to_owned(),
            class: format!("{} {}{what}", kind(path), name(steps)),
            how: how.to_owned(),
            id: None,
            bytes: Some(bytes),
        });
    };
    walk(&value, &mut Vec::new(), &mut put);
}

/// `lists[].strata[].N`.
fn name(steps: &[Step]) -> String {
    let mut name = String::new();
    for step in steps {
        match step {
            Step::Index(_) => name.push_str("[]"),
            Step::Key(key) if name.is_empty() => name.push_str(key),
            Step::Key(key) => name.extend([".", key]),
        }
    }
    name
}

fn at<'a>(value: &'a mut Value, steps: &[Step]) -> &'a mut Value {
    steps.iter().fold(value, |value, step| match step {
        Step::Key(key) => &mut value[key],
        Step::Index(index) => &mut value[*index],
    })
}

type Put<'a> = &'a mut dyn FnMut(&[Step], &str, &str, &dyn Fn(&mut Value));

fn walk(value: &Value, steps: &mut Vec<Step>, put: Put<'_>) {
    let here = steps.clone();
    match value {
        Value::Object(members) => {
            put(&here, " key added", "zz", &|v| at(v, &here)["zz"] = json!("1"));
            for (key, member) in members {
                steps.push(Step::Key(key.clone()));
                put(steps, " key renamed", "x", &|v| {
                    let members = at(v, &here).as_object_mut().unwrap();
                    let member = members.remove(key).unwrap();
                    members.insert(format!("{key}x"), member);
                });
                put(steps, " key removed", "-", &|v| {
                    at(v, &here).as_object_mut().unwrap().remove(key);
                });
                walk(member, steps, put);
                steps.pop();
            }
        }
        Value::Array(items) => {
            put(&here, " item added", "more", &|v| {
                let items = at(v, &here).as_array_mut().unwrap();
                let last = items.last().cloned().unwrap_or_else(|| json!("x"));
                items.push(last);
            });
            for (index, item) in items.iter().enumerate() {
                put(&here, " item removed", &format!("{index}"), &|v| {
                    at(v, &here).as_array_mut().unwrap().remove(index);
                });
                steps.push(Step::Index(index));
                walk(item, steps, put);
                steps.pop();
            }
            if items.len() > 1 && items[0] != items[1] {
                put(&here, " items swapped", "first two", &|v| {
                    at(v, &here).as_array_mut().unwrap().swap(0, 1);
                });
            }
        }
        leaf => {
            let key = steps.iter().rev().find_map(|step| match step {
                Step::Key(key) => Some(key.as_str()),
                Step::Index(_) => None,
            });
            for (how, other) in leaf_values(key.unwrap(), leaf) {
                put(&here, "", how, &|v| *at(v, &here) = other.clone());
            }
        }
    }
}

fn leaf_values(key: &str, leaf: &Value) -> Vec<(&'static str, Value)> {
    match leaf {
        Value::Bool(flag) => vec![("other", json!(!flag)), ("malformed", json!("true"))],
        Value::Number(n) => {
            let n = n.as_u64().unwrap();
            let mut values = vec![
                ("+1", json!(n + 1)),
                ("malformed", json!(n.to_string())),
                ("2^53", json!(1u64 << 53)),
                ("float", serde_json::from_str(&format!("{n}.5")).unwrap()),
            ];
            values.extend((n > 0).then(|| ("-1", json!(n.wrapping_sub(1)))));
            values
        }
        Value::String(text) => {
            let mut values: Vec<(&str, Value)> =
                text_values(key, text).into_iter().map(|(how, text)| (how, json!(text))).collect();
            values.push(("malformed", json!("")));
            values.push(("type", json!(7)));
            values
        }
        _ => unreachable!("walk goes into arrays and objects"),
    }
}

const CHOICES: [[&str; 2]; 9] = [
    ["sha256", "sm3"],
    ["open", "sealed"],
    ["public", "internal"],
    ["public", "auditor"],
    ["fixed", "proportional"],
    ["inspector", "expert"],
    ["drand", "dice"],
    ["3d", "pl5"],
    ["ssq", "dlt"],
];

fn text_values(key: &str, text: &str) -> Vec<(&'static str, String)> {
    let hex = text.len() >= 64 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    if hex {
        return vec![
            ("last digit", flip(text, text.len() - 1)),
            ("malformed", text.to_uppercase()),
        ];
    }
    if let Some(day) = text.strip_prefix("20").filter(|_| ["from", "to", "by"].contains(&key)) {
        let last = text.len() - 1;
        return vec![("other", flip(text, last)), ("malformed", format!("20{}-32", &day[..5]))];
    }
    let mut values = Vec::new();
    if key == "strings" {
        // Another result in the same form: of an ascending pool this can be no result.
        let at = text.rfind(|c: char| c.is_ascii_digit() || ('a'..='f').contains(&c)).unwrap();
        values.push(("result", flip(text, at)));
    }
    for [one, other] in CHOICES {
        if text == one {
            values.push(("choice", other.to_owned()));
        } else if text == other {
            values.push(("choice", one.to_owned()));
        }
    }
    match key {
        "trust" if text == "public" => values.push(("choice", "witnessed".to_owned())),
        "trust" => values.push(("choice", "public".to_owned())),
        "method" => {
            values.push(("choice", if text == "pareto" { "fixed" } else { "pareto" }.into()))
        }
        "subject" => values.push(("choice", if text == "next" { "none" } else { "next" }.into())),
        "inspector" => {
            values.push(("choice", if text == "next" { "beacon" } else { "next" }.into()));
        }
        "prev" => values.push(("digest", "0".repeat(64))),
        _ => {}
    }
    values.push(("new", format!("{text}x")));
    values
}
