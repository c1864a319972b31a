//! JSON as `dr1` allows it: RFC 8785, no duplicate keys, only strings (1–512 characters), integers,
//! booleans, arrays and objects. A reader that names the path of everything it refuses.

use serde_json::{Map, Value};
use unicode_normalization::is_nfc;

use super::finding::{Finding, Text};
use super::text::{FIELD_CHARS_MAX, INTEGER_LIMIT};
use crate::say;

/// Parses bytes that must be exactly the RFC 8785 form of an object.
///
/// # Errors
/// F01 for bytes that are no NFC text in UTF-8, F05 for everything else.
pub fn parse(bytes: &[u8]) -> Result<Value, Finding> {
    let text = super::table::canonical_text(bytes)?;
    let value: Value = serde_json::from_str(text)
        .map_err(|e| bad("", say!("不是 JSON（{e}）", "not JSON ({e})")))?;
    if !value.is_object() {
        return Err(bad("", say!("最外层须为对象", "the outermost value must be an object")));
    }
    check_values(&value, 1).map_err(Refused::finding)?;
    if format(&value) != bytes {
        let text = match duplicate_key(text) {
            Some(key) => say!("键 {key} 重复", "the key {key} stands twice"),
            None => say!("不是 RFC 8785 规范形式", "not in the canonical form of RFC 8785"),
        };
        return Err(bad("", text));
    }
    Ok(value)
}

/// Parses a file whose object is followed by exactly one LF.
///
/// # Errors
/// As [`parse`].
pub fn parse_line(bytes: &[u8]) -> Result<Value, Finding> {
    match bytes.strip_suffix(b"\n") {
        Some(object) => parse(object),
        None => Err(bad("", say!("末尾缺少 LF", "the final LF is missing"))),
    }
}

/// The RFC 8785 bytes of a value.
pub fn format(value: &Value) -> Vec<u8> {
    serde_json_canonicalizer::to_vec(value)
        .expect("bug: values without floats always have a canonical form")
}

/// The RFC 8785 bytes of a value and one LF.
pub fn format_line(value: &Value) -> Vec<u8> {
    let mut bytes = format(value);
    bytes.push(b'\n');
    bytes
}

fn bad(path: &str, cause: Text) -> Finding {
    let finding = Finding::new("F05", cause);
    if path.is_empty() { finding } else { finding.column(path) }
}

/// Objects and arrays inside each other, the outermost counted.
const LEVELS_MAX: usize = 64;

/// A value that is refused: why, and the way to it from the inside out. Paths are as long as the text is deep: to write
/// one for every value would take far longer than to read them.
struct Refused<'a> {
    cause: Text,
    way: Vec<Step<'a>>,
}

/// One step from a value into it.
enum Step<'a> {
    Key(&'a str),
    Item(usize),
}

impl<'a> Refused<'a> {
    fn within(mut self, step: Step<'a>) -> Self {
        self.way.push(step);
        self
    }

    fn finding(self) -> Finding {
        let path = self.way.iter().rev().fold(String::new(), |path, step| match step {
            Step::Key(key) => join(&path, key),
            Step::Item(i) => format!("{path}[{i}]"),
        });
        bad(&path, self.cause)
    }
}

/// Refuses what RFC 8785 allows and `dr1` does not: null, floats, large integers, long or empty strings, deep nesting;
/// `level` is that of the value if it holds others.
fn check_values(value: &Value, level: usize) -> Result<(), Refused<'_>> {
    let refuse = |cause: Text| Err(Refused { cause, way: Vec::new() });
    match value {
        Value::Array(_) | Value::Object(_) if level > LEVELS_MAX => {
            refuse(say!("嵌套超过 64 层", "nested deeper than 64 levels"))
        }
        Value::Bool(_) => Ok(()),
        Value::Null => refuse(say!("不许为 null", "null is not allowed")),
        Value::Number(n) if n.as_u64().is_some_and(|n| n < INTEGER_LIMIT) => Ok(()),
        Value::Number(_) => {
            refuse(say!("须为小于 2^53 的非负整数", "must be an integer from 0 to 2^53 − 1"))
        }
        Value::String(text) => check_string(text),
        Value::Array(items) => items.iter().enumerate().try_for_each(|(i, item)| {
            check_values(item, level + 1).map_err(|refused| refused.within(Step::Item(i)))
        }),
        Value::Object(members) => members.iter().try_for_each(|(key, item)| {
            let checked = check_string(key).and_then(|()| check_values(item, level + 1));
            checked.map_err(|refused| refused.within(Step::Key(key)))
        }),
    }
}

