//! Policies (C2SP tlog-policy): which logs are believed, and which witnesses must have cosigned. A quorum is a witness, or
//! a group of which k have cosigned; groups hold witnesses and groups.

use super::checkpoint::{Cosigned, SignedCheckpoint};
use super::key::{Kind, VerifierKey};
use crate::base::date::china_time;
use crate::base::finding::{Finding, Text};
use crate::base::text::parse_integer;
use crate::say;

/// Most logs, witnesses and groups each; the specification asks for 32.
const MAX: usize = 256;
/// Stands for no witness where a quorum is named.
const NONE: &str = "none";

/// A parsed policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    logs: Vec<VerifierKey>,
    witnesses: Vec<VerifierKey>,
    /// Witnesses and groups, each after its members.
    names: Vec<Named>,
    quorum: Option<usize>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Named {
    name: String,
    what: What,
    is_member: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum What {
    Witness(usize),
    Group { k: usize, members: Vec<usize> },
}

/// What a checkpoint's cosignatures amount to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quorum {
    /// The earliest time at which the quorum had cosigned, in seconds of UTC; 0 if none is needed.
    pub reached_s: u64,
    /// The cosignatures of known witnesses.
    pub cosigned: Vec<Cosigned>,
}

impl Policy {
    /// Parses a policy file.
    ///
    /// # Errors
    /// L13, naming the line.
    pub fn parse(bytes: &[u8]) -> Result<Self, Finding> {
        let text =
            std::str::from_utf8(bytes).map_err(|_| bad(1, say!("不是 UTF-8", "not UTF-8")))?;
        let mut policy =
            Policy { logs: Vec::new(), witnesses: Vec::new(), names: Vec::new(), quorum: None };
        let mut quorum_row = 0;
        for (row, line) in (1..).zip(text.split('\n')) {
            if line.contains(|c: char| c.is_ascii_control() && c != '\t') {
                return Err(bad(
                    row,
                    say!("含有控制字符（如 CR）", "a control character, as CR is one"),
                ));
            }
            let words: Vec<&str> =
                line.split([' ', '\t']).filter(|word| !word.is_empty()).collect();
            match words[..] {
                [] => {}
                [first, ..] if first.starts_with('#') => {}
                ["log", vkey] | ["log", vkey, _] => policy.log(vkey).map_err(|f| f.row(row))?,
                ["witness", name, vkey] | ["witness", name, vkey, _] => {
                    policy.witness(name, vkey).map_err(|f| f.row(row))?;
                }
                ["group", name, k, ref members @ ..] => {
                    policy.group(name, k, members).map_err(|f| f.row(row))?;
                }
                ["quorum", name] if quorum_row == 0 => {
                    quorum_row = row;
                    let place = || policy.place(name).map_err(|f| f.row(row));
                    policy.quorum = if name == NONE { None } else { Some(place()?) };
                }
                ["quorum", _] => {
                    return Err(bad(row, say!("quorum 只能有一行", "there is one line quorum")));
                }
                [first, ..] => {
                    let cause = say!(
                        "“{first}”行不成立：只有 log、witness、group、quorum",
                        "no line \"{first}\" is like this: there are log, witness, group, quorum"
                    );
                    return Err(bad(row, cause));
                }
            }
        }
        if quorum_row == 0 {
            return Err(bad(0, say!("缺少 quorum 行", "the line quorum is missing")));
        }
        Ok(policy)
    }

    /// The keys of the logs that are believed.
    pub fn logs(&self) -> Vec<&VerifierKey> {
        self.logs.iter().collect()
    }

    /// The witnesses' keys, whose places [`Quorum::cosigned`] counts.
    pub fn witnesses(&self) -> Vec<&VerifierKey> {
        self.witnesses.iter().collect()
    }

    /// Demands a signature of a log of the policy and its quorum of cosignatures.
    ///
    /// # Errors
    /// L06, L03 or L04 of signatures, L14 if the quorum is not reached.
    pub fn check(&self, signed: &SignedCheckpoint) -> Result<Quorum, Finding> {
        signed.check_log(&self.logs())?;
        let cosigned = signed.cosigned(&self.witnesses())?;
        match self.reached(&cosigned) {
            Some(reached_s) => Ok(Quorum { reached_s, cosigned }),
            None => {
                let (n, all) = (self.distinct(&cosigned), self.witnesses.len());
                let cause = say!(
                    "策略中的 {all} 名见证人，联署的 {n} 名",
                    "of the {all} witnesses of the policy {n} have cosigned"
                );
                Err(Finding::new("L14", cause))
            }
        }
    }

