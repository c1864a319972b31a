//! The sealed folder (密封文件夹) of a sealed draw, beside its bundle: the secret and every closed file, encrypted, so that
//! the bundle's own folder holds exactly what is public. Files are in the format of age (age-encryption.org/v1), which the
//! programs `age` and `rage` read, too.
//!
//! | file | what | who reads it |
//! | --- | --- | --- |
//! | `master.age` | the secret, 64 hex digits and LF | passphrase (scrypt), or the office's own keys |
//! | `recipient` | the draw's own public key, `age1…` | anybody: writing needs no passphrase |
//! | `closed/<path>.age` | a closed file | who has the secret |
//! | `commitment` | C of the draw that the secret was used up for | anybody |
//! | `kept/<name>.age` | the office's schedules | who has the secret |
//! | `shares.age`, `shares.json` | what custodians hold; names and digests of it | who has the secret; anybody |
//!
//! The draw's own key pair follows from the secret, so that custodians who join their shares can read the closed files
//! without passphrase. `master.age` is written before anything else: what a killed run began, the next continues.

mod key;
mod shares;

use std::fs;
use std::path::{Path, PathBuf};

use age::x25519::{Identity, Recipient};
use zeroize::{Zeroize, Zeroizing};

use super::durable::{Written, failed, make_folders, replace_file, write_file, write_secret};
use crate::base::digest::Digest;
use crate::base::finding::{Finding, Text};
use crate::base::secret::Secret;
use crate::record::bundle::Files;
use crate::say;

pub use key::{Key, PASSPHRASE_CHARS_MIN};
pub use shares::{Custody, Share, join, split};

const MASTER: &str = "master.age";
const RECIPIENT: &str = "recipient";
const COMMITMENT: &str = "commitment";
const SHARES: &str = "shares.age";
const CUSTODY: &str = "shares.json";
const CLOSED: &str = "closed";
const ENDING: &str = ".age";
/// Files of the office that no opening publishes as they are.
const KEPT: &str = "kept";

/// A new secret from the operating system.
///
/// # Errors
/// W08 if the system has no randomness to give.
pub fn new_secret() -> Result<Secret, Finding> {
    let mut bytes = Zeroizing::new([0; 32]);
    getrandom::fill(&mut *bytes)
        .map_err(|e| Finding::new("W08", say!("系统不给随机数：{e}", "no randomness: {e}")))?;
    Ok(Secret::from_bytes(*bytes))
}

/// The sealed folder of one draw.
pub struct SealedFolder {
    folder: PathBuf,
}

impl SealedFolder {
    /// The folder at a path.
    pub fn at(folder: PathBuf) -> Self {
        SealedFolder { folder }
    }

    /// `<bundle>.sealed`, beside a bundle's folder.
    ///
    /// # Errors
    /// W07 if the path does not name a folder.
    pub fn beside(bundle: &Path) -> Result<Self, Finding> {
        let absolute = fs::canonicalize(bundle).or_else(|_| std::path::absolute(bundle));
        let absolute = absolute.map_err(|e| failed(bundle, &e))?;
        match absolute.file_name() {
            Some(name) => {
                let name = format!("{}.sealed", name.to_string_lossy());
                Ok(SealedFolder { folder: absolute.with_file_name(name) })
            }
            None => {
                let cause = say!("不是文件夹的名字", "this does not name a folder");
                Err(Finding::new("W07", cause).file(bundle.display().to_string()))
            }
        }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.folder
    }

    /// Whether it holds a secret.
    pub fn has_secret(&self) -> bool {
        self.folder.join(MASTER).exists()
    }

    /// Keeps a new secret, encrypted to a key. It is on the disk before this returns.
    ///
    /// # Errors
    /// W03 if there is a secret already, S07 if the key has nobody to encrypt to, W08.
    pub fn begin(&self, secret: &Secret, key: &Key) -> Result<(), Finding> {
        make_folders(&self.folder)?;
        let mut text = secret.hex();
        text.push('\n');
        write_secret(&self.folder.join(MASTER), &key.encrypt(text.as_bytes())?)
    }

    /// The secret.
    ///
    /// # Errors
    /// S01 if there is none, S02 if the key does not open it, S04 if it is damaged, W08.
    pub fn unlock(&self, key: &Key) -> Result<Secret, Finding> {
        let place = self.folder.join(MASTER);
        if !self.has_secret() {
            let cause = say!("没有 {MASTER}", "there is no {MASTER}");
            return Err(Finding::new("S01", cause).file(self.folder.display().to_string()));
        }
        let bytes = fs::read(&place).map_err(|e| failed(&place, &e))?;
        let text = key.decrypt(&bytes).map_err(|f| f.file(place.display().to_string()))?;
        let text = std::str::from_utf8(&text).unwrap_or_default();
        let secret = text.strip_suffix('\n').and_then(Secret::from_hex);
        secret.ok_or_else(|| damaged(&place, say!("其中不是主密钥", "it holds no secret")))
    }

