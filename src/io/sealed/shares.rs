//! The secret shared among custodians (保管人): any `threshold` of them together have it, fewer know nothing of it
//! (Shamir 1979, byte by byte over GF(2^8)). A share is one line of text that tells a mistyped character (BIP 350), how
//! many are needed, and of which draw it is.

use std::fs;

use age::x25519::Identity;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use serde_json::json;
use vsss_rs::Gf256;
use zeroize::{Zeroize, Zeroizing};

use super::{CUSTODY, SHARES, SealedFolder, damaged, decrypt, identity, new_secret};
use crate::base::digest::{Digest, Suite};
use crate::base::finding::Finding;
use crate::base::json::{self, Object};
use crate::base::secret::Secret;
use crate::io::durable::{failed, replace_file, write_file};
use crate::say;

/// What the text of a share begins with.
const KIND: &str = "ssj";
const FORMAT: &str = "dr1-shares";
/// Threshold, number, four bytes of the draw's digest of the secret, and the share itself.
const BYTES: usize = 2 + 4 + 32;
/// Characters between blanks, where a share is printed for typing.
const GROUP: usize = 5;

/// What one custodian holds; wiped when it is no longer needed.
#[derive(Clone)]
pub struct Share(Zeroizing<[u8; BYTES]>);

impl Share {
    /// How many shares are needed.
    pub fn threshold(&self) -> u8 {
        self.0[0]
    }

    /// Its number, from 1.
    pub fn number(&self) -> u8 {
        self.0[1]
    }

    /// Its digest, which may be known to everybody: 32 bytes of it are random.
    pub fn digest(&self) -> Digest {
        Suite::Sha256.digest(&*self.0)
    }

    /// Its text, in groups of five characters.
    pub fn text(&self) -> Zeroizing<String> {
        let kind = bech32::Hrp::parse(KIND).expect("bug: the kind of a share is well formed");
        let plain = bech32::encode::<bech32::Bech32m>(kind, &*self.0);
        let plain = Zeroizing::new(plain.expect("bug: a share is short"));
        let mut text = Zeroizing::new(String::with_capacity(plain.len() * 2));
        for (at, c) in plain.chars().enumerate() {
            if at > 0 && at % GROUP == 0 {
                text.push(' ');
            }
            text.push(c);
        }
        text
    }

    /// Reads a share's text: the first line that is not empty and no comment (`#`). Blanks in it mean nothing.
    ///
    /// # Errors
    /// S08, without showing the text.
    pub fn parse(text: &str) -> Result<Self, Finding> {
        let line = text.lines().map(str::trim).find(|l| !l.is_empty() && !l.starts_with('#'));
        let line: Zeroizing<String> =
            Zeroizing::new(line.unwrap_or_default().split_whitespace().collect());
        let wrong = || {
            let cause = say!("有字符录错，或不是份额", "a character is wrong, or it is no share");
            Finding::new("S08", cause)
        };
        let checked = bech32::primitives::decode::CheckedHrpstring::new::<bech32::Bech32m>(&line);
        let checked = checked.map_err(|_| wrong())?;
        let mut bytes = Zeroizing::new([0; BYTES]);
        let (mut n, mut found) = (0, checked.byte_iter());
        for (place, byte) in bytes.iter_mut().zip(&mut found) {
            *place = byte;
            n += 1;
        }
        let whole = n == BYTES && found.next().is_none();
        if checked.hrp().to_lowercase() != KIND || !whole || bytes[0] < 2 || bytes[1] == 0 {
            return Err(wrong());
        }
        Ok(Share(bytes))
    }

    fn is_of(&self, draw: &Digest) -> bool {
        self.0[2..6] == draw.as_bytes()[..4]
    }
}

/// Shares a secret. `of` is what the commitment says of it (`seal.master`).
///
/// # Errors
/// W08 if the system has no randomness to give.
///
/// # Panics
/// Unless 2 ≤ `threshold` ≤ `n`.
pub fn split(secret: &Secret, of: &Digest, threshold: u8, n: u8) -> Result<Vec<Share>, Finding> {
    assert!((2..=n).contains(&threshold), "bug: {threshold} of {n} is no sharing");
    let mut random = ChaCha20Rng::from_seed(*new_secret()?.expose().as_bytes());
    let bytes = secret.expose().as_bytes();
    let mut parts = Gf256::split_bytes(threshold.into(), n.into(), bytes, &mut random)
        .expect("bug: a sharing within its bounds");
    let share = |part: &Vec<u8>| {
        let mut bytes = Zeroizing::new([0; BYTES]);
        (bytes[0], bytes[1]) = (threshold, part[0]);
        bytes[2..6].copy_from_slice(&of.as_bytes()[..4]);
        bytes[6..].copy_from_slice(&part[1..]);
        Share(bytes)
    };
    let shares = parts.iter().map(share).collect();
    parts.zeroize();
    Ok(shares)
}

