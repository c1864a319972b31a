//! The beacon of a plan: people write times, the commitment holds rounds and seconds.

use serde_json::{Map, Value, json};

use super::reader::{Node, Table};
use crate::base::text::INTEGER_LIMIT;
use crate::record::beacon::{Source, Trust, check_sources};
use crate::record::drand::QUICKNET;
use crate::say;

/// Trust, margin in seconds, and the sources in order of time.
pub(super) fn read_beacon(table: &Table<'_>) -> Option<(Trust, u64, Vec<Source>)> {
    table.only(&["trust", "margin_s", "sources"]);
    let trusts = &[("public", Trust::Public), ("witnessed", Trust::Witnessed)];
    let trust = table.must("trust").and_then(|node| node.choice(trusts));
    let margin_s = table.must("margin_s").and_then(|node| node.integer(0, 366 * 86_400));
    let node = table.must("sources")?;
    let nodes = node.array()?;
    let sources: Vec<Option<Source>> =
        nodes.iter().map(|node| read_source(node, &node.table()?)).collect();
    let sources: Vec<Source> = sources.into_iter().collect::<Option<_>>()?;
    if let Err(finding) = check_sources(&sources, trust?) {
        node.add(finding);
        return None;
    }
    Some((trust?, margin_s?, sources))
}

fn read_source(node: &Node<'_>, table: &Table<'_>) -> Option<Source> {
    const KINDS: &[(&str, &[&str])] = &[
        ("drand", &["chain"]),
        ("nist2", &["chain", "pulse", "at"]),
        ("rfc3797", &["game", "issue", "at"]),
        ("digits", &["game", "issue", "at"]),
        ("dice", &["dice", "at"]),
        ("wit", &["name", "hash", "at"]),
    ];
    let kinds: Vec<(&str, &(&str, &[&str]))> = KINDS.iter().map(|kind| (kind.0, kind)).collect();
    let (kind, keys) = table.must("kind")?.choice(&kinds)?;
    let mut source = Map::new();
    source.insert("kind".to_owned(), json!(kind));
    let mut complete = true;
    for key in *keys {
        let value = table.must(key).and_then(|node| match *key {
            "at" => node.instant().map(Value::from),
            _ => node.text().map(Value::from),
        });
        complete &= value.is_some();
        source.insert((*key).to_owned(), value.unwrap_or_default());
    }
    if *kind == "drand" {
        table.only(&["kind", "chain", "round", "at"]);
        let round = read_round(table);
        complete &= round.is_some();
        source.insert("round".to_owned(), round.into());
        if source["chain"] == "quicknet" {
            source.insert("chain".to_owned(), json!(QUICKNET.chain));
        }
    } else {
        let known: Vec<&str> = std::iter::once("kind").chain(keys.iter().copied()).collect();
        table.only(&known);
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
