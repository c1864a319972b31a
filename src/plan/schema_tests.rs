//! The reader, the schema for editors and the guide know the same keys.

use std::collections::BTreeSet;

use serde_json::Value;

use super::annual::AnnualPlan;
use super::keys;

fn schema() -> Value {
    serde_json::from_str(include_str!("../../docs/plan-schema.json")).unwrap()
}

/// The keys of a table of the schema, which allows no others.
fn of_table(table: &Value) -> BTreeSet<String> {
    assert_eq!(table["additionalProperties"], false, "{table}");
    table["properties"].as_object().unwrap().keys().cloned().collect()
}

fn set(keys: &[&str]) -> BTreeSet<String> {
    keys.iter().map(|key| (*key).to_owned()).collect()
}

/// The tables of the language: their name in the schema, and their keys.
fn tables() -> Vec<(&'static str, BTreeSet<String>)> {
    let shared: Vec<&str> = keys::TASK.iter().copied().filter(|key| *key != "list").collect();
    vec![
        ("quarterFile", set(keys::QUARTER_FILE)),
        ("yearFile", set(keys::YEAR_FILE)),
        ("quarter", set(keys::QUARTER)),
        ("seal", set(keys::SEAL)),
        ("yearSeal", set(keys::YEAR_SEAL)),
        ("window", set(keys::WINDOW)),
        ("credit", set(keys::CREDIT)),
        ("beacon", set(keys::BEACON)),
        ("yearBeacon", set(keys::YEAR_BEACON)),
        ("replacement", set(keys::REPLACEMENT)),
        ("slot", set(keys::SLOT)),
        ("task", set(keys::TASK)),
        ("yearTask", set(&[keys::YEAR_TASK, &shared].concat())),
        ("scope", set(keys::SCOPE)),
        ("exclude", set(keys::EXCLUDE)),
        ("sample", set(keys::SAMPLE)),
        ("adjustment", set(keys::ADJUSTMENT)),
    ]
}

#[test]
fn the_schema_has_the_keys_of_the_reader() {
    let schema = schema();
    let defs = &schema["$defs"];
    for (name, known) in tables() {
        assert_eq!(of_table(&defs[name]), known, "{name}");
    }
    for key in ["weights", "min", "max"] {
        let table = &defs["sample"]["properties"][key];
        assert_eq!(of_table(table), set(keys::CLASSES), "{key}");
    }
    let sources = defs["source"]["oneOf"].as_array().unwrap();
    let theirs: Vec<_> = sources
        .iter()
        .map(|source| {
            let kind = source["properties"]["kind"]["const"].as_str().unwrap().to_owned();
            (kind, of_table(source))
        })
        .collect();
    let ours: Vec<_> = keys::SOURCES
        .iter()
        .map(|(kind, keys)| ((*kind).to_owned(), set(&[&["kind"], *keys].concat())))
        .collect();
    assert_eq!(theirs, ours);
}

/// Every reference of the schema leads somewhere, and every key says in Chinese and English what it is.
#[test]
fn the_schema_explains_every_key() {
    fn visit(schema: &Value, node: &Value) {
        if let Some(path) = node["$ref"].as_str() {
            assert!(schema.pointer(path.trim_start_matches('#')).is_some(), "{path}");
        }
        for (key, property) in node["properties"].as_object().into_iter().flatten() {
            let explained = !property["$ref"].is_null()
                || key == "kind" && !property["const"].is_null()
                || key == "dice"
                || CLASSES.contains(&key.as_str())
                || property["description"].as_str().is_some_and(|text| text.contains(" · "));
            assert!(explained, "{key}: {property}");
        }
        match node {
            Value::Object(members) => members.values().for_each(|value| visit(schema, value)),
            Value::Array(items) => items.iter().for_each(|value| visit(schema, value)),
            _ => {}
        }
    }
    use keys::CLASSES;
    let schema = schema();
    visit(&schema, &schema);
}

/// The plans that the guide shows.
fn examples() -> Vec<&'static str> {
    let guide = include_str!("../../docs/plan.md");
    guide.split("```toml\n").skip(1).map(|rest| rest.split("```").next().unwrap()).collect()
}

#[test]
fn the_guide_shows_plans_that_parse() {
    let examples = examples();
    let [quarter, year] = examples[..] else { panic!("two examples") };
    for (text, plans, tasks) in [(quarter, 1, 5), (year, 2, 2)] {
        let (annual, findings) = AnnualPlan::parse(text, "plan.toml");
        assert_eq!(findings, []);
        let annual = annual.unwrap();
        let most = annual.plans().iter().map(|plan| plan.tasks.len()).max();
        assert_eq!((annual.plans().len(), most), (plans, Some(tasks)));
    }
}

#[test]
fn the_guide_shows_every_key() {
    let shown: String = examples().concat();
    let words: BTreeSet<&str> = shown
        .split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))
        .filter(|word| !word.is_empty())
        .collect();
    let quarter_and_year = tables();
    let missing: Vec<&String> = quarter_and_year
        .iter()
        .flat_map(|(_, keys)| keys)
        .filter(|key| !words.contains(key.as_str()))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}
