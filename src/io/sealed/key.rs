//! What opens the secret of a draw at rest: a passphrase, or keys of the office's own.

use std::io::{Read, Write};

use age::secrecy::SecretString;
use age::x25519::{Identity, Recipient};
use age::{DecryptError, Decryptor, Encryptor, scrypt};
use zeroize::Zeroizing;

use crate::base::finding::Finding;
use crate::say;

/// scrypt's N is 2^18: about a second on a desk's machine, as age itself chooses.
const WORK_LOG2: u8 = 18;
/// What a file may ask for: 64 times the memory and the time would hold up a desk, not protect it.
const WORK_LOG2_MAX: u8 = 22;
/// Least characters of a passphrase.
pub const PASSPHRASE_CHARS_MIN: usize = 8;

/// A passphrase, or keys.
pub enum Key {
    /// Stretched by scrypt.
    Passphrase(SecretString),
    /// Keys of age: secret ones, which read, and public ones, which only write.
    Keys(Vec<Identity>, Vec<Recipient>),
}

impl Key {
    /// A passphrase.
    pub fn passphrase(text: &str) -> Self {
        Key::Passphrase(SecretString::from(text.to_owned()))
    }

    /// Refuses a passphrase that is too short to protect anything.
    ///
    /// # Errors
    /// S06.
    pub fn check_passphrase(text: &str) -> Result<(), Finding> {
        let n = text.chars().count();
        if n < PASSPHRASE_CHARS_MIN {
            let least = PASSPHRASE_CHARS_MIN;
            let cause = say!("只有 {n} 个字符，至少须有 {least} 个", "{n} characters, not {least}");
            return Err(Finding::new("S06", cause));
        }
        Ok(())
    }

    /// The keys in a text as `age-keygen` writes it: one key in a line, comments after `#`.
    ///
    /// # Errors
    /// S07 if a line is no key, without showing it, or if there is none.
    pub fn parse(text: &str) -> Result<Self, Finding> {
        let (mut identities, mut recipients) = (Vec::new(), Vec::new());
        for (row, line) in (1..).zip(text.lines()) {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            if let Ok(identity) = line.parse::<Identity>() {
                identities.push(identity);
            } else if let Ok(recipient) = line.parse::<Recipient>() {
                recipients.push(recipient);
            } else {
                let cause = say!("这一行不是 age 密钥", "this line is no key of age");
                return Err(Finding::new("S07", cause).row(row));
            }
        }
        if identities.is_empty() && recipients.is_empty() {
            return Err(Finding::new("S07", say!("其中没有密钥", "there is no key in it")));
        }
        Ok(Key::Keys(identities, recipients))
    }

    /// Whether it reads what it encrypts: public keys alone do not.
    pub fn can_read(&self) -> bool {
        match self {
            Key::Passphrase(_) => true,
            Key::Keys(identities, _) => !identities.is_empty(),
        }
    }

    pub(super) fn encrypt(&self, plain: &[u8]) -> Result<Vec<u8>, Finding> {
        let mut recipients: Vec<Box<dyn age::Recipient>> = Vec::new();
        match self {
            Key::Passphrase(text) => {
                let mut recipient = scrypt::Recipient::new(text.clone());
                recipient.set_work_factor(WORK_LOG2);
                recipients.push(Box::new(recipient));
            }
            Key::Keys(identities, others) => {
                let own = identities.iter().map(Identity::to_public);
                for recipient in own.chain(others.iter().cloned()) {
                    recipients.push(Box::new(recipient));
                }
            }
        }
        let encryptor = Encryptor::with_recipients(recipients.iter().map(|one| &**one));
        let encryptor = encryptor.expect("bug: a key has somebody to encrypt to");
        let mut bytes = Vec::new();
        let write = |bytes: &mut Vec<u8>| {
            let mut writer = encryptor.wrap_output(bytes)?;
            writer.write_all(plain)?;
            writer.finish().map(drop)
        };
        write(&mut bytes).expect("bug: memory takes everything");
        Ok(bytes)
    }

    pub(super) fn decrypt(&self, bytes: &[u8]) -> Result<Zeroizing<Vec<u8>>, Finding> {
        let damaged =
            || Finding::new("S04", say!("已损坏，解不开", "it is damaged and cannot be decrypted"));
        let decryptor = Decryptor::new_buffered(bytes).map_err(|_| damaged())?;
        let mut identities: Vec<Box<dyn age::Identity>> = Vec::new();
        match self {
            Key::Passphrase(text) => {
                let mut identity = scrypt::Identity::new(text.clone());
                identity.set_max_work_factor(WORK_LOG2_MAX);
                identities.push(Box::new(identity));
            }
            Key::Keys(own, _) => {
                for identity in own {
                    identities.push(Box::new(identity.clone()));
                }
            }
        }
        let mut plain = Zeroizing::new(Vec::new());
        let opened = decryptor.decrypt(identities.iter().map(|one| &**one));
        let mut reader = opened.map_err(|e| match (e, self) {
            (
                DecryptError::DecryptionFailed | DecryptError::KeyDecryptionFailed,
                Key::Passphrase(_),
            ) => Finding::new("S02", say!("口令不对", "the passphrase is wrong")),
            (DecryptError::NoMatchingKeys, Key::Passphrase(_)) => Finding::new(
                "S02",
                say!(
                    "它是用密钥文件封存的，没有口令",
                    "it was sealed with a key file, not a passphrase"
                ),
            ),
            (DecryptError::NoMatchingKeys, Key::Keys(own, _)) if own.is_empty() => {
                Finding::new("S02", say!("密钥文件中只有公钥", "the key file has public keys only"))
            }
            (DecryptError::NoMatchingKeys, Key::Keys(..)) => {
                Finding::new("S02", say!("这把密钥打不开它", "this key does not open it"))
            }
            _ => damaged(),
        })?;
        reader.read_to_end(&mut plain).map_err(|_| damaged())?;
        Ok(plain)
    }
}
