//! Kept records: they come back as they were written, and nothing in them can be changed unnoticed.

use serde_json::Value;
use shuangsuiji::base::digest::Suite;
use shuangsuiji::base::json::format_line;
use shuangsuiji::base::secret::Secret;
use shuangsuiji::schedule::{Demand, Given, Record, Tie};

use super::quarter::{DISTRICT, Quarter};
use super::whole;

/// A small office with everything that a record may hold.
fn record(tie: &Tie<'_>) -> Record {
    let mut demand =
        Quarter { visits: 12, people: 5, days: 12, fixed_percent: 20, ..DISTRICT }.demand();
    demand.slots = vec!["上午".to_owned(), "下午".to_owned()];
    let last = demand.days[11].date;
    demand.people[0].per_week = Some(9);
    demand.people[1].away_slots.push((last, 1));
    demand.people[2].away.push((last, last));
    let done = whole(&demand, 1);
    (demand.visits[3].was, demand.visits[3].was_slot) = (Some(done.days[3]), Some(done.slots[3]));
    let fixed = demand.visits.iter().position(|visit| visit.fixed.is_some()).unwrap();
    demand.visits[fixed].fixed_slot = Some(done.slots[fixed]);
    let first = demand.days[1].date;
    let lists = [("T1", (Some(first), None)), ("T2", (None, Some(last))), ("T3", (None, None))];
    let lists = lists.map(|(list, window)| (list.to_owned(), window)).into();
    Record::new((demand, Given { made: last, first, lists }), done.slots, b"sid\tdate\n", tie)
}

fn tie(secret: &Secret, n: usize) -> Tie<'_> {
    Tie { suite: Suite::Sha256, secret, n, before: Some(Suite::Sha256.digest(b"before")) }
}

#[test]
fn records_come_back_as_they_were_written() {
    let secret = Secret::from_bytes([7; 32]);
    let tie = tie(&secret, 2);
    let record = record(&tie);
    let again = Record::parse(&record.format()).unwrap();
    assert_eq!(again, record);
    assert_eq!(
        (again.tag, again.schedule),
        (again.tag_of(&tie), Suite::Sha256.digest(b"sid\tdate\n"))
    );
    // Without parts it has none of their keys.
    let demand =
        Demand { slots: Vec::new(), ..Quarter { visits: 6, people: 4, ..DISTRICT }.demand() };
    let first = demand.days[0].date;
    let given = Given { made: first, first, lists: [].into() };
    let plain = Record::new((demand, given), Vec::new(), b"", &tie);
    let text = String::from_utf8(plain.format()).unwrap();
    assert!(!text.contains("slot") && !text.contains("parts"), "{text}");
    assert_eq!(Record::parse(text.as_bytes()).unwrap(), plain);
}

#[test]
fn a_record_belongs_to_its_secret_number_and_forerunner() {
    let (secret, other) = (Secret::from_bytes([7; 32]), Secret::from_bytes([8; 32]));
    let record = record(&tie(&secret, 2));
    assert_ne!(record.tag_of(&tie(&other, 2)), record.tag);
    assert_ne!(record.tag_of(&tie(&secret, 3)), record.tag);
    assert_ne!(record.tag_of(&Tie { before: None, ..tie(&secret, 2) }), record.tag);
    assert_ne!(record.tag_of(&Tie { suite: Suite::Sm3, ..tie(&secret, 2) }), record.tag);
}

/// Every value of a record changed once: it is refused, or its tag is not of it.
#[test]
fn every_change_of_a_record_is_seen() {
    let secret = Secret::from_bytes([7; 32]);
    let tie = tie(&secret, 2);
    let value: Value = serde_json::from_slice(&record(&tie).format()).unwrap();
    let mut paths = Vec::new();
    leaves(&value, String::new(), &mut paths);
    assert!(paths.len() > 120, "{}", paths.len());
    for path in paths {
        let mut other = value.clone();
        let leaf = other.pointer_mut(&path).unwrap();
        *leaf = match &*leaf {
            Value::Bool(flag) => (!flag).into(),
            Value::Number(n) if n.as_u64() == Some(0) => 1.into(),
            Value::Number(n) => (n.as_u64().unwrap() - 1).into(),
            Value::String(text) if text.ends_with('1') => {
                format!("{}2", &text[..text.len() - 1]).into()
            }
            Value::String(text) if text.is_ascii() => {
                format!("{}1", &text[..text.len() - 1]).into()
            }
            Value::String(text) => format!("{text}1").into(),
            other => panic!("{other}"),
        };
        let changed = other != value;
        let read = Record::parse(&format_line(&other));
        assert!(changed && read.map_or(true, |record| record.tag != record.tag_of(&tie)), "{path}");
    }
    // What is left out or added is seen, too.
    let keys: Vec<String> = value.as_object().unwrap().keys().cloned().collect();
    for key in keys {
        let mut other = value.clone();
        other.as_object_mut().unwrap().remove(&key);
        let read = Record::parse(&format_line(&other));
        assert!(read.map_or(true, |record| record.tag != record.tag_of(&tie)), "{key}");
    }
    let mut other = value;
    other["visits"][0]["note"] = "x".into();
    assert!(Record::parse(&format_line(&other)).is_err());
}

fn leaves(value: &Value, path: String, paths: &mut Vec<String>) {
    match value {
        Value::Array(items) => {
            items
                .iter()
                .enumerate()
                .for_each(|(n, item)| leaves(item, format!("{path}/{n}"), paths));
        }
        Value::Object(members) => {
            members.iter().for_each(|(key, item)| leaves(item, format!("{path}/{key}"), paths));
        }
        _ => paths.push(path),
    }
}
