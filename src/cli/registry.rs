//! `ssj registry`: the versions of the registers, what changed between two of them, what was in force when, and
//! what waits in quarantine.

use std::path::Path;

use serde_json::{Value, json};

use super::args::{RegisterArg, RegistryCommand};
use super::console::{Console, table};
use super::workspace::open_store;
use super::{DONE, Failure};
use crate::base::date::{china_time, parse_date, parse_instant};
use crate::base::digest::Suite;
use crate::base::finding::{Finding, Lang};
use crate::registry::{Cells, Column, Register, Registry, Removal, name_of};
use crate::say;
use crate::store::{Store, Version};

pub(super) fn registry(
    workspace: &Path,
    what: &RegistryCommand,
    console: &Console,
) -> Result<u8, Failure> {
    let store = open_store(workspace)?;
    match what {
        RegistryCommand::Log { register } => {
            log(&store, register.map(RegisterArg::register), console)
        }
        RegistryCommand::Diff { register, from, to } => {
            diff(&store, register.register(), from, to, console)
        }
        RegistryCommand::At { date, register } => at(&store, date, *register, console),
        RegistryCommand::Quarantine { register } => quarantine(&store, *register, console),
    }
}

/// The version that a user names by its number or by a day, at whose end it was in force.
pub(super) fn moment(store: &Store, register: Register, text: &str) -> Result<i64, Finding> {
    let found = match Moment::parse(text)? {
        Moment::Version(number) => {
            let known = store.versions(None)?;
            known.iter().any(|version| version.number == number).then_some(number)
        }
        Moment::EndOf(at_s) => store.version_at(register, at_s)?,
    };
    found.ok_or_else(|| no_version(register, text))
}

/// How a user names a version.
enum Moment {
    Version(i64),
    /// The last second of a day in China.
    EndOf(u64),
}

impl Moment {
    fn parse(text: &str) -> Result<Self, Finding> {
        if let Ok(number) = text.parse() {
            return Ok(Moment::Version(number));
        }
        let end = parse_date(text).and_then(|day| parse_instant(&format!("{day}T23:59:59+08:00")));
        end.map(Moment::EndOf).ok_or_else(|| {
            let cause = say!(
                "“{text}” 既不是日期（2026-11-22）也不是版本号",
                "\"{text}\" is neither a day (2026-11-22) nor a version"
            );
            Finding::new("W07", cause)
        })
    }
}

fn no_version(register: Register, text: &str) -> Finding {
    let zh = register.zh();
    let en = register.name();
    Finding::new("W21", say!("{zh}没有版本 {text}", "{en} have no version {text}")).file(en)
}

fn named(register: Register, lang: Lang) -> &'static str {
    match lang {
        Lang::Zh => register.zh(),
        Lang::En => register.name(),
    }
}

fn log(store: &Store, register: Option<Register>, console: &Console) -> Result<u8, Failure> {
    let versions = store.versions(register)?;
    for version in &versions {
        log_entry(version, console);
    }
    if versions.is_empty() {
        console.say(&say!("还没有任何版本", "there are no versions yet"));
    }
    let versions: Vec<Value> = versions.iter().map(version_json).collect();
    console
        .report(&json!({"command": "registry", "what": "log", "ok": true, "versions": versions}));
    Ok(DONE)
}

/// A version in three lines or more: what and when, what changed, of which files.
fn log_entry(version: &Version, console: &Console) {
    let Version { number, rows, added, changed, removed, held, quarantined, by, .. } = version;
    let (name, time) = (named(version.register, console.lang), china_time(version.at_s));
    let (set_zh, set_en) = match version.set_clock {
        true => ("（设定的时钟，只供演练）", " (a set clock, for rehearsals only)"),
        false => ("", ""),
    };
    console.say(&say!(
        "版本 {number}  {time}{set_zh}  {name}  {rows} 行",
        "version {number}  {time}{set_en}  {name}  {rows} rows"
    ));
    let (zh, en) = match version.reason {
        Some(reason) => (format!("（{}）", reason.zh()), format!(" ({})", reason.name())),
        None => (String::new(), String::new()),
    };
    console.say(&say!(
        "  新增 {added}，改动 {changed}，移出 {removed}{zh}，保留 {held}，隔离 {quarantined}",
        "  {added} new, {changed} changed, {removed} removed{en}, {held} held, {quarantined} quarantined"
    ));
    console.say(&say!("  导入人 {by}", "  by {by}"));
    for file in &version.files {
        let (name, digest) = (&file.file, file.digest.get(..16).unwrap_or_default());
        console.say(&say!("  {name}  SHA-256 {digest}…", "  {name}  SHA-256 {digest}…"));
    }
}

fn version_json(version: &Version) -> Value {
    let files: Vec<Value> = version
        .files
        .iter()
        .map(|file| json!({"file": file.file, "digest": file.digest, "rows": file.rows}))
        .collect();
    json!({
        "version": version.number, "register": version.register.name(), "at_s": version.at_s,
        "at": china_time(version.at_s), "by": version.by, "reason": version.reason.map(Removal::name),
        "rows": version.rows, "added": version.added, "changed": version.changed,
        "removed": version.removed, "held": version.held, "quarantined": version.quarantined,
        "set_clock": version.set_clock,
        "files": files,
    })
}

