//! Keys of logs and witnesses: verifier keys as C2SP signed-note writes them, signer keys as Go's `sumdb/note` does,
//! and the two kinds of Ed25519 signatures (RFC 8032) that this log knows: plain ones of notes, and those of
//! witnesses, which state a time (C2SP tlog-cosignature, `cosignature/v1`).

use std::fmt;

use ed25519_dalek::{Signature as Ed25519, Signer, SigningKey, VerifyingKey};
use zeroize::Zeroizing;

use super::encoding::{decode, encode};
use super::note::{Signature, is_key_name};
use crate::base::digest::Suite;
use crate::base::finding::{Finding, Text};
use crate::say;

/// What a key's signatures are; the number is the type's byte in C2SP signed-note.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// 0x01: Ed25519 over the text of a note. Logs sign so.
    Ed25519 = 1,
    /// 0x04: Ed25519 over a time and a checkpoint. Witnesses sign so.
    Cosignature = 4,
}

/// A public key with its name.
#[derive(Clone, PartialEq, Eq)]
pub struct VerifierKey {
    name: String,
    kind: Kind,
    key: VerifyingKey,
}

/// A private key with its name.
pub struct SignerKey {
    name: String,
    kind: Kind,
    key: SigningKey,
}

/// Bytes of a time in a cosignature.
const TIME_BYTES: usize = 8;
/// Before a signer key, so that nobody takes it for a verifier key.
const PRIVATE: &str = "PRIVATE+KEY+";

impl VerifierKey {
    /// Parses `<name>+<8 hex digits>+<base64 of type and public key>`.
    ///
    /// # Errors
    /// L02.
    pub fn parse(text: &str) -> Result<Self, Finding> {
        let (name, id, kind, key) = parts(text)?;
        let key = VerifyingKey::from_bytes(&key).ok().filter(|key| !key.is_weak());
        let key =
            key.ok_or_else(|| bad(say!("不是合格的 Ed25519 公钥", "not a sound Ed25519 key")))?;
        let key = VerifierKey { name: name.to_owned(), kind, key };
        if key.id() != id {
            return Err(
                bad(say!("密钥编号与密钥不符", "the key's id is not that of the key")).id(name)
            );
        }
        Ok(key)
    }

    /// The text that was parsed.
    pub fn format(&self) -> String {
        join(&self.name, self.id(), self.kind, self.key.as_bytes())
    }

    /// The name of the log or witness.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What its signatures are.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The first four bytes of SHA-256 of name, newline, type and public key.
    pub fn id(&self) -> u32 {
        key_id(&self.name, self.kind, self.key.as_bytes())
    }

    /// Whether it is the same public key, whatever its name and type.
    pub fn same_key(&self, other: &VerifierKey) -> bool {
        self.key == other.key
    }

    /// Whether these bytes sign the text: the time of a cosignature in the inner option.
    pub(super) fn check(&self, text: &str, bytes: &[u8]) -> Option<Option<u64>> {
        let holds = |message: &[u8], signature: &[u8]| {
            let signature = Ed25519::from_slice(signature).ok()?;
            self.key.verify_strict(message, &signature).ok()
        };
        match self.kind {
            Kind::Ed25519 => holds(text.as_bytes(), bytes).map(|()| None),
            Kind::Cosignature => {
                let (time, signature) = bytes.split_first_chunk::<TIME_BYTES>()?;
                let time_s = u64::from_be_bytes(*time);
                let in_range = i64::try_from(time_s).is_ok() && time_s > 0;
                holds(cosigned(text, time_s).as_bytes(), signature).filter(|()| in_range)?;
                Some(Some(time_s))
            }
        }
    }
}

impl SignerKey {
    /// The key of this seed of RFC 8032.
    ///
    /// # Errors
    /// L02 if the name cannot name a key.
    pub fn from_seed(name: &str, kind: Kind, seed: &[u8; 32]) -> Result<Self, Finding> {
        check_name(name)?;
        Ok(SignerKey { name: name.to_owned(), kind, key: SigningKey::from_bytes(seed) })
    }

