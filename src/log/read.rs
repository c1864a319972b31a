//! Getters that the entries share. Objects name the path of what they refuse.

use crate::base::date::parse_date;
use crate::base::digest::Digest;
use crate::base::finding::{Finding, Text};
use crate::base::json::Object;
use crate::base::text::is_field;
use crate::say;

/// Most characters of an agency's name.
const NAME_CHARS_MAX: usize = 128;

pub(super) fn digest(object: &Object<'_>, key: &str) -> Result<Digest, Finding> {
    Digest::from_hex(object.text(key)?).ok_or_else(|| {
        bad(object, key, say!("须为 64 位小写十六进制", "must be 64 lowercase hex digits"))
    })
}

pub(super) fn day(object: &Object<'_>, key: &str) -> Result<String, Finding> {
    let text = object.text(key)?;
    match parse_date(text) {
        Some(_) => Ok(text.to_owned()),
        None => Err(bad(object, key, say!("须为日期 YYYY-MM-DD", "must be a date YYYY-MM-DD"))),
    }
}

/// Names as those of draws and reasons.
pub(super) fn name(object: &Object<'_>, key: &str) -> Result<String, Finding> {
    let text = object.text(key)?;
    let allowed = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-');
    if text.len() > 64 || !text.bytes().all(allowed) {
        let cause = say!("须为 1–64 个 0-9A-Za-z_.- 字符", "must be 1–64 of 0-9A-Za-z_.-");
        return Err(bad(object, key, cause));
    }
    Ok(text.to_owned())
}

pub(super) fn agency(object: &Object<'_>) -> Result<String, Finding> {
    let text = object.text("agency")?;
    if text.chars().count() > NAME_CHARS_MAX || controls(text) {
        let cause = say!("超过 128 字或含有控制字符", "more than 128 characters, or a control one");
        return Err(bad(object, "agency", cause));
    }
    Ok(text.to_owned())
}

pub(super) fn controls(text: &str) -> bool {
    text.chars().any(char::is_control)
}

pub(super) fn field(object: &Object<'_>, key: &str) -> Result<String, Finding> {
    let text = object.text(key)?;
    let cause =
        || say!("不得含空白或控制字符", "white space and control characters are not allowed");
    if is_field(text) { Ok(text.to_owned()) } else { Err(bad(object, key, cause())) }
}

pub(super) fn fields(object: &Object<'_>, key: &str) -> Result<Vec<String>, Finding> {
    let texts = object.texts(key)?;
    if texts.is_empty() || !texts.iter().all(|text| is_field(text)) {
        let cause = say!("不得为空、含空白或控制字符", "white space is not allowed, nor is none");
        return Err(bad(object, key, cause));
    }
    Ok(texts.into_iter().map(str::to_owned).collect())
}

pub(super) fn bad(object: &Object<'_>, key: &str, cause: Text) -> Finding {
    Finding::new("L12", cause).column(object.path(key))
}