    /// Keeps closed files, encrypted; what is there already and the same stays as it is. Until the draw is published
    /// `replace` lets another freeze take the place of an earlier one.
    ///
    /// # Errors
    /// W03 if a file is there and differs, S03 or S04 if what is there cannot be read, W08.
    pub fn put(&self, secret: &Secret, files: &Files, replace: bool) -> Result<Written, Finding> {
        let (identity, mut written) = (identity(secret), Written::Unchanged);
        let recipient = format!("{}\n", identity.to_public());
        self.same_recipient(&recipient)?;
        write_file(&self.folder.join(RECIPIENT), recipient.as_bytes())?;
        for (path, bytes) in files {
            let place = self.closed(path);
            match fs::read(&place) {
                Ok(found) => {
                    let mut found = decrypt(&identity, &found).map_err(|c| damaged(&place, c))?;
                    let same = found == *bytes;
                    found.zeroize();
                    if same {
                        continue;
                    }
                    if !replace {
                        let cause = say!("已有内容不同的文件", "a different one is there already");
                        return Err(Finding::new("W03", cause).file(place.display().to_string()));
                    }
                }
                Err(e) if e.kind() == std::io::ErrorKind::NotFound => {}
                Err(e) => return Err(failed(&place, &e)),
            }
            self.write(&place, &identity.to_public(), bytes)?;
            written = Written::New;
        }
        if replace {
            self.keep_only(files)?;
        }
        Ok(written)
    }

    /// Keeps one more closed file, which nobody who writes it can read again: this needs no secret.
    ///
    /// # Errors
    /// W03 if the file is there already, S01 or S04 without the draw's key, W08.
    pub fn add(&self, path: &str, bytes: &[u8]) -> Result<(), Finding> {
        let (key, place) = (self.folder.join(RECIPIENT), self.closed(path));
        if !key.exists() {
            let cause = say!("没有 {RECIPIENT}", "there is no {RECIPIENT}");
            return Err(Finding::new("S01", cause).file(self.folder.display().to_string()));
        }
        let text = fs::read_to_string(&key).map_err(|e| failed(&key, &e))?;
        let malformed = || damaged(&key, say!("不是 age 公钥", "it is no public key of age"));
        let recipient: Recipient = text.trim().parse().map_err(|_| malformed())?;
        super::durable::vacant(&place)?;
        self.write(&place, &recipient, bytes)
    }

    /// All closed files by their paths in the bundle.
    ///
    /// # Errors
    /// S03 if they were closed with another secret, S04 if one is damaged, W08.
    pub fn get(&self, secret: &Secret) -> Result<Files, Finding> {
        let identity = identity(secret);
        self.same_recipient(&format!("{}\n", identity.to_public()))?;
        let mut files = Files::new();
        for path in self.paths()? {
            let place = self.closed(&path);
            let bytes = fs::read(&place).map_err(|e| failed(&place, &e))?;
            let bytes = decrypt(&identity, &bytes).map_err(|cause| damaged(&place, cause))?;
            files.insert(path, bytes);
        }
        Ok(files)
    }

    /// The paths of all closed files, in order.
    ///
    /// # Errors
    /// W08.
    pub fn paths(&self) -> Result<Vec<String>, Finding> {
        let mut paths = Vec::new();
        walk(&self.folder.join(CLOSED), "", &mut paths)?;
        paths.sort();
        Ok(paths)
    }

    /// Keeps a file of the office beside the closed ones: no opening publishes it as it is. One of that name is replaced.
    ///
    /// # Errors
    /// S03, W08.
    pub fn keep(&self, secret: &Secret, name: &str, bytes: &[u8]) -> Result<(), Finding> {
        let recipient = identity(secret).to_public();
        self.same_recipient(&format!("{recipient}\n"))?;
        let place = self.folder.join(KEPT).join(format!("{name}{ENDING}"));
        self.write(&place, &recipient, bytes)
    }

