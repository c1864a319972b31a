//! What a shortage looks like: the visits that want the same people, who these are, and what would resolve it.

use serde_json::{Value, json};

use super::console::{Console, table};
use crate::base::finding::{Lang, Text};
use crate::conduct::{Blockage, Demanded, Qualified, Way};
use crate::say;

/// Kinds of slots, subjects of each, and inspectors that are printed; `--json` has all.
const SHOWN: usize = 10;

pub(super) fn print_blockage(blockage: &Blockage, console: &Console) {
    let lang = console.lang;
    for kind in blockage.demanded.iter().take(SHOWN) {
        let Text { zh, en } = kind.words();
        console.wrap(&say!("  {zh}", "  {en}"));
        let shown: Vec<&str> = kind.sids.iter().take(SHOWN).map(|sid| sid.as_str()).collect();
        let shown = shown.join(" ");
        console.wrap(&say!("    {shown}", "    {shown}"));
        more(kind.sids.len(), console);
    }
    more(blockage.demanded.len(), console);
    if !blockage.people.is_empty() {
        let header = match lang {
            Lang::Zh => ["可任人员", "上限", "可去的入户检查"],
            Lang::En => ["who qualifies", "capacity", "visits open to him"],
        };
        let mut rows = vec![header.map(str::to_owned).to_vec()];
        rows.extend(blockage.people.iter().take(SHOWN).map(
            |Qualified { iid, capacity, visits }| {
                vec![iid.to_string(), capacity.to_string(), visits.to_string()]
            },
        ));
        table(&rows).iter().for_each(|line| console.line(&format!("  {line}")));
        more(blockage.people.len(), console);
    }
    console.say(&say!("  可以解决的办法：", "  what would resolve it:"));
    for way in &blockage.ways {
        let Text { zh, en } = way.words(blockage.short);
        console.wrap(&say!("  - {zh}", "  - {en}"));
    }
}

fn more(all: usize, console: &Console) {
    let rest = all.saturating_sub(SHOWN);
    if rest > 0 {
        console.say(&say!("    …… 另有 {rest} 项", "    … {rest} more"));
    }
}

pub(super) fn blockage_json(blockage: &Blockage, lang: Lang) -> Value {
    let slots: Vec<(&str, &str)> =
        blockage.slots.iter().map(|(sid, slot)| (sid.as_str(), slot.get(lang))).collect();
    let kind = |kind: &Demanded| {
        let sids: Vec<&str> = kind.sids.iter().map(|sid| sid.as_str()).collect();
        json!({"slot": kind.slot.name(), "needs": kind.slot.needs, "avoids": kind.slot.avoids, "sids": sids})
    };
    let person = |person: &Qualified| json!({"iid": person.iid.as_str(), "capacity": person.capacity, "visits": person.visits});
    json!({
        "slots": slots, "inspectors": blockage.people.len(), "capacity": blockage.capacity,
        "wanted": blockage.wanted(), "visits": blockage.visits, "fillable": blockage.fillable(),
        "short": blockage.short, "unfilled": blockage.unfilled,
        "demanded": blockage.demanded.iter().map(kind).collect::<Vec<_>>(),
        "people": blockage.people.iter().map(person).collect::<Vec<_>>(),
        "ways": blockage.ways.iter().map(way_json).collect::<Vec<_>>(),
    })
}

fn way_json(way: &Way) -> Value {
    let names = |iids: &[crate::record::ids::Iid]| -> Vec<String> {
        iids.iter().map(ToString::to_string).collect()
    };
    match way {
        Way::Capacity { iids, most } => {
            json!({"way": "capacity", "iids": names(iids), "most": most})
        }
        Way::Tag { tag, iids } => json!({"way": "tag", "tag": tag, "iids": names(iids)}),
        Way::Recusal { iids, slots } => {
            json!({"way": "recusal", "iids": names(iids), "slots": slots})
        }
        Way::Incompatible { iids, slots } => {
            json!({"way": "incompatible", "iids": names(iids), "slots": slots})
        }
        Way::Task { list, visits } => json!({"way": "task", "list": list, "visits": visits}),
    }
}
