//! The team in a receipt.

use serde_json::{Value, json};

use crate::base::finding::Finding;
use crate::base::json::Object;
use crate::record::ids::Iid;
use crate::record::tables::HANDICAP_LIMIT;
use crate::say;

/// The team that visits the subject.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Team {
    /// The final round.
    pub round: u32,
    /// The slots, in order.
    pub slots: Vec<TeamSlot>,
}

/// One slot of the team.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TeamSlot {
    /// `slot|role|need,need|avoid,avoid`.
    pub slot: String,
    /// Who comes.
    pub iid: Iid,
    /// Everybody eligible and not excluded, with his handicap, by iid.
    pub eligible: Vec<(Iid, i128)>,
}

impl Team {
    pub(super) fn read(team: &Object<'_>) -> Result<Self, Finding> {
        team.only(&["round", "slots"])?;
        let round = u32::try_from(team.integer("round")?);
        let slots = team.objects("slots")?.iter().map(TeamSlot::read).collect::<Result<_, _>>()?;
        let refuse = |_| team.breach("round", say!("数过大", "the number is too large"));
        Ok(Team { round: round.map_err(refuse)?, slots })
    }

    pub(super) fn to_json(&self) -> Value {
        json!({"round": self.round, "slots": self.slots.iter().map(TeamSlot::to_json).collect::<Vec<_>>()})
    }
}

impl TeamSlot {
    fn read(slot: &Object<'_>) -> Result<Self, Finding> {
        slot.only(&["eligible", "iid", "slot"])?;
        let pair = |(value, path): (&Value, String)| match value.as_array().map(Vec::as_slice) {
            Some([Value::String(iid), Value::String(handicap)]) => {
                let number = handicap.parse::<i128>().ok();
                let number =
                    number.filter(|h| h.to_string() == *handicap && h.abs() < HANDICAP_LIMIT);
                let refuse =
                    || Finding::new("F05", say!("让分不合格式", "malformed handicap")).column(path);
                Ok((Iid::parse(iid)?, number.ok_or_else(refuse)?))
            }
            _ => Err(Finding::new("F05", say!("须为 [iid, 让分]", "must be [iid, handicap]"))
                .column(path)),
        };
        let eligible =
            slot.array("eligible")?.into_iter().map(pair).collect::<Result<Vec<_>, _>>()?;
        if eligible.is_empty() || eligible.windows(2).any(|pair| pair[0].0 >= pair[1].0) {
            return Err(slot.breach(
                "eligible",
                say!("须按执法证号排列且不重复", "must be in order, none twice"),
            ));
        }
        Ok(TeamSlot {
            slot: slot.text("slot")?.to_owned(),
            iid: Iid::parse(slot.text("iid")?)?,
            eligible,
        })
    }

    fn to_json(&self) -> Value {
        let eligible: Vec<Value> =
            self.eligible.iter().map(|(iid, h)| json!([iid.as_str(), h.to_string()])).collect();
        json!({"slot": self.slot, "iid": self.iid.as_str(), "eligible": eligible})
    }
}
