//! Entries as people and machines read them.

use serde_json::{Value, json};

use crate::base::date::china_time;
use crate::base::finding::Lang;
use crate::log::entry::{Body, Entry};

/// `12  2026-10-09 08:00:00  承诺  Q4 第 1 次 …`.
pub(super) fn entry_line(index: u64, entry: &Entry, lang: Lang) -> String {
    let zh = lang == Lang::Zh;
    let word = |zh_word: &'static str, en: &'static str| if zh { zh_word } else { en };
    let (kind, what) = match &entry.body {
        Body::Register(registers) => {
            let all =
                registers.registers.iter().map(|one| format!("{} {}", one.register, one.rows));
            let all = all.collect::<Vec<_>>().join(", ");
            (word("名录", "register"), format!("{} {}: {all}", registers.agency, registers.day))
        }
        Body::Commit(commit) => {
            let (from, to) = &commit.window;
            let (draw, attempt, agency) = (&commit.draw, commit.attempt, &commit.agency);
            let matters = commit.matters.join(" ");
            let what = match zh {
                true => format!("{agency} {draw} 第 {attempt} 次，{from} 至 {to}，{matters}"),
                false => format!("{agency} {draw}, attempt {attempt}, {from} to {to}, {matters}"),
            };
            let rehearsal =
                if commit.rehearsal { word("（演练）", " (rehearsal)") } else { "" };
            (word("承诺", "commit"), format!("{what}{rehearsal} {}", commit.commitment))
        }
        Body::Beacon { strings, .. } => (word("信标", "beacon"), strings.join(" ")),
        Body::Result { manifest, .. } => (word("结果", "result"), manifest.hex()),
        Body::Event(event) => (word("事件", "event"), format!("{} {}", event.n, event.digest)),
        Body::Void { event, reason } => {
            (word("作废", "void"), format!("{} {reason} {}", event.n, event.commitment))
        }
        Body::Open { opening, .. } => (word("公开", "open"), opening.hex()),
    };
    format!("{index}  {}  {kind}  {what}", china_time(entry.at))
}

/// The entry's own JSON, and its place.
pub(super) fn entry_json(index: u64, entry: &Entry) -> Value {
    let bytes = entry.format().expect("bug: an entry that was parsed has a form");
    let value: Value = serde_json::from_slice(&bytes).expect("bug: entries are JSON");
    json!({"index": index, "entry": value})
}