fn check_string(text: &str) -> Result<(), Refused<'_>> {
    if text.is_empty() || text.chars().count() > FIELD_CHARS_MAX || !is_nfc(text) {
        let cause =
            say!("文字须有 1–512 个字符且为 NFC", "a string must have 1–512 characters in NFC");
        return Err(Refused { cause, way: Vec::new() });
    }
    Ok(())
}

fn join(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}

/// The first key that stands twice in one object, if that is why a text is not canonical.
fn duplicate_key(text: &str) -> Option<String> {
    use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

    /// Reads any value and fails with the repeated key as its message.
    struct Unique;
    impl<'de> Deserialize<'de> for Unique {
        fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
            input.deserialize_any(Unique)
        }
    }
    impl<'de> Visitor<'de> for Unique {
        type Value = Unique;
        fn expecting(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
            f.write_str("JSON")
        }
        fn visit_bool<E>(self, _: bool) -> Result<Unique, E> {
            Ok(Unique)
        }
        fn visit_i64<E>(self, _: i64) -> Result<Unique, E> {
            Ok(Unique)
        }
        fn visit_u64<E>(self, _: u64) -> Result<Unique, E> {
            Ok(Unique)
        }
        fn visit_str<E>(self, _: &str) -> Result<Unique, E> {
            Ok(Unique)
        }
        fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Unique, A::Error> {
            while items.next_element::<Unique>()?.is_some() {}
            Ok(Unique)
        }
        fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Unique, A::Error> {
            let mut seen = std::collections::BTreeSet::new();
            while let Some(key) = members.next_key::<String>()? {
                members.next_value::<Unique>()?;
                if !seen.insert(key.clone()) {
                    return Err(serde::de::Error::custom(format!("{DUPLICATE}{key}{DUPLICATE}")));
                }
            }
            Ok(Unique)
        }
    }
    const DUPLICATE: char = '\u{1}';
    let error = serde_json::from_str::<Unique>(text).err()?.to_string();
    error.split(DUPLICATE).nth(1).map(str::to_owned)
}

/// An object being read: every getter names the path of what is missing or of the wrong kind.
#[derive(Clone)]
pub struct Object<'a> {
    members: &'a Map<String, Value>,
    path: String,
}

impl<'a> Object<'a> {
    /// The outermost object.
    ///
    /// # Errors
    /// F05 if the value is none.
    pub fn root(value: &'a Value) -> Result<Self, Finding> {
        Self::at(value, String::new())
    }

    fn at(value: &'a Value, path: String) -> Result<Self, Finding> {
        match value {
            Value::Object(members) => Ok(Object { members, path }),
            _ => Err(bad(&path, say!("须为对象", "must be an object"))),
        }
    }

    /// The path of a key of this object.
    pub fn path(&self, key: &str) -> String {
        join(&self.path, key)
    }

    /// A finding of rule C01 at a key of this object.
    pub fn breach(&self, key: &str, cause: Text) -> Finding {
        Finding::new("C01", cause).column(self.path(key))
    }

