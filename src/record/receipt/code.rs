//! The short form of a receipt: one line of text, small enough for a QR code that a phone reads from paper. It names
//! the subject, its ranks and its team, and points to the published bundle, which says the rest.

use super::Receipt;
use crate::base::digest::Digest;
use crate::base::finding::{Finding, Text};
use crate::base::text::{INTEGER_LIMIT, parse_integer};
use crate::record::ids::{Iid, Sid, is_name};
use crate::say;

/// The first field.
const NAME: &str = "dr1-code";

/// The short form of a receipt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Code {
    /// The draw's name.
    pub draw: String,
    /// C.
    pub commitment: Digest,
    /// H(manifest.tsv).
    pub result: Digest,
    /// The subject.
    pub sid: Sid,
    /// Its salt; only in a sealed draw.
    pub salt: Option<Digest>,
    /// The lists whose frame has it, by name, each with its rank.
    pub ranks: Vec<(String, u64)>,
    /// Who comes, in the order of slots; none if it is not drawn or no team was found.
    pub team: Vec<Iid>,
}

impl Code {
    /// The code of a receipt.
    ///
    /// # Errors
    /// What is wrong with the commitment in it.
    pub fn of(receipt: &Receipt) -> Result<Self, Finding> {
        let (commitment, digest) = receipt.commitment()?;
        let ranks = receipt.lists.iter().map(|entry| (entry.list.clone(), entry.rank));
        let team = receipt.team.iter().flat_map(|team| &team.slots);
        Ok(Code {
            draw: commitment.draw,
            commitment: digest,
            result: receipt.result,
            sid: receipt.sid.clone(),
            salt: receipt.lists.first().and_then(|entry| entry.row.salt),
            ranks: ranks.collect(),
            team: team.map(|slot| slot.iid.clone()).collect(),
        })
    }

    /// Whether a text claims to be a code: it begins like one, or like the address of a page with one behind `#`.
    pub fn is_one(text: &str) -> bool {
        body(text).split(';').next() == Some(NAME)
    }

    /// Parses a code as it was read or pasted; an address before `#` and white space around it do not matter.
    ///
    /// # Errors
    /// Q01.
    pub fn parse(text: &str) -> Result<Self, Finding> {
        let text = body(text);
        let fields: Vec<&str> = text.split(';').collect();
        let &[NAME, draw, commitment, result, sid, salt, ranks, team] = fields.as_slice() else {
            let n = fields.len();
            return Err(refuse(say!("应有 8 段，实有 {n} 段", "{n} fields instead of 8")));
        };
        let malformed = |what: &str| refuse(say!("{what} 不合格式", "malformed {what}"));
        let digest = |what, text| Digest::from_hex(text).ok_or_else(|| malformed(what));
        let code = Code {
            draw: Some(draw).filter(|d| is_name(d)).ok_or_else(|| malformed("draw"))?.to_owned(),
            commitment: digest("C", commitment)?,
            result: digest("result", result)?,
            sid: Sid::parse(sid).map_err(|_| malformed("sid"))?,
            salt: if salt == "-" { None } else { Some(digest("salt", salt)?) },
            ranks: ranks
                .split(',')
                .map(rank)
                .collect::<Option<_>>()
                .ok_or_else(|| malformed("rank"))?,
            team: match team {
                "-" => Vec::new(),
                iids => iids
                    .split(',')
                    .map(|iid| Iid::parse(iid).map_err(|_| malformed("iid")))
                    .collect::<Result<_, _>>()?,
            },
        };
        match code.ranks.windows(2).all(|pair| pair[0].0 < pair[1].0) {
            true => Ok(code),
            false => Err(malformed("rank")),
        }
    }

    /// The text, which `parse` reads back to the same.
    pub fn format(&self) -> String {
        let Code { draw, commitment, result, sid, salt, ranks, team } = self;
        let salt = salt.map_or_else(|| "-".to_owned(), |salt| salt.hex());
        let ranks: Vec<String> =
            ranks.iter().map(|(list, rank)| format!("{list}={rank}")).collect();
        let team: Vec<&str> = team.iter().map(Iid::as_str).collect();
        let team = if team.is_empty() { "-".to_owned() } else { team.join(",") };
        format!("{NAME};{draw};{commitment};{result};{sid};{salt};{};{team}", ranks.join(","))
    }
}

/// The code in an address, and without what a scanner or an editor puts around it.
fn body(text: &str) -> &str {
    let text = text.trim();
    text.rsplit_once('#').map_or(text, |(_, code)| code)
}

fn rank(text: &str) -> Option<(String, u64)> {
    let (list, rank) = text.split_once('=')?;
    let rank = parse_integer(rank, INTEGER_LIMIT).filter(|rank| *rank > 0)?;
    is_name(list).then(|| (list.to_owned(), rank))
}

fn refuse(cause: Text) -> Finding {
    Finding::new("Q01", cause)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::finding::Lang;

    fn text() -> String {
        let [c, r, s] = ["1", "2", "3"].map(|digit| digit.repeat(64));
        format!("dr1-code;EX;{c};{r};REG:0009;{s};T01=1,T02=15;E004,E-6")
    }

    #[test]
    fn a_code_comes_back_whatever_stands_around_it() {
        let text = text();
        let code = Code::parse(&text).unwrap();
        assert_eq!(code.format(), text);
        assert_eq!(code.ranks[1], ("T02".to_owned(), 15));
        for around in [format!(" {text}\r\n"), format!("https://a.example/v.html?x#{text}")] {
            assert!(Code::is_one(&around));
            assert_eq!(Code::parse(&around).as_ref(), Ok(&code));
        }
        assert!(!Code::is_one("{\"beacon\":{"));
        let open = text.replace(&"3".repeat(64), "-").replace("E004,E-6", "-");
        let parsed = Code::parse(&open).unwrap();
        assert_eq!((parsed.salt, parsed.team.len(), parsed.format()), (None, 0, open));
    }

    #[test]
    fn a_damaged_code_says_where() {
        for (from, to, cause) in [
            (";E004,E-6", "", "7 fields instead of 8"),
            ("E-6", "E 6", "malformed iid"),
            ("T02=15", "T01=15", "malformed rank"),
            ("T02=15", "T02=015", "malformed rank"),
            ("T01=1", "T01=0", "malformed rank"),
            ("REG:0009", "REG.0009", "malformed sid"),
            ("EX", "E/X", "malformed draw"),
            (";3", ";A", "malformed salt"),
        ] {
            let finding = Code::parse(&text().replacen(from, to, 1)).unwrap_err();
            assert_eq!((finding.code(), finding.cause.get(Lang::En)), ("Q01", cause));
        }
    }
}