    /// The files of the office by name.
    ///
    /// # Errors
    /// S03, S04 if one is damaged, W08.
    pub fn kept(&self, secret: &Secret) -> Result<Files, Finding> {
        let (identity, mut names, mut files) = (identity(secret), Vec::new(), Files::new());
        walk(&self.folder.join(KEPT), "", &mut names)?;
        for name in names {
            let place = self.folder.join(KEPT).join(format!("{name}{ENDING}"));
            let bytes = fs::read(&place).map_err(|e| failed(&place, &e))?;
            let bytes = decrypt(&identity, &bytes).map_err(|cause| damaged(&place, cause))?;
            files.insert(name, bytes);
        }
        Ok(files)
    }

    /// C of the draw that the secret was used up for, if there is one.
    ///
    /// # Errors
    /// W08.
    pub fn commitment(&self) -> Result<Option<Digest>, Finding> {
        let place = self.folder.join(COMMITMENT);
        match fs::read_to_string(&place) {
            Ok(text) => match Digest::from_hex(text.trim_end()) {
                Some(digest) => Ok(Some(digest)),
                None => Err(damaged(&place, say!("不是摘要", "it is no digest"))),
            },
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(e) => Err(failed(&place, &e)),
        }
    }

    /// Remembers what the secret is about to be used up for.
    ///
    /// # Errors
    /// W08.
    pub fn set_commitment(&self, commitment: &Digest) -> Result<(), Finding> {
        if self.commitment()?.as_ref() == Some(commitment) {
            return Ok(());
        }
        replace_file(&self.folder.join(COMMITMENT), format!("{commitment}\n").as_bytes())
    }

    fn closed(&self, path: &str) -> PathBuf {
        self.folder.join(CLOSED).join(format!("{path}{ENDING}"))
    }

    fn write(&self, place: &Path, to: &Recipient, bytes: &[u8]) -> Result<(), Finding> {
        make_folders(place.parent().unwrap_or(&self.folder))?;
        let bytes = age::encrypt(to, bytes).expect("bug: memory takes everything");
        replace_file(place, &bytes)
    }

    /// Removes closed files of a freeze that was never published.
    fn keep_only(&self, files: &Files) -> Result<(), Finding> {
        for path in self.paths()?.iter().filter(|path| !files.contains_key(*path)) {
            let place = self.closed(path);
            fs::remove_file(&place).map_err(|e| failed(&place, &e))?;
        }
        Ok(())
    }

    /// S03 if the folder belongs to another secret.
    fn same_recipient(&self, recipient: &str) -> Result<(), Finding> {
        let place = self.folder.join(RECIPIENT);
        match fs::read_to_string(&place) {
            Ok(found) if found != recipient => {
                let cause = say!("其中的文件属于另一主密钥", "its files belong to another secret");
                Err(Finding::new("S03", cause).file(self.folder.display().to_string()))
            }
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(failed(&place, &e)),
            _ => Ok(()),
        }
    }
}

/// The draw's own key pair: HMAC of L("age") with the secret, as the key of X25519.
fn identity(secret: &Secret) -> Identity {
    let (own, kind) = (secret.derive("age"), bech32::Hrp::parse("age-secret-key-"));
    let kind = kind.expect("bug: the kind of a key is well formed");
    let text = bech32::encode_upper::<bech32::Bech32>(kind, own.expose().as_bytes());
    let text = Zeroizing::new(text.expect("bug: 32 bytes are short"));
    text.parse().expect("bug: any 32 bytes are a key")
}

/// The bytes, or why there are none.
fn decrypt(identity: &Identity, bytes: &[u8]) -> Result<Vec<u8>, Text> {
    age::decrypt(identity, bytes).map_err(|e| match e {
        age::DecryptError::NoMatchingKeys => {
            say!("它是用另一主密钥封存的", "it was closed with another secret")
        }
        _ => say!("已损坏，解不开", "it is damaged and cannot be decrypted"),
    })
}

fn damaged(place: &Path, cause: Text) -> Finding {
    Finding::new("S04", cause).file(place.display().to_string())
}

fn walk(folder: &Path, prefix: &str, paths: &mut Vec<String>) -> Result<(), Finding> {
    if !folder.exists() {
        return Ok(());
    }
    for entry in fs::read_dir(folder).map_err(|e| failed(folder, &e))? {
        let entry = entry.map_err(|e| failed(folder, &e))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let kind = entry.file_type().map_err(|e| failed(&entry.path(), &e))?;
        if kind.is_dir() {
            walk(&entry.path(), &format!("{prefix}{name}/"), paths)?;
        } else if let Some(name) = name.strip_suffix(ENDING).filter(|_| kind.is_file()) {
            paths.push(format!("{prefix}{name}"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