    fn get(&self, key: &str) -> Result<&'a Value, Finding> {
        self.members
            .get(key)
            .ok_or_else(|| bad(&self.path(key), say!("缺少这个键", "this key is missing")))
    }

    /// Whether the key is there.
    pub fn has(&self, key: &str) -> bool {
        self.members.contains_key(key)
    }

    /// The keys, as they stand.
    pub fn keys(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        self.members.keys().map(String::as_str)
    }

    /// The members with other keys than these.
    pub fn others(&self, known: &[&str]) -> Map<String, Value> {
        let others = self.members.iter().filter(|(key, _)| !known.contains(&key.as_str()));
        others.map(|(key, value)| (key.clone(), value.clone())).collect()
    }

    /// Refuses a known key where it does not belong.
    ///
    /// # Errors
    /// F05 naming the key.
    pub fn without(&self, keys: &[&str]) -> Result<(), Finding> {
        match keys.iter().find(|key| self.has(key)) {
            None => Ok(()),
            Some(key) => {
                Err(bad(&self.path(key), say!("这个键不属于这里", "this key does not belong here")))
            }
        }
    }

    /// Refuses every key but these.
    ///
    /// # Errors
    /// F05 naming the first other key.
    pub fn only(&self, keys: &[&str]) -> Result<(), Finding> {
        match self.keys().find(|key| !keys.contains(key)) {
            None => Ok(()),
            Some(key) => Err(bad(&self.path(key), say!("不认识的键", "unknown key"))),
        }
    }

    /// A string.
    ///
    /// # Errors
    /// F05 if it is missing or of another kind; so for the getters below.
    pub fn text(&self, key: &str) -> Result<&'a str, Finding> {
        let value = self.get(key)?;
        value.as_str().ok_or_else(|| bad(&self.path(key), say!("须为文字", "must be a string")))
    }

    /// An integer from 0 to 2^53 − 1.
    #[allow(missing_docs, clippy::missing_errors_doc)]
    pub fn integer(&self, key: &str) -> Result<u64, Finding> {
        let value = self.get(key)?;
        value.as_u64().ok_or_else(|| {
            bad(&self.path(key), say!("须为非负整数", "must be an integer, not negative"))
        })
    }

    /// A boolean.
    #[allow(clippy::missing_errors_doc)]
    pub fn flag(&self, key: &str) -> Result<bool, Finding> {
        let value = self.get(key)?;
        value.as_bool().ok_or_else(|| {
            bad(&self.path(key), say!("须为 true 或 false", "must be true or false"))
        })
    }

    /// An object.
    #[allow(clippy::missing_errors_doc)]
    pub fn object(&self, key: &str) -> Result<Object<'a>, Finding> {
        Object::at(self.get(key)?, self.path(key))
    }

    /// An array of anything, each value with its path.
    #[allow(clippy::missing_errors_doc)]
    pub fn array(&self, key: &str) -> Result<Vec<(&'a Value, String)>, Finding> {
        match self.get(key)? {
            Value::Array(items) => {
                let path = self.path(key);
                Ok(items
                    .iter()
                    .enumerate()
                    .map(|(i, item)| (item, format!("{path}[{i}]")))
                    .collect())
            }
            _ => Err(bad(&self.path(key), say!("须为数组", "must be an array"))),
        }
    }

    /// An array of objects.
    #[allow(clippy::missing_errors_doc)]
    pub fn objects(&self, key: &str) -> Result<Vec<Object<'a>>, Finding> {
        self.array(key)?.into_iter().map(|(item, path)| Object::at(item, path)).collect()
    }

    /// An array of strings.
    #[allow(clippy::missing_errors_doc)]
    pub fn texts(&self, key: &str) -> Result<Vec<&'a str>, Finding> {
        let text = |(item, path): (&'a Value, String)| {
            item.as_str().ok_or_else(|| bad(&path, say!("须为文字", "must be a string")))
        };
        self.array(key)?.into_iter().map(text).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::finding::Lang;

    #[test]
    fn canonical_objects_come_back() {
        let bytes = r#"{"a":[1,2,true,{"b":"字"}],"\ud83d\ude00":"x"}"#;
        let value: Value = serde_json::from_str(bytes).unwrap();
        assert_eq!(parse(&format(&value)).unwrap(), value);
    }

    #[test]
    fn everything_else_is_refused() {
        for (bytes, cause) in [
            (r#"{"b":1,"a":2}"#, "not in the canonical form of RFC 8785"),
            (r#"{"a":1, "b":2}"#, "not in the canonical form of RFC 8785"),
            (r#"{"a":1,"a":1}"#, "the key a stands twice"),
            (r#"{"a":null}"#, "null is not allowed"),
            (r#"{"a":1.5}"#, "must be an integer from 0 to 2^53 − 1"),
            (r#"{"a":9007199254740992}"#, "must be an integer from 0 to 2^53 − 1"),
            (r#"{"a":""}"#, "a string must have 1–512 characters in NFC"),
            ("[]", "the outermost value must be an object"),
            ("{\"a\":1}\n", "not in the canonical form of RFC 8785"),
        ] {
            assert_eq!(parse(bytes.as_bytes()).unwrap_err().cause.get(Lang::En), cause, "{bytes}");
        }
    }
    #[test]
    fn what_is_refused_is_named_by_its_path() {
        for (bytes, column) in [
            (r#"{"a":null}"#, "a"),
            (r#"{"a":[true,{"b":[[1],[2,"x",-3]]}]}"#, "a[1].b[1][2]"),
            (r#"{"a":{"b":{"c":""}}}"#, "a.b.c"),
            (r#"{"a":{"":1}}"#, "a."),
            (r#"{"a":[[],[{"e\u0301":1}]]}"#, "a[1][0].e\u{301}"),
        ] {
            let found = parse(bytes.as_bytes()).unwrap_err();
            assert_eq!((found.code(), found.place.column.as_deref()), ("F05", Some(column)));
        }
    }

    #[test]
    fn deep_values_are_read_without_their_paths() {
        // A path of 30,000 characters for each of two million values would take for ever to write.
        let key = "\u{1f4a7}".repeat(FIELD_CHARS_MAX);
        let (open, close) = (format!(r#"{{"{key}":"#).repeat(60), "}".repeat(60));
        let items = "1,".repeat(2_000_000);
        assert!(parse(format!("{open}[{items}1]{close}").as_bytes()).is_ok());
    }
}
