//! Canonical text of `dr1`: UTF-8, NFC, LF, no BOM; fields, integers and hashed lines.
//! One value has one byte string: a parser refuses what would not print back identically.

use std::borrow::Cow;

use unicode_normalization::is_nfc;

use super::digest::{Digest, Suite};

/// Most characters in a field of a line, a table or a JSON string.
pub const FIELD_CHARS_MAX: usize = 512;
/// Most bytes in a line of a table, without its LF.
pub const LINE_BYTES_MAX: usize = 64 * 1024;
/// Integers stay below 2^53 unless stated, so that every JSON implementation keeps them.
pub const INTEGER_LIMIT: u64 = 1 << 53;

/// Whether `text` may be a field of a hashed line or a table: 1–512 characters, NFC, no white space
/// (Unicode White_Space), no control character.
pub fn is_field(text: &str) -> bool {
    // Nearly all fields are plain: visible characters of ASCII.
    if text.bytes().all(|b| b.is_ascii_graphic()) {
        return (1..=FIELD_CHARS_MAX).contains(&text.len());
    }
    text.len() <= 4 * FIELD_CHARS_MAX
        && text.chars().count() <= FIELD_CHARS_MAX
        && !text.chars().any(|c| c.is_whitespace() || c.is_control())
        && is_nfc(text)
}

/// Somebody else's text for the eye: control characters, line ends among them, and the marks that turn the direction of
/// writing, which could make a line look like another, are shown by their numbers (docs/protocol.md §11, 8).
pub fn shown(text: &str) -> Cow<'_, str> {
    let misleads = |c: char| {
        c.is_control()
            || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}')
            || matches!(c, '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}' | '\u{feff}')
    };
    if !text.contains(misleads) {
        return Cow::Borrowed(text);
    }
    let mut clear = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if misleads(c) { clear.extend(c.escape_unicode()) } else { clear.push(c) }
    }
    Cow::Owned(clear)
}

/// A decimal integer without sign or leading zeros, below `limit`.
pub fn parse_integer(text: &str, limit: u64) -> Option<u64> {
    let canonical =
        text == "0" || (!text.starts_with('0') && text.bytes().all(|b| b.is_ascii_digit()));
    // `parse` refuses the empty text and overflow, `canonical` a sign and leading zeros.
    text.parse().ok().filter(|n| canonical && *n < limit)
}

/// `L(purpose, f1 … fk)`: `dr1/<suite>/<purpose>` LF, then each field and LF.
///
/// # Panics
/// If a field is not one of [`is_field`]: fields are checked where they enter.
pub fn line(suite: Suite, purpose: &str, fields: &[&str]) -> Vec<u8> {
    let mut line = format!("dr1/{}/{purpose}\n", suite.name());
    for field in fields {
        assert!(is_field(field), "bug: {field:?} is not a field");
        line.push_str(field);
        line.push('\n');
    }
    line.into_bytes()
}

/// `HL(purpose, f1 … fk)`: the digest of that line.
pub fn line_digest(suite: Suite, purpose: &str, fields: &[&str]) -> Digest {
    suite.digest(&line(suite, purpose, fields))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_else_s_words_look_like_ours() {
        let told = "抽查\nverified\r\u{1b}[2J \u{202e}证";
        assert_eq!(shown(told), "抽查\\u{a}verified\\u{d}\\u{1b}[2J \\u{202e}证");
        assert!(matches!(shown("核验不通过 🙂"), Cow::Borrowed(_)));
    }

    #[test]
    fn fields() {
        for good in ["-", "a", "区:东", "🙂", &"字".repeat(512)] {
            assert!(is_field(good), "{good:?}");
        }
        for bad in [
            "",
            "a b",
            "a\u{3000}b",
            "a\tb",
            "a\nb",
            "\u{7f}",
            "\u{85}",
            "e\u{301}",
            &"字".repeat(513),
        ] {
            assert!(!is_field(bad), "{bad:?}");
        }
    }

    #[test]
    fn integers() {
        assert_eq!(parse_integer("0", 10), Some(0));
        assert_eq!(parse_integer("9", 10), Some(9));
        assert_eq!(parse_integer("18446744073709551615", u64::MAX), None);
        for bad in ["", "00", "01", "+1", "-1", "1 ", "1.0", "10", "1e0", "１"] {
            assert_eq!(parse_integer(bad, 10), None, "{bad:?}");
        }
    }

    #[test]
    fn lines() {
        assert_eq!(line(Suite::Sm3, "group", &["ab", "-"]), b"dr1/sm3/group\nab\n-\n");
    }
}
