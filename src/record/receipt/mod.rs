//! `dr1-receipt` (抽签凭证): what one subject needs to check its own draw, in one file, and its short form, a line of
//! text for a QR code (`docs/protocol.md` §8).

mod code;
mod team;

use serde_json::{Value, json};

use super::beacon::Beacon;
use super::commitment::Commitment;
use super::ids::Sid;
use super::read::{choice, digest};
use super::tables::{FrameRow, ManifestRow, OrderKey, Outcome};
use crate::base::digest::{Digest, Suite};
use crate::base::finding::Finding;
use crate::base::json::{self, Object};
use crate::base::table::{self, Row};
use crate::say;

pub use code::Code;
pub use team::{Team, TeamSlot};

/// A parsed receipt.
#[derive(Clone, Debug, PartialEq)]
pub struct Receipt {
    /// The subject.
    pub sid: Sid,
    /// The embedded object of `commitment.json`.
    pub commitment: Value,
    /// The embedded object of `beacon.json`.
    pub beacon: Beacon,
    /// The rows of `manifest.tsv`.
    pub manifest: Vec<ManifestRow>,
    /// The result's digest: H(manifest.tsv).
    pub result: Digest,
    /// From when it may leave the office; only in a sealed draw.
    pub from: Option<Release>,
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
    /// Its line of the roll; only in a sealed draw.
    pub roll: Option<RollLine>,
}

/// The line of a subject in the roll of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RollLine {
    /// Its place in the roll, from 0.
    pub index: u64,
    /// H(T ‖ "." ‖ list ‖ "." ‖ rank).
    pub key: Digest,
}

/// From when the receipt of a sealed draw may leave the office.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Release {
    /// From the moment at which the team stands at the door: of subjects that are drawn.
    Door,
    /// After the opening: of all others, since who knows that nobody comes is warned as well.
    Opening,
}

impl Release {
    /// `door` or `opening`.
    pub fn name(self) -> &'static str {
        match self {
            Release::Door => "door",
            Release::Opening => "opening",
        }
    }
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
        top.only(&[
            "beacon",
            "commitment",
            "from",
            "lists",
            "manifest",
            "result",
            "sid",
            "team",
            "v",
        ])?;
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
        let releases = [("door", Release::Door), ("opening", Release::Opening)];
        let receipt = Receipt {
            sid: Sid::parse(top.text("sid")?)?,
            commitment: value["commitment"].clone(),
            beacon: Beacon::read(&value["beacon"])?,
            manifest: manifest(&top)?,
            result: digest(&top, "result")?,
            from: if top.has("from") { Some(choice(&top, "from", &releases)?) } else { None },
            lists,
            team: if top.has("team") { Some(Team::read(&top.object("team")?)?) } else { None },
        };
        // Cells that hold a TAB make a row once they are joined. What does not print back is none of ours.
        match receipt.format() == bytes {
            true => Ok(receipt),
            false => {
                let cause =
                    say!("所载内容写回后不是原文", "what it says does not print back as it stands");
                Err(Finding::new("F05", cause))
            }
        }
    }

    /// The bytes of a receipt.
    pub fn format(&self) -> Vec<u8> {
        let rows = self.manifest.iter().map(|row| json!([row.path, row.digest.hex()]));
        let mut value = json!({
            "v": "dr1-receipt",
            "sid": self.sid.as_str(),
            "commitment": self.commitment,
            "beacon": self.beacon.to_json(),
            "manifest": rows.collect::<Vec<_>>(),
            "result": self.result.hex(),
            "lists": self.lists.iter().map(Entry::to_json).collect::<Vec<_>>(),
        });
        if let Some(from) = self.from {
            value["from"] = json!(from.name());
        }
        if let Some(team) = &self.team {
            value["team"] = team.to_json();
        }
        json::format_line(&value)
    }

    /// The result's digest as the rows of the manifest give it.
    pub fn result_of_manifest(&self, suite: Suite) -> Digest {
        suite.digest(&table::format(&self.manifest))
    }

    /// The digest that the manifest has of a file.
    pub fn listed(&self, path: &str) -> Option<Digest> {
        let at = self.manifest.binary_search_by(|row| row.path.as_str().cmp(path)).ok()?;
        Some(self.manifest[at].digest)
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
        entry
            .only(&["N", "index", "key", "list", "n", "outcome", "path", "rank", "roll", "row"])?;
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
            roll: if entry.has("roll") {
                Some(RollLine::read(&entry.object("roll")?)?)
            } else {
                None
            },
        })
    }

    fn to_json(&self) -> Value {
        let row = self.row.format();
        let mut value = json!({
            "list": self.list,
            "index": self.index,
            "row": row.split('\t').collect::<Vec<_>>(),
            "path": self.path.iter().map(Digest::hex).collect::<Vec<_>>(),
            "N": self.size,
            "n": self.n,
            "key": self.key.to_string(),
            "rank": self.rank,
            "outcome": self.outcome.map_or("none", Outcome::name),
        });
        if let Some(RollLine { index, key }) = &self.roll {
            value["roll"] = json!({"index": index, "key": key.hex()});
        }
        value
    }
}

impl RollLine {
    fn read(line: &Object<'_>) -> Result<Self, Finding> {
        line.only(&["index", "key"])?;
        Ok(RollLine { index: line.integer("index")?, key: digest(line, "key")? })
    }
}

/// The rows of the manifest, each [path, digest].
fn manifest(top: &Object<'_>) -> Result<Vec<ManifestRow>, Finding> {
    let row = |(value, path): (&Value, String)| {
        let refuse = || {
            let cause = say!("须为 [路径, 摘要]", "must be [path, digest]");
            Finding::new("F05", cause).column(path.clone())
        };
        match value.as_array().map(Vec::as_slice) {
            Some([Value::String(path), Value::String(digest)]) => {
                table::parse_row::<ManifestRow>(&format!("{path}\t{digest}")).map_err(|_| refuse())
            }
            _ => Err(refuse()),
        }
    };
    let rows: Vec<ManifestRow> =
        top.array("manifest")?.into_iter().map(row).collect::<Result<_, _>>()?;
    if rows.windows(2).any(|pair| pair[0].path >= pair[1].path) {
        let cause = say!("须按路径排列且不重复", "must be in order of paths, none twice");
        return Err(top.breach("manifest", cause));
    }
    Ok(rows)
}
