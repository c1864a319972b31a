//! Signed notes (C2SP signed-note): text, an empty line, and lines of signatures, each with the name of a key and
//! four bytes of the key's digest. A note says nothing until a key that is trusted has been found to have signed it.

use std::fmt;

use super::encoding::{decode, encode};
use super::key::VerifierKey;
use crate::base::finding::{Finding, Text};
use crate::say;

/// Most bytes of a note; a checkpoint with a hundred cosignatures has some fifteen thousand.
pub const NOTE_BYTES_MAX: usize = 1 << 20;
/// Most signatures of a note.
pub const SIGNATURES_MAX: usize = 128;
/// Begins a line of a signature: em dash and space.
const DASH: &str = "\u{2014} ";

/// Text with the signatures that came with it, none of them verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    text: String,
    signatures: Vec<Signature>,
}

/// One line of signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    name: String,
    id: u32,
    bytes: Vec<u8>,
}

impl Note {
    /// A note without signatures as yet.
    ///
    /// # Errors
    /// L01 if the text does not end in a newline or has other control characters.
    pub fn new(text: String) -> Result<Self, Finding> {
        check_text(&text)?;
        match text.ends_with('\n') {
            true => Ok(Note { text, signatures: Vec::new() }),
            false => Err(bad(say!("正文末尾缺少换行", "the text does not end in a newline"))),
        }
    }

    /// Parses a signed note; every line of signature has to be well formed, whoever signed.
    ///
    /// # Errors
    /// L01, naming the line.
    pub fn parse(bytes: &[u8]) -> Result<Self, Finding> {
        if bytes.len() > NOTE_BYTES_MAX {
            return Err(bad(say!("超过 1 MiB", "it has more than 1 MiB")));
        }
        let whole = std::str::from_utf8(bytes).map_err(|_| bad(say!("不是 UTF-8", "not UTF-8")))?;
        check_text(whole)?;
        let Some(split) = whole.rfind("\n\n") else {
            let cause = say!("正文与签名之间缺少空行", "no empty line parts text and signatures");
            return Err(bad(cause));
        };
        let (text, lines) = (&whole[..=split], &whole[split + 2..]);
        let first_row = 1 + whole[..split + 2].matches('\n').count() as u64;
        let Some(lines) = lines.strip_suffix('\n') else {
            return Err(bad(say!(
                "末行须为签名并以换行结束",
                "the last line must be a signature and end"
            )));
        };
        let signatures: Vec<Signature> = (first_row..)
            .zip(lines.split('\n'))
            .map(|(row, line)| Signature::parse(line).map_err(|finding| finding.row(row)))
            .collect::<Result<_, _>>()?;
        if signatures.len() > SIGNATURES_MAX {
            return Err(bad(say!(
                "签名超过 {SIGNATURES_MAX} 行",
                "more than {SIGNATURES_MAX} signatures"
            )));
        }
        Ok(Note { text: text.to_owned(), signatures })
    }

    /// The bytes, exactly as they were parsed.
    pub fn format(&self) -> String {
        let lines: String = self.signatures.iter().map(Signature::line).collect();
        format!("{}\n{lines}", self.text)
    }

    /// The text that is signed, with its last newline.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The signatures, in order.
    pub fn signatures(&self) -> &[Signature] {
        &self.signatures
    }

    /// Adds a signature behind the others, unless the very same is there.
    pub fn add(&mut self, signature: Signature) {
        if !self.signatures.contains(&signature) {
            self.signatures.push(signature);
        }
    }

    /// The signatures of these keys: the key's place among `keys`, and the time that a cosignature states. Others are
    /// ignored, as the specification demands; one of a known key that does not hold makes the note worthless.
    ///
    /// # Errors
    /// L03.
    pub fn verify(&self, keys: &[&VerifierKey]) -> Result<Vec<Verified>, Finding> {
        let mut verified = Vec::new();
        for signature in &self.signatures {
            let known =
                |key: &&VerifierKey| key.name() == signature.name && key.id() == signature.id;
            let Some(key) = keys.iter().position(known) else { continue };
            match keys[key].check(&self.text, &signature.bytes) {
                Some(time_s) => verified.push(Verified { key, time_s }),
                None => {
                    let cause = say!("验证失败", "it fails to verify");
                    return Err(Finding::new("L03", cause).id(signature.name.clone()));
                }
            }
        }
        Ok(verified)
    }
}

/// A signature that holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verified {
    /// The key's place among those that were given.
    pub key: usize,
    /// Seconds of UTC that a cosignature states; none for a plain signature.
    pub time_s: Option<u64>,
}

impl Signature {
    pub(super) fn new(name: &str, id: u32, bytes: Vec<u8>) -> Self {
        Signature { name: name.to_owned(), id, bytes }
    }

    /// Parses a line without its newline.
    ///
    /// # Errors
    /// L01.
    pub fn parse(line: &str) -> Result<Self, Finding> {
        let fields = line.strip_prefix(DASH).and_then(|rest| rest.split_once(' '));
        let Some((name, blob)) = fields.filter(|(name, _)| is_key_name(name)) else {
            let cause =
                say!("签名行须为“— 名称 base64”", "a signature's line is \"— name base64\"");
            return Err(bad(cause));
        };
        let Some((id, bytes)) = decode(blob).and_then(|blob| {
            let (id, bytes) = blob.split_first_chunk::<4>()?;
            (!bytes.is_empty()).then(|| (u32::from_be_bytes(*id), bytes.to_vec()))
        }) else {
            let cause =
                say!("签名不是 base64 或过短", "the signature is not base64 or is too short");
            return Err(bad(cause).id(name));
        };
        Ok(Signature { name: name.to_owned(), id, bytes })
    }

    /// The name of the key that is said to have signed.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The four bytes of the key's digest.
    pub fn id(&self) -> u32 {
        self.id
    }

    fn line(&self) -> String {
        format!("{self}\n")
    }
}

/// The line without its newline.
impl fmt::Display for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let blob = [&self.id.to_be_bytes(), &self.bytes[..]].concat();
        write!(f, "{DASH}{} {}", self.name, encode(&blob))
    }
}

/// Whether `name` may name a key: not empty, without Unicode white space and plus signs.
pub fn is_key_name(name: &str) -> bool {
    !name.is_empty() && !name.contains(|c: char| c.is_whitespace() || c.is_control() || c == '+')
}

fn check_text(text: &str) -> Result<(), Finding> {
    match text.find(|c: char| c < ' ' && c != '\n') {
        None => Ok(()),
        Some(at) => {
            let row = 1 + text[..at].matches('\n').count() as u64;
            Err(bad(say!("含有控制字符", "it has a control character")).row(row))
        }
    }
}

fn bad(cause: Text) -> Finding {
    Finding::new("L01", cause)
}
