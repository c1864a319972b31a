//! What a file is, by its bytes, and what a container would cost to open: every part of a ZIP is unpacked once into
//! nothing, since what it declares about its size may be a lie.

use std::io::{Cursor, Read};

use zip::ZipArchive;

use super::biff::damaged;
use super::census::Census;
use super::compound::Compound;
use super::workbook;
use crate::base::finding::Finding;
use crate::say;

/// Most bytes of all parts of a workbook, unpacked.
const UNPACKED_BYTES_MAX: u64 = 1 << 30;
/// Most times that a large workbook may grow when it is unpacked; those of real registers grow by 5 to 30.
const GROWTH_MAX: u64 = 200;
/// Below so many unpacked bytes nothing is large.
const SMALL_BYTES: u64 = 16 << 20;
/// Most parts of a workbook.
const PARTS_MAX: usize = 10_000;

/// Most bytes of the largest part, times the sheets: several may lie in one part, and each is read.
const SHEETS_BYTES_MAX: u64 = 8 << 30;
const BUFFER_BYTES: usize = 64 << 10;

const ZIP: &[u8] = b"PK\x03\x04";
const PARQUET: &[u8] = b"PAR1";
const ENCRYPTED_PARQUET: &[u8] = b"PARE";
const CFB: &[u8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";

/// How a file is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Xlsx,
    Xls,
    Parquet,
    Text,
}

/// Whether lines mean nothing in a file that begins so.
pub(super) fn is_container(head: &[u8]) -> bool {
    [ZIP, CFB, PARQUET, ENCRYPTED_PARQUET].iter().any(|mark| head.starts_with(mark))
}

/// The kind of a file.
///
/// # Errors
/// R42 if it is something else, R43–R45 if it is a container that must not or cannot be opened.
pub(super) fn kind(bytes: &[u8]) -> Result<Kind, Finding> {
    if bytes.starts_with(ZIP) {
        return zip_kind(bytes);
    }
    if bytes.starts_with(CFB) {
        // A protected .xlsx is an encrypted stream in the container of .xls.
        let file = Compound::open(bytes).map_err(damaged)?;
        return if file.has("EncryptedPackage") {
            Err(workbook::password())
        } else {
            Ok(Kind::Xls)
        };
    }
    if bytes.starts_with(PARQUET) {
        return Ok(Kind::Parquet);
    }
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).trim_ascii_start();
    let markup = [&b"<!doc"[..], b"<html", b"<table", b"<?xml", b"<meta", b"<head"];
    let begins =
        |mark: &&[u8]| text.get(..mark.len()).is_some_and(|b| b.eq_ignore_ascii_case(mark));
    if markup.iter().any(begins) {
        let cause = say!("这是网页或 XML，不是工作簿", "this is a web page or XML, not a workbook");
        return Err(Finding::new("R42", cause));
    }
    if bytes.starts_with(ENCRYPTED_PARQUET) {
        return Err(workbook::password());
    }
    let others = [
        (&b"%PDF"[..], "PDF"),
        (b"Rar!", "RAR"),
        (b"7z\xbc\xaf", "7z"),
        (b"\x1f\x8b", "gzip"),
        (b"\xfd7zXZ", "xz"),
        (b"(\xb5/\xfd", "Zstandard"),
        (b"PK\x05\x06", "ZIP"),
    ];
    for (mark, name) in others {
        if bytes.starts_with(mark) {
            return Err(Finding::new("R42", say!("这是 {name} 文件", "this is a {name} file")));
        }
    }
    Ok(Kind::Text)
}

fn zip_kind(bytes: &[u8]) -> Result<Kind, Finding> {
    let corrupt = |e: &dyn std::fmt::Display| workbook::corrupt(&e.to_string());
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|e| corrupt(&e))?;
    if archive.len() > PARTS_MAX {
        let n = archive.len();
        return Err(Finding::new(
            "R45",
            say!("压缩包内有 {n} 个部分", "the archive has {n} parts"),
        ));
    }
    if !archive.file_names().flatten().any(|name| name.eq_ignore_ascii_case("xl/workbook.xml")) {
        let cause = say!("压缩包里不是 .xlsx 工作簿", "the archive holds no .xlsx workbook");
        return Err(Finding::new("R42", cause));
    }
    let most =
        UNPACKED_BYTES_MAX.min((bytes.len() as u64).saturating_mul(GROWTH_MAX).max(SMALL_BYTES));
    let (mut left, mut largest) = (most, 0);
    let mut census = Census::default();
    let mut buffer = vec![0; BUFFER_BYTES];
    for at in 0..archive.len() {
        let mut part = archive.by_index(at).map_err(|e| corrupt(&e))?;
        let name = part.name().map_err(|e| corrupt(&e))?.to_string();
        census.part(&name);
        let mut size = 0;
        loop {
            let n = part.read(&mut buffer).map_err(|e| corrupt(&e))?;
            if n == 0 {
                break;
            }
            size += n as u64;
            left = left.checked_sub(n as u64).ok_or_else(|| {
                let mib = most >> 20;
                let cause = say!("解压后超过 {mib} MiB", "it unpacks to more than {mib} MiB");
                Finding::new("R45", cause)
            })?;
            census.take(&buffer[..n])?;
        }
        largest = largest.max(size);
    }
    if census.sheets().saturating_mul(largest) > SHEETS_BYTES_MAX {
        let n = census.sheets();
        let cause = say!("{n} 张工作表过大", "its {n} sheets are too large");
        return Err(Finding::new("R45", cause));
    }
    Ok(Kind::Xlsx)
}

/// Whether a workbook has macros, and whether it refers to other files.
pub(super) fn extras(bytes: &[u8]) -> (bool, bool) {
    let Ok(archive) = ZipArchive::new(Cursor::new(bytes)) else { return (false, false) };
    let has = |part: &str| archive.file_names().flatten().any(|name| name.starts_with(part));
    (has("xl/vbaProject"), has("xl/externalLinks/") || has("xl/connections"))
}
