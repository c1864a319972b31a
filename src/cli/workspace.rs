//! `ssj init`, `ssj import` and `ssj generate`.

use std::fs;
use std::path::Path;

use serde_json::json;

use super::args::{GenerateArgs, ImportArgs, RegisterArg};
use super::clock::Clock;
use super::console::{Console, finding_json};
use super::registry::moment;
use super::{BAD_INPUT, DONE, Failure};
use crate::base::digest::Suite;
use crate::base::finding::{Finding, Severity};
use crate::fiction::{self, Bare, District, Spec};
use crate::io::durable::{Written, failed, write_file};
use crate::io::{report, sheet};
use crate::registry::{Mapping, Register, Registry, Removal, Sheet, Table};
use crate::say;
use crate::store::{Imported, Meta, Mode, SourceFile, Store, me};

/// The plan that a new workspace begins with.
const PLAN_TEMPLATE: &str = include_str!("../../data/plan-template.toml");

pub(super) fn init(dir: &Path, database: Option<&str>, console: &Console) -> Result<u8, Failure> {
    fs::create_dir_all(dir).map_err(|e| failed(dir, &e))?;
    let known = database.is_none() && Store::find(dir)?.is_some();
    Store::create(dir, database)?;
    let plan = dir.join("plan.toml");
    if !plan.exists() {
        write_file(&plan, PLAN_TEMPLATE.as_bytes())?;
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

impl RegisterArg {
    pub(super) fn register(self) -> Register {
        match self {
            RegisterArg::Matters => Register::Matters,
            RegisterArg::Subjects => Register::Subjects,
            RegisterArg::Inspectors => Register::Inspectors,
            RegisterArg::Recusals => Register::Recusals,
            RegisterArg::Incompatibles => Register::Incompatibles,
        }
    }
}

pub(super) fn import(
    workspace: &Path,
    args: &ImportArgs,
    clock: &Clock,
    console: &Console,
) -> Result<u8, Failure> {
    let store = open_store(workspace)?;
    let register = args.register.register();
    let place = args.file.display().to_string();
    let bytes = sheet::load(&args.file)?;
    let bar = console.progress(&say!("读取 {place}", "reading {place}"), 2);
    let mapping = mapping(register, args)?;
    if args.propose {
        return propose(&mapping, &place, &bytes, console);
    }
    let (sheets, table, mut findings) = read_table(&mapping, &place, &bytes)?;
    if table.rows.is_empty() && findings.iter().all(|f| f.severity() != Severity::Error) {
        let cause = say!("没有数据行", "there are no rows");
        findings.push(Finding::new("W17", cause).file(&place));
    }
    bar.inc(1);
    if let Some(out) = &args.report {
        write_report(out, &sheets, &findings, console)?;
    }
    drop(sheets);
    let errors = findings.iter().filter(|f| f.severity() == Severity::Error).count();
    let mode = if args.merge { Mode::Merge } else { Mode::Replace };
    let applied = args.apply && errors == 0;
    let mut import = store.begin_import(register, mode, applied)?;
    let rows = table.rows.len();
    for row in table.rows {
        import.row(row)?;
    }
    let digest = Suite::Sha256.digest(&bytes).hex();
    let meta = Meta {
        by: args.by.clone().unwrap_or_else(me),
        reason: removal(args)?,
        at_s: clock.now_s(),
        files: vec![SourceFile { file: place, digest, rows: rows as u64 }],
    };
    let imported = import.finish(&meta)?;
    bar.finish_and_clear();
    console.findings(&findings);
    summary(register, rows, &imported, &findings, applied, args.apply, console);
    Ok(if errors > 0 { BAD_INPUT } else { DONE })
}

fn write_report(
    out: &Path,
    sheets: &[Sheet],
    findings: &[Finding],
    console: &Console,
) -> Result<(), Failure> {
    write_file(out, &report::report(sheets, findings, console.lang)?)?;
    let place = out.display();
    console.say(&say!("核查结果已写入 {place}", "findings written to {place}"));
    Ok(())
}

/// The mapping that the user gives, or none.
fn mapping(register: Register, args: &ImportArgs) -> Result<Mapping, Failure> {
    let Some(path) = &args.mapping else { return Ok(Mapping::none(register)) };
    let text = fs::read_to_string(path).map_err(|e| failed(path, &e))?;
    Ok(Mapping::parse(&path.display().to_string(), &text)?)
}

/// Prints a mapping for the file's header, to be confirmed or edited.
fn propose(mapping: &Mapping, file: &str, bytes: &[u8], console: &Console) -> Result<u8, Failure> {
    let (sheets, _) = sheet::read(file, bytes, &|text| mapping.names(text))?;
    for sheet in &sheets {
        let proposed = Mapping::propose(mapping.register(), &sheet.header).to_toml();
        console.line(proposed.trim_end());
        console.report(&json!({"command": "import", "ok": true, "mapping": proposed}));
    }
    Ok(DONE)
}

/// Parses the bytes of a register's file: its sheets as they are, the table of all of them, and the findings.
fn read_table(
    mapping: &Mapping,
    file: &str,
    bytes: &[u8],
) -> Result<(Vec<Sheet>, Table, Vec<Finding>), Failure> {
    let register = mapping.register();
    let (sheets, mut findings) = sheet::read(file, bytes, &|text| mapping.names(text))?;
    let mut tables = Vec::new();
    for sheet in &sheets {
        let (table, found) = Table::read_mapped(register, sheet, mapping);
        findings.extend(sheet::locate(sheet, found));
        tables.push(table);
    }
    if tables.len() > 1 {
        // Each sheet is free of repetition; together they may not be.
        let (_, found) = Registry::build(&tables);
        let repeated = found.into_iter().filter(|finding| finding.code() == "R12");
        findings.extend(repeated.map(|finding| between_sheets(finding, file)));
    }
    let rows = tables.into_iter().flat_map(|table| table.rows).collect();
    Ok((sheets, Table { register, rows }, findings))
}

/// A repetition across sheets has two places: the identifier tells more than the line of one of them.
fn between_sheets(mut finding: Finding, file: &str) -> Finding {
    finding.place.file = Some(file.to_owned());
    finding.place.row = None;
    let (zh, en) = (&finding.cause.zh, &finding.cause.en);
    finding.cause = say!("{zh}（在另一工作表）", "{en} (of another sheet)");
    finding
}

/// Why rows go, if the user says so.
fn removal(args: &ImportArgs) -> Result<Option<Removal>, Finding> {
    let Some(text) = &args.removed else { return Ok(None) };
    let parsed = Removal::parse(text).map(Some);
    parsed.ok_or_else(|| {
        let zh: Vec<&str> = Removal::ALL.iter().map(|reason| reason.zh()).collect();
        let en: Vec<&str> = Removal::ALL.iter().map(|reason| reason.name()).collect();
        let (zh, en) = (zh.join("、"), en.join(", "));
        let cause = say!("“{text}” 须为 {zh} 之一", "\"{text}\" must be one of {en}");
        Finding::new("W07", cause).column("--removed")
    })
}

fn summary(
    register: Register,
    rows: usize,
    imported: &Imported,
    findings: &[Finding],
    applied: bool,
    apply: bool,
    console: &Console,
) {
    let (zh, en) = (register.zh(), register.name());
    let (new, same, gone) = (imported.new + imported.changed, imported.same, imported.gone);
    console.say(&say!(
        "{zh}：{rows} 行，其中新增或改动 {new}，不变 {same}，不再出现 {gone}",
        "{en}: {rows} rows, {new} new or changed, {same} the same, {gone} gone",
    ));
    let errors = findings.iter().filter(|f| f.severity() == Severity::Error).count();
    match (imported.version, imported.current) {
        (Some(version), _) => {
            console.say(&say!("已导入，版本 {version}", "imported as version {version}"))
        }
        (None, Some(version)) if applied => {
            console.say(&say!(
                "与版本 {version} 的内容相同，未作改动",
                "the same rows as version {version}, nothing changed"
            ));
        }
        _ if errors > 0 => {
            console.say(&say!("有 {errors} 处错误，未导入", "{errors} errors, nothing imported"))
        }
        _ if !apply => {
            console
                .say(&say!("试运行，未导入；加 --apply 生效", "a dry run: add --apply to import"));
        }
        _ => {}
    }
    let findings: Vec<_> = findings.iter().map(|f| finding_json(f, console.lang)).collect();
    let version = imported.current.filter(|_| applied);
    console.report(&json!({
        "command": "import", "ok": errors == 0, "register": en, "rows": rows, "new": new, "gone": gone,
        "version": version, "applied": applied, "findings": findings,
    }));
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
