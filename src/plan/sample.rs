//! 抽取方式 of a task: one mode, the keys that go with it, and the bounds set on it.

use super::keys;
use super::model::{Band, Cap, Mode, PerClass, Sample};
use super::reader::{Lenient, Node, Table};
use crate::base::ratio::Ratio;
use crate::base::text::INTEGER_LIMIT;
use crate::record::ids::WEIGHT_MAX;
use crate::registry::CreditClass;
use crate::registry::ratio_text::{self, Quantity};
use crate::say;

/// The keys that say how many; exactly one of them is needed.
const MODES: &[&str] = &["ratio", "number", "per_officer", "all"];

/// The mode of a sample decides which other keys go with it.
pub(super) fn read_sample(table: &Table<'_>) -> Option<Sample> {
    let parts = Lenient::new(table, keys::SAMPLE);
    let modes: Vec<&str> = MODES.iter().copied().filter(|mode| table.may(mode).is_some()).collect();
    let [mode] = modes[..] else {
        let (found, modes) = (modes.len(), MODES.join(", "));
        let cause = say!(
            "{modes} 须恰有一个，现有 {found} 个",
            "exactly one of {modes} is needed, not {found}"
        );
        table.breach("P08", "", cause);
        return None;
    };
    let by = parts.may("by", |node| node.choice(&[("credit", ())])).is_some();
    if table.may("by").is_some() && !by {
        return None;
    }
    let allowed: &[&str] = match (mode, by) {
        ("ratio", true) => &["floor", "cap", "min", "max"],
        ("ratio", false) => &["floor", "cap"],
        ("number", true) => &["weights", "floor", "cap"],
        ("number", false) => &["weight", "floor", "cap"],
        ("per_officer", true) => &["dept", "weights", "floor", "cap"],
        ("per_officer", false) => &["dept", "floor", "cap"],
        _ => &[],
    };
    let own = |key: &str| key == mode || (key == "by" && mode != "all") || allowed.contains(&key);
    let known = |key: &str| keys::SAMPLE.contains(&key) && !MODES.contains(&key);
    for (key, node) in table.members().filter(|(key, _)| known(key) && !own(key)) {
        let rule = if by { "by = \"credit\"" } else { mode };
        node.breach("P08", say!("{key} 与 {rule} 不能并用", "{key} does not go with {rule}"));
        parts.note(false);
    }
    let count = |node: &Node<'_>| node.integer(0, INTEGER_LIMIT - 1);
    let floor = parts.may("floor", Node::ratio);
    let cap = parts.may("cap", read_cap);
    let min = parts.may("min", |node| read_per_class(node, count)).unwrap_or_default();
    let max = parts.may("max", |node| read_per_class(node, count)).unwrap_or_default();
    let sample = Sample { mode: read_mode(table, mode, by)?, floor, cap, min, max };
    check_bounds(&sample, table, &parts);
    parts.is_whole().then_some(sample)
}

fn read_mode(table: &Table<'_>, mode: &str, by: bool) -> Option<Mode> {
    let node = table.must(mode)?;
    let number = || node.integer(1, INTEGER_LIMIT - 1);
    let weights = || read_per_class(&table.must("weights")?, |node| node.integer(1, WEIGHT_MAX));
    match (mode, by) {
        ("ratio", true) if node.is_table() => {
            Some(Mode::RatioByClass(read_per_class(&node, read_band)?))
        }
        ("ratio", true) => {
            let cause =
                say!("按信用分类时须逐类给出比例", "by credit a ratio is needed for each class");
            node.breach("P08", cause);
            None
        }
        ("ratio", false) if node.is_table() => {
            let cause =
                say!("逐类给出比例须写 by = \"credit\"", "ratios for classes need by = \"credit\"");
            node.breach("P08", cause);
            None
        }
        ("ratio", false) => Some(Mode::Ratio(read_band(&node)?)),
        ("number", true) => {
            let (number, weights) = (number(), weights());
            Some(Mode::NumberByClass(number?, weights?))
        }
        ("number", false) => match table.may("weight") {
            None => Some(Mode::Number(number()?)),
            Some(weight) => {
                let (number, score) = (number(), weight.choice(&[("score", ())]));
                score.and(number).map(Mode::NumberByScore)
            }
        },
        ("per_officer", _) => {
            let (each, dept) = (read_each(&node), table.must("dept").and_then(|node| node.text()));
            let weights = if by { weights().map(Some) } else { Some(None) };
            Some(Mode::PerOfficer(each?, dept?, weights?))
        }
        _ => {
            if node.flag()? {
                return Some(Mode::All);
            }
            node.breach("P08", say!("all 只能为 true", "all can only be true"));
            None
        }
    }
}

