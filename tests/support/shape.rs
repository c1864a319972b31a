//! Changes of a bundle's shape: canonical form, rows and files.

use serde_json::Value;
use shuangsuiji::base::digest::Digest;
use shuangsuiji::base::json::format;
use shuangsuiji::record::bundle::{COMMITMENT, Files, MANIFEST, OPENING, SHORTAGE};

use super::mutate::{Mutation, kind, refuse_unchanged};

/// Every way in which one file can leave its canonical form: never a valid file, whatever the manifest says.
pub fn forms(files: &Files) -> Vec<Mutation> {
    let mut found = Vec::new();
    for (path, bytes) in files {
        let text = std::str::from_utf8(bytes).unwrap();
        let mut put = |how: &str, bytes: Vec<u8>| {
            found.push(Mutation {
                path: path.clone(),
                class: format!("{} form", kind(path)),
                how: how.to_owned(),
                id: None,
                bytes: Some(bytes),
            });
        };
        put("empty file", Vec::new());
        put("BOM", [b"\xef\xbb\xbf", bytes.as_slice()].concat());
        put("line ends in CR LF", text.replace('\n', "\r\n").into_bytes());
        put("CR", text.replacen('\t', "\r", 1).replacen(':', ":\r", 1).into_bytes());
        put("doubled final LF", format!("{text}\n").into_bytes());
        put("blank at the end", format!("{text} ").into_bytes());
        let ends = text.ends_with('\n');
        put(
            "final LF",
            if ends { text[..text.len() - 1].into() } else { format!("{text}\n").into() },
        );
        // Inside the last cell or string, where any text may stand.
        let inside =
            if path.ends_with(".json") { text.rfind('"').unwrap() } else { text.len() - 1 };
        let insert = |middle: &[u8]| [&bytes[..inside], middle, &bytes[inside..]].concat();
        put("not UTF-8", insert(b"\xff"));
        put("surrogate", insert(b"\xed\xa0\x80"));
        put("not NFC", insert("e\u{301}".as_bytes()));
        put("control character", insert(b"\x7f"));
        put("NUL", insert(b"\0"));
        put("70,000 bytes in a line", insert(&b"a".repeat(70_000)));
        put("600 characters", insert("字".repeat(600).as_bytes()));
        if path.ends_with(".json") {
            json_forms(text, &mut put);
        } else {
            put("TAB at the end of a line", text.replacen('\n', "\t\n", 1).into_bytes());
            put("blank at the end of a line", text.replacen('\n', " \n", 1).into_bytes());
            put("empty line", text.replacen('\n', "\n\n", 1).into_bytes());
            put("a column less", text.replacen('\t', "", 1).into_bytes());
            put("no header", text[text.find('\n').unwrap() + 1..].into());
            put("only LF", b"\n".to_vec());
        }
    }
    found.retain(|m| {
        // Not every file has a text to escape in; a commitment has no line to end otherwise, and U+007F may stand in a JSON text.
        let legal = m.how == "control character" && m.path.ends_with(".json");
        let same = m.how == "line ends in CR LF" && m.path == COMMITMENT;
        let absent =
            ["escaped slash", "lone surrogate"].contains(&m.how.as_str()) && m.path == SHORTAGE;
        !legal && !same && !absent
    });
    refuse_unchanged(&found, files);
    found
}

fn json_forms(text: &str, put: &mut dyn FnMut(&str, Vec<u8>)) {
    let end = if text.ends_with('\n') { "\n" } else { "" };
    let value: Value = serde_json::from_str(text).unwrap();
    let members = value.as_object().unwrap();
    let print = |members: Vec<(&String, &Value)>| {
        let texts: Vec<String> = members
            .iter()
            .map(|(key, value)| format!("\"{key}\":{}", String::from_utf8(format(value)).unwrap()))
            .collect();
        format!("{{{}}}{end}", texts.join(",")).into_bytes()
    };
    let twice: Vec<_> = members.iter().take(1).chain(members).collect();
    put("a key twice", print(twice));
    if members.len() > 1 {
        let mut keys: Vec<_> = members.iter().collect();
        keys.swap(0, 1);
        put("order of keys", print(keys));
    }
    put("blank after a colon", text.replacen("\":", "\": ", 1).into());
    put("blank at the start", format!(" {text}").into());
    put("line end inside", text.replacen('{', "{\n", 1).into());
    put(
        "comma at the end",
        text.trim_end()
            .trim_end_matches('}')
            .to_owned()
            .into_bytes()
            .into_iter()
            .chain(format!(",}}{end}").into_bytes())
            .collect(),
    );
    put("needless escape", text.replacen("\":", "\\u0031\":", 1).into());
    put("escaped slash", text.replacen("\":\"", "\":\"\\/", 1).into());
    put("lone surrogate", text.replacen("\":\"", "\":\"\\ud800", 1).into());
    put("an array outside", format!("[{}]{end}", text.trim_end()).into());
    put("a second object", format!("{}{}{end}", text.trim_end(), text.trim_end()).into());
    let deep = format!("{{\"A\":{}{},{}", "[".repeat(2000), "]".repeat(2000), &text[1..]);
    put("2,000 levels", deep.into());
    // A number, if there is one, in other forms.
    let digit = |c: char| c.is_ascii_digit();
    if let Some(at) =
        text.match_indices("\":").map(|(at, _)| at + 2).find(|at| text[*at..].starts_with(digit))
    {
        let len = text[at..].find(|c| !digit(c)).unwrap();
        let (before, number, after) = (&text[..at], &text[at..at + len], &text[at + len..]);
        for form in ["{}.0", "{}e0", "-{}", "0{}", "+{}", "{}.5"] {
            let number = form.replace("{}", number);
            put(form, format!("{before}{number}{after}").into());
        }
    }
}