    /// As [`Policy::check`], and that the quorum had cosigned by a time in seconds of UTC.
    ///
    /// # Errors
    /// As [`Policy::check`], and L15.
    pub fn check_by(&self, signed: &SignedCheckpoint, due_s: u64) -> Result<Quorum, Finding> {
        let quorum = self.check(signed)?;
        if self.quorum.is_none() {
            let cause =
                say!("策略不要求见证人，无从证明时间", "without witnesses no time is proved");
            return Err(Finding::new("L14", cause));
        }
        if quorum.reached_s > due_s {
            let (late, due) = (china_time(quorum.reached_s), china_time(due_s));
            let cause = say!(
                "{late} 才凑足联署，最迟应为 {due}（北京时间）",
                "the quorum had cosigned at {late}, which was due by {due} (China time)"
            );
            return Err(Finding::new("L15", cause));
        }
        Ok(quorum)
    }

    fn distinct(&self, cosigned: &[Cosigned]) -> usize {
        (0..self.witnesses.len()).filter(|w| cosigned.iter().any(|c| c.witness == *w)).count()
    }

    /// When the quorum was reached, if it was.
    fn reached(&self, cosigned: &[Cosigned]) -> Option<u64> {
        let Some(quorum) = self.quorum else { return Some(0) };
        let mut times: Vec<Option<u64>> = Vec::new();
        for named in &self.names {
            times.push(match &named.what {
                What::Witness(witness) => {
                    let of_witness = cosigned.iter().filter(|c| c.witness == *witness);
                    of_witness.map(|c| c.time_s).min()
                }
                What::Group { k, members } => {
                    let mut reached: Vec<u64> = members.iter().filter_map(|m| times[*m]).collect();
                    reached.sort_unstable();
                    reached.get(k - 1).copied()
                }
            });
        }
        times[quorum]
    }

    fn log(&mut self, vkey: &str) -> Result<(), Finding> {
        add(&mut self.logs, vkey, Kind::Ed25519)
    }

    fn witness(&mut self, name: &str, vkey: &str) -> Result<(), Finding> {
        add(&mut self.witnesses, vkey, Kind::Cosignature)?;
        self.define(name, What::Witness(self.witnesses.len() - 1))
    }

    fn group(&mut self, name: &str, k: &str, members: &[&str]) -> Result<(), Finding> {
        let n = members.len();
        let k = match k {
            "any" => Some(1),
            "all" => Some(n),
            k => parse_integer(k, 1 << 32).and_then(|k| usize::try_from(k).ok()),
        };
        let Some(k) = k.filter(|k| (1..=n).contains(k)) else {
            return Err(bad(0, say!("人数须为 1–{n}、any 或 all", "k is 1–{n}, any or all")));
        };
        let mut places = Vec::new();
        for member in members {
            let place = self.place(member)?;
            if std::mem::replace(&mut self.names[place].is_member, true) {
                let cause =
                    say!("{member} 已是一个组的成员", "{member} is a member of a group already");
                return Err(bad(0, cause));
            }
            places.push(place);
        }
        self.define(name, What::Group { k, members: places })
    }

    fn define(&mut self, name: &str, what: What) -> Result<(), Finding> {
        if name == NONE || self.names.iter().any(|named| named.name == name) {
            return Err(bad(0, say!("名称 {name} 已经用过", "the name {name} is taken")));
        }
        if self.names.len() >= 2 * MAX {
            return Err(bad(0, say!("见证人和组过多", "too many witnesses and groups")));
        }
        self.names.push(Named { name: name.to_owned(), what, is_member: false });
        Ok(())
    }

    fn place(&self, name: &str) -> Result<usize, Finding> {
        let place = self.names.iter().position(|named| named.name == name);
        place.ok_or_else(|| bad(0, say!("前面没有 {name}", "no {name} stands before")))
    }
}

fn add(keys: &mut Vec<VerifierKey>, vkey: &str, kind: Kind) -> Result<(), Finding> {
    let key = VerifierKey::parse(vkey)?;
    if key.kind() != kind {
        let cause = say!(
            "日志用 Ed25519 公钥，见证人用 cosignature/v1 公钥",
            "logs have keys of type 1, witnesses of type 4"
        );
        return Err(bad(0, cause).id(key.name()));
    }
    if keys.iter().any(|other| other.same_key(&key)) {
        return Err(bad(0, say!("同一公钥出现两次", "the same key stands twice")).id(key.name()));
    }
    if keys.len() >= MAX {
        return Err(bad(0, say!("超过 {MAX} 个", "more than {MAX}")));
    }
    keys.push(key);
    Ok(())
}

fn bad(row: u64, cause: Text) -> Finding {
    Finding::new("L13", cause).row(row)
}
