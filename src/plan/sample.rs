//! 抽取方式 of a task: one mode, and the keys that go with it.

use super::model::{PerClass, Sample};
use super::reader::{Node, Table, optional};
use crate::base::ratio::Ratio;
use crate::base::text::INTEGER_LIMIT;
use crate::record::ids::WEIGHT_MAX;
use crate::registry::CreditClass;
use crate::say;

/// The mode of a sample decides which other keys go with it.
pub(super) fn read_sample(table: &Table<'_>) -> Option<(Sample, Option<Ratio>)> {
    const MODES: &[&str] = &["ratio", "number", "per_officer", "all"];
    table.only(&[
        "by",
        "ratio",
        "number",
        "weights",
        "weight",
        "per_officer",
        "dept",
        "all",
        "floor",
    ]);
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
    let by = optional(table.may("by").map(|node| node.choice(&[("credit", ())])))?.is_some();
    let allowed: &[&str] = match (mode, by) {
        ("ratio", _) => &["floor"],
        ("number", true) => &["weights", "floor"],
        ("number", false) => &["weight", "floor"],
        ("per_officer", true) => &["dept", "weights", "floor"],
        ("per_officer", false) => &["dept", "floor"],
        _ => &[],
    };
    let own = |key: &str| key == mode || (key == "by" && mode != "all") || allowed.contains(&key);
    let known = |key: &str| ["by", "weights", "weight", "dept", "floor"].contains(&key);
    let mut consistent = true;
    for (key, node) in table.members().filter(|(key, _)| known(key) && !own(key)) {
        let rule = if by { "by = \"credit\"" } else { mode };
        node.breach("P08", say!("{key} 与 {rule} 不能并用", "{key} does not go with {rule}"));
        consistent = false;
    }
    let floor = optional(table.may("floor").map(|node| node.ratio()));
    let sample = read_mode(table, mode, by);
    if !consistent {
        return None;
    }
    Some((sample?, floor?))
}

fn read_mode(table: &Table<'_>, mode: &str, by: bool) -> Option<Sample> {
    let node = table.must(mode)?;
    let number = || node.integer(1, INTEGER_LIMIT - 1);
    let weights = || read_per_class(&table.must("weights")?, |node| node.integer(1, WEIGHT_MAX));
    match (mode, by) {
        ("ratio", true) if node.is_table() => {
            Some(Sample::RatioByClass(read_per_class(&node, |node| node.ratio())?))
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
        ("ratio", false) => Some(Sample::Ratio(node.ratio()?)),
        ("number", true) => {
            let (number, weights) = (number(), weights());
            Some(Sample::NumberByClass(number?, weights?))
        }
        ("number", false) => match table.may("weight") {
            None => Some(Sample::Number(number()?)),
            Some(weight) => {
                let (number, score) = (number(), weight.choice(&[("score", ())]));
                score.and(number).map(Sample::NumberByScore)
            }
        },
        ("per_officer", _) => {
            let (each, dept) = (number(), table.must("dept").and_then(|node| node.text()));
            let weights = if by { weights().map(Some) } else { Some(None) };
            Some(Sample::PerOfficer(each?, dept?, weights?))
        }
        _ => {
            if node.flag()? {
                return Some(Sample::All);
            }
            node.breach("P08", say!("all 只能为 true", "all can only be true"));
            None
        }
    }
}

fn read_per_class<'a, T>(
    node: &Node<'a>,
    value: impl Fn(&Node<'a>) -> Option<T>,
) -> Option<PerClass<T>> {
    let table = node.table()?;
    let names: Vec<&str> = CreditClass::ALL.iter().map(|class| class.name()).collect();
    table.only(&names);
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
