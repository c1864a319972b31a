//! `ssj init`, `ssj export` and `ssj generate`.

use std::fs;
use std::path::Path;

use serde_json::json;

use super::args::{GenerateArgs, RegisterArg};
use super::console::Console;
use super::registry::moment;
use super::{DONE, Failure};
use crate::base::finding::Finding;
use crate::fiction::{self, Bare, District, Spec};
use crate::io::durable::{Written, failed, write_file};
use crate::io::{report, sheet};
use crate::say;
use crate::store::Store;

/// The plan and the rules that a new workspace begins with, and what editors complete plans by.
const BEGINNING: [(&str, &str); 3] = [
    ("plan.toml", include_str!("../../data/plan-template.toml")),
    ("plan-schema.json", include_str!("../../docs/plan-schema.json")),
    ("rules.toml", include_str!("../../data/rules-template.toml")),
];

pub(super) fn init(dir: &Path, database: Option<&str>, console: &Console) -> Result<u8, Failure> {
    fs::create_dir_all(dir).map_err(|e| failed(dir, &e))?;
    let known = database.is_none() && Store::find(dir)?.is_some();
    Store::create(dir, database)?;
    for (name, text) in BEGINNING {
        let file = dir.join(name);
        if !file.exists() {
            write_file(&file, text.as_bytes())?;
        }
    }
    let place = dir.display();
    if known {
        console.say(&say!(
            "{place} 已是工作区，未作改动",
            "{place} is a workspace already, nothing changed"
        ));
    } else {
        console.say(&say!(
            "工作区 {place} 已建立：先导入名录，再编写 plan.toml",
            "workspace {place} is ready: import registers, then edit plan.toml"
        ));
    }
    console.report(
        &json!({"command": "init", "ok": true, "workspace": place.to_string(), "written": !known}),
    );
    Ok(DONE)
}

/// The store of an existing workspace.
pub(super) fn open_store(workspace: &Path) -> Result<Store, Failure> {
    Ok(Store::open(workspace)?)
}

pub(super) fn export(
    workspace: &Path,
    register: RegisterArg,
    file: &Path,
    at: Option<&str>,
    console: &Console,
) -> Result<u8, Failure> {
    let (store, register) = (open_store(workspace)?, register.register());
    let table = match at {
        Some(at) => store.table_at(register, moment(&store, register, at)?)?,
        None => store.table(register)?,
    };
    let (zh, en) = (table.register.zh(), table.register.name());
    if table.rows.is_empty() {
        return Err(Finding::new("W04", say!("{zh}是空的", "{en} is empty")).into());
    }
    let ending = file.extension().map(|ending| ending.to_string_lossy().to_lowercase());
    let bytes = match ending.as_deref() {
        Some("xlsx") => report::workbook(&table)?,
        Some("csv") => report::csv(&table),
        _ => {
            let cause = say!("文件名须以 .xlsx 或 .csv 结尾", "the name must end in .xlsx or .csv");
            return Err(Finding::new("W07", cause).file(file.display().to_string()).into());
        }
    };
    write_file(file, &bytes)?;
    let (place, rows) = (file.display(), table.rows.len());
    console.say(&say!("{zh}：{rows} 行已写入 {place}", "{en}: {rows} rows written to {place}"));
    console.report(&json!({
        "command": "export", "ok": true, "register": en, "rows": rows, "out": place.to_string(),
    }));
    Ok(DONE)
}

pub(super) fn generate(args: &GenerateArgs, console: &Console) -> Result<u8, Failure> {
    let shipped = Spec::default();
    let spec = Spec {
        seed: args.seed.unwrap_or(shipped.seed),
        subjects: args.subjects,
        inspectors: args.inspectors,
    };
    let district = match &args.dress {
        None => fiction::generate(&spec),
        Some(file) => fiction::dress(&spec, bare_subjects(file)?),
    };
    let written = write_district(&args.out, &district)?;
    let place = args.out.display();
    match written {
        Written::New => console.say(&say!("已写入 {place}", "written to {place}")),
        Written::Unchanged => {
            console.say(&say!("{place} 已存在且相同", "{place} is there already, the same"))
        }
    }
    console.report(&json!({"command": "generate", "ok": true, "out": place.to_string()}));
    Ok(DONE)
}

/// The registers and the plan of a district as files.
pub(super) fn write_district(out: &Path, district: &District) -> Result<Written, Failure> {
    let mut written = Written::Unchanged;
    for (name, text) in [
        ("matters.csv", &district.matters),
        ("subjects.csv", &district.subjects),
        ("inspectors.csv", &district.inspectors),
        ("recusals.csv", &district.recusals),
        ("incompatibles.csv", &district.incompatibles),
        ("visits.csv", &district.visits),
        ("plan.toml", &district.plan),
    ] {
        if write_file(&out.join(name), text.as_bytes())? == Written::New {
            written = Written::New;
        }
    }
    Ok(written)
}

/// The enterprises of a CSV with a column `uscc` and a column `name`; `reg_date` and everything else that
/// tells what they do are used where they are there.
fn bare_subjects(file: &Path) -> Result<Vec<Bare>, Failure> {
    let place = file.display().to_string();
    let known = |text: &str| ["uscc", "name", "reg_date"].contains(&text);
    let (sheets, _) = sheet::read(&place, &sheet::load(file)?, &known)?;
    let sheet = sheets.into_iter().next().unwrap_or_default();
    let column = |name: &str| sheet.header.iter().position(|header| header == name);
    let required = |name: &str| {
        column(name).ok_or_else(|| {
            Finding::new("W07", say!("缺少列 {name}", "the column {name} is missing")).file(&place)
        })
    };
    let (uscc, name) = (required("uscc")?, required("name")?);
    let established = column("reg_date");
    let hints: Vec<usize> =
        ["business_scope", "scope_tags_derived"].iter().filter_map(|name| column(name)).collect();
    let cell = |cells: &[String], at: usize| cells.get(at).cloned().unwrap_or_default();
    let bare = |(_, cells): &(u64, Vec<String>)| Bare {
        uscc: cell(cells, uscc),
        name: cell(cells, name),
        established: established.map(|at| cell(cells, at)).filter(|text| !text.is_empty()),
        industry_hint: hints.iter().map(|at| cell(cells, *at)).collect(),
    };
    Ok(sheet.rows.iter().map(bare).collect())
}
