//! What a witness demands before it cosigns (C2SP tlog-witness, `add-checkpoint`): a signature of a log that it knows, and
//! a proof that the checkpoint continues the last one it has seen. Also the request in which a log sends both.

use super::checkpoint::{Checkpoint, SIZE_LIMIT, SignedCheckpoint};
use super::encoding::{decode_digest, encode};
use super::key::VerifierKey;
use super::tree::{PROOF_MAX, check_consistency};
use crate::base::digest::Digest;
use crate::base::finding::{Finding, Text};
use crate::base::text::parse_integer;
use crate::say;

/// The body of `add-checkpoint`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// The size of the log that the witness is thought to have seen last; 0 for none.
    pub old: u64,
    /// The consistency proof from there to the checkpoint.
    pub proof: Vec<Digest>,
    /// What is to be cosigned.
    pub signed: SignedCheckpoint,
}

impl Request {
    /// Parses a request.
    ///
    /// # Errors
    /// L27, L01 or L05.
    pub fn parse(bytes: &[u8]) -> Result<Self, Finding> {
        let text =
            std::str::from_utf8(bytes).map_err(|_| bad(1, say!("不是 UTF-8", "not UTF-8")))?;
        let Some((head, checkpoint)) = text.split_once("\n\n") else {
            return Err(bad(1, say!("缺少空行", "the empty line is missing")));
        };
        let mut lines = (1..).zip(head.split('\n'));
        let old = lines.next().and_then(|(_, line)| line.strip_prefix("old "));
        let Some(old) = old.and_then(|old| parse_integer(old, SIZE_LIMIT)) else {
            return Err(bad(
                1,
                say!("首行须为 old 和条数", "the first line is \"old\" and a size"),
            ));
        };
        let digest = |(row, line)| {
            let cause = || bad(row, say!("须为 32 字节的 base64", "it must be base64 of 32 bytes"));
            decode_digest(line).ok_or_else(cause)
        };
        let proof = lines.map(digest).collect::<Result<Vec<_>, _>>()?;
        if proof.len() > PROOF_MAX {
            return Err(bad(
                1,
                say!("证明超过 {PROOF_MAX} 行", "the proof has more than {PROOF_MAX} lines"),
            ));
        }
        Ok(Request { old, proof, signed: SignedCheckpoint::parse(checkpoint.as_bytes())? })
    }

    /// The bytes, exactly as they were parsed.
    pub fn format(&self) -> String {
        let proof: String =
            self.proof.iter().map(|digest| format!("{}\n", encode(digest.as_bytes()))).collect();
        format!("old {}\n{proof}\n{}", self.old, self.signed.format())
    }

    /// Whether a witness may cosign it who has last seen `seen` of this log, if anything.
    ///
    /// # Errors
    /// L03, L04 or L06 if the log has not signed it; L16 if it is older than what was seen, L07 if it does not continue
    /// it; L28 if the request begins elsewhere than at what was seen.
    pub fn check(&self, log: &VerifierKey, seen: Option<&Checkpoint>) -> Result<(), Finding> {
        self.signed.check_log(&[log])?;
        let new = self.signed.checkpoint().root;
        let empty = super::empty_root();
        let seen = seen.map_or(empty, |seen| seen.root);
        let (n, had) = (new.n, seen.n);
        if n < had {
            let cause = say!(
                "只有 {n} 条，先前见过 {had} 条",
                "it has {n} entries, {had} were seen before"
            );
            return Err(Finding::new("L16", cause));
        }
        if self.old != had {
            let old = self.old;
            let cause = say!(
                "从 {old} 条起证明，见证人见过 {had} 条",
                "it begins at {old}, the witness has seen {had}"
            );
            return Err(Finding::new("L28", cause));
        }
        if !check_consistency(seen, new, &self.proof) {
            let cause = say!(
                "不是先前所见 {had} 条的延续",
                "it does not continue the {had} entries seen before"
            );
            return Err(Finding::new("L07", cause));
        }
        Ok(())
    }
}

fn bad(row: u64, cause: Text) -> Finding {
    Finding::new("L27", cause).row(row)
}
