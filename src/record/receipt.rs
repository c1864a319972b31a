//! `dr1-receipt` (抽签凭证): what one subject needs to check its own draw, in one file
//! (`docs/protocol.md` §8). Open draws only.

use serde_json::{Value, json};

use super::beacon::Beacon;
use super::commitment::Commitment;
use super::ids::{Iid, Sid};
use super::read::choice;
use super::tables::{FrameRow, HANDICAP_LIMIT, OrderKey, Outcome};
use crate::base::digest::Digest;
use crate::base::finding::Finding;
use crate::base::json::{self, Object};
use crate::base::table::{self, Row};
use crate::say;

/// A parsed receipt.
#[derive(Clone, Debug, PartialEq)]
pub struct Receipt {
    /// The subject.
    pub sid: Sid,
    /// The embedded object of `commitment.json`.
    pub commitment: Value,
    /// The embedded object of `beacon.json`.
    pub beacon: Beacon,
    /// H(manifest.tsv).
    pub result: Digest,
    /// The lists whose frame has the subject, by name.
    pub lists: Vec<Entry>,
    /// The team of the final round, if the subject is drawn.
    pub team: Option<Team>,
}

/// The subject in one list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The list.
    pub list: String,
    /// The row's place in the frame, from 0.
    pub index: u64,
    /// The row of the frame.
    pub row: FrameRow,
    /// The inclusion path to the committed root, from the leaf upwards.
    pub path: Vec<Digest>,
    /// N of the stratum, for `pareto` of the list.
    pub size: u64,
    /// n of the stratum, for `pareto` of the list.
    pub n: u64,
    /// What the rank follows.
    pub key: OrderKey,
    /// From 1.
    pub rank: u64,
    /// Drawn, reserve or neither.
    pub outcome: Option<Outcome>,
}

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

impl Receipt {
    /// Whether bytes claim to be a receipt.
    pub fn is_one(bytes: &[u8]) -> bool {
        json::parse_line(bytes)
            .is_ok_and(|value| value.get("v").and_then(Value::as_str) == Some("dr1-receipt"))
    }

    /// Parses the bytes of a receipt.
    ///
    /// # Errors
    /// F01–F05 or C01.
    pub fn parse(bytes: &[u8]) -> Result<Self, Finding> {
        let value = json::parse_line(bytes)?;
        let top = Object::root(&value)?;
        top.only(&["beacon", "commitment", "lists", "result", "sid", "team", "v"])?;
        choice(&top, "v", &[("dr1-receipt", ())])?;
        let lists: Vec<Entry> =
            top.objects("lists")?.iter().map(Entry::read).collect::<Result<_, _>>()?;
        if lists.is_empty() || lists.windows(2).any(|pair| pair[0].list >= pair[1].list) {
            return Err(top.breach(
                "lists",
                say!("任务须按名称排列且不重复", "lists must be in order, none twice"),
            ));
        }
        top.object("commitment")?;
        Ok(Receipt {
            sid: Sid::parse(top.text("sid")?)?,
            commitment: value["commitment"].clone(),
            beacon: Beacon::read(&value["beacon"])?,
            result: digest(&top, "result")?,
            lists,
            team: if top.has("team") { Some(Team::read(&top.object("team")?)?) } else { None },
        })
    }

    /// The bytes of a receipt.
    pub fn format(&self) -> Vec<u8> {
        let mut value = json!({
            "v": "dr1-receipt",
            "sid": self.sid.as_str(),
            "commitment": self.commitment,
            "beacon": self.beacon.to_json(),
            "result": self.result.hex(),
            "lists": self.lists.iter().map(Entry::to_json).collect::<Vec<_>>(),
        });
        if let Some(team) = &self.team {
            value["team"] = team.to_json();
        }
        json::format_line(&value)
    }

    /// The commitment and its digest C, over the canonical bytes of the embedded object.
    ///
    /// # Errors
    /// What is wrong with the commitment.
    pub fn commitment(&self) -> Result<(Commitment, Digest), Finding> {
        let commitment = Commitment::read(&self.commitment)?;
        let digest = commitment.suite.digest(&json::format(&self.commitment));
        Ok((commitment, digest))
    }
}

impl Entry {
    fn read(entry: &Object<'_>) -> Result<Self, Finding> {
        entry.only(&["N", "index", "key", "list", "n", "outcome", "path", "rank", "row"])?;
        let row = table::parse_row::<FrameRow>(&entry.texts("row")?.join("\t"))?;
        let path =
            entry.texts("path")?.into_iter().map(Digest::from_hex).collect::<Option<Vec<_>>>();
        let key = OrderKey::parse(entry.text("key")?);
        let outcomes =
            [("drawn", Some(Outcome::Drawn)), ("reserve", Some(Outcome::Reserve)), ("none", None)];
        Ok(Entry {
            list: entry.text("list")?.to_owned(),
            index: entry.integer("index")?,
            row,
            path: path.ok_or_else(|| entry.breach("path", say!("须为摘要", "must be digests")))?,
            size: entry.integer("N")?,
            n: entry.integer("n")?,
            key: key.ok_or_else(|| entry.breach("key", say!("须为抽签号", "must be a key")))?,
            rank: entry.integer("rank")?,
            outcome: choice(entry, "outcome", &outcomes)?,
        })
    }

    fn to_json(&self) -> Value {
        let row = self.row.format();
        json!({
            "list": self.list,
            "index": self.index,
            "row": row.split('\t').collect::<Vec<_>>(),
            "path": self.path.iter().map(Digest::hex).collect::<Vec<_>>(),
            "N": self.size,
            "n": self.n,
            "key": self.key.to_string(),
            "rank": self.rank,
            "outcome": self.outcome.map_or("none", Outcome::name),
        })
    }
}

impl Team {
    fn read(team: &Object<'_>) -> Result<Self, Finding> {
        team.only(&["round", "slots"])?;
        let round = u32::try_from(team.integer("round")?);
        let slots = team.objects("slots")?.iter().map(TeamSlot::read).collect::<Result<_, _>>()?;
        let refuse = |_| team.breach("round", say!("数过大", "the number is too large"));
        Ok(Team { round: round.map_err(refuse)?, slots })
    }

    fn to_json(&self) -> Value {
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

fn digest(object: &Object<'_>, key: &str) -> Result<Digest, Finding> {
    let digest = Digest::from_hex(object.text(key)?);
    digest.ok_or_else(|| {
        object.breach(key, say!("须为 64 位小写十六进制", "must be 64 lowercase hex digits"))
    })
}
