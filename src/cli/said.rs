//! Words that people type and that a bundle keeps for good: once written they cannot be exchanged, so they are made
//! readable before.

use unicode_normalization::UnicodeNormalization;

use crate::base::finding::Finding;
use crate::base::text::{FIELD_CHARS_MAX, is_ignorable};
use crate::say;

/// What people type, in the one form that bundles have.
pub(super) fn nfc(text: &str) -> String {
    text.nfc().collect()
}

/// The value of an option as a bundle can hold it: NFC, 1–512 characters, none that commands a
/// terminal, none that nobody sees.
///
/// # Errors
/// W07 with the option's name.
pub(super) fn said(option: &str, text: &str) -> Result<String, Finding> {
    let text = nfc(text.trim());
    let cause = if !(1..=FIELD_CHARS_MAX).contains(&text.chars().count()) {
        say!("须有 1–{FIELD_CHARS_MAX} 个字符", "must have 1–{FIELD_CHARS_MAX} characters")
    } else if text.contains(char::is_control) {
        say!("不许有控制字符", "must not have control characters")
    } else if let Some(c) = text.chars().find(|c| is_ignorable(*c)) {
        let c = c.escape_unicode();
        say!("不许有看不见的字符（{c}）", "must not have characters that nobody sees ({c})")
    } else {
        return Ok(text);
    };
    Err(Finding::new("W07", cause).column(option))
}

/// As [`said`], where the option may be absent.
///
/// # Errors
/// As [`said`].
pub(super) fn said_if(option: &str, text: Option<&str>) -> Result<Option<String>, Finding> {
    text.map(|text| said(option, text)).transpose()
}