/// The secret of these shares. Whether it is the draw's own only its digest in the commitment tells.
///
/// # Errors
/// S09 for a share of another draw or of another sharing, or one that stands twice; S10 if there are too few.
pub fn join(shares: &[Share], of: &Digest) -> Result<Secret, Finding> {
    let at = |share: &Share| share.number().to_string();
    let refuse = |share: &Share, cause| Err(Finding::new("S09", cause).id(at(share)));
    for (n, share) in shares.iter().enumerate() {
        if !share.is_of(of) {
            return refuse(share, say!("它属于另一次抽取", "it is of another draw"));
        }
        if share.threshold() != shares[0].threshold() {
            return refuse(share, say!("它属于另一次拆分", "it is of another sharing"));
        }
        if shares[..n].iter().any(|other| other.number() == share.number()) {
            return refuse(share, say!("同一份给了两次", "the same share is given twice"));
        }
    }
    let (given, needed) = (shares.len(), shares.first().map_or(2, |s| usize::from(s.threshold())));
    if given < needed {
        let cause = say!("给了 {given} 份，须有 {needed} 份", "{given} of the {needed} needed");
        return Err(Finding::new("S10", cause));
    }
    let mut parts: Vec<Vec<u8>> =
        shares.iter().map(|share| [&[share.number()], &share.0[6..]].concat()).collect();
    let joined = Gf256::combine_bytes(&parts).expect("bug: shares that were checked");
    parts.zeroize();
    let joined = Zeroizing::new(joined);
    let bytes: Zeroizing<[u8; 32]> =
        Zeroizing::new(joined[..].try_into().expect("bug: a share has the secret's length"));
    Ok(Secret::from_bytes(*bytes))
}

/// Who holds which share: `shares.json`.
pub struct Custody {
    /// How many are needed.
    pub threshold: u8,
    /// Name and digest of the share of each custodian; the first has number 1.
    pub custodians: Vec<(String, Digest)>,
}

impl Custody {
    fn format(&self) -> Vec<u8> {
        let each = self.custodians.iter();
        let each = each.map(|(name, digest)| json!({"digest": digest.hex(), "name": name}));
        let shares: Vec<_> = each.collect();
        json::format_line(&json!({"v": FORMAT, "threshold": self.threshold, "shares": shares}))
    }

    fn parse(bytes: &[u8]) -> Result<Self, Finding> {
        let value = json::parse_line(bytes)?;
        let top = Object::root(&value)?;
        let threshold = u8::try_from(top.integer("threshold")?).unwrap_or(u8::MAX);
        let mut custodians = Vec::new();
        for share in top.objects("shares")? {
            let digest = Digest::from_hex(share.text("digest")?);
            let digest = digest.ok_or_else(|| {
                Finding::new("F05", say!("不是摘要", "it is no digest")).column("digest")
            })?;
            custodians.push((share.text("name")?.to_owned(), digest));
        }
        Ok(Custody { threshold, custodians })
    }

    /// Which of these shares are not what was handed out.
    pub fn foreign<'a>(&self, shares: &'a [Share]) -> Vec<&'a Share> {
        let own = |share: &Share| {
            let known = self.custodians.get(usize::from(share.number()) - 1);
            known.is_some_and(|(_, digest)| *digest == share.digest())
        };
        shares.iter().filter(|share| !own(share)).collect()
    }
}

impl SealedFolder {
    /// Shares the secret among custodians, unless that was done before: the texts are kept encrypted, so that a killed run
    /// and its successor hand out the same. Until the draw is published `replace` lets others be named.
    ///
    /// # Errors
    /// W03 if it was shared among others, S03, S04, W08.
    pub fn share(
        &self,
        secret: &Secret,
        of: &Digest,
        threshold: u8,
        names: &[String],
        replace: bool,
    ) -> Result<(), Finding> {
        let n = u8::try_from(names.len()).expect("bug: the plan bounds custodians");
        let (place, own) = (self.folder.join(SHARES), identity(secret));
        let shares = match self.shares(&own)? {
            Some(shares) if shares.len() == names.len() && shares[0].threshold() == threshold => {
                shares
            }
            _ => {
                let shares = split(secret, of, threshold, n)?;
                let mut texts = Zeroizing::new(String::new());
                shares.iter().for_each(|share| texts.push_str(&format!("{}\n", *share.text())));
                let bytes = age::encrypt(&own.to_public(), texts.as_bytes());
                let bytes = bytes.expect("bug: memory takes everything");
                replace_file(&place, &bytes)?;
                shares
            }
        };
        let digests = shares.iter().map(Share::digest);
        let custodians = names.iter().cloned().zip(digests).collect();
        let (custody, place) =
            (Custody { threshold, custodians }.format(), self.folder.join(CUSTODY));
        match fs::read(&place) {
            Ok(found) if replace && found != custody => replace_file(&place, &custody),
            _ => write_file(&place, &custody).map(drop),
        }
    }

    /// The shares as they were made, in the order of their numbers; none if the secret is not shared.
    ///
    /// # Errors
    /// S04, W08.
    pub fn all_shares(&self, secret: &Secret) -> Result<Option<Vec<Share>>, Finding> {
        self.shares(&identity(secret))
    }

    fn shares(&self, own: &Identity) -> Result<Option<Vec<Share>>, Finding> {
        let place = self.folder.join(SHARES);
        if !place.exists() {
            return Ok(None);
        }
        let bytes = fs::read(&place).map_err(|e| failed(&place, &e))?;
        let texts = Zeroizing::new(decrypt(own, &bytes).map_err(|cause| damaged(&place, cause))?);
        let texts = std::str::from_utf8(&texts).unwrap_or_default();
        texts.lines().map(Share::parse).collect::<Result<Vec<_>, _>>().map(Some)
    }

    /// Who holds which share; none if the secret is not shared.
    ///
    /// # Errors
    /// S04, W08.
    pub fn custody(&self) -> Result<Option<Custody>, Finding> {
        let place = self.folder.join(CUSTODY);
        if !place.exists() {
            return Ok(None);
        }
        let bytes = fs::read(&place).map_err(|e| failed(&place, &e))?;
        let custody = Custody::parse(&bytes);
        custody.map(Some).map_err(|finding| damaged(&place, finding.cause))
    }
}
