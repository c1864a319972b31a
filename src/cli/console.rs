//! What people and machines read: texts in one language, tables that fit 80 columns, progress, JSON.

use std::collections::BTreeMap;
use std::fmt;
use std::io::{ErrorKind, IsTerminal, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};
use serde_json::{Value, json};

use super::args::{Args, LangArg};
use crate::base::finding::{Finding, Findings, Lang, Severity, Text};
use crate::base::tally::Tally;
use crate::base::text::shown;
use crate::say;

/// At most so many findings of one code are printed, of errors and of others; all of them are counted, and `--json` has more.
const ERRORS_SHOWN: usize = 20;
const OTHERS_SHOWN: usize = 5;

/// Columns of a terminal.
const COLUMNS: usize = 80;

/// Where a command reports.
pub(super) struct Console {
    pub lang: Lang,
    pub json: bool,
    /// Says nothing: somebody else shows what happens.
    mute: bool,
    /// Something could not be written: a full disk is no success.
    lost: AtomicBool,
}

impl Console {
    pub fn new(args: &Args) -> Self {
        let lang = match args.lang {
            Some(LangArg::Zh) => Lang::Zh,
            Some(LangArg::En) => Lang::En,
            None => lang_of_locale(),
        };
        Console { lang, json: args.json, mute: false, lost: AtomicBool::new(false) }
    }

    /// One that says nothing, for a step inside another command.
    pub fn quiet(&self) -> Self {
        Console { lang: self.lang, json: false, mute: true, lost: AtomicBool::new(false) }
    }

    /// Prints a text as it is.
    pub fn print(&self, text: &str) {
        let mut stdout = std::io::stdout().lock();
        match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
            // A closed pipe is no fault of the draw.
            Err(error) if error.kind() != ErrorKind::BrokenPipe => {
                self.lost.store(true, Ordering::Relaxed);
            }
            _ => {}
        }
    }

    /// W08 if something that should have been printed is lost.
    pub fn lost(&self) -> Option<Finding> {
        let cause = say!("输出没有写完", "not all of the output could be written");
        self.lost.load(Ordering::Relaxed).then(|| Finding::new("W08", cause))
    }

    /// One line for people. Titles and names of a bundle are somebody else's words: they make no other line.
    pub fn line(&self, text: &str) {
        if !self.json && !self.mute {
            self.print(&format!("{}\n", shown(text)));
        }
    }

    /// Our own text of several lines.
    pub fn lines(&self, text: &str) {
        text.lines().for_each(|line| self.line(line));
    }

    /// One sentence for people.
    pub fn say(&self, text: &Text) {
        self.line(text.get(self.lang));
    }

    /// A sentence on lines of at most 80 columns; the lines after the first stand two columns further in.
    pub fn wrap(&self, text: &Text) {
        wrapped(text.get(self.lang), COLUMNS).iter().for_each(|line| self.line(line));
    }

    /// The report for machines: one JSON object on one line.
    pub fn report(&self, value: &Value) {
        if self.json {
            self.print(&format!("{value}\n"));
        }
    }

    /// Findings that did not stop the step.
    pub fn findings(&self, findings: &[Finding]) {
        self.grouped(&findings.iter().collect::<Vec<_>>(), &BTreeMap::new());
    }

    /// Findings that may have been too many to keep.
    pub fn tally(&self, tally: &Tally) {
        self.grouped(&tally.kept(), &tally.counts().collect());
    }

    fn grouped(&self, findings: &[&Finding], all: &BTreeMap<&str, u64>) {
        if !self.json && !self.mute {
            for lines in grouped(findings, all, self.lang) {
                for line in lines.lines() {
                    let _ = writeln!(std::io::stderr(), "{}", shown(line));
                }
            }
        }
    }

    /// The findings that ended the command.
    pub fn failure(&self, findings: &Findings) {
        self.findings(&findings.0);
        let errors: Vec<Value> =
            findings.0.iter().map(|finding| finding_json(finding, self.lang)).collect();
        self.report(&json!({"ok": false, "findings": errors}));
    }

    /// A bar on a terminal, nothing elsewhere.
    pub fn progress(&self, text: &Text, total: u64) -> ProgressBar {
        self.bar(text, Some(total), "{wide_msg} {bar:14} {pos}/{len} {rate} {eta}")
    }

    /// A bar without an end that is known: it counts.
    pub fn counter(&self, text: &Text) -> ProgressBar {
        self.bar(text, None, "{wide_msg} {spinner} {pos} {rate} {elapsed}")
    }

    fn bar(&self, text: &Text, total: Option<u64>, template: &str) -> ProgressBar {
        let shown = !self.json && !self.mute && std::io::stderr().is_terminal();
        let target =
            if shown { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(total, target);
        let style = ProgressStyle::with_template(template);
        let rate = |state: &ProgressState, out: &mut dyn fmt::Write| {
            // A bar that cannot be drawn is no fault of the work.
            let _ = write!(out, "{:.0}/s", state.per_sec());
        };
        bar.set_style(style.expect("bug: the template is well formed").with_key("rate", rate));
        bar.set_message(text.get(self.lang).to_owned());
        bar.enable_steady_tick(Duration::from_millis(200));
        bar
    }
}

/// Moves a bar to `done` of `total` at once: work in several parts never shows one part's number beside another's total.
pub(super) fn reach(bar: &ProgressBar, done: u64, total: u64) {
    bar.update(|state| {
        state.set_len(total);
        state.set_pos(done);
    });
}

