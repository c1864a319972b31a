//! Getters that several files of a bundle share: names, digests, choices, roots.

use serde_json::{Value, json};

use super::ids::is_name;
use crate::base::digest::Digest;
use crate::base::finding::Finding;
use crate::base::json::Object;
use crate::base::merkle::Root;
use crate::say;

pub(super) fn name(object: &Object<'_>, key: &str) -> Result<String, Finding> {
    let text = object.text(key)?;
    if !is_name(text) {
        return Err(object
            .breach(key, say!("须为 1–64 个 0-9A-Za-z_.- 字符", "must be 1–64 of 0-9A-Za-z_.-")));
    }
    Ok(text.to_owned())
}

pub(super) fn digest(object: &Object<'_>, key: &str) -> Result<Digest, Finding> {
    let digest = Digest::from_hex(object.text(key)?);
    digest.ok_or_else(|| {
        object.breach(key, say!("须为 64 位小写十六进制", "must be 64 lowercase hex digits"))
    })
}

pub(super) fn choice<T: Copy>(
    object: &Object<'_>,
    key: &str,
    values: &[(&str, T)],
) -> Result<T, Finding> {
    let text = object.text(key)?;
    match values.iter().find(|(name, _)| *name == text) {
        Some((_, value)) => Ok(*value),
        None => {
            let allowed: Vec<&str> = values.iter().map(|(name, _)| *name).collect();
            let allowed = allowed.join(" | ");
            Err(object
                .breach(key, say!("须为 {allowed}，而非 {text}", "must be {allowed}, not {text}")))
        }
    }
}

pub(super) fn root(object: &Object<'_>) -> Result<Root, Finding> {
    Ok(Root { n: object.integer("n")?, root: digest(object, "root")? })
}

pub(super) fn root_json(root: &Root) -> Value {
    json!({"n": root.n, "root": root.root.hex()})
}