/// `"3%"`, `"5-20%"`, `"不低于3%"`, `"不超过5%"`, as plans publish them.
fn read_band(node: &Node<'_>) -> Option<Band> {
    let Some(text) = node.as_text() else { return node.ratio().map(Band::Exactly) };
    if let Some(ratio) = Ratio::parse_percent(text) {
        return Some(Band::Exactly(ratio));
    }
    let bounds = match ratio_text::parse(text) {
        Ok(Quantity::Share(bounds)) => bounds,
        _ => {
            return node.malformed(
                "比例，如 \"3%\"、\"5-20%\"、\"不低于3%\"、\"不超过5%\"",
                "a percentage as \"3%\" or a range as \"5-20%\"",
            );
        }
    };
    let (least, most) = (bounds.least.unwrap_or(Ratio::ZERO), bounds.most.unwrap_or(Ratio::ONE));
    Some(if least == most { Band::Exactly(least) } else { Band::Between(least, most) })
}

/// `5`, or `"1:5"` as regulations write it.
fn read_each(node: &Node<'_>) -> Option<u64> {
    let ratio = node.as_text().and_then(|text| text.strip_prefix("1:")).map(str::parse);
    match ratio {
        Some(Ok(each)) if (1..INTEGER_LIMIT).contains(&each) => Some(each),
        Some(_) => node.malformed("每人的户数，如 5 或 \"1:5\"", "a number as 5 or \"1:5\""),
        None => node.integer(1, INTEGER_LIMIT - 1),
    }
}

fn read_cap(node: &Node<'_>) -> Option<Cap> {
    match node.as_text() {
        Some(_) => node.ratio().map(Cap::Share),
        None => node.integer(1, INTEGER_LIMIT - 1).map(Cap::Count),
    }
}

/// P08 for bounds of classes that the ratio does not name, P35 for those that no size of a class could keep.
fn check_bounds(sample: &Sample, table: &Table<'_>, parts: &Lenient<'_, '_>) {
    let Mode::RatioByClass(bands) = &sample.mode else { return };
    for (key, bounds) in [("min", &sample.min), ("max", &sample.max)] {
        for class in bounds.keys().filter(|class| !bands.contains_key(class)) {
            let name = class.name();
            let cause = say!("ratio 没有 {name} 类", "ratio does not name the class {name}");
            table.must(key).iter().for_each(|node| node.breach("P08", cause.clone()));
            parts.note(false);
        }
    }
    for (class, least) in &sample.min {
        let (name, most) = (class.name(), sample.max.get(class));
        if let Some(most) = most.filter(|most| *most < least) {
            let cause = say!(
                "{name} 类的 min {least} 大于 max {most}",
                "the min of class {name}, {least}, is above its max, {most}"
            );
            table.must("min").iter().for_each(|node| node.breach("P35", cause.clone()));
            parts.note(false);
        }
    }
}

fn read_per_class<'a, T>(
    node: &Node<'a>,
    value: impl Fn(&Node<'a>) -> Option<T>,
) -> Option<PerClass<T>> {
    let table = node.table()?;
    table.only(keys::CLASSES);
    let mut values = PerClass::new();
    let mut complete = true;
    for (class, node) in table.members() {
        match (CreditClass::parse(class), value(&node)) {
            (Some(class), Some(value)) => drop(values.insert(class, value)),
            _ => complete = false,
        }
    }
    if values.is_empty() && complete {
        node.breach("P04", say!("至少写明一类", "at least one class is needed"));
        return None;
    }
    complete.then_some(values)
}
