//! Canonical text of `dr1`: UTF-8, NFC, LF, no BOM; fields, integers and hashed lines.
//! One value has one byte string: a parser refuses what would not print back identically.

use std::borrow::Cow;
use std::ops::RangeInclusive;

use unicode_normalization::{UnicodeNormalization, is_nfc};

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

/// What fonts and terminals do not show: Default_Ignorable_Code_Point of the Unicode Character Database
/// (`DerivedCoreProperties.txt`, version 17.0; the ranges include those kept for later). Such characters make two names
/// out of one.
const IGNORABLE: [RangeInclusive<char>; 17] = [
    '\u{ad}'..='\u{ad}',
    '\u{34f}'..='\u{34f}',
    '\u{61c}'..='\u{61c}',
    '\u{115f}'..='\u{1160}',
    '\u{17b4}'..='\u{17b5}',
    '\u{180b}'..='\u{180f}',
    '\u{200b}'..='\u{200f}',
    '\u{202a}'..='\u{202e}',
    '\u{2060}'..='\u{206f}',
    '\u{3164}'..='\u{3164}',
    '\u{fe00}'..='\u{fe0f}',
    '\u{feff}'..='\u{feff}',
    '\u{ffa0}'..='\u{ffa0}',
    '\u{fff0}'..='\u{fff8}',
    '\u{1bca0}'..='\u{1bca3}',
    '\u{1d173}'..='\u{1d17a}',
    '\u{e0000}'..='\u{e0fff}',
];

/// Whether nobody sees this character.
pub fn is_ignorable(c: char) -> bool {
    !c.is_ascii() && IGNORABLE.iter().any(|range| range.contains(&c))
}

/// A name as people read it, by which names are compared (docs/log.md §3): without white space and what nobody sees, with
/// one form of every letter and sign (NFKC), in lower case. Another spelling is not another agency, matter or person.
pub fn plain(name: &str) -> String {
    let seen = |c: &char| !c.is_whitespace() && !is_ignorable(*c);
    // Compatibility forms may have blanks in them, and capitals forms of their own.
    let lower = name.chars().filter(seen).nfkc().flat_map(char::to_lowercase);
    lower.nfkc().filter(seen).collect()
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
    fn another_spelling_is_the_same_name() {
        let name = plain("示例区市场监督管理局A");
        for other in [
            "示例区市场监督管理局\u{200b}A",
            "示例区\u{2060}市场监督管理局A",
            "示例\u{fe00}区市场监督管理局A",
            "⽰例区市场监督管理局A",
            "示例区市场监督管理局A ",
            "示例区市场监督管理局\u{3000}A",
            "示例区市场监督管理局Ａ",
            "示例区市场监督管理局\u{e0101}ａ\u{200e}",
        ] {
            assert_eq!(plain(other), name, "{other:?}");
        }
        assert_ne!(plain("示例县市场监督管理局A"), name);
        assert_eq!(plain("e\u{34f}\u{301}"), plain("É"), "what is not seen parts no letters");
        assert_eq!(plain("\u{200b} \u{3164}"), "");
        // Once more changes nothing.
        for text in ["ǅ ﬁ Ⅸ ㍿ ﾊﾟ", "İstanbul", "ϓ\u{301}", "\u{ffa0}\u{b4}x"] {
            assert_eq!(plain(&plain(text)), plain(text), "{text:?}");
        }
    }

    #[test]
    fn ignorable_ranges_ascend_and_do_not_touch() {
        for pair in IGNORABLE.windows(2) {
            assert!(u32::from(*pair[0].end()) + 1 < u32::from(*pair[1].start()), "{pair:?}");
        }
        // As JavaScript engines count them, which have tables of their own.
        let n = (0..=0x10_ffff).filter_map(char::from_u32).filter(|c| is_ignorable(*c)).count();
        assert_eq!(n, 4174);
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