/// Says in the user's language what the argument parser's own message, which follows, is about.
pub(super) fn usage_error() {
    let mut words =
        std::env::args().skip_while(|word| word != "--lang" && !word.starts_with("--lang="));
    let asked = match words.next().as_deref() {
        Some("--lang") => words.next(),
        Some(word) => word.strip_prefix("--lang=").map(str::to_owned),
        None => None,
    };
    let lang = match asked.as_deref() {
        Some("en") => Lang::En,
        Some("zh") => Lang::Zh,
        _ => lang_of_locale(),
    };
    let cause = say!("命令或参数有误，详见下文", "the command or an argument is wrong, see below");
    let _ = writeln!(std::io::stderr(), "{}", Finding::new("W07", cause).show(lang));
}

/// `LC_ALL`, `LC_MESSAGES`, `LANG` in their order; Chinese unless they say English.
fn lang_of_locale() -> Lang {
    let set = ["LC_ALL", "LC_MESSAGES", "LANG"]
        .iter()
        .find_map(|name| std::env::var(name).ok().filter(|v| !v.is_empty()));
    match set {
        Some(locale) if locale.starts_with("en") => Lang::En,
        _ => Lang::Zh,
    }
}

/// The findings as lines: errors first, so many of each code, the rest counted, then once what to do. Of some codes more
/// were found than kept.
pub(super) fn grouped(findings: &[&Finding], all: &BTreeMap<&str, u64>, lang: Lang) -> Vec<String> {
    let mut lines = Vec::new();
    let mut codes: Vec<(Severity, &str)> =
        findings.iter().map(|f| (f.severity(), f.code())).collect();
    codes.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(b.1)));
    codes.dedup();
    for (severity, code) in codes {
        let of_code: Vec<&&Finding> = findings.iter().filter(|f| f.code() == code).collect();
        let kept = of_code.len() as u64;
        let n = all.get(code).copied().unwrap_or(kept);
        let most = if severity == Severity::Error { ERRORS_SHOWN } else { OTHERS_SHOWN };
        lines.extend(of_code.iter().take(most).map(|finding| finding.line(lang)));
        let more = n.saturating_sub(most as u64);
        if more > 0 {
            lines.push(match lang {
                Lang::Zh if n > kept => {
                    format!("  …… {code} 另有 {more} 条（--json 列出前 {kept} 条）")
                }
                Lang::Zh => format!("  …… {code} 另有 {more} 条（--json 列出全部）"),
                Lang::En if n > kept => {
                    format!("  … {more} more of {code} (--json lists the first {kept})")
                }
                Lang::En => format!("  … {more} more of {code} (--json lists them all)"),
            });
        }
        lines.extend(of_code.first().map(|finding| finding.advice(lang)));
    }
    lines
}

/// A finding for machines.
pub(super) fn finding_json(finding: &Finding, lang: Lang) -> Value {
    let severity = match finding.severity() {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    };
    json!({
        "code": finding.code(),
        "severity": severity,
        "file": finding.place.file,
        "cell": finding.place.cell(),
        "row": finding.place.row,
        "position": finding.place.position(),
        "column": finding.place.column,
        "id": finding.place.id,
        "title": finding.title(lang),
        "cause": finding.cause.get(lang),
        "remedy": finding.remedy(lang),
    })
}

/// Columns of a terminal that a text takes: Chinese characters take two.
fn width(text: &str) -> usize {
    text.chars().map(|c| if matches!(c as u32, 0x1100..=0x115F | 0x2E80..=0xA4CF | 0xAC00..=0xD7A3 | 0xF900..=0xFAFF | 0xFE30..=0xFE6F | 0xFF00..=0xFF60 | 0xFFE0..=0xFFE6 | 0x20000..=0x3FFFD) { 2 } else { 1 }).sum()
}

/// Lines of at most so many columns, broken after a blank, or after Chinese punctuation, which has none.
fn wrapped(text: &str, columns: usize) -> Vec<String> {
    let margin: String = text.chars().take_while(|c| *c == ' ').collect();
    let margin = margin + "  ";
    let mut lines = vec![String::new()];
    let breaks = |c: char| matches!(c, ' ' | '，' | '；' | '：' | '。' | '、' | '）');
    for part in text.split_inclusive(breaks) {
        let line = lines.last_mut().expect("bug: begins with one");
        if width(line.trim()) == 0 || width(line) + width(part.trim_end()) <= columns {
            line.push_str(part);
        } else {
            lines.push(format!("{margin}{part}"));
        }
    }
    lines.iter().map(|line| line.trim_end().to_owned()).collect()
}

/// Rows as aligned columns; numbers, which are all but the first column's texts, stand right.
pub(super) fn table(rows: &[Vec<String>]) -> Vec<String> {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns)
        .map(|c| {
            rows.iter().filter_map(|row| row.get(c)).map(|cell| width(cell)).max().unwrap_or(0)
        })
        .collect();
    let line = |row: &Vec<String>| {
        let cells = row.iter().zip(&widths).enumerate().map(|(c, (cell, wide))| {
            let gap = " ".repeat(wide - width(cell));
            if c == 0 { format!("{cell}{gap}") } else { format!("{gap}{cell}") }
        });
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    rows.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_sentences_are_broken_where_a_reader_breathes() {
        let zh = "  不可任 3 名：lead 缺 lead dept:市监；member 缺 dept:市监 area:西，不得有 station:城南所；专家缺";
        assert_eq!(
            wrapped(zh, 40),
            [
                "  不可任 3 名：lead 缺 lead dept:市监；",
                "    member 缺 dept:市监 area:西，不得有",
                "    station:城南所；专家缺"
            ]
        );
        assert!(wrapped(zh, 40).iter().all(|line| width(line) <= 40));
        assert_eq!(wrapped("short", 80), ["short"]);
        assert_eq!(wrapped("averylongword b", 5), ["averylongword", "  b"]);
    }
}
