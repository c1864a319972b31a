//! `shortage.json`: why no pairing exists in some round — an inclusion-minimal blocking set of slots.

use serde_json::{Value, json};

use super::ids::{SLOTS_IN_DRAW_LIMIT, Sid};
use crate::base::finding::Finding;
use crate::base::json::{self, Object};
use crate::say;

/// A blocking set: these slots cannot all be filled, and every one of them is needed for that.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shortage {
    /// The round that is infeasible.
    pub round: u32,
    /// The slots, by sid and index.
    pub slots: Vec<(Sid, u32)>,
    /// |A| − Σ over inspectors of min(capacity, visits with a slot of A open to him).
    pub short: u64,
}

impl Shortage {
    /// Parses the bytes of `shortage.json`.
    ///
    /// # Errors
    /// F01, F03, F04 or F05.
    pub fn parse(bytes: &[u8]) -> Result<Self, Finding> {
        let value = json::parse_line(bytes)?;
        let top = Object::root(&value)?;
        top.only(&["round", "slots", "short"])?;
        let small = |n: u64| {
            u32::try_from(n)
                .ok()
                .filter(|n| u64::from(*n) < SLOTS_IN_DRAW_LIMIT)
                .ok_or_else(|| top.breach("round", say!("数过大", "the number is too large")))
        };
        let pair =
            |(item, path): (&Value, String)| match item.as_array().map(Vec::as_slice) {
                Some([Value::String(sid), slot]) if slot.is_u64() => {
                    Ok((Sid::parse(sid)?, small(slot.as_u64().unwrap_or_default())?))
                }
                _ => Err(Finding::new("F05", say!("须为 [sid, 岗位号]", "must be [sid, slot]"))
                    .column(path)),
            };
        let slots = top.array("slots")?.into_iter().map(pair).collect::<Result<Vec<_>, _>>()?;
        let short = top.integer("short")?;
        if slots.is_empty() || short == 0 {
            let column = if slots.is_empty() { "slots" } else { "short" };
            let cause = say!("须至少有一个", "there must be at least one");
            return Err(Finding::new("F05", cause).column(column));
        }
        if slots.windows(2).any(|pair| pair[0] >= pair[1]) {
            return Err(Finding::new(
                "F04",
                say!("岗位须有序且不重复", "slots must be in order, none twice"),
            )
            .column("slots"));
        }
        Ok(Shortage { round: small(top.integer("round")?)?, slots, short })
    }

    /// The bytes of `shortage.json`.
    pub fn format(&self) -> Vec<u8> {
        let slots: Vec<Value> =
            self.slots.iter().map(|(sid, slot)| json!([sid.as_str(), slot])).collect();
        json::format_line(&json!({"round": self.round, "slots": slots, "short": self.short}))
    }
}
