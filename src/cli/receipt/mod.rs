//! `ssj receipt`: one subject's receipt, with its QR code and a sheet to print, or the receipts of many.

mod args;
pub(super) mod check;
pub(super) mod code;
mod many;
mod sheet;

use std::path::PathBuf;

use serde_json::json;

use super::bundle::{in_order, office_with};
use super::console::Console;
use super::{DONE, Failure};
use crate::base::finding::{Finding, Text};
use crate::conduct;
use crate::events::since::{Change, since};
use crate::io::durable::{Written, write_file};
use crate::io::folder::BundleFolder;
use crate::publish::qr;
use crate::record::ids::Sid;
use crate::record::receipt::{Code, Receipt};
use crate::record::tables::Outcome;
use crate::say;
use crate::verify::verify_receipt;

pub(super) use args::ReceiptArgs;

pub(super) fn receipt(args: &ReceiptArgs, console: &Console) -> Result<u8, Failure> {
    let page = args.page.as_deref().map(code::page).transpose()?;
    let mut bundle = office_with(&args.bundle, &args.frames, &args.secret)?.bundle;
    in_order(&mut bundle, |bundle| match (&args.sid, &args.out) {
        (Some(sid), _) => one(args, sid, bundle, page, console),
        (None, Some(folder)) => many::receipts(args, bundle, folder, console),
        (None, None) => unreachable!("bug: the parser demands a folder"),
    })
}

fn one(
    args: &ReceiptArgs,
    sid: &str,
    bundle: &BundleFolder,
    page: Option<&str>,
    console: &Console,
) -> Result<u8, Failure> {
    let sid = Sid::parse(sid).map_err(|_| {
        Finding::new("W07", say!("“{sid}” 不是检查对象编号", "\"{sid}\" is no subject's id"))
    })?;
    let receipt = conduct::receipt(&bundle.files, bundle, &sid).map_err(Failure::bundle)?;
    let bytes = receipt.format();
    let report = verify_receipt(&bytes);
    let code = Code::of(&receipt)?;
    let text = code::text(&code, page);
    let (commitment, _) = receipt.commitment()?;
    let changes = since(&commitment, &bundle.files, &sid).map_err(Failure::bundle)?;
    let changes: Vec<Text> = changes.iter().map(Change::words).collect();
    let mut files = vec![(args.out.clone().unwrap_or_else(|| file_name(&sid)), bytes)];
    if let Some(path) = &args.qr {
        files.push((path.clone(), qr::svg(&text)?.into_bytes()));
    }
    if let Some(path) = &args.sheet {
        let html = sheet::sheet(&receipt, &changes, &text, args.name.as_deref())?;
        files.push((path.clone(), html.into_bytes()));
    }
    let written: Vec<Written> =
        files.iter().map(|(path, bytes)| write_file(path, bytes)).collect::<Result<_, _>>()?;
    check::print_receipt(&report, console);
    check::print_since(&changes, console);
    for ((path, _), written) in files.iter().zip(written) {
        let place = path.display();
        match written {
            Written::New => console.say(&say!("已写入 {place}", "written to {place}")),
            Written::Unchanged => {
                console.say(&say!("{place} 已存在且相同", "{place} is there already, the same"));
            }
        }
    }
    console.line(&text);
    let place = |path: &Option<PathBuf>| path.as_ref().map(|path| path.display().to_string());
    console.report(&json!({
        "command": "receipt", "ok": true, "file": files[0].0.display().to_string(), "sid": sid.as_str(),
        "drawn": drawn(&receipt), "code": text, "qr": place(&args.qr), "sheet": place(&args.sheet),
    }));
    Ok(DONE)
}

/// The names of the lists in which the subject is drawn.
fn drawn(receipt: &Receipt) -> Vec<&str> {
    let drawn = receipt.lists.iter().filter(|entry| entry.outcome == Some(Outcome::Drawn));
    drawn.map(|entry| entry.list.as_str()).collect()
}

/// `<sid>.receipt.json`, with a plus, which no sid has, for the colon that no name of a file has on Windows.
fn file_name(sid: &Sid) -> PathBuf {
    PathBuf::from(format!("{}.receipt.json", sid.as_str().replace(':', "+")))
}
