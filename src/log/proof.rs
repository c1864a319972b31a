//! Proofs that an entry is in a log (C2SP tlog-proof): index, inclusion path and a signed checkpoint in one text file,
//! which is checked without a network. The entry itself travels as the extra data: it is believed because the path leads
//! from it to the checkpoint, never because it stands there.

use super::checkpoint::{SIZE_LIMIT, SignedCheckpoint};
use super::encoding::{decode, decode_digest, encode};
use super::note::NOTE_BYTES_MAX;
use super::tree::{PROOF_MAX, check_inclusion, leaf};
use crate::base::digest::Digest;
use crate::base::finding::{Finding, Text};
use crate::base::text::parse_integer;
use crate::say;

const HEADER: &str = "c2sp.org/tlog-proof@v1";

/// A proof as it was parsed; what it shows is for [`Proof::check`] to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    /// The entry, where it travels with its proof.
    pub entry: Option<Vec<u8>>,
    /// The entry's place in the log, from 0.
    pub index: u64,
    /// The inclusion path, from the leaf's sibling upwards.
    pub path: Vec<Digest>,
    /// The checkpoint, as it was published.
    pub signed: SignedCheckpoint,
}

impl Proof {
    /// Parses a proof.
    ///
    /// # Errors
    /// L11, L01 or L05.
    pub fn parse(bytes: &[u8]) -> Result<Self, Finding> {
        if bytes.len() > 2 * NOTE_BYTES_MAX {
            return Err(bad(say!("超过 2 MiB", "it has more than 2 MiB")));
        }
        let text = std::str::from_utf8(bytes).map_err(|_| bad(say!("不是 UTF-8", "not UTF-8")))?;
        let Some((head, checkpoint)) = text.split_once("\n\n") else {
            let cause =
                say!("证明与签名树头之间缺少空行", "no empty line parts proof and checkpoint");
            return Err(bad(cause));
        };
        let mut lines = (1..).zip(head.split('\n')).peekable();
        if lines.next().is_none_or(|(_, line)| line != HEADER) {
            return Err(bad(say!("首行须为 {HEADER}", "the first line is {HEADER}")).row(1));
        }
        let extra = lines.peek().and_then(|(_, line)| line.strip_prefix("extra "));
        let entry = match extra {
            None => None,
            Some(extra) => {
                lines.next();
                let cause =
                    || bad(say!("附加数据不是 base64", "the extra data is not base64")).row(2);
                Some(decode(extra).ok_or_else(cause)?)
            }
        };
        let (row, line) = lines.next().unwrap_or((2, ""));
        let index = line.strip_prefix("index ").and_then(|index| parse_integer(index, SIZE_LIMIT));
        let Some(index) = index else {
            return Err(
                bad(say!("须为 index 和序号", "it must be \"index\" and a number")).row(row)
            );
        };
        let digest = |(row, line): (u64, &str)| {
            let cause =
                || bad(say!("须为 32 字节的 base64", "it must be base64 of 32 bytes")).row(row);
            decode_digest(line).ok_or_else(cause)
        };
        let path = lines.map(digest).collect::<Result<Vec<_>, _>>()?;
        if path.len() > PROOF_MAX {
            return Err(bad(say!(
                "路径超过 {PROOF_MAX} 行",
                "the path has more than {PROOF_MAX} lines"
            )));
        }
        let signed = SignedCheckpoint::parse(checkpoint.as_bytes())?;
        Ok(Proof { entry, index, path, signed })
    }

    /// The bytes, exactly as they were parsed.
    pub fn format(&self) -> String {
        let mut text = format!("{HEADER}\n");
        if let Some(entry) = &self.entry {
            text.push_str(&format!("extra {}\n", encode(entry)));
        }
        text.push_str(&format!("index {}\n", self.index));
        for digest in &self.path {
            text.push_str(&format!("{}\n", encode(digest.as_bytes())));
        }
        format!("{text}\n{}", self.signed.format())
    }

    /// Whether this entry is in the log of the checkpoint. Who signed it is another question.
    ///
    /// # Errors
    /// L08.
    pub fn check(&self, entry: &[u8]) -> Result<(), Finding> {
        let checkpoint = self.signed.checkpoint();
        if check_inclusion(checkpoint.root, leaf(entry), self.index, &self.path) {
            return Ok(());
        }
        let (index, n) = (self.index, checkpoint.root.n);
        let cause = say!(
            "证明不能把它连到第 {index} 条（共 {n} 条）",
            "the proof does not lead from it to entry {index} of {n}"
        );
        Err(Finding::new("L08", cause))
    }
}

fn bad(cause: Text) -> Finding {
    Finding::new("L11", cause)
}
