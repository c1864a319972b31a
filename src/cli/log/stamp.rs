//! `ssj log stamp-request` and `ssj log stamp`: a time-stamp token (RFC 3161) of a commitment. The program has no
//! network: the office sends the request to an authority of its choice and brings the response.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::json;

use super::super::bundle::{lock, readable};
use super::super::console::Console;
use super::super::{DONE, Failure};
use super::refused;
use super::trust::read_authorities;
use crate::base::date::china_time;
use crate::base::finding::Finding;
use crate::io::durable::{Written, failed, write_file};
use crate::log::stamp::{self, Stamp};
use crate::record::bundle::{COMMITMENT, Files};
use crate::record::logged::STAMP;
use crate::say;

pub(super) fn request(bundle: &Path, out: Option<&Path>, console: &Console) -> Result<u8, Failure> {
    let files = readable(bundle)?.files;
    let request = stamp::request(commitment(&files)?);
    let name = bundle.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let out = out.map_or_else(|| PathBuf::from(format!("{name}.tsq")), Path::to_owned);
    let written = write_file(&out, &request)?;
    let (place, name) = (out.display(), name.as_str());
    console
        .say(&say!("时间戳申请已写入 {place}，例如：", "the request is in {place}; for example:"));
    console.line(&format!(
        "curl -H 'Content-Type: application/timestamp-query' --data-binary @{place} https://… -o {name}.tsr"
    ));
    console.report(&json!({
        "command": "log", "what": "stamp-request", "ok": true, "written": written == Written::New,
        "request": place.to_string(),
    }));
    Ok(DONE)
}

pub(super) fn stamp(
    bundle: &Path,
    response: &Path,
    tsa: &Path,
    console: &Console,
) -> Result<u8, Failure> {
    let _lock = lock(bundle)?;
    let files = readable(bundle)?.files;
    let authorities = read_authorities(tsa)?;
    let bytes = fs::read(response).map_err(|e| failed(response, &e))?;
    // What does not hold is not published.
    let checked = stamp::check(&bytes, commitment(&files)?, &authorities);
    let Stamp { time_s, authority } =
        checked.map_err(|f| refused(f.file(response.display().to_string())))?;
    let written = write_file(&bundle.join(STAMP), &bytes)?;
    let at = china_time(time_s);
    console.say(&say!(
        "时间戳已放入公示包：{at}（北京时间），{authority}",
        "the time stamp is in the bundle: {at} (China time), {authority}"
    ));
    console.report(&json!({
        "command": "log", "what": "stamp", "ok": true, "written": written == Written::New,
        "at_s": time_s, "authority": authority,
    }));
    Ok(DONE)
}

fn commitment(files: &Files) -> Result<&Vec<u8>, Failure> {
    files.get(COMMITMENT).ok_or_else(|| {
        let cause = say!("没有封存承诺", "there is no commitment");
        Failure::bundle(Finding::new("F06", cause).file(COMMITMENT))
    })
}
