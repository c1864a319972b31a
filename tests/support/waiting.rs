//! What is recorded behind an event that waits for its values: in the vector `events` the third one, by which `E021` is
//! recused from `x_6`, where he held slot 1.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use shuangsuiji::base::digest::Suite;
use shuangsuiji::base::json::format_line;
use shuangsuiji::record::bundle::Files;

use super::vector;

/// Bundles by name, `good …` or `bad …`.
pub fn waiting() -> BTreeMap<String, Files> {
    let files = vector("events");
    let third = &files["events/0003.json"];
    let fourth = |changes: &[(&str, Value)]| {
        let mut event: Value = serde_json::from_slice(third).unwrap();
        event["n"] = json!(4);
        event["prev"] = json!(Suite::Sha256.digest(third).hex());
        for (key, value) in changes {
            event[*key] = value.clone();
        }
        event
    };
    let away = |iid: &str, visits: Value| -> Vec<(&str, Value)> {
        let (kind, reason) = (json!("leave"), json!("ill"));
        vec![("kind", kind), ("reason", reason), ("iid", json!(iid)), ("visits", visits)]
    };
    let mut bundles = BTreeMap::new();
    let mut put = |name: &str, changes: &[(&str, Value)]| {
        let mut files = files.clone();
        files.insert("events/0004.json".to_owned(), format_line(&fourth(changes)));
        bundles.insert(name.to_owned(), files);
    };
    put("bad recused twice while it waits", &[]);
    put("good recused from another", &[("visits", json!(["x_24"]))]);
    put("bad recused from nobody", &[("visits", json!(["x_7"]))]);
    // The slot is lost already, and who holds it next nobody knows yet.
    put("bad leaves a slot that is lost", &away("E021", json!(["x_6"])));
    put("bad leaves a slot that is not held yet", &away("E028", json!(["x_6"])));
    put("good leaves for the future", &away("E021", json!([])));
    put("good leaves another slot", &away("E021", json!(["x_24"])));
    bundles
}
