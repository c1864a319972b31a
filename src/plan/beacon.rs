//! The beacon of a plan: people write times, the commitment holds rounds and seconds.

use serde_json::{Map, Value, json};

use super::keys;
use super::reader::{Node, Table};
use crate::base::text::INTEGER_LIMIT;
use crate::record::beacon::{Source, Trust, check_sources};
use crate::record::drand::QUICKNET;
use crate::say;

/// Trust and margin in seconds.
pub(super) fn read_beacon(table: &Table<'_>) -> (Option<Trust>, Option<u64>) {
    let trusts = &[("public", Trust::Public), ("witnessed", Trust::Witnessed)];
    let trust = table.must("trust").and_then(|node| node.choice(trusts));
    let margin_s = table.must("margin_s").and_then(|node| node.integer(0, 366 * 86_400));
    (trust, margin_s)
}

/// The sources, in order of time; whether they are enough is known only where `trust` is.
pub(super) fn read_sources(node: &Node<'_>, trust: Option<Trust>) -> Option<Vec<Source>> {
    let nodes = node.array()?;
    let sources: Vec<Option<Source>> =
        nodes.iter().map(|node| read_source(node, &node.table()?)).collect();
    let sources: Vec<Source> = sources.into_iter().collect::<Option<_>>()?;
    if let Some(Err(finding)) = trust.map(|trust| check_sources(&sources, trust)) {
        node.add(finding);
        return None;
    }
    Some(sources)
}

fn read_source(node: &Node<'_>, table: &Table<'_>) -> Option<Source> {
    let kinds: Vec<(&str, &(&str, &[&str]))> =
        keys::SOURCES.iter().map(|kind| (kind.0, kind)).collect();
    let (kind, keys) = table.must("kind")?.choice(&kinds)?;
    let mut source = Map::new();
    source.insert("kind".to_owned(), json!(kind));
    let mut complete = true;
    let keys = keys.iter().filter(|key| *kind != "drand" || **key == "chain");
    for key in keys {
        let value = table.must(key).and_then(|node| match *key {
            "at" => node.instant().map(Value::from),
            _ => node.text().map(Value::from),
        });
        complete &= value.is_some();
        source.insert((*key).to_owned(), value.unwrap_or_default());
    }
    let known = keys::SOURCES.iter().find(|(of, _)| of == kind).map_or(&[][..], |(_, keys)| *keys);
    table.only(&[&["kind"], known].concat());
    if *kind == "drand" {
        let round = read_round(table);
        complete &= round.is_some();
        source.insert("round".to_owned(), round.into());
        if source["chain"] == "quicknet" {
            source.insert("chain".to_owned(), json!(QUICKNET.chain));
        }
    }
    if !complete {
        return None;
    }
    match Source::from_json(&Value::Object(source)) {
        Ok(source) => Some(source),
        Err(finding) => {
            node.add(finding);
            None
        }
    }
}

/// A drand round, given as such or as the time at which or after which it is the first.
fn read_round(table: &Table<'_>) -> Option<u64> {
    match (table.may("round"), table.may("at")) {
        (Some(round), None) => round.integer(1, INTEGER_LIMIT - 1),
        (None, Some(at)) => at.instant().map(|at| QUICKNET.round_at(at)),
        _ => {
            let cause = say!("须给出 round 或 at 之一", "give either round or at");
            table.breach("P03", "round", cause);
            None
        }
    }
}
