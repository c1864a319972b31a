//! `ssj publish notice`: a notice as page, workbook and JSON.

use std::path::{Path, PathBuf};

use serde_json::json;

use super::args::{KindArg, NoticeArgs};
use super::outcome::{Made, outcome};
use super::print::Printer;
use crate::base::date::parse_date;
use crate::base::finding::Finding;
use crate::base::json;
use crate::cli::bundle::bundle;
use crate::cli::clock::Clock;
use crate::cli::console::{Console, finding_json};
use crate::cli::verify::verified;
use crate::cli::{DONE, Failure};
use crate::io::durable::{Written, write_file};
use crate::io::workbook::workbook;
use crate::publish::{Draw, Kind, Particulars, file_name, notice as notice_of};
use crate::say;

pub(super) fn notice(
    workspace: &Path,
    args: &NoticeArgs,
    clock: &Clock,
    console: &Console,
) -> Result<u8, Failure> {
    let templates = args.templates.read()?;
    let printer = Printer::find(&args.print)?;
    let particulars = particulars(args)?;
    let trusted = args.trust.read()?;
    let mut bundle = bundle(&args.bundle, &args.frames.frames)?;
    let report = verified(&mut bundle, &trusted, console)?;
    let draw = Draw::read(&bundle.files, &report).map_err(Failure::bundle)?;
    let names = args.names.read(workspace, draw.commitment.suite, &draw.digest)?;
    let of_bundle = |kind: Kind| -> Result<Made, Failure> {
        if !args.outcome.results.is_empty() || args.outcome.earlier.is_some() {
            let cause =
                say!("只用于 --kind outcome（检查结果公示）", "it is for --kind outcome alone");
            return Err(Finding::new("W07", cause).column("--results").into());
        }
        let document = notice_of(kind, &draw, &names, &particulars)?;
        Ok(Made { document, name: file_name(kind, &draw), findings: Vec::new() })
    };
    let (kind, made) = match args.kind {
        KindArg::Plan => (Kind::Plan.name(), of_bundle(Kind::Plan)),
        KindArg::Result => (Kind::Result.name(), of_bundle(Kind::Result)),
        KindArg::Correction => (Kind::Correction.name(), of_bundle(Kind::Correction)),
        KindArg::Outcome => {
            let told = (clock, console);
            ("outcome", outcome(args, &bundle, &draw, &names, &particulars, told))
        }
    };
    let Made { document, name, findings } = made?;
    console.findings(&findings);
    let mut page = document.page();
    page["site_name"] = json!(particulars.site_name);
    page["date"] = json!(particulars.date);
    let html = templates.fill("notice.html", &page)?;
    let place = |ending: &str| args.out.join(format!("{name}.{ending}"));
    let files: [(PathBuf, Vec<u8>); 3] = [
        (place("html"), html.into_bytes()),
        (place("xlsx"), workbook(&document.sheets())?),
        (place("json"), json::format_line(&document.json())),
    ];
    let mut written = Vec::new();
    for (path, bytes) in &files {
        written.push(write_file(path, bytes)?);
    }
    let mut places: Vec<String> =
        files.iter().map(|(path, _)| path.display().to_string()).collect();
    if let Some(printer) = &printer {
        let pdf = place("pdf");
        written.push(printer.print(&files[0].0, &pdf, written[0])?);
        places.push(pdf.display().to_string());
    }
    for (place, written) in places.iter().zip(&written) {
        tell(place, *written, console);
    }
    document.alarms.iter().for_each(|alarm| console.line(alarm));
    console.report(&json!({
        "command": "publish", "what": "notice", "ok": true, "kind": kind, "files": places,
        "written": written.contains(&Written::New), "alarms": document.alarms,
        "findings": findings.iter().map(|f| finding_json(f, console.lang)).collect::<Vec<_>>(),
    }));
    Ok(DONE)
}

/// Says of a file whether it is new.
pub(super) fn tell(place: &str, written: Written, console: &Console) {
    match written {
        Written::New => console.say(&say!("已写入 {place}", "written to {place}")),
        Written::Unchanged => {
            console.say(&say!("{place} 已存在且相同", "{place} is there already, the same"));
        }
    }
}

fn particulars(args: &NoticeArgs) -> Result<Particulars, Finding> {
    if let Some(date) = args.date.as_ref().filter(|date| parse_date(date).is_none()) {
        let cause = say!("“{date}” 不是日期 YYYY-MM-DD", "\"{date}\" is no date YYYY-MM-DD");
        return Err(Finding::new("W07", cause).column("--date"));
    }
    Ok(Particulars {
        site_name: args.site_name.clone(),
        address: args.address.clone(),
        date: args.date.clone(),
    })
}
