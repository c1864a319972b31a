//! Checkpoints (签名树头; C2SP tlog-checkpoint): origin, size and root of a log in a note that the log has signed and
//! witnesses have cosigned (C2SP tlog-cosignature).

use super::encoding::{decode_digest, encode};
use super::key::{Kind, SignerKey, VerifierKey};
use super::note::{Note, Signature, is_key_name};
use crate::base::finding::{Finding, Text};
use crate::base::merkle::Root;
use crate::base::text::parse_integer;
use crate::say;

/// A log has fewer entries than this, as in Go's `tlog`.
pub const SIZE_LIMIT: u64 = 1 << 62;

/// The head of a log at some size.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// Which log: the name of its key.
    pub origin: String,
    /// Number of entries and RFC 6962 tree head.
    pub root: Root,
    /// Lines whose meaning only the log knows; this program writes none.
    pub extensions: Vec<String>,
}

/// A checkpoint in its note, as it was published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedCheckpoint {
    checkpoint: Checkpoint,
    note: Note,
}

/// A witness's cosignature that holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cosigned {
    /// The witness's place among those that were given.
    pub witness: usize,
    /// Seconds of UTC at which it says to have seen the log at this size.
    pub time_s: u64,
}

impl Checkpoint {
    /// The head of a log.
    ///
    /// # Errors
    /// L05 if the origin cannot name a key, as that of a log does.
    pub fn new(origin: &str, root: Root) -> Result<Self, Finding> {
        if !is_key_name(origin) {
            let cause = say!(
                "来源不得为空，不得有空白或加号",
                "an origin has no white space and no plus sign"
            );
            return Err(Finding::new("L05", cause).id(origin));
        }
        Ok(Checkpoint { origin: origin.to_owned(), root, extensions: Vec::new() })
    }

    /// Parses the text of a note.
    ///
    /// # Errors
    /// L05, naming the line.
    pub fn parse(text: &str) -> Result<Self, Finding> {
        let refuse = |row: u64, cause: Text| Err(Finding::new("L05", cause).row(row));
        let mut lines = text.strip_suffix('\n').unwrap_or_default().split('\n');
        let (origin, size, root) = (lines.next(), lines.next(), lines.next());
        let Some(origin) = origin.filter(|origin| !origin.is_empty()) else {
            return refuse(1, say!("缺少来源", "the origin is missing"));
        };
        let Some(n) = size.and_then(|size| parse_integer(size, SIZE_LIMIT)) else {
            return refuse(
                2,
                say!("条数须为十进制整数，无前导零", "the size is a decimal integer"),
            );
        };
        let Some(root) = root.and_then(decode_digest) else {
            return refuse(3, say!("树根须为 32 字节的 base64", "the root is base64 of 32 bytes"));
        };
        let extensions: Vec<String> = lines.map(str::to_owned).collect();
        if let Some(at) = extensions.iter().position(String::is_empty) {
            return refuse(4 + at as u64, say!("扩展行不得为空", "an extension line is empty"));
        }
        if n == 0 && root != super::empty_root().root {
            return refuse(3, say!("空日志的树根不对", "this is not the root of an empty log"));
        }
        Ok(Checkpoint { origin: origin.to_owned(), root: Root { n, root }, extensions })
    }

    /// The text of the note.
    pub fn format(&self) -> String {
        let Root { n, root } = self.root;
        let mut text = format!("{}\n{n}\n{}\n", self.origin, encode(root.as_bytes()));
        self.extensions.iter().for_each(|line| text.extend([line, "\n"]));
        text
    }
}

impl SignedCheckpoint {
    /// Signs a checkpoint with the log's key.
    ///
    /// # Panics
    /// If the key is a witness's or another log's.
    pub fn sign(checkpoint: Checkpoint, key: &SignerKey) -> Self {
        let verifier = key.verifier();
        assert!(verifier.kind() == Kind::Ed25519, "bug: a witness's key signs no log");
        assert!(verifier.name() == checkpoint.origin, "bug: the key of another log");
        let mut note = Note::new(checkpoint.format()).expect("bug: checkpoints are text");
        note.add(key.sign(note.text(), 0));
        SignedCheckpoint { checkpoint, note }
    }

    /// Parses a note whose text is a checkpoint. No signature is verified.
    ///
    /// # Errors
    /// L01 or L05.
    pub fn parse(bytes: &[u8]) -> Result<Self, Finding> {
        let note = Note::parse(bytes)?;
        Ok(SignedCheckpoint { checkpoint: Checkpoint::parse(note.text())?, note })
    }

    /// The bytes, exactly as they were parsed.
    pub fn format(&self) -> String {
        self.note.format()
    }

    /// What was signed.
    pub fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }

    /// The note, with all signatures.
    pub fn note(&self) -> &Note {
        &self.note
    }

    /// Demands a signature of one of these logs, whose name is the checkpoint's origin.
    ///
    /// # Errors
    /// L06 if none of the keys is of this origin, L03 or L04.
    pub fn check_log(&self, keys: &[&VerifierKey]) -> Result<(), Finding> {
        let origin = &self.checkpoint.origin;
        let of_origin = |key: &&&VerifierKey| key.name() == *origin && key.kind() == Kind::Ed25519;
        let keys: Vec<&VerifierKey> = keys.iter().filter(of_origin).copied().collect();
        if keys.is_empty() {
            let cause =
                say!("没有来源为“{origin}”的公钥", "there is no key of the origin \"{origin}\"");
            return Err(Finding::new("L06", cause));
        }
        if self.note.verify(&keys)?.is_empty() {
            let cause = say!("“{origin}”没有签名", "\"{origin}\" has not signed it");
            return Err(Finding::new("L04", cause));
        }
        Ok(())
    }

    /// The cosignatures of these witnesses, in the order of the note.
    ///
    /// # Errors
    /// L03.
    pub fn cosigned(&self, witnesses: &[&VerifierKey]) -> Result<Vec<Cosigned>, Finding> {
        let verified = self.note.verify(witnesses)?.into_iter();
        let timed = verified.filter_map(|v| Some(Cosigned { witness: v.key, time_s: v.time_s? }));
        Ok(timed.collect())
    }

    /// The cosignature of a witness, who says to have seen nothing larger of this log, at a time in seconds of UTC.
    ///
    /// # Panics
    /// If the key is no witness's.
    pub fn cosign(&self, witness: &SignerKey, time_s: u64) -> Signature {
        assert!(witness.verifier().kind() == Kind::Cosignature, "bug: logs do not cosign");
        witness.sign(self.note.text(), time_s)
    }

    /// Adds a cosignature; whether it holds is for [`SignedCheckpoint::cosigned`] to say.
    pub fn add(&mut self, signature: Signature) {
        self.note.add(signature);
    }
}
