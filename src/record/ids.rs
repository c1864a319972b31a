//! Identifiers, names and tags: the forms of `docs/protocol.md` §1, and the limits of a draw.

use std::fmt;

use compact_str::{CompactString, format_compact};

use crate::base::digest::Suite;
use crate::base::finding::Finding;
use crate::base::table::bad_field;
use crate::base::text::is_field;

/// Most slots in one visit.
pub const SLOTS_PER_VISIT_MAX: usize = 16;
/// Largest weight of a stratum or subject.
pub const WEIGHT_MAX: u64 = 1 << 20;
/// Largest capacity or load of an inspector.
pub const CAPACITY_MAX: u64 = 1 << 16;
/// The slots of all visits of a draw stay below this.
pub const SLOTS_IN_DRAW_LIMIT: u64 = 1 << 24;
/// Largest sum of weights in a list.
pub const WEIGHT_SUM_MAX: u64 = 1 << 52;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $column:literal) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub struct $name(CompactString);

        impl $name {
            /// Checks the form: 1–55 of `[0-9A-Za-z_:-]`, not `-` alone.
            ///
            /// # Errors
            /// F03 naming the column.
            pub fn parse(text: &str) -> Result<Self, Finding> {
                if is_id(text) { Ok($name(text.into())) } else { Err(bad_field($column, text)) }
            }

            /// The identifier as it stands in tables and hashes.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

id!(
    /// A subject's identifier: the 统一社会信用代码; else `REG:` and the registration number; else `X:` and a digest.
    Sid,
    "sid"
);
id!(
    /// An inspector's identifier: the certificate number (执法证号), shown at the door; else `X:` and a digest.
    Iid,
    "iid"
);

/// The name of a stratum, where every row has one: names as short as they are stand in the row itself.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Name(CompactString);

impl Name {
    /// Checks the form: [`is_name`].
    ///
    /// # Errors
    /// F03 naming the column.
    pub fn parse(column: &str, text: &str) -> Result<Self, Finding> {
        if is_name(text) { Ok(Name(text.into())) } else { Err(bad_field(column, text)) }
    }

    /// As [`Name::parse`], of a text that was checked before.
    pub(super) fn checked(text: &str) -> Self {
        Name(text.into())
    }

    /// The name as it stands in tables.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl PartialEq<str> for Name {
    fn eq(&self, other: &str) -> bool {
        self.as_str() == other
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Sid {
    /// As [`Sid::parse`], of a text that was checked before.
    pub(super) fn checked(text: &str) -> Self {
        Sid(text.into())
    }

    /// The identifier of a subject without code and registration number: `X:` and the first 52 hex digits
    /// of the digest of its official code.
    pub fn of_own_code(suite: Suite, code: &str) -> Self {
        Sid(digest_id(suite, code))
    }
}

impl Iid {
    /// The certificate number where it has the form of an identifier, else its digest form.
    pub fn of_certificate(suite: Suite, number: &str) -> Self {
        Iid(if is_id(number) { number.into() } else { digest_id(suite, number) })
    }
}

fn digest_id(suite: Suite, code: &str) -> CompactString {
    format_compact!("X:{}", &suite.digest(code.as_bytes()).hex()[..52])
}

pub(super) fn is_id(text: &str) -> bool {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b':' | b'-');
    (1..=55).contains(&text.len()) && text != "-" && text.bytes().all(allowed)
}

/// Whether `text` may name a draw, list, group, stratum, slot or reason: 1–64 of `[0-9A-Za-z_.-]`.
pub fn is_name(text: &str) -> bool {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-');
    (1..=64).contains(&text.len()) && text.bytes().all(allowed)
}

/// Whether `text` is a tag: `key` or `key:value`, no white space, control character, `,` `|` `{` `}`, not `-`.
pub fn is_tag(text: &str) -> bool {
    let barred = |b: u8| matches!(b, b',' | b'|' | b'{' | b'}');
    is_field(text) && text != "-" && !text.bytes().any(barred)
}

/// Whether `text` may be the key of a placeholder: `[0-9a-z_]+`.
pub fn is_placeholder_key(text: &str) -> bool {
    !text.is_empty()
        && text.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_lowercase() || b == b'_')
}

/// The part of a tag before its first colon.
pub fn tag_key(tag: &str) -> &str {
    tag.split_once(':').map_or(tag, |(key, _)| key)
}

/// Whether `text` is a tags column: tags sorted, none twice, separated by single spaces; `-` if none.
pub(super) fn are_tags(text: &str) -> bool {
    if text == "-" {
        return true;
    }
    // An empty text before the first tag would be compared by looking where it does not point, which costs more than
    // all the rest.
    let mut before: Option<&str> = None;
    text.split(' ').all(|tag| is_tag(tag) && before.replace(tag).is_none_or(|before| before < tag))
}

/// Parses a tags column.
///
/// # Errors
/// F03 for the column `tags`.
pub fn parse_tags(text: &str) -> Result<Vec<String>, Finding> {
    if !are_tags(text) {
        return Err(bad_field("tags", text));
    }
    Ok(text.split(' ').filter(|tag| *tag != "-").map(str::to_owned).collect())
}

/// Prints a tags column.
pub fn format_tags(tags: &[String]) -> String {
    if tags.is_empty() { "-".to_owned() } else { tags.join(" ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms() {
        assert!(is_id("91330100704665967J") && is_id("REG:330100000012345") && is_id("a"));
        assert!(
            !is_id("-") && !is_id("") && !is_id("a b") && !is_id("区") && !is_id(&"a".repeat(56))
        );
        assert!(
            is_name("T-03") && is_name("2026Q4.1") && !is_name("a:b") && !is_name(&"a".repeat(65))
        );
        assert!(
            is_tag("area:东")
                && is_tag("餐饮")
                && !is_tag("-")
                && !is_tag("a|b")
                && !is_tag("{area}")
        );
        assert_eq!(parse_tags("a b").unwrap(), ["a", "b"]);
        for bad in ["", "b a", "a a", "a  b", " a", "- a", "a,b"] {
            assert!(parse_tags(bad).is_err(), "{bad:?}");
        }
        assert_eq!(parse_tags("-").unwrap(), [""; 0]);
    }
}