fn diff(
    store: &Store,
    register: Register,
    from: &str,
    to: &str,
    console: &Console,
) -> Result<u8, Failure> {
    let (from, to) = (moment(store, register, from)?, moment(store, register, to)?);
    let diff = store.diff(register, from, to)?;
    let name = named(register, console.lang);
    let (added, removed, changed) = (diff.added.len(), diff.removed.len(), diff.changed.len());
    console.say(&say!(
        "{name}，版本 {from} 到 {to}：新增 {added}，移出 {removed}，改动 {changed}",
        "{name}, versions {from} to {to}: {added} new, {removed} removed, {changed} changed"
    ));
    let id = |row: &Cells| name_of(register, row).unwrap_or_default().to_owned();
    diff.added.iter().for_each(|row| console.line(&format!("+ {}", id(row))));
    diff.removed.iter().for_each(|row| console.line(&format!("- {}", id(row))));
    let mut changes = Vec::new();
    for (before, after) in &diff.changed {
        console.line(&format!("~ {}", id(after)));
        let cells = register.columns().iter().zip(before.iter().zip(after.iter()));
        let cells: Vec<_> = cells.filter(|(_, (before, after))| before != after).collect();
        for (column, (before, after)) in &cells {
            console.line(&format!("    {}", cell_line(column, before, after, console.lang)));
        }
        let cells: Vec<Value> = cells
            .iter()
            .map(|(column, (before, after))| json!({"column": column.id, "before": before, "after": after}))
            .collect();
        changes.push(json!({"id": id(after), "cells": cells}));
    }
    console.report(&json!({
        "command": "registry", "what": "diff", "ok": true, "register": register.name(), "from": from, "to": to,
        "added": diff.added.iter().map(id).collect::<Vec<_>>(),
        "removed": diff.removed.iter().map(id).collect::<Vec<_>>(), "changed": changes,
    }));
    Ok(DONE)
}

fn cell_line(column: &Column, before: &str, after: &str, lang: Lang) -> String {
    let name = match lang {
        Lang::Zh => column.zh,
        Lang::En => column.id,
    };
    let shown = |text: &str| if text.is_empty() { "-".to_owned() } else { text.to_owned() };
    format!("{name}: {} → {}", shown(before), shown(after))
}

fn at(
    store: &Store,
    text: &str,
    only: Option<RegisterArg>,
    console: &Console,
) -> Result<u8, Failure> {
    let moment = Moment::parse(text)?;
    let in_force = |version: &&Version| match moment {
        Moment::Version(number) => version.number <= number,
        Moment::EndOf(at_s) => version.at_s <= at_s,
    };
    let only = only.map(RegisterArg::register);
    let mut registers = Vec::new();
    for register in Register::ALL.into_iter().filter(|one| only.is_none_or(|only| *one == only)) {
        let versions = store.versions(Some(register))?;
        let Some(version) = versions.iter().rfind(in_force) else { continue };
        let (name, time) = (named(register, console.lang), china_time(version.at_s));
        let Version { number, rows, .. } = version;
        console.say(&say!(
            "{name}：版本 {number}，{time}，{rows} 行",
            "{name}: version {number}, {time}, {rows} rows"
        ));
        // The digest that a commitment frozen from this version names.
        let (known, _) = Registry::build(&[store.table_at(register, *number)?]);
        let digest = |suite| known.digest(suite, register).hex();
        console.line(&format!("  sha256 {}", digest(Suite::Sha256)));
        registers.push(json!({
            "register": register.name(), "version": number, "at_s": version.at_s, "at": time, "rows": rows,
            "digest": {"sha256": digest(Suite::Sha256), "sm3": digest(Suite::Sm3)},
        }));
    }
    if registers.is_empty() {
        let cause = say!("{text} 时还没有任何版本", "there was no version yet at {text}");
        return Err(Finding::new("W21", cause).into());
    }
    console
        .report(&json!({"command": "registry", "what": "at", "ok": true, "registers": registers}));
    Ok(DONE)
}

fn quarantine(store: &Store, only: Option<RegisterArg>, console: &Console) -> Result<u8, Failure> {
    let only = only.map(RegisterArg::register);
    let mut report = Vec::new();
    for register in Register::ALL.into_iter().filter(|one| only.is_none_or(|only| *one == only)) {
        let rows = store.quarantined(register)?;
        if rows.is_empty() {
            continue;
        }
        let (name, count) = (named(register, console.lang), rows.len());
        console.say(&say!("{name}：{count} 行在隔离中", "{name}: {count} rows in quarantine"));
        let mut lines = Vec::new();
        for row in &rows {
            let place = match &row.sheet {
                Some(sheet) => format!("  {} {sheet}:{}", row.file, row.line),
                None => format!("  {}:{}", row.file, row.line),
            };
            let id = row.id.clone().unwrap_or_else(|| "-".to_owned());
            lines.push(vec![place, id, row.codes.join(" ")]);
            report.push(json!({
                "register": register.name(), "file": row.file, "sheet": row.sheet, "line": row.line,
                "id": row.id, "codes": row.codes, "cells": row.cells,
            }));
        }
        table(&lines).iter().for_each(|line| console.line(line));
    }
    if report.is_empty() {
        console.say(&say!("隔离区是空的", "nothing is in quarantine"));
    } else {
        console.say(&say!(
            "ssj explain 代码 说明原因；改正原表后重新导入",
            "ssj explain CODE tells why; correct the original and import it again"
        ));
    }
    console
        .report(&json!({"command": "registry", "what": "quarantine", "ok": true, "rows": report}));
    Ok(DONE)
}