/// Rows and files removed, added and swapped.
pub fn rows(files: &Files) -> Vec<Mutation> {
    let mut found = Vec::new();
    for (path, bytes) in files {
        found.push(Mutation {
            path: path.clone(),
            class: format!("{} file", kind(path)),
            how: "removed".to_owned(),
            id: None,
            bytes: None,
        });
        if !path.ends_with(".tsv") {
            continue;
        }
        let text = std::str::from_utf8(bytes).unwrap().trim_end_matches('\n');
        let lines: Vec<&str> = text.split('\n').collect();
        let mut put = |how: &str, line: usize, lines: Vec<&str>| {
            found.push(Mutation {
                path: path.clone(),
                class: format!("{} row", kind(path)),
                how: format!("{how}, line {}", line + 1),
                id: lines.get(line).map(|line| line.split('\t').next().unwrap().to_owned()),
                bytes: Some((lines.join("\n") + "\n").into_bytes()),
            });
        };
        for line in 1..lines.len() {
            let mut fewer = lines.clone();
            fewer.remove(line);
            put("removed", line, fewer);
            // Order and uniqueness are one rule of the parser: the first, a middle and the last row will do.
            if ![1, lines.len() / 2, lines.len() - 2, lines.len() - 1].contains(&line) {
                continue;
            }
            let mut more = lines.clone();
            more.insert(line, lines[line]);
            put("twice", line, more);
            if line + 1 < lines.len() {
                let mut swapped = lines.clone();
                swapped.swap(line, line + 1);
                put("swapped", line, swapped);
            }
        }
        let first = lines.get(1).map_or_else(|| "zz".to_owned(), |row| new_row(row));
        let fresh = match lines.get(1) {
            Some(_) => first,
            None => fresh_row(lines[0]),
        };
        let mut more = lines.clone();
        more.push(&fresh);
        more[1..].sort_unstable();
        put("added", lines.len(), more);
        if lines.len() > 2 {
            put("all removed", 0, lines[..1].to_vec());
        }
    }
    found
}

/// A row like this one for somebody else; where the first column is a number, for a later round.
fn new_row(row: &str) -> String {
    let (first, rest) = row.split_once('\t').unwrap();
    match first.parse::<u64>() {
        Ok(n) => format!("{}\t{rest}", n + 9),
        Err(_) => format!("{first}9\t{rest}"),
    }
}

/// A first row of a table of incompatible inspectors or recusals that has none.
fn fresh_row(header: &str) -> String {
    match header {
        "iid\tiid2\treason" => "A1\tA2\tkin".to_owned(),
        "sid\tiid\treason\tsalt" => "A1\tA2\tkin\t-".to_owned(),
        _ => header.replace(|c: char| c.is_ascii_alphabetic(), "1"),
    }
}

/// Files that do not belong there, each with content that has its form.
pub fn strangers(files: &Files) -> Vec<Mutation> {
    let sealed = files.contains_key(OPENING);
    let list = files.keys().find_map(|path| path.strip_prefix("frames/")).unwrap();
    let frame = files[&format!("frames/{list}")].clone();
    let draw = files[&format!("draw/{list}")].clone();
    let mut strangers: Vec<(&str, Vec<u8>)> = vec![
        ("extra.txt", b"x".to_vec()),
        ("Commitment.json", files[COMMITMENT].clone()),
        ("frames/T99.tsv", frame),
        ("draw/T99.tsv", draw),
        ("standby.tsv", b"iid\tcapacity\tload\ttags\n".to_vec()),
        ("rolls/T99.tsv", b"stratum\tkey\n".to_vec()),
        ("manifest.tsv.bak", files[MANIFEST].clone()),
        ("schedule.tsv", b"sid\tday\n".to_vec()),
        ("events/0002.json", b"{}\n".to_vec()),
    ];
    if !sealed {
        let master = format!("{{\"master\":\"{}\"}}\n", Digest::from_bytes([15; 32]));
        strangers.push((OPENING, master.into_bytes()));
    }
    let mut found: Vec<Mutation> = Vec::new();
    for (path, bytes) in strangers {
        found.push(Mutation {
            path: path.to_owned(),
            class: format!("{} file", kind(path)),
            how: "added".to_owned(),
            id: None,
            bytes: Some(bytes),
        });
    }
    found
}