    /// Parses `PRIVATE+KEY+<name>+<8 hex digits>+<base64 of type and seed>`.
    ///
    /// # Errors
    /// L02.
    pub fn parse(text: &str) -> Result<Self, Finding> {
        let Some(rest) = text.strip_prefix(PRIVATE) else {
            return Err(bad(say!(
                "私钥须以 {PRIVATE} 开头",
                "a private key begins with {PRIVATE}"
            )));
        };
        let (name, id, kind, seed) = parts(rest)?;
        let key = Self::from_seed(name, kind, &seed)?;
        if key.verifier().id() != id {
            return Err(
                bad(say!("密钥编号与密钥不符", "the key's id is not that of the key")).id(name)
            );
        }
        Ok(key)
    }

    /// The text that was parsed: a secret, wiped when it is dropped.
    pub fn format_secret(&self) -> Zeroizing<String> {
        let id = self.verifier().id();
        let rest = Zeroizing::new(join(&self.name, id, self.kind, self.key.as_bytes()));
        Zeroizing::new(format!("{PRIVATE}{}", *rest))
    }

    /// The public key.
    pub fn verifier(&self) -> VerifierKey {
        VerifierKey { name: self.name.clone(), kind: self.kind, key: self.key.verifying_key() }
    }

    /// Signs the text of a note; a witness's key states the time, in seconds of UTC.
    pub fn sign(&self, text: &str, time_s: u64) -> Signature {
        let bytes = match self.kind {
            Kind::Ed25519 => self.key.sign(text.as_bytes()).to_bytes().to_vec(),
            Kind::Cosignature => {
                let signature = self.key.sign(cosigned(text, time_s).as_bytes());
                [&time_s.to_be_bytes(), &signature.to_bytes()[..]].concat()
            }
        };
        Signature::new(&self.name, self.verifier().id(), bytes)
    }
}

impl fmt::Debug for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.format())
    }
}

/// Secrets are not printed.
impl fmt::Debug for SignerKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "secret of {:?}", self.verifier())
    }
}

/// What a witness signs (tlog-cosignature, "Ed25519 signed message").
fn cosigned(text: &str, time_s: u64) -> String {
    format!("cosignature/v1\ntime {time_s}\n{text}")
}

fn key_id(name: &str, kind: Kind, key: &[u8; 32]) -> u32 {
    let digest = Suite::Sha256.hasher().with(name.as_bytes()).with(&[b'\n', kind as u8]).with(key);
    let digest = digest.finish();
    let [a, b, c, d, ..] = *digest.as_bytes();
    u32::from_be_bytes([a, b, c, d])
}

fn join(name: &str, id: u32, kind: Kind, key: &[u8; 32]) -> String {
    format!("{name}+{id:08x}+{}", encode(&[&[kind as u8], &key[..]].concat()))
}

/// Name, id, type and 32 bytes of a key's text.
fn parts(text: &str) -> Result<(&str, u32, Kind, [u8; 32]), Finding> {
    // Base64 has plus signs, names have none.
    let mut fields = text.splitn(3, '+');
    let (Some(name), Some(id), Some(material)) = (fields.next(), fields.next(), fields.next())
    else {
        let cause = say!("须为 名称+编号+base64", "it must be name+id+base64");
        return Err(bad(cause));
    };
    check_name(name)?;
    let hex = id.len() == 8 && id.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    let Some(id) = u32::from_str_radix(id, 16).ok().filter(|_| hex) else {
        let cause = say!("编号须为 8 位小写十六进制", "the id has 8 lowercase hex digits");
        return Err(bad(cause).id(name));
    };
    let material = decode(material).unwrap_or_default();
    let kind = match material.first() {
        Some(1) => Kind::Ed25519,
        Some(4) => Kind::Cosignature,
        Some(6) => {
            let cause = say!("本版不支持 ML-DSA-44 密钥", "ML-DSA-44 keys are not supported");
            return Err(bad(cause).id(name));
        }
        _ => {
            let cause =
                say!("不认识的密钥类型，或不是 base64", "an unknown type of key, or not base64");
            return Err(bad(cause).id(name));
        }
    };
    match <[u8; 32]>::try_from(&material[1..]) {
        Ok(key) => Ok((name, id, kind, key)),
        Err(_) => Err(bad(say!("密钥须为 32 字节", "a key has 32 bytes")).id(name)),
    }
}

fn check_name(name: &str) -> Result<(), Finding> {
    let cause =
        || say!("名称不得为空，不得有空白或加号", "a name has no white space and no plus sign");
    if is_key_name(name) { Ok(()) } else { Err(bad(cause())) }
}

fn bad(cause: Text) -> Finding {
    Finding::new("L02", cause)
}
